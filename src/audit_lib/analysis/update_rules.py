"""The update rules that a notice states for the columns of web sites: how often, in which words, for which columns.

Periods are ISO 8601 durations of one part (P2W, P6M, P1Y); months and years follow the calendar.
"""

import re

import pandas as pd

from audit_lib.analysis.claims import name_words
from audit_lib.documents.model import squeeze
from audit_lib.errors import unusable
from audit_lib.wording.words import Phrase, Term, join, say, say_place

MOST_NAMES = 2  # rules of one period that a sentence names
CALENDAR = {"D": "days", "W": "weeks", "M": "months", "Y": "years"}
LEAP_CYCLE = pd.date_range("2017-01-01", "2020-12-31")  # holds every length that a month or a year can have


def read_duration(duration: str) -> pd.DateOffset:
    """Read an ISO 8601 duration of one part (P2W, P6M) as a step of the calendar."""
    match = re.fullmatch(r"P(\d+)([DWMY])", duration)
    if match is None:
        raise unusable("duration", repr(duration), "a number of days, weeks, months or years: P14D, P2W, P6M, P1Y")
    return pd.DateOffset(**{CALENDAR[match[2]]: int(match[1])})


def word_duration(duration: str) -> Phrase:
    """Return the words for a duration: P2W is 2 weeks."""
    return say(f"rules.{duration[-1]}", n=int(duration[1:-1]))


def word_every(every: str | None) -> Phrase:
    """Return the words for the period of a rule: every 2 weeks, every year; or that it states none."""
    if every is None:
        return say("rules.no_limit")
    n = int(every[1:-1])
    return say(f"rules.{'each' if n == 1 else 'every'}_{every[-1]}", n=n)


def count_days(duration: str) -> tuple[int, int]:
    """Count the days of a duration, from the shortest to the longest that the calendar allows.

    >>> count_days("P2W"), count_days("P6M")
    ((14, 14), (181, 184))
    """
    days = (LEAP_CYCLE + read_duration(duration) - LEAP_CYCLE).days
    return int(days.min()), int(days.max())


def list_rules(rules: pd.DataFrame) -> pd.DataFrame:
    """Return each rule once, with all its wordings, strictest first. Raises AuditError for one with two periods."""
    rows = []
    for rule, stated in rules.groupby("rule", sort=False):
        if len(periods := stated["every"].drop_duplicates()) > 1:
            found = " and ".join(str(period) for period in periods)
            raise unusable(f"update_rules.csv rule {rule}", found, "one period for a rule")
        covers = dict.fromkeys(name for names in stated["covers"] for name in names.split("、"))
        rows.append((rule, periods.iloc[0], list(stated["quote"]), list(covers), list(stated["place"])))
    table = pd.DataFrame(rows, columns=["rule", "every", "quotes", "covers", "places"])
    days = [count_days(every)[0] if pd.notna(every) else pd.NA for every in table["every"]]
    table = table.assign(days=pd.array(days, dtype="Int64"))
    return table.sort_values("days", kind="stable", na_position="last").reset_index(drop=True)


def tabulate_rules(rules: pd.DataFrame) -> pd.DataFrame:
    """Return the rules for a reader; the words are in `quote`, or in `summary` where any are not verbatim.

    `meaning` is the same in English, where it is recorded.
    """
    rules, words = name_words(rules)
    table = list_rules(rules.assign(quote=rules[words]))
    in_english = rules.reindex(columns=["rule", "meaning_en"]).dropna().groupby("rule")["meaning_en"].agg(list)
    meanings = {"meaning": table["rule"].map(in_english)} if len(in_english) else {}
    return pd.DataFrame(
        {
            "rule": table["rule"],
            "limit": table["every"].astype("object").map(lambda every: word_every(every if pd.notna(every) else None)),
            **meanings,
            words: table["quotes"],
            "places": [[say_place(place) for place in places] for places in table["places"]],
        }
    )


def match_rule(column: str, rules: pd.DataFrame) -> pd.Series | None:
    """Find the rule for a column of a web site; `rules` are listed once (see `list_rules`). None where none covers it.

    The longest covered name inside the column's name counts: 规范性文件栏目 is one of 规范性文件, not of 文件.
    """
    name = squeeze(column)
    covered = {squeeze(known): at for at, names in rules["covers"].items() for known in names}
    inside = [known for known in covered if known in name]
    return rules.loc[covered[max(inside, key=len)]] if inside else None


def word_range(low: float, high: float) -> Phrase:
    """Return the words for a range of days: 97–135, 14."""
    return say("rules.one" if low == high else "rules.range", low=float(low), high=float(high))


def describe_strictest(rules: pd.DataFrame) -> Phrase | None:
    """Describe how often what must be updated, strictest first, and how many rules state no period; None without rules.

    Rules of one period are named while they are few, else counted.
    """
    listed = list_rules(rules)
    if listed.empty:
        return None
    clauses: list[Phrase] = []
    for every, same in listed.dropna(subset=["every"]).groupby("every", sort=False):
        key = "rules.named" if len(same) <= MOST_NAMES else "rules.counted" if not clauses else "rules.others"
        facts = {"n": len(same), "names": [Term(name) for name in same["rule"]], "every": word_every(str(every))}
        clauses.append(say(key, **facts))
    if n := int(listed["every"].isna().sum()):
        clauses.append(say("rules.without", n=n))
    return say("rules.strictest", clauses=join(clauses, "clauses"))
