"""Examples and claims compared with scores: Leizhou 2017, and notices that praise only, name few, or print no scores."""

import re
from dataclasses import replace

import pandas as pd
import pytest

from audit_lib.analysis.claims import (
    audit_claims,
    describe_level,
    describe_replies,
    describe_standard,
    list_claims,
    mark_verbatim,
)
from audit_lib.analysis.narrative import (
    choose_sentiment,
    compare_named,
    describe_comparison,
    describe_narrative,
    describe_praised,
    describe_unmentioned,
    find_examples,
    find_unexplained,
    list_items,
    list_named,
    list_ratings,
    mark_named,
)
from audit_lib.display.charts import Chart
from audit_lib.display.findings import Finding
from audit_lib.display.scene import Dot, Label, Ring
from audit_lib.documents.model import Document, Line
from audit_lib.figures.narrative import plot_named
from audit_lib.notebook.report import open_report
from audit_lib.sources import find_sources
from audit_lib.tables.build import build_tables
from audit_lib.tables.quotes import verify_quotes
from audit_lib.tables.schemas import SCHEMAS
from audit_lib.tables.storage import validate_table
from audit_lib.wording.words import Text, is_finding


def worded(table: pd.DataFrame) -> pd.DataFrame:
    return table.map(
        lambda cell: (
            [str(each) for each in cell] if isinstance(cell, list) else str(cell) if isinstance(cell, Text) else cell
        )
    )


CUTS = (90, 80)


def make_mentions(*named: tuple[str, str | None]) -> pd.DataFrame:
    """Make mentions from (unit, sentiment), each in an item of its own."""
    rows = [
        {
            "notice_id": "synthetic-2017",
            "jurisdiction": "synthetic",
            "period": "2017",
            "unit_id": f"synthetic-{unit}",
            "unit_name": unit,
            "name_raw": unit,
            "section": "二",
            "item": "一二三四五六七八九"[number],
            "sentiment": sentiment,
            "line": number + 1,
            "place": f"line {number + 1}",
        }
        for number, (unit, sentiment) in enumerate(named)
    ]
    return validate_table(pd.DataFrame(rows, columns=list(SCHEMAS["mentions"].columns)), "mentions", "synthetic")


def make_claim(**parts: object) -> pd.DataFrame:
    row = {"notice_id": "synthetic-2017", "quote": "多数", "meaning_en": "most do", "section": "一", "place": "line 1"}
    table = pd.DataFrame([{**row, "evidence": "made for this test", **parts}], columns=list(SCHEMAS["claims"].columns))
    return validate_table(table, "claims", "synthetic").assign(is_verbatim=True)


# Leizhou 2017


@pytest.fixture(scope="module")
def claims(opened_leizhou) -> pd.DataFrame:
    return mark_verbatim(opened_leizhou.claims, opened_leizhou.notice, opened_leizhou.record)


def test_leizhou_named(leizhou) -> None:
    named = list_named(leizhou.scores, leizhou.mentions, leizhou.notice, leizhou.examples, leizhou.record)
    assert named["score"].to_list() == [93, 87, 86.5, 83, 78, 75, 71, 70]
    baisha = named.set_index("unit_name").loc["白沙镇"]
    assert baisha["where"] == ["二、四是", "二、五是"]
    assert baisha["example"] == [
        "the news column stopped in August 2017; documents had not been updated for three years",
        "its column on other documents on Zhanjiang's website was blank",
    ]
    assert baisha["summary"] == [
        "工作动态停在2017年8月,文件3年未更新",
        "调风镇(机构职能栏目)、白沙镇(其他文件栏目)、雷高镇(其他栏目),均为空白栏目",
    ]


