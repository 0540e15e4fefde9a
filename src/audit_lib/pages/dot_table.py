"""All units of a notice as rows of a table: name, a dot at its score, score, rank, tier and marks.

What the notice does not print has no column. Sections are its tables, where it has several.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Any, NamedTuple

import pandas as pd

from audit_lib.display.charts import Key
from audit_lib.figures.forms import Axis, choose_axis, colour_units, key_tiers
from audit_lib.pages.unit_marks import Mark, mark_units
from audit_lib.wording.number_format import format_score
from audit_lib.wording.words import Tier, Words

FEW = 8  # units that a reader takes in at a glance: no filter, no buttons
FOLDED, SHOWN = 100, 50  # from so many rows a script folds the table to the marked ones and the first of them


class Row(NamedTuple):
    """A unit of the table, worded. `left` is the place of its dot in percent of the axis, None without one."""

    unit_id: str
    name: str
    rank: str
    left: float | None
    score: str
    colour: str
    tier: str
    marks: tuple[Mark, ...]
    group: str

    @property
    def is_exception(self) -> bool:
        return any(mark.kind == "exception" for mark in self.marks)


class Section(NamedTuple):
    """The units of one table of the notice, or those of its lists alone (table_no 0)."""

    table_no: int
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class DotTable:
    """The table of a notice. `ticks` are places on the axis in percent, with their labels; none without an axis."""

    sections: tuple[Section, ...]
    ticks: tuple[tuple[float, str], ...]
    legend: tuple[Key, ...]
    groups: tuple[tuple[str, int], ...]
    has_scores: bool
    has_ranks: bool
    has_tiers: bool

    @cached_property
    def rows(self) -> list[Row]:
        return list(chain.from_iterable(section.rows for section in self.sections))

    @cached_property
    def n_units(self) -> int:
        return len({row.unit_id for row in self.rows})

    @property
    def n_marked(self) -> int:
        return sum(bool(row.marks) for row in self.rows)

    @property
    def has_ties(self) -> bool:
        return len({row.rank for row in self.rows if row.rank}) < sum(bool(row.rank) for row in self.rows)

    @property
    def is_short(self) -> bool:
        return self.n_units <= FEW


def build_table(
    scores: pd.DataFrame, mentions: pd.DataFrame, words: Words, *, is_lower_better: bool = False
) -> DotTable:
    """Build the table of one notice, from its rows of scores and mentions."""
    marks = mark_units(scores, mentions, words, is_lower_better=is_lower_better)
    has_scores, has_ranks = bool(scores["score"].notna().any()), bool(scores["rank"].notna().any())
    scores = scores.assign(colour=colour_units(scores), last=scores["rank"].isna())
    scores = scores.sort_values(["last", "rank", "tier_order"], kind="stable")
    tables = sorted(scores["table_no"].unique(), key=lambda each: (each == 0, each))
    is_one = len([each for each in tables if each]) <= 1
    axis, values = _choose_axis(scores)
    parts = {int(tables[0]): scores} if is_one else {int(each): scores[scores["table_no"] == each] for each in tables}
    n_tiers = scores["tier"].nunique() + int(scores["tier"].isna().any())
    return DotTable(
        tuple(Section(number, tuple(_list_rows(part, values, axis, marks, words))) for number, part in parts.items()),
        _list_ticks(axis, is_reversed=not has_scores) if axis else (),
        key_tiers(scores.drop_duplicates("unit_id"), words) if n_tiers > 1 else (),
        _count_groups(scores.drop_duplicates("unit_id")),
        has_scores,
        has_ranks and (not has_scores or scores["score"].nunique() > 1),
        bool(scores["tier"].notna().any()),
    )


def _choose_axis(scores: pd.DataFrame) -> tuple[Axis | None, pd.Series]:
    """Choose the axis, of scores or else of ranks, and return it with the values to place on it."""
    values = scores["score"] if scores["score"].notna().any() else scores["rank"].astype("float64")
    known = values.dropna()
    if known.empty:
        return None, values
    if values is scores["score"]:
        return choose_axis(known), values
    last = max(float(known.max()), 2.0)
    return Axis(1, last, tuple(sorted({1.0, last, *(float(n) for n in range(5, int(last) - 1, 5))}))), values


def _list_ticks(axis: Axis, *, is_reversed: bool) -> tuple[tuple[float, str], ...]:
    """List the ticks: with ranks the first is on the right."""
    return tuple((_find_left(tick, axis, is_reversed=is_reversed), f"{tick:g}") for tick in axis.ticks)


def _find_left(value: float, axis: Axis, *, is_reversed: bool) -> float:
    share = 100 * (value - axis.low) / (axis.high - axis.low)
    return round(100 - share if is_reversed else share, 2)


def _list_rows(
    scores: pd.DataFrame, values: pd.Series, axis: Axis | None, marks: Mapping[str, list[Mark]], words: Words
) -> Iterator[Row]:
    has_scores = bool(values.notna().any()) and values.name == "score"
    for index, row in scores.iterrows():
        value = values[index]
        is_placed = axis is not None and pd.notna(value)
        yield Row(
            row["unit_id"],
            row["unit_name"],
            word_rank(row["rank"], row["n_tied"], words),
            _find_left(float(value), axis, is_reversed=not has_scores) if axis and is_placed else None,
            format_score(float(row["score"])) if pd.notna(row["score"]) else "",
            row["colour"],
            words.short(Tier(row["tier"])) if pd.notna(row["tier"]) else "",
            tuple(marks.get(row["unit_id"], [])),
            row["side"],
        )


def word_rank(rank: Any, n_tied: Any, words: Words) -> str:
    """Word a competition rank: 7, or 7= where units share it; empty without one."""
    if rank is None or pd.isna(rank):
        return ""
    is_tied = n_tied is not None and pd.notna(n_tied) and int(n_tied) > 1
    return words("units.rank_tied" if is_tied else "units.rank_alone", rank=int(rank))


def _count_groups(units: pd.DataFrame) -> tuple[tuple[str, int], ...]:
    """Count the units of each side; none where there is only one side."""
    counts = units["side"].dropna().value_counts(sort=False)
    return tuple((str(side), int(n)) for side, n in counts.items()) if len(counts) > 1 else ()
