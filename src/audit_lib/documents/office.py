"""Office files are archives: what is in one, and may it be unpacked? Archives of notices are named, not read."""

import io
import re
import zipfile
from collections.abc import Iterable

import rarfile

from audit_lib.documents.kinds import MEGABYTE, SAVE_AS
from audit_lib.documents.model import UnreadableError

MOST_MEMBERS = 2_000
LARGEST_UNPACKED = 300 * MEGABYTE
CHUNK = 1_000_000
NAMES_SHOWN = 5
LONGEST_NAME = 60

NO_PASSWORD = "the file saved without a password"
_DECLARATIONS = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_LONGEST_DECLARATION = len(b"<!DOCTYPE")
_ODS = b"application/vnd.oasis.opendocument.spreadsheet"


def find_office_format(content: bytes) -> str:
    """Tell which office format a ZIP archive is, once it is known to be harmless.

    Raises UnreadableError for any other.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = archive.infolist()
        names = {member.filename for member in members}
        mimetype = archive.open("mimetype").read(100) if "mimetype" in names else b""
        found = _name_format(names, mimetype)
        if found is None:
            raise _is_archive("ZIP", [_decode_name(member) for member in members if not member.is_dir()])
        _check_members(archive, members)
    return found


def _name_format(names: set[str], mimetype: bytes) -> str | None:
    if mimetype.startswith(_ODS):
        return "ods"
    if mimetype.startswith(b"application/vnd.oasis.opendocument"):
        raise UnreadableError("an OpenDocument file that is no spreadsheet", SAVE_AS)
    if "OFD.xml" in names:  # the national format for signed documents
        raise UnreadableError("an OFD document", "the same document exported as PDF")
    if "[Content_Types].xml" not in names:
        return None
    folders = {name.partition("/")[0].lower() for name in names}
    if "ppt" in folders and "word" not in folders and "xl" not in folders:
        raise UnreadableError("a presentation", SAVE_AS)
    return "docx" if "word" in folders else "xlsx" if "xl" in folders else None


def _check_members(archive: zipfile.ZipFile, members: list[zipfile.ZipInfo]) -> None:
    """Raise UnreadableError for what only an attack holds: thousands of parts, gigabytes, declared entities."""
    if len(members) > MOST_MEMBERS:
        raise UnreadableError(f"an office file of {len(members):,} parts", f"at most {MOST_MEMBERS:,}")
    unpacked = sum(member.file_size for member in members)
    if unpacked > LARGEST_UNPACKED:
        found = f"an office file of {unpacked / MEGABYTE:,.0f} MB when unpacked"
        raise UnreadableError(found, f"at most {LARGEST_UNPACKED // MEGABYTE} MB")
    if any(member.flag_bits & 1 for member in members):
        raise UnreadableError("an encrypted office file", NO_PASSWORD)
    for member in members:
        if member.filename.lower().endswith((".xml", ".rels")) and _declares(archive, member):
            raise UnreadableError(f"a DOCTYPE in {_shorten(member.filename)}", "an office file, which never has one")


def _declares(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bool:
    """Tell whether a part declares a document type or entities, without ever holding all of it."""
    tail = b""
    with archive.open(member) as part:
        while chunk := part.read(CHUNK):
            window = tail + chunk.replace(b"\0", b"")  # UTF-16 puts a zero beside each letter
            if _DECLARATIONS.search(window):
                return True
            tail = window[-_LONGEST_DECLARATION:]
    return False


def name_rar(content: bytes) -> UnreadableError:
    """Name what a RAR archive holds. Nothing is unpacked."""
    try:
        with rarfile.RarFile(io.BytesIO(content)) as archive:
            if archive.needs_password() and not archive.namelist():
                return UnreadableError("a RAR archive with a password", "one of its files, unpacked")
            names = [member.filename for member in archive.infolist() if not member.is_dir()]
    except rarfile.Error:
        return UnreadableError("a damaged RAR archive", "one of its files, unpacked")
    return _is_archive("RAR", names)


def _is_archive(kind: str, names: Iterable[str]) -> UnreadableError:
    names = [name for name in names if not name.startswith("__MACOSX/")]
    if not names:
        return UnreadableError(f"a {kind} archive of nothing", "a published notice")
    shown = ", ".join(map(_shorten, names[:NAMES_SHOWN]))
    more = f" and {len(names) - NAMES_SHOWN} more" if len(names) > NAMES_SHOWN else ""
    return UnreadableError(f"a {kind} archive of {shown}{more}", "one of its files, unpacked")


def _shorten(name: str) -> str:
    printable = "".join(char if char.isprintable() else "?" for char in name)
    return printable if len(printable) <= LONGEST_NAME else f"{printable[:LONGEST_NAME]}…"


def _decode_name(member: zipfile.ZipInfo) -> str:
    """Give the name of a member; those that Chinese Windows wrote are in GBK, which the archive does not say."""
    if member.flag_bits & 0x800:
        return member.filename
    try:
        return member.filename.encode("cp437").decode("gb18030")
    except UnicodeError:
        return member.filename


def find_ole_format(content: bytes) -> str:
    """Tell what a file in Microsoft's older container is: xls, or UnreadableError.

    The directory of the container has entries of 128 bytes, each beginning with the name of a stream.
    """
    streams = {
        name
        for offset in range(512, len(content) - 127, 128)
        if content[offset + 1 : offset + 2] == b"\0" and (name := _read_stream_name(content[offset : offset + 66]))
    }
    if "EncryptedPackage" in streams:
        raise UnreadableError("an encrypted office file", NO_PASSWORD)
    if streams & {"Workbook", "Book"}:
        return "xls"
    if "WordDocument" in streams:
        raise UnreadableError("a Word document of before 2007", SAVE_AS)
    raise UnreadableError("an office file of before 2007 that is no workbook", SAVE_AS)


def _read_stream_name(entry: bytes) -> str | None:
    n_bytes = int.from_bytes(entry[64:66], "little")
    if not 4 <= n_bytes <= 64 or n_bytes % 2 or entry[n_bytes - 2 : n_bytes] != b"\0\0":
        return None
    return entry[: n_bytes - 2].decode("utf-16-le", "replace")
