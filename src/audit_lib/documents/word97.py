"""Word documents of before 2007, which the .doc and .wps of WPS Office are too. Macros and links are never run.

Two readers read each file, this one and office-oxide, and must agree: the format has many ways to say where the text
is, and a reader that knows fewer than a file uses leaves text out without a word. Text boxes, footnotes, headers and
numbers that Word counts by itself are not read.

The layout is that of [MS-DOC], https://learn.microsoft.com/openspecs/office_file_formats/ms-doc
"""

import io
import struct
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import zip_longest

import olefile
from office_oxide import Document as SecondReader

from audit_lib.documents.html import read_html
from audit_lib.documents.kinds import SAVE_AS
from audit_lib.documents.model import CONTROL, Block, Grid, Line, UnreadableError
from audit_lib.documents.office import NO_PASSWORD
from audit_lib.documents.word_flow import RowShape, WordFlow

WORD_97 = 0xA5EC  # what the main stream begins with; that of Word 6 and 95 begins otherwise
PAGE = 512  # bytes, of a page of formatting
LONGEST_TEXT = 5_000_000  # characters
EXPECTED = f"a whole document; else {SAVE_AS}"

_ENCRYPTED, _SECOND_TABLE = 0x0100, 0x0200
_HIDDEN, _DELETED = 0x083C, 0x0800
_IN_TABLE, _ROW_END, _DEPTH, _INNER_CELL, _INNER_ROW_END = 0x2416, 0x2417, 0x6649, 0x244B, 0x244C
_ROW_SHAPE, _MERGED_DOWN, _ELSEWHERE = 0xD608, 0xD62B, frozenset({0x6645, 0x6646})
_OPERAND_SIZES = {0: 1, 1: 1, 2: 2, 3: 4, 4: 2, 5: 2, 7: 3}

Properties = dict[int, bytes]
Ranges = list[tuple[int, int, Properties]]  # of bytes of the main stream, in order, each with what holds for it


def read_word97(content: bytes) -> list[Block]:
    """Return the blocks of a document. A place counts paragraphs (each of their lines) and rows of tables as lines.

    Raises UnreadableError where the two readers do not agree on a row or paragraph, naming the first.
    """
    blocks = _Reader(content).read()
    _, others = read_html(SecondReader.from_bytes(content, "doc").to_html().encode())
    _compare(blocks, others)
    return blocks


