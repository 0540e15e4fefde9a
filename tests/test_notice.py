"""Notices as printed: Leizhou 2017 to the last row, then one awkward print a line. Synthetic units are 甲镇, 乙局 …"""

import json
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit_lib.documents.model import Line
from audit_lib.documents.read import read_document
from audit_lib.errors import AuditError
from audit_lib.notices.grids.layouts import make_layout
from audit_lib.notices.mentions import parse_heading
from audit_lib.notices.notice import Header, Notice, parse_notice, print_notice
from audit_lib.notices.words.dates import read_numeral
from audit_lib.notices.words.vocabulary import read_vocabulary

Parse = Callable[[str], Notice]
FULL_PAGE = Path(__file__).parents[2] / "shared/notices/leizhou-2017.txt"

MENTIONS = [
    ("市公安局", "一", "三", "praised"),
    ("北和镇", "一", "三", "praised"),
    ("市民政局", "二", "一", "criticised"),
    ("市安监局", "二", "一", "criticised"),
    ("市海洋与渔业局", "二", "一", "criticised"),
    ("白沙镇", "二", "四", "criticised"),
    ("调风镇", "二", "五", "criticised"),
    ("白沙镇", "二", "五", "criticised"),
    ("雷高镇", "二", "五", "criticised"),
    ("市公用事业局", "二", "六", "criticised"),
    ("市水务局", "二", "八", "criticised"),
]


@pytest.fixture(scope="module")
def parse(tmp_path_factory: pytest.TempPathFactory) -> Parse:
    path = tmp_path_factory.mktemp("notice") / "2017.txt"

    def parse(text: str) -> Notice:
        path.write_text(text, encoding="utf-8", newline="")
        return parse_notice(read_document(path))

    return parse


@pytest.fixture(scope="module", params=["committed", "full page"])
def leizhou_path(request: pytest.FixtureRequest, data: Path) -> Path:
    if request.param == "full page" and not FULL_PAGE.is_file():
        pytest.skip("the full page of leizhou-2017 is not in this checkout; the committed text is abridged")
    return FULL_PAGE if request.param == "full page" else data / "raw/leizhou/2017.txt"


@pytest.fixture(scope="module")
def leizhou_notice(leizhou_path: Path) -> Notice:
    return parse_notice(read_document(leizhou_path))


def drop_places(parsed: dict[str, Any]) -> dict[str, Any]:
    """Leave out what may differ between two prints of one notice: its file and its places."""
    text = re.sub(r'"place": "line \d+"', '"place": ""', json.dumps(parsed | {"source": None}))
    return dict(json.loads(text))


def print_lines(*lines: str) -> str:
    return "\n\n".join(lines)


def print_cells(cells: str) -> str:
    """Print each word as a cell of its own line, below a title."""
    return print_lines("2017年检查情况的通报", *cells.split(" "))


def list_rows(notice: Notice) -> list[tuple[str, float | None]]:
    """List (unit, score), and make sure that each place is the line that names the unit."""
    raw = re.split(r"\r\n|\r|\n", notice.document.path.read_bytes().decode("utf-8-sig"))
    rows = [row for table in notice.tables for row in table.rows]
    assert all(row.unit == Line(row.place, raw[int(row.place.removeprefix("line ")) - 1]).printed for row in rows)
    return [(row.unit, row.score) for row in rows]


def list_problems(notice: Notice) -> list[tuple[str, str]]:
    return [(problem.check, problem.message) for problem in notice.problems]


# Leizhou 2017, as committed and as published.


def test_leizhou_header(leizhou_notice: Notice) -> None:
    assert leizhou_notice.header == Header(
        title="雷州市人民政府办公室关于2017年雷州市政务公开工作检查情况的通报",
        document_number="雷府办函〔2018〕35号",
        issued_on=date(2018, 1, 23),
        published_on=date(2018, 1, 29),
        inspected_from=date(2017, 12, 20),
        inspected_to=date(2017, 12, 28),
        period="2017",
        units_stated=56,
    )


def test_leizhou_table(leizhou_notice: Notice) -> None:
    [table] = leizhou_notice.tables
    assert (table.table_no, table.title) == (1, "2017年雷州市政务公开工作检查评分表")
    assert table.columns == ("序号", "单位名称", "评分")
    assert [column.replace("\u00a0", "~").replace(" ", "") for column in table.padded_columns] == ["序~~号", "评~分"]
    assert [row.serial for row in table.rows] == list(range(1, 57))
    assert {(row.rank, row.tier, row.group, tuple(row.extra)) for row in table.rows} == {(None, None, None, ())}
    scores = [row.score for row in table.rows if row.score is not None]
    assert (len(scores), sum(scores), scores == sorted(scores, reverse=True)) == (56, 4793, True)
    assert leizhou_notice.problems == ()


def test_leizhou_rows_stand_where_the_unit_is_named(leizhou_path: Path, leizhou_notice: Notice) -> None:
    raw = [line.strip() for line in leizhou_path.read_text(encoding="utf-8").split("\n")]
    for row in leizhou_notice.tables[0].rows:
        line = int(row.place.removeprefix("line "))
        assert [raw[line - 3], raw[line - 1], raw[line + 1]] == [str(row.serial), row.unit, f"{row.score:g}"]


def test_leizhou_lists(leizhou_path: Path, leizhou_notice: Notice) -> None:
    raw = [line.strip() for line in leizhou_path.read_text(encoding="utf-8").split("\n")]
    assert [(tier.tier, tier.stated, tier.label, len(tier.units)) for tier in leizhou_notice.tiers] == [
        ("优秀", 8, None, 8),
        ("良好", 41, None, 41),
        ("一般", 7, None, 7),
    ]
    for tier in leizhou_notice.tiers:
        assert raw[int(tier.place.removeprefix("line ")) - 1] == "、".join(tier.units) + "。"


def test_leizhou_mentions(leizhou_notice: Notice) -> None:
    assert [(each.unit, each.section, each.item, each.sentiment) for each in leizhou_notice.mentions] == MENTIONS
    lines = {line.place: line.text for line in leizhou_notice.document.lines}
    assert all(each.unit in lines[each.place] for each in leizhou_notice.mentions)


def test_full_page_and_abridged_text_give_the_same_but_for_places(data: Path) -> None:
    if not FULL_PAGE.is_file():
        pytest.skip("the full page of leizhou-2017 is not in this checkout; the committed text is abridged")
    full, abridged = (parse_notice(read_document(path)) for path in (FULL_PAGE, data / "raw/leizhou/2017.txt"))
    assert drop_places(full.as_dict()) == drop_places(abridged.as_dict())


