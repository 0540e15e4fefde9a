"""Small numeric helpers shared by all stages: rounding half up, competition ranks, ties."""

import math
from decimal import ROUND_HALF_UP, Decimal

import pandas as pd


def round_half_up(value: float, digits: int) -> Decimal:
    """Round as a reader does by hand: 81.125 gives 81.13 and 2.675 gives 2.68.

    The shortest decimal that prints as the number is rounded, not the binary fraction behind it. Halves
    go away from zero (-2.5 to -3) and zero has no sign. ValueError for NaN and infinity.
    Source: roundTiesToAway of IEEE 754 (2008), on decimals.
    """
    if not math.isfinite(value):
        raise ValueError(f"cannot round {value}: not a finite number")
    rounded = Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    return rounded if rounded else rounded.copy_abs()


def competition_rank(scores: pd.Series, *, lower_first: bool = False) -> pd.Series:
    """Rank units by score: the highest, or the lowest, is 1; ties share the best rank, the next ranks are skipped.

    Int16 on the same index; a missing score has a missing rank and counts for nobody else's.
    Source: standard competition ranking, "1224".
    """
    return scores.rank(method="min", ascending=lower_first).astype("Int16")


def count_ties(scores: pd.Series) -> pd.Series:
    """Count for each unit how many share its score, itself included: 1 means alone.

    Int16 on the same index; a missing score ties with nobody and stays missing.
    """
    return scores.groupby(scores).transform("size").astype("Int16")
