"""Keep a cell that fails from leaving the names of its last run: the cells below would show another place's tables."""

import ast
import inspect
import linecache
import sys
from collections.abc import Callable
from functools import wraps
from types import FrameType
from typing import ParamSpec, TypeVar

from audit_lib.errors import AuditError

P = ParamSpec("P")
T = TypeVar("T")


def forget_on_error(opening: Callable[P, T]) -> Callable[P, T]:
    """Make a function that is called in a cell delete the names which the cell binds, where it raises AuditError.

    Only in a notebook or IPython, and only in the code of a cell itself: a script or a function keeps its names.
    """

    @wraps(opening)
    def open_or_forget(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return opening(*args, **kwargs)
        except AuditError:
            caller = inspect.currentframe()
            if caller is not None and caller.f_back is not None and _is_cell(caller.f_back):
                for name in list_bound(linecache.getlines(caller.f_back.f_code.co_filename)):
                    caller.f_back.f_globals.pop(name, None)
            raise

    return open_or_forget


def _is_cell(frame: FrameType) -> bool:
    """Check whether a frame is the code of a cell."""
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    return shell is not None and frame.f_globals is shell.user_ns and frame.f_code.co_name == "<module>"


def list_bound(lines: list[str]) -> set[str]:
    """Return the names that the code of a cell assigns, not those that it imports.

    >>> sorted(list_bound(["from pandas import NA\\n", "a, b = 1, 2\\n", "c: int = a\\n", "d"]))
    ['a', 'b', 'c']
    """
    nodes = ast.walk(ast.parse("".join(lines)))
    return {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
