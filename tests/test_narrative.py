"""Words against numbers: Leizhou 2017 in full, and notices that praise only, name few, publish no scores or no tiers."""

import pandas as pd
import pytest

from audit_lib.analysis.narrative import (
    audit_claims,
    compare_named,
    count_levels,
    count_upper,
    describe_level,
    describe_narrative,
    describe_replies,
    describe_standard,
    describe_unexplained,
    find_unexplained,
    list_claims,
    list_items,
    list_named,
    mark_named,
)
from audit_lib.display.charts import Chart
from audit_lib.display.findings import Finding
from audit_lib.documents.model import Document, Line
from audit_lib.documents.read import read_document
from audit_lib.figures.narrative import plot_named
from audit_lib.notebook.report import open_report
from audit_lib.notices.notice import parse_notice
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
    return validate_table(table, "claims", "synthetic")


# Leizhou 2017


def test_leizhou_named(leizhou) -> None:
    named = list_named(leizhou.scores, leizhou.mentions)
    criticised = named[named["sentiment"] == "criticised"]
    assert criticised[["unit_name", "score", "rank", "tier"]].to_numpy().tolist() == [
        ["水务局", 93, 6, "良好"],
        ["海洋渔业局", 87, 24, "良好"],
        ["安监局", 86.5, 27, "良好"],
        ["调风镇", 83, 39, "良好"],
        ["雷高镇", 78, 51, "一般"],
        ["公用事业局", 75, 54, "一般"],
        ["白沙镇", 71, 55, "一般"],
        ["民政局", 70, 56, "一般"],
    ]
    assert criticised.set_index("unit_name").at["白沙镇", "where"] == ["二、四是", "二、五是"]
    assert set(named.loc[named["sentiment"] == "praised", "unit_name"]) == {"公安局", "北和镇"}


def test_leizhou_criticised_against_others(leizhou) -> None:
    [compared] = compare_named(leizhou.scores, leizhou.mentions, 8)
    assert (compared.n_first, compared.n_second) == (8, 48)
    assert (compared.mean_first, compared.mean_second) == pytest.approx((80.4375, 86.447917), abs=5e-7)
    assert compared.mean.value == pytest.approx(-6.010417, abs=5e-7)
    assert compared.p.value == pytest.approx(0.0067, abs=5e-5)


def test_leizhou_lowest_tier(leizhou) -> None:
    silent = find_unexplained(leizhou.scores, leizhou.mentions)
    assert silent[["unit_name", "score"]].to_numpy().tolist() == [
        ["人社局", 78.5],
        ["地方公路局", 78],
        ["国资经营公司", 78],
    ]


def test_leizhou_items(leizhou) -> None:
    items = list_items(leizhou.reading.notice, leizhou.mentions)
    assert items["section"].value_counts().to_dict() == {"二": 8, "一": 5}
    problems = items[items["section"] == "二"].set_index("item")
    assert problems["n"].to_dict() == {"一": 3, "二": 0, "三": 0, "四": 1, "五": 3, "六": 1, "七": 0, "八": 1}
    assert problems.at["三", "heading"] == "档案不规范、不齐全"


def test_leizhou_levels(leizhou) -> None:
    counts = count_levels(leizhou.scores, *CUTS).set_index("reading")
    assert counts["n"].to_dict() == {"at_low_cut": 49, "at_mid_cut": 34, "above_mean": 31, "above_median": 27}
    assert counts["share_pct"].to_list() == pytest.approx([87.5, 60.7142857, 55.3571429, 48.2142857])
    assert count_upper(leizhou.scores)[["tier", "n", "of", "share_pct"]].to_numpy().tolist() == [["良好", 49, 56, 87.5]]


def test_leizhou_claims(leizhou) -> None:
    claims = list_claims(leizhou.claims)
    assert claims[["quantifier", "where", "line", "counted_by"]].dropna().to_numpy().tolist() == [
        ["绝大部分", "一、", 19, "score_level"],
        ["大多数", "二、四是", 41, "upper_tiers"],
    ]
    counts = worded(audit_claims(leizhou.claims, leizhou.scores, *CUTS))
    assert counts[["reading", "counted", "of", "verdict"]].to_numpy().tolist() == [
        ["score 80 or more", 49, 56, "majority"],
        ["score 85 or more, midway between the cuts", 34, 56, "majority"],
        ["above the mean of the table, 85.59", 31, 56, "majority"],
        ["above the median of the table, 86", 27, 56, "no_majority"],
        ["letters answered", 8, 8, "as_stated"],
        ["in 良好 or better", 49, 56, "beside"],
    ]


