"""Hashes of files, values, notebooks and this library, and manifests that record them."""

import hashlib
import json
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from audit_lib.files import save_text

LIBRARIES = (
    *("audit-lib", "matplotlib", "numpy", "pandas", "papermill", "pillow", "pylopdf-fonts-zh-cn"),
    *("pypinyin", "scipy", "seaborn", "statsmodels"),
)
PAGE_LIBRARIES = ("beautifulsoup4", "fonttools", "jinja2", "nbconvert", "pylopdf-fonts-zh-cn", "pypinyin")
PACKAGE = Path(__file__).parent
# Folders and modules that run after a report is made. A change here asks for new pages at most, not for new reports.
AFTER_REPORTS = ("pages/", "verify/", "export/", "cli.py")

Fingerprint = dict[str, Any]
Makers = tuple[str, dict[str, str]]  # the hash of our sources, and the versions of other libraries


@cache
def hash_library(*, pages: bool = False) -> str:
    """Hash the sources of this package that reports rest on; with `pages`, those of the pages too."""
    digest = hashlib.sha256()
    for path in sorted(path for path in PACKAGE.rglob("*") if path.is_file() and "__pycache__" not in path.parts):
        name = path.relative_to(PACKAGE).as_posix()
        if pages or not name.startswith(AFTER_REPORTS):
            digest.update(name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


@cache
def list_versions(libraries: tuple[str, ...] = LIBRARIES) -> dict[str, str]:
    """Give the installed versions of the libraries that reports, or pages, rest on."""
    return {library: version(library) for library in libraries}


def load_manifest(path: Path) -> Fingerprint | None:
    """Load a manifest; None where there is none, or none that can be read."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return content if isinstance(content, dict) else None


def save_manifest(path: Path, made_from: Fingerprint) -> None:
    """Record what something was made from."""
    save_text(json.dumps(made_from, ensure_ascii=False, indent=1) + "\n", path)


def find_digest(tree: Path, jurisdiction: str) -> Path:
    """Find where the digest of a place is kept: what the index says of its units and notices."""
    return tree / ".manifest" / jurisdiction / ".digest.json"


SILENCE = "nothing_found"  # key of the manifest of a run without a finding: the reason, in the words of its headline


def list_silent(tree: Path, jurisdiction: str, period: str) -> dict[str, str]:
    """List the notebooks that have nothing to report on a notice, each with the reason, in their order.

    They have no report and no page; `tree` is that of a language.
    """
    paths = sorted((tree / ".manifest" / jurisdiction / period).glob("[!.]*.json"))
    found = {path.stem: (load_manifest(path) or {}).get(SILENCE) for path in paths}
    return {name: str(reason) for name, reason in found.items() if reason}


def hash_bytes(content: bytes) -> str:
    """Hash bytes."""
    return hashlib.sha256(content).hexdigest()


def hash_value(value: object) -> str:
    """Hash what JSON can say."""
    return hash_bytes(json.dumps(value, ensure_ascii=False).encode())


def hash_code(notebook: Path) -> str:
    """Hash the cells of a notebook as written: their kind, tags and source, not their outputs."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    written = [[cell["cell_type"], cell["metadata"].get("tags", []), "".join(cell["source"])] for cell in cells]
    return hash_bytes(json.dumps(written).encode())
