"""Executed notebooks as pages: what a reader, a browser without network and a screen reader find there."""

import base64
import csv
import io
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
import pytest
from fontTools.ttLib import TTFont
from nbformat import NotebookNode, v4

from audit_lib.display import Chart, Finding, show
from audit_lib.errors import AuditError
from audit_lib.fonts import embed_characters
from audit_lib.publishing.index import render_index
from audit_lib.publishing.pages import leave_out, read_headline, render_page, render_period
from audit_lib.publishing.pieces import make_slug
from audit_lib.words import Words

WORDS = Words("en", {"place": "Leizhou", "period": "2017"})
DOT = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=")
ALT = "One dot for each unit; 农业局 & others above 90."
TABLE = pd.DataFrame({"unit_name": ["农业局 & <b>Sons</b>", "白沙镇"], "score": [1234.5, None], "change": [-1.5, 2.0]})
VOID = {"meta", "link", "img", "br", "hr", "input", "source"}
LOADED = {"src", "srcset", "poster", "action", "background", "data"}


@dataclass
class Element:
    """An element of a page, with its text and its ancestors' names."""

    tag: str
    attributes: dict[str, str | None]
    ancestors: tuple["Element", ...]
    text: str = ""


@dataclass
class Page(HTMLParser):
    """A parsed page: its elements in document order."""

    html: str
    elements: list[Element] = field(default_factory=list)
    open: list[Element] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self.feed(self.html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, dict(attrs), tuple(self.open))
        self.elements.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop().tag == tag, f"</{tag}> closes another element"

    def handle_data(self, data: str) -> None:
        for element in self.open:
            element.text += data

    def all(self, tag: str, **attributes: str) -> list[Element]:
        wanted = {name.rstrip("_"): value for name, value in attributes.items()}
        return [each for each in self.elements if each.tag == tag and wanted.items() <= each.attributes.items()]

    def one(self, tag: str, **attributes: str) -> Element:
        [element] = self.all(tag, **attributes)
        return element


def markdown(text: str) -> NotebookNode:
    made: NotebookNode = v4.new_markdown_cell(text)  # type: ignore[no-untyped-call]
    return made


def output(kind: str, data: dict[str, str] | None = None, **fields: Any) -> NotebookNode:
    made: NotebookNode = v4.new_output(kind, data, **fields)  # type: ignore[no-untyped-call]
    return made


def shown(thing: Any) -> NotebookNode:
    """The output that a kernel makes of a thing of ours."""
    if isinstance(thing, Chart):
        data, metadata = thing._repr_mimebundle_()
        return output("execute_result", data, metadata=metadata, execution_count=1)
    return output("execute_result", {"text/plain": repr(thing), "text/html": thing._repr_html_()}, execution_count=1)


def cell(source: str, *things: Any, tags: tuple[str, ...] = ()) -> NotebookNode:
    outputs = [thing if isinstance(thing, NotebookNode) else shown(thing) for thing in things]
    metadata = {"tags": list(tags)} if tags else {}
    made: NotebookNode = v4.new_code_cell(source, outputs=outputs, metadata=metadata)  # type: ignore[no-untyped-call]
    return made


def report(finding: str = "Two of two units agree.") -> list[NotebookNode]:
    """The cells of a small report."""
    return [
        markdown("# Do tiers follow *scores*?\n\nWhy we ask."),
        cell('jurisdiction: str = "nowhere"\nlanguage: str = "en"\ntop_cut: float = 90.0', tags=("parameters",)),
        cell('# Parameters\njurisdiction = "leizhou"\nperiod = "2017"\n', tags=("injected-parameters",)),
        cell("headline(sentence)", Finding(finding, "headline"), tags=("headline",)),
        markdown("## How do they differ?\n\nSee [the year](00_year_card.ipynb)."),
        cell('show(units, "tiers", words)', show(TABLE, "tiers", WORDS)),
        cell("plot_tiers(units)", Chart(DOT, "Tiers", ALT, 760)),
        cell("print(1)\n\nprint(2)", output("stream", name="stdout", text="a < b\n\nc\n")),
        markdown("## What this does not show\n\n## How do they differ?\n\n# Late title"),
    ]


def save_report(folder: Path, cells: list[NotebookNode], name: str = "03_tiers", **metadata: Any) -> Path:
    for number, each in enumerate(cells):
        each.id = f"cell-{number}"
    path = folder / "reports" / "leizhou" / "2017" / f"{name}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    notebook = v4.new_notebook(cells=cells, metadata=metadata)  # type: ignore[no-untyped-call]
    nbformat.write(notebook, path)  # type: ignore[no-untyped-call]
    return path


def render(folder: Path, cells: list[NotebookNode], **metadata: Any) -> Page:
    path = save_report(folder, cells, **metadata)
    render_page(path, path.with_suffix(".html"), WORDS, folder)
    return Page(path.with_suffix(".html").read_text(encoding="utf-8"))


