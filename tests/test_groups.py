"""Groups against each other: Leizhou 2017 in full, and groups that are absent, too small or all alike."""

import pytest

from audit_lib.analysis.group_gap import describe_groups, describe_lead, find_lead, measure_sensitivity
from audit_lib.analysis.groups import (
    compare_groups,
    count_group_tiers,
    describe_group_tiers,
    describe_split,
    list_groups,
    share_explained,
    summarise_groups,
    tabulate_effects,
    tabulate_labels,
)
from audit_lib.notebook.report import open_report


@pytest.mark.parametrize(
    ("column", "group", "expected"),
    [
        ("side", "town", [21, 84.666667, 4.586211, 85, 82, 88, 71, 90]),
        ("side", "bureau", [35, 86.142857, 6.16748, 87, 82, 89, 70, 97]),
        ("split", "department", [27, 87.62963, 5.972038, 88, 86, 90, 70, 97]),
        ("split", "institution", [8, 81.125, 3.870677, 82, 78, 83.25, 75, 87]),
        ("split", "town", [21, 84.666667, 4.586211, 85, 82, 88, 71, 90]),
    ],
)
def test_leizhou_group(leizhou, column: str, group: str, expected: list[float]) -> None:
    row = summarise_groups(leizhou.scores, column, 8).set_index("group").loc[group]
    columns = ["n", "mean", "sd", "median", "q1", "q3", "min", "max"]
    assert row[columns].to_list() == pytest.approx(expected, abs=5e-6)


def test_leizhou_small_groups_are_listed_not_averaged(leizhou) -> None:
    row = summarise_groups(leizhou.scores, "kind", 8).set_index("group").loc["subdistrict"]
    assert row["units"] == ["新城街道", "雷城街道", "西湖街道"]
    assert row[["n", "median", "min", "max"]].to_list() == [3, 82, 82, 84]
    assert row[["mean", "sd", "q1"]].isna().all()


def test_leizhou_town_against_bureau(leizhou) -> None:
    [sides] = compare_groups(leizhou.scores, "side", 8)
    assert (sides.first, sides.second, sides.status) == ("town", "bureau", "ok")
    assert sides.mean.value == pytest.approx(-1.47619, abs=5e-6)
    assert (sides.mean.low, sides.mean.high) == pytest.approx((-4.377, 1.425), abs=5e-4)
    assert (sides.median, sides.hodges_lehmann) == (-2, -1.5)
    found = (sides.hedges_g.value, sides.hedges_g.low, sides.hedges_g.high)
    assert found == pytest.approx((-0.2584, -0.8016, 0.2849), abs=5e-5)
    found = (sides.cliffs_delta.value, sides.cliffs_delta.low, sides.cliffs_delta.high)
    assert found == pytest.approx((-0.1469, -0.4585, 0.1647), abs=5e-5)
    assert (sides.pairs.wins, sides.pairs.losses, sides.pairs.ties) == (295, 403, 37)
    assert sides.pairs.superiority == pytest.approx(0.4265, abs=5e-5)


def test_leizhou_random_labels(leizhou) -> None:
    table = tabulate_labels(leizhou.scores, "side", compare_groups(leizhou.scores, "side", 8))
    assert table["p"].round(4).to_list() == [0.3537, 0.3640, 0.3485]


def test_leizhou_shares_explained(leizhou) -> None:
    assert share_explained(leizhou.scores, "side") == pytest.approx(0.016413, abs=5e-7)
    assert share_explained(leizhou.scores, "split") == pytest.approx(0.166259, abs=5e-7)


def test_leizhou_institutions_against_departments(leizhou) -> None:
    pairs = {(each.first, each.second): each for each in compare_groups(leizhou.scores, "split", 8)}
    gap = pairs["department", "institution"]
    assert gap.mean.value == pytest.approx(6.50463, abs=5e-6)
    assert gap.p.value == pytest.approx(0.0092, abs=5e-5)


def test_leizhou_tiers_by_side(leizhou) -> None:
    counts = count_group_tiers(leizhou.scores, "side")
    towns, bureaus = (counts[counts["group"] == side]["n"].to_list() for side in ("town", "bureau"))
    assert towns == [2, 17, 2]
    assert bureaus == [6, 24, 5, 1]


def test_leizhou_lead(leizhou) -> None:
    lead = find_lead(leizhou.scores, "side", compare_groups(leizhou.scores, "side", 8))
    assert lead is not None
    assert (lead.leader, lead.n, lead.best, lead.is_whole_gap) == ("bureau", 6, 90, True)
    assert lead.mean_without == pytest.approx(84.275862, abs=5e-7)


def test_leizhou_sensitivity(leizhou) -> None:
    table = measure_sensitivity(leizhou.scores, "side", compare_groups(leizhou.scores, "side", 8), 90, 80)
    rows = [(row.change, row.unit, row.at, round(row.gap, 2)) for row in table.iloc[1:].itertuples()]
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
        "Towns (21) average 84.67, bureaus (35) 86.14: −1.48 points, Cliff's δ −0.15 (a random town beats a random "
        "bureau in 295 of 735 pairs, loses 403); the whole gap comes from 6 bureaus above 90, where no town is."
    )
    assert words.word(describe_lead(find_lead(scores, "side", comparisons))) == (
        "Exploratory: 6 bureaus score above 90, the best town. Without them the bureaus average 84.28, below the 84.67 "
        "of the towns."
    )
    assert words.word(describe_split(scores, "split", 8)) == (
        "Exploratory, by an analyst's split: towns (21) 84.67, departments (27) 87.63, institutions (8) 81.13. "
        "These 3 groups explain 16.6% of the variation of scores, the two sides 1.6%."
    )


