"""What the scores of a notice measure, as notices.csv records it: every check, rank, axis and sentence follows it."""

import re
from dataclasses import dataclass, fields

import pandas as pd

PERCENT = re.compile(r"(?P<name>.+?)(?:, ?%|[(\uff08]%[)\uff09])")
UPPER = ("upper_read", "upper_published")  # extents of lists that begin with the first unit
USUAL_SCALE = (0.0, 100.0)  # points, where a notice states no scale


@dataclass(frozen=True)
class Measure:
    """What was inspected, and what its scores mean. None: neither the notice nor our record of it says.

    `better` is `higher` or `lower`; `n_ranked` is the number of units that were ranked where a list shows only some of
    them, and `extent` which part it shows (see schemas.csv); points of notices with one `rubric_id`, scale and
    direction may be compared.
    """

    subject: str | None = None
    score_name: str | None = None
    score_column: str | None = None
    better: str | None = None
    scale_min: float | None = None
    scale_max: float | None = None
    n_ranked: int | None = None
    extent: str | None = None
    rubric_id: str | None = None

    @property
    def is_lower_better(self) -> bool:
        return self.better == "lower"

    @property
    def is_upper(self) -> bool:
        """Check whether a list is the upper end of a longer one."""
        return self.extent in UPPER

    def is_cut(self, n: int) -> bool:
        """Check whether the n units of a notice are only some of those that were ranked or rated."""
        return self.extent is not None or (self.n_ranked or 0) > n

    @property
    def has_scale(self) -> bool:
        return self.scale_max is not None

    @property
    def bounds(self) -> tuple[float, float]:
        """The ends of the scale; the usual one where none is recorded."""
        low, high = USUAL_SCALE
        return low if self.scale_min is None else self.scale_min, high if self.scale_max is None else self.scale_max

    @property
    def is_share(self) -> bool:
        """Check whether the scores are percentages, so that they differ by percentage points."""
        return split_percent(self.score_name or "")[1] == "%"

    @property
    def best(self) -> float | None:
        """The best possible score; None where the scale is not recorded."""
        return self.scale_min if self.is_lower_better else self.scale_max


def read_measure(record: pd.Series | None) -> Measure:
    """Return the measure that a row of notices.csv records; an empty one without a row."""
    if record is None:
        return Measure()
    facts = {each.name: record[each.name] for each in fields(Measure) if pd.notna(record.get(each.name))}
    for name, convert in (("scale_min", float), ("scale_max", float), ("n_ranked", int)):
        if name in facts:
            facts[name] = convert(facts[name])
    return Measure(**facts)


def split_percent(score_name: str) -> tuple[str, str]:
    """Split the name of scores from the sign of percentages after it; an empty sign where there is none.

    >>> split_percent("share of clean-air days, %"), split_percent("综合指数")
    (('share of clean-air days', '%'), ('综合指数', ''))
    """
    match = PERCENT.fullmatch(score_name)
    return (match["name"], "%") if match else (score_name, "")
