"""Add published files to the data: read them, keep them under their place and period, record where they come from.

Nothing is kept that cannot be read, and no file without a record.
"""

import hashlib
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from audit_lib.documents.model import Document, name_file, squeeze
from audit_lib.documents.read import ScanError, list_archive, read_content, read_document
from audit_lib.documents.scan_file import READING, beside, is_beside_scan
from audit_lib.documents.several import hash_files, join_documents
from audit_lib.errors import AuditError, unusable
from audit_lib.files import clear_parts, lock_folder, name_part, remove, save_bytes, sync_files
from audit_lib.notices.notice import NAMED, Header, Notice, parse_header, parse_notice
from audit_lib.notices.vocabulary import read_vocabulary
from audit_lib.periods import EXPECTED, is_period, order_of
from audit_lib.sources import JURISDICTION, Source, find_held, list_files, reading_order
from audit_lib.tables.aliases import (
    Known,
    Printed,
    Roster,
    Suggestion,
    list_printed,
    load_roster,
    suggest_aliases,
)
from audit_lib.tables.build import Reading, resolve_notice
from audit_lib.tables.check_registry import Outcome, run_checks
from audit_lib.tables.corrections import list_answers, load_corrections
from audit_lib.tables.measures import read_measure
from audit_lib.tables.proposals import Proposal, find_before, propose_measure
from audit_lib.tables.scan_doubts import NOTICE, Answers, answer_lines, find_open
from audit_lib.tables.scan_review import list_corrections, load_answers, read_pictures, review_scans
from audit_lib.tables.schemas import SCHEMAS
from audit_lib.tables.storage import Appended, append_rows, load_table
from audit_lib.tables.units import load_registry

DAYS = ("inspected_from", "inspected_to", "issued_on", "published_on")
OF_ONE = ("url", "title", "published_on", "n_ranked")  # what can be true of one notice only
PUBLISHER = re.compile(r"(\w+?)关于")  # a formal title begins with who issues it


@dataclass(frozen=True)
class Download:
    """A file to add, as read: its bytes, what its head says, and the period that its title or its name gives."""

    document: Document
    content: bytes
    notice: Notice | None  # None where there is neither a table nor a list
    header: Header
    period: str | None
    answers: Answers = field(default_factory=dict)  # to what was read in a scan

    @property
    def path(self) -> Path:
        return self.document.path

    @property
    def name(self) -> str:
        return name_file(self.path)

    @property
    def is_scan(self) -> bool:
        return self.document.format == "scan"

    @property
    def contents(self) -> dict[str, bytes]:
        """The files to keep: a scan has beside it what was read in it."""
        reading = {self.name + READING: beside(self.path, READING).read_bytes()} if self.is_scan else {}
        return {self.name: self.content, **reading}

    @property
    def is_page(self) -> bool:
        """Check whether the file is a notice by its title, and no annex of one."""
        return NAMED.search(self.header.title or "") is not None


@dataclass(frozen=True)
class Added:
    """A notice that is in the data, what of it was written just now, and the units known before it, by id."""

    reading: Reading
    written: tuple[str, ...]  # of: raw file, record
    known: Mapping[str, Known]
    proposal: Proposal  # what its scores measure; nothing where it was recorded before
    overlaps: tuple[str, ...] = ()  # other periods of the place that share days with this one
    kept: tuple[str, ...] = ()  # columns of the record that are not as given now

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
        return suggest_aliases(self.new, self.absent) if self.new else []

    @cached_property
    def outcomes(self) -> tuple[Outcome, ...]:
        return run_checks(self.reading.evidence)


def add_notice(data: Path, file: Path, jurisdiction: str, period: str | None = None, **given: Any) -> Added:
    """Copy a notice into data/raw and record it in notices.csv. What it says of itself is read; `given` overrules it.

    `given` are columns of notices.csv: url, title, publisher, published_on, and those of a measure. The same file again
    changes nothing. Raises AuditError, and leaves everything as it was, for a file that is no notice or a link to one,
    for a name that is no folder's, for a period neither given nor printed, and for another file of a period.
    """
    added = next(add_files(data, [file], jurisdiction, period, **given))
    if isinstance(added, AuditError):
        raise added
    return added


