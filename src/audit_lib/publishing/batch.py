"""Run notebooks over places and periods: plan → run with papermill → check → promote → pages.

A report appears under its name only when its run succeeded. A failed run leaves the last good report alone and keeps
its own notebook and log beside it, as <notebook>.failed.ipynb and <notebook>.failed.log.
"""

import hashlib
import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from multiprocessing import get_all_start_methods, get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import nbformat

from audit_lib.errors import AuditError, unusable
from audit_lib.publishing.parameters import Parameters, check_parameters
from audit_lib.reading.build import Source
from audit_lib.reading.documents import file_sha256
from audit_lib.tables import save_bytes, save_text

DEADLINE = 300  # seconds a report may take; the slowest takes about ten
LIBRARIES = ("audit-lib", "matplotlib", "numpy", "pandas", "papermill", "scipy", "seaborn", "statsmodels")
PACKAGE = Path(__file__).parents[1]


@dataclass(frozen=True)
class Folders:
    """Where data, notebooks and reports are."""

    data: Path
    notebooks: Path
    reports: Path


@dataclass(frozen=True)
class Run:
    """One notebook for one place and period, and where its report goes."""

    notebook: Path
    source: Source
    report: Path
    data: Path

    @property
    def name(self) -> str:
        return f"{self.source.jurisdiction} {self.source.period} {self.notebook.stem}"

    @property
    def parameters(self) -> dict[str, str]:
        return {"jurisdiction": self.source.jurisdiction, "period": self.source.period}

    @property
    def failed(self) -> Path:
        return self.report.with_suffix(".failed.ipynb")

    @property
    def log(self) -> Path:
        return self.report.with_suffix(".failed.log")


@dataclass(frozen=True)
class Result:
    """How a run ended: done, unchanged or failed. `why` is the reason it ran, or the error that stopped it."""

    run: Run
    status: str
    why: str
    seconds: float = 0.0


def plan_runs(folders: Folders, sources: list[Source], names: tuple[str, ...] = ()) -> list[Run]:
    """List the runs for these notices, notebook by notebook. Raises AuditError before any kernel starts for a notebook
    that is not there or whose parameters are not the contract's."""
    found = {path.stem: path for path in sorted(folders.notebooks.glob("*.ipynb"))}
    if not found:
        raise unusable(folders.notebooks, "no notebook", "at least one .ipynb file")
    if unknown := [name for name in names if name not in found]:
        raise unusable(folders.notebooks, f"no notebook {unknown[0]}", f"one of {', '.join(found)}")
    chosen = [path for name, path in found.items() if not names or name in names]
    for path in chosen:
        _check_contract(path)
    runs = [
        Run(path, source, folders.reports / source.jurisdiction / source.period / path.name, folders.data)
        for source in sources
        for path in chosen
    ]
    for run in runs:
        check_parameters(run.parameters)
    return runs


def _check_contract(notebook: Path) -> None:
    from papermill import inspect_notebook

    try:
        declared = set(inspect_notebook(notebook))
    except Exception as error:  # papermill and nbformat raise many kinds for a file that is no notebook
        raise unusable(notebook, str(error).partition("\n")[0], "a Jupyter notebook") from None
    if differing := declared ^ set(Parameters.__dataclass_fields__):
        expected = f"exactly {', '.join(Parameters.__dataclass_fields__)}"
        raise unusable(f"{notebook} parameters", f"a difference in {', '.join(sorted(differing))}", expected)


def fingerprint(run: Run) -> dict[str, Any]:
    """Give the hashes of everything that a report depends on. Equal fingerprints mean an equal report."""
    jurisdiction, data = run.source.jurisdiction, run.data
    inputs = [
        run.source.path,
        *sorted((data / "reference").glob("*.csv")),
        *sorted((data / "reference" / jurisdiction).glob("*.csv")),
        *sorted((data / "processed" / jurisdiction).glob("*.csv")),
    ]
    return {
        "notebook": hash_code(run.notebook),
        "library": _hash_library(),
        "inputs": {path.relative_to(data).as_posix(): file_sha256(path) for path in inputs},
        "parameters": run.parameters,
        "versions": _list_versions(),
    }


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


def run_all(runs: list[Run], jobs: int, force: bool, tell: Callable[[Result], None]) -> list[Result]:
    """Run what must be run, `jobs` at a time, and tell each result as it comes. Gives the results in plan order."""
    reasons = {run: "forced" if force else find_reason(run) for run in runs}
    results = {run: Result(run, "unchanged", "nothing it depends on changed") for run in runs if reasons[run] is None}
    for result in results.values():
        tell(result)
    with ThreadPoolExecutor(max_workers=jobs) as threads:
        pending = {threads.submit(execute_run, run, reason): run for run, reason in reasons.items() if reason}
        try:
            for future in as_completed(pending):
                results[pending[future]] = future.result()
                tell(future.result())
        except BaseException:  # Ctrl-C among them: what has begun ends, what has not does not begin
            threads.shutdown(wait=False, cancel_futures=True)
            raise
    return [results[run] for run in runs]


