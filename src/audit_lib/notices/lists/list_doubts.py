"""Find what may be a list of names, or a part of one, beside the lists that were read."""

import re
from collections.abc import Collection, Iterator, Sequence
from itertools import takewhile

from audit_lib.documents.model import Line
from audit_lib.notices.grids.rows import Problem, note_problem
from audit_lib.notices.lists.list_names import LONGEST_BARE_NAME
from audit_lib.notices.lists.printed_heads import COLON, LONGEST_HEAD
from audit_lib.notices.lists.tier_heads import LONE, RANKING
from audit_lib.notices.lists.tier_lists import HEADING, Block, list_names
from audit_lib.notices.words.entries import SEPARATORS, split_outside, strip_number
from audit_lib.notices.words.names import names_none
from audit_lib.notices.words.vocabulary import Vocabulary
from audit_lib.notices.words.word_lists import SIGNS

LONGEST_STEP = 4  # characters of a step: 红榜, 黑点
OTHER_LIST = re.compile("未[获评达]|没有|不[能得予]|取消|上[期年月次]|去年")  # of no rating of this notice: 上期黑榜
BARE = re.compile(rf"[\u4e00-\u9fff]{{2,{LONGEST_BARE_NAME}}}")


def find_doubts(blocks: Sequence[Block | Line], accepted: Collection[int], vocabulary: Vocabulary) -> Iterator[Problem]:
    """Yield what is in doubt of heads with their lists and of other lines; `accepted` are the ids of lists of tiers."""
    chosen = [block for block in blocks if isinstance(block, Block) and id(block) in accepted]
    places = {at for at, block in enumerate(blocks) if id(block) in accepted}
    inside = range(min(places, default=0), max(places, default=0))  # between the first list and the last
    bare = [len(unit) for unit in list_names(chosen) if vocabulary.kind_of(unit) == "other"]
    forms = {block.head.form for block in chosen}
    steps = {_step_of_scale(block) for block in chosen if len(block.head.tier) <= LONGEST_STEP}
    read: list[str] = []  # tiers so far
    for at, block in enumerate(blocks):
        if isinstance(block, Line):
            yield from _find_headed(blocks[at - 1] if at else None, block, vocabulary)
            yield from _find_name(block, vocabulary, is_inside=at in inside, is_above=at + 1 in places)
        elif id(block) not in accepted:
            is_step = block.head.form.number != "" and _step_of_scale(block) in steps
            is_like = is_step and any(set(block.head.tier) & set(tier) for tier in read)
            is_parallel = is_like or (any(block.head.form) and block.head.form in forms)
            is_parallel = is_parallel or (block.head.is_known and any(each.head.is_known for each in chosen))
            yield from _find_rejected(block, vocabulary, is_parallel=is_parallel)
        else:
            yield from _find_unread(block, read)
            read += [each.tier for each in block.lists]
            below = takewhile(lambda each: id(each) not in accepted, blocks[at + 1 : at + 3])
            yield from _find_bare_below(block, tuple(below), max(bare, default=0), vocabulary)


def _find_name(line: Line, vocabulary: Vocabulary, *, is_inside: bool, is_above: bool) -> Iterator[Problem]:
    """Yield a name alone on a line between lists, or just above one."""
    is_name = vocabulary.names_unit(line.key)
    is_first = is_name and is_above and not HEADING.match(line.key)
    if is_first or (is_inside and (is_name or BARE.fullmatch(line.key))):
        facts = {"n": 1, "found": line.key, "units": [line.key]}
        yield note_problem("not_read", "names", line.place, "warning", **facts)


def _step_of_scale(block: Block) -> tuple[str, int]:
    """Return the number of a head and the length of its tier, which steps of one scale share: 一、红榜, 二、黑榜."""
    return block.head.form.number, len(block.head.tier)


def _find_rejected(block: Block, vocabulary: Vocabulary, *, is_parallel: bool) -> Iterator[Problem]:
    """Yield a label that looks like those of tiers (`is_parallel`), or has known names below it."""
    units = block.units
    n_known = sum(map(vocabulary.names_unit, units))
    if is_parallel or (2 * n_known > len(units) and any(block.head.form)):
        is_mention = not is_parallel or len(units) < 2 or block.rest
        known: dict[str, object] = {"units": units} if units and is_mention else {}
        heading = COLON.split(block.lines[0].key)[0]
        yield note_problem("not_read", "label", block.lines[0].place, "warning", heading=heading, **known)


def _find_headed(above: Block | Line | None, line: Line, vocabulary: Vocabulary) -> Iterator[Problem]:
    """Yield the numbered heading of a line that is nothing but names, where it was not read as the head of a list."""
    if not isinstance(above, Line) or (heading := strip_number(above.key)) == above.key:
        return
    if SIGNS.search(heading) or RANKING.search(heading):
        return
    names = split_outside(line.key.rstrip("。;"), SEPARATORS)
    if 0 < len(heading) <= LONGEST_HEAD and len(names) > 1 and all(vocabulary.names_unit(name) for name, _ in names):
        yield note_problem("not_read", "label", above.place, "warning", heading=above.key)


def _find_bare_below(
    block: Block, below: Sequence[Block | Line], longest: int, vocabulary: Vocabulary
) -> Iterator[Problem]:
    """Yield the line below names, one a line, that may hold the next: as short as the longest bare name.

    Or a word like the head of these names with a bare name below it, which may be the next list: 差 after 良.
    """
    lines = [each if isinstance(each, Line) else each.lines[0] for each in below]
    bare = [line for line in lines if BARE.fullmatch(line.key)]
    word = lines[0].key if lines and bare[-1:] == lines[1:] and lines[0] is below[0] else ""
    is_level = LONE.fullmatch(word) is not None and not (names_none(word, vocabulary) or word in vocabulary.furniture)
    if is_level and len(block.head.tier) == len(block.lines[0].key):
        yield note_problem("not_read", "label", lines[0].place, "warning", heading=word)
    is_on_lines = bool(block.lists) and all(len(each.units) == 1 for each in block.lists)
    is_next = bool(bare) and bare[0] is lines[0]
    if is_on_lines and is_next and longest and (len(bare[0].key) <= longest + 1 or len(bare) > len(block.lists)):
        facts = {"n": 1, "found": bare[0].key, "units": [bare[0].key]}
        yield note_problem("not_read", "names", bare[0].place, "warning", **facts)


def _find_unread(block: Block, read: Collection[str]) -> Iterator[Problem]:
    """Yield what of a block is in doubt; `read` are the tiers before it."""
    place = block.lines[0].place
    if (block.is_new or OTHER_LIST.match(block.head.tier)) and block.head.tier not in read:
        yield note_problem("not_read", "new_tier", place, "warning", tier=block.head.tier)
    if not block.lists and not block.rest and block.head.stated != 0:
        yield note_problem("list_unread", "no_list", place, heading=block.lines[0].key)
    for found, where in block.doubtful:
        yield note_problem("not_read", "unlike", where, "warning", found=found)
    for found, where in block.rest:
        facts = {"found": found, "tier": block.head.tier}
        yield note_problem("list_unread", "below_list" if block.lists else "in_list", where, **facts)