def test_a_unit_of_which_nothing_is_recorded_is_named_for_the_heading_of_its_item(leizhou) -> None:
    untold = leizhou.examples[leizhou.examples["unit"] != "白沙镇"]
    named = list_named(leizhou.scores, leizhou.mentions, leizhou.notice, untold, leizhou.record).set_index("unit_name")
    assert pd.isna(named.at["白沙镇", "example"])
    assert named.at["白沙镇", "summary"] == ["大多数单位的更新达不到网站考评要求", "对湛江市网站户头维护不足"]
    named = list_named(leizhou.scores, leizhou.mentions, leizhou.notice, leizhou.examples.iloc[:0], leizhou.record)
    assert "example" not in named


def test_a_table_of_examples_may_be_in_chinese_alone(leizhou) -> None:
    chinese = leizhou.examples.drop(columns="meaning_en")
    named = list_named(leizhou.scores, leizhou.mentions, leizhou.notice, chinese, leizhou.record).set_index("unit_name")
    assert "example" not in named
    assert named.at["水务局", "summary"] == ["经几次催办才处理,全市因此被湛江市扣分"]


def test_what_is_recorded_of_an_example_is_of_a_mention(leizhou) -> None:
    assert len(find_examples(leizhou.mentions, leizhou.examples)) == len(leizhou.mentions) == len(leizhou.examples)


def test_words_are_ours_by_section(leizhou) -> None:
    named = list_named(leizhou.scores, leizhou.mentions, leizhou.notice, leizhou.examples, None)
    assert "quote" in named, "a copy without a record counts as the words of the notice"
    full = leizhou.record.copy()
    full["form"] = "the page"
    assert mark_verbatim(leizhou.claims, leizhou.notice, full)["is_verbatim"].all()


def test_leizhou_items(leizhou) -> None:
    items = list_items(leizhou.reading.notice, leizhou.mentions)
    assert items["section"].value_counts().to_dict() == {"二": 8, "一": 5}
    problems = items[items["section"] == "二"].set_index("item")
    counts = {"一": 3, "二": 0, "三": 0, "四": 1, "五": 3, "六": 1, "七": 0, "八": 1}
    assert problems["units"].map(len).to_dict() == counts
    assert problems.at["三", "heading"] == "档案不规范、不齐全"


def test_leizhou_claims(leizhou, claims) -> None:
    listed = list_claims(claims)
    assert listed[["quantifier", "where", "counted_by"]].dropna().to_numpy().tolist() == [
        ["绝大部分", "一、", "score_level"],
        ["大多数", "二、四是", "upper_tiers"],
    ]
    assert worded(listed)["summary"].to_list()[:2] == ["“处于中等偏上水平”", "多数单位有分管领导"]
    counts = worded(audit_claims(claims, leizhou.scores, *CUTS))
    assert counts[["reading", "counted", "of", "verdict"]].to_numpy().tolist() == [
        ["score 80 or more", 49, 56, "majority"],
        ["score 85 or more (midway between the pass marks)", 34, 56, "majority"],
        ["score above the mean of 85.59", 31, 56, "majority"],
        ["score above the median of 86", 27, 56, "no_majority"],
        ["letters answered", 8, 8, "as_stated"],
        ["rated good (良好) or better", 49, 56, "beside"],
    ]


def test_only_verbatim_words_are_in_quotation_marks(leizhou, claims) -> None:
    verbatim = claims.loc[claims["is_verbatim"], "quote"].to_list()
    assert verbatim == ["处于中等偏上水平"]
    chinese = open_report("leizhou", "2017", language="zh")
    texts = [
        describe_level(claims, leizhou.scores, *CUTS),
        describe_standard(claims, leizhou.scores),
        describe_replies(claims),
        *worded(list_claims(claims))["summary"],
    ]
    quoted = {found for text in texts for found in re.findall("“(.+?)”", chinese.words.word(text))}
    assert quoted == {"处于中等偏上水平"}


