"""What is kept of each unit of a place over all periods: results, names, events, mentions, problems, corrections.

Nothing is joined here but what has one id, and nothing is filled: a unit that a notice does not name has no result.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from audit_lib.analysis.lineage import keep_decisive
from audit_lib.analysis.paired import stand_units
from audit_lib.documents.model import squeeze
from audit_lib.periods import order_of
from audit_lib.sources import find_sources
from audit_lib.tables.build import check_source
from audit_lib.tables.history import empty_table, load_lineage
from audit_lib.tables.storage import load_table, localise
from audit_lib.tables.units import IN_LISTS_ONLY
from audit_lib.wording.words import Words

KEPT_IN = "en"  # the language in which problems.csv is worded


class Result(NamedTuple):
    """A unit in one period: in a table, or in the tier lists alone (table_no 0). None is missing.

    Of its `n` scored units of the table, `rank` is the competition rank, `n_tied` share it, and `standing` is the place
    in percent of the way up (as `paired.stand_percent`). `score_is` and `tier_is` say why there is none: unpublished
    (nobody has one), unlisted (others have one), unread (it stands there and could not be read as one).
    """

    period: str
    table_no: int
    n_tables: int
    score: float | None
    score_is: str
    rank: int | None
    n_tied: int | None
    n: int
    standing: float | None
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

    `problems` are those that name the unit. `events` have `is_decisive` beside the columns of lineage: whether they
    change a result.
    """

    unit_id: str
    name: str
    kind: str
    results: tuple[Result, ...]
    names: tuple[Name, ...]
    events: tuple[Any, ...]
    mentions: tuple[Any, ...]
    problems: tuple[Any, ...]
    corrections: tuple[Any, ...]

    @cached_property
    def periods(self) -> tuple[str, ...]:
        """The periods that name the unit, from the latest."""
        return tuple(dict.fromkeys(result.period for result in self.results))


@dataclass(frozen=True)
class Place:
    """The units of a place in printed order, the latest period first, its periods in that order, and its tables."""

    jurisdiction: str
    periods: tuple[str, ...]
    scores: pd.DataFrame
    problems: pd.DataFrame
    dossiers: tuple[Dossier, ...]


def open_place(data: Path, jurisdiction: str, words: Words) -> Place:
    """Open the dossiers of a place; none where it has no tables. Problems are worded in the language of the words.

    Raises AuditError for a table that is not as declared.
    """
    processed = data / "processed" / jurisdiction
    scores = _load(processed / "scores.csv", "scores")
    periods = tuple(sorted(scores["period"].unique(), key=order_of, reverse=True))
    scores = scores.sort_values("period", key=lambda each: each.map(periods.index), kind="stable")
    problems = _load(processed / "problems.csv", "problems")
    worded = problems if words.language == KEPT_IN else _word_problems(data, jurisdiction, words)
    mentions = _load(processed / "mentions.csv", "mentions")
    made = _make_dossiers(data, jurisdiction, scores, mentions, worded, words.language)
    return Place(jurisdiction, periods, scores, problems, tuple(made))


def _load(path: Path, name: str) -> pd.DataFrame:
    return load_table(path, name) if path.is_file() else empty_table(name)


def _word_problems(data: Path, jurisdiction: str, words: Words) -> pd.DataFrame:
    tables = [check_source(data, source, words) for source in find_sources(data, jurisdiction)]
    return pd.concat(tables, ignore_index=True)


