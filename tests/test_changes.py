"""What moved since the last issue: the numbers that did, old and new, by cause; nothing where nothing did."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbformat import NotebookNode, v4

from audit_lib.batch.changes import MOST, carry_changes, find_causes, find_moves
from audit_lib.batch.manifest import describe_report
from audit_lib.batch.page_sets import PageSet
from audit_lib.batch.plan import Folders, choose_notebooks, plan_runs
from audit_lib.batch.processes import RunOptions
from audit_lib.batch.snapshot import Snapshot
from audit_lib.batch.tasks import execute_run
from audit_lib.display.charts import Chart
from audit_lib.display.findings import Finding
from audit_lib.display.tables import Table
from audit_lib.sources import find_sources
from audit_lib.tables.build import build_tables

ROOT = Path(__file__).parents[1]
SCORES = "unit_name,name_in_table,name_in_list,tier\n甲镇,甲镇,甲镇,优秀\n乙局,乙局,市乙局,良好\n"


def cell(number: int, shown: Any) -> NotebookNode:
    data = {"text/plain": repr(shown), "text/html": shown._repr_html_()} if hasattr(shown, "_repr_html_") else {}
    metadata: dict[str, Any] = {}
    if isinstance(shown, Chart):
        data, metadata = shown._repr_mimebundle_()[:2]
    output = v4.new_output("execute_result", data, metadata=metadata)  # type: ignore[no-untyped-call]
    return v4.new_code_cell("x", outputs=[output], id=f"cell-{number}")  # type: ignore[no-untyped-call,no-any-return]


def notebook(*shown: Any, scores: str = SCORES, parameters: str = "period = '2017'", **audit: Any) -> NotebookNode:
    settings = v4.new_output("execute_result", {"text/plain": "settings", "text/csv": scores})  # type: ignore[no-untyped-call]
    cells = [
        v4.new_code_cell(parameters, metadata={"tags": ["parameters"]}, id="parameters"),  # type: ignore[no-untyped-call]
        v4.new_code_cell("report", outputs=[settings], metadata={"tags": ["settings"]}, id="open"),  # type: ignore[no-untyped-call]
        *(cell(number, each) for number, each in enumerate(shown)),
    ]
    made: NotebookNode = v4.new_notebook(cells=cells, metadata={"audit": audit})  # type: ignore[no-untyped-call]
    return made


def table(caption: str, columns: list[str], *rows: list[str]) -> Table:
    import pandas as pd

    return Table(caption, pd.DataFrame(rows, columns=columns, dtype="object"), ())


OLD = table("Scores", ["Unit", "Score", "Tier"], ["甲镇", "91", "优秀"], ["乙局", "88.5", "良好"])
MOVES = {
    "a sentence": (
        Finding("甲镇 leads with 91 points."),
        Finding("甲镇 leads with 92 points."),
        [("finding", [""], "甲镇 leads with 91 points.", "甲镇 leads with 92 points.")],
    ),
    "another unit": (
        Finding("甲镇 leads."),
        Finding("乙局 leads."),
        [("finding", [""], "甲镇 leads.", "乙局 leads.")],
    ),
    "other words for the same": (Finding("甲镇 leads with 91 points."), Finding("At 91 points, 甲镇 leads."), None),
    "the same": (Finding("甲镇 leads."), Finding("甲镇 leads."), []),
    "a sign": (
        Finding("The gap is −1.48."),
        Finding("The gap is 1.48."),
        [("finding", [""], "The gap is −1.48.", "The gap is 1.48.")],
    ),
    "only other words": (Finding("No rule is stated."), Finding("There is no stated rule."), []),
    "a cell": (
        OLD,
        table("Scores", ["Unit", "Score", "Tier"], ["甲镇", "91", "优秀"], ["乙局", "89.5", "良好"]),
        [("cell", ["Scores", "乙局", "Score"], "88.5", "89.5")],
    ),
    "a tier": (
        OLD,
        table("Scores", ["Unit", "Score", "Tier"], ["甲镇", "91", "良好"], ["乙局", "88.5", "良好"]),
        [("cell", ["Scores", "甲镇", "Tier"], "优秀", "良好")],
    ),
    "a caption and headings worded anew": (
        OLD,
        table("All scores", ["Name", "Points", "Tier"], ["甲镇", "91", "优秀"], ["乙局", "88.5", "良好"]),
        [],
    ),
    "a row that is gone": (
        OLD,
        table("Scores", ["Unit", "Score", "Tier"], ["甲镇", "91", "优秀"]),
        [("cell", ["Scores", "乙局"], "乙局 · 88.5 · 良好", None)],
    ),
    "a row that is new": (
        table("Scores", ["Unit", "Score", "Tier"], ["甲镇", "91", "优秀"]),
        OLD,
        [("cell", ["Scores", "乙局"], None, "乙局 · 88.5 · 良好")],
    ),
    "a finding that is gone": (
        Finding("91 is most."),
        Finding("Too few.", "note"),
        [("finding", [""], "91 is most.", None)],
    ),
    "a chart": (
        Chart(b"a", "Two cuts give 51 of 55", "Dots from 70 to 97.", 760),
        Chart(b"b", "Two cuts give 52 of 55", "Dots from 70 to 97.", 760),
        [("title", [""], "Two cuts give 51 of 55", "Two cuts give 52 of 55")],
    ),
    "a drawing alone": (Chart(b"a", "T 1", "A 2", 760), Chart(b"b", "T 1", "A 2", 760), []),
}


@pytest.mark.parametrize("case", [case for case, (*_, expected) in MOVES.items() if expected is not None])
def test_numbers_units_and_tiers_move_and_wording_does_not(case: str) -> None:
    old, new, expected = MOVES[case]
    moves = find_moves(notebook(old), notebook(new))
    assert [(each["kind"], each["where"], each["old"], each["new"]) for each in moves] == expected


@pytest.mark.parametrize(
    ("changed", "causes"),
    [
        ({}, ["method"]),
        ({"raw/jia/2017.txt": "b"}, ["data"]),
        ({"raw/jia/2017.txt": "b", "processed/jia/scores.csv, notice_id jia-2017": "b"}, ["data"]),
        ({"processed/jia/scores.csv, notice_id jia-2017": "b"}, ["method"]),
        ({"reference/corrections.csv, notice_id jia-2017": "b"}, ["corrections"]),
        ({"reference/lineage.csv, jurisdiction jia": "b", "raw/jia/2016.txt": "b"}, ["data", "lineage"]),
        ({"reference/jia/units.csv": "b"}, ["names"]),
        ({"reference/jia/aliases.csv": "b"}, ["names"]),
        ({"reference/jia/claims.csv, notice_id jia-2017": "b"}, ["records"]),
        ({"reference/notices.csv, notice_id jia-2017": "b"}, ["records"]),
    ],
)
def test_a_cause_is_what_differs_between_the_inputs(changed: dict[str, str], causes: list[str]) -> None:
    before = {"inputs": {"raw/jia/2017.txt": "a"}, "versions": {"audit-lib": "1", "scipy": "1"}}
    now = {"inputs": {**before["inputs"], **changed}, "versions": {"audit-lib": "2", "scipy": "1"}}
    assert find_causes(before, now) == causes
    assert find_causes({**before, "versions": {**before["versions"], "seaborn": "1"}}, now) == causes
    assert find_causes(before, {**now, "versions": {"scipy": "2"}}) == [
        *(cause for cause in causes if cause != "method"),
        "software",
    ]


def test_moves_are_kept_until_something_moves_again(tmp_path: Path) -> None:
    audit = {"inputs": {"raw/jia/2017.txt": "b"}, "versions": {}}
    path = tmp_path / "a.ipynb"
    assert carry_changes(path, notebook(Finding("1")), audit) is None
    path.write_text("{", encoding="utf-8")
    assert carry_changes(path, notebook(Finding("1")), audit) is None
    nbformat.write(notebook(Finding("1"), inputs={"raw/jia/2017.txt": "a"}, versions={}), path)  # type: ignore[no-untyped-call]
    assert carry_changes(path, notebook(Finding("1")), audit) is None
    told = {"cause": ["data"], "statements": [{"kind": "finding", "where": [""], "old": "1", "new": "2"}]}
    assert carry_changes(path, notebook(Finding("2")), audit) == told
    nbformat.write(notebook(Finding("2"), **audit, changed=told), path)  # type: ignore[no-untyped-call]
    assert carry_changes(path, notebook(Finding("2")), audit) == told
    assert carry_changes(path, notebook(Finding("Now 2")), audit) == told
    assert carry_changes(path, notebook(Finding("3"), parameters="period = '2018'"), audit) is None
    nbformat.write(notebook(Finding("2"), scores="", **audit), path)  # type: ignore[no-untyped-call]
    assert carry_changes(path, notebook(Finding("3")), audit) is None


def test_many_moves_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "a.ipynb"
    rows = [[[f"u{n}", str(n + shift)] for n in range(MOST + 7)] for shift in (0, 1)]
    old, new = (notebook(table("T", ["Unit", "Score"], *each), inputs={}, versions={}) for each in rows)
    nbformat.write(old, path)  # type: ignore[no-untyped-call]
    told = carry_changes(path, new, {"inputs": {}, "versions": {}})
    assert told is not None
    assert (len(told["statements"]), told["more"], told["cause"]) == (MOST, 7, ["method"])


# Whole issues: what a batch does for one report and its page.

Issue = Callable[[], dict[str, bytes]]


@pytest.fixture
def make_issue(copy_place: Callable[[str], Path], tmp_path: Path) -> Callable[[str, str, str], Issue]:
    """Copy the data of a place; returns what makes the next issue of a report on it, its tables first, and its page."""

    def start(jurisdiction: str, period: str, name: str) -> Issue:
        folders = Folders(copy_place(jurisdiction), ROOT / "notebooks", tmp_path / "reports")
        scratch = tmp_path / "scratch"
        scratch.mkdir()
        [source] = find_sources(folders.data, jurisdiction, period)
        [run] = plan_runs(folders, [source], choose_notebooks(folders.notebooks, (name,)), ("en",))
        run.report.parent.mkdir(parents=True)

        def make() -> dict[str, bytes]:
            sources = find_sources(folders.data, jurisdiction)
            assert [error for _, error in build_tables(folders.data, sources)] == [None] * len(sources)
            inputs = describe_report(run, Snapshot(folders.data, sources))
            result = execute_run(run, "the next issue", inputs, scratch, RunOptions())
            assert result.notebook is not None
            assert result.status == "done", result.why
            assert result.status == "done", result.why
            result.notebook.replace(run.report)
            PageSet("pages", source, run.report.parent).render(folders.data)
            return {path.suffix: path.read_bytes() for path in run.report.parent.glob(f"{name}.*")}

        return make

    return start


def read_changed(made: dict[str, bytes]) -> dict[str, Any] | None:
    changed: dict[str, Any] | None = json.loads(made[".ipynb"])["metadata"]["audit"].get("changed")
    return changed


def read_section(made: dict[str, bytes]) -> tuple[str, list[list[str]]]:
    page = BeautifulSoup(made[".html"].decode(), "html.parser")
    found = page.select_one("details#changed")
    assert found is not None
    rows = [[each.get_text() for each in row.find_all(["th", "td"])] for row in found.select("tbody tr")]
    return " ".join(each.get_text() for each in found.select("summary, p", limit=2)), rows


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, (path, old, text.count(old))
    path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.mark.slow
def test_a_changed_score_moves_what_rests_on_it(make_issue: Callable[..., Issue], tmp_path: Path) -> None:
    make = make_issue("leizhou", "2017", "00_year_card")
    first = make()
    assert read_changed(first) is None
    assert b'id="changed"' not in first[".html"]
    edit(tmp_path / "data" / "raw" / "leizhou" / "2017.txt", "\n97\n", "\n99\n")
    second = make()
    changed = read_changed(second)
    assert changed is not None
    assert changed["cause"] == ["data"]
    headline = next(each for each in changed["statements"] if each["kind"] == "headline")
    assert headline["old"] == "56 towns and bureaus scored from 70 to 97; most were rated good"
    assert headline["new"] == "56 towns and bureaus scored from 70 to 99; most were rated good"
    moved = {each["where"][1]: (each["old"], each["new"]) for each in changed["statements"] if each["kind"] == "cell"}
    assert moved == {
        "highest score": ("97", "99"),
        "mean score of bureaus": ("86.14", "86.2"),
    }
    told, rows = read_section(second)
    assert told == "What changed since the last issue Cause: the notice's file."
    assert ["Headline", headline["old"], headline["new"]] in rows
    assert len(rows) == len(changed["statements"])
    assert make() == second


@pytest.mark.slow
def test_a_correction_is_told_as_one(make_issue: Callable[..., Issue], tmp_path: Path) -> None:
    make = make_issue("leizhou", "2017", "03_tiers")
    make()
    with (tmp_path / "data" / "reference" / "corrections.csv").open("a", encoding="utf-8") as file:
        file.write("leizhou-2017,水务局,score,93,83,made up for a test,made up\n")
    changed = read_changed(make())
    assert changed is not None
    assert changed["cause"] == ["corrections"]
    bullet = next(each for each in changed["statements"] if each["kind"] == "bullet")
    assert bullet["old"].startswith("The four: Water Affairs (水务局) with 93, ")
    assert bullet["new"].startswith("The three: Development and Reform (发改局), ")


@pytest.mark.slow
def test_a_row_of_lineage_is_told_as_one(make_issue: Callable[..., Issue], tmp_path: Path) -> None:
    make = make_issue("ministries", "2022", "05_trends")
    make()
    path = tmp_path / "data" / "reference" / "lineage.csv"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    [row] = [line for line in lines if line.startswith("ministries,环境保护部,生态环境部,")]
    path.write_text("".join(line for line in lines if line != row), encoding="utf-8")
    changed = read_changed(make())
    assert changed is not None
    assert changed["cause"] == ["lineage"]
    left = [each for each in changed["statements"] if each["where"][1:] == ["2016 → 2022 · left", "Units"]]
    assert [(each["old"], each["new"]) for each in left] == [("1", "2")]
