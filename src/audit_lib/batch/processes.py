"""Run work in a process of its own: limited in time and memory, and ended with everything that it started.

If the system can fork, the process is forked from the standard library's fork server, which has imported `warm` and
nothing else: no report sees another, and none waits for imports. Elsewhere, and for cold runs, it is a new interpreter,
and its notebook gets a kernel with another one.

On Linux a supervisor, a fork in between, adopts what the work leaves behind (daemons included) and ends it.
"""

import ctypes
import os
import resource
import shutil
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from functools import cache
from multiprocessing import (
    active_children,
    current_process,
    forkserver,
    get_context,
    parent_process,
    resource_tracker,
)
from multiprocessing.connection import Connection, wait
from pathlib import Path
from threading import Event, Thread
from typing import Any

import psutil

from audit_lib.errors import AuditError

# macOS has fork too, but its system libraries start threads that do not survive one.
CAN_FORK = sys.platform != "darwin"
NEEDS = 400 * 2**20  # bytes that a report takes at its peak, the pages that it shares with the warm process left out
GRACE = 3  # seconds for a process to end that can answer no more
LOOK, PAUSE, TRIES = 1.0, 0.2, 5  # seconds between two looks at the fork server and two tries to start; tries
CAN_ADOPT = sys.platform == "linux"
DIE_WITH_PARENT, ADOPT_ORPHANS = 1, 36  # PR_SET_PDEATHSIG and PR_SET_CHILD_SUBREAPER of prctl(2)
ENVIRONMENT = {
    "OPENBLAS_NUM_THREADS": "1",  # reports run side by side; and its threads would not survive a fork
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",
}


_running: list[Any] = []  # processes that work


@dataclass(frozen=True)
class RunOptions:
    """How a report is run: forked or cold, with at most so many seconds and bytes of address space (None: no limit)."""

    warm: bool = CAN_FORK
    deadline: float = 300.0
    memory: int | None = 4 * 2**30


class FailedError(Exception):
    """Why the work did not succeed, in one line. The fault is its own: another try would not help."""


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
        _end_children(each.pid or 0)
        each.kill()
    server: Any = forkserver._forkserver
    if pid := server._forkserver_pid:
        _end_children(pid)
        with suppress(psutil.NoSuchProcess):
            psutil.Process(pid).kill()
        server._stop()


def end_all() -> None:
    """End everything that this process started, and remove its temporary files; it has to end itself next."""
    end_batch()
    _end_children(os.getpid())
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
        try:
            error, value = _wait_for_answer(process, receiver, until)
        except TimeoutError:
            raise FailedError(f"no end after {options.deadline:g} s") from None
        except EOFError:
            process.join(GRACE)
            raise FailedError(_word_exit(process.exitcode)) from None
        finally:
            _running.remove(process)
            _end(process)
    if error:
        raise error
    return value


def _start(context: Any, args: tuple[Any, ...], options: RunOptions, until: float) -> Any:
    """Start a process that serves. A fork server that has died, or does not answer, is replaced by another."""
    fault: Exception | None = None
    for _ in range(TRIES):
        process = context.Process(target=_serve, args=args)
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
        sources.pop()  # the fork server died, and no longer tells of its processes; this one works on
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


def _end(process: Any) -> None:
    """End a process with all that it started: its group, and what has left the group, as kernels do."""
    if CAN_ADOPT and _ask_to_end(process.pid):
        process.join(GRACE)
    _end_children(process.pid)
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


def _end_children(pid: int) -> None:
    with suppress(psutil.NoSuchProcess):
        for each in psutil.Process(pid).children(recursive=True):
            with suppress(psutil.NoSuchProcess):
                each.kill()


def _serve(
    sender: "Connection[Any, Any]", log: Path, memory: int | None, work: Callable[..., Any], args: tuple[Any, ...]
) -> None:
    """In the process: do the work and send (error, value). Then the process ends with its whole group."""
    os.setsid()
    if CAN_ADOPT:
        _fork_supervised(sender)
    else:
        Thread(target=_follow_parent, args=(_end_group,), daemon=True).start()
    os.environ |= ENVIRONMENT
    try:
        _write_to(log)
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


def _fork_supervised(sender: "Connection[Any, Any]") -> None:
    """Fork, and return in the child only. The parent ends when the child has ended, after all that it left behind."""
    supervisor = os.getpid()
    _control_process(ADOPT_ORPHANS, 1)
    worker = os.fork()
    if not worker:
        _control_process(DIE_WITH_PARENT, signal.SIGKILL)
        if os.getppid() != supervisor:
            os._exit(1)
        os.setsid()
        return
    sender.close()
    signal.signal(signal.SIGTERM, lambda *_: _end_adopted())
    Thread(target=_follow_parent, args=(_end_adopted,), daemon=True).start()
    code = 0
    with suppress(ChildProcessError):
        while (ended := os.waitpid(-1, 0))[0] != worker:
            pass
        code = os.waitstatus_to_exitcode(ended[1])
    _end_adopted(code)


def _end_adopted(code: int = 1) -> None:
    """In the supervisor: end everything that it is the parent of, then itself with the exit code of its worker."""
    until = time.monotonic() + GRACE
    with suppress(ChildProcessError):  # there is none left
        while time.monotonic() < until:
            if not os.waitpid(-1, os.WNOHANG)[0]:
                _end_children(os.getpid())
                time.sleep(0.005)
    if code < 0:
        with suppress(OSError):  # SIGKILL needs none
            signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    os._exit(abs(code))


def _control_process(what: int, value: int) -> None:
    """Set an attribute of this process (prctl of Linux), where the system knows it."""
    ctypes.CDLL(None, use_errno=True).prctl(what, value, 0, 0, 0)


def _write_to(log: Path) -> None:
    """Redirect stdout and stderr, also of child processes, to a file.

    Raises OSError if it cannot be opened; output goes to /dev/null then.
    """
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
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (size if most == resource.RLIM_INFINITY else min(size, most), most))


def _follow_parent(end: Callable[[], None]) -> None:
    """End when the batch has ended, in whatever way: nobody waits for the answer of a killed one."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        end()


def _end_group() -> None:
    os.killpg(0, signal.SIGKILL)
