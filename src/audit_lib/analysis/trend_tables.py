"""Tables of what changed between periods: level, gap, changes of two periods, places over all of them, each step."""

import re
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd

from audit_lib.analysis.groups import name_group
from audit_lib.analysis.paired import Pair, find_directions, order_changes, split_ratings
from audit_lib.analysis.trend_words import name_list, write_place
from audit_lib.analysis.trends import (
    FEWEST_FOR_MEDIAN,
    MANY_PERIODS,
    Trends,
    choose_highlight,
    find_gaps,
)
from audit_lib.analysis.unit_paths import Panel
from audit_lib.tables.tiers import list_tiers
from audit_lib.wording.words import Phrase, Text, Tier, join, say, say_date

UNPLACED = "–"  # the cell of a unit that is listed without a place
ORDERED = (  # reasons for which up and down mean something: points, places by score, ranks or ratings of one scheme
    *("same_scheme", "scheme_unknown", "scheme_differs", "scale_differs", "direction_differs", "score_differs"),
    *("scale_unknown", "ranks_alone", "ratings_alone"),
)


def tabulate_level(trends: Trends) -> pd.DataFrame:
    """Summarise each list in each period: units, median, quartiles, extremes, and units of each rating.

    Quartiles need min_n units. `median_same` is the median of the units that have a score in all periods with scores;
    it is left out where these are all units. Empty for one period, and where there are neither scores nor ratings.
    """
    panel = trends.panel
    if len(panel.periods) == 1:
        return pd.DataFrame(columns=["period"])
    scored = panel.rows.dropna(subset=["score", "list"])
    constant = find_constant(panel)
    rows: list[dict[Any, Any]] = []
    for period in panel.periods:
        units = panel.units_of[period]
        for name in panel.lists or [None]:  # type: ignore[list-item]
            members = units if name is None else units[units["list"] == name]
            rows.append(_summarise(members, period, name, constant, trends.min_n))
    table = pd.DataFrame(rows)
    if table["n_scored"].sum() == 0 and panel.rows["tier"].isna().all():
        return table.iloc[:0][["period"]]
    if table["n_scored"].sum() == 0:
        table = table.drop(columns=["n_scored", "median", "q1", "q3", "min", "max", "median_same"])
    elif set(scored["unit"]) <= constant or not constant:
        table = table.drop(columns="median_same")
    if len(panel.lists) < 2:
        table = table.drop(columns="list")
    for tier in list_tiers(panel.rows):
        counts = [int((panel.units_of[period]["tier"] == tier).sum()) for period in panel.periods]
        if len(panel.lists) < 2:
            table[say("groups.rated", tier=Tier(tier))] = counts
    return table.dropna(axis="columns", how="all")


def _summarise(units: pd.DataFrame, period: str, name: str | None, constant: set[str], min_n: int) -> dict[Any, Any]:
    points = units["score"].dropna()
    same = points[points.index.isin(constant)]
    enough, many = len(points) >= FEWEST_FOR_MEDIAN, len(points) >= min_n
    return {
        "period": say_date(period),
        "list": None if name is None else name_list(name),
        "n": len(units),
        "n_scored": len(points),
        "median": points.median() if enough else None,
        "median_same": same.median() if len(same) >= FEWEST_FOR_MEDIAN else None,
        "q1": points.quantile(0.25) if many else None,
        "q3": points.quantile(0.75) if many else None,
        "min": points.min() if len(points) else None,
        "max": points.max() if len(points) else None,
    }


def find_constant(panel: Panel) -> set[str]:
    """Find the units that have a score in every period with scores."""
    scored = panel.rows.dropna(subset=["score", "list"])
    return set(scored["unit"].value_counts().loc[lambda n: n == scored["period"].nunique()].index)


def tabulate_gap(trends: Trends, column: str) -> pd.DataFrame:
    """Return the means of two groups and their difference in each period, first minus second; none if not compared."""
    rows = [
        {
            "period": say_date(period),
            name_group(each.first, column): each.mean_first,
            name_group(each.second, column): each.mean_second,
            "mean_gap": each.gap,
        }
        for period, each in find_gaps(trends, column).items()
    ]
    return pd.DataFrame(rows)


def tabulate_changes(pair: Pair | None) -> pd.DataFrame:
    """List the units of two periods by change, with values and places in both; empty for None, and for ratings."""
    if pair is None or pair.gate.measure == "ratings":
        return pd.DataFrame(columns=["unit_name"])
    units = order_changes(pair)
    table = pd.DataFrame({"unit_name": units["unit_name"]})
    if pair.gate.measure == "points":
        table = table.assign(score_before=units["before"], score_after=units["after"], change=units["change"])
    for end in ("before", "after"):
        places = zip(units[f"place_{end}"], units[f"n_tied_{end}"], strict=True)
        table[f"place_{end}"] = [write_place(*each) for each in places]
    return table.reset_index(drop=True)


def tabulate_ratings(pair: Pair | None) -> pd.DataFrame:
    """List who went from which rating to which, changes first; empty where ratings are not compared."""
    groups = split_ratings(pair) if pair is not None and pair.gate.measure == "ratings" else []
    rows = [(before, after, len(units), list(units["unit_name"])) for before, after, units in groups]
    return pd.DataFrame(rows, columns=["tier_before", "tier_after", "n", "units"])


