"""Find the project's folders, and write files whole or not at all. Quick to import."""

import fcntl
import glob
import os
import re
import secrets
import shutil
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from audit_lib.errors import AuditError, unusable

LONGEST = 70  # letters of a name that another is made from: three bytes each, and names end at 255


def find_project() -> Path:
    """Return the folder that holds `data/`, here or above. Raises AuditError if there is none."""
    start = Path.cwd()
    for folder in (start, *start.parents):
        if (folder / "data" / "raw").is_dir():
            return folder
    expected = "the project's folder, --data, AUDIT_DATA or open_report(..., data=...)"
    raise unusable(start, "no data/raw here or in a folder above", expected)


def find_data(given: Path | str | None = None) -> Path:
    """Return the data folder: the one given, else the one that AUDIT_DATA names, else the project's.

    Raises AuditError where neither is named and no folder from here upwards has data/raw.
    """
    named = given or os.environ.get("AUDIT_DATA")
    return Path(named) if named else find_project() / "data"


def open_at_once(name: str, flags: int) -> int:
    """Open a file, as the `opener` of open(). A FIFO without a writer, or /proc/kmsg, gives nothing; no one waits."""
    return os.open(name, flags | os.O_NONBLOCK)


def save_text(text: str, path: Path) -> None:
    """Write a file in one step: readers see the old one or the new one, never a part."""
    save_bytes(text.encode(), path)


def save_bytes(content: bytes, path: Path, *, durable: bool = False) -> None:
    """Write bytes in one step; `durable` returns only when the disk has them.

    A file that would not change is left alone, so that its date is right. One that is there keeps its mode and owner,
    and a symbolic link stays one. Nothing else is left behind, whatever fails.
    """
    part: Path | None = None
    try:
        path = path.resolve() if path.is_symlink() else path
        if path.is_file() and path.read_bytes() == content:
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        part = name_part(path)
        with part.open("xb") as file:
            file.write(content)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        _keep_mode(path, part)
        part.replace(path)
        if durable:
            sync_folder(path.parent)
    except OSError as error:
        raise AuditError(f"{path}: cannot be written: {error.strerror or error}") from None
    finally:
        if part:
            with suppress(OSError):
                part.unlink(missing_ok=True)


def name_part(path: Path) -> Path:
    """Name a file or folder beside another, to become that once it is whole."""
    return path.with_name(f".{path.name[:60]}.{secrets.token_hex(4)}")


def clear_parts(path: Path) -> None:
    """Remove what a killed process left beside a file or folder. Only for who holds the lock: nobody else writes it."""
    for part in path.parent.glob(f".{glob.escape(path.name[:60])}.*") if path.parent.is_dir() else ():
        if re.fullmatch(r"[0-9a-f]{8}", part.suffix[1:]):
            remove(part)


def remove(path: Path) -> None:
    """Remove a file, or a folder with all in it; what cannot be removed stays."""
    with suppress(OSError):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def _keep_mode(path: Path, part: Path) -> None:
    """Copy mode and owner of a file, if it is there, to the one that replaces it. Only root may copy any owner."""
    try:
        status = path.stat()
    except FileNotFoundError:
        return
    ours = part.stat()
    if (status.st_uid, status.st_gid) != (ours.st_uid, ours.st_gid):
        with suppress(PermissionError):
            os.chown(part, status.st_uid, status.st_gid)
    part.chmod(stat.S_IMODE(status.st_mode))


def sync_files(path: Path) -> None:
    """Return when the disk has a file, or a folder and its files, and its name."""
    try:
        for file in [path] if path.is_file() else [each for each in path.iterdir() if each.is_file()]:
            with file.open("rb") as opened:
                os.fsync(opened.fileno())
        for folder in [path.parent] if path.is_file() else [path, path.parent]:
            sync_folder(folder)
    except OSError as error:
        raise AuditError(f"{path}: cannot be written: {error.strerror or error}") from None


def sync_folder(folder: Path) -> None:
    """Flush the names in a folder to disk."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


_held = threading.local()  # the folders that this thread has for itself


@contextmanager
def lock_folder(folder: Path) -> Iterator[None]:
    """Lock a folder (created if missing) while its files are read and written; others wait, this thread does not."""
    mine: set[str] = _held.__dict__.setdefault("folders", set())
    name = os.path.realpath(folder)
    if name in mine:
        yield
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
        held = os.open(folder, os.O_RDONLY)
    except OSError as error:
        raise AuditError(f"{folder}: cannot be written: {error.strerror or error}") from None
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        mine.add(name)
        yield
    finally:
        mine.discard(name)
        os.close(held)
