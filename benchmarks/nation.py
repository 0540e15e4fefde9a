"""Measure a batch of 200,000 reports: the time and memory until its first report, and what is kept of a finished one.

One command, about ten minutes: python benchmarks/nation.py [places]. The places are synthetic, with nine periods each
and eight notebooks. The batch is stopped after its first report; then its bookkeeping runs alone, with idle tasks.
"""

import resource
import subprocess
import sys
import tempfile
import time
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import Any

import psutil
from results import save_section
from synthetic import write_places

from audit_lib.batch.batch import Batch
from audit_lib.batch.plan import Folders, Run, choose_notebooks, order_places, plan_runs
from audit_lib.batch.snapshot import Snapshot
from audit_lib.batch.tasks import RunResult
from audit_lib.sources import find_sources

ROOT = Path(__file__).parents[1]
PERIODS = tuple(str(year) for year in range(2010, 2019))
AUDIT = [sys.executable, "-c", "from audit_lib.cli import main; main()", "run", "--language", "en", "--json"]


def start_batch(folders: Folders) -> tuple[float, float]:
    """Return the seconds until the first report, and the memory of the batch at its peak until then, in MB."""
    where = [f"--data={folders.data}", f"--notebooks={folders.notebooks}", f"--reports={folders.reports}"]
    started = time.perf_counter()
    with subprocess.Popen([*AUDIT, *where], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as batch:
        assert batch.stdout is not None
        batch.stdout.readline()
        seconds = time.perf_counter() - started
        status = (Path("/proc") / str(batch.pid) / "status").read_text(encoding="ascii")
        peak = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))
        batch.terminate()
        batch.stdout.close()
    return seconds, peak / 1000


class Idle(Executor):
    """Ends every task at once, as done."""

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        future.set_result(RunResult(args[0], "done", args[1]) if isinstance(args[0], Run) else None)
        return future


def keep_books(folders: Folders) -> tuple[int, float, float]:
    """Run the bookkeeping alone. Returns the reports, the seconds, and the growth of memory in bytes per report."""
    sources = find_sources(folders.data)
    notebooks = choose_notebooks(folders.notebooks)
    marks: list[tuple[int, int]] = []
    process = psutil.Process()

    def plan() -> Any:
        for number, place in enumerate(order_places(sources, notebooks).values()):
            if number % 100 == 0:
                marks.append((batch.counts["done"], process.memory_info().rss))
            yield dict.fromkeys(plan_runs(folders, place, notebooks, ("en",)), "measured")

    batch = Batch(folders, plan(), Snapshot(folders.data, sources), Idle(), 4, languages=("en",))
    started = time.perf_counter()
    batch.do()
    seconds = time.perf_counter() - started
    marks.append((batch.counts["done"], process.memory_info().rss))
    (first, before), (last, after) = marks[len(marks) // 4], marks[-1]
    return batch.counts["done"], seconds, (after - before) / max(1, last - first)


def main() -> None:
    n_places = int(sys.argv[1]) if len(sys.argv) > 1 else 2800
    with tempfile.TemporaryDirectory() as name:
        folders = Folders(Path(name) / "data", ROOT / "notebooks", Path(name) / "reports")
        write_places(folders.data, n_places, PERIODS)
        seconds, peak = start_batch(folders)
        n, in_all, each = keep_books(Folders(folders.data, folders.notebooks, Path(name) / "books"))
    planned = f"{n:,} reports planned: {n_places:,} synthetic places, {len(PERIODS)} periods, nothing built before."
    lines = [planned, "Measured by `python benchmarks/nation.py`, which `make bench` does not run.", ""]
    lines += ["| what | measured |", "|---|---|"]
    lines += [f"| seconds to the first report | {seconds:.0f} |", f"| peak of the batch until then, MB | {peak:.0f} |"]
    lines += [f"| bookkeeping alone, seconds for all reports | {in_all:.0f} |"]
    lines += [f"| memory kept per finished report, bytes | {each:.0f} |"]
    lines += [f"| peak of that process, MB | {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000:.0f} |"]
    save_section("A nation", lines)


if __name__ == "__main__":
    main()
