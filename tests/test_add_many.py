"""Adding several files: notices of several periods, a page with its annexes, and what the scores of each measure."""

import csv
import zipfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from audit_lib.errors import AuditError
from audit_lib.sources import find_sources
from audit_lib.tables.add import Added, add_files, add_notice
from audit_lib.tables.build import build_tables, read_source
from audit_lib.tables.proposals import read_heading, read_subject
from audit_lib.tables.storage import load_table

Audit = Callable[..., tuple[int, str, str]]
Write = Callable[..., Path]
Row = tuple[object, ...]

TITLE = "甲市{}环境卫生考评情况的通报"
ROWS: list[Row] = [(1, "甲镇", 95), (2, "乙镇", 90), (3, "丙镇", 85)]


def read_tree(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def word_notice(period: str, rows: Sequence[Row] = ROWS, head: str = "名次 | 单位 | 得分", below: str = "") -> str:
    table = "\n".join(" | ".join(map(str, row)) for row in rows)
    return f"{TITLE.format(period)}\n{head}\n{table}\n{below}\n"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "data/raw").mkdir(parents=True)
    return tmp_path / "data"


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write_file(name: str, content: str | bytes) -> Path:
        path = tmp_path / "downloads" / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write_file


def load_record(data: Path, notice_id: str) -> dict[str, Any]:
    records = load_table(data / "reference/notices.csv", "notices").set_index("notice_id")
    found: dict[str, Any] = records.loc[notice_id].dropna().to_dict()
    return found


# A page with its annexes.


@pytest.fixture
def parts(project: Path, tmp_path: Path) -> list[Path]:
    """Leizhou 2017 as a portal publishes it: the page, and the annex with the scores as a workbook."""
    text = (project / "data/raw/leizhou/2017.txt").read_text(encoding="utf-8")
    page, _, annex = text.partition("2017年雷州市政务公开工作检查评分表\n\n序")
    cells = [cell.strip() for cell in f"序{annex}".splitlines() if cell.strip()]
    book = openpyxl.Workbook()
    for at in range(0, len(cells), 3):
        book.active.append([int(cell) if cell.isdecimal() else cell for cell in cells[at : at + 3]])
    (tmp_path / "通报.txt").write_text(page, encoding="utf-8")
    book.save(tmp_path / "附件1.xlsx")
    return [tmp_path / "附件1.xlsx", tmp_path / "通报.txt"]


def test_a_page_and_its_annex_are_one_notice(audit: Audit, data: Path, parts: list[Path], project: Path) -> None:
    code, out, err = audit("add", *parts, "--jurisdiction", "leizhou", "--data", data)
    assert (code, err) == (0, "")
    assert out.splitlines()[0] == f"leizhou-2017 added: 2 raw files and record written · {data}/raw/leizhou/2017"
    assert "table 1    56 rows, 56 scores 70–97 · 附件1.xlsx Sheet!B2 to 附件1.xlsx Sheet!B57\n" in out
    assert "tier       优秀: 8 units · 通报.txt line 59\n" in out
    assert {path.name for path in (data / "raw/leizhou/2017").iterdir()} == {"通报.txt", "附件1.xlsx"}
    [source] = find_sources(data, "leizhou", "2017")
    assert [path.name for path in source.files] == ["通报.txt", "附件1.xlsx"]
    for name in ("units", "aliases"):
        known = (project / f"data/reference/leizhou/{name}.csv").read_bytes()
        (data / "reference/leizhou").mkdir(exist_ok=True)
        (data / f"reference/leizhou/{name}.csv").write_bytes(known)
    assert [error for _, error in build_tables(data, [source])] == [None]
    ours = load_table(data / "processed/leizhou/scores.csv", "scores")
    whole = load_table(project / "data/processed/leizhou/scores.csv", "scores")
    columns = ["unit_id", "match", "score", "serial", "rank", "tier", "kind"]
    assert ours[columns].equals(whole[columns])
    assert int(ours["match"].isin(["exact", "prefix", "alias"]).sum()) == 55
    problems = load_table(data / "processed/leizhou/problems.csv", "problems")
    assert not problems["check"].isin(["raw_file", "raw_record"]).any()


def test_the_same_files_again_change_nothing(audit: Audit, data: Path, parts: list[Path]) -> None:
    audit("add", *parts, "--jurisdiction", "leizhou", "--data", data)
    before = read_tree(data)
    for files in (parts, [data / "raw/leizhou/2017"]):
        code, out, err = audit("add", *files, "--jurisdiction", "leizhou", "--data", data)
        assert (code, err, read_tree(data)) == (0, "", before)
        assert out.startswith("leizhou-2017 already there, nothing changed · ")


