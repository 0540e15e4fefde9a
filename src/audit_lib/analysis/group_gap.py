"""The difference between the two groups that matter most: how large, at which scores, and how far doubts move it."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from audit_lib.analysis.groups import Comparison, choose_main, name_group, points_of
from audit_lib.numbers import round_half_up
from audit_lib.tables.tiers import scale_tiers
from audit_lib.wording.words import Phrase, Text, join, say, say_nothing_found

ALIKE = 1 / 3  # of the standard deviation of all scores: a difference of means up to that is called small


@dataclass(frozen=True)
class Lead:
    """The scores of one group above the highest of the other.

    `leader` is the group with the highest score, `n` its units above `best`, the highest score of the other; `n_rest`
    its other units, with their mean `mean_rest` (None without any).
    """

    leader: str
    other: str
    best: float
    n: int
    n_rest: int
    mean_rest: float | None


def find_lead(scores: pd.DataFrame, column: str, comparisons: list[Comparison]) -> Lead | None:
    """Find the scores that only one group of the main comparison reaches. Exploratory. None without any."""
    main = choose_main(comparisons)
    if main.status != "ok":
        return None
    tops = {group: points_of(scores, column, group).max() for group in (main.first, main.second)}
    other, leader = sorted(tops, key=tops.__getitem__)
    best, points = float(tops[other]), points_of(scores, column, leader)
    rest = points[points <= best]
    if len(rest) == len(points):
        return None
    return Lead(leader, other, best, len(points) - len(rest), len(rest), float(rest.mean()) if len(rest) else None)


def is_small(scores: pd.DataFrame, column: str, comparison: Comparison) -> bool:
    """Check whether the difference of the means is at most a third of the standard deviation of both groups' scores."""
    points = _points_of_both(scores, column, comparison)
    return abs(comparison.gap) <= ALIKE * float(points.std())


def _points_of_both(scores: pd.DataFrame, column: str, comparison: Comparison) -> pd.Series:
    return pd.concat([points_of(scores, column, group) for group in (comparison.first, comparison.second)])


def describe_groups(scores: pd.DataFrame, comparisons: list[Comparison], column: str) -> Phrase:
    """Describe how two groups compare on average, and which of them has the highest scores alone, as a headline."""
    main = choose_main(comparisons)
    if main.status != "ok":
        return say_why_not(main, column)
    facts = _name_both(main, column) | {"mean_first": main.mean_first, "mean_second": main.mean_second}
    lead = find_lead(scores, column, comparisons)
    if lead and not lead.n_rest:
        return _describe_apart(lead, main, column)
    n_above = int((scores["score"] > lead.best).sum()) if lead else 0
    above: Phrase | str = ""
    if lead and lead.n == n_above and n_above > 1:
        above = say("groups.all_above", best=lead.best, leader=name_group(lead.leader, column))
    is_equal = round_half_up(main.mean_first, 1) == round_half_up(main.mean_second, 1)
    key = "equal" if is_equal else "alike" if is_small(scores, column, main) else "differ"
    return say(f"groups.{key}", **facts, above=above)


def say_why_not(main: Comparison, column: str) -> Phrase:
    """Describe why two groups are not compared."""
    if main.status == "too_few":
        return say_nothing_found("groups.too_few", **_name_both(main, column))
    if not main.n_first and not main.n_second:
        return say_nothing_found("groups.no_groups")
    return say_nothing_found("groups.one_group", group=name_group(main.first if main.n_first else main.second, column))


def _name_both(main: Comparison, column: str) -> dict[str, object]:
    names = {"first": name_group(main.first, column), "second": name_group(main.second, column)}
    return {**names, "n_first": main.n_first, "n_second": main.n_second}


def _describe_apart(lead: Lead, main: Comparison, column: str) -> Phrase:
    means = [main.mean_first, main.mean_second]
    leader, other = means if lead.leader == main.first else means[::-1]
    names = {"leader": name_group(lead.leader, column, 1), "other": name_group(lead.other, column, 1)}
    return say("groups.apart", **names, mean_leader=leader, mean_other=other)


def describe_gap(scores: pd.DataFrame, comparisons: list[Comparison], column: str) -> Phrase | None:
    """Describe how large the difference of the means is beside the range of scores; None without a difference."""
    main = choose_main(comparisons)
    if main.status != "ok" or not round_half_up(main.gap, 1):
        return None
    points = _points_of_both(scores, column, main)
    key = "groups.gap_small" if is_small(scores, column, main) else "groups.gap_large"
    return say(key, size=abs(main.gap), min=points.min(), max=points.max())


