"""The drawing of tiers against scores: every unit at its score, in the colour of its tier, exceptions outlined."""

import pandas as pd

from audit_lib.analysis.cuts import MOST_NAMES, CutRule, compare_rule
from audit_lib.analysis.distribution import scored
from audit_lib.display.charts import Chart
from audit_lib.display.findings import Finding, show_note
from audit_lib.figures.axes import SIZES
from audit_lib.figures.chart import close_chart, drawing
from audit_lib.figures.flags import Flag
from audit_lib.figures.strip import Band, draw_strip
from audit_lib.figures.units import describe_units, key_tiers, prepare_units
from audit_lib.wording.words import Tier, Unit, Words, say

MOST_FLAGS = 5  # scores whose units are named; more are in the table below


@drawing
def plot_rule(words: Words, scores: pd.DataFrame, top_cut: float, low_cut: float) -> Chart | Finding:
    """Draw the scores with two cuts as bands, the units that do not fit them outlined and named."""
    rule = compare_rule(scores, top_cut, low_cut)
    if rule is None or not rule.n_rated:
        return show_note(say("tiers.not_published"), words)
    units = scored(scores)
    is_exception = units["unit_id"].isin(rule.exceptions["unit_id"])
    by_cut = units["unit_id"].map(rule.units.set_index("unit_id")["tier_by_cut"])
    units = prepare_units(units, words, is_exception=is_exception, tier_by_cut=by_cut)
    bands, flags = _make_bands(rule, words), _make_flags(units, rule, words)
    wide, narrow = (draw_strip(units, size, words("labels.strip_axis"), bands=bands, flags=flags) for size in SIZES)
    n = len(rule.exceptions)
    key = "rule_none" if not n else "rule_at_cut" if rule.at_cut["tier"].nunique() > 1 else "rule"
    facts = describe_units(units, words) | {
        "n_exceptions": n,
        "top_cut": rule.top_cut,
        "min": units["score"].min(),
        "max": units["score"].max(),
        "named": words.join(units.loc[units["is_exception"], "label"], "clauses") or words.missing,
        "low_cut": rule.low_cut,
    }
    data = units[["unit_name", "score", "tier", "tier_by_cut", "is_exception"]]
    legend = key_tiers(units, words, _word_outline(rule, units, words))
    key_of_source = "labels.source_cuts" if len(rule.tiers) == 3 else "labels.source_cut"
    source = say(key_of_source, top_cut=rule.top_cut, low_cut=rule.low_cut)
    return close_chart(key, words, facts, (wide, narrow), data, legend, source)


def _word_outline(rule: CutRule, units: pd.DataFrame, words: Words) -> str | None:
    """Describe what the outline means; None without exceptions."""
    if (n := len(rule.exceptions)) == 0:
        return None
    tier, *others = rule.exceptions["tier"].unique()
    if others or (rule.exceptions["score"] < rule.top_cut).any():
        return words("labels.exceptions", n=n)
    of = int((units["tier"] == tier).sum())
    return words("labels.exceptions_top", tier=words.short(Tier(tier)), cut=rule.top_cut, n=n, of=of)


def _make_bands(rule: CutRule, words: Words) -> list[Band]:
    """Make a band for each tier of the rule, labelled with its tier where all its units have it."""
    cuts = [rule.top_cut, rule.low_cut] if len(rule.tiers) == 3 else [rule.top_cut]
    edges = [None, *cuts, None]
    colours = ["band-best", "band-middle", "band-lowest"] if len(rule.tiers) == 3 else ["band-best", "band-middle"]
    bands = []
    for tier, high, low, colour in zip(rule.tiers, edges, edges[1:], colours, strict=False):
        inside = rule.units[rule.units["tier_by_cut"] == tier]
        kind = "top" if high is None else "bottom" if low is None else "between"
        top = inside["score"].max() if kind == "between" and len(inside) else high
        facts = {"low": low, "high": high, "last": top}
        short = words(f"labels.band_{kind}", **facts)
        is_pure = len(inside) > 0 and (inside["tier"] == tier).all()
        label = words("labels.band", band=short, tier=words.short(Tier(tier))) if is_pure else short
        bands.append(Band(low, high, colour, label, short))
    return bands[::-1]


def _make_flags(units: pd.DataFrame, rule: CutRule, words: Words) -> list[Flag]:
    """Name the exceptions at their scores, then the lowest unit and those without a tier, where there are few."""
    flags = []
    exceptions = units[units["is_exception"]]
    if len(exceptions) <= MOST_NAMES and exceptions["score"].nunique() <= MOST_FLAGS:
        flags = [_name_group(group, rule, words, is_exception=True) for _, group in exceptions.groupby("score")]
    taken = {flag.score for flag in flags}
    unrated = units[units["tier"].isna()]
    lowest = units[units["score"] == units["score"].min()]
    for group in (unrated, lowest):
        if len(group) == 1 and not taken & set(group["score"]):
            flags.append(_name_group(group, rule, words, is_exception=False))
            taken |= set(group["score"])
    return flags


def _name_group(group: pd.DataFrame, rule: CutRule, words: Words, *, is_exception: bool) -> Flag:
    """Name units of one score: with the score, or, where there are several, below what they share."""
    score = group["score"].iloc[0]
    names = [Unit(name) for name in group["unit_name"]]
    long, short = (words.joiner.join(how(name) for name in names) for how in (words.both, words.short))
    if len(group) == 1:
        key = "labels.flag_unrated" if pd.isna(group["tier"].iloc[0]) else "labels.flag"
        return Flag(score, (words(key, unit=long, score=score),), (words(key, unit=short, score=score),), is_exception)
    key = "labels.flag_only" if _is_worse(group, rule) else "labels.flag_rated"
    head = words(key, score=score, tier=words.joiner.join(words.short(Tier(tier)) for tier in group["tier"].unique()))
    return Flag(score, (head, long), (head, short), is_exception)


def _is_worse(group: pd.DataFrame, rule: CutRule) -> bool:
    """Check whether units are all of one tier, a lower one than the rule would give."""
    order = list(rule.tiers).index
    lower = group["tier"].map(order) > group["tier_by_cut"].map(order)
    return group["tier"].nunique() == 1 and bool(lower.all())
