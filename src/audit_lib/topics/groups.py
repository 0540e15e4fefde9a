"""Towns, bureaus and other groups compared."""

from audit_lib.analysis.group_gap import (
    describe_gap,
    describe_lead,
    describe_test,
    find_lead,
    measure_sensitivity,
)
from audit_lib.analysis.group_gap import describe_groups as describe
from audit_lib.analysis.groups import choose_main, describe_unscored, is_ours, title_groups
from audit_lib.analysis.groups import compare_groups as compare
from audit_lib.analysis.groups import tabulate_groups as tabulate
from audit_lib.figures.groups import plot_groups

__all__ = [
    "choose_main",
    "compare",
    "describe",
    "describe_gap",
    "describe_lead",
    "describe_test",
    "describe_unscored",
    "find_lead",
    "is_ours",
    "measure_sensitivity",
    "plot_groups",
    "tabulate",
    "title_groups",
]
