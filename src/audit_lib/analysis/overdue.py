"""Find what was overdue on a given day: compare the last update of each column of a web site with its rule.

Only interval arithmetic: where just the month of an update is known, or just the days between which a column was
looked at, an age is a range.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from audit_lib.analysis.update_rules import list_rules, match_rule, read_duration, word_duration, word_every, word_range
from audit_lib.errors import unusable
from audit_lib.notices.notice import Header
from audit_lib.tables.schemas import BLANK
from audit_lib.tables.storage import load_table
from audit_lib.wording.words import Phrase, Term, Text, Unit, join, say, say_date, say_nothing_found

MOST_NAMES = 4  # units that a sentence names; more are in a table
STATUSES = ("overdue", "perhaps", "in_time", "blank", "no_period", "no_rule", "undated", "after")
NOT_JUDGED = ("no_period", "no_rule", "undated", "after")
FOUND = ["age_low", "age_high", "late_low", "late_high"]  # days
INSPECTED = ["unit", "column", "rule", "every", "last_updated", "unchanged_for", "status", "limit", *FOUND]


@dataclass(frozen=True)
class Days:
    """The days between which columns were looked at, both included."""

    first: pd.Timestamp
    last: pd.Timestamp


def read_days(first: object, last: object | None = None) -> Days:
    """Read one day, or the first and the last day of an inspection. Raises AuditError for what is no day."""
    try:
        days = Days(pd.Timestamp(first), pd.Timestamp(first if last is None else last))
    except (ValueError, TypeError):
        raise unusable("day of inspection", f"{first} {last or ''}".strip(), "an ISO date such as 2017-12-20") from None
    if pd.isna(days.first) or pd.isna(days.last) or days.last < days.first:
        raise unusable("day of inspection", f"{first} to {last}", "a first and a last day, in this order")
    return days


def load_columns(path: Path | str) -> pd.DataFrame:
    """Load a CSV file of columns of web sites: unit, column, last_updated (a day, month, year, or blank).

    An empty last_updated is an unknown date; other columns of the file are left out. Raises AuditError naming the
    line of a date that is none, and for a column given twice.
    """
    return load_table(Path(path), "column_dates")


def inspect_columns(
    columns: pd.DataFrame, rules: pd.DataFrame, first: object, last: object | None = None
) -> pd.DataFrame:
    """Return for each column of a web site whether it was overdue on a day, or on the days from first to last.

    `columns` has unit, column, last_updated and may have unchanged_for (see schemas.csv). Returns a row for each with
    its rule, its status, its age and the days it was past its limit, as ranges; an open upper end is NA, and a negative
    number of days late is time left. Status: overdue on every reading of the dates, perhaps (on some), in_time, blank,
    no_period (a rule without one), no_rule, undated, after (updated after the day).

    >>> rules = pd.DataFrame({"rule": ["news"], "quote": ["news every 2 weeks"], "every": ["P2W"], "covers": ["news"]})
    >>> columns = pd.DataFrame({"unit": ["A"], "column": ["news"], "last_updated": ["2018-05-30"]})
    >>> found = inspect_columns(columns, rules.assign(place="line 1"), "2018-06-29").iloc[0]
    >>> found["status"], int(found["age_low"]), int(found["late_low"])
    ('overdue', 30, 16)
    """
    days, listed = read_days(first, last), list_rules(rules)
    rows = []
    for _, column in columns.iterrows():
        rule = match_rule(column["column"], listed)
        known = {"rule": None if rule is None else rule["rule"], "unchanged_for": None}
        every = None if rule is None or pd.isna(rule["every"]) else str(rule["every"])
        rows.append({**known, **column, "every": every, **_judge(column, rule is not None, every, days)})
    table = pd.DataFrame(rows, columns=INSPECTED)
    return table.astype(dict.fromkeys(["limit", *FOUND], "Int64"))


def _judge(column: pd.Series, has_rule: bool, every: str | None, days: Days) -> dict[str, Any]:
    """Measure one column: its ages, how late it was, and what that makes it."""
    if column["last_updated"] == BLANK:
        return {"status": "blank"}
    updates = _bound_update(column, days)
    if not updates:
        return {"status": "undated" if has_rule else "no_rule"}
    found: dict[str, Any] = _range([(day - update).days for day, update in updates], "age")
    if found["age_high"] is not None and found["age_high"] < 0:
        return {"status": "after", **found}
    found["age_low"] = max(found["age_low"], 0)  # of a month that had not ended, only the days that had passed count
    if every is None:
        return {"status": "no_period" if has_rule else "no_rule", **found}
    dues = [min(update, days.first) + read_duration(every) for _, update in updates]
    late: dict[str, Any] = _range([(day - due).days for (day, _), due in zip(updates, dues, strict=True)], "late")
    limit = (dues[0] - min(updates[0][1], days.first)).days
    is_late, may_be = late["late_low"] > 0, late["late_high"] > 0
    if pd.notna(column.get("unchanged_for")):
        found["age_high"], late["late_high"], may_be = None, None, True
    return {"status": "overdue" if is_late else "perhaps" if may_be else "in_time", "limit": limit, **found, **late}


def _bound_update(column: pd.Series, days: Days) -> list[tuple[pd.Timestamp, pd.Timestamp]]:
    """Pair the days of looking with the updates that make the column youngest and oldest; nothing if undated.

    A column unchanged for some time on a day was updated that much before or earlier.
    """
    if pd.notna(unchanged := column.get("unchanged_for")):
        return [(day, day - read_duration(unchanged)) for day in (days.first, days.last)]
    if pd.isna(column["last_updated"]):
        return []
    update = pd.Period(column["last_updated"])
    return [(days.first, update.end_time.normalize()), (days.last, update.start_time)]


def _range(values: list[int], name: str) -> dict[str, int]:
    return {f"{name}_low": min(values), f"{name}_high": max(values)}


def find_days(header: Header) -> Days | None:
    """Find the days on which a notice looked: those it states, else the day it was signed. None if none."""
    if header.inspected_from and header.inspected_to:
        return read_days(header.inspected_from, header.inspected_to)
    return read_days(header.issued_on) if header.issued_on else None


def inspect_named(web_columns: pd.DataFrame, rules: pd.DataFrame, header: Header) -> pd.DataFrame:
    """Inspect the columns that a notice names, on its own days. No row where it states no day, no column or no rule."""
    days = find_days(header)
    named = web_columns if days and len(rules) else web_columns.iloc[:0]
    first, last = (days.first, days.last) if days else ("2017-01-01", None)  # of no row: any day serves
    return inspect_columns(named, rules, first, last)


def tabulate_overdue(inspected: pd.DataFrame) -> pd.DataFrame:
    """Return the inspected columns of units for a reader, the latest first: status, limit, last update, age."""
    table = order_overdue(inspected.dropna(subset=["unit"]))
    records = [{name: None if pd.isna(value) else value for name, value in row.items()} for _, row in table.iterrows()]
    return pd.DataFrame(
        {
            "unit": table["unit"],
            "column": table["column"],
            "status": table["status"],
            "limit": [None if row["rule"] is None else word_every(row["every"]) for row in records],
            "last_updated": [_word_update(row) for row in records],
            "age": [word_age(row) for row in records],
        }
    ).astype("object")


def order_overdue(inspected: pd.DataFrame) -> pd.DataFrame:
    """Order inspected columns by status, then by the days late, most first."""
    rank = inspected["status"].map({status: at for at, status in enumerate(STATUSES)}).astype("Int64")
    ordered = inspected.assign(rank=rank).sort_values(["rank", "late_low"], ascending=[True, False], kind="stable")
    return ordered.drop(columns="rank").reset_index(drop=True)


def _word_update(row: Mapping[str, Any]) -> Text | str | None:
    if row["unchanged_for"]:
        return say("rules.before", duration=word_duration(row["unchanged_for"]))
    return say_date(row["last_updated"]) if row["last_updated"] not in (None, BLANK) else None


def word_age(row: Mapping[str, Any]) -> Phrase | None:
    """Return the words for the age of a column: 111–149 days, or about 3 years; None without a date."""
    if pd.notna(row["unchanged_for"]):
        return say("rules.about", duration=word_duration(row["unchanged_for"]))
    if pd.isna(row["age_low"]):
        return None
    return say("rules.days", days=word_range(row["age_low"], row["age_high"]))


def word_looked(header: Header) -> Phrase:
    """Describe when a notice looked: at the inspection, or, where it states no days of one, when it was signed."""
    return say("rules.at_inspection" if header.inspected_from and header.inspected_to else "rules.at_signature")


def describe_rules(rules: pd.DataFrame, inspected: pd.DataFrame, header: Header) -> Phrase:
    """Describe how old the most overdue column of a unit was, as a headline; without one, how many rules there are."""
    if rules.empty:
        return say_nothing_found("rules.none")
    lead = find_lead_column(inspected)
    if lead is None:
        periods = list_rules(rules)["every"]
        n = int(periods.notna().sum())
        key = "stated" if n == len(periods) else "stated_some" if n else "stated_none"
        return say(f"rules.{key}", n=n, of=len(periods))
    facts = {
        "unit": Unit(lead["unit"]),
        "column": Term(lead["column"]),
        "every": word_every(lead["every"]),
        "looked": word_looked(header),
    }
    if pd.notna(lead["unchanged_for"]):
        return say("rules.lead_unchanged", duration=word_duration(lead["unchanged_for"]), **facts)
    return say("rules.lead", days=word_range(lead["age_low"], lead["age_high"]), **facts)


def find_lead_column(inspected: pd.DataFrame) -> pd.Series | None:
    """Find the overdue column of a unit to lead with: one with a date before one without, then the latest."""
    overdue = inspected[(inspected["status"] == "overdue") & inspected["unit"].notna()]
    if overdue.empty:
        return None
    overdue = overdue.assign(is_open=overdue["late_high"].isna())
    return overdue.sort_values(["is_open", "late_low"], ascending=[True, False], kind="stable").iloc[0]


def describe_named(inspected: pd.DataFrame) -> Phrase | None:
    """State how many columns named for a unit were overdue or blank, and of which units; None without any."""
    named = inspected[inspected["unit"].notna()]
    if named.empty:
        return None
    counts = named["status"].replace(list(NOT_JUDGED), "not_judged").value_counts()
    clauses = [
        _count_overdue(named) if status == "overdue" else say(f"rules.{status}", n=int(counts[status]))
        for status in ("overdue", "perhaps", "blank", "in_time", "not_judged")
        if status in counts
    ]
    return say("rules.columns", of=len(named), clauses=join(clauses, "clauses"))


def _count_overdue(named: pd.DataFrame) -> Phrase:
    """Count the columns that were overdue, with their units; too many units are in the table only."""
    units = list(dict.fromkeys(named.loc[named["status"] == "overdue", "unit"]))
    n = int((named["status"] == "overdue").sum())
    whose = "many" if len(units) > MOST_NAMES else "some" if len(units) > 1 or n == 1 else "both" if n == 2 else "all"
    owners = "" if whose == "many" else say(f"rules.of_{whose}", units=[Unit(unit) for unit in units])
    return say("rules.overdue", n=n, owners=owners)
