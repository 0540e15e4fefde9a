"""The lists of tiers as they are read: a head, the names below it, and what else stands among them."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from audit_lib.documents.model import Line
from audit_lib.notices.grids.rows import ScoreRow
from audit_lib.notices.lists.tier_heads import Head

HEADING = re.compile(
    r"(?P<section>[一二三四五六七八九十]+)、|\((?P<subsection>[一二三四五六七八九十]+)\)|(?P<item>[一二三四五六七八九十]+)是"
)


@dataclass(frozen=True)
class TierList:
    """One printed list of units in one tier.

    `stated` is the number of units in the heading, and `heading` its place: lists under one heading count together.
    `scores` stand beside the names. `is_ranking`: sorted by score under a heading that is no known tier: a ranking of
    that group. `series` is the assessment, if the notice rates the same units in several. `is_apart`: rates another
    assessment than the scores.
    """

    tier: str
    stated: int | None
    label: str | None
    units: tuple[str, ...]
    place: str
    heading: str | None = field(default=None, compare=False, repr=False)
    scores: tuple[float | None, ...] = field(default=(), compare=False, repr=False)
    ranks: tuple[int, ...] = field(default=(), compare=False, repr=False)
    is_ranking: bool = field(default=False, compare=False, repr=False)
    series: str | None = field(default=None, compare=False, repr=False)
    is_apart: bool = field(default=False, compare=False, repr=False)

    @property
    def rows(self) -> Iterator[ScoreRow]:
        """The units with the scores beside their names and the ranks of their order, as rows of a table."""
        nothing = [None] * len(self.units)
        for unit, score, rank in zip(self.units, self.scores or nothing, self.ranks or nothing, strict=True):
            yield ScoreRow(unit, score, rank, None, None, self.tier if self.is_ranking else None, self.place)

    def as_dict(self) -> dict[str, Any]:
        """Return the list as `audit-lib parse --json` prints it."""
        names = ("tier", "stated", "label", "units", "place")
        return {name: getattr(self, name) for name in names} | {"units": list(self.units)}


@dataclass
class Block:
    """A head with the lists below it, and the lines that both fill."""

    head: Head
    lines: Sequence[Line]
    lists: list[TierList] = field(default_factory=list)
    rest: list[tuple[str, str]] = field(default_factory=list)  # what else stands among the names, with its place
    doubtful: list[tuple[str, str]] = field(default_factory=list)  # names that may be two, with their place
    is_new: bool = False  # read as a tier because others stand parallel, and nothing else
    is_described: bool = False  # each line names a unit and says more than that
    is_open: bool = False  # the last line ends with a sign that more names follow

    @property
    def units(self) -> list[str]:
        """The names of its lists."""
        return [unit for each in self.lists for unit in each.units]

    @property
    def left(self) -> int | None:
        """Return how many names are still to come; None where the head states no number."""
        stated = self.head.stated
        return None if stated is None else stated - len(self.units)


def list_names(blocks: Iterable[Block]) -> list[str]:
    """List the names of several blocks."""
    return [unit for block in blocks for unit in block.units]
