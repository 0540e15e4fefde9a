"""Scans: words become lines, doubts wait for a person, and only an answered reading is a document.

The program that reads pictures is an extra; where it is not installed, the tests that need it are left out.
"""

import csv
import hashlib
import importlib.util
import io
import random
from collections.abc import Callable
from dataclasses import replace
from math import cos, radians, sin
from pathlib import Path

import numpy as np
import PIL.Image
import PIL.ImageDraw
import PIL.ImageFont
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from audit_lib.cli import cli
from audit_lib.documents.model import Document, Line
from audit_lib.documents.read import read_document
from audit_lib.documents.scan_file import NOTICE, ReadLine, print_reading, reading_path
from audit_lib.documents.scan_lines import Word, group_lines, read_box
from audit_lib.documents.scans import clear_seal
from audit_lib.errors import AuditError
from audit_lib.notices.notice import parse_notice
from audit_lib.tables.scan_review import draw_page, find_doubts, mark_doubts, review_scan
from audit_lib.tables.units import Registry, Unit
from audit_lib.wording.fonts import find_font

SAMPLES = Path(__file__).parent / "samples/formats"
needs_reader = pytest.mark.skipif(importlib.util.find_spec("rapidocr") is None, reason="the extra ocr is not installed")


# Words to lines.


def place(
    text: str, x: float, y: float, turn: Callable[[float, float], tuple[float, float]], sure: float = 1.0
) -> Word:
    width, height = 30 * len(text), 32
    corners = [(x, y), (x + width, y), (x + width, y + height), (x, y + height)]
    return Word(tuple(turn(*corner) for corner in corners), text, sure)


ROWS = [[str(n), f"第{n}镇", f"{100 - n}.0"] for n in range(1, 21)]


@given(degrees=st.floats(-3, 3), narrowing=st.floats(0, 0.06), seed=st.integers(0, 9), jitter=st.floats(0, 4))
@settings(max_examples=12, deadline=None)
def test_rows_stay_rows_on_paper_that_lies_aslant(degrees: float, narrowing: float, seed: int, jitter: float) -> None:
    dice = random.Random(seed)

    def turn(x: float, y: float) -> tuple[float, float]:
        x = 600 + (x - 600) * (1 - narrowing * y / 1700)
        y += dice.uniform(-jitter, jitter)
        return x * cos(radians(degrees)) - y * sin(radians(degrees)), x * sin(radians(degrees)) + y * cos(
            radians(degrees)
        )

    words = [
        place(cell, 170 + 300 * column, 200 + 48 * number, turn)
        for number, row in enumerate(ROWS)
        for column, cell in enumerate(row)
    ]
    dice.shuffle(words)
    assert [line.text.split("  ") for line in group_lines(words, 1)] == ROWS


def keep(x: float, y: float) -> tuple[float, float]:
    return x, y


def test_lines_of_a_paragraph_are_one_and_its_end_ends_it() -> None:
    prose = ["白沙镇、雷高镇、市国", "税局、市民政局、市公", "用事业局。", "四、下一步工作要求"]
    words = [place(text, 170, 200 + 48 * number, keep, 1 - number / 100) for number, text in enumerate(prose)]
    lines = group_lines(words, 3)
    assert [(line.text, line.confidence) for line in lines] == [("".join(prose[:3]), 0.98), (prose[3], 0.97)]
    assert lines[0].place == "page 3 box 170 200 470 328"
    assert read_box(lines[0].place) is not None


def test_no_words_are_no_lines() -> None:
    assert group_lines([], 1) == []
    assert group_lines([place(" ", 0, 0, keep)], 1) == []


# The seal.


def test_seal_is_taken_out_and_the_print_below_it_stays() -> None:
    page = np.full((4, 4, 3), 235, dtype=np.uint8)
    page[1] = (225, 60, 50)  # the ink of a seal
    page[2] = (40, 12, 10)  # black print below it
    page[3] = (20, 20, 20)  # black print
    grey = clear_seal(page)
    assert [int(row[0]) for row in grey] == [235, 235, 40, 20]


# The guards.

