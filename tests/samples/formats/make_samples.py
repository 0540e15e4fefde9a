"""Make the samples: the same notice in every format that is read, and one file for each oddity.

All titles and prose are made up; the values are real ones of public notices. Liangshan 2011
(https://code.fabao365.com/law_579001.html): sub-scores, totals and the list of 优秀 as printed; the ranks are the order of
the totals, and the tier column repeats the list. Louxing 2016-09 and 2017-05
(https://www.ldlx.com/content/2016/09/30/6618759.html, https://www.ldlx.com/content/2017/05/27/6616798.html) and Nan'an
Matou 2019-05 (http://www.nanan.gov.cn/zwgk/zfxxgkzl/xzjdgk/mtzrmzf/zfxxgkml/201906/t20190621_1753893.htm): units, scores
and ranks as printed; of Louxing 2017-05 some columns, and the first three towns.

    python tests/samples/formats/make_samples.py
"""

import csv
import io
import runpy
import zipfile
import zlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import docx
import openpyxl
import PIL.Image
import PIL.ImageDraw
import PIL.ImageFont
import xlwt
from reportlab import platypus
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont

from audit_lib.wording.fonts import find_font

TITLE = "关于2011年政府信息公开工作考核情况的通报"
PROSE = [
    "样例函〔2012〕3号",
    "本文的文字是编写的样例,表中的数值取自一份公开的通报。",
    "一、考核结果",
    "(一)优秀单位(5个)",
    "雷波县政府办、宁南县政府办、普格县政府办、金阳县政府办、美姑县政府办。",
]
TABLE_TITLE = "政府信息公开考核评分表"
COLUMNS = ("名次", "单位", "基础工作", "主动公开", "依申请公开", "系统升级", "其他", "总分", "等次")
LIANGSHAN: list[tuple[int, str, int, float, int, int, int, float, str]] = [
    (1, "雷波县", 14, 45, 5, 28, 5, 97, "优秀"),
    (2, "宁南县", 14, 40, 5, 30, 5, 94, "优秀"),
    (3, "普格县", 14, 37.1, 5, 30, 5, 91.1, "优秀"),
    (4, "金阳县", 14, 33.6, 5, 30, 5, 87.6, "优秀"),
    (5, "美姑县", 14, 31.3, 5, 30, 5, 85.3, "优秀"),
]
LIANGSHAN_CELLS: list[Sequence[object]] = [COLUMNS, *LIANGSHAN]
BLOCKS = [TITLE, *PROSE, TABLE_TITLE, [[str(cell) for cell in row] for row in LIANGSHAN_CELLS], "特此通报"]
# The same words in traditional characters, which is what Big5 holds.
TRADITIONAL = str.maketrans(
    "关于开编写样号数值阳县宁单总优础动请级统办个况评报结",
    "關於開編寫樣號數值陽縣寧單總優礎動請級統辦個況評報結",
)

STREETS_2017: list[tuple[str, float, float, int]] = [
    ("乐坪", 58, 27.84, 85.84, 1),
    ("黄泥塘", 57.84, 27.72, 85.56, 2),
    ("长青", 57.9, 27.42, 85.32, 3),
    ("花山", 57.6, 27.6, 85.2, 4),
    ("大科", 57.44, 27.75, 85.19, 5),
]
TOWNS_2017 = [("双江", 87.28, 1), ("杉山", 86.99, 2), ("石井", 86.97, 3)]
TOWNS_2016 = [("双江", 87.62, 1), ("杉山", 87.4, 2), ("万宝", 87.36, 3), ("石井", 87.33, 4)]

