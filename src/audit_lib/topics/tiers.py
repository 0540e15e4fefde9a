"""Printed tiers compared with scores."""

from audit_lib.analysis.cuts import (
    compare_rule,
    describe_overlap,
    explain_exceptions,
    find_near,
    measure_agreement,
    scan_cuts,
    tabulate_rule,
)
from audit_lib.analysis.cuts import describe_tiers as describe_rule
from audit_lib.analysis.cuts import imply_cuts as bound_cuts
from audit_lib.analysis.tiers import describe_classes, tabulate_pairs
from audit_lib.analysis.tiers import describe_tier_pairs as describe_pairs
from audit_lib.analysis.tiers import find_breaks as find_classes
from audit_lib.analysis.tiers import summarise_tiers as summarise
from audit_lib.figures.distribution import plot_rule
from audit_lib.figures.tiers import plot_cuts
from audit_lib.figures.tiers import plot_tier_reach as plot_reach
from audit_lib.tables.tiers import count_tier_pairs as count_pairs

__all__ = [
    "bound_cuts",
    "compare_rule",
    "count_pairs",
    "describe_classes",
    "describe_overlap",
    "describe_pairs",
    "describe_rule",
    "explain_exceptions",
    "find_classes",
    "find_near",
    "measure_agreement",
    "plot_cuts",
    "plot_reach",
    "plot_rule",
    "scan_cuts",
    "summarise",
    "tabulate_pairs",
    "tabulate_rule",
]