LISTS = [
    "关于2017年检查情况的通报",
    "本次检查了6个单位。",
    "一、优秀单位(2个)",
    "甲镇、乙镇。",
    "二、良好单位(4个)",
    "丙镇、丁镇、戊局、己局。",
]
RIGHT = [
    "序号  单位  得分",
    "1  甲镇  97.0",
    "2  乙镇  95.0",
    "3  丙镇  93.0",
    "4  丁镇  91.5",
    "5  戊局  90.0",
    "6  己局  88.0",
]


def mark(table: list[str], sure: dict[int, str] | None = None, lists: list[str] | None = None) -> dict[str, str]:
    """Return the doubts of a scan by the number of its line in the table, and those about the whole."""
    printed = [*(LISTS if lists is None else lists), *table]
    lines = [
        ReadLine(
            "0",
            f"page 1 box 0 {number} 9 {number + 1}",
            text,
            confidence=(sure or {}).get(number - len(printed) + len(table), "0.999"),
        )
        for number, text in enumerate(printed)
    ]
    marked = mark_doubts(Path("scan.png"), lines, Registry("", {"乾局": Unit("", "乾局")}))
    doubts: dict[str, str] = {}
    for line in marked:
        if line.is_open:
            box = read_box(line.place)
            number = str(box.top - len(printed) + len(table)) if box else NOTICE
            doubts[number] = "; ".join(filter(None, [doubts.get(number), line.doubt]))
    return doubts


def replace_row(number: int, row: str) -> list[str]:
    return [*RIGHT[:number], row, *RIGHT[number + 1 :]]


def test_rows_that_everything_speaks_for_are_free_of_doubt() -> None:
    assert mark(RIGHT) == {}


@pytest.mark.parametrize(
    ("table", "sure", "doubts"),
    [
        (replace_row(2, "2  乙填  95.0"), {}, {"2": "乙填 stands in no list and not in the reference"}),
        (RIGHT, {3: "0.91"}, {"3": "read with confidence 0.91"}),
        (replace_row(4, "4  丁镇  915"), {}, {"4": "no score from 0 to 100"}),
        (replace_row(3, "3  甲镇  93.0"), {}, {"1": "甲镇 is read twice", "3": "甲镇 is read twice"}),
        (
            replace_row(3, "8  丙镇  93.0"),
            {},
            {
                "2": "the row below has serial 8",
                "3": "serial 8, expected 3; the row below has serial 4",
                "4": "serial 4, expected 9",
            },
        ),
        (
            RIGHT[:4] + RIGHT[5:],
            {},
            {
                "3": "the row below has serial 5",
                "4": "serial 5, expected 4",
                NOTICE: "the notice states 6 units, 5 rows were read; 6 units are listed, 5 rows were read",
            },
        ),
        (RIGHT[:6], {}, {NOTICE: "the notice states 6 units, 5 rows were read; 6 units are listed, 5 rows were read"}),
        (
            RIGHT[:1],
            {},
            {
                NOTICE: "no row of a score table was read",
                "0": "found '序号单位得分' below the list 良好; expected names of units",
            },
        ),
    ],
    ids=["name", "confidence", "score", "twice", "serial", "lost-row", "lost-end", "lost-table"],
)
def test_what_is_misread_is_doubtful(table: list[str], sure: dict[int, str], doubts: dict[str, str]) -> None:
    found = mark(table, sure)
    assert doubts.items() <= found.items()
    assert set(found) <= {*doubts, NOTICE}


def test_line_that_a_seal_lies_on_is_doubtful_until_answered() -> None:
    lines = [
        ReadLine("0", f"page 1 box 0 {n} 9 9", text, confidence="0.999") for n, text in enumerate([*LISTS, *RIGHT])
    ]
    lines[9] = replace(lines[9], seal="yes")
    marked = mark_doubts(Path("scan.png"), lines, Registry(""))
    assert [(line.unit, line.doubt) for line in marked if line.is_open] == [("丙镇", "a seal lies on it")]
    answered = mark_doubts(
        Path("scan.png"), [replace(line, answer="=" if line.doubt else "") for line in marked], Registry("")
    )
    assert [line for line in answered if line.is_open] == []


def test_name_of_the_reference_needs_no_list() -> None:
    without_lists = LISTS[:2]
    table = [RIGHT[0], *(f"{n}  乾局  {90 - n}" for n in range(1, 2))]
    assert "stands in no list" not in "".join(mark(table, lists=without_lists).values())


