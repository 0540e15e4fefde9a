"""Split print into the names that it lists: at signs outside brackets, without what numbers, scores or counts them."""

import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import cache

from audit_lib.documents.model import PADDING, fold, squeeze
from audit_lib.notices.words.dates import NUMERAL
from audit_lib.notices.words.names import FEWEST_ALIKE, HALF_QUOTE, LONGEST_BARE, SHORTEST_WORD, is_name
from audit_lib.notices.words.vocabulary import Vocabulary
from audit_lib.notices.words.word_lists import BRACKET, HAN, LONGEST_NAME, PLACES

SEPARATORS = "、,\uff0c;\uff1b。/"
ANY_BRACKET = re.compile("[()\uff08\uff09]")
ENUMERATOR = re.compile(
    r"(?:第?[一二三四五六七八九十]{1,3}(?:[、.\uff0e]|是)|[(\uff08](?:[一二三四五六七八九十]{1,3}|\d{1,2})[)\uff09]|\d{1,2}[、.\uff0e](?!\d))"
)
QUOTES = "“”‘’\"'「」『』【】《》"
MARKS = re.compile(r"(?<=[^\W\d])(?:…+|[*※★☆▲△◆#.①-⑳]|\[\d+\])$")  # of a footnote, or the end of a sentence
NUMBERED = re.compile(r"(?:[(\uff08]?\d{1,2}[)\uff09]|[①-⑳]|\d{1,2}[.\uff0e])(?=[^\W\d])")  # of an entry
ASIDE = re.compile(
    r"[(\uff08][^()\uff08\uff09]{0,40}?(?:先后|排名|排序|为序|详见|见附)[^()\uff08\uff09]{0,40}[)\uff09]"
    r"|[(\uff08](?![^()\uff08\uff09]*(?:\d分|第|[降改]为|取消))"  # not one with a result: 甲镇(95分,第1名)
    r"[^()\uff08\uff09]{0,60}[,\uff0c;\uff1b][^()\uff08\uff09]{0,60}[)\uff09]"  # a sentence
    r"|[(\uff08][^()\uff08\uff09\d]{0,9}\d[\d.]*[万千]?元[)\uff09]"  # (奖3万元)
)  # (排名不分先后)
COUNTED = re.compile(
    rf"等(?:共?(?:{NUMERAL})[^、,;。不未]{{1,8}})?$|(?:共|计)(?:{NUMERAL})[个家][^、,;。]{{0,6}}$|(?<![第\d])\d{{1,3}}[市县区州]$"
)
LEAST_POINTS, FULL_POINTS = 40, 100  # of a whole number in brackets after each name; fewer may count something
POINTS = r"(?:\d{1,3}|\d{4}(?=[\d.]*分))(?:\.\d+)?"  # a score, as lists and sentences print it
# A number of anything after a name is not of it; a score is kept.
BESIDE = re.compile(
    rf"[(\uff08](?:得分|得)?(?P<in>\d+(?:\.\d+)?)(?P<mark>[^\W\d]{{1,2}}|%)?[)\uff09]$|(?<=[^\W\d])(?:得分|得)?(?P<n>{POINTS})分$"
)
WIDE = re.compile(r"(?<=\S)(?:[\t\u3000]|\s{2,})(?=\S)")
GLUED_GOVERNMENTS = re.compile(r"(?<=[县市区州镇乡]人民政府)(?=[^\W\d]{2,8}[县市区州镇乡]人民政府)")
DOTS = re.compile("[·•]")
AND = re.compile("以及|[和及与]")
CLAUSE_ENDS = "。;!?"
NO_UNITS = frozenset(["无", "没有", "暂无", "空缺", "/", "-", "—", "——"])


@dataclass(frozen=True)
class Entry:
    """A name as a list prints it, with the score that may stand in brackets after it."""

    unit: str
    score: float | None = None
    is_doubtful: bool = False  # printed with spaces that may part names


