"""Run what is planned, publish what succeeded, and render its pages.

A report appears under its name only if its run succeeded, and complete. A failed run leaves the last good report
alone; its notebook and log are kept as <notebook>.failed.ipynb and <notebook>.failed.log.
"""

import fcntl
import os
import shutil
import socket
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Executor, Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

from audit_lib import fingerprints
from audit_lib.batch.manifest import describe_report, find_toolchain
from audit_lib.batch.observer import BatchObserver
from audit_lib.batch.page_sets import PageSet, make_index
from audit_lib.batch.plan import Folders, Run
from audit_lib.batch.processes import RunOptions, end_batch
from audit_lib.batch.snapshot import Snapshot
from audit_lib.batch.tasks import RunResult, execute_pages, execute_run, find_silence
from audit_lib.errors import AuditError, unusable
from audit_lib.files import save_bytes
from audit_lib.fingerprints import Fingerprint, hash_bytes
from audit_lib.sources import Source
from audit_lib.wording.languages import LANGUAGES

SCRATCH = ".running"
TICK = 0.5  # seconds between two looks at what is running
GROWTH = 1.25  # the index is written again when so many times as many places are done: its cost stays proportional


@contextmanager
def lock_reports(reports: Path) -> Iterator[None]:
    """Lock a reports folder for one batch. Raises AuditError if another batch has it, or it cannot be written."""
    try:
        reports.mkdir(parents=True, exist_ok=True)
        file = (reports / ".lock").open("a+", encoding="utf-8")
    except OSError as error:
        raise AuditError(f"{reports}: cannot be written: {error.strerror or error}") from None
    with file:
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
        shutil.rmtree(scratch, ignore_errors=True)  # of a killed batch
        try:
            yield
        except BaseException as error:
            end_batch()  # before the files of what still runs are removed
            if isinstance(error, OSError):  # a full disk, a folder we may not write
                raise AuditError(f"{error.filename or reports}: {error.strerror or error}") from None
            raise
        finally:
            shutil.rmtree(scratch, ignore_errors=True)


@dataclass
class _Place:
    """How many runs of each notice of a place, and how many of its runs and page sets, have not ended."""

    source: Source
    runs: Counter[Source]
    tasks: int


