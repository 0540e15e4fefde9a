"""The committed reports: made from the notebooks as they are, and worth the trust of whoever runs them again."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from audit_lib.batch.plan import Folders
from audit_lib.batch.processes import RunOptions
from audit_lib.display.charts import Chart
from audit_lib.display.findings import Finding
from audit_lib.sources import find_sources
from audit_lib.tables.build import build_tables
from audit_lib.verify.verify import Verifier

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))
REPORTS = sorted(path for path in (ROOT / "reports").rglob("*.ipynb") if ".failed" not in path.name)
CHINESE = [path for path in REPORTS if path.is_relative_to(ROOT / "reports" / "zh")]  # nbval runs the others
LEIZHOU = ROOT / "reports" / "leizhou" / "2017"
HEADLINES = {
    "00_year_card": "56 towns and bureaus scored from 70 to 97; most were rated good",
    "01_source": "The score table and the rating lists differ: no rating for Supervision, no score for Disabled Persons' "
    "Federation",
    "02_distribution": "Most towns and bureaus scored from 82 to 89; so many share a score that a place in the list is not a rank",
    "03_tiers": "Of twelve units that scored 90 or more, four were not rated excellent; our copy gives no reason",
    "04_groups": "Towns and bureaus score much alike, 84.7 and 86.1 on average; all units above 90 are bureaus",
    "06_narrative": "Eight units are named as examples of problems; half of them are rated good, and Water Affairs scored 93",
    "07_update_rules": "Baisha's news column should be updated every two weeks; at the inspection it was 111–149 days old",
}


def read(path: Path) -> list[dict]:
    return json.loads(path.read_text(encoding="utf-8"))["cells"]


def name_report(path: Path) -> str:
    return "-".join(path.relative_to(ROOT / "reports").with_suffix("").parts)


def read_headline(path: Path) -> str:
    [cell] = [cell for cell in read(path) if "headline" in cell["metadata"].get("tags", [])]
    return "".join(cell["outputs"][0]["data"]["text/plain"])


@pytest.mark.parametrize("path", REPORTS, ids=name_report)
def test_a_report_is_made_from_its_notebook(path: Path) -> None:
    made, written = read(path), read(ROOT / "notebooks" / path.name)
    code = [(cell["id"], cell["source"]) for cell in written if cell["cell_type"] == "code"]
    ran = [cell for cell in made if cell["cell_type"] == "code"]
    tags = [cell["metadata"].get("tags", []) for cell in ran]
    assert [
        (cell["id"], cell["source"]) for cell in ran if "injected-parameters" not in cell["metadata"].get("tags", [])
    ] == code
    assert sum("injected-parameters" in each for each in tags) == 1
    assert {cell["id"] for cell in made} - {cell["id"] for cell in ran} <= {
        "opening",
        *(cell["id"] for cell in written),
    }
    assert read_headline(path)


@pytest.mark.parametrize(
    ("place", "period", "expected"),
    [
        ("guangdong", "2022-09", ["q-level", "q-moved", "q-stays"]),  # no two groups: no gap
        ("baoshan", "2021", ["q-moved"]),  # ratings alone
    ],
)
def test_a_question_stands_where_something_answers_it(place: str, period: str, expected: list[str]) -> None:
    cells = read(ROOT / "reports" / place / period / "05_trends.ipynb")
    assert [cell["id"] for cell in cells if "question" in cell["metadata"].get("tags", [])] == expected


def test_a_notice_with_something_to_report_has_its_reports() -> None:
    committed = {(path.parent.parent.name, path.parent.name) for path in REPORTS}
    assert committed == {(source.jurisdiction, source.period) for source in find_sources(ROOT / "data")}


@pytest.mark.parametrize("stem", HEADLINES)
def test_leizhou_has_its_headline_and_a_figure_or_a_table(stem: str) -> None:
    assert read_headline(LEIZHOU / f"{stem}.ipynb") == HEADLINES[stem]
    outputs = [output["data"] for cell in read(LEIZHOU / f"{stem}.ipynb") for output in cell.get("outputs", [])]
    assert any("image/png" in each or "<table><caption>" in "".join(each.get("text/html", "")) for each in outputs)


@pytest.mark.parametrize("path", REPORTS, ids=name_report)
def test_reports_name_no_path_and_no_clock(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert str(ROOT) not in text
    assert "papermill" not in json.loads(text)["metadata"]
    assert "start_time" not in text


@pytest.fixture(scope="module")
def verifier(tmp_path_factory: pytest.TempPathFactory) -> Verifier:
    folders = Folders(ROOT / "data", ROOT / "notebooks", ROOT / "reports")
    return Verifier(folders, RunOptions(), tmp_path_factory.mktemp("scratch"))


@pytest.mark.slow
@pytest.mark.parametrize("path", CHINESE, ids=name_report)
def test_a_report_run_again_is_the_same_to_the_byte(verifier: Verifier, path: Path) -> None:
    verified = verifier.verify(path)
    if verified.why.startswith("it was made with"):
        pytest.skip(verified.why)
    assert next(verified.lines(every=True)).startswith(f"confirmed: {path}")


NBVAL = """
os.chdir({folder!r})
os.environ |= {set_up}
os.environ.pop("PYTEST_XDIST_WORKER", None)
import pytest
sys.exit(pytest.console_main())
"""


@pytest.mark.slow
@pytest.mark.parametrize("provisioner", ["audit-lib-warm", "local-provisioner"])
def test_nbval_passes_all_of_a_report_but_one_changed_number(
    fork_program: Callable[..., Any], tmp_path: Path, provisioner: str
) -> None:
    report = (LEIZHOU / "03_tiers.ipynb").read_text(encoding="utf-8")
    sentence = "four were not rated excellent"
    assert sentence in report
    changed = tmp_path / "changed.ipynb"
    changed.write_text(report.replace(sentence, sentence.replace("four", "five")), encoding="utf-8")
    out = tmp_path / "out"
    set_up = {"AUDIT_DATA": str(ROOT / "data"), "JUPYTER_DEFAULT_PROVISIONER_NAME": provisioner}
    program = NBVAL.format(folder=str(tmp_path), set_up=set_up)
    argv = ["pytest", "-q", "--assert=plain", "--color=no", "-c", str(ROOT / "pyproject.toml"), "--nbval", str(changed)]
    ended = fork_program(program, argv, out, tmp_path / "err")
    ended.join()
    assert (ended.exitcode, "five were not" in out.read_text(encoding="utf-8")) == (1, True)
    n_cells = sum(cell["cell_type"] == "code" for cell in read(changed))
    assert f"1 failed, {n_cells - 1} passed" in out.read_text(encoding="utf-8")


AWKWARD = {
    "table only": "甲镇 90 乙镇 90 丙局 88.5 丁局 70",
    "lists only": "优秀:甲镇、乙局 良好:丙局",
    "one side only": "甲局 95 乙局 85 丙局 75 优秀:甲局 良好:乙局 一般:丙局",
    "all tied": "甲镇 88 乙镇 88 丙局 88 丁局 88 优秀:甲镇、乙镇 良好:丙局、丁局",
    "one unit": "甲镇 88 良好:甲镇",
    "off the scale": "甲镇 103 乙局 -2 优秀:甲镇 一般:乙局",
    "scores nobody can read": "甲镇 86..67 乙局 缺考 丙局 80 优秀:甲镇 良好:乙局、丙局",
    "two tiers": "甲镇 95 乙局 91 丙局 85 优秀:甲镇 良好:乙局、丙局",
    "four tiers": "甲镇 95 乙局 85 丙局 75 丁局 50 优:甲镇 良:乙局 及格:丙局 不及格:丁局",
    "a unit in two tiers": "甲镇 95 乙局 85 优秀:甲镇 良好:甲镇、乙局",
    "a duplicate": "甲镇 95 甲镇 85 乙局 80 优秀:甲镇 良好:乙局",
    "markup in a name": "<b>甲镇</b> 95 乙局 85 优秀:<b>甲镇</b> 良好:乙局",
}


def word_notice(notice_text, case: str) -> str:
    """Print a case in the layout of Leizhou: words with a colon are tier lists, the others unit and score in turn."""
    words = case.split()
    cells = [word for word in words if ":" not in word]
    rows = list(zip(cells[::2], cells[1::2], strict=True))
    tiers = {tier: names.split("、") for tier, names in (word.split(":") for word in words if ":" in word)}
    return notice_text(rows, tiers)


@pytest.mark.slow
@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("case", AWKWARD)
def test_notebooks_run_on_an_awkward_notice(
    make_data, notice_text, run_cells, monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    data = make_data({"jia/2017": word_notice(notice_text, AWKWARD[case])})
    assert [error for _, error in build_tables(data, find_sources(data))] == [None]
    monkeypatch.setenv("AUDIT_DATA", str(data))
    for path in NOTEBOOKS:
        check_shown(run_cells(path, jurisdiction="jia"))


@pytest.mark.slow
def test_one_period_alone_has_no_trend_to_report(run_cells) -> None:
    cells = run_cells(ROOT / "notebooks" / "05_trends.ipynb", jurisdiction="leizhou", period="2017")
    roles = [cell.role for cell in cells if isinstance(cell, Finding)]
    assert [role for role in roles if role.startswith("headline")] == ["headline silent"]


def check_shown(cells: list[object]) -> None:
    for shown in cells:
        assert shown is None or isinstance(shown, Chart) or shown._repr_html_()  # type: ignore[attr-defined]
        assert "nan" not in repr(shown).lower().split()


@pytest.mark.slow
@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("case", AWKWARD)
def test_trends_run_on_awkward_neighbours(
    make_data, notice_text, run_cells, monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    """An awkward notice is the last one of all, or the one before the last."""
    cases = {"jia/2015": case, "jia/2016": "two tiers", "jia/2017": case, "jia/2018": "two tiers"}
    data = make_data({name: word_notice(notice_text, AWKWARD[each]) for name, each in cases.items()})
    assert {error for _, error in build_tables(data, find_sources(data))} == {None}
    monkeypatch.setenv("AUDIT_DATA", str(data))
    for period in ("2017", "2018"):
        check_shown(run_cells(ROOT / "notebooks" / "05_trends.ipynb", jurisdiction="jia", period=period))


def test_the_readme_says_what_the_reports_say() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| \[.+\]\((reports/\S+\.ipynb)\) \| (.+) \|$", readme, flags=re.MULTILINE)
    assert len(rows) == 13
    assert [sentence for report, sentence in rows if sentence != read_headline(ROOT / report)] == []
