"""Make reports and pages anew, from the raw files, the reference tables and the project's notebooks.

Nothing of a file to verify is used but what it says that it is: notebook and parameters, or address. Tables are built
again too, so that rows changed in data/processed confirm nothing. What is made is kept for the next file that needs it.
"""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import Any, Generic, TypeVar
from uuid import uuid4

from nbformat import NotebookNode
from nbformat.v4 import reads as read_json
from nbformat.v4 import writes as write_json

from audit_lib.batch.manifest import describe_report
from audit_lib.batch.plan import Folders, Run
from audit_lib.batch.processes import RunOptions, run_in_process
from audit_lib.batch.snapshot import Snapshot
from audit_lib.batch.supervised import FailedError
from audit_lib.batch.tasks import execute_run
from audit_lib.errors import AuditError
from audit_lib.files import save_text
from audit_lib.notebook.parameters import Parameters, check_parameters, read_parameters
from audit_lib.pages.origin import Origin
from audit_lib.pages.report_summary import read_notebook
from audit_lib.pages.site import render_at, split_address
from audit_lib.sources import find_sources
from audit_lib.tables.build import build_tables
from audit_lib.verify.given import MOST_BYTES
from audit_lib.wording.languages import LANGUAGES, choose_part, find_tree

PLACE = ("jurisdiction", "period", "language")  # parameters that every run of a batch is given
MOST_KEPT = 32  # reports and pages
BUILT = ("processed", "datapackage.json")  # what is in a data folder and made from the rest

Made = TypeVar("Made")


@dataclass(frozen=True)
class Rerun(Run):
    """A run with exactly the parameters that were given to the notebook of a report: its `settings`."""

    @property
    def parameters(self) -> dict[str, Any]:
        return dict(self.settings)


