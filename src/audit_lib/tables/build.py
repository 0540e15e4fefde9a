"""Build data/processed from data/raw and data/reference: find the notices, read, check, write whole tables."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd

from audit_lib.documents.model import Document
from audit_lib.documents.several import read_files
from audit_lib.errors import AuditError, unusable
from audit_lib.files import lock_folder, save_text
from audit_lib.notices.notice import Notice, parse_notice
from audit_lib.periods import EXPECTED, is_period
from audit_lib.sources import Source, find_held, find_sources
from audit_lib.tables.check_registry import run_checks, tabulate_problems
from audit_lib.tables.corrections import correct_notice, list_answers, load_corrections
from audit_lib.tables.evidence import CUTS, Evidence
from audit_lib.tables.measures import read_measure
from audit_lib.tables.scan_doubts import answer_lines, find_open, find_scan_lines
from audit_lib.tables.storage import describe_package, load_or_empty, load_table, localise, save_table
from audit_lib.tables.units import load_registry, resolve_lists, resolve_mentions, resolve_tables, resolve_units
from audit_lib.wording.words import Words

PROCESSED = ("scores", "mentions", "problems")


@dataclass(frozen=True)
class Reading:
    """Everything read from one notice."""

    source: Source
    notice: Notice
    record: pd.Series | None
    scores: pd.DataFrame
    mentions: pd.DataFrame
    evidence: Evidence

    @cached_property
    def problems(self) -> pd.DataFrame:
        """Return the table of what the checks find, in English, as it is saved."""
        return tabulate_problems(run_checks(self.evidence), self.source.notice_id, Words("en"))

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """The processed tables of the notice, by name."""
        return {"scores": self.scores, "mentions": self.mentions, "problems": self.problems}


def find_record(data: Path, notice_id: str, language: str = "en") -> pd.Series | None:
    """Find what notices.csv records of a notice, in a language where it does; None where it records nothing."""
    records = load_or_empty(data / "reference" / "notices.csv", "notices")
    found = localise(records[records["notice_id"] == notice_id], language)
    return None if found.empty else found.iloc[0]


def read_source(data: Path, source: Source, cuts: tuple[float, float] = CUTS, language: str = "en") -> Reading:
    """Read one raw file: the notice as printed, its units resolved, and the evidence for the checks.

    What we recorded of it in free text is in the language asked for, where there is a column for it.
    """
    if not is_period(source.period):
        raise unusable(source.path, f"the period {source.period}", f"a file named by a period: {EXPECTED}")
    files = [path.name for path in find_held(data, source.jurisdiction, source.period)]
    if len(files) > 1:
        found = f"{' and '.join(files)} for {source.notice_id}"
        raise unusable(source.path.parent, found, "one raw file for each notice")
    record = find_record(data, source.notice_id, language)
    document = settle(data, source, read_files(source.path, source.files))
    notice = parse_notice(document, read_measure(record).score_column)
    return resolve_notice(data, source, notice, record, cuts, language)


def settle(data: Path, source: Source, document: Document) -> Document:
    """Return a document with the answers in corrections.csv. Raises AuditError for a doubtful line without one."""
    if not find_scan_lines(document):
        return document
    answers = list_answers(load_corrections(data, source.notice_id))
    if doubts := find_open(document, answers, load_registry(data, source.jurisdiction)):
        place, [doubt, *_] = next(iter(doubts.items()))
        n = len(doubts)
        found = f"{n} doubtful {'line' if n == 1 else 'lines'} read from pictures: {place}: {doubt}"
        raise unusable(source.path, found, "an answer in corrections.csv for each; audit-lib add FILE asks for them")
    return answer_lines(document, answers)


def resolve_notice(
    data: Path,
    source: Source,
    notice: Notice,
    record: pd.Series | None,
    cuts: tuple[float, float] = CUTS,
    language: str = "en",
) -> Reading:
    """Resolve the units of a notice as printed, and collect the evidence for its checks."""
    notice, corrections = correct_notice(notice, load_corrections(data, source.notice_id, language))
    registry, measure = load_registry(data, source.jurisdiction), read_measure(record)
    scores = resolve_units(notice, registry, source.period, lower_first=measure.is_lower_better)
    changed = [each.row for each in corrections if each.row and each.is_score and each.is_change]
    corrected = {registry.resolve_or_add(row.unit)[0].unit_id for row in changed}
    scores["is_corrected"] = scores["unit_id"].isin(corrected).astype("boolean")
    mentions = resolve_mentions(notice, registry, source.period)
    recorded = None if record is None else str(record["sha256"])
    entries, listings = resolve_tables(notice, registry), resolve_lists(notice, registry)
    evidence = Evidence(notice, scores, entries, listings, recorded, cuts, corrections, measure)
    return Reading(source, notice, record, scores, mentions, evidence)


def build_tables(
    data: Path, sources: list[Source], *, package: bool = True
) -> Iterator[tuple[Source, AuditError | None]]:
    """Write data/processed for these notices; yields each notice with the error that stopped it, if any.

    Notices of the same places that were not asked for, or that could not be read, keep the rows they had. Those whose
    raw file is gone lose them. With `package`, datapackage.json is written too.
    """
    for jurisdiction in sorted({source.jurisdiction for source in sources}):
        built: dict[str, list[pd.DataFrame]] = {name: [] for name in PROCESSED}
        done: list[str] = []
        for source in (source for source in sources if source.jurisdiction == jurisdiction):
            try:
                tables = read_source(data, source).tables
            except AuditError as error:
                yield source, error
                continue
            for name, table in tables.items():
                built[name].append(table)
            done.append(source.notice_id)
            yield source, None
        kept = {source.notice_id for source in find_sources(data, jurisdiction)}.difference(done)
        if done:
            folder = data / "processed" / jurisdiction
            with lock_folder(folder):  # rows of other notices that another process builds meanwhile
                _write_tables(folder, built, kept)
    if package:
        write_package(data)


def drop_damaged(data: Path, jurisdiction: str) -> list[Path]:
    """Remove the processed tables of a place that cannot be loaded, to be built again. Returns their paths."""
    damaged = []
    for path in (data / "processed" / jurisdiction / f"{name}.csv" for name in PROCESSED):
        try:
            if path.is_file():
                load_table(path, path.stem)
        except AuditError:
            path.unlink()
            damaged.append(path)
    return damaged


def _write_tables(folder: Path, built: dict[str, list[pd.DataFrame]], kept: set[str]) -> None:
    for name, new in built.items():
        path = folder / f"{name}.csv"
        old = load_table(path, name) if kept and path.is_file() else new[0].iloc[:0]
        tables = [old[old["notice_id"].isin(kept)], *new]
        filled = [table for table in tables if len(table)] or tables[-1:]
        # Stable: rows of one notice keep their printed order.
        save_table(pd.concat(filled, ignore_index=True).sort_values("notice_id", kind="stable"), path, name)


def write_package(data: Path) -> None:
    """Write datapackage.json, which describes the processed tables of all places."""
    tables = [path for name in PROCESSED for path in (data / "processed").glob(f"*/{name}.csv")]
    save_text(describe_package(tables, data), data / "datapackage.json")
