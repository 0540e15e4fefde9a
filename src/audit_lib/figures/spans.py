"""Ranges beside limits on a logarithmic axis: how long something took, and how long it may take."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from audit_lib.display.scene import Label, Line, Mark, Rect, Scene
from audit_lib.figures.axes import Axis, Size, draw_ticks
from audit_lib.figures.picture import measure_width, wrap_text


@dataclass(frozen=True)
class Span:
    """A row of a range against a limit: a value known to lie from `low` to `high`, and the limit, all above 0."""

    label: str
    low: float
    high: float
    limit: float
    colour: str = "neutral"


def draw_spans(
    spans: Sequence[Span], size: Size, ticks: Sequence[tuple[float, str]], axis_label: str, limit_label: str
) -> Scene:
    """Draw ranges on a logarithmic axis, a row each under its label: the limit as a black line, the range as a bar.

    `ticks` are values with their labels. A line joins limit and range.
    """
    ends = [*(value for span in spans for value in (span.low, span.high, span.limit)), *(value for value, _ in ticks)]
    low, high = math.log(min(ends)), math.log(max(ends))
    axis = Axis(low, high, (), size.margin + 8, size.width - size.margin - 8)
    labels = [wrap_text(span.label, size.text, size.width - 2 * size.margin) for span in spans]
    tops = [size.line + 4]
    for lines in labels:
        tops.append(tops[-1] + len(lines) * size.line + 34)
    marks: list[Mark] = []
    for span, lines, top in zip(spans, labels, tops, strict=False):
        marks += [Label(size.margin, top + (n + 1) * size.line, line, size.text) for n, line in enumerate(lines)]
        y = top + len(lines) * size.line + 19
        first, last, limit = (axis.place(math.log(value)) for value in (span.low, span.high, span.limit))
        marks += [Line(limit, y, first, y, "neutral"), Rect(first, y - 5, max(last - first, 3.0), 10, span.colour)]
        marks.append(Line(limit, y - 11, limit, y + 11, "ink", 2.4))
    if spans:
        x = axis.place(math.log(spans[0].limit))
        fits = x + measure_width(limit_label, size.text) < size.width - size.margin
        marks.append(Label(x, size.text, limit_label, size.text, "grey", anchor="start" if fits else "end"))
    bottom = tops[-1]
    places = [(axis.place(math.log(value)), label) for value, label in ticks]
    rows = [top - 34 for top in tops[1:]]
    grid = [Line(x, top + 4, x, top + 34, "line") for x, _ in places for top in rows]
    marks = [*grid, *marks, Line(size.margin, bottom, size.width - size.margin, bottom)]
    return Scene(size.width, round(bottom + size.text * 2.9), (*marks, *draw_ticks(places, bottom, size, axis_label)))
