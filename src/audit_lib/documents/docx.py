"""Word documents. Text boxes, footnotes, headers and numbers that Word counts by itself are not read.

The XML is walked here, because python-docx leaves out insertions and content controls, reads hidden text, and refuses
documents in the strict form of the standard.
"""

import io
import posixpath
import zipfile
from collections.abc import Iterator
from typing import Any

from lxml import etree

from audit_lib.documents.model import Block, Grid, Line, UnreadableError, join_blocks, mark_footnote
from audit_lib.documents.spans import LONGEST_SPAN, check_fields, draw_grid, one_line
from audit_lib.documents.word_flow import Numbering, split_paragraph

MAIN_PART = "word/document.xml"
# What is in the file but not on the page: deletions, moves from here, hidden marks, text boxes and their fallbacks.
UNSEEN = frozenset({"del", "moveFrom", "txbxContent", "Fallback", "rt", "pPr", "tcPr", "tblPr", "sectPr"})


def read_docx(content: bytes) -> list[Block]:
    """Return the blocks of a document. A place counts paragraphs (each of their lines) and rows of tables as lines."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        body = _child(_parse_part(archive, _find_main_part(archive)), "body")
    if body is None:
        raise UnreadableError("a Word document without a body", "the text of a notice")
    return _Walk().read_blocks(body)


def _find_main_part(archive: zipfile.ZipFile) -> str:
    if "_rels/.rels" in archive.namelist():
        for relation in _parse_part(archive, "_rels/.rels"):
            if relation.get("Type", "").endswith("/officeDocument"):
                return posixpath.normpath(str(relation.get("Target", MAIN_PART)).lstrip("/"))
    return MAIN_PART


def _parse_part(archive: zipfile.ZipFile, name: str) -> Any:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
    return etree.fromstring(archive.read(name), parser)


class _Walk(Numbering):
    def read_blocks(self, element: Any) -> list[Block]:
        """Return the paragraphs and tables inside an element, those inside content controls and insertions too."""
        blocks: list[Block] = []
        for child in element:
            match _name(child):
                case "p":
                    blocks += split_paragraph("".join(_read_runs(child)), self.next_place)
                case "tbl":
                    blocks += self.read_table(child)
                case name if name not in UNSEEN:
                    blocks += self.read_blocks(child)
        return blocks

    def read_table(self, table: Any) -> Iterator[Grid]:
        places: list[str] = []
        fields: list[dict[int, Line]] = []
        inside: list[Block] = []
        for row in _find_all(table, "tr"):
            places.append(self.next_place())
            outer, self.is_in_table = self.is_in_table, True
            above = fields[-1] if fields else {}
            fields.append(self.read_row(row, above, inside))
            self.is_in_table = outer
            check_fields(len(fields) * max(fields[-1], default=0))
        if any(fields):
            yield draw_grid(places, fields, inside)

    def read_row(self, row: Any, above: dict[int, Line], inside: list[Block]) -> dict[int, Line]:
        """Return the fields of a row. A cell that continues one above is that one; what cells hold goes inside."""
        fields: dict[int, Line] = {}
        column = _value(_child(row, "trPr"), "gridBefore", 0)
        for cell in _find_all(row, "tc"):
            properties = _child(cell, "tcPr")
            merge = _child(properties, "vMerge")
            continued = above.get(column) if merge is not None and _attribute(merge) != "restart" else None
            if continued is None:
                blocks = self.read_blocks(cell)
                inside += blocks
                continued = join_blocks(blocks, f"line {self.number}")
            n_columns = max(_value(properties, "gridSpan", 1), 1)
            fields |= dict.fromkeys(range(column, column + n_columns), continued)
            column += n_columns
        return fields


def _read_runs(element: Any) -> Iterator[str]:
    """Yield the text of a paragraph, its tabs and its line breaks."""
    for child in element:
        match _name(child):
            case "t":
                yield one_line(child.text or "")
            case "tab":
                yield "\t"
            case "br" | "cr":
                yield "\n"
            case "noBreakHyphen":
                yield "-"
            case "r" if _is_set(child, "vanish") or _is_set(child, "strike") or _is_set(child, "dstrike"):
                continue
            case "r" if (raised := _child(_child(child, "rPr"), "vertAlign")) is not None:
                text = "".join(_read_runs(child))
                yield mark_footnote(text) if _attribute(raised) == "superscript" else text
            case name if name not in UNSEEN:
                yield from _read_runs(child)


def _is_set(run: Any, name: str) -> bool:
    """Check whether a run is hidden or struck out."""
    found = _child(_child(run, "rPr"), name)
    return found is not None and _attribute(found) not in {"0", "false", "off"}


def _find_all(element: Any, name: str) -> Iterator[Any]:
    """Yield the rows of a table or the cells of a row, those inside content controls too, none of an inner table."""
    for child in element:
        if _name(child) == name:
            yield child
        elif _name(child) not in UNSEEN | {"tbl", "p", "tc"}:
            yield from _find_all(child, name)


def _name(element: Any) -> str:
    """The name without its namespace: there are two, of the standard as first written and of its strict form."""
    return str(element.tag).rpartition("}")[2]


def _child(element: Any, name: str) -> Any:
    """The first child of a name; None without one, and for no element."""
    return None if element is None else next((child for child in element if _name(child) == name), None)


def _attribute(element: Any) -> str | None:
    """The `val` of a property."""
    return next((value for name, value in element.attrib.items() if name.rpartition("}")[2] == "val"), None)


def _value(properties: Any, name: str, default: int) -> int:
    element = _child(properties, name)
    value = "" if element is None else _attribute(element) or ""
    return min(int(value), LONGEST_SPAN) if value.isdecimal() else default
