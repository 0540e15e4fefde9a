"""Printed tiers of a scores table: their order, pairs of units across tiers, and cuts on the score."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from audit_lib.notices.lists.tier_lists import TierList
from audit_lib.notices.words.dates import NUMERAL, read_numeral
from audit_lib.notices.words.vocabulary import read_vocabulary

# Numbers with the words for which we know whether one or the most is the best.
NUMBERED = re.compile(rf"(?P<n>{NUMERAL})(?P<what>等[奖獎]?|星[级級]?)")

DEFAULT_CUTS = 90.0, 80.0  # points: the parameters of the notebooks


def list_tiers(scores: pd.DataFrame) -> list[str]:
    """List the printed tiers, best first; those whose order is not known come last, in the order of the rows."""
    orders: dict[str, float] = {}
    for tier, order in zip(scores["tier"], scores["tier_order"], strict=True):
        if pd.notna(tier):
            orders.setdefault(tier, np.inf if pd.isna(order) else order)
    return sorted(orders, key=orders.__getitem__)


def scale_tiers(scores: pd.DataFrame) -> list[str]:
    """List the printed tiers, best first; empty where the order of one is not known: then none is called better."""
    is_open = scores["tier"].notna() & scores["tier_order"].isna()
    return [] if is_open.any() else list_tiers(scores)


def rated(scores: pd.DataFrame) -> pd.DataFrame:
    """Keep the units that have both a score and a tier."""
    return scores.dropna(subset=["score", "tier"])


@dataclass(frozen=True)
class TierPair:
    """The scored units of a better and of a lower tier; `sign` is -1 where lower scores are better, else 1."""

    tiers: tuple[str, str]
    higher: pd.DataFrame
    lower: pd.DataFrame
    sign: int

    @property
    def reversed_low(self) -> pd.DataFrame:
        """The units of the lower tier whose score is better than that of some unit of the better tier."""
        return self.lower[self.lower["score"] * self.sign > (self.higher["score"] * self.sign).min()]


def pair_tiers(scores: pd.DataFrame, *, lower_first: bool = False) -> list[TierPair]:
    """Pair every two tiers of known order; higher scores are better, lower ones with `lower_first`."""
    sign = -1 if lower_first else 1
    units = rated(scores).dropna(subset=["tier_order"])
    members = {tier: units[units["tier"] == tier] for tier in scale_tiers(units)}
    return [TierPair(pair, members[pair[0]], members[pair[1]], sign) for pair in combinations(members, 2)]


def fit_cuts(scores: pd.DataFrame, top_cut: float, low_cut: float) -> tuple[float, float]:
    """Return the lowest scores of the upper tiers where the default cuts put all units in one, and these part them.

    Such scores are on another scale than the defaults. Other cuts, which somebody asked for, stay as they are.
    """
    tiers, given = scale_tiers(scores), apply_cuts(scores, top_cut, low_cut)
    if (top_cut, low_cut) != DEFAULT_CUTS or given is None or given["tier_by_cut"].nunique() != 1:
        return top_cut, low_cut
    lowest = given.groupby("tier")["score"].min().reindex(tiers)
    cuts = (float(lowest.iloc[0]), float(lowest.iloc[1]) if len(tiers) > 2 else low_cut)
    fitted = apply_cuts(scores, *cuts) if cuts[1] < cuts[0] else None
    are_all = fitted is not None and (fitted["tier_by_cut"] == fitted["tier"]).all() and not lowest.isna().any()
    return cuts if are_all else (top_cut, low_cut)


def apply_cuts(scores: pd.DataFrame, top_cut: float, low_cut: float) -> pd.DataFrame | None:
    """Return the units with score and tier, and as tier_by_cut the tier that two cuts on the score would give them.

    `score >= top_cut` is the best tier, and so on; a notice with two tiers uses the upper cut alone. None where two
    cuts cannot split the tiers: one tier, four and more, or a tier whose order is not known.
    """
    tiers = scale_tiers(scores)
    if len(tiers) not in (2, 3):
        return None
    bins = [-np.inf, top_cut, np.inf] if len(tiers) == 2 else [-np.inf, low_cut, top_cut, np.inf]
    by_cut = pd.cut(scores["score"], bins, right=False, labels=tiers[::-1]).astype("str")
    return rated(scores.assign(tier_by_cut=by_cut))


def find_orders(scores: pd.DataFrame, lists: Sequence[TierList], *, lower_first: bool = False) -> dict[str, int]:
    """Find the order of each printed tier, 1 for the best; a tier whose order cannot be known is left out.

    The vocabulary comes first. Tiers that it does not know are ordered by their own numbers (一等奖, 二等奖), by scores
    that do not overlap, or follow the known tiers where the lists run from better to worse and no score contradicts.
    """
    known = read_vocabulary().tier
    printed = list(dict.fromkeys([*(_name(each) for each in lists), *scores["tier"].dropna()]))
    orders = {tier: known[tier] for tier in printed if tier in known}
    unknown = [tier for tier in printed if tier not in known]
    if not unknown:
        return orders
    if orders:
        below = _find_below(unknown, orders, scores, lists, lower_first=lower_first)
        return orders | {tier: at for at, tier in enumerate(below, start=max(orders.values()) + 1)}
    found = _order_by_number(printed) or _order_by_score(printed, scores, lower_first=lower_first)
    return {tier: at for at, tier in enumerate(found, start=1)}


def _find_below(
    unknown: Sequence[str],
    orders: dict[str, int],
    scores: pd.DataFrame,
    lists: Sequence[TierList],
    *,
    lower_first: bool,
) -> Sequence[str]:
    """Return the unknown tiers, best first, where all are below the known ones by score or print; else nothing."""
    points = rated(scores)
    above, below = (points.loc[points["tier"].isin(tiers), "score"] for tiers in (orders, unknown))
    if below.empty:
        return unknown if _runs_down(orders, lists) else ()
    is_below = below.min() > above.max() if lower_first else below.max() < above.min()
    if not is_below:
        return ()
    return unknown if len(unknown) == 1 else _order_by_score(unknown, scores, lower_first=lower_first)


def _name(tier_list: TierList) -> str:
    return read_vocabulary().name_tier(tier_list.tier)


def _order_by_number(tiers: Sequence[str]) -> list[str]:
    """Order tiers that differ in their number alone: the first prize is the best, and so are the most stars."""
    found = {tier: NUMBERED.fullmatch(tier) for tier in tiers}
    words = {match["what"] for match in found.values() if match}
    numbers = {tier: read_numeral(match["n"]) for tier, match in found.items() if match}
    if len(tiers) < 2 or len(words) != 1 or len(numbers) != len(tiers) or None in numbers.values():
        return []
    return sorted(tiers, key=lambda tier: numbers[tier] or 0, reverse=words.pop().startswith("星"))


def _order_by_score(tiers: Sequence[str], scores: pd.DataFrame, *, lower_first: bool) -> list[str]:
    """Order tiers all of which have scores, none of which lies between those of another; empty where some do."""
    units = rated(scores)
    points = units[units["tier"].isin(tiers)].groupby("tier")["score"].agg(["min", "max"])
    ordered = points.sort_values("min", ascending=lower_first)
    low, high = ordered["min"].to_numpy(), ordered["max"].to_numpy()
    is_apart = (high[:-1] < low[1:]).all() if lower_first else (low[:-1] > high[1:]).all()
    return list(ordered.index) if len(tiers) == len(points) > 1 and is_apart else []


def _runs_down(orders: dict[str, int], lists: Sequence[TierList]) -> bool:
    """Check whether the lists run from better to worse: known tiers do, one more comes last, no unit is in two."""
    printed = list(dict.fromkeys(_name(each) for each in lists))
    run = [orders[tier] for tier in printed[:-1] if tier in orders]
    pairs = {(unit, _name(each)) for each in lists for unit in each.units}
    is_once = len(pairs) == len({unit for unit, _ in pairs})
    return is_once and 1 < len(run) == len(printed) - 1 and run == sorted(set(run))
