"""The process that does the work: limited in memory, its output in a file, and ended with everything that it started.

On Linux a supervisor, a fork in between, adopts what the work leaves behind (daemons included) and ends it.
"""

import ctypes
import os
import resource
import signal
import sys
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from multiprocessing import parent_process
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Thread
from typing import Any

import psutil

from audit_lib.errors import AuditError

GRACE = 3  # seconds for a process to end that can answer no more
CAN_ADOPT = sys.platform == "linux"
DIE_WITH_PARENT, ADOPT_ORPHANS = 1, 36  # PR_SET_PDEATHSIG and PR_SET_CHILD_SUBREAPER of prctl(2)
ENVIRONMENT = {
    "OPENBLAS_NUM_THREADS": "1",  # reports run side by side; and its threads would not survive a fork
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",
}


class FailedError(Exception):
    """Why the work did not succeed, in one line. The fault is its own: another try would not help."""


def serve(
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
                end_children(os.getpid())
                time.sleep(0.005)
    if code < 0:
        with suppress(OSError):  # SIGKILL needs none
            signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    os._exit(abs(code))


def end_children(pid: int) -> None:
    with suppress(psutil.NoSuchProcess):
        for each in psutil.Process(pid).children(recursive=True):
            with suppress(psutil.NoSuchProcess):
                each.kill()


def _control_process(what: int, value: int) -> None:
    """Set an attribute of this process (prctl of Linux), where the system knows it."""
    ctypes.CDLL(None, use_errno=True).prctl(what, value, 0, 0, 0)


def _write_to(log: Path) -> None:
    """Redirect stdout and stderr to a file, for child processes too; to /dev/null, with OSError, if that fails."""
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
    """End when the batch has ended, in whatever way: a killed one waits for no answer."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        end()


def _end_group() -> None:
    os.killpg(0, signal.SIGKILL)
