"""One function per chart: a result in, a closed figure with its alt text out."""

from audit_lib.figures.distribution import plot_digits, plot_ecdf, plot_league, plot_rule, plot_scores, plot_tie_order
from audit_lib.figures.groups import plot_gap, plot_group_ecdf, plot_group_tiers, plot_groups
from audit_lib.figures.narrative import plot_named
from audit_lib.figures.source import plot_ledger
from audit_lib.figures.tiers import plot_cuts, plot_tier_reach
from audit_lib.figures.trends import plot_oldham, plot_paths, plot_slopes, plot_transitions
from audit_lib.figures.update_rules import plot_made_up, plot_overdue

__all__ = [
    "plot_cuts",
    "plot_digits",
    "plot_ecdf",
    "plot_gap",
    "plot_group_ecdf",
    "plot_group_tiers",
    "plot_groups",
    "plot_league",
    "plot_ledger",
    "plot_made_up",
    "plot_named",
    "plot_oldham",
    "plot_overdue",
    "plot_paths",
    "plot_rule",
    "plot_scores",
    "plot_slopes",
    "plot_tie_order",
    "plot_tier_reach",
    "plot_transitions",
]
