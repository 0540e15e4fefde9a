"""A document as lines and tables that know their place, before anything is read from them."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f]")  # never in text; common in every binary format
LINE = re.compile(r"line (?P<n>\d+)(?: part (?P<part>\d+))?")  # the place of a line: see `read_html`


# White space, what web pages print that nobody sees (soft hyphens, zero-width spaces, direction marks), and emoji.
PADDING = re.compile("[\\s\u00ad\u200b-\u200f\u2060\ufe0f\ufeff\U0001f000-\U0001faff]")


# Radicals look like characters, and browsers print them in their place into PDF files. By the Unicode table of
# equivalent unified ideographs, from U+2E80 on; 〇 is a radical without one. Those from U+2F00 on NFKC knows.
_RADICALS = (
    "〇厂乛乚乙亻冂〇刀刂卜㔾小小兀尣尢〇巳幺彑彐忄心扌攵〇旡日月歺母民氵氺灬爫爫丬牛犭王〇目示礻〇糹纟罓罒㓁冗〇羊〇〇耂"
    "肀聿肉〇艹艹艹虎衤覀西见角〇讠贝〇车辶辶辶邑钅長镸长门〇阝雨青韦页风飞食〇飠饣〇马骨鬼鱼鸟卤麦黄黾斉齐歯齿竜龙龜亀龟"
)
RADICAL = re.compile("[\u2e80-\u2ef3\u2f00-\u2fd5]")
UNSQUEEZED = re.compile(f"{PADDING.pattern}|{RADICAL.pattern}")
FOOTNOTE = re.compile(r"(?<=\d)\s*(?:[①-⑳]|[¹²³⁰⁴-⁹]+)(?=\s*$)")  # behind a number: 95①
FOLDED = {0x2E80 + at: char for at, char in enumerate(_RADICALS) if char != "〇"}
FOLDED |= {code: unicodedata.normalize("NFKC", chr(code)) for code in range(0x2F00, 0x2FD6)}


def fold(text: str) -> str:
    """Return a text with the characters that its radicals stand for.

    >>> fold("\u2ed3\u2f2d\u2ee2"), fold("\u5c71")
    ('长山马', '山')
    """
    return text.translate(FOLDED) if RADICAL.search(text) else text


class _Widths(dict[int, str]):
    """The characters that are equal but for their width, each found once."""

    def __missing__(self, code: int) -> str:
        same = unicodedata.normalize("NFKC", chr(code))
        self[code] = same if len(same) == 1 else chr(code)
        return self[code]


_WIDTHS = _Widths()


def align(text: str) -> str:
    """Return a text with width variants made equal one for one."""
    return text.translate(_WIDTHS)


@dataclass(frozen=True)
class Line:
    """A stretch of print, a line or a cell of a table: where it is in the file, and its text as printed.

    Places are `line 215` (1-based), `Sheet1!B7` or `page 3 line 12`.
    """

    place: str
    text: str

    @cached_property
    def printed(self) -> str:
        """The text without its padding white space."""
        return PADDING.sub("", fold(self.text))

    @cached_property
    def key(self) -> str:
        """The form in which words are compared: as `printed`, and width variants made equal."""
        return squeeze(self.text)

    @cached_property
    def aligned(self) -> str:
        """`printed` with width variants made equal one for one, so that both have the same positions."""
        return align(self.printed)


@dataclass(frozen=True)
class Picture(Line):
    """Where the file shows a picture: a line without text, so that a refusal can say that the tables are pictures."""

    text: str = ""


@dataclass(frozen=True)
class Grid:
    """A table as the file draws it: rows of equal length. An empty cell has no text.

    A merged cell is in each field that it covers, as one and the same object. `blocks` is what the cells hold, in
    reading order, each once: the lines and the tables inside, for a table that was only drawn to lay out the page.
    """

    rows: tuple[tuple[Line, ...], ...]
    blocks: tuple["Line | Grid", ...]


Block = Line | Grid


@dataclass(frozen=True)
class Document:
    """A file as lines and tables in reading order, with what is needed to prove later that it is the same file.

    A line that is blank to the eye is a block only where it holds a no-break space or the like: in some prints that
    is an empty cell.
    """

    path: Path
    sha256: str
    format: str
    encoding: str | None
    blocks: tuple[Block, ...]

    @property
    def lines(self) -> tuple[Line, ...]:
        """All lines that are not blank, those inside tables too."""
        return tuple(line for line in flatten(self.blocks) if line.key)


def flatten(blocks: Iterable[Block]) -> Iterator[Line]:
    """Yield the lines of blocks, those inside tables too, in reading order."""
    for block in blocks:
        if isinstance(block, Line):
            yield block
        else:
            yield from flatten(block.blocks)


def join_blocks(blocks: list[Block], place: str) -> Line:
    """Return what a cell holds as a line: its only one, or all its text as one at a place."""
    if len(blocks) == 1 and isinstance(blocks[0], Line):
        return blocks[0]
    return Line(place, " ".join(line.text for line in flatten(blocks)))


def line_of(place: str) -> int | None:
    """Return the line number of a place; None for a place that is not in a line of the file.

    >>> line_of("line 215"), line_of("line 5 part 2"), line_of("Sheet1!B7")
    (215, 5, None)
    """
    found = LINE.fullmatch(place)
    return int(found["n"]) if found else None


def anchor_of(place: str) -> str:
    """Return the id of a place on the page of its notice: no two places have the same. Signs are coded.

    >>> anchor_of("line 215"), anchor_of("Sheet1!B7"), anchor_of("page 3 line 12"), anchor_of("表-1 (a)!C2")
    ('L215', 'Sheet1-B7', 'page-3-line-12', '表.2d.1-.28.a.29.-C2')
    >>> anchor_of("line 5 part 2")
    'L5-2'
    """
    if found := LINE.fullmatch(place):
        return f"L{found['n']}" + (f"-{found['part']}" if found["part"] else "")
    sheet, _, cell = place.rpartition("!")
    parts = [part for part in (sheet, cell) if part]
    return "-".join(re.sub(r"[^\w ]", lambda sign: f".{ord(sign[0]):x}.", part).replace(" ", "-") for part in parts)


def split_member(path: Path) -> tuple[Path, str | None]:
    """Split the name of a file in an archive from that of the archive; None where the path names a file.

    >>> split_member(Path("2017/notice.zip!附件/评分表.xls"))
    (PosixPath('2017/notice.zip'), '附件/评分表.xls')
    """
    archive, mark, member = str(path).partition("!")
    return (Path(archive), member) if mark and member and archive and not path.exists() else (path, None)


def name_file(path: Path) -> str:
    """Return the name of a file, of one in an archive without its folders there.

    >>> name_file(Path("2017/notice.zip!附件/评分表.xls"))
    '评分表.xls'
    """
    member = split_member(path)[1]
    return path.name if member is None else member.replace("\\", "/").rpartition("/")[2]


def squeeze(text: str) -> str:
    """Return the form in which printed words are compared: NFKC, all white space removed.

    >>> squeeze("序 \\u00a0 号"), squeeze("(8个)")
    ('序号', '(8个)')
    """
    if not UNSQUEEZED.search(text) and unicodedata.is_normalized("NFKC", text):
        return text
    text = FOOTNOTE.sub("", text)
    # Twice: padding keeps what it parts from being normalised, and normalising some signs gives padding.
    return PADDING.sub("", unicodedata.normalize("NFKC", PADDING.sub("", fold(text))))


def mark_footnote(text: str) -> str:
    """Return raised text: the number of a footnote in brackets, so that 95 and a raised 1 are not 951.

    >>> mark_footnote("1"), mark_footnote("①"), mark_footnote("th")
    ('[1]', '[1]', 'th')
    """
    number = unicodedata.normalize("NFKC", text.strip())
    return f"[{number}]" if number.isdigit() else text


class UnreadableError(Exception):
    """What a reader found in place of what it expected, and where in the file if it can tell."""

    def __init__(self, found: str, expected: str, place: str | None = None) -> None:
        super().__init__(found, expected, place)
        self.found, self.expected, self.place = found, expected, place
