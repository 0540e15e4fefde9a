"""Verify published files: make each anew from the data and the notebooks, and compare the two byte by byte.

The file is read, never run; what it says that it is only chooses what it is compared with. See docs/trust.md.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from nbformat.v4 import reads as read_json

from audit_lib.batch.plan import Folders
from audit_lib.batch.processes import RunOptions
from audit_lib.batch.run import open_executor
from audit_lib.documents.kinds import HEAD, find_kind
from audit_lib.documents.model import UnreadableError
from audit_lib.documents.scan_file import READING, beside, find_other_reader, load_reading
from audit_lib.errors import AuditError, show_controls, unusable
from audit_lib.fingerprints import PAGE_LIBRARIES, list_versions
from audit_lib.pages.origin import Origin
from audit_lib.pages.place_reports import COVER
from audit_lib.pages.report_page import find_chart
from audit_lib.pages.report_summary import list_reports
from audit_lib.sources import find_sources
from audit_lib.tables.scan_review import read_pages
from audit_lib.verify.differences import Difference, find_differences
from audit_lib.verify.given import Given, drop_running_times, list_files, read_given, read_within_limits, restore_source
from audit_lib.verify.remake import Remaker, add_changed
from audit_lib.wording.languages import LANGUAGES, MAIN

# Confirmed: the same bytes as made anew. The others are failures: other bytes; what cannot be made anew here, or was
# made with other versions of libraries; what this library did not make.
CONFIRMED, CHANGED, ELSEWHERE, UNKNOWN = "confirmed", "changed", "cannot be confirmed here", "not recognised"
INDEX = "index.html"
EXCEPTED = "but for its list of what changed since the report before it, which cannot be made anew"
FEW = 5  # differences that are printed unless all are asked for


@dataclass(frozen=True)
class Verification:
    """The verdict on one file, why where it is not confirmed, and its differences from the file made anew."""

    path: Path
    verdict: str
    why: str = ""
    differences: list[Difference] = field(default_factory=list)

    @property
    def is_confirmed(self) -> bool:
        return self.verdict == CONFIRMED

    def lines(self, *, every: bool) -> Iterator[str]:
        """Yield the verdict and the first differences; with `every`, all of them."""
        yield show_controls(f"{self.verdict}: {self.path}{': ' if self.why else ''}{self.why}")
        shown = self.differences if every else self.differences[:FEW]
        yield from (f"  {each}" for each in shown)
        if more := len(self.differences) - len(shown):
            yield f"  and {more} more differences (--all)"

    def as_dict(self) -> dict[str, Any]:
        """Return the object that `audit-lib verify --json` prints."""
        differences = [asdict(each) for each in self.differences]
        return {"file": str(self.path), "verdict": self.verdict, "why": self.why, "differences": differences}


def verify_path(path: Path, folders: Folders) -> Iterator[Verification]:
    """Verify a file, or each file of a folder, several at a time; yields them in order.

    Raises AuditError where there is no file at all.
    """
    files = list(list_files(path))
    if not files or not (path.exists() or path.is_symlink()):
        found = "no file" if path.is_dir() else "no such file"
        raise unusable(path, found, "a page or notebook, or a folder of them")
    with TemporaryDirectory(prefix="audit-verify-") as scratch, open_executor(None, None) as (executor, _):
        verifier = Verifier(folders, RunOptions(), Path(scratch))
        yield from executor.map(verifier.verify, files)
    yield from map(read_again, find_scans(folders.data, verifier.addresses))


class Verifier:
    """Verifies files against one project. Works in an empty scratch folder, which is the caller's to remove."""

    def __init__(self, folders: Folders, options: RunOptions, scratch: Path) -> None:
        self.addresses: set[str] = set()  # of the files so far
        self._reports = folders.reports
        self._remaker = Remaker(folders, options, scratch)

    def verify(self, path: Path) -> Verification:
        """Verify one file. Whatever it is, it has a verdict."""
        try:
            if path.name == COVER:
                return self._verify_cover(path)
            given = read_given(path)
        except AuditError as error:
            return Verification(path, UNKNOWN, str(error))
        self.addresses.add(given.origin.page)
        differences: list[Difference] = []
        try:
            expected = self._make_expected(path, given)
            is_same = given.text == expected
            verdict, why = (CONFIRMED, EXCEPTED if given.changed else "") if is_same else (CHANGED, "")
            differences = [] if is_same else find_differences(given.text, expected)
        except AuditError as error:
            verdict, why = ELSEWHERE, str(error)
        if verdict == CHANGED and (versions := _name_other_versions(given)):
            verdict, why = ELSEWHERE, f"it was made with {versions}"
        return Verification(path, verdict, why, differences)

    def _make_expected(self, path: Path, given: Given) -> str:
        """Make a file anew. Raises AuditError where that cannot be done, and for a file in another one's place."""
        implied = self._imply_address(path)
        if implied not in (None, given.origin.page):
            raise AuditError(f"found in the place of {implied}; it is {given.origin.page}")
        return self._make_page(path, given.origin) if given.is_page else self._make_report(given)

    def _imply_address(self, path: Path) -> str | None:
        """Imply an address from where a file lies: in a folder of a known place; None elsewhere."""
        *folders, name = path.absolute().parts
        for n in (1, 2):
            if len(folders) >= n and folders[-n] in self._remaker.places:
                language = [each for each in folders[-n - 1 : -n] if each in LANGUAGES and each != MAIN]
                return "/".join([*language, *folders[-n:], name])
        if name == INDEX and any((path.parent / place).is_dir() for place in self._remaker.places):
            return "/".join([*(each for each in folders[-1:] if each in LANGUAGES), name])
        return None

    def _make_report(self, given: Given) -> str:
        name = self._remaker.find_notebook(given.origin.notebook, given.title)
        report = add_changed(self._remaker.make_report(name, given.origin.parameters), given.changed)
        if not given.is_by_papermill:
            return report
        return drop_running_times(restore_source(report, self._remaker.notebooks[name]), given.text)

    def _make_page(self, path: Path, origin: Origin) -> str:
        """Render a page beside the reports of the folder it lies in, if all are there, else of the project's."""
        root, n = self._reports, len(origin.page.split("/"))
        if path.absolute().as_posix().endswith(f"/{origin.page}"):
            lies_in = path.absolute().parents[n - 1]
            reports = (any(path.parent.glob(each)) for each in ("*/*.ipynb", "*/*/*.ipynb"))
            has_reports = path.name != INDEX or any(reports)
            root = lies_in if has_reports and all((lies_in / each).exists() for each in origin.beside) else root
        report = (root / origin.page).with_suffix(".ipynb")
        changed = read_given(report).changed if origin.notebook and report.is_file() else None
        return self._remaker.make_page(origin, root, changed)

    def _verify_cover(self, path: Path) -> Verification:
        """Verify the picture of a period: the first chart of the first report beside it."""
        content, reports = read_within_limits(path), list_reports(path.parent)
        if not reports:
            raise AuditError("found a picture beside no report; expected the first chart of one")
        is_first = content == find_chart(read_json(self._make_report(read_given(reports[0]))))
        return Verification(path, *((CONFIRMED, "") if is_first else (CHANGED, "not the first chart of its reports")))


