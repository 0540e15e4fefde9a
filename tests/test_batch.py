"""The batch: a report appears only when its run succeeded, a failure stops nothing else, and nothing runs in vain.

These tests start real kernels on notebooks of a few cells.
"""

import json
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from audit_lib.errors import AuditError
from audit_lib.publishing.batch import execute_run, publish, run_all
from audit_lib.publishing.manifest import find_reason
from audit_lib.publishing.plan import Folders, Run, plan_runs
from audit_lib.reading.build import build_tables, find_sources

ROOT = Path(__file__).parents[1]
KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}
PARAMETERS = json.loads((ROOT / "notebooks" / "00_year_card.ipynb").read_text(encoding="utf-8"))["cells"][2]["source"]


@pytest.fixture
def folders(tmp_path: Path, leizhou_data) -> Folders:
    """A project of its own: the Leizhou data, built, and no notebooks yet."""
    data = leizhou_data
    list(build_tables(data, find_sources(data)))
    (tmp_path / "notebooks").mkdir()
    return Folders(data, tmp_path / "notebooks", tmp_path / "reports")


def write_notebook(folders: Folders, name: str, *sources: str, parameters: str = "".join(PARAMETERS)) -> Path:
    cells = [
        new_markdown_cell("# Is this a question?"),
        new_code_cell(parameters, metadata={"tags": ["parameters"]}),
        *(new_code_cell(source) for source in sources),
    ]
    path = folders.notebooks / f"{name}.ipynb"
    notebook = new_notebook(cells=cells, metadata={"title": "Is this a question?", "kernelspec": KERNEL})
    path.write_text(nbformat.writes(notebook), encoding="utf-8")
    return path


def plan(folders: Folders) -> list[Run]:
    return plan_runs(folders, find_sources(folders.data))


def run(folders: Folders, *, force: bool = False) -> dict[str, tuple[str, str]]:
    results = run_all(plan(folders), jobs=2, force=force, tell=lambda result: None)
    return {result.run.notebook.stem: (result.status, result.why) for result in results}


def text_of(path: Path) -> str:
    notebook = nbformat.read(path, as_version=4)
    return "".join(output.get("text", "") for cell in notebook.cells for output in cell.get("outputs", []))


def test_a_good_run_is_promoted_and_carries_nothing_that_changes(folders: Folders) -> None:
    write_notebook(folders, "good", "print(jurisdiction, period)")
    assert run(folders) == {"good": ("done", "there is no report yet")}
    report = folders.reports / "leizhou" / "2017" / "good.ipynb"
    assert text_of(report) == "leizhou 2017\n"
    notebook = json.loads(report.read_text(encoding="utf-8"))
    assert sorted(notebook["metadata"]) == ["audit", "kernelspec", "language_info", "title"]
    assert {key for cell in notebook["cells"] for key in cell["metadata"]} <= {"tags"}
    assert [path.name for path in report.parent.iterdir()] == ["good.ipynb"]
    before = report.read_bytes()
    assert run(folders, force=True) == {"good": ("done", "forced")}
    assert report.read_bytes() == before


def test_only_what_changed_runs_again(folders: Folders) -> None:
    write_notebook(folders, "one", "print(1)")
    write_notebook(folders, "two", "print(2)")
    run(folders)
    assert {status for status, _ in run(folders).values()} == {"unchanged"}
    write_notebook(folders, "two", "print(22)")
    assert run(folders) == {
        "one": ("unchanged", "nothing it depends on changed"),
        "two": ("done", "the notebook changed"),
    }
    aliases = folders.data / "reference" / "leizhou" / "aliases.csv"
    aliases.write_text(aliases.read_text(encoding="utf-8").replace("our reading", "our own reading"), encoding="utf-8")
    reasons = {find_reason(each) for each in plan(folders)}
    assert reasons == {"inputs changed: reference/leizhou/aliases.csv"}
    claims = folders.data / "reference" / "leizhou" / "claims.csv"
    aliases.write_text(aliases.read_text(encoding="utf-8").replace("our own reading", "our reading"), encoding="utf-8")
    rows = claims.read_text(encoding="utf-8")
    claims.write_text(rows + rows.splitlines()[1].replace("leizhou-2017", "leizhou-2018") + "\n", encoding="utf-8")
    assert {find_reason(each) for each in plan(folders)} == {None}  # a claim of another notice
    report = folders.reports / "leizhou" / "2017" / "one.ipynb"
    report.write_text(report.read_text(encoding="utf-8").replace("1\\n", "3\\n"), encoding="utf-8")
    assert find_reason(plan(folders)[0]) == "the report was changed by hand"


