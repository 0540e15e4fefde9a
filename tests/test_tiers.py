"""Tiers against scores: Leizhou 2017 in full, and notices with two, four, overlapping or unknown tiers."""

import pytest

from audit_lib.analysis.cuts import (
    compare_rule,
    describe_overlap,
    describe_tiers,
    explain_exceptions,
    find_near,
    imply_cuts,
    measure_agreement,
    scan_cuts,
)
from audit_lib.analysis.tiers import describe_classes, describe_tier_pairs, find_breaks, summarise_tiers
from audit_lib.errors import AuditError
from audit_lib.tables.tiers import count_tier_pairs, list_tiers


@pytest.mark.parametrize(
    ("tier", "listed", "scored", "mean", "sd", "median", "low", "high", "towns", "bureaus"),
    [
        ("优秀", 8, 8, 93.5, 3.023716, 94.5, 90, 97, 2, 6),
        ("良好", 41, 40, 85.9125, 3.001896, 86, 81, 93, 17, 24),
        ("一般", 7, 7, 75.5, 3.617089, 78, 70, 78.5, 2, 5),
    ],
)
def test_leizhou_tier(leizhou, tier, listed, scored, mean, sd, median, low, high, towns, bureaus) -> None:
    row = summarise_tiers(leizhou.scores).set_index("tier").loc[tier]
    assert row[["n_listed", "n_scored", "n_town", "n_bureau"]].to_list() == [listed, scored, towns, bureaus]
    assert row[["mean", "sd", "median", "min", "max"]].to_list() == pytest.approx(
        [mean, sd, median, low, high], abs=5e-7
    )


def test_without_tiers_there_is_nothing_to_summarise_and_no_cut_to_be_near(make_scores) -> None:
    scores = make_scores([("甲局", 90.0, None), ("乙镇", 80.5, None)])
    assert summarise_tiers(scores).empty
    assert find_near(scores, (90.0, 80.0)).empty


def test_leizhou_untiered_unit_comes_last(leizhou) -> None:
    last = summarise_tiers(leizhou.scores).iloc[-1]
    assert (last["n_listed"], last["mean"]) == (1, 80)


def test_leizhou_rule(leizhou) -> None:
    rule = compare_rule(leizhou.scores, 90, 80)
    assert rule is not None
    assert rule.crosstab.to_numpy().tolist() == [[8, 4, 0], [0, 36, 0], [0, 0, 7]]
    assert (rule.n_agree, rule.n_rated) == (51, 55)
    assert list(rule.exceptions["unit_name"]) == ["水务局", "发改局", "杨家镇", "北和镇"]
    at_cut = rule.at_cut.groupby("tier")["unit_name"].agg(list)
    assert at_cut["优秀"] == ["财政局", "唐家镇", "松竹镇"]
    assert at_cut["良好"] == ["发改局", "杨家镇", "北和镇"]


def test_leizhou_agreement(leizhou) -> None:
    found = measure_agreement(leizhou.scores, compare_rule(leizhou.scores, 90, 80))
    expected = {"kappa": 0.847, "kappa_linear": 0.861, "tau_b": 0.665787, "somers_d": 0.977134, "gvf_tiers": 0.711}
    assert found.to_dict() == pytest.approx(expected, abs=5e-4)


def test_leizhou_pairs(leizhou) -> None:
    pairs = {
        each.tiers: (each.total, each.agree, each.equal, each.reversed) for each in count_tier_pairs(leizhou.scores)
    }
    assert pairs == {
        ("优秀", "良好"): (320, 308, 9, 3),
        ("优秀", "一般"): (56, 56, 0, 0),
        ("良好", "一般"): (280, 280, 0, 0),
    }


def test_leizhou_cuts(leizhou) -> None:
    cuts = imply_cuts(leizhou.scores)
    assert cuts[["low", "high", "is_overlap", "n_units"]].to_numpy().tolist() == [
        [90, 93, True, 7],
        [78.5, 81, False, 0],
    ]
    scan = scan_cuts(leizhou.scores).set_index("cut")
    assert scan.loc[[89, 90, 93, 94], "n_at_least"].to_list() == [15, 12, 6, 5]
    assert scan.loc[[90, 94], "errors_best"].to_list() == [4, 3]
    assert scan["errors_best"].min() == 3
    assert scan.loc[[80, 81, 82], "n_below"].to_list() == [7, 8, 11]
    assert scan.loc[[80, 81], "errors_last"].to_list() == [0, 0]


