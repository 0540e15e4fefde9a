"""PDF files with text: ruled tables as tables, everything else as lines."""

import io
import re
from bisect import bisect_right
from dataclasses import dataclass
from itertools import islice, pairwise
from typing import Any

import pdfplumber
from pdfminer.pdfdocument import PDFEncryptionError, PDFPasswordIncorrect
from pdfminer.pdfpage import PDFPage
from pdfplumber.utils.exceptions import PdfminerException

from audit_lib.documents.characters import (
    Char,
    PrintedLine,
    find_gutters,
    join_lines,
    middle_of,
    print_once,
    split_lines,
    write_line,
)
from audit_lib.documents.kinds import RUN_OCR
from audit_lib.documents.model import Block, Grid, Line, UnreadableError
from audit_lib.documents.office import NO_PASSWORD
from audit_lib.documents.spans import check_fields, draw_grid

MOST_PAGES = 1_000
# - 2 - and 第2页,共3页
PAGE_NUMBER = re.compile(r"[-\u2010-\u2015·]+\d{1,4}[-\u2010-\u2015·]+|第\d{1,4}页(?:[,/]?共\d{1,4}页)?")
PICTURED = 0.5  # of a page: a larger picture is the page, a smaller one is on it
INVISIBLE = 3  # the mode in which scanners write what they recognised (ISO 32000, 9.3.6)
MOST_UNNAMED = 0.5  # of all characters: a few are bullets

Box = tuple[float, float, float, float]


def read_pdf(content: bytes) -> list[Block]:
    """Return the blocks of a PDF. A place counts the lines of a page from the top, those inside tables too.

    Raises UnreadableError where a page is a picture, and where the font does not say which characters it prints.
    """
    blocks: list[Block] = []
    pictures, n_chars, n_unnamed = 0, 0, 0
    try:
        pdf = pdfplumber.open(io.BytesIO(content))  # not closed: closing loads every page first
        n_pages = _count_pages(pdf.doc)
        for page in pdf.pages:
            pictures += _is_picture(page, content)
            n_chars += len(page.chars)
            n_unnamed += sum(char["text"].startswith("(cid:") for char in page.chars)
            blocks += read_page(page)
            page.close()  # forget it: pages of rules and pictures are large
    except PdfminerException as error:
        if error.args and isinstance(error.args[0], PDFPasswordIncorrect | PDFEncryptionError):
            raise UnreadableError("an encrypted PDF", NO_PASSWORD) from None
        raise
    if pictures or not blocks:
        pages = "1 page" if n_pages == 1 else f"{n_pages} pages"
        some = f"{pictures} of {pages}" if 0 < pictures < n_pages else pages
        raise UnreadableError(f"{some} of pictures without a text layer", RUN_OCR)
    if n_unnamed > MOST_UNNAMED * n_chars:
        raise UnreadableError("a PDF whose font does not say which characters it prints", RUN_OCR)
    return blocks


def _is_picture(page: Any, content: bytes) -> bool:
    """Check whether a page is a picture. Invisible text on it is what a scanner recognised."""
    covered = sum((each["x1"] - each["x0"]) * (each["bottom"] - each["top"]) for each in page.images)
    if covered <= PICTURED * page.width * page.height:
        return False
    return not page.chars or _hides_text(content, page.page_number)


def _hides_text(content: bytes, number: int) -> bool:
    """Check whether most text of a page is invisible."""
    import pypdfium2

    page = pypdfium2.PdfDocument(content)[number - 1]
    texts = list(page.get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_TEXT]))
    hidden = [pypdfium2.raw.FPDFTextObj_GetTextRenderMode(text.raw) == INVISIBLE for text in texts]
    return bool(2 * sum(hidden) > len(hidden))


def _count_pages(document: Any) -> int:
    n_pages = sum(1 for _ in islice(PDFPage.create_pages(document), MOST_PAGES + 1))
    if n_pages > MOST_PAGES:
        raise UnreadableError(f"a PDF of more than {MOST_PAGES:,} pages", "a notice")
    return n_pages


@dataclass(frozen=True)
class _Table:
    """A ruled table: where its columns begin and its rows begin, and which cell covers each field."""

    box: Box
    lefts: list[float]
    tops: list[float]
    covers: dict[tuple[int, int], Box]

    def cell_at(self, char: Char) -> Box | None:
        """The cell in which the middle of a character stands."""
        x, y = (char["x0"] + char["x1"]) / 2, middle_of(char)
        cell = self.covers.get((bisect_right(self.tops, y) - 1, bisect_right(self.lefts, x) - 1))
        return cell if cell and cell[0] <= x <= cell[2] and cell[1] <= y <= cell[3] else None


