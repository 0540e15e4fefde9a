"""What was read in a scan, in a CSV file beside it: each line of print with its box, its doubts and a person's answer.

The file is the reading: while a doubt has no answer the scan is no document; after that it is read from here, the same
every time, without the program that reads pictures.
"""

import csv
import io
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path

from audit_lib.documents.model import Line, UnreadableError

ENDING = ".reading.csv"
AS_READ, NO_PRINT = "=", "-"  # answers: the reading is right; nothing is printed there (letters of a seal)
NOTICE = "notice"  # the place of a doubt about the whole


@dataclass(frozen=True)
class ReadLine:
    """A line of print as a program read it. Columns stand two spaces apart, in the answer too."""

    scan_sha256: str
    place: str  # page 5 box 172 296 859 338, in pixels of the page's picture
    text: str
    unit: str = ""
    score: str = ""
    confidence: str = ""  # of its weakest word, 0 to 1
    seal: str = ""  # yes where a seal lay on it
    doubt: str = ""
    alternatives: str = ""
    answer: str = ""

    @property
    def is_open(self) -> bool:
        return bool(self.doubt) and not self.answer

    @property
    def final(self) -> str:
        """What stands in the picture: the answer, else what was read."""
        return self.text if self.answer in {"", AS_READ} else "" if self.answer == NO_PRINT else self.answer


def reading_path(scan: Path) -> Path:
    return scan.with_name(scan.name + ENDING)


def load_reading(scan: Path, sha256: str) -> list[ReadLine] | None:
    """Load what was read in a scan; None where nothing was yet. Raises UnreadableError for that of another file."""
    path = reading_path(scan)
    if not path.is_file():
        return None
    names = [field.name for field in fields(ReadLine)]
    rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"))))
    if any(set(row) != set(names) or None in row.values() for row in rows):
        raise UnreadableError(f"other columns in {path.name}", ", ".join(names))
    lines = [ReadLine(**row) for row in rows]
    if any(line.scan_sha256 != sha256 for line in lines):
        raise UnreadableError(
            f"the reading of another file in {path.name}", "that of this scan: remove it to read anew"
        )
    return lines


def print_reading(lines: Sequence[ReadLine]) -> str:
    """Write a reading as CSV, with the mark by which spreadsheets know UTF-8."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow([field.name for field in fields(ReadLine)])
    writer.writerows(map(astuple, lines))
    return "\ufeff" + written.getvalue()


def settle(scan: Path, lines: Sequence[ReadLine]) -> list[Line]:
    """Return the lines of a scan without a doubt left. Raises UnreadableError where one is."""
    n_open = sum(line.is_open for line in lines)
    if n_open:
        doubts = "1 doubtful line" if n_open == 1 else f"{n_open} doubtful lines"
        found = f"{doubts} without an answer in {reading_path(scan).name}"
        raise UnreadableError(found, f"what the picture shows in the column answer ({AS_READ} if it was read right)")
    return [Line(line.place, line.final) for line in lines if line.final and line.place != NOTICE]
