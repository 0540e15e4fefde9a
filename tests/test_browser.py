"""Every page as it is read: by a strict parser, and in a browser on three widths, in the dark, on paper, by keyboard, to
a screen reader, offline.

What is asserted test by test is gathered once: each file is parsed once, and opened in the browser once.
"""

import csv
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, unquote_to_bytes, urlsplit

import pytest

from audit_lib.wording.words import Words

html5lib = pytest.importorskip("html5lib", reason="no html5lib: install the dev group")
axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="no axe-core: install the dev group")

pytestmark = pytest.mark.slow

WIDTHS = (1280, 768, 390)  # of a desktop, a tablet, a phone
MOST_BYTES = 600_000
REPORT = "leizhou/2017/03_tiers.html"
EXTERNAL = ("http", "https", "data", "mailto")
ANYTHING = {"resultTypes": ["violations"]}
CONTRAST = ANYTHING | {"runOnly": ["color-contrast"]}
BUT_CONTRAST = ANYTHING | {"rules": {"color-contrast": {"enabled": False}}}
# Colours do not change with the width, and only colours with the scheme.
LOOKS = (("light", WIDTHS[0], ANYTHING), ("light", WIDTHS[-1], BUT_CONTRAST), ("dark", WIDTHS[0], CONTRAST))
# What stands out of the window, and not in a frame of its own that scrolls.
FIND_OVERFLOW = """() => {
    const width = document.documentElement.clientWidth;
    const scrolls = e => ["auto", "scroll"].includes(getComputedStyle(e).overflowX);
    const isFramed = e => { for (let a = e.parentElement; a; a = a.parentElement) if (scrolls(a)) return true; };
    const out = [...document.body.querySelectorAll("*")].filter(
        e => e.getBoundingClientRect().right > width + 1 && !isFramed(e));
    const wide = document.documentElement.scrollWidth > width ? ["the page"] : [];
    return [...wide, ...out.map(e => `${e.tagName} ${e.className}`)];
}"""
FIND_SHOWN = (
    "selector => [...document.querySelectorAll(selector)].filter(e => e.checkVisibility()).map(e => e.outerHTML)"
)
FIND_STROKES = """() => [...document.querySelectorAll("svg :is(line, path:not(.area))")].map(
    e => [e.tagName, getComputedStyle(e).stroke])"""
FIND_PAPER = "() => getComputedStyle(document.body).backgroundColor"
NOT_ON_PAPER = (
    ".code, #search, .download, .skip, .bar, .contents, :not(th) > button, input, select"  # th > button is a heading
)
# Of each download its table, the last one above it, cell by cell.
READ_TABLES = """() => {
    const tables = [...document.querySelectorAll("table")];
    const above = link => tables.filter(e => e.compareDocumentPosition(link) & Node.DOCUMENT_POSITION_FOLLOWING).at(-1);
    const read = table => [...table.rows].map(row => [...row.cells].map(cell => cell.textContent));
    return [...document.querySelectorAll(".titled a[download]")].map(link => read(above(link)));
}"""


@dataclass
class Document:
    """A page as its file says, parsed to the letter of the standard."""

    path: Path
    errors: list[str]
    ids: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    headings: list[int] = field(default_factory=list)
    title: str = ""
    lang: str = ""

    def __lt__(self, other: "Document") -> bool:
        """Sort by size."""
        return self.path.stat().st_size < other.path.stat().st_size


@dataclass
class Visit:
    """A page as the browser shows it: what overflows, by width; its colour and what axe says, by scheme."""

    messages: list[str] = field(default_factory=list)
    overflow: dict[int, list[str]] = field(default_factory=dict)
    paper: dict[str, str] = field(default_factory=dict)
    violations: dict[str, list[str]] = field(default_factory=dict)
    printed: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def documents(site: Path) -> dict[str, Document]:
    """Every page of the site, by its path."""
    return {page.relative_to(site).as_posix(): parse(page) for page in sorted(site.rglob("[!.]*.html"))}


def parse(path: Path) -> Document:
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    root = parser.parse(path.read_bytes())
    page = Document(
        path, [f"{place} {code} {facts}" for place, code, facts in parser.errors], lang=root.get("lang", "")
    )
    for element in root.iter():
        tag = str(element.tag)
        page.ids += [element.get("id")] if "id" in element.attrib else []
        page.links += [element.get("href")] if "href" in element.attrib else []
        page.headings += [int(tag[1])] if tag in ("h1", "h2", "h3", "h4", "h5", "h6") else []
    page.title = root.findtext("head/title", "").strip()
    return page


