"""The page of a notice: every line under its number, what was read marked, what does not agree beside its line."""

import re
import time
from collections import deque
from itertools import product
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup, Tag
from nbformat import v4

from audit_lib.notebook.place_words import open_words
from audit_lib.pages.highlights import highlight
from audit_lib.pages.notice_page import frame_notice, render_notice
from audit_lib.pages.report_page import render_period
from audit_lib.sources import NOTICE, Source, find_sources
from audit_lib.tables.build import Reading, read_source
from audit_lib.wording.words import Words

ROOT = Path(__file__).parents[1]
SAMPLES = ROOT / "tests" / "samples"


def render(data: Path, folder: Path, jurisdiction: str, period: str, language: str = "en") -> BeautifulSoup:
    """Render a notice into reports/<jurisdiction>/<period>, and read the page."""
    [source] = find_sources(data, jurisdiction, period)
    page = folder / "reports" / jurisdiction / period / NOTICE
    page.parent.mkdir(parents=True, exist_ok=True)
    render_notice(source, page, open_words(data, jurisdiction, period, language), data)
    return BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")


def read_file(folder: Path, content: bytes, suffix: str) -> Reading:
    path = folder / "raw" / "jia" / f"2017{suffix}"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return read_source(folder, Source("jia", "2017", path))


def draw(reading: Reading) -> BeautifulSoup:
    return BeautifulSoup(frame_notice(reading, Words("en", {"place": "Jia", "period": "2017"}))["text"], "html.parser")


def at(page: BeautifulSoup, anchor: str) -> Tag:
    found = page.find(id=anchor)
    assert isinstance(found, Tag), anchor
    return found


def marks(part: Tag) -> list[tuple[str, str]]:
    return [(mark["class"][0], mark.get_text()) for mark in part.find_all("mark")]


@pytest.fixture(scope="module")
def leizhou(tmp_path_factory: pytest.TempPathFactory) -> BeautifulSoup:
    return render(ROOT / "data", tmp_path_factory.mktemp("leizhou"), "leizhou", "2017")


def test_every_line_stands_under_its_number(leizhou: BeautifulSoup) -> None:
    raw = (ROOT / "data" / "raw" / "leizhou" / "2017.txt").read_text(encoding="utf-8").splitlines()
    shown = {each["id"]: (each.p or each).get_text() for each in leizhou.select(".raw [id^=L]")}
    shown = {anchor: text.removeprefix("our summary ") for anchor, text in shown.items()}
    assert [each for each in leizhou.select(".line .tag") if each.get_text() != "our summary"] == []
    assert shown == {f"L{number}": line.strip() for number, line in enumerate(raw, start=1) if line.strip()}
    assert (at(leizhou, "L27").a.get_text(), at(leizhou, "L27").a["href"]) == ("27", "#L27")
    assert at(leizhou, "L101").find_parent("tr").small.get_text() == "line 101"


def test_what_was_read_is_marked_by_its_kind(leizhou: BeautifulSoup) -> None:
    assert marks(at(leizhou, "L101")) == [("unit", "食药监局")]
    assert marks(at(leizhou, "L103")) == [("score", "97")]
    assert marks(at(leizhou, "L99")) == [], "序号 is no rank"
    assert marks(at(leizhou, "L59"))[0] == ("tier", "唐家镇")
    assert [len(marks(at(leizhou, anchor))) for anchor in ("L59", "L63", "L67")] == [8, 41, 7]
    assert marks(at(leizhou, "L35")) == [("mention", name) for name in ("市民政局", "市安监局", "市海洋与渔业局")]
    kinds = [mark["class"][0] for mark in leizhou.select(".raw mark")]
    assert {kind: kinds.count(kind) for kind in set(kinds)} == {"unit": 56, "score": 56, "tier": 56, "mention": 11}
    legend = leizhou.select_one(".marks")
    assert legend is not None
    assert [kind for kind, _ in marks(legend)] == ["unit", "score", "tier", "mention"], "no rank is printed"


def test_problems_and_lines_lead_to_each_other(leizhou: BeautifulSoup) -> None:
    listed = leizhou.select(".problems li")
    assert len(listed) == 17
    assert [each["class"][0] for each in listed] == ["is-error"] * 2 + ["is-warning"] * 9 + ["is-note"] * 6
    assert (
        listed[0].p.get_text(" ", strip=True)
        == "contradiction Supervision ( 监察局 ) (80) is in the table but in no rating list line 389"
    )
    assert listed[0].a["href"] == "#L389"
    beside = leizhou.select(".raw [role=note] p")
    assert len(beside) == sum(bool(each.a) for each in listed) == 12
    for note in beside:
        problem = at(leizhou, note.a["href"].removeprefix("#"))
        place = at(leizhou, problem.a["href"].removeprefix("#"))
        assert note.parent is place.find_next(role="note")
        assert note.get_text().removeprefix(note.a.get_text()).strip() in problem.get_text()


