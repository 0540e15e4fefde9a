"""Groups of units against each other: towns and bureaus, kinds, or an analyst's own split.

Every unit was inspected, so means and gaps are facts; intervals and p values only say how large a gap random labels
would give. Groups smaller than `min_n` are listed and not compared.
"""

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from audit_lib.analysis.statistics import (
    Estimate,
    PairCounts,
    bootstrap_gap,
    cliffs_delta,
    count_pairs,
    eta_squared,
    hedges_g,
    hodges_lehmann,
    mean_gap,
    permutation_p,
)
from audit_lib.analysis.tiers import list_tiers
from audit_lib.words import Words

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


def tabulate_effects(comparisons: list[Comparison], words: Words) -> pd.DataFrame:
    """Give the size of each gap, one row per measure, with its 95% interval (Welch, Hedges, Brunner–Munzel).

    No row for a gap to a side that is absent.
    """
    rows: list[dict[str, str | float | None]] = []
    for each in comparisons:
        gap = words("groups.gap", first=words.name(each.first), second=words.name(each.second))
        if each.status == "absent":
            continue
        if each.status != "ok":
            rows.append({"gap": gap, "measure": words.name(each.status)})
            continue
        measures = {
            "mean_gap": each.mean,
            "median_gap": Estimate(each.median),
            "hodges_lehmann": Estimate(each.hodges_lehmann),
            "hedges_g": each.hedges_g,
            "cliffs_delta": each.cliffs_delta,
        }
        for name, estimate in measures.items():
            row = {"gap": gap, "measure": words.name(name)}
            rows.append({**row, "value": estimate.value, "low": estimate.low, "high": estimate.high})
    table = pd.DataFrame(rows, columns=["gap", "measure", "value", "low", "high"])
    return table.astype({"value": "float64", "low": "float64", "high": "float64"})


def tabulate_labels(scores: pd.DataFrame, column: str, comparisons: list[Comparison], words: Words) -> pd.DataFrame:
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
        gap = words("groups.gap", first=words.name(each.first), second=words.name(each.second))
        rows += [{"gap": gap, "test": words.name(name), "p": p} for name, p in tests.items()]
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


@dataclass(frozen=True)
class Lead:
    """What stands above the best unit of the group with the lower mean.

    `leader` is the group with the higher mean, `n` its units above `best`, `mean_without` its mean without them (None
    if none would be left).
    """

    leader: str
    other: str
    best: float
    n: int
    mean_other: float
    mean_without: float | None

    @property
    def is_whole_gap(self) -> bool:
        """True if without these units the leader would not lead."""
        return self.n > 0 and self.mean_without is not None and self.mean_without <= self.mean_other


def find_lead(scores: pd.DataFrame, column: str, comparisons: list[Comparison]) -> Lead | None:
    """Find whether the gap of the main comparison lives at the top. Exploratory. None without a gap to explain."""
    comparison = choose_main(comparisons)
    if comparison.status != "ok" or not comparison.mean.value:
        return None
    order = (
        (comparison.first, comparison.second) if comparison.mean.value > 0 else (comparison.second, comparison.first)
    )
    leader, other = (points_of(scores, column, group) for group in order)
    rest = leader[leader <= other.max()]
    without = float(rest.mean()) if len(rest) else None
    return Lead(*order, float(other.max()), len(leader) - len(rest), float(other.mean()), without)


def measure_sensitivity(
    scores: pd.DataFrame, column: str, comparisons: list[Comparison], top_cut: float, low_cut: float
) -> pd.DataFrame:
    """See how far the gap of means of the main comparison moves with the units that are in doubt.

    One row per question: without each unit in no tier; with each unit that a list names but no table scores, at the
    lowest and highest score that its tier allows (its cut, and the tier's highest score); and the extremes of leaving
    out any one unit.
    """
    main = choose_main(comparisons)
    if main.status != "ok":
        return pd.DataFrame(columns=["change", "unit", "at", "gap"])
    x, y = points_of(scores, column, main.first), points_of(scores, column, main.second)
    rows = [{"change": "as_printed", "unit": pd.NA, "at": pd.NA, "gap": x.mean() - y.mean()}]
    for row in scores[scores["tier"].isna() & scores["score"].notna()].itertuples():
        if scores["tier"].notna().any():
            gap = x.drop(row.unit_name, errors="ignore").mean() - y.drop(row.unit_name, errors="ignore").mean()
            rows.append({"change": "without_untiered", "unit": row.unit_name, "at": pd.NA, "gap": gap})
    for row in scores[scores["score"].isna() & scores["tier"].notna()].itertuples():
        for points in _bound_score(scores, row.tier, top_cut, low_cut):
            with_x = [*x, points] if getattr(row, column) == main.first else x
            with_y = [*y, points] if getattr(row, column) == main.second else y
            gap = np.mean(with_x) - np.mean(with_y)
            rows.append({"change": "with_unscored", "unit": row.unit_name, "at": points, "gap": gap})
    left_out = [(unit, x.drop(unit).mean() - y.mean()) for unit in x.index if len(x) > 1]
    left_out += [(unit, x.mean() - y.drop(unit).mean()) for unit in y.index if len(y) > 1]
    for unit, gap in (
        (min(left_out, key=lambda pair: pair[1]), max(left_out, key=lambda pair: pair[1])) if left_out else ()
    ):
        rows.append({"change": "leave_one_out", "unit": unit, "at": pd.NA, "gap": gap})
    return pd.DataFrame(rows)


