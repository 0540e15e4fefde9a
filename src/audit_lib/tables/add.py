"""Add a published file to the data: read it, keep it under its place and period, record where it comes from.

Nothing is kept that cannot be read, and no file without a record.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from audit_lib.documents.model import Document
from audit_lib.documents.read import read_document
from audit_lib.errors import unusable
from audit_lib.files import save_bytes
from audit_lib.notices.notice import Header, Notice, parse_notice
from audit_lib.notices.vocabulary import read_vocabulary
from audit_lib.sources import JURISDICTION, PERIOD, Source
from audit_lib.tables.aliases import Known, Printed, Suggestion, find_known, list_printed, suggest_aliases
from audit_lib.tables.build import Reading, find_record, resolve_notice
from audit_lib.tables.check_registry import run_checks, tabulate_problems
from audit_lib.tables.schemas import SCHEMAS, SEVERITIES
from audit_lib.tables.storage import append_rows
from audit_lib.tables.units import Unit
from audit_lib.wording.words import Words

PERIODS = "2017, 2017-04 or 2020Q3"
DAYS = ("inspected_from", "inspected_to", "issued_on", "published_on")
SAID = {"publisher": "", "document_number": "", "issued_on": "signed ", "published_on": "published "}
PUBLISHER = re.compile(r"(\w+?)关于")  # a formal title begins with who issues it
MOST_SHOWN = 10  # problems, new units, suggestions: the rest would push what matters off the screen


@dataclass(frozen=True)
class Added:
    """A notice that is in the data, what of it was written just now, and the units known before it, by id."""

    reading: Reading
    written: tuple[str, ...]  # of: raw file, record
    known: Mapping[str, Known]

    @cached_property
    def printed(self) -> list[Printed]:
        return list_printed(self.reading.evidence)

    @property
    def new(self) -> list[Printed]:
        return [each for each in self.printed if each.unit.unit_id not in self.known]

    @property
    def absent(self) -> list[Known]:
        """The known units that this notice does not name."""
        named = {each.unit.unit_id for each in self.printed}
        return [known for unit_id, known in self.known.items() if unit_id not in named]

    @cached_property
    def suggestions(self) -> list[Suggestion]:
        return suggest_aliases(self.new, self.absent)


def add_notice(data: Path, file: Path, jurisdiction: str, period: str | None = None, **given: str | None) -> Added:
    """Copy a notice into data/raw and record it in notices.csv. What it says of itself is read; `given` overrules it.

    `given` are columns of notices.csv: url, title, publisher, published_on. The same file again changes nothing.
    Raises AuditError, and leaves everything as it was, for a file that is no notice or a link to one, for a name that
    is no folder's, for a period neither given nor printed, and for another file of a period that has one.
    """
    _check_names(data, file, jurisdiction, period, given.get("url"))
    document, content = _read_file(file)
    notice = parse_notice(document)
    period = period or _read_period(notice.header, file)
    source = Source(jurisdiction, period, data / "raw" / jurisdiction / f"{period}.{_find_extension(document)}")
    held, record = _find_held(source, document), _find_own_record(data, source, document)
    source = replace(source, path=held or source.path)
    row = describe_notice(source, notice, given) if record is None else record
    reading = resolve_notice(data, source, replace(notice, document=replace(document, path=source.path)), row)
    known = find_known(data, source)
    _keep_both(data, source.path, content, row if record is None else None)
    written = {"raw file": held is None, "record": record is None}
    return Added(reading, tuple(part for part, is_new in written.items() if is_new), known)


def _check_names(data: Path, file: Path, jurisdiction: str, period: str | None, url: str | None) -> None:
    """Refuse what must not name a folder or file, before anything is read."""
    if not data.is_dir():
        raise unusable(data, "no such folder", "the data folder")
    if not re.fullmatch(JURISDICTION, jurisdiction):
        expected = "a folder name of small letters, digits, - and _, such as leizhou"
        raise unusable("--jurisdiction", repr(jurisdiction), expected)
    if period is not None and not re.fullmatch(PERIOD, period):
        raise unusable("--period", repr(period), PERIODS)
    if url is not None and not re.fullmatch(r"https?://\S+", url):
        raise unusable("--url", repr(url), "an address that begins with http:// or https://")
    if file.is_symlink():
        raise unusable(file, "a symbolic link", "the file itself")


def _read_file(file: Path) -> tuple[Document, bytes]:
    document = read_document(file)
    content = file.read_bytes()
    if hashlib.sha256(content).hexdigest() != document.sha256:
        raise unusable(file, "a file that changes while it is read", "one that stays as it is")
    return document, content


def _read_period(header: Header, file: Path) -> str:
    if header.period is None or not re.fullmatch(PERIOD, header.period):
        raise unusable(file, "no period in the title", f"--period with what the inspection covers: {PERIODS}")
    return header.period


def _find_extension(document: Document) -> str:
    """Name a file by what it holds. A .tsv stays one: its name tells what parts the cells."""
    if document.format == "csv" and document.path.suffix.lower() == ".tsv":
        return "tsv"
    return {"text": "txt"}.get(document.format, document.format)


def _find_held(source: Source, document: Document) -> Path | None:
    """Find the raw file of this notice; None where there is none. Raises AuditError where it is another file."""
    for path in sorted(path for path in source.path.parent.glob(f"{source.period}.*") if path.is_file()):
        if hashlib.sha256(path.read_bytes()).hexdigest() == document.sha256:
            return path
        found = f"another file for {source.notice_id} than {path}"
        raise unusable(document.path, found, "the same file; to replace it, remove that one and its row in notices.csv")
    return None


def _find_own_record(data: Path, source: Source, document: Document) -> pd.Series | None:
    record = find_record(data, source.notice_id)
    if record is not None and record["sha256"] != document.sha256:
        found = f"another file recorded for {source.notice_id} (SHA-256 {record['sha256'][:12]}…)"
        raise unusable(data / "reference" / "notices.csv", found, "that file; to replace it, remove its row")
    return record


def describe_notice(source: Source, notice: Notice, given: Mapping[str, str | None]) -> pd.Series:
    """Give the row of notices.csv: what was given, else what the notice says, else nothing."""
    header = notice.header
    row: dict[str, Any] = {name: getattr(source, name) for name in ("notice_id", "jurisdiction", "period")}
    row |= {name: getattr(header, name) for name in ("title", "document_number")}
    row |= {name: day.isoformat() for name in DAYS if (day := getattr(header, name))}
    row |= {"publisher": _read_publisher(header.title), "sha256": notice.document.sha256}
    row |= {name: value for name, value in given.items() if value is not None}
    return pd.Series(row, index=list(SCHEMAS["notices"].columns), dtype="object")


def _read_publisher(title: str | None) -> str | None:
    match = PUBLISHER.match(title or "")
    return match[1] if match and read_vocabulary().kind_of(match[1]) != "other" else None


def _keep_both(data: Path, path: Path, content: bytes, row: pd.Series | None) -> None:
    """Write record and raw file, or neither. The record comes first: a file without one is of unknown origin."""
    records = data / "reference" / "notices.csv"
    before = records.read_bytes() if records.is_file() else None
    append_rows([] if row is None else [row.to_dict()], records, "notices")
    try:
        save_bytes(content, path)
    except BaseException:  # Ctrl-C among them
        if before is None:
            records.unlink(missing_ok=True)
        else:
            save_bytes(before, records)
        raise


def print_added(added: Added) -> Iterator[str]:
    """Yield what was read and what does not agree, in one screen: each fact with its place."""
    reading = added.reading
    source = reading.source
    said = f"added: {' and '.join(added.written)} written" if added.written else "already there, nothing changed"
    yield f"{source.notice_id} {said} · {shorten(source.path)}"
    yield from _print_record(reading.record)
    for table in reading.notice.tables:
        scores = [row.score for row in table.rows if row.score is not None]
        spread = f"{len(scores)} scores {min(scores):g}–{max(scores):g}" if scores else "no score"
        span = " to ".join(dict.fromkeys((table.rows[0].place, table.rows[-1].place)))
        yield f"table {table.table_no:<4} {len(table.rows)} rows, {spread} · {span}"
    for tier in reading.notice.tiers:
        label = f", {tier.label}" if tier.label else ""
        yield f"tier       {tier.tier}{label}: {len(tier.units)} units · {tier.place}"
    yield from _print_units(added)
    yield from _print_problems(reading)


def shorten(path: Path) -> Path:
    """Give a path as the user would type it."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def _print_record(record: pd.Series | None) -> Iterator[str]:
    facts = {} if record is None else record.dropna().to_dict()
    yield f"title      {facts.get('title', 'none found')}"
    said = [f"{word}{facts[name]}" for name, word in SAID.items() if name in facts]
    yield f"record     {' · '.join(said) or 'nothing more found'}"


