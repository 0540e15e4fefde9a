"""What a cell shows: tables a screen reader can read, text that stays text, and the same output every time."""

import pandas as pd
import pytest
from bs4 import BeautifulSoup

from audit_lib.display.charts import Chart
from audit_lib.display.findings import show_finding, show_headline, show_note
from audit_lib.display.tables import plain_cells, show
from audit_lib.wording.words import Words, say, say_nothing_found

WORDS = Words("en", {"place": "Leizhou", "period": "2017"})


def html(shown: object) -> BeautifulSoup:
    return BeautifulSoup(shown._repr_html_(), "html.parser")  # type: ignore[attr-defined]


def test_table_has_caption_scope_and_right_aligned_numbers() -> None:
    table = html(show(pd.DataFrame({"unit_name": ["甲局"], "score": [88.5]}), "league", WORDS))
    assert table.caption.text == (
        "Leizhou 2017: units by score, with our competition ranks; tied units share the places named"
    )
    assert [(th["scope"], th["class"], th.text) for th in table.find_all("th")] == [
        ("col", ["text"], "Unit"),
        ("col", ["number"], "Score"),
        ("row", ["text"], "Jiaju 甲局"),
    ]
    assert [(td["class"], td.text) for td in table.find_all("td")] == [(["number"], "88.5")]


@pytest.mark.parametrize(
    ("column", "values", "printed"),
    [
        ("score", [97.0, 88.5, None], ["97", "88.5", "no score"]),
        ("score", [88.3, 80.0, 86.94], ["88.3", "80", "86.94"]),
        ("score", [88.125, 85.5], ["88.125", "85.5"]),
        ("mean", [88.125, 85.5], ["88.13", "85.50"]),
        ("score_before", [82.9, 71.8], ["82.9", "71.8"]),
        ("mean", [85.589286, 84.0], ["85.59", "84.00"]),
        ("share_pct", [14.2857, 50.0], ["14.3", "50.0"]),
        ("rank", pd.array([1, None], dtype="Int16"), ["1", "none"]),
        ("units", [["甲局", "乙镇"], []], ["Jiaju 甲局, Yizhen 乙镇", "none"]),
        ("is_overlap", [True, False], ["yes", "no"]),
        ("match", ["exact", "甲局"], ["same name", "甲局"]),
    ],
)
def test_cells(column: str, values: list[object], printed: list[str]) -> None:
    shown = show(pd.DataFrame({column: values}), "league", WORDS)
    assert shown.cells.iloc[:, 0].to_list() == printed


def test_figures_of_a_summary_keep_the_decimals_of_the_notice_where_it_prints_them() -> None:
    shown = show(pd.Series({"min": 88.125, "max": 91.0, "median": 89.0625, "mean": 89.375}), "spread", WORDS)
    assert shown.cells["Value"].to_list() == ["88.125", "91", "89.06", "89.38"]
    cuts = pd.DataFrame({"low": [88.125], "high": [90.0]})
    assert show(cuts, "cuts", WORDS).cells.to_numpy().tolist() == [["88.125", "90"]]
    assert show(cuts, "spread", WORDS).cells.to_numpy().tolist() == [["88.13", "90"]]


def test_two_columns_with_one_heading_are_an_error() -> None:
    with pytest.raises(ValueError, match="two columns are headed 'Unit'"):
        show(pd.DataFrame({"unit": ["甲局"], "unit_name": ["甲局"]}), "league", WORDS)


def test_markup_in_names_stays_text() -> None:
    evil = '<script>alert("1")</script> & co'
    for shown in (
        show(pd.DataFrame({"unit_name": [evil]}), "league", WORDS),
        *(show_each(say("places.cell", cell=evil), WORDS) for show_each in (show_finding, show_headline, show_note)),
    ):
        soup = html(shown)
        assert soup.find("script") is None
        assert evil in soup.text


def test_findings_carry_their_weight() -> None:
    assert [
        html(show_each(say("places.cell", cell="a"), WORDS)).p["class"]
        for show_each in (show_headline, show_finding, show_note)
    ] == [
        ["headline"],
        ["finding"],
        ["note"],
    ]


def test_a_sentence_that_only_says_why_there_is_no_finding_is_a_note() -> None:
    assert html(show_finding(say_nothing_found("rules.none"), WORDS)).p["class"] == ["note"]


def test_a_chart_carries_its_alt_text_and_width() -> None:
    data, metadata = Chart(b"png", "A finding", "Dot chart of …", 760)._repr_mimebundle_()
    words = {"title": "A finding", "subtitle": "", "source": ""}
    assert metadata == {"image/png": {"alt": "Dot chart of …", "width": 760, **words}}
    assert data == {"image/png": "cG5n", "text/plain": "A finding\nDot chart of …"}


def test_a_chart_carries_the_words_around_it_and_its_values() -> None:
    values = pd.DataFrame({"unit_name": ["=1+1", '乙"镇'], "score": [88.5, None], "change": [-1.25, 2000.0]})
    chart = Chart(b"png", "A finding", "Dots", 760, "each unit", "Source: us.", plain_cells(values, WORDS))
    data, metadata = chart._repr_mimebundle_()
    assert data["text/csv"] == 'Unit,Score,Change\n\'=1+1,88.5,-1.25\n"Yi""Zhen 乙""镇",,2000.00\n'
    assert (metadata["image/png"]["subtitle"], metadata["image/png"]["source"]) == ("each unit", "Source: us.")


@pytest.mark.parametrize(
    ("column", "key", "word"),
    [
        ("score", "league", "no score"),
        ("sentiment", "exceptions", "not named"),
        ("counted_by", "claims", "not published"),
        ("quantifier", "claims", "none"),
        ("limit", "named_columns", "no rule"),
        ("last_updated", "named_columns", "not stated"),
        ("mean", "league", "n/a"),
        ("value", "spread", "n/a"),
    ],
)
def test_cells_without_a_value_say_what_is_missing(column: str, key: str, word: str) -> None:
    shown = show(pd.DataFrame({"figure": ["mean"], column: [None]}), key, WORDS)
    assert shown.cells.iloc[0, 1] == word
    assert html(shown).find("p", class_="blanks") is None


def test_each_column_has_its_own_word_for_a_missing_value() -> None:
    table = pd.DataFrame({"unit_name": ["甲局"], "score": [None], "mean": [None]})
    shown = show(table, "league", WORDS)
    assert shown.cells.iloc[0].to_list() == ["Jiaju 甲局", "no score", "n/a"]
