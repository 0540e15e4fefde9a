"""Charts of the spread of scores: every unit a mark, ties kept as ties."""

from typing import Any

import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

from audit_lib.analysis.cuts import CutRule, compare_rule, imply_cuts
from audit_lib.analysis.distribution import TieOrder, count_shared, find_outliers, range_ranks, scored, summarise_scores
from audit_lib.display.charts import Chart
from audit_lib.display.findings import Finding, show_note
from audit_lib.figures.style import (
    GREY,
    INK,
    SIDES,
    ZONE,
    close_figure,
    draw_key,
    draw_marks,
    drawing,
    open_figure,
    place_labels,
    tabulate_curve,
)
from audit_lib.wording.number_format import format_score
from audit_lib.wording.words import Words, say

MOST_LABELS = 8  # more labels than that are a table


@drawing
def plot_scores(words: Words, scores: pd.DataFrame, top_cut: float, low_cut: float) -> Chart | Finding:
    """Draw a stacked-dot histogram: one mark per unit at its exact score, exceptions to the cuts named."""
    return _plot_scores(words, scores, top_cut, low_cut)


def _plot_scores(words: Words, scores: pd.DataFrame, top_cut: float, low_cut: float) -> Chart | Finding:
    units = _stack(scored(scores))
    if units.empty:
        return show_note(say("labels.nothing"), words)
    rule = _hold_rule(scores, top_cut, low_cut)
    figure, ax = open_figure(4.1)
    tops = units.groupby("score")["level"].max().to_dict()
    ax.set_xlim(units["score"].min() - 1.5, units["score"].max() + 1.5)
    ax.set_ylim(0, max(max(tops.values()) + 2.2, 4))
    has_exceptions = rule is not None and len(rule.exceptions) > 0
    for cut in imply_cuts(scores).itertuples() if has_exceptions else ():
        if cut.is_overlap:
            ax.axvspan(cut.low - 0.4, cut.high + 0.4, color=ZONE, zorder=0)
    draw_marks(ax, units, "score", "level", 46)
    _draw_cuts(ax, _keep_parting((low_cut, top_cut), units["score"]) if rule else [], words)
    place_labels(ax, _label_scores(units, rule.exceptions if rule else None, words), tops, 0.72)
    mean = float(units["score"].mean())
    ax.plot([mean, mean], [0, 0.45], color=INK, linewidth=2.5, solid_capstyle="butt")
    ax.annotate(
        words("labels.mean", mean=mean), (mean, 0.22), (5, 0), textcoords="offset points", va="center", fontsize=9
    )
    ax.set_xlabel(words("labels.score_axis"))
    ax.set_ylabel(words("labels.units_axis"))
    highest = max(tops.values())
    ax.set_yticks([tick for tick in MaxNLocator(6, integer=True).tick_values(0, highest) if tick <= highest])
    draw_key(ax, units, words, loc="upper left", borderaxespad=0)
    data = _list_marks(units)
    facts = {"n": len(units), "min": units["score"].min(), "max": units["score"].max(), "mean": mean}
    if rule is None:
        tiers = words(f"figures.scores_untiered.{'tiered' if units['tier'].notna().any() else 'untiered'}")
        return close_figure(figure, "scores_untiered", words, facts | {"tiers": tiers}, data=data)
    facts |= {"n_agree": rule.n_agree, "n_rated": rule.n_rated, "n_exceptions": len(rule.exceptions)}
    facts |= {"top_cut": top_cut, "low_cut": low_cut, "units": list(rule.exceptions["unit_name"])}
    return close_figure(figure, "scores", words, facts, data=data)


def _list_marks(units: pd.DataFrame) -> pd.DataFrame:
    """List the units drawn, highest score first; tiers only where they are published."""
    ordered = units.sort_values("score", ascending=False, kind="stable")
    columns = ["unit_name", "side", "score", *(["tier"] if units["tier"].notna().any() else [])]
    return ordered[columns]


def _stack(units: pd.DataFrame) -> pd.DataFrame:
    """Give each unit its level in the column of its score: bureaus below towns, better tiers above."""
    ordered = units.assign(order=units["tier_order"].fillna(0)).sort_values(["side", "order"], ascending=[True, False])
    return ordered.assign(level=ordered.groupby("score").cumcount() + 1)


def _keep_parting(cuts: tuple[float, ...], points: pd.Series) -> list[float]:
    """Keep the cuts that part the scores; one beyond all of them has no place on their axis."""
    return [cut for cut in cuts if points.min() < cut <= points.max()]


