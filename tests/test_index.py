"""The index: what exists, what was found, how good the data is, what could not be reported and why; its search."""

import json
import shutil
from base64 import b64encode
from hashlib import sha256
from pathlib import Path
from typing import Any

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from audit_lib.display.findings import Finding, show_headline
from audit_lib.pages import index
from audit_lib.pages.index import json_of, list_periods, render_index
from audit_lib.pages.report_page import render_period
from audit_lib.pages.unit_page import render_units
from audit_lib.wording.words import Phrase, Words, say_nothing_found

ATTACK = '</script><script>alert(1)</script> "A & B"'
PLACES = ("baoshan", "leizhou", "louxing", "ministries")
WORDS = Words("en", {"place": "Jia", "period": "2017"})


def report(sentence: str | Phrase, title: str = "Do tiers follow scores?") -> NotebookNode:
    """An executed report with this headline; a phrase may only say why there is nothing."""
    finding = Finding(sentence, "headline") if isinstance(sentence, str) else show_headline(sentence, WORDS)
    data = {"text/plain": repr(finding), "text/html": finding._repr_html_()}
    output = new_output("execute_result", data, execution_count=1)
    tagged = new_code_cell("headline(x)", outputs=[output], metadata={"tags": ["headline"]})
    return new_notebook(cells=[new_markdown_cell(f"# {title}"), tagged])


def save(tree: Path, place: str, period: str, name: str, notebook: NotebookNode) -> Path:
    path = tree / place / period / f"{name}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)
    return path


def render(tree: Path, data: Path) -> BeautifulSoup:
    render_index(tree, data)
    return BeautifulSoup((tree / "index.html").read_text("utf-8"), "html.parser")


def texts(page: BeautifulSoup, selector: str) -> list[str]:
    return [" ".join(each.get_text().split()) for each in page.select(selector)]


def links(page: BeautifulSoup, selector: str) -> list[str]:
    return [str(each["href"]) for each in page.select(selector)]


def search_of(page: BeautifulSoup) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(page.select("script")[0].get_text())
    return found


@pytest.fixture(scope="module")
def ours(project: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, BeautifulSoup]:
    """The index over a year card and a source report of all four places, with their unit pages."""
    tree = tmp_path_factory.mktemp("reports")
    for path in sorted((project / "reports").glob("*/*/0[01]_*.ipynb")):
        *_, place, period, name = path.parts
        (tree / place / period).mkdir(parents=True, exist_ok=True)
        shutil.copy(path, tree / place / period / name)
    for place in PLACES:
        render_units(tree, place, project / "data")
    return tree, render(tree, project / "data")


def test_a_place_shows_its_lead_its_reports_and_what_was_not_reported(tmp_path: Path) -> None:
    save(tmp_path, "jia", "2017", "00_year_card", report("56 units scored."))
    save(tmp_path, "jia", "2017", "02_distribution", report("Scores run 70–97."))
    save(tmp_path, "jia", "2017", "05_trends", report(say_nothing_found("trends.one_period")))
    save(tmp_path, "jia", "2017", "07_update_rules", report(say_nothing_found("rules.none")))
    page = render(tmp_path, tmp_path)
    assert texts(page, ".headlined p") == ["56 units scored."]
    assert texts(page, ".reports p") == ["Do tiers follow scores?", "Scores run 70–97."]
    assert texts(page, "p.silent") == [
        "Not reported, and why: "
        "05 Trends: Only 2017 is known, so there is nothing to compare it with. "
        "07 Update rules: No update rules are recorded for this notice, so no column can be held against a limit."
    ]
    assert [a["aria-label"] for a in page.select("td.report a")] == [
        "Jia 2017, 00 Year card: finding",
        "Jia 2017, 02 Distribution: finding",
        "Jia 2017, 05 Trends: nothing to report",
        "Jia 2017, 07 Update rules: nothing to report",
    ]
    assert texts(page, ".mark") == [*"●●○○"]


@pytest.mark.parametrize("key", ["trends.one_period", "rules.none", "narrative.nobody", "tiers.not_published"])
def test_a_headline_is_silent_by_what_was_computed_not_by_its_words(tmp_path: Path, key: str) -> None:
    save(tmp_path, "jia", "2017", "05_trends", report(say_nothing_found(key)))
    save(tmp_path, "jia", "2017", "06_narrative", report(WORDS(key)))
    page = render(tmp_path, tmp_path)
    assert len(page.select("p.silent")) == 1
    assert texts(page, ".answer") == [WORDS(key)]


