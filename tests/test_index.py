"""The index: a card for each place with its finding; its search; the status page, which lists every report."""

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
from audit_lib.fingerprints import SILENCE
from audit_lib.pages import place_reports
from audit_lib.pages.index import render_index
from audit_lib.pages.page_templates import write_json
from audit_lib.pages.place_page import render_place
from audit_lib.pages.place_reports import list_periods
from audit_lib.pages.report_page import render_period
from audit_lib.wording.words import Phrase, Words, say_nothing_found

pytestmark = pytest.mark.slow

ATTACK = '</script><script>alert(1)</script> "A & B"'
PLACES = ("baoshan", "guangdong", "jiangxi", "leizhou", "louxing", "ministries", "xianning")
WORDS = Words("en", {"place": "Jia", "period": "2017"})
CARD = {
    "subject": "",
    "inspector": "",
    "dates": "",
    "units": "",
    "badges": [],
    "drawing": "",
    "n_units": 1,
    "noun": "units",
}


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


def read(tree: Path, name: str) -> BeautifulSoup:
    return BeautifulSoup((tree / name).read_text("utf-8"), "html.parser")


def render(tree: Path, data: Path) -> BeautifulSoup:
    render_index(tree, data)
    return read(tree, "index.html")


def texts(page: BeautifulSoup, selector: str) -> list[str]:
    return [" ".join(each.get_text().split()) for each in page.select(selector)]


def links(page: BeautifulSoup, selector: str) -> list[str]:
    return [str(each["href"]) for each in page.select(selector)]


def search_of(page: BeautifulSoup) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(page.select("script")[0].get_text())
    return found


@pytest.fixture(scope="module")
def ours(project: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, BeautifulSoup]:
    """The index over a year card of every place, with their pages."""
    tree = tmp_path_factory.mktemp("reports")
    for path in sorted((project / "reports").glob("*/*/00_*.ipynb")):
        *_, place, period, name = path.parts
        (tree / place / period).mkdir(parents=True, exist_ok=True)
        shutil.copy(path, tree / place / period / name)
    for place in PLACES:
        render_place(tree, place, project / "data")
    return tree, render(tree, project / "data")


def test_a_card_shows_the_finding_of_the_latest_period_that_comes_first(tmp_path: Path) -> None:
    save(tmp_path, "jia", "2016", "00_year_card", report("As it was."))
    save(tmp_path, "jia", "2017", "00_year_card", report(say_nothing_found("trends.one_period")))
    save(tmp_path, "jia", "2017", "02_distribution", report("Scores run 70–97."))
    save(tmp_path, "jia", "2017", "03_tiers", report("No tier follows."))
    assert texts(render(tmp_path, tmp_path), ".card .answer") == ["No tier follows."]
    save(tmp_path, "jia", "2017", "05_trends", report("All scored higher."))
    assert texts(render(tmp_path, tmp_path), ".card .answer") == ["All scored higher."]


def test_a_period_without_a_finding_gives_way_to_the_one_before(tmp_path: Path) -> None:
    save(tmp_path, "jia", "2016", "00_year_card", report("As it was."))
    save(tmp_path, "jia", "2017", "00_year_card", report(say_nothing_found("trends.one_period")))
    assert texts(render(tmp_path, tmp_path), ".card .answer") == ["As it was."]


def test_the_place_with_most_findings_comes_first(tmp_path: Path) -> None:
    for place, n in (("jia", 1), ("yi", 2), ("bing", 1)):
        for number in range(n):
            save(tmp_path, place, "2017", f"0{number}_report", report("Found."))
    assert texts(render(tmp_path, tmp_path), ".card h2") == ["Yi", "Bing", "Jia"]


@pytest.mark.parametrize("key", ["trends.one_period", "rules.none", "narrative.nobody"])
def test_a_headline_is_silent_by_what_was_computed_not_by_its_words(tmp_path: Path, key: str) -> None:
    save(tmp_path, "jia", "2017", "05_trends", report(say_nothing_found(key)))
    save(tmp_path, "jia", "2017", "06_narrative", report(WORDS(key)))
    save(tmp_path, "jia", "2016", "05_trends", report("All scored higher."))
    assert texts(render(tmp_path, tmp_path), ".answer") == [WORDS(key)]
    page = read(tmp_path, "status.html")
    assert texts(page, "td .state") == ["○", "●", "●"]
    assert texts(page, "td .heard") == [WORDS(key), "finding", "finding", "no report"]


