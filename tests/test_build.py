"""Building: the committed tables come out again, one bad notice spoils no other, and files are whole or unchanged."""

import csv
import errno
import json
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from threading import Thread

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit_lib.errors import AuditError
from audit_lib.files import lock_folder, save_bytes
from audit_lib.sources import find_earlier, find_sources
from audit_lib.tables.build import build_tables, find_record, read_source
from audit_lib.tables.schemas import SCHEMAS
from audit_lib.tables.storage import load_table, save_table, schema_of, validate_table

MakeData = Callable[..., Path]
NoticeText = Callable[..., str]

TABLES = ("scores", "mentions", "problems")


def build(folder: Path, jurisdiction: str | None = None, period: str | None = None) -> dict[str, str | None]:
    """Build, and give each notice with its error, if any."""
    built = build_tables(folder, find_sources(folder, jurisdiction, period))
    return {source.notice_id: str(error) if error else None for source, error in built}


def read_tree(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


# Leizhou 2017.


@pytest.mark.slow
def test_build_gives_the_committed_tables_and_writes_nothing_again(project_data: Path, data: Path) -> None:
    shutil.rmtree(project_data / "processed")
    (project_data / "datapackage.json").unlink()
    assert set(build(project_data).values()) == {None}
    assert read_tree(project_data) == read_tree(data)
    before = {path: path.stat().st_mtime_ns for path in project_data.rglob("*")}
    build(project_data)
    assert {path: path.stat().st_mtime_ns for path in project_data.rglob("*")} == before


def test_a_changed_raw_file_is_a_finding(leizhou_data: Path) -> None:
    path = leizhou_data / "raw/leizhou/2017.txt"
    path.write_bytes(path.read_bytes() + b"\n")
    problems = read_source(leizhou_data, find_sources(leizhou_data, "leizhou", "2017")[0]).problems
    [row] = problems.query("check == 'raw_file'").to_dict("records")
    assert (row["severity"], row["expected"]) == ("error", "SHA-256 e9df53f5aaaa…")


@pytest.mark.parametrize("name", TABLES)
def test_tables_round_trip(tmp_path: Path, data: Path, name: str) -> None:
    path = data / f"processed/leizhou/{name}.csv"
    table = load_table(path, name)
    save_table(table, tmp_path / f"{name}.csv", name)
    assert (tmp_path / f"{name}.csv").read_bytes() == path.read_bytes()
    pd.testing.assert_frame_equal(load_table(tmp_path / f"{name}.csv", name), table)


def test_package_describes_every_table(data: Path) -> None:
    package = json.loads((data / "datapackage.json").read_text(encoding="utf-8"))
    found = {
        resource["path"]: [field["name"] for field in resource["schema"]["fields"]] for resource in package["resources"]
    }
    assert found["processed/leizhou/scores.csv"] == list(SCHEMAS["scores"].columns)
    assert set(found) == {path.relative_to(data).as_posix() for path in (data / "processed").glob("*/*.csv")}


# Several notices.


@pytest.fixture(scope="module")
def built_demo(tmp_path_factory: pytest.TempPathFactory, notice_text: NoticeText) -> Path:
    """Three notices of two places, built."""
    folder = tmp_path_factory.mktemp("demo")
    texts = {f"demo/{year}": notice_text([("甲镇", 90 + year % 5), ("乙局", 80)]) for year in (2016, 2017)}
    for name, text in (texts | {"other/2017-04": notice_text([("丙镇", 90), ("丁局", 80)])}).items():
        (folder / "raw" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / f"raw/{name}.txt").write_text(text, encoding="utf-8")
    assert build(folder) == {"demo-2016": None, "demo-2017": None, "other-2017-04": None}
    return folder


@pytest.fixture
def demo(built_demo: Path, tmp_path: Path) -> Path:
    """A copy of it, to change at will."""
    return Path(shutil.copytree(built_demo, tmp_path / "data"))


def load_scores(folder: Path, jurisdiction: str) -> list[list[object]]:
    scores = load_table(folder / f"processed/{jurisdiction}/scores.csv", "scores")
    return list(scores[["notice_id", "unit_name", "score"]].to_numpy().tolist())


DEMO = [["demo-2016", "甲镇", 91], ["demo-2016", "乙局", 80], ["demo-2017", "甲镇", 92], ["demo-2017", "乙局", 80]]


def test_notices_of_a_place_share_its_tables(demo: Path) -> None:
    assert load_scores(demo, "demo") == DEMO
    assert load_scores(demo, "other") == [["other-2017-04", "丙镇", 90], ["other-2017-04", "丁局", 80]]


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (
            b"\x00",
            "{path} line 1: found binary content; expected a text file in UTF-8, UTF-16, GB18030 or Big5, or the same document saved as DOCX, XLSX or PDF",
        ),
        (
            "通报".encode(),
            "{path}: found neither a score table nor a tier list (1 line or cell, 0 of them a name alone, none with a list or numbers beside names); expected at least one of them",
        ),
    ],
)
def test_a_broken_notice_keeps_its_old_rows_and_stops_no_other(
    demo: Path, notice_text: NoticeText, content: bytes, error: str
) -> None:
    path = demo / "raw/demo/2016.txt"
    path.write_bytes(content)
    (demo / "raw/demo/2017.txt").write_text(notice_text([("甲镇", 70), ("乙局", 60)]), encoding="utf-8")
    (demo / "raw/other/2017-04.txt").write_text(notice_text([("丙镇", 50)]), encoding="utf-8")
    assert build(demo) == {"demo-2016": error.format(path=path), "demo-2017": None, "other-2017-04": None}
    assert load_scores(demo, "demo") == [*DEMO[:2], ["demo-2017", "甲镇", 70], ["demo-2017", "乙局", 60]]
    assert load_scores(demo, "other") == [["other-2017-04", "丙镇", 50]]


