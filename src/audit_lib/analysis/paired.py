"""Two measurements of the same units: how far they changed, and where that is not more than rounding."""

import pandas as pd

MOST_DECIMALS = 4


def find_step(*scores: pd.Series) -> float:
    """Find the rounding step of published scores: 0.1 where any has one decimal and none has two; 1 for whole numbers.

    >>> find_step(pd.Series([87.1, 90.0]), pd.Series([33.33])), find_step(pd.Series([87.0]))
    (0.01, 1.0)
    """
    values = pd.concat(scores).dropna()
    if values.empty:
        return 1.0
    digits = next((n for n in range(MOST_DECIMALS) if (values.round(n) - values).abs().max() < 1e-9), MOST_DECIMALS)
    return float(10.0**-digits)


def find_direction(change: pd.Series, step: float) -> pd.Series:
    """Return 1 for a value that rose, −1 for one that fell, 0 within one rounding step; missing stays missing."""
    moved = change.abs().round(6) > round(step, 6)
    sign = (change > 0).astype("float64") - (change < 0).astype("float64")
    return sign.where(moved, 0.0).where(change.notna())
