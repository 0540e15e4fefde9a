"""The characters of a PDF page as lines of print: what stands at one height, with its gaps written as spaces."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, takewhile
from typing import Any

SAME_LINE = 0.5  # of a character's height: what stands that far apart is another line
COLUMN_GAP = 1.1  # of a character's width: a wider gap separates columns
NARROW_GAP = (
    0.4  # of the same: gaps of this width are between columns where those of three lines stand one below another
)
LEADING = 3.0  # of the same: lines of a paragraph are nearer
ENDS = ("。", ";", "；", ":", "：", "!", "！")  # of a paragraph, or of an item
NO_START = "、，。；：！？）》」』”’%"  # signs with which no line begins
NO_END = "（《「“‘"
SHORT = 4  # characters: of fewer, some files do not say the size
WORD_GAP = 0.2  # of the same: a wider gap separates words in letters, which some files print without spaces

Char = dict[str, Any]
Gap = tuple[float, float]  # from the right edge of a character to the left edge of the next


@dataclass(frozen=True)
class PrintedLine:
    """The characters of one line of a page, and how far down it stands."""

    place: str
    top: float
    chars: list[Char]

    @property
    def left(self) -> float:
        return float(next((char["x0"] for char in self.chars if _prints(char)), 0.0))

    @property
    def right(self) -> float:
        return float(max((char["x1"] for char in self.chars if _prints(char)), default=0.0))

    @property
    def size(self) -> float:
        """The width of its characters."""
        return float(max(char["size"] for char in self.chars))


def print_once(chars: Iterable[Char]) -> Iterator[Char]:
    """Leave out what is printed again within a point of its place, as some printers embolden, and what stands aslant.

    Watermarks are aslant; letters that only lean are not. pdfplumber's own `dedupe_chars` takes time by the square of
    the characters, 18 seconds for 8,500.
    """
    seen: set[tuple[str, int, int]] = set()
    for char in chars:
        text, x, y = char["text"], round(char["x0"] * 2), round(char["top"] * 2)
        width, slope, *_ = char["matrix"]
        is_again = any((text, x + across, y + down) in seen for across in (-1, 0, 1) for down in (-1, 0, 1))
        if not is_again and abs(slope) <= abs(width) / 10:
            yield char
        seen.add((text, x, y))


def split_lines(chars: Iterable[Char], page: str) -> list[PrintedLine]:
    """Split characters into lines by height, from top to bottom, each from left to right."""
    rows: list[list[Char]] = []
    for char in sorted(chars, key=middle_of):
        if rows and middle_of(char) - middle_of(rows[-1][0]) <= SAME_LINE * rows[-1][0]["height"]:
            rows[-1].append(char)
        else:
            rows.append([char])
    return [
        PrintedLine(f"{page}line {number}", row[0]["top"], sorted(row, key=lambda char: char["x0"]))
        for number, row in enumerate((row for row in rows if any(_prints(char) for char in row)), start=1)
    ]


def middle_of(char: Char) -> float:
    return float(char["top"] + char["bottom"]) / 2


def _prints(char: Char) -> bool:
    return bool(char["text"].strip())


def find_gutters(lines: Sequence[PrintedLine]) -> list[list[Gap]]:
    """Find for each line the gaps that stand below or above those of two lines next to it: columns without rules."""
    gaps = [list(_find_gaps(line)) for line in lines]
    gutters: list[list[Gap]] = [[] for _ in lines]
    for at in range(len(lines) - 2):
        for gap in gaps[at]:
            for below in (_overlap(gap, other) for other in gaps[at + 1]):
                if below and any(_overlap(below, other) for other in gaps[at + 2]):
                    for each in range(at, at + 3):
                        gutters[each] += [other for other in gaps[each] if _overlap(below, other)]
    return gutters


def _find_gaps(line: PrintedLine) -> Iterator[Gap]:
    printed = [char for char in line.chars if _prints(char)]
    for left, right in pairwise(printed):
        if right["x0"] - left["x1"] > NARROW_GAP * line.size:
            yield left["x1"], right["x0"]


def _overlap(one: Gap, other: Gap) -> Gap | None:
    start, end = max(one[0], other[0]), min(one[1], other[1])
    return (start, end) if start < end else None


def write_line(chars: list[Char], gutters: Sequence[Gap] = ()) -> str:
    """Write out characters of one line: two spaces where a column ends, one where the file has one or words part."""
    written = ""
    last: Char | None = None
    is_spaced = False
    for char in chars:
        if not _prints(char):
            is_spaced = True
            continue
        if last:
            is_gutter = not is_spaced and (last["x1"], char["x0"]) in gutters
            written += "  " if is_gutter else _write_gap(last, char, is_spaced)
        written += char["text"]
        last, is_spaced = char, False
    return written


def join_lines(written: Iterable[tuple[PrintedLine, str]], left: float, right: float) -> list[tuple[PrintedLine, str]]:
    """Join lines of a page, each with its text, to paragraphs: names are cut at the edge, and lists go on.

    A line goes on below only where the first word there had no room before the right margin, without a column gap or
    the end of a sentence, and where the next one of the same size begins at the left margin. Returns the first line of
    each with the whole text.
    """
    joined: list[tuple[PrintedLine, str]] = []
    last: PrintedLine | None = None
    for line, text in written:
        is_full = last is not None and last.right + _first_word(line) >= right
        if last and is_full and _goes_on(last, joined[-1][1], line, text, left):
            first, above = joined[-1]
            are_words = all(char.isascii() and char.isalpha() for char in (above[-1], text[0]))
            joined[-1] = first, above + " " * are_words + text
        else:
            joined.append((line, text))
        last = line
    return joined


def _first_word(line: PrintedLine) -> float:
    """Return the width of what no line end parts at the beginning of a line: 91.00, 二； or （市）."""
    printed = [char for char in line.chars if _prints(char)]
    n = max(1, sum(1 for _ in takewhile(lambda char: char["text"].isascii(), printed)))
    n += printed[0]["text"] in NO_END
    n += sum(1 for _ in takewhile(lambda char: char["text"] in NO_START, printed[n:]))
    return float(printed[n - 1]["x1"]) - line.left


def _goes_on(above: PrintedLine, words: str, below: PrintedLine, text: str, left: float) -> bool:
    is_same_size = abs(above.size - below.size) < below.size / 10 or len(text) < SHORT
    return (
        below.left - left < below.size / 2
        and is_same_size
        and below.top - above.top < LEADING * above.size
        and "  " not in words + text
        and not words.endswith(ENDS)
    )


def _write_gap(left: Char, right: Char, is_spaced: bool) -> str:
    gap, width = right["x0"] - left["x1"], max(left["size"], right["size"])
    if gap > COLUMN_GAP * width:
        return "  "
    is_between_words = gap > WORD_GAP * width and left["text"].isascii() and right["text"].isascii()
    return " " if is_spaced or is_between_words else ""