@dataclass(frozen=True, eq=False)
class Shades:
    """How a matrix of places is drawn, a row per unit and a column per period.

    `steps` holds the shade of each cell with a place, from 0 (best) to 5; `scores` the scores behind the places, no
    column where no period has any; `chosen` is the row of the unit that the drawings follow. `note` explains marks.
    `short` heads the columns of many periods by year (only the first of a year) and number in it.
    """

    steps: pd.DataFrame
    scores: pd.DataFrame
    chosen: int | None = None
    note: Text | None = None
    short: dict[Text | str, tuple[str, str]] = field(default_factory=dict)


def tabulate_places(trends: Trends) -> tuple[pd.DataFrame, Shades]:
    """Return a matrix of places, a row per unit and a column per period, and how its cells are drawn.

    With mean place and the periods in the top and the lowest third. A dash: listed without a place; blank: not listed.
    Empty below three periods with places: two are in the table of changes. Of many periods, ties are not marked.
    """
    panel, placed = trends.panel, trends.panel.placed
    is_long = len(placed) >= MANY_PERIODS
    printed = [period for period in placed if panel.published[period].basis == "rank"] if panel.scored else []
    headings = {period: _head_period(period, is_starred=period in printed) for period in placed}
    if len(placed) < 3:
        return pd.DataFrame(columns=["unit_name"]), Shades(pd.DataFrame(), pd.DataFrame())
    counts = panel.thirds
    table = counts[["unit_name"]].copy()
    shades, scores = pd.DataFrame(index=counts.index), pd.DataFrame(index=counts.index)
    for period in placed:
        rows = panel.units_of[period].dropna(subset=["place"])
        cells = [
            write_place(place, 1 if is_long else n) for place, n in zip(rows["place"], rows["n_tied"], strict=True)
        ]
        heading = headings[period]
        percent = (rows["middle"] - 0.5) / rows["n_listed"]
        listed = table.index.isin(panel.units_of[period].index)
        blank = pd.Series([UNPLACED if is_listed else "" for is_listed in listed], index=table.index, dtype="object")
        table[heading] = pd.Series(cells, index=rows.index, dtype="object").reindex(table.index).fillna(blank)
        shades[heading] = (6 * percent).clip(0, 5.999).reindex(table.index) // 1
        if panel.scored:
            scores[heading] = rows["score"].reindex(table.index)
    for column in ("mean_place", "n_top", "n_lowest"):
        table[column] = counts[column].round(1)
    highlight = choose_highlight(trends)
    chosen = None if highlight is None else list(table.index).index(highlight)
    has_ties = any(table[heading].str.endswith("=").any() for heading in headings.values())
    lists = say("trends.each_list", lists=[name_list(each) for each in panel.lists]) if len(panel.lists) > 1 else None
    tied = say("trends.tied") if has_ties else None
    has_gaps = any((table[heading] == UNPLACED).any() for heading in headings.values())
    gaps = say("trends.unplaced", mark=UNPLACED) if has_gaps else None
    note = join([tied, gaps, lists, _note_printed(panel, printed), _note_unshaded(shades)], "sentences")
    drawn = (shades.reset_index(drop=True), scores.reset_index(drop=True))
    return table.reset_index(drop=True), Shades(*drawn, chosen, note, _shorten_headings(headings) if is_long else {})


def _head_period(period: str, *, is_starred: bool) -> Phrase | str:
    """Head the column of a period, with an asterisk where its places are printed and all others are computed."""
    phrase = say_date(period)
    if not is_starred:
        return phrase
    if isinstance(phrase, Phrase) and phrase.key == "dates.month":
        phrase = replace(phrase, key="dates.month_short")
    return say("trends.starred", period=phrase)


def _note_printed(panel: Panel, printed: list[str]) -> Phrase | None:
    """Explain the asterisk; without any, whose the places by score are."""
    if not printed:
        return say("trends.by_score") if panel.scored else None
    gates = [gate for gate in panel.steps if {gate.before, gate.after} & set(printed)]
    another = "_of_another" if any(gate.reason == "ranks_of_another" for gate in gates) else ""
    return say(f"trends.printed{another}")


def _note_unshaded(shades: pd.DataFrame) -> Phrase | None:
    """Explain why the columns of some periods have no shades."""
    unknown = [period for period in shades if shades[period].isna().all()]
    return say("trends.unshaded", periods=unknown) if unknown else None


def _shorten_headings(headings: dict[str, Phrase | str]) -> dict[Text | str, tuple[str, str]]:
    """Head the quarters or months of many years by year, at its first one, and number; empty for other periods."""
    parts = [re.fullmatch(r"(\d{4})(?:Q|H|-)(\d+)", period) for period in headings]
    if not all(parts):
        return {}
    found = [(part[1], str(int(part[2]))) for part in parts if part]
    years = ["", *(year for year, _ in found)]
    return {
        heading: (year if year != before else "", number)
        for heading, (year, number), before in zip(headings.values(), found, years, strict=False)
    }


def tabulate_steps(trends: Trends) -> pd.DataFrame:
    """List the steps from period to period: units, what is compared, and how many moved."""
    panel, rows = trends.panel, []
    for matching in panel.matchings:
        before, after = matching.before, matching.after
        gate, ways = panel.gate(before, after), find_directions(panel, before, after)
        counts = {name: int((ways == way).sum()) for name, way in (("risen", 1), ("fallen", -1), ("unchanged", 0))}
        rows.append(
            {
                "step": matching.step,
                "n_before": len(panel.units_of[before]),
                "n_after": len(panel.units_of[after]),
                "compared": gate.measure,
                **(counts if gate.reason in ORDERED else dict.fromkeys(counts)),
            }
        )
    if not rows:
        return pd.DataFrame(columns=["step"])
    return pd.DataFrame(rows).astype(dict.fromkeys(["risen", "fallen", "unchanged"], "Int64"))
