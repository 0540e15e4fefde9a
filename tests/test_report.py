"""The public interface: what a notebook opens and imports, and what an editor knows of it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

import audit_lib
from audit_lib import distribution, groups, open_report, tiers
from audit_lib.sources import find_sources
from audit_lib.tables.build import build_tables
from audit_lib.topics import __all__ as topics

ROOT = Path(__file__).parents[1]

TWO_TABLES = """甲市2017年政务公开检查通报

附件1 总成绩
| 序号 | 单位名称 | 得分 |
| --- | --- | --- |
| 1 | 甲镇 | 90 |
| 2 | 乙镇 | 80 |
| 3 | 丙局 | 70 |
| 4 | 丁局 | 60 |

附件2 日常成绩
| 序号 | 单位名称 | 得分 |
| --- | --- | --- |
| 1 | 甲镇 | 100 |
| 2 | 乙镇 | 100 |
| 3 | 丙局 | 100 |
| 4 | 丁局 | 100 |
"""


def test_a_unit_in_two_tables_counts_once_with_its_first_row(make_data, monkeypatch: pytest.MonkeyPatch) -> None:
    data = make_data({"jia/2017": TWO_TABLES})
    assert [error for _, error in build_tables(data, find_sources(data))] == [None]
    monkeypatch.setenv("AUDIT_DATA", str(data))
    report = open_report("jia", "2017")
    assert (len(report.scores), len(report.score_rows)) == (4, 8)
    assert distribution.summarise(report.scores)["mean"] == 75
    [sides] = groups.compare(report.scores, "side", 2)
    assert (sides.n_first, sides.n_second) == (2, 2)
    assert dict(report.quality())["in several rows"] == (
        "4 units; of each, the first row counts and the tables are not pooled"
    )


def test_everything_public_is_there_and_a_topic_is_small() -> None:
    assert set(dir(audit_lib)) >= {"open_report", *topics}
    for name in topics:
        topic = getattr(audit_lib, name)
        assert all(callable(getattr(topic, each)) for each in topic.__all__)


def test_a_phrase_alone_is_in_english(leizhou) -> None:
    rule = tiers.compare_rule(leizhou.scores, 90, 80)
    assert str(tiers.describe_rule(rule)) == (
        "Of twelve units that scored 90 or more, four were not rated excellent (优秀)"
    )


MISTAKES = """from audit_lib import open_report, tiers

report = open_report("leizhou", 2017.5)  # 1: a period is text
report.headlines(None)  # 2: no such method
report.show(report.scores)  # 3: the caption is missing
rule = tiers.compare_rules(report.scores, 90, 80)  # 4: no such function
rule = tiers.compare_rule(report.scores, "90", 80)  # 5: a cut is a number
report.headline("51 of 55")  # 6: a headline is a phrase, worded in the language of the report
"""
# The types of other libraries take longer to read than our own, and no mistake above rests on them.
SKIP = """[mypy]
[mypy-IPython.*,matplotlib.*,nbformat.*,numpy.*,pandera.*]
follow_imports = skip
follow_imports_for_stubs = true
"""


@pytest.mark.slow
def test_a_type_checker_finds_the_mistakes_of_a_user(tmp_path: Path) -> None:
    script, settings = tmp_path / "analysis.py", tmp_path / "mypy.ini"
    script.write_text(MISTAKES, encoding="utf-8")
    settings.write_text(SKIP, encoding="utf-8")
    options = ["--no-error-summary", "--config-file", str(settings), "--cache-dir", str(tmp_path / "cache")]
    command = [sys.executable, "-m", "mypy", *options, str(script)]
    found = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False).stdout.splitlines()
    lines = {int(line.split(":")[1]) for line in found if ": error:" in line}
    assert lines == {number for number, line in enumerate(MISTAKES.splitlines(), start=1) if "  # " in line}


@pytest.mark.parametrize("path", sorted((ROOT / "notebooks").glob("[0-9]*.ipynb")), ids=lambda path: path.stem)
def test_the_set_up_of_a_notebook_is_two_lines(path: Path) -> None:
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    [settings] = ["".join(cell["source"]) for cell in cells if "settings" in cell["metadata"].get("tags", [])]
    lines = [line for line in settings.splitlines() if line]
    assert len(lines) == 3
    assert lines[0].startswith("from audit_lib import ")
    assert lines[1].startswith("report = open_report(")
    assert lines[2] == "report"
