"""Printed tiers of a scores table: their order, pairs of units across tiers, and cuts on the score."""

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from audit_lib.errors import unusable


def list_tiers(scores: pd.DataFrame) -> list[str]:
    """List the printed tiers, best first. Raises AuditError for a tier whose place in the order is unknown."""
    named = scores.dropna(subset=["tier"])
    if len(unknown := named[named["tier_order"].isna()]):
        found = f"tier {unknown['tier'].iloc[0]}"
        raise unusable(unknown["notice_id"].iloc[0], found, "a tier of notices/vocabulary.csv, with its order")
    ordered = named.drop_duplicates("tier").sort_values("tier_order")
    return list(ordered["tier"])


def rated(scores: pd.DataFrame) -> pd.DataFrame:
    """Keep the units that have both a score and a tier."""
    return scores.dropna(subset=["score", "tier"])


@dataclass(frozen=True)
class TierPairs:
    """All pairs of one unit of a better tier and one of a lower tier, by whether their scores agree."""

    tiers: tuple[str, str]
    higher: pd.DataFrame
    lower: pd.DataFrame
    agree: int
    equal: int
    reversed: int
    sign: int = 1  # -1 where lower scores are better

    @property
    def total(self) -> int:
        return self.agree + self.equal + self.reversed

    @property
    def reversed_low(self) -> pd.DataFrame:
        """The units of the lower tier whose score is better than that of some unit of the better tier."""
        return self.lower[self.lower["score"] * self.sign > (self.higher["score"] * self.sign).min()]


def count_tier_pairs(scores: pd.DataFrame, *, lower_first: bool = False) -> list[TierPairs]:
    """Compare every two tiers, pair by pair; higher scores are better, or with `lower_first` lower ones."""
    sign = -1 if lower_first else 1
    units = rated(scores)
    found = []
    for better, worse in combinations(list_tiers(units), 2):
        higher, lower = units[units["tier"] == better], units[units["tier"] == worse]
        gaps = sign * np.subtract.outer(higher["score"].to_numpy(), lower["score"].to_numpy())
        counts = int((gaps > 0).sum()), int((gaps == 0).sum()), int((gaps < 0).sum())
        found.append(TierPairs((better, worse), higher, lower, *counts, sign))
    return found


def apply_cuts(scores: pd.DataFrame, top_cut: float, low_cut: float) -> pd.Series | None:
    """Give each unit the tier that two cuts on its score would: `score >= top_cut` is the best tier, and so on.

    A notice with two tiers uses the upper cut alone. None where two cuts cannot part the tiers (one, or four and more).
    """
    tiers = list_tiers(scores)
    if len(tiers) not in (2, 3):
        return None
    bins = [-np.inf, top_cut, np.inf] if len(tiers) == 2 else [-np.inf, low_cut, top_cut, np.inf]
    return pd.cut(scores["score"], bins, right=False, labels=tiers[::-1]).astype("str")


def find_exceptions(scores: pd.DataFrame, top_cut: float, low_cut: float) -> pd.DataFrame:
    """Find the units whose printed tier is not the one that the cuts would give; adds the column tier_by_cut."""
    by_cut = apply_cuts(scores, top_cut, low_cut)
    if by_cut is None:
        return rated(scores).iloc[:0].assign(tier_by_cut=pd.Series(dtype="str"))
    return rated(scores.assign(tier_by_cut=by_cut))[lambda table: table["tier_by_cut"] != table["tier"]]
