"""Read rows of plain text whose cells tabs or spaces part, below a header or without one."""

import re
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import accumulate, groupby, pairwise
from unicodedata import east_asian_width

from audit_lib.documents.model import Line
from audit_lib.notices.grids.columns import is_value
from audit_lib.notices.grids.layouts import make_layout, number_names
from audit_lib.notices.words.dates import is_date
from audit_lib.notices.words.vocabulary import Vocabulary

FEWEST_IN_COLUMN = 3  # cells
LONGEST_ROW = 20  # cells
ROWS_TO_ALIGN = 12  # that tell where the columns begin
LONGEST_TITLE = 20  # characters of a line between rows, or of a row that holds a sign of sentences
LONGEST_LINE = 80  # characters of a row without a header
SENTENCE_SIGN = re.compile("[,。;:!?]")
PAIR = re.compile(r"([^\W\d])(?:[:\uff1a]+\s*(?=-?\d)|(?:—+|-{2,})\s*(?=\d))(-?\d+(?:\.\d+)?%?)\s*$")  # 甲镇:95
GAPPED = re.compile(r"\S(?:\s?\S)*")  # cells with wide gaps between them
WIDEST, WIDE = re.compile(r"\s{3,}"), re.compile(r"\s{2,}")
MANY = re.compile(r"\S\s+\S|[^\W\d].*\d|\d.*[^\W\d]")  # what may be several cells
GLUED = re.compile(r"(?<=[\u4e00-\u9fff])(?=\d+(?:\.\d+)?$)")  # 甲镇88.5
LABELLED = re.compile(r"(?<=\s)(?P<label>[^\W\d]{1,8})[:\uff1a]\s*(?=\d)")  # 甲镇 得分:96.31分
FILLER = re.compile("[【】]|(?<=\\s)[—–-]{1,3}(?=\\s)|…+|\\.{3,}")  # 【第1名】 甲镇 —— 94.62分
SPACE = re.compile(r"\s")
NUMBER_AHEAD = re.compile(r"^\s*(\d{1,3})\s*[.、\uff0e)\uff09]\s*(?!\d)")


def take_spaced(lines: Sequence[Line], at: int, vocabulary: Vocabulary) -> tuple[list[list[Line]], int]:
    """Return the rows between spaces or tabs that begin with a header here, and where they end."""
    header = _split_spaces(lines[at], None, vocabulary)
    if not 1 < len([cell for cell in header if cell.key]) <= LONGEST_ROW:
        return [], at
    is_headed = any(vocabulary.meaning_of(cell.key) for cell in header)
    is_turned = len(header) >= FEWEST_IN_COLUMN and all(
        vocabulary.names_unit(cell.key) or vocabulary.sums_up(cell.key) for cell in header[1:]
    )
    if not (is_headed or is_turned) or any(is_value(cell.key) for cell in header):
        return [], at
    below = [[cell.key for cell in _split_spaces(line, len(header))] for line in lines[at + 1 : at + 4]]
    is_sure = make_layout(number_names(cell.key for cell in header), vocabulary, below) is not None
    rows = [header]
    starts: list[int] = []  # where the columns begin, once a row lacks a cell
    end = at
    title: list[Line] = []  # the title of a group, if rows follow
    for n in range(at + 1, len(lines)):
        if not lines[n].key:
            continue
        cells = _split_spaces(lines[n], len(header))
        if len(cells) < len(header):
            starts = starts or _find_starts(lines[at : at + ROWS_TO_ALIGN], len(header))
            cells = _place_aligned(lines[n], starts) or cells
        if len(cells) < 2 and not title and len(rows[-1]) > 1 and _may_title(lines[n]):
            title = [lines[n]]
            continue
        is_row = any(is_value(cell.key) or cell.key in vocabulary.tier for cell in cells)
        if is_sure and len(cells) == len(header):  # whatever is printed for a score: 缺考
            is_row |= "\t" in lines[n].text or any(vocabulary.names_unit(cell.key) for cell in cells)
        if len([cell for cell in cells if cell.key]) < 2 or not is_row:
            break
        rows += [title * len(header)] if title else []
        rows.append(cells)
        title = []
        end = n + 1
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


def take_bare(
    lines: Sequence[Line], at: int, vocabulary: Vocabulary, ragged: list[int]
) -> tuple[list[list[Line]], int]:
    """Return lines below no header that each hold a name and numbers or a tier between spaces, and where they end.

    `ragged` keeps where a row had more or fewer cells than those above it: no table begins among those.
    """
    rows: list[list[Line]] = []
    end = at
    if at < max(ragged, default=0):
        return [], at
    for n in range(at, len(lines)):
        if not lines[n].key:
            continue
        is_prose = SENTENCE_SIGN.search(lines[n].key) and len(lines[n].key) > LONGEST_TITLE
        if is_prose or len(lines[n].key) > LONGEST_LINE or not MANY.search(lines[n].text):
            break
        text = lines[n].text.replace("\u3000", " ")
        text = " ".join(FILLER.sub(" ", text).split()) if FILLER.search(text) else text
        text = LABELLED.sub(partial(_drop_label, vocabulary=vocabulary), text)
        number = NUMBER_AHEAD.match(text)
        text = PAIR.sub(r"\1 \2", text[number.end() :] if number else text)
        ahead = [Line(lines[n].place, number[1])] if number else []
        cells = [*ahead, *_split_spaces(Line(lines[n].place, text), len(rows[0]) - len(ahead) if rows else None)]
        named = [cell for cell in cells if vocabulary.names_unit(cell.key)]
        if rows and not named and len(cells) == len(rows[0]):
            named = [cell for cell in cells if not is_value(cell.key) and not vocabulary.may_grade(cell.key)]
        rest = [cell.key for cell in cells if cell not in named]
        is_listed = len(rest) == 1 and cells[0] not in named and rest[0].isdecimal()  # 1. 财政局
        if (
            len(named) != 1
            or not rest
            or is_listed
            or not all(is_value(key) or vocabulary.may_grade(key) for key in rest)
        ):
            break
        if rows and len(cells) != len(rows[0]):
            ragged[:] = [n]
            return [], at
        rows.append(cells)
        end = n + 1
    return (rows, end) if len(rows) > 1 else ([], at)


def _drop_label(found: re.Match[str], vocabulary: Vocabulary) -> str:
    return "" if vocabulary.is_score_word(found["label"]) else found[0]


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
    if width and ways and len(ways[-1]) == width - 1:
        parted = [piece for cell in ways[-1] for piece in GLUED.split(cell)]
        if len(parted) == width:
            return [Line(line.place, cell) for cell in parted]
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
