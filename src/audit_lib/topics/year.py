"""One inspection at a glance: its main figures."""

from audit_lib.analysis.year import describe_year as describe
from audit_lib.analysis.year import summarise_year as summarise

__all__ = ["describe", "summarise"]
