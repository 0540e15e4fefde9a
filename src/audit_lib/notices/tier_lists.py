"""Find tier lists in lines: a heading that names a tier, then lines of unit names. A sentence below them is no list."""

import re
from dataclasses import dataclass, replace
from itertools import zip_longest

from audit_lib.documents.model import Line, squeeze
from audit_lib.notices.columns import HAN
from audit_lib.notices.dates import DATE, is_date
from audit_lib.notices.rows import Problem, note_problem, plain_title
from audit_lib.notices.vocabulary import Vocabulary

NUMERAL = "[一二三四五六七八九十]+"
HEADING = re.compile(rf"(?P<section>{NUMERAL})、|\((?P<subsection>{NUMERAL})\)|(?P<item>{NUMERAL})是")
LONGEST_NAME = 20  # characters; a longer stretch between two separators is prose, not the name of a unit
LONGEST_BARE_NAME = 6  # characters; a name that stands alone and does not end as names of units do
MOST_LISTS = 500  # lines below one heading
LONGEST_LABEL = 8  # characters after a tier: 优秀州级部门
COLON = re.compile("[:\uff1a]")
COMMA = re.compile("[,\uff0c]")
SEPARATOR = re.compile("[、。,\uff0c;\uff1b](?![^(\uff08]*[)\uff09])")  # outside brackets


@dataclass(frozen=True)
class TierList:
    """One printed list of units in one tier; `stated` is the number of units that its heading gives."""

    tier: str
    stated: int | None
    label: str | None
    units: tuple[str, ...]
    place: str


@dataclass(frozen=True)
class _TierHeading:
    """A heading such as (一)优秀单位(8个) or 优秀乡镇; `names` is what the same line prints after a colon."""

    tier: str
    stated: int | None
    label: str | None
    names: str


def find_tier_lists(
    lines: tuple[Line, ...], vocabulary: Vocabulary
) -> tuple[tuple[TierList, ...], tuple[Line, ...], tuple[Problem, ...]]:
    """Find headings such as (一)优秀单位(8个) with the names below them. Gives the lists, other lines, unread lists."""
    tiers: list[TierList] = []
    prose: list[Line] = []
    problems: list[Problem] = []
    label: str | None = None
    at = 0
    while at < len(lines):
        line, at = lines[at], at + 1
        if HEADING.match(line.key) and len(line.key) <= LONGEST_NAME:
            label = plain_title(line.printed)
        if (band := _read_band(line, vocabulary)) is not None:
            tiers.append(replace(band, label=label))
            continue
        heading = _read_tier_heading(line, vocabulary)
        if heading is None:
            prose.append(line)
            continue
        beside = (Line(line.place, heading.names),) if heading.names else ()
        below = (*beside, *lines[at : at + MOST_LISTS])
        found = _read_lists(below, heading, vocabulary)
        below = below[len(found) :]
        if found:
            tiers += found
            at += len(found) - len(beside)
        elif heading.stated != 0:
            problems.append(note_problem("list_unread", "no_list", line.place, heading=line.key))
        if found and below and _might_list(below[0], vocabulary):
            facts = {"found": below[0].key, "tier": heading.tier}
            problems.append(note_problem("list_unread", "below_list", below[0].place, **facts))
    return tuple(tiers), tuple(prose), tuple(problems)


def _read_tier_heading(line: Line, vocabulary: Vocabulary) -> _TierHeading | None:
    """Read (一)优秀单位(8个), 1、优秀等次的单位, 优秀:甲镇、乙局.

    A tier word alone is a heading only with a count or a colon.
    """
    head, *names = COLON.split(line.printed, maxsplit=1)
    number = rf"(?:{NUMERAL}、|\({NUMERAL}\)|\d{{1,2}}[、.]|\(\d{{1,2}}\))?"
    nouns = rf"(?P<noun>(?:的?(?:{vocabulary.any_tier_noun}))*)(?P<label>\w{{0,{LONGEST_LABEL}}})"
    count = r"(?:\(?共?(?P<stated>\d{1,4})[个個家]\)?)?"
    match = re.fullmatch(rf"{number}(?:评为|确定为|获得)?(?P<tier>{vocabulary.any_tier}){nouns}{count}", squeeze(head))
    if match is None or not (match["noun"] or match["stated"] or match["label"] or names):
        return None
    if match["label"] and not vocabulary.is_label(match["label"]):
        return None
    stated = int(match["stated"]) if match["stated"] else None
    return _TierHeading(match["tier"], stated, match["label"] or None, "".join(names))


