"""Every format that notices come in: the samples give exactly these rows, places and problems, or this line of error.

`samples/formats/make_samples.py` makes the samples and says where their values are from.
"""

import csv
import html
import io
import os
import re
import runpy
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import docx
import openpyxl
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from hypothesis import given, settings
from hypothesis import strategies as st
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from audit_lib.documents.model import Grid, squeeze
from audit_lib.documents.read import read_document
from audit_lib.errors import AuditError
from audit_lib.notices.notice import Notice, parse_notice

SAMPLES = Path(__file__).parent / "samples/formats"
Row = tuple[str, float | None, int | None, str | None, str | None, str, dict[str, str]]

PARTS = ("基础工作", "主动公开", "依申请公开", "系统升级", "其他")
COLUMNS = ("名次", "单位", *PARTS, "总分", "等次")
LIANGSHAN = [
    ("雷波县", 97.0, 1, "优秀", dict(zip(PARTS, ("14", "45", "5", "28", "5"), strict=True))),
    ("宁南县", 94.0, 2, "优秀", dict(zip(PARTS, ("14", "40", "5", "30", "5"), strict=True))),
    ("普格县", 91.1, 3, "优秀", dict(zip(PARTS, ("14", "37.1", "5", "30", "5"), strict=True))),
    ("金阳县", 87.6, 4, "优秀", dict(zip(PARTS, ("14", "33.6", "5", "30", "5"), strict=True))),
    ("美姑县", 85.3, 5, "优秀", dict(zip(PARTS, ("14", "31.3", "5", "30", "5"), strict=True))),
]
# Each with its format, its encoding, and the place of the first row; the next stand one further each.
SAME_FACTS: dict[str, tuple[str, str | None, str]] = {
    "text-utf8.txt": ("text", "utf-8", "line 9"),
    "text-utf8-bom.txt": ("text", "utf-8", "line 9"),
    "text-utf16.txt": ("text", "utf-16", "line 9"),
    "text-gb18030.txt": ("text", "gb18030", "line 9"),
    "text-big5.txt": ("text", "big5", "line 9"),
    "table-utf8.csv": ("csv", "utf-8", "line 3"),
    "table-utf8-bom.csv": ("csv", "utf-8", "line 3"),
    "table-utf16.csv": ("csv", "utf-16", "line 3"),
    "table-gb18030.csv": ("csv", "gb18030", "line 3"),
    "table-big5.csv": ("csv", "big5", "line 3"),
    "page-charset-only-in-meta.html": ("html", "gb18030", "line 16"),
    "page-of-layout-tables.html": ("html", "utf-8", "line 11"),
    "table.docx": ("docx", None, "line 9"),
    "table.doc": ("doc", None, "line 9"),
    "table-in-pieces.wps": ("doc", None, "line 9"),
    "table-gbk.rtf": ("rtf", None, "line 9"),
    "table-unicode.rtf": ("rtf", None, "line 9"),
    "table.odt": ("odt", None, "line 9"),
    "page.mht": ("mht", None, "line 16"),
    "table.xlsx": ("xlsx", None, "评分表!B3"),
    "table.xls": ("xls", None, "评分表!B3"),
    "table.ods": ("ods", None, "评分表!B3"),
    "ruled.pdf": ("pdf", None, "page 1 line 9"),
    "unruled.pdf": ("pdf", None, "page 1 line 9"),
    "table.ofd": ("ofd", None, "page 1 line 9"),
    "archive-of-one.zip": ("zip", None, "评分表!B3"),
    "archive.zip!附件/评分表.csv": ("csv", "utf-8", "line 3"),
    "archive.zip!评分表.csv": ("csv", "utf-8", "line 3"),
    "archive.zip!通报.txt": ("text", "utf-8", "line 9"),
    "archive.rar!附件.csv": ("csv", "utf-8", "line 3"),
}
SIMPLIFIED, TRADITIONAL = "县宁阳优础动请级统单总开", "縣寧陽優礎動請級統單總開"  # Big5 holds the latter only

