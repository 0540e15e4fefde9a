"""The exact small calculations that no library has, and safe calls of those that libraries do have.

In come the scores of one inspection or of two groups of its units; out go plain numbers, or an Estimate
whose status says why a number is missing. A notice scores every unit, so nothing here estimates a
population: an interval says what would hold if units had been sampled, a p value how often random groups
would give as much.
"""

import warnings
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

Status = Literal["ok", "absent", "too_few", "no_variation"]
Floats: TypeAlias = npt.NDArray[np.float64]
Steps: TypeAlias = npt.NDArray[np.int64]

GRID = 10_000  # the finest grid tried, in steps per point: no notice prints more than four decimals
MAX_UNITS = 1_000  # C(1000, 500) is 3e299; a little above 1,000 units float64 counts overflow
MAX_CELLS = 32_000_000  # of the table of permutation_p: 256 MB, and as much again while it is filled


@dataclass(frozen=True)
class Estimate:
    """A number with its interval, and a status that says why one of them is missing.

    `absent`: a group has no unit. `too_few`: a group has one unit where two are needed.
    `no_variation`: the scores leave nothing to measure the doubt by. Missing parts are None, never NaN.
    """

    value: float | None
    low: float | None = None
    high: float | None = None
    status: Status = "ok"


@dataclass(frozen=True)
class PairCounts:
    """How many pairs, one unit from each group, the first group wins, loses and ties."""

    wins: int
    losses: int
    ties: int

    @property
    def total(self) -> int:
        """Count all pairs: the sizes of the groups multiplied."""
        return self.wins + self.losses + self.ties

    @property
    def delta(self) -> float | None:
        """By how much the first group wins more pairs than it loses, from -1 to 1; None without pairs.

        Source: Cliff (1993), his delta.
        """
        return (self.wins - self.losses) / self.total if self.total else None


def tukey_fences(values: npt.ArrayLike) -> tuple[float, float]:
    """Find the scores below and above which a unit counts as an outlier, in points.

    1.5 interquartile ranges outside the linear quartiles; where the middle half of the units tie, both
    fences are their score. Missing scores are dropped; ValueError if none is left.
    Source: Tukey (1977); quartiles of type 7 in Hyndman and Fan (1996).
    """
    low, high = np.percentile(_some(values), [25, 75])
    reach = 1.5 * (high - low)
    return float(low - reach), float(high + reach)


def permutation_p(x: npt.ArrayLike, y: npt.ArrayLike) -> Estimate:
    """Find the share of the relabellings of the units with a gap of means at least as large, in either direction.

    Exact, without a seed: all relabellings are counted by sum, and sums are compared as whole numbers, so ties with
    the observed gap are never lost to rounding. No interval. Missing scores are dropped; an empty group is `absent`; if
    all scores are equal every relabelling ties, p is 1 and the status `no_variation`. ValueError for scores with more
    than four decimals or above a million, for more than MAX_UNITS units and where the table would pass MAX_CELLS.
    Source: Pitman (1937); counted by the shift algorithm of Streitberg and Röhmel (1986).
    """
    first, second = _present(x), _present(y)
    if not first.size or not second.size:
        return Estimate(None, status="absent")
    steps = _grid_steps(np.concatenate([first, second]))
    if not steps.any():
        return Estimate(1.0, status="no_variation")
    smaller = steps[: first.size] if first.size <= second.size else steps[first.size :]
    ways = _count_relabellings(steps, smaller.size)
    gaps = np.abs(np.arange(ways.size) * steps.size - smaller.size * int(steps.sum()))  # of means, times a constant
    as_large = ways[gaps >= gaps[int(smaller.sum())]].sum()
    return Estimate(min(float(as_large / ways.sum()), 1.0))


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


def mean_gap(x: npt.ArrayLike, y: npt.ArrayLike, level: float = 0.95) -> Estimate:
    """Measure the gap of the mean scores, first minus second, in points.

    Missing scores are dropped. Value without interval: `too_few` for one unit in a group, `no_variation`
    if neither group varies. Empty group: `absent`. Source: interval of Welch (1947).
    """
    first, second = _present(x), _present(y)
    status = _judge(first, second)
    if status == "absent":
        return Estimate(None, status=status)
    gap = float(first.mean() - second.mean())
    if status != "ok":
        return Estimate(gap, status=status)
    with warnings.catch_warnings():
        # A group that all scored the same is a fact here, not a loss of precision.
        warnings.filterwarnings("ignore", "Precision loss occurred", RuntimeWarning)
        low, high = stats.ttest_ind(first, second, equal_var=False).confidence_interval(level)
    return Estimate(gap, float(low), float(high))


def last_digits(scores: pd.Series) -> pd.Series:
    """Count the units by the last digit of their score; the index is 0 to 9.

    Whole-number scores only: half-points and missing scores are left out, and a digit nobody has counts
    0. The sign is ignored. Source: Myers (1940), digit preference.
    """
    whole = scores[scores.notna() & (scores % 1 == 0)]
    digits = (whole.abs() % 10).astype("int64")
    return digits.value_counts().reindex(range(10), fill_value=0)


def _present(values: npt.ArrayLike) -> Floats:
    """Keep the scores that are there. ValueError for an infinite one, which no notice can print."""
    numbers = np.asarray(values, dtype=np.float64)
    if np.isinf(numbers).any():
        raise ValueError("infinite score: expected finite numbers or missing values")
    return numbers[~np.isnan(numbers)]


def _some(values: npt.ArrayLike) -> Floats:
    """Keep the scores that are there, at least one."""
    present = _present(values)
    if not present.size:
        raise ValueError("no score: expected at least one")
    return present


def _judge(first: Floats, second: Floats) -> Status:
    """Return what stands in the way of an interval for two groups."""
    if not first.size or not second.size:
        return "absent"
    if min(first.size, second.size) < 2:
        return "too_few"
    if np.ptp(first) == 0 and np.ptp(second) == 0:
        return "no_variation"
    return "ok"
