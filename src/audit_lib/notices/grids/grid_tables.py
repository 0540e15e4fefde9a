"""Read a table that is drawn as rows: its header may fill several rows, its rows may be titles, sums or notes."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from audit_lib.documents.model import Line, UnreadableError
from audit_lib.notices.grids.columns import Layout, is_value, read_ordinal
from audit_lib.notices.grids.grid_headers import (
    MOST_ABOVE,
    NUMBERED,
    TALLEST_HEADER,
    Row,
    distinct,
    find_grid_header,
    first_name,
    lists_names,
    name_columns,
)
from audit_lib.notices.grids.headers import is_ranking
from audit_lib.notices.grids.layouts import (
    are_distinct_words,
    hold_figures,
    hold_most,
    holds_grades,
    number_names,
)
from audit_lib.notices.grids.rows import Problem, ScoreRow, note_no_unit, note_problem, plain_title, read_row
from audit_lib.notices.words.entries import strip_number
from audit_lib.notices.words.vocabulary import Vocabulary

TIER_HEADING = "等次"  # above tiers that a table marks
MARK = re.compile("[^\\d\u4e00-\u9fff]|是|1")
FEWEST_BARE = 2  # rows below no header
MOST_COLUMNS = 400  # that hold something; each may be the score, and is compared with the others
CONTINUED = re.compile(r"\(?续[上前]?表?\)?\d*")  # at the head of a page
PAIR_SIGN = re.compile("[/及和与]")  # between two headings, or two values
BARE = re.compile("[\u4e00-\u9fff]{2,6}")  # a cell alone in its row that may be the name of a unit


@dataclass
class GridTable:
    """What one grid gives: the lines above its header, its columns and rows, and the lines below."""

    layout: Layout
    padded: tuple[str, ...]
    above: list[Line]
    rows: list[ScoreRow] = field(default_factory=list)
    below: list[Line] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    sums: list[ScoreRow] = field(default_factory=list)


def read_grid(rows: Sequence[Row], vocabulary: Vocabulary, *, may_turn: bool = True) -> list[GridTable]:
    """Read the tables of a grid, side by side where there are several; none where no row is a header of units.

    With `may_turn` the first column may be the header too.
    Raises UnreadableError for more columns than a notice has.
    """
    filled = [at for at in range(len(rows[0]) if rows else 0) if any(row[at].key for row in rows)]
    if len(filled) > MOST_COLUMNS:
        raise UnreadableError(f"a table of {len(filled):,} columns", f"at most {MOST_COLUMNS:,}", rows[0][0].place)
    rows = _fold_marks(_split_pairs([[row[at] for at in filled] for row in rows]), vocabulary)
    found = find_grid_header(rows, vocabulary)
    if found is None:
        turned = list(zip(*rows, strict=True)) if may_turn and 1 < len(rows) <= MOST_ABOVE else []
        found = find_grid_header(turned, vocabulary)
        if found is None:
            return _read_bare(rows, vocabulary)
        rows = turned
    top, end, blocks = found
    heads = {tuple(cell.key for cell in row) for row in rows[top:end]}
    # A header is printed again on each page.
    body: list[Row] = [row for row in rows[end:] if tuple(cell.key for cell in row) not in heads]
    for start, layout in blocks:
        body = _join_units(_fill_merged(body, start, layout), start, layout)
    tables: list[GridTable] = []
    for start, layout in blocks:
        upto = start + layout.width
        header = [line for row in rows[top:end] for line in distinct(row[start:upto])]
        table = GridTable(
            layout,
            tuple(dict.fromkeys(line.text.strip() for line in header if line.text.strip() != line.printed)),
            [line for row in rows[:top] for line in distinct(row)] if not tables else [],
        )
        _read_body([row[start:upto] for row in body], layout, table)
        if tables and tables[-1].layout.columns == layout.columns and _are_apart(tables[-1].rows, table.rows):
            tables[-1].rows += table.rows
            tables[-1].below += table.below
            tables[-1].problems += table.problems
        else:
            tables.append(table)
    return [table for table in tables if table.rows]


def _split_pairs(rows: list[list[Line]]) -> list[list[Line]]:
    """Split the columns whose heading and whose every cell hold two things: 得分/名次 above 94分/第1名."""
    parted = [[PAIR_SIGN.split(cell.key) for cell in column] for column in zip(*rows, strict=True)]
    pairs = {
        at
        for at, cells in enumerate(parted)
        if len(cells) > FEWEST_BARE and all(len(cell) == 2 and all(cell) for cell in cells)
        if all(is_value(value) for cell in cells[1:] for value in cell) and not any(map(is_value, cells[0]))
    }
    if not pairs:
        return rows
    return [
        [
            piece
            for at, cell in enumerate(row)
            for piece in ([Line(cell.place, part) for part in parted[at][n]] if at in pairs else [cell])
        ]
        for n, row in enumerate(rows)
    ]


def _fold_marks(rows: list[list[Line]], vocabulary: Vocabulary) -> list[list[Line]]:
    """Return a table that marks the tier of each row below one of several tiers, √, with one column of tiers."""
    for top, header in enumerate(rows[:TALLEST_HEADER]):
        tiers = [at for at, cell in enumerate(header) if cell.key in vocabulary.tier]
        if len(tiers) < 2:
            continue
        marked = [[at for at in tiers if row[at].key] for row in rows[top + 1 :]]
        marks = {row[at].key for row, places in zip(rows[top + 1 :], marked, strict=True) for at in places}
        if len(marks) != 1 or not MARK.fullmatch(next(iter(marks))) or any(len(places) > 1 for places in marked):
            continue
        kept = [at for at in range(len(header)) if at not in tiers]
        cells = [Line(header[tiers[0]].place, TIER_HEADING)]
        for row, places in zip(rows[top + 1 :], marked, strict=True):
            cells.append(Line(row[tiers[0]].place, header[places[0]].text if places else ""))
        return [*rows[:top], *([*(row[at] for at in kept), cell] for row, cell in zip(rows[top:], cells, strict=True))]
    return rows


def _fill_merged(rows: list[Row], start: int, layout: Layout) -> list[Row]:
    """Repeat the tier or group before a name in the rows below that leave it empty: a merged cell, typed once."""
    for at in range(layout.unit_at):
        above: Line | None = None
        for n, row in enumerate(rows if layout.meanings[at] in ("tier", "group") else ()):
            above = row[start + at] if row[start + at].key else above
            if above is not None and not row[start + at].key and row[start + layout.unit_at].key:
                rows = [*rows[:n], [*row[: start + at], above, *row[start + at + 1 :]], *rows[n + 1 :]]
    return rows


def _join_units(rows: list[Row], start: int, layout: Layout) -> list[Row]:
    """Join the names of each row of a tier that several columns list, or several of one heading, in its last cell."""
    heading = NUMBERED.sub("", layout.columns[layout.unit_at])
    same = [
        start + at
        for at, column in enumerate(layout.columns)
        if NUMBERED.sub("", column) == heading
        or (layout.meanings[at] == "group" and any(lists_names(row[start + at], layout.vocabulary) for row in rows))
    ]
    if len(same) == 1 or "tier" not in layout.meanings:
        return rows
    unit_at = start + layout.unit_at
    joined: list[Row] = []
    for row in rows:
        cells = [Line(cell.place, "") if at in same else cell for at, cell in enumerate(row)]
        names = distinct([row[at] for at in same])
        cells[unit_at] = Line(row[unit_at].place, "\n".join(cell.text for cell in names))
        joined.append(cells)
    return joined


def _read_bare(rows: Sequence[Row], vocabulary: Vocabulary) -> list[GridTable]:
    """Read rows below no known header: a name in one column, numbers in order, figures and tiers in others."""
    top = next((at for at, row in enumerate(rows[:TALLEST_HEADER]) if any(is_value(c.key) for c in row)), 0)
    body = rows[top:]
    columns = [[row[at].key for row in body if row[at].key] for at in range(len(rows[0]) if rows else 0)]
    meanings = [_type_column(column, vocabulary) for column in columns]
    words = [at for at, meaning in enumerate(meanings) if meaning == "extra" and are_distinct_words(columns[at])]
    if "unit" not in meanings and "tier" in meanings and len(words) == 1:
        meanings[words[0]] = "unit"  # bare names, each with its tier
    if meanings[-2:] == ["unit", "serial"]:
        meanings[-1] = "rank"  # the number of a row stands before its name
    if len(body) < FEWEST_BARE or meanings.count("unit") != 1 or {"figure", "tier", "rank"}.isdisjoint(meanings):
        return []
    headings = name_columns(rows[top - 1 : top]) if top else number_names([""] * len(meanings))
    for at, meaning in enumerate(meanings):
        meanings[at] = "extra" if meaning in ("tier", "serial") and meaning in meanings[:at] else meaning
    table = GridTable(
        Layout(headings, tuple(meanings), vocabulary), (), [line for row in rows[:top] for line in distinct(row)]
    )
    _read_body(body, table.layout, table)
    table.problems.append(note_problem("not_read", "no_header", body[0][0].place, "warning", n=len(table.rows)))
    return [table] if table.rows else []


def _type_column(cells: Sequence[str], vocabulary: Vocabulary) -> str:
    """Return what a column holds, by its cells alone."""
    if not cells:
        return "extra"
    orders = [read_ordinal(cell) for cell in cells]
    if orders == list(range(1, len(cells) + 1)) and cells[0].isdecimal():
        return "serial"
    if None not in orders and not cells[0].isdecimal() and is_ranking([order or 0 for order in orders]):
        return "rank"
    if hold_figures(cells):
        return "figure"
    if all(map(vocabulary.may_grade, cells)) or holds_grades(cells, vocabulary):
        return "tier"
    return "unit" if hold_most(cells, lambda cell: vocabulary.names_unit(strip_number(cell))) else "extra"


def _are_apart(first: Sequence[ScoreRow], second: Sequence[ScoreRow]) -> bool:
    """Check whether rows side by side name no unit twice: then the second goes on where the first ends."""
    return {row.unit for row in first}.isdisjoint(row.unit for row in second)


def _read_body(rows: Sequence[Row], layout: Layout, table: GridTable) -> None:
    """Add to a table what the rows below its header hold: rows of units, sums, titles of groups, and problems."""
    group: Line | None = None
    is_titled = False  # whether a title stands above rows, so that another may
    waiting: list[Line] = []  # lines between rows: a title of the next group, or what stands below the table
    for row in rows:
        cells = distinct(row)
        if not cells:
            continue
        named = row[layout.unit_at]
        if len(cells) == 1 and not (
            cells[0] is named and layout.names_known(named.key) and len(row) > 1 and not _spans(row)
        ):
            at = row.index(cells[0])
            if table.rows and not _spans(row) and layout.meanings[at] == "extra" and at > layout.unit_at:
                last = table.rows[-1]  # a remark goes on
                remark = f"{last.extra.get(layout.columns[at], '')}{cells[0].printed}"
                table.rows[-1] = replace(last, extra=last.extra | {layout.columns[at]: remark})
            elif not CONTINUED.fullmatch(cells[0].key):
                waiting.append(cells[0])
            continue
        is_named = layout.vocabulary.names_unit(named.key)
        summed = None if is_named else next((cell for cell in cells if layout.sums_up(cell.key)), None)
        if summed is not None:
            table.problems.append(note_no_unit(summed))
            group = group if waiting else None
            table.sums.append(read_row({**dict(enumerate(row)), layout.unit_at: summed}, layout, []))
        elif not named.key or not layout.looks_like("unit", first_name(named, layout.vocabulary)):
            printed = " ".join(cell.printed for cell in cells)
            table.problems.append(note_problem("table_unread", "not_a_unit", cells[0].place, found=printed))
        else:
            group = waiting[-1] if waiting else group
            if table.rows and waiting and not is_titled:
                table.problems += _note_alone(waiting, layout)
            is_titled = is_titled or bool(waiting)
            table.above += waiting[:-1] if not table.rows else []
            waiting = []
            read = read_row(dict(enumerate(row)), layout, table.problems)
            is_below = group is not None and read.group is None
            table.rows.append(replace(read, group=plain_title(group.printed)) if group and is_below else read)
    table.problems += _note_alone(waiting, layout)
    table.below += waiting


def _note_alone(cells: Iterable[Line], layout: Layout) -> Iterator[Problem]:
    """Yield the cells that stand alone where units do, and may be one without a score or the title of a group."""
    for cell in cells:
        if BARE.fullmatch(cell.key) and layout.looks_like("unit", cell.key):
            yield note_problem("not_read", "title_or_unit", cell.place, "warning", found=cell.printed)


def _spans(row: Row) -> bool:
    """Check whether the one cell of a row is merged over others."""
    return len({id(cell) for cell in row}) < len(row)
