"""Web pages: what a reader would see in the body, as lines and tables."""

import re
from collections.abc import Iterator
from typing import Any

from lxml import etree

from audit_lib.documents.model import (
    CONTROL,
    Block,
    Line,
    Picture,
    UnreadableError,
    flatten,
    join_blocks,
    mark_footnote,
)
from audit_lib.documents.spans import LONGEST_SPAN, Cell, Row, draw_grid, place_cells
from audit_lib.documents.text import decode

MOST_TAGS = 1_000_000
MOST_LINES = 65_534  # libxml2 keeps the line of an element in 16 bits
MOST_NESTED_TABLES = 12  # deeper ones are read as text: each level repeats the text of those within
DECLARED = {"gb2312": "gb18030", "gbk": "gb18030", "gb18030": "gb18030", "big5": "big5", "big5-hkscs": "big5"}

_BLOCK_NAMES = """
    address article blockquote body caption center dd details dialog dir div dl dt fieldset figcaption figure form
    h1 h2 h3 h4 h5 h6 header hr html legend li main menu ol p pre section summary table tbody td textarea tfoot th
    thead tr ul
"""
_UNSEEN_NAMES = "aside button footer head iframe nav noscript option script select style svg template title"
BLOCKS = frozenset(_BLOCK_NAMES.split())
UNSEEN = frozenset([*_UNSEEN_NAMES.split(), "del", "s", "strike"])  # what is struck out is no print
ROW_GROUPS = frozenset({"tbody", "thead", "tfoot", "form"})  # old pages wrap rows in forms
PREFORMATTED = frozenset({"pre", "textarea"})
_CHARSET = re.compile(rb"<(?:meta|\?xml)[^<>]+(?:charset|encoding)\s*=\s*[\"']?\s*([\w-]+)", re.IGNORECASE)
_UNDISPLAYED = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_SOURCE_SPACE = " \t\r\n\f"  # what a browser collapses; a no-break space is print
_SPACE_RUN = re.compile(r"[ \t\r\n\f]+")


def read_html(content: bytes) -> tuple[str, list[Block]]:
    """Return the encoding and the blocks of a page. The place of a line is the source line where its words begin.

    Of several lines or rows that begin on one source line, those after the first are parts of it: line 5 part 2.
    """
    encoding, text = decode(content, _find_charset(content))
    text = re.sub(r"\r\n?", "\n", text)
    _check_size(text)
    # The text is in UTF-8 now, whatever the page declares. Entities of its own a page cannot have.
    parser = etree.HTMLParser(encoding="utf-8", huge_tree=False, no_network=True, remove_pis=True)
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError:
        root = None
    if any(entry.type_name == "ERR_RESOURCE_LIMIT" for entry in parser.error_log):
        raise UnreadableError(
            "a page nested deeper than 256 elements, or a text of over 10 MB in one", "a page of a notice"
        )
    return encoding, [] if root is None else _Walk().read_inside(root)


def _find_charset(content: bytes) -> str | None:
    match = _CHARSET.search(content[:65_536])
    return DECLARED.get(match[1].decode("ascii").lower()) if match else None


def _check_size(text: str) -> None:
    if (n_tags := text.count("<")) > MOST_TAGS:
        raise UnreadableError(f"a page of {n_tags:,} tags", f"at most {MOST_TAGS:,}")
    if (n_lines := text.count("\n") + 1) > MOST_LINES:
        raise UnreadableError(
            f"a page of {n_lines:,} source lines", f"at most {MOST_LINES:,}, beyond which none has a place"
        )