def _read_band(line: Line, vocabulary: Vocabulary) -> TierList | None:
    """Read a line that gives the number of units in a band of scores, and names none: 80-90分(良好) 7个."""
    band = r"\d{2,3}分?(?:\([^()]*\))?(?:[-—–~至到]\d{2,3}分?|以上|以下)(?:\(含[^()]*\))?"
    end = rf"\(?(?P<tier>{vocabulary.any_tier})\)?(?:的|等次)?(?:共?有|为|:)?(?P<n>\d{{1,4}})[个個家](?:单位)?[;。,]?"
    match = re.fullmatch(band + end, line.key)
    return match and TierList(match["tier"], int(match["n"]), None, (), line.place)


def _read_lists(lines: tuple[Line, ...], heading: _TierHeading, vocabulary: Vocabulary) -> list[TierList]:
    """Read the lists that lines begin with, line by line until one is none."""
    lists: list[TierList] = []
    for line, below in zip_longest(lines, lines[1:]):
        listed = None if _read_tier_heading(line, vocabulary) else _split_names(line)
        left = None if heading.stated is None else heading.stated - sum(len(each.units) for each in lists)
        is_signature = bool(lists) and below is not None and is_date(below.key)
        if listed is None or left == 0 or (is_signature and len(listed[1]) == 1):
            break
        if not _are_units(listed[1], line, left, vocabulary, is_first=not lists, is_labelled=listed[0] is not None):
            break
        lists.append(TierList(heading.tier, heading.stated, listed[0] or heading.label, listed[1], line.place))
    return lists


def _split_names(line: Line) -> tuple[str | None, tuple[str, ...]] | None:
    """Split 乡镇:甲镇、乙镇。 into its label and its names; None if this is no list of names."""
    if HEADING.match(line.key):
        return None
    *labels, listed = COLON.split(line.printed)
    names = tuple(name for name in SEPARATOR.split(listed) if name)
    if not names or len(labels) > 1 or any(len(part) > LONGEST_NAME for part in (*labels, *names)):
        return None
    if any(COMMA.search(label) for label in labels) or not all(HAN.search(name) for name in names):
        return None
    return (labels[0] if labels else None), names


def _are_units(
    names: tuple[str, ...], line: Line, left: int | None, vocabulary: Vocabulary, *, is_first: bool, is_labelled: bool
) -> bool:
    """Tell whether the stretches of a line name units, and are no sentence, signature, date or footer.

    Endings that we know decide. Where they do not, the line just below the heading is trusted more than those after
    it, 、 more than a comma, and a line that the stated number (`left`: what remains of it) has room for more.
    """
    if any(DATE.search(squeeze(name)) for name in names):
        return False
    known = [vocabulary.kind_of(squeeze(name)) != "other" for name in names]
    mostly = sum(known) * 2 > len(known)
    if all(known):
        return True
    if COMMA.search(line.printed):
        return is_first and mostly
    if len(names) == 1:
        return is_first and (left == 1 or (left is None and len(names[0]) <= LONGEST_BARE_NAME))
    return is_first or (is_labelled and mostly) or (left is not None and len(names) <= left)


def _might_list(line: Line, vocabulary: Vocabulary) -> bool:
    """Tell whether a line that we did not read as a list looks like one: several short stretches between 、."""
    listed = None if _read_tier_heading(line, vocabulary) else _split_names(line)
    return listed is not None and len(listed[1]) > 1 and not COMMA.search(line.printed)
