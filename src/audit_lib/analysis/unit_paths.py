"""Units followed through all periods: one row per unit and period, with its place among the units of its list."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise

import pandas as pd

from audit_lib.analysis.comparability import Gate, Published, find_published, judge_gate
from audit_lib.analysis.lineage import SAME, Matching, keep_decisive, match_steps
from audit_lib.tables.history import History
from audit_lib.tables.measures import Measure

TOP, LOWEST = "top", "lowest"
PLACES = ["value", "place", "n_tied", "middle", "n_listed", "third"]


@dataclass(frozen=True, eq=False)
class Panel:
    """The units of all periods.

    `rows`: per unit and period its `unit` (the same in all periods in which it is one and the same unit), the name that
    it last had, score, tier, tier_order and groups as published; `list`, in which it is compared (missing where the
    tables of its period cannot be told apart); value (what is ranked, a higher one being better: the score or the rank,
    if need be with its sign turned), place (1 is best, ties share the best place), n_tied, middle (the mean of the
    places that ties share), n_listed (missing where the list is cut and its length not recorded) and third (top, lowest
    or missing) in that list. `matchings` join each period with the one before it.
    """

    periods: tuple[str, ...]
    published: dict[str, Published]
    rows: pd.DataFrame
    matchings: tuple[Matching, ...]

    @cached_property
    def units_of(self) -> dict[str, pd.DataFrame]:
        """The rows of each period, by unit."""
        return {period: rows.set_index("unit") for period, rows in self.rows.groupby("period", sort=False)}

    @cached_property
    def lists(self) -> list[str]:
        """The lists with scores, in printed order."""
        return list(self.rows.dropna(subset=["score", "list"])["list"].unique())

    def gate(self, before: str, after: str) -> Gate:
        """Judge what may be compared of two periods."""
        return judge_gate(self.published[before], self.published[after])

    @property
    def steps(self) -> list[Gate]:
        """What may be compared of each period with the one before it."""
        return [self.gate(before, after) for before, after in pairwise(self.periods)]

    @cached_property
    def scored(self) -> list[str]:
        """The periods with scores."""
        return [period for period in self.periods if self.published[period].basis == "score"]

    @cached_property
    def placed(self) -> list[str]:
        """The periods in which units have places."""
        return [period for period in self.periods if self.units_of[period]["place"].notna().any()]

    @cached_property
    def like_last(self) -> list[str]:
        """The periods whose points may be compared with the last one for which there are any, that one included."""
        for end in reversed(self.scored):
            like = [each for each in self.scored if each == end or self.gate(each, end).measure == "points"]
            if len(like) > 1:
                return like
        return self.scored[-1:]

    @cached_property
    def thirds(self) -> pd.DataFrame:
        """For each unit its mean place, in how many periods it has a place, and in how many a top and a lowest third.

        Best mean percentile of places first, for lists need not be equally long; last units of cut lists alone.
        """
        rows = self.rows.dropna(subset=["place"])
        rows = rows.assign(is_top=rows["third"] == TOP, is_lowest=rows["third"] == LOWEST)
        rows = rows.assign(percent=(rows["middle"] - 0.5) / rows["n_listed"])
        table = rows.groupby("unit").agg(
            unit_name=("unit_name", "last"),
            mean_place=("middle", "mean"),
            n_placed=("place", "size"),
            percent=("percent", "mean"),
            n_top=("is_top", "sum"),
            n_lowest=("is_lowest", "sum"),
        )
        return table.sort_values(["percent", "unit_name"], kind="stable")


@lru_cache(maxsize=100)
def build_panel(history: History) -> Panel:
    """Follow the units of a place through its periods. The cost grows with the number of periods, not its square."""
    matchings = tuple(match_steps(history))
    keys = follow_units(history, matchings)
    published = {period: find_published(history, period) for period in history.periods}
    parts = []
    for period in history.periods:
        units = history.scores_of[period].drop(columns="n_tied")
        units = units.assign(unit=units["unit_id"].map(keys[period]), list=name_lists(units))
        parts.append(units.join(_place_units(units, published[period])))
    rows = pd.concat(parts, ignore_index=True)
    names = rows.drop_duplicates("unit", keep="last").set_index("unit")["unit_name"]
    return Panel(history.periods, published, rows.assign(unit_name=rows["unit"].map(names)), matchings)


def follow_units(history: History, matchings: Iterable[Matching]) -> dict[str, dict[str, str]]:
    """Key each unit id of each period by the id that the unit first had; a merged or split unit is a new one.

    A unit that some period does not list keeps its key by its id, or by a recorded new name.
    """
    events = keep_decisive(history.lineage)
    renamed = events[events["event"] == "renamed"].drop_duplicates("unit_id_after")
    old_ids = dict(zip(renamed["unit_id_after"], renamed["unit_id_before"], strict=True))
    merged = set(events.loc[events["event"].isin(["merged", "split"]), "unit_id_after"])
    first = history.periods[0]
    known: dict[str, str] = {unit: unit for unit in history.scores_of[first]["unit_id"]}
    keys = {first: dict(known)}
    for matching in matchings:
        joins = matching.joined.assign(is_first=matching.joined["join"].isin(["exact", "alias"]))
        joins = joins.sort_values("is_first", ascending=False, kind="stable")
        found: dict[str, str] = {}
        taken: set[str] = set()
        for before, after, join in zip(joins["unit_id_before"], joins["unit_id_after"], joins["join"], strict=True):
            key = keys[matching.before][before] if join in SAME else f"{after} {matching.after}"
            if after not in found and key not in taken:
                found[after] = key
                taken.add(key)
        for unit in history.scores_of[matching.after]["unit_id"]:
            if unit not in found:
                key = known.get(unit, known.get(old_ids.get(unit, ""), unit))
                is_new = key in taken or (unit in merged and unit not in known)
                found[unit] = f"{unit} {matching.after}" if is_new else key
                taken.add(found[unit])
        known |= found
        keys[matching.after] = found
    return keys


def name_lists(units: pd.DataFrame) -> pd.Series:
    """Name the list of each unit: one for a single table; of several, each by the kind that most of its units are.

    Missing where two tables of a period would have one name, and for units that only a rating list has.
    """
    tables = units.loc[units["table_no"] > 0]
    if tables["table_no"].nunique() < 2:
        return pd.Series("all", index=units.index, dtype="object")
    kinds = tables.groupby("table_no")["kind"].agg(lambda kind: kind.mode().iloc[0] if kind.notna().any() else None)
    named = kinds.dropna() if kinds.is_unique else kinds.iloc[:0]
    return units["table_no"].map(named).astype("object")


def _place_units(units: pd.DataFrame, published: Published) -> pd.DataFrame:
    """Place units in their list by score, or, without any, by printed rank."""
    value = units["score"] if published.basis == "score" else -units["rank_printed"].astype("float64")
    if published.basis == "score" and published.measure.is_lower_better:
        value = -value
    if published.basis not in ("score", "rank"):
        value = value.where(units["unit_id"].isna())
    placed = place(value.where(units["list"].notna()), units["list"].fillna(""))
    return _place_in_longer(placed, published.measure)


def _place_in_longer(placed: pd.DataFrame, measure: Measure) -> pd.DataFrame:
    """Judge the thirds of a cut list by the length of the whole one; of an unknown length, only a top one is certain.

    Units that may be the last ones of the longer list have no places in it; those of several tables are in no third.
    """
    if not measure.is_cut(len(placed)):
        return placed
    if not measure.is_upper:
        return placed.assign(**dict.fromkeys(PLACES[1:], float("nan")))
    n = int(placed["place"].notna().sum())
    is_one = bool((placed["n_listed"].dropna() == n).all())
    whole = measure.n_ranked if is_one else None
    third = find_thirds(placed, whole or n).where(placed["place"].notna() & is_one)
    if whole is None:
        third = third.where(third == TOP)
    n_listed = pd.Series(whole, index=placed.index, dtype="float64").where(placed["place"].notna())
    return placed.assign(third=third, n_listed=n_listed)


def find_thirds(placed: pd.DataFrame, n_listed: "pd.Series | int") -> pd.Series:
    """Find the third of lists of some length in which places are: top, lowest or missing.

    Top: the unit and all that share its place are among the first third. Lowest: at least two thirds of the list are
    ahead. A ceiling that most share is in neither.
    """
    third = pd.Series(pd.NA, index=placed.index, dtype="object")
    third[3 * (placed["place"] - 1) >= 2 * n_listed] = LOWEST
    third[3 * (placed["place"] + placed["n_tied"] - 1) <= n_listed] = TOP
    return third


def place(value: pd.Series, lists: pd.Series) -> pd.DataFrame:
    """Place values in their lists, the highest first: value, place, n_tied, middle, n_listed, third."""
    known = value.dropna()
    groups = known.groupby(lists[known.index])
    table = pd.DataFrame({"place": groups.rank(method="min", ascending=False), "n_listed": groups.transform("size")})
    table["n_tied"] = known.groupby([lists[known.index], known]).transform("size")
    table["middle"] = table["place"] + (table["n_tied"] - 1) / 2
    third = find_thirds(table, table["n_listed"])
    return table.assign(third=third, value=known)[PLACES].reindex(value.index)
