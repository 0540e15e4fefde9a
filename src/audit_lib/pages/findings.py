"""What a page opens with: its findings as sentences, each with the chart or table that shows it."""

import html
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from nbformat import NotebookNode

LEAD = "lead"  # tag of a cell whose finding, of another report, opens the page and is not said again below
MOST = 4  # findings of sections at the top of a page, below the headline
CAPTION = re.compile(r"<table( class=\"summary\")?><caption>(.*?)</caption>", re.DOTALL)
NUMBER = re.compile(r"\d[\d,.]*\d|\d")
LONG_TABLE = 15  # rows: beyond them a table can be sorted and searched


@dataclass(frozen=True)
class Evidence:
    """What shows a finding: a chart or table of the page, by its anchor, or another report, by its page."""

    kind: str
    name: str
    href: str


@dataclass(frozen=True)
class Told:
    """A finding as a page opens with it. No evidence: its section shows none, and no other report says the same."""

    sentence: str
    evidence: Evidence | None


def split_sections(cells: list[NotebookNode]) -> list[list[NotebookNode]]:
    """Part cells at headings of the second level. What stands before the first one is the first part."""
    sections: list[list[NotebookNode]] = [[]]
    for cell in cells:
        if cell.cell_type == "markdown" and cell.source.startswith("## "):
            sections.append([])
        sections[-1].append(cell)
    return sections


def mark_evidence(notebook: NotebookNode, take_anchor: Callable[[str], str]) -> None:
    """Give every chart and table of a notebook the anchor that its page will have, as `anchor` of its output."""
    for output in _list_outputs(notebook.cells):
        if name := _name_evidence(output)[1]:
            output.metadata["anchor"] = take_anchor(name)


def _name_evidence(output: NotebookNode) -> tuple[str, str]:
    """Tell the kind of an output and its title or caption: chart, table or neither."""
    data = output.get("data", {})
    if caption := CAPTION.match(data.get("text/html", "")):
        return "table", html.unescape(caption[2])
    if "image/png" in data and "text/html" not in data:
        shown = output.metadata["image/png"]
        return "chart", shown.get("title") or shown["alt"]
    return "", ""


def find_evidence(headline: str, cells: list[NotebookNode]) -> Evidence | None:
    """Find what shows the headline: the chart whose words share most of its numbers, else the first table."""
    found = [(evidence, output) for output in _list_outputs(cells) if (evidence := _read_evidence(output))]
    charts = [(evidence, output.data["text/plain"]) for evidence, output in found if evidence.kind == "chart"]
    if not charts:
        return found[0][0] if found else None
    numbers = set(NUMBER.findall(headline))
    return max(charts, key=lambda each: len(numbers.intersection(NUMBER.findall(each[1]))))[0]


def list_findings(cells: list[NotebookNode], find_report: Callable[[str], Evidence | None]) -> list[Told]:
    """List the first findings of the sections and all tagged `lead`, each with the nearest chart or table of a section.

    Where a section has neither, `find_report` is asked for a report whose headline is that sentence.
    """
    told: list[Told] = []
    for section in split_sections(cells):
        outputs = [(output, _is_lead(cell)) for cell in section for output in _list_outputs([cell])]
        shown = [(at, evidence) for at, (output, _) in enumerate(outputs) if (evidence := _read_evidence(output))]
        for at, (output, is_lead) in enumerate(outputs):
            if _is_finding(output) and (is_lead or len(told) < MOST):
                sentence = output.data["text/plain"]
                nearest = min(shown, key=lambda each: abs(each[0] - at), default=None)
                told.append(Told(sentence, nearest[1] if nearest else find_report(sentence)))
    return told


def drop_leads(cells: list[NotebookNode]) -> list[NotebookNode]:
    """Leave out the cells whose findings open the page; one that only notes why there is none stays."""
    return [cell for cell in cells if not (_is_lead(cell) and any(map(_is_finding, _list_outputs([cell]))))]


def _is_lead(cell: NotebookNode) -> bool:
    return LEAD in cell.metadata.get("tags", [])


def _is_finding(output: NotebookNode) -> bool:
    return 'class="finding"' in output.get("data", {}).get("text/html", "")


def _read_evidence(output: NotebookNode) -> Evidence | None:
    anchor = output.get("metadata", {}).get("anchor")
    return Evidence(*_name_evidence(output), f"#{anchor}") if anchor else None


def _list_outputs(cells: list[NotebookNode]) -> Iterator[NotebookNode]:
    for cell in cells:
        yield from cell.get("outputs", [])


def has_long_table(cells: list[NotebookNode]) -> bool:
    """Tell whether a table is so long that sorting and searching it helps; a summary is read as it is."""
    tables = [output.get("data", {}).get("text/html", "") for output in _list_outputs(cells)]
    found = [(caption, table) for table in tables if (caption := CAPTION.match(table))]
    return any(not caption[1] and table.count("<tr>") - 1 > LONG_TABLE for caption, table in found)
