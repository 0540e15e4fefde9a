"""Few periods drawn each as a swarm of dots, with its middle half and median; extreme scores are named."""

from collections.abc import Sequence
from itertools import pairwise

import pandas as pd

from audit_lib.display.scene import Dot, Label, Line, Mark, Rect
from audit_lib.figures.axes import Axis, Size, find_gaps
from audit_lib.figures.picture import measure_width, wrap_text
from audit_lib.figures.trend_strips import Strip
from audit_lib.wording.number_format import format_rounded
from audit_lib.wording.words import Unit, Words, say

MOST_NAMED = 3  # units that a label of one value names
MOST_LINES = 2  # of such a label
HATCH = 9.0  # pixels between two lines


def draw_swarms(
    strips: Sequence[Strip],
    xs: Sequence[float],
    axis: Axis,
    sides: tuple[float, float],
    size: Size,
    highlight: str | None,
    words: Words,
) -> list[Mark]:
    """Draw each period as a swarm between two sides: a dot moves aside from those that it would cover."""
    nearest = min(find_gaps(xs), default=size.width)
    half = min(max(nearest / 2 - 2, 9.0), 62.0)  # of the width that a swarm may take; below, of its band
    wide = min(half, 24.0 if size.is_narrow else 36.0)
    radius = 3.0 if size.is_narrow else 4.2
    bands: list[Mark] = []
    dots: list[Dot] = []
    bars: list[Mark] = []
    for strip, x in zip(strips, xs, strict=True):
        if strip.note:
            bands += _hatch(x - wide, axis.right, 2 * wide, axis.left - axis.right)
            room = measure_width(strip.note, size.text)
            lines = wrap_text(strip.note, size.text, room if room <= 2 * wide else room / 2 + 1)
            middle = (axis.left + axis.right) / 2
            ground = max(measure_width(line, size.text) for line in lines) + 8
            bars.append(Rect(x - ground / 2, middle - size.line, ground, size.line * (len(lines) + 0.4), "paper"))
            bars += [
                Label(x, middle + n * size.line, line, size.text, "grey", anchor="middle")
                for n, line in enumerate(lines)
            ]
        if strip.quartiles:
            low, high = (axis.place(each) for each in strip.quartiles)
            bands.append(Rect(x - wide, high, 2 * wide, max(low - high, 1), "band-best"))
        dots += _swarm(strip.units, x, half, axis, radius, highlight, words)
        if strip.median is not None:
            y = axis.place(strip.median)
            bars.append(Line(x - wide - 4, y, x + wide + 4, y, "ink", 2.2))
    for (strip, x), (after, x_after) in pairwise(zip(strips, xs, strict=True)):
        if strip.joins_next and strip.median is not None and after.median is not None:
            bars.append(Line(x, axis.place(strip.median), x_after, axis.place(after.median), "ink", 1.4))
    labels = _label_values(strips, xs, axis, sides, (half, wide), size, highlight, dots, words)
    return [*bands, *dots, *bars, *labels]


