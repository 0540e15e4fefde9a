"""Charts of tiers against scores: what a cut would do, and how far each tier reaches."""

import pandas as pd
from matplotlib.ticker import MaxNLocator

from audit_lib.analysis.cuts import imply_cuts, scan_cuts
from audit_lib.analysis.tiers import summarise_tiers
from audit_lib.display.charts import Chart
from audit_lib.display.findings import Finding, show_note
from audit_lib.figures.style import GREY, INK, RIMS, TIERS, ZONE, close_figure, draw_marks, drawing, open_figure
from audit_lib.tables.tiers import list_tiers, rated
from audit_lib.wording.words import Words, say


@drawing
def plot_cuts(words: Words, scores: pd.DataFrame) -> Chart | Finding:
    """Draw what each score would do as the cut for the best tier: tiers it gets wrong, and the size it gives it."""
    if rated(scores)["tier"].nunique() < 2:
        return show_note(say("labels.no_tiers"), words)
    scan = scan_cuts(scores).sort_values("cut")
    best = list_tiers(scores)[0]
    size = int((scores["tier"] == best).sum())
    figure, (above, below) = open_figure(4.6, rows=2, sharex=True)
    above.step(scan["cut"], scan["errors_best"], where="pre", color=INK, linewidth=1.6)
    fewest = int(scan["errors_best"].min())
    for row in scan[scan["errors_best"] == fewest].itertuples():
        above.plot(row.cut, row.errors_best, "o", color=TIERS[3], markersize=7, markeredgecolor=RIMS[3])
        label = words("labels.fewest", n=fewest, cut=row.cut)
        above.annotate(label, (row.cut, fewest), (-2, 12), textcoords="offset points", ha="right", fontsize=9.5)
    above.set_ylim(0, None)
    above.set_ylabel(words("labels.errors_axis"))
    below.step(scan["cut"], scan["n_at_least"], where="pre", color=TIERS[1], linewidth=1.6)
    below.axhline(size, color=GREY, linewidth=1, linestyle=(0, (4, 3)))
    below.annotate(
        words("labels.printed_size", tier=best, n=size), (scan["cut"].min(), size), (0, 3), textcoords="offset points",
        fontsize=9.5,
    )  # fmt: skip
    below.set_ylim(0, None)
    below.set_ylabel(words("labels.size_axis"))
    below.set_xlabel(words("labels.cut_axis"))
    for ax in (above, below):
        ax.yaxis.set_major_locator(MaxNLocator(5, integer=True))
    facts = {"tier": best, "errors": fewest, "size": size}
    facts["sizes"] = [int(n) for n in scan.loc[scan["errors_best"] == fewest, "n_at_least"]]
    return close_figure(
        figure, "cuts" if fewest else "cuts_clean", words, facts, data=scan[["cut", "errors_best", "n_at_least"]]
    )


@drawing
def plot_tier_reach(words: Words, scores: pd.DataFrame) -> Chart | Finding:
    """Draw how far each tier reaches: its units as marks, its range as a bar, the zone of overlap shaded."""
    units = rated(scores)
    if units.empty:
        return show_note(say("labels.no_tiers"), words)
    tiers = list_tiers(units)
    figure, ax = open_figure(1.55 + 0.75 * len(tiers))
    summary = summarise_tiers(units)
    for row, tier in enumerate(summary.itertuples()):
        ax.plot([tier.min, tier.max], [row + 0.3, row + 0.3], color=INK, linewidth=2.5, solid_capstyle="butt")
        ends = words("labels.reach", low=tier.min, high=tier.max, median=tier.median)
        ax.annotate(ends, (tier.max, row + 0.3), (7, 0), textcoords="offset points", va="center", fontsize=9.5)
    cuts = imply_cuts(units)
    for cut in cuts.itertuples():
        if cut.is_overlap:
            ax.axvspan(cut.low - 0.25, cut.high + 0.25, color=ZONE, zorder=0)
    units = units.assign(row=[tiers.index(tier) for tier in units["tier"]])
    level = units.groupby(["tier", "score"]).cumcount()
    draw_marks(ax, units.assign(y=units["row"] + 0.12 - 0.085 * level), "score", "y", 34)
    ax.set_ylim(len(tiers) - 0.45, -0.75)
    ax.set_xlim(units["score"].min() - 1.5, units["score"].max() + 6.5)
    ax.set_yticks(
        range(len(tiers)), [words("labels.key", name=row.tier, n=row.n_scored) for row in summary.itertuples()]
    )
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    ax.set_xlabel(words("labels.score_axis"))
    overlaps = cuts[cuts["is_overlap"]]
    reaches = [words("labels.tier_reach", tier=row.tier, low=row.min, high=row.max) for row in summary.itertuples()]
    facts = {"reaches": reaches}
    data = units.sort_values(["row", "score"], ascending=[True, False], kind="stable")
    data = data[["tier", "unit_name", "side", "score"]]
    if overlaps.empty:
        return close_figure(figure, "reach_clean", words, facts, data=data)
    zone = overlaps.iloc[0]
    facts |= {"better": zone["better_tier"], "lower": zone["lower_tier"], "low": zone["low"], "high": zone["high"]}
    return close_figure(figure, "reach", words, {**facts, "n": int(zone["n_units"])}, data=data)
