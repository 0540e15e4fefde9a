"""The gap between the two groups that matter most: who makes it, and how far the units in doubt could move it."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from audit_lib.analysis.groups import Comparison, choose_main, describe_comparison, points_of
from audit_lib.analysis.statistics import Estimate, bootstrap_gap
from audit_lib.tables.tiers import list_tiers
from audit_lib.wording.words import Name, Phrase, say


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


def describe_groups(scores: pd.DataFrame, comparisons: list[Comparison], column: str) -> Phrase | str:
    """Say how the two groups of the main comparison compare, and whether the whole gap comes from the top."""
    comparison = choose_main(comparisons)
    sentence = describe_comparison(comparison)
    lead = find_lead(scores, column, comparisons)
    if lead is None or not lead.is_whole_gap:
        return say("groups.stop", sentence=sentence) if comparison.status == "ok" else sentence
    leader = Name(f"{lead.leader}_one" if lead.n == 1 else f"{lead.leader}_many")
    facts = {"n": lead.n, "leader": leader, "other": Name(f"{lead.other}_one"), "best": lead.best}
    return say("groups.whole_gap", sentence=sentence, **facts)


def describe_lead(lead: Lead | None) -> Phrase | None:
    """Say what the gap is without the units at the top. Exploratory. Empty without a gap."""
    if lead is None:
        return None
    if not lead.n:
        return say("groups.no_lead")
    facts = {"n": lead.n, "best": lead.best, "mean_other": lead.mean_other, "mean_without": lead.mean_without}
    names = {"leader": Name(f"{lead.leader}_many"), "other": Name(f"{lead.other}_many")}
    one = {"leader_one": Name(f"{lead.leader}_one"), "other_one": Name(f"{lead.other}_one")}
    key = "lead_all" if lead.mean_without is None else "lead" if lead.is_whole_gap else "lead_part"
    return say(f"groups.{key}", **facts, **names, **one)