def _bound_score(scores: pd.DataFrame, tier: str, top_cut: float, low_cut: float) -> tuple[float, ...]:
    """Give the lowest and highest score that a unit of this tier can have had without upsetting the lists further."""
    tiers = list_tiers(scores)
    members = scores.loc[scores["tier"] == tier, "score"].dropna()
    if members.empty or len(tiers) > 3:
        return ()
    floors = dict(zip(tiers, [top_cut, low_cut, float(members.min())], strict=False))
    return min(floors[tier], float(members.min())), float(members.max())


def resample_gap(
    scores: pd.DataFrame, column: str, comparison: Comparison, seed: int
) -> tuple[Estimate, npt.NDArray[np.float64]]:
    """Give the bootstrap interval of the gap of means and its resampled gaps, for drawing only."""
    x, y = points_of(scores, column, comparison.first), points_of(scores, column, comparison.second)
    return bootstrap_gap(x, y, seed=seed)


def describe_comparison(comparison: Comparison, words: Words) -> str:
    """Say how two groups compare: means, gap, Cliff's delta, and the count of pairs behind it."""
    each = comparison
    if each.first == each.second:
        return words.silence("groups.one_group")
    first, second = words.name(f"{each.first}_many"), words.name(f"{each.second}_many")
    facts = {"first": first, "second": second, "n_first": each.n_first, "n_second": each.n_second}
    if each.status == "absent":
        return words.silence("groups.absent", **facts, missing_group=second if each.n_first else first)
    if each.status == "too_few":
        return words("groups.too_few", **facts)
    return words(
        "groups.compared",
        **facts,
        one_first=words.name(f"{each.first}_one"),
        one_second=words.name(f"{each.second}_one"),
        mean_first=each.mean_first,
        mean_second=each.mean_second,
        gap=each.mean.value,
        delta=each.cliffs_delta.value,
        wins=each.pairs.wins,
        losses=each.pairs.losses,
        pairs=each.pairs.total,
    )


def describe_groups(scores: pd.DataFrame, comparisons: list[Comparison], column: str, words: Words) -> str:
    """Say how the two groups of the main comparison compare, and whether the whole gap comes from the top."""
    comparison = choose_main(comparisons)
    sentence = describe_comparison(comparison, words)
    lead = find_lead(scores, column, comparisons)
    if lead is None or not lead.is_whole_gap:
        return words("groups.stop", sentence=sentence) if comparison.status == "ok" else sentence
    leader = words.name(f"{lead.leader}_one" if lead.n == 1 else f"{lead.leader}_many")
    facts = {"n": lead.n, "leader": leader, "other": words.name(f"{lead.other}_one"), "best": lead.best}
    return words("groups.whole_gap", sentence=sentence, **facts)


def describe_lead(lead: Lead | None, words: Words) -> str:
    """Say what the gap is without the units at the top. Exploratory. Empty without a gap."""
    if lead is None:
        return ""
    if not lead.n:
        return words("groups.no_lead")
    facts = {"n": lead.n, "best": lead.best, "mean_other": lead.mean_other, "mean_without": lead.mean_without}
    names = {"leader": words.name(f"{lead.leader}_many"), "other": words.name(f"{lead.other}_many")}
    one = {"leader_one": words.name(f"{lead.leader}_one"), "other_one": words.name(f"{lead.other}_one")}
    key = "lead_all" if lead.mean_without is None else "lead" if lead.is_whole_gap else "lead_part"
    return words(f"groups.{key}", **facts, **names, **one)


def describe_group_tiers(counts: pd.DataFrame, words: Words) -> str:
    """Say which share of each group is in the best and the last tier, from `count_group_tiers`. Empty without tiers."""
    tiers = list(counts["tier"].dropna().unique())
    ends = dict.fromkeys([*tiers[:1], *tiers[-1:]])
    clauses = [
        words("findings.tier_shares", tier=tier, shares=_word_shares(counts[counts["tier"] == tier], words))
        for tier in ends
    ]
    return words("groups.stop", sentence=words("findings.semicolon").join(clauses)) if clauses else ""


def _word_shares(rows: pd.DataFrame, words: Words) -> list[str]:
    return [
        words(
            "labels.share_of",
            n=row.n,
            of=row.of,
            group=words.name(f"{row.group}_one" if row.of == 1 else f"{row.group}_many"),
            share=row.share_pct,
        )
        for row in rows.itertuples()
    ]


def describe_split(scores: pd.DataFrame, column: str, min_n: int, words: Words) -> str:
    """Say whether a finer grouping of the bureaus tells more than the two sides. Exploratory.

    Empty where no grouping with three groups large enough to compare is recorded.
    """
    finer, sides = share_explained(scores, column), share_explained(scores, "side")
    groups = [group for group in list_groups(scores, column) if len(points_of(scores, column, group)) >= min_n]
    if finer is None or sides is None or len(groups) < 3:
        return ""
    means = [
        words("groups.mean_of", group=words.name(f"{group}_many"), n=len(points), mean=float(points.mean()))
        for group in groups
        for points in [points_of(scores, column, group)]
    ]
    return words("groups.split", means=means, finer=100 * finer, sides=100 * sides, n_groups=len(groups))
