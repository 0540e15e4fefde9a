"""Find the header of a table that is drawn as rows, and the tables that stand side by side below it."""

import re
from collections.abc import Sequence

from audit_lib.documents.model import Line
from audit_lib.notices.grids.columns import Layout, is_value, read_figure
from audit_lib.notices.grids.layouts import ROWS_TO_TYPE, make_layout, number_names
from audit_lib.notices.words.entries import read_entries
from audit_lib.notices.words.vocabulary import Vocabulary

LISTED = re.compile(r"[\s、;\uff1b]")  # between names in a cell
TALLEST_HEADER = 6  # rows
MOST_ABOVE = 12  # rows above a header: titles, dates, notes
MOST_BESIDE = 4  # tables side by side
NUMBERED = re.compile(r" \d+$")

Row = Sequence[Line]


def find_grid_header(rows: Sequence[Row], vocabulary: Vocabulary) -> tuple[int, int, list[tuple[int, Layout]]] | None:
    """Find the header: its first row, the first row below it, and the tables that stand side by side under it."""
    for top in range(min(len(rows) - 1, MOST_ABOVE)):
        if _is_graded(rows[top], vocabulary):
            return None
        if len(distinct(rows[top])) < 2 or _is_body(rows[top], vocabulary):
            continue
        end = top + 1
        while end < min(len(rows) - 1, top + TALLEST_HEADER) and _goes_on(rows[top:end], rows[end], vocabulary):
            end += 1
        body = [[first_name(cell, vocabulary) for cell in row] for row in rows[end : end + ROWS_TO_TYPE]]
        if blocks := _part_blocks(name_columns(rows[top:end]), body, vocabulary):
            return top, end, blocks
    return None


def _is_body(row: Row, vocabulary: Vocabulary) -> bool:
    """Check whether a row holds a number, the names of two units, or one with its tier: then it is no header."""
    cells = distinct(row)
    n_units = len({cell.key for cell in cells if vocabulary.names_unit(cell.key)})  # a heading may recur
    has_figure = any(read_figure(cell.key) is not None for cell in cells)
    return n_units > 1 or has_figure or _is_graded(row, vocabulary)


def _is_graded(row: Row, vocabulary: Vocabulary) -> bool:
    """Check whether a row holds a tier and no heading: it is of a unit, and no header stands below it."""
    keys = [cell.key for cell in distinct(row)]
    return any(key in vocabulary.tier for key in keys) and not any(map(vocabulary.meaning_of, keys))


def _goes_on(header: Sequence[Row], row: Row, vocabulary: Vocabulary) -> bool:
    """Check whether a header goes on in the next row: nothing in it is a value, and where units stand is no name."""
    merged = {id(cell) for cell in header[-1]}
    own = [cell.key for cell in row if id(cell) not in merged]
    if any(is_value(key) or vocabulary.names_unit(key) for key in own) or len(distinct(row)) < 2:
        return False
    columns = name_columns(header)
    units = [at for at, column in enumerate(columns) if vocabulary.meaning_of(column) == "unit"]
    if not units:
        return len(distinct(row)) > 1
    return all(not row[at].key or id(row[at]) in merged for at in units)


def name_columns(header: Sequence[Row]) -> tuple[str, ...]:
    """Name each column by its cells from top to bottom, a merged cell once; a second column of one name gets a 2."""
    return number_names("/".join(cell.key for cell in distinct(column)) for column in zip(*header, strict=True))


def _part_blocks(
    columns: tuple[str, ...], body: Sequence[Sequence[str]], vocabulary: Vocabulary
) -> list[tuple[int, Layout]]:
    """Return the layouts of tables that stand side by side, each with its first column; none for a single table.

    Columns repeat where they mean the same, one unit in each, whatever their headings say.
    """
    plain = [NUMBERED.sub("", column) for column in columns]
    for n in range(MOST_BESIDE, 0, -1):
        width, rest = divmod(len(plain), n)
        if rest or width < 2:
            continue
        layouts = [
            make_layout(number_names(plain[at : at + width]), vocabulary, [row[at : at + width] for row in body])
            for at in range(0, len(plain), width)
        ]
        if layouts[0] and all(plain[at : at + width] == plain[:width] for at in range(0, len(plain), width)):
            layouts = layouts[:1] * n  # the same headings, whatever the cells below the others
        found = [layout for layout in layouts if layout]
        if len(found) == n and len(set(map(_form_of_cell, found))) == 1:
            return list(zip(range(0, len(plain), width), found, strict=True))
    return []


def _form_of_cell(layout: Layout) -> tuple[str, ...]:
    """Return what the columns of a table mean, a score and another figure alike."""
    return tuple("" if each in ("score", "extra", "figure") else each for each in layout.meanings)


def distinct(row: Row) -> list[Line]:
    """Return the cells of a row that print something, a merged one once."""
    return list({id(cell): cell for cell in row if cell.key}.values())


def first_name(cell: Line, vocabulary: Vocabulary) -> str:
    """Return the first name if a cell lists several, else its text."""
    if not LISTED.search(cell.text.strip()):
        return cell.key
    entries, rest = read_entries(cell.text, vocabulary)
    return entries[0].unit if len(entries) > 1 and not rest else cell.key


def lists_names(cell: Line, vocabulary: Vocabulary) -> bool:
    """Check whether a cell holds several names, and so is no title of a group."""
    entries, rest = read_entries(cell.text, vocabulary)
    return len(entries) > 1 and not rest and all(vocabulary.names_unit(entry.unit) for entry in entries)