def test_the_status_page_says_what_failed_and_what_has_nothing_to_report(tmp_path: Path) -> None:
    save(tmp_path, "jia", "2017", "02_distribution", report("A & B agree."))
    for name in ("03_tiers", "03_tiers.failed", "04_groups.failed"):
        save(tmp_path, "jia", "2017", name, report("never shown" if "failed" in name else "Two of two units agree."))
    folder = tmp_path / "jia" / "2017"
    (folder / "03_tiers.failed.log").write_text("first\ncode cell 3: KeyError: '<b>'\n\n", "utf-8")
    manifest = tmp_path / ".manifest" / "jia" / "2017" / "05_trends.json"
    manifest.parent.mkdir(parents=True)
    manifest.write_text(json.dumps({SILENCE: "One period."}), "utf-8")
    save(tmp_path, "jia", "2018", "05_trends", report("All scored higher."))
    manifest.with_name("07_update_rules.json").write_text(json.dumps({SILENCE: "No rules."}), "utf-8")
    render_period(folder, tmp_path)
    render(tmp_path, tmp_path)
    page = read(tmp_path, "status.html")
    assert texts(page, "thead .state") == ["02 Distribution", "03 Ratings", "04 Groups", "05 Trends"], (
        "no notice has a report on update rules"
    )
    assert texts(page, "tr[data-of=jia-2017] td .state") == ["●", "●", "✕", "○"]
    assert texts(page, "tr[data-of=jia-2017] td .heard") == ["finding", "finding", "failed", "One period."]
    assert texts(page, ".failed:not(.state)") == [
        "The last run failed (code cell 3: KeyError: '<b>'); this is the last good report.",
        "The last run failed; there is no earlier report.",
    ]


def test_cards_say_what_who_when_and_how_many(ours: tuple[Path, BeautifulSoup]) -> None:
    cards = {str(card.h2.get_text()): card for card in ours[1].select(".card")}
    assert list(cards) == [
        *("Leizhou (雷州市)", "Baoshan (Shanghai) (上海市宝山区)", "Ministries (国务院部门)"),
        *("Guangdong (广东省)", "Jiangxi (江西省)", "Louxing (Loudi) (娄底市娄星区)", "Xianning (咸宁市)"),
    ]
    leizhou, louxing = cards["Leizhou (雷州市)"], cards["Louxing (Loudi) (娄底市娄星区)"]
    assert texts(leizhou, ".subject") == ["open-government inspection (政务公开检查)"]
    assert texts(leizhou, ".meta dd")[0] == "Leizhou Government Office (雷州市人民政府办公室)"
    assert texts(louxing, ".meta dd") == [
        *(
            "not recorded; published on www.ldlx.com",
            "September 2016, April 2017, May 2017",
            "11 subdistricts and towns in the latest",
        ),
    ]
    assert texts(leizhou, ".badges li") == ["Scores and ratings", "Tables in full, text our summary"]
    assert texts(louxing, ".badges li") == ["Scores only", "Results copied"]
    assert texts(cards["Baoshan (Shanghai) (上海市宝山区)"], ".badges li") == ["Ratings only", "Results copied"]
    assert links(leizhou, ".rest a") == ["leizhou/index.html"]
    assert texts(leizhou, ".rest a") == ["Leizhou: all 57 towns and bureaus and 1 report"]
    assert len(leizhou.select("svg.strip circle:not(.ring)")) == 56
    assert texts(louxing, "svg text")[4:] == ["2 rose", "9 fell", "April 2017", "May 2017"], "what changed"
    dots = [dot["class"][0] for dot in cards["Baoshan (Shanghai) (上海市宝山区)"].select("svg circle")]
    assert dots == ["best"] * 10 + ["middle"] * 2 + ["best"] * 7 + ["middle"] * 5, "the units rated in both periods"


def test_an_inspection_that_cannot_be_compared_is_said_to_be_so(
    ours: tuple[Path, BeautifulSoup], tmp_path: Path
) -> None:
    assert texts(ours[1], ".plainbox")[0].startswith("Seven places, each with inspections of its own.")
    save(tmp_path, "jia", "2017", "00_year_card", report("Found."))
    assert not render(tmp_path, tmp_path).select(".plainbox")