def test_leizhou_as_dict_is_the_promised_object(leizhou_notice: Notice) -> None:
    parsed = json.loads(json.dumps(leizhou_notice.as_dict()))
    assert {key: list(value) for key, value in parsed.items() if isinstance(value, dict)} == {
        "source": ["path", "sha256", "format", "encoding"],
        "header": ["title", "document_number", "issued_on", "published_on", "period", "units_stated"],
    }
    assert list(parsed) == ["source", "header", "tables", "tiers", "mentions", "problems"]
    assert parsed["header"]["issued_on"] == "2018-01-23"
    assert parsed["tables"][0]["columns"] == ["序号", "单位名称", "评分"]
    assert {key: value for key, value in parsed["tables"][0]["rows"][0].items() if key != "place"} == {
        "unit": "食药监局",
        "score": 97.0,
        "rank": None,
        "serial": 1,
        "tier": None,
        "group": None,
        "extra": {},
    }
    assert parsed["problems"] == []


def test_as_dict_keys_in_order(parse: Parse, notice_text: Callable[..., str]) -> None:
    text = notice_text(
        [("甲镇", "缺考"), ("乙局", 90), ("丙局", 80)], {"优秀": ["甲镇"]}, prose=["一、主要问题", "一是差,如甲镇。"]
    )
    parsed = parse(text).as_dict()
    assert list(parsed["tables"][0]) == ["table_no", "title", "columns", "rows"]
    assert list(parsed["tables"][0]["rows"][0]) == [
        "unit",
        "score",
        "rank",
        "serial",
        "tier",
        "group",
        "place",
        "extra",
    ]
    assert parsed["tables"][0]["rows"][0] == {
        "unit": "甲镇",
        "score": None,
        "rank": None,
        "serial": 1,
        "tier": None,
        "group": None,
        "place": "line 33",
        "extra": {},
    }
    assert parsed["tiers"] == [{"tier": "优秀", "stated": 1, "label": None, "units": ["甲镇"], "place": "line 13"}]
    assert list(parsed["tiers"][0]) == ["tier", "stated", "label", "units", "place"]
    assert parsed["mentions"] == [
        {"unit": "甲镇", "section": "一", "item": "一", "place": "line 9", "sentiment": "criticised"}
    ]
    assert list(parsed["mentions"][0]) == ["unit", "section", "item", "place", "sentiment"]
    message = "甲镇: found score '缺考'; expected a number"
    assert parsed["problems"] == [
        {"check": "score_unreadable", "severity": "error", "message": message, "place": "line 35"}
    ]
    assert list(parsed["problems"][0]) == ["check", "severity", "message", "place"]


# Cells.

SERIAL = "序号 单位名称 评分"


@pytest.mark.parametrize(
    ("cells", "rows"),
    [
        (f"{SERIAL} 1 甲镇 97 2 乙局 88.5", [("甲镇", 97), ("乙局", 88.5)]),
        ("序\u00a0\u00a0号 单位\u3000名称 评\u00a0分 1 甲镇 97 2 乙局 96", [("甲镇", 97), ("乙局", 96)]),
        ("序\u200b号 单位名称\ufeff 评分 1 甲镇 97 2 乙局 96", [("甲镇", 97), ("乙局", 96)]),
        (f"{SERIAL} １ 甲镇 ９７ ２ 乙局 ８８．５", [("甲镇", 97), ("乙局", 88.5)]),
        (f"{SERIAL} 1 甲镇 97分 2 乙局 88.5\u00a0分", [("甲镇", 97), ("乙局", 88.5)]),
        (f"{SERIAL} 1 甲\u3000\u3000镇 9\u00a07 2 乙局 96", [("甲\u3000\u3000镇", 97), ("乙局", 96)]),
        (f"{SERIAL} 1 甲镇 \u00a0 97 2 \u200b 乙局 96", [("甲镇", 97), ("乙局", 96)]),
        (f"{SERIAL} 1 甲镇 104.5 2 乙局 -3", [("甲镇", 104.5), ("乙局", -3)]),
        (f"{SERIAL} 1 新城\uff08马陆镇\uff09 97 2 乙局 96", [("新城\uff08马陆镇\uff09", 97), ("乙局", 96)]),
        (f"{SERIAL} 1 12345热线办 97 2 乙局 96", [("12345热线办", 97), ("乙局", 96)]),
        (f"{SERIAL} 1 甲镇 97 3 丙局 95 2 乙局 96", [("甲镇", 97), ("丙局", 95), ("乙局", 96)]),
        (f"{SERIAL} 1 甲镇 97 5 乙局 96 90 丙局 95", [("甲镇", 97), ("乙局", 96), ("丙局", 95)]),
        ("单位 得分 甲镇 97 乙局 96", [("甲镇", 97), ("乙局", 96)]),
        ("单位 得分 双江 97 杉山 96", [("双江", 97), ("杉山", 96)]),
        ("单位 得分 主动公开 依申请 甲镇 97 40 30 乙局 96 41 31", [("甲镇", 97), ("乙局", 96)]),
        ("单位 等次 得分 甲镇 优秀 97 乙局 良好 88", [("甲镇", 97), ("乙局", 88)]),
        ("单位 得分 等次 甲镇 97 优秀 乙局 88 良好", [("甲镇", 97), ("乙局", 88)]),
        (
            "名次 单位 得分 1 甲镇 97 2 乙局 90 2 丙局 90 4 丁镇 80",
            [("甲镇", 97), ("乙局", 90), ("丙局", 90), ("丁镇", 80)],
        ),
        (
            "序号 单位 得分 序号 单位 得分 1 甲镇 97 3 丙局 95 2 乙局 96 4 丁镇 94",
            [("甲镇", 97), ("丙局", 95), ("乙局", 96), ("丁镇", 94)],
        ),
    ],
)
def test_rows(parse: Parse, cells: str, rows: list[tuple[str, float]]) -> None:
    notice = parse(print_cells(cells))
    assert list_rows(notice) == [(re.sub(r"\s", "", unit), score) for unit, score in rows]
    assert notice.problems == ()
    assert len(notice.tables) == 1