def test_score_out_of_order_is_doubtful_in_a_table_in_order() -> None:
    rows = [f"{n}  单位{n}局  {99 - n}.0" for n in range(1, 15)]
    rows[6] = "7  单位7局  98.0"  # 92.0, misread
    lines = [Line(f"page 1 box 0 {n} 9 9", text) for n, text in enumerate(["序号  单位  得分", *rows])]
    notice = parse_notice(Document(Path("scan.png"), "", "scan", None, tuple(lines)))
    registry = Registry("", {f"单位{n}局": Unit("", f"单位{n}局") for n in range(1, 15)})
    doubts = find_doubts(notice, {line.place: 1.0 for line in lines}, registry)
    assert doubts["page 1 box 0 7 9 9"] == ["out of the order of the scores"]
    assert doubts[NOTICE] == ["nothing in the notice says that 14 rows are all"]


# The reading beside the scan.


def make_reading(scan: Path, answer: str = "", doubt: str = "read with confidence 0.80") -> list[ReadLine]:
    sha256 = hashlib.sha256(scan.read_bytes()).hexdigest()
    lines = [ReadLine(sha256, f"page 1 box 0 {n} 9 {n + 1}", text, confidence="0.999") for n, text in enumerate(RIGHT)]
    lines[2] = ReadLine(sha256, lines[2].place, "2  乙填  95.0", confidence="0.800", doubt=doubt, answer=answer)
    return lines


def write_reading(folder: Path, answer: str = "") -> Path:
    scan = folder / "scan.png"
    scan.write_bytes((SAMPLES / "scan.png").read_bytes())
    reading_path(scan).write_text(print_reading(make_reading(scan, answer)), encoding="utf-8")
    return scan


def test_scan_with_a_doubt_is_no_document(tmp_path: Path) -> None:
    scan = write_reading(tmp_path)
    with pytest.raises(AuditError) as caught:
        read_document(scan)
    assert str(caught.value) == (
        f"{scan}: found 1 doubtful line without an answer in scan.png.reading.csv; "
        "expected what the picture shows in the column answer (= if it was read right)"
    )


@pytest.mark.parametrize(("answer", "unit"), [("2  乙镇  95.0", "乙镇"), ("=", "乙填")])
def test_answered_scan_is_read_with_its_boxes_as_places(answer: str, unit: str, tmp_path: Path) -> None:
    document = read_document(write_reading(tmp_path, answer))
    (table,) = parse_notice(document).tables
    assert document.format == "scan"
    assert (table.rows[1].unit, table.rows[1].score, table.rows[1].place) == (unit, 95.0, "page 1 box 0 2 9 3")


def test_answer_that_nothing_is_printed_leaves_the_line_out(tmp_path: Path) -> None:
    assert "乙填" not in "".join(line.text for line in read_document(write_reading(tmp_path, "-")).lines)


def test_reading_of_another_scan_is_refused(tmp_path: Path) -> None:
    scan = write_reading(tmp_path, "=")
    PIL.Image.new("L", (9, 9)).save(scan)
    with pytest.raises(AuditError, match=r"found the reading of another file in scan\.png\.reading\.csv"):
        read_document(scan)


def test_reading_with_other_columns_is_refused(tmp_path: Path) -> None:
    scan = write_reading(tmp_path, "=")
    reading_path(scan).write_text("place,text\n1,2\n", encoding="utf-8")
    with pytest.raises(
        AuditError, match=r"found other columns in scan\.png\.reading\.csv; expected scan_sha256, place"
    ):
        read_document(scan)


def test_page_cannot_be_written_on_by_what_was_read(tmp_path: Path) -> None:
    scan = write_reading(tmp_path)
    lines = [ReadLine("0", "page 1 box 0 0 9 9", "<script>alert(1)</script>", doubt="x")]
    assert "<script>alert" not in draw_page(scan, lines, {})


# The whole, with the program.