class Kept(Generic[Made]):
    """What was made for a key: once, however many threads ask, and only the last ones are kept."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._made: OrderedDict[object, Future[Made]] = OrderedDict()
        self._lock = Lock()

    def find_or_make(self, key: object, make: Callable[[], Made]) -> Made:
        """Return what was made for a key, or make it; raises what `make` raised."""
        with self._lock:
            is_new = key not in self._made
            future = self._made.setdefault(key, Future())
            if len(self._made) > self._most:
                self._made.popitem(last=False)
        if is_new:
            try:
                future.set_result(make())
            except BaseException as error:
                future.set_exception(error)
        return future.result()


class Remaker:
    """Makes reports and pages of one project anew, in an empty scratch folder. Threads may share one."""

    def __init__(self, folders: Folders, options: RunOptions, scratch: Path) -> None:
        self.folders, self.options, self._scratch = folders, options, scratch
        self._data = scratch / "data"
        for path in sorted(folders.data.glob("[!.]*")):
            if path.name not in BUILT:
                _link(path, self._data / path.name)
        sources = find_sources(self._data)
        self._snapshot = Snapshot(self._data, sources)
        self.places = {source.jurisdiction for source in sources}
        self.notebooks = {path.stem: read_notebook(path) for path in sorted(folders.notebooks.glob("[0-9]*.ipynb"))}
        self._tables: Kept[None] = Kept(len(self.places))
        self._reports: Kept[str] = Kept(MOST_KEPT)
        self._pages: Kept[dict[str, str]] = Kept(MOST_KEPT)

    def find_notebook(self, name: str, title: str = "") -> str:
        """Find a notebook of the project by its name, else by its title. Raises AuditError where there is none."""
        titled = (each for each, notebook in self.notebooks.items() if title in _list_titles(notebook))
        if found := name if name in self.notebooks else next(titled, None):
            return found
        raise AuditError(f"found a report of notebook {name}; expected one of {', '.join(self.notebooks)}")

    def check_settings(self, name: str, settings: Mapping[str, Any]) -> Parameters:
        """Return all parameters of a run of a notebook with these ones. Raises AuditError for unusable ones."""
        parameters = check_parameters({**read_parameters(self.notebooks[name]), **settings})
        find_sources(self._data, parameters.jurisdiction, parameters.period)
        return parameters

    def make_report(self, name: str, settings: Mapping[str, Any]) -> str:
        """Run a notebook with these parameters and return it executed, as the first run of a batch writes it."""
        key = name, *((each, repr(value)) for each, value in settings.items())
        return self._reports.find_or_make(key, lambda: self._run(name, settings))

    def make_page(self, origin: Origin, root: Path, changed: Any = None) -> str:
        """Render the page of an origin among the reports of a reports folder; `changed` is what its report records.

        Raises AuditError where that cannot be done.
        """
        folder = origin.page.rpartition("/")[0]
        key = (folder, origin.beside, root) if folder.endswith("/units") else repr((origin, root, changed))
        pages = self._pages.find_or_make(key, lambda: self._render(origin, root, changed))
        if origin.page not in pages:
            raise AuditError(f"found {origin.page}; expected one of {len(pages)} other pages of {folder}")
        return pages[origin.page]

    def _run(self, name: str, settings: Mapping[str, Any]) -> str:
        parameters = self.check_settings(name, settings)
        self._build(parameters.jurisdiction)
        [source] = find_sources(self._data, parameters.jurisdiction, parameters.period)
        notebook = self.folders.notebooks / f"{name}.ipynb"
        output = self._scratch / f"{name}.ipynb"
        run = Rerun(notebook, source, output, self._data, parameters.language, settings=tuple(settings.items()))
        try:
            result = execute_run(run, "verified", describe_report(run, self._snapshot), self._scratch, self.options)
        except RuntimeError as fault:  # the machine's
            raise AuditError(f"cannot be run here: {fault}") from None
        if result.status != "done" or result.notebook is None:
            raise AuditError(f"cannot be run with its parameters: {result.why}")
        text = result.notebook.read_bytes().decode()
        for left in (result.notebook, result.notebook.with_suffix(".log")):
            left.unlink(missing_ok=True)
        return text

    def _render(self, origin: Origin, root: Path, changed: Any) -> dict[str, str]:
        language, parts = split_address(origin.page)
        linked = [*origin.beside]
        if len(parts) == 1:  # an index: of all reports that there are, and of what failed runs left
            found = find_tree(root, language).glob("[!.]*/[!.]*/[!.]*.*")
            linked += [path.relative_to(root).as_posix() for path in found if path.suffix in (".ipynb", ".log")]
        for place in sorted(self.places.intersection(split_address(each)[1][0] for each in [origin.page, *linked])):
            self._build(place)
        with TemporaryDirectory(dir=self._scratch) as folder:
            reports = Path(folder)
            for address in linked:
                _link_report(root / address, reports / address)
            tree = find_tree(root, language)
            for path in () if origin.notebook else (tree / ".manifest").glob("[!.]*/[!.]*/[!.]*.json"):
                _link(path, reports / path.relative_to(root))  # why runs had nothing to report
                period = tree.joinpath(*path.parent.parts[-2:])
                if period.is_dir():
                    (reports / period.relative_to(root)).mkdir(parents=True, exist_ok=True)
            if origin.notebook:
                report = (reports / origin.page).with_suffix(".ipynb")
                report.unlink(missing_ok=True)
                made = self.make_report(origin.notebook, self._find_settings(origin))
                save_text(add_changed(made, changed), report)
            self._run_in_process(render_at, reports, origin.page, self._data)
            pages = (reports / origin.page).parent.glob("*.html")
            return {path.relative_to(reports).as_posix(): path.read_bytes().decode() for path in pages}

    def _find_settings(self, origin: Origin) -> dict[str, Any]:
        """Find the parameters that a batch gave to the notebook of a page, and those that differ from the notebook's.

        Raises AuditError where they are not of the place, period and language of the page's address.
        """
        declared = read_parameters(self.notebooks[self.find_notebook(origin.notebook)])
        parameters = self.check_settings(origin.notebook, origin.parameters)
        found = [getattr(parameters, name) for name in PLACE]
        language, parts = split_address(origin.page)
        if found != [*parts[:2], language]:
            raise AuditError(f"found a report of {' '.join(found)}; expected that of {origin.page}")
        stated = {**declared, **origin.parameters}
        # By how they are written: 90 and 90.0 are the same cut, but not the same page.
        changed = [name for name in stated if repr(stated[name]) != repr(declared.get(name))]
        return {name: stated[name] for name in dict.fromkeys([*PLACE, *changed])}

    def _build(self, place: str) -> None:
        """Build the tables of a place from its raw files; a notice that cannot be read is left out."""
        self._tables.find_or_make(place, lambda: self._run_in_process(_build_place, self._data, place))

    def _run_in_process(self, work: Callable[..., None], *args: Path | str) -> None:
        try:
            run_in_process(work, *args, log=self._scratch / f"{uuid4().hex}.log", options=self.options)
        except (FailedError, RuntimeError) as error:
            raise AuditError(f"cannot be made anew: {str(error).replace(str(self._scratch), '')}") from None


def _list_titles(notebook: NotebookNode) -> set[str]:
    """List the titles that reports of a notebook have: its own in every language, and that of each."""
    title = str(notebook.metadata.get("title"))
    return {title, *(choose_part(title, language) for language in LANGUAGES)}


def add_changed(report: str, changed: Any) -> str:
    """Add to an executed report the list of what changed since the one before it, if there is one."""
    if changed is None:
        return report
    notebook = read_json(report)
    notebook.metadata.audit["changed"] = changed
    return str(write_json(notebook)) + "\n"


def _build_place(data: Path, place: str) -> None:
    for _ in build_tables(data, find_sources(data, place)):
        pass


def _link_report(path: Path, link: Path) -> None:
    """Link a report beside a page; a folder is made. Raises AuditError where there is none."""
    if path.is_dir():
        link.mkdir(parents=True, exist_ok=True)
    elif path.is_file() and path.stat().st_size <= MOST_BYTES:
        _link(path, link)
    else:
        raise AuditError(f"cannot be made anew: it was made beside {path}, which is not there")


def _link(path: Path, link: Path) -> None:
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(path.resolve())