def test_a_changed_file_of_several_is_found(data: Path, parts: list[Path]) -> None:
    assert [type(each) for each in add_files(data, parts, "leizhou")] == [Added]
    page = data / "raw/leizhou/2017/通报.txt"
    page.write_text(page.read_text(encoding="utf-8") + "\n完\n", encoding="utf-8")
    [source] = find_sources(data)
    assert read_source(data, source).evidence.recorded_sha256 != read_source(data, source).notice.document.sha256


@pytest.mark.parametrize("with_period", [False, True])
def test_an_annex_that_cannot_be_read_refuses_the_notice(
    audit: Audit, data: Path, parts: list[Path], write: Write, with_period: bool
) -> None:
    bad = write("附件2.rar", b"Rar!\x1a\x07\x00broken")
    period = ["--period", "2017"] if with_period else []
    code, out, err = audit("add", *parts, bad, "--jurisdiction", "leizhou", *period, "--data", data)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert err.startswith(f"error: {bad}: ")
    assert read_tree(data) == {}


def pack(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def test_an_archive_stands_for_the_files_in_it(audit: Audit, data: Path, parts: list[Path], tmp_path: Path) -> None:
    annex, page = (path.read_bytes() for path in parts)
    archive = pack(tmp_path / "通报.zip", {"附件/附件1.xlsx": annex, "通报.txt": page, "__MACOSX/x": b"", "附件/": b""})
    code, out, err = audit("add", archive, "--jurisdiction", "leizhou", "--data", data)
    assert (code, err) == (0, "")
    assert out.splitlines()[0] == f"leizhou-2017 added: 2 raw files and record written · {data}/raw/leizhou/2017"
    assert "table 1    56 rows, 56 scores 70–97 · 附件1.xlsx Sheet!B2 to 附件1.xlsx Sheet!B57\n" in out
    assert read_tree(data / "raw") == {"leizhou/2017/附件1.xlsx": annex, "leizhou/2017/通报.txt": page}
    assert audit("add", *parts, "--jurisdiction", "leizhou", "--data", data)[1].startswith("leizhou-2017 already there")


def test_a_file_of_an_archive_is_added_by_its_name(audit: Audit, data: Path, write: Write, tmp_path: Path) -> None:
    notices = {f"{n}月.txt": word_notice(f"2017年{n}月").encode() for n in (4, 5)}
    archive = pack(tmp_path / "both.zip", notices)
    code, _, err = audit("add", f"{archive}!4月.txt", "--jurisdiction", "demo", "--data", data)
    assert (code, err, read_tree(data / "raw")) == (0, "", {"demo/2017-04.txt": notices["4月.txt"]})
    assert audit("add", archive, "--jurisdiction", "demo", "--data", data)[0] == 0
    assert read_tree(data / "raw") == {f"demo/2017-0{n}.txt": notices[f"{n}月.txt"] for n in (4, 5)}


def test_a_table_in_two_formats_is_asked_about(audit: Audit, data: Path, write: Write, tmp_path: Path) -> None:
    table = "单位,得分\n" + "".join(f"{unit},{score}\n" for _, unit, score in ROWS)
    archive = pack(tmp_path / "twice.zip", {"通报.txt": word_notice("2017年4月").encode(), "附件.csv": table.encode()})
    code, out, err = audit("add", archive, "--jurisdiction", "demo", "--data", data)
    assert (code, out) == (2, "")
    found = "found the 3 rows that 通报.txt has; expected each table in one file: name the files to add"
    assert err == f"error: {archive}!附件.csv: {found}\n"
    assert read_tree(data) == {}


@pytest.mark.parametrize("name", ["../../x.txt", "/etc/x.txt", "a\\..\\..\\x.txt", "a/.."])
def test_a_name_in_an_archive_cannot_leave_the_folder(data: Path, tmp_path: Path, name: str) -> None:
    notice = word_notice("2017年4月").encode()
    archive = pack(tmp_path / "names.zip", {name: notice, "附件2.txt": "第一条 总则\n".encode()})
    outcomes: list[Added | AuditError] = []
    with suppress(AuditError):
        outcomes += add_files(data, [archive], "demo")
    kept = set(read_tree(data / "raw"))
    assert kept == (set() if name.endswith("/..") else {"demo/2017-04/x.txt", "demo/2017-04/附件2.txt"})
    assert {path.name for path in tmp_path.iterdir()} == {"data", "names.zip"}


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"PK\x03\x04broken", "found a damaged office file or ZIP archive"),
        (b"Rar!\x1a\x07\x00broken", "found a RAR archive of nothing; expected a published notice"),
        (b"7z\xbc\xaf\x27\x1c", "found a 7z archive; expected one of its files, unpacked: 7-Zip and unar do that"),
    ],
)
def test_a_damaged_archive_is_one_line(audit: Audit, data: Path, write: Write, content: bytes, found: str) -> None:
    code, out, err = audit("add", write("a.zip", content), "--jurisdiction", "demo", "--data", data)
    assert (code, out, err.count("\n"), read_tree(data)) == (2, "", 1, {})
    assert found in err


