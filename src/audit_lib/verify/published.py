"""Read a published report, page or notebook, as what somebody else may have written: nothing of it is ever run."""

import ast
from dataclasses import dataclass
from pathlib import Path

import nbformat
from bs4 import BeautifulSoup, Tag

from audit_lib.errors import AuditError, unusable
from audit_lib.notebook.parameters import Parameters, check_parameters, read_parameters
from audit_lib.notebook.statements import Statement, list_notebook, list_page, read_data, read_link

MOST_BYTES = 20 * 2**20  # a report of five figures has half a megabyte


@dataclass(frozen=True)
class Issue:
    """A report as published: what it says it was made from, the data that it carries, and what it states."""

    path: Path
    notebook: str
    parameters: Parameters
    data: str
    inputs: dict[str, str]
    versions: dict[str, str]
    statements: list[Statement]

    @property
    def is_page(self) -> bool:
        return self.path.suffix == ".html"


def find_issues(path: Path) -> list[list[Path]]:
    """Find the reports at a path, page and notebook of each together. Raises AuditError where there is none."""
    if not path.is_dir():
        return [[path]]
    found: dict[Path, list[Path]] = {}
    for each in sorted([*path.rglob("*.ipynb"), *path.rglob("*.html")]):
        hidden = any(part.startswith(".") for part in each.relative_to(path).parts)
        if not hidden and not each.stem.endswith(".failed") and (each.suffix == ".ipynb" or _is_page_of_report(each)):
            found.setdefault(each.with_suffix(""), []).append(each)
    if not found:
        raise unusable(path, "no report", "a report page or notebook, or a folder of them")
    return list(found.values())


def _is_page_of_report(path: Path) -> bool:
    """Tell a report's page from the index and the pages of notices and units, which have no notebook."""
    return path.with_suffix(".ipynb").is_file() or b'<ul class="parameters">' in path.read_bytes()


def read_issue(path: Path) -> Issue:
    """Read a published report. Raises AuditError for a file that is none, or does not say what it was made from."""
    content = _read_text(path)
    try:
        return _read_page(path, content) if path.suffix == ".html" else _read_notebook(path, content)
    except AuditError as error:
        raise error if str(error).startswith(str(path)) else AuditError(f"{path}: {error}") from None
    except (ValueError, TypeError, AttributeError, LookupError, SyntaxError, RecursionError, MemoryError):
        raise unusable(path, "a damaged file", "a report made by audit-lib run") from None


def _read_text(path: Path) -> str:
    if path.suffix not in (".html", ".ipynb"):
        raise unusable(path, f"a file named {path.suffix or 'without ending'}", "a report: .html or .ipynb")
    try:
        if (size := path.stat().st_size) > MOST_BYTES:
            raise unusable(path, f"{size / 2**20:.0f} MB", f"a report of {MOST_BYTES // 2**20} MB at most")
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise unusable(path, "no such file", "a report page or notebook, or a folder of them") from None
    except OSError as error:
        raise unusable(path, error.strerror or str(error), "a report that can be read") from None
    except ValueError:
        raise unusable(path, "no UTF-8 text", "a report made by audit-lib run") from None
    if not text.strip():
        raise unusable(path, "an empty file", "a report made by audit-lib run")
    return text


def _read_notebook(path: Path, text: str) -> Issue:
    notebook = nbformat.reads(text, as_version=4)
    if not any(cell.get("outputs") for cell in notebook.cells):
        raise unusable(path, "a notebook without outputs", "an executed report")
    audit = notebook.metadata.get("audit", {})
    parameters = check_parameters(read_parameters(notebook))
    inputs, versions = (dict(audit.get(name, {})) for name in ("inputs", "versions"))
    return Issue(path, path.stem, parameters, read_data(notebook), inputs, versions, list_notebook(notebook))


def _read_page(path: Path, text: str) -> Issue:
    page = BeautifulSoup(text, "html.parser")
    notebook, told = page.select_one("dd.notebook a"), page.find("ul", class_="parameters")
    if notebook is None or not isinstance(told, Tag):
        raise unusable(path, "a page that does not say what it was made from", "a report made by audit-lib run")
    pairs = [each.get_text().partition(" = ") for each in told.find_all("li")]
    parameters = check_parameters({name: ast.literal_eval(value) for name, _, value in pairs})
    versions = [each.get_text().strip().rpartition(" ") for each in page.select("ul.versions li")]
    inputs = {}
    for each in page.select("ul.inputs li"):
        name, _, digest = each.get_text().strip().rpartition(" ")
        inputs[name] = digest
    return Issue(
        path,
        notebook.get_text().removesuffix(".ipynb"),
        parameters,
        read_link(page.find("a", id="data")),
        inputs,
        {name: version for name, _, version in versions},
        list_page(page),
    )
