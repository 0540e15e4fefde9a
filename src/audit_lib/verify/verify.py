"""Verify a published report: its data against the lines of the notice, what it states against a new computation.

The page or notebook is read, never run: what runs is the project's own notebook, with the parameters that the report
states and the data that it carries. So a digit that was changed anywhere in it differs from what comes out.
"""

import shutil
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
import pandas as pd
from bs4 import BeautifulSoup

from audit_lib.batch.manifest import describe_report, find_toolchain
from audit_lib.batch.page_sets import PageSet
from audit_lib.batch.plan import Folders, Run
from audit_lib.batch.processes import RunOptions, start_warming
from audit_lib.batch.run import open_executor
from audit_lib.batch.snapshot import Snapshot
from audit_lib.batch.tasks import execute_pages, execute_run
from audit_lib.errors import AuditError, unusable
from audit_lib.fingerprints import list_versions
from audit_lib.notebook.parameters import Parameters
from audit_lib.notebook.statements import Statement, list_notebook, list_page
from audit_lib.sources import Source, find_sources
from audit_lib.tables.build import Reading, read_source
from audit_lib.tables.storage import load_table, save_table
from audit_lib.verify.cited_lines import check_links, check_rows
from audit_lib.verify.published import Issue, find_issues, read_issue
from audit_lib.verify.verdicts import CHANGED, CONFIRMED, Verdict, Verification, compare


def verify_path(path: Path, folders: Folders) -> Iterator[Verification | AuditError]:
    """Verify the report at a path, or each in a folder, several at a time; yields them in order.

    Raises AuditError where the path is unusable; one that is unusable among others is yielded as its error.
    """
    groups = find_issues(path)
    if groups == [[path]]:
        read_issue(path)  # what cannot be read needs no processes
    options = RunOptions()
    if options.warm:
        start_warming()
    verifier = Verifier(folders, options)
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


class Verifier:
    """Verifies reports of one project. What was computed once serves all reports that state the same."""

    def __init__(self, folders: Folders, options: RunOptions) -> None:
        self.folders = folders
        self.options = options
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
        verdicts += check_links(issue, lambda period: self._find_reading(source.jurisdiction, period))
        notes, now = [], list_versions()
        if differing := sorted(name for name in now if issue.versions.get(name) != now[name]):
            told = ", ".join(f"{name} {issue.versions.get(name, 'unknown')}, here {now[name]}" for name in differing)
            notes.append(f"images are not compared: the report was made with {told}")
        try:
            made = self._remake(issue, source)[issue.is_page]
        except RuntimeError as fault:  # the machine's
            raise AuditError(f"{path}: cannot be computed here: {fault}") from None
        except AuditError as error:
            unusable_rows = Verdict(CHANGED, "data", ("of the report, which cannot be computed with",), str(error))
            return Verification(path, [*verdicts, unusable_rows], notes)
        skipped = {"image"} if notes else set()
        shown, expected = ([each for each in every if each.kind not in skipped] for every in (issue.statements, made))
        return Verification(path, [*verdicts, *compare(shown, expected)], notes)

    def _read(self, source: Source) -> Reading:
        if source.notice_id not in self._readings:
            self._readings[source.notice_id] = read_source(self.folders.data, source)
        return self._readings[source.notice_id]

    def _find_reading(self, jurisdiction: str, period: str) -> Reading | None:
        found = [each for each in self._sources if (each.jurisdiction, each.period) == (jurisdiction, period)]
        return self._read(found[0]) if found else None

    def _check_inputs(self, issue: Issue, source: Source) -> Iterator[Verdict]:
        """Hold the hashes of what the report was made from against what is there now."""
        now = self._snapshot.hash_inputs(issue.notebook, source)
        for name in sorted(now.keys() | issue.inputs.keys()):
            same = now.get(name) == issue.inputs.get(name)
            verdict = CONFIRMED if same else CHANGED
            yield Verdict(verdict, "input", (f"data/{name}",), issue.inputs.get(name), now.get(name))

    def _remake(self, issue: Issue, source: Source) -> tuple[list[Statement], list[Statement]]:
        """Compute the report anew; gives what its notebook states and what its page does."""
        asked = issue.notebook, issue.parameters, issue.data
        if asked not in self._made:
            with TemporaryDirectory(prefix="audit-verify-") as scratch:
                self._made[asked] = self._make(issue, source, Path(scratch))
        return self._made[asked]

    def _make(self, issue: Issue, source: Source, scratch: Path) -> tuple[list[Statement], list[Statement]]:
        settings = tuple((each.name, getattr(issue.parameters, each.name)) for each in fields(issue.parameters))
        report = scratch / "reports" / source.jurisdiction / source.period / f"{issue.notebook}.ipynb"
        report.parent.mkdir(parents=True)
        try:
            data = lay_out_data(self.folders.data, source, issue.data, scratch)
            run = Run(self._notebooks[issue.notebook], source, report, data, settings=settings)
            result = execute_run(run, "verified", describe_report(run, self._snapshot), scratch, self.options)
            if result.status != "done" or result.notebook is None:
                raise AuditError(result.why)
            result.notebook.replace(report)
            pages = PageSet("pages", source, report.parent)
            if error := execute_pages(pages, data, find_toolchain(pages=True), scratch, self.options):
                raise AuditError(error)
        except AuditError as error:
            raise AuditError(str(error).replace(f"{scratch}/", "")) from None
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
