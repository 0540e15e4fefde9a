"""Recognise a file by its first bytes, and limit its size. Its name only separates CSV from text."""

import re

from audit_lib.documents.model import UnreadableError

HEAD = 65_536  # bytes; pages begin with long comments and scripts
MEGABYTE = 1_000_000
LARGEST = {"text": 10 * MEGABYTE, "csv": 10 * MEGABYTE, "html": 30 * MEGABYTE}
LARGEST_BINARY = 50 * MEGABYTE

RUN_OCR = "text: audit-lib add reads pictures, or type the table as CSV with the columns unit, score, rank, tier"
PLACEHOLDER = "{archive}"  # where the name of an archive belongs, which a worker does not know
UNPACKED = "one of its files, unpacked"
SAVE_AS = "the same document saved as DOCX, XLSX or PDF"

_MAGIC = {
    b"PK\x03\x04": "zip",
    b"PK\x05\x06": "zip",  # an archive of nothing
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "ole",
    b"Rar!\x1a\x07": "rar",
    b"7z\xbc\xaf\x27\x1c": "7z",
    b"{\\rtf": "rtf",
    b"\x89PNG\r\n\x1a\n": "PNG picture",
    b"\xff\xd8\xff": "JPEG picture",
    b"GIF87a": "GIF picture",
    b"GIF89a": "GIF picture",
    b"II*\x00": "TIFF picture",
    b"MM\x00*": "TIFF picture",
}
_MARKUP = re.compile(
    rb"<(?:!doctype\s+html|html|head|body|meta|title|table|div|p|span|h[1-6]|center|ul|ol|section|article|font|form|br)"
    rb"[\s>/]",
    re.IGNORECASE,
)
_PAGE = re.compile(rb"<(?:!doctype\s+html|html)[\s>]", re.IGNORECASE)
# The headers of a page saved as one file, and of e-mails.
_SAVED = re.compile(
    rb"(?:[A-Za-z][\w-]*:[^\n]*\n(?:[ \t][^\n]*\n)*)*?Content-Type:\s*(?:multipart|text/html)", re.IGNORECASE
)
_UNUSABLE = {
    "7z": ("a 7z archive", f"{UNPACKED}: 7-Zip and unar do that"),
    "xml": ("an XML document", SAVE_AS),
}


def find_kind(head: bytes, suffix: str) -> str:
    """Return what a file is by its first bytes: text, csv, html, mht, rtf, pdf, picture, zip, ole or rar.

    Raises UnreadableError for the rest.

    >>> find_kind(b"%PDF-1.7", ".txt"), find_kind("序号,单位".encode(), ".CSV"), find_kind(b"<table><tr>", ".xls")
    ('pdf', 'csv', 'html')
    """
    kind = next((kind for magic, kind in _MAGIC.items() if head.startswith(magic)), None) or _find_rarer(head)
    if kind is None:
        return "csv" if suffix.lower() in {".csv", ".tsv"} else "text"
    if kind.endswith("picture"):
        return "picture"
    if kind in _UNUSABLE:
        raise UnreadableError(*_UNUSABLE[kind])
    return kind


def _find_rarer(head: bytes) -> str | None:
    if b"%PDF-" in head[:1024]:  # some servers send a header or blank lines first
        return "pdf"
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "WebP picture"
    if head.startswith(b"BM") and head[6:10] == bytes(4):
        return "BMP picture"
    if _SAVED.match(head.replace(b"\r\n", b"\n").lstrip()):
        return "mht"
    words = head.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")  # UTF-16 puts a zero beside each letter
    if words.startswith(b"<?xml") and not _PAGE.search(words):
        return "xml"
    return "html" if words.startswith(b"<") and _MARKUP.search(words) else None


def check_size(kind: str, size: int) -> None:
    """Raise UnreadableError for a file larger than notices of its kind ever are."""
    largest = LARGEST.get(kind, LARGEST_BINARY)
    if size > largest:
        named = f"a {kind} file" if kind in LARGEST else "a file"
        raise UnreadableError(f"{named} of {size / MEGABYTE:.1f} MB", f"at most {largest // MEGABYTE} MB")
