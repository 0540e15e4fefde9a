"""The spread of the scores: how wide, how tied, how rounded, and what the printed order says inside ties."""

from dataclasses import dataclass
from itertools import groupby

import numpy as np
import pandas as pd
from scipy import stats

from audit_lib.analysis.statistics import last_digits, median_absolute_deviation, order_odds, tukey_fences
from audit_lib.wording.words import Name, Phrase, say, say_nothing_found

TRIM = 0.1  # share cut off each end for the trimmed mean


def scored(scores: pd.DataFrame) -> pd.DataFrame:
    """Keep the units that have a score, in printed order."""
    return scores.dropna(subset=["score"])


def summarise_scores(scores: pd.DataFrame) -> pd.Series:
    """Summarise the scores in points; empty where no unit has one.

    Linear quartiles, n−1 standard deviation, skewness G1 and excess kurtosis G2 (SciPy, bias-corrected). Measures that
    need variation are NA where all scores are equal; shape needs four units.
    """
    points = scores["score"].dropna()
    if points.empty:
        return pd.Series(dtype="object")
    q1, q3 = np.percentile(points, [25, 75])
    shaped = len(points) > 3 and points.nunique() > 1
    return pd.Series(
        {
            "n": len(points),
            "sum": points.sum(),
            "mean": points.mean(),
            "sd": points.std() if len(points) > 1 else pd.NA,
            "median": points.median(),
            "q1": q1,
            "q3": q3,
            "iqr": q3 - q1,
            "min": points.min(),
            "max": points.max(),
            "range": points.max() - points.min(),
            "mad": median_absolute_deviation(points),
            "trimmed_mean": float(stats.trim_mean(points, TRIM)),
            "skewness": float(stats.skew(points, bias=False)) if shaped else pd.NA,
            "kurtosis": float(stats.kurtosis(points, bias=False)) if shaped else pd.NA,
        },
        dtype="object",
    )


@dataclass(frozen=True)
class Ties:
    """How many units share their score. Pairs count every two units once."""

    n_units: int
    n_distinct: int
    n_groups: int
    n_tied: int
    n_serial_differs: int
    pairs: int
    pairs_tied: int
    pairs_within: dict[float, int]


def count_shared(scores: pd.DataFrame, within: tuple[float, ...] = (1.0, 2.0, 5.0)) -> Ties:
    """Count ties and near ties over all pairs of scored units."""
    units = scored(scores)
    points = units["score"].to_numpy()
    gaps = np.abs(np.subtract.outer(points, points))[np.triu_indices(len(points), 1)]
    counts = units["score"].value_counts()
    differs = units["serial"].notna() & (units["serial"] != units["rank"])
    return Ties(
        n_units=len(units),
        n_distinct=len(counts),
        n_groups=int((counts > 1).sum()),
        n_tied=int(counts[counts > 1].sum()),
        n_serial_differs=int(differs.sum()),
        pairs=len(gaps),
        pairs_tied=int((gaps == 0).sum()),
        pairs_within={limit: int((gaps <= limit).sum()) for limit in within},
    )


def tabulate_pair_gaps(ties: Ties) -> pd.DataFrame:
    """Give the share of all pairs of units that lie within so many points of each other. No row without a pair."""
    limits = {0.0: ties.pairs_tied, **ties.pairs_within}
    table = pd.DataFrame({"within": list(limits), "pairs": list(limits.values())})
    return table.assign(share_pct=100 * table["pairs"] / ties.pairs) if ties.pairs else table.iloc[:0]


def range_ranks(rank: pd.Series, n_tied: pd.Series) -> list[str]:
    """Word the places that tied units share, from their rank (the best place) and their number: 4–7, or 4 of one."""
    pairs = zip(rank, n_tied, strict=True)
    return [f"{first}–{first + n - 1}" if n > 1 else str(first) for first, n in pairs]


def count_scores(scores: pd.DataFrame) -> pd.DataFrame:
    """Count the units at each score, highest first, with rank, the places they share, and names; table by table.

    The column `table_no` is there if there are several tables.
    """
    by_score = scored(scores).groupby(["table_no", "score"])
    table = by_score.agg(rank=("rank", "first"), n=("unit_name", "size"), units=("unit_name", list)).reset_index()
    table.insert(3, "rank_range", range_ranks(table["rank"], table["n"]))
    table = table.sort_values(["table_no", "score"], ascending=[True, False], ignore_index=True)
    return table if table["table_no"].nunique() > 1 else table.drop(columns="table_no")


def find_outliers(scores: pd.DataFrame) -> pd.DataFrame:
    """List the units beyond Tukey's fences, with the fence they pass; empty where there is none."""
    units = scored(scores)
    if units.empty:
        return units.assign(fence=pd.Series(dtype="float64"))[["unit_name", "score", "rank", "fence", "table_line"]]
    low, high = tukey_fences(units["score"])
    beyond = units[(units["score"] < low) | (units["score"] > high)]
    fence = np.where(beyond["score"] < low, low, high)
    return beyond.assign(fence=fence)[["unit_name", "score", "rank", "fence", "table_line"]]


