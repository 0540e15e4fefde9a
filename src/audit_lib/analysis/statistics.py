"""The exact small calculations that no library has, and safe calls of those that libraries do have.

A notice scores every unit, so nothing here estimates a population: a p value says how often random groups would give as
much.
"""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.float64]
Steps: TypeAlias = npt.NDArray[np.int64]

GRID = 10_000  # the finest grid tried, in steps per point: no notice prints more than four decimals
MAX_UNITS = 1_000  # C(1000, 500) is 3e299; a little above 1,000 units float64 counts overflow
MAX_CELLS = 32_000_000  # of the table of permutation_p: 256 MB, and as much again while it is filled


@dataclass(frozen=True)
class PairCounts:
    """How many pairs, one unit from each group, the first group wins, loses and ties."""

    wins: int
    losses: int
    ties: int

    @property
    def total(self) -> int:
        return self.wins + self.losses + self.ties


def tukey_fences(values: npt.ArrayLike) -> tuple[float, float]:
    """Find the scores below and above which a unit counts as an outlier, in points.

    1.5 interquartile ranges outside the linear quartiles; where the middle half of the units tie, both
    fences are their score. Missing scores are dropped; one must be left.
    Source: Tukey (1977); quartiles of type 7 in Hyndman and Fan (1996).
    """
    low, high = np.percentile(_present(values), [25, 75])
    reach = 1.5 * (high - low)
    return float(low - reach), float(high + reach)


def permutation_p(x: npt.ArrayLike, y: npt.ArrayLike) -> float | None:
    """Find the share of the relabellings of the units with a gap of means at least as large, in either direction.

    Exact, without a seed: all relabellings are counted by sum, and sums are compared as whole numbers, so ties with
    the observed gap are never lost to rounding. Missing scores are dropped; None for an empty group; 1 where all
    scores are equal. ValueError for scores with more than four decimals or above a million, for more than MAX_UNITS
    units and where the table would pass MAX_CELLS.
    Source: Pitman (1937); counted by the shift algorithm of Streitberg and Röhmel (1986).
    """
    first, second = _present(x), _present(y)
    if not first.size or not second.size:
        return None
    steps = _grid_steps(np.concatenate([first, second]))
    if not steps.any():
        return 1.0
    smaller = steps[: first.size] if first.size <= second.size else steps[first.size :]
    ways = _count_relabellings(steps, smaller.size)
    gaps = np.abs(np.arange(ways.size) * steps.size - smaller.size * int(steps.sum()))  # of means, times a constant
    as_large = ways[gaps >= gaps[int(smaller.sum())]].sum()
    return min(float(as_large / ways.sum()), 1.0)


def _grid_steps(scores: Floats) -> Steps:
    """Express scores as whole steps above the lowest, on the coarsest grid that holds them all."""
    whole = np.rint(scores * GRID)
    off = (np.abs(scores) > 1e6) | ~np.isclose(whole / GRID, scores, rtol=1e-12, atol=1e-12)
    if off.any():
        raise ValueError(f"score {scores[off][0]}: expected at most four decimals and at most a million")
    steps: Steps = (whole - whole.min()).astype(np.int64)
    return steps // max(int(np.gcd.reduce(steps)), 1)


def _count_relabellings(steps: Steps, size: int) -> Floats:
    """Count the groups of `size` units by the sum of their steps (index = sum)."""
    width = int(np.sort(steps)[-size:].sum()) + 1
    if steps.size > MAX_UNITS:
        raise ValueError(f"{steps.size} units: relabellings are counted for up to {MAX_UNITS}")
    if (size + 1) * width > MAX_CELLS:
        raise ValueError(f"table of {size + 1} by {width} sums: expected at most {MAX_CELLS} cells")
    ways = np.zeros((size + 1, width))  # row: units taken so far; column: the sum of their steps
    ways[0, 0] = 1
    for seen, step in enumerate(steps.tolist(), start=1):
        fewest, most = max(size - (steps.size - seen), 1), min(seen, size)
        ways[fewest : most + 1, step:] += ways[fewest - 1 : most, : width - step]
    return ways[size, :]


def count_pairs(x: npt.ArrayLike, y: npt.ArrayLike) -> PairCounts:
    """Count the pairs of units, one from each group, that the first group wins, loses and ties.

    Missing scores are dropped; an empty group leaves no pairs. Source: Mann and Whitney (1947).
    """
    gaps = np.subtract.outer(_present(x), _present(y))
    return PairCounts(int((gaps > 0).sum()), int((gaps < 0).sum()), int((gaps == 0).sum()))


def _present(values: npt.ArrayLike) -> Floats:
    """Keep the scores that are there. ValueError for an infinite one, which no notice can print."""
    numbers = np.asarray(values, dtype=np.float64)
    if np.isinf(numbers).any():
        raise ValueError("infinite score: expected finite numbers or missing values")
    return numbers[~np.isnan(numbers)]
