"""Which unit of one period is which of another: the same id, then an event that lineage.csv records, else unexplained.

Names that look alike are only suggested, never joined. A unit made by a merger or a split is a new unit: it is joined
to those it came from, and its series breaks there. Only a new name leaves the unit what it was.
"""

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

import pandas as pd
from rapidfuzz import fuzz, process

from audit_lib.documents.model import squeeze
from audit_lib.periods import span_of
from audit_lib.tables.history import History
from audit_lib.wording.words import Phrase, say, say_date

DECISIVE = ("national_rule", "provincial_rule", "place_confirmed", "rule_applied")  # scopes that change results
SAME = ("exact", "alias", "renamed")  # joins after which a unit is still the same one
ALIKE = 60.0  # of 100: names above it are suggested (Levenshtein ratio; 环境保护部 and 生态环境部 have 60)
COLUMNS = ["unit_id_before", "unit_id_after", "unit_before", "unit_after", "join", "event"]


@dataclass(frozen=True)
class Matching:
    """The units of two periods, joined.

    `units`: one row for each pair of joined units, then those that left, then those that entered. `join` is exact (the
    same printed name), alias (two printed names of one unit), renamed, merged, split or transferred; missing where the
    unit has no counterpart. `event` is then what explains that, if anything does.
    """

    before: str
    after: str
    units: pd.DataFrame

    @property
    def step(self) -> Phrase:
        """The two periods, as a step from one to the other."""
        return say("trends.step", before=say_date(self.before), after=say_date(self.after))

    @property
    def joined(self) -> pd.DataFrame:
        return self.units[self.units["join"].notna()]

    @property
    def left(self) -> pd.DataFrame:
        return self.units[self.units["unit_id_after"].isna()]

    @property
    def entered(self) -> pd.DataFrame:
        return self.units[self.units["unit_id_before"].isna()]


def choose_events(lineage: pd.DataFrame, before: str, after: str) -> pd.DataFrame:
    """Keep events after the first period began and before the second ended, and those without a date."""
    first, last = span_of(before)[0].isoformat(), span_of(after)[1].isoformat()
    day = lineage["date"]
    return lineage[day.isna() | ((day >= first) & (day <= last))]


def keep_decisive(events: pd.DataFrame) -> pd.DataFrame:
    """Keep the events that may change a result: confirmed for the place or printed as a rule, with a source."""
    return events[events["scope"].isin(DECISIVE) & events["source_url"].notna()]


@lru_cache(maxsize=1000)
def match_periods(history: History, before: str, after: str) -> Matching:
    """Join the units of two periods. One unit may become several, and several one."""
    old, new = (history.scores_of[period].set_index("unit_id") for period in (before, after))
    events = keep_decisive(choose_events(history.lineage, before, after))
    steps: dict[str, list[Any]] = {}
    for step in events.itertuples():
        steps.setdefault(str(step.unit_id_before), []).append(step)
    listed, merged = set(new.index), set(events.loc[events["event"] == "merged", "unit_id_after"])
    successors = {unit_id: _find_successors(unit_id, steps, merged, listed) for unit_id in old.index}
    found = {successor for joins in successors.values() for successor in joins}
    rows: list[tuple[Any, ...]] = [
        (unit_id, *join, None) for unit_id, joins in successors.items() for join in joins.items()
    ]
    keys = ("unit_id_before", "unit_id_after")
    by_old, by_new = (events.drop_duplicates(key).set_index(key)["event"] for key in keys)
    rows += [(unit_id, None, None, by_old.get(unit_id)) for unit_id, joins in successors.items() if not joins]
    rows += [(None, unit_id, None, by_new.get(unit_id)) for unit_id in new.index if unit_id not in found]
    units = pd.DataFrame(rows, columns=["unit_id_before", "unit_id_after", "join", "event"], dtype="object")
    units["unit_before"] = units["unit_id_before"].map(_printed(old))
    units["unit_after"] = units["unit_id_after"].map(_printed(new))
    is_same = units["join"] == "exact"
    units.loc[is_same & (units["unit_before"] != units["unit_after"]), "join"] = "alias"
    return Matching(before, after, units[COLUMNS])


def _printed(scores: pd.DataFrame) -> pd.Series:
    """Return for each unit the name that its notice prints, without padding."""
    return scores["name_in_table"].fillna(scores["name_in_list"]).map(squeeze)


def _find_successors(unit_id: str, steps: dict[str, list[Any]], merged: set[str], listed: set[str]) -> dict[str, str]:
    """Find the listed units that a unit became, each with the join: through as many events as it takes."""
    found: dict[str, str] = {}
    seen, paths = {unit_id}, [(unit_id, "exact")]
    while paths:
        current, join = paths.pop()
        if current in listed:
            # A unit into which another was merged is a new one, whatever its name.
            found[current] = "merged" if join in SAME and current in merged else join
        for step in steps.get(current, []):
            if isinstance(step.unit_id_after, str) and step.unit_id_after not in seen:
                seen.add(step.unit_id_after)
                paths.append((step.unit_id_after, step.event if join in SAME else join))
    return found


def list_events(history: History) -> pd.DataFrame:
    """List the events that touch a unit of any period, those that count first: expected ones change no number."""
    if len(history.periods) == 1:
        return pd.DataFrame(columns=["old_unit", "new_unit", "event"])
    first, last = history.periods[0], history.periods[-1]
    listed = set(history.scores["unit_id"])
    events = choose_events(history.lineage, first, last)
    touches = events["unit_id_before"].isin(listed) | events["unit_id_after"].isin(listed)
    events = events[touches]
    counts = events.index.isin(keep_decisive(events).index)
    columns = ["old_unit", "new_unit", "event", "date_is", "date", "scope"]
    table = events[columns].assign(is_decisive=counts, source_url=events["source_url"])
    return table.sort_values("is_decisive", ascending=False, kind="stable").reset_index(drop=True)


def list_movers(history: History) -> pd.DataFrame:
    """List the units that left or entered at each step, by the event that explains it; `unexplained` without one."""
    rows = []
    for matching in match_steps(history):
        for move, units, name in (("left", matching.left, "unit_before"), ("entered", matching.entered, "unit_after")):
            for event, same in units.fillna({"event": "unexplained"}).groupby("event"):
                rows.append((matching.step, move, event, len(same), list(same[name])))
    return pd.DataFrame(rows, columns=["step", "move", "event", "n", "units"])


def match_steps(history: History) -> list[Matching]:
    """Join the units of each period with those of the one before it."""
    return [match_periods(history, before, after) for before, after in pairwise(history.periods)]


def suggest_pairs(history: History) -> pd.DataFrame:
    """Suggest which unexplained units that left and entered may be one, by names that look alike. Nothing is joined."""
    rows = []
    for matching in match_steps(history):
        left = matching.left[matching.left["event"].isna()]["unit_before"].to_list()
        entered = matching.entered[matching.entered["event"].isna()]["unit_after"].to_list()
        for name in left:
            if best := process.extractOne(name, entered, scorer=fuzz.ratio, score_cutoff=ALIKE):
                rows.append((matching.step, name, best[0], round(best[1])))
    return pd.DataFrame(rows, columns=["step", "unit_before", "unit_after", "similarity"])
