"""What happens when machines and people fail: whatever ends a batch, no report is torn, and the next run completes.

Real commands, in processes of their own: those that get a signal are new programs, as a shell starts them. The others
are forks of the warm process that every test of a pytest process shares, so that none imports pandas again.
"""

import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nbformat
import psutil
import pytest

from audit_lib.batch.plan import Folders
from audit_lib.batch.processes import CAN_FORK, open_context

KILLS = 20
SEED = 20170101
COMMAND = [sys.executable, "-c", "from audit_lib.cli import main; main()", "run", "--language", "en"]

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not CAN_FORK, reason="needs POSIX processes")]


def command(folders: Folders, *options: str) -> list[str]:
    return [
        *COMMAND,
        *("--data", str(folders.data), "--notebooks", str(folders.notebooks), "--reports", str(folders.reports)),
        *options,
    ]


@pytest.fixture(autouse=True)
def ctrl_c_is_heard() -> Iterator[None]:
    """Where the tests run in the background of a shell, they and what they start would ignore Ctrl-C."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def start(folders: Folders, *options: str, **how) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command(folders, *options), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **how
    )


@pytest.fixture
def fork(folders: Folders, fork_program: Callable[..., Any]) -> Callable[..., Any]:
    """Start a batch as a fork of the warm process; its output goes to files of these names beside the reports."""

    def start(*options: str, to: tuple[str, str] = ("out", "err")) -> Any:
        argv = ["audit-lib", *command(folders, *options)[len(COMMAND) - 3 :]]
        return fork_program(
            "from audit_lib.cli import main; main()", argv, *(folders.reports.parent / name for name in to)
        )

    return start


@pytest.fixture
def finish(folders: Folders, fork: Callable[..., Any]) -> Callable[..., tuple[int, str, str]]:
    """Run a batch as a fork of the warm process; returns its exit code, stdout and stderr."""

    def run(*options: str) -> tuple[int, str, str]:
        batch = fork(*options)
        batch.join()
        out, err = ((folders.reports.parent / name).read_text(encoding="utf-8") for name in ("out", "err"))
        return batch.exitcode, out, err

    return run


def can_fork() -> bool:
    """Check that the fork server answers. Half a request, of a batch killed just then, ends it; then another starts."""
    nothing = open_context(warm=True).Process(target=int)
    try:
        nothing.start()
    except (EOFError, OSError):
        return False
    nothing.join()
    return nothing.exitcode == 0


def check_visible(reports: Path) -> int:
    """Read every file that a reader may see, each of which must be whole; gives the number of reports."""
    notebooks = [path for path in reports.glob("*/*/*.ipynb") if not path.name.startswith(".")]
    for path in notebooks:
        nbformat.validate(nbformat.read(path, as_version=4))
    for path in reports.rglob("[!.]*.html"):
        assert path.read_text(encoding="utf-8").rstrip().endswith("</html>")
    for path in reports.rglob(".manifest/**/*.json"):
        if not path.name.startswith(".") or path.name == ".pages.json":
            json.loads(path.read_text(encoding="utf-8"))
    return len(notebooks)


def children(process: subprocess.Popen[str]) -> list[psutil.Process]:
    try:
        return psutil.Process(process.pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def has_ended(process: psutil.Process) -> bool:
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


@pytest.fixture
def three(folders: Folders, write_notebook) -> Folders:
    """Three notebooks of a moment each."""
    for name in "abc":
        write_notebook(f"01_{name}", "import time\ntime.sleep(0.3)", f"print('{name}' * 2000)")
    return folders


def test_a_batch_killed_at_any_moment_leaves_nothing_torn_and_the_next_completes(
    fork, finish, three: Folders, wait_for
) -> None:
    assert finish()[0] == 0
    expected = {path: path.read_bytes() for path in three.reports.glob("*/*/*.ipynb")}
    began = time.monotonic()
    assert finish("--force")[0] == 0
    whole = time.monotonic() - began
    moments = random.Random(SEED)
    us = psutil.Process()
    before = set(us.children(recursive=True))
    for number in range(KILLS):
        if number:
            batch = fork("--force")
        else:  # a program of its own, once its imports are done and the first report has begun
            batch = subprocess.Popen(command(three, "--force"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            wait_for(lambda: any((three.reports / ".running").glob("*.log")))
        time.sleep(moments.uniform(0, whole))
        left = set(us.children(recursive=True)) - before - set(us.children())
        batch.kill()
        check_visible(three.reports)
        wait_for(lambda left=left: all(map(has_ended, left)))
        (batch.join if number else batch.wait)()
        wait_for(can_fork)
    code, out, _ = finish()
    assert (code, out.startswith("3 reports: ")) == (0, True)
    assert {path: path.read_bytes() for path in three.reports.glob("*/*/*.ipynb")} == expected
    assert not (three.reports / ".running").exists()
    assert check_visible(three.reports) == 3
    assert len(list(three.reports.glob("*/2017/*.html"))) == 4, "the notice has a page too"


def test_reports_that_fail_hang_die_or_eat_memory_do_not_stop_the_others(
    finish, folders: Folders, write_notebook, patience
) -> None:
    write_notebook("01_dies", "import os\nos.kill(os.getpid(), 9)")
    write_notebook("01_eats", "kept = []\nwhile True:\n    kept.append(bytearray(2**24))")
    write_notebook("01_fails", "1 / 0")
    write_notebook("01_good", "print('good')")
    write_notebook("01_hangs", "import time\ntime.sleep(600)")
    deadline = f"{patience(8):.0f}"
    code, out, err = finish("--deadline", deadline, "--memory", "2")
    assert code == 1
    assert out == f"5 reports: 1 done, 0 unchanged, 4 failed · {folders.reports / 'index.html'}\n", err
    folder = folders.reports / "leizhou" / "2017"
    for name, why in {
        "dies": "its process died (signal 9)",
        "eats": "code cell 3: MemoryError: ",
        "fails": "code cell 3: ZeroDivisionError: division by zero",
        "hangs": f"no end after {deadline} s",
    }.items():
        assert f"failed: leizhou 2017 01_{name}: {why}" in err
        assert f" · {folder / f'01_{name}.failed.log'}\n" in err
        assert why in (folder / f"01_{name}.failed.log").read_text(encoding="utf-8")
        assert not (folder / f"01_{name}.ipynb").exists()
    assert (folder / "01_good.ipynb").is_file()


def test_ctrl_c_stops_at_once_and_leaves_whole_files(
    finish, folders: Folders, write_notebook, wait_for, patience
) -> None:
    write_notebook("01_a", "print('a')")
    write_notebook("01_b", "import time\ntime.sleep(600)")
    with start(folders, "--jobs", "2") as batch:
        wait_for(lambda: (folders.reports / "leizhou" / "2017" / "01_a.ipynb").is_file())
        left = children(batch)
        batch.send_signal(signal.SIGINT)
        _, err = batch.communicate(timeout=patience(30))
    assert batch.returncode == 130, err
    assert err.endswith("stopped; what was done is kept, and run again goes on from there\n")
    wait_for(lambda: all(map(has_ended, left)))
    assert check_visible(folders.reports) == 1
    write_notebook("01_b", "print('b')")
    code, out, _ = finish()
    assert (code, out.split(" · ")[0]) == (0, "2 reports: 1 done, 1 unchanged, 0 failed")


def stop(batch: subprocess.Popen[str], sent: signal.Signals, seconds: float) -> str:
    """Stop a batch as a terminal does, with all that is in its group; gives what it said. Nobody holds its output on."""
    os.killpg(batch.pid, sent)
    _, err = batch.communicate(timeout=seconds)
    assert batch.returncode == 130, err
    assert "Traceback" not in err
    return err


@pytest.mark.parametrize("cold", [(), ("--cold",)], ids=["warm", "cold"])
def test_ctrl_c_before_the_first_report_is_one_line(three: Folders, wait_for, patience, cold: tuple[str, ...]) -> None:
    for share in (0.2, 0.5, 0.8):  # of its first import, on a machine that may be busy
        with start(three, *cold, start_new_session=True) as batch:
            wait_for(lambda batch=batch: children(batch))
            time.sleep(share)
            assert (
                stop(batch, signal.SIGINT, patience(30)).splitlines()[-1].startswith("stopped; what was done is kept")
            )
    assert not (three.reports / ".running").exists()


def test_a_batch_asked_to_end_stops_as_after_ctrl_c(three: Folders, wait_for, patience) -> None:
    with start(three, start_new_session=True) as batch:
        wait_for(lambda: children(batch))
        left = children(batch)
        err = stop(batch, signal.SIGTERM, patience(30))
    assert err.endswith("stopped; what was done is kept, and run again goes on from there\n")
    wait_for(lambda: all(map(has_ended, left)))


def wait_in_notebook(path: Path) -> str:
    """Word a cell that ends when there is such a file."""
    return f"import time\nfrom pathlib import Path\nwhile not Path({str(path)!r}).exists():\n    time.sleep(0.05)"


def test_a_batch_whose_reader_went_away_stops(fork, folders: Folders, write_notebook, tmp_path: Path) -> None:
    write_notebook("01_a", "print('a')")
    write_notebook("01_b", wait_in_notebook(tmp_path / "closed"))
    write_notebook("01_c", "import time\ntime.sleep(2)")
    os.mkfifo(tmp_path / "out")
    batch = fork("--json", "--jobs", "1")
    with (tmp_path / "out").open(encoding="utf-8") as out:
        assert json.loads(out.readline())["status"] == "done"
    (tmp_path / "closed").touch()
    batch.join()
    err = (tmp_path / "err").read_text(encoding="utf-8")
    assert batch.exitcode == 130, err
    assert err.endswith("\nstopped; what was done is kept, and run again goes on from there\n")
    assert "leizhou 2017 01_c" not in err


def test_output_that_finds_no_room_is_one_line(folders: Folders) -> None:
    parse = [*COMMAND[:-3], "parse", str(next(folders.data.glob("raw/leizhou/*")))]
    with Path("/dev/full").open("w") as full:
        ended = subprocess.run(parse, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (2, "error: output: No space left on device\n")


def test_of_two_batches_at_once_the_second_stops_with_one_line(
    fork, finish, folders: Folders, write_notebook, wait_for, tmp_path: Path
) -> None:
    write_notebook("01_a", wait_in_notebook(tmp_path / "stopped"))
    first = fork(to=("first out", "first err"))
    wait_for(lambda: (folders.reports / ".lock").is_file() and (folders.reports / ".lock").read_text())
    code, out, err = finish()
    assert (code, out) == (2, "")
    assert err == (
        f"error: {folders.reports}: found another run at work in it ({(folders.reports / '.lock').read_text().strip()}); "
        "expected one at a time: wait for it, or name another folder\n"
    )
    (tmp_path / "stopped").touch()
    first.join()
    assert first.exitcode == 0
    assert finish()[1].startswith("1 reports: 0 done, 1 unchanged")


def limit_files() -> None:
    """Let no file grow past some kilobytes, as a full disk does (in bytes)."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))