def split_outside(text: str, signs: str) -> list[tuple[str, str]]:
    """Split a text at signs outside brackets. Each piece comes with the sign that ends it, the last with none.

    >>> split_outside("甲镇(乙、丙)、丁局", "、")
    [('甲镇(乙、丙)', '、'), ('丁局', '')]
    """
    if "(" not in text and "\uff08" not in text:
        parts = _compile_signs(signs).split(text)
        return list(zip(parts[::2], [*parts[1::2], ""], strict=True))
    closed = _find_closed(text)
    pieces: list[tuple[str, str]] = []
    start = until = 0
    for match in _compile_signs(f"{signs}(\uff08").finditer(text):
        at = match.start()
        if at in closed:
            until = max(until, closed[at])
        elif match[0] in signs and at >= until:
            pieces.append((text[start:at], match[0]))
            start = at + 1
    return [*pieces, (text[start:], "")]


@cache
def _compile_signs(signs: str) -> re.Pattern[str]:
    return re.compile(f"([{re.escape(signs)}])")


def _find_closed(text: str) -> dict[int, int]:
    """Find where each bracket that is closed ends."""
    opened: list[int] = []
    closed: dict[int, int] = {}
    for match in ANY_BRACKET.finditer(text):
        if match[0] in "(\uff08":
            opened.append(match.start())
        elif opened:
            closed[opened.pop()] = match.start()
    return closed


def strip_number(text: str) -> str:
    """Remove the enumerator of a line: 一、甲镇 is 甲镇."""
    match = ENUMERATOR.match(text)
    return text[match.end() :] if match else text


def read_entries(text: str, vocabulary: Vocabulary, expected: int | None = None) -> tuple[list[Entry], list[str]]:
    """Read the names that a text lists, and the pieces among them that are not names.

    Names are parted by signs; by spaces where there are no signs and each word is a name; by 和 where both sides are.
    Spaces are padding where only so the names are as many as `expected`.
    """
    printed = [piece.strip() for piece, _ in split_outside(ASIDE.sub("", text.strip()), SEPARATORS)]
    printed = [piece for piece in printed if squeeze(piece)]
    for at in range(len(printed) - 1, 0, -1):  # 高新区管委会、政府 are two offices of one unit
        if squeeze(printed[at]) in vocabulary.offices and f"{printed[at - 1]}、{printed[at]}" in text:
            printed[at - 1 : at + 1] = [f"{printed[at - 1]}、{printed[at]}"]
    pieces = [word for piece in printed for word in split_spaces(piece, vocabulary)]
    if expected is not None and len(printed) == expected < len(pieces):
        pieces = printed
    words = [word for piece in printed for word in piece.split()]
    if expected is not None and len(pieces) < expected == len(words):
        pieces = words
    if expected == len(pieces) + 1:
        pieces = _split_glued(pieces)
    pieces = [part for piece in pieces for part in GLUED_GOVERNMENTS.split(piece) if part]
    doubtful = {strip_marks(squeeze_printed(piece)) for piece in pieces if may_part(piece)}
    pieces = [_strip_reason(piece, vocabulary) for word in pieces if (piece := strip_marks(squeeze_printed(word)))]
    if pieces:
        bare = [len(piece) for piece in pieces if vocabulary.kind_of(piece) == "other" and not AND.search(piece)]
        pieces[-1:] = _split_last(pieces, vocabulary)
        kinds = {vocabulary.kind_of(piece) for piece in pieces if not AND.search(piece)}
        doubtful |= {piece for piece in pieces if _may_contain_and(piece, kinds, vocabulary)}
        pieces = [
            part for piece in pieces for part in ([piece] if piece in doubtful else split_and(piece, vocabulary, bare))
        ]
    entries: list[Entry] = []
    rest: list[str] = []
    for piece in pieces:
        entry = _read_entry(piece)
        if is_name(entry.unit, vocabulary):
            entries.append(replace(entry, is_doubtful=True) if piece in doubtful else entry)
        else:
            rest.append(piece)
    return _score_all(entries, pieces), rest


