"""Charts of change between periods. No line crosses a break: a new marking scheme, or a unit that became another."""

from statistics import mean
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from audit_lib.analysis.comparability import Gate
from audit_lib.analysis.trends import Change, cross_tiers
from audit_lib.analysis.unit_paths import Paths
from audit_lib.display.charts import Chart
from audit_lib.display.findings import Finding, show_note
from audit_lib.figures.style import GREY, INK, SHAPES, close_figure, drawing, measure, open_figure
from audit_lib.wording.number_format import format_rounded
from audit_lib.wording.words import Words, say

MOST_LABELS = 8
PALE, UP, DOWN = "#8C8C8C", "#08519C", "#D55E00"  # units without a label; those with one, by direction
BAND = 0.09  # half the width of a break, where neighbouring periods are 1 apart


@drawing
def plot_slopes(words: Words, change: Change) -> Chart | Finding | None:
    """Draw each unit from one period to the next: points, or standings. New units are marks without a line.

    At most eight units are named: those whose tier or value changed most. None for one period.
    """
    gate, units = change.gate, change.units.dropna(subset=["before", "after"])
    if gate.reason == "one_period":
        return None
    if units.empty:
        return show_note(say("labels.nothing_compared"), words)
    figure, ax = open_figure(4.9)
    named = choose_named(units)
    for row in units.itertuples():
        style = _line_style(row.change, row.Index in named.index)
        if row.is_same:
            ax.plot([0, 1], [row.before, row.after], **style)
        hollow = {} if row.is_same else {"markerfacecolor": "white"}
        ax.plot([0, 1], [row.before, row.after], **{**style, "linestyle": "", **hollow})
    labels = [
        words(f"labels.moved_{gate.measure}", unit=row.unit_name, change=row.change) for row in named.itertuples()
    ]
    _label_ends(ax, named.assign(unit_name=labels), 1)
    if gate.measure != "points":
        _draw_break(ax, 0.5, gate, words)
    ax.set_xlim(-0.12, 1.85)
    ax.set_xticks([0, 1], [words.name(period) for period in gate.word_periods().values()])
    ax.set_ylabel(words(f"labels.{gate.measure}_axis"))
    n_new = int((~units["is_same"]).sum())
    facts: dict[str, Any] = {**gate.word_periods(), "n": len(units), "n_new": n_new}
    key = f"slopes_{gate.measure}"
    periods = {"before": gate.before, "after": gate.after}
    data = units[["unit_name", "before", "after", "change"]].rename(columns=periods)
    if not named["change"].abs().gt(0).any():
        return close_figure(figure, "slopes_still", words, facts, data=data, score_axis=gate.measure == "points")
    most = named.loc[named["change"].abs().idxmax()]
    facts |= {"unit": most["unit_name"], "change": most["change"]}
    return close_figure(figure, key, words, facts, data=data, score_axis=gate.measure == "points")


def choose_named(units: pd.DataFrame) -> pd.DataFrame:
    """Choose the units to name: those that changed tier, then those that moved furthest, eight at most."""
    moved = units["tier_order_before"].ne(units["tier_order_after"]) & units["tier_order_before"].notna()
    moved &= units["tier_order_after"].notna()
    ranked = units.assign(moved=moved, size=units["change"].abs().astype("float64"))
    ranked = ranked[ranked["moved"] | (ranked["size"] > 0)]
    return ranked.sort_values(["moved", "size"], ascending=False, kind="stable").head(MOST_LABELS)


def _line_style(change: float, is_named: bool) -> dict[str, Any]:
    """Colour and dash go together, so that direction survives grey print."""
    if not is_named:
        return {"color": PALE, "linewidth": 1, "marker": "o", "markersize": 4, "zorder": 2}
    rises = change > 0
    line = {"color": UP if rises else DOWN, "linestyle": "-" if rises else (0, (5, 2)), "linewidth": 1.8}
    return {**line, "marker": "o", "markersize": 6, "zorder": 3}


