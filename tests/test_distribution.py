"""How the scores are spread and tied: Leizhou 2017 in full, and the cases where there is little to say."""

import pandas as pd
import pytest

from audit_lib.analysis.distribution import (
    count_scores,
    count_shared,
    describe_distribution,
    describe_outliers,
    describe_range,
    describe_ties,
    find_middle,
    find_outliers,
    order_in_ties,
    summarise_scores,
)
from audit_lib.display.charts import Chart
from audit_lib.display.findings import Finding
from audit_lib.display.scene import Dot, Rect, Ring
from audit_lib.figures.distribution import plot_scores
from audit_lib.notebook.report import open_report
from audit_lib.wording.words import Words, is_finding

UNITS = "甲乙丙丁戊己庚辛壬癸子丑"


def say_in_english(text: object) -> str:
    return Words("en").without_glosses().word(text)  # type: ignore[arg-type]


@pytest.fixture
def scored(make_scores):
    """Make scores of bureaus; without any point, of one rated bureau."""

    def make(points: list[float]) -> pd.DataFrame:
        rows = [(f"{UNITS[number]}局", point, None) for number, point in enumerate(points)]
        return make_scores(rows or [("甲局", None, "优秀")])

    return make


# Leizhou 2017


def test_leizhou_ties(leizhou) -> None:
    ties = count_shared(leizhou.scores)
    assert (ties.n_units, ties.n_distinct, ties.n_tied, ties.n_serial_differs) == (56, 24, 44, 32)
    assert ties.is_list_no_ranking
    order = order_in_ties(leizhou.scores)
    assert order["n"].to_list() == [3, 3, 5, 2, 3, 4, 7, 6]
    assert set(order["first_side"]) == {"bureau"}


def test_leizhou_frequencies(leizhou) -> None:
    counts = count_scores(leizhou.scores).set_index("score")
    assert counts.loc[88, "n"] == counts["n"].max() == 7
    assert counts.loc[90, ["rank", "rank_range", "n"]].to_list() == [7, "7–12", 6]
    assert counts.loc[97, "rank_range"] == "1", "nobody shares it"
    assert counts.loc[90, "units"] == ["财政局", "发改局", "杨家镇", "唐家镇", "松竹镇", "北和镇"]
    assert counts.index.is_monotonic_decreasing


def test_leizhou_outliers(leizhou) -> None:
    outliers = find_outliers(leizhou.scores)
    assert list(zip(outliers["unit_name"], outliers["score"], strict=True)) == [("白沙镇", 71), ("民政局", 70)]


def test_leizhou_sentences(leizhou) -> None:
    said = [each(leizhou.scores) for each in (describe_distribution, describe_range, describe_ties, describe_outliers)]
    assert list(map(leizhou.words.without_glosses().word, said)) == [
        "Most towns and bureaus scored from 82 to 89; so many share a score that a place in the list is not a rank",
        "Range: from 70 to 97; half of those listed scored 86 or more.",
        "Ties: 44 of 56 units share their score with another. Wherever bureaus and towns have the same score, "
        "bureaus are printed first.",
        "Far below the rest: Baisha (71) and Civil Affairs (70).",
    ]


def test_leizhou_chart(leizhou) -> None:
    chart = plot_scores(leizhou.scores).draw(leizhou.words)
    assert isinstance(chart, Chart)
    assert chart.title == "33 of 56 units scored from 82 to 89"
    assert chart.wide is not None
    dots = [mark for mark in chart.wide.marks if isinstance(mark, Dot)]
    assert len(dots) == 56
    rings = [mark for mark in chart.wide.marks if isinstance(mark, Ring)]
    lowest = sorted(dots, key=lambda dot: dot.x)[:2]
    assert {ring.x for ring in rings} == {dot.x for dot in lowest}, "the two far below the rest are outlined"
    [band] = [mark for mark in chart.wide.marks if isinstance(mark, Rect)]
    assert sum(band.x < dot.x < band.x + band.width for dot in dots) == 33


# Other notices


@pytest.mark.parametrize(
    ("points", "sentence"),
    [
        ([], "There are no scores."),
        ([88], "There is only one score."),
        ([88, 88, 88], "All 3 bureaus have the same score, 88"),
        ([90, 80, 70], "Three bureaus scored from 70 to 90"),
        ([103, -2], "Two bureaus scored from −2 to 103"),
        ([80, 81, 82, 83, 84, 85, 86, 87], "Half of the bureaus scored from 82 to 85; no two have the same score"),
        (
            [80, 80, 82, 83, 84, 85, 86, 87],
            "Half of the bureaus scored from 82 to 85; two bureaus share their score with another",
        ),
    ],
)
def test_describe_awkward_scores(scored, points: list[float], sentence: str) -> None:
    said = describe_distribution(scored(points))
    assert say_in_english(said) == sentence
    assert is_finding(said) == (len(points) > 3 or len(set(points)) < len(points)), "few that differ are in every list"


