"""What was overdue on a given day: columns of web sites, with the dates of their last updates, held against rules.

Only interval arithmetic: where just the month of an update is known, or just the days between which a column was
looked at, an age is a range.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from audit_lib.analysis.update_rules import list_rules, match_rule, read_duration, word_duration, word_limit, word_range
from audit_lib.documents.model import squeeze
from audit_lib.errors import unusable
from audit_lib.notices.notice import Header
from audit_lib.notices.vocabulary import read_vocabulary
from audit_lib.tables.schemas import BLANK
from audit_lib.tables.storage import load_table
from audit_lib.wording.words import Name, Phrase, Text, say, say_date, say_nothing_found

MADE_UP = Path(__file__).with_name("columns_made_up.csv")
STATUSES = ("overdue", "perhaps", "in_time", "blank", "no_period", "no_rule", "undated", "after")
NOT_JUDGED = ("no_period", "no_rule", "undated", "after")
FOUND = ["age_low", "age_high", "late_low", "late_high"]  # days
INSPECTED = ["unit", "side", "column", "rule", "every", "last_updated", "unchanged_for", "status", "limit", *FOUND]


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

    An empty last_updated is a date nobody noted; other columns of the file are left out. Raises AuditError naming the
    line of a date that is none, and for a column given twice.
    """
    return load_table(Path(path), "column_dates")


def load_made_up() -> pd.DataFrame:
    """Load the sample that comes with the library. Its units and dates are made up."""
    return load_columns(MADE_UP)


def inspect_columns(
    columns: pd.DataFrame, rules: pd.DataFrame, first: object, last: object | None = None
) -> pd.DataFrame:
    """Say of each column of a web site whether it was overdue on a day, or on the days from first to last.

    `columns` has unit, column, last_updated and may have unchanged_for (see schemas.py). Out comes a row for each with
    its rule, its status, its age and the days it was past its limit, as ranges; an open upper end is NA, and a negative
    number of days late is time left. Status: overdue on every reading of the dates, perhaps (on some), in_time, blank,
    no_period (a rule without one), no_rule, undated, after (updated after the day). Sides follow the unit's name.
    """
    days, listed, vocabulary = read_days(first, last), list_rules(rules), read_vocabulary()
    rows = []
    for _, column in columns.iterrows():
        rule = match_rule(column["column"], listed)
        side = None if pd.isna(column["unit"]) else vocabulary.side[vocabulary.kind_of(squeeze(column["unit"]))]
        known = {"side": side, "rule": None if rule is None else rule["rule"], "unchanged_for": None}
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


def inspect_made_up(rules: pd.DataFrame, day: str) -> pd.DataFrame:
    """Inspect the made-up sample by the rules of a notice; no row where there are none."""
    sample = load_made_up()
    return inspect_columns(sample if len(rules) else sample.iloc[:0], rules, day)


def inspect_named(web_columns: pd.DataFrame, rules: pd.DataFrame, header: Header) -> pd.DataFrame:
    """Inspect the columns that a notice names, on its own days. No row where it states no day, no column or no rule."""
    days = find_days(header)
    named = web_columns if days and len(rules) else web_columns.iloc[:0]
    first, last = (days.first, days.last) if days else ("2017-01-01", None)  # of no row: any day serves
    return inspect_columns(named, rules, first, last)


def tabulate_overdue(inspected: pd.DataFrame) -> pd.DataFrame:
    """Give inspected columns for a reader, the latest first: limit, age and days late as ranges, status."""
    table = order_overdue(inspected)
    records = [{name: None if pd.isna(value) else value for name, value in row.items()} for _, row in table.iterrows()]
    return pd.DataFrame(
        {
            "unit": [row["unit"] or say("rules.in_general") for row in records],
            "column": table["column"],
            "limit": [_word_rule(row) for row in records],
            "last_updated": [_word_update(row) for row in records],
            "age": [_word_days(row, "age") for row in records],
            "late": [_word_days(row, "late") for row in records],
            "status": table["status"],
        }
    ).astype("object")


def order_overdue(inspected: pd.DataFrame) -> pd.DataFrame:
    """Order inspected columns by status, then by the days late, most first; columns of no unit last within a status."""
    rank = inspected["status"].map({status: at for at, status in enumerate(STATUSES)}).astype("Int64")
    keyed = inspected.assign(rank=rank, general=inspected["unit"].isna())
    ordered = keyed.sort_values(["rank", "general", "late_low"], ascending=[True, True, False], kind="stable")
    return ordered.drop(columns=["rank", "general"]).reset_index(drop=True)


def _word_rule(row: Mapping[str, Any]) -> Text | None:
    return row["rule"] and say("rules.rule", limit=word_limit(row["every"]), rule=row["rule"])


def _word_update(row: Mapping[str, Any]) -> Text | None:
    if row["unchanged_for"]:
        return say("rules.before", duration=word_duration(row["unchanged_for"]))
    return Name(row["last_updated"]) if row["last_updated"] else None


