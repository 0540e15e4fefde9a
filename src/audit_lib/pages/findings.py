"""What a page opens with: its headline, the bullets below it, the box to read first."""

import html
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from markupsafe import Markup
from nbformat import NotebookNode

from audit_lib.pages.html_parts import read_parts

CAPTION = re.compile(
    r"(?:<p class=\"(?:finding|note)\">.*?</p>)?<table(?P<kind> class=\"[\w ]+\")?><caption>(?P<text>.*?)</caption>",
    re.DOTALL,
)
SUMMARY = ' class="summary"'
LONG_TABLE = 15  # rows: beyond them a table can be sorted


@dataclass(frozen=True)
class Opening:
    """The first words of a report. `headline` is None where no cell shows one; bullets and box are HTML of ours.

    `messages` are the bullets as plain text.
    """

    headline: str | None
    bullets: Markup
    box: Markup
    messages: tuple[str, ...]


def read_opening(notebook: NotebookNode) -> Opening:
    """Read the outputs of the cells tagged headline, bullets and box."""
    headline = find_headline(notebook)
    bullets, box = (list(_list_tagged(notebook, tag)) for tag in ("bullets", "box"))
    lines = (line for each in bullets for line in each["text/plain"].splitlines())
    return Opening(
        headline and str(headline["text/plain"]),
        _read_html(bullets),
        _read_html(box),
        tuple(line.removeprefix("• ") for line in lines),
    )


def find_headline(notebook: NotebookNode) -> NotebookNode | None:
    """Find the headline among the outputs of the cells tagged so: its data by kind; None where no cell shows one."""
    return next((data for data in _list_tagged(notebook, "headline") if 'class="headline' in data["text/html"]), None)


def is_silent(headline: NotebookNode) -> bool:
    """Check whether a headline only says why there is nothing to report."""
    return "headline silent" in headline["text/html"]


def _list_tagged(notebook: NotebookNode, tag: str) -> Iterator[NotebookNode]:
    for cell in notebook.cells:
        if tag in cell.metadata.get("tags", []):
            yield from (output.data for output in cell.get("outputs", []) if "text/html" in output.get("data", {}))


def _read_html(outputs: list[NotebookNode]) -> Markup:
    return Markup("").join(part.html for data in outputs for part in read_parts(data, ()))


def mark_anchors(notebook: NotebookNode, take_anchor: Callable[[str], str]) -> None:
    """Set the anchor that every chart and table of a notebook has on its page, as `anchor` of its output."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if name := _name_output(output):
                output.metadata["anchor"] = take_anchor(name)


def _name_output(output: NotebookNode) -> str:
    """Return the title of a chart or the caption of a table; nothing for anything else."""
    data = output.get("data", {})
    if caption := CAPTION.match(data.get("text/html", "")):
        return html.unescape(caption["text"])
    if "image/png" in data and "text/html" not in data:
        shown = output.metadata["image/png"]
        return str(shown.get("title") or shown["alt"])
    return ""


def has_long_table(cells: list[NotebookNode]) -> bool:
    """Check whether a table is so long that sorting and searching it helps; a summary is read as it is."""
    outputs = [output.get("data", {}).get("text/html", "") for cell in cells for output in cell.get("outputs", [])]
    found = [(caption, table) for table in outputs if (caption := CAPTION.match(table))]
    return any(caption["kind"] != SUMMARY and table.count("<tr") - 1 > LONG_TABLE for caption, table in found)
