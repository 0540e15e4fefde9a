"""Executed notebooks as pages: what a reader, a browser without network and a screen reader find there."""

import base64
import csv
import hashlib
import io
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pandas as pd
import pytest
from fontTools.ttLib import TTFont
from nbformat import NotebookNode, v4
from PIL import Image

from audit_lib.display.charts import Chart
from audit_lib.display.findings import Finding
from audit_lib.display.tables import show
from audit_lib.errors import AuditError
from audit_lib.pages.html_parts import choose_language, make_slug
from audit_lib.pages.index import render_index
from audit_lib.pages.report_page import leave_out, render_page, render_period
from audit_lib.pages.report_summary import read_card
from audit_lib.wording.fonts import embed_characters
from audit_lib.wording.words import Words

WORDS = Words("en", {"place": "Leizhou", "period": "2017"})
DOT = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=")
ALT = "One dot for each unit; 农业局 & others above 90."
TABLE = pd.DataFrame({"unit_name": ["农业局 & <b>Sons</b>", "白沙镇"], "score": [1234.5, None], "change": [-1.5, 2.0]})
SOURCES = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))
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
    assert [each.text for each in page.all("h2")][-3:] == ["Late title", "Words used here", "How this was made"]


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


WORDS_OF = {"en": WORDS, "zh": Words("zh", {"place": "雷州市", "period": "2017"})}


def tagged(text: str, tag: str) -> NotebookNode:
    made = markdown(text)
    made.metadata["tags"] = [tag]
    return made


def bilingual(language: str) -> list[NotebookNode]:
    """The cells of a small report in two languages, run in one of them."""
    return [
        markdown("# Who leads? · 谁领先？"),
        *[tagged("Why we ask.", "en"), tagged("为何要问。", "zh")],
        cell(f'language: str = "{language}"\ntop_cut: float = 45.0 * 2', tags=("parameters",)),
        cell("headline(x)", Finding("甲镇", "headline"), tags=("headline",)),
        *[markdown("## How many? · 有多少？"), tagged("All.", "en"), tagged("全部。", "zh")],
        cell("find(x)", Finding("2")),
        *[markdown("## Which years? · 哪些年度？"), tagged("None.", "en"), cell("note(x)", Finding("-", "note"))],
        markdown("## What this does not show · 本报告不能说明什么"),
    ]


@pytest.mark.parametrize(
    ("language", "title", "headings", "left_out", "prose"),
    [
        ("en", "Who leads?", ["How many?", "What this does not show"], "Which years?", ["Why we ask.", "All."]),
        ("zh", "谁领先？", ["有多少？", "本报告不能说明什么"], "哪些年度？", ["为何要问。", "全部。"]),
    ],
)
def test_a_page_is_in_one_language(
    tmp_path: Path, language: str, title: str, headings: list[str], left_out: str, prose: list[str]
) -> None:
    save_report(tmp_path, bilingual(language), "04_groups")
    path = save_report(tmp_path, bilingual(language), title="Who leads? · 谁领先？")
    words = WORDS_OF[language]
    render_page(path, path.with_suffix(".html"), words, tmp_path)
    page = Page(path.with_suffix(".html").read_text("utf-8"))
    assert page.one("h1").text == title
    assert [each.text for each in page.all("h2")] == [words("page.contents"), *headings, words("page.made")]
    contents = [each for each in page.all("a") if any(a.attributes.get("class") == "contents" for a in each.ancestors)]
    assert [each.text for each in contents] == [*headings, words("page.made")]
    texts = [each.text for each in page.all("p") if not each.attributes.get("class")]
    assert texts == [*prose, words("page.left_out", headings=left_out)]
    assert page.all("a", rel="next")[-1].text.endswith(title), "the neighbour is named in the page's language"
    render_index(tmp_path / "reports", tmp_path)
    index = Page((tmp_path / "reports" / "index.html").read_text("utf-8"))
    assert [each.text for each in index.all("p", class_="question")] == [title], "the first of a period leads it"


