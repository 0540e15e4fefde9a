"""The sizes of drawings and their axes."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from audit_lib.display.scene import Label, Mark
from audit_lib.figures.picture import measure_width

STEPS = tuple(n * 10**power for power in range(-1, 9) for n in (1, 2, 5))  # between ticks: 0.1, 0.2, 0.5, 1 …
LEADING = 1.25  # height of a line of text, in its size
MOST_TICKS = 7


@dataclass(frozen=True)
class Size:
    """A size of drawing in CSS pixels: width, text, margin, largest dot, greatest height of a column."""

    width: float
    text: float
    margin: float
    radius: float
    column: float
    is_narrow: bool = False

    @property
    def line(self) -> float:
        """The height of a line of text."""
        return self.text * LEADING


WIDE = Size(820, 15, 20, 6.5, 190)
NARROW = Size(350, 13.5, 10, 4.5, 150, is_narrow=True)
SIZES = (WIDE, NARROW)


@dataclass(frozen=True)
class Axis:
    """A scale from `low` to `high` with its ticks, and where it is drawn."""

    low: float
    high: float
    ticks: tuple[float, ...]
    left: float = 0
    right: float = 1

    def place(self, value: float) -> float:
        """Return the x of a value."""
        return self.left + (value - self.low) / (self.high - self.low) * (self.right - self.left)


def choose_axis(values: Iterable[float]) -> Axis:
    """Choose the axis of a notice: from the tick at or below its lowest score to the one at or above its highest.

    Ticks are multiples of 5 wherever scores spread that far.

    >>> choose_axis([70, 97]).ticks
    (70, 75, 80, 85, 90, 95, 100)
    """
    known = list(values)
    low, high = min(known), max(known)
    for step in STEPS:
        first, last = math.floor(low / step) * step, math.ceil(high / step) * step
        if last == first:
            last = first + step
        count = round((last - first) / step) + 1
        if count <= MOST_TICKS:
            break
    return Axis(first, last, tuple(round(first + step * number, 6) for number in range(count)))


def find_gaps(places: Iterable[float]) -> list[float]:
    """Return the distances between neighbouring places, from the lowest."""
    return [second - first for first, second in pairwise(sorted(places))]


def draw_ticks(ticks: Iterable[tuple[float, str]], y: float, size: Size, label: str) -> list[Mark]:
    """Label an axis below y, from the left, without those labels that would run into one another."""
    marks: list[Mark] = [Label(size.margin, y + size.text * 2.6, label, size.text, "grey")]
    end = -math.inf
    for x, text in ticks:
        half = measure_width(text, size.text) / 2
        centre = min(max(x, 2 + half), size.width - 2 - half)
        if centre - half > end + 6:
            marks.append(Label(centre, y + size.text * 1.3, text, size.text, "grey", anchor="middle"))
            end = centre + half
    return marks
