"""The periods of a place on a time axis: what a drawing of their level shows of each."""

from dataclasses import dataclass, replace

import pandas as pd

from audit_lib.analysis.comparability import days_of, follows
from audit_lib.analysis.trends import FEWEST_FOR_MEDIAN, Trends
from audit_lib.wording.words import Phrase, Words, say_date


@dataclass(frozen=True)
class Strip:
    """A period on the time axis: its day, its label, its units with scores; none where it has ranks alone."""

    day: float
    label: str
    lines: tuple[str, ...]
    units: pd.DataFrame
    median: float | None
    quartiles: tuple[float, float] | None
    joins_next: bool = False
    note: str = ""
    n_best: int = 0  # units with the best possible score
    best: float | None = None


def make_strips(trends: Trends, name: str, words: Words) -> list[Strip]:
    """Return the strips of one list, in the order of its periods."""
    panel, strips = trends.panel, []
    days = days_of(panel.periods)
    for at, (period, day) in enumerate(zip(panel.periods, days, strict=True)):
        units = panel.units_of[period]
        units = units[units["list"] == name].dropna(subset=["score"])
        points = units["score"]
        after = panel.periods[at + 1] if at + 1 < len(days) else None
        joins = after is not None and follows(period, after) and panel.gate(period, after).measure == "points"
        middle = (float(points.quantile(0.25)), float(points.quantile(0.75)))
        quartiles = middle if len(points) >= trends.min_n else None
        median = float(points.median()) if len(points) >= FEWEST_FOR_MEDIAN else None
        has_ranks = panel.published[period].basis in ("rank", "end_of_list")
        note = "" if len(points) else words("labels.ranks_only" if has_ranks else "labels.no_scores")
        best = panel.published[period].measure.best
        at_best = int((points == best).sum())
        label, lines = words.heading(say_date(period)), _write_lines(period, words)
        strips.append(Strip(day, label, lines, units, median, quartiles, joins, note, at_best, best))
    return strips


def _write_lines(period: str, words: Words) -> tuple[str, ...]:
    """Write a month above its year, any other period in one line."""
    phrase = say_date(period)
    if isinstance(phrase, Phrase) and phrase.key == "dates.month":
        return tuple(words.word(replace(phrase, key="dates.month_lines")).split())
    return (words.heading(phrase),)


def describe_strip(strip: Strip, words: Words) -> str:
    """Describe a strip in the alt text: how many units, from which score to which, the median."""
    if strip.units.empty:
        return words("labels.strip_without", period=strip.label, note=strip.note)
    points = strip.units["score"]
    facts = {"period": strip.label, "n": len(points), "low": float(points.min()), "high": float(points.max())}
    return words("labels.strip", median=strip.median, **facts)


def name_score(trends: Trends, words: Words) -> str:
    """Name what the scores are, as the last period with scores that records it does; else `score`."""
    names = [trends.panel.published[period].measure.score_name for period in trends.panel.like_last]
    return next((name for name in reversed(names) if name), words("labels.by_score"))