def test_leizhou_sentences(leizhou) -> None:
    scores, mentions, claims, words = leizhou.scores, leizhou.mentions, leizhou.claims, leizhou.words
    assert words.word(describe_narrative(scores, mentions, 8)) == (
        "The notice criticises 8 units, averaging 80.44 against 86.45 for the 48 others; 4 in 良好 and 4 in 一般, the "
        "best of them (水务局 93) has rank 6, and of the 7 units in 一般, 3 are not named."
    )
    assert words.word(describe_unexplained(scores, mentions)) == (
        "3 units in 一般 get no word in the prose: 人社局 78.5, 地方公路局 78, 国资经营公司 78. The notice does not say why "
        "they stand there."
    )
    assert words.word(describe_level(claims, scores, *CUTS)) == (
        "Of 56 scored units, 49 (87.5%) score 80 or more, 34 (60.7%) 85 or more, 31 (55.4%) above their own mean and 27 "
        "(48.2%) above their own median. So “处于中等偏上水平”, said of 绝大部分, can be true of a fixed scale only: never "
        "more than half of a table stand above its median."
    )
    assert words.word(describe_standard(claims, scores)) == (
        "The notice says that most units fail the update standard of the web site assessment (section 二, item 四), yet "
        "49 of 56 (87.5%) are 良好 or better. If 大多数 means 29 or more, at least 22 units are both, so that standard "
        "cannot have been a gate to these tiers."
    )
    assert words.word(describe_replies(claims)) == (
        "The notice states 8 applications for information and a reply rate of 100%. That is a rate of replies, not of "
        "replies in time: section 二, item 八 says that one application was handled only after several reminders, and the "
        "city lost points for it (“经几次催办才处理”). Read as a rate beyond this period, 8 of 8 would fit any true rate from "
        "63.1% up (exact 95% bound)."
    )


def test_leizhou_chart(leizhou) -> None:
    chart = plot_named(leizhou.scores, leizhou.mentions, leizhou.reading.notice).draw(leizhou.words)
    assert isinstance(chart, Chart)
    assert chart.title == "Criticised units average 6.01 points less than the others, from 70 to 93"
    assert "not named: 人社局, 地方公路局, 国资经营公司" in chart.alt


# Other notices

THREE = [("甲局", 95.0, "优秀"), ("乙局", 85.0, "良好"), ("丙镇", 75.0, "一般")]


@pytest.mark.parametrize(
    ("rows", "named", "sentence"),
    [
        (THREE, [], "No sentence of our copy of the notice praises or criticises a unit by name."),
        (THREE, [("甲局", None)], "No sentence of our copy of the notice praises or criticises a unit by name."),
        (THREE, [("甲局", "praised")], "The prose of the notice praises 1 unit by name and criticises none."),
        (
            THREE,
            [("丙镇", "criticised")],
            "The notice criticises 1 unit (丙镇 75); 1 in 一般, and every unit in 一般 is named.",
        ),
        (
            THREE,
            [("丙镇", "criticised"), ("乙局", "criticised"), ("乙局", "criticised")],
            "The notice criticises 2 units (乙局 85, 丙镇 75); 1 in 良好 and 1 in 一般, the best of them (乙局 85) has "
            "rank 2, and every unit in 一般 is named.",
        ),
        (
            [("甲局", 95.0, None), ("乙镇", 85.0, None)],
            [("乙镇", "criticised")],
            "The notice criticises 1 unit (乙镇 85).",
        ),
        (
            [("甲局", None, "优秀"), ("乙镇", None, "良好"), ("丙镇", None, "良好")],
            [("乙镇", "criticised")],
            "The notice criticises 1 unit (乙镇); 1 in 良好, and of the 2 units in 良好, 1 is not named.",
        ),
    ],
    ids=["no mentions", "no sentiment", "praise only", "one", "one of them twice", "no tiers", "no scores"],
)
def test_describe_narrative(make_scores, leizhou, rows, named, sentence) -> None:
    assert leizhou.words.word(describe_narrative(make_scores(rows), make_mentions(*named), 8)) == sentence


def test_a_unit_named_without_sentiment_is_not_passed_over(make_scores) -> None:
    assert find_unexplained(make_scores(THREE), make_mentions(("丙镇", None))).empty


def test_where_no_unit_is_named_none_is_passed_over(make_scores, leizhou) -> None:
    scores = make_scores(THREE)
    assert find_unexplained(scores, make_mentions()).empty
    text = describe_unexplained(scores, make_mentions())
    assert str(text) == "No sentence of our copy of the notice names a unit, so none is passed over."
    assert not is_finding(text)


def test_without_criticism_there_are_no_two_groups(make_scores) -> None:
    assert mark_named(make_scores(THREE), make_mentions(("甲局", "praised")))["named"].isna().all()


def test_one_tier_has_no_lowest(make_scores, leizhou) -> None:
    scores = make_scores([("甲局", 95.0, "优秀"), ("乙局", 85.0, "优秀")])
    assert leizhou.words.word(describe_unexplained(scores, make_mentions())) == (
        "There are not two tiers, so there is no lowest one to explain."
    )


