"""The raw text of a notice as HTML: each line under its number, what was read highlighted, problems beside it.

Each line and each cell of a table has an anchor made of its place (`documents.anchor_of`), so that any number of a
report can lead to where the notice prints it. A table that is printed one cell a line is drawn as a table, and each of
its rows is named as a holder of the notice would find it. Lines that are our summary are marked as such.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import takewhile
from math import floor

from markupsafe import Markup, escape

from audit_lib.documents.model import Block, Grid, Line, anchor_of
from audit_lib.documents.scan_lines import ScanLine
from audit_lib.notices.grids.rows import ScoreRow
from audit_lib.notices.notice import Notice
from audit_lib.pages.highlights import KINDS, Highlights, highlight, mark
from audit_lib.tables.build import Reading
from audit_lib.wording.form import PREAMBLE, list_summarised
from audit_lib.wording.words import Words

ANNEX = "附件"


@dataclass(frozen=True)
class PageProblem:
    """A finding of a check, in words. `anchor` is None where it speaks of no place of the file."""

    number: int
    severity: str
    message: str
    treatment: str
    place: str | None
    anchor: str | None


class NoticeText:
    """The raw text being drawn as HTML. Each place gets its anchor once, and each problem is shown beside it once."""

    def __init__(self, reading: Reading, highlights: Highlights, problems: list[PageProblem], words: Words) -> None:
        self.highlights, self.words, self.lang = highlights, words, words("page.lang")
        self.drawn: set[str] = set()
        self.rows = _find_printed_rows(reading.notice)
        self.summarised = _find_summarised(reading)
        lines = reading.notice.document.lines
        annex_at = next((at for at, line in enumerate(lines) if line.text.strip().startswith(ANNEX)), len(lines))
        self.in_annex = {id(line) for line in lines[annex_at + 1 :]}
        self.beside: dict[str, list[PageProblem]] = {}
        for problem in problems:
            if problem.anchor:
                self.beside.setdefault(problem.anchor, []).append(problem)

    def draw(self, blocks: Iterable[Block]) -> Iterator[Markup]:
        """Yield the HTML of each line and table. A table that only lays out the page gives way to what it holds."""
        rows: list[tuple[int, ScoreRow]] = []
        for block in blocks:
            if isinstance(block, Line) and not block.key:
                continue
            row = self.rows.get(id(block)) if isinstance(block, Line) else None
            if row is not None:
                rows += [row] if row not in rows[-1:] else []
                continue
            if rows:
                yield self.draw_rows(rows)
                rows = []
            if isinstance(block, Grid):
                is_layout = any(isinstance(inner, Grid) for inner in block.blocks)
                yield from self.draw(block.blocks) if is_layout else self.draw_grid(block)
            else:
                yield self.draw_line(block)
        if rows:
            yield self.draw_rows(rows)

    def draw_rows(self, rows: list[tuple[int, ScoreRow]]) -> Markup:
        """Draw rows that are printed one cell a line as a table, each named by its number in the notice's table."""
        kinds = list(dict.fromkeys(kind for _, row in rows for kind, _ in row.cells))
        heads = Markup("").join(Markup('<th scope="col">{}</th>').format(self.name_kind(kind)) for kind in kinds)
        body = Markup("\n").join(self.draw_row(number, row, kinds) for number, row in rows)
        html = Markup(
            '<section class="table" tabindex="0" aria-label="{}"><table><thead><tr>'
            '<th scope="col" lang="{}">{}</th>{}</tr></thead><tbody>{}</tbody></table></section>'
        )
        return html.format(self.words("notice.table"), self.lang, self.words("notice.row"), heads, body)

    def draw_row(self, number: int, row: ScoreRow, kinds: list[str]) -> Markup:
        cells: dict[str, list[Line]] = {}
        for kind, line in row.cells:
            cells.setdefault(kind, []).append(line)
        drawn = Markup("").join(self.draw_cells(cells.get(kind, [])) for kind in kinds)
        is_annex = id(row.cells[0][1]) in self.in_annex
        name = self.words("notice.annex_row" if is_annex else "notice.table_row", n=number)
        head = Markup('<th scope="row" lang="{}">{} <small>{}</small></th>')
        place = self.words.place(row.place)
        under = _draw_under(self.draw_beside(line for _, line in row.cells), len(kinds))
        return Markup("<tr>{}{}</tr>{}").format(head.format(self.lang, name, place), drawn, under)

    def draw_cells(self, lines: list[Line]) -> Markup:
        """Draw a cell of a row, each of its lines with its anchor."""
        html = Markup("<span{}>{}</span>")
        texts = (html.format(_id(self.take_anchor(line.place)), self.draw_text(line)) for line in lines)
        return Markup("<td>{}</td>").format(Markup("<br>").join(texts))

    def name_kind(self, kind: str) -> str:
        return self.words.heading({"unit": "unit_name", "other": "note"}.get(kind, kind))

    def draw_line(self, line: Line) -> Markup:
        anchor = self.take_anchor(line.place)
        html = Markup('<div class="line{}"{}>{}<p>{}{}</p>{}</div>')
        is_ours = line.place in self.summarised
        tag = Markup('<span class="tag" lang="{}">{}</span> ').format(self.lang, self.words("notice.ours"))
        shown = tag if is_ours else "", self.draw_text(line), self.draw_beside([line])
        return html.format(" ours" if is_ours else "", _id(anchor), _head(line, anchor, self.words), *shown)

    def draw_text(self, line: Line) -> Markup:
        if kind := self.highlights.whole.get(id(line)):
            return mark(line.text.strip(), kind) if kind in KINDS else escape(line.text.strip())
        return highlight(line.text.strip(), self.highlights.inside.get(line.place, []))

    def draw_beside(self, lines: Iterable[Line]) -> Markup:
        """Draw the problems of some places, below each other."""
        anchors = dict.fromkeys(anchor_of(line.place) for line in lines)
        html = Markup('<p class="is-{}"><a href="#problem{}">{}</a> {}</p>')
        notes = [
            html.format(problem.severity, problem.number, self.words.name(problem.severity), problem.message)
            for anchor in anchors
            for problem in self.beside.pop(anchor, [])
        ]
        note = Markup('<div class="aside" role="note" lang="{}">{}</div>')
        return note.format(self.lang, Markup("").join(notes)) if notes else Markup("")

    def draw_grid(self, grid: Grid) -> Iterator[Markup]:
        """Yield a table row by row. A merged cell is drawn once; the problems of a row are a row below it."""
        label = self.words("notice.table")
        yield Markup('<section class="table" tabindex="0" aria-label="{}"><table><tbody>').format(label)
        beside = [self.draw_beside(line for line in row if line.key) for row in grid.rows]
        seen: set[int] = set()
        for at, row in enumerate(grid.rows):
            cells: list[tuple[int, Line]] = []
            for column, line in enumerate(row):
                if id(line) not in seen:
                    seen.add(id(line))
                    cells.append((column, line))
            head = next((line for _, line in cells if line.key), row[0])
            is_line = len({line.place for _, line in cells if line.key}) == 1  # else each cell has a place of its own
            anchor = self.take_anchor(head.place) if is_line else None
            drawn = Markup("").join(self.draw_cell(line, _measure(grid, at, column, beside)) for column, line in cells)
            number = _head(head, anchor_of(head.place) if head.key else None, self.words)
            yield Markup('<tr{}><th scope="row">{}</th>{}</tr>').format(_id(anchor), number, drawn)
            yield from filter(None, [_draw_under(beside[at], len(row))])
        yield Markup("</tbody></table></section>")

    def draw_cell(self, line: Line, spans: str) -> Markup:
        anchor = self.take_anchor(line.place) if line.key else None
        return Markup("<td{}{}>{}</td>").format(_id(anchor), Markup(spans), self.draw_text(line))

    def take_anchor(self, place: str) -> str | None:
        """Return the anchor of a place to what is first drawn of it; None to the rest."""
        anchor = anchor_of(place)
        if anchor in self.drawn:
            return None
        self.drawn.add(anchor)
        return anchor


