"""Words that a program read in a picture, as lines of print: levelled by their slope, grouped by height, sorted by x.

Paper lies aslant, and on a photograph more so at one end than at the other, so the slope is a line in y.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import hypot
from statistics import median

from audit_lib.documents.characters import ENDS, Char, write_line
from audit_lib.documents.model import Line

SLOPES = [step / 200 for step in range(-20, 21)]  # tried first: up to 6 degrees either way
LONG = 6  # of the height of a word: the slope of a longer one can be read from its box
SAME_LINE = 0.5  # of the height of a word: what stands that far apart is another line
FULL = 5  # of half the height of a word: a line that ends so near to the right edge is full
COLUMN_GAP = "  "
ADVANCE = 0.75  # of the height of a word's box: the width of a character

_PLACE = re.compile(r"page (\d+) box (\d+) (\d+) (\d+) (\d+)")


@dataclass(frozen=True)
class Word:
    """A stretch of print in a picture: its text, how sure its reader is, and the corners of its box in pixels.

    The corners go clockwise from the upper left one, as the print does.
    """

    corners: tuple[tuple[float, float], ...]
    text: str
    confidence: float
    is_sealed: bool = False

    @cached_property
    def box(self) -> tuple[float, float, float, float]:
        across, down = zip(*self.corners, strict=True)
        return min(across), min(down), max(across), max(down)

    @cached_property
    def x(self) -> float:
        return (self.box[0] + self.box[2]) / 2

    @cached_property
    def y(self) -> float:
        return (self.box[1] + self.box[3]) / 2

    @cached_property
    def height(self) -> float:
        (x, y), _, _, (below_x, below_y) = self.corners
        return hypot(below_x - x, below_y - y)

    @cached_property
    def slope(self) -> float | None:
        """The slope of the print; None for a word too short to tell."""
        (left, top), (right, end), _, _ = self.corners
        return (end - top) / (right - left) if right - left > LONG * self.height else None


@dataclass(frozen=True)
class ScanLine(Line):
    """A line that a program read in a picture: columns two spaces apart, its place `page 5 box 172 296 859 338`.

    `confidence` is that of its weakest word, from 0 to 1. `is_sealed` where a seal lay on any of it.
    """

    confidence: float = 1.0
    is_sealed: bool = False


@dataclass(frozen=True)
class Box:
    """A box of a page, in pixels of its picture."""

    page: int
    left: int
    top: int
    right: int
    bottom: int

    @property
    def place(self) -> str:
        return f"page {self.page} box {self.left} {self.top} {self.right} {self.bottom}"


def read_box(place: str) -> Box | None:
    """Return the box that a place names; None for any other place.

    >>> read_box("page 5 box 172 296 859 338")
    Box(page=5, left=172, top=296, right=859, bottom=338)
    """
    match = _PLACE.fullmatch(place)
    return Box(*map(int, match.groups())) if match else None


def group_lines(words: Iterable[Word], page: int) -> list[ScanLine]:
    """Return the lines of a page from top to bottom, a paragraph of several lines as one."""
    printed = [word for word in words if word.text.strip()]
    if not printed:
        return []
    steady, drift = _find_slope(printed)
    tolerance = SAME_LINE * median(word.height for word in printed)
    levelled = [((word.y - steady * word.x) / (1 + drift * word.x), word) for word in printed]
    levelled.sort(key=lambda each: each[0])
    rows: list[list[tuple[float, Word]]] = []
    for height, word in levelled:
        if rows and height - rows[-1][-1][0] <= tolerance:
            rows[-1].append((height, word))
        else:
            rows.append([(height, word)])
    return _join_paragraphs([_write([word for _, word in row], page) for row in rows], tolerance)


def _join_paragraphs(lines: list[ScanLine], tolerance: float) -> list[ScanLine]:
    """Join lines that reach the right edge of the print with those below: names are cut there, and lists go on."""
    boxes = {line.place: box for line in lines if (box := read_box(line.place))}
    prose = [boxes[line.place] for line in lines if COLUMN_GAP not in line.text]
    right = max((box.right for box in prose), default=0)
    left = min((box.left for box in prose), default=0)
    joined: list[ScanLine] = []
    last: Box | None = None
    for line in lines:
        box = boxes[line.place]
        is_full = last is not None and last.right > right - FULL * tolerance
        if (
            joined and is_full and last
            and box.left < left + FULL * tolerance
            and COLUMN_GAP not in joined[-1].text + line.text
            and not joined[-1].text.endswith(ENDS)
        ):  # fmt: skip
            joined[-1] = _join(joined[-1], line, boxes)
        else:
            joined.append(line)
        last = box
    return joined


def _join(above: ScanLine, below: ScanLine, boxes: dict[str, Box]) -> ScanLine:
    first, second = boxes[above.place], boxes[below.place]
    box = Box(
        first.page, min(first.left, second.left), min(first.top, second.top),
        max(first.right, second.right), max(first.bottom, second.bottom),
    )  # fmt: skip
    sure, is_sealed = min(above.confidence, below.confidence), above.is_sealed or below.is_sealed
    joined = ScanLine(box.place, above.text + below.text, sure, is_sealed)
    boxes[joined.place] = box
    return joined


def _find_slope(words: Sequence[Word]) -> tuple[float, float]:
    """Return the slope of lines at the top of a page, and how much it grows with each pixel down."""
    pairs = [(word.y, word.slope) for word in words if word.slope is not None]
    first = median(slope for _, slope in pairs) if pairs else 0.0
    first = min(SLOPES, key=lambda slope: (sum(abs(gap) for _, _, gap in _pair(words, slope)), abs(slope - first)))
    pairs += [
        (word.y, (other.y - word.y) / (other.x - word.x))
        for word, other, gap in _pair(words, first)
        if abs(gap) < SAME_LINE * word.height
    ]
    if len(pairs) < 5:
        return median(slope for _, slope in pairs) if pairs else 0.0, 0.0
    heights, slopes = zip(*pairs, strict=True)
    middle, mean = median(heights), median(slopes)
    spread = sum((height - middle) ** 2 for height in heights)
    drift = sum((height - middle) * (slope - mean) for height, slope in pairs) / spread if spread else 0.0
    return mean - drift * middle, drift


def _pair(words: Sequence[Word], slope: float) -> Iterator[tuple[Word, Word, float]]:
    """Yield each word with the one right of it that is nearest to its line, and how far that is off it."""
    for word in words:
        if right := [other for other in words if other.box[0] >= word.box[2]]:
            other = min(right, key=lambda each: abs(_miss(word, each, slope)))
            yield word, other, max(min(_miss(word, other, slope), word.height), -word.height)


def _miss(word: Word, other: Word, slope: float) -> float:
    return other.y - word.y - slope * (other.x - word.x)


def _write(words: list[Word], page: int) -> ScanLine:
    words.sort(key=lambda word: word.box[0])
    left, top = min(word.box[0] for word in words), min(word.box[1] for word in words)
    right, bottom = max(word.box[2] for word in words), max(word.box[3] for word in words)
    box = Box(page, round(left), round(top), round(right), round(bottom))
    text = write_line(list(map(_as_char, words)))
    return ScanLine(box.place, text, min(word.confidence for word in words), any(word.is_sealed for word in words))


def _as_char(word: Word) -> Char:
    return {"text": word.text.strip(), "x0": word.box[0], "x1": word.box[2], "size": ADVANCE * word.height}
