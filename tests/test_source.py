"""Source and year: who is in the table and in no list, what contradicts itself, and one inspection on one page."""

from collections import Counter

import pandas as pd
import pytest

from audit_lib.analysis.overdue import inspect_named
from audit_lib.analysis.source import (
    compare_counts,
    count_matches,
    describe_apart,
    describe_source,
    describe_totals,
    list_aliases,
    list_apart,
    list_contradictions,
    trace_source,
)
from audit_lib.analysis.year import choose_findings, describe_year, list_parts, list_units, summarise_year
from audit_lib.display.charts import Chart
from audit_lib.display.scene import Dot
from audit_lib.display.tables import show
from audit_lib.documents.read import read_document
from audit_lib.figures.year import plot_year
from audit_lib.notebook.report import Report, open_report
from audit_lib.notices.notice import parse_notice
from audit_lib.tables.check_registry import CHECKS, Outcome
from audit_lib.tables.evidence import Finding
from audit_lib.tables.units import Registry, resolve_units
from audit_lib.wording.words import Words, is_finding, say, say_nothing_found


@pytest.fixture
def read(make_notice):
    """Read a made notice, with its scores table."""

    def read_it(*parts: object, **options: object):
        notice = parse_notice(read_document(make_notice(*parts, **options)))
        return notice, resolve_units(notice, Registry("jia"), "2017")

    return read_it


# Leizhou 2017


def test_leizhou_provenance(leizhou) -> None:
    source = trace_source(leizhou.reading.notice, leizhou.reading.record)
    assert source["document_number"] == "雷府办函〔2018〕35号"
    assert [Words("en").name(source[name]) for name in ("inspected", "issued_on", "published_on")] == [
        "20 December 2017 – 28 December 2017",
        "23 January 2018",
        "29 January 2018",
    ]
    assert source["url"] == "http://www.leizhou.gov.cn/xxgk/zfwj/qtwj/content/post_897666.html"
    assert source["form"] == "abridged transcription"
    assert len(source["sha256"]) == 64


def test_leizhou_joins(leizhou) -> None:
    counts = count_matches(leizhou.scores).set_index("match")
    assert counts["n"].to_dict() == {"exact": 22, "prefix": 31, "alias": 2, "table_only": 1, "list_only": 1}
    assert counts["units"].map(len, na_action="ignore").to_dict() == counts["n"].to_dict(), "every unit is listed"
    assert (counts.at["table_only", "units"], counts.at["list_only", "units"]) == (["监察局"], ["市残联"])
    assert count_matches(leizhou.scores[lambda scores: scores["match"] == "list_only"]).empty
    aliases = list_aliases(leizhou.scores)
    assert dict(zip(aliases["name_in_table"], aliases["name_in_list"], strict=True)) == {
        "食药监局": "市食品药品监督管理局",
        "海洋渔业局": "市海洋与渔业局",
    }


def test_leizhou_sentences(leizhou) -> None:
    notice, scores, words = leizhou.notice, leizhou.scores, leizhou.words.without_glosses()
    assert words.word(describe_source(notice, scores, leizhou.outcomes)) == (
        "The score table and the rating lists differ: no rating for Supervision, no score for Disabled Persons' Federation"
    )
    assert words.word(describe_apart(notice, scores)) == (
        "In one of the two only: Supervision scored 80 and is in no rating list; Disabled Persons' Federation is rated good "
        "and has no score."
    )
    assert words.word(describe_totals(notice, scores)) == (
        "Equal totals are not equal lists: the table and the lists hold 56 units each, but together they name 57."
    )
    assert list_apart(notice, scores)["unit_name"].to_list() == ["监察局", "市残联"]


def test_leizhou_contradictions(leizhou) -> None:
    found = list_contradictions(leizhou.outcomes)
    assert found["line"].to_list() == [389, 63]
    shown = show(found, "contradictions", leizhou.words)
    assert shown is not None
    assert "is in the table but in no rating list" in shown.cells.iloc[0, 0]
    assert "Supervision" in shown.cells.iloc[0, 0], "units are named in English"


# Other notices


TIERS = {"优秀": ["甲镇", "乙局"], "良好": ["丙局"]}


@pytest.mark.parametrize(
    ("rows", "tiers", "headline", "apart"),
    [
        (
            [("甲镇", 95), ("乙局", 92), ("丙局", 85)],
            TIERS,
            "The score table and the rating lists name the same 3 units",
            "",
        ),
        (
            [("甲镇", 95), ("乙局", 92)],
            TIERS,
            "The score table and the rating lists differ: no score for Bing",
            "In one of the two only: Bingju (丙局) is rated good (良好) and has no score.",
        ),
        (
            [("甲镇", 95), ("丁局", 92), ("戊局", 91), ("己局", 90)],
            TIERS,
            "The score table and the rating lists differ: no rating for three units, no score for two units",
            "In one of the two only: 3 units with a score and no rating, 2 units with a rating and no score; they are "
            "listed in a table below.",
        ),
    ],
    ids=["agree", "one", "many"],
)
def test_table_and_lists(read, leizhou, rows, tiers, headline: str, apart: str) -> None:
    notice, scores = read(rows, tiers)
    said = leizhou.words.without_glosses().word(describe_source(notice, scores, ()))
    assert said.replace("Bingju", "Bing") == headline
    assert Words("en").word(describe_apart(notice, scores)) == apart