def test_the_head_says_where_the_notice_comes_from(leizhou: BeautifulSoup) -> None:
    facts = {dt.get_text(): dt.find_next("dd").get_text() for dt in leizhou.select(".origin dt")}
    assert leizhou.h1.get_text() == "雷州市人民政府办公室关于2017年雷州市政务公开工作检查情况的通报"
    assert leizhou.h1["lang"] == "zh"
    assert facts["document number (文号)"] == "雷府办函〔2018〕35号"
    assert facts["publisher"] == "Leizhou Government Office (雷州市人民政府办公室)"
    assert facts["our raw file is"] == "abridged transcription"
    assert facts["SHA-256 of the raw file"].startswith("e9df53f5aaaa")
    assert leizhou.select_one(".origin a")["href"].startswith("http://www.leizhou.gov.cn/")


def test_a_page_is_whole_offline_and_well_formed(leizhou: BeautifulSoup, tmp_path: Path) -> None:
    render(ROOT / "data", tmp_path, "leizhou", "2017")
    path = tmp_path / "reports" / "leizhou" / "2017" / NOTICE
    html = path.read_text(encoding="utf-8")
    for tag in ("section", "div", "dl", "ol", "ul", "li", "p", "mark", "a"):
        assert len(re.findall(f"<{tag}[ >]", html)) == html.count(f"</{tag}>"), tag
    ids = [tag["id"] for tag in leizhou.find_all(id=True)]
    assert len(ids) == len(set(ids))
    assert {str(a["href"])[1:] for a in leizhou("a") if str(a["href"]).startswith("#")} <= set(ids)
    assert not leizhou("script")
    assert not leizhou.find_all(src=True)
    assert len(html) < 200_000
    render(ROOT / "data", tmp_path, "leizhou", "2017")
    assert path.read_text(encoding="utf-8") == html, "the same bytes"


def test_a_page_in_chinese(tmp_path: Path) -> None:
    page = render(ROOT / "data", tmp_path, "leizhou", "2017", "zh")
    assert page.html["lang"].startswith("zh")
    assert page.select(".problems li")[0].a.get_text() == Words("zh").place("line 389") != "line 389"


def test_a_csv_file_is_a_table_with_a_row_for_each_line(tmp_path: Path) -> None:
    page = render(ROOT / "data", tmp_path, "ministries", "2022")
    rows = page.select(".raw tr")
    assert [row["id"] for row in rows] == [f"L{number}" for number in range(1, 19)]
    assert marks(rows[1]) == [("rank", "1"), ("unit", "商务部"), ("score", "88.3")]
    assert page.select_one(".silent").get_text() == "The other 16 of the 17 checks that apply found nothing."


def test_cells_of_a_row_on_one_line_are_told_apart(tmp_path: Path) -> None:
    page = render(ROOT / "data", tmp_path, "louxing", "2017-05")
    assert marks(at(page, "L7")) == [("unit", "长青"), ("score", "85.32"), ("rank", "3")]
    assert at(page, "L7").p.decode_contents().endswith('<mark class="score">85.32</mark> | <mark class="rank">3</mark>')
    assert "86..2 is read as" in at(page, "L16").select_one("[role=note]").get_text()


@pytest.mark.parametrize(
    ("text", "runs", "marked"),
    [
        ("8 | 88 | 88.5 | 8", [("unit", "88"), ("score", "88.5"), ("rank", "8")], "88 88.5 8"),
        ("88.5 | 88", [("score", "88")], "88"),
        ("甲 镇、乙\u00a0局", [("tier", "甲镇"), ("tier", "乙局")], "甲 镇 乙\u00a0局"),
        ("乙局、甲镇", [("tier", "丙局"), ("tier", "甲镇")], "甲镇"),
        ("<b>局 & 5", [("unit", "<b>局"), ("score", "5")], "<b>局 5"),
        ("甲镇", [("extra", "甲镇")], ""),
        ("", [("unit", "甲镇")], ""),
    ],
)
def test_highlights(text: str, runs: list[tuple[str, str]], marked: str) -> None:
    html = BeautifulSoup(highlight(text, [deque(runs)]), "html.parser")
    assert html.get_text() == text
    assert " ".join(mark.get_text() for mark in html.find_all("mark")) == marked


def test_overlapping_runs_mark_each_letter_once() -> None:
    html = highlight(
        "甲镇人民政府95分", [deque([("unit", "甲镇人民政府"), ("score", "95")]), deque([("mention", "甲镇")])]
    )
    assert html == '<mark class="unit">甲镇人民政府</mark><mark class="score">95</mark>分'