def _print_units(added: Added) -> Iterator[str]:
    n, new, absent = len(added.printed), added.new, added.absent
    if not added.known:
        yield f"units      {n}, all new: no other notice of the place is built, and it has no units.csv"
        return
    yield f"units      {n}: {n - len(new)} known, {len(new)} new{_list_names(each.unit for each in new)}"
    if absent:
        known = "1 known unit is" if len(absent) == 1 else f"{len(absent)} known units are"
        yield f"           {known} not named{_list_names(each.unit for each in absent)}"


def _list_names(units: Iterable[Unit]) -> str:
    names = [unit.name for unit in units]
    more = " …" if len(names) > MOST_SHOWN else ""
    return f": {'、'.join(names[:MOST_SHOWN])}{more}" if names else ""


def _print_problems(reading: Reading) -> Iterator[str]:
    problems = tabulate_problems(run_checks(reading.evidence), reading.source.notice_id, Words("en"))
    counts = [(name, int((problems["severity"] == name).sum())) for name in SEVERITIES]
    yield "problems   " + ", ".join(f"{n} {name}{'s' * (n != 1)}" for name, n in counts)
    gravest = problems.sort_values("severity", key=lambda column: column.map(SEVERITIES.index), kind="stable")
    row: Any
    for row in gravest.fillna({"place": "notice"}).head(MOST_SHOWN).itertuples():
        yield f"  {row.place}: {row.severity} {row.check}: {row.message}"
    if len(problems) > MOST_SHOWN:
        more = f"{len(problems) - MOST_SHOWN} more: audit-lib check"
        yield f"  … {more} {reading.source.jurisdiction} {reading.source.period}"


def print_suggestions(suggestions: list[Suggestion]) -> Iterator[str]:
    """Yield each new name with the known unit that it may be."""
    for each in suggestions:
        names = "、".join(f"{name} ({place})" for name, place in each.new.names.items())
        yield f"alias?     {names} may be {each.known.unit.name} ({each.known.where}): {each.measured}"
