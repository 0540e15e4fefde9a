"""RTF, Word 97, OFD, OpenDocument texts and pages saved as one file: what prints is read, what does not is not."""

import io
import re
import runpy
import struct
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit_lib.documents.model import Grid, squeeze
from audit_lib.documents.read import read_document
from audit_lib.errors import AuditError

SAMPLES = Path(__file__).parent / "samples/formats"
WRITE = runpy.run_path(str(SAMPLES / "write_formats.py"))
SAVE_AS = "the same document saved as DOCX, XLSX or PDF"


def read(content: bytes, folder: Path) -> list[tuple[str, str] | list[list[str]]]:
    """Read a document: of a line its place and text, of a table its cells."""
    path = folder / "notice"
    path.write_bytes(content)
    return [
        [[cell.text for cell in row] for row in block.rows] if isinstance(block, Grid) else (block.place, block.text)
        for block in read_document(path).blocks
    ]


def refuse(content: bytes, folder: Path) -> str:
    path = folder / "notice"
    path.write_bytes(content)
    with pytest.raises(AuditError) as caught:
        read_document(path)
    return str(caught.value).removeprefix(str(path)).strip(": ")


def rtf(body: str) -> bytes:
    return f"{{\\rtf1\\ansi\\ansicpg936\\deff0{{\\fonttbl{{\\f0\\fcharset134 SimSun;}}}}\n{body}}}".encode("gb18030")


# Tables of RTF and Word 97.

MERGED = [
    ["类别", "单位", ("检查情况", 2, False)],
    [("", 1, True), ("", 1, True), "得分", "排名"],
    ["街道", "乐坪", "85.84", "1"],
    [("", 1, True), "黄泥塘", "85.56", "2"],
]


@pytest.mark.parametrize("write", ["write_rtf", "write_word97"])
def test_merged_cells_stand_in_each_field_that_they_cover(write: str, tmp_path: Path) -> None:
    _, table, _ = read(WRITE[write](["通报", MERGED, "特此通报"]), tmp_path)
    assert table == [
        ["类别", "单位", "检查情况", "检查情况"],
        ["类别", "单位", "得分", "排名"],
        ["街道", "乐坪", "85.84", "1"],
        ["街道", "黄泥塘", "85.56", "2"],
    ]


@pytest.mark.parametrize(
    "content",
    [
        rtf(r"\trowd\cellx900\cellx1800 \intbl 甲|镇\par (原乙镇)\cell 97\cell\row\pard\par"),
        WRITE["write_word97"]([[["甲|镇\r(原乙镇)", "97"]], "完"]),
    ],
    ids=["rtf", "word-97"],
)
def test_cell_of_two_paragraphs_with_a_bar_is_one_cell(content: bytes, tmp_path: Path) -> None:
    assert read(content, tmp_path)[0] == [["甲|镇 (原乙镇)", "97"]]


def test_edges_that_differ_by_a_hair_are_one_column(tmp_path: Path) -> None:
    rows = (
        r"\trowd\cellx900\cellx1800 \intbl 甲镇\cell 97\cell\row\trowd\cellx915\cellx1790 \intbl 乙镇\cell 96\cell\row"
    )
    assert read(rtf(rows + r"\pard\par"), tmp_path) == [[["甲镇", "97"], ["乙镇", "96"]]]


def test_table_in_a_cell_of_a_table(tmp_path: Path) -> None:
    inner = r"\pard\intbl\itap2 97\nestcell{\nonesttables\par}96\nestcell{\*\nesttableprops\trowd\cellx400\cellx900\nestrow}"
    path = tmp_path / "notice.rtf"
    path.write_bytes(
        rtf(rf"\trowd\cellx900\cellx1800 \pard\intbl 甲镇\cell {inner}\pard\intbl\itap1\cell\row\pard\par")
    )
    (outer,) = read_document(path).blocks
    assert isinstance(outer, Grid)
    assert [[cell.text for cell in row] for row in outer.rows] == [["甲镇", "97 96"]]
    (inside,) = [block for block in outer.blocks if isinstance(block, Grid)]
    assert [[(cell.place, cell.text) for cell in row] for row in inside.rows] == [[("line 1", "97"), ("line 1", "96")]]


