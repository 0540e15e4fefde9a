"""What a report states, as a list: each thing once."""

from pathlib import Path

import nbformat
import pytest
from nbformat import v4

from audit_lib.notebook.statements import list_notebook, read_data

ROOT = Path(__file__).parents[1]
REPORTS = sorted((ROOT / "reports").glob("*/*/*.ipynb"))
TABLE = """<table><caption>Made up</caption><thead><tr><th>Cut</th><th>Unit</th><th>Score</th></tr></thead>
<tbody><tr><th scope="row">90</th><td><a href="notice.html#L7">甲镇</a></td><td>91</td></tr>
<tr><th scope="row">90</th><td>乙局</td><td>90</td></tr>
<tr><th scope="row">90</th><td>乙局</td><td>89.5</td></tr>
<tr><th scope="row">80</th><td>丙局</td><td>81</td><td>82</td></tr></tbody></table>"""
CELLS = [
    (("Made up", "", "Cut"), "Cut"),
    (("Made up", "", "Unit"), "Unit"),
    (("Made up", "", "Score"), "Score"),
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
    (("Made up", "80", "Score"), "81"),
    (("Made up", "80", "column 4"), "82"),
]


def make_notebook(*cells: nbformat.NotebookNode) -> nbformat.NotebookNode:
    first = v4.new_code_cell("period = '2017'", metadata={"tags": ["parameters"]}, id="a")  # type: ignore[no-untyped-call]
    notebook: nbformat.NotebookNode = v4.new_notebook(cells=[first, *cells])  # type: ignore[no-untyped-call]
    return notebook


def make_cell(name: str, data: dict[str, str], **about: object) -> nbformat.NotebookNode:
    metadata = about.pop("metadata", {})
    output = v4.new_output("execute_result", data, metadata=about)  # type: ignore[no-untyped-call]
    cell: nbformat.NotebookNode = v4.new_code_cell("f()", outputs=[output], metadata=metadata, id=name)  # type: ignore[no-untyped-call]
    return cell


def test_cells_are_known_by_caption_row_and_column_though_rows_repeat() -> None:
    stated = list_notebook(make_notebook(make_cell("b", {"text/html": TABLE})))
    assert [(each.where, each.text) for each in stated] == CELLS
    assert {each.kind for each in stated} == {"cell"}


@pytest.mark.parametrize("image", ["image/png", "image/svg+xml"])
def test_a_notebook_states_what_its_outputs_show_and_carries_its_data(image: str) -> None:
    html = '<p class="headline">5 of 6.</p><p>no statement</p><p class="finding">7.</p><p class="finding">8.</p>'
    heading = v4.new_markdown_cell("## A?\n\nWhy.", id="c")  # type: ignore[no-untyped-call]
    notebook = make_notebook(
        make_cell("b", {"text/html": "<dl></dl>", "text/csv": "unit\n甲镇\n"}, metadata={"tags": ["settings"]}),
        heading,
        make_cell("d", {"text/html": html}),
        make_cell("e", {image: "QQ==", "text/plain": "10 rise\n9 bars"}, **{image: {"alt": "9 bars"}}),
    )
    assert [(each.kind, each.where, each.text, each.cell) for each in list_notebook(notebook)] == [
        ("headline", ("A?",), "5 of 6.", "d"),
        ("finding", ("A?",), "7.", "d"),
        ("finding", ("A?", "2"), "8.", "d"),
        ("title", ("A?",), "10 rise", "e"),
        ("alt", ("A?",), "9 bars", "e"),
    ]
    assert read_data(notebook) == "unit\n甲镇\n"


@pytest.mark.parametrize("path", REPORTS, ids=lambda path: "-".join(path.parts[-3:]))
def test_no_two_statements_of_a_report_share_a_key(path: Path) -> None:
    stated = list_notebook(nbformat.read(path, as_version=4))
    assert len({each.key for each in stated}) == len(stated) > 0
    assert [each.where for each in stated if each.kind == "headline"] == [("",)]
