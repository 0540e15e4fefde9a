"""What the fork server imports once, so that no report has to.

Nothing here may start a thread, a socket or an event loop, or choose matplotlib's backend: a fork would break the ones
and lose the figures of the other. tests/test_warm.py holds what warm and cold runs give against each other.
"""

import gc
import os
import sys
from importlib import import_module

from audit_lib.publishing.kernels import ENVIRONMENT

MODULES = (
    *("papermill.execute", "ipykernel.debugger"),  # every kernel loads the second
    *("audit_lib.cli", "audit_lib.publishing.inprocess", "audit_lib.publishing.pages"),
)


def _warm_up() -> None:
    os.environ |= ENVIRONMENT  # before numpy is loaded
    os.environ.setdefault("MPLBACKEND", "module://matplotlib_inline.backend_inline")  # as a kernel has it
    sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]  # a second's work for identifiers no notebook has
    import_module("jsonschema")
    del sys.modules["rfc3987_syntax"]
    for name in MODULES:
        import_module(name)
    library = import_module("audit_lib")
    for name in library.__all__:
        getattr(library, name)
    import_module("audit_lib.publishing.manifest").hash_library()  # of the sources that were imported
    _draw_once()
    _validate_once()
    gc.collect()
    gc.freeze()  # what is here now stays shared: no collection of a report touches it


def _draw_once() -> None:
    """Draw some text, without a backend: matplotlib and FreeType keep the fonts open."""
    from matplotlib import rc_context
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    from audit_lib.analysis.figures.style import settings

    with rc_context(dict(settings())):
        figure = Figure(layout="constrained")
        figure.subplots().set_title("优秀 90")
        FigureCanvasAgg(figure).draw()


def _validate_once() -> None:
    """Validate a notebook: nbformat compiles its schema once."""
    import nbformat
    from nbformat.v4 import new_notebook

    nbformat.validate(new_notebook())


_warm_up()
