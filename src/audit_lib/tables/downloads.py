"""Files to add, as read, sorted into notices: by the period in the title, a page with its annexes."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from audit_lib.documents.model import Document, name_file, squeeze
from audit_lib.documents.read import ScanError, read_content, read_document
from audit_lib.documents.scan_file import READING, beside, is_beside_scan
from audit_lib.errors import AuditError, unusable
from audit_lib.fingerprints import hash_bytes
from audit_lib.notices.notice import NAMED, Header, Notice, parse_header, parse_notice
from audit_lib.notices.words.vocabulary import read_vocabulary
from audit_lib.periods import EXPECTED, is_period
from audit_lib.sources import list_files
from audit_lib.tables.scan_doubts import Answers, answer_lines
from audit_lib.tables.scan_review import load_answers, read_pictures


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


def list_downloads(files: Sequence[Path]) -> list[Path]:
    """List the files named, and those in the folders named; each once. Raises AuditError where there are none."""
    listed = [each for file in files for each in (list_files(file) if file.is_dir() else [file])]
    if found := [file for file in dict.fromkeys(listed) if not is_beside_scan(file)]:
        return found
    raise unusable(files[0], "no file of a notice in it", "at least one")


def read_download(file: Path) -> Download:
    if file.is_symlink():
        raise unusable(file, "a symbolic link", "the file itself")
    if not (name := name_file(file)).isprintable() or name.startswith("."):
        raise unusable(repr(name), "a hidden file or a name that cannot be printed", "a file name that can")
    document = _read_document(file)
    answers = load_answers(document) if document.format == "scan" else {}
    content = read_content(file)
    if hash_bytes(content) != document.sha256:
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


def sort_downloads(
    downloads: list[Download], refused: list[AuditError], period: str | None
) -> tuple[dict[str, list[Download]], list[AuditError]]:
    """Sort files into notices, by period, and list errors of others. Raises AuditError where a person must decide."""
    found = [period] if period else list(dict.fromkeys(each.period for each in downloads if each.period))
    if refused and (not downloads or len(found) == 1):
        raise refused[0]  # a notice is kept whole, or not at all
    if len(found) == 1:
        return {found[0]: _take_as_one(downloads, found[0])}, []
    groups: dict[str, list[Download]] = {}
    for each in downloads:
        groups.setdefault(each.period or "", []).append(each)
    expected = f"--period with what the inspection covers: {EXPECTED}"
    without = [unusable(each.path, "no period in the title", expected) for each in groups.pop("", [])]
    if not groups:
        raise without[0]
    return {of: _take_as_one(group, of) for of, group in groups.items()}, without


def _take_as_one(downloads: list[Download], period: str) -> list[Download]:
    """Collect files for one notice: a page and its annexes. Raises AuditError for two pages, or files of one name."""
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
    return once


def _check_tables(downloads: list[Download]) -> None:
    """Raise AuditError for two files with the same table, as one that was published in two formats."""
    first: dict[frozenset[tuple[str, float | None]], Download] = {}
    for each in downloads:
        tables = each.notice.tables if each.notice else ()
        rows = frozenset((squeeze(row.unit), row.score) for table in tables for row in table.rows)
        if rows and (other := first.setdefault(rows, each)) is not each:
            found = f"the {len(rows)} rows that {other.name} has"
            raise unusable(each.path, found, "each table in one file: name the files to add")