def test_all_of_the_lowest_tier_named(make_scores, leizhou) -> None:
    found = leizhou.words.word(describe_unexplained(make_scores(THREE), make_mentions(("丙镇", "criticised"))))
    assert found == "Every unit in 一般 is named in the prose."


def test_criticised_and_praised_is_criticised(make_scores) -> None:
    marked = mark_named(make_scores(THREE), make_mentions(("甲局", "praised"), ("甲局", "criticised")))
    assert marked["named"].to_list() == ["criticised", "not_criticised", "not_criticised"]


@pytest.mark.parametrize(
    ("claim", "rows", "expected"),
    [
        ({"measure": "score_level"}, [("甲局", 70.0, None)] * 1, "is not borne out: too few score 80."),
        ({"measure": "score_level"}, [("甲局", None, "优秀")], "No scores are published, so a claim about their level"),
        ({}, THREE, "No claim about the level of the scores is recorded for this notice."),
        ({"measure": "score_level", "more_than_pct": 70}, THREE, "is not borne out"),
        ({"measure": "score_level", "more_than_pct": 60}, THREE, "can be true of a fixed scale only"),
    ],
)
def test_describe_level(make_scores, leizhou, claim, rows, expected) -> None:
    claims = make_claim(quantifier="大多数", **claim)
    assert expected in leizhou.words.word(describe_level(claims, make_scores(rows), *CUTS))


def test_a_standard_that_most_miss_may_fit_the_tiers(make_scores, leizhou) -> None:
    scores = make_scores([("甲局", 95.0, "优秀"), ("乙局", 75.0, "一般"), ("丙镇", 75.0, "一般")])
    claims = make_claim(measure="upper_tiers", quantifier="大多数", meaning_en="most units are late")
    assert leizhou.words.word(describe_standard(claims, scores)) == (
        "The notice says that most units are late (section 一), and 1 of 3 (33.3%) are 优秀 or better: both can be true."
    )


@pytest.mark.parametrize(
    ("stated", "sentence"),
    [
        (
            {"stated_n": 200, "stated_pct": 99.5},
            "The notice states 200 applications for information and a reply rate of 99.5%. Read as a rate beyond this "
            "period, 199 of 200 would fit any true rate from 97.2% up (exact 95% bound).",
        ),
        (
            {"stated_pct": 100},
            "The notice states that 100% of the applications for information were answered, and not how many there were.",
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
    assert isinstance(plot_named(report.scores, report.mentions, report.reading.notice).draw(report.words), Chart)


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
    assert items[["item", "heading", "n"]].to_numpy().tolist() == [
        ["一", "更新慢", 1],
        ["二", "重视不够", 0],
        ["三", "不全", 5],
    ]
    assert report.claims.empty
    chart = plot_named(report.scores, report.mentions, report.reading.notice).draw(report.words)
    assert isinstance(chart, Chart)
    assert report.words.word(describe_narrative(report.scores, report.mentions, 8)).startswith(
        "The notice criticises 6 units (甲镇 90, 乙镇 89, 丙镇 88, 丁镇 87, 戊镇 86, 己镇 85); 1 in 优秀 and 1 in 一般"
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
    items = list_items(report.reading.notice, report.mentions).drop(columns="n").astype("object")
    assert items.where(items.notna(), None).to_numpy().tolist() == rows
    assert isinstance(plot_named(report.scores, report.mentions, report.reading.notice).draw(report.words), Chart)


def test_nobody_named_draws_nothing(make_notice, make_scores, leizhou) -> None:
    notice = parse_notice(read_document(make_notice([("甲局", 95), ("乙局", 85)])))
    shown = plot_named(make_scores(THREE), make_mentions(), notice).draw(leizhou.words)
    assert shown == Finding("The prose names nobody who has a score, so there is nothing to draw.", "note")


# Quotes


def test_every_recorded_quote_stands_in_the_raw_file(leizhou) -> None:
    for known in (leizhou.claims, leizhou.rules, leizhou.web_columns):
        assert len(known) > 5
        assert known["is_quoted"].all()


def test_a_quote_counts_at_its_place_only_whatever_its_width(tmp_path) -> None:
    lines = (Line("line 1", "答复率 100%"), Line("line 2", "多数单位"))
    document = Document(tmp_path, "", "text", "utf-8", lines)
    known = pd.DataFrame({"quote": ["答复率100%", "多数单位", "无"], "place": ["line 1", "line 1", "Sheet1!B7"]})
    verified = verify_quotes(known, document)
    assert verified["is_quoted"].to_list() == [True, False, False]
    assert verified["line"].to_list() == [1, 1, pd.NA]
