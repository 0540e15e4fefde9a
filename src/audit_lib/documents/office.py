"""Office files are containers: what is in one, and may it be unpacked?"""

import io
import re
import zipfile

from audit_lib.documents.archive import MOST_MEMBERS, shorten
from audit_lib.documents.kinds import MEGABYTE, SAVE_AS
from audit_lib.documents.model import UnreadableError

LARGEST_UNPACKED = 300 * MEGABYTE
CHUNK = 1_000_000
NO_PASSWORD = "the file saved without a password"
_DECLARATIONS = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_LONGEST_DECLARATION = len(b"<!DOCTYPE")
_OPEN_DOCUMENT = b"application/vnd.oasis.opendocument."
_OPEN_FORMATS = {b"spreadsheet": "ods", b"text": "odt"}  # and their templates
_OLE_NAMES = {
    "PowerPoint Document": "a presentation",
    "MatOST": "a document of Microsoft Works",
    "MN0": "a document of Microsoft Works",
    "Quill": "a document of Microsoft Publisher",
    "VisioDocument": "a drawing",
    "__properties_version1.0": "an e-mail",
}


def find_office_format(content: bytes) -> str | None:
    """Return which office format a ZIP archive is, once it is known to be harmless; None for an archive of files.

    Raises UnreadableError for a format that is not read.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = archive.infolist()
        names = {member.filename for member in members}
        mimetype = archive.open("mimetype").read(100) if "mimetype" in names else b""
        found = _name_format(names, mimetype)
        if found is not None:
            _check_members(archive, members)
    return found


def _name_format(names: set[str], mimetype: bytes) -> str | None:
    if mimetype.startswith(_OPEN_DOCUMENT):
        kind = mimetype.removeprefix(_OPEN_DOCUMENT).strip().removesuffix(b"-template")
        if kind not in _OPEN_FORMATS:
            raise UnreadableError("an OpenDocument file that is no text and no spreadsheet", SAVE_AS)
        return _OPEN_FORMATS[kind]
    if "OFD.xml" in names:
        return "ofd"
    if mimetype.startswith(b"application/epub"):
        raise UnreadableError("an e-book", SAVE_AS)
    if any(name.endswith(".iwa") or name == "Index.zip" for name in names):
        raise UnreadableError("a document of Apple's Pages, Numbers or Keynote", SAVE_AS)
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
            raise UnreadableError(f"a DOCTYPE in {shorten(member.filename)}", "an office file, which never has one")


def _declares(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bool:
    """Check whether a part declares a document type or entities, without ever holding all of it."""
    tail = b""
    with archive.open(member) as part:
        while chunk := part.read(CHUNK):
            window = tail + chunk.replace(b"\0", b"")  # UTF-16 puts a zero beside each letter
            if _DECLARATIONS.search(window):
                return True
            tail = window[-_LONGEST_DECLARATION:]
    return False


def find_ole_format(content: bytes) -> str:
    """Return what a file in Microsoft's older container is: xls or doc, which WPS Office calls .et and .wps.

    Raises UnreadableError for the rest.

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
        return "doc"
    found = next((_OLE_NAMES[name] for name in sorted(streams) if name in _OLE_NAMES), "an office file of before 2007")
    raise UnreadableError(found, SAVE_AS)


def _read_stream_name(entry: bytes) -> str | None:
    n_bytes = int.from_bytes(entry[64:66], "little")
    if not 4 <= n_bytes <= 64 or n_bytes % 2 or entry[n_bytes - 2 : n_bytes] != b"\0\0":
        return None
    return entry[: n_bytes - 2].decode("utf-16-le", "replace")
