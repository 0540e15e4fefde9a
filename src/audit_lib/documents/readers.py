"""Which reader reads which kind of file. Readers load when first needed: each takes a tenth of a second or more."""

from pathlib import PurePosixPath

from audit_lib.documents.kinds import HEAD, RUN_OCR, UNPACKED, check_size, find_kind
from audit_lib.documents.model import Block, UnreadableError

Reading = tuple[str, str | None, list[Block]]  # format, encoding (of a text, CSV or web page, else None) and blocks
IN_PROCESS = frozenset({"text", "csv", "html", "picture"})  # known where they are; the others by a worker


def read_blocks(content: bytes, kind: str, suffix: str = "") -> Reading:
    """Read a file of any kind; an archive of one file as that file. Raises UnreadableError."""
    match format_ := _find_format(content, kind):
        case "html":
            from audit_lib.documents.html import read_html

            return format_, *read_html(content)
        case "text":
            from audit_lib.documents.text import read_text

            return format_, *read_text(content)
        case "csv":
            from audit_lib.documents.text import read_csv

            return read_csv(content, suffix)
        case "picture":
            raise UnreadableError("a picture", RUN_OCR)
        case "zip" | "rar":
            return _read_only_member(content, format_)
        case "pdf":
            from audit_lib.documents.pdf import read_pdf as read
        case "docx":
            from audit_lib.documents.docx import read_docx as read
        case "odt":
            from audit_lib.documents.odt import read_odt as read
        case "ofd":
            from audit_lib.documents.ofd import read_ofd as read
        case "doc":
            from audit_lib.documents.word97 import read_word97 as read
        case "rtf":
            from audit_lib.documents.rtf import read_rtf as read
        case "mht":
            from audit_lib.documents.mht import read_mht as read
        case _:
            from audit_lib.documents.sheets import read_workbook as read
    return format_, None, read(content)


def _find_format(content: bytes, kind: str) -> str:
    """Find what a container is: an office file, or an archive. Any other file is what its kind says."""
    if kind not in ("ole", "zip"):
        return kind
    from audit_lib.documents.office import find_office_format, find_ole_format

    return find_ole_format(content) if kind == "ole" else find_office_format(content) or kind


def _read_only_member(content: bytes, kind: str) -> Reading:
    from audit_lib.documents.archive import read_member, shorten

    name, member = read_member(content, kind)
    found = find_kind(member[:HEAD], PurePosixPath(name).suffix)
    check_size(found, len(member))
    if _find_format(member, found) in ("zip", "rar"):
        raise UnreadableError(f"an archive in the archive: {shorten(name)}", UNPACKED)
    _, encoding, blocks = read_blocks(member, found, PurePosixPath(name).suffix)
    return kind, encoding, blocks
