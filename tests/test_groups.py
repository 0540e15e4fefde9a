"""Groups compared: Leizhou 2017 in full, and groups that are absent, too small, apart or all alike."""

import re

import pandas as pd
import pytest

from audit_lib.analysis.group_gap import (
    describe_gap,
    describe_groups,
    describe_lead,
    describe_test,
    find_lead,
    measure_sensitivity,
)
from audit_lib.analysis.groups import (
    choose_main,
    compare_groups,
    describe_unscored,
    find_sides,
    is_ours,
    list_groups,
    tabulate_groups,
    title_groups,
)
from audit_lib.display.charts import Chart
from audit_lib.display.findings import Finding
from audit_lib.display.scene import Dot, Label
from audit_lib.figures.groups import plot_groups
from audit_lib.notices.words.vocabulary import read_vocabulary
from audit_lib.wording.words import is_finding

LETTERS = "甲乙丙丁戊己庚辛"


def make_rows(towns: float, bureaus: float, step: float = 1, tier: str | None = None) -> list:
    """Make eight towns and eight bureaus, whose scores rise by `step` from the lowest given."""
    lowest = {"镇": towns, "局": bureaus}
    return [
        (f"{letter}{end}", low + step * at, tier) for end, low in lowest.items() for at, letter in enumerate(LETTERS)
    ]


# Leizhou 2017


def test_leizhou_small_groups_have_no_mean(leizhou) -> None:
    table = tabulate_groups(leizhou.scores, "kind", 8).set_index("figure")
    small = table.columns[table.loc["n"] < 8]
    assert {str(column) for column in small} >= {"subdistricts", "vertical agencies", "companies"}
    assert table.loc["mean", small].isna().all()
    assert table.loc["median", small].notna().all()
    for min_n, has_mean in ((21, True), (22, False)):  # there are 21 towns
        means = tabulate_groups(leizhou.scores, "side", min_n).set_index("figure").loc["mean"]
        assert means.notna().to_list() == [has_mean, True]


def test_the_best_rating_in_both_groups_is_no_groups_alone(make_scores) -> None:
    towns, bureaus = [("甲镇", 95, "优秀"), ("乙镇", 85, "良好")], [("丙局", 94, "优秀"), ("丁局", 84, "良好")]
    scores = make_scores([*towns, *bureaus, ("戊局", 70, "一般")])
    assert title_groups(scores, compare_groups(scores, "side", 2), "side") is None


@pytest.mark.parametrize(
    ("units", "sides"),
    [
        ({"town": "town", "education": "department"}, {"town", "bureau"}),
        ({"school": "institution", "education": "department"}, {"bureau"}),
        ({"school": "institution"}, set()),
        ({"education": "department", "site": "other"}, set()),
    ],
)
def test_units_are_bureaus_only_where_all_are_and_one_is_a_department(units: dict[str, str], sides: set[str]) -> None:
    kinds = pd.Series(list(units.values()))
    assert find_sides(pd.DataFrame({"kind": kinds, "side": kinds.map(read_vocabulary().side)})) == sides


def test_leizhou_sensitivity(leizhou) -> None:
    table = measure_sensitivity(leizhou.scores, "side", compare_groups(leizhou.scores, "side", 8), 90, 80)
    rows = [(row.change, row.unit, row.at, round(row.mean_gap, 2)) for row in table.iloc[1:].itertuples()]
    assert rows[1:3] == [("with_unscored", "市残联", 80, -1.31), ("with_unscored", "市残联", 93, -1.67)]
    assert [(change, unit, gap) for change, unit, _, gap in rows if change != "with_unscored"] == [
        ("without_untiered", "监察局", -1.66),
        ("leave_one_out", "民政局", -1.95),
        ("leave_one_out", "白沙镇", -0.79),
    ]


def test_leizhou_sentences(leizhou) -> None:
    scores, words = leizhou.scores, leizhou.words
    comparisons = compare_groups(scores, "side", 8)
    assert words.word(describe_groups(scores, comparisons, "side")) == (
        "Towns and bureaus score much alike, 84.7 and 86.1 on average; all units above 90 are bureaus"
    )
    assert words.word(describe_gap(scores, comparisons, "side")) == (
        "A small gap: about 1.5 points, where scores run from 70 to 97."
    )
    assert words.word(describe_lead(find_lead(scores, "side", comparisons), comparisons, "side", 8)) == (
        "Above 90: six bureaus and no town; among the units at 90 or below, towns average 84.7 and bureaus 84.3."
    )
    assert words.word(describe_test(choose_main(comparisons), "side")) == (
        "Difference of means, towns minus bureaus: −1.48 points. If the 56 scores were dealt out at random to "
        "groups of 21 and 35, a difference at least this large, in either direction, would arise in about 35 of 100 "
        "deals (exact permutation test of the difference of means, p = 0.3508). Of 735 pairs (one town, one bureau), "
        "the town has the higher score in 295 and the lower in 403."
    )
    assert words.word(title_groups(scores, comparisons, "side")).startswith("Both groups have units rated excellent")
    assert is_ours(scores, "side")
    assert words.word(describe_unscored(scores, "side")) == (
        "Without a score, and so in no count on this page: Disabled Persons' Federation (市残联)."
    )


