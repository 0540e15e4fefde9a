"""Cuts on the score against the printed tiers: does a rule give them, where could its cuts lie, who does not fit?

Tables in are scores (see schemas.py). A unit without a tier or without a score stays out of what needs both, and is
counted where it is listed.
"""

from dataclasses import dataclass
from itertools import pairwise

import pandas as pd
from scipy import stats
from statsmodels.stats.inter_rater import cohens_kappa

from audit_lib.analysis.statistics import goodness_of_variance_fit
from audit_lib.analysis.tiers import name_by_score
from audit_lib.tables.tiers import apply_cuts, find_exceptions, list_tiers, rated
from audit_lib.wording.words import Phrase, Text, join, say, say_nothing_found

NEAR = 1.0  # points from a cut within which a unit is called near it: twice the step of most scores


@dataclass(frozen=True)
class CutRule:
    """A rule of two cuts held against the printed tiers.

    `crosstab` has a row per tier by the rule and a column per printed tier. `kappa` and `kappa_linear` are None where
    there is nothing to agree on.
    """

    top_cut: float
    low_cut: float
    crosstab: pd.DataFrame
    exceptions: pd.DataFrame
    at_cut: pd.DataFrame
    kappa: float | None
    kappa_linear: float | None

    @property
    def n_rated(self) -> int:
        return int(self.crosstab.to_numpy().sum())

    @property
    def n_agree(self) -> int:
        return self.n_rated - len(self.exceptions)


def compare_rule(scores: pd.DataFrame, top_cut: float, low_cut: float) -> CutRule | None:
    """Hold a rule of two cuts against the printed tiers. None where the tiers are not two or three.

    Agreement beyond chance by Cohen's kappa (1960), unweighted and linearly weighted (statsmodels).
    """
    units, tiers = rated(scores), list_tiers(scores)
    by_cut = apply_cuts(units, top_cut, low_cut)
    if by_cut is None:
        return None
    crosstab = pd.crosstab(by_cut, units["tier"]).reindex(index=tiers, columns=tiers, fill_value=0)
    varied = (crosstab.sum() > 0).sum() > 1
    kappas = [
        float(cohens_kappa(crosstab.to_numpy(), wt=weight, return_results=False)) if varied else None
        for weight in (None, "linear")
    ]
    at_cut = units[units["score"] == top_cut]
    return CutRule(top_cut, low_cut, crosstab, find_exceptions(scores, top_cut, low_cut), at_cut, kappas[0], kappas[1])


def tabulate_rule(rule: CutRule | None) -> pd.DataFrame:
    """Give the rule's crosstab as a table: a row per tier by the cuts, a column per printed tier."""
    if rule is None:
        return pd.DataFrame({"row_tier": []})
    return rule.crosstab.rename_axis(index="row_tier", columns=None).reset_index()


def measure_agreement(scores: pd.DataFrame, rule: CutRule | None) -> pd.Series:
    """Measure how closely tiers follow scores, 1 being always: NA where all scores or all tiers are equal.

    Empty where no unit has both.

    Cohen's kappa of the rule (unweighted, linear), Kendall's tau-b, Somers' D of the score given the tier (SciPy: over
    pairs of units of different tiers), and the goodness of variance fit of the printed tiers.
    """
    units = rated(scores)
    if units.empty:
        return pd.Series(dtype="object")
    varied = units["score"].nunique() > 1 and units["tier"].nunique() > 1
    better = -units["tier_order"].astype("int64")
    return pd.Series(
        {
            "kappa": rule and rule.kappa,
            "kappa_linear": rule and rule.kappa_linear,
            "tau_b": float(stats.kendalltau(units["score"], better).statistic) if varied else None,
            "somers_d": float(stats.somersd(better, units["score"]).statistic) if varied else None,
            "gvf_tiers": goodness_of_variance_fit(units["score"], units["tier_order"]) if varied else None,
        },
        dtype="object",
    )


def imply_cuts(scores: pd.DataFrame) -> pd.DataFrame:
    """Find where the cut between two neighbouring tiers must lie.

    Tiers without any score have no neighbours. If the scores of two do not overlap, any cut above `low` up to `high`
    parts them (`is_overlap` False). If they do, no cut does, and low to high is the zone of scores found in both
    reaches, holding `n_units` units.
    """
    units, rows = rated(scores), []
    for better, worse in pairwise(list_tiers(units)):
        lowest = units.loc[units["tier"] == better, "score"].min()
        highest = units.loc[units["tier"] == worse, "score"].max()
        low, high = sorted([lowest, highest])
        inside = units["tier"].isin([better, worse]) & units["score"].between(low, high)
        overlaps = highest >= lowest
        row = {"better_tier": better, "lower_tier": worse, "low": low, "high": high, "is_overlap": bool(overlaps)}
        rows.append({**row, "n_units": int(inside.sum()) if overlaps else 0})
    return pd.DataFrame(rows, columns=["better_tier", "lower_tier", "low", "high", "is_overlap", "n_units"])


