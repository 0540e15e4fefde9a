"""A strip of dots: the scores of one table, each in the colour of its tier, above one axis.

Inline SVG whose places are percents and whose sizes are pixels, so that one drawing fits every width of a page.
"""

from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from markupsafe import Markup, escape

from audit_lib.figures.axes import Axis

RADIUS, LEAST_RADIUS = 5.0, 3.5  # px
NARROW = 320  # px: the axis on a phone, whose steps of scores set the radius
TALLEST = 190  # px: the column of the most frequent score shrinks to fit
LABEL, TICKS = 24, 22  # px above and below the dots
MARGIN = 4.0  # percent of the width that is kept free at both ends


class Spot(NamedTuple):
    """A unit of a strip: its score, the class of its colour, and whether it is outlined."""

    score: float
    colour: str
    is_outlined: bool = False


def draw_strip(spots: Sequence[Spot], axis: Axis, alt: str, label: str = "") -> Markup:
    """Draw a dot for each unit, equal scores above each other, outlined ones lowest; `alt` is the text of the drawing.

    `label` names the one outlined unit, at the end of a leader above its column.
    """
    radius = _choose_radius(spots, axis)
    stacked = list(_stack(spots))
    tallest = max(level for _, level in stacked) + 1
    step = min(2 * radius + 1, TALLEST / tallest)
    top = LABEL if label else 4
    ground = top + radius + step * tallest
    dots = [_draw_dot(spot, place_percent(spot.score, axis), ground - radius - 1 - step * level, radius)
            for spot, level in stacked]  # fmt: skip
    height = ground + TICKS
    size = 'width="100%" style="height:{height:g}px"'
    svg = f'<svg class="strip" role="img" {size} aria-label="{{alt}}">{{grid}}{{dots}}{{label}}</svg>'
    named = _draw_label(label, spots, axis, ground, step) if label else ""
    return Markup(svg).format(
        height=height, alt=alt, grid=_draw_axis(axis, ground, top), dots=Markup("".join(dots)), label=named
    )


def place_percent(score: float, axis: Axis) -> float:
    """Return where a score is on an axis, in percent of the width of a drawing."""
    return round(MARGIN + (100 - 2 * MARGIN) * (score - axis.low) / (axis.high - axis.low), 2)


def _choose_radius(spots: Sequence[Spot], axis: Axis) -> float:
    scores = sorted({spot.score for spot in spots})
    steps = [(high - low) / (axis.high - axis.low) * NARROW for low, high in pairwise(scores)]
    return min(RADIUS, max(LEAST_RADIUS, min(steps, default=NARROW) / 2))


def _stack(spots: Sequence[Spot]) -> Iterator[tuple[Spot, int]]:
    """Yield each unit with its level in the column of its score."""
    levels: dict[float, int] = {}
    for spot in sorted(spots, key=lambda each: not each.is_outlined):
        levels[spot.score] = levels.get(spot.score, -1) + 1
        yield spot, levels[spot.score]


def _draw_dot(spot: Spot, x: float, y: float, radius: float) -> str:
    place = f'cx="{x:g}%" cy="{y:.4g}"'
    ring = f'<circle class="ring" {place} r="{radius + 1.2:.3g}"/>' if spot.is_outlined else ""
    return f'<circle class="{escape(spot.colour)}" {place} r="{radius:.3g}"/>{ring}'


def _draw_axis(axis: Axis, ground: float, top: float) -> Markup:
    tick = (
        '<line class="line" x1="{x:g}%" x2="{x:g}%" y1="{top:g}" y2="{ground:g}"/>'
        '<text class="grey" x="{x:g}%" y="{y:g}" text-anchor="middle">{value:g}</text>'
    )
    ticks = [
        Markup(tick).format(x=place_percent(value, axis), top=top, ground=ground, y=ground + 17, value=value)
        for value in axis.ticks
    ]
    base = Markup('<line class="grey" x1="0" x2="100%" y1="{ground:g}" y2="{ground:g}"/>').format(ground=ground)
    return Markup("").join([*ticks, base])


def _draw_label(label: str, spots: Sequence[Spot], axis: Axis, ground: float, step: float) -> Markup:
    score = next(spot.score for spot in spots if spot.is_outlined)
    x, column = place_percent(score, axis), sum(spot.score == score for spot in spots)
    anchor = "start" if x < 30 else "end" if x > 70 else "middle"
    drawn = (
        '<line class="grey" x1="{x:g}%" x2="{x:g}%" y1="20" y2="{end:g}"/>'
        '<text class="ink" x="{x:g}%" y="15" text-anchor="{anchor}">{label}</text>'
    )
    return Markup(drawn).format(x=x, end=ground - step * column - 3, anchor=anchor, label=label)


def count_sides(scores: Collection[float], own: float) -> tuple[int, int]:
    """Count the scores above and below one."""
    return sum(each > own for each in scores), sum(each < own for each in scores)