def test_leizhou_split(leizhou) -> None:
    pairs = {(each.first, each.second): each for each in compare_groups(leizhou.scores, "split", 8)}
    gap = pairs["department", "institution"]
    assert gap.gap == pytest.approx(6.50463, abs=5e-6)
    assert gap.p == pytest.approx(0.0070, abs=5e-5)


@pytest.mark.parametrize("size", ["wide", "narrow"])
def test_leizhou_drawing_has_each_unit_in_the_row_of_its_group(leizhou, size: str) -> None:
    scores = leizhou.scores
    chart = plot_groups(scores, "side", compare_groups(scores, "side", 8), 8).draw(leizhou.words)
    assert isinstance(chart, Chart)
    assert chart.title == "Apart from six high scores, the two groups overlap"
    assert (
        chart.subtitle == "Leizhou: 56 towns and bureaus, open-government inspection 2017, by group, score and rating"
    )
    assert "Towns, 21, from 71 to 90, mean 84.7; Bureaus, 35, from 70 to 97, mean 86.1." in chart.alt
    scene = getattr(chart, size)
    heading = next(label for label in scene.of(Label) if label.text == "Bureaus, 35")
    below = {dot.unit for dot in scene.of(Dot) if dot.y > heading.y}
    assert below == set(scores.loc[(scores["side"] == "bureau") & scores["score"].notna(), "unit_id"])
    assert len(scene.of(Dot)) == 56
    assert [label.text for label in scene.of(Label) if "90" in label.text and len(label.text) > 2] == [
        "above 90: only bureaus" if size == "wide" else "above 90"
    ]


# Other notices


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ([("甲局", 88.0, None), ("乙局", 80.0, None)], "Only bureaus have scores."),
        (
            [("甲镇", None, "优秀"), ("乙局", None, "良好")],
            "There are no scores of two groups of units that could be compared.",
        ),
        (
            [("甲镇", 80.0, None), ("乙局", 90.0, None)],
            "There are too few towns (1) or bureaus (1) with a score to compare them.",
        ),
    ],
    ids=["one side", "no scores", "too few"],
)
def test_nothing_to_report(make_scores, leizhou, rows, sentence: str) -> None:
    scores = make_scores(rows)
    comparisons = compare_groups(scores, "side", 8)
    found = describe_groups(scores, comparisons, "side")
    assert (leizhou.words.word(found), is_finding(found)) == (sentence, False)
    assert find_lead(scores, "side", comparisons) is None
    assert describe_gap(scores, comparisons, "side") is None
    assert describe_test(choose_main(comparisons), "side") is None
    assert title_groups(scores, comparisons, "side") is None
    shown = plot_groups(scores, "side", comparisons, 8).draw(leizhou.words)
    assert shown == Finding(sentence, "note", shown.markup)


@pytest.mark.parametrize(
    ("rows", "headline", "title"),
    [
        (make_rows(80, 80, step=0), "Towns and bureaus both scored 80.0 on average", "Towns and bureaus overlap"),
        (make_rows(80, 80), "Towns and bureaus both scored 83.5 on average", "Towns and bureaus overlap"),
        (
            make_rows(80, 84),
            "On average, towns scored 83.5 and bureaus 87.5; all units above 87 are bureaus",
            "Apart from four high scores, the two groups overlap",
        ),
        (
            make_rows(80, 80.5),
            "Towns and bureaus score much alike, 83.5 and 84.0 on average",
            "Apart from one high score, the two groups overlap",
        ),
        (
            make_rows(90, 70),
            "Every town scored above every bureau, 93.5 and 73.5 on average",
            "Towns and bureaus do not overlap",
        ),
    ],
    ids=["all tied", "the same scores", "different", "alike, one on top", "apart"],
)
def test_headlines(make_scores, leizhou, rows, headline: str, title: str) -> None:
    scores = make_scores(rows)
    comparisons = compare_groups(scores, "side", 8)
    assert leizhou.words.word(describe_groups(scores, comparisons, "side")) == headline
    chart = plot_groups(scores, "side", comparisons, 8).draw(leizhou.words)
    assert isinstance(chart, Chart)
    assert (chart.title, chart.legend) == (title, ())


def test_a_third_group_above_90_is_not_passed_over(make_scores, leizhou) -> None:
    scores = make_scores([*make_rows(80, 84), ("某单位", 99.0, None)])
    found = leizhou.words.word(describe_groups(scores, compare_groups(scores, "side", 8), "side"))
    assert found == "On average, towns scored 83.5 and bureaus 87.5"


