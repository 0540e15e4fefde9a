"""The wording: numbers as a reader rounds them, nouns that count, names that join."""

import string
import tomllib

import pandas as pd
import pytest

from audit_lib.errors import AuditError
from audit_lib.tables.schemas import KINDS, SIDES
from audit_lib.wording.languages import FOLDER, LANGUAGES
from audit_lib.wording.number_format import format_number, format_score
from audit_lib.wording.words import Words


@pytest.mark.parametrize(
    ("value", "digits", "printed"),
    [
        (81.125, 2, "81.13"),
        (-1.47619, 2, "−1.48"),
        (2.675, 2, "2.68"),
        (1701000.0, 0, "1,701,000"),
        (-0.001, 2, "0.00"),
    ],
)
def test_numbers_round_half_up(value: float, digits: int, printed: str) -> None:
    assert format_number(value, digits) == printed


@pytest.mark.parametrize(
    ("value", "printed"), [(97.0, "97"), (88.5, "88.5"), (88.125, "88.125"), (85.589286, "85.59"), (-2.0, "−2")]
)
def test_scores_print_as_published(value: float, printed: str) -> None:
    assert format_score(value) == printed


@pytest.mark.parametrize(
    ("template", "facts", "worded"),
    [
        ("{n:unit|units}", {"n": 1}, "1 unit"),
        ("{n:unit|units}", {"n": 44}, "44 units"),
        ("{gap:+.2f}", {"gap": 1.005}, "+1.01"),
        ("{gap:+.2f}", {"gap": -1.5}, "−1.50"),
        ("{gap:+.2f}", {"gap": 0.0}, "0.00"),
        ("{names}", {"names": ["甲局", "乙镇"]}, "甲局, 乙镇"),
        ("{scores}", {"scores": [97.0, 88.5]}, "97, 88.5"),
        ("{score}–{score}, {median:~}", {"score": 88.125, "median": 88.125}, "88.125–88.125, 88.13"),
        ("{score}", {"score": None}, "–"),
        ("{score}", {"score": pd.NA}, "–"),
        ("{score:.2f}", {"score": float("nan")}, "–"),
        ("{who!c} lead", {"who": "towns"}, "Towns lead"),
        ("{odds:,}", {"odds": 1701000}, "1,701,000"),
        ("{year}", {"year": 2017}, "2017"),
        ("{unit}", {"unit": "{n}<b>"}, "{n}<b>"),
    ],
)
def test_fields(monkeypatch: pytest.MonkeyPatch, template: str, facts: dict[str, object], worded: str) -> None:
    monkeypatch.setattr(Words, "_find", lambda self, key: template)
    assert Words("en")("any.key", **facts) == worded


def test_a_missing_fact_or_key_is_an_error() -> None:
    with pytest.raises(KeyError):
        Words("en")("year.scored")
    with pytest.raises(KeyError):
        Words("en")("year.no_such_key")


def test_an_unknown_language_is_one_clear_line() -> None:
    with pytest.raises(AuditError, match=r"language: found 'xx'; expected one of en"):
        Words("xx")("page.contents")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_template_of_a_language_parses(language: str) -> None:
    sections = [tomllib.loads((FOLDER / f"{language}.toml").read_text(encoding="utf-8"))]
    while sections:
        for value in sections.pop().values():
            if isinstance(value, dict):
                sections.append(value)
            else:
                list(string.Formatter().parse(value))


def test_values_without_a_word_stand_for_themselves() -> None:
    assert Words("en").name("甲局") == "甲局"
    assert Words("en").heading("no_such_column") == "no_such_column"


@pytest.mark.parametrize("kind", [*KINDS, *SIDES])
def test_every_kind_has_its_words(kind: str) -> None:
    words = Words("en")
    named = [words.name(f"{kind}{number}") for number in ("", "_one", "_many")]
    assert not [name for name in named if "_" in name], named
