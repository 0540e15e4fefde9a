"""Find names and their grades, scores or places that stand by turns on lines of their own, below no header."""

import re
from collections.abc import Sequence

from audit_lib.documents.model import Line
from audit_lib.notices.columns import NUMBER, is_value
from audit_lib.notices.names import strip_number
from audit_lib.notices.vocabulary import LONGEST_GRADE, Vocabulary

LONGEST_VALUE = 8  # characters below a name
MOST_GRADES = 12  # of a scale
BARE = re.compile("[\u4e00-\u9fff]{2,4}")
GRADE = re.compile(rf"[\u4e00-\u9fff]{{1,{LONGEST_GRADE}}}|[A-Za-z]")


def take_paired(
    lines: Sequence[Line], at: int, vocabulary: Vocabulary, unpaired: list[int]
) -> tuple[list[list[Line]], int]:
    """Return names and values that stand by turns on lines of their own, as rows, and where they end.

    甲镇 / 通过 / 乙镇 / 未通过 are pairs where a name begins and a grade ends. Where a grade begins, or names begin and
    end, grades head the names below them; but a heading does not recur after each name. A heading above the names and
    one above the grades is the first row. `unpaired` keeps where such lines end that are no pairs.
    """
    is_headed = vocabulary.meaning_of(lines[at].key) == "unit"
    if at < max(unpaired, default=0) or not (is_headed or _may_name(lines[at].key, vocabulary)):
        return [], at
    below = next((lines[n].key for n in range(at + 1, len(lines)) if lines[n].key), "")
    if not 0 < len(below) <= LONGEST_VALUE:
        return [], at
    above = next((strip_number(lines[n].key) for n in range(at - 1, -1, -1) if lines[n].key), "")
    is_begun = vocabulary.may_grade(above) or is_value(above) or vocabulary.meaning_of(above) is not None
    if not is_headed and is_begun:
        return [], at
    rows: list[list[Line]] = []
    first: Line | None = None
    end = at
    for place in range(at, len(lines)):
        line = lines[place]
        if not line.key:
            continue
        if first is None and ((is_headed and not rows) or _may_name(line.key, vocabulary)):
            first = line
        elif first and (_is_grade(line.key, vocabulary) or NUMBER.fullmatch(line.key)):
            rows.append([first, line])
            first, end = None, place + 1
        else:
            break
    names = [name.key for name, _ in rows[is_headed:]]
    values = [value.key for _, value in rows[is_headed:]]
    n_known = sum(map(vocabulary.may_grade, values))
    are_units = all(map(vocabulary.names_unit, names))
    is_read = len(set(values)) > 1 and len(set(names)) == len(names) and (n_known > 0 or are_units)
    unpaired[:] = [end]
    if not is_read or above in values:
        return [], at
    are_numbers = all(map(is_value, values)) and not _is_grade(above, vocabulary)
    is_ended = first is None and not vocabulary.names_unit(above)
    words = {value for value in values if not is_value(value)}
    is_scale = len(words) <= MOST_GRADES and any(one != other and one in other for one in words for other in words)
    is_graded = len(words) == len(set(values)) < len(values)
    is_paired = is_graded or (is_ended and (are_numbers or n_known > 0 or is_scale))
    return (rows, end) if is_paired else ([], at)


def _may_name(key: str, vocabulary: Vocabulary) -> bool:
    """Check whether a line may hold a name alone, of a kind that we know or bare: 县教育局, 乐坪."""
    return vocabulary.names_unit(key) or (BARE.fullmatch(strip_number(key)) is not None and key not in vocabulary.tier)


def _is_grade(key: str, vocabulary: Vocabulary) -> bool:
    """Check whether a line may hold a grade alone: a tier, or a short word that is no name, heading or label."""
    if key in vocabulary.tier:
        return True
    if not GRADE.fullmatch(key) or is_value(key) or vocabulary.kind_of(key) != "other":
        return False
    return vocabulary.meaning_of(key) is None and not vocabulary.is_label(key) and key not in vocabulary.furniture
