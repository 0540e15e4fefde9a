"""Time `audit-lib run` beside what a user would run instead: the notebooks of Leizhou 2017, as .ipynb and .html.

One command, about ten minutes: python benchmarks/peers.py [rounds]. All ways take turns in each round, so that their
ratios hold on a busy machine too. Peers run one report at a time, so `--jobs 1` is the row to compare them with.
jupyter-cache and ploomber-engine take part where they are installed (pip install jupyter-cache ploomber-engine).
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from statistics import median

from results import LIBRARIES, save_section
from synthetic import write_places

from audit_lib.batch.plan import choose_notebooks
from audit_lib.batch.processes import count_jobs

ROOT = Path(__file__).parents[1]
NOTEBOOKS = choose_notebooks(ROOT / "notebooks")
AUDIT = [sys.executable, "-c", "from audit_lib.cli import main; main()", "run", "--language", "en"]
PARAMETERS = {"jurisdiction": "leizhou", "period": "2017"}
MANY = 50  # reports of a sustained run

# What a user of each library would write: run every notebook of argv[2:] and export it, into the folder argv[1].
START = """
import json, sys, time
from pathlib import Path
folder, notebooks = Path(sys.argv[1]), [Path(name) for name in sys.argv[2:]]
parameters = {"jurisdiction": "leizhou", "period": "2017"}
def export(path):
    global exporter
    from nbconvert import HTMLExporter
    exporter = globals().get("exporter") or HTMLExporter()
    path.with_suffix(".html").write_text(exporter.from_filename(str(path))[0], encoding="utf-8")
"""
SCRIPTS = {
    "papermill in a loop": """
import papermill
for number, path in enumerate(notebooks):
    papermill.execute_notebook(path, folder / f"{number}.ipynb", parameters, kernel_name="python3", progress_bar=False)
    export(folder / f"{number}.ipynb")
""",
    "nbclient in a loop": """
import nbformat
from nbclient import NotebookClient
for number, path in enumerate(notebooks):
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(notebook, kernel_name="python3").execute()
    nbformat.write(notebook, folder / f"{number}.ipynb")
    export(folder / f"{number}.ipynb")
""",
    "jupyter-cache": """
import nbformat
from jupyter_cache import get_cache
from jupyter_cache.executors import load_executor
cache = get_cache(folder / "cache")
for path in notebooks:
    cache.add_nb_to_project(str(path))
load_executor("local-serial", cache=cache).run_and_cache(timeout=300)
for number, path in enumerate(notebooks):
    nbformat.write(cache.merge_match_into_file(str(path))[1], folder / f"{number}.ipynb")
    export(folder / f"{number}.ipynb")
""",
    "ploomber-engine": """
from ploomber_engine import execute_notebook
for number, path in enumerate(notebooks):
    report = folder / f"{number}.ipynb"
    execute_notebook(str(path), str(report), parameters=parameters, log_output=False, progress_bar=False)
    export(report)
""",
}
ONE_CORE, ALL_CORES, ENGINE = "audit-lib run --force --jobs 1", "audit-lib run --force", "ploomber-engine"
NEEDS = {"jupyter-cache": "jupyter_cache", ENGINE: "ploomber_engine"}


def clock(*commands: list[str]) -> float:
    """Run commands one after the other. Returns the seconds they took."""
    started = time.perf_counter()
    for command in commands:
        subprocess.run(command, check=True, capture_output=True, cwd=ROOT)
    return time.perf_counter() - started


def run_by_hand(folder: Path) -> float:
    """Two commands for each notebook."""
    python = [sys.executable, "-m"]
    given = [word for name, value in PARAMETERS.items() for word in ("-r", name, value)]
    commands = []
    for path in NOTEBOOKS:
        report = str(folder / path.name)
        commands.append([*python, "papermill", "--no-progress-bar", str(path), report, *given])
        commands.append([*python, "nbconvert", "--to", "html", report])
    return clock(*commands)


def run_script(name: str, times: int = 1) -> Callable[[Path], float]:
    paths = [str(path) for path in NOTEBOOKS] * times
    return lambda folder: clock([sys.executable, "-c", START + SCRIPTS[name], str(folder), *paths])


def run_ours(*options: str) -> Callable[[Path], float]:
    return lambda folder: clock([*AUDIT, *PARAMETERS.values(), "--force", "--reports", str(folder), *options])


def run_many(folder: Path, jobs: int | None = None) -> float:
    """Seconds per report of a sustained run over synthetic places."""
    write_places(folder / "data", -(-MANY // len(NOTEBOOKS)))
    where = [f"--{name}={folder / name}" for name in ("data", "reports")]
    started = time.perf_counter()
    ended = subprocess.run(
        [*AUDIT, *where, f"--notebooks={ROOT / 'notebooks'}", "--json", *([f"--jobs={jobs}"] if jobs else [])],
        check=True,
        capture_output=True,
        text=True,
    )
    return (time.perf_counter() - started) / len(ended.stdout.splitlines())


def take_turns(ways: dict[str, Callable[[Path], float]], rounds: int) -> dict[str, float]:
    """Time every way in every round; gives the median seconds of each."""
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(rounds):
        for name, way in ways.items():
            with tempfile.TemporaryDirectory() as folder:
                taken[name].append(way(Path(folder)))
            print(f"round {number + 1}: {name} {taken[name][-1]:.1f} s", file=sys.stderr)
    return {name: median(seconds) for name, seconds in taken.items()}


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    ways: dict[str, Callable[[Path], float]] = {"papermill and nbconvert by hand": run_by_hand}
    absent = [name for name, module in NEEDS.items() if not find_spec(module)]
    ways |= {name: run_script(name) for name in SCRIPTS if name not in absent}
    ways |= {ONE_CORE: run_ours("--jobs", "1"), ALL_CORES: run_ours()}
    seconds = take_turns(ways, rounds)
    sustained: dict[str, Callable[[Path], float]] = {ALL_CORES: run_many, ONE_CORE: partial(run_many, jobs=1)}
    if ENGINE not in absent:
        times = -(-MANY // len(NOTEBOOKS))
        sustained[ENGINE] = lambda folder: run_script(ENGINE, times)(folder) / times / len(NOTEBOOKS)
    each = take_turns(sustained, rounds)
    by_hand = seconds["papermill and nbconvert by hand"]
    n = len(NOTEBOOKS)
    lines = [f"{n} reports, start-up included; median of {rounds} interleaved rounds.", ""]
    lines += ["| way | cores (reports at a time) | seconds | times as fast as by hand |", "|---|---|---|---|"]
    at_once = {ALL_CORES: count_jobs()}
    lines += [
        f"| {name} | {at_once.get(name, 1)} | {taken:.1f} | {by_hand / taken:.1f} |" for name, taken in seconds.items()
    ]
    lines += ["", f"Sustained, at least {MANY} reports, start-up included, measured right after:", ""]
    lines += ["| way | cores | seconds a report | times as fast as by hand |", "|---|---|---|---|"]
    lines += [
        f"| {name} | {at_once.get(name, 1)} | {taken:.2f} | {by_hand / n / taken:.1f} |" for name, taken in each.items()
    ]
    lines += [f"Not installed, so not measured: {name}." for name in absent]
    save_section("Peers", lines, (*LIBRARIES, "jupyter-cache", "ploomber-engine"))


if __name__ == "__main__":
    main()
