"""Cuts on the score compared with the printed tiers: does a rule explain them, and who does not fit?

A unit without a tier or without a score is left out of what needs both, and counted where it is listed.
"""

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import pandas as pd

from audit_lib.notices.notice import Notice
from audit_lib.tables.tiers import apply_cuts, fit_cuts, rated, scale_tiers
from audit_lib.wording.words import Phrase, Text, Tier, Unit, join, say, say_nothing_found

MOST_NAMES = 8  # more units than that are listed in a table, not in a sentence


@dataclass(frozen=True)
class CutRule:
    """A rule of two cuts compared with the printed tiers.

    `units` has the units with score and tier, and `tier_by_cut`; `tiers` lists the printed tiers, best first.
    `unrated` are the scores of the units without a tier.
    """

    top_cut: float
    low_cut: float
    tiers: tuple[str, ...]
    units: pd.DataFrame
    unrated: pd.Series

    @cached_property
    def exceptions(self) -> pd.DataFrame:
        """The units whose printed tier is another than that of the rule."""
        return self.units[self.units["tier_by_cut"] != self.units["tier"]]

    @property
    def n_rated(self) -> int:
        return len(self.units)

    @property
    def n_agree(self) -> int:
        return self.n_rated - len(self.exceptions)

    @property
    def at_cut(self) -> pd.DataFrame:
        """The units that score exactly the upper cut."""
        return self.units[self.units["score"] == self.top_cut]


def compare_rule(scores: pd.DataFrame, top_cut: float, low_cut: float) -> CutRule | None:
    """Compare a rule of two cuts with the printed tiers. None where the tiers are not two or three of known order.

    On another scale the default cuts give way to those at which the scores part the tiers, see `fit_cuts`.
    """
    top_cut, low_cut = fit_cuts(scores, top_cut, low_cut)
    units = apply_cuts(scores, top_cut, low_cut)
    if units is None:
        return None
    unrated = scores.loc[scores["tier"].isna(), "score"].dropna()
    return CutRule(top_cut, low_cut, tuple(scale_tiers(scores)), units, unrated)


def tabulate_rule(rule: CutRule | None) -> pd.DataFrame:
    """Return units by tier of the cuts (rows) and printed tier (columns); no row without units with score and tier."""
    if rule is None or not rule.n_rated:
        return pd.DataFrame({"row_tier": []})
    counted = pd.crosstab(rule.units["tier_by_cut"], rule.units["tier"])
    counted = counted.reindex(index=list(rule.tiers), columns=list(rule.tiers), fill_value=0)
    return counted.rename_axis(index="row_tier", columns=None).reset_index()


def imply_cuts(scores: pd.DataFrame) -> pd.DataFrame:
    """Find where the cut between two neighbouring tiers must lie.

    Tiers without any score have no neighbours. If the scores of two do not overlap, any cut above `low` up to `high`
    separates them (`is_overlap` False). If they do, no cut does, and low to high is the zone of scores found in both,
    holding `n_units` units.
    """
    units, rows = rated(scores), []
    for better, worse in pairwise(scale_tiers(units)):
        lowest = units.loc[units["tier"] == better, "score"].min()
        highest = units.loc[units["tier"] == worse, "score"].max()
        low, high = sorted([lowest, highest])
        inside = units["tier"].isin([better, worse]) & units["score"].between(low, high)
        overlaps = highest >= lowest
        rows.append((better, worse, low, high, bool(overlaps), int(inside.sum()) if overlaps else 0))
    return pd.DataFrame(rows, columns=["better_tier", "lower_tier", "low", "high", "is_overlap", "n_units"])


def explain_exceptions(rule: CutRule | None, mentions: pd.DataFrame) -> pd.DataFrame:
    """List the exceptions with how the text names each unit: a circumstance, not a stated reason.

    Without ratings where they are the same for all: the title of the table says them.
    """
    columns = ["unit_name", "score", "tier", "tier_by_cut", "sentiment"]
    if rule is None or rule.exceptions.empty:
        return pd.DataFrame(columns=columns)
    named = mentions.dropna(subset=["sentiment"]).drop_duplicates("unit_id")[["unit_id", "sentiment"]]
    listed = rule.exceptions.merge(named, on="unit_id", how="left")[columns].dropna(axis="columns", how="all")
    is_one_kind = len(listed[["tier", "tier_by_cut"]].drop_duplicates()) == 1
    return listed.drop(columns=["tier", "tier_by_cut"]) if is_one_kind else listed