def test_only_what_was_asked_for_is_built(demo: Path, notice_text: NoticeText) -> None:
    for name in ("demo/2016", "demo/2017", "other/2017-04"):
        (demo / f"raw/{name}.txt").write_text(notice_text([("甲镇", 10)]), encoding="utf-8")
    assert build(demo, "demo", "2017") == {"demo-2017": None}
    assert load_scores(demo, "demo") == [*DEMO[:2], ["demo-2017", "甲镇", 10]]
    assert load_scores(demo, "other")[0] == ["other-2017-04", "丙镇", 90]


def test_a_notice_whose_raw_file_is_gone_loses_its_rows(demo: Path) -> None:
    (demo / "raw/demo/2016.txt").unlink()
    build(demo)
    assert load_scores(demo, "demo") == DEMO[2:]


@pytest.mark.skipif(os.name == "nt", reason="nobody waits there")
def test_a_build_waits_for_another_one_of_the_place(demo: Path, notice_text: NoticeText) -> None:
    for year in (2016, 2017):
        (demo / f"raw/demo/{year}.txt").write_text(notice_text([("甲镇", 10)]), encoding="utf-8")
    with lock_folder(demo / "processed/demo"):
        other = Thread(target=build, args=(demo, "demo", "2016"), daemon=True)
        other.start()
        other.join(1)
        assert other.is_alive()
        assert load_scores(demo, "demo") == DEMO
    other.join(60)
    build(demo, "demo", "2017")
    assert load_scores(demo, "demo") == [["demo-2016", "甲镇", 10], ["demo-2017", "甲镇", 10]]


def test_a_bad_reference_stops_its_own_place_only(demo: Path) -> None:
    (demo / "reference/demo").mkdir(parents=True)
    (demo / "reference/demo/units.csv").write_text("unit_id\nx\n", encoding="utf-8")
    error = f"{demo / 'reference/demo/units.csv'}: found no column unit_name; expected the columns of the units table"
    assert build(demo) == {"demo-2016": error, "demo-2017": error, "other-2017-04": None}
    assert load_scores(demo, "demo") == DEMO


def test_a_processed_table_that_cannot_be_read_is_built_anew(demo: Path) -> None:
    (demo / "processed/demo/scores.csv").write_text("broken\n", encoding="utf-8")
    build(demo)
    assert load_scores(demo, "demo") == DEMO


def test_lists_only_and_no_mentions_build(make_data: MakeData, notice_text: NoticeText) -> None:
    folder = make_data({"demo/2020Q3": notice_text(tiers={"优秀": ["甲镇"]})})
    assert build(folder) == {"demo-2020Q3": None}
    assert load_scores(folder, "demo")[0][:2] == ["demo-2020Q3", "甲镇"]
    assert load_table(folder / "processed/demo/mentions.csv", "mentions").empty