def scan_cuts(scores: pd.DataFrame) -> pd.DataFrame:
    """Try every score as the cut for the best tier and as the floor of the last one.

    One row per distinct score: how many units score at least it, how many tiers a cut there would get wrong, and the
    same for scores below it. Sizes count every scored unit, errors those that also have a tier.
    """
    points, units = scores["score"].dropna(), rated(scores)
    if units.empty:
        return pd.DataFrame(columns=["cut", "n_at_least", "errors_best", "n_below", "errors_last"])
    tiers = list_tiers(scores)
    best, last = units["tier"] == tiers[0], units["tier"] == tiers[-1]
    rows = []
    for cut in sorted(points.unique(), reverse=True):
        reaches = units["score"] >= cut
        rows.append(
            {
                "cut": cut,
                "n_at_least": int((points >= cut).sum()),
                "errors_best": int((reaches != best).sum()),
                "n_below": int((points < cut).sum()),
                "errors_last": int((~reaches != last).sum()),
            }
        )
    return pd.DataFrame(rows)


def find_near(scores: pd.DataFrame, cuts: tuple[float, ...], within: float = NEAR) -> pd.DataFrame:
    """List the scored units within so many points of a cut, cut by cut, highest score first. None without tiers."""
    points = scores.dropna(subset=["score"]) if list_tiers(scores) else scores.iloc[:0]
    near = [points[(points["score"] - cut).abs() <= within].assign(cut=cut) for cut in cuts]
    return pd.concat(near)[["cut", "unit_name", "side", "score", "rank", "n_tied", "tier", "table_line"]]


def explain_exceptions(rule: CutRule | None, mentions: pd.DataFrame) -> pd.DataFrame:
    """Put beside each exception where the prose names the unit. A mention is a circumstance, not a stated reason."""
    columns = ["unit_name", "score", "tier_by_cut", "tier", "sentiment", "section", "item", "line", "table_line"]
    if rule is None:
        return pd.DataFrame(columns=columns)
    named = mentions.dropna(subset=["sentiment"])[["unit_id", "sentiment", "section", "item", "line"]]
    return rule.exceptions.merge(named, on="unit_id", how="left")[columns]


def describe_tiers(rule: CutRule | None) -> Phrase:
    """Say how far two cuts on the score give the printed tiers, and who does not fit."""
    if rule is None or not rule.n_rated:
        return say_nothing_found("tiers.not_published")
    cuts = {"top_cut": rule.top_cut, "low_cut": rule.low_cut}
    two = len(rule.crosstab) == 2
    sentence = say("tiers.rule_one" if two else "tiers.rule_two", **cuts, n_agree=rule.n_agree, n_rated=rule.n_rated)
    exceptions = rule.exceptions
    if exceptions.empty:
        return say("tiers.no_exceptions", sentence=sentence)
    placed = exceptions["tier"].unique()
    facts = {"n": len(exceptions), "units": name_by_score(exceptions)}
    if len(placed) == 1:
        clause = say("tiers.exceptions_same" if len(exceptions) > 1 else "tiers.exception_one", tier=placed[0], **facts)
    else:
        clause = say("tiers.exceptions_mixed", tiers=_count_tiers(exceptions), **facts)
    sentence = say("tiers.with_exceptions", sentence=sentence, clause=clause)
    if rule.at_cut["tier"].nunique() < 2:
        return say("tiers.stop", sentence=sentence)
    tiers = join(_count_tiers(rule.at_cut, "tiers.first_are"), "tiers.and")
    return say("tiers.with_cut", sentence=sentence, n=len(rule.at_cut), cut=rule.top_cut, tiers=tiers)


def _count_tiers(units: pd.DataFrame, first: str = "tiers.tier_count") -> list[Phrase]:
    """Word the number of units in each tier, best first; the first of them by a template of its own."""
    counts = units.groupby("tier_order")["tier"].agg(["first", "size"])
    keys = [first, *["tiers.tier_count"] * (len(counts) - 1)]
    return [
        say(key, tier=row["first"], n=int(row["size"])) for key, (_, row) in zip(keys, counts.iterrows(), strict=True)
    ]


def describe_overlap(cuts: pd.DataFrame, scan: pd.DataFrame) -> Text | None:
    """Say between which scores each cut must lie, or that none can part the two tiers. Empty without two tiers."""
    best = scan["errors_best"].min()
    sentences = []
    for index, row in enumerate(cuts.itertuples()):
        facts = {"better": row.better_tier, "lower": row.lower_tier, "low": row.low, "high": row.high}
        if not row.is_overlap:
            sentences.append(say("tiers.cut_exists", **facts))
        elif index == 0:
            sentences.append(say("tiers.no_cut_best", **facts, n=row.n_units, errors=int(best)))
        else:
            sentences.append(say("tiers.no_cut", **facts, n=row.n_units))
    return join(sentences, "sentences")
