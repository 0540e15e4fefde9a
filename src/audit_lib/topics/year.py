"""One inspection at a glance: its main findings and figures."""

from audit_lib.analysis.year import choose_findings, list_parts, list_units
from audit_lib.analysis.year import describe_year as describe
from audit_lib.analysis.year import summarise_year as summarise
from audit_lib.figures.year import plot_year

__all__ = ["choose_findings", "describe", "list_parts", "list_units", "plot_year", "summarise"]
