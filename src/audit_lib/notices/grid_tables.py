"""Read a table that is drawn as rows: its header may fill several rows, its rows may be titles, sums or notes."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from audit_lib.documents.model import Line
from audit_lib.notices.columns import NUMBER, Layout, make_layout, number_names
from audit_lib.notices.rows import Problem, ScoreRow, note_no_unit, note_problem, plain_title, read_row
from audit_lib.notices.vocabulary import Vocabulary

TALLEST_HEADER = 6  # rows
MOST_ABOVE = 12  # rows above a header: titles, dates, notes

Row = Sequence[Line]


@dataclass
class GridTable:
    """What one grid gives: the lines above its header, its columns and rows, and the lines below."""

    layout: Layout
    padded: tuple[str, ...]
    above: list[Line]
    rows: list[ScoreRow] = field(default_factory=list)
    below: list[Line] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def read_grid(rows: Sequence[Row], vocabulary: Vocabulary) -> GridTable | None:
    """Read a grid as a score table; None where no row of it is a header that names a unit and a value."""
    filled = [at for at in range(len(rows[0]) if rows else 0) if any(row[at].key for row in rows)]
    rows = [[row[at] for at in filled] for row in rows]
    found = _find_header(rows, vocabulary)
    if found is None:
        turned = list(zip(*rows, strict=True)) if 1 < len(rows) <= MOST_ABOVE else []
        found = _find_header(turned, vocabulary)
        if found is None:
            return None
        rows = turned
    top, end, blocks = found
    header = [line for row in rows[top:end] for line in distinct(row)]
    table = GridTable(
        blocks[0][1],
        tuple(dict.fromkeys(line.text.strip() for line in header if line.text.strip() != line.printed)),
        [line for row in rows[:top] for line in distinct(row)],
    )
    body = [row for row in rows[end:] if [cell.key for cell in row] != [cell.key for cell in rows[end - 1]]]
    for start, layout in blocks:
        _read_body([row[start : start + layout.width] for row in body], layout, table)
    return table if table.rows else None


def read_more(rows: Sequence[Row], table: GridTable) -> bool:
    """Read rows without a header, as at the head of a page, into the table above; False if they are not its."""
    layout = table.layout
    if any(len(row) != layout.width for row in rows) or not layout.fits([cell.key for cell in rows[0]]):
        return False
    _read_body(rows, layout, table)
    return True


def distinct(row: Row) -> list[Line]:
    """Give the cells of a row that print something, a merged one once."""
    return list({id(cell): cell for cell in row if cell.key}.values())


def _find_header(rows: Sequence[Row], vocabulary: Vocabulary) -> tuple[int, int, list[tuple[int, Layout]]] | None:
    """Find the header: its first row, the first row below it, and the tables that stand side by side under it."""
    for top in range(min(len(rows) - 1, MOST_ABOVE)):
        if len(distinct(rows[top])) < 2 or any(NUMBER.fullmatch(cell.key) for cell in rows[top]):
            continue
        end = top + 1
        while end < min(len(rows) - 1, top + TALLEST_HEADER) and _goes_on(rows[top:end], rows[end], vocabulary):
            end += 1
        if blocks := _part_blocks(_name_columns(rows[top:end]), vocabulary):
            return top, end, blocks
    return None


def _goes_on(header: Sequence[Row], row: Row, vocabulary: Vocabulary) -> bool:
    """Tell whether a header goes on in the next row: nothing in it is a value, and where units stand is no name."""
    if any(NUMBER.fullmatch(cell.key) for cell in row) or len(distinct(row)) < 2:
        return False
    columns = _name_columns(header)
    units = [at for at, column in enumerate(columns) if vocabulary.meaning_of(column) == "unit"]
    if not units:
        return len(distinct(row)) > 1
    merged = {id(cell) for cell in header[-1]}
    return all(not row[at].key or id(row[at]) in merged for at in units)


def _name_columns(header: Sequence[Row]) -> tuple[str, ...]:
    """Name each column by its cells from top to bottom, a merged cell once; a second column of one name gets a 2."""
    return number_names("/".join(cell.key for cell in distinct(column)) for column in zip(*header, strict=True))


def _part_blocks(columns: tuple[str, ...], vocabulary: Vocabulary) -> list[tuple[int, Layout]]:
    """Give the layouts of the tables that stand side by side, each with its first column; none where there is none."""
    plain = [column.split(" ")[0] for column in columns]
    width = next((at for at in range(2, len(plain)) if plain[at:] and plain[at] == plain[0]), len(plain))
    if len(plain) % width or plain != plain[:width] * (len(plain) // width):
        width = len(plain)
    layout = make_layout(columns[:width], vocabulary)
    if layout is None:
        return []
    return [(start, layout) for start in range(0, len(plain), width)]


def _read_body(rows: Sequence[Row], layout: Layout, table: GridTable) -> None:
    group: Line | None = None
    waiting: list[Line] = []  # lines between rows: a title of the next group, or what stands below the table
    for row in rows:
        cells = distinct(row)
        if not cells:
            continue
        named = row[layout.unit_at]
        if len(cells) == 1 and not (
            cells[0] is named and layout.names_known(named.key) and len(row) > 1 and not _spans(row)
        ):
            waiting.append(cells[0])
            continue
        summed = next((cell for cell in cells if layout.sums_up(cell.key)), None)
        if summed is not None:
            table.problems.append(note_no_unit(summed))
        elif not named.key or not layout.looks_like("unit", named.key):
            printed = " ".join(cell.printed for cell in cells)
            table.problems.append(note_problem("table_unread", "not_a_unit", cells[0].place, found=printed))
        else:
            group = waiting[-1] if waiting else group
            table.above += waiting[:-1] if not table.rows else []
            waiting = []
            read = read_row(dict(enumerate(row)), layout, table.problems)
            table.rows.append(replace(read, group=read.group or (plain_title(group.printed) if group else None)))
    table.below += waiting


def _spans(row: Row) -> bool:
    """Tell whether the one cell of a row is merged over others."""
    return len({id(cell) for cell in row}) < len(row)
