"""Update rules that a notice states, and the columns it names as overdue."""

from audit_lib.analysis.claims import mark_verbatim
from audit_lib.analysis.overdue import (
    describe_named,
    inspect_columns,
    inspect_named,
    load_columns,
    tabulate_overdue,
)
from audit_lib.analysis.overdue import describe_rules as describe
from audit_lib.analysis.update_rules import describe_strictest, list_rules
from audit_lib.analysis.update_rules import tabulate_rules as tabulate
from audit_lib.figures.update_rules import plot_overdue

__all__ = [
    "describe",
    "describe_named",
    "describe_strictest",
    "inspect_columns",
    "inspect_named",
    "list_rules",
    "load_columns",
    "mark_verbatim",
    "plot_overdue",
    "tabulate",
    "tabulate_overdue",
]
