"""The text of a notice compared with its numbers: who is named as an example, and which claims can be counted.

Tables in are scores, mentions and claims (see schemas.csv). Sentiment is that of the heading a unit is named under: a
unit under problems is an example of a problem (criticised), one under achievements of good practice (praised).
"""

import re
from bisect import bisect_right

import pandas as pd

from audit_lib.analysis.group_gap import describe_test
from audit_lib.analysis.groups import MOST_NAMES, Comparison, choose_main, compare_groups
from audit_lib.notices.notice import Notice
from audit_lib.tables.tiers import scale_tiers
from audit_lib.wording.form import is_summary
from audit_lib.wording.words import Phrase, Text, Tier, Unit, join, say, say_nothing_found, write_arabic

MOST = 50.0  # per cent: any word for most means more than that
MOST_BULLETS = 2  # ratings with a bullet each; more are listed in one
HEADING_END = re.compile("[:。;,(]")  # of an item's heading; what follows tells its story


def choose_sentiment(mentions: pd.DataFrame) -> str | None:
    """Choose whom a report is about: units named under problems, else those under achievements; None without either."""
    found = set(mentions["sentiment"].dropna())
    return next((sentiment for sentiment in ("criticised", "praised") if sentiment in found), None)


def mark_named(scores: pd.DataFrame, mentions: pd.DataFrame) -> pd.DataFrame:
    """Return each unit once, with `named`: criticised if any sentence names it as a problem, else not_criticised.

    Missing for all where nobody is: then there are no two groups.
    """
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
    scores: pd.DataFrame, mentions: pd.DataFrame, notice: Notice, record: pd.Series | None = None
) -> pd.DataFrame:
    """List the units that a report is about, with what each is an example of and where the text says so.

    What it is, is the heading of its item: `topic`, or `summary` where any is our summary. Columns without any value
    are left out.
    """
    sentiment = choose_sentiment(mentions)
    of_kind = mentions[mentions["sentiment"] == sentiment] if sentiment else mentions.iloc[:0]
    topics: dict[str, list[str]] = {}
    for item in list_items(notice, of_kind).dropna(subset=["heading"]).itertuples():
        for unit in item.units:
            topics.setdefault(unit, []).append(item.heading)
    places = _where(of_kind).groupby(of_kind["unit_id"], sort=False).agg(lambda all_: list(dict.fromkeys(all_)))
    units = find_named(scores, mentions, sentiment)[["unit_id", "unit_name", "score", "tier"]]
    column = "summary" if any(is_summary(record, section) for section in of_kind["section"]) else "topic"
    units[column] = units["unit_name"].map(topics)
    units["where"] = units["unit_id"].map(places)
    return units.drop(columns="unit_id").dropna(axis="columns", how="all").reset_index(drop=True)


def _where(rows: pd.DataFrame) -> pd.Series:
    """Name section and item as they are printed: 二、四是; 四、(二); the section alone where no item is numbered."""
    items = rows["item"].where(rows["item"].isna() | rows["item"].str.startswith("("), rows["item"] + "是")
    return rows["section"] + "、" + items.fillna("")


