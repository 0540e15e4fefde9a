"""What is taken along: the workbook as spreadsheets open it, the data package as a data folder, the pages on paper."""

import csv
import hashlib
import io
import json
import math
import re
import stat
from collections.abc import Callable
from datetime import date, datetime
from functools import cache, partial
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import fastparquet
import openpyxl
import pandas as pd
import pdfplumber
import pytest
from python_calamine import CalamineWorkbook

from audit_lib.cli import cli
from audit_lib.errors import AuditError
from audit_lib.export import pdf
from audit_lib.export.package import export_notice
from audit_lib.notebook.scores import load_scores, type_days
from audit_lib.sources import find_sources
from audit_lib.tables.build import build_tables
from audit_lib.tables.schemas import SCHEMAS
from audit_lib.tables.storage import load_table, save_table

ROOT = Path(__file__).parents[1]
NOTICES = [(source.jurisdiction, source.period) for source in find_sources(ROOT / "data")]
INJECTED = ["=1+1镇", "+86局", "-甲局", "@乙局", "＝丙局"]
PARSERS: dict[str, Callable[[str], object]] = {
    "string": str,
    "integer": int,
    "number": float,
    "boolean": {"True": True, "False": False}.__getitem__,
    "date": date.fromisoformat,
}


def export(data: Path, folder: Path, jurisdiction: str = "leizhou", period: str = "2017") -> tuple[Path, Path]:
    """Export a notice; give its workbook and its package."""
    book, package = export_notice(data, find_sources(data, jurisdiction, period)[0], folder)
    return book, package


@pytest.fixture(scope="module")
def exported(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., tuple[Path, Path]]:
    """Export a notice of the project, once; gives its workbook and its package."""
    return cache(partial(export, data, tmp_path_factory.mktemp("export")))


def read_rows(sheet: Any) -> list[dict[str, object]]:
    """Read the rows of a sheet; an empty cell is None."""
    headings, *rows = sheet.iter_rows(values_only=True)
    return [dict(zip(headings, row, strict=True)) for row in rows]


def list_addresses(sheet: Any) -> list[str]:
    """List the addresses that cells of a sheet lead to; not those inside the workbook."""
    return [
        cell.hyperlink.target for row in sheet.iter_rows() for cell in row if cell.hyperlink and cell.hyperlink.target
    ]


def as_cells(table: pd.DataFrame) -> list[dict[str, object]]:
    """Give a table's rows with None where a value is missing."""
    return [
        {name: None if pd.isna(value) else value for name, value in row.items()} for row in table.to_dict("records")
    ]


@pytest.mark.slow
@pytest.mark.parametrize("notice", NOTICES, ids="-".join)
def test_sheets_hold_what_the_processed_tables_hold(data: Path, exported, notice: tuple[str, str]) -> None:
    book = openpyxl.load_workbook(exported(*notice)[0])
    for name in ("scores", "mentions", "problems"):
        table = load_table(data / "processed" / notice[0] / f"{name}.csv", name)
        ours = table[table["notice_id"] == "-".join(notice)]
        assert next(book[name].iter_rows(values_only=True)) == tuple(SCHEMAS[name].columns)
        assert read_rows(book[name]) == as_cells(ours)


def test_cells_of_leizhou_are_numbers_texts_and_truths(exported) -> None:
    book = openpyxl.load_workbook(exported("leizhou", "2017")[0])
    assert book.sheetnames == [
        "notes",
        "scores",
        "mentions",
        "problems",
        "claims",
        "examples",
        "web_columns",
        "update_rules",
    ]
    rows = {row["unit_name"]: row for row in read_rows(book["scores"])}
    assert len(rows) == 57
    assert {name: rows["司法局"][name] for name in ("score", "serial", "rank", "period", "year", "is_corrected")} == {
        "score": 88.5,
        "serial": 16,
        "rank": 16,
        "period": "2017",
        "year": 2017,
        "is_corrected": False,
    }
    assert [rows["市残联"][name] for name in ("score", "rank", "name_in_table", "tier")] == [None, None, None, "良好"]
    claims = read_rows(book["claims"])
    assert claims[0]["quote"] == "处于中等偏上水平"
    assert claims[0]["more_than_pct"] == 50


