"""Split print into names of units: at separators outside brackets, without what numbers, scores or counts them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from audit_lib.documents.model import PADDING, fold, squeeze
from audit_lib.notices.columns import HAN
from audit_lib.notices.dates import DATE, NUMERAL
from audit_lib.notices.vocabulary import LONGEST_NAME, Vocabulary

SEPARATORS = "、,\uff0c;\uff1b。/"
BRACKETS = {")": "(", "\uff09": "("}
ENUMERATOR = re.compile(
    r"(?:第?[一二三四五六七八九十]{1,3}(?:[、.\uff0e]|是)|[(\uff08](?:[一二三四五六七八九十]{1,3}|\d{1,2})[)\uff09]|\d{1,2}[、.\uff0e](?!\d))"
)
QUOTES = "“”‘’\"'「」『』【】《》"
COUNTED = re.compile(rf"等(?:共?(?:{NUMERAL})[^、,;。]{{1,8}})?$|(?:共|计)(?:{NUMERAL})[个個家][^、,;。]{{0,6}}$")
# A number of anything after a name is not of it; a score is kept.
BESIDE = re.compile(r"[(\uff08](?:得分|得)?(\d{1,3}(?:\.\d+)?)(分)?[)\uff09]$")
AND = re.compile("以及|[和及与]")
NO_UNITS = frozenset(["无", "無", "没有", "暂无", "空缺", "/", "-", "—", "——"])
LONGEST_BARE = 8  # characters of a name that does not end as names of units do
MASK = re.compile(r"[*\uff0a×xXⅹ?]{2,}|[(\uff08]略[)\uff09]|[○〇□]{2,}")


@dataclass(frozen=True)
class Entry:
    """A name as a list prints it, with the score that may stand in brackets after it."""

    unit: str
    score: float | None = None


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
    for at, char in enumerate(text):
        if at in closed:
            until = max(until, closed[at])
        elif char in signs and at >= until:
            pieces.append((text[start:at], char))
            start = at + 1
    return [*pieces, (text[start:], "")]


@cache
def _compile_signs(signs: str) -> re.Pattern[str]:
    return re.compile(f"([{re.escape(signs)}])")


def _find_closed(text: str) -> dict[int, int]:
    """Find where each bracket that is closed ends."""
    opened: list[int] = []
    closed: dict[int, int] = {}
    for at, char in enumerate(text):
        if char in "(\uff08":
            opened.append(at)
        elif char in BRACKETS and opened:
            closed[opened.pop()] = at
    return closed


def strip_number(text: str) -> str:
    """Remove the enumerator of a line: 一、甲镇 is 甲镇."""
    match = ENUMERATOR.match(text)
    return text[match.end() :] if match else text


def read_entries(text: str, vocabulary: Vocabulary) -> tuple[list[Entry], list[str]]:
    """Read the names of a stretch that lists some, and what stands among them that is none.

    Names are parted by signs; by spaces where there are no signs and each word is a name; by 和 where both sides are.
    """
    pieces = [piece.strip() for piece, _ in split_outside(text.strip(), SEPARATORS)]
    pieces = [piece for piece in pieces if squeeze(piece)]
    if len(pieces) == 1:
        pieces = _split_spaces(pieces[0], vocabulary)
    pieces = [squeeze_printed(piece) for piece in pieces]
    if pieces:
        pieces[-1:] = _split_last(pieces, vocabulary)
    entries: list[Entry] = []
    rest: list[str] = []
    for piece in pieces:
        entry = _read_entry(piece)
        if is_name(entry.unit, vocabulary):
            entries.append(entry)
        else:
            rest.append(piece)
    return entries, rest


def squeeze_printed(text: str) -> str:
    """Remove white space and quotes around a name."""
    return PADDING.sub("", fold(text)).strip(QUOTES)


def is_name(text: str, vocabulary: Vocabulary) -> bool:
    """Check whether a text may be the name of a unit; figures stand only before an ending that we know."""
    key = squeeze(text)
    if not HAN.search(key) or len(key) > LONGEST_NAME or DATE.search(key) or MASK.search(key):
        return False
    is_known = vocabulary.kind_of(key) != "other"
    return is_known or not any(char.isdigit() for char in key.split("(")[0])


def look_alike(names: Sequence[str], vocabulary: Vocabulary) -> bool:
    """Check whether names look like each other: most end as names of units do, or all are short."""
    known = sum(vocabulary.names_unit(squeeze(name)) for name in names)
    return 2 * known > len(names) or all(len(name) <= LONGEST_BARE for name in names)


def _read_entry(piece: str) -> Entry:
    match = BESIDE.search(piece)
    if match is None:
        return Entry(piece)
    is_score = match[2] is not None or "." in match[1]
    return Entry(piece[: match.start()], float(match[1]) if is_score else None)


def _split_spaces(piece: str, vocabulary: Vocabulary) -> list[str]:
    words = piece.split()
    if len(words) < 2 or min(map(len, words)) < 2 or any(char in piece for char in "(\uff08"):
        return [piece]
    known = [vocabulary.names_unit(squeeze(word)) for word in words]
    lengths = [len(word) for word in words]
    return words if all(known) or (len(words) > 2 and not any(known) and max(lengths) - min(lengths) < 2) else [piece]


def _split_last(pieces: Sequence[str], vocabulary: Vocabulary) -> list[str]:
    """Split the last piece, 乙局和丙局, where both sides are names; and take off the count that may end it."""
    last = COUNTED.sub("", pieces[-1]) or pieces[-1]
    bare = [len(piece) for piece in pieces[:-1] if vocabulary.kind_of(squeeze(piece)) == "other"]
    for sign in AND.finditer(last):
        sides = last[: sign.start()], last[sign.end() :]
        known = all(vocabulary.names_unit(squeeze(side)) for side in sides)
        if known or (bare and len(bare) == len(pieces) - 1 and all(min(bare) <= len(s) <= max(bare) for s in sides)):
            return [sides[0], *_split_last([*pieces[:-1], sides[1]], vocabulary)]
    return [last]