def test_two_notices_of_one_period_are_asked_about(audit: Audit, data: Path, write: Write) -> None:
    files = [write("a.txt", word_notice("2017年4月")), write("b.txt", word_notice("2017年4月", ROWS[:2]))]
    code, out, err = audit("add", *files, "--jurisdiction", "demo", "--data", data)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "found 2 notices for 2017-04: a.txt (2017-04), b.txt (2017-04); expected one notice" in err
    assert read_tree(data) == {}


def test_one_period_for_notices_of_several_is_asked_about(audit: Audit, data: Path, write: Write) -> None:
    files = [write(f"{n}.txt", word_notice(f"2017年{n}月")) for n in (4, 5)]
    code, _, err = audit("add", *files, "--jurisdiction", "demo", "--period", "2017", "--data", data)
    assert (code, err.count("\n")) == (2, 1)
    assert "found 2 notices for 2017: 4.txt (2017-04), 5.txt (2017-05)" in err
    assert read_tree(data) == {}


# Several periods.


def test_files_of_several_periods_are_several_notices(audit: Audit, data: Path, write: Write) -> None:
    for n in (4, 12, 5):
        folder = write(f"{n}.txt", word_notice(f"2017年{n}月")).parent
    write("blank.txt", "")
    write("why.txt", "第一条 总则\n")
    write(".hidden", "x")
    code, out, err = audit("add", folder, "--jurisdiction", "demo", "--data", data)
    units = "3 units{}, 3 scores 85–95 · 0 errors, 1 warning, 1 note"
    assert (code, out.splitlines()) == (
        1,
        [
            f"demo-2017-04 added · {units.format('')}".replace("1 warning", "0 warnings"),
            f"demo-2017-05 added · {units.format(', 0 new')}".replace("1 warning", "0 warnings"),
            f"demo-2017-12 added · {units.format(', 0 new')}".replace("1 warning", "0 warnings"),
            f"next       audit-lib run demo --data {data}",
        ],
    )
    assert [line.partition(": found ")[0] for line in err.splitlines()] == [
        *(f"error: {folder}/blank.txt", f"error: {folder}/why.txt"),
    ]
    assert [source.period for source in find_sources(data)] == ["2017-04", "2017-05", "2017-12"]


def test_a_file_may_be_named_by_its_period(data: Path, write: Write) -> None:
    files = [write(f"{name}.csv", "单位,得分\n甲镇,90\n乙镇,80\n") for name in ("2020Q3", "2023-01..2023-04")]
    files[1].write_text("单位,得分\n甲镇,91\n乙镇,80\n", encoding="utf-8")
    added = list(add_files(data, files, "demo"))
    assert [each.reading.source.period for each in added if isinstance(each, Added)] == ["2020Q3", "2023-01..2023-04"]
    assert {path.name for path in (data / "raw/demo").iterdir()} == {"2020Q3.csv", "2023-01..2023-04.csv"}


def test_what_is_of_one_notice_cannot_be_of_several(audit: Audit, data: Path, write: Write) -> None:
    files = [write(f"{n}.txt", word_notice(f"2017年{n}月")) for n in (4, 5)]
    code, out, err = audit("add", *files, "--jurisdiction", "demo", "--title", "通报", "--data", data)
    assert (code, out) == (2, "")
    assert err == "error: --title: found 2 notices; expected one notice: add them one at a time\n"


def test_a_month_and_a_span_that_begins_with_it_are_two_notices(data: Path, write: Write) -> None:
    span = add_notice(data, write("a.txt", word_notice("2023年1-4月")), "demo")
    month = add_notice(data, write("b.txt", word_notice("2023年1月")), "demo")
    assert (span.reading.source.period, month.reading.source.period) == ("2023-01..2023-04", "2023-01")
    assert (span.overlaps, month.overlaps) == ((), ("2023-01..2023-04",))
    assert [error for _, error in build_tables(data, find_sources(data))] == [None, None]


