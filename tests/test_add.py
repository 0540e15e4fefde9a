"""Adding a notice: what is kept and recorded, what is refused and leaves everything as it was, what is suggested."""

import hashlib
import io
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from audit_lib.errors import AuditError
from audit_lib.periods import EXPECTED
from audit_lib.sources import find_sources
from audit_lib.tables import downloads
from audit_lib.tables.add import add_notice
from audit_lib.tables.add_session import shorten
from audit_lib.tables.aliases import measure_similarity
from audit_lib.tables.build import build_tables
from audit_lib.tables.storage import load_table

Audit = Callable[..., tuple[int, str, str]]
MakeData = Callable[..., Path]
NoticeText = Callable[..., str]

BARE = "序号,单位名称,评分\n1,甲镇,90\n2,乙局,80\n"  # says nothing of itself


def read_tree(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def build(data: Path, *names: str) -> None:
    assert {error for _, error in build_tables(data, find_sources(data, *names))} == {None}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder without any notice."""
    (tmp_path / "data" / "raw").mkdir(parents=True)
    return tmp_path / "data"


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write a file as somebody would have downloaded it; gives its path."""

    def write_file(content: str | bytes, name: str = "notice.txt") -> Path:
        path = tmp_path / "downloads" / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write_file


def load_records(data: Path) -> dict[str, dict[str, object]]:
    records = load_table(data / "reference" / "notices.csv", "notices").set_index("notice_id")
    return {str(notice_id): row.dropna().to_dict() for notice_id, row in records.iterrows()}


# What is kept.


def test_what_a_notice_says_of_itself_is_read(data: Path, write, notice_text: NoticeText) -> None:
    prose = ["检查组于2017年12月20日至2017年12月28日检查了2个单位"]
    file = write(notice_text([("甲镇", 90), ("乙局", 80)], prose=prose))
    added = add_notice(data, file, "demo")
    assert added.written == ("raw file", "record")
    assert (data / "raw/demo/2017.txt").read_bytes() == file.read_bytes()
    assert load_records(data) == {
        "demo-2017": {
            "jurisdiction": "demo",
            "period": "2017",
            "publisher": "甲市人民政府办公室",
            "title": "甲市人民政府办公室关于2017年甲市政务公开工作检查情况的通报",
            "document_number": "甲府办函〔2018〕35号",
            "inspected_from": "2017-12-20",
            "inspected_to": "2017-12-28",
            "issued_on": "2018-01-23",
            "published_on": "2018-01-29",
            "sha256": hashlib.sha256(file.read_bytes()).hexdigest(),
            "subject": "政务公开",
            "measure_evidence": "subject: title",
        }
    }


def test_options_overrule_and_supply(audit: Audit, data: Path, write, notice_text: NoticeText) -> None:
    file = write(notice_text([("甲镇", 90)]))
    options = ["--title", "=通报", "--publisher", "乙市", "--published-on", "2018-02-01", "--url", "https://a.cn/x"]
    code, _, err = audit("add", file, "--jurisdiction", "demo", "--period", "2017-04", *options, "--data", data)
    assert (code, err) == (0, "")
    record = load_records(data)["demo-2017-04"]
    assert (record["title"], record["publisher"]) == ("=通报", "乙市")
    assert (record["published_on"], record["url"], record["issued_on"]) == (
        "2018-02-01",
        "https://a.cn/x",
        "2018-01-23",
    )
    assert ",'=通报," in (data / "reference/notices.csv").read_text(encoding="utf-8")
    assert (data / "raw/demo/2017-04.txt").is_file()


def test_what_is_not_said_stays_missing(data: Path, write) -> None:
    add_notice(data, write(BARE, "scores.csv"), "demo", "2020Q3")
    assert set(load_records(data)["demo-2020Q3"]) == {"jurisdiction", "period", "sha256"}


def write_workbook() -> bytes:
    book = openpyxl.Workbook()
    for row in ("序号", "单位名称", "评分"), (1, "甲镇", 90), (2, "乙局", 80):
        book.active.append(row)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


PAGE = "<table><tr><th>单位<th>得分<tr><td>甲镇<td>90<tr><td>乙局<td>80</table>"
TEXT = "单位 | 得分\n甲镇 | 90\n乙局 | 80\n"


@pytest.mark.parametrize(
    ("name", "content", "kept"),
    [
        ("a.csv", BARE, "2017.csv"),
        ("a.CSV", BARE, "2017.csv"),
        ("a.tsv", BARE.replace(",", "\t"), "2017.tsv"),
        ("a.htm", PAGE, "2017.html"),
        ("a.xls", PAGE, "2017.html"),
        ("a", TEXT, "2017.txt"),
        ("通报.md", TEXT, "2017.txt"),
        ("a.csv", TEXT, "2017.txt"),
        ("a.dat", write_workbook(), "2017.xlsx"),
    ],
)
def test_a_raw_file_is_named_by_what_it_holds(data: Path, write, name: str, content: str | bytes, kept: str) -> None:
    add_notice(data, write(content, name), "demo", "2017")
    assert [path.name for path in (data / "raw/demo").iterdir()] == [kept]
    build(data)
    scores = load_table(data / "processed/demo/scores.csv", "scores")
    assert scores[["unit_name", "score"]].to_numpy().tolist() == [["甲镇", 90], ["乙局", 80]]


def test_records_that_were_there_keep_their_bytes(leizhou_data: Path, write, notice_text: NoticeText) -> None:
    before = read_tree(leizhou_data)
    add_notice(leizhou_data, write(notice_text([("甲镇", 90)])), "demo")
    after = read_tree(leizhou_data)
    assert after.pop("raw/demo/2017.txt")
    assert after.pop("reference/notices.csv").startswith(before.pop("reference/notices.csv"))
    assert after == before


# The same again.


def test_the_same_file_again_changes_nothing(audit: Audit, leizhou_data: Path, write) -> None:
    content = (leizhou_data / "raw/leizhou/2017.txt").read_bytes()
    before = {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in leizhou_data.rglob("*.*")}
    for file in (write(content, "other name.htm"), leizhou_data / "raw/leizhou/2017.txt"):
        code, out, err = audit("add", file, "--jurisdiction", "leizhou", "--accept-aliases", "--data", leizhou_data)
        assert (code, err) == (0, "")
        assert out.startswith("leizhou-2017 already there, nothing changed · ")
        assert "aliases    none to accept\n" in out
    assert {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in leizhou_data.rglob("*.*")} == before


@pytest.mark.parametrize("lost", ["raw/demo/2017.txt", "reference/notices.csv"])
def test_what_is_lost_of_a_notice_is_written_again(data: Path, write, notice_text: NoticeText, lost: str) -> None:
    file = write(notice_text([("甲镇", 90)]))
    add_notice(data, file, "demo")
    before = read_tree(data)
    (data / lost).unlink()
    assert len(add_notice(data, file, "demo").written) == 1
    assert read_tree(data) == before


# What is refused leaves everything as it was.


@pytest.mark.parametrize(
    "name", ["..", "../raw", "a/b", "", ".demo", "Demo", "雷州", "demo ", "demo\n", "-demo", "a\\b", "/tmp"]
)
def test_a_name_that_is_no_folder_of_ours(audit: Audit, data: Path, write, name: str) -> None:
    code, out, err = audit("add", write(BARE, "a.csv"), f"--jurisdiction={name}", "--period", "2017", "--data", data)
    expected = "a folder name of small letters, digits, - and _, such as leizhou"
    assert (code, out, err) == (2, "", f"error: --jurisdiction: found {name!r}; expected {expected}\n")
    assert read_tree(data) == {}


@pytest.mark.parametrize(
    "period", ["17", "2017-13", "2017-4", "2017Q5", "../2017", "2017/04", "", ".", "2017\n", "２０１７"]
)
def test_a_period_that_is_none(audit: Audit, data: Path, write, period: str) -> None:
    code, out, err = audit("add", write(BARE, "a.csv"), "--jurisdiction", "demo", f"--period={period}", "--data", data)
    assert (code, out) == (2, "")
    assert err == f"error: --period: found {period!r}; expected {EXPECTED}\n"
    assert read_tree(data) == {}


def test_a_notice_without_a_period(audit: Audit, data: Path, write) -> None:
    file = write(BARE, "a.csv")
    expected = f"--period with what the inspection covers: {EXPECTED}"
    assert audit("add", file, "--jurisdiction", "demo", "--data", data) == (
        *(2, ""),
        f"error: {file}: found no period in the title; expected {expected}\n",
    )
    assert read_tree(data) == {}


@pytest.mark.parametrize("options", [[], ["--period", "2017"]])
def test_an_empty_folder(audit: Audit, data: Path, tmp_path: Path, options: list[str]) -> None:
    folder = tmp_path / "empty"
    folder.mkdir()
    expected = f"error: {folder}: found no file of a notice in it; expected at least one\n"
    assert audit("add", folder, "--jurisdiction", "demo", "--data", data, *options) == (2, "", expected)
    assert read_tree(data) == {}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ([], "Missing option '--jurisdiction'"),
        (["--jurisdiction", "demo", "--url", "a.cn"], "--url: found 'a.cn'; expected an address that begins with http"),
        (["--jurisdiction", "demo", "--published-on", "2018-02-30"], "Invalid value for '--published-on'"),
        (["--jurisdiction", "demo", "--data", "/nowhere"], "/nowhere: found no such folder; expected the data folder"),
    ],
)
def test_unusable_options(audit: Audit, data: Path, write, options: list[str], message: str) -> None:
    code, out, err = audit("add", write(BARE, "a.csv"), "--data", data, "--period", "2017", *options)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert message in err
    assert read_tree(data) == {}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "found an empty file; expected the text of a notice"),
        (
            "第一条 总则".encode(),
            "found neither a score table nor a tier list (1 line or cell, 0 of them a name alone, none with a list or numbers beside names); expected at least one of them",
        ),
        (b"\x89PNG\r\n\x1a\n", "found a damaged picture"),
        (None, "found no such file; expected a published notice"),
    ],
)
def test_a_file_that_cannot_be_read(
    audit: Audit, leizhou_data: Path, write, content: bytes | None, message: str
) -> None:
    file = write(content or b"")
    if content is None:
        file.unlink()
    before = read_tree(leizhou_data)
    options = ["--jurisdiction", "leizhou", "--period", "2018", "--data", leizhou_data]
    code, out, err = audit("add", file, *options)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert err.startswith(f"error: {file}: {message}")
    assert read_tree(leizhou_data) == before