@pytest.mark.parametrize(
    ("cells", "rows", "problems"),
    [
        (
            f"{SERIAL} 1 甲镇 86..67 2 乙局 缺考 3 丙局 90",
            [("甲镇", None), ("乙局", None), ("丙局", 90)],
            ["甲镇: found score '86..67'; expected a number", "乙局: found score '缺考'; expected a number"],
        ),
        (
            f"{SERIAL} 1 甲镇 90 2 乙局 缺考",
            [("甲镇", 90), ("乙局", None)],
            ["乙局: found score '缺考'; expected a number"],
        ),
        (
            f"{SERIAL} 1 甲镇 97 2 乙局 3 丙局 95 4 丁镇 94",
            [("甲镇", 97), ("乙局", None), ("丙局", 95), ("丁镇", 94)],
            ["乙局: found 2 cells; expected 3"],
        ),
        (
            f"{SERIAL} 1 甲镇 2 乙局 3 丙局 95",
            [("甲镇", None), ("乙局", None), ("丙局", 95)],
            ["甲镇: found 2 cells; expected 3", "乙局: found 2 cells; expected 3"],
        ),
        (f"{SERIAL} 1 甲镇 97 2 乙局", [("甲镇", 97), ("乙局", None)], ["乙局: found 2 cells; expected 3"]),
        (
            f"{SERIAL} 1 甲镇 97 2 乙局 3 丙局",
            [("甲镇", 97), ("乙局", None), ("丙局", None)],
            ["乙局: found 2 cells; expected 3", "丙局: found 2 cells; expected 3"],
        ),
        (
            f"{SERIAL} 1 甲镇 97 加分项 2 乙局 96",
            [("甲镇", 97), ("乙局", 96)],
            ["found '加分项' between two rows"],
        ),
        (
            f"{SERIAL} 1 甲镇 97 续表 2 乙局 96",
            [("甲镇", 97), ("乙局", 96)],
            ["found '续表' between two rows"],
        ),
        (
            f"{SERIAL} 1 甲镇 97 2 96 3 丙局 95 4 丁镇 94",
            [("甲镇", 97), ("丙局", 95), ("丁镇", 94)],
            ["found '2' between two rows", "found '96' between two rows"],
        ),
        (
            "单位 得分 甲镇 缺考 乙局 96 丙局 95",
            [("甲镇", None), ("乙局", 96), ("丙局", 95)],
            ["甲镇: found score '缺考'; expected a number"],
        ),
        (
            "单位 得分 甲镇 97 乙局 丙局 95",
            [("甲镇", 97), ("乙局", None), ("丙局", 95)],
            ["乙局: found 1 cells; expected 2"],
        ),
        (
            "名次 单位 得分 1 甲镇 97 2 乙局 90 丙局 90 丁镇 90 5 戊局 80 6 己局 70 7 庚局 60",
            [("甲镇", 97), ("乙局", 90), ("戊局", 80), ("己局", 70), ("庚局", 60)],
            [f"found {cell!r} between two rows" for cell in ("丙局", "90", "丁镇", "90")],
        ),
        (
            "名次 单位 得分 1 甲镇 97 2 乙局 90 丙局 90 丁镇 90 戊局 90 己局 90 7 庚局 80",
            [("甲镇", 97), ("乙局", 90)],
            ["found '丙局' below the last row"],
        ),
    ],
)
def test_rows_that_cannot_be_read_whole_are_kept_and_reported(
    parse: Parse, cells: str, rows: list[tuple[str, float | None]], problems: list[str]
) -> None:
    notice = parse(print_cells(cells))
    assert list_rows(notice) == rows
    assert [message for _, message in list_problems(notice)] == problems


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        ("名次 单位 得分 1 甲镇 97 2 乙局 96", [(None, 1, 97, None, {}), (None, 2, 96, None, {})]),
        ("单位 得分 排名 甲镇 97 1 乙局 96 2", [(None, 1, 97, None, {}), (None, 2, 96, None, {})]),
        ("编号 单位 得分 1 甲镇 97 2 乙局 96", [(1, None, 97, None, {}), (2, None, 96, None, {})]),
        ("序号 单位 得分 名次 1 甲镇 90 2 2 乙局 95 1", [(1, 2, 90, None, {}), (2, 1, 95, None, {})]),
        ("序号 单位 得分 等次 1 甲镇 97 优秀 2 乙局 88 A级", [(1, None, 97, "优秀", {}), (2, None, 88, "A级", {})]),
        ("序号 单位 等次 1 甲镇 优秀 2 乙局 良好", [(1, None, None, "优秀", {}), (2, None, None, "良好", {})]),
        ("单位 等次 甲镇 优秀 乙局 良好", [(None, None, None, "优秀", {}), (None, None, None, "良好", {})]),
        (
            "序号 单位 备注 得分 1 甲镇 迟报 97 2 乙局 无 96",
            [(1, None, 97, None, {"备注": "迟报"}), (2, None, 96, None, {"备注": "无"})],
        ),
        (
            "序号 单位 得分 备注 1 甲镇 97 2 乙局 96 迟报 3 丙局 95",
            [(1, None, 97, None, {}), (2, None, 96, None, {"备注": "迟报"}), (3, None, 95, None, {})],
        ),
        (
            "序号 单位 得分 总分 1 甲镇 40 97 2 乙局 30 88",
            [(1, None, 97, None, {"得分": "40"}), (2, None, 88, None, {"得分": "30"})],
        ),
        (
            "单位 得分 名次 甲镇 97 1 乙局 2 丙局 95 3",
            [(None, 1, 97, None, {}), (None, None, None, None, {}), (None, 3, 95, None, {})],
        ),
        (
            "单位 名次 得分 甲镇 1 97 乙局 88.5 丙局 3 80",
            [(None, 1, 97, None, {}), (None, None, 88.5, None, {}), (None, 3, 80, None, {})],
        ),
        (
            "序号 单位 得分 等次 1 甲镇 97 优秀 2 乙局 缺考 3 丙局 80 一般",
            [(1, None, 97, "优秀", {}), (2, None, None, "缺考", {}), (3, None, 80, "一般", {})],
        ),
    ],
)
def test_columns_go_where_their_header_says(parse: Parse, cells: str, values: list[tuple[object, ...]]) -> None:
    [table] = parse(print_cells(cells)).tables
    assert [(row.serial, row.rank, row.score, row.tier, row.extra) for row in table.rows] == values


