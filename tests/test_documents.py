"""Documents: which bytes are a text, and where its lines stand. Everything else is one line of error."""

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from audit_lib.documents.characters import PrintedLine, find_gutters, join_lines, write_line
from audit_lib.documents.html import read_html
from audit_lib.documents.model import Document, Line, flatten, line_of, squeeze
from audit_lib.documents.read import read_document
from audit_lib.documents.spans import Cell, Row, place_cells
from audit_lib.errors import AuditError
from audit_lib.wording.words import Words


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        (b"a\nb\n", [(1, "a"), (2, "b")]),
        (b"\xef\xbb\xbfa\nb", [(1, "a"), (2, "b")]),
        (b"a\r\n\r\nb\r\n", [(1, "a"), (3, "b")]),
        (b"a\r\rb", [(1, "a"), (3, "b")]),
        (b"a\n\r\nb", [(1, "a"), (3, "b")]),
        ("a\u2028a\nb".encode(), [(1, "a\u2028a"), (2, "b")]),
        ("a\x0ca\x0b\x85\nb".encode(), [(1, "a\x0ca\x0b\x85"), (2, "b")]),
        ("\n \t\u00a0\u3000\n\u200b\ufeff\nb".encode(), [(4, "b")]),
        ("\u00a0甲 镇\u3000".encode(), [(1, "\u00a0甲 镇\u3000")]),
    ],
    ids=["lf", "bom", "crlf", "cr", "mixed", "u2028", "form-feed", "blank-lines", "padding"],
)
def test_lines_keep_their_place_and_text(tmp_path: Path, content: bytes, lines: list[tuple[int, str]]) -> None:
    path = tmp_path / "2017.txt"
    path.write_bytes(content)
    document = read_document(path)
    assert [(line_of(line.place), line.text) for line in document.lines] == lines
    assert (document.format, document.encoding, document.path) == ("text", "utf-8", path)


def test_lines_and_rows_of_a_page_on_one_source_line_have_places_of_their_own() -> None:
    table = "<table><tr><td>甲镇</td><td>95</td></tr><tr><td>乙镇</td><td>93</td></tr></table>"
    _, blocks = read_html(f"<p>通报</p><p>优秀</p>{table}\n<p>完</p>".encode())
    places = [(line.text, line.place) for line in flatten(blocks)]
    assert places == [
        ("通报", "line 1"),
        ("优秀", "line 1 part 2"),
        *[("甲镇", "line 1 part 3"), ("95", "line 1 part 3")],
        *[("乙镇", "line 1 part 4"), ("93", "line 1 part 4")],
        ("完", "line 2"),
    ]
    assert [Words("zh").place(place) for _, place in places[1:3]] == ["第1行", "第1行"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "{path}: found an empty file; expected the text of a notice"),
        (b" \n\t\r\n", "{path}: found an empty file; expected the text of a notice"),
        ("\ufeff\u00a0\u3000\n\u200b".encode(), "{path}: found an empty file; expected the text of a notice"),
        (
            b"a\n\x00b",
            "{path} line 2: found binary content; expected a text file in UTF-8, UTF-16, GB18030 or Big5, or the same document saved as DOCX, XLSX or PDF",
        ),
        (
            b"a\r\rb\x01",
            "{path} line 3: found binary content; expected a text file in UTF-8, UTF-16, GB18030 or Big5, or the same document saved as DOCX, XLSX or PDF",
        ),
        (
            b"%PDF-1.4\n\x1b",
            "{path}: found a damaged PDF; expected a file that can be read: open it and save it again,"
            " or save it in another format",
        ),
        (
            "甲镇".encode()[:-1],
            "{path}: found byte 0xe9 at position 3; expected a text file in UTF-8, UTF-16, GB18030 or Big5",
        ),
        (
            "鱻龘靐齉".encode("gb18030"),
            "{path}: found byte 0xf7 at position 0; expected a text file in UTF-8, UTF-16, GB18030 or Big5",
        ),
        (None, "{path}: found no such file; expected a published notice"),
    ],
    ids=["empty", "white-space", "padding", "nul", "control", "pdf", "cut-character", "no-text", "missing"],
)
def test_unusable_file_is_one_line_of_error(tmp_path: Path, content: bytes | None, message: str) -> None:
    path = tmp_path / "2017.txt"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(AuditError) as caught:
        read_document(path)
    assert str(caught.value) == message.format(path=path)


def test_folder_is_one_line_of_error(tmp_path: Path) -> None:
    with pytest.raises(AuditError, match=re.escape(f"{tmp_path}: found a folder; expected a published notice")):
        read_document(tmp_path)


def test_sha256_is_of_the_bytes(data: Path) -> None:
    path = data / "raw/leizhou/2017.txt"
    assert read_document(path).sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert read_document(path).sha256 == "e9df53f5aaaaf3c2f1c9748715c80cf553590a3e89a52ebe7b99d7e56ef429e2"


@pytest.mark.parametrize(
    ("printed", "key"),
    [
        ("序 \u00a0 号", "序号"),
        ("　评\u3000分 ", "评分"),
        ("评\u200b分\ufeff", "评分"),
        ("\uff088个\uff09", "(8个)"),
        ("８６．５", "86.5"),
        ("乡镇\uff1a甲镇", "乡镇:甲镇"),
        ("雷府办函〔2018〕35号", "雷府办函〔2018〕35号"),
    ],
)
def test_words_are_compared_without_padding_and_width(printed: str, key: str) -> None:
    assert squeeze(printed) == key
    assert Line("line 7", printed).key == key


