"""Working copies of the notebooks, to change and run by hand: explore/<place>-<period>/, which git ignores."""

import json
import re
from pathlib import Path

from audit_lib.batch.plan import Folders, choose_notebooks, read_declared
from audit_lib.files import save_text
from audit_lib.sources import Source, find_sources


def find_example(folders: Folders, jurisdiction: str | None, period: str | None) -> Source:
    """Return the latest notice of a place, or the period given; without a place, the notice of the notebooks."""
    if jurisdiction is None:
        declared = read_declared(choose_notebooks(folders.notebooks)[0])
        jurisdiction, period = declared.get("jurisdiction"), declared.get("period")
    return find_sources(folders.data, jurisdiction, period)[-1]


def write_copies(folders: Folders, source: Source) -> tuple[list[Path], list[Path]]:
    """Copy the notebooks, with place and period of a notice filled in, to explore/ next to their folder.

    Returns the new copies, and those that were there already and are kept as they are.
    """
    folder = folders.notebooks.parent / "explore" / source.notice_id
    new: list[Path] = []
    kept: list[Path] = []
    for path in choose_notebooks(folders.notebooks):
        copy = folder / path.name
        if copy.exists():
            kept.append(copy)
        else:
            save_text(fill_in(path, source), copy)
            new.append(copy)
    return new, kept


def fill_in(path: Path, source: Source) -> str:
    """Return a notebook as text, with the place and period of a notice in its parameters cell."""
    notebook = json.loads(path.read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        if "parameters" in cell["metadata"].get("tags", []):
            code = "".join(cell["source"])
            for name in ("jurisdiction", "period"):
                code = re.sub(rf"^({name}: str = )([\"']).*?\2", rf'\g<1>"{getattr(source, name)}"', code, flags=re.M)
            cell["source"] = code.splitlines(keepends=True)
    return json.dumps(notebook, ensure_ascii=False, indent=1) + "\n"
