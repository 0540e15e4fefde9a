"""Executed notebooks as pages: what a reader, a browser without network and a screen reader find there."""

import base64
import csv
import hashlib
import io
import json
import re
import shutil
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

import nbformat
import pandas as pd
import pytest
from bs4 import BeautifulSoup
from fontTools.ttLib import TTFont
from nbformat import NotebookNode, v4

from audit_lib.display.charts import Chart, Key
from audit_lib.display.findings import Bullets, Finding
from audit_lib.display.scene import Dot, Label, Scene
from audit_lib.display.tables import show
from audit_lib.errors import AuditError
from audit_lib.pages.glossary import list_terms, read_text
from audit_lib.pages.html_parts import choose_language, make_slug, mark_han
from audit_lib.pages.index import render_index
from audit_lib.pages.report_page import render_page, render_period
from audit_lib.pages.report_summary import read_card
from audit_lib.wording.fonts import embed_characters
from audit_lib.wording.words import Words

FACTS = {"place": "Leizhou", "period": "2017", "subject": "open-government inspection"}
WORDS = Words("en", FACTS)
DOT = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=")
ALT = "One dot for each unit; 农业局 & others above 90."
TABLE = pd.DataFrame({"unit_name": ["农业局 & <b>Sons</b>", "白沙镇"], "score": [1234.5, None], "change": [-1.5, 2.0]})
SOURCES = sorted((Path(__file__).parents[1] / "notebooks").glob("[0-9]*.ipynb"))
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

    def scripts(self) -> list[Element]:
        """The scripts that run; data for them is none."""
        return [each for each in self.all("script") if each.attributes.get("type") != "application/json"]

    def inside(self, tag: str, of: Element) -> list[Element]:
        return [each for each in self.all(tag) if of in each.ancestors]

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
    assert not page.all("link") + page.all("iframe")
    assert not [each for each in page.all("script") if "src" in each.attributes]
    assert "@import" not in page.html
    assert set(re.findall(r"url\(([a-z]+:)", page.html)) == {"data:"}
    assert page.html.count("url(") == 1
    assert not [name for each in page.elements for name in each.attributes if name.startswith("on")]


def test_page_opens_with_its_question_and_finding(tmp_path: Path) -> None:
    bullets = Bullets(("The two: A and B.",), ("<strong>The two:</strong> A and B.",))
    box = Finding("Read this first.", "box", '<strong>Read this first.</strong> <a href="notice.html#copy">How</a>')
    cells = [*report(), cell("bullets(x)", bullets, tags=("bullets",)), cell("box(x)", box, tags=("box",))]
    page = render(tmp_path, cells)
    assert page.one("html").attributes["lang"] == "en"
    assert page.one("title").text == "Do tiers follow scores? Leizhou 2017"
    assert page.one("meta", name="description").attributes["content"] == "Two of two units agree."
    assert page.one("p", class_="k").text == "Do tiers follow scores?"
    assert page.one("h1").text == "Two of two units agree."
    opening = [page.one("h1"), page.one("li", class_="bullet"), page.one("p", class_="box"), page.one("figure")]
    places = [page.elements.index(each) for each in opening]
    assert places == sorted(places)
    assert [each.text for each in page.all("strong")] == ["The two:", "Read this first."]


def test_links_inside_the_page_lead_somewhere(tmp_path: Path) -> None:
    page = render(tmp_path, report())
    anchors = [each.attributes["id"] for each in page.elements if "id" in each.attributes]
    assert len(anchors) == len(set(anchors)), "two sections of one name have two anchors"
    links = [str(link.attributes["href"]) for link in page.all("a")]
    assert {link[1:] for link in links if link.startswith("#")} <= set(anchors)
    assert "00_year_card.html" in links, "a link to a notebook leads to its page"


