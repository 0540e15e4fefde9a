"""Sentences on what limits a comparison of periods: seasons, changed schemes, rounding, the end of the scale."""

from itertools import pairwise

import pandas as pd

from audit_lib.analysis.comparability import find_distance
from audit_lib.analysis.extent import describe_extent
from audit_lib.analysis.paired import Pair
from audit_lib.analysis.trend_words import name_many, name_subjects
from audit_lib.analysis.trends import Trends
from audit_lib.analysis.unit_paths import Panel
from audit_lib.periods import span_of
from audit_lib.wording.words import Phrase, Text, join, say, say_date

FEW = 3  # periods or pairs of periods that a sentence names; more are counted
FEWEST_FOR_DAYS = 8  # units
MOST_DAYS = 0.9  # share of scores that are whole days from which they are called so
MONTH = range(28, 32)  # days


def describe_limits(trends: Trends) -> Text | None:
    """Describe what limits a comparison: seasons, subjects, lists shown in part, ranks alone, other marking schemes."""
    panel = trends.panel
    alone = [
        _describe_subjects(panel),
        *_describe_extents(panel),
        _describe_ranks_alone(panel),
        *_describe_breaks(panel),
    ]
    return join([_describe_seasons(trends), *alone], "sentences")


def _describe_subjects(panel: Panel) -> Phrase | None:
    """Name the subjects with their periods, where there are several."""
    named = name_subjects({period: panel.published[period].measure.subject for period in panel.periods})
    return say("trends.subjects", subjects=named) if len(named) > 1 else None


def _describe_extents(panel: Panel) -> list[Phrase]:
    """Describe which periods show only a part of their list, and which part."""
    shown: dict[tuple[object, ...], tuple[Phrase, list[Phrase | str]]] = {}
    for period in panel.periods:
        if extent := describe_extent(panel.units_of[period], panel.published[period].measure):
            shown.setdefault((extent.key, *extent.facts.values()), (extent, []))[1].append(say_date(period))
    return [say("extent.of_periods", periods=periods, extent=extent) for extent, periods in shown.values()]


def _describe_seasons(trends: Trends) -> Phrase | None:
    pair = trends.main
    if pair is None or pair.gate.measure == "ratings" or all(len(period) == 4 for period in trends.panel.periods):
        return None
    apart = [find_distance(before, after) for before, after in pairwise(trends.panel.periods)]
    is_regular = len(set(apart)) == 1 and len(trends.panel.periods) > FEW
    if is_regular or not any(apart):
        return None
    before, after = pair.gate.before, pair.gate.after
    others = [
        find_distance(each, after)
        for each in trends.panel.periods[: trends.panel.periods.index(after)]
        if each != before and trends.panel.gate(each, after).measure == pair.gate.measure
    ]
    seasons = say("trends.seasons")
    if not others or find_distance(before, after) > min(others):
        return seasons
    return say("trends.nearest", seasons=seasons, **pair.gate.word_periods())


def _describe_ranks_alone(panel: Panel) -> Phrase | None:
    ranks = [period for period in panel.periods if panel.published[period].basis == "rank"]
    if not ranks:
        return None
    if len(ranks) == len(panel.periods):
        return say("trends.all_ranks")
    named = say("trends.periods", periods=[say_date(period) for period in ranks])
    named = say("trends.count_periods", n=len(ranks)) if len(ranks) > FEW else named
    another = any(gate.reason == "ranks_of_another" for gate in panel.steps)
    return say("trends.some_ranks_of_another" if another else "trends.some_ranks", periods=named)


def _describe_breaks(panel: Panel) -> list[Phrase]:
    """Name the steps at which points are not compared, by reason; where there are many, count them."""
    steps: dict[str, list[Phrase]] = {}
    for gate in panel.steps:
        if gate.reason not in ("same_scheme", "ranks_alone", "ranks_of_another"):
            steps.setdefault(gate.reason, []).append(say("trends.between", **gate.word_periods()))
    found = []
    for reason, named in steps.items():
        where = say("trends.count_steps", n=len(named)) if len(named) > FEW else say("trends.steps", steps=named)
        found.append(say(f"gates.{reason}", steps=where))
    return found


def describe_pair(trends: Trends) -> Text | None:
    """Describe what limits the changes: the rounding step, units at the best score, units that only one period has."""
    pair = trends.main
    if pair is None:
        return None
    facts = {**pair.gate.word_periods(), "n": len(pair.units)}
    n_before, n_after = pair.n_only
    only = say("trends.only", n_before=n_before, n_after=n_after, **facts) if n_before or n_after else None
    other = _describe_other_list(trends.panel, pair)
    if pair.gate.measure != "points":
        return join([only, other], "sentences")
    n_within = pair.n_within
    rounding = say("trends.rounding", step=pair.step, n=n_within) if n_within else None
    about = [describe(trends.panel, pair) for describe in (_describe_days, _describe_ceiling)]
    return join([rounding, *about, only, other], "sentences")


def _describe_days(panel: Panel, pair: Pair) -> Phrase | None:
    """State what one day is where both periods are months and nearly all their shares are of whole days of these."""
    if not panel.published[pair.gate.after].measure.is_share or len(pair.units) < FEWEST_FOR_DAYS:
        return None
    are_whole, lengths = [], []
    for end, period in (("before", pair.gate.before), ("after", pair.gate.after)):
        first, last = span_of(period)
        days = (last - first).days + 1
        part = pair.units[end] * days / 100
        are_whole.append((part - part.round()).abs() * 100 / days <= pair.step)
        lengths.append(days)
    if not all(days in MONTH for days in lengths) or pd.concat(are_whole).mean() < MOST_DAYS:
        return None
    return say("trends.days", step=100 / lengths[-1])


def _describe_ceiling(panel: Panel, pair: Pair) -> Phrase | None:
    """Count the units that were at the best end of the scale, and so could not become better."""
    best = panel.published[pair.gate.before].measure.best
    if best is None or not (n := int((pair.units["before"] == best).sum())):
        return None
    return say("trends.ceiling", n=n, best=best, **pair.gate.word_periods())


def _describe_other_list(panel: Panel, pair: Pair) -> Phrase | None:
    """Name the units that both periods place, each in another list."""
    before, after = (panel.units_of[period].dropna(subset=["place"]) for period in (pair.gate.before, pair.gate.after))
    both = after[after.index.isin(before.index)]
    moved = both[both["list"] != before["list"].reindex(both.index)]
    return None if moved.empty else say("trends.other_list", units=name_many(moved["unit_name"]))