def _draw_cuts(ax: Axes, cuts: list[float], words: Words) -> None:
    for cut in cuts:
        # Half a step left of the cut: units at the cut stand on its upper side.
        ax.axvline(cut - 0.25, color=GREY, linewidth=1, linestyle=(0, (4, 3)), zorder=1)
        label = words("labels.cut", cut=cut)
        ax.annotate(
            label, (cut - 0.25, 1), (-4, -2), xycoords=("data", "axes fraction"), textcoords="offset points",
            ha="right", va="top", fontsize=9, color=GREY,
        )  # fmt: skip


def _label_scores(units: pd.DataFrame, exceptions: pd.DataFrame | None, words: Words) -> list[tuple[float, str]]:
    """Name what a reader will ask about: outliers, units in no tier, exceptions to the cuts (by score and tier)."""
    labels = []
    outliers = units[units["unit_name"].isin(find_outliers(units)["unit_name"])]
    untiered = units[units["tier"].isna()] if units["tier"].notna().any() else units.iloc[:0]
    for row in pd.concat([outliers, untiered]).drop_duplicates("unit_id").itertuples():
        labels.append((row.score, words("labels.unit_label", unit=row.unit_name, score=row.score)))
    if exceptions is not None and len(exceptions):
        drawn = units[units["unit_id"].isin(exceptions["unit_id"])]
        for (score, tier), same in drawn.groupby(["score", "tier"], sort=True):
            text = words("labels.exception_label", units=list(same["unit_name"]), score=score, tier=tier)
            labels.append((score, text))
    return labels[:MOST_LABELS]


def _hold_rule(scores: pd.DataFrame, top_cut: float, low_cut: float) -> CutRule | None:
    """Hold the cuts against the tiers. None where they meet none: nobody's, they are neither drawn nor named."""
    rule = compare_rule(scores, top_cut, low_cut)
    return rule if rule is not None and rule.n_rated else None


@drawing
def plot_league(words: Words, scores: pd.DataFrame) -> Chart | Finding:
    """Draw the league table without false order: units by score, tied units in one band with one rank."""
    units = scored(scores).sort_values(["table_no", "score"], ascending=[True, False], kind="stable", ignore_index=True)
    if units.empty:
        return show_note(say("labels.nothing"), words)
    units = units.assign(row=range(len(units)), places=range_ranks(units["rank"], units["n_tied"]))
    figure, ax = open_figure(1.95 + 0.205 * len(units))
    span = units["score"].max() - units["score"].min() or 1
    ax.set_xlim(units["score"].min() - 0.05 * span, units["score"].max() + 0.26 * span)
    ax.set_ylim(len(units) - 0.4, -1.2)
    for band, (_, tied) in enumerate(units.groupby(["table_no", "score"], sort=False)):
        top, bottom = tied["row"].min() - 0.5, tied["row"].max() + 0.5
        if band % 2:
            ax.axhspan(top, bottom, color="#F2F2F2", zorder=0)
        key = "labels.rank" if len(tied) == 1 else "labels.rank_tied"
        label = words(key, rank=words.ranks(tied["places"].iloc[0]), n=len(tied))
        ax.annotate(
            label, (1, (top + bottom) / 2), (-4, 0), xycoords=("axes fraction", "data"), textcoords="offset points",
            ha="right", va="center", fontsize=9, color=INK,
        )  # fmt: skip
    median = float(units["score"].median())
    ax.axvline(median, color=GREY, linewidth=1, linestyle=":", zorder=1)
    ax.annotate(words("labels.median", median=median), (median, -0.85), (4, 0), textcoords="offset points", fontsize=9)
    draw_marks(ax, units, "score", "row", 46)
    ax.set_yticks(units["row"], units["unit_name"], fontsize=9.5)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    ax.set_xlabel(words("labels.score_axis"))
    draw_key(ax, units, words, loc="lower right", bbox_to_anchor=(1, 1), borderaxespad=0.4, ncols=6, columnspacing=1.2)
    ties = count_shared(scores)
    facts = {"n": ties.n_units, "n_distinct": ties.n_distinct, "n_tied": ties.n_tied, "median": median}
    first, last = units.iloc[0], units.iloc[-1]
    ends = {"first": first["unit_name"], "max": first["score"], "last": last["unit_name"], "min": last["score"]}
    n_tables = units["table_no"].nunique()
    data = units[[*(["table_no"] if n_tables > 1 else []), "places", "unit_name", "side", "score"]]
    data = data.rename(columns={"places": "rank_range"})
    if n_tables > 1:
        for start in units.index[units["table_no"].diff() > 0]:
            ax.axhline(start - 0.5, color=INK, linewidth=1.2)
        return close_figure(figure, "league_tables", words, {**facts, "n_tables": n_tables}, data=data)
    return close_figure(figure, "league" if ties.n_tied else "league_untied", words, {**facts, **ends}, data=data)