def add_files(
    data: Path, files: Sequence[Path], jurisdiction: str, period: str | None = None, **given: Any
) -> Iterator[Added | AuditError]:
    """Add several files, or those of a folder: notices of several periods, or one notice with its annexes.

    Each file says in its title which period it is of. Files of one period are one notice, kept together in a folder
    data/raw/<jurisdiction>/<period>; one that names no period belongs to the only notice there is. An archive stands
    for the files in it. A scan is read into a CSV file beside it, and added once no line of it is doubtful. Yields each
    notice, in the order of time, then what could not be added. Raises AuditError, before anything is written, where the
    files are neither: several notices of one period, or an unreadable annex.
    """
    _check_names(data, files, jurisdiction, period, given)
    downloads: list[Download] = []
    refused: list[AuditError] = []
    for file in _list_downloads(files):
        try:
            downloads += map(_read_download, list_archive(file) or [file])
        except AuditError as error:
            refused.append(error)
    notices, without = _sort_out(downloads, refused, period)
    if len(notices) > 1 and (names := [name for name in OF_ONE if given.get(name) is not None]):
        option = f"--{names[0].replace('_', '-')}"
        raise unusable(option, f"{len(notices)} notices", "one notice: add them one at a time")
    roster = load_roster(data, jurisdiction) if notices else None
    records = Records(data)
    for of, group in sorted(notices.items(), key=lambda pair: order_of(pair[0])):
        assert roster
        try:
            yield _add_group(data, Source(jurisdiction, of, data), group, roster, records, given)
        except AuditError as error:
            yield error
    yield from (*refused, *without)


def _check_names(
    data: Path, files: Sequence[Path], jurisdiction: str, period: str | None, given: Mapping[str, Any]
) -> None:
    """Refuse what must not name a folder or file, before anything is read."""
    if not data.is_dir():
        raise unusable(data, "no such folder", "the data folder")
    if not re.fullmatch(JURISDICTION, jurisdiction):
        expected = "a folder name of small letters, digits, - and _, such as leizhou"
        raise unusable("--jurisdiction", repr(jurisdiction), expected)
    if period is not None and not is_period(period):
        raise unusable("--period", repr(period), EXPECTED)
    url = given.get("url")
    if url is not None and not re.fullmatch(r"https?://\S+", url):
        raise unusable("--url", repr(url), "an address that begins with http:// or https://")
    low, high = given.get("scale_min"), given.get("scale_max")
    if high is not None and not (low or 0.0) < high <= 1e6:
        raise unusable("--scale-max", f"{high:g}", "a number above the lowest score")
    for file in files:
        if file.is_symlink():
            raise unusable(file, "a symbolic link", "the file itself")


def _list_downloads(files: Sequence[Path]) -> list[Path]:
    """List the files named, and those in the folders named; each once."""
    listed = [each for file in files for each in (list_files(file) if file.is_dir() else [file])]
    return [file for file in dict.fromkeys(listed) if not is_beside_scan(file)]


def _read_download(file: Path) -> Download:
    if file.is_symlink():
        raise unusable(file, "a symbolic link", "the file itself")
    if not (name := name_file(file)).isprintable() or name.startswith("."):
        raise unusable(repr(name), "a hidden file or a name that cannot be printed", "a file name that can")
    document = _read_document(file)
    answers = load_answers(file) if document.format == "scan" else {}
    content = read_content(file)
    if hashlib.sha256(content).hexdigest() != document.sha256:
        raise unusable(file, "a file that changes while it is read", "one that stays as it is")
    answered = answer_lines(document, answers)
    notice = _try_notice(answered)
    header = notice.header if notice else parse_header(answered.lines, read_vocabulary())
    period = header.period or (file.stem if is_period(file.stem) else None)
    return Download(document, content, notice, header, period, answers)


def _read_document(file: Path) -> Document:
    """Read a file; a scan in which nothing was read yet with the program that reads pictures."""
    try:
        return read_document(file)
    except ScanError:
        read_pictures(file)
        return read_document(file)


def _try_notice(document: Document) -> Notice | None:
    """Parse a file that may be no more than one of several: the page without its table."""
    try:
        return parse_notice(document)
    except AuditError:
        return None


