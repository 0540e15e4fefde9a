"""Verify a published report: its data against the lines of the notice, what it states against a new computation.

The page or notebook is read, never run: what runs is the project's own notebook, with the parameters that the report
states and the data that it carries. So a digit that was changed anywhere in it differs from what comes out.
"""

import ast
import csv
import io
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import nbformat
import pandas as pd
from bs4 import BeautifulSoup, Tag

from audit_lib.errors import AuditError, unusable
from audit_lib.publishing.executors import open_executor
from audit_lib.publishing.kernels import Limits, start_warming
from audit_lib.publishing.manifest import Snapshot, describe_report, list_versions
from audit_lib.publishing.parameters import Parameters, check_parameters, read_parameters
from audit_lib.publishing.plan import Folders, Run
from audit_lib.publishing.statements import Statement, list_notebook, list_page, read_data, read_link
from audit_lib.publishing.tasks import execute_pages, execute_run
from audit_lib.reading.build import Reading, read_source
from audit_lib.reading.sources import Source, find_sources
from audit_lib.tables import format_table, load_table, save_table

MOST_BYTES = 20 * 2**20  # a report of five figures has half a megabyte
CONFIRMED, CHANGED, MISSING, ADDED = "confirmed", "changed", "missing", "added"
SENTENCES = ("headline", "finding")  # what is printed even where it is confirmed
WINDOW = 60  # characters on each side of a difference
KEY = ("notice_id", "table_no", "unit_id")  # of a row of scores


@dataclass(frozen=True)
class Issue:
    """A report as published: what it says it was made from, the data that it carries, and what it states."""

    path: Path
    notebook: str
    parameters: Parameters
    data: str
    inputs: dict[str, str]
    versions: dict[str, str]
    statements: list[Statement]

    @property
    def is_page(self) -> bool:
        return self.path.suffix == ".html"


@dataclass(frozen=True)
class Verdict:
    """What became of one row, input or statement: shown in the report, expected from the notice or a new computation."""

    verdict: str
    kind: str
    where: tuple[str, ...]
    shown: str | None = None
    expected: str | None = None

    def __str__(self) -> str:
        place = " › ".join(part for part in self.where if part)
        named = f"{self.verdict:<9}  {self.kind}{f' {place}' if place else ''}"
        if self.kind == "input":
            return named if self.verdict == CONFIRMED else f"{named} has changed since"
        if self.verdict == CONFIRMED:
            return f"{named}: {self.shown}" if self.shown else named
        source = "the notice has" if self.kind == "line" else "recomputed"
        shown, expected = _cut_to_difference(self.shown or "", self.expected or "")
        told = [f"shows {shown}"] if self.shown is not None else []
        told += [f"{source} {expected}"] if self.expected is not None else []
        return f"{named}: {', '.join(told)}"


@dataclass(frozen=True)
class Verification:
    """The verdicts on one report, with notes on what could not be compared."""

    path: Path
    verdicts: list[Verdict]
    notes: list[str] = field(default_factory=list)

    @property
    def is_confirmed(self) -> bool:
        return all(each.verdict == CONFIRMED for each in self.verdicts)

    def lines(self, *, every: bool) -> Iterator[str]:
        """Yield what a reader wants to know: the findings, all differences, the counts; with `every`, every verdict."""
        for each in self.verdicts:
            if every or each.verdict != CONFIRMED or each.kind in SENTENCES:
                yield str(each)
        yield from (f"note       {note}" for note in self.notes)
        counts = Counter(each.verdict for each in self.verdicts)
        counted = ", ".join(f"{counts[name]} {name}" for name in (CONFIRMED, CHANGED, MISSING, ADDED))
        rows = sum(each.kind == "line" for each in self.verdicts)
        yield f"{self.path}: {counted} ({rows} rows of the notice among them)"

    def as_dict(self) -> dict[str, Any]:
        """Give what a program would want to know."""
        told = [{name: getattr(each, name) for name in each.__dataclass_fields__} for each in self.verdicts]
        return {"report": str(self.path), "confirmed": self.is_confirmed, "verdicts": told, "notes": self.notes}


@dataclass(frozen=True)
class Rerun(Run):
    """A run with all the parameters that a report states."""

    settings: tuple[tuple[str, Any], ...] = ()

    @property
    def parameters(self) -> dict[str, Any]:
        return dict(self.settings)


