"""Read a published file into lines that know their place. It cuts nothing and understands nothing."""

import hashlib
import re
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
    """Read a UTF-8 text file, with or without a byte order mark.

    Raises AuditError for a file that is missing, empty, binary or in another encoding.
    """
    content = _read_bytes(path)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        found = f"byte 0x{content[error.start]:02x} at position {error.start}"
        raise unusable(path, found, "a text file in UTF-8") from None
    # Only line ends split lines: str.splitlines would also split at U+2028 and form feeds, and shift every place.
    numbered = [Line(f"line {number}", line) for number, line in enumerate(re.split(r"\r\n|\r|\n", text), start=1)]
    if binary := next((line for line in numbered if CONTROL.search(line.text)), None):
        raise unusable(f"{path} {binary.place}", "binary content", "a text file in UTF-8")
    blocks = tuple(line for line in numbered if line.key or not line.text.isascii())
    if not any(line.key for line in blocks):
        raise unusable(path, "an empty file", "the text of a notice")
    return Document(path, hashlib.sha256(content).hexdigest(), "text", "utf-8", blocks)


def _read_bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise unusable(path, "no such file", "a published notice") from None
    except IsADirectoryError:
        raise unusable(path, "a folder", "a published notice") from None
    except OSError as error:
        raise unusable(path, error.strerror or str(error), "a file that can be read") from None
