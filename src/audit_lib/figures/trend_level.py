"""Drawing of the level: a strip of dots per period on a time axis; many periods are one path."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from typing import Any

import pandas as pd

from audit_lib.analysis.comparability import days_of, follows
from audit_lib.analysis.trend_sentences import CEILING, say_among, say_range
from audit_lib.analysis.trends import (
    FEWEST_FOR_MEDIAN,
    MANY_PERIODS,
    Trends,
    choose_highlight,
    find_like_last,
    find_medians,
    name_list,
    name_units,
)
from audit_lib.display.charts import Chart, Key
from audit_lib.display.findings import Finding
from audit_lib.display.scene import Dot, Label, Line, Mark, Rect, Scene, move
from audit_lib.figures.axes import SIZES, WIDE, Axis, Size, choose_axis
from audit_lib.figures.chart import close_chart, drawing
from audit_lib.figures.picture import measure_width, wrap_text
from audit_lib.wording.number_format import format_rounded, format_score
from audit_lib.wording.words import Phrase, Unit, Words, say, say_date

TALL = 260.0  # pixels of the score axis
LONGEST = 150.0  # pixels of a name at the end of a line; a longer one is in the legend alone
MOST_NAMED = 3  # units that a label of one value names
MOST_LINES = 2  # of such a label
HATCH = 9.0  # pixels between two lines
BARS = 40.0  # pixels of the longest bar


@dataclass(frozen=True)
class Strip:
    """A period on the time axis: its day, its label, its units with scores; none where it has ranks alone."""

    day: float
    label: str
    lines: tuple[str, ...]
    units: pd.DataFrame
    median: float | None
    quartiles: tuple[float, float] | None
    joins_next: bool = False
    note: str = ""
    n_best: int = 0  # units with the best possible score
    best: float | None = None


@drawing
def plot_level(words: Words, trends: Trends) -> Chart | Finding | None:
    """Draw the scores of each period at its time, medians joined only within one scheme in a regular series.

    None where fewer than two periods have scores.
    """
    panel = trends.panel
    scored = [period for period in panel.periods if panel.published[period].basis == "score"]
    if len(scored) < 2 or not panel.lists:
        return None
    highlight = choose_highlight(trends)
    values = panel.rows.dropna(subset=["score"])["score"]
    strips = {name: _make_strips(trends, name, words) for name in panel.lists}
    scenes = []
    for size in SIZES:
        marks: list[Mark] = []
        height = 0.0
        for name in panel.lists:
            title = words.word(name_list(name)) if len(panel.lists) > 1 else ""
            drawn, tall = _draw_strips(strips[name], values, size, title, highlight, words)
            marks += move(drawn, 0, height)
            height += tall
        scenes.append(Scene(size.width, round(height), tuple(marks)))
    key, facts = _title_level(trends, words)
    told = strips[panel.lists[0]]
    told = told if len(told) < MANY_PERIODS else [told[0], told[-1]]
    measure = panel.published[scored[-1]].measure
    facts |= {
        "what": words.word(name_units(panel.rows)),
        "n_periods": len(panel.periods),
        "score_name": name_score(trends, words),
        "first": words.name(say_date(panel.periods[0])),
        "last": words.name(say_date(panel.periods[-1])),
        "better": words("labels.lower_better") if measure.is_lower_better else "",
        "rows": words.join((_describe_strip(each, words) for each in told), "clauses"),
    }
    legend = [Key("neutral", words("labels.one_unit"))]
    if highlight is not None and len(panel.rows[(panel.rows["unit"] == highlight) & panel.rows["score"].notna()]):
        legend.append(Key("best", words.both(Unit(_name_of(trends, highlight)))))
    legend.append(Key("ink", words("labels.median_bar")))
    if any(each.quartiles for listed in strips.values() for each in listed):
        legend.append(Key("band-best", words("labels.middle_half")))
    scores = panel.rows.dropna(subset=["score", "list"])
    data = scores.pivot_table("score", "unit", "period").map(format_score, na_action="ignore")
    data = data.rename(columns=lambda period: words.heading(say_date(period)))
    data.insert(0, "unit_name", scores.groupby("unit")["unit_name"].last())
    return close_chart(f"level_{key}", words, facts, (scenes[0], scenes[1]), data, tuple(legend))


def _name_of(trends: Trends, unit: str) -> str:
    return str(trends.panel.rows.loc[trends.panel.rows["unit"] == unit, "unit_name"].iloc[-1])


def name_score(trends: Trends, words: Words) -> str:
    """Name what the scores are, as the last period with scores that records it does; else `score`."""
    names = [trends.panel.published[period].measure.score_name for period in find_like_last(trends.panel)]
    return next((name for name in reversed(names) if name), words("labels.by_score"))


def _title_level(trends: Trends, words: Words) -> tuple[str, dict[str, Any]]:
    """Choose the finding of the level: the last median is the lowest or highest of those comparable, or between.

    Of two medians both are named; of several lists only a direction that all have.
    """
    like = find_like_last(trends.panel)
    every = [find_medians(trends.panel, name) for name in trends.panel.lists]
    ends = {"before": words.date(like[0]), "at": words.date(like[-1])}
    if len(every) > 1:
        changes = [medians.iloc[-1] - medians.iloc[0] if list(medians.index) == like else 0.0 for medians in every]
        fell, rose = (len(like) == 2 and all(way * change > 0 for change in changes) for way in (-1, 1))
        return "lists_fell" if fell else "lists_rose" if rose else "lists", {"n_lists": len(every), **ends}
    (medians,) = every
    if len(medians) < 2:
        return "apart" if len(like) < 2 else "few", {}
    if list(medians.index) == like and len(like) == 2:
        return "two", {"earlier": float(medians.iloc[0]), "median": float(medians.iloc[1]), **ends}
    low, high = float(medians.min()), float(medians.max())
    facts = {"low": low, "high": high, "n": len(medians), "among": words.word(say_among(trends.panel, like))}
    for key, value in (("lowest", low), ("highest", high)):
        at = medians.index[medians == value]
        if low != high and list(at) == [medians.index[-1]]:
            return key, {"at": words.name(say_date(str(at[0]))), "median": value, **facts}
    return ("between" if low != high else "same"), facts


def _make_strips(trends: Trends, name: str, words: Words) -> list[Strip]:
    panel, strips = trends.panel, []
    days = days_of(panel.periods)
    for at, (period, day) in enumerate(zip(panel.periods, days, strict=True)):
        units = panel.units_of[period]
        units = units[units["list"] == name].dropna(subset=["score"])
        points = units["score"]
        after = panel.periods[at + 1] if at + 1 < len(days) else None
        joins = after is not None and follows(period, after) and panel.gate(period, after).measure == "points"
        quartiles = (
            (float(points.quantile(0.25)), float(points.quantile(0.75))) if len(points) >= trends.min_n else None
        )
        median = float(points.median()) if len(points) >= FEWEST_FOR_MEDIAN else None
        note = (
            words("labels.ranks_only")
            if panel.published[period].basis in ("rank", "end_of_list")
            else words("labels.no_scores")
        )
        best = panel.published[period].measure.best
        at_best = int((points == best).sum())
        label, lines = words.heading(say_date(period)), _write_lines(period, words)
        note = "" if len(points) else note
        strips.append(Strip(day, label, lines, units, median, quartiles, joins, note, at_best, best))
    return strips


def _write_lines(period: str, words: Words) -> tuple[str, ...]:
    """Write a month above its year, any other period in one line."""
    phrase = say_date(period)
    if isinstance(phrase, Phrase) and phrase.key == "dates.month":
        return tuple(words.word(replace(phrase, key="dates.month_lines")).split())
    return (words.heading(phrase),)


def _describe_strip(strip: Strip, words: Words) -> str:
    if strip.units.empty:
        return words("labels.strip_without", period=strip.label, note=strip.note)
    points = strip.units["score"]
    facts = {"period": strip.label, "n": len(points), "low": float(points.min()), "high": float(points.max())}
    return words("labels.strip", median=strip.median, **facts)


def _draw_strips(
    strips: Sequence[Strip], values: pd.Series, size: Size, title: str, highlight: str | None, words: Words
) -> tuple[list[Mark], float]:
    """Draw the strips of one list; also return the height."""
    scale = choose_axis(values)
    gutter = max(
        [measure_width(f"{tick:g}", size.text) for tick in scale.ticks]
        + [measure_width(words("labels.median_row"), size.text)]
    )
    left, right = size.margin + gutter + 10, size.width - size.margin
    is_long = len(strips) >= MANY_PERIODS
    ends = _label_ends(strips, highlight, words) if is_long and not size.is_narrow else []
    right -= max([measure_width(text, size.text, is_bold=True) + 4 for _, _, text in ends], default=0.0)
    days = [strip.day for strip in strips]
    inset = 6.0 if is_long else 30.0 if size.is_narrow else 52.0
    time = Axis(min(days), max(*days, min(days) + 1), (), left + inset, right - inset)
    xs = [time.place(day) for day in days]
    top = (size.line + 4 if title else 0) + (8.0 if is_long else 2 * size.line + 8)
    axis = Axis(scale.low, scale.high, scale.ticks, top + TALL, top + 6)
    marks: list[Mark] = [Label(size.margin, size.text, title, size.text, is_bold=True)] if title else []
    for tick in scale.ticks:
        y = axis.place(tick)
        marks += [Line(left, y, right, y, "line"), Label(left - 8, y + 5, f"{tick:g}", size.text, "grey", anchor="end")]
    if is_long:
        marks += _draw_path(strips, xs, axis, highlight, 1.1 if size.is_narrow else 1.6)
        marks += _set_ends(ends, axis, right + 4, size)
    else:
        swarms = _draw_swarms(strips, xs, axis, size, highlight, words)
        marks += [*swarms, *_label_values(strips, xs, axis, (left, right), size, highlight, swarms, words)]
        rows = [
            (x, ("–" if each.median is None else format_rounded(each.median),))
            for x, each in zip(xs, strips, strict=True)
        ]
        marks.append(Label(size.margin, top - size.line * 0.35, words("labels.median_row"), size.text, "grey"))
        for x, y, text in _spread_labels(sorted(rows), size, left, up=True):
            marks.append(Label(x, top - size.line * 0.35 - y, text, size.text, is_bold=True, anchor="middle"))
    bottom = top + TALL + 6
    if is_long and max(each.n_best / max(len(each.units), 1) for each in strips) >= CEILING:
        marks += _draw_ceiling(strips, xs, left, bottom, size, words)
        bottom += size.line + BARS + 14
    marks.append(Line(left, bottom, right, bottom))
    ticks = _name_years(strips, xs) if is_long else [(x, each.lines) for x, each in zip(xs, strips, strict=True)]
    placed = _spread_labels(sorted(ticks), size, left, up=False, n_rows=1 if is_long else 2)
    marks += [Line(x, bottom, x, bottom + 4) for x, _ in ticks]
    marks += [Label(x, bottom + size.line + y, text, size.text, "grey", anchor="middle") for x, y, text in placed]
    lowest = max([y for _, y, _ in placed], default=0.0)
    return marks, bottom + size.line + lowest + 12


def _spread_labels(
    labels: Sequence[tuple[float, tuple[str, ...]]], size: Size, left: float, *, up: bool, n_rows: int = 2
) -> list[tuple[float, float, str]]:
    """Place labels of one or more lines in as few rows as keep them apart; one that fits into none is left out."""
    ends = [left if up else 0.0] + [0.0] * (n_rows - 1)
    tall = max(len(lines) for _, lines in labels) * size.line
    found = []
    for x, lines in labels:
        half = max(measure_width(line, size.text, is_bold=up) for line in lines) / 2
        at = min(max(x, 2 + half), size.width - 2 - half)
        row = next((n for n, end in enumerate(ends) if at - half > end + 5), None)
        if row is not None:
            ends[row] = at + half
            found += [(at, row * tall + n * size.line, line) for n, line in enumerate(lines)]
    return found


def _label_ends(strips: Sequence[Strip], highlight: str | None, words: Words) -> list[tuple[float, str, str]]:
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


def _set_ends(ends: Sequence[tuple[float, str, str]], axis: Axis, x: float, size: Size) -> list[Label]:
    """Set the labels at the ends of lines, the second above or below the first where they would overlap."""
    levels = [axis.place(value) + 5 for value, _, _ in ends]
    if len(levels) > 1 and abs(levels[0] - levels[1]) < size.line:
        levels[1] = levels[0] + (size.line if levels[1] >= levels[0] else -size.line)
    return [
        Label(x, y, text, size.text, colour, is_bold=True) for y, (_, colour, text) in zip(levels, ends, strict=True)
    ]


def _draw_ceiling(
    strips: Sequence[Strip], xs: Sequence[float], left: float, top: float, size: Size, words: Words
) -> list[Mark]:
    """Draw how many units have the best possible score in each period, as bars below a path."""
    counts = [each.n_best for each in strips if len(each.units)]
    half = min([second - first for first, second in pairwise(sorted(xs))]) * 0.36
    bottom = top + size.line + BARS + 14
    heights = [BARS * each.n_best / max(counts) for each in strips]
    best = next(each.best for each in strips if each.n_best)
    title = words("labels.at_best", count=say_range(min(counts), max(counts)), best=best)
    return [
        Label(left, top + size.line, title, size.text, "grey"),
        *(
            Rect(round(x - half, 1), round(bottom - height, 1), round(2 * half, 1), round(height, 1), "middle")
            for x, height in zip(xs, heights, strict=True)
        ),
    ]


def _label_values(
    strips: Sequence[Strip],
    xs: Sequence[float],
    axis: Axis,
    sides: tuple[float, float],
    size: Size,
    highlight: str | None,
    drawn: Sequence[Mark],
    words: Words,
) -> list[Label]:
    """Label the extremes of the last period, and the followed unit where it alone is one of any, if there is room."""
    half, bar = _find_room(xs, size)
    dots = [mark for mark in drawn if isinstance(mark, Dot)]
    last = max(at for at, each in enumerate(strips) if len(each.units))
    found: list[Label] = []
    for at, strip in reversed(list(enumerate(strips))):
        for value in sorted({strip.units["score"].min(), strip.units["score"].max()}) if len(strip.units) else []:
            units = strip.units[strip.units["score"] == value]
            is_followed = list(units.index) == [highlight]
            if len(units) > MOST_NAMED or not (is_followed or at == last):
                continue
            x, y = xs[at], axis.place(float(value))
            near = [dot for dot in dots if abs(dot.x - x) <= half and abs(dot.y - y) < 2 * dot.r]
            reach = max([bar + 4, *(abs(dot.x - x) + dot.r for dot in near)]) + 6
            lowest = max([sides[0], *(each + bar + 10 for each in xs if each < x)])
            highest = min([sides[1], *(each - bar - 10 for each in xs if each > x)])
            text = f"{_name_few(units['unit_name'], words)} {format_rounded(float(value))}{words.facts.get('mark', '')}"
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


def _name_few(names: pd.Series, words: Words) -> str:
    units = say("trends.named", units=[Unit(name) for name in sorted(names)])
    return words.without_glosses().word(units)


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


def _name_years(strips: Sequence[Strip], xs: Sequence[float]) -> list[tuple[float, tuple[str, ...]]]:
    years = [date.fromordinal(int(strip.day)).year for strip in strips]
    return [
        (x, (str(year),))
        for at, (x, year) in enumerate(zip(xs, years, strict=True))
        if at == 0 or year != years[at - 1]
    ]


def _draw_swarms(
    strips: Sequence[Strip], xs: Sequence[float], axis: Axis, size: Size, highlight: str | None, words: Words
) -> list[Mark]:
    """Draw each period as a swarm: a dot moves aside from those that it would cover."""
    half, wide = _find_room(xs, size)
    radius = 3.0 if size.is_narrow else 4.2
    bands: list[Mark] = []
    dots: list[Mark] = []
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
    return [*bands, *dots, *bars]


def _find_room(xs: Sequence[float], size: Size) -> tuple[float, float]:
    """Return half the width that a swarm may take, and half that of a band."""
    nearest = min([second - first for first, second in pairwise(sorted(xs))], default=size.width)
    half = min(max(nearest / 2 - 2, 9.0), 62.0)
    return half, min(half, 24.0 if size.is_narrow else 36.0)


def _swarm(
    units: pd.DataFrame, x: float, half: float, axis: Axis, radius: float, highlight: str | None, words: Words
) -> list[Mark]:
    taken: list[tuple[float, float]] = []
    marks: list[Mark] = []
    step = 2 * radius + 0.6
    offsets = [0.0]
    while offsets[-1] < half - radius:
        offsets += [(len(offsets) // 2 + 1) * step * sign for sign in (-1, 1)]
    ordered = units.assign(is_named=units.index == highlight).sort_values(["score", "is_named"], kind="stable")
    for unit, score, name, unit_id in zip(
        ordered.index, ordered["score"], ordered["unit_name"], ordered["unit_id"], strict=True
    ):
        y = axis.place(score)
        near = [place for place, level in taken if abs(level - y) < step - 0.3]
        aside = min(offsets, key=lambda each: (sum(abs(each - other) < step - 0.1 for other in near), abs(each)))
        taken.append((aside, y))
        colour = "best" if unit == highlight else "neutral"
        marks.append(
            Dot(
                round(x + aside, 1),
                round(y, 1),
                radius + (unit == highlight),
                colour,
                f"{words.both(Unit(name))} {format_rounded(score)}",
                unit_id,
            )
        )
    return sorted(marks, key=lambda mark: isinstance(mark, Dot) and mark.colour == "best")


def _draw_path(
    strips: Sequence[Strip], xs: Sequence[float], axis: Axis, highlight: str | None, radius: float
) -> list[Mark]:
    """Draw many periods as faint dots, the middle half as a band, joined medians and one unit's line."""
    bands: list[Mark] = []
    dots: list[Mark] = []
    lines: list[Mark] = []
    followed: list[Mark] = []
    half = min([second - first for first, second in pairwise(sorted(xs))]) / 2
    for strip, x in zip(strips, xs, strict=True):
        if strip.quartiles:
            low, high = (axis.place(each) for each in strip.quartiles)
            bands.append(
                Rect(round(x - half, 1), round(high, 1), round(2 * half, 1), round(max(low - high, 1), 1), "band-best")
            )
        dots += [Dot(round(x, 1), round(axis.place(score), 1), radius) for score in strip.units["score"].unique()]
        if strip.median is not None:
            y = axis.place(strip.median)
            lines.append(Line(round(x - half, 1), round(y, 1), round(x + half, 1), round(y, 1), "ink", 2.2))
    for (strip, x), (after, x_after) in pairwise(zip(strips, xs, strict=True)):
        if strip.joins_next and strip.median is not None and after.median is not None:
            ends = (axis.place(strip.median), axis.place(after.median))
            lines.append(Line(round(x, 1), round(ends[0], 1), round(x_after, 1), round(ends[1], 1), "ink", 2.2))
        if highlight in strip.units.index and highlight in after.units.index and strip.joins_next:
            scores = [float(each.units.at[highlight, "score"]) for each in (strip, after)]
            y, y_after = (axis.place(score) for score in scores)
            followed.append(Line(round(x, 1), round(y, 1), round(x_after, 1), round(y_after, 1), "best", 1.6))
    return [*bands, *dots, *lines, *followed]
