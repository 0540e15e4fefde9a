"""Charts of groups against each other: every unit a mark, the difference on an axis of its own."""

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes

from audit_lib.analysis.group_gap import resample_gap
from audit_lib.analysis.groups import Comparison, choose_main, count_group_tiers, list_groups, points_of
from audit_lib.display.charts import Chart
from audit_lib.display.findings import Finding, show_note
from audit_lib.figures.style import (
    GREY,
    INK,
    TIERS,
    UNTIERED,
    UNTIERED_RIM,
    close_figure,
    draw_key,
    draw_marks,
    drawing,
    open_figure,
    tabulate_curve,
)
from audit_lib.numbers import round_half_up
from audit_lib.wording.number_format import MOST_DIGITS, format_number
from audit_lib.wording.words import Words, say

SPACING = 0.11  # between neighbouring marks of a swarm, where groups are 1 apart
LINES = {0: ("#08519C", "-"), 1: ("#D55E00", (0, (5, 2))), 2: ("#1B6E4B", (0, (1.5, 1.5)))}


@drawing
def plot_gap(
    words: Words, scores: pd.DataFrame, column: str, comparisons: list[Comparison], seed: int
) -> Chart | Finding:
    """Draw an estimation plot: both groups with their means, and the difference with its interval (Gardner–Altman).

    The interval and its shape are bootstrapped (BCa, 9,999 resamples, seeded), for the eye only.
    """
    comparison = choose_main(comparisons)
    if comparison.status != "ok":
        return show_note(say("labels.no_comparison"), words)
    first, second = comparison.first, comparison.second
    figure, ax = open_figure(4.4)
    gap, drawn = resample_gap(scores, column, comparison, seed)
    for at, group in enumerate((second, first)):
        _draw_swarm(ax, scores, column, group, at, words)
    base = float(points_of(scores, column, second).mean())
    mean = base + float(gap.value or 0)
    for start, level in ((0.4, base), (1.4, mean)):
        ax.plot([start, 2.75], [level, level], color=GREY, linewidth=0.8, linestyle=":", zorder=1)
    if gap.low is not None and gap.high is not None:
        density, edges = np.histogram(drawn, bins=60)
        heights = 0.5 * np.convolve(density, np.ones(5) / 5, "same") / density.max()
        middles = (edges[1:] + edges[:-1]) / 2 + base
        ax.fill_betweenx(middles, 2.1, 2.1 + heights, color="#D0D0D0", linewidth=0)
        ax.plot([2.1, 2.1], [base + gap.low, base + gap.high], color=INK, linewidth=2.5)
    ax.plot(2.1, mean, "o", color=INK, markersize=8)
    ax.set_xlim(-0.75, 2.8)
    names = [
        words("labels.group_n", name=words.name(group), n=n) for group, n in _sizes(scores, column, [second, first])
    ]
    ax.set_xticks([0, 1, 2.1], [*names, words("labels.difference")])
    ax.set_ylabel(words("labels.score_axis"))
    beside = ax.secondary_yaxis("right", functions=(lambda score: score - base, lambda points: points + base))
    beside.set_ylabel(words("labels.gap_axis", first=words.name(first), second=words.name(second)))
    beside.yaxis.set_major_formatter(lambda value, _: ("+" if value > 0 else "") + format_number(value, 0))
    compared = scores[scores[column].isin([first, second])].dropna(subset=["score"])
    draw_key(ax, compared, words, loc="lower left", bbox_to_anchor=(0.66, 0.0), borderaxespad=0)
    facts = {"first": words.name(f"{first}_many"), "second": words.name(f"{second}_many"), "gap": gap.value}
    facts |= {
        "low": gap.low,
        "high": gap.high,
        "mean_first": comparison.mean_first,
        "mean_second": comparison.mean_second,
    }
    facts |= {"size": abs(gap.value or 0.0), "direction": words.name("less" if (gap.value or 0) < 0 else "more")}
    top_first, top_second = points_of(scores, column, first).max(), points_of(scores, column, second).max()
    facts |= {"top_first": top_first, "top_second": top_second}
    units = _list_swarms(scores, column, [second, first], words)
    beyond = {"group": words("groups.gap", first=words.name(first), second=words.name(second)), "low": gap.low}
    beyond |= {"unit_name": words.name("mean_gap"), "score": gap.value and _round(gap.value), "high": gap.high}
    data = pd.concat([units, pd.DataFrame([beyond]).astype({"low": "float64", "high": "float64"})], ignore_index=True)
    return close_figure(figure, "gap", words, facts, data=data)


