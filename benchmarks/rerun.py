"""Time nbval over the committed reports with forked kernels and with new interpreters.

One command, about ten minutes: python benchmarks/rerun.py [rounds] [folders of reports …]. Both ways take turns in each
round. Kernels are real and fresh both times; forked ones have imported before what reports use.
"""

import os
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

from results import save_section

ROOT = Path(__file__).parents[1]
WAYS = {"new interpreters": "local-provisioner", "forked": "audit-lib-warm"}
PYTEST = [sys.executable, "-m", "pytest", "-q", "-n", "auto", "--dist", "loadscope", "--nbval"]


def rerun(folders: list[str], provisioner: str) -> tuple[float, str]:
    """Run every report again; gives the seconds it took, start-up included, and what pytest says of it."""
    started = time.perf_counter()
    ended = subprocess.run(
        [*PYTEST, *folders],
        env={**os.environ, "JUPYTER_DEFAULT_PROVISIONER_NAME": provisioner},
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    seconds = time.perf_counter() - started
    if ended.returncode:
        raise SystemExit(ended.stdout[-2000:] + ended.stderr[-2000:])
    return seconds, ended.stdout.strip().splitlines()[-1].partition(" in ")[0]


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    folders = sys.argv[2:] or ["reports"]
    n = sum(1 for folder in folders for path in (ROOT / folder).rglob("[!.]*.ipynb") if ".failed" not in path.name)
    taken: dict[str, list[float]] = {way: [] for way in WAYS}
    for _ in range(rounds):
        for way, provisioner in WAYS.items():
            seconds, told = rerun(folders, provisioner)
            taken[way].append(seconds)
            print(f"{way}: {seconds:.0f} s, {told}", file=sys.stderr)
    cold, warm = (median(each) for each in taken.values())
    lines = [f"nbval over {n} reports, start-up included; median of {rounds} interleaved rounds.", ""]
    lines += ["| kernels | seconds | seconds a report |", "|---|---|---|"]
    lines += [f"| {way} | {median(each):.0f} | {median(each) / n:.2f} |" for way, each in taken.items()]
    lines += ["", f"Forked kernels make it {cold / warm:.1f} times as fast."]
    save_section("Reports run again", lines, ("nbval", "pytest", "jupyter-client", "ipykernel"))


if __name__ == "__main__":
    main()
