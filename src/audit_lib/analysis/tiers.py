"""Tiers as printed: how many units each has, and their scores."""

import pandas as pd

from audit_lib.tables.tiers import list_tiers
from audit_lib.wording.words import say


def summarise_tiers(scores: pd.DataFrame) -> pd.DataFrame:
    """Summarise each tier, best first: units listed, units with a score, their scores, and how many of each side.

    Counts come from the lists, so a unit without a score counts as listed. Units in no tier come last, as not rated.
    Sides have columns where the notice has both. No row where the notice has no tiers.
    """
    rows = []
    tiers = list_tiers(scores)
    sides = {f"n_{side}": side for side in ("town", "bureau") if {"town", "bureau"} <= set(scores["side"])}
    for tier in [*tiers, None] if tiers else []:
        members = scores[scores["tier"].isna()] if tier is None else scores[scores["tier"] == tier]
        if members.empty:
            continue
        points = members["score"].dropna()
        found = {"min": points.min(), "median": points.median(), "max": points.max()}
        counts = {name: int((members["side"] == side).sum()) for name, side in sides.items()}
        rows.append(
            {
                "tier": tier or say("labels.unrated"),
                "n_listed": len(members),
                "n_scored": len(points),
                **found,
                **counts,
            }
        )
    return pd.DataFrame(rows)