def _make_dossiers(
    data: Path, jurisdiction: str, scores: pd.DataFrame, mentions: pd.DataFrame, problems: pd.DataFrame, language: str
) -> Iterator[Dossier]:
    reference = data / "reference"
    results = _find_results(scores)
    rows: Any = _by_unit(scores)
    mentioned, concerned = _by_unit(mentions), _find_problems(problems, rows)
    known = _by_unit(localise(_load(reference / jurisdiction / "units.csv", "units"), language))
    aliases = _by_unit(localise(_load(reference / jurisdiction / "aliases.csv", "aliases"), language))
    corrections = _list_rows(localise(_load(reference / "corrections.csv", "corrections"), language))
    lineage = localise(load_lineage(data, jurisdiction), language)
    lineage = lineage.assign(is_decisive=lineage.index.isin(keep_decisive(lineage).index))
    for unit_id, ours in rows.items():
        is_ours = (lineage["unit_id_before"] == unit_id) | (lineage["unit_id_after"] == unit_id)
        yield Dossier(
            unit_id,
            ours[0].unit_name,
            ours[0].kind,
            tuple(results[unit_id]),
            tuple(_find_names(ours, known.get(unit_id, []), aliases.get(unit_id, []))),
            tuple(_list_rows(lineage[is_ours].sort_values("date", kind="stable"))) if is_ours.any() else (),
            tuple(mentioned.get(unit_id, [])),
            tuple(concerned.get(unit_id, [])),
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


def _find_problems(problems: pd.DataFrame, units: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """Find the problems of each unit: those about it and those whose sentence names it, by the longest name there."""
    owner = {
        name: unit_id
        for unit_id, rows in units.items()
        for row in rows
        for name in (row.unit_name, row.name_in_table, row.name_in_list)
        if name
    }
    names = re.compile("|".join(map(re.escape, sorted(owner, key=len, reverse=True))) or "(?!)")
    found: dict[str, list[Any]] = {}
    for row in _list_rows(problems):
        about = [row.unit_id] if row.unit_id else []
        for unit_id in dict.fromkeys([*about, *(owner[name] for name in names.findall(row.message))]):
            found.setdefault(unit_id, []).append(row)
    return found


def _is_about(correction: Any, ours: list[Any]) -> bool:
    name = squeeze(correction.unit_name)
    return any(
        row.notice_id == correction.notice_id and row.name_in_table and squeeze(row.name_in_table) == name
        for row in ours
    )


def _find_results(scores: pd.DataFrame) -> dict[str, list[Result]]:
    """Find the results of every unit, in the order of the table."""
    found: dict[str, list[Result]] = {}
    for _, notice in scores.groupby("notice_id", sort=False):
        sizes = notice.groupby("table_no")["score"].count()
        n_tables = int((sizes.index != IN_LISTS_ONLY).sum())
        has_scores, has_tiers = bool(sizes.sum()), bool(notice["tier"].notna().any())
        for row in _list_rows(notice.assign(standing=stand_units(notice))):
            found.setdefault(row.unit_id, []).append(
                _read_result(row, n_tables, int(sizes[row.table_no]), has_scores=has_scores, has_tiers=has_tiers)
            )
    return found


def _read_result(row: Any, n_tables: int, n: int, *, has_scores: bool, has_tiers: bool) -> Result:
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
        row.standing,
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
        if printed != squeeze(rows[0].unit_name):
            yield Name(printed, tuple(dict.fromkeys(periods.get(printed, []))), evidence.get(printed))


def describe_unit(dossier: Dossier, place: Place, words: Words) -> str:
    """Say how the unit stood in the last period that names it, and in how many it is named."""
    period = dossier.periods[0]
    told = [_describe_result(each, words) for each in dossier.results if each.period == period]
    facts = {"period": words.date(period), "unit": dossier.name, "results": words.join(told, "clauses")}
    sentences = [words("units.opening", **facts)]
    if len(place.periods) > 1:
        missing = [words.date(each) for each in reversed(place.periods) if each not in dossier.periods]
        key = "units.named_some" if missing else "units.named_all"
        sentences.append(words(key, n=len(dossier.periods), of=len(place.periods), missing=missing))
    return words.join(sentences, "sentences")


def _describe_result(result: Result, words: Words) -> str:
    if result.score is None:
        how = result.score_is if result.tier else f"{result.score_is}_untiered"
        return words(f"units.score_{how}", tier=result.tier)
    sentence = words("units.scored", score=result.score, rank=word_rank(result, words))
    if result.n_tables > 1:
        sentence = words("units.in_table", sentence=sentence, table=result.table_no)
    return words(f"units.tier_{result.tier_is}", sentence=sentence, tier=result.tier)


def word_rank(result: Result, words: Words) -> str:
    """Word a rank with its range in a tie and the number of scores: 17–19 of 56. Missing without a score."""
    if result.rank is None or result.n_tied is None:
        return words.missing
    last = result.rank + result.n_tied - 1
    return words("units.rank" if result.n_tied == 1 else "units.ranks", rank=result.rank, last=last, n=result.n)
