"""Read executed notebooks: their title, headline and language."""

from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from audit_lib.display.charts import SCENES
from audit_lib.errors import unusable
from audit_lib.notebook.parameters import read_parameters
from audit_lib.notebook.place_words import open_words
from audit_lib.pages.findings import find_headline, is_silent
from audit_lib.pages.html_parts import Prose, choose_language
from audit_lib.wording.words import Words

FAILED = ".failed"  # 03_tiers.failed.ipynb: what a failed run leaves beside the last good report


@dataclass(frozen=True)
class Card:
    """What the index and the neighbouring pages say of a report. `href` is None where no run ever succeeded.

    `is_silent`: the headline only says why there is nothing to report. `scene` is the narrow drawing of its first
    figure, empty without one. `failure` is the last line of the log of its last run, where that failed.
    """

    name: str
    title: str
    headline: str | None
    href: str | None
    is_silent: bool
    scene: str = ""
    failure: str | None = None

    @property
    def state(self) -> str:
        """Return `found`, `silent` (the report only says why there is nothing to report) or `failed`."""
        return "failed" if self.href is None else "silent" if self.is_silent else "found"


def find_words(notebook_path: Path, data: Path) -> Words:
    """Return the words of a report's page: its language from its parameters, its place and period from its folders."""
    language = find_language(read_notebook(notebook_path))
    jurisdiction, period = notebook_path.parts[-3:-1]
    return open_words(data, jurisdiction, period, language)


def list_reports(folder: Path) -> list[Path]:
    """List the executed notebooks of a period, in their order; what failed runs left is not among them."""
    return sorted(path for path in folder.glob("[!.]*.ipynb") if not path.stem.endswith(FAILED))


def read_card(path: Path) -> Card:
    """Read the card of a report; where no run ever succeeded, that of the notebook which the failed one left."""
    is_good = path.is_file()
    card = _read_card(path, _read_bytes(path if is_good else path.with_stem(path.stem + FAILED)))
    return card if is_good else replace(card, headline=None, href=None, is_silent=False)


@lru_cache(maxsize=64)  # each page of a period asks for those of the others
def _read_card(path: Path, content: bytes) -> Card:
    notebook, prose = _parse_notebook(path, content), Prose(path)
    choose_language(notebook, find_language(notebook))
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and not prose.title:
            prose.render(cell)
    title, headline, scene = find_title(notebook, prose, path), find_headline(notebook), _find_scene(notebook)
    text = headline and str(headline["text/plain"])
    return Card(path.stem, title, text, f"{path.stem}.html", headline is not None and is_silent(headline), scene)


def _find_scene(notebook: NotebookNode) -> str:
    """Find the narrow drawing of the first figure that has one."""
    kind = SCENES.format(name="narrow")
    outputs = [output.get("data", {}) for cell in notebook.cells for output in cell.get("outputs", [])]
    return next((str(data[kind]) for data in outputs if kind in data), "")


def read_notebook(path: Path) -> NotebookNode:
    """Read an executed notebook. Raises AuditError where it cannot be read."""
    return _parse_notebook(path, _read_bytes(path))


def _read_bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise unusable(path, str(error), "an executed notebook") from None


def _parse_notebook(path: Path, content: bytes) -> NotebookNode:
    try:
        notebook: NotebookNode = nbformat.reads(content.decode(), as_version=4)
        return notebook
    except ValueError as error:
        raise unusable(path, str(error).splitlines()[0], "an executed notebook") from None


def find_title(notebook: NotebookNode, prose: Prose, path: Path) -> str:
    """Find what a report is called: by its heading once the prose is rendered, else by its metadata or its file."""
    return prose.title or str(notebook.metadata.get("title", path.stem))


def find_language(notebook: NotebookNode) -> str:
    """Find the language of a report among its parameters."""
    return str(read_parameters(notebook).get("language", "en"))
