"""Know what tables, reports and pages were made from, so that only what changed is made again.

A manifest is a small JSON file of hashes near what it speaks of: reports/.manifest/<jurisdiction>/<period>/
<notebook>.json and .pages.json, reports/.manifest/<jurisdiction>/.tables.json. Manifests are not committed.

What each notebook reads is declared in inputs.csv, and what else is made: `tables`, `pages`, `units`. `rows` names the
column by which the rows that count are told from those of other notices and places; without it the whole file counts.
`periods` is `own`, `earlier`: those of the place up to the year of the report, or `all` of the place.
"""

import csv
import hashlib
import json
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

from audit_lib.files import save_text
from audit_lib.languages import MAIN, find_twins
from audit_lib.periods import order_of
from audit_lib.publishing.plan import Run
from audit_lib.reading.sources import Source

LIBRARIES = (
    *("audit-lib", "matplotlib", "numpy", "pandas", "papermill", "pillow", "pylopdf-fonts-zh-cn"),
    *("scipy", "seaborn", "statsmodels"),
)
PAGE_LIBRARIES = ("beautifulsoup4", "fonttools", "jinja2", "nbconvert", "pylopdf-fonts-zh-cn")
PACKAGE = Path(__file__).parents[1]
# What makes pages of reports, and runs them. A change here asks for new pages at most, not for new reports.
AROUND_REPORTS = (
    *("analysis/dossiers.py", "cli.py"),
    *(f"publishing/{name}.py" for name in ("executors", "progress", "provisioner")),
    *(f"publishing/{name}.py" for name in ("pages", "pieces", "notices", "index", "strips", "unit_pages")),
    *(f"publishing/{name}.py" for name in ("citations", "issues", "verdicts", "verify")),
    *(f"publishing/{name}.py" for name in ("export", "pdf", "workbook")),
)
TEMPLATES = "publishing/templates/"
NOT_NOTEBOOKS = ("tables", "pages", "units")  # of what inputs.csv declares

Fingerprint = dict[str, Any]
Makers = tuple[str, dict[str, str]]  # the hash of our sources, and the versions of other libraries


class Input(NamedTuple):
    """A row of inputs.csv."""

    used_by: str
    path: str
    rows: str
    periods: str


class Snapshot:
    """The data folder as one batch finds it. Each file is read once, however many reports rest on it."""

    def __init__(self, data: Path, sources: Iterable[Source] = ()) -> None:
        self.data = data
        self._sources = list(sources)
        self._periods: dict[str, list[str]] = {}
        for source in self._sources:
            self._periods.setdefault(source.jurisdiction, []).append(source.period)
        self._files: dict[Path, str] = {}
        self._rows: dict[tuple[Path, str], dict[str | None, str]] = {}
        self._inputs: dict[tuple[Input, str, str], dict[str, str]] = {}

    def renew(self) -> "Snapshot":
        """Give the same folder as it is now."""
        return Snapshot(self.data, self._sources)

    def hash_inputs(self, used_by: str, source: Source) -> dict[str, str]:
        """Hash what `used_by` (a notebook, or one of NOT_NOTEBOOKS) reads for a notice; by path and rows that count.

        A file or rows that are not there are left out, so that they count as a change once they are.
        """
        hashes = {}
        for declared in list_inputs():
            if declared.used_by in (used_by, "*" if used_by not in NOT_NOTEBOOKS else used_by):
                for period in self._choose_periods(source, declared.periods):
                    hashes.update(self._hash_input(declared, source.jurisdiction, period))
        return hashes

    def list_periods(self, jurisdiction: str) -> list[str]:
        """List the periods of a place that have a raw file."""
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
        """Hash a file."""
        if path not in self._files:
            self._files[path] = hash_bytes(path.read_bytes())
        return self._files[path]

    def hash_notebook(self, path: Path) -> str:
        """Hash what a notebook does."""
        if path not in self._files:
            self._files[path] = hash_code(path)
        return self._files[path]

    def hash_rows(self, path: Path, column: str, value: str) -> str | None:
        """Hash the rows of a CSV file with a value in a column, and those that name none; all without the column.

        None where there is none. A file that is no CSV counts whole: whoever reads it tells what is wrong with it.
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
    """List what inputs.csv declares."""
    with Path(__file__).with_name("inputs.csv").open(encoding="utf-8", newline="") as file:
        return tuple(Input(**row) for row in csv.DictReader(file))


def hash_bytes(content: bytes) -> str:
    """Hash bytes."""
    return hashlib.sha256(content).hexdigest()


def hash_value(value: object) -> str:
    """Hash what JSON can say."""
    return hash_bytes(json.dumps(value, ensure_ascii=False).encode())


def hash_code(notebook: Path) -> str:
    """Hash the cells of a notebook as written: their kind, tags and source, not their outputs."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    written = [[cell["cell_type"], cell["metadata"].get("tags", []), "".join(cell["source"])] for cell in cells]
    return hash_bytes(json.dumps(written).encode())


