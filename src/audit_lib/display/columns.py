"""How the values of each column are printed, and what a missing one means: the rows of columns.csv.

`kind` is code (our own value, worded in each language), text (as printed, never worded), unit, tier, term (a name
with a translation), ranks, item, numeral, score (as published) or number (with so many `decimals`). `missing` is the
word for a missing value, a key of `[blanks]`, where there is another than that it does not apply. A row with a `table`
counts in that table alone. Columns without a row are codes.
"""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

TWO = 2  # decimals of a computed number


@dataclass(frozen=True)
class Column:
    """How the values of a column are printed, and the word for a missing one."""

    kind: str = "code"
    decimals: int | None = None
    missing: str = "inapplicable"


@cache
def _read_columns() -> dict[tuple[str, str], Column]:
    with Path(__file__).with_name("columns.csv").open(encoding="utf-8", newline="") as file:
        return {
            (row["table"], row["column"]): Column(
                row["kind"], int(row["decimals"]) if row["decimals"] else None, row["missing"] or Column.missing
            )
            for row in csv.DictReader(file)
        }


def find_column(name: object, table: str = "") -> Column:
    """Return how a column is printed, in this table if it has a row of its own there."""
    known = _read_columns()
    return known.get((table, str(name))) or known.get(("", str(name))) or Column()
