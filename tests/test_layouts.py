"""Layouts: the same facts printed in every layout that notices use give the same rows."""

import html
import json
from collections.abc import Callable
from functools import partial
from pathlib import Path

import docx
import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit_lib.documents.read import read_document
from audit_lib.errors import AuditError
from audit_lib.notices.grids.columns import read_ordinal
from audit_lib.notices.notice import Notice, parse_notice

Rows = list[list[str]]  # cells as printed, the headings first

ABOVE = ["甲市人民政府办公室关于2017年度检查情况的通报", "各镇人民政府、各街道办事处:", "现将检查情况通报如下。"]
BELOW = ["特此通报。", "联系电话:0000-6666666", "甲市人民政府办公室", "2018年1月23日"]


def print_page(lines: list[str], separator: str = "\n") -> str:
    return separator.join([*ABOVE, *lines, *BELOW])


def print_spaced(rows: Rows, gap: str) -> str:
    return print_page([gap.join(cell or "-" for cell in row) for row in rows])


LAYOUTS: dict[str, Callable[[Rows], str]] = {
    "one-cell-a-line": lambda rows: print_page([cell or "\u00a0" for row in rows for cell in row], "\n\n"),
    "one-cell-a-line-indented": lambda rows: print_page(
        ["    " + (cell or "\u00a0") for row in rows for cell in row], "\n\n"
    ),
    "bar-after-cell": lambda rows: print_page([f"{cell} |".lstrip() for row in rows for cell in row]),
    "bar-before-cell": lambda rows: print_page(
        [line for row in rows for line in (row[0] or "\u00a0", *(f"| {cell}".rstrip() for cell in row[1:]), "|")]
    ),
    "rows-with-bars": lambda rows: print_page([" | ".join(row) for row in rows]),
    "rows-in-bars": lambda rows: print_page([f"  | {' | '.join(row)} |" for row in rows], "\n\n"),
    "markdown": lambda rows: print_page(
        [f"| {' | '.join(rows[0])} |", "|---" * len(rows[0]) + "|", *(f"| {' | '.join(row)} |" for row in rows[1:])]
    ),
    "spaces": lambda rows: print_spaced(rows, "   "),
    "one-space": lambda rows: print_spaced(rows, " "),
    "tabs": lambda rows: print_page(["\t".join(row) for row in rows]),
    "one-line-with-bars": lambda rows: print_page([" | ".join(["", *(cell for row in rows for cell in row), ""])], " "),
}
WITHOUT_EMPTY_CELLS: dict[str, Callable[[Rows], str]] = {
    "one-line": lambda rows: print_page([cell for row in rows for cell in row], " "),
    "column-by-column": lambda rows: print_page([cell for column in zip(*rows, strict=True) for cell in column]),
    "headings-then-columns": lambda rows: print_page(
        [*rows[0], *(cell for column in zip(*rows[1:], strict=True) for cell in column)]
    ),
}


# The facts: real values from published notices. Names and numbers are theirs, the pages around them are made up.