def test_too_few_units_left_below_say_nothing(make_scores) -> None:
    scores = make_scores(make_rows(80, 84))
    comparisons = compare_groups(scores, "side", 8)
    lead = find_lead(scores, "side", comparisons)
    assert lead is not None
    assert lead.n_rest == 4
    assert describe_lead(lead, comparisons, "side", 8) is None
    assert str(describe_lead(lead, comparisons, "side", 4)) == (
        "Above 87: four bureaus and no town; among the units at 87 or below, towns average 83.5 and bureaus 85.5."
    )


def test_all_ties_have_the_largest_p(make_scores, leizhou) -> None:
    scores = make_scores(make_rows(88, 88, step=0))
    [sides] = compare_groups(scores, "side", 8)
    assert (sides.gap, sides.p, sides.pairs.ties) == (0, 1, 64)
    found = leizhou.words.word(describe_test(sides, "side"))
    assert found.startswith("Difference of means, towns minus bureaus: 0.00 points. If the 16 scores")
    assert "would arise in nearly every deal (exact permutation test of the difference of means, p = 1.0000)" in found


def test_only_one_group_has_the_best_rating(make_scores, leizhou) -> None:
    rows = [
        (name, score, "优秀" if name.endswith("局") and score > 90 else "良好") for name, score, _ in make_rows(80, 86)
    ]
    scores = make_scores(rows)
    found = title_groups(scores, compare_groups(scores, "side", 8), "side")
    assert leizhou.words.without_glosses().word(found) == "Only bureaus are rated excellent"


def test_groups_come_in_a_fixed_order(leizhou) -> None:
    assert list_groups(leizhou.scores, "side") == ["town", "bureau"]
    kinds = ["town", "subdistrict", "department", "institution", "vertical", "company"]
    assert list_groups(leizhou.scores, "kind") == kinds


def test_vertical_agencies_are_described_never_tested(leizhou) -> None:
    comparisons = compare_groups(leizhou.scores, "kind", 8)
    named = [each for each in comparisons if "vertical" in (each.first, each.second)]
    assert {each.status for each in named} == {"too_few"}


def test_more_than_two_groups_are_drawn_without_a_band(leizhou) -> None:
    chart = plot_groups(leizhou.scores, "split", compare_groups(leizhou.scores, "split", 8), 8).draw(leizhou.words)
    assert isinstance(chart, Chart)
    assert chart.title == "Scores of 3 groups"
    assert {"Towns, 21", "Bureaus listed first, 27", "Bureaus listed last, 8"} <= {
        label.text
        for label in chart.narrow.of(Label)  # type: ignore[union-attr]
    }


AWKWARD = {
    "one of each": [("甲局", 88.0, "良好"), ("乙镇", 80.0, "一般")],
    "all tied": make_rows(88, 88, step=0, tier="良好"),
    "no ratings": make_rows(80, 84.5),
    "off the scale": [("甲局", 103.0, "优秀"), ("乙镇", -2.0, "一般")],
    "four ratings": [("甲局", 95.0, "优"), ("乙镇", 85.0, "良"), ("丙镇", 75.0, "及格"), ("丁局", 50.0, "不及格")],
    "a long name": [
        ("湛江奋勇高新技术产业开发区管委会局", 95.0, "优秀"),
        ("乙镇", 85.0, "良好"),
        ("丙镇", 85.0, "良好"),
    ],
    "hundreds": [(f"{number}{end}", 60.0 + number % 40, None) for number in range(120) for end in "镇局"],
}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("case", AWKWARD)
def test_awkward_notices_are_drawn_and_worded(make_scores, leizhou, case: str) -> None:
    scores, words = make_scores(AWKWARD[case]), leizhou.words
    comparisons = compare_groups(scores, "side", 1)
    chart = plot_groups(scores, "side", comparisons, 1).draw(words)
    assert isinstance(chart, Chart)
    assert "nan" not in chart.alt
    headline = words.word(describe_groups(scores, comparisons, "side"))
    assert len(headline.split()) <= 25
    assert len(re.findall(r"\d+(?:\.\d+)?", headline)) <= 3
    lead = find_lead(scores, "side", comparisons)
    told = [describe_gap(scores, comparisons, "side"), describe_lead(lead, comparisons, "side", 1)]
    assert "nan" not in " ".join(words.word(each) for each in told)


def test_leizhou_is_as_an_analyst_counts_it_by_hand(leizhou) -> None:
    sides, *_ = compare_groups(leizhou.scores, "side", 8)
    assert (leizhou.scores["score"].sum(), leizhou.scores["score"].count()) == (4793, 56)
    assert (sides.pairs.wins, sides.pairs.losses, sides.pairs.ties) == (295, 403, 37)
    assert (sides.gap, sides.p) == pytest.approx((-1.47619, 0.3508), abs=5e-5)
