"""What a worker does, here or on a cluster: one notebook with one set of parameters, the pages of a period, the index.

A run is a pure task, (notebook, parameters, the report in place) → Result. It writes into a scratch folder under names
of its own, and the batch alone moves results to where they belong: a task that is lost, or done twice, does no harm.
"""

import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from audit_lib.batch.manifest import find_makers
from audit_lib.batch.plan import Run
from audit_lib.batch.processes import FailedError, Limits, run_apart
from audit_lib.errors import AuditError
from audit_lib.files import save_text
from audit_lib.fingerprints import Fingerprint, Makers

if TYPE_CHECKING:
    from nbformat import NotebookNode

SILENT = b'class=\\"headline silent\\"'  # in a notebook, as display/findings.py marks a headline without a finding
COLD_OPTIONS = {"shutdown_kernel": "immediate", "extra_arguments": ["--HistoryManager.enabled=False"]}


@dataclass(frozen=True)
class Result:
    """How a run ended: done, unchanged or failed. `why` is the reason it ran, or the error that stopped it.

    `seconds` on the clock, `cpu` seconds of work and `memory`, the peak in bytes, are 0 where unknown. `part` is the
    finished or the failed notebook, still in the scratch folder, with its log beside it.
    """

    run: Run
    status: str
    why: str
    seconds: float = 0.0
    cpu: float = 0.0
    memory: int = 0
    part: Path | None = None

    def as_dict(self) -> dict[str, Any]:
        """Give what a program would want to know."""
        run = self.run
        return {
            "report": str(run.report),
            "jurisdiction": run.source.jurisdiction,
            "period": run.source.period,
            "notebook": run.notebook.stem,
            "language": run.language,
            "status": self.status,
            "why": self.why,
            "seconds": round(self.seconds, 3),
            "cpu_seconds": round(self.cpu, 3),
            "peak_memory": self.memory,
            "log": str(run.log) if self.status == "failed" else None,
        }


def execute_run(run: Run, why: str, made_from: Fingerprint, scratch: Path, limits: Limits) -> Result:
    """Run one notebook in a process of its own. Raises RuntimeError where another machine may do better."""
    started = time.monotonic()
    part = scratch / f"{uuid4().hex}.ipynb"
    log = part.with_suffix(".log")
    try:
        cpu, memory = run_apart(_run_notebook, run, made_from, part, limits.warm, log=log, limits=limits)
    except FailedError as error:
        return Result(run, "failed", str(error), time.monotonic() - started, part=part)
    return Result(run, "done", why, time.monotonic() - started, cpu, memory, part)


def execute_pages(folder: Path, data: Path, made_by: Makers, scratch: Path, limits: Limits) -> str | None:
    """Render the pages of a period in one language; gives what is wrong with them, if anything."""
    return _render(limits, scratch, made_by, _render_pages, folder, data)


def execute_index(
    reports: Path, data: Path, language: str, made_by: Makers, scratch: Path, limits: Limits
) -> str | None:
    """Render the index of a language's reports; gives what is wrong with it, if anything."""
    return _render(limits, scratch, made_by, _render_index, reports, data, language)


def execute_units(
    folder: Path, data: Path, language: str, made_by: Makers, scratch: Path, limits: Limits
) -> str | None:
    """Render the pages of the units of a place in one language; gives what is wrong with them, if anything."""
    return _render(limits, scratch, made_by, _render_units, folder, data, language)


def _render(limits: Limits, scratch: Path, made_by: Makers, work: Any, *args: Path | str) -> str | None:
    """Render in a process of its own. Raises RuntimeError where another machine may do better."""
    try:
        run_apart(_render_checked, made_by, work, args, log=scratch / f"{uuid4().hex}.log", limits=limits)
    except FailedError as error:
        return str(error)
    return None


def _render_checked(made_by: Makers, work: Any, args: tuple[Path | str, ...]) -> None:
    _check_makers(made_by, find_makers(pages=True))
    work(*args)


def _check_makers(expected: Makers, found: Makers) -> None:
    """Raise RuntimeError where this process has other sources or libraries than the batch that records them."""
    if found[0] != expected[0]:
        raise RuntimeError("the library has changed since its process started: run again, restart workers")
    if differing := sorted(name for name, version in expected[1].items() if found[1].get(name) != version):
        name = differing[0]
        raise RuntimeError(f"{name} is {found[1].get(name)} here and {expected[1][name]} where the batch is")


