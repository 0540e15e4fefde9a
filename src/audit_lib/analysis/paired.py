"""The same units measured twice or more: small calculations, each with a status where it has no value.

In come values of the same units, in points or in percent of the way up; a missing value leaves its unit out.
"""

import warnings

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from audit_lib.analysis.statistics import Estimate

FEWEST_PERIODS = 2  # of one measurement no share of variation lies between units: a mixed model would still give 0.5


def stand_percent(scores: pd.Series) -> pd.Series:
    """Stand units from 0 to 100 by score: the share of units below, ties and the unit itself counting half.

    Mid-ranks, so a tie of all units is 50 for each. Missing stays missing. Source: Hazen (1914).
    """
    n = scores.notna().sum()
    return 100 * (scores.rank(method="average") - 0.5) / n if n else scores.astype("float64")


def kendall_tau(before: pd.Series, after: pd.Series) -> Estimate:
    """Measure how alike two rankings are: 1 the same order, −1 reversed, with ties allowed for (τ-b). No interval.

    `absent` without a pair, `too_few` for one, `no_variation` where one side is all tied. Source: Kendall (1945).
    """
    x, y = _pairs(before, after)
    if x.size < 2:
        return Estimate(None, status="too_few" if x.size else "absent")
    if np.ptp(x) == 0 or np.ptp(y) == 0:
        return Estimate(None, status="no_variation")
    return Estimate(float(stats.kendalltau(x, y).statistic))


def typical_change(before: pd.Series, after: pd.Series) -> Estimate:
    """Find the median of all means of two changes, after minus before: the paired Hodges–Lehmann estimate. No interval.

    A change counts as a pair with itself. Source: Hodges and Lehmann (1963).
    """
    x, y = _pairs(before, after)
    if not x.size:
        return Estimate(None, status="absent")
    first, second = np.triu_indices(x.size)
    changes = y - x
    return Estimate(float(np.median((changes[first] + changes[second]) / 2)))


def signed_rank_p(before: pd.Series, after: pd.Series) -> Estimate:
    """Find how often random signs of the changes give a shift as large, either way. No interval.

    Units that did not change count half for either way (`zsplit` of SciPy). Source: Wilcoxon (1945).
    """
    x, y = _pairs(before, after)
    if x.size < 2:
        return Estimate(None, status="too_few" if x.size else "absent")
    if not (y - x).any():
        return Estimate(1.0, status="no_variation")
    return Estimate(float(stats.wilcoxon(y - x, zero_method="zsplit").pvalue))


def expected_return(before: pd.Series, after: pd.Series, members: pd.Series) -> Estimate:
    """Find the change that regression to the mean alone would give a group: (1 − r) times its distance to the mean.

    `members` marks the group. r is Pearson's correlation of the two periods over all units; `no_variation` where it
    does not exist. The spread of both periods is taken to be the same. Source: Davis (1976).
    """
    x, y = _pairs(before, after)
    if x.size < 3 or not members.any():
        return Estimate(None, status="too_few" if x.size else "absent")
    if np.ptp(x) == 0 or np.ptp(y) == 0:
        return Estimate(None, status="no_variation")
    r = float(np.corrcoef(x, y)[0, 1])
    return Estimate((1 - r) * float(x.mean() - before[members].mean()))


def consistency(values: pd.DataFrame) -> Estimate:
    """Measure the share of variation that lies between units rather than within them, period means removed: ICC(C,1).

    A row per unit, a column per period. Two periods: units measured in both. Three and more: closed form if nothing is
    missing, else a mixed model (REML) with the periods as fixed effects. `too_few` below two periods or units: on one
    period the mixed model "converges" and gives 0.5, which means nothing. Source: McGraw and Wong (1996).
    """
    measured = values.dropna(how="all").dropna(axis="columns", how="all")
    if measured.shape[1] == FEWEST_PERIODS:
        measured = measured.dropna()
    if measured.shape[1] < FEWEST_PERIODS or len(measured) < 2:
        return Estimate(None, status="too_few")
    if measured.isna().any(axis=None):
        return _fit_consistency(measured)
    table = measured.to_numpy(dtype="float64")
    n, k = table.shape
    rest = table - table.mean(axis=1, keepdims=True) - table.mean(axis=0) + table.mean()
    between = k * float(((table.mean(axis=1) - table.mean()) ** 2).sum()) / (n - 1)
    within = float((rest**2).sum()) / ((n - 1) * (k - 1))
    if np.isclose(between + within, 0):
        return Estimate(None, status="no_variation")
    return Estimate((between - within) / (between + (k - 1) * within))


def _fit_consistency(values: pd.DataFrame) -> Estimate:
    # Loaded here: it takes as long as all else of statsmodels, and few reports have three periods with gaps.
    import statsmodels.formula.api as smf
    from statsmodels.tools.sm_exceptions import ConvergenceWarning

    long = values.rename_axis("unit").reset_index().melt("unit", var_name="period", value_name="value").dropna()
    if long["value"].nunique() < 2:
        return Estimate(None, status="no_variation")
    with warnings.catch_warnings():
        # At the edge, where units do not differ, the share is 0; the model says so twice.
        warnings.simplefilter("ignore", ConvergenceWarning)
        warnings.filterwarnings("ignore", "Random effects covariance is singular|.*boundary", UserWarning)
        fit = smf.mixedlm("value ~ C(period)", long, groups="unit").fit(reml=True)
    between = float(fit.cov_re.iloc[0, 0])
    return Estimate(between / (between + float(fit.scale)))


def _pairs(before: pd.Series, after: pd.Series) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    x, y = np.asarray(before, dtype=np.float64), np.asarray(after, dtype=np.float64)
    there = ~(np.isnan(x) | np.isnan(y))
    return x[there], y[there]
