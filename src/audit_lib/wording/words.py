"""What a reader sees: phrases, which are in no language yet, and the words of one language that they are put into.

A phrase is the key of a template and the facts in it. Templates are written once per language, in `<language>.toml` in
this folder, as Python format strings: numbers round half up and carry a true minus; `{n:unit|units}` counts a noun; a
list is joined; a missing value reads as the language's word for it; a fact that is a phrase is worded with the rest.
`{n:w}` and `{n:W}` write a small count as a word, `{n:w|unit|units}` with its noun; `**bold**` is bold where HTML is
shown (see `Words.mark_up`) and plain elsewhere.
"""

import html
import re
import string
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import pandas as pd

from audit_lib.wording.number_format import NUMERAL, format_number, format_rounded, format_score, write_arabic
from audit_lib.wording.pinyin import spell_in_pinyin
from audit_lib.wording.templates import END, START, find_section, find_template

DATE = re.compile(
    r"(?P<year>\d{4})(?:H(?P<half>[12])|Q(?P<quarter>[1-4])|W(?P<week>\d\d)|R(?P<round>\d{1,2})"
    r"|-(?P<month>\d\d)(?:-(?P<day>\d\d))?)?"
)
ROUNDED = "~"  # the format of a field that holds a computed number, as a median: {median:~}
AND = "&"  # before the format of a list: {units:&} joins its last item by the language's "and"
STRIP = str.maketrans("", "", START + END)


@dataclass(frozen=True)
class Text:
    """Something that is worded when it is shown. As a string, and alone in a cell, it is in English."""

    def __str__(self) -> str:
        return Words().word(self)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(str(self))


@dataclass(frozen=True)
class Phrase(Text):
    """A message: the key of a template (`section.name`) and the facts in it.

    `is_finding` is False where the message only says why there is nothing to report.
    """

    key: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    is_finding: bool = True

    def __hash__(self) -> int:
        return hash(self.key)  # facts may be lists


@dataclass(frozen=True)
class Joined(Text):
    """Several texts, joined by a separator of the language: `separator` is the key of its template."""

    parts: tuple[Any, ...]
    separator: str


@dataclass(frozen=True)
class Name(Text):
    """One of our own values (town, exact, error …), in the words of the language, of this column if it has its own."""

    value: object
    column: str = ""
    otherwise: object = None  # what stands for itself where the value has no word; the value itself if None


@dataclass(frozen=True)
class Named(Text):
    """A name that notices print, with its translation where English first uses it: excellent (优秀), then excellent."""

    name: str


class Unit(Named):
    """A unit by the short name of our tables: Water Affairs (水务局)."""


class Tier(Named):
    """A tier as printed: excellent (优秀)."""


class Term(Named):
    """A term of notices, as the name of a column of a web site: news (工作动态)."""


def say(key: str, /, **facts: Any) -> Phrase:
    """Return the phrase `section.name` with its facts."""
    return Phrase(key, facts)


def say_nothing_found(key: str, /, **facts: Any) -> Phrase:
    """Return a phrase that only says why there is nothing to report: it never counts as a finding."""
    return Phrase(key, facts, is_finding=False)


def is_finding(text: Text) -> bool:
    """Check whether a text is a finding, and not only the reason why there is none."""
    return not isinstance(text, Phrase) or text.is_finding


def join(parts: Iterable[Any], separator: str) -> Joined | None:
    """Join texts by a separator: parts, clauses, sentences, or the key of a template. None (also as result) is nothing.

    >>> str(join([say_place("line 2"), None, say_place("line 5")], "clauses"))
    'line 2; line 5'
    """
    present = tuple(part for part in parts if part)
    return Joined(present, separator if "." in separator else f"joiners.{separator}") if present else None


def say_place(place: str) -> Phrase:
    """Return the phrase for a place: line 215, page 3 line 12; a cell of a workbook is named as it is.

    A box of a picture is named by its page: nobody can count the others.

    The file of a notice of several comes first: 附件1.xls Sheet1!B7.
    """
    match = re.fullmatch(r"(?:page (?P<page>\d+) )?(?:line (?P<line>\d+)(?: part \d+)?|(?P<box>box [\d ]+))", place)
    if match is None and (named := re.fullmatch(r"(.+?) ((?:page \d+ )?(?:line|box) \d[\d part]*)", place)):
        return Phrase("places.in_file", {"file": named[1], "place": say_place(named[2])})
    if match is None:
        return Phrase("places.cell", {"cell": place})
    kind = "box" if match["box"] else "page" if match["page"] else "line"
    return Phrase(f"places.{kind}", match.groupdict())