def draw_scan(path: Path, size: int = 30) -> None:
    font = PIL.ImageFont.truetype(find_font(), size)
    page = PIL.Image.new("RGB", (1000, 950), (240, 240, 236))
    draw = PIL.ImageDraw.Draw(page)
    for number, text in enumerate(LISTS):
        draw.text((80, 40 + 55 * number), text, font=font, fill=(20, 20, 20))
    for number, row in enumerate(RIGHT):
        for column, cell in enumerate(row.split("  ")):
            draw.text((80 + 300 * column, 400 + 60 * number), cell, font=font, fill=(20, 20, 20))
    ink = PIL.Image.new("RGB", page.size, "white")
    PIL.ImageDraw.Draw(ink).ellipse((560, 440, 860, 740), outline=(220, 30, 30), width=14)
    page = PIL.Image.fromarray((np.asarray(page, dtype=np.uint16) * np.asarray(ink) // 255).astype(np.uint8))
    page.rotate(0.7, fillcolor=(240, 240, 236), resample=PIL.Image.Resampling.BICUBIC).save(path)


@needs_reader
@pytest.mark.parametrize("ending", ["png", "tif", "pdf"])
def test_scan_is_read_reviewed_answered_and_read_again(ending: str, tmp_path: Path) -> None:
    scan = tmp_path / f"scan.{ending}"
    draw_scan(scan)
    review = review_scan(scan)
    rows = [(line.unit, line.score) for line in review.lines if line.unit]
    assert rows == [(row.split("  ")[1], f"{float(row.split('  ')[2]):g}") for row in RIGHT[1:]]
    table = list(csv.DictReader(io.StringIO(reading_path(scan).read_text(encoding="utf-8-sig"))))
    for row in table:
        row["answer"] = "=" if row["doubt"] else ""
    written = io.StringIO()
    writer = csv.DictWriter(written, table[0].keys())
    writer.writeheader()
    writer.writerows(table)
    reading_path(scan).write_text(written.getvalue(), encoding="utf-8")
    assert CliRunner().invoke(cli, ["scan", str(scan)]).exit_code == 0
    assert [row.serial for row in parse_notice(read_document(scan)).tables[0].rows] == [1, 2, 3, 4, 5, 6]


@needs_reader
def test_doubtful_line_is_shown_beside_its_picture(tmp_path: Path) -> None:
    scan = tmp_path / "scan.png"
    draw_scan(scan)
    review = review_scan(scan)
    sha256 = review.lines[0].scan_sha256
    lines = [
        ReadLine(sha256, line.place, line.text.replace("乙镇  95", "乙填  95"), confidence=line.confidence)
        for line in review.lines
        if line.place != NOTICE
    ]
    reading_path(scan).write_text(print_reading(lines), encoding="utf-8")
    again = review_scan(scan)
    (doubtful,) = [line for line in again.lines if line.unit == "乙填"]
    assert "乙填 stands in no list and not in the reference" in doubtful.doubt
    assert doubtful.alternatives == "2  乙镇  95.0"
    page = again.page.read_text(encoding="utf-8")
    assert page.count("data:image/png;base64,") == again.n_open
    assert "http" not in page


# Hostile pictures.


@pytest.mark.parametrize("kind", ["text.txt", "table.xlsx"])
def test_what_is_no_scan_is_named(kind: str) -> None:
    with pytest.raises(AuditError, match="expected a scan: a PDF of pictures, PNG, JPEG or TIFF"):
        review_scan(SAMPLES / kind.replace("text", "text-utf8"))


@needs_reader
@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\x89PNG\r\n\x1a\n" + b"\xff" * 500, "found a damaged picture"),
        (b"%PDF-1.4\n" + b"[" * 5000, "found a damaged PDF"),
    ],
)
def test_damaged_picture_is_one_line(content: bytes, message: str, tmp_path: Path) -> None:
    (tmp_path / "scan").write_bytes(content)
    with pytest.raises(AuditError, match=message):
        review_scan(tmp_path / "scan")


def test_picture_bomb_is_refused_by_its_stated_size(tmp_path: Path) -> None:
    PIL.Image.new("1", (20_000, 20_000)).save(tmp_path / "bomb.png")
    with pytest.raises(
        AuditError, match="found a picture of hundreds of millions of pixels; expected at most 60 million pixels"
    ):
        review_scan(tmp_path / "bomb.png")
