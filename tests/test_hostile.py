"""Files that attack the reader, or break it: one line of error within seconds, or text that stays text."""

import contextlib
import io
import os
import re
import resource
import time
import zipfile
from pathlib import Path

import openpyxl
import psutil
import pytest
from click.testing import CliRunner
from reportlab.pdfgen.canvas import Canvas

from audit_lib.cli import cli
from audit_lib.documents.read import read_document
from audit_lib.errors import AuditError
from audit_lib.notices.notice import parse_notice

SAMPLES = Path(__file__).parent / "samples/formats"
LONGEST = 5.0  # seconds of the processors
BROKEN = "expected a file that can be read: open it and save it again, or save it in another format"


def measure_work() -> float:
    """Return the seconds that processors have worked for this process and its workers, living and dead."""
    dead = resource.getrusage(resource.RUSAGE_CHILDREN)
    living = [child.cpu_times() for child in psutil.Process().children()]
    return time.process_time() + dead.ru_utime + dead.ru_stime + sum(each.user + each.system for each in living)


def count_bytes_read() -> int:
    """Return the bytes that this process has read, from files and pipes."""
    return int(Path("/proc/self/io").read_text().split()[1])


def refuse(path: Path) -> str:
    """Return the error line without the path, which is checked, as is the work it took, the worker's too."""
    started = measure_work()
    with pytest.raises(AuditError) as caught:
        parse_notice(read_document(path))
    assert measure_work() - started < LONGEST
    assert "\n" not in str(caught.value)
    where, _, message = str(caught.value).partition(": ")
    assert where.startswith(str(path))
    return message


def repack(name: str, parts: dict[str, bytes], path: Path) -> Path:
    """Write a sample with some of its parts replaced or added."""
    with (
        zipfile.ZipFile(SAMPLES / name) as archive,
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as again,
    ):
        for member in archive.namelist():
            if member not in parts:
                again.writestr(member, archive.read(member))
        for member, part in parts.items():
            again.writestr(member, part)
    return path


def read_part(name: str, part: str) -> bytes:
    with zipfile.ZipFile(SAMPLES / name) as archive:
        return archive.read(part)


def state_size(path: Path, part: str, size: int) -> None:
    """Change the size that an archive states for a part."""
    content = bytearray(path.read_bytes())
    entry = content.rindex(part.encode()) - 46  # in the directory at the end, where a file's size stands at byte 24
    assert content[entry : entry + 4] == b"PK\x01\x02"
    content[entry + 24 : entry + 28] = size.to_bytes(4, "little")
    path.write_bytes(content)


SHEET, MAIN = "xl/worksheets/sheet1.xml", "word/document.xml"


@pytest.mark.parametrize(("name", "part"), [("table.xlsx", SHEET), ("table.docx", MAIN), ("table.ods", "content.xml")])
def test_zip_bomb_is_refused_by_its_stated_size(name: str, part: str, tmp_path: Path) -> None:
    path = repack(name, {}, tmp_path / name)
    state_size(path, part, 310_000_000)
    assert re.fullmatch(r"found an office file of 31\d MB when unpacked; expected at most 300 MB", refuse(path))


@pytest.mark.parametrize(("name", "part"), [("table.xlsx", SHEET), ("table.docx", MAIN)])
def test_zip_bomb_that_lies_about_its_size(name: str, part: str, tmp_path: Path) -> None:
    path = repack(name, {part: read_part(name, part) + b" " * 8_000_000}, tmp_path / name)
    state_size(path, part, 1000)
    assert path.stat().st_size < 2_000_000
    assert refuse(path) == f"found a damaged office file or ZIP archive; {BROKEN}"


def test_office_file_of_too_many_parts(tmp_path: Path) -> None:
    path = repack("table.xlsx", {f"xl/{number}.xml": b"" for number in range(3000)}, tmp_path / "parts.xlsx")
    assert refuse(path) == "found an office file of 3,008 parts; expected at most 2,000"


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
ENTITIES = {
    "bomb": f'<!DOCTYPE x [<!ENTITY l0 "ha">{LAUGHS}]>',
    "external": '<!DOCTYPE x [<!ENTITY l9 SYSTEM "file:///etc/passwd">]>',
    "remote": '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">',
}


