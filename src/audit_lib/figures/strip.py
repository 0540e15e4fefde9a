"""A strip of dots: one for each unit at its exact score, in one or more rows above one axis.

It knows nothing of notices: it gets values, colours and worded labels. Nothing in a drawing is rotated, cropped or
smaller than the text of its size, and no label lies on a dot.
"""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pandas as pd

from audit_lib.display.scene import Dot, Label, Line, Mark, Rect, Ring, Scene, move
from audit_lib.figures.axes import Axis, Size, choose_axis, draw_ticks, find_gaps
from audit_lib.figures.flags import Box, Flag, place_flags
from audit_lib.figures.picture import measure_width

LEAST_RADIUS = 3.5  # dots that steps of scores would make smaller move up beside others instead


@dataclass(frozen=True)
class Band:
    """A zone of scores from `low` up to the cut `high`; ends that are None reach the edge.

    A closed one ends behind the dots at `low` and at `high`. `short` is its label where space is short.
    """

    low: float | None
    high: float | None
    colour: str
    label: str
    short: str = ""
    is_closed: bool = False


@dataclass(frozen=True)
class Row:
    """A strip of its own: the units whose `row` is its key, a label, and the mean with its label, if there is one."""

    key: str = ""
    label: str = ""
    mean: float | None = None
    mean_label: str = ""


def draw_strip(
    units: pd.DataFrame,
    size: Size,
    axis_label: str,
    *,
    rows: Sequence[Row] = (Row(),),
    bands: Sequence[Band] = (),
    flags: Sequence[Flag] = (),
) -> Scene:
    """Draw one dot per unit at its exact score, stacked, in one or more rows above one axis.

    `units` has score, colour, label, unit_id, and, where there are such, row and is_exception. Columns of a score begin
    with the first unit of `units` at the bottom; exceptions come last, on top. Units without a score are left to the
    caller. Where dots would be smaller than 2 pixels in radius, columns become bars, and only exceptions stay dots.
    """
    scale = choose_axis(units["score"])
    inset = size.margin + size.radius + 2
    axis = Axis(scale.low, scale.high, scale.ticks, inset, size.width - inset)
    units = units.assign(**{name: units.get(name, default) for name, default in (("row", ""), ("is_exception", False))})
    units = units.sort_values("is_exception", kind="stable")
    radius = _choose_radius(units, axis, size)
    top = size.line + 4 if bands else 4.0
    drawn: list[Mark] = []
    bottom = top
    for row in rows:
        members = units[units["row"] == row.key] if row.key else units
        strip, height = _draw_row(members, row, flags, axis, size, radius)
        bottom += height
        grid = [] if bands else [Line(axis.place(tick), -height, axis.place(tick), 0, "line") for tick in axis.ticks]
        drawn += move([*_clip(grid, strip), *strip], bottom)
        drawn.append(Line(size.margin, bottom, size.width - size.margin, bottom, "grey" if row is rows[-1] else "line"))
        bottom += 12 if row is not rows[-1] else 0
    ticks = [(axis.place(tick), f"{tick:g}") for tick in axis.ticks]
    marks = [
        *_draw_bands(bands, units["score"], axis, top, bottom, size, radius),
        *drawn,
        *draw_ticks(ticks, bottom, size, axis_label),
    ]
    return Scene(size.width, round(bottom + size.text * 2.9), tuple(marks))


def _choose_radius(units: pd.DataFrame, axis: Axis, size: Size) -> float:
    """Choose the radius of dots: the size's, or what the smallest step of scores and the tallest column leave."""
    steps = find_gaps(map(axis.place, set(units["score"])))
    tallest = int(units.groupby(["row", "score"]).size().max())
    aside = max(min([size.radius * 2, *steps]) / 2, LEAST_RADIUS)
    return round(min(size.radius, aside, size.column / (2 * tallest)), 2)


def _draw_row(
    units: pd.DataFrame, row: Row, flags: Sequence[Flag], axis: Axis, size: Size, radius: float
) -> tuple[list[Mark], float]:
    """Draw a row above y = 0; also returns its height."""
    marks = _draw_bars(units, axis, size) if radius < 2 else _stack_dots(units, axis, radius)
    tops = _find_tops(marks)
    named = place_flags(flags, axis, size, tops)
    reach = [*(-top for _, _, top, _ in tops), *(mark.size - mark.y for mark in named if isinstance(mark, Label))]
    height = max([2 * size.text, *reach]) + 8
    about: list[Mark] = []  # the mean and the label of the row
    begin = -math.inf  # of the label of the mean
    if row.mean is not None:
        x = axis.place(row.mean)
        half = measure_width(row.mean_label, size.text) / 2
        centre = min(max(x, axis.left + half), axis.right - half)
        begin = centre - half
        about = [Line(x, 0, x, -height, "ink", 2.4)]
        about.append(Label(centre, -height - 5, row.mean_label, size.text, anchor="middle"))
        height += size.line + 4
    if row.label:
        if begin < size.margin + measure_width(row.label, size.text, is_bold=True) + 12:
            height += size.line + 4
        about.append(Label(size.margin, -height + size.text, row.label, size.text, is_bold=True))
    lines = [mark for mark in (*about, *named) if isinstance(mark, Line)]
    labels = [mark for mark in (*about, *named) if isinstance(mark, Label)]
    return [*lines, *marks, *labels], height


