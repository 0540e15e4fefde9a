"""The drawing of all scores: a dot for every unit."""

import pandas as pd

from audit_lib.analysis.distribution import find_middle, find_outliers, is_lowest_first, scored
from audit_lib.display.charts import Chart
from audit_lib.display.findings import Finding, show_note
from audit_lib.figures.axes import SIZES
from audit_lib.figures.chart import close_chart, drawing
from audit_lib.figures.flags import Flag
from audit_lib.figures.strip import Band, draw_strip
from audit_lib.figures.units import describe_units, key_tiers, prepare_units
from audit_lib.wording.words import Unit, Words, say

MOST_FLAGS = 5  # scores whose units are named


@drawing
def plot_scores(words: Words, scores: pd.DataFrame) -> Chart | Finding:
    """Draw one dot per unit at its score; the middle half is shaded, units beyond Tukey's fences are outlined."""
    units = scored(scores)
    if units.empty:
        return show_note(say("labels.nothing"), words)
    beyond = find_outliers(scores)
    units = prepare_units(units, words, is_exception=units["unit_name"].isin(beyond["unit_name"]))
    bands, flags = _make_bands(scores, words), _make_flags(units, words)
    wide, narrow = (draw_strip(units, size, words("labels.strip_axis"), bands=bands, flags=flags) for size in SIZES)
    facts = describe_units(units, words)
    facts["how"] += words("labels.lower_better") if is_lowest_first(units) else ""
    facts |= units["score"].agg(["min", "max", "median"]).to_dict()
    outline = words("labels.far_off", n=len(beyond)) if len(beyond) else None
    middle = find_middle(scores)
    key = "scores" if middle is None else "scores_middle"
    facts |= {} if middle is None else {"low": middle.low, "high": middle.high, "n_middle": middle.n}
    data = units[["unit_name", "score", "tier"]].dropna(axis="columns", how="all")
    return close_chart(key, words, facts, (wide, narrow), data, key_tiers(units, words, outline))


def _make_bands(scores: pd.DataFrame, words: Words) -> list[Band]:
    middle = find_middle(scores)
    if middle is None:
        return []
    label = words("labels.middle", low=middle.low, high=middle.high, n=middle.n, of=middle.of)
    return [Band(middle.low, middle.high, "band-middle", label, words("labels.middle_short"), is_closed=True)]


def _make_flags(units: pd.DataFrame, words: Words) -> list[Flag]:
    """Name the units far off, and the lowest and the highest where one unit has that score."""
    points = units["score"]
    ends = {points.min(), points.max()}
    named = units[units["is_exception"]] if units["is_exception"].sum() <= MOST_FLAGS else units.iloc[:0]
    flags = []
    for score in sorted(ends | set(named["score"])):
        group = units[units["score"] == score]
        if len(group) == 1:
            unit, is_far = Unit(group["unit_name"].iloc[0]), bool(group["is_exception"].iloc[0])
            texts = [words("labels.flag", unit=name, score=score) for name in (words.both(unit), words.short(unit))]
            flags.append(Flag(score, (texts[0],), (texts[1],), is_bold=is_far))
    return flags