STREETS = [("乐坪", 85.84, 1), ("黄泥塘", 85.56, 2), ("长青", 85.32, 3), ("花山", 85.2, 4), ("大科", 85.19, 5)]
TOWNS = [("双江", 87.28, 1), ("杉山", 86.99, 2), ("石井", 86.97, 3)]
PARTS_OF_STREETS = [("58", "27.84"), ("57.84", "27.72"), ("57.9", "27.42"), ("57.6", "27.6"), ("57.44", "27.75")]
MATOU = """
    大庭村 95.5 1 93.7(泉州) 5000, 枫树村 95 2 93.8(泉州) 5000, 东大村 94.5 3 92(南安) 2000, 大坝村 94 4 93(泉州) 2000,
    丰联村 93 5 90.7(泉州) 2000, 铺前村 92 6 92(南安) 2000, 杏东村 91 7 91(南安) 2000, 宫占村 90.5 8, 丰美村 90.5 8,
    美岭村 90 10, 坑内村 90 10, 仙都村 89 12, 诗南村 88.5 13, 南冬村 88 14, 仙美村 87.5 15, 康安村 87.5 15,
    刘林村 87.5 15, 高山村 87 18 87(南安), 金中村 87 18, 新汤村 87 18, 码四村 86 21, 内柯村 85 22, 高盖村 84.5 23,
    码头村 84 24
"""


def read_sample(name: str) -> Notice:
    return parse_notice(read_document(SAMPLES / name))


def rows_of(notice: Notice) -> list[Row]:
    return [
        (row.unit, row.score, row.rank, row.tier, row.group, row.place, row.extra)
        for table in notice.tables
        for row in table.rows
    ]


def count_on(place: str, n: int) -> str:
    return re.sub(r"\d+$", lambda number: str(int(number[0]) + n), place)


@pytest.mark.parametrize("name", SAME_FACTS)
def test_same_facts_in_every_format_give_the_same_rows(name: str) -> None:
    format_, encoding, first = SAME_FACTS[name]
    notice = read_sample(name)
    assert (notice.document.format, notice.document.encoding) == (format_, encoding)
    (table,) = notice.tables
    write = str.maketrans(SIMPLIFIED, TRADITIONAL) if encoding == "big5" else {}
    assert rows_of(notice) == [
        (
            unit.translate(write),
            score,
            rank,
            tier.translate(write),
            None,
            count_on(first, n),
            {column.translate(write): text for column, text in extra.items()},
        )
        for n, (unit, score, rank, tier, extra) in enumerate(LIANGSHAN)
    ]
    assert table.columns == tuple(column.translate(write) for column in COLUMNS)
    assert table.title in ("政府信息公开考核评分表", "政府信息公開考核評分表")
    assert notice.problems == ()


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("text-utf8.txt", "line 6"),
        ("text-utf8-bom.txt", "line 6"),
        ("text-utf16.txt", "line 6"),
        ("text-gb18030.txt", "line 6"),
        ("page-charset-only-in-meta.html", "line 12"),
        ("page-of-layout-tables.html", "line 7"),
        ("table.docx", "line 6"),
        ("table.doc", "line 6"),
        ("table-gbk.rtf", "line 6"),
        ("table.odt", "line 6"),
        ("page.mht", "line 12"),
        ("table.ofd", "page 1 line 6"),
        ("archive.zip!通报.txt", "line 6"),
        ("ruled.pdf", "page 1 line 6"),
        ("unruled.pdf", "page 1 line 6"),
    ],
)
def test_same_prose_in_every_format_gives_the_same_title_and_list(name: str, place: str) -> None:
    notice = read_sample(name)
    assert notice.header.title == "关于2011年政府信息公开工作考核情况的通报"
    assert notice.header.document_number == "样例函〔2012〕3号"
    (listed,) = notice.tiers
    assert (listed.tier, listed.stated, listed.place) == ("优秀", 5, place)
    assert listed.units == ("雷波县政府办", "宁南县政府办", "普格县政府办", "金阳县政府办", "美姑县政府办")