def _word_days(row: Mapping[str, Any], name: str) -> Phrase | None:
    low, high = row[f"{name}_low"], row[f"{name}_high"]
    return None if low is None else word_range(low, high)


def count_overdue(inspected: pd.DataFrame, by: str) -> pd.DataFrame:
    """Count columns by status for each unit, side, rule or other column `by`; those without one are left out.

    `not_judged` are columns without a rule, a period or a date, and those updated after the day.
    """
    rows = []
    for group, own in inspected.dropna(subset=[by]).groupby(by, sort=False):
        counts = own["status"].value_counts()
        row: dict[str, Any] = {by: group, "n_columns": len(own)}
        row |= {f"n_{status}": int(counts.get(status, 0)) for status in ("overdue", "perhaps", "in_time", "blank")}
        rows.append({**row, "n_not_judged": int(counts.reindex(list(NOT_JUDGED)).sum())})
    columns = [by, "n_columns", "n_overdue", "n_perhaps", "n_in_time", "n_blank", "n_not_judged"]
    table = pd.DataFrame(rows, columns=columns)
    return table.sort_values(["n_overdue", "n_perhaps", "n_blank"], ascending=False, kind="stable").reset_index(
        drop=True
    )


def word_days(header: Header) -> Phrase | str:
    """Word the days on which a notice looked: 2017-12-20 to 2017-12-28; missing where it states none."""
    days = find_days(header)
    if days is None:
        return say("values.missing")
    first, last = (say_date(day.date().isoformat()) for day in (days.first, days.last))
    return first if first == last else say("rules.from_to", first=first, last=last)


def describe_rules(rules: pd.DataFrame, inspected: pd.DataFrame, header: Header) -> Phrase:
    """Say how many rules the notice states, and how late the column was whose date is best known."""
    if rules.empty:
        return say_nothing_found("rules.none")
    listed = list_rules(rules)
    n = int(listed["every"].notna().sum())
    sentence = say("rules.stated", n=n, n_without=len(listed) - n)
    lead = find_lead_column(inspected)
    if lead is None:
        return say("rules.none_overdue" if len(inspected) else "rules.none_named", sentence=sentence)
    if pd.notna(lead["unchanged_for"]):
        when = say("rules.unchanged", duration=word_duration(lead["unchanged_for"]))
    else:
        when = say("rules.last_updated", day=say_date(lead["last_updated"]))
    late = word_range(lead["late_low"], lead["late_high"])
    looked = say("rules.at_inspection" if header.inspected_from else "rules.at_signature")
    facts = {"unit": lead["unit"], "column": lead["column"], "when": when, "late": late, "looked": looked}
    return say("rules.lead", sentence=sentence, limit=word_duration(lead["every"]), **facts)


def find_lead_column(inspected: pd.DataFrame) -> pd.Series | None:
    """Find the overdue column of a unit to lead with: one with a date before one without, then the latest."""
    overdue = inspected[(inspected["status"] == "overdue") & inspected["unit"].notna()]
    if overdue.empty:
        return None
    return (
        overdue.assign(is_open=overdue["late_high"].isna())
        .sort_values(["is_open", "late_low"], ascending=[True, False], kind="stable")
        .iloc[0]
    )


def describe_age(inspected: pd.DataFrame, header: Header) -> Phrase:
    """Say how old the column to lead with was, in days and in limits, and why that is a range."""
    lead = find_lead_column(inspected)
    if lead is None:
        return say_nothing_found("rules.no_age")
    facts = {
        "unit": lead["unit"],
        "column": lead["column"],
        "limit": int(lead["limit"]),
        "updated": None if pd.isna(lead["last_updated"]) else say_date(lead["last_updated"]),
    }
    facts |= {"age": word_range(lead["age_low"], lead["age_high"]), "days": word_days(header)}
    low = float(lead["age_low"] / lead["limit"])
    if pd.isna(lead["age_high"]):
        return say("rules.age_open", **facts, times_low=low)
    high = float(lead["age_high"] / lead["limit"])
    return say("rules.age" if low < high else "rules.age_exact", **facts, times_low=low, times_high=high)


def describe_inspected(inspected: pd.DataFrame, day: str) -> Phrase:
    """Say how many columns of an inspected table were overdue on a day, and of which side."""
    if inspected.empty or inspected["rule"].isna().all():
        return say_nothing_found("rules.nothing_inspected")
    counts = inspected["status"].value_counts()
    sides = [
        say("rules.side", side=Name(f"{row.side}_many"), n=row.n_overdue, of=row.n_columns)
        for row in count_overdue(inspected, "side").itertuples()
    ]
    named = {status: int(counts.get(status, 0)) for status in ("overdue", "perhaps", "blank")}
    return say("rules.inspected", day=say_date(day), n=len(inspected), sides=sides, **named)