# RTF: what prints.


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (r"\'bc\'d7\'d5\'f2", "甲镇"),
        (r"甲镇", "甲镇"),
        (r"\uc2\u30002\'bc\'d7\u-27321\'d5\'f2\uc0\u38215", "甲镇镇"),
        (r"\u-10174?\u-8336?", "𠭰"),
        (r"\f1\'c1\'af", "蟒"),
        (r"甲{\v 乙}\v 丙\v0 镇", "甲镇"),
        (r"甲{\deleted 乙}镇", "甲镇"),
        (r"甲{\*\unknown 乙}{\footnote 乙}{\pict\bin4 }}}}}镇", "甲镇"),
        (r'{\field{\*\fldinst HYPERLINK "http://127.0.0.1:9/"}{\fldrslt 甲镇}}', "甲镇"),
        (r"{\object\objautlink{\*\objdata 0105}{\result 甲镇}}", "甲镇"),
        (r"{\listtext\pard\plain 1.\tab}甲镇", "1.\t甲镇"),
        (r"甲\~镇\{\}\\", "甲\u00a0镇{}\\"),
    ],
)
def test_rtf_text_is_what_the_page_shows(body: str, text: str, tmp_path: Path) -> None:
    fonts = r"{\fonttbl{\f0\fcharset134 SimSun;}{\f1\fcharset136 MingLiU;}}"
    assert read(rtf(rf"{fonts}\pard {body}\par"), tmp_path) == [("line 1", text)]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (r"\pard 甲镇\par \'ff\'ff\par", "line 2: found byte 0xff in text of code page gb18030"),
        (r"\trowd\cellx900 \intbl 甲镇\cell", "line 1: found a table row without an end"),
        (r"\trowd\cellx900 \intbl 甲镇\par \row", "line 1: found a table cell without an end"),
        (r"\ansicpg99999 \'bc\'d7\par", "found an RTF document in code page 99999"),
        ("{" * 2000, "found groups nested deeper than 1,000"),
        (r"\itap99 甲\nestcell", "found tables nested deeper than 12"),
        ("\\pard 甲镇\\", ""),
    ],
)
def test_rtf_that_would_lose_text_is_refused(body: str, message: str, tmp_path: Path) -> None:
    content = rtf(body) if message else rtf(body)[:-1]
    assert refuse(content, tmp_path).startswith(message or "found an RTF document that breaks off")


# Word 97: two readers.


def test_text_in_pieces_is_read_in_its_order(tmp_path: Path) -> None:
    blocks = ["关于2017年的通报", [["单位", "得分"], ["甲镇", "97"]], "特此通报"]
    whole, pieces = WRITE["write_word97"](blocks), WRITE["write_word97"](blocks, in_pieces=9)
    assert read(whole, tmp_path) == read(pieces, tmp_path)
    assert read(whole, tmp_path) == [("line 1", blocks[0]), [["单位", "得分"], ["甲镇", "97"]], ("line 4", "特此通报")]


def test_fields_show_their_result(tmp_path: Path) -> None:
    field = '\x13 HYPERLINK "http://127.0.0.1:9/" \x14甲镇\x15'
    assert read(WRITE["write_word97"]([f"见{field}。"]), tmp_path) == [("line 1", "见甲镇。")]


TWO_ROWS = [[["单位", "得分"], ["甲镇", "97"], ["乙镇", "96"]], "完"]
SEVEN = slice(len("单位-得分--甲镇-9"), len("单位-得分--甲镇-97"))


@pytest.mark.parametrize("mark", [0x083C, 0x0800], ids=["hidden", "deleted"])
def test_hidden_and_deleted_text_is_not_read(mark: int, tmp_path: Path) -> None:
    content = WRITE["write_word97"](TWO_ROWS, marked=SEVEN, mark=mark)
    assert read(content, tmp_path)[0] == [["单位", "得分"], ["甲镇", "9"], ["乙镇", "96"]]


