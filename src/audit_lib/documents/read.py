"""Read a published file into lines and tables that know their place. It understands nothing of what they say."""

import hashlib
import stat
from pathlib import Path, PurePosixPath

from audit_lib.documents.model import Block, Document, UnreadableError, flatten
from audit_lib.errors import AuditError, unusable

NOTICE = "a published notice"


def read_document(path: Path) -> Document:
    """Read a published file, whatever its name says it is.

    Formats: text, csv, html, mht, docx, doc (WPS Office's .wps too), rtf, odt, ofd, pdf, xlsx, xls (its .et too), ods;
    zip and rar of one such file, or of several, one of which the path names: `notice.zip!附件.xls`. The SHA-256 is
    that of the file, of one that is named so that of the file in the archive. The encoding is that of a text, CSV or
    web page, else None. A scan (PDF of pictures, PNG, JPEG, TIFF) is read from the CSV file beside it that says what
    was read in it, once no doubt is left there; its format is "scan". Raises AuditError for a file that is missing,
    empty, too large, damaged or of another kind.
    """
    from audit_lib.documents.kinds import HEAD, check_size, find_kind
    from audit_lib.documents.readers import IN_PROCESS, read_blocks
    from audit_lib.documents.scan_file import load_reading, settle

    archive, member = split_member(path)
    suffix = PurePosixPath(member or path.name).suffix
    blocks: list[Block]
    try:
        content = read_content(path)
        kind = find_kind(content[:HEAD], suffix)
        check_size(kind, len(content))
        if member is None and (read := load_reading(path, hashlib.sha256(content).hexdigest())) is not None:
            format_, encoding, blocks = "scan", None, [*settle(path, read)]
        elif kind in IN_PROCESS:
            format_, encoding, blocks = read_blocks(content, kind, suffix)
        else:
            from audit_lib.documents.worker import read_apart

            format_, encoding, blocks = read_apart(content, kind)
        if member is not None and format_ in {"zip", "rar"}:
            raise UnreadableError("an archive in an archive", "one of its files, unpacked")
    except UnreadableError as error:
        raise _is_unreadable(path, archive, error) from None
    if not any(line.key for line in flatten(blocks)):
        raise unusable(path, "an empty file", "the text of a notice")
    return Document(path, hashlib.sha256(content).hexdigest(), format_, encoding, tuple(blocks))


def split_member(path: Path) -> tuple[Path, str | None]:
    """Split the name of a file in an archive from that of the archive; None where the path names a file.

    >>> split_member(Path("2017/notice.zip!附件/评分表.xls"))
    (PosixPath('2017/notice.zip'), '附件/评分表.xls')
    """
    archive, mark, member = str(path).partition("!")
    return (Path(archive), member) if mark and member and archive and not path.exists() else (path, None)


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
        from audit_lib.documents.worker import unpack_apart

        return unpack_apart(content, kind, member)
    except UnreadableError as error:
        raise _is_unreadable(path, archive, error) from None


def _is_unreadable(path: Path, archive: Path, error: UnreadableError) -> AuditError:
    from audit_lib.documents.kinds import PLACEHOLDER

    expected = error.expected.replace(PLACEHOLDER, archive.name)
    return unusable(f"{path} {error.place}" if error.place else path, error.found, expected)


def _read_bytes(path: Path) -> tuple[bytes, str]:
    """Return the bytes of a file and their kind. Before it is read it is known to be a file, and not too large."""
    from audit_lib.documents.kinds import HEAD, check_size, find_kind

    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            found = "a folder" if stat.S_ISDIR(status.st_mode) else "a pipe or device"
            raise unusable(path, found, NOTICE)
        with path.open("rb") as file:
            head = file.read(HEAD)
            kind = find_kind(head, path.suffix)
            check_size(kind, status.st_size)
            return head + file.read(), kind
    except FileNotFoundError:
        raise unusable(path, "no such file", NOTICE) from None
    except OSError as error:
        raise unusable(path, error.strerror or str(error), "a file that can be read") from None
    except ValueError:  # a null character in the path
        raise unusable(path, "no such file", NOTICE) from None
