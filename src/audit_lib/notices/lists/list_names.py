"""Read the names that a line lists, with its label and count, and add them to the list of a head."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from audit_lib.documents.model import Line, squeeze
from audit_lib.notices.grids.columns import read_ordinal
from audit_lib.notices.grids.rows import plain_title
from audit_lib.notices.lists.printed_heads import COLON, LONGEST_HEAD, RANKED, STATED
from audit_lib.notices.lists.tier_lists import HEADING, Block, TierList
from audit_lib.notices.words.dates import DATE, NUMERAL, read_numeral
from audit_lib.notices.words.entries import (
    ENUMERATOR,
    SEPARATORS,
    Entry,
    lists_none,
    read_entries,
    split_outside,
    squeeze_printed,
    strip_number,
)
from audit_lib.notices.words.names import look_like_units, names_none
from audit_lib.notices.words.vocabulary import Vocabulary
from audit_lib.notices.words.word_lists import LONGEST_NAME, PLACES

LONGEST_BARE_NAME = 6  # characters; a name that stands alone and does not end as names of units do
TAIL = re.compile(rf"(?:等|共计?|\()共?(?P<n>{NUMERAL})[个家][^、,;。()]{{0,8}}\)?[。;]?$")  # after the last name
SHORTEST_SENTENCE = 4  # characters; a longer stretch alone under a heading that states several may be a sentence
STOP = re.compile("[,\uff0c;\uff1b。]")  # no label holds one
COMMA = re.compile("[,\uff0c]")
SORTED_LABEL = re.compile("[从由][高优好][到至][低差劣]|(?:得分|成绩|排名)[顺次]序")  # 按得分从高到低排名:甲局、乙局
MONEY = re.compile(
    r"(?:[,\uff0c]|(?<=[\u4e00-\u9fff])\s+(?=奖))[^,\uff0c、。;]*\d[\d.]*[万千]?元[^,\uff0c、]*(?=[。;\uff1b]?$)"
)  # 甲县、乙县,奖金各12000元
OPEN_END = re.compile(r"(?<=[^上下中高初优一二三特])等[。;]?$|…+[。;]?$|\.{3,}$")  # 甲镇、乙镇等
REMARK = re.compile("[,\uff0c;\uff1b。]其中.*")  # on some of the units listed before it


def read_names(line: Line, is_signed: bool | None, block: Block, vocabulary: Vocabulary) -> bool:
    """Read a line as a list of the block; `is_signed` whether a date follows it, None for what a colon leads to."""
    left = block.left
    if block.lists and line.key.startswith("其中"):
        return False  # on some of the units listed before it
    listed = _split_names(line, vocabulary, left)
    if listed is None:
        block.rest += [(line.key, line.place)] if is_signed is None else []
        return False
    label, stated, entries, rest = listed
    names = tuple(entry.unit for entry in entries)
    if lists_none(line.text) and not block.lists:
        add_list(block, line, label, stated, ())
        return False
    is_signature = is_signed and len(names) == 1 and block.lists and not _is_place_among(names[0], block, vocabulary)
    if not names or is_signature:
        block.rest += [(line.key, line.place)] if is_signed is None else []
        return False
    is_parallel = bool(block.lists) and label is not None and _number_alike(label, block.lists[-1].label)
    is_labelled = is_parallel or (label is not None and vocabulary.is_label(squeeze(label)))
    is_first = not block.lists or block.is_open
    goes_on = block.is_open and not rest
    is_tier = block.head.is_known or block.head.tier.endswith(vocabulary.steps)
    is_beside = is_signed is None and is_tier  # C级:甲旅行社
    if not _are_units(
        names, rest, line, left, vocabulary, is_first=is_first, is_labelled=label is not None, is_beside=is_beside
    ) and not (
        (is_labelled or goes_on)
        and not rest
        and all(len(name) <= (LONGEST_NAME if is_parallel or goes_on else LONGEST_BARE_NAME) for name in names)
    ):
        if is_signed is None or is_labelled or _might_list(names, rest, line, left, block, vocabulary):
            block.rest.append((line.key, line.place))
        return False
    if block.lists and not block.lists[-1].scores and all(entry.score is not None for entry in entries):
        return False  # a sentence on scores below names without any
    if left == 0 and len(names) == 1 and not block.is_open and any(len(each.units) > 1 for each in block.lists):
        block.rest += [] if is_signed else [(line.key, line.place)]
        return False
    add_list(block, line, label, stated, entries)
    block.rest += [(piece, line.place) for piece in (*rest, *REMARK.findall(line.key))]
    if block.head.is_known and (ends := OPEN_END.search(line.key)):
        block.rest.append((ends[0], line.place))
    is_parted = line.key.count(";") > 1 and "、" not in line.key
    block.is_open = line.key[-1:] in ("、,;" if is_parted else "、,")
    return True


def _is_place_among(name: str, block: Block, vocabulary: Vocabulary) -> bool:
    """Check whether the last name above a date is a place among others of its kind, which sign nothing: villages."""
    kind = vocabulary.kind_of(name)
    return kind in PLACES and all(vocabulary.kind_of(unit) == kind for unit in block.units)


def _number_alike(one: str, other: str | None) -> bool:
    """Check whether two labels differ in their number alone: 第五组, 第六组."""
    plain = [re.sub(NUMERAL, "", label or "") for label in (one, other)]
    return one != other and plain[0] == plain[1] and len(plain[0]) > 1


def add_list(block: Block, line: Line, label: str | None, stated: int | None, entries: Iterable[Entry]) -> None:
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
            not head.is_known and len(ranks) > 1 and None not in scores,
        )
    )


def _split_names(
    line: Line, vocabulary: Vocabulary, expected: int | None = None
) -> tuple[str | None, int | None, list[Entry], list[str]] | None:
    """Split 乡镇:甲镇、乙镇。 into its label, its count, its names, and the other pieces; None if this is no list."""
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
    """Check whether the stretches of a line name units, and are no sentence, signature, date or footer.

    Known endings decide. Where they do not, the line just below the heading is trusted more than those after
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
    """Check whether a line that we did not read as a list looks like one: several short stretches.

    Spaces alone separate the words of a closing line too, 特此 通报: where no name is missing, one must be known.
    """
    if len(names) == 1 or COMMA.search(line.printed) or not (block.lists or not rest):
        return False
    is_spaced = len(names) == 2 and not any(sign in line.printed for sign in SEPARATORS)
    return not (left == 0 and is_spaced) or any(vocabulary.names_unit(name) for name in names)