def test_all_but_the_finding_is_in_closed_parts(tmp_path: Path) -> None:
    more = cell("show(more)", show(TABLE, "groups", WORDS), tags=("more",))
    method = cell("find(x)", Finding("A test."), tags=("method",))
    page = render(tmp_path, [*report(), more, method])
    parts = page.all("details", class_="part") + page.all("details", class_="part made")
    assert [each.attributes["id"] for each in sorted(parts, key=page.elements.index)] == [
        "tables",
        "how",
        "made",
        "cite",
    ]
    assert not [fold for fold in page.all("details") if "open" in fold.attributes]
    tables, how = page.one("details", id="tables"), page.one("details", id="how")
    assert next(each.text for each in page.inside("caption", tables)) == WORDS("captions.groups")
    assert "A test." in [each.text for each in page.inside("p", how)]
    assert "Why we ask." in [each.text for each in page.inside("p", how)]
    open_tables = [each for each in page.all("table") if not any(a.tag == "details" for a in each.ancestors)]
    assert len(open_tables) == 1


def test_a_question_is_shown_with_its_answer(tmp_path: Path) -> None:
    unanswered, answered = markdown("## Did it rise? · 上升了吗？"), markdown("## Who moved? · 谁变了？")
    for question in (unanswered, answered):
        question.metadata["tags"] = ["question"]
    page = render(tmp_path, [*report(), unanswered, answered, cell("show(x)", show(TABLE, "groups", WORDS))])
    assert [each.text for each in page.all("p", class_="k")][1:] == ["Who moved?"]


def test_all_code_is_behind_one_switch(tmp_path: Path) -> None:
    page = render(tmp_path, report())
    fold = page.one("details", class_="code")
    assert [each.text for each in page.inside("summary", fold)] == ["Show code"]
    code = [each.text for each in page.inside("code", fold)]
    assert "print(1)\n\nprint(2)" in code, "as it was written, empty lines too"
    assert "headline(sentence)" in code
    assert page.html.count("plot_tiers(units)") == 1
    assert "nowhere" not in page.html, "defaults that were overruled are not shown"
    assert "# Parameters" not in page.html


def test_what_only_a_notebook_needs_stays_there(tmp_path: Path) -> None:
    hint = markdown("Change the parameters above.")
    hint.metadata["tags"] = ["notebook-only"]
    assert "Change the parameters" not in render(tmp_path, [*report(), hint]).html


def test_page_tells_how_it_was_made(tmp_path: Path) -> None:
    made = {"versions": {"pandas": "3.0.1"}, "inputs": {"data/raw/leizhou/2017.txt": "e9df53f5"}}
    footer = render(tmp_path, report(), audit=made).one("footer").text
    for fact in ("03_tiers.ipynb", "jurisdiction = 'leizhou'", "top_cut = 90.0", "pandas 3.0.1", "e9df53f5"):
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
    assert "published 29 January 2018" in page.one("footer").text


WORDS_OF = {"en": WORDS, "zh": Words("zh", {"place": "雷州市", "period": "2017年", "subject": "政务公开检查"})}


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
    ("language", "title", "prose"),
    [("en", "Who leads?", ["Why we ask.", "All."]), ("zh", "谁领先？", ["为何要问。", "全部。"])],
)
def test_a_page_is_in_one_language(tmp_path: Path, language: str, title: str, prose: list[str]) -> None:
    save_report(tmp_path, bilingual(language), "04_groups")
    path = save_report(tmp_path, bilingual(language), title="Who leads? · 谁领先？")
    render_page(path, path.with_suffix(".html"), WORDS_OF[language], tmp_path)
    page = Page(path.with_suffix(".html").read_text("utf-8"))
    assert page.one("p", class_="k").text == title
    texts = [each.text for each in page.inside("p", page.one("details", id="how")) if "class" not in each.attributes]
    assert [text for text in texts if text in ("Why we ask.", "All.", "为何要问。", "全部。")] == prose
    assert page.all("a", rel="next")[-1].text.endswith(title), "the neighbour is named in the page's language"


def test_chinese_in_an_english_page_is_marked_and_elsewhere_not(tmp_path: Path) -> None:
    page = render(tmp_path, report("Agriculture (农业局) leads, 《办法》第3条 says."))
    marked = [each.text for each in page.all("span", lang="zh-Hans")]
    assert {"农业局", "《办法》第3条"} <= set(marked)
    path = save_report(tmp_path, bilingual("zh"))
    render_page(path, path.with_suffix(".html"), WORDS_OF["zh"], tmp_path)
    assert "zh-Hans" not in path.with_suffix(".html").read_text("utf-8").split("</head>")[1]


