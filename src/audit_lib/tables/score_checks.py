"""Checks of scores: their scale and direction, and the order of rows, serials, ranks and tiers compared with them."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pandas as pd

from audit_lib.numbers import competition_rank
from audit_lib.tables.evidence import Evidence, Finding, list_rows
from audit_lib.tables.tiers import apply_cuts, fit_cuts
from audit_lib.wording.words import Phrase

MOST_SWAPPED = 3  # rows below a worse score; a table with more, and a fifth of its rows, is in another order


def check_scale(evidence: Evidence) -> Iterator[Finding]:
    """Are all scores on the recorded scale? Where none is recorded, scores outside 0 to 100 are one question."""
    measure, ranked = evidence.measure, evidence.ranked
    lowest, highest = measure.bounds
    off = ranked[~ranked["score"].between(lowest, highest)]
    if not measure.has_scale and len(off):
        facts = {"n": len(off), "lowest": lowest, "highest": highest, "most": ranked["score"].max()}
        facts |= {"least": ranked["score"].min()}
        yield Finding(_say_parts("scale.unknown", facts), place=off["source_place"].iloc[0], is_question=True)
        return
    for row in list_rows(off):
        facts = {"unit": row.unit_name, "score": row.score, "lowest": lowest, "highest": highest}
        yield Finding(_say_parts("scale.off", facts), row.unit_id, row.source_place)


def check_direction(evidence: Evidence) -> Iterator[Finding]:
    """Is it recorded which scores are better, where all ranks or rows begin with the lowest score?"""
    if evidence.measure.better is None and evidence.seems_lower_better:
        best = evidence.ranked.loc[evidence.ranked["score"].idxmin()]
        yield Finding({"unit": best["unit_name"], "score": best["score"]}, place=best["source_place"])


def check_serial_gap(evidence: Evidence) -> Iterator[Finding]:
    """Does 序号 run without gap or repetition?"""
    for table in evidence.notice.tables:
        numbered = [(row.serial, row.place) for row in table.rows if row.serial is not None]
        for (before, _), (after, place) in pairwise(numbered):
            if after != before + 1:
                yield Finding({"before": before, "after": after}, place=place)


def check_score_order(evidence: Evidence) -> Iterator[Finding]:
    """Is the table sorted by score? A table in another order altogether is one finding."""
    groups = {row.unit: row.group for table in evidence.notice.tables for row in table.rows}
    for _, table in evidence.ranked.groupby("table_no"):
        rows = pairwise(list_rows(table))
        # The order begins anew with each group of rows.
        pairs = [pair for pair in rows if len({groups.get(row.name_in_table) for row in pair}) == 1]
        wrong = [(upper, lower) for upper, lower in pairs if evidence.sign * (lower.score - upper.score) > 0]
        if len(wrong) > MOST_SWAPPED and len(wrong) > len(pairs) / 5:
            parts = _say_parts("score_order.other", {"n": len(wrong), "of": len(table)}, "found", "message")
            yield Finding(parts, place=wrong[0][1].source_place)
            continue
        for upper, lower in wrong:
            facts = {"unit": lower.unit_name, "score": lower.score, "above": upper.unit_name}
            parts = _say_parts("score_order.one", facts | {"above_score": upper.score}, "found", "message")
            yield Finding(parts, lower.unit_id, lower.source_place)


def _say_parts(check: str, facts: dict[str, Any], *parts: str) -> dict[str, Any]:
    """Return the parts of a finding of a check that words it in several ways."""
    return {part: Phrase(f"checks.{check}_{part}", facts) for part in parts or ("found", "expected", "message")}


def check_serial_rank(evidence: Evidence) -> Iterator[Finding]:
    """Is 序号 the rank? Units with equal scores share a rank."""
    numbered = evidence.ranked.dropna(subset=["serial"])
    differ = int((numbered["serial"] != numbered["rank"]).sum())
    if differ:
        yield Finding({"differ": differ, "n": len(numbered), "ranks": int(numbered["rank"].nunique())})


def check_rank_reversed(evidence: Evidence) -> Iterator[Finding]:
    """Does a unit with the better score always have the better printed rank?"""
    for table in _tables_with_ranks(evidence):
        for upper, lower in pairwise(list_rows(table)):
            if lower.score != upper.score and lower.rank_printed <= upper.rank_printed:
                more = "more" if upper.score > lower.score else "less"
                facts = {"unit": lower.unit_name, "score": lower.score, "rank": int(lower.rank_printed)}
                facts |= {"more_or_less": Phrase(f"checks.rank_reversed.{more}", {})}
                above = {"above": upper.unit_name, "above_score": upper.score, "above_rank": int(upper.rank_printed)}
                yield Finding(facts | above, lower.unit_id, lower.source_place)


def check_rank_ties(evidence: Evidence) -> Iterator[Finding]:
    """Do ties share the printed rank, and do the units after them rank after all of them? All must have a score."""
    unscored = evidence.scores[evidence.scores["rank_printed"].notna() & evidence.scores["score"].isna()]
    for table in _tables_with_ranks(evidence):
        if table["table_no"].isin(unscored["table_no"]).any():
            continue
        printed = table["rank_printed"].astype("int64")
        ours = competition_rank(table["score"], lower_first=evidence.lower_first)
        if differ := int((printed != ours).sum()):
            is_dense = (printed == table["score"].rank(method="dense", ascending=evidence.lower_first)).all()
            how = "dense" if is_dense else "other" if printed.duplicated().any() else "ordinal"
            last = {"printed": int(printed.max()), "rank": int(ours.max())}
            yield Finding({"differ": differ, "n": len(table), "how": Phrase(f"checks.rank_ties.{how}", last)})


def _tables_with_ranks(evidence: Evidence) -> Iterator[pd.DataFrame]:
    """Yield the tables that print ranks, best score first, but none whose ranks begin anew at each group of rows."""
    for _, table in evidence.ranked.dropna(subset=["rank_printed"]).groupby("table_no"):
        if table.loc[table["rank_printed"] == table["rank_printed"].min(), "score"].nunique() == 1:
            yield table.sort_values("score", ascending=evidence.lower_first, kind="stable")


def check_tier_reversed(evidence: Evidence) -> Iterator[Finding]:
    """Is a unit with the better score never in the lower tier?"""
    more_or_less = Phrase(f"checks.tier_reversed.{'more' if evidence.lower_first else 'less'}", {})
    for pairs in evidence.tier_pairs:
        for row in list_rows(pairs.reversed_low):
            above = pairs.higher[pairs.sign * pairs.higher["score"] < pairs.sign * row.score]["unit_name"]
            facts = {"unit": row.unit_name, "score": row.score, "tier": row.tier, "better_tier": pairs.tiers[0]}
            facts |= {"n": len(above), "units": list(above), "more_or_less": more_or_less}
            yield Finding(facts, row.unit_id, row.source_place)


def check_tier_equal(evidence: Evidence) -> Iterator[Finding]:
    """Do units with equal scores stand in one tier?"""
    for pairs in evidence.tier_pairs:
        for score in sorted(set(pairs.higher["score"]) & set(pairs.lower["score"]), reverse=True):
            high, low = (units.loc[units["score"] == score, "unit_name"] for units in (pairs.higher, pairs.lower))
            facts = {"score": score, "higher": list(high), "lower": list(low), "n": len(high) * len(low)}
            place = evidence.ranked.loc[evidence.ranked["score"] == score, "source_place"].iloc[0]
            yield Finding({**facts, "better_tier": pairs.tiers[0], "lower_tier": pairs.tiers[1]}, place=place)


def check_cut_rule(evidence: Evidence) -> Iterator[Finding]:
    """Would two cuts on the score give the printed tiers? The cuts are ours; the notice may state none."""
    fitted = fit_cuts(evidence.ranked, *evidence.cuts)
    units = apply_cuts(evidence.ranked, *fitted)
    if units is None:
        return
    for row in list_rows(units[units["tier_by_cut"] != units["tier"]]):
        facts = {"unit": row.unit_name, "score": row.score, "tier": row.tier, "by_cut": row.tier_by_cut}
        cuts = dict(zip(("top_cut", "low_cut"), fitted, strict=True))
        yield Finding({**facts, **cuts}, row.unit_id, row.source_place)
