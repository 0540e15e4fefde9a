"""Find the tables that plain text draws with bars, tabs or spaces: rows of cells, or one cell a line."""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from audit_lib.reading.documents import Block, Grid, Line, squeeze
from audit_lib.reading.layouts import NUMBER, make_layout, number_names
from audit_lib.reading.vocabulary import Vocabulary

BAR = re.compile("[|│┃｜¦]")
ONLY_BARS = re.compile("[|│┃｜¦]+")
RULE = re.compile(r"[-=+:_─━┄┅—┌┬┐├┼┤└┴┘|│┃｜¦\s]+")
MANY_CELLS = 24  # on one line; a page that was printed on one line, not a row
LONGEST_ROW = 20  # cells


def draw_grids(lines: Sequence[Line], vocabulary: Vocabulary) -> list[Block]:
    """Turn rows of cells into grids, and lines of one cell between bars into lines of that cell.

    A line that holds one bar alone becomes a blank line: an empty cell.
    """
    spread = [cell for line in lines for cell in _spread(line)]
    blocks: list[Block] = []
    at = 0
    while at < len(spread):
        rows, end = _take_barred(spread, at)
        if not rows:
            rows, end = _take_spaced(spread, at, vocabulary)
        if rows:
            blocks.append(_make_grid(rows))
            at = end
        else:
            blocks += _strip_bars(spread[at])
            at += 1
    return blocks


def _spread(line: Line) -> list[Line]:
    """Part a line that holds the whole page into its words and cells; another line stays whole."""
    cells = [cell for cell in re.split(rf"\s+|{BAR.pattern}", line.text) if cell]
    if len(cells) < MANY_CELLS:
        return [line]
    parted = [part for cell in cells for part in re.split(r"(?<=[。;；])(?=.)", cell)]
    return [Line(line.place, part) for part in parted if squeeze(part)]


def _cells_between_bars(line: Line) -> list[Line]:
    """Give the cells of a row between bars; none for a line that is no row."""
    text = line.text.strip()
    if not BAR.search(text) or ONLY_BARS.fullmatch(squeeze(text)):
        return []
    cells = BAR.split(text)
    inner = cells[bool(BAR.match(text)) : len(cells) - bool(BAR.search(text[-1:]))]
    filled = sum(1 for cell in inner if squeeze(cell))
    return [Line(line.place, cell.strip()) for cell in inner] if len(inner) > 1 and filled else []


def _is_rule(line: Line) -> bool:
    return RULE.fullmatch(line.text) is not None and len(line.key) > 1 and not ONLY_BARS.fullmatch(line.key)


def _take_barred(lines: Sequence[Line], at: int) -> tuple[list[list[Line]], int]:
    """Take the rows between bars that begin here, and where they end. Rules between them are no rows."""
    rows: list[list[Line]] = []
    end = at
    for place in range(at, len(lines)):
        line = lines[place]
        if not line.key or (rows and (_is_rule(line) or ONLY_BARS.fullmatch(line.key))):
            continue
        cells = _cells_between_bars(line)
        if len([cell for cell in cells if cell.key]) < 2 and not (rows and cells):
            break
        rows.append(cells)
        end = place + 1
    return (_mend_rows(rows), end) if len(rows) > 1 else ([], at)


def _mend_rows(rows: list[list[Line]]) -> list[list[Line]]:
    """Join a row that is broken over two lines at an empty cell."""
    lengths = [len(row) for row in rows]
    width = max(set(lengths), key=lambda length: (lengths.count(length), length))
    mended: list[list[Line]] = []
    for row in rows:
        broken = mended and len(mended[-1]) < width and len(row) < width
        if broken and width - 1 <= len(mended[-1]) + len(row) <= width:
            gap = [Line(row[0].place, "")] * (width - len(mended[-1]) - len(row))
            mended[-1] = [*mended[-1], *gap, *row]
        else:
            mended.append(row)
    return mended


def _take_spaced(lines: Sequence[Line], at: int, vocabulary: Vocabulary) -> tuple[list[list[Line]], int]:
    """Take the rows between spaces or tabs that begin with a header here, and where they end."""
    header = _split_spaces(lines[at], None)
    if not 1 < len(header) <= LONGEST_ROW:
        return [], at
    if make_layout(number_names(cell.key for cell in header), vocabulary) is None:
        return [], at
    rows = [header]
    end = at
    for place in range(at + 1, len(lines)):
        if not lines[place].key:
            continue
        cells = _split_spaces(lines[place], len(header))
        if len(cells) < 2 or not any(NUMBER.fullmatch(cell.key) or cell.key in vocabulary.tier for cell in cells):
            break
        rows.append(cells)
        end = place + 1
    return (rows, end) if len(rows) > 1 else ([], at)


def _split_spaces(line: Line, width: int | None) -> list[Line]:
    """Split a row at tabs, else at wide gaps, else at any space; padding inside a name is closed if that fits."""
    ways = [re.split("\t", line.text.strip("\r\n")), re.split(r"\s{2,}", line.text.strip()), line.text.split()]
    ways = [way for way in ways if len(way) > 1]
    for way in ways:
        if width in (None, len(way)):
            return [Line(line.place, cell.strip()) for cell in way]
    if width and ways and len(ways[-1]) > width:
        closed = ["".join(run) for run in _close_names(ways[-1])]
        if len(closed) == width:
            return [Line(line.place, cell) for cell in closed]
    return [Line(line.place, cell.strip()) for cell in ways[0]] if ways else []


def _close_names(cells: list[str]) -> Iterator[list[str]]:
    """Join neighbouring cells that hold no figure: the letters of a name printed with padding."""
    for has_figure, neighbours in groupby(cells, key=lambda cell: any(char.isdigit() for char in cell)):
        run = list(neighbours)
        yield from ([cell] for cell in run) if has_figure else [run]


def _make_grid(rows: list[list[Line]]) -> Grid:
    width = max(map(len, rows))
    padded = tuple((*row, *[Line(row[0].place, "")] * (width - len(row))) for row in rows)
    return Grid(padded, tuple(cell for row in rows for cell in row if cell.key))


def _strip_bars(line: Line) -> list[Line]:
    """Take the bars off a line of one cell: the cell, a blank line for a bar alone, nothing for a filler of bars."""
    if not BAR.search(line.text):
        return [line]
    cell = BAR.sub(" ", line.text).strip()
    if squeeze(cell):
        return [Line(line.place, cell)]
    return [Line(line.place, "\u00a0")] if len(BAR.findall(line.text)) == 1 else []