def test_failed_reports_say_why(tmp_path: Path) -> None:
    save(tmp_path, "jia", "2017", "02_distribution", report("A & B agree."))
    for name in ("03_tiers", "03_tiers.failed", "04_groups.failed"):
        save(tmp_path, "jia", "2017", name, report("never shown" if "failed" in name else "Two of two units agree."))
    for name in ("05_trends", "05_trends.failed"):
        save(tmp_path, "jia", "2017", name, report(say_nothing_found("trends.one_period")))
    folder = tmp_path / "jia" / "2017"
    (folder / "03_tiers.failed.log").write_text("first\ncode cell 3: KeyError: '<b>'\n\n", "utf-8")
    (folder / "05_trends.failed.log").write_text("took longer than 300 s\n", "utf-8")
    render_period(folder, tmp_path)
    page = render(tmp_path, tmp_path)
    assert texts(page, ".answer") == ["A & B agree.", "Two of two units agree."]
    assert texts(page, ".failed:not(.mark)") == [
        "✕ The last run failed (code cell 3: KeyError: '<b>'); this is the last good report.",
        "✕ The last run failed; there is no earlier report.",
        "✕ The last run failed (took longer than 300 s); this is the last good report.",
    ]
    assert texts(page, ".mark.failed") == ["✕"]
    found = {link for link in links(page, "a[href]") if "/" in link}
    assert found == {f"jia/2017/{name}.html" for name in ("02_distribution", "03_tiers", "05_trends")}
    assert all((tmp_path / link).is_file() for link in found)


@pytest.mark.parametrize(
    ("notice", "marks"),
    [
        (
            "leizhou-2017",
            ["▲ 4 errors, 7 warnings, 6 notes in the notice", "56 of 57 units scored", "55 of 57 in table and list"],
        ),
        ("baoshan-2016", ["1 note in the notice", "25 units named, no scores published"]),
        ("baoshan-2021", ["no check finds anything", "50 units named, no scores published"]),
        ("louxing-2016-09", ["no check finds anything", "9 of 9 units scored", "no tiers published"]),
        ("louxing-2017-04", ["1 note in the notice", "11 of 11 units scored", "no tiers published"]),
        ("louxing-2017-05", ["1 note in the notice", "11 of 11 units scored", "no tiers published"]),
        ("ministries-2014", ["no check finds anything", "21 of 21 units scored", "no tiers published"]),
        ("ministries-2016", ["1 note in the notice", "17 of 17 units scored", "no tiers published"]),
        ("ministries-2022", ["1 note in the notice", "17 of 17 units scored", "no tiers published"]),
    ],
)
def test_quality_is_computed_and_leads_to_its_report(
    ours: tuple[Path, BeautifulSoup], notice: str, marks: list[str]
) -> None:
    place, _, period = notice.partition("-")
    section = f"section[aria-labelledby$={notice}] .state"
    assert texts(ours[1], f"{section} li") == [*marks, "01 Source"]
    assert links(ours[1], f"{section} a") == [f"{place}/{period}/01_source.html"]


def test_the_table_counts_each_notice(ours: tuple[Path, BeautifulSoup]) -> None:
    rows = {row["data-of"]: [each.get_text() for each in row.select(".number")] for row in ours[1].select("tbody tr")}
    assert list(rows) == [
        *("baoshan-2021", "baoshan-2016", "leizhou-2017", "louxing-2017-05", "louxing-2017-04", "louxing-2016-09"),
        *("ministries-2022", "ministries-2016", "ministries-2014"),
    ]
    assert rows["leizhou-2017"] == ["57", "56", "4", "7"]
    assert rows["baoshan-2021"] == ["50", "0", "0", "0"]


def test_units_are_listed_folded_and_searchable_with_all_their_names(ours: tuple[Path, BeautifulSoup]) -> None:
    tree, page = ours
    assert [fold.attrs for fold in page.select("details")] == [
        {"class": ["units"], "id": f"{place}-units"} for place in PLACES
    ]
    found = links(page, "details a")
    assert len(found) == 54 + 57 + 11 + 32
    assert all((tree / link).is_file() for link in found)
    known = {place["id"]: place for place in search_of(page)}
    assert known["leizhou"]["names"] == ["Leizhou", "leizhou", "雷州市"]
    assert (known["leizhou"]["periods"], known["leizhou"]["tiers"]) == (["2017"], ["优秀", "良好", "一般"])
    units = {unit[0]: unit[1:] for unit in known["leizhou"]["units"]}
    assert units["食药监局"] == [0, ["市食品药品监督管理局"], [[0, 97.0, 0]]]
    assert units["监察局"] == [0, [], [[0, 80.0, -1]]]
    assert units["市残联"] == [0, [], [[0, None, 1]]]
    assert known["ministries"]["periods"] == ["2022", "2016", "2014"]
    followed = {unit[0]: unit[3] for unit in known["ministries"]["units"]}
    assert followed["商务部"] == [[0, 88.3, -1], [1, 94.9, -1], [2, 79.0, -1]]