def test_leizhou_sentences(leizhou, claims) -> None:
    scores, mentions = leizhou.scores, leizhou.mentions
    words = replace(leizhou.words, introduced=set())
    assert words.without_glosses().word(describe_narrative(scores, mentions)) == (
        "Eight units are named as examples of problems; half of them are rated good, and Water Affairs scored 93"
    )
    assert [words.word(each) for each in list_ratings(scores, mentions)] == [
        "Rated good (良好): Water Affairs (水务局) 93, Marine Fisheries (海洋渔业局) 87, Work Safety (安监局) 86.5, Diaofeng "
        "(调风镇) 83.",
        "Rated fair (一般): Leigao (雷高镇) 78, Public Utilities (公用事业局) 75, Baisha (白沙镇) 71, Civil Affairs (民政局) 70.",
    ]
    assert words.word(describe_unmentioned(scores, mentions)) == (
        "Not mentioned in our copy: three of the seven units rated fair: Human Resources (人社局) 78.5, Local Roads (地方公路局) 78, "
        "State Assets Company (国资经营公司) 78."
    )
    assert words.word(describe_praised(scores, mentions)) == (
        "Named as examples of good practice: Beihe (北和镇) 90, Public Security (公安局) 88."
    )
    assert words.word(describe_level(claims, scores, *CUTS)) == (
        "The notice says (section 1) that the vast majority of units score somewhat above the middle. Of 56 scored "
        "units, 49 score 80 or more, 34 score 85 or more (midway between the pass marks), 31 score above the mean of "
        "85.59, 27 score above the median of 86. Measured by 80 points, 85 points and the mean, that is so; by the "
        "median, it is not."
    )
    assert words.word(describe_standard(claims, scores)) == (
        "By our summary of the notice (section 2, item 4), most units fail the update standard of the website "
        "assessment. Yet 49 of 56 rated units are rated good or better. If most means at least 29 of the 57 units, at "
        "least 21 units are both, so units could be rated good without meeting the standard."
    )
    assert words.word(describe_replies(claims)) == (
        "The notice states 8 applications for information and a reply rate of 100%. That is a rate of replies, not of "
        "replies in time. By our summary of the notice (section 2, item 8), one application was handled only after "
        "several reminders, and the city lost points for it."
    )


@pytest.mark.parametrize("size", ["wide", "narrow"])
def test_leizhou_drawing_outlines_and_names_the_named(leizhou, size: str) -> None:
    chart = plot_named(leizhou.scores, leizhou.mentions).draw(leizhou.words)
    assert isinstance(chart, Chart)
    assert chart.title == "The eight named units score from 70 to 93"
    scene = getattr(chart, size)
    at = {(dot.x, dot.y): dot.unit for dot in scene.of(Dot)}
    named = set(leizhou.mentions.loc[leizhou.mentions["sentiment"] == "criticised", "unit_id"])
    assert {at[ring.x, ring.y] for ring in scene.of(Ring)} == named
    assert len(at) == 56
    bold = " ".join(label.text for label in scene.of(Label) if label.is_bold)
    assert {"Water Affairs 93", "Work Safety 86.5", "Civil Affairs 70"} <= set(
        re.findall(r"[A-Z][a-zA-Z ]+? [\d.]+", bold)
    )
    assert chart.legend[-1].text == "named as an example of a problem, 8"
    assert chart.data.iloc[:, -1].value_counts().to_dict() == {"no": 48, "yes": 8}


# Other notices

THREE = [("甲局", 95.0, "优秀"), ("乙局", 85.0, "良好"), ("丙镇", 75.0, "一般")]


NOBODY = "Our copy of the notice names no unit as an example."


