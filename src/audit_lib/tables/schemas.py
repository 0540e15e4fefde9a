"""The tables we keep: what types their columns may have, and which rows are unique. schemas.csv declares the columns.

Its `type` is a name of TYPES. `empty` says what an empty cell means, where that is not that nothing was found, or
`never`; a column that `is_optional` may be left out of a file. `storage.py` checks tables on load and save.
"""

import csv
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import pandera.pandas as pa

from audit_lib.sources import JURISDICTION, PERIOD

MATCHES = ["exact", "prefix", "alias", "table_only", "list_only"]
KINDS = [
    *("town", "subdistrict", "department", "institution", "vertical", "company"),
    *("mass_organisation", "zone", "village", "county", "city", "province", "ministry", "other"),
]
SIDES = ["town", "bureau", "other"]
BETTER = ["higher", "lower"]
EXTENTS = ["upper_read", "upper_published", "best_ratings"]
SEVERITIES = ["error", "warning", "note"]
BLANK = "blank"  # of an empty column of a web site
DAY = r"^\d{4}-\d{2}-\d{2}$"
DURATION = r"^P[1-9]\d*[DWMY]$"
REDUCED_DATE = r"\d{4}(-\d\d(-\d\d)?)?"


def is_date(value: str) -> bool:
    """Check whether a text is a day, a month or a year in ISO form.

    >>> is_date("2017-08"), is_date("2017-02-30")
    (True, False)
    """
    try:
        return bool(re.fullmatch(REDUCED_DATE, value)) and bool(pd.Period(value))
    except ValueError:
        return False


def _is_update(value: str) -> bool:
    return value == BLANK or is_date(value)


def _is_scale_in_order(notices: pd.DataFrame) -> "bool | pd.Series":
    if not {"scale_min", "scale_max"} <= set(notices.columns):
        return True
    return ~(notices["scale_min"] >= notices["scale_max"])


class Type(NamedTuple):
    """A type of columns: how pandas keeps it, what is checked, and what its numbers count."""

    dtype: str = "str"
    check: pa.Check | None = None
    unit: str | None = None
    kind: str | None = None


def _matches(pattern: str, **about: str) -> Type:
    return Type("str", pa.Check.str_matches(pattern), **about)


def _one_of(*words: str) -> Type:
    return Type("str", pa.Check.isin(list(words)))


TYPES = {
    "text": Type(),
    "url": _matches(r"^https?://"),
    "sha256": _matches(r"^[0-9a-f]{64}$"),
    "jurisdiction": _matches(JURISDICTION),
    "period": _matches(PERIOD),
    "day": _matches(DAY, kind="date"),
    "duration": _matches(DURATION, unit="ISO 8601 duration"),
    "update": Type(
        "str",
        pa.Check(
            _is_update,
            element_wise=True,
            error=f"a day, a month or a year (2017-08-31, 2017-08, 2017), or the word {BLANK}",
        ),
        kind="reduced date",
    ),
    "boolean": Type("boolean"),
    **{f"int{bits}": Type(f"Int{bits}", pa.Check.ge(0)) for bits in (8, 16, 32)},
    "points": Type("float64", unit="points"),
    "scale_end": Type("float64", pa.Check.in_range(-1e6, 1e6, error="a number of points"), "points"),  # no infinity
    "share": Type("float64", pa.Check.in_range(0, 100), "%"),
    "matches": _one_of(*MATCHES),
    "kinds": _one_of(*KINDS),
    "sides": _one_of(*SIDES),
    "splits": _one_of("town", "department", "institution"),
    "kind_sources": _one_of("registry", "list_label", "suffix"),
    "sentiments": _one_of("criticised", "praised"),
    "severities": _one_of(*SEVERITIES),
    "better": _one_of(*BETTER),
    "extents": _one_of(*EXTENTS),
    "events": _one_of("renamed", "merged", "split", "transferred", "created", "abolished"),
    "date_exactness": _one_of("on", "by", "about"),
    "scopes": _one_of("national_rule", "provincial_rule", "place_confirmed", "rule_applied", "expected", "elsewhere"),
    "confidences": _one_of("high", "medium", "low"),
    "measures": _one_of("score_level", "upper_tiers", "reply_rate", "late_reply"),
}


def _read_columns() -> dict[str, dict[str, pa.Column]]:
    """Read the columns of each table from schemas.csv."""
    columns: dict[str, dict[str, pa.Column]] = {}
    with Path(__file__).with_name("schemas.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            columns.setdefault(row["table"], {})[row["column"]] = _declare(**row)
    return columns


def _declare(type: str, is_optional: str, empty: str, description: str, **_: str) -> pa.Column:
    is_never = empty == "never"
    dtype, check, unit, kind = TYPES[type]
    about = {"unit": unit, "missing": "" if is_never else empty, "type": kind}
    return pa.Column(
        dtype,
        check,
        nullable=not is_never,
        required=not is_optional,
        description=description,
        metadata={name: value for name, value in about.items() if value},
    )


_COLUMNS = _read_columns()
OF_NOTICE = ("subject", "score_name", "rubric_id", "better", "scale_min", "scale_max", "n_ranked", "extent")
_OF_SCORES = (
    *("table_no", "unit_id", "unit_name", "name_in_table", "name_in_list", "kind", "side", "split"),
    *("score", "rank_printed", "rank", "n_tied", "tier", "tier_order", "source_place", "is_corrected"),
)
for _table, _names in (("scores", _OF_SCORES), ("notices", OF_NOTICE)):
    _COLUMNS["panel"] |= {name: _COLUMNS[_table][name] for name in _names}


class _Table(NamedTuple):
    """What one row is, and the columns whose values identify it."""

    row: str
    unique: tuple[str, ...] = ()
    options: Mapping[str, Any] = {}


_UNIT = ("notice_id", "table_no", "unit_id")
_ORDERED = {"ordered": True}
_TABLES = {
    "scores": _Table("each unit named in a table or a tier list of the notice", _UNIT, _ORDERED),
    "mentions": _Table("each unit named in the prose", (), _ORDERED),
    "problems": _Table("each finding about the notice, such as a unit in no list: not failures of ours", (), _ORDERED),
    "notices": _Table(
        "each raw file", ("notice_id",), {"checks": pa.Check(_is_scale_in_order, error="scale_min below scale_max")}
    ),
    "jurisdictions": _Table("each place", ("jurisdiction",)),
    "units": _Table("each unit", ("unit_id",)),
    "aliases": _Table("each printed name that no rule joins to its unit", ("name_printed",)),
    "lineage": _Table(
        "each pair of an old and a new unit that an event joins", ("jurisdiction", "old_unit", "new_unit", "date")
    ),
    "corrections": _Table(
        "each known typing error, and for each answer to what was read in a picture",
        ("notice_id", "place", "unit_name", "column", "printed"),
    ),
    "claims": _Table("each claim or figure of the prose, recorded by hand"),
    "examples": _Table(
        "each place where the prose names a unit as an example, recorded by hand", ("notice_id", "unit", "place")
    ),
    "update_rules": _Table("each wording of an update rule, recorded by hand"),
    "web_columns": _Table("each column of a web site that the notice names, recorded by hand"),
    "column_dates": _Table("each column of a web site", ("unit", "column"), {"strict": "filter"}),
    "panel": _Table("each row of the scores of a notice, with what they measure", _UNIT, _ORDERED),
}
SCHEMAS = {
    name: pa.DataFrameSchema(
        _COLUMNS[name],
        description=f"one row for {row}",
        unique=list(unique) or None,
        **{"strict": True, "coerce": True, **options},
    )
    for name, (row, unique, options) in _TABLES.items()
}
