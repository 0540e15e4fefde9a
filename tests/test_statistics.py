"""The statistics against the Leizhou notice of 2017, against brute force, and where they are undefined."""

import itertools
import math
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from audit_lib.analysis.statistics import (
    PairCounts,
    count_pairs,
    permutation_p,
    tukey_fences,
)
from audit_lib.numbers import competition_rank, count_ties, round_half_up

# A method that warns has met a case it is not defined for; we must catch that case before it does.
pytestmark = pytest.mark.filterwarnings("error")

# The annex of the notice, in its printed order; `split` is an analyst's reading of the order in which it lists units.
ANNEX = Path(__file__).parents[1] / "data/processed/leizhou/scores.csv"
UNITS = pd.read_csv(ANNEX, index_col="unit_name").dropna(subset=["score"])
CRITICISED = ["民政局", "安监局", "海洋渔业局", "白沙镇", "调风镇", "雷高镇", "公用事业局", "水务局"]
SCORES = UNITS["score"]
TOWNS, BUREAUS = (SCORES[UNITS["side"] == side] for side in ("town", "bureau"))
DEPARTMENTS, INSTITUTIONS = (SCORES[UNITS["split"] == split] for split in ("department", "institution"))

PERMUTATION_CASES = {
    "towns v bureaus": (TOWNS, BUREAUS),
    "towns v bureaus without the unit that has no tier": (TOWNS, BUREAUS.drop("监察局")),
    "institutions v departments": (INSTITUTIONS, DEPARTMENTS),
    "criticised v others": (SCORES[CRITICISED], SCORES.drop(CRITICISED)),
}


def half_points(low: int, high: int) -> st.SearchStrategy[float]:
    """Scores as notices print them; a narrow range forces ties."""
    return st.integers(2 * low, 2 * high).map(lambda halves: halves / 2)


def groups(max_size: int, min_size: int = 1) -> st.SearchStrategy[list[float]]:
    spans = st.sampled_from([(0, 100), (80, 90), (85, 86)])
    return spans.flatmap(lambda span: st.lists(half_points(*span), min_size=min_size, max_size=max_size))


# --- Leizhou 2017 ---------------------------------------------------------------------------------------


def test_leizhou_has_the_units_the_notice_has() -> None:
    assert (len(SCORES), len(TOWNS), len(BUREAUS), len(DEPARTMENTS)) == (56, 21, 35, 27)
    assert (SCORES.sum(), TOWNS.sum(), BUREAUS.sum(), INSTITUTIONS.sum()) == (4793, 1778, 3015, 649)


def test_leizhou_ties() -> None:
    ties = count_ties(SCORES)
    assert (ties > 1).sum() == 44
    assert SCORES[ties > 1].nunique() == 12
    assert ties.max() == 7
    serials = pd.Series(range(1, 57), index=SCORES.index)  # as printed
    assert (competition_rank(SCORES) != serials).sum() == 32
    within = count_pairs(SCORES, SCORES)
    assert (within.ties - 56) / 2 == 72  # each pair twice, and each unit with itself


def test_leizhou_spread() -> None:
    assert tukey_fences(SCORES) == (71.5, 99.5)


def test_leizhou_pairs() -> None:
    pairs = count_pairs(TOWNS, BUREAUS)
    assert pairs == PairCounts(wins=295, losses=403, ties=37)
    assert pairs.total == 735


@pytest.mark.parametrize(
    ("case", "p"),
    [
        ("towns v bureaus", 0.3508),
        ("towns v bureaus without the unit that has no tier", 0.2943),
        ("institutions v departments", 0.0070),
        ("criticised v others", 0.0047),
    ],
)
def test_leizhou_permutation(case: str, p: float) -> None:
    x, y = PERMUTATION_CASES[case]
    assert permutation_p(x, y) == permutation_p(y, x)
    assert permutation_p(x, y) == pytest.approx(p, abs=5e-5)


# --- Against brute force and other implementations --------------------------------------------------------


@settings(deadline=None)
@given(groups(6), groups(6))
def test_permutation_is_the_share_of_all_relabellings(x: list[float], y: list[float]) -> None:
    halves = [round(2 * score) for score in x + y]

    def total(chosen: tuple[int, ...]) -> int:
        return sum(halves[unit] for unit in chosen)

    observed = total(tuple(range(len(x))))
    relabellings = [total(chosen) for chosen in itertools.combinations(range(len(halves)), len(x))]
    centre = len(x) * sum(halves)  # the total of a group without a gap, times the number of units
    gaps = [abs(len(halves) * found - centre) for found in relabellings]
    expected = sum(gap >= abs(len(halves) * observed - centre) for gap in gaps) / len(gaps)
    assert permutation_p(x, y) == pytest.approx(expected, abs=1e-12)