def _label_ends(ax: Axes, named: pd.DataFrame, x: float) -> None:
    """Write the names of units beside their last marks, moved apart by rule where they would touch."""
    low, high = ax.get_ylim()
    ordered = named.sort_values("after")
    heights = spread_out([float(height) for height in ordered["after"]], (high - low) / 19)
    row: Any
    for row, height in zip(ordered.itertuples(), heights, strict=True):
        ax.plot([x + 0.03, x + 0.09], [row.after, height], color=GREY, linewidth=0.7)
        ax.text(x + 0.1, height, row.unit_name, va="center", fontsize=9.5, color=INK)


def spread_out(heights: list[float], step: float) -> list[float]:
    """Move ascending heights apart to at least `step`; those that would touch stand evenly around their middle.

    >>> spread_out([0, 1, 1, 9], 2)
    [-1.33, 0.67, 2.67, 9.0]
    """
    groups = [[height] for height in heights]
    at = 0
    while at < len(groups) - 1:
        gap = mean(groups[at + 1]) - mean(groups[at]) - step * (len(groups[at]) + len(groups[at + 1])) / 2
        if gap < -1e-9:
            groups[at : at + 2] = [groups[at] + groups[at + 1]]
            at = max(at - 1, 0)
        else:
            at += 1
    return [
        round(mean(group) + step * (place - (len(group) - 1) / 2), 2) for group in groups for place in range(len(group))
    ]


def _draw_break(ax: Axes, at: float, gate: Gate, words: Words) -> None:
    """Draw a break as a white band that no line crosses, with its reason."""
    ax.axvspan(at - BAND, at + BAND, color="white", zorder=4)
    for side in (at - BAND, at + BAND):
        ax.axvline(side, color=GREY, linewidth=0.9, linestyle=(0, (4, 3)), zorder=5)
    ax.text(
        at, 0.5, words(f"labels.break_{gate.reason}"), transform=ax.get_xaxis_transform(), rotation=90, ha="center",
        va="center", fontsize=9, color=INK, zorder=6,
    )  # fmt: skip


@drawing
def plot_paths(words: Words, paths: Paths) -> Chart | Finding | None:
    """Draw the standing of every unit that can be followed through three periods and more. None for fewer periods."""
    if len(paths.periods) < 3:
        return None
    if paths.steps.empty:
        return show_note(say("labels.no_paths"), words)
    places = {period: at for at, period in enumerate(paths.periods)}
    last = len(places) - 1
    named = _choose_followed(paths)
    figure, ax = open_figure(4.9)
    row: Any
    for row in paths.steps.itertuples():
        is_named = row.unit_id_last in named.index
        style = _line_style(named.at[row.unit_id_last, "change"] if is_named else 0.0, is_named)
        x, y = [places[row.before], places[row.after]], [row.standing_before, row.standing_after]
        if row.is_same:
            ax.plot(x, y, **style)
        else:
            ax.plot(x, y, **{**style, "linestyle": ""}, markerfacecolor="white")
    for gate in paths.breaks:
        _draw_break(ax, places[gate.before] + 0.5, gate, words)
    _label_ends(ax, named, last)
    letters = max([measure(name) for name in named["unit_name"]], default=8)
    ax.set_xlim(-0.06 * last, last * (1 + letters / 70) + 0.15)
    ax.set_xticks(range(len(places)), [words.date(period) for period in places])
    ax.set_ylabel(words("labels.standings_axis"))
    facts: dict[str, Any] = {"n": paths.steps["unit_id_last"].nunique(), "n_periods": len(places)}
    data = paths.steps[["unit_name", "before", "after", "standing_before", "standing_after", "is_same"]]
    data = data.rename(columns={"before": "period_before", "after": "period_after"})
    facts |= {"n_breaks": len(paths.breaks), "units": list(named["unit_name"])}
    return close_figure(figure, "paths_broken" if paths.breaks else "paths", words, facts, data=data, score_axis=False)


def _choose_followed(paths: Paths) -> pd.DataFrame:
    """Choose the units to name: those that moved furthest from the first to the last period of their series."""
    standings = paths.standings
    after = standings[paths.periods[-1]]
    change = after - standings.bfill(axis="columns")[paths.periods[0]]
    names = paths.steps.drop_duplicates("unit_id_last", keep="last").set_index("unit_id_last")["unit_name"]
    units = pd.DataFrame({"after": after, "change": change, "unit_name": names.reindex(after.index)})
    moved = units[units["change"].abs() > 0]
    return moved.sort_values("change", key=abs, ascending=False, kind="stable").head(MOST_LABELS)