def list_items(notice: Notice, mentions: pd.DataFrame) -> pd.DataFrame:
    """List the numbered items of the parts that praise or criticise somebody, with the units that each names.

    `n` is 0 for an item that names nobody. The heading ends where its story begins; it is NA for units that are named
    outside numbered items, which come last.
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
        where = {"section": section, "item": heading.numeral, "heading": HEADING_END.split(heading.text)[0]}
        rows.append({**where, "sentiment": beside["sentiment"].iloc[0], "units": list(own["unit_name"].unique())})
    for key, own in named[~named["is_counted"]].groupby(["section", "item", "sentiment"], dropna=False, sort=False):
        where = dict(zip(("section", "item", "sentiment"), key, strict=True))
        rows.append({**where, "heading": pd.NA, "units": list(own["unit_name"].unique())})
    table = pd.DataFrame(rows, columns=["section", "item", "heading", "sentiment", "units"])
    table.insert(4, "n", table["units"].map(len))
    return table


def find_unexplained(scores: pd.DataFrame, mentions: pd.DataFrame) -> pd.DataFrame:
    """Find the units of the lowest tier that no sentence names, highest score first.

    None where there are not two tiers, or where no sentence names any unit: then nobody is passed over.
    """
    tiers = scale_tiers(scores)
    lowest = scores[scores["tier"] == tiers[-1]] if len(tiers) > 1 and len(mentions) else scores.iloc[:0]
    silent = lowest[~lowest["unit_id"].isin(mentions["unit_id"])].drop_duplicates("unit_id")
    return silent.sort_values("score", ascending=False, kind="stable")[["unit_name", "side", "tier", "score", "rank"]]


def describe_narrative(scores: pd.DataFrame, mentions: pd.DataFrame) -> Phrase:
    """Say whom the text names as examples, how they are rated, and the best score among them, as a headline."""
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
    """Name the units that a report is about by their rating, with scores: a bullet for each rating, one if many.

    Empty for a single unit, which the headline names.
    """
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

    None where there are not two ratings, where no unit is an example of a problem, and where too many are not
    mentioned for that to tell anything.
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
    """Return the title of the table of the named units; None where nobody is named."""
    return say("narrative.title") if choose_sentiment(mentions) else None


def describe_comparison(comparisons: list[Comparison]) -> Text | None:
    """Describe how the units named as examples of problems score compared with all others; None without two groups."""
    each = choose_main(comparisons)
    if each.status != "ok":
        return None
    facts = {"n": each.n_first, "n_others": each.n_second, "mean": each.mean_first, "mean_others": each.mean_second}
    return join([say("narrative.means", **facts), describe_test(each, "named")], "sentences")


def mark_verbatim(claims: pd.DataFrame, notice: Notice, record: pd.Series | None) -> pd.DataFrame:
    """Add `is_verbatim`: the section is a full copy, or our summary sets these words in quotation marks."""
    printed = {line.place: line.text for line in notice.document.lines}
    is_verbatim = [
        not is_summary(record, claim.section) or f"“{claim.quote}”" in printed.get(claim.place, "")
        for claim in claims.itertuples()
    ]
    return claims.assign(is_verbatim=pd.array(is_verbatim, dtype="boolean"))


def count_levels(scores: pd.DataFrame, top_cut: float, low_cut: float) -> pd.DataFrame:
    """Count the units above the middle, by four readings of it.

    Two are fixed: the lower cut, and the middle between the cuts. Two are the table's own: its mean and its median,
    above which there is never more than half. One row per reading: its `level` in points, `n` of `of` scored units.
    """
    points = scores.drop_duplicates("unit_id")["score"].dropna()
    fixed = {"at_low_cut": low_cut, "at_mid_cut": (top_cut + low_cut) / 2}
    own = {"above_mean": points.mean(), "above_median": points.median()}
    counts = {name: int((points >= level).sum()) for name, level in fixed.items()}
    counts |= {name: int((points > level).sum()) for name, level in own.items()}
    rows = [
        {"reading": name, "level": level, "n": counts[name], "of": len(points)} for name, level in (fixed | own).items()
    ]
    return _add_share(pd.DataFrame(rows, columns=["reading", "level", "n", "of"]))


def count_upper(scores: pd.DataFrame) -> pd.DataFrame:
    """Count the listed units with a rating above the lowest. No row where there are not two tiers."""
    tiers = scale_tiers(scores)
    listed = scores.drop_duplicates("unit_id")["tier"].dropna()
    n = int((listed != tiers[-1]).sum()) if tiers else 0
    rows = [{"reading": "or_better", "tier": tiers[-2], "n": n, "of": len(listed)}] if len(tiers) > 1 else []
    return _add_share(pd.DataFrame(rows, columns=["reading", "tier", "n", "of"]))


def _add_share(counts: pd.DataFrame) -> pd.DataFrame:
    counts = counts[counts["of"] > 0]
    return counts.assign(share_pct=100 * counts["n"].astype("float64") / counts["of"].astype("float64"))


def count_claim(claim: pd.Series, scores: pd.DataFrame, top_cut: float, low_cut: float) -> pd.DataFrame:
    """Count what a claim is about: one row per reading, none where nothing is published to count it by."""
    match claim["measure"]:
        case "score_level":
            counts = count_levels(scores, top_cut, low_cut)
            is_most = counts["share_pct"] > _threshold(claim)
            return counts.assign(verdict=is_most.map({True: "majority", False: "no_majority"}))
        case "upper_tiers":
            return count_upper(scores).assign(verdict="beside")
        case "reply_rate" if pd.notna(claim["stated_n"]) and pd.notna(claim["stated_pct"]):
            n = round(claim["stated_n"] * claim["stated_pct"] / 100)
            row = {"reading": "replies", "n": n, "of": int(claim["stated_n"]), "share_pct": claim["stated_pct"]}
            return pd.DataFrame([row | {"verdict": "as_stated"}])
    return pd.DataFrame(columns=["reading", "n", "of", "share_pct", "verdict"])


def list_claims(claims: pd.DataFrame) -> pd.DataFrame:
    """List every claim with its place and what it can be counted by; NA where nothing is published.

    `claims` has is_verbatim. The column of the words is `quote`, or `summary` where any of them are ours; then only
    verbatim words are in quotation marks.
    """
    named = claims.rename(columns={"meaning_en": "meaning", "measure": "counted_by"})
    named, words = name_words(named)
    return named.assign(where=_where(claims))[[words, "quantifier", "meaning", "where", "counted_by"]]


def name_words(claims: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    """Add the column of the words of a notice, and return its name: quote, or summary where any are ours.

    `claims` has quote and is_verbatim, one row per claim or rule.
    """
    if claims["is_verbatim"].all():
        return claims, "quote"
    words = [
        say("narrative.quoted", quote=quote) if is_verbatim else quote
        for quote, is_verbatim in zip(claims["quote"], claims["is_verbatim"], strict=True)
    ]
    return claims.assign(summary=words), "summary"


def audit_claims(claims: pd.DataFrame, scores: pd.DataFrame, top_cut: float, low_cut: float) -> pd.DataFrame:
    """Count what can be counted of the claims: one row per claim and reading of it. `claims` has is_verbatim."""
    claims, words = name_words(claims)
    rows = []
    for _, claim in claims.iterrows():
        for _, count in count_claim(claim, scores, top_cut, low_cut).iterrows():
            row = {words: claim[words], "reading": _word_reading(count)}
            rows.append({**count, **row, "counted": count["n"]})
    columns = [words, "reading", "counted", "of", "share_pct", "verdict"]
    return pd.DataFrame(rows, columns=columns).astype({"counted": "Int64", "of": "Int64", "share_pct": "float64"})


def _word_reading(count: pd.Series) -> Phrase:
    facts = {**count, "tier": Tier(count["tier"])} if "tier" in count else dict(count)
    return say(f"narrative.{count['reading']}", **facts)


def _say_claim(claim: pd.Series) -> Phrase:
    """Describe what a notice claims: in its words where they are verbatim, else as our summary."""
    quantified = pd.notna(claim["quantifier"]) and claim["quantifier"] not in claim["quote"]
    subject = say("narrative.subject", quantifier=claim["quantifier"]) if quantified else ""
    key = "narrative.notice_says" if claim["is_verbatim"] else "narrative.summary_says"
    return say(key, meaning=claim["meaning_en"], quote=claim["quote"], subject=subject, where=_place(claim))


def describe_level(claims: pd.DataFrame, scores: pd.DataFrame, top_cut: float, low_cut: float) -> Text | None:
    """State by which readings the scores bear out that most units are above the middle. None without such a claim."""
    claim = _find_claim(claims, "score_level")
    counts = count_levels(scores, top_cut, low_cut)
    if claim is None or counts.empty:
        return None
    readings = [say("narrative.level_count", n=row["n"], reading=_word_reading(row)) for _, row in counts.iterrows()]
    holds = counts["share_pct"] > _threshold(claim)
    named = [say(f"narrative.by_{row['reading']}", level=row["level"]) for _, row in counts.iterrows()]
    true, false = (
        [name for name, holds_so in zip(named, holds, strict=True) if holds_so == wanted] for wanted in (True, False)
    )
    key = "level_all" if not false else "level_none" if not true else "level_some"
    counted = say("narrative.levels", of=int(counts["of"].iloc[0]), readings=readings)
    return join([_say_claim(claim), counted, say(f"narrative.{key}", true=true, false=false)], "sentences")


def describe_standard(claims: pd.DataFrame, scores: pd.DataFrame) -> Text | None:
    """Compare a claim that most units miss a standard with the ratings: how many units must be both.

    None without such a claim, or without two ratings. Units without a rating may be among those that miss it.
    """
    claim, upper = _find_claim(claims, "upper_tiers"), count_upper(scores)
    if claim is None or upper.empty:
        return None
    row, units = upper.iloc[0], scores["unit_id"].nunique()
    least = int(units * _threshold(claim) // 100) + 1  # more than half of 56 is 29 at least
    both = least + int(row["n"]) - units
    facts = {"n": row["n"], "of": row["of"], "tier": Tier(row["tier"]), "units": units, "least": least, "both": both}
    key = "narrative.standard" if both > 0 else "narrative.standard_fits"
    return join([_say_claim(claim), say(key, **facts)], "sentences")


def describe_replies(claims: pd.DataFrame) -> Text | None:
    """Describe what a stated rate of replies to applications for information tells, and what not. None without one."""
    claim, late = _find_claim(claims, "reply_rate"), _find_claim(claims, "late_reply")
    if claim is None:
        return None
    letters = None if pd.isna(claim["stated_n"]) else int(claim["stated_n"])
    facts = {"letters": letters, "rate": claim["stated_pct"]}
    rate = say("narrative.replies_rate" if letters is None else "narrative.replies_of", **facts)
    return join([rate, say("narrative.not_in_time"), _say_claim(late) if late is not None else None], "sentences")


def _threshold(claim: pd.Series) -> float:
    return MOST if pd.isna(claim["more_than_pct"]) else float(claim["more_than_pct"])


def _find_claim(claims: pd.DataFrame, measure: str) -> pd.Series | None:
    found = claims[claims["measure"] == measure]
    return None if found.empty else found.iloc[0]


def _place(claim: pd.Series) -> Phrase:
    parts = {name: str(claim[name]) for name in ("section", "item") if pd.notna(claim[name])}
    numbers = {f"{name}_number": write_arabic(numeral) for name, numeral in parts.items()}
    return say("places.item" if "item" in parts else "places.section", **parts, **numbers)
