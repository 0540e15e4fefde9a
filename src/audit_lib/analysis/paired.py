"""Two periods compared unit by unit: which two, how far each unit changed, and where that is not more than rounding."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from audit_lib.analysis.comparability import Gate, find_distance
from audit_lib.analysis.unit_paths import Panel, place

FEWEST_IN_PAIR = 2  # units that two periods must share to be compared
MOST_DECIMALS = 4
COMPARED = ["unit_name", "list", "value", "score", "tier", "tier_order"]  # columns


def find_step(*scores: pd.Series) -> float:
    """Find the last digit that every series prints: 0.1 where each has a decimal, 1 where one has none.

    >>> find_step(pd.Series([87.1, 90.0]), pd.Series([33.33])), find_step(pd.Series([87.0]), pd.Series([87.4]))
    (0.1, 1.0)
    """
    return max(10.0 ** -_count_decimals(series.dropna()) for series in scores)


def _count_decimals(values: pd.Series) -> int:
    """Count the decimals of the value that has most; none for no values."""
    exact = (n for n in range(MOST_DECIMALS) if ((values.round(n) - values).abs() < 1e-9).all())
    return next(exact, MOST_DECIMALS)


def find_direction(change: pd.Series, step: float) -> pd.Series:
    """Return 1 for a value that rose, −1 for one that fell, 0 within one rounding step; missing stays missing."""
    moved = change.abs().round(6) > round(step, 6)
    return np.sign(change).where(moved | change.isna(), 0.0)


@dataclass(frozen=True, eq=False)
class Pair:
    """Two periods compared, a row per unit that is the same in both and has a value in one list of both.

    By points: `before`, `after` and `change` (after minus before) are scores, and `direction` is 1 for a score that
    rose, −1 for one that fell, 0 within the rounding step. By places: they are mean places among these units, and
    direction is 1 for up the order, 0 where shared places overlap: joint 5th to 5th. By ratings: the order of the
    rating, 1 the best. `place_before`, `n_tied_before`, `middle_before` and so on are the places among these units (see
    `place`). `n_only` counts the other units of each period.
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
        placed = place(rows["value"], rows["list"]).astype(dict.fromkeys(["place", "n_tied", "n_listed"], "int64"))
        units = units.join(placed[["place", "n_tied", "middle"]].add_suffix(f"_{end}"))
        units["n_listed"] = placed["n_listed"]
        units[end] = rows["score"] if gate.measure == "points" else placed["middle"]
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
