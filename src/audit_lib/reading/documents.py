"""Read a published file into lines and tables that know their place. It understands nothing of what they say."""

import hashlib
import re
import stat
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from audit_lib.errors import unusable

CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f]")  # never in text; common in every binary format
# White space, and what web pages print that nobody sees: soft hyphens, zero-width spaces, direction marks.
PADDING = re.compile(r"[\s\u00ad\u200b-\u200f\u2060\ufeff]")


@dataclass(frozen=True)
class Line:
    """A stretch of print, a line or a cell of a table: where it stands in the file, and its text as printed.

    Places are `line 215` (1-based), `Sheet1!B7` or `page 3 line 12`.
    """

    place: str
    text: str

    @cached_property
    def printed(self) -> str:
        """The text without its padding white space."""
        return PADDING.sub("", self.text)

    @cached_property
    def key(self) -> str:
        """The form in which words are compared: as `printed`, and width variants made equal."""
        return squeeze(self.text)

    @cached_property
    def aligned(self) -> str:
        """`printed` with width variants made equal one for one, so that what is found here stands there too."""
        equal = ((unicodedata.normalize("NFKC", char), char) for char in self.printed)
        return "".join(same if len(same) == 1 else char for same, char in equal)


@dataclass(frozen=True)
class Grid:
    """A table as the file draws it: rows of equal length. An empty cell has no text.

    A merged cell stands in each field that it covers, as one and the same object. `blocks` is what the cells hold, in
    reading order, each once: the lines and the tables inside, for a table that was only drawn to lay out the page.
    """

    rows: tuple[tuple[Line, ...], ...]
    blocks: tuple["Line | Grid", ...]


Block = Line | Grid


@dataclass(frozen=True)
class Document:
    """A file as lines and tables in reading order, with what is needed to prove later that it is the same file.

    A line that is blank to the eye is a block only where it holds a no-break space or the like: in some prints that
    is an empty cell.
    """

    path: Path
    sha256: str
    format: str
    encoding: str | None
    blocks: tuple[Block, ...]

    @property
    def lines(self) -> tuple[Line, ...]:
        """All lines that are not blank, those inside tables too."""
        return tuple(line for line in flatten(self.blocks) if line.key)


def flatten(blocks: Iterable[Block]) -> Iterator[Line]:
    """Yield the lines of blocks, those inside tables too, in reading order."""
    for block in blocks:
        if isinstance(block, Line):
            yield block
        else:
            yield from flatten(block.blocks)


def line_of(place: str) -> int | None:
    """Give the line number of a place; None for a place that is no line.

    >>> line_of("line 215"), line_of("Sheet1!B7")
    (215, None)
    """
    word, _, number = place.partition(" ")
    return int(number) if word == "line" and number.isdigit() else None


def anchor_of(place: str) -> str:
    """Give the id of a place on the page of its notice: no two places have the same. Signs are coded.

    >>> anchor_of("line 215"), anchor_of("Sheet1!B7"), anchor_of("page 3 line 12"), anchor_of("表-1 (a)!C2")
    ('L215', 'Sheet1-B7', 'page-3-line-12', '表.2d.1-.28.a.29.-C2')
    """
    if (number := line_of(place)) is not None:
        return f"L{number}"
    sheet, _, cell = place.rpartition("!")
    parts = [part for part in (sheet, cell) if part]
    return "-".join(re.sub(r"[^\w ]", lambda sign: f".{ord(sign[0]):x}.", part).replace(" ", "-") for part in parts)


def squeeze(text: str) -> str:
    """Give the form in which printed words are compared: NFKC, all white space removed.

    >>> squeeze("序 \\u00a0 号"), squeeze("(8个)")
    ('序号', '(8个)')
    """
    # Twice: padding keeps what it parts from being normalised, and normalising some signs gives padding.
    return PADDING.sub("", unicodedata.normalize("NFKC", PADDING.sub("", text)))


def file_sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def read_document(path: Path) -> Document:
    """Read a published file, whatever its name says it is: text, csv, html, docx, xlsx, xls, ods or pdf.

    The encoding is that of a text, CSV or web page, else None. Raises AuditError for a file that is missing, empty,
    too large, damaged or of another kind; an archive is named with what is in it, never unpacked.
    """
    # Here, not above: the readers are written in this module's words.
    from audit_lib.reading.formats import UnreadableError

    try:
        content, kind = _read_bytes(path)
        format_, encoding, blocks = _read_blocks(content, kind, path.suffix)
    except UnreadableError as error:
        raise unusable(f"{path} {error.place}" if error.place else path, error.found, error.expected) from None
    if not any(line.key for line in flatten(blocks)):
        raise unusable(path, "an empty file", "the text of a notice")
    return Document(path, hashlib.sha256(content).hexdigest(), format_, encoding, tuple(blocks))


def _read_blocks(content: bytes, kind: str, suffix: str) -> tuple[str, str | None, list[Block]]:
    """Give format, encoding and blocks. Each reader is loaded when first needed, so that a text costs no more."""
    if kind == "html":
        from audit_lib.reading.formats.html import read_html

        return kind, *read_html(content)
    if kind in {"text", "csv"}:
        from audit_lib.reading.formats.text import read_csv, read_text

        return read_csv(content, suffix) if kind == "csv" else (kind, *read_text(content))
    from audit_lib.reading.formats.worker import read_apart

    format_, blocks = read_apart(content, kind)
    return format_, None, blocks


def _read_bytes(path: Path) -> tuple[bytes, str]:
    """Give the bytes of a file and their kind. Before anything is read it is known to be a file, and not too large."""
    from audit_lib.reading.formats.kinds import HEAD, check_size, find_kind

    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            found = "a folder" if stat.S_ISDIR(status.st_mode) else "a pipe or device"
            raise unusable(path, found, "a published notice")
        with path.open("rb") as file:
            head = file.read(HEAD)
            kind = find_kind(head, path.suffix)
            check_size(kind, status.st_size)
            return head + file.read(), kind
    except FileNotFoundError:
        raise unusable(path, "no such file", "a published notice") from None
    except OSError as error:
        raise unusable(path, error.strerror or str(error), "a file that can be read") from None
    except ValueError:  # a null character in the path
        raise unusable(path, "no such file", "a published notice") from None