def test_another_reader_sees_the_same(exported) -> None:
    book = CalamineWorkbook.from_path(str(exported("leizhou", "2017")[0]))
    headings, first, *_ = book.get_sheet_by_name("scores").to_python()
    row = dict(zip(headings, first, strict=True))
    assert (row["unit_name"], row["score"], row["tier"], row["is_corrected"]) == ("食药监局", 97.0, "优秀", False)


def test_every_sheet_is_a_table_with_filters_under_headings_that_stay(exported) -> None:
    book = openpyxl.load_workbook(exported("leizhou", "2017")[0])
    for sheet in book.worksheets[1:]:
        [table] = sheet.tables.values()
        assert (table.name, table.ref, table.autoFilter.ref) == (sheet.title, sheet.dimensions, sheet.dimensions)
        assert sheet.freeze_panes == "A2"


def test_columns_are_as_wide_as_what_they_say_in_chinese_too(exported) -> None:
    sheet = openpyxl.load_workbook(exported("leizhou", "2017")[0])["scores"]
    columns = list(SCHEMAS["scores"].columns)
    width = {
        name: sheet.column_dimensions[openpyxl.utils.get_column_letter(columns.index(name) + 1)].width
        for name in columns
    }
    assert width["name_in_list"] == pytest.approx(2 * len("市食品药品监督管理局") + 1, abs=1)
    assert width["rank_printed"] == pytest.approx(len("rank_printed") + 4, abs=1)


def test_notes_tell_the_source_and_each_column(exported, data: Path) -> None:
    sheet = openpyxl.load_workbook(exported("leizhou", "2017")[0])["notes"]
    cells = list(sheet.iter_rows(values_only=True))
    facts = {row[0]: row[1] for row in cells if row[0]}
    digest = hashlib.sha256((data / "raw/leizhou/2017.txt").read_bytes()).hexdigest()
    assert (
        facts
        | {
            "Publisher": "Leizhou Government Office (雷州市人民政府办公室)",
            "Document number": "雷府办函〔2018〕35号",
            "Inspected from": datetime(2017, 12, 20),
            "Signed": datetime(2018, 1, 23),
            "Published": datetime(2018, 1, 29),
            "How it was inspected": "not stated",
            "SHA-256 of it": digest,
            "scores": facts["scores"],
        }
        == facts
    )
    assert (
        "22 equal, 31 equal after one 市, 2 joined by a recorded alias, 1 in a table only, 1 in a list only"
        in facts["Our processing"]
    )
    described = [row for row in cells if row[0] in SCHEMAS and row[1] in SCHEMAS[row[0]].columns]
    assert len(described) == sum(
        len(SCHEMAS[name].columns)
        for name in ("scores", "mentions", "problems", "claims", "examples", "web_columns", "update_rules")
    )
    score = (
        "scores",
        "score",
        "number",
        "points",
        SCHEMAS["scores"].columns["score"].description,
        "no score is printed",
    )
    assert score in described
    assert ("scores", "unit_id", "text", None, "ours, stable over the years", "never empty") in described
    url = "http://www.leizhou.gov.cn/xxgk/zfwj/qtwj/content/post_897666.html"
    assert list_addresses(sheet) == [url]


def test_a_whole_day_is_a_date_and_a_month_is_not(leizhou_data: Path, tmp_path: Path) -> None:
    path = leizhou_data / "reference" / "leizhou" / "web_columns.csv"
    columns = load_table(path, "web_columns")
    columns.loc[0, "last_updated"] = "2017-08-31"
    columns.loc[1, "last_updated"] = "1898-06-11"  # before Excel's first day
    save_table(columns, path, "web_columns")
    book, _ = export(leizhou_data, tmp_path)
    sheet = openpyxl.load_workbook(book)["web_columns"]
    cells = [cell.value for cell in sheet["D"][1:]]
    assert cells[:2] == [datetime(2017, 8, 31), "1898-06-11"]
    assert sheet["D2"].number_format == "yyyy-mm-dd"
    assert set(cells[2:]) <= {"blank", None, "2017-08"}


