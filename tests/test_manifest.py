"""What a report rests on, and nothing else, makes it run again. No kernel starts here."""

import json
import shutil
from collections.abc import Callable
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest

from audit_lib import fingerprints
from audit_lib.batch import manifest, page_sets
from audit_lib.batch.manifest import (
    describe_report,
    describe_tables,
    find_change,
    find_reason,
    list_stale,
    record_tables,
)
from audit_lib.batch.page_sets import PageSet
from audit_lib.batch.plan import Folders, Run, choose_notebooks, plan_runs
from audit_lib.batch.snapshot import Snapshot, list_inputs
from audit_lib.fingerprints import hash_bytes, hash_library, list_versions, save_manifest
from audit_lib.sources import find_sources
from audit_lib.tables.build import build_tables

ROOT = Path(__file__).parents[1]
LEIZHOU, SUIXI = "leizhou", "suixi"


def write_notebook(path: Path, source: str) -> None:
    parameters = {
        "cell_type": "code",
        "id": "a",
        "metadata": {"tags": ["parameters"]},
        "source": "period: str = '2017'",
    }
    cells = [parameters, {"cell_type": "code", "id": "b", "metadata": {}, "source": source}]
    path.write_text(json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}), encoding="utf-8")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two places, two periods of the first, two notebooks; every report made and recorded."""
    root = tmp_path_factory.mktemp("made")
    folders = Folders(root / "data", root / "notebooks", root / "reports")
    shutil.copytree(ROOT / "data", folders.data, ignore=shutil.ignore_patterns("raw", "processed"))
    raw = ROOT / "data" / "raw" / LEIZHOU / "2017.txt"
    for place, period in ((LEIZHOU, "2017"), (LEIZHOU, "2018"), (SUIXI, "2017")):
        path = folders.data / "raw" / place / f"{period}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        text = raw.read_text(encoding="utf-8")
        path.write_text(text.replace("\n97\n", "\n98\n") if period == "2018" else text, encoding="utf-8")
    sources = find_sources(folders.data)
    list(build_tables(folders.data, sources))
    folders.notebooks.mkdir()
    write_notebook(folders.notebooks / "03_tiers.ipynb", "print(1)")
    write_notebook(folders.notebooks / "05_trends.ipynb", "print(2)")
    snapshot = Snapshot(folders.data, sources)
    for run in plan_runs(folders, sources, choose_notebooks(folders.notebooks), ("en",)):
        run.report.parent.mkdir(parents=True, exist_ok=True)
        run.report.write_bytes(b"{}")
        save_manifest(run.manifest, {**describe_report(run, snapshot), "report": hash_bytes(b"{}")})
    record_tables(sources, snapshot, folders.reports)
    return root


@pytest.fixture
def world(made: Path, tmp_path: Path) -> Folders:
    """A copy of it, to change at will."""
    root = shutil.copytree(made, tmp_path / "world")
    return Folders(root / "data", root / "notebooks", root / "reports")


@pytest.fixture
def plan(world: Folders):
    return lambda: list(plan_runs(world, find_sources(world.data), choose_notebooks(world.notebooks), ("en",)))


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def edit(file: str, old: str, new: str):
    return lambda folders, monkeypatch: replace(folders.data / file, old, new)


def add(file: str, text: str):
    return lambda folders, monkeypatch: (folders.data / file).write_text(text, encoding="utf-8")


def upgrade(library: str):
    def change(folders: Folders, monkeypatch: pytest.MonkeyPatch) -> None:
        versions = {**list_versions(), library: "99"}
        monkeypatch.setattr(manifest, "list_versions", lambda *_: versions)

    return change


def encode(file: str, encoding: str):
    """Save a file as another program does."""
    return lambda folders, monkeypatch: (folders.data / file).write_text(
        (folders.data / file).read_text("utf-8"), encoding=encoding
    )


def rewrite(folders: Folders, monkeypatch: pytest.MonkeyPatch) -> None:
    replace(folders.notebooks / "03_tiers.ipynb", "print(1)", "print(11)")


def relibrary(folders: Folders, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (manifest, page_sets):
        monkeypatch.setattr(module, "hash_library", lambda **_: "of tomorrow")


ALL = {f"{place} {period} {name}" for place, period in ((LEIZHOU, "2017"), (LEIZHOU, "2018"), (SUIXI, "2017")) for name in ("03_tiers", "05_trends")}  # fmt: skip
OF_2017 = {"leizhou 2017 03_tiers", "leizhou 2017 05_trends", "leizhou 2018 05_trends"}
OF_2018 = {"leizhou 2018 03_tiers", "leizhou 2018 05_trends"}
OF_LEIZHOU = OF_2017 | OF_2018
LINEAGE = "jurisdiction,change\nleizhou,renamed\n"
TRENDS = {"leizhou 2017 05_trends", "leizhou 2018 05_trends"}

CHANGES = {
    "nothing": (lambda folders, monkeypatch: None, set()),
    "a line of a raw file": (edit("raw/leizhou/2018.txt", "\n98\n", "\n97.5\n"), OF_2018),
    "a line of an earlier raw file": (edit("raw/leizhou/2017.txt", "\n97\n", "\n97.5\n"), OF_2017),
    "a cell of the scores": (edit("processed/leizhou/scores.csv", ",97,", ",96,"), OF_2017),
    "a cell of another place": (edit("processed/suixi/scores.csv", ",97,", ",96,"), ALL - OF_LEIZHOU),
    "an alias": (edit("reference/leizhou/aliases.csv", "our reading", "our own reading"), OF_LEIZHOU),
    "the names of a place": (edit("reference/jurisdictions.csv", "leizhou,", "leizhou, "), OF_LEIZHOU),
    "the row of a notice": (edit("reference/notices.csv", "leizhou-2017,", "leizhou-2017, "), OF_2017),
    "the row of a notice we do not have": (edit("reference/notices.csv", "\n", "\nleizhou-2001,\n"), set()),
    "a correction": (add("reference/corrections.csv", "notice_id,score\nleizhou-2018,80\n"), OF_2018),
    "the lineage of a place": (edit("reference/lineage.csv", "\nleizhou,", "\nleizhou, "), TRENDS),
    "the lineage of every place": (
        edit("reference/lineage.csv", "\n,国家税务局", "\n,国家 税务局"),
        {each for each in ALL if "trends" in each},
    ),
    "a file without the column that tells places apart": (
        add("reference/lineage.csv", "a\n1\n"),
        {each for each in ALL if "trends" in each},
    ),
    "Excel's UTF-8 of a file of all places": (encode("reference/lineage.csv", "utf-8-sig"), set()),
    "a file that is not UTF-8": (
        encode("reference/lineage.csv", "gb18030"),
        {each for each in ALL if "trends" in each},
    ),
    "the code of a notebook": (rewrite, {each for each in ALL if "03_tiers" in each}),
    "a library that draws": (upgrade("matplotlib"), ALL),
    "our own sources": (relibrary, ALL),
}


@pytest.mark.parametrize("case", CHANGES)
def test_a_change_touches_what_rests_on_it_and_nothing_else(
    world: Folders, plan, monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    change, expected = CHANGES[case]
    change(world, monkeypatch)
    snapshot = Snapshot(world.data, find_sources(world.data))
    reasons = {run.name: find_reason(run, snapshot) for run in plan()}
    assert {name for name, reason in reasons.items() if reason} == expected


def test_later_rows_of_a_shared_file_touch_their_own_place_only(world: Folders, plan) -> None:
    lineage = world.data / "reference" / "lineage.csv"
    lineage.write_text(LINEAGE, encoding="utf-8")
    sources = find_sources(world.data)
    before = {run.name: describe_report(run, Snapshot(world.data, sources)) for run in plan()}
    lineage.write_text(LINEAGE + "leizhou,merged\n", encoding="utf-8")
    after = {run.name: describe_report(run, Snapshot(world.data, sources)) for run in plan()}
    assert {name for name in before if before[name] != after[name]} == TRENDS


def test_a_new_period_leaves_the_reports_of_the_others_alone(world: Folders, plan) -> None:
    raw = world.data / "raw" / LEIZHOU
    shutil.copy(raw / "2017.txt", raw / "2019.txt")
    list(build_tables(world.data, find_sources(world.data)))
    snapshot = Snapshot(world.data, find_sources(world.data))
    reasons = {run.name: find_reason(run, snapshot) for run in plan()}
    assert {name for name, reason in reasons.items() if reason} == {"leizhou 2019 03_tiers", "leizhou 2019 05_trends"}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda run: run.report.unlink(), "there is no report yet"),
        (lambda run: run.report.write_bytes(b"{ }"), "the report was changed by hand"),
        (lambda run: run.failed.write_bytes(b"{}"), "its last run failed"),
        (lambda run: run.manifest.unlink(), "nothing is known of its last run"),
        (lambda run: run.manifest.write_bytes(b'{"note'), "nothing is known of its last run"),
        (lambda run: run.manifest.write_bytes(b"[]"), "nothing is known of its last run"),
        (lambda run: replace(run.notebook, "print(1)", "print(5)"), "the notebook changed"),
        (
            lambda run: replace(run.data / "processed" / "leizhou" / "scores.csv", ",97,", ",96,"),
            "inputs changed: processed/leizhou/scores.csv, notice_id leizhou-2017",
        ),
    ],
)
def test_the_reason_says_what_changed(world: Folders, plan, change, reason: str) -> None:
    run: Run = plan()[0]
    change(run)
    assert find_reason(run, Snapshot(world.data, find_sources(world.data))) == reason


def test_outputs_left_in_a_notebook_are_no_change(world: Folders, plan) -> None:
    notebook = world.notebooks / "03_tiers.ipynb"
    content = json.loads(notebook.read_text(encoding="utf-8"))
    content["cells"][-1] |= {
        "execution_count": 7,
        "outputs": [{"output_type": "stream", "name": "stdout", "text": "1"}],
    }
    notebook.write_text(json.dumps(content), encoding="utf-8")
    assert find_reason(plan()[0], Snapshot(world.data, find_sources(world.data))) is None


def test_manifests_are_small_and_read_like_sentences(world: Folders, plan) -> None:
    text = plan()[0].manifest.read_text(encoding="utf-8")
    assert len(text) < 4000
    assert list(json.loads(text)) == ["notebook", "library", "inputs", "parameters", "versions", "report"]
    assert '"processed/leizhou/scores.csv, notice_id leizhou-2017": "' in text


def test_tables_are_built_again_where_what_they_rest_on_changed(world: Folders) -> None:
    sources = find_sources(world.data)

    def stale() -> list[str]:
        return [
            source.notice_id
            for source in list_stale(find_sources(world.data), Snapshot(world.data, sources), world.reports)
        ]

    assert stale() == []
    replace(world.data / "raw" / LEIZHOU / "2018.txt", "\n98\n", "\n99\n")
    assert stale() == ["leizhou-2018"]
    record_tables([sources[1]], Snapshot(world.data, sources), world.reports)
    assert stale() == []
    replace(world.data / "processed" / LEIZHOU / "scores.csv", ",97,", ",96,")
    assert stale() == ["leizhou-2017"]
    (world.data / "processed" / SUIXI / "scores.csv").unlink()
    assert stale() == ["leizhou-2017", "suixi-2017"]


def test_a_place_that_lost_a_notice_is_built_again(world: Folders) -> None:
    (world.data / "raw" / LEIZHOU / "2017.txt").unlink()
    sources = find_sources(world.data)
    assert [source.notice_id for source in list_stale(sources, Snapshot(world.data, sources), world.reports)] == [
        "leizhou-2018"
    ]
    record_tables(sources[:1], Snapshot(world.data, sources), world.reports)
    assert list_stale(sources, Snapshot(world.data, sources), world.reports) == []


def test_tables_and_pages_rest_on_less_than_reports(world: Folders) -> None:
    source = find_sources(world.data)[0]
    snapshot = Snapshot(world.data, [source])
    assert set(describe_tables(source, snapshot)["inputs"]) == {
        "raw/leizhou/2017.txt",
        "reference/leizhou/units.csv",
        "reference/leizhou/aliases.csv",
        "reference/notices.csv, notice_id leizhou-2017",
    }
    pages = PageSet("pages", source, world.reports / LEIZHOU / "2017").describe(snapshot)
    assert set(pages["inputs"]) == {
        "raw/leizhou/2017.txt",
        "reference/leizhou/units.csv",
        "reference/leizhou/aliases.csv",
        "reference/jurisdictions.csv, jurisdiction leizhou",
        "reference/notices.csv, notice_id leizhou-2017",
        "site.toml",
    }
    assert set(pages["reports"]) == {"03_tiers.ipynb", "05_trends.ipynb"}
    assert hash_library() != hash_library(pages=True)
    assert find_change({"a": {"b": 1}}, {"a": {"b": 1}}) is None


# Says which files of the data are opened by each notebook, and by the pages of units, in a fork of its own.
LOOK = """
import json, os, sys
from pathlib import Path

