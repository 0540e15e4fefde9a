"""Numbers cite the notice: what tables link, where to, and what the line says there; what is computed is not linked."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st

from audit_lib.display.links import HREF, cite_periods, cite_scores
from audit_lib.display.tables import Table, show
from audit_lib.documents.model import anchor_of
from audit_lib.notebook.report import Report, open_report
from audit_lib.pages.html_parts import read_parts
from audit_lib.pages.notice_page import frame_notice
from audit_lib.sources import find_sources
from audit_lib.tables.build import build_tables, read_source
from audit_lib.wording.words import Words, say_place

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted(path.stem for path in (ROOT / "notebooks").glob("[0-9]*.ipynb"))
NOTICES = ["leizhou 2017", "ministries 2022", "louxing 2017-05", "baoshan 2021"]
NAMES = ("unit_name", "unit", "name_in_table", "units")
CITED = {"score", "score_before", "score_after", "tier", "tier_before", "tier_after"}  # columns that a notice prints
Shown = tuple[str, pd.DataFrame, Table]


@pytest.mark.parametrize(
    ("place", "anchor"),
    [
        ("line 215", "L215"),
        ("Sheet1!B7", "Sheet1-B7"),
        ("page 3 line 12", "page-3-line-12"),
        ("附件 1!C2", "附件-1-C2"),
        ("附件-1!C2", "附件.2d.1-C2"),
        ('a"><script>!A1', "a.22..3e..3c.script.3e.-A1"),
    ],
)
def test_anchors(place: str, anchor: str) -> None:
    assert anchor_of(place) == anchor
    assert HREF.fullmatch(f"notice.html#{anchor}")


SHEETS = st.text(alphabet="a1 -!._表&", min_size=1, max_size=6)
PLACES = st.one_of(
    st.integers(1, 999).map(lambda n: f"line {n}"),
    st.tuples(SHEETS, st.sampled_from(["A1", "B12"])).map("!".join),
    st.tuples(st.integers(1, 9), st.integers(1, 99)).map(lambda at: f"page {at[0]} line {at[1]}"),
)


@given(PLACES, PLACES)
def test_no_two_places_share_an_anchor(one: str, other: str) -> None:
    assert (anchor_of(one) == anchor_of(other)) == (one == other)


def test_a_link_leads_to_a_notice_and_nowhere_else() -> None:
    good = ["notice.html#L1", "../2016/notice.html#L4", "../2017-04/notice.html#Sheet1-B7", "../2020Q3/notice.html#L1"]
    bad = [
        *("https://example.org/notice.html#L1", "javascript:alert(1)//notice.html#L1", "../../x/notice.html#L1"),
        *("notice.html", "notice.html#", 'notice.html#L1"onclick', "../x/notice.html#L1", "notice.html#L1 "),
    ]
    html = '<table><tr><td><a href="{}">97</a></td></tr></table>'
    for href in (*good, *bad):
        [part] = read_parts({"text/html": html.format(href.replace('"', "&quot;")), "text/plain": "97"}, "–")
        assert ("<a " in part.html) == (href in good), href
    for attribute in ('onclick="x()"', 'target="_top"', "download"):
        cell = f'<p><a href="notice.html#L1" {attribute}>97</a></p>'
        assert "<a" not in read_parts({"text/html": cell, "text/plain": "97"}, "–")[0].html


def hrefs(shown: Table | None) -> dict[tuple[int, str], list[str | None]]:
    assert shown is not None
    return {cell: [href for _, href in pieces if href] for cell, pieces in shown.linked.items()}


def test_only_the_value_that_is_printed_is_linked(leizhou: Report) -> None:
    words = leizhou.words
    table = pd.DataFrame(
        {
            "unit_name": ["食药监局", "食药监局", "监察局", "市残联", "无名局"],
            "score": [97.0, 96.5, 80.0, None, 97.0],
            "tier": ["优秀", "良好", None, "良好", "优秀"],
            "mean": [97.0, 97.0, 80.0, 1.0, 97.0],
            "tier_by_cut": ["优秀", "优秀", "良好", None, "优秀"],
        }
    )
    assert hrefs(show(table, "league", words)) == {
        (0, "Score"): ["notice.html#L103"],
        (0, "Rating"): ["notice.html#L59"],
        (2, "Score"): ["notice.html#L391"],
        (3, "Rating"): ["notice.html#L63"],
    }
    assert '<td class="number"><a href="notice.html#L103">97</a></td>' in show(table, "league", words)._repr_html_()


def test_lists_and_lines_link_each_of_their_values(leizhou: Report) -> None:
    table = pd.DataFrame(
        {
            "score": [96.0],
            "units": [["住建局", "市市场监管局", "无名局"]],
            "line": [27],
            "places": [[say_place("line 43"), say_place("line 9999")]],
        }
    )
    shown = show(table, "league", leizhou.words)
    assert shown is not None
    assert shown.linked == {
        (0, "Score"): [("96", "notice.html#L109")],
        (0, "Which units"): [
            *[("Housing and Construction ", None), ("住建局", "notice.html#L109"), (", ", None)],
            *[("Market Regulation ", None), ("市市场监管局", "notice.html#L115"), (", ", None)],
            *[("Wumingju ", None), ("无名局", None)],
        ],
        (0, "Line"): [("27", "notice.html#L27")],
        (0, "Where"): [("line 43", "notice.html#L43"), (", ", None), ("line 9999", None)],
    }
    assert repr(shown).endswith("Wumingju 无名局   27 line 43, line 9999"), "plain text has no links"


def test_two_periods_are_cited_each_by_its_own_notice() -> None:
    row = {"unit_id": "a", "name_in_table": "甲局", "name_in_list": None, "rank_printed": 2, "list_line": None}
    before = pd.DataFrame([{**row, "unit_name": "甲局", "score": 90.0, "tier": None, "source_place": "line 3"}])
    after = pd.DataFrame([{**row, "unit_name": "新甲局", "score": 91.0, "tier": "优秀", "source_place": "line 8"}])
    cites = cite_periods(cite_scores(before, "../2016/notice.html"), cite_scores(after))
    words = Words("en", {"place": "X", "period": "2017"}, cites)
    table = pd.DataFrame(
        {
            "unit_name": ["甲局 → 新甲局"] * 2,
            "score_before": [90.0, 91.0],
            "score_after": [91.0, 90.0],
            "tier": ["优秀"] * 2,
        }
    )
    assert hrefs(show(table, "changes", words)) == {
        (0, "Score before"): ["../2016/notice.html#L3"],
        (0, "Score after"): ["notice.html#L8"],
        (0, "Rating"): ["notice.html#L8"],
        (1, "Rating"): ["notice.html#L8"],
    }


# Every table of every notebook. Each notebook runs once, in the same process for all tests.


@cache
def run_notebook(notice: str, stem: str) -> list[Shown]:
    """Run a notebook without its charts; gives each table that it shows, as computed and as shown."""
    jurisdiction, period = notice.split()
    shown: list[Shown] = []

    def keep(report: Report, table: pd.DataFrame | pd.Series, key: str, title: Any = None, shades: Any = None) -> None:
        if (made := show(table, key, report.words, title, shades)) and isinstance(table, pd.DataFrame):
            shown.append((key, table.reset_index(drop=True), made))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Report, "show", keep)
        patch.setattr(Report, "chart", lambda *_: None)
        names: dict[str, Any] = {}
        for cell in json.loads((ROOT / "notebooks" / f"{stem}.ipynb").read_text(encoding="utf-8"))["cells"]:
            if cell["cell_type"] == "code":
                given = f"\njurisdiction, period = {jurisdiction!r}, {period!r}"
                source = "".join(cell["source"])
                exec(source + given if "parameters" in cell["metadata"].get("tags", []) else source, names)
    return shown


@cache
def read_lines(jurisdiction: str, period: str) -> dict[str, str]:
    """Read what the page of a notice shows at each anchor, without the problems beside it."""
    [source] = find_sources(ROOT / "data", jurisdiction, period)
    text = frame_notice(read_source(ROOT / "data", source), Words("en", {"place": "", "period": period}))["text"]
    page = BeautifulSoup(text, "html.parser")
    for beside in page.find_all(role="note"):
        beside.decompose()
    return {str(each["id"]): each.get_text() for each in page.find_all(id=True)}


@cache
def known_names(jurisdiction: str) -> dict[str, set[str]]:
    """List under which names notices print a unit."""
    names: dict[str, set[str]] = {}
    for source in find_sources(ROOT / "data", jurisdiction):
        for row in read_source(ROOT / "data", source).scores.itertuples():
            printed = {row.unit_name, row.name_in_table, row.name_in_list}
            names.setdefault(str(row.unit_name), set()).update(str(name) for name in printed if pd.notna(name))
    return names


def units_of(row: pd.Series) -> list[str]:
    cells = [row[column] for column in NAMES if column in row]
    units = [unit for cell in cells for unit in (cell if isinstance(cell, list) else [cell])]
    return [name for unit in units if isinstance(unit, str) for name in unit.split(" → ")]


@pytest.mark.slow
@pytest.mark.parametrize("stem", NOTEBOOKS)
@pytest.mark.parametrize("notice", NOTICES)
def test_every_score_and_tier_of_a_unit_leads_to_its_line(notice: str, stem: str) -> None:
    jurisdiction, period = notice.split()
    words, names = Words("en"), known_names(jurisdiction)
    for key, table, shown in run_notebook(notice, stem):
        for number, row in table.iterrows():
            for column in CITED & set(table):
                if not (units := units_of(row)) or pd.isna(row[column]):
                    continue
                links = hrefs(shown).get((int(str(number)), words.heading(column)))
                assert links, f"{key}: {column} {row[column]} of {units} is not linked"
                page, _, anchor = str(links[0]).partition("#")
                before = re.fullmatch(r"(?:\.\./(.+)/)?notice\.html", page)
                assert before
                line = read_lines(jurisdiction, before[1] or period)[anchor]
                value = f"{row[column]:g}" if isinstance(row[column], float) else row[column]
                assert any(each in line for unit in units for each in (value, *names[unit])), (key, links, line)


@pytest.mark.slow
@pytest.mark.parametrize("stem", NOTEBOOKS)
@pytest.mark.parametrize("notice", NOTICES)
def test_every_link_of_every_table_has_its_target(notice: str, stem: str) -> None:
    jurisdiction, period = notice.split()
    for key, _, shown in run_notebook(notice, stem):
        for href in {href for links in hrefs(shown).values() for href in links}:
            match = re.fullmatch(r"(?:\.\./(.+)/)?notice\.html#(.+)", str(href))
            assert match, (key, href)
            assert match[2] in read_lines(jurisdiction, match[1] or period), (key, href)
            assert HREF.fullmatch(str(href))


@pytest.mark.slow
def test_there_is_much_to_link() -> None:
    counts = {
        notice: sum(len(shown.linked) for stem in NOTEBOOKS for *_, shown in run_notebook(notice, stem))
        for notice in NOTICES
    }
    assert counts == {"leizhou 2017": 137, "ministries 2022": 35, "louxing 2017-05": 58, "baoshan 2021": 20}


@pytest.mark.parametrize(
    ("stem", "key", "row", "heading", "links"),
    [
        ("01_source", "aliases", 0, "Table line", ["notice.html#L101"]),
        ("01_source", "aliases", 0, "List line", ["notice.html#L59"]),
        ("01_source", "contradictions", 0, "Line", ["notice.html#L389"]),
        ("02_distribution", "league", 0, "Score", ["notice.html#L103"]),
        ("02_distribution", "league", 1, "Which units", ["notice.html#L109", "notice.html#L115"]),
        ("03_tiers", "exceptions", 0, "Score", ["notice.html#L133"]),
        ("06_narrative", "named", 0, "Score", ["notice.html#L133"]),
        ("06_narrative", "claims", 0, "Our summary of the notice", ["notice.html#L19"]),
        ("07_update_rules", "rules", 0, "Where", ["notice.html#L43", "notice.html#L73"]),
        ("07_update_rules", "named_columns", 0, "Column", ["notice.html#L43"]),
    ],
)
def test_examples_of_leizhou(stem: str, key: str, row: int, heading: str, links: list[str]) -> None:
    [shown] = [shown for name, _, shown in run_notebook("leizhou 2017", stem) if name == key]
    assert hrefs(shown)[row, heading] == links


# Other formats, and awkward notices.

PAGE = """<html><meta charset="utf-8"><body><p>甲市关于2017年检查情况的通报</p><table>
<tr><td>单位名称</td><td>得分</td><td>等次</td></tr>
<tr><td>甲镇</td><td>95</td><td>优秀</td></tr>
<tr><td>&lt;script&gt;alert(1)&lt;/script&gt;局</td><td>85</td><td>良好</td></tr>
<tr><td>乙镇</td><td></td><td>良好</td></tr>
<tr><td>甲镇</td><td>90</td><td>优秀</td></tr>
</table></body></html>
"""


@pytest.fixture
def open_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Open the report on a file, as the notice of jia 2017."""

    def open_it(content: bytes, suffix: str) -> Report:
        raw = tmp_path / "raw" / "jia" / f"2017{suffix}"
        raw.parent.mkdir(parents=True)
        raw.write_bytes(content)
        list(build_tables(tmp_path, find_sources(tmp_path)))
        monkeypatch.setenv("AUDIT_DATA", str(tmp_path))
        return open_report("jia", "2017")

    return open_it


