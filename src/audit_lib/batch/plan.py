"""Plan a batch: which notebook for which place and period, and where its report goes. Nothing runs here."""

import ast
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from audit_lib.errors import unusable
from audit_lib.sources import Source
from audit_lib.wording.languages import LANGUAGES, MAIN, find_tree


@dataclass(frozen=True)
class Folders:
    """Where data, notebooks and reports are."""

    data: Path
    notebooks: Path
    reports: Path

    def find(self, source: Source, language: str) -> Path:
        """Find where the reports on a notice are."""
        return find_tree(self.reports, language) / source.jurisdiction / source.period


@dataclass(frozen=True)
class Run:
    """One notebook for one place and period in one language, and where its report goes."""

    notebook: Path
    source: Source
    report: Path
    data: Path
    language: str = MAIN

    @property
    def name(self) -> str:
        suffix = "" if self.language == MAIN else f" {self.language}"
        return f"{self.source.jurisdiction} {self.source.period} {self.notebook.stem}{suffix}"

    @property
    def parameters(self) -> dict[str, str]:
        return {"jurisdiction": self.source.jurisdiction, "period": self.source.period, "language": self.language}

    @property
    def failed(self) -> Path:
        return self.report.with_suffix(".failed.ipynb")

    @property
    def log(self) -> Path:
        return self.report.with_suffix(".failed.log")

    @property
    def manifest(self) -> Path:
        *_, jurisdiction, period = self.report.parent.parts
        return self.report.parents[2] / ".manifest" / jurisdiction / period / f"{self.report.stem}.json"


def plan_runs(
    folders: Folders, sources: list[Source], names: tuple[str, ...] = (), languages: tuple[str, ...] = ()
) -> list[Run]:
    """List the runs for these notices, notice by notice, in these languages (all where none is named).

    Raises AuditError for a notebook that is not there, and a place that is named as the reports of a language are.
    """
    found = {path.stem: path for path in sorted(folders.notebooks.glob("*.ipynb"))}
    if not found:
        raise unusable(folders.notebooks, "no notebook", "at least one .ipynb file")
    if unknown := [name for name in names if name not in found]:
        raise unusable(folders.notebooks, f"no notebook {unknown[0]}", f"one of {', '.join(found)}")
    chosen = [path for name, path in found.items() if not names or name in names]
    for path in chosen:
        read_declared(path)
    if taken := [source for source in sources if source.jurisdiction in LANGUAGES]:
        raise unusable(taken[0].path, f"the place {taken[0].jurisdiction}", "a name that is not that of a language")
    return [
        Run(path, source, folders.find(source, language) / path.name, folders.data, language)
        for source in sources
        for language in languages or LANGUAGES
        for path in chosen
    ]


def check_contracts(runs: Iterable[Run]) -> None:
    """Raise AuditError where a notebook does not declare the contract's parameters, or a run's are unusable.

    For what is going to run, before it does.
    """
    from audit_lib.notebook.parameters import Parameters, check_parameters

    contract = set(Parameters.__dataclass_fields__)
    for notebook in sorted({run.notebook for run in runs}):
        if differing := read_declared(notebook) ^ contract:
            expected = f"exactly {', '.join(Parameters.__dataclass_fields__)}"
            raise unusable(f"{notebook} parameters", f"a difference in {', '.join(sorted(differing))}", expected)
    for run in runs:
        check_parameters(run.parameters)


def read_declared(notebook: Path) -> set[str]:
    """Read which parameters a notebook declares: the annotated names of its cell tagged `parameters`."""
    try:
        cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
        tagged = ["".join(cell["source"]) for cell in cells if "parameters" in cell["metadata"].get("tags", [])]
        lines = [line for source in tagged for line in ast.parse(source).body]
    except (OSError, ValueError, LookupError, TypeError, AttributeError, SyntaxError) as error:
        raise unusable(notebook, str(error).partition("\n")[0] or "no cells", "a Jupyter notebook") from None
    return {line.target.id for line in lines if isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name)}