def _sort_out(
    downloads: list[Download], refused: list[AuditError], period: str | None
) -> tuple[dict[str, list[Download]], list[AuditError]]:
    """Sort files into notices, by period; what belongs to none is listed with its error.

    Raises AuditError for what a person must decide.
    """
    if period is not None:
        return _take_as_one(downloads, refused, period), []
    found = list(dict.fromkeys(each.period for each in downloads if each.period))
    if not downloads or (len(found) == 1 and refused):
        raise refused[0]  # a notice is kept whole, or not at all
    if len(found) == 1:
        return _take_as_one(downloads, [], found[0]), []
    groups: dict[str, list[Download]] = {}
    for each in downloads:
        groups.setdefault(each.period or "", []).append(each)
    expected = f"--period with what the inspection covers: {EXPECTED}"
    without = [unusable(each.path, "no period in the title", expected) for each in groups.pop("", [])]
    if not groups:
        raise without[0]
    return {of: group for of, group in groups.items() for group in [_take_as_one(group, [], of)[of]]}, without


def _take_as_one(downloads: list[Download], refused: list[AuditError], period: str) -> dict[str, list[Download]]:
    """Collect files for one notice: a page and its annexes. Raises AuditError for two pages, or files of one name."""
    if refused:
        raise refused[0]
    once = list({each.document.sha256: each for each in reversed(downloads)}.values())[::-1]
    pages = [each for each in once if each.is_page]
    if len({each.period for each in pages if each.period}) < 2:
        _check_tables(once)
    if len(pages) > 1:
        found = ", ".join(f"{each.name} ({each.period or 'no period'})" for each in pages)
        expected = "one notice with its annexes; notices of several periods without --period, each with its own title"
        raise unusable(pages[1].path, f"{len(pages)} notices for {period}: {found}", expected)
    names = [each.name for each in once]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise unusable(period, f"two files named {twice}", "files of one notice, each with a name of its own")
    return {period: once}


def _check_tables(downloads: list[Download]) -> None:
    """Raise AuditError for two files with the same table, as one that was published in two formats."""
    first: dict[frozenset[tuple[str, float | None]], Download] = {}
    for each in downloads:
        tables = each.notice.tables if each.notice else ()
        rows = frozenset((squeeze(row.unit), row.score) for table in tables for row in table.rows)
        if rows and (other := first.setdefault(rows, each)) is not each:
            found = f"the {len(rows)} rows that {other.name} has"
            raise unusable(each.path, found, "each table in one file: name the files to add")


class Records:
    """The rows of notices.csv, loaded again only where somebody else changed the file. Used by who holds its lock."""

    def __init__(self, data: Path) -> None:
        self.path = data / "reference" / "notices.csv"
        self._content: bytes | None = None
        self._table = pd.DataFrame(columns=list(SCHEMAS["notices"].columns))

    def load(self) -> pd.DataFrame:
        content = self.path.read_bytes() if self.path.is_file() else None
        if content != self._content:
            empty = pd.DataFrame(columns=list(SCHEMAS["notices"].columns))
            self._table = empty if content is None else load_table(self.path, "notices")
            self._content = content
        return self._table

    def append(self, row: pd.Series | None) -> Appended:
        table = self.load()
        written = append_rows([] if row is None else [row.to_dict()], self.path, "notices", table)
        if row is not None and self._content is not None:
            self._table = pd.concat([table, row.to_frame().T.astype("object")], ignore_index=True)
        self._content = written.after if self._content is not None else None
        return written


