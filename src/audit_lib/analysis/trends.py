"""What changed between periods: the level, the gap between groups, who moved, who stays high or low.

Points are compared where marking scheme, scale and direction agree, else places among the units that both periods list,
else ratings. A unit that was merged or split is a new one and has no change.
"""

from dataclasses import dataclass
from functools import lru_cache

import pandas as pd

from audit_lib.analysis.groups import Comparison, choose_main, compare_groups
from audit_lib.analysis.paired import Pair, choose_main_pair, compare_pair, is_compared
from audit_lib.analysis.unit_paths import LOWEST, TOP, Panel, build_panel
from audit_lib.tables.history import History

FEWEST_FOR_MEDIAN = 3
MANY_PERIODS = 13  # from here on a drawing is one path, and sentences are about all periods
OFTEN = 0.75  # share of periods


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
    rows = rows.assign(is_top=rows["third"] == TOP, is_lowest=rows["third"] == LOWEST)
    rows = rows.assign(percent=(rows["middle"] - 0.5) / rows["n_listed"])
    table = rows.groupby("unit").agg(
        unit_name=("unit_name", "last"),
        n_placed=("period", "size"),
        mean_place=("middle", "mean"),
        percent=("percent", "mean"),
        n_top=("is_top", "sum"),
        n_lowest=("is_lowest", "sum"),
    )
    return table.sort_values(["percent", "unit_name"], kind="stable")


def find_always(panel: Panel, third: str) -> pd.Series:
    """Name the units that are in a third in every period with places, by key; none without two such periods."""
    counts, n = count_thirds(panel), len(find_placed(panel))
    return counts.loc[(counts[f"n_{third}"] == n) & (n > 1), "unit_name"]


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
        if len(found := find_always(trends.panel, third)) == 1:
            return str(found.index[0])
    often = counts.index[(counts["n_lowest"] == counts["n_lowest"].max()) & (counts["n_lowest"] >= OFTEN * n)]
    if n > 2 and len(often) == 1:
        return str(often[0])
    if trends.main is not None and len(trends.main.moved):
        size = trends.main.moved["change"].abs()
        most = size.index[size == size.max()]
        return str(most[0]) if len(most) == 1 else None
    return None
