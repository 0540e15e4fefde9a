"""Drawing of two periods compared: unit by unit, scores or places; or counts of each change of rating."""

from typing import Any

import pandas as pd

from audit_lib.analysis.paired import Pair, order_changes
from audit_lib.analysis.trend_sentences import say_beyond
from audit_lib.analysis.trend_words import name_units, write_place
from audit_lib.analysis.trends import Trends, choose_highlight
from audit_lib.display.charts import Chart, Key
from audit_lib.display.findings import Finding
from audit_lib.display.scene import Dot, Label, Line, Mark, Rect, Scene
from audit_lib.figures.axes import SIZES, Axis, Size, choose_axis
from audit_lib.figures.change import list_moves
from audit_lib.figures.chart import close_chart, drawing
from audit_lib.figures.counts import draw_counts
from audit_lib.figures.picture import measure_width, wrap_text
from audit_lib.figures.trend_strips import name_score
from audit_lib.wording.number_format import format_number, format_rounded
from audit_lib.wording.words import Unit, Words, say_date

MOST_ROWS = 40  # more changes than that are cut to the first and last rows
ENDS = 15
ROW = 24.0
MOST_LINES = 2  # of a name beside its line


@drawing
def plot_changes(words: Words, trends: Trends) -> Chart | Finding | None:
    """Draw each unit from one period to the other, ordered by change: scores or places; ratings as counts of units."""
    pair = trends.main
    if pair is None or pair.units.empty:
        return None
    units = trends.panel.units_of[pair.gate.after].loc[pair.units.index]
    periods = {end: words.name(period) for end, period in pair.gate.word_periods().items()}
    what = words.word(name_units(units, len(units)))
    if pair.gate.measure == "ratings":
        return _plot_ratings(pair, units, words, {**periods, "what": what})
    rows = order_changes(pair)
    shown = rows if len(rows) <= MOST_ROWS else pd.concat([rows.head(ENDS), rows.tail(ENDS)])
    wide, narrow = (_draw_pairs(shown, pair, size, choose_highlight(trends), words) for size in SIZES)
    fell, rose = pair.count(-1), pair.count(1)
    facts: dict[str, Any] = {
        **periods,
        "n": len(rows),
        "what": what,
        "score_name": name_score(trends, words),
        "fell": fell,
        "rose": rose,
        "ways": [words(f"index.{way}", n=n) for way, n in (("fell", fell), ("rose", rose)) if n],
        "level": pair.count(0),
        "beyond": words.word(say_beyond(pair)),
        "shown": "" if len(shown) == len(rows) else words("labels.ends_shown", n=ENDS),
        "better": words("labels.lower_better") if pair.is_lower_better else "",
    }
    ways = {(0, 0): "_none"}
    if pair.gate.measure == "points":
        ways |= {(len(rows), 0): "_all_fell", (0, len(rows)): "_all_rose"}
    key = f"changes_{pair.gate.measure}{ways.get((fell, rose), '')}"
    legend = (Key("unrated", periods["before"]), Key("best", periods["after"]))
    data = rows[["unit_name", "before", "after", "change"]].rename(
        columns={"before": say_date(pair.gate.before), "after": say_date(pair.gate.after)}
    )
    data.columns = [words.heading(column) if not isinstance(column, str) else column for column in data]
    return close_chart(key, words, facts, (wide, narrow), data, legend)


def _plot_ratings(pair: Pair, units: pd.DataFrame, words: Words, facts: dict[str, str]) -> Chart:
    rows, changed = list_moves(pair, units, words)
    wide, narrow = (draw_counts(rows, size, changed) for size in SIZES)
    counts = {"n": len(units), "same": len(units) - len(pair.moved)}
    listed = words.join((label for label, _ in rows), "clauses")
    data = pair.units[["unit_name", "tier_before", "tier_after"]].sort_values("unit_name")
    return close_chart("changes_ratings", words, {**facts, **counts, "rows": listed}, (wide, narrow), data)