@pytest.mark.parametrize(
    ("html", "marked"),
    [
        ("<title>水务局</title>", "<title>水务局</title>"),
        ('<p lang="zh">水务局</p>', '<p lang="zh">水务局</p>'),
        ('<a title="水务局">93</a>', '<a title="水务局">93</a>'),
        ("<svg><text>水务局</text></svg>", '<svg><text><tspan lang="zh-Hans">水务局</tspan></text></svg>'),
        ("<br>水<b>务</b>93", '<br><span lang="zh-Hans">水</span><b><span lang="zh-Hans">务</span></b>93'),
        ("<script>水</script>水", '<script>水</script><span lang="zh-Hans">水</span>'),
    ],
)
def test_mark_han(html: str, marked: str) -> None:
    assert mark_han(html) == marked


@pytest.mark.parametrize("language", WORDS_OF)
@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_a_page_holds_nothing_of_another_language(tmp_path: Path, source: Path, language: str) -> None:
    notebook = nbformat.read(source, as_version=4)
    for each in notebook.cells:
        if each.cell_type == "code":
            each.outputs = [shown(Finding("x"))]
    told = {tag: [each for each in notebook.cells if tag in each.metadata.get("tags", [])] for tag in WORDS_OF}
    path = save_report(tmp_path, notebook.cells, source.stem, **notebook.metadata)
    render_page(path, path.with_suffix(".html"), WORDS_OF[language], tmp_path)
    page = Page(path.with_suffix(".html").read_text("utf-8"))
    shown_texts = [each.text for each in page.all("p")]
    for tag, cells in told.items():
        openings = [re.split(r"[`\[]|\n\n", each.source)[0] for each in cells]
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


VALUES = pd.DataFrame(
    {"Unit": ["农业局 & <b>Sons</b>", "=1+1"], "Score": ["-1.5", ""], "Tier": ["优秀", "8"]}, dtype=object
)
SCENE = Scene(100, 50, (Dot(10, 20, 5, "best", "农业局 97, <b>", "leizhou-农业局"), Label(5, 45, "A & <b>", 15)))
FIGURE = Chart(
    png=DOT,
    title="A & B <b>agree</b>",
    alt=ALT,
    width=820,
    subtitle="Where & when",
    source="Source: <i>us</i>.",
    data=VALUES,
    legend=(Key("best", "excellent & so, 1"), Key("middle", "outlined", is_outlined=True)),
    wide=SCENE,
    narrow=replace(SCENE, width=50),
    frame=Scene(100, 90, (Label(5, 15, "A & B", 20),)),
    drawn_at=30,
)


def test_a_figure_is_two_drawings_with_the_words_around_them_as_text(tmp_path: Path) -> None:
    page = render(tmp_path, [*report()[:4], cell("plot()", FIGURE)])
    figure = page.one("figure")
    assert figure.attributes["id"] == "a-b-b-agree-b"
    assert [each.text for each in page.inside("h2", figure)] == ["A & B <b>agree</b>"]
    assert page.one("p", class_="fs").text == "Where & when"
    assert page.one("p", class_="src").text == "Source: <i>us</i>."
    drawings = page.inside("svg", figure)
    assert [(each.attributes["class"], each.attributes["aria-label"]) for each in drawings] == [
        ("wide", ALT),
        ("narrow", ALT),
    ]
    assert [each.text for each in page.inside("text", figure)] == ["A & <b>"] * 2
    assert {each.attributes["data-unit"] for each in page.inside("circle", figure)} == {"leizhou-农业局"}
    keys = [(each.attributes["class"], each.ancestors[-1].text) for each in page.all("i")]
    assert keys == [("best", "excellent & so, 1"), ("middle o", "outlined")]
    assert not page.inside("img", figure)