def _score_all(entries: list[Entry], pieces: Sequence[str]) -> list[Entry]:
    """Return entries with the whole numbers in brackets as scores where each has one that may be: 甲镇(95)."""
    numbers = [(found := BESIDE.search(piece)) and not found["mark"] and found["in"] for piece in pieces]
    points = [float(number) for number in numbers if number]
    if not len(points) == len(entries) == len(pieces) > 1:
        return entries
    are_scores = all(LEAST_POINTS <= each <= FULL_POINTS for each in points) and any(e.score is None for e in entries)
    return [replace(e, score=n) for e, n in zip(entries, points, strict=True)] if are_scores else entries


def _split_glued(pieces: Sequence[str]) -> list[str]:
    """Split the one piece that contains twice the ending of most pieces: 广济初中万胜初中 among other 初中."""
    end, n = Counter(piece[-2:] for piece in pieces).most_common(1)[0]
    glued = [at for at, piece in enumerate(pieces) if end in piece[1:-3] and piece.endswith(end)]
    if len(glued) != 1 or n < FEWEST_ALIKE:
        return list(pieces)
    at = pieces[glued[0]].index(end, 1) + len(end)
    return [*pieces[: glued[0]], pieces[glued[0]][:at], pieces[glued[0]][at:], *pieces[glued[0] + 1 :]]


def may_part(text: str) -> bool:
    """Check whether the spaces in a text may separate names: several words are longer than a character."""
    return sum(len(squeeze(word)) > 1 for word in text.split()) > 1 and not any(char in text for char in "(\uff08")


def squeeze_printed(text: str) -> str:
    """Remove white space, and quotes around a whole name: not those of “甲发布”微博."""
    text = PADDING.sub("", fold(text))
    bare = text.strip(QUOTES)
    return text if HALF_QUOTE.search(bare) and not HALF_QUOTE.search(text) else bare


def lists_none(text: str) -> bool:
    """Check whether a text says that a list is empty: 无, (空缺)."""
    return squeeze(text).strip("。;.()") in NO_UNITS


def strip_marks(name: str) -> str:
    """Remove the number before a name and the mark of a footnote after it.

    >>> strip_marks("1.甲镇"), strip_marks("甲镇*"), strip_marks("101厂")
    ('甲镇', '甲镇', '101厂')
    """
    return MARKS.sub("", NUMBERED.sub("", name, count=1) if NUMBERED.match(name) else name).lstrip("★☆※▲△◆●")


def _strip_reason(piece: str, vocabulary: Vocabulary) -> str:
    """Remove a bracket after a known name that gives figures, or is too long for a name: 甲镇(2家企业逾期)."""
    bracket = BRACKET.search(piece)
    bare = piece[: bracket.start()] if bracket else piece
    if bracket is None or not HAN.search(bracket[0]) or BESIDE.search(piece) or not vocabulary.names_unit(bare):
        return piece
    is_reason = len(piece) > LONGEST_NAME or any(map(str.isdigit, bracket[0]))
    return bare if is_reason and not vocabulary.names_unit(bracket[0][1:-1]) else piece


def _read_entry(piece: str) -> Entry:
    match = BESIDE.search(piece)
    if match is None:
        return Entry(piece)
    number = match["n"] or match["in"]
    is_score = match["in"] is None or match["mark"] == "分" or (match["mark"] is None and "." in number)
    return Entry(piece[: match.start()], float(number) if is_score else None)


