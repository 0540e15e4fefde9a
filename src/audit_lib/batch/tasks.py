"""What a worker does, on this machine or a cluster: run one notebook with one set of parameters, or render pages.

A run is a pure task: (notebook, parameters, the report in place) → RunResult. It writes into a scratch folder under
names of its own, and only the batch moves results into place: a task that is lost, or done twice, does no harm.
"""

import json
import time
import warnings
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from audit_lib.batch.manifest import find_toolchain
from audit_lib.batch.page_sets import PageSet
from audit_lib.batch.plan import Run
from audit_lib.batch.processes import RunOptions, run_in_process
from audit_lib.batch.supervised import FailedError
from audit_lib.errors import AuditError
from audit_lib.files import save_text
from audit_lib.fingerprints import Fingerprint, Toolchain, hash_value

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from audit_lib.wording.fonts import Outlines

SILENT = b'class=\\"headline silent\\"'  # in a notebook, as display/findings.py marks a headline without a finding
# The last reports as one process opened them, pickled, by what they depend on: the next notebook need not read again.
_opened: deque[tuple[str, bytes]] = deque(maxlen=8)
_outlines: "Outlines" = {}  # of the letters of all pages so far
COLD_OPTIONS = {"shutdown_kernel": "immediate", "extra_arguments": ["--HistoryManager.enabled=False"]}


