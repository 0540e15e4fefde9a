"""Run planned notebooks with papermill, check and promote their reports, render the pages.

A report appears under its name only when its run succeeded. A failed run leaves the last good report alone and keeps
its own notebook and log beside it, as <notebook>.failed.ipynb and <notebook>.failed.log.
"""

import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from functools import cache
from multiprocessing import get_all_start_methods, get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import nbformat

from audit_lib.errors import AuditError
from audit_lib.publishing.manifest import find_reason, fingerprint, save_manifest
from audit_lib.publishing.plan import Folders, Run
from audit_lib.tables import save_bytes, save_text

DEADLINE = 300  # seconds a report may take; the slowest takes about ten


@dataclass(frozen=True)
class Result:
    """How a run ended: done, unchanged or failed. `why` is the reason it ran, or the error that stopped it."""

    run: Run
    status: str
    why: str
    seconds: float = 0.0


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
    try:
        run.report.parent.mkdir(parents=True, exist_ok=True)
        error = _run_apart(run, deadline)
        seconds = time.monotonic() - started
        if error is None:
            error = _promote(run)
        if error is None:
            return Result(run, "done", why, seconds)
        _keep_failed(run)
        return Result(run, "failed", error, seconds)
    except (AuditError, OSError) as error:  # a full disk or a read-only folder: this report's, not the batch's
        return Result(run, "failed", str(error), time.monotonic() - started)


def _run_apart(run: Run, deadline: float) -> str | None:
    """Run the notebook in a child process; gives the error that stopped it, if any."""
    context = _start_method()
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(run, sender))
    process.start()
    sender.close()
    process.join(deadline)
    if process.is_alive():
        process.kill()  # its kernel ends by itself: it watches its parent
        process.join()
        return f"no end after {deadline:g} s"
    try:
        error: str | None = receiver.recv()
    except EOFError:
        return f"its process died (exit code {process.exitcode})"
    return error


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
        sender.send(f"code cell {error.exec_count}: {error.ename}: {error.evalue}".partition("\n")[0])
    except Exception as error:  # a dead kernel, a full disk …: whatever stopped this report must not stop the others
        sender.send(f"{type(error).__name__}: {error}".partition("\n")[0])


def _promote(run: Run) -> str | None:
    """Check a finished run and put its report in place; gives what is wrong with it, if anything."""
    notebook = nbformat.read(_temporary(run), as_version=4)
    if problem := find_problem(notebook):
        return problem
    made_from = fingerprint(run)
    notebook.metadata["audit"] = {key: made_from[key] for key in ("inputs", "versions")}
    save_text(nbformat.writes(normalise(notebook), indent=1) + "\n", run.report)
    save_manifest(run, made_from)
    for leftover in (_temporary(run), run.failed, run.log):
        leftover.unlink(missing_ok=True)
    return None


def find_problem(notebook: nbformat.NotebookNode) -> str | None:
    """Find what forbids to publish an executed notebook: a cell that did not run, or that wrote to stderr.

    The stored status of cells is no proof: papermill leaves `completed` on the cells of a killed kernel.
    """
    for number, cell in enumerate((cell for cell in notebook.cells if cell.cell_type == "code"), start=1):
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
    """Render the pages of every period in which something changed or a page is missing, then the index.

    Yields each with its error, if any.
    """
    stale = {result.run.report.parent for result in results if _needs_page(result)}
    index = folders.reports / "index.html"
    if not stale and index.is_file():
        return
    from audit_lib.publishing.pages import render_index, render_period

    for folder in sorted(stale):
        try:
            render_period(folder, folders.data)
            yield folder, None
        except AuditError as error:
            yield folder, error
    try:
        render_index(folders.reports, folders.data)
        yield index, None
    except AuditError as error:
        yield index, error


def _needs_page(result: Result) -> bool:
    report = result.run.report
    return report.parent.is_dir() and (result.status != "unchanged" or not report.with_suffix(".html").is_file())