def test_around_the_article_nothing_is_read() -> None:
    printed = " ".join(line.text for line in read_document(SAMPLES / "page-charset-only-in-meta.html").lines)
    assert printed.startswith("关于2011年")
    assert not re.search("假镇|首页|点击数|0834|width", printed)


def test_merged_cells_of_a_page_name_the_columns() -> None:
    notice = read_sample("page-merged-cells.html")
    (table,) = notice.tables
    assert table.title == "街道检查评分表"
    assert table.columns == ("街道", "检查得分/环境卫生", "检查得分/城市管理", "总分", "排名")
    assert rows_of(notice) == [
        (*street, None, None, f"line {6 + n}", {"检查得分/环境卫生": hygiene, "检查得分/城市管理": city})
        for n, (street, (hygiene, city)) in enumerate(zip(STREETS, PARTS_OF_STREETS, strict=True))
    ]
    assert notice.problems == ()


def test_merged_cells_of_a_word_table_are_groups_and_names_of_columns() -> None:
    notice = read_sample("merged-cells.docx")
    (table,) = notice.tables
    assert table.columns == ("类别", "单位", "检查情况/得分", "检查情况/排名")
    groups = ["街道"] * 5 + ["乡镇"] * 3
    assert rows_of(notice) == [
        (*unit, None, group, f"line {4 + n}", {})
        for n, (unit, group) in enumerate(zip(STREETS + TOWNS, groups, strict=True))
    ]
    assert notice.problems == ()


def test_hidden_sheet_is_not_read_and_merged_titles_are_groups() -> None:
    notice = read_sample("merged-titles-hidden-sheet.xlsx")
    (table,) = notice.tables
    assert (table.title, table.columns) == ("环境卫生检查评分表", ("单位", "得分", "排名"))
    streets: list[Row] = [(*unit, None, "街道", f"2017年5月!A{4 + n}", {}) for n, unit in enumerate(STREETS)]
    towns: list[Row] = [(*unit, None, "乡镇", f"2017年5月!A{10 + n}", {}) for n, unit in enumerate(TOWNS)]
    assert rows_of(notice) == streets + towns
    assert notice.problems == ()


def test_table_goes_on_over_the_page() -> None:
    notice = read_sample("table-over-two-pages.pdf")
    (table,) = notice.tables
    assert table.title == "2019年5月环境卫生检查情况的通报"
    expected: list[Row] = []
    for n, row in enumerate(each.split() for each in MATOU.split(",")):
        place = f"page 1 line {3 + n}" if n < 14 else f"page 2 line {n - 13}"
        extra = dict(zip(("上级得分", "奖金"), row[3:], strict=False))
        expected.append((row[0], float(row[1]), int(row[2]), None, None, place, extra))
    assert rows_of(notice) == expected
    assert notice.problems == ()
    assert [line.text for line in notice.document.lines if "- " in line.text] == []  # the page numbers


BY_NAME = "expected one of its files by its name, such as"
RUN_OCR = (
    "expected text: audit-lib add reads pictures, or type the table as CSV with the columns unit, score, rank, tier"
)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("archive.zip", f"found a ZIP archive of 通报.txt, 附件/评分表.csv; {BY_NAME} archive.zip!通报.txt"),
        ("archive.rar", f"found a RAR archive of 通报.txt, 附件.csv; {BY_NAME} archive.rar!通报.txt"),
        (
            "archive.zip!附件",
            f"found a ZIP archive of 通报.txt, 附件/评分表.csv without 附件; {BY_NAME} archive.zip!通报.txt",
        ),
        ("archive.7z!附件", "found no such file; expected a published notice"),
        ("table.xls!附件", "found no archive; expected a ZIP or RAR archive before the !"),
        ("scan.pdf", f"found 1 page of pictures without a text layer; {RUN_OCR}"),
        ("scan.png", f"found a picture; {RUN_OCR}"),
    ],
)
def test_refused_file_is_one_line_that_says_what_to_do(name: str, message: str) -> None:
    with pytest.raises(AuditError) as caught:
        read_document(SAMPLES / name)
    where = name.partition("!")[0] if "no such file" in message else name
    assert str(caught.value) == f"{SAMPLES / where}: {message}"


