"""The batch: a report appears only when its run succeeded, and a failure stops nothing else.

These tests run notebooks of a few cells, each in a process of its own.
"""

import io
import json
import os
import pickle
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import psutil
import pytest

from audit_lib.batch.batch import lock
from audit_lib.batch.executors import open_executor
from audit_lib.batch.manifest import record_tables
from audit_lib.batch.plan import Folders, check_contracts, plan_runs
from audit_lib.batch.processes import NEEDS, Limits, count_jobs, run_apart
from audit_lib.batch.progress import Progress
from audit_lib.batch.tasks import Result, find_silence
from audit_lib.display.findings import Finding
from audit_lib.errors import AuditError
from audit_lib.sources import find_sources


def told(results: list[Result]) -> dict[str, tuple[str, str]]:
    return {result.run.notebook.stem: (result.status, result.why) for result in results}


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
    write_notebook("good", "print(jurisdiction, period)")
    [result] = do()
    assert (result.status, result.why) == ("done", "there is no report yet")
    assert result.cpu > 0
    assert 50e6 < result.memory < 2e9
    report = folders.reports / "leizhou" / "2017" / "good.ipynb"
    assert text_of(report) == "leizhou 2017\n"
    notebook = json.loads(report.read_text(encoding="utf-8"))
    assert sorted(notebook["metadata"]) == ["audit", "kernelspec", "language_info", "title"]
    assert {key for cell in notebook["cells"] for key in cell["metadata"]} <= {"tags"}
    assert names(report.parent) == ["good.html", "good.ipynb", "notice.html"]
    assert names(folders.reports) == [".lock", ".manifest", "index.html", "leizhou"]
    before = report.read_bytes()
    assert told(do(force=True)) == {"good": ("done", "forced")}
    assert report.read_bytes() == before


def test_pages_are_rendered_when_something_changed_or_one_is_missing(folders: Folders, write_notebook, do) -> None:
    write_notebook("one", "print(1)")
    write_notebook("two", "print(2)")
    do()
    folder, index = folders.reports / "leizhou" / "2017", folders.reports / "index.html"
    dates = {path: path.stat().st_mtime_ns for path in (folder / "one.html", folder / "two.html", index)}
    do()
    assert {path: path.stat().st_mtime_ns for path in dates} == dates
    (folder / "one.html").unlink()
    index.unlink()
    do()
    assert (folder / "one.html").is_file()
    (folder / "notice.html").unlink()
    do()
    assert (folder / "notice.html").is_file()
    assert index.is_file()
    write_notebook("two", "print('twenty-two')")
    do()
    assert "twenty-two" in (folder / "two.html").read_text(encoding="utf-8")


def test_unit_pages_are_rendered_when_their_tables_changed_or_one_is_missing(folders, write_notebook, do) -> None:
    write_notebook("one", "print(1)")
    do()
    page, index = (folders.reports / name for name in ("leizhou/units/水务局.html", "index.html"))
    assert len(list(page.parent.iterdir())) == 57
    assert 'href="leizhou/units/水务局.html"' in index.read_text("utf-8")
    dates = page.stat().st_mtime_ns, index.stat().st_mtime_ns
    write_notebook("one", "print('other')")
    do()
    assert page.stat().st_mtime_ns == dates[0], "a report that changed is not theirs"
    page.write_text("", "utf-8")
    (page.parent / "市残联.html").unlink()
    (page.parent / "没有了.html").touch()
    do()
    assert "rank 6 of 56" in page.read_text("utf-8")
    assert len(list(page.parent.iterdir())) == 57
    lineage = folders.data / "reference" / "lineage.csv"
    lineage.write_text(lineage.read_text("utf-8").replace("雷州市水务局", "水务和湖泊局"), "utf-8")
    do()
    assert "水务和湖泊局" in page.read_text("utf-8")


