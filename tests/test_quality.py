"""What a report says of its quality: units expected, found and left out, tiers against scores, checks."""

from collections.abc import Iterator

from bs4 import BeautifulSoup

from audit_lib.analysis.data_quality import summarise_quality
from audit_lib.notebook.report import open_report
from audit_lib.tables.check_registry import CHECKS, Outcome
from audit_lib.wording.words import Text


def test_quality_of_leizhou(leizhou) -> None:
    assert list(leizhou.quality()) == [
        ("units found", "57; the notice states 56"),
        ("left out", "no score: Disabled Persons' Federation (市残联); no rating: Supervision (监察局)"),
        ("ratings against scores", "51 of 55 follow from pass marks of 90 and 80"),
        ("checks", "29 apply; 2 contradictions, 9 queries, 6 remarks"),
    ]


def test_what_is_not_published_is_not_left_out() -> None:
    assert list(open_report("baoshan", "2021").quality())[:2] == [
        ("units found", "50; the notice states no number"),
        ("published", "ratings, and no scores"),
    ]
    assert ("published", "scores, and no ratings") in list(open_report("louxing", "2017-05").quality())


def worded(quality: Iterator[tuple[Text, Text]]) -> dict[str, str]:
    return {str(label): str(found) for label, found in quality}


def test_many_units_left_out_are_counted_and_none_is_said(make_scores, leizhou) -> None:
    rated = [("甲镇", 95.0, "优秀"), ("乙镇", 85.0, "良好")]
    unscored = [(f"{letter}局", None, "良好") for letter in "丙丁戊己庚辛壬"]
    quality = [worded(summarise_quality(make_scores(rows), 9, (), (90, 80))) for rows in (rated, rated + unscored)]
    assert [each.get("left out") for each in quality] == [None, "7 units without a score"]
    assert quality[1]["units found"] == "9; the notice states 9"


def test_each_finding_of_a_check_counts(make_scores, leizhou) -> None:
    outcomes = (Outcome(CHECKS[0], True, (object(), object())), Outcome(CHECKS[1], False), Outcome(CHECKS[2], True))  # type: ignore[arg-type]
    quality = worded(summarise_quality(make_scores([("甲镇", 95.0, None)]), None, outcomes, (90, 80)))
    assert quality["checks"] == "2 apply; 2 contradictions"


def test_ranks_alone_are_neither_scores_nor_ratings_and_checks_that_find_nothing_say_so() -> None:
    assert list(open_report("jiangxi", "2024-05").quality()) == [
        ("units found", "11; the notice states no number"),
        ("checks", "15 apply; nothing found"),
    ]


def test_a_report_shows_its_quality(leizhou) -> None:
    shown = BeautifulSoup(leizhou._repr_html_(), "html.parser")
    assert [each["class"] for each in shown.find_all("table")] == [["quality"]]
    assert shown.table.td.text == "57; the notice states 56"
    assert repr(leizhou).startswith("units found: 57; the notice states 56\n")
