"""What a program read in a scan, in a CSV file beside it: each line of print with its box.

The scan is read from there, the same every time and without the program that reads pictures. What a person found to be
printed otherwise is not written into it (`tables/scan_review.py`).
"""

import csv
import io
from collections.abc import Iterable
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from audit_lib.documents.model import UnreadableError, name_file, split_member
from audit_lib.documents.scan_lines import ScanLine, read_box

READING, REVIEW, PAGE = ENDINGS = (".reading.csv", ".review.csv", ".review.html")  # of the files beside a scan
ANEW = "what was read in this scan; remove it to read anew"
COLUMNS = ["scan_sha256", "reader", "place", "text", "confidence", "seal"]
PROGRAMS = ("rapidocr", "onnxruntime")


def beside(scan: Path, ending: str) -> Path:
    """Return the path of a file beside a scan: scan.pdf.reading.csv. One in an archive has it beside the archive."""
    archive, member = split_member(scan)
    name = archive.name if member is None else f"{archive.name}!{name_file(scan)}"
    return archive.with_name(name + ending)


def is_beside_scan(path: Path) -> bool:
    """Check whether a file was written beside a scan, and is not a document itself."""
    return path.name.endswith(ENDINGS)


def load_reading(scan: Path, sha256: str) -> list[ScanLine] | None:
    """Load what was read in a scan; None where nothing was yet. Raises UnreadableError for that of another file."""
    path = beside(scan, READING)
    if not path.is_file():
        return None
    try:
        rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"))))
        if any(list(row) != COLUMNS or read_box(row["place"]) is None for row in rows):
            raise ValueError
        lines = [ScanLine(row["place"], row["text"], float(row["confidence"]), row["seal"] == "yes") for row in rows]
    except (ValueError, TypeError, csv.Error):
        raise UnreadableError(f"a damaged {path.name}", ANEW) from None
    if any(row["scan_sha256"] != sha256 for row in rows):
        raise UnreadableError(
            f"the reading of another file in {path.name}", "that of this scan: remove it to read anew"
        )
    return lines


def print_reading(lines: Iterable[ScanLine], sha256: str) -> str:
    """Return a reading as CSV, with the versions of the programs that are installed."""
    reader = name_reader()
    rows = [[sha256, reader, line.place, line.text, f"{line.confidence:.3f}", "yes" * line.is_sealed] for line in lines]
    return print_csv([COLUMNS, *rows])


def name_reader() -> str:
    """Name the programs that read pictures here: rapidocr 3.10.0, onnxruntime 1.32.0; empty without them."""
    return ", ".join(f"{name} {version(name)}" for name in PROGRAMS if find_spec(name))


def find_other_reader(scan: Path) -> str:
    """Return the programs that read a scan, where they are not those installed here; else nothing."""
    with beside(scan, READING).open(encoding="utf-8-sig", newline="") as file:
        reader = next(csv.DictReader(file), {}).get("reader", "")
    return "" if reader == name_reader() else reader


def print_csv(rows: Iterable[Iterable[str]]) -> str:
    """Return CSV with the mark by which spreadsheets know UTF-8."""
    written = io.StringIO()
    csv.writer(written, lineterminator="\n").writerows(rows)
    return "\ufeff" + written.getvalue()