def read_page(page: Any) -> list[Block]:
    """Return the lines and tables of a page from top to bottom."""
    lines = split_lines(print_once(page.chars), f"page {page.page_number} ")
    tables = sorted((_measure_table(found) for found in page.find_tables()), key=_area)
    placed: list[tuple[float, Block]] = []
    for table in tables:  # the smallest first: a frame around the page does not hold the tables in it
        if len(table.covers) < 2:
            continue
        cells, lines = _claim_chars(table, lines)
        if cells:
            placed.append((table.box[1], _draw_table(table, cells)))
    spaced = zip(lines, find_gutters(lines), strict=True)
    written = [(line, text) for line, gutters in spaced if (text := write_line(line.chars, gutters))]
    left = min((line.left for line, _ in written), default=0.0)
    joined = join_lines(written, left, float(page.width) - left)  # margins are as wide on both sides
    placed += [(line.top, Line(line.place, text)) for line, text in joined]
    blocks = [block for _, block in sorted(placed, key=lambda each: each[0])]
    return blocks[:-1] if _end_with_page_number(blocks, str(page.page_number)) else blocks


def _end_with_page_number(blocks: list[Block], number: str) -> bool:
    """Check whether the last line of a page is its number, which would part a table that goes on overleaf.

    A bare number is one only below a ruled table: in an unruled one it may be a cell.
    """
    last, above = (blocks[-1], blocks[-2]) if len(blocks) > 1 else (None, None)
    return isinstance(last, Line) and (
        PAGE_NUMBER.fullmatch(last.key) is not None or (last.key == number and isinstance(above, Grid))
    )


def _measure_table(found: Any) -> _Table:
    cells: list[Box] = [tuple(cell) for cell in found.cells]
    lefts = sorted({cell[0] for cell in cells})
    tops = sorted({cell[1] for cell in cells})
    check_fields(len(lefts) * len(tops))
    covers: dict[tuple[int, int], Box] = {}
    for cell in cells:
        rows = range(bisect_right(tops, cell[1]) - 1, bisect_right(tops, cell[3] - 0.01))
        columns = range(bisect_right(lefts, cell[0]) - 1, bisect_right(lefts, cell[2] - 0.01))
        for row in rows:
            for column in columns:
                covers.setdefault((row, column), cell)
    return _Table(tuple(found.bbox), lefts, tops, covers)


def _area(table: _Table) -> float:
    left, top, right, bottom = table.box
    return (right - left) * (bottom - top)


def _claim_chars(table: _Table, lines: list[PrintedLine]) -> tuple[dict[Box, list[PrintedLine]], list[PrintedLine]]:
    """Split lines into what is in the cells of a table and what is left."""
    cells: dict[Box, list[PrintedLine]] = {}
    rest: list[PrintedLine] = []
    for line in lines:
        shares: dict[Box | None, list[Char]] = {}
        for char in line.chars:
            shares.setdefault(table.cell_at(char), []).append(char)
        for cell, chars in shares.items():
            share = PrintedLine(line.place, line.top, chars)
            if cell is None:
                rest.append(share)
            else:
                cells.setdefault(cell, []).append(share)
    return cells, rest


def _draw_table(table: _Table, cells: dict[Box, list[PrintedLine]]) -> Grid:
    drawn = {
        cell: Line(lines[0].place, " ".join(write_line(line.chars) for line in lines)) for cell, lines in cells.items()
    }
    first = min((lines[0] for lines in cells.values()), key=lambda line: line.top).place
    places: list[str] = []
    for top, below in pairwise([*table.tops, float("inf")]):  # an empty row stands where the one above it does
        inside = [lines[0] for lines in cells.values() if top <= lines[0].top < below]
        places.append(min(inside, key=lambda line: line.top).place if inside else (places or [first])[-1])
    fields: list[dict[int, Line]] = [{} for _ in table.tops]
    empty: dict[Box, Line] = {}
    for (row, column), cell in table.covers.items():
        fields[row][column] = drawn.get(cell) or empty.setdefault(cell, Line(places[row], ""))
    return draw_grid(places, fields)
