"""Record what tables and reports were made from, so that only what is outdated is made again.

A manifest is a small JSON file of hashes: reports/.manifest/<jurisdiction>/<period>/<notebook>.json and .pages.json,
reports/.manifest/<jurisdiction>/.tables.json and .units.json. Manifests are not committed; one that cannot be read
counts as missing.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from audit_lib.batch.plan import Run
from audit_lib.batch.snapshot import Snapshot
from audit_lib.fingerprints import (
    LIBRARIES,
    PAGE_LIBRARIES,
    SILENCE,
    Fingerprint,
    Toolchain,
    hash_bytes,
    hash_library,
    list_versions,
    load_manifest,
    save_manifest,
)
from audit_lib.sources import Source


def find_toolchain(*, pages: bool = False) -> Toolchain:
    """Return the library hash and the package versions with which this process makes reports, or pages."""
    return hash_library(pages=pages), list_versions(PAGE_LIBRARIES if pages else LIBRARIES)


def describe_report(run: Run, snapshot: Snapshot) -> Fingerprint:
    """Return the hashes of everything that a report depends on. Equal fingerprints mean an equal report."""
    return {
        "notebook": snapshot.hash_notebook(run.notebook),
        "library": hash_library(),
        "inputs": snapshot.hash_inputs(run.notebook.stem, run.source),
        "parameters": run.parameters,
        "versions": list_versions(),
    }


def describe_tables(source: Source, snapshot: Snapshot) -> Fingerprint:
    """Return the hashes of everything that the processed tables of a notice depend on, and of its rows in them."""
    processed = sorted((snapshot.data / "processed" / source.jurisdiction).glob("*.csv"))
    return {
        "library": hash_library(),
        "inputs": snapshot.hash_inputs("tables", source),
        "rows": {path.name: snapshot.hash_rows(path, "notice_id", source.notice_id) for path in processed},
    }


def find_reason(run: Run, snapshot: Snapshot) -> str | None:
    """Return why a report must be run again; None if nothing it depends on has changed."""
    before = load_manifest(run.manifest)
    if not run.report.is_file() and SILENCE not in (before or {}):
        return "there is no report yet"
    if run.failed.is_file():
        return "its last run failed"
    if before is None:
        return "nothing is known of its last run"
    is_silent = before.pop(SILENCE, None) is not None and not run.report.is_file()
    if not is_silent and before.pop("report", None) != hash_bytes(run.report.read_bytes()):
        return "the report was changed by hand"
    return find_change(before, describe_report(run, snapshot))


def find_change(before: Fingerprint, now: Fingerprint) -> str | None:
    """Return what differs between two fingerprints; None if nothing does."""
    for key in now:
        if now[key] != before.get(key):
            return _word_change(key, before.get(key), now[key])
    return None


def _word_change(key: str, before: Any, now: Any) -> str:
    if not isinstance(now, dict) or not isinstance(before, dict):
        return f"the {key} changed"
    differing = sorted(name for name in now.keys() | before.keys() if now.get(name) != before.get(name))
    return f"{key} changed: {', '.join(differing)}"


def list_stale(sources: Iterable[Source], snapshot: Snapshot, reports: Path) -> list[Source]:
    """Return the notices whose processed tables must be built again: all of a place that lost a notice."""
    stale = []
    known: dict[str, Fingerprint] = {}
    for source in sources:
        place = source.jurisdiction
        if place not in known:
            known[place] = load_manifest(_tables_manifest(reports, place)) or {}
        is_one_gone = bool(known[place].keys() - set(snapshot.list_periods(place)))
        if is_one_gone or known[place].get(source.period) != describe_tables(source, snapshot):
            stale.append(source)
    return stale


def record_tables(built: Iterable[Source], snapshot: Snapshot, reports: Path) -> None:
    """Record what the tables of these notices, now in place, were made from. The snapshot is one taken since."""
    by_place: dict[str, Fingerprint] = {}
    for source in built:
        by_place.setdefault(source.jurisdiction, {})[source.period] = describe_tables(source, snapshot)
    for place, periods in by_place.items():
        path = _tables_manifest(reports, place)
        kept = {key: value for key, value in (load_manifest(path) or {}).items() if key in snapshot.list_periods(place)}
        save_manifest(path, dict(sorted({**kept, **periods}.items())))


def check_reference(snapshot: Snapshot, reports: Path, jurisdiction: str | None = None) -> None:
    """Validate reference tables as `validate_reference` does, unless they are as when they were last found valid."""
    tables = sorted((snapshot.data / "reference" / (jurisdiction or "")).glob("*.csv"))
    now = {"library": hash_library(), "tables": {path.name: snapshot.hash_file(path) for path in tables}}
    manifest = reports / ".manifest" / (jurisdiction or "") / ".reference.json"
    if tables and load_manifest(manifest) != now:
        from audit_lib.tables.storage import validate_reference  # loads pandas

        validate_reference(snapshot.data, jurisdiction)
        save_manifest(manifest, now)


def _tables_manifest(reports: Path, jurisdiction: str) -> Path:
    return reports / ".manifest" / jurisdiction / ".tables.json"
