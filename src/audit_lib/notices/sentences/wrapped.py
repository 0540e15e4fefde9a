"""Join lines that a line end parts, and split those that hold several, so that sentences and lists are whole."""

import re
import sys
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import pairwise

from audit_lib.documents.model import Line, align
from audit_lib.notices.lists.tier_heads import RANKING
from audit_lib.notices.words.dates import DATE, NUMERAL
from audit_lib.notices.words.entries import (
    CLAUSE_ENDS,
    ENUMERATOR,
    SEPARATORS,
    split_and,
    split_outside,
    split_spaces,
    strip_number,
)
from audit_lib.notices.words.names import LONGEST_BARE
from audit_lib.notices.words.vocabulary import Vocabulary
from audit_lib.notices.words.word_lists import SIGNS, SPACED

PARTING = f"{SEPARATORS}:\uff1a!?"
SECTION = re.compile(  # where a line end was lost
    r"(?<=\s)(?:([一二三四五六七八九十]{1,3})、|[(\uff08]([一二三四五六七八九十]{1,3})[)\uff09]|\d{1,2}[.\uff0e]\s*(?=[^\W\d]))"
)
MARK = re.compile("[·•※\u2014\u2190-\u27bf㈠-㈩]")
DASHES = re.compile(r"(?:(?<=[^\W\d])|(?<=[)\uff09]))\s*——\s*(?=\w)")  # 甲店——无健康证明, 市(州)——甲市
COUNTED_PLACE = re.compile(r"^\s*(?i:no|top)\.?\s*(\d{1,3})[\s:\uff1a、.]\s*(?=[^\W\d])")  # NO.1:甲社区
PLACED_ROW = re.compile(  # 第3名 甲镇一中 综合得分84.07
    rf"^\s*(第(?:{NUMERAL})[名位])[\s:\uff1a]+(\S*[^\W\d]\S*)\s+(?=[^\W\d]*分[:\uff1a]?\s*\d[\d.]*分?\s*$)"
)
BULLET = re.compile(r"^\s*[·•※\u2190-\u21ff\u2500-\u27bf]\s*(?=[^\W\d])")  # ◆甲镇, ● 优秀单位
CIRCLED = re.compile(
    r"(?:^|(?<=[\s;\uff1b。,\uff0c、:\uff1a]))[①-⒛㈠-㈩]"
)  # before an item; after a name it is a footnote's
INLINE = re.compile(r"(?<![\d.\uff0e])(\d{1,2})[.、\uff0e](?=[^\W\d])")
FEWEST_NUMBERED = 2
ENDS_ITEM = "、,\uff0c;\uff1b。:\uff1a"
IN_ORDER = re.compile("依次[是为]?:$")  # the names follow on the next line
OTHER_TIME = re.compile("上[年期月次]|去年|同期|自评")
RESPECTIVELY = re.compile("分别(?:被|得分|成绩)?(?:考核|评定|认定|确定|评|列)*[为是]")
SENTENCE_ENDS = f"{CLAUSE_ENDS}:"
LABELLED = re.compile(r"[^、,;。:]{1,20}:")
COMPLETE = re.compile(rf"[\d分%)]$|第(?:{NUMERAL})[名位]?$")
SHORTEST_NAME = 3  # characters
LABEL_AHEAD = re.compile(
    r"(?<=[\u4e00-\u9fff分)\uff09])\s+(?=第[^\s、,;。:\uff1a]{1,8}[:\uff1a])"
)  # 第一名:甲镇 第二名:乙镇
FULL_LINE = 20  # characters of a line that may be full


def join_wrapped(lines: Sequence[Line], vocabulary: Vocabulary) -> tuple[Line, ...]:
    """Join lines where a line end parts a sentence, so that no name, list or score is cut."""
    lengths = sorted(len(line.printed) for line in lines)
    full = max(FULL_LINE, lengths[-1] - 1) if len(lengths) > 2 and lengths[-3] > lengths[-1] - 2 else sys.maxsize
    joined: list[Line] = []
    paragraph: list[int] = []  # the lengths of the lines that are one by now; the last may be as full as the first
    for line in lines:
        above = joined[-1] if joined else None
        is_full = len(paragraph) > 1 and paragraph[-1] >= max(FULL_LINE, paragraph[0] - 1)
        if above and _goes_on(above, line, is_full or len(above.printed) >= full, vocabulary):
            joined[-1] = Line(above.place, above.text.rstrip() + line.text.lstrip())
            paragraph.append(len(line.printed))
        else:
            joined.append(line)
            paragraph = [len(line.printed)]
    texts = (
        _expand(line.aligned, vocabulary) if RESPECTIVELY.search(line.text) else part_spaces(line.text, vocabulary)
        for line in joined
    )
    return tuple(
        line if text == line.text else Line(line.place, text) for line, text in zip(joined, texts, strict=True)
    )


def _expand(text: str, vocabulary: Vocabulary) -> str:
    """Word 甲、乙、丙得分分别为95、94、93 as a clause for each name, if there are as many values."""
    clauses = [_expand_clause(clause, vocabulary) + sign for clause, sign in split_outside(text, "。;")]
    return "".join(clauses)


