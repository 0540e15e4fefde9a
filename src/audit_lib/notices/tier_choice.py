"""Find the tier lists of a notice: the labels that head them, and which of those are tiers.

A tier belongs to its notice. A label that the vocabulary does not know is a tier too where it stands parallel to
others: headings of one form, each with its list.
"""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from audit_lib.documents.model import Line, squeeze
from audit_lib.notices.dates import NUMERAL
from audit_lib.notices.list_blocks import Lines, read_block
from audit_lib.notices.list_doubts import find_doubts
from audit_lib.notices.names import (
    ENUMERATOR,
    look_alike,
    look_like_units,
)
from audit_lib.notices.rows import Problem, plain_title
from audit_lib.notices.tier_heads import count_steps, part_heads, read_head, read_lone
from audit_lib.notices.tier_lists import HEADING, Block, TierList
from audit_lib.notices.vocabulary import Vocabulary
from audit_lib.notices.vocabulary_words import LONGEST_NAME, NO_NAME

ORDINAL = re.compile(f"(?:特|{NUMERAL})等[奖级]?$|(?:{NUMERAL})[级类]$")  # 一等奖 tells its step by itself
CODE = re.compile(r"[(\uff08][^()\uff08\uff09:\uff1a]{1,12}[:\uff1a]\s*[\dA-Z-]{5,20}[)\uff09]")
FEWEST = 3  # names of a list that alone heads none of the others
FEWEST_STEPS = 3  # of a scale whose lists may hold any names


def find_tier_lists(
    lines: tuple[Line, ...], vocabulary: Vocabulary, below: Sequence[Line] = ()
) -> tuple[tuple[TierList, ...], tuple[Line, ...], tuple[Problem, ...]]:
    """Find headings such as (一)优秀单位(8个) with the names below them. Return the lists, other lines, unread lists.

    `below` are the lines just below tables: no list goes on there.
    """
    blocks = list(_find_blocks(lines, vocabulary, set(map(id, below))))
    labelled = [block for block in blocks if isinstance(block, Block)]
    accepted = _accept(labelled, vocabulary)
    if not below:
        left = [block for block in labelled if id(block) not in accepted]
        accepted |= _accept_parallel(left, vocabulary, only_awards=bool(accepted))
    tiers: list[TierList] = []
    prose: list[Line] = []
    label: str | None = None
    for block in blocks:
        first = block if isinstance(block, Line) else block.lines[0]
        if isinstance(block, Block) and id(block) in accepted:
            tiers += block.lists
            prose += block.lines[:1] if not block.lists else []
            continue
        if HEADING.match(first.key) and (isinstance(block, Block) or len(first.key) <= LONGEST_NAME):
            label = plain_title(first.printed)
        band = _read_band(block, vocabulary) if isinstance(block, Line) else None
        tiers += [replace(band, label=label)] if band else []
        prose += [] if band else [block] if isinstance(block, Line) else block.lines
    return tuple(tiers), tuple(prose), tuple(find_doubts(blocks, accepted, vocabulary))


def name_tiers(titles: Sequence[Line], units: Sequence[tuple[str, ...]], vocabulary: Vocabulary) -> list[str | None]:
    """Return the tier that each title above units names, as it would above a list; None for a title that names none."""
    steps = count_steps(titles)
    blocks = [
        Block(head, [line], [TierList(head.tier, head.stated, None, names, line.place)])
        for line, names in zip(titles, units, strict=True)
        if (head := read_head(line, vocabulary, steps)) and not head.names
    ]
    accepted = _accept(blocks, vocabulary)
    named = {id(block.lines[0]): block.head.tier for block in blocks if id(block) in accepted}
    return [named.get(id(line)) for line in titles]


def _drop_codes(line: Line) -> Line:
    """Remove what a list gives of each name to identify it: 甲饭店(星牌号:1450007)."""
    return Line(line.place, CODE.sub("", line.text)) if CODE.search(line.text) else line


