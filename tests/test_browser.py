"""Every page as a browser shows it: on three widths, in the dark, on paper, by keyboard, to a screen reader, offline.

Each page is opened once, and what is found there is asserted test by test.
"""

import base64
import csv
import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

html5lib = pytest.importorskip("html5lib", reason="no html5lib: it is in the dev group")
playwright = pytest.importorskip("playwright.sync_api", reason="no playwright: it is in the dev group")
axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="no axe: it is in the dev group")

pytestmark = pytest.mark.xdist_group("browser")

WIDTHS = (1280, 768, 390)
MOST_BYTES = 600_000
TABLES = "article table"
LOOK = """() => ({
    ids: [...document.querySelectorAll("[id]")].map(e => e.id),
    links: [...document.querySelectorAll("a[href], link[href], area[href]")].map(e => e.getAttribute("href")),
    headings: [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")].map(e => +e.tagName[1]),
    title: document.title,
    lang: document.documentElement.lang,
})"""
# What stands out of the window, and not in a frame of its own that scrolls.
FIND_OVERFLOW = """() => {
    const width = document.documentElement.clientWidth;
    const scrolls = e => ["auto", "scroll"].includes(getComputedStyle(e).overflowX);
    const is_framed = e => { for (let a = e.parentElement; a; a = a.parentElement) if (scrolls(a)) return true; };
    const out = [...document.body.querySelectorAll("*")].filter(
        e => e.getBoundingClientRect().right > width + 1 && !is_framed(e));
    const wide = document.documentElement.scrollWidth > width ? ["the page"] : [];
    return [...wide, ...out.map(e => `${e.tagName} ${e.className}`)];
}"""
FIND_SHOWN = (
    """selector => [...document.querySelectorAll(selector)].filter(e => e.checkVisibility()).map(e => e.outerHTML)"""
)
FIND_PAPER = "() => getComputedStyle(document.body).backgroundColor"
NOT_ON_PAPER = ".code, .download, .skip, .bar, .contents, button, input, select"


@dataclass
class Visit:
    """What was found on a page. `overflow` by width; `violations` of axe's rules in light and dark."""

    path: Path
    ids: list[str]
    links: list[str]
    headings: list[int]
    title: str
    lang: str
    messages: list[str]
    overflow: dict[int, list[str]] = field(default_factory=dict)
    paper: dict[str, str] = field(default_factory=dict)
    violations: dict[str, list[str]] = field(default_factory=dict)
    printed: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[object]:
    """One browser for the module. No longer: while it lives, nothing else in this thread can run an event loop."""
    with playwright.sync_playwright() as driver:
        options = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        browser = driver.chromium.launch(executable_path=chromium, args=options)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def visits(browser, site: Path) -> dict[str, Visit]:
    """Visit every page of the site, by its path."""
    return {page.relative_to(site).as_posix(): visit(browser, page) for page in sorted(site.rglob("[!.]*.html"))}


def visit(browser, path: Path) -> Visit:
    page = browser.new_page(viewport={"width": WIDTHS[0], "height": 900}, color_scheme="light")
    messages: list[str] = []
    page.on("console", lambda message: messages.append(message.text))
    page.on("pageerror", lambda error: messages.append(str(error)))
    page.on("request", lambda request: messages.append(request.url) if is_remote(request.url) else None)
    page.goto(path.as_uri())
    page.evaluate("document.fonts.ready.then(() => null)")
    found = Visit(path, **page.evaluate(LOOK), messages=messages)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        found.overflow[width] = page.evaluate(FIND_OVERFLOW)
    page.set_viewport_size({"width": WIDTHS[0], "height": 900})
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        found.paper[scheme] = page.evaluate(FIND_PAPER)
        found.violations[scheme] = find_violations(page)
    page.emulate_media(media="print")
    found.printed = page.evaluate(FIND_SHOWN, NOT_ON_PAPER)
    page.close()
    return found


def is_remote(url: str) -> bool:
    return not url.startswith(("file:", "data:"))


def find_violations(page) -> list[str]:
    """Name what axe finds wrong: the rule, and the element."""
    violations = axe.Axe().run(page).response["violations"]
    return [f"{each['id']}: {node['html'][:200]}" for each in violations for node in each["nodes"]]


def name_faults(visits: dict[str, Visit], name: str) -> dict[str, object]:
    """Give the pages on which something of a kind was found, with what it is."""
    return {page: found for page, each in visits.items() if (found := getattr(each, name))}


def test_there_are_pages_of_every_kind(visits: dict[str, Visit]) -> None:
    assert {"index.html", "leizhou/2017/00_year_card.html", "louxing/2017-05/05_trends.html"} <= set(visits)


def test_every_link_leads_somewhere(visits: dict[str, Visit]) -> None:
    pages = {each.path: each for each in visits.values()}
    dead = []
    for name, each in visits.items():
        for link in each.links:
            address = urlsplit(link)
            target = (each.path.parent / unquote(address.path)).resolve() if address.path else each.path
            if address.scheme in ("http", "https", "data", "mailto"):
                continue
            if not target.is_file() or (address.fragment and unquote(address.fragment) not in pages[target].ids):
                dead.append(f"{name}: {link}")
    assert dead == []


