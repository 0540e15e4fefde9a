"""The HTML pages that a batch renders: a notice's reports, a place with its units, the index; each in one language."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from audit_lib import fingerprints
from audit_lib.batch.snapshot import Snapshot
from audit_lib.fingerprints import PAGE_LIBRARIES, Fingerprint, hash_bytes, hash_library, list_versions
from audit_lib.sources import NOTICE, Source
from audit_lib.wording.languages import MAIN, find_translations, find_tree


@dataclass(frozen=True)
class PageSet:
    """Pages that are rendered together: `kind` is one of KINDS, `folder` where they are, in one language.

    `source` is the notice, any notice of the place for `units`, and None for the index.
    """

    kind: str
    source: Source | None
    folder: Path
    language: str = MAIN

    @property
    def name(self) -> str:
        if self.source is None:
            return str(self.folder / "index.html")
        period = f"{self.source.period} " if self.kind == "pages" else ""
        return f"{self.source.jurisdiction} {period}{self.kind} in {self.language}"

    @property
    def tree(self) -> Path:
        """The folder of all reports in the language."""
        return {"pages": self.folder.parents[1], "units": self.folder.parent}.get(self.kind, self.folder)

    @property
    def manifest(self) -> Path:
        return self.tree / ".manifest" / self.folder.relative_to(self.tree) / f".{self.kind}.json"

    def is_outdated(self, snapshot: Snapshot) -> bool:
        """Check whether pages are missing, or were made from something else than there is now."""
        if not self.folder.is_dir():
            return False
        return not KINDS[self.kind].is_complete(self) or (
            fingerprints.load_manifest(self.manifest) != self.describe(snapshot)
        )

    def describe(self, snapshot: Snapshot) -> Fingerprint:
        """Return the hashes of everything that the pages depend on, links to their translations included."""
        return {
            **KINDS[self.kind].describe(self),
            "library": hash_library(pages=True),
            "inputs": snapshot.hash_inputs(self.kind, self.source) if self.source else {},
            "versions": list_versions(PAGE_LIBRARIES),
        }

    def render(self, data: Path) -> None:
        """Render the pages, in this process."""
        KINDS[self.kind].render(self, data)

    def find_translations(self) -> dict[str, Path]:
        """Return the folder of the same pages in each other language, whether it exists or not."""
        return find_translations(self.folder, self.tree, self.language)


class Kind(NamedTuple):
    """How pages of a kind are described (beside data, library and versions), looked for and rendered."""

    describe: Callable[[PageSet], Fingerprint]
    is_complete: Callable[[PageSet], bool]
    render: Callable[[PageSet, Path], None]


def _describe_reports(pages: PageSet) -> Fingerprint:
    return {
        "reports": {path.name: hash_bytes(path.read_bytes()) for path in sorted(pages.folder.glob("[!.]*.ipynb"))},
        "translations": {
            language: sorted(path.name for path in folder.glob("[!.]*.ipynb"))
            for language, folder in pages.find_translations().items()
        },
    }


def _has_all_reports(pages: PageSet) -> bool:
    reports = [path for path in pages.folder.glob("[!.]*.ipynb") if not path.stem.endswith(".failed")]
    return all(path.is_file() for path in [*(each.with_suffix(".html") for each in reports), pages.folder / NOTICE])


def _render_reports(pages: PageSet, data: Path) -> None:
    from audit_lib.pages.report_page import render_period

    render_period(pages.folder, data)


def _describe_units(pages: PageSet) -> Fingerprint:
    """The page of a place shows what its reports found, and the pages of its units name those that treat them."""
    return {
        "reports": {
            path.relative_to(pages.folder).as_posix(): hash_bytes(path.read_bytes())
            for path in sorted(pages.folder.glob("[!.]*/[!.]*.ipynb"))
        },
        "silent": {
            path.name: fingerprints.list_silent(pages.tree, pages.folder.name, path.name)
            for path in sorted((pages.tree / ".manifest" / pages.folder.name).glob("[!.]*/"))
        },
        "translations": [language for language, folder in pages.find_translations().items() if folder.is_dir()],
    }


def _has_all_units(pages: PageSet) -> bool:
    digest = fingerprints.read_digest(pages.tree, pages.folder.name)
    if digest is None or not (pages.folder / "index.html").is_file():
        return False
    return {unit["slug"] for unit in digest["units"]} == {path.stem for path in (pages.folder / "units").glob("*.html")}


def _render_units(pages: PageSet, data: Path) -> None:
    from audit_lib.pages.notice_page import render_missing_notices
    from audit_lib.pages.place_page import render_place

    render_place(pages.tree, pages.folder.name, data, pages.language)
    render_missing_notices(pages.folder, data, pages.language)


def _has_index(pages: PageSet) -> bool:
    return all((pages.folder / name).is_file() for name in ("index.html", "status.html"))


def _render_index(pages: PageSet, data: Path) -> None:
    from audit_lib.pages.index import render_index

    render_index(pages.folder, data, pages.language)


KINDS = {
    "pages": Kind(_describe_reports, _has_all_reports, _render_reports),
    "units": Kind(_describe_units, _has_all_units, _render_units),
    "index": Kind(lambda pages: {}, _has_index, _render_index),
}


def make_index(reports: Path, language: str) -> PageSet:
    """Return the index of a language's reports."""
    return PageSet("index", None, find_tree(reports, language), language)
