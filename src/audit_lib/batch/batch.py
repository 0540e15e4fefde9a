"""Do what a plan asks for, move what succeeded to where it belongs, and have its pages rendered.

A report appears under its name only when its run succeeded, and whole. A failed run leaves the last good report alone
and keeps its own notebook and log beside it, as <notebook>.failed.ipynb and <notebook>.failed.log.
"""

import os
import shutil
import socket
from collections import Counter, deque
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

from audit_lib import fingerprints
from audit_lib.batch import manifest
from audit_lib.batch.plan import Folders, Run
from audit_lib.batch.processes import Limits
from audit_lib.batch.snapshot import Snapshot
from audit_lib.batch.tasks import Result, execute_index, execute_pages, execute_run, execute_units, find_silence
from audit_lib.display.links import NOTICE
from audit_lib.errors import AuditError, unusable
from audit_lib.files import save_bytes
from audit_lib.fingerprints import Fingerprint, hash_bytes
from audit_lib.sources import Source
from audit_lib.wording.languages import MAIN, find_tree

try:
    import fcntl
except ImportError:  # Windows: two batches at once are not noticed there
    fcntl = None  # type: ignore[assignment]

SCRATCH = ".running"
TICK = 0.5  # seconds between two looks at what is running


@contextmanager
def lock(reports: Path) -> Iterator[None]:
    """Hold a reports folder for one batch. Raises AuditError where another one holds it, or it cannot be written."""
    try:
        reports.mkdir(parents=True, exist_ok=True)
        file = (reports / ".lock").open("a+", encoding="utf-8")
    except OSError as error:
        raise AuditError(f"{reports}: cannot be written: {error.strerror or error}") from None
    with file:
        if fcntl is not None:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                file.seek(0)
                found = f"another run at work in it ({file.read().strip()})"
                raise unusable(reports, found, "one at a time: wait for it, or name another folder") from None
        file.truncate(0)
        file.write(f"process {os.getpid()} on {socket.gethostname()}\n")
        file.flush()
        scratch = reports / SCRATCH
        shutil.rmtree(scratch, ignore_errors=True)  # what a killed batch left
        try:
            yield
        except BrokenPipeError:  # who read our output went away, as `| head` does: as good as Ctrl-C
            raise KeyboardInterrupt from None
        except OSError as error:  # a full disk, a folder that is not ours to write
            raise AuditError(f"{error.filename or reports}: {error.strerror or error}") from None
        finally:
            shutil.rmtree(scratch, ignore_errors=True)


@dataclass(frozen=True)
class Pages:
    """The pages of one period in one language: a task like a run, due when the last run of the period has ended.

    Of all its languages, since the pages of one link those of the others.
    """

    source: Source
    folder: Path
    language: str = MAIN

    @property
    def name(self) -> str:
        return f"{self.source.jurisdiction} {self.source.period} pages in {self.language}"

    @property
    def manifest(self) -> Path:
        *_, jurisdiction, period = self.folder.parts
        return self.folder.parents[1] / ".manifest" / jurisdiction / period / ".pages.json"

    @property
    def are_there(self) -> bool:
        good = [path for path in self.folder.glob("[!.]*.ipynb") if not path.stem.endswith(".failed")]
        return all(path.is_file() for path in [*(each.with_suffix(".html") for each in good), self.folder / NOTICE])

    def describe(self, snapshot: Snapshot) -> Fingerprint:
        return manifest.describe_pages(self.source, self.folder, snapshot, self.language)