from audit_lib.figures import picture
from audit_lib.pages.place_page import render_place

picture.SCALE = 0.25
data, notebooks, scratch = (Path(each) for each in sys.argv[1:])
os.environ["AUDIT_DATA"] = str(data)


def look(work, *args):
    if child := os.fork():
        assert os.waitpid(child, 0)[1] == 0
        return
    opened = set()
    sys.addaudithook(lambda event, args: event == "open" and str(args[0]).startswith(str(data)) and opened.add(str(args[0])))
    work(*args)
    print(json.dumps(sorted(Path(each).relative_to(data).as_posix() for each in opened)), flush=True)
    os._exit(0)


def run(path):
    names = {}
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] == "code":
            exec("".join(cell["source"]), names)


for path in sorted(notebooks.glob("*.ipynb")):
    look(run, path)
look(render_place, scratch, "leizhou", data)
"""


@pytest.fixture(scope="module")
def opened(fork_program: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """The files of the data folder that each notebook opens, and the pages of units (`units`), for Leizhou 2017."""
    folders = ROOT / "data", ROOT / "notebooks", tmp_path_factory.mktemp("reports")
    out, err = (folders[2] / name for name in ("out", "err"))
    look = fork_program(LOOK, ["look", *map(str, folders)], out, err)
    look.join()
    assert look.exitcode == 0, err.read_text(encoding="utf-8")
    names = [*sorted(path.stem for path in folders[1].glob("*.ipynb")), "units"]
    return dict(zip(names, map(json.loads, out.read_text(encoding="utf-8").splitlines()), strict=True))


def test_each_file_of_a_notice_in_a_folder_counts(tmp_path: Path) -> None:
    folder = tmp_path / "raw" / LEIZHOU / "2017"
    folder.mkdir(parents=True)
    for name in ("page.html", "附件1.xlsx", ".DS_Store"):
        (folder / name).write_text("1", encoding="utf-8")
    [source] = find_sources(tmp_path)
    for used_by in ("03_tiers", "05_trends", "tables", "pages"):
        before = Snapshot(tmp_path, [source]).hash_inputs(used_by, source)
        assert [*before] == ["raw/leizhou/2017/page.html", "raw/leizhou/2017/附件1.xlsx"]


@pytest.mark.slow
@pytest.mark.parametrize("name", [*sorted(path.stem for path in (ROOT / "notebooks").glob("[0-9]*.ipynb")), "units"])
def test_no_file_is_opened_that_inputs_csv_does_not_declare(opened: dict[str, list[str]], name: str) -> None:
    period, all_reports = ("*", ()) if name == "units" else ("2017", ("*",))
    declared = [
        each.path.format(jurisdiction="leizhou", period=period)
        for each in list_inputs()
        if each.used_by in (*all_reports, name)
    ]
    assert ("processed/leizhou/scores.csv" if name == "units" else "raw/leizhou/2017.txt") in opened[name]
    assert [each for each in opened[name] if not any(fnmatch(each, pattern) for pattern in declared)] == []


def touch_correction(notice: str):
    row = f"{notice},甲镇,得分,8..0,80,typed twice,none\n"

    def change(folders: Folders, monkeypatch: pytest.MonkeyPatch) -> None:
        path = folders.data / "reference" / "corrections.csv"
        path.write_text(path.read_text("utf-8") + row, "utf-8")

    return change


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (edit("processed/leizhou/scores.csv", ",97,", ",98,"), "inputs changed: processed/leizhou/scores.csv"),
        (edit("processed/leizhou/problems.csv", "error", "note"), "inputs changed: processed/leizhou/problems.csv"),
        (edit("processed/suixi/scores.csv", ",97,", ",98,"), None),
        (
            edit("reference/lineage.csv", "雷州市水务局", "水务局新"),
            "inputs changed: reference/lineage.csv, jurisdiction leizhou",
        ),
        (edit("reference/lineage.csv", "ministries,国土资源部", "ministries,国土部"), None),
        (touch_correction("leizhou-2018"), "inputs changed: reference/corrections.csv, notice_id leizhou-2018"),
        (touch_correction("suixi-2017"), None),
        (rewrite, None),
        (relibrary, "the library changed"),
    ],
)
def test_unit_pages_rest_on_the_tables_of_their_place(
    world: Folders, monkeypatch: pytest.MonkeyPatch, change, reason: str | None
) -> None:
    sources = find_sources(world.data)
    folder = world.reports / LEIZHOU
    units = [PageSet("units", source, folder) for source in sources[:2]]
    before = units[0].describe(Snapshot(world.data, sources))
    assert units[1].describe(Snapshot(world.data, sources)) == before, "whichever notice is given"
    change(world, monkeypatch)
    assert find_change(before, units[0].describe(Snapshot(world.data, sources))) == reason


@pytest.fixture
def copied_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A copy of the library whose sources are hashed in place of ours."""
    package = Path(shutil.copytree(fingerprints.PACKAGE, tmp_path / "audit_lib"))
    monkeypatch.setattr(fingerprints, "PACKAGE", package)
    hash_library.cache_clear()
    yield package
    hash_library.cache_clear()


@pytest.mark.parametrize(
    ("module", "runs"), [("pages/glossary.py", False), ("console.py", False), ("analysis/tiers.py", True)]
)
def test_only_modules_that_make_reports_run_them_again(
    world: Folders, plan, copied_library: Path, module: str, runs: bool
) -> None:
    snapshot = Snapshot(world.data, find_sources(world.data))
    pages = PageSet("pages", find_sources(world.data)[0], world.reports / LEIZHOU / "2017")
    before = pages.describe(snapshot)
    path = copied_library / module
    path.write_text(path.read_text("utf-8") + "# a new comment\n", "utf-8")
    hash_library.cache_clear()
    expected = "the library changed" if runs else None
    assert {find_reason(run, snapshot) for run in plan()} == {expected}
    assert find_change(before, pages.describe(snapshot)) == "the library changed"
