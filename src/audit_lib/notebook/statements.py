"""What an executed notebook states, as a list: sentences, cells of tables, titles and texts of charts.

What an output looks like is known by what display/ writes. Nothing is judged here.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from bs4 import BeautifulSoup, Tag
from nbformat import NotebookNode

from audit_lib.notebook.parameters import read_parameters
from audit_lib.wording.languages import MAIN, choose_part

SENTENCES = ("headline", "bullet", "box", "finding", "note")  # classes of a paragraph or a list item
MATERIAL = "quality"  # class of the table that shows what a report is made of, not what it found
SETTINGS = "settings"  # tag of the cell that shows its material

Key = tuple[str, tuple[str, ...]]


@dataclass(frozen=True)
class Statement:
    """One thing that a report states, and where: kind and `where` are its key, no two statements share one.

    Kinds: headline, bullet, box, finding, note, cell, title, alt. `where` of a cell is caption, row, column; else the
    heading of its section, and its number there after the first. `cell` is the id of its cell in the notebook.
    """

    kind: str
    where: tuple[str, ...]
    text: str
    cell: str = ""

    @property
    def key(self) -> Key:
        return self.kind, self.where


def list_notebook(notebook: NotebookNode) -> list[Statement]:
    """List what an executed notebook states, in its order. Raises as `read_parameters` does."""
    language = str(read_parameters(notebook).get("language", MAIN))
    section, stated = "", []
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            headings = [line.removeprefix("## ") for line in cell.source.splitlines() if line.startswith("## ")]
            section = choose_part(headings[-1], language) if headings else section
        for output in cell.get("outputs", []):
            stated += [replace(each, cell=cell.get("id", "")) for each in _list_output(output, section)]
    return list(_number_repeats(stated))


def _list_output(output: NotebookNode, section: str) -> Iterator[Statement]:
    data = output.get("data", {})
    if image := next((kind for kind in data if kind.startswith("image/")), None):
        yield Statement("title", (section,), data.get("text/plain", "").partition("\n")[0])
        yield Statement("alt", (section,), str(output.metadata.get(image, {}).get("alt", "")))
        return
    for block in BeautifulSoup(data.get("text/html", ""), "html.parser").find_all(["p", "li", "table"]):
        if MATERIAL in block.get_attribute_list("class"):
            continue
        if block.name == "table":
            yield from _list_cells(block, _text(block.caption) if block.caption else section)
        elif role := next((name for name in block.get_attribute_list("class") if name in SENTENCES), None):
            yield Statement(role, (section,), _text(block))


def read_data(notebook: NotebookNode) -> str:
    """Read the data that a report rests on, as CSV, from the cell that shows its material; nothing without it."""
    for cell in notebook.cells:
        if SETTINGS in cell.metadata.get("tags", []):
            for output in cell.get("outputs", []):
                if text := output.get("data", {}).get("text/csv"):
                    return str(text)
    return ""


def _list_cells(table: Tag, caption: str) -> Iterator[Statement]:
    """List the cells of a table by caption, row and column. Rows that begin alike are named by two cells."""
    rows = [[_text(cell) for cell in row.find_all(["th", "td"])] for row in table.find_all("tr")]
    head = rows[0] if rows else []
    begun = Counter(row[0] for row in rows if row)
    yield from (Statement("cell", (caption, "", heading), heading) for heading in head)
    for row in rows[1:]:
        named = " · ".join(row[: 1 if begun[row[0]] == 1 else 2]) if row else ""
        for number, text in enumerate(row):
            column = head[number] if number < len(head) else f"column {number + 1}"
            yield Statement("cell", (caption, named, column), text)


def _text(tag: Tag) -> str:
    return " ".join(tag.get_text().split())


def _number_repeats(stated: Iterable[Statement]) -> Iterator[Statement]:
    """Number what would share a key: the second finding of a section, the second row that begins alike."""
    seen: Counter[Key] = Counter()
    for each in stated:
        seen[each.key] += 1
        number = seen[each.key]
        yield each if number == 1 else replace(each, where=(*each.where, str(number)))