def execute_run(run: Run, why: str, deadline: float = DEADLINE) -> Result:
    """Run one notebook in a process of its own and promote its report if it succeeded.

    The process starts from a warm one where the system can fork, with a fresh kernel for the notebook. It is killed
    with its kernel if it has not ended by the deadline (seconds).
    """
    started = time.monotonic()
    run.report.parent.mkdir(parents=True, exist_ok=True)
    context = _start_method()
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(run, sender), daemon=False)
    process.start()
    sender.close()
    process.join(deadline)
    if process.is_alive():
        os.killpg(process.pid or 0, signal.SIGKILL)
        process.join()
        error: str | None = f"no end after {deadline:g} s"
    else:
        try:
            error = receiver.recv()
        except EOFError:
            error = f"its process died (exit code {process.exitcode})"
    seconds = time.monotonic() - started
    if error is None:
        error = _promote(run)
    if error is None:
        return Result(run, "done", why, seconds)
    _keep_failed(run)
    return Result(run, "failed", error, seconds)


@cache
def _start_method() -> Any:
    if "forkserver" not in get_all_start_methods():
        return get_context("spawn")
    context = get_context("forkserver")
    context.set_forkserver_preload(["papermill", "nbclient", "ipykernel", "audit_lib.publishing.batch"])
    return context


def _temporary(run: Run) -> Path:
    return run.report.with_name(f".{run.report.stem}.run.ipynb")


def _work(run: Run, sender: "Connection[Any, Any]") -> None:
    """In the child: run the notebook into a temporary file; send None, or the error in one line."""
    os.setsid()  # a group of its own, so that a kill takes the kernel too
    log = os.open(run.log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.environ |= {"AUDIT_DATA": str(run.data.resolve()), "PYDEVD_DISABLE_FILE_VALIDATION": "1"}
    import papermill

    try:
        papermill.execute_notebook(
            run.notebook,
            _temporary(run),
            parameters=run.parameters,
            kernel_name="python3",
            progress_bar=False,
            autosave_cell_every=0,
        )
        sender.send(None)
    except papermill.PapermillExecutionError as error:
        sender.send(f"cell {error.exec_count}: {error.ename}: {error.evalue}".partition("\n")[0])
    except Exception as error:  # a dead kernel, a full disk …: whatever stopped this report must not stop the others
        sender.send(f"{type(error).__name__}: {error}".partition("\n")[0])


def _promote(run: Run) -> str | None:
    """Check a finished run and put its report in place; gives what is wrong with it, if anything."""
    notebook = nbformat.read(_temporary(run), as_version=4)
    if problem := find_problem(notebook):
        return problem
    made_from = fingerprint(run)
    notebook.metadata["audit"] = {key: made_from[key] for key in ("inputs", "versions")}
    content = nbformat.writes(normalise(notebook), indent=1) + "\n"
    save_text(content, run.report)
    made_from["report"] = hashlib.sha256(content.encode()).hexdigest()
    save_text(json.dumps(made_from, indent=1) + "\n", _manifest_path(run))
    for leftover in (_temporary(run), run.failed, run.log):
        leftover.unlink(missing_ok=True)
    return None


def find_problem(notebook: nbformat.NotebookNode) -> str | None:
    """Find what forbids to publish an executed notebook: a cell that did not run, or that wrote to stderr.

    The stored status of cells is no proof: papermill leaves `completed` on the cells of a killed kernel.
    """
    for number, cell in enumerate(cell for cell in notebook.cells if cell.cell_type == "code"):
        if cell.execution_count is None and cell.source.strip():
            return f"code cell {number} did not run"
        for output in cell.outputs:
            if output.output_type == "error":
                return f"code cell {number}: {output.ename}: {output.evalue}"
            if output.output_type == "stream" and output.name == "stderr":
                return f"code cell {number} wrote to stderr: {output.text.strip().splitlines()[-1]}"
    return None


def normalise(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Take out what changes from run to run, so that an unchanged report has an empty git diff."""
    kept = {key: notebook.metadata[key] for key in ("title", "kernelspec", "audit") if key in notebook.metadata}
    notebook.metadata = nbformat.from_dict({**kept, "language_info": {"name": "python"}})
    for cell in notebook.cells:
        tags = cell.metadata.get("tags", [])
        cell.metadata = nbformat.from_dict({"tags": tags} if tags else {})
        if "injected-parameters" in tags:
            cell.id = "injected-parameters"
    return notebook


def _keep_failed(run: Run) -> None:
    """Keep what a failed run left, beside the last good report and never in its place."""
    unfinished = _temporary(run)
    if unfinished.is_file():
        notebook = normalise(nbformat.read(unfinished, as_version=4))
        save_bytes((nbformat.writes(notebook, indent=1) + "\n").encode(), run.failed)
        unfinished.unlink()
    else:
        save_bytes(run.notebook.read_bytes(), run.failed)


def publish(folders: Folders, results: list[Result]) -> Iterator[tuple[Path, AuditError | None]]:
    """Render the pages of every period that these results touch, then the index; yields each with its error, if any."""
    from audit_lib.publishing.pages import render_index, render_period

    for folder in sorted({result.run.report.parent for result in results if result.run.report.parent.is_dir()}):
        try:
            render_period(folder, folders.data)
            yield folder, None
        except AuditError as error:
            yield folder, error
    index = folders.reports / "index.html"
    try:
        render_index(folders.reports, folders.data)
        yield index, None
    except AuditError as error:
        yield index, error
