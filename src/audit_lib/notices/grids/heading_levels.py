"""Find the score below headings of two levels that are printed level by level, one cell a line."""

import re
from collections.abc import Iterator, Sequence
from itertools import combinations, pairwise, product
from math import inf, isclose

from audit_lib.notices.grids.columns import NUMBER, RANK, read_ordinal
from audit_lib.notices.words.vocabulary import Vocabulary

MOST_ABOVE, MOST_NAMES = 3, 16  # headings above others, and all, so that the ways to read them are few
MEASURES = ("量", "数", "率", "分")  # ends of headings that stand above cells, and above no other headings
FULL_MARKS = re.compile(r"\((\d+)分\)$")  # of a part of the score: 环境卫生(30分)
WHOLE = 100  # full marks of a score whose parts are all there


def find_score_by_levels(
    names: Sequence[str], columns: Sequence[Sequence[str]], unit_at: int, vocabulary: Vocabulary
) -> int | None:
    """Find the score below headings of two levels, printed level by level, where every reading has it in one column."""
    found: set[int] = set()
    for leaves in _list_leaves(names, len(columns), vocabulary):
        meanings = [vocabulary.meaning_of(leaf) for leaf in leaves]
        if meanings.count("score") == 1 and _fits_cells(leaves, meanings, columns, unit_at):
            found.add(meanings.index("score"))
    return found.pop() if len(found) == 1 else None


def _list_leaves(names: Sequence[str], width: int, vocabulary: Vocabulary) -> Iterator[list[str]]:
    """Yield the headings of columns as they may be meant: some of the first stand above several of the last."""
    n_above = len(names) - width  # headings that stand above others
    if not 0 < n_above <= MOST_ABOVE or len(names) > MOST_NAMES:
        return
    meanings = [vocabulary.meaning_of(name) for name in names]
    above_any = {None, "score"} if meanings.count("score") > 1 else {None}  # 得分情况 above its parts, beside 总分
    for top in range(n_above, len(names) - n_above + 1):
        free = [at for at in range(top) if meanings[at] in above_any and not names[at].endswith(MEASURES)]
        for above, cuts in product(combinations(free, n_above), combinations(range(top + 1, len(names)), n_above - 1)):
            below = dict(zip(above, pairwise((top, *cuts, len(names))), strict=True))
            yield [
                leaf for at in range(top) for leaf in (names[slice(*below[at])] if at in below else names[at : at + 1])
            ]


def _fits_cells(
    leaves: Sequence[str], meanings: Sequence[str | None], columns: Sequence[Sequence[str]], unit_at: int
) -> bool:
    """Check whether headings fit the cells below them: numbers from 1 on, units, shares where cells have a %.

    Parts of a score are at most their full marks, 环境卫生(30分), and sum up to it where these marks make 100.
    """
    has_shares = any(cell.endswith("%") for column in columns for cell in column)
    for at, (leaf, meaning, column) in enumerate(zip(leaves, meanings, columns, strict=True)):
        if meaning == "serial" and not all(map(str.isdecimal, column)):
            return False
        if (meaning == "unit" and at != unit_at) or (at == unit_at and meaning not in ("unit", None)):
            return False
        if has_shares and leaf.endswith("率") != all(cell.endswith("%") for cell in column):
            return False
    numbers = list_numbers(columns)
    marks = {at: int(found[1]) for at, leaf in enumerate(leaves) if (found := FULL_MARKS.search(leaf))}
    if any(max(numbers.get(at, [inf])) > mark for at, mark in marks.items()):
        return False
    if sum(marks.values()) != WHOLE:
        return True
    sums = map(sum, zip(*(numbers[at] for at in marks), strict=True))
    totals = numbers.get(meanings.index("score"), [])
    return len(totals) > 0 and all(isclose(one, other, abs_tol=0.1) for one, other in zip(sums, totals, strict=True))


def list_numbers(columns: Sequence[Sequence[str]]) -> dict[int, list[float]]:
    """List the columns of numbers by their place."""
    return {
        at: [float(read_ordinal(cell) or cell) for cell in column]
        for at, column in enumerate(columns)
        if all(NUMBER.fullmatch(cell) or RANK.fullmatch(cell) for cell in column)
    }