VILLAGES: Rows = [
    ["名次", "村名", "上级得分(来源)", "得分", "奖金(元)"],
    ["1", "大庭村", "93.7(泉州)", "95.5", "5000"],
    ["2", "枫树村", "93.8(泉州)", "95", "5000"],
    ["3", "东大村", "92(南安)", "94.5", "2000"],
    ["8", "宫占村", "", "90.5", ""],
    ["8", "丰美村", "", "90.5", ""],
    ["10", "美岭村", "", "90", ""],
]
PORTAL: Rows = [
    ["序号", "单位", "报送条数", "采用条数", "采用率"],
    ["1", "南川东路办事处", "14", "7", "50%"],
    ["2", "仓门街办事处", "28", "16", "57.10%"],
    ["3", "总寨镇", "15", "8", "53.30%"],
    ["4", "区统计局", "0", "0", "0"],
    ["5", "区发展改革和经济商务局", "7", "5", "71.40%"],
]
POINTS_BESIDE_COUNTS: Rows = [
    ["排名", "单位", "采用条数", "得分", "采用条数", "得分", "总分"],
    ["1", "扎兰屯市现代农业产业园服务中心", "35", "175", "3", "30", "205"],
    ["2", "水利局", "36", "180", "0", "0", "180"],
    ["3", "市场监督管理局", "27", "135", "1", "10", "145"],
    ["4", "公安局", "25", "125", "1", "10", "135"],
]
MINISTRIES: Rows = [
    ["名次", "部委网站", "总分(100)"],
    ["1", "商务部", "79.0"],
    ["2", "林业局", "77.1"],
    ["9", "工商总局", "71.3"],
    ["9", "食品药品监管总局", "71.3"],
    ["11", "水利部", "70.3"],
]
SUBDISTRICTS: Rows = [
    ["街道", "物业扣分", "物业得分", "社区扣分", "社区得分", "环境卫生", "城管", "总分", "排名"],
    ["乐坪", "4", "36", "5.4", "24.6", "60.6", "26.34", "86.94", "1"],
    ["黄泥塘", "3.47", "36.53", "5.84", "24.16", "60.69", "26.13", "86.82", "2"],
    ["大科", "3.6", "36.4", "5.92", "24.08", "60.48", "25.83", "86.31", "3"],
    ["花山", "3.8", "36.2", "6.2", "23.8", "60", "25.53", "85.53", "4"],
    ["长青", "4", "36", "6.2", "23.8", "59.8", "25.26", "85.06", "5"],
]
COUNTIES: Rows = [
    ["县市", "基础工作", "主动公开", "依申请公开", "系统升级改造", "其他", "总分"],
    ["雷波县", "14", "45", "5", "28", "5", "97"],
    ["宁南县", "14", "40", "5", "30", "5", "94"],
    ["普格县", "14", "37.1", "5", "30", "5", "91.1"],
    ["金阳县", "14", "33.6", "5", "30", "5", "87.6"],
    ["美姑县", "14", "31.3", "5", "30", "5", "85.3"],
]
SCORE_BEFORE_RANK: Rows = [["单位", "得分", "名次"], *([row[1], row[2], row[0]] for row in MINISTRIES[1:])]
RANKS_IN_WORDS: Rows = [
    ["名次", "单位", "得分"],
    ["第一名", "商务部", "79.0"],
    ["第二名", "林业局", "77.1"],
    ["并列第三名", "工商总局", "71.3"],
    ["并列第三名", "水利部", "71.3"],
]
TIERS_ONLY: Rows = [
    ["序号", "单位", "等次"],
    ["1", "南翔镇", "优秀"],
    ["2", "区农委", "优秀"],
    ["3", "江桥镇", "良好"],
    ["4", "区文广局", "良好"],
]
GROUPS: Rows = [
    ["类别", "序号", "单位", "得分", "等次"],
    ["乡镇", "1", "甲镇", "97", "优秀"],
    ["乡镇", "2", "乙乡", "90", "良好"],
    ["市直部门", "3", "财政局", "88.5", "良好"],
    ["市直部门", "4", "水务局", "79", "一般"],
]
FACTS = {
    name: facts
    for name, facts in globals().items()
    if name.isupper() and isinstance(facts, list) and facts and isinstance(facts[0], list)
}

MEANINGS = {
    "名次": "rank",
    "排名": "rank",
    "序号": "serial",
    "单位": "unit",
    "村名": "unit",
    "部委网站": "unit",
    "街道": "unit",
    "县市": "unit",
    "总分": "score",
    "总分(100)": "score",
    "等次": "tier",
    "类别": "group",
}
"""What each heading of the facts means. 得分 is the score where there is no 总分, else part of it."""


