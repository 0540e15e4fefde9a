"""Fixtures: where the project's data is, and small synthetic notices and data folders in the layout of Leizhou 2017."""
# ruff: noqa: E402

import ast
import fcntl
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]  # nbformat's: a second to load, of no use here

import nbformat
import pandas as pd
import pytest
from hypothesis import settings
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from audit_lib.batch.batch import Batch, lock_reports
from audit_lib.batch.manifest import describe_report, find_reason
from audit_lib.batch.observer import BatchObserver
from audit_lib.batch.plan import Folders, Run, choose_notebooks, plan_runs
from audit_lib.batch.processes import CAN_FORK, RunOptions, open_context
from audit_lib.batch.run import Request, open_executor, run_batch
from audit_lib.batch.snapshot import Snapshot
from audit_lib.batch.tasks import RunResult
from audit_lib.cli import main
from audit_lib.errors import AuditError
from audit_lib.export.pdf import find_chromium
from audit_lib.files import save_bytes
from audit_lib.fingerprints import hash_bytes, save_manifest
from audit_lib.notebook.report import Report, open_report
from audit_lib.notices.words.vocabulary import read_vocabulary
from audit_lib.sources import find_sources
from audit_lib.tables.build import build_tables
from audit_lib.tables.schemas import SCHEMAS
from audit_lib.tables.storage import validate_table
from audit_lib.wording.languages import LANGUAGES

settings.register_profile("untimed", deadline=None)  # a busy machine must fail no test
settings.load_profile("untimed")

MakeNotice = Callable[..., Path]
MakeData = Callable[..., Path]
MakeScores = Callable[[list[tuple[str, float | None, str | None]]], pd.DataFrame]

TITLE = "甲市人民政府办公室关于2017年甲市政务公开工作检查情况的通报"
COLUMNS = ("序 \u00a0 号", "单位名称", "评 \u00a0分")


def write_notice_text(
    rows: Iterable[tuple[str, object]] = (),
    tiers: Mapping[str, Sequence[str]] | None = None,
    *,
    stated: Mapping[str, int | None] | None = None,
    title: str = TITLE,
    prose: Sequence[str] = (),
    columns: Sequence[str] = COLUMNS,
    below: Sequence[str] = (),
) -> str:
    """Word a notice as Leizhou prints it: title, prose, tier lists, signature, annex; a blank line between all lines.

    Rows are (unit, score), numbered from 1. `stated` replaces the number in a tier's heading (None: prints none).
    `below` is printed after the table.
    """
    lines = [title, "日期: 2018-01-29 16:04:06", "甲府办函〔2018〕35号", *prose]
    for order, (tier, units) in enumerate((tiers or {}).items()):
        n = (stated or {}).get(tier, len(units))
        lines += [f"({'一二三四'[order]}){tier}单位" + (f"({n}个)" if n is not None else ""), "、".join(units) + "。"]
    lines += ["特此通报", "甲市人民政府办公室", "2018年 1月23日"]
    cells = [str(cell) for serial, row in enumerate(rows, start=1) for cell in (serial, *row)]
    if cells:
        lines += ["附件", "2017年甲市政务公开工作检查评分表", *columns, *cells]
    return "\n\n".join([*lines, *below]) + "\n"


# The program of a fork of the warm process. Its own reports and kernels come from the fork server that it comes from.
FORKED = """
import os, sys
from multiprocessing import forkserver
for number, path in ((1, {out!r}), (2, {err!r})):
    os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
forkserver.ensure_running = forkserver._forkserver.ensure_running = lambda: None
sys.argv = {argv!r}
{program}
"""


@pytest.fixture(scope="session")
def fork_program() -> Callable[..., Any]:
    """Start a Python program as a fork of the warm process, which has imported all: its text, its arguments, its files."""
    if not CAN_FORK:
        pytest.skip("needs POSIX processes")

    def start(program: str, argv: Sequence[str], out: Path, err: Path) -> Any:
        text = FORKED.format(program=program, argv=[*argv], out=str(out), err=str(err))
        process = open_context(warm=True).Process(target=exec, args=(text, {}))
        process.start()
        return process

    return start


@pytest.fixture(scope="session")
def patience() -> Callable[[float], float]:
    """Lengthen a time limit in seconds by the number of processes that want each core now, where that is above one."""

    def lengthen(seconds: float) -> float:
        now = Path("/proc/loadavg")
        running = int(now.read_text().split()[3].partition("/")[0]) if now.is_file() else 0
        return seconds * max(1.0, max(running, os.getloadavg()[0]) / (os.cpu_count() or 1))

    return lengthen