def test_a_prefix_is_no_difference(read, leizhou) -> None:
    notice, scores = read([("环保局", 90), ("甲镇", 80)], {"优秀": ["区环保局", "甲镇"]})
    assert leizhou.words.word(describe_source(notice, scores, ())) == (
        "The score table and the rating lists name the same 2 units"
    )
    assert leizhou.words.word(describe_totals(notice, scores)) == "Totals: the table and the lists hold 2 units each."


@pytest.mark.parametrize(
    ("stated", "sentence"),
    [
        ({}, "Totals: the table holds 1 unit, the lists 3; together they name 3."),
        ({"优秀": 3}, "Stated and counted differ: excellent (优秀), stated 3, counted 2."),
        (
            {"优秀": 3, "良好": 4},
            "Stated and counted differ: excellent (优秀), stated 3, counted 2; good (良好), stated 4, counted 1.",
        ),
    ],
)
def test_describe_totals(read, stated: dict[str, int], sentence: str) -> None:
    notice, scores = read([("甲镇", 95)], TIERS, stated=stated)
    assert Words("en").word(describe_totals(notice, scores)) == sentence


def test_lists_of_one_tier_have_their_labels() -> None:
    report = open_report("baoshan", "2021")
    counts = compare_counts(report.notice)
    assert [report.words.without_glosses().word(part) for part in counts["part"]] == [
        "街镇(园区) excellent",
        "区级部门 excellent",
        "街镇(园区) good",
        "区级部门 good",
        "all lists",
    ]
    assert counts["counted"].to_list() == [10, 23, 4, 13, 50]
    assert describe_totals(report.notice, report.scores) is None


@pytest.fixture(scope="module")
def louxing() -> Report:
    return open_report("louxing", "2017-05")


def test_a_notice_with_only_one_of_the_two_has_its_contradictions_to_report(louxing) -> None:
    notice, scores = louxing.notice, louxing.scores
    silent = describe_source(notice, scores, louxing.outcomes)
    assert not is_finding(silent)
    assert louxing.words.word(silent) == "The notice publishes scores and no ratings to compare them with."
    named = describe_source(notice, scores.assign(score=float("nan"), rank_printed=pd.NA), ())
    assert louxing.words.word(named) == "Nothing but the names of the units was read from the notice."
    gap = next(check for check in CHECKS if check.name == "serial_gap")
    outcomes = (Outcome(gap, True, (Finding({"before": 3, "after": 5}),)),)
    assert louxing.words.word(describe_source(notice, scores, outcomes)) == (
        "The notice contradicts itself in one place: 序号 goes from 3 to 5"
    )
    twice = (Outcome(gap, True, (Finding({"before": 3, "after": 5}), Finding({"before": 7, "after": 9}))),)
    assert louxing.words.word(describe_source(notice, scores, twice)) == (
        "The notice contradicts itself in two places; the first: 序号 goes from 3 to 5"
    )


# The year card


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ([("甲局", 90, None), ("乙镇", 80, None)], "2 towns and bureaus scored from 80 to 90"),
        ([("甲局", 90, None), ("乙镇", 90, None)], "2 towns and bureaus scored 90"),
        (
            [("甲局", 90, "优秀"), ("乙镇", 80, "优秀")],
            "2 towns and bureaus scored from 80 to 90; all were rated excellent",
        ),
        (
            [("甲局", 90, "优秀"), ("乙镇", 80, "良好"), ("丙镇", 82, "良好")],
            "3 towns and bureaus scored from 80 to 90; most were rated good",
        ),
        (
            [("甲局", 90, "优秀"), ("乙镇", 80, None), ("丙镇", 82, None)],
            "3 towns and bureaus scored from 80 to 90; one was rated excellent",
        ),
        ([("甲局", None, "优秀"), ("乙镇", None, "优秀")], "All 2 towns and bureaus were rated excellent"),
        (
            [("甲局", None, "优秀"), ("乙镇", None, "良好"), ("丙镇", None, "良好")],
            "3 towns and bureaus were rated, most of them good",
        ),
        ([("甲局", None, "优秀"), ("乙镇", None, "良好")], "2 towns and bureaus were rated, 1 of them excellent"),
    ],
)
def test_describe_year(make_scores, leizhou, rows, sentence: str) -> None:
    assert leizhou.words.without_glosses().word(describe_year(make_scores(rows))) == sentence


def test_ranks_of_several_tables_have_a_first_each(make_scores, leizhou) -> None:
    scores = make_scores([("甲局", None, None), ("乙镇", None, None), ("丙镇", None, None)])
    scores["table_no"], scores["rank_printed"] = [1, 1, 2], pd.array([1, 2, 1], dtype="Int64")
    sentence = "The ranks of 3 towns and bureaus are listed in two tables; Jiaju and Bingzhen came first in theirs"
    assert leizhou.words.without_glosses().word(describe_year(scores)) == sentence


