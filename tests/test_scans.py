"""Scans: words become lines, doubts wait for a person, and only an answered reading is a document.

The program that reads pictures is an extra; where it is not installed, the tests that need it are left out.
"""

import csv
import hashlib
import importlib.util
import io
import random
import shutil
import zipfile
from collections.abc import Callable
from dataclasses import astuple, fields
from math import cos, radians, sin
from pathlib import Path

import numpy as np
import PIL.Image
import PIL.ImageDraw
import PIL.ImageFont
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit_lib.display.links import HREF, link_place
from audit_lib.documents.kinds import HEAD, find_kind
from audit_lib.documents.model import Document, Line
from audit_lib.documents.read import read_document
from audit_lib.documents.scan_file import PAGE, READING, REVIEW, beside, print_csv, print_reading
from audit_lib.documents.scan_lines import ScanLine, Word, group_lines, read_box
from audit_lib.documents.scans import clear_seal, count_pages, open_picture
from audit_lib.errors import AuditError
from audit_lib.notices.notice import parse_notice
from audit_lib.pages.notice_page import frame_notice
from audit_lib.sources import find_sources
from audit_lib.tables.add import Added, add_files, add_notice
from audit_lib.tables.build import build_tables, read_source
from audit_lib.tables.scan_doubts import NOTICE, answer_lines, find_open
from audit_lib.tables.scan_review import Row, draw_page, load_answers, read_pictures
from audit_lib.tables.storage import load_table
from audit_lib.tables.units import Registry, Unit
from audit_lib.verify.verify import read_again
from audit_lib.wording.fonts import find_font
from audit_lib.wording.words import Words

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


def make_document(texts: list[str], sure: dict[int, float] | None = None, sealed: int | None = None) -> Document:
    lines = [
        ScanLine(f"page 1 box 0 {n} 9 {n + 1}", text, (sure or {}).get(n, 0.999), n == sealed)
        for n, text in enumerate(texts)
    ]
    return Document(Path("scan.png"), "", "scan", None, tuple(lines))


def mark(table: list[str], sure: dict[int, float] | None = None, lists: list[str] | None = None) -> dict[str, str]:
    """Return the doubts of a scan by the number of its line in the table (above it: below 0), and those of the whole."""
    above = LISTS if lists is None else lists
    document = make_document([*above, *table], {len(above) + n: each for n, each in (sure or {}).items()})
    doubts = find_open(document, {}, Registry("", {"乾局": Unit("", "乾局")}))
    boxes = {place: read_box(place) for place in doubts}
    return {str(box.top - len(above)) if (box := boxes[place]) else place: "; ".join(doubts[place]) for place in doubts}


def replace_row(number: int, row: str) -> list[str]:
    return [*RIGHT[:number], row, *RIGHT[number + 1 :]]


def test_rows_that_everything_speaks_for_are_free_of_doubt() -> None:
    assert mark(RIGHT) == {}


@pytest.mark.parametrize(
    ("table", "sure", "doubts"),
    [
        (replace_row(2, "2  乙填  95.0"), {}, {"2": "乙填 stands in no list and not in the reference"}),
        (RIGHT, {3: 0.91}, {"3": "read with confidence 0.91"}),
        (
            replace_row(4, "4  丁镇  915"),
            {},
            {
                "4": "found '丁镇 915' among the units; it may sum them up or give their full score; no score from 0 to 100"
            },
        ),
        (
            replace_row(3, "3  甲镇  93.0"),
            {},
            {"1": "甲镇: found 2 rows; expected one; 甲镇 is read twice", "3": "甲镇 is read twice"},
        ),
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
            },
        ),
    ],
    ids=["name", "confidence", "score", "twice", "serial", "lost-row", "lost-end", "lost-table"],
)
def test_what_is_misread_is_doubtful(table: list[str], sure: dict[int, float], doubts: dict[str, str]) -> None:
    found = mark(table, sure)
    assert doubts.items() <= found.items()
    assert {place for place in found if not place.startswith("-")} <= {*doubts, NOTICE}


def test_name_of_a_list_that_no_row_has_is_doubtful() -> None:
    lists = [*LISTS[:3], "甲镇、乙填。", *LISTS[4:]]
    assert mark(RIGHT, lists=lists) == {
        "2": "乙镇 stands in no list and not in the reference",
        "-3": "乙填 stands in no row and not in the reference",
    }


