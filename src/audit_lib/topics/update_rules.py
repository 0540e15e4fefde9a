"""Update rules that a notice states, and the columns it names as overdue."""

from audit_lib.analysis.overdue import (
    count_overdue,
    describe_age,
    describe_inspected,
    inspect_columns,
    inspect_made_up,
    inspect_named,
    load_columns,
    tabulate_overdue,
)
from audit_lib.analysis.overdue import describe_rules as describe
from audit_lib.analysis.update_rules import describe_unnumbered, list_rules
from audit_lib.analysis.update_rules import tabulate_rules as tabulate
from audit_lib.figures.update_rules import plot_made_up as plot_sample
from audit_lib.figures.update_rules import plot_overdue
from audit_lib.tables.quotes import describe_quotes

__all__ = [
    "count_overdue",
    "describe",
    "describe_age",
    "describe_inspected",
    "describe_quotes",
    "describe_unnumbered",
    "inspect_columns",
    "inspect_made_up",
    "inspect_named",
    "list_rules",
    "load_columns",
    "plot_overdue",
    "plot_sample",
    "tabulate",
    "tabulate_overdue",
]
