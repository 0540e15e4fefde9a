"""The scores of all notices as one table, for questions of one's own."""

from pathlib import Path

import pandas as pd

from audit_lib.analysis.lineage import match_steps
from audit_lib.analysis.unit_paths import follow_units
from audit_lib.errors import unusable
from audit_lib.files import find_data
from audit_lib.periods import order_of, span_of
from audit_lib.sources import Source, find_sources
from audit_lib.tables.history import History, load_lineage
from audit_lib.tables.schemas import OF_NOTICE, SCHEMAS
from audit_lib.tables.storage import empty_table, load_or_empty, validate_table

DAYS = ["starts", "ends"]
ABOUT = ("publisher", "title", "document_number", "url", "issued_on", "published_on", "form", *OF_NOTICE)


def load_scores(
    place: str | None = None, period: str | int | None = None, data: Path | str | None = None
) -> pd.DataFrame:
    """Load the scores of all places and periods, or of one place, one period or both.

    One row for each unit of each table of a notice, ordered by place and time; a unit that only a tier list names has
    table_no 0, and one that several tables name has a row in each. `unit_path` is the same for all periods in which a
    unit is one and the same, by its id or a new name that lineage.csv records; a merged or split unit is a new one.
    `starts` and `ends` are the days of the period. `score` is in points as published, and is compared only between
    notices with the same `rubric_id`; `better` says whether higher or lower scores are better (missing: not stated,
    higher is taken to be), `scale_min` and `scale_max` are the ends of the scale. Every column is described in
    data/README.md; what is not published or not recorded is missing.

    `data` is the data folder; without it the one that the environment variable AUDIT_DATA names, else the project's.
    Reads data/processed, as `audit-lib build` and `audit-lib run` write it. Raises AuditError for a place or period
    that data/raw does not have, and for a notice whose tables were not built.
    """
    folder = find_data(data)
    chosen = find_sources(folder, place, None if period is None else str(period))
    panel = join_places(folder, _load_places(folder, chosen))
    built = set(panel["notice_id"])
    if absent := next((each for each in chosen if each.notice_id not in built), None):
        where, found = _find_scores(folder, absent.jurisdiction), f"no rows of {absent.notice_id}"
        raise unusable(where, found, f"its tables: audit-lib build {absent.jurisdiction}")
    return type_days(panel[panel["notice_id"].isin([each.notice_id for each in chosen])].reset_index(drop=True))


def list_notices(data: Path | str | None = None) -> pd.DataFrame:
    """List the notices of data/raw: one row each, ordered by place and time.

    The columns say which period a notice covers (`starts` and `ends` are its days), where it was published and what
    its scores measure, as reference/notices.csv records it; missing where it does not. `is_built` says whether
    `load_scores` has its rows. `data` is as in `load_scores`. Raises AuditError where there is no notice.
    """
    folder = find_data(data)
    sources = find_sources(folder)
    built = {notice_id for scores in _load_places(folder, sources).values() for notice_id in scores["notice_id"]}
    rows = [
        {
            "notice_id": each.notice_id,
            "jurisdiction": each.jurisdiction,
            "period": each.period,
            **dict(zip(DAYS, map(str, span_of(each.period)), strict=True)),
            "is_built": each.notice_id in built,
        }
        for each in sources
    ]
    records = _load_records(folder).set_index("notice_id")[list(ABOUT)]
    return type_days(pd.DataFrame(rows).join(records, on="notice_id"))


def join_places(data: Path, scores: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Join the scores tables of places, each by its name, to one panel: with unit paths and what the scores measure."""
    records, events = _load_records(data), load_lineage(data)
    if not (places := {place: table for place, table in scores.items() if len(table)}):
        return empty_table("panel")
    ours = (events[events["jurisdiction"] == place] for place in places)
    followed = (_follow_place(*each) for each in zip(places.values(), ours, strict=True))
    panel = pd.concat(followed, ignore_index=True).join(records.set_index("notice_id")[list(OF_NOTICE)], on="notice_id")
    return validate_table(panel[list(SCHEMAS["panel"].columns)], "panel", data)


def type_days(table: pd.DataFrame) -> pd.DataFrame:
    """Turn the first and last days of periods from ISO text into dates, for axes of time and differences."""
    return table.assign(**{name: pd.to_datetime(table[name], format="%Y-%m-%d") for name in DAYS})


def _follow_place(scores: pd.DataFrame, events: pd.DataFrame) -> pd.DataFrame:
    """Add to the scores of a place the days of their periods and the paths of their units; ordered by time."""
    periods = tuple(sorted(scores["period"].unique(), key=order_of))
    history = History(periods, scores, empty_table("notices"), events)
    paths = follow_units(history, match_steps(history))
    panels = []
    for period in periods:
        rows = scores[scores["period"] == period]
        first, last = (day.isoformat() for day in span_of(period))
        panels.append(rows.assign(unit_path=rows["unit_id"].map(paths[period]), starts=first, ends=last))
    return pd.concat(panels, ignore_index=True)


def _load_places(data: Path, sources: list[Source]) -> dict[str, pd.DataFrame]:
    """Load the scores of the places of these notices; empty tables where none were built."""
    places = dict.fromkeys(each.jurisdiction for each in sources)
    return {place: load_or_empty(_find_scores(data, place), "scores") for place in places}


def _find_scores(data: Path, place: str) -> Path:
    return data / "processed" / place / "scores.csv"


def _load_records(data: Path) -> pd.DataFrame:
    records = load_or_empty(data / "reference" / "notices.csv", "notices")
    return records.reindex(columns=list(SCHEMAS["notices"].columns))  # some columns may be left out