@pytest.mark.parametrize(
    ("rows", "named", "sentence"),
    [
        (THREE, [], NOBODY),
        (THREE, [("甲局", None)], NOBODY),
        (THREE, [("甲局", "praised")], "Jiaju is named as an example of good practice; it scored 95 and was rated excellent"),
        (THREE, [("丙镇", "criticised")], "Bingzhen is named as an example of a problem; it scored 75 and was rated fair"),
        (
            THREE,
            [("丙镇", "criticised"), ("乙局", "criticised"), ("乙局", "criticised")],
            "Two units are named as examples of problems; half of them are rated good, and Yiju scored 85",
        ),
        (
            THREE,
            [("甲局", "criticised"), ("乙局", "criticised"), ("丙镇", "criticised"), ("甲局", "praised")],
            "Three units are named as examples of problems; one of them is rated excellent, and Jiaju scored 95",
        ),
        (
            [("甲局", 85.0, None), ("乙镇", 85.0, None)],
            [("甲局", "criticised"), ("乙镇", "criticised")],
            "Two units are named as examples of problems; the best score among them is 85",
        ),
        ([("甲局", 95.0, None)], [("甲局", "criticised")], "Jiaju is named as an example of a problem; it scored 95"),
        (
            [("甲局", None, "优秀"), ("乙镇", None, "良好"), ("丙镇", None, "良好")],
            [("乙镇", "criticised")],
            "Yizhen is named as an example of a problem; it was rated good",
        ),
        (
            [("甲局", None, "优秀"), ("乙镇", None, "良好"), ("丙镇", None, "良好")],
            [("乙镇", "criticised"), ("丙镇", "criticised")],
            "Two units are named as examples of problems; all are rated good",
        ),
        ([("甲局", None, None)], [("甲局", "criticised")], "Jiaju is named as an example of a problem"),
        (
            [("甲局", 90.0, "优秀"), ("乙局", 89.0, "优秀")],
            [("甲局", "praised"), ("乙局", "praised")],
            "Two units are named as examples of good practice; Jiaju scored 90",
        ),
    ],
    ids=[
        "no mentions", "no sentiment", "praise only", "one", "one of them twice", "several ratings", "tied, no ratings",
        "one without rating", "one without score", "no scores", "neither", "one rating",
    ],
)  # fmt: skip
def test_headlines(make_scores, leizhou, rows, named, sentence) -> None:
    found = describe_narrative(make_scores(rows), make_mentions(*named))
    assert leizhou.words.without_glosses().word(found) == sentence
    assert is_finding(found) == (sentence != NOBODY)
    assert len(sentence.split()) <= 25


@pytest.mark.parametrize(
    ("rows", "bullets"),
    [
        ([("甲局", 85.0, None), ("乙镇", 84.0, None)], ["The two: Jiaju 85, Yizhen 84."]),
        ([("甲局", 85.0, "良好"), ("乙镇", 84.0, None)], ["Rated good: Jiaju 85.", "Not rated: Yizhen 84."]),
        (THREE, ["By rating: excellent: Jiaju 95; good: Yiju 85; fair: Bingzhen 75."]),
        (
            [(f"{letter}局", 80.0 + at, "良好") for at, letter in enumerate("甲乙丙丁戊己庚辛壬")],
            ["Rated good: 9 units, from 80 to 88."],
        ),
        ([("甲局", 85.0, "良好")], []),
    ],
    ids=["no ratings", "one not rated", "three ratings", "many", "one"],
)
def test_bullets(make_scores, leizhou, rows, bullets) -> None:
    mentions = make_mentions(*((name, "criticised") for name, *_ in rows))
    found = list_ratings(make_scores(rows), mentions)
    assert [leizhou.words.without_glosses().word(each) for each in found] == bullets


def test_a_unit_named_without_sentiment_is_not_passed_over(make_scores) -> None:
    assert find_unexplained(make_scores(THREE), make_mentions(("丙镇", None))).empty


@pytest.mark.parametrize(
    ("rows", "named"),
    [
        (THREE, []),
        (THREE, [("甲局", "praised")]),
        ([("甲局", 95.0, "优秀"), ("乙局", 85.0, "优秀")], [("甲局", "criticised")]),
    ],
    ids=["nobody named", "praise only", "one rating"],
)
def test_nothing_is_said_of_units_not_mentioned(make_scores, rows, named) -> None:
    assert describe_unmentioned(make_scores(rows), make_mentions(*named)) is None


def test_without_problems_there_are_no_two_groups(make_scores) -> None:
    mentions = make_mentions(("甲局", "praised"))
    assert choose_sentiment(mentions) == "praised"
    assert mark_named(make_scores(THREE), mentions)["named"].isna().all()
    assert describe_comparison(compare_named(make_scores(THREE), mentions, 2)) is None
    assert describe_praised(make_scores(THREE), mentions) is None