@pytest.fixture(scope="session")
def wait_for(patience: Callable[[float], float]) -> Callable[..., None]:
    """Wait until a function returns true; fail after a minute, or longer on a busy machine."""

    def wait(is_so: Callable[[], object], seconds: float = 60) -> None:
        began = time.monotonic()
        while not is_so():
            assert time.monotonic() - began < patience(seconds), "waited in vain"
            time.sleep(0.02)

    return wait


@pytest.fixture(scope="session", autouse=True)
def coarse_pictures() -> Iterator[None]:
    """Draw figures with few pixels in this process: only the tests that ask for `sharp_pictures` look at them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("audit_lib.figures.picture.SCALE", 0.25)
        yield


@pytest.fixture
def sharp_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw figures with all their pixels."""
    monkeypatch.setattr("audit_lib.figures.picture.SCALE", 2)


@pytest.fixture(scope="session")
def project() -> Path:
    return Path(__file__).parents[1]


@pytest.fixture(scope="session")
def data(project: Path) -> Path:
    return project / "data"


@pytest.fixture(scope="session")
def notice_text() -> Callable[..., str]:
    """Give `write_notice_text`, for notices that need not be files."""
    return write_notice_text


@pytest.fixture
def make_notice(tmp_path: Path) -> MakeNotice:
    """Write a notice (arguments as in `write_notice_text`) to 2017.txt in a temporary folder; gives its path."""

    def make(*args: object, **options: object) -> Path:
        path = tmp_path / "2017.txt"
        path.write_text(write_notice_text(*args, **options), encoding="utf-8")  # type: ignore[arg-type]
        return path

    return make


@pytest.fixture
def make_data(tmp_path: Path) -> MakeData:
    """Write a data folder from texts: raw ones by jurisdiction/period, reference ones by their path; gives the folder."""

    def make(raw: Mapping[str, str], reference: Mapping[str, str] | None = None) -> Path:
        folder = tmp_path / "data"
        texts = {f"raw/{name}.txt": text for name, text in raw.items()}
        texts |= {f"reference/{name}": text for name, text in (reference or {}).items()}
        for name, text in texts.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")
        return folder

    return make


@pytest.fixture
def project_data(project: Path, tmp_path: Path) -> Path:
    """A copy of the project's data folder, to change at will."""
    return Path(shutil.copytree(project / "data", tmp_path / "data"))


