"""Review a scan: what a program read in it is proposed, and each line that anything speaks against waits for a person.

A row is free of doubt only where its name stands in the notice's own lists or in the reference, its serial follows
the one above, its score is a number of the scale that fits the order of the table, no seal lies on it, and the reader
was sure. Whether all rows were read is asked first.
"""

import hashlib
from base64 import b64encode
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

from markupsafe import Markup

from audit_lib.documents.kinds import HEAD, check_size, find_kind
from audit_lib.documents.model import Document, Line, UnreadableError, squeeze
from audit_lib.documents.read import read_content
from audit_lib.documents.scan_file import NO_PRINT, NOTICE, ReadLine, load_reading, print_reading, reading_path
from audit_lib.documents.scan_lines import ScanLine, read_box
from audit_lib.documents.worker import ScanWorker, Seen
from audit_lib.errors import AuditError, unusable
from audit_lib.files import save_text
from audit_lib.notices.notice import Notice, parse_notice
from audit_lib.notices.rows import ScoreRow
from audit_lib.notices.score_tables import ScoreTable
from audit_lib.tables.units import Registry, Unit

SURE = 0.95  # the confidence of the weakest word of a line that is free of doubt
HIGHEST = 100.0
MOSTLY = 0.9  # of the steps from row to row: then the table is in the order of its scores
PAGE_ENDING = ".review.html"

Doubts = dict[str, list[str]]  # by place, that of the whole among them


@dataclass(frozen=True)
class Review:
    """What was read in a scan, and what was written: its lines with their doubts, and the page to look at."""

    scan: Path
    lines: tuple[ReadLine, ...]
    page: Path

    @property
    def n_open(self) -> int:
        return sum(line.is_open for line in self.lines)

    @property
    def n_rows(self) -> int:
        return sum(bool(line.unit) for line in self.lines)


def review_scan(scan: Path, registry: Registry | None = None) -> Review:
    """Read a scan, or take up its reading with the answers so far, and write what is doubtful beside it.

    Writes `<scan>.reading.csv` and `<scan>.review.html`. Raises AuditError for a file that is no scan, and where the
    program that reads pictures is not installed.
    """
    try:
        content = read_content(scan)
        kind = find_kind(content[:HEAD], scan.suffix)
        check_size(kind, len(content))
        if kind not in {"pdf", "picture"}:
            raise UnreadableError(f"a {kind} file", "a scan: a PDF of pictures, PNG, JPEG or TIFF")
        sha256 = hashlib.sha256(content).hexdigest()
        with ScanWorker() as worker:
            lines = load_reading(scan, sha256) or _read_pages(worker, content, kind, sha256)
            lines = mark_doubts(scan, lines, registry or Registry(""))
            seen = {
                line.place: worker.look_again(content, kind, line.place)
                for line in lines
                if line.is_open and read_box(line.place)
            }
    except UnreadableError as error:
        raise unusable(scan, error.found, error.expected) from None
    lines = [replace(line, alternatives=_find_alternative(line, seen)) for line in lines]
    page = scan.with_name(scan.name + PAGE_ENDING)
    save_text(print_reading(lines), reading_path(scan))
    save_text(draw_page(scan, lines, seen), page)
    return Review(scan, tuple(lines), page)


def _read_pages(worker: ScanWorker, content: bytes, kind: str, sha256: str) -> list[ReadLine]:
    n_pages, read = worker.read_page(content, kind, 1)
    for page in range(2, n_pages + 1):
        read += worker.read_page(content, kind, page)[1]
    if not read:
        raise UnreadableError("a scan in which no word was read", "print, upright and in focus")
    return [_propose(line, sha256) for line in read]


def _propose(line: ScanLine, sha256: str) -> ReadLine:
    return ReadLine(
        sha256, line.place, line.text, confidence=f"{line.confidence:.3f}", seal="yes" if line.is_sealed else ""
    )


def _find_alternative(line: ReadLine, seen: dict[str, Seen]) -> str:
    if line.place not in seen:
        return line.alternatives
    text = seen[line.place].text
    return "" if squeeze(text) == squeeze(line.text) else text


# The guards.