def test_page_loads_nothing(tmp_path: Path) -> None:
    page = render(tmp_path, report())
    loaded = [value for each in page.elements for name, value in each.attributes.items() if name in LOADED]
    assert loaded
    assert all(str(value).startswith("data:") for value in loaded)
    assert not page.all("link") + page.all("script") + page.all("iframe")
    assert "@import" not in page.html
    assert set(re.findall(r"url\(([a-z]+:)", page.html)) == {"data:"}
    assert page.html.count("url(") == 1
    assert not [name for each in page.elements for name in each.attributes if name.startswith("on")]


def test_page_opens_with_its_question_and_finding(tmp_path: Path) -> None:
    page = render(tmp_path, report())
    assert page.one("html").attributes["lang"] == "en"
    assert page.one("title").text == "Do tiers follow scores? Leizhou 2017"
    assert page.one("meta", name="description").attributes["content"] == "Two of two units agree."
    assert page.one("h1").text == "Do tiers follow scores?"
    finding = page.one("p", class_="headline")
    assert finding.text == "Two of two units agree."
    places = [page.elements.index(each) for each in (page.one("h1"), finding, page.one("h2", id="contents"))]
    assert places == sorted(places)
    assert page.html.count("Two of two units agree.") == 2, "in the description and at the top, nowhere else"


def test_links_inside_the_page_lead_somewhere(tmp_path: Path) -> None:
    page = render(tmp_path, report())
    anchors = [each.attributes["id"] for each in page.elements if "id" in each.attributes]
    assert len(anchors) == len(set(anchors)), "two sections of one name have two anchors"
    links = [str(link.attributes["href"]) for link in page.all("a")]
    assert {link[1:] for link in links if link.startswith("#")} <= set(anchors)
    assert "00_year_card.html" in links, "a link to a notebook leads to its page"
    assert [each.text for each in page.all("h2")][-2:] == ["Late title", "How this was made"]


def test_code_is_folded_away(tmp_path: Path) -> None:
    page = render(tmp_path, report())
    folds = page.all("details")
    assert folds
    assert not [fold for fold in folds if "open" in fold.attributes]
    code = [each for each in page.all("code") if any(a.tag == "details" for a in each.ancestors)]
    assert "print(1)\n\nprint(2)" in [each.text for each in code], "as it was written, empty lines too"
    assert "headline(sentence)" in [each.text for each in code]
    assert page.html.count("plot_tiers(units)") == 1
    assert "nowhere" not in page.html, "defaults that were overruled are not shown"
    assert "# Parameters" not in page.html


def test_what_only_a_notebook_needs_stays_there(tmp_path: Path) -> None:
    hint = markdown("Change the parameters above.")
    hint.metadata["tags"] = ["notebook-only"]
    assert "Change the parameters" not in render(tmp_path, [*report(), hint]).html


def test_page_tells_how_it_was_made(tmp_path: Path) -> None:
    made = {"versions": {"pandas": "3.0.1"}, "inputs": {"data/raw/leizhou/2017.txt": "b50ff087"}}
    footer = render(tmp_path, report(), audit=made).one("footer").text
    for fact in ("03_tiers.ipynb", "jurisdiction = 'leizhou'", "top_cut = 90.0", "pandas 3.0.1", "b50ff087"):
        assert fact in footer
    assert str(tmp_path) not in footer
    assert "SHA-256" not in render(tmp_path, report()).one("footer").text, "nothing is said where nothing is recorded"


def test_page_names_its_source(tmp_path: Path) -> None:
    reference = tmp_path / "reference"
    reference.mkdir()
    columns = "publisher,title,document_number,url,inspected_from,inspected_to,issued_on,published_on,form,terms,note"
    values = "市政府,A & B,,http://example.org/?a=1&b=2,,,,2018-01-29,the page,none stated,"
    header = f"notice_id,jurisdiction,period,sha256,{columns}\n"
    (reference / "notices.csv").write_text(f"{header}leizhou-2017,leizhou,2017,{'0' * 64},{values}\n", "utf-8")
    page = render(tmp_path, report())
    assert page.one("a", href="http://example.org/?a=1&b=2").text == "A & B"
    assert "published 2018-01-29" in page.one("footer").text


def test_sections_with_nothing_to_show_are_left_out_and_named() -> None:
    cells = [
        *report()[:4],
        *[markdown("## Who has a tier?\n\nWhy."), cell("plot()", Finding("No tiers.", "note")), cell("show(nothing)")],
        *[markdown("## Who has a score?"), cell("show(empty)"), cell("find(finding)", Finding("All have."))],
        markdown("## What this does not show"),
    ]
    notebook = v4.new_notebook(cells=cells)  # type: ignore[no-untyped-call]
    leave_out(notebook, WORDS)
    assert [each.source for each in notebook.cells[4:]] == [
        *["## Who has a score?", "find(finding)", "Left out, for want of anything to show: Who has a tier?"],
        "## What this does not show",
    ]