def test_all_of_the_lowest_rating_mentioned(make_scores, leizhou) -> None:
    found = describe_unmentioned(make_scores(THREE), make_mentions(("丙镇", "criticised")))
    assert leizhou.words.without_glosses().word(found) == "All mentioned: every unit rated fair is named in the text."


def test_criticised_and_praised_is_criticised(make_scores) -> None:
    marked = mark_named(make_scores(THREE), make_mentions(("甲局", "praised"), ("甲局", "criticised")))
    assert marked["named"].to_list() == ["criticised", "not_criticised", "not_criticised"]


@pytest.mark.parametrize(
    ("claim", "rows", "expected"),
    [
        (
            {"measure": "score_level"},
            [("甲局", 70.0, None)],
            "Measured by 80 points, 85 points, the mean and the median, that is not so.",
        ),
        ({"measure": "score_level"}, [("甲局", None, "优秀")], ""),
        ({}, THREE, ""),
        ({"measure": "score_level", "more_than_pct": 70}, THREE, "that is not so."),
        ({"measure": "score_level", "more_than_pct": 60}, THREE, "Measured by 80 points and 85 points, that is so; by"),
        ({"measure": "score_level", "more_than_pct": 10}, THREE, "that is so."),
    ],
)
def test_describe_level(make_scores, leizhou, claim, rows, expected) -> None:
    found = leizhou.words.word(describe_level(make_claim(quantifier="大多数", **claim), make_scores(rows), *CUTS))
    assert expected in found
    assert bool(found) == bool(expected)


def test_a_standard_that_most_miss_may_fit_the_ratings(make_scores, leizhou) -> None:
    scores = make_scores([("甲局", 95.0, "优秀"), ("乙局", 75.0, "一般"), ("丙镇", 75.0, "一般")])
    claims = make_claim(measure="upper_tiers", quantifier="大多数", meaning_en="most units are late")
    assert leizhou.words.without_glosses().word(describe_standard(claims, scores)) == (
        "The notice says (section 1) that most units are late. Of 3 rated units, 1 is rated excellent or better: both "
        "can be true of the 3 units if most means at least 2."
    )


@pytest.mark.parametrize(
    ("stated", "sentence"),
    [
        (
            {"stated_n": 200, "stated_pct": 99.5},
            "The notice states 200 applications for information and a reply rate of 99.5%. That is a "
            "rate of replies, not of replies in time.",
        ),
        (
            {"stated_pct": 100},
            "The notice states that 100% of the applications for information were answered, and not how many there were. "
            "That is a rate of replies, not of replies in time.",
        ),
    ],
)
def test_describe_replies(leizhou, stated, sentence) -> None:
    assert leizhou.words.word(describe_replies(make_claim(measure="reply_rate", **stated))) == sentence


def test_claims_without_a_measure_are_listed_and_not_counted(make_scores, leizhou) -> None:
    claims = make_claim()
    assert audit_claims(claims, make_scores(THREE), *CUTS).empty


def test_long_names_are_cut_in_the_chart(make_data, notice_text, monkeypatch: pytest.MonkeyPatch) -> None:
    names = [f"{letter}名称特别长的高新技术产业开发区管委会" for letter in "甲乙丙丁"]
    prose = ["二、主要存在问题", f"一是对各项工作重视不够而且长期没有改进的单位仍然很多:{'、'.join(names)}。"]
    data = make_data({"jia/2017": notice_text([(name, 90 - at) for at, name in enumerate(names)], prose=prose)})
    list(build_tables(data, find_sources(data)))
    monkeypatch.setenv("AUDIT_DATA", str(data))
    report = open_report("jia", "2017")
    assert len(report.mentions) == 4
    assert isinstance(plot_named(report.scores, report.mentions).draw(report.words), Chart)