def test_row_that_two_readers_read_differently_is_named(tmp_path: Path) -> None:
    rows_without_a_shape = WRITE["write_word97"](TWO_ROWS).replace(b"\x08\xd6", b"\xff\xd6")
    assert refuse(rows_without_a_shape, tmp_path) == (
        "line 1: found a row that two readers read differently: "
        "“单位 | 得分” and “单位 | 得分 | 甲镇 | 97 | 乙镇 | 96”; "
        f"expected the same in both; else {SAVE_AS}"
    )


def patch_main(content: bytes, offset: int, value: int) -> bytes:
    """Change a number in the head of a document's main stream, which stands in the first sector."""
    patched = bytearray(content)
    struct.pack_into("<H", patched, 512 + offset, value)
    return bytes(patched)


@pytest.mark.parametrize(
    ("offset", "value", "message"),
    [
        (0x0A, 0x1300, "found an encrypted Word document; expected the file saved without a password"),
        (0x00, 0xA5DC, f"found a Word document of before 1997; expected {SAVE_AS}"),
        (0x4E, 0x7FFF, "found a document of 2,147,418,1"),
        (0x4C, 0x0FFF, "found a Word document without 4,0"),
        (0x1A2, 0x7FFF, "found a damaged office file; expected a file that can be read"),
        (0x102, 0x7FFF, "found a damaged office file; expected a file that can be read"),
    ],
)
def test_word_97_that_lies_is_refused(offset: int, value: int, message: str, tmp_path: Path) -> None:
    content = WRITE["write_word97"](["关于2017年的通报", [["单位", "得分"], ["甲镇", "97"]], "完"])
    assert refuse(patch_main(content, offset, value), tmp_path).startswith(message)


def test_macros_of_a_document_are_not_looked_at(tmp_path: Path) -> None:
    blocks = [[["单位", "得分"], ["甲镇", "97"]], "完"]
    macros = {"VBA": b'Sub AutoOpen()\nShell "touch /tmp/x"\nEnd Sub', "Macros": b"\xff" * 5000}
    assert read(WRITE["write_word97"](blocks, streams=macros), tmp_path) == read(
        WRITE["write_word97"](blocks), tmp_path
    )


@pytest.mark.parametrize(
    ("stream", "found"),
    [
        ("PowerPoint Document", "a presentation"),
        ("MatOST", "a document of Microsoft Works"),
        ("__properties_version1.0", "an e-mail"),
        ("Elsewhere", "an office file of before 2007"),
    ],
)
def test_other_files_in_the_same_container_are_named(stream: str, found: str, tmp_path: Path) -> None:
    assert refuse(WRITE["write_ole"]({stream: b""}), tmp_path) == f"found {found}; expected {SAVE_AS}"


