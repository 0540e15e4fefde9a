"""Know what a report was made from, so that only what changed runs again.

A manifest per report, reports/.manifest/<jurisdiction>/<period>/<notebook>.json, holds the hashes of everything the
report depends on. Manifests are not committed.
"""

import csv
import hashlib
import json
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from audit_lib.publishing.plan import Run
from audit_lib.reading.documents import file_sha256
from audit_lib.tables import save_text

LIBRARIES = ("audit-lib", "matplotlib", "numpy", "pandas", "papermill", "scipy", "seaborn", "statsmodels")
PACKAGE = Path(__file__).parents[1]


def fingerprint(run: Run) -> dict[str, Any]:
    """Give the hashes of everything that a report depends on. Equal fingerprints mean an equal report."""
    return {
        "notebook": hash_code(run.notebook),
        "library": _hash_library(),
        "inputs": _hash_inputs(run),
        "parameters": run.parameters,
        "versions": _list_versions(),
    }


def _hash_inputs(run: Run) -> dict[str, str]:
    """Hash the raw file and the place's reference; of tables that hold more than this notice, its rows alone.

    Another period or another place must not make this report look changed.
    """
    data, source = run.data, run.source
    reference = sorted((data / "reference" / source.jurisdiction).glob("*.csv"))
    by_notice = [path for path in [*sorted((data / "reference").glob("*.csv")), *reference] if _is_by_notice(path)]
    whole = [source.path, *(path for path in reference if path not in by_notice)]
    shared = {data / "reference" / "jurisdictions.csv": ("jurisdiction", source.jurisdiction)}
    of_notice = [*by_notice, *sorted((data / "processed" / source.jurisdiction).glob("*.csv"))]
    shared |= dict.fromkeys(of_notice, ("notice_id", source.notice_id))
    hashes = {path.relative_to(data).as_posix(): file_sha256(path) for path in whole}
    for path, (column, value) in shared.items():
        if path.is_file():
            hashes[f"{path.relative_to(data).as_posix()}, {column} {value}"] = _hash_rows(path, column, value)
    return hashes


def _is_by_notice(path: Path) -> bool:
    with path.open(encoding="utf-8", newline="") as file:
        return "notice_id" in next(csv.reader(file), [])


def _hash_rows(path: Path, column: str, value: str) -> str:
    with path.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row.get(column) == value]
    return hashlib.sha256(json.dumps(rows, ensure_ascii=False).encode()).hexdigest()


def hash_code(notebook: Path) -> str:
    """Hash the cells of a notebook as written: their kind, tags and source, not their outputs."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    written = [[cell["cell_type"], cell["metadata"].get("tags", []), "".join(cell["source"])] for cell in cells]
    return hashlib.sha256(json.dumps(written).encode()).hexdigest()


@cache
def _hash_library() -> str:
    digest = hashlib.sha256()
    for path in sorted(path for path in PACKAGE.rglob("*") if path.is_file() and "__pycache__" not in path.parts):
        digest.update(path.relative_to(PACKAGE).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


@cache
def _list_versions() -> dict[str, str]:
    return {library: version(library) for library in LIBRARIES}


def _manifest_path(run: Run) -> Path:
    return (
        run.report.parents[2]
        / ".manifest"
        / run.report.parent.relative_to(run.report.parents[2])
        / f"{run.report.stem}.json"
    )


def find_reason(run: Run) -> str | None:
    """Say why a report must be run again; None if nothing it depends on has changed."""
    if not run.report.is_file():
        return "there is no report yet"
    if run.failed.is_file():
        return "its last run failed"
    try:
        before = json.loads(_manifest_path(run).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return "nothing is known of its last run"
    if before.get("report") != file_sha256(run.report):
        return "the report was changed by hand"
    now = fingerprint(run)
    if changed := next((part for part in now if now[part] != before.get(part)), None):
        return _word_change(changed, before.get(changed), now[changed])
    return None


def _word_change(part: str, before: Any, now: Any) -> str:
    if not isinstance(now, dict) or not isinstance(before, dict):
        return f"the {part} changed"
    differing = sorted(key for key in now.keys() | before.keys() if now.get(key) != before.get(key))
    return f"{part} changed: {', '.join(differing)}"


def save_manifest(run: Run, made_from: dict[str, Any]) -> None:
    """Record what the report of a run, now in place, was made from."""
    content = {**made_from, "report": file_sha256(run.report)}
    save_text(json.dumps(content, indent=1) + "\n", _manifest_path(run))