@drawing
def plot_tie_order(words: Words, order: TieOrder) -> Chart | Finding:
    """Draw the printed order inside ties of towns and bureaus: one row per tie, one box per unit."""
    groups = order.groups
    if groups.empty:
        return show_note(say("labels.no_mixed_ties"), words)
    figure, ax = open_figure(1.35 + 0.42 * len(groups))
    widest = max(groups["n"])
    ax.set_xlim(-0.75, widest + 0.85)
    ax.set_ylim(len(groups) - 0.4, -0.7)
    ax.axis("off")
    for row, tie in enumerate(groups.itertuples()):
        ax.text(-0.15, row, format_score(tie.score), ha="right", va="center")
        for place, (unit, side) in enumerate(zip(tie.units, tie.sides, strict=True)):
            ax.add_patch(Rectangle((place + 0.03, row - 0.38), 0.94, 0.76, facecolor=SIDES[side], edgecolor="white"))
            ink = "white" if side == "town" else INK
            ax.text(place + 0.5, row, unit, ha="center", va="center", fontsize=9.5, color=ink)
        ax.text(len(tie.units) + 0.12, row, words("labels.odds", odds=tie.odds), va="center", fontsize=9, color=GREY)
    data = groups[["score", "units", "sides"]].explode(["units", "sides"], ignore_index=True)
    data = data.assign(position=data.groupby("score").cumcount() + 1)
    data = data.rename(columns={"units": "unit_name", "sides": "side"})[["score", "position", "unit_name", "side"]]
    facts: dict[str, Any] = {"n": len(groups), "odds": order.odds}
    if order.first_side is None:
        return close_figure(figure, "tie_order_none", words, facts, data=data, score_axis=False)
    facts["side"] = words.name(f"{order.first_side}_many")
    return close_figure(figure, "tie_order", words, facts, data=data, score_axis=False)


@drawing
def plot_ecdf(words: Words, scores: pd.DataFrame, top_cut: float, low_cut: float) -> Chart | Finding:
    """Draw the share of units at or below each score: any share can be read off, that at the cuts where tiers are."""
    points = scored(scores)["score"]
    if points.empty:
        return show_note(say("labels.nothing"), words)
    figure, ax = open_figure(3.3)
    sns.ecdfplot(x=points, ax=ax, color="#08519C", linewidth=2, stat="percent")
    is_held = _hold_rule(scores, top_cut, low_cut) is not None
    cuts = _keep_parting((low_cut, top_cut), points) if is_held else []
    _draw_cuts(ax, cuts, words)
    for cut in cuts:
        below = 100 * float((points < cut).mean())
        ax.annotate(
            words("labels.below", share=below, cut=cut), (cut - 0.25, below), (-6, 5), textcoords="offset points",
            ha="right", fontsize=9.5,
        )  # fmt: skip
    ax.set_xlabel(words("labels.score_axis"))
    ax.set_ylabel(words("labels.share_below_axis"))
    spread, curve = summarise_scores(scores), tabulate_curve(points)
    if not is_held:
        return close_figure(figure, "ecdf_untiered", words, spread.to_dict(), data=curve)
    low, high = 100 * float((points < low_cut).mean()), 100 * float((points >= top_cut).mean())
    facts = {"low": low, "high": high, "low_cut": low_cut, "top_cut": top_cut}
    return close_figure(figure, "ecdf", words, {**facts, **spread}, data=curve)


@drawing
def plot_digits(words: Words, digits: pd.DataFrame) -> Chart | Finding:
    """Draw how often each last digit occurs among whole-number scores, beside the tenth expected of each."""
    total = int(digits["n"].sum())
    if not total:
        return show_note(say("distribution.no_whole_scores"), words)
    figure, ax = open_figure(2.5)
    ax.bar(digits["digit"], digits["n"], color="#9ECAE1", edgecolor="#2171B5", width=0.7)
    ax.plot([-0.6, 9.5], [total / 10, total / 10], color=INK, linewidth=1, linestyle=(0, (4, 3)))
    ax.annotate(words("labels.tenth", expected=total / 10), (9.6, total / 10), va="center", fontsize=9.5)
    for digit, n in zip(digits["digit"], digits["n"], strict=True):
        ax.annotate(str(n), (digit, 0), (0, 4), textcoords="offset points", ha="center", fontsize=9.5)
    ax.set_xticks(digits["digit"])
    ax.set_xlim(-0.6, 11.2)
    ax.set_xlabel(words("labels.digit_axis"))
    ax.set_ylabel(words("labels.units_axis"))
    most = digits.loc[digits["n"].idxmax()]
    facts = {"n": total, "digit": int(most["digit"]), "most": int(most["n"]), "expected": total / 10}
    return close_figure(figure, "digits", words, facts, data=digits, score_axis=False)
