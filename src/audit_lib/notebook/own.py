"""A report on a table of one's own: the same functions, charts and sentences, marked as the analyst's own data."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from audit_lib.display.findings import Finding
from audit_lib.documents.model import Document, squeeze
from audit_lib.errors import unusable
from audit_lib.notebook.cells import forget_on_error
from audit_lib.notebook.parameters import UNDATED, Parameters
from audit_lib.notebook.report import Report
from audit_lib.notices.grids.rows import ScoreRow
from audit_lib.notices.notice import Header, Notice
from audit_lib.notices.score_tables import ScoreTable
from audit_lib.notices.words.vocabulary import read_vocabulary
from audit_lib.numbers import competition_rank, count_ties
from audit_lib.periods import EXPECTED, is_period, order_of
from audit_lib.sources import Source
from audit_lib.tables.build import Reading
from audit_lib.tables.check_registry import Outcome
from audit_lib.tables.evidence import Evidence
from audit_lib.tables.history import History
from audit_lib.tables.measures import read_measure
from audit_lib.tables.schemas import BETTER, SCHEMAS
from audit_lib.tables.storage import empty_table
from audit_lib.tables.tiers import find_orders
from audit_lib.tables.units import Entry, Unit
from audit_lib.wording.words import Text, Words, join, say

OWN = "own"  # the place of a table of one's own
REQUIRED, OPTIONAL = ("unit", "score"), ("tier", "group", "period", "rubric_id")


@dataclass(frozen=True, repr=False)
class OwnReport(Report):
    """A report on the last period of an analyst's own table; `past` holds all of its periods."""

    past: History

    @cached_property
    def history(self) -> History:
        """All periods of the table."""
        return self.past

    @cached_property
    def outcomes(self) -> tuple[Outcome, ...]:
        """None: checks compare what a notice prints."""
        return ()

    def over_periods(self) -> "OwnReport":
        """Return this report: its words say where the numbers of all periods are from."""
        return self

    def reading_note(self, *, groups_are_ours: bool = False, also: Text | None = None) -> Finding | None:
        """Show that these are the analyst's own data, and what `also` limits them. The groups are the analyst's too."""
        return super().reading_note(also=join([say("own.box"), also], "sentences"))

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {}


@forget_on_error
def open_scores(
    frame: pd.DataFrame,
    name: str | None = None,
    *,
    better: str = "higher",
    language: str = Parameters.language,
    top_cut: float = Parameters.top_cut,
    low_cut: float = Parameters.low_cut,
    min_n: int = Parameters.min_n,
) -> OwnReport:
    """Open a table of one's own as a report: topics, charts and sentences work as on a notice.

    `frame` has one row for each unit (of each period) and the columns `unit` and `score` (points; missing where a unit
    has none). Optional: `tier` (an ordered categorical says which is better, its last the best; else the order is
    found as for a notice), `group` (compared as the column `split`), `period` (a year as a number, or as in data/raw)
    and `rubric_id` (points of periods with the same one are compared, otherwise places are). Other columns are not
    used. The report is about the last period; `report.history` has all. The topics source, narrative and update_rules
    are about the text of a notice, and do not apply.

    `name` is how sentences call the table, `better` says whether `higher` or `lower` scores are better, the others are
    as in `Parameters`. Raises AuditError for what is not a DataFrame, a column that is missing or there twice, a row
    without a unit, a score that is not a number, a text that is not a period, and a unit that a period has twice.
    """
    if better not in BETTER:
        raise unusable("parameter better", repr(better), f"one of {', '.join(BETTER)}")
    table = _check_frame(frame)
    periods = tuple(sorted(set(table["period"]), key=order_of))
    grouping = "split" if table["group"].notna().any() else Parameters.group_column
    parameters = Parameters(OWN, periods[-1], language, grouping, top_cut, low_cut, min_n)
    words = _open_words(name, parameters)
    records = _list_records(table, periods, better)
    scores = {period: _tabulate(table[table["period"] == period], period, better) for period in periods}
    no_events = empty_table("lineage").assign(unit_id_before="", unit_id_after="")
    past = History(periods, pd.concat(scores.values(), ignore_index=True), records, no_events)
    reading = _read(scores[periods[-1]], records.iloc[-1], parameters)
    none = {each: empty_table(each) for each in ("mentions", "problems", "claims", "web_columns", "examples")}
    rows, rules = reading.scores, empty_table("update_rules")
    return OwnReport(parameters, words, rows, rows, rules=rules, **none, reading=reading, data=Path(OWN), past=past)


