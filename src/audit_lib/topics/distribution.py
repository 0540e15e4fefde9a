"""How scores are spread, tied and ordered."""

from audit_lib.analysis.distribution import (
    count_scores,
    describe_outliers,
    describe_range,
    describe_ties,
)
from audit_lib.analysis.distribution import describe_distribution as describe
from audit_lib.analysis.distribution import summarise_scores as summarise
from audit_lib.figures.distribution import plot_scores

__all__ = [
    "count_scores",
    "describe",
    "describe_outliers",
    "describe_range",
    "describe_ties",
    "plot_scores",
    "summarise",
]
