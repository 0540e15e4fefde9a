"""A few sentences on what changed between periods, however many periods there are."""

from typing import Any

from audit_lib.analysis.groups import name_group
from audit_lib.analysis.paired import Pair, find_most, find_way, split_ratings
from audit_lib.analysis.trend_stays import FEWEST_FOR_OFTEN, describe_stays
from audit_lib.analysis.trend_words import name_list, name_many, name_unit, name_units, say_places, say_range
from audit_lib.analysis.trends import (
    MANY_PERIODS,
    Trends,
    find_always,
    find_first,
    find_gaps,
    find_medians,
)
from audit_lib.analysis.unit_paths import LOWEST, TOP, Panel
from audit_lib.tables.tiers import list_tiers
from audit_lib.wording.words import Phrase, Text, Tier, Unit, join, say, say_date, say_nothing_found

MOST_MOVES = 2  # from one rating to another that a headline has room for
CEILING = 0.1  # share of the units with the best possible score from which it is described
LONG = 6  # periods under one scheme from which the headline is about all of them


def describe_trends(trends: Trends) -> Text:
    """Describe what happened over the whole span where that can be said, else between the two periods compared."""
    if len(trends.panel.periods) == 1:
        return say_nothing_found("trends.one_period")
    pair = trends.main
    if pair is None:
        return say_nothing_found("trends.nothing_compared", n=len(trends.panel.periods))
    if pair.gate.measure == "ratings":
        return _describe_ratings(pair, trends.panel)
    if (span := _describe_span(trends.panel)) is not None:
        return join([span, _describe_always(trends.panel)], "trends.and_then") or span
    is_points = pair.gate.measure == "points"
    sentence = _describe_direction(trends, pair) if is_points else _describe_order(trends, pair)
    if has_two_subjects(trends.panel, pair):
        return join([sentence, say("trends.two_subjects")], "trends.and_then") or sentence
    measure = trends.panel.published[pair.gate.after].measure
    is_long = is_points and pair.n_within > 0 and measure.score_name is not None
    has_always = not is_long and pair.gate.reason != "ranks_of_another"
    always = _describe_always(trends.panel) if has_always else None
    return join([sentence, always], "trends.and_then") or sentence


def _describe_ratings(pair: Pair, panel: Panel) -> Phrase:
    """Describe who went from which rating to which, if that is one or two kinds of moves; else how many moved."""
    both = say("trends.both" if len(panel.periods) == 2 else "trends.both_in", **pair.gate.word_periods())
    facts = {"n": len(pair.units), "units": _name_units_of(panel, pair), "moved": len(pair.moved), "both": both}
    moves = _list_rating_moves(pair)
    if not moves:
        return say("trends.same_ratings", **facts)
    if has_two_subjects(panel, pair):
        ends = (("before", pair.gate.before), ("after", pair.gate.after))
        subjects = {f"subject_{end}": panel.published[period].measure.subject for end, period in ends}
        return say("trends.ratings_of_two", **facts, **subjects, **pair.gate.word_periods())
    return say("trends.ratings" if len(moves) > MOST_MOVES else "trends.ratings_named", moves=moves, **facts)


def has_two_subjects(panel: Panel, pair: Pair) -> bool:
    """Check whether two different subjects are recorded for the two periods compared."""
    one, other = (panel.published[period].measure.subject for period in (pair.gate.before, pair.gate.after))
    return None not in (one, other) and one != other


def _list_rating_moves(pair: Pair) -> list[Phrase]:
    """List the moves from one rating to another, that of most units first."""
    return [
        say("trends.rating_move", n=len(units), before=Tier(before), after=Tier(after))
        for before, after, units in split_ratings(pair)
        if before != after
    ]


def _describe_span(panel: Panel) -> Phrase | None:
    """Describe where the median lay in a long series under one scheme; None where any period is not comparable."""
    if len(panel.periods) < LONG or len(panel.lists) != 1:
        return None
    medians = find_medians(panel, panel.lists[0])
    if list(medians.index) != list(panel.periods):
        return None
    ends = {"first": say_date(panel.periods[0]), "last": say_date(panel.periods[-1])}
    return say("trends.span", low=float(medians.min()), high=float(medians.max()), **ends)


def _describe_direction(trends: Trends, pair: Pair) -> Phrase:
    """Describe how many scores rose or fell, whichever are more."""
    fell, rose, n = pair.count(-1), pair.count(1), len(pair.units)
    units = _name_units_of(trends.panel, pair)
    facts = {"n": n, "units": units, "fell": fell, "rose": rose, "beyond": say_beyond(pair)}
    facts |= pair.gate.word_periods()
    if not fell and not rose:
        return say("trends.none_moved" if pair.n_within else "trends.all_same", **facts)
    if fell == rose:
        return say("trends.as_many", **facts)
    way = "fell" if fell > rose else "rose"
    many = max(fell, rose)
    better = "_better" if pair.is_lower_better else ""
    return say(f"trends.all_{way}{better}" if many == n else f"trends.most_{way}{better}", **facts)