@pytest.mark.parametrize(
    ("cells", "tables"),
    [
        (f"表一 {SERIAL} 1 甲镇 97 2 乙镇 96 表二 {SERIAL} 1 丙局 95 2 丁局 94", [("表一", 2), ("表二", 2)]),
        (f"表一 {SERIAL} 1 甲镇 97 2 乙镇 96 附件2 表二 {SERIAL} 1 丙局 95 2 丁局 94", [("表一", 2), ("表二", 2)]),
        (f"表一 {SERIAL} 1 甲镇 97 2 乙镇 {SERIAL} 1 丙局 95 2 丁局 94", [("表一", 2), (None, 2)]),
        (f"表一 {SERIAL} 1 甲镇 97 2 乙镇 96 {SERIAL} 3 丙局 95 4 丁局 94", [("表一", 4)]),
        (f"表一 {SERIAL} 1 甲镇 97 2 乙镇 96 表二 {SERIAL} 3 丙局 95 4 丁局 94", [("表一", 2), ("表二", 2)]),
        ("表一 单位 得分 甲镇 97 乙镇 96 表二 单位 得分 丙局 95 丁局 94", [("表一", 2), ("表二", 2)]),
        (f"{'长' * 51} {SERIAL} 1 甲镇 97 2 乙镇 96", [(None, 2)]),
    ],
)
def test_tables_end_at_the_next_header(parse: Parse, cells: str, tables: list[tuple[str | None, int]]) -> None:
    notice = parse(print_cells(cells))
    assert [(table.title, len(table.rows)) for table in notice.tables] == tables
    assert [table.table_no for table in notice.tables] == list(range(1, len(tables) + 1))


@pytest.mark.parametrize(
    ("below", "problems"),
    [
        (["特此通报", "甲市人民政府办公室", "2018年1月23日"], []),
        (["联系人", "张三", "联系电话", "0759-8812345", "13800000000"], []),
        (["四、下一步工作要求", "(一)各单位要重视。", "(二)2周内更新。"], []),
        (["合计", "193"], ["found 合计: no unit, not read"]),
        (["平均分", "96.5", "满分", "100"], ["found 平均分: no unit, not read", "found 满分: no unit, not read"]),
        (["附件", "2", "其他材料"], ["found '2' below the last row"]),
        (["3", "四、下一步工作要求", "各单位要重视。", "90"], ["found '3' below the last row"]),
        (["序号", "检查项目", "分值", "1", "领导到位", "10", "2", "制度健全", "10"], []),
    ],
)
@pytest.mark.parametrize("head", [SERIAL, "名次 单位 得分", "单位 得分"])
def test_what_stands_below_a_table_gives_no_rows(
    parse: Parse, head: str, below: list[str], problems: list[str]
) -> None:
    first, second = (["1"], ["2"]) if head != "单位 得分" else ([], [])
    notice = parse(print_lines("通报", *head.split(), *first, "甲镇", "97", *second, "乙局", "96", *below))
    assert list_rows(notice) == [("甲镇", 97), ("乙局", 96)]
    assert [message for _, message in list_problems(notice)] == problems


@pytest.mark.parametrize(
    "prose",
    [
        ["联系电话:0759-8812345", "8812345", "13800000000"],
        ["2017年12月20日", "2018-01-29", "20180123"],
        ["1", "2", "3", "检查了56个单位", "97"],
        ["单位", "得分", "评分"],
        ["序号", "一是重视不够", "97"],
        ["单位名称", "甲市人民政府", "2018年1月23日"],
    ],
)
def test_numbers_in_prose_give_no_rows(parse: Parse, notice_text: Callable[..., str], prose: list[str]) -> None:
    notice = parse(notice_text([("甲镇", 97), ("乙局", 96)], prose=prose))
    assert list_rows(notice) == [("甲镇", 97), ("乙局", 96)]
    assert notice.problems == ()


def test_a_table_under_an_unknown_header_is_reported(parse: Parse, notice_text: Callable[..., str]) -> None:
    rows = [(f"{name}镇", 90) for name in "甲乙丙丁戊"]
    notice = parse(notice_text(rows, {"优秀": ["甲镇"]}, columns=("次序", "名称", "考评情况")))
    assert notice.tables == ()
    message = "found 10 numbers on lines of their own; expected a table with a header that we know"
    assert list_problems(notice) == [("table_unread", message)]


# Lists.


@pytest.mark.parametrize(
    ("lines", "lists"),
    [
        (["(一)优秀单位(2个)", "甲镇、乙局。"], [("优秀", 2, None, ["甲镇", "乙局"])]),
        (["一、优秀单位\uff082个\uff09", "甲镇、乙局"], [("优秀", 2, None, ["甲镇", "乙局"])]),
        (["优秀单位", "甲镇、乙局。"], [("优秀", None, None, ["甲镇", "乙局"])]),
        (["优秀单位\uff1a", "甲镇、乙局。"], [("优秀", None, None, ["甲镇", "乙局"])]),
        (["优秀单位(2家):甲镇、乙局。"], [("优秀", 2, None, ["甲镇", "乙局"])]),
        (["优秀单位(1个)", "甲镇。"], [("优秀", 1, None, ["甲镇"])]),
        (["优秀等次", "双江、杉山、市残联。"], [("优秀", None, None, ["双江", "杉山", "市残联"])]),
        (["优秀单位(3个)", "甲镇", "乙局", "丙局"], [("优秀", 3, None, [unit]) for unit in ("甲镇", "乙局", "丙局")]),
        (["优秀单位", "甲镇,乙局,丙局"], [("优秀", None, None, ["甲镇", "乙局", "丙局"])]),
        (["优秀单位", "甲镇\uff0c乙局\uff1b"], [("优秀", None, None, ["甲镇", "乙局"])]),
        (
            ["优秀单位(4个)", "乡镇:甲镇、乙镇;", "委局:丙局、丁局。"],
            [("优秀", 4, "乡镇", ["甲镇", "乙镇"]), ("优秀", 4, "委局", ["丙局", "丁局"])],
        ),
        (
            ["优秀单位", "乡镇\uff1a甲镇、乙镇\uff1b", "委局\uff1a丙局。"],
            [("优秀", None, "乡镇", ["甲镇", "乙镇"]), ("优秀", None, "委局", ["丙局"])],
        ),
        (
            ["优秀单位", "镇政府(街道、管委会):新城(马陆镇)、甲镇、乙镇。"],
            [("优秀", None, "镇政府(街道、管委会)", ["新城(马陆镇)", "甲镇", "乙镇"])],
        ),
        (["优秀单位(1个)", "区政府(办公室、信息办)。"], [("优秀", 1, None, ["区政府(办公室、信息办)"])]),
        (
            ["优秀单位", "甲镇。", "良好单位(1个):乙局", "一般单位", "丙局。"],
            [("优秀", None, None, ["甲镇"]), ("良好", 1, None, ["乙局"]), ("一般", None, None, ["丙局"])],
        ),
        (["优秀单位(2个)", "市 甲\u3000局、乙\u200b镇。"], [("优秀", 2, None, ["市甲局", "乙镇"])]),
        (
            ["不合格单位", "甲镇。", "合格单位", "乙局。"],
            [("不合格", None, None, ["甲镇"]), ("合格", None, None, ["乙局"])],
        ),
        (["优秀单位(0个)", "良好单位", "甲镇。"], [("良好", None, None, ["甲镇"])]),
        (
            ["优秀单位", "甲镇。", "乡镇:双江、杉山。"],
            [("优秀", None, None, ["甲镇"]), ("优秀", None, "乡镇", ["双江", "杉山"])],
        ),
        (["双江1个单位2021年度考核结果为优秀等次。"], [("优秀", 1, None, ["双江"])]),
        (["优秀单位", "甲镇。", "不合格单位", "无。"], [("优秀", None, None, ["甲镇"]), ("不合格", None, None, [])]),
    ],
)
def test_lists(parse: Parse, lines: list[str], lists: list[tuple[str, int | None, str | None, list[str]]]) -> None:
    notice = parse(print_lines("通报", *lines))
    assert [(tier.tier, tier.stated, tier.label, list(tier.units)) for tier in notice.tiers] == lists
    assert notice.problems == ()


