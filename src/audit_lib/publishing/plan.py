"""Plan a batch: which notebook for which place and period, and where its report goes. Nothing runs here."""

from dataclasses import dataclass
from pathlib import Path

from audit_lib.errors import unusable
from audit_lib.publishing.parameters import Parameters, check_parameters
from audit_lib.reading.build import Source


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