def say_beyond(pair: Pair) -> Text | str:
    """Return the words for changes within rounding being left out of a count; nothing where there are none."""
    return say("trends.beyond") if pair.n_within else ""


def _name_units_of(panel: Panel, pair: Pair) -> Text:
    return name_units(panel.units_of[pair.gate.after].loc[pair.units.index], len(pair.units))


def _describe_order(trends: Trends, pair: Pair) -> Phrase:
    """Name the unit that moved furthest in the order; where many did, say how many."""
    facts = {"n": len(pair.units), "units": _name_units_of(trends.panel, pair), **pair.gate.word_periods()}
    if pair.moved.empty:
        return say("trends.order_ties" if pair.n_within else "trends.same_order", **facts)
    if pair.gate.reason == "ranks_of_another":
        return say("trends.order_another", moved=len(pair.moved), **facts)
    most = pair.moved[pair.moved["change"].abs() == pair.moved["change"].abs().max()]
    if len(most) > 1 or pair.units["list"].nunique() > 1:
        return say("trends.order_many", moved=len(pair.moved), **facts)
    row = most.iloc[0]
    key = "trends.order_one_of" if any(pair.n_only) else "trends.order_one"
    return say(key, unit=Unit(row["unit_name"]), **say_places(row), **facts)


def _describe_always(panel: Panel) -> Phrase | None:
    """Name the one unit that is first in every period, else in the lowest third, else in the top; None for several."""
    n = len(panel.placed)
    if n < len(panel.periods) or len(panel.lists) > 1:
        return None
    if first := find_first(panel):
        return say("trends.always_first", unit=Unit(first))
    for third in (LOWEST, TOP):
        if len(names := find_always(panel, third)) == 1:
            return say(f"trends.always_{third}_{'both' if n == 2 else 'each'}", unit=Unit(names.iloc[0]))
    return None


def describe_level(trends: Trends) -> Text | None:
    """State the median of the last period with scores beside those that it may be compared with; None without any."""
    panel = trends.panel
    clauses = [_describe_medians(panel, name) for name in panel.lists]
    if not any(clauses):
        return None
    unit = name_unit(panel.rows)
    if len(panel.lists) == 1:
        return say("trends.level", unit=unit, clauses=clauses)
    return join([say("trends.level_lists", unit=unit), join(clauses, "clauses"), say("trends.stop")], "trends.no_space")


def _describe_medians(panel: Panel, name: str) -> Phrase | None:
    medians = find_medians(panel, name)
    if len(medians) < 2:
        return None
    last, others = medians.iloc[-1], medians.iloc[:-1]
    facts: dict[str, object] = {"last": float(last), "low": float(others.min()), "high": float(others.max())}
    facts |= {"n": len(others), "after": say_date(str(medians.index[-1])), "before": say_date(str(others.index[0]))}
    key = "one" if len(others) == 1 else "same" if others.min() == others.max() else "many"
    sentence = say(f"trends.median_{key}", **facts)
    return sentence if len(panel.lists) == 1 else say("trends.of_list", list=name_list(name), sentence=sentence)


def describe_gap(trends: Trends, column: str) -> Text | None:
    """Describe how the difference of two groups moved; without groups, when scores, or ratings, were furthest apart."""
    gaps = find_gaps(trends, column)
    like = [period for period in gaps if period in trends.panel.like_last]
    if len(like) > 1:
        first, last = gaps[like[0]], gaps[like[-1]]
        facts = {"first": name_group(last.first, column), "second": name_group(last.second, column)}
        ends = {"before": say_date(like[0]), "after": say_date(like[-1])}
        return say("trends.gap", gap_before=first.gap, gap_after=last.gap, **facts, **ends)
    if trends.main is not None and trends.main.gate.measure == "ratings":
        return _describe_best_rating(trends, trends.main)
    return _describe_best_scores(trends.panel) or _describe_spread(trends)


def _describe_best_scores(panel: Panel) -> Phrase | None:
    """Count the units with the best possible score over many periods; None where few are, or some period has none."""
    if len(panel.periods) < MANY_PERIODS or panel.scored != list(panel.periods):
        return None
    bests = {period: panel.published[period].measure.best for period in panel.periods}
    scores = panel.rows.dropna(subset=["score"])
    share = (scores["score"] == scores["period"].map(bests)).groupby(scores["period"])
    if len(set(bests.values())) > 1 or share.sum().min() == 0 or share.mean().max() < CEILING:
        return None
    count = say_range(int(share.sum().min()), int(share.sum().max()))
    return say("trends.ceiling_many", n=len(bests), count=count, best=bests[panel.periods[-1]])