def test_the_search_is_allowed_by_its_hash_and_hidden_without_script(ours: tuple[Path, BeautifulSoup]) -> None:
    data, script = ours[1].select("script")
    assert data.attrs == {"type": "application/json", "id": "data"}
    digest = b64encode(sha256(script.get_text().encode()).digest()).decode()
    assert ours[1].select_one("meta[http-equiv]")["content"] == (  # type: ignore[index]
        f"default-src 'none'; script-src 'sha256-{digest}'; style-src 'unsafe-inline'; font-src data:; img-src data:"
    )
    [search] = ours[1].select("search")
    assert "hidden" in search.attrs
    assert texts(search, "label[for=query]") == ["Search places, periods, units and reports"]
    assert [each["id"] for each in search.select("[role=status]")] == ["found"]


def test_what_a_notice_says_stays_text(tmp_path: Path) -> None:
    save(tmp_path, "jia", "2017", "00_year_card", report(ATTACK, ATTACK))
    digest = {"units": [{"name": ATTACK, "slug": "script", "others": [ATTACK], "results": [["2017", 1.0, ATTACK]]}]}
    path = tmp_path / ".manifest" / "jia" / ".digest.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({**digest, "marks": {}}), "utf-8")
    page = render(tmp_path, tmp_path)
    assert len(page.select("script")) == 2
    assert search_of(page)[0]["units"] == [[ATTACK, "script", [ATTACK], [[0, 1.0, 0]]]]
    assert texts(page, "details a") == texts(page, ".answer") == [ATTACK]


def test_json_can_stand_in_a_script() -> None:
    assert json_of("</script><!--\u2028") == r'"\u003c/script>\u003c!--\u2028"'


def test_periods_come_from_the_latest_and_units_and_languages_are_none(tmp_path: Path) -> None:
    for period in ["2016", "2016-09", "2020Q3", "2020-07", "2017", "units", "notes"]:
        save(tmp_path, "jia", period, "00_year_card", report("Found."))
    save(tmp_path, "en", "2017", "00_year_card", report("Found."))
    page = render(tmp_path, tmp_path)
    assert texts(page, "h3") == ["2020-07", "2020Q3", "2017", "2016-09", "2016"]
    assert texts(page, "h2") == ["Units", "What there is", "Jia"]
    assert list_periods(tmp_path / "jia")[0].name == "2020-07"


def test_a_place_without_tables_has_no_marks(tmp_path: Path) -> None:
    save(tmp_path, "jia", "2017", "01_source", report("Found."))
    page = render(tmp_path, tmp_path)
    assert not page.select(".state, details")
    assert texts(page, "td.number") == ["–"] * 4
    assert search_of(page) == [{"id": "jia", "names": ["Jia", "jia"], "periods": [], "tiers": [], "units": []}]


def test_index_of_nothing_says_so(tmp_path: Path) -> None:
    page = render(tmp_path, tmp_path)
    assert texts(page, "#reports") == ["There are no reports yet."]
    assert not page.select("script, table, search")


def test_pages_and_index_lead_to_each_other(tmp_path: Path) -> None:
    path = save(tmp_path, "jia", "2017", "03_tiers", report("Found."))
    [page_path] = render_period(path.parent, tmp_path)
    anchors = {each["id"] for each in render(tmp_path, tmp_path).select("[id]")}
    page = BeautifulSoup(page_path.read_text("utf-8"), "html.parser")
    up = [link.partition("#") for link in links(page, ".trail a")]
    assert [anchor for _, _, anchor in up] == ["", "jia", "jia-2017"]
    assert {(page_path.parent / target).resolve() for target, _, _ in up} == {tmp_path / "index.html"}
    assert {"jia", "jia-2017"} <= anchors


def test_a_report_that_is_as_it_was_is_not_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save(tmp_path, "jia", "2017", "02_distribution", report("As it was."))
    first = render(tmp_path, tmp_path)
    read: list[str] = []
    real = index.read_card
    monkeypatch.setattr(index, "read_card", lambda path: read.append(path.stem) or real(path))
    assert render(tmp_path, tmp_path) == first
    save(tmp_path, "jia", "2017", "02_distribution", report("As it is."))
    save(tmp_path, "jia", "2017", "03_tiers", report("New."))
    assert texts(render(tmp_path, tmp_path), ".answer") == ["As it is.", "New."]
    assert read == ["02_distribution", "03_tiers"]


def test_an_index_is_the_same_with_and_without_what_was_kept(ours: tuple[Path, BeautifulSoup], project: Path) -> None:
    tree, page = ours
    (tree / ".manifest" / ".cards.json").unlink()
    assert render(tree, project / "data") == page
