"""Read score tables from lines: find a header, then row by row. What is no cell of a row is reported, never guessed."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations, groupby, pairwise
from statistics import mode
from typing import Any

from audit_lib.reading.documents import Block, Grid, Line, line_of
from audit_lib.reading.drawn import draw_grids
from audit_lib.reading.grids import GridTable, read_grid, read_more
from audit_lib.reading.layouts import NUMBER, Layout, find_layout
from audit_lib.reading.rows import Problem, ScoreRow, read_row
from audit_lib.reading.vocabulary import Vocabulary

LONGEST_TITLE = 50  # characters; a longer line above a table is prose
MOST_ALONE = 9  # numbers on lines of their own outside tables; more are the cells of a table that we missed
DAY = re.compile(r"\d{4}[年-]")


@dataclass(frozen=True)
class ScoreTable:
    table_no: int
    title: str | None
    columns: tuple[str, ...]
    padded_columns: tuple[str, ...]  # headers printed with white space inside, as printed
    rows: tuple[ScoreRow, ...]

    def as_dict(self) -> dict[str, Any]:
        rows = [vars(row) for row in self.rows]
        return {"table_no": self.table_no, "title": self.title, "columns": list(self.columns), "rows": rows}


@dataclass
class _Found:
    """What has been found so far: tables, the lines outside them, what could not be read inside them."""

    vocabulary: Vocabulary
    tables: list[ScoreTable] = field(default_factory=list)
    prose: list[Line] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    above: Line | None = None  # the line just above, where the next table may have its title
    last_grid: GridTable | None = None  # the table just above, which may go on

    def add_prose(self, lines: Iterable[Line]) -> None:
        for line in lines:
            self.prose.append(line)
            self.above, self.last_grid = line, None

    def add_table(self, columns: tuple[str, ...], padded: tuple[str, ...], rows: Sequence[ScoreRow]) -> None:
        title = self.above.key if self.above and len(self.above.key) <= LONGEST_TITLE else None
        self.tables.append(ScoreTable(len(self.tables) + 1, title, columns, padded, tuple(rows)))
        self.above = None


def find_tables(
    blocks: Iterable[Block], vocabulary: Vocabulary
) -> tuple[tuple[ScoreTable, ...], tuple[Line, ...], tuple[Problem, ...]]:
    """Find every score table. Gives the tables, the lines outside them, and what could not be read inside them."""
    found = _Found(vocabulary)
    _find_in(blocks, found)
    alone = [line for line in found.prose if NUMBER.fullmatch(line.key)]
    if len(alone) > MOST_ALONE:
        message = f"found {len(alone)} numbers on lines of their own; expected a table with a header that we know"
        found.problems.append(Problem("table_unread", "error", message, alone[0].place))
    return tuple(found.tables), tuple(found.prose), tuple(found.problems)


def _find_in(blocks: Iterable[Block], found: _Found) -> None:
    """Find the tables of blocks. A grid that is no score table is read as the lines and grids that it holds."""
    for drawn in _draw(blocks, found.vocabulary):
        if isinstance(drawn, list):
            _find_in_lines(drawn, found)
        elif not _find_in_grid(drawn, found):
            _find_in(drawn.blocks, found)


def _draw(blocks: Iterable[Block], vocabulary: Vocabulary) -> Iterator[list[Line] | Grid]:
    """Yield blocks as runs of lines and as grids, those that lines draw among them."""
    lines: list[Line] = []
    for block in _draw_lines(blocks, vocabulary):
        if isinstance(block, Line):
            lines.append(block)
            continue
        if lines:
            yield lines
        lines = []
        yield block
    if lines:
        yield lines


def _draw_lines(blocks: Iterable[Block], vocabulary: Vocabulary) -> Iterator[Block]:
    for is_line, run in groupby(blocks, key=lambda block: isinstance(block, Line)):
        blocks_of_run = list(run)
        lines = [block for block in blocks_of_run if isinstance(block, Line)]
        yield from draw_grids(lines, vocabulary) if is_line else blocks_of_run


def _find_in_grid(grid: Grid, found: _Found) -> bool:
    """Read a grid as a table, or as more rows of the table just above. Tells whether it was either."""
    if found.last_grid and found.tables and read_more(grid.rows, found.last_grid):
        found.tables[-1] = replace(found.tables[-1], rows=tuple(found.last_grid.rows))
        return True
    table = read_grid(grid.rows, found.vocabulary)
    if table is None:
        return False
    found.add_prose(table.above)
    found.add_table(table.layout.columns, table.padded, table.rows)
    found.problems += table.problems
    table.problems = found.problems
    found.add_prose(table.below)
    found.last_grid = table
    return True


def _find_in_lines(drawn: Sequence[Line], found: _Found) -> None:
    """Find the tables that are printed with one cell a line."""
    lines = [line for line in drawn if line.key]
    keys = [line.key for line in lines]
    blanks = _count_blanks(drawn)
    at = 0
    while at < len(lines):
        layout = find_layout(keys, at, found.vocabulary)
        if layout is None:
            found.add_prose(lines[at : at + 1])
            at += 1
            continue
        header = lines[at : at + layout.width]
        at += layout.width
        rows, at = _read_rows(lines, keys, blanks, at, layout, found.problems)
        if found.tables and found.above is None and _continues(found.tables[-1], layout, rows):
            found.tables[-1] = replace(found.tables[-1], rows=(*found.tables[-1].rows, *rows))
            continue
        padded = tuple(line.text.strip() for line in header if line.text.strip() != line.printed)
        found.add_table(layout.columns, padded, rows)


def _count_blanks(drawn: Sequence[Line]) -> list[int]:
    """Count for each line that prints something the empty cells just before it; at the end, those after the last.

    A line that holds only a no-break space or a bar is one. Where there are none, lines further apart than most are
    taken to have empty cells between them.
    """
    blanks = [0]
    for line in drawn:
        if line.key:
            blanks.append(0)
        else:
            blanks[-1] += 1
    numbers = [line_of(line.place) for line in drawn if line.key]
    steps = [b - a if a and b else 0 for a, b in pairwise(numbers)]
    if any(blanks) or not steps:
        return blanks
    usual = max(1, mode(steps))
    wider = [step - usual for step in steps]
    whole = usual if all(extra % usual == 0 for extra in wider if extra > 0) else 1
    return [0, *(max(0, extra) // whole for extra in wider), 0]


def _continues(table: ScoreTable, layout: Layout, rows: list[ScoreRow]) -> bool:
    """Tell whether rows go on with a table whose header is printed again, as at the head of a page."""
    last, first = table.rows[-1].serial, rows[0].serial
    return table.columns == layout.columns and last is not None and first == last + 1


def _read_rows(
    lines: list[Line], keys: list[str], blanks: list[int], at: int, layout: Layout, problems: list[Problem]
) -> tuple[list[ScoreRow], int]:
    """Read rows until the pattern or the next header ends them.

    A short row lacks a cell, a long stretch holds what we could not read.
    """
    headers = (place for place in range(at, len(keys)) if layout.is_heading(keys[place]))
    keys = keys[: next(headers, len(keys))]
    rows: list[ScoreRow] = []
    while True:
        following = _next_start(keys, at, layout, len(rows) + 1)
        end = min(at + layout.width, len(keys) if following is None else following)
        if following is None and not layout.fits(keys[at:end]):
            end = _end_by_blanks(keys, blanks, at, layout) or end
        if end == at + layout.width != following:
            end = _cut_row(keys, end, layout)
        rows.append(_read_row(lines[at:end], blanks[at + 1 : end + 1], layout, problems))
        if following is None:
            break
        for line in lines[end:following]:
            problems.append(Problem("table_unread", "error", f"found {line.key!r} between two rows", line.place))
        at = following
    if (rest := _find_rest(keys, end, layout)) is not None:
        problems.append(Problem("table_unread", "error", f"found {keys[rest]!r} below the last row", lines[rest].place))
    return rows, end


def _end_by_blanks(keys: list[str], blanks: list[int], at: int, layout: Layout) -> int | None:
    """Give the end of the last row by the empty cells printed in it; None where they do not make its cells fit."""
    cells: list[str] = []
    for place in range(at, len(keys)):
        cells += [*[""] * (blanks[place] if cells else 0), keys[place]]
        if len(cells) + blanks[place + 1] >= layout.width:
            if len(cells) > layout.width:
                return None
            has_blanks = "" in [*cells, *[""] * blanks[place + 1]]
            fits = all(
                layout.looks_like(layout.meanings[n], cell) for n, cell in enumerate(cells[: layout.width]) if cell
            )
            return place + 1 if has_blanks and fits else None
    return None


def _cut_row(keys: list[str], end: int, layout: Layout) -> int:
    """Give the end of a row after which the pattern breaks: a last cell that is no rank or tier is not of the row.

    A score that is no number stays: 缺考 stands for one.
    """
    last = layout.meanings[-1]
    return end - 1 if last in ("rank", "tier") and not layout.looks_like(last, keys[end - 1]) else end


def _find_rest(keys: list[str], end: int, layout: Layout) -> int | None:
    """Find what may be the rest of a table: a unit just below it that signs nothing, or a number that stands alone."""
    signs = any(DAY.match(key) for key in keys[end + 1 : end + 2])
    if keys[end : end + 1] and layout.names_known(keys[end]) and layout.looks_like("unit", keys[end]) and not signs:
        return end
    return next((place for place in range(end, len(keys)) if NUMBER.fullmatch(keys[place])), None)


def _next_start(keys: list[str], at: int, layout: Layout, n_rows: int) -> int | None:
    """Find the next row: one width on if the pattern holds, else the nearest place where it holds again.

    A row whose number goes on comes first, even early: below 2, 乙局 the cells 3, 丙局, 95 are a row; 3 is no score.
    """
    whole = at + layout.width
    nearby = [
        (skipped, place != whole, place)
        for place in range(at + layout.unit_at + 1, at + 3 * layout.width)
        if layout.starts(keys, place)
        and (skipped := layout.count_skipped(keys, at, place, n_rows)) is not None
        and (place == whole or layout.confirms(keys, place))
    ]
    if upto := [each for each in nearby if each[-1] <= whole]:
        return min(upto)[-1]
    return whole if layout.starts(keys, whole) else min((place for *_, place in nearby), default=None)


def _read_row(lines: Sequence[Line], blanks: Sequence[int], layout: Layout, problems: list[Problem]) -> ScoreRow:
    placed = _place_by_blanks(lines, blanks, layout) or _place_cells(lines, layout)
    if len(placed) < layout.width - layout.n_remarks:
        named = placed[layout.unit_at]
        message = f"{named.printed}: found {len(lines)} cells; expected {layout.width}"
        problems.append(Problem("row_incomplete", "error", message, named.place))
    return read_row(placed, layout, problems)


def _place_by_blanks(lines: Sequence[Line], blanks: Sequence[int], layout: Layout) -> dict[int, Line]:
    """Tell the column of each cell of a short row by the blank lines printed for its empty cells, where they do.

    `blanks` counts the blank lines after each cell. Gives each column a cell, an empty one too, or nothing.
    """
    cells = [cell for line, n in zip(lines, blanks, strict=True) for cell in (line, *[Line(line.place, "")] * n)]
    if len(lines) == layout.width or not layout.width <= len(cells) <= layout.width + 1:
        return {}
    placed = dict(enumerate(cells[: layout.width]))
    fits = all(layout.looks_like(layout.meanings[at], cell.key) for at, cell in placed.items() if cell.key)
    return placed if fits and not any(cell.key for cell in cells[layout.width :]) else {}


def _place_cells(lines: Sequence[Line], layout: Layout) -> dict[int, Line]:
    """Tell the column of each cell of a row.

    An empty cell prints nothing, so a short row does not tell which one it lacks. Remarks at its end may be what it
    lacks; else its cells after the unit are placed only where no other column could hold them.
    """
    if layout.width - len(lines) <= layout.n_remarks:
        return dict(enumerate(lines))
    upto = layout.unit_at + 1
    rest = range(upto, len(lines))
    ways = [
        set(zip(columns, rest, strict=True))
        for columns in combinations(range(upto, layout.width), len(rest))
        if all(layout.looks_like(layout.meanings[at], lines[cell].key) for at, cell in zip(columns, rest, strict=True))
    ]
    certain = set.intersection(*ways) if ways else set()
    return dict(enumerate(lines[:upto])) | {column: lines[cell] for column, cell in sorted(certain)}
