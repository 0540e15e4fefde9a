"""What changed between periods, once units are the same units and what is compared may be compared.

The gate decides first: points only where the registry records one marking scheme for both periods, else standings (the
percentile of a unit among the units that both periods list, within its table) and tiers. A new unit has no change.
"""

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
import pandas as pd

from audit_lib.analysis.comparability import Gate, judge_gate
from audit_lib.analysis.lineage import SAME, Matching, count_exact, match_nothing, match_periods
from audit_lib.analysis.paired import expected_return, kendall_tau, signed_rank_p, stand_percent, typical_change
from audit_lib.tables.history import History
from audit_lib.tables.tiers import scale_tiers
from audit_lib.wording.words import Name, Phrase, Text, join, say, say_nothing_found

NOT_LISTED = "not_listed"
FIFTH = 20.0  # percent of a ranking at either end that is looked at by itself


@dataclass(frozen=True)
class Change:
    """Two periods held against each other.

    `units`: one row per joined pair, with `is_same` (one and the same unit), its score, standing, tier and tier_order
    before and after, and what the gate lets compare as `before`, `after` and `change`: the change of a new unit is
    missing. `lone`: the units without a counterpart, with their tiers. `n_exact` is what a join by printed names alone
    would keep, `sizes` the units of both periods, `best_tier` how many of them were in the best tier.
    """

    gate: Gate
    matching: Matching
    units: pd.DataFrame
    lone: pd.DataFrame
    n_exact: int
    sizes: tuple[int, int]
    best_tier: dict[str, object]

    @property
    def measured(self) -> pd.DataFrame:
        """The units that are the same and have a value in both periods."""
        return self.units[self.units["is_same"]].dropna(subset=["before", "after"])

    @property
    def rated(self) -> pd.DataFrame:
        """The joined units that are in a tier of known order in both periods."""
        return self.units.dropna(subset=["tier_order_before", "tier_order_after"])


@lru_cache(maxsize=1000)
def compare_periods(history: History, before: str, after: str) -> Change:
    """Compare two periods unit by unit."""
    return _compare(history, match_periods(history, before, after))


def _compare(history: History, matching: Matching) -> Change:
    gate = judge_gate(history, matching)
    units = matching.units.drop(columns="event").assign(is_same=matching.units["join"].isin(SAME))
    sizes = []
    for period, end in ((matching.before, "before"), (matching.after, "after")):
        scores = history.scores_of(period).set_index("unit_id")
        sizes.append(len(scores))
        values = _value_units(scores, matching.joined[f"unit_id_{end}"]).add_suffix(f"_{end}")
        units = units.merge(values, left_on=f"unit_id_{end}", right_index=True, how="left", validate="many_to_one")
    compared = {"points": "score", "standings": "standing"}.get(gate.measure)
    for end in ("before", "after"):
        units[end] = units[f"{compared}_{end}"] if compared else np.nan
    change = (units["after"] - units["before"]).where(units["is_same"])
    units = units.assign(unit_name=_name_pairs(units["unit_before"], units["unit_after"]), change=change)
    is_joined = units["join"].notna()
    joined, lone = (units[rows].reset_index(drop=True) for rows in (is_joined, ~is_joined))
    n_exact = count_exact(history, matching.before, matching.after)
    return Change(gate, matching, joined, lone, n_exact, (sizes[0], sizes[1]), _size_best(history, gate))


def _size_best(history: History, gate: Gate) -> dict[str, object]:
    """Count the best tier of two periods, of all units in a tier; none is where the order of one is not known."""
    before, after = (history.scores_of(period).dropna(subset=["tier"]) for period in (gate.before, gate.after))
    best = next(iter(scale_tiers(pd.concat([before, after]))), None)
    facts: dict[str, object] = {"tier": best}
    for end, units in (("before", before), ("after", after)):
        facts |= {f"n_{end}": int((units["tier"] == best).sum()), f"of_{end}": len(units)}
    return facts


def _value_units(scores: pd.DataFrame, among: pd.Series) -> pd.DataFrame:
    """Give score, tier and side of each unit, and the standing of those among which it is asked."""
    standing = stand_units(scores[scores.index.isin(among)])
    return scores[["score", "tier", "tier_order", "side"]].assign(standing=standing)


def stand_units(scores: pd.DataFrame) -> pd.Series:
    """Stand units from 0 to 100 among the units of their own table."""
    return scores.groupby("table_no")["score"].transform(stand_percent)


def _name_pairs(before: pd.Series, after: pd.Series) -> list[str]:
    """Name a joined pair by both names where they differ; a unit without a counterpart by its own."""
    pairs = zip(before.fillna(after), after.fillna(before), strict=True)
    return [old if old == new else f"{old} → {new}" for old, new in pairs]


def compare_last(history: History) -> Change:
    """Compare the last two periods. With one period only, nothing joins and the gate says so."""
    if len(history.periods) == 1:
        return _compare(history, match_nothing(history.periods[0]))
    return compare_periods(history, *history.periods[-2:])