def test_a_correction_is_told(exported) -> None:
    book = openpyxl.load_workbook(exported("louxing", "2017-04")[0])
    [row] = read_rows(book["corrections"])
    assert (row["unit_name"], row["printed"], row["corrected"]) == ("蛇形山", "86..67", "86.67")
    assert [row["unit_name"] for row in read_rows(book["scores"]) if row["is_corrected"]] == ["蛇形山"]
    notes = [row[1] for row in book["notes"].iter_rows(values_only=True)]
    assert "1 score changed by a recorded correction of a typing error." in notes


@pytest.mark.parametrize("name", INJECTED)
def test_no_name_is_run_as_a_formula(make_data, notice_text, tmp_path: Path, name: str) -> None:
    data = make_data(
        {"demo/2017": notice_text([("甲镇", 90), ("乙局", 80)])}, {"demo/units.csv": "", "demo/aliases.csv": ""}
    )
    [source] = find_sources(data)
    units = pd.DataFrame([{"unit_id": "demo-甲镇", "unit_name": name, "evidence": name}])
    save_table(units.reindex(columns=list(SCHEMAS["units"].columns)), data / "reference/demo/units.csv", "units")
    aliases = pd.DataFrame([{"name_printed": "甲镇", "unit_id": "demo-甲镇", "evidence": "made up"}])
    save_table(aliases, data / "reference/demo/aliases.csv", "aliases")
    book, package = export_notice(data, source, tmp_path / "out")
    sheet = openpyxl.load_workbook(book)["scores"]
    cell = next(cell for row in sheet.iter_rows() for cell in row if cell.value == name)
    assert (cell.data_type, cell.quotePrefix) == ("s", True)
    with ZipFile(package) as file:
        for table in ("processed/demo/scores.csv", "reference/demo/units.csv"):
            rows = list(csv.DictReader(io.StringIO(file.read(table).decode())))
            assert "'" + name in [row["unit_name"] for row in rows]


def test_a_notice_without_a_record_has_what_it_says_of_itself(make_data, notice_text, tmp_path: Path) -> None:
    book, package = export(
        make_data({"demo/2017": notice_text([("甲镇", 90), ("乙局", 80)])}), tmp_path / "out", "demo"
    )
    workbook = openpyxl.load_workbook(book)
    facts = {row[0]: row[1] for row in workbook["notes"].iter_rows(values_only=True)}
    assert (facts["Document number"], facts["Signed"]) == ("甲府办函〔2018〕35号", datetime(2018, 1, 23))
    assert (facts["Publisher"], facts["Address"], facts["Terms of use"]) == ("not stated",) * 3
    assert workbook["mentions"].max_row == 1, "a sheet without rows has its headings"
    assert not workbook["mentions"].tables
    assert {"raw/demo/2017.txt", "processed/demo/scores.csv"} <= set(ZipFile(package).namelist())


@pytest.mark.slow
@pytest.mark.parametrize("notice", NOTICES, ids="-".join)
def test_the_package_is_as_its_descriptor_says(exported, notice: tuple[str, str]) -> None:
    with ZipFile(exported(*notice)[1]) as file:
        package = json.loads(file.read("datapackage.json"))
        contents = {name: file.read(name) for name in file.namelist()}
    assert package["name"] == "-".join(notice)
    resources = {resource["path"]: resource for resource in package["resources"]}
    assert set(resources) == set(contents) - {"README.md", "datapackage.json"}
    raw = resources.pop(next(path for path in resources if path.startswith("raw/")))
    assert raw["hash"] == f"sha256:{hashlib.sha256(contents[raw['path']]).hexdigest()}"
    assert raw["bytes"] == len(contents[raw["path"]])
    for path, resource in resources.items():
        schema = resource["schema"]
        rows = list(csv.DictReader(io.StringIO(contents[path].decode())))
        names = [each["name"] for each in schema["fields"]]
        assert all(list(row) == names for row in rows), path
        for each in schema["fields"]:
            parsed = [PARSERS[each["type"]](row[each["name"]]) for row in rows if row[each["name"]]]
            assert all(math.isfinite(value) for value in parsed if isinstance(value, float)), path
        keys = [tuple(row[name] for name in schema["primaryKey"]) for row in rows]
        assert len(set(keys)) == len(keys) or not schema["primaryKey"], path


