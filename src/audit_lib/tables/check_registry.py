"""The register of checks: which there are, how grave their findings, what was found in one notice."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from audit_lib.tables import checks, score_checks
from audit_lib.tables.evidence import Evidence, Finding
from audit_lib.tables.measures import USUAL_SCALE
from audit_lib.tables.scan_doubts import find_scan_lines
from audit_lib.tables.schemas import SCHEMAS, SEVERITIES
from audit_lib.tables.storage import validate_table
from audit_lib.wording.words import Name, Phrase, Tier, Unit, Words, join, say

FACTS: Mapping[str, type[Unit | Tier]] = {  # of findings: which name units, which tiers
    **dict.fromkeys(("unit", "units", "above", "higher", "lower"), Unit),
    **dict.fromkeys(("tier", "better_tier", "lower_tier", "by_cut"), Tier),
}
PARTS = ("found", "expected", "message")  # of a finding, each worded by its own template


@dataclass(frozen=True)
class Check:
    """One check; `applies` checks whether the notice prints what it compares."""

    severity: str
    find: Callable[[Evidence], Iterator[Finding]]
    applies: Callable[[Evidence], bool] = lambda _: True

    @property
    def name(self) -> str:
        return self.find.__name__.removeprefix("check_")

    def __reduce__(self) -> tuple[Callable[[str], "Check"], tuple[str]]:
        """Pickle a check as its name."""
        return find_check, (self.name,)


@dataclass(frozen=True)
class Outcome:
    check: Check
    applies: bool
    findings: tuple[Finding, ...] = field(default=())


def _has_table(evidence: Evidence) -> bool:
    return bool(evidence.notice.tables)


def _has_lists(evidence: Evidence) -> bool:
    return bool(evidence.notice.own_tiers)


def _has_both(evidence: Evidence) -> bool:
    return evidence.notice.has_both


def _states_counts(evidence: Evidence) -> bool:
    notice = evidence.notice
    return any(tier.stated is not None for tier in notice.tiers) or any(
        problem.check == "tier_count" for problem in notice.problems
    )


def _prints_serials(evidence: Evidence) -> bool:
    return bool(evidence.scores["serial"].notna().any())


def _prints_ranks(evidence: Evidence) -> bool:
    return bool(evidence.ranked["rank_printed"].notna().any())


def _has_corrections(evidence: Evidence) -> bool:
    return any(not each.place for each in evidence.corrections)


def _rates_scores(evidence: Evidence) -> bool:
    return bool(evidence.ranked["tier"].notna().any())


def _takes_cuts(evidence: Evidence) -> bool:
    """Check whether cuts at 90 and 80 can mean anything: on the usual scale, higher scores being better."""
    return _rates_scores(evidence) and evidence.measure.bounds == USUAL_SCALE and not evidence.lower_first


CHECKS = (
    Check("error", checks.check_raw_file, lambda evidence: evidence.recorded_sha256 is not None),
    Check("warning", checks.check_raw_record),
    Check("error", checks.check_unread_cells),
    Check("warning", checks.check_balance),
    Check("warning", checks.check_sum_row, _has_table),
    Check("note", checks.check_left_aside),
    Check("note", checks.check_pictures, lambda evidence: bool(find_scan_lines(evidence.notice.document))),
    Check("note", checks.check_corrected, _has_corrections),
    Check("warning", checks.check_correction_unused, _has_corrections),
    Check("error", score_checks.check_scale, _has_table),
    Check("warning", score_checks.check_direction, _has_table),
    Check("error", checks.check_tier_count, _states_counts),
    Check("error", checks.check_units_stated, lambda evidence: evidence.notice.header.units_stated is not None),
    Check("error", checks.check_in_no_list, _has_both),
    Check("error", checks.check_in_no_table, _has_both),
    Check("warning", checks.check_equal_counts, _has_both),
    Check("error", checks.check_twice_in_table, _has_table),
    Check("error", checks.check_twice_in_lists, _has_lists),
    Check("error", score_checks.check_serial_gap, _prints_serials),
    Check("warning", score_checks.check_score_order, _has_table),
    Check("note", score_checks.check_serial_rank, _prints_serials),
    Check("error", score_checks.check_rank_reversed, _prints_ranks),
    Check("note", score_checks.check_rank_ties, _prints_ranks),
    Check("warning", score_checks.check_tier_reversed, _rates_scores),
    Check("warning", score_checks.check_tier_equal, _rates_scores),
    Check("warning", score_checks.check_cut_rule, _takes_cuts),
    Check("note", checks.check_name_prefix, _has_both),
    Check("warning", checks.check_name_alias, _has_both),
    Check("note", checks.check_name_level, _has_table),
    Check("note", checks.check_kind_by_suffix),
    Check("note", checks.check_numbering),
    Check("warning", checks.check_period, lambda evidence: evidence.notice.header.period is not None),
    Check("warning", checks.check_dates),
    Check("note", checks.check_header_padding, _has_table),
)


def find_check(name: str) -> Check:
    return next(check for check in CHECKS if check.name == name)


def run_checks(evidence: Evidence) -> tuple[Outcome, ...]:
    """Run every check that applies, in the order in which this module lists them."""
    return tuple(
        Outcome(check, True, tuple(check.find(evidence))) if check.applies(evidence) else Outcome(check, False)
        for check in CHECKS
    )


def tabulate_problems(outcomes: tuple[Outcome, ...], notice_id: str, words: Words) -> pd.DataFrame:
    """Return the problems table: one row per finding."""
    rows = [
        {
            "notice_id": notice_id,
            "check": outcome.check.name,
            "severity": outcome.check.severity,
            "unit_id": finding.unit_id,
            "line": finding.line,
            "place": finding.place,
            **{part: words(f"checks.{outcome.check.name}.{part}", **finding.facts) for part in PARTS},
        }
        for outcome in outcomes
        for finding in outcome.findings
    ]
    return validate_table(pd.DataFrame(rows, columns=list(SCHEMAS["problems"].columns)), "problems", notice_id)


def tabulate_register(outcomes: tuple[Outcome, ...]) -> pd.DataFrame:
    """Return a row per check that found something: what it asks, what was found, what we do; the gravest first."""
    found = [_register_row(outcome) for outcome in sorted(outcomes, key=_weigh) if outcome.findings]
    return pd.DataFrame(found, columns=["question", "severity", "found", "line", "treatment"])


def describe_register(outcomes: tuple[Outcome, ...]) -> Phrase:
    """Return how many checks find something, and what by kind; of a single one, what it is."""
    applied = [outcome for outcome in outcomes if outcome.applies]
    found = sorted((outcome for outcome in applied if outcome.findings), key=_weigh)
    if not found:
        return say("findings.register_clean", n=len(applied))
    weights = count_findings(outcomes)
    counts = [say(f"findings.{each}", n=weights[each]) for each in SEVERITIES if weights[each]]
    if len(found) == 1 and len(found[0].findings) == 1:
        message = say(f"checks.{found[0].check.name}.message", **name_facts(found[0].findings[0].facts))
        return say("findings.register_one", of=len(applied), message=message)
    return say("findings.register", n=len(found), of=len(applied), total=weights.total(), counts=counts)


def count_findings(outcomes: tuple[Outcome, ...]) -> Counter[str]:
    """Count what the checks found, by weight."""
    return Counter({each: sum(len(o.findings) for o in outcomes if o.check.severity == each) for each in SEVERITIES})


def name_facts(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Mark the units and tiers among the facts of a finding, so that each language names them in its way."""
    return {key: _mark(value, FACTS[key]) if key in FACTS else value for key, value in facts.items()}


def _mark(value: Any, kind: type[Unit | Tier]) -> Any:
    return [kind(each) for each in value] if isinstance(value, list) else kind(value)


def _weigh(outcome: Outcome) -> int:
    return SEVERITIES.index(outcome.check.severity)


def _register_row(outcome: Outcome) -> dict[str, object]:
    name, findings = f"checks.{outcome.check.name}", outcome.findings
    # One finding is worded in full; of several, what was found is enough, and the problems table has the sentences.
    part = "message" if len(findings) == 1 else "found"
    found = join((say(f"{name}.{part}", **name_facts(finding.facts)) for finding in findings), "clauses")
    return {
        "question": say(f"{name}.question"),
        "severity": Name(outcome.check.severity),
        "found": found,
        "line": next((finding.line for finding in findings if finding.line), pd.NA),
        "treatment": say(f"{name}.treatment"),
    }
