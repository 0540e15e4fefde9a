"""Read the lists below a head: the names beside it and in the lines below, until a line is none of them."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from audit_lib.documents.model import Line, squeeze
from audit_lib.notices.columns import HAN, read_ordinal
from audit_lib.notices.dates import DATE, NUMERAL, is_date, read_numeral
from audit_lib.notices.described_lists import read_between, read_described, read_numbered
from audit_lib.notices.names import (
    ENUMERATOR,
    SEPARATORS,
    Entry,
    lists_none,
    look_like_units,
    names_none,
    read_entries,
    split_outside,
    squeeze_printed,
    strip_number,
)
from audit_lib.notices.printed_heads import COLON, LONGEST_HEAD, RANKED, STATED
from audit_lib.notices.rows import ScoreRow, plain_title
from audit_lib.notices.tier_heads import INSIDE, SEMICOLONS, Head, read_head
from audit_lib.notices.vocabulary import LONGEST_NAME, PLACES, Vocabulary

HEADING = re.compile(
    r"(?P<section>[一二三四五六七八九十]+)、|\((?P<subsection>[一二三四五六七八九十]+)\)|(?P<item>[一二三四五六七八九十]+)是"
)
LONGEST_BARE_NAME = 6  # characters; a name that stands alone and does not end as names of units do
TAIL = re.compile(rf"等(?P<n>{NUMERAL})[个家](?:单位)?[。;]?$")  # after the last name
SHORTEST_SENTENCE = 4  # characters; a longer stretch alone under a heading that states several may be a sentence
STOP = re.compile("[,\uff0c;\uff1b。]")  # no label holds one
COMMA = re.compile("[,\uff0c]")
SORTED_LABEL = re.compile("[从由][高优好][到至][低差劣]|(?:得分|成绩|排名)[顺次]序")  # 按得分从高到低排名:甲局、乙局
MONEY = re.compile(
    r"(?:[,\uff0c]|(?<=[\u4e00-\u9fff])\s+(?=奖))[^,\uff0c、。;]*\d[\d.]*[万千]?元[^,\uff0c、]*(?=[。;\uff1b]?$)"
)  # 甲县、乙县,奖金各12000元
SENTENCE = re.compile("[,\uff0c不未]")
REMARK = re.compile("[,\uff0c]其中.*")  # on some of the units listed before it


@dataclass(frozen=True)
class TierList:
    """One printed list of units in one tier; `stated` is the number of units that its heading gives.

    `heading` is the place of the heading; lists under one count together. `scores` are what stands beside the names,
    `series` the assessment, where the notice states the tiers of several for the same units. A list `is_apart` where it
    rates another assessment than the one that the scores are of.
    """

    tier: str
    stated: int | None
    label: str | None
    units: tuple[str, ...]
    place: str
    heading: str | None = field(default=None, compare=False, repr=False)
    scores: tuple[float | None, ...] = field(default=(), compare=False, repr=False)
    ranks: tuple[int, ...] = field(default=(), compare=False, repr=False)
    series: str | None = field(default=None, compare=False, repr=False)
    is_apart: bool = field(default=False, compare=False, repr=False)

    @property
    def rows(self) -> Iterator[ScoreRow]:
        """The units with the scores beside their names and the ranks of their order, as rows of a table."""
        nothing = [None] * len(self.units)
        for unit, score, rank in zip(self.units, self.scores or nothing, self.ranks or nothing, strict=True):
            yield ScoreRow(unit, score, rank, None, None, None, self.place)

    def as_dict(self) -> dict[str, Any]:
        """Return the list as `audit-lib parse --json` prints it."""
        names = ("tier", "stated", "label", "units", "place")
        return {name: getattr(self, name) for name in names} | {"units": list(self.units)}


@dataclass
class Block:
    """A head with the lists below it, and the lines that both fill."""

    head: Head
    lines: Sequence[Line]
    lists: list[TierList] = field(default_factory=list)
    rest: list[tuple[str, str]] = field(default_factory=list)  # what stands among the names and is none, with its place
    doubtful: list[tuple[str, str]] = field(default_factory=list)  # names that may be two, with their place
    is_new: bool = False  # read as a tier because others stand parallel, and nothing else
    is_described: bool = False  # each line names a unit and says more than that
    is_open: bool = False  # the last line ends with a sign that more names follow


def read_block(
    lines: Sequence[Line],
    at: int,
    until: int,
    head: Head,
    vocabulary: Vocabulary,
    steps: Counter[str],
    above: Block | None,
) -> Block:
    """Read the lists of a head, beside it and below it, line by line until one is none or the line `until`.

    `above` is the block that ends just before the head.
    """
    block = Block(head, lines[at : at + 1])
    end = at + 1
    if squeeze(head.names):
        beside = Line(lines[at].place, head.names)
        while _is_cut(beside, lines[end : min(until, end + 1)], vocabulary):
            beside, end = Line(beside.place, beside.text.rstrip() + lines[end].text.lstrip()), end + 1
        for text in _split_segments(beside.text):
            _read_line(Line(beside.place, text), None, block, vocabulary)
        block.lines = lines[at:end]
        if block.rest and not block.lists:
            return block
    following = partial(map, lines.__getitem__, range(end, until))
    if not block.lists:
        described = read_described(following, head, vocabulary, steps)
        numbered = [] if described else read_numbered(following(), head, vocabulary)
        if not (described or numbered or squeeze(head.names)):
            is_after = above is not None and above.is_described and above.head.form == head.form
            described = read_between(following(), head, vocabulary, steps, is_after=is_after)
        block.is_described = bool(described)
        for line, name, n in described or numbered:
            _add_list(block, line, None, None, [Entry(name)])
            block.lines = lines[at : end + n]
        if block.lists:
            return block
    is_open = not squeeze(head.names) or squeeze(head.names)[-1:] not in {"。", ";"}
    nested = set[object]()  # forms of labels below a tier that has no names of its own: 政法单位(3个):甲局
    while end < until and (is_open or count_left(block) or 0) > 0:
        line, upto = lines[end], end + 1
        if _is_subheading(line, head, vocabulary) and upto < until:
            line, upto = Line(line.place, f"{line.text.rstrip()}:{lines[upto].text.lstrip()}"), upto + 1
        elif HEADING.match(line.key) or (squeeze(head.names) and (_is_label_line(line) or ENUMERATOR.match(line.key))):
            break
        below = read_head(line, vocabulary, steps)
        is_step = below is not None and not head.is_known and below.tier.endswith(vocabulary.steps)
        is_again = below is not None and below.form[2] and steps[below.tier] > 1 and below.tier[0] != "第"
        is_step = is_step or (is_again and not head.is_known)  # a label that recurs, and no group: 第一组
        if below and below.form not in nested and _may_nest(below, block, vocabulary):
            nested.add(below.form)
        if (
            below
            and below.form not in nested
            and (is_step or below.is_known or below.form[0] or below.form[1] or (below.form[3] and not below.form[2]))
        ):
            break
        if not below or not below.form[2]:
            while _is_cut(line, lines[upto : upto + 1], vocabulary):
                line, upto = Line(line.place, line.text.rstrip() + lines[upto].text.lstrip()), upto + 1
        is_signed = upto < until and (
            is_date(lines[upto].key) or _signs_with_next(line, lines[upto : min(until, upto + 2)], block, vocabulary)
        )
        if not _read_line(line, is_signed, block, vocabulary):
            break
        end = upto
    block.lines = lines[at:end]
    return block


def _may_nest(below: Head, block: Block, vocabulary: Vocabulary) -> bool:
    """Check whether a counted label begins the list of a tier above it, which has no names of its own."""
    head = block.head
    is_empty = not block.lists and not squeeze(head.names)
    is_tier = head.is_sure or head.form[3].startswith(vocabulary.scale_noun)
    is_part = not below.is_known and bool(below.form[1] and squeeze(below.names))
    return is_empty and is_tier and is_part and (head.form[1] or not below.form[0])


def _signs_with_next(line: Line, below: Sequence[Line], block: Block, vocabulary: Vocabulary) -> bool:
    """Check whether two lines above a date sign together: names, the first of a kind that the list does not have."""
    if (
        count_left(block)
        or len(below) < 2
        or not is_date(below[1].key)
        or not vocabulary.names_unit(below[0].key)
        or COLON.search(line.key)
    ):
        return False
    kinds = {vocabulary.kind_of(unit) for each in block.lists for unit in each.units}
    return vocabulary.kind_of(line.key) not in kinds


def _split_segments(text: str) -> list[str]:
    """Split what follows a colon where labelled lists do: (1)部门(8个):甲局、乙局;(2)乡镇(2个):丙镇、丁镇."""
    pieces = [piece for piece, _ in split_outside(text, SEMICOLONS)]
    is_labelled = any(INSIDE.match(piece) for piece in pieces)
    has_sentence = any(map(SENTENCE.search, pieces[1:]))
    return pieces if is_labelled or has_sentence else [text]


def _is_subheading(line: Line, head: Head, vocabulary: Vocabulary) -> bool:
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
    _, colon, listed = line.key.rpartition(":")
    *above, half = [piece for piece, _ in split_outside(listed, SEPARATORS)]
    first, sign = split_outside(below[0].key, SEPARATORS)[0]
    if len(first) > 1 and first in vocabulary.suffix and vocabulary.kind_of(half) == "other":
        return True  # no name is an ending, or a character
    if not (above or colon) or not HAN.search(first):
        return False
    if len(first) == 1:
        return True
    if vocabulary.kind_of(half) != "other" or any(map(str.isdigit, half)):
        return False
    is_among = bool(above) and all(vocabulary.kind_of(name) != "other" for name in above)
    return vocabulary.kind_of(half + first) != "other" or (is_among and bool(sign) and len(first) < SHORTEST_SENTENCE)


def count_left(block: Block) -> int | None:
    """Return how many names are still to come; None where the head states no number."""
    stated = block.head.stated
    return None if stated is None else stated - sum(len(each.units) for each in block.lists)


def _read_line(line: Line, is_signed: bool | None, block: Block, vocabulary: Vocabulary) -> bool:
    """Read a line as a list of the block; `is_signed` whether a date follows it, None for what a colon leads to."""
    left = count_left(block)
    listed = _split_names(line, vocabulary, left)
    if listed is None:
        block.rest += [(line.key, line.place)] if is_signed is None else []
        return False
    label, stated, entries, rest = listed
    names = tuple(entry.unit for entry in entries)
    if lists_none(line.text) and not block.lists:
        _add_list(block, line, label, stated, ())
        return False
    is_signature = is_signed and len(names) == 1 and block.lists and not _is_place_among(names[0], block, vocabulary)
    if not names or is_signature:
        block.rest += [(line.key, line.place)] if is_signed is None else []
        return False
    is_parallel = bool(block.lists) and label is not None and _number_alike(label, block.lists[-1].label)
    is_labelled = is_parallel or (label is not None and vocabulary.is_label(squeeze(label)))
    is_first = not block.lists or block.is_open
    is_beside = is_signed is None and block.head.tier.endswith(vocabulary.steps)  # C级:甲旅行社
    if not _are_units(
        names, rest, line, left, vocabulary, is_first=is_first, is_labelled=label is not None, is_beside=is_beside
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


def _is_place_among(name: str, block: Block, vocabulary: Vocabulary) -> bool:
    """Check whether the last name above a date is a place among others of its kind, which sign nothing: villages."""
    kind = vocabulary.kind_of(name)
    return kind in PLACES and all(vocabulary.kind_of(unit) == kind for each in block.lists for unit in each.units)


def _number_alike(one: str, other: str | None) -> bool:
    """Check whether two labels differ in their number alone: 第五组, 第六组."""
    plain = [re.sub(NUMERAL, "", label or "") for label in (one, other)]
    return one != other and plain[0] == plain[1] and len(plain[0]) > 1


def _add_list(block: Block, line: Line, label: str | None, stated: int | None, entries: Iterable[Entry]) -> None:
    entries = tuple(entries)
    head = block.head
    block.doubtful += [(entry.unit, line.place) for entry in entries if entry.is_doubtful]
    scores = tuple(entry.score for entry in entries)
    if label and SORTED_LABEL.search(label):
        label, ranks = None, tuple(range(1, len(entries) + 1))
    else:
        rank = read_ordinal(label) if label and RANKED.fullmatch(label) else None
        label, ranks = (label, ()) if rank is None else (None, (rank,) * len(entries))
    block.lists.append(
        TierList(
            head.tier,
            stated if stated is not None else head.stated,
            label or head.label,
            tuple(entry.unit for entry in entries),
            line.place,
            f"{block.lines[0].place} {label}" if stated is not None else block.lines[0].place,
            scores if any(score is not None for score in scores) else (),
            ranks,
        )
    )


def _split_names(
    line: Line, vocabulary: Vocabulary, expected: int | None = None
) -> tuple[str | None, int | None, list[Entry], list[str]] | None:
    """Split 乡镇:甲镇、乙镇。 into its label, its count, its names, and what is none; None if this is no list."""
    if HEADING.match(line.key) and not COLON.search(line.key):
        return None
    *labels, listed = COLON.split(MONEY.sub("", REMARK.sub("", line.text)))
    label = squeeze_printed(labels[0]) if labels else None
    if len(labels) > 1 or (label and (len(label) > LONGEST_HEAD or STOP.search(label))):
        return None
    listed = _cut_predicate(listed, vocabulary)
    entries, rest = read_entries(strip_number(listed.strip()), vocabulary, expected)
    if len(entries) > 1 and entries[-1].score is not None and all(each.score is None for each in entries[:-1]):
        entries = [replace(each, score=entries[-1].score) for each in entries]  # 甲局、乙局(100分)
    named = strip_number(label) if label else ""
    if vocabulary.names_unit(named) and not all(vocabulary.names_unit(e.unit) for e in entries):
        return None, None, [Entry(named)], []  # 1.甲村:环境整洁
    if not entries and not lists_none(listed):
        return None
    counted = "" if label is None or RANKED.search(label) else label  # 第三名 counts nothing
    stated = STATED.search(squeeze(counted)) or TAIL.search(squeeze(listed))
    if label and (numbered := ENUMERATOR.match(label)):
        label = label[numbered.end() :]
    if stated and label:
        label = plain_title(re.sub(r"[(\uff08]?共?\d+[个家][)\uff09]?$", "", label))
    return label or None, read_numeral(stated["n"]) if stated else None, entries, rest


def _cut_predicate(listed: str, vocabulary: Vocabulary) -> str:
    """Remove what a sentence says of the names it begins with: 甲镇、乙镇,予以通报表扬."""
    pieces = split_outside(listed, ",\uff0c")
    known = [
        [vocabulary.names_unit(strip_number(squeeze(name).rstrip("。;"))) for name, _ in split_outside(piece, "、")]
        for piece, _ in pieces
    ]
    end = next((at for at, each in enumerate(known) if not all(each)), len(known))
    is_sentence = 0 < end < len(known) and names_none(squeeze(pieces[end][0]), vocabulary)
    is_sentence = is_sentence and not any(any(each) for each in known[end:])
    return ",".join(piece for piece, _ in pieces[:end]) if is_sentence else listed


def _are_units(
    names: tuple[str, ...],
    rest: Sequence[str],
    line: Line,
    left: int | None,
    vocabulary: Vocabulary,
    *,
    is_first: bool,
    is_labelled: bool,
    is_beside: bool,
) -> bool:
    """Return whether the stretches of a line name units, and are no sentence, signature, date or footer.

    Endings that we know decide. Where they do not, the line just below the heading is trusted more than those after
    it, 、 more than a comma, and a line that the stated number (`left`: what remains of it) has room for more.
    """
    if rest and any(DATE.search(squeeze(piece)) or len(piece) > LONGEST_NAME for piece in rest):
        return False
    known = [vocabulary.kind_of(name) != "other" for name in names]
    mostly = sum(known) * 2 > len(known) + len(rest)
    short = [name for name, is_known in zip(names, known, strict=True) if not is_known]
    mostly |= not rest and sum(known) >= len(short) and all(len(name) < SHORTEST_SENTENCE for name in short)
    if all(known) and not rest:
        return True
    if COMMA.search(line.printed) or rest:
        is_bare = len(names) > 1 and not rest and all(len(name) <= SHORTEST_SENTENCE for name in names)
        is_bare = is_bare and (len(names) > 2 or not any(known))
        return is_first and (mostly or is_bare or (not rest and look_like_units(names, vocabulary)))
    if len(names) == 1:
        longest = LONGEST_NAME if left == 1 or is_beside else LONGEST_BARE_NAME if left is None else SHORTEST_SENTENCE
        return is_first and left != 0 and len(names[0]) < longest + 1
    return is_first or (is_labelled and mostly) or (left is not None and len(names) <= left)


def _might_list(
    names: Sequence[str], rest: Sequence[str], line: Line, left: int | None, block: Block, vocabulary: Vocabulary
) -> bool:
    """Return whether a line that we did not read as a list looks like one: several short stretches.

    Spaces alone separate the words of a closing line too, 特此 通报: where no name is missing, one must be known.
    """
    if len(names) == 1 or COMMA.search(line.printed) or not (block.lists or not rest):
        return False
    is_spaced = len(names) == 2 and not any(sign in line.printed for sign in SEPARATORS)
    return not (left == 0 and is_spaced) or any(vocabulary.names_unit(name) for name in names)
