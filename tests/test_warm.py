"""Warm and cold runs give the same reports, to the byte, figures included; and no warm run sees another."""

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path
from typing import Any

import nbformat
import psutil
import pytest

from audit_lib.batch.manifest import describe_report
from audit_lib.batch.page_sets import PageSet
from audit_lib.batch.plan import Folders, Run
from audit_lib.batch.processes import CAN_FORK, RunOptions
from audit_lib.batch.tasks import execute_pages, execute_run

ROOT = Path(__file__).parents[1]
REPORTS = sorted((ROOT / "reports" / "zh" / "leizhou" / "2017").glob("[0-9]*.ipynb"))

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not CAN_FORK, reason="every run is cold on this system")]

# What kernels are known to differ in, one cell each.
CELLS = [
    "print('a line')\nprint('another', end='')",
    "from IPython.display import HTML, Markdown, clear_output, display\ndisplay(HTML('<b>bold</b>'), Markdown('# title'))\n'shown last'",
    "handle = display('before', display_id='one')\nhandle.update('after')",
    "print('gone')\nclear_output()\nprint('kept')",
    "import matplotlib.pyplot as plt\nplt.plot([1, 3, 2])\nplt.title('90')\nplt.show()",
    "figure, axes = plt.subplots(1, 2)\naxes[0].bar([1, 2], [3, 4])\nfigure",
    "plt.hist([1, 2, 2, 3])",
    "import asyncio\nawait asyncio.sleep(0)\n'top-level await'",
    "try:\n    1 / 0\nexcept ZeroDivisionError as error:\n    import traceback\n    print(traceback.format_exception_only(error))",
    "class Pair:\n    def __init__(self, a):\n        self.a = a\nimport pickle\npickle.loads(pickle.dumps(Pair(3))).a, __name__",
    "import threading\nthread = threading.Thread(target=lambda: print('from a thread'))\nthread.start()\nthread.join()",
    "import pandas as pd\npd.DataFrame({'score': [90.0, 88.5], 'unit': ['甲镇', '乙局']})",
    "import matplotlib, os\nmatplotlib.get_backend(), os.environ['OPENBLAS_NUM_THREADS']",
    "import numpy as np\nnp.random.seed(1)\nnp.random.rand(3), np.linalg.inv(np.arange(9).reshape(3, 3) + np.eye(3))",
    "%matplotlib inline\nlen(In), sorted(Out), get_ipython().execution_count",
    "import sys\nsys.modules['__main__'].__dict__ is globals(), get_ipython().user_ns is globals(), sorted(name for name in globals() if name[:2] != '__')",
    "import builtins\n[name in vars(builtins) for name in ('__IPYTHON__', 'display', 'get_ipython', 'exit', 'quit')]",
]


def outputs(report: Path) -> list[list[dict]]:
    return [cell["outputs"] for cell in json.loads(report.read_text(encoding="utf-8"))["cells"] if "outputs" in cell]


def drop_counts(cells: list[list[dict]]) -> list[list[dict]]:
    return [[{**each, "execution_count": None} for each in cell] for cell in cells]


@pytest.mark.parametrize("folders", ["leizhou_data"], indirect=True)
def test_warm_and_cold_outputs_are_the_same(folders: Folders, write_notebook, plan, look, patience) -> None:
    """All that kernels differ in, run warm and cold; and the cells of the committed reports, which warm runs made."""
    committed = [nbformat.read(path, as_version=4).cells for path in REPORTS]
    is_setting = {"parameters", "injected-parameters"}
    cells = [
        c for cells in committed for c in cells if "outputs" in c and not is_setting & {*c.metadata.get("tags", [])}
    ]
    write_notebook("01_warm", *CELLS)
    write_notebook("02_cold", *CELLS, *(cell.source for cell in cells))
    snapshot, scratch = look(), scratch_of(folders)

    def run_one(run: Run, is_warm: bool) -> list[list[dict]]:
        options = RunOptions(warm=is_warm, deadline=patience(120))
        made = execute_run(run, "forced", describe_report(run, snapshot), scratch, options).notebook
        return outputs(made)[2:]  # after its parameters, and those put in

    with ThreadPoolExecutor(2) as threads:  # without the page, which a batch would render too
        warm, cold = threads.map(run_one, plan("zh"), (True, False))
    assert (all(warm), warm) == (True, cold[: len(CELLS)])
    expected = [shown for path in REPORTS for shown in outputs(path)[2:]]
    assert drop_counts(cold[len(CELLS) :]) == drop_counts(expected)
    assert sum("image/png" in each.get("data", {}) for cell in warm for each in cell) == 4