def _add_group(
    data: Path, source: Source, group: list[Download], roster: Roster, records: Records, given: Mapping[str, Any]
) -> Added:
    """Add one notice: one file, or several that are kept together."""
    known = roster.known_for(source.period)
    group = sorted(group, key=lambda each: reading_order(each.path))
    source = replace(source, path=_name_raw(data, source, group))
    is_one = len(group) == 1 and not group[0].is_scan
    document = group[0].document if is_one else join_documents(source.path, [each.document for each in group])
    parsed = group[0].notice if is_one else None
    document, corrections = _settle(data, source, document, group)
    with lock_folder(data / "reference"):  # nobody else adds between the look and the writing
        held = _find_held(data, source, document, group[0].path)
        source = replace(source, path=held or source.path)
        table = records.load()
        record = _find_own_record(table, records.path, source, document)
        notice, proposal = _parse_with(document, parsed, table, record, source, given)
        row = describe_notice(source, notice, given, proposal) if record is None else record
        notice = replace(notice, document=replace(document, path=source.path))
        reading = resolve_notice(data, source, notice, row)
        new = row if record is None else None
        _keep(records, source.path, group if held is None else [], new, corrections)
    roster.enter(source.period, source.notice_id, _list_units(reading))
    raw = "raw file" if len(group) == 1 else f"{len(group)} raw files"
    answers = "1 answer" if len(corrections) == 1 else f"{len(corrections)} answers"
    written = {raw: held is None, "record": record is None, answers: bool(corrections)}
    overlaps = [
        one if two == source.period else two for one, two in roster.list_overlaps() if source.period in (one, two)
    ]
    return Added(
        reading,
        tuple(part for part, is_new in written.items() if is_new),
        known,
        proposal,
        tuple(overlaps),
        _list_kept(record, given),
    )


def _settle(
    data: Path, source: Source, document: Document, group: list[Download]
) -> tuple[Document, list[dict[str, str]]]:
    """Return a document with the answers to what was read in scans, and the answers that corrections.csv lacks.

    Raises AuditError, with a review file and a page beside each scan, where a line is doubtful and has no answer.
    """
    scans = {f"{each.name} ": each for each in group if each.is_scan}
    if not scans:
        return document, []
    kept = list_answers(load_corrections(data, source.notice_id))
    given = {
        (place if place == NOTICE else prefix + place, text): answer
        for prefix, scan in scans.items()
        for (place, text), answer in scan.answers.items()
    }
    answers = given | kept
    if doubts := find_open(document, answers, load_registry(data, source.jurisdiction)):
        paths = {prefix: scan.path for prefix, scan in scans.items()}
        raise review_scans(document, paths, answers, doubts)
    new = {key: answer for key, answer in given.items() if key not in kept}
    return answer_lines(document, answers), list(list_corrections(source.notice_id, document, new))


def _name_raw(data: Path, source: Source, group: list[Download]) -> Path:
    """Name the raw file; a folder for several, and for a scan and what was read in it."""
    folder = data / "raw" / source.jurisdiction
    is_one = len(group) == 1 and not group[0].is_scan
    return folder / (f"{source.period}.{_find_extension(group[0].document)}" if is_one else source.period)


def _find_extension(document: Document) -> str:
    """Name a file by what it holds. A .tsv stays one: its name says what separates the cells."""
    if document.format == "csv" and document.path.suffix.lower() == ".tsv":
        return "tsv"
    return {"text": "txt"}.get(document.format, document.format)


def _find_held(data: Path, source: Source, document: Document, file: Path) -> Path | None:
    """Find the raw file or folder of this notice; None where there is none. Raises AuditError where it is another."""
    for path in find_held(data, source.jurisdiction, source.period):
        if _hash_raw(path) == document.sha256:
            return path
        found = f"another file for {source.notice_id} than {path}"
        raise unusable(file, found, "the same file; to replace it, remove that one and its row in notices.csv")
    return None


def _hash_raw(path: Path) -> str:
    if path.is_dir():
        return hash_files({each.name: _hash_raw(each) for each in list_files(path)})
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _find_own_record(records: pd.DataFrame, path: Path, source: Source, document: Document) -> pd.Series | None:
    ours = records[records["notice_id"] == source.notice_id]
    if ours.empty:
        return None
    record: pd.Series = ours.iloc[0]
    if record["sha256"] != document.sha256:
        found = f"another file recorded for {source.notice_id} (SHA-256 {record['sha256'][:12]}…)"
        raise unusable(path, found, "that file; to replace it, remove its row")
    return record


