"""Read what plain text draws with bars: rows of cells between them, and one cell a line before or after a bar."""

import re
from collections.abc import Iterator, Sequence
from itertools import islice, pairwise
from statistics import mode

from audit_lib.documents.model import Line, squeeze
from audit_lib.notices.grids.columns import SENTENCE, Layout, is_value
from audit_lib.notices.grids.layouts import make_layout, number_names
from audit_lib.notices.grids.spaced_rows import LONGEST_ROW
from audit_lib.notices.words.dates import is_date
from audit_lib.notices.words.vocabulary import Vocabulary
from audit_lib.notices.words.word_lists import BRACKETED, LONGEST_HEADING

BAR = re.compile("[|│┃｜¦]")
ONLY_BARS = re.compile("[|│┃｜¦]+")
RULE = re.compile(r"[-=+:_—\u2500-\u257f|｜¦\s]+")
CELL_END = re.compile(rf"[^{BAR.pattern[1:-1]}]+{BAR.pattern}")
CELL_START = re.compile(rf"{BAR.pattern}[^{BAR.pattern[1:-1]}]*")
SIGN = re.compile("[,。;:!?]|[^县市区]、")  # of no heading but 县(市、区)
LONGEST_PIECE = 8  # characters of a heading that a line end has broken


def close_cells(lines: Sequence[Line], vocabulary: Vocabulary) -> list[Line]:
    """Join a cell that goes on over a line end until its bar, where one cell a line ends in a bar."""
    closed: list[Line] = []
    for line in lines:
        above = closed[-1] if closed else None
        if above and _is_piece(above, vocabulary) and len(closed) > 1 and _ends_cell(closed[-2]) and _ends_cell(line):
            closed[-1] = Line(above.place, above.text.rstrip() + line.text.lstrip())
        else:
            closed.append(line)
    return closed


def _ends_cell(line: Line) -> bool:
    return CELL_END.fullmatch(line.text.strip()) is not None


def _is_piece(line: Line, vocabulary: Vocabulary) -> bool:
    """Check whether a line without a bar may be the first piece of a broken heading."""
    if not 0 < len(line.key) <= LONGEST_PIECE or BAR.search(line.text) or SENTENCE.match(line.key):
        return False
    return not any(char.isdigit() for char in line.key) and not vocabulary.is_label(line.key)


def _cells_between_bars(line: Line) -> list[Line]:
    """Return the cells of a row between bars; none for a line that is no row."""
    text = line.text.strip()
    if not BAR.search(text) or ONLY_BARS.fullmatch(line.key):
        return []
    cells = BAR.split(text)
    inner = cells[bool(BAR.match(text)) : len(cells) - bool(BAR.search(text[-1:]))]
    row = [Line(line.place, cell.strip()) for cell in inner]
    return row if any(cell.key for cell in row) else []


def _is_rule(line: Line) -> bool:
    return RULE.fullmatch(line.text) is not None and len(line.key) > 1 and not ONLY_BARS.fullmatch(line.key)


def take_barred(lines: Sequence[Line], at: int, vocabulary: Vocabulary) -> tuple[list[list[Line]], int]:
    """Return the rows between bars that begin here, and where they end. Rules between them are no rows."""
    rows: list[list[Line]] = []
    ruled: list[int] = []  # the rows that begin below a rule
    end = at
    for n in range(at, len(lines)):
        line = lines[n]
        if not line.key or (rows and (_is_rule(line) or ONLY_BARS.fullmatch(line.key))):
            ruled += [len(rows)] if _is_rule(line) and len(rows) not in ruled[-1:] else []
            continue
        cells = _cells_between_bars(line)
        is_rest = bool(rows) and len(rows[-1]) < len(rows[0])
        if len(cells) < 2 - is_rest or (not rows and len([cell for cell in cells if cell.key]) < 2):
            break
        rows.append(cells)
        end = n + 1
    if len(ruled) > 1 and len({len(row) for row in rows}) == 1:
        rows = _join_ruled(rows, ruled)
    return (_mend_rows(rows), end) if len(rows) > 1 else ([], at)


def _join_ruled(rows: list[list[Line]], ruled: Sequence[int]) -> list[list[Line]]:
    """Join the lines of a row whose cells go on in the next line, where rules stand between the rows."""
    starts = [0, *(start for start in ruled if 0 < start < len(rows)), len(rows)]
    joined: list[list[Line]] = []
    for start, end in pairwise(starts):
        goes_on = all(any(not cell.key for cell in row) for row in rows[start + 1 : end])
        if goes_on and len(starts) > 2:
            joined.append([_join_cells(column) for column in zip(*rows[start:end], strict=True)])
        else:
            joined += rows[start:end]
    return joined


