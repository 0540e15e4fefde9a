"""What is kept of each unit of a place over all periods: results, names, confirmed events, mentions, corrections.

Nothing is joined here but what has one id, and nothing is filled: a unit that a notice does not name has no result.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from audit_lib.analysis.extent import describe_extent
from audit_lib.analysis.lineage import keep_decisive
from audit_lib.analysis.narrative import find_examples
from audit_lib.analysis.trend_words import name_tables
from audit_lib.documents.model import squeeze
from audit_lib.errors import AuditError
from audit_lib.pages.notice_facts import mark_sites, say_units
from audit_lib.periods import order_of
from audit_lib.sources import find_sources
from audit_lib.tables.build import read_source
from audit_lib.tables.history import load_lineage
from audit_lib.tables.measures import Measure, read_measure
from audit_lib.tables.storage import load_or_empty, localise
from audit_lib.tables.units import IN_LISTS_ONLY
from audit_lib.wording.words import Phrase, Text

LEVELS = ("省", "市", "区", "县")  # of government, which a name is printed with or without


class Result(NamedTuple):
    """A unit in one period: in a table, or in the tier lists alone (table_no 0). None is missing.

    `rank` is the printed rank (`is_printed`), else our competition rank, among the `n` ranked units of its table (None
    where that is cut and its length not recorded), and `n_tied` share it; `is_last` if no unit is below. `score_is` and
    `tier_is` say why there is none: unpublished (nobody has one), unlisted (others have one), unread (there is one that
    could not be read). `row` is the number that the table gives it.
    """

    period: str
    table_no: int
    n_tables: int
    score: float | None
    score_is: str
    rank: int | None
    n_tied: int | None
    n: int | None
    is_last: bool
    is_printed: bool
    row: int | None
    tier: str | None
    tier_is: str
    names: tuple[str, ...]
    table_place: str | None
    list_place: str | None


class Name(NamedTuple):
    """Another name of a unit, the periods whose notices print it, and what says that it is the same unit."""

    printed: str
    periods: tuple[str, ...]
    evidence: str | None


@dataclass(frozen=True)
class Dossier:
    """All that is kept of one unit. Rows of tables have the columns of `schemas.py`; `results` begin with the latest.

    `events` are the confirmed ones, those that change a result.
    """

    unit_id: str
    name: str
    kind: str
    results: tuple[Result, ...]
    names: tuple[Name, ...]
    events: tuple[Any, ...]
    mentions: tuple[Any, ...]
    corrections: tuple[Any, ...]

    @cached_property
    def periods(self) -> tuple[str, ...]:
        """The periods that name the unit, from the latest."""
        return tuple(dict.fromkeys(result.period for result in self.results))


@dataclass(frozen=True)
class Place:
    """The units of a place in printed order, the latest period first, its periods in that order, and its tables.

    `printed` is its scores table as kept; in `scores` printed ranks count as ranks (see `rank_as_printed`).
    `records` are the rows of notices.csv, by period.
    """

    jurisdiction: str
    periods: tuple[str, ...]
    printed: pd.DataFrame
    scores: pd.DataFrame
    mentions: pd.DataFrame
    problems: pd.DataFrame
    dossiers: tuple[Dossier, ...]
    records: Mapping[str, pd.Series]

    def find_record(self, period: str) -> pd.Series | None:
        """Return the row of notices.csv of a period; None where there is none."""
        return self.records.get(period)

    @cached_property
    def noun(self) -> Text:
        """The noun for the units of all periods: cities, units."""
        return say_units(self.scores)

    @cached_property
    def table_names(self) -> dict[str, dict[int, Text]]:
        """The names of the tables of each period, by number."""
        return {str(period): name_tables(scores) for period, scores in self.scores.groupby("period")}

    def describe_extent(self, period: str) -> Phrase | None:
        """Describe which part of a longer list the notice of a period shows; None where it is all of it."""
        return describe_extent(self.scores[self.scores["period"] == period], read_measure(self.find_record(period)))


def open_place(data: Path, jurisdiction: str, language: str) -> Place:
    """Open the dossiers of a place; none where it has no tables. What we recorded by hand is in the language.

    Raises AuditError for a table that is not as declared.
    """
    processed = data / "processed" / jurisdiction
    printed = load_or_empty(processed / "scores.csv", "scores")
    periods = tuple(sorted(printed["period"].unique(), key=order_of, reverse=True))
    mentions, problems = (load_or_empty(processed / f"{name}.csv", name) for name in ("mentions", "problems"))
    latest_first = printed.sort_values("period", key=lambda each: each.map(periods.index), kind="stable")
    notices = localise(mark_sites(load_or_empty(data / "reference" / "notices.csv", "notices")), language)
    records = {row["period"]: row for _, row in notices[notices["jurisdiction"] == jurisdiction].iterrows()}
    measures = {period: read_measure(record) for period, record in records.items()}
    scores = rank_as_printed(latest_first, measures)
    made = tuple(_make_dossiers(data, jurisdiction, scores, mentions, measures, language))
    return Place(jurisdiction, periods, printed, scores, mentions, problems, made, records)


def read_sentences(place: Place, data: Path) -> dict[tuple[str, str, str], str]:
    """Read the sentence of our copy that names a unit, by period, place and name; nothing of a file that is gone."""
    found = {}
    for period, mentions in place.mentions.groupby("period"):
        texts: dict[str, str] = {}
        with suppress(AuditError):
            (source,) = find_sources(data, place.jurisdiction, str(period))
            texts = {line.place: line.text for line in read_source(data, source).notice.document.lines}
        for row in mentions.itertuples():
            sentences = re.split("(?<=。)", texts.get(row.place, ""))
            found[str(period), row.place, row.name_raw] = next((each for each in sentences if row.name_raw in each), "")
    return found


def read_meanings(place: Place, data: Path) -> dict[tuple[str, str, str], str]:
    """Read what the text says of each unit that it names, in English as recorded, by period, place and name."""
    examples = load_or_empty(data / "reference" / place.jurisdiction / "examples.csv", "examples")
    told = find_examples(place.mentions, examples).dropna(subset=["meaning_en"])
    return {(str(row.period), row.place, row.name_raw): row.meaning_en for row in told.itertuples()}


def rank_as_printed(scores: pd.DataFrame, measures: Mapping[str, Measure]) -> pd.DataFrame:
    """Return the table with printed ranks in the place of computed ones, in notices that print those of all units.

    `is_printed` says which. Of the units of a longer list that may be its last ones, no rank is computed.
    """
    notices = scores["notice_id"]
    lacks = scores["rank"].notna() & scores["rank_printed"].isna()
    is_printed = (scores["rank_printed"].groupby(notices).transform("count") > 0) & ~lacks.groupby(notices).transform(
        "any"
    )
    sizes = scores.groupby("period")["unit_id"].nunique()
    known = {period: measures.get(period, Measure()) for period in sizes.index}
    unknown = [period for period, measure in known.items() if measure.is_cut(sizes[period]) and not measure.is_upper]
    ours = scores["rank"].mask(scores["period"].isin(unknown))
    rank = ours.mask(is_printed, scores["rank_printed"])
    n_tied = rank.groupby([notices, scores["table_no"], rank]).transform("size").astype("Int64")
    return scores.assign(rank=rank, n_tied=n_tied, is_printed=is_printed)


def _make_dossiers(
    data: Path,
    jurisdiction: str,
    scores: pd.DataFrame,
    mentions: pd.DataFrame,
    measures: Mapping[str, Measure],
    language: str,
) -> Iterator[Dossier]:
    reference = data / "reference"
    results = _find_results(scores, measures)
    rows, mentioned = _by_unit(scores), _by_unit(mentions)
    known = _by_unit(localise(load_or_empty(reference / jurisdiction / "units.csv", "units"), language))
    aliases = _by_unit(localise(load_or_empty(reference / jurisdiction / "aliases.csv", "aliases"), language))
    corrections = _list_rows(localise(load_or_empty(reference / "corrections.csv", "corrections"), language))
    confirmed = keep_decisive(localise(load_lineage(data, jurisdiction), language)).sort_values("date", kind="stable")
    for unit_id, ours in rows.items():
        is_ours = (confirmed["unit_id_before"] == unit_id) | (confirmed["unit_id_after"] == unit_id)
        yield Dossier(
            unit_id,
            ours[0].unit_name,
            ours[0].kind,
            tuple(results[unit_id]),
            tuple(_find_names(ours, known.get(unit_id, []), aliases.get(unit_id, []))),
            tuple(_list_rows(confirmed[is_ours])) if is_ours.any() else (),
            tuple(mentioned.get(unit_id, [])),
            tuple(each for each in corrections if _is_about(each, ours)),
        )


def _list_rows(table: pd.DataFrame) -> list[Any]:
    """List the rows of a table, None for missing."""
    objects = table.astype("object")
    return list(objects.where(objects.notna(), None).itertuples(index=False, name="Row"))


def _by_unit(table: pd.DataFrame) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for row in _list_rows(table):
        found.setdefault(row.unit_id, []).append(row)
    return found


def _is_about(correction: Any, ours: list[Any]) -> bool:
    name = squeeze(correction.unit_name or "")
    return any(
        row.notice_id == correction.notice_id and row.name_in_table and squeeze(row.name_in_table) == name
        for row in ours
    )


def _find_results(scores: pd.DataFrame, measures: Mapping[str, Measure]) -> dict[str, list[Result]]:
    """Find the results of every unit, in the order of the table."""
    found: dict[str, list[Result]] = {}
    for period, notice in scores.groupby("period", sort=False):
        measure = measures.get(str(period), Measure())
        sizes = notice.groupby("table_no")["rank"].count()
        is_cut = measure.is_cut(notice["unit_id"].nunique())
        lasts = {} if is_cut else notice.groupby("table_no")["rank"].max().to_dict()
        n_tables = int((sizes.index != IN_LISTS_ONLY).sum())
        has_scores, has_tiers = bool(notice["score"].notna().any()), bool(notice["tier"].notna().any())
        for row in _list_rows(notice):
            n = int(sizes[row.table_no]) if not is_cut else measure.n_ranked if n_tables == 1 else None
            is_last = row.rank is not None and row.rank == lasts.get(row.table_no)
            result = _read_result(row, n_tables, n, is_last=is_last, has_scores=has_scores, has_tiers=has_tiers)
            found.setdefault(row.unit_id, []).append(result)
    return found


def _read_result(row: Any, n_tables: int, n: int | None, *, is_last: bool, has_scores: bool, has_tiers: bool) -> Result:
    in_table, in_list = row.table_no != IN_LISTS_ONLY, row.name_in_list is not None
    places = (row.source_place, f"line {row.list_line}" if row.list_line else None)
    table_place, list_place = places if in_table else (None, row.source_place)
    return Result(
        row.period,
        row.table_no,
        n_tables,
        row.score,
        _name_state(row.score, is_published=has_scores, stands_there=in_table),
        row.rank,
        row.n_tied,
        n,
        is_last,
        row.is_printed,
        row.serial,
        row.tier,
        _name_state(row.tier, is_published=has_tiers, stands_there=in_list),
        tuple(dict.fromkeys(squeeze(name) for name in (row.name_in_table, row.name_in_list) if name)),
        table_place,
        list_place if in_list else None,
    )


def _name_state(value: object, *, is_published: bool, stands_there: bool) -> str:
    if value is not None:
        return "given"
    return "unpublished" if not is_published else "unread" if stands_there else "unlisted"


def _find_names(rows: list[Any], known: list[Any], aliases: list[Any]) -> Iterator[Name]:
    """Find the other names of a unit: as notices print it, as its aliases, and in full."""
    periods: dict[str, list[str]] = {}
    for row in rows:
        for printed in (row.name_in_table, row.name_in_list):
            if printed and squeeze(printed) != squeeze(row.unit_name):
                periods.setdefault(squeeze(printed), []).append(row.period)
    evidence = {squeeze(each.name_printed): each.evidence for each in aliases}
    evidence |= {squeeze(each.full_name): each.evidence for each in known if each.full_name}
    for printed in dict.fromkeys([*periods, *evidence]):
        if printed != (name := squeeze(rows[0].unit_name)):
            proof = None if printed.replace(name, "", 1) in LEVELS else evidence.get(printed)  # 广州市 needs no proof
            yield Name(printed, tuple(dict.fromkeys(periods.get(printed, []))), proof)
