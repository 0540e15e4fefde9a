"""The drawing of groups: a strip for each, every unit at its score in the colour of its rating, and the mean."""

import pandas as pd

from audit_lib.analysis.group_gap import Lead, find_lead, say_why_not
from audit_lib.analysis.groups import Comparison, choose_main, list_groups, name_group, points_of
from audit_lib.display.charts import Chart
from audit_lib.display.findings import Finding, show_note
from audit_lib.figures.axes import SIZES
from audit_lib.figures.chart import close_chart, drawing
from audit_lib.figures.strip import Band, Row, draw_strip
from audit_lib.figures.units import describe_units, key_tiers, prepare_units
from audit_lib.wording.words import Words


@drawing
def plot_groups(
    words: Words, scores: pd.DataFrame, column: str, comparisons: list[Comparison], min_n: int
) -> Chart | Finding:
    """Draw a strip of dots for each group with its mean, and the scores that only one of two groups reaches."""
    main = choose_main(comparisons)
    if main.status != "ok":
        return show_note(say_why_not(main, column), words)
    groups = list_groups(scores, column)
    units = scores.dropna(subset=["score", column])
    units = prepare_units(units, words, row=units[column])
    lead = find_lead(scores, column, comparisons) if len(groups) == 2 else None
    bands = _make_bands(units, lead, column, words) if lead and lead.n_rest else []
    rows = [_make_row(group, points_of(scores, column, group), column, min_n, words) for group in groups]
    wide, narrow = (draw_strip(units, size, words("labels.strip_axis"), rows=rows, bands=bands) for size in SIZES)
    facts = describe_units(units, words) | {
        "n_groups": len(groups),
        "n_lead": lead.n if lead else 0,
        "rows": words.join((_describe_row(row, units, words) for row in rows), "clauses"),
        "first": words.word(name_group(main.first, column)),
        "second": words.word(name_group(main.second, column)),
    }
    data = units.assign(group=units[column].map(lambda group: name_group(group, column)))
    data = data[["group", "unit_name", "score", "tier"]].dropna(axis="columns", how="all")
    return close_chart(_choose_title(units, groups, lead), words, facts, (wide, narrow), data, key_tiers(units, words))


def _choose_title(units: pd.DataFrame, groups: list[str], lead: Lead | None) -> str:
    """Choose the words of a chart: two groups overlap, but for the scores that one reaches alone, or do not."""
    if len(groups) > 2:
        return "groups"
    if lead is None:
        return "groups_overlap"
    if not lead.n_rest:
        return "groups_apart"
    points = units.loc[units["score"] <= lead.best].groupby("row")["score"]
    return "groups_overlap_but" if points.max()[lead.leader] >= points.min()[lead.other] else "groups"


def _make_row(group: str, points: pd.Series, column: str, min_n: int, words: Words) -> Row:
    label = words("labels.row", name=name_group(group, column), n=len(points))
    if len(points) < min_n:
        return Row(group, label)
    mean = float(points.mean())
    return Row(group, label, mean, words("labels.row_mean", mean=mean))


def _describe_row(row: Row, units: pd.DataFrame, words: Words) -> str:
    points = units.loc[units["row"] == row.key, "score"]
    reach = words("labels.row_reach", row=row.label, low=points.min(), high=points.max())
    return words.join([reach, row.mean_label], "parts")


def _make_bands(units: pd.DataFrame, lead: Lead, column: str, words: Words) -> list[Band]:
    """Shade the scores that one group reaches alone."""
    lowest = float(units.loc[units["score"] > lead.best, "score"].min())
    short = words("labels.above", best=lead.best)
    label = words("labels.above_only", above=short, leader=words.word(name_group(lead.leader, column)))
    return [Band(min(lowest, lead.best + 1), None, "band-best", label, short)]  # from half a point above the best
