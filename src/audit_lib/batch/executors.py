"""Where tasks run: on this machine, or on the workers of a Dask cluster."""

from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager

from audit_lib.batch.processes import count_jobs
from audit_lib.errors import AuditError, unusable

RETRIES = 3  # of a task whose machine failed; a notebook's own error is a result, and never tried again


@contextmanager
def open_executor(jobs: int | None, scheduler: str | None) -> Iterator[tuple[Executor, int]]:
    """Open what runs tasks, and give it with the number of tasks that keep it busy.

    A thread for each of `jobs` (None: what cores and memory allow) waits for the process that does the work; on a
    cluster a thread of a worker does. Raises AuditError where no scheduler answers, or it has no worker.
    """
    if scheduler is None:
        jobs = jobs or count_jobs()
        threads = ThreadPoolExecutor(jobs)
        try:
            yield threads, 2 * jobs
        finally:  # after Ctrl-C nobody waits for what is running
            threads.shutdown(wait=False, cancel_futures=True)
        return
    try:
        from distributed import Client
    except ImportError:
        raise unusable(
            "--scheduler", "no package distributed", "it installed: pip install 'audit-lib[cluster]'"
        ) from None
    try:
        client = Client(scheduler, timeout=10)
    except (OSError, ValueError) as error:  # a time-out is an OSError
        message = str(error).partition("\n")[0] or type(error).__name__
        raise AuditError(f"--scheduler {scheduler}: no scheduler answers: {message}") from None
    with client:
        threads_there = sum(client.nthreads().values())
        if not threads_there:
            raise unusable(f"--scheduler {scheduler}", "no worker", "at least one: dask worker ADDRESS")
        yield client.get_executor(pure=False, retries=RETRIES), 4 * threads_there
