"""What a page says of a notice beside its results: subject, who inspects, when, how many units, whose words."""

import re
from collections.abc import Iterator
from typing import NamedTuple

import pandas as pd
from markupsafe import Markup

from audit_lib.analysis.trend_words import name_units
from audit_lib.wording.form import describe_form, find_fact, is_full_text, list_summarised
from audit_lib.wording.words import Text, Words, say

DOMAIN = re.compile(r"(?:[\w-]+\.)+[a-z]{2,}")  # a web address in the place of a publisher


class Fact(NamedTuple):
    """A row of facts: its label and its text."""

    label: str
    text: str


def describe_subject(record: pd.Series | None, words: Words) -> str:
    """Return what was inspected, in another language than the notice's with the Chinese behind it; empty if unknown."""
    subject, chinese = find_fact(record, "subject"), find_fact(record, "subject_zh")
    if not subject or not chinese or subject == chinese:
        return subject or ""
    return words("place.subject_gloss", subject=subject, printed=chinese)


def describe_inspector(record: pd.Series | None, words: Words) -> str:
    """Describe who inspected. It is never guessed from the web site that published the notice (see `mark_sites`)."""
    publisher = find_fact(record, "publisher")
    if publisher is None:
        return words("place.inspector_unknown")
    if find_fact(record, "is_site") == "True" or DOMAIN.search(publisher):
        return words("place.inspector_site", site=publisher)
    return publisher


def mark_sites(notices: pd.DataFrame) -> pd.DataFrame:
    """Mark the notices whose publisher is a web site: its name in Chinese, that of a newspaper, need not show it."""
    return notices.assign(is_site=notices["publisher"].str.contains(DOMAIN).fillna(False))


def describe_dates(record: pd.Series | None, words: Words) -> str:
    """Describe when units were inspected, the notice signed and published, as far as recorded; empty if nothing is."""
    first, last = find_fact(record, "inspected_from"), find_fact(record, "inspected_to")
    clauses = []
    if first and last:
        days = {"first_day": int(first[8:] or 0), "last_day": int(last[8:] or 0)}
        key = "inspected_month" if first[:7] == last[:7] and all(days.values()) else "inspected"
        clauses.append(words(f"place.{key}", first=words.date(first), last=words.date(last), **days))
    for name in ("issued_on", "published_on"):
        if day := find_fact(record, name):
            clauses.append(words(f"place.{name}", day=words.date(day)))
    return words.join(clauses, "clauses")


def describe_units(scores: pd.DataFrame, words: Words) -> str:
    """Return how many units a notice names, and in which of its lists."""
    n, units = scores["unit_id"].nunique(), say_units(scores)
    n_scored, n_tiered = (scores.loc[scores[name].notna(), "unit_id"].nunique() for name in ("score", "tier"))
    n_both = scores.loc[~scores["match"].isin(["table_only", "list_only"]), "unit_id"].nunique()
    if n_scored and n_tiered:
        key = "units_all" if n_both == n else "units_some"
        return words(f"place.{key}", n=n, n_scored=n_scored, n_tiered=n_tiered, n_both=n_both, units=units)
    return words("place.units_scored" if 0 < n_scored < n else "place.units", n=n, n_scored=n_scored, units=units)


def say_units(scores: pd.DataFrame) -> Text:
    """Name the units of a notice by what they are: cities, towns and bureaus, units."""
    units = scores.drop_duplicates("unit_id")
    return name_units(units, len(units))


def list_badges(scores: pd.DataFrame, record: pd.Series | None, n_unread: int, words: Words) -> Iterator[str]:
    """List what a notice publishes of its units, whose words our copy has, and whether a part could not be read."""
    has = [bool(scores[name].notna().any()) for name in ("score", "tier", "rank")]
    kinds = {(True, True): "scores_tiers", (True, False): "scores", (False, True): "tiers"}
    yield words("badges." + kinds.get((has[0], has[1]), "ranks" if has[2] else "names"))
    if find_fact(record, "form"):  # what is not recorded is not claimed
        yield words("badges." + ("full" if is_full_text(record) else "abridged" if list_summarised(record) else "ours"))
    if n_unread:
        yield words("badges.unread", n=n_unread)


def read_first(record: pd.Series | None, words: Words) -> Markup:
    """Return the note to read before quoting a notice; empty where our copy has its full text."""
    form = describe_form(record)
    return Markup(words.mark_up(say("reading.first", text=form))) if form else Markup()