def expect_rows(rows: Rows) -> list[dict[str, object]]:
    """Give the rows that any print of these facts must give, but for their places."""
    meanings = MEANINGS | ({} if {"总分", "总分(100)"} & set(rows[0]) else {"得分": "score"})
    names = [f"{name} 2" if name in rows[0][:at] else name for at, name in enumerate(rows[0])]
    expected = []
    for row in rows[1:]:
        read: dict[str, object] = dict.fromkeys(("unit", "score", "rank", "serial", "tier", "group"))
        cells = [(name, meanings.get(name), cell) for name, cell in zip(names, row, strict=True) if cell]
        for _, meaning, cell in cells:
            if meaning in ("rank", "serial"):
                read[meaning] = read_ordinal(cell)
            elif meaning:
                read[meaning] = float(cell) if meaning == "score" else cell
        expected.append(read | {"extra": {name: cell for name, meaning, cell in cells if not meaning}})
    return expected


def list_rows(notice: Notice) -> list[dict[str, object]]:
    return [
        {key: value for key, value in row.as_dict().items() if key != "place"}
        for table in notice.tables
        for row in table.rows
    ]


@pytest.fixture(scope="module")
def parse(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Notice]:
    path = tmp_path_factory.mktemp("layouts") / "notice.txt"

    def parse_text(text: str) -> Notice:
        path.write_text(text, encoding="utf-8", newline="")
        return parse_notice(read_document(path))

    return parse_text


@pytest.mark.parametrize("layout", [*LAYOUTS, *WITHOUT_EMPTY_CELLS])
@pytest.mark.parametrize("facts", FACTS)
def test_the_same_facts_give_the_same_rows(parse: Callable[[str], Notice], facts: str, layout: str) -> None:
    rows = FACTS[facts]
    if layout in WITHOUT_EMPTY_CELLS and any("" in row for row in rows):
        pytest.skip("this print loses empty cells; see test_an_empty_cell_that_prints_nothing")
    notice = parse((LAYOUTS | WITHOUT_EMPTY_CELLS)[layout](rows))
    assert list_rows(notice) == expect_rows(rows)
    assert notice.problems == ()
    assert (
        notice.tables[0].columns[-len(rows[0]) + 1 :]
        == tuple(f"{name} 2" if name in rows[0][:at] else name for at, name in enumerate(rows[0]))[1:]
    )


@pytest.mark.parametrize("facts", FACTS)
def test_every_row_keeps_its_place(parse: Callable[[str], Notice], facts: str) -> None:
    rows = FACTS[facts]
    lines = LAYOUTS["one-cell-a-line"](rows).split("\n")
    for row in parse("\n".join(lines)).tables[0].rows:
        assert lines[int(row.place.removeprefix("line ")) - 1] == row.unit


@pytest.mark.parametrize("gap", [None, " ", "   "])
def test_an_empty_cell_that_prints_nothing(parse: Callable[[str], Notice], gap: str | None) -> None:
    lines = [gap.join(filter(None, row)) for row in VILLAGES] if gap else []
    notice = parse(print_page(lines) if gap else WITHOUT_EMPTY_CELLS["one-line"](VILLAGES))
    assert [row.unit for row in notice.tables[0].rows] == [row[1] for row in VILLAGES[1:]]
    assert [problem.check for problem in notice.problems] == ["row_incomplete"] * 3


def test_a_row_whose_name_is_blank_is_reported(parse: Callable[[str], Notice]) -> None:
    above = ["名次", "村名", "卫生", "得分", "奖金", "1", "甲村", "80", "90", "500", "2", "乙村", "81", "89", "400"]
    notice = parse(print_page([*above, "3", "\u00a0", "丙村", "\u00a0", "88"]))
    rows = [(row.unit, row.rank, row.score) for row in notice.tables[0].rows]
    assert rows == [("甲村", 1, 90), ("乙村", 2, 89), ("丙村", 3, None)]
    assert [problem.message for problem in notice.problems] == ["丙村: found 3 cells; expected 5"]


# The samples: one page for each oddity.