# Rank, unit, score of the level above with its source, score, prize: ties, and cells left empty.
MATOU_COLUMNS = ("名次", "村名", "上级得分", "得分", "奖金")
MATOU: list[Sequence[object]] = [
    (1, "大庭村", "93.7(泉州)", "95.5", "5000"),
    (2, "枫树村", "93.8(泉州)", "95", "5000"),
    (3, "东大村", "92(南安)", "94.5", "2000"),
    (4, "大坝村", "93(泉州)", "94", "2000"),
    (5, "丰联村", "90.7(泉州)", "93", "2000"),
    (6, "铺前村", "92(南安)", "92", "2000"),
    (7, "杏东村", "91(南安)", "91", "2000"),
    (8, "宫占村", "", "90.5", ""),
    (8, "丰美村", "", "90.5", ""),
    (10, "美岭村", "", "90", ""),
    (10, "坑内村", "", "90", ""),
    (12, "仙都村", "", "89", ""),
    (13, "诗南村", "", "88.5", ""),
    (14, "南冬村", "", "88", ""),
    (15, "仙美村", "", "87.5", ""),
    (15, "康安村", "", "87.5", ""),
    (15, "刘林村", "", "87.5", ""),
    (18, "高山村", "87(南安)", "87", ""),
    (18, "金中村", "", "87", ""),
    (18, "新汤村", "", "87", ""),
    (21, "码四村", "", "86", ""),
    (22, "内柯村", "", "85", ""),
    (23, "高盖村", "", "84.5", ""),
    (24, "码头村", "", "84", ""),
]

FOLDER = Path(__file__).parent
WRITE = runpy.run_path(str(FOLDER / "write_formats.py"))
pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
LONG_AGO = (2012, 3, 1, 0, 0, 0)  # the time of every member of an archive, so that the same facts are the same bytes


def main(folder: Path = FOLDER) -> None:
    """Write every sample into a folder."""
    for name, encoding in {"utf8": "utf-8", "utf8-bom": "utf-8-sig", "utf16": "utf-16", "gb18030": "gb18030"}.items():
        (folder / f"text-{name}.txt").write_bytes(make_text().encode(encoding))
        (folder / f"table-{name}.csv").write_bytes(make_csv("\t" if name == "utf16" else ",").encode(encoding))
    (folder / "text-big5.txt").write_bytes(make_text().translate(TRADITIONAL).encode("big5"))
    (folder / "table-big5.csv").write_bytes(make_csv(",").translate(TRADITIONAL).encode("big5"))
    (folder / "page-charset-only-in-meta.html").write_bytes(make_page("gb2312").encode("gb18030"))
    (folder / "page-of-layout-tables.html").write_text(make_layout_page(), encoding="utf-8")
    (folder / "page-merged-cells.html").write_text(make_merged_page(), encoding="utf-8")
    (folder / "table.docx").write_bytes(make_docx())
    (folder / "merged-cells.docx").write_bytes(make_merged_docx())
    (folder / "table.xlsx").write_bytes(make_xlsx())
    (folder / "merged-titles-hidden-sheet.xlsx").write_bytes(make_merged_xlsx())
    (folder / "table.xls").write_bytes(make_xls())
    (folder / "table.ods").write_bytes(make_ods())
    (folder / "ruled.pdf").write_bytes(
        make_pdf([[*write_lines([TITLE, *PROSE, TABLE_TITLE]), table_of(LIANGSHAN_CELLS, ruled=True)]])
    )
    (folder / "unruled.pdf").write_bytes(
        make_pdf([[*write_lines([TITLE, *PROSE, TABLE_TITLE]), table_of(LIANGSHAN_CELLS, ruled=False)]])
    )
    (folder / "table-over-two-pages.pdf").write_bytes(make_long_pdf())
    picture = make_picture()
    (folder / "scan.png").write_bytes(picture)
    (folder / "scan.pdf").write_bytes(make_pdf([[platypus.Image(io.BytesIO(picture), 300, 90)]]))
    (folder / "archive.zip").write_bytes(
        pack({"通报.txt": make_text().encode(), "附件/评分表.csv": make_csv(",").encode()})
    )
    (folder / "archive-of-one.zip").write_bytes(pack({"附件/": b"", "附件/评分表.xls": make_xls()}))
    (folder / "archive.rar").write_bytes(
        make_rar({"通报.txt": make_text().encode(), "附件.csv": make_csv(",").encode()})
    )
    (folder / "archive-compressed.rar").write_bytes(make_rar({"附件.xls": make_xls()}, method=3))
    (folder / "table.doc").write_bytes(WRITE["write_word97"](BLOCKS))
    (folder / "table-in-pieces.wps").write_bytes(WRITE["write_word97"](BLOCKS, in_pieces=7))
    (folder / "table-gbk.rtf").write_bytes(WRITE["write_rtf"](BLOCKS))
    (folder / "table-unicode.rtf").write_bytes(WRITE["write_rtf"](BLOCKS, in_gbk=False))
    (folder / "table.ofd").write_bytes(WRITE["write_ofd"](BLOCKS))
    (folder / "table.odt").write_bytes(WRITE["write_odt"](BLOCKS))
    (folder / "page.mht").write_bytes(WRITE["write_mht"](make_page("utf-8")))