@drawing
def plot_groups(words: Words, scores: pd.DataFrame, column: str) -> Chart | Finding:
    """Draw every group of a column as a swarm with its mean."""
    groups = list_groups(scores, column)
    if len(groups) < 2:
        return show_note(say("labels.one_group"), words)
    figure, ax = open_figure(4.2)
    for at, group in enumerate(groups):
        _draw_swarm(ax, scores, column, group, at, words)
    ax.set_xlim(-0.6, len(groups) + 0.1)
    draw_key(ax, scores.dropna(subset=["score", column]), words, loc="lower right", borderaxespad=0)
    names = [words("labels.group_n", name=words.name(group), n=n) for group, n in _sizes(scores, column, groups)]
    ax.set_xticks(range(len(groups)), names)
    ax.set_ylabel(words("labels.score_axis"))
    means = {group: float(points_of(scores, column, group).mean()) for group in groups}
    high, low = max(means, key=means.__getitem__), min(means, key=means.__getitem__)
    facts = {"high": words.name(f"{high}_many"), "low": words.name(f"{low}_many"), "n": len(groups)}
    facts |= {"mean_high": means[high], "mean_low": means[low]}
    return close_figure(figure, "groups", words, facts, data=_list_swarms(scores, column, groups, words))


def _draw_swarm(ax: Axes, scores: pd.DataFrame, column: str, group: str, at: float, words: Words) -> None:
    """Draw the units of a group side by side at their scores, and their mean as a line with its value."""
    units = scores[scores[column] == group].dropna(subset=["score"]).sort_values(["score", "tier_order"])
    row = units["score"] // 1  # half-points stand beside the whole points below them, not on them
    place, width = units.groupby(row).cumcount(), row.groupby(row).transform("size")
    draw_marks(ax, units.assign(x=at + SPACING * (place - (width - 1) / 2)), "x", "score", 30)
    mean = float(units["score"].mean())
    ax.plot([at - 0.36, at + 0.36], [mean, mean], color=INK, linewidth=2, zorder=4)
    label = words("labels.mean_value", mean=mean)
    ax.annotate(label, (at - 0.36, mean), (-4, 0), textcoords="offset points", ha="right", va="center", fontsize=9.5)


def _list_swarms(scores: pd.DataFrame, column: str, groups: list[str], words: Words) -> pd.DataFrame:
    """List the units of each group, highest score first, and after them the group's mean."""
    rows = []
    for group in groups:
        units = scores[scores[column] == group].dropna(subset=["score"])
        units = units.sort_values("score", ascending=False, kind="stable")[["unit_name", "score"]]
        mean = pd.DataFrame({"unit_name": [words.name("mean")], "score": [_round(units["score"].mean())]})
        rows.append(pd.concat([units, mean]).assign(group=group))
    listed = pd.concat(rows, ignore_index=True)[["group", "unit_name", "score"]]
    return listed.astype({"score": "object"})  # means with two decimals, scores as printed


def _round(mean: float) -> float:
    """Round what is computed and stands in a column of scores, where a number keeps its decimals."""
    return float(round_half_up(mean, MOST_DIGITS))


def _sizes(scores: pd.DataFrame, column: str, groups: list[str]) -> list[tuple[str, int]]:
    return [(group, len(points_of(scores, column, group))) for group in groups]


