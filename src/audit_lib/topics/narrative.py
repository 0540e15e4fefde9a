"""The text of a notice compared with its numbers: who is named as an example, and what it claims."""

from audit_lib.analysis.claims import (
    audit_claims,
    describe_level,
    describe_replies,
    describe_standard,
    list_claims,
    mark_verbatim,
)
from audit_lib.analysis.narrative import compare_named as compare
from audit_lib.analysis.narrative import (
    describe_comparison,
    describe_praised,
    describe_unmentioned,
    list_named,
    list_ratings,
    title_named,
)
from audit_lib.analysis.narrative import describe_narrative as describe
from audit_lib.figures.narrative import plot_named

__all__ = [
    "audit_claims",
    "compare",
    "describe",
    "describe_comparison",
    "describe_level",
    "describe_praised",
    "describe_replies",
    "describe_standard",
    "describe_unmentioned",
    "list_claims",
    "list_named",
    "list_ratings",
    "mark_verbatim",
    "plot_named",
    "title_named",
]
