"""Find tier lists in lines: a label that names a tier, then names of units beside it or in the lines below.

A tier belongs to its notice. A label that the vocabulary does not know is a tier too where it stands parallel to
others: headings of one form, each with its list.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from audit_lib.documents.model import PADDING, Line, align, fold, squeeze
from audit_lib.notices.columns import HAN, read_ordinal
from audit_lib.notices.dates import DATE, NUMERAL, is_date, read_numeral
from audit_lib.notices.names import (
    ENUMERATOR,
    QUOTES,
    SEPARATORS,
    SPACED,
    Entry,
    is_name,
    lists_none,
    look_alike,
    look_like_units,
    read_entries,
    split_outside,
    squeeze_printed,
    strip_number,
)
from audit_lib.notices.rows import Problem, ScoreRow, note_problem, plain_title
from audit_lib.notices.vocabulary import BRACKET, LONGEST_NAME, Vocabulary

HEADING = re.compile(
    r"(?P<section>[一二三四五六七八九十]+)、|\((?P<subsection>[一二三四五六七八九十]+)\)|(?P<item>[一二三四五六七八九十]+)是"
)
LONGEST_HEAD = 30  # characters of a label with its number and count
LONGEST_ROW = 60  # words of a line whose first may be a label
LONGEST_TIER = 8  # characters of a tier that we do not know
LONGEST_BARE_NAME = 6  # characters; a name that stands alone and does not end as names of units do
BARE = re.compile(rf"[\u4e00-\u9fff]{{2,{LONGEST_BARE_NAME}}}")
TAIL = re.compile(rf"等(?P<n>{NUMERAL})[个個家](?:单位)?[。;]?$")  # after the last name
LONE = re.compile("[\u4e00-\u9fff]{1,4}")
SHORTEST_SENTENCE = 4  # characters; a longer stretch alone under a heading that states several may be a sentence
COLON = re.compile("[:\uff1a]")
SEMICOLONS = ";\uff1b"
OPENING = "“‘「『【《"
CLOSING = re.compile("[”’」』】》]")
COMMA = re.compile("[,\uff0c]")
STATED = re.compile(
    rf"(?:\((?=.*\))|(?<!\())共?计?(?P<n>{NUMERAL})(?:[个個家名位](?:单位)?|(?<=\d)(?![年月日分%])[^\W\d](?=\)))\)?$"
)
REMARK = re.compile("[,\uff0c]其中.*")  # on some of the units listed before it
WORD = re.compile(r"\w+|[★☆]+")
LED = re.compile(rf"(?:.*,)?(?:以下|下列)(?P<n>{NUMERAL})[个個家](?:单位|單位)?[是为為]?(?=.)")  # 以下8个合格
LINK = re.compile("(?:的?(?:分[别別])?(?:共?有|[是为為])|如下|包括)$")  # 优秀单位有:, 好的有:
RANKED = re.compile(rf"[前后後第](?:{NUMERAL})[名位强]")  # 前十位 and 第一名 are ranks
COUNTED_HEAD = re.compile(  # 优秀单位(共13个)甲局 乙局: the count ends the heading
    rf"(.{{1,{LONGEST_HEAD}}}?[(\uff08]共?计?(?:{NUMERAL})[个個家名](?:单位)?[)\uff09])(?P<names>.+)"
)
ANNEX = re.compile(r"附[件表](?:\d{1,2}|[一二三四五六七八九十])?[:.、]?(?=.)")
POINTS = r"\d{2,3}分?(?:\(含\))?"
BAND = re.compile(rf"{POINTS}(?:[-—–~至到]{POINTS}|及?以[上下])的?")  # 80-90分, 90分(含)以上
INSIDE = re.compile(rf"[^:\uff1a]{{1,{LONGEST_HEAD}}}[:\uff1a]")


@dataclass(frozen=True)
class TierList:
    """One printed list of units in one tier; `stated` is the number of units that its heading gives.

    `heading` is the place of the heading; lists under one count together. `scores` are what stands beside the names.
    """

    tier: str
    stated: int | None
    label: str | None
    units: tuple[str, ...]
    place: str
    heading: str | None = field(default=None, compare=False, repr=False)
    scores: tuple[float | None, ...] = field(default=(), compare=False, repr=False)

    @property
    def rows(self) -> Iterator[ScoreRow]:
        """The units with the scores beside their names, as rows of a table."""
        for unit, score in zip(self.units, self.scores or [None] * len(self.units), strict=True):
            yield ScoreRow(unit, score, None, None, None, None, self.place)

    def as_dict(self) -> dict[str, Any]:
        """Return the list as `audit-lib parse --json` prints it."""
        names = ("tier", "stated", "label", "units", "place")
        return {name: getattr(self, name) for name in names} | {"units": list(self.units)}


@dataclass(frozen=True)
class _Head:
    """A line that may head a list: (一)优秀单位(8个), 优秀乡镇, 差:档案局, 绿榜. `names` is its print after a colon."""

    tier: str
    is_known: bool
    form: tuple[str, bool, bool, str]  # its numbering, whether a count and a colon follow, and its noun
    stated: int | None
    label: str | None
    names: str
    is_like_unit: bool = False  # 达标街道: a tier only beside 优秀街道

    @property
    def is_sure(self) -> bool:
        """Whether it names a known tier with more than the word alone."""
        return self.is_known and bool(any(self.form[1:]) or self.label)


@dataclass
class _Block:
    """A head with the lists below it, and the lines that both fill."""

    head: _Head
    lines: Sequence[Line]
    lists: list[TierList] = field(default_factory=list)
    rest: list[tuple[str, str]] = field(default_factory=list)  # what stands among the names and is none, with its place
    doubtful: list[tuple[str, str]] = field(default_factory=list)  # names that may be two, with their place
    is_new: bool = False  # read as a tier because others stand parallel, and nothing else
    is_described: bool = False  # as many lines as stated, each with a name and what is said of it
    is_open: bool = False  # the last line ends with a sign that more names follow


def find_tier_lists(
    lines: tuple[Line, ...], vocabulary: Vocabulary, below: Sequence[Line] = ()
) -> tuple[tuple[TierList, ...], tuple[Line, ...], tuple[Problem, ...]]:
    """Find headings such as (一)优秀单位(8个) with the names below them. Gives the lists, other lines, unread lists.

    `below` are the lines just below tables: no list goes on there.
    """
    blocks = list(_find_blocks(lines, vocabulary, set(map(id, below))))
    labelled = [block for block in blocks if isinstance(block, _Block)]
    accepted = _accept(labelled, vocabulary)
    if not accepted and not below:
        accepted = _accept_parallel(labelled, vocabulary)
    forms = {block.head.form for block in blocks if id(block) in accepted and isinstance(block, _Block)}
    places = [at for at, block in enumerate(blocks) if id(block) in accepted]
    inside = range(min(places, default=0), max(places, default=0))  # between the first list and the last
    listed = [unit for block in labelled if id(block) in accepted for each in block.lists for unit in each.units]
    longest = max((len(unit) for unit in listed if vocabulary.kind_of(unit) == "other"), default=0)
    tiers: list[TierList] = []
    prose: list[Line] = []
    problems: list[Problem] = []
    label: str | None = None
    for at, block in enumerate(blocks):
        if isinstance(block, Line):
            if at in inside and (vocabulary.names_unit(block.key) or BARE.fullmatch(block.key)):
                facts = {"n": 1, "found": block.key, "units": [block.key]}
                problems.append(note_problem("not_read", "names", block.place, "warning", **facts))
            label = plain_title(block.printed) if HEADING.match(block.key) and len(block.key) <= LONGEST_NAME else label
            band = _read_band(block, vocabulary)
            tiers += [replace(band, label=label)] if band else []
            prose += [] if band else [block]
        elif id(block) not in accepted:
            label = plain_title(block.lines[0].printed) if HEADING.match(block.lines[0].key) else label
            prose += block.lines
            units = [unit for each in block.lists for unit in each.units]
            is_parallel = block.head.form in forms and any(block.head.form)
            n_known = sum(vocabulary.names_unit(unit) for unit in units)
            if is_parallel or (2 * n_known > len(units) and any(block.head.form)):
                facts = {"heading": COLON.split(block.lines[0].key)[0]} | ({"units": units} if units else {})
                problems.append(note_problem("not_read", "label", block.lines[0].place, "warning", **facts))
        else:
            tiers += block.lists
            problems += _find_unread(block)
            problems += _find_bare_below(block, blocks[at + 1 : at + 3], longest)
            prose += block.lines[:1] if not block.lists else []
    return tuple(tiers), tuple(prose), tuple(problems)


def name_tiers(titles: Sequence[Line], units: Sequence[tuple[str, ...]], vocabulary: Vocabulary) -> list[str | None]:
    """Return the tier that each title above units names, as it would above a list; None for a title that names none."""
    steps = _count_steps(titles)
    blocks = [
        _Block(head, [line], [TierList(head.tier, head.stated, None, names, line.place)])
        for line, names in zip(titles, units, strict=True)
        if (head := _read_head(line, vocabulary, steps)) and not head.names
    ]
    accepted = _accept(blocks, vocabulary)
    named = {id(block.lines[0]): block.head.tier for block in blocks if id(block) in accepted}
    return [named.get(id(line)) for line in titles]


def _count_steps(lines: Sequence[Line]) -> Counter[str]:
    """Count by what short lines end: labels that differ in their first word end alike, 绿榜 and 黄榜."""
    ends = (squeeze(line.key.rstrip(":").strip(QUOTES))[-1:] for line in lines if 1 < len(line.key) <= LONGEST_TIER)
    return Counter(ends)


def _find_bare_below(block: _Block, below: Sequence[_Block | Line], longest: int) -> Iterator[Problem]:
    """Yield the line below names, one a line, that may hold the next: as short as the longest bare name."""
    lines = [each if isinstance(each, Line) else each.lines[0] for each in below]
    lines = [line for line in lines if BARE.fullmatch(line.key)]
    is_on_lines = bool(block.lists) and all(len(each.units) == 1 for each in block.lists)
    is_next = bool(lines) and (lines[0] is below[0] or lines[0] is getattr(below[0], "lines", [None])[0])
    if is_on_lines and is_next and longest and (len(lines[0].key) <= longest + 1 or len(lines) > len(block.lists)):
        facts = {"n": 1, "found": lines[0].key, "units": [lines[0].key]}
        yield note_problem("not_read", "names", lines[0].place, "warning", **facts)


def _find_unread(block: _Block) -> Iterator[Problem]:
    place = block.lines[0].place
    if block.is_new:
        yield note_problem("not_read", "new_tier", place, "warning", tier=block.head.tier)
    if not block.lists and not block.rest and block.head.stated != 0:
        yield note_problem("list_unread", "no_list", place, heading=block.lines[0].key)
    for found, where in block.doubtful:
        yield note_problem("not_read", "unlike", where, "warning", found=found)
    for found, where in block.rest:
        facts = {"found": found, "tier": block.head.tier}
        yield note_problem("list_unread", "below_list" if block.lists else "in_list", where, **facts)


def _find_blocks(lines: Sequence[Line], vocabulary: Vocabulary, below: set[int]) -> Iterator[_Block | Line]:
    """Yield heads with their lists, and every other line, each once."""
    steps = _count_steps(lines)
    lines = [piece for line in lines for piece in _part_heads(line, vocabulary, steps)]
    at = 0
    while at < len(lines):
        head = _read_head(lines[at], vocabulary, steps) or _read_lone(lines[at : at + 3], vocabulary)
        if head is None:
            yield lines[at]
            at += 1
            continue
        upto = (
            next((end for end in range(at + 1, len(lines)) if id(lines[end]) in below), len(lines)) if below else None
        )
        block = _read_block(lines[:upto], at, head, vocabulary, steps)
        yield block
        at += len(block.lines)


def _mark_label(line: Line, vocabulary: Vocabulary) -> Line:
    """Put a colon behind a label that only a space parts from its names: 优秀 甲镇 乙镇; 甲级 丙镇."""
    if not SPACED.search(line.text) or COLON.search(line.text):
        return line
    label, *names = line.text.split()[:LONGEST_ROW]
    is_label = vocabulary.tier_heading.fullmatch(label) or (len(label) > 1 and label.endswith(vocabulary.steps))
    if not is_label or not names or not all(map(vocabulary.names_unit, names)):
        return line
    return Line(line.place, f"{label}:{line.text.strip().removeprefix(label).strip()}")


def _part_heads(line: Line, vocabulary: Vocabulary, steps: Counter[str]) -> list[Line]:
    """Split a line where several heads stand on it: 优秀:甲镇、乙局;良好:丙镇. The labels of one list stay together."""
    line = _mark_label(line, vocabulary)
    if line.text.count(":") + line.text.count("\uff1a") < 2:
        return [line]
    pieces = [f"{piece}{sign}" for piece, sign in split_outside(line.text, f"。{SEMICOLONS}")]
    labels = [Line(line.place, piece) for piece in pieces if INSIDE.match(piece.strip())]
    if len(labels) < 2:
        return [line]
    ends = steps + _count_steps([Line(line.place, COLON.split(label.key)[0]) for label in labels])
    heads = [head for label in labels if (head := _read_head(label, vocabulary, ends))]
    is_alike = len({head.form[:3] for head in heads}) == 1 and len({head.tier for head in heads}) == len(heads)
    if len(heads) < 2 or not is_alike:
        return [line]
    parted: list[str] = []
    for piece in pieces:
        if parted and not (INSIDE.match(piece.strip()) and _read_head(Line(line.place, piece), vocabulary, ends)):
            parted[-1] += piece
        else:
            parted.append(piece)
    return [Line(line.place, piece) for piece in parted if squeeze(piece)]


def _accept(blocks: Sequence[_Block], vocabulary: Vocabulary) -> set[int]:
    """Choose the blocks that are tiers: known ones, and those parallel to another, all of whose entries are names."""
    whole = [block for block in blocks if block.lists and not block.head.is_known and not block.rest]
    whole = [block for block in whole if block.is_described or look_alike(_list_names([block]), vocabulary)]
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
            or (head.form[:3], head.tier) in contained
            or head.form[3].startswith(vocabulary.scale_noun)
        ):
            sure.append(block)
    chosen = set(map(id, sure))
    forms = {block.head.form for block in known if block.lists} | {b.head.form for b in sure if b.head.form[3]}
    has_known = look_like_units(_list_names(sure), vocabulary)
    for block in whole:
        if block.head.form in forms and id(block) not in chosen:
            chosen.add(id(block))
            block.is_new = has_known and not look_like_units(_list_names([block]), vocabulary)
    return chosen


def _list_names(blocks: Iterable[_Block]) -> list[str]:
    return [unit for block in blocks for each in block.lists for unit in each.units]


def _accept_parallel(blocks: Sequence[_Block], vocabulary: Vocabulary) -> set[int]:
    """Choose labels of one form, where no label is a tier that we know, whose lists name known units, each once."""
    forms: dict[tuple[object, ...], list[_Block]] = {}
    for block in blocks:
        if not block.lists or block.head.is_known or block.rest:
            continue
        forms.setdefault((*block.head.form[:3], bool(block.head.form[3])), []).append(block)
    chosen: set[int] = set()
    for alike in forms.values():
        units = [squeeze(unit) for block in alike for each in block.lists for unit in each.units]
        names = [block.head.tier for block in alike]
        is_parted = len(set(units)) == len(units) and len(set(names)) == len(names) > 1
        if not is_parted or 2 * sum(map(vocabulary.names_unit, units)) <= len(units):
            continue
        chosen |= set(map(id, alike))
        start = next((at for at, letters in enumerate(zip(*names, strict=False)) if len(set(letters)) > 1), 0)
        is_known = all(name[start:] in vocabulary.tier for name in names)  # 平安建设优秀单位, 平安建设良好单位
        for block in alike:
            block.is_new = not is_known
            tier = vocabulary.name_tier(block.head.tier[start:]) if is_known else block.head.tier
            block.lists = [replace(each, tier=tier) for each in block.lists]
    return chosen


def _read_head(line: Line, vocabulary: Vocabulary, steps: Counter[str]) -> _Head | None:
    """Read a line as the head of a list; None where it is none.

    A known tier alone on its line is one only with a list below; a word that we do not know must show that it is a
    label: by its number, its count, its colon, its noun, or by others that end alike (绿榜, 黄榜).
    """
    annex = ANNEX.match(line.aligned)
    head, *names = COLON.split(line.printed[annex.end() :] if annex else line.text, maxsplit=1)
    if names and STATED.fullmatch(count := squeeze(names[0])):  # 优秀:(5个)
        head, names = head + count, []
    if not names and (beside := COUNTED_HEAD.fullmatch(head)):
        head, names = beside[1], [beside["names"]]
    if SPACED.search(head) and any(vocabulary.names_unit(word) for word in head.split()):
        return None  # 甲局 一等奖
    key = align(PADDING.sub("", fold(head)))
    if not 0 < len(key) <= LONGEST_HEAD or (key.isascii() and not key.isalpha()):
        return None
    numbered = ENUMERATOR.match(key)
    if (numbered and numbered[0].endswith("是")) or RANKED.search(key) or vocabulary.band.fullmatch(line.key):
        return None
    core = key[numbered.end() :] if numbered else key
    stated = STATED.search(core)
    core = (core[: stated.start()] if stated else core).strip(QUOTES)
    core = core if any(sign in core for sign in OPENING) else CLOSING.sub("", core)  # “通达杯”金杯单位
    core = BAND.sub("", core, count=1).replace("()", "") if BAND.search(core) else core
    core = core[1:-1] if core[:1] == "(" and core[-1:] == ")" else BRACKET.sub("", core) or core
    if LINK.search(core) and core[:-1].endswith(
        vocabulary.scale_noun
    ):  # 考评等次为: leads to clauses, each with its tier
        return None
    core = LINK.sub("", core) or core
    number = read_numeral(stated["n"]) if stated else None
    if led := LED.match(core):
        number, stated, core = read_numeral(led["n"]), led, core[led.end() :]
    style = re.sub("[一二三四五六七八九十]+", "一", re.sub(r"\d+", "1", numbered[0])) if numbered else ""
    match = vocabulary.tier_heading.fullmatch(core) if vocabulary.has_tier(core) else None
    label = (match["label"] or match["before_label"]) if match else None
    if match and label and label == core:
        return None
    is_counted = match is not None and stated is not None and len(match["tier"]) > 1  # 优秀学校(3所)
    of = match["label"].removeprefix("的") if match else ""  # 考核结果为优秀的县市政府办公室
    is_of = match is not None and of != match["label"] and vocabulary.names_unit(of)
    if match and (not of or is_counted or is_of or vocabulary.is_label(of)):
        form = (style, stated is not None, bool(names), match["noun"] or label or "")
        return _Head(vocabulary.name_tier(match["tier"]), True, form, number, label or None, "".join(names))
    noun = re.search(f"(?:的?(?:{vocabulary.any_tier_noun}))*$", core)
    tier = vocabulary.tier_lead.sub("", core[: noun.start()] if noun else core)
    tier = core if noun and read_ordinal(tier) is not None else tier.removesuffix("的")  # 第一档次
    form = (style, stated is not None, bool(names), noun[0] if noun else "")
    is_label = any(form) or (core.endswith(vocabulary.steps) and steps[core[-1:]] > 1)
    if (
        read_ordinal(core) is not None
        or not is_label
        or not 0 < len(tier) <= (LONGEST_HEAD if stated else LONGEST_TIER)
        or not WORD.fullmatch(tier)
        or DATE.search(core)
    ):
        return None
    if vocabulary.is_label(core) or core in vocabulary.furniture or vocabulary.meaning_of(core) == "rank":
        return None
    if vocabulary.kind_of(core) == "other":
        return _Head(tier, False, form, number, None, "".join(names))
    ending = vocabulary.find_label(core)
    if numbered or not names or not ending or ending == core:
        return None
    form = (*form[:3], ending)
    return _Head(core.removesuffix(ending), False, form, number, ending, "".join(names), is_like_unit=True)


def _read_lone(lines: Sequence[Line], vocabulary: Vocabulary) -> _Head | None:
    """Read a short word alone above a line of names as a head, which others like it must confirm: 较差 beside 一般."""
    word = lines[0].printed
    if (
        len(lines) < 2
        or any(is_date(line.key) for line in lines)
        or not LONE.fullmatch(word)
        or vocabulary.is_label(word)
        or word in vocabulary.furniture
    ):
        return None
    entries, rest = read_entries(lines[1].text, vocabulary)
    is_list = bool(entries) and not rest and all(vocabulary.names_unit(entry.unit) for entry in entries)
    is_named = vocabulary.kind_of(word) != "other" or vocabulary.meaning_of(word) is not None
    return _Head(word, False, ("", False, False, ""), None, None, "") if is_list and not is_named else None


def _read_block(lines: Sequence[Line], at: int, head: _Head, vocabulary: Vocabulary, steps: Counter[str]) -> _Block:
    """Read the lists of a head, beside it and below it, line by line until one is none."""
    block = _Block(head, lines[at : at + 1])
    end = at + 1
    if squeeze(head.names):
        beside = Line(lines[at].place, head.names)
        while _is_cut(beside, lines[end : end + 1], vocabulary):
            beside, end = Line(beside.place, beside.text.rstrip() + lines[end].text.lstrip()), end + 1
        for text in _split_segments(beside.text):
            _read_line(Line(beside.place, text), None, block, vocabulary)
        block.lines = lines[at:end]
        if block.rest and not block.lists:
            return block
    for line, name in _read_described(lines[end:], head, vocabulary):
        _add_list(block, line, None, None, [Entry(name)])
        block.lines = lines[at : (end := end + 1)]
        block.is_described = True
    is_open = not squeeze(head.names) or squeeze(head.names)[-1:] not in {"。", ";"}
    while end < len(lines) and (is_open or _count_left(block) or 0) > 0:
        line, upto = lines[end], end + 1
        if _is_subheading(line, head, vocabulary) and upto < len(lines):
            line, upto = Line(line.place, f"{line.text.rstrip()}:{lines[upto].text.lstrip()}"), upto + 1
        elif HEADING.match(line.key) or (_is_label_line(line) and squeeze(head.names)):
            break
        below = _read_head(line, vocabulary, steps)
        if below and (below.is_known or below.form[0] or below.form[1] or (below.form[3] and not below.form[2])):
            break
        if not below or not below.form[2]:
            while _is_cut(line, lines[upto : upto + 1], vocabulary):
                line, upto = Line(line.place, line.text.rstrip() + lines[upto].text.lstrip()), upto + 1
        is_signed = bool(lines[upto : upto + 1]) and is_date(lines[upto].key)
        if not _read_line(line, is_signed, block, vocabulary):
            break
        end = upto
    block.lines = lines[at:end]
    return block


def _read_described(lines: Sequence[Line], head: _Head, vocabulary: Vocabulary) -> list[tuple[Line, str]]:
    """Return the lines below a heading, as many as it states, that name a unit and describe it: 1.甲村:户厕干净."""
    described: list[tuple[Line, str]] = []
    for line in lines[: head.stated or 0]:
        name, *text = COLON.split(strip_number(line.printed))
        if not ENUMERATOR.match(line.key) or len(text) != 1 or vocabulary.is_label(squeeze(name)):
            return []
        listed, rest = read_entries(text[0], vocabulary)
        if not is_name(name, vocabulary) or (not rest and all(vocabulary.names_unit(each.unit) for each in listed)):
            return []
        described.append((line, name))
    return described if len(described) == head.stated else []


def _split_segments(text: str) -> list[str]:
    """Split what follows a colon where labelled lists do: (1)部门(8个):甲局、乙局;(2)乡镇(2个):丙镇、丁镇."""
    pieces = [piece for piece, _ in split_outside(text, SEMICOLONS)]
    is_labelled = any(INSIDE.match(piece) for piece in pieces)
    has_sentence = any("、" in piece and COMMA.search(piece) for piece in pieces[1:])
    return pieces if is_labelled or has_sentence else [text]


def _is_subheading(line: Line, head: _Head, vocabulary: Vocabulary) -> bool:
    """Check whether a line labels the next as a part of the list: (一)乡镇(2个) under 一、优秀等次."""
    number = ENUMERATOR.match(line.key)
    if number is None or "、" in number[0] or head.form[0][:1] == number[0][:1] or COLON.search(line.key):
        return False
    return vocabulary.is_label(STATED.sub("", line.key))


def _is_label_line(line: Line) -> bool:
    return INSIDE.match(line.text) is not None


def _is_cut(line: Line, below: Sequence[Line], vocabulary: Vocabulary) -> bool:
    """Check whether a line end cuts a name: its halves are none, the whole ends as names of units do."""
    if not below or COLON.search(below[0].key) or ENUMERATOR.match(below[0].key) or line.key[-1:] in SEPARATORS:
        return False
    above = [piece for piece, _ in split_outside(line.key, SEPARATORS)]
    first = split_outside(below[0].key, SEPARATORS)[0][0]
    if len(above) < 2 or not HAN.search(first):
        return False
    half = COLON.split(above[-1])[-1]
    return vocabulary.kind_of(half) == "other" and vocabulary.kind_of(half + first) != "other"


def _count_left(block: _Block) -> int | None:
    stated = block.head.stated
    return None if stated is None else stated - sum(len(each.units) for each in block.lists)


def _read_line(line: Line, is_signed: bool | None, block: _Block, vocabulary: Vocabulary) -> bool:
    """Read a line as a list of the block; `is_signed` whether a date follows it, None for what a colon leads to."""
    left = _count_left(block)
    listed = _split_names(line, vocabulary, left)
    if listed is None:
        block.rest += [(line.key, line.place)] if is_signed is None else []
        return False
    label, stated, entries, rest = listed
    names = tuple(entry.unit for entry in entries)
    if lists_none(line.text) and not block.lists:
        _add_list(block, line, label, stated, ())
        return False
    if not names or (is_signed and len(names) == 1 and block.lists):
        block.rest += [(line.key, line.place)] if is_signed is None else []
        return False
    is_parallel = bool(block.lists) and label is not None and _number_alike(label, block.lists[-1].label)
    is_labelled = is_parallel or (label is not None and vocabulary.is_label(squeeze(label)))
    if not _are_units(
        names, rest, line, left, vocabulary, is_first=not block.lists, is_labelled=label is not None
    ) and not (
        is_labelled
        and not rest
        and all(len(name) <= (LONGEST_NAME if is_parallel else LONGEST_BARE_NAME) for name in names)
    ):
        if is_signed is None or is_labelled or _might_list(names, rest, line, left, block, vocabulary):
            block.rest.append((line.key, line.place))
        return False
    if block.lists and not block.lists[-1].scores and all(entry.score is not None for entry in entries):
        return False  # a sentence on scores below names without any
    if left == 0 and len(names) == 1 and not block.is_open and any(len(each.units) > 1 for each in block.lists):
        block.rest += [] if is_signed else [(line.key, line.place)]
        return False
    _add_list(block, line, label, stated, entries)
    block.rest += [(piece, line.place) for piece in (*rest, *REMARK.findall(line.key))]
    block.is_open = line.key[-1:] in "、,"
    return True


def _number_alike(one: str, other: str | None) -> bool:
    """Check whether two labels differ in their number alone: 第五组, 第六组."""
    plain = [re.sub(NUMERAL, "", label or "") for label in (one, other)]
    return one != other and plain[0] == plain[1] and len(plain[0]) > 1


def _add_list(block: _Block, line: Line, label: str | None, stated: int | None, entries: Iterable[Entry]) -> None:
    entries = tuple(entries)
    head = block.head
    block.doubtful += [(entry.unit, line.place) for entry in entries if entry.is_doubtful]
    scores = tuple(entry.score for entry in entries)
    block.lists.append(
        TierList(
            head.tier,
            stated if stated is not None else head.stated,
            label or head.label,
            tuple(entry.unit for entry in entries),
            line.place,
            f"{block.lines[0].place} {label}" if stated is not None else block.lines[0].place,
            scores if any(score is not None for score in scores) else (),
        )
    )


def _split_names(
    line: Line, vocabulary: Vocabulary, expected: int | None = None
) -> tuple[str | None, int | None, list[Entry], list[str]] | None:
    """Split 乡镇:甲镇、乙镇。 into its label, its count, its names, and what is none; None if this is no list."""
    if HEADING.match(line.key) and not COLON.search(line.key):
        return None
    *labels, listed = COLON.split(REMARK.sub("", line.text))
    label = squeeze_printed(labels[0]) if labels else None
    if len(labels) > 1 or (label and (len(label) > LONGEST_HEAD or COMMA.search(label))):
        return None
    entries, rest = read_entries(strip_number(listed.strip()), vocabulary, expected)
    named = strip_number(label) if label else ""
    if vocabulary.names_unit(named) and not all(vocabulary.names_unit(e.unit) for e in entries):
        return None, None, [Entry(named)], []  # 1.甲村:环境整洁
    if not entries and not lists_none(listed):
        return None
    stated = (STATED.search(squeeze(label)) if label else None) or TAIL.search(squeeze(listed))
    if label and (numbered := ENUMERATOR.match(label)):
        label = label[numbered.end() :]
    if stated and label:
        label = plain_title(re.sub(r"[(\uff08]?共?\d+[个個家][)\uff09]?$", "", label))
    return label or None, read_numeral(stated["n"]) if stated else None, entries, rest


def _are_units(
    names: tuple[str, ...],
    rest: Sequence[str],
    line: Line,
    left: int | None,
    vocabulary: Vocabulary,
    *,
    is_first: bool,
    is_labelled: bool,
) -> bool:
    """Return whether the stretches of a line name units, and are no sentence, signature, date or footer.

    Endings that we know decide. Where they do not, the line just below the heading is trusted more than those after
    it, 、 more than a comma, and a line that the stated number (`left`: what remains of it) has room for more.
    """
    if rest and any(DATE.search(squeeze(piece)) or len(piece) > LONGEST_NAME for piece in rest):
        return False
    known = [vocabulary.kind_of(name) != "other" for name in names]
    mostly = sum(known) * 2 > len(known) + len(rest)
    if all(known) and not rest:
        return True
    if COMMA.search(line.printed) or rest:
        is_bare = len(names) > 1 and not rest and all(len(name) <= SHORTEST_SENTENCE for name in names)
        is_bare = is_bare and (len(names) > 2 or not any(known))
        return is_first and (mostly or is_bare or (not rest and look_like_units(names, vocabulary)))
    if len(names) == 1:
        longest = LONGEST_NAME if left == 1 else LONGEST_BARE_NAME if left is None else SHORTEST_SENTENCE
        return is_first and left != 0 and len(names[0]) < longest + 1
    return is_first or (is_labelled and mostly) or (left is not None and len(names) <= left)


def _might_list(
    names: Sequence[str], rest: Sequence[str], line: Line, left: int | None, block: _Block, vocabulary: Vocabulary
) -> bool:
    """Return whether a line that we did not read as a list looks like one: several short stretches.

    Spaces alone separate the words of a closing line too, 特此 通报: where no name is missing, one must be known.
    """
    if len(names) == 1 or COMMA.search(line.printed) or not (block.lists or not rest):
        return False
    is_spaced = len(names) == 2 and not any(sign in line.printed for sign in SEPARATORS)
    return not (left == 0 and is_spaced) or any(vocabulary.names_unit(name) for name in names)


def _read_band(line: Line, vocabulary: Vocabulary) -> TierList | None:
    """Read a line that gives the number of units in a band of scores, and names none: 80-90分(良好) 7个."""
    match = vocabulary.band.fullmatch(line.key) if line.key[:1].isdigit() else None
    return match and TierList(vocabulary.name_tier(match["tier"]), int(match["n"]), None, (), line.place)