# What there is.


@pytest.mark.parametrize(
    ("jurisdiction", "period", "message"),
    [
        ("nowhere", None, "{raw}: found no jurisdiction nowhere; expected demo, other"),
        ("nowhere", "2017", "{raw}: found no jurisdiction nowhere; expected demo, other"),
        (
            "demo",
            "2015",
            "{raw}/demo: found no period 2015; expected 2016, 2017 (audit-lib add FILE --jurisdiction demo --period 2015 adds one)",
        ),
        (None, "2015", "{raw}: found no period 2015; expected 2016, 2017, 2017-04"),
    ],
)
def test_an_unknown_place_or_period_names_what_there_is(
    demo: Path, jurisdiction: str | None, period: str | None, message: str
) -> None:
    with pytest.raises(AuditError) as caught:
        find_sources(demo, jurisdiction, period)
    assert str(caught.value) == message.format(raw=demo / "raw")


def test_no_notice_at_all(tmp_path: Path) -> None:
    with pytest.raises(AuditError, match=r"found no notice; expected <jurisdiction>/<period>\.txt"):
        find_sources(tmp_path)


def test_hidden_files_are_no_notices(demo: Path) -> None:
    (demo / "raw/demo/.2018.txt.swp").write_bytes(b"\x00")
    assert [source.period for source in find_sources(demo, "demo")] == ["2016", "2017"]


def test_two_files_of_one_notice_stop_that_notice_only(demo: Path) -> None:
    (demo / "raw/demo/2017.csv").write_text("甲镇,90\n", encoding="utf-8")
    errors = {str(error) for _, error in build_tables(demo, find_sources(demo, "demo")) if error}
    assert errors == {
        f"{demo / 'raw/demo'}: found 2017.csv and 2017.txt for demo-2017; expected one raw file for each notice"
    }
    assert set(load_table(demo / "processed/demo/scores.csv", "scores")["notice_id"]) == {"demo-2016", "demo-2017"}


def test_a_file_not_named_by_a_period_stops_no_other(demo: Path, notice_text: NoticeText) -> None:
    paths = {period: demo / f"raw/demo/{period}.txt" for period in ("README", "17", "2017-13", "2017Q5", "2017 ")}
    for path in paths.values():
        path.write_text(notice_text([("甲镇", 90)]), encoding="utf-8")
    errors = {notice_id: error for notice_id, error in build(demo).items() if error}
    expected = "a file named by a period: 2017, 2021H1, 2020Q3, 2017-04, 2021W12, 2020R3 or 2023-01..2023-04"
    assert errors == {
        f"demo-{period}": f"{path}: found the period {period}; expected {expected}" for period, path in paths.items()
    }


def test_record_of_a_notice(data: Path, tmp_path: Path) -> None:
    record = find_record(data, "leizhou-2017")
    assert record is not None
    assert record["document_number"] == "雷府办函〔2018〕35号"
    assert find_record(data, "leizhou-1999") is None
    assert find_record(tmp_path, "leizhou-2017") is None


def test_record_and_page_tell_the_same(data: Path) -> None:
    reading = read_source(data, find_sources(data, "leizhou", "2017")[0])
    assert reading.record is not None
    header, record = reading.notice.header, reading.record
    facts = ("document_number", "title", "inspected_from", "inspected_to", "issued_on", "published_on")
    assert [str(getattr(header, fact)) for fact in facts] == [record[fact] for fact in facts]
    assert record["sha256"] == reading.notice.document.sha256


# CSV files.


def set_cell(text: str, line: int, column: str, value: str) -> str:
    lines = [each.split(",") for each in text.splitlines()]
    lines[line - 1][lines[0].index(column)] = value
    return "\n".join(",".join(cells) for cells in lines) + "\n"


