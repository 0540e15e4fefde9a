"""Read government inspection notices into checked tables, and report what their scores, tiers and lists say.

The names that a notebook imports; loaded when first used, so that the command line starts at once.
"""

from importlib import import_module
from typing import Any

_HOMES = {
    "notebook.report": ["open_report"],
    "display.findings": ["find", "headline", "note"],
    "display.tables": ["show"],
    "tables.quotes": ["describe_quotes"],
    "tables.check_registry": ["describe_register", "tabulate_register"],
    "analysis.year": ["describe_year", "summarise_year"],
    "analysis.source": [
        "compare_counts",
        "count_matches",
        "describe_counts",
        "describe_mentions",
        "describe_source",
        "list_aliases",
        "list_mentions",
        "trace_source",
    ],
    "analysis.distribution": [
        *("count_digits", "count_scores", "count_shared", "describe_digits", "describe_distribution", "describe_pairs"),
        *(
            "describe_outliers",
            "find_outliers",
            "order_in_ties",
            "summarise_scores",
            "tabulate_pair_gaps",
            "tabulate_order",
        ),
    ],
    "tables.tiers": ["count_tier_pairs"],
    "analysis.tiers": [
        "describe_classes",
        "describe_tier_pairs",
        "find_breaks",
        "summarise_tiers",
        "tabulate_pairs",
    ],
    "analysis.cuts": [
        "compare_rule",
        "describe_overlap",
        "describe_tiers",
        "explain_exceptions",
        "find_near",
        "imply_cuts",
        "measure_agreement",
        "scan_cuts",
        "tabulate_rule",
    ],
    "analysis.groups": [
        "compare_groups",
        "count_group_tiers",
        "describe_group_tiers",
        "describe_split",
        "summarise_groups",
        "tabulate_effects",
        "tabulate_labels",
    ],
    "analysis.group_gap": ["describe_groups", "describe_lead", "find_lead", "measure_sensitivity"],
    "analysis.comparability": ["describe_gate"],
    "analysis.lineage": ["list_events", "list_movers", "suggest_pairs", "tabulate_coverage"],
    "analysis.trends": [
        *("compare_last", "describe_return", "describe_trends", "list_tier_movers", "measure_changes"),
        *("tabulate_changes", "tabulate_persistence", "tabulate_return", "tabulate_steps", "tabulate_transitions"),
    ],
    "analysis.unit_paths": ["describe_breaks", "describe_consistency", "tabulate_paths", "trace_paths"],
    "analysis.narrative": [
        *("audit_claims", "compare_named", "describe_level", "describe_narrative", "describe_replies"),
        *("describe_standard", "describe_unexplained", "find_unexplained", "list_claims", "list_items", "list_named"),
        "mark_named",
    ],
    "analysis.update_rules": ["describe_unnumbered", "list_rules", "tabulate_rules"],
    "analysis.overdue": [
        *("count_overdue", "describe_age", "describe_inspected", "describe_rules", "inspect_columns"),
        *("inspect_made_up", "inspect_named", "load_columns", "tabulate_overdue"),
    ],
    "figures": [
        *("plot_cuts", "plot_digits", "plot_ecdf", "plot_gap", "plot_group_ecdf", "plot_group_tiers", "plot_groups"),
        *("plot_league", "plot_ledger", "plot_made_up", "plot_named", "plot_oldham", "plot_overdue", "plot_paths"),
        *("plot_rule", "plot_scores", "plot_slopes", "plot_tie_order", "plot_tier_reach", "plot_transitions"),
    ],
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = ["__version__", *_HOME_OF]


def __getattr__(name: str) -> Any:
    if name == "__version__":
        return import_module("importlib.metadata").version("audit-lib")
    if name not in _HOME_OF:
        raise AttributeError(f"module 'audit_lib' has no attribute {name!r}")
    return getattr(import_module(f"audit_lib.{_HOME_OF[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
