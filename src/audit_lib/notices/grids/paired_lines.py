"""Find names and their grades, scores or places that stand by turns on lines of their own, below no header."""

import re
from collections.abc import Sequence

from audit_lib.documents.model import Line
from audit_lib.notices.grids.columns import NUMBER, RANK, is_value
from audit_lib.notices.words.entries import POINTS, strip_number
from audit_lib.notices.words.vocabulary import LONGEST_GRADE, Vocabulary

LONGEST_VALUE = 8  # characters below a name
MOST_GRADES = 12  # of a scale
BARE = re.compile("[\u4e00-\u9fff]{2,4}")
SCORE = re.compile(rf"(?P<label>[^\W\d]{{0,6}}):?(?P<n>{POINTS})分")
TURNS = ["name", "rank", "score"]
GRADE = re.compile(rf"[\u4e00-\u9fff]{{1,{LONGEST_GRADE}}}|[A-Za-z]")


def take_paired(
    lines: Sequence[Line], at: int, vocabulary: Vocabulary, unpaired: list[int]
) -> tuple[list[list[Line]], int]:
    """Return names and values that stand by turns on lines of their own, as rows, and where they end.

    A heading above the names and one above the values is the first row. `unpaired` keeps where such lines end that
    are no pairs.
    """
    is_headed = vocabulary.meaning_of(lines[at].key) == "unit"
    if at < max(unpaired, default=0) or not (is_headed or _may_name(lines[at].key, vocabulary)):
        return [], at
    below = next((lines[n].key for n in range(at + 1, len(lines)) if lines[n].key), "")
    above = next((strip_number(lines[n].key) for n in range(at - 1, -1, -1) if lines[n].key), "")
    is_begun = vocabulary.may_grade(above) or is_value(above) or vocabulary.meaning_of(above) is not None
    if not 0 < len(below) <= LONGEST_VALUE or (is_begun and not is_headed):
        return [], at
    rows, end, is_ended = _take_turns(lines, at, vocabulary, is_headed=is_headed)
    unpaired[:] = [end]
    pairs = [(name.key, value.key) for name, value in rows[is_headed:]]
    return (rows, end) if _are_pairs(pairs, above, vocabulary, is_ended=is_ended) else ([], at)


def take_ranked(lines: Sequence[Line], at: int, vocabulary: Vocabulary) -> tuple[list[list[Line]], int]:
    """Return a rank, a name and a score that stand by turns on lines of their own, in one order, as rows, and the end.

    第一名 / 甲县 / 得分94.68分 / 第二名 / 乙县 / 得分94.60分.
    """
    rows: list[list[Line]] = []
    kinds: list[str] = []
    end = n = at
    while _read_turn(lines[n], vocabulary):
        cells: list[Line] = []
        while len(cells) < len(TURNS) and n < len(lines):
            cells += lines[n : n + 1] if lines[n].key else []
            n += 1
        found = [_read_turn(cell, vocabulary) for cell in cells]
        if sorted(found) != TURNS or found != (kinds or found):
            break
        kinds = found
        scores = (
            SCORE.fullmatch(cell.key) if kind == "score" else None for kind, cell in zip(kinds, cells, strict=True)
        )
        rows.append(
            [Line(cell.place, score["n"]) if score else cell for score, cell in zip(scores, cells, strict=True)]
        )
        end = n
        while n < len(lines) and not lines[n].key:
            n += 1
        if n == len(lines):
            break
    return (rows, end) if len(rows) > 1 else ([], at)


def _read_turn(line: Line, vocabulary: Vocabulary) -> str:
    """Return what a line holds alone: a rank in words, a score with its sign, or what may be a name."""
    if RANK.fullmatch(line.key):
        return "rank"
    if score := SCORE.fullmatch(line.key):
        return "score" if not score["label"] or vocabulary.is_score_word(score["label"]) else ""
    return "name" if _may_name(line.key, vocabulary) else ""


def _take_turns(
    lines: Sequence[Line], at: int, vocabulary: Vocabulary, *, is_headed: bool
) -> tuple[list[list[Line]], int, bool]:
    """Return names and values by turns, where they end, and whether they end with a value."""
    rows: list[list[Line]] = []
    first: Line | None = None
    end = at
    for n in range(at, len(lines)):
        line = lines[n]
        if not line.key:
            continue
        if first is None and ((is_headed and not rows) or _may_name(line.key, vocabulary)):
            first = line
        elif first and (_is_grade(line.key, vocabulary) or NUMBER.fullmatch(line.key)):
            rows.append([first, line])
            first, end = None, n + 1
        else:
            break
    return rows, end, first is None


def _are_pairs(pairs: Sequence[tuple[str, str]], above: str, vocabulary: Vocabulary, *, is_ended: bool) -> bool:
    """Check whether each value is of the name above it; `above` stands above the first name.

    甲镇 / 通过 / 乙镇 / 未通过 are pairs where a name begins and a grade ends. Where a grade begins, or names begin and
    end, grades head the names below them; but a heading does not recur after each name.
    """
    names, values = [name for name, _ in pairs], [value for _, value in pairs]
    words = {value for value in values if not is_value(value)}
    are_known = any(map(vocabulary.may_grade, values))
    is_read = len(set(values)) > 1 and len(set(names)) == len(names) and above not in values
    if not is_read or not (are_known or all(map(vocabulary.names_unit, names))):
        return False
    if len(words) == len(set(values)) < len(values):
        return True
    are_scores = not words and not _is_grade(above, vocabulary)
    is_scale = len(words) <= MOST_GRADES and any(one != other and one in other for one in words for other in words)
    return is_ended and not vocabulary.names_unit(above) and (are_scores or are_known or is_scale)


def _may_name(key: str, vocabulary: Vocabulary) -> bool:
    """Check whether a line may hold a name alone, of a known kind or bare: 县教育局, 乐坪."""
    return vocabulary.names_unit(key) or (BARE.fullmatch(strip_number(key)) is not None and key not in vocabulary.tier)


def _is_grade(key: str, vocabulary: Vocabulary) -> bool:
    """Check whether a line may hold a grade alone: a tier, or a short word that is no name, heading or label."""
    if key in vocabulary.tier:
        return True
    if not GRADE.fullmatch(key) or is_value(key) or vocabulary.kind_of(key) != "other":
        return False
    return vocabulary.meaning_of(key) is None and not vocabulary.is_label(key) and key not in vocabulary.furniture