class _Reader:
    def __init__(self, content: bytes) -> None:
        with olefile.OleFileIO(io.BytesIO(content)) as container:
            self.main = container.openstream("WordDocument").read()
            magic, _, _, _, _, flags = struct.unpack_from("<6H", self.main)
            if flags & _ENCRYPTED:
                raise UnreadableError("an encrypted Word document", NO_PASSWORD)
            if magic != WORD_97:
                raise UnreadableError("a Word document of before 1997", SAVE_AS)
            self.table = container.openstream("1Table" if flags & _SECOND_TABLE else "0Table").read()
            self.data = container.openstream("Data").read() if container.exists("Data") else b""
        (self.n_chars,) = struct.unpack_from("<I", self.main, 0x4C)
        self.paragraphs = self.read_formatting(0x102, self.read_paragraph_properties)
        self.runs = self.read_formatting(0xFA, self.read_run_properties)
        self.flow = WordFlow()

    def read(self) -> list[Block]:
        text: list[str] = []
        depth_of_field: list[bool] = []  # for each open field, whether its result has begun
        for char, offset in self.read_chars():
            match char:
                case "\r" | "\a" | "\f":
                    self.end_paragraph(char, "".join(text), _look_up(self.paragraphs, offset))
                    text.clear()
                case "\x13":
                    depth_of_field.append(False)
                case "\x14" if depth_of_field:
                    depth_of_field[-1] = True
                case "\x15" if depth_of_field:
                    depth_of_field.pop()
                case _ if all(depth_of_field) and not self.is_unseen(offset):
                    text.append({"\v": "\n", "\x1e": "-", "\x1f": ""}.get(char, char))
        if any(text):
            self.flow.end_paragraph(_clean(text), 0)
        return self.flow.finish()

    def end_paragraph(self, mark: str, text: str, properties: Properties) -> None:
        text = _clean(text)
        is_in_table = _is_on(properties, _IN_TABLE) or _is_on(properties, _ROW_END)
        level = _number(properties, _DEPTH) if _DEPTH in properties else int(is_in_table)
        if mark == "\a" and level == 0:
            raise UnreadableError("the end of a cell outside of a table", EXPECTED, f"line {self.flow.number + 1}")
        if _is_on(properties, _ROW_END) or _is_on(properties, _INNER_ROW_END):
            self.flow.end_row(level, _read_shape(properties))
        elif mark == "\a" or _is_on(properties, _INNER_CELL):
            self.flow.end_cell(text, level)
        else:
            self.flow.end_paragraph(text, level)

    def is_unseen(self, offset: int) -> bool:
        properties = _look_up(self.runs, offset)
        return _is_on(properties, _HIDDEN) or _is_on(properties, _DELETED)

    def read_chars(self) -> Iterator[tuple[str, int]]:
        """Yield each character of the body with its offset in the main stream, in the order of the text."""
        if self.n_chars > LONGEST_TEXT:
            raise UnreadableError(f"a document of {self.n_chars:,} characters", f"at most {LONGEST_TEXT:,}")
        n_left = self.n_chars
        for n_chars, start, width in self.read_pieces():
            n_chars = min(n_chars, n_left)
            piece = self.main[start : start + n_chars * width]
            if len(piece) < n_chars * width:
                raise UnreadableError("a Word document that breaks off", EXPECTED)
            text = piece.decode("utf-16-le" if width == 2 else "cp1252", "surrogatepass" if width == 2 else "replace")
            offset = start
            for char in text:
                yield char, offset
                offset += width * (1 + (ord(char) > 0xFFFF))
            n_left -= n_chars
        if n_left:
            raise UnreadableError(f"a Word document without {n_left:,} of its characters", EXPECTED)

    def read_pieces(self) -> Iterator[tuple[int, int, int]]:
        """Yield the number of characters of each piece of the text, its offset, and the bytes of a character."""
        start, size = struct.unpack_from("<2I", self.main, 0x1A2)
        described = self.table[start : start + size]
        position = 0
        while described[position] == 1:  # formatting of pieces
            position += 3 + struct.unpack_from("<H", described, position + 1)[0]
        (size,) = struct.unpack_from("<I", described, position + 1)
        n_pieces = (size - 4) // 12
        starts = struct.unpack_from(f"<{n_pieces + 1}I", described, position + 5)
        for number in range(n_pieces):
            (place,) = struct.unpack_from("<I", described, position + 5 + 4 * (n_pieces + 1) + 8 * number + 2)
            n_chars = max(starts[number + 1] - starts[number], 0)
            yield (n_chars, (place & 0x3FFFFFFF) // 2, 1) if place & 0x40000000 else (n_chars, place, 2)

    def read_formatting(self, index: int, read_properties: Callable[[bytes, int], Properties]) -> Ranges:
        """Read the pages of formatting that an index names: the ranges of bytes, and what holds for each."""
        start, size = struct.unpack_from("<2I", self.main, index)
        n_pages = max(size - 4, 0) // 8
        numbers = struct.unpack_from(f"<{n_pages}I", self.table, start + 4 * (n_pages + 1))
        ranges: Ranges = []
        for number in dict.fromkeys(numbers):
            page = self.main[number * PAGE : (number + 1) * PAGE]
            if len(page) < PAGE:
                raise UnreadableError("a Word document that breaks off", EXPECTED)
            n_ranges = page[-1]
            bounds = struct.unpack_from(f"<{n_ranges + 1}I", page)
            width = 13 if index == 0x102 else 1
            for each in range(n_ranges):
                at = page[4 * (n_ranges + 1) + each * width] * 2
                ranges.append((bounds[each], bounds[each + 1], read_properties(page, at) if at else {}))
        return sorted(ranges, key=lambda each: each[:2])

    def read_paragraph_properties(self, page: bytes, at: int) -> Properties:
        at, size = (at + 1, 2 * page[at] - 1) if page[at] else (at + 2, 2 * page[at + 1])
        properties = _read_properties(page[at + 2 : at + size])  # two bytes: the number of its style
        for code in _ELSEWHERE & properties.keys():  # a row of many cells is described in a stream of its own
            offset = _number(properties, code)
            (n_bytes,) = struct.unpack_from("<H", self.data, offset)
            properties |= _read_properties(self.data[offset + 2 : offset + 2 + n_bytes])
        return properties

    def read_run_properties(self, page: bytes, at: int) -> Properties:
        return _read_properties(page[at + 1 : at + 1 + page[at]])


def _read_properties(packed: bytes) -> Properties:
    """Split properties into their codes and operands. A code says how long its operand is."""
    properties: Properties = {}
    position = 0
    while position + 2 < len(packed):
        (code,) = struct.unpack_from("<H", packed, position)
        position += 2
        size = _OPERAND_SIZES.get(code >> 13)
        if size is None:  # it says so itself, that of a row's shape in two bytes
            if code == _ROW_SHAPE:
                size = struct.unpack_from("<H", packed.ljust(position + 2, b"\0"), position)[0] + 1
            else:
                size = packed[position] + 1
        properties[code] = packed[position : position + size]
        position += size
    return properties


def _read_shape(properties: Properties) -> RowShape:
    """Read the edges of a row's cells, and which of them go on from above or from the left."""
    operand = properties.get(_ROW_SHAPE, b"")
    if len(operand) < 3:
        return RowShape()
    n_cells = operand[2]
    edges = struct.unpack_from(f"<{n_cells + 1}h", operand.ljust(3 + 2 * (n_cells + 1), b"\0"), 3)
    described = operand[3 + 2 * (n_cells + 1) :]
    flags = [int.from_bytes(described[20 * number : 20 * number + 2], "little") for number in range(n_cells)]
    from_above = {number for number, flag in enumerate(flags) if flag & 0x60 == 0x20}
    if len(merged := properties.get(_MERGED_DOWN, b"")) >= 3 and merged[2] == 1:
        from_above.add(merged[1])
    return RowShape(edges, frozenset(from_above), frozenset(n for n, flag in enumerate(flags) if flag & 3))


def _look_up(ranges: Ranges, offset: int) -> Properties:
    at = bisect_right(ranges, offset, key=lambda each: each[0]) - 1
    return ranges[at][2] if at >= 0 and offset < ranges[at][1] else {}


def _is_on(properties: Properties, code: int) -> bool:
    return bool(properties.get(code, b"\0")[:1].strip(b"\0"))


def _number(properties: Properties, code: int) -> int:
    return int.from_bytes(properties[code], "little")


def _clean(text: Iterable[str]) -> str:
    joined = "".join(text).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return CONTROL.sub("", joined)


# The two readings.


@dataclass(frozen=True)
class _Compared:
    """A row of a table, or the paragraphs between two: what both readers must find the same."""

    place: str = field(compare=False)
    cells: tuple[str, ...]
    is_row: bool


def _compare(blocks: list[Block], others: list[Block]) -> None:
    for first, second in zip_longest(_list_compared(blocks), _list_compared(others)):
        if first != second:
            what = "row" if (first or second).is_row else "text"
            found = f"a {what} that two readers read differently: {_show(first)} and {_show(second)}"
            raise UnreadableError(found, f"the same in both; else {SAVE_AS}", first.place if first else None)


def _list_compared(blocks: list[Block]) -> Iterator[_Compared]:
    """Yield rows and stretches of text in order, without what is empty, so that both readers' are comparable."""
    stretch: list[Line] = []
    for block in [*blocks, None]:
        if isinstance(block, Line):
            stretch.append(block)
            continue
        if text := "".join(line.key for line in stretch):
            yield _Compared(stretch[0].place, (text,), is_row=False)
        stretch.clear()
        if block is not None:
            yield from _list_rows(block)


def _list_rows(grid: Grid) -> Iterator[_Compared]:
    seen: set[int] = set()
    for row in grid.rows:
        begun = {id(cell): cell for cell in row if id(cell) not in seen and cell.text}
        seen |= begun.keys()
        if begun:
            yield _Compared(row[0].place, tuple(cell.key for cell in begun.values()), is_row=True)


def _show(properties: _Compared | None) -> str:
    if properties is None:
        return "nothing"
    shown = " | ".join(properties.cells)
    return f"“{shown[:40]}…”" if len(shown) > 40 else f"“{shown}”"