@pytest.mark.parametrize("entities", ENTITIES.values(), ids=ENTITIES)
@pytest.mark.parametrize(
    ("name", "part", "encoding"),
    [
        ("table.xlsx", SHEET, "utf-8"),
        ("table.docx", MAIN, "utf-8"),
        ("table.docx", MAIN, "utf-16"),
        ("table.ods", "content.xml", "utf-8"),
    ],
)
def test_no_office_file_declares_entities(name: str, part: str, encoding: str, entities: str, tmp_path: Path) -> None:
    body = read_part(name, part).decode().partition("?>")[2].replace("雷波县", "&l9;")
    content = f"<?xml version='1.0' encoding='{encoding}'?>{entities}{body}".encode(encoding)
    path = repack(name, {part: content}, tmp_path / name)
    assert refuse(path) == f"found a DOCTYPE in {part}; expected an office file, which never has one"


def test_page_cannot_declare_entities_either(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    rows = "<tr><td>单位<td>得分<tr><td>&l9;甲镇<td>97<tr><td>&amp;乙镇<td>96"
    path.write_text(f"{ENTITIES['external']}<html><table>{rows}</table></html>", encoding="utf-8")
    printed = [line.text for line in read_document(path).lines]
    assert printed[-4:] == ["&l9;甲镇", "97", "&乙镇", "96"]


FORMULAS = ['=HYPERLINK("http://127.0.0.1:9/?"&A1,"甲镇")', "=cmd|'/C calc'!A0", "@SUM(1+1)", "+1+1镇"]


@pytest.mark.parametrize("formula", FORMULAS)
def test_formula_in_csv_is_its_text(formula: str, tmp_path: Path) -> None:
    path = tmp_path / "notice.csv"
    quoted = formula.replace('"', '""')
    path.write_text(f'单位,得分,备注\n甲镇,97,"{quoted}"\n乙镇,96,\n', encoding="utf-8")
    (table,) = parse_notice(read_document(path)).tables
    assert [(row.unit, row.score, row.extra) for row in table.rows] == [
        ("甲镇", 97.0, {"备注": formula}),
        ("乙镇", 96.0, {}),
    ]


@pytest.mark.parametrize("formula", FORMULAS[:2])
@pytest.mark.parametrize(("stored", "text"), [("", ""), ("<v>甲镇</v>", "甲镇")], ids=["no-value", "stored-value"])
def test_formula_in_workbook_is_its_stored_value(formula: str, stored: str, text: str, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["单位", formula])
    book.save(tmp_path / "formula.xlsx")
    with zipfile.ZipFile(tmp_path / "formula.xlsx") as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts[SHEET] = parts[SHEET].replace(b"<v></v>", stored.encode()).replace(b'<c r="B1">', b'<c r="B1" t="str">')
    with zipfile.ZipFile(tmp_path / "formula.xlsx", "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    assert [line.text for line in read_document(tmp_path / "formula.xlsx").lines] == ["单位", *[text] * bool(text)]


def test_script_in_a_unit_name_is_text(tmp_path: Path) -> None:
    name = "<script>alert(1)</script>甲镇"
    (tmp_path / "notice.csv").write_text(f"单位,得分\n{name},97\n乙镇,96\n", encoding="utf-8")
    book = openpyxl.Workbook()
    for row in [("单位", "得分"), (name, 97), ("乙镇", 96)]:
        book.active.append(row)
    book.save(tmp_path / "notice.xlsx")
    escaped = name.replace("<", "&lt;")
    page = f"<table><tr><td>单位<td>得分<tr><td>{escaped}<td>97<tr><td>乙镇<td>96</table>"
    (tmp_path / "notice.html").write_text(page, encoding="utf-8")
    for suffix in ("csv", "xlsx", "html"):
        (table,) = parse_notice(read_document(tmp_path / f"notice.{suffix}")).tables
        assert [(row.unit, row.score) for row in table.rows] == [(name, 97.0), ("乙镇", 96.0)], suffix


def test_script_of_a_page_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text(
        "<table><tr><td>单位<td>得分<tr><td><script>99</script>甲镇<td>97<tr><td>乙镇<td>96</table>", encoding="utf-8"
    )
    (table,) = parse_notice(read_document(path)).tables
    assert [(row.unit, row.score) for row in table.rows] == [("甲镇", 97.0), ("乙镇", 96.0)]


# What is no file, or too much of one.


@pytest.mark.parametrize(
    ("name", "head", "message"),
    [
        ("huge.txt", b"", "found a text file of 200.0 MB; expected at most 10 MB"),
        ("huge.csv", b"", "found a csv file of 200.0 MB; expected at most 10 MB"),
        ("huge.html", b"<html>", "found a html file of 200.0 MB; expected at most 30 MB"),
        ("huge.pdf", b"%PDF-1.7", "found a file of 200.0 MB; expected at most 50 MB"),
        ("huge.xlsx", b"PK\x03\x04", "found a file of 200.0 MB; expected at most 50 MB"),
    ],
)
def test_huge_file_is_refused_by_its_size(name: str, head: bytes, message: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(head)
    os.truncate(path, 200_000_000)  # sparse: the disk holds nothing of it
    before = count_bytes_read()
    assert refuse(path) == message
    assert count_bytes_read() - before < 10_000_000


def test_pipe_is_refused_without_waiting_for_a_writer(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    assert refuse(tmp_path / "pipe.txt") == "found a pipe or device; expected a published notice"


@pytest.mark.parametrize(
    ("target", "message"),
    [(".", "found a folder"), ("/dev/zero", "found a pipe or device"), ("nowhere", "found no such file")],
)
def test_link_to_what_is_no_file(target: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "link.txt").symlink_to(target)
    assert refuse(tmp_path / "link.txt") == f"{message}; expected a published notice"


def test_regular_file_without_end_is_read_to_the_limit() -> None:
    endless = Path("/proc/self/pagemap")  # Linux: of no size, and terabytes long
    if not endless.is_file() or not os.access(endless, os.R_OK):
        pytest.skip("no such file")
    assert re.fullmatch(r"found a text file of \d\d\.\d MB; expected at most 10 MB", refuse(endless))


@pytest.mark.skipif(not os.access("/proc/kmsg", os.R_OK), reason="only root may read it")
def test_file_that_waits_for_news_is_not_waited_for() -> None:
    with contextlib.suppress(OSError), os.fdopen(os.open("/proc/kmsg", os.O_NONBLOCK), "rb", buffering=0) as news:
        while news.read(1 << 16):  # what the kernel has written by now
            pass
    with pytest.raises(AuditError, match=r"^/proc/kmsg"):
        read_document(Path("/proc/kmsg"))


def test_link_that_leads_to_itself(tmp_path: Path) -> None:
    (tmp_path / "link.txt").symlink_to("link.txt")
    assert refuse(tmp_path / "link.txt").endswith("; expected a file that can be read")


def test_parse_reads_through_a_link_and_refuses_with_one_line(tmp_path: Path) -> None:
    (tmp_path / "link.txt").symlink_to(SAMPLES / "text-utf8.txt")
    through = CliRunner().invoke(cli, ["parse", str(tmp_path / "link.txt"), "--json"])
    assert (through.exit_code, '"unit": "雷波县"' in through.output) == (0, True)


# Shapes that no notice has.


@pytest.mark.parametrize(
    ("page", "message"),
    [
        ("<div>" * 100_000 + "甲镇", "found a page nested deeper than 256 elements, or a text of over 10 MB in one"),
        (
            "<table><tr><td>" * 200 + "甲镇",
            "found a page nested deeper than 256 elements, or a text of over 10 MB in one",
        ),
        ("<p>" + "<b>" * 1_000_000, "found a page of 1,000,001 tags"),
        ("<p>甲镇</p>\n" * 70_000, "found a page of 70,001 source lines"),
        ("<table>" + "<tr><td colspan=1000 rowspan=1000>镇" * 2001, "found a table of 1,000,000 fields or more"),
    ],
    ids=["deep", "deep-tables", "tags", "lines", "spans"],
)
def test_page_that_no_browser_would_lay_out(page: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text(page, encoding="utf-8")
    assert refuse(path).startswith(message)


def test_csv_of_nothing_but_commas(tmp_path: Path) -> None:
    (tmp_path / "commas.csv").write_bytes(b"," * 9_000_000)
    assert refuse(tmp_path / "commas.csv") == "found a table of 9,000,001 fields or more; expected at most 500,000"


@pytest.mark.parametrize(
    ("corner", "message"),
    [
        ("XFD1048576", f"found a file that breaks its reader or needs more memory than it may have; {BROKEN}"),
        ("A1048576", "found a table of 1,048,576 fields or more; expected at most 500,000"),
    ],
)
def test_sheet_with_two_corners_filled(corner: str, message: str, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active["A1"], book.active[corner] = "甲镇", 97
    book.save(tmp_path / "corners.xlsx")
    assert refuse(tmp_path / "corners.xlsx") == message


def test_sheet_with_one_far_corner_filled(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active["XFD1048576"] = 97
    book.save(tmp_path / "corner.xlsx")
    (line,) = read_document(tmp_path / "corner.xlsx").lines
    assert (line.place, line.text) == ("Sheet!XFD1048576", "97")


def test_sheet_that_repeats_a_row_a_million_times(tmp_path: Path) -> None:
    content = read_part("table.ods", "content.xml").replace(
        b"<table:table-row>", b'<table:table-row table:number-rows-repeated="1048576">'
    )
    assert refuse(repack("table.ods", {"content.xml": content}, tmp_path / "rows.ods"))


# Long lines, many cells, many headings: work grows with the length of a notice, not with its square.

LIST = "关于2017年政务公开的通报\n(一)优秀单位(2个)\n甲镇、乙局。\n"
ROWS = "单位,得分,备注\n甲镇,97,{remark}\n乙镇,96,1\n"
SHAPES = {
    "semicolons": (".txt", 10_000, lambda n: LIST + ";" * n),
    "separators of a list": (".txt", 10_000, lambda n: "通报\n优秀单位:" + "、" * n + "甲镇\n"),
    "an open bracket": (".txt", 10_000, lambda n: LIST + "(" + "排名" * n),
    "digits of a remark": (".csv", 15_000, lambda n: ROWS.format(remark="9" * n)),
    "spaces in a cell": (".csv", 15_000, lambda n: ROWS.format(remark="a" + " " * n + "b")),
    "units that are excellent": (".txt", 50, lambda n: LIST + ("甲镇、" * 20 + "为优秀。") * n),
    "lists of two lines": (".txt", 150, lambda n: "通报\n" + "(一)优秀单位(2个)\n甲镇、乙局。\n" * n),
    "header rows": (".csv", 60, lambda n: "序号,单位,得分\n" * n),
    "cells of a heading": (".html", 150, lambda n: "<table>" + "<tr><td>得分" * n + "</table>"),
    "tags of a head": (".html", 1_000, lambda n: "<html>" + "<meta " * n + "<p>甲镇"),
    "rows on one line": (".txt", 400, lambda n: LIST + "|甲镇|97" * n),
    "names in prose": (
        ".txt", 400, lambda n: "通报\n单位\t得分\n" + "".join(f"甲{at}镇\t9\n" for at in range(n)) + "一、问题\n" + "甲甲甲镇。" * n,
    ),
    "tabs before a name": (".txt", 10_000, lambda n: LIST + "\t" * n + "甲镇"),
    "a page on one line": (".txt", 300, lambda n: "关于2017年的通报 单位 得分 " + "甲镇 97 " * n),
    "rows of one unit": (".csv", 500, lambda n: "单位,得分\n" + "甲镇,97\n" * n),
    "rows of two and three cells by turns": (".txt", 100, lambda n: "通报\n" + "甲镇 95 优秀\n乙镇 95\n" * n),
    "a longer row below many": (".txt", 300, lambda n: "通报\n" + "甲镇 95\n" * n + "乙镇 95 优秀\n"),
    "scores one by one": (".txt", 300, lambda n: "通报\n" + "甲镇、乙镇分别以97分、96分位居第二、" * n),
    "cells on lines of their own": (".txt", 300, lambda n: "通报\n单位\n得分\n" + "甲镇\n97\n" * n),
}  # fmt: skip


def measure_parse(path: Path) -> float:
    """Return the seconds of the processor that it takes to read a notice."""
    started = time.process_time()
    with contextlib.suppress(AuditError):
        parse_notice(read_document(path))
    return time.process_time() - started


@pytest.mark.slow
@pytest.mark.parametrize("shape", SHAPES)
def test_work_grows_with_the_length_of_a_notice(shape: str, tmp_path: Path) -> None:
    suffix, n, write = SHAPES[shape]
    path = tmp_path / f"notice{suffix}"
    path.write_text(write(n), encoding="utf-8")
    once = min(measure_parse(path) for _ in range(3))
    path.write_text(write(8 * n), encoding="utf-8")  # doubled three times
    # 8 times where work grows with the length, 64 times with its square.
    assert any(measure_parse(path) < 24 * once for _ in range(2))


def test_more_columns_than_a_table_has_are_refused(tmp_path: Path) -> None:
    rows = ["单位" + ",得分" * 1000, "甲镇" + ",9" * 1000, "乙镇" + ",8" * 1000]
    (tmp_path / "notice.csv").write_text("\n".join(rows), encoding="utf-8")
    assert refuse(tmp_path / "notice.csv") == "found a table of 1,001 columns; expected at most 400"
    (tmp_path / "cells.html").write_text("<table><tr>" + "<td>得分" * 30_000 + "</table>", encoding="utf-8")
    assert refuse(tmp_path / "cells.html") == "found a table of 30,000 columns; expected at most 400"
    (tmp_path / "tabs.txt").write_text(LIST + "\t" * 600_000 + "甲镇", encoding="utf-8")
    assert refuse(tmp_path / "tabs.txt") == "found a table of 600,000 fields or more; expected at most 500,000"


def test_more_rows_than_a_notice_has_are_refused(tmp_path: Path) -> None:
    (tmp_path / "notice.csv").write_text("单位,得分\n" + "甲镇,97\n" * 50_000, encoding="utf-8")
    assert refuse(tmp_path / "notice.csv") == "found a text of 50,002 lines; expected at most 50,000"
    (tmp_path / "notice.html").write_text("<table>" + "<tr><td>甲镇" * 50_001 + "</table>", encoding="utf-8")
    assert refuse(tmp_path / "notice.html") == "found a table of 50,001 rows; expected at most 50,000"
    (tmp_path / "notice.txt").write_text(LIST + "|甲镇|97" * 30_000, encoding="utf-8")
    with pytest.raises(AuditError, match=r"line 4: found 60,003 lines and cells; expected at most 50,000"):
        parse_notice(read_document(tmp_path / "notice.txt"))


def test_more_headings_than_a_notice_has_are_refused(tmp_path: Path) -> None:
    message = "found 5,001 headings of columns on lines of their own; expected at most 5,000"
    (tmp_path / "cells.html").write_text("<table>" + "<tr><td>得分" * 5001 + "</table>", encoding="utf-8")
    assert refuse(tmp_path / "cells.html") == message
    (tmp_path / "lines.txt").write_text("得分\n甲镇\n" * 5001, encoding="utf-8")
    with pytest.raises(AuditError, match=rf"lines\.txt line 10001: {message}"):
        parse_notice(read_document(tmp_path / "lines.txt"))


def test_more_accents_than_a_letter_has_are_refused(tmp_path: Path) -> None:
    (tmp_path / "notice.txt").write_text(LIST + "a" + "\u0301\u0316" * 100_000, encoding="utf-8")
    with pytest.raises(AuditError, match=r"line 4: found more than 500 accents on one letter; expected a published"):
        read_document(tmp_path / "notice.txt")


def test_longest_cell_of_a_csv_is_stated(tmp_path: Path) -> None:
    (tmp_path / "notice.csv").write_text(ROWS.format(remark="9" * 200_000), encoding="utf-8")
    assert "field larger than field limit (131072)" in refuse(tmp_path / "notice.csv")


def make_pdf(pages: bytes, *objects: bytes) -> bytes:
    """A PDF whose catalogue is object 1, its pages object 2; readers rebuild the table of objects it lacks."""
    bodies = [b"<</Type/Catalog/Pages 2 0 R>>", pages, *objects]
    written = b"".join(b"%d 0 obj%s endobj\n" % (number, body) for number, body in enumerate(bodies, start=1))
    return b"%PDF-1.4\n" + written + b"trailer<</Root 1 0 R>>\n%%EOF"


PAGE = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 100 100]/Contents 4 0 R>>"
LOOPS = {
    "kids": make_pdf(b"<</Type/Pages/Count 1/Kids[2 0 R 2 0 R]>>"),
    "count": make_pdf(b"<</Type/Pages/Count 2147483647/Kids[3 0 R]>>", PAGE),
    "same-page": make_pdf(b"<</Type/Pages/Count 9/Kids[" + b"3 0 R " * 20_000 + b"]>>", PAGE, b"<<>>"),
    "parent": make_pdf(
        b"<</Type/Pages/Parent 2 0 R/Count 1/Kids[3 0 R]>>", b"<</Type/Page/Parent 3 0 R/Contents 3 0 R>>"
    ),
    "length": make_pdf(b"<</Type/Pages/Kids[3 0 R]>>", PAGE, b"<</Length 4 0 R>>stream\nx\nendstream"),
    "nesting": make_pdf(b"[" * 20_000 + b"]" * 20_000),
    "previous": b"%PDF-1.4\nxref\n0 0\ntrailer<</Prev 9/Root 1 0 R>>\nstartxref\n9\n%%EOF",
    "form": make_pdf(
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R/Resources<</XObject<</F 5 0 R>>>>>>",
        b"<</Length 4>>stream\n/F Do\nendstream",
        b"<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</F 5 0 R>>>>/Length 10>>stream\n/F Do /F Do\nendstream",
    ),
}


@pytest.mark.parametrize("content", LOOPS.values(), ids=LOOPS)
def test_pdf_that_leads_in_circles(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "loop.pdf"
    path.write_bytes(content)
    assert refuse(path)


def draw_pdf(path: Path, *pages: str) -> Path:
    """Write a PDF of pages with text, a picture, or a picture with the invisible text that a scanner recognised."""
    sheet = Canvas(str(path), pageCompression=0)
    for page in pages:
        text = sheet.beginText(50, 700)
        if page != "text":
            sheet.drawImage(SAMPLES / "scan.png", 0, 0, 595, 800)
            text.setTextRenderMode(3)
        text.textLines("unit score\nA 97\nB 96" if page != "picture" else "")
        sheet.drawText(text)
        sheet.showPage()
    sheet.save()
    return path


@pytest.mark.parametrize(
    ("pages", "found"),
    [
        (["text", "picture"], "found 1 of 2 pages of pictures without a text layer"),
        (["recognised"], "found 1 page of pictures without a text layer"),
        (["text", "recognised", "picture"], "found 2 of 3 pages of pictures without a text layer"),
    ],
)
def test_pdf_with_a_page_that_is_a_picture_is_not_read_in_part(pages: list[str], found: str, tmp_path: Path) -> None:
    assert refuse(draw_pdf(tmp_path / "scan.pdf", *pages)).startswith(f"{found}; expected text: audit-lib add reads")


def test_pdf_with_text_and_no_picture_is_read(tmp_path: Path) -> None:
    assert len(read_document(draw_pdf(tmp_path / "text.pdf", "text", "text")).lines) == 6


def test_pdf_whose_font_names_no_characters_is_refused(tmp_path: Path) -> None:
    words = b"BT /F 12 Tf 20 50 Td <000100020003> Tj ET"
    font = b"<</Type/FontDescriptor/FontName/X/Flags 4/FontBBox[0 0 1 1]>>"
    content = make_pdf(
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        PAGE.replace(b">>", b"/Resources<</Font<</F 5 0 R>>>>>>"),
        b"<</Length %d>>stream\n%b\nendstream" % (len(words), words),
        b"<</Type/Font/Subtype/Type0/BaseFont/X/Encoding/Identity-H/DescendantFonts[6 0 R]>>",
        b"<</Type/Font/Subtype/CIDFontType2/BaseFont/X/FontDescriptor 7 0 R"
        b"/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>>>",
        font,
    )
    (tmp_path / "font.pdf").write_bytes(content)
    message = refuse(tmp_path / "font.pdf")
    assert message.startswith("found a PDF whose font does not say which characters it prints; expected text: ")


def test_pdf_of_more_pages_than_a_notice_has(tmp_path: Path) -> None:
    kids = b" ".join(b"%d 0 R" % number for number in range(3, 1504))
    path = tmp_path / "pages.pdf"
    path.write_bytes(make_pdf(b"<</Type/Pages/Kids[" + kids + b"]>>", *[b"<</Type/Page/Parent 2 0 R>>"] * 1501))
    assert refuse(path) == "found a PDF of more than 1,000 pages; expected a notice"


def test_after_a_file_that_breaks_the_reader_the_next_is_read(tmp_path: Path) -> None:
    path = tmp_path / "loop.pdf"
    path.write_bytes(LOOPS["nesting"])
    refuse(path)
    assert len(parse_notice(read_document(SAMPLES / "ruled.pdf")).tables[0].rows) == 5


def test_rar_whose_headers_lie(tmp_path: Path) -> None:
    path = tmp_path / "lie.rar"
    content = (SAMPLES / "archive.rar").read_bytes()
    path.write_bytes(content[:20] + b"\xff" * 12 + content[32:])
    assert refuse(path) == "found a damaged RAR archive; expected one of its files, unpacked"


def test_names_in_an_archive_cannot_draw_on_the_terminal(tmp_path: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("甲\x1b[2J\n\u202e.txt", b"")
        archive.writestr("长" * 500, b"")
    (tmp_path / "names.zip").write_bytes(packed.getvalue())
    assert refuse(tmp_path / "names.zip") == (
        f"found a ZIP archive of 甲?[2J??.txt, {'长' * 60}…; "
        "expected one of its files by its name, such as names.zip!甲?[2J??.txt"
    )