def say_date(date: str) -> Phrase | str:
    """Return the phrase for a period or a day: 2017, 2021H1, 2017-04, 2017-04-05, 2021W12, 2023-01..2023-04.

    Any other text is returned as it is.
    """
    if (span := date.split("..")) and len(span) == 2:
        first, last = map(say_date, span)
        return Phrase("dates.from_to", {"first": first, "last": last}) if isinstance(first, Phrase) else date
    match = DATE.fullmatch(date)
    if match is None:
        return date
    parts = {name: int(number) for name, number in match.groupdict().items() if number}
    name = list(parts)[-1]  # named by its last part
    return Phrase(f"dates.half_{parts['half']}" if name == "half" else f"dates.{name}", parts)


class _Formatter(string.Formatter):
    """Python's format strings with the field's own ways: half-up rounding, nouns that count, joined names."""

    def __init__(self, words: "Words") -> None:
        self.words = words

    def convert_field(self, value: Any, conversion: str | None) -> Any:
        """As Python's, and `!c`: begin a sentence with this word."""
        if conversion == "c":
            text = self.format_field(value, "")
            return text[:1].upper() + text[1:]
        return super().convert_field(value, conversion)

    def format_field(self, value: Any, format_spec: str) -> str:
        if isinstance(value, list | tuple | pd.Series):
            *most, last = [self.format_field(each, format_spec.removeprefix(AND)) for each in value] or [""]
            ending = self.words("values.and") if format_spec.startswith(AND) else self.words.joiner
            return ending.join([self.words.joiner.join(most), last]) if most else last
        if isinstance(value, Text):
            return self.words._word(value)
        if value is None or value is pd.NA or (isinstance(value, float) and pd.isna(value)):
            return self.words.missing
        if format_spec in ("month", "mon"):
            name: str = self.words._section("dates")["months"].split("|")[value - 1]
            return name if format_spec == "month" else name[:3]
        how, *nouns = format_spec.split("|")
        if how in ("w", "W"):
            return " ".join([self.words.count(value, is_first=how == "W"), *([nouns[value != 1]] if nouns else [])])
        if nouns:
            return f"{value:,} {how if value == 1 else nouns[0]}"
        if isinstance(value, float):
            if format_spec in ("", ROUNDED):
                return format_rounded(value) if format_spec else format_score(value)
            sign = "+" if format_spec.startswith("+") and value > 0 else ""
            return sign + format_number(value, int(format_spec.strip("+.f")))
        return format(value, format_spec or ("," if isinstance(value, int) and value >= 10_000 else ""))


