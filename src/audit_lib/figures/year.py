"""The drawing of one inspection: every unit at its score, in a strip for each rating, or counted by rating alone."""

import pandas as pd

from audit_lib.display.charts import Chart
from audit_lib.display.findings import Finding
from audit_lib.display.scene import Scene
from audit_lib.figures.distribution import plot_scores
from audit_lib.figures.forms import (
    SIZES,
    Row,
    Size,
    close_chart,
    colour_units,
    draw_counts,
    draw_strip,
    label_units,
    word_units,
)
from audit_lib.figures.style import drawing
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
    rows = [_make_row(tier, units, words) for tier in (*list_tiers(units), UNRATED) if (units["row"] == tier).any()]
    wide, narrow = (draw_strip(units, size, words("labels.strip_axis"), rows=rows) for size in SIZES)
    counts = units["tier"].value_counts()
    facts = {
        "n": len(units),
        "n_most": int(counts.iloc[0]),
        "tier": words.short(Tier(str(counts.index[0]))),
        "what": word_units(units, words),
        "rows": words.join((_describe_row(row, units, words) for row in rows), "clauses"),
    }
    return close_chart("year", words, facts, (wide, narrow), units[["unit_name", "score", "tier"]])


def _plot_ratings(units: pd.DataFrame, words: Words) -> Chart | None:
    counts = units["tier"].value_counts()
    if counts.empty:
        return None
    wide, narrow = (draw_ratings(units, size, words) for size in SIZES)
    facts = {
        "n": int(counts.sum()),
        "n_most": int(counts.iloc[0]),
        "tier": words.short(Tier(str(counts.index[0]))),
        "what": word_units(units, words),
        "rows": words.join((row.label for row, _ in _split_ratings(units, words)), "clauses"),
    }
    return close_chart("year_ratings", words, facts, (wide, narrow), units[["unit_name", "tier"]])


def draw_ratings(units: pd.DataFrame, size: Size, words: Words) -> Scene:
    """Draw a dot for each unit, by rating."""
    rows = _split_ratings(units, words)
    return draw_counts(rows, size, [row for row, _ in rows])


def _split_ratings(units: pd.DataFrame, words: Words) -> list[tuple[Row, pd.DataFrame]]:
    """Split units by rating, best first; those without one are left out."""
    units = units.assign(row=units["tier"], colour=colour_units(units))
    units["label"] = [words.both(Unit(name)) for name in units["unit_name"]]
    return [(_make_row(tier, units, words), units[units["tier"] == tier]) for tier in list_tiers(units)]


def _make_row(tier: str, units: pd.DataFrame, words: Words) -> Row:
    name = words("labels.unrated") if tier == UNRATED else words.both(Tier(tier))
    return Row(tier, words("labels.row", name=name[:1].upper() + name[1:], n=int((units["row"] == tier).sum())))


def _describe_row(row: Row, units: pd.DataFrame, words: Words) -> str:
    points = units.loc[units["row"] == row.key, "score"]
    key = "labels.row_reach" if points.nunique() > 1 else "labels.row_at"
    return words(key, row=row.label, low=points.min(), high=points.max())