def test_a_page_that_cannot_be_rendered_is_told_and_tried_again(folders: Folders, write_notebook, do) -> None:
    write_notebook("one", "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()")
    [result] = do()
    assert result.status == "done"
    assert not (folders.reports / "leizhou" / "2017" / "one.html").exists()
    errors: list[str] = []
    progress = Progress(0, why=False, as_json=False, stream=io.StringIO())
    progress.error = errors.append
    assert told(do(watch=progress))["one"][0] == "unchanged"
    assert len(errors) == 1
    assert "a figure without alt text" in errors[0]


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("print('so far')\n1 / 0", "code cell 3: ZeroDivisionError: division by zero"),
        ("from audit_lib import open_report\nopen_report('leizhou', '1999')", "code cell 3: AuditError: "),
        ("import os\nos.kill(os.getpid(), 9)", "its process died (signal 9)"),
        ("import os\nos._exit(3)", "its process died (exit code 3)"),
        ("import warnings\nwarnings.warn('careful')", "code cell 3 wrote to stderr: "),
        ("x = bytearray(3 * 2**30)", "code cell 3: MemoryError: "),
        ("import numpy as np\nnp.ones(2**28) + 1", "code cell 3: MemoryError: Unable to allocate 2.00 GiB"),
    ],
    ids=["an error", "an unknown period", "a kill", "an exit", "a warning", "too much memory", "too large an array"],
)
def test_a_failed_run_leaves_the_good_report_and_stops_nothing(
    folders: Folders, write_notebook, do, source: str, why: str
) -> None:
    write_notebook("bad", "print('good')")
    write_notebook("other", "print('other')")
    do()
    folder = folders.reports / "leizhou" / "2017"
    before = (folder / "bad.ipynb").read_bytes()
    write_notebook("bad", source)
    write_notebook("other", "print('another')")
    results = told(do(memory=int(2.5 * 2**30)))
    assert results["other"] == ("done", "the notebook changed")
    assert results["bad"][0] == "failed"
    assert results["bad"][1].startswith(why)
    assert (folder / "bad.ipynb").read_bytes() == before
    kept = ["bad.failed.ipynb", "bad.failed.log", "bad.html", "bad.ipynb"]
    assert names(folder) == [*kept, "notice.html", "other.html", "other.ipynb"]
    assert results["bad"][1] in (folder / "bad.failed.log").read_text(encoding="utf-8")
    assert source in nbformat.read(folder / "bad.failed.ipynb", as_version=4).cells[-1].source
    write_notebook("bad", "print('good')")
    assert told(do())["bad"] == ("done", "its last run failed")
    assert names(folder) == ["bad.html", "bad.ipynb", "notice.html", "other.html", "other.ipynb"]


@pytest.mark.parametrize("warm", [True, False], ids=["warm", "cold"])
def test_an_unusable_parameter_is_one_line_in_the_notebook_and_in_the_log(
    folders: Folders, write_notebook, do, warm: bool
) -> None:
    write_notebook("bad", "from audit_lib import open_report\nopen_report('leizhou', '1999')")
    [result] = do(warm=warm)
    cells = nbformat.read(result.run.failed, as_version=4).cells
    [error] = [each for cell in cells for each in cell.get("outputs", []) if each.output_type == "error"]
    line = f"{folders.data / 'raw' / 'leizhou'}: found no period 1999; expected 2017"
    assert (error.ename, error.evalue, error.traceback) == ("AuditError", line, [line])
    assert result.why == f"code cell 3: AuditError: {line}"
    assert result.why in result.run.log.read_text(encoding="utf-8")


def test_a_run_that_does_not_end_is_ended_with_all_it_started(folders: Folders, write_notebook, do, tmp_path) -> None:
    pids = tmp_path / "pids"
    start = (
        f"import subprocess\nchild = subprocess.Popen(['sleep', '600'])\nopen({str(pids)!r}, 'w').write(str(child.pid))"
    )
    write_notebook("slow", "print('so far')", start, "import time\ntime.sleep(600)")
    started = time.monotonic()
    [result] = do(deadline=12)
    assert (result.status, result.why) == ("failed", "no end after 12 s")
    assert time.monotonic() - started < 60
    assert not result.run.report.exists()
    assert has_ended(int(pids.read_text()))
    assert "so far" in result.run.log.read_text(encoding="utf-8")