@pytest.mark.parametrize(
    "below",
    [
        ["特此通报", "甲市人民政府办公室", "2018年1月23日"],
        ["甲市人民政府办公室", "2018年1月23日"],
        ["2018-01-23"],
        ["希望以上单位发扬成绩,再接再厉。"],
        ["希望以上单位发扬成绩\uff0c再接再厉\uff0c为各镇作出表率。"],
        ["附件:2017年检查评分表"],
        ["联系人:张三"],
        ["联系电话:0759-8812345"],
        ["附件:1、评分表"],
        ["四、下一步要求", "各镇、各局要重视。"],
        ["经检查,以下单位较好:丙局、丁局。"],
    ],
)
@pytest.mark.parametrize("stated", ["", "(2个)", "(9个)"])
def test_what_stands_below_a_list_is_no_unit(parse: Parse, stated: str, below: list[str]) -> None:
    notice = parse(print_lines("通报", f"优秀单位{stated}", "甲镇、乙局。", *below))
    assert [tier.units for tier in notice.tiers] == [("甲镇", "乙局")]
    counts = [("tier_count", "优秀: found 2 names; the heading states 9")]
    assert list_problems(notice) == (counts if stated == "(9个)" else [])


def test_a_list_is_read_to_its_end_whatever_its_heading_states(parse: Parse) -> None:
    notice = parse(print_lines("通报", "优秀单位(1个)", "甲镇。", "乙局、丙局。"))
    assert [tier.units for tier in notice.tiers] == [("甲镇",), ("乙局", "丙局")]
    assert list_problems(notice) == [("tier_count", "优秀: found 3 names; the heading states 1")]


@pytest.mark.parametrize(
    ("lines", "n_listed", "message"),
    [
        (["优秀单位(2个)", "经研究决定,以下单位。"], 0, "found no list of units under '优秀单位(2个)'"),
        (["优秀单位", f"甲镇、{'长' * 21}局。"], 0, "found no list of units under '优秀单位'"),
    ],
)
def test_what_may_be_a_list_is_reported(parse: Parse, lines: list[str], n_listed: int, message: str) -> None:
    notice = parse(print_lines("通报", *SERIAL.split(), "1", "甲镇", "97", *lines))
    assert sum(len(tier.units) for tier in notice.tiers) == n_listed
    assert list_problems(notice) == [("list_unread", message)]


