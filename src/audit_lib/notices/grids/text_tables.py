"""Find the tables that plain text draws with bars, tabs or spaces, or prints column by column."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import groupby, islice, takewhile

from audit_lib.documents.model import Block, Grid, Line, UnreadableError, squeeze
from audit_lib.notices.grids.barred_rows import BAR, close_cells, strip_bars, take_barred, take_begun, take_closed
from audit_lib.notices.grids.columns import NUMBER, RANK, SENTENCE, Layout
from audit_lib.notices.grids.headers import MOST_FRAGMENTS, find_header, join_fragments
from audit_lib.notices.grids.layouts import make_layout, number_names
from audit_lib.notices.grids.paired_lines import take_paired, take_ranked
from audit_lib.notices.grids.spaced_rows import FEWEST_IN_COLUMN, LONGEST_ROW, take_bare, take_spaced
from audit_lib.notices.words.vocabulary import Vocabulary

MOST_IN_COLUMNS = 5_000  # lines that a table may fill column by column
WORD = re.compile(rf"[^\s{BAR.pattern[1:]}+")
LONGEST_HEADER_LINE = 30  # characters of a line that holds headings
MANY_CELLS = 24  # on one line; a page that was printed on one line, not a row
FEW_LINES, MANY_CELLS_ALONE = 3, 9  # a page of so few lines is printed on them
MOST_HEADINGS = 5_000  # on lines of their own; each may begin a table in many ways
MOST_CELLS = 50_000  # of a text that has them on one line, each as much work as a line


def draw_grids(lines: Sequence[Line], vocabulary: Vocabulary) -> list[Block]:
    """Turn rows of cells into grids, and lines of one cell between bars into lines of that cell.

    A line that holds one bar alone becomes a blank line: an empty cell. Raises UnreadableError for more cells, or
    headings on lines of their own, than a notice has.
    """
    if len(lines) > MOST_HEADINGS:
        _check_headings(lines, vocabulary)
    many = MANY_CELLS if len(lines) > FEW_LINES else MANY_CELLS_ALONE
    spread = [cell for line in lines for cell in _spread(line, many)]
    if len(spread) > MOST_CELLS:
        raise UnreadableError(f"{len(spread):,} lines and cells", f"at most {MOST_CELLS:,}", spread[MOST_CELLS].place)
    has_bars = any(BAR.search(line.text) for line in spread)
    spread = close_cells(spread, vocabulary) if has_bars else spread
    filled = [at for at, line in enumerate(spread) if _is_filled(line.key, vocabulary)]
    barred = (take_barred, take_begun) if has_bars else ()
    bare = partial(take_bare, ragged=[])
    has_empty = has_bars or any("\u00a0" in line.text and not line.key for line in spread)
    ways = (
        *barred,
        *([take_closed] if has_empty else []),
        take_spaced,
        partial(_take_columns, filled=filled),
        bare,
        *([take_ranked] if any(RANK.fullmatch(line.key) for line in spread) else []),
        partial(take_paired, unpaired=[]),
    )
    blocks: list[Block] = []
    at = 0
    while at < len(spread):
        rows: list[list[Line]] = []
        for take in ways if spread[at].key else ():  # no table begins with a blank line
            rows, end = take(spread, at, vocabulary)
            if rows:
                break
        if rows:
            # Spaces do not show which cell a shorter row lacks: read cell by cell, such a row is reported.
            is_ragged = take is take_spaced and len({len(row) for row in rows}) > 1
            header = _take_header(blocks, rows, vocabulary) if take is bare else []
            rows = [header, *rows] if header else rows
            blocks += [cell for row in rows for cell in row] if is_ragged else [_make_grid(rows)]
            at = end
        else:
            blocks += strip_bars(spread[at])
            at += 1
    return blocks


def _take_header(blocks: list[Block], rows: Sequence[Sequence[Line]], vocabulary: Vocabulary) -> list[Line]:
    """Remove the lines just above rows that hold their headings, one or several a line; return a heading a column."""
    width, words = len(rows[0]), list[Line]()
    body = [[cell.key for cell in row] for row in rows]
    for n, line in enumerate(reversed(blocks[-MOST_FRAGMENTS:]), start=1):
        if not isinstance(line, Line) or SENTENCE.match(line.key) or len(line.key) > LONGEST_HEADER_LINE:
            return []
        words = [*(Line(line.place, word) for word in line.text.split()), *words]
        names = list(join_fragments([word.key for word in words], vocabulary)) if words else []
        meanings = [vocabulary.meaning_of(name) for name in names]
        if len(names) == width and meanings.count("unit") == 1 and make_layout(number_names(names), vocabulary, body):
            del blocks[-n:]
            return [Line(words[0].place, name) for name in names]
    return []


def _check_headings(lines: Sequence[Line], vocabulary: Vocabulary) -> None:
    headings = [line for line in lines if vocabulary.meaning_of(line.key) is not None]
    if len(headings) > MOST_HEADINGS:
        found = f"{len(headings):,} headings of columns on lines of their own"
        raise UnreadableError(found, f"at most {MOST_HEADINGS:,}", headings[MOST_HEADINGS].place)


def _spread(line: Line, many: int) -> list[Line]:
    """Split a line that holds the whole page into its words and cells; another line stays whole."""
    if len(line.text) < 2 * many - 1 or len(WORD.findall(line.text)) < many:
        return [line]
    # Between bars an empty cell shows; a no-break space stands for it from here on.
    text = re.sub(rf"(?<={BAR.pattern})\s*(?={BAR.pattern})", "\u00a0", line.text)
    cells = re.split(rf"[ \t\u3000]+|{BAR.pattern}", text)
    parted = [part for cell in cells for part in re.split(r"(?<=[。;；])(?=.)", cell)]
    return [Line(line.place, part) for part in parted if squeeze(part) or "\u00a0" in part]


def _take_columns(
    lines: Sequence[Line], at: int, vocabulary: Vocabulary, filled: Sequence[int]
) -> tuple[list[list[Line]], int]:
    """Return a table that is printed column by column, and where it ends; `filled` are lines of numbers and tiers."""
    if not vocabulary.meaning_of(lines[at].key) or (at and vocabulary.meaning_of(lines[at - 1].key)):
        return [], at  # not the first heading
    n = bisect_left(filled, at)
    first = filled[n] if n < len(filled) else len(lines)
    if first >= min(at + MOST_IN_COLUMNS, len(lines)):
        return [], at
    cells = lines[at : at + MOST_IN_COLUMNS]
    keys = [cell.key for cell in cells]
    filled_keys = [key for key in keys if key]
    header = find_header(filled_keys, 0, vocabulary)
    if header and header.layout.fits_at(filled_keys, header.end):  # one cell a line
        return [], at
    for layout, columns in _part_columns(keys, first - at, vocabulary):
        end = columns[-1][-1] + 1
        goes_on = any(NUMBER.fullmatch(key) for key in keys[end : end + 2])
        if not goes_on and all(
            layout.looks_like(meaning, keys[n])
            for meaning, column in zip(layout.meanings, columns, strict=True)
            for n in column[1:]
        ):
            rows = [[cells[n] for n in row] for row in zip(*columns, strict=True)]
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
    """Check whether cells are a column with its heading: a known word, or one above nothing but numbers."""
    if vocabulary.may_head(keys[column[0]]):
        return True
    return not NUMBER.fullmatch(keys[column[0]]) and all(NUMBER.fullmatch(keys[at]) for at in column[1:])


def _make_grid(rows: list[list[Line]]) -> Grid:
    width = max(at for row in rows for at, cell in enumerate(row, start=1) if cell.key)
    rows = [row[:width] for row in rows]
    padded = tuple((*row, *[Line(row[0].place, "")] * (width - len(row))) for row in rows)
    return Grid(padded, tuple(cell for row in rows for cell in row if cell.key))
