"""The notice compared with itself: counts, names and checks."""

from audit_lib.analysis.source import (
    compare_counts,
    count_matches,
    describe_counts,
    describe_mentions,
    list_aliases,
    list_mentions,
)
from audit_lib.analysis.source import describe_source as describe
from audit_lib.analysis.source import trace_source as trace
from audit_lib.figures.source import plot_ledger as plot_name_matching
from audit_lib.tables.check_registry import describe_register as describe_checks
from audit_lib.tables.check_registry import tabulate_register as tabulate_checks

__all__ = [
    "compare_counts",
    "count_matches",
    "describe",
    "describe_checks",
    "describe_counts",
    "describe_mentions",
    "list_aliases",
    "list_mentions",
    "plot_name_matching",
    "tabulate_checks",
    "trace",
]
