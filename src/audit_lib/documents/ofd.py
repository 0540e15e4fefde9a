"""OFD documents, the national format for signed ones (GB/T 33190): text with its place on the page, no tables."""

import re
from collections.abc import Iterator
from typing import Any

import ofdkit

from audit_lib.documents.characters import Char, part_lines, write_line
from audit_lib.documents.kinds import RUN_OCR
from audit_lib.documents.model import Block, Line, UnreadableError

MOST_PAGES = 1_000
EXPECTED = "a whole document; else the same exported as PDF"
_SPACES = re.compile(r"\s+")


def read_ofd(content: bytes) -> list[Block]:
    """Return the lines of a document, columns apart by two spaces. A place counts the lines of a page from the top.

    Raises UnreadableError for a document whose pages or templates are not all there.
    """
    try:
        with ofdkit.open(content) as document:
            if len(document.pages) > MOST_PAGES:
                raise UnreadableError(f"an OFD document of more than {MOST_PAGES:,} pages", "a notice")
            blocks = [line for page in document.pages for line in _read_page(page)]
            if document.warnings:
                raise UnreadableError(f"an OFD document with a part missing: {document.warnings[0]}", EXPECTED)
    except ofdkit.OFDError as error:
        raise UnreadableError(f"a damaged OFD document: {error}", EXPECTED) from None
    if not blocks:
        n_pages = len(document.pages)
        raise UnreadableError(f"{n_pages} page{'s' * (n_pages != 1)} of pictures without text", RUN_OCR)
    return list(blocks)


def _read_page(page: Any) -> Iterator[Line]:
    # All of it: some programs draw beyond the box that they state.
    for line in part_lines(map(_as_char, page.runs), f"page {page.index + 1} "):
        if text := _write(line.chars):
            yield Line(line.place, text)


def _write(runs: list[Char]) -> str:
    """Write out a line. Spaces inside a run part its words; only in a run that is alone may they part columns."""
    if len(runs) == 1:
        return str(runs[0]["text"]).strip()
    return write_line([run | {"text": _SPACES.sub(" ", run["text"])} for run in runs])


def _as_char(run: Any) -> Char:
    """Describe a run as the character of a PDF is: its text, its box, and its size.

    Some programs write no size; then the advance of its characters is.
    """
    size = run.size or run.width / len(run.text) or 1.0
    return {
        "text": run.text,
        "x0": run.x,
        "x1": run.x + (run.width or size * len(run.text) / 2),
        "top": run.y - size,
        "bottom": run.y,
        "height": size,
        "size": size,
    }