@pytest.mark.slow
@pytest.mark.parametrize("notice", NOTICES, ids="-".join)
def test_the_package_is_a_data_folder_that_gives_the_same_tables(
    exported, notice: tuple[str, str], tmp_path: Path
) -> None:
    with ZipFile(exported(*notice)[1]) as file:
        file.extractall(tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.glob("processed/*/*.csv")}
    assert len(before) == 3
    assert [error for _, error in build_tables(tmp_path, find_sources(tmp_path))] == [None]
    assert {path: path.read_bytes() for path in before} == before


def test_the_package_holds_only_what_concerns_the_notice(exported) -> None:
    with ZipFile(exported("louxing", "2017-04")[1]) as file:
        tables = {Path(name).stem: file.read(name).decode() for name in file.namelist() if name.endswith(".csv")}
    assert [row["notice_id"] for row in csv.DictReader(io.StringIO(tables["notices"]))] == ["louxing-2017-04"]
    assert [row["jurisdiction"] for row in csv.DictReader(io.StringIO(tables["jurisdictions"]))] == ["louxing"]
    assert "leizhou" not in "".join(tables.values())
    assert "update_rules" not in tables


def test_the_same_data_give_the_same_bytes_without_a_clock(data: Path, exported, tmp_path: Path) -> None:
    again = export(data, tmp_path)
    for one, other in zip(exported("leizhou", "2017"), again, strict=True):
        assert one.read_bytes() == other.read_bytes()
        with ZipFile(one) as file:
            assert {entry.date_time for entry in file.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    properties = openpyxl.load_workbook(again[0]).properties
    assert (properties.created, properties.modified) == (datetime(1980, 1, 1), datetime(1980, 1, 1))


def test_a_text_that_no_cell_takes_is_one_line_and_leaves_nothing(leizhou_data: Path, tmp_path: Path, audit) -> None:
    path = leizhou_data / "reference" / "leizhou" / "claims.csv"
    claims = load_table(path, "claims")
    claims.loc[1, "meaning_en"] = "x" * 32_768
    save_table(claims, path, "claims")
    code, out, err = audit("export", "leizhou", "2017", "--data", leizhou_data, "--to", tmp_path / "out")
    assert (code, out) == (2, "")
    assert err == "error: sheet claims row 3: found a text of 32,768 characters; expected 32,767 at most\n"
    assert not (tmp_path / "out").exists()


def test_an_address_too_long_for_a_link_is_a_text(leizhou_data: Path, tmp_path: Path) -> None:
    path = leizhou_data / "reference" / "notices.csv"
    notices = load_table(path, "notices")
    url = "http://example.org/" + "x" * 2_100
    notices.loc[notices["notice_id"] == "leizhou-2017", "url"] = url
    save_table(notices, path, "notices")
    sheet = openpyxl.load_workbook(export(leizhou_data, tmp_path)[0])["notes"]
    assert url in [row[1] for row in sheet.iter_rows(values_only=True)]
    assert list_addresses(sheet) == []


# The command.


def test_the_command_names_what_it_wrote(audit, tmp_path: Path) -> None:
    code, out, err = audit("export", "leizhou", "2017", "--to", tmp_path)
    assert (code, err) == (0, "")
    book, package = out.splitlines()
    assert (
        book
        == f"{tmp_path / 'leizhou-2017.xlsx'}  rows by sheet: scores 57, mentions 11, problems 17, claims 8, examples 11, web_columns 7, update_rules 11"
    )
    assert package == f"{tmp_path / 'leizhou-2017.zip'}  15 files of data, described in datapackage.json"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["leizhou-2017.xlsx", "leizhou-2017.zip"]


def test_files_go_to_a_folder_of_the_notice_here(
    data: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert cli(["export", "leizhou", "2017", "--data", str(data)], standalone_mode=False) == 0
    assert capsys.readouterr().out.startswith("export/leizhou-2017/leizhou-2017.xlsx  ")
    assert len(list(tmp_path.glob("export/leizhou-2017/leizhou-2017.*"))) == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["leizhou", "2018"], "found no period 2018; expected 2017"),
        (["atlantis", "2017"], "found no jurisdiction atlantis"),
        (["leizhou", "--pdf"], "--pdf: found no notice; expected audit-lib export J P --pdf"),
        (["leizhou", "2017", "--to", __file__], "is a file"),
    ],
    ids=["period", "place", "no notice to print", "a file"],
)
def test_unusable_arguments_are_one_line(audit, arguments: list[str], message: str) -> None:
    code, out, err = audit("export", *arguments)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert err.startswith("error: ")
    assert message in err