@pytest.fixture
def audit(project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """Run a command; give its exit code, stdout and stderr."""

    def run(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["audit-lib", *map(str, arguments)])
        monkeypatch.chdir(project)
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        return int(ended.value.code or 0), printed.out, printed.err

    return run


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of Chromium; without one, what needs it is skipped."""
    try:
        return find_chromium()
    except AuditError:
        pytest.skip("no Chromium: install the Debian package chromium")


@pytest.fixture(scope="session")
def site(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A reports folder as `audit-lib run` leaves it: all there is on Leizhou 2017, and the trends of a place with three.

    It is made once, whichever process of pytest needs it first; do not change it.
    """
    is_worker = "PYTEST_XDIST_WORKER" in os.environ
    common = tmp_path_factory.getbasetemp().parent if is_worker else tmp_path_factory.getbasetemp()
    folder = common / "site"
    with (common / "site.lock").open("w") as lock_file:
        fcntl.flock(lock_file, fcntl.LOCK_EX)
        if not (folder / "is-whole").exists():
            shutil.rmtree(folder, ignore_errors=True)
            _make_site(project, folder)
            (folder / "is-whole").touch()
    return folder / "reports"


def _make_site(project: Path, folder: Path) -> None:
    folders = Folders(folder / "data", project / "notebooks", folder / "reports")
    shutil.copytree(project / "data", folders.data)
    for asked in (Request("leizhou", "2017"), Request("louxing", notebooks=("05_trends",), languages=("en",))):
        _copy_reports(project / "reports", folders, asked)
        assert run_batch(folders, asked, RunOptions(), BatchObserver()).is_complete


def _copy_reports(committed: Path, folders: Folders, asked: Request) -> None:
    """Copy the committed reports as up to date: whether they are is for test_notebooks to say."""
    snapshot = Snapshot(folders.data, find_sources(folders.data, asked.jurisdiction))
    sources = find_sources(folders.data, asked.jurisdiction, asked.period)
    notebooks = choose_notebooks(folders.notebooks, asked.notebooks)
    for run in plan_runs(folders, sources, notebooks, asked.languages or LANGUAGES):
        report = committed / run.report.relative_to(folders.reports)
        if report.is_file():
            save_bytes(report.read_bytes(), run.report)
            save_manifest(run.manifest, {**describe_report(run, snapshot), "report": hash_bytes(report.read_bytes())})


@pytest.fixture
def fork_kernels(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set jupyter_client to fork its kernels, also where it read the variable before."""
    from jupyter_client.provisioning import KernelProvisionerFactory

    monkeypatch.setenv("JUPYTER_DEFAULT_PROVISIONER_NAME", "audit-lib-warm")
    monkeypatch.setattr(KernelProvisionerFactory.instance(), "default_provisioner_name", "audit-lib-warm")


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Any]:
    """A browser for one module. No longer: while it lives, nothing else in its thread can run an event loop."""
    playwright = pytest.importorskip("playwright.sync_api", reason="no playwright: install the dev group")
    with playwright.sync_playwright() as driver:
        options = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        browser = driver.chromium.launch(executable_path=chromium, args=options)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    """An empty page of the browser, as wide as a desktop's."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.set_default_timeout(20_000)
    yield page
    page.close()


@pytest.fixture
def copy_place(project: Path, tmp_path: Path) -> Callable[[str], Path]:
    """Copy the project's data folder with the folders of one place alone, to change at will."""

    def copy(place: str) -> Path:
        def other_places(folder: str, names: list[str]) -> set[str]:
            return {name for name in names if (Path(folder) / name).is_dir()} - {"raw", "reference", "processed", place}

        return Path(shutil.copytree(project / "data", tmp_path / "data", ignore=other_places))

    return copy


@pytest.fixture
def leizhou_data(copy_place: Callable[[str], Path]) -> Path:
    """A copy of the project's data folder with the folders of Leizhou alone, to change at will."""
    return copy_place("leizhou")


def run_notebook(path: Path, **parameters: object) -> list[object]:
    """Run the code cells of a notebook in this process, with these parameters; returns what each shows, or None."""
    shown: list[object] = []
    names: dict[str, object] = {}
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "code":
            *body, last = ast.parse(cell.source).body
            last_is_shown = isinstance(last, ast.Expr)
            exec(compile(ast.Module(body if last_is_shown else [*body, last], []), path.name, "exec"), names)
            value = eval(compile(ast.Expression(last.value), path.name, "eval"), names) if last_is_shown else None
            shown.append(value)
        if "parameters" in cell.metadata.get("tags", []):
            names.update(parameters)
    return shown


@pytest.fixture(scope="session")
def run_cells() -> Callable[..., list[object]]:
    """Return `run_notebook`, for what the cells of a notebook show."""
    return run_notebook


@pytest.fixture(scope="session")
def opened_leizhou() -> Report:
    return open_report("leizhou", "2017")


@pytest.fixture
def leizhou(opened_leizhou: Report) -> Report:
    """The material of the Leizhou 2017 report, as a notebook opens it: no name is explained yet."""
    return replace(opened_leizhou, words=replace(opened_leizhou.words, introduced=set()))


@pytest.fixture(scope="session")
def make_scores() -> MakeScores:
    """Make a synthetic scores table from (unit, score, tier); kind and side come from the ending of the name."""

    def make(rows: list[tuple[str, float | None, str | None]]) -> pd.DataFrame:
        table = pd.DataFrame([_score_row(serial, *row) for serial, row in enumerate(rows, start=1)])
        table["rank"] = table["score"].rank(method="min", ascending=False)
        table["n_tied"] = table.groupby("score")["score"].transform("size")
        return validate_table(table[list(SCHEMAS["scores"].columns)], "scores", "synthetic")

    return make


def _score_row(serial: int, unit: str, score: float | None, tier: str | None) -> dict[str, object]:
    vocabulary = read_vocabulary()
    kind = vocabulary.kind_of(unit)
    side = vocabulary.side[kind]
    return {
        "notice_id": "synthetic-2017",
        "jurisdiction": "synthetic",
        "period": "2017",
        "year": 2017,
        "unit_id": f"synthetic-{unit}",
        "unit_name": unit,
        "kind": kind,
        "side": side,
        "kind_source": "suffix",
        "split": {"town": "town", "bureau": "department"}.get(side),
        "name_in_table": None if score is None else unit,
        "name_in_list": None if tier is None else unit,
        "match": "list_only" if score is None else "table_only" if tier is None else "exact",
        "table_no": 0 if score is None else 1,
        "score": score,
        "serial": None if score is None else serial,
        "tier": tier,
        "tier_order": vocabulary.tier.get(tier or ""),
        "rank_printed": None,
        "table_line": serial,
        "list_line": None,
        "source_place": "line 1",
        "is_corrected": False,
    }


PARAMETERS = """\
jurisdiction: str = "leizhou"  # which government
period: str = "2017"  # what the inspection covers
language: str = "en"  # language of the report
group_column: str = "side"  # groups to compare
top_cut: float = 90.0  # cut for the best tier
low_cut: float = 80.0  # cut for the last tier
min_n: int = 8  # smallest group"""


@pytest.fixture(scope="session")
def built_small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a notice of Leizhou 2017 that has four units, so that its pages take no time; and its tables."""
    data = tmp_path_factory.mktemp("small") / "data"
    raw = data / "raw" / "leizhou" / "2017.txt"
    raw.parent.mkdir(parents=True)
    rows = [("甲镇", 95), ("乙镇", 88), ("丙局", 92.5), ("丁局", 88)]
    raw.write_text(write_notice_text(rows, {"优秀": ["甲镇", "丙局"], "良好": ["乙镇", "丁局"]}), encoding="utf-8")
    assert {error for _, error in build_tables(data, find_sources(data))} == {None}
    return data


@pytest.fixture
def small_data(built_small: Path, tmp_path: Path) -> Path:
    """A copy of it, to change at will."""
    return Path(shutil.copytree(built_small, tmp_path / "data"))


@pytest.fixture
def folders(request: pytest.FixtureRequest, tmp_path: Path) -> Folders:
    """A project of its own, with tables and no notebooks yet: of a small notice, or of the data fixture it is parametrized with."""
    data = request.getfixturevalue(getattr(request, "param", "small_data"))
    (tmp_path / "notebooks").mkdir()
    return Folders(data, tmp_path / "notebooks", tmp_path / "reports")


@pytest.fixture
def write_notebook(folders: Folders) -> Callable[..., Path]:
    """Write a notebook of the project: its name, the sources of its cells after the one of the parameters."""

    def write(name: str, *sources: str, parameters: str = PARAMETERS) -> Path:
        cells = [
            new_markdown_cell("# Is this a question?", id="title"),
            new_code_cell(parameters, id="parameters", metadata={"tags": ["parameters"]}),
            *(new_code_cell(source, id=f"cell-{number}") for number, source in enumerate(sources)),
        ]
        kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
        notebook = new_notebook(cells=cells, metadata={"title": "Is this a question?", "kernelspec": kernel})
        path = folders.notebooks / f"{name}.ipynb"
        path.write_text(nbformat.writes(notebook), encoding="utf-8")
        return path

    return write


@pytest.fixture
def plan(folders: Folders) -> Callable[[], list[Run]]:
    """Plan every notebook for every notice of the project, in these languages."""

    def plan(*languages: str) -> list[Run]:
        notebooks = choose_notebooks(folders.notebooks)
        return list(plan_runs(folders, find_sources(folders.data), notebooks, languages or ("en",)))

    return plan


@pytest.fixture
def look(folders: Folders) -> Callable[[], Snapshot]:
    """Take a snapshot of the project's data."""
    return lambda: Snapshot(folders.data, find_sources(folders.data))


class Collector(BatchObserver):
    """Keeps the results of a batch, and hands everything on."""

    def __init__(self, observer: BatchObserver) -> None:
        self.results: list[RunResult] = []
        self.running, self.error = observer.running, observer.error  # type: ignore[method-assign]
        self._finished = observer.finished

    def finished(self, result: RunResult) -> None:
        self.results.append(result)
        self._finished(result)


@pytest.fixture
def do(folders: Folders, plan, look) -> Callable[..., list[RunResult]]:
    """Do what the project's plan asks for; options are `force`, `observer`, and those of RunOptions."""

    def do(
        *languages: str, force: bool = False, observer: BatchObserver | None = None, **options: object
    ) -> list[RunResult]:
        snapshot = look()
        reasons = {each: "forced" if force else find_reason(each, snapshot) for each in plan(*languages)}
        collector = Collector(observer or BatchObserver())
        with lock_reports(folders.reports), open_executor(2, None) as (executor, max_in_flight):
            how = RunOptions(**options), collector, languages or ("en",)  # type: ignore[arg-type]
            Batch(folders, [reasons], snapshot, executor, max_in_flight, *how).do()
        order = list(reasons)
        return sorted(collector.results, key=lambda result: order.index(result.run))

    return do
