"""The committed reports: made from the notebooks as they are, and worth the trust of whoever runs them again."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
REPORTS = sorted((ROOT / "reports").glob("*/*/*.ipynb"))
HEADLINES = {
    "00_year_card": "Leizhou 2017: 56 units scored, mean 85.59, median 86 (70–97); 8 优秀, 41 良好, 7 一般; "
    "2 units do not reconcile.",
    "01_source": "56 score rows and 8 + 41 + 7 = 56 tier entries name 57 units: 55 join (22 exact, 31 after one 市, "
    "2 by alias); 监察局 (80) is in no tier and 市残联 has no score.",
    "02_distribution": "Scores run 70–97 around a median of 86 (IQR 82–89); 56 units share 24 distinct scores and 44 are "
    "tied, so 序号 is not a ranking: in all 8 mixed ties bureaus come first (1 in 1,701,000 by chance).",
    "03_tiers": "A 90/80 rule reproduces 51 of 55 tiers; the 4 exceptions (水务局 93, 发改局, 杨家镇, 北和镇 90) are all "
    "placed in 良好, and of the 6 units at 90, 3 are 优秀 and 3 良好.",
    "04_groups": "Towns (21) average 84.67, bureaus (35) 86.14: −1.48 points, Cliff's δ −0.15 (a random town beats a "
    "random bureau in 295 of 735 pairs, loses 403); the whole gap comes from 6 bureaus above 90, where no town is.",
}


def read(path: Path) -> list[dict]:
    return json.loads(path.read_text(encoding="utf-8"))["cells"]


def nbval(path: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-q", "-c", str(ROOT / "pyproject.toml"), "--nbval", str(path)]
    env = {**os.environ, "AUDIT_DATA": str(ROOT / "data")}
    env.pop("PYTEST_XDIST_WORKER", None)
    return subprocess.run(command, capture_output=True, text=True, env=env, cwd=path.parent, check=False)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_report_is_committed_and_made_from_its_notebook(path: Path) -> None:
    report = ROOT / "reports" / "leizhou" / "2017" / path.name
    cells = [cell for cell in read(report) if "injected-parameters" not in cell["metadata"].get("tags", [])]
    assert [(cell["id"], cell["source"]) for cell in cells] == [(cell["id"], cell["source"]) for cell in read(path)]


@pytest.mark.parametrize("path", REPORTS, ids=lambda path: path.stem)
def test_headline_of_a_report(path: Path) -> None:
    [cell] = [cell for cell in read(path) if "headline" in cell["metadata"].get("tags", [])]
    assert "".join(cell["outputs"][0]["data"]["text/plain"]) == HEADLINES[path.stem]


@pytest.mark.parametrize("path", REPORTS, ids=lambda path: path.stem)
def test_reports_name_no_path_and_no_clock(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert str(ROOT) not in text
    assert "papermill" not in json.loads(text)["metadata"]
    assert "start_time" not in text


def test_nbval_passes_a_report_and_fails_one_changed_number(tmp_path: Path) -> None:
    report = (ROOT / "reports" / "leizhou" / "2017" / "03_tiers.ipynb").read_text(encoding="utf-8")
    assert "reproduces 51 of 55 tiers" in report
    same, changed = tmp_path / "same.ipynb", tmp_path / "changed.ipynb"
    same.write_text(report, encoding="utf-8")
    changed.write_text(report.replace("reproduces 51 of 55 tiers", "reproduces 52 of 55 tiers"), encoding="utf-8")
    assert nbval(same).returncode == 0
    failed = nbval(changed)
    assert failed.returncode == 1
    assert "1 failed" in failed.stdout
