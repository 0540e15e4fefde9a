"""The page of a notice: its raw text line by line under its number, what was read highlighted, problems beside it.

Each line and each cell of a table has an anchor made of its place (`documents.anchor_of`), so that any number of a
report can lead to where the notice prints it. A table that is printed one cell a line is drawn as a table, and each of
its rows is named as a holder of the notice would find it. Lines that are our summary are marked as such.
"""

import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import takewhile
from math import floor
from typing import Any

from markupsafe import Markup, escape

from audit_lib.analysis.source import name_facts, trace_source
from audit_lib.documents.model import PADDING, Block, Document, Grid, Line, anchor_of
from audit_lib.documents.scan_lines import ScanLine
from audit_lib.notices.columns import HAN
from audit_lib.notices.notice import Notice
from audit_lib.notices.rows import ScoreRow
from audit_lib.pages.notice_facts import read_first
from audit_lib.tables.build import Reading
from audit_lib.tables.check_registry import Outcome, run_checks
from audit_lib.tables.schemas import SEVERITIES
from audit_lib.wording.form import PREAMBLE, is_full_text, list_summarised
from audit_lib.wording.words import Words

KINDS = ("unit", "score", "rank", "tier", "mention")  # of what is highlighted
ANNEX = "附件"
MOST_AHEAD = 50  # cells that are looked for in one stretch of print before it is taken to hold none of the rest


@dataclass(frozen=True)
class Problem:
    """What a check found, in words. `anchor` is None where it speaks of no place of the file."""

    number: int
    severity: str
    message: str
    treatment: str
    place: str | None
    anchor: str | None


Runs = list[deque[tuple[str, str]]]  # what is highlighted at a place, kind and print, in the order of print


@dataclass
class Highlights:
    """What to highlight: whole lines by their identity, stretches of print by their place."""

    kinds: set[str]
    whole: dict[int, str]
    inside: dict[str, Runs]


def frame_notice(reading: Reading, words: Words) -> dict[str, Any]:
    """Gather what the page of a notice shows. `text` is the raw text as HTML; what is in it is escaped."""
    document = reading.notice.document
    outcomes = run_checks(reading.evidence)
    problems = list_problems(outcomes, document, words)
    highlights = find_highlights(reading.notice)
    traced = trace_source(reading.notice, reading.record).dropna()
    source = {str(name): words.name(value) for name, value in traced.items()}
    return {
        "title": source.pop("title", document.path.name),
        "source": {name: (value, name_language(value, words)) for name, value in source.items()},
        "problems": problems,
        "n_silent": sum(outcome.applies and not outcome.findings for outcome in outcomes),
        "n_asked": sum(outcome.applies for outcome in outcomes),
        "text": Markup("\n").join(_Drawing(reading, highlights, problems, words).draw(document.blocks)),
        "is_full": is_full_text(reading.record),
        "box": read_first(reading.record, words),
        "note": words.word(None if reading.record is None else _find_note(reading, words)),
        "kinds": [kind for kind in KINDS if kind in highlights.kinds],
    }


def _find_note(reading: Reading, words: Words) -> str | None:
    """Find how our copy was made, as notices.csv says in English."""
    note = None if reading.record is None else reading.record.get("note")
    return None if note is None or not isinstance(note, str) or words("page.lang") != "en" else note


def find_summarised(reading: Reading) -> set[str]:
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


def name_language(text: str, words: Words) -> str:
    """Name the language of a text for a browser: Chinese where it has Chinese letters, else that of the page."""
    return "zh" if HAN.search(text) else words("page.lang")


def list_problems(outcomes: Iterable[Outcome], document: Document, words: Words) -> list[Problem]:
    """List what the checks found, the gravest first."""
    printed = {line.place for line in document.lines}
    found = [(outcome.check, finding) for outcome in outcomes for finding in outcome.findings]
    found.sort(key=lambda each: SEVERITIES.index(each[0].severity))
    return [
        Problem(
            number,
            check.severity,
            words(f"checks.{check.name}.message", **name_facts(finding.facts)),
            words(f"checks.{check.name}.treatment"),
            words.place(finding.place) if finding.place else None,
            anchor_of(finding.place) if finding.place in printed else None,
        )
        for number, (check, finding) in enumerate(found, start=1)
    ]


def find_highlights(notice: Notice) -> Highlights:
    """Find what was read: the cells of the rows, the entries of the tier lists, the units that the prose names."""
    lines = {id(line) for line in notice.document.lines}
    found = Highlights(set(), {}, {})
    rows, lists, prose = dict[str, Any](), dict[str, Any](), dict[str, Any]()
    for row in (row for table in notice.tables for row in table.rows):
        stated = [("unit", row.unit), *([] if row.score is None else [("score", f"{row.score:g}")])]
        cells = row.cells or [(kind, Line(row.place, text)) for kind, text in stated]
        for kind, cell in cells:
            if id(cell) in lines:
                found.whole[id(cell)] = kind
            else:
                rows.setdefault(cell.place, deque()).append((kind, cell.text.strip()))
            found.kinds.add(kind)
    for tier in notice.tiers:
        lists.setdefault(tier.place, deque()).extend(("tier", unit) for unit in tier.units)
        found.kinds.add("tier")
    for mention in notice.mentions:
        prose.setdefault(mention.place, []).append(deque([("mention", mention.unit)]))
        found.kinds.add("mention")
    for place in {*rows, *lists, *prose}:
        ordered = [found_here[place] for found_here in (rows, lists) if place in found_here]
        found.inside[place] = [*ordered, *prose.get(place, [])]
    return found