@pytest.mark.parametrize("kept", [report(), [markdown("# A title?"), cell("1 + 1")]])
def test_whole_reports_keep_their_sections(kept: list[NotebookNode]) -> None:
    notebook = v4.new_notebook(cells=list(kept))  # type: ignore[no-untyped-call]
    leave_out(notebook, WORDS)
    assert notebook.cells == kept


def test_figure_has_its_alt_text_and_width(tmp_path: Path) -> None:
    image = render(tmp_path, report()).one("img")
    assert image.attributes["alt"] == ALT
    assert image.attributes["width"] == "760"
    assert image.ancestors[-1].tag == "figure"


@pytest.mark.parametrize(
    ("output", "message"),
    [
        (
            output("display_data", {"image/png": "AAAA", "text/plain": "<Figure>"}),
            "cell 10: found a figure without",
        ),
        (output("display_data", {"image/png": "AAAA"}, metadata={"image/png": {"alt": " "}}), "without alt text"),
        (output("display_data", {"image/svg+xml": "<svg/>"}), "a figure as image/svg"),
        (output("error", ename="KeyError", evalue="'score'", traceback=[]), "KeyError: 'score'"),
    ],
)
def test_unfit_output_makes_no_page(tmp_path: Path, output: NotebookNode, message: str) -> None:
    with pytest.raises(AuditError, match=message):
        render(tmp_path, [*report(), cell("plt.show()", output)])
    assert not list(tmp_path.rglob("*.html"))


@pytest.mark.parametrize(
    "text", ["![a map](map.png)", "![a map](https://example.org/map.png)", "![](attachment:a.png)"]
)
def test_image_outside_the_notebook_makes_no_page(tmp_path: Path, text: str) -> None:
    with pytest.raises(AuditError, match="attached to its cell"):
        render(tmp_path, [*report(), markdown(text)])


def test_nothing_in_data_or_text_is_run(tmp_path: Path) -> None:
    attack = '<script>alert(1)</script>" onload="x & <b>bold</b>'
    cells = [
        markdown(f"# Is {attack} safe?\n\n{attack}\n\n[here](javascript:alert(1))"),
        *report(attack)[1:],
        cell("find(x)", Finding(attack)),
        cell("show(x)", show(pd.DataFrame({"unit_name": [attack]}), "tiers", WORDS)),
        cell("show(x)", output("display_data", {"text/html": "&lt;script&gt;alert(2)&lt;/script&gt;"})),
        cell("HTML(x)", output("display_data", {"text/html": "<script>x</script>", "text/plain": "<HTML & object>"})),
        cell("print(x)", output("stream", name="stdout", text=attack)),
        cell(attack),
    ]
    page = render(tmp_path, cells, audit={"versions": {attack: attack}, "inputs": {}})
    assert not page.all("script") + page.all("b")
    assert page.one("p", class_="headline").text == attack
    assert page.one("p", class_="finding").text == attack
    assert "<HTML & object>" in [each.text for each in page.all("pre")], "foreign HTML gives way to its plain text"
    assert not [name for each in page.elements for name in each.attributes if name.startswith("on")]
    assert not [link for link in page.all("a") if str(link.attributes["href"]).startswith("javascript")]


def test_table_keeps_caption_scope_and_names(tmp_path: Path) -> None:
    page = render(tmp_path, report())
    assert page.one("caption").text == "Leizhou 2017: scores by printed tier"
    assert {each.attributes["scope"] for each in page.all("th")} == {"col", "row"}
    assert "农业局 & <b>Sons</b>" in [each.text for each in page.all("th")]
    number = next(each for each in page.all("td") if each.text == "−1.5")
    assert "number" in str(number.attributes["class"]).split()


def test_table_carries_its_values_as_csv(tmp_path: Path) -> None:
    link = render(tmp_path, report()).one("a", download="leizhou-2017-scores-by-printed-tier.csv")
    text = base64.b64decode(str(link.attributes["href"]).partition("base64,")[2]).decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(text))) == [
        ["Unit", "Score", "Change"],
        ["农业局 & <b>Sons</b>", "1234.5", "-1.5"],
        ["白沙镇", "", "2"],
    ]


def test_a_downloaded_table_runs_in_no_spreadsheet(tmp_path: Path) -> None:
    table = pd.DataFrame({"unit_name": ["=1+1", "-甲镇"], "score": [1.0, -2.5]})
    page = render(tmp_path, [*report()[:4], cell("show(x)", show(table, "tiers", WORDS))])
    link = page.one("a", download="leizhou-2017-scores-by-printed-tier.csv")
    text = base64.b64decode(str(link.attributes["href"]).partition("base64,")[2]).decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(text)))[1:] == [["'=1+1", "1"], ["'-甲镇", "-2.5"]]