@drawing
def plot_group_ecdf(words: Words, scores: pd.DataFrame, column: str) -> Chart | Finding:
    """Draw the share of each group at or below each score: shows a crossing that means hide."""
    groups = list_groups(scores, column)[: len(LINES)]
    if len(groups) < 2:
        return show_note(say("labels.one_group"), words)
    figure, ax = open_figure(3.5)
    for number, group in enumerate(groups):
        colour, style = LINES[number]
        sns.ecdfplot(
            x=points_of(scores, column, group), ax=ax, color=colour, linestyle=style, linewidth=2, stat="percent"
        )
        score, share, above = _find_apart(scores, column, group, groups)
        ax.annotate(
            words.name(group), (score, share), (-6, 6) if above else (6, -6), textcoords="offset points",
            ha="right" if above else "left", va="bottom" if above else "top", color=colour,
        )  # fmt: skip
    ax.set_xlabel(words("labels.score_axis"))
    ax.set_ylabel(words("labels.share_below_axis"))
    low = {group: float(np.percentile(points_of(scores, column, group), 10)) for group in groups}
    high = {group: float(np.percentile(points_of(scores, column, group), 90)) for group in groups}
    worst, best = min(low, key=low.__getitem__), max(high, key=high.__getitem__)
    names = {"worst": words.name(f"{worst}_many"), "best": words.name(f"{best}_many")}
    key = "group_ecdf_cross" if worst == best else "group_ecdf"
    curves = [tabulate_curve(points_of(scores, column, group)).assign(group=group) for group in groups]
    data = pd.concat(curves, ignore_index=True)[["group", "score", "n_up_to", "share_up_to"]]
    return close_figure(figure, key, words, {**names, "low": low[worst], "high": high[best]}, data=data)


def _find_apart(scores: pd.DataFrame, column: str, group: str, groups: list[str]) -> tuple[float, float, bool]:
    """Find where a group's curve is furthest from the others: score, its share there in %, whether it is above them."""
    grid = np.sort(scores["score"].dropna().unique())
    points = {each: np.sort(points_of(scores, column, each)) for each in groups}
    shares = {each: 100 * (np.searchsorted(points[each], grid, side="right") / len(points[each])) for each in groups}
    gaps = shares[group] - np.array([shares[each] for each in groups if each != group])
    nearest = np.abs(gaps).min(axis=0)
    at = int(nearest.argmax())
    return float(grid[at]), float(shares[group][at]), bool(gaps[:, at].mean() > 0)


@drawing
def plot_group_tiers(words: Words, scores: pd.DataFrame, column: str) -> Chart | Finding:
    """Draw the tiers of each group as bars of equal length, with the counts inside."""
    counts = count_group_tiers(scores, column)
    if counts["tier"].isna().all():
        return show_note(say("labels.no_tiers"), words)
    groups = list(dict.fromkeys(counts["group"]))
    figure, ax = open_figure(1.5 + 0.55 * len(groups))
    orders = scores.dropna(subset=["tier"]).set_index("tier")["tier_order"].to_dict()
    for row, group in enumerate(groups):
        start = 0.0
        for part in counts[counts["group"] == group].itertuples():
            order = None if pd.isna(part.tier) else int(orders[part.tier])
            face, rim = (UNTIERED, UNTIERED_RIM) if order is None else (TIERS[min(order, 4)], "white")
            ax.barh(row, part.share_pct, left=start, height=0.62, color=face, edgecolor=rim, linewidth=1)
            if part.n:
                name = words.name("untiered") if order is None else part.tier
                label = words("labels.share_part", tier=name, n=part.n) if part.share_pct > 7 else str(part.n)
                ink = INK if order in (None, 2, 3) else "white"
                ax.text(start + part.share_pct / 2, row, label, ha="center", va="center", color=ink, fontsize=9.5)
            start += part.share_pct
    sizes = counts.groupby("group")["of"].first()
    ax.set_yticks(range(len(groups)), [words("labels.key", name=words.name(g), n=int(sizes[g])) for g in groups])
    ax.set_ylim(len(groups) - 0.5, -0.5)
    ax.set_xlim(0, 100)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    ax.set_xlabel(words("labels.share_axis"))
    best = counts.dropna(subset=["tier"]).groupby("group", sort=False).first()
    parts = [
        {"n": int(row.n), "of": int(row.of), "group": words.name(f"{group}_many"), "share": row.share_pct}
        for group, row in best.iterrows()
    ]
    counted, shares = ([words(f"labels.{key}", **part) for part in parts] for key in ("count_of", "share_of"))
    facts = {"tier": best["tier"].iloc[0], "counts": counted, "shares": shares}
    return close_figure(figure, "group_tiers", words, facts, data=counts, score_axis=False)