def highlight(text: str, runs: Runs) -> Markup:
    """Highlight stretches of a text, each run of them in its order; what is found is taken from the runs."""
    spans: list[tuple[int, int, str]] = []
    for run in runs:
        at = 0
        missed: list[tuple[str, str]] = []
        while run and len(missed) < MOST_AHEAD:
            kind, wanted = run.popleft()
            if (span := _find(text, wanted, at)) is None:
                missed.append((kind, wanted))
                continue
            at = span[1]
            spans.append((*span, kind))
        run.extendleft(reversed(missed))
    pieces: list[Markup] = []
    done = 0
    for start, end, kind in sorted(spans, key=lambda span: (span[0], -span[1])):  # the longer of two
        if start >= done and kind in KINDS:
            pieces += [escape(text[done:start]), _mark(text[start:end], kind)]
            done = end
    return Markup("").join([*pieces, escape(text[done:])])


def _mark(text: str, kind: str) -> Markup:
    return Markup('<mark class="{}">{}</mark>').format(kind, text)


def _find(text: str, wanted: str, at: int) -> tuple[int, int] | None:
    """Find words in a text: as they are, else with padding between their letters. A number is no part of another."""
    start = text.find(wanted, at)
    while start >= 0:
        end = start + len(wanted)
        if not _is_part(text, start, end):
            return start, end
        start = text.find(wanted, start + 1)
    plain = PADDING.sub("", wanted)
    if plain not in PADDING.sub("", text[at:]) or not PADDING.search(text, at):
        return None
    match = re.compile(f"{PADDING.pattern}*".join(map(re.escape, plain))).search(text, at)
    return match.span() if match and not _is_part(text, *match.span()) else None


def _is_part(text: str, start: int, end: int) -> bool:
    """Return whether a stretch of a text cuts a number: 88 in 88.5, 8 in 18."""
    cuts_before = re.search(r"\d\.?$", text[max(0, start - 2) : start]) and text[start].isdigit()
    cuts_after = re.match(r"\.?\d", text[end : end + 2]) and text[end - 1].isdigit()
    return bool(cuts_before or cuts_after)


class _Drawing:
    """The raw text being drawn as HTML. Each place gets its anchor once, and each problem stands beside it once."""

    def __init__(self, reading: Reading, highlights: Highlights, problems: list[Problem], words: Words) -> None:
        self.highlights, self.words = highlights, words
        self.drawn: set[str] = set()
        self.rows = _find_printed_rows(reading.notice)
        self.summarised = find_summarised(reading)
        lines = reading.notice.document.lines
        self.annex_at = next((at for at, line in enumerate(lines) if line.text.strip().startswith(ANNEX)), len(lines))
        self.order = {id(line): at for at, line in enumerate(lines)}
        self.beside: dict[str, list[Problem]] = {}
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
        lang = self.words("page.lang")
        return html.format(self.words("notice.table"), lang, self.words("notice.row"), heads, body)

    def draw_row(self, number: int, row: ScoreRow, kinds: list[str]) -> Markup:
        cells: dict[str, list[Line]] = {}
        for kind, line in row.cells:
            cells.setdefault(kind, []).append(line)
        drawn = Markup("").join(self.draw_cells(cells.get(kind, [])) for kind in kinds)
        first = row.cells[0][1]
        is_annex = self.order.get(id(first), 0) > self.annex_at
        name = self.words("notice.annex_row" if is_annex else "notice.table_row", n=number)
        head = Markup('<th scope="row" lang="{}">{} <small>{}</small></th>').format(
            self.words("page.lang"), name, self.words.place(row.place)
        )
        beside = self.draw_beside(line for _, line in row.cells)
        under = (
            Markup('<tr><td class="under" colspan="{}">{}</td></tr>').format(len(kinds) + 1, beside) if beside else ""
        )
        return Markup("<tr>{}{}</tr>{}").format(head, drawn, under)

    def draw_cells(self, lines: list[Line]) -> Markup:
        """Draw a cell of a row, each of its lines with its anchor."""
        texts = (
            Markup("<span{}>{}</span>").format(_id(self.take_anchor(line.place)), self.draw_text(line))
            for line in lines
        )
        return Markup("<td>{}</td>").format(Markup("<br>").join(texts))

    def name_kind(self, kind: str) -> str:
        return self.words.heading({"unit": "unit_name", "rank": "rank", "other": "note"}.get(kind, kind))

    def draw_line(self, line: Line) -> Markup:
        anchor = self.take_anchor(line.place)
        html = Markup('<div class="line{}"{}>{}<p>{}{}</p>{}</div>')
        is_ours = line.place in self.summarised
        ours = Markup('<span class="tag" lang="{}">{}</span> ').format(
            self.words("page.lang"), self.words("notice.ours")
        )
        first = ours if is_ours else ""
        return html.format(
            " ours" if is_ours else "", _id(anchor), _head(line, anchor, self.words), first, self.draw_text(line),
            self.draw_beside([line]),
        )  # fmt: skip

    def draw_text(self, line: Line) -> Markup:
        if kind := self.highlights.whole.get(id(line)):
            return _mark(line.text.strip(), kind) if kind in KINDS else escape(line.text.strip())
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
        return note.format(self.words("page.lang"), Markup("").join(notes)) if notes else Markup("")

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
            if beside[at]:
                yield Markup('<tr><td class="under" colspan="{}">{}</td></tr>').format(len(row) + 1, beside[at])
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


def _id(anchor: str | None) -> Markup:
    return Markup(' id="{}"').format(anchor) if anchor else Markup("")


def _head(line: Line, anchor: str | None, words: Words) -> Markup:
    """Draw the number of a line, or the address of a cell, as a link to itself; the whole place as its title."""
    place = re.sub(r"^.+ (?=page \d|line \d)", "", line.place)
    short = place.removeprefix("line ").rpartition("!")[2].removeprefix("page ").replace(" line ", "·")
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
