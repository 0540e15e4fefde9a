"""What of two periods may be compared: points only under one recorded marking scheme, else standings and tiers."""

from dataclasses import dataclass

from audit_lib.analysis.lineage import Matching
from audit_lib.tables.evidence import HIGHEST, LOWEST
from audit_lib.tables.history import History
from audit_lib.wording.words import Phrase, say, say_date


@dataclass(frozen=True)
class Gate:
    """What of two periods may be compared (points, standings, tiers or nothing), and why not more.

    `reason` is a key of the words under [gates]; `methods` is what notices.csv says of each; `n_joined` counts the
    pairs of units that join.
    """

    before: str
    after: str
    measure: str
    reason: str
    methods: tuple[str | None, str | None]
    n_joined: int

    def word_periods(self) -> dict[str, Phrase | str]:
        """Word both periods, for a sentence or a chart that names them."""
        return {"before": say_date(self.before), "after": say_date(self.after)}


def judge_gate(history: History, matching: Matching) -> Gate:
    """Judge what may be compared. Points need the same recorded marking scheme, and scores on its scale."""
    periods = (matching.before, matching.after)
    methods = (history.record_of(periods[0], "method_note"), history.record_of(periods[1], "method_note"))
    rubrics = [history.record_of(period, "rubric_id") for period in periods]
    scores = [history.scores_of(period) for period in periods]

    def decide(measure: str, reason: str) -> Gate:
        return Gate(*periods, measure, reason, methods, len(matching.joined))

    if matching.before == matching.after:
        return decide("nothing", "one_period")
    if matching.joined.empty:
        return decide("nothing", "no_common_unit")
    if any(table["score"].notna().sum() == 0 for table in scores):
        has_tiers = all(table["tier"].notna().any() for table in scores)
        return decide("tiers", "no_scores") if has_tiers else decide("nothing", "nothing_in_common")
    if None in rubrics:
        return decide("standings", "scheme_unknown")
    if rubrics[0] != rubrics[1]:
        return decide("standings", "scheme_differs")
    if any(not table["score"].dropna().between(LOWEST, HIGHEST).all() for table in scores):
        return decide("standings", "off_scale")
    return decide("points", "same_scheme")


def describe_gate(gate: Gate) -> Phrase | None:
    """Say what of the last two periods may be compared, and why not more. Empty where there is one period only."""
    if gate.reason == "one_period":
        return None
    periods = gate.word_periods()
    sentence = say(f"gates.{gate.reason}", **periods)
    if gate.reason in ("scheme_differs", "scheme_unknown", "no_scores") and all(gate.methods):
        facts = {"method_before": gate.methods[0], "method_after": gate.methods[1]}
        sentence = say("gates.with_methods", sentence=sentence, **periods, **facts)
    return say(f"gates.compare_{gate.measure}", sentence=sentence, n=gate.n_joined)


def describe_step(gate: Gate) -> Phrase:
    """Say that the marking scheme changed between two periods, with what is recorded of each."""
    periods = gate.word_periods()
    if gate.reason != "scheme_differs":
        return say("trends.no_scheme", **periods)
    if not all(gate.methods):
        return say("trends.break_plain", **periods)
    facts = {"method_before": gate.methods[0], "method_after": gate.methods[1]}
    return say("trends.break", **periods, **facts)