@pytest.mark.parametrize(
    ("member", "content", "found"),
    [
        ("Index/Document.iwa", b"x", "a document of Apple's Pages, Numbers or Keynote"),
        ("Index.zip", b"x", "a document of Apple's Pages, Numbers or Keynote"),
        ("mimetype", b"application/epub+zip", "an e-book"),
    ],
)
def test_other_archives_that_are_documents_are_named(member: str, content: bytes, found: str, tmp_path: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(member, content)
    assert refuse(packed.getvalue(), tmp_path) == f"found {found}; expected {SAVE_AS}"


# OFD.


def change_ofd(old: str, new: str, name: str = "Doc_0/Pages/Page_0/Content.xml") -> bytes:
    with zipfile.ZipFile(io.BytesIO(WRITE["write_ofd"](["通报", [["甲镇", "97"]]]))) as archive:
        members = {each: archive.read(each) for each in archive.namelist()}
    members[name] = members[name].decode().replace(old, new).encode()
    return WRITE["pack"](members)


def test_ofd_names_page_and_line(tmp_path: Path) -> None:
    content = WRITE["write_ofd"](["通报", [["甲镇", "97"]], "完"], lines_a_page=2)
    assert read(content, tmp_path) == [
        ("page 1 line 1", "通报"),
        ("page 1 line 2", "甲镇  97"),
        ("page 2 line 1", "完"),
    ]


def test_ofd_cells_stand_in_the_columns_that_they_are_below(tmp_path: Path) -> None:
    table = [["村名", "上级得分", "得分"], ["大庭村", "93.7(泉州)", "95.5"], ["宫占村", "", "90.5"]]
    assert read(WRITE["write_ofd"](["通报", table, "完"]), tmp_path) == [
        ("page 1 line 1", "通报"),
        table,
        ("page 1 line 5", "完"),
    ]


def test_text_beyond_the_stated_page_is_read_too(tmp_path: Path) -> None:
    content = change_ofd("0 0 210 297", "0 0 210 25", "Doc_0/Document.xml")
    assert read(content, tmp_path)[1:] == [("page 1 line 2", "甲镇  97")]


def test_spaces_inside_a_run_part_no_columns(tmp_path: Path) -> None:
    assert read(change_ofd("甲镇", "甲  镇"), tmp_path)[1:] == [("page 1 line 2", "甲 镇  97")]


@pytest.mark.parametrize(
    ("old", "new", "name", "message"),
    [
        (
            "TextObject",
            "ImageObject",
            "Doc_0/Pages/Page_0/Content.xml",
            "found 1 page of pictures without text",
        ),
        ("<?xml", "<!DOCTYPE x [<!ENTITY l 'x'>]><?xml", "OFD.xml", "found a DOCTYPE in OFD.xml"),
        ("Page_0", "Page_7", "Doc_0/Document.xml", "found an OFD document with a part missing: page 1"),
        ("Doc_0/Document.xml", "../../etc/passwd", "OFD.xml", "found a damaged OFD document: no readable document"),
    ],
)
def test_ofd_that_would_lose_text_is_refused(old: str, new: str, name: str, message: str, tmp_path: Path) -> None:
    assert refuse(change_ofd(old, new, name), tmp_path).startswith(message)


# OpenDocument.


@pytest.mark.parametrize(
    ("body", "blocks"),
    [
        ("<text:p>甲<text:s text:c='2'/>镇<text:tab/>97</text:p>", [("line 1", "甲  镇\t97")]),
        ("<text:p>甲\n  镇<text:line-break/>97</text:p>", [("line 1", "甲 镇"), ("line 2", "97")]),
        (
            "<text:tracked-changes><text:p>假镇</text:p></text:tracked-changes><text:h>甲镇<text:note><text:p>注</text:p></text:note></text:h>",
            [("line 1", "甲镇")],
        ),
        (
            "<text:section text:display='none'><text:p>假镇</text:p></text:section><text:p>甲镇</text:p>",
            [("line 1", "甲镇")],
        ),
        ("<text:list><text:list-item><text:p>甲镇</text:p></text:list-item></text:list>", [("line 1", "甲镇")]),
        (
            "<table:table><table:table-header-rows><table:table-row><table:table-cell table:number-columns-spanned='2'>"
            "<text:p>评分</text:p></table:table-cell><table:covered-table-cell/></table:table-row></table:table-header-rows>"
            "<table:table-row><table:table-cell><text:p>甲镇</text:p></table:table-cell><table:table-cell><text:p>97</text:p>"
            "</table:table-cell></table:table-row></table:table>",
            [[["评分", "评分"], ["甲镇", "97"]]],
        ),
    ],
    ids=["spaces", "source-space", "deleted-and-note", "hidden", "list", "merged"],
)
def test_opendocument_text_is_what_the_page_shows(body: str, blocks: list[object], tmp_path: Path) -> None:
    assert read(WRITE["pack_odt"](body), tmp_path) == blocks


def test_opendocument_that_repeats_a_row_a_million_times(tmp_path: Path) -> None:
    cell = "<table:table-cell table:number-columns-repeated='900'><text:p>甲</text:p></table:table-cell>"
    row = f"<table:table-row table:number-rows-repeated='1048576'>{cell}</table:table-row>"
    message = refuse(WRITE["pack_odt"](f"<table:table>{row}</table:table>"), tmp_path)
    assert re.fullmatch(r"found a table of 500,\d00 fields or more; expected at most 500,000", message)


# Pages saved as one file.


def test_page_in_one_file_is_read_as_the_page(tmp_path: Path) -> None:
    page = "<html><meta charset='gb2312'><p>通报</p><table><tr><td>单位<td>得分<tr><td>甲镇<td>97</table></html>"
    assert read(WRITE["write_mht"](page, "gb18030"), tmp_path) == [
        ("line 1", "通报"),
        [["单位", "得分"], ["甲镇", "97"]],
    ]


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nx\n--b--\n", "an e-mail"),
        (
            b"MIME-Version: 1.0\nContent-Type: multipart/related; boundary=b\n\n--b\nContent-Type: image/png\n\nx\n--b--\n",
            "a file of saved parts without a page",
        ),
        (b"MIME-Version: 1.0\nContent-Type: multipart/related\n\nno boundary", "a file of saved parts without a page"),
        (
            b"Content-Type: multipart/related; boundary=b\n\n"
            + b"--b\nContent-Type: multipart/related; boundary=b\n\n" * 1500,
            "a",
        ),
    ],
    ids=["e-mail", "no-page", "no-boundary", "nested"],
)
def test_file_of_parts_without_a_page_is_refused(content: bytes, found: str, tmp_path: Path) -> None:
    assert refuse(content, tmp_path).startswith(f"found {found}")


