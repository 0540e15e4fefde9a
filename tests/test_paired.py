"""Units measured twice: standings, the rounding step and the direction of a change."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit_lib.analysis.paired import find_direction, find_step, stand_percent


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
    ("scores", "step"), [((87, 90), 1), ((87.5, 90), 0.1), ((33.33, 90), 0.01), ((97.4138,), 0.0001), ((), 1)]
)
def test_rounding_step(scores: tuple[float, ...], step: float) -> None:
    assert find_step(series(*scores)) == pytest.approx(step)


def test_direction_within_a_rounding_step() -> None:
    changes = series(0.1, 0.11, -0.1, -0.3, 0, None, 90.3 - 90.2)
    assert find_direction(changes, 0.1).fillna(9).to_list() == [0, 1, 0, -1, 0, 9, 0]