def compare_steps(history: History) -> list[Change]:
    """Compare each period with the one before it, in the order of time."""
    return [compare_periods(history, before, after) for before, after in pairwise(history.periods)]


def tabulate_steps(history: History, min_n: int) -> pd.DataFrame:
    """Give a row per step from period to period: units, how they join, what may be compared, and how alike they are."""
    rows = []
    for change in compare_steps(history):
        measures = measure_changes(change, min_n)
        rows.append(
            {
                "step": f"{change.gate.before} → {change.gate.after}",
                "n_before": change.sizes[0],
                "n_after": change.sizes[1],
                "n_exact": change.n_exact,
                "n_joined": len(change.matching.joined),
                "n_same": len(change.matching.same),
                "compared": change.gate.measure,
                "tau_b": measures.get("tau_b_same"),
                "typical_change": measures.get("typical_change"),
                "p": _find_p(change, min_n),
            }
        )
    table = pd.DataFrame(rows, columns=list(rows[0]) if rows else ["step"])
    return table.astype(dict.fromkeys(["tau_b", "typical_change", "p"], "float64")) if rows else table


def _find_p(change: Change, min_n: int) -> float | None:
    """Find how often random signs of the changes would shift the units as far; None unless points may be compared."""
    same = change.measured
    points = change.gate.measure == "points" and len(same) >= min_n
    return signed_rank_p(same["before"], same["after"]).value if points else None


def measure_changes(change: Change, min_n: int) -> pd.Series:
    """Measure the units that stayed the same, as a whole. Everything but counts is missing below `min_n` units.

    Orders are compared by standings, so that a table is held against itself. A typical change exists in points only:
    standings among the same units cannot rise on the whole. `tau_b_joined` counts new units as what they came from.
    Empty where there is nothing to measure.
    """
    if change.gate.measure not in ("points", "standings"):
        return pd.Series(dtype="object")
    same, joined = change.measured, change.units.dropna(subset=["before", "after"])
    enough = len(same) >= min_n
    points = enough and change.gate.measure == "points"
    return pd.Series(
        {
            "units_same": len(same),
            "tau_b_same": kendall_tau(same["standing_before"], same["standing_after"]).value if enough else None,
            "units_joined": len(joined),
            "tau_b_joined": kendall_tau(joined["standing_before"], joined["standing_after"]).value if enough else None,
            "typical_change": typical_change(same["before"], same["after"]).value if points else None,
            "risen": int((same["change"] > 0).sum()),
            "fallen": int((same["change"] < 0).sum()),
            "unchanged": int((same["change"] == 0).sum()),
        },
        dtype="object",
    )


def tabulate_changes(change: Change) -> pd.DataFrame:
    """List the joined units with scores and standings of both periods, the largest rise first, new units last."""
    if change.units[["score_before", "score_after"]].dropna().empty:
        return change.units.iloc[:0][["unit_name"]]
    columns = ["unit_name", "join", "score_before", "score_after", "standing_before", "standing_after", "change"]
    return change.units.sort_values("change", ascending=False, kind="stable")[columns].reset_index(drop=True)


def tabulate_transitions(change: Change) -> pd.DataFrame:
    """List who went from which tier to which, best first; `not listed` stands for no entry in that period."""
    old = change.units.dropna(subset=["tier_before"])
    if old.empty or change.units["tier_after"].notna().sum() == 0:
        return pd.DataFrame(columns=["tier_before", "tier_after", "n", "units"])
    rated = change.units.dropna(subset=["tier_before", "tier_after"])
    columns = ["tier_order_before", "tier_order_after", "tier_before", "tier_after"]
    named = rated.groupby(columns, dropna=False).agg(n=("unit_name", "size"), units=("unit_name", list))
    return named.reset_index()[["tier_before", "tier_after", "n", "units"]]


def cross_tiers(change: Change) -> pd.DataFrame:
    """Count the units by tier before (rows) and after (columns), best first; one side may be `not_listed`, not both."""
    pairs = change.units[["tier_before", "tier_after", "tier_order_before", "tier_order_after"]]
    pairs = pd.concat([pairs, change.lone[list(pairs)]]).dropna(subset=["tier_before", "tier_after"], how="all")
    orders = []
    for end in ("before", "after"):
        ordered = pairs.dropna(subset=[f"tier_{end}"]).sort_values(f"tier_order_{end}", kind="stable")
        orders.append([*ordered[f"tier_{end}"].unique(), NOT_LISTED])
    filled = pairs[["tier_before", "tier_after"]].astype("object").fillna(NOT_LISTED)
    counts = pd.crosstab(filled["tier_before"], filled["tier_after"])
    return counts.reindex(index=orders[0], columns=orders[1], fill_value=0)


def list_tier_movers(change: Change) -> pd.DataFrame:
    """List the units that only one of the two periods lists, by tier: none is dropped from the account."""
    rows = []
    for end, side in (("left", "before"), ("entered", "after")):
        units = change.lone.dropna(subset=[f"tier_{side}"])
        for (_, tier), same in units.groupby([f"tier_order_{side}", f"tier_{side}"], dropna=False):
            rows.append({"move": end, "tier": tier, "n": len(same), "units": list(same["unit_name"])})
    return pd.DataFrame(rows, columns=["move", "tier", "n", "units"])