@dataclass
class Batch:
    """The runs of a batch, and how they are done.

    `places` yields the runs of one place after the other, each with the reason for it (None: nothing changed); it is
    asked for the next place when there is nothing else to do, and nothing is kept of a place that is done.
    `max_in_flight` is how many tasks the executor is given at a time: enough to keep it busy.
    """

    folders: Folders
    places: Iterable[Mapping[Run, str | None]]
    snapshot: Snapshot
    executor: Executor
    max_in_flight: int
    options: RunOptions = field(default_factory=RunOptions)
    observer: BatchObserver = field(default_factory=BatchObserver)
    languages: tuple[str, ...] = LANGUAGES

    def __post_init__(self) -> None:
        self.counts: Counter[str] = Counter({"done": 0, "unchanged": 0, "failed": 0})
        self.failed: list[RunResult] = []
        self.n_bad_pages = 0
        self._coming = iter(self.places)
        self._waiting: deque[tuple[Run, str] | PageSet] = deque()
        self._pending: dict[Future[Any], tuple[Run | PageSet, Fingerprint]] = {}
        self._ended: SimpleQueue[Future[Any]] = SimpleQueue()
        self._open: dict[str, _Place] = {}
        self._n_done_places = 0
        self._n_indexed_places = 0
        self._scratch = self.folders.reports / SCRATCH
        self._indices = [make_index(self.folders.reports, each) for each in self.languages]
        self._changed_since_index = set(self._indices)

    def do(self) -> None:
        """Run everything and render all pages; `counts`, `failed` and `n_bad_pages` say how it went."""
        while self._fill():
            self._collect()
        outdated = (each for each in self._indices if _mark_of(each).is_file() or each.is_outdated(self.snapshot))
        self._waiting.extend(outdated)
        while self._fill():
            self._collect()

    def _fill(self) -> bool:
        """Hand tasks to the executor until it has enough. Returns whether it has any."""
        while len(self._pending) < self.max_in_flight:
            if self._waiting:
                self._submit(self._waiting.popleft())
            elif (runs := next(self._coming, None)) is not None:
                self._open_place(runs)
            else:
                break
        return bool(self._pending)

    def _open_place(self, runs: Mapping[Run, str | None]) -> None:
        for run in runs:
            place = self._open.setdefault(run.source.jurisdiction, _Place(run.source, Counter(), 0))
            place.runs[run.source] += 1
            place.tasks += 1
        for run, reason in runs.items():
            if reason is None:
                self._take(RunResult(run, "unchanged", "nothing it depends on changed"))
            else:
                self._waiting.append((run, reason))

    def _submit(self, task: tuple[Run, str] | PageSet) -> None:
        self._scratch.mkdir(parents=True, exist_ok=True)
        if isinstance(task, PageSet) and task.kind == "index":
            self._changed_since_index.discard(task)
        else:
            for index in self._indices:
                mark = _mark_of(index)
                mark.parent.mkdir(parents=True, exist_ok=True)
                mark.touch()
        with_what = self._scratch, self.options
        if isinstance(task, PageSet):
            inputs = task.describe(self.snapshot)
            toolchain = find_toolchain(pages=True)
            future: Future[Any] = self.executor.submit(execute_pages, task, self.folders.data, toolchain, *with_what)
            self._pending[future] = task, inputs
        else:
            run, reason = task
            inputs = describe_report(run, self.snapshot)
            future = self.executor.submit(execute_run, run, reason, inputs, *with_what)
            self._pending[future] = run, inputs
        future.add_done_callback(self._ended.put)

    def _collect(self) -> None:
        """Return the next task that ended; report what is running if none does for a while."""
        try:
            future = self._ended.get(timeout=TICK)
        except Empty:
            self.observer.running([task.name for future, (task, _) in self._pending.items() if future.running()])
            return
        task, inputs = self._pending.pop(future)
        fault = _name_fault(future)
        if isinstance(task, PageSet):
            self._take_pages(task, inputs, fault or future.result())
        elif fault:
            self._take(RunResult(task, "failed", fault))
        else:
            self._take(self._publish(future.result(), inputs))

    def _publish(self, result: RunResult, inputs: Fingerprint) -> RunResult:
        """Put a good report in place, and only then its manifest; of one without a finding, only the reason."""
        notebook, run = result.notebook, result.run
        if result.status != "done" or notebook is None:
            return result
        try:
            content = notebook.read_bytes()
            reason = find_silence(content)
            if reason is None:
                save_bytes(content, run.report)
                fingerprints.save_manifest(run.manifest, {**inputs, "report": hash_bytes(content)})
            else:
                fingerprints.save_manifest(run.manifest, {**inputs, fingerprints.SILENCE: reason})
                result = replace(result, why=f"nothing to report: {reason}")
            gone = () if reason is None else (run.report, run.report.with_suffix(".html"))
            for leftover in (*gone, run.failed, run.log, notebook, notebook.with_suffix(".log")):
                leftover.unlink(missing_ok=True)
        except (AuditError, OSError) as error:  # a full disk, a read-only folder: of this report, not of the batch
            return replace(result, status="failed", why=str(error))
        return result

    def _take(self, result: RunResult) -> None:
        run = result.run
        self.counts[result.status] += 1
        if result.status == "failed":
            with suppress(AuditError, OSError):  # as above; the result names the error
                _keep_failed(result)
            self.failed.append(result)
        self.observer.finished(result)
        place = self._open[run.source.jurisdiction]
        place.runs[run.source] -= 1
        folders = {each: self.folders.find(run.source, each) for each in self.languages}
        if not place.runs[run.source]:
            del place.runs[run.source]
            pages = [PageSet("pages", run.source, folder, each) for each, folder in folders.items()]
            self._add_pages(place, pages, first=True)
        if not place.runs:
            units = [PageSet("units", run.source, folder.parent, each) for each, folder in folders.items()]
            self._add_pages(place, units)
        self._end_task(place)

    def _add_pages(self, place: _Place, page_sets: list[PageSet], *, first: bool = False) -> None:
        outdated = [each for each in page_sets if each.is_outdated(self.snapshot)]
        place.tasks += len(outdated)
        (self._waiting.extendleft if first else self._waiting.extend)(outdated)

    def _take_pages(self, pages: PageSet, inputs: Fingerprint, error: str | None) -> None:
        if not error:
            try:
                fingerprints.save_manifest(pages.manifest, inputs)
                if pages.kind == "index" and pages not in self._changed_since_index:
                    _mark_of(pages).unlink(missing_ok=True)
            except AuditError as full:
                error = str(full)
        if error:
            self.n_bad_pages += 1
            self.observer.error(f"{pages.name}: {error}")
        if pages.source is not None:
            self._end_task(self._open[pages.source.jurisdiction])

    def _end_task(self, place: _Place) -> None:
        """Count a task of a place as ended. After its last, forget the place and write the index if it is due."""
        place.tasks -= 1
        self._changed_since_index.update(self._indices)
        if place.tasks:
            return
        del self._open[place.source.jurisdiction]
        self.snapshot.forget(place.source.jurisdiction)
        self._n_done_places += 1
        if self._n_done_places >= GROWTH * self._n_indexed_places:
            self._n_indexed_places = self._n_done_places
            busy = {task for task, _ in self._pending.values()}.union(self._waiting)
            self._waiting.extendleft(each for each in self._indices if _mark_of(each).is_file() and each not in busy)


def _mark_of(index: PageSet) -> Path:
    """Return the file that exists while an index may not list every page."""
    return index.folder / ".manifest" / ".index-is-old"


def _name_fault(future: Future[Any]) -> str | None:
    """Return what kept a task from returning a result: the fault of the machine, not of the report."""
    error = future.exception()
    if error is None:
        return None
    message = str(error).partition("\n")[0]
    return message if type(error) is RuntimeError else f"{type(error).__name__}: {message}"


def _keep_failed(result: RunResult) -> None:
    """Keep the notebook and log of a failed run next to the last good report, never in its place."""
    run, notebook = result.run, result.notebook
    written = notebook if notebook is not None and notebook.is_file() else run.notebook
    save_bytes(written.read_bytes(), run.failed)
    log = notebook.with_suffix(".log") if notebook is not None else None
    logged = log.read_bytes() if log is not None and log.is_file() else b""
    save_bytes(logged + f"{result.why}\n".encode(), run.log)