def _render_pages(folder: Path, data: Path) -> None:
    from audit_lib.pages.report_page import render_period

    render_period(folder, data)


def _render_index(reports: Path, data: Path, language: str) -> None:
    from audit_lib.pages.index import render_index

    render_index(reports, data, language)


def _render_units(folder: Path, data: Path, language: str) -> None:
    from audit_lib.pages.report_page import render_missing_notices
    from audit_lib.pages.unit_page import render_units

    render_units(folder.parent, folder.name, data, language)
    render_missing_notices(folder, data, language)


def _run_notebook(run: Run, made_from: Fingerprint, part: Path, warm: bool) -> tuple[float, int]:
    """In the process: run the notebook into `part`, normalised; gives the work in seconds and the peak in bytes.

    Raises AuditError in one line for a cell that failed; the notebook up to there is kept in `part` all the same.
    """
    import logging
    import os

    _check_makers((made_from["library"], made_from["versions"]), find_makers())
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    logging.raiseExceptions = False  # a log that cannot be written is no output of the notebook
    os.environ["AUDIT_DATA"] = str(run.data)
    import nbformat
    import papermill

    from audit_lib.batch.changes import carry_changes

    if warm:
        from audit_lib.batch.inprocess import OPTIONS
    try:
        notebook = papermill.execute_notebook(
            run.notebook,
            part,
            parameters=run.parameters,
            kernel_name="python3",
            progress_bar=False,
            log_output=True,
            request_save_on_cell_execute=False,
            **(OPTIONS if warm else COLD_OPTIONS),
        )
    except papermill.PapermillExecutionError as error:
        _save(nbformat.read(part, as_version=4), part)
        raise AuditError(f"code cell {error.exec_count}: {error.ename}: {error.evalue}") from None
    problem = find_problem(notebook)
    open_with_findings(notebook, run.language)
    notebook.metadata["audit"] = {key: made_from[key] for key in ("inputs", "versions")}
    if changed := carry_changes(run.report, notebook, made_from):
        notebook.metadata["audit"]["changed"] = changed
    _save(notebook, part)
    if problem:
        raise AuditError(problem)
    return _measure()


def open_with_findings(notebook: "NotebookNode", language: str) -> None:
    """Keep one language of an executed notebook, and repeat its headline and bullets below its title.

    Whoever opens it where notebooks are only shown reads what was found before the settings.
    """
    from nbformat.v4 import new_markdown_cell

    from audit_lib.pages.findings import read_opening
    from audit_lib.pages.html_parts import choose_language

    choose_language(notebook, language)
    opening = read_opening(notebook)
    if opening.headline is None or not notebook.cells:
        return
    lines = [f"**{opening.headline}**", *(f"- {each}" for each in opening.messages)]
    cell = new_markdown_cell("\n\n".join([lines[0], "\n".join(lines[1:])]).strip(), id="opening")
    cell.metadata["tags"] = ["notebook-only"]
    notebook.cells.insert(1, cell)


def _save(notebook: "NotebookNode", part: Path) -> None:
    import nbformat

    save_text(nbformat.writes(normalise(notebook), indent=1) + "\n", part)


def _measure() -> tuple[float, int]:
    """Give the seconds of work of this process and its kernel, and the larger peak of their memory in bytes."""
    try:
        import resource
    except ImportError:
        return 0.0, 0
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used), max(each.ru_maxrss for each in used) * 1024


def find_silence(content: bytes) -> str | None:
    """Find why an executed notebook has nothing to report, as its headline says; None where it has a finding."""
    if SILENT not in content:
        return None
    for cell in json.loads(content)["cells"]:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if SILENT.decode() in "".join(data.get("text/html", [])).replace('"', '\\"'):
                return "".join(data["text/plain"])
    return None


def find_problem(notebook: "NotebookNode") -> str | None:
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


def normalise(notebook: "NotebookNode") -> "NotebookNode":
    """Take out what changes from run to run, so that an unchanged report has an empty git diff."""
    from nbformat import from_dict

    kept = {key: notebook.metadata[key] for key in ("title", "kernelspec", "audit") if key in notebook.metadata}
    notebook.metadata = from_dict({**kept, "language_info": {"name": "python"}})
    for cell in notebook.cells:
        tags = cell.metadata.get("tags", [])
        cell.metadata = from_dict({"tags": tags} if tags else {})
        if "injected-parameters" in tags:
            cell.id = "injected-parameters"
    return notebook