# Text, CSV and pages.


def make_text() -> str:
    """Each row of the table on a line, bars between the cells."""
    rows = [" | ".join(map(str, row)) for row in LIANGSHAN_CELLS]
    return "\n".join([TITLE, *PROSE, TABLE_TITLE, *rows]) + "\n"


def make_csv(delimiter: str) -> str:
    written = io.StringIO()
    csv.writer(written, delimiter=delimiter).writerows([[TABLE_TITLE], *LIANGSHAN_CELLS])
    return written.getvalue()


def draw_html_table(rows: Iterable[Sequence[object]]) -> str:
    return (
        "<table border=1>\n"
        + "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>\n" for row in rows)
        + "</table>"
    )


def make_page(charset: str) -> str:
    """A page as a browser saves it: around the article stand menus, scripts with numbers, a footer."""
    prose = "\n".join(f"<p>\u3000\u3000{paragraph}</p>" for paragraph in PROSE)
    return f"""<!DOCTYPE html>
<html><head><meta http-equiv="Content-Type" content="text/html; charset={charset}">
<title>{TITLE}_样例网</title>
<script>var units = [["假镇", 99], ["假局", 98]]; document.write("<td>假委</td>");</script>
<style>td {{ width: 85px }}</style></head>
<body><nav><ul><li>首页</li><li>政务公开</li><li>2012</li></ul></nav>
<div id="article"><h1>{TITLE}</h1>
{prose}
<p align="center">{TABLE_TITLE}</p>
{draw_html_table(LIANGSHAN_CELLS)}
</div>
<div style="display: none">点击数 12345</div>
<footer>样例网 电话 0834-1234567 备案号 05001234</footer></body></html>
"""


def make_layout_page() -> str:
    """A page of the kind that tables lay out: the score table stands in a cell of a table in a cell of a table."""
    prose = "<br>\n".join(PROSE)
    inner = f"<table><tr><td>{prose}<br>\n{TABLE_TITLE}</td></tr>\n<tr><td>{draw_html_table(LIANGSHAN_CELLS)}</td></tr></table>"
    return f"""<html><head><meta charset="utf-8"></head><body>
<table width=1000><tr><td colspan=2>{TITLE}</td></tr>
<tr><td width=200>栏目导航<br>通知公告<br>人事任免</td><td>{inner}</td></tr>
<tr><td colspan=2>样例网 版权所有 2012</td></tr></table></body></html>
"""


def make_merged_page() -> str:
    """A header of two rows with merged cells, and titles of groups across the table."""
    head = "<tr><td rowspan=2>街道</td><td colspan=2>检查得分</td><td rowspan=2>总分</td><td rowspan=2>排名</td></tr>\n<tr><td>环境卫生</td><td>城市管理</td></tr>\n"
    rows = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>\n" for row in STREETS_2017)
    return f"""<meta charset="utf-8"><p>2017年5月环境卫生检查情况的通报</p>
<table>
<tr><th colspan=5>街道检查评分表</th></tr>
{head}{rows}</table>
"""


# Office files.


def make_docx() -> bytes:
    document = docx.Document()
    for paragraph in [TITLE, *PROSE, TABLE_TITLE]:
        document.add_paragraph(paragraph)
    table = document.add_table(len(LIANGSHAN_CELLS), len(COLUMNS))
    for row, cells in zip(table.rows, LIANGSHAN_CELLS, strict=True):
        for cell, text in zip(row.cells, cells, strict=True):
            cell.text = str(text)
    return save_docx(document)