@pytest.mark.skipif(any(map(shutil.which, ("unrar", "unar", "7z", "7zz", "bsdtar"))), reason="a program unpacks it")
def test_compressed_rar_names_what_unpacks_it_and_leaves_nothing(tmp_path: Path) -> None:
    code = "from audit_lib.cli import main; main()"
    sample = SAMPLES / "archive-compressed.rar"
    command = [sys.executable, "-c", code, "parse", str(sample)]
    ended = subprocess.run(
        command, capture_output=True, text=True, env=os.environ | {"TMPDIR": str(tmp_path)}, check=False
    )
    assert ended.stderr == (
        f"error: {sample}: found a compressed RAR archive; "
        "expected one of its files, unpacked, or a program that unpacks RAR: install unar\n"
    )
    assert not list(tmp_path.iterdir())


def test_every_sample_is_expected_and_made_by_the_script(tmp_path: Path) -> None:
    committed = {path.name for path in SAMPLES.iterdir() if path.suffix not in {".py", ""}}
    runpy.run_path(str(SAMPLES / "make_samples.py"))["main"](tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == committed
    for name in SAME_FACTS:
        assert read_document(tmp_path / name).blocks == read_document(SAMPLES / name).blocks, name


@pytest.mark.parametrize(
    ("name", "as_suffix", "format_"),
    [("table.xlsx", ".txt", "xlsx"), ("ruled.pdf", ".doc", "pdf"), ("page-merged-cells.html", ".xls", "html")],
)
def test_content_says_what_a_file_is_not_its_name(name: str, as_suffix: str, format_: str, tmp_path: Path) -> None:
    path = tmp_path / f"renamed{as_suffix}"
    path.write_bytes((SAMPLES / name).read_bytes())
    document = read_document(path)
    assert document.format == format_
    assert document.blocks == read_document(SAMPLES / name).blocks


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ('甲镇,"91;5"\n乙镇,"92;5"\n', [["甲镇", "91;5"], ["乙镇", "92;5"]]),
        ('"甲,乙","97;1"\n丙,"98;1"\n', [["甲,乙", "97;1"], ["丙", "98;1"]]),
        ("甲镇;91,5\n乙镇;92,5\n丙镇;93\n", [["甲镇", "91,5"], ["乙镇", "92,5"], ["丙镇", "93"]]),
        ("甲镇\t97\n", [["甲镇", "97"]]),
        ('甲镇,"两行\n备注"\n乙镇,97\n', [["甲镇", "两行 备注"], ["乙镇", "97"]]),
        ("评分表,,\n序号,单位,得分\n1,甲镇\n", [["评分表", "", ""], ["序号", "单位", "得分"], ["1", "甲镇", ""]]),
    ],
    ids=["semicolon-in-quotes", "comma-in-quotes", "decimal-comma", "tab", "line-break-in-quotes", "short-row"],
)
def test_csv_is_cut_where_most_rows_agree(text: str, cells: list[list[str]], tmp_path: Path) -> None:
    (tmp_path / "notice.csv").write_text(text, encoding="utf-8")
    (grid,) = read_document(tmp_path / "notice.csv").blocks
    assert isinstance(grid, Grid)
    assert [[cell.text for cell in row] for row in grid.rows] == cells


def test_pdf_prints_bold_twice_and_a_watermark_aslant(tmp_path: Path) -> None:
    page = Canvas(str(tmp_path / "notice.pdf"))
    for x in (100, 100.3, 100.6):
        page.drawString(x, 700, "all 11 towns 97")
    page.rotate(45)
    page.drawString(300, 300, "DRAFT")
    page.save()
    (line,) = read_document(tmp_path / "notice.pdf").lines
    assert (line.place, line.text) == ("page 1 line 1", "all 11 towns 97")