def test_a_workbook_shows_the_addresses_of_its_cells(tmp_path: Path) -> None:
    content = (SAMPLES / "formats" / "merged-titles-hidden-sheet.xlsx").read_bytes()
    reading = read_file(tmp_path, content, ".xlsx")
    page = draw(reading)
    row = reading.notice.tables[0].rows[0]
    sheet, _, address = row.place.rpartition("!")
    assert marks(at(page, f"{sheet}-{address}")) == [("unit", row.unit)]
    assert page.select("td[colspan]"), "a merged title is drawn once"
    texts = [line.text for line in reading.notice.document.lines]
    assert [cell.get_text() for cell in page.select("td:not(.under)") if cell.get_text()] == texts


def test_merged_cells_of_a_web_page(tmp_path: Path) -> None:
    reading = read_file(tmp_path, (SAMPLES / "formats" / "page-merged-cells.html").read_bytes(), ".html")
    page = draw(reading)
    widths = []
    for table in page.find_all("table"):
        covered: dict[int, int] = {}
        for number, row in enumerate(table.find_all("tr")):
            for cell in row.find_all("td"):
                for below in range(int(cell.get("rowspan", 1))):
                    covered[number + below] = covered.get(number + below, 0) + int(cell.get("colspan", 1))
        widths.append(set(covered.values()))
    assert widths
    assert all(len(each) == 1 for each in widths), "rows of one width"


def test_layout_tables_give_way_to_what_they_hold(tmp_path: Path) -> None:
    reading = read_file(tmp_path, (SAMPLES / "formats" / "page-of-layout-tables.html").read_bytes(), ".html")
    page = draw(reading)
    assert not page.select("table table")
    printed = re.sub(r"\s", "", page.get_text())
    assert all(re.sub(r"\s", "", line.text) in printed for line in reading.notice.document.lines)


def test_names_are_text_and_nothing_else(tmp_path: Path, notice_text) -> None:
    evil = "<script>alert(1)</script>局"
    text = notice_text([("甲镇", 95), (evil, 85), ("甲镇", 80)], {"优秀": ["甲镇"], "良好": [evil, '"onload="x局']})
    reading = read_file(tmp_path, text.encode(), ".txt")
    page = draw(reading)
    assert page.find("script") is None
    assert ("unit", evil) in marks(page)
    assert not [name for tag in page.find_all(True) for name in tag.attrs if name.startswith("on")]
    html = frame_notice(reading, Words("en", {"place": evil, "period": "2017"}))
    assert any(evil in problem.message for problem in html["problems"])


def save_report(folder: Path, name: str) -> Path:
    path = folder / "reports" / "leizhou" / "2017" / f"{name}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    cell = v4.new_markdown_cell("# Is this a question?", id="title")  # type: ignore[no-untyped-call]
    nbformat.write(v4.new_notebook(cells=[cell]), path)  # type: ignore[no-untyped-call]
    return path


def test_a_notice_without_its_raw_file_has_no_page_and_no_links(tmp_path: Path) -> None:
    path = save_report(tmp_path, "03_tiers")
    assert render_period(path.parent, tmp_path) == [path.with_suffix(".html")]
    assert NOTICE not in path.with_suffix(".html").read_text(encoding="utf-8")


def test_reports_and_their_notice_lead_to_each_other(tmp_path: Path) -> None:
    paths = [save_report(tmp_path, name) for name in ("02_distribution", "03_tiers")]
    folder = paths[0].parent
    assert render_period(folder, ROOT / "data") == [*(path.with_suffix(".html") for path in paths), folder / NOTICE]
    links = [a["href"] for a in BeautifulSoup(paths[0].with_suffix(".html").read_text("utf-8"), "html.parser")("a")]
    assert NOTICE in links
    back = BeautifulSoup((folder / NOTICE).read_text("utf-8"), "html.parser").select(".reports a")
    assert [a["href"] for a in back] == ["02_distribution.html", "03_tiers.html"]


def test_drawing_keeps_pace_with_long_notices(tmp_path: Path, notice_text) -> None:
    rows = [(f"{''.join(signs)}镇", 100 - n / 100) for n, signs in enumerate(product("甲乙丙丁戊己庚辛壬癸", repeat=3))]
    took = {}
    for n in (125, 125, 1000):
        reading = read_file(tmp_path, notice_text(rows[:n]).encode(), ".txt")
        started = time.process_time()
        text = frame_notice(reading, Words("en", {"place": "Jia", "period": "2017"}))["text"]
        took[n] = time.process_time() - started
        assert text.count('<mark class="score">') == n
    assert took[1000] < 24 * took[125]  # 8 times where work grows with the length, 64 times with its square
