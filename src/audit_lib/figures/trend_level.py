"""Drawing of the level: a strip of dots per period on a time axis; many periods are one path."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import pandas as pd

from audit_lib.analysis.trend_sentences import CEILING, say_among
from audit_lib.analysis.trend_words import name_list, name_units
from audit_lib.analysis.trends import MANY_PERIODS, Trends, choose_highlight, find_medians
from audit_lib.analysis.unit_paths import Panel
from audit_lib.display.charts import Chart, Key
from audit_lib.display.findings import Finding
from audit_lib.display.scene import Label, Line, Mark, Scene, move
from audit_lib.figures.axes import NARROW, SIZES, Axis, Size, choose_axis
from audit_lib.figures.chart import close_chart, drawing
from audit_lib.figures.picture import measure_width
from audit_lib.figures.trend_path import BARS, draw_ceiling, draw_path, label_ends, name_years, set_ends
from audit_lib.figures.trend_strips import Strip, describe_strip, make_strips, name_score
from audit_lib.figures.trend_swarms import draw_swarms
from audit_lib.wording.number_format import format_rounded, format_score
from audit_lib.wording.words import Unit, Words, say_date

TALL = 260.0  # pixels of the score axis
INSET = 30.0  # pixels from the ends of a phone's time axis to its first and last period


@drawing
def plot_level(words: Words, trends: Trends) -> Chart | Finding | None:
    """Draw the scores of each period at its time, medians joined only within one scheme in a regular series.

    None where the scores of no two periods may be compared.
    """
    panel = trends.panel
    scored = [period for period in panel.periods if panel.published[period].basis == "score"]
    if len(panel.like_last) < 2 or not panel.lists:
        return None
    highlight = choose_highlight(trends)
    values = panel.rows.dropna(subset=["score"])["score"]
    strips = {name: make_strips(trends, name, words) for name in panel.lists}
    fractions, spaced = _space_periods(strips, _find_left(values, NARROW, words))
    scenes = []
    for size in SIZES:
        marks: list[Mark] = []
        height = 0.0
        for name in panel.lists:
            title = words.word(name_list(name)) if len(panel.lists) > 1 else ""
            drawn, tall = _draw_strips(strips[name], values, fractions, size, title, highlight, words)
            marks += move(drawn, height)
            height += tall
        scenes.append(Scene(size.width, round(height), tuple(marks)))
    key, facts = _title_level(trends, words)
    first = strips[panel.lists[0]]
    described = first if len(first) < MANY_PERIODS else [first[0], first[-1]]
    measure = panel.published[scored[-1]].measure
    facts |= {
        "what": words.word(name_units(panel.rows)),
        "n_periods": len(panel.periods),
        "score_name": name_score(trends, words),
        "spaced": words(f"labels.{spaced}"),
        "first": words.name(say_date(panel.periods[0])),
        "last": words.name(say_date(panel.periods[-1])),
        "better": words("labels.lower_better") if measure.is_lower_better else "",
        "rows": words.join((describe_strip(each, words) for each in described), "clauses"),
    }
    legend = [Key("neutral", words("labels.one_unit"))]
    followed = panel.rows[panel.rows["unit"] == highlight]
    if followed["score"].notna().any():
        legend.append(Key("best", words.both(Unit(str(followed["unit_name"].iloc[-1])))))
    legend.append(Key("ink", words("labels.median_bar")))
    if any(each.quartiles for listed in strips.values() for each in listed):
        legend.append(Key("band-best", words("labels.middle_half")))
    scores = panel.rows.dropna(subset=["score", "list"])
    data = scores.pivot_table("score", "unit", "period").map(format_score, na_action="ignore")
    data = data.rename(columns=lambda period: words.heading(say_date(period)))
    data.insert(0, "unit_name", scores.groupby("unit")["unit_name"].last())
    return close_chart(f"level_{key}", words, facts, (scenes[0], scenes[1]), data, tuple(legend))


def _title_level(trends: Trends, words: Words) -> tuple[str, dict[str, Any]]:
    """Choose the finding of the level: the last median is the lowest or highest of those comparable, or between.

    Of two medians both are named; of several lists only a direction that all have.
    """
    like = trends.panel.like_last
    every = [find_medians(trends.panel, name) for name in trends.panel.lists]
    ends = {"before": words.date(like[0]), "at": words.date(like[-1])}
    if len(every) > 1:
        changes = [medians.iloc[-1] - medians.iloc[0] if list(medians.index) == like else 0.0 for medians in every]
        fell, rose = (len(like) == 2 and all(way * change > 0 for change in changes) for way in (-1, 1))
        return "lists_fell" if fell else "lists_rose" if rose else "lists", {"n_lists": len(every), **ends}
    (medians,) = every
    if len(medians) < 2:
        return "few", {}
    if list(medians.index) == like and len(like) == 2:
        return "two", {"earlier": float(medians.iloc[0]), "median": float(medians.iloc[1]), **ends}
    low, high = float(medians.min()), float(medians.max())
    facts = {"low": low, "high": high, "n": len(medians), "among": words.word(say_among(trends.panel))}
    for key, value in (("lowest", low), ("highest", high)):
        at = medians.index[medians == value]
        if low != high and list(at) == [medians.index[-1]]:
            facts |= {"at": words.name(say_date(str(at[0]))), "median": value}
            k, of = _count_extreme(trends.panel, key)
            return (f"{key}_units", {**facts, "k": k, "of": of}) if 2 * k > of and len(medians) > 2 else (key, facts)
    return ("between" if low != high else "same"), facts


def _count_extreme(panel: Panel, key: str) -> tuple[int, int]:
    """Count the units whose last score is the lowest, or the highest, of those comparable; and those with several."""
    *before, at = panel.like_last
    scores = panel.rows[panel.rows["period"].isin(panel.like_last)].pivot_table("score", "unit", "period")
    scores = scores.dropna(subset=at).dropna(subset=before, how="all")
    last, earlier = scores[at], scores[before]
    is_extreme = last < earlier.min(axis=1) if key == "lowest" else last > earlier.max(axis=1)
    return int(is_extreme.sum()), len(scores)


def _find_left(values: pd.Series, size: Size, words: Words) -> float:
    """Find where the scores begin, right of their axis."""
    labels = [*(f"{tick:g}" for tick in choose_axis(values).ticks), words("labels.median_row")]
    return size.margin + max(measure_width(label, size.text) for label in labels) + 10


def _space_periods(strips: Mapping[str, Sequence[Strip]], left: float) -> tuple[list[float], str]:
    """Return where the periods are, from 0 to 1, and in what way: few are so far apart that a phone has their labels.

    `left` is where the scores begin on a phone. Where there is no room for all labels to scale, gaps are even.
    """
    every = list(zip(*strips.values(), strict=True))  # of each period its strips, of one list each
    days = [each[0].day for each in every]
    scale = Axis(min(days), max(*days, min(days) + 1), ())
    room = NARROW.width - NARROW.margin - left - 2 * INSET
    to_scale = [scale.place(day) for day in days]
    if len(days) >= MANY_PERIODS:
        return to_scale, "to_scale"
    halves = [max(_measure_labels(strip) for strip in each) / 2 for each in every]
    gaps = [(one + other + 6) / room for one, other in pairwise(halves)]
    if sum(gaps) > 1:
        return [at / len(gaps) for at in range(len(days))], "spaced_evenly"
    found = to_scale[:1]
    for place, gap in zip(to_scale[1:], gaps, strict=True):
        found.append(max(place, found[-1] + gap))
    found[-1] = 1.0
    for at in range(len(gaps) - 1, -1, -1):
        found[at] = min(found[at], found[at + 1] - gaps[at])
    return found, "to_scale" if found == to_scale else "set_apart"


def _measure_labels(strip: Strip) -> float:
    """Measure the widest label of a period on a phone: of its median, or a line of its name."""
    median = measure_width(_write_median(strip), NARROW.text, is_bold=True)
    return max([median, *(measure_width(line, NARROW.text) for line in strip.lines)])


def _write_median(strip: Strip) -> str:
    return "–" if strip.median is None else format_rounded(strip.median)


def _draw_strips(
    strips: Sequence[Strip],
    values: pd.Series,
    fractions: Sequence[float],
    size: Size,
    title: str,
    highlight: str | None,
    words: Words,
) -> tuple[list[Mark], float]:
    """Draw the strips of one list, the periods at fractions of the width; also return the height."""
    scale = choose_axis(values)
    left, right = _find_left(values, size, words), size.width - size.margin
    is_long = len(strips) >= MANY_PERIODS
    ends = label_ends(strips, highlight, words) if is_long and not size.is_narrow else []
    right -= max([measure_width(text, size.text, is_bold=True) + 4 for _, _, text in ends], default=0.0)
    inset = 6.0 if is_long else INSET if size.is_narrow else 52.0
    xs = [left + inset + fraction * (right - left - 2 * inset) for fraction in fractions]
    top = (size.line + 4 if title else 0) + (8.0 if is_long else 2 * size.line + 8)
    axis = Axis(scale.low, scale.high, scale.ticks, top + TALL, top + 6)
    marks: list[Mark] = [Label(size.margin, size.text, title, size.text, is_bold=True)] if title else []
    for tick in scale.ticks:
        y = axis.place(tick)
        marks += [Line(left, y, right, y, "line"), Label(left - 8, y + 5, f"{tick:g}", size.text, "grey", anchor="end")]
    if is_long:
        marks += draw_path(strips, xs, axis, highlight, 1.1 if size.is_narrow else 1.6)
        marks += set_ends(ends, axis, right + 4, size)
    else:
        marks += draw_swarms(strips, xs, axis, (left, right), size, highlight, words)
        rows = [(x, (_write_median(strip),)) for x, strip in zip(xs, strips, strict=True)]
        marks.append(Label(size.margin, top - size.line * 0.35, words("labels.median_row"), size.text, "grey"))
        for x, y, text in _spread_labels(sorted(rows), size, left, up=True):
            marks.append(Label(x, top - size.line * 0.35 - y, text, size.text, is_bold=True, anchor="middle"))
    bottom = top + TALL + 6
    if is_long and max(each.n_best / max(len(each.units), 1) for each in strips) >= CEILING:
        marks += draw_ceiling(strips, xs, left, bottom, size, words)
        bottom += size.line + BARS + 14
    marks.append(Line(left, bottom, right, bottom))
    ticks = name_years(strips, xs) if is_long else [(x, each.lines) for x, each in zip(xs, strips, strict=True)]
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
