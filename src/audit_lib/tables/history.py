"""What is kept of one place up to one period: the inputs of notebook 05.

It reads, and a report of it depends on, no more than this: of processed/<place>/scores.csv and reference/notices.csv
the rows of the notices that `sources.find_earlier` lists, and of reference/lineage.csv the rows of the place.
"""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd

from audit_lib.errors import unusable
from audit_lib.sources import Source, find_earlier
from audit_lib.tables.measures import Measure, read_measure
from audit_lib.tables.schemas import SCHEMAS
from audit_lib.tables.storage import load_or_empty, localise


@dataclass(frozen=True, eq=False)  # one is only equal to itself, so that what is computed from it can be cached
class History:
    """The periods of a place in the order of time, the last being the report's; their scores, records and events.

    A period without a record in notices.csv is not in `notices`. `lineage` has unit_id_before and unit_id_after beside
    its own columns.
    """

    periods: tuple[str, ...]
    scores: pd.DataFrame
    notices: pd.DataFrame
    lineage: pd.DataFrame

    @cached_property
    def scores_of(self) -> dict[str, pd.DataFrame]:
        """One row per unit of each period: of a unit in several tables the first, as printed."""
        return {period: first_rows(self.scores[self.scores["period"] == period]) for period in self.periods}

    def record_of(self, period: str, column: str) -> str | None:
        """Return what notices.csv says of a period; None where it says nothing."""
        found = self.notices.loc[self.notices["period"] == period, column].dropna()
        return None if found.empty else str(found.iloc[0])

    def measure_of(self, period: str) -> Measure:
        """Return what the scores of a period measure, as far as notices.csv records it."""
        found = self.notices[self.notices["period"] == period]
        return read_measure(None if found.empty else found.iloc[0])


def first_rows(scores: pd.DataFrame) -> pd.DataFrame:
    """Keep one row per unit, in printed order: the first of a table, else the entry in a tier list (table_no 0)."""
    in_tables_first = scores.assign(last=scores["table_no"] == 0).sort_values("last", kind="stable")
    return in_tables_first.drop(columns="last").drop_duplicates("unit_id").sort_index()


def load_history(data: Path, source: Source, scores: pd.DataFrame, language: str = "en") -> History:
    """Load the history of a place up to a notice, from its scores table. Notices that were not built are left out.

    What notices.csv says in free text is in the language asked for, where there is a column for it.
    """
    built = set(scores["period"])
    periods = tuple(each.period for each in find_earlier(data, source) if each.period in built)
    notices = localise(load_or_empty(data / "reference" / "notices.csv", "notices"), language)
    ours = (notices["jurisdiction"] == source.jurisdiction) & notices["period"].isin(periods)
    records_of_ours = notices[ours].reindex(columns=list(SCHEMAS["notices"].columns))  # some columns may be left out
    scores_of_ours = scores[scores["period"].isin(periods)].reset_index(drop=True)
    return History(periods, scores_of_ours, records_of_ours, load_lineage(data, source.jurisdiction))


def load_lineage(data: Path, jurisdiction: str | None = None) -> pd.DataFrame:
    """Load the events of units of a place, or of all. Raises AuditError for a row without a unit that it needs."""
    path = data / "reference" / "lineage.csv"
    events = load_or_empty(path, "lineage")
    for row in events.itertuples():
        lacks_old, lacks_new = pd.isna(row.old_unit), pd.isna(row.new_unit)
        if lacks_old != (row.event == "created") or lacks_new != (row.event == "abolished"):
            found = f"{row.event} from {row.old_unit} to {row.new_unit}"
            expected = "both units (created: no old one; abolished: no new one)"
            raise unusable(f"{path} line {int(str(row.Index)) + 2}", found, expected)
    ours = events if jurisdiction is None else events[events["jurisdiction"] == jurisdiction].reset_index(drop=True)
    place = ours["jurisdiction"] + "-"
    return ours.assign(unit_id_before=place + ours["old_unit"], unit_id_after=place + ours["new_unit"])
