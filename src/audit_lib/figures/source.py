"""The chart of the source: which units table and lists name, and how the names were joined."""

from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from audit_lib.display.charts import Chart
from audit_lib.display.findings import Finding, show_note
from audit_lib.figures.style import GREY, INK, close_figure, drawing, open_figure
from audit_lib.tables.schemas import MATCHES
from audit_lib.wording.words import Words, say

SHADES = {"exact": "#08519C", "prefix": "#6BAED6", "alias": "#D55E00", "table_only": "#1A1A1A", "list_only": "#1A1A1A"}
MISSING: dict[str, Any] = {"facecolor": "none", "edgecolor": GREY, "linestyle": ":"}
MOST_NAMES = 4  # units of a run are named while they are few
WIDE = 12  # units in a run whose name fits below it


@drawing
def plot_ledger(words: Words, scores: pd.DataFrame) -> Chart | Finding:
    """Draw a ledger strip: a column per unit, a row for the table, one for the lists; gaps are units that one lacks."""
    units = scores.assign(order=[MATCHES.index(match) for match in scores["match"]]).sort_values("order", kind="stable")
    in_table, in_list = units["name_in_table"].notna(), units["name_in_list"].notna()
    if not in_table.any() or not in_list.any():
        return show_note(say("labels.no_ledger"), words)
    figure, ax = open_figure(2.9)
    ax.set_xlim(-7.5, len(units) + 0.5)
    ax.set_ylim(4.1, -1.1)
    ax.axis("off")
    for row, (part, present) in enumerate((("table", in_table), ("all_lists", in_list))):
        ax.text(-0.7, row + 0.42, words.name(part), ha="right", va="center", fontsize=10)
        for at, (shown, match) in enumerate(zip(present, units["match"], strict=True)):
            filled: dict[str, Any] = {"facecolor": SHADES[match], "edgecolor": "none"}
            ax.add_patch(Rectangle((at + 0.08, row), 0.84, 0.84, **(filled if shown else MISSING)))
    _name_runs(ax, units, words)
    facts: dict[str, Any] = {"n_units": len(units), "n_table": int(in_table.sum()), "n_list": int(in_list.sum())}
    n_joined = int((in_table & in_list).sum())
    single = list(units.loc[~(in_table & in_list), "unit_name"])
    key = "ledger" if single else "ledger_agrees"
    facts |= {"n_joined": n_joined, "units": single}
    data = units[["unit_name", "name_in_table", "name_in_list", "match"]]
    return close_figure(figure, key, words, facts, data=data, score_axis=False)


def _name_runs(ax: Axes, units: pd.DataFrame, words: Words) -> None:
    """Name each run of equally joined units: those only in the table above the strip, the others below, each lower."""
    line, end = 2.3, 0
    for match, run in units.groupby("match", sort=False):
        start, end = end, end + len(run)
        names = words.joiner.join(run["unit_name"]) if len(run) <= MOST_NAMES else ""
        label = words("labels.run" if names else "labels.joined", n=len(run), match=words.name(match), names=names)
        if match == "table_only":
            ax.annotate(label, (end - 0.1, -0.45), ha="right", va="center", fontsize=9.5)
            ax.plot([end - 0.5, end - 0.5], [-0.2, 0], color=GREY, linewidth=0.8)
            continue
        ax.plot([start + 0.1, end - 0.1], [1.98, 1.98], color=INK, linewidth=1)
        if len(run) > WIDE:
            ax.annotate(label, ((start + end) / 2, line), ha="center", va="center", fontsize=9.5)
        else:
            line += 0.65
            ax.plot([(start + end) / 2] * 2, [1.98, line - 0.25], color=GREY, linewidth=0.8)
            ax.annotate(label, ((start + end) / 2 + 0.6, line), ha="right", va="center", fontsize=9.5)