def find_scans(data: Path, addresses: Iterable[str]) -> Iterator[Path]:
    """Yield the scans of the notices that pages are about."""
    about = {tuple(address.split("/")[-3:-1]) for address in addresses}
    for source in find_sources(data):
        if (source.jurisdiction, source.period) in about:
            yield from (file for file in source.files if beside(file, READING).is_file())


def read_again(scan: Path) -> Verification:
    """Read the pictures of a scan once more, and compare each box with what is kept."""
    content = scan.read_bytes()
    try:
        kept = {line.place: line.text for line in load_reading(scan, hashlib.sha256(content).hexdigest()) or ()}
        again = {line.place: line.text for line in read_pages(content, find_kind(content[:HEAD], scan.suffix))}
    except UnreadableError as error:
        return Verification(scan, ELSEWHERE, f"found {error.found}; expected {error.expected}")
    places = enumerate({**kept, **again}, start=2)  # below the head of the file
    pairs = ((place, n, kept.get(place), again.get(place)) for n, place in places)
    differences = [Difference(place, n, old, new) for place, n, old, new in pairs if old != new]
    if differences and (reader := find_other_reader(scan)):
        return Verification(scan, ELSEWHERE, f"it was read with {reader}", differences)
    why = f"{len(again)} lines of its pictures read again"
    return Verification(scan, CHANGED if differences else CONFIRMED, why, differences)


def _name_other_versions(given: Given) -> str:
    """Name the libraries that a file says it was made with and that have another version here."""
    here, stated = {**list_versions(), **list_versions(PAGE_LIBRARIES)}, given.origin.versions
    differing = [name for name in here if name in stated and stated[name] != here[name]]
    return ", ".join(f"{name} {str(stated[name])[:20]} (here {here[name]})" for name in differing)
