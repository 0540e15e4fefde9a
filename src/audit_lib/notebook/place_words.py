"""The words for one place and period: their names, what its scores measure, English names of its units."""

from dataclasses import replace
from pathlib import Path

import pandas as pd

from audit_lib.tables.build import find_record
from audit_lib.tables.measures import read_measure, split_percent
from audit_lib.tables.storage import load_or_empty
from audit_lib.wording.form import find_fact
from audit_lib.wording.words import Words


def open_words(data: Path, jurisdiction: str, period: str, language: str) -> Words:
    """Return a text on one place and period, both named as the language does."""
    words = Words(language)
    record = find_record(data, f"{jurisdiction}-{period}", language)
    facts = {
        "place": name_place(data, jurisdiction, language),
        "period": words.date(period),
        "subject": find_fact(record, "subject") or words("labels.subject"),
    }
    words = Words(language, facts, unit_names=load_unit_names(data, jurisdiction))
    return name_measure(words, record)


def name_measure(words: Words, record: pd.Series | None) -> Words:
    """Return words that call scores what they measure, where the record of the notice says that they are not points."""
    if record is None or (named := read_measure(record).score_name) is None:
        return words
    name, percent = split_percent(named)
    return replace(words, facts={**words.facts, "measure": name, "mark": percent})


def load_unit_names(data: Path, jurisdiction: str) -> dict[str, str]:
    """Load the English names of a place's units, by their short names; units without one are not in it."""
    units = load_or_empty(data / "reference" / jurisdiction / "units.csv", "units")
    if "name_en" not in units:
        return {}
    named = units.dropna(subset=["name_en"])
    return dict(zip(named["unit_name"], named["name_en"], strict=True))


def name_place(data: Path, jurisdiction: str, language: str) -> str:
    """Name a jurisdiction in a language; by its folder where jurisdictions.csv does not know it."""
    known = load_or_empty(data / "reference" / "jurisdictions.csv", "jurisdictions").set_index("jurisdiction")
    return str(known.at[jurisdiction, f"name_{language}"]) if jurisdiction in known.index else jurisdiction.capitalize()
