"""The commands as a user types them: what they print, where, and the exit code; one clear line for bad input."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from audit_lib.cli import main
from audit_lib.errors import AuditError

ROOT = Path(__file__).parents[1]
RAW = ROOT / "data" / "raw" / "leizhou" / "2017.txt"


def test_parse_json_gives_all_rows_with_their_places(audit) -> None:
    code, out, err = audit("parse", RAW, "--json")
    parsed = json.loads(out)
    assert (code, err) == (0, "")
    rows = parsed["tables"][0]["rows"]
    assert len(rows) == 56
    assert [len(tier["units"]) for tier in parsed["tiers"]] == [8, 41, 7]
    lines = RAW.read_text(encoding="utf-8").split("\n")
    assert all(lines[int(row["place"].removeprefix("line ")) - 1].strip() == row["unit"] for row in rows)


def test_parse_prints_for_people(audit) -> None:
    code, out, _ = audit("parse", RAW)
    assert code == 0
    assert "雷府办函〔2018〕35号 · issued 2018-01-23 · published 2018-01-29" in out
    assert "优秀: 8 units, 8 stated" in out
    assert "criticised: 市水务局 · section 二, item 八" in out


def test_check_prints_findings_and_exits_0_unless_strict(audit) -> None:
    code, out, err = audit("check", "leizhou", "2017")
    assert code == 0
    assert "leizhou-2017 line 389: error in_no_list: 监察局 (80) is in the table but in no rating list" in out
    assert err == "leizhou-2017: 2 errors, 9 warnings, 6 notes\n"
    assert audit("check", "leizhou", "2017", "--strict")[0] == 1


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (None, "no such file"),
        (b"", "an empty file"),
        (b"\n \n", "an empty file"),
        (
            b"\x89PNG\r\n\x1a\n\x00\x00",
            "found a picture; expected text: audit-lib add reads pictures, or type the table as CSV",
        ),
        (b"PK\x03\x04", "a damaged office file or ZIP archive"),
        ("第一条 总则\n电话:0759-8888888".encode(), "neither a score table nor a tier list"),
    ],
    ids=["missing", "empty", "blank", "an image", "a zip", "prose"],
)
def test_parse_bad_input_is_one_line(audit, tmp_path: Path, content: bytes | None, found: str) -> None:
    path = tmp_path / "notice.txt"
    if content is not None:
        path.write_bytes(content)
    code, out, err = audit("parse", path)
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    assert err.startswith(f"error: {path}")
    assert found in err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["check", "leizhou", "1999"], "found no period 1999; expected 2017"),
        (
            ["build", "atlantis"],
            "found no jurisdiction atlantis; expected baoshan, guangdong, jiangxi, leizhou, louxing, ",
        ),
        (
            ["run", "leizhou", "2018"],
            "expected 2017 (audit-lib add FILE --jurisdiction leizhou --period 2018 adds one)",
        ),
        (["run", "leizhou", "--notebook", "99_nothing"], "found no notebook 99_nothing; expected one of 00_year_card"),
        (["run", "--jobs", "0"], "0 is not in the range 1<=x<=1024"),
        (["check", "--data", "/nowhere"], "/nowhere: found no folder; expected a data folder, with raw/ in it"),
        (["run", "--memory", "nan"], "nan is not in the range 0.5<=x<=1048576"),
        (["run", "--memory", "inf"], "inf is not in the range"),
        (["run", "--deadline", "nan"], "nan is not in the range 1<=x<=604800"),
        (["run", "-p", "top_cut"], "-p top_cut: found no value; expected NAME=VALUE"),
        (["run", "-p", "period=2018"], "-p period=2018: found period; expected audit-lib run J P --language L"),
        (["run", "-p", "top_cut=92"], "found no --reports; expected another folder, or --into-committed"),
        (["run", "-p", "top_cut=x", "--reports", "/nowhere"], "parameter top_cut: found 'x'; expected a number"),
        (["run", "-p", "colour=1", "--reports", "/nowhere"], "found the unknown parameter colour; expected one of"),
        (["run", "--language", "fr"], "--language: found 'fr'; expected one of en, zh"),
        (["explore", "atlantis"], "found no jurisdiction atlantis"),
        (["polish"], "No such command 'polish'"),
        (["parse"], "Missing argument 'FILE'"),
        (["parse", "a\x1b[2J\nb\u202e.txt"], r"a\x1b[2J\nb\u202e.txt: found no such file"),
        (["verify", "a\x9b2J\r.html"], r"a\x9b2J\r.html: found no such file"),
        (["check", "--data", "a\x1b"], r"a\x1b: found no folder"),
        (["build", "a\nb"], r"found no jurisdiction a\nb"),
        (["parse", "a", "--colour"], "No such option '--colour'"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_unusable_arguments_are_one_line_and_exit_2(audit, arguments: list[str], message: str) -> None:
    code, out, err = audit(*arguments)
    assert (code, out) == (2, "")
    assert err.startswith("error: ")
    assert message in err
    assert err.count("\n") == 1


def test_build_writes_the_tables_and_a_bad_notice_stops_only_itself(audit, leizhou_data, tmp_path: Path) -> None:
    data = leizhou_data
    (data / "raw" / "leizhou" / "2018.txt").write_text("no notice", encoding="utf-8")
    code, _, err = audit("build", "--data", data)
    assert code == 1
    assert "leizhou-2017 built" in err
    assert "2018.txt: found neither a score table nor a tier list" in err
    assert (data / "processed" / "leizhou" / "scores.csv").is_file()
    assert audit("build", "leizhou", "2018", "--data", data)[0] == 2


@pytest.mark.slow
def test_a_wrong_cell_of_a_shared_table_is_one_line_everywhere(audit, project_data: Path, tmp_path: Path) -> None:
    lineage = project_data / "reference" / "lineage.csv"
    lineage.write_text(lineage.read_text("utf-8").replace(",merged,", ",mergd,", 1), "utf-8")
    wrong = f"{lineage} line 2: found event 'mergd'; expected one of renamed, merged, split, transferred, created, abolished"
    for command in (["check"], ["build"], ["run", "--reports", tmp_path / "reports"]):
        code, out, err = audit(*command, "--data", project_data)
        assert (code, out, err.splitlines()[-1]) == (2, "", f"error: {wrong}")
    units = project_data / "reference" / "leizhou" / "units.csv"
    lineage.write_text(lineage.read_text("utf-8").replace(",mergd,", ",merged,", 1), "utf-8")
    units.write_text(units.read_text("utf-8").replace(",department,", ",x,", 1), "utf-8")
    code, out, err = audit("check", "--data", project_data)
    assert code == 1
    assert [line for line in err.splitlines() if line.startswith("error")] == [
        f"error: {units} line 2: found split 'x'; expected one of town, department, institution"
    ]
    assert "ministries-2022: note" in out


@pytest.mark.parametrize(
    "command",
    [[], ["parse"], ["add"], ["check"], ["build"], ["run"], ["explore"]],
    ids=lambda command: " ".join(command),
)
def test_help_shows_an_example(audit, command: list[str]) -> None:
    code, out, _ = audit(*command, "--help")
    assert code == 0
    assert "Example: audit-lib" in out or not command


def test_help_lists_whole_summaries(audit) -> None:
    listed = " ".join(audit("--help")[1].split())
    assert "Build the tables, run the notebooks, and write reports, pages and index: only what changed." in listed
    assert "..." not in listed.partition("Commands:")[2]


def test_help_does_not_wait_for_pandas() -> None:
    check = (
        "import sys; sys.argv = ['audit-lib', '--help']; from audit_lib.cli import cli; cli(standalone_mode=False); "
    )
    check += "sys.exit('pandas' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", check], capture_output=True, check=False).returncode == 0


def test_debug_shows_the_traceback(audit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["audit-lib", "parse", "missing.txt", "--debug"])
    with pytest.raises(AuditError):
        main()


def test_a_file_named_as_an_option_is_a_file(audit) -> None:
    code, out, err = audit("parse", "--", "--debug")
    assert (code, out, err) == (2, "", "error: --debug: found no such file; expected a published notice\n")


def test_an_error_of_the_library_is_not_taken_for_one_of_the_output(audit, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(path: Path) -> None:
        raise OSError(9, "Bad file descriptor")

    monkeypatch.setattr("audit_lib.documents.read.read_document", fail)
    with pytest.raises(OSError, match="Bad file descriptor"):
        audit("parse", RAW)


@pytest.mark.slow
def test_a_place_that_cannot_have_reports_is_one_line_and_stops_no_other(audit, leizhou_data, tmp_path: Path) -> None:
    raw = leizhou_data / "raw"
    for name in ("zh", "My Place"):
        (raw / name).mkdir()
        (raw / name / "2017.txt").write_bytes(RAW.read_bytes())
    where = ["--data", leizhou_data, "--reports", tmp_path / "reports", "--notebooks", tmp_path / "notebooks"]
    (tmp_path / "notebooks").mkdir()
    code, _, err = audit("run", *where)
    assert (code, err.splitlines()[-1].startswith(f"error: {tmp_path / 'notebooks'}: found no notebook")) == (2, True)
    shutil.copy(ROOT / "notebooks" / "01_source.ipynb", tmp_path / "notebooks")
    code, out, err = audit("run", *where, "--language", "en")
    errors = [line for line in err.splitlines() if line.startswith("error")]
    assert (code, out.startswith("1 reports: 1 done, 0 unchanged, 0 failed")) == (1, True)
    assert errors == [
        f"error: {raw / 'My Place' / '2017.txt'}: found the place My Place; expected a name such as leizhou: a-z, 0-9, - and _",
        f"error: {raw / 'zh' / '2017.txt'}: found the place zh; expected a name that is not that of a language",
    ]
