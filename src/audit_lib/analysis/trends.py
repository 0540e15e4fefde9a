"""What changed between periods: the level, the gap between groups, who moved, who stays high or low.

Points are compared where marking scheme, scale and direction agree, else places among the units that both periods list,
else ratings. A unit that was merged or split is a new one and has no change.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import pandas as pd

from audit_lib.analysis.comparability import Gate, find_distance
from audit_lib.analysis.groups import Comparison, choose_main, compare_groups
from audit_lib.analysis.paired import find_direction, find_step
from audit_lib.analysis.unit_paths import LOWEST, TOP, Panel, build_panel, place
from audit_lib.tables.history import History
from audit_lib.wording.words import Name, Text, say

FEWEST_FOR_MEDIAN = 3
MANY_PERIODS = 13  # from here on a drawing is one path, and sentences are about all periods
FEWEST_IN_PAIR = 2  # units that two periods must share to be compared
OFTEN = 0.75  # share of periods
MOST_KINDS = 2  # that a phrase names
COMPARED = ["unit_name", "list", "value", "score", "tier", "tier_order"]  # columns


@dataclass(frozen=True, eq=False)
class Pair:
    """Two periods compared, a row per unit that is the same in both and has a value in one list of both.

    By points: `before`, `after` and `change` (after minus before) are scores, and `direction` is 1 for a score that
    rose, −1 for one that fell, 0 within the rounding step. By places: they are mean places among these units, and
    direction is 1 for up the order, 0 where shared places overlap: joint 5th to 5th. By ratings: the order of the
    rating, 1 the best. `place_before`, `n_tied_before` and so on are the places among these units. `n_only` counts the
    other units of each period.
    """

    gate: Gate
    units: pd.DataFrame
    step: float
    n_only: tuple[int, int]
    is_lower_better: bool = False

    @property
    def moved(self) -> pd.DataFrame:
        return self.units[self.units["direction"] != 0]

    @property
    def n_within(self) -> int:
        """The units that changed, but by no more than rounding or by a tie."""
        return int(((self.units["direction"] == 0) & (self.units["change"] != 0)).sum())

    def count(self, direction: int) -> int:
        return int((self.units["direction"] == direction).sum())


@dataclass(frozen=True, eq=False)
class Trends:
    """The periods of a place compared: the main pair spans as many as it can, the last ends with the last period.

    Either is None where no two periods can be compared, the last also where it is the main one.
    """

    panel: Panel
    main: Pair | None
    last: Pair | None
    min_n: int

    @property
    def periods(self) -> tuple[str, ...]:
        return self.panel.periods


def compare(history: History, min_n: int) -> Trends:
    """Compare the periods of a place. Groups below `min_n` units are not compared, lists below it have no quartiles."""
    main, last = _compare(history)
    return Trends(build_panel(history), main, last, min_n)


@lru_cache(maxsize=100)
def _compare(history: History) -> tuple[Pair | None, Pair | None]:
    panel = build_panel(history)
    chosen = choose_main_pair(panel)
    if chosen is None:
        return None, None
    newest = next((before for before in reversed(panel.periods[:-1]) if is_compared(panel, before)), None)
    is_other = newest is not None and (newest, panel.periods[-1]) != chosen
    last = compare_pair(panel, newest, panel.periods[-1]) if newest is not None and is_other else None
    return compare_pair(panel, *chosen), last


def is_compared(panel: Panel, before: str) -> bool:
    """Check whether anything of a period may be compared with the last one, and units are the same."""
    last = panel.periods[-1]
    return panel.gate(before, last).measure != "nothing" and _count_common(panel, before, last) >= FEWEST_IN_PAIR


def choose_main_pair(panel: Panel) -> tuple[str, str] | None:
    """Choose the two periods that the report compares: points before places before ratings, ending as late as can be.

    Of the periods that may be compared with the end, those nearest in the calendar (so that an August is compared with
    an August), and of these the earliest that shares half of the units of either; else the one that shares most.
    """
    for measure in ("points", "places", "ratings"):
        for at in range(len(panel.periods) - 1, 0, -1):
            end = panel.periods[at]
            earlier = [each for each in panel.periods[:at] if panel.gate(each, end).measure == measure]
            if found := _choose_start(panel, earlier, end):
                return found, end
    return None


def _choose_start(panel: Panel, earlier: list[str], end: str) -> str | None:
    common = {each: _count_common(panel, each, end) for each in earlier}
    shared = {each: n for each, n in common.items() if n >= FEWEST_IN_PAIR}
    if not shared:
        return None
    size = len(panel.units_of[end])
    large = [each for each, n in shared.items() if 2 * n >= min(size, len(panel.units_of[each]))]
    if not large:
        return max(shared, key=lambda each: shared[each])
    nearest = min(find_distance(each, end) for each in large)
    return next(each for each in large if find_distance(each, end) == nearest)


def _common(panel: Panel, before: str, after: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the rows of the units that both periods list in one list and with a value, in the same order."""
    column = "tier_order" if panel.gate(before, after).measure == "ratings" else "value"
    old, new = (panel.units_of[period][COMPARED].dropna(subset=[column]) for period in (before, after))
    both = old.index.intersection(new.index)
    old, new = old.loc[both], new.loc[both]
    same = (old["list"].fillna("") == new["list"].fillna("")) if column == "value" else pd.Series(True, index=both)
    return old[same], new[same]