@pytest.mark.parametrize(("rows", "tiers"), [(2, 0), (0, 2), (2, 2)])
def test_table_or_lists_are_enough(parse: Parse, notice_text: Callable[..., str], rows: int, tiers: int) -> None:
    notice = parse(
        notice_text([("甲镇", 97), ("乙局", 96)][:rows], {"优秀": ["甲镇"], "良好": ["乙局"]} if tiers else {})
    )
    assert (len(notice.tables), len(notice.tiers)) == (rows // 2, tiers)


def test_neither_table_nor_lists_is_an_error(make_notice: Callable[..., Path]) -> None:
    path = make_notice()
    with pytest.raises(AuditError) as caught:
        parse_notice(read_document(path))
    assert str(caught.value) == (
        f"{path}: found neither a score table nor a tier list (6 lines or cells, 1 of them a name alone, "
        "none with a list or numbers beside names); expected at least one of them"
    )


# Header.


@pytest.mark.parametrize(
    ("lines", "fact", "value"),
    [
        (["2016年检查的通报"], "period", "2016"),
        (["检查的通报"], "period", None),
        (["首页", "2017年检查的通报"], "title", "2017年检查的通报"),
        (["首页", "检查结果"], "title", "首页"),
        (["2017年检查的通 报"], "title", "2017年检查的通报"),
        (["甲府办函〔2018〕35号"], "document_number", "甲府办函〔2018〕35号"),
        (["甲府办函[2018] 35号"], "document_number", "甲府办函[2018]35号"),
        (["甲府办函〔2018〕35号和36号"], "document_number", None),
        (["日期: 2018-01-29 16:04:06"], "published_on", date(2018, 1, 29)),
        (["日期: 2018-1-2 09:10:00"], "published_on", date(2018, 1, 2)),
        (["发布时间\uff1a2018-01-29 16:04"], "published_on", date(2018, 1, 29)),
        (["发布日期:2018年1月9日"], "published_on", date(2018, 1, 9)),
        (["成文日期: 2018-01-23", "发布日期: 2018-01-29"], "published_on", date(2018, 1, 29)),
        (["日期: 2018-02-30"], "published_on", None),
        (["日期: 近日"], "published_on", None),
        (["2018年 1月23日"], "issued_on", date(2018, 1, 23)),
        (["2018\u00a0年 1 月 23 日"], "issued_on", date(2018, 1, 23)),
        (["2017年1月2日", "2018年1月23日"], "issued_on", date(2018, 1, 23)),
        (["2018年13月23日"], "issued_on", None),
        (["于2017年12月20日至2017年12月28日检查"], "inspected_to", date(2017, 12, 28)),
        (["检查了56个单位"], "units_stated", 56),
        (["检查了５６个 单位"], "units_stated", 56),
        ([f"检查了{'5' * 5000}个单位"], "units_stated", None),
    ],
)
def test_header(parse: Parse, lines: list[str], fact: str, value: object) -> None:
    notice = parse(print_lines(*lines, *SERIAL.split(), "1", "甲镇", "97", "2", "乙局", "96"))
    assert getattr(notice.header, fact) == value


@pytest.mark.parametrize(
    ("text", "heading"),
    [
        ("二、主要存在问题", ("section", "二", "主要存在问题")),
        ("(一)主要特点", ("subsection", "一", "主要特点")),
        ("\uff08一\uff09主要特点", ("subsection", "一", "主要特点")),
        (" 十一是重视不够", ("item", "十一", "重视不够")),
        ("一些单位", None),
        ("2、制度", None),
    ],
)
def test_headings(text: str, heading: tuple[str, str, str] | None) -> None:
    found = parse_heading(Line("line 3", text))
    assert (found and (found.level, found.numeral, found.text)) == heading


# Mentions.


@pytest.mark.parametrize(
    ("prose", "mentions"),
    [
        (["二、主要存在问题", "一是重视不够,如市民政局。"], [("市民政局", "二", "一", "criticised")]),
        (["二、主要存在问题", "一是重视不够,如民政局。"], [("民政局", "二", "一", "criticised")]),
        (["(一)主要特点", "市民政局好。"], []),
        (["一、基本情况", "(一)主要特点", "一是市民政局好。"], [("市民政局", "一", "一", "praised")]),
        (["一、基本情况", "市民政局。"], [("市民政局", "一", None, None)]),
        (
            ["一、特点", "甲镇好。", "二、问题", "甲镇差。"],
            [("甲镇", "一", None, "praised"), ("甲镇", "二", None, "criticised")],
        ),
        (
            ["一、情况", "(一)特点", "甲镇好。", "(二)其他", "甲镇。"],
            [("甲镇", "一", None, "praised"), ("甲镇", "一", None, None)],
        ),
        (["一、问题", "甲镇差,甲镇又差,再说甲 镇。"], [("甲镇", "一", None, "criticised")]),
        (["一、问题", "市民政局差,民政局又差。"], [("市民政局", "一", None, "criticised")]),
        (
            ["一、问题", "一是差。", "如甲镇。", "二是如甲镇。"],
            [("甲镇", "一", "一", "criticised"), ("甲镇", "一", "二", "criticised")],
        ),
        (["一、问题", "全市民众和政局。"], []),
        (
            ["一、问题", "新城\uff08马陆镇\uff09…和甲镇"],
            [("新城\uff08马陆镇\uff09", "一", None, "criticised"), ("甲镇", "一", None, "criticised")],
        ),
        ([f"一、{'长' * 31}问题", "甲镇。"], [("甲镇", "一", None, None)]),
        (["甲镇差。"], []),
    ],
)
def test_mentions(parse: Parse, prose: list[str], mentions: list[tuple[str | None, ...]]) -> None:
    table = [*SERIAL.split(), "1", "甲镇", "97", "2", "市民政局", "96", "3", "新城(马陆镇)", "95"]
    notice = parse(print_lines("通报", *prose, *table))
    assert [(each.unit, each.section, each.item, each.sentiment) for each in notice.mentions] == mentions


# All of it.

NAMES = st.lists(
    st.builds(
        str.__add__,
        st.text("东南西北和安平清河山水沙龙英白", min_size=1, max_size=4),
        st.sampled_from(["镇", "局", "街道"]),
    ),
    min_size=1,
    max_size=12,
    unique=True,
)
SCORES = st.integers(0, 200).map(lambda half: half / 2)
TABLES = NAMES.flatmap(lambda names: st.tuples(*(st.tuples(st.just(name), SCORES) for name in names)))


@given(table=TABLES, lost=st.sets(st.integers(0, 11)), below=st.sampled_from(["", "特此通报", "—3—", "注:满分100分"]))
@settings(max_examples=120)
def test_any_table_comes_back_and_lost_scores_shift_no_other(
    parse: Parse, notice_text: Callable[..., str], table: tuple[tuple[str, float], ...], lost: set[int], below: str
) -> None:
    rows = [(unit,) if at in lost and at > 0 else (unit, f"{score:g}") for at, (unit, score) in enumerate(table)]
    notice = parse(notice_text(rows, below=[below]))
    expected = [(unit, None if at in lost and at > 0 else score) for at, (unit, score) in enumerate(table)]
    assert list_rows(notice) == expected
    assert [row.serial for row in notice.tables[0].rows] == list(range(1, len(table) + 1))
    assert len(notice.problems) == sum(score is None for _, score in expected)


def is_padding(line: str, at: int) -> bool:
    """Check whether a space here separates no words: two characters or more on either side may be two names."""
    before, after = re.split("[、。]", line[:at])[-1], re.split("[、。]", line[at:])[0]
    return min(len(before), len(after)) < 2


@pytest.mark.parametrize(
    ("listed", "stated", "units"),
    [
        ("沙英河 清街道。", 1, ["沙英河清街道"]),
        ("沙英河 清街道。", 2, ["沙英河", "清街道"]),
        ("东东\u00a0\u200b镇。", 1, ["东东镇"]),
    ],
)
def test_the_stated_number_decides_what_spaces_separate(
    parse: Parse, listed: str, stated: int, units: list[str]
) -> None:
    notice = parse(f"关于考核情况的通报\n一、优秀单位({stated}个)\n{listed}\n特此　通报\n2018年1月23日")
    assert [each.units for each in notice.tiers] == [tuple(units)]
    assert [each for each in notice.problems if each.severity == "error"] == []


SPACES = " \t\u00a0\u3000\u200b\ufeff"
PADDINGS = ["", *SPACES, *(one + other for one in SPACES for other in SPACES)]


@given(table=TABLES, data=st.data())
@settings(max_examples=60)
def test_padding_and_blank_lines_change_nothing_but_places(
    parse: Parse, notice_text: Callable[..., str], table: tuple[tuple[str, float], ...], data: st.DataObject
) -> None:
    units = [unit for unit, _ in table]
    tiers = {"优秀": units[:1], "良好": units[1:]} if units[1:] else {"优秀": units}
    lines = notice_text(table, tiers, prose=["一、问题", f"一是如{units[0]}。"]).split("\n\n")
    padding = st.sampled_from(PADDINGS)
    padded = []
    for line in lines:
        at = data.draw(st.sampled_from([at for at in range(len(line) + 1) if is_padding(line, at)]))
        spaced = line[:at] + data.draw(padding) + line[at:] if re.fullmatch(r"[\u4e00-\u9fff、。]+", line) else line
        padded += [data.draw(padding) + spaced + data.draw(padding), *data.draw(st.lists(padding, max_size=2))]
    assert drop_places(parse("\n".join(padded)).as_dict()) == drop_places(parse("\n\n".join(lines)).as_dict())


WORDS = [
    *["序号", "单位", "单位名称", "评分", "得分", "名次", "等次", "1", "2", "97", "88.5", "甲镇", "乙局"],
    *["优秀单位", "优秀", "良好单位(2个)", "甲镇、乙局。", "一、问题"],
    "",
]


@given(text=st.text(max_size=80) | st.lists(st.sampled_from(WORDS) | st.text(max_size=4), max_size=25).map("\n".join))
@settings(max_examples=300)
def test_any_text_gives_a_notice_or_an_error(parse: Parse, text: str) -> None:
    try:
        notice = parse(text)
    except AuditError as error:
        assert len(str(error).splitlines()) == 1
    else:
        assert json.loads(json.dumps(notice.as_dict(), allow_nan=False)) == notice.as_dict()
        assert list(print_notice(notice))


@pytest.mark.parametrize(
    ("columns", "meanings"),
    [
        ("序号 单位 得分", "serial unit score"),
        ("乡镇 村 得分", "group unit score"),
        ("单位 总分 得分", "unit score extra"),
        ("单位 得分 总分 平均分", "unit extra score extra"),
        ("单位 总分 得分 合计", "unit extra extra score"),
    ],
)
def test_of_columns_with_one_meaning_the_total_or_the_last_is_read(columns: str, meanings: str) -> None:
    layout = make_layout(tuple(columns.split()), read_vocabulary())
    assert layout is not None
    assert " ".join(layout.meanings) == meanings


@pytest.mark.parametrize(("names", "is_known"), [("甲镇 乙局 丙", True), ("甲镇 乙", False), ("甲 乙", False)])
def test_a_column_holds_units_where_most_cells_are_names(names: str, is_known: bool) -> None:
    body = [[name, "97"] for name in names.split()]
    assert (make_layout(("甲", "得分"), read_vocabulary(), body) is not None) == is_known


@pytest.mark.parametrize(("after", "skipped"), [("2", 0), ("3", 1), ("5", 3), ("6", None), ("1", None)])
def test_rows_that_a_numbering_skips_are_counted(after: str, skipped: int | None) -> None:
    layout = make_layout(("序号", "单位", "得分"), read_vocabulary())
    assert layout is not None
    assert layout.count_skipped(["1", "甲镇", "97", after, "乙镇", "96"], 0, 3, 1) == skipped


@pytest.mark.parametrize(
    ("printed", "number"), [("十", 10), ("十二", 12), ("二十一", 21), ("一百零八", 108), ("二楼", None)]
)
def test_numerals_are_read(printed: str, number: int | None) -> None:
    assert read_numeral(printed) == number


def test_a_last_row_with_more_decimals_that_is_the_mean_is_no_unit(parse: Parse) -> None:
    rows = [
        "│成员│考核得分│",
        "│吉安市│92.5│",
        "│大科│91.5│",
        "│河源│88.5│",
        "│东莞│83│",
        "│萍乡市│75│",
        "│均值│86.10│",
    ]
    notice = parse("\n".join(["2021年6月份考评情况的通报", *rows]))
    assert [row.unit for row in notice.tables[0].rows] == ["吉安市", "大科", "河源", "东莞", "萍乡市"]
    assert [each.message for each in notice.problems] == ["found 均值: no unit, not read"]


TITLE = "某县2023年9月份考核情况的通报"
TIERS_OF_PRINTS = [
    ("优秀档:甲县、乙县;良好档:丙县、丁县。", {"优秀": "甲县 乙县", "良好": "丙县 丁县"}),
    (
        "(一)先进等次:中山\u3000大科\u3000新余市\u3000乐坪\n(二)达标等次:横山",
        {"先进": "中山 大科 新余市 乐坪", "达标": "横山"},
    ),
    ("好:(2个)\n甲村、乙村\n差:(1个)\n丙村", {"好": "甲村 乙村", "差": "丙村"}),
    ("甲级 甲镇 乙镇\n乙级 丙镇 丁镇", {"甲级": "甲镇 乙镇", "乙级": "丙镇 丁镇"}),
    ("县一中(优秀)\n县职校:良好", {"优秀": "县一中", "良好": "县职校"}),
    ("优秀街道:东街道、西街道\n达标街道:南街道、北街道", {"优秀": "东街道 西街道", "达标": "南街道 北街道"}),
    ("第一档次:甲乡、乙局\n第二档次:丙乡、丁局", {"第一档次": "甲乡 乙局", "第二档次": "丙乡 丁局"}),
    ("(一)各县等次为:甲县、乙县为优秀等次;丙县为良好等次。", {"优秀": "甲县 乙县", "良好": "丙县"}),
    ("甲县和乙县、丙县评定为优秀等次。", {"优秀": "甲县 乙县 丙县"}),
    ("红榜(2个)\n1.甲村:环境整洁,制度完善。\n2.乙村:干净。", {"红榜": "甲村 乙村"}),
    ("以下2个合格:\n甲局、乙局\n以下1个不合格:\n丙局", {"合格": "甲局 乙局", "不合格": "丙局"}),
    ("红榜:\n甲村 95.5分\n乙村 94分\n黑榜:\n丙村 71分\n丁村 70分", {"红榜": "甲村 乙村", "黑榜": "丙村 丁村"}),
]


@pytest.mark.parametrize(("text", "tiers"), TIERS_OF_PRINTS)
def test_tiers_are_read_in_any_print(parse: Parse, text: str, tiers: dict[str, str]) -> None:
    notice = parse(f"{TITLE}\n{text}\n")
    found: dict[str, list[str]] = {}
    for tier in notice.tiers:
        found.setdefault(tier.tier, []).extend(tier.units)
    for row in (row for table in notice.tables for row in table.rows if row.tier):
        found.setdefault(str(row.tier), []).append(row.unit)
    assert {tier: " ".join(units) for tier, units in found.items()} == tiers


SCORES_OF_PRINTS = [
    ("得分:甲局 98.5,乙局 97", {"甲局": (98.5, None), "乙局": (97.0, None)}),
    ("得分排名:1.甲镇(96.8)2.乙镇(95)", {"甲镇": (96.8, 1), "乙镇": (95.0, 2)}),
    ("第一名为甲镇,得分95分;第二名为乙镇,得分94分。", {"甲镇": (95.0, 1), "乙镇": (94.0, 2)}),
    ("甲镇、乙镇以93分并列第三,丙镇以90分排名第五。", {"甲镇": (93.0, 3), "乙镇": (93.0, 3), "丙镇": (90.0, 5)}),
    (
        "甲镇:卫生45分,秩序40分,合计85分;\n乙镇:卫生44分,秩序38分,合计82分。",
        {"甲镇": (85.0, None), "乙镇": (82.0, None)},
    ),
    ("第一名:中心小区\n第二名:阳光花园", {"中心小区": (None, 1), "阳光花园": (None, 2)}),
    ("街道排名\n1.东街道 2.西街道", {"东街道": (None, 1), "西街道": (None, 2)}),
    (
        "名次 | 单位 | 得分\n2 | 甲镇、乙镇 | 93\n4 | 丙镇 | 90",
        {"甲镇": (93.0, 2), "乙镇": (93.0, 2), "丙镇": (90.0, 4)},
    ),
    ("单位 | 扣分合计 | 得分\n甲镇 | 2 | 98\n乙镇 | 3 | 97", {"甲镇": (98.0, None), "乙镇": (97.0, None)}),
    ("单位 | 8月 | 9月\n甲镇 | 94 | 95\n乙镇 | 96 | 93", {"甲镇": (95.0, None), "乙镇": (93.0, None)}),
    (
        "村别      得分    名次\n甲大村    96      1\n乙大村    90      2\n丙大村            3",
        {"甲大村": (96.0, 1), "乙大村": (90.0, 2), "丙大村": (None, 3)},
    ),
]


@pytest.mark.parametrize(("text", "scores"), SCORES_OF_PRINTS)
def test_scores_are_read_in_any_print(
    parse: Parse, text: str, scores: dict[str, tuple[float | None, int | None]]
) -> None:
    rows = [row for table in parse(f"{TITLE}\n{text}\n").tables for row in table.rows]
    assert {row.unit: (row.score, row.rank) for row in rows} == scores


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("单位 | 得分\n甲局、乙办 | 95\n丙局 | 93", "found '甲局、乙办' with one number; read as one unit"),
        (
            "优秀:甲局、乙局\n良好:丙局\n参加检查:张三、李四",
            "read 参加检查 as a tier of this notice; only the labels beside it say so",
        ),
    ],
)
def test_what_is_doubtful_is_reported(parse: Parse, text: str, message: str) -> None:
    assert message in [problem.message for problem in parse(f"{TITLE}\n{text}\n").problems]


