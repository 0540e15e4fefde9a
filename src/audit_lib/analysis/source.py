"""The source and its quality: does the notice agree with itself, and what did we decide to get a table?"""

from collections import Counter
from datetime import date

import pandas as pd

from audit_lib.documents.model import line_of
from audit_lib.notices.notice import Notice
from audit_lib.notices.tier_lists import TierList
from audit_lib.tables.schemas import MATCHES, SEVERITIES
from audit_lib.wording.words import Name, Phrase, join, say, say_date


def trace_source(notice: Notice, record: pd.Series | None) -> pd.Series:
    """Tell where the notice comes from: what its page says of itself and what notices.csv records of the file."""
    header = notice.header
    known = {} if record is None else record.to_dict()
    return pd.Series(
        {
            "title": header.title or known.get("title"),
            "document_number": header.document_number,
            "publisher": known.get("publisher"),
            "url": known.get("url"),
            "inspected": _from_to(header.inspected_from, header.inspected_to),
            "issued_on": header.issued_on,
            "published_on": header.published_on,
            "units_stated": header.units_stated,
            "form": known.get("form"),
            "raw_file": notice.document.path.name,
            "lines": line_of(notice.document.lines[-1].place),
            "sha256": notice.document.sha256,
            "terms": known.get("terms"),
        },
        dtype="object",
    )


def _from_to(first: date | None, last: date | None) -> Phrase | None:
    if first is None or last is None:
        return None
    return Phrase("dates.from_to", {"first": say_date(first.isoformat()), "last": say_date(last.isoformat())})


def count_matches(scores: pd.DataFrame) -> pd.DataFrame:
    """Count the units by how their name in the table and their name in a list were joined."""
    units = scores.groupby("match")["unit_name"].agg(list).reindex(MATCHES)
    counts = units.map(len, na_action="ignore").fillna(0).astype("int64")
    few = units.mask(counts > 3, pd.Series([["many"]] * len(MATCHES), index=units.index))  # the league table has all
    return pd.DataFrame({"match": MATCHES, "n": counts.to_numpy(), "units": few.to_numpy()})


def list_aliases(scores: pd.DataFrame) -> pd.DataFrame:
    """List the joins that rest on our reading of a name, and the names that keep their level of government."""
    joined = scores[scores["match"] == "alias"]
    return joined[["unit_name", "name_in_table", "name_in_list", "match", "table_line", "list_line"]]


def compare_counts(notice: Notice) -> pd.DataFrame:
    """Put the number of units that the notice states beside the number it prints, list by list and for the table."""
    n_lists = Counter(tier.tier for tier in notice.tiers)
    rows = [
        {
            "part": _name_list(tier, is_one_of_several=n_lists[tier.tier] > 1),
            "stated": tier.stated,
            "counted": len(tier.units),
            "line": line_of(tier.place),
        }
        for tier in notice.tiers
    ]
    if notice.tiers:
        listed = sum(len(tier.units) for tier in notice.tiers)
        rows.append({"part": "all_lists", "stated": notice.header.units_stated, "counted": listed, "line": None})
    for table in notice.tables:
        line = line_of(table.rows[0].place)
        rows.append({"part": "table", "stated": notice.header.units_stated, "counted": len(table.rows), "line": line})
    return pd.DataFrame(rows).astype({"stated": "Int64", "line": "Int64"})


def _name_list(tier: TierList, *, is_one_of_several: bool) -> Phrase | str:
    """Name a list by its tier; where a tier has several lists, by what the notice calls the units of each, too."""
    if is_one_of_several and tier.label:
        return Phrase("source.tier_list", {"tier": tier.tier, "label": tier.label})
    return tier.tier


def list_mentions(mentions: pd.DataFrame, scores: pd.DataFrame) -> pd.DataFrame:
    """List the units that the prose names, in printed order, with what table and lists say of them."""
    known = scores.drop_duplicates("unit_id")[["unit_id", "score", "tier"]]
    joined = mentions.merge(known, on="unit_id", how="left", validate="many_to_one")
    return joined[["unit_name", "sentiment", "section", "item", "score", "tier", "line"]]


