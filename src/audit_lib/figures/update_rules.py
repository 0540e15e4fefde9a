"""The chart of update rules: how old columns of web sites were, beside the limits that rules set."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

from audit_lib.analysis.overdue import order_overdue, word_days
from audit_lib.analysis.update_rules import word_duration, word_range
from audit_lib.display.charts import Chart
from audit_lib.display.findings import Finding, show_note
from audit_lib.figures.style import INK, close_figure, drawing, open_figure, shorten
from audit_lib.notices.notice import Header
from audit_lib.wording.number_format import format_number
from audit_lib.wording.words import Words, say

COLOURS = {"overdue": "#D55E00", "perhaps": "#767676", "in_time": "#08519C"}
TICKS = (1, 7, 14, 30, 90, 180, 365, 1095)  # days: a week, two, a month, a quarter, half a year, one year, three
WIDEST = 32  # Latin letters of a column and its unit
MOST_ROWS = 20  # the latest; more are in the table
AXIS_END = 1.6  # the axis runs this many times past the first and the last number
LEAST = 0.5  # days: where the axis begins for an update of the day itself


@drawing
def plot_overdue(words: Words, inspected: pd.DataFrame, header: Header) -> Chart | Finding:
    """Draw the ages of the columns that a notice names, the latest first, beside their limits."""
    return _plot(inspected, "overdue", words.name(word_days(header)), words)


@drawing
def plot_made_up(words: Words, inspected: pd.DataFrame, day: str) -> Chart | Finding:
    """Draw the ages of made-up columns; title, labels and source line say that they are."""
    source = {"source": words("rules.made_up_source")}
    return _plot(inspected, "made_up", words.date(day), Words(words.language, {**words.facts, **source}))


def _plot(inspected: pd.DataFrame, key: str, day: str, words: Words) -> Chart | Finding:
    judged = inspected[inspected["limit"].notna()]
    if judged.empty:
        return show_note(say("labels.no_columns"), words)
    rows = order_overdue(judged).head(MOST_ROWS)
    figure, ax = open_figure(1.75 + 0.34 * len(rows))
    end = AXIS_END * float(pd.concat([rows["age_low"], rows["age_high"], rows["limit"]]).max())
    ax.set_xscale("log")
    start = max(float(pd.concat([rows["age_low"], rows["limit"]]).min()), LEAST) / AXIS_END
    ax.set_xlim(start, end)
    ax.set_ylim(len(rows) - 0.4, -1.1)
    records = rows.to_dict("records")
    for at, row in enumerate(records):
        _draw_age(ax, at, row, end)
        ax.annotate(
            _word_late(row, words), (1, at), (4, 0), xycoords=("axes fraction", "data"), textcoords="offset points",
            va="center", fontsize=9.5,
        )  # fmt: skip
    first = float(records[0]["limit"])
    ax.annotate(words("labels.limit"), (first, -0.36), (0, 5), textcoords="offset points", ha="center", fontsize=9)
    ax.set_yticks(range(len(rows)), [_label(row, words) for row in records])
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    ax.set_xticks([tick for tick in TICKS if start < tick < end])
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: format_number(value, 0)))
    ax.minorticks_off()
    ax.set_xlabel(words("labels.age_axis"))
    counts = inspected["status"].value_counts()
    facts = {status: int(counts.get(status, 0)) for status in ("overdue", "perhaps", "in_time", "blank")}
    facts |= {"n": len(inspected), "shown": len(rows)}
    return close_figure(figure, key, words, {**facts, "day": day}, data=_list_ages(rows, words), score_axis=False)


def _list_ages(rows: pd.DataFrame, words: Words) -> pd.DataFrame:
    """List the columns drawn: least and greatest age and the limit in days. No greatest age: at least that old."""
    units = [words("rules.in_general") if pd.isna(unit) else unit for unit in rows["unit"]]
    data = rows[["unit", "column", "age_low", "age_high", "limit", "status"]].assign(unit=units)
    return data.rename(columns={"limit": "limit_days"})


def _draw_age(ax: Axes, at: int, row: Mapping[str, Any], end: float) -> None:
    """Draw one column: its least and greatest age joined, an arrow where it has no upper end, its limit as a tick."""
    colour = COLOURS[row["status"]]
    low = max(float(row["age_low"]), LEAST)
    if pd.isna(row["age_high"]):
        ax.annotate("", (end, at), (low, at), arrowprops={"arrowstyle": "->", "color": colour, "linewidth": 3})
        ax.plot(low, at, "|", color=colour, markersize=11, markeredgewidth=3)
    else:
        ax.plot([low, float(row["age_high"])], [at, at], "o-", color=colour, linewidth=3.5, markersize=7.5)
    ax.plot([float(row["limit"])] * 2, [at - 0.34, at + 0.34], color=INK, linewidth=2)


def _label(row: Mapping[str, Any], words: Words) -> str:
    unit = words("rules.in_general") if pd.isna(row["unit"]) else row["unit"]
    named = shorten(words("labels.column", unit=unit, column=row["column"]), WIDEST)
    return words("labels.with_limit", column=named, limit=word_duration(row["every"]))


def _word_late(row: Mapping[str, Any], words: Words) -> str:
    if row["status"] != "overdue":
        return words.name(row["status"])
    return words("labels.late", late=word_range(row["late_low"], row["late_high"]))
