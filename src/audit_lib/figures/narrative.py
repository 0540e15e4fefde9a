"""The chart of the narrative: where the units that the prose names stand among all scores."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from audit_lib.analysis.narrative import find_unexplained, list_items, list_named, mark_named
from audit_lib.display.charts import Chart
from audit_lib.display.findings import Finding, show_note
from audit_lib.figures.style import (
    GREY,
    INK,
    close_figure,
    draw_key,
    draw_marks,
    drawing,
    measure,
    open_figure,
    shorten,
)
from audit_lib.notices.notice import Notice
from audit_lib.wording.words import Words, say

PALE = "#C8C8C8"  # ticks of the units that a row does not name
STEP = 0.21  # between marks of one score, where rows are 1 apart
WIDEST = 32  # Latin letters beside a row, left and right of it; all names are in the table


@drawing
def plot_named(words: Words, scores: pd.DataFrame, mentions: pd.DataFrame, notice: Notice) -> Chart | Finding:
    """Draw a row for each item that names somebody, the named units marked among the scores of all.

    The last row holds the units of the lowest tier that no sentence names. A dotted line is the mean of all who are not
    criticised.
    """
    units = mark_named(scores, mentions).dropna(subset=["score"])
    rows = _list_rows(units, mentions, notice, words)
    if units.empty or not rows:
        return show_note(say("labels.nothing" if units.empty else "labels.nobody"), words)
    figure, ax = open_figure(2.3 + 0.5 * len(rows))
    ax.set_ylim(len(rows) + 0.45, -0.75)  # the key stands in a row of its own
    ax.set_xlim(units["score"].min() - 1.5, units["score"].max() + 1.5)
    for at, (_, own) in enumerate(rows):
        ax.plot(units["score"], [at] * len(units), "|", color=PALE, markersize=9, zorder=1)
        level = own.groupby("score").cumcount()  # equal scores stand above each other
        draw_marks(ax, own.assign(row=at - STEP * level), "score", "row", 52)
        ax.annotate(
            _name_units(own, words), (1, at), (4, 0), xycoords=("axes fraction", "data"), textcoords="offset points",
            va="center", fontsize=9.5,
        )  # fmt: skip
    others = units.loc[units["named"] != "criticised", "score"]
    if len(others):
        _draw_mean(ax, float(others.mean()), len(rows), words)
    ax.set_yticks(range(len(rows)), [label for label, _ in rows])
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    ax.set_xlabel(words("labels.score_axis"))
    shown = pd.concat([own for _, own in rows]).drop_duplicates("unit_id")
    draw_key(ax, shown, words, loc="lower left", borderaxespad=0, ncols=5, columnspacing=1.2)
    listed = [own.assign(group=label) for label, own in rows]
    data = pd.concat([*listed, units[~units["unit_id"].isin(shown["unit_id"])]], ignore_index=True)
    return _close(figure, units, mentions, data[["group", "unit_name", "score"]], words)


def _list_rows(
    units: pd.DataFrame, mentions: pd.DataFrame, notice: Notice, words: Words
) -> list[tuple[str, pd.DataFrame]]:
    """Give each row its label and its scored units, in printed order."""
    rows = []
    for item in list_items(notice, mentions).itertuples():
        own = units[units["unit_name"].isin(item.units)]
        if len(own):
            rows.append((_label(item.section, item.item, item.heading, words), own))
    silent = units[units["unit_name"].isin(find_unexplained(units, mentions)["unit_name"])]
    if rows and len(silent):
        rows.append((words("labels.silent", tier=silent["tier"].iloc[0]), silent))
    return rows


def _label(section: str, item: object, heading: object, words: Words) -> str:
    if pd.isna(item):
        return words("labels.section", section=section)
    title = "" if pd.isna(heading) else shorten(str(heading), WIDEST)
    return words("labels.item", section=section, item=item, heading=title)


def _name_units(own: pd.DataFrame, words: Words) -> str:
    """Name the units of a row, the best first, as far as there is room."""
    names = list(own.sort_values("score", ascending=False, kind="stable")["unit_name"])
    shown = [name for at, name in enumerate(names) if measure(words.joiner.join(names[: at + 1])) <= WIDEST]
    if len(shown) == len(names):
        return words.joiner.join(names)
    first = shown or [shorten(names[0], WIDEST)]
    return words("labels.more", names=first, n=len(names) - len(first)) if len(first) < len(names) else first[0]


def _draw_mean(ax: Axes, mean: float, n_rows: int, words: Words) -> None:
    ax.plot([mean, mean], [-0.75, n_rows - 0.5], color=GREY, linewidth=1, linestyle=":", zorder=0)
    label = words("labels.mean_others", mean=mean)
    ax.annotate(label, (mean, -0.62), (4, 0), textcoords="offset points", va="center", fontsize=9, color=INK)


def _close(figure: Figure, units: pd.DataFrame, mentions: pd.DataFrame, data: pd.DataFrame, words: Words) -> Chart:
    """Title the chart by the means of criticised and other units, or by whom the notice names."""
    named = list_named(units, mentions)
    criticised = units.loc[units["named"] == "criticised", "score"]
    others = units.loc[units["named"] != "criticised", "score"]
    silent = list(find_unexplained(units, mentions)["unit_name"])
    facts = {"n": len(criticised), "n_others": len(others), "units": list(named["unit_name"]), "silent": silent or None}
    if criticised.empty or others.empty:
        return close_figure(figure, "named_all", words, facts, data=data)
    gap = float(criticised.mean() - others.mean())
    facts |= {"gap": abs(gap), "direction": words.name("less" if gap < 0 else "more"), "mean": float(criticised.mean())}
    facts |= {"mean_others": float(others.mean()), "low": criticised.min(), "high": criticised.max()}
    return close_figure(figure, "named" if len(criticised) > 1 else "named_one", words, facts, data=data)