def _count_common(panel: Panel, before: str, after: str) -> int:
    return len(_common(panel, before, after)[0])


def compare_pair(panel: Panel, before: str, after: str) -> Pair:
    """Compare two periods unit by unit."""
    gate, (old, new) = panel.gate(before, after), _common(panel, before, after)
    units = pd.DataFrame({"unit_name": new["unit_name"], "list": new["list"]})
    n_only = (len(panel.units_of[before]) - len(old), len(panel.units_of[after]) - len(new))
    is_lower = gate.measure == "points" and panel.published[after].measure.is_lower_better
    for end, rows in (("before", old), ("after", new)):
        if gate.measure == "ratings":
            units[end], units[f"tier_{end}"] = rows["tier_order"].astype("float64"), rows["tier"]
            continue
        placed = place(rows["value"], rows["list"])
        placed = placed[["place", "n_tied", "n_listed"]].astype("int64")
        units[f"place_{end}"], units[f"n_tied_{end}"] = placed["place"], placed["n_tied"]
        units["n_listed"] = placed["n_listed"]
        middle = units[f"place_{end}"] + (units[f"n_tied_{end}"] - 1) / 2
        units[end] = rows["score"] if gate.measure == "points" else middle
    change = (units["after"] - units["before"]).astype("float64").round(6)
    step = find_step(units["before"], units["after"]) if gate.measure == "points" else 0.0
    direction = find_direction(change, step) if gate.measure == "points" else find_way(units, gate.measure)
    return Pair(gate, units.assign(change=change, direction=direction), step, n_only, is_lower)


def find_directions(panel: Panel, before: str, after: str) -> pd.Series:
    """Return the direction of each unit of a pair; where points are compared, without placing the units."""
    if panel.gate(before, after).measure != "points":
        return compare_pair(panel, before, after).units["direction"]
    old, new = (rows["score"] for rows in _common(panel, before, after))
    return find_direction(new - old, find_step(old, new))


def find_way(units: pd.DataFrame, measure: str) -> pd.Series:
    """Return 1 for up the order or to a better rating, −1 for down; no end of a tie may go the other way."""
    if measure == "ratings":
        return find_direction(units["before"] - units["after"], 0.0)
    first, last = (units["place_after"] - units["place_before"], units["n_tied_after"] - units["n_tied_before"])
    moved = find_direction(-first.astype("float64"), 0.0)
    return moved.where(moved * (first + last) <= 0, 0.0)


def order_changes(pair: Pair) -> pd.DataFrame:
    """Order the units by change: the largest fall of a score, or the furthest down the order, first; ties by name."""
    ascending = pair.gate.measure == "points"
    return pair.units.sort_values(["change", "unit_name"], ascending=[ascending, True], kind="stable")


def split_ratings(pair: Pair) -> list[tuple[str, str, pd.DataFrame]]:
    """Split the units by rating before and after: changes before what stayed, most units first, then better ratings."""
    groups = [units for _, units in pair.units.groupby(["before", "after"])]
    groups.sort(key=lambda units: (units["direction"].iloc[0] == 0, -len(units)))
    return [(units["tier_before"].iloc[0], units["tier_after"].iloc[0], units) for units in groups]


def find_most(pair: Pair, direction: int) -> pd.DataFrame:
    """Find the units that moved furthest in a direction, all that tie; none where no unit moved that way."""
    moved = pair.units[pair.units["direction"] == direction]
    return moved[moved["change"].abs() == moved["change"].abs().max()].sort_values("unit_name")


def write_place(place: Any, n_tied: Any) -> str:
    """Write a place as tables do: 15, or 15= where it is shared."""
    return f"{int(place)}{'=' if n_tied > 1 else ''}"


def name_list(name: str) -> Name:
    """Name a list by the kind of its units."""
    return Name(f"{name}_many", "kind")


def find_like_last(panel: Panel) -> list[str]:
    """Find the periods whose points may be compared with the last one for which there are any, that one included."""
    scored = list_scored(panel)
    for end in reversed(scored):
        like = [each for each in scored if each == end or panel.gate(each, end).measure == "points"]
        if len(like) > 1:
            return like
    return scored[-1:]


def list_scored(panel: Panel) -> list[str]:
    """List the periods with scores."""
    return [period for period in panel.periods if panel.published[period].basis == "score"]


