"""Find score tables among lines and grids. What is no cell of a row is reported, never guessed."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Any

from audit_lib.documents.model import Block, Grid, Line
from audit_lib.notices.grids.barred_rows import BAR
from audit_lib.notices.grids.cell_per_line import read_rows
from audit_lib.notices.grids.columns import NUMBER, Layout, is_value
from audit_lib.notices.grids.grid_lists import LONGEST_HEADINGS, find_unread, list_tiers, list_units
from audit_lib.notices.grids.grid_tables import read_grid
from audit_lib.notices.grids.headers import find_header
from audit_lib.notices.grids.rows import Problem, ScoreRow, note_problem, plain_title
from audit_lib.notices.grids.text_tables import draw_grids
from audit_lib.notices.lists.tier_choice import name_tiers
from audit_lib.notices.words.vocabulary import Vocabulary

LONGEST_TITLE = 50  # characters; a longer line above a table is prose
PROSE = re.compile("[,。;!?]|.{13}:$")  # a short title may end in a colon
MOST_ALONE = 9  # numbers on lines of their own outside tables; more are the cells of a table that we missed


@dataclass(frozen=True)
class ScoreTable:
    table_no: int
    title: str | None
    columns: tuple[str, ...]
    padded_columns: tuple[str, ...]  # headers printed with white space inside, as printed
    rows: tuple[ScoreRow, ...]
    score_column: str | None = None  # the headings under which score, rank and unit were read
    rank_column: str | None = None
    unit_column: str | None = None
    sums: tuple[ScoreRow, ...] = ()  # rows that sum up the others, as read

    def as_dict(self) -> dict[str, Any]:
        rows = [row.as_dict() for row in self.rows]
        return {"table_no": self.table_no, "title": self.title, "columns": list(self.columns), "rows": rows}


@dataclass
class _Found:
    """What has been found so far: tables, the lines outside them, what could not be read inside them."""

    vocabulary: Vocabulary
    tables: list[ScoreTable] = field(default_factory=list)
    prose: list[Line] = field(default_factory=list)
    below: list[Line] = field(default_factory=list)  # the first line below each table
    problems: list[Problem] = field(default_factory=list)
    headed: dict[int, Line] = field(default_factory=dict)  # the line above a table whose tier it may name
    above: Line | None = None  # the line just above, where the next table may have its title

    def add_prose(self, lines: Iterable[Line]) -> None:
        for line in lines:
            self.below += [line] if self.tables and self.above is None else []
            self.prose.append(line)
            self.above = line

    def drop_headers(self, header: Sequence[Line]) -> int:
        """Remove the same header from the lines above if tables are side by side. Return how many tables are."""
        n, keys = 1, [line.key for line in header]
        while [line.key for line in self.prose[-len(keys) :]] == keys:
            del self.prose[-len(keys) :]
            n += 1
        self.above = self.prose[-1] if n > 1 and self.prose else self.above
        return n

    def go_on(self, columns: tuple[str, ...], rows: Sequence[ScoreRow]) -> bool:
        """Add rows to the table just above if they go on with it. Return True if they do."""
        if not self.tables or self.above or not _continues(self.tables[-1], columns, rows):
            return False
        self.tables[-1] = replace(self.tables[-1], rows=(*self.tables[-1].rows, *rows))
        return True

    def add_table(
        self, layout: Layout, padded: tuple[str, ...], rows: Sequence[ScoreRow], sums: Sequence[ScoreRow] = ()
    ) -> None:
        title = self.above.key if self.above and len(self.above.key) <= LONGEST_TITLE else None
        title = None if title and PROSE.search(title) else title
        if title and self.above:
            self.headed[len(self.tables)] = self.above
        headings = dict(zip(layout.meanings, layout.columns, strict=True))
        score, rank, unit = (headings.get(meaning) for meaning in ("score", "rank", "unit"))
        number = len(self.tables) + 1
        found = ScoreTable(number, title, layout.columns, padded, tuple(rows), score, rank, unit, tuple(sums))
        self.tables.append(found)
        self.above = None


def find_tables(
    blocks: Iterable[Block], vocabulary: Vocabulary
) -> tuple[tuple[ScoreTable, ...], tuple[Line, ...], tuple[Line, ...], tuple[Problem, ...]]:
    """Find every score table. Return the tables, the lines outside them, those just below one, and unread cells."""
    found = _Found(vocabulary)
    blocks = tuple(blocks)
    _find_in(blocks, found)
    if not found.tables:
        found.prose = _join_words(found.prose, blocks)
    _name_tiers(found)
    alone = [line for line in found.prose if NUMBER.fullmatch(line.key)]
    if len(alone) > MOST_ALONE:
        found.problems.append(note_problem("table_unread", "numbers_alone", alone[0].place, n=len(alone)))
    return tuple(found.tables), tuple(found.prose), tuple(found.below), tuple(found.problems)


def _join_words(prose: Sequence[Line], blocks: Iterable[Block]) -> list[Line]:
    """Return the lines of a page without tables as printed, where their words were tried as cells."""
    lines = [block for block in blocks if isinstance(block, Line)]
    counted = Counter(line.place for line in lines)  # paragraphs of HTML may share a line
    printed = {line.place: line for line in lines if counted[line.place] == 1 and not BAR.search(line.text)}
    joined: list[Line] = []
    for place, words in groupby(prose, key=lambda line: line.place):
        pieces = list(words)
        joined += [printed[place]] if len(pieces) > 1 and place in printed else pieces
    return joined


def _name_tiers(found: _Found) -> None:
    """Read the titles above tables and between their rows as tiers, where they are: 一、优秀等次."""
    units: dict[tuple[int, str | None], list[str]] = {}
    for at, table in enumerate(found.tables):
        for row in table.rows:
            if row.tier is None and (row.group or at in found.headed):
                units.setdefault((at, row.group), []).append(row.unit)
    if not units:
        return
    is_grouped = any(group for _, group in units)  # a group has lost the number and the count of its title
    above = {at: plain_title(line.printed) if is_grouped else line.text for at, line in found.headed.items()}
    titles = [Line(found.tables[at].rows[0].place, group or above[at]) for at, group in units]
    tiers = dict(
        zip(units, name_tiers(titles, [tuple(each) for each in units.values()], found.vocabulary), strict=True)
    )
    for at, table in enumerate(found.tables):
        named = [(row, tiers.get((at, row.group))) for row in table.rows]
        rows = tuple(replace(row, tier=tier, group=None) if tier else row for row, tier in named)
        found.tables[at] = replace(table, rows=rows)
        if tiers.get((at, None)):
            found.prose.remove(found.headed[at])  # it heads no list


def _find_in(blocks: tuple[Block, ...], found: _Found) -> None:
    """Find the tables of blocks. A grid that is no score table is read as the lines and grids that it holds."""
    lines: list[Line] = []
    for block in _join_grids(_draw(blocks, found.vocabulary)):
        if isinstance(block, Line):
            lines.append(block)
            continue
        _find_in_lines(lines, found)
        lines = []
        listed = list_tiers(block.rows, found.vocabulary)
        if not _find_in_grid(block, found, may_turn=not listed):
            listed = listed or list_tiers(list(zip(*block.rows, strict=True)), found.vocabulary)
            listed = listed or list_units(block.rows, found.vocabulary)
            unread, n_tables = [] if listed else list(find_unread(block, found.vocabulary)), len(found.tables)
            if listed:
                found.add_prose(listed)
            elif block.blocks == blocks:  # drawn again, they are the same grid
                _find_in_lines([line for line in block.blocks if isinstance(line, Line)], found)
            else:
                _find_in(block.blocks, found)
            is_read = len(found.tables) > n_tables and all(isinstance(each, Line) for each in block.blocks)
            found.problems += [] if is_read else unread  # its cells were, one by one
    _find_in_lines(lines, found)


def _draw(blocks: Iterable[Block], vocabulary: Vocabulary) -> Iterator[Block]:
    """Yield blocks with the tables that their lines draw as grids."""
    lines: list[Line] = []
    for block in blocks:
        if isinstance(block, Line):
            lines.append(block)
            continue
        yield from draw_grids(lines, vocabulary)
        lines = []
        yield block
    yield from draw_grids(lines, vocabulary)


def _join_grids(blocks: Iterable[Block]) -> Iterator[Block]:
    """Join grids that stand one below the other where the first goes on, as at the head of a page."""
    grids: list[Grid] = []
    for block in (*blocks, None):
        if grids and not (isinstance(block, Grid) and _goes_on(grids[-1], block)):
            yield Grid(
                tuple(row for grid in grids for row in grid.rows), tuple(each for grid in grids for each in grid.blocks)
            )
            grids = []
        if isinstance(block, Grid):
            grids.append(block)
        elif block:
            yield block


def _goes_on(above: Grid, below: Grid) -> bool:
    """Check whether a grid is as wide as the one above it and begins with values, so without a header of its own."""
    first = [cell.key for cell in below.rows[0]]
    return len(above.rows[0]) == len(first) and any(map(is_value, first))


def _find_in_grid(grid: Grid, found: _Found, *, may_turn: bool) -> bool:
    """Read a grid as tables, the first of which may go on with the one just above. Return True if it holds any."""
    tables = read_grid(grid.rows, found.vocabulary, may_turn=may_turn)
    for table in tables:
        found.problems += table.problems
        if table.above or not found.go_on(table.layout.columns, table.rows):
            found.add_prose(table.above)
            found.add_table(table.layout, table.padded, table.rows, table.sums)
    for table in tables:
        found.add_prose(table.below)
    return bool(tables)


def _find_in_lines(drawn: Sequence[Line], found: _Found) -> None:
    """Find the tables that are printed with one cell a line."""
    lines = [line for line in drawn if line.key]
    keys = [line.key for line in lines]
    at = 0
    while at < len(lines):
        header = find_header(keys, at, found.vocabulary)
        if header is None:
            found.add_prose(lines[at : at + 1])
            at += 1
            continue
        printed = lines[at : header.end]
        layout = header.layout
        if header.unclear:
            facts = {"headings": "、".join(header.unclear), "width": layout.width}
            found.problems.append(note_problem("header_unclear", "headings", printed[0].place, "note", **facts))
        unread: list[Problem] = []
        start, (rows, at) = at, read_rows(lines, keys, header, unread)
        if sum(problem.phrase.key == "problems.between_rows" for problem in unread) >= len(rows):
            # As many cells left over as rows read: the columns are not those of the header.
            headings = " · ".join(layout.columns)[:LONGEST_HEADINGS]
            size: dict[str, Any] = {"headings": headings, "width": layout.width, "n": len(rows)}
            found.problems.append(note_problem("table_unread", "too_wide", printed[0].place, **size))
            found.add_prose(lines[start:at])
            continue
        found.problems += unread
        if found.go_on(layout.columns, rows):
            continue
        padded = tuple(line.text.strip() for line in printed if line.text.strip() != line.printed)
        for part in _part_beside(rows, found.drop_headers(printed)):
            found.add_table(layout, padded, part)


def _part_beside(rows: Sequence[ScoreRow], n: int) -> list[Sequence[ScoreRow]]:
    """Split rows that are printed by turns from n tables side by side, where those name the same units."""
    parts = [rows[start::n] for start in range(n)]
    units = [{row.unit for row in part} for part in parts]
    return parts if n > 1 and not set.intersection(*units).isdisjoint(units[0]) else [rows]


def _continues(table: ScoreTable, columns: tuple[str, ...], rows: Sequence[ScoreRow]) -> bool:
    """Check whether rows go on with a table whose header is printed again, as at the head of a page."""
    if table.columns != columns:
        return False
    last, first = table.rows[-1], rows[0]
    if last.serial is not None or first.serial is not None:
        return first.serial is not None and first.serial - 1 == last.serial
    if last.rank is None or first.rank is None:
        return False
    return max(last.rank, 2) <= first.rank <= len(table.rows) + 1
