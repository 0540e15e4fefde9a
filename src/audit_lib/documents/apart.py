"""Read office files, archives and PDF in a process of its own, with a bound on memory and on the time of its processor.

The libraries for these formats were written for files that mean well: some files make them hang, take all memory or
end the process. The worker is started when first needed and kept, because its libraries take longer to load than a
file to read; one that had to be stopped, or died, is replaced. It gets the bytes of a file, never its path, and
answers with one line of JSON, which can hold nothing but lines and tables.
"""

import atexit
import base64
import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from audit_lib.documents.model import Block, Grid, Line, UnreadableError
from audit_lib.documents.scan_lines import ScanLine
from audit_lib.documents.worker import READABLE

COMMAND = [sys.executable, "-P", "-W", "ignore", "-m", "audit_lib.documents.worker"]
PACKAGES = Path(__file__).parents[2]  # where this package stands, for the worker to find the same
MEMORY = 500_000_000  # bytes beyond what Python itself takes
SHORTEST, LONGEST = 4.5, 60.0  # seconds of its processor, not of the clock: a busy machine refuses no file
BYTES_PER_SECOND = 5_000  # of PDF; anything else is read faster
SCAN_MEMORY, SCAN_SECONDS = 3_000_000_000, 120.0  # for a page of a scan; most take 800 MB and 8 seconds
PATIENCE = 20  # times as long by the clock, for one that waits for ever without working


def read_apart(content: bytes, kind: str) -> tuple[str, str | None, list[Block]]:
    """Return format, encoding and blocks of a file of any kind but those read in place. Raises UnreadableError."""
    reply = _ask(content, kind, "blocks")
    blocks = _unpack_blocks(reply["blocks"], [Line(*line) for line in reply["lines"]])
    return reply["format"], reply["encoding"], blocks


def unpack_apart(content: bytes, kind: str, member: str) -> bytes:
    """Return the bytes of a file in an archive. Raises UnreadableError, which names what there is."""
    return base64.b64decode(_ask(content, kind, "member", member)["content"])


def list_apart(content: bytes, kind: str) -> list[str]:
    """Return the names of the files in an archive; none for an office file. Raises UnreadableError."""
    names: list[str] = _ask(content, kind, "names")["names"]
    return names


@dataclass(frozen=True)
class Seen:
    """A box of a scan: its text, read once more by itself, and its picture as PNG."""

    text: str
    confidence: float
    picture: bytes


class ScanWorker:
    """A worker that reads scans, with the memory that takes. It ends with the `with` statement."""

    def __enter__(self) -> "ScanWorker":
        self._worker = _start([*COMMAND, str(SCAN_MEMORY)])
        return self

    def __exit__(self, *_: object) -> None:
        self._worker.stop()

    def read_page(self, content: bytes, kind: str, page: int) -> tuple[int, list[ScanLine]]:
        """Return the number of pages of a scan, and the lines of one of them. Raises UnreadableError."""
        reply = self._worker.ask(content, SCAN_SECONDS, kind, "page", page)
        return reply["pages"], [ScanLine(*line) for line in reply["scan_lines"]]

    def look_again(self, content: bytes, kind: str, place: str) -> Seen:
        """Return what a place `page 5 box 172 296 859 338` shows, read by itself. Raises UnreadableError."""
        reply = self._worker.ask(content, SCAN_SECONDS, kind, "place", place)
        return Seen(reply["text"], reply["confidence"], base64.b64decode(reply["picture"]))


def _ask(content: bytes, *request: str) -> dict[str, Any]:
    with _LOCK:
        return _find_worker().ask(content, min(SHORTEST + len(content) / BYTES_PER_SECOND, LONGEST), *request)


@dataclass
class _Worker:
    """A process that reads files one after the other, and the process it works for (a fork must have its own)."""

    process: subprocess.Popen[bytes]
    owner: int = field(default_factory=os.getpid)

    def ask(self, content: bytes, seconds: float, *request: str | int) -> dict[str, Any]:
        """Send a file to the process and return its answer, within `seconds` of processor time.

        `request` is the kind of the file and what `worker._answer` takes. Raises UnreadableError.
        """
        timer = threading.Timer(seconds * PATIENCE, self.process.kill)
        timer.start()
        try:
            answer = self._exchange(content, [len(content), seconds, *request])
        except BaseException:  # Ctrl-C in the midst of an answer: the rest of it would answer the next question
            self.stop()
            raise
        finally:
            timer.cancel()
        if not answer.endswith(b"\n"):
            self.stop()
            if self.process.returncode == -signal.SIGPROF:
                found = f"a file that takes longer than {seconds:.0f} seconds of processor time to read"
                raise UnreadableError(found, READABLE)
            raise UnreadableError("a file that breaks its reader or needs more memory than it may have", READABLE)
        reply: dict[str, Any] = json.loads(answer)
        if "found" in reply:
            raise UnreadableError(reply["found"], reply["expected"], reply["place"])
        return reply

    def _exchange(self, content: bytes, request: list[str | float]) -> bytes:
        assert self.process.stdin
        assert self.process.stdout
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.write(json.dumps(request).encode() + b"\n" + content)
            self.process.stdin.flush()
        return self.process.stdout.readline()

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            with contextlib.suppress(OSError):
                if pipe:
                    pipe.close()


_LOCK = threading.Lock()
_workers: list[_Worker] = []  # the last is at work; others are the parent's, if this process was forked


def _find_worker() -> _Worker:
    if not _workers or _workers[-1].owner != os.getpid() or _workers[-1].process.poll() is not None:
        _workers.append(_start([*COMMAND, str(MEMORY)]))
    return _workers[-1]


def _start(command: list[str]) -> _Worker:
    pipe, path = subprocess.PIPE, os.pathsep.join([str(PACKAGES), os.environ.get("PYTHONPATH", "")])
    environment = os.environ | {"PYTHONPATH": path}
    return _Worker(subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, env=environment))


@atexit.register
def stop_worker() -> None:
    """End the worker, if one runs. The next file starts another."""
    for worker in _workers:
        if worker.owner == os.getpid():
            worker.stop()
    _workers.clear()


def _unpack_blocks(packed: list[Any], lines: list[Line]) -> list[Block]:
    return [
        lines[block]
        if isinstance(block, int)
        else Grid(
            tuple(tuple(lines[number] for number in row) for row in block["rows"]),
            tuple(_unpack_blocks(block["blocks"], lines)),
        )
        for block in packed
    ]