def describe_rule(rule: CutRule | None, notice: Notice | None = None) -> Phrase:
    """Describe whether the tiers follow the score by two cuts; with `notice`, also if its text gives no reason."""
    if rule is None or not rule.n_rated:
        return say_nothing_found("tiers.not_published")
    facts = {"top_cut": rule.top_cut, "best": Tier(rule.tiers[0]), "n_rated": rule.n_rated}
    if rule.exceptions.empty:
        lower = {"low_cut": rule.low_cut, "middle": Tier(rule.tiers[1]), "last": Tier(rule.tiers[-1])}
        return say("tiers.follows_three" if len(rule.tiers) == 3 else "tiers.follows_two", **facts, **lower)
    n, n_top = len(rule.exceptions), int((rule.units["score"] >= rule.top_cut).sum())
    below = rule.exceptions["score"] < rule.top_cut
    if below.any():
        return say("tiers.exception" if n == 1 else "tiers.exceptions", n=n, n_rated=rule.n_rated)
    # A text that names the cut as points may state a rule for it.
    is_explained = notice is None or any(f"{rule.top_cut:g}分" in line.text for line in notice.document.lines)
    ending = "" if is_explained else say("tiers.unexplained")
    key = "tiers.none_at_top" if n == n_top else "tiers.not_all_at_top"
    return say(key, **facts, n_top=n_top, n=n, ending=ending)


def list_exceptions(rule: CutRule | None) -> Phrase | None:
    """Name the exceptions with their scores, highest first; None without any, or with too many for a sentence."""
    if rule is None or rule.exceptions.empty or len(rule.exceptions) > MOST_NAMES:
        return None
    highest = rule.exceptions["score"].max()
    best = rule.units[rule.units["tier"] == rule.tiers[0]]
    n_lower = int((best["score"] < highest).sum()) if rule.exceptions["tier"].ne(rule.tiers[0]).all() else 0
    groups = []
    for at, (score, units) in enumerate(rule.exceptions.groupby("score", sort=False)):
        beaten = say("tiers.beats", n=n_lower, best=Tier(rule.tiers[0])) if at == 0 and n_lower else ""
        key = "tiers.unit_at" if len(units) == 1 else "tiers.units_at"
        groups.append(say(key, units=[Unit(name) for name in units["unit_name"]], score=score, beaten=beaten))
    key = "tiers.the_one" if len(rule.exceptions) == 1 else "tiers.the_few"
    return say(key, n=len(rule.exceptions), units=join(groups, "clauses"))


def describe_at_cut(rule: CutRule | None) -> Phrase | None:
    """Describe which tiers the units at exactly the upper cut have; None where they are all in one."""
    if rule is None or rule.at_cut["tier"].nunique() < 2:
        return None
    counts = rule.at_cut.groupby("tier_order")["tier"].agg(["first", "size"])
    tiers = [
        say("tiers.units_are" if at == 0 else "tiers.more_are", n=int(row["size"]), tier=Tier(row["first"]))
        for at, (_, row) in enumerate(counts.iterrows())
    ]
    is_even = len(counts) == 2 and counts["size"].nunique() == 1
    return say("tiers.at_cut_even" if is_even else "tiers.at_cut", cut=rule.top_cut, tiers=join(tiers, "parts"))


def describe_below(rule: CutRule | None) -> Phrase | None:
    """State that below the upper cut the tier follows the score; None where it does not, or no unit is below it."""
    if rule is None or rule.exceptions.empty or (rule.exceptions["score"] < rule.top_cut).any():
        return None
    below = rule.units[rule.units["score"] < rule.top_cut]
    clauses = [_describe_reach(rule, below, tier) for tier in rule.tiers[1:]]
    reaches = join([clause for clause in clauses if clause], "parts")
    return say("tiers.below", reaches=reaches) if reaches else None


