"""Parse a document into a notice as printed: header facts, score tables, tier lists, mentions. It resolves no names."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from typing import Any

from audit_lib.documents.model import Document, Grid, Line, UnreadableError
from audit_lib.errors import AuditError, unusable
from audit_lib.notices.agreement import settle_table
from audit_lib.notices.balance import balance_notice, compare_counts, drop_known
from audit_lib.notices.contradictions import (
    find_excepted,
    find_listed_twice,
    find_stated_only,
    find_stated_twice,
    find_unused_scores,
)
from audit_lib.notices.grids.rows import Problem, note_problem
from audit_lib.notices.lists.tier_choice import find_tier_lists
from audit_lib.notices.lists.tier_lists import TierList
from audit_lib.notices.mentions import Heading, Mention, find_mentions, parse_heading
from audit_lib.notices.refusal import describe_unread
from audit_lib.notices.score_tables import ScoreTable, find_tables
from audit_lib.notices.sentences.plain_scores import word_orders
from audit_lib.notices.sentences.stated import find_stated_tiers
from audit_lib.notices.sentences.wrapped import join_wrapped, part_numbered, part_sections, plain_marks
from audit_lib.notices.stated_tables import add_stated_scores, part_matters
from audit_lib.notices.traditional import Conversion, is_traditional
from audit_lib.notices.words.dates import find_dates, is_date
from audit_lib.notices.words.printed_periods import find_header_period, names_period
from audit_lib.notices.words.simplified import SIMPLIFIED
from audit_lib.notices.words.vocabulary import Vocabulary, read_vocabulary

LONGEST_TITLE = 60  # characters
NAMED = re.compile("通[报報]")
DOCUMENT_NUMBER = re.compile(r"\w+[〔\[(]\d{4}[〕\])]\d+[号號]")
INSPECTED = re.compile(r"于((\d{4}年)(\d+月)\d+日)[至到—–~-](?:(\d{4}年)?(\d+月))?(\d+日)")
UNITS_COUNTED = re.compile(r"(?<!\d)(\d{1,4})个单位")
TOTAL = re.compile("[共全]|参评|参加")
CLAUSE_END = re.compile("[,、。;]")
PAGE_NUMBER = re.compile(r"[-—–―·]+\d{1,3}[-—–―·]+|第\d{1,3}页(?:[,、/]?共\d{1,3}页)?|-?\d{1,3}/\d{1,3}页-?")
PUBLISHED = re.compile(r"(?:发布)?(?:日期|时间):")  # 成文日期 is the day of signature


@dataclass(frozen=True)
class Header:
    """What the notice says of itself. None where it does not say."""

    title: str | None
    document_number: str | None
    issued_on: date | None
    published_on: date | None
    inspected_from: date | None
    inspected_to: date | None
    period: str | None
    units_stated: int | None


@dataclass(frozen=True)
class Notice:
    """A notice as printed, and what of it could not be read or is left over (`problems`)."""

    document: Document
    header: Header
    tables: tuple[ScoreTable, ...]
    tiers: tuple[TierList, ...]
    mentions: tuple[Mention, ...]
    headings: tuple[Heading, ...]
    problems: tuple[Problem, ...]

    @property
    def names(self) -> set[str]:
        """The units of the tables and lists, as printed."""
        return {row.unit for table in self.tables for row in table.rows} | {
            u for tier in self.tiers for u in tier.units
        }

    @property
    def own_tiers(self) -> tuple[TierList, ...]:
        """The tier lists of the assessment that the scores are of."""
        return tuple(tier for tier in self.tiers if not tier.is_apart)

    @property
    def has_both(self) -> bool:
        """Check whether it has lists of tiers and a table of scores; scores of a few units in sentences are none."""
        n_scored = sum(len(table.rows) for table in self.tables)
        n_listed = sum(len(tier.units) for tier in self.own_tiers)
        return n_listed > 0 and (any(table.columns for table in self.tables) or 2 * n_scored >= n_listed)

    def as_dict(self) -> dict[str, Any]:
        """Return the object that `audit-lib parse --json` prints."""
        header, document = self.header, self.document
        return {
            "source": {
                "path": document.path.as_posix(),
                "sha256": document.sha256,
                "format": document.format,
                "encoding": document.encoding,
            },
            "header": {
                "title": header.title,
                "document_number": header.document_number,
                "issued_on": header.issued_on and header.issued_on.isoformat(),
                "published_on": header.published_on and header.published_on.isoformat(),
                "period": header.period,
                "units_stated": header.units_stated,
            },
            "tables": [table.as_dict() for table in self.tables],
            "tiers": [tier.as_dict() for tier in self.tiers],
            "mentions": [vars(mention) for mention in self.mentions],
            "problems": [
                {"check": each.check, "severity": each.severity, "message": each.message, "place": each.place}
                for each in self.problems
            ],
        }


def parse_notice(document: Document, score_column: str | None = None) -> Notice:
    """Parse a notice. `score_column` is the heading of the score where a table has several that may be it.

    Raises AuditError where there is neither a score table nor a tier list, with what was seen instead, and for more
    columns or headings than a notice has.
    """
    vocabulary = read_vocabulary()
    if not is_traditional(document):
        return _parse_plain(document, score_column, vocabulary)
    converted = Conversion(document, vocabulary)
    try:
        notice = _parse_plain(converted.folded, score_column and score_column.translate(SIMPLIFIED), vocabulary)
    except AuditError as error:
        raise AuditError(converted.restore_text(str(error))) from None
    return replace(converted.restore(notice), document=document)


def _parse_plain(document: Document, score_column: str | None, vocabulary: Vocabulary) -> Notice:
    blocks = [block for block in document.blocks if isinstance(block, Grid) or not PAGE_NUMBER.fullmatch(block.key)]
    try:
        tables, prose, below, problems = find_tables(blocks, vocabulary)
    except UnreadableError as error:
        raise unusable(f"{document.path} {error.place}", error.found, error.expected) from None
    prose = word_orders([part_numbered(plain_marks(part)) for line in prose for part in part_sections(line)])
    tiers, prose, unread = find_tier_lists(prose, vocabulary, below)
    header = parse_header(prose, vocabulary)
    settled = [settle_table(table, header.period, score_column, vocabulary) for table in tables]
    tables = tuple(table for table, _ in settled)
    problems += tuple(problem for _, found in settled for problem in found)
    joined = join_wrapped(prose, vocabulary)
    stated = find_stated_tiers(joined, vocabulary)
    tiers = (*stated.complete(tiers), *stated.find_new(tiers, vocabulary))
    unread = tuple(problem for problem in unread if not stated.explains(problem))
    is_stated = not tables
    tables, unsure = add_stated_scores(tables, tiers, joined, vocabulary)
    problems = tuple(_drop_told(problems))
    rankings = [tier for tier in tiers if tier.is_ranking]
    tiers = tuple(tier for tier in tiers if not tier.is_ranking)
    if is_stated:
        tiers, apart = part_matters(document, tables, tiers, vocabulary)
        unsure = [*unsure, *apart]
    notice = Notice(document, header, tables, tiers, (), (), ())
    miscounted = compare_counts(rankings)
    twice = (*find_listed_twice(tiers, vocabulary), *find_stated_twice(tables))
    twice += (*find_stated_only(stated.counts, joined, tables, tiers), *find_unused_scores(joined, tables))
    found = drop_known((*problems, *unread, *stated.problems, *unsure, *miscounted), notice.names, vocabulary)
    is_reported = any(problem.check == "table_unread" for problem in found)
    left = balance_notice(notice, joined, vocabulary, is_table_reported=is_reported)
    balance = (*find_span(prose, header), *left, *twice, *find_excepted(joined, tiers, vocabulary))
    if not tables and not tiers:
        seen = describe_unread(document, (*found, *balance), vocabulary)
        raise unusable(document.path, f"neither a score table nor a tier list{seen}", "at least one of them")
    return replace(
        notice,
        mentions=find_mentions(prose, notice.names, vocabulary),
        headings=tuple(heading for line in document.lines if (heading := parse_heading(line))),
        problems=tuple(dict.fromkeys((*found, *balance))),  # two rules may say the same
    )


def _drop_told(problems: Sequence[Problem]) -> Iterator[Problem]:
    """Yield problems without the rows that lack a value where another problem says why."""
    told = {problem.place for problem in problems if problem.phrase.key != "problems.no_value"}
    for problem in problems:
        if problem.phrase.key != "problems.no_value" or problem.place not in told:
            yield problem


def parse_header(lines: tuple[Line, ...], vocabulary: Vocabulary) -> Header:
    """Collect the facts that the notice states of itself, outside its tables and lists."""
    keys = [line.key for line in lines]
    title = next((key for key in keys if NAMED.search(key)), keys[0] if keys else None)
    if title and len(title) > LONGEST_TITLE:  # a page printed on one line
        named = NAMED.search(title)
        title = title[: named.end()] if named and named.end() <= LONGEST_TITLE else None
    number = next((key for key in keys if DOCUMENT_NUMBER.fullmatch(key)), None)
    # With its white space: 2018-1-2 09:10 is not the 20th.
    published = next((unicodedata.normalize("NFKC", line.text) for line in lines if PUBLISHED.match(line.key)), "")
    inspected = next((match for key in keys if (match := INSPECTED.search(key))), None)
    # 于2023年1月5日至12日: the year and the month may be printed once.
    last = f"{inspected[4] or inspected[2]}{inspected[5] or inspected[3]}{inspected[6]}" if inspected else ""
    inspected_days = list(find_dates(f"{inspected[1]} {last}")) if inspected else []
    signatures = [key for key in keys if is_date(key)]
    clauses = (clause for key in keys if UNITS_COUNTED.search(key) for clause in CLAUSE_END.split(key))
    counted = (clause for clause in clauses if not vocabulary.has_tier(clause))  # 33个单位为优秀 are not all units
    numbers = [(int(match[1]), TOTAL.search(clause)) for clause in counted if (match := UNITS_COUNTED.search(clause))]
    totals = [n for n, is_total in numbers if is_total] or [n for n, _ in numbers]
    stated = totals[0] if len(set(totals)) == 1 else None  # 抽查30个单位, 共57个单位
    return Header(
        title=title,
        document_number=number,
        issued_on=next(find_dates(signatures[-1]), None) if signatures else None,
        published_on=next(find_dates(published), None),
        inspected_from=inspected_days[0] if inspected_days else None,
        inspected_to=inspected_days[-1] if inspected_days else None,
        period=find_header_period(title, keys),
        units_stated=stated,
    )


def find_span(prose: Sequence[Line], header: Header) -> Iterator[Problem]:
    """Yield the title that names a period we have no name for: it must be given."""
    if header.title and header.period is None and names_period(header.title):
        place = next((line.place for line in prose if header.title in line.key), "line 1")
        yield note_problem("not_read", "span", place, "warning", title=header.title)


def print_notice(notice: Notice) -> Iterator[str]:
    """Yield the notice as an analyst would check it against the page: one line per fact, each with its place."""
    header = notice.header
    yield f"{header.title or 'no title'}"
    issued = f"issued {header.issued_on}" if header.issued_on else "no date of issue"
    published = f"published {header.published_on}" if header.published_on else "no date of publication"
    yield f"{header.document_number or 'no document number'} · {issued} · {published}"
    for table in notice.tables:
        columns = f" · columns {', '.join(table.columns)}" if table.columns else ""
        yield f"table {table.table_no}: {_count(len(table.rows), 'row')}{columns}"
        for row in table.rows:
            serial, rank, score = map(_or_dash, (row.serial, row.rank, row.score))
            rest = [
                part for part in (row.tier, row.group, *(f"{name} {cell}" for name, cell in row.extra.items())) if part
            ]
            yield " · ".join([f"  {row.place:<10} {serial:>4} {rank:>4} {score:>6}  {row.unit}", *rest])
    for (name, stated, heading, _), lists in groupby(notice.tiers, _head_of):
        each = list(lists)
        units = [unit for tier in each for unit in tier.units]
        where = heading if len(each) > 1 else each[0].place
        yield f"{name}: {_count(len(units), 'unit')}{f', {stated} stated' if stated is not None else ''} · {where}"
        yield f"  {'、'.join(units)}"
    for mention in notice.mentions:
        where = f"section {mention.section}, item {mention.item} · {mention.place}"
        yield f"{mention.sentiment or 'named'}: {mention.unit} · {where}"
    yield _word_balance(notice)
    for problem in notice.problems:
        yield f"{problem.severity}: {problem.message} · {problem.place}"


def _head_of(tier: TierList) -> tuple[str, int | None, str, str | None]:
    """Return what the lists under one heading share; they are one list over several lines."""
    return tier.tier, tier.stated, tier.heading or tier.place, tier.label


def _word_balance(notice: Notice) -> str:
    """Describe what was read in one line, and how much is not read or does not agree."""
    n_rows = sum(len(table.rows) for table in notice.tables)
    open_ = sum(problem.severity != "note" for problem in notice.problems)
    counts = [(n_rows, "row"), (len(notice.tiers), "list"), (len(notice.mentions), "mention")]
    read = ", ".join(_count(n, word) for n, word in counts)
    return f"{read}; {_count(open_, 'thing')} not read or not agreeing"


def _count(n: int, word: str) -> str:
    return f"{n} {word}{'' if n == 1 else 's'}"


def _or_dash(value: float | None) -> str:
    return "–" if value is None else f"{value:g}"
