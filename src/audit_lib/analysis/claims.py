"""Claims of a notice compared with its numbers: what most units are said to do, and what can be counted of that."""

import pandas as pd

from audit_lib.analysis.narrative import name_places
from audit_lib.notices.notice import Notice
from audit_lib.tables.tiers import scale_tiers
from audit_lib.wording.form import is_summary
from audit_lib.wording.items import say_section
from audit_lib.wording.words import Phrase, Text, Tier, join, say

MOST = 50.0  # per cent: any word for most means more than that


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
    rows = [(name, level, int((points >= level).sum())) for name, level in fixed.items()]
    rows += [(name, level, int((points > level).sum())) for name, level in own.items()]
    return _add_share(pd.DataFrame(rows, columns=["reading", "level", "n"]).assign(of=len(points)))


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
    return named.assign(where=name_places(claims))[[words, "quantifier", "meaning", "where", "counted_by"]]


def name_words(claims: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    """Add the column of the words of a notice, and return its name: quote, or summary where any are not verbatim."""
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
    true, false = (
        [say(f"narrative.by_{row['reading']}", level=row["level"]) for _, row in counts[chosen].iterrows()]
        for chosen in (holds, ~holds)
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
    """Describe what a stated rate of replies to applications for information means. None without one."""
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
    return say_section(str(claim["section"]), None if pd.isna(claim["item"]) else str(claim["item"]))
