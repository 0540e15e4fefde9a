"""How the scores are spread and tied: Leizhou 2017 in full, and the cases where there is little to say."""

import pandas as pd
import pytest

from audit_lib.analysis.distribution import (
    count_scores,
    count_shared,
    describe_certain,
    describe_distribution,
    describe_outliers,
    describe_range,
    describe_ties,
    find_certain,
    find_least_difference,
    find_middle,
    find_outliers,
    order_in_ties,
    summarise_scores,
)
from audit_lib.display.charts import Chart
from audit_lib.display.findings import Finding
from audit_lib.display.scene import Dot, Label, Rect, Ring
from audit_lib.figures.distribution import plot_certain, plot_scores
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
    assert order["score"].to_list() == [90, 88, 86, 84, 83, 82, 81, 78]
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
    assert set(outliers["fence"]) == {71.5}


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
            "Half of the bureaus scored from 82 to 85; two of them share a score with another",
        ),
    ],
)
def test_describe_awkward_scores(scored, points: list[float], sentence: str) -> None:
    said = describe_distribution(scored(points))
    assert say_in_english(said) == sentence
    assert is_finding(said) == (len(points) > 1)


@pytest.mark.parametrize(
    ("period", "sentence"),
    [
        ("2017-05", "Subdistricts scored 85.84 at most, towns 86.31 at least; each have a table of their own"),
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


# How certain ratings and thirds are

APART = [95, 94, 93, 80, 79, 78, 60, 59, 58]


def test_leizhou_ratings_are_certain_up_to_an_error_of_the_scores(leizhou) -> None:
    assert say_in_english(describe_certain(leizhou.scores)) == (
        "If each score may be off by 0.5 (standard deviation in points), the least by which different scores differ, the "
        "rating of 33 of 55 units is certain (95% confidence); if by more than 1.93, of none."
    )
    units = find_certain(leizhou.scores)
    assert units is not None
    error = units.set_index("unit_name")["error"]
    assert "监察局" not in error.index, "it is not rated"
    assert (error[["水务局", "财政局", "发改局"]] == 0).all(), "their scores are among those of another rating"
    assert error.idxmax() == "民政局"
    assert find_least_difference(units["score"]) == 0.5


def test_without_ratings_thirds_are_certain(scored, leizhou) -> None:
    units = find_certain(scored(APART))
    assert units is not None
    assert units["third"].to_list() == ["top"] * 3 + ["middle"] * 3 + ["lowest"] * 3
    critical = 4.38651  # of nine units, in tables of the studentized range
    assert units["error"].to_list() == pytest.approx([each / critical for each in (15, 14, 13, 13, 14, 15, 18, 19, 20)])
    assert say_in_english(describe_certain(scored(APART))) == (
        "If each score may be off by 1 (standard deviation in points), the least by which different scores differ, it is "
        "certain for 9 of 9 units in which third of the list they belong (95% confidence); if by more than 4.56, for none."
    )
    chart = plot_certain(scored(APART)).draw(leizhou.words)
    assert isinstance(chart, Chart)
    assert [label.text for label in chart.wide.of(Label) if label.is_bold] == [  # type: ignore[union-attr]
        "Top third: 3 of 3 certain at 1",
        "Middle third: 3 of 3 certain at 1",
        "Lowest third: 3 of 3 certain at 1",
    ]


def test_lower_scores_that_are_better_come_first_and_are_said_to_be(scored, leizhou) -> None:
    mirrored = scored([5.19, 6.51, 5.4]).assign(rank=[1, 3, 2])
    assert count_scores(mirrored)["score"].tolist() == [5.19, 5.4, 6.51]
    assert plot_scores(mirrored).draw(leizhou.words).subtitle.endswith(", by score; lower is better")
    assert plot_scores(scored([5.19, 6.51, 5.4])).draw(leizhou.words).subtitle.endswith(", by score")


def test_where_lower_scores_are_better_they_are_as_certain(scored) -> None:
    mirrored = scored([200 - points for points in APART])
    mirrored["rank"] = mirrored["score"].rank(method="min")
    mine, other = find_certain(mirrored), find_certain(scored(APART))
    assert mine is not None
    assert other is not None
    assert mine[["third", "error"]].equals(other[["third", "error"]])


def test_scores_too_close_for_their_step_leave_nothing_certain(scored) -> None:
    assert say_in_english(describe_certain(scored([90, 90, 90, 87, 87, 87, 84, 84, 84]))) == (
        "If each score may be off by 3 (standard deviation in points), the least by which different scores differ, it is "
        "certain for no unit in which third of the list it belongs (95% confidence): even the clearest would need "
        "errors below 0.69."
    )


def test_nothing_is_said_of_certainty_without_scores_for_few_or_for_several_tables(scored, leizhou) -> None:
    several = scored(APART).assign(table_no=[1] * 5 + [2] * 4)
    ranks_only = scored(APART).assign(score=pd.Series([pd.NA] * 9, dtype="Float64"))
    for scores in (several, ranks_only, scored([]), scored(APART[:7]), scored([88] * 9)):
        assert describe_certain(scores) is None
        assert plot_certain(scores).draw(leizhou.words) is None