def test_an_arrival_is_offered_once(audit: Audit, data: Path, write: Write) -> None:
    """神后镇 becomes 神垕镇 in the second of four months."""
    names = ["神后镇", "神垕镇", "神垕镇", "神垕镇"]
    files = [
        write(f"{n}.txt", word_notice(f"2017年{n}月", [(1, name, 95), (2, "乙局", 90)]))
        for n, name in enumerate(names, 1)
    ]
    whose = ["--jurisdiction", "demo", "--data", data]
    assert "alias?" not in audit("add", files[0], *whose)[1]
    out = audit("add", files[1], *whose)[1]
    line = (
        "alias?     神垕镇 (line 3) may be 神后镇 (demo-2017-01 line 3): similarity 50 of 100 without level and ending"
    )
    assert line in out.splitlines()
    for file in files[2:]:
        assert "alias?" not in audit("add", file, *whose)[1]
    # All of them at once, again: the same suggestion, once, which can be accepted.
    out = audit("add", *files, *whose)[1]
    assert out.splitlines().count(line) == 1
    assert f"to accept  audit-lib add {data}/raw/demo/2017-01.txt " in out
    assert "aliases    1 written to " in audit("add", *files, *whose, "--accept-aliases")[1]
    assert "alias?" not in audit("add", *files, *whose)[1]


def test_a_panel_whose_names_gain_an_ending(data: Path, project: Path) -> None:
    """Guangdong: 广州 in five months, 广州市 in the last."""
    files = sorted((project / "data/raw/guangdong").iterdir())
    added = [each for each in add_files(data, files, "guangdong") if isinstance(each, Added)]
    assert [len(each.suggestions) for each in added] == [0, 0, 0, 0, 0, 21]
    assert {each.similarity for each in added[-1].suggestions} == {100.0}
    assert all(each.new.unit.name == f"{each.known.unit.name}市" for each in added[-1].suggestions)


@pytest.mark.slow
def test_after_several_adds_a_run_of_the_last_sees_all(audit: Audit, data: Path, write: Write, tmp_path: Path) -> None:
    for n in range(1, 6):
        audit("add", write(f"{n}.txt", word_notice(f"2017年{n}月")), "--jurisdiction", "demo", "--data", data)
    options = ["--notebook", "05_trends", "--language", "en", "--data", data, "--reports", tmp_path / "reports"]
    code, _, err = audit("run", "demo", "2017-05", *options)
    assert code == 0, err
    page = (tmp_path / "reports/demo/2017-05/05_trends.html").read_text(encoding="utf-8")
    assert "only 2017-05 is available" not in page
    assert set(load_table(data / "processed/demo/scores.csv", "scores")["period"]) == {
        f"2017-0{n}" for n in range(1, 6)
    }


def word_lists(period: str, towns: Sequence[Row], bureaus: Sequence[Row], marks: tuple[int, int] = (100, 100)) -> str:
    """Word a notice with two lists and the full mark of each."""
    head = "名次 | 单位 | 得分"
    below = word_notice("", bureaus, f"附件2 部门考核结果（满分{marks[1]}分）\n{head}").partition("\n")[2]
    return word_notice(period, towns, f"附件1 镇考核结果（满分{marks[0]}分）\n{head}", below)


