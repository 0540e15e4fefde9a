"""How units look in a drawing: their colours by tier, their labels and the legend."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from audit_lib.analysis.trend_words import name_units
from audit_lib.display.charts import Key
from audit_lib.wording.words import Tier, Unit, Words

SHADES = {  # colours of tiers, best first, by how many there are; "lowest" only for a tier that is a low one
    1: ("best",),
    2: ("best", "middle"),
    3: ("best", "middle", "lower"),
    4: ("best", "upper", "middle", "lower"),
}
LOW_TIER = 3  # from this tier_order on, the last of several tiers is a low one


def colour_tiers(units: pd.DataFrame) -> dict[str, str]:
    """Choose the colour of each printed tier: the best dark blue, then lighter, a low last one orange."""
    tiers = units.dropna(subset=["tier"]).drop_duplicates("tier").sort_values("tier_order")
    names = list(tiers["tier"])
    if len(names) > 1 and tiers["tier_order"].fillna(0).iloc[-1] >= LOW_TIER:  # 0: its order is not known
        return {**_shade(names[:-1]), names[-1]: "lowest"}
    return _shade(names)


def _shade(names: Sequence[str]) -> dict[str, str]:
    shades = SHADES[min(max(len(names), 1), max(SHADES))]
    return {name: shades[min(at, len(shades) - 1)] for at, name in enumerate(names)}


def colour_units(units: pd.DataFrame) -> pd.Series:
    """Return the colour of each unit: its tier's, hollow without one, grey where no unit has a tier."""
    colours = colour_tiers(units)
    return units["tier"].map(colours).astype("object").fillna("unrated" if colours else "neutral").astype("str")


def label_units(units: pd.DataFrame, words: Words) -> list[str]:
    """Return the label of each unit's dot: name, score and, where any unit has one, rating."""
    key = "labels.dot" if units["tier"].notna().any() else "labels.flag"
    names = [words.both(Unit(name)) for name in units["unit_name"]]
    tiers = [words("labels.unrated") if pd.isna(tier) else words.short(Tier(tier)) for tier in units["tier"]]
    named = zip(names, units["score"], tiers, strict=True)
    return [words(key, unit=name, score=score, tier=tier) for name, score, tier in named]


def prepare_units(units: pd.DataFrame, words: Words, **columns: pd.Series) -> pd.DataFrame:
    """Add to units `columns`, and the colour and the label of their dots; those of the best tier come first."""
    units = units.assign(colour=colour_units(units), **columns)
    units["label"] = label_units(units, words)
    return units.sort_values(["tier_order", "score"], ascending=[True, False], kind="stable")


def describe_units(units: pd.DataFrame, words: Words) -> dict[str, Any]:
    """Return the facts that words on a drawing need: how many units, what they are, and what places and colours show.

    They are towns and bureaus, one or two kinds, or, where neither fits all of them, units.
    """
    how = "labels.by_score_and_rating" if units["tier"].notna().any() else "labels.by_score"
    return {"n": len(units), "what": words.word(name_units(units, len(units))), "how": words(how)}


def key_tiers(units: pd.DataFrame, words: Words, outlined: str | None = None) -> tuple[Key, ...]:
    """Make the legend of units by tier, each with its count; units without a tier last, and none where all lack one.

    `outlined` words the outline of the units whose `is_exception` is true, in the place of their tier.
    """
    colours, keys = colour_tiers(units), []
    for tier, colour in colours.items():
        members = units[units["tier"] == tier]
        keys.append(Key(colour, words("labels.legend", name=words.both(Tier(tier)), n=len(members))))
        if outlined and members["is_exception"].any():
            keys.append(Key(colour, outlined, is_outlined=True))
    if keys and (n := int(units["tier"].isna().sum())):
        keys.append(Key("unrated", words("labels.legend", name=words("labels.unrated"), n=n)))
    return tuple(keys)