# Pages on paper.


def make_chrome(folder: Path, script: str) -> Path:
    """Make a program that behaves as a Chromium may."""
    path = folder / "chrome"
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


@pytest.fixture
def one_page(tmp_path: Path) -> Path:
    """A reports folder with one small page."""
    page = tmp_path / "reports" / "leizhou" / "2017" / "03_tiers.html"
    page.parent.mkdir(parents=True)
    page.write_text(
        "<!DOCTYPE html><title>页</title><p>水务局 <a href='00_year_card.html'>beside</a>", encoding="utf-8"
    )
    return tmp_path / "reports"


def test_without_chromium_nothing_is_written(
    audit, one_page: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CHROME", raising=False)
    code, out, err = audit("export", "leizhou", "2017", "--pdf", "--reports", one_page, "--to", tmp_path / "out")
    assert (code, out) == (2, "")
    names = "chromium, chromium-browser, google-chrome, google-chrome-stable"
    assert err == f"error: --pdf: found none of {names}; expected Chromium or Chrome, or its path in CHROME\n"
    assert not (tmp_path / "out").exists()


def test_a_chrome_that_is_none_is_named(audit, one_page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHROME", "/nowhere/chrome")
    code, _, err = audit("export", "leizhou", "2017", "--pdf", "--reports", one_page)
    assert (code, err.count("\n")) == (2, 1)
    assert "found CHROME=/nowhere/chrome, which is no program" in err


def test_pages_that_are_not_rendered_are_asked_for(audit, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CHROME", str(make_chrome(tmp_path, "exit 0")))
    code, out, err = audit("export", "leizhou", "2017", "--pdf", "--reports", tmp_path, "--to", tmp_path / "out")
    assert (code, out) == (2, "")
    assert (
        err == f"error: {tmp_path / 'leizhou' / '2017'}: found no page; expected audit-lib run leizhou 2017 before it\n"
    )
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("echo 'cannot open display' >&2; exit 3", "found no PDF, exit code 3: cannot open display"),
        ("exit 0", "found no PDF, exit code 0: no word of what went wrong"),
        ("sleep 100 & sleep 100", "found no PDF after 0.5 seconds"),
    ],
    ids=["fails", "silent", "hangs"],
)
def test_a_chromium_that_fails_is_one_line(
    one_page: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, script: str, message: str
) -> None:
    monkeypatch.setattr(pdf, "SECONDS", 0.5 if "sleep" in script else 60)
    with pytest.raises(AuditError, match=re.escape(message)) as raised:
        pdf.print_page(one_page / "leizhou" / "2017" / "03_tiers.html", str(make_chrome(tmp_path, script)))
    assert "\n" not in str(raised.value)


@pytest.mark.slow
def test_pages_become_pdf_files_with_text_in_chinese(
    chromium: str, audit, data: Path, one_page: Path, tmp_path: Path
) -> None:
    from audit_lib.pages.report_page import render_page
    from audit_lib.pages.report_summary import find_words

    report = one_page / "leizhou" / "2017" / "03_tiers.ipynb"
    report.write_bytes((ROOT / "reports" / "leizhou" / "2017" / "03_tiers.ipynb").read_bytes())
    render_page(report, report.with_suffix(".html"), find_words(report, data), data)
    asked = ["export", "leizhou", "2017", "--pdf", "--reports", one_page, "--to", tmp_path]
    code, out, _ = audit(*asked)
    assert code == 0
    assert out.splitlines()[-1] == str(tmp_path / "03_tiers.pdf")
    first = (tmp_path / "03_tiers.pdf").read_bytes()
    with pdfplumber.open(tmp_path / "03_tiers.pdf") as file:
        assert [round(side / 72 * 25.4) for side in (file.pages[0].width, file.pages[0].height)] == [210, 297], "A4"
        text = "".join(page.extract_text() for page in file.pages)
        links = [link["uri"] for page in file.pages for link in page.hyperlinks]
    assert {
        name for name in ("水务局", "发改局", "杨家镇", "北和镇", "优秀", "雷州市人民政府办公室") if name not in text
    } == set()
    assert links
    assert {link for link in links if not link.startswith("http")} == set(), "no folder of this machine"
    assert audit(*asked)[0] == 0
    assert (tmp_path / "03_tiers.pdf").read_bytes() == first, "no clock"


def test_pages_of_other_languages_go_to_their_own_folder(
    one_page: Path, data: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    twin = one_page / "zh" / "leizhou" / "2017" / "03_tiers.html"
    twin.parent.mkdir(parents=True)
    twin.touch()
    monkeypatch.setattr(pdf, "LANGUAGES", ("en", "zh"))
    [source] = find_sources(data, "leizhou", "2017")
    listed = pdf.list_pages(one_page, source, tmp_path)
    assert list(listed.values()) == [tmp_path / "03_tiers.pdf", tmp_path / "zh" / "03_tiers.pdf"]


# The panel.


@pytest.mark.slow
def test_the_panel_is_one_table_in_both_files(audit, data: Path, tmp_path: Path) -> None:
    code, out, err = audit("export", "--to", tmp_path)
    csv_file, parquet_file = tmp_path / "scores.csv", tmp_path / "scores.parquet"
    panel = load_scores(data=data)
    holds = f"{len(panel)} rows of {len(NOTICES)} notices"
    assert (code, out, err) == (0, f"{csv_file}  {holds}\n{parquet_file}  {holds}\n", "")
    with parquet_file.open("rb") as file:
        stored = fastparquet.ParquetFile(file)
        table, [n_null] = stored.to_pandas(), stored.statistics["null_count"]["score"]
    pd.testing.assert_frame_equal(table.astype(panel.dtypes), panel)
    pd.testing.assert_frame_equal(type_days(load_table(csv_file, "panel")), panel)
    assert [str(table[column].dtype) for column in ("score", "starts", "rank")] == [
        "float64",
        "datetime64[us]",
        "Int16",
    ]
    assert n_null == panel["score"].isna().sum()
    before = csv_file.read_bytes(), parquet_file.read_bytes()
    audit("export", "--to", tmp_path / "again")
    assert before == ((tmp_path / "again/scores.csv").read_bytes(), (tmp_path / "again/scores.parquet").read_bytes())


def test_a_panel_leaves_out_only_what_cannot_be_read_and_says_so(audit, project_data: Path, tmp_path: Path) -> None:
    (project_data / "raw/louxing/2018.txt").write_text("no table here", encoding="utf-8")
    code, out, err = audit("export", "louxing", "--data", project_data, "--to", tmp_path)
    assert (code, out.count("31 rows of 3 notices"), err.count("\n")) == (1, 2, 1)
    assert err.startswith(f"error: {project_data}/raw/louxing/2018.txt: found neither a score table nor a tier list")
