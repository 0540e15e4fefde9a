"""Change one place of the project at a time and run its tests: a change that no test notices is a missing test.

One command, an hour on two idle cores: python benchmarks/mutants.py [file …]. The changes are in
mutants.toml, under the file that they change: what is there once, what takes its place, and, of a change that no test
need notice, why. Each is made in a copy of the project, whose tests run in a process that has the libraries imported.
"""

import argparse
import multiprocessing
import os
import resource
import shutil
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

from results import save_section

ROOT = Path(__file__).parents[1]
LEFT_OUT = shutil.ignore_patterns(".git", ".venv*", ".hypothesis", ".*_cache", "reports", "explore")
LIBRARIES = [
    "pytest",
    "hypothesis",
    "pandas",
    "pandera.pandas",
    "scipy.stats",
    "matplotlib.pyplot",
    "papermill",
    "nbconvert",
]
SECONDS = 600  # of the processor: a change may make an endless loop
UNUSABLE = (4, 5)  # exit codes of pytest: a wrong command, no tests
OPTIONS = ["-x", "-q", "-m", "not slow", "-p", "no:xdist", "-W", "ignore::pytest.PytestAssertRewriteWarning"]


@dataclass(frozen=True)
class Change:
    """A change of a file and the tests that should notice it; `why` says why none need to, where that is so."""

    file: str
    tests: tuple[str, ...]
    old: str = ""
    new: str = ""
    why: str = ""

    def __str__(self) -> str:
        return f"{self.file}: {self.old.strip()} → {self.new.strip()}"


def read_changes(path: Path) -> Iterator[Change]:
    """Read the changes. Raises SystemExit for one whose text is not in its file exactly once."""
    for file, listed in tomllib.loads(path.read_text(encoding="utf-8")).items():
        text = (ROOT / file).read_text(encoding="utf-8")
        for old, new, *why in listed["changes"]:
            change = Change(file, tuple(listed["tests"]), old, new, *why)
            if text.count(old) != 1 or old == new:
                raise SystemExit(f"{change}: found {text.count(old)} times; expected once, and another text")
            yield change


def survives(change: Change) -> bool:
    """Check whether the tests pass with a change, in a copy of the project."""
    with tempfile.TemporaryDirectory(prefix="audit-mutant-") as name:
        copy = Path(name) / "project"
        shutil.copytree(ROOT, copy, ignore=LEFT_OUT)
        (copy / "reports").symlink_to(ROOT / "reports")
        path = copy / change.file
        path.write_text(path.read_text(encoding="utf-8").replace(change.old, change.new, 1), encoding="utf-8")
        process = multiprocessing.get_context("forkserver").Process(target=_run_tests, args=(copy, change.tests))
        process.start()
        process.join()
    if process.exitcode in UNUSABLE:
        raise RuntimeError(f"{' '.join(change.tests)}: found no such tests")
    return process.exitcode == 0


def _pass_unchanged(tests: tuple[str, ...]) -> bool:
    return survives(Change("pyproject.toml", tests))


def _run_tests(copy: Path, tests: tuple[str, ...]) -> None:
    import pytest

    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    os.chdir(copy)
    os.environ["PYTHONPATH"] = str(copy / "src")
    sys.path[:0] = [str(copy / "src")]
    with Path(os.devnull).open("w") as nowhere, redirect_stdout(nowhere), redirect_stderr(nowhere):
        code = pytest.main([*OPTIONS, *tests])
    os._exit(int(code))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("files", nargs="*", help="only changes of these files")
    files = parser.parse_args().files
    listed = read_changes(Path(__file__).with_suffix(".toml"))
    changes = [change for change in listed if not files or change.file in files]
    multiprocessing.get_context("forkserver").set_forkserver_preload(LIBRARIES)
    left = []
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for number, (change, is_left) in enumerate(zip(changes, pool.map(survives, changes), strict=True), start=1):
            left += [change] if is_left else []
            print(f"{number} of {len(changes)} {'SURVIVED' if is_left else 'noticed'} {change}", flush=True)
        # Tests that fail without any change notice every one; those that let one pass do not.
        unsure = sorted({change.tests for change in changes} - {change.tests for change in left})
        for tests, passes in zip(unsure, pool.map(_pass_unchanged, unsure), strict=True):
            if not passes:
                raise SystemExit(f"{' '.join(tests)}: fail without any change")
    lines = [
        f"{len(changes)} changes in one place each: {len(changes) - len(left)} noticed by the tests, {len(left)} not."
    ]
    lines += ["", *(f"- `{change}`: {change.why or 'a test is missing'}" for change in left)]
    if not files:
        save_section("Mutants", lines, ("pytest", "hypothesis"))
    if missing := [change for change in left if not change.why]:
        raise SystemExit(f"{len(missing)} changes that no test notices")


if __name__ == "__main__":
    main()