def test_printed_keeps_width_and_loses_padding() -> None:
    line = Line("line 7", " 新城\uff08马\u200b 陆镇\uff09…")
    assert (line.place, line.printed) == ("line 7", "新城\uff08马陆镇\uff09…")
    assert line.aligned == "新城(马陆镇)…"


@given(st.binary(max_size=200) | st.text(max_size=60).map(str.encode))
@example(b"\xef\xbb\xbf")
@settings(max_examples=150)
def test_any_bytes_give_a_document_or_an_error(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any-bytes.txt"
    path.write_bytes(content)
    try:
        document = read_document(path)
    except AuditError as error:
        assert len(str(error).splitlines()) == 1
    else:
        assert isinstance(document, Document)
        if document.format == "html":  # whose text is not that of its source lines
            return
        codec = {"utf-8": "utf-8-sig", "big5": "cp950"}.get(str(document.encoding), str(document.encoding))
        raw = re.split(r"\r\n|\r|\n", content.decode(codec))
        assert all(raw[(line_of(line.place) or 0) - 1] == line.text and line.key for line in document.lines)


# Paragraphs of a page.


def print_line(number: int, text: str, left: float = 90.0, size: float = 16.0) -> tuple[PrintedLine, str]:
    chars = [
        {"text": char, "x0": left + size * at, "x1": left + size * (at + 1), "size": size}
        for at, char in enumerate(text)
    ]
    return PrintedLine(f"page 1 line {number}", 28.0 * number, chars), text


FULL = "优秀单位是甲镇、乙镇、丙镇、丁镇、戊镇、己镇、庚"  # 24 characters: from 90 to 474


@pytest.mark.parametrize(
    ("lines", "joined"),
    [
        ([print_line(1, FULL), print_line(2, "局、辛局。")], [f"{FULL}局、辛局。"]),
        ([print_line(1, FULL), print_line(2, FULL), print_line(3, "局。")], [f"{FULL}{FULL}局。"]),
        ([print_line(1, f"{FULL[:-1]}。"), print_line(2, "二、问题")], [f"{FULL[:-1]}。", "二、问题"]),
        ([print_line(1, FULL), print_line(2, "二、问题", left=122.0)], [FULL, "二、问题"]),
        ([print_line(1, FULL), print_line(2, "附件二的表", size=22.0)], [FULL, "附件二的表"]),
        ([print_line(1, FULL), print_line(9, "局、辛局。")], [FULL, "局、辛局。"]),
        ([print_line(1, FULL), print_line(2, "1  甲镇  97")], [FULL, "1  甲镇  97"]),
        ([print_line(1, FULL[:20]), print_line(2, "甲镇")], [FULL[:20], "甲镇"]),
        ([print_line(1, FULL[:21]), print_line(2, "91.5分,甲镇")], [f"{FULL[:21]}91.5分,甲镇"]),
        ([print_line(1, FULL[:22]), print_line(2, "（市）甲镇")], [f"{FULL[:22]}（市）甲镇"]),
        ([print_line(1, FULL[:23]), print_line(2, "二；甲镇")], [f"{FULL[:23]}二；甲镇"]),
        ([print_line(n, text) for n, text in enumerate(["1", "甲镇", "97", "2", "乙街道办事处", "96"])], None),
    ],
    ids=[
        "name-cut",
        "three",
        "sentence-ends",
        "indented",
        "other-size",
        "far",
        "columns",
        "short",
        *["number", "brackets", "sign"],
        "cell-per-line",
    ],
)
def test_lines_that_reach_the_margin_go_on_below(
    lines: list[tuple[PrintedLine, str]], joined: list[str] | None
) -> None:
    found = [text for _, text in join_lines(lines, 90.0, 478.0)]
    assert found == ([text for _, text in lines] if joined is None else joined)


@pytest.mark.parametrize(
    ("gaps", "written"),
    [
        ([100.0, 100.0, 99.0], ["甲镇  95", "乙镇  93", "丙镇  91"]),
        ([100.0, 100.0, 91.0], ["甲镇95", "乙镇93", "丙镇91"]),  # two lines show no column
    ],
)
def test_gaps_one_below_another_part_columns(gaps: Sequence[float], written: list[str]) -> None:
    lines = []
    for n, (name, score, left) in enumerate(zip(["甲镇", "乙镇", "丙镇"], ["95", "93", "91"], gaps, strict=True)):
        (first, _), (second, _) = (
            print_line(n, name, left=60.0, size=16.0),
            print_line(n, score, left=left + 1.0, size=16.0),
        )
        lines.append(PrintedLine(first.place, first.top, [*first.chars, *second.chars]))
    gutters = find_gutters(lines)
    assert [write_line(line.chars, found) for line, found in zip(lines, gutters, strict=True)] == written


@pytest.mark.parametrize(
    ("above", "below", "expected"),
    [
        ([("a", 2, 1), ("b", 2, 1), ("c", 1, 1)], [("d", 1, 1)], ["abc", "abd"]),
        ([("a", 1, 1), ("b", 2, 1)], [("c", 1, 2)], ["ab", "cb"]),
        ([("a", 1, 2), ("b", 1, 1)], [("c", 1, 1), ("d", 1, 2)], ["aab", "cdd"]),
    ],
    ids=["two cells reach down", "who comes first keeps a field", "cells span columns"],
)
def test_cells_take_the_fields_that_are_free(above: list, below: list, expected: list[str]) -> None:
    rows = [Row("", tuple(Cell(Line("", text), *spans) for text, *spans in row)) for row in (above, below)]
    assert ["".join(line.text for _, line in sorted(row.items())) for row in place_cells(rows)] == expected