def make_merged_docx() -> bytes:
    """Groups in merged cells down the first column, and the header in two rows."""
    document = docx.Document()
    document.add_paragraph("2017年5月环境卫生检查情况的通报")
    rows: list[Sequence[object]] = [("类别", "单位", "检查情况", ""), ("", "", "得分", "排名")]
    rows += [("街道", unit, total, rank) for unit, _, _, total, rank in STREETS_2017]
    rows += [("乡镇", *town) for town in TOWNS_2017]
    table = document.add_table(len(rows), 4)
    for row, cells in zip(table.rows, rows, strict=True):
        for cell, text in zip(row.cells, cells, strict=True):
            cell.text = str(text)
    for corner, opposite in [((0, 0), (1, 0)), ((0, 1), (1, 1)), ((0, 2), (0, 3)), ((2, 0), (6, 0)), ((7, 0), (9, 0))]:
        text = table.cell(*corner).text
        table.cell(*corner).merge(table.cell(*opposite)).text = text
    return save_docx(document)


def save_docx(document: Any) -> bytes:
    packed = io.BytesIO()
    document.save(packed)
    return pack_again(packed, without="docProps/thumbnail.jpeg")


def make_xlsx() -> bytes:
    book = openpyxl.Workbook()
    book.active.title = "评分表"
    for row in [[TABLE_TITLE], *LIANGSHAN_CELLS]:
        book.active.append(row)
    book.active.merge_cells("A1:I1")
    return save_xlsx(book)


def make_merged_xlsx() -> bytes:
    """Titles of groups merged across the table; the year before stands in a hidden sheet, and is not this notice's."""
    book = openpyxl.Workbook()
    sheet, hidden = book.active, book.create_sheet("2016")
    sheet.title = "2017年5月"
    rows: list[Sequence[object]] = [["环境卫生检查评分表"], ["单位", "得分", "排名"], ["一、街道"]]
    rows += [(unit, total, rank) for unit, _, _, total, rank in STREETS_2017]
    rows += [["二、乡镇"], *TOWNS_2017]
    for row in rows:
        sheet.append(row)
    for merged in ("A1:C1", "A3:C3", "A9:C9"):
        sheet.merge_cells(merged)
    for row in [("单位", "得分", "排名"), *TOWNS_2016]:
        hidden.append(row)
    hidden.sheet_state = "hidden"
    return save_xlsx(book)


def save_xlsx(book: openpyxl.Workbook) -> bytes:
    packed = io.BytesIO()
    book.properties.created = book.properties.modified = datetime(*LONG_AGO)
    book.save(packed)
    return pack_again(packed, without="docProps/core.xml")


def make_xls() -> bytes:
    book = xlwt.Workbook()
    sheet = book.add_sheet("评分表")
    sheet.write_merge(0, 0, 0, len(COLUMNS) - 1, TABLE_TITLE)
    for number, row in enumerate(LIANGSHAN_CELLS, start=1):
        for column, cell in enumerate(row):
            sheet.write(number, column, cell)
    packed = io.BytesIO()
    book.save(packed)
    return packed.getvalue()


def make_ods() -> bytes:
    """A sheet whose title is merged, and whose row of sub-scores repeats cells as ODS does."""

    def draw(cell: object) -> str:
        typed = f'float" office:value="{cell}' if isinstance(cell, int | float) else "string"
        return f'<table:table-cell office:value-type="{typed}"><text:p>{cell}</text:p></table:table-cell>'

    title = f'<table:table-cell office:value-type="string" table:number-columns-spanned="9"><text:p>{TABLE_TITLE}</text:p></table:table-cell><table:covered-table-cell table:number-columns-repeated="8"/>'
    rows = [title, *("".join(map(draw, row)) for row in LIANGSHAN_CELLS)]
    body = "".join(f"<table:table-row>{row}</table:table-row>" for row in rows)
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
    )
    mimetype = "application/vnd.oasis.opendocument.spreadsheet"
    content = f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {spaces} office:version="1.2"><office:body><office:spreadsheet><table:table table:name="评分表">{body}</table:table></office:spreadsheet></office:body></office:document-content>'
    manifest = f'<?xml version="1.0" encoding="UTF-8"?><manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"><manifest:file-entry manifest:full-path="/" manifest:media-type="{mimetype}"/><manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>'
    return pack(
        {"mimetype": mimetype.encode(), "content.xml": content.encode(), "META-INF/manifest.xml": manifest.encode()}
    )


