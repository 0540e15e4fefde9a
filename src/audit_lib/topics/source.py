"""The notice compared with itself: units, counts and checks."""

from audit_lib.analysis.source import (
    compare_counts,
    count_matches,
    describe_apart,
    describe_totals,
    list_aliases,
    list_apart,
    list_contradictions,
)
from audit_lib.analysis.source import describe_source as describe
from audit_lib.tables.check_registry import describe_register as describe_checks
from audit_lib.tables.check_registry import tabulate_register as tabulate_checks

__all__ = [
    "compare_counts",
    "count_matches",
    "describe",
    "describe_apart",
    "describe_checks",
    "describe_totals",
    "list_aliases",
    "list_apart",
    "list_contradictions",
    "tabulate_checks",
]