def test_no_warm_run_sees_another(folders: Folders, write_notebook, do) -> None:
    leave = "import builtins, os, numpy as np, audit_lib\nbuiltins.left = audit_lib.left = os.environ['LEFT'] = 'left'\nprint(os.getpid(), np.random.rand())"
    look = "import builtins, os, numpy as np, audit_lib\nassert not hasattr(builtins, 'left') and not hasattr(audit_lib, 'left') and 'LEFT' not in os.environ\n"
    for name in "abcd":
        write_notebook(f"01_{name}", look + leave)
    results = do()
    assert {result.status for result in results} == {"done"}
    printed = [outputs(result.run.report)[2][0]["text"][0].split() for result in results]
    assert len({pid for pid, _ in printed}) == 4
    assert len({number for _, number in printed}) == 4


@pytest.mark.parametrize("folders", ["leizhou_data"], indirect=True)
def test_what_a_notice_says_is_read_once_until_its_data_change(folders: Folders, write_notebook, plan, look) -> None:
    """The cell cannot read a notice itself, and each run has what the data say when its batch looks at them."""
    block = "from audit_lib import open_report\nfrom audit_lib.notebook import report\nreport.read_source = None\n"
    write_notebook(
        "01_one", block + "opened = open_report(jurisdiction, period, language)\nprint(opened.words.facts['place'])"
    )
    [run], scratch, names = plan(), scratch_of(folders), folders.data / "reference" / "jurisdictions.csv"

    def run_one() -> str:
        made = execute_run(run, "forced", describe_report(run, look()), scratch, RunOptions()).notebook
        return outputs(made)[2][0]["text"][0]

    shown = [run_one(), run_one()]
    names.write_text(names.read_text(encoding="utf-8").replace(",Leizhou,", ",Elsewhere,"), encoding="utf-8")
    assert [*shown, run_one()] == ["Leizhou\n", "Leizhou\n", "Elsewhere\n"]


def test_the_warm_process_has_no_thread_no_loop_and_no_backend() -> None:
    look = """
import asyncio, os, sys
import audit_lib.batch.warm
from matplotlib import rcParams
assert len(os.listdir("/proc/self/task")) == 1, os.listdir("/proc/self/task")
assert "matplotlib_inline.backend_inline" not in sys.modules
assert "pyarrow" not in sys.modules
assert asyncio.events._get_running_loop() is None
import zmq
assert zmq.Context._instance is None
held = [os.path.realpath(f"/proc/self/fd/{number}") for number in os.listdir("/proc/self/fd")]
assert not [name for name in held if "socket:" in name or "anon_inode:" in name], held
assert "__IPYTHON__" not in vars(__builtins__) and sys.modules["__main__"].__dict__ is globals()
"""
    subprocess.run([sys.executable, "-c", look], check=True)


@pytest.mark.parametrize(
    ("part", "value", "message"),
    [
        ("library", "of yesterday", "the library has changed since its process started: run again, restart workers"),
        ("versions", {"numpy": "0.1"}, f"numpy is {version('numpy')} here and 0.1 where the batch is"),
    ],
    ids=["our own", "another's"],
)
def test_a_changed_library_is_noticed_before_a_report_is_made(
    folders: Folders, write_notebook, plan, look, part: str, value: object, message: str
) -> None:
    write_notebook("01_one", "print(1)")
    [run] = plan()
    inputs = {**describe_report(run, look()), part: value}
    with pytest.raises(RuntimeError, match=message):
        execute_run(run, "forced", inputs, scratch_of(folders), RunOptions())


@pytest.mark.parametrize(("kind", "folder"), [("pages", "leizhou/2017"), ("units", "leizhou"), ("index", ".")])
def test_a_changed_library_is_noticed_before_a_page_is_made(folders: Folders, kind: str, folder: str) -> None:
    pages = PageSet(kind, None, folders.reports / folder)
    with pytest.raises(RuntimeError, match="the library has changed since its process started"):
        execute_pages(pages, folders.data, ("of yesterday", {}), scratch_of(folders), RunOptions())


def scratch_of(folders: Folders) -> Path:
    scratch = folders.reports / ".running"
    scratch.mkdir(parents=True)
    return scratch


