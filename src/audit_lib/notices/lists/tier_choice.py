"""Find the tier lists of a notice: the labels that head them, and which of those are tiers.

A tier belongs to its notice. A label that the vocabulary does not have is a tier too where it stands parallel to
others: headings of one form, each with its list.
"""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from audit_lib.documents.model import Line, squeeze
from audit_lib.notices.grids.rows import Problem, plain_title
from audit_lib.notices.lists.list_blocks import Lines, read_block
from audit_lib.notices.lists.list_doubts import find_doubts
from audit_lib.notices.lists.printed_heads import ANNEX, LONGEST_HEAD, STATED
from audit_lib.notices.lists.tier_heads import count_steps, part_heads, read_head, read_lone
from audit_lib.notices.lists.tier_lists import HEADING, Block, TierList, list_names
from audit_lib.notices.words.dates import NUMERAL
from audit_lib.notices.words.entries import ENUMERATOR
from audit_lib.notices.words.names import look_alike, look_like_units
from audit_lib.notices.words.vocabulary import Vocabulary
from audit_lib.notices.words.word_lists import LONGEST_NAME, NO_NAME

STEP_BY_ITSELF = re.compile(f"(?:特|{NUMERAL})等[奖级]?$|(?:{NUMERAL})[级类]$")  # 一等奖 tells its step by itself
COUNT_ALONE = re.compile(rf"\(共?计?(?:{NUMERAL})[个家名][^()]{{0,4}}\)")
ITEM = re.compile(r"^\d{1,2}[.、\uff0e]")  # 1.2018年度优秀单位名单
CODE = re.compile(r"[(\uff08][^()\uff08\uff09:\uff1a]{1,12}[:\uff1a]\s*[\dA-Z-]{5,20}[)\uff09]")
FEWEST = 3  # names of a list that alone heads none of the others
FEWEST_STEPS = 2  # of a scale whose lists may hold any names


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


def _join_counts(lines: Iterable[Line]) -> list[Line]:
    """Join a count that stands on a line of its own to the heading above it: 优秀等次单位名单 / (8个)."""
    joined: list[Line] = []
    for line in lines:
        if joined and COUNT_ALONE.fullmatch(line.key) and len(joined[-1].key) <= LONGEST_HEAD:
            joined[-1] = Line(joined[-1].place, joined[-1].text.rstrip() + line.text.strip())
        else:
            joined.append(line)
    return joined


def _find_announced(lines: Sequence[Line]) -> set[int]:
    """Find the lines that only name annexes, 附件:1.优秀单位名单 / 2.良好单位名单, whose titles are printed again."""
    titles = {STATED.sub("", line.key) for line in lines}
    announced: set[int] = set()
    for at, line in enumerate(lines):
        title = ANNEX.sub("", line.key) if at - 1 not in announced else line.key
        if title != line.key or at - 1 in announced:
            bare = STATED.sub("", ITEM.sub("", title))
            announced |= {at} if bare != line.key and bare in titles else set()
    return announced


def _find_blocks(lines: Sequence[Line], vocabulary: Vocabulary, below: set[int]) -> Iterator[Block | Line]:
    """Yield heads with their lists, and every other line, each once."""
    steps = count_steps(lines)
    lines = [piece for line in _join_counts(lines) for piece in part_heads(_drop_codes(line), vocabulary, steps)]
    announced = _find_announced(lines)
    ends = [*(at for at, line in enumerate(lines) if id(line) in below), len(lines)]
    at = 0
    above: Block | None = None
    while at < len(lines):
        head = read_head(lines[at], vocabulary, steps) or read_lone(lines[at : at + 3], vocabulary)
        if head is None or at in announced:
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
    known = [block for block in blocks if block.head.is_sure or (block.head.is_known and block.lists)]
    sure = [*known, *_find_proven(whole, vocabulary)]
    chosen = set(map(id, sure))
    forms = {block.head.form for block in sure if block.head.form.noun or (block in known and block.lists)}
    has_known = look_like_units(list_names(sure), vocabulary)
    styles = {(block.head.form.number, block.head.form.has_colon) for block in sure if block.head.form.number}
    read = set(list_names(sure))
    alike = set(map(id, whole))
    for block in [*clean, *reversed(clean)]:  # names of a list may be proven by a later one
        names = block.units
        is_proven = all(name in read or vocabulary.names_unit(name) for name in names)
        is_numbered = (block.head.form.number, block.head.form.has_colon) in styles and len(names) > 1 and is_proven
        is_form = block.head.form in forms and (id(block) in alike or is_proven)
        if (is_form or is_numbered) and id(block) not in chosen:
            chosen.add(id(block))
            block.is_new = is_numbered or (has_known and not look_like_units(names, vocabulary))
            read.update(names)
    _name_by_rest([block for block in blocks if id(block) in chosen and not block.head.is_known], vocabulary)
    return chosen


def _find_proven(blocks: Sequence[Block], vocabulary: Vocabulary) -> Iterator[Block]:
    """Yield the blocks whose label shows by itself or beside the others that it is a tier.

    It is a step of a scale, is counted as it lists, or contains another of its form or is contained: 达标, 未达标.
    """
    steps = Counter((block.head.form.shape, block.head.tier[-1]) for block in blocks)
    tiers = {(block.head.form.shape, block.head.tier) for block in blocks}
    for block in blocks:
        head, names = block.head, block.units
        shape, ends_as_step = head.form.shape, head.tier.endswith(vocabulary.steps)
        others = [tier for form, tier in tiers if form == shape and tier != head.tier]
        if not head.is_like_unit and (
            (ends_as_step and steps[shape, head.tier[-1]] > 1)
            or (ends_as_step and block.is_described and len(block.lists) > 1)
            or head.stated == len(names)
            or (STEP_BY_ITSELF.match(head.tier) and look_like_units(names, vocabulary))
            or any(tier in head.tier or head.tier in tier for tier in others)
            or head.form.noun.startswith(vocabulary.scale_noun)
        ):
            yield block