def _find_blocks(lines: Sequence[Line], vocabulary: Vocabulary, below: set[int]) -> Iterator[Block | Line]:
    """Yield heads with their lists, and every other line, each once."""
    steps = count_steps(lines)
    lines = [piece for line in lines for piece in part_heads(_drop_codes(line), vocabulary, steps)]
    ends = [*(at for at, line in enumerate(lines) if id(line) in below), len(lines)]
    at = 0
    above: Block | None = None
    while at < len(lines):
        head = read_head(lines[at], vocabulary, steps) or read_lone(lines[at : at + 3], vocabulary)
        if head is None:
            yield lines[at]
            above = None
            at += 1
            continue
        until = ends[bisect_right(ends, at)]
        above = read_block(Lines(lines, until, steps, vocabulary), at, head, above)
        yield above
        at += len(above.lines)


def _accept(blocks: Sequence[Block], vocabulary: Vocabulary) -> set[int]:
    """Choose the blocks that are tiers: known ones, and those parallel to another, all of whose entries are names."""
    clean = [
        block for block in blocks if block.lists and not block.head.is_known and (not block.rest or block.left == 0)
    ]
    scale = Counter(_step_of(block, vocabulary) for block in blocks if block.lists)
    whole = [
        block
        for block in clean
        if block.is_described or _lists_units(block, vocabulary) or scale[_step_of(block, vocabulary)] >= FEWEST_STEPS
    ]
    whole = _drop_roles(whole, vocabulary)
    steps = Counter((block.head.form[:3], block.head.tier[-1]) for block in whole)
    tiers = {(block.head.form[:3], block.head.tier) for block in whole}
    contained = {
        (form, tier)
        for form, one in tiers
        for same, other in tiers
        if form == same and one != other and one in other
        for tier in (one, other)
    }
    known = [block for block in blocks if block.head.is_sure or (block.head.is_known and block.lists)]
    sure = list(known)
    for block in whole:
        head = block.head
        is_counted = head.stated is not None and head.stated == sum(len(each.units) for each in block.lists)
        is_step = head.tier.endswith(vocabulary.steps) and steps[head.form[:3], head.tier[-1]] > 1
        if not head.is_like_unit and (
            is_step
            or is_counted
            or (block.is_described and len(block.lists) > 1 and head.tier.endswith(vocabulary.steps))
            or (ORDINAL.match(head.tier) and look_like_units(_list_names([block]), vocabulary))
            or (head.form[:3], head.tier) in contained
            or head.form[3].startswith(vocabulary.scale_noun)
        ):
            sure.append(block)
    chosen = set(map(id, sure))
    forms = {block.head.form for block in known if block.lists} | {b.head.form for b in sure if b.head.form[3]}
    has_known = look_like_units(_list_names(sure), vocabulary)
    styles = {(block.head.form[0], block.head.form[2]) for block in sure if block.head.form[0]}
    read = set(_list_names(sure))
    alike = set(map(id, whole))
    for block in [*clean, *reversed(clean)]:  # names of a list may be proven by a later one
        names = _list_names([block])
        is_proven = all(name in read or vocabulary.names_unit(name) for name in names)
        is_numbered = (block.head.form[0], block.head.form[2]) in styles and len(names) > 1 and is_proven
        is_form = block.head.form in forms and (id(block) in alike or is_proven)
        if (is_form or is_numbered) and id(block) not in chosen:
            chosen.add(id(block))
            block.is_new = is_numbered or (has_known and not look_like_units(names, vocabulary))
            read.update(names)
    return chosen


def _step_of(block: Block, vocabulary: Vocabulary) -> tuple[object, ...] | None:
    """Return the form of a head and the end of its tier, which the steps of one scale share: A级, B级, C级."""
    head = block.head
    return (*head.form[:3], head.tier[-1]) if head.tier.endswith(vocabulary.steps) else None


def _lists_units(block: Block, vocabulary: Vocabulary) -> bool:
    """Check whether the names of a block look alike; of a prize that tells its step by itself, one of a known kind."""
    names = _list_names([block])
    is_step = ORDINAL.match(block.head.tier) is not None
    return look_alike(names, vocabulary) or (is_step and any(map(vocabulary.names_unit, names)))


