"""Read the rows of a table that is printed with one cell a line. What is no cell of a row is reported, not guessed."""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations, takewhile

from audit_lib.documents.model import Line
from audit_lib.notices.grids.columns import NUMBER, SENTENCE, Layout
from audit_lib.notices.grids.headers import Header
from audit_lib.notices.grids.rows import (
    Problem,
    ScoreRow,
    find_misprints,
    note_no_unit,
    note_problem,
    plain_title,
    read_row,
    squeeze_spaces,
)

DIGIT = re.compile(r"\d")
PROSE = re.compile("[,。;:!?]")
DAY = re.compile(r"\d{4}[年-]")


def read_rows(
    lines: list[Line], keys: list[str], header: Header, problems: list[Problem]
) -> tuple[list[ScoreRow], int]:
    """Read the rows below a header until the pattern or the next header ends them. Return them, and where they end.

    If the next row begins early, a cell is missing; if late, the lines between are a group title, the rest of a remark,
    or unread.
    """
    layout, at = header.layout, header.end
    below = range(at + layout.unit_at + 1, len(keys))
    ends = (n for n in below if layout.is_header(keys, n))
    keys = keys[: next(ends, len(keys))]
    rows: list[ScoreRow] = []
    longest = 0  # lines that a remark has filled beyond its first
    group = plain_title(lines[header.title].printed) if header.title is not None else None
    while True:
        following = _next_start(keys, at, layout, len(rows) + 1)
        end = min(at + layout.width, len(keys) if following is None else following)
        if following is None and (layout.n_remarks or not layout.fits(keys[at:end])):
            end = _end_by_prose(keys, at, end, layout)
        if end == at + layout.width != following:
            end = _cut_row(keys, end, layout, rows)
        row = _read_row(lines[at:end], layout, problems)
        rows.append(replace(row, group=group) if group and not row.group else row)
        upto = _end_remarks(keys, end, longest) if following is None else following
        longest = max(longest, upto - end if layout.meanings[-1] == "extra" else 0)
        if titles := _read_between(lines[end:upto], rows, layout, problems):
            group = plain_title(titles[-1].printed)
        if following is None:
            break
        at = following
    upto = _skip_sums(lines[: len(keys)], upto, layout, problems)
    if (rest := _find_rest(keys, upto, layout)) is not None:
        problems.append(note_problem("table_unread", "below_rows", lines[rest].place, found=keys[rest]))
    return rows, upto


def _read_between(between: Sequence[Line], rows: list[ScoreRow], layout: Layout, problems: list[Problem]) -> list[Line]:
    """Read what stands between two rows: group titles, which are given back, sums, and more lines of a remark."""
    titles = [line for line in between[-1:] if layout.is_title(line.key)]
    rest = between[: len(between) - len(titles)]
    if rest and layout.sums_up(rest[0].key):
        problems.append(note_no_unit(rest[0]))
        rest = rest[layout.width :]
    for line in rest:
        if layout.meanings[-1] == "extra" and not NUMBER.fullmatch(line.key):
            remark = layout.columns[-1]
            problems += find_misprints(rows[-1].unit, line)
            whole = " ".join(part for part in (rows[-1].extra.get(remark), squeeze_spaces(line.text)) if part)
            rows[-1] = replace(rows[-1], extra={**rows[-1].extra, remark: whole})
        else:
            problems.append(note_problem("table_unread", "between_rows", line.place, found=line.key))
    return titles


def _skip_sums(lines: Sequence[Line], at: int, layout: Layout, problems: list[Problem]) -> int:
    """Return the end of the rows below the last unit that sum up: 合计, 平均分 and the numbers after them."""
    while at < len(lines) and layout.sums_up(lines[at].key) and not PROSE.search(lines[at].key):
        numbers = takewhile(lambda line: NUMBER.fullmatch(line.key), lines[at + 1 : at + layout.width])
        if not (n_numbers := sum(1 for _ in numbers)):
            break
        problems.append(note_no_unit(lines[at]))
        at += 1 + n_numbers
    return at


