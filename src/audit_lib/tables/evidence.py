"""What the checks of a notice compare, and what they find."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from audit_lib.documents.model import line_of
from audit_lib.notices.notice import Notice
from audit_lib.tables.corrections import Correction
from audit_lib.tables.measures import Measure
from audit_lib.tables.tiers import TierPair, pair_tiers
from audit_lib.tables.units import IN_LISTS_ONLY, Entry, Listing

CUTS = (90.0, 80.0)  # upper and lower: a common convention, stated by some notices; never inferred from the lists


@dataclass(frozen=True)
class Evidence:
    """What the checks compare: the notice as printed, its resolved units, and what we recorded of its file."""

    notice: Notice
    scores: pd.DataFrame
    entries: list[Entry]
    listings: list[Listing]
    recorded_sha256: str | None  # None: no record in notices.csv
    cuts: tuple[float, float] = CUTS
    corrections: tuple[Correction, ...] = ()
    measure: Measure = Measure()

    @cached_property
    def lower_first(self) -> bool:
        """Check whether lower scores are better: as recorded, else as the printed ranks say without exception."""
        return self.measure.is_lower_better if self.measure.better else self.seems_lower_better

    @property
    def sign(self) -> int:
        """1, or -1 where lower scores are better: of two scores times this the greater is the better."""
        return -1 if self.lower_first else 1

    @cached_property
    def seems_lower_better(self) -> bool:
        """Check whether all printed ranks, or without any all rows, run from the lowest score to the highest."""
        tables = [table for _, table in self.ranked.groupby("table_no") if table["score"].nunique() > 2]
        return bool(tables) and all(map(_runs_up, tables))

    @cached_property
    def ranked(self) -> pd.DataFrame:
        """The units of the tables that have a score."""
        return self.scores[(self.scores["table_no"] != IN_LISTS_ONLY) & self.scores["score"].notna()]

    @cached_property
    def tier_pairs(self) -> list[TierPair]:
        """The units that have a score, for every two tiers of known order."""
        return pair_tiers(self.ranked, lower_first=self.lower_first)

    def joined(self, how: str) -> pd.DataFrame:
        """The units whose names in table and lists were joined so, by `match`."""
        return self.scores[self.scores["match"] == how]


def _runs_up(table: pd.DataFrame) -> bool:
    """Check whether the ranks of a table, or without any its rows, begin with the lowest score and never go back."""
    ranked = table.dropna(subset=["rank_printed"])
    if len(ranked) and ranked["rank_printed"].nunique() < 3:
        return False
    ordered = ranked.sort_values(["rank_printed", "score"], kind="stable") if len(ranked) else table
    return bool(ordered["score"].is_monotonic_increasing)


@dataclass(frozen=True)
class Finding:
    """One thing that does not agree. `facts` fill the wording of its check, in any language.

    `is_question`: what is recorded does not tell whether the notice contradicts itself.
    """

    facts: dict[str, Any]
    unit_id: str | None = None
    place: str | None = None
    is_question: bool = False

    @property
    def line(self) -> int | None:
        return line_of(self.place) if self.place else None


def list_rows(table: pd.DataFrame) -> Iterator[Any]:
    """Yield the rows of a table, to be read by column name. Their types are those of its schema."""
    yield from table.itertuples()
