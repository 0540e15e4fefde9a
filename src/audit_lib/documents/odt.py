"""OpenDocument texts. Text boxes, notes, comments, deleted text and numbers that the program counts are not read."""

import io
import zipfile
from collections.abc import Iterator
from typing import Any

from lxml import etree

from audit_lib.documents.model import Block, Grid, UnreadableError, join_blocks
from audit_lib.documents.spans import LONGEST_SPAN, Cell, Row, check_fields, draw_grid, one_line, place_cells
from audit_lib.documents.word_flow import Numbering, split_paragraph

_TEXT = "urn:oasis:names:tc:opendocument:xmlns:text:1.0"
MOST_REPEATED = 10_000  # rows or cells: more are only ever empty
_UNSEEN_NAMES = """
    annotation annotation-end bibliography-source change custom-shape dde-connection-decls forms frame g note ruby-text
    sequence-decls soft-page-break table-of-content-source tracked-changes user-field-decls variable-decls
"""
UNSEEN = frozenset(_UNSEEN_NAMES.split())


def read_odt(content: bytes) -> list[Block]:
    """Return the blocks of a document. A place counts paragraphs (each of their lines) and rows of tables as lines."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        root = etree.fromstring(archive.read("content.xml"), parser)
    text = next(root.iter("{*}text"), None)
    if text is None:
        raise UnreadableError("an OpenDocument text without a body", "the text of a notice")
    return _Walk().read_blocks(text)


class _Walk(Numbering):
    def read_blocks(self, element: Any) -> list[Block]:
        blocks: list[Block] = []
        for child in element:
            match _name(child):
                case "p" | "h":
                    blocks += split_paragraph("".join(_read_runs(child)), self.next_place)
                case "table":
                    blocks += self.read_table(child)
                case name if name not in UNSEEN and not _is_hidden(child):
                    blocks += self.read_blocks(child)
        return blocks

    def read_table(self, table: Any) -> Iterator[Grid]:
        rows: list[Row] = []
        inside: list[Block] = []
        for element in _find_rows(table):
            for _ in range(min(_count(element, "number-rows-repeated"), MOST_REPEATED)):
                rows.append(self.read_row(element, inside))
                check_fields(len(rows) * len(rows[-1].cells))
        if any(cell.line.key for row in rows for cell in row.cells):
            yield draw_grid([row.place for row in rows], place_cells(rows), inside)

    def read_row(self, row: Any, inside: list[Block]) -> Row:
        place = self.next_place()
        outer, self.is_in_table = self.is_in_table, True
        cells: list[Cell] = []
        for element in row:
            if _name(element) != "table-cell":  # a covered cell is part of the one that covers it
                continue
            blocks = self.read_blocks(element)
            inside += blocks
            cell = Cell(
                join_blocks(blocks, place),
                min(_count(element, "number-rows-spanned"), LONGEST_SPAN),
                min(_count(element, "number-columns-spanned"), LONGEST_SPAN),
            )
            cells += [cell] * min(_count(element, "number-columns-repeated"), LONGEST_SPAN)
            check_fields(len(cells))
        self.is_in_table = outer
        return Row(place, tuple(cells))


def _find_rows(table: Any) -> Iterator[Any]:
    """Yield the rows of a table, those in its groups too, none of an inner table."""
    for child in table:
        match _name(child):
            case "table-row":
                yield child
            case "table-header-rows" | "table-rows" | "table-row-group":
                yield from _find_rows(child)


def _read_runs(element: Any) -> Iterator[str]:
    """Yield the text of a paragraph. White space of the source is one space, as the standard says."""
    yield one_line(element.text or "")
    for child in element:
        match _name(child):
            case "s":
                yield " " * min(_count(child, "c"), LONGEST_SPAN)
            case "tab":
                yield "\t"
            case "line-break":
                yield "\n"
            case name if name not in UNSEEN and not _is_hidden(child):
                yield from _read_runs(child)
        yield one_line(child.tail or "")


def _is_hidden(element: Any) -> bool:
    """Check whether a section or text is marked as hidden."""
    return (
        element.get(f"{{{_TEXT}}}display") == "none"
        or _name(element) in {"hidden-text", "hidden-paragraph"}
        or element.get(f"{{{_TEXT}}}is-hidden") == "true"
    )


def _name(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]


def _count(element: Any, name: str) -> int:
    value = next((value for key, value in element.attrib.items() if key.rpartition("}")[2] == name), "")
    return max(int(value), 1) if value.isascii() and value.isdigit() and len(value) < 10 else 1
