"""A whole batch: find what is there, build its tables, run what is outdated, place by place."""

import re
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from audit_lib.batch.batch import Batch, lock_reports
from audit_lib.batch.manifest import check_reference, find_reason, list_stale, record_tables
from audit_lib.batch.observer import BatchObserver
from audit_lib.batch.plan import (
    Folders,
    Run,
    check_contracts,
    choose_notebooks,
    list_notebooks,
    list_own_defaults,
    order_places,
    plan_runs,
)
from audit_lib.batch.processes import RunOptions, count_jobs, start_warming
from audit_lib.batch.snapshot import Snapshot
from audit_lib.batch.tasks import RunResult
from audit_lib.errors import AuditError, unusable
from audit_lib.sources import JURISDICTION, Source, find_sources
from audit_lib.wording.languages import LANGUAGES

if TYPE_CHECKING:
    import pandas as pd

RETRIES = 3  # of a task whose machine failed; a notebook's own error is a result, and never tried again


@dataclass(frozen=True)
class Request:
    """What is asked for: of which place, period, notebooks and languages (all where none is named), and how.

    `settings` are parameters that replace the notebooks' own; `force` also runs what has not changed.
    """

    jurisdiction: str | None = None
    period: str | None = None
    notebooks: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    force: bool = False
    jobs: int | None = None
    scheduler: str | None = None


@dataclass(frozen=True)
class Summary:
    """How a batch ended: reports by status, the failed ones, and whether all that was asked for is there."""

    counts: Mapping[str, int]
    failed: list[RunResult]
    is_complete: bool


def run_batch(folders: Folders, request: Request, options: RunOptions, observer: BatchObserver) -> Summary:
    """Build the tables, run the notebooks, and write reports, pages and index: only what changed.

    Raises AuditError for what is unusable altogether, before anything runs; what is wrong with one place, notice or
    report is reported to the observer and stops nothing else.
    """
    if unknown := next((each for each in request.languages if each not in LANGUAGES), None):
        raise unusable("--language", repr(unknown), f"one of {', '.join(LANGUAGES)}")
    notebooks = choose_notebooks(folders.notebooks, request.notebooks)
    check_contracts(notebooks, request.settings)
    sources = find_sources(folders.data, request.jurisdiction, request.period)
    with lock_reports(folders.reports), open_executor(request.jobs, request.scheduler) as (executor, max_in_flight):
        for line in _list_notes(folders, notebooks):
            observer.note(line)
        work = _Work(folders, request, options, observer, notebooks)
        batch = Batch(
            folders, work.plan(sources), work.snapshot, executor, max_in_flight, options, observer, work.languages
        )
        try:
            batch.do()
        finally:
            work.finish()
    is_complete = not (batch.counts["failed"] or batch.n_bad_pages or work.n_left_out)
    return Summary(batch.counts, batch.failed, is_complete)


def _list_notes(folders: Folders, notebooks: list[Path]) -> Iterator[str]:
    """Yield what a user should know before a batch runs."""
    yield f"writing {folders.reports / 'index.html'}"
    if others := list_notebooks(folders.notebooks)[1]:
        names = ", ".join(path.name for path in others)
        yield f"{folders.notebooks}: not run, as no NN_name.ipynb with a cell tagged parameters: {names}"
    yield from list_own_defaults(notebooks)


def _check_name(source: Source) -> None:
    place = source.jurisdiction
    if place in LANGUAGES:
        raise unusable(source.path, f"the place {place}", "a name that is not that of a language")
    if not re.fullmatch(JURISDICTION, place):
        raise unusable(source.path, f"the place {place}", "a name such as leizhou: a-z, 0-9, - and _")


class _Work:
    """Finds what a batch has to do, one place after the other."""

    def __init__(
        self, folders: Folders, request: Request, options: RunOptions, observer: BatchObserver, notebooks: list[Path]
    ) -> None:
        self._folders = folders
        self._request = request
        self._observer = observer
        self._notebooks = notebooks
        self._alone = request.period is not None  # the notice must be readable
        self._warms_here = options.warm and request.scheduler is None
        self.languages = request.languages or LANGUAGES
        self.snapshot = Snapshot(folders.data, find_sources(folders.data, request.jurisdiction))
        self.n_left_out = 0  # notices
        self._has_built = False

    def plan(self, sources: list[Source]) -> Iterator[dict[Run, str | None]]:
        """Yield the runs of each place, with the reason for each (None: nothing changed); its tables are built."""
        self._observer.planned(len(sources) * len(self._notebooks) * len(self.languages))
        if self._request.force:
            self._warm_up()
        check_reference(self.snapshot, self._folders.reports)
        for of_place in order_places(sources, self._notebooks).values():
            if self._is_valid(of_place):
                yield self._plan_place(of_place)

    def _is_valid(self, sources: list[Source]) -> bool:
        """Check the name and the reference tables of a place."""
        with _report_error(self._observer, alone=self._alone):
            _check_name(sources[0])
            check_reference(self.snapshot, self._folders.reports, sources[0].jurisdiction)
            return True
        self.n_left_out += len(sources)
        return False

    def _plan_place(self, sources: list[Source]) -> dict[Run, str | None]:
        every = find_sources(self._folders.data, sources[0].jurisdiction)  # trends rest on earlier periods too
        if stale := list_stale(every, self.snapshot, self._folders.reports):
            self._warm_up()
            must = sources if self._alone else []
            import audit_lib.tables.build  # noqa: F401  # Ctrl-C may end an import: nothing can be described then

            self._has_built = True
            built = build_notices(self._folders.data, stale, self._observer, must=must, package=False)
            self.snapshot.forget(sources[0].jurisdiction)
            record_tables(built, self.snapshot, self._folders.reports)
            self.n_left_out += sum(source not in built for source in stale if source in sources)
            sources = [source for source in sources if source not in stale or source in built]
        settings = tuple(self._request.settings.items())
        runs = plan_runs(self._folders, sources, self._notebooks, self.languages, settings)
        reasons = {run: "forced" if self._request.force else find_reason(run, self.snapshot) for run in runs}
        if any(reasons.values()):
            self._warm_up()
        return reasons

    def finish(self) -> None:
        """Describe all tables, if some were built."""
        if self._has_built:
            from audit_lib.tables.build import write_package

            write_package(self._folders.data)

    def _warm_up(self) -> None:
        if self._warms_here:
            start_warming()


