"""Units followed from one period to the next."""

from audit_lib.analysis.comparability import describe_gate as describe_comparability
from audit_lib.analysis.lineage import list_events, list_movers, suggest_pairs, tabulate_coverage
from audit_lib.analysis.trends import (
    compare_last,
    describe_return,
    list_tier_movers,
    measure_changes,
    tabulate_changes,
    tabulate_persistence,
    tabulate_return,
    tabulate_steps,
    tabulate_transitions,
)
from audit_lib.analysis.trends import describe_trends as describe
from audit_lib.analysis.unit_paths import describe_breaks, describe_consistency, tabulate_paths, trace_paths
from audit_lib.figures.trends import plot_oldham, plot_paths, plot_slopes, plot_transitions

__all__ = [
    "compare_last",
    "describe",
    "describe_breaks",
    "describe_comparability",
    "describe_consistency",
    "describe_return",
    "list_events",
    "list_movers",
    "list_tier_movers",
    "measure_changes",
    "plot_oldham",
    "plot_paths",
    "plot_slopes",
    "plot_transitions",
    "suggest_pairs",
    "tabulate_changes",
    "tabulate_coverage",
    "tabulate_paths",
    "tabulate_persistence",
    "tabulate_return",
    "tabulate_steps",
    "tabulate_transitions",
    "trace_paths",
]
