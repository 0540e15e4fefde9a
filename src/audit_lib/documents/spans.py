"""Draw a Grid from cells that span rows and columns. The tables of every format are drawn here."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from audit_lib.documents.model import Block, Grid, Line, UnreadableError

MOST_FIELDS = 500_000
MOST_ROWS = 50_000  # notices have thousands; each takes a tenth of a millisecond to understand
LONGEST_SPAN = 1000  # as browsers cap it
_LINE_ENDS = re.compile(r"[\r\n\v\f\u0085\u2028\u2029]+")


@dataclass(frozen=True)
class Cell:
    """A cell as a row lists it, with the number of rows and columns that it covers."""

    line: Line
    rows: int = 1
    columns: int = 1


@dataclass(frozen=True)
class Row:
    """A row as the file lists it: its cells without those that reach into it from above."""

    place: str
    cells: tuple[Cell, ...]


def one_line(text: str) -> str:
    """Return the text of a cell without its line breaks.

    >>> one_line("唐家镇 \\n 97")
    '唐家镇 97'
    """
    lines = _LINE_ENDS.split(text)
    return text if len(lines) == 1 else " ".join([lines[0].rstrip(), *map(str.strip, lines[1:-1]), lines[-1].lstrip()])


def place_cells(rows: Sequence[Row]) -> list[dict[int, Line]]:
    """Return each cell its columns, the next free ones, and the rows that it covers. Who comes first keeps a field."""
    fields: list[dict[int, Line]] = [{} for _ in rows]
    n_fields = 0
    for number, row in enumerate(rows):
        column = 0
        for cell in row.cells:
            while column in fields[number]:
                column += 1
            n_columns = min(cell.columns, LONGEST_SPAN)
            covered = fields[number : number + min(cell.rows, LONGEST_SPAN)]
            n_fields += len(covered) * n_columns
            check_fields(n_fields)
            for field in covered:
                for across in range(column, column + n_columns):
                    field.setdefault(across, cell.line)
            column += n_columns
    return fields


def draw_grid(places: Sequence[str], fields: Sequence[dict[int, Line]], blocks: Iterable[Block] | None = None) -> Grid:
    """Fill what is missing with empty cells, so that all rows are equally long. `blocks` are the cells if not given.

    Columns in which no cell begins are dropped: in many tables all cells of two columns are merged, or a title reaches
    over ten columns where there are four. Raises UnreadableError for a table that no notice has.
    """
    if len(fields) > MOST_ROWS:
        raise UnreadableError(f"a table of {len(fields):,} rows", f"at most {MOST_ROWS:,}")
    columns = sorted({column for row in fields for column, line in row.items() if row.get(column - 1) is not line})
    check_fields(len(columns) * len(fields))
    rows = tuple(
        tuple(row[column] if column in row else Line(place, "") for column in columns)
        for place, row in zip(places, fields, strict=True)
    )
    # The cells that hold something, in reading order, a merged cell where it begins.
    each_once = {id(cell): cell for row in rows for cell in row if cell.text}
    return Grid(rows, tuple(each_once.values() if blocks is None else blocks))


def check_fields(n_fields: int) -> None:
    """Raise UnreadableError for a table that no notice has and no memory holds."""
    if n_fields > MOST_FIELDS:
        raise UnreadableError(f"a table of {n_fields:,} fields or more", f"at most {MOST_FIELDS:,}")
