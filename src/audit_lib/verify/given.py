"""Read the files to verify as what anybody may have written: within limits, and nothing of them is ever run."""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import reads as read_json
from nbformat.v4 import writes as write_json

from audit_lib.batch.changes import has_shape
from audit_lib.errors import AuditError, unusable
from audit_lib.files import open_at_once
from audit_lib.notebook.parameters import PARAMETERS, find_source_name, read_parameters
from audit_lib.pages.origin import Origin, read_origin
from audit_lib.wording.languages import MAIN, find_tree

MOST_BYTES = 20 * 2**20  # a report of five figures has half a megabyte
MOST_LETTERS = 10_000  # of the cell with the parameters of a run
OURS = (".manifest", ".running", ".lock", ".ipynb_checkpoints")  # what we and Jupyter keep beside reports
BY_PAPERMILL = ("papermill", "execution")  # when and how a run went, as metadata that no viewer shows as content


@dataclass(frozen=True)
class Given:
    """A file to verify and what it says that it is; only the making anew can confirm that.

    `text` is the whole file; that of a file by papermill itself is as `audit-lib run` would have written it.
    `changed` is the list of what moved since the report before it, which cannot be computed again.
    """

    text: str
    origin: Origin
    title: str = ""
    changed: Any = None
    is_by_papermill: bool = False
    is_page: bool = True


def list_files(path: Path) -> Iterator[Path]:
    """Yield a file, or all files of a folder but those that we keep for ourselves: links and special files too.

    A folder that is a link is yielded, not followed; so is one that cannot be read.
    """
    if not path.is_dir():
        yield path
        return
    unreadable: list[Path] = []
    for folder, folders, names in os.walk(path, onerror=lambda error: unreadable.append(Path(error.filename))):
        folders[:] = sorted(name for name in folders if name not in OURS)
        linked = [name for name in folders if Path(folder, name).is_symlink()]
        yield from (Path(folder, name) for name in sorted([*names, *linked]) if name not in OURS)
    yield from unreadable


def read_given(path: Path) -> Given:
    """Read a page or a notebook. Raises AuditError for a file that this library did not make, or an unusable one."""
    content = read_within_limits(path)
    try:
        text = content.decode("utf-8")
        return _read_notebook(path, text) if text.lstrip().startswith("{") else Given(text, read_origin(text))
    except UnicodeDecodeError:
        raise AuditError("found no UTF-8 text; expected a page or notebook made by audit-lib run") from None
    except (ValueError, TypeError, AttributeError, LookupError, SyntaxError, RecursionError, MemoryError):
        raise AuditError("found a damaged notebook; expected one made by audit-lib run") from None


def read_within_limits(path: Path) -> bytes:
    """Read a regular file of bounded size. Raises AuditError for a FIFO, a device, a folder, an endless link."""
    try:
        with open(path, "rb", opener=open_at_once) as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise AuditError("found no regular file; expected a page or notebook")
            content = file.read(MOST_BYTES + 1) or b""  # None: a special file that has nothing to say now
    except (OSError, ValueError) as error:  # no such file, no right to read, a loop of links, an unusable name
        raise AuditError(f"cannot be read: {getattr(error, 'strerror', None) or error}") from None
    if len(content) > MOST_BYTES:
        raise AuditError(f"found more than {MOST_BYTES // 2**20} MB; expected a page or notebook")
    return content


def _read_notebook(path: Path, text: str) -> Given:
    notebook = read_json(text)
    if not any(cell.get("outputs") for cell in notebook.cells):
        raise AuditError("found a notebook without outputs; expected an executed report")
    tagged = [cell for cell in notebook.cells if set(PARAMETERS).intersection(cell.metadata.get("tags", []))]
    if sum(len(cell.source) for cell in tagged) > MOST_LETTERS:
        raise unusable("the parameters", "a long cell", f"{MOST_LETTERS} letters at most")
    injected = [cell for cell in tagged if "injected-parameters" in cell.metadata.tags]
    stated = {"language": MAIN, **read_parameters(NotebookNode(cells=tagged))}
    tree = find_tree(Path(), str(stated["language"]))
    address = tree / str(stated["jurisdiction"]) / str(stated["period"]) / path.name
    audit = notebook.metadata.get("audit", {})
    versions = dict(audit.get("versions", {}))
    name = find_source_name(notebook.metadata, path)
    origin = Origin(
        address.as_posix(), notebook=name, parameters=read_parameters(NotebookNode(cells=injected)), versions=versions
    )
    changed = audit["changed"] if has_shape(audit.get("changed")) else None
    is_by_papermill = "papermill" in notebook.metadata
    text = drop_running_times(text, text) if is_by_papermill else text
    return Given(text, origin, str(notebook.metadata.get("title", "")), changed, is_by_papermill, is_page=False)


def restore_source(report: str, source: NotebookNode) -> str:
    """Return a report as papermill alone writes it: with the text cells of its notebook in every language."""
    made = read_json(report)
    ran = [cell for cell in made.cells if cell.cell_type == "code"]
    cells = []
    for cell in source.cells:
        is_code = cell.cell_type == "code"
        cells += [ran.pop(0)] if is_code else [cell]
        while ran and is_code and "injected-parameters" in ran[0].metadata.get("tags", []):
            cells.append(ran.pop(0))
    made.cells, made.metadata["title"] = cells, source.metadata["title"]
    return str(write_json(made)) + "\n"


def drop_running_times(report: str, given: str) -> str:
    """Return a report without what papermill records of its own run, and without `audit` where `given` has none."""
    notebook = read_json(report)
    for part in (notebook, *notebook.cells):
        for name in BY_PAPERMILL:
            part.metadata.pop(name, None)
        if part.metadata.get("tags") == []:
            del part.metadata["tags"]
        if "injected-parameters" in part.metadata.get("tags", []):
            part["id"] = "injected-parameters"
    del notebook.metadata["language_info"]
    if "audit" not in read_json(given).metadata:
        notebook.metadata.pop("audit", None)
    return str(write_json(notebook)) + "\n"