def describe_lead(lead: Lead | None, comparisons: list[Comparison], column: str, min_n: int) -> Phrase | None:
    """Describe how groups compare without the scores that one reaches alone; None below `min_n` units. Exploratory."""
    if lead is None or lead.n_rest < min_n:
        return None
    main = choose_main(comparisons)
    means: dict[str, float | None] = {"mean_first": main.mean_first, "mean_second": main.mean_second}
    means |= {"mean_first" if lead.leader == main.first else "mean_second": lead.mean_rest}
    names = {"leader": name_group(lead.leader, column, lead.n), "other": name_group(lead.other, column, 1)}
    return say("groups.lead", n=lead.n, best=lead.best, **names, **_name_both(main, column), **means)


def describe_test(comparison: Comparison, column: str) -> Text | None:
    """State how often random groups would differ as much, and which group wins how many pairs. None if not compared.

    Source: exact permutation test of Pitman (1937).
    """
    each = comparison
    if each.status != "ok":
        return None
    facts = _name_both(each, column)
    ones = {"one_first": name_group(each.first, column, 1), "one_second": name_group(each.second, column, 1)}
    pairs = {"pairs": each.pairs.total, "wins": each.pairs.wins, "losses": each.pairs.losses}
    p = each.p or 0.0
    value = say("groups.p_is", p=p) if p >= 0.0001 else say("groups.p_below")
    return join(
        [
            say("groups.test_gap", **facts, gap=each.gap),
            say("groups.test_chance", **facts, n=each.n_first + each.n_second, often=_word_chance(p), p=value),
            say("groups.test_pairs", **ones, **pairs),
        ],
        "sentences",
    )


def _word_chance(p: float) -> Phrase:
    if p >= 0.995:
        return say("groups.chance_sure")
    if p < 0.0005:
        return say("groups.chance_rare")
    of = 100 if p >= 0.095 else 1000
    return say("groups.chance", n=int(round_half_up(p * of, 0)), of=of)


def measure_sensitivity(
    scores: pd.DataFrame, column: str, comparisons: list[Comparison], top_cut: float, low_cut: float
) -> pd.DataFrame:
    """Measure how far the difference of means of the main comparison moves with the units that are in doubt.

    One row per question: without each unit that is not rated; with each unit that a list names but no table scores, at
    the lowest and highest score that its tier allows (its cut, and the tier's highest score); and the extremes of
    leaving out any one unit.
    """
    main = choose_main(comparisons)
    if main.status != "ok":
        return pd.DataFrame(columns=["change", "unit", "at", "mean_gap"])
    x, y = points_of(scores, column, main.first), points_of(scores, column, main.second)
    rows: list[tuple[object, ...]] = [("as_printed", pd.NA, pd.NA, x.mean() - y.mean())]
    has_tier = scores["tier"].notna()
    for unit in scores.loc[~has_tier & scores["score"].notna() & has_tier.any(), "unit_name"]:
        gap = x.drop(unit, errors="ignore").mean() - y.drop(unit, errors="ignore").mean()
        rows.append(("without_untiered", unit, pd.NA, gap))
    for row in scores[scores["score"].isna() & has_tier].itertuples():
        for points in _bound_score(scores, row.tier, top_cut, low_cut):
            with_x = [*x, points] if getattr(row, column) == main.first else x
            with_y = [*y, points] if getattr(row, column) == main.second else y
            rows.append(("with_unscored", row.unit_name, points, np.mean(with_x) - np.mean(with_y)))
    left_out = [(unit, x.drop(unit).mean() - y.mean()) for unit in x.index if len(x) > 1]
    left_out += [(unit, x.mean() - y.drop(unit).mean()) for unit in y.index if len(y) > 1]
    extremes = [how(left_out, key=lambda pair: pair[1]) for how in (min, max)] if left_out else []
    rows += [("leave_one_out", unit, pd.NA, gap) for unit, gap in extremes]
    return pd.DataFrame(rows, columns=["change", "unit", "at", "mean_gap"])


def _bound_score(scores: pd.DataFrame, tier: str, top_cut: float, low_cut: float) -> tuple[float, ...]:
    """Return the lowest and highest score that a unit of this tier can have had without upsetting the lists further."""
    tiers = scale_tiers(scores)
    members = scores.loc[scores["tier"] == tier, "score"].dropna()
    if members.empty or not 0 < len(tiers) <= 3:
        return ()
    floors = dict(zip(tiers, [top_cut, low_cut, float(members.min())], strict=False))
    return min(floors[tier], float(members.min())), float(members.max())