def test_line_that_a_seal_lies_on_is_doubtful_until_answered() -> None:
    document = make_document([*LISTS, *RIGHT], sealed=9)
    assert find_open(document, {}, Registry("")) == {"page 1 box 0 9 9 10": ["a seal lies on it"]}
    answers = {("page 1 box 0 9 9 10", "3  丙镇  93.0"): "ok"}
    assert find_open(document, answers, Registry("")) == {}


def test_answer_belongs_to_what_was_read() -> None:
    document = make_document([*LISTS, *RIGHT], sealed=9)
    answers = {("page 1 box 0 9 9 10", "3  丙镇  98.0"): "ok"}
    assert [line.text for line in answer_lines(document, answers).lines] == [*LISTS, *RIGHT]


def test_wrong_answer_is_doubted_by_its_neighbours() -> None:
    table = [RIGHT[0], *(f"{n}  第{n}镇  {98 - n}.0" for n in range(1, 12))]
    names = "、".join(f"第{n}镇" for n in range(1, 12))
    document = make_document(["关于2017年检查情况的通报", "一、优秀单位(11个)", f"{names}。", *table], sealed=8)
    place = "page 1 box 0 8 9 9"
    assert list(find_open(document, {}, Registry(""))) == [place]
    answers = {(place, "5  第5镇  93.0"): "5  第5镇  95.0"}
    assert find_open(document, answers, Registry("")) == {"page 1 box 0 7 9 8": ["out of the order of the scores"]}


@pytest.mark.parametrize(
    ("answer", "lines"), [("none", []), ("ok", ["3  丙镇  93.0"]), ("3  丙  1\n4  丁  2", ["3  丙  1", "4  丁  2"])]
)
def test_answer_is_text_or_nothing_or_several_lines(answer: str, lines: list[str]) -> None:
    document = make_document(["3  丙镇  93.0", "x"])
    answered = answer_lines(document, {("page 1 box 0 0 9 1", "3  丙镇  93.0"): answer})
    assert [line.text for line in answered.lines] == [*lines, "x"]


def test_what_a_file_with_text_prints_is_not_doubted() -> None:
    page = tuple(Line(f"page.txt line {n}", text) for n, text in enumerate(LISTS, 1))
    annex = make_document([RIGHT[0], "1  甲填  97.0", *RIGHT[2:]]).blocks
    doubts = find_open(Document(Path("2017"), "", "folder", None, (*page, *annex)), {}, Registry(""))
    assert doubts == {"page 1 box 0 1 9 2": ["甲填 stands in no list and not in the reference"]}


def test_name_of_the_reference_needs_no_list() -> None:
    without_lists = LISTS[:2]
    table = [RIGHT[0], *(f"{n}  乾局  {90 - n}" for n in range(1, 2))]
    assert "stands in no list" not in "".join(mark(table, lists=without_lists).values())


def test_score_out_of_order_is_doubtful_in_a_table_in_order() -> None:
    rows = [f"{n}  单位{n}局  {99 - n}.0" for n in range(1, 15)]
    rows[6] = "7  单位7局  98.0"  # 92.0, misread
    registry = Registry("", {f"单位{n}局": Unit("", f"单位{n}局") for n in range(1, 15)})
    doubts = find_open(make_document(["序号  单位  得分", *rows]), {}, registry)
    assert doubts["page 1 box 0 7 9 8"] == ["out of the order of the scores"]
    assert doubts[NOTICE] == ["nothing in the notice says that 14 rows are all"]


# The reading beside the scan.


def write_reading(folder: Path, sealed: int | None = None, texts: tuple[str, ...] = (*LISTS, *RIGHT)) -> Path:
    scan = folder / "scan.png"
    scan.write_bytes((SAMPLES / "scan.png").read_bytes())
    lines = [ScanLine(f"page 1 box 0 {n} 9 {n + 1}", text, 0.999, n == sealed) for n, text in enumerate(texts)]
    reading = print_reading(lines, hashlib.sha256(scan.read_bytes()).hexdigest())
    beside(scan, READING).write_text(reading, encoding="utf-8")
    return scan


def test_scan_is_read_from_the_file_beside_it_with_its_boxes_as_places(tmp_path: Path) -> None:
    document = read_document(write_reading(tmp_path, sealed=9))
    (table,) = parse_notice(document).tables
    assert (document.format, document.lines[9]) == (
        "scan",
        ScanLine("page 1 box 0 9 9 10", "3  丙镇  93.0", 0.999, True),
    )
    assert (table.rows[1].unit, table.rows[1].score, table.rows[1].place) == ("乙镇", 95.0, "page 1 box 0 8 9 9")


