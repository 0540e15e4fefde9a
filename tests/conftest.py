"""How the tests are ordered and spread over processes. Their fixtures are in fixtures.py."""

import gc
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import pytest


def pytest_configure(config: pytest.Config) -> None:
    """Load the fixtures where tests run: their imports take seconds, for which the processes of xdist would wait."""
    if config.getoption("numprocesses", None) and not hasattr(config, "workerinput"):
        return
    spec = spec_from_file_location("tests.fixtures", Path(__file__).with_name("fixtures.py"))
    assert spec is not None
    assert spec.loader is not None
    fixtures = module_from_spec(spec)
    spec.loader.exec_module(fixtures)
    config.pluginmanager.register(fixtures)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take long, as large ones do, so that no process waits for another at the end.

    Short tests that any process may run come last.
    """
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    sizes = {path: path.stat().st_size for path in {item.path for item in items}}
    items.sort(key=lambda item: (item.path.name == "test_notebooks.py", item.path not in slow, -sizes[item.path]))


def pytest_collection_finish() -> None:
    """Leave what all tests import out of the garbage collector's rounds, a sixth of the work, and make those rarer."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


# Files whose tests share little: each runs in whichever process is free.
SPREAD = {f"test_{name}.py" for name in ("batch", "cluster", "faults", "fuzz", "notebooks", "warm")}


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Run the other tests of a file in one process: what they share is made once.

    The marker xdist_group would not do: pytest-xdist 3.8 ignores it, silently, under pytest 9.2.
    """
    from xdist.scheduler import LoadScopeScheduling

    config.option.loadscopereorder = False  # the order is ours

    class Scheduler(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file = nodeid.partition("::")[0]
            return nodeid if Path(file).name in SPREAD else file

    return Scheduler(config, log)
