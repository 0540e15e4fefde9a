"""Printed tiers compared with scores."""

from audit_lib.analysis.cuts import (
    compare_rule,
    describe_at_cut,
    describe_below,
    describe_best_cuts,
    describe_overlap,
    describe_rule,
    explain_exceptions,
    imply_cuts,
    list_exceptions,
    tabulate_rule,
    title_exceptions,
)
from audit_lib.analysis.tiers import summarise_tiers as summarise
from audit_lib.figures.tiers import plot_rule

__all__ = [
    "compare_rule",
    "describe_at_cut",
    "describe_below",
    "describe_best_cuts",
    "describe_overlap",
    "describe_rule",
    "explain_exceptions",
    "imply_cuts",
    "list_exceptions",
    "plot_rule",
    "summarise",
    "tabulate_rule",
    "title_exceptions",
]
