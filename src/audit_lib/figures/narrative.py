"""The drawing of a narrative: every unit at its score, those that the text names as examples outlined and named."""

import pandas as pd

from audit_lib.analysis.narrative import choose_sentiment, find_named
from audit_lib.display.charts import Chart, Key
from audit_lib.display.findings import Finding, show_note
from audit_lib.figures.axes import SIZES
from audit_lib.figures.chart import close_chart, drawing
from audit_lib.figures.flags import Flag
from audit_lib.figures.strip import draw_strip
from audit_lib.figures.units import describe_units, key_tiers, prepare_units
from audit_lib.wording.words import Unit, Words, say

MOST_FLAGS = 8  # more units than that are in the table only


@drawing
def plot_named(words: Words, scores: pd.DataFrame, mentions: pd.DataFrame) -> Chart | Finding | None:
    """Draw the scores of all units, the named ones outlined. None where none of them has a score."""
    sentiment = choose_sentiment(mentions)
    if sentiment is None:
        return show_note(say("narrative.nobody"), words)
    units = scores.dropna(subset=["score"]).drop_duplicates("unit_id")
    named = units["unit_id"].isin(find_named(scores, mentions, sentiment)["unit_id"])
    if not named.any():
        return None
    units = prepare_units(units, words, is_exception=named)
    flags = _make_flags(units[units["is_exception"]], words)
    wide, narrow = (draw_strip(units, size, words("labels.strip_axis"), flags=flags) for size in SIZES)
    points = units.loc[units["is_exception"], "score"]
    facts = describe_units(units, words) | {
        "n_named": len(points),
        "low": points.min(),
        "high": points.max(),
        "outlined": words(f"labels.outlined_{sentiment}", n=len(points)),
        "named": words.join(units.loc[units["is_exception"], "label"], "clauses"),
    }
    data = units.assign(named=units["is_exception"].astype("object"))
    data = data[["unit_name", "score", "tier", "named"]].dropna(axis="columns", how="all")
    legend = (*key_tiers(units, words), Key("unrated", facts["outlined"], is_outlined=True))
    key = "named_one" if len(points) == 1 else "named_equal" if points.nunique() == 1 else "named"
    return close_chart(key, words, facts, (wide, narrow), data, legend, say("labels.source_named"))


def _make_flags(named: pd.DataFrame, words: Words) -> list[Flag]:
    """Name units at their scores, those of one score together; none of too many."""
    if len(named) > MOST_FLAGS:
        return []
    flags = []
    for score, group in named.groupby("score"):
        names = words.joiner.join(words.short(Unit(name)) for name in group["unit_name"])
        flags.append(Flag(float(score), (words("labels.flag", unit=names, score=score),), is_bold=True))
    return flags
