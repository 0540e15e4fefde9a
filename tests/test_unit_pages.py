"""The pages of units: what is kept of a unit, missing stays missing, every value leads to its line."""

from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote

import pytest
from bs4 import BeautifulSoup

from audit_lib.pages.strip_plot import describe_strip, draw_strip
from audit_lib.pages.unit_data import open_place
from audit_lib.pages.unit_page import load_digest, name_pages, render_units
from audit_lib.sources import find_sources
from audit_lib.tables.build import build_tables
from audit_lib.wording.words import Words

PLACES = ("baoshan", "leizhou", "louxing", "ministries")
WORDS = Words("en", {"place": "Leizhou"})


@pytest.fixture(scope="module")
def tree(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The unit pages of all four places."""
    folder = tmp_path_factory.mktemp("reports")
    for place in PLACES:
        render_units(folder, place, data)
    return folder


def read(tree: Path, place: str, slug: str) -> BeautifulSoup:
    return BeautifulSoup((tree / place / "units" / f"{slug}.html").read_text("utf-8"), "html.parser")


def texts(page: BeautifulSoup, selector: str) -> list[str]:
    return [" ".join(each.get_text().split()) for each in page.select(selector)]


def rows(page: BeautifulSoup, section: str) -> list[list[str]]:
    """The rows of the table of a section."""
    table = page.select(f"#{section} ~ .table")[0]
    return [texts(row, "th, td") for row in table.select("tbody tr")]


def hrefs(page: BeautifulSoup, selector: str) -> list[str]:
    return [unquote(str(each["href"])) for each in page.select(selector)]


@pytest.mark.parametrize(
    ("place", "unit", "sentence"),
    [
        ("leizhou", "北和镇", "In 2017 北和镇 scored 90, rank 7–12 of 56, 良好."),
        ("leizhou", "水务局", "In 2017 水务局 scored 93, rank 6 of 56, 良好."),
        ("leizhou", "监察局", "In 2017 监察局 scored 80, rank 49 of 56, and is in no tier list."),
        ("leizhou", "市残联", "In 2017 市残联 is listed as 良好, but not in the score table."),
        (
            "baoshan",
            "区水务局",
            "In 2021 区水务局 is listed as 优秀; no scores are published. It is named in all 2 periods.",
        ),
        (
            "louxing",
            "蛇形山",
            "In 2017-05 蛇形山 scored 86.31, rank 6 of 6 in table 2. It is named in 2 of 3 periods, not in 2016-09.",
        ),
        ("ministries", "商务部", "In 2022 商务部 scored 88.3, rank 1 of 17. It is named in all 3 periods."),
        (
            "ministries",
            "环境保护部",
            "In 2016 环境保护部 scored 74.1, rank 14 of 17. It is named in 1 of 3 periods, not in 2014, 2022.",
        ),
    ],
)
def test_a_page_opens_with_how_the_unit_stood(tree: Path, place: str, unit: str, sentence: str) -> None:
    page = read(tree, place, unit)
    assert texts(page, "h1") == [unit]
    assert texts(page, ".headline") == [sentence]


@pytest.mark.parametrize(
    ("place", "unit", "expected"),
    [
        ("leizhou", "监察局", [["2017", "80", "49 of 56", "13.4", "in no list", "监察局", "table, line 389"]]),
        ("leizhou", "市残联", [["2017", "not in the table", "–", "–", "良好", "市残联", "list, line 63"]]),
        (
            "leizhou",
            "海洋渔业局",
            [
                [
                    *("2017", "87", "24–26 of 56", "56.3", "良好"),
                    *("海洋渔业局, 市海洋与渔业局", "table, line 245, list, line 63"),
                ],
            ],
        ),
        (
            "louxing",
            "蛇形山",
            [
                ["2017-05", "2", "86.31", "6 of 6", "8.3", "not published", "蛇形山", "table, line 18"],
                ["2017-04", "2", "86.67", "6 of 6", "8.3", "not published", "蛇形山", "table, line 18"],
                ["2016-09", "–", "not named", "–", "–", "–", "–", "–"],
            ],
        ),
        (
            "ministries",
            "农业部",
            [
                ["2022", "not named", "–", "–", "–", "–", "–"],
                ["2016", "86.3", "4 of 17", "79.4", "not published", "农业部", "table, line 5"],
                ["2014", "72.3", "8 of 21", "64.3", "not published", "农业部", "table, line 9"],
            ],
        ),
    ],
)
def test_results_of_every_period_and_why_there_is_none(
    tree: Path, place: str, unit: str, expected: list[list[str]]
) -> None:
    assert rows(read(tree, place, unit), "stands") == expected


def test_values_lead_to_their_lines_and_the_page_to_its_place(tree: Path) -> None:
    page = read(tree, "leizhou", "海洋渔业局")
    assert hrefs(page, "#stands ~ .table td a")[:2] == ["../2017/notice.html#L245", "../2017/notice.html#L63"]
    assert hrefs(page, "#mentions ~ .table td a")[0] == "../2017/notice.html#L35"
    assert hrefs(page, "tbody th a")[0] == "../../index.html#leizhou-2017"
    assert hrefs(page, ".trail a") == ["../../index.html", "../../index.html#leizhou", "../../index.html#leizhou-units"]
    anchors = {each["id"] for each in page.select("[id]")}
    assert {link[1:] for link in hrefs(page, ".contents a")} <= anchors


def test_what_the_prose_and_the_checks_say_of_a_unit(tree: Path) -> None:
    page = read(tree, "leizhou", "海洋渔业局")
    assert rows(page, "mentions") == [
        ["2017", "named as an example of a problem", "二", "一", "市海洋与渔业局", "line 35"]
    ]
    assert rows(page, "names") == [
        ["市海洋与渔业局", "2017", "the annex drops 与; the only such name in leizhou-2017; our reading"]
    ]
    assert texts(page, ".problems li") == [
        "2017, to note: 海洋渔业局 in the table is read as 市海洋与渔业局 in the list · line 63"
    ]
    assert texts(page, ".events li") == [
        "By 2019-03-31 海洋渔业局 → 雷州市自然资源局: split into new units "
        "Expected, not seen, so it changes no result; confidence medium. Read here",
        "By 2019-03-31 海洋渔业局 → 雷州市农业农村局: split into new units "
        "Expected, not seen, so it changes no result; confidence medium. Read here",
    ]
    assert texts(page, "article > .note")[-1] == "Left out, for want of anything to show: What did we correct?"


def test_a_problem_is_shown_with_every_unit_that_it_names(tree: Path) -> None:
    shared = "2017, contradiction: at 90, 财政局, 唐家镇, 松竹镇 are 优秀 and 发改局, 杨家镇, 北和镇 are 良好 (9 equal pairs) · line 137"
    named = ["财政局", "唐家镇", "松竹镇", "发改局", "杨家镇", "北和镇"]
    pages = sorted(path.stem for path in (tree / "leizhou" / "units").glob("*.html"))
    assert [name for name in pages if shared in texts(read(tree, "leizhou", name), ".problems li")] == sorted(named)


def test_a_ministry_is_followed_over_an_event(tree: Path) -> None:
    before, after = (read(tree, "ministries", unit) for unit in ("环境保护部", "生态环境部"))
    told = (
        "On 2018-03-17 环境保护部 → 生态环境部: merged into a new unit "
        "Printed national rule; confidence high. a new name and a wider body, so counted as merged Read here"
    )
    assert texts(before, ".events li") == texts(after, ".events li") == [told]
    assert hrefs(before, ".events a")[0] == "生态环境部.html"
    assert hrefs(after, ".events a")[0] == "环境保护部.html"
    assert rows(after, "stands")[0][:3] == ["2022", "69.1", "11 of 17"]


def test_a_correction_is_told(tree: Path) -> None:
    assert texts(read(tree, "louxing", "蛇形山"), ".corrections li") == [
        "2017-04, 得分: printed 86..67, read as 86.67 (two dots typed for one; the mean of the nine village scores in "
        "its row is 86.67, as the score of every other town is the mean of its nine)."
    ]
    assert not read(tree, "louxing", "石井").select(".corrections")


def test_a_strip_shows_every_score_and_says_so() -> None:
    strip = BeautifulSoup(draw_strip([70, 80, 80, 80, 90], 80, "<80>"), "html.parser")
    lines = [(line["x1"], float(str(line["y1"])) - float(str(line["y2"]))) for line in strip.select("line")]
    assert lines == [("2.0%", pytest.approx(0.1)), ("50.0%", pytest.approx(12.1)), ("98.0%", pytest.approx(0.1))]
    assert [(dot["cx"], dot["class"]) for dot in strip.select("circle")] == [("50.0%", ["own"])]
    assert texts(strip, "text") == ["80"]
    assert [svg["aria-label"] for svg in strip.select("svg[role=img]")] == ["<80>"]
    assert describe_strip([70, 80, 80, 80, 90], 80, "2017", WORDS) == (
        "2017: 80 among 5 scores from 70 to 90; 1 higher, 2 equal, 1 lower."
    )


@pytest.mark.parametrize(("scores", "x"), [([88.5], "50.0%"), ([60, 60, 60], "50.0%"), ([0, 100], "2.0%")])
def test_a_strip_of_equal_scores_has_one_place(scores: list[float], x: str) -> None:
    strip = BeautifulSoup(draw_strip(scores, scores[0], ""), "html.parser")
    assert strip.select("circle")[0]["cx"] == x


def test_a_strip_stays_low_where_hundreds_are_tied() -> None:
    strip = BeautifulSoup(draw_strip([100.0] * 500 + [60.0], 60, ""), "html.parser")
    assert float(str(strip.select("svg")[0]["height"])) == 82
    assert len(strip.select("line")) == 2


def test_pages_stay_light_and_load_nothing(tree: Path) -> None:
    for path in tree.glob("*/units/*.html"):
        assert path.stat().st_size < 60_000, path
        page = BeautifulSoup(path.read_text("utf-8"), "html.parser")
        assert not page.select("script, link[rel=stylesheet], iframe, img")


def test_what_a_notice_says_stays_text(make_data: Callable[..., Path], notice_text: Callable[..., str]) -> None:
    names = ["<script>alert(1)</script>局", '"A & B"局', "'onload=x'局", "A-B局", "A·B局"]
    rows = [(name, 80 + number) for number, name in enumerate(names)]
    data = make_data({"jia/2017": notice_text(rows)})
    list(build_tables(data, find_sources(data)))
    tree = data.parent / "reports"
    paths = render_units(tree, "jia", data)
    assert sorted(path.name for path in paths) == [
        *("a-b-局.html", "a-b局-2.html", "a-b局.html", "onload-x-局.html", "script-alert-1-script-局.html"),
    ]
    shown = {texts(BeautifulSoup(path.read_text("utf-8"), "html.parser"), "h1")[0] for path in paths}
    assert shown == {name.replace(" ", "") for name in names}
    for path in paths:
        page = BeautifulSoup(path.read_text("utf-8"), "html.parser")
        assert not page.select("script, [onload]")


def test_every_unit_has_a_page_of_its_own(data: Path) -> None:
    place = open_place(data, "leizhou", WORDS)
    slugs = name_pages(place)
    assert len(set(slugs.values())) == len(slugs) == 57
    assert slugs["leizhou-水务局"] == "水务局"


def test_pages_of_units_that_are_gone_go(data: Path, tmp_path: Path) -> None:
    gone = tmp_path / "louxing" / "units" / "没有了.html"
    gone.parent.mkdir(parents=True)
    gone.write_text("", "utf-8")
    paths = render_units(tmp_path, "louxing", data)
    assert sorted((tmp_path / "louxing" / "units").iterdir()) == sorted(paths)


def test_a_place_without_tables_has_no_units(tmp_path: Path) -> None:
    assert render_units(tmp_path / "reports", "jia", tmp_path) == []
    assert load_digest(tmp_path / "reports", tmp_path, "jia", "en") == {"units": [], "marks": {}}


def test_the_same_tables_give_the_same_bytes(tree: Path, data: Path, tmp_path: Path) -> None:
    first = {path.name: path.read_bytes() for path in (tree / "louxing" / "units").iterdir()}
    assert {path.name: path.read_bytes() for path in render_units(tmp_path, "louxing", data)} == first