@drawing
def plot_oldham(words: Words, change: Change) -> Chart | Finding | None:
    """Draw change against level, the mean of both periods: unlike the first period alone, it is free of regression.

    None for one period. Source: Oldham (1962).
    """
    gate, units = change.gate, change.measured
    if gate.reason == "one_period":
        return None
    if len(units) < 3:
        return show_note(say("labels.nothing_compared"), words)
    level, shift = (units["before"] + units["after"]) / 2, units["after"] - units["before"]
    figure, ax = open_figure(3.8)
    ax.axhline(0, color=GREY, linewidth=1, linestyle=(0, (4, 3)))
    for side, same in units.groupby("side_after"):
        at = same.index
        ax.scatter(
            level[at], shift[at], s=46, marker=SHAPES[str(side)], facecolor="#9ECAE1", edgecolor="#2171B5", zorder=3
        )
    span = (level.max() - level.min()) or 1
    ax.set_xlim(level.min() - 0.08 * span, level.max() + 0.32 * span)
    for row in choose_named(units).head(4).itertuples():
        ax.annotate(
            row.unit_name, (level[row.Index], shift[row.Index]), (7, 0), textcoords="offset points", va="center",
            fontsize=9.5, zorder=4,
        )  # fmt: skip
    ax.set_xlabel(words(f"labels.level_{gate.measure}_axis"))
    ax.set_ylabel(words(f"labels.shift_{gate.measure}_axis"))
    ax.yaxis.set_major_formatter(lambda value, _: ("+" if value > 0 else "") + format_rounded(value))
    data = pd.DataFrame({"unit_name": units["unit_name"], "level": level, "shift": shift})
    varied = np.ptp(level) > 0 and np.ptp(shift) > 0
    facts = {**gate.word_periods(), "n": len(units)}
    if not varied:
        return close_figure(figure, "oldham_flat", words, facts, data=data, score_axis=gate.measure == "points")
    r = float(np.corrcoef(level, shift)[0, 1])
    return close_figure(figure, "oldham", words, {**facts, "r": r}, data=data, score_axis=gate.measure == "points")


@drawing
def plot_transitions(words: Words, change: Change) -> Chart | Finding | None:
    """Draw who went from which tier to which as counts, with the units that one of the periods does not list.

    None for one period.
    """
    gate = change.gate
    if gate.reason == "one_period":
        return None
    if change.rated.empty:
        return show_note(say("labels.no_transitions"), words)
    table = cross_tiers(change)
    counts = table.to_numpy()
    names = [words.name(tier) for tier in table.columns]
    figure, ax = open_figure(1.5 + 0.62 * len(table))
    shade = np.ma.masked_equal(counts, 0)
    ax.imshow(shade, cmap="Blues", vmin=0, vmax=counts.max() * 1.3, aspect="auto")
    for (row, column), n in np.ndenumerate(counts):
        if (row, column) != (len(table) - 1, len(names) - 1):  # nobody is listed in neither period
            ink = "white" if n > 0.75 * counts.max() else INK
            ax.text(column, row, str(n), ha="center", va="center", fontsize=11, color=ink)
    ax.set_xticks(range(len(names)), names)
    ax.set_yticks(range(len(table)), [words.name(tier) for tier in table.index])
    ax.set_xlabel(words("labels.tier_in", at=words.date(gate.after)))
    ax.set_ylabel(words("labels.tier_in", at=words.date(gate.before)))
    ax.tick_params(length=0)
    rated = change.rated
    up = int((rated["tier_order_after"] < rated["tier_order_before"]).sum())
    down = int((rated["tier_order_after"] > rated["tier_order_before"]).sum())
    facts = {"n": len(rated), "moved": up + down, "up": up, "down": down, **gate.word_periods()}
    cells = [(table.index[row], names[column], int(n)) for (row, column), n in np.ndenumerate(counts)]
    data = pd.DataFrame(cells[:-1], columns=["tier_before", "tier_after", "n"])
    return close_figure(figure, "transitions", words, facts, data=data, score_axis=False)
