"""What the prose of a notice says of units, compared with their scores."""

from audit_lib.analysis.narrative import (
    audit_claims,
    describe_level,
    describe_replies,
    describe_standard,
    describe_unexplained,
    find_unexplained,
    list_claims,
    list_items,
    list_named,
    mark_named,
)
from audit_lib.analysis.narrative import compare_named as compare
from audit_lib.analysis.narrative import describe_narrative as describe
from audit_lib.figures.narrative import plot_named
from audit_lib.tables.quotes import describe_quotes

__all__ = [
    "audit_claims",
    "compare",
    "describe",
    "describe_level",
    "describe_quotes",
    "describe_replies",
    "describe_standard",
    "describe_unexplained",
    "find_unexplained",
    "list_claims",
    "list_items",
    "list_named",
    "mark_named",
    "plot_named",
]