def test_a_symbolic_link(audit: Audit, data: Path, write) -> None:
    link = write(BARE, "a.csv").with_name("link.csv")
    link.symlink_to("a.csv")
    assert audit("add", link, "--jurisdiction", "demo", "--period", "2017", "--data", data) == (
        *(2, ""),
        f"error: {link}: found a symbolic link; expected the file itself\n",
    )
    assert read_tree(data) == {}


@pytest.mark.parametrize("suffix", ["txt", "html"])
def test_another_file_for_the_period(
    audit: Audit, leizhou_data: Path, write, notice_text: NoticeText, suffix: str
) -> None:
    there = leizhou_data / "raw/leizhou/2017.txt"
    there = there.rename(there.with_suffix(f".{suffix}"))
    before, file = read_tree(leizhou_data), write(notice_text([("甲镇", 90)]))
    hint = "the same file; to replace it, remove that one and its row in notices.csv"
    assert audit("add", file, "--jurisdiction", "leizhou", "--data", leizhou_data) == (
        *(2, ""),
        f"error: {file}: found another file for leizhou-2017 than {there}; expected {hint}\n",
    )
    assert read_tree(leizhou_data) == before


def test_a_record_of_another_file(leizhou_data: Path, write, notice_text: NoticeText) -> None:
    (leizhou_data / "raw/leizhou/2017.txt").unlink()
    before = read_tree(leizhou_data)
    with pytest.raises(AuditError) as caught:
        add_notice(leizhou_data, write(notice_text([("甲镇", 90)])), "leizhou")
    found = "found another file recorded for leizhou-2017 (SHA-256 e9df53f5aaaa…)"
    assert (
        str(caught.value)
        == f"{leizhou_data}/reference/notices.csv: {found}; expected that file; to replace it, remove its row"
    )
    assert read_tree(leizhou_data) == before