def _parse_with(
    document: Document,
    parsed: Notice | None,
    records: pd.DataFrame,
    record: pd.Series | None,
    source: Source,
    given: Mapping[str, Any],
) -> tuple[Notice, Proposal]:
    """Parse a notice, with the column of the scores that is recorded, given, or was recorded of the notice before.

    `parsed` is the notice without a column, where it has been parsed.
    """
    if record is not None:
        return parse_notice(document, read_measure(record).score_column), Proposal({}, {})
    if given.get("score_column"):
        notice = _parse_column(document, given["score_column"])
        before = _find_before(records, source, notice, given)
        return notice, propose_measure(notice, before, given)
    notice = parsed or parse_notice(document)
    before = _find_before(records, source, notice, given)
    column = read_measure(before).score_column
    if before is not None and column:
        with suppress(AuditError):
            again = parse_notice(document, column)
            if _reads_column(again, column):
                return again, propose_measure(again, before, given)
        before = before.drop("score_column")  # the heading is another one now
    return notice, propose_measure(notice, before, given)


def _parse_column(document: Document, heading: str) -> Notice:
    """Parse a notice with the column of the scores that a person named."""
    with suppress(AuditError):
        notice = parse_notice(document, heading)
        if _reads_column(notice, heading):
            return notice
    columns = "、".join(column for table in parse_notice(document).tables for column in table.columns)
    raise unusable("--score-column", repr(heading), f"a heading over numbers, one of {columns or 'none here'}")


def _find_before(records: pd.DataFrame, source: Source, notice: Notice, given: Mapping[str, Any]) -> pd.Series | None:
    return find_before(records, source.jurisdiction, source.period, given.get("title") or notice.header.title)


def _reads_column(notice: Notice, heading: str) -> bool:
    """Check whether scores are read from the column of this heading."""
    tables = [table for table in notice.tables if squeeze(table.score_column or "") == squeeze(heading)]
    return any(row.score is not None for table in tables for row in table.rows)


def describe_notice(source: Source, notice: Notice, given: Mapping[str, Any], proposal: Proposal) -> pd.Series:
    """Return the row of notices.csv: what was given, else what the notice says, else nothing."""
    header = notice.header
    row: dict[str, Any] = {name: getattr(source, name) for name in ("notice_id", "jurisdiction", "period")}
    row |= {name: getattr(header, name) for name in ("title", "document_number")}
    row |= {name: day.isoformat() for name in DAYS if (day := getattr(header, name))}
    row |= {"publisher": _read_publisher(header.title), "sha256": notice.document.sha256}
    row |= {**proposal.facts, "measure_evidence": proposal.words}
    row |= {name: value for name, value in given.items() if value is not None}
    return pd.Series(row, index=list(SCHEMAS["notices"].columns), dtype="object")


def _read_publisher(title: str | None) -> str | None:
    match = PUBLISHER.match(title or "")
    return match[1] if match and read_vocabulary().kind_of(match[1]) != "other" else None


def _keep(
    records: Records, path: Path, group: list[Download], row: pd.Series | None, corrections: list[dict[str, str]]
) -> None:
    """Write record, answers and raw files, or none. The record comes first: a file without one is of unknown origin."""
    clear_parts(path)
    contents = {name: content for each in group for name, content in each.contents.items()}
    written: list[Appended] = [records.append(row)]
    try:
        written.append(append_rows(corrections, records.path.with_name("corrections.csv"), "corrections"))
        if len(contents) == 1:
            save_bytes(group[0].content, path)
        elif contents:
            _save_folder(contents, path)
        if group:
            sync_files(path)
    except BaseException:  # Ctrl-C among them
        if group:
            remove(path)
        for each in reversed(written):
            each.undo()
        raise


def _save_folder(contents: Mapping[str, bytes], path: Path) -> None:
    """Write a folder with its files in one step: there is none, or it is whole."""
    part = name_part(path)
    try:
        for name, content in contents.items():
            save_bytes(content, part / name)
        part.replace(path)
    except OSError as error:
        raise AuditError(f"{path}: cannot be written: {error.strerror or error}") from None
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _list_units(reading: Reading) -> Iterator[tuple[str, str, str]]:
    for each in list_printed(reading.evidence):
        yield each.unit.unit_id, each.unit.name, next(iter(each.names.values()))


def _list_kept(record: pd.Series | None, given: Mapping[str, Any]) -> tuple[str, ...]:
    """List the columns of a record that is there which are not as given now: it is never overwritten."""
    if record is None:
        return ()
    asked = {name: value for name, value in given.items() if value is not None}
    return tuple(name for name, value in asked.items() if str(record.get(name)) != str(value))