def test_a_figure_can_be_taken_away_as_data_picture_and_drawing(tmp_path: Path) -> None:
    page = render(tmp_path, [*report()[:4], cell("plot()", FIGURE)])
    files = {
        str(each.attributes["download"]): str(each.attributes["href"])
        for each in page.all("a")
        if "download" in each.attributes
    }
    read = {name: unquote_to_bytes(href.partition(",")[2]) for name, href in files.items()}
    assert list(csv.reader(io.StringIO(read["a-b-b-agree-b.csv"].decode("utf-8-sig")))) == [
        ["Unit", "Score", "Tier"],
        ["农业局 & <b>Sons</b>", "-1.5", "优秀"],
        ["'=1+1", "", "8"],
    ]
    assert "data:image/png" not in page.html, "made by the script where it is wanted"
    drawing = Page(read["a-b-b-agree-b.svg"].decode())
    assert [each.text for each in drawing.all("text")] == ["A & B", "A & <b>"]
    assert drawing.one("circle").attributes["cy"] == "50", "below the words around it"
    assert "prefers-color-scheme: dark" in drawing.one("style").text


def test_a_drawing_that_is_none_of_ours_makes_no_page(tmp_path: Path) -> None:
    data, metadata = FIGURE._repr_mimebundle_()
    data["application/vnd.audit-lib.scene.wide"] = "<svg onload=alert(1)>"
    with pytest.raises(AuditError, match="a drawing: found <svg"):
        render(tmp_path, [*report()[:4], cell("x", output("display_data", data, metadata=metadata))])


def test_a_finding_above_a_table_is_its_heading(tmp_path: Path) -> None:
    table = replace(show(TABLE, "tiers", WORDS), title=Finding("All <b>agree</b>"))
    page = render(tmp_path, [*report()[:4], cell("show()", table)])
    assert page.one("h2", class_="finding").text == "All <b>agree</b>"
    assert page.one("caption").text == WORDS("captions.tiers")


def test_names_of_units_lead_to_their_pages_and_can_be_found(tmp_path: Path) -> None:
    def render_units(n: int) -> Page:
        rows = [
            f"leizhou-{name},{name},97"
            for name in ["农业局", *(f"{each}镇" for each in "甲乙丙丁戊己庚辛壬癸子丑")][:n]
        ]
        scores = "\n".join(["unit_id,unit_name,score", *rows, ""])
        shown = output("execute_result", {"text/csv": scores, "text/plain": ""}, execution_count=1)
        table = show(pd.DataFrame({"unit_name": ["农业局"], "score": [97.0]}), "tiers", WORDS)
        material = cell("report", shown, tags=("settings",))
        return render(tmp_path, [*report()[:4], material, cell("plot()", FIGURE), cell("show()", table)])

    assert not render_units(11).all("search"), "a figure of so few names them all"
    page = render_units(12)
    assert page.one("a", href="../units/农业局.html").text == "Nongyeju 农业局"
    unit, *_ = json.loads(page.one("script", type="application/json").text)
    assert unit == ["Nongyeju 农业局", "农业局 nongyeju nyj", "../units/农业局.html"]
    assert page.one("search", class_="find").attributes["hidden"] is None, "shown by the script alone"


def test_a_source_that_figures_share_is_said_once(tmp_path: Path) -> None:
    other = replace(FIGURE, source="Another source")
    page = render(tmp_path, [*report()[:4], cell("a()", FIGURE), cell("b()", FIGURE), cell("c()", other)])
    assert [each.text for each in page.all("p", class_="src")] == [FIGURE.source, "Another source"]


def test_how_to_cite_names_finding_notice_and_version(tmp_path: Path) -> None:
    (tmp_path / "site.toml").write_text('url = "https://example.org/r/"\ncontact = "mailto:a@example.org"\n', "utf-8")
    page = render(tmp_path, report("A & B_1 agree."), audit={"versions": {"audit-lib": "9.9"}, "inputs": {}})
    cite = page.one("details", id="cite")
    text, bibtex = page.inside("p", cite)[0].text, page.inside("pre", cite)[0].text
    assert text == (
        "A & B_1 agree.. Inspection notices, read and checked: Leizhou, open-government inspection 2017. "
        "Data: leizhou-2017. Version 9.9. https://example.org/r/leizhou/2017/03_tiers.html"
    )
    assert "title = {A \\& B\\_1 agree.}" in bibtex
    assert page.one("a", href="mailto:a@example.org").text.startswith("Something wrong")
    assert page.one("meta", property="og:image").attributes["content"] == "https://example.org/r/leizhou/2017/cover.png"


def test_a_site_that_is_no_address_is_refused(tmp_path: Path) -> None:
    (tmp_path / "site.toml").write_text('contact = "javascript:alert(1)"\n', "utf-8")
    with pytest.raises(AuditError, match=r"site\.toml: found contact"):
        render(tmp_path, report())


