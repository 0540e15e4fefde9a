"""Reports made on a Dask cluster: a real scheduler and two real workers on this machine, started and stopped here."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

import psutil
import pytest

from audit_lib.batch.plan import Folders
from audit_lib.batch.processes import CAN_FORK

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not CAN_FORK, reason="needs POSIX processes"),
    pytest.mark.skipif(find_spec("distributed") is None, reason="the extra cluster is not installed"),
]

SCHEDULER = [*(sys.executable, "-m", "distributed.cli.dask_scheduler"), "--host", "127.0.0.1", "--port", "0", "--no-dashboard"]  # fmt: skip
WORKER = [*(sys.executable, "-m", "distributed.cli.dask_worker"), "--nthreads", "1", "--no-dashboard", "--host", "127.0.0.1"]  # fmt: skip
COMMAND = [sys.executable, "-c", "from audit_lib.cli import main; main()", "run", "--language", "en"]


class Cluster:
    """A scheduler and its workers, each with the file that its output goes to."""

    def __init__(self, folder: Path, wait_for: Callable[..., None], *workers: str) -> None:
        self._folder = folder
        file = folder / "scheduler.json"
        self.scheduler = self._start("scheduler", *SCHEDULER, "--scheduler-file", str(file))
        wait_for(lambda: file.is_file() and file.read_text().strip().endswith("}"))
        self.address = json.loads(file.read_text())["address"]
        self.workers = [self._start(name, *WORKER, self.address, "--name", name) for name in workers]
        # A batch gives its first reports to the workers that are there.
        wait_for(lambda: all("Registered to" in (folder / f"{name}.log").read_text() for name in workers), 120)

    def _start(self, name: str, *command: str) -> subprocess.Popen[bytes]:
        with (self._folder / f"{name}.log").open("wb") as log:
            return subprocess.Popen(command, stdout=log, stderr=log, cwd=self._folder, start_new_session=True)

    def stop(self) -> None:
        for process in (*self.workers, self.scheduler):
            kill_tree(process.pid)
            process.wait()


def kill_tree(pid: int) -> None:
    """Kill a process and what it started, as a machine that goes down does."""
    try:
        tree = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    except psutil.NoSuchProcess:
        return
    for each in tree:
        if each.is_running():
            os.kill(each.pid, signal.SIGKILL)


@pytest.fixture
def start_cluster(tmp_path: Path, wait_for) -> Iterator[Callable[..., Cluster]]:
    """Start a scheduler and workers of these names; all are stopped at the end."""
    folder, started = tmp_path / "cluster", []
    folder.mkdir()

    def start(*workers: str) -> Cluster:
        started.append(Cluster(folder, wait_for, *workers))
        return started[-1]

    yield start
    for cluster in started:
        cluster.stop()


def test_a_killed_worker_costs_no_report(
    folders: Folders, write_notebook, start_cluster, wait_for, patience, tmp_path: Path
) -> None:
    cluster = start_cluster("one", "two")
    began, killed = tmp_path / "began", tmp_path / "killed"
    began.mkdir()
    for number in range(6):
        mark = f"from pathlib import Path\nimport os, time\n(Path({str(began)!r}) / f'{number}-{{os.getppid()}}').touch()\nwhile not Path({str(killed)!r}).exists(): time.sleep(0.1)"
        write_notebook(f"01_report_{number}", mark, f"print({number} * 1000)")
    write_notebook("01_fails", f"open({str(tmp_path / 'tries')!r}, 'a').write('x')\n1 / 0")
    where = ("--data", str(folders.data), "--notebooks", str(folders.notebooks), "--reports", str(folders.reports))
    with subprocess.Popen(
        [*COMMAND, *where, "--scheduler", cluster.address, "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as batch:
        wait_for(lambda: len({path.name.split("-")[1] for path in began.iterdir()}) == 2, 120)  # both workers are at it
        kill_tree(cluster.workers[0].pid)
        killed.touch()
        out, err = batch.communicate(timeout=patience(300))
    results = {each["notebook"]: each for each in map(json.loads, out.splitlines())}
    assert len(results) == len(out.splitlines()) == 7, err  # all, and none twice
    assert results.pop("01_fails")["why"] == "code cell 3: ZeroDivisionError: division by zero"
    assert (tmp_path / "tries").read_text() == "x"  # a notebook's own error is not tried again
    assert {each["status"] for each in results.values()} == {"done"}
    assert batch.returncode == 1
    folder = folders.reports / "leizhou" / "2017"
    for number in range(6):
        cells = json.loads((folder / f"01_report_{number}.ipynb").read_text(encoding="utf-8"))["cells"]
        assert cells[-1]["outputs"][0]["text"] == [f"{number * 1000}\n"]
        assert (folder / f"01_report_{number}.html").is_file()
    names = [path.name for path in folder.iterdir() if path.name.startswith(".")]
    assert names == []
    assert not (folders.reports / ".running").exists()
    tries = [path.name.split("-")[0] for path in began.iterdir()]
    assert len(tries) > len(set(tries))  # the killed worker had one in hand, and another worker made it


def test_a_cluster_without_workers_is_one_line(folders: Folders, write_notebook, start_cluster) -> None:
    cluster = start_cluster()
    write_notebook("01_one", "print(1)")
    where = ("--data", str(folders.data), "--notebooks", str(folders.notebooks), "--reports", str(folders.reports))
    ended = subprocess.run(
        [*COMMAND, *where, "--scheduler", cluster.address], capture_output=True, text=True, check=False
    )
    assert ended.returncode == 2
    assert ended.stderr.splitlines()[-1].startswith(f"error: --scheduler {cluster.address}: found no worker; expected")
