"""Doubt what a program read in pictures: a line is free of doubt only where everything speaks for it.

A row needs a name of the notice's own lists or of the reference, a serial that follows the one above, a score of the
scale that fits the order of the table, a reader that was sure, and no seal on it. Whether all rows were read is checked
first. A doubt ends with a person's answer: text as printed, `ok`, or `none` where nothing is printed.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import pairwise

from audit_lib.documents.model import Block, Document, squeeze
from audit_lib.documents.scan_lines import ScanLine
from audit_lib.errors import AuditError
from audit_lib.notices.notice import Notice, parse_notice
from audit_lib.notices.score_tables import ScoreTable
from audit_lib.tables.units import Registry, Unit

SURE = 0.95  # the confidence of the weakest word of a line that is free of doubt
HIGHEST = 100.0
MOSTLY = 0.9  # of the steps from row to row: then the table is in the order of its scores
AS_READ, NO_PRINT = "ok", "none"  # answers: the reading is right; nothing is printed there (letters of a seal)
NOTICE = "notice"  # the place of a doubt about the whole

Doubts = dict[str, list[str]]  # by place, that of the whole among them
Answers = Mapping[tuple[str, str], str]  # by place and text as read; of the whole by NOTICE and the doubt


def find_scan_lines(document: Document) -> dict[str, ScanLine]:
    """Return the lines that were read in pictures, by place."""
    return {line.place: line for line in document.lines if isinstance(line, ScanLine)}


def answer_lines(document: Document, answers: Answers) -> Document:
    """Return a document with the answered lines as printed: of several lines, or none, where the answer says so."""
    return replace(document, blocks=tuple(line for block in document.blocks for line in _answer(block, answers)))


def _answer(block: Block, answers: Answers) -> list[Block]:
    if not isinstance(block, ScanLine) or (answer := answers.get((block.place, block.text))) is None:
        return [block]
    sure = replace(block, confidence=1.0, is_sealed=False)
    if answer == AS_READ:
        return [sure]
    return [replace(sure, text=text) for text in answer.splitlines() if answer != NO_PRINT]


def find_open(document: Document, answers: Answers, registry: Registry) -> Doubts:
    """Return the doubts that no answer ends. None in a document without lines that were read in pictures."""
    doubts = find_doubts(answer_lines(document, answers), registry) if find_scan_lines(document) else {}
    answered = {place for place, _ in answers if place != NOTICE}
    whole = [doubt for doubt in doubts.pop(NOTICE, []) if (NOTICE, doubt) not in answers]
    ours = {place: found for place, found in doubts.items() if place not in answered}
    return {NOTICE: whole, **ours} if whole else ours


def find_doubts(document: Document, registry: Registry) -> Doubts:
    """Return the doubts about lines that were read in pictures, by place, answered or not; `notice` for the whole."""
    read = find_scan_lines(document)
    try:
        doubts = _doubt_notice(parse_notice(document), read, registry)
    except AuditError as error:
        doubts = {NOTICE: [str(error).partition(": ")[2]]}
    for line in read.values():
        if line.confidence < SURE:
            doubts.setdefault(line.place, []).append(f"read with confidence {line.confidence:.2f}")
        if line.is_sealed:
            doubts.setdefault(line.place, []).append("a seal lies on it")
    return doubts


def _doubt_notice(notice: Notice, read: Mapping[str, ScanLine], registry: Registry) -> Doubts:
    doubts: Doubts = {}
    others = {line.place for line in notice.document.lines if line.place not in read}
    found = [*((NOTICE, doubt) for doubt in _count(notice)), *_check_lists(notice, registry)]
    found += [(each.place if each.place in others | {*read} else NOTICE, each.message) for each in notice.problems]
    for table in notice.tables:
        found += [*_check_serials(table), *_check_order(table), *_check_twice(table), *_check_scores(table)]
    for place, doubt in found:
        if place not in others:  # what a file with text prints was not read wrong
            doubts.setdefault(place, []).append(doubt)
    return doubts


def _count(notice: Notice) -> Iterator[str]:
    """Check by the counts that the notice states whether all rows were read."""
    n_rows = sum(len(table.rows) for table in notice.tables)
    stated = notice.header.units_stated
    n_listed = sum(len(tier.units) for tier in notice.tiers)
    if not n_rows:
        yield "no row of a score table was read"
    elif stated is None and not n_listed:
        yield f"nothing in the notice says that {n_rows} rows are all"
    if stated is not None and n_rows not in {0, stated}:
        yield f"the notice states {stated} units, {n_rows} rows were read"
    if n_rows and n_listed and n_listed != n_rows:
        yield f"{n_listed} units are listed, {n_rows} rows were read"
    for tier in notice.tiers:
        if tier.stated is not None and tier.stated != len(tier.units):
            yield f"{tier.tier} states {tier.stated} units, {len(tier.units)} were read ({tier.place})"


def _check_lists(notice: Notice, registry: Registry) -> Iterator[tuple[str, str]]:
    """Find names of rows that no list and no reference has, and names of lists that no row and no reference has."""
    rows = [(row.place, row.unit) for table in notice.tables for row in table.rows]
    listed = [(tier.place, name) for tier in notice.tiers for name in tier.units]
    for names, others, where in ((rows, listed, "list"), (listed, rows, "row")):
        known = Registry("", {squeeze(name): Unit("", name) for _, name in others})
        for place, name in names:
            if known.resolve(name) is None and registry.resolve(name) is None:
                yield place, f"{name} stands in no {where} and not in the reference"


def _check_scores(table: ScoreTable) -> Iterator[tuple[str, str]]:
    for row in table.rows:
        if row.score is None or not 0 <= row.score <= HIGHEST:
            yield row.place, f"no score from 0 to {HIGHEST:g}"


def _check_serials(table: ScoreTable) -> Iterator[tuple[str, str]]:
    """Find rows whose serial does not follow that of the row above."""
    if not any(row.serial is not None for row in table.rows):
        if any(row.rank is not None for row in table.rows):
            yield from _check_ranks(table)
        return
    for above, row in pairwise([None, *table.rows]):
        expected = 1 if above is None else None if above.serial is None else above.serial + 1
        if row is not None and (row.serial is None or row.serial != expected):
            yield row.place, f"serial {row.serial}, expected {'another' if expected is None else expected}"
            if above is not None:
                yield above.place, f"the row below has serial {row.serial}"


def _check_ranks(table: ScoreTable) -> Iterator[tuple[str, str]]:
    """Find rows whose rank is not what their score gives: one more than the rows with a higher score."""
    scores = [row.score for row in table.rows if row.score is not None]
    for row in table.rows:
        if row.score is None or row.rank is None or row.rank != 1 + sum(score > row.score for score in scores):
            yield row.place, f"rank {row.rank} does not follow from the scores"


def _check_order(table: ScoreTable) -> Iterator[tuple[str, str]]:
    """Find rows out of order, where a table is in the order of its scores but for a few."""
    scored = [(row, row.score) for row in table.rows if row.score is not None]
    steps = [(above, row, score - score_above) for (above, score_above), (row, score) in pairwise(scored)]
    if len(steps) > 5 and MOSTLY * len(steps) <= sum(step <= 0 for *_, step in steps) < len(steps):
        for above, row, step in steps:
            if step > 0:
                yield from ((each.place, "out of the order of the scores") for each in (above, row))


def _check_twice(table: ScoreTable) -> Iterator[tuple[str, str]]:
    counts = Counter(squeeze(row.unit) for row in table.rows)
    return ((row.place, f"{row.unit} is read twice") for row in table.rows if counts[squeeze(row.unit)] > 1)