@pytest.mark.parametrize("language", WORDS_OF)
@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_a_page_holds_nothing_of_another_language(tmp_path: Path, source: Path, language: str) -> None:
    notebook = nbformat.read(source, as_version=4)
    for each in notebook.cells:
        if each.cell_type == "code":
            each.outputs = [shown(Finding("x"))]
    told = {tag: [each for each in notebook.cells if each.metadata.get("tags") == [tag]] for tag in WORDS_OF}
    path = save_report(tmp_path, notebook.cells, source.stem, **notebook.metadata)
    render_page(path, path.with_suffix(".html"), WORDS_OF[language], tmp_path)
    page = Page(path.with_suffix(".html").read_text("utf-8"))
    shown_texts = [each.text for each in page.all("p")]
    for tag, cells in told.items():
        openings = [re.split(r"[`\[]", each.source)[0] for each in cells]
        found = [any(text.startswith(opening) for text in shown_texts) for opening in openings if opening]
        assert found == [tag == language] * len(found)
        assert found
    headings = [page.one("h1").text, *(each.text for each in page.all("h2"))]
    assert not [heading for heading in headings if " · " in heading]


def test_a_notebook_of_one_language_stays_as_it_is() -> None:
    cells = [*report(), markdown("# A · B · C\n\n财政局 · 唐家镇"), tagged("Both.", "kept")]
    both = markdown("In both.")
    both.metadata["tags"] = ["en", "zh"]
    notebook = v4.new_notebook(cells=[*cells, both], metadata={"title": "A"})  # type: ignore[no-untyped-call]
    for language in WORDS_OF:
        choose_language(notebook, language)
        assert notebook.cells == [*cells, both]
        assert [each.source for each in notebook.cells[-3:]] == ["# A · B · C\n\n财政局 · 唐家镇", "Both.", "In both."]
        assert notebook.metadata == {"title": "A"}


def test_figure_has_its_alt_text_and_width(tmp_path: Path) -> None:
    image = render(tmp_path, report()).one("img")
    assert image.attributes["alt"] == ALT
    assert image.attributes["width"] == "760"
    assert "figure" in [each.tag for each in image.ancestors]


def draw(rows: str) -> bytes:
    """A picture of two columns: a row of it for each letter, in black or white."""
    image = Image.new("L", (2, len(rows)))
    image.putdata([255 if row == "w" else 0 for row in rows for _ in range(2)])
    packed = io.BytesIO()
    image.convert("P").save(packed, format="png")
    return packed.getvalue()


VALUES = pd.DataFrame(
    {"Unit": ["农业局 & <b>Sons</b>", "=1+1"], "Score": ["-1.5", ""], "Tier": ["优秀", "8"]}, dtype=object
)
FIGURE = Chart(draw("bbwbwbb"), "A & B <b>agree</b>", ALT, 4, "Where & when", "Source: <i>us</i>.", (2, 5), VALUES)


def test_words_of_a_figure_are_text_and_its_image_is_the_drawing_alone(tmp_path: Path) -> None:
    page = render(tmp_path, [*report()[:4], cell("plot()", FIGURE)])
    figure, image = page.one("figure"), page.one("img")
    assert figure.attributes["id"] == "a-b-b-agree-b"
    assert page.one("figcaption").text == "A & B <b>agree</b> Where & when"
    assert page.one("p", class_="credit").text == "Source: <i>us</i>."
    assert [image.attributes[name] for name in ("alt", "width", "height")] == [ALT, "4", "6"]
    packed = base64.b64decode(str(image.attributes["src"]).partition("base64,")[2])
    assert [list(row) for row in np.asarray(Image.open(io.BytesIO(packed)).convert("L"))] == [
        [255] * 2,
        [0] * 2,
        [255] * 2,
    ]
    assert page.html.count("Where &amp; when") == 1, "nothing is said twice"


