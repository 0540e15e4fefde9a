"""Words against numbers: whom the prose names and how they score, and which of its claims can be counted.

Tables in are scores, mentions and claims (see schemas.py). Sentiment is that of the heading a unit is named under.
"""

import re
from bisect import bisect_right

import pandas as pd
from scipy import stats

from audit_lib.analysis.groups import Comparison, choose_main, compare_groups
from audit_lib.notices.notice import Notice
from audit_lib.tables.tiers import list_tiers
from audit_lib.wording.words import Phrase, Text, join, say, say_nothing_found

MOST = 50.0  # per cent: any word for most means more than that
HEADING_END = re.compile("[:。;,(]")  # of an item's heading; what follows tells its story


def mark_named(scores: pd.DataFrame, mentions: pd.DataFrame) -> pd.DataFrame:
    """Give each unit once, with `named`: criticised if any sentence criticises it, else not_criticised.

    Missing for all where nobody is criticised: then there are no two groups.
    """
    units = scores.drop_duplicates("unit_id")
    is_criticised = units["unit_id"].isin(mentions.loc[mentions["sentiment"] == "criticised", "unit_id"])
    named = is_criticised.map({True: "criticised", False: "not_criticised"}).astype("str")
    return units.assign(named=named.where(is_criticised | is_criticised.any()))


def compare_named(scores: pd.DataFrame, mentions: pd.DataFrame, min_n: int) -> list[Comparison]:
    """Compare the units that the prose criticises with all others, both scored."""
    return compare_groups(mark_named(scores, mentions), "named", min_n)


def list_named(scores: pd.DataFrame, mentions: pd.DataFrame) -> pd.DataFrame:
    """List whom the prose praises or criticises, each once for either, highest score first, with where it does so."""
    named = mentions.dropna(subset=["sentiment"]).assign(where=_where(mentions))
    places = named.groupby(["unit_id", "sentiment"], sort=False).agg(where=("where", list), line=("line", "first"))
    known = scores.drop_duplicates("unit_id")[["unit_id", "unit_name", "score", "rank", "tier"]]
    rows = places.reset_index().merge(known, on="unit_id", how="left", validate="many_to_one")
    ordered = rows.sort_values(["sentiment", "score"], ascending=[True, False], kind="stable")
    return ordered[["unit_name", "sentiment", "where", "score", "rank", "tier", "line"]].reset_index(drop=True)


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
    named = named.assign(at=named["place"].map(order), told=False)
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
        named.loc[own.index, "told"] = True
        where = {"section": section, "item": heading.numeral, "heading": HEADING_END.split(heading.text)[0]}
        rows.append({**where, "sentiment": beside["sentiment"].iloc[0], "units": list(own["unit_name"].unique())})
    for key, own in named[~named["told"]].groupby(["section", "item", "sentiment"], dropna=False, sort=False):
        where = dict(zip(("section", "item", "sentiment"), key, strict=True))
        rows.append({**where, "heading": pd.NA, "units": list(own["unit_name"].unique())})
    table = pd.DataFrame(rows, columns=["section", "item", "heading", "sentiment", "units"])
    table.insert(4, "n", table["units"].map(len))
    return table


def find_unexplained(scores: pd.DataFrame, mentions: pd.DataFrame) -> pd.DataFrame:
    """Find the units of the lowest tier that no sentence names, highest score first.

    None where there are not two tiers, or where no sentence names any unit: then nobody is passed over.
    """
    tiers = list_tiers(scores)
    lowest = scores[scores["tier"] == tiers[-1]] if len(tiers) > 1 and len(mentions) else scores.iloc[:0]
    silent = lowest[~lowest["unit_id"].isin(mentions["unit_id"])].drop_duplicates("unit_id")
    return silent.sort_values("score", ascending=False, kind="stable")[["unit_name", "side", "tier", "score", "rank"]]