def test_what_changed_lists_findings_first_and_folds_the_rest(tmp_path: Path) -> None:
    moved = [
        {"kind": "cell", "where": ["t", "r", "c"], "old": "1", "new": "2"},
        {"kind": "headline", "where": [""], "old": "Two.", "new": "Three."},
    ]
    made = {"changed": {"cause": ["data"], "statements": moved, "more": 5}, "versions": {}, "inputs": {}}
    page = render(tmp_path, report(), audit=made)
    changed, rest = page.one("details", id="changed"), page.one("details", class_="rest")
    assert [each.text for each in page.inside("td", changed) if rest not in each.ancestors] == ["Two.", "Three."]
    assert [each.text for each in page.inside("td", rest)] == ["1", "2"]
    assert page.inside("summary", rest)[0].text == "6 other values moved"


@pytest.mark.parametrize(
    ("column", "n_rows", "n_scripts"), [("unit_name", 15, 0), ("unit_name", 16, 1), ("figure", 16, 0)]
)
def test_only_a_long_table_brings_a_script_and_the_policy_knows_it(
    tmp_path: Path, column: str, n_rows: int, n_scripts: int
) -> None:
    table = pd.DataFrame({column: [f"{n}局" for n in range(n_rows)], "score": [1.0] * n_rows})
    page = render(tmp_path, [*report()[:4], cell("show(x)", show(table, "league", WORDS))])
    scripts = page.scripts()
    policy = str(page.one("meta", **{"http-equiv": "Content-Security-Policy"}).attributes["content"])
    allowed = re.findall(r"'sha256-([^']+)'", policy)
    assert len(scripts) == n_scripts
    assert allowed == [base64.b64encode(hashlib.sha256(each.text.encode()).digest()).decode() for each in scripts]
    assert ("script-src" in policy) is bool(n_scripts)
    assert len(page.all("td")) == n_rows, "without script the table is whole"
    assert not page.all("button") + page.all("input"), "controls come with the script"


def test_an_address_uses_no_term() -> None:
    assert [term for text in ("p 0.05", "https://a.cn/p/5") for term, _ in list_terms(text, WORDS)] == ["p"]


def test_words_for_missing_values_are_set_back_and_empty_in_the_csv(tmp_path: Path) -> None:
    table = pd.DataFrame({"unit_name": ["甲局"], "score": [None], "mean": [None]})
    page = render(tmp_path, [*report()[:4], cell("show(x)", show(table, "tiers", WORDS))])
    assert [(each.text, each.attributes["class"]) for each in page.all("td")] == [
        ("no score", "text gap"),
        ("n/a", "text gap"),
    ]
    link = page.one("a", download="units-and-scores-of-each-rating.csv")
    text = unquote_to_bytes(str(link.attributes["href"]).partition(",")[2]).decode("utf-8-sig")
    assert text.splitlines() == ["Unit,Score,Mean", "Jiaju 甲局,,"]


def test_glossary_explains_the_terms_of_the_page_and_no_others(tmp_path: Path) -> None:
    page = render(tmp_path, report("By the notice and a 90/80 rule; beyond Tukey's fences."))
    assert [each.text for each in page.inside("dt", page.one("dl", class_="glossary"))][:3] == [
        "notice (通报)",
        "rating",
        "Tukey's fences",
    ]
    plain = [markdown("# Why?"), cell("headline(x)", Finding("So.", "headline"), tags=("headline",))]
    assert not render(tmp_path, plain).all("dl", class_="glossary")