@dataclass(frozen=True)
class Words:
    """The wording of one report: its language, the facts that any sentence of it may use (place, period).

    Where its scores are not points, `measure` is their name and `mark` what follows the number; templates whose key
    ends in `_measured` are then used in place of the others.

    `citations` tell where the notice prints what its tables repeat (see display/links.py). `unit_names` are English
    names by the short name of a unit. `introduced` collects the names that were explained; None explains each time.
    """

    language: str = "en"
    facts: Mapping[str, Any] = field(default_factory=dict)
    citations: Mapping[tuple[Text | str, str, object], str] = field(default_factory=dict, repr=False)
    unit_names: Mapping[str, str] = field(default_factory=dict, repr=False)
    introduced: set[str] | None = field(default=None, repr=False, compare=False)

    def __call__(self, key: str, **facts: Any) -> str:
        """Return the words of the template `section.name`. Raises KeyError for a key or a fact that is not there."""
        return self._fill(key, facts).translate(STRIP)

    def word(self, text: Text | str | None) -> str:
        """Put a text into words; a string stays as it is, None is empty. Raises KeyError for a missing key or fact."""
        return text if isinstance(text, str) else self._word(text).translate(STRIP)

    def mark_up(self, text: Text | str | None) -> str:
        """Put a text into words as HTML: what its template sets in bold is strong, all else is escaped."""
        escaped = html.escape(self._word(text))
        return escaped.replace(START, "<strong>").replace(END, "</strong>")

    def without_glosses(self) -> "Words":
        """Return words that name units and tiers in this language alone, for a headline."""
        return replace(self, introduced=_Everything())

    def _fill(self, key: str, facts: Mapping[str, Any]) -> str:
        facts = {**self.facts, **facts}
        return self._set_apart(self._formatter.format(self._find(key), **facts), facts.get("place"))

    def _set_apart(self, text: str, place: object) -> str:
        """Set a place that has no Chinese name apart from a number after it: P119 3个单位, not P1193个单位."""
        if self._is_foreign or not isinstance(place, str) or not place.isascii():
            return text
        return re.sub(rf"{re.escape(place)}(?=\d)", f"{place} ", text)

    def _word(self, text: Text | str | None) -> str:
        match text:
            case None:
                return ""
            case str():
                return text
            case Phrase(key, facts):
                return self._fill(key, facts)
            case Joined(parts, separator):
                return self._fill(separator, {}).join(self._formatter.format_field(part, "") for part in parts)
            case Name(value, column, otherwise):
                return self.name(value, column, otherwise)
            case Named():
                return self._introduce(text)
        raise TypeError(f"{type(text).__name__} cannot be worded")

    def _introduce(self, named: Named) -> str:
        """Name a unit, a tier or a term, with its printed name where it was not named before."""
        is_known = self.introduced is not None and named.name in self.introduced
        if self.introduced is not None:
            self.introduced.add(named.name)
        return self._name_in("short" if is_known else "gloss", named)

    def short(self, named: Named) -> str:
        """Name a unit, a tier or a term in this language alone: Water Affairs, excellent; in Chinese as printed."""
        return self._name_in("short", named)

    def both(self, named: Named) -> str:
        """Name a unit, a tier or a term as a table or a legend does: Water Affairs 水务局; in Chinese as printed."""
        return self._name_in("both", named)

    def _name_in(self, how: str, named: Named) -> str:
        if not self._is_foreign:
            return named.name
        name = self._translate(named)
        if how == "short" and isinstance(named, Tier) and named.name not in self._section("tier_names"):
            how = "gloss"  # a label in pinyin alone says nothing
        return named.name if name == named.name else self(f"printed.{how}", name=name, printed=named.name)

    def _translate(self, named: Named) -> str:
        """Translate a name into English; one that nobody translated is spelled in pinyin."""
        match named:
            case Unit():
                known = self.unit_names
            case Tier():
                known = self._section("tier_names")
            case _:
                known = self._section("terms")
        return str(known.get(named.name) or spell_in_pinyin(named.name))

    def count(self, n: int, *, is_first: bool = False) -> str:
        """Write a count as a sentence does: up to twelve in words, if the language does so; `is_first` begins one."""
        words = str(self._section("values")["counts"]).split()
        word = words[n] if 0 <= n < len(words) else f"{n:,}"
        return word[:1].upper() + word[1:] if is_first else word

    def name(self, value: object, column: str = "", otherwise: object = None) -> str:
        """Return the word for one of our own values (town, exact, error …); else `otherwise` or the value itself.

        Some values have a word of their own in some columns, under `names`: a town as a side, and as a kind.
        """
        if isinstance(value, Text):
            return self.word(value)
        if isinstance(value, date):
            return self.date(value.isoformat())
        known = self._section(f"names.{column}") if column else {}
        word = known.get(str(value)) or self._section("values").get(str(value))
        return str(word or (value if otherwise is None else otherwise))

    def heading(self, column: Text | str) -> str:
        """Return the heading of a column: a text as worded, a month in short, a tier as named, any other by itself."""
        if isinstance(column, Phrase) and column.key == "dates.month":
            column = replace(column, key="dates.month_short")
        if isinstance(column, Text):
            text = self.word(column)
            return text[:1].upper() + text[1:]
        if column in self._section("tier_names"):
            return self.both(Tier(column))
        return str(self._section("columns").get(column, column))

    def date(self, date: str) -> str:
        """Return the words for a year, quarter, month or day that ISO writes: 2017-08 is 2017年8月 in Chinese."""
        return self.word(say_date(date))

    def place(self, place: str) -> str:
        """Return the words for a place in a file: line 215 is 第215行 in Chinese."""
        return self.word(say_place(place))

    def numeral(self, numeral: str) -> str:
        """Return the words for the numeral of a section or item: 八, (二) are 8, (2) in English."""
        return NUMERAL.sub(lambda found: write_arabic(found[0]), numeral) if self._is_foreign else numeral

    @property
    def _is_foreign(self) -> bool:
        """Check whether this language is another than that of the notices."""
        return self._find("printed.short") != "{printed}"

    def join(self, parts: Iterable[str], what: str) -> str:
        """Join what is worded already: parts, clauses or sentences. Empty ones are left out."""
        return str(self._section("joiners")[what]).join(part for part in parts if part)

    def in_language(self, language: str) -> str:
        """Name another language in its own words."""
        return str(find_section(language, "page")["own_name"])

    @property
    def missing(self) -> str:
        return str(self._section("values")["missing"])

    @property
    def blanks(self) -> list[str]:
        """The words that stand in cells without a value."""
        return [self.missing, *self._section("blanks").values()]

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
        return find_section(self.language, dotted)

    def _find(self, key: str) -> str:
        return find_template(self.language, key, is_measured="measure" in self.facts)


class _Everything(set[str]):
    """A set of names that holds every name."""

    def __contains__(self, name: object) -> bool:
        return True
