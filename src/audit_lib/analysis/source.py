"""Does a notice agree with itself: do table and lists name the same units, and what do the checks find?"""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import pandas as pd

from audit_lib.documents.model import line_of
from audit_lib.notices.lists.tier_lists import TierList
from audit_lib.notices.notice import Notice
from audit_lib.tables.check_registry import Outcome, name_facts
from audit_lib.tables.schemas import MATCHES, SEVERITIES
from audit_lib.wording.words import Name, Phrase, Text, Tier, Unit, join, say, say_date, say_nothing_found

MOST_IN_HEADLINE = 2  # units that a headline names; more are counted
MOST_NAMES = 4  # units that a sentence names; more are listed in a table
NO_CONTRADICTIONS = frozenset({"raw_file", "unread_cells"})  # faults of our copy or of our reading, or misprints


def trace_source(notice: Notice, record: pd.Series | None) -> pd.Series:
    """Return where the notice comes from: what its page says of itself and what notices.csv records of the file."""
    header = notice.header
    first, last = header.inspected_from, header.inspected_to
    known = {} if record is None else record.to_dict()
    return pd.Series(
        {
            "title": header.title or known.get("title"),
            "document_number": header.document_number,
            "publisher": known.get("publisher"),
            "url": known.get("url"),
            "inspected": say_date(f"{first}..{last}") if first and last else None,
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


def count_matches(scores: pd.DataFrame) -> pd.DataFrame:
    """Count the units by how their name in the table and their name in a list were joined; no row without both."""
    if set(scores["match"]) in ({"table_only"}, {"list_only"}):
        return pd.DataFrame({"match": [], "n": [], "units": []})
    units = scores.groupby("match")["unit_name"].agg(list).reindex(MATCHES)
    counts = units.map(len, na_action="ignore").fillna(0).astype("int64")
    return pd.DataFrame({"match": MATCHES, "n": counts.to_numpy(), "units": units.to_numpy()})


def list_aliases(scores: pd.DataFrame) -> pd.DataFrame:
    """List the joins that rest on our reading of a name, and the names that keep their level of government."""
    joined = scores[scores["match"] == "alias"]
    return joined[["unit_name", "name_in_table", "name_in_list", "match", "table_line", "list_line"]]


def compare_counts(notice: Notice) -> pd.DataFrame:
    """Compare the number of units that the notice states with the number it prints, for each list and table."""
    n_lists = Counter(tier.tier for tier in notice.own_tiers)
    headed: dict[tuple[str, int | None, str], list[TierList]] = {}  # lists under one heading count together
    for tier in notice.own_tiers:
        together = tier.heading if tier.stated is not None and tier.heading else tier.place
        headed.setdefault((tier.tier, tier.stated, together), []).append(tier)
    rows = [
        {
            "part": _name_list(first, is_one_of_several=n_lists[first.tier] > 1 and not others),
            "stated": first.stated,
            "counted": sum(len(tier.units) for tier in (first, *others)),
            "line": line_of(first.place),
        }
        for first, *others in headed.values()
    ]
    if notice.own_tiers:
        listed = sum(len(tier.units) for tier in notice.own_tiers)
        rows.append({"part": Name("all_lists"), "stated": notice.header.units_stated, "counted": listed, "line": None})
    for table in notice.tables:
        line = line_of(table.rows[0].place)
        rows.append(
            {"part": Name("table"), "stated": notice.header.units_stated, "counted": len(table.rows), "line": line}
        )
    return pd.DataFrame(rows).astype({"stated": "Int64", "line": "Int64"})


def _name_list(tier: TierList, *, is_one_of_several: bool) -> Text:
    """Name a list by its tier; where a tier has several lists, by what the notice calls the units of each, too."""
    if is_one_of_several and tier.label:
        return say("source.tier_list", tier=Tier(tier.tier), label=tier.label)
    return Tier(tier.tier)


def describe_source(notice: Notice, scores: pd.DataFrame, outcomes: Sequence[Outcome]) -> Phrase:
    """Describe whether table and lists name the same units, as a headline.

    Of a notice with only one of the two, say what contradicts itself in it; without that there is nothing to report.
    """
    if not notice.has_both:
        return _describe_one(notice, scores, list_contradictions(outcomes))
    unrated, unscored = find_apart(scores)
    if unrated.empty and unscored.empty:
        return say("source.agree", n=scores["unit_id"].nunique())
    how = "units" if len(unrated) + len(unscored) <= MOST_IN_HEADLINE else "count"
    clauses = [
        say(f"source.{name}_{how}", n=len(units), units=[Unit(unit) for unit in units["unit_name"]])
        for name, units in (("unrated", unrated), ("unscored", unscored))
        if len(units)
    ]
    return say("source.differ", clauses=join(clauses, "source.and"))


def _describe_one(notice: Notice, scores: pd.DataFrame, contradictions: pd.DataFrame) -> Phrase:
    if contradictions.empty:
        return say_nothing_found(f"source.{_name_kind(notice, scores)}", n=scores["unit_id"].nunique())
    n = len(contradictions)
    key = "source.contradiction" if n == 1 else "source.contradictions"
    return say(key, n=n, first=contradictions["message"].iloc[0])


def _name_kind(notice: Notice, scores: pd.DataFrame) -> str:
    if not notice.tables:
        return "lists_alone"
    if scores["tier"].notna().any():
        return "table_rated"
    if scores["score"].notna().any():
        return "table_alone"
    return "ranks_alone" if scores["rank_printed"].notna().any() else "names_alone"


def find_apart(scores: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Find the units that only the score table names, without a tier in it, and those that only a list names."""
    tabled, listed = (scores[scores["match"] == match] for match in ("table_only", "list_only"))
    return tabled[tabled["tier"].isna()], listed


def describe_apart(notice: Notice, scores: pd.DataFrame) -> Phrase | None:
    """Describe who is in the score table but in no list, and the reverse; None where all match, or one is missing."""
    unrated, unscored = find_apart(scores)
    if not notice.has_both or (unrated.empty and unscored.empty):
        return None
    if len(unrated) + len(unscored) > MOST_NAMES:
        return say("source.apart", clauses=say("source.many_apart", n_scored=len(unrated), n_rated=len(unscored)))
    scored = [say("source.scored", unit=Unit(row.unit_name), score=row.score) for row in unrated.itertuples()]
    return say("source.apart", clauses=join([*scored, *map(_word_rated, unscored.itertuples())], "clauses"))


def _word_rated(row: Any) -> Phrase:
    if pd.isna(row.tier):
        return say("source.rated_twice", unit=Unit(row.unit_name))
    return say("source.rated", unit=Unit(row.unit_name), tier=Tier(row.tier))


def list_apart(notice: Notice, scores: pd.DataFrame) -> pd.DataFrame:
    """List the units that only the score table or only a list names; no row where a notice has only one of the two."""
    apart = pd.concat(find_apart(scores)).sort_index() if notice.has_both else scores.iloc[:0]
    return apart[["unit_name", "score", "tier", "match", "table_line", "list_line"]]


def describe_totals(notice: Notice, scores: pd.DataFrame) -> Phrase | None:
    """Describe whether the notice holds as many units as it states, and where equal totals are of different units.

    None where it states no number and has only a table or only lists.
    """
    counts = compare_counts(notice)
    stated = counts.dropna(subset=["stated"])
    differing = stated[stated["stated"] != stated["counted"]]
    if len(differing):
        parts = [
            say("source.total_differs", part=row.part, stated=row.stated, counted=row.counted)
            for row in differing.itertuples()
        ]
        return say("source.totals_differ", parts=join(parts, "clauses"))
    tabled, listed = (counts.loc[counts["part"] == Name(part), "counted"].sum() for part in ("table", "all_lists"))
    if not tabled or not listed:
        return say("source.totals_as_stated", n=len(stated)) if len(stated) else None
    facts = {"tabled": int(tabled), "listed": int(listed), "n": scores["unit_id"].nunique()}
    if tabled != listed:
        return say("source.totals_unequal", **facts)
    return say("source.totals_hide" if sum(map(len, find_apart(scores))) else "source.totals_equal", **facts)


def list_contradictions(outcomes: Sequence[Outcome]) -> pd.DataFrame:
    """List what the checks found to contradict itself: a sentence for each, and the line where it is printed."""
    found = [
        (outcome.check.name, finding)
        for outcome in outcomes
        if outcome.check.severity == "error" and outcome.check.name not in NO_CONTRADICTIONS
        for finding in outcome.findings
        if not finding.is_question
    ]
    rows = [(say(f"checks.{name}.message", **name_facts(finding.facts)), finding.line) for name, finding in found]
    return pd.DataFrame(rows, columns=["message", "line"]).astype({"message": "object", "line": "Int64"})


def count_marks(scores: pd.DataFrame, problems: pd.DataFrame) -> dict[str, int]:
    """Count the units of a notice, and its problems by severity."""
    found = problems["severity"].value_counts()
    counts = {severity: int(found.get(severity, 0)) for severity in SEVERITIES}
    return {"n_units": scores["unit_id"].nunique(), **counts}
