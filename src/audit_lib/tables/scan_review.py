"""Review scans: read their pictures, and write beside each what is doubtful: a CSV to answer in and a page to look at.

A run of `audit-lib add` reads the pictures; after answers the next one takes them up, until no line is doubtful.
"""

import csv
import io
import re
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import astuple, dataclass, fields, replace
from pathlib import Path

from markupsafe import Markup
from tqdm import tqdm

from audit_lib.documents.apart import ScanWorker, Seen
from audit_lib.documents.kinds import HEAD, find_kind
from audit_lib.documents.model import Document, UnreadableError, squeeze
from audit_lib.documents.read import read_content
from audit_lib.documents.scan_file import PAGE, READING, REVIEW, beside, print_csv, print_reading
from audit_lib.documents.scan_lines import ScanLine, read_box
from audit_lib.documents.text import decode
from audit_lib.errors import AuditError, unusable
from audit_lib.files import save_text
from audit_lib.fingerprints import hash_bytes
from audit_lib.notices.notice import parse_notice
from audit_lib.tables.scan_doubts import AS_READ, NO_PRINT, NOTICE, Answers, Doubts, answer_lines, find_scan_lines
from audit_lib.tables.storage import bare_cell, guard_cell
from audit_lib.wording.fonts import embed_characters

HOW = (
    "Write into the column answer of {name} what the picture shows, columns two spaces apart: "
    f"{AS_READ} where it was read right, {NO_PRINT} where nothing is printed. A row that was lost goes below its "
    "neighbour, as a second line of the same answer. Then run the command again."
)


@dataclass(frozen=True)
class Row:
    """A row of a review file: a line as read, what was made of it, what speaks against it, and the answer."""

    place: str
    text: str
    unit: str = ""
    score: str = ""
    confidence: str = ""
    doubt: str = ""
    alternatives: str = ""
    answer: str = ""

    @property
    def is_open(self) -> bool:
        return not self.answer


def read_pictures(scan: Path) -> None:
    """Read the pages of a scan into the CSV file beside it. Raises AuditError if it, or a reader, is unusable."""
    content = read_content(scan)
    with _refuse(scan):
        lines = read_pages(content, find_kind(content[:HEAD], scan.suffix))
    if not lines:
        raise unusable(scan, "a picture in which no word was read", "print, upright and in focus")
    save_text(print_reading(lines, hash_bytes(content)), beside(scan, READING))


def read_pages(content: bytes, kind: str) -> list[ScanLine]:
    """Read the lines of all pages, in a worker. Raises UnreadableError."""
    with ScanWorker() as worker:
        n_pages, lines = worker.read_page(content, kind, 1)
        for page in tqdm(range(2, n_pages + 1), "reading pictures", n_pages, initial=1, unit="page", disable=None):
            lines += worker.read_page(content, kind, page)[1]
    return lines


@contextmanager
def _refuse(scan: Path) -> Iterator[None]:
    """Raise the errors of readers as those of a file."""
    try:
        yield
    except UnreadableError as error:
        raise unusable(scan, error.found, error.expected) from None


def load_answers(document: Document) -> Answers:
    """Load the answers given beside a scan; none where there is no review file. Raises AuditError for a damaged one.

    Text that a person typed is an answer to whatever was read at its place, `ok` only to what was read when it was
    given. A spreadsheet may have saved the file in another encoding, and its numbers and dates in another form.
    """
    path = beside(document.path, REVIEW)
    if not path.is_file():
        return {}
    names = [field.name for field in fields(Row)]
    try:
        rows = list(csv.DictReader(io.StringIO(decode(path.read_bytes())[1], newline="")))
    except (UnreadableError, csv.Error):
        raise unusable(path, "no CSV file", "the review file as it was written, with answers") from None
    if any(list(row) != names or None in row.values() for row in rows):
        raise unusable(path, "other columns", ", ".join(names))
    read = {line.place: line.text for line in find_scan_lines(document).values()}
    answers = {}
    for row in rows:
        place, text, answer = row["place"], bare_cell(row["text"]), bare_cell(row["answer"].strip())
        now = read.get(place, text)
        if answer and (answer != AS_READ or _fold(text) == _fold(now)):
            answers[place, now] = answer
    return answers


def _fold(text: str) -> tuple[str, list[float]]:
    """Return the letters and the numbers of a text: 97.0 is saved as 97, 2018-1-23 as 2018/01/23, (8) as -8."""
    return re.sub(r"[\W\d_]", "", text), [float(number) for number in re.findall(r"\d+(?:\.\d+)?", text)]


def review_scans(document: Document, scans: Mapping[str, Path], answers: Answers, doubts: Doubts) -> AuditError:
    """Write the review file and the page of each scan that has open doubts, and return the error that says so.

    `scans` are the files by what the places of their lines begin with. Doubts about the whole go to the first.
    """
    first, rows = next(iter(scans)), _describe(document, answers, doubts)
    written = []
    for prefix, scan in scans.items():
        of_scan = [row for row in rows if row.place.startswith(prefix) or (row.place == NOTICE and prefix == first)]
        ours = [replace(row, place=row.place.removeprefix(prefix)) for row in of_scan]
        if any(row.is_open for row in ours):
            _write_review(scan, ours)
            written.append((scan, sum(row.is_open for row in ours)))
    n_open, n_lines = sum(n for _, n in written), len(find_scan_lines(document))
    named = " and ".join(beside(scan, REVIEW).name for scan, _ in written)
    pages = " and ".join(beside(scan, PAGE).name for scan, _ in written)
    found = f"{n_open} doubtful {'line' if n_open == 1 else 'lines'} among {n_lines} read from pictures"
    return unusable(written[0][0], found, f"answers in {named}, with what {pages} shows; then the same command again")