def test_reading_of_another_scan_is_refused(tmp_path: Path) -> None:
    scan = write_reading(tmp_path)
    PIL.Image.new("L", (9, 9)).save(scan)
    with pytest.raises(AuditError, match=r"found the reading of another file in scan\.png\.reading\.csv"):
        read_document(scan)


@pytest.mark.parametrize("content", [b"place,text\n1,2\n", b"\xff\xfe\x00", b"", b"\x00"])
def test_damaged_reading_is_refused_or_empty(content: bytes, tmp_path: Path) -> None:
    scan = write_reading(tmp_path)
    beside(scan, READING).write_bytes(content)
    with pytest.raises(AuditError, match=r"found (a damaged scan\.png\.reading\.csv|an empty file); expected"):
        read_document(scan)


def test_page_cannot_be_written_on_by_what_was_read(tmp_path: Path) -> None:
    page = draw_page(tmp_path / "scan.png", [Row("page 1 box 0 0 9 9", "<script>alert(1)</script>", doubt="x")], {})
    assert "<script>alert" not in page


# From the file to the tables.


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "data/raw").mkdir(parents=True)
    return tmp_path / "data"


def answer(scan: Path, **answers: str) -> None:
    """Answer the lines of a review file, by what was read; the others were read right."""
    path = beside(scan, REVIEW)
    rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"))))
    for row in rows:
        row["answer"] = answers.get(row["text"].partition("  ")[0], "ok")
    written = io.StringIO()
    writer = csv.DictWriter(written, rows[0])
    writer.writeheader()
    writer.writerows(rows)
    path.write_text(written.getvalue(), encoding="utf-8")


def write_misread(folder: Path) -> Path:
    """A scan whose second row was misread, which the notice's own lists tell, and whose third row a seal lies on."""
    return write_reading(folder, 9, (*LISTS, *RIGHT[:2], "2  乙填  95.0", *RIGHT[3:]))