class Forked:
    """A forked kernel; ask(code) gives what it printed, or the name of the error."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds  # to wait for an answer

    async def start(self, **options: object) -> "Forked":
        from jupyter_client.manager import AsyncKernelManager

        self.manager = AsyncKernelManager(kernel_name="python3")
        await self.manager.start_kernel(**options)
        self._client = self.manager.client()
        self._client.start_channels()
        await self._client.wait_for_ready(timeout=self._seconds)
        return self

    async def ask(self, code: str) -> str:
        said: list[str] = []
        reply = await self._client.execute_interactive(
            code, timeout=self._seconds, output_hook=lambda message: said.append(message["content"].get("text", ""))
        )
        return "".join(said).strip() if reply["content"]["status"] == "ok" else str(reply["content"]["ename"])

    async def stop(self) -> None:
        self._client.stop_channels()
        await self.manager.shutdown_kernel(now=True)


async def is_dead(kernel: Forked) -> bool:
    return not await kernel.manager.is_alive()


def is_there(pid: str) -> bool:
    return psutil.pid_exists(int(pid)) and psutil.Process(int(pid)).status() != psutil.STATUS_ZOMBIE


@pytest.mark.usefixtures("fork_kernels")
def test_forked_kernels_are_real_fresh_and_end(patience, tmp_path: Path) -> None:
    async def compare() -> None:
        one = await Forked(patience(60)).start(cwd=str(tmp_path), env={**os.environ, "GIVEN": "to one"})
        first = await one.ask(
            "import builtins, os, sys, numpy as np; builtins.left = os.environ['LEFT'] = 'left'; print(os.getpid())"
        )
        told = await one.ask("print(os.getcwd(), os.environ['GIVEN'], 'pandera' in sys.modules)")
        assert told == f"{tmp_path} to one True"
        drawn = await one.ask("print(np.random.rand())")
        two = await Forked(patience(60)).start()
        assert await two.ask("import os, numpy as np; print(os.environ.get('LEFT'), os.environ.get('GIVEN'))") == (
            "None None"
        )
        assert await two.ask("left") == "NameError"
        assert await two.ask("print(type(get_ipython()).__name__, get_ipython().execution_count)") == (
            "ZMQInteractiveShell 4"
        )
        assert await two.ask("print(np.random.rand())") != drawn
        second = await two.ask("print(os.getpid())")
        assert len({first, second, str(os.getpid())}) == 3
        assert is_there(first)
        await one.stop()
        assert not is_there(first)
        assert is_there(second)
        await two.stop()

    asyncio.run(compare())


@pytest.mark.usefixtures("fork_kernels")
def test_a_forked_kernel_that_hangs_is_interrupted_and_one_that_died_is_known(patience, tmp_path: Path) -> None:
    async def wait_for(is_so: Callable[[], Awaitable[bool]]) -> None:
        async with asyncio.timeout(patience(60)):
            while not await is_so():
                await asyncio.sleep(0.05)

    async def hang_and_die() -> None:
        kernel, hangs = await Forked(patience(60)).start(), tmp_path / "hangs"
        code = f"import os, time; open({str(hangs)!r}, 'w').close(); time.sleep(600)"
        answer = asyncio.create_task(kernel.ask(code))
        await wait_for(lambda: asyncio.to_thread(hangs.exists))
        await kernel.manager.interrupt_kernel()
        assert await answer == "KeyboardInterrupt"
        pid = await kernel.ask("print(os.getpid())")
        assert await kernel.manager.is_alive()
        os.kill(int(pid), signal.SIGKILL)
        await wait_for(lambda: is_dead(kernel))
        await kernel.stop()

    asyncio.run(hang_and_die())


def read_published(folder: Path) -> dict[str, bytes]:
    """Return every file of a project that a reader may see, by its path; what a batch keeps for itself left out."""
    files = [path for path in folder.rglob("*") if path.is_file() and not path.relative_to(folder).match("*/.*")]
    kept = {path: path.relative_to(folder).as_posix() for path in files}
    return {name: path.read_bytes() for path, name in kept.items() if "/.manifest/" not in name}


@pytest.mark.parametrize("folders", ["leizhou_data"], indirect=True)
def test_two_places_zones_locales_and_hash_seeds_give_the_same_bytes(
    folders: Folders, fork_program: Callable[..., Any], tmp_path: Path
) -> None:
    """One place in a program of its own; the other in a fork of the warm process, whose hash seed is another."""
    main, places = "from audit_lib.cli import main; main()", (tmp_path / "a", tmp_path / "b c/甲")
    options = []
    for place in places:
        shutil.copytree(folders.data, place / "data", ignore=shutil.ignore_patterns("processed", "datapackage.json"))
        own = [f"--{name}={place / name}" for name in ("data", "reports")]
        options.append(
            ["run", "leizhou", "--notebook=03_tiers", "--language=zh", f"--notebooks={ROOT / 'notebooks'}", *own]
        )
    where = {"TZ": "Pacific/Kiritimati", "LC_ALL": "C", "LANG": "C", "PYTHONHASHSEED": "1"}
    command = [sys.executable, "-c", main, *options[0]]
    subprocess.run(command, cwd=places[0], env=os.environ | where, check=True, capture_output=True)
    set_zone = "import time; os.environ['TZ'] = 'America/St_Johns'; time.tzset()\n"
    forked = fork_program(set_zone + main, ["audit-lib", *options[1]], tmp_path / "out", tmp_path / "err")
    forked.join()
    assert forked.exitcode == 0, (tmp_path / "err").read_text(encoding="utf-8")
    one, other = map(read_published, places)
    assert {
        "reports/zh/index.html",
        "reports/zh/leizhou/2017/03_tiers.ipynb",
        "data/processed/leizhou/scores.csv",
    } <= set(one)
    assert [name for name in sorted({*one, *other}) if one.get(name) != other.get(name)] == []
