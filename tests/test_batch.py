"""The batch: a report appears only when its run succeeded, and a failure stops nothing else.

These tests run notebooks of a few cells, each in a process of its own.
"""

import io
import json
import os
import pickle
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from multiprocessing import forkserver
from pathlib import Path

import nbformat
import psutil
import pytest

from audit_lib.batch.batch import lock_reports
from audit_lib.batch.explore import find_example, write_copies
from audit_lib.batch.manifest import check_reference, describe_report, record_tables
from audit_lib.batch.observer import BatchObserver, Progress
from audit_lib.batch.plan import Folders, check_contracts, choose_notebooks, read_declared
from audit_lib.batch.processes import CAN_FORK, NEEDS, RunOptions, count_jobs, run_in_process, start_warming
from audit_lib.batch.run import Request, open_executor, run_batch
from audit_lib.batch.supervised import CAN_ADOPT
from audit_lib.batch.tasks import RunResult, execute_run
from audit_lib.errors import AuditError
from audit_lib.sources import find_sources

pytestmark = pytest.mark.slow


def told(results: list[RunResult]) -> dict[str, tuple[str, str]]:
    return {result.run.notebook.stem[3:]: (result.status, result.why) for result in results}


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def has_ended(pid: int) -> bool:
    """Whether a process has ended; one that nobody has asked for its exit code yet has."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def text_of(path: Path) -> str:
    notebook = nbformat.read(path, as_version=4)
    return "".join(output.get("text", "") for cell in notebook.cells for output in cell.get("outputs", []))


def test_a_good_run_is_promoted_and_carries_nothing_that_changes(folders: Folders, write_notebook, do) -> None:
    write_notebook("01_good", "print(jurisdiction, period)")
    [result] = do()
    assert (result.status, result.why) == ("done", "there is no report yet")
    assert result.cpu > 0
    assert 50e6 < result.memory < 2e9
    report = folders.reports / "leizhou" / "2017" / "01_good.ipynb"
    assert text_of(report) == "leizhou 2017\n"
    notebook = json.loads(report.read_text(encoding="utf-8"))
    assert sorted(notebook["metadata"]) == ["audit", "kernelspec", "language_info", "title"]
    assert {key for cell in notebook["cells"] for key in cell["metadata"]} <= {"tags"}
    assert names(report.parent) == ["01_good.html", "01_good.ipynb", "notice.html"]
    assert names(folders.reports) == [".lock", ".manifest", "index.html", "leizhou", "status.html"]
    before = report.read_bytes()
    assert told(do(force=True)) == {"good": ("done", "forced")}
    assert report.read_bytes() == before


def test_pages_are_rendered_when_something_changed_or_one_is_missing(folders: Folders, write_notebook, do) -> None:
    write_notebook("01_one", "print(1)")
    write_notebook("01_two", "print(2)")
    do()
    folder, index = folders.reports / "leizhou" / "2017", folders.reports / "index.html"
    dates = {path: path.stat().st_mtime_ns for path in (folder / "01_one.html", folder / "01_two.html", index)}
    do()
    assert {path: path.stat().st_mtime_ns for path in dates} == dates
    (folder / "01_one.html").unlink()
    index.unlink()
    do()
    assert (folder / "01_one.html").is_file()
    (folder / "notice.html").unlink()
    do()
    assert (folder / "notice.html").is_file()
    assert index.is_file()
    write_notebook("01_two", "print('twenty-two')")
    do()
    assert "twenty-two" in (folder / "01_two.html").read_text(encoding="utf-8")


UNITS = "unit_id,unit_name,full_name,kind,split,division_code,evidence,split_evidence,name_en,name_en_evidence\n"
UNITS += "leizhou-丙局,丙局,,department,department,,seen,seen,Water Affairs,seen\n"


def write_units(folders: Folders, units: str) -> None:
    path = folders.data / "reference" / "leizhou" / "units.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(units, encoding="utf-8")


def test_unit_pages_are_rendered_when_their_tables_changed_or_one_is_missing(folders, write_notebook, do) -> None:
    write_notebook("01_one", "print(1)")
    write_units(folders, UNITS)
    do()
    page, index = (folders.reports / name for name in ("leizhou/units/丙局.html", "index.html"))
    assert len(list(page.parent.iterdir())) == 4
    assert '["丙局",0,"Water Affairs",' in index.read_text("utf-8")
    dates = page.stat().st_mtime_ns, index.stat().st_mtime_ns
    write_notebook("01_one", "print('other')")
    do()
    assert page.stat().st_mtime_ns == dates[0], "a report that changed is not theirs"
    page.write_text("", "utf-8")
    (page.parent / "甲镇.html").unlink()
    (page.parent / "没有了.html").touch()
    do()
    assert "2nd of 4" in page.read_text("utf-8")
    assert len(list(page.parent.iterdir())) == 4
    write_units(folders, UNITS.replace("Water Affairs", "Lakes and Rivers"))
    do()
    assert "Lakes and Rivers" in page.read_text("utf-8")


def test_a_page_that_cannot_be_rendered_is_told_and_tried_again(folders: Folders, write_notebook, do) -> None:
    write_notebook("01_one", "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()")
    [result] = do()
    assert result.status == "done"
    assert not (folders.reports / "leizhou" / "2017" / "01_one.html").exists()
    errors: list[str] = []
    progress = Progress(stream=io.StringIO())
    progress.error = errors.append
    assert told(do(observer=progress))["one"][0] == "unchanged"
    assert len(errors) == 1
    assert "a figure without alt text" in errors[0]


FAILURES = {
    "an_error": ("print('so far')\n1 / 0", "code cell 3: ZeroDivisionError: division by zero"),
    "an_unknown_period": (
        "from audit_lib import open_report\nopen_report('leizhou', '1999')",
        "code cell 3: AuditError: ",
    ),
    "a_kill": ("import os\nos.kill(os.getpid(), 9)", "its process died (signal 9)"),
    "an_exit": ("import os\nos._exit(3)", "its process died (exit code 3)"),
    "a_warning": ("import warnings\nwarnings.warn('careful')", "code cell 3 wrote to stderr: "),
    "too_much_memory": ("x = bytearray(3 * 2**30)", "code cell 3: MemoryError: "),
    "too_large_an_array": (
        "import numpy as np\nnp.ones(2**28) + 1",
        "code cell 3: MemoryError: Unable to allocate 2.00 GiB",
    ),
}


def test_a_failed_run_leaves_the_good_report_and_stops_nothing(folders: Folders, write_notebook, do) -> None:
    for name in (*FAILURES, "other"):
        write_notebook(f"01_{name}", "print('good')")
    do()
    folder = folders.reports / "leizhou" / "2017"
    whole = names(folder)
    before = {name: (folder / f"01_{name}.ipynb").read_bytes() for name in FAILURES}
    for name, (source, _) in FAILURES.items():
        write_notebook(f"01_{name}", source)
    write_notebook("01_other", "print('another')")
    results = told(do(memory=int(2.5 * 2**30)))
    assert results["other"] == ("done", "the notebook changed")
    for name, (source, why) in FAILURES.items():
        status, found = results[name]
        assert (status, found[: len(why)]) == ("failed", why)
        assert (folder / f"01_{name}.ipynb").read_bytes() == before[name]
        assert found in (folder / f"01_{name}.failed.log").read_text(encoding="utf-8")
        assert source in nbformat.read(folder / f"01_{name}.failed.ipynb", as_version=4).cells[-1].source
    assert names(folder) == sorted(
        [*whole, *(f"01_{name}.failed.{end}" for name in FAILURES for end in ("ipynb", "log"))]
    )
    for name in FAILURES:
        write_notebook(f"01_{name}", "print('good')")
    assert {told_of for name, told_of in told(do()).items() if name in FAILURES} == {("done", "its last run failed")}
    assert names(folder) == whole


@pytest.mark.parametrize("warm", [True, False], ids=["warm", "cold"])
def test_an_unusable_parameter_is_one_line_in_the_notebook_and_in_the_reason(
    folders: Folders, write_notebook, plan, look, warm: bool
) -> None:
    write_notebook("01_bad", "from audit_lib import open_report\nopen_report('leizhou', '1999')")
    [run] = plan()
    scratch = folders.reports / ".running"
    scratch.mkdir(parents=True)
    result = execute_run(run, "forced", describe_report(run, look()), scratch, RunOptions(warm=warm))
    cells = nbformat.read(result.notebook, as_version=4).cells
    [error] = [each for cell in cells for each in cell.get("outputs", []) if each.output_type == "error"]
    line = f"{folders.data / 'raw' / 'leizhou'}: found no period 1999; expected 2017 (audit-lib add FILE --jurisdiction leizhou --period 1999 adds one)"
    assert (error.ename, error.evalue, error.traceback) == ("AuditError", line, [line])
    assert (result.status, result.why) == ("failed", f"code cell 3: AuditError: {line}")


DAEMON = """import os, time
if not os.fork():
    os.setsid()
    if not os.fork():
        open({pids!r}, 'w').write(str(os.getpid()))
        time.sleep(600)
    os._exit(0)