def test_no_id_is_given_twice(visits: dict[str, Visit]) -> None:
    twice = {name: [id for id, n in Counter(each.ids).items() if n > 1] for name, each in visits.items()}
    assert {name: ids for name, ids in twice.items() if ids} == {}


def test_pages_ask_for_nothing_and_break_no_rule_of_their_own(visits: dict[str, Visit]) -> None:
    assert name_faults(visits, "messages") == {}


def test_headings_begin_with_one_h1_and_leave_no_level_out(visits: dict[str, Visit]) -> None:
    for name, each in visits.items():
        assert each.headings.count(1) == 1, name
        steps = zip(each.headings, each.headings[1:], strict=False)
        assert [(above, below) for above, below in steps if below > above + 1] == [], name


def test_every_page_has_its_language_and_a_title_of_its_own(visits: dict[str, Visit]) -> None:
    assert all(each.lang for each in visits.values())
    titles = Counter(each.title for each in visits.values())
    assert [title for title, n in titles.items() if n > 1 or not title.strip()] == []


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_stands_out_of_the_window(visits: dict[str, Visit], width: int) -> None:
    assert {name: each.overflow[width] for name, each in visits.items() if each.overflow[width]} == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_barrier(visits: dict[str, Visit], scheme: str) -> None:
    assert {name: each.violations[scheme] for name, each in visits.items() if each.violations[scheme]} == {}


def test_pages_are_dark_where_the_reader_prefers_it(visits: dict[str, Visit]) -> None:
    papers = {(each.paper["light"], each.paper["dark"]) for each in visits.values()}
    assert papers == {("rgb(255, 255, 255)", "rgb(21, 24, 28)")}


def test_paper_shows_no_controls(visits: dict[str, Visit]) -> None:
    assert name_faults(visits, "printed") == {}


def test_pages_are_small(visits: dict[str, Visit]) -> None:
    sizes = {name: each.path.stat().st_size for name, each in visits.items()}
    assert {name: size for name, size in sizes.items() if size > MOST_BYTES} == {}


def test_pages_are_html_without_an_error(visits: dict[str, Visit]) -> None:
    errors = {}
    for name, each in visits.items():
        parser = html5lib.HTMLParser()
        parser.parse(each.path.read_bytes())
        errors[name] = [f"{place} {code} {facts}" for place, code, facts in parser.errors]
    assert {name: found for name, found in errors.items() if found} == {}


@pytest.fixture
def page(browser) -> Iterator[object]:
    page = browser.new_page(viewport={"width": WIDTHS[0], "height": 900})
    page.set_default_timeout(10_000)
    yield page
    page.close()


REPORT = "leizhou/2017/03_tiers.html"


@pytest.mark.parametrize("name", ["index.html", REPORT])
def test_the_first_tab_is_the_skip_link(page, site: Path, name: str) -> None:
    page.goto((site / name).as_uri())
    page.keyboard.press("Tab")
    link = page.locator(":focus")
    assert link.get_attribute("class") == "skip"
    box = link.bounding_box()
    assert box["x"] >= 0
    assert box["y"] >= 0
    target = link.get_attribute("href")
    page.keyboard.press("Enter")
    assert urlsplit(page.url).fragment == target.removeprefix("#")
    page.keyboard.press("Tab")
    assert page.evaluate(
        "id => document.querySelector(id).compareDocumentPosition(document.activeElement) & 20", target
    ), "the focus goes on inside what was skipped to, or after it"


def test_folds_open_by_keyboard(page, site: Path) -> None:
    page.goto((site / REPORT).as_uri())
    folds = page.locator("details > summary")
    assert folds.count() > 3
    for number, key in [(0, "Enter"), (1, "Space")]:
        fold = folds.nth(number)
        fold.focus()
        assert not fold.evaluate("e => e.parentElement.open")
        page.keyboard.press(key)
        assert fold.evaluate("e => e.parentElement.open")
        page.keyboard.press(key)
        assert not fold.evaluate("e => e.parentElement.open")


def test_a_download_is_the_table_beside_it(page, site: Path) -> None:
    page.goto((site / REPORT).as_uri())
    links = page.locator("a[download]")
    tables = page.locator(TABLES)
    assert links.count() == tables.count() > 5
    for number in range(links.count()):
        link = links.nth(number)
        with page.expect_download() as started:
            link.click()
        content = Path(started.value.path()).read_bytes()
        assert content == base64.b64decode(link.get_attribute("href").partition("base64,")[2])
        assert content.startswith(b"\xef\xbb\xbf"), "without the mark of UTF-8, Excel shows Chinese as noise"
        rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
        shown = tables.nth(number).evaluate("e => [...e.rows].map(row => [...row.cells].map(cell => cell.textContent))")
        assert rows == [[write_plain(cell) for cell in row] for row in shown]
        assert started.value.suggested_filename.endswith(".csv")


def write_plain(shown: str) -> str:
    """Write a cell as its CSV should: nothing for missing, and no true minus or comma in a number."""
    plain = shown.replace("−", "-")
    if plain == "–":
        return ""
    return plain.replace(",", "") if plain.replace(",", "").lstrip("+-").replace(".", "").isdigit() else shown
