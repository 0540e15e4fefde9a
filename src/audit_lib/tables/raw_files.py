"""The raw files of a notice: their names, those that are there already, and writing them with their record."""

import shutil
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from audit_lib.documents.model import Document
from audit_lib.documents.several import hash_files
from audit_lib.errors import AuditError, unusable
from audit_lib.files import clear_parts, name_part, remove, save_bytes, sync_files
from audit_lib.fingerprints import hash_bytes
from audit_lib.sources import Source, find_held, list_files
from audit_lib.tables.append import Appended, append_rows
from audit_lib.tables.downloads import Download
from audit_lib.tables.records import Records


def name_raw(data: Path, source: Source, group: list[Download]) -> Path:
    """Name the raw file; a folder for several, and for a scan and what was read in it."""
    folder = data / "raw" / source.jurisdiction
    is_one = len(group) == 1 and not group[0].is_scan
    return folder / (f"{source.period}.{_find_extension(group[0].document)}" if is_one else source.period)


def _find_extension(document: Document) -> str:
    """Name a file by what it holds. A .tsv stays one: its name says what separates the cells."""
    if document.format == "csv" and document.path.suffix.lower() == ".tsv":
        return "tsv"
    return {"text": "txt"}.get(document.format, document.format)


def find_same_raw(data: Path, source: Source, document: Document, file: Path) -> Path | None:
    """Find the raw file or folder of this notice; None where there is none. Raises AuditError where it is another."""
    for path in find_held(data, source.jurisdiction, source.period):
        if _hash_raw(path) == document.sha256:
            return path
        found = f"another file for {source.notice_id} than {path}"
        raise unusable(file, found, "the same file; to replace it, remove that one and its row in notices.csv")
    return None


def _hash_raw(path: Path) -> str:
    if path.is_dir():
        return hash_files({each.name: _hash_raw(each) for each in list_files(path)})
    return hash_bytes(path.read_bytes())


def keep_notice(
    records: Records, path: Path, group: list[Download], row: pd.Series | None, corrections: list[dict[str, str]]
) -> None:
    """Write record, answers and raw files, or none. The record comes first: a file without one is of unknown origin."""
    clear_parts(path)
    contents = {name: content for each in group for name, content in each.contents.items()}
    written: list[Appended] = [records.append(row)]
    try:
        written.append(append_rows(corrections, records.path.with_name("corrections.csv"), "corrections"))
        if len(contents) == 1:
            save_bytes(group[0].content, path)
        elif contents:
            _save_folder(contents, path)
        if group:
            sync_files(path)
    except BaseException:  # Ctrl-C among them
        if group:
            remove(path)
        for each in reversed(written):
            each.undo()
        raise


def _save_folder(contents: Mapping[str, bytes], path: Path) -> None:
    """Write a folder with its files in one step: there is none, or it is whole."""
    part = name_part(path)
    try:
        for name, content in contents.items():
            save_bytes(content, part / name)
        part.replace(path)
    except OSError as error:
        raise AuditError(f"{path}: cannot be written: {error.strerror or error}") from None
    finally:
        shutil.rmtree(part, ignore_errors=True)