def test_no_raw_file_without_a_record(data: Path, write) -> None:
    (data / "reference").write_text("a file, where a folder should be", encoding="utf-8")
    before = read_tree(data)
    with pytest.raises(AuditError, match=r"reference: cannot be written: "):
        add_notice(data, write(BARE, "a.csv"), "demo", "2017")
    assert read_tree(data) == before


def test_records_that_cannot_be_read(data: Path, write) -> None:
    (data / "reference").mkdir()
    (data / "reference/notices.csv").write_text("broken\n", encoding="utf-8")
    before = read_tree(data)
    with pytest.raises(AuditError, match=r"notices\.csv: found column 'broken'"):
        add_notice(data, write(BARE, "a.csv"), "demo", "2017")
    assert read_tree(data) == before


@pytest.mark.parametrize("has_records", [False, True])
def test_no_record_without_a_raw_file(data: Path, write, notice_text: NoticeText, has_records: bool) -> None:
    if has_records:
        add_notice(data, write(notice_text([("甲镇", 90)])), "other")
    (data / "raw/demo").write_text("a file, where a folder should be", encoding="utf-8")
    before = read_tree(data)
    with pytest.raises(AuditError, match=r"raw/demo/2017\.csv: cannot be written: "):
        add_notice(data, write(BARE, "a.csv"), "demo", "2017")
    assert read_tree(data) == before


