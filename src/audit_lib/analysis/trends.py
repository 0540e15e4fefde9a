"""What changed between periods: the level, the gap between groups, who moved, who stays high or low.

Points are compared where marking scheme, scale and direction agree, else places among the units that both periods list,
else ratings. A unit that was merged or split is a new one and has no change.
"""

from dataclasses import dataclass
from functools import lru_cache

import pandas as pd

from audit_lib.analysis.groups import Comparison, choose_main, compare_groups
from audit_lib.analysis.paired import Pair, choose_main_pair, compare_pair
from audit_lib.analysis.unit_paths import LOWEST, TOP, Panel, build_panel
from audit_lib.tables.history import History

FEWEST_FOR_MEDIAN = 3
MANY_PERIODS = 13  # from here on a drawing is one path, and sentences are about all periods
OFTEN = 0.75  # share of periods


@dataclass(frozen=True, eq=False)
class Trends:
    """The periods of a place compared: `main` is the pair that the report compares (see `choose_main_pair`).

    It is None where no two periods can be compared.
    """

    panel: Panel
    main: Pair | None
    min_n: int


@lru_cache(maxsize=100)
def compare(history: History, min_n: int) -> Trends:
    """Compare the periods of a place. Groups below `min_n` units are not compared, lists below it have no quartiles."""
    panel = build_panel(history)
    main = choose_main_pair(panel)
    return Trends(panel, compare_pair(panel, *main) if main else None, min_n)


def find_medians(panel: Panel, name: str) -> pd.Series:
    """Return the median of a list in each period of `Panel.like_last`, by period."""
    found = {}
    for period in panel.like_last:
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


def find_always(panel: Panel, third: str) -> pd.Series:
    """Name the units that are in a third in every period with places, by key; none without two such periods."""
    counts, n = panel.thirds, len(panel.placed)
    return counts.loc[(counts[f"n_{third}"] == n) & (n > 1), "unit_name"]


def find_first(panel: Panel) -> str | None:
    """Name the unit that alone is first in every period with places; None for one period, and for several lists."""
    first = panel.rows[(panel.rows["place"] == 1) & (panel.rows["n_tied"] == 1)]
    n = len(panel.placed)
    if n < 2 or len(first) < n or first["unit"].nunique() > 1 or panel.rows["list"].nunique() > 1:
        return None
    return str(first["unit_name"].iloc[0])


def choose_highlight(trends: Trends) -> str | None:
    """Choose the unit that drawings follow, by key; None where none of these is a single unit.

    Always in the lowest third, else always in the top one, else most often in the lowest, else the one that moved most.
    """
    counts, n = trends.panel.thirds, len(trends.panel.placed)
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
