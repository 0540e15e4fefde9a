"""What the latest notice that has a unit says of it, in a sentence and messages."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import pandas as pd

from audit_lib.display.charts import Key
from audit_lib.figures.axes import Axis
from audit_lib.pages.unit_data import Dossier, Result
from audit_lib.pages.unit_marks import Mark
from audit_lib.wording.items import say_ordinal
from audit_lib.wording.words import Phrase, Text, Tier, Unit, join, say

MOST_NAMED = 4  # units that a sentence names
LEAST_RANKED = 3  # units of a table of which one can be ranked


@dataclass(frozen=True)
class Table:
    """The scored units of one table of a notice, from the lowest score, each with its colour; its axis and legend.

    `noun` is what the units are: towns and bureaus.
    """

    units: pd.DataFrame
    noun: Text
    axis: Axis
    legend: tuple[Key, ...]
    is_lower_better: bool


class Neighbour(NamedTuple):
    """The units with the next better score of a table (`side` is above), or the next worse one (below)."""

    side: str
    score: float
    units: tuple[tuple[str, str], ...]  # ids and names


@dataclass(frozen=True)
class Latest:
    """The notice that names a unit last: the result of the unit, its marks, its table where it has a score there.

    `extent` says which part of a longer list the notice shows.
    """

    result: Result
    marks: tuple[Mark, ...]
    table: Table | None
    extent: Phrase | None


def find_neighbours(latest: Latest) -> Iterator[Neighbour]:
    """Find the units that are next to one in the order of its table, above and below."""
    table, score = latest.table, latest.result.score
    if table is None or score is None:
        return
    ahead = (score - table.units["score"]) if table.is_lower_better else (table.units["score"] - score)
    for side, gaps in (("above", ahead[ahead > 0]), ("below", -ahead[ahead < 0])):
        if len(gaps):
            units = table.units.loc[gaps.index[gaps == gaps.min()]]
            named = zip(units["unit_id"], units["unit_name"], strict=True)
            yield Neighbour(side, float(units["score"].iloc[0]), tuple(named))


def describe_unit(dossier: Dossier, latest: Latest) -> Text:
    """Describe the result of a unit in the last period that names it: score, rank and tier, as far as published.

    It says so where the list is only a part of a longer one.
    """
    result = _describe_result(dossier, latest.result)
    return join([result, latest.extent], "clauses") or result


def _describe_result(dossier: Dossier, result: Result) -> Phrase:
    tier = Tier(result.tier) if result.tier else None
    if result.score is None and result.rank is None:
        key = f"opening_{result.score_is}" if tier else f"opening_{result.score_is}_untiered"
        if tier is None and "unread" not in (result.score_is, result.tier_is):
            key = "opening_named"
        return say(f"units.{key}", unit=Unit(dossier.name), tier=tier)
    key = "ranked" if result.score is None else "scored"
    scored = None if result.score is None else say("units.scored", score=result.score)
    ranked = say_rank(result, "ranked_") if result.score is None else _say_place(result)
    facts = {"scored": scored, "ranked": ranked, "comma": "," if ranked else ""}
    return say(f"units.opening_{key}_{result.tier_is}", unit=Unit(dossier.name), tier=tier, **facts)


def _say_place(result: Result) -> Phrase | str:
    """State the rank of a scored unit; nothing among fewer than three, or where all have one score."""
    is_ranked = result.rank is not None and (result.n is None or result.n_tied != result.n >= LEAST_RANKED)
    return say_rank(result, "") if is_ranked else ""


def say_rank(result: Result, how: str) -> Phrase:
    """State the rank of a unit in its table: 6th of 56, joint 7th; joint last where nobody is below."""
    rank, n_tied = result.rank or 0, result.n_tied or 1
    key = "joint_place" if n_tied > 1 else "place"
    if result.n is None:
        key += "_open"
    elif result.is_last:
        key = "joint_last" if n_tied > 1 else "place_last"
    return say(f"units.{how}{key}", ordinal=say_ordinal(rank), rank=rank, n=result.n)


def list_messages(latest: Latest) -> Iterator[Text]:
    """List messages on a unit whose tier does not follow from its score: who has a better one, and no reason given."""
    result, table = latest.result, latest.table
    if table is not None and result.score is not None and any(mark.kind == "exception" for mark in latest.marks):
        yield from _list_overtaking(table, result)
        yield say("units.message_no_reason")


def _list_overtaking(table: Table, result: Result) -> Iterator[Text]:
    """List the units with a better tier and the same score, and those with a worse score."""
    order = table.units.loc[table.units["tier"] == result.tier, "tier_order"].iloc[0]
    better, sign = table.units[table.units["tier_order"] < order], -1 if table.is_lower_better else 1
    worse = "higher" if table.is_lower_better else "lower"
    ahead = sign * (better["score"] - result.score)
    for how, units in (("same", better[ahead == 0]), (worse, better[ahead < 0])):
        if len(units):
            yield _say_overtaking(units, how)


def _say_overtaking(units: pd.DataFrame, how: str) -> Phrase:
    """Name a few units with a better tier, with their tier if it is one, and their score where it is not the same."""
    tiers, facts = units["tier"].unique(), {"n": len(units)}
    tier = say("units.rated_one", tier=Tier(tiers[0])) if len(tiers) == 1 else say("units.rated_better")
    if len(units) > MOST_NAMED:
        return say(f"units.overtaken_{how}_many", rated=tier, **facts)
    named = [
        Unit(row.unit_name) if how == "same" else say("units.with_score", unit=Unit(row.unit_name), score=row.score)
        for row in units.itertuples()
    ]
    return say(f"units.overtaken_{how}", rated=tier, units=named, **facts)
