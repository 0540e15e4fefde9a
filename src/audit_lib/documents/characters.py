"""The characters of a PDF page as lines of print: what stands at one height, with its gaps written as spaces."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

SAME_LINE = 0.5  # of a character's height: what stands that far apart is another line
COLUMN_GAP = 1.1  # of a character's width: a wider gap separates columns
LEADING = 3.0  # of the same: lines of a paragraph are nearer
ENDS = ("。", ";", "；", ":", "：", "!", "！")  # of a paragraph, or of an item
SHORT = 4  # characters: of fewer, some files do not say the size
WORD_GAP = 0.2  # of the same: a wider gap separates words in letters, which some files print without spaces

Char = dict[str, Any]


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


def write_line(chars: list[Char]) -> str:
    """Write out characters of one line: two spaces where a column ends, one where the file has one or words part."""
    written = ""
    last: Char | None = None
    is_spaced = False
    for char in chars:
        if not _prints(char):
            is_spaced = True
            continue
        if last:
            written += _write_gap(last, char, is_spaced)
        written += char["text"]
        last, is_spaced = char, False
    return written


def join_lines(written: Iterable[tuple[PrintedLine, str]], left: float, right: float) -> list[tuple[PrintedLine, str]]:
    """Join lines of a page, each with its text, to paragraphs: names are cut at the edge, and lists go on.

    A line goes on below only where it reaches the right margin, without a column gap or the end of a sentence, and
    where the next one of the same size begins at the left margin. Returns the first line of each with the whole text.
    """
    joined: list[tuple[PrintedLine, str]] = []
    last: PrintedLine | None = None
    for line, text in written:
        if last and last.right >= right - last.size and _goes_on(last, joined[-1][1], line, text, left):
            first, above = joined[-1]
            are_words = all(char.isascii() and char.isalpha() for char in (above[-1], text[0]))
            joined[-1] = first, above + " " * are_words + text
        else:
            joined.append((line, text))
        last = line
    return joined


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
