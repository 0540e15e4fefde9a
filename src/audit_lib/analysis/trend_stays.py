"""A sentence on who stays in the lowest or in the top third of the lists of a place."""

import pandas as pd

from audit_lib.analysis.trend_words import name_many
from audit_lib.analysis.trends import Trends
from audit_lib.analysis.unit_paths import LOWEST, TOP
from audit_lib.wording.words import Phrase, Text, join, say

FEWEST_FOR_OFTEN = 3  # periods from which units are named that are often first, or in a third


def describe_stays(trends: Trends) -> Text | None:
    """Name who is in the lowest and in the top third in every period; where nobody is, who is most often, all that tie.

    Where only units that some periods do not list are there each time that they are listed, it says so. None below
    three periods with places.
    """
    counts, n = trends.panel.thirds, len(trends.panel.placed)
    if n < FEWEST_FOR_OFTEN:
        return None
    clauses = []
    for third in (LOWEST, TOP):
        always = counts[(counts[f"n_{third}"] == counts["n_placed"]) & (2 * counts["n_placed"] > n)]
        each = always[always["n_placed"] == n]
        if len(named := always if each.empty else each):
            how = "listed" if each.empty else "each"
            clauses.append(say(f"trends.stays_{third}_{how}", units=name_many(named["unit_name"])))
    return join(clauses or _list_often(counts[counts["n_placed"] == n], n), "clauses")


def _list_often(counts: pd.DataFrame, n: int) -> list[Phrase]:
    """Name who is most often in the lowest, and in the top third, of the units with a place in all n periods."""
    most = {third: int(counts[f"n_{third}"].max()) for third in (LOWEST, TOP)} if len(counts) else {}
    return [
        say(f"trends.stays_{third}", units=name_many(counts.loc[counts[f"n_{third}"] == k, "unit_name"]), k=k, of=n)
        for third, k in most.items()
        if k > 1
    ]
