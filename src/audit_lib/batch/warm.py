"""What the fork server imports once, so that no report has to.

Nothing here may start a thread, a socket or an event loop, which a fork would break, or choose matplotlib's backend,
which would lose figures. tests/test_warm.py compares the reports of warm and cold runs.
"""

import builtins
import ctypes
import gc
import os
import sys
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from audit_lib.batch.supervised import ENVIRONMENT
from audit_lib.errors import AuditError

SAMPLE = Path(__file__).with_name("sample_notice.txt")  # units with a town, a bureau, a tie, a half point, two tiers
MODULES = (
    *("papermill.execute", "ipykernel.debugger"),  # every kernel loads the second, and what follows
    *("IPython.core.application", "IPython.core.logger", "IPython.core.oinspect", "tornado.platform.asyncio"),
    "matplotlib.pyplot",  # for notebooks with charts of their own
    *("audit_lib.cli", "audit_lib.batch.changes", "audit_lib.batch.inprocess", "audit_lib.pages.site"),
)
# What some of these import if it is installed, and no report needs: a grammar of identifiers that takes a second to
# load, and random tables.
UNNEEDED = ("rfc3987_syntax", "hypothesis")
COLLAPSE = 25  # MADV_COLLAPSE of madvise(2)
MANY = 50_000  # new objects after which a report looks for garbage: Python's 700 take it a twentieth of its time


def _warm_up() -> None:
    gc.disable()  # all that is imported stays: looking through it again and again takes a tenth of the time
    os.environ |= ENVIRONMENT  # before numpy is loaded
    os.environ.setdefault("MPLBACKEND", "module://matplotlib_inline.backend_inline")  # as a kernel has it
    sys.modules |= dict.fromkeys(UNNEEDED)  # type: ignore[arg-type]
    for name in MODULES:
        import_module(name)
    topics = import_module("audit_lib.topics")
    for name in topics.__all__:
        getattr(topics, name)
    gc.freeze()
    gc.set_threshold(MANY)
    gc.enable()
    for pages in (False, True):
        import_module("audit_lib.batch.manifest").find_toolchain(pages=pages)  # as they were imported
    with suppress(AuditError, OSError):  # no font, a full disk: what is not warm is only slow
        _report_once()
    _validate_once()
    _run_cell_once()
    for name in UNNEEDED:
        del sys.modules[name]
    gc.collect()
    gc.freeze()  # what is here now stays shared: no collection of a report touches it
    with suppress(OSError):  # not Linux
        _use_huge_pages()


def _use_huge_pages() -> None:
    """Move what this process holds into pages of 2 MB, where the system can: a fork copies a list of all pages."""
    advise = ctypes.CDLL(None).madvise
    for line in Path("/proc/self/maps").read_text().splitlines():
        where, rights, _, _, inode, *_ = line.split()
        if rights == "rw-p" and inode == "0":
            start, end = (int(address, 16) for address in where.split("-"))
            advise(ctypes.c_void_p(start), ctypes.c_size_t(end - start), COLLAPSE)


def _report_once() -> None:
    """Build, open, show, draw and render a made-up notice: pandas, pandera and matplotlib do much at first use.

    Selects no matplotlib backend (reports do that). Font files stay open on purpose.
    """
    from audit_lib import distribution, groups, open_report, source
    from audit_lib.pages.notice_page import render_notice
    from audit_lib.pages.page_templates import FOLDER, open_template
    from audit_lib.sources import find_sources
    from audit_lib.tables.build import build_tables
    from audit_lib.tables.schemas import SCHEMAS
    from audit_lib.tables.storage import empty_table

    for name in SCHEMAS:
        empty_table(name)
    with TemporaryDirectory() as folder:
        data, page = Path(folder) / "data", Path(folder) / "sample" / "2017" / "notice.html"
        raw = data / "raw" / "sample" / "2017.txt"
        raw.parent.mkdir(parents=True)
        raw.write_bytes(SAMPLE.read_bytes())
        sources = find_sources(data)
        list(build_tables(data, sources, package=False))
        report = open_report("sample", "2017", data=data)
        render_notice(sources[0], page, report.words, data)
    scores = report.scores
    shown = (
        report,
        report.show(source.tabulate_checks(report.outcomes), "register"),
        report.headline(groups.describe(scores, groups.compare(scores, "side", 2), "side")),
        report.chart(distribution.plot_scores(scores)),
    )
    show: Any = import_module("IPython.core.formatters").DisplayFormatter()
    for each in shown:
        show.format(each)
    for template in FOLDER.glob("*.j2"):
        open_template(template.name)


def _validate_once() -> None:
    """Validate a notebook: nbformat compiles its schema once."""
    import nbformat
    from nbformat.v4 import new_notebook

    nbformat.validate(new_notebook())


def _run_cell_once() -> None:
    """Make the kernel and run a cell in it. Neither leaves a trace until a report opens the kernel."""
    main, built_in = sys.modules["__main__"], set(vars(builtins))
    kernel = import_module("audit_lib.batch.inprocess").make_kernel()
    kernel.shell.run_cell("None", silent=True)
    sys.modules["__main__"] = main
    for name in set(vars(builtins)) - built_in:
        delattr(builtins, name)


_warm_up()
