"""Source and year card: what the page says of itself, what was joined, and the sentence that opens a report."""

import pytest

from audit_lib.analysis.overdue import inspect_named
from audit_lib.analysis.source import (
    compare_counts,
    count_matches,
    describe_counts,
    describe_mentions,
    describe_source,
    list_aliases,
    list_mentions,
    trace_source,
)
from audit_lib.analysis.year import describe_year, summarise_year
from audit_lib.display.tables import show
from audit_lib.documents.read import read_document
from audit_lib.notebook.report import open_report
from audit_lib.notices.notice import parse_notice
from audit_lib.tables.units import Registry, resolve_units
from audit_lib.wording.words import Words


def test_leizhou_provenance(leizhou) -> None:
    source = trace_source(leizhou.reading.notice, leizhou.reading.record)
    assert source["document_number"] == "雷府办函〔2018〕35号"
    assert [Words("en").name(source[name]) for name in ("inspected", "issued_on", "published_on")] == [
        "2017-12-20 – 2017-12-28",
        "2018-01-23",
        "2018-01-29",
    ]
    assert source["url"] == "http://www.leizhou.gov.cn/xxgk/zfwj/qtwj/content/post_897666.html"
    assert source["form"] == "abridged transcription"
    assert len(source["sha256"]) == 64


def test_leizhou_joins(leizhou) -> None:
    counts = count_matches(leizhou.scores).set_index("match")
    assert counts["n"].to_dict() == {"exact": 22, "prefix": 31, "alias": 2, "table_only": 1, "list_only": 1}
    assert (counts.at["table_only", "units"], counts.at["list_only", "units"]) == (["监察局"], ["市残联"])
    aliases = list_aliases(leizhou.scores)
    assert dict(zip(aliases["name_in_table"], aliases["name_in_list"], strict=True)) == {
        "食药监局": "市食品药品监督管理局",
        "海洋渔业局": "市海洋与渔业局",
    }


def test_leizhou_counts(leizhou) -> None:
    counts = compare_counts(leizhou.reading.notice)
    assert counts[["part", "stated", "counted"]].to_numpy().tolist() == [
        ["优秀", 8, 8],
        ["良好", 41, 41],
        ["一般", 7, 7],
        ["all_lists", 56, 56],
        ["table", 56, 56],
    ]


def test_leizhou_sentences(leizhou) -> None:
    assert leizhou.words.word(describe_source(leizhou.reading.notice, leizhou.scores)) == (
        "56 score rows and 8 + 41 + 7 = 56 tier entries name 57 units: 55 join (22 exact, 31 after one 市, 2 by alias); "
        "监察局 (80) is in no tier and 市残联 has no score."
    )
    assert leizhou.words.word(describe_year(leizhou.scores)) == (
        "Leizhou 2017: 56 units scored, mean 85.59, median 86 (70–97); 8 优秀, 41 良好, 7 一般; 2 units do not reconcile."
    )


def test_the_prefix_that_joins_took_off_is_read_from_the_names(make_notice, leizhou) -> None:
    notice = parse_notice(read_document(make_notice([("环保局", 90), ("甲镇", 80)], {"优秀": ["区环保局", "甲镇"]})))
    scores = resolve_units(notice, Registry("jia"), "jia", "2017")
    assert leizhou.words.word(describe_source(notice, scores)) == (
        "2 score rows and 2 tier entries name 2 units: 2 join (1 exact, 1 after one 区, 0 by alias); "
        "the two sets agree."
    )


def test_leizhou_year_card(leizhou) -> None:
    named = inspect_named(leizhou.web_columns, leizhou.rules, leizhou.reading.notice.header)
    numbers = summarise_year(leizhou.scores, leizhou.mentions, leizhou.rules, named, top_cut=90, low_cut=80, min_n=8)
    card = numbers.set_index("figure")["value"]
    assert card[["units_named", "units_scored", "not_reconciled", "units_tied", "mixed_ties"]].to_list() == [
        57,
        56,
        2,
        44,
        8,
    ]
    assert card[["tiers_by_rule", "tier_exceptions", "criticised", "praised"]].to_list() == ["51 / 55", 4, 8, 2]
    assert card[["lowest_silent", "rules_with_period", "columns_overdue"]].to_list() == [3, 6, "4 / 7"]
    assert round(card["side_gap"], 4) == -1.4762


