"""The change of a place's units between two periods, as small as a card: a line for each unit, or dots by rating."""

from collections.abc import Iterator
from dataclasses import replace

import pandas as pd

from audit_lib.analysis.paired import Pair, split_ratings
from audit_lib.display.scene import Dot, Label, Line, Mark, Scene
from audit_lib.figures.axes import Axis, Size, choose_axis
from audit_lib.figures.counts import draw_counts
from audit_lib.figures.units import colour_tiers
from audit_lib.wording.words import Tier, Unit, Words

WIDTH, HEIGHT = 300.0, 190.0
LEFT, RIGHT, TOP, GROUND = 60.0, 200.0, 12.0, 156.0  # where the two periods are, and the ends of the scale
TEXT, LINE = 13.5, 18.0
MOST_TICKS = 4
CARD = Size(WIDTH, TEXT, 0, 4.5, 190, is_narrow=True)
COLOURS = {1: "ink", -1: "grey", 0: "grey"}  # of a unit that rose, fell, or stayed


def draw_change(pair: Pair, units: pd.DataFrame, words: Words) -> Scene:
    """Draw how the units of a pair moved: scores or places at two dates, or the units of each change of rating.

    `units` are those of the later period.
    """
    if pair.gate.measure == "ratings":
        rows, changed = list_moves(pair, units, words)
        return draw_counts(rows, CARD, changed)
    scale = _choose_scale(pair)
    lines = [
        mark
        for _, units in pair.units.sort_values("direction", key=lambda each: each == 1).iterrows()
        for mark in _draw_unit(scale.place(units["before"]), scale.place(units["after"]), COLOURS[units["direction"]])
    ]
    marks = [*_draw_ticks(scale), *lines, *_label_directions(pair, scale, words)]
    for x, period in ((LEFT, pair.gate.before), (RIGHT, pair.gate.after)):
        marks.append(Label(x, GROUND + 26, words.date(period), TEXT, "grey", anchor="middle"))
    return Scene(WIDTH, HEIGHT, tuple(marks))


def _choose_scale(pair: Pair) -> Axis:
    """Choose the heights of scores, or of places: the first is on top."""
    if pair.gate.measure == "points":
        axis = choose_axis([*pair.units["before"], *pair.units["after"]])
        return replace(axis, ticks=axis.ticks[:: -(-len(axis.ticks) // MOST_TICKS)], left=GROUND, right=TOP)
    last = float(pair.units["n_listed"].max())
    return Axis(last, 1.0, (1.0, last), GROUND, TOP)


def _draw_unit(before: float, after: float, colour: str) -> Iterator[Mark]:
    yield Line(LEFT, before, RIGHT, after, colour, 1.8 if colour == "ink" else 1)
    for x, y in ((LEFT, before), (RIGHT, after)):
        yield Dot(x, y, 2.6, "ink" if colour == "ink" else "neutral")


def _draw_ticks(scale: Axis) -> Iterator[Mark]:
    for value in scale.ticks:
        y = scale.place(value)
        yield Line(LEFT - 10, y, RIGHT + 10, y, "line", 1)
        yield Label(LEFT - 16, y + TEXT / 3, f"{value:g}", TEXT, "grey", anchor="end")


def _label_directions(pair: Pair, scale: Axis, words: Words) -> Iterator[Mark]:
    """Write beside the ends how many units rose, fell and stayed, each at the middle of their ends."""
    middles = pair.units.groupby("direction")["after"].median().map(scale.place)
    y = -LINE
    for direction, middle in middles.sort_values().items():
        y = max(middle, y + LINE)
        name = {1: "rose", -1: "fell"}.get(int(direction), "stayed")
        text = words(f"index.{name}", n=pair.count(int(direction)))
        yield Label(RIGHT + 16, y + TEXT / 3, text, TEXT, COLOURS[int(direction)], is_bold=direction == 1)


def list_moves(pair: Pair, units: pd.DataFrame, words: Words) -> tuple[list[tuple[str, pd.DataFrame]], list[str]]:
    """List the units of each change of rating, that of most units first, then those that kept theirs; and the changes.

    `units` are those of the later period, for their ids.
    """
    after = pair.units.assign(tier=pair.units["tier_after"], tier_order=pair.units["after"], unit_id=units["unit_id"])
    after["colour"] = after["tier"].map(colour_tiers(after))
    after["label"] = [words.both(Unit(name)) for name in after["unit_name"]]
    rows, changed = [], []
    for before, tier, members in split_ratings(pair):
        ends = {"before": words.short(Tier(before)), "after": words.short(Tier(tier))}
        label = words("index.rating", **ends, n=len(members))
        rows.append((label, after.loc[members.index]))
        changed += [label] if before != tier else []
    return rows, changed