@pytest.fixture(scope="module")
def visits(browser: Any, documents: dict[str, Document]) -> Iterator[dict[str, Visit]]:
    """Open pages of each kind in the browser, the largest and the smallest in English, the largest in Chinese.

    axe takes seconds: it looks at the largest in English, and on a phone and in the dark at those with a template of
    their own.
    """
    page = browser.new_page(viewport={"width": WIDTHS[0], "height": 900})
    messages: list[str] = []
    page.on("console", lambda message: messages.append(message.text))
    page.on("pageerror", lambda error: messages.append(str(error)))
    page.on("request", lambda request: messages.append(request.url) if is_remote(request.url) else None)
    found = {}
    for (lang, kind), names in sort_by_kind(documents).items():
        smallest, *_, largest = sorted(names * 2, key=documents.__getitem__)
        has_template = not kind.startswith("0") or largest == REPORT
        looks = LOOKS if has_template else LOOKS[:1]
        found[largest] = visit(page, messages, documents[largest], looks if lang == "en" else ())
        if lang == "en" and smallest != largest:
            found[smallest] = visit(page, messages, documents[smallest], ())
    yield found
    page.close()


def sort_by_kind(documents: dict[str, Document]) -> dict[tuple[str, str], list[str]]:
    """Sort the pages by language and by what they are: the report of a notebook, a notice, a unit, a place, an index."""
    kinds: dict[tuple[str, str], list[str]] = {}
    for name, each in documents.items():
        folder = Path(name).parent.name
        kind = "unit" if folder == "units" else Path(name).name
        kind = "place" if kind == "index.html" and folder not in ("", "zh") else kind
        kinds.setdefault((each.lang, kind), []).append(name)
    return kinds


def visit(
    page: Any, messages: list[str], document: Document, looks: Sequence[tuple[str, int, dict[str, Any]]]
) -> Visit:
    """Open a page, and have axe look at it in these schemes and widths. What it writes and asks for is in `messages`."""
    found = Visit()
    page.emulate_media(media="screen", color_scheme="light")
    page.goto(document.path.as_uri())
    page.evaluate("document.fonts.ready.then(() => null)")
    for width in (*WIDTHS[1:], WIDTHS[0]):
        page.set_viewport_size({"width": width, "height": 900})
        found.overflow[width] = page.evaluate(FIND_OVERFLOW)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        found.paper[scheme] = page.evaluate(FIND_PAPER)
        for width, rules in (look[1:] for look in looks if look[0] == scheme):
            page.set_viewport_size({"width": width, "height": 900})
            found.violations.setdefault(scheme, []).extend(find_violations(page, rules))
    page.emulate_media(media="print")
    found.printed = page.evaluate(FIND_SHOWN, NOT_ON_PAPER)
    found.messages = [*messages]
    messages.clear()
    return found


def is_remote(url: str) -> bool:
    return not url.startswith(("file:", "data:"))


def find_violations(page: Any, rules: dict[str, Any]) -> list[str]:
    """Name what axe finds wrong: the rule, and the element."""
    violations = axe.Axe().run(page, options=rules).response["violations"]
    return [f"{each['id']}: {node['html'][:200]}" for each in violations for node in each["nodes"]]


def test_there_are_pages_of_every_kind(documents: dict[str, Document]) -> None:
    assert {
        "index.html",
        "status.html",
        "leizhou/index.html",
        REPORT,
        "leizhou/2017/07_update_rules.html",
        "louxing/2017-05/05_trends.html",
        "louxing/2017-04/notice.html",
    } <= set(documents)


def test_pages_are_html_without_an_error(documents: dict[str, Document]) -> None:
    assert {name: each.errors for name, each in documents.items() if each.errors} == {}


def test_every_link_leads_somewhere(documents: dict[str, Document]) -> None:
    pages = {each.path: each for each in documents.values()}
    dead = []
    for name, each in documents.items():
        for link in each.links:
            address = urlsplit(link)
            target = (each.path.parent / unquote(address.path)).resolve() if address.path else each.path
            if address.scheme in EXTERNAL:
                continue
            if not target.is_file() or (address.fragment and unquote(address.fragment) not in pages[target].ids):
                dead.append(f"{name}: {link}")
    assert dead == []


def test_no_id_is_given_twice(documents: dict[str, Document]) -> None:
    twice = {name: [id for id, n in Counter(each.ids).items() if n > 1] for name, each in documents.items()}
    assert {name: ids for name, ids in twice.items() if ids} == {}


def test_headings_begin_with_one_h1_and_leave_no_level_out(documents: dict[str, Document]) -> None:
    for name, each in documents.items():
        assert each.headings.count(1) == 1, name
        steps = zip(each.headings, each.headings[1:], strict=False)
        assert [(above, below) for above, below in steps if below > above + 1] == [], name


def test_every_page_has_its_language_and_a_title_of_its_own(documents: dict[str, Document]) -> None:
    assert [name for name, each in documents.items() if not each.lang] == []
    titles = Counter((each.lang, each.title) for each in documents.values())
    assert [title for title, n in titles.items() if n > 1 or not title[1]] == []