@dataclass(frozen=True)
class RunResult:
    """How a run ended: done, unchanged or failed. `why` is the reason it ran, or the error that stopped it.

    `seconds` (elapsed), `cpu` (seconds of CPU) and `memory` (peak, bytes) are 0 if unknown. `notebook` is the finished
    or failed notebook, still in the scratch folder, with its log next to it.
    """

    run: Run
    status: str
    why: str
    seconds: float = 0.0
    cpu: float = 0.0
    memory: int = 0
    notebook: Path | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON object that `audit-lib run --json` prints."""
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


def execute_run(run: Run, why: str, inputs: Fingerprint, scratch: Path, options: RunOptions) -> RunResult:
    """Run one notebook in a process of its own. Raises RuntimeError if another machine may succeed."""
    started = time.monotonic()
    notebook = scratch / f"{uuid4().hex}.ipynb"
    log = notebook.with_suffix(".log")
    key = hash_value([str(run.data), *(inputs[name] for name in ("library", "inputs", "parameters", "versions"))])
    given = dict(_opened.copy()).get(key)
    what = run, inputs, notebook, options.warm, given
    try:
        cpu, memory, opened = run_in_process(_run_notebook, *what, log=log, options=options)
    except FailedError as error:
        return RunResult(run, "failed", str(error), time.monotonic() - started, notebook=notebook)
    if opened is not None:
        _opened.append((key, opened))
    return RunResult(run, "done", why, time.monotonic() - started, cpu, memory, notebook)


def execute_pages(pages: PageSet, data: Path, toolchain: Toolchain, scratch: Path, options: RunOptions) -> str | None:
    """Render pages in a process; returns what is wrong, if anything. RuntimeError if another machine may succeed."""
    log = scratch / f"{uuid4().hex}.log"
    what = pages, data, toolchain, _outlines.copy()
    try:
        _outlines.update(run_in_process(_render_checked, *what, log=log, options=options))
    except FailedError as error:
        return str(error)
    return None


def _render_checked(pages: PageSet, data: Path, toolchain: Toolchain, outlines: "Outlines") -> "Outlines":
    """In the process: render pages. Returns the outlines of letters that were traced for them, beside those given."""
    _check_toolchain(toolchain, find_toolchain(pages=True))
    from audit_lib.wording import fonts

    fonts.outlines.update(outlines)
    pages.render(data)
    return {key: outline for key, outline in fonts.outlines.items() if key not in outlines}


def _check_toolchain(expected: Toolchain, found: Toolchain) -> None:
    """Raise RuntimeError if this process has another library or other packages than the batch that records them."""
    if found[0] != expected[0]:
        raise RuntimeError("the library has changed since its process started: run again, restart workers")
    if differing := sorted(name for name, version in expected[1].items() if found[1].get(name) != version):
        name = differing[0]
        raise RuntimeError(f"{name} is {found[1].get(name)} here and {expected[1][name]} where the batch is")


def _run_notebook(
    run: Run, inputs: Fingerprint, output: Path, warm: bool, given: bytes | None
) -> tuple[float, int, bytes | None]:
    """In the process: run the notebook into `output`, normalised. Returns CPU seconds and peak memory in bytes.

    Also returns the report as opened, if it was not `given` but can be to the next. Raises AuditError in one line for
    a cell that failed; the notebook up to that cell is in `output` all the same.
    """
    import logging
    import os

    _check_toolchain((inputs["library"], inputs["versions"]), find_toolchain())
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    logging.raiseExceptions = False  # a log that cannot be written is not output of the notebook
    os.environ["AUDIT_DATA"] = str(run.data)
    if not warm:  # a killed kernel leaves its connection file
        os.environ["JUPYTER_RUNTIME_DIR"] = str(output.with_suffix(".runtime"))
    import nbformat
    import papermill

    from audit_lib.batch.changes import carry_changes

    opened = None
    if warm:
        from audit_lib.batch.inprocess import OPTIONS

        opened = _prepare(run, given)
    try:
        notebook = papermill.execute_notebook(
            run.notebook,
            output,
            parameters=run.parameters,
            kernel_name="python3",
            progress_bar=False,
            log_output=True,
            request_save_on_cell_execute=False,
            **(OPTIONS if warm else COLD_OPTIONS),
        )
    except papermill.PapermillExecutionError as error:
        _save(nbformat.read(output, as_version=4), output)
        raise AuditError(f"code cell {error.exec_count}: {error.ename}: {error.evalue}") from None
    problem = find_problem(notebook)
    open_with_findings(notebook, run.language)
    notebook.metadata["audit"] = {key: inputs[key] for key in ("inputs", "versions")}
    if changed := carry_changes(run.report, notebook, inputs):
        notebook.metadata["audit"]["changed"] = changed
    _save(notebook, output)
    if problem:
        raise AuditError(problem)
    return *_measure(), opened if given is None else None


def _prepare(run: Run, given: bytes | None) -> bytes | None:
    """Open the report before its cell does. Returns None where that fails, or warns: the cell is to say so."""
    from audit_lib.notebook.parameters import Parameters
    from audit_lib.notebook.report import prepare_report

    with suppress(Exception), warnings.catch_warnings(action="error"):
        return prepare_report(Parameters(**run.parameters), run.data, given)
    return None


def open_with_findings(notebook: "NotebookNode", language: str) -> None:
    """Keep one language of an executed notebook, and repeat its headline and bullets below its title.

    Whoever opens it where notebooks are only shown reads what was found before the settings.
    """
    from nbformat.v4 import new_markdown_cell

    from audit_lib.pages.findings import read_opening
    from audit_lib.pages.html_parts import choose_language

    choose_language(notebook, language)
    leave_out_unanswered(notebook)
    opening = read_opening(notebook)
    if opening.headline is None or not notebook.cells:
        return
    lines = [f"**{opening.headline}**", *(f"- {each}" for each in opening.messages)]
    cell = new_markdown_cell("\n\n".join([lines[0], "\n".join(lines[1:])]).strip(), id="opening")
    cell.metadata["tags"] = ["notebook-only"]
    notebook.cells.insert(1, cell)


def leave_out_unanswered(notebook: "NotebookNode") -> None:
    """Leave out each cell that asks a question where no open cell before the next question shows anything."""
    kept: list[NotebookNode] = []
    is_answered = False
    for cell in reversed(notebook.cells):
        tags = cell.metadata.get("tags", [])
        is_question = "question" in tags
        if not is_question or is_answered:
            kept.append(cell)
        is_answered = not is_question and (is_answered or bool(cell.get("outputs") and "more" not in tags))
    notebook.cells = kept[::-1]


def _save(notebook: "NotebookNode", path: Path) -> None:
    import nbformat

    save_text(nbformat.writes(normalise(notebook), indent=1) + "\n", path)


def _measure() -> tuple[float, int]:
    """Return the CPU seconds of this process and its kernel, and the larger of their peaks of memory in bytes."""
    import resource

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
    """Return why an executed notebook cannot be published: a cell that failed, did not run, or wrote to stderr.

    The stored status of cells proves nothing: papermill leaves `completed` on the cells of a killed kernel.
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
    """Remove what changes from run to run, so that an unchanged report has an empty git diff."""
    from nbformat import from_dict

    kept = {key: notebook.metadata[key] for key in ("title", "kernelspec", "audit") if key in notebook.metadata}
    notebook.metadata = from_dict({**kept, "language_info": {"name": "python"}})
    for cell in notebook.cells:
        tags = cell.metadata.get("tags", [])
        cell.metadata = from_dict({"tags": tags} if tags else {})
        if "injected-parameters" in tags:
            cell.id = "injected-parameters"
    return notebook