def find_issues(path: Path) -> list[list[Path]]:
    """Find the reports at a path, page and notebook of each together. Raises AuditError where there is none."""
    if not path.is_dir():
        return [[path]]
    found: dict[Path, list[Path]] = {}
    for each in sorted([*path.rglob("*.ipynb"), *path.rglob("*.html")]):
        hidden = any(part.startswith(".") for part in each.relative_to(path).parts)
        if not hidden and not each.stem.endswith(".failed") and (each.suffix == ".ipynb" or _is_page_of_report(each)):
            found.setdefault(each.with_suffix(""), []).append(each)
    if not found:
        raise unusable(path, "no report", "a report page or notebook, or a folder of them")
    return list(found.values())


def verify_path(path: Path, folders: Folders) -> Iterator[Verification | AuditError]:
    """Verify the report at a path, or each in a folder, several at a time; yields them in order.

    Raises AuditError where the path is unusable; one that is unusable among others is yielded as its error.
    """
    groups = find_issues(path)
    if groups == [[path]]:
        read_issue(path)  # what cannot be read needs no processes
    limits = Limits()
    if limits.warm:
        start_warming()
    verifier = Verifier(folders, limits)
    with open_executor(None, None) as (executor, _):
        for verified in executor.map(lambda group: [_try_verify(verifier, each) for each in group], groups):
            if path.is_dir() or not isinstance(verified[0], AuditError):
                yield from verified
            else:
                raise verified[0]


def _try_verify(verifier: "Verifier", path: Path) -> Verification | AuditError:
    try:
        return verifier.verify(path)
    except AuditError as error:
        return error


def _is_page_of_report(path: Path) -> bool:
    """Tell a report's page from the index and the pages of notices and units, which have no notebook."""
    return path.with_suffix(".ipynb").is_file() or b'<ul class="parameters">' in path.read_bytes()


def read_issue(path: Path) -> Issue:
    """Read a published report. Raises AuditError for a file that is none, or does not say what it was made from."""
    content = _read_text(path)
    try:
        return _read_page(path, content) if path.suffix == ".html" else _read_notebook(path, content)
    except AuditError as error:
        raise error if str(error).startswith(str(path)) else AuditError(f"{path}: {error}") from None
    except (ValueError, TypeError, AttributeError, LookupError, SyntaxError, RecursionError, MemoryError):
        raise unusable(path, "a damaged file", "a report made by audit-lib run") from None


def _read_text(path: Path) -> str:
    if path.suffix not in (".html", ".ipynb"):
        raise unusable(path, f"a file named {path.suffix or 'without ending'}", "a report: .html or .ipynb")
    try:
        if (size := path.stat().st_size) > MOST_BYTES:
            raise unusable(path, f"{size / 2**20:.0f} MB", f"a report of {MOST_BYTES // 2**20} MB at most")
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise unusable(path, error.strerror or str(error), "a report that can be read") from None
    except ValueError:
        raise unusable(path, "no UTF-8 text", "a report made by audit-lib run") from None
    if not text.strip():
        raise unusable(path, "an empty file", "a report made by audit-lib run")
    return text


def _read_notebook(path: Path, text: str) -> Issue:
    notebook = nbformat.reads(text, as_version=4)  # type: ignore[no-untyped-call]
    if not any(cell.get("outputs") for cell in notebook.cells):
        raise unusable(path, "a notebook without outputs", "an executed report")
    audit = notebook.metadata.get("audit", {})
    parameters = check_parameters(read_parameters(notebook))
    inputs, versions = (dict(audit.get(name, {})) for name in ("inputs", "versions"))
    return Issue(path, path.stem, parameters, read_data(notebook), inputs, versions, list_notebook(notebook))


def _read_page(path: Path, text: str) -> Issue:
    page = BeautifulSoup(text, "html.parser")
    notebook, told = page.select_one("dd.notebook a"), page.find("ul", class_="parameters")
    if notebook is None or not isinstance(told, Tag):
        raise unusable(path, "a page that does not say what it was made from", "a report made by audit-lib run")
    pairs = [each.get_text().partition(" = ") for each in told.find_all("li")]
    parameters = check_parameters({name: ast.literal_eval(value) for name, _, value in pairs})
    versions = [each.get_text().strip().rpartition(" ") for each in page.select("ul.versions li")]
    inputs = {}
    for each in page.select("ul.inputs li"):
        name, _, digest = each.get_text().strip().rpartition(" ")
        inputs[name] = digest
    return Issue(
        path,
        notebook.get_text().removesuffix(".ipynb"),
        parameters,
        read_link(page.find("a", id="data")),  # type: ignore[arg-type]
        inputs,
        {name: version for name, _, version in versions},
        list_page(page),
    )