def read_files_of(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@needs_reader
@pytest.mark.slow
def test_scan_is_added_once_its_doubts_are_answered_and_again_changes_nothing(data: Path, tmp_path: Path) -> None:
    scan = write_misread(tmp_path)
    with pytest.raises(AuditError) as caught:
        add_notice(data, scan, "demo")
    assert str(caught.value) == (
        f"{scan}: found 3 doubtful lines among 13 read from pictures; expected answers in scan.png.review.csv, "
        "with what scan.png.review.html shows; then the same command again"
    )
    assert read_files_of(data) == {}
    answer(scan, **{"2": "2  乙镇  95.0"})
    added = add_notice(data, scan, "demo")
    assert added.written == ("raw file", "record", "3 answers")
    assert set(read_files_of(data / "raw")) == {"demo/2017/scan.png", "demo/2017/scan.png.reading.csv"}
    corrections = load_table(data / "reference/corrections.csv", "corrections")
    assert corrections[["place", "printed", "corrected", "reason"]].to_numpy().tolist() == [
        ["scan.png page 1 box 0 3 9 4", "甲镇、乙镇。", "甲镇、乙镇。", "read right in the picture"],
        ["scan.png page 1 box 0 8 9 9", "2  乙填  95.0", "2  乙镇  95.0", "read wrong in the picture"],
        ["scan.png page 1 box 0 9 9 10", "3  丙镇  93.0", "3  丙镇  93.0", "read right in the picture"],
    ]
    [source] = find_sources(data)
    assert [error for _, error in build_tables(data, [source])] == [None]
    scores = load_table(data / "processed/demo/scores.csv", "scores")
    assert scores["unit_name"].to_list() == ["甲镇", "乙镇", "丙镇", "丁镇", "戊局", "己局"]
    assert scores.loc[scores["is_corrected"], "unit_name"].to_list() == ["乙镇"]
    assert scores["source_place"].iloc[1] == "scan.png page 1 box 0 8 9 9"
    problems = load_table(data / "processed/demo/problems.csv", "problems").set_index("check")
    assert problems.at["pictures", "message"] == (
        "6 of 6 rows were read from pictures by a program; "
        "a person compared 3 doubtful lines with the picture and corrected 1"
    )
    assert not {"raw_file", "corrected", "correction_unused"} & set(problems.index)
    before = read_files_of(data)
    for file in (scan, data / "raw/demo/2017"):
        [again] = add_files(data, [file], "demo")
        assert isinstance(again, Added)
        assert again.written == ()
    assert read_files_of(data) == before


def test_doubtful_scan_without_an_answer_is_not_built(data: Path) -> None:
    folder = data / "raw/demo/2017"
    folder.mkdir(parents=True)
    write_reading(folder, sealed=9)
    [source] = find_sources(data)
    with pytest.raises(AuditError) as caught:
        read_source(data, source)
    assert str(caught.value) == (
        f"{folder}: found 1 doubtful line read from pictures: scan.png page 1 box 0 9 9 10: a seal lies on it; "
        "expected an answer in corrections.csv for each; audit-lib add FILE asks for them"
    )


@pytest.mark.parametrize(
    ("language", "head"),
    [
        ("en", 'title="scan.png page 1, read from a picture (confidence 0.99)">1·pic</a>'),
        ("zh", 'title="scan.png，第1页，图片识读（置信度0.99）">1·图</a>'),
    ],
)
def test_page_of_a_notice_says_at_each_line_that_it_was_read_from_a_picture(
    language: str, head: str, data: Path, tmp_path: Path
) -> None:
    reading = add_notice(data, write_reading(tmp_path), "demo").reading
    page = frame_notice(reading, Words(language))["text"]
    assert page.count(head) == len([*LISTS, *RIGHT])
    assert all(HREF.fullmatch(link_place(row.place)) for row in reading.notice.tables[0].rows)
    assert all("-box-" in link_place(row.place) for row in reading.notice.tables[0].rows)  # what page.css marks


def test_changed_reading_is_another_raw_file(data: Path, tmp_path: Path) -> None:
    add_notice(data, write_reading(tmp_path), "demo")
    [source] = find_sources(data)
    path = data / "raw/demo/2017/scan.png.reading.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("97.0", "98.0"), encoding="utf-8")
    assert "raw_file" in set(read_source(data, source).problems["check"])


def test_page_with_text_and_a_scanned_annex_are_one_notice(data: Path, tmp_path: Path) -> None:
    (tmp_path / "page.txt").write_text("\n".join(LISTS), encoding="utf-8")
    annex = write_reading(tmp_path, texts=tuple(RIGHT))
    [added] = add_files(data, [annex, tmp_path / "page.txt"], "demo")
    assert isinstance(added, Added)
    assert added.reading.scores["match"].to_list() == ["exact"] * 6
    assert added.reading.scores["source_place"].iloc[0] == "scan.png page 1 box 0 1 9 2"
    assert added.written == ("2 raw files", "record")


def test_a_scan_in_an_archive_is_kept_unpacked_with_what_was_read_in_it(data: Path, tmp_path: Path) -> None:
    annex, archive = write_reading(tmp_path, texts=tuple(RIGHT)), tmp_path / "通报.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("通报.txt", "\n".join(LISTS))
        packed.write(annex, "附件/scan.png")
    beside(annex, READING).rename(beside(Path(f"{archive}!附件/scan.png"), READING))
    [added] = add_files(data, [archive], "demo")
    assert isinstance(added, Added)
    assert added.reading.scores["match"].to_list() == ["exact"] * 6
    kept = {"demo/2017/通报.txt", "demo/2017/scan.png", "demo/2017/scan.png.reading.csv"}
    assert set(read_files_of(data / "raw")) == kept


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize(
    ("read", "saved", "answer", "is_taken"),
    [
        ("1  甲镇  97.0", "1  甲镇  97.0", "ok", True),
        ("97.0", "97", "ok", True),
        ("007", "7", "ok", True),
        ("2018-1-23", "2018/01/23", "ok", True),
        ("(8)", "-8", "ok", True),
        ("=1+1", "'=1+1", "ok", True),
        ("1  甲镇  97.5", "1  甲镇  97.0", "ok", False),
        ("1  甲镇  97.0", "1  申镇  97.0", "ok", False),
        ("1/2", "1月2日", "第1页", True),
    ],
)
def test_answers_survive_a_spreadsheet(
    read: str, saved: str, answer: str, is_taken: bool, encoding: str, tmp_path: Path
) -> None:
    document = read_document(write_reading(tmp_path, texts=(read,)))
    [line] = document.lines
    rows = [[field.name for field in fields(Row)], astuple(Row(line.place, saved, unit="通报", answer=answer))]
    written = print_csv(rows).removeprefix("\ufeff").encode(encoding)
    beside(document.path, REVIEW).write_bytes(written)
    assert load_answers(document) == ({(line.place, read): answer} if is_taken else {})


@pytest.mark.parametrize("content", [b"a,b\n1,2\n", b"\xff\xff"])
def test_damaged_review_file_is_one_line(content: bytes, data: Path, tmp_path: Path) -> None:
    scan = write_misread(tmp_path)
    beside(scan, REVIEW).write_bytes(content)
    with pytest.raises(AuditError, match=r"scan\.png\.review\.csv: found (other columns|no CSV file); expected"):
        add_notice(data, scan, "demo")


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
    PIL.ImageDraw.Draw(ink).ellipse((640, 575, 800, 625), outline=(220, 30, 30), width=14)
    page = PIL.Image.fromarray((np.asarray(page, dtype=np.uint16) * np.asarray(ink) // 255).astype(np.uint8))
    page.rotate(0.7, fillcolor=(240, 240, 236), resample=PIL.Image.Resampling.BICUBIC).save(path)


def test_a_tiff_is_a_scan_with_the_pixels_of_its_png(tmp_path: Path) -> None:
    pictures = []
    for path in (tmp_path / "scan.png", tmp_path / "scan.tif"):
        draw_scan(path)
        content = path.read_bytes()
        kind = find_kind(content[:HEAD], path.suffix)
        pictures.append((kind, count_pages(content, kind), open_picture(content, kind, 1).tolist()))
    assert pictures[0] == pictures[1]


@needs_reader
@pytest.mark.slow
def test_scan_is_read_and_reviewed(data: Path, tmp_path: Path) -> None:
    scan = tmp_path / "scan.pdf"
    draw_scan(scan)
    with pytest.raises(AuditError, match=r"doubtful lines? among 12 read from pictures"):
        add_notice(data, scan, "demo")
    page = beside(scan, PAGE).read_text(encoding="utf-8")
    assert page.count("data:image/png;base64,") == page.count("<figure") > 0
    assert "http" not in page
    reading = beside(scan, READING).read_text(encoding="utf-8")
    assert [text for text in RIGHT[1:] if text not in reading] == []


@needs_reader
@pytest.mark.slow
def test_misread_scan_is_answered_added_and_verified(data: Path, tmp_path: Path) -> None:
    scan = tmp_path / "scan.png"
    draw_scan(scan)
    read_pictures(scan)
    reading = beside(scan, READING)
    assert [text for text in RIGHT[1:] if text not in reading.read_text(encoding="utf-8")] == []
    reading.write_text(reading.read_text(encoding="utf-8").replace("乙镇  95", "乙填  95"), encoding="utf-8")
    with pytest.raises(AuditError):
        add_notice(data, scan, "demo")
    rows = csv.DictReader(io.StringIO(beside(scan, REVIEW).read_text(encoding="utf-8-sig")))
    (doubtful,) = [row for row in rows if row["unit"] == "乙填"]
    assert "乙填 stands in no list and not in the reference" in doubtful["doubt"]
    assert doubtful["alternatives"] == "2  乙镇  95.0"
    answer(scan, **{"2": doubtful["alternatives"]})
    added = [(row.unit, row.score) for row in add_notice(data, scan, "demo").reading.notice.tables[0].rows]
    assert added == [(row.split("  ")[1], float(row.split("  ")[2])) for row in RIGHT[1:]]
    kept = data / "raw/demo/2017/scan.png"
    again = read_again(kept)
    assert (again.verdict, [(each.shown, each.expected) for each in again.differences]) == (
        "changed",
        [("2  乙填  95.0", "2  乙镇  95.0")],
    )
    reading = beside(kept, READING)
    reading.write_text(reading.read_text(encoding="utf-8").replace("乙填  95", "乙镇  95"), encoding="utf-8")
    again = read_again(kept)
    assert (again.verdict, again.why) == ("confirmed", "12 lines of its pictures read again")


def test_scan_without_the_program_says_what_to_install(data: Path, tmp_path: Path) -> None:
    if importlib.util.find_spec("rapidocr") is not None:
        pytest.skip("the extra ocr is installed")
    shutil.copy(SAMPLES / "scan.png", tmp_path)
    with pytest.raises(
        AuditError, match=r"found a picture, and no program that reads it; expected .*pip install -e '\.\[ocr\]'"
    ):
        add_notice(data, tmp_path / "scan.png", "demo")


# Hostile pictures.


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
        read_pictures(tmp_path / "scan")


def test_picture_bomb_is_refused_by_its_stated_size(tmp_path: Path) -> None:
    PIL.Image.new("1", (13_500, 13_500)).save(tmp_path / "bomb.png")
    with pytest.raises(
        AuditError, match="found a picture of hundreds of millions of pixels; expected at most 60 million pixels"
    ):
        read_pictures(tmp_path / "bomb.png")