def _drop_roles(blocks: Sequence[Block], vocabulary: Vocabulary) -> list[Block]:
    """Leave out labels that recur, each time with one name of no kind that we know: 区长:甲某 names persons."""
    single = [
        block for block in blocks if len(names := _list_names([block])) == 1 and not look_like_units(names, vocabulary)
    ]
    times = Counter(block.head.tier for block in single)
    places = {block.lines[0].place for block in single if times[block.head.tier] > 1}
    roles = {block.head.tier for block in single if block.lines[0].place in places}
    return [block for block in blocks if block.head.tier not in roles]


def _list_names(blocks: Iterable[Block]) -> list[str]:
    return [unit for block in blocks for each in block.lists for unit in each.units]


def _accept_parallel(blocks: Sequence[Block], vocabulary: Vocabulary, *, only_awards: bool) -> set[int]:
    """Choose labels of one form, where no label is a tier that we know, whose lists name known units, each once.

    Where all labels are awards, 一、招商引资奖 and 二、先进单位, a unit may have several. Beside known tiers, only
    awards are chosen.
    """
    forms: dict[tuple[object, ...], list[Block]] = {}
    for block in blocks:
        if not block.lists or block.head.is_known or block.rest:
            continue
        forms.setdefault((*block.head.form[:3], bool(block.head.form[3])), []).append(block)
    chosen: set[int] = set()
    for alike in forms.values():
        units = [squeeze(unit) for block in alike for each in block.lists for unit in each.units]
        names = [block.head.tier for block in alike]
        n_known = sum(map(vocabulary.names_unit, units))
        is_awards = all(
            block.head.form[3] or name.endswith(vocabulary.steps) for block, name in zip(alike, names, strict=True)
        )
        is_parted = len(set(names)) > 1 and (len(set(units)) == len(units) or (is_awards and n_known == len(units)))
        is_step = names[0].endswith(vocabulary.steps)
        is_alone = len(alike) == 1 and is_awards and FEWEST <= n_known == len(units)
        is_alone = is_alone and len(names[0]) > 1 and (is_step or not NO_NAME.match(names[0]))
        is_prize = all(block.head.form[0] and len(_list_names([block])) > 1 for block in alike) and look_alike(
            units, vocabulary
        )
        is_prize = is_prize and any(
            block.head.form[3] or name.endswith(vocabulary.steps) for block, name in zip(alike, names, strict=True)
        )
        is_listed = len(alike) > 1 and all(_numbers_entries(block) for block in alike)
        is_known = 2 * n_known > len(units) and (len(set(names)) == len(names) or n_known == len(units))
        is_known = is_known or is_listed
        is_chosen = is_parted and (is_known or is_prize)
        if only_awards:
            is_chosen, is_alone = is_chosen and is_awards and n_known == len(units), False
        if not is_alone and not is_chosen:
            continue
        chosen |= set(map(id, alike))
        if is_alone:
            alike[0].is_new = True
            continue
        start = next((at for at, letters in enumerate(zip(*names, strict=False)) if len(set(letters)) > 1), 0)
        is_known = all(name[start:] in vocabulary.tier for name in names)  # 平安建设优秀单位, 平安建设良好单位
        for block in alike:
            block.is_new = not is_known
            tier = vocabulary.name_tier(block.head.tier[start:]) if is_known else block.head.tier
            block.lists = [replace(each, tier=tier) for each in block.lists]
    return chosen


def _numbers_entries(block: Block) -> bool:
    """Check whether below a numbered heading each line is a numbered name: 一、取消星级 above 1.甲饭店, 2.乙饭店."""
    numbers = [ENUMERATOR.match(line.key) for line in block.lines]
    return len(numbers) > 2 and all(numbers) and all(number and number[0][0].isdigit() for number in numbers[1:])


def _read_band(line: Line, vocabulary: Vocabulary) -> TierList | None:
    """Read a line that gives the number of units in a band of scores, and names none: 80-90分(良好) 7个."""
    match = vocabulary.band.fullmatch(line.key) if line.key[:1].isdigit() else None
    return match and TierList(vocabulary.name_tier(match["tier"]), int(match["n"]), None, (), line.place)