FIRST: list[Row] = [(1, "甲镇", 95), (2, "乙镇", 90), (3, "丙局", 85), (4, "丁局", 70)]
SECOND: list[Row] = [(1, "乙镇", 96), (2, "甲镇", 93), (3, "丙局", 85), (4, "丁局", 72)]
THIRD: list[Row] = [(1, "乙镇", 95.5), (2, "甲镇", 94), (3, "丙局", 85), (4, "丁局", 71)]
BUREAUS: list[Row] = [(1, "丙局", 95), (2, "丁局", 88), (3, "己局", 80)]
LOW: list[Row] = [(1, "甲镇", 2.95), (2, "乙镇", 3.0), (3, "丙镇", 3.12)]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("notices", "headline", "bullet"),
    [
        pytest.param(
            [
                word_notice("2018年", FIRST),
                word_notice(
                    "2019年", [(1, "乙镇", 118), (2, "甲镇", 110), (3, "丙局", 90), (4, "丁局", 80)], below="满分120分"
                ),
            ],
            "From 2018 to 2019, 2 of 4 towns and bureaus moved in the ranking; Dingju ranked in the lowest third both times",
            "Jiazhen (甲镇) went from 1st to 2nd; Yizhen (乙镇) went from 2nd to 1st.",
            id="another scale",
        ),
        pytest.param(
            [
                word_notice("2018年", FIRST),
                word_notice("2019年", [(1, "乙镇"), (2, "甲镇"), (3, "丙局"), (4, "丁局")], "名次 | 单位"),
                word_notice("2020年", [(1, "甲镇", 99), (2, "乙镇", 92), (3, "丙局", 80), (4, "丁局", 76)]),
            ],
            "3 of 4 towns and bureaus scored higher in 2020 than in 2018; Dingju was always in the lowest third",
            "Bingju (丙局) fell by 5; Dingju rose by 6.",
            id="ranks alone in between",
        ),
        pytest.param(
            [
                word_notice("2018年", LOW),
                word_notice("2019年", [(1, "乙镇", 2.9), (2, "甲镇", 3.01), (3, "丙镇", 3.1)]),
            ],
            "2 of 3 towns had a lower, better score in 2019 than in 2018; Bingzhen ranked in the lowest third both times",
            "Jiazhen went from 1st to 2nd; Yizhen went from 2nd to 1st.",
            id="rank 1 is the smallest, of scores near 3",
        ),
        pytest.param(
            [
                word_notice("2018年", FIRST),
                word_notice("2019年", [(1, "甲镇", 96), (2, "丙局", 91), (3, "丁局", 71), ("—", "乙镇", "取消成绩")]),
            ],
            "1 of 3 towns and bureaus scored higher in 2019 than in 2018 by more than rounding; Jiazhen was first each time",
            "Bingju (丙局) rose by 6.",
            id="a cancelled result is no score",
        ),
        pytest.param(
            [
                word_notice("2018年", [(1, "甲镇", 95), (2, "乙镇", 90), (2, "丙局", 90), (3, "丁局", 70)]),
                word_notice("2019年", [(1, "甲镇", 95), (2, "乙镇", 91), (3, "丙局", 88), (4, "丁局", 70)]),
            ],
            "1 of 4 towns and bureaus scored lower in 2019 than in 2018 by more than rounding; Jiazhen was first each time",
            "Bingju (丙局) fell by 2. In our order, Bingju went from joint 2nd to 3rd.",
            id="dense ranks, then competition ranks",
        ),
        pytest.param(
            [
                word_lists("2018年", [(1, "甲镇", 140), (2, "乙镇", 130), (3, "戊镇", 120)], BUREAUS, (150, 100)),
                word_lists("2019年", [(1, "乙镇", 138), (2, "甲镇", 131), (3, "戊镇", 119)], BUREAUS, (150, 100)),
            ],
            "From 2018 to 2019, 2 of 6 towns and bureaus moved in the ranking",
            "The scale of some scores is not recorded; points are not compared between 2018 and 2019.",
            id="maxima of 150 and 100 in one notice",
        ),
        pytest.param(
            [
                word_lists("2018年", [(1, "甲镇", 140), (2, "乙镇", 130), (3, "戊镇", 120)], BUREAUS, (150, 100)),
                word_lists("2019年", [(1, "乙镇", 92), (2, "甲镇", 90), (3, "戊镇", 85)], BUREAUS),
            ],
            "From 2018 to 2019, 2 of 6 towns and bureaus moved in the ranking",
            "Jiazhen (甲镇) went from 1st to 2nd; Yizhen (乙镇) went from 2nd to 1st.",
            id="a maximum of 150, then of 100",
        ),
        pytest.param(
            [
                word_lists("2018年", [(1, "甲镇", 95), (2, "乙镇", 90), (3, "开发区", 85)], BUREAUS),
                word_lists("2019年", [(1, "甲镇", 95), (2, "乙镇", 92)], [*BUREAUS, (4, "开发区", 79)]),
            ],
            "1 of 5 towns and bureaus scored higher in 2019 than in 2018",
            "In another list than before, and so not compared: Kaifaqu (开发区).",
            id="a unit that changes its group",
        ),
        pytest.param(
            [
                word_notice("2018年", [(1, "甲镇", 90), (2, "乙镇", 95), (3, "丙局", 85), (4, "丁局", 70)]),
                word_notice("2019年", [(1, "乙镇", 93), (2, "甲镇", 96), (3, "丙局", 85), (4, "丁局", 71)]),
            ],
            "From 2018 to 2019, as many towns and bureaus rose as fell by more than rounding, 1 each; "
            "Dingju ranked in the lowest third both times",
            "In our order, Yizhen went from 1st to 2nd; Jiazhen went from 2nd to 1st.",
            id="a printed rank that does not follow the printed score",
        ),
        pytest.param(
            [
                word_notice("2018年", [(1, "甲镇", 95), (2, "乙镇", 90), (3, "丙局", 90), (4, "丁局", 70)]),
                word_notice("2019年", [(1, "甲镇", 95), (2, "丙局", 92), (3, "乙镇", 90), (4, "丁局", 70)]),
            ],
            "1 of 4 towns and bureaus scored higher in 2019 than in 2018; Jiazhen was first each time",
            "Bingju (丙局) rose by 2. In our order, Yizhen (乙镇) went from joint 2nd to 3rd.",
            id="equal scores with different ranks",
        ),
        pytest.param(
            [
                word_notice(
                    "2018年", [(1, "甲镇", 100), (1, "乙镇", 100), (1, "丙局", 100), (4, "丁局", 70)], below="满分100分"
                ),
                word_notice(
                    "2019年", [(1, "甲镇", 100), (1, "乙镇", 100), (3, "丙局", 90), (4, "丁局", 80)], below="满分100分"
                ),
            ],
            "From 2018 to 2019, as many towns and bureaus rose as fell, 1 each; Dingju ranked in the lowest third both times",
            "3 units had the best possible score, 100, in 2018 and could not do better.",
            id="a ceiling",
        ),
        pytest.param(
            [
                word_notice("2018年", [(1, "甲镇"), (2, "乙镇"), (74, "丁镇"), (73, "戊镇")], "名次 | 单位"),
                word_notice("2019年", [(1, "乙镇"), (2, "丁镇"), (74, "甲镇"), (73, "戊镇")], "名次 | 单位"),
            ],
            "Nothing can be compared over the 2 periods known: they share at most one unit, overlap, or publish nothing "
            "that can be compared.",
            "Only some places of a longer list are published between 2018 and 2019; nothing is compared there.",
            id="the ends of a list, the last printed upwards",
        ),
        pytest.param(
            [word_notice(f"2020年{part}", rows) for part, rows in (("上半年", FIRST), ("下半年", SECOND), ("", THIRD))],
            "2 of 4 towns and bureaus scored higher in 2020H2 than in 2020H1; Dingju was always in the lowest third",
            "The periods overlap between 2020 and 2020H1; nothing is compared there.",
            id="half-years beside their year",
        ),
        pytest.param(
            [word_notice(f"2020年{part}", rows) for part, rows in (("1-4月", FIRST), ("3月", SECOND), ("5月", FIRST))],
            "2 of 4 towns and bureaus scored lower in May 2020 than in March 2020; Dingju was always in the lowest third",
            "The periods overlap between January 2020 – April 2020 and March 2020; nothing is compared there.",
            id="a span beside one of its months",
        ),
        pytest.param(
            [word_notice(f"2020年{part}", rows) for part, rows in (("第一轮", FIRST), ("第二轮", SECOND))],
            "2 of 4 towns and bureaus scored higher in round 2 of 2020 than in round 1 of 2020; "
            "Dingju ranked in the lowest third both times",
            "Round 1 of 2020: 4 units from 70 to 95, median 87.5; Round 2 of 2020: 4 units from 72 to 96, median 89.",
            id="rounds of one year",
        ),
        pytest.param(
            [
                word_notice(f"2020年{part}", rows)
                for part, rows in (("第一季度", FIRST), ("第二季度", SECOND), ("", THIRD))
            ],
            "2 of 4 towns and bureaus scored higher in 2020Q2 than in 2020Q1; Dingju was always in the lowest third",
            "The periods overlap between 2020 and 2020Q1; nothing is compared there.",
            id="quarters beside their year",
        ),
        pytest.param(
            [
                word_notice("2018年8月", FIRST),
                word_notice("2018年12月", [(1, "乙镇", 80), (2, "甲镇", 78), (3, "丙局", 75), (4, "丁局", 72)]),
                word_notice("2020年9月", SECOND),
            ],
            "2 of 4 towns and bureaus scored higher in September 2020 than in August 2018; Dingju was always in the lowest third",
            "August 2018 is compared with September 2020 because its season is the nearest.",
            id="months far apart, in different seasons",
        ),
    ],
)
def test_what_trips_a_panel_through_the_notebook(
    audit: Audit, data: Path, write: Write, run_cells, monkeypatch, notices: list[str], headline: str, bullet: str
) -> None:
    for n, text in enumerate(notices):
        code, _, err = audit(
            "add", write(f"{n}.txt", text), "--jurisdiction", "demo", "--rubric-id", "one", "--data", data
        )
        assert code == 0, err
    assert {error for _, error in build_tables(data, find_sources(data))} == {None}
    monkeypatch.setenv("AUDIT_DATA", str(data))
    notebook = Path(__file__).parents[1] / "notebooks/05_trends.ipynb"
    shown = run_cells(notebook, jurisdiction="demo", period=find_sources(data)[-1].period)
    assert repr(next(each for each in shown if "headline" in getattr(each, "role", ""))) == headline
    assert any(bullet in repr(each) for each in shown)