def test_a_file_that_changes_while_it_is_read(data: Path, write, monkeypatch: pytest.MonkeyPatch) -> None:
    file, read = write(BARE, "a.csv"), downloads.read_document

    def read_then_change(path: Path):
        document = read(path)
        path.write_text(BARE.replace("90", "91"), encoding="utf-8")
        return document

    monkeypatch.setattr(downloads, "read_document", read_then_change)
    with pytest.raises(AuditError, match="found a file that changes while it is read"):
        add_notice(data, file, "demo", "2017")
    assert read_tree(data) == {}


# Aliases.


@pytest.mark.parametrize(
    ("one", "other", "similarity"),
    [
        # One unit under two names.
        ("总寨镇", "总寨镇政府", 100),
        ("总寨镇", "总寨镇人民政府", 100),
        ("小吕镇", "小吕乡", 100),
        ("神后镇", "神垕镇", 50),
        ("雷波县", "雷波县政府办", 100),
        ("雷波县", "雷波县人民政府办公室", 100),
        ("花山", "花山街道", 100),
        ("南田街道", "南田街道办事处", 100),
        ("区科创委(投促办)", "科创委", 100),
        ("海洋渔业局", "市海洋与渔业局", 88.9),
        ("食药监局", "市食品药品监督管理局", 54.5),
        # Renamed with their tasks, or merged: that is lineage.
        ("环保局", "生态环境局", 0),
        ("区环保局", "区生态环境局", 0),
        ("卫计委", "卫健委", 0),
        ("卫生计生委", "卫生健康委", 0),
        ("规划土地局", "规划资源局", 0),
        ("农业局", "农业农村局", 0),
        ("文化局", "文化旅游局", 0),
        # Others altogether.
        ("国税局", "地税局", 0),
        ("水利局", "水务局", 0),
        ("公安局", "公安分局", 0),
        ("白沙镇", "白沙街道", 0),
        ("白沙镇", "沈塘镇", 0),
        ("人民街办事处", "礼让街办事处", 33.3),
        ("南川东路办事处", "南川西路办事处", 0),
        ("码三村", "码四村", 0),
        ("大吕镇", "小吕镇", 0),
    ],
)
def test_similarity(one: str, other: str, similarity: float) -> None:
    assert round(measure_similarity(one, other), 1) == similarity
    assert round(measure_similarity(other, one), 1) == similarity


def suggest(data: Path, file: Path) -> list[tuple[str, str, float]]:
    added = add_notice(data, file, "demo", "2018")
    return [(each.new.unit.name, each.known.unit.name, each.similarity) for each in added.suggestions]


def test_units_are_compared_with_the_known_ones(
    audit: Audit, make_data: MakeData, write, notice_text: NoticeText
) -> None:
    data = make_data({"demo/2017": notice_text([("甲镇", 90), ("环保局", 80), ("丙局", 70)])})
    build(data)
    add = ["add", write(notice_text([("甲镇", 90), ("生态环境局", 80)])), "--jurisdiction", "demo", "--data", data]
    lines = audit(*add, "--period", "2018")[1].splitlines()
    at = lines.index("units      2: 1 known, 1 new: 生态环境局")
    assert lines[at + 1] == "           2 known units are not named: 环保局、丙局"
    assert not [line for line in lines if line.startswith(("alias?", "to accept"))]


