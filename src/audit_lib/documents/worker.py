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
import logging
import os
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from audit_lib.documents.model import Block, Grid, Line, UnreadableError

COMMAND = [sys.executable, "-P", "-W", "ignore", "-m", "audit_lib.documents.worker"]
PACKAGES = Path(__file__).parents[2]  # where this package stands, for the worker to find the same
MEMORY = 500_000_000  # bytes beyond what Python itself takes
SHORTEST, LONGEST = 4.5, 60.0  # seconds of its processor, not of the clock: a busy machine refuses no file
BYTES_PER_SECOND = 5_000  # of PDF; anything else is read faster
PATIENCE = 20  # times as long by the clock, for one that waits for ever without working
READABLE = "a file that can be read: open it and save it again, or save it in another format"


def read_apart(content: bytes, kind: str) -> tuple[str, str | None, list[Block]]:
    """Return format, encoding and blocks of a file of any kind but those read in place. Raises UnreadableError."""
    reply = _ask(content, {"kind": kind})
    blocks = _unpack_blocks(reply["blocks"], [Line(*line) for line in reply["lines"]])
    return reply["format"], reply["encoding"], blocks


def unpack_apart(content: bytes, kind: str, member: str) -> bytes:
    """Return the bytes of a file in an archive. Raises UnreadableError, which names what there is."""
    return base64.b64decode(_ask(content, {"kind": kind, "member": member})["content"])


def _ask(content: bytes, request: dict[str, Any]) -> dict[str, Any]:
    with _LOCK:
        reply = _find_worker().ask(content, request)
    if "found" in reply:
        raise UnreadableError(reply["found"], reply["expected"], reply["place"])
    return reply


@dataclass
class _Worker:
    """A process that reads files one after the other, and the process it works for (a fork must have its own)."""

    process: subprocess.Popen[bytes]
    owner: int = field(default_factory=os.getpid)

    def ask(self, content: bytes, request: dict[str, Any]) -> dict[str, Any]:
        seconds = min(SHORTEST + len(content) / BYTES_PER_SECOND, LONGEST)
        timer = threading.Timer(seconds * PATIENCE, self.process.kill)
        timer.start()
        try:
            answer = self._exchange(content, request | {"size": len(content), "seconds": seconds})
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
        return reply

    def _exchange(self, content: bytes, request: dict[str, Any]) -> bytes:
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
        pipe, path = subprocess.PIPE, os.pathsep.join([str(PACKAGES), os.environ.get("PYTHONPATH", "")])
        process = subprocess.Popen(
            COMMAND, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, env=os.environ | {"PYTHONPATH": path}
        )
        _workers.append(_Worker(process))
    return _workers[-1]


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


# From here on: what happens in the worker.


def work(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer requests until there are no more. A request is a line of JSON, then the bytes of the file."""
    while line := requests.readline():
        request = json.loads(line)
        content = requests.read(request["size"])
        kind = request["kind"]
        _limit_time(request["seconds"])
        try:
            reply = _unpack(content, kind, request["member"]) if "member" in request else _read(content, kind)
        except MemoryError:
            os._exit(1)
        except UnreadableError as error:
            reply = {"found": error.found, "expected": error.expected, "place": error.place}
        except Exception:  # whatever a library makes of a broken file
            reply = {"found": f"a damaged {_NAMES[kind]}", "expected": READABLE, "place": None}
        del content
        answers.write(json.dumps(reply, ensure_ascii=True, separators=(",", ":")).encode() + b"\n")
        _limit_time(0)
        answers.flush()


_NAMES = {
    "pdf": "PDF",
    "zip": "office file or ZIP archive",
    "ole": "office file",
    "rar": "RAR archive",
    "rtf": "RTF document",
    "mht": "page saved as one file",
}


def _unpack(content: bytes, kind: str, member: str) -> dict[str, Any]:
    from audit_lib.documents.archive import read_member

    return {"content": base64.b64encode(read_member(content, kind, member)[1]).decode()}


def _read(content: bytes, kind: str) -> dict[str, Any]:
    lines: list[tuple[str, str]] = []
    numbers: dict[int, int] = {}

    def pack_line(line: Line) -> int:
        number = numbers.setdefault(id(line), len(lines))
        if number == len(lines):
            lines.append((line.place, line.text))
        return number

    def pack(block: Block) -> Any:
        if isinstance(block, Line):
            return pack_line(block)
        rows = [[pack_line(cell) for cell in row] for row in block.rows]
        return {"rows": rows, "blocks": [pack(inner) for inner in block.blocks]}

    from audit_lib.documents.readers import read_blocks

    format_, encoding, blocks = read_blocks(content, kind)
    return {"format": format_, "encoding": encoding, "blocks": [pack(block) for block in blocks], "lines": lines}


def _limit_time(seconds: float) -> None:
    """Have the system end this process once it has worked so long from now, 0 for no limit, where the system can."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_PROF, seconds)


def _limit_memory() -> None:
    """Bound the memory of this process, where the system can."""
    try:
        import resource

        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
        own = pages * resource.getpagesize()
    except (ImportError, OSError):
        return
    resource.setrlimit(resource.RLIMIT_AS, (own + MEMORY, own + MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    # What libraries print goes nowhere; only answers leave through what was standard output.
    private = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    logging.disable()
    _limit_memory()
    work(sys.stdin.buffer, private)