@pytest.mark.parametrize(
    ("printed", "is_kept"),
    [("- 1 -", False), ("— 1 —", False), ("第1页 共3页", False), ("-- 97", True), ("1", True), ("第1名", True)],
)
def test_page_number_is_no_line_of_the_notice(printed: str, is_kept: bool, tmp_path: Path) -> None:
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    page = Canvas(str(tmp_path / "notice.pdf"))
    page.setFont("STSong-Light", 10)
    for y, text in ((700, "通报"), (50, printed)):
        page.drawString(100, y, text)
    page.save()
    assert [line.text for line in read_document(tmp_path / "notice.pdf").lines] == ["通报", printed][: 1 + is_kept]


# Word: what python-docx, which wrote the samples, would not read back.

WORD = nsdecls("w")
RUN = "<w:r><w:t>{}</w:t></w:r>"


@pytest.mark.parametrize(
    ("inside_paragraph", "text"),
    [
        (f"<w:ins {WORD} w:id='1' w:author='a'>{RUN.format('甲镇')}</w:ins>", "单位甲镇"),
        (f"<w:del {WORD} w:id='1' w:author='a'><w:r><w:delText>甲镇</w:delText></w:r></w:del>", "单位"),
        (f"<w:sdt {WORD}><w:sdtContent>{RUN.format('甲镇')}</w:sdtContent></w:sdt>", "单位甲镇"),
        (f"<w:r {WORD}><w:rPr><w:vanish/></w:rPr><w:t>甲镇</w:t></w:r>", "单位"),
        (f"<w:r {WORD}><w:rPr><w:strike/></w:rPr><w:t>甲镇</w:t></w:r>", "单位"),
        (f"<w:r {WORD}><w:rPr><w:strike w:val='false'/></w:rPr><w:t>甲镇</w:t></w:r>", "单位甲镇"),
        (f"<w:r {WORD}><w:rPr><w:vertAlign w:val='superscript'/></w:rPr><w:t>1</w:t></w:r>", "单位[1]"),
        (f"<w:r {WORD}><w:rPr><w:vertAlign w:val='baseline'/></w:rPr><w:t>1</w:t></w:r>", "单位1"),
        (f"<w:r {WORD}><w:t>甲</w:t><w:tab/><w:t>镇</w:t></w:r>", "单位甲\t镇"),
        (f"<w:r {WORD}><w:t>甲</w:t><w:br/><w:t>镇</w:t></w:r>", "单位甲\n镇"),
    ],
    ids=[
        "inserted",
        "deleted",
        "control",
        "hidden",
        "struck",
        "not-struck",
        "raised",
        "not-raised",
        "tab",
        "line-break",
    ],
)
def test_word_text_is_what_the_page_shows(inside_paragraph: str, text: str, tmp_path: Path) -> None:
    document = docx.Document()
    document.add_paragraph("单位")._p.append(parse_xml(inside_paragraph))
    document.save(str(tmp_path / "notice.docx"))
    assert "\n".join(line.text for line in read_document(tmp_path / "notice.docx").lines) == text


def test_word_in_the_strict_form_of_the_standard(tmp_path: Path) -> None:
    schemas, strict = b"http://schemas.openxmlformats.org/", b"http://purl.oclc.org/ooxml/"
    with (
        zipfile.ZipFile(SAMPLES / "table.docx") as archive,
        zipfile.ZipFile(tmp_path / "strict.docx", "w", zipfile.ZIP_DEFLATED) as again,
    ):
        for name in archive.namelist():
            part = archive.read(name)
            for old, new in [
                (schemas + b"wordprocessingml/2006/", strict + b"wordprocessingml/"),
                (schemas + b"officeDocument/2006/", strict + b"officeDocument/"),
            ]:
                part = part.replace(old, new)
            again.writestr(name, part)
    assert read_document(tmp_path / "strict.docx").blocks == read_document(SAMPLES / "table.docx").blocks


