"""Plan a batch: which notebook for which place and period, and where its report goes. Nothing runs here."""

import ast
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from audit_lib.errors import unusable
from audit_lib.sources import Source
from audit_lib.wording.languages import LANGUAGES, MAIN, find_tree

REPORT_NAME = re.compile(r"[0-9]{2}_[a-z0-9_]+")


@dataclass(frozen=True)
class Folders:
    """The data, notebooks and reports folders of a project."""

    data: Path
    notebooks: Path
    reports: Path

    def find(self, source: Source, language: str) -> Path:
        """Return the folder of the reports on a notice."""
        return find_tree(self.reports, language) / source.jurisdiction / source.period


@dataclass(frozen=True)
class Run:
    """One notebook for one place and period in one language, and where its report goes.

    `settings` are the parameters that differ from the notebook's own, as (name, value).
    """

    notebook: Path
    source: Source
    report: Path
    data: Path
    language: str = MAIN
    settings: tuple[tuple[str, Any], ...] = ()

    @property
    def name(self) -> str:
        suffix = "" if self.language == MAIN else f" {self.language}"
        return f"{self.source.jurisdiction} {self.source.period} {self.notebook.stem}{suffix}"

    @property
    def parameters(self) -> dict[str, Any]:
        place = {"jurisdiction": self.source.jurisdiction, "period": self.source.period, "language": self.language}
        return place | dict(self.settings)

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


def list_notebooks(folder: Path) -> tuple[list[Path], list[Path]]:
    """Return the notebooks that make reports (NN_name.ipynb with a cell tagged `parameters`), and all others.

    Hidden files and those that begin with `_`, such as templates, are in neither list. Raises AuditError for a file
    with the name of a report that is not a notebook.
    """
    reports: list[Path] = []
    others: list[Path] = []
    for path in sorted(folder.glob("[!._]*.ipynb")):
        is_report = REPORT_NAME.fullmatch(path.stem) and read_declared(path)
        (reports if is_report else others).append(path)
    return reports, others


def choose_notebooks(folder: Path, names: Iterable[str] = ()) -> list[Path]:
    """Return the notebooks with these names, all where none is given. Raises AuditError for one that is not there."""
    found = {path.stem: path for path in list_notebooks(folder)[0]}
    if not found:
        raise unusable(folder, "no notebook", "at least one NN_name.ipynb with a cell tagged parameters")
    if unknown := [name for name in names if name not in found]:
        raise unusable(folder, f"no notebook {unknown[0]}", f"one of {', '.join(found)}")
    return [path for name, path in found.items() if not names or name in names]


def plan_runs(
    folders: Folders,
    sources: Iterable[Source],
    notebooks: Iterable[Path],
    languages: Iterable[str] = LANGUAGES,
    settings: tuple[tuple[str, Any], ...] = (),
) -> Iterator[Run]:
    """Yield the runs for these notices, notice by notice, in these languages."""
    for source in sources:
        for language in languages:
            folder = folders.find(source, language)
            for path in notebooks:
                yield Run(path, source, folder / path.name, folders.data, language, settings)


def order_places(sources: Iterable[Source], notebooks: Iterable[Path]) -> dict[str, list[Source]]:
    """Group notices by place. The place that the notebooks themselves name comes first: its reports are the example."""
    places: dict[str, list[Source]] = {}
    for source in sources:
        places.setdefault(source.jurisdiction, []).append(source)
    first = {read_declared(path).get("jurisdiction") for path in notebooks}
    return {place: places[place] for place in sorted(places, key=lambda place: place not in first)}


def check_contracts(notebooks: Iterable[Path], settings: Mapping[str, Any] | None = None) -> None:
    """Check the parameters of notebooks before anything runs.

    Raises AuditError for a notebook that does not declare exactly those of the contract, and for an unusable value,
    its own or one of `settings`.
    """
    from audit_lib.notebook.parameters import Parameters, check_parameters

    contract = Parameters.__dataclass_fields__
    for notebook in notebooks:
        if differing := read_declared(notebook).keys() ^ contract.keys():
            found = f"a difference in {', '.join(sorted(differing))}"
            raise unusable(f"{notebook} parameters", found, f"exactly {', '.join(contract)}")
        known = {name: value for name, value in read_declared(notebook).items() if value is not None}
        check_parameters({**known, **(settings or {})})


def list_own_defaults(notebooks: Iterable[Path]) -> Iterator[str]:
    """Yield a line for each parameter that a notebook sets to another value than the library does."""
    from audit_lib.notebook.parameters import DEFAULTS

    for notebook in notebooks:
        declared = read_declared(notebook)
        for name, default in DEFAULTS.items():
            if name in declared and declared[name] != default:
                yield f"{notebook.stem}: {name} is {_print(declared[name])} here, {_print(default)} elsewhere"


def _print(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def read_declared(notebook: Path) -> dict[str, Any]:
    """Return the parameters that a notebook declares: the annotated names of its cell tagged `parameters`.

    A value that is computed is None. Raises AuditError for a file that is not a notebook.
    """
    try:
        cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
        tagged = ["".join(cell["source"]) for cell in cells if "parameters" in cell["metadata"].get("tags", [])]
        lines = [line for source in tagged for line in ast.parse(source).body]
    except (OSError, ValueError, LookupError, TypeError, AttributeError, SyntaxError) as error:
        raise unusable(notebook, str(error).partition("\n")[0] or "no cells", "a Jupyter notebook") from None
    declared = [line for line in lines if isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name)]
    return {line.target.id: _read_literal(line.value) for line in declared}  # type: ignore[union-attr]


def _read_literal(value: ast.expr | None) -> Any:
    try:
        return None if value is None else ast.literal_eval(value)
    except ValueError:
        return None
