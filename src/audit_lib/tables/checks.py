"""Check a notice against itself. Each check compares what one part says with another, and yields what does not agree.

A finding is a finding about the notice, not a failure of ours. Nothing is repaired: what is missing stays missing.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from itertools import pairwise
from typing import Any

import pandas as pd

from audit_lib.documents.model import squeeze
from audit_lib.notices.rows import Problem
from audit_lib.notices.vocabulary import read_vocabulary
from audit_lib.numbers import competition_rank
from audit_lib.periods import are_same, is_period
from audit_lib.sources import period_of
from audit_lib.tables.evidence import Evidence, Finding
from audit_lib.tables.scan_doubts import find_scan_lines
from audit_lib.tables.tiers import find_exceptions
from audit_lib.wording.words import Phrase, say_date, say_place

# Problems of the notice that a check of its own reports.
CHECKED_APART = frozenset({"tier_count", "not_read", "sum_differs"})
NO_LEVEL = ("市场", "市容")  # words that begin like a level of government: 市场监管局
MOST_SWAPPED = 3  # rows below a worse score; a table with more, and a fifth of its rows, is in another order


def _rows(table: pd.DataFrame) -> Iterator[Any]:
    """Yield the rows of a table, to be read by column name. Their types are those of its schema."""
    yield from table.itertuples()


# What we hold: the file and its cells.


def check_raw_file(evidence: Evidence) -> Iterator[Finding]:
    """Is the raw file the one that notices.csv records?"""
    actual, recorded = evidence.notice.document.sha256, str(evidence.recorded_sha256)
    if actual != recorded:
        yield Finding({"actual": actual[:12], "recorded": recorded[:12]})


def check_raw_record(evidence: Evidence) -> Iterator[Finding]:
    """Does notices.csv tell where the file comes from?"""
    if evidence.recorded_sha256 is None:
        yield Finding({"path": evidence.notice.document.path.name})


def check_unread_cells(evidence: Evidence) -> Iterator[Finding]:
    """Could every cell of the tables and every list be read?"""
    yield from _find_problems(evidence, lambda each: each.severity == "error" and each.check not in CHECKED_APART)


def check_left_aside(evidence: Evidence) -> Iterator[Finding]:
    """Is every row about a unit, and every heading clear?"""
    yield from _find_problems(evidence, lambda each: each.severity != "error" and each.check not in CHECKED_APART)


def check_balance(evidence: Evidence) -> Iterator[Finding]:
    """Is everything read that looks as if it should be?"""
    yield from _find_problems(evidence, lambda each: each.check == "not_read")


def check_sum_row(evidence: Evidence) -> Iterator[Finding]:
    """Do printed means and totals agree with their rows?"""
    yield from _find_problems(evidence, lambda each: each.check == "sum_differs")


def _find_problems(evidence: Evidence, is_meant: Callable[[Problem], bool]) -> Iterator[Finding]:
    for problem in filter(is_meant, evidence.notice.problems):
        yield Finding({"problem": problem.phrase, "place": say_place(problem.place)}, place=problem.place)


def check_corrected(evidence: Evidence) -> Iterator[Finding]:
    """Did a known typing error have to be corrected?"""
    for each in evidence.corrections:
        if each.row is not None and not each.place:
            facts = {"unit": each.unit_name, "column": each.column, "printed": each.printed}
            facts |= {"corrected": each.corrected, "reason": each.reason, "evidence": each.evidence}
            unit_id = next(entry.unit.unit_id for entry in evidence.entries if each.names(entry.row))
            yield Finding(facts, unit_id, each.row.place)


def check_correction_unused(evidence: Evidence) -> Iterator[Finding]:
    """Does the notice still print what corrections.csv corrects?"""
    for each in evidence.corrections:
        if each.row is None and not each.place:
            yield Finding({"unit": each.unit_name, "column": each.column, "printed": each.printed})


def check_pictures(evidence: Evidence) -> Iterator[Finding]:
    """Does the file contain the rows as text, not as pictures?"""
    read = find_scan_lines(evidence.notice.document)
    rows = [row.place for table in evidence.notice.tables for row in table.rows]
    of_pictures = [place for place in rows if place in read]
    answers = [each for each in evidence.corrections if each.place in read]
    facts = {"n": len(of_pictures), "n_rows": len(rows), "n_answered": len(answers)}
    yield Finding(facts | {"n_changed": sum(each.is_change for each in answers)}, place=[*of_pictures, *read][0])


def check_scale(evidence: Evidence) -> Iterator[Finding]:
    """Are all scores on the recorded scale? Where none is recorded, scores outside 0 to 100 are one question."""
    measure, ranked = evidence.measure, evidence.ranked
    lowest, highest = measure.bounds
    off = ranked[~ranked["score"].between(lowest, highest)]
    if not measure.has_scale and len(off):
        facts = {"n": len(off), "lowest": lowest, "highest": highest, "most": ranked["score"].max()}
        facts |= {"least": ranked["score"].min()}
        yield Finding(_say_parts("scale.unknown", facts), place=off["source_place"].iloc[0])
        return
    for row in _rows(off):
        facts = {"unit": row.unit_name, "score": row.score, "lowest": lowest, "highest": highest}
        yield Finding(_say_parts("scale.off", facts), row.unit_id, row.source_place)


def _say_parts(check: str, facts: dict[str, Any], *parts: str) -> dict[str, Any]:
    """Return the parts of a finding of a check that words it in several ways."""
    return {part: Phrase(f"checks.{check}_{part}", facts) for part in parts or ("found", "expected", "message")}


def check_direction(evidence: Evidence) -> Iterator[Finding]:
    """Is it recorded which scores are better, where all ranks or rows begin with the lowest score?"""
    if evidence.measure.better is None and evidence.seems_lower_better:
        best = evidence.ranked.loc[evidence.ranked["score"].idxmin()]
        yield Finding({"unit": best["unit_name"], "score": best["score"]}, place=best["source_place"])


# Counts stated against counted.


def check_tier_count(evidence: Evidence) -> Iterator[Finding]:
    """Do the lists hold as many units as their headings state? Lists of one tier under one heading count together.

    A notice may state how many units are in a tier and not name them: then there is nothing to compare.
    """
    counted: Counter[tuple[str, int, str]] = Counter()
    places: dict[tuple[str, int, str], str] = {}
    for tier in evidence.notice.own_tiers:
        if tier.stated is not None and tier.units:
            key = tier.tier, tier.stated, tier.heading or ""
            counted[key] += len(tier.units)
            places.setdefault(key, tier.place)
    for key, n in counted.items():
        if n != key[1]:
            yield Finding({"tier": key[0], "stated": key[1], "counted": n}, place=places[key])


def check_units_stated(evidence: Evidence) -> Iterator[Finding]:
    """Do table and lists each hold as many units as the text states?"""
    stated = evidence.notice.header.units_stated
    rows = [len(table.rows) for table in evidence.notice.tables]
    for where, counted in (("table", sum(rows)), ("lists", len(evidence.listings))):
        if counted and counted != stated:
            facts = {"where": Phrase(f"checks.units_stated.{where}", {}), "stated": stated, "counted": counted}
            yield Finding(facts)


# Sets compared: equal counts prove nothing.


def check_in_no_list(evidence: Evidence) -> Iterator[Finding]:
    """Is every unit of the table in a tier list?"""
    units = evidence.joined("table_only")
    for row in _rows(units[units["tier"].isna()]):  # a row may state its tier
        yield Finding({"unit": row.unit_name, "score": row.score}, row.unit_id, row.source_place)


def check_in_no_table(evidence: Evidence) -> Iterator[Finding]:
    """Has every unit of the tier lists a score?"""
    for row in _rows(evidence.joined("list_only")):
        yield Finding({"unit": row.unit_name, "tier": row.tier}, row.unit_id, row.source_place)


def check_equal_counts(evidence: Evidence) -> Iterator[Finding]:
    """Where table and lists hold equally many units, are they the same units?"""
    tabled, listed = evidence.scores["name_in_table"].notna().sum(), evidence.scores["name_in_list"].notna().sum()
    union = evidence.scores["unit_id"].nunique()
    if tabled == listed != union:
        yield Finding({"tabled": int(tabled), "listed": int(listed), "union": int(union)})


def check_twice_in_table(evidence: Evidence) -> Iterator[Finding]:
    """Is every unit in a table once?"""
    for table in evidence.notice.tables:
        entries = [entry for entry in evidence.entries if entry.table_no == table.table_no]
        yield from _repeated((entry.unit.name, entry.row.place) for entry in entries)


def check_twice_in_lists(evidence: Evidence) -> Iterator[Finding]:
    """Is every unit in one tier only, once?"""
    named = [(listing.unit.name, listing.tier_list.place) for listing in evidence.listings]
    tiers = {(listing.unit, listing.tier_list.tier) for listing in evidence.listings}
    for entry in evidence.entries:
        # A tier column says the same thing a second time; it is a second entry only where it says another.
        if entry.row.tier is not None and (entry.unit, read_vocabulary().name_tier(entry.row.tier)) not in tiers:
            named.append((entry.unit.name, entry.row.place))
    yield from _repeated(named)


def _repeated(named: Iterable[tuple[str, str]]) -> Iterator[Finding]:
    seen: dict[str, list[str]] = {}
    for name, place in named:
        seen.setdefault(name, []).append(place)
    for name, places in seen.items():
        if len(places) > 1:
            facts = {"unit": name, "n": len(places), "places": [say_place(place) for place in places]}
            yield Finding(facts, place=places[-1])


# Orders compared.


def check_serial_gap(evidence: Evidence) -> Iterator[Finding]:
    """Does 序号 run without gap or repetition?"""
    for table in evidence.notice.tables:
        numbered = [(row.serial, row.place) for row in table.rows if row.serial is not None]
        for (before, _), (after, place) in pairwise(numbered):
            if after != before + 1:
                yield Finding({"before": before, "after": after}, place=place)


def check_score_order(evidence: Evidence) -> Iterator[Finding]:
    """Is the table sorted by score? A table in another order altogether is one finding."""
    groups = {row.unit: row.group for table in evidence.notice.tables for row in table.rows}
    for _, table in evidence.ranked.groupby("table_no"):
        rows = pairwise(_rows(table))
        # The order begins anew with each group of rows.
        pairs = [pair for pair in rows if len({groups.get(row.name_in_table) for row in pair}) == 1]
        wrong = [(upper, lower) for upper, lower in pairs if evidence.sign * (lower.score - upper.score) > 0]
        if len(wrong) > MOST_SWAPPED and len(wrong) > len(pairs) / 5:
            parts = _say_parts("score_order.other", {"n": len(wrong), "of": len(table)}, "found", "message")
            yield Finding(parts, place=wrong[0][1].source_place)
            continue
        for upper, lower in wrong:
            facts = {"unit": lower.unit_name, "score": lower.score, "above": upper.unit_name}
            parts = _say_parts("score_order.one", facts | {"above_score": upper.score}, "found", "message")
            yield Finding(parts, lower.unit_id, lower.source_place)


def check_serial_rank(evidence: Evidence) -> Iterator[Finding]:
    """Is 序号 the rank? Units with equal scores share a rank."""
    numbered = evidence.ranked.dropna(subset=["serial"])
    differ = int((numbered["serial"] != numbered["rank"]).sum())
    if differ:
        yield Finding({"differ": differ, "n": len(numbered), "ranks": int(numbered["rank"].nunique())})


def check_rank_reversed(evidence: Evidence) -> Iterator[Finding]:
    """Does a unit with the better score always have the better printed rank?"""
    for table in _tables_with_ranks(evidence):
        for upper, lower in pairwise(_rows(table)):
            if lower.score != upper.score and lower.rank_printed <= upper.rank_printed:
                more = "more" if upper.score > lower.score else "less"
                facts = {"unit": lower.unit_name, "score": lower.score, "rank": int(lower.rank_printed)}
                facts |= {"more_or_less": Phrase(f"checks.rank_reversed.{more}", {})}
                above = {"above": upper.unit_name, "above_score": upper.score, "above_rank": int(upper.rank_printed)}
                yield Finding(facts | above, lower.unit_id, lower.source_place)


def check_rank_ties(evidence: Evidence) -> Iterator[Finding]:
    """Do ties share the printed rank, and do the units after them rank after all of them?"""
    for table in _tables_with_ranks(evidence):
        printed = table["rank_printed"].astype("int64")
        ours = competition_rank(table["score"], lower_first=evidence.lower_first)
        if differ := int((printed != ours).sum()):
            is_dense = (printed == table["score"].rank(method="dense", ascending=evidence.lower_first)).all()
            how = "dense" if is_dense else "other" if printed.duplicated().any() else "ordinal"
            last = {"printed": int(printed.max()), "rank": int(ours.max())}
            yield Finding({"differ": differ, "n": len(table), "how": Phrase(f"checks.rank_ties.{how}", last)})


def _tables_with_ranks(evidence: Evidence) -> Iterator[pd.DataFrame]:
    """Yield the tables that print ranks, best score first, but none whose ranks begin anew at each group of rows."""
    for _, table in evidence.ranked.dropna(subset=["rank_printed"]).groupby("table_no"):
        if table.loc[table["rank_printed"] == table["rank_printed"].min(), "score"].nunique() == 1:
            yield table.sort_values("score", ascending=evidence.lower_first, kind="stable")


def check_tier_reversed(evidence: Evidence) -> Iterator[Finding]:
    """Is a unit with the better score never in the lower tier?"""
    more_or_less = Phrase(f"checks.tier_reversed.{'more' if evidence.lower_first else 'less'}", {})
    for pairs in evidence.tier_pairs:
        for row in _rows(pairs.reversed_low):
            above = pairs.higher[pairs.sign * pairs.higher["score"] < pairs.sign * row.score]["unit_name"]
            facts = {"unit": row.unit_name, "score": row.score, "tier": row.tier, "better_tier": pairs.tiers[0]}
            facts |= {"n": len(above), "units": list(above), "more_or_less": more_or_less}
            yield Finding(facts, row.unit_id, row.source_place)


def check_tier_equal(evidence: Evidence) -> Iterator[Finding]:
    """Do units with equal scores stand in one tier?"""
    for pairs in evidence.tier_pairs:
        for score in sorted(set(pairs.higher["score"]) & set(pairs.lower["score"]), reverse=True):
            high, low = (units.loc[units["score"] == score, "unit_name"] for units in (pairs.higher, pairs.lower))
            facts = {"score": score, "higher": list(high), "lower": list(low), "n": len(high) * len(low)}
            place = evidence.ranked.loc[evidence.ranked["score"] == score, "source_place"].iloc[0]
            yield Finding({**facts, "better_tier": pairs.tiers[0], "lower_tier": pairs.tiers[1]}, place=place)


def check_cut_rule(evidence: Evidence) -> Iterator[Finding]:
    """Would two cuts on the score give the printed tiers? The cuts are ours; the notice may state none."""
    exceptions = find_exceptions(evidence.ranked, evidence.top_cut, evidence.low_cut)
    for row in _rows(exceptions):
        facts = {"unit": row.unit_name, "score": row.score, "tier": row.tier, "by_cut": row.tier_by_cut}
        cuts = {"top_cut": evidence.top_cut, "low_cut": evidence.low_cut}
        yield Finding({**facts, **cuts}, row.unit_id, row.source_place)


# Names.


def check_name_prefix(evidence: Evidence) -> Iterator[Finding]:
    """Do table and lists print the same names? Some lose the level of government before the name."""
    joined = evidence.joined("prefix")
    if len(joined):
        exact = int((evidence.scores["match"] == "exact").sum())
        yield Finding({"n": len(joined), "exact": exact, "example": joined["name_in_list"].iloc[0]})


def check_name_alias(evidence: Evidence) -> Iterator[Finding]:
    """Did a join need our own reading of a name?"""
    listed = {listing.unit.unit_id: listing.tier_list.place for listing in reversed(evidence.listings)}
    for row in _rows(evidence.joined("alias")):
        facts = {"in_table": row.name_in_table, "in_list": row.name_in_list}
        yield Finding(facts, row.unit_id, listed[row.unit_id])


def check_name_level(evidence: Evidence) -> Iterator[Finding]:
    """Does the table drop the level of government from every name?"""
    strip = read_vocabulary().strip_level
    named = evidence.scores.dropna(subset=["name_in_table"])
    names = named["name_in_table"].map(squeeze)
    levels = [strip(name) is not None and not name.startswith(NO_LEVEL) for name in names]
    if 0 < sum(levels) < len(levels) / 2:
        for row in _rows(named[levels]):
            yield Finding({"unit": row.unit_name}, row.unit_id, row.source_place)


def check_kind_by_suffix(evidence: Evidence) -> Iterator[Finding]:
    """Do we know the kind of every unit, or only what the ending of its name tells?"""
    guessed = int((evidence.scores["kind_source"] == "suffix").sum())
    if guessed:
        yield Finding({"n": guessed, "of": len(evidence.scores)})


# The page itself.


def check_numbering(evidence: Evidence) -> Iterator[Finding]:
    """Do numbered headings run 一, 二, 三 without gap, and has no heading a number for itself alone?"""
    numerals = "一二三四五六七八九十"
    runs: dict[tuple[str, ...], list[tuple[str, str, str]]] = {}
    path: dict[str, str] = {}
    for heading in evidence.notice.headings:
        levels = ["section", "subsection", "item"][: ["section", "subsection", "item"].index(heading.level)]
        path = {level: path.get(level, "") for level in levels}
        runs.setdefault((heading.level, *path.values()), []).append((heading.numeral, heading.text, heading.place))
        path[heading.level] = heading.numeral
    for (level, *_), run in runs.items():
        expected = list(numerals[: len(run)])
        alone = len(run) == 1 and level == "subsection"
        if alone or (len(run) <= len(numerals) and [numeral for numeral, *_ in run] != expected):
            numeral, text, place = run[-1]
            yield Finding({"numeral": numeral, "text": text[:20], "n": len(run)}, place=place)


def check_period(evidence: Evidence) -> Iterator[Finding]:
    """Does the title name the period that the file stands for? 2023年1-6月 and 2023H1 are the same days."""
    stated, filed = str(evidence.notice.header.period), period_of(evidence.notice.document.path)
    if is_period(filed) and not are_same(stated, filed):
        yield Finding({"stated": say_date(stated), "filed": say_date(filed)})


def check_dates(evidence: Evidence) -> Iterator[Finding]:
    """Was the notice inspected for, signed and published in this order?"""
    header = evidence.notice.header
    days: list[date] = [
        day for day in (header.inspected_from, header.inspected_to, header.issued_on, header.published_on) if day
    ]
    for earlier, later in pairwise(days):
        if later < earlier:
            yield Finding({"earlier": earlier.isoformat(), "later": later.isoformat()})


def check_header_padding(evidence: Evidence) -> Iterator[Finding]:
    """Are the headers of the tables plain words? Padding inside them defeats a search."""
    for table in evidence.notice.tables:
        if table.padded_columns:
            yield Finding({"columns": list(map(squeeze, table.padded_columns))})