def describe_narrative(scores: pd.DataFrame, mentions: pd.DataFrame, min_n: int) -> Phrase:
    """Say whom the notice criticises, how they score beside all others, and whom of the lowest tier it passes over."""
    named = list_named(scores, mentions)
    criticised = named[named["sentiment"] == "criticised"]
    if criticised.empty:
        praised = int((named["sentiment"] == "praised").sum())
        return say("narrative.praise_only", n=praised) if praised else say_nothing_found("narrative.nobody")
    clauses = [_word_tiers(criticised), _word_best(criticised), _word_silence(scores, mentions)]
    sentence = _word_scores(criticised, choose_main(compare_named(scores, mentions, min_n)))
    told = [clause for clause in clauses if clause]
    if not told:
        return say("narrative.stop", sentence=sentence)
    if len(told) > 1:
        told[-1] = say("narrative.last", clause=told[-1])
    return say("narrative.with", sentence=sentence, clauses=join(told, "parts"))


def _word_scores(criticised: pd.DataFrame, compared: Comparison) -> Phrase:
    """Word their number with their mean beside that of the others; with their names where they are few."""
    if compared.status == "ok":
        facts = {"n_others": compared.n_second, "mean": compared.mean_first, "mean_others": compared.mean_second}
        return say("narrative.criticised", n=len(criticised), **facts)
    return say("narrative.criticised_few", n=len(criticised), units=_word_units(criticised))


def _word_units(units: pd.DataFrame) -> list[Phrase]:
    """Word units with their scores, where they have one."""
    return [
        row.unit_name if pd.isna(row.score) else say("narrative.unit", unit=row.unit_name, score=row.score)
        for row in units.itertuples()
    ]


def _word_tiers(criticised: pd.DataFrame) -> Phrase | None:
    counts = criticised.dropna(subset=["tier"])["tier"].value_counts(sort=False)
    tiers = join((say("narrative.tier", tier=tier, n=int(n)) for tier, n in counts.items()), "narrative.and")
    return say("narrative.tiers", tiers=tiers) if tiers else None


def _word_best(criticised: pd.DataFrame) -> Phrase | None:
    scored = criticised.dropna(subset=["score"])
    if len(scored) < 2:
        return None
    best = scored.iloc[0]
    return say("narrative.best", unit=best["unit_name"], score=best["score"], rank=int(best["rank"]))


def _word_silence(scores: pd.DataFrame, mentions: pd.DataFrame) -> Phrase | None:
    tiers = list_tiers(scores)
    if len(tiers) < 2:
        return None
    of = scores.loc[scores["tier"] == tiers[-1], "unit_id"].nunique()
    n = len(find_unexplained(scores, mentions))
    return say("narrative.silence" if n else "narrative.all_of_tier", n=n, of=of, tier=tiers[-1])


def describe_unexplained(scores: pd.DataFrame, mentions: pd.DataFrame) -> Phrase:
    """Say which units of the lowest tier get no word."""
    tiers = list_tiers(scores)
    if len(tiers) < 2:
        return say_nothing_found("narrative.no_lowest")
    if mentions.empty:
        return say_nothing_found("narrative.nobody_named")
    silent, facts = find_unexplained(scores, mentions), {"tier": tiers[-1]}
    if silent.empty:
        return say("narrative.all_named", **facts)
    return say("narrative.unexplained", n=len(silent), units=_word_units(silent), **facts)