@pytest.mark.parametrize(
    ("before", "now", "suggested"),
    [
        (["总寨镇", "乙局"], ["总寨镇政府", "乙局"], [("总寨镇政府", "总寨镇", 100)]),
        (["神后镇", "小吕镇"], ["神垕镇", "小吕乡"], [("小吕乡", "小吕镇", 100), ("神垕镇", "神后镇", 50)]),
        (["雷波县", "甘洛县"], ["雷波县政府办", "甘洛县"], [("雷波县政府办", "雷波县", 100)]),
        (["环保局", "甲镇"], ["生态环境局", "甲镇"], []),
        # This notice names both, so they are two.
        (["小吕镇", "甲镇"], ["小吕镇", "小吕乡"], []),
        # Nobody could tell which of two.
        (["神后镇", "神前镇"], ["神垕镇", "甲镇"], []),
        (["神后镇", "甲镇"], ["神垕镇", "神厚镇"], []),
        # The likelier of two.
        (["神后镇", "神垕乡"], ["神垕镇", "甲镇"], [("神垕镇", "神垕乡", 100)]),
        # A unit of the place without units.csv is known by its very name only.
        (["环保局", "甲镇"], ["区环保局", "甲镇"], [("区环保局", "环保局", 100)]),
    ],
)
def test_suggestions(make_data: MakeData, write, notice_text: NoticeText, before, now, suggested) -> None:
    data = make_data({"demo/2017": notice_text([(unit, 80) for unit in before])})
    assert suggest(data, write(notice_text([(unit, 80) for unit in now]))) == suggested


def test_suggestions_from_built_tables(make_data: MakeData, write, notice_text: NoticeText) -> None:
    data = make_data({"demo/2017": notice_text([(unit, 80) for unit in ("神后镇", "小吕镇")])})
    file = write(notice_text([(unit, 80) for unit in ("神垕镇", "小吕乡")]))
    suggested = suggest(data, file)
    build(data)
    assert suggest(data, file) == suggested == [("小吕乡", "小吕镇", 100), ("神垕镇", "神后镇", 50)]
    (data / "reference/notices.csv").unlink()
    assert suggest(data, file) == suggested


UNITS = "unit_id,unit_name,full_name,kind,split,division_code,evidence,split_evidence\n"


def test_suggestions_from_units(make_data: MakeData, write, notice_text: NoticeText) -> None:
    units = UNITS + "demo-z,总寨镇,,town,,,seen,\ndemo-h,环保局,,,,,seen,\n"
    other = UNITS + "other-l,丙街道,,,,,seen,\n"
    data = make_data({"demo/2017": "later"}, {"demo/units.csv": units, "other/units.csv": other})
    file = write(notice_text([("总寨镇政府", 90), ("区环保局", 80), ("丙街道办", 70)]))
    assert suggest(data, file) == [("总寨镇政府", "总寨镇", 100)]


def test_accepted_aliases_join_and_say_why(audit: Audit, make_data: MakeData, write, notice_text: NoticeText) -> None:
    data = make_data({"demo/2017": notice_text([("海洋渔业局", 80), ("乙局", 70)])})
    build(data)
    file = write(notice_text([("海洋与渔业局", 90), ("乙局", 60)], {"优秀": ["市海洋与渔业局"], "良好": ["乙局"]}))
    add = ["add", file, "--jurisdiction", "demo", "--period", "2018", "--data", data]
    code, out, _ = audit(*add)
    again = f"audit-lib add {data}/raw/demo/2018.txt --jurisdiction demo --period 2018 --data {data} --accept-aliases"
    assert code == 0
    assert f"to accept  {again}\n" in out
    names = "海洋与渔业局 (line 33)、市海洋与渔业局 (line 9) may be 海洋渔业局 (demo-2017 line 25)"
    assert f"alias?     {names}: similarity 89 of 100 without level and ending\n" in out
    assert not (data / "reference/demo").exists()
    code, out, _ = audit(*again.split()[1:])
    assert code == 0
    assert f"aliases    2 written to {data}/reference/demo/aliases.csv\n" in out
    head, *units = [*UNITS.splitlines(), "demo-海洋渔业局,海洋渔业局,,,,,name in demo-2017 line 25,"]
    expected = [f"{head},name_en,name_en_evidence", *(f"{unit},," for unit in units)]
    assert (data / "reference/demo/units.csv").read_text(encoding="utf-8").splitlines() == expected
    where = "海洋渔业局 in demo-2017 line 25; similarity 89 of 100 without level and ending"
    assert (data / "reference/demo/aliases.csv").read_text(encoding="utf-8") == (
        "name_printed,unit_id,evidence\n"
        f"海洋与渔业局,demo-海洋渔业局,海洋与渔业局 in demo-2018 line 33; {where}\n"
        f"市海洋与渔业局,demo-海洋渔业局,市海洋与渔业局 in demo-2018 line 9; {where}\n"
    )
    after = read_tree(data)
    assert "aliases    none to accept\n" in audit(*add, "--accept-aliases")[1]
    assert read_tree(data) == after
    build(data)
    scores = load_table(data / "processed/demo/scores.csv", "scores")
    rows = scores[scores["unit_id"] == "demo-海洋渔业局"]
    assert rows[["notice_id", "match", "score"]].to_numpy().tolist() == [
        ["demo-2017", "table_only", 80],
        ["demo-2018", "alias", 90],
    ]


