"""Append rows to our CSV files, so that what is there keeps its bytes, and take them back where a later step fails."""

import codecs
import csv
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from audit_lib.errors import unusable
from audit_lib.files import clear_parts, lock_folder, save_bytes
from audit_lib.tables.schemas import SCHEMAS
from audit_lib.tables.storage import format_table, load_table


@dataclass(frozen=True)
class Appended:
    """Lines that were appended to a file, with its content before (None: there was no file) and after."""

    path: Path
    before: bytes | None
    after: bytes
    lines: bytes

    def undo(self) -> None:
        """Remove the lines again. What others wrote meanwhile stays."""
        now = self.path.read_bytes() if self.path.is_file() else None
        if now == self.after and self.before is None:
            self.path.unlink()
        elif now == self.after and self.before is not None:
            save_bytes(self.before, self.path, durable=True)
        elif now and self.lines and self.lines in now:
            save_bytes(now.replace(self.lines, b"", 1), self.path, durable=True)


def append_rows(rows: list[dict[str, Any]], path: Path, name: str, loaded: pd.DataFrame | None = None) -> Appended:
    """Append rows to one of our CSV files, or begin it. What a row does not hold is missing.

    The lines that are there keep their bytes: order of columns, line ends, the mark of UTF-8 that Excel writes. A file
    is begun without the columns for what is also recorded in another language, and a column that it lacks is added
    only where a new row has a value for it. `loaded` is the table, where who holds the lock has loaded it. Raises
    AuditError for a key that is there already.
    """
    with lock_folder(path.parent):
        clear_parts(path)
        before = path.read_bytes() if path.is_file() else None
        if not rows:
            return Appended(path, before, before or b"", b"")
        table = _list_cells(rows, path, name)
        if before is not None:
            _check_keys(rows, path, name, load_table(path, name) if loaded is None else loaded)
        head, columns, end = _read_head(before or b"")
        needed = {column for row in table for column, cell in row.items() if cell}
        if not columns:
            declared = SCHEMAS[name].columns.items()
            needed |= {column for column, how in declared if how.required or not column.endswith("_zh")}
        missing = [each for each in SCHEMAS[name].columns if each in needed and each not in columns]
        if missing:
            head, columns = _widen(head, columns, missing, end), [*columns, *missing]
        lines = _write_csv([[row.get(column, "") for column in columns] for row in table], end)
        written = Appended(path, before, head + lines, lines)
        try:
            save_bytes(written.after, path, durable=True)
        except BaseException:  # in place, perhaps, but not sure to be on the disk
            written.undo()
            raise
    return written


def _list_cells(rows: list[dict[str, Any]], path: Path, name: str) -> list[dict[str, str]]:
    """Validate new rows and return their cells as they are written."""
    columns = list(SCHEMAS[name].columns)
    text = format_table(pd.DataFrame(rows, columns=columns, dtype="object"), name, path)
    return list(csv.DictReader(io.StringIO(text, newline="")))


def _check_keys(rows: list[dict[str, Any]], path: Path, name: str, table: pd.DataFrame) -> None:
    """Check that none of the new rows has a key that is there. Raises AuditError."""
    unique = SCHEMAS[name].unique or []
    old = set(table.reindex(columns=unique).fillna("").itertuples(index=False, name=None))
    for row in rows:
        if unique and (key := tuple(row.get(column, "") for column in unique)) in old:
            raise unusable(path, f"a second row for {' '.join(map(str, key))}", "one")


def _read_head(content: bytes) -> tuple[bytes, list[str], str]:
    """Return a CSV file with a line end at its end, its columns, and how its lines end."""
    if not content:
        return b"", [], "\n"
    text = content.decode("utf-8-sig")
    end = "\r\n" if text.partition("\n")[0].endswith("\r") else "\n"
    columns = next(csv.reader(io.StringIO(text, newline="")))
    return content if content.endswith((b"\n", b"\r")) else content + end.encode(), columns, end


def _widen(head: bytes, columns: list[str], more: list[str], end: str) -> bytes:
    """Add columns to the lines that are there; their cells are empty."""
    if not columns:
        return _write_csv([more], end)
    mark = codecs.BOM_UTF8 if head.startswith(codecs.BOM_UTF8) else b""
    first, *rest = csv.reader(io.StringIO(head.decode("utf-8-sig"), newline=""))
    return mark + _write_csv([first + more, *(row + [""] * len(more) if row else row for row in rest)], end)


def _write_csv(rows: list[list[str]], end: str) -> bytes:
    written = io.StringIO(newline="")
    csv.writer(written, lineterminator=end).writerows(rows)
    return written.getvalue().encode()