def test_absent_side_is_said(make_scores, leizhou) -> None:
    scores = make_scores([(f"{letter}局", 80 + at, None) for at, letter in enumerate("甲乙丙丁戊己庚辛")])
    comparisons = compare_groups(scores, "side", 8)
    assert comparisons[0].status == "absent"
    sentence = "There are no towns with a score in Leizhou 2017; no comparison is made."
    assert leizhou.words.word(describe_groups(scores, comparisons, "side")) == sentence


def test_without_a_measured_gap_nothing_is_said_of_the_top(make_scores, leizhou) -> None:
    scores = make_scores([("甲镇", None, "优秀"), ("乙局", None, "良好")])
    lead = find_lead(scores, "side", compare_groups(scores, "side", 8))
    assert leizhou.words.word(describe_lead(lead)) == ""


def test_few_units_are_listed_not_compared(make_scores, leizhou) -> None:
    scores = make_scores([("甲镇", 80, None), ("乙局", 90, None), ("丙局", 91, None)])
    comparisons = compare_groups(scores, "side", 8)
    assert comparisons[0].status == "too_few"
    sentence = "Towns (1) and bureaus (2) are too few to compare; the units are listed."
    assert leizhou.words.word(describe_groups(scores, comparisons, "side")) == sentence
    assert summarise_groups(scores, "side", 8)["units"].to_list() == [["甲镇"], ["乙局", "丙局"]]
    assert tabulate_effects(comparisons)["value"].isna().all()


def test_all_ties_have_no_effect_and_no_warning(make_scores, leizhou) -> None:
    scores = make_scores([(f"{letter}{end}", 88, None) for end in "镇局" for letter in "甲乙丙丁戊己庚辛"])
    [sides] = compare_groups(scores, "side", 8)
    assert (sides.cliffs_delta.value, sides.p.value, sides.hedges_g.value) == (0, 1, None)
    assert find_lead(scores, "side", [sides]) is None
    assert ": 0.00 points, Cliff's δ 0.00 (" in leizhou.words.word(describe_groups(scores, [sides], "side"))


def test_a_side_wholly_above_the_other_is_said(make_scores, leizhou) -> None:
    rows = [
        (f"{letter}{end}", base + at, None)
        for end, base in (("镇", 70), ("局", 90))
        for at, letter in enumerate("甲乙丙")
    ]
    scores = make_scores(rows)
    lead = find_lead(scores, "side", compare_groups(scores, "side", 2))
    assert leizhou.words.word(describe_lead(lead)) == "Exploratory: all 3 bureaus score above 72, the best town."


def test_groups_come_in_a_fixed_order(leizhou) -> None:
    assert list_groups(leizhou.scores, "side") == ["town", "bureau"]
    kinds = ["town", "subdistrict", "department", "institution", "vertical", "company"]
    assert list_groups(leizhou.scores, "kind") == kinds


def test_vertical_agencies_are_described_never_tested(leizhou) -> None:
    comparisons = compare_groups(leizhou.scores, "kind", 8)
    named = [each for each in comparisons if "vertical" in (each.first, each.second)]
    assert {each.status for each in named} == {"too_few"}


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ([("甲镇", 95, None), ("乙局", 85, None)], ""),
        ([("甲镇", 95, "优秀"), ("乙局", 91, "优秀")], "优秀: 1 of 1 town (100.0%), 1 of 1 bureau (100.0%)."),
        (
            [("甲局", None, "优秀"), ("乙局", 85, "良好"), ("丙局", 80, "一般"), ("丁局", 70, None)],
            "优秀: 1 of 4 bureaus (25.0%); 一般: 1 of 4 bureaus (25.0%).",
        ),
    ],
    ids=["no tiers", "one tier", "one side"],
)
def test_describe_group_tiers(make_scores, leizhou, rows, sentence: str) -> None:
    assert leizhou.words.word(describe_group_tiers(count_group_tiers(make_scores(rows), "side"))) == sentence


def test_without_tiers_or_a_side_there_is_no_row(make_scores, leizhou) -> None:
    scores = make_scores([("甲局", 90.0, None), ("乙局", 80.5, None)])
    assert count_group_tiers(scores, "side").empty
    assert tabulate_effects(compare_groups(scores, "side", 2)).empty


def test_group_tiers_of_real_notices(leizhou) -> None:
    assert leizhou.words.word(describe_group_tiers(count_group_tiers(leizhou.scores, "side"))) == (
        "优秀: 2 of 21 towns (9.5%), 6 of 36 bureaus (16.7%); 一般: 2 of 21 towns (9.5%), 5 of 36 bureaus (13.9%)."
    )
    baoshan = open_report("baoshan", "2016")
    assert baoshan.words.word(describe_group_tiers(count_group_tiers(baoshan.scores, "side"))) == (
        "优秀: 3 of 8 towns (37.5%), 7 of 17 bureaus (41.2%); 良好: 5 of 8 towns (62.5%), 10 of 17 bureaus (58.8%)."
    )