def test_data_of_a_figure_folds_out_and_can_be_taken_away(tmp_path: Path) -> None:
    page = render(tmp_path, [*report()[:4], cell("plot()", FIGURE)])
    fold = page.one("details", class_="values")
    inside = [each for each in page.elements if fold in each.ancestors]
    assert [(each.text, each.attributes.get("class")) for each in inside if each.tag in ("th", "td")] == [
        *[("Unit", None), ("Score", "number"), ("Tier", None)],
        *[("农业局 & <b>Sons</b>", None), ("−1.5", "number"), ("优秀", None)],
        *[("=1+1", None), ("–", "number"), ("8", None)],
    ]
    assert [each.text for each in inside if each.tag == "caption"] == ["A & B <b>agree</b>"]
    assert [each.text for each in inside if each.attributes.get("scope") == "row"] == [
        "农业局 & <b>Sons</b>",
        "=1+1",
    ], "a row is named by its first cell"
    link = page.one("a", download="a-b-b-agree-b.csv")
    text = base64.b64decode(str(link.attributes["href"]).partition("base64,")[2]).decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(text))) == [
        ["Unit", "Score", "Tier"],
        ["农业局 & <b>Sons</b>", "-1.5", "优秀"],
        ["'=1+1", "", "8"],
    ]


def test_findings_open_the_page_each_with_what_shows_it(tmp_path: Path) -> None:
    save_report(tmp_path, report("The groups differ."), "04_groups")
    chart, other = Chart(DOT, "A chart of 2 units", ALT, 760), Chart(DOT, "Another", ALT, 760)
    table = show(TABLE, "tiers", WORDS)
    cells = [
        *report("Of 2 units, both agree.")[:4],
        *[markdown("## First?"), cell("plot()", other), cell("find()", Finding("One.")), cell("show()", table)],
        *[markdown("## Second?"), cell("find()", Finding("Two.")), cell("note()", Finding("No.", "note"))],
        *[cell("show()", table), cell("plot()", chart)],
        *[
            markdown("## Third?"),
            cell("find()", Finding("The groups differ.")),
            cell("find()", Finding("Nobody says so.")),
        ],
        *[markdown("## Fourth?"), cell("find()", Finding("Five."))],
    ]
    page = render(tmp_path, cells)
    top = page.one("ul", class_="findings")
    told = [each.text for each in page.all("li") if top in each.ancestors]
    assert told == ["One. Chart", "Two. Table", "The groups differ. Report", "Nobody says so."], "four at most"
    links = [each for each in page.all("a") if page.one("header", id="finding") in each.ancestors]
    assert [(each.attributes["href"], each.attributes.get("aria-label", each.text)) for each in links] == [
        ("#a-chart-of-2-units", "Chart: A chart of 2 units"),
        ("#another", "Chart: Another"),
        ("#leizhou-2017-scores-by-printed-tier-2", "Table: Leizhou 2017: scores by printed tier"),
        ("04_groups.html", "Report: 04 Groups"),
    ]
    anchors = {each.attributes.get("id") for each in page.elements}
    assert {"another", "a-chart-of-2-units", "leizhou-2017-scores-by-printed-tier-2"} <= anchors


def test_a_finding_of_another_report_is_said_once_at_the_top(tmp_path: Path) -> None:
    save_report(tmp_path, report("The groups differ."), "04_groups")
    sentences = ["One.", "Two.", "Three.", "Four.", "Five.", "The groups differ."]
    told = [cell(f"find({each!r})", Finding(each), tags=("lead",)) for each in sentences]
    noted = cell("find(silence)", Finding("No rules.", "note"), tags=("lead",))
    page = render(tmp_path, [*report()[:4], markdown("## What do others find?\n\nIn full:"), *told, noted])
    top = page.one("ul", class_="findings")
    assert [each.text for each in page.all("li") if top in each.ancestors] == [
        *sentences[:-1],
        "The groups differ. Report",
    ], "however many"
    assert [page.html.count(each) for each in sentences] == [1] * 6
    assert [each.text for each in page.all("p") if page.one("article") in each.ancestors] == [
        "Why we ask.",
        "In full:",
        "No rules.",
    ]


def test_a_page_without_findings_opens_with_its_headline_alone(tmp_path: Path) -> None:
    page = render(tmp_path, report()[:5])
    assert not page.all("ul", class_="findings") + page.all("p", class_="shown")


