"""The records of notices.csv: where each notice comes from, and what its scores measure."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from audit_lib.documents.model import Document
from audit_lib.errors import unusable
from audit_lib.notices.notice import Notice
from audit_lib.notices.words.vocabulary import read_vocabulary
from audit_lib.sources import Source
from audit_lib.tables.append import Appended, append_rows
from audit_lib.tables.proposals import Proposal
from audit_lib.tables.schemas import SCHEMAS
from audit_lib.tables.storage import empty_table, load_or_empty

DAYS = ("inspected_from", "inspected_to", "issued_on", "published_on")
PUBLISHER = re.compile(r"(\w+?)关于")  # a formal title begins with who issues it


class Records:
    """The rows of notices.csv, loaded again only where another process changed them. Needs the lock of the folder."""

    def __init__(self, data: Path) -> None:
        self.path = data / "reference" / "notices.csv"
        self._content: bytes | None = None
        self._table = empty_table("notices")

    def load(self) -> pd.DataFrame:
        content = self.path.read_bytes() if self.path.is_file() else None
        if content != self._content:
            self._table = load_or_empty(self.path, "notices")
            self._content = content
        return self._table

    def append(self, row: pd.Series | None) -> Appended:
        table = self.load()
        written = append_rows([] if row is None else [row.to_dict()], self.path, "notices", table)
        if row is not None and self._content is not None:
            self._table = pd.concat([table, row.to_frame().T.astype("object")], ignore_index=True)
        self._content = written.after if self._content is not None else None
        return written


def find_own_record(records: pd.DataFrame, path: Path, source: Source, document: Document) -> pd.Series | None:
    ours = records[records["notice_id"] == source.notice_id]
    if ours.empty:
        return None
    record: pd.Series = ours.iloc[0]
    if record["sha256"] != document.sha256:
        found = f"another file recorded for {source.notice_id} (SHA-256 {record['sha256'][:12]}…)"
        raise unusable(path, found, "that file; to replace it, remove its row")
    return record


def describe_notice(source: Source, notice: Notice, given: Mapping[str, Any], proposal: Proposal) -> pd.Series:
    """Return the row of notices.csv: what was given, else what the notice says, else nothing."""
    header = notice.header
    row: dict[str, Any] = {name: getattr(source, name) for name in ("notice_id", "jurisdiction", "period")}
    row |= {name: getattr(header, name) for name in ("title", "document_number")}
    row |= {name: day.isoformat() for name in DAYS if (day := getattr(header, name))}
    row |= {"publisher": _read_publisher(header.title), "sha256": notice.document.sha256}
    row |= {**proposal.facts, "measure_evidence": proposal.words}
    row |= {name: value for name, value in given.items() if value is not None}
    return pd.Series(row, index=list(SCHEMAS["notices"].columns), dtype="object")


def _read_publisher(title: str | None) -> str | None:
    match = PUBLISHER.match(title or "")
    return match[1] if match and read_vocabulary().kind_of(match[1]) != "other" else None


def list_kept(record: pd.Series | None, given: Mapping[str, Any]) -> tuple[str, ...]:
    """List the columns whose recorded value is not the one given now: a record is never overwritten."""
    if record is None:
        return ()
    asked = {name: value for name, value in given.items() if value is not None}
    return tuple(name for name, value in asked.items() if str(record.get(name)) != str(value))