@cache
def hash_library(*, pages: bool = False) -> str:
    """Hash the sources of this package that reports rest on; with `pages`, those of the pages too."""
    digest = hashlib.sha256()
    for path in sorted(path for path in PACKAGE.rglob("*") if path.is_file() and "__pycache__" not in path.parts):
        name = path.relative_to(PACKAGE).as_posix()
        if pages or not (name in AROUND_REPORTS or name.startswith(TEMPLATES)):
            digest.update(name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


@cache
def list_versions(libraries: tuple[str, ...] = LIBRARIES) -> dict[str, str]:
    """Give the installed versions of the libraries that reports, or pages, rest on."""
    return {library: version(library) for library in libraries}


def find_makers(*, pages: bool = False) -> Makers:
    """Give what this process makes reports, or pages, with."""
    return hash_library(pages=pages), list_versions(PAGE_LIBRARIES if pages else LIBRARIES)


def describe_report(run: Run, snapshot: Snapshot) -> Fingerprint:
    """Give the hashes of everything that a report depends on. Equal fingerprints mean an equal report."""
    return {
        "notebook": snapshot.hash_notebook(run.notebook),
        "library": hash_library(),
        "inputs": snapshot.hash_inputs(run.notebook.stem, run.source),
        "parameters": run.parameters,
        "versions": list_versions(),
    }


def describe_pages(source: Source, folder: Path, snapshot: Snapshot, language: str = MAIN) -> Fingerprint:
    """Give the hashes of everything that the pages of a period depend on: its reports first of all.

    And which reports there are in other languages, since the pages link theirs.
    """
    twins = find_twins(folder, folder.parents[1], language)
    return {
        "reports": {path.name: hash_bytes(path.read_bytes()) for path in sorted(folder.glob("[!.]*.ipynb"))},
        "twins": {each: sorted(path.name for path in twin.glob("[!.]*.ipynb")) for each, twin in twins.items()},
        "library": hash_library(pages=True),
        "inputs": snapshot.hash_inputs("pages", source),
        "versions": list_versions(PAGE_LIBRARIES),
    }


def describe_units(source: Source, folder: Path, snapshot: Snapshot, language: str = MAIN) -> Fingerprint:
    """Give the hashes of everything that the unit pages of a place depend on, whichever notice of it is given.

    And in which other languages the place has reports, since the pages link theirs.
    """
    twins = find_twins(folder, folder.parent, language)
    return {
        "twins": [each for each, twin in twins.items() if twin.is_dir()],
        "library": hash_library(pages=True),
        "inputs": snapshot.hash_inputs("units", source),
        "versions": list_versions(PAGE_LIBRARIES),
    }


def describe_tables(source: Source, snapshot: Snapshot) -> Fingerprint:
    """Give the hashes of everything that the processed tables of a notice depend on, and of its rows in them."""
    processed = sorted((snapshot.data / "processed" / source.jurisdiction).glob("*.csv"))
    return {
        "library": hash_library(),
        "inputs": snapshot.hash_inputs("tables", source),
        "rows": {path.name: snapshot.hash_rows(path, "notice_id", source.notice_id) for path in processed},
    }


def find_reason(run: Run, snapshot: Snapshot) -> str | None:
    """Say why a report must be run again; None if nothing it depends on has changed."""
    if not run.report.is_file():
        return "there is no report yet"
    if run.failed.is_file():
        return "its last run failed"
    if (before := load_manifest(run.manifest)) is None:
        return "nothing is known of its last run"
    if before.pop("report", None) != hash_bytes(run.report.read_bytes()):
        return "the report was changed by hand"
    return find_change(before, describe_report(run, snapshot))


def find_change(before: Fingerprint, now: Fingerprint) -> str | None:
    """Say what differs between two fingerprints; None if nothing does."""
    for part in now:
        if now[part] != before.get(part):
            return _word_change(part, before.get(part), now[part])
    return None


def _word_change(part: str, before: Any, now: Any) -> str:
    if not isinstance(now, dict) or not isinstance(before, dict):
        return f"the {part} changed"
    differing = sorted(key for key in now.keys() | before.keys() if now.get(key) != before.get(key))
    return f"{part} changed: {', '.join(differing)}"


def load_manifest(path: Path) -> Fingerprint | None:
    """Load a manifest; None where there is none, or none that can be read."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return content if isinstance(content, dict) else None


def save_manifest(path: Path, made_from: Fingerprint) -> None:
    """Record what something was made from."""
    save_text(json.dumps(made_from, ensure_ascii=False, indent=1) + "\n", path)


def list_stale(sources: Iterable[Source], snapshot: Snapshot, reports: Path) -> list[Source]:
    """List the notices whose processed tables must be built again: all of a place that lost a notice."""
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


def find_digest(tree: Path, jurisdiction: str) -> Path:
    """Find where the digest of a place is kept: what the index says of its units and notices."""
    return tree / ".manifest" / jurisdiction / ".digest.json"


def _tables_manifest(reports: Path, jurisdiction: str) -> Path:
    return reports / ".manifest" / jurisdiction / ".tables.json"