def test_another_period_leaves_the_reports_of_the_first_alone(folders: Folders) -> None:
    write_notebook(folders, "one", "print(period)")
    run(folders)
    report = folders.reports / "leizhou" / "2017" / "one.ipynb"
    before = report.read_bytes()
    raw = folders.data / "raw" / "leizhou"
    (raw / "2018.txt").write_bytes((raw / "2017.txt").read_bytes().replace(b"\n97\n", b"\n98\n"))
    list(build_tables(folders.data, find_sources(folders.data)))
    results = run_all(plan(folders), jobs=2, force=False, tell=lambda result: None)
    assert [(result.run.source.period, result.status) for result in results] == [
        ("2017", "unchanged"),
        ("2018", "done"),
    ]
    assert report.read_bytes() == before
    scores = folders.data / "processed" / "leizhou" / "scores.csv"
    scores.write_text(scores.read_text(encoding="utf-8").replace("97,1", "96,1", 1), encoding="utf-8")
    assert [find_reason(each) for each in plan(folders)] == [
        "inputs changed: processed/leizhou/scores.csv, notice_id leizhou-2017",
        None,
    ]


def test_pages_are_rendered_when_something_changed_or_one_is_missing(folders: Folders) -> None:
    write_notebook(folders, "one", "print(1)")
    results = run_all(plan(folders), jobs=1, force=False, tell=lambda result: None)
    folder = folders.reports / "leizhou" / "2017"
    index = folders.reports / "index.html"
    assert list(publish(folders, results)) == [(folder, None), (index, None)]
    unchanged = run_all(plan(folders), jobs=1, force=False, tell=lambda result: None)
    assert list(publish(folders, unchanged)) == []
    (folder / "one.html").unlink()
    assert list(publish(folders, unchanged)) == [(folder, None), (index, None)]
    assert (folder / "one.html").is_file()


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("print('so far')\n1 / 0", "code cell 3: ZeroDivisionError: division by zero"),
        ("from audit_lib import open_report\nopen_report('leizhou', '1999')", "code cell 3: AuditError: "),
        ("import os\nos.kill(os.getpid(), 9)", "DeadKernelError: Kernel died"),
        ("import warnings\nwarnings.warn('careful')", "code cell 3 wrote to stderr: "),
    ],
    ids=["an error", "an unknown period", "a killed kernel", "a warning"],
)
def test_a_failed_run_leaves_the_good_report_and_stops_nothing(folders: Folders, source: str, why: str) -> None:
    write_notebook(folders, "bad", "print('good')")
    write_notebook(folders, "other", "print('other')")
    run(folders)
    folder = folders.reports / "leizhou" / "2017"
    before = (folder / "bad.ipynb").read_bytes()
    write_notebook(folders, "bad", source)
    write_notebook(folders, "other", "print('another')")
    results = run(folders)
    assert results["other"] == ("done", "the notebook changed")
    assert results["bad"][0] == "failed"
    assert results["bad"][1].startswith(why)
    assert (folder / "bad.ipynb").read_bytes() == before
    assert sorted(path.name for path in folder.iterdir()) == [
        "bad.failed.ipynb",
        "bad.failed.log",
        "bad.ipynb",
        "other.ipynb",
    ]
    write_notebook(folders, "bad", "print('good')")
    assert run(folders)["bad"] == ("done", "its last run failed")
    assert sorted(path.name for path in folder.iterdir()) == ["bad.ipynb", "other.ipynb"]


def test_a_folder_that_cannot_be_written_fails_its_report_only(folders: Folders) -> None:
    write_notebook(folders, "good", "print(1)")
    folders.reports.mkdir()
    (folders.reports / "leizhou").write_text("a file where the folder should be", encoding="utf-8")
    assert run(folders)["good"][0] == "failed"


def test_a_run_that_does_not_end_is_ended(folders: Folders) -> None:
    write_notebook(folders, "slow", "import time\ntime.sleep(600)")
    result = execute_run(plan(folders)[0], "forced", deadline=12)
    assert (result.status, result.why) == ("failed", "no end after 12 s")
    assert not result.run.report.exists()


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ("period: str = '2017'  # when", "found a difference in group_column, jurisdiction"),
        ("".join(PARAMETERS) + "\ncolour: str = 'red'  # none", "found a difference in colour"),
    ],
    ids=["one is missing", "one too many"],
)
def test_parameters_that_are_not_the_contract_stop_the_plan(folders: Folders, parameters: str, message: str) -> None:
    write_notebook(folders, "odd", "print(1)", parameters=parameters)
    with pytest.raises(AuditError, match=message):
        plan(folders)


def test_a_file_that_is_no_notebook_stops_the_plan(folders: Folders) -> None:
    (folders.notebooks / "odd.ipynb").write_text("{", encoding="utf-8")
    with pytest.raises(AuditError, match=r"odd\.ipynb: found .*; expected a Jupyter notebook"):
        plan(folders)


def test_an_unknown_notebook_is_named_with_what_there_is(folders: Folders) -> None:
    write_notebook(folders, "one", "print(1)")
    with pytest.raises(AuditError, match="found no notebook 03_tires; expected one of one"):
        plan_runs(folders, find_sources(folders.data), ("03_tires",))