def _describe_reach(rule: CutRule, below: pd.DataFrame, tier: str) -> Phrase | None:
    """State that every unit in the reach of a tier has it: of all units, or of those with a tier."""
    scores = below.loc[below["tier"] == tier, "score"]
    if scores.empty:
        return None
    low, high = scores.min(), scores.max()
    cut = rule.low_cut if len(rule.tiers) == 3 else rule.top_cut
    is_last = tier == rule.tiers[-1]
    is_all = not (rule.unrated < cut if is_last else rule.unrated.between(low, high)).any()
    facts = {"tier": Tier(tier), "unit": say("tiers.every_unit" if is_all else "tiers.every_rated")}
    if is_last:
        return say("tiers.reach_below", cut=cut, **facts)
    return say("tiers.reach" if low < high else "tiers.reach_point", low=low, high=high, **facts)


def describe_overlap(scores: pd.DataFrame) -> Text | None:
    """State which neighbouring tiers overlap, or between which scores a pass mark lies. None without two tiers."""
    sentences = []
    for row in imply_cuts(scores).itertuples():
        facts = {"better": Tier(row.better_tier), "lower": Tier(row.lower_tier), "low": row.low, "high": row.high}
        between, at = ("no_cut", "no_cut_at") if row.is_overlap else ("cut_exists", "cut_meets")
        sentences.append(say(f"tiers.{between if row.low < row.high else at}", **facts))
    return join(sentences, "sentences")


def find_best_cuts(rule: CutRule) -> tuple[float, float]:
    """Find the two cuts, of the scores given and those of the rule, that agree with the most printed tiers.

    Of several that do, the ones nearest to those of the rule. With two tiers the lower cut stays that of the rule.
    """
    score, order = rule.units["score"], rule.units["tier"].map(rule.tiers.index)
    top = _find_best_cut(score[order < 2], order < 1, rule.top_cut)
    if len(rule.tiers) == 2:
        return top, rule.low_cut
    low = _find_best_cut(score[order > 0], order < 2, rule.low_cut)
    return (top, low) if low < top else (rule.top_cut, rule.low_cut)


def _find_best_cut(score: pd.Series, is_above: pd.Series, usual: float) -> float:
    """Find the cut that separates two neighbouring tiers with the fewest errors; of several, the nearest to `usual`."""
    above = is_above[score.index]
    tried = [(int(((score >= cut) != above).sum()), abs(cut - usual), float(cut)) for cut in {*score, usual}]
    return min(tried)[2]


def describe_best_cuts(rule: CutRule | None) -> Phrase | None:
    """State which cuts would agree with more tiers, and which units would not fit; None without, or if one fits all."""
    if rule is None or rule.exceptions.empty:
        return None
    top, low = find_best_cuts(rule)
    better = compare_rule(rule.units, top, low)
    if better is None or better.n_agree <= rule.n_agree or not 0 < len(better.exceptions) <= MOST_NAMES:
        return None
    facts: dict[str, object] = {"n": better.n_agree, "of": rule.n_rated, "more": better.n_agree - rule.n_agree}
    facts |= {"top": top, "low": low, "top_cut": rule.top_cut, "low_cut": rule.low_cut}
    units = [Unit(name) for name in better.exceptions["unit_name"]]
    return say("tiers.best_cuts" if len(rule.tiers) == 3 else "tiers.best_cut", **facts, units=units)


def title_exceptions(rule: CutRule | None) -> Phrase | None:
    """Describe what the exceptions have in common, as the title of their table; None without any."""
    if rule is None or rule.exceptions.empty:
        return None
    kinds = rule.exceptions[["tier_by_cut", "tier"]].drop_duplicates()
    if len(kinds) > 1:
        return say("tiers.title_mixed", n=len(rule.exceptions))
    by_cut, tier = kinds.iloc[0]
    key = "tiers.title_one" if len(rule.exceptions) == 1 else "tiers.title_all"
    return say(key, n=len(rule.exceptions), by_cut=Tier(by_cut), tier=Tier(tier))
