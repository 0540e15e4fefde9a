"""The pages of units: what is kept of a unit, missing stays missing, every value leads to its line."""

from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from audit_lib.display.findings import Finding
from audit_lib.figures.axes import choose_axis
from audit_lib.pages.place_page import load_digest, render_place
from audit_lib.pages.strip_plot import Spot, count_sides, draw_strip
from audit_lib.pages.unit_data import open_place
from audit_lib.pages.unit_finding import Latest, describe_unit
from audit_lib.pages.unit_page import date_notices, name_pages
from audit_lib.sources import find_sources
from audit_lib.tables.build import build_tables
from audit_lib.wording.words import Words

PLACES = ("baoshan", "leizhou", "louxing", "ministries")

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def tree(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pages of all four places and their units."""
    folder = tmp_path_factory.mktemp("reports")
    for place in PLACES:
        render_place(folder, place, data)
    return folder


def read(tree: Path, place: str, slug: str) -> BeautifulSoup:
    return BeautifulSoup((tree / place / "units" / f"{slug}.html").read_text("utf-8"), "html.parser")


def save_report(path: Path, sentence: str, title: str) -> None:
    """Save an executed report with this headline."""
    data = {"text/plain": sentence, "text/html": Finding(sentence, "headline")._repr_html_()}
    output = new_output("execute_result", data, execution_count=1)
    cell = new_code_cell("headline(x)", outputs=[output], metadata={"tags": ["headline"]})
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(new_notebook(cells=[new_markdown_cell(f"# {title}"), cell]), path)


def texts(page: BeautifulSoup, selector: str) -> list[str]:
    return [" ".join(each.get_text().split()) for each in page.select(selector)]


def rows(page: BeautifulSoup) -> list[list[str]]:
    """The rows of the table over all periods."""
    return [texts(row, "th, td") for row in page.select("table.plain tbody tr")]


def hrefs(page: BeautifulSoup, selector: str) -> list[str]:
    return [unquote(str(each["href"])) for each in page.select(selector)]


def test_a_unit_of_which_only_the_name_is_read_has_no_rating(data: Path) -> None:
    place = open_place(data, "leizhou", "zh")
    dossier = next(each for each in place.dossiers if each.name == "北和镇")
    named = dossier.results[0]._replace(score=None, rank=None, tier=None, score_is="unpublished", tier_is="unpublished")
    assert (
        Words("zh").word(describe_unit(dossier, Latest(named, (), None, None)))
        == "通报列有北和镇，没有读到它的得分、档次或名次"
    )


@pytest.mark.parametrize(
    ("place", "unit", "sentence"),
    [
        ("leizhou", "北和镇", "Beihe (北和镇) scored 90, joint 7th of 56, and was rated good (良好)"),
        ("leizhou", "水务局", "Water Affairs (水务局) scored 93, 6th of 56, and was rated good (良好)"),
        ("leizhou", "民政局", "Civil Affairs (民政局) scored 70, last of 56, and was rated fair (一般)"),
        ("leizhou", "监察局", "Supervision (监察局) scored 80, 49th of 56, and is in no rating list"),
        (
            "leizhou",
            "市残联",
            "Disabled Persons' Federation (市残联) was rated good (良好) and is not in the score table",
        ),
        (
            "baoshan",
            "区水务局",
            "Water Affairs (区水务局) was rated excellent (优秀); no scores are published; "
            "only the two best ratings were published",
        ),
        ("louxing", "蛇形山", "Shexingshan (蛇形山) scored 86.31, last of 6"),
        ("ministries", "商务部", "Commerce (商务部) scored 88.3, 1st of 17"),
        ("ministries", "公安部", "Public Security (公安部) scored 60.6, joint last of 17"),
        (
            "ministries",
            "环境保护部",
            "Environmental Protection (环境保护部) scored 74.1, ranked 12th; lower ranks were not published",
        ),
        (
            "ministries",
            "邮政局",
            "Post (邮政局) scored 61.1, 21st of 30; the copy we read holds the first 21 of 30",
        ),
    ],
)
def test_a_page_opens_with_the_result_of_the_unit(tree: Path, place: str, unit: str, sentence: str) -> None:
    assert texts(read(tree, place, unit), "h1") == [sentence]


def test_scores_are_called_what_they_measure(data: Path, tmp_path: Path) -> None:
    place, *_ = render_place(tmp_path, "guangdong", data)
    page = BeautifulSoup(place.read_text("utf-8"), "html.parser")
    assert texts(page, "#units") == ["All 21 cities, by share of clean-air days"]
    assert texts(page, "th.score") == ["Share of clean-air days"]
    page = read(tmp_path, "guangdong", "广州")
    assert texts(page, "h1") == ["Guangzhou (广州) had a share of clean-air days of 33.3%, joint last of 21"]
    assert texts(page, "#periods ~ .scroll thead th") == ["Notice", "Share of clean-air days", "Rank", "Read at"]


@pytest.mark.parametrize(
    ("text", "dated"),
    [
        ("所列省内城市见gd-2017-08；gd-2022-09作广州市", "所列省内城市见2017年8月；2022年9月作广州市"),
        ("gd-2017-08a, my-gd-2017 and other-2017", "gd-2017-08a, my-gd-2017 and other-2017"),
    ],
)
def test_notices_are_named_by_their_dates(text: str, dated: str) -> None:
    assert date_notices(text, "gd", Words("zh")) == dated


def test_a_shared_rank_is_marked(tree: Path) -> None:
    assert texts(read(tree, "ministries", "公安部"), "td.number")[1::2] == ["15= of 17", "6= (list cut)", "13 of 30"]
    assert texts(read(tree, "ministries", "公安部"), "#periods ~ .scroll thead th")[2] == "Printed rank"


def test_a_printed_rank_is_copied_and_a_computed_one_is_ours(data: Path, tmp_path: Path) -> None:
    place, *_ = render_place(tmp_path, "guangdong", data)
    assert texts(BeautifulSoup(place.read_text("utf-8"), "html.parser"), "th.rank") == ["Printed rank"]
    page = read(tmp_path, "guangdong", "江门")
    assert texts(page, ".says p:not(.tag)") == ["Share of clean-air days: 33.3%. Rank 19. table, line 20"]
    assert texts(page, "h1") == ["Jiangmen (江门) had a share of clean-air days of 33.3%, 19th of 21"]
    assert texts(page, "td.number")[1::2][:2] == ["19 of 21", "15= of 21 (ours)"]


@pytest.mark.parametrize(
    ("unit", "bullets"),
    [
        (
            "水务局",
            [
                "Rated excellent (优秀) with a lower score: "
                "Finance (财政局) (90), Tangjia (唐家镇) (90) and Songzhu (松竹镇) (90).",
                "Our copy gives no reason: it does not say how ratings follow from scores.",
            ],
        ),
        (
            "北和镇",
            [
                "Rated excellent (优秀) with the same score: Finance (财政局), Tangjia (唐家镇) and Songzhu (松竹镇).",
                "Our copy gives no reason: it does not say how ratings follow from scores.",
            ],
        ),
        ("食药监局", []),
        ("市残联", []),
    ],
)
def test_bullets_say_who_has_a_better_rating(tree: Path, unit: str, bullets: list[str]) -> None:
    assert texts(read(tree, "leizhou", unit), ".bullets li") == bullets


@pytest.mark.parametrize(
    ("place", "unit", "expected"),
    [
        ("leizhou", "监察局", []),
        (
            "louxing",
            "蛇形山",
            [
                ["May 2017", "towns", "86.31", "6 of 6", "table, line 18"],
                ["April 2017", "towns", "86.67", "6 of 6", "table, line 18"],
                ["September 2016", "not named"],
            ],
        ),
        (
            "ministries",
            "农业部",
            [
                ["2022", "not named"],
                ["2016", "86.3", "4 (list cut)", "table, line 5"],
                ["2014", "72.3", "8 of 30", "table, line 9"],
            ],
        ),
    ],
)
def test_results_of_every_period_and_why_there_is_none(
    tree: Path, place: str, unit: str, expected: list[list[str]]
) -> None:
    assert rows(read(tree, place, unit)) == expected


def test_a_unit_is_shown_with_its_neighbours_above_and_below(tree: Path) -> None:
    page = read(tree, "leizhou", "水务局")
    (said,) = page.select("#place ~ .src")
    assert " ".join(said.get_text().split()) == "Next above: Audit (94). Next below: six units with 90."
    assert hrefs(said, "a") == ["审计局.html"]
    first = read(tree, "leizhou", "食药监局").select_one("#place ~ .src").get_text()
    assert "Next above" not in first
    assert "Next below" in first


def test_what_the_notice_says_is_copied_or_our_summary_and_leads_to_its_lines(tree: Path) -> None:
    page = read(tree, "leizhou", "海洋渔业局")
    copied, ours = page.select(".says")
    assert texts(copied, "p:not(.tag)") == ["Score 87. Rating good. row 25 of the table · rating list, line 63"]
    assert hrefs(copied, "a") == ["../2017/notice.html#L245", "../2017/notice.html#L63"]
    assert "ours" in ours.get_attribute_list("class")
    meaning = "Problems that notices and work orders had pointed out were poorly corrected; the work was passive."
    sentence = "一是重视不够:对通报和交办单指出的问题整改不力,工作被动;举例为市民政局、市安监局、市海洋与渔业局。"
    assert texts(ours, "p, li") == [
        "Our summary, not the notice's words; do not quote it as the government's",
        f"2017: named as an example of a problem. Section 2, item 1 {meaning} {sentence}",
        meaning,
        sentence,
    ]
    assert hrefs(ours, "a") == ["../2017/notice.html#L35"]
    assert hrefs(page, ".trail a") == ["../../index.html", "../index.html"]
    assert texts(page, ".names li") == [
        "Printed as 市海洋与渔业局 (2017): the annex drops 与; the only such name in 2017; our reading"
    ]


def test_a_full_text_has_no_amber_frame(project_data: Path, tmp_path: Path) -> None:
    notices = project_data / "reference" / "notices.csv"
    notices.write_text(notices.read_text("utf-8").replace("abridged transcription", "the page"), "utf-8")
    render_place(tmp_path, "leizhou", project_data)
    page = read(tmp_path, "leizhou", "海洋渔业局")
    assert texts(page, ".says .tag") == ["From the notice", "In the text"]
    assert not page.select(".ours")


def test_only_confirmed_events_are_shown(tree: Path) -> None:
    assert not read(tree, "leizhou", "海洋渔业局").select("#events, .events")
    assert not read(tree, "leizhou", "水务局").select("#events, .events")


def test_a_page_names_the_reports_that_treat_the_unit(tmp_path: Path, data: Path) -> None:
    for name, sentence in (
        ("01_source", "The lists differ."),
        ("03_tiers", "Four were not rated excellent."),
        ("06_narrative", "Half are still rated good."),
        ("07_update_rules", "Water Affairs is named here."),
    ):
        save_report(tmp_path / "leizhou" / "2017" / f"{name}.ipynb", sentence, f"Question {name}?")
    render_place(tmp_path, "leizhou", data)
    found = {unit: read(tmp_path, "leizhou", unit) for unit in ("水务局", "市残联", "北和镇", "司法局")}
    shown = {unit: texts(page, "#reports ~ .why li") for unit, page in found.items()}
    assert shown == {
        "水务局": [
            "Question 03_tiers?90 or more but good: it scored 93.",
            "Question 06_narrative?Named as an example of a problem.",
            "Question 07_update_rules?Water Affairs is named here.",
        ],
        "市残联": ["Question 01_source?In a rating list, not in the score table."],
        "北和镇": [
            "Question 03_tiers?90 or more but good: it scored 90.",
            "Question 06_narrative?Named as an example of a strength.",
        ],
        "司法局": [],
    }
    assert hrefs(found["市残联"], "#reports ~ .why a") == ["../2017/01_source.html"]


def test_of_reports_on_change_a_unit_page_names_the_last(tmp_path: Path, data: Path) -> None:
    for period in ("2016", "2022"):
        save_report(tmp_path / "ministries" / period / "05_trends.ipynb", f"Commerce led until {period}.", "Who moved?")
    render_place(tmp_path, "ministries", data)
    page = read(tmp_path, "ministries", "商务部")
    assert texts(page, "#reports ~ .why li") == ["Who moved? (2022)Commerce led until 2022."]


def test_a_unit_inside_the_name_of_another_is_not_named(
    make_data: Callable[..., Path], notice_text: Callable[..., str]
) -> None:
    data = make_data({"jia/2017": notice_text([("公安局", 90), ("森林公安局", 85), ("民政局", 80)])})
    list(build_tables(data, find_sources(data)))
    tree = data.parent / "reports"
    for name, sentence in (("02_distribution", "森林公安局得分最高"), ("03_tiers", "公安局和森林公安局未获优秀")):
        save_report(tree / "jia" / "2017" / f"{name}.ipynb", sentence, name)
    render_place(tree, "jia", data)
    shown = {unit: texts(read(tree, "jia", unit), "#reports ~ .why li") for unit in ("公安局", "森林公安局", "民政局")}
    second = "03_tiers公安局和森林公安局未获优秀"
    assert shown == {
        "公安局": [second],
        "森林公安局": ["02_distribution森林公安局得分最高", second],
        "民政局": [],
    }


def test_a_ministry_is_followed_over_an_event(tree: Path) -> None:
    before, after = (read(tree, "ministries", unit) for unit in ("环境保护部", "生态环境部"))
    told = (
        "On 17 March 2018 Environmental Protection → Ecology and Environment: merged into a new unit "
        "a new name and a wider body, so counted as merged; read in the reprint at http://hongxingpaper.com/n2588025/n2643309/c8725152/content.html Printed here"
    )
    assert texts(before, ".events li") == texts(after, ".events li") == [told]
    assert hrefs(before, ".events a")[0] == "生态环境部.html"
    assert hrefs(after, ".events a")[0] == "环境保护部.html"
    assert rows(after)[0][:3] == ["2022", "69.1", "10 of 17"]


def test_a_correction_is_told(tree: Path) -> None:
    assert texts(read(tree, "louxing", "蛇形山"), ".corrections li") == [
        "April 2017, 得分: printed 86..67, read as 86.67 (two dots typed for one; the mean of the nine village scores in "
        "its row is 86.67, as the score of every other town is the mean of its nine)."
    ]
    assert not read(tree, "louxing", "石井").select(".corrections")


AXIS = choose_axis([70, 90])


def test_a_strip_shows_every_score_in_its_colour_and_the_outlined_lowest() -> None:
    spots = [Spot(70, "lowest"), Spot(80, "middle"), Spot(80, "best", is_outlined=True), Spot(90, "best")]
    strip = BeautifulSoup(draw_strip(spots, AXIS, "<80>", "A & B 80"), "html.parser")
    dots = [(dot["class"], dot["cx"]) for dot in strip.select("circle")]
    assert dots == [
        *((["best"], "50%"), (["ring"], "50%"), (["lowest"], "4%"), (["middle"], "50%"), (["best"], "96%")),
    ]
    levels = [float(str(dot["cy"])) for dot in strip.select("circle") if dot["cx"] == "50%"]
    assert levels[0] == levels[1] > levels[2]
    assert texts(strip, "text.ink") == ["A & B 80"]
    assert texts(strip, "text.grey") == ["70", "75", "80", "85", "90"]
    assert [svg["aria-label"] for svg in strip.select("svg[role=img]")] == ["<80>"]


def test_a_strip_stays_low_where_hundreds_are_tied() -> None:
    strip = BeautifulSoup(draw_strip([Spot(90, "best")] * 500 + [Spot(70, "lowest")], AXIS, ""), "html.parser")
    assert len(strip.select("circle")) == 501
    assert float(str(strip.select("svg")[0]["style"]).removeprefix("height:").removesuffix("px")) < 260


@pytest.mark.parametrize(("own", "sides"), [(70, (2, 0)), (80, (1, 1)), (90, (0, 2))])
def test_the_scores_above_and_below_are_counted(own: float, sides: tuple[int, int]) -> None:
    assert count_sides([70, 80, 90], own) == sides


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
    paths = [path for path in render_place(tree, "jia", data) if path.parent.name == "units"]
    assert sorted(path.name for path in paths) == [
        *("a-b-局.html", "a-b局-2.html", "a-b局.html", "onload-x-局.html", "script-alert-1-script-局.html"),
    ]
    shown = {texts(BeautifulSoup(path.read_text("utf-8"), "html.parser"), ".trail li:last-child")[0] for path in paths}
    assert "<script>alert(1)</script>Ju" in shown
    for path in paths:
        page = BeautifulSoup(path.read_text("utf-8"), "html.parser")
        assert not page.select("script, [onload]")


def test_every_unit_has_a_page_of_its_own(data: Path) -> None:
    place = open_place(data, "leizhou", "en")
    slugs = name_pages(place)
    assert len(set(slugs.values())) == len(slugs) == 57
    assert slugs["leizhou-水务局"] == "水务局"


def test_a_place_without_tables_has_no_units(tmp_path: Path) -> None:
    assert render_place(tmp_path / "reports", "jia", tmp_path) == []
    assert load_digest(tmp_path / "reports", tmp_path, "jia", "en") == {"units": [], "marks": {}, "card": {}}


def test_the_same_tables_give_the_same_bytes_and_pages_of_units_that_are_gone_go(
    tree: Path, data: Path, tmp_path: Path
) -> None:
    gone = tmp_path / "louxing" / "units" / "没有了.html"
    gone.parent.mkdir(parents=True)
    gone.write_text("", "utf-8")
    paths = render_place(tmp_path, "louxing", data)
    assert len(paths) == 12
    assert sorted(gone.parent.iterdir()) == sorted(paths[1:])
    assert all(path.read_bytes() == (tree / path.relative_to(tmp_path)).read_bytes() for path in paths)
