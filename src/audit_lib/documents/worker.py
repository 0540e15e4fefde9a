"""The process that reads office files, archives and PDF for another: it answers requests until there are no more.

See `apart.py`, which starts it, for why it is a process of its own.
"""

import base64
import json
import logging
import os
import resource
import signal
import sys
from dataclasses import astuple
from pathlib import Path
from typing import Any, BinaryIO

from audit_lib.documents.model import Block, Line, UnreadableError
from audit_lib.documents.scan_lines import ScanLine, group_lines, read_box

READABLE = "a file that can be read: open it and save it again, or save it in another format"


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