def find_ends(change: Change) -> dict[str, pd.Series]:
    """Mark the units of the top and bottom fifth of the earlier period, by standing: ties are in or out together."""
    standing = change.measured["standing_before"]
    return {"top": standing >= 100 - FIFTH, "bottom": standing <= FIFTH}


def tabulate_persistence(change: Change) -> pd.DataFrame:
    """Say who stayed at the top and at the bottom: a row for each end, with the number expected if order were drawn."""
    rows, units = [], change.measured
    for end, was in find_ends(change).items():
        later = units["standing_after"]
        still = (later >= 100 - FIFTH) if end == "top" else (later <= FIFTH)
        if was.any():
            rows.append(
                {
                    "end": end,
                    "n": int(was.sum()),
                    "n_stayed": int((was & still).sum()),
                    "expected": int(was.sum()) * int(still.sum()) / len(units),
                    "stayed": list(units.loc[was & still, "unit_name"]),
                    "moved_off": list(units.loc[was & ~still, "unit_name"]),
                    "moved_in": list(units.loc[still & ~was, "unit_name"]),
                }
            )
    return pd.DataFrame(rows, columns=["end", "n", "n_stayed", "expected", "stayed", "moved_off", "moved_in"])


def tabulate_return(change: Change, min_n: int) -> pd.DataFrame:
    """Put the change of the top and bottom fifth beside what regression to the mean alone would give them.

    In standings, so that a rise or fall of all units does not count.
    """
    units, rows = change.measured, []
    before, after = units["standing_before"], units["standing_after"]
    for end, was in find_ends(change).items():
        expected = expected_return(before, after, was)
        if len(units) >= min_n and expected.status == "ok":
            observed = (after - before)[was].mean()
            rows.append({"end": end, "n": int(was.sum()), "expected_change": expected.value, "change": observed})
    return pd.DataFrame(rows, columns=["end", "n", "expected_change", "change"])


def describe_matching(change: Change) -> Phrase:
    """Say how the units of the last two periods join, and how many a join by name alone would keep."""
    matching = change.matching
    through = len(matching.joined) - matching.count("exact", "alias")
    facts = {"n_before": change.sizes[0], "n_after": change.sizes[1], "n_joined": len(matching.joined)}
    counts = {"exact": matching.count("exact"), "alias": matching.count("alias"), "events": through}
    how = [say(f"trends.by_{rule}", n=n) for rule, n in counts.items() if n]
    sentence = say("trends.joined", **change.gate.word_periods(), **facts)
    return say("trends.how", sentence=sentence, how=how) if how else say("trends.stop", sentence=sentence)


def describe_trends(change: Change, history: History, min_n: int) -> Text | None:
    """Say in one sentence what may be compared, how many units join, and what changed."""
    gate = change.gate
    if gate.reason == "one_period":
        return say_nothing_found("trends.one_period")
    verdict = say(f"gates.short_{gate.reason}", **gate.word_periods())
    sentence = say("trends.verdict", verdict=verdict, joined=describe_matching(change))
    found = _describe_change(change, min_n)
    few = say(f"trends.periods_{len(history.periods)}") if len(history.periods) < 4 else None
    return join([sentence, found, few], "sentences")


def _describe_change(change: Change, min_n: int) -> Text | None:
    sentences = []
    measures, n = measure_changes(change, min_n), len(change.measured)
    if change.gate.measure in ("points", "standings"):
        if n < min_n:
            sentences.append(say("trends.too_few", n=n))
        elif measures["tau_b_same"] is None:
            sentences.append(say("trends.all_tied", n=n))
        else:
            key = "points" if change.gate.measure == "points" else "standings"
            facts = {"tau": measures.get("tau_b_same"), "typical": measures["typical_change"]}
            sentences.append(say(f"trends.{key}", n=n, risen=measures["risen"], fallen=measures["fallen"], **facts))
    rated = change.rated
    if len(rated):
        moved = rated["tier_order_before"] != rated["tier_order_after"]
        up = int((rated["tier_order_after"] < rated["tier_order_before"]).sum())
        sentences.append(say("trends.tiers", n=len(rated), moved=int(moved.sum()), up=up, down=int(moved.sum()) - up))
        if change.best_tier["tier"] is not None:
            sentences.append(_describe_sizes(change))
    return join(sentences, "sentences")


def _describe_sizes(change: Change) -> Phrase:
    """Say how large the best tier was in each period, of all units in a tier: a larger one is easier to be in."""
    return say("trends.sizes", **change.gate.word_periods(), **change.best_tier)


def describe_return(table: pd.DataFrame) -> Phrase | None:
    """Say whether the ends moved by more than regression to the mean alone would. Empty where this was not asked."""
    if table.empty:
        return None
    parts = [
        say("trends.return_part", end=Name(row.end), n=row.n, observed=row.change, expected=row.expected_change)
        for row in table.itertuples()
    ]
    return say("trends.return", parts=parts)
