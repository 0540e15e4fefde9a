"""What a reader can do with a page: sort a table, search it, search the index, change the language; and all without."""

import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from PIL import Image

from audit_lib.wording.words import Words

pytest.importorskip("playwright", reason="no playwright: install the dev group")

pytestmark = pytest.mark.slow

SHORT = 15  # rows; a longer table can be sorted
MISSING = ("", *Words("en").blanks)
# Of a table: its headings, and the texts of a column from top to bottom, shown rows only.
READ_COLUMN = """(table, column) => [...table.tBodies[0].rows].filter(row => !row.hidden)
    .map(row => row.cells[column].textContent.trim())"""


def find_long_table(page: Any, site: Path) -> Any:
    """Open the page that lists all units of Leizhou 2017, and give its first table that can be sorted."""
    page.goto((site / "leizhou" / "2017" / "02_distribution.html").as_uri())
    return page.locator("table:has(thead th button)").first


def read_number(text: str) -> float | None:
    plain = text.replace("−", "-").replace(",", "").replace("+", "")
    return float(plain) if plain.lstrip("-").replace(".", "", 1).isdigit() else None


def is_numeric(texts: list[str]) -> bool:
    return all(text in MISSING or read_number(text) is not None for text in texts)


def test_a_long_table_is_sorted_by_a_click_or_a_key_and_back(page: Any, site: Path) -> None:
    table = find_long_table(page, site)
    heads = table.locator("thead th")
    printed = [table.evaluate(READ_COLUMN, column) for column in range(heads.count())]
    numeric = [column for column, texts in enumerate(printed) if any(map(read_number, texts)) and is_numeric(texts)]
    column = numeric[-1]
    head, button = heads.nth(column), heads.nth(column).locator("button")
    assert head.get_attribute("aria-sort") in (None, "none")
    known = sorted(value for text in printed[column] if (value := read_number(text)) is not None)
    unknown = [text for text in printed[column] if read_number(text) is None]
    for press, state, expected in (
        (button.click, "ascending", known),
        (lambda: button.press("Enter"), "descending", known[::-1]),
    ):
        press()
        assert head.get_attribute("aria-sort") == state
        texts = table.evaluate(READ_COLUMN, column)
        assert [read_number(text) for text in texts[: len(known)]] == expected
        assert texts[len(known) :] == unknown, "what is missing stays last"
        assert table.locator("thead th[aria-sort=ascending], thead th[aria-sort=descending]").count() == 1
    button.press("Space")
    assert head.get_attribute("aria-sort") in (None, "none")
    assert [table.evaluate(READ_COLUMN, each) for each in range(heads.count())] == printed


def test_rows_keep_together_when_they_are_sorted(page: Any, site: Path) -> None:
    table = find_long_table(page, site)
    read_rows = "table => [...table.tBodies[0].rows].map(row => row.textContent)"
    before = table.evaluate(read_rows)
    table.locator("thead th button").last.click()
    after = table.evaluate(read_rows)
    assert sorted(after) == sorted(before)


def test_a_page_has_one_search_for_units_and_it_sets_rows_off(page: Any, site: Path) -> None:
    page.goto((site / "leizhou/2017/02_distribution.html").as_uri())
    fields = page.locator("input[type=search]")
    assert fields.count() == 1
    fields.fill("水务局")
    assert "水务局" in page.locator("tr.chosen").first.text_content()
    for path in (site / "louxing/2017-05").glob("0*.html"):
        page.goto(path.as_uri())
        assert page.locator("input[type=search]").count() == 0, "11 units need no search"


def test_a_matrix_shows_scores_for_places_and_sets_a_row_off(page: Any, site: Path) -> None:
    page.goto((site / "louxing/2017-05/05_trends.html").as_uri())
    cell = page.locator(".places td[title]").first
    place, score = cell.text_content(), cell.get_attribute("title")
    switch = page.locator(".tools input[type=checkbox]").first
    switch.check()
    assert (cell.text_content(), cell.get_attribute("title")) == (score, place)
    switch.uncheck()
    assert (cell.text_content(), cell.get_attribute("title")) == (place, score)
    cell.click()
    assert page.locator("tr.chosen").count() == 1
    assert cell.locator("xpath=ancestor::tr").get_attribute("class") == "chosen"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_picture_of_a_figure_is_its_drawing_in_light_colours(page: Any, site: Path, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)
    page.goto((site / "louxing/2017-05/05_trends.html").as_uri())
    link = page.locator("a.png").first
    with page.expect_download() as started:
        link.click()
    assert started.value.suggested_filename == link.get_attribute("download")
    with Image.open(started.value.path(), formats=["PNG"]) as picture:
        pixels = picture.convert("RGB")
    drawing = page.locator("a[download$='.svg']").first.get_attribute("href")
    sides = re.search(r"width='([\d.]+)' height='([\d.]+)'", drawing)
    assert pixels.size == tuple(2 * round(float(each)) for each in sides.groups())
    assert pixels.getpixel((1, 1)) == (255, 255, 255)
    assert (0x57, 0x60, 0x6A) in {colour for _, colour in pixels.getcolors(1 << 20)}, "lines and words are drawn"


