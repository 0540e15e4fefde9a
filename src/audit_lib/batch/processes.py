"""Run work in a process of its own: fresh, limited in time and memory, and ended with everything that it started.

Where the system can fork, the process is forked from a warm one, the standard library's fork server, which has
imported `warm` and nothing else: no report sees another, and none waits for imports. Elsewhere, and for cold runs, it
is a new interpreter, and its notebook gets a kernel with another one.
"""

import os
import signal
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from multiprocessing import current_process, get_all_start_methods, get_context, parent_process, resource_tracker
from multiprocessing.connection import Connection, wait
from pathlib import Path
from threading import Thread
from typing import Any

import psutil

from audit_lib.errors import AuditError

# macOS has fork too, but its system libraries start threads that do not survive one.
CAN_FORK = "forkserver" in get_all_start_methods() and sys.platform != "darwin"
NEEDS = 400 * 2**20  # bytes that a report takes at its peak, the pages that it shares with the warm process left out
GRACE = 3  # seconds for a process to end that can answer no more
ENVIRONMENT = {
    "OPENBLAS_NUM_THREADS": "1",  # reports run side by side; and its threads would not survive a fork
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",
}


@dataclass(frozen=True)
class RunOptions:
    """How a report runs and what it may take: seconds, and bytes of address space (None: what there is)."""

    warm: bool = CAN_FORK
    deadline: float = 300.0
    memory: int | None = 4 * 2**30


class FailedError(Exception):
    """Why the work did not succeed, in one line: its own fault, so that to try again would not help."""


def count_jobs() -> int:
    """Give how many reports to run at a time: one for each core, fewer where the free memory would not do."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(cores, int(psutil.virtual_memory().available) // NEEDS))


def start_warming() -> None:
    """Have the warm process start its imports, so that they are done when the first report needs them."""
    from multiprocessing.forkserver import ensure_running

    open_context(warm=True)
    with _ctrl_c_is_ours():
        ensure_running()


def end_all() -> None:
    """End all that this process started, and what that started."""
    _end_children(os.getpid())


@contextmanager
def _ctrl_c_is_ours() -> Iterator[None]:
    """Start processes that Ctrl-C does not reach: we end them, and their imports have nothing to tell of it."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    resource_tracker.ensure_running()  # at its own start it unblocks the signal
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@cache
def open_context(*, warm: bool) -> Any:
    """Give what starts processes: forks of the warm one, or new interpreters."""
    if not warm:
        return get_context("spawn")
    context = get_context("forkserver")
    context.set_forkserver_preload(["audit_lib.batch.warm"])
    return context


def run_in_process(work: Callable[..., Any], *args: Any, log: Path, options: RunOptions) -> Any:
    """Give work(*args), done in a process of its own whose output goes to `log`.

    Raises FailedError where the work raised AuditError, did not end in time, or its process died; RuntimeError for
    whatever else it raised, which another try or another machine may cure.
    """
    current_process().daemon = False  # Dask marks its workers as daemons, which may start none; ours end by themselves
    context = open_context(warm=options.warm)
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_serve, args=(sender, log, options.memory, work, args))
    with receiver:
        with sender:
            try:
                with _ctrl_c_is_ours():
                    process.start()
            except (EOFError, OSError) as fault:
                raise RuntimeError(f"no process could be started (--cold may do): {fault}") from None
        try:
            if not wait([receiver, process.sentinel], options.deadline):
                raise FailedError(f"no end after {options.deadline:g} s")
            if not receiver.poll():  # it died, and what it forked still holds the pipe open
                raise EOFError
            error, value = receiver.recv()
        except EOFError:
            process.join(GRACE)
            raise FailedError(_word_exit(process.exitcode)) from None
        finally:
            _end(process)
    if error:
        raise error
    return value


def _word_exit(code: int | None) -> str:
    if code is None:
        return "it closed the pipe that its answer goes through"
    return f"its process died (signal {-code})" if code < 0 else f"its process died (exit code {code})"


def _end(process: Any) -> None:
    """End a process with all that it started: its group, and what has left the group, as kernels do."""
    _end_children(process.pid)
    if hasattr(os, "killpg"):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    process.join()
    process.close()


def _end_children(pid: int) -> None:
    with suppress(psutil.NoSuchProcess):
        for each in psutil.Process(pid).children(recursive=True):
            with suppress(psutil.NoSuchProcess):
                each.kill()


def _serve(
    sender: "Connection[Any, Any]", log: Path, memory: int | None, work: Callable[..., Any], args: tuple[Any, ...]
) -> None:
    """In the process: do the work and send (error, value). Then the process ends with its whole group."""
    if hasattr(os, "setsid"):
        os.setsid()
    Thread(target=_follow_parent, daemon=True).start()
    os.environ |= ENVIRONMENT
    try:
        _write_to(log)
        if hasattr(signal, "pthread_sigmask"):
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
        if memory is not None:
            _limit_memory(memory)
        answer: tuple[Exception | None, Any] = None, work(*args)
    except AuditError as error:
        answer = FailedError(_shorten(str(error))), None
    except Exception as error:  # a full disk, a broken machine …: whatever stopped this must not stop the others
        with suppress(OSError):
            traceback.print_exc(file=sys.__stderr__)
        answer = RuntimeError(_shorten(f"{type(error).__name__}: {error}")), None
    sender.send(answer)
    sender.close()
    _end_group()


def _write_to(log: Path) -> None:
    """Have this process, and what it starts, write to a file; nowhere, and OSError, where that cannot be written."""
    try:
        file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    except OSError:
        file = os.open(os.devnull, os.O_WRONLY)
        raise
    finally:
        os.dup2(file, 1)
        os.dup2(file, 2)


def _shorten(message: str) -> str:
    return message.partition("\n")[0][:500]


def _limit_memory(size: int) -> None:
    try:
        import resource
    except ImportError:  # Windows has no such limits
        return
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (size if most == resource.RLIM_INFINITY else min(size, most), most))


def _follow_parent() -> None:
    """End when the batch has ended, however it did: a killed one leaves nobody who would want the answer."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        _end_group()


def _end_group() -> None:
    if hasattr(os, "killpg"):
        os.killpg(0, signal.SIGKILL)
    os._exit(0)