def test_a_report_that_finds_no_room_fails_and_the_others_do_not(finish, folders: Folders, write_notebook) -> None:
    write_notebook("01_large", "print('x' * 100_000)")
    write_notebook("01_small", "print('x')")
    assert finish("--notebook", "01_small")[0] == 0  # builds the tables too
    with start(folders, "--force", preexec_fn=limit_files) as batch:
        _, err = batch.communicate()
    assert batch.returncode == 1
    assert "leizhou 2017 01_large failed" in err
    assert "File too large" in err
    assert "Traceback" not in err
    assert (folders.reports / "leizhou" / "2017" / "01_small.ipynb").is_file()
    assert not (folders.reports / "leizhou" / "2017" / "01_large.ipynb").exists()


def mount(reports: Path, options: str) -> bool:
    """Mount a disk in memory on a new folder; returns whether this user and system can."""
    reports.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(reports)]
    can_mount = shutil.which("mount") and not os.geteuid()
    return bool(can_mount and subprocess.run(command, capture_output=True, check=False).returncode == 0)


@pytest.fixture
def small_disk(tmp_path: Path):
    """Mount a disk of some megabytes for the reports."""
    reports = tmp_path / "reports"
    if not mount(reports, "size=4m"):
        pytest.skip("no file system can be mounted here")
    yield reports
    subprocess.run(["umount", "--lazy", str(reports)], check=True)