CRITICAL = [
    "二、主要存在问题",
    "一是更新慢:举例为丙镇。",
    "二是重视不够:不点名。",
    "三是不全:甲镇、乙镇、丁镇、戊镇、己镇。",
]


def test_a_notice_that_criticises_is_read_and_drawn(make_data, notice_text, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [(f"{letter}镇", 90 - at) for at, letter in enumerate("甲乙丙丁戊己庚")]
    text = notice_text(rows, {"优秀": ["甲镇"], "一般": ["庚镇", "己镇"]}, prose=CRITICAL)
    data = make_data({"jia/2017": text})
    assert [error for _, error in build_tables(data, find_sources(data))] == [None]
    monkeypatch.setenv("AUDIT_DATA", str(data))
    report = open_report("jia", "2017", min_n=2)
    items = list_items(report.reading.notice, report.mentions)
    assert items[["item", "heading"]].assign(n=items["units"].map(len)).to_numpy().tolist() == [
        ["一", "更新慢", 1],
        ["二", "重视不够", 0],
        ["三", "不全", 5],
    ]
    assert report.claims.empty
    chart = plot_named(report.scores, report.mentions).draw(report.words)
    assert isinstance(chart, Chart)
    assert report.words.without_glosses().word(describe_narrative(report.scores, report.mentions)) == (
        "Six units are named as examples of problems; one of them is rated excellent, and Jiazhen scored 90"
    )


@pytest.mark.parametrize(
    ("prose", "rows"),
    [
        (
            ["二、主要存在问题", "举例为丙镇。", "三、下一步工作"],
            [["二", None, None, "criticised", ["丙镇"]]],
        ),
        (
            ["一、总体情况", "(一)主要特点", "一是好:甲镇。", "二是好。", "(二)存在问题", "一是差:乙镇。", "二是差。"],
            [
                ["一", "一", "好", "praised", ["甲镇"]],
                ["一", "二", "好", "praised", []],
                ["一", "一", "差", "criticised", ["乙镇"]],
                ["一", "二", "差", "criticised", []],
            ],
        ),
    ],
    ids=["no numbered items", "numbers that begin again"],
)
def test_items_of_other_outlines(make_data, notice_text, monkeypatch: pytest.MonkeyPatch, prose, rows) -> None:
    data = make_data({"jia/2017": notice_text([("甲镇", 90), ("乙镇", 80), ("丙镇", 70)], prose=prose)})
    list(build_tables(data, find_sources(data)))
    monkeypatch.setenv("AUDIT_DATA", str(data))
    report = open_report("jia", "2017")
    items = list_items(report.reading.notice, report.mentions).astype("object")
    assert items.where(items.notna(), None).to_numpy().tolist() == rows
    assert isinstance(plot_named(report.scores, report.mentions).draw(report.words), Chart)


def test_nobody_named_draws_nothing(make_scores, leizhou) -> None:
    shown = plot_named(make_scores(THREE), make_mentions()).draw(leizhou.words)
    assert shown == Finding(NOBODY, "note", NOBODY)
    assert (
        plot_named(make_scores([("甲局", None, "优秀")]), make_mentions(("甲局", "criticised"))).draw(leizhou.words)
        is None
    )


# Quotes


def test_every_recorded_quote_stands_in_the_raw_file(leizhou) -> None:
    for known in (leizhou.claims, leizhou.rules, leizhou.web_columns, leizhou.examples):
        assert len(known) > 5
        assert known["is_quoted"].all()


def test_a_quote_counts_at_its_place_only_whatever_its_width(tmp_path) -> None:
    lines = (Line("line 1", "答复率 100%"), Line("line 2", "多数单位"))
    document = Document(tmp_path, "", "text", "utf-8", lines)
    known = pd.DataFrame({"quote": ["答复率100%", "多数单位", "无"], "place": ["line 1", "line 1", "Sheet1!B7"]})
    verified = verify_quotes(known, document)
    assert verified["is_quoted"].to_list() == [True, False, False]
    assert verified["line"].to_list() == [1, 1, pd.NA]