def _expand_clause(clause: str, vocabulary: Vocabulary) -> str:
    found = RESPECTIVELY.search(clause)
    above, sign, below = clause.partition(found[0]) if found else (clause, "", "")
    lead, comma, listed = above.rpartition(",")
    names = [piece for piece, _ in split_outside(listed, "、")]
    values = [value for value, _ in split_outside(re.sub("[和及与]", "、", below.partition(",")[0]), "、")]
    end = next((end for end in range(len(names[-1]), 1, -1) if vocabulary.names_unit(names[-1][:end])), 0)
    *first, last = names
    names = [part for name in (*first, last[:end]) for part in split_and(name, vocabulary)]
    if not sign or len(names) < 2 or len(names) != len(values) or not end:
        return clause
    what = last[end:]
    if OTHER_TIME.search(what):  # 上年得分分别为…,今年分别为…
        return clause
    return lead + comma + ";".join(f"{name}{what}为{value}" for name, value in zip(names, values, strict=True))


def _goes_on(above: Line, line: Line, is_full: bool, vocabulary: Vocabulary) -> bool:
    """Check whether a sentence goes on: its sign says so, its line is full, or only the whole is a name."""
    text, below = above.aligned, line.aligned
    text = strip_number(text)  # its sign parts nothing
    if IN_ORDER.search(text) and "、" in below and not ENUMERATOR.match(below) and not LABELLED.match(below):
        return True
    if text[-1:] in SENTENCE_ENDS or not any(sign in text for sign in "、,;。") or ENUMERATOR.match(below):
        return False
    if DATE.search(below) or LABELLED.match(below) or RANKING.search(below):
        return False
    if text[-1] in "、," or below[0] in "分。,、;)":
        return True
    half, starts = SIGNS.split(text)[-1], [below[:end] for end in range(1, LONGEST_BARE)]
    if (
        text[: len(text) - len(half)][-1:] == "、"
        and not vocabulary.names_unit(half)
        and any(
            vocabulary.names_unit(half + start)
            for start in starts
            if len(start) < SHORTEST_NAME or not vocabulary.names_unit(start)
        )
    ):
        return True
    return is_full and not COMPLETE.search(text) and not vocabulary.names_unit(half)


def plain_marks(line: Line) -> Line:
    """Return a line without the bullet at its beginning, and the circled numbers of its items in brackets."""
    text = PLACED_ROW.sub(r"\1:\2,", COUNTED_PLACE.sub(r"第\1名:", line.text))
    if not MARK.search(line.text):
        return line if text == line.text else Line(line.place, text)
    text = DASHES.sub(":", CIRCLED.sub(_plain_number, BULLET.sub("", text)))
    return line if text == line.text else Line(line.place, text)


def _plain_number(mark: re.Match[str]) -> str:
    number = unicodedata.normalize("NFKC", mark[0])  # 1, (1), 1. or (一)
    return f"({number})" if number.isdigit() else number


def part_numbered(line: Line) -> Line:
    """Return a line with a sign between the items that it numbers one by one: 1.甲镇(96)2.乙镇(95)."""
    found = list(INLINE.finditer(line.text))
    first = int(found[0][1]) if found and not line.text[: found[0].start()].strip() else 1
    text, number = line.text, first
    for match in found:
        if int(match[1]) == number:
            at = match.start() + len(text) - len(line.text)
            sign = "" if number == first or text[:at].rstrip()[-1:] in ENDS_ITEM else ";"
            text = f"{text[:at]}{sign}{number}.{text[at + len(match[0]) :]}"
            number += 1
    return Line(line.place, text) if number - first >= FEWEST_NUMBERED else line


def part_sections(line: Line) -> Iterator[Line]:
    """Yield the lines of a page that lost its line ends, 一、先进单位 甲局 乙局 二、一等奖:丙镇; others as they are.

    Sections begin at their numbers, lists after their heading, labels at a word with a colon, sentences on their own.
    """
    found = list(SECTION.finditer(line.text))
    starts = [match.start() for match in found]
    if not any([match[n] for match in found if match[n]][:2] == ["一", "二"] for n in (1, 2)):
        yield line
        return
    for start, end in pairwise([0, *starts, len(line.text)]):
        words: list[str] = []
        for word in line.text[start:end].split():
            is_sentence = word[-1:] in SENTENCE_ENDS or len(SIGNS.split(word)[0]) > FULL_LINE
            begun = "".join(words[:2])
            number = ENUMERATOR.match(begun)
            is_heading = number is not None and number[0] != begun
            if words and (is_sentence or is_heading or ":" in align(word)):
                yield Line(line.place, " ".join(words))
                words = []
            words.append(word)
        if words:
            yield Line(line.place, " ".join(words))


def part_spaces(text: str, vocabulary: Vocabulary) -> str:
    """Put a sign between the names of a list that only spaces part, so that they stay apart without their spaces."""
    if not SPACED.search(text):
        return text
    text = LABEL_AHEAD.sub(";", text)
    return "".join("、".join(split_spaces(piece, vocabulary)) + sign for piece, sign in split_outside(text, PARTING))