def count_levels(scores: pd.DataFrame, top_cut: float, low_cut: float) -> pd.DataFrame:
    """Count the units that stand above the middle, by four readings of it.

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
    """Count the listed units that stand in a tier above the lowest. No row where there are not two tiers."""
    tiers = list_tiers(scores)
    listed = scores.drop_duplicates("unit_id")["tier"].dropna()
    n = int((listed != tiers[-1]).sum()) if tiers else 0
    rows = [{"reading": "or_better", "tier": tiers[-2], "n": n, "of": len(listed)}] if len(tiers) > 1 else []
    return _add_share(pd.DataFrame(rows, columns=["reading", "tier", "n", "of"]))


def _add_share(counts: pd.DataFrame) -> pd.DataFrame:
    counts = counts[counts["of"] > 0]
    return counts.assign(share_pct=100 * counts["n"].astype("float64") / counts["of"].astype("float64"))


def count_claim(claim: pd.Series, scores: pd.DataFrame, top_cut: float, low_cut: float) -> pd.DataFrame:
    """Count what a claim speaks of: one row per reading, none where nothing is published to count it by."""
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
    """List every recorded claim with its place and what it can be counted by; NA where nothing is published."""
    columns = ["quote", "quantifier", "meaning", "where", "line", "counted_by"]
    named = claims.rename(columns={"meaning_en": "meaning", "measure": "counted_by"})
    return named.assign(where=_where(claims))[columns]


def audit_claims(claims: pd.DataFrame, scores: pd.DataFrame, top_cut: float, low_cut: float) -> pd.DataFrame:
    """Count what can be counted of the claims: one row per claim and reading of it."""
    columns = ["quote", "reading", "counted", "of", "share_pct", "verdict"]
    rows = []
    for _, claim in claims.iterrows():
        for _, count in count_claim(claim, scores, top_cut, low_cut).iterrows():
            row = {"quote": claim["quote"], "reading": say(f"narrative.{count['reading']}", **count)}
            rows.append({**count, **row, "counted": count["n"]})
    return pd.DataFrame(rows, columns=columns).astype({"counted": "Int64", "of": "Int64", "share_pct": "float64"})


def describe_level(claims: pd.DataFrame, scores: pd.DataFrame, top_cut: float, low_cut: float) -> Phrase:
    """Say whether the scores bear out that most units stand above the middle."""
    claim = _find_claim(claims, "score_level")
    counts = count_levels(scores, top_cut, low_cut).set_index("reading")
    if claim is None or counts.empty:
        return say_nothing_found("narrative.no_level" if claim is None else "narrative.no_scores")
    facts = {f"{name}_{part}": counts.at[name, part] for name in counts.index for part in ("level", "n", "share_pct")}
    named = {"n": int(counts["of"].iloc[0]), "quote": claim["quote"], "quantifier": claim["quantifier"]}
    holds = counts["share_pct"] > _threshold(claim)
    key = "level_fixed" if holds["at_low_cut"] else "level_fails"
    return say("narrative.levels", **facts, **named, verdict=say(f"narrative.{key}", **facts, **named))


def describe_standard(claims: pd.DataFrame, scores: pd.DataFrame) -> Phrase:
    """Set a claim that most units miss a standard beside the tiers: how many units must be in both groups."""
    claim, upper = _find_claim(claims, "upper_tiers"), count_upper(scores)
    if claim is None or upper.empty:
        return say_nothing_found("narrative.no_standard" if claim is None else "narrative.no_lowest")
    row = upper.iloc[0]
    least = int(row["of"] * _threshold(claim) // 100) + 1  # more than half of 56 is 29 at least
    both = least + int(row["n"]) - int(row["of"])
    told = {"meaning": claim["meaning_en"], "quote": claim["quote"], "quantifier": claim["quantifier"]}
    told |= {"where": _place(claim)}
    return say("narrative.standard" if both > 0 else "narrative.standard_fits", **row, **told, least=least, both=both)


def describe_replies(claims: pd.DataFrame) -> Text | None:
    """Say what a stated rate of replies to applications for information tells, and what it does not.

    The lower bound is the exact 95 % one of Clopper and Pearson (1934), for who would read the rate as a forecast.
    """
    claim, late = _find_claim(claims, "reply_rate"), _find_claim(claims, "late_reply")
    if claim is None:
        return say_nothing_found("narrative.no_replies")
    letters = None if pd.isna(claim["stated_n"]) else int(claim["stated_n"])
    facts = {"letters": letters, "rate": claim["stated_pct"]}
    sentences = [say("narrative.replies_rate" if letters is None else "narrative.replies_of", **facts)]
    if late is not None:
        told = {"quote": late["quote"], "meaning": late["meaning_en"], "where": _place(late)}
        sentences.append(say("narrative.late", **told))
    if letters:
        n = round(letters * claim["stated_pct"] / 100)
        low = 100 * float(stats.binomtest(n, letters).proportion_ci(method="exact").low)
        sentences.append(say("narrative.bound", n=n, letters=letters, low=low))
    return join(sentences, "sentences")


def _threshold(claim: pd.Series) -> float:
    return MOST if pd.isna(claim["more_than_pct"]) else float(claim["more_than_pct"])


def _find_claim(claims: pd.DataFrame, measure: str) -> pd.Series | None:
    found = claims[claims["measure"] == measure]
    return None if found.empty else found.iloc[0]


def _place(claim: pd.Series) -> Phrase:
    key = "narrative.section" if pd.isna(claim["item"]) else "narrative.item"
    return say(key, section=claim["section"], item=claim["item"])