while not os.path.exists({pids!r}) or not open({pids!r}).read(): time.sleep(0.05)
"""


@pytest.mark.skipif(not CAN_ADOPT, reason="needs a system that adopts orphans")
def test_a_run_that_does_not_end_is_ended_with_all_it_started(write_notebook, do, patience, tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    write_notebook("01_slow", "print('so far')", DAEMON.format(pids=str(pids)), "time.sleep(600)")
    deadline = round(patience(8))
    [result] = do(deadline=deadline)
    assert (result.status, result.why) == ("failed", f"no end after {deadline} s")
    assert result.seconds < 600, "as long as the notebook sleeps"
    assert not result.run.report.exists()
    assert has_ended(int(pids.read_text()))
    assert "so far" in result.run.log.read_text(encoding="utf-8")


def test_a_run_that_can_answer_no_more_is_ended_whoever_holds_its_pipe(write_notebook, do, tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    heir = f"pid = os.fork()\nif not pid:\n    time.sleep(600)\nopen({str(pids)!r}, 'w').write(str(pid))"
    write_notebook("01_closes", "import os, time\nos.closerange(3, 999)\ntime.sleep(600)")
    write_notebook("01_leaves", f"import os, time\n{heir}\nos._exit(3)")
    results = do()
    assert told(results) == {
        "closes": ("failed", "it closed the pipe that its answer goes through"),
        "leaves": ("failed", "its process died (exit code 3)"),
    }
    assert all(result.seconds < 300 for result in results), "half as long as they sleep, and no deadline passed"
    assert has_ended(int(pids.read_text()))


def test_a_process_without_a_log_says_so_and_shows_nothing(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(RuntimeError, match=r"No such file or directory: .*one\.log"):
        run_in_process(print, log=tmp_path / "gone" / "one.log", options=RunOptions(warm=False))
    assert capfd.readouterr() == ("", "")


def test_a_folder_that_cannot_be_written_fails_its_report_only(folders: Folders, write_notebook, do) -> None:
    write_notebook("01_good", "print(1)")
    folders.reports.mkdir()
    (folders.reports / "leizhou").write_text("a file where the folder should be", encoding="utf-8")
    [result] = do()
    assert result.status == "failed"
    assert "cannot be written" in result.why


def test_what_a_killed_batch_left_is_cleared_away(folders: Folders) -> None:
    scratch = folders.reports / ".running"
    scratch.mkdir(parents=True)
    (scratch / "half.ipynb").write_text("{", encoding="utf-8")
    with lock_reports(folders.reports):
        assert not scratch.exists()


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ("period: str = '2017'  # when", "found a difference in group_column, jurisdiction"),
        ("{parameters}\ncolour: str = 'red'  # none", "found a difference in colour"),
        ("period: str = (", r"odd\.ipynb: found .*; expected a Jupyter notebook"),
    ],
    ids=["one is missing", "one too many", "no Python"],
)
def test_parameters_that_are_not_the_contract_stop_the_plan(
    write_notebook, plan, parameters: str, message: str
) -> None:
    declared = "".join(json.loads(write_notebook("01_odd").read_text(encoding="utf-8"))["cells"][1]["source"])
    write_notebook("01_odd", "print(1)", parameters=parameters.format(parameters=declared))
    with pytest.raises(AuditError, match=message):
        check_contracts(run.notebook for run in plan())


@pytest.mark.parametrize("content", ["{", "[]", '{"cells": 1}'])
def test_a_file_that_is_no_notebook_stops_the_plan(folders: Folders, plan, content: str) -> None:
    (folders.notebooks / "01_odd.ipynb").write_text(content, encoding="utf-8")
    with pytest.raises(AuditError, match=r"odd\.ipynb: found .*; expected a Jupyter notebook"):
        plan()


def test_an_unknown_notebook_is_named_with_what_there_is(folders: Folders, write_notebook) -> None:
    write_notebook("01_one", "print(1)")
    with pytest.raises(AuditError, match="found no notebook 03_tires; expected one of 01_one"):
        choose_notebooks(folders.notebooks, ("03_tires",))


def test_contracts_are_checked_without_pandas(write_notebook, plan) -> None:
    check = "import sys, pickle; from audit_lib.batch.plan import check_contracts; check_contracts([pickle.loads(sys.stdin.buffer.read())]); sys.exit('pandas' in sys.modules)"
    write_notebook("01_one", "print(1)")
    assert (
        subprocess.run([sys.executable, "-c", check], input=pickle.dumps(plan()[0].notebook), check=False).returncode
        == 0
    )


def test_a_batch_that_finds_nothing_changed_loads_no_pandas(folders: Folders, write_notebook, do, look) -> None:
    write_notebook("01_one", "print(1)")
    do()
    record_tables(find_sources(folders.data), look(), folders.reports)
    for place in (None, "leizhou"):
        check_reference(look(), folders.reports, place)
    where = [f"--data={folders.data}", f"--notebooks={folders.notebooks}", f"--reports={folders.reports}"]
    run = f"""
