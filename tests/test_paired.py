"""Units measured twice and more: exact values, missing ones, and the mixed model that must not be asked."""

import warnings

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from hypothesis import given, settings
from hypothesis import strategies as st

from audit_lib.analysis.paired import (
    consistency,
    expected_return,
    kendall_tau,
    signed_rank_p,
    stand_percent,
    typical_change,
)


def series(*values: float | None) -> pd.Series:
    return pd.Series(values, dtype="float64")


@pytest.mark.parametrize(
    ("scores", "expected"),
    [
        ((90, 80), [75, 25]),
        ((90, 80, 80, 70), [87.5, 50, 50, 12.5]),
        ((88, 88, 88), [50, 50, 50]),
        ((90, None, 80), [75, None, 25]),
        ((), []),
    ],
)
def test_standing(scores: tuple[float | None, ...], expected: list[float | None]) -> None:
    pd.testing.assert_series_equal(stand_percent(series(*scores)), series(*expected))


@given(st.lists(st.integers(0, 100), min_size=1, max_size=30))
@settings(max_examples=60, deadline=None)
def test_standings_average_fifty_and_keep_the_order(scores: list[int]) -> None:
    standing = stand_percent(series(*scores))
    assert standing.mean() == pytest.approx(50)
    assert (
        np.sign(np.subtract.outer(scores, scores))
        == np.sign(np.subtract.outer(standing.to_numpy(), standing.to_numpy()))
    ).all()


@pytest.mark.parametrize(
    ("before", "after", "tau", "status"),
    [
        ((1, 2, 3, 4), (2, 3, 4, 5), 1, "ok"),
        ((1, 2, 3, 4), (4, 3, 2, 1), -1, "ok"),
        ((1, 2, 2, 3), (1, 2, 3, 3), 0.8, "ok"),  # 4 pairs agree, none not, one tie on each side: 4 / 5
        ((1, 2, 3), (7, 7, 7), None, "no_variation"),
        ((1,), (2,), None, "too_few"),
        ((1, None), (None, 2), None, "absent"),
    ],
)
def test_kendall(before: tuple, after: tuple, tau: float | None, status: str) -> None:
    found = kendall_tau(series(*before), series(*after))
    assert (found.value, found.status) == (tau if tau is None else pytest.approx(tau), status)


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [
        ((80, 85, 90), (81, 86, 91), 1),
        ((80, 85, 90), (81, 86, 100), 3.25),  # Walsh averages 1, 1, 5.5, 1, 5.5, 10: halfway from 1 to 5.5
        ((80, None), (None, 90), None),
        ((80, 85), (80, 85), 0),
    ],
)
def test_typical_change(before: tuple, after: tuple, change: float | None) -> None:
    assert typical_change(series(*before), series(*after)).value == change


def test_signed_rank() -> None:
    before = series(*range(8))
    assert signed_rank_p(before, before + 1 + before / 10).value == pytest.approx(
        2 / 2**8
    )  # all signs alike, both ways
    assert signed_rank_p(before, before).status == "no_variation"


def test_expected_return_of_the_top() -> None:
    before, after = series(10, 20, 30, 40), series(20, 10, 40, 30)  # r = 0.6, mean 25
    assert expected_return(before, after, before > 35).value == pytest.approx(0.4 * (25 - 40))
    assert expected_return(before, before, before > 35).value == pytest.approx(0)
    assert expected_return(before, series(5, 5, 5, 5), before > 35).status == "no_variation"
    assert expected_return(before, after, before > 99).value is None


def panel(n: int = 30, periods: int = 3) -> pd.DataFrame:
    """Make synthetic scores: a level per unit, a shift per period, noise."""
    random = np.random.default_rng(20170101)
    level = random.normal(85, 4, n)
    return pd.DataFrame({f"{2015 + at}": level + at + random.normal(0, 3, n) for at in range(periods)})


def test_one_period_has_no_consistency_though_the_mixed_model_gives_a_half() -> None:
    one = panel(periods=1)
    long = one.rename_axis("unit").reset_index().melt("unit", value_name="value")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fit = smf.mixedlm("value ~ 1", long, groups="unit").fit()
    between = float(fit.cov_re.iloc[0, 0])
    assert fit.converged  # the trap: it says so, on one value a unit
    assert between / (between + float(fit.scale)) == pytest.approx(0.5)
    found = consistency(one)
    assert (found.value, found.status) == (None, "too_few")


def test_consistency_in_closed_form_is_that_of_the_mixed_model() -> None:
    values = panel()
    long = values.rename_axis("unit").reset_index().melt("unit", var_name="period", value_name="value")
    fit = smf.mixedlm("value ~ C(period)", long, groups="unit").fit(reml=True)
    between = float(fit.cov_re.iloc[0, 0])
    assert consistency(values).value == pytest.approx(between / (between + float(fit.scale)), abs=1e-4)


def test_consistency_with_gaps_and_at_the_edges() -> None:
    gaps = panel()
    gaps.iloc[3, 1] = gaps.iloc[7, 2] = np.nan
    assert consistency(gaps).value == pytest.approx(consistency(panel()).value, abs=0.05)
    level = series(80, 85, 90)
    assert consistency(pd.DataFrame({"a": level, "b": level + 2})).value == pytest.approx(1)
    assert consistency(pd.DataFrame({"a": level * 0, "b": level * 0})).status == "no_variation"
    assert consistency(pd.DataFrame({"a": level, "b": series(None, None, 3)})).status == "too_few"
    assert consistency(pd.DataFrame()).status == "too_few"