def _check_frame(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the columns that we use, those that are absent as missing."""
    if not isinstance(frame, pd.DataFrame):
        raise unusable("frame", f"a {type(frame).__name__}", "a DataFrame")
    if twice := sorted({*REQUIRED, *OPTIONAL} & set(frame.columns[frame.columns.duplicated()])):
        raise unusable("frame", f"two columns {twice[0]}", "one of each name")
    if absent := [column for column in REQUIRED if column not in frame]:
        expected = f"the columns {' and '.join(REQUIRED)}; optional: {', '.join(OPTIONAL)}"
        raise unusable("frame", f"no column {absent[0]}", expected)
    if frame.empty:
        raise unusable("frame", "no row", "a row for each unit")
    table = frame.reindex(columns=[*REQUIRED, *OPTIONAL])
    table = table.assign(
        unit=[_check_unit(*each) for each in table["unit"].items()],
        score=np.array([_check_score(*each) for each in table["score"].items()], dtype="float64"),
        period=[_check_period(*each) for each in table["period"].items()] if "period" in frame else UNDATED,
    )
    again = table[table.assign(unit=table["unit"].map(squeeze)).duplicated(["unit", "period"])]
    if len(again):
        raise unusable(f"frame row {again.index[0]}", f"a second row for {again['unit'].iloc[0]}", "one in each period")
    return table


def _check_unit(row: object, value: Any) -> str:
    if not isinstance(value, str) or not squeeze(value):
        raise unusable(f"frame row {row}", f"unit {value!r}", "a name")
    return value.strip()


def _check_score(row: object, value: Any) -> float:
    if pd.isna(value):
        return np.nan
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = np.inf
    if isinstance(value, str | bool) or not np.isfinite(number):
        raise unusable(f"frame row {row}", f"score {value!r}", "a number, or a missing value")
    return number


def _check_period(row: object, value: Any) -> str:
    period = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
    if not is_period(period):
        raise unusable(f"frame row {row}", f"period {value!r}", f"a period such as {EXPECTED}")
    return period


def _open_words(name: str | None, parameters: Parameters) -> Words:
    words = Words(parameters.language)
    is_dated = parameters.period != UNDATED
    facts = {
        "place": name or words("own.place"),
        "period": words.date(parameters.period) if is_dated else words("own.undated"),
        "subject": words("own.subject"),
        "source": words("own.source"),
    }
    return Words(parameters.language, facts, introduced=set())


def _list_records(table: pd.DataFrame, periods: tuple[str, ...], better: str) -> pd.DataFrame:
    """Return what notices.csv would record of each period."""
    rubrics = table.dropna(subset=["rubric_id"]).drop_duplicates("period").set_index("period")["rubric_id"]
    records = {
        "notice_id": [f"{OWN}-{period}" for period in periods],
        "jurisdiction": OWN,
        "period": periods,
        "better": better,
        "rubric_id": [rubrics.get(period) for period in periods],
    }
    return pd.DataFrame(records, columns=list(SCHEMAS["notices"].columns))


def _tabulate(table: pd.DataFrame, period: str, better: str) -> pd.DataFrame:
    """Return the scores table of a period, in the order of the frame."""
    vocabulary, lower_first = read_vocabulary(), better == "lower"
    kinds = table["unit"].map(vocabulary.kind_of)
    if (kinds == "other").any():  # no sentence may count a unit among towns and bureaus that is neither
        kinds = kinds.map(lambda _: "other")
    score, tier = table["score"], table["tier"]
    scores = pd.DataFrame(
        {
            "notice_id": f"{OWN}-{period}",
            "jurisdiction": OWN,
            "period": period,
            "year": pd.NA if period == UNDATED else int(period[:4]),
            "table_no": 1,
            "unit_id": f"{OWN}-" + table["unit"].map(squeeze),
            "unit_name": table["unit"],
            "name_in_table": table["unit"],
            "match": "table_only",
            "kind": kinds,
            "side": kinds.map(vocabulary.side),
            "split": _as_text(table["group"]),
            "kind_source": "suffix",
            "score": score,
            "rank": competition_rank(score, lower_first=lower_first),
            "n_tied": count_ties(score),
            "tier": _as_text(tier),
            "source_place": [f"row {row}" for row in table.index],
            "is_corrected": False,
        },
        columns=list(SCHEMAS["scores"].columns),
    ).reset_index(drop=True)
    if isinstance(tier.dtype, pd.CategoricalDtype) and tier.dtype.ordered:
        orders = {str(each): order for order, each in enumerate(reversed(tier.dtype.categories), start=1)}
    else:
        orders = find_orders(scores, (), lower_first=lower_first)
    types = {name: column.dtype.type for name, column in SCHEMAS["scores"].columns.items()}
    return scores.assign(tier_order=scores["tier"].map(orders)).astype(types)


def _as_text(values: pd.Series) -> pd.Series:
    return values.astype("object").map(str, na_action="ignore")


def _read(scores: pd.DataFrame, record: pd.Series, parameters: Parameters) -> Reading:
    """Return a table as if a notice had printed it, so that its checks and its counts are there too."""
    entries = list(_list_entries(scores))
    rows = tuple(entry.row for entry in entries)
    document = Document(Path(OWN), "", "DataFrame", None, ())
    header = Header(None, None, None, None, None, None, None, None)
    notice = Notice(document, header, (ScoreTable(1, None, REQUIRED, (), rows),), (), (), (), ())
    measure = read_measure(record)
    cuts = parameters.top_cut, parameters.low_cut
    evidence = Evidence(notice, scores, entries, [], document.sha256, cuts, measure=measure)
    source = Source(OWN, parameters.period, document.path)
    return Reading(source, notice, record, scores, empty_table("mentions"), evidence)


def _list_entries(scores: pd.DataFrame) -> Iterator[Entry]:
    for row in scores.astype("object").where(scores.notna(), None).itertuples():
        printed = ScoreRow(row.unit_name, row.score, None, None, row.tier, row.split, row.source_place)
        yield Entry(Unit(row.unit_id, row.unit_name, split=row.split), "exact", 1, printed)
