"""The page of a place: the table of its units and their marks, for whatever a notice prints."""

import csv
import io
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote, unquote_to_bytes

import pandas as pd
import pytest
from bs4 import BeautifulSoup

from audit_lib.pages.dot_table import DotTable, build_table
from audit_lib.pages.notice_facts import describe_inspector
from audit_lib.pages.place_page import render_place
from audit_lib.pages.unit_data import open_place, rank_as_printed
from audit_lib.pages.unit_marks import find_exceptions
from audit_lib.sources import find_sources
from audit_lib.tables.build import build_tables
from audit_lib.tables.measures import Measure
from audit_lib.wording.words import Words

MakeData = Callable[..., Path]
WORDS = Words("en", {"place": "Jia"})
Rows = list[tuple[str, float | None, str | None]]


def texts(page: BeautifulSoup, selector: str) -> list[str]:
    return [" ".join(each.get_text().split()) for each in page.select(selector)]


def read(path: Path) -> BeautifulSoup:
    return BeautifulSoup(path.read_text("utf-8"), "html.parser")


@pytest.fixture(scope="module")
def leizhou(site: Path) -> BeautifulSoup:
    return read(site / "leizhou" / "index.html")


def tabulate(data: Path, place: str, period: str) -> DotTable:
    scores = open_place(data, place, "en")
    mine = scores.scores[scores.scores["period"] == period]
    mentions = scores.mentions[scores.mentions["period"] == period]
    return build_table(mine, mentions, WORDS)


@pytest.mark.slow
def test_a_page_opens_with_what_is_known_of_the_notice(leizhou: BeautifulSoup) -> None:
    assert texts(leizhou, ".k") == ["Leizhou (雷州市): open-government inspection (政务公开检查), 2017"]
    assert texts(leizhou, ".facts dt") == ["By whom", "When", "Units", "Source"]
    assert texts(leizhou, ".facts dd")[2] == "57 named: 56 with a score, 56 with a rating, 55 in both lists"
    assert texts(leizhou, ".box")[0].startswith("Read this first. The scores, ratings and annex are copied in full.")


@pytest.mark.slow
def test_units_are_listed_by_rank_with_score_tier_and_marks(leizhou: BeautifulSoup) -> None:
    rows = [texts(row, "th, td") for row in leizhou.select(".dots tbody tr")]
    assert len(rows) == 57
    assert rows[0] == ["1", "Food and Drug 食药监局", "", "97", "excellent", ""]
    assert rows[5] == [
        *("6", "Water Affairs 水务局", "", "93", "good", "90 or more but good named as an example: problems"),
    ]
    assert rows[6][0] == "7="
    assert rows[-1] == [
        *("–", "Disabled Persons' Federation 市残联", "no score in the table", "–", "good"),
        "in one list only: ratings",
    ]
    assert [row[5] for row in rows if row[5].startswith("90")] == [
        *("90 or more but good named as an example: problems", "90 or more but good", "90 or more but good"),
        "90 or more but good named as an example: strengths",
    ]
    places = [str(dot["style"]) for dot in leizhou.select(".track i")]
    assert (places[0], places[5], places[-1]) == ("left:90.0%", "left:76.67%", "left:0.0%")
    assert texts(leizhou, ".ticks span") == ["70", "75", "80", "85", "90", "95", "100"]


@pytest.mark.slow
def test_the_legend_counts_units_and_the_exception(leizhou: BeautifulSoup) -> None:
    assert texts(leizhou, ".leg li") == [
        *("excellent 优秀, 8", "good 良好, 41", "90 or more but good, 4 of the 41", "fair 一般, 7", "not rated, 1"),
    ]


@pytest.mark.slow
def test_everything_can_be_taken_along(leizhou: BeautifulSoup, data: Path) -> None:
    link = str(leizhou.select(".t a[download]")[0]["href"])
    content = unquote_to_bytes(link.partition(",")[2]).decode("utf-8-sig")
    assert content == (data / "processed" / "leizhou" / "scores.csv").read_text("utf-8")
    assert len(list(csv.DictReader(io.StringIO(content)))) == 57


@pytest.mark.slow
def test_every_unit_leads_to_its_page(site: Path) -> None:
    folder = site / "louxing"
    linked = {folder / unquote(str(link["href"])) for link in read(folder / "index.html").select(".dots a")}
    assert len(linked) == 11
    assert linked <= set(folder.glob("units/*.html"))


def test_units_of_one_rank_are_in_the_order_of_the_notice(data: Path) -> None:
    rows = [row for row in tabulate(data, "leizhou", "2017").rows if row.rank == "7="]
    assert [(row.unit_id, row.tier) for row in rows] == [
        *(("leizhou-财政局", "excellent"), ("leizhou-发改局", "good"), ("leizhou-杨家镇", "good")),
        *(("leizhou-唐家镇", "excellent"), ("leizhou-松竹镇", "excellent"), ("leizhou-北和镇", "good")),
    ]


def test_ratings_alone_have_neither_axis_nor_rank(data: Path) -> None:
    table = tabulate(data, "baoshan", "2021")
    assert (table.has_scores, table.has_ranks, table.has_tiers, table.ticks) == (False, False, True, ())
    assert [row.tier for row in table.rows] == ["excellent"] * 33 + ["good"] * 17
    assert {row.left for row in table.rows} == {None}