def _describe_best_rating(trends: Trends, pair: Pair) -> Phrase:
    """Describe how many units have the best rating in each of the two periods."""
    best = list_tiers(trends.panel.rows)[0]
    facts: dict[str, Any] = dict(pair.gate.word_periods())
    for end, period in (("before", pair.gate.before), ("after", pair.gate.after)):
        rated = trends.panel.units_of[period].dropna(subset=["tier"])
        facts |= {f"n_{end}": int((rated["tier"] == best).sum()), f"of_{end}": len(rated)}
    return say("trends.best_rating", tier=Tier(best), **facts)


def _describe_spread(trends: Trends) -> Phrase | None:
    """State in which of the comparable periods the scores were furthest apart; None for several lists, or a tie."""
    panel = trends.panel
    if len(panel.lists) != 1 or len(panel.like_last) < 2:
        return None
    scores = panel.rows[panel.rows["period"].isin(panel.like_last)].groupby("period")["score"]
    spread = (scores.max() - scores.min()).round(6)
    widest = spread.index[spread == spread.max()]
    if len(widest) > 1:
        return None
    units = panel.units_of[widest[0]]
    facts: dict[str, object] = {"among": say_among(panel)}
    for end, value in (("low", units["score"].min()), ("high", units["score"].max())):
        facts |= {end: float(value), f"units_{end}": name_many(units[units["score"] == value]["unit_name"])}
    return say("trends.spread", period=say_date(str(widest[0])), **facts)


def say_among(panel: Panel) -> Text | str:
    """Return the words for only these periods being compared, where others have scores too; nothing where none has."""
    return say("trends.among", n=len(panel.like_last)) if len(panel.like_last) < len(panel.scored) else ""


def describe_movers(trends: Trends) -> Text | None:
    """Describe who moved furthest between the two periods compared, all that tie; None where no unit moved."""
    pair = trends.main
    if pair is None or pair.gate.measure == "ratings":
        return _describe_rated_movers(pair)
    if pair.gate.reason == "ranks_of_another":
        return None
    if len(trends.panel.periods) >= MANY_PERIODS and (stays := describe_stays(trends)):
        return say("trends.often", clauses=stays)
    is_share = trends.panel.published[pair.gate.after].measure.is_share
    measure = "share" if pair.gate.measure == "points" and is_share else pair.gate.measure
    clauses = []
    for direction, way in ((-1, "fell"), (1, "rose")):
        if len(most := find_most(pair, direction)):
            size = abs(float(most["change"].iloc[0]))
            size = int(size) if measure == "places" and size.is_integer() else size  # 2 places, 2.5 places
            key, places = f"trends.{way}_{measure}", {}
            if measure == "places" and len(most) == 1:
                key, places = f"{key}_one", say_places(most.iloc[0])
            clauses.append(say(key, units=name_many(most["unit_name"]), size=size, **places))
    if not clauses:
        return None
    both = (
        say("trends.in_both", n=len(pair.units), units=_name_units_of(trends.panel, pair)) if any(pair.n_only) else ""
    )
    among = "" if measure in ("points", "share") else both
    sentence = say("trends.movers", clauses=join(clauses, "clauses"), among=among, **pair.gate.word_periods())
    order = _describe_places(pair) if pair.gate.measure == "points" else None
    return say("trends.order", sentence=sentence, clauses=order, among=both) if order else sentence


def _describe_places(pair: Pair) -> Text | None:
    """Describe which unit went furthest down and which furthest up the order; None for several lists."""
    if pair.units["list"].nunique() > 1:
        return None
    change, clauses = pair.units["middle_after"] - pair.units["middle_before"], []
    change = change.where(find_way(pair.units, "places") != 0, 0.0)
    for size in (change.max(), change.min()):
        most = pair.units[change == size]
        columns = [f"{name}_{end}" for name in ("place", "n_tied") for end in ("before", "after")]
        if size and len(most.drop_duplicates(columns)) == 1:
            way = "fell" if size > 0 else "rose"
            named = name_many(most["unit_name"])
            clauses.append(say(f"trends.{way}_places_one", units=named, **say_places(most.iloc[0])))
    return join(clauses, "clauses")


def _describe_rated_movers(pair: Pair | None) -> Phrase | None:
    """Describe who went from which rating to which, where the headline has no room for it."""
    moves = [] if pair is None else _list_rating_moves(pair)
    return say("trends.rating_moves", clauses=join(moves, "clauses")) if len(moves) > MOST_MOVES else None


def describe_first(trends: Trends) -> Phrase | None:
    """Name who was first most often, all that tie, where nothing is said of the level; None below three periods."""
    panel, n = trends.panel, len(trends.panel.placed)
    if n < FEWEST_FOR_OFTEN or len(panel.lists) > 1 or find_first(panel) or describe_level(trends) is not None:
        return None
    times = panel.rows[panel.rows["place"] == 1]["unit_name"].value_counts()
    units = name_many(times[times == times.max()].index.to_series())
    return say("trends.first", units=units, k=int(times.max()), of=n)
