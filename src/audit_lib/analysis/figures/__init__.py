"""One function per chart: a result in, a closed figure with its alt text out."""

from audit_lib.analysis.figures.distribution import plot_digits, plot_ecdf, plot_league, plot_scores, plot_tie_order
from audit_lib.analysis.figures.groups import plot_gap, plot_group_ecdf, plot_group_tiers, plot_groups
from audit_lib.analysis.figures.source import plot_ledger
from audit_lib.analysis.figures.tiers import plot_cuts, plot_tier_reach
from audit_lib.analysis.figures.trends import plot_oldham, plot_paths, plot_slopes, plot_transitions

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
    "plot_oldham",
    "plot_paths",
    "plot_scores",
    "plot_slopes",
    "plot_tie_order",
    "plot_tier_reach",
    "plot_transitions",
]
