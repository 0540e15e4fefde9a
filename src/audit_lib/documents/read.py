"""Read a published file into lines and tables that know their place. It understands nothing of what they say."""

import hashlib
import stat
import unicodedata
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path, PurePosixPath

from audit_lib.documents.model import Block, Document, Line, UnreadableError, flatten, split_member
from audit_lib.documents.spans import check_fields
from audit_lib.errors import AuditError, unusable
from audit_lib.files import open_at_once

NOTICE = "a published notice"
MOST_MARKS = 500  # accents on one letter: sorting them for NFKC takes their square; Unicode's own limit is 30


class ScanError(AuditError):
    """A file that shows its text as pictures, in which nothing was read yet."""


def read_document(path: Path) -> Document:
    """Read a published file, whatever its name says it is.

    Formats: text, csv, html, mht, docx, doc (WPS Office's .wps too), rtf, odt, ofd, pdf, xlsx, xls (its .et too), ods;
    zip and rar of one such file, or of several, one of which the path names: `notice.zip!附件.xls`. The SHA-256 is
    that of the file, of one that is named so that of the file in the archive. The encoding is that of a text, CSV or
    web page, else None. A scan (PDF of pictures, PNG, JPEG, TIFF) is read from the CSV file beside it that says what a
    program read in it; its format is "scan", and its lines are of the class ScanLine. Raises AuditError for a file that
    is missing, empty, too large, damaged or of another kind, and ScanError for a scan without that file.
    """
    from audit_lib.documents.kinds import HEAD, RUN_OCR, check_size, find_kind
    from audit_lib.documents.readers import IN_PROCESS, read_blocks
    from audit_lib.documents.scan_file import load_reading

    archive, member = split_member(path)
    suffix = PurePosixPath(member or path.name).suffix
    blocks: list[Block]
    try:
        content = read_content(path)
        kind = find_kind(content[:HEAD], suffix)
        check_size(kind, len(content))
        sha256 = hashlib.sha256(content).hexdigest()
        if (read := load_reading(path, sha256)) is not None:
            format_, encoding, blocks = "scan", None, [*read]
        elif kind in IN_PROCESS:
            format_, encoding, blocks = read_blocks(content, kind, suffix)
        else:
            from audit_lib.documents.apart import read_apart

            format_, encoding, blocks = read_apart(content, kind)
        if member is not None and format_ in {"zip", "rar"}:
            raise UnreadableError("an archive in an archive", "one of its files, unpacked")
        lines = list(flatten(blocks))
        check_fields(sum(line.text.count("\t") for line in lines))  # each may separate two cells
        _check_marks(lines)
    except UnreadableError as error:
        wrapped = _is_unreadable(path, archive, error)
        raise (ScanError(str(wrapped)) if error.expected == RUN_OCR else wrapped) from None
    if not any(line.key for line in lines):
        raise unusable(path, "an empty file", "the text of a notice")
    return Document(path, sha256, format_, encoding, tuple(blocks))


def _check_marks(lines: Iterable[Line]) -> None:
    for line in lines:
        if len(line.text) > MOST_MARKS:
            runs = groupby(line.printed, key=lambda char: unicodedata.combining(char) > 0)
            if any(is_mark and sum(1 for _ in run) > MOST_MARKS for is_mark, run in runs):
                raise UnreadableError(f"more than {MOST_MARKS} accents on one letter", NOTICE, line.place)


def read_content(path: Path) -> bytes:
    """Return the bytes of a file, or of one in an archive (`notice.zip!附件.xls`), before anything is read from them.

    Raises AuditError for a file that is missing or too large, and for an archive that has no such file.
    """
    archive, member = split_member(path)
    try:
        content, kind = _read_bytes(archive)
        if member is None:
            return content
        if kind not in {"zip", "rar"}:
            raise UnreadableError("no archive", "a ZIP or RAR archive before the !")
        from audit_lib.documents.apart import unpack_apart

        return unpack_apart(content, kind, member)
    except UnreadableError as error:
        raise _is_unreadable(path, archive, error) from None


def list_archive(path: Path) -> list[Path]:
    """List the files in an archive as paths: `notice.zip!附件.xls`. None where the file is no archive.

    Raises AuditError for a file that cannot be read.
    """
    archive, member = split_member(path)
    if member is not None:
        return []
    try:
        content, kind = _read_bytes(archive)
        if kind not in {"zip", "rar"}:
            return []
        from audit_lib.documents.apart import list_apart

        return [Path(f"{path}!{name}") for name in list_apart(content, kind)]
    except UnreadableError as error:
        raise _is_unreadable(path, archive, error) from None


def _is_unreadable(path: Path, archive: Path, error: UnreadableError) -> AuditError:
    from audit_lib.documents.kinds import PLACEHOLDER

    expected = error.expected.replace(PLACEHOLDER, archive.name)
    return unusable(f"{path} {error.place}" if error.place else path, error.found, expected)


def _read_bytes(path: Path) -> tuple[bytes, str]:
    """Return the bytes of a file and their kind. Before it is read it is known to be a file, and not too large."""
    from audit_lib.documents.kinds import HEAD, LARGEST_BINARY, check_size, find_kind

    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            found = "a folder" if stat.S_ISDIR(status.st_mode) else "a pipe or device"
            raise unusable(path, found, NOTICE)
        with open(path, "rb", opener=open_at_once) as file:
            head = file.read(HEAD) or b""  # None: a special file that has nothing to say now
            kind = find_kind(head, path.suffix)
            check_size(kind, status.st_size)
            content = head + (file.read(LARGEST_BINARY) or b"")  # some special files have no size and no end
            check_size(kind, len(content))
            return content, kind
    except FileNotFoundError:
        raise unusable(path, "no such file", NOTICE) from None
    except OSError as error:
        raise unusable(path, error.strerror or str(error), "a file that can be read") from None
    except ValueError:  # a null character in the path
        raise unusable(path, "no such file", NOTICE) from None