class Verifier:
    """Verifies reports of one project. What was computed once serves all reports that state the same."""

    def __init__(self, folders: Folders, limits: Limits) -> None:
        self.folders = folders
        self.limits = limits
        self._sources = find_sources(folders.data)
        self._snapshot = Snapshot(folders.data, self._sources)
        self._notebooks = {path.stem: path for path in sorted(folders.notebooks.glob("*.ipynb"))}
        self._readings: dict[str, Reading] = {}
        self._made: dict[tuple[str, Parameters, str], tuple[list[Statement], list[Statement]]] = {}

    def verify(self, path: Path) -> Verification:
        """Verify a report. Raises AuditError where it cannot be read, or is of a notice or notebook we do not have."""
        issue = read_issue(path)
        if issue.notebook not in self._notebooks:
            raise unusable(path, f"a report of notebook {issue.notebook}", f"one of {', '.join(self._notebooks)}")
        try:
            source = find_sources(self.folders.data, issue.parameters.jurisdiction, issue.parameters.period)[0]
            reading = self._read(source)
        except AuditError as error:
            raise AuditError(f"{path}: {error}") from None
        verdicts = [*self._check_inputs(issue, source), *check_rows(issue, reading)]
        verdicts += self._check_links(issue, source)
        notes = []
        now = list_versions()
        if differing := sorted(name for name in now if issue.versions.get(name) != now[name]):
            told = ", ".join(f"{name} {issue.versions.get(name, 'unknown')}, here {now[name]}" for name in differing)
            notes.append(f"images are not compared: the report was made with {told}")
        try:
            made = self._remake(issue, source)[issue.is_page]
        except AuditError as error:
            verdicts.append(Verdict(CHANGED, "data", ("of the report",), "rows that cannot be computed with", str(error)))
            return Verification(path, verdicts, notes)
        skipped = {"image"} if notes else set()
        shown, expected = ([each for each in every if each.kind not in skipped] for every in (issue.statements, made))
        return Verification(path, [*verdicts, *compare(shown, expected)], notes)

    def _read(self, source: Source) -> Reading:
        if source.notice_id not in self._readings:
            self._readings[source.notice_id] = read_source(self.folders.data, source)
        return self._readings[source.notice_id]

    def _check_inputs(self, issue: Issue, source: Source) -> Iterator[Verdict]:
        """Hold the hashes of what the report was made from against what is there now."""
        now = self._snapshot.hash_inputs(issue.notebook, source)
        for name in sorted(now.keys() | issue.inputs.keys()):
            same = now.get(name) == issue.inputs.get(name)
            verdict = CONFIRMED if same else CHANGED
            yield Verdict(verdict, "input", (f"data/{name}",), issue.inputs.get(name), now.get(name))

    def _check_links(self, issue: Issue, source: Source) -> Iterator[Verdict]:
        """Hold each cell that leads to a line of a notice against that line."""
        return iter(())

    def _remake(self, issue: Issue, source: Source) -> tuple[list[Statement], list[Statement]]:
        """Compute the report anew; gives what its notebook states and what its page does."""
        asked = issue.notebook, issue.parameters, issue.data
        if asked not in self._made:
            with TemporaryDirectory(prefix="audit-verify-") as scratch:
                self._made[asked] = self._make(issue, source, Path(scratch))
        return self._made[asked]

    def _make(self, issue: Issue, source: Source, scratch: Path) -> tuple[list[Statement], list[Statement]]:
        data = lay_out_data(self.folders.data, source, issue.data, scratch)
        settings = tuple((each.name, getattr(issue.parameters, each.name)) for each in fields(issue.parameters))
        report = scratch / "reports" / source.jurisdiction / source.period / f"{issue.notebook}.ipynb"
        report.parent.mkdir(parents=True)
        run = Rerun(self._notebooks[issue.notebook], source, report, data, settings)
        try:
            result = execute_run(run, "verified", describe_report(run, self._snapshot), scratch, self.limits)
            if result.status != "done" or result.part is None:
                raise AuditError(result.why)
            result.part.replace(report)
            if error := execute_pages(report.parent, data, scratch, self.limits):
                raise AuditError(error)
        except RuntimeError as error:  # the machine's fault
            raise AuditError(str(error)) from None
        page = BeautifulSoup(report.with_suffix(".html").read_text(encoding="utf-8"), "html.parser")
        return list_notebook(nbformat.read(report, as_version=4)), list_page(page)


def lay_out_data(data: Path, source: Source, rows: str, scratch: Path) -> Path:
    """Lay out a data folder in which the rows of one notice are those that a report carries; gives the folder.

    Raises AuditError where they are no rows of the scores table. Without any, the rows are the project's.
    """
    folder = scratch / "data"
    folder.mkdir()
    for name in ("raw", "reference"):
        try:
            (folder / name).symlink_to((data / name).resolve(), target_is_directory=True)
        except OSError:  # Windows lets few users link
            shutil.copytree(data / name, folder / name)
    place = folder / "processed" / source.jurisdiction
    shutil.copytree(data / "processed" / source.jurisdiction, place)
    if rows:
        carried = scratch / "the data of the report"
        carried.write_text(rows, encoding="utf-8", newline="")
        new, old = load_table(carried, "scores"), load_table(place / "scores.csv", "scores")
        parts = [old[old["notice_id"] != source.notice_id], new[new["notice_id"] == source.notice_id]]
        table = pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)
        save_table(table.sort_values("notice_id", kind="stable"), place / "scores.csv", "scores")
    return folder