def _join_cells(cells: Sequence[Line]) -> Line:
    filled = [cell for cell in cells if cell.key]
    return Line((filled or list(cells))[0].place, "".join(cell.text.strip() for cell in filled))


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


def take_begun(lines: Sequence[Line], at: int, vocabulary: Vocabulary) -> tuple[list[list[Line]], int]:
    """Return rows of one cell a line that begin here, whose cells after the first begin with a bar, and where they end.

    A heading that goes on over a line end looks like the first cell of a row: the usual length of a row tells.
    """
    rows: list[list[Line]] = []
    end = at
    for end in range(at, len(lines)):
        line, below = lines[end], lines[end + 1].text if end + 1 < len(lines) else ""
        if rows and CELL_START.fullmatch(line.text.strip()):
            rows[-1].append(Line(line.place, BAR.sub("", line.text).strip()))
        elif line.key and not BAR.search(line.text) and CELL_START.fullmatch(below.strip()):
            rows.append([line])
        elif line.key:
            break
    else:
        end = len(lines)
    width = mode(map(len, rows)) if rows else 0
    whole: list[list[Line]] = []
    for row in rows:
        if whole and len(whole[-1]) < width and len(whole[-1]) + len(row) - 1 <= width:
            whole[-1] = [*whole[-1][:-1], _join_cells([whole[-1][-1], row[0]]), *row[1:]]
        else:
            whole.append(row)
    return (whole, end) if len(whole) > 1 and width > 1 else ([], at)


def take_closed(lines: Sequence[Line], at: int, vocabulary: Vocabulary) -> tuple[list[list[Line]], int]:
    """Return rows of one cell a line below a header, where empty cells are printed as a bar or a no-break space alone.

    The header is as wide as lets the most rows fit; without an empty cell among them there is nothing to return.
    """
    _, heading = next(_list_cells(lines, at), (at, lines[at]))
    if not vocabulary.meaning_of(heading.key) or not _may_head(heading.key, vocabulary):
        return [], at
    first = [cell.key for _, cell in islice(_list_cells(lines, at), 4 * LONGEST_ROW)]
    best: list[list[Line]] = []
    end = at
    for width in range(2, LONGEST_ROW + 1):
        header = first[:width]
        if len(header) < width or not _may_head(header[-1], vocabulary):
            break
        body = [first[n : n + width] for n in range(width, 4 * width, width)]
        layout = make_layout(number_names(header), vocabulary, body)
        if layout is None:
            continue
        rows: list[list[Line]] = []
        cells = _list_cells(lines, at)
        while (row := list(islice(cells, width))) and (not rows or _fits([cell.key for _, cell in row], layout)):
            rows.append([cell for _, cell in row])
            upto = row[-1][0] + 1
        goes_on = any(is_value(cell.key) for _, cell in row)
        if len(rows) > max(2, len(best)) and not goes_on:
            best, end = rows, upto
    is_padded = any(not cell.key for row in best for cell in row)
    return (best, end) if is_padded else ([], at)


def _list_cells(lines: Sequence[Line], at: int) -> Iterator[tuple[int, Line]]:
    """Yield the cells from a line on, each with its place, up to a line of several bars; a blank line is no cell."""
    for n in range(at, len(lines)):
        line = lines[n]
        if len(BAR.findall(line.text)) > 1:
            return
        if line.key or "\u00a0" in line.text:
            yield n, Line(line.place, BAR.sub("", line.text).strip())


def _may_head(cell: str, vocabulary: Vocabulary) -> bool:
    """Check whether a cell may be a heading: a short word that is no value, name, date or piece of a sentence."""
    is_word = 0 < len(BRACKETED.sub("", cell)) <= LONGEST_HEADING and not SIGN.search(cell)
    return is_word and not (is_value(cell) or is_date(cell) or vocabulary.names_unit(cell))


def _fits(row: Sequence[str], layout: Layout) -> bool:
    """Check whether the cells of a row are of their columns; it names a unit, and may lack others."""
    if len(row) < layout.width or not row[layout.unit_at]:
        return False
    is_sum = layout.sums_up(row[layout.unit_at])
    return is_sum or all(
        layout.looks_like(means, cell) for means, cell in zip(layout.meanings, row, strict=True) if cell
    )


def strip_bars(line: Line) -> list[Line]:
    """Remove the bars of a line of one cell: the cell, a blank line for a bar alone, nothing for a filler of bars."""
    if not BAR.search(line.text):
        return [line]
    cell = BAR.sub(" ", line.text).strip()
    if squeeze(cell):
        return [Line(line.place, cell)]
    return [Line(line.place, "\u00a0")] if len(BAR.findall(line.text)) == 1 else []
