"""Run work in a process of its own: started, waited for until a deadline, and ended with everything that it started.

If the system can fork, the process is forked from the standard library's fork server, which has imported `warm` and
nothing else: no report sees another, and none waits for imports. Elsewhere, and for cold runs, it is a new interpreter,
and its notebook gets a kernel with another one.
"""

import os
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from functools import cache
from multiprocessing import active_children, current_process, forkserver, get_context, parent_process, resource_tracker
from multiprocessing.connection import Connection, wait
from pathlib import Path
from threading import Event, Thread
from typing import Any

import psutil

from audit_lib.batch.supervised import CAN_ADOPT, GRACE, FailedError, end_children, serve

# macOS has fork too, but its system libraries start threads that do not survive one.
CAN_FORK = sys.platform != "darwin"
NEEDS = 400 * 2**20  # bytes that a report takes at its peak, the pages that it shares with the warm process left out
LOOK, PAUSE, TRIES = 1.0, 0.2, 5  # seconds between two looks at the fork server and two tries to start; tries

_running: list[Any] = []  # processes that work


@dataclass(frozen=True)
class RunOptions:
    """How a report is run: forked or cold, with at most so many seconds and bytes of address space (None: no limit)."""

    warm: bool = CAN_FORK
    deadline: float = 300.0
    memory: int | None = 4 * 2**30


def count_jobs() -> int:
    """Return how many reports to run at a time: one for each core, fewer if there is not enough free memory."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(cores, int(psutil.virtual_memory().available) // NEEDS))


def start_warming() -> None:
    """Start the imports of the fork server, so that they are done when the first report needs them."""
    open_context(warm=True)
    with _ctrl_c_is_ours():
        forkserver.ensure_running()


def end_batch() -> None:
    """End the processes of a batch with all that they started, and the fork server: the next batch starts its own."""
    for process in list(_running):
        _ask_to_end(process.pid)
    until = time.monotonic() + GRACE
    while CAN_ADOPT and time.monotonic() < until and any(psutil.pid_exists(process.pid) for process in list(_running)):
        time.sleep(0.01)
    for each in active_children():  # of new interpreters
        with suppress(ValueError):  # closed meanwhile by the thread that waited for it
            end_children(each.pid or 0)
            each.kill()
    server: Any = forkserver._forkserver
    if pid := server._forkserver_pid:
        end_children(pid)
        with suppress(psutil.NoSuchProcess):
            psutil.Process(pid).kill()
        server._stop()


def end_all() -> None:
    """End everything that this process started, and remove its temporary files; it has to end itself next."""
    end_batch()
    end_children(os.getpid())
    folder = current_process()._config.get("tempdir")  # type: ignore[attr-defined]  # of the fork server's socket
    if folder and parent_process() is None:  # else it may be our parent's
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _ctrl_c_is_ours() -> Iterator[None]:
    """Start processes that Ctrl-C does not reach: we end them, and their imports print no traceback."""
    resource_tracker.ensure_running()  # at its own start it unblocks the signal
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@cache
def open_context(*, warm: bool) -> Any:
    """Return the multiprocessing context: forks of the warm process, or new interpreters."""
    if not warm:
        return get_context("spawn")
    context = get_context("forkserver")
    context.set_forkserver_preload(["audit_lib.batch.warm"])
    return context


def run_in_process(work: Callable[..., Any], *args: Any, log: Path, options: RunOptions) -> Any:
    """Return work(*args), done in a process of its own whose output goes to `log`.

    Raises FailedError if the work raised AuditError, did not end in time, or its process died; RuntimeError for
    anything else it raised, which another try or another machine may cure.
    """
    current_process().daemon = False  # Dask marks its workers as daemons, which may start none; ours end by themselves
    until = time.monotonic() + options.deadline
    context = open_context(warm=options.warm)
    receiver, sender = context.Pipe(duplex=False)
    with receiver:
        with sender:
            process = _start(context, (sender, log, options.memory, work, args), options, until)
        _running.append(process)
        has_answered = False
        try:
            error, value = _wait_for_answer(process, receiver, until)
            has_answered = True
        except TimeoutError:
            raise FailedError(f"no end after {options.deadline:g} s") from None
        except EOFError:
            process.join(GRACE)
            raise FailedError(_word_exit(process.exitcode)) from None
        finally:
            _running.remove(process)
            _end(process, has_answered=has_answered)
    if error:
        raise error
    return value


def _start(context: Any, args: tuple[Any, ...], options: RunOptions, until: float) -> Any:
    """Start a process that serves. A fork server that has died, or does not answer, is replaced by another."""
    fault: Exception | None = None
    for _ in range(TRIES):
        process = context.Process(target=serve, args=args)
        try:
            with _ctrl_c_is_ours(), _watch_fork_server(until) if options.warm else nullcontext():
                process.start()
            return process
        except (EOFError, OSError) as error:
            if time.monotonic() > until:
                raise FailedError(f"no start after {options.deadline:g} s") from None
            fault = error
            time.sleep(PAUSE)
    raise RuntimeError(f"no process could be started (--cold may do): {fault}")


@contextmanager
def _watch_fork_server(until: float) -> Iterator[None]:
    """Kill the fork server if it is stopped, or if it starts no process in time: who waits for it gets an error."""
    done = Event()

    def watch() -> None:
        was_stopped = False
        while not done.wait(LOOK):
            with suppress(psutil.Error):
                server = psutil.Process(forkserver._forkserver._forkserver_pid)  # type: ignore[attr-defined]
                is_stopped = server.status() == psutil.STATUS_STOPPED
                if time.monotonic() > until or (is_stopped and was_stopped):  # once: Ctrl-Z, and it goes on with us
                    server.kill()
                was_stopped = is_stopped

    Thread(target=watch, daemon=True).start()
    try:
        yield
    finally:
        done.set()


def _wait_for_answer(process: Any, receiver: "Connection[Any, Any]", until: float) -> Any:
    """Return what the work sends. Raises TimeoutError at the deadline, EOFError if its process died."""
    sources: list[Any] = [receiver, process.sentinel]
    while wait(sources, max(0, until - time.monotonic())):
        if receiver.poll():
            return receiver.recv()
        if len(sources) == 1 or not _is_alive(process.pid):  # dead; what it forked may still hold the pipe open
            raise EOFError
        sources.pop()  # the fork server died, and no longer reports its processes; this one works on
    raise TimeoutError


def _is_alive(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def _word_exit(code: int | None) -> str:
    if code is None:
        return "it closed the pipe that its answer goes through"
    return f"its process died (signal {-code})" if code < 0 else f"its process died (exit code {code})"


def _end(process: Any, *, has_answered: bool) -> None:
    """End a process with all that it started: its group, and what has left the group, as kernels do.

    One that has answered ends by itself.
    """
    if CAN_ADOPT and (has_answered or _ask_to_end(process.pid)):
        process.join(GRACE)
    end_children(process.pid)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    process.join()
    process.close()


def _ask_to_end(pid: int) -> bool:
    """Ask a supervisor to end all that it watches, and itself. Returns whether it was there."""
    try:
        os.kill(pid, signal.SIGTERM)
    except ProcessLookupError:
        return False
    return True
