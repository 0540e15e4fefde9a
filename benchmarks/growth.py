"""Time batches of growing size over synthetic places: the cost of a report and the memory must not grow with them.

One command: python benchmarks/growth.py [sizes …] (default: 50 500; with 2000 about forty minutes). One notebook, the
cheapest, so that what a batch does around a report weighs most.
"""

import json
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import psutil
from results import save_section
from synthetic import write_places

ROOT = Path(__file__).parents[1]
NOTEBOOK = "01_source"
AUDIT = [
    sys.executable,
    "-c",
    "from audit_lib.cli import main; main()",
    "run",
    "--language",
    "en",
    "--notebook",
    NOTEBOOK,
    "--json",
]


def watch_memory(batch: subprocess.Popen[str], peak: list[int]) -> None:
    """Keep the peak memory of the batch process, its reports and their fork server left out: what may grow."""
    while batch.poll() is None:
        try:
            main = psutil.Process(batch.pid)
            peak[0] = max(peak[0], main.memory_info().rss)
        except psutil.Error:
            return
        time.sleep(0.2)


def run_size(size: int) -> dict[str, float]:
    """Run so many reports. Returns seconds and CPU per report, and the peaks of memory in MB."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_places(folder / "data", size // 10, tuple(str(year) for year in range(2010, 2020)))
        where = [f"--{each}={path}" for each, path in {"data": folder / "data", "reports": folder / "reports"}.items()]
        subprocess.run([*AUDIT[:3], "build", "--data", str(folder / "data")], check=True, capture_output=True)
        started = time.perf_counter()
        peak = [0]
        with subprocess.Popen(
            [*AUDIT, *where, f"--notebooks={ROOT / 'notebooks'}"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        ) as batch:
            watcher = threading.Thread(target=watch_memory, args=(batch, peak))
            watcher.start()
            out, _ = batch.communicate()
            watcher.join()
        seconds = time.perf_counter() - started
    reports = [json.loads(line) for line in out.splitlines()]
    if len(reports) != size or {each["status"] for each in reports} != {"done"}:
        raise SystemExit(f"{size} reports asked for, {len(reports)} told of: {reports[:1]}")
    return {
        "seconds": seconds / size,
        "cpu": sum(each["cpu_seconds"] for each in reports) / size,
        "last": sum(each["cpu_seconds"] for each in reports[-50:]) / 50,
        "report": max(each["peak_memory"] for each in reports) / 1e6,
        "batch": peak[0] / 1e6,
    }


def main() -> None:
    sizes = [int(word) for word in sys.argv[1:]] or [50, 500]
    smallest = min(sizes)
    rows = [(size, run_size(size)) for larger in sizes for size in dict.fromkeys((larger, smallest))]
    lines = [f"{NOTEBOOK} for synthetic places of ten periods each, one batch after the other: after each larger one"]
    lines += ["the smallest again, so that what the machine does meanwhile can be told from what the size does.", ""]
    lines += ["| reports | seconds each | work each | work, last 50 | peak of a report, MB | peak of the batch, MB |"]
    lines += ["|---|---|---|---|---|---|"]
    lines += [
        f"| {size} | {row['seconds']:.2f} | {row['cpu']:.2f} | {row['last']:.2f} "
        f"| {row['report']:.0f} | {row['batch']:.0f} |"
        for size, row in rows
    ]
    save_section("Growth", lines)


if __name__ == "__main__":
    main()
