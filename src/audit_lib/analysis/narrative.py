"""The text of a notice compared with its numbers: who is named as an example, and how they score.

Sentiment is that of the heading a unit is named under: a unit under problems is an example of a problem (criticised),
one under achievements of good practice (praised).
"""

import re
from bisect import bisect_right

import pandas as pd

from audit_lib.analysis.group_gap import describe_test
from audit_lib.analysis.groups import MOST_NAMES, Comparison, choose_main, compare_groups
from audit_lib.documents.model import squeeze
from audit_lib.notices.notice import Notice
from audit_lib.tables.tiers import scale_tiers
from audit_lib.wording.form import is_summary
from audit_lib.wording.words import Phrase, Text, Tier, Unit, join, say, say_nothing_found

MOST_BULLETS = 2  # ratings with a bullet each; more are listed in one
HEADING_END = re.compile("[:。;,(]")  # of an item's heading; its text follows


def choose_sentiment(mentions: pd.DataFrame) -> str | None:
    """Choose the units that a report is about: named under problems, else under achievements; None without either."""
    found = set(mentions["sentiment"].dropna())
    return next((sentiment for sentiment in ("criticised", "praised") if sentiment in found), None)


def mark_named(scores: pd.DataFrame, mentions: pd.DataFrame) -> pd.DataFrame:
    """Return each unit once, with `named`: criticised or not_criticised; missing for all where none is criticised."""
    units = scores.drop_duplicates("unit_id")
    is_criticised = units["unit_id"].isin(mentions.loc[mentions["sentiment"] == "criticised", "unit_id"])
    named = is_criticised.map({True: "criticised", False: "not_criticised"}).astype("str")
    return units.assign(named=named.where(is_criticised | is_criticised.any()))


def compare_named(scores: pd.DataFrame, mentions: pd.DataFrame, min_n: int) -> list[Comparison]:
    """Compare the scores of units named as examples of problems with those of all others."""
    return compare_groups(mark_named(scores, mentions), "named", min_n)


def find_named(scores: pd.DataFrame, mentions: pd.DataFrame, sentiment: str | None) -> pd.DataFrame:
    """Find the units of `scores` that are named under a sentiment, each once, best rank first, without one last."""
    named = mentions.loc[mentions["sentiment"] == sentiment, "unit_id"] if sentiment else []
    units = scores[scores["unit_id"].isin(named)].drop_duplicates("unit_id")
    return units.sort_values(["rank", "tier_order"], kind="stable")


def list_named(
    scores: pd.DataFrame,
    mentions: pd.DataFrame,
    notice: Notice,
    examples: pd.DataFrame,
    record: pd.Series | None = None,
) -> pd.DataFrame:
    """List the units that a report is about, with what each is an example of and where the text says so.

    What it is, is in `example` in English, as far as `examples` have it, and in `quote` in the words of the text, or in
    `summary` where any of these are our summary: those of `examples`, else the heading of its item. Columns without any
    value are left out.
    """
    sentiment = choose_sentiment(mentions)
    of_kind = mentions[mentions["sentiment"] == sentiment] if sentiment else mentions.iloc[:0]
    told = find_examples(of_kind, examples)
    topics = told.groupby("unit_name")["quote"].agg(_list_once).to_dict()
    for item in list_items(notice, of_kind).dropna(subset=["heading"]).itertuples():
        for unit in set(item.units).difference(told["unit_name"]):
            topics.setdefault(unit, []).append(item.heading)
    places = name_places(of_kind).groupby(of_kind["unit_id"], sort=False).agg(_list_once)
    units = find_named(scores, mentions, sentiment)[["unit_id", "unit_name", "score", "tier"]]
    column = "summary" if any(is_summary(record, section) for section in of_kind["section"]) else "quote"
    units["example"] = units["unit_name"].map(told.groupby("unit_name")["meaning_en"].agg(_list_once))
    units[column] = units["unit_name"].map(topics)
    units["where"] = units["unit_id"].map(places)
    return units.drop(columns="unit_id").dropna(axis="columns", how="all").reset_index(drop=True)