@dataclass(frozen=True)
class TieOrder:
    """The printed order inside ties that hold both towns and bureaus.

    `groups`: one row per such tie with score, n, n_town, units and sides in printed order, first_side (the side that
    comes first throughout, NA if they alternate) and odds (one in how many random orders puts one side first).
    """

    groups: pd.DataFrame

    @property
    def first_side(self) -> str | None:
        """The side that comes first in every mixed tie; None if there is none."""
        sides = self.groups["first_side"]
        return str(sides.iloc[0]) if len(sides) and sides.notna().all() and sides.nunique() == 1 else None

    @property
    def odds(self) -> int:
        return order_odds(zip(self.groups["n"], self.groups["n_town"], strict=True))


def order_in_ties(scores: pd.DataFrame) -> TieOrder:
    """Look at the printed order inside every tie of towns and bureaus, highest score first."""
    units = scored(scores)
    units = units[units["side"].isin(["town", "bureau"])]
    rows = []
    for score, tie in units.groupby("score", sort=True):
        sides = list(tie["side"])
        n_town = sides.count("town")
        if 0 < n_town < len(sides):
            first = sides[0] if len(list(groupby(sides))) == 2 else pd.NA
            row = {"score": score, "n": len(sides), "n_town": n_town, "units": list(tie["unit_name"])}
            rows.append({**row, "sides": sides, "first_side": first, "odds": order_odds([(len(sides), n_town)])})
    columns = ["score", "n", "n_town", "units", "sides", "first_side", "odds"]
    return TieOrder(pd.DataFrame(rows[::-1], columns=columns))


def tabulate_order(order: TieOrder) -> pd.DataFrame:
    """Give one row per mixed tie: its score, the units in printed order, the side that comes first, the odds."""
    return order.groups[["score", "n", "units", "first_side", "odds"]]


def count_digits(scores: pd.DataFrame) -> pd.DataFrame:
    """Count the last digits of the whole-number scores, beside the count expected if all were equally likely.

    No row without such scores.
    """
    counts = last_digits(scores["score"])
    counts = counts if counts.sum() else counts.iloc[:0]
    return pd.DataFrame({"digit": counts.index, "n": counts.to_numpy(), "expected": counts.sum() / 10})


def count_fives(digits: pd.DataFrame) -> tuple[int, int, float | None]:
    """Count the scores that end in 0 or 5 among whole-number scores, with the exact binomial p against one in five."""
    n, fives = int(digits["n"].sum()), int(digits.loc[digits["digit"].isin([0, 5]), "n"].sum())
    return fives, n, float(stats.binomtest(fives, n, 0.2).pvalue) if n else None


def describe_distribution(scores: pd.DataFrame) -> Phrase:
    """Say how the scores are spread and tied, and what the printed order is worth."""
    n_tables = scored(scores)["table_no"].nunique()
    if n_tables > 1:
        sentence = _describe_spread(scores)
        return say("distribution.tables", sentence=sentence, n=n_tables)
    return _describe_spread(scores)


def _describe_spread(scores: pd.DataFrame) -> Phrase:
    spread, ties, order = summarise_scores(scores), count_shared(scores), order_in_ties(scores)
    if spread.empty:
        return say_nothing_found("distribution.no_scores")
    if ties.n_distinct == 1:
        return say("distribution.all_equal", n=ties.n_units, score=spread["min"])
    sentence = say("distribution.spread", **spread)
    if not ties.n_tied:
        return say("distribution.no_ties", sentence=sentence, n=ties.n_units)
    facts = {"n": ties.n_units, "n_distinct": ties.n_distinct, "n_tied": ties.n_tied}
    sentence = say("distribution.ties", sentence=sentence, **facts)
    if not ties.n_serial_differs:
        return say("distribution.stop", sentence=sentence)
    sentence = say("distribution.serial", sentence=sentence)
    if order.first_side is None:
        return say("distribution.stop", sentence=sentence)
    side = Name(f"{order.first_side}_many")
    return say("distribution.order", sentence=sentence, n=len(order.groups), side=side, odds=order.odds)


def describe_outliers(scores: pd.DataFrame) -> Phrase | None:
    """Say which units lie beyond Tukey's fences. Empty where fewer than four units have a score, or all the same."""
    points = scores["score"].dropna()
    if len(points) < 4 or points.nunique() == 1:
        return None
    low, high = tukey_fences(points)
    beyond = find_outliers(scores)
    facts = {"n": len(beyond), "low": low, "high": high}
    if beyond.empty:
        return say("findings.no_outliers", **facts)
    units = [
        say("findings.unit", unit=unit, score=score)
        for unit, score in zip(beyond["unit_name"], beyond["score"], strict=True)
    ]
    return say("findings.outliers", **facts, units=units)


def describe_digits(digits: pd.DataFrame) -> Phrase | None:
    """Say whether a preference for digits can be shown. Empty without whole-number scores."""
    fives, n, p = count_fives(digits)
    if p is None:
        return None
    return say("distribution.fives" if p < 0.05 else "distribution.no_fives", fives=fives, n=n, expected=n / 5, p=p)


def describe_pairs(ties: Ties) -> Phrase | None:
    """Say how many pairs of units lie within a single point. Empty without a pair."""
    if not ties.pairs:
        return None
    within = ties.pairs_within[1.0]
    return say("distribution.pairs", within=within, pairs=ties.pairs, share=100 * within / ties.pairs)