@pytest.mark.parametrize(
    ("ranks", "sentence"),
    [
        ([1, 2, 3], "Of 3 towns and bureaus, Jiaju came first"),
        ([1, 1, 3], "Of 3 towns and bureaus, Jiaju and Yizhen came first"),
        ([1, 1, 1], "Of 3 towns and bureaus, 3 share the first place"),
        ([None] * 3, "No scores, ratings or ranks were read for the 3 towns and bureaus named"),
    ],
)
def test_ranks_alone(make_scores, leizhou, ranks, sentence: str) -> None:
    scores = make_scores([("甲局", None, None), ("乙镇", None, None), ("丙镇", None, None)])
    scores["rank_printed"] = scores["rank_printed"].astype("Int64").mask([True] * 3, ranks)
    said = describe_year(scores)
    assert leizhou.words.without_glosses().word(said) == sentence
    assert is_finding(said), "a notice without findings would have no page"


def test_leizhou_year(leizhou) -> None:
    scores = leizhou.scores
    assert leizhou.words.without_glosses().word(describe_year(scores)) == (
        "56 towns and bureaus scored from 70 to 97; most were rated good"
    )
    chart = plot_year(scores).draw(leizhou.words)
    assert isinstance(chart, Chart)
    assert chart.title == "40 of 56 scored units were rated good"
    assert len(chart.data) == 56
    assert chart.wide is not None
    dots = [mark for mark in chart.wide.marks if isinstance(mark, Dot)]
    assert Counter(dot.colour for dot in dots) == {"best": 8, "middle": 40, "lowest": 7, "unrated": 1}
    rows = {
        colour: (min(ys), max(ys))
        for colour in ("best", "middle", "lowest", "unrated")
        if (ys := [dot.y for dot in dots if dot.colour == colour])
    }
    assert rows["best"][1] < rows["middle"][0] < rows["middle"][1] < rows["lowest"][0] < rows["unrated"][0]
    assert chart.alt == (
        "Dot strips of the scores of 56 units, one strip for each rating. Excellent 优秀, 8, from 90 to 97; Good 良好, 40, "
        "from 81 to 93; Fair 一般, 7, from 70 to 78.5; Not rated, 1, at 80."
    )


def test_what_is_not_published_has_no_figure(louxing) -> None:
    named = inspect_named(louxing.web_columns, louxing.rules, louxing.header)
    card = summarise_year(louxing.notice, louxing.scores, louxing.mentions, louxing.rules, named, [], (90, 80))
    assert card.empty
    assert list_units(louxing.scores).empty


def test_without_scores_all_units_are_listed_by_rating_or_rank() -> None:
    baoshan, jiangxi = open_report("baoshan", "2021"), open_report("jiangxi", "2024-05")
    rated = list_units(baoshan.scores)
    assert rated[["tier", "n"]].to_numpy().tolist() == [["优秀", 33], ["良好", 17]]
    assert [units[:2] for units in rated["units"]] == [["吴淞街道", "大场镇"], ["高境镇", "区科创委(投促办)"]]
    chart = plot_year(baoshan.scores).draw(baoshan.words)
    assert isinstance(chart, Chart)
    assert chart.title == "33 of the 50 units listed were rated excellent"
    assert [dot.colour for dot in chart.wide.of(Dot)] == ["best"] * 33 + ["middle"] * 17
    ranked = list_units(jiangxi.scores)
    assert ranked["rank"].to_list() == [1, 3, 4, 5, 6, 7, 11]
    assert ranked["units"].to_list()[::6] == [["景德镇市", "赣州市"], ["萍乡市"]]
    assert plot_year(jiangxi.scores).draw(jiangxi.words) is None
    for report in (baoshan, jiangxi):
        named = inspect_named(report.web_columns, report.rules, report.header)
        assert summarise_year(report.notice, report.scores, report.mentions, report.rules, named, [], (90, 80)).empty


def test_the_first_three_findings_are_chosen() -> None:
    found = say("distribution.one_score")
    nothing = say_nothing_found("distribution.no_scores")
    chosen = choose_findings(tiers=nothing, groups=found, narrative=found, source=found, distribution=found)
    assert [Words("en").word(each).partition(":")[0] for each in chosen] == ["Groups", "Examples", "Table and lists"]
    assert choose_findings(tiers=nothing) == []


def test_other_figures_of_each_unit_are_listed_under_their_headings(leizhou) -> None:
    report = open_report("louxing", "2017-05")
    parts = list_parts(report.notice, report.scores)
    assert list(parts) == ["unit_name", "物业扣分", "物业得分", "社区扣分", "社区得分", "环境卫生", "城市管理"]
    assert parts.iloc[0].to_list() == ["乐坪", 3.4, 36.6, 8.6, 21.4, 58.0, 27.84]
    assert len(parts) == 5, "the table of towns has remarks alone"
    assert list_parts(leizhou.notice, leizhou.scores).empty