SAMPLES = Path(__file__).parent / "samples/layouts"


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*.json")), ids=lambda path: path.stem)
def test_sample(path: Path) -> None:
    read = parse_notice(read_document(path.with_suffix(".txt"))).as_dict()
    del read["source"]
    assert read == json.loads(path.read_text(encoding="utf-8"))


def test_numbers_that_are_no_scores_give_no_rows() -> None:
    with pytest.raises(AuditError, match="found neither a score table nor a tier list"):
        parse_notice(read_document(SAMPLES / "numbers-but-no-scores.txt"))


# Any table in any layout.

NAMES = st.lists(
    st.builds(
        str.__add__,
        st.text("东南西北和安平清河山水沙龙英白", min_size=1, max_size=4),
        st.sampled_from(["镇", "乡", "街道", "局", "管委会"]),
    ),
    min_size=3,
    max_size=15,
    unique=True,
)
SCORES = st.integers(0, 2000).map(lambda tenths: f"{tenths / 20:g}")


@st.composite
def tables(draw: st.DrawFn) -> Rows:
    """Draw a table: units and scores, with a number before or a rank after them, or a tier."""
    names = draw(NAMES)
    scores = sorted(draw(st.lists(SCORES, min_size=len(names), max_size=len(names))), key=float, reverse=True)
    ranks = [str(1 + sum(float(other) > float(score) for other in scores)) for score in scores]
    serials = map(str, range(1, len(names) + 1))
    tiers = draw(st.lists(st.sampled_from(["优秀", "良好", "一般"]), min_size=len(names), max_size=len(names)))
    columns = {"序号": serials, "单位": names, "得分": scores, "名次": ranks, "等次": tiers}
    order = draw(
        st.sampled_from(
            [
                ["序号", "单位", "得分"],
                ["名次", "单位", "得分"],
                ["单位", "得分", "名次"],
                ["单位", "得分"],
                ["序号", "单位", "得分", "名次", "等次"],
                ["单位", "得分", "等次"],
                ["单位", "等次"],
            ]
        )
    )
    return [order, *map(list, zip(*(columns[name] for name in order), strict=True))]


@given(rows=tables())
@settings(max_examples=40)
def test_any_table_in_any_layout_comes_back(parse: Callable[[str], Notice], rows: Rows) -> None:
    notices = {name: parse(layout(rows)) for name, layout in (LAYOUTS | WITHOUT_EMPTY_CELLS).items()}
    assert {name: list_rows(notice) for name, notice in notices.items()} == dict.fromkeys(notices, expect_rows(rows))
    assert {name: notice.problems for name, notice in notices.items() if notice.problems} == {}


# The same pages in other files.


def save_text(text: str, path: Path, encoding: str) -> None:
    path.write_bytes(text.encode(encoding))


def save_html(text: str, path: Path) -> None:
    """One paragraph a line, as editors of web sites paste a page; the blank ones too."""
    lines = "".join(f"<p>{html.escape(line).replace(chr(0xA0), '&nbsp;')}</p>\n" for line in text.split("\n"))
    path.write_text(f'<html><head><meta charset="utf-8"></head><body>{lines}</body></html>', encoding="utf-8")


def save_pre(text: str, path: Path) -> None:
    path.write_text(f"<html><body><pre>{html.escape(text)}</pre></body></html>", encoding="utf-8")


def save_docx(text: str, path: Path) -> None:
    document = docx.Document()
    for line in text.split("\n"):
        document.add_paragraph(line)
    document.save(path)


def save_xlsx(text: str, path: Path) -> None:
    """Every line in the first cell of its row, as pages are pasted into a sheet."""
    book = openpyxl.Workbook()
    for number, line in enumerate(text.split("\n"), start=1):
        book.active.cell(number, 1, line)
    book.save(path)


