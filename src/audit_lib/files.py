"""Where the project's folders are, and how a file of ours is written: whole, or not at all. Quick to import."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile

from audit_lib.errors import AuditError, unusable

try:
    import fcntl
except ImportError:  # Windows: nobody waits there
    fcntl = None  # type: ignore[assignment]


def find_project(start: Path | None = None) -> Path:
    """Find the folder that holds `data/`, here or above. Notebooks run in folders of their own."""
    start = (start or Path.cwd()).resolve()
    for folder in (start, *start.parents):
        if (folder / "data" / "raw").is_dir():
            return folder
    raise unusable(start, "no data/raw here or in a folder above", "the project's folder, or --data")


def find_data() -> Path:
    """Give the data folder: the one a run was told to use, else the project's."""
    given = os.environ.get("AUDIT_DATA")
    return Path(given) if given else find_project() / "data"


def save_text(text: str, path: Path) -> None:
    """Write a file in one step: readers see the old one or the new one, never a part."""
    save_bytes(text.encode(), path)


def save_bytes(content: bytes, path: Path) -> None:
    """Write bytes in one step. A file that would not change is left alone, so that its date tells the truth."""
    part: Path | None = None
    try:
        if path.is_file() and path.read_bytes() == content:
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
            part = Path(file.name)
            file.write(content)
        part.chmod(0o644)
        part.replace(path)
    except OSError as error:
        if part:
            part.unlink(missing_ok=True)
        raise AuditError(f"{path}: cannot be written: {error.strerror or error}") from None


@contextmanager
def hold(folder: Path) -> Iterator[None]:
    """Have the files of a folder for ourselves, made if need be, while they are read and written; others wait."""
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