def _draw_pairs(rows: pd.DataFrame, pair: Pair, size: Size, highlight: str | None, words: Words) -> Scene:
    """Draw a row per unit: its name, both values on one axis, the change, and places where there is room."""
    is_points = pair.gate.measure == "points"
    names, room = _fit_names(rows["unit_name"], size, words)
    above = size.line if room == 0 else 0.0  # where names are too long to fit beside their lines
    heights = [above + ROW + size.line * (len(lines) - 1) for lines in names]
    changes = _write_changes(rows["change"])
    places = [
        f"{write_place(row.place_before, row.n_tied_before)} → {write_place(row.place_after, row.n_tied_after)}"
        for row in rows.itertuples()
    ]
    left = size.margin + room
    right, ends = size.width - size.margin, []
    for column, key in ((places, "places_head"), (changes, "change_head"))[: 1 + is_points]:
        head = words(f"labels.{key}")
        ends.append((right, column, head))
        right -= max(measure_width(text, size.text) for text in [*column, head]) + (10 if size.is_narrow else 16)
    axis = _choose_pair_axis(rows, is_points=is_points, left=left + 6, right=right - 4)
    top = size.line + 12
    marks: list[Mark] = []
    bottom = top + sum(heights)
    last = -1e9
    for tick in axis.ticks:
        x, text = axis.place(tick), f"{tick:g}"
        marks.append(Line(x, top - 4, x, bottom, "line"))
        if abs(x - last) > measure_width(text, size.text) + 8:
            marks.append(Label(x, size.text, text, size.text, "grey", anchor="middle"))
            last = x
    marks += [Label(end, size.text, head, size.text, "grey", anchor="end") for end, _, head in ends]
    for at, (row, name) in enumerate(zip(rows.itertuples(), names, strict=True)):
        begin = top + sum(heights[:at])
        y = begin + heights[at] - ROW / 2 if above else begin + heights[at] / 2
        is_bold = row.Index == highlight
        first, second = axis.place(row.before), axis.place(row.after)
        about = f"{words.both(Unit(row.unit_name))} {format_rounded(row.before)} → {format_rounded(row.after)}"
        if is_bold:
            box = (size.margin - 4, begin, size.width - 2 * size.margin + 8, heights[at])
            marks.append(Rect(*box, "band-best"))
        first_line = begin + size.line if above else y + 5 - size.line * (len(name) - 1) / 2
        marks += [
            Label(size.margin, first_line + n * size.line, line, size.text, is_bold=is_bold)
            for n, line in enumerate(name)
        ]
        marks += [
            Line(first, y, second, y, "best", 1.6),
            Dot(first, y, 4.6, "unrated", about),
            Dot(second, y, 4.6, "best", about),
        ]
        marks += [Label(end, y + 5, column[at], size.text, is_bold=is_bold, anchor="end") for end, column, _ in ends]
    return Scene(size.width, round(bottom + 8), tuple(marks))


def _fit_names(units: pd.Series, size: Size, words: Words) -> tuple[list[list[str]], float]:
    """Return the lines of each name, and the room that they take beside the drawing: none where they stand above it.

    A name is in both languages where there is room, else in that of the report.
    """
    room = (0.3 if size.is_narrow else 0.36) * size.width
    both = [words.both(Unit(name)) for name in units]
    short = [words.short(Unit(name)) for name in units]
    fits = [not size.is_narrow and measure_width(name, size.text, is_bold=True) <= room for name in both]
    names = [long if fit else brief for long, brief, fit in zip(both, short, fits, strict=True)]
    lines = [wrap_text(name, size.text, room, is_bold=True) for name in names]
    widest = max(measure_width(line, size.text, is_bold=True) for name in lines for line in name)
    if widest <= room and max(map(len, lines)) <= MOST_LINES:
        return lines, widest + 16
    return [wrap_text(name, size.text, size.width - 2 * size.margin, is_bold=True) for name in names], 0


def _write_changes(changes: pd.Series) -> list[str]:
    digits = next((n for n in range(2) if (changes.round(n) == changes).all()), 2)
    return [("+" if change > 0 else "") + format_number(change, digits) for change in changes]


def _choose_pair_axis(rows: pd.DataFrame, *, is_points: bool, left: float, right: float) -> Axis:
    """Choose the axis of both values: scores from left to right; places with the best at the right."""
    if is_points:
        scale = choose_axis([*rows["before"], *rows["after"]])
        return Axis(scale.low, scale.high, scale.ticks, left, right)
    n = int(rows["n_listed"].max())
    step = next(step for step in (1, 2, 5, 10, 20, 50, 100, 200) if n / step <= 6)
    ticks = tuple(float(tick) for tick in sorted({1, *range(step, n + 1, step)}, reverse=True))
    return Axis(float(n) if n > 1 else 2.0, 1.0, ticks, left, right)