def describe_source(notice: Notice, scores: pd.DataFrame) -> Phrase:
    """Say whether table and lists name the same units, and who does not fit."""
    n_rows = sum(len(table.rows) for table in notice.tables)
    if not notice.tables or not notice.tiers:
        return say("source.table_alone" if notice.tables else "source.lists_alone", n=len(scores))
    counts = scores["match"].value_counts()
    joined = {rule: int(counts.get(rule, 0)) for rule in ("exact", "prefix", "alias")}
    sentence = say(
        "source.joined",
        n_rows=n_rows,
        entries=_sum_lists(notice),
        n_units=scores["unit_id"].nunique(),
        n_joined=sum(joined.values()),
        level=_name_levels(scores),
        **joined,
    )
    tabled = [say("source.scored", unit=row.unit_name, score=row.score) for row in _only(scores, "table_only")]
    listed = [say("source.listed", unit=row.unit_name, tier=row.tier) for row in _only(scores, "list_only")]
    clauses = []
    if tabled:
        clauses.append(say("source.no_tier_one" if len(tabled) == 1 else "source.no_tier_many", units=tabled))
    if listed:
        clauses.append(say("source.no_score_one" if len(listed) == 1 else "source.no_score_many", units=listed))
    if not clauses:
        return say("source.agrees", sentence=sentence)
    return say("source.disagrees", sentence=sentence, clauses=join(clauses, "source.and"))


def describe_counts(counts: pd.DataFrame) -> Phrase:
    """Say whether the notice prints as many units as it states, from `compare_counts`."""
    stated = counts[counts["stated"].notna()]
    if stated.empty:
        return say("findings.counts_none", parts=_name_parts(counts))
    differing = stated[stated["stated"] != stated["counted"]]
    if differing.empty:
        return say("findings.counts_agree", parts=_name_parts(stated))
    return say(
        "findings.counts_differ",
        n=len(differing),
        of=len(stated),
        parts=[
            say("findings.part_differs", part=Name(row.part), stated=row.stated, counted=row.counted)
            for row in differing.itertuples()
        ],
    )


def _name_parts(counts: pd.DataFrame) -> list[Phrase]:
    parts = zip(counts["part"], counts["counted"], strict=True)
    return [say("findings.part", part=Name(part), n=int(n)) for part, n in parts]


def describe_mentions(mentions: pd.DataFrame, scores: pd.DataFrame) -> Phrase | None:
    """Say how many units the prose criticises and praises, and which it names most often. Empty where it names none."""
    named = mentions.dropna(subset=["sentiment"])
    if named.empty:
        return None
    units = named.groupby("sentiment")["unit_id"].nunique()
    clauses = [say(f"findings.{each}", n=int(units[each])) for each in ("criticised", "praised") if each in units]
    facts = {
        "n": named["unit_id"].nunique(),
        "of": scores["unit_id"].nunique(),
        "counts": join(clauses, "findings.and"),
    }
    places = named["unit_name"].value_counts()
    if places.iloc[0] == 1 or (places == places.iloc[0]).sum() > 1:
        return say("findings.mentions", **facts)
    return say("findings.mentions_most", **facts, unit=places.index[0], places=int(places.iloc[0]))


def _sum_lists(notice: Notice) -> Phrase | str:
    """Print the sizes of the lists as a sum (8 + 41 + 7 = 56); of one list, its size."""
    sizes = [len(tier.units) for tier in notice.tiers]
    if len(sizes) == 1:
        return str(sizes[0])
    return say("source.sum", parts=join(map(str, sizes), "source.plus"), n=sum(sizes))


def _name_levels(scores: pd.DataFrame) -> Name | str:
    """Name the prefixes that joins took off, as printed: 市 in most cities; the general word where there is none."""
    joined = scores[scores["match"] == "prefix"]
    longer = [max(names, key=len) for names in zip(joined["name_in_table"], joined["name_in_list"], strict=True)]
    return "/".join(sorted({name[0] for name in longer})) or Name("level")


def _only(scores: pd.DataFrame, match: str) -> list[pd.Series]:
    return [row for _, row in scores[scores["match"] == match].iterrows()]


def count_marks(scores: pd.DataFrame, problems: pd.DataFrame) -> dict[str, int]:
    """Count what tells at a glance how good the data of one notice is: units named, scored, tiered, joined; problems.

    `n_joined` units stand in a table and in a list; the rest of the keys are the severities.
    """
    found = problems["severity"].value_counts()
    named = {
        "n_units": pd.Series(data=True, index=scores.index),
        "n_scored": scores["score"].notna(),
        "n_tiered": scores["tier"].notna(),
        "n_joined": ~scores["match"].isin(["table_only", "list_only"]),
    }
    counts = {name: int(scores.loc[of, "unit_id"].nunique()) for name, of in named.items()}
    return counts | {severity: int(found.get(severity, 0)) for severity in SEVERITIES}
