"""Units measured twice: the rounding step and the direction of a change."""

import pandas as pd
import pytest

from audit_lib.analysis.paired import find_direction, find_step


def series(*values: float | None) -> pd.Series:
    return pd.Series(values, dtype="float64")


@pytest.mark.parametrize(
    ("scores", "step"), [((87, 90), 1), ((87.5, 90), 0.1), ((33.33, 90), 0.01), ((97.4138,), 0.0001), ((), 1)]
)
def test_rounding_step(scores: tuple[float, ...], step: float) -> None:
    assert find_step(series(*scores)) == pytest.approx(step)


def test_the_coarser_of_two_series_sets_the_step() -> None:
    assert find_step(series(87.5, 90), series(87.52)) == pytest.approx(0.1)


def test_direction_within_a_rounding_step() -> None:
    changes = series(0.1, 0.11, -0.1, -0.3, 0, None, 90.3 - 90.2)
    assert find_direction(changes, 0.1).fillna(9).to_list() == [0, 1, 0, -1, 0, 9, 0]