def _find_summarised(reading: Reading) -> set[str]:
    """Find the places of the lines that are our summary: those of the sections that notices.csv names."""
    ours = set(list_summarised(reading.record))
    sections = {each.place: each.numeral for each in reading.notice.headings if each.level == "section"}
    found, section = set(), PREAMBLE
    for line in reading.notice.document.lines:
        section = "" if line.text.strip().startswith(ANNEX) else sections.get(line.place, section)
        is_prose = section != PREAMBLE or line.text.strip().endswith("。")  # before the first section is the header too
        if section in ours and line.place not in sections and is_prose:
            found.add(line.place)
    return found


def _find_printed_rows(notice: Notice) -> dict[int, tuple[int, ScoreRow]]:
    """Find the rows that are printed one cell a line, each with its number in its table, by the identity of lines."""
    lines = {id(line) for line in notice.document.lines}
    return {
        id(line): (number, row)
        for table in notice.tables
        for number, row in enumerate(table.rows, start=1)
        if len(row.cells) > 1 and len({cell.place for _, cell in row.cells}) == len(row.cells)
        for _, line in row.cells
        if id(line) in lines
    }


def _draw_under(beside: Markup, n_columns: int) -> Markup:
    """Draw problems as a row below theirs; nothing where there are none."""
    return Markup('<tr><td class="under" colspan="{}">{}</td></tr>').format(n_columns + 1, beside) if beside else beside


def _id(anchor: str | None) -> Markup:
    return Markup(' id="{}"').format(anchor) if anchor else Markup("")


def _head(line: Line, anchor: str | None, words: Words) -> Markup:
    """Draw the number of a line, or the address of a cell, as a link to itself; the whole place as its title."""
    place = re.sub(r"^.+ (?=page \d|line \d)", "", line.place)
    short = place.removeprefix("line ").partition(" part ")[0].rpartition("!")[2]
    short = short.removeprefix("page ").replace(" line ", "·")
    title = words.place(line.place) if place != line.place else ""
    if isinstance(line, ScanLine):
        short = words("notice.picture", page=short.partition(" ")[0])
        title = words("notice.confidence", place=title, confidence=f"{floor(100 * line.confidence) / 100:.2f}")
    about = Markup(' title="{}"').format(title) if title else ""
    if anchor is None:
        return Markup('<span class="at"{}>{}</span>').format(about, short)
    return Markup('<a class="at" href="#{}"{}>{}</a>').format(anchor, about, short)


def _measure(grid: Grid, at: int, column: int, beside: list[Markup]) -> str:
    """Measure a merged cell in columns and rows, the rows of problems between its own among them."""
    line = grid.rows[at][column]
    wide = sum(1 for _ in takewhile(lambda other: other is line, grid.rows[at][column:]))
    tall = sum(1 for _ in takewhile(lambda row: row[column] is line, grid.rows[at:]))
    tall += sum(1 for notes in beside[at : at + tall - 1] if notes)
    return (f' colspan="{wide}"' if wide > 1 else "") + (f' rowspan="{tall}"' if tall > 1 else "")