def _end_remarks(keys: list[str], end: int, longest: int) -> int:
    """Return the end of the remark of the last row, which may fill as many lines as the `longest` above.

    Its lines look alike, with figures or without, and are no sentences.
    """
    for n in range(end, min(end + longest, len(keys))):
        with_figures = DIGIT.search(keys[end - 1]) is not None
        if PROSE.search(keys[n]) or (DIGIT.search(keys[n]) is not None) != with_figures:
            return n
    return min(end + longest, len(keys))


def _end_by_prose(keys: list[str], at: int, end: int, layout: Layout) -> int:
    """Return the end of a last row that lacks cells: a sentence after its unit is not of it."""
    if layout.fits(keys[at:end]):
        return end
    return next((n for n in range(at + layout.unit_at + 1, end) if SENTENCE.match(keys[n])), end)


def _cut_row(keys: list[str], end: int, layout: Layout, rows: list[ScoreRow]) -> int:
    """Return where a row ends if no row follows it: a last cell that does not fit its column is left to what follows.

    A score that is no number stays: 缺考 stands for one. A sentence is no remark where no other remark is one.
    """
    last, cell = layout.meanings[-1], keys[end - 1]
    if last == "extra":
        remarks = [row.extra.get(layout.columns[-1], "") for row in rows]
        return end - 1 if PROSE.search(cell) and remarks and not any(map(PROSE.search, remarks)) else end
    return end - 1 if last in ("rank", "tier") and not layout.looks_like(last, cell) else end


def _find_rest(keys: list[str], end: int, layout: Layout) -> int | None:
    """Find what may be the rest of a table: a unit just below it that signs nothing, or a number that stands alone."""
    signs = any(DAY.match(key) for key in keys[end + 1 : end + 2])
    if keys[end : end + 1] and layout.names_known(keys[end]) and layout.looks_like("unit", keys[end]) and not signs:
        return end
    return next((n for n in range(end, len(keys)) if NUMBER.fullmatch(keys[n])), None)


def _next_start(keys: list[str], at: int, layout: Layout, n_rows: int) -> int | None:
    """Find the next row: one width on if the pattern holds, else the nearest place where it holds again.

    A row whose number goes on comes first, even early: below 2, 乙局 the cells 3, 丙局, 95 are a row; 3 is no score.
    """
    whole = at + layout.width
    if whole < len(keys) and layout.is_title(keys[whole]) and layout.starts(keys, whole + 1):
        return whole + 1
    ways = []
    for n in range(at + layout.unit_at + 1, whole + 1):
        if layout.starts(keys, n) and (n == whole or layout.confirms(keys, at, n)):
            skipped = layout.count_skipped(keys, at, n, n_rows)
            ways += [] if skipped is None else [(skipped, n != whole, n)]
    if ways:
        return min(ways)[-1]
    if layout.starts(keys, whole):
        return whole
    for n in range(whole + 1, at + 3 * layout.width):
        if layout.starts(keys, n) and layout.confirms(keys, at, n):
            # Below a title or a sum the numbers may begin again.
            parts = any(layout.is_title(key) or layout.sums_up(key) for key in keys[at + 1 : n])
            if parts or layout.count_skipped(keys, at, n, n_rows) is not None:
                return n
    return None


def _read_row(lines: Sequence[Line], layout: Layout, problems: list[Problem]) -> ScoreRow:
    placed = _place_cells(lines, layout)
    if len(placed) < layout.width - layout.n_remarks:
        named = placed[layout.unit_at]
        problems.append(
            note_problem(
                "row_incomplete", "cells", named.place, unit=named.printed, cells=len(lines), width=layout.width
            )
        )
    return read_row(placed, layout, problems)


def _place_cells(lines: Sequence[Line], layout: Layout) -> dict[int, Line]:
    """Return the column of each cell of a row.

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