@pytest.mark.parametrize(
    ("line", "column", "value", "message"),
    [
        (5, "score", "abc", "{path} line 5: found score 'abc'; expected a number"),
        (5, "serial", "1.5", "{path} line 5: found serial '1.5'; expected a whole number of 16 bits"),
        (5, "serial", "-1", "{path} line 5: found serial '-1'; expected 0 or more"),
        (58, "side", "city", "{path} line 58: found side 'city'; expected one of town, bureau, other"),
        (2, "unit_id", "", "{path} line 2: found unit_id nothing; expected a value"),
        (9, "is_corrected", "maybe", "{path} line 9: found is_corrected nothing; expected a value"),
        (
            3,
            "jurisdiction",
            "Leizhou",
            "{path} line 3: found jurisdiction 'Leizhou'; expected a folder name such as leizhou",
        ),
        (
            3,
            "unit_id",
            "leizhou-食药监局",
            "{path} line 2: found notice_id 'leizhou-2017'; expected no second row with",
        ),
    ],
)
def test_a_cell_that_breaks_the_schema(
    tmp_path: Path, data: Path, line: int, column: str, value: str, message: str
) -> None:
    path = tmp_path / "scores.csv"
    text = (data / "processed/leizhou/scores.csv").read_text(encoding="utf-8")
    path.write_text(set_cell(text, line, column, value), encoding="utf-8")
    with pytest.raises(AuditError) as caught:
        load_table(path, "scores")
    assert str(caught.value).startswith(message.format(path=path))
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"", "No columns to parse from file"),
        (b"a,b\n", "found column 'a'; expected no further column"),
        (b"name_printed,unit_id\n", "found no column evidence; expected the columns of the aliases table"),
        (b"name_printed,unit_id,evidence,more\n", "found column 'more'; expected no further column"),
        ("老甲,demo-甲,见表\n".encode("gbk"), "'utf-8' codec can't decode byte"),
        (b"name_printed,unit_id,evidence\nx,demo-x,drops, our reading\n", "line 2: found more cells than columns"),
        (b"name_printed,unit_id,evidence\nx,y,z\nx,demo-x,drops, our reading\n", "Expected 3 fields in line 3, saw 4"),
        (b"name_printed,unit_id,evidence\nx,y\n", "line 2: found evidence nothing; expected a value"),
        (b'name_printed,unit_id,evidence\nx,y,"z\n', "EOF inside string"),
        (b"name_printed,unit_id,evidence\nx,y,z\nx,y,z\n", "found name_printed 'x'; expected no second row"),
    ],
)
def test_a_file_that_is_no_table_of_ours(tmp_path: Path, content: bytes, found: str) -> None:
    path = tmp_path / "aliases.csv"
    path.write_bytes(content)
    with pytest.raises(AuditError) as caught:
        load_table(path, "aliases")
    assert str(caught.value).startswith(str(path))
    assert found in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def test_missing_and_unreadable_files(tmp_path: Path) -> None:
    with pytest.raises(AuditError, match=r"found no such file; expected the scores table \(audit-lib build makes"):
        load_table(tmp_path / "scores.csv", "scores")
    with pytest.raises(AuditError, match="expected a CSV file of the scores table"):
        load_table(tmp_path, "scores")


def test_an_empty_cell_is_missing_and_a_word_is_a_word(tmp_path: Path) -> None:
    path = tmp_path / "aliases.csv"
    path.write_text("name_printed,unit_id,evidence\nNA,null,nan\n", encoding="utf-8")
    assert load_table(path, "aliases").to_numpy().tolist() == [["NA", "null", "nan"]]


def test_a_table_is_checked_before_it_is_saved(tmp_path: Path) -> None:
    wrong = pd.DataFrame({"name_printed": ["a", "a"], "unit_id": "demo-a", "evidence": "seen"})
    with pytest.raises(AuditError, match="expected no second row with the same key"):
        save_table(wrong, tmp_path / "aliases.csv", "aliases")
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(AuditError, match=r"^here line 2: found name_printed 'a'"):
        validate_table(wrong, "aliases", "here")


SAMPLES = [
    "=1+1",
    "+甲",
    "-",
    "@甲",
    "\t=1",
    "\r=1",
    "\n=1",
    "\uff1d1+1",
    "'=1",
    "''=1",
    "'甲",
    "'",
    "-5",
    "'-5",
    "+5.25",
    "-5=",
    "=",
    "1\r2",
]


