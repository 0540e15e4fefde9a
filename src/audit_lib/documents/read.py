"""Read a published file into lines and tables that know their place. It understands nothing of what they say."""

import hashlib
import stat
from pathlib import Path

from audit_lib.documents.model import Block, Document, flatten
from audit_lib.errors import unusable


def file_sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def read_document(path: Path) -> Document:
    """Read a published file, whatever its name says it is: text, csv, html, docx, xlsx, xls, ods or pdf.

    The encoding is that of a text, CSV or web page, else None. Raises AuditError for a file that is missing, empty,
    too large, damaged or of another kind; an archive is named with what is in it, never unpacked.
    """
    # Here, not above: the readers are written in this module's words.
    from audit_lib.documents.model import UnreadableError

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
        from audit_lib.documents.html import read_html

        return kind, *read_html(content)
    if kind in {"text", "csv"}:
        from audit_lib.documents.text import read_csv, read_text

        return read_csv(content, suffix) if kind == "csv" else (kind, *read_text(content))
    from audit_lib.documents.worker import read_apart

    format_, blocks = read_apart(content, kind)
    return format_, None, blocks


def _read_bytes(path: Path) -> tuple[bytes, str]:
    """Give the bytes of a file and their kind. Before anything is read it is known to be a file, and not too large."""
    from audit_lib.documents.kinds import HEAD, check_size, find_kind

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