@pytest.mark.parametrize(("n_columns", "is_wide"), [(2, False), (12, True)])
def test_wide_table_can_be_scrolled_by_keyboard(tmp_path: Path, n_columns: int, is_wide: bool) -> None:
    table = pd.DataFrame({f"column {n}": [n] for n in range(n_columns)})
    page = render(tmp_path, [*report()[:4], cell("show(x)", show(table, "tiers", WORDS))])
    regions = page.all("div", role="region", tabindex="0", **{"aria-label": "Leizhou 2017: scores by printed tier"})
    assert bool(regions) is is_wide


def test_report_without_title_or_headline_is_still_a_page(tmp_path: Path) -> None:
    page = render(tmp_path, [cell("1 + 1", output("execute_result", {"text/plain": "2"}))])
    assert page.one("h1").text == "03_tiers"
    assert not page.all("p", class_="headline")
    assert render(tmp_path, [cell("pass")], title="Who?").one("h1").text == "Who?"


def test_same_reports_give_the_same_bytes(tmp_path: Path) -> None:
    save_report(tmp_path, report())
    folder = tmp_path / "reports"
    first = [path.read_bytes() for path in render_period(folder / "leizhou" / "2017", tmp_path)]
    render_index(folder, tmp_path)
    index = (folder / "index.html").read_bytes()
    assert [path.read_bytes() for path in render_period(folder / "leizhou" / "2017", tmp_path)] == first
    render_index(folder, tmp_path)
    assert (folder / "index.html").read_bytes() == index


def test_neighbours_are_linked_in_order(tmp_path: Path) -> None:
    for name in ("04_groups", "02_distribution", "03_tiers"):
        save_report(tmp_path, report(), name)
    save_report(tmp_path, report(), "03_tiers.failed")
    pages = {
        path.stem: Page(path.read_text("utf-8")) for path in render_period(tmp_path / "reports/leizhou/2017", tmp_path)
    }
    assert list(pages) == ["02_distribution", "03_tiers", "04_groups"], "a failed run makes no page"
    links = {
        name: [(a.attributes["rel"], a.attributes["href"]) for a in page.all("a") if "rel" in a.attributes]
        for name, page in pages.items()
    }
    assert set(links["02_distribution"]) == {("next", "03_tiers.html")}
    assert set(links["03_tiers"]) == {("prev", "02_distribution.html"), ("next", "04_groups.html")}
    assert set(links["04_groups"]) == {("prev", "03_tiers.html")}


def test_headline_is_the_tagged_one(tmp_path: Path) -> None:
    assert read_headline(save_report(tmp_path, report("A < B & C."))) == "A < B & C."
    untagged = [cell("headline(x)", Finding("x", "headline")), cell("find(y)", Finding("y"), tags=("headline",))]
    assert read_headline(save_report(tmp_path, untagged)) is None


def test_file_that_is_no_notebook_is_named(tmp_path: Path) -> None:
    path = tmp_path / "03_tiers.ipynb"
    path.write_text("{", "utf-8")
    with pytest.raises(AuditError, match=r"03_tiers\.ipynb: found .*expected an executed notebook"):
        read_headline(path)


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("Where must the cuts lie?", "where-must-the-cuts-lie"),
        ("优秀 / 良好", "优秀-良好"),
        ("Ａ１", "a1"),
        ("?", "section"),
    ],
)
def test_slugs(text: str, slug: str) -> None:
    assert make_slug(text) == slug


def test_the_first_chart_of_a_period_is_its_cover() -> None:
    folder = Path(__file__).parents[1] / "reports" / "leizhou" / "2017"
    notebook = nbformat.read(folder / "00_year_card.ipynb", as_version=4)
    charts = [
        output.data["image/png"]
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if "image/png" in output.get("data", {})
    ]
    assert (folder / "cover.png").read_bytes() == base64.b64decode(charts[0])


def test_a_page_carries_every_chinese_letter_it_shows(tmp_path: Path) -> None:
    page = render(tmp_path, report("监察局 (80) is in no tier."))
    found = re.search(r"@font-face \{ font-family: 'Page Han'; src: url\(data:font/woff;base64,([^)]+)\)", page.html)
    assert found
    font = TTFont(io.BytesIO(base64.b64decode(found[1])))
    letters = {letter for letter in page.one("body").text if "\u4e00" <= letter <= "\u9fff"}
    assert letters >= set("监察局农业白沙镇")
    assert letters <= {chr(code) for code in font.getBestCmap()}


def test_a_page_without_chinese_carries_no_font() -> None:
    assert embed_characters("<html><body>Towns</body></html>") == ""
