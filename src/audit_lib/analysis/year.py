"""The year on one page: the headline numbers of the other notebooks, each with the notebook that owns it."""

import pandas as pd

from audit_lib.analysis.cuts import compare_rule
from audit_lib.analysis.distribution import count_shared, order_in_ties, summarise_scores
from audit_lib.analysis.groups import choose_main, compare_groups
from audit_lib.analysis.narrative import find_unexplained
from audit_lib.analysis.update_rules import list_rules
from audit_lib.tables.tiers import list_tiers, scale_tiers
from audit_lib.wording.words import Phrase, say


def summarise_year(
    scores: pd.DataFrame,
    mentions: pd.DataFrame,
    rules: pd.DataFrame,
    inspected: pd.DataFrame,
    *,
    top_cut: float,
    low_cut: float,
    min_n: int,
) -> pd.DataFrame:
    """Give the headline numbers, one row each, with the notebook that owns it; NA where there is none.

    `rules` are the update rules of the notice, `inspected` the columns that it names, held against them.
    """
    spread, ties = summarise_scores(scores), count_shared(scores)
    rule = compare_rule(scores, top_cut, low_cut) if scores["tier"].notna().any() else None
    sides = choose_main(compare_groups(scores, "side", min_n))
    order = order_in_ties(scores)
    named = mentions.dropna(subset=["sentiment"]).drop_duplicates(["unit_id", "sentiment"])["sentiment"].value_counts()
    rows = [
        ("units_named", scores["unit_id"].nunique(), "01_source"),
        ("units_scored", int(scores["score"].notna().sum()), "01_source"),
        ("not_reconciled", _count_apart(scores), "01_source"),
        ("mean", spread.get("mean"), "02_distribution"),
        ("median", spread.get("median"), "02_distribution"),
        ("units_tied", ties.n_tied, "02_distribution"),
        ("mixed_ties", len(order), "02_distribution"),
        ("tiers_by_rule", rule and f"{rule.n_agree} / {rule.n_rated}", "03_tiers"),
        ("tier_exceptions", rule and len(rule.exceptions), "03_tiers"),
        ("side_gap", sides.mean.value, "04_groups"),
        ("side_delta", sides.pairs.delta, "04_groups"),
        ("criticised", int(named.get("criticised", 0)), "06_narrative"),
        ("praised", int(named.get("praised", 0)), "06_narrative"),
        ("lowest_silent", _count_silent(scores, mentions), "06_narrative"),
        ("rules_with_period", int(list_rules(rules)["every"].notna().sum()) if len(rules) else None, "07_update_rules"),
        ("columns_overdue", _count_overdue(inspected), "07_update_rules"),
    ]
    return pd.DataFrame(rows, columns=["figure", "value", "notebook"], dtype="object")  # a count stays a whole number


def _count_apart(scores: pd.DataFrame) -> int | None:
    """Count the units that only the table or only a list names; None where the notice prints but one of the two."""
    has_both = scores["score"].notna().any() and scores["tier"].notna().any()
    return int(scores["match"].isin(["table_only", "list_only"]).sum()) if has_both else None


def _count_silent(scores: pd.DataFrame, mentions: pd.DataFrame) -> int | None:
    return len(find_unexplained(scores, mentions)) if len(scale_tiers(scores)) > 1 and len(mentions) else None


def _count_overdue(inspected: pd.DataFrame) -> str | None:
    return f"{(inspected['status'] == 'overdue').sum()} / {len(inspected)}" if len(inspected) else None


def describe_year(scores: pd.DataFrame) -> Phrase:
    """Say what happened, in one sentence."""
    spread = summarise_scores(scores)
    key = "year.unscored" if spread.empty else "year.scored"
    sentence = say(key, **{"n_units": scores["unit_id"].nunique(), **spread})
    if tiers := list_tiers(scores):
        counts = scores["tier"].value_counts()
        listed = [say("tiers.tier_count", tier=tier, n=int(counts[tier])) for tier in tiers]
        sentence = say("year.tiers", sentence=sentence, tiers=listed)
    else:
        sentence = say("year.no_tiers", sentence=sentence)
    if apart := _count_apart(scores):
        return say("year.apart_one" if apart == 1 else "year.apart_many", sentence=sentence, n=apart)
    return say("year.stop", sentence=sentence)