# What the scores measure.


@pytest.mark.parametrize(
    ("title", "subject"),
    [
        ("雷州市人民政府办公室关于2017年雷州市政务公开工作检查情况的通报", "政务公开"),
        ("某市12345热线2023年1-4月份诉求办理情况的通报", "12345热线诉求办理"),
        ("福州市仓山区2020年12月份镇街环境卫生评估情况通报", "镇街环境卫生"),
        ("泉州市2018年9月城市管理考评情况通报", "城市管理"),
        ("关于2021年环境卫生区域整治考核的通报", "环境卫生区域整治"),
        ("关于2023年全县政务信息采用情况的通报", "政务信息采用"),
        ("检查情况的通报", None),
        ("", None),
    ],
)
def test_the_subject_of_a_title(title: str, subject: str | None) -> None:
    assert read_subject(title) == subject


def test_a_heading_is_a_title_without_its_period() -> None:
    assert len({read_heading(TITLE.format(each)) for each in ("2017年4月份", "2018年第一季度", "2019年1-4月")}) == 1
    assert read_heading(TITLE.format("2017年")) != read_heading("甲市2017年政务公开考评情况的通报")


UP: list[Row] = [(1, "甲镇", 3.5), (2, "乙镇", 4), (3, "丙镇", 5.25)]


