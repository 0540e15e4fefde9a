"""Decide what two periods may be compared by: points under one marking scheme, else places, else ratings; say why."""

from dataclasses import dataclass
from datetime import timedelta

import pandas as pd

from audit_lib.periods import list_overlaps, span_of
from audit_lib.tables.history import History
from audit_lib.tables.measures import Measure
from audit_lib.wording.words import Phrase, say_date


@dataclass(frozen=True)
class Published:
    """What a period publishes: `basis` is score, rank, end_of_list, rating or nothing; `measure` its meaning.

    end_of_list: ranks of the first or last units of a longer list alone, so that no place among all can be compared.
    `scale` holds the ends of the scale that is recorded, else of the usual one; None where scores lie outside it, as
    they do where two lists have two: those of all lists without a record, or of one list beside others.
    """

    period: str
    basis: str
    measure: Measure
    scale: tuple[float, float] | None = None


@dataclass(frozen=True)
class Gate:
    """What two periods may be compared by: points, places, ratings or nothing; `reason` is a key under [gates]."""

    before: str
    after: str
    measure: str
    reason: str

    def word_periods(self) -> dict[str, Phrase | str]:
        """Return both periods, to be named in a sentence or a chart."""
        return {"before": say_date(self.before), "after": say_date(self.after)}


def find_published(history: History, period: str) -> Published:
    """Find what a period publishes of its units."""
    scores, measure = history.scores_of[period], history.measure_of(period)
    if scores["score"].notna().any():
        return Published(period, "score", measure, _find_scale(scores, measure))
    if n := int(scores["rank_printed"].notna().sum()):
        is_end = measure.is_cut(n) or scores["rank_printed"].max() > n
        return Published(period, "end_of_list" if is_end else "rank", measure)
    return Published(period, "rating" if scores["tier"].notna().any() else "nothing", measure)


def _find_scale(scores: pd.DataFrame, measure: Measure) -> tuple[float, float] | None:
    scored = scores.dropna(subset=["score"])
    fits = scored["score"].between(*measure.bounds).groupby(scored["table_no"]).all()
    return measure.bounds if fits.all() or (measure.has_scale and not fits.any()) else None


def judge_gate(one: Published, other: Published) -> Gate:
    """Judge what may be compared of two periods, from what each publishes."""
    bases = {one.basis, other.basis}
    is_same = one.measure.rubric_id is not None and one.measure.rubric_id == other.measure.rubric_id
    if list_overlaps([one.period, other.period]):
        measure, reason = "nothing", "overlap"
    elif bases == {"score"}:
        reason = _find_reason(one, other)
        measure = "points" if reason == "same_scheme" else "places"
    elif bases <= {"score", "rank"}:
        reason = "ranks_alone" if is_same else "ranks_of_another"
        measure = (
            "places" if is_same or bases == {"rank"} else "nothing"
        )  # an order by scores, and one by who knows what
    elif "end_of_list" in bases and bases <= {"score", "rank", "end_of_list"}:
        measure, reason = "nothing", "end_of_list"
    elif bases == {"rating"}:
        measure, reason = "ratings", "ratings_alone" if is_same else "ratings_of_another"
    else:
        measure, reason = "nothing", "nothing_in_common"
    return Gate(one.period, other.period, measure, reason)


def _find_reason(published: Published, later: Published) -> str:
    """Find why points of two periods are not compared; `same_scheme` where they are."""
    one, other = published.measure, later.measure
    if one.rubric_id is None or other.rubric_id is None:
        return "scheme_unknown"
    if one.rubric_id != other.rubric_id:
        return "scheme_differs"
    if one.has_scale and other.has_scale and one.bounds != other.bounds:
        return "scale_differs"
    if None in (published.scale, later.scale) or published.scale != later.scale:
        return "scale_unknown"
    if one.is_lower_better != other.is_lower_better:
        return "direction_differs"
    return "same_scheme" if len({one.score_name, other.score_name} - {None}) < 2 else "score_differs"


def find_distance(before: str, after: str) -> int:
    """Return how many months of the year two periods are apart, 0 to 6: two Augusts of any years 0.

    It is that of their first or of their last months, whichever are further apart: a quarter is far from a year.

    >>> find_distance("2017-08", "2022-09"), find_distance("2018-12", "2020-02"), find_distance("2016", "2022")
    (1, 2, 0)
    """
    apart = [abs(one.month - other.month) for one, other in zip(span_of(before), span_of(after), strict=True)]
    return max(min(months, 12 - months) for months in apart)


def follows(before: str, after: str) -> bool:
    """Check whether a period begins on the day after another ends, as quarters do in a regular series."""
    return span_of(after)[0] - span_of(before)[1] == timedelta(days=1)


def days_of(periods: tuple[str, ...]) -> list[float]:
    """Return the middle day of each period, as a number of days; rounds of a year lie at equal distances in it.

    >>> middle, first, second = days_of(("2020", "2020R1", "2020R2"))
    >>> round(first - middle), round(second - middle)
    (-61, 61)
    """
    return [_find_middle(each, periods) for each in periods]


def _find_middle(period: str, periods: tuple[str, ...]) -> float:
    first, last = (day.toordinal() for day in span_of(period))
    year, letter, number = period[:4], period[4:5], period[5:]
    if letter != "R":
        return (first + last) / 2
    most = max(int(each[5:]) for each in periods if each.startswith(f"{year}R"))
    return first + (last - first) * int(number) / (most + 1)