def test_a_dash_before_a_score_is_in_doubt(parse: Parse) -> None:
    notice = parse("某县2022年考评情况的通报\n东山镇95分、西山镇93分。\n南山镇-3分,北山镇-5分。\n")
    assert [row.score for table in notice.tables for row in table.rows] == [95.0, 93.0]
    found = [problem.phrase.facts.get("found") for problem in notice.problems]
    assert "南山镇-3分" in found  # which stands for the clause


def test_facts_of_the_header_in_other_forms(parse: Parse) -> None:
    notice = parse(
        "某县2022年考评情况的通报\n于2023年1月5日至12日抽查了30个单位,全县共57个单位参评。\n"
        "东山镇95分、西山镇93分。\n2023.03.19\n"
    )
    header = notice.header
    assert (header.units_stated, str(header.issued_on)) == (57, "2023-03-19")
    assert (str(header.inspected_from), str(header.inspected_to)) == ("2023-01-05", "2023-01-12")


def test_a_unit_in_two_rows_is_in_doubt_whatever_numbers_them(parse: Parse) -> None:
    notice = parse(print_cells(f"{SERIAL} 1 甲镇 97 2 甲镇 96"))
    assert list_rows(notice) == [("甲镇", 97), ("甲镇", 96)]
    assert [problem.message for problem in notice.problems] == ["甲镇: found 2 rows; expected one"]


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (
            "优秀单位:甲镇、乙镇、丙镇\n良好单位:乙镇、丁镇、戊镇",
            "乙镇: found in the lists 优秀、良好; expected in one",
        ),
        ("优秀单位:甲镇、乙镇、甲镇\n良好单位:丁镇、戊镇", "甲镇: found in the lists 优秀、优秀; expected in one"),
        ("甲镇95分、乙镇92分;上年同期甲镇90分、乙镇91分。", "乙镇: found 2 rows; expected one"),
        (
            "优秀单位:甲镇、乙镇\n良好单位:丁镇、戊镇\n己镇因发生安全事故被一票否决,不确定等次。",
            "found '己镇因发生安全事故被一票否决,不确定等次', which may be another result than that read",
        ),
        (
            "优秀单位:甲镇、乙镇\n良好单位:丁镇、戊镇\n更正:丁镇应为优秀。",
            "found '更正:丁镇应为优秀', which may be another result than that read",
        ),
        ("优秀:甲镇、乙镇、丙镇\n良好:丁镇、戊镇等", "found '等' below the list 良好; expected names of units"),
        (
            "优秀单位:甲镇、乙镇\n一般单位:其余各镇",
            "found '其余各镇' in the list 一般; expected names of units",
        ),
        ("甲镇、乙镇为优秀等次,剩余8个镇为良好等次。", "良好: 8 units stated; found no list of them"),
        (
            "单位 得分\n甲镇 95\n乙镇 93\n丙镇 91\n标准分 100",
            "found '标准分' among the units; it may sum them up or give their full score",
        ),
        (
            "| 单位 | 加分 | 得分 |\n| 甲镇 | 1 | 95 |\n| 乙镇 | 94 |\n| 丙镇 | 2 | 90 |",
            "乙镇: found no score or rating in its row; the others have one",
        ),
        (
            "被检查单位\t检查单位\t得分\n甲镇\t财政局\t95\n乙镇\t教育局\t94\n丙镇\t公安局\t90",
            "the columns 被检查单位、检查单位 may each be that of the units; read 被检查单位",
        ),
        (
            "单位\t网站等次\t新媒体等次\n甲镇\t优秀\t良好\n乙镇\t良好\t优秀\n丙镇\t良好\t良好",
            "the columns 网站等次、新媒体等次 may each be the rating; read 新媒体等次",
        ),
    ],
)
def test_what_the_notice_says_against_itself_is_in_doubt(parse: Parse, lines: str, message: str) -> None:
    notice = parse(f"某县2023年考评情况的通报\n{lines}\n")
    assert message in [problem.message for problem in notice.problems if problem.severity != "note"]
