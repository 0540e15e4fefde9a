"""What a report states, as a list: each thing once, found in notebook and page alike."""

from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbformat import v4

from audit_lib.notebook.statements import list_notebook, list_page, read_data

ROOT = Path(__file__).parents[1]
REPORTS = sorted((ROOT / "reports").glob("*/*/*.ipynb"))
TABLE = """<table><caption>Made up</caption><thead><tr><th>Cut</th><th>Unit</th><th>Score</th></tr></thead>
<tbody><tr><th scope="row">90</th><td><a href="notice.html#L7">甲镇</a></td><td>91</td></tr>
<tr><th scope="row">90</th><td>乙局</td><td>90</td></tr>
<tr><th scope="row">90</th><td>乙局</td><td>89.5</td></tr>
<tr><th scope="row">80</th><td>丙局</td></tr></tbody></table>"""
CELLS = [
    (("Made up", "90 · 甲镇", "Cut"), "90"),
    (("Made up", "90 · 甲镇", "Unit"), "甲镇"),
    (("Made up", "90 · 甲镇", "Score"), "91"),
    (("Made up", "90 · 乙局", "Cut"), "90"),
    (("Made up", "90 · 乙局", "Unit"), "乙局"),
    (("Made up", "90 · 乙局", "Score"), "90"),
    (("Made up", "90 · 乙局", "Cut", "2"), "90"),
    (("Made up", "90 · 乙局", "Unit", "2"), "乙局"),
    (("Made up", "90 · 乙局", "Score", "2"), "89.5"),
    (("Made up", "80", "Cut"), "80"),
    (("Made up", "80", "Unit"), "丙局"),
]


def test_cells_are_known_by_caption_row_and_column_though_rows_repeat() -> None:
    stated = list_page(BeautifulSoup(f"<main>{TABLE}</main>", "html.parser"))
    assert [(each.where, each.text) for each in stated if each.where[1]] == CELLS
    assert [each.where[2] for each in stated if not each.where[1]] == ["Cut", "Unit", "Score"]
    assert [each.links for each in stated if each.links] == [(("甲镇", "notice.html#L7"),)]


def test_a_page_states_what_a_reader_sees() -> None:
    page = """<html><head><title>T</title><meta name="description" content="D 1"></head><body><main>
<nav><h2>Contents</h2><ol><li>A?</li></ol></nav>
<h1>Q?</h1><p class="headline">5 of 6.</p><h2>A?</h2><p>Why.</p><p class="finding">7.</p><p class="finding">8.</p>
<figure><img alt="9 bars" src="data:image/png;base64,QQ=="><figcaption>10 rise</figcaption></figure>
<p><a download="a.csv" href="data:text/csv;base64,5LmdLDEK">CSV</a></p>
<details class="code"><summary>Code</summary><pre><code>f(1)</code></pre></details>
<ul><li>one 2</li></ul></main><footer><p>not this</p></footer></body></html>"""
    stated = [(each.kind, each.where, each.text) for each in list_page(BeautifulSoup(page, "html.parser"))]
    assert stated == [
        ("text", ("",), "Q?"),
        ("headline", ("",), "5 of 6."),
        ("text", ("A?",), "A?"),
        ("text", ("A?", "2"), "Why."),
        ("finding", ("A?",), "7."),
        ("finding", ("A?", "2"), "8."),
        ("title", ("A?",), "10 rise"),
        ("alt", ("A?",), "9 bars"),
        ("image", ("A?",), "559aead08264d5795d3909718cdd05abd49572e84fe55590eef31a88a08fdffd"),
        ("text", ("A?", "3"), "CSV"),
        ("data", ("a.csv", "九"), "九,1"),
        ("code", ("A?",), "f(1)"),
        ("text", ("A?", "4"), "one 2"),
        ("text", ("the page's title",), "T"),
        ("text", ("the page's description",), "D 1"),
    ]


def test_a_notebook_states_what_its_outputs_show_and_carries_its_data() -> None:
    html = {"text/html": '<dl class="settings"><dt>place</dt><dd>jia</dd></dl>', "text/plain": "place: jia"}
    settings = v4.new_output("execute_result", {**html, "text/csv": "unit_name,score\n甲镇,91\n"})  # type: ignore[no-untyped-call]
    chart = {"image/png": "QQ==", "text/plain": "10 rise\n9 bars", "text/csv": "unit,score\n甲镇,91\n"}
    drawn = v4.new_output("execute_result", chart, metadata={"image/png": {"alt": "9 bars"}})  # type: ignore[no-untyped-call]
    cells = [
        v4.new_code_cell("period = '2017'", metadata={"tags": ["parameters"]}, id="a"),  # type: ignore[no-untyped-call]
        v4.new_code_cell("report", outputs=[settings], metadata={"tags": ["settings"]}, id="b"),  # type: ignore[no-untyped-call]
        v4.new_markdown_cell("## A?\n\nWhy.", id="c"),  # type: ignore[no-untyped-call]
        v4.new_code_cell("plot()", outputs=[drawn], id="d"),  # type: ignore[no-untyped-call]
    ]
    notebook = v4.new_notebook(cells=cells)  # type: ignore[no-untyped-call]
    assert [(each.kind, each.where, each.text, each.cell) for each in list_notebook(notebook)] == [
        ("code", ("",), "report", "b"),
        ("setting", ("", "place"), "jia", "b"),
        ("plain", ("",), "place: jia", "b"),
        ("text", ("A?",), "## A?", "c"),
        ("text", ("A?", "2"), "Why.", "c"),
        ("code", ("A?",), "plot()", "d"),
        ("title", ("A?",), "10 rise", "d"),
        ("alt", ("A?",), "9 bars", "d"),
        ("plain", ("A?",), "9 bars", "d"),
        ("image", ("A?",), "559aead08264d5795d3909718cdd05abd49572e84fe55590eef31a88a08fdffd", "d"),
        ("data", ("A?", "unit"), "unit,score", "d"),
        ("data", ("A?", "甲镇"), "甲镇,91", "d"),
    ]
    assert read_data(notebook) == "unit_name,score\n甲镇,91\n"


@pytest.mark.parametrize("path", REPORTS, ids=lambda path: "-".join(path.parts[-3:]))
def test_no_two_statements_of_a_report_share_a_key(path: Path) -> None:
    stated = list_notebook(nbformat.read(path, as_version=4))
    assert len({each.key for each in stated}) == len(stated) > 20
    assert [each.where for each in stated if each.kind == "headline"] == [("",)]
