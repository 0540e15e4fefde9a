"""Everything that a report states, as a list: sentences, cells of tables, titles, texts of charts, data, prose, code.

It is read from an executed notebook or from a rendered page, so that two of a kind can be held against each other. What
the parts of a page look like is known by what display.py and the templates write. Nothing is judged here.
"""

import csv
import hashlib
import io
import re
from base64 import b64decode
from binascii import Error as NoBase64
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from urllib.parse import unquote

from bs4 import BeautifulSoup, Tag
from nbformat import NotebookNode

from audit_lib.notebook.parameters import PARAMETERS, read_parameters
from audit_lib.wording.languages import MAIN, choose_part

SENTENCES = ("headline", "bullet", "box", "finding", "note")
SETTINGS = "settings"  # tag of the cell that shows its material
MATERIAL = {"quality", "settings"}  # classes of the tables that show the material of a report
SCENES = "application/vnd.audit-lib.scene."  # as display/charts.py names the drawings of a chart
BLOCKS = ["h1", "h2", "h3", "p", "li", "dl", "table", "figure", "details", "pre", "a"]

Key = tuple[str, tuple[str, ...]]


@dataclass(frozen=True)
class Statement:
    """One thing that a report states, and where: kind and `where` are its key, no two statements share one.

    Kinds: headline, finding, note, cell, title, alt, image (its SHA-256), data (a row of a CSV file), setting, text,
    code, plain (what an output of a notebook is where HTML is not shown). `where` of a cell is caption, row, column;
    else the heading of its section, or the name of a file, and what tells it there. `cell` is the id of its cell in a
    notebook, `links` what a cell of a table prints and where it leads.
    """

    kind: str
    where: tuple[str, ...]
    text: str
    cell: str = ""
    links: tuple[tuple[str, str], ...] = ()

    @property
    def key(self) -> Key:
        return self.kind, self.where


def list_notebook(notebook: NotebookNode) -> list[Statement]:
    """List what an executed notebook states, in its order. Raises as `read_parameters` does."""
    language = str(read_parameters(notebook).get("language", MAIN))
    section, stated = "", []
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            for line in filter(str.strip, cell.source.splitlines()):
                section = choose_part(line.removeprefix("## "), language) if line.startswith("## ") else section
                stated.append(Statement("text", (section,), line.strip(), cell.get("id", "")))
        elif cell.cell_type == "code" and not set(PARAMETERS) & set(cell.metadata.get("tags", [])):
            found = [Statement("code", (section,), cell.source.strip())] if cell.source.strip() else []
            for output in cell.get("outputs", []):
                found += _list_output(output, section, is_material=SETTINGS in cell.metadata.get("tags", []))
            stated += [replace(each, cell=cell.get("id", "")) for each in found]
    return list(_number_repeats(stated))


def _list_output(output: NotebookNode, section: str, *, is_material: bool) -> Iterator[Statement]:
    data = output.get("data", {})
    if output.output_type == "stream":
        yield Statement("text", (section,), output.text.strip())
    elif "image/png" in data:
        title, _, plain = data.get("text/plain", "").partition("\n")
        yield Statement("title", (section,), title)
        yield Statement("alt", (section,), str(output.metadata.get("image/png", {}).get("alt", "")))
        yield Statement("plain", (section,), plain)
        yield Statement("image", (section,), _hash_base64(data["image/png"]))
        for kind in sorted(kind for kind in data if kind.startswith(SCENES)):
            yield Statement("image", (section, kind), hashlib.sha256(data[kind].encode()).hexdigest())
        yield from _list_rows(data.get("text/csv", ""), section)
    elif "text/html" in data:
        yield from _list_blocks(BeautifulSoup(data["text/html"], "html.parser"), section)
        yield Statement("plain", (section,), data.get("text/plain", ""))
        if not is_material:
            yield from _list_rows(data.get("text/csv", ""), section)
    elif "text/plain" in data:
        yield Statement("plain", (section,), data["text/plain"])


def read_data(notebook: NotebookNode) -> str:
    """Read the data that a report rests on, as CSV, from the cell that shows its material; nothing without it."""
    for cell in notebook.cells:
        if SETTINGS in cell.metadata.get("tags", []):
            for output in cell.get("outputs", []):
                if text := output.get("data", {}).get("text/csv"):
                    return str(text)
    return ""


def list_page(page: BeautifulSoup) -> list[Statement]:
    """List what a rendered page states between its navigation and its footer, and in its head."""
    main = page.find("main")
    stated = list(_list_blocks(main, "")) if isinstance(main, Tag) else []
    stated += [Statement("text", ("the page's title",), _text(title)) for title in page.select("head title")]
    for about in page.select("head meta[name=description]"):
        stated.append(Statement("text", ("the page's description",), str(about.get("content", ""))))
    return list(_number_repeats(stated))


