"""Find the tables that plain text draws with bars, tabs or spaces: rows of cells, or one cell a line."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import accumulate, groupby, islice, pairwise, takewhile
from statistics import mode
from unicodedata import east_asian_width

from audit_lib.documents.model import Block, Grid, Line, UnreadableError, squeeze
from audit_lib.notices.columns import NUMBER, SENTENCE, Layout, is_value, make_layout, number_names
from audit_lib.notices.dates import is_date
from audit_lib.notices.headers import find_header
from audit_lib.notices.vocabulary import Vocabulary

BAR = re.compile("[|│┃｜¦]")
ONLY_BARS = re.compile("[|│┃｜¦]+")
RULE = re.compile(r"[-=+:_─━┄┅—┌┬┐├┼┤└┴┘|│┃｜¦\s]+")
CELL_END = re.compile(rf"[^{BAR.pattern[1:-1]}]+{BAR.pattern}")
CELL_START = re.compile(rf"{BAR.pattern}[^{BAR.pattern[1:-1]}]*")
LONGEST_PIECE = 8  # characters of a heading that a line end has broken
FEWEST_IN_COLUMN = 3  # cells
MOST_IN_COLUMNS = 5_000  # lines that a table may fill column by column
MANY_CELLS = 24  # on one line; a page that was printed on one line, not a row
FEW_LINES, MANY_CELLS_ALONE = 3, 9  # a page of so few lines is printed on them
LONGEST_ROW = 20  # cells
ROWS_TO_ALIGN = 12  # that tell where the columns begin
LONGEST_TITLE = 20  # characters of a line between rows, or of a row without a header
SENTENCE_SIGN = re.compile("[,。;:!?]")
PAIR = re.compile(r"([^\W\d])[:\uff1a—-]+\s*(\d+(?:\.\d+)?%?)\s*$")  # 甲镇:95
GAPPED = re.compile(r"\S(?:\s?\S)*")  # cells with wide gaps between them
WIDEST, WIDE = re.compile(r"\s{3,}"), re.compile(r"\s{2,}")
MANY = re.compile(r"\S\s+\S|[^\W\d].*\d|\d.*[^\W\d]")  # what may be several cells
SPACE = re.compile(r"\s")
SERIAL = re.compile(r"^\s*(\d{1,3})\s*[.、\uff0e)\uff09]\s*(?!\d)")
MOST_HEADINGS = 5_000  # on lines of their own; each may begin a table in many ways
MOST_CELLS = 50_000  # of a text that has them on one line, each as much work as a line


def draw_grids(lines: Sequence[Line], vocabulary: Vocabulary) -> list[Block]:
    """Turn rows of cells into grids, and lines of one cell between bars into lines of that cell.

    A line that holds one bar alone becomes a blank line: an empty cell. Raises UnreadableError for more cells, or
    headings on lines of their own, than a notice has.
    """
    _check_headings(lines, vocabulary)
    many = MANY_CELLS if len(lines) > FEW_LINES else MANY_CELLS_ALONE
    cells = [cell for line in lines for cell in _spread(line, many)]
    if len(cells) > MOST_CELLS:
        raise UnreadableError(f"{len(cells):,} lines and cells", f"at most {MOST_CELLS:,}", cells[MOST_CELLS].place)
    spread = _close_cells(cells, vocabulary)
    filled = [at for at, line in enumerate(spread) if _is_filled(line.key, vocabulary)]
    ways = (_take_barred, _take_begun, _take_spaced, partial(_take_columns, filled=filled), _take_bare)
    blocks: list[Block] = []
    at = 0
    while at < len(spread):
        for take in ways:
            rows, end = take(spread, at, vocabulary)
            if rows:
                break
        if rows:
            # Spaces do not show which cell a shorter row lacks: read cell by cell, such a row is told.
            is_ragged = take is _take_spaced and len({len(row) for row in rows}) > 1
            blocks += [cell for row in rows for cell in row] if is_ragged else [_make_grid(rows)]
            at = end
        else:
            blocks += _strip_bars(spread[at])
            at += 1
    return blocks


def _check_headings(lines: Sequence[Line], vocabulary: Vocabulary) -> None:
    headings = [line for line in lines if vocabulary.meaning_of(line.key) is not None]
    if len(headings) > MOST_HEADINGS:
        found = f"{len(headings):,} headings of columns on lines of their own"
        raise UnreadableError(found, f"at most {MOST_HEADINGS:,}", headings[MOST_HEADINGS].place)


def _spread(line: Line, many: int) -> list[Line]:
    """Split a line that holds the whole page into its words and cells; another line stays whole."""
    if len(re.findall(rf"[^\s{BAR.pattern[1:]}+", line.text)) < many:
        return [line]
    # Between bars an empty cell shows; a no-break space stands for it from here on.
    text = re.sub(rf"(?<={BAR.pattern})\s*(?={BAR.pattern})", "\u00a0", line.text)
    cells = re.split(rf"[ \t\u3000]+|{BAR.pattern}", text)
    parted = [part for cell in cells for part in re.split(r"(?<=[。;；])(?=.)", cell)]
    return [Line(line.place, part) for part in parted if squeeze(part) or "\u00a0" in part]


def _close_cells(lines: Sequence[Line], vocabulary: Vocabulary) -> list[Line]:
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
    """Return whether a line without a bar may be the first piece of a broken heading."""
    if not 0 < len(line.key) <= LONGEST_PIECE or BAR.search(line.text) or SENTENCE.match(line.key):
        return False
    return not any(char.isdigit() for char in line.key) and not vocabulary.is_label(line.key)


def _cells_between_bars(line: Line) -> list[Line]:
    """Return the cells of a row between bars; none for a line that is no row."""
    text = line.text.strip()
    if not BAR.search(text) or ONLY_BARS.fullmatch(squeeze(text)):
        return []
    cells = BAR.split(text)
    inner = cells[bool(BAR.match(text)) : len(cells) - bool(BAR.search(text[-1:]))]
    filled = sum(1 for cell in inner if squeeze(cell))
    return [Line(line.place, cell.strip()) for cell in inner] if filled else []


def _is_rule(line: Line) -> bool:
    return RULE.fullmatch(line.text) is not None and len(line.key) > 1 and not ONLY_BARS.fullmatch(line.key)


def _take_barred(lines: Sequence[Line], at: int, vocabulary: Vocabulary) -> tuple[list[list[Line]], int]:
    """Return the rows between bars that begin here, and where they end. Rules between them are no rows."""
    rows: list[list[Line]] = []
    ruled: list[int] = []  # the rows that begin below a rule
    end = at
    for place in range(at, len(lines)):
        line = lines[place]
        if not line.key or (rows and (_is_rule(line) or ONLY_BARS.fullmatch(line.key))):
            ruled += [len(rows)] if _is_rule(line) and len(rows) not in ruled[-1:] else []
            continue
        cells = _cells_between_bars(line)
        is_rest = bool(rows) and len(rows[-1]) < len(rows[0])
        if len(cells) < 2 - is_rest or (not rows and len([cell for cell in cells if cell.key]) < 2):
            break
        rows.append(cells)
        end = place + 1
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


def _take_begun(lines: Sequence[Line], at: int, vocabulary: Vocabulary) -> tuple[list[list[Line]], int]:
    """Return rows of one cell a line that begin here, whose cells after the first begin with a bar, and where they end.

    A heading that goes on over a line end looks like the first cell of a row: the usual length of a row tells.
    """
    rows: list[list[Line]] = []
    end = at
    for place in range(at, len(lines) - 1):
        line, below = lines[place], lines[place + 1]
        if rows and CELL_START.fullmatch(line.text.strip()):
            rows[-1].append(Line(line.place, BAR.sub("", line.text).strip()))
        elif line.key and not BAR.search(line.text) and CELL_START.fullmatch(below.text.strip()):
            rows.append([line])
        elif line.key and not (rows and _ends_word(rows[-1][-1], line, vocabulary)):
            break
        elif line.key:
            rows[-1][-1] = _join(rows[-1][-1], line)
        end = place + 1
    if rows and end == len(lines) - 1 and CELL_START.fullmatch(lines[end].text.strip()):
        rows[-1].append(Line(lines[end].place, BAR.sub("", lines[end].text).strip()))
        end += 1
    width = mode(map(len, rows)) if rows else 0
    whole: list[list[Line]] = []
    for row in rows:
        if whole and len(whole[-1]) < width and len(whole[-1]) + len(row) - 1 <= width:
            whole[-1] = [*whole[-1][:-1], _join(whole[-1][-1], row[0]), *row[1:]]
        else:
            whole.append(row)
    return (whole, end) if len(whole) > 1 and width > 1 else ([], at)


def _ends_word(cell: Line, piece: Line, vocabulary: Vocabulary) -> bool:
    return vocabulary.meaning_of(cell.key) is None and vocabulary.meaning_of(cell.key + piece.key) is not None


def _join(cell: Line, piece: Line) -> Line:
    return Line(cell.place, cell.text.rstrip() + piece.text.strip())


def _take_columns(
    lines: Sequence[Line], at: int, vocabulary: Vocabulary, filled: Sequence[int]
) -> tuple[list[list[Line]], int]:
    """Return a table that is printed column by column, and where it ends; `filled` are lines of numbers and tiers."""
    if not vocabulary.meaning_of(lines[at].key) or (at and vocabulary.meaning_of(lines[at - 1].key)):
        return [], at  # not the first heading
    place = bisect_left(filled, at)
    first = filled[place] if place < len(filled) else len(lines)
    if first >= min(at + MOST_IN_COLUMNS, len(lines)):
        return [], at
    cells = lines[at : at + MOST_IN_COLUMNS]
    keys = [cell.key for cell in cells]
    if find_header([key for key in keys if key], 0, vocabulary):
        return [], at
    for layout, columns in _part_columns(keys, first - at, vocabulary):
        end = columns[-1][-1] + 1
        goes_on = any(NUMBER.fullmatch(key) for key in keys[end : end + 2])
        if not goes_on and all(
            layout.looks_like(meaning, keys[place])
            for meaning, column in zip(layout.meanings, columns, strict=True)
            for place in column[1:]
        ):
            rows = [[cells[place] for place in row] for row in zip(*columns, strict=True)]
            return rows, at + end
    return [], at


def _part_columns(keys: list[str], until: int, vocabulary: Vocabulary) -> Iterator[tuple[Layout, list[Sequence[int]]]]:
    """Yield the ways to part cells into columns: the places of a heading and of the cells below it, for each column.

    The headings come one after the other before all cells, or each before its own; none is at or after `until`, the
    first number or tier.
    """
    for width in range(2, min(until, LONGEST_ROW) + 1):
        if layout := make_layout(number_names(keys[:width]), vocabulary):
            longest = min(_count_alike(keys, width, vocabulary), (len(keys) - width) // width)
            for length in range(FEWEST_IN_COLUMN, longest + 1):
                starts = range(width, width + width * length, length)
                if all(map(layout.looks_like, layout.meanings, (keys[start] for start in starts))):
                    yield layout, [(n, *range(start, start + length)) for n, start in enumerate(starts)]
    for step in range(FEWEST_IN_COLUMN + 1, min(_count_alike(keys, 1, vocabulary) + 1, len(keys) // 2) + 1):
        below = (range(top, top + step) for top in range(step, len(keys) - step + 1, step))
        columns: list[Sequence[int]] = [range(step)]
        columns += takewhile(lambda column: _is_column(keys, column, vocabulary), below)
        layout = make_layout(number_names(keys[column[0]] for column in columns), vocabulary)
        if layout and len(columns) > 1:
            yield layout, columns


def _is_filled(key: str, vocabulary: Vocabulary) -> bool:
    """Check whether a cell is a number or a tier, and so none of a column of names."""
    return NUMBER.fullmatch(key) is not None or key in vocabulary.tier


def _count_alike(keys: list[str], at: int, vocabulary: Vocabulary) -> int:
    """Count the cells from here on that are all values, or all none: a first column is no longer than that."""
    kinds = (_is_filled(key, vocabulary) for key in islice(keys, at, None))
    return len(list(next(groupby(kinds), (None, ()))[1]))


def _is_column(keys: list[str], column: Sequence[int], vocabulary: Vocabulary) -> bool:
    """Return whether cells are a column with its heading: a word that we know, or one above nothing but numbers."""
    if vocabulary.may_head(keys[column[0]]):
        return True
    return not NUMBER.fullmatch(keys[column[0]]) and all(NUMBER.fullmatch(keys[at]) for at in column[1:])


def _take_spaced(lines: Sequence[Line], at: int, vocabulary: Vocabulary) -> tuple[list[list[Line]], int]:
    """Return the rows between spaces or tabs that begin with a header here, and where they end."""
    header = _split_spaces(lines[at], None, vocabulary)
    if not 1 < len([cell for cell in header if cell.key]) <= LONGEST_ROW:
        return [], at
    if not any(vocabulary.meaning_of(cell.key) for cell in header) or any(is_value(cell.key) for cell in header):
        return [], at
    below = [[cell.key for cell in _split_spaces(line, len(header))] for line in lines[at + 1 : at + 4]]
    is_sure = make_layout(number_names(cell.key for cell in header), vocabulary, below) is not None
    rows = [header]
    starts: list[int] = []  # where the columns begin, once a row lacks a cell
    end = at
    title: list[Line] = []  # the title of a group, if rows follow
    for place in range(at + 1, len(lines)):
        if not lines[place].key:
            continue
        cells = _split_spaces(lines[place], len(header))
        if len(cells) < len(header):
            starts = starts or _find_starts(lines[at : at + ROWS_TO_ALIGN], len(header))
            cells = _place_aligned(lines[place], starts) or cells
        if len(cells) < 2 and not title and len(rows[-1]) > 1 and _may_title(lines[place]):
            title = [lines[place]]
            continue
        is_tabbed = "\t" in lines[place].text and is_sure and len(cells) == len(header)
        is_row = is_tabbed or any(is_value(cell.key) or cell.key in vocabulary.tier for cell in cells)
        if len([cell for cell in cells if cell.key]) < 2 or not is_row:
            break
        rows += [title * len(header)] if title else []
        rows.append(cells)
        title = []
        end = place + 1
    turned = list(
        zip(*([cell.key for cell in row] for row in rows if len(row) == len(set(map(id, row)))), strict=False)
    )
    is_sure = is_sure or (all(turned[0]) and make_layout(number_names(turned[0]), vocabulary, turned[1:]) is not None)
    alike = len(rows) > FEWEST_IN_COLUMN and {len(row) for row in rows} == {len(header)}
    return (rows, end) if alike or (is_sure and len(rows) > 1) else ([], at)


def _find_starts(lines: Sequence[Line], width: int) -> list[int]:
    """Find where the columns of a table begin that is padded with spaces, header first; nothing where it is not.

    Its whole rows begin their cells at the same places, with gaps of several lengths.
    """
    spans = [spans for line in lines if len(spans := _find_spans(line.text)) == width]
    header, spans = spans[:1], spans[1:]
    starts = {tuple(start for start, *_ in row) for row in spans}
    spans += [row for row in header if tuple(start for start, *_ in row) in starts]
    gaps = {right[0] - left[1] for row in spans for left, right in pairwise(row)}
    return list(starts.pop()) if len(spans) > 1 and len(starts) == 1 and len(gaps) > 1 else []


def _place_aligned(line: Line, starts: Sequence[int]) -> list[Line]:
    """Return the cells of a row that lacks some, each in the column that begins where it does."""
    cells = {start: cell for start, _, cell in _find_spans(line.text)}
    return [Line(line.place, cells.get(start, "")) for start in starts] if cells and cells.keys() <= set(starts) else []


def _find_spans(text: str) -> list[tuple[int, int, str]]:
    """Find the cells that wide gaps part, each with where it begins and ends on a terminal."""
    columns = [0, *accumulate(1 + (east_asian_width(char) in "WF") for char in text)]
    return [(columns[cell.start()], columns[cell.end()], cell[0]) for cell in GAPPED.finditer(text)]


def _may_title(line: Line) -> bool:
    return len(line.key) <= LONGEST_TITLE and not SENTENCE_SIGN.search(line.key) and not is_date(line.key)


def _take_bare(lines: Sequence[Line], at: int, vocabulary: Vocabulary) -> tuple[list[list[Line]], int]:
    """Return lines below no header that each hold a name and numbers or a tier between spaces, and where they end."""
    rows: list[list[Line]] = []
    end = at
    for place in range(at, len(lines)):
        if not lines[place].key:
            continue
        if len(lines[place].key) > LONGEST_TITLE or not MANY.search(lines[place].text):
            break
        text = PAIR.sub(r"\1 \2", SERIAL.sub(r"\1 ", lines[place].text.replace("\u3000", " ")))
        cells = _split_spaces(Line(lines[place].place, text), len(rows[0]) if rows else None)
        named = [cell for cell in cells if vocabulary.names_unit(cell.key)]
        rest = [cell.key for cell in cells if cell not in named]
        is_listed = len(rest) == 1 and cells[0] not in named and rest[0].isdecimal()  # 1. 财政局
        if (
            len(named) != 1
            or not rest
            or is_listed
            or not all(is_value(key) or vocabulary.may_grade(key) for key in rest)
        ):
            break
        rows.append(cells)
        end = place + 1
    return (rows, end) if len(rows) > 1 and len({len(row) for row in rows}) == 1 else ([], at)


def _split_spaces(line: Line, width: int | None, vocabulary: Vocabulary | None = None) -> list[Line]:
    """Split a row at tabs, else at wide gaps, else at any space; padding inside a name is closed if that fits.

    A header is split the way that gives the most words we know: 单  位 is one.
    """
    text = line.text.strip()
    if "\t" not in line.text and not SPACE.search(text):
        return []
    ways = [line.text.strip("\r\n").split("\t"), WIDEST.split(text), WIDE.split(text), text.split()]
    ways = [way for way in ways if len(way) > 1]
    if vocabulary and ways:
        way = max(ways, key=lambda way: sum(vocabulary.meaning_of(cell) is not None for cell in way))
        return [Line(line.place, cell.strip()) for cell in way]
    for way in ways:
        if width in (None, len(way)):
            return [Line(line.place, cell.strip()) for cell in way]
    if width and ways and len(ways[-1]) > width:
        closed = ["".join(run) for run in _close_names(ways[-1])]
        if len(closed) == width:
            return [Line(line.place, cell) for cell in closed]
        ways[0] = [*ways[-1][: width - 1], " ".join(ways[-1][width - 1 :])]
    return [Line(line.place, cell.strip()) for cell in ways[0]] if ways else []


def _close_names(cells: list[str]) -> Iterator[list[str]]:
    """Join neighbouring cells that hold no figure: the letters of a name printed with padding."""
    for has_figure, neighbours in groupby(cells, key=lambda cell: any(char.isdigit() for char in cell)):
        run = list(neighbours)
        yield from ([cell] for cell in run) if has_figure else [run]


def _make_grid(rows: list[list[Line]]) -> Grid:
    width = max(at for row in rows for at, cell in enumerate(row, start=1) if cell.key)
    rows = [row[:width] for row in rows]
    padded = tuple((*row, *[Line(row[0].place, "")] * (width - len(row))) for row in rows)
    return Grid(padded, tuple(cell for row in rows for cell in row if cell.key))


def _strip_bars(line: Line) -> list[Line]:
    """Remove the bars of a line of one cell: the cell, a blank line for a bar alone, nothing for a filler of bars."""
    if not BAR.search(line.text):
        return [line]
    cell = BAR.sub(" ", line.text).strip()
    if squeeze(cell):
        return [Line(line.place, cell)]
    return [Line(line.place, "\u00a0")] if len(BAR.findall(line.text)) == 1 else []
