"""Read score tables from lines: find a header, then row by row. What is no cell of a row is reported, never guessed."""

import re
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import Any

from audit_lib.reading.documents import Line
from audit_lib.reading.layouts import NUMBER, WHOLE, Layout, find_layout
from audit_lib.reading.vocabulary import Vocabulary

LONGEST_TITLE = 50  # characters; a longer line above a table is prose
MOST_ALONE = 9  # numbers on lines of their own outside tables; more are the cells of a table that we missed
DAY = re.compile(r"\d{4}[年-]")


@dataclass(frozen=True)
class Problem:
    """Something printed that we could not use as it stands."""

    check: str
    severity: str
    message: str
    place: str


@dataclass(frozen=True)
class ScoreRow:
    """One row as printed. `place` is where the unit is named; None where the row prints nothing."""

    unit: str
    score: float | None
    rank: int | None
    serial: int | None
    tier: str | None
    group: str | None
    place: str
    extra: dict[str, str] = field(default_factory=dict)


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


def find_tables(
    lines: tuple[Line, ...], vocabulary: Vocabulary
) -> tuple[tuple[ScoreTable, ...], tuple[Line, ...], tuple[Problem, ...]]:
    """Find every score table. Gives the tables, the lines outside them, and what could not be read inside them."""
    keys = [line.key for line in lines]
    tables: list[ScoreTable] = []
    prose: list[Line] = []
    problems: list[Problem] = []
    at = 0
    while at < len(lines):
        layout = find_layout(keys, at, vocabulary)
        if layout is None:
            prose.append(lines[at])
            at += 1
            continue
        header = lines[at : at + layout.width]
        above = lines[at - 1] if at else None
        at += layout.width
        rows, at = _read_rows(lines, keys, at, layout, problems)
        if tables and above not in prose[-1:] and _continues(tables[-1], layout, rows):
            tables[-1] = replace(tables[-1], rows=(*tables[-1].rows, *rows))
            continue
        title = above.key if above and above in prose[-1:] and len(above.key) <= LONGEST_TITLE else None
        padded = tuple(line.text.strip() for line in header if line.text.strip() != line.printed)
        tables.append(ScoreTable(len(tables) + 1, title, layout.columns, padded, tuple(rows)))
    alone = [line for line in prose if NUMBER.fullmatch(line.key)]
    if len(alone) > MOST_ALONE:
        message = f"found {len(alone)} numbers on lines of their own; expected a table with a header that we know"
        problems.append(Problem("table_unread", "error", message, alone[0].place))
    return tuple(tables), tuple(prose), tuple(problems)


def _continues(table: ScoreTable, layout: Layout, rows: list[ScoreRow]) -> bool:
    """Tell whether rows go on with a table whose header is printed again, as at the head of a page."""
    last, first = table.rows[-1].serial, rows[0].serial
    return table.columns == layout.columns and last is not None and first == last + 1


def _read_rows(
    lines: tuple[Line, ...], keys: list[str], at: int, layout: Layout, problems: list[Problem]
) -> tuple[list[ScoreRow], int]:
    """Read rows until the pattern or the next header ends them.

    A short row lacks a cell, a long stretch holds what we could not read.
    """
    headers = (place for place in range(at, len(keys)) if keys[place] in layout.vocabulary.header)
    keys = keys[: next(headers, len(keys))]
    rows: list[ScoreRow] = []
    while True:
        following = _next_start(keys, at, layout, len(rows) + 1)
        end = min(at + layout.width, len(keys) if following is None else following)
        if end == at + layout.width != following:
            end = _cut_row(keys, end, layout)
        rows.append(_read_row(lines[at:end], layout, problems))
        if following is None:
            break
        for line in lines[end:following]:
            problems.append(Problem("table_unread", "error", f"found {line.key!r} between two rows", line.place))
        at = following
    if (rest := _find_rest(keys, end, layout)) is not None:
        problems.append(Problem("table_unread", "error", f"found {keys[rest]!r} below the last row", lines[rest].place))
    return rows, end


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


def _read_row(lines: tuple[Line, ...], layout: Layout, problems: list[Problem]) -> ScoreRow:
    placed = _place_cells(lines, layout)
    cells = {layout.meanings[column]: line for column, line in placed.items()}
    named = cells["unit"]
    if len(placed) < layout.width - layout.n_remarks:
        message = f"{named.printed}: found {len(lines)} cells; expected {layout.width}"
        problems.append(Problem("row_incomplete", "error", message, named.place))
    return ScoreRow(
        unit=named.printed,
        score=_read_score(named, cells.get("score"), problems),
        rank=_read_whole(named, cells.get("rank"), problems),
        serial=_read_whole(named, cells.get("serial"), problems),
        tier=cells["tier"].printed if "tier" in cells else None,
        group=None,
        place=named.place,
        extra={layout.columns[at]: line.printed for at, line in placed.items() if layout.meanings[at] == "extra"},
    )


def _place_cells(lines: tuple[Line, ...], layout: Layout) -> dict[int, Line]:
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


def _read_score(named: Line, cell: Line | None, problems: list[Problem]) -> float | None:
    if cell is None:
        return None
    printed = cell.key.removesuffix("分")
    if NUMBER.fullmatch(printed):
        return float(printed)
    message = f"{named.printed}: found score {cell.printed!r}; expected a number"
    problems.append(Problem("score_unreadable", "error", message, cell.place))
    return None


def _read_whole(named: Line, cell: Line | None, problems: list[Problem]) -> int | None:
    if cell is None:
        return None
    if WHOLE.fullmatch(cell.key):
        return int(cell.key)
    message = f"{named.printed}: found rank {cell.printed!r}; expected a whole number"
    problems.append(Problem("rank_unreadable", "error", message, cell.place))
    return None
