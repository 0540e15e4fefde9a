"""How the scores are spread, tied and rounded: Leizhou 2017 in full, and the cases where there is little to say."""

import pandas as pd
import pytest

from audit_lib.analysis.distribution import (
    count_digits,
    count_fives,
    count_scores,
    count_shared,
    describe_digits,
    describe_distribution,
    describe_outliers,
    describe_pairs,
    find_outliers,
    order_in_ties,
    summarise_scores,
    tabulate_pair_gaps,
)


@pytest.mark.parametrize(
    ("statistic", "value"),
    [
        ("n", 56),
        ("sum", 4793),
        ("mean", 85.589286),
        ("sd", 5.628747),
        ("median", 86),
        ("q1", 82),
        ("q3", 89),
        ("iqr", 7),
        ("min", 70),
        ("max", 97),
        ("range", 27),
        ("mad", 3.5),
        ("trimmed_mean", 85.7174),
        ("skewness", -0.43873),
        ("kurtosis", 0.707281),
    ],
)
def test_leizhou_summary(leizhou, statistic: str, value: float) -> None:
    assert summarise_scores(leizhou.scores)[statistic] == pytest.approx(value, abs=5e-5)


def test_leizhou_ties(leizhou) -> None:
    ties = count_shared(leizhou.scores)
    assert (ties.n_units, ties.n_distinct, ties.n_groups, ties.n_tied) == (56, 24, 12, 44)
    assert ties.n_serial_differs == 32
    assert (ties.pairs, ties.pairs_tied, ties.pairs_within) == (1540, 72, {1.0: 232, 2.0: 399, 5.0: 791})
    assert tabulate_pair_gaps(ties)["share_pct"].round(1).to_list() == [4.7, 15.1, 25.9, 51.4]


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


def test_leizhou_order_in_ties(leizhou) -> None:
    order = order_in_ties(leizhou.scores)
    assert list(order.groups["score"]) == [90, 88, 86, 84, 83, 82, 81, 78]
    assert list(order.groups["odds"]) == [15, 35, 6, 3, 2, 10, 3, 3]
    assert (order.first_side, order.odds) == ("bureau", 1_701_000)


def test_leizhou_digits(leizhou) -> None:
    digits = count_digits(leizhou.scores)
    assert list(digits["n"]) == [8, 4, 5, 3, 4, 5, 6, 4, 10, 3]
    fives, n, p = count_fives(digits)
    assert (fives, n) == (13, 52)
    assert p == pytest.approx(0.385, abs=5e-4)


def test_leizhou_sentences(leizhou) -> None:
    scores, words = leizhou.scores, leizhou.words
    assert words.word(describe_distribution(scores)) == (
        "Scores run 70–97 around a median of 86 (IQR 82–89); 56 units share 24 distinct scores and 44 are tied, "
        "so 序号 is not a ranking: in all 8 mixed ties bureaus come first (1 in 1,701,000 by chance)."
    )
    assert words.word(describe_digits(count_digits(scores))) == (
        "13 of 52 whole-number scores end in 0 or 5, where 10.4 would by chance (exact binomial p 0.385): "
        "no preference for round digits can be shown."
    )
    assert words.word(describe_pairs(count_shared(scores))) == (
        "232 of 1,540 pairs of units (15.1%) lie within one point of each other."
    )


@pytest.mark.parametrize(
    ("points", "sentence"),
    [
        ([], "No scores are published."),
        ([88, 88, 88], "All 3 units score 88; there is no spread to describe."),
        ([90, 80, 70], "Scores run 70–90 around a median of 80 (IQR 75–85); all 3 units have different scores."),
        (
            [90, 90, 70],
            "Scores run 70–90 around a median of 90 (IQR 80–90); 3 units share 2 distinct scores and 2 are tied, "
            "so 序号 is not a ranking.",
        ),
        ([103, -2], "Scores run −2–103 around a median of 50.5 (IQR 24.25–76.75); all 2 units have different scores."),
    ],
)
def test_describe_awkward_scores(make_scores, leizhou, points: list[float], sentence: str) -> None:
    scores = make_scores(
        [(f"{letter}局", point, None) for letter, point in zip("甲乙丙", points, strict=False)]
        or [("甲局", None, "优秀")]
    )
    assert leizhou.words.word(describe_distribution(scores)) == sentence


def test_mixed_tie_with_towns_in_between_has_no_first_side(make_scores) -> None:
    scores = make_scores([("甲局", 90, None), ("乙镇", 90, None), ("丙局", 90, None)])
    order = order_in_ties(scores)
    assert order.first_side is None
    assert list(order.groups["odds"]) == [3]


def test_no_mixed_tie_has_even_odds(make_scores) -> None:
    order = order_in_ties(make_scores([("甲局", 90, None), ("乙局", 90, None), ("丙镇", 80, None)]))
    assert (len(order.groups), order.first_side, order.odds) == (0, None, 1)


@pytest.mark.parametrize("points", [[], [88], [88, 88]])
def test_few_scores_give_no_warning_and_no_nan(make_scores, points: list[float]) -> None:
    scores = make_scores(
        [(f"{letter}局", point, None) for letter, point in zip("甲乙", points, strict=False)]
        or [("甲局", None, "优秀")]
    )
    spread = summarise_scores(scores)
    assert spread.get("n", 0) == len(points)
    assert not [name for name, value in spread.items() if isinstance(value, float) and pd.isna(value)]
    assert find_outliers(scores).empty


@pytest.mark.parametrize("points", [[], [88.5]], ids=["no scores", "no whole score"])
def test_tables_without_anything_to_count_have_no_row(make_scores, points: list[float]) -> None:
    scores = make_scores([("甲局", points[0] if points else None, "优秀")])
    assert [len(count_digits(scores)), len(tabulate_pair_gaps(count_shared(scores)))] == [0, 0]


@pytest.mark.parametrize(
    ("points", "sentence"),
    [
        ([], ""),
        ([90, 80, 70], ""),
        ([88, 88, 88, 88], ""),
        ([90, 89, 88, 87], "No unit lies beyond Tukey's fences (85.5 to 91.5)."),
        ([90, 89, 88, 88, 40.5], "1 unit lies beyond Tukey's fences (86.5 to 90.5): 戊局 40.5."),
    ],
    ids=["no scores", "three units", "all equal", "none", "one"],
)
def test_describe_outliers(make_scores, leizhou, points: list[float], sentence: str) -> None:
    rows = [(f"{name}局", point, None) for name, point in zip("甲乙丙丁戊", points, strict=False)]
    scores = make_scores(rows or [("甲局", None, "优秀")])
    assert leizhou.words.word(describe_outliers(scores)) == sentence


def test_leizhou_outliers_are_told(leizhou) -> None:
    assert leizhou.words.word(describe_outliers(leizhou.scores)) == (
        "2 units lie beyond Tukey's fences (71.5 to 99.5): 白沙镇 71, 民政局 70."
    )