@pytest.mark.parametrize(
    ("column", "n_rows", "n_scripts"), [("unit_name", 15, 0), ("unit_name", 16, 1), ("figure", 16, 0)]
)
def test_only_a_long_table_brings_a_script_and_the_policy_knows_it(
    tmp_path: Path, column: str, n_rows: int, n_scripts: int
) -> None:
    table = pd.DataFrame({column: [f"{n}局" for n in range(n_rows)], "score": [1.0] * n_rows})
    page = render(tmp_path, [*report()[:4], cell("show(x)", show(table, "league", WORDS))])
    scripts = page.all("script")
    policy = str(page.one("meta", **{"http-equiv": "Content-Security-Policy"}).attributes["content"])
    allowed = re.findall(r"'sha256-([^']+)'", policy)
    assert len(scripts) == n_scripts
    assert allowed == [base64.b64encode(hashlib.sha256(each.text.encode()).digest()).decode() for each in scripts]
    assert ("script-src" in policy) is bool(n_scripts)
    assert len(page.all("td")) == n_rows, "without script the table is whole"
    assert not page.all("button") + page.all("input"), "controls come with the script"


def test_marks_of_missing_values_are_explained_below_the_table_and_empty_in_its_csv(tmp_path: Path) -> None:
    table = pd.DataFrame({"unit_name": ["甲局"], "score": [None], "mean": [None]})
    page = render(tmp_path, [*report()[:4], cell("show(x)", show(table, "tiers", WORDS))])
    legend = "–: the notice does not say. n/a: does not apply, or there is nothing to compute it from."
    assert page.one("p", class_="blanks").text == legend
    assert [(each.text, each.attributes["class"]) for each in page.all("td")] == [
        ("–", "text gap"),
        ("n/a", "text gap"),
    ]
    link = page.one("a", download="leizhou-2017-scores-by-printed-tier.csv")
    text = base64.b64decode(str(link.attributes["href"]).partition("base64,")[2]).decode("utf-8-sig")
    assert text.splitlines() == ["Unit,Score,Mean", "甲局,,"]


def test_glossary_explains_the_terms_of_the_page_and_no_others(tmp_path: Path) -> None:
    page = render(tmp_path, report("Hedges' g is 0.2; a 90/80 rule; τ-b 0.6."))
    assert [each.text for each in page.all("dt")][:4] == ["notice (通报)", "tier", "Hedges' g", "Kendall's τ‑b"]
    assert not page.all("details", class_="glossary")[0].attributes.get("open")
    plain = [markdown("# Why?"), cell("headline(x)", Finding("So.", "headline"), tags=("headline",))]
    assert not render(tmp_path, plain).all("details", class_="glossary")


def test_a_hyphen_does_not_part_tau_from_b(tmp_path: Path) -> None:
    page = render(tmp_path, [*report()[:4], cell("find(x)", Finding("τ-b 0.6"))])
    assert page.one("p", class_="finding").text == "τ\N{NON-BREAKING HYPHEN}b 0.6"


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
        cell("plot(x)", Chart(DOT, attack, attack, 760, attack, attack, None, pd.DataFrame({attack: [attack]}))),
        cell("show(x)", show(pd.DataFrame({"unit_name": [attack]}), "tiers", WORDS)),
        cell("show(x)", output("display_data", {"text/html": "&lt;script&gt;alert(2)&lt;/script&gt;"})),
        cell("HTML(x)", output("display_data", {"text/html": "<script>x</script>", "text/plain": "<HTML & object>"})),
        cell("print(x)", output("stream", name="stdout", text=attack)),
        cell(attack),
    ]
    page = render(tmp_path, cells, audit={"versions": {attack: attack}, "inputs": {}})
    assert not page.all("script") + page.all("b")
    assert page.one("p", class_="headline").text == attack
    assert page.all("figcaption")[-1].text == f"{attack} {attack}"
    assert page.all("img")[-1].attributes["alt"] == page.one("p", class_="credit").text == attack
    assert [each.text for each in page.all("th") + page.all("td")].count(attack) == 3
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
    assert read_card(save_report(tmp_path, report("A < B & C."))).headline == "A < B & C."
    untagged = [cell("headline(x)", Finding("x", "headline")), cell("find(y)", Finding("y"), tags=("headline",))]
    assert read_card(save_report(tmp_path, untagged)).headline is None


def test_file_that_is_no_notebook_is_named(tmp_path: Path) -> None:
    path = tmp_path / "03_tiers.ipynb"
    path.write_text("{", "utf-8")
    with pytest.raises(AuditError, match=r"03_tiers\.ipynb: found .*expected an executed notebook"):
        read_card(path)


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