def find_examples(mentions: pd.DataFrame, examples: pd.DataFrame) -> pd.DataFrame:
    """Find what is recorded by hand of each mention of a unit, in the order of the text."""
    told = examples.assign(name=examples["unit"].map(squeeze))
    told = told.reindex(columns=["notice_id", "name", "place", "quote", "meaning_en"])
    named = mentions.assign(name=mentions["name_raw"].map(squeeze))
    return named.merge(told, on=["notice_id", "name", "place"])


def _list_once(values: pd.Series) -> list[str] | None:
    return list(dict.fromkeys(values.dropna())) or None


def name_places(rows: pd.DataFrame) -> pd.Series:
    """Name section and item as they are printed: 二、四是; 四、(二); the section alone where no item is numbered."""
    items = rows["item"].where(rows["item"].isna() | rows["item"].str.startswith("("), rows["item"] + "是")
    return rows["section"] + "、" + items.fillna("")


def list_items(notice: Notice, mentions: pd.DataFrame) -> pd.DataFrame:
    """List the numbered items of the parts that praise or criticise units, with the units that each names.

    `heading` is NA for units named outside numbered items, which come last.
    """
    order = {line.place: at for at, line in enumerate(notice.document.lines)}
    parts = [order[heading.place] for heading in notice.headings if heading.level != "item"]
    named = mentions.dropna(subset=["sentiment"])
    named = named.assign(at=named["place"].map(order), is_counted=False)
    named = named.assign(part=[bisect_right(parts, at) for at in named["at"]])
    ends = [order[heading.place] for heading in notice.headings[1:]] + [len(order)]
    section, rows = None, []
    for heading, end in zip(notice.headings, ends, strict=False):  # without headings there is an end, and no start
        section = heading.numeral if heading.level == "section" else section
        start = order[heading.place]
        beside = named[named["part"] == bisect_right(parts, start)]
        if heading.level != "item" or beside.empty:
            continue
        own = beside[(beside["at"] >= start) & (beside["at"] < end)]
        named.loc[own.index, "is_counted"] = True
        about, sentiment = HEADING_END.split(heading.text)[0], beside["sentiment"].iloc[0]
        rows.append((section, heading.numeral, about, sentiment, list(own["unit_name"].unique())))
    others = named[~named["is_counted"]].groupby(["section", "item", "sentiment"], dropna=False, sort=False)
    rows += [(section, item, pd.NA, how, list(own["unit_name"].unique())) for (section, item, how), own in others]
    return pd.DataFrame(rows, columns=["section", "item", "heading", "sentiment", "units"])


def find_unexplained(scores: pd.DataFrame, mentions: pd.DataFrame) -> pd.DataFrame:
    """Find units of the lowest tier that no sentence names, highest score first; none without two tiers or mentions."""
    tiers = scale_tiers(scores)
    lowest = scores[scores["tier"] == tiers[-1]] if len(tiers) > 1 and len(mentions) else scores.iloc[:0]
    silent = lowest[~lowest["unit_id"].isin(mentions["unit_id"])].drop_duplicates("unit_id")
    return silent.sort_values("score", ascending=False, kind="stable")[["unit_name", "side", "tier", "score", "rank"]]


def describe_narrative(scores: pd.DataFrame, mentions: pd.DataFrame) -> Phrase:
    """Describe which units the text names as examples, how they are rated, and their best score, as a headline."""
    sentiment = choose_sentiment(mentions)
    named = find_named(scores, mentions, sentiment)
    if named.empty:
        return say_nothing_found("narrative.nobody")
    if len(named) == 1:
        return _describe_one(named.iloc[0], sentiment)
    clauses = [_word_rated(named, scale_tiers(scores)), _word_best(named)]
    joined = join([clause for clause in clauses if clause], "narrative.and_clause")
    ending = say("narrative.with_clauses", clauses=joined) if joined else ""
    return say(f"narrative.many_{sentiment}", n=len(named), ending=ending)


def _describe_one(unit: pd.Series, sentiment: str | None) -> Phrase:
    has = "_".join(name for name in ("score", "tier") if pd.notna(unit[name]))
    facts = {"score": unit["score"], "tier": None if pd.isna(unit["tier"]) else Tier(unit["tier"])}
    ending = say(f"narrative.with_{has}", **facts) if has else ""
    return say(f"narrative.one_{sentiment}", unit=Unit(unit["unit_name"]), ending=ending)