def find_medians(panel: Panel, name: str) -> pd.Series:
    """Return the median of a list in each period of `find_like_last`, by period."""
    found = {}
    for period in find_like_last(panel):
        units = panel.units_of[period]
        points = units.loc[units["list"] == name, "score"].dropna()
        if len(points) >= FEWEST_FOR_MEDIAN:
            found[period] = float(points.median())
    return pd.Series(found, dtype="float64")


def find_gaps(trends: Trends, column: str) -> dict[str, Comparison]:
    """Compare the two main groups of a column in each period; only within one list, and with min_n units of each."""
    panel, found = trends.panel, {}
    if len(panel.lists) > 1:
        return {}
    for period in panel.periods:
        main = choose_main(compare_groups(panel.units_of[period].reset_index(), column, trends.min_n))
        if main.status == "ok":
            found[period] = main
    if not found:
        return {}
    last = list(found.values())[-1]
    return {period: each for period, each in found.items() if (each.first, each.second) == (last.first, last.second)}


def find_placed(panel: Panel) -> list[str]:
    """Find the periods in which units have places."""
    return [period for period in panel.periods if panel.units_of[period]["place"].notna().any()]


def count_thirds(panel: Panel) -> pd.DataFrame:
    """Count for each unit the periods in which it has a place, and those in the top and the lowest third.

    Best mean place first: mean percentile of places, for lists need not be equally long.
    """
    rows = panel.rows.dropna(subset=["place"])
    middle = (rows["place"] + (rows["n_tied"] - 1) / 2).astype("float64")
    rows = rows.assign(middle=middle, percent=(middle - 0.5) / rows["n_listed"].astype("float64"))
    rows = rows.assign(is_top=rows["third"] == TOP, is_lowest=rows["third"] == LOWEST)
    table = rows.groupby("unit").agg(
        unit_name=("unit_name", "last"),
        n_placed=("period", "size"),
        mean_place=("middle", "mean"),
        percent=("percent", "mean"),
        n_top=("is_top", "sum"),
        n_lowest=("is_lowest", "sum"),
    )
    return table.sort_values(["percent", "unit_name"], kind="stable")


def find_always(panel: Panel, third: str) -> list[str]:
    """Name the units that are in a third in every period with places, if there are two such periods or more."""
    counts, n = count_thirds(panel), len(find_placed(panel))
    return [] if n < 2 else list(counts.loc[counts[f"n_{third}"] == n, "unit_name"])


def find_first(panel: Panel) -> str | None:
    """Name the unit that alone has the first place in every period with places, if there are two such periods or more.

    None where units are compared in several lists.
    """
    first = panel.rows[(panel.rows["place"] == 1) & (panel.rows["n_tied"] == 1)]
    n = len(find_placed(panel))
    if n < 2 or len(first) < n or first["unit"].nunique() > 1 or panel.rows["list"].nunique() > 1:
        return None
    return str(first["unit_name"].iloc[0])


def choose_highlight(trends: Trends) -> str | None:
    """Choose the unit to follow in drawings: always in the lowest third, else in the top one, else often the lowest,
    else the one that moved most.

    The key of the unit; None where none of these is a single unit.
    """
    counts, n = count_thirds(trends.panel), len(find_placed(trends.panel))
    for third in (LOWEST, TOP):
        found = counts.index[counts[f"n_{third}"] == n] if n > 1 else []
        if len(found) == 1:
            return str(found[0])
    often = counts.index[(counts["n_lowest"] == counts["n_lowest"].max()) & (counts["n_lowest"] >= OFTEN * n)]
    if n > 2 and len(often) == 1:
        return str(often[0])
    if trends.main is not None and len(trends.main.moved):
        size = trends.main.moved["change"].abs()
        most = size.index[size == size.max()]
        return str(most[0]) if len(most) == 1 else None
    return None


def name_units(rows: pd.DataFrame, n: int = 2) -> Text:
    """Name units by their sides, or by one or two kinds: towns and bureaus, cities, units."""
    sides, kinds = set(rows["side"].dropna()), sorted(set(rows["kind"].dropna()))
    if "bureau" in sides:
        both, only = sides == {"town", "bureau"}, sides == {"bureau"}
        return say(f"labels.units_{'bureau_town' if both else 'bureau' if only else 'other'}")
    if 1 <= len(kinds) <= MOST_KINDS and rows["kind"].notna().all() and "other" not in kinds:
        named = [Name(f"{kind}_{'one' if n == 1 else 'many'}", "kind") for kind in kinds]
        return named[0] if len(named) == 1 else say("trends.named", units=named)
    return say("labels.units_other")


def name_unit(rows: pd.DataFrame) -> Text:
    """Name one unit by the kind that all are of: city; else unit."""
    kinds = set(rows["kind"])
    return Name(f"{kinds.pop()}_one", "kind") if len(kinds) == 1 and rows["kind"].notna().all() else say("trends.unit")