def _describe(document: Document, answers: Answers, doubts: Doubts) -> list[Row]:
    """Describe what is doubtful or answered, in the order of the pages, the whole first."""
    try:
        tables = parse_notice(answer_lines(document, answers)).tables
    except AuditError:
        tables = ()
    rows = {row.place: row for table in tables for row in table.rows}
    about = [(NOTICE, text) for text in doubts.get(NOTICE, [])] + [key for key in answers if key[0] == NOTICE]
    described = [Row(*key, doubt=key[1], answer=answers.get(key, "")) for key in about]
    for line in find_scan_lines(document).values():
        answer = answers.get((line.place, line.text), "")
        if answer or line.place in doubts:
            row = rows.get(line.place)
            score = "" if row is None or row.score is None else f"{row.score:g}"
            doubt = "; ".join(doubts.get(line.place, []))
            unit = row.unit if row else ""
            described.append(Row(line.place, line.text, unit, score, f"{line.confidence:.3f}", doubt, "", answer))
    return described


def _write_review(scan: Path, rows: list[Row]) -> None:
    seen = _look_again(scan, rows)
    rows = [_add_alternative(row, seen) for row in rows]
    cells = [list(map(guard_cell, astuple(row))) for row in rows]
    save_text(print_csv([[field.name for field in fields(Row)], *cells]), beside(scan, REVIEW))
    save_text(draw_page(scan, rows, seen), beside(scan, PAGE))


def _look_again(scan: Path, rows: Sequence[Row]) -> dict[str, Seen]:
    content = read_content(scan)
    kind = find_kind(content[:HEAD], scan.suffix)
    places = [row.place for row in rows if row.is_open and read_box(row.place)]
    with _refuse(scan), ScanWorker() as worker:
        return {place: worker.look_again(content, kind, place) for place in places}


def _add_alternative(row: Row, seen: Mapping[str, Seen]) -> Row:
    text = seen[row.place].text if row.place in seen else ""
    return replace(row, alternatives="" if squeeze(text) == squeeze(row.text) else text)


def list_corrections(notice_id: str, document: Document, answers: Answers) -> Iterator[dict[str, str]]:
    """Yield the rows of corrections.csv for the answers that a document takes up; nothing is missing."""
    lines = {(line.place, line.text) for line in find_scan_lines(document).values()}
    for (place, text), answer in answers.items():
        if (place, text) not in lines and place != NOTICE:
            continue
        is_right = answer == AS_READ
        yield {
            "notice_id": notice_id,
            "place": place,
            "printed": text,
            "corrected": text if is_right else answer,
            "reason": "read right in the picture" if is_right else "read wrong in the picture",
            "evidence": "a person compared it with the picture",
            "reason_zh": "图片识读无误" if is_right else "图片识读有误",
            "evidence_zh": "已与图片人工核对",
        }


# The page.

_PAGE = Markup("""<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark }}
body {{ font: 16px/1.5 "Page Han", sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem }}
body {{ overflow-wrap: anywhere }}
figure {{ margin: 0 0 1.5rem; border-top: 1px solid #999; padding-top: .75rem }}
img {{ max-width: 100%; border: 1px solid #999 }}
dl {{ display: grid; grid-template-columns: 7rem 1fr; margin: .5rem 0 }}
dd {{ margin: 0; white-space: pre-wrap }}
</style>
<h1>{title}</h1>
<p>{how}</p>
{figures}
</html>
""")
_FIGURE = Markup("""<figure id="{place}">{picture}
<dl><dt>place</dt><dd>{place}</dd><dt>read</dt><dd lang="zh">{text}</dd>{other}
<dt>doubt</dt><dd>{doubt}</dd></dl></figure>
""")


def draw_page(scan: Path, rows: Iterable[Row], seen: Mapping[str, Seen]) -> str:
    """Draw the page with the picture of each doubtful line beside its reading. It loads nothing from elsewhere."""
    figures = [_draw_row(row, seen.get(row.place)) for row in rows if row.is_open]
    title = f"{len(figures)} doubtful {'line' if len(figures) == 1 else 'lines'} of {scan.name}"
    how = HOW.format(name=beside(scan, REVIEW).name)
    page = str(_PAGE.format(title=title, how=how, figures=Markup("").join(figures)))
    return page.replace("<style>", embed_characters(page) + "<style>", 1)


def _draw_row(row: Row, seen: Seen | None) -> Markup:
    picture = Markup('<img alt="{}" src="data:image/png;base64,{}">')
    other = Markup('<dt>read once more</dt><dd lang="zh">{}</dd>').format(row.alternatives)
    return _FIGURE.format(
        picture=picture.format(row.place, b64encode(seen.picture).decode()) if seen else "",
        place=row.place, text=row.text, other=other if row.alternatives else "", doubt=row.doubt,
    )  # fmt: skip
