"""Units followed through three periods and more: where they stand among each other, and where no line may cross."""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from audit_lib.analysis.comparability import Gate, describe_step
from audit_lib.analysis.paired import consistency
from audit_lib.analysis.statistics import Estimate
from audit_lib.analysis.trends import compare_steps, stand_units
from audit_lib.tables.history import History
from audit_lib.wording.words import Name, Phrase, Text, join, say


@dataclass(frozen=True)
class Paths:
    """The units that can be followed through all periods, as far as joins reach.

    `steps`: a row for each joined pair of neighbouring periods, with its periods and unit ids, is_same, the standings
    among the followed units, and `unit_id_last`, the unit of the last period whose series the pair ends in (missing
    where that series breaks later). `breaks`: the gates of the steps at which points must not be compared.
    """

    periods: tuple[str, ...]
    steps: pd.DataFrame
    breaks: tuple[Gate, ...]

    @property
    def standings(self) -> pd.DataFrame:
        """A row per unit of the last period, a column per period; missing before a unit became what it is."""
        found: dict[str, dict[str, float]] = {}
        row: Any
        for row in self.steps.dropna(subset=["unit_id_last"]).itertuples():
            standings = found.setdefault(row.unit_id_last, {})
            standings[row.after] = row.standing_after
            if row.is_same:
                standings[row.before] = row.standing_before
        return pd.DataFrame.from_dict(found, orient="index", columns=None, dtype="float64").reindex(
            columns=list(self.periods)
        )


def trace_paths(history: History) -> Paths:
    """Follow units through all periods by the joins of neighbouring ones, and stand them among each other."""
    changes = compare_steps(history)
    columns = ["unit_id_before", "unit_id_after", "unit_name", "is_same"]
    steps = [change.units.dropna(subset=["score_before", "score_after"])[columns] for change in changes]
    for at in range(1, len(steps)):  # what can be reached from the first period …
        steps[at] = steps[at][steps[at]["unit_id_before"].isin(steps[at - 1]["unit_id_after"])]
    for at in range(len(steps) - 2, -1, -1):  # … and leads to the last
        steps[at] = steps[at][steps[at]["unit_id_after"].isin(steps[at + 1]["unit_id_before"])]
    stood = [
        step.assign(before=change.gate.before, after=change.gate.after, **_stand_step(history, step, change.gate))
        for step, change in zip(steps, changes, strict=True)
    ]
    whole = pd.DataFrame(columns=[*columns, "before", "after", "standing_before", "standing_after"])
    whole = pd.concat(stood, ignore_index=True) if stood else whole
    breaks = tuple(change.gate for change in changes if change.gate.measure != "points")
    return Paths(history.periods, whole.assign(unit_id_last=_find_last(whole, history.periods[-1])), breaks)


def _stand_step(history: History, step: pd.DataFrame, gate: Gate) -> dict[str, pd.Series]:
    standings = {}
    for end, period in (("before", gate.before), ("after", gate.after)):
        scores = history.scores_of(period).set_index("unit_id")
        ids = step[f"unit_id_{end}"]
        standings[f"standing_{end}"] = ids.map(stand_units(scores[scores.index.isin(ids)]))
    return standings


def _find_last(steps: pd.DataFrame, last: str) -> list[str | None]:
    """Find for each step the unit of the last period that it leads to without a break; None where there is none."""
    leads: dict[tuple[str, str], str] = {}
    found: list[str | None] = []
    row: Any
    for row in reversed(list(steps.itertuples())):
        end = row.unit_id_after if row.after == last else leads.get((row.after, row.unit_id_after))
        found.append(end)
        if row.is_same and end is not None:
            leads[row.before, row.unit_id_before] = end
    return found[::-1]


def tabulate_paths(history: History, paths: Paths) -> pd.DataFrame:
    """Give the standing of every followed unit in each period, the best of the last first."""
    standings = paths.standings
    if standings.empty or len(paths.periods) < 3:
        return pd.DataFrame(columns=["unit_name"])
    names = history.scores_of(paths.periods[-1]).set_index("unit_id")["unit_name"]
    table = standings.reindex(columns=list(paths.periods)).sort_values(paths.periods[-1], ascending=False)
    table.insert(0, "unit_name", table.index.map(names))
    return table.reset_index(drop=True)


def measure_consistency(paths: Paths) -> Estimate:
    """Measure the share of variation between units over all periods (ICC(C,1)), on the standings of followed units."""
    return consistency(paths.standings)


def describe_consistency(paths: Paths, min_n: int) -> Phrase | None:
    """Say how much of the variation lies between units rather than within them. Empty for fewer than three periods."""
    share = measure_consistency(paths)
    if len(paths.periods) < 3 or share.value is None or len(paths.standings) < min_n:
        return None
    return say("trends.consistency", share=100 * share.value, n=len(paths.standings), periods=len(paths.periods))


def describe_breaks(paths: Paths, history: History) -> Text | None:
    """Say how many units can be followed through all periods, of which kinds, and where no line may cross.

    Empty for fewer than three periods.
    """
    if len(paths.periods) < 3:
        return None
    kinds = history.scores_of(paths.periods[-1]).set_index("unit_id")["kind"]
    followed = kinds.reindex(paths.standings.index).value_counts()
    named = [
        say("trends.kind", n=int(n), kind=Name(f"{kind}_one" if n == 1 else f"{kind}_many", "kind"))
        for kind, n in followed.items()
    ]
    sentence = say("trends.followed", n=int(followed.sum()), kinds=named, periods=len(paths.periods))
    told = [say("trends.became_new", n=n_new)] if (n_new := int(paths.standings.isna().any(axis=1).sum())) else []
    told += [describe_step(gate) for gate in paths.breaks]
    return join([sentence, *told], "sentences")
