"""How the scores of a notice are spread, tied and ordered in print. Units without a score are left out."""

from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np
import pandas as pd

from audit_lib.analysis.extent import describe_lack
from audit_lib.analysis.statistics import tukey_fences
from audit_lib.analysis.trend_words import name_tables, name_units
from audit_lib.tables.measures import read_measure
from audit_lib.wording.words import Name, Phrase, Text, Unit, join, say, say_nothing_found

FEWEST = 8  # scored units for a statement on most of them
MOST_NAMES = 4  # more units than that are listed in a table, not in a sentence


def scored(scores: pd.DataFrame) -> pd.DataFrame:
    """Keep the units with a score, in printed order."""
    return scores.dropna(subset=["score"])


def summarise_scores(scores: pd.DataFrame) -> pd.Series:
    """Summarise scores in points: linear quartiles, `sd` by n−1 and NA for one score; empty where no unit has one."""
    points = scores["score"].dropna()
    if points.empty:
        return pd.Series(dtype="object")
    q1, q3 = np.percentile(points, [25, 75])
    return pd.Series(
        {
            "n": len(points),
            "mean": points.mean(),
            "sd": points.std() if len(points) > 1 else pd.NA,
            "median": points.median(),
            "q1": q1,
            "q3": q3,
            "min": points.min(),
            "max": points.max(),
        },
        dtype="object",
    )


@dataclass(frozen=True)
class Middle:
    """The scores of the middle half: the lowest from the lower quartile, the highest up to the upper quartile."""

    low: float
    high: float
    n: int
    of: int


def find_middle(scores: pd.DataFrame) -> Middle | None:
    """Find the middle half of the scores. None for fewer than `FEWEST`, and where it is one score or less than half."""
    points = scores["score"].dropna()
    if len(points) < FEWEST:
        return None
    q1, q3 = np.percentile(points, [25, 75])
    low, high = float(points[points >= q1].min()), float(points[points <= q3].max())
    n = int(points.between(low, high).sum())
    return Middle(low, high, n, len(points)) if low < high and 2 * n >= len(points) else None


@dataclass(frozen=True)
class Ties:
    """How many units share their score, and how many are printed at another place than their rank."""

    n_units: int
    n_distinct: int
    n_tied: int
    n_serial_differs: int

    @property
    def is_list_no_ranking(self) -> bool:
        """True if the printed serial numbers differ from the ranks, and half of the units or more are tied."""
        return self.n_serial_differs > 0 and 2 * self.n_tied >= self.n_units


def count_shared(scores: pd.DataFrame) -> Ties:
    """Count units that share their score."""
    units = scored(scores)
    counts = units["score"].value_counts()
    differs = units["serial"].notna() & (units["serial"] != units["rank"])
    return Ties(len(units), len(counts), int(counts[counts > 1].sum()), int(differs.sum()))


def range_ranks(rank: pd.Series, n_tied: pd.Series) -> list[str]:
    """Return the words for the places that tied units share, by their rank (the best place) and number: 4–7, or 4."""
    pairs = zip(rank, n_tied, strict=True)
    return [f"{first}–{first + n - 1}" if n > 1 else str(first) for first, n in pairs]


def count_scores(scores: pd.DataFrame) -> pd.DataFrame:
    """Count the units at each score, best first, with rank, places and names; with `table_no` for several tables."""
    by_score = scored(scores).groupby(["table_no", "score"])
    table = by_score.agg(rank=("rank", "first"), n=("unit_name", "size"), units=("unit_name", list)).reset_index()
    table.insert(3, "rank_range", range_ranks(table["rank"], table["n"]))
    table = table.sort_values(["table_no", "rank"], ignore_index=True)
    if table["table_no"].nunique() == 1:
        return table.drop(columns="table_no")
    return table.assign(table_no=table["table_no"].map(name_tables(scored(scores))))


def find_outliers(scores: pd.DataFrame) -> pd.DataFrame:
    """List the units beyond Tukey's fences; none where fewer than `FEWEST` have a score."""
    units = scored(scores)
    low, high = tukey_fences(units["score"]) if len(units) >= FEWEST else (-np.inf, np.inf)
    return units.loc[(units["score"] < low) | (units["score"] > high), ["unit_name", "score"]]


def order_in_ties(scores: pd.DataFrame) -> pd.DataFrame:
    """List the ties of towns and bureaus: n units and first_side, the side that is printed first.

    NA where the sides alternate.
    """
    units = scored(scores)
    units = units[units["side"].isin(["town", "bureau"])]
    rows = []
    for _, tie in units.groupby("score"):
        sides = list(tie["side"])
        if len(set(sides)) > 1:
            first = sides[0] if len(list(groupby(sides))) == 2 else pd.NA
            rows.append({"n": len(sides), "first_side": first})
    return pd.DataFrame(rows, columns=["n", "first_side"])


