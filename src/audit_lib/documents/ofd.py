"""OFD documents, the national format for signed ones (GB/T 33190): lines, and tables by where their cells stand."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from math import inf
from typing import Any

import ofdkit

from audit_lib.documents.characters import COLUMN_GAP, Char, PrintedLine, join_lines, split_lines, write_line
from audit_lib.documents.model import Block, Line, UnreadableError
from audit_lib.documents.spans import draw_grid

MOST_PAGES = 1_000
LONG = 20  # characters: shorter lines are names and headings
AS_PDF = "text: export it as PDF, which audit-lib add reads as a scan"
EXPECTED = "a whole document; else the same exported as PDF"
_SPACES = re.compile(r"\s+")


def read_ofd(content: bytes) -> list[Block]:
    """Return the lines and tables of a document. A place counts the lines of a page from the top.

    Raises UnreadableError for a document whose pages or templates are not all there.
    """
    try:
        with ofdkit.open(content) as document:
            if len(document.pages) > MOST_PAGES:
                raise UnreadableError(f"an OFD document of more than {MOST_PAGES:,} pages", "a notice")
            blocks = [block for page in document.pages for block in _read_page(page)]
            if document.warnings:
                raise UnreadableError(f"an OFD document with a part missing: {document.warnings[0]}", EXPECTED)
    except ofdkit.OFDError as error:
        raise UnreadableError(f"a damaged OFD document: {error}", EXPECTED) from None
    if not blocks:
        n_pages = len(document.pages)
        raise UnreadableError(f"{n_pages} page{'s' * (n_pages != 1)} of pictures without text", AS_PDF)
    return blocks


@dataclass(frozen=True)
class _Cell:
    """What stands together on a line: from where to where across the page, and its text."""

    left: float
    right: float
    line: Line


def _read_page(page: Any) -> Iterator[Block]:
    # All of it: some programs draw beyond the box that they state.
    printed = split_lines(map(_as_char, page.runs), f"page {page.index + 1} ")
    rows = [(line, cells) for line in printed if (cells := _split_cells(line))]
    prose = [line for line, cells in rows if len(cells) == 1 and len(cells[0].line.text) >= LONG]
    left, right = min((line.left for line in prose), default=0.0), _find_right(prose)
    for is_table, group in groupby(rows, key=lambda row: len(row[1]) > 1):
        grouped = list(group)
        if is_table:
            yield from _draw_table([cells for _, cells in grouped])
        else:
            written = [(line, cells[0].line.text) for line, cells in grouped]
            yield from (Line(line.place, text) for line, text in join_lines(written, left, right))


def _find_right(lines: list[PrintedLine]) -> float:
    """Find the right margin, where several long lines end; beyond all print where there is none."""
    ends = sorted((line.right for line in lines), reverse=True)
    is_shared = len(ends) > 2 and ends[0] - ends[2] < lines[0].size
    return ends[2] if is_shared else inf


def _split_cells(printed: PrintedLine) -> list[_Cell]:
    """Split a line where a gap is wider than a character. Spaces inside a run part only its words."""
    groups: list[list[Char]] = []
    for run in printed.chars:
        if groups and run["x0"] - groups[-1][-1]["x1"] <= COLUMN_GAP * run["size"]:
            groups[-1].append(run)
        else:
            groups.append([run])
    if len(groups) == 1 and len(groups[0]) == 1:  # a run that is alone may separate columns by spaces
        texts = [str(groups[0][0]["text"]).strip()]
    else:
        texts = [write_line([run | {"text": _SPACES.sub(" ", run["text"])} for run in runs]) for runs in groups]
    return [
        _Cell(runs[0]["x0"], runs[-1]["x1"], Line(printed.place, text))
        for runs, text in zip(groups, texts, strict=True)
        if text
    ]


def _draw_table(rows: list[list[_Cell]]) -> Iterator[Block]:
    """Draw lines of several cells as a table, whose columns are what its cells cover; else as lines."""
    rights: list[float] = []  # of the columns
    lefts: list[float] = []
    for cell in sorted((cell for row in rows for cell in row), key=lambda cell: cell.left):
        if rights and cell.left < rights[-1]:
            rights[-1] = max(rights[-1], cell.right)
        else:
            lefts.append(cell.left)
            rights.append(cell.right)
    fields = [{bisect_right(lefts, cell.left) - 1: cell.line for cell in row} for row in rows]
    if len(rows) > 1 and all(len(field) == len(row) for field, row in zip(fields, rows, strict=True)):
        yield draw_grid([row[0].line.place for row in rows], fields)
    else:  # one line alone, or a cell over two columns: columns two spaces apart
        yield from (Line(row[0].line.place, "  ".join(cell.line.text for cell in row)) for row in rows)


def _as_char(run: Any) -> Char:
    """Describe a run as the character of a PDF is: its text, its box, and its size.

    Some programs write no size; then the advance of its characters is.
    """
    size = run.size or run.width / len(run.text) or 1.0
    return {
        "text": run.text,
        "x0": run.x,
        "x1": run.x + (run.width or size * len(run.text) / 2),
        "top": run.y - size,
        "bottom": run.y,
        "height": size,
        "size": size,
    }
