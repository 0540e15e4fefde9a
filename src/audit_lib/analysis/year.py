"""One inspection on one page: its headline, the findings of the other reports, and the main figures."""

import pandas as pd

from audit_lib.analysis.cuts import compare_rule
from audit_lib.analysis.distribution import count_shared, summarise_scores
from audit_lib.analysis.extent import describe_lack
from audit_lib.analysis.groups import Comparison, choose_main, name_group
from audit_lib.analysis.narrative import choose_sentiment, find_named, find_unexplained
from audit_lib.analysis.trend_words import name_units
from audit_lib.analysis.update_rules import list_rules
from audit_lib.notices.grids.columns import NUMBER
from audit_lib.notices.notice import Notice
from audit_lib.notices.score_tables import ScoreTable
from audit_lib.tables.measures import read_measure
from audit_lib.tables.tiers import list_tiers
from audit_lib.wording.words import Phrase, Text, Tier, Unit, is_finding, join, say

MOST_BULLETS = 3
IN_HEADLINE = ("distribution.few", "distribution.all_equal")  # say no more than the headline of the page
MOST_FIRST = 2  # units that share the first place and are named
Row = tuple[str | Phrase, object, str | None]  # a figure, its value, the report that owns it


def describe_year(scores: pd.DataFrame, record: pd.Series | None = None) -> Text:
    """Describe in one sentence how the units scored and how most of them were rated, as far as published.

    It says so where the list is only a part of a longer one, by the `record` of the notice in notices.csv.
    """
    measure, units = read_measure(record), scores.drop_duplicates("unit_id")
    if measure.extent == "best_ratings" and units["tier"].notna().any():
        return _describe_best_ratings(units)
    sentence = _describe_units(units)
    return join([sentence, describe_lack(units, measure)], "clauses") or sentence


def _describe_best_ratings(units: pd.DataFrame) -> Phrase:
    """Count the units of each rating, where only the units with the best ones were published."""
    tiers = list_tiers(units)
    counts = [say("year.rated", n=int((units["tier"] == tier).sum()), tier=Tier(tier)) for tier in tiers]
    return say("year.best_ratings" if len(tiers) > 1 else "year.best_rating", n=len(tiers), counts=counts)


def _describe_units(units: pd.DataFrame) -> Phrase:
    points = units["score"].dropna()
    if points.empty:
        return _describe_unscored(units)
    named = name_units(units[units["score"].notna()], len(points))
    facts = {"n": len(points), "units": named, "min": points.min(), "max": points.max()}
    spread = say("year.scored" if points.nunique() > 1 else "year.equal", **facts)
    tiers = units.loc[units["score"].notna(), "tier"].dropna().value_counts()
    if tiers.empty:
        return spread
    n, tier = int(tiers.iloc[0]), Tier(str(tiers.index[0]))
    key = "year.all_rated" if n == len(points) else "year.most_rated" if 2 * n > len(points) else "year.some_rated"
    return say(key, spread=spread, n=n, tier=tier)


def _describe_unscored(units: pd.DataFrame) -> Phrase:
    """Describe how units without scores were rated, or who came first among units that are only ranked."""
    tiers = units["tier"].dropna().value_counts()
    if len(tiers):
        n, of = int(tiers.iloc[0]), int(tiers.sum())
        key = "all_tiers" if n == of else "most_tiers" if 2 * n > of else "some_tiers"
        named = name_units(units[units["tier"].notna()], of)
        return say(f"year.{key}", n=n, of=of, units=named, tier=Tier(str(tiers.index[0])))
    ranked = units.dropna(subset=["rank_printed"])
    if ranked.empty:
        # A finding: no notice is without a page.
        return say("year.nothing", n=len(units), units=name_units(units, len(units)))
    best = ranked.groupby("table_no")["rank_printed"].transform("min")
    first, n_tables = ranked.loc[ranked["rank_printed"] == best, "unit_name"], ranked["table_no"].nunique()
    key = "ranked_tables" if n_tables > 1 else "ranked" if len(first) <= MOST_FIRST else "ranked_tied"
    if n_tables == 1 and len(ranked) == units["unit_id"].nunique() >= ranked["rank_printed"].max():
        key += "_all"
    facts = {"n": len(ranked), "n_first": len(first), "n_tables": n_tables, "units": name_units(ranked, len(ranked))}
    return say(f"year.{key}", first=[Unit(unit) for unit in first], **facts)


def choose_findings(**headlines: Phrase) -> list[Phrase]:
    """Choose the first three headlines of other reports that are findings and say more than that of this page."""
    found = [
        say("year.finding", about=say(f"year.{name}"), text=each)
        for name, each in headlines.items()
        if is_finding(each) and each.key not in IN_HEADLINE
    ]
    return found[:MOST_BULLETS]