# Workbooks: what stands in a cell, and how it prints.


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (97, "97"),
        (97.0, "97"),
        (88.5, "88.5"),
        (0.1 + 0.2, "0.3"),
        (True, "TRUE"),
        (" 甲 镇\n", " 甲 镇 "),
        ("007", "007"),
    ],
)
def test_value_of_a_workbook_is_printed_plainly(value: object, text: str, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active["AB7"] = value
    book.save(tmp_path / "notice.xlsx")
    (grid,) = read_document(tmp_path / "notice.xlsx").blocks
    assert isinstance(grid, Grid)
    assert [(cell.place, cell.text) for row in grid.rows for cell in row] == [("Sheet!AB7", text)]


def test_columns_merged_throughout_are_one(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for number, row in enumerate(
        [("序号", "单位", None, "得分"), (1, "甲镇", None, 97), (2, "乙镇", None, 96)], start=1
    ):
        book.active.append(row)
        book.active.merge_cells(f"B{number}:C{number}")
    book.save(tmp_path / "notice.xlsx")
    (grid,) = read_document(tmp_path / "notice.xlsx").blocks
    assert isinstance(grid, Grid)
    assert [[cell.text for cell in row] for row in grid.rows] == [
        ["序号", "单位", "得分"],
        ["1", "甲镇", "97"],
        ["2", "乙镇", "96"],
    ]
    assert [cell.place for cell in grid.rows[1]] == ["Sheet!A2", "Sheet!B2", "Sheet!D2"]


def test_title_that_reaches_beyond_the_table_adds_no_columns(tmp_path: Path) -> None:
    path = tmp_path / "notice.html"
    path.write_text("<table><tr><td colspan=10>评分表<tr><td>单位<td>得分<tr><td>甲镇<td>97</table>", encoding="utf-8")
    (grid,) = read_document(path).blocks
    assert isinstance(grid, Grid)
    assert [[cell.text for cell in row] for row in grid.rows] == [
        ["评分表", "评分表"],
        ["单位", "得分"],
        ["甲镇", "97"],
    ]
    assert grid.rows[0][0] is grid.rows[0][1]


# Any table.


def _write_csv(table: list[list[str]]) -> bytes:
    written = io.StringIO()
    csv.writer(written).writerows(table)
    return written.getvalue().encode()


def _write_html(table: list[list[str]]) -> bytes:
    rows = ("".join(f"<td>{html.escape(cell)}</td>" for cell in row) for row in table)
    return f"<meta charset='utf-8'><table>{''.join(f'<tr>{row}</tr>' for row in rows)}</table>".encode()


def _write_xlsx(table: list[list[str]]) -> bytes:
    book = openpyxl.Workbook()
    for number, row in enumerate(table, start=1):
        for column, text in enumerate(row, start=1):
            cell = book.active.cell(number, column, text or None)
            cell.data_type = "s" if text else "n"  # =1+1 is a text here
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


# Runs of spaces are one in a page; line breaks are spaces in any cell.
LETTERS = st.characters(exclude_categories=("Cc", "Cs", "Cn", "Zl", "Zp", "Zs")) | st.sampled_from(
    " \u3000,;\"'\t<&=|-镇97."
)
CELLS = st.text(LETTERS, max_size=8).map(lambda text: re.sub(r"[ \t]+", " ", text).strip(" "))
FILLED = CELLS.filter(squeeze)


@st.composite
def tables(draw: st.DrawFn) -> list[list[str]]:
    """Tables whose first row and column are filled: empty ones at the edge of a sheet are no part of it."""
    n_columns = draw(st.integers(2, 5))
    rows = draw(st.lists(st.tuples(FILLED, *[CELLS] * (n_columns - 1)), max_size=5))
    return [draw(st.lists(FILLED, min_size=n_columns, max_size=n_columns)), *map(list, rows)]


@given(table=tables())
@settings(max_examples=60)
def test_any_table_comes_back_as_it_was_written(
    table: list[list[str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    for suffix, write in ((".csv", _write_csv), (".html", _write_html), (".xlsx", _write_xlsx)):
        path = tmp_path_factory.getbasetemp() / f"any-table{suffix}"
        path.write_bytes(write(table))
        (grid,) = read_document(path).blocks
        assert isinstance(grid, Grid)
        assert [[cell.text for cell in row] for row in grid.rows] == table, suffix