def split_spaces(piece: str, vocabulary: Vocabulary) -> list[str]:
    """Split the names that only spaces or dots part; a piece whose spaces are padding stays whole."""
    dotted = DOTS.split(piece)
    if len(dotted) > 1 and all(vocabulary.names_unit(word) for word in dotted):
        return dotted
    gapped = WIDE.split(piece.strip())  # 县 公 安 局  县 法 院
    if len(gapped) > 1 and any(len(word) == 1 for word in piece.split()) and all(map(vocabulary.names_unit, gapped)):
        return gapped
    words = _join_letters(piece.split())
    is_header = any(vocabulary.meaning_of(word) for word in words)  # 序号 单位 得分
    if len(words) < 2 or is_header or any(char in piece for char in "(\uff08"):
        return [piece]
    lengths = [len(squeeze(word)) for word in words]
    bare = [length for word, length in zip(words, lengths, strict=True) if not vocabulary.names_unit(word)]
    spread = max(lengths) - min(lengths)
    is_even = spread < 2 and len(bare) == len(words)
    is_mostly = 2 * len(bare) < len(words) and min(bare, default=0) > SHORTEST_WORD
    is_list = len(words) > 2 and max(bare, default=0) <= LONGEST_BARE and (is_even or is_mostly or WIDE.search(piece))
    end = words[0][-2:]  # 甲代表队 乙代表队
    are_alike = HAN.search(end) and min(lengths) > 2 * SHORTEST_WORD and all(word.endswith(end) for word in words)
    is_level = spread == 0 and (len(words) > 2 or len(bare) != 1)  # 卫计局 待改进 is a unit and a word
    return words if not bare or is_level or is_list or are_alike else [piece]


def _join_letters(words: Sequence[str]) -> list[str]:
    """Join letters that stand alone to the word before them: in 财政 局 教育局 they are padded."""
    joined: list[str] = []
    for word in words:
        if joined and (len(word) == 1 or len(joined[-1]) == 1):
            joined[-1] += word
        else:
            joined.append(word)
    return joined


def split_and(piece: str, vocabulary: Vocabulary, bare: Sequence[int] = ()) -> list[str]:
    """Split a piece at 和 and the like where both sides end as names of units do, or the second is as long as others.

    `bare` are the lengths of the names beside it without such an ending: 石家庄市和辛集, 保定和定州 beside 邯郸, 邢台.
    """
    if not AND.search(piece):
        return [piece]
    lengths = range(min(bare, default=1), max(bare, default=0) + 1)
    are_bare = len(bare) >= FEWEST_ALIKE and len(piece) not in lengths and vocabulary.kind_of(piece) == "other"
    for sign in AND.finditer(piece):
        one, other = piece[: sign.start()], piece[sign.end() :]
        begins = vocabulary.names_unit(one) or (are_bare and len(one) in lengths)
        if begins and (vocabulary.names_unit(other) or len(other) in lengths):
            return [one, *split_and(other, vocabulary, bare)]
    return [piece]


def _may_contain_and(piece: str, kinds: Collection[str], vocabulary: Vocabulary) -> bool:
    """Check whether 和 may be of a name: 上溪镇和平村 among villages, none of the others a town."""
    sides = [vocabulary.kind_of(side) for side in AND.split(piece, maxsplit=1)]
    return len(sides) == 2 and sides[1] in kinds and sides[0] not in kinds and set(sides) <= set(PLACES)


def _split_last(pieces: Sequence[str], vocabulary: Vocabulary) -> list[str]:
    """Split the last piece at 和 where all names are bare and as long as its sides; take off the count at its end."""
    last = COUNTED.sub("", pieces[-1]) or pieces[-1]
    bare = [len(piece) for piece in pieces[:-1] if vocabulary.kind_of(piece) == "other"]
    for sign in AND.finditer(last) if bare and len(bare) == len(pieces) - 1 else ():
        sides = last[: sign.start()], last[sign.end() :]
        if all(min(bare) <= len(side) <= max(bare) for side in sides):
            return [sides[0], *_split_last([*pieces[:-1], sides[1]], vocabulary)]
    return [last]