@settings(deadline=None)
@given(groups(8), groups(8), st.sampled_from([0.01, 0.1, 3.0]), st.integers(-50, 50))
def test_permutation_is_blind_to_the_scale(x: list[float], y: list[float], factor: float, shift: int) -> None:
    moved = [[round(score * factor + shift, 4) for score in scores] for scores in (x, y)]
    assert permutation_p(moved[0], moved[1]) == permutation_p(x, y)


@settings(deadline=None)
@given(st.lists(st.none() | half_points(80, 90), max_size=12), st.sampled_from(["float64", "Float64"]))
def test_ranks_and_ties(scores: list[float | None], dtype: str) -> None:
    given_scores = pd.Series(scores, dtype=dtype, index=range(10, 10 + len(scores)))
    ranks, ties = competition_rank(given_scores), count_ties(given_scores)
    present = [score for score in scores if score is not None]
    expected = stats.rankdata([-score for score in present], method="min").tolist() if present else []
    assert ranks.dropna().tolist() == expected
    assert ties.dropna().tolist() == [present.count(score) for score in present]
    for result in (ranks, ties):
        assert result.dtype == "Int16"
        assert result.index.equals(given_scores.index)
        assert result.isna().tolist() == [score is None for score in scores]


@settings(deadline=None)
@given(groups(8), groups(8))
def test_pairs(x: list[float], y: list[float]) -> None:
    wins = losses = ties = 0
    for one in x:
        for other in y:
            wins, losses, ties = wins + (one > other), losses + (one < other), ties + (one == other)
    assert count_pairs(x, y) == PairCounts(wins, losses, ties)


@given(st.integers(-(10**9), 10**9), st.integers(0, 6), st.integers(0, 4))
def test_rounding_is_that_of_the_printed_decimal(digits_of: int, places: int, digits: int) -> None:
    printed = Decimal(digits_of).scaleb(-places)
    expected = printed.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    found = round_half_up(float(str(printed)), digits)
    assert found == expected
    assert str(found) == str(expected if expected else abs(expected))


@given(groups(12))
def test_fences(scores: list[float]) -> None:
    low, high = tukey_fences(scores)
    first, third = pd.Series(scores).quantile([0.25, 0.75])
    assert (low, high) == pytest.approx((first - 1.5 * (third - first), third + 1.5 * (third - first)))


# --- Where methods are undefined --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("x", "y", "p"),
    [
        ([], [80], None),
        ([80, 81], [], None),
        ([None, float("nan")], [80, 81], None),
        ([82], [80, 81, 82], 3 / 4),
        ([85, 85, 85], [85, 85], 1.0),
        ([90, 90], [80.5, 80.5], 1 / 3),
    ],
    ids=["absent", "absent too", "all missing", "one unit", "all ties", "two constants"],
)
def test_permutation_of_few(x: list[float], y: list[float], p: float | None) -> None:
    assert permutation_p(x, y) == pytest.approx(p)


def test_missing_scores_are_dropped() -> None:
    holey = pd.concat([TOWNS.astype("Float64"), pd.Series([pd.NA, pd.NA], dtype="Float64")])
    assert permutation_p(holey, BUREAUS) == permutation_p(TOWNS, BUREAUS)
    assert count_pairs(holey, BUREAUS) == count_pairs(TOWNS, BUREAUS)
    assert tukey_fences(holey) == tukey_fences(TOWNS)


def test_no_variation_and_no_units() -> None:
    assert count_pairs([], [80]).total == 0
    assert tukey_fences([88, 88, 88]) == (88, 88)
    assert competition_rank(pd.Series([], dtype="float64")).empty


def test_scores_off_the_scale_count_as_they_are() -> None:
    scores = pd.Series([103.0, -7.0, 0.0, 99.5])
    assert competition_rank(scores).tolist() == [1, 4, 3, 2]
    assert permutation_p([103, 102.9999], [-7, 0]) == pytest.approx(1 / 3)


@pytest.mark.parametrize(
    ("value", "digits", "printed"),
    [
        (81.125, 2, "81.13"),
        (2.675, 2, "2.68"),
        (0.5, 0, "1"),
        (-0.5, 0, "-1"),
        (-2.5, 0, "-3"),
        (-0.001, 2, "0.00"),
        (-0.0, 1, "0.0"),
        (86, 2, "86.00"),
        (1e-7, 2, "0.00"),
        (np.float64(85.589286), 2, "85.59"),
    ],
)
def test_rounding(value: float, digits: int, printed: str) -> None:
    assert str(round_half_up(value, digits)) == printed


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: round_half_up(math.nan, 2), "not a finite number"),
        (lambda: round_half_up(math.inf, 2), "not a finite number"),
        (lambda: count_pairs([math.inf, 1], [2, 3]), "infinite score"),
        (lambda: permutation_p([1 / 3], [1]), "at most four decimals"),
        (lambda: permutation_p([2e6], [1]), "at most a million"),
        (lambda: permutation_p(range(600), range(600)), "1200 units"),
        (lambda: permutation_p([0, 0.0001], [999_999]), "expected at most 32000000 cells"),
    ],
)
def test_unusable(call: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