def test_ranks_alone_lie_on_an_axis_with_the_first_on_the_right(data: Path) -> None:
    table = tabulate(data, "jiangxi", "2024-05")
    assert (table.has_scores, table.has_ranks, table.has_tiers, table.n_marked) == (False, True, False, 0)
    assert [row.rank for row in table.rows][:3] == ["1=", "1=", "3"]
    assert [row.left for row in table.rows][:3] == [100.0, 100.0, 80.0]
    assert table.legend == ()


def test_each_table_of_a_notice_is_ranked_apart(data: Path) -> None:
    table = tabulate(data, "louxing", "2017-05")
    assert [(section.name, len(section.rows)) for section in table.sections] == [("subdistricts", 5), ("towns", 6)]
    assert [row.rank for row in table.sections[1].rows] == ["1", "2", "3", "4", "5", "6"]
    assert (table.has_ties, table.groups) == (False, ())


@pytest.fixture
def make_table(make_scores: Callable[[Rows], pd.DataFrame]) -> Callable[[Rows], DotTable]:
    def make(rows: Rows) -> DotTable:
        scores = make_scores(rows)
        mentions = pd.DataFrame({"sentiment": [], "unit_id": []}, dtype="str")
        return build_table(rank_as_printed(scores, {}), mentions, WORDS)

    return make


def test_three_units_have_no_filter(make_table: Callable[[Rows], DotTable]) -> None:
    table = make_table([("甲局", 90, None), ("乙局", 80, None), ("丙局", 80, None)])
    assert table.is_short
    assert [row.rank for row in table.rows] == ["1", "2=", "2="]


def test_five_hundred_units_are_all_there(make_table: Callable[[Rows], DotTable]) -> None:
    table = make_table([(f"{number}局", 60 + number % 40, "良好") for number in range(500)])
    assert (table.n_units, table.is_short, table.legend) == (500, False, ())


def test_all_tied_have_no_rank(make_table: Callable[[Rows], DotTable]) -> None:
    assert not make_table([(name, 90, "优秀") for name in ("甲局", "乙局", "丙局")]).has_ranks


def test_an_exception_is_ranked_no_lower_than_a_unit_with_a_better_tier(
    make_scores: Callable[[Rows], pd.DataFrame],
) -> None:
    rows: Rows = [("甲局", 95, "优秀"), ("乙局", 93, "良好"), ("丙局", 90, "优秀"), ("丁局", 90, "良好")]
    more: Rows = [(f"{name}局", 85, "良好") for name in "戊己庚辛"]
    found = find_exceptions(make_scores([*rows, *more]))
    assert sorted((unit.rpartition("-")[2], *why) for unit, why in found.items()) == [
        ("丁局", 90.0, "良好"),
        ("乙局", 90.0, "良好"),
    ]
    assert find_exceptions(make_scores(rows)) == {}, "half of the units are no exception"


def test_printed_ranks_count_where_all_are_printed() -> None:
    table = pd.DataFrame(
        {
            "notice_id": [*"aaabbccc"],
            "period": [*"aaabbccc"],
            "unit_id": [*"12312123"],
            "table_no": [1] * 8,
            "rank_printed": pd.array([1, 1, 3, 1, 2, 1, 2, None], dtype="Int64"),
            "rank": pd.array([None, None, None, 1, 1, 1, 2, 2], dtype="Int64"),
        }
    )
    ranked = rank_as_printed(table, {})
    assert ranked["rank"].tolist() == [1, 1, 3, 1, 2, 1, 2, 2]
    assert ranked["n_tied"].tolist() == [2, 2, 1, 1, 1, 1, 2, 2]
    assert ranked["is_printed"].tolist() == [True] * 5 + [False] * 3


def test_units_that_may_be_the_last_of_a_longer_list_have_no_computed_rank() -> None:
    table = pd.DataFrame(
        {"notice_id": ["a", "a"], "period": ["a", "a"], "unit_id": ["1", "2"], "table_no": [1, 1]}
        | {name: pd.array(values, dtype="Int64") for name, values in (("rank_printed", [None] * 2), ("rank", [1, 2]))}
    )
    assert rank_as_printed(table, {"a": Measure(n_ranked=30)})["rank"].isna().all()
    assert rank_as_printed(table, {"a": Measure(n_ranked=30, extent="upper_read")})["rank"].tolist() == [1, 2]


def test_a_notice_without_a_record_has_a_page(make_data: MakeData, notice_text: Callable[..., str]) -> None:
    data = make_data({"jia/2017": notice_text([("甲局", 90), ("乙镇", 85)])})
    list(build_tables(data, find_sources(data)))
    page = read(render_place(data.parent / "reports", "jia", data)[0])
    assert texts(page, "h1") == ["Jia"]
    assert not page.select(".box, script, .find")
    assert texts(page, ".facts dd")[:2] == ["not recorded", "2 towns and bureaus"]
    assert texts(page, "#units ~ .fs") == [], "nobody shares a score"
    assert texts(page, ".k") == ["Jia, 2017"], "its name in Chinese is not recorded"


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "not recorded; published on xnnews.com.cn (the city paper)"),
        ("zh", "未载明；刊于咸宁新闻网"),
    ],
)
def test_a_newspaper_is_no_inspector(data: Path, language: str, said: str) -> None:
    place = open_place(data, "xianning", language)
    assert describe_inspector(place.find_record("2023-06"), Words(language)) == said