def test_a_full_disk_is_one_line_per_report_and_the_next_run_completes(
    finish, small_disk: Path, folders: Folders, write_notebook
) -> None:
    write_notebook("01_a", "print('a' * 1000)")
    write_notebook("01_b", "print('b' * 1000)")
    assert finish()[0] == 0
    before = (small_disk / "leizhou" / "2017" / "01_a.ipynb").read_bytes()
    write_notebook("01_a", "print('c' * 1000)")
    with (small_disk / "filler").open("wb", buffering=0) as filler:
        for size in (2**16, 2**12, 1):
            while True:
                try:
                    filler.write(b"x" * size)
                except OSError:
                    break
    code, _, err = finish()
    assert code in (1, 2)
    assert "No space left on device" in err
    assert "Traceback" not in err
    assert (small_disk / "leizhou" / "2017" / "01_a.ipynb").read_bytes() == before
    (small_disk / "filler").unlink()
    assert finish()[0] == 0
    assert b"c" * 1000 in (small_disk / "leizhou" / "2017" / "01_a.ipynb").read_bytes()


@pytest.fixture
def read_only(tmp_path: Path):
    """Mount a disk that nobody may write; who cannot mount one makes a folder that this user may not write."""
    reports = tmp_path / "reports"
    if mount(reports, "ro"):
        yield reports
        subprocess.run(["umount", "--lazy", str(reports)], check=True)
    elif os.geteuid() == 0:
        pytest.skip("root may write everywhere, and no file system can be mounted here")
    else:
        reports.chmod(0o500)
        yield reports
        reports.chmod(0o700)


def test_a_read_only_reports_folder_is_one_line(finish, read_only: Path, folders: Folders, write_notebook) -> None:
    write_notebook("01_a", "print('a')")
    code, out, err = finish()
    assert (code, out) == (2, "")
    assert err.startswith(f"error: {read_only}: cannot be written: ")
    assert err.count("\n") == 1