@contextmanager
def _report_error(observer: BatchObserver, *, alone: bool) -> Iterator[None]:
    """Report the error of one place or notice, as others go on; raise it where it is the only one asked for."""
    try:
        yield
    except AuditError as error:
        if alone:
            raise
        observer.error(str(error))


def keep_valid(data: Path, sources: list[Source], observer: BatchObserver, *, alone: bool) -> list[Source]:
    """Return the notices of places with valid reference tables. Reports an error once, and raises it with `alone`.

    Raises AuditError for a table that all places share.
    """
    from audit_lib.tables.storage import validate_reference

    validate_reference(data)
    valid = set()
    for place in dict.fromkeys(source.jurisdiction for source in sources):
        with _report_error(observer, alone=alone):
            validate_reference(data, place)
            valid.add(place)
    return [source for source in sources if source.jurisdiction in valid]


def check_notices(
    data: Path, sources: list[Source], observer: BatchObserver, *, alone: bool
) -> Iterator[tuple[Source, "pd.DataFrame"]]:
    """Yield the problems of each notice that can be read. Reports any other's error, and raises it with `alone`."""
    from audit_lib.tables.build import read_source

    for source in keep_valid(data, sources, observer, alone=alone):
        with _report_error(observer, alone=alone):
            yield source, read_source(data, source).problems


def build_notices(
    data: Path, sources: list[Source], observer: BatchObserver, *, must: Sequence[Source] = (), package: bool = True
) -> list[Source]:
    """Build the tables of notices. Returns those that could be read; raises the error of one that `must` be.

    With `package`, datapackage.json is written too: it takes longer, the more places there are.
    """
    from audit_lib.tables.build import build_tables, drop_damaged

    for place in dict.fromkeys(source.jurisdiction for source in sources):
        if damaged := drop_damaged(data, place):
            observer.note(f"damaged, so all notices of {place} are built again: {', '.join(map(str, damaged))}")
            sources = [*sources, *(each for each in find_sources(data, place) if each not in sources)]
    built = []
    for source, error in build_tables(data, sources, package=package):
        if error is None:
            built.append(source)
            observer.built(source)
        elif source in must:
            raise error
        else:
            observer.error(str(error))
    return built


@contextmanager
def open_executor(jobs: int | None, scheduler: str | None) -> Iterator[tuple[Executor, int]]:
    """Open what runs tasks: yields it with the number of tasks that keep it busy.

    On this machine each of `jobs` threads (None: what cores and memory allow) waits for the process that does the
    work; on a Dask cluster a thread of a worker does. Raises AuditError if no scheduler answers, or it has no worker.
    """
    if scheduler is None:
        jobs = jobs or count_jobs()
        threads = ThreadPoolExecutor(jobs)
        try:
            yield threads, 2 * jobs
        finally:  # after Ctrl-C, do not wait for what is running
            threads.shutdown(wait=False, cancel_futures=True)
        return
    try:
        from distributed import Client
    except ImportError:
        expected = "it installed: .venv/bin/pip install -e '.[cluster]'"
        raise unusable("--scheduler", "no package distributed", expected) from None
    try:
        client = Client(scheduler, timeout=10)
    except (OSError, ValueError) as error:  # a time-out is an OSError
        message = str(error).partition("\n")[0] or type(error).__name__
        raise AuditError(f"--scheduler {scheduler}: no scheduler answers: {message}") from None
    with client:
        n_threads = sum(client.nthreads().values())
        if not n_threads:
            raise unusable(f"--scheduler {scheduler}", "no worker", "at least one: dask worker ADDRESS")
        yield client.get_executor(pure=False, retries=RETRIES), 4 * n_threads
