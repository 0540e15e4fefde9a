"""Find the project's folders, and write files whole or not at all. Quick to import."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

from audit_lib.errors import AuditError, unusable

try:
    import fcntl
except ImportError:  # Windows: nobody waits there
    fcntl = None  # type: ignore[assignment]


LONGEST = 70  # letters of a name that another is made from: three bytes each, and names end at 255


def find_project(start: Path | None = None) -> Path:
    """Return the folder that holds `data/`, here or above. Raises AuditError if there is none."""
    start = (start or Path.cwd()).resolve()
    for folder in (start, *start.parents):
        if (folder / "data" / "raw").is_dir():
            return folder
    raise unusable(start, "no data/raw here or in a folder above", "the project's folder, or --data")


def find_data() -> Path:
    """Return the data folder: the one that AUDIT_DATA names, else the project's."""
    given = os.environ.get("AUDIT_DATA")
    return Path(given) if given else find_project() / "data"


def save_text(text: str, path: Path) -> None:
    """Write a file in one step: readers see the old content or the new, never half of it."""
    save_bytes(text.encode(), path)


def save_bytes(content: bytes, path: Path) -> None:
    """Write bytes in one step. A file that would not change is left alone, and so is its date.

    A new file has the mode that the umask asks for; one that was there keeps its mode, its owner (where we may set it)
    and, behind a symbolic link, its place.
    """
    target = Path(os.path.realpath(path))
    new = target.with_name(f".{target.name[:LONGEST]}.{uuid4().hex}")
    try:
        if target.is_file() and target.read_bytes() == content:
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        with new.open("xb") as file:
            file.write(content)
        if target.exists():
            _copy_mode(target, new)
        new.replace(target)
    except OSError as error:
        raise AuditError(f"{path}: cannot be written: {error.strerror or error}") from None
    finally:  # after Ctrl-C too
        with suppress(OSError):
            new.unlink(missing_ok=True)


def _copy_mode(old: Path, new: Path) -> None:
    status = old.stat()
    if hasattr(os, "chown") and (status.st_uid, status.st_gid) != (new.stat().st_uid, new.stat().st_gid):
        with suppress(PermissionError):
            os.chown(new, status.st_uid, status.st_gid)
    new.chmod(status.st_mode & 0o7777)


@contextmanager
def lock_folder(folder: Path) -> Iterator[None]:
    """Lock a folder (created if missing) while its files are read and written; other processes wait."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        held = os.open(folder, os.O_RDONLY) if fcntl else None
    except OSError as error:
        raise AuditError(f"{folder}: cannot be written: {error.strerror or error}") from None
    try:
        if held is not None:
            fcntl.flock(held, fcntl.LOCK_EX)
        yield
    finally:
        if held is not None:
            os.close(held)
