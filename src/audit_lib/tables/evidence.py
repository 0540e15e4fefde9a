"""What the checks of a notice compare, and what they find."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from audit_lib.documents.model import line_of
from audit_lib.notices.notice import Notice
from audit_lib.tables.corrections import Correction
from audit_lib.tables.units import IN_LISTS_ONLY, Entry, Listing

LOWEST, HIGHEST = 0.0, 100.0  # the usual scale; a notice that states another is not met yet
TOP_CUT, LOW_CUT = 90.0, 80.0  # a common convention (90/80), stated by some notices; never inferred from the lists


@dataclass(frozen=True)
class Evidence:
    """What the checks compare: the notice as printed, its resolved units, and what we recorded of its file."""

    notice: Notice
    scores: pd.DataFrame
    entries: list[Entry]
    listings: list[Listing]
    recorded_sha256: str | None  # None: no record in notices.csv
    top_cut: float = TOP_CUT
    low_cut: float = LOW_CUT
    corrections: tuple[Correction, ...] = ()

    @cached_property
    def ranked(self) -> pd.DataFrame:
        """The units of the tables that have a score."""
        return self.scores[(self.scores["table_no"] != IN_LISTS_ONLY) & self.scores["score"].notna()]

    def joined(self, how: str) -> pd.DataFrame:
        """The units whose names in table and lists were joined so, by `match`."""
        return self.scores[self.scores["match"] == how]


@dataclass(frozen=True)
class Finding:
    """One thing that does not agree. `facts` fill the wording of its check, in any language."""

    facts: dict[str, Any]
    unit_id: str | None = None
    place: str | None = None

    @property
    def line(self) -> int | None:
        return line_of(self.place) if self.place else None
