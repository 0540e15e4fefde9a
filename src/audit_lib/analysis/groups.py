"""Groups of units against each other: towns and bureaus, kinds, or an analyst's own split.

Every unit was inspected, so means and gaps are facts; intervals and p values only say how large a gap random labels
would give. Groups smaller than `min_n` are listed and not compared.
"""

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd
from scipy import stats

from audit_lib.analysis.statistics import (
    Estimate,
    PairCounts,
    cliffs_delta,
    count_pairs,
    eta_squared,
    hedges_g,
    hodges_lehmann,
    mean_gap,
    permutation_p,
)
from audit_lib.tables.tiers import list_tiers
from audit_lib.wording.words import Name, Phrase, Text, join, say, say_nothing_found

ORDER = ("town", "subdistrict", "bureau", "department", "institution", "vertical", "company")


def list_groups(scores: pd.DataFrame, column: str) -> list[str]:
    """List the groups of a column that have a scored unit: towns first, then bureaus and their kinds, then the rest."""
    return _order(scores.dropna(subset=["score", column])[column])


def _order(groups: pd.Series) -> list[str]:
    present = set(groups)
    return [*(group for group in ORDER if group in present), *sorted(present - set(ORDER))]


def points_of(scores: pd.DataFrame, column: str, group: str) -> pd.Series:
    """Give the scores of one group, indexed by unit name."""
    members = scores.loc[scores[column] == group, ["unit_name", "score"]]
    return members.set_index("unit_name")["score"].dropna()


def summarise_groups(scores: pd.DataFrame, column: str, min_n: int) -> pd.DataFrame:
    """Summarise each group. Below `min_n` units only the median and the range are given, and the units are named.

    The column units is there only where a group is that small.
    """
    rows = []
    for group in list_groups(scores, column):
        points = points_of(scores, column, group)
        enough = len(points) >= min_n
        q1, q3 = np.percentile(points, [25, 75]) if enough else (np.nan, np.nan)
        rows.append(
            {
                "group": group,
                "n": len(points),
                "mean": points.mean() if enough else np.nan,
                "sd": points.std() if enough and len(points) > 1 else np.nan,
                "median": points.median(),
                "q1": q1,
                "q3": q3,
                "min": points.min(),
                "max": points.max(),
                "units": pd.NA if enough else list(points.index),
            }
        )
    table = pd.DataFrame(rows)
    return table if "units" in table and table["units"].notna().any() else table.drop(columns="units", errors="ignore")


@dataclass(frozen=True)
class Comparison:
    """One group against another, first minus second, in points unless said otherwise.

    `status` is ok, absent (a group has no scored unit) or too_few (a group has fewer than min_n); then only the names
    and sizes are there. `p` is the exact permutation p.
    """

    first: str
    second: str
    n_first: int
    n_second: int
    status: str
    mean_first: float | None = None
    mean_second: float | None = None
    mean: Estimate = Estimate(None)
    median: float | None = None
    hodges_lehmann: float | None = None
    hedges_g: Estimate = Estimate(None)
    cliffs_delta: Estimate = Estimate(None)
    pairs: PairCounts = PairCounts(0, 0, 0)
    p: Estimate = Estimate(None)


def compare(first: str, second: str, x: pd.Series, y: pd.Series, min_n: int) -> Comparison:
    """Compare the scores of two groups."""
    named = (first, second, len(x), len(y))
    if not len(x) or not len(y):
        return Comparison(*named, status="absent")
    if min(len(x), len(y)) < min_n:
        return Comparison(*named, status="too_few")
    return Comparison(
        *named,
        status="ok",
        mean_first=float(x.mean()),
        mean_second=float(y.mean()),
        mean=mean_gap(x, y),
        median=float(x.median() - y.median()),
        hodges_lehmann=hodges_lehmann(x, y),
        hedges_g=hedges_g(x, y),
        cliffs_delta=cliffs_delta(x, y),
        pairs=count_pairs(x, y),
        p=permutation_p(x, y),
    )


def compare_groups(scores: pd.DataFrame, column: str, min_n: int) -> list[Comparison]:
    """Compare every two groups of a column. By side, towns and bureaus are named even where one is absent."""
    groups = ["town", "bureau"] if column == "side" else list_groups(scores, column)
    return [
        compare(first, second, points_of(scores, column, first), points_of(scores, column, second), min_n)
        for first, second in combinations(groups, 2)
    ]


def choose_main(comparisons: list[Comparison]) -> Comparison:
    """Choose the comparison that a report leads with: the first that could be made, else the first.

    With one group or none there is nothing to compare; that comparison is `absent`.
    """
    made = [each for each in comparisons if each.status == "ok"]
    return [*made, *comparisons, Comparison("other", "other", 0, 0, "absent")][0]


def tabulate_effects(comparisons: list[Comparison]) -> pd.DataFrame:
    """Give the size of each gap, one row per measure, with its 95% interval (Welch, Hedges, Brunner–Munzel).

    No row for a gap to a side that is absent.
    """
    rows: list[dict[str, Text | float | None]] = []
    for each in comparisons:
        gap = say("groups.gap", first=Name(each.first), second=Name(each.second))
        if each.status == "absent":
            continue
        if each.status != "ok":
            rows.append({"gap": gap, "measure": Name(each.status)})
            continue
        measures = {
            "mean_gap": each.mean,
            "median_gap": Estimate(each.median),
            "hodges_lehmann": Estimate(each.hodges_lehmann),
            "hedges_g": each.hedges_g,
            "cliffs_delta": each.cliffs_delta,
        }
        for name, estimate in measures.items():
            interval = {"low": estimate.low, "high": estimate.high}
            rows.append({"gap": gap, "measure": Name(name), "value": estimate.value, **interval})
    table = pd.DataFrame(rows, columns=["gap", "measure", "value", "low", "high"])
    return table.astype({"value": "float64", "low": "float64", "high": "float64"})


