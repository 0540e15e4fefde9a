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
import resource
import signal
import subprocess
import sys
import threading
from dataclasses import astuple, dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from audit_lib.documents.model import Block, Grid, Line, UnreadableError
from audit_lib.documents.scan_lines import ScanLine, group_lines, read_box

COMMAND = [sys.executable, "-P", "-W", "ignore", "-m", "audit_lib.documents.worker"]
PACKAGES = Path(__file__).parents[2]  # where this package stands, for the worker to find the same
MEMORY = 500_000_000  # bytes beyond what Python itself takes
SHORTEST, LONGEST = 4.5, 60.0  # seconds of its processor, not of the clock: a busy machine refuses no file
BYTES_PER_SECOND = 5_000  # of PDF; anything else is read faster
SCAN_MEMORY, SCAN_SECONDS = 3_000_000_000, 120.0  # for a page of a scan; most take 800 MB and 8 seconds
PATIENCE = 20  # times as long by the clock, for one that waits for ever without working
READABLE = "a file that can be read: open it and save it again, or save it in another format"


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
    """What a box of a scan shows: read once more by itself, and as a PNG picture."""

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

        `request` is the kind of the file and what `_answer` takes. Raises UnreadableError.
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


# From here on: what happens in the worker.


def work(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer requests until there are no more. A request is a line of JSON, then the bytes of the file."""
    while line := requests.readline():
        size, seconds, kind, *asked = json.loads(line)
        content = requests.read(size)
        _limit_time(seconds)
        try:
            reply = _answer(content, kind, *asked)
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
    "picture": "picture",
}


def _answer(content: bytes, kind: str, asked: str, *which: Any) -> dict[str, Any]:
    match asked:
        case "names":
            return {"names": _list_names(content, kind)}
        case "member":
            from audit_lib.documents.archive import read_member

            return {"content": base64.b64encode(read_member(content, kind, *which)[1]).decode()}
        case "page":
            return _read_page(content, kind, *which)
        case "place":
            return _look_again(content, kind, *which)
    return _read(content, kind)


def _read_page(content: bytes, kind: str, page: int) -> dict[str, Any]:
    from audit_lib.documents.scans import count_pages, open_picture, recognise

    lines = group_lines(recognise(open_picture(content, kind, page)), page)
    return {"pages": count_pages(content, kind), "scan_lines": [astuple(line) for line in lines]}


def _look_again(content: bytes, kind: str, place: str) -> dict[str, Any]:
    import io

    from audit_lib.documents.scans import crop, lay_on_paper, open_picture, recognise

    box = read_box(place)
    if box is None:
        raise UnreadableError(f"the place {place}", "a box of a page: page 5 box 172 296 859 338")
    shown = crop(open_picture(content, kind, box.page), box)
    larger = shown.resize((shown.width * 3 // 2, shown.height * 3 // 2))  # another size is another look
    words = [word for word in recognise(lay_on_paper(larger)) if word.box[1] > 3 and word.box[3] < larger.height - 3]
    nothing = ScanLine("", "", 0.0)
    line = min(group_lines(words, box.page), key=lambda line: _miss_middle(line, larger.height), default=nothing)
    packed = io.BytesIO()
    shown.save(packed, "png")
    return {
        "text": line.text,
        "confidence": line.confidence,
        "picture": base64.b64encode(packed.getvalue()).decode(),
    }


def _list_names(content: bytes, kind: str) -> list[str]:
    from audit_lib.documents.archive import list_members
    from audit_lib.documents.office import find_office_format

    is_office = kind == "zip" and find_office_format(content) is not None
    return [] if is_office else list_members(content, kind)


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


def _miss_middle(line: ScanLine, height: int) -> float:
    """Return how far a line is from the middle of a picture: rows that lie aslant reach into the box of the next."""
    box = read_box(line.place)
    return abs((box.top + box.bottom) - height) if box else float(height)


def _limit_time(seconds: float) -> None:
    """Limit the CPU seconds of this process from now on, 0 for no limit."""
    signal.setitimer(signal.ITIMER_PROF, seconds)


def _limit_memory(more: int) -> None:
    """Bound the memory of this process beyond what it has, where the system says how much that is."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    except OSError:
        return
    own = pages * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (own + more, own + more))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    # What libraries print goes nowhere; only answers leave through what was standard output.
    private = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    logging.disable()
    _limit_memory(int(sys.argv[1]))
    work(sys.stdin.buffer, private)