def test_leizhou_near_the_cuts(leizhou) -> None:
    assert find_near(leizhou.scores, (90, 80)).groupby("cut").size().to_dict() == {80: 4, 90: 9}


def test_leizhou_natural_breaks(leizhou) -> None:
    breaks = find_breaks(leizhou.scores)
    assert breaks[["k", "min", "max", "n"]].to_numpy().tolist() == [
        [3, 93, 97, 6],
        [3, 84, 90, 32],
        [3, 70, 83, 18],
        [4, 93, 97, 6],
        [4, 86, 90, 25],
        [4, 80, 85, 18],
        [4, 70, 78.5, 7],
    ]
    assert breaks.groupby("k")["gvf"].first().to_list() == pytest.approx([0.779, 0.897], abs=5e-4)


def test_leizhou_exceptions_and_the_prose(leizhou) -> None:
    rows = explain_exceptions(compare_rule(leizhou.scores, 90, 80), leizhou.mentions).set_index("unit_name")
    assert rows["sentiment"].dropna().to_dict() == {"水务局": "criticised", "北和镇": "praised"}
    assert rows.loc["水务局", ["section", "item"]].to_list() == ["二", "八"]


def test_leizhou_sentences(leizhou) -> None:
    scores, words = leizhou.scores, leizhou.words
    assert words.word(describe_tiers(compare_rule(scores, 90, 80))) == (
        "A 90/80 rule reproduces 51 of 55 tiers; the 4 exceptions (水务局 93, 发改局, 杨家镇, 北和镇 90) are all placed "
        "in 良好, and of the 6 units at 90, 3 are 优秀 and 3 良好."
    )
    assert words.word(describe_overlap(imply_cuts(scores), scan_cuts(scores))) == (
        "No cut parts 优秀 from 良好: 7 units score between 90 and 93, where both occur, and the best single cut still "
        "gets 3 wrong. Any cut above 78.5 and up to 81 parts 良好 from 一般 without error."
    )
    assert words.word(describe_tier_pairs(count_tier_pairs(scores))) == (
        "Of 656 pairs of units in different tiers, 644 stand as their scores do; 9 have equal scores (at 90); 3 are "
        "reversed, with 水务局 93 above units of a better tier."
    )
    assert words.word(describe_classes(find_breaks(scores), scores)) == (
        "Parted by themselves into 3 classes, as many as there are tiers, the scores run 93–97, 84–90, 70–83 (6, 32, 18 "
        "units, where the tiers hold 8, 40, 7): 41 of 55 units stand in the class that matches their tier."
    )


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ([("甲局", None, "优秀"), ("乙局", None, "良好")], ""),
        (
            [("甲局", 95, "优秀"), ("乙局", None, "良好"), ("丙局", 70, "一般")],
            "Any cut above 70 and up to 95 parts 优秀 from 一般 without error.",
        ),
    ],
    ids=["lists only", "a tier without scores between two with"],
)
def test_a_cut_parts_tiers_with_scores_only(make_scores, leizhou, rows, sentence: str) -> None:
    scores = make_scores(rows)
    assert leizhou.words.word(describe_overlap(imply_cuts(scores), scan_cuts(scores))) == sentence


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ([("甲局", 95, None)], "No tiers are published together with scores, in a form that two cuts could give."),
        (
            [("甲局", 95, "优秀"), ("乙局", 85, "良好"), ("丙局", 75, "一般")],
            "A 90/80 rule reproduces 3 of 3 tiers; there are no exceptions.",
        ),
        (
            [("甲局", 95, "优秀"), ("乙局", 91, "良好"), ("丙局", 85, "良好")],
            "A cut at 90 reproduces 2 of 3 tiers; the one exception (乙局 91) is placed in 良好.",
        ),
        (
            [("甲局", 95, "优秀"), ("乙局", 91, "良好"), ("丙局", 85, "一般")],
            "A 90/80 rule reproduces 1 of 3 tiers; the 2 exceptions (乙局 91, 丙局 85) are placed in other tiers: "
            "1 良好, 1 一般.",
        ),
        (
            [("甲局", 95, "优秀"), ("乙局", 91, "优秀")],
            "No tiers are published together with scores, in a form that two cuts could give.",
        ),
        (
            [("甲局", 95, "优"), ("乙局", 85, "良"), ("丙局", 75, "及格"), ("丁局", 50, "不及格")],
            "No tiers are published together with scores, in a form that two cuts could give.",
        ),
    ],
    ids=["no tiers", "a clean rule", "two tiers", "exceptions both ways", "one tier", "four tiers"],
)
def test_describe_tiers(make_scores, leizhou, rows, sentence) -> None:
    scores = make_scores(rows)
    assert leizhou.words.word(describe_tiers(compare_rule(scores, 90, 80))) == sentence


