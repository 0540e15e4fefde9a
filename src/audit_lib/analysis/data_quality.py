"""How far the numbers of a report can be trusted: units expected, found and left out, tiers, checks."""

from collections.abc import Iterator

import pandas as pd

from audit_lib.analysis.cuts import compare_rule
from audit_lib.tables.check_registry import Outcome, count_findings
from audit_lib.tables.schemas import SEVERITIES
from audit_lib.wording.words import Phrase, Text, Unit, join, say

MOST_NAMES = 6  # units left out are named while they are few


def summarise_quality(
    scores: pd.DataFrame,
    units_stated: int | None,
    outcomes: tuple[Outcome, ...],
    cuts: tuple[float, float],
) -> Iterator[tuple[Phrase, Text]]:
    """Yield what a reader should know of the quality of a notice: a label, and what was found, in words.

    Units stated and found; units left out for want of a score or a tier, by name while they are few; tiers that the
    cuts (upper, lower) give; findings of the checks by severity. Without any score or tier no unit counts as left out.
    """
    stated = say("quality.not_stated") if units_stated is None else say("quality.stated", n=units_stated)
    yield say("quality.units"), say("quality.found", n=scores["unit_id"].nunique(), stated=stated)
    has_score, has_tier = scores["score"].notna(), scores["tier"].notna()
    if has_score.any() != has_tier.any():
        yield say("quality.published"), say("quality.scores_alone" if has_score.any() else "quality.tiers_alone")
    elif has_score.any():
        unscored, untiered = (list(scores.loc[~has, "unit_name"]) for has in (has_score, has_tier))
        left_out = [_name_units("no_score", unscored), _name_units("no_tier", untiered)]
        if named := join(filter(None, left_out), "clauses"):
            yield say("quality.left_out"), named
        if rule := compare_rule(scores, *cuts):
            facts = {"n": rule.n_agree, "of": rule.n_rated, "top_cut": rule.top_cut, "low_cut": rule.low_cut}
            yield say("quality.tiers"), say("quality.agree", **facts)
    yield say("quality.checks"), _count_findings(outcomes)


def _name_units(key: str, units: list[str]) -> Phrase | None:
    """Name units that share a reason; nothing for none."""
    if not units:
        return None
    return say(
        f"quality.{key}" if len(units) <= MOST_NAMES else f"quality.{key}_many",
        units=[Unit(unit) for unit in units],
        n=len(units),
    )


def _count_findings(outcomes: tuple[Outcome, ...]) -> Phrase:
    applied = [outcome for outcome in outcomes if outcome.applies]
    counts = count_findings(outcomes)
    found = [say(f"findings.{severity}", n=counts[severity]) for severity in SEVERITIES if counts[severity]]
    return say("quality.of_checks", n=len(applied), found=join(found, "values.joiner") or say("quality.nothing"))
