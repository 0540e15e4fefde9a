"""Time a batch of 400 reports of which none has changed, beside Python's start and the reading of the same files.

One command: python benchmarks/unchanged.py. Each report is a copy of Leizhou's 03_tiers, recorded as made for a
synthetic place; none is run here.
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from results import save_section
from synthetic import write_places

from audit_lib.batch.manifest import check_reference, describe_report, record_tables
from audit_lib.batch.page_sets import PageSet, make_index
from audit_lib.batch.plan import Folders, choose_notebooks, plan_runs
from audit_lib.batch.snapshot import Snapshot
from audit_lib.fingerprints import find_digest, hash_bytes, save_manifest
from audit_lib.sources import NOTICE, find_sources
from audit_lib.tables.build import build_tables

ROOT = Path(__file__).parents[1]
AUDIT = [sys.executable, "-c", "from audit_lib.cli import main; main()"]
REPORT = ROOT / "reports" / "leizhou" / "2017" / "03_tiers.ipynb"
N_REPORTS = 400
UNITS = [f"unit-{number}" for number in range(56)]  # whose pages each place has
# The same files, read and hashed with nothing around it.
READ = """
import hashlib, sys
from pathlib import Path
for folder in sys.argv[1:]:
    for path in Path(folder).rglob("*"):
        if path.is_file() and path.suffix != ".html":
            hashlib.sha256(path.read_bytes()).hexdigest()
"""


def make_world(folder: Path) -> Folders:
    """Write data and reports of which each is recorded as up to date."""
    folders = Folders(folder / "data", ROOT / "notebooks", folder / "reports")
    write_places(folders.data, N_REPORTS // len(choose_notebooks(folders.notebooks)))
    sources = find_sources(folders.data)
    list(build_tables(folders.data, sources))
    snapshot = Snapshot(folders.data, sources)
    record_tables(sources, snapshot, folders.reports)
    check_reference(snapshot, folders.reports)
    for run in plan_runs(folders, sources, choose_notebooks(folders.notebooks), ("en",)):
        content = REPORT.read_bytes()
        run.report.parent.mkdir(parents=True, exist_ok=True)
        run.report.write_bytes(content)
        run.report.with_suffix(".html").touch()
        save_manifest(run.manifest, {**describe_report(run, snapshot), "report": hash_bytes(content)})
    for source in sources:
        pages = PageSet("pages", source, folders.reports / source.jurisdiction / source.period)
        (pages.folder / NOTICE).touch()
        save_manifest(pages.manifest, pages.describe(snapshot))
    for source in sources:
        units = PageSet("units", source, folders.reports / source.jurisdiction)
        (units.folder / "units").mkdir()
        for name in UNITS:
            (units.folder / "units" / f"{name}.html").touch()
        digest = {"units": [{"name": name, "slug": name, "others": [], "results": []} for name in UNITS], "marks": {}}
        save_manifest(find_digest(folders.reports, source.jurisdiction), digest)
        save_manifest(units.manifest, units.describe(snapshot))
    (folders.reports / "index.html").touch()
    index = make_index(folders.reports, "en")
    save_manifest(index.manifest, index.describe(snapshot))
    return folders


def clock(*command: str) -> float:
    """Return the seconds that a command takes."""
    started = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - started


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folders = make_world(Path(name))
        where = [f"--data={folders.data}", f"--notebooks={folders.notebooks}", f"--reports={folders.reports}"]
        n_reports = len(list(folders.reports.glob("*/*/*.ipynb")))
        told = subprocess.run(
            [*AUDIT, "run", "--language", "en", *where], check=True, capture_output=True, text=True
        ).stdout
        if not told.startswith(f"{n_reports} reports: 0 done, {n_reports} unchanged, 0 failed"):
            raise SystemExit(told)
        ways: dict[str, Callable[[], float]] = {
            "python -c pass": lambda: clock(sys.executable, "-c", "pass"),
            "the same files, read and hashed": lambda: clock(
                sys.executable, "-c", READ, str(folders.data), str(folders.reports)
            ),
            "audit-lib run": lambda: clock(*AUDIT, "run", "--language", "en", *where),
            "audit-lib --help": lambda: clock(*AUDIT, "--help"),
        }
        taken: dict[str, list[float]] = {name: [] for name in ways}
        for _ in range(7):
            for name, way in ways.items():
                taken[name].append(way())
    lines = [
        f"{n_reports} reports, none changed; median of 7 interleaved rounds.",
        "",
        "| what | seconds |",
        "|---|---|",
    ]
    lines += [f"| {name} | {median(seconds):.2f} |" for name, seconds in taken.items()]
    save_section("Nothing changed", lines)


if __name__ == "__main__":
    main()