def check_rows(issue: Issue, reading: Reading) -> Iterator[Verdict]:
    """Hold each row that a report carries against the line that it cites, read anew from the raw file."""
    if not issue.data:
        yield Verdict(MISSING, "data", ("of the report",), expected=f"{len(reading.scores)} rows")
        return
    name = f"data/raw/{reading.source.jurisdiction}/{reading.source.path.name}"
    carried = _key_rows(issue.data)
    read = _key_rows(format_table(reading.scores, "scores", name))
    for key in dict.fromkeys([*read, *carried]):
        shown, expected = carried.get(key), read.get(key)
        row = expected or shown or {}
        place = row.get("source_place") or f"line {row.get('list_line')}"
        where = (f"{name} {place}", row.get("unit_name") or "")
        if shown is None or expected is None:
            verdict = MISSING if shown is None else ADDED
            yield Verdict(verdict, "line", where, _word_row(shown), _word_row(expected))
            continue
        differing = [column for column in {**expected, **shown} if shown.get(column) != expected.get(column)]
        for column in differing:
            pair = shown.get(column) or "nothing", expected.get(column) or "nothing"
            yield Verdict(CHANGED, "line", (*where, column), *pair)
        if not differing:
            yield Verdict(CONFIRMED, "line", where, _word_row(shown))


def _key_rows(text: str) -> dict[tuple[str, ...], dict[str, str]]:
    """Read rows by their key; a second row with the same key is a further one."""
    keyed: dict[tuple[str, ...], dict[str, str]] = {}
    for row in csv.DictReader(io.StringIO(text), restkey="further cells"):
        told = {str(column): str(value or "") for column, value in row.items()}
        key = tuple(told.get(column, "") for column in KEY)
        while key in keyed:
            key = (*key, "again")
        keyed[key] = told
    return keyed


def _word_row(row: dict[str, str] | None) -> str | None:
    return None if row is None else " · ".join(filter(None, (row.get("score"), row.get("tier")))) or "no score, no tier"


def compare(shown: Sequence[Statement], expected: Sequence[Statement]) -> list[Verdict]:
    """Hold what a report states against what a new computation gives, in its order."""
    given = {each.key: each.text for each in shown}
    computed = {each.key: each.text for each in expected}
    verdicts = []
    for each in expected:
        if (text := given.get(each.key)) is not None:
            verdict = CONFIRMED if text == each.text else CHANGED
            verdicts.append(Verdict(verdict, each.kind, each.where, text, each.text))
    missing = [each for each in expected if each.key not in given]
    added = [each for each in shown if each.key not in computed]
    verdicts += [Verdict(MISSING, *told) for told in _join(missing, computed.keys() & given.keys())]
    return verdicts + [
        Verdict(ADDED, kind, where, text) for kind, where, _, text in _join(added, computed.keys() & given.keys())
    ]


def _join(
    stated: Iterable[Statement], common: Iterable[tuple[str, tuple[str, ...]]]
) -> Iterator[tuple[str, tuple[str, ...], None, str]]:
    """Tell cells of a row or of a table as one where no cell of it is on both sides."""
    there = {(kind, where[:n]) for kind, where in common if kind == "cell" for n in (1, 2)}
    joined: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for each in stated:
        where = each.where
        if each.kind == "cell":
            where = next((where[:n] for n in (1, 2) if (each.kind, where[:n]) not in there), where)
        joined.setdefault((each.kind, where), []).append(each.text)
    for (kind, where), texts in joined.items():
        yield kind, where, None, " · ".join(texts)


def _cut_to_difference(shown: str, expected: str) -> tuple[str, str]:
    """Cut two long texts to what surrounds their first difference."""
    first = next((n for n, pair in enumerate(zip(shown, expected, strict=False)) if pair[0] != pair[1]), 0)
    return _cut(shown, first), _cut(expected, first)


def _cut(text: str, at: int) -> str:
    line = " ".join(text.split())
    if len(line) <= 2 * WINDOW:
        return line
    start = max(0, min(at, len(line)) - WINDOW)
    return ("…" if start else "") + line[start : at + WINDOW] + ("…" if at + WINDOW < len(line) else "")
