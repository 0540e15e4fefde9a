"""Two measurements of the same units: how far they changed, and where that is not more than rounding."""

import numpy as np
import pandas as pd

MOST_DECIMALS = 4


def find_step(*scores: pd.Series) -> float:
    """Find the last digit that every series prints: 0.1 where each has a decimal, 1 where one has none.

    >>> find_step(pd.Series([87.1, 90.0]), pd.Series([33.33])), find_step(pd.Series([87.0]), pd.Series([87.4]))
    (0.1, 1.0)
    """
    return max(10.0 ** -_count_decimals(series.dropna()) for series in scores)


def _count_decimals(values: pd.Series) -> int:
    """Count the decimals of the value that has most; none for no values."""
    exact = (n for n in range(MOST_DECIMALS) if ((values.round(n) - values).abs() < 1e-9).all())
    return next(exact, MOST_DECIMALS)


def find_direction(change: pd.Series, step: float) -> pd.Series:
    """Return 1 for a value that rose, −1 for one that fell, 0 within one rounding step; missing stays missing."""
    moved = change.abs().round(6) > round(step, 6)
    return np.sign(change).where(moved | change.isna(), 0.0)
