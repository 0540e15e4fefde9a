"""Measure the work of a report, in seconds of CPU, beside that of its cells alone: what running it as a notebook adds.

One command, about four minutes: python benchmarks/work.py [rounds]. The notebooks of Leizhou 2017, one at a time; of
each the least of all rounds counts, since what else the machine does only adds. Pages are in none of the ways.
"""

import json
import subprocess
import sys
import tempfile
from operator import itemgetter
from pathlib import Path

from peers import AUDIT, NOTEBOOKS, PARAMETERS, ROOT
from results import save_section

# The cells alone, without papermill, kernel or notebook, twice in a process forked from the warm one for each notebook:
# as reports begin, and with everything done once before.
CELLS = """
import ast, json, os, sys, time
import audit_lib.batch.warm
from IPython.core.formatters import DisplayFormatter
show = DisplayFormatter().format  # in every form that the report keeps
def run(path):
    names = {}
    for cell in json.loads(open(path, encoding="utf-8").read())["cells"]:
        if cell["cell_type"] == "code":
            *body, last = ast.parse("".join(cell["source"])).body
            is_shown = isinstance(last, ast.Expr)
            exec(compile(ast.Module(body if is_shown else [*body, last], []), "cell", "exec"), names)
            if is_shown:
                show(eval(compile(ast.Expression(last.value), "cell", "eval"), names))
for path in sys.argv[1:]:
    if not os.fork():
        started = time.process_time()
        run(path)
        first = time.process_time()
        run(path)
        print(first - started, time.process_time() - first, flush=True)
        os._exit(0)
    os.wait()
"""


def run_cells() -> tuple[list[float], list[float]]:
    """Seconds of work of each notebook's cells alone: in a warm process, and there once more."""
    command = [sys.executable, "-c", CELLS, *(str(path) for path in NOTEBOOKS)]
    told = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT).stdout.splitlines()
    first, again = zip(*(map(float, line.split()) for line in told), strict=True)
    return list(first), list(again)


def run_reports(reports: Path, notebooks: Path) -> list[float]:
    """Seconds of work of each report, one at a time."""
    where = ["--notebooks", str(notebooks), "--reports", str(reports)]
    command = [*AUDIT, *PARAMETERS.values(), "--force", "--json", "--jobs", "1", *where]
    ended = subprocess.run(command, check=False, capture_output=True, text=True, cwd=ROOT)  # no page without a headline
    told = sorted(map(json.loads, ended.stdout.splitlines()), key=itemgetter("notebook"))
    if [each["status"] for each in told] != ["done"] * len(NOTEBOOKS):
        raise SystemExit(ended.stderr)
    return [each["cpu_seconds"] for each in told]


def empty_notebooks(folder: Path) -> Path:
    """Write the notebooks with cells that do nothing, but for the parameters."""
    folder.mkdir()
    for path in NOTEBOOKS:
        notebook = json.loads(path.read_text(encoding="utf-8"))
        for cell in notebook["cells"]:
            if cell["cell_type"] == "code" and "parameters" not in cell["metadata"].get("tags", []):
                cell["source"] = "pass"
        (folder / path.name).write_text(json.dumps(notebook), encoding="utf-8")
    return folder


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 6
    taken: list[tuple[list[float], ...]] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        idle = empty_notebooks(folder / "notebooks")
        for number in range(rounds):
            report = run_reports(folder / f"reports-{number}", ROOT / "notebooks")
            taken.append((report, *run_cells(), run_reports(folder / f"idle-{number}", idle)))
            print(f"round {number + 1}: {', '.join(f'{sum(way):.2f}' for way in taken[-1])} s", file=sys.stderr)
    report, first, again, nothing = (sum(map(min, *way)) / len(NOTEBOOKS) for way in zip(*taken, strict=True))
    lines = [
        f"CPU of a report, mean of {len(NOTEBOOKS)} notebooks, the least of {rounds} interleaved rounds of each.",
        "",
    ]
    lines += ["| what | seconds | a report takes so many times as much |", "|---|---|---|"]
    lines += [f"| a report: papermill, kernel, cells, notebook | {report:.2f} | 1.00 |"]
    alone = "its cells alone in a warm process, forked as a report's, each opening the notice"
    lines += [f"| {alone} | {first:.2f} | {report / first:.2f} |"]
    lines += [f"| its cells alone there once more, all done before | {again:.2f} | {report / again:.2f} |"]
    lines += [f"| a report with cells that do nothing | {nothing:.2f} | {report / nothing:.1f} |"]
    save_section("Work", lines)


if __name__ == "__main__":
    main()