class _Walk:
    """The state of a walk through a page: the source line it has come to, and the line of print it is in the midst of.

    libxml2 refuses pages nested deeper than 256, so the walk may recur.
    """

    def __init__(self) -> None:
        self.here = 1
        self.blocks: list[Block] = []
        self.pieces: list[str] = []
        self.started = 1
        self.is_preformatted = False
        self.n_tables = 0
        self.row: object = None  # of a table, that the walk is in
        self.begun: dict[int, list[object]] = {}  # the rows and lines of print that begin on each source line

    def read_inside(self, element: Any) -> list[Block]:
        """Return the blocks inside an element."""
        outer, self.blocks = self.blocks, []
        self.visit_children(element)
        self.end_line()
        inner, self.blocks = self.blocks, outer
        return inner

    def visit(self, element: Any) -> None:
        self.here = element.sourceline or self.here
        if not isinstance(element.tag, str):  # a comment
            return
        if _is_unseen(element):
            self.here += "".join(element.itertext()).count("\n")
        elif element.tag == "sup":
            self.add_text(mark_footnote("".join(element.itertext())))
        elif element.tag == "br":
            self.end_line()
        elif element.tag == "img" and self.n_tables == 0:
            self.end_line()
            self.blocks.append(Picture(f"line {self.here}"))
        elif element.tag == "table" and self.n_tables < MOST_NESTED_TABLES:
            self.end_line()
            self.read_table(element)
        elif element.tag in BLOCKS:
            self.end_line()
            outer, self.is_preformatted = self.is_preformatted, self.is_preformatted or element.tag in PREFORMATTED
            self.visit_children(element)
            self.end_line()
            self.is_preformatted = outer
        else:
            self.visit_children(element)

    def visit_children(self, element: Any) -> None:
        self.add_text(element.text)
        for child in element:
            self.visit(child)
            self.add_text(child.tail)

    def add_text(self, text: str | None) -> None:
        if not text:
            return
        if not self.is_preformatted:
            self.add_piece(text)
            return
        first, *others = text.split("\n")
        self.add_piece(first)
        for piece in others:
            self.end_line()
            self.here += 1
            self.add_piece(piece)

    def add_piece(self, text: str) -> None:
        """Add text to the line of print. Source space before its first word is not part of it."""
        if not self.pieces:
            words = text.lstrip(_SOURCE_SPACE)
            self.here += text.count("\n", 0, len(text) - len(words))
            self.started, text = self.here, words
        if text:
            self.pieces.append(text)
            self.here += text.count("\n")

    def end_line(self) -> None:
        text = CONTROL.sub("", "".join(self.pieces))
        if not self.is_preformatted:  # there every space is print
            text = _SPACE_RUN.sub(" ", text)
        text = text.strip(" \r")
        if text:
            self.blocks.append(Line(self.name_place(self.started), text))
        self.pieces.clear()

    def name_place(self, line: int) -> str:
        """Name the place of what begins on a source line; the cells of one row share it."""
        begun = self.begun.setdefault(line, [])
        if self.row is None or self.row not in begun[-1:]:
            begun.append(self.row)
        return f"line {line}" + (f" part {len(begun)}" if len(begun) > 1 else "")

    def read_table(self, table: Any) -> None:
        """Add a table, after its caption and whatever is in it outside of cells."""
        self.n_tables += 1
        inside: list[Block] = []
        rows = [row for element in self.find_rows(table) if (row := self.read_row(element, inside)).cells]
        self.end_line()
        self.n_tables -= 1
        if rows:
            self.blocks.append(draw_grid([row.place for row in rows], place_cells(rows), inside))

    def find_rows(self, element: Any) -> Iterator[Any]:
        """Yield the rows of a table, those inside its sections and stray forms too, in source order."""
        self.add_text(element.text)
        for child in element:
            if child.tag in {"tr", *ROW_GROUPS} and not _is_unseen(child):
                self.end_line()
                if child.tag == "tr":
                    yield child
                else:
                    yield from self.find_rows(child)
            else:
                self.visit(child)
            self.add_text(child.tail)

    def read_row(self, element: Any, inside: list[Block]) -> Row:
        """Read the cells of a row; what they hold goes inside the table."""
        cells: list[Cell] = []
        outer, self.row = self.row, object()
        place = self.name_place(element.sourceline or self.here)
        for child in element:
            if child.tag not in {"td", "th"} or _is_unseen(child):
                self.visit(child)
                self.end_line()
                continue
            self.here = child.sourceline or self.here
            start = self.name_place(self.here)
            blocks = self.read_inside(child)
            inside += blocks
            begin = next((line.place for line in flatten(blocks)), start)
            cells.append(Cell(join_blocks(blocks, begin), _span(child, "rowspan"), _span(child, "colspan")))
        self.row = outer
        return Row(place, tuple(cells))


def _is_unseen(element: Any) -> bool:
    return (
        element.tag in UNSEEN or "hidden" in element.attrib or _UNDISPLAYED.search(element.get("style", "")) is not None
    )


def _span(cell: Any, name: str) -> int:
    """Read a span as browsers do: 0 rows are all that remain, and nonsense is 1."""
    value = cell.get(name, "").strip()
    if not re.fullmatch(r"[0-9]{1,9}", value):
        return 1
    return min(int(value), LONGEST_SPAN) or (LONGEST_SPAN if name == "rowspan" else 1)
