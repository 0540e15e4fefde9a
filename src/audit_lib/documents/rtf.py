"""RTF documents. Text boxes, footnotes, headers, hidden and deleted text are not read; macros and links are never run.

The tokens are walked here, because converters to plain text lose where the cells of a table begin: of merged cells,
of cells with two paragraphs, and of cells that hold the sign which separates cells.
"""

import codecs
import re
from dataclasses import dataclass, field, replace

from audit_lib.documents.model import CONTROL, Block, UnreadableError
from audit_lib.documents.word_flow import RowShape, WordFlow

MOST_NESTED = 1_000  # groups
WIDEST_SKIP = 10_000_000
EXPECTED = "an RTF document that can be read: open it and save it again, or as DOCX or PDF"

_TOKEN = re.compile(
    rb"\\(?P<word>[a-zA-Z]{1,32})(?P<number>-?\d{1,10})? ?|\\'(?P<hex>[0-9a-fA-F]{2})|\\(?P<sign>[^a-zA-Z])"
    rb"|(?P<brace>[{}])|[\r\n]+|(?P<text>[^\\{}\r\n]+)"
)
# Groups that print nothing where they stand. Groups marked \* print nothing either, but for tables inside cells.
_UNSEEN_WORDS = """
    aftncn aftnsep aftnsepc annotation atnauthor atnid author background bkmkend bkmkstart category colortbl comment
    company creatim datafield do doccomm docvar fldinst filetbl footer footerf footerl footerr footnote ftncn ftnsep
    ftnsepc generator header headerf headerl headerr info keywords latentstyles listoverridetable listtable manager
    nonesttables objdata operator pict printim private revtbl revtim rsidtbl shp stylesheet subject tc template
    themedata title txe xe xmlnstbl
"""
_UNSEEN = frozenset(_UNSEEN_WORDS.split())
_SIGNS = {b"~": "\u00a0", b"_": "-", b"-": "", b"\n": "\n", b"\r": "\n", b"{": "{", b"}": "}", b"\\": "\\"}
_WORDS = {
    "tab": "\t", "line": "\n", "emdash": "—", "endash": "–", "bullet": "•", "lquote": "‘", "rquote": "’",
    "ldblquote": "“", "rdblquote": "”", "emspace": "\u2003", "enspace": "\u2002", "qmspace": "\u2005",
}  # fmt: skip
_CHARSETS = {128: "cp932", 129: "cp949", 134: "gb18030", 136: "cp950", 161: "cp1253", 162: "cp1254", 163: "cp1258",
             177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251", 222: "cp874", 238: "cp1250"}  # fmt: skip
_CODE_PAGES = {936: "gb18030", 950: "cp950", 65001: "utf-8"}


def read_rtf(content: bytes) -> list[Block]:
    """Return the blocks of a document. A place counts paragraphs (each of their lines) and rows of tables as lines.

    Raises UnreadableError for bytes that are not text in the code page that the document names.
    """
    return _Walk(content).read()


@dataclass(frozen=True)
class _State:
    """What a group inherits and its end restores."""

    is_unseen: bool = False
    is_hidden: bool = False
    in_fonts: bool = False
    in_nested: bool = False  # properties of a row are those of a row inside a cell
    font: int | None = None
    level: int = 0
    skip: int = 1  # bytes after \u that stand in for the character in programs that do not know it


@dataclass
class _Shape:
    """The shape of a row while its properties are read."""

    edges: list[int] = field(default_factory=list)
    left: int = 0
    from_above: set[int] = field(default_factory=set)
    from_left: set[int] = field(default_factory=set)

    def freeze(self) -> RowShape:
        edges = (min(self.left, *self.edges), *self.edges) if self.edges else ()
        return RowShape(edges, frozenset(self.from_above), frozenset(self.from_left))


class _Walk:
    def __init__(self, content: bytes) -> None:
        self.content = content
        self.position = 0
        self.flow = WordFlow()
        self.state = _State()
        self.outer: list[_State] = []
        self.is_marked = False  # a \* stands before
        self.encoding = "cp1252"
        self.charsets: dict[int | None, str] = {}
        self.pieces: list[str] = []
        self.undecoded = bytearray()
        self.to_skip = 0
        self.shapes = {False: _Shape(), True: _Shape()}

    def read(self) -> list[Block]:
        while self.position < len(self.content):
            match = _TOKEN.match(self.content, self.position)
            if match is None:  # a backslash at the end of the file
                raise UnreadableError("an RTF document that breaks off", EXPECTED)
            self.position = match.end()
            if match["brace"] == b"}" and len(self.outer) == 1:  # what follows the document is not part of it
                break
            self.take(match)
        self.end_text()
        if self.pieces:
            self.flow.end_paragraph(self.take_text(), self.state.level)
        return self.flow.finish()

    def take(self, match: re.Match[bytes]) -> None:
        if match["text"] is not None:
            self.add_bytes(match["text"])
        elif match["hex"] is not None:
            self.add_bytes(bytes.fromhex(match["hex"].decode()))
        elif match["word"] is not None:
            self.end_text()
            number = None if match["number"] is None else int(match["number"])
            self.take_word(match["word"].decode(), number)
        elif match["brace"] is not None:
            self.end_text()
            self.take_brace(match["brace"] == b"{")
        elif match["sign"] is not None:
            self.end_text()
            self.take_sign(match["sign"])

    def add_bytes(self, found: bytes) -> None:
        skipped = min(self.to_skip, len(found))
        self.to_skip -= skipped
        if not self.state.is_unseen and not self.state.is_hidden and not self.state.in_fonts:
            self.undecoded += found[skipped:]

    def end_text(self) -> None:
        """Decode the bytes since the last word, by the character set of their font or the page of the document."""
        if not self.undecoded:
            return
        encoding = self.charsets.get(self.state.font, self.encoding)
        try:
            self.pieces.append(CONTROL.sub("", self.undecoded.decode(encoding)))
        except UnicodeDecodeError as error:
            found = f"byte 0x{error.object[error.start]:02x} in text of code page {encoding}"
            raise UnreadableError(found, EXPECTED, f"line {self.flow.number + 1}") from None
        self.undecoded.clear()

    def take_brace(self, is_open: bool) -> None:
        self.to_skip = 0
        if is_open:
            if len(self.outer) > MOST_NESTED:
                raise UnreadableError(f"groups nested deeper than {MOST_NESTED:,}", "an RTF document")
            self.outer.append(self.state)
        elif self.outer:
            self.state = self.outer.pop()

    def take_sign(self, sign: bytes) -> None:
        if sign == b"*":
            self.is_marked = True
        else:
            self.add(_SIGNS.get(sign, ""))

    def add(self, text: str) -> None:
        if self.to_skip:
            self.to_skip -= 1
        elif text and not self.state.is_unseen and not self.state.is_hidden:
            self.pieces.append(text)

    def take_text(self) -> str:
        text = "".join(self.pieces)
        self.pieces.clear()
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")

    def take_word(self, word: str, number: int | None) -> None:
        is_marked, self.is_marked = self.is_marked, False
        if word == "bin":
            self.position += min(max(number or 0, 0), WIDEST_SKIP)
        elif (is_marked and word not in {"nesttableprops", "shppict"}) or word in _UNSEEN:
            self.state = replace(self.state, is_unseen=True)
        elif word == "nesttableprops":
            self.state = replace(self.state, in_nested=True)
        elif word == "fonttbl":
            self.state = replace(self.state, in_fonts=True)
        elif word == "f":
            self.state = replace(self.state, font=number)
        elif self.state.in_fonts:
            if word == "fcharset" and number in _CHARSETS:
                self.charsets[self.state.font] = _CHARSETS[number]
        elif word == "ansicpg":
            self.encoding = _find_codec(number)
        elif word == "uc":
            self.state = replace(self.state, skip=max(number or 0, 0))
        elif word == "u" and number is not None:
            self.add(chr(number % 0x10000))
            self.to_skip = self.state.skip
        elif not self.state.is_unseen:
            self.take_seen(word, number)

    def take_seen(self, word: str, number: int | None) -> None:
        """Keep what prints, and what says where it prints."""
        match word:
            case "v" | "deleted":
                self.state = replace(self.state, is_hidden=number != 0)
            case "plain":
                self.state = replace(self.state, is_hidden=False)
            case "par" | "sect" | "page" | "column":
                self.flow.end_paragraph(self.take_text(), self.state.level)
            case "pard":
                self.state = replace(self.state, level=0)
            case "intbl":
                self.state = replace(self.state, level=max(self.state.level, 1))
            case "itap":
                self.state = replace(self.state, level=max(number or 0, 0))
            case "cell":
                self.flow.end_cell(self.take_text(), 1)
            case "nestcell":
                self.flow.end_cell(self.take_text(), max(self.state.level, 2))
            case "row":
                self.flow.end_row(1, self.shapes[False].freeze())
            case "nestrow":
                self.flow.end_row(max(self.state.level, 2), self.shapes[True].freeze())
            case _ if word in _WORDS:
                self.add(_WORDS[word])
            case _:
                self.take_shape(word, number or 0)

    def take_shape(self, word: str, number: int) -> None:
        shape = self.shapes[self.state.in_nested]
        match word:
            case "trowd":
                self.shapes[self.state.in_nested] = _Shape()
            case "trleft":
                shape.left = number
            case "cellx":
                shape.edges.append(number)
            case "clvmrg":
                shape.from_above.add(len(shape.edges))
            case "clmrg":
                shape.from_left.add(len(shape.edges))


def _find_codec(page: int | None) -> str:
    name = _CODE_PAGES.get(page or 0, f"cp{page}")
    try:
        return codecs.lookup(name).name
    except LookupError:
        raise UnreadableError(f"an RTF document in code page {page}", EXPECTED) from None
