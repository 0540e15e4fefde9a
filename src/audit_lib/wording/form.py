"""Read facts from the record of a notice, and whose words our copy of it has: the publisher's, or ours."""

import pandas as pd

from audit_lib.wording.number_format import write_arabic
from audit_lib.wording.words import Phrase, say

PREAMBLE = "preamble"  # what a notice says before its first section
FULL = ("", "the page")  # forms of a raw file that is the notice itself


def find_fact(record: pd.Series | None, name: str) -> str | None:
    """Return what notices.csv records of a notice in a column; None where it records nothing."""
    value = None if record is None else record.get(name)
    return None if value is None or pd.isna(value) else str(value)


def list_summarised(record: pd.Series | None) -> list[str]:
    """List the parts that are our summary, as notices.csv records them: numerals of sections, `preamble`."""
    return (find_fact(record, "summarised") or "").split()


def is_full_text(record: pd.Series | None) -> bool:
    """Check whether our copy of a notice is all in the words of its publisher; one without a record counts as such."""
    return (find_fact(record, "form") or "") in FULL


def is_summary(record: pd.Series | None, section: object) -> bool:
    """Check whether our copy of a section, by its numeral, is our summary; of no section, whether any part is."""
    if is_full_text(record):
        return False
    numerals = list_summarised(record)
    return not numerals or section is None or section is pd.NA or section in numerals


def describe_form(record: pd.Series | None) -> Phrase | None:
    """Return which parts of a notice are our summary, by its row of notices.csv; None for a full text."""
    if is_full_text(record):
        return None
    if not (numerals := [each for each in list_summarised(record) if each != PREAMBLE]):
        return say("reading.transcribed")
    numbers = [write_arabic(each) for each in numerals]
    return say("reading.abridged_one" if len(numerals) == 1 else "reading.abridged", numerals=numerals, numbers=numbers)