def summarise_year(
    notice: Notice,
    scores: pd.DataFrame,
    mentions: pd.DataFrame,
    rules: pd.DataFrame,
    inspected: pd.DataFrame,
    comparisons: list[Comparison],
    cuts: tuple[float, float],
) -> pd.DataFrame:
    """Return the main figures, one row each, with the report that owns it; what a notice does not publish has no row.

    Empty without scores or without ratings: the page of the place says as much. A figure that no report owns has none.
    `rules` are its update rules, `inspected` the columns that it names, compared with them.
    """
    if scores["score"].isna().all() or scores["tier"].isna().all():
        return pd.DataFrame(columns=["figure", "value", "notebook"])
    rows = [
        *_count_units(notice, scores),
        *_summarise_points(scores),
        *_count_exceptions(scores, cuts),
        *_list_means(comparisons),
        *_count_named(scores, mentions),
        *_count_overdue(rules, inspected),
    ]
    return pd.DataFrame(rows, columns=["figure", "value", "notebook"], dtype="object")  # a count stays a whole number


def list_units(scores: pd.DataFrame) -> pd.DataFrame:
    """List the units of each printed rank, else of each rating, best first, table by table; empty with scores."""
    ranked = scores.dropna(subset=["rank_printed"])
    if scores["score"].notna().any() or (scores["tier"].isna().all() and ranked.empty):
        return pd.DataFrame(columns=["units"])
    if ranked.empty:
        named = {tier: list(scores.loc[scores["tier"] == tier, "unit_name"]) for tier in list_tiers(scores)}
        return pd.DataFrame({"tier": list(named), "n": list(map(len, named.values())), "units": list(named.values())})
    table = ranked.groupby(["table_no", "rank_printed"])["unit_name"].agg(list).reset_index()
    table.columns = pd.Index(["table_no", "rank", "units"])
    return table if table["table_no"].nunique() > 1 else table.drop(columns="table_no")


def list_parts(notice: Notice, scores: pd.DataFrame) -> pd.DataFrame:
    """List the other figures that the notice prints for each unit, such as parts of its score, under its headings.

    Of the first table with any, and of others with the same columns; empty where there are none.
    """
    found = [(table, parts) for table in notice.tables if (parts := _find_figures(table))]
    names = scores.set_index(["table_no", "name_in_table"])["unit_name"]
    rows = [
        {
            "unit_name": names.get((table.table_no, row.unit), row.unit),
            **{part: float(row.extra[part]) for part in parts},
        }
        for table, parts in found
        if parts == found[0][1]
        for row in table.rows
    ]
    return pd.DataFrame(rows, dtype="object", columns=["unit_name", *(found[0][1] if found else [])])


def _find_figures(table: ScoreTable) -> list[str]:
    """Find the columns beside unit, score and rank that have a number in every row."""
    return [
        column
        for column in dict.fromkeys(table.columns)
        if table.rows and all(NUMBER.fullmatch(row.extra.get(column, "")) for row in table.rows)
    ]


def _count_units(notice: Notice, scores: pd.DataFrame) -> list[Row]:
    units = scores.drop_duplicates("unit_id")
    counts = {"units_named": len(units), "units_scored": units["score"].count(), "units_rated": units["tier"].count()}
    owner = "01_source" if notice.has_both else None
    if owner:
        counts["in_one_only"] = units["match"].isin(["table_only", "list_only"]).sum()
    return [(name, int(n), owner) for name, n in counts.items() if n or name == "in_one_only"]


def _summarise_points(scores: pd.DataFrame) -> list[Row]:
    spread = summarise_scores(scores)
    rows: list[Row] = [(name, spread[name], "02_distribution") for name in ("min", "median", "max") if name in spread]
    return [*rows, ("units_tied", count_shared(scores).n_tied, "02_distribution")] if rows else []


def _count_exceptions(scores: pd.DataFrame, cuts: tuple[float, float]) -> list[Row]:
    rule = compare_rule(scores, *cuts)
    return [("tier_exceptions", len(rule.exceptions), "03_tiers")] if rule is not None and rule.n_rated else []


def _list_means(comparisons: list[Comparison]) -> list[Row]:
    main = choose_main(comparisons)
    if main.status != "ok":
        return []
    means = ((main.first, main.mean_first), (main.second, main.mean_second))
    return [(say("year.mean_of", group=name_group(group, "side")), mean, "04_groups") for group, mean in means]


def _count_named(scores: pd.DataFrame, mentions: pd.DataFrame) -> list[Row]:
    rows: list[Row] = [
        (f"{sentiment}_many", len(named), "06_narrative")
        for sentiment in ("criticised", "praised")
        if len(named := find_named(scores, mentions, sentiment))
    ]
    if len(list_tiers(scores)) > 1 and choose_sentiment(mentions) == "criticised":
        rows.append(("lowest_silent", len(find_unexplained(scores, mentions)), "06_narrative"))
    return rows


def _count_overdue(rules: pd.DataFrame, inspected: pd.DataFrame) -> list[Row]:
    if rules.empty:
        return []
    rows: list[Row] = [("rules_with_period", int(list_rules(rules)["every"].notna().sum()), "07_update_rules")]
    named = inspected.dropna(subset=["unit"])
    n: Text = say("year.of", n=int((named["status"] == "overdue").sum()), of=len(named))
    return [*rows, ("columns_overdue", n, "07_update_rules")] if len(named) else rows
