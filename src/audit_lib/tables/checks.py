"""Check a notice against itself. Each check compares what one part says with another, and yields what does not agree.

A finding is a finding about the notice, not a failure of ours. Nothing is repaired: what is missing stays missing.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from itertools import pairwise

from audit_lib.documents.model import squeeze
from audit_lib.notices.grids.rows import Problem
from audit_lib.notices.words.vocabulary import read_vocabulary
from audit_lib.periods import are_same, is_period
from audit_lib.sources import period_of
from audit_lib.tables.evidence import Evidence, Finding, list_rows
from audit_lib.tables.scan_doubts import find_scan_lines
from audit_lib.wording.words import Phrase, say_date, say_place

# Problems of the notice that a check of its own reports.
CHECKED_APART = frozenset({"tier_count", "not_read", "sum_differs"})
NO_LEVEL = ("市场", "市容")  # words that begin like a level of government: 市场监管局


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


# Counts stated against counted.


def check_tier_count(evidence: Evidence) -> Iterator[Finding]:
    """Do the lists hold as many units as their headings state? Lists of one tier under one heading count together.

    A notice may state how many units are in a tier and not name them: then there is nothing to compare.
    """
    for problem in evidence.notice.problems:
        if problem.check == "tier_count":
            facts = problem.phrase.facts
            counts = {"tier": facts["tier"], "stated": facts["stated"], "counted": facts["n"]}
            yield Finding(counts, place=problem.place)


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
    for row in list_rows(units[units["tier"].isna()]):  # a row may state its tier
        yield Finding({"unit": row.unit_name, "score": row.score}, row.unit_id, row.source_place)


def check_in_no_table(evidence: Evidence) -> Iterator[Finding]:
    """Has every unit of the tier lists a score?"""
    for row in list_rows(evidence.joined("list_only")):
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
    for row in list_rows(evidence.joined("alias")):
        facts = {"in_table": row.name_in_table, "in_list": row.name_in_list}
        yield Finding(facts, row.unit_id, listed[row.unit_id])


def check_name_level(evidence: Evidence) -> Iterator[Finding]:
    """Does the table drop the level of government from every name?"""
    strip = read_vocabulary().strip_level
    named = evidence.scores.dropna(subset=["name_in_table"])
    names = named["name_in_table"].map(squeeze)
    levels = [strip(name) is not None and not name.startswith(NO_LEVEL) for name in names]
    if 0 < sum(levels) < len(levels) / 2:
        for row in list_rows(named[levels]):
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