def test_the_screen(audit: Audit, leizhou_data: Path) -> None:
    """Leizhou 2017 as the notice of a place that nobody has described."""
    raw = leizhou_data / "raw/leizhou/2017.txt"
    code, out, err = audit("add", raw, "--jurisdiction", "new", "--data", leizhou_data)
    assert (code, err) == (0, "")
    assert out.splitlines() == [
        f"new-2017 added: raw file and record written · {leizhou_data}/raw/new/2017.txt",
        "title      雷州市人民政府办公室关于2017年雷州市政务公开工作检查情况的通报",
        "record     雷州市人民政府办公室 · 雷府办函〔2018〕35号 · signed 2018-01-23 · published 2018-01-29",
        "measures   subject 政务公开 (title)",
        "table 1    56 rows, 56 scores 70–97 · line 101 to line 431",
        "tier       优秀: 8 units · line 59",
        "tier       良好: 41 units · line 63",
        "tier       一般: 7 units · line 67",
        "units      59, all new: there is no other notice of the place, and it has no units.csv",
        "problems   6 errors, 7 warnings, 6 notes",
        "  line 101: error in_no_list: 食药监局 (97) is in the table but in no rating list",
        "  line 245: error in_no_list: 海洋渔业局 (87) is in the table but in no rating list",
        "  line 389: error in_no_list: 监察局 (80) is in the table but in no rating list",
        "  line 59: error in_no_table: 市食品药品监督管理局 is listed as 优秀 but has no row in the table",
        "  line 63: error in_no_table: 市海洋与渔业局 is listed as 良好 but has no row in the table",
        "  line 63: error in_no_table: 市残联 is listed as 良好 but has no row in the table",
        "  notice: warning equal_counts: table and lists hold 56 units each but name 59 different ones: equal counts hide the mismatch",
        "  line 131: warning tier_reversed: 水务局 (93) is 良好, though 财政局, 唐家镇, 松竹镇 with less are 优秀 (3 reversed pairs)",
        "  line 137: warning tier_equal: at 90, 财政局, 唐家镇, 松竹镇 are 优秀 and 发改局, 杨家镇, 北和镇 are 良好 (9 equal pairs)",
        "  line 131: warning cut_rule: 水务局 (93) is 良好; pass marks of 90 and 80 would give 优秀",
        "  … 9 more: audit-lib check new 2017",
        f"next       audit-lib run new 2017 --data {leizhou_data}",
    ]


def test_paths_are_told_as_the_user_would_type_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert [str(shorten(path)) for path in (tmp_path / "data/a.txt", Path("a.txt"), Path("/b.txt"))] == [
        *("data/a.txt", "a.txt", "/b.txt"),
    ]


@pytest.mark.slow
def test_a_new_place_runs_without_any_reference(
    audit: Audit, data: Path, write, notice_text: NoticeText, tmp_path: Path
) -> None:
    file = write(notice_text(tiers={"优秀": ["甲镇"], "良好": ["乙局", "丙局"]}))
    assert audit("add", file, "--jurisdiction", "demo", "--data", data)[0] == 0
    reports = tmp_path / "reports"
    code, out, err = audit(
        "run", "demo", "2017", "--notebook", "01_source", "--language", "en", "--data", data, "--reports", reports
    )
    assert code == 0, err
    assert out == f"1 reports: 1 done, 0 unchanged, 0 failed · {reports}/index.html\n"
