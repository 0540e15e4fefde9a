"""Parse a document into a notice as printed: header facts, score tables, tier lists, mentions. It resolves no names."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import zip_longest
from typing import Any

from audit_lib.errors import unusable
from audit_lib.reading.documents import Document, Line, squeeze
from audit_lib.reading.score_tables import HAN, Problem, ScoreTable, find_tables
from audit_lib.reading.vocabulary import Vocabulary, read_vocabulary

NUMERAL = "[一二三四五六七八九十]+"
HEADING = re.compile(rf"(?P<section>{NUMERAL})、|\((?P<subsection>{NUMERAL})\)|(?P<item>{NUMERAL})是")
LONGEST_HEADING = 30  # characters; a numbered line beyond that is a paragraph that begins with its number
LONGEST_NAME = 20  # characters; a longer stretch between two separators is prose, not the name of a unit
LONGEST_BARE_NAME = 6  # characters; a name that stands alone and does not end as names of units do
DATE = re.compile(r"(\d{4})\s*[年-]\s*(\d{1,2})\s*[月-]\s*(\d{1,2})日?")
PUBLISHED = re.compile(r"\s*(?:发布)?(?:日期|时间)\s*:\s*(.*)", re.DOTALL)  # 成文日期 is the day of signature
COLON = re.compile("[:\uff1a]")
COMMA = re.compile("[,\uff0c]")
SEPARATOR = re.compile("[、。,\uff0c;\uff1b](?![^(\uff08]*[)\uff09])")  # outside brackets


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
class TierList:
    """One printed list of units in one tier; `stated` is the number of units that its heading gives."""

    tier: str
    stated: int | None
    label: str | None
    units: tuple[str, ...]
    place: str


@dataclass(frozen=True)
class Mention:
    """A unit named in the prose. Section and item are the numerals that the notice prints (二 and 八)."""

    unit: str
    section: str | None
    item: str | None
    place: str
    sentiment: str | None


@dataclass(frozen=True)
class Heading:
    """A numbered line: its level (section, subsection, item), its numeral and what follows."""

    level: str
    numeral: str
    text: str
    place: str


@dataclass(frozen=True)
class Notice:
    document: Document
    header: Header
    tables: tuple[ScoreTable, ...]
    tiers: tuple[TierList, ...]
    mentions: tuple[Mention, ...]
    headings: tuple[Heading, ...]
    problems: tuple[Problem, ...]

    def as_dict(self) -> dict[str, Any]:
        """Give the object that `audit-lib parse --json` prints."""
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
            "tiers": [vars(tier) | {"units": list(tier.units)} for tier in self.tiers],
            "mentions": [vars(mention) for mention in self.mentions],
            "problems": [vars(problem) for problem in self.problems],
        }


def parse_notice(document: Document) -> Notice:
    """Parse a notice. Raises AuditError where there is neither a score table nor a tier list."""
    vocabulary = read_vocabulary()
    tables, prose, unread_cells = find_tables(document.lines, vocabulary)
    tiers, prose, unread_lists = find_tier_lists(prose, vocabulary)
    if not tables and not tiers:
        raise unusable(document.path, "neither a score table nor a tier list", "at least one of them")
    names = {row.unit for table in tables for row in table.rows} | {unit for tier in tiers for unit in tier.units}
    return Notice(
        document,
        parse_header(prose),
        tables,
        tiers,
        find_mentions(prose, names, vocabulary),
        tuple(heading for line in document.lines if (heading := parse_heading(line))),
        unread_cells + unread_lists,
    )


def parse_header(lines: tuple[Line, ...]) -> Header:
    """Collect the facts that the notice states of itself, outside its tables and lists."""
    keys = [line.key for line in lines]
    title = next((key for key in keys if "通报" in key), keys[0] if keys else None)
    number = _first(r"\w+[〔\[(]\d{4}[〕\])]\d+号", keys, whole=True)
    # With its white space: 2018-1-2 09:10 is not the 20th.
    published = _first(PUBLISHED, [unicodedata.normalize("NFKC", line.text) for line in lines], whole=True)
    inspected = _first(r"于(\d{4}年\d+月\d+日至\d{4}年\d+月\d+日)", keys)
    signatures = [key for key in keys if DATE.fullmatch(key)]
    from_to = [_as_date(found) for found in DATE.finditer(inspected or "")] or [None, None]
    stated = _first(r"(?<!\d)(\d{1,4})个单位", keys)
    return Header(
        title=title,
        document_number=number,
        issued_on=_as_date(DATE.fullmatch(signatures[-1])) if signatures else None,
        published_on=_as_date(DATE.match(published)) if published else None,
        inspected_from=from_to[0],
        inspected_to=from_to[-1],
        period=_first(r"(\d{4})年", [title or ""]),
        units_stated=int(stated) if stated else None,
    )


def _first(pattern: str | re.Pattern[str], keys: list[str], *, whole: bool = False) -> str | None:
    find = re.compile(pattern).fullmatch if whole else re.compile(pattern).search
    found = next((match for key in keys if (match := find(key))), None)
    return found and found.group(found.lastindex or 0)


def _as_date(match: re.Match[str] | None) -> date | None:
    try:
        return match and date(*(int(part) for part in match.groups()))
    except ValueError:  # 2018-02-30 is not a date, and we do not guess which digit is wrong
        return None


def parse_heading(line: Line) -> Heading | None:
    """Read the number that a line begins with.

    >>> parse_heading(Line(31, "  二、主要存在问题"))
    Heading(level='section', numeral='二', text='主要存在问题', place='line 31')
    """
    match = HEADING.match(line.key)
    if match is None or match.lastgroup is None:
        return None
    return Heading(match.lastgroup, match[match.lastgroup], line.key[match.end() :], line.place)


@dataclass(frozen=True)
class _TierHeading:
    """A heading such as (一)优秀单位(8个); `names` is what the same line prints after a colon."""

    tier: str
    stated: int | None
    names: str


def find_tier_lists(
    lines: tuple[Line, ...], vocabulary: Vocabulary
) -> tuple[tuple[TierList, ...], tuple[Line, ...], tuple[Problem, ...]]:
    """Find headings such as (一)优秀单位(8个) with the names below them. Gives the lists, other lines, unread lists."""
    tiers: list[TierList] = []
    prose: list[Line] = []
    problems: list[Problem] = []
    while lines:
        line, lines = lines[0], lines[1:]
        heading = _read_tier_heading(line, vocabulary)
        if heading is None:
            prose.append(line)
            continue
        below = (Line(line.number, heading.names), *lines) if heading.names else lines
        found = _read_lists(below, heading, vocabulary)
        below = below[len(found) :]
        if found:
            tiers += found
            lines = below
        elif heading.stated != 0:
            problems.append(Problem("list_unread", "error", f"found no list of units under {line.key!r}", line.place))
        if found and below and _might_list(below[0]):
            message = f"found {below[0].key!r} below the list {heading.tier}; expected names of units"
            problems.append(Problem("list_unread", "error", message, below[0].place))
    return tuple(tiers), tuple(prose), tuple(problems)


def _read_tier_heading(line: Line, vocabulary: Vocabulary) -> _TierHeading | None:
    tier = "|".join(sorted(map(re.escape, vocabulary.tier), key=len, reverse=True))
    noun = "|".join(map(re.escape, vocabulary.tier_noun))
    head, *names = COLON.split(line.printed, maxsplit=1)
    heading = rf"(?:{NUMERAL}、|\({NUMERAL}\))?({tier})(?:{noun})(?:\((\d{{1,4}})[个家]\))?"
    match = re.fullmatch(heading, squeeze(head))
    return match and _TierHeading(match[1], int(match[2]) if match[2] else None, "".join(names))


def _read_lists(lines: tuple[Line, ...], heading: _TierHeading, vocabulary: Vocabulary) -> list[TierList]:
    """Read the lists that lines begin with, line by line until one is none."""
    lists: list[TierList] = []
    for line, below in zip_longest(lines, lines[1:]):
        listed = None if _read_tier_heading(line, vocabulary) else _split_names(line)
        left = None if heading.stated is None else heading.stated - sum(len(each.units) for each in lists)
        is_signature = bool(lists) and below is not None and DATE.fullmatch(below.key) is not None
        if listed is None or left == 0 or (is_signature and len(listed[1]) == 1):
            break
        if not _are_units(listed[1], line, left, vocabulary, is_first=not lists, is_labelled=listed[0] is not None):
            break
        lists.append(TierList(heading.tier, heading.stated, listed[0], listed[1], line.place))
    return lists


def _split_names(line: Line) -> tuple[str | None, tuple[str, ...]] | None:
    """Split 乡镇:甲镇、乙镇。 into its label and its names; None if this is no list of names."""
    if HEADING.match(line.key):
        return None
    *labels, listed = COLON.split(line.printed)
    names = tuple(name for name in SEPARATOR.split(listed) if name)
    if not names or len(labels) > 1 or any(len(part) > LONGEST_NAME for part in (*labels, *names)):
        return None
    return (labels[0] if labels else None), names


def _are_units(
    names: tuple[str, ...], line: Line, left: int | None, vocabulary: Vocabulary, *, is_first: bool, is_labelled: bool
) -> bool:
    """Tell whether the stretches of a line name units, and are no sentence, signature, date or footer.

    Endings that we know decide. Where they do not, the line just below the heading is trusted more than those after
    it, 、 more than a comma, and a line that the stated number (`left`: what remains of it) has room for more.
    """
    if any(not HAN.search(name) or DATE.search(squeeze(name)) for name in names):
        return False
    known = [vocabulary.kind_of(squeeze(name)) != "other" for name in names]
    mostly = sum(known) * 2 > len(known)
    if all(known):
        return True
    if COMMA.search(line.printed):
        return is_first and mostly
    if len(names) == 1:
        return is_first and (len(names[0]) <= LONGEST_BARE_NAME or left == 1)
    return is_first or (is_labelled and mostly) or (left is not None and len(names) <= left)


def _might_list(line: Line) -> bool:
    """Tell whether a line that we did not read as a list looks like one: several short stretches between 、."""
    listed = _split_names(line)
    return listed is not None and len(listed[1]) > 1 and not COMMA.search(line.printed)


@dataclass
class _Position:
    """Where in the outline of the notice a line stands."""

    section: str | None = None
    item: str | None = None
    sentiments: dict[str, str | None] = field(default_factory=dict)

    def enter(self, heading: Heading, vocabulary: Vocabulary) -> None:
        if heading.level == "item":
            self.item = heading.numeral
            return
        self.item = None
        if heading.level == "section":
            self.section, self.sentiments = heading.numeral, {}
        words = heading.text if len(heading.text) <= LONGEST_HEADING else ""
        self.sentiments[heading.level] = next((s for word, s in vocabulary.sentiment.items() if word in words), None)

    @property
    def sentiment(self) -> str | None:
        return self.sentiments.get("subsection") or self.sentiments.get("section")


def find_mentions(lines: tuple[Line, ...], names: set[str], vocabulary: Vocabulary) -> tuple[Mention, ...]:
    """Find where the numbered sections name a unit of the tables or lists. Headings tell praise from criticism.

    The longest name wins where one stands inside another (市民政局, not 民政局); a unit counts once per line.
    """
    full = {name: name for name in map(squeeze, names)}
    full |= {short: name for name in full if (short := vocabulary.strip_level(name)) and len(short) > 2}
    longest_first = sorted(full, key=len, reverse=True)
    any_name = re.compile("|".join(map(re.escape, longest_first)))
    position = _Position()
    mentions: list[Mention] = []
    for line in lines:
        if heading := parse_heading(line):
            position.enter(heading, vocabulary)
        if position.section is None:
            continue
        found: dict[str, str] = {}
        for match in any_name.finditer(line.aligned):
            found.setdefault(full[match[0]], line.printed[slice(*match.span())])
        for unit in found.values():
            mentions.append(Mention(unit, position.section, position.item, line.place, position.sentiment))
    return tuple(mentions)


def print_notice(notice: Notice) -> Iterator[str]:
    """Yield the notice as an analyst would check it against the page: one line per fact, each with its place."""
    header = notice.header
    yield f"{header.title or 'no title'}"
    yield f"{header.document_number or 'no document number'} · issued {header.issued_on} · published {header.published_on}"
    for table in notice.tables:
        yield f"table {table.table_no}: {len(table.rows)} rows · columns {', '.join(table.columns)}"
        for row in table.rows:
            yield f"  {row.place:<10} {_or_dash(row.serial):>4} {_or_dash(row.rank):>4} {_or_dash(row.score):>6}  {row.unit}"
    for tier in notice.tiers:
        stated = f", {tier.stated} stated" if tier.stated is not None else ""
        yield f"{tier.tier}: {len(tier.units)} units{stated} · {tier.place}"
        yield f"  {'、'.join(tier.units)}"
    for mention in notice.mentions:
        yield f"{mention.sentiment or 'named'}: {mention.unit} · section {mention.section}, item {mention.item} · {mention.place}"
    for problem in notice.problems:
        yield f"{problem.severity}: {problem.message} · {problem.place}"


def _or_dash(value: float | None) -> str:
    return "–" if value is None else f"{value:g}"