def mark_doubts(scan: Path, lines: Sequence[ReadLine], registry: Registry) -> list[ReadLine]:
    """Return the lines with their doubts as they are now, and those about the whole. Answers stay."""
    lines = [line for line in lines if line.place != NOTICE or line.answer]
    printed = tuple(Line(line.place, line.final) for line in lines if line.final and line.place != NOTICE)
    sure = {line.place: 1.0 if line.answer else float(line.confidence or 0) for line in lines}
    rows: dict[str, ScoreRow] = {}
    try:
        notice = parse_notice(Document(scan, "", "scan", None, printed))
    except AuditError as error:
        doubts: Doubts = {NOTICE: [str(error).partition(": ")[2]]}
    else:
        doubts = find_doubts(notice, sure, registry)
        rows = {row.place: row for table in notice.tables for row in table.rows}
    for line in lines:
        if sure[line.place] < SURE and line.answer != NO_PRINT and line.place != NOTICE:
            doubts.setdefault(line.place, []).append(f"read with confidence {sure[line.place]:.2f}")
        if line.seal and not line.answer:
            doubts.setdefault(line.place, []).append("a seal lies on it")
    marked = [_mark(line, doubts.pop(line.place, []), rows.get(line.place)) for line in lines if line.place != NOTICE]
    answers = {line.doubt: line.answer for line in lines if line.place == NOTICE}
    sha256 = lines[0].scan_sha256 if lines else ""
    about = [
        ReadLine(sha256, NOTICE, "", doubt=doubt, answer=answers.get(doubt, ""))
        for found in doubts.values()
        for doubt in found
    ]
    return [*about, *marked]


def _mark(line: ReadLine, doubts: list[str], row: ScoreRow | None) -> ReadLine:
    unit, score = (row.unit, "" if row.score is None else f"{row.score:g}") if row else ("", "")
    return replace(line, unit=unit, score=score, doubt="; ".join(doubts))


def find_doubts(notice: Notice, sure: dict[str, float], registry: Registry) -> Doubts:
    """Return what speaks against the rows of a notice that was read in a picture, by place.

    `sure` is the confidence of each line by place. What no row can be blamed for stands at the place `notice`.
    """
    listed = Registry("", {squeeze(name): Unit("", name) for tier in notice.tiers for name in tier.units})
    doubts: Doubts = {}

    def add(place: str, doubt: str) -> None:
        doubts.setdefault(place, []).append(doubt)

    for doubt in _count(notice):
        add(NOTICE, doubt)
    for problem in notice.problems:
        add(problem.place if problem.place in sure else NOTICE, problem.message)
    for table in notice.tables:
        for place, doubt in [*_check_serials(table), *_check_order(table), *_check_twice(table)]:
            add(place, doubt)
        for row in table.rows:
            if row.score is None or not 0 <= row.score <= HIGHEST:
                add(row.place, f"no score from 0 to {HIGHEST:g}")
            if listed.resolve(row.unit) is None and registry.resolve(row.unit) is None:
                add(row.place, f"{row.unit} stands in no list and not in the reference")
    return doubts


def _count(notice: Notice) -> Iterator[str]:
    """Ask whether all rows were read, by the counts that the notice states."""
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


# The page.

_PAGE = Markup("""<!doctype html>
<html lang="en"><meta charset="utf-8"><title>{title}</title>
<style>
body {{ font: 16px/1.5 sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem }}
figure {{ margin: 0 0 1.5rem; border-top: 1px solid #999; padding-top: .75rem }}
img {{ max-width: 100%; border: 1px solid #999 }}
dl {{ display: grid; grid-template-columns: 8rem 1fr; margin: .5rem 0 }}
dd {{ margin: 0; white-space: pre-wrap }}
</style>
<h1>{title}</h1>
<p>{summary}</p>
{figures}
</html>
""")
_FIGURE = Markup("""<figure id="{place}">{picture}
<dl><dt>place</dt><dd>{place}</dd><dt>read</dt><dd lang="zh">{text}</dd>{other}
<dt>doubt</dt><dd>{doubt}</dd></dl></figure>
""")


def draw_page(scan: Path, lines: Iterable[ReadLine], seen: dict[str, Seen]) -> str:
    """Draw the page with the picture of each doubtful line beside its reading. It loads nothing from elsewhere."""
    doubtful = [line for line in lines if line.is_open]
    summary = (
        f"{len(doubtful)} lines to look at. In {reading_path(scan).name}, write what the picture shows in the column "
        "answer, columns two spaces apart; = where it was read right, - where nothing is printed. "
        "Then run the command again."
    )
    figures = Markup("").join(_draw_line(line, seen.get(line.place)) for line in doubtful)
    return str(_PAGE.format(title=f"Doubtful lines of {scan.name}", summary=summary, figures=figures))


def _draw_line(line: ReadLine, seen: Seen | None) -> Markup:
    picture = Markup('<img alt="{}" src="data:image/png;base64,{}">')
    other = Markup('<dt>read once more</dt><dd lang="zh">{}</dd>').format(line.alternatives)
    return _FIGURE.format(
        picture=picture.format(line.place, b64encode(seen.picture).decode()) if seen else "",
        place=line.place, text=line.text, other=other if line.alternatives else "", doubt=line.doubt,
    )  # fmt: skip
