"""Correct known typing errors of a notice: only where it prints what the correction says, and never silently.

What `audit-lib parse` prints stays as printed; the corrected notice goes into the tables.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from audit_lib.documents.model import squeeze
from audit_lib.errors import unusable
from audit_lib.notices.grids.columns import NUMBER
from audit_lib.notices.grids.rows import Problem, ScoreRow
from audit_lib.notices.notice import Notice
from audit_lib.tables.scan_doubts import AS_READ
from audit_lib.tables.storage import load_or_empty, localise


@dataclass(frozen=True)
class Correction:
    """A row of corrections.csv. `row` is the row as printed, once it was found; `is_score`: it corrects a score.

    One with a `place` is a person's answer to what a program read there in a picture; the notice printed no error.
    """

    place: str | None
    unit_name: str
    column: str
    printed: str
    corrected: str
    reason: str
    evidence: str
    row: ScoreRow | None = None

    @property
    def is_score(self) -> bool:
        return self.row is not None and self.column not in self.row.extra

    @property
    def is_change(self) -> bool:
        """Check whether it says anything else than what was printed or read."""
        return self.corrected != self.printed

    def names(self, row: ScoreRow) -> bool:
        return squeeze(row.unit) == squeeze(self.unit_name)

    def explains(self, problem: Problem) -> bool:
        """Check whether a number could not be read because of what this corrects."""
        if problem.check not in ("score_unreadable", "number_misprinted"):
            return False
        facts = problem.phrase.facts
        return bool(facts["unit"] == self.unit_name) and self.printed in facts["found"]


def load_corrections(data: Path, notice_id: str, language: str = "en") -> list[Correction]:
    """Load the corrections of a notice; none without corrections.csv. Raises AuditError for an unreadable table."""
    table = localise(load_or_empty(data / "reference" / "corrections.csv", "corrections"), language)
    columns = ["place", "unit_name", "column", "printed", "corrected", "reason", "evidence"]
    rows = table[table["notice_id"] == notice_id].reindex(columns=columns).astype("object")
    found: Iterator[Any] = rows.where(rows.notna(), None).itertuples(index=False)
    return [Correction(*row) for row in found]


def list_answers(corrections: list[Correction]) -> dict[tuple[str, str], str]:
    """Return the answers to what was read in pictures, by place and text as read."""
    return {
        (each.place, each.printed): AS_READ if each.corrected == each.printed else each.corrected
        for each in corrections
        if each.place
    }


def correct_notice(notice: Notice, corrections: list[Correction]) -> tuple[Notice, tuple[Correction, ...]]:
    """Correct the rows of a notice. Returns it, and each correction with the row that it was made in, if any."""
    applied = []
    for correction in corrections:
        rows = [row for table in notice.tables for row in table.rows]
        if correction.place:
            found = next((row for row in reversed(rows) if row.place == correction.place), None)
        elif found := next((row for row in rows if _prints(notice, correction, row)), None):
            notice = _correct(notice, replace(correction, row=found))
        applied.append(replace(correction, row=found))
    return notice, tuple(applied)


def _correct(notice: Notice, made: Correction) -> Notice:
    tables = [
        replace(table, rows=tuple(_correct_row(row, made) if row is made.row else row for row in table.rows))
        for table in notice.tables
    ]
    problems = tuple(problem for problem in notice.problems if not made.explains(problem))
    return replace(notice, tables=tuple(tables), problems=problems)


def _prints(notice: Notice, correction: Correction, row: ScoreRow) -> bool:
    if not correction.names(row):
        return False
    if correction.column in row.extra:
        return correction.printed in row.extra[correction.column]
    if row.score is None:
        return any(correction.explains(problem) for problem in notice.problems)
    return NUMBER.fullmatch(correction.printed) is not None and row.score == float(correction.printed)


def _correct_row(row: ScoreRow, correction: Correction) -> ScoreRow:
    if not correction.is_score:
        cell = row.extra[correction.column].replace(correction.printed, correction.corrected)
        return replace(row, extra={**row.extra, correction.column: cell})
    if not NUMBER.fullmatch(correction.corrected):
        raise unusable(f"corrections.csv, {correction.unit_name}", f"corrected {correction.corrected!r}", "a number")
    return replace(row, score=float(correction.corrected))