# PDF and pictures.


def write_lines(texts: Iterable[str]) -> list[Any]:
    style = ParagraphStyle("body", fontName="STSong-Light", fontSize=10, leading=16)
    return [platypus.Paragraph(text, style) for text in texts]


def table_of(rows: Sequence[Sequence[object]], *, ruled: bool) -> Any:
    style: list[Any] = [("FONT", (0, 0), (-1, -1), "STSong-Light", 9)]
    if ruled:
        style.append(("GRID", (0, 0), (-1, -1), 0.5, "black"))
    return platypus.Table([[str(cell) for cell in row] for row in rows], style=style, repeatRows=0)


def make_long_pdf() -> bytes:
    """The table goes on over the page, without its header; a page number stands below each half."""
    rows = [MATOU_COLUMNS, *MATOU]
    halves = [table_of(half, ruled=True) for half in (rows[:15], rows[15:])]
    title = write_lines(["2019年5月环境卫生检查情况的通报"])
    return make_pdf([[*title, halves[0], *write_lines(["- 1 -"])], [halves[1], *write_lines(["- 2 -"])]])


def make_pdf(pages: Sequence[Sequence[Any]]) -> bytes:
    packed = io.BytesIO()
    story = [block for page in pages for block in (*page, platypus.PageBreak())]
    platypus.SimpleDocTemplate(packed, invariant=1, pageCompression=0).build(story)
    return packed.getvalue()


def make_picture() -> bytes:
    image = PIL.Image.new("1", (300, 90), 1)
    font = PIL.ImageFont.truetype(find_font(), 14)
    for number, row in enumerate(LIANGSHAN_CELLS[:4]):
        PIL.ImageDraw.Draw(image).text((5, 20 * number), f"{row[0]}  {row[1]}  {row[7]}", font=font)
    packed = io.BytesIO()
    image.save(packed, "png")
    return packed.getvalue()


# Archives and containers.


def pack(members: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            how = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            archive.writestr(zipfile.ZipInfo(name, LONG_AGO), content, how)
    return packed.getvalue()


def pack_again(packed: io.BytesIO, *, without: str) -> bytes:
    """Pack an office file anew without its times and without a part that no reader needs."""
    with zipfile.ZipFile(packed) as archive:
        return pack({name: archive.read(name) for name in archive.namelist() if name != without})


def make_rar(members: dict[str, bytes], method: int = 0) -> bytes:
    """A RAR 5 archive of files that are stored, or said to be compressed. https://www.rarlab.com/technote.htm"""

    def number(value: int) -> bytes:
        low, high = value & 0x7F, value >> 7
        return bytes([low | 0x80]) + number(high) if high else bytes([low])

    def header(kind: int, flags: int, rest: bytes) -> bytes:
        body = bytes([kind, flags]) + rest
        sized = number(len(body)) + body
        return zlib.crc32(sized).to_bytes(4, "little") + sized

    files = b""
    for name, content in members.items():
        size, coded = number(len(content)), name.encode()
        # size of the data; flags: with a sum; size unpacked; attributes; the sum; compression; system; the name
        rest = size + number(4) + size + number(0) + zlib.crc32(content).to_bytes(4, "little")
        files += header(2, 2, rest + number(method << 7) + number(0) + number(len(coded)) + coded) + content
    return b"Rar!\x1a\x07\x01\x00" + header(1, 0, bytes([0])) + files + header(5, 0, bytes([0]))


if __name__ == "__main__":
    main()