def is_lowest_first(units: pd.DataFrame) -> bool:
    """Check whether lower scores have the better ranks, within each table; all units have a score."""
    best, last = (units.loc[units.groupby("table_no")["rank"].agg(how), "score"].sum() for how in ("idxmin", "idxmax"))
    return bool(best < last)


def describe_distribution(scores: pd.DataFrame, record: pd.Series | None = None) -> Text:
    """Describe in one sentence where most scores lie, and whether a place in the list is a rank.

    It says so where the list is only a part of a longer one, by the `record` of the notice in notices.csv.
    """
    sentence, lack = _describe_scores(scores), describe_lack(scores, read_measure(record))
    return join([sentence, lack], "clauses") or sentence if lack and sentence.is_finding else sentence


def _describe_scores(scores: pd.DataFrame) -> Phrase:
    points, ties = scores["score"].dropna(), count_shared(scores)
    if points.empty:
        return say_nothing_found("distribution.no_scores")
    if len(points) == 1:
        return say_nothing_found("distribution.one_score")
    named = name_units(scored(scores), len(points))
    facts = {"n": len(points), "units": named, "min": points.min(), "max": points.max()}
    if ties.n_distinct == 1:
        return say("distribution.all_equal", **facts)
    if scored(scores)["table_no"].nunique() > 1:
        return _describe_tables(scored(scores), facts)
    middle = find_middle(scores)
    if middle is None:  # few that differ are all in the list of the place's page
        return (say if ties.n_tied else say_nothing_found)("distribution.few", **facts)
    share = "most" if 2 * middle.n > middle.of else "half"
    spread = say(f"distribution.{share}", low=middle.low, high=middle.high, units=named)
    if ties.is_list_no_ranking:
        return say("distribution.no_ranking", spread=spread)
    if ties.n_tied:
        return say("distribution.some_tied", spread=spread, n_tied=ties.n_tied, units=named)
    return say("distribution.none_tied", spread=spread)


def _describe_tables(units: pd.DataFrame, facts: dict[str, Any]) -> Phrase:
    """Describe the scores of several tables: of two without a score in common, where each ends."""
    names = list(name_tables(units).values())
    if any(isinstance(name, Phrase) for name in names):
        return say("distribution.tables", n_tables=len(names), **facts)
    ends = units.groupby("table_no")["score"].agg(["min", "max"]).set_axis(range(len(names)))
    order = ends.sort_values("min").index
    if len(names) == 2 and ends.at[order[0], "max"] < ends.at[order[1], "min"]:
        lower, upper = names[order[0]], names[order[1]]
        top, bottom = float(ends.at[order[0], "max"]), float(ends.at[order[1], "min"])
        return say("distribution.tables_apart", lower=lower, upper=upper, top=top, bottom=bottom)
    return say("distribution.tables_named", names=say("trends.named", units=names), **facts)


def describe_range(scores: pd.DataFrame) -> Phrase | None:
    """Describe the range and the median; None for few units, whose range is the headline, or one score."""
    points = scores["score"].dropna()
    if find_middle(scores) is None:
        return None
    return say("distribution.range", median=points.median(), min=points.min(), max=points.max())


def describe_ties(scores: pd.DataFrame) -> Phrase | None:
    """Describe how many units share a score, and who is printed first among them; None without ties."""
    ties, sides = count_shared(scores), order_in_ties(scores)["first_side"]
    if not ties.n_tied or ties.n_distinct == 1:
        return None
    facts = {"n": ties.n_tied, "of": ties.n_units, "n_distinct": ties.n_distinct}
    if len(sides) > 1 and sides.notna().all() and sides.nunique() == 1:
        first, second = sides.iloc[0], "town" if sides.iloc[0] == "bureau" else "bureau"
        return say("distribution.ties_by_side", first=Name(f"{first}_many"), second=Name(f"{second}_many"), **facts)
    return say("distribution.ties", **facts)


def describe_outliers(scores: pd.DataFrame) -> Phrase | None:
    """Name the units far above or below all others; None where there is none, or more than a sentence can name."""
    beyond = find_outliers(scores)
    if beyond.empty or len(beyond) > MOST_NAMES:
        return None
    middle = scores["score"].median()
    kinds = {"low" if score < middle else "high" for score in beyond["score"]}
    units = [
        say("distribution.unit", unit=Unit(unit), score=score)
        for unit, score in zip(beyond["unit_name"], beyond["score"], strict=True)
    ]
    return say(f"distribution.far_{kinds.pop() if len(kinds) == 1 else 'off'}", units=units)
