"""Hashes of the data folder, by what each report, page or table reads of it.

inputs.csv declares what each notebook reads, and what `tables`, `pages` and `units` are made from. `rows` names the
column that selects the rows of the notice or place; without it the whole file counts. `periods` is `own`, `earlier`
(those of the place up to the one of the report) or `all` of the place.
"""

import csv
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from audit_lib.fingerprints import hash_bytes, hash_code, hash_value
from audit_lib.periods import order_of
from audit_lib.sources import Source

NOT_NOTEBOOKS = ("tables", "pages", "units")  # of what inputs.csv declares


class Input(NamedTuple):
    """A row of inputs.csv."""

    used_by: str
    path: str
    rows: str
    periods: str


class Snapshot:
    """The hashed data folder. Each file is read once, however many reports depend on it, until its place is forgotten.

    Files of the whole project, such as notices.csv, are kept.
    """

    def __init__(self, data: Path, sources: Iterable[Source] = ()) -> None:
        self.data = data
        self._periods: dict[str, list[str]] = {}
        for source in sources:
            self._periods.setdefault(source.jurisdiction, []).append(source.period)
        self._files: dict[Path, str] = {}
        self._rows: dict[tuple[Path, str], dict[str | None, str]] = {}
        self._inputs: dict[tuple[Input, str, str], dict[str, str]] = {}

    def forget(self, jurisdiction: str) -> None:
        """Forget the files of a place: they are done with, or have changed."""
        self._files = {path: value for path, value in self._files.items() if jurisdiction not in path.parts}
        self._rows = {key: value for key, value in self._rows.items() if jurisdiction not in key[0].parts}
        self._inputs = {key: value for key, value in self._inputs.items() if key[1] != jurisdiction}

    def hash_inputs(self, used_by: str, source: Source) -> dict[str, str]:
        """Hash what `used_by` (a notebook, or one of NOT_NOTEBOOKS) reads for a notice, by path and selected rows.

        Missing files and rows are left out, so that they count as a change once they appear.
        """
        hashes = {}
        for declared in list_inputs():
            if declared.used_by in (used_by, "*" if used_by not in NOT_NOTEBOOKS else used_by):
                for period in self._choose_periods(source, declared.periods):
                    hashes.update(self._hash_input(declared, source.jurisdiction, period))
        return hashes

    def list_periods(self, jurisdiction: str) -> list[str]:
        """Return the periods of a place that have a raw file."""
        return self._periods.get(jurisdiction, [])

    def _choose_periods(self, source: Source, periods: str) -> list[str]:
        if periods == "all":
            return self.list_periods(source.jurisdiction)
        if periods != "earlier":
            return [source.period]
        return [each for each in self.list_periods(source.jurisdiction) if order_of(each) <= order_of(source.period)]

    def _hash_input(self, declared: Input, jurisdiction: str, period: str) -> dict[str, str]:
        asked = (declared._replace(used_by=""), jurisdiction, period)
        if asked not in self._inputs:
            self._inputs[asked] = dict(self._hash_files(declared, jurisdiction, period))
        return self._inputs[asked]

    def _hash_files(self, declared: Input, jurisdiction: str, period: str) -> Iterator[tuple[str, str]]:
        pattern = declared.path.format(jurisdiction=jurisdiction, period=period)
        value = {"jurisdiction": jurisdiction, "notice_id": f"{jurisdiction}-{period}"}.get(declared.rows, "")
        for path in sorted(self.data.glob(pattern)) if "*" in pattern else [self.data / pattern]:
            name = path.relative_to(self.data).as_posix()
            if not path.is_file():
                continue
            if not declared.rows:
                yield name, self.hash_file(path)
            elif (hashed := self.hash_rows(path, declared.rows, value)) is not None:
                yield f"{name}, {declared.rows} {value}", hashed

    def hash_file(self, path: Path) -> str:
        if path not in self._files:
            self._files[path] = hash_bytes(path.read_bytes())
        return self._files[path]

    def hash_notebook(self, path: Path) -> str:
        """Hash the cells of a notebook as written."""
        if path not in self._files:
            self._files[path] = hash_code(path)
        return self._files[path]

    def hash_rows(self, path: Path, column: str, value: str) -> str | None:
        """Hash the rows of a CSV file with this value or none in the column; all rows if there is no such column.

        Returns None if there are no such rows. A file that is not CSV is hashed whole; its reader reports the error.
        """
        if (path, column) not in self._rows:
            try:
                self._rows[path, column] = {each: hash_value(rows) for each, rows in _group_rows(path, column).items()}
            except (UnicodeDecodeError, csv.Error):
                self._rows[path, column] = {None: self.hash_file(path)}
        found = self._rows[path, column]
        parts = [part for each in (None, "", value) if (part := found.get(each))]
        return parts[0] if len(parts) == 1 else hash_value(parts) if parts else None


def _group_rows(path: Path, column: str) -> dict[str | None, list[dict[str, str]]]:
    grouped: dict[str | None, list[dict[str, str]]] = {}
    with path.open(encoding="utf-8-sig", newline="") as file:  # Excel puts a mark before the first column
        for row in csv.DictReader(file):
            grouped.setdefault(row.get(column), []).append(row)
    return grouped


@cache
def list_inputs() -> tuple[Input, ...]:
    """Return the rows of inputs.csv."""
    with Path(__file__).with_name("inputs.csv").open(encoding="utf-8", newline="") as file:
        return tuple(Input(**row) for row in csv.DictReader(file))
