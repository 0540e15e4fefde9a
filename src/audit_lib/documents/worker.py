"""Read office files and PDF in a process of its own, with a bound on memory and time.

The libraries for these formats were written for files that mean well: some files make them hang, take all memory or
end the process. The worker is started when first needed and kept, because its libraries take longer to load than a
file to read; one that had to be stopped, or died, is replaced. It gets the bytes of a file, never its path, and
answers with one line of JSON, which can hold nothing but lines and tables.
"""

import atexit
import contextlib
import json
import logging
import os
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
SHORTEST, LONGEST = 4.5, 60.0  # seconds
BYTES_PER_SECOND = 5_000  # of PDF; anything else is read faster
READABLE = "a file that can be read: open it and save it again, or save it in another format"


def read_apart(content: bytes, kind: str) -> tuple[str, list[Block]]:
    """Give the format and the blocks of a file of kind pdf, zip, ole or rar. Raises UnreadableError."""
    with _LOCK:
        reply = _find_worker().ask(content, kind)
    if "found" in reply:
        raise UnreadableError(reply["found"], reply["expected"])
    return reply["format"], _unpack_blocks(reply["blocks"], [Line(*line) for line in reply["lines"]])


@dataclass
class _Worker:
    """A process that reads files one after the other, and the process it works for (a fork must have its own)."""

    process: subprocess.Popen[bytes]
    owner: int = field(default_factory=os.getpid)

    def ask(self, content: bytes, kind: str) -> dict[str, Any]:
        seconds = min(SHORTEST + len(content) / BYTES_PER_SECOND, LONGEST)
        overdue = threading.Event()

        def stop_overdue() -> None:
            overdue.set()
            self.process.kill()

        timer = threading.Timer(seconds, stop_overdue)
        timer.start()
        try:
            answer = self._exchange(content, kind)
        except BaseException:  # Ctrl-C in the midst of an answer: the rest of it would answer the next question
            self.stop()
            raise
        finally:
            timer.cancel()
        if not answer.endswith(b"\n"):
            self.stop()
            if overdue.is_set():
                raise UnreadableError(f"a file that takes longer than {seconds:.0f} seconds to read", READABLE)
            raise UnreadableError("a file that breaks its reader or needs more memory than it may have", READABLE)
        reply: dict[str, Any] = json.loads(answer)
        return reply

    def _exchange(self, content: bytes, kind: str) -> bytes:
        assert self.process.stdin
        assert self.process.stdout
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.write(b"%s %d\n" % (kind.encode(), len(content)) + content)
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
    """Answer requests until there are no more. A request is a line with kind and size, then the bytes of the file."""
    while request := requests.readline():
        kind, size = request.split()
        content = requests.read(int(size))
        try:
            reply = _read(content, kind.decode())
        except MemoryError:
            os._exit(1)
        except UnreadableError as error:
            reply = {"found": error.found, "expected": error.expected}
        except Exception:  # whatever a library makes of a broken file
            reply = {"found": f"a damaged {_NAMES[kind.decode()]}", "expected": READABLE}
        del content
        answers.write(json.dumps(reply, ensure_ascii=True, separators=(",", ":")).encode() + b"\n")
        answers.flush()


_NAMES = {"pdf": "PDF", "zip": "office file or ZIP archive", "ole": "office file", "rar": "RAR archive"}


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

    format_, blocks = _read_blocks(content, kind)
    return {"format": format_, "blocks": [pack(block) for block in blocks], "lines": lines}


def _read_blocks(content: bytes, kind: str) -> tuple[str, list[Block]]:
    """Read a file by the reader of its kind. Readers load when first needed: each takes a tenth of a second or more."""
    if kind == "pdf":
        from audit_lib.documents.pdf import read_pdf

        return "pdf", read_pdf(content)
    from audit_lib.documents.office import find_office_format, find_ole_format, name_rar

    if kind == "rar":
        raise name_rar(content)
    format_ = find_office_format(content) if kind == "zip" else find_ole_format(content)
    if format_ == "docx":
        from audit_lib.documents.docx import read_docx

        return format_, read_docx(content)
    from audit_lib.documents.sheets import read_workbook

    return format_, read_workbook(content)


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
