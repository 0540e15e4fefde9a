"""How scores are spread, tied and rounded."""

from audit_lib.analysis.distribution import (
    count_digits,
    count_scores,
    count_shared,
    describe_digits,
    describe_outliers,
    describe_pairs,
    find_outliers,
    order_in_ties,
    tabulate_order,
    tabulate_pair_gaps,
)
from audit_lib.analysis.distribution import describe_distribution as describe
from audit_lib.analysis.distribution import summarise_scores as summarise
from audit_lib.figures.distribution import plot_digits, plot_scores, plot_tie_order
from audit_lib.figures.distribution import plot_ecdf as plot_cumulative
from audit_lib.figures.distribution import plot_league as plot_ranking

__all__ = [
    "count_digits",
    "count_scores",
    "count_shared",
    "describe",
    "describe_digits",
    "describe_outliers",
    "describe_pairs",
    "find_outliers",
    "order_in_ties",
    "plot_cumulative",
    "plot_digits",
    "plot_ranking",
    "plot_scores",
    "plot_tie_order",
    "summarise",
    "tabulate_order",
    "tabulate_pair_gaps",
]
