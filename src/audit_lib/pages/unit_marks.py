"""What a place page and the pages of units mark: exceptions, units named as an example, units of one list only."""

from typing import NamedTuple

import pandas as pd

from audit_lib.wording.words import Tier, Words

SHARE = 3  # exceptions are marked while no more than one rated unit in three is one
NAMED = {"criticised": "named_problem", "praised": "named_strength"}
ONE_LIST = {"table_only": "scores_only", "list_only": "ratings_only"}


class Mark(NamedTuple):
    """A mark of a unit in one notice. `report` is the notebook that treats units with it."""

    kind: str
    text: str
    report: str


def mark_units(
    scores: pd.DataFrame, mentions: pd.DataFrame, words: Words, *, is_lower_better: bool
) -> dict[str, list[Mark]]:
    """Mark the units of one notice, by unit_id: exceptions first, then examples in the text, then units of one list."""
    marks: dict[str, list[Mark]] = {}
    better = "less" if is_lower_better else "more"
    for unit_id, (score, tier) in find_exceptions(scores, is_lower_better=is_lower_better).items():
        text = words(f"marks.exception_{better}", score=score, tier=words.short(Tier(tier)))
        marks.setdefault(unit_id, []).append(Mark("exception", text, "03_tiers"))
    for sentiment, kind in NAMED.items():
        for unit_id in mentions.loc[mentions["sentiment"] == sentiment, "unit_id"].dropna().unique():
            marks.setdefault(unit_id, []).append(Mark(kind, words(f"marks.{kind}"), "06_narrative"))
    if scores["score"].notna().any() and scores["tier"].notna().any():
        for row in scores[scores["match"].isin(list(ONE_LIST))].itertuples():
            kind = ONE_LIST[str(row.match)]
            marks.setdefault(str(row.unit_id), []).append(Mark(kind, words(f"marks.{kind}"), "01_source"))
    return marks


def find_exceptions(scores: pd.DataFrame, *, is_lower_better: bool = False) -> dict[str, tuple[float, str]]:
    """Find units whose score is no worse than that of a unit of their table with a better tier, by unit_id.

    Each comes with the worst score of a better tier, and its own tier. Where that is more than a
    third of the rated units, tiers do not follow scores at all, and none is an exception.
    """
    rated = scores.dropna(subset=["score", "tier_order"])
    rank = rated.groupby("table_no")["score"].rank(method="min", ascending=is_lower_better)
    rated = rated.assign(rank=rank.astype("int64"))
    found: dict[str, tuple[float, str]] = {}
    for _, table in rated.groupby("table_no"):
        last: dict[int, tuple[int, float]] = {}  # of the tiers above each: the last rank, with its score
        worst = (0, 0.0)
        for order, members in table.groupby("tier_order"):
            last[int(str(order))] = worst
            worst = max(worst, *zip(members["rank"], members["score"], strict=True))
        for row in table.itertuples():
            rank, score = last[int(str(row.tier_order))]
            if int(str(row.rank)) <= rank:
                found[str(row.unit_id)] = score, str(row.tier)
    return found if len(found) * SHARE <= len(rated) else {}