def test_a_web_page_with_an_empty_cell_a_repeated_unit_and_a_script(open_file) -> None:
    report = open_file(PAGE.encode(), ".html")
    table = report.scores[["unit_name", "score", "tier"]]
    assert hrefs(show(table, "league", report.words)) == {
        (0, "Score"): ["notice.html#L3"],
        (0, "Rating"): ["notice.html#L3"],
        (1, "Score"): ["notice.html#L4"],
        (1, "Rating"): ["notice.html#L4"],
        (2, "Rating"): ["notice.html#L5"],
    }
    again = table.iloc[[0]].assign(score=90.0)
    assert hrefs(show(again, "league", report.words)) == {(0, "Rating"): ["notice.html#L3"]}, (
        "not the score that counts"
    )
    html = show(table, "league", report.words)._repr_html_()
    assert BeautifulSoup(html, "html.parser").find("script") is None


def test_a_workbook_is_cited_by_its_cells(open_file) -> None:
    report = open_file((ROOT / "tests" / "samples" / "formats" / "table.xlsx").read_bytes(), ".xlsx")
    shown = show(report.scores[["unit_name", "score"]], "league", report.words)
    score, place = report.scores["score"].iloc[0], report.scores["source_place"].iloc[0]
    assert re.fullmatch(r".+![A-Z]\d+", place)
    [href] = hrefs(shown)[0, "Score"]
    text = frame_notice(report.reading, report.words)["text"]
    cell = BeautifulSoup(text, "html.parser").find(id=str(href).partition("#")[2])
    assert cell is not None
    assert cell.get_text() == f"{score:g}", "the link lands on the cell"
