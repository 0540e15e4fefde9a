"""No sentence, title or alt text was typed where it could be computed: one other score, and all that rest on it move.

What must move is computed here from the raw file by other means than the library's: a regular expression, statistics.
"""

import re
import shutil
from pathlib import Path
from statistics import mean, median, stdev
from typing import Any

import nbformat
import pytest
from nbformat import v4

from audit_lib.notebook.statements import Statement, list_notebook
from audit_lib.sources import find_sources
from audit_lib.tables.build import build_tables

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("computed")]

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
WORDED = ("headline", "finding", "note", "title", "alt")
UNIT, BEFORE, AFTER = "水务局", 93, 89
NUMBER = re.compile(r"−?\d[\d,]*(?:\.\d+)?")
Stated = dict[tuple[str, ...], str]


def read_scores(raw: Path) -> dict[str, float]:
    """Read the annex: a line each for serial, unit and score, with blank lines between."""
    text = raw.read_text(encoding="utf-8").replace("\u00a0", " ")
    rows = re.findall(
        r"^ *(\d+) *\n\s*^ *(\S+) *\n\s*^ *(\d+(?:\.\d+)?) *$", text[text.index("评分表") :], re.MULTILINE
    )
    return {unit: float(score) for _, unit, score in rows}


def derive(scores: dict[str, float]) -> dict[str, str]:
    """Derive, as printed, what some sentence says of the scores."""
    towns = [score for unit, score in scores.items() if unit.endswith(("镇", "街道"))]
    bureaus = [score for unit, score in scores.items() if not unit.endswith(("镇", "街道"))]
    values = list(scores.values())
    counts = {value: values.count(value) for value in values}
    return {
        "score": f"{scores[UNIT]:g}",
        "sum": f"{sum(values):,.0f}",
        "mean": f"{mean(values):.2f}",
        "median": f"{median(values):g}",
        "deviation": f"{stdev(values):.2f}",
        "mean of bureaus": f"{mean(bureaus):.2f}",
        "mean of towns": f"{mean(towns):.2f}",
        "gap": f"{mean(towns) - mean(bureaus):.2f}".replace("-", "−"),
        "distinct": f"{len(counts)} distinct scores",
        "tied": f"{sum(n for n in counts.values() if n > 1)} are tied",
        "rank": f"({UNIT} {scores[UNIT]:g}) has rank {1 + sum(value > scores[UNIT] for value in values)}",
        "reach 90": f"{100 * sum(value >= 90 for value in values) / len(values):.1f}% reach 90",
    }


def state(notebook_path: Path, shown: list[object]) -> list[Statement]:
    """List what a notebook states where its code cells show these values."""
    notebook = nbformat.read(notebook_path, as_version=4)  # type: ignore[no-untyped-call]
    for cell, value in zip((cell for cell in notebook.cells if cell.cell_type == "code"), shown, strict=True):
        if value is not None:
            cell.outputs = [output_of(value)]
    return list_notebook(notebook)


def output_of(value: Any) -> Any:
    bundle = value._repr_mimebundle_() if hasattr(value, "_repr_mimebundle_") else {}
    data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
    data = {"text/plain": repr(value), **data}
    if hasattr(value, "_repr_html_"):
        data["text/html"] = value._repr_html_()
    return v4.new_output("display_data", data, metadata=metadata)  # type: ignore[no-untyped-call]


def word(path: Path, shown: list[object]) -> Stated:
    stated = state(path, shown)
    return {(path.stem, each.cell, each.kind, *each.where): each.text for each in stated if each.kind in WORDED}


@pytest.fixture(scope="module")
def worded(
    tmp_path_factory: pytest.TempPathFactory, run_cells, leizhou_cells
) -> tuple[Stated, Stated, dict[str, str], dict[str, str]]:
    """What all reports of Leizhou say before and after the change, and what is derived from the scores of each."""
    data = Path(shutil.copytree(ROOT / "data", tmp_path_factory.mktemp("other") / "data"))
    raw = data / "raw" / "leizhou" / "2017.txt"
    text = raw.read_text(encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AUDIT_DATA", str(data))
        before = {key: said for path in NOTEBOOKS for key, said in word(path, leizhou_cells(path)).items()}
        derived = derive(read_scores(raw))
        changed, n = re.subn(rf"({UNIT}\s+){BEFORE}\b", rf"\g<1>{AFTER}", text)
        assert n == 1
        raw.write_text(changed, encoding="utf-8")
        assert [error for _, error in build_tables(data, find_sources(data, "leizhou"))] == [None]
        after = {key: said for path in NOTEBOOKS for key, said in word(path, run_cells(path)).items()}
    return before, after, derived, derive(read_scores(raw))


def says(sentence: str, said: str) -> bool:
    """Tell whether a sentence says it: a number as a number of its own, words as words."""
    return said in NUMBER.findall(sentence) if NUMBER.fullmatch(said) else said in sentence


def test_what_is_derived_here_is_what_the_reports_say(
    worded: tuple[Stated, Stated, dict[str, str], dict[str, str]],
) -> None:
    before, after, old, new = worded
    assert (old["score"], old["mean"], old["median"], old["gap"]) == ("93", "85.59", "86", "−1.48")
    assert old["rank"] == "(水务局 93) has rank 6"
    same = {"median", "mean of towns"}
    assert {name for name in old if old[name] == new[name]} == same
    for name in old.keys() - same - {"sum", "deviation"}:  # those stand in tables alone
        assert any(says(sentence, old[name]) for sentence in before.values()), name
        if name != "score":
            assert any(says(sentence, new[name]) for sentence in after.values()), name


def test_every_sentence_that_rests_on_a_score_moves_with_it(
    worded: tuple[Stated, Stated, dict[str, str], dict[str, str]],
) -> None:
    before, after, old, new = worded
    stale = {name: said for name, said in old.items() if said != new[name]}
    resting = {key for key, sentence in before.items() if any(says(sentence, said) for said in stale.values())}
    assert len(resting) > 15
    assert {each[0] for each in resting} >= {"00_year_card", "02_distribution", "03_tiers", "04_groups", "06_narrative"}
    assert {each[2] for each in resting} >= {"headline", "finding", "title", "alt"}
    assert [before[key] for key in sorted(resting) if after.get(key) == before[key]] == []
    assert [
        (name, sentence) for sentence in after.values() for name, said in stale.items() if says(sentence, said)
    ] == []


HEADLINES = {
    "02_distribution": "Scores run 70–97 around a median of 86 (IQR 82–89); 56 units share 23 distinct scores and 45 are "
    "tied, so 序号 is not a ranking: in all 8 mixed ties bureaus come first (1 in 1,701,000 by chance).",
    "03_tiers": "A 90/80 rule reproduces 52 of 55 tiers; the 3 exceptions (发改局, 杨家镇, 北和镇 90) are all placed in 良好, "
    "and of the 6 units at 90, 3 are 优秀 and 3 良好.",
    "04_groups": "Towns (21) average 84.67, bureaus (35) 86.03: −1.36 points, Cliff's δ −0.14 (a random town beats a random "
    "bureau in 299 of 735 pairs, loses 399); the whole gap comes from 5 bureaus above 90, where no town is.",
}


@pytest.mark.parametrize("stem", HEADLINES)
def test_the_headlines_are_those_of_the_other_score(
    worded: tuple[Stated, Stated, dict[str, str], dict[str, str]], stem: str
) -> None:
    _, after, *_ = worded
    [headline] = [sentence for key, sentence in after.items() if key[0] == stem and key[2] == "headline"]
    assert headline == HEADLINES[stem]
