"""No sentence, title or alt text was typed where it could be computed: one other score, and all that rest on it move.

What must move is computed here from the raw file by other means than the library's: a regular expression, statistics.
"""

import re
import shutil
from pathlib import Path
from statistics import mean, median, quantiles
from typing import Any

import nbformat
import pytest
from nbformat import v4

from audit_lib.notebook.statements import list_notebook
from audit_lib.sources import find_sources
from audit_lib.tables.build import build_tables

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
REPORTS = sorted((ROOT / "reports" / "leizhou" / "2017").glob("*.ipynb"))
NOTEBOOKS = [ROOT / "notebooks" / path.name for path in REPORTS]
WORDED = ("headline", "bullet", "finding", "note", "title", "alt")
UNIT, BEFORE, AFTER = "水务局", 93, 89
NUMBER = re.compile(r"−?\d[\d,]*(?:\.\d+)?")
WORDS = {11: "eleven", 12: "twelve"}
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
    low, _, high = quantiles(values, n=4, method="inclusive")
    return {
        "score": f"{scores[UNIT]:g}",
        "mean": f"{mean(values):.2f}",
        "median": f"{median(values):g}",
        "mean of bureaus": f"{mean(bureaus):.1f}",
        "mean of towns": f"{mean(towns):.1f}",
        "gap": f"{mean(towns) - mean(bureaus):.2f}".replace("-", "−"),
        "tied": f"{sum(values.count(value) > 1 for value in values)} of 56 units share their score",
        "middle half": f"{sum(low <= value <= high for value in values)} of 56 units scored from {low:g} to {high:g}",
        "reach 90": f"Of {WORDS[sum(value >= 90 for value in values)]} units that scored 90 or more",
    }


def state(path: Path, shown: list[object]) -> Stated:
    """Return what a notebook says in words where its code cells show these values."""
    notebook = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    for cell, value in zip((cell for cell in notebook.cells if cell.cell_type == "code"), shown, strict=True):
        if value is not None:
            cell.outputs = [output_of(value)]
    return word(path.stem, notebook)


def output_of(value: Any) -> Any:
    bundle = value._repr_mimebundle_() if hasattr(value, "_repr_mimebundle_") else {}
    data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
    data = {"text/plain": repr(value), **data}
    if hasattr(value, "_repr_html_"):
        data["text/html"] = value._repr_html_()
    return v4.new_output("display_data", data, metadata=metadata)  # type: ignore[no-untyped-call]


def word(stem: str, notebook: Any) -> Stated:
    stated = list_notebook(notebook)
    return {(stem, each.cell, each.kind, *each.where): each.text for each in stated if each.kind in WORDED}


@pytest.fixture(scope="module")
def worded(
    tmp_path_factory: pytest.TempPathFactory, run_cells
) -> tuple[Stated, Stated, dict[str, str], dict[str, str]]:
    """Return what all reports of Leizhou say before and after the change, and what is derived from the scores of each.

    Those before it are the committed ones, which `make test` runs again.
    """
    data = Path(shutil.copytree(ROOT / "data", tmp_path_factory.mktemp("other") / "data"))
    raw = data / "raw" / "leizhou" / "2017.txt"
    text = raw.read_text(encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AUDIT_DATA", str(data))
        committed = [(path.stem, nbformat.read(path, as_version=4)) for path in REPORTS]  # type: ignore[no-untyped-call]
        before = {key: said for stem, report in committed for key, said in word(stem, report).items()}
        derived = derive(read_scores(raw))
        changed, n = re.subn(rf"({UNIT}\s+){BEFORE}\b", rf"\g<1>{AFTER}", text)
        assert n == 1
        raw.write_text(changed, encoding="utf-8")
        assert [error for _, error in build_tables(data, find_sources(data, "leizhou"))] == [None]
        after = {key: said for path in NOTEBOOKS for key, said in state(path, run_cells(path)).items()}
    return before, after, derived, derive(read_scores(raw))


def says(sentence: str, said: str) -> bool:
    """Tell whether a sentence says it: a number as a number of its own, words as words."""
    return said in NUMBER.findall(sentence) if NUMBER.fullmatch(said) else said in sentence


def test_what_is_derived_here_is_what_the_reports_say(
    worded: tuple[Stated, Stated, dict[str, str], dict[str, str]],
) -> None:
    before, after, old, new = worded
    assert (old["score"], old["mean"], old["median"], old["gap"]) == ("93", "85.59", "86", "−1.48")
    same = {"median", "mean of towns"}
    assert {name for name in old if old[name] == new[name]} == same
    for name in old.keys() - same:
        assert any(says(sentence, old[name]) for sentence in before.values()), name
        if name != "score":
            assert any(says(sentence, new[name]) for sentence in after.values()), name


def test_every_sentence_that_rests_on_a_score_moves_with_it(
    worded: tuple[Stated, Stated, dict[str, str], dict[str, str]],
) -> None:
    before, after, old, new = worded
    stale = {name: said for name, said in old.items() if said != new[name]}
    resting = {key for key, sentence in before.items() if any(says(sentence, said) for said in stale.values())}
    assert len(resting) >= 14
    assert {each[0] for each in resting} >= {"02_distribution", "03_tiers", "04_groups", "06_narrative"}
    assert {each[2] for each in resting} >= {"headline", "bullet", "finding", "title", "alt"}
    assert [before[key] for key in sorted(resting) if after.get(key) == before[key]] == []
    assert [
        (name, sentence) for sentence in after.values() for name, said in stale.items() if says(sentence, said)
    ] == []


HEADLINES = {
    "02_distribution": "Most towns and bureaus scored from 82 to 89; so many share a score that a place in the list is not a rank",
    "03_tiers": "Of eleven units that scored 90 or more, three were not rated excellent; our copy gives no reason",
    "04_groups": "Towns and bureaus score much alike, 84.7 and 86.0 on average; all units above 90 are bureaus",
    "06_narrative": "Eight units are named as examples of problems; half of them are rated good, and Water Affairs scored 89",
}


@pytest.mark.parametrize("stem", HEADLINES)
def test_the_headlines_are_those_of_the_other_score(
    worded: tuple[Stated, Stated, dict[str, str], dict[str, str]], stem: str
) -> None:
    _, after, *_ = worded
    [headline] = [sentence for key, sentence in after.items() if key[0] == stem and key[2] == "headline"]
    assert headline == HEADLINES[stem]