def _list_blocks(part: Tag, section: str) -> Iterator[Statement]:
    for block in part.find_all(BLOCKS):
        if block.find_parent(["nav", "table", "figure"]) or block.find_parent("details", class_="code"):
            continue
        if block.name == "h2":
            section = _text(block)
        yield from _list_block(block, section)


def _list_block(block: Tag, section: str) -> Iterator[Statement]:
    """List what one block states. A block around others states only what they do not."""
    role = next((name for name in block.get_attribute_list("class") if name in SENTENCES), "text")
    if block.name == "table" and MATERIAL & set(block.get_attribute_list("class")):
        for row in block.find_all("tr"):
            term, value = row.find("th"), row.find("td")
            yield Statement("setting", (section, _text(term) if term else ""), _text(value) if value else "")
    elif block.name == "table":
        yield from _list_cells(block, _text(block.caption) if block.caption else section)
    elif block.name == "figure":
        yield from _list_figure(block, section)
    elif block.name == "dl":
        for term, value in zip(block.find_all("dt"), block.find_all("dd"), strict=False):
            yield Statement("setting", (section, _text(term)), _text(value))
    elif block.name == "a":
        if block.has_attr("download"):
            yield from _list_rows(read_link(block), str(block["download"]))
    elif block.name == "details":
        if "code" in block.get_attribute_list("class"):
            yield from (Statement("code", (section,), code.get_text().strip()) for code in block.find_all("code"))
    elif block.find_parent("ul", class_="findings"):  # its links lead to neighbours, which may be there or not
        yield Statement(role, (section,), " ".join("".join(block.find_all(string=True, recursive=False)).split()))
    elif not block.find(BLOCKS) or role != "text" or block.name in ("p", "li"):
        yield Statement(role, (section,), _text(block))


def _list_figure(figure: Tag, section: str) -> Iterator[Statement]:
    for caption in figure.find_all("figcaption"):
        yield Statement("title", (section,), _text(caption))
    for image in figure.find_all("img"):
        yield Statement("alt", (section,), str(image.get("alt", "")))
        yield Statement("image", (section,), _hash_base64(str(image.get("src", "")).partition(",")[2]))
    for drawing in figure.find_all("svg"):
        yield Statement("alt", (section,), str(drawing.get("aria-label", "")))
        yield Statement("image", (section,), hashlib.sha256(str(drawing).encode()).hexdigest())
    for link in figure.find_all("a", download=re.compile(r"\.(png|svg)$")):
        yield Statement("image", (section, str(link["download"])), _hash_base64(str(link["href"]).partition(",")[2]))
    for text in figure.find_all("p"):
        yield Statement("text", (section,), _text(text))
    for table in figure.find_all("table"):
        yield from _list_cells(table, section)
    for link in figure.find_all("a", download=re.compile(r"\.csv$")):
        yield from _list_rows(read_link(link), str(link["download"]))


def _list_cells(table: Tag, caption: str) -> Iterator[Statement]:
    """List the cells of a table by caption, row and column. Rows that begin alike are named by two cells."""
    rows = [list(row.find_all(["th", "td"])) for row in table.find_all("tr")]
    head = [_text(cell) for cell in rows[0]] if rows else []
    begun = Counter(_text(row[0]) for row in rows if row)
    yield from (Statement("cell", (caption, "", heading), heading) for heading in head)
    for row in rows[1:]:
        cells = [_text(cell) for cell in row]
        named = " · ".join(cells[: 1 if begun[cells[0]] == 1 else 2]) if cells else ""
        for number, (cell, text) in enumerate(zip(row, cells, strict=True)):
            column = head[number] if number < len(head) else f"column {number + 1}"
            links = tuple((_text(link), str(link["href"])) for link in cell.find_all("a", href=True))
            yield Statement("cell", (caption, named, column), text, links=links)


def _list_rows(text: str, name: str) -> Iterator[Statement]:
    """List the rows of a CSV file, each by its first cell."""
    for row in csv.reader(io.StringIO(text)):
        yield Statement("data", (name, row[0] if row else ""), ",".join(row))


def read_link(link: Tag | None) -> str:
    """Give the text that a link offers as a download from within its page; nothing where it offers none."""
    kind, _, content = str(link.get("href", "")).partition(",") if link else ("", "", "")
    if not kind.startswith("data:text/csv"):
        return ""
    try:
        return b64decode(content).decode("utf-8-sig") if kind.endswith(";base64") else unquote(content)
    except (NoBase64, ValueError):
        return content


def _hash_base64(content: str) -> str:
    try:
        return hashlib.sha256(b64decode(content)).hexdigest()
    except (NoBase64, ValueError):
        return content[:64]


def _text(tag: Tag) -> str:
    return " ".join(tag.get_text().split())


def _number_repeats(stated: Iterable[Statement]) -> Iterator[Statement]:
    """Number what would share a key: the second finding of a section, the second row that begins alike."""
    seen: Counter[Key] = Counter()
    for each in stated:
        seen[each.key] += 1
        number = seen[each.key]
        yield each if number == 1 else replace(each, where=(*each.where, str(number)))