def _step_of(block: Block, vocabulary: Vocabulary) -> tuple[object, ...] | None:
    """Return the form of a head and the end of its tier, which the steps of one scale share: A级, B级, C级."""
    head = block.head
    return (*head.form.shape, head.tier[-1]) if head.tier.endswith(vocabulary.steps) else None


def _lists_units(block: Block, vocabulary: Vocabulary) -> bool:
    """Check whether the names of a block look alike; of a prize that tells its step by itself, one of a known kind."""
    names = block.units
    is_step = STEP_BY_ITSELF.match(block.head.tier) is not None
    return look_alike(names, vocabulary) or (is_step and any(map(vocabulary.names_unit, names)))


def _drop_roles(blocks: Sequence[Block], vocabulary: Vocabulary) -> list[Block]:
    """Leave out labels that recur, each time with one name of no known kind: 区长:甲某 names persons."""
    single = [block for block in blocks if len(names := block.units) == 1 and not look_like_units(names, vocabulary)]
    times = Counter(block.head.tier for block in single)
    places = {block.lines[0].place for block in single if times[block.head.tier] > 1}
    roles = {block.head.tier for block in single if block.lines[0].place in places}
    return [block for block in blocks if block.head.tier not in roles]


def _accept_parallel(blocks: Sequence[Block], vocabulary: Vocabulary, *, only_awards: bool) -> set[int]:
    """Choose labels of one form, where no label is a known tier, whose lists name known units, each once.

    Where all labels are awards, 一、招商引资奖 and 二、先进单位, a unit may have several. Beside known tiers, only
    awards are chosen. A label that is chosen alone, or is no known tier after what all begin with, is marked as new.
    """
    forms: dict[tuple[object, ...], list[Block]] = {}
    for block in blocks:
        if not block.lists or block.head.is_known or block.rest:
            continue
        forms.setdefault((*block.head.form.shape, bool(block.head.form.noun)), []).append(block)
    chosen: set[int] = set()
    for alike in forms.values():
        if not only_awards and _is_award_alone(alike, vocabulary):
            alike[0].is_new = True
        elif _are_parallel(alike, vocabulary, only_awards=only_awards):
            for block in alike:
                block.is_new = True
            _name_by_rest(alike, vocabulary)
        else:
            continue
        chosen |= set(map(id, alike))
    return chosen


def _is_award(block: Block, vocabulary: Vocabulary) -> bool:
    return bool(block.head.form.noun) or block.head.tier.endswith(vocabulary.steps)


def _is_award_alone(alike: Sequence[Block], vocabulary: Vocabulary) -> bool:
    """Check whether the only label of its form is an award with a list of known units."""
    name, names = alike[0].head.tier, list_names(alike)
    if len(alike) > 1 or len(name) == 1 or not _is_award(alike[0], vocabulary):
        return False
    is_like_tier = name.endswith(vocabulary.steps) or not NO_NAME.match(name)
    return is_like_tier and len(names) >= FEWEST and all(map(vocabulary.names_unit, names))


def _are_parallel(alike: Sequence[Block], vocabulary: Vocabulary, *, only_awards: bool) -> bool:
    """Check whether labels of one form part units among them, or award some several times."""
    units = list(map(squeeze, list_names(alike)))
    labels = {block.head.tier for block in alike}
    n_known = sum(map(vocabulary.names_unit, units))
    awards = [_is_award(block, vocabulary) for block in alike]
    all_known = n_known == len(units)
    if len(labels) < 2 or (len(set(units)) < len(units) and not (all(awards) and all_known)):
        return False
    if only_awards:
        return all(awards) and all_known
    is_known = 2 * n_known > len(units) and (len(labels) == len(alike) or all_known)
    is_numbered = all(block.head.form.number and len(block.units) > 1 for block in alike)
    is_prize = is_numbered and any(awards) and look_alike(units, vocabulary)
    return is_known or is_prize or all(map(_numbers_entries, alike))


def _name_by_rest(alike: Sequence[Block], vocabulary: Vocabulary) -> None:
    """Name tiers by what differs in their labels where all of that are tiers: 平安建设优秀单位, 平安建设良好单位."""
    names = [block.head.tier for block in alike]
    start = next((at for at, letters in enumerate(zip(*names, strict=False)) if len(set(letters)) > 1), 0)
    are_tiers = all(name[start:] in vocabulary.tier for name in names)
    for block in alike if are_tiers else ():
        tier = vocabulary.name_tier(block.head.tier[start:])
        block.lists = [replace(each, tier=tier) for each in block.lists]
        block.is_new = False


def _numbers_entries(block: Block) -> bool:
    """Check whether below a numbered heading each line is a numbered name: 一、取消星级 above 1.甲饭店, 2.乙饭店."""
    numbers = [ENUMERATOR.match(line.key) for line in block.lines]
    return len(numbers) > 2 and all(numbers) and all(number and number[0][0].isdigit() for number in numbers[1:])


def _read_band(line: Line, vocabulary: Vocabulary) -> TierList | None:
    """Read a line that gives the number of units in a band of scores, and names none: 80-90分(良好) 7个."""
    match = vocabulary.band.fullmatch(line.key) if line.key[:1].isdigit() else None
    return match and TierList(vocabulary.name_tier(match["tier"]), int(match["n"]), None, (), line.place)
