"""Everything computed that a reader sees, worded in one place per language: `<language>.toml` in this folder.

A template is a Python format string. Numbers round half up and carry a true minus; `{n:unit|units}` counts a noun;
a list of names is joined; a missing value reads as the language's word for it; a phrase is worded with the rest.
"""

import string
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any

import pandas as pd

from audit_lib.errors import unusable
from audit_lib.numbers import round_half_up
from audit_lib.wording.languages import FOLDER, LANGUAGES
from audit_lib.wording.phrases import Phrase, say_date, say_item, say_place, say_ranks

MOST_DIGITS = 2  # decimals of a mean of scores on a half-point grid; more would be false precision
ROUNDED = "~"  # the format of a field that holds a computed number, as a median: {median:~}
MOST_PUBLISHED = 4  # decimals of a score; a number that needs more was computed


def format_number(value: float, digits: int) -> str:
    """Print a number as a reader would round it: half up, with a minus sign that is one.

    >>> format_number(81.125, 2), format_number(-1.47619, 2)
    ('81.13', '−1.48')
    """
    return f"{round_half_up(value, digits):,f}".replace("-", "−")


def format_score(value: float) -> str:
    """Print a number with the decimals that the notice gives it, one that can only be computed with two.

    >>> [format_score(value) for value in (97.0, 88.5, 88.125, 85.589286)]
    ['97', '88.5', '88.125', '85.59']
    """
    return format_number(value, _count_decimals(value, MOST_PUBLISHED))


def format_rounded(value: float) -> str:
    """Print a computed number with as many decimals as it needs, two at most: 97, 88.5, 88.13."""
    return format_number(value, _count_decimals(value, MOST_DIGITS))


def _count_decimals(value: float, most: int) -> int:
    return next((digits for digits in range(most + 1) if round(value, digits) == value), MOST_DIGITS)


class _Formatter(string.Formatter):
    """Python's format strings with the field's own ways: half-up rounding, nouns that count, joined names."""

    def __init__(self, words: "Words") -> None:
        self.words = words

    def convert_field(self, value: Any, conversion: str | None) -> Any:
        """As Python's, and `!c`: begin a sentence with this word."""
        if conversion == "c":
            return str(value)[:1].upper() + str(value)[1:]
        return super().convert_field(value, conversion)

    def format_field(self, value: Any, format_spec: str) -> str:
        if isinstance(value, list | tuple | pd.Series):
            return self.words.joiner.join(self.format_field(each, format_spec) for each in value)
        if isinstance(value, Phrase):
            return self.words(value.key, **value.facts)
        if value is None or value is pd.NA or (isinstance(value, float) and pd.isna(value)):
            return self.words.missing
        if "|" in format_spec:
            one, many = format_spec.split("|")
            return f"{value:,} {one if value == 1 else many}"
        if isinstance(value, float):
            if format_spec in ("", ROUNDED):
                return format_rounded(value) if format_spec else format_score(value)
            sign = "+" if format_spec.startswith("+") and value > 0 else ""
            return sign + format_number(value, int(format_spec.strip("+.f")))
        return format(value, format_spec or ("," if isinstance(value, int) and value >= 10_000 else ""))


class Silence(str):
    """A sentence that only says why there is nothing to report."""

    __slots__ = ()


@dataclass(frozen=True)
class Words:
    """The wording of one report: its language, the facts that any sentence of it may use (place, period).

    `citations` tell where the notice prints what its tables repeat (see citations.py).
    """

    language: str = "en"
    facts: Mapping[str, Any] = field(default_factory=dict)
    citations: Mapping[tuple[str, str, object], str] = field(default_factory=dict, repr=False)

    def __call__(self, key: str, **facts: Any) -> str:
        """Word the template `section.name`. Raises KeyError for a key or a fact that is not there."""
        return self._formatter.format(self._find(key), **{**self.facts, **facts})

    def name(self, value: object, column: str = "") -> str:
        """Give the word for a value of ours (town, exact, error …); a value without one stands for itself.

        Some values have a word of their own in some columns, under `names`: a town as a side, and as a kind.
        """
        if isinstance(value, Phrase):
            return self(value.key, **value.facts)
        if isinstance(value, date):
            return self.date(value.isoformat())
        known = self._section(f"names.{column}") if column else {}
        return str(known.get(str(value)) or self._section("values").get(str(value), value))

    def silence(self, key: str, **facts: Any) -> Silence:
        """Word a sentence that only says why there is nothing to report: nowhere does it count as a finding."""
        return Silence(self(key, **facts))

    def heading(self, column: str) -> str:
        """Give the heading of a column of ours; a column without one stands for itself."""
        return str(self._section("columns").get(column, column))

    def date(self, date: str) -> str:
        """Word a year, quarter, month or day that ISO writes: 2017-08 is 2017年8月 in Chinese."""
        return self._formatter.format_field(say_date(date), "")

    def place(self, place: str) -> str:
        """Word a place in a file: line 215 is 第215行 in Chinese."""
        return self._formatter.format_field(say_place(place), "")

    def ranks(self, ranks: str) -> str:
        """Word the ranks that tied units share: 4–7 is 4～7 in Chinese."""
        return self._formatter.format_field(say_ranks(ranks), "")

    def item(self, item: str) -> str:
        """Word a section and item of a notice: 二、四是 is 第二部分第四项 in Chinese."""
        return self._formatter.format_field(say_item(item), "")

    def join(self, parts: Iterable[str], what: str) -> str:
        """Join what is worded already: parts, clauses or sentences. Empty ones are left out."""
        return str(self._section("joiners")[what]).join(part for part in parts if part)

    def in_language(self, language: str) -> str:
        """Name another language in its own words."""
        return str(_read_language(language)["page"]["own_name"])

    @property
    def missing(self) -> str:
        return str(self._section("values")["missing"])

    @property
    def inapplicable(self) -> str:
        """The mark of a value that there cannot be; `missing` marks one that the notice does not give."""
        return str(self._section("legend")["mark"])

    @property
    def glossary(self) -> list[tuple[str, str, list[str]]]:
        """The terms to explain: each with its meaning, and the spellings that show its use."""
        entries = self._section("glossary").values()
        return [(each["term"], each["meaning"], each["spellings"].split("|")) for each in entries]

    @property
    def joiner(self) -> str:
        return str(self._section("values")["joiner"])

    @property
    def _formatter(self) -> _Formatter:
        return _Formatter(self)

    def _section(self, dotted: str) -> dict[str, Any]:
        section = _read_language(self.language)
        for part in dotted.split(".") if dotted else []:
            section = section.get(part, {})
        return section

    def _find(self, key: str) -> str:
        section, _, name = key.rpartition(".")
        return str(self._section(section)[name])


@cache
def _read_language(language: str) -> dict[str, Any]:
    if language not in LANGUAGES:
        raise unusable("language", repr(language), f"one of {', '.join(LANGUAGES)}")
    return tomllib.loads((FOLDER / f"{language}.toml").read_text(encoding="utf-8"))
