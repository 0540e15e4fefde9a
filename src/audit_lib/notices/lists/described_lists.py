"""Read lists whose lines say more than a name each: what was found, why a unit is listed, or its number."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from audit_lib.documents.model import Line, squeeze
from audit_lib.notices.lists.printed_heads import COLON
from audit_lib.notices.lists.tier_heads import Head, read_head
from audit_lib.notices.words.dates import DATE, is_date
from audit_lib.notices.words.entries import ENUMERATOR, may_part, read_entries, strip_number
from audit_lib.notices.words.names import is_name, look_like_units
from audit_lib.notices.words.vocabulary import LONGEST_GRADE, Vocabulary
from audit_lib.notices.words.word_lists import SIGNS, SPACED

STOP = re.compile("[,;。]")  # of a sentence
WORD = re.compile("[\u4e00-\u9fff]{1,4}")
FEWEST_NUMBERED = 3

Named = tuple[Line, str, int]  # a line that names a unit, its name, and how many lines are read by then


def read_described(
    lines: Callable[[], Iterator[Line]], head: Head, vocabulary: Vocabulary, steps: Counter[str]
) -> list[Named]:
    """Read the lines below a head that each name a unit and say more than that; none where they are another list.

    `lines` starts anew to yield those below the head.
    """
    described = _read_counted(islice(lines(), head.stated or 0), head, vocabulary)
    if not described and head.tier.endswith(vocabulary.steps):
        described = _read_reasoned(lines(), vocabulary, steps)
    return described


def _read_counted(lines: Iterable[Line], head: Head, vocabulary: Vocabulary) -> list[Named]:
    """Return the lines below a heading, as many as it states, that name a unit and describe it: 1.甲村:户厕干净."""
    described: list[Named] = []
    for n, line in enumerate(lines, start=1):
        name, *text = COLON.split(strip_number(line.printed))
        if len(text) != 1 or vocabulary.is_label(squeeze(name)):
            return []
        listed, rest = read_entries(text[0], vocabulary)
        if not is_name(name, vocabulary) or (not rest and all(vocabulary.names_unit(each.unit) for each in listed)):
            return []
        described.append((line, name, n))
    return described if len(described) == head.stated else []


def _read_reasoned(lines: Iterable[Line], vocabulary: Vocabulary, steps: Counter[str]) -> list[Named]:
    """Return the lines below 红榜 that name a unit and say why, there or on the next: 甲小区:垃圾未清运。 理由:整洁。

    A label that recurs leads to a reason or a detail.
    """
    reasoned: list[Named] = []
    named: Line | None = None
    for n, line in enumerate(lines, start=1):
        text = strip_number(line.aligned)
        label, colon, reason = text.partition(":")
        if (below := read_head(line, vocabulary, steps)) and (below.tier.endswith(vocabulary.steps) or not colon):
            break
        if text.isdecimal():
            continue
        is_detail = bool(colon) and (steps[label] > 1 or label in vocabulary.furniture)
        if named and (is_detail or (not colon and STOP.search(text))):
            reasoned.append((named, strip_number(named.printed), n))
            named = None
        elif colon and not is_detail and _gives_reason(label, reason, vocabulary):
            reasoned.append((line, label, n))
        elif not (named or SIGNS.search(text) or SPACED.search(line.text)) and is_name(text, vocabulary):
            named = line
        elif named or not reasoned or not (is_detail or STOP.search(text)):
            break
        else:  # another detail of the last
            reasoned[-1] = (*reasoned[-1][:2], n)
    return reasoned


def _gives_reason(name: str, reason: str, vocabulary: Vocabulary) -> bool:
    """Check whether a text before a colon names a unit and the text after it is a sentence, and no list or number."""
    is_sentence = STOP.search(reason) is not None and not _lists_units(reason, vocabulary)
    return is_name(name, vocabulary) and not vocabulary.is_label(name) and is_sentence


def _lists_units(text: str, vocabulary: Vocabulary) -> bool:
    """Check whether all names in a text are of known kinds."""
    listed, _ = read_entries(text, vocabulary)
    return bool(listed) and all(vocabulary.names_unit(entry.unit) for entry in listed)


def read_between(
    lines: Iterable[Line], head: Head, vocabulary: Vocabulary, steps: Counter[str], *, is_after: bool
) -> list[Named]:
    """Return the names, one a line, that fill the lines from a head to the next of its form, not all of known kinds.

    With `is_after`, names filled them from the head above to this one, and the last list ends before a sentence.
    """
    named: list[Named] = []
    stop: Line | None = None
    for n, line in enumerate(lines, start=1):
        name = _read_bare(line, vocabulary)
        is_item = line.key[:1].isdigit() and not head.form.number[:1].isdigit()
        if name is None or (not is_item and read_head(line, vocabulary, steps)):
            stop = line
            break
        named.append((line, name, n))
    below = read_head(stop, vocabulary, steps) if stop else None
    is_next = below is not None and below.form == head.form and below.tier != head.tier
    unknown = [name for _, name, _ in named if not vocabulary.names_unit(name)]
    is_head = len(unknown) < len(named) != head.stated and any(map(WORD.fullmatch, unknown))  # an unknown tier: 尚可
    if not (is_next or is_after) or not unknown or is_head:
        return []
    return named[:-1] if stop and is_date(stop.key) else named  # who signs stands above the date


def _read_bare(line: Line, vocabulary: Vocabulary) -> str | None:
    """Return the name that a line holds, alone or before a colon and what was found."""
    name, _, found = strip_number(line.aligned).partition(":")
    is_list = DATE.search(found) is not None or _lists_units(found, vocabulary)
    is_word = vocabulary.may_grade(name) or (len(name) <= LONGEST_GRADE and vocabulary.has_tier(name))  # 基本合格
    is_word |= vocabulary.is_label(name) or name in vocabulary.furniture or vocabulary.meaning_of(name) is not None
    is_bare = not (
        SIGNS.search(name)
        or may_part(COLON.split(strip_number(line.text.strip()))[0])
        or any(map(str.isdigit, name))
        or is_list
    )
    return name if is_bare and not is_word and is_name(name, vocabulary) else None


def read_numbered(lines: Iterable[Line], head: Head, vocabulary: Vocabulary) -> list[Named]:
    """Return the lines below a numbered heading that each number a name, where those look alike: 1.甲饭店, 2.乙饭店."""
    numbered: list[Named] = []
    for n, line in enumerate(lines if head.form.number[:1] not in ("", "1") else (), start=1):
        number = ENUMERATOR.match(line.key)
        name = strip_number(line.printed)
        if not number or not number[0][0].isdigit() or SIGNS.search(name) or not is_name(name, vocabulary):
            break
        numbered.append((line, name, n))
    names = [name for _, name, _ in numbered]
    n_known = sum(map(vocabulary.names_unit, names))
    is_list = len(names) >= FEWEST_NUMBERED and 2 * n_known <= len(names) and look_like_units(names, vocabulary)
    return numbered if is_list else []