import sys
from audit_lib.cli import cli
assert cli(["run", "--language=en", *{where}], standalone_mode=False) == 0
print(sorted({{"pandas", "papermill", "nbformat", "matplotlib", "numpy"}} & set(sys.modules)))
"""
    ended = subprocess.run([sys.executable, "-c", run], capture_output=True, text=True, check=True)
    told, loaded = ended.stdout.splitlines()
    assert told.startswith("1 reports: 0 done, 1 unchanged, 0 failed")
    assert loaded == "[]"


class Terminal(io.StringIO):
    """A stream that says it is one."""

    def isatty(self) -> bool:
        return True


def test_a_terminal_gets_a_bar_that_counts_and_names(write_notebook, do) -> None:
    write_notebook("01_bad", "import time\ntime.sleep(2)\n1 / 0")
    write_notebook("01_good", "print(1)")
    stream = Terminal()
    progress = Progress(stream=stream)
    progress.planned(2)
    do(observer=progress)
    progress.close()
    shown = stream.getvalue()
    assert "1/2 |" in shown
    assert " left" in shown
    assert "1 done, 0 unchanged, 0 failed · leizhou 2017 01_bad" in shown
    assert "leizhou 2017 01_bad failed (" in shown
    assert "leizhou 2017 01_good done" not in shown


def test_json_is_one_object_per_report(write_notebook, do, capsys: pytest.CaptureFixture[str]) -> None:
    write_notebook("01_bad", "1 / 0")
    write_notebook("01_good", "print(1)")
    do(observer=Progress(as_json=True, stream=io.StringIO()))
    objects = {each["notebook"]: each for each in map(json.loads, capsys.readouterr().out.splitlines())}
    assert sorted(objects) == ["01_bad", "01_good"]
    assert objects["01_bad"]["status"] == "failed"
    assert objects["01_bad"]["why"] == "code cell 3: ZeroDivisionError: division by zero"
    assert objects["01_bad"]["log"].endswith("reports/leizhou/2017/01_bad.failed.log")
    assert objects["01_good"] | {"seconds": 0, "cpu_seconds": 0, "peak_memory": 0} == {
        "report": objects["01_bad"]["report"].replace("bad", "good"),
        "jurisdiction": "leizhou",
        "period": "2017",
        "notebook": "01_good",
        "language": "en",
        "status": "done",
        "why": "there is no report yet",
        "seconds": 0,
        "cpu_seconds": 0,
        "peak_memory": 0,
        "log": None,
    }


def test_jobs_keep_within_the_free_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    free = psutil.virtual_memory()
    cores = len(os.sched_getaffinity(0))
    for available, expected in ((NEEDS // 2, 1), (NEEDS, 1), (1000 * NEEDS, cores)):
        now = free._replace(available=available)
        monkeypatch.setattr(psutil, "virtual_memory", lambda now=now: now)
        assert count_jobs() == expected


def test_a_scheduler_that_does_not_answer_is_one_line() -> None:
    with (
        pytest.raises(AuditError, match=r"--scheduler tcp://127\.0\.0\.1:9: no scheduler answers"),
        open_executor(None, "tcp://127.0.0.1:9"),
    ):
        pass


def test_a_cluster_without_its_extra_is_one_line_that_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    expected = "found no package distributed; expected it installed: .venv/bin/pip install -e '.[cluster]'"
    with pytest.raises(AuditError, match=re.escape(expected)), open_executor(None, "tcp://127.0.0.1:9"):
        pass


def test_files_that_are_no_reports_are_named_and_stop_nothing(folders: Folders, write_notebook) -> None:
    write_notebook("01_good", "print(1)")
    write_notebook("Untitled", "1 / 0")
    write_notebook("_template", "1 / 0")
    write_notebook("02_own", "1 / 0", parameters="x = 1").write_text('{"cells": []}', encoding="utf-8")
    notes = Notes()
    summary = run_batch(folders, Request(languages=("en",), jobs=1), RunOptions(), notes)
    assert (summary.counts, summary.is_complete) == ({"done": 1, "unchanged": 0, "failed": 0}, True)
    assert notes.notes == [
        f"writing {folders.reports / 'index.html'}",
        f"{folders.notebooks}: not run, as no NN_name.ipynb with a cell tagged parameters: 02_own.ipynb, Untitled.ipynb",
    ]


class Notes(BatchObserver):
    """Keeps what a batch notes and finds wrong, and what was there when it planned and ended its reports."""

    def __init__(self) -> None:
        self.notes: list[str] = []
        self.errors: list[str] = []
        self.finished_names: list[str] = []

    def note(self, message: str) -> None:
        self.notes.append(message)

    def error(self, message: str) -> None:
        self.errors.append(message)

    def finished(self, result: RunResult) -> None:
        self.finished_names.append(result.run.name)


def test_a_notebooks_own_default_is_named_before_it_runs(folders: Folders, write_notebook) -> None:
    own = write_notebook("01_own", "print(top_cut)")
    own.write_text(own.read_text(encoding="utf-8").replace("top_cut: float = 90.0", "top_cut: float = 92.0"), "utf-8")
    notes = Notes()
    run_batch(folders, Request(languages=("en",), jobs=1), RunOptions(), notes)
    assert notes.notes[1:] == ["01_own: top_cut is 92 here, 90 elsewhere"]


def test_parameters_are_set_and_checked_before_anything_runs(folders: Folders, write_notebook) -> None:
    write_notebook("01_one", "print(top_cut, group_column)")
    settings = {"top_cut": 92, "group_column": "kind"}
    run_batch(folders, Request(languages=("en",), settings=settings), RunOptions(), BatchObserver())
    assert text_of(folders.reports / "leizhou" / "2017" / "01_one.ipynb") == "92 kind\n"
    with pytest.raises(AuditError, match=r"parameter low_cut: found 80\.0; expected less than top_cut \(70\)"):
        run_batch(folders, Request(settings={"top_cut": 70}), RunOptions(), BatchObserver())


def test_the_place_of_the_notebooks_comes_first_and_the_index_soon_after(folders: Folders, write_notebook) -> None:
    raw = folders.data / "raw"
    for place in ("aaa", "zzz"):
        (raw / place).mkdir()
        (raw / place / "2017.txt").write_bytes((raw / "leizhou" / "2017.txt").read_bytes())
    write_notebook("01_one", "import time\nif jurisdiction == 'zzz': time.sleep(3)", "print(1)")
    indices: list[bool] = []

    class Look(Notes):
        def finished(self, result: RunResult) -> None:
            super().finished(result)
            indices.append((folders.reports / "index.html").is_file())

    notes = Look()
    run_batch(folders, Request(languages=("en",), jobs=1), RunOptions(), notes)
    assert notes.finished_names == [f"{place} 2017 01_one" for place in ("leizhou", "aaa", "zzz")]
    assert (indices[0], indices[-1]) == (False, True)
    assert "zzz" in (folders.reports / "index.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["units.csv", "scores.csv"])
def test_a_place_with_a_wrong_table_stops_no_other(folders: Folders, write_notebook, name: str) -> None:
    shutil.copytree(folders.data / "raw" / "leizhou", folders.data / "raw" / "aaa")
    write_notebook("01_one", "print(1)")
    processed = folders.data / "processed" / "leizhou" / "scores.csv"
    if name == "units.csv":
        write_units(folders, UNITS.replace(",department,,", ",bureaucracy,,"))
    else:
        processed.write_text(processed.read_text("utf-8")[:-100], encoding="utf-8")
    notes = Notes()
    summary = run_batch(folders, Request(languages=("en",)), RunOptions(), notes)
    if name == "units.csv":
        assert (summary.counts["done"], summary.is_complete, notes.finished_names) == (1, False, ["aaa 2017 01_one"])
        [error] = notes.errors
        assert "found split 'bureaucracy'; expected one of town, department, institution" in error
    else:
        assert (summary.counts["done"], summary.is_complete, notes.errors) == (2, True, [])
        assert f"damaged, so all notices of leizhou are built again: {processed}" in notes.notes
        assert len(processed.read_text("utf-8").splitlines()) == 5


def test_broken_caches_are_made_again(folders: Folders, write_notebook) -> None:
    write_notebook("01_one", "print(1)")
    run_batch(folders, Request(languages=("en",)), RunOptions(), BatchObserver())
    caches = sorted((folders.reports / ".manifest").rglob("*.json"))
    whole = {path: path.read_bytes() for path in caches}
    assert len(caches) == 7
    for content in ("", "[]", '{"units": 1, "cards": 1, "2017": 1}', '{"units": [1], "marks": {}}'):
        for path in caches:
            path.write_text(content, encoding="utf-8")
        (folders.reports / "leizhou" / "2017" / "01_one.html").unlink()
        notes = Notes()
        assert run_batch(folders, Request(languages=("en",)), RunOptions(), notes).is_complete
        assert notes.errors == []
        assert {path: path.read_bytes() for path in caches} == whole


def test_working_copies_have_place_and_period_and_are_kept(folders: Folders, write_notebook) -> None:
    write_notebook("01_one", "print(jurisdiction)")
    write_notebook("Untitled", "print(1)")
    (folders.data / "raw" / "leizhou" / "2019.txt").write_text("a later notice", encoding="utf-8")
    source = find_example(folders, "leizhou", None)
    assert source.period == "2019"
    new, kept = write_copies(folders, source)
    copy = folders.notebooks.parent / "explore" / "leizhou-2019" / "01_one.ipynb"
    assert (new, kept) == ([copy], [])
    assert read_declared(copy) | {"jurisdiction": "leizhou", "period": "2017"} == read_declared(
        folders.notebooks / "01_one.ipynb"
    )
    assert (read_declared(copy)["jurisdiction"], read_declared(copy)["period"]) == ("leizhou", "2019")
    copy.write_text("mine", encoding="utf-8")
    assert write_copies(folders, source) == ([], [copy])
    assert copy.read_text(encoding="utf-8") == "mine"
    assert find_example(folders, None, None).period == "2017"


@pytest.mark.skipif(not CAN_ADOPT, reason="needs a system that adopts orphans")
@pytest.mark.parametrize("end", ["pass", "os._exit(3)", "os.kill(os.getpid(), 9)"])
def test_a_daemon_ends_with_the_report_that_started_it(write_notebook, do, tmp_path: Path, end: str) -> None:
    pids = tmp_path / "pids"
    write_notebook("01_daemon", DAEMON.format(pids=str(pids)) + end)
    [result] = do()
    assert (result.status == "done") == (end == "pass")
    assert has_ended(int(pids.read_text()))


@pytest.fixture
def own_fork_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[forkserver.ForkServer]:
    """A fork server to kill at will; it imports nothing first, and the one of all other tests lives on."""
    server = forkserver.ForkServer()
    server.set_forkserver_preload([])
    monkeypatch.setattr(forkserver, "_forkserver", server)
    for name in ("ensure_running", "connect_to_new_process"):
        monkeypatch.setattr(forkserver, name, getattr(server, name))
    yield server
    server._stop()  # type: ignore[attr-defined]


@pytest.mark.skipif(not CAN_FORK, reason="needs a fork server")
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP], ids=["killed", "stopped"])
def test_a_fork_server_that_answers_no_more_is_replaced(
    own_fork_server: forkserver.ForkServer, tmp_path: Path, number: signal.Signals
) -> None:
    start_warming()
    os.kill(own_fork_server._forkserver_pid, number)  # type: ignore[attr-defined]
    assert run_in_process(len, "abc", log=tmp_path / "log", options=RunOptions()) == 3


@pytest.mark.skipif(not CAN_FORK, reason="needs a fork server")
def test_a_batch_that_breaks_leaves_the_process_able_to_run_another(
    own_fork_server: forkserver.ForkServer, tmp_path: Path
) -> None:
    def break_off(text: str) -> None:
        with lock_reports(tmp_path / "reports"):
            assert run_in_process(len, text, log=tmp_path / "log", options=RunOptions()) == len(text)
            servers.append(own_fork_server._forkserver_pid)  # type: ignore[attr-defined]
            raise AuditError("broken")

    servers: list[int] = []
    with subprocess.Popen(["sleep", "600"]) as bystander:
        for text in ("one", "three"):
            with pytest.raises(AuditError, match="broken"):
                break_off(text)
        assert bystander.poll() is None
        bystander.kill()
    assert all(has_ended(each) for each in servers)
