"""The drawing of one inspection: every unit at its score, in a strip for each rating, or counted by rating alone."""

from typing import Any

import pandas as pd

from audit_lib.display.charts import Chart
from audit_lib.display.findings import Finding
from audit_lib.display.scene import Scene
from audit_lib.figures.axes import SIZES, Size
from audit_lib.figures.chart import close_chart, drawing
from audit_lib.figures.counts import draw_counts
from audit_lib.figures.distribution import plot_scores
from audit_lib.figures.strip import Row, draw_strip
from audit_lib.figures.units import colour_units, describe_units, label_units
from audit_lib.tables.tiers import list_tiers
from audit_lib.wording.words import Tier, Unit, Words

UNRATED = "-"  # the row of units without a rating


@drawing
def plot_year(words: Words, scores: pd.DataFrame) -> Chart | Finding | None:
    """Draw a strip of dots for each rating, best first; one strip where there are no ratings, dots without scores.

    None for ranks alone.
    """
    units = scores.dropna(subset=["score"])
    if units.empty:
        return _plot_ratings(scores.drop_duplicates("unit_id"), words)
    if units["tier"].isna().all():
        return plot_scores(scores).draw(words)
    units = units.assign(row=units["tier"].fillna(UNRATED), colour=colour_units(units))
    units["label"] = label_units(units, words)
    tiers = [tier for tier in (*list_tiers(units), UNRATED) if (units["row"] == tier).any()]
    rows = [Row(tier, _label_row(tier, units, words)) for tier in tiers]
    wide, narrow = (draw_strip(units, size, words("labels.strip_axis"), rows=rows) for size in SIZES)
    facts = _describe_ratings(units, words)
    facts["rows"] = words.join((_describe_row(row, units, words) for row in rows), "clauses")
    return close_chart("year", words, facts, (wide, narrow), units[["unit_name", "score", "tier"]])


def _plot_ratings(units: pd.DataFrame, words: Words) -> Chart | None:
    if not (n := int(units["tier"].notna().sum())):
        return None
    wide, narrow = (draw_ratings(units, size, words) for size in SIZES)
    rows = words.join((label for label, _ in _split_ratings(units, words)), "clauses")
    facts = _describe_ratings(units, words) | {"n": n, "rows": rows}
    return close_chart("year_ratings", words, facts, (wide, narrow), units[["unit_name", "tier"]])


def _describe_ratings(units: pd.DataFrame, words: Words) -> dict[str, Any]:
    counts = units["tier"].value_counts()
    most = {"n_most": int(counts.iloc[0]), "tier": words.short(Tier(str(counts.index[0])))}
    return describe_units(units, words) | most


def draw_ratings(units: pd.DataFrame, size: Size, words: Words) -> Scene:
    """Draw a dot for each unit, by rating."""
    rows = _split_ratings(units, words)
    return draw_counts(rows, size, [label for label, _ in rows])


def _split_ratings(units: pd.DataFrame, words: Words) -> list[tuple[str, pd.DataFrame]]:
    """Split units by rating, best first, each with its label; those without one are left out."""
    units = units.assign(row=units["tier"], colour=colour_units(units))
    units["label"] = [words.both(Unit(name)) for name in units["unit_name"]]
    return [(_label_row(tier, units, words), units[units["row"] == tier]) for tier in list_tiers(units)]


def _label_row(tier: str, units: pd.DataFrame, words: Words) -> str:
    name = words("labels.unrated") if tier == UNRATED else words.both(Tier(tier))
    return words("labels.row", name=name, n=int((units["row"] == tier).sum()))


def _describe_row(row: Row, units: pd.DataFrame, words: Words) -> str:
    points = units.loc[units["row"] == row.key, "score"]
    key = "labels.row_reach" if points.nunique() > 1 else "labels.row_at"
    return words(key, row=row.label, low=points.min(), high=points.max())