@pytest.mark.parametrize(
    ("notice", "facts"),
    [
        (word_notice("2017年4月", below="本次考评满分150分"), {"scale_min": 0, "scale_max": 150, "better": "higher"}),
        (
            word_notice("2017年4月", head="名次 | 单位 | 得分(120分)"),
            {"scale_min": 0, "scale_max": 120, "better": "higher"},
        ),
        (word_notice("2017年4月", below="考评采用百分制"), {"scale_min": 0, "scale_max": 100, "better": "higher"}),
        (word_notice("2017年4月", below="现场满分40分,资料满分60分"), {"better": "higher"}),
        (word_notice("2017年4月", UP), {"better": "lower"}),
        (word_notice("2017年4月", UP[:2], below="按得分由低到高排列,越低越好"), {"better": "lower"}),
        (word_notice("2017年4月", UP[:2]), {}),
        (word_notice("2017年4月", UP, below="按得分由高到低排列"), {"better": "lower"}),
        (
            word_notice("2017年4月", below="全国168个城市中前3名如上"),
            {"better": "higher", "n_ranked": 168},
        ),
    ],
)
def test_what_a_notice_says_of_its_scores(data: Path, write: Write, notice: str, facts: dict[str, Any]) -> None:
    added = add_notice(data, write("a.txt", notice), "demo")
    record = load_record(data, "demo-2017-04")
    named = ("scale_min", "scale_max", "better", "n_ranked")
    assert {name: record[name] for name in named if name in record} == facts
    assert record["subject"] == "环境卫生"
    assert set(added.proposal.evidence) == {"subject", *facts}
    ranks = added.reading.scores["rank"].to_list()
    assert ranks == ([3, 2, 1] if facts.get("better") is None and len(ranks) == 3 else ranks)


def test_facts_are_copied_from_the_notice_before_with_the_same_heading(data: Path, write: Write) -> None:
    add_notice(
        data,
        write("a.txt", word_notice("2017年4月", below="满分150分")),
        *("demo", None),
        rubric_id="demo-1",
        score_name="指数",
        n_ranked=30,
    )
    later = add_notice(data, write("b.txt", word_notice("2017年5月", ROWS[:2])), "demo")
    record = load_record(data, "demo-2017-05")
    assert (record["scale_max"], record["rubric_id"], record["score_name"], record["better"]) == (
        *(150, "demo-1", "指数", "higher"),
    )
    assert "n_ranked" not in record
    assert "scale_max: as in demo-2017-04" in record["measure_evidence"]
    assert later.reading.evidence.measure.scale_max == 150
    other = write("c.txt", word_notice("2017年6月").replace("环境卫生", "政务公开"))
    add_notice(data, other, "demo")
    assert "scale_max" not in load_record(data, "demo-2017-06")


