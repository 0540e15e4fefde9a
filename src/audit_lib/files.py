"""Where the project's folders are, and how a file of ours is written: whole, or not at all. Quick to import."""

import os
from pathlib import Path
from tempfile import NamedTemporaryFile

from audit_lib.errors import AuditError, unusable


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