def _clip(grid: Iterable[Line], strip: Iterable[Mark]) -> list[Mark]:
    """End lines of the grid below the lowest label that they would pass through."""
    clipped: list[Mark] = []
    labels = [_find_box(mark) for mark in strip if isinstance(mark, Label)]
    for line in grid:
        lowest = max([line.y1, *(bottom + 2 for left, right, _, bottom in labels if left - 2 < line.x1 < right + 2)])
        clipped.append(Line(line.x1, lowest, line.x2, line.y2, line.colour))
    return clipped


def _find_box(label: Label) -> Box:
    width = measure_width(label.text, label.size, is_bold=label.is_bold)
    left = label.x - {"start": 0.0, "middle": width / 2, "end": width}[label.anchor]
    return left, left + width, label.y - label.size, label.y + 0.25 * label.size


def _stack_dots(units: pd.DataFrame, axis: Axis, radius: float) -> list[Mark]:
    """Stack dots above y = 0, each as low as the dots beside it leave room."""
    taken: list[tuple[float, int]] = []
    dots: list[Mark] = []
    rings: list[Mark] = []
    step = 2 * radius + (1.5 if radius > 4 else 0.5)
    for unit in units.itertuples():
        x = axis.place(unit.score)
        near = {level for at, level in taken if abs(at - x) < 1.5 * radius}
        same = [level for at, level in taken if at == x]
        level = next(n for n in range(max(same, default=-1) + 1, len(taken) + 2) if n not in near)
        taken.append((x, level))
        y = -(radius + 2 + level * step)
        dots.append(Dot(x, y, radius, unit.colour, unit.label, unit.unit_id))
        rings += [Ring(x, y, radius + 0.4, 2.6 if radius > 5 else 2.0)] if unit.is_exception else []
    return [*dots, *rings]


def _draw_bars(units: pd.DataFrame, axis: Axis, size: Size) -> list[Mark]:
    """Draw a column of counts for each score, split by colour; exceptions are dots on top of it."""
    steps = find_gaps(map(axis.place, set(units["score"])))
    width = max(min([8.0, *steps]) * 0.8, 1.0)
    unit_height = size.column / units.groupby("score").size().max()
    marks: list[Mark] = []
    tops: Counter[float] = Counter()
    plain = units[~units["is_exception"].astype("bool")]
    for (score, colour), n in plain.groupby(["score", "colour"], sort=False).size().items():
        height = n * unit_height
        marks.append(Rect(axis.place(score) - width / 2, -tops[score] - height, width, height, colour))
        tops[score] += height
    for unit in units[units["is_exception"].astype("bool")].itertuples():
        x, y = axis.place(unit.score), -tops[unit.score] - 4
        marks += [Dot(x, y, 3.5, unit.colour, unit.label, unit.unit_id), Ring(x, y, 3.9)]
        tops[unit.score] += 8
    return marks


def _find_tops(marks: Iterable[Mark]) -> list[Box]:
    """Find the box of each dot or bar, down to the axis."""
    found = []
    for mark in marks:
        if isinstance(mark, Dot):
            found.append((mark.x - mark.r, mark.x + mark.r, mark.y - mark.r, 0.0))
        elif isinstance(mark, Rect):
            found.append((mark.x, mark.x + mark.width, mark.y, 0.0))
    return found


def _draw_bands(
    bands: Sequence[Band], scores: pd.Series, axis: Axis, top: float, bottom: float, size: Size, radius: float
) -> list[Mark]:
    """Draw zones of scores with their labels above, each edge half-way from its cut to the next lower score at most."""
    marks: list[Mark] = []
    for band in bands:
        left = size.margin if band.low is None else _find_edge(band.low, scores, axis)
        right = size.width - size.margin if band.high is None else _find_edge(band.high, scores, axis)
        if band.is_closed and band.low is not None and band.high is not None:
            left, right = _enclose(band.low, band.high, scores, axis, radius + 2)
        marks.append(Rect(left, top, right - left, bottom - top, band.colour))
        room = right - left - 8
        fitting = [text for text in (band.label, band.short) if text and measure_width(text, size.text) <= room]
        marks += [Label(left + 6, top - 6, text, size.text, "grey") for text in fitting[:1]]
    return marks


def _find_edge(cut: float, scores: pd.Series, axis: Axis) -> float:
    below = scores[scores < cut]
    return axis.place(cut - min((cut - below.max()) / 2, 0.5) if len(below) else cut)


def _enclose(low: float, high: float, scores: pd.Series, axis: Axis, reach: float) -> tuple[float, float]:
    """Find edges `reach` pixels beyond two scores, or half-way to the next score where that is nearer."""
    left, right = axis.place(low), axis.place(high)
    below, above = scores[scores < low], scores[scores > high]
    to_left = (left - axis.place(below.max())) / 2 if len(below) else reach
    to_right = (axis.place(above.min()) - right) / 2 if len(above) else reach
    return left - min(reach, to_left), right + min(reach, to_right)