def test_few_stops_of_the_keyboard_come_before_the_first_finding(ours: tuple[Path, BeautifulSoup]) -> None:
    before = ours[1].select_one(".answer").find_all_previous(["a", "button", "input", "summary"])  # type: ignore[union-attr]
    assert len(before) <= 40


def test_units_are_searchable_by_all_their_names(ours: tuple[Path, BeautifulSoup]) -> None:
    tree, page = ours
    known = {place["id"]: place for place in search_of(page)}
    assert {name: len(place["units"]) for name, place in known.items()} == {
        "leizhou": 57,
        "baoshan": 54,
        "ministries": 32,
        "guangdong": 21,
        "jiangxi": 11,
        "louxing": 11,
        "xianning": 8,
    }
    assert known["leizhou"]["names"] == ["Leizhou", "leizhou", "雷州市"]
    units = {unit[0]: unit[1:] for unit in known["leizhou"]["units"]}
    assert units["食药监局"] == [
        *(0, "Food and Drug", "shiyaojianju", "syjj", ["市食品药品监督管理局"], "2017, 97, excellent"),
    ]
    assert units["监察局"] == [0, "Supervision", "jianchaju", "jcj", [], "2017, 80"]
    assert units["市残联"][5] == "2017, good"
    for name, place in known.items():
        assert all((tree / name / "units" / f"{unit[1] or unit[0]}.html").is_file() for unit in place["units"])


def test_the_search_is_allowed_by_its_hash_and_hidden_without_script(ours: tuple[Path, BeautifulSoup]) -> None:
    data, script = ours[1].select("script")
    assert data.attrs == {"type": "application/json", "id": "data"}
    digest = b64encode(sha256(script.get_text().encode()).digest()).decode()
    assert ours[1].select_one("meta[http-equiv]")["content"] == (  # type: ignore[index]
        f"default-src 'none'; script-src 'sha256-{digest}'; style-src 'unsafe-inline'; font-src data:; img-src data:"
    )
    [search] = ours[1].select("search")
    assert "hidden" in search.attrs
    assert texts(search, "label[for=query]") == ["Find an office"]
    assert [each["id"] for each in search.select("[role=status]")] == ["found"]


@pytest.mark.parametrize(("period", "badges"), [("2017-05", ["1 place not read"]), ("2016-09", [])])
def test_what_could_not_be_read_of_the_latest_notice_is_on_the_card(
    tmp_path: Path, project_data: Path, period: str, badges: list[str]
) -> None:
    problems = project_data / "processed" / "louxing" / "problems.csv"
    lines = problems.read_text("utf-8").splitlines()
    row = f"louxing-{period},balance,warning,,3,line 3,1 line,0 lines,a line was not read"
    problems.write_text("\n".join([*lines, row]) + "\n", "utf-8")
    save(tmp_path, "louxing", "2017-05", "00_year_card", report("Found."))
    assert texts(render(tmp_path, project_data), ".badges li") == ["Scores only", "Results copied", *badges]


def test_what_a_notice_says_stays_text(tmp_path: Path) -> None:
    save(tmp_path, "jia", "2017", "00_year_card", report(ATTACK, ATTACK))
    named = dict.fromkeys(("name", "english", "pinyin", "initials", "says"), ATTACK)
    digest = {
        "units": [{**named, "slug": "script", "others": [ATTACK]}],
        "marks": {},
        "card": {**CARD, "units": ATTACK},
    }
    path = tmp_path / ".manifest" / "jia" / ".digest.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(digest), "utf-8")
    page = render(tmp_path, tmp_path)
    assert len(page.select("script")) == 2
    assert search_of(page)[0]["units"][0][:3] == [ATTACK, "script", ATTACK]
    assert texts(page, ".answer") == texts(page, ".meta dd")[-1:] == [ATTACK]


def test_json_can_stand_in_a_script() -> None:
    assert write_json("</script><!--\u2028") == r'"\u003c/script>\u003c!--\u2028"'