# Archives.


def test_member_that_is_larger_than_it_says(tmp_path: Path) -> None:
    content = bytearray(WRITE["pack"]({"a.txt": b" " * 60_000_000}))
    entry = content.rindex(b"a.txt") - 46
    assert content[entry : entry + 4] == b"PK\x01\x02"
    assert refuse(bytes(content), tmp_path) == "found a.txt of 60.0 MB in it; expected at most 50 MB"
    content[entry + 24 : entry + 28] = (1000).to_bytes(4, "little")
    assert refuse(bytes(content), tmp_path).startswith("found a damaged office file or ZIP archive")


def test_archive_in_an_archive_is_refused(tmp_path: Path) -> None:
    inner = WRITE["pack"]({"甲.txt": "甲镇 97".encode()})
    outer = WRITE["pack"]({"内.zip": inner})
    assert refuse(outer, tmp_path) == "found an archive in the archive: 内.zip; expected one of its files, unpacked"
    (tmp_path / "outer.zip").write_bytes(outer)
    with pytest.raises(AuditError, match="found an archive in an archive; expected one of its files, unpacked"):
        read_document(tmp_path / "outer.zip!内.zip")


def test_member_cannot_name_a_file_outside(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("甲镇 97", encoding="utf-8")
    (tmp_path / "a.zip").write_bytes(WRITE["pack"]({"../secret.txt": "乙镇 96".encode()}))
    assert [line.text for line in read_document(tmp_path / "a.zip!../secret.txt").lines] == ["乙镇 96"]


def test_archive_of_too_many_files(tmp_path: Path) -> None:
    content = WRITE["pack"]({f"{number}.txt": b"" for number in range(3000)})
    assert refuse(content, tmp_path) == "found a ZIP archive of 3,000 files; expected at most 2,000"


# Any table.

LETTERS = st.characters(exclude_categories=("Cc", "Cs", "Cn", "Co", "Cf", "Zl", "Zp", "Zs")) | st.sampled_from(
    "{}\\|\u3000'镇97."
)
CELLS = st.text(LETTERS, max_size=8)
FILLED = CELLS.filter(squeeze)


@st.composite
def tables(draw: st.DrawFn) -> list[list[str]]:
    n_columns = draw(st.integers(2, 5))
    row = st.tuples(FILLED, *[CELLS] * (n_columns - 1))
    return [list(each) for each in draw(st.lists(row, min_size=1, max_size=6))]


def write_rtf_in_unicode(blocks: object) -> bytes:
    return WRITE["write_rtf"](blocks, in_gbk=False)


@given(table=tables())
@settings(max_examples=40)
def test_any_table_comes_back_as_it_was_written(
    table: list[list[str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / "any-table"
    for write in (WRITE["write_rtf"], write_rtf_in_unicode, WRITE["write_word97"], WRITE["write_odt"]):
        path.write_bytes(write(["通报", table, "完"]))
        _, grid, _ = read_document(path).blocks
        assert isinstance(grid, Grid)
        assert [[cell.text for cell in row] for row in grid.rows] == table, write.__name__
