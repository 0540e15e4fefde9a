"""Everything that a reader sees and that is computed, worded in one place per language: `languages/<language>.toml`.

A template is a Python format string. Numbers round half up and carry a true minus; `{n:unit|units}` counts a noun;
a list of names is joined; a missing value reads as the language's word for it.
"""

import string
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import pandas as pd

from audit_lib.analysis.statistics import round_half_up
from audit_lib.errors import unusable
from audit_lib.languages import FOLDER, LANGUAGES

MOST_DIGITS = 2  # decimals of a mean of scores on a half-point grid; more would be false precision


def format_number(value: float, digits: int) -> str:
    """Print a number as a reader would round it: half up, with a minus sign that is one.

    >>> format_number(81.125, 2), format_number(-1.47619, 2)
    ('81.13', '−1.48')
    """
    return f"{round_half_up(value, digits):,f}".replace("-", "−")


def format_score(value: float) -> str:
    """Print a number with as many decimals as it needs, two at most: 97, 88.5, 85.59.

    >>> [format_score(value) for value in (97.0, 88.5, 85.589286)]
    ['97', '88.5', '85.59']
    """
    return format_number(value, next((d for d in range(MOST_DIGITS) if round(value, d) == value), MOST_DIGITS))


class _Formatter(string.Formatter):
    """Python's format strings with the field's own ways: half-up rounding, nouns that count, joined names."""

    def __init__(self, missing: str, joiner: str) -> None:
        self.missing = missing
        self.joiner = joiner

    def convert_field(self, value: Any, conversion: str | None) -> Any:
        """As Python's, and `!c`: begin a sentence with this word."""
        if conversion == "c":
            return str(value)[:1].upper() + str(value)[1:]
        return super().convert_field(value, conversion)

    def format_field(self, value: Any, format_spec: str) -> str:
        if isinstance(value, list | tuple | pd.Series):
            return self.joiner.join(self.format_field(each, format_spec) for each in value)
        if value is None or value is pd.NA or (isinstance(value, float) and pd.isna(value)):
            return self.missing
        if "|" in format_spec:
            one, many = format_spec.split("|")
            return f"{value:,} {one if value == 1 else many}"
        if isinstance(value, float):
            if not format_spec:
                return format_score(value)
            sign = "+" if format_spec.startswith("+") and value > 0 else ""
            return sign + format_number(value, int(format_spec.strip("+.f")))
        return format(value, format_spec or ("," if isinstance(value, int) and value >= 10_000 else ""))


@dataclass(frozen=True)
class Words:
    """The wording of one report: its language, and the facts that any sentence of it may use (place, period)."""

    language: str = "en"
    facts: Mapping[str, Any] = field(default_factory=dict)

    def __call__(self, key: str, **facts: Any) -> str:
        """Word the template `section.name`. Raises KeyError for a key or a fact that is not there."""
        return self._formatter.format(self._find(key), **{**self.facts, **facts})

    def name(self, value: object) -> str:
        """Give the word for a value of ours (town, exact, error …); a value without one stands for itself."""
        return str(self._section("values").get(str(value), value))

    def heading(self, column: str) -> str:
        """Give the heading of a column of ours; a column without one stands for itself."""
        return str(self._section("columns").get(column, column))

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
        return _Formatter(self.missing, self.joiner)

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
