"""Groups of units compared: towns and bureaus, kinds, or an analyst's own split.

Every unit was inspected, so means and their differences are facts. Groups with fewer than `min_n` scored units are
counted and not compared.
"""

from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from audit_lib.analysis.statistics import PairCounts, count_pairs, permutation_p
from audit_lib.tables.tiers import list_tiers, scale_tiers
from audit_lib.wording.words import Name, Phrase, Tier, Unit, say

ORDER = ("town", "subdistrict", "bureau", "department", "institution", "vertical", "company")
MOST_NAMES = 8  # more units than that are counted, not named, in a sentence


def list_groups(scores: pd.DataFrame, column: str) -> list[str]:
    """List the groups of a column that have a scored unit: towns first, then bureaus and their kinds, then the rest."""
    present = set(scores.dropna(subset=["score", column])[column])
    return [*(group for group in ORDER if group in present), *sorted(present - set(ORDER))]


def points_of(scores: pd.DataFrame, column: str, group: str) -> pd.Series:
    """Return the scores of one group, indexed by unit name."""
    members = scores.loc[scores[column] == group, ["unit_name", "score"]]
    return members.set_index("unit_name")["score"].dropna()


def name_group(group: str, column: str, n: int = 2) -> Name:
    """Name a group as `n` of its units: one bureau, two bureaus. A group of an analyst's own is named by itself."""
    return Name(f"{group}_one" if n == 1 else f"{group}_many", column, group)


def is_ours(scores: pd.DataFrame, column: str) -> bool:
    """Check whether a notice prints units of several groups in one table, so that the grouping is ours."""
    known = scores.dropna(subset=["score", column])
    return bool((known.groupby("table_no")[column].nunique() > 1).any())


@dataclass(frozen=True)
class Comparison:
    """One group compared with another, first minus second, in points unless said otherwise.

    `status` is ok, absent (a group has no scored unit) or too_few (a group has fewer than min_n); then only the names
    and sizes are there. `p` is that of the exact permutation test.
    """

    first: str
    second: str
    n_first: int
    n_second: int
    status: str
    mean_first: float = np.nan
    mean_second: float = np.nan
    pairs: PairCounts = PairCounts(0, 0, 0)
    p: float | None = None

    @property
    def gap(self) -> float:
        """The difference of the means; NaN where the groups are not compared."""
        return self.mean_first - self.mean_second


def find_sides(units: pd.DataFrame) -> set[str]:
    """Return the sides, town and bureau, that name all units; nothing where they do not: schools are no bureaus."""
    sides, kinds = set(units["side"]), set(units.loc[units["side"] == "bureau", "kind"])
    fits = sides <= {"town", "bureau"} and ("bureau" not in sides or "department" in kinds)
    return sides if fits else set()


def compare(first: str, second: str, x: pd.Series, y: pd.Series, min_n: int) -> Comparison:
    """Compare the scores of two groups."""
    named = (first, second, len(x), len(y))
    if not len(x) or not len(y):
        return Comparison(*named, status="absent")
    if min(len(x), len(y)) < min_n:
        return Comparison(*named, status="too_few")
    return Comparison(*named, "ok", float(x.mean()), float(y.mean()), count_pairs(x, y), permutation_p(x, y))


def compare_groups(scores: pd.DataFrame, column: str, min_n: int) -> list[Comparison]:
    """Compare every two groups of a column. By side, towns and bureaus are named even where one is absent."""
    groups = ["town", "bureau"] if column == "side" else list_groups(scores, column)
    return [
        compare(first, second, points_of(scores, column, first), points_of(scores, column, second), min_n)
        for first, second in combinations(groups, 2)
    ]


def choose_main(comparisons: list[Comparison]) -> Comparison:
    """Choose the comparison that a report leads with: the first made, else the first, else one that is `absent`."""
    made = [each for each in comparisons if each.status == "ok"]
    return [*made, *comparisons, Comparison("other", "other", 0, 0, "absent")][0]


def tabulate_groups(scores: pd.DataFrame, column: str, min_n: int) -> pd.DataFrame:
    """Summarise the scored units of each group: a row per measure (`figure`), a column per group.

    Counted are units, and units of each rating where there are any. Groups below `min_n` have no mean. No row where
    there are not two groups.
    """
    groups = list_groups(scores, column)
    units = scores.dropna(subset=["score", column])
    of_groups = [units[units[column] == group] for group in groups]
    rows: list[list[Any]] = [
        ["n", *map(len, of_groups)],
        ["mean", *(members["score"].mean() if len(members) >= min_n else pd.NA for members in of_groups)],
        *([name, *(members["score"].agg(name) for members in of_groups)] for name in ("median", "min", "max")),
    ]
    tiers: dict[str | None, Phrase] = {tier: say("groups.rated", tier=Tier(tier)) for tier in list_tiers(units)}
    if tiers and units["tier"].isna().any():
        tiers[None] = say("labels.unrated")
    rows += [[label, *(_count(members, tier) for members in of_groups)] for tier, label in tiers.items()]
    columns = ["figure", *(name_group(group, column) for group in groups)]
    return pd.DataFrame(rows if len(groups) > 1 else [], columns=pd.Index(columns, dtype="object"), dtype="object")


def _count(members: pd.DataFrame, tier: str | None) -> int:
    """Count the units of a rating, or of none."""
    return int((members["tier"].isna() if tier is None else members["tier"] == tier).sum())


def title_groups(scores: pd.DataFrame, comparisons: list[Comparison], column: str) -> Phrase | None:
    """Describe which ratings both groups have, or that the best is one group's alone; None where neither is so."""
    main = choose_main(comparisons)
    units = scores.dropna(subset=["score", column])
    tiers = list_tiers(units)
    if main.status != "ok" or not tiers:
        return None
    found = {group: set(units.loc[units[column] == group, "tier"].dropna()) for group in (main.first, main.second)}
    if all(set(tiers) == own for own in found.values()):
        return say("groups.same_ratings", tiers=[Tier(tier) for tier in tiers])
    if not scale_tiers(units):
        return None
    holders = [group for group in list_groups(scores, column) if _count(units[units[column] == group], tiers[0])]
    if len(holders) == 1:
        return say("groups.only_best", group=name_group(holders[0], column), tier=Tier(tiers[0]))
    return None


def describe_unscored(scores: pd.DataFrame, column: str) -> Phrase | None:
    """Name the units that are rated without a score, and so in no count of this report; None without any."""
    names = list(scores.loc[scores["score"].isna() & scores[column].notna(), "unit_name"])
    if not names:
        return None
    if len(names) > MOST_NAMES:
        return say("groups.unscored_many", n=len(names))
    return say("groups.unscored", units=[Unit(name) for name in names])
