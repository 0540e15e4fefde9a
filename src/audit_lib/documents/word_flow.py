"""Tables as RTF and Word 97 write them: paragraphs in a row, where a mark ends each cell and another each row.

A cell is known by its edges, not by the number of its column; what one row merges, the next may not.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from audit_lib.documents.model import Block, Grid, Line, UnreadableError, flatten, join_blocks
from audit_lib.documents.spans import check_fields, draw_grid

SAME_EDGE = 120  # twentieths of a point: no column that holds text is narrower
DEEPEST = 12  # tables in cells of tables


@dataclass(frozen=True)
class RowShape:
    """What a row says of its cells: their edges from left to right, and which go on from above or from the left."""

    edges: tuple[int, ...] = ()
    from_above: frozenset[int] = frozenset()
    from_left: frozenset[int] = frozenset()


@dataclass
class _Row:
    place: str
    cells: list[Line] = field(default_factory=list)
    shape: RowShape = RowShape()


@dataclass
class _Level:
    """A table in the making: its rows, the row that has begun, and what the cell that has begun holds."""

    rows: list[_Row] = field(default_factory=list)
    row: _Row | None = None
    cell: list[Block] = field(default_factory=list)
    inside: list[Block] = field(default_factory=list)


class WordFlow:
    """The blocks of a document, made from its paragraphs and marks in order. Level 0 is the body, 1 a table in it.

    A place counts paragraphs (each of their lines) and rows of tables as lines, as in a DOCX.
    """

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.levels: list[_Level] = []
        self.number = 0

    def end_paragraph(self, text: str, level: int) -> None:
        self._open(level)
        self._holder(level).extend(split_paragraph(text, lambda: self._next_place(level)))

    def end_cell(self, text: str, level: int) -> None:
        self._open(level)
        self._begin_row(level)
        self.end_paragraph(text, level)
        table = self.levels[level - 1]
        assert table.row
        table.row.cells.append(join_blocks(table.cell, table.row.place))
        table.inside += table.cell
        table.cell = []

    def end_row(self, level: int, shape: RowShape) -> None:
        self._open(level)
        table = self.levels[level - 1]
        if table.cell:
            raise _has_no_end("cell", flatten(table.cell))
        if table.row:
            table.row.shape = shape
            table.rows.append(table.row)
            table.row = None

    def finish(self) -> list[Block]:
        """Return the blocks. Raises UnreadableError for a cell or row that the file ends in."""
        self._open(0)
        return self.blocks

    def _open(self, level: int) -> None:
        """Close the tables deeper than a level, and begin those up to it."""
        if level > DEEPEST:
            raise UnreadableError(f"tables nested deeper than {DEEPEST}", "a notice")
        while len(self.levels) > level:
            table = self.levels.pop()
            if table.row or table.cell:
                raise _has_no_end("row", [*(table.row.cells if table.row else []), *flatten(table.cell)])
            if table.rows:
                self._holder(len(self.levels)).append(_draw_table(table))
        while len(self.levels) < level:
            if self.levels:
                self._begin_row(len(self.levels))
            self.levels.append(_Level())

    def _begin_row(self, level: int) -> None:
        table = self.levels[level - 1]
        if table.row is None:
            if level == 1:
                self.number += 1
            table.row = _Row(f"line {self.number}")

    def _holder(self, level: int) -> list[Block]:
        return self.levels[level - 1].cell if level else self.blocks

    def _next_place(self, level: int) -> str:
        if level:
            self._begin_row(1)
        else:
            self.number += 1
        return f"line {self.number}"


class Numbering:
    """The number of the last line in a walk through a document. Rows inside a table keep the number of its row."""

    def __init__(self) -> None:
        self.number = 0
        self.is_in_table = False

    def next_place(self) -> str:
        if not self.is_in_table:
            self.number += 1
        return f"line {self.number}"


def split_paragraph(text: str, next_place: Callable[[], str]) -> Iterator[Line]:
    """Yield the lines of a paragraph that print something, or hold a no-break space or the like, each at its place."""
    for printed in text.split("\n"):
        line = Line(next_place(), printed)
        if line.key or not printed.isascii():
            yield line


def _has_no_end(what: str, lines: object) -> UnreadableError:
    (first, *_) = [*lines, Line("", "")]  # type: ignore[misc]
    return UnreadableError(f"a table {what} without an end", "a whole document", first.place or None)


def _draw_table(table: _Level) -> Grid:
    columns = _find_columns(table.rows)
    fields: list[dict[int, Line]] = []
    for row in table.rows:
        above = fields[-1] if fields else {}
        fields.append(_place_row(row, columns, above))
        check_fields(len(fields) * len(columns))
    return draw_grid([row.place for row in table.rows], fields, table.inside)


def _find_columns(rows: Sequence[_Row]) -> list[int]:
    """Return where columns begin; none where a row does not say where its cells are."""
    if any(len(row.shape.edges) != len(row.cells) + 1 for row in rows):
        return []
    edges = sorted({edge for row in rows for edge in row.shape.edges})
    return [edge for number, edge in enumerate(edges) if not number or edge - edges[number - 1] > SAME_EDGE]


def _place_row(row: _Row, columns: list[int], above: dict[int, Line]) -> dict[int, Line]:
    fields: dict[int, Line] = {}
    line: Line | None = None
    for number, cell in enumerate(row.cells):
        spanned = range(number, number + 1)
        if columns:
            left, right = (bisect_right(columns, edge) - 1 for edge in row.shape.edges[number : number + 2])
            spanned = range(left, max(right, left + 1))
        if not cell.text and number in row.shape.from_above:
            line = above.get(spanned[0], cell)
        elif cell.text or line is None or number not in row.shape.from_left:
            line = cell
        fields |= dict.fromkeys(spanned, line)
    return fields
