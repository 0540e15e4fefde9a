"""Many periods drawn as one path: joined medians, the middle half as a band, the line of one unit."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from itertools import pairwise
from typing import Any

from audit_lib.analysis.trend_words import say_range
from audit_lib.display.scene import Dot, Label, Line, Mark, Rect
from audit_lib.figures.axes import WIDE, Axis, Size, find_gaps
from audit_lib.figures.picture import measure_width
from audit_lib.figures.trend_strips import Strip
from audit_lib.wording.number_format import format_rounded
from audit_lib.wording.words import Unit, Words

LONGEST = 150.0  # pixels of a name at the end of a line; a longer one is in the legend alone
BARS = 40.0  # pixels of the longest bar


def draw_path(
    strips: Sequence[Strip], xs: Sequence[float], axis: Axis, highlight: str | None, radius: float
) -> list[Mark]:
    """Draw many periods as faint dots, the middle half as a band, joined medians and one unit's line."""
    bands: list[Mark] = []
    dots: list[Mark] = []
    lines: list[Mark] = []
    followed: list[Mark] = []
    half = min(find_gaps(xs)) / 2
    for strip, x in zip(strips, xs, strict=True):
        if strip.quartiles:
            low, high = (axis.place(each) for each in strip.quartiles)
            bands.append(Rect(x - half, high, 2 * half, max(low - high, 1), "band-best"))
        dots += [Dot(x, axis.place(score), radius) for score in strip.units["score"].unique()]
        if strip.median is not None:
            y = axis.place(strip.median)
            lines.append(Line(x - half, y, x + half, y, "ink", 2.2))
    for (strip, x), (after, x_after) in pairwise(zip(strips, xs, strict=True)):
        if strip.joins_next and strip.median is not None and after.median is not None:
            lines.append(Line(x, axis.place(strip.median), x_after, axis.place(after.median), "ink", 2.2))
        if highlight in strip.units.index and highlight in after.units.index and strip.joins_next:
            y, y_after = (axis.place(float(each.units.at[highlight, "score"])) for each in (strip, after))
            followed.append(Line(x, y, x_after, y_after, "best", 1.6))
    return list(map(_round, [*bands, *dots, *lines, *followed]))


def _round(mark: Mark) -> Mark:
    """Round a mark to a tenth of a pixel, as it is kept, so that the picture is drawn from the same."""
    rounded: dict[str, Any] = {name: round(value, 1) for name, value in vars(mark).items() if isinstance(value, float)}
    return replace(mark, **rounded)


def label_ends(strips: Sequence[Strip], highlight: str | None, words: Words) -> list[tuple[float, str, str]]:
    """Return the value, colour and text of what stands at the end of the lines of a path: median, followed unit."""
    last, found = strips[-1], []
    if last.median is not None:
        found.append((last.median, "ink", f"{words('labels.median_bar')} {format_rounded(last.median)}"))
    if highlight in last.units.index:
        score = float(last.units.at[highlight, "score"])
        text = f"{words.short(Unit(last.units.at[highlight, 'unit_name']))} {format_rounded(score)}"
        is_long = measure_width(text, WIDE.text, is_bold=True) > LONGEST
        found.append((score, "best", format_rounded(score) if is_long else text))
    return found


def set_ends(ends: Sequence[tuple[float, str, str]], axis: Axis, x: float, size: Size) -> list[Label]:
    """Set the labels at the ends of lines, the second above or below the first where they would overlap."""
    levels = [axis.place(value) + 5 for value, _, _ in ends]
    if len(levels) > 1 and abs(levels[0] - levels[1]) < size.line:
        levels[1] = levels[0] + (size.line if levels[1] >= levels[0] else -size.line)
    return [
        Label(x, y, text, size.text, colour, is_bold=True) for y, (_, colour, text) in zip(levels, ends, strict=True)
    ]


def draw_ceiling(
    strips: Sequence[Strip], xs: Sequence[float], left: float, top: float, size: Size, words: Words
) -> list[Mark]:
    """Draw how many units have the best possible score in each period, as bars below a path."""
    counts = [each.n_best for each in strips if len(each.units)]
    half = min(find_gaps(xs)) * 0.36
    bottom = top + size.line + BARS + 14
    heights = [BARS * each.n_best / max(counts) for each in strips]
    best = next(each.best for each in strips if each.n_best)
    title = words("labels.at_best", count=say_range(min(counts), max(counts)), best=best)
    bars = [Rect(x - half, bottom - height, 2 * half, height, "middle") for x, height in zip(xs, heights, strict=True)]
    return [Label(left, top + size.line, title, size.text, "grey"), *map(_round, bars)]


def name_years(strips: Sequence[Strip], xs: Sequence[float]) -> list[tuple[float, tuple[str, ...]]]:
    """Return the labels of the time axis: a year at its first period, with its x."""
    years = [date.fromordinal(int(strip.day)).year for strip in strips]
    return [
        (x, (str(year),))
        for at, (x, year) in enumerate(zip(xs, years, strict=True))
        if at == 0 or year != years[at - 1]
    ]