def test_year_without_tiers_or_scores(make_scores, leizhou) -> None:
    untiered = make_scores([("甲局", 90, None), ("乙镇", 80, None)])
    assert leizhou.words.word(describe_year(untiered)) == (
        "Leizhou 2017: 2 units scored, mean 85.00, median 85 (80–90); no tiers published."
    )
    unscored = make_scores([("甲局", None, "优秀"), ("乙镇", None, "良好")])
    assert (
        leizhou.words.word(describe_year(unscored))
        == "Leizhou 2017: 2 units named, no scores published; 1 优秀, 1 良好."
    )
    nothing = leizhou.rules.iloc[:0], leizhou.web_columns.iloc[:0]
    card = summarise_year(unscored, leizhou.mentions, *nothing, top_cut=90, low_cut=80, min_n=8).set_index("figure")
    assert card.loc[["mean", "rules_with_period", "columns_overdue"], "value"].isna().all()


def test_leizhou_mentions(leizhou) -> None:
    mentions = list_mentions(leizhou.mentions, leizhou.scores)
    assert len(mentions) == 11
    named = mentions.groupby("sentiment")["unit_name"].agg(lambda names: sorted(set(names))).to_dict()
    assert named == {
        "criticised": sorted(["民政局", "安监局", "海洋渔业局", "白沙镇", "调风镇", "雷高镇", "公用事业局", "水务局"]),
        "praised": sorted(["公安局", "北和镇"]),
    }
    criticised = mentions[mentions["sentiment"] == "criticised"].drop_duplicates("unit_name")
    assert criticised["score"].mean() == 80.4375
    assert criticised["tier"].value_counts().to_dict() == {"良好": 4, "一般": 4}


@pytest.mark.parametrize(
    ("stated", "sentence"),
    [
        ({}, "The notice holds as many units as it states: 优秀 2, 良好 1."),
        (
            {"优秀": 3},
            "The notice states 2 numbers of units and prints another for 1: 优秀 states 3 and holds 2.",
        ),
        (
            {"优秀": None, "良好": 4},
            "The notice states 1 number of units and prints another for 1: 良好 states 4 and holds 1.",
        ),
        (
            {"优秀": None, "良好": None},
            "The notice states no number of units; counted: 优秀 2, 良好 1, all lists 3, score table 1.",
        ),
    ],
    ids=["all agree", "one does not", "one stated", "none stated"],
)
def test_describe_counts(make_notice, leizhou, stated: dict[str, int | None], sentence: str) -> None:
    tiers = {"优秀": ["甲镇", "乙局"], "良好": ["丙局"]}
    notice = parse_notice(read_document(make_notice([("甲镇", 95)], tiers, stated=stated)))
    assert leizhou.words.word(describe_counts(compare_counts(notice))) == sentence


def test_sentences_of_real_notices(leizhou) -> None:
    assert leizhou.words.word(describe_counts(compare_counts(leizhou.reading.notice))) == (
        "The notice holds as many units as it states: 优秀 8, 良好 41, 一般 7, all lists 56, score table 56."
    )
    assert leizhou.words.word(describe_mentions(leizhou.mentions, leizhou.scores)) == (
        "The prose singles out 10 of 57 units: 8 are criticised and 2 are praised; 白沙镇 most often, in 2 places."
    )
    baoshan = open_report("baoshan", "2016")
    assert baoshan.words.word(describe_counts(compare_counts(baoshan.reading.notice))) == (
        "The notice states no number of units; counted: 优秀 10, 良好 15, all lists 25."
    )
    assert baoshan.words.word(describe_mentions(baoshan.mentions, baoshan.scores)) == ""


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        (
            "en",
            "The notice states no number of units; counted: 街镇(园区) 优秀 10, 区级部门 优秀 23, "
            "街镇(园区) 良好 4, 区级部门 良好 13, all lists 50.",
        ),
        (
            "zh",
            "通报没有写明单位数；实计：街镇(园区)优秀10个、区级部门优秀23个、"
            "街镇(园区)良好4个、区级部门良好13个、全部名单50个。",
        ),
    ],
)
def test_lists_of_one_tier_are_told_apart_by_their_labels(language: str, sentence: str) -> None:
    report = open_report("baoshan", "2021", language=language)
    counts = compare_counts(report.reading.notice)
    assert report.words.word(describe_counts(counts)) == sentence
    assert sentence.count(str(show(counts, "counts", report.words).cells.iloc[1, 0])) == 1


@pytest.mark.parametrize(
    ("named", "sentence"),
    [
        (["公安局", "北和镇"], "The prose singles out 2 of 57 units: 2 are praised."),
        (["民政局"], "The prose singles out 1 of 57 units: 1 is criticised."),
        (
            ["白沙镇", "北和镇"],
            "The prose singles out 2 of 57 units: 1 is criticised and 1 is praised; 白沙镇 most often, in 2 places.",
        ),
    ],
    ids=["praise only", "one", "one twice"],
)
def test_describe_mentions(leizhou, named: list[str], sentence: str) -> None:
    mentions = leizhou.mentions[leizhou.mentions["unit_name"].isin(named)]
    assert leizhou.words.word(describe_mentions(mentions, leizhou.scores)) == sentence