def test_the_scores_are_read_from_the_column_named(audit: Audit, data: Path, write: Write) -> None:
    head, rows = "单位 | 得分 | 综合指数", [("甲镇", 90, 3.5), ("乙镇", 80, 4.5), ("丙镇", 70, 5.5)]
    file = write("a.txt", word_notice("2017年4月", rows, head))
    options = ["--jurisdiction", "demo", "--data", data]
    code, _, err = audit("add", file, *options, "--score-column", "指数")
    assert (code, err.count("\n")) == (2, 1)
    assert "--score-column: found '指数'; expected a heading over numbers, one of 单位、得分、综合指数" in err
    code, out, _ = audit("add", file, *options, "--score-column", "综合指数", "--better", "lower")
    assert code == 0
    assert "score_column 综合指数 (given to add) · better lower (given to add)" in out
    reading = read_source(data, find_sources(data)[0])
    assert reading.scores[["unit_name", "score", "rank"]].to_numpy().tolist() == [
        *(["甲镇", 3.5, 1], ["乙镇", 4.5, 2], ["丙镇", 5.5, 3]),
    ]


def test_the_column_of_the_notice_before_is_read_while_it_is_there(audit: Audit, data: Path, write: Write) -> None:
    rows = [("甲镇", 90, 3.5), ("乙镇", 80, 4.5), ("丙镇", 70, 5.5)]
    for month, heading, options in (
        (4, "综合指数", ["--score-column", "综合指数"]),
        (5, "综合指数", []),
        (6, "指数", []),
    ):
        file = write(f"{month}.txt", word_notice(f"2017年{month}月", rows, f"单位 | 得分 | {heading}"))
        assert audit("add", file, "--jurisdiction", "demo", "--data", data, *options)[0] == 0
    assert load_record(data, "demo-2017-05")["score_column"] == "综合指数"
    assert "score_column" not in load_record(data, "demo-2017-06")


def test_a_recorded_fact_is_kept_and_said(audit: Audit, data: Path, write: Write) -> None:
    file = write("a.txt", word_notice("2017年4月"))
    options = ["--jurisdiction", "demo", "--data", data]
    audit("add", file, *options)
    before = read_tree(data)
    out = audit("add", file, *options, "--scale-max", "120", "--better", "higher")[1]
    assert "kept       scale_max as recorded; to change it, edit notices.csv\n" in out
    assert read_tree(data) == before


@pytest.mark.parametrize(
    ("option", "value"), [("--scale-max", "nan"), ("--scale-max", "0"), ("--scale-max", "inf"), ("--better", "up")]
)
def test_an_option_that_is_no_measure(audit: Audit, data: Path, write: Write, option: str, value: str) -> None:
    file = write("a.txt", word_notice("2017年4月"))
    code, out, err = audit("add", file, "--jurisdiction", "demo", option, value, "--data", data)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert read_tree(data) == {}


# The committed records.


def test_the_panels_hold_the_numbers_of_their_sources(project: Path) -> None:
    """Each complete month agrees with what its page prints: means of Guangdong, ranks of Jiangxi and Xianning."""
    scores = load_table(project / "data/processed/guangdong/scores.csv", "scores")
    means = scores.groupby("period")["score"].mean().dropna().round(1)
    assert means.drop("2018-12").to_dict() == {"2017-08": 92.4, "2019-06": 96.4, "2020-04": 88.4, "2022-09": 60.8}
    assert scores.groupby("period")["unit_id"].nunique().to_dict() == dict.fromkeys(
        ["2017-08", "2018-04", "2018-12", "2019-06", "2020-04", "2022-09"], 21
    )
    assert scores["unit_id"].nunique() == 21
    jiangxi = load_table(project / "data/processed/jiangxi/scores.csv", "scores")
    for _, month in jiangxi.groupby("period"):
        ranks = month["rank_printed"].astype("int64")
        assert (ranks == ranks.rank(method="min")).all()
    xianning = load_table(project / "data/processed/xianning/scores.csv", "scores")
    assert (xianning["rank"] == xianning["rank_printed"]).all()
    assert xianning.groupby("period").size().to_list() == [8, 8, 8, 7]


def test_each_recorded_fact_has_evidence(project: Path) -> None:
    with (project / "data/reference/notices.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            facts = [row[name] for name in ("subject", "better", "scale_min", "scale_max", "n_ranked")]
            assert row["subject"]
            assert row["measure_evidence"] or not any(facts)
            assert bool(row["scale_min"]) == bool(row["scale_max"])


def test_no_error_is_raised_twice(data: Path, write: Write) -> None:
    with pytest.raises(AuditError, match="no period in the title"):
        add_notice(data, write("a.txt", word_notice("")), "demo")
