"""Tiers as printed: the scores that each holds, pairs that stand the wrong way round, and natural classes as a foil.

Tables in are scores (see schemas.py). A unit without a tier or without a score stays out of what needs both, and is
counted where it is listed.
"""

import numpy as np
import pandas as pd

from audit_lib.analysis.statistics import fisher_jenks, goodness_of_variance_fit
from audit_lib.tables.tiers import TierPairs, list_tiers, rated
from audit_lib.wording.words import Phrase, join, say


def summarise_tiers(scores: pd.DataFrame) -> pd.DataFrame:
    """Summarise each tier, best first: units listed, units scored, their scores, and who they are.

    Counts come from the lists, so a unit without a score counts as listed. Units in no tier come last, with tier NA.
    No row where the notice has no tiers.
    """
    rows = []
    tiers = list_tiers(scores)
    for tier in [*tiers, None] if tiers else []:
        members = scores[scores["tier"].isna()] if tier is None else scores[scores["tier"] == tier]
        if members.empty:
            continue
        points = members["score"].dropna()
        rows.append(
            {
                "tier": tier,
                "n_listed": len(members),
                "n_scored": len(points),
                "mean": points.mean(),
                "sd": points.std() if len(points) > 1 else np.nan,
                "median": points.median(),
                "min": points.min(),
                "max": points.max(),
                "n_town": int((members["side"] == "town").sum()),
                "n_bureau": int((members["side"] == "bureau").sum()),
            }
        )
    return pd.DataFrame(rows)


def tabulate_pairs(pairs: list[TierPairs]) -> pd.DataFrame:
    """Give one row per two tiers: pairs in all, agreeing, equal in score, reversed."""
    return pd.DataFrame(
        {
            "better_tier": [each.tiers[0] for each in pairs],
            "lower_tier": [each.tiers[1] for each in pairs],
            "pairs": [each.total for each in pairs],
            "agree": [each.agree for each in pairs],
            "equal": [each.equal for each in pairs],
            "reversed": [each.reversed for each in pairs],
        }
    )


def find_breaks(scores: pd.DataFrame, classes: tuple[int, ...] = (3, 4)) -> pd.DataFrame:
    """Class the scores by themselves (Fisher–Jenks) as a foil for the printed tiers: one row per class of each k."""
    points, rows = scores["score"].dropna(), []
    for k in classes:
        if points.nunique() < k:
            continue
        labels = np.searchsorted(fisher_jenks(points, k), points, side="right")
        fit = goodness_of_variance_fit(points, labels)
        for label in range(k, 0, -1):
            inside = points[labels == label]
            rows.append({"k": k, "min": inside.min(), "max": inside.max(), "n": len(inside), "gvf": fit})
    return pd.DataFrame(rows, columns=["k", "min", "max", "n", "gvf"])


def name_by_score(units: pd.DataFrame) -> list[Phrase]:
    """Name units, those of one score together with it, highest first."""
    by_score = units.sort_values("score", ascending=False, kind="stable").groupby("score", sort=False)["unit_name"]
    return [say("tiers.units_at", units=list(names), score=score) for score, names in by_score]


def describe_tier_pairs(pairs: list[TierPairs]) -> Phrase | None:
    """Say how many pairs of units of different tiers stand as their scores do, and which do not. Empty without a pair.

    Names the scores at which units of different tiers stand, and the units that score above some unit of a better tier.
    """
    total = sum(each.total for each in pairs)
    if not total:
        return None
    agree, equal, turned = (sum(getattr(each, name) for each in pairs) for name in ("agree", "equal", "reversed"))
    if agree == total:
        return say("findings.pairs_agree", total=total)
    shared = {score for each in pairs for score in set(each.higher["score"]) & set(each.lower["score"])}
    clauses = [say("findings.pairs", total=total, agree=agree)]
    if equal:
        clauses.append(say("findings.pairs_equal", n=equal, scores=sorted(shared, reverse=True)))
    if turned:
        above = pd.concat([each.reversed_low for each in pairs if each.reversed]).drop_duplicates("unit_id")
        clauses.append(say("findings.pairs_reversed", n=turned, units=name_by_score(above)))
    return say("tiers.stop", sentence=join(clauses, "findings.semicolon"))


def describe_classes(breaks: pd.DataFrame, scores: pd.DataFrame) -> Phrase | None:
    """Say how many units stand in the natural class that has the place of their tier, best first.

    Empty where `breaks` (see find_breaks) has not one class for each tier with a score.
    """
    units = rated(scores)
    tiers = list_tiers(units)
    classes = breaks[breaks["k"] == len(tiers)].sort_values("min")
    if classes.empty:
        return None
    place = len(tiers) - np.searchsorted(classes["min"], units["score"], side="right")
    reaches = [
        say("findings.reach" if row.min < row.max else "findings.point", low=row.min, high=row.max)
        for row in classes[::-1].itertuples()
    ]
    return say(
        "findings.classes",
        k=len(tiers),
        reaches=reaches,
        sizes=classes["n"].to_list()[::-1],
        tier_sizes=[int((units["tier"] == tier).sum()) for tier in tiers],
        n=int((units["tier"].map(tiers.index) == place).sum()),
        of=len(units),
    )