@dataclass(frozen=True)
class Units:
    """The pages of a place's units in one language: due when the last run of the place has ended.

    They rest on its tables and not on its reports; `source` is any of its notices.
    """

    source: Source
    folder: Path
    language: str = MAIN

    @property
    def name(self) -> str:
        return f"{self.source.jurisdiction} units in {self.language}"

    @property
    def manifest(self) -> Path:
        return self.folder.parent / ".manifest" / self.folder.name / ".units.json"

    @property
    def are_there(self) -> bool:
        kept = fingerprints.find_digest(self.folder.parent, self.folder.name)
        digest = fingerprints.load_manifest(kept) or {"units": [{}]}
        there = {path.stem for path in (self.folder / "units").glob("*.html")}
        return {unit.get("slug") for unit in digest["units"]} == there

    def describe(self, snapshot: Snapshot) -> Fingerprint:
        return manifest.describe_units(self.source, self.folder, snapshot, self.language)


@dataclass
class Watch:
    """Who is told how a batch goes: each result, the names of what is running, each page that cannot be rendered."""

    result: Callable[[Result], None] = lambda result: None
    running: Callable[[list[str]], None] = lambda names: None
    error: Callable[[str], None] = lambda message: None


@dataclass
class Batch:
    """Runs, each with the reason for it (None: nothing changed), and how they are done.

    `width` is how many tasks the executor is given at a time: enough to keep it busy.
    """

    folders: Folders
    reasons: dict[Run, str | None]
    snapshot: Snapshot
    executor: Executor
    width: int
    limits: Limits = field(default_factory=Limits)
    watch: Watch = field(default_factory=Watch)

    def __post_init__(self) -> None:
        self._waiting: deque[Run | Pages | Units] = deque()
        self._pending: dict[Future[Any], tuple[Run | Pages | Units, Fingerprint]] = {}
        self._ended: SimpleQueue[Future[Any]] = SimpleQueue()
        self._left: Counter[Source | str] = Counter()  # runs of a notice, and of a place, that have not ended
        self._results: dict[Run, Result] = {}
        self._bad_pages = 0
        self._scratch = self.folders.reports / SCRATCH
        # There while the index of a language may not know of every page.
        self._old_indices = {
            language: find_tree(self.folders.reports, language) / ".manifest" / ".index-is-old"
            for language in sorted({run.language for run in self.reasons})
        }

    def do(self) -> tuple[list[Result], int]:
        """Do all runs and pages. Gives the results in plan order, and how many pages could not be rendered."""
        for run in self.reasons:
            self._left.update((run.source, run.source.jurisdiction))
        for run, reason in self.reasons.items():
            if reason is None:
                self._take(Result(run, "unchanged", "nothing it depends on changed"))
            else:
                self._waiting.append(run)
        while self._waiting or self._pending:
            while self._waiting and len(self._pending) < self.width:
                self._submit(self._waiting.popleft())
            self._collect()
        for language, is_old in self._old_indices.items():
            if is_old.is_file() or not (find_tree(self.folders.reports, language) / "index.html").is_file():
                self._render_index(language)
        return [self._results[run] for run in self.reasons], self._bad_pages

    def _submit(self, task: Run | Pages | Units) -> None:
        self._scratch.mkdir(parents=True, exist_ok=True)
        for is_old in self._old_indices.values():
            is_old.parent.mkdir(parents=True, exist_ok=True)
            is_old.touch()
        submit, limits = self.executor.submit, self.limits
        if isinstance(task, Run):
            made_from = manifest.describe_report(task, self.snapshot)
            future: Future[Any] = submit(execute_run, task, self.reasons[task] or "", made_from, self._scratch, limits)
        else:
            made_from = task.describe(self.snapshot)
            where, made_by = (task.folder, self.folders.data), manifest.find_makers(pages=True)
            if isinstance(task, Units):
                future = submit(execute_units, *where, task.language, made_by, self._scratch, limits)
            else:
                future = submit(execute_pages, *where, made_by, self._scratch, limits)
        self._pending[future] = task, made_from
        future.add_done_callback(self._ended.put)

    def _collect(self) -> None:
        """Take the next task that ended; tell what is running when none does for a while."""
        try:
            future = self._ended.get(timeout=TICK)
        except Empty:
            self.watch.running([task.name for future, (task, _) in self._pending.items() if future.running()])
            return
        task, made_from = self._pending.pop(future)
        fault = _name_fault(future)
        if isinstance(task, Pages | Units):
            self._take_pages(task, made_from, fault or future.result())
        elif fault:
            self._take(Result(task, "failed", fault))
        else:
            self._take(self._promote(future.result(), made_from))

    def _promote(self, result: Result, made_from: Fingerprint) -> Result:
        """Put a good report in place, and only then its manifest; of one without a finding only the reason is kept."""
        run, part = result.run, result.part
        if result.status != "done" or part is None:
            return result
        try:
            content = part.read_bytes()
            silence = find_silence(content)
            if silence is None:
                save_bytes(content, run.report)
                fingerprints.save_manifest(run.manifest, {**made_from, "report": hash_bytes(content)})
            else:
                fingerprints.save_manifest(run.manifest, {**made_from, fingerprints.SILENCE: silence})
                result = replace(result, why=f"nothing to report: {silence}")
            gone = () if silence is None else (run.report, run.report.with_suffix(".html"))
            for leftover in (*gone, run.failed, run.log, part, part.with_suffix(".log")):
                leftover.unlink(missing_ok=True)
        except (AuditError, OSError) as error:  # a full disk, a read-only folder: this report's, not the batch's
            return replace(result, status="failed", why=str(error))
        return result

    def _take(self, result: Result) -> None:
        run = result.run
        if result.status == "failed":
            with suppress(AuditError, OSError):  # as above; the result tells of it
                _keep_failed(result)
        self._results[run] = result
        self.watch.result(result)
        self._left.subtract((run.source, run.source.jurisdiction))
        folders = {each: self.folders.find(run.source, each) for each in self._old_indices}
        if not self._left[run.source]:
            pages = [Pages(run.source, folder, each) for each, folder in folders.items()]
            self._waiting.extendleft(each for each in pages if self._are_old(each))
        if not self._left[run.source.jurisdiction]:
            units = [Units(run.source, folder.parent, each) for each, folder in folders.items()]
            self._waiting.extend(each for each in units if self._are_old(each))

    def _are_old(self, pages: Pages | Units) -> bool:
        """Tell whether pages must be rendered: some are not there, or what they rest on changed."""
        if not pages.folder.is_dir():
            return False
        return not pages.are_there or fingerprints.load_manifest(pages.manifest) != pages.describe(self.snapshot)

    def _take_pages(self, pages: Pages | Units, made_from: Fingerprint, error: str | None) -> None:
        if not error:
            try:
                fingerprints.save_manifest(pages.manifest, made_from)
            except AuditError as full:
                error = str(full)
        if error:
            self._bad_pages += 1
            self.watch.error(f"{pages.name}: {error}")

    def _render_index(self, language: str) -> None:
        self._scratch.mkdir(parents=True, exist_ok=True)
        tree = find_tree(self.folders.reports, language)
        made_by = manifest.find_makers(pages=True)
        future = self.executor.submit(
            execute_index, tree, self.folders.data, language, made_by, self._scratch, self.limits
        )
        if error := _name_fault(future) or future.result():
            self._bad_pages += 1
            self.watch.error(f"{tree / 'index.html'}: {error}")
        else:
            self._old_indices[language].unlink(missing_ok=True)


def _name_fault(future: Future[Any]) -> str | None:
    """Name what kept a task from giving a result: the machine's fault, not the report's."""
    error = future.exception()
    if error is None:
        return None
    message = str(error).partition("\n")[0]
    return message if type(error) is RuntimeError else f"{type(error).__name__}: {message}"


def _keep_failed(result: Result) -> None:
    """Keep what a failed run left, beside the last good report and never in its place."""
    run, part = result.run, result.part
    written = part if part is not None and part.is_file() else run.notebook
    save_bytes(written.read_bytes(), run.failed)
    log = part.with_suffix(".log") if part is not None else None
    logged = log.read_bytes() if log is not None and log.is_file() else b""
    save_bytes(logged + f"{result.why}\n".encode(), run.log)
