"""The commands as a user types them: what they print, where, and the exit code; one clear line for bad input."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from audit_lib.cli import main

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
    assert "leizhou-2017 line 389: error in_no_list: 监察局 (80) is in the table but in no tier list" in out
    assert err == "leizhou-2017: 4 errors, 7 warnings, 6 notes\n"
    assert audit("check", "leizhou", "2017", "--strict")[0] == 1


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (None, "no such file"),
        (b"", "an empty file"),
        (b"\n \n", "an empty file"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "found a PNG picture; expected text: run an OCR program first"),
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
        (["build", "atlantis"], "found no jurisdiction atlantis; expected baoshan, guangdong, jiangxi, leizhou, louxing, "),
        (["run", "leizhou", "2018"], "found no period 2018; expected 2017"),
        (["run", "leizhou", "--notebook", "99_nothing"], "found no notebook 99_nothing; expected one of 00_year_card"),
        (["run", "--jobs", "0"], "0 is not in the range x>=1"),
        (["check", "--data", "/nowhere"], "found no notice"),
        (["polish"], "No such command 'polish'"),
        (["parse"], "Missing argument 'FILE'"),
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


@pytest.mark.parametrize(
    "command", [[], ["parse"], ["add"], ["check"], ["build"], ["run"]], ids=lambda command: " ".join(command)
)
def test_help_shows_an_example(audit, command: list[str]) -> None:
    code, out, _ = audit(*command, "--help")
    assert code == 0
    assert "Example: audit-lib" in out or not command


def test_help_does_not_wait_for_pandas() -> None:
    check = (
        "import sys; sys.argv = ['audit-lib', '--help']; from audit_lib.cli import cli; cli(standalone_mode=False); "
    )
    check += "sys.exit('pandas' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", check], capture_output=True, check=False).returncode == 0


def test_debug_shows_the_traceback(audit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["audit-lib", "parse", "missing.txt", "--debug"])
    from audit_lib.errors import AuditError

    with pytest.raises(AuditError):
        main()