CARRIERS: dict[str, tuple[str, Callable[[str, Path], None]]] = {
    "utf-8-bom": (".txt", partial(save_text, encoding="utf-8-sig")),
    "utf-16": (".txt", partial(save_text, encoding="utf-16")),
    "gb18030": (".txt", partial(save_text, encoding="gb18030")),
    "html": (".html", save_html),
    "html-pre": (".html", save_pre),
    "docx": (".docx", save_docx),
    "xlsx": (".xlsx", save_xlsx),
}


@pytest.mark.parametrize("carrier", CARRIERS)
@pytest.mark.parametrize("layout", [*LAYOUTS, *WITHOUT_EMPTY_CELLS])
def test_every_layout_in_every_format_gives_the_same_rows(layout: str, carrier: str, tmp_path: Path) -> None:
    """With empty cells, where print and format show them: the paragraph of a web page makes two tabs one space."""
    suffix, save = CARRIERS[carrier]
    rows = VILLAGES if layout in LAYOUTS and (layout, carrier) != ("tabs", "html") else MINISTRIES
    path = tmp_path / f"notice{suffix}"
    save((LAYOUTS | WITHOUT_EMPTY_CELLS)[layout](rows), path)
    notice = parse_notice(read_document(path))
    assert list_rows(notice) == expect_rows(rows)
    assert notice.problems == ()


# Cells that may be of the table or not.


@pytest.mark.parametrize(
    ("rows", "units", "line"),
    [
        (["雷州,95", "徐闻,90", "遂溪,88", "廉江,"], ["雷州", "徐闻", "遂溪"], 5),
        (["雷州,95", "廉江,", "徐闻,90", "遂溪,88"], ["雷州", "徐闻", "遂溪"], 3),
    ],
    ids=["last", "between"],
)
def test_a_lone_cell_that_may_be_a_unit_without_score_is_reported(
    tmp_path: Path, rows: list[str], units: list[str], line: int
) -> None:
    path = tmp_path / "scores.csv"
    path.write_text("\n".join(["单位,得分", *rows]), encoding="utf-8")
    notice = parse_notice(read_document(path))
    assert [row.unit for row in notice.tables[0].rows] == units
    [problem] = notice.problems
    assert (problem.severity, problem.place) == ("warning", f"line {line}")
    assert problem.message == "found '廉江' alone in the column of units: not read as one"


def test_titles_of_groups_are_no_units_without_score(tmp_path: Path) -> None:
    path = tmp_path / "scores.csv"
    path.write_text("单位,得分\n东片,\n雷州,95\n徐闻,90\n西片,\n遂溪,88\n吴川,85", encoding="utf-8")
    notice = parse_notice(read_document(path))
    assert [row.group for row in notice.tables[0].rows] == ["东片", "东片", "西片", "西片"]
    assert notice.problems == ()


def test_a_table_of_more_cells_than_headings_is_refused(tmp_path: Path) -> None:
    cells = [f"{n} {unit} 9{n} 8{n} 7{n} 6{n}" for n, unit in enumerate(("东镇", "北镇", "南镇", "西镇"), start=1)]
    path = tmp_path / "notice.txt"
    path.write_text(print_page(" ".join(["序号 单位 得分", *cells]).split(" ")), encoding="utf-8")
    with pytest.raises(
        AuditError, match="found more cells in a row than the 3 headings 序号 · 单位 · 得分: table not read"
    ):
        parse_notice(read_document(path))


def test_scores_in_the_text_beside_a_table_are_said(tmp_path: Path) -> None:
    path = tmp_path / "notice.txt"
    cells = ["单位", "得分", "东镇", "91", "北镇", "82", "南镇", "73"]
    path.write_text(print_page([*cells, "另外,综合指数:高新区(4.33)、张店区(4.20)、经开区(4.07)。"]), encoding="utf-8")
    notice = parse_notice(read_document(path))
    assert [len(table.rows) for table in notice.tables] == [3, 3]
    assert [problem.message for problem in notice.problems] == [
        "read 3 scores in the text beside tables, beginning with 高新区"
    ]
