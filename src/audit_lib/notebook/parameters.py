"""The typed contract of a notebook's parameters. Every notebook has the same ones, in its first code cell."""

import ast
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import MISSING, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from audit_lib.errors import AuditError, unusable
from audit_lib.periods import EXPECTED
from audit_lib.sources import JURISDICTION, PERIOD
from audit_lib.wording.languages import LANGUAGES

if TYPE_CHECKING:
    from nbformat import NotebookNode

GROUP_COLUMNS = ("side", "kind", "split")
PARAMETERS = ("parameters", "injected-parameters")  # cell tags; the later one wins
UNDATED = "undated"  # the period of a table of one's own that has none; no notice has it
WORDED: dict[Any, str] = {str: "a text", float: "a number", int: "a whole number"}
YEARS = range(1000, 10_000)  # whole numbers that are periods: papermill and YAML read 2017 as one


@dataclass(frozen=True)
class Parameters:
    """What a report is about, and the settings of its analysis.

    A whole number of four digits is a period: the year. Raises AuditError that names an unusable value.
    """

    jurisdiction: str
    period: str
    language: str = "en"
    group_column: str = "side"
    top_cut: float = 90.0
    low_cut: float = 80.0
    min_n: int = 8

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name == "period" and type(value) is int and value in YEARS:
                object.__setattr__(self, "period", str(value))
            elif type(value) is int and field.type is float:
                object.__setattr__(self, field.name, float(value))
            elif type(value) is not field.type:
                raise _wrong(field.name, value, WORDED[field.type])
        self._match("jurisdiction", JURISDICTION, "a folder name such as leizhou")
        self._match("period", f"{PERIOD}|{UNDATED}", f"a period such as {EXPECTED}")
        self._allow("language", LANGUAGES)
        self._allow("group_column", GROUP_COLUMNS)
        if not self.low_cut < self.top_cut:
            raise _wrong("low_cut", self.low_cut, f"less than top_cut ({self.top_cut:g})")
        if self.min_n < 2:
            raise _wrong("min_n", self.min_n, "2 or more")

    def _match(self, name: str, pattern: str, expected: str) -> None:
        if not re.fullmatch(pattern, getattr(self, name)):
            raise _wrong(name, getattr(self, name), expected)

    def _allow(self, name: str, allowed: tuple[str, ...]) -> None:
        if getattr(self, name) not in allowed:
            raise _wrong(name, getattr(self, name), f"one of {', '.join(allowed)}")


DEFAULTS: dict[str, Any] = {field.name: field.default for field in fields(Parameters) if field.default is not MISSING}


def check_parameters(given: Mapping[str, Any]) -> Parameters:
    """Return checked parameters. Raises AuditError for an unknown name, a missing one or an unusable value."""
    allowed = [field.name for field in fields(Parameters)]
    if unknown := [name for name in given if name not in allowed]:
        raise unusable("parameters", f"the unknown parameter {unknown[0]}", f"one of {', '.join(allowed)}")
    if absent := [name for name in ("jurisdiction", "period") if name not in given]:
        raise unusable("parameters", f"no {absent[0]}", "a jurisdiction and a period")
    return Parameters(**given)


def read_parameters(notebook: "NotebookNode") -> dict[str, object]:
    """Return the parameters a notebook ran with: those of its `parameters` cell, replaced by those papermill injected.

    Computed values are left out. Raises SyntaxError for a cell that is not Python.
    """
    found: dict[str, object] = {}
    for tag in PARAMETERS:
        for cell in notebook.cells:
            if tag in cell.metadata.get("tags", []):
                for line in ast.parse(cell.source).body:
                    if isinstance(line, ast.Assign | ast.AnnAssign) and line.value is not None:
                        target = line.target if isinstance(line, ast.AnnAssign) else line.targets[0]
                        with suppress(ValueError):
                            found[ast.unparse(target)] = ast.literal_eval(line.value)
    return found


def find_source_name(metadata: Mapping[str, Any], path: Path) -> str:
    """Find of which notebook a file is a run: the one that papermill recorded, else the one of the same name."""
    recorded = metadata.get("papermill", {}).get("input_path")
    return Path(str(recorded)).stem if recorded else path.stem


def _wrong(name: str, value: object, expected: str) -> AuditError:
    return unusable(f"parameter {name}", repr(value), expected)
