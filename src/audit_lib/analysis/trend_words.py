"""The words for units, lists, places and ranges in sentences and charts on several periods."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from audit_lib.analysis.groups import MOST_NAMES, find_sides
from audit_lib.analysis.unit_paths import name_lists
from audit_lib.wording.items import say_ordinal
from audit_lib.wording.words import Name, Phrase, Text, Unit, say, say_date

MOST_KINDS = 2  # that a phrase names


def name_list(name: str) -> Name:
    """Name a list by the kind of its units."""
    return Name(f"{name}_many", "kind")


def name_tables(scores: pd.DataFrame) -> dict[int, Text]:
    """Name each table by the kind of its units, where no other table has that kind; else by its number."""
    lists = name_lists(scores)
    named = scores.assign(list=lists)[scores["table_no"] > 0].groupby("table_no")["list"].first()
    return {
        int(str(number)): say("trends.table", number=int(str(number)))
        if pd.isna(name) or name == "all"
        else name_list(name)
        for number, name in named.items()
    }


def name_unit(rows: pd.DataFrame) -> Text:
    """Name one unit by the kind that all are of: city; else unit."""
    kinds = set(rows["kind"].dropna())
    is_one = len(kinds) == 1 and rows["kind"].notna().all() and "other" not in kinds
    return Name(f"{kinds.pop()}_one", "kind") if is_one else say("trends.unit")


def name_units(rows: pd.DataFrame, n: int = 2) -> Text:
    """Name units by their sides, or by one or two kinds: towns and bureaus, cities, units."""
    if n == 1:
        return name_unit(rows)
    sides, kinds = find_sides(rows), sorted(set(rows["kind"].dropna()))
    if "bureau" in set(rows["side"]):
        return say(f"labels.units_{'_'.join(sorted(sides)) or 'other'}")
    if 1 <= len(kinds) <= MOST_KINDS and rows["kind"].notna().all() and "other" not in kinds:
        named = [Name(f"{kind}_many", "kind") for kind in kinds]
        return named[0] if len(named) == 1 else say("trends.named", units=named)
    return say("labels.units_other")


def name_subjects(subjects: Mapping[str, str | None]) -> list[Phrase]:
    """Name the subjects of periods, each with its periods, in their order."""
    periods: dict[str, list[Phrase | str]] = {}
    for period, subject in subjects.items():
        if subject:
            periods.setdefault(subject, []).append(say_date(period))
    return [say("trends.subject", subject=subject, periods=dates) for subject, dates in periods.items()]


def write_place(place: Any, n_tied: Any) -> str:
    """Write a place as tables do: 15, or 15= where it is shared."""
    return f"{int(place)}{'=' if n_tied > 1 else ''}"


def name_many(names: pd.Series) -> Text:
    """Name units, or count them where they are more than eight."""
    if len(names) > MOST_NAMES:
        return say("trends.count_units", n=len(names))
    return say("trends.named", units=[Unit(name) for name in sorted(names)])


def say_places(row: pd.Series) -> dict[str, Phrase]:
    return {f"place_{end}": say_rank(row[f"place_{end}"], row[f"n_tied_{end}"]) for end in ("before", "after")}


def say_rank(place: int, n_tied: int) -> Phrase:
    """Return the words for a place: 6th, joint 6th."""
    ordinal = say_ordinal(place)
    return say("trends.joint", ordinal=ordinal) if n_tied > 1 else ordinal


def say_range(low: int, high: int) -> Phrase:
    """Return the words for counts that are between two numbers."""
    return say("trends.count_same" if low == high else "trends.count_range", low=low, high=high)