def test_a_tier_nobody_knows_is_an_error(make_scores) -> None:
    with pytest.raises(AuditError, match=r"found tier 尚可; expected a tier of notices/vocabulary\.csv"):
        list_tiers(make_scores([("甲局", 95, "优秀"), ("乙局", 85, "尚可")]))


def test_a_unit_without_tier_or_score_is_in_no_comparison(make_scores) -> None:
    scores = make_scores([("甲局", 95, "优秀"), ("乙局", 85, None), ("丙局", None, "良好"), ("丁局", 84, "良好")])
    [pairs] = count_tier_pairs(scores)
    assert (pairs.total, pairs.agree) == (1, 1)
    assert summarise_tiers(scores)["n_listed"].to_list() == [1, 2, 1]


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ([("甲局", 95, None), ("乙局", 85, None)], ""),
        ([("甲局", 95, "优秀"), ("乙局", 91, "优秀")], ""),
        (
            [("甲局", 95, "优秀"), ("乙局", 91, "优秀"), ("丙局", 85, "良好")],
            "All 2 pairs of units in different tiers stand as their scores do.",
        ),
        (
            [("甲局", 90, "优秀"), ("乙局", 90, "良好")],
            "Of 1 pair of units in different tiers, 0 stand as their scores do; 1 has equal scores (at 90).",
        ),
        (
            [("甲局", 88, "优秀"), ("乙局", 90, "良好"), ("丙局", 89.5, "良好"), ("丁局", 89.5, "一般")],
            "Of 5 pairs of units in different tiers, 1 stands as their scores do; 1 has equal scores (at 89.5); 3 are "
            "reversed, with 乙局 90, 丙局, 丁局 89.5 above units of a better tier.",
        ),
    ],
    ids=["no tiers", "one tier", "all agree", "one pair, equal", "three reversed"],
)
def test_describe_tier_pairs(make_scores, leizhou, rows, sentence: str) -> None:
    assert leizhou.words.word(describe_tier_pairs(count_tier_pairs(make_scores(rows)))) == sentence


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ([("甲局", 95, None), ("乙局", 85, None), ("丙局", 75, None)], ""),
        ([("甲局", 95, "优秀"), ("乙局", 85, "良好"), ("丙局", 75, "良好")], ""),
        ([("甲局", 90, "优秀"), ("乙局", 90, "良好"), ("丙局", 80, "一般")], ""),
        (
            [
                ("甲局", 95, "优秀"),
                ("乙局", 94, "良好"),
                ("丙局", 75, "一般"),
                ("丁局", 60, "一般"),
                ("戊局", 59, None),
            ],
            "Parted by themselves into 3 classes, as many as there are tiers, the scores run 94–95, 75, 59–60 (2, 1, 2 "
            "units, where the tiers hold 1, 1, 2): 2 of 4 units stand in the class that matches their tier.",
        ),
    ],
    ids=["no tiers", "two tiers", "fewer scores than tiers", "a unit in no tier"],
)
def test_describe_classes(make_scores, leizhou, rows, sentence: str) -> None:
    scores = make_scores(rows)
    assert leizhou.words.word(describe_classes(find_breaks(scores), scores)) == sentence
