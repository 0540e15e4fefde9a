"""Towns, bureaus and other groups compared."""

from audit_lib.analysis.group_gap import describe_groups as describe
from audit_lib.analysis.group_gap import describe_lead, find_lead, measure_sensitivity
from audit_lib.analysis.groups import compare_groups as compare
from audit_lib.analysis.groups import count_group_tiers as count_tiers
from audit_lib.analysis.groups import describe_group_tiers as describe_tiers
from audit_lib.analysis.groups import describe_split, tabulate_effects
from audit_lib.analysis.groups import summarise_groups as summarise
from audit_lib.analysis.groups import tabulate_labels as tabulate_permutations
from audit_lib.figures.groups import plot_gap, plot_groups
from audit_lib.figures.groups import plot_group_ecdf as plot_cumulative
from audit_lib.figures.groups import plot_group_tiers as plot_tiers

__all__ = [
    "compare",
    "count_tiers",
    "describe",
    "describe_lead",
    "describe_split",
    "describe_tiers",
    "find_lead",
    "measure_sensitivity",
    "plot_cumulative",
    "plot_gap",
    "plot_groups",
    "plot_tiers",
    "summarise",
    "tabulate_effects",
    "tabulate_permutations",
]
