"""Periods of one place compared: level, gap, who moved, who stays high or low."""

from audit_lib.analysis.lineage import list_events, list_movers, suggest_pairs
from audit_lib.analysis.trend_limits import describe_limits, describe_pair
from audit_lib.analysis.trend_sentences import (
    describe_first,
    describe_gap,
    describe_level,
    describe_movers,
)
from audit_lib.analysis.trend_sentences import describe_trends as describe
from audit_lib.analysis.trend_stays import describe_stays
from audit_lib.analysis.trend_tables import (
    tabulate_changes,
    tabulate_gap,
    tabulate_level,
    tabulate_places,
    tabulate_ratings,
    tabulate_steps,
)
from audit_lib.analysis.trends import compare
from audit_lib.figures.trend_changes import plot_changes
from audit_lib.figures.trend_level import plot_level

__all__ = [
    "compare",
    "describe",
    "describe_first",
    "describe_gap",
    "describe_level",
    "describe_limits",
    "describe_movers",
    "describe_pair",
    "describe_stays",
    "list_events",
    "list_movers",
    "plot_changes",
    "plot_level",
    "suggest_pairs",
    "tabulate_changes",
    "tabulate_gap",
    "tabulate_level",
    "tabulate_places",
    "tabulate_ratings",
    "tabulate_steps",
]
