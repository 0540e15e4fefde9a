"""The drawing of update rules: how old columns of web sites were, beside the limits that rules set."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from audit_lib.analysis.overdue import order_overdue, tabulate_overdue, word_age, word_looked
from audit_lib.analysis.update_rules import count_days, word_duration
from audit_lib.display.charts import Chart, Key
from audit_lib.figures.axes import SIZES
from audit_lib.figures.chart import close_chart, drawing
from audit_lib.figures.spans import Span, draw_spans
from audit_lib.notices.notice import Header
from audit_lib.wording.words import Term, Unit, Words

COLOURS = {"overdue": "lowest", "perhaps": "neutral", "in_time": "best"}
TICKS = ("P1D", "P1W", "P2W", "P1M", "P3M", "P6M", "P1Y", "P3Y", "P10Y")
BESIDE = 1.6  # a tick is drawn up to this many times below the least and above the greatest number
MOST_ROWS = 20  # the latest; more are in the table
LEAST = 0.5  # days: where an update of the day itself is drawn


@drawing
def plot_overdue(words: Words, inspected: pd.DataFrame, header: Header) -> Chart | None:
    """Draw the ages of the columns named for a unit, the latest first, beside their limits. None where no age is known.

    An age that is only stated as about some time is drawn as a short bar there.
    """
    named = inspected[inspected["unit"].notna()]
    rows = order_overdue(named[named["limit"].notna()]).head(MOST_ROWS)
    if rows.empty:
        return None
    spans = [_make_span(row, words) for row in rows.to_dict("records")]
    ticks = _choose_ticks(spans, words)
    axis, limit = words("labels.age_axis"), words("labels.limit")
    wide, narrow = (draw_spans(spans, size, ticks, axis, limit) for size in SIZES)
    facts = {
        "n": len(named),
        "overdue": int((named["status"] == "overdue").sum()),
        "looked": words.word(word_looked(header)),
        "rows": words.join((span.label for span in spans), "clauses"),
    }
    counts = rows["status"].value_counts()
    legend = tuple(
        Key(colour, words("labels.legend", name=words.name(status), n=int(counts[status])))
        for status, colour in COLOURS.items()
        if status in counts
    )
    key = "overdue" if facts["overdue"] else "overdue_none"
    return close_chart(key, words, facts, (wide, narrow), tabulate_overdue(rows), legend)


def _make_span(row: Mapping[str, Any], words: Words) -> Span:
    low = max(float(row["age_low"]), LEAST)
    high = low if pd.isna(row["age_high"]) else max(float(row["age_high"]), LEAST)
    label = words(
        "labels.span",
        unit=words.both(Unit(row["unit"])),
        column=words.both(Term(row["column"])),
        age=word_age(row),
        limit=word_duration(row["every"]),
    )
    return Span(label, low, high, float(row["limit"]), COLOURS[row["status"]])


def _choose_ticks(spans: list[Span], words: Words) -> list[tuple[float, str]]:
    """Choose round times about as long as the ages and limits drawn, in days, each with its label."""
    low = min(min(span.low, span.limit) for span in spans) / BESIDE
    high = max(max(span.high, span.limit) for span in spans) * BESIDE
    known = [(float(count_days(tick)[1]), words.word(word_duration(tick))) for tick in TICKS]
    return [(days, label) for days, label in known if low <= days <= high]