def test_a_run_that_can_answer_no_more_is_ended_whoever_holds_its_pipe(write_notebook, do, tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    heir = f"pid = os.fork()\nif not pid:\n    time.sleep(600)\nopen({str(pids)!r}, 'w').write(str(pid))"
    write_notebook("closes", "import os, time\nos.closerange(3, 999)\ntime.sleep(600)")
    write_notebook("leaves", f"import os, time\n{heir}\nos._exit(3)")
    started = time.monotonic()
    assert told(do()) == {
        "closes": ("failed", "it closed the pipe that its answer goes through"),
        "leaves": ("failed", "its process died (exit code 3)"),
    }
    assert time.monotonic() - started < 60
    assert has_ended(int(pids.read_text()))


def test_a_process_without_a_log_says_so_and_shows_nothing(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(RuntimeError, match=r"No such file or directory: .*one\.log"):
        run_apart(print, log=tmp_path / "gone" / "one.log", limits=Limits(warm=False))
    assert capfd.readouterr() == ("", "")


def test_what_a_report_leaves_running_ends_with_it(write_notebook, do, tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    start = (
        f"import subprocess\nchild = subprocess.Popen(['sleep', '600'])\nopen({str(pids)!r}, 'w').write(str(child.pid))"
    )
    write_notebook("untidy", start)
    [result] = do()
    assert result.status == "done"
    assert has_ended(int(pids.read_text()))


def test_a_folder_that_cannot_be_written_fails_its_report_only(folders: Folders, write_notebook, do) -> None:
    write_notebook("good", "print(1)")
    folders.reports.mkdir()
    (folders.reports / "leizhou").write_text("a file where the folder should be", encoding="utf-8")
    [result] = do()
    assert result.status == "failed"
    assert "cannot be written" in result.why


def test_a_reports_folder_is_held_by_one_batch(folders: Folders) -> None:
    hold = f"from pathlib import Path; from audit_lib.batch.batch import lock\nwith lock(Path({str(folders.reports)!r})): print('held', flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", hold], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(AuditError, match=rf"another run at work in it \(process {other.pid} on .*one at a time"):
            lock(folders.reports).__enter__()
        other.communicate("\n")
    with lock(folders.reports):
        pass


def test_what_a_killed_batch_left_is_cleared_away(folders: Folders) -> None:
    scratch = folders.reports / ".running"
    scratch.mkdir(parents=True)
    (scratch / "half.ipynb").write_text("{", encoding="utf-8")
    with lock(folders.reports):
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
    declared = "".join(json.loads(write_notebook("odd").read_text(encoding="utf-8"))["cells"][1]["source"])
    write_notebook("odd", "print(1)", parameters=parameters.format(parameters=declared))
    with pytest.raises(AuditError, match=message):
        check_contracts(plan())


@pytest.mark.parametrize("content", ["{", "[]", '{"cells": 1}'])
def test_a_file_that_is_no_notebook_stops_the_plan(folders: Folders, plan, content: str) -> None:
    (folders.notebooks / "odd.ipynb").write_text(content, encoding="utf-8")
    with pytest.raises(AuditError, match=r"odd\.ipynb: found .*; expected a Jupyter notebook"):
        plan()


def test_an_unknown_notebook_is_named_with_what_there_is(folders: Folders, write_notebook) -> None:
    write_notebook("one", "print(1)")
    with pytest.raises(AuditError, match="found no notebook 03_tires; expected one of one"):
        plan_runs(folders, find_sources(folders.data), ("03_tires",))


def test_contracts_are_checked_without_pandas(write_notebook, plan) -> None:
    check = "import sys, pickle; from audit_lib.batch.plan import check_contracts; check_contracts(pickle.loads(sys.stdin.buffer.read())); sys.exit('pandas' in sys.modules)"
    write_notebook("one", "print(1)")
    assert subprocess.run([sys.executable, "-c", check], input=pickle.dumps(plan()), check=False).returncode == 0


def test_a_batch_that_finds_nothing_changed_loads_no_pandas(folders: Folders, write_notebook, do, look) -> None:
    write_notebook("one", "print(1)")
    do()
    record_tables(find_sources(folders.data), look(), folders.reports)
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
    write_notebook("bad", "import time\ntime.sleep(2)\n1 / 0")
    write_notebook("good", "print(1)")
    stream = Terminal()
    progress = Progress(2, why=False, as_json=False, stream=stream)
    do(watch=progress)
    progress.close()
    shown = stream.getvalue()
    assert "1/2 |" in shown
    assert " left" in shown
    assert "1 done, 0 unchanged, 0 failed · leizhou 2017 bad" in shown
    assert "leizhou 2017 bad failed (" in shown
    assert "leizhou 2017 good done" not in shown


def test_json_is_one_object_per_report(write_notebook, do, capsys: pytest.CaptureFixture[str]) -> None:
    write_notebook("bad", "1 / 0")
    write_notebook("good", "print(1)")
    do(watch=Progress(2, why=False, as_json=True, stream=io.StringIO()))
    objects = {each["notebook"]: each for each in map(json.loads, capsys.readouterr().out.splitlines())}
    assert sorted(objects) == ["bad", "good"]
    assert objects["bad"]["status"] == "failed"
    assert objects["bad"]["why"] == "code cell 3: ZeroDivisionError: division by zero"
    assert objects["bad"]["log"].endswith("reports/leizhou/2017/bad.failed.log")
    assert objects["good"] | {"seconds": 0, "cpu_seconds": 0, "peak_memory": 0} == {
        "report": objects["bad"]["report"].replace("bad", "good"),
        "jurisdiction": "leizhou",
        "period": "2017",
        "notebook": "good",
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


def test_silence_is_found_in_the_headline_alone() -> None:
    silent = Finding("No scores.", "headline silent")
    spoken, noted = Finding("All agree.", "headline"), Finding('class="headline silent"', "note")

    def write(*shown: Finding) -> bytes:
        outputs = [{"data": {"text/html": [each._repr_html_()], "text/plain": [each.text]}} for each in shown]
        return json.dumps({"cells": [{"outputs": outputs}]}).encode()

    assert find_silence(write(silent)) == "No scores."
    assert find_silence(write(spoken)) is None
    assert find_silence(write(noted)) is None