def test_periods_come_from_the_latest_and_units_and_languages_are_none(tmp_path: Path) -> None:
    for period in ["2016", "2016-09", "2020Q3", "2020-07", "2017", "units", "notes"]:
        save(tmp_path, "jia", period, "00_year_card", report("Found."))
    save(tmp_path, "en", "2017", "00_year_card", report("Found."))
    page = render(tmp_path, tmp_path)
    assert texts(read(tmp_path, "status.html"), "tbody th") == [
        *("Jia July 2020", "Jia 2020Q3", "Jia 2017", "Jia September 2016", "Jia 2016"),
    ]
    assert texts(page, ".card h2") == ["Jia"]
    assert list_periods(tmp_path / "jia")[0].name == "2020-07"


def test_with_an_address_pages_show_a_picture_and_a_contact_and_without_one_neither(
    project: Path, tmp_path: Path
) -> None:
    shutil.copytree(project / "data", tmp_path / "data")
    for address, contact in (("https://example.org/r", "mailto:a@example.org"), ("", "")):
        (tmp_path / "data" / "site.toml").write_text(f'url = "{address}"\ncontact = "{contact}"\n', "utf-8")
        for language, tree in (("en", tmp_path / "reports"), ("zh", tmp_path / "reports" / "zh")):
            folder = tree / "leizhou" / "2017"
            committed = project / "reports" / tree.relative_to(tmp_path / "reports") / "leizhou" / "2017"
            shutil.copytree(committed, folder, ignore=shutil.ignore_patterns("*.html"), dirs_exist_ok=True)
            render_period(folder, tmp_path / "data")
            render_place(tree, "leizhou", tmp_path / "data", language)
            render_index(tree, tmp_path / "data", language)
            root = f"{address}/zh" if language == "zh" else address
            for name in ("index.html", "leizhou/index.html", "leizhou/units/水务局.html", "leizhou/2017/03_tiers.html"):
                page = read(tree, name)
                pictures = [each["content"] for each in page.select("meta[property='og:image']")]
                assert pictures == ([f"{root}/leizhou/2017/cover.png"] if address else [])
                assert bool(page.select("a[href^=mailto]")) == bool(contact)
            assert bool(read(folder, "notice.html").select("a[href^=mailto]")) == bool(contact)


def test_a_place_without_tables_has_neither_facts_nor_page(tmp_path: Path) -> None:
    save(tmp_path, "jia", "2017", "01_source", report("Found."))
    page = render(tmp_path, tmp_path)
    assert not page.select(".meta, .badges, .card a")
    assert texts(read(tmp_path, "status.html"), "td.number") == ["–"] * 3
    assert search_of(page) == [{"id": "jia", "names": ["Jia", "jia"], "units": []}]
    assert render_place(tmp_path, "jia", tmp_path) == []


def test_index_of_nothing_says_so(tmp_path: Path) -> None:
    page = render(tmp_path, tmp_path)
    assert texts(page, "#places") == ["There are no reports yet."]
    assert not page.select("script, table, search")


def test_pages_lead_up_to_their_place_and_the_index(tmp_path: Path) -> None:
    path = save(tmp_path, "jia", "2017", "03_tiers", report("Found."))
    [page_path] = render_period(path.parent, tmp_path)
    page = BeautifulSoup(page_path.read_text("utf-8"), "html.parser")
    assert links(page, ".trail a") == ["../../index.html", "../index.html", "../index.html#period-2017"]


def test_a_report_that_is_as_it_was_is_not_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save(tmp_path, "jia", "2017", "02_distribution", report("As it was."))
    first = render(tmp_path, tmp_path)
    seen: list[str] = []
    real = place_reports.read_card
    monkeypatch.setattr(place_reports, "read_card", lambda path: seen.append(path.stem) or real(path))
    assert render(tmp_path, tmp_path) == first
    save(tmp_path, "jia", "2017", "02_distribution", report("As it is."))
    save(tmp_path, "jia", "2017", "04_groups", report("New."))
    assert texts(render(tmp_path, tmp_path), ".answer") == ["As it is."]
    assert seen == ["02_distribution", "04_groups"]


def test_an_index_is_the_same_with_and_without_what_was_kept(ours: tuple[Path, BeautifulSoup], project: Path) -> None:
    tree, page = ours
    (tree / ".manifest" / ".cards.json").unlink()
    assert render(tree, project / "data") == page