def test_glossary_reads_what_html_escapes() -> None:
    escaped = output("display_data", {"text/html": "<li>beyond Tukey&#x27;s fences</li>"})
    assert "Tukey's fences" in read_text(v4.new_notebook(cells=[cell("x", escaped)]))  # type: ignore[no-untyped-call]


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
        cell("plot(x)", Chart(DOT, attack, attack, 760, attack, attack, pd.DataFrame({attack: [attack]}))),
        cell("show(x)", show(pd.DataFrame({"unit_name": [attack]}), "tiers", WORDS)),
        cell("show(x)", output("display_data", {"text/html": "&lt;script&gt;alert(2)&lt;/script&gt;"})),
        cell("HTML(x)", output("display_data", {"text/html": "<script>x</script>", "text/plain": "<HTML & object>"})),
        cell("print(x)", output("stream", name="stdout", text=attack)),
        cell(attack),
    ]
    page = render(tmp_path, cells, audit={"versions": {attack: attack}, "inputs": {}})
    assert not page.all("b")
    assert len(page.all("script")) == 1, "ours, for the link of the figure"
    assert page.one("h1").text == attack
    assert page.all("h2")[-1].text == attack or attack in [each.text for each in page.all("h2")]
    assert page.all("img")[-1].attributes["alt"] == page.one("p", class_="src").text == attack
    assert [each.text for each in page.all("th") + page.all("td")].count(attack) == 1
    assert page.one("p", class_="finding").text == attack
    assert "<HTML & object>" in [each.text for each in page.all("pre")], "foreign HTML gives way to its plain text"
    assert not [name for each in page.elements for name in each.attributes if name.startswith("on")]
    assert not [link for link in page.all("a") if str(link.attributes["href"]).startswith("javascript")]


def test_table_keeps_caption_scope_and_names(tmp_path: Path) -> None:
    page = render(tmp_path, report())
    assert page.one("caption").text == WORDS("captions.tiers")
    assert {each.attributes["scope"] for each in page.all("th")} == {"col", "row"}
    assert "Nongyeju & <b>Sons</b> 农业局 & <b>Sons</b>" in [each.text for each in page.all("th")]
    number = next(each for each in page.all("td") if each.text == "−1.5")
    assert "number" in str(number.attributes["class"]).split()


def test_table_carries_its_values_as_csv(tmp_path: Path) -> None:
    link = render(tmp_path, report()).one("a", download="units-and-scores-of-each-rating.csv")
    text = unquote_to_bytes(str(link.attributes["href"]).partition(",")[2]).decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(text))) == [
        ["Unit", "Score", "Change"],
        ["Nongyeju & <b>Sons</b> 农业局 & <b>Sons</b>", "1234.5", "-1.5"],
        ["Baishazhen 白沙镇", "", "2"],
    ]


def test_a_downloaded_table_runs_in_no_spreadsheet(tmp_path: Path) -> None:
    table = pd.DataFrame({"unit_name": ["=1+1", "-甲镇"], "score": [1.0, -2.5]})
    page = render(tmp_path, [*report()[:4], cell("show(x)", show(table, "tiers", WORDS))])
    link = page.one("a", download="units-and-scores-of-each-rating.csv")
    text = unquote_to_bytes(str(link.attributes["href"]).partition(",")[2]).decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(text)))[1:] == [["'=1+1", "1"], ["'-Jiazhen -甲镇", "-2.5"]]


@pytest.mark.parametrize(("n_columns", "is_wide"), [(2, False), (12, True)])
def test_wide_table_can_be_scrolled_by_keyboard(tmp_path: Path, n_columns: int, is_wide: bool) -> None:
    table = pd.DataFrame({f"column {n}": [n] for n in range(n_columns)})
    page = render(tmp_path, [*report()[:4], cell("show(x)", show(table, "tiers", WORDS))])
    regions = page.all("section", tabindex="0", **{"aria-label": WORDS("captions.tiers")})
    assert bool(regions) is is_wide


def test_report_without_title_or_headline_is_still_a_page(tmp_path: Path) -> None:
    page = render(tmp_path, [cell("1 + 1", output("execute_result", {"text/plain": "2"}))])
    assert page.one("h1").text == "03_tiers"
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


def test_the_year_leads_to_the_reports_that_explain_its_figures(tmp_path: Path) -> None:
    folder = tmp_path / "leizhou" / "2017"
    shutil.copytree(Path(__file__).parents[1] / "reports" / "leizhou" / "2017", folder)
    page = folder / "00_year_card.html"
    render_page(page.with_suffix(".ipynb"), page, WORDS, tmp_path)
    found = BeautifulSoup(page.read_text("utf-8"), "html.parser").select('td a[href^="0"]')
    links = {link.get_text(): link["href"] for link in found}
    assert links.items() >= {"02 Distribution": "02_distribution.html", "04 Groups": "04_groups.html"}.items()


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