def test_a_short_table_has_no_controls(page: Any, site: Path) -> None:
    for path in sorted((site / "leizhou" / "2017").glob("0*.html")):
        page.goto(path.as_uri())
        tables = page.locator("article table:has(thead th button)")
        rows = [tables.nth(number).locator("tbody tr").count() for number in range(tables.count())]
        assert [n for n in rows if n <= SHORT] == [], path.name


def test_without_javascript_a_page_is_whole_and_shows_no_control(browser: Any, site: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    found = [*site.glob("*.html"), site / "leizhou" / "index.html", *sorted((site / "leizhou" / "2017").glob("*.html"))]
    for path in found:
        page.goto(path.as_uri())
        assert page.locator("button:visible, input:visible, select:visible").count() == 0, path.name
        assert page.locator("main").inner_text().strip(), path.name
        hidden = page.locator("article tr[hidden], .dots tr[hidden], #places [hidden]")
        assert hidden.count() == 0, path.name
    context.close()


@pytest.fixture
def index(page: Any, site: Path) -> Any:
    """The index."""
    page.goto((site / "index.html").as_uri())
    return page


FIRST = {
    **dict.fromkeys(("民政", "minzheng", "mzj", "civil affairs", "Civil"), "民政局"),
    **dict.fromkeys(("shuiwu", "Water", "water leizhou", "swj", "雷州 水务"), "水务局"),
    "食品药品监督": "食药监局",  # printed in the lists only
}


def test_the_search_finds_the_right_unit_first(index: Any, site: Path) -> None:
    box, first = index.locator("input[type=search]"), index.locator("#hits a").first
    found = {}
    for typed in FIRST:
        box.fill("")
        box.fill(typed)
        found[typed] = (first.locator(".printed").text_content(), unquote(first.get_attribute("href")))
    assert found == {typed: (unit, f"leizhou/units/{unit}.html") for typed, unit in FIRST.items()}
    first.click()
    index.wait_for_url("**/leizhou/units/**")
    assert "食药监局" in index.locator("h1").text_content()


def test_the_search_counts_what_it_found(index: Any) -> None:
    box, told = index.locator("input[type=search]"), index.locator("#found")
    counts = {}
    for typed in ("食品药品监督", "没有这样的单位", ""):
        box.fill(typed)
        counts[typed] = (index.locator("#hits a:visible").count(), told.text_content())
    words = Words("en")
    assert counts == {
        "食品药品监督": (1, "1 unit found."),
        "没有这样的单位": (0, "Nothing found."),
        "": (0, words("index.search_key")),
    }
    box.fill("镇")
    n = index.locator("#hits li").count()
    assert n > 10
    assert told.text_content() == f"{n} units found."
    box.press("Escape")
    assert (box.input_value(), index.locator("#hits a:visible").count()) == ("", 0)


def test_the_units_of_a_place_are_filtered_by_name_and_group(page: Any, site: Path) -> None:
    page.goto((site / "leizhou" / "index.html").as_uri())
    rows, told = page.locator(".dots tr[data-key]:visible"), page.locator("#shown")
    assert rows.count() == 57
    for typed, unit in (("swj", "水务局"), ("civil", "民政局"), ("市残", "市残联")):
        page.locator("#filter").fill(typed)
        assert unit in rows.first.text_content()
    page.locator("#filter").fill("mzj")
    assert (rows.count(), told.text_content()) == (1, "1 of 57 units")
    page.locator("#filter").fill("")
    for label, n in (("Towns 21", 21), ("Bureaus 36", 36), ("With a mark 14", 14), ("All 57", 57)):
        button = page.get_by_role("button", name=label, exact=True)
        button.click()
        assert (button.get_attribute("aria-pressed"), rows.count()) == ("true", n)
    assert told.text_content() == ""


def test_a_slash_leads_to_the_search_box(index: Any) -> None:
    index.locator("body").press("/")
    assert index.evaluate("document.activeElement.type") == "search"
    assert index.locator("input[type=search]").input_value() == ""


@pytest.mark.parametrize("name", ["index.html", "leizhou/2017/00_year_card.html", "leizhou/2017/03_tiers.html"])
def test_a_page_leads_to_its_twin_in_the_other_language_and_back(page: Any, site: Path, name: str) -> None:
    page.goto((site / name).as_uri())
    stated = page.locator("link[rel=alternate][hreflang=zh]").get_attribute("href")
    link = page.locator("nav a[hreflang=zh]")
    assert (link.get_attribute("href"), link.get_attribute("lang")) == (stated, "zh")
    link.click()
    page.wait_for_url(f"**/zh/{name}")
    assert page.url == (site / "zh" / name).as_uri()
    assert page.locator("html").get_attribute("lang").startswith("zh")
    page.locator("nav a[hreflang=en]").click()
    page.wait_for_url((site / name).as_uri())
    assert page.locator("html").get_attribute("lang") == "en"