def _word_rated(named: pd.DataFrame, tiers: list[str]) -> Phrase | None:
    """Describe how many of the named units have the best rating that any of them has; None without two ratings."""
    rated = named.dropna(subset=["tier"]).sort_values("tier_order")
    if len(tiers) < 2 or rated.empty:
        return None
    tier = rated["tier"].iloc[0]
    n = int((rated["tier"] == tier).sum())
    key = "all_rated" if n == len(named) else "half_rated" if 2 * n == len(named) else "some_rated"
    return say(f"narrative.{key}", n=n, tier=Tier(tier))


def _word_best(named: pd.DataFrame) -> Phrase | None:
    scored = named.dropna(subset=["score"])
    if len(scored) < 2:
        return None
    best = scored[scored["rank"] == scored["rank"].min()]
    key = "narrative.best" if len(best) == 1 else "narrative.best_shared"
    return say(key, unit=Unit(best["unit_name"].iloc[0]), score=best["score"].iloc[0])


def list_ratings(scores: pd.DataFrame, mentions: pd.DataFrame) -> list[Phrase]:
    """Name the units of a report by rating, with scores: a bullet for each rating, one if many; none for one unit."""
    named = find_named(scores, mentions, choose_sentiment(mentions))
    if len(named) < 2:
        return []
    if named["tier"].isna().all():
        return [say("narrative.named_units", n=len(named), units=_word_units(named))]
    groups = [(Tier(str(tier)), rows) for (_, tier), rows in named.groupby(["tier_order", "tier"])]
    bullets = [say("narrative.rated", tier=tier, units=_word_units(rows)) for tier, rows in groups]
    if (unrated := named[named["tier"].isna()]).size:
        bullets.append(say("narrative.unrated", units=_word_units(unrated)))
    if len(bullets) <= MOST_BULLETS:
        return bullets
    clauses = [say("narrative.rated_clause", tier=tier, units=_word_units(rows)) for tier, rows in groups]
    return [say("narrative.by_rating", clauses=join(clauses, "clauses"))]


def _word_units(units: pd.DataFrame) -> Phrase | list[Text]:
    """Return the words for units with their scores, if any; too many for a sentence are counted, with their range."""
    if len(units) > MOST_NAMES:
        points = units["score"].dropna()
        key = "narrative.units_from_to" if len(points) else "narrative.units"
        return say(key, n=len(units), low=points.min(), high=points.max())
    return [
        Unit(row.unit_name) if pd.isna(row.score) else say("narrative.unit", unit=Unit(row.unit_name), score=row.score)
        for row in units.itertuples()
    ]


def describe_unmentioned(scores: pd.DataFrame, mentions: pd.DataFrame) -> Phrase | None:
    """Describe which units of the lowest rating the text does not mention.

    None where there are not two ratings, no unit is an example of a problem, or too many are not mentioned.
    """
    tiers = scale_tiers(scores)
    if len(tiers) < 2 or choose_sentiment(mentions) != "criticised":
        return None
    silent = find_unexplained(scores, mentions)
    facts = {"of": scores.loc[scores["tier"] == tiers[-1], "unit_id"].nunique(), "tier": Tier(tiers[-1])}
    if silent.empty:
        return say("narrative.all_mentioned", **facts)
    if len(silent) > MOST_NAMES:
        return None
    return say("narrative.unmentioned", n=len(silent), units=_word_units(silent), **facts)


def describe_praised(scores: pd.DataFrame, mentions: pd.DataFrame) -> Phrase | None:
    """Name the examples of good practice of a notice that also names examples of problems; None without any."""
    praised = find_named(scores, mentions, "praised")
    if praised.empty or choose_sentiment(mentions) == "praised":
        return None
    return say("narrative.praised", units=_word_units(praised))


def title_named(mentions: pd.DataFrame) -> Phrase | None:
    """Return the title of the table of the named units; None where no unit is named."""
    return say("narrative.title") if choose_sentiment(mentions) else None


def describe_comparison(comparisons: list[Comparison]) -> Text | None:
    """Describe how the units named as examples of problems score compared with all others; None without two groups."""
    each = choose_main(comparisons)
    if each.status != "ok":
        return None
    facts = {"n": each.n_first, "n_others": each.n_second, "mean": each.mean_first, "mean_others": each.mean_second}
    return join([say("narrative.means", **facts), describe_test(each, "named")], "sentences")
