"""The update rules that a notice states for the columns of web sites: how often, in which words, for which columns.

Periods are ISO 8601 durations of one part (P2W, P6M, P1Y); months and years follow the calendar.
"""

import re

import pandas as pd

from audit_lib.documents.model import squeeze
from audit_lib.errors import unusable
from audit_lib.wording.words import Phrase, join, say, say_nothing_found, say_place

CALENDAR = {"D": "days", "W": "weeks", "M": "months", "Y": "years"}
LEAP_CYCLE = pd.date_range("2017-01-01", "2020-12-31")  # holds every length that a month or a year can have


def read_duration(duration: str) -> pd.DateOffset:
    """Read an ISO 8601 duration of one part (P2W, P6M) as a step of the calendar."""
    match = re.fullmatch(r"P(\d+)([DWMY])", duration)
    if match is None:
        raise unusable("duration", repr(duration), "a number of days, weeks, months or years: P14D, P2W, P6M, P1Y")
    return pd.DateOffset(**{CALENDAR[match[2]]: int(match[1])})


def word_duration(duration: str) -> Phrase:
    """Word a duration: P2W is 2 weeks."""
    return say(f"rules.{duration[-1]}", n=int(duration[1:-1]))


def word_limit(every: str | None) -> Phrase | str:
    """Word the period of a rule, or that it states none."""
    return word_duration(every) if every else say("rules.no_limit")


def count_days(duration: str) -> tuple[int, int]:
    """Count the days of a duration, from the shortest to the longest that the calendar allows.

    >>> count_days("P2W"), count_days("P6M")
    ((14, 14), (181, 184))
    """
    days = (LEAP_CYCLE + read_duration(duration) - LEAP_CYCLE).days
    return int(days.min()), int(days.max())


def list_rules(rules: pd.DataFrame) -> pd.DataFrame:
    """Give each rule once, the strictest first and those without a period last, with all its wordings and their lines.

    Raises AuditError for a rule that is stated with two periods: it takes a name for each.
    """
    rows = []
    for rule, stated in rules.groupby("rule", sort=False):
        if len(periods := stated["every"].drop_duplicates()) > 1:
            found = " and ".join(str(period) for period in periods)
            raise unusable(f"update_rules.csv rule {rule}", found, "one period for a rule")
        covers = dict.fromkeys(name for names in stated["covers"] for name in names.split("、"))
        row = {"rule": rule, "every": periods.iloc[0], "quotes": list(stated["quote"]), "covers": list(covers)}
        rows.append({**row, "places": list(stated["place"])})
    table = pd.DataFrame(rows, columns=["rule", "every", "quotes", "covers", "places"])
    days = [count_days(every)[0] if pd.notna(every) else pd.NA for every in table["every"]]
    table = table.assign(days=pd.array(days, dtype="Int64"))
    return table.sort_values("days", kind="stable", na_position="last").reset_index(drop=True)


def tabulate_rules(rules: pd.DataFrame) -> pd.DataFrame:
    """Give the rules for a reader: what is to be updated, every how long, in days, in which words, where."""
    table = list_rules(rules)
    periods = [every if pd.notna(every) else None for every in table["every"]]
    return pd.DataFrame(
        {
            "rule": table["rule"],
            "limit": [word_limit(every) for every in periods],
            "days": [every and word_range(*count_days(every)) for every in periods],
            "wordings": table["quotes"],
            "places": [[say_place(place) for place in places] for places in table["places"]],
        }
    ).astype({"limit": "object", "days": "object"})


def match_rule(column: str, rules: pd.DataFrame) -> pd.Series | None:
    """Find the rule for a column of a web site; `rules` are listed once (see `list_rules`). None where none covers it.

    The longest covered name inside the column's name counts: 规范性文件栏目 is one of 规范性文件, not of 文件.
    """
    name = squeeze(column)
    covered = {squeeze(known): at for at, names in rules["covers"].items() for known in names}
    inside = [known for known in covered if known in name]
    return rules.loc[covered[max(inside, key=len)]] if inside else None


def word_range(low: float, high: float | None) -> Phrase:
    """Word a range of whole or other numbers: 97–135, 914 or more, 14."""
    if high is None or pd.isna(high):
        return say("rules.open", low=float(low))
    key = "rules.one" if low == high else "rules.range" if low >= 0 else "rules.range_signed"
    return say(key, low=float(low), high=float(high))


def describe_unnumbered(rules: pd.DataFrame) -> Phrase:
    """Name the rules that state no period: nothing can be overdue under them."""
    listed = list_rules(rules)
    without = listed[listed["every"].isna()]
    if without.empty:
        return say_nothing_found("rules.none") if listed.empty else say("rules.all_numbered")
    names = join((quote for quotes in without["quotes"] for quote in quotes), "clauses")
    return say("rules.unnumbered", n=len(without), names=names)