@pytest.mark.parametrize(
    ("period", "sentence"),
    [
        ("2017-05", "Subdistricts scored 85.84 at most, towns 86.31 at least; each has a table of its own"),
        ("2017-04", "Subdistricts and towns have a score table each; scores run from 85.91 to 87.56"),
    ],
)
def test_tables_are_called_what_their_units_are(period: str, sentence: str) -> None:
    report = open_report("louxing", period)
    assert report.words.word(describe_distribution(report.scores)) == sentence
    assert count_scores(report.scores)["table_no"].map(str).unique().tolist() == ["subdistricts", "towns"]


@pytest.mark.parametrize("points", [[], [88], [88, 88], [90, 80, 70]])
def test_few_scores_give_no_middle_no_outlier_and_no_nan(scored, points: list[float]) -> None:
    scores = scored(points)
    spread = summarise_scores(scores)
    assert spread.get("n", 0) == len(points)
    assert not [name for name, value in spread.items() if isinstance(value, float) and pd.isna(value)]
    assert find_middle(scores) is None
    assert describe_range(scores) is None
    assert find_outliers(scores).empty
    assert describe_outliers(scores) is None


def test_a_middle_half_of_one_score_is_none(scored) -> None:
    assert find_middle(scored([88] * 8)) is None
    assert find_middle(scored([80, 88, 88, 88, 88, 88, 88, 90])) is None


@pytest.mark.parametrize(
    ("points", "sentence"),
    [
        ([80, 81, 82, 83, 84, 85, 86, 87], ""),
        ([80, 81, 82, 83, 84, 85, 86, 40], "Far below the rest: Xinju (40)."),
        ([80, 81, 82, 83, 84, 85, 86, 99.5], "Far above the rest: Xinju (99.5)."),
        ([40, 81, 82, 83, 83, 84, 85, 86, 87, 99.5], "Far from the rest: Jiaju (40) and Guiju (99.5)."),
    ],
    ids=["none", "low", "high", "both"],
)
def test_describe_outliers(scored, points: list[float], sentence: str) -> None:
    assert say_in_english(describe_outliers(scored(points))) == sentence


@pytest.mark.parametrize(
    ("names", "first"),
    [(["甲局", "乙镇", "丙局"], None), (["甲局", "丙局", "乙镇"], "bureau"), (["乙镇", "甲局"], "town")],
)
def test_who_is_printed_first_in_a_tie(make_scores, names: list[str], first: str | None) -> None:
    order = order_in_ties(make_scores([(name, 90, None) for name in names]))
    assert order["n"].to_list() == [len(names)]
    found = order["first_side"].iloc[0]
    assert (None if pd.isna(found) else found) == first


def test_ties_of_one_side_are_not_listed(make_scores) -> None:
    scores = make_scores([("甲局", 90, None), ("乙局", 90, None), ("丙镇", 80, None)])
    assert order_in_ties(scores).empty
    assert say_in_english(describe_ties(scores)) == (
        "Ties: 2 of 3 units share their score with another; there are 2 different scores."
    )


@pytest.mark.parametrize("points", [[], [90, 80], [88, 88]])
def test_without_ties_or_with_one_score_there_is_nothing_to_say_of_them(scored, points: list[float]) -> None:
    assert describe_ties(scored(points)) is None


def test_nothing_is_drawn_without_scores(scored, leizhou) -> None:
    shown = plot_scores(scored([])).draw(leizhou.words)
    assert isinstance(shown, Finding)
    assert (shown.text, shown.role) == ("There are no scores to draw.", "note")


@pytest.mark.parametrize("size", ["wide", "narrow"])
@pytest.mark.parametrize("points", [[60, 70, 71, 72, 73, 74, 79, 95], [60, 61, 61, 62, 62, 63, 63, 63]])
def test_the_band_of_the_middle_half_ends_behind_its_first_and_last_unit(scored, leizhou, points, size: str) -> None:
    scores = scored(points)
    middle = find_middle(scores)
    assert middle is not None
    scene = getattr(plot_scores(scores).draw(leizhou.words), size)
    (band,), dots = scene.of(Rect), {dot.label.split()[-1]: dot for dot in scene.of(Dot)}
    first, last = dots[f"{middle.low:g}"], dots[f"{middle.high:g}"]
    assert first.x - first.r - 2 <= band.x < first.x
    assert last.x < band.x + band.width <= last.x + last.r + 2


def test_lower_scores_that_are_better_come_first_and_are_said_to_be(scored, leizhou) -> None:
    mirrored = scored([5.19, 6.51, 5.4]).assign(rank=[1, 3, 2])
    assert count_scores(mirrored)["score"].tolist() == [5.19, 5.4, 6.51]
    assert plot_scores(mirrored).draw(leizhou.words).subtitle.endswith(", by score; lower is better")
    assert plot_scores(scored([5.19, 6.51, 5.4])).draw(leizhou.words).subtitle.endswith(", by score")
