"""All units of a notice as rows of a table: name, a dot at its score, score, rank, tier and marks.

What the notice does not print has no column. Sections are its tables, where it has several.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Any, NamedTuple

import pandas as pd

from audit_lib.analysis.trend_words import name_tables
from audit_lib.display.charts import Key
from audit_lib.figures.axes import Axis, choose_axis
from audit_lib.figures.units import colour_units, key_tiers
from audit_lib.pages.unit_marks import Mark, mark_units
from audit_lib.wording.number_format import format_score
from audit_lib.wording.words import Tier, Words, say

FEW = 11  # units that a reader takes in at a glance: no filter, no buttons
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
    """The units of one table of the notice, or those of its lists alone, with its name."""

    name: str
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class DotTable:
    """The table of a notice. `ticks` are places on the axis in percent, with their labels; none without an axis.

    `is_printed`: its ranks are those of the notice.
    """

    sections: tuple[Section, ...]
    ticks: tuple[tuple[float, str], ...]
    legend: tuple[Key, ...]
    groups: tuple[tuple[str, int], ...]
    has_scores: bool
    has_ranks: bool
    has_ties: bool
    is_printed: bool
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
    def is_short(self) -> bool:
        return self.n_units <= FEW


def build_table(
    scores: pd.DataFrame, mentions: pd.DataFrame, words: Words, *, is_lower_better: bool = False
) -> DotTable:
    """Build the table of one notice, from its rows of scores and mentions."""
    marks = mark_units(scores, mentions, words, is_lower_better=is_lower_better)
    has_scores, has_ranks = bool(scores["score"].notna().any()), bool(scores["rank"].notna().any())
    is_last = scores["rank"].isna()  # sorted by tier; equal ranks stay in printed order
    scores = scores.assign(colour=colour_units(scores), last=scores["tier_order"].where(is_last, 0))
    scores = scores.sort_values(["rank", "last"], kind="stable")
    tables = sorted(scores["table_no"].unique(), key=lambda each: (each == 0, each))
    is_one = len([each for each in tables if each]) <= 1
    values = scores["score"] if has_scores else scores["rank"].astype("float64")
    axis = _choose_axis(values.dropna(), has_scores=has_scores)

    def place(value: float) -> float:
        share = 100 * (value - axis.low) / (axis.high - axis.low) if axis else 0.0
        return round(share if has_scores else 100 - share, 2)  # of ranks the first is on the right

    lefts = {index: place(float(value)) for index, value in values.dropna().items()}
    parts = {int(tables[0]): scores} if is_one else {int(each): scores[scores["table_no"] == each] for each in tables}
    names = {0: say("place.lists_alone"), **name_tables(scores)}
    units = scores.drop_duplicates("unit_id")
    n_tiers = scores["tier"].nunique() + int(scores["tier"].isna().any())
    return DotTable(
        tuple(
            Section(words.word(names.get(number)), tuple(_list_rows(part, lefts, marks, words)))
            for number, part in parts.items()
        ),
        tuple((place(tick), f"{tick:g}") for tick in axis.ticks) if axis else (),
        _make_legend(units, marks, words) if n_tiers > 1 else (),
        _count_groups(units),
        has_scores,
        has_ranks and (not has_scores or scores["score"].nunique() > 1),
        bool((scores["n_tied"] > 1).any()),
        bool(scores["is_printed"].any()),
        bool(scores["tier"].notna().any()),
    )


def _choose_axis(values: pd.Series, *, has_scores: bool) -> Axis | None:
    """Choose the axis, of scores or else of ranks; None where a notice has neither."""
    if values.empty:
        return None
    if has_scores:
        return choose_axis(values)
    last = max(float(values.max()), 2.0)
    return Axis(1, last, tuple(sorted({1.0, last, *(float(n) for n in range(5, int(last) - 2, 5))})))


def _make_legend(units: pd.DataFrame, marks: Mapping[str, list[Mark]], words: Words) -> tuple[Key, ...]:
    """Make the legend of tiers, with the outline of the exceptions where they are of one kind."""
    exceptions = {unit_id: mark.text for unit_id, found in marks.items() for mark in found if mark.kind == "exception"}
    texts = set(exceptions.values())
    is_exception = units["unit_id"].isin(exceptions)
    of = int(units["tier"].isin(units.loc[is_exception, "tier"]).sum())
    outlined = words("labels.legend_of", name=texts.pop(), n=len(exceptions), of=of) if len(texts) == 1 else None
    return key_tiers(units.assign(is_exception=is_exception), words, outlined)


def _list_rows(
    scores: pd.DataFrame, lefts: Mapping[Any, float], marks: Mapping[str, list[Mark]], words: Words
) -> Iterator[Row]:
    for index, row in scores.iterrows():
        yield Row(
            row["unit_id"],
            row["unit_name"],
            word_rank(row["rank"], row["n_tied"], words),
            lefts.get(index),
            format_score(float(row["score"])) if pd.notna(row["score"]) else "",
            row["colour"],
            words.short(Tier(row["tier"])) if pd.notna(row["tier"]) else "",
            tuple(marks.get(row["unit_id"], [])),
            row["side"],
        )


def word_rank(rank: Any, n_tied: Any, words: Words) -> str:
    """Return the words for a competition rank: 7, or 7= where units share it; empty without one."""
    if rank is None or pd.isna(rank):
        return ""
    is_tied = n_tied is not None and pd.notna(n_tied) and int(n_tied) > 1
    return words("units.rank_tied" if is_tied else "units.rank_alone", rank=int(rank))


def _count_groups(units: pd.DataFrame) -> tuple[tuple[str, int], ...]:
    """Count the units of each side; none where there is only one side."""
    counts = units["side"].dropna().value_counts(sort=False)
    return tuple((str(side), int(n)) for side, n in counts.items()) if len(counts) > 1 else ()