@pytest.mark.parametrize("text", SAMPLES)
def test_a_printed_text_runs_in_no_spreadsheet_and_comes_back_as_it_was(tmp_path: Path, text: str) -> None:
    path = tmp_path / "aliases.csv"
    table = validate_table(
        pd.DataFrame({"name_printed": [text], "unit_id": ["demo-甲"], "evidence": [text]}), "aliases", "here"
    )
    save_table(table, path, "aliases")
    with path.open(encoding="utf-8", newline="") as file:
        [*_, (printed, _, _)] = csv.reader(file)
    assert printed[0] not in "=+-@\t\r\n\uff1d" or re.fullmatch(r"[+-]\d+(\.\d+)?", printed)
    pd.testing.assert_frame_equal(load_table(path, "aliases"), table)


@given(texts=st.lists(st.text("=+-@'\t\r\n\",;5.甲 ", min_size=1) | st.text(min_size=1), min_size=1, unique=True))
@settings(max_examples=40)
def test_texts_round_trip(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> None:
    path = tmp_path_factory.mktemp("tables") / "aliases.csv"
    table = validate_table(
        pd.DataFrame({"name_printed": texts, "unit_id": "demo-甲", "evidence": "seen"}), "aliases", "here"
    )
    save_table(table, path, "aliases")
    pd.testing.assert_frame_equal(load_table(path, "aliases"), table)


def test_a_table_as_declared_is_what_pandera_makes_of_it(data: Path) -> None:
    paths = [path for path in data.rglob("*.csv") if path.stem in SCHEMAS]
    assert len(paths) > 30
    for path in paths:
        table = load_table(path, path.stem)
        pd.testing.assert_frame_equal(schema_of(path.stem).validate(table), table)


def test_a_table_is_loaded_as_its_file_is_now_whatever_became_of_it_before(tmp_path: Path) -> None:
    path = tmp_path / "aliases.csv"
    for name in ("甲镇", "乙局", "甲镇"):
        path.write_text(f"name_printed,unit_id,evidence\n{name},demo-甲,seen\n", encoding="utf-8")
        table = load_table(path, "aliases")
        assert table["name_printed"].to_list() == [name]
        table.loc[0, "name_printed"] = "changed"


# Files.


@pytest.mark.parametrize("step", ["os.replace", "pathlib.Path.open", "pathlib.Path.chmod"])
def test_a_failed_write_leaves_the_old_file_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    path = tmp_path / "scores.csv"
    save_bytes(b"old", path)

    def fail(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(step, fail)
    with pytest.raises(AuditError) as caught:
        save_bytes(b"new", path)
    assert str(caught.value) == f"{path}: cannot be written: No space left on device"
    monkeypatch.undo()  # reading the files opens them too
    assert read_tree(tmp_path) == {"scores.csv": b"old"}


def test_a_thread_that_has_a_folder_need_not_wait_for_itself(tmp_path: Path) -> None:
    with lock_folder(tmp_path), lock_folder(tmp_path):
        pass
    with lock_folder(tmp_path):
        pass


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write to a read-only folder")
def test_a_read_only_folder_leaves_the_old_file_whole(tmp_path: Path) -> None:
    path = tmp_path / "scores.csv"
    save_bytes(b"old", path)
    tmp_path.chmod(0o500)
    with pytest.raises(AuditError, match="cannot be written: Permission denied"):
        save_bytes(b"new", path)
    tmp_path.chmod(0o700)
    assert read_tree(tmp_path) == {"scores.csv": b"old"}


def test_a_file_in_the_place_of_a_folder_is_one_line_of_error(tmp_path: Path) -> None:
    (tmp_path / "demo").write_bytes(b"")
    with pytest.raises(AuditError, match="cannot be written: "):
        save_bytes(b"new", tmp_path / "demo/scores.csv")


# Periods in the order of time.


def test_notices_of_a_place_come_in_the_order_of_time(make_data: MakeData, notice_text: NoticeText) -> None:
    periods = ["2020-09", "2020Q3", "2017-04", "2016-09", "2020-07", "2016"]
    data = make_data({f"jia/{period}": notice_text([("甲镇", 90)]) for period in periods})
    in_time = ["2016", "2016-09", "2017-04", "2020Q3", "2020-07", "2020-09"]
    assert [source.period for source in find_sources(data, "jia")] == in_time
    [source] = find_sources(data, "jia", "2020Q3")
    assert [each.period for each in find_earlier(data, source)] == in_time[:4]
