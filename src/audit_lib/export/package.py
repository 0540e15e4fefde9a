"""Export a notice: its tables as one workbook, and all that rests on it as a data package in a ZIP file.

The package is a data folder of its own: `audit-lib run … --data` on it makes the reports again. The same data make the
same bytes.
"""

import json
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import pandas as pd

from audit_lib.export.workbook import write_workbook
from audit_lib.files import save_bytes
from audit_lib.notebook.place_words import name_place
from audit_lib.sources import Source
from audit_lib.tables.build import Reading, read_source
from audit_lib.tables.schemas import SCHEMAS
from audit_lib.tables.storage import describe_package, format_table, load_table
from audit_lib.wording.words import Words

NO_CLOCK = (1980, 1, 1, 0, 0, 0)  # the earliest time that a ZIP file can tell
UNIX = 3  # the system that a ZIP file says it was made on, the same on every one


@dataclass(frozen=True)
class Bundle:
    """All there is on one notice: `tables` by their path in the data folder, those without rows too."""

    reading: Reading
    tables: dict[PurePosixPath, pd.DataFrame]

    @property
    def source(self) -> Source:
        return self.reading.source

    @property
    def raw(self) -> PurePosixPath:
        return PurePosixPath("raw", self.source.jurisdiction, self.source.path.name)

    @cached_property
    def raw_files(self) -> dict[PurePosixPath, bytes]:
        """The raw file, or those of the folder, by their path in the data folder."""
        is_one = self.source.path.is_file()
        return {self.raw if is_one else self.raw / file.name: file.read_bytes() for file in self.source.files}

    @property
    def sheets(self) -> dict[str, pd.DataFrame]:
        """The tables about the notice, by name: the processed ones, and of those kept by hand what has rows."""
        about = {path: table for path, table in self.tables.items() if "notice_id" in table and path.stem != "notices"}
        return {path.stem: table for path, table in about.items() if path.parts[0] == "processed" or len(table)}


def export_notice(data: Path, source: Source, folder: Path) -> dict[Path, str]:
    """Write <notice>.xlsx and <notice>.zip to a folder, each whole or not at all; return what is in each.

    Tables are read from the raw file and data/reference, as `audit-lib build` does; data/processed is not asked.
    Raises AuditError where the notice cannot be read or a file not be written.
    """
    bundle = collect_bundle(data, source)
    words = Words("en", {"place": name_place(data, source.jurisdiction, "en"), "period": source.period})
    package = write_package(bundle, words)
    workbook = write_workbook(bundle.reading, bundle.sheets, words)
    book, parcel = folder / f"{source.notice_id}.xlsx", folder / f"{source.notice_id}.zip"
    save_bytes(workbook, book)
    save_bytes(package, parcel)
    sheets = ", ".join(f"{name} {len(table)}" for name, table in bundle.sheets.items())
    with ZipFile(parcel) as opened:
        files = len(opened.namelist())
    return {book: words("export.book_holds", sheets=sheets), parcel: words("export.package_holds", n=files)}


def collect_bundle(data: Path, source: Source) -> Bundle:
    """Read a notice, and of the reference tables the rows that concern it."""
    reading = read_source(data, source)
    processed = reading.tables
    tables = {
        PurePosixPath("processed", source.jurisdiction, f"{name}.csv"): table for name, table in processed.items()
    }
    reference = data / "reference"
    for path in sorted([*reference.glob("*.csv"), *(reference / source.jurisdiction).glob("*.csv")]):
        if path.stem in SCHEMAS:
            table = load_table(path, path.stem).reindex(columns=list(SCHEMAS[path.stem].columns))
            rows = _choose_rows(table, path.stem, source, reading)
            tables[PurePosixPath(path.relative_to(data).as_posix())] = rows.reset_index(drop=True)
    return Bundle(reading, tables)


def _choose_rows(table: pd.DataFrame, name: str, source: Source, reading: Reading) -> pd.DataFrame:
    """Choose the rows of a reference table that concern a notice: its own, its place's, those of its units."""
    if "notice_id" in table:
        return table[table["notice_id"] == source.notice_id]
    units = pd.concat([each[["unit_id", "unit_name"]] for each in (reading.scores, reading.mentions)])
    if "unit_id" in table:
        return table[table["unit_id"].isin(units["unit_id"])]
    ours = table[table["jurisdiction"] == source.jurisdiction]
    if name != "lineage":
        return ours
    return ours[ours["old_unit"].isin(units["unit_name"]) | ours["new_unit"].isin(units["unit_name"])]


def write_package(bundle: Bundle, words: Words) -> bytes:
    """Return the ZIP file: datapackage.json, README.md, the raw file, and each table that has rows."""
    tables = {path: table for path, table in bundle.tables.items() if len(table) or path.parts[0] == "processed"}
    contents = {PurePosixPath("README.md"): _write_readme(bundle, tables, words).encode()}
    contents[PurePosixPath("datapackage.json")] = _describe(bundle, list(tables), words).encode()
    contents |= bundle.raw_files
    contents |= {path: format_table(table, path.stem, path).encode() for path, table in tables.items()}
    return _zip(contents)


def _zip(contents: dict[PurePosixPath, bytes]) -> bytes:
    packed = BytesIO()
    with ZipFile(packed, "w") as file:
        for path, content in sorted(contents.items()):
            entry = ZipInfo(path.as_posix(), NO_CLOCK)
            entry.compress_type, entry.create_system, entry.external_attr = ZIP_DEFLATED, UNIX, 0o100644 << 16
            file.writestr(entry, content)
    return packed.getvalue()


def _describe(bundle: Bundle, tables: list[PurePosixPath], words: Words) -> str:
    package: dict[str, Any] = json.loads(describe_package(tables, PurePosixPath()))
    document, record = bundle.reading.notice.document, bundle.reading.record
    known = {} if record is None else record.dropna().to_dict()
    source = {"title": known.get("title", bundle.source.notice_id), "path": known.get("url")}
    paths = [path.as_posix() for path in bundle.raw_files]
    raw = {"name": "raw", "path": paths if len(paths) > 1 else paths[0], "description": known.get("form")}
    raw |= {"format": document.format, "encoding": document.encoding}
    raw |= {"bytes": sum(map(len, bundle.raw_files.values())), "hash": f"sha256:{document.sha256}"}
    package["name"], package["title"] = bundle.source.notice_id, words("export.name")
    package["sources"] = [{name: value for name, value in source.items() if value}]
    package["resources"].append({name: value for name, value in raw.items() if value is not None})
    return json.dumps(package, ensure_ascii=False, indent=2) + "\n"


def _write_readme(bundle: Bundle, tables: dict[PurePosixPath, pd.DataFrame], words: Words) -> str:
    record = bundle.reading.record
    facts = {} if record is None else record.dropna().to_dict()
    source = [f"- {words(f'export.{name}')}: {facts[name]}" for name in SOURCE_FACTS if name in facts]
    files = [f"| `{bundle.raw}` | {facts.get('form', words('export.raw_file'))} |"]
    files += [f"| `{path}` | {SCHEMAS[path.stem].description} ({len(table)}) |" for path, table in tables.items()]
    place = {"jurisdiction": bundle.source.jurisdiction, "notice_id": bundle.source.notice_id}
    table = f"| {words('export.file')} | {words('export.holds')} |\n|---|---|\n" + "\n".join(files)
    parts = [f"# {words('export.name')}", "\n".join(source), table, words("export.readme", **place)]
    return "\n\n".join(part for part in parts if part) + "\n"


SOURCE_FACTS = ("publisher", "title", "document_number", "url", "issued_on", "published_on", "terms", "note")