def tabulate_labels(scores: pd.DataFrame, column: str, comparisons: list[Comparison]) -> pd.DataFrame:
    """Ask of each gap how often random labels would give one as large: three tests that read the same question."""
    rows = []
    for each in comparisons:
        if each.status != "ok":
            continue
        x, y = points_of(scores, column, each.first), points_of(scores, column, each.second)
        varied = pd.concat([x, y]).nunique() > 1
        tests = {
            "permutation": each.p.value,
            "mann_whitney": float(stats.mannwhitneyu(x, y).pvalue) if varied else None,
            "brunner_munzel": float(stats.brunnermunzel(x, y).pvalue) if each.cliffs_delta.low is not None else None,
        }
        gap = say("groups.gap", first=Name(each.first), second=Name(each.second))
        rows += [{"gap": gap, "test": Name(name), "p": p} for name, p in tests.items()]
    return pd.DataFrame(rows, columns=["gap", "test", "p"]).astype({"p": "float64"})


def count_group_tiers(scores: pd.DataFrame, column: str) -> pd.DataFrame:
    """Count the units of each group in each tier, from the lists, so units without a score count too.

    One row per group and tier, best tier first; units in no tier have tier NA. Shares are of the group's units. No row
    where the notice has no tiers.
    """
    units = scores.dropna(subset=[column])
    tiers = list_tiers(units)
    rows = []
    for group in _order(units[column]) if tiers else []:
        members = units[units[column] == group]
        for tier in [*tiers, pd.NA]:
            n = int((members["tier"].isna() if tier is pd.NA else members["tier"] == tier).sum())
            if tier is not pd.NA or n:
                rows.append(
                    {"group": group, "tier": tier, "n": n, "of": len(members), "share_pct": 100 * n / len(members)}
                )
    return pd.DataFrame(rows, columns=["group", "tier", "n", "of", "share_pct"])


def share_explained(scores: pd.DataFrame, column: str) -> float | None:
    """Measure the share of the variation of scores that lies between the groups (η², 0 to 1)."""
    units = scores.dropna(subset=["score", column])
    return eta_squared(units["score"], units[column])


def describe_comparison(comparison: Comparison) -> Phrase:
    """Say how two groups compare: means, gap, Cliff's delta, and the count of pairs behind it."""
    each = comparison
    if each.first == each.second:
        return say_nothing_found("groups.one_group")
    first, second = Name(f"{each.first}_many"), Name(f"{each.second}_many")
    facts = {"first": first, "second": second, "n_first": each.n_first, "n_second": each.n_second}
    if each.status == "absent":
        return say_nothing_found("groups.absent", **facts, missing_group=second if each.n_first else first)
    if each.status == "too_few":
        return say("groups.too_few", **facts)
    return say(
        "groups.compared",
        **facts,
        one_first=Name(f"{each.first}_one"),
        one_second=Name(f"{each.second}_one"),
        mean_first=each.mean_first,
        mean_second=each.mean_second,
        gap=each.mean.value,
        delta=each.cliffs_delta.value,
        wins=each.pairs.wins,
        losses=each.pairs.losses,
        pairs=each.pairs.total,
    )


def describe_group_tiers(counts: pd.DataFrame) -> Phrase | None:
    """Say which share of each group is in the best and the last tier, from `count_group_tiers`. Empty without tiers."""
    tiers = list(counts["tier"].dropna().unique())
    ends = dict.fromkeys([*tiers[:1], *tiers[-1:]])
    clauses = [
        say("findings.tier_shares", tier=tier, shares=_word_shares(counts[counts["tier"] == tier])) for tier in ends
    ]
    return say("groups.stop", sentence=join(clauses, "findings.semicolon")) if clauses else None


def _word_shares(rows: pd.DataFrame) -> list[Phrase]:
    return [
        say(
            "labels.share_of",
            n=row.n,
            of=row.of,
            group=Name(f"{row.group}_one" if row.of == 1 else f"{row.group}_many"),
            share=row.share_pct,
        )
        for row in rows.itertuples()
    ]


def describe_split(scores: pd.DataFrame, column: str, min_n: int) -> Phrase | None:
    """Say whether a finer grouping of the bureaus tells more than the two sides. Exploratory.

    Empty where no grouping with three groups large enough to compare is recorded.
    """
    finer, sides = share_explained(scores, column), share_explained(scores, "side")
    groups = [group for group in list_groups(scores, column) if len(points_of(scores, column, group)) >= min_n]
    if finer is None or sides is None or len(groups) < 3:
        return None
    means = [
        say("groups.mean_of", group=Name(f"{group}_many"), n=len(points), mean=float(points.mean()))
        for group in groups
        for points in [points_of(scores, column, group)]
    ]
    return say("groups.split", means=means, finer=100 * finer, sides=100 * sides, n_groups=len(groups))