def test_pages_are_small(documents: dict[str, Document]) -> None:
    sizes = {name: each.path.stat().st_size for name, each in documents.items()}
    assert {name: size for name, size in sizes.items() if size > MOST_BYTES} == {}


def test_pages_ask_for_nothing_and_break_no_rule_of_their_own(visits: dict[str, Visit]) -> None:
    assert {name: each.messages for name, each in visits.items() if each.messages} == {}


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_stands_out_of_the_window(visits: dict[str, Visit], width: int) -> None:
    assert {name: each.overflow[width] for name, each in visits.items() if each.overflow[width]} == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_barrier(visits: dict[str, Visit], scheme: str) -> None:
    assert {name: each.violations[scheme] for name, each in visits.items() if each.violations.get(scheme)} == {}


def test_pages_are_dark_where_the_reader_prefers_it(visits: dict[str, Visit]) -> None:
    papers = {(each.paper["light"], each.paper["dark"]) for each in visits.values()}
    assert papers == {("rgb(255, 255, 255)", "rgb(20, 23, 27)")}


def test_paper_shows_no_controls(visits: dict[str, Visit]) -> None:
    assert {name: each.printed for name, each in visits.items() if each.printed} == {}


@pytest.mark.parametrize(
    ("name", "tag"), [("index.html", "line"), ("leizhou/units/水务局.html", "line"), ("leizhou/index.html", "path")]
)
def test_grid_axis_and_leader_are_drawn(page: Any, site: Path, name: str, tag: str) -> None:
    page.goto((site / name).as_uri())
    strokes = page.evaluate(FIND_STROKES)
    assert tag in {drawn for drawn, _ in strokes}
    assert [each for each in strokes if each[1] == "none"] == []


@pytest.mark.parametrize("name", ["index.html", "leizhou/index.html", REPORT])
def test_the_first_tab_is_the_skip_link(page: Any, site: Path, name: str) -> None:
    page.goto((site / name).as_uri())
    page.keyboard.press("Tab")
    link = page.locator(":focus")
    assert link.get_attribute("class") == "skip"
    box = link.bounding_box()
    assert (box["x"] >= 0, box["y"] >= 0) == (True, True)
    target = link.get_attribute("href")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{target}")
    page.keyboard.press("Tab")
    inside_or_after = "Node.DOCUMENT_POSITION_FOLLOWING | Node.DOCUMENT_POSITION_CONTAINED_BY"
    place = f"id => document.querySelector(id).compareDocumentPosition(document.activeElement) & ({inside_or_after})"
    assert page.evaluate(place, target)


def test_folds_open_by_keyboard(page: Any, site: Path) -> None:
    page.goto((site / REPORT).as_uri())
    folds = page.locator("details > summary")
    assert folds.count() > 3
    for number, key in ((0, "Enter"), (1, "Space")):
        fold = folds.nth(number)
        fold.focus()
        states = [fold.evaluate("e => e.parentElement.open")]
        for _ in range(2):
            page.keyboard.press(key)
            states.append(fold.evaluate("e => e.parentElement.open"))
        assert states == [False, True, False]


@pytest.mark.parametrize("name", [REPORT, "leizhou/2017/04_groups.html", "louxing/2017-05/05_trends.html"])
def test_a_download_is_the_table_above_it(page: Any, site: Path, name: str) -> None:
    page.goto((site / name).as_uri())
    page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true; })")
    links, shown = page.locator(".titled a[download]"), page.evaluate(READ_TABLES)
    assert len(shown) > 1
    for number, table in enumerate(shown):
        link = links.nth(number)
        content = unquote_to_bytes(link.get_attribute("href").partition(",")[2])
        assert content.startswith(b"\xef\xbb\xbf"), "without the mark of UTF-8, Excel shows Chinese as noise"
        assert list(csv.reader(io.StringIO(content.decode("utf-8-sig")))) == [
            [first, *map(plain, rest)]
            for first, *rest in table  # the first cell names the row
        ]
    with page.expect_download() as started:
        links.first.click()
    saved = Path(started.value.path()).read_bytes()
    assert saved == unquote_to_bytes(links.first.get_attribute("href").partition(",")[2])
    assert started.value.suggested_filename == links.first.get_attribute("download")


def plain(shown: str) -> str:
    """Write a cell as its CSV should: nothing for missing, a number without its comma and with a minus that is one."""
    words = Words("en")
    number = shown.replace("−", "-").replace(",", "")
    is_number = number.lstrip("+-").replace(".", "", 1).isdigit()
    if shown in words.blanks:
        return ""
    return number if is_number else shown.replace("\N{NON-BREAKING HYPHEN}", "-")
