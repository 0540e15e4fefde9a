"""Hashes of files, values, notebooks and this library, and manifests that record them."""

import hashlib
import json
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from audit_lib.files import save_text

LIBRARIES = (*("audit-lib", "matplotlib", "numpy", "pandas", "papermill", "pillow", "pylopdf-fonts-zh-cn", "pypinyin"),)
PAGE_LIBRARIES = ("beautifulsoup4", "fonttools", "jinja2", "nbconvert", "pylopdf-fonts-zh-cn", "pypinyin")
PACKAGE = Path(__file__).parent
# Folders and modules that run after a report is made: a change here renders pages again at most, and runs no report.
AFTER_REPORTS = ("pages/", "verify/", "export/", "cli.py", "cli_options.py", "cli_tables.py", "console.py")

Fingerprint = dict[str, Any]
Toolchain = tuple[str, dict[str, str]]  # the hash of our sources, and the versions of other libraries


@cache
def hash_library(*, pages: bool = False) -> str:
    """Hash the sources of this package that reports depend on; with `pages`, those that pages depend on too."""
    digest = hashlib.sha256()
    for path in sorted(path for path in PACKAGE.rglob("*") if path.is_file() and "__pycache__" not in path.parts):
        name = path.relative_to(PACKAGE).as_posix()
        if pages or not name.startswith(AFTER_REPORTS):
            digest.update(name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


@cache
def list_versions(libraries: tuple[str, ...] = LIBRARIES) -> dict[str, str]:
    """Return the installed versions of the libraries that reports, or pages, depend on."""
    return {library: version(library) for library in libraries}


def load_manifest(path: Path) -> Fingerprint | None:
    """Load a manifest. Returns None if there is none, or it cannot be read."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return content if isinstance(content, dict) else None


def save_manifest(path: Path, inputs: Fingerprint) -> None:
    """Record what something was made from."""
    save_text(json.dumps(inputs, ensure_ascii=False, indent=1) + "\n", path)


def find_digest(tree: Path, jurisdiction: str) -> Path:
    """Return the path of a place's digest: what the index shows of its units and notices."""
    return tree / ".manifest" / jurisdiction / ".digest.json"


def read_digest(tree: Path, jurisdiction: str) -> Fingerprint | None:
    """Load the digest of a place. Returns None if there is none, or one of another shape."""
    digest = load_manifest(find_digest(tree, jurisdiction)) or {}
    units, marks, card = (digest.get(name) for name in ("units", "marks", "card"))
    is_whole = (
        isinstance(units, list)
        and isinstance(marks, dict)
        and isinstance(card, dict)
        and all(map(_is_unit, units))
        and all(isinstance(each, dict) for each in marks.values())
    )
    return digest if is_whole else None


NAMES = ("name", "english", "pinyin", "initials", "says")  # texts of a unit in a digest


def _is_unit(unit: Any) -> bool:
    """Check whether a value of a digest has the shape of a unit's entry."""
    return (
        isinstance(unit, dict)
        and unit.keys() == {"slug", "others", *NAMES}
        and isinstance(unit["slug"], str | None)
        and all(isinstance(each, str) for each in [*(unit[name] for name in NAMES), *unit["others"]])
    )


SILENCE = "nothing_found"  # key of the manifest of a run without a finding: the reason, in the words of its headline


def list_silent(tree: Path, jurisdiction: str, period: str) -> dict[str, str]:
    """List the notebooks that have nothing to report on a notice, each with the reason, in their order.

    They have no report and no page; `tree` is that of a language.
    """
    paths = sorted((tree / ".manifest" / jurisdiction / period).glob("[!.]*.json"))
    found = {path.stem: (load_manifest(path) or {}).get(SILENCE) for path in paths}
    return {name: str(reason) for name, reason in found.items() if reason}


def hash_bytes(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def hash_value(value: object) -> str:
    """Hash a value that JSON can hold."""
    return hash_bytes(json.dumps(value, ensure_ascii=False).encode())


def hash_code(notebook: Path) -> str:
    """Hash the cells of a notebook as written: their kind, tags and source, not their outputs."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    written = [[cell["cell_type"], cell["metadata"].get("tags", []), "".join(cell["source"])] for cell in cells]
    return hash_bytes(json.dumps(written).encode())
