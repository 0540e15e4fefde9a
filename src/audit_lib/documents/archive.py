"""Archives of notices: what is in one, and the bytes of one of its files. One level deep."""

import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import PurePosixPath
from typing import IO

import rarfile

from audit_lib.documents.kinds import LARGEST_BINARY, MEGABYTE, PLACEHOLDER, UNPACKED
from audit_lib.documents.model import UnreadableError

MOST_MEMBERS = 2_000
NAMES_SHOWN = 5
LONGEST_NAME = 60
_CLUTTER = frozenset({".DS_Store", "Thumbs.db", "desktop.ini"})


@dataclass(frozen=True)
class Member:
    """A file in an archive: its name in Unicode, its size when unpacked, and how to open it."""

    name: str
    size: int
    is_encrypted: bool
    open: Callable[[], IO[bytes]]


def read_member(content: bytes, kind: str, name: str | None = None) -> tuple[str, bytes]:
    """Return the name and the bytes of a file in an archive of kind zip or rar; without a name that of the only one.

    A name may leave out the folders before it where no other file has it. The size is checked before anything is
    unpacked. Raises UnreadableError, which names what there is.
    """
    with _open(content, kind) as archive:
        member = _choose(_list(archive, kind), kind, name)
        if member.is_encrypted:
            raise UnreadableError(f"{shorten(member.name)} in it with a password", UNPACKED)
        if member.size > LARGEST_BINARY:
            raise _is_too_large(member, f"{member.size / MEGABYTE:,.1f} MB")
        return member.name, _unpack(member)


def list_members(content: bytes, kind: str) -> list[str]:
    """Return the names of the files in an archive. Raises UnreadableError for too many."""
    with _open(content, kind) as archive:
        return [member.name for member in _list(archive, kind)]


def shorten(name: str) -> str:
    """Return a name that cannot draw on a terminal nor fill it."""
    printable = "".join(char if char.isprintable() else "?" for char in name)
    return printable if len(printable) <= LONGEST_NAME else f"{printable[:LONGEST_NAME]}…"


def _open(content: bytes, kind: str) -> zipfile.ZipFile | rarfile.RarFile:
    if kind == "zip":
        return zipfile.ZipFile(io.BytesIO(content))
    try:
        archive = rarfile.RarFile(io.BytesIO(content))
    except rarfile.Error:
        raise UnreadableError("a damaged RAR archive", UNPACKED) from None
    if archive.needs_password() and not archive.namelist():
        raise UnreadableError("a RAR archive with a password", UNPACKED)
    return archive


def _list(archive: zipfile.ZipFile | rarfile.RarFile, kind: str) -> list[Member]:
    """List the files in an archive, but those that file managers put there. Raises UnreadableError for too many."""
    infos = [info for info in archive.infolist() if not info.is_dir()]
    if len(infos) > MOST_MEMBERS:
        raise UnreadableError(f"a {kind.upper()} archive of {len(infos):,} files", f"at most {MOST_MEMBERS:,}")
    members = [
        Member(decode_name(info), info.file_size, bool(info.flag_bits & 1), partial(archive.open, info))
        if isinstance(info, zipfile.ZipInfo)
        else Member(info.filename, info.file_size, info.needs_password(), partial(_open_rar, archive, info))
        for info in infos
    ]
    return [member for member in members if not _is_clutter(member.name)]


def _open_rar(archive: rarfile.RarFile, info: rarfile.RarInfo) -> rarfile.RarExtFile:
    """Open a member. Without a program that unpacks it, rarfile would leave a temporary copy of the archive behind."""
    if info.compress_type != rarfile.RAR_M0:
        rarfile.tool_setup()
    return archive.open(info)


def decode_name(member: zipfile.ZipInfo) -> str:
    """Return the name of a member; those that Chinese Windows wrote are in GBK, which the archive does not say."""
    if member.flag_bits & 0x800:
        return member.filename
    try:
        return member.filename.encode("cp437").decode("gb18030")
    except UnicodeError:
        return member.filename


def _choose(members: list[Member], kind: str, name: str | None) -> Member:
    chosen = [member for member in members if name in (None, member.name)]
    if not chosen:
        chosen = [member for member in members if PurePosixPath(member.name).name == name]
    if len(chosen) == 1:
        return chosen[0]
    if not members:
        raise UnreadableError(f"a {kind.upper()} archive of nothing", "a published notice")
    raise _name_members(members, kind, name)


def _is_clutter(name: str) -> bool:
    return name.startswith("__MACOSX/") or PurePosixPath(name).name in _CLUTTER


def _name_members(members: list[Member], kind: str, name: str | None) -> UnreadableError:
    shown = ", ".join(shorten(member.name) for member in members[:NAMES_SHOWN])
    more = f" and {len(members) - NAMES_SHOWN} more" if len(members) > NAMES_SHOWN else ""
    without = f" without {shorten(name)}" if name else ""
    example = f"{PLACEHOLDER}!{shorten(members[0].name)}"
    return UnreadableError(
        f"a {kind.upper()} archive of {shown}{more}{without}", f"one of its files by its name, such as {example}"
    )


def _unpack(member: Member) -> bytes:
    try:
        with member.open() as file:
            content = file.read(LARGEST_BINARY + 1)
    except rarfile.RarCannotExec:
        expected = "one of its files, unpacked, or a program that unpacks RAR: install unar"
        raise UnreadableError("a compressed RAR archive", expected) from None
    except rarfile.Error:
        raise UnreadableError("a damaged RAR archive", UNPACKED) from None
    if len(content) > LARGEST_BINARY:
        raise _is_too_large(member, "more than it states")
    return content


def _is_too_large(member: Member, size: str) -> UnreadableError:
    return UnreadableError(f"{shorten(member.name)} of {size} in it", f"at most {LARGEST_BINARY // MEGABYTE} MB")