def _swarm(
    units: pd.DataFrame, x: float, half: float, axis: Axis, radius: float, highlight: str | None, words: Words
) -> list[Dot]:
    """Set dots side by side within `half` of the middle; where equal scores are too many for that, they overlap."""
    taken: list[tuple[float, float]] = []
    dots: list[Dot] = []
    tall, room = 2 * radius + 0.6, half - radius
    most = int(units["score"].value_counts().max()) if len(units) else 1
    step = min(tall, room / max(most // 2, 1))
    offsets = [0.0, *(n * step * sign for n in range(1, int(room / step + 0.01) + 1) for sign in (-1, 1))]
    ordered = units.assign(is_named=units.index == highlight).sort_values(["score", "is_named"], kind="stable")
    for unit in ordered.itertuples():
        y = axis.place(unit.score)
        near = [place for place, level in taken if abs(level - y) < tall - 0.3]
        aside = min(offsets, key=lambda each: (sum(abs(each - other) < step - 0.1 for other in near), abs(each)))
        taken.append((aside, y))
        colour = "best" if unit.is_named else "neutral"
        label = f"{words.both(Unit(unit.unit_name))} {format_rounded(unit.score)}"
        dots.append(Dot(round(x + aside, 1), round(y, 1), radius + unit.is_named, colour, label, unit.unit_id))
    return sorted(dots, key=lambda dot: dot.colour == "best")


def _hatch(x: float, y: float, width: float, height: float) -> list[Mark]:
    """Return the diagonal lines that fill a rectangle, with its outline."""
    right, bottom = x + width, y + height
    marks: list[Mark] = []
    for number in range(1, int((width + height) / HATCH) + 1):
        along = number * HATCH  # from the top left corner, down the left side and along the bottom
        x1, y1 = (x, y + along) if along <= height else (x + along - height, bottom)
        x2, y2 = (x + along, y) if along <= width else (right, y + along - width)
        marks.append(Line(round(x1, 1), round(y1, 1), round(x2, 1), round(y2, 1), "line"))
    corners = [(x, y), (right, y), (right, bottom), (x, bottom), (x, y)]
    return [*marks, *(Line(*first, *second, "line") for first, second in pairwise(corners))]


def _label_values(
    strips: Sequence[Strip],
    xs: Sequence[float],
    axis: Axis,
    sides: tuple[float, float],
    room: tuple[float, float],
    size: Size,
    highlight: str | None,
    dots: Sequence[Dot],
    words: Words,
) -> list[Label]:
    """Label the extremes of the last period, and the followed unit where it alone is one of any, if there is room."""
    half, bar = room
    last = max(at for at, each in enumerate(strips) if len(each.units))
    found: list[Label] = []
    for at, strip in reversed(list(enumerate(strips))):
        for value in sorted({strip.units["score"].min(), strip.units["score"].max()}) if len(strip.units) else []:
            units = strip.units[strip.units["score"] == value]
            is_followed = list(units.index) == [highlight]
            if len(units) > MOST_NAMED or not (is_followed or at == last):
                continue
            x, y = xs[at], axis.place(float(value))
            named = say("trends.named", units=[Unit(name) for name in sorted(units["unit_name"])])
            near = [dot for dot in dots if abs(dot.x - x) <= half and abs(dot.y - y) < 2 * dot.r]
            reach = max([bar + 4, *(abs(dot.x - x) + dot.r for dot in near)]) + 6
            lowest = max([sides[0], *(each + bar + 10 for each in xs if each < x)])
            highest = min([sides[1], *(each - bar - 10 for each in xs if each > x)])
            text = f"{words.without_glosses().word(named)} {format_rounded(float(value))}{words.facts.get('mark', '')}"
            lines = _set_beside(text, (x, y), reach, (lowest, highest), size, is_bold=is_followed)
            if all(line.y < axis.left and not any(_meet(line, each) for each in found) for line in lines):
                found += lines
    return found


def _set_beside(
    text: str, point: tuple[float, float], reach: float, ends: tuple[float, float], size: Size, *, is_bold: bool
) -> list[Label]:
    """Set a text beside a point, on the side with more room, in one line or two; none where it does not fit."""
    x, y = point
    rooms = (x - reach - ends[0], ends[1] - x - reach)
    lines = wrap_text(text, size.text, max(rooms), is_bold=is_bold)
    widths = [measure_width(line, size.text, is_bold=is_bold) for line in lines]
    if max(widths) > max(rooms) or len(lines) > MOST_LINES:
        return []
    begins = [x + reach if rooms[1] >= rooms[0] else x - reach - width for width in widths]
    first = y + 5 - size.line * (len(lines) - 1) / 2
    return [
        Label(begin, first + n * size.line, line, size.text, is_bold=is_bold)
        for n, (begin, line) in enumerate(zip(begins, lines, strict=True))
    ]


def _meet(one: Label, other: Label) -> bool:
    """Check whether two labels that begin at their left ends overlap."""
    first, second = sorted((one, other), key=lambda label: label.x)
    width = measure_width(first.text, first.size, is_bold=first.is_bold)
    return abs(one.y - other.y) < one.size and second.x < first.x + width
