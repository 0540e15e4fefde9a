"""Find the header of a table that is printed with one cell a line: by its words, else by how regular its rows are.

Prints break headings over lines (环境卫, 生(70分)) and put the headings of several columns above those of each. Where
that leaves a column without a certain name, words and the order of the values tell which columns we need.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import isclose

from audit_lib.notices.grids.columns import NUMBER, POINTS, RANK, SENTENCE, Layout, is_value
from audit_lib.notices.grids.heading_levels import find_score_by_levels, list_numbers
from audit_lib.notices.grids.layouts import VALUES, make_layout, number_names
from audit_lib.notices.words.vocabulary import Vocabulary
from audit_lib.notices.words.word_lists import HAN, LONGEST_HEADING

LONGEST_HEADER = 12  # columns; the widest header met in a notice has nine
MOST_FRAGMENTS = 24  # lines that a broken header may fill
FARTHEST = 4 * LONGEST_HEADER  # lines from the beginning of a header to a value below it
ROWS_TO_TYPE = 3  # whose cells tell which column holds the units
FEWEST_ROWS = 3  # from which on values tell an order
FEWEST_PARTS = 2  # columns that a total sums up


@dataclass(frozen=True)
class Header:
    """A header that was found: the layout that it gives, and where the first row begins.

    `title` is the place of the line between, if the rows are under a group title. `unclear` are headings as printed of
    which we cannot tell the columns.
    """

    layout: Layout
    end: int
    title: int | None = None
    unclear: tuple[str, ...] = ()


def find_header(keys: list[str], at: int, vocabulary: Vocabulary) -> Header | None:
    """Find the header that begins here: words with a unit and a value among them, above rows that fit them.

    Two whole rows are looked for before a first row that lacks cells, or the only one.
    """
    is_known = vocabulary.meaning_of(keys[at]) is not None
    if not is_known and not _may_head_units(keys, at, vocabulary):
        return None
    if not any(is_value(key) or key in vocabulary.tier for key in keys[at + 1 : at + FARTHEST]):
        return None
    if is_known:
        if header := _find_whole(keys, _list_layouts(keys, at, vocabulary, 0), Layout.fits_at):
            return header
        layouts = _list_layouts(keys, at, vocabulary, ROWS_TO_TYPE)
        return (
            _find_broken(keys, at, vocabulary)
            or _find_whole(keys, layouts, Layout.fits_at)
            or _find_whole(keys, layouts, Layout.opens)
        )
    header = _find_whole(keys, _list_layouts(keys, at, vocabulary, ROWS_TO_TYPE), Layout.fits_at)
    header = header or _find_whole(keys, _list_layouts(keys, at, vocabulary, 1), Layout.opens)
    is_new = header and vocabulary.meaning_of(header.layout.columns[header.layout.unit_at]) is None
    return header if is_new else None


def _may_head_units(keys: list[str], at: int, vocabulary: Vocabulary) -> bool:
    """Check whether an unknown word may head the units: short, and a heading stands just below or next."""
    key = keys[at]
    if not 1 < len(key) <= LONGEST_HEADING or not HAN.search(key) or SENTENCE.match(key) or is_value(key):
        return False
    meanings = [vocabulary.meaning_of(below) for below in keys[at + 1 : at + 3]]
    return any(meanings) and "unit" not in meanings and not vocabulary.names_unit(key)


def _list_layouts(keys: list[str], at: int, vocabulary: Vocabulary, n_rows: int) -> list[tuple[Layout, int]]:
    """List the layouts of headings that stand on lines of their own from here on, each with where its rows begin.

    The first `n_rows` tell what the columns hold; without them the headings must name a unit and a value.
    """
    meanings = [vocabulary.meaning_of(key) for key in keys[at : at + LONGEST_HEADER]]
    layouts: list[tuple[Layout, int]] = []
    for width in range(2, min(LONGEST_HEADER, len(keys) - at)):
        end = at + width
        if NUMBER.fullmatch(keys[end - 1]) or RANK.fullmatch(keys[end - 1]):
            break
        units = [key for key, meaning in zip(keys[at:end], meanings, strict=False) if meaning == "unit"]
        if vocabulary.meaning_of(keys[end]) in ("tier", "rank", "score") and keys[end] not in keys[end + 1 : end + 60]:
            continue  # the header goes on
        if not n_rows and (not units or VALUES.isdisjoint(meanings[:width])):
            continue
        if len(set(units)) < len(units):
            continue  # tables side by side: the header of the last one gives the width
        body = [keys[row : row + width] for row in range(end, end + n_rows * width, width)]
        if layout := make_layout(number_names(keys[at:end]), vocabulary, body):
            layouts.append((layout, end))
    return layouts


def _find_whole(
    keys: list[str], layouts: Sequence[tuple[Layout, int]], opens: Callable[[Layout, list[str], int], bool]
) -> Header | None:
    """Find the first layout below which a table begins, as `opens` tells, or the title of its first group."""
    for layout, end in layouts:
        if layout.meanings[0] == "group":  # what stands there is the title of the rows beside and below it
            rest = Layout(layout.columns[1:], layout.meanings[1:], layout.vocabulary, is_grouped=True)
            if opens(rest, keys, end + 1):
                return Header(rest, end + 1, end)
        if opens(layout, keys, end):
            return Header(layout, end)
        if end + 1 < len(keys) and layout.is_title(keys[end]) and opens(layout, keys, end + 1):
            return Header(layout, end + 1, end)
    return None


def _find_broken(keys: list[str], at: int, vocabulary: Vocabulary) -> Header | None:
    """Find a header of fragments above rows that are all alike: a name, and numbers."""
    for end in range(at + 2, min(at + MOST_FRAGMENTS, len(keys))):
        fragments = keys[at:end]
        last = fragments[-1].removesuffix(":")  # 其中: stands above several columns
        if NUMBER.fullmatch(last) or RANK.fullmatch(last) or len(last) > LONGEST_HEADING or SENTENCE.match(last):
            return None
        for width in range(2, min(len(fragments), LONGEST_HEADER) + 1):
            rows, unit_at = _take_alike(keys, end, width, vocabulary)
            header = _name_fragments(fragments, rows, end, unit_at, vocabulary) if rows else None
            if header and header.layout.looks_like("unit", rows[0][header.layout.unit_at]):  # 备注 is a heading
                return header
    return None


def _take_alike(keys: Sequence[str], at: int, width: int, vocabulary: Vocabulary) -> tuple[list[Sequence[str]], int]:
    """Return the rows of one width that begin here, as long as they look alike, and the column of their names.

    No rows where fewer than three are alike, or where two columns hold words and none the names of units.
    """
    rows: list[Sequence[str]] = []
    first = _look_of_row(keys[at : at + width])
    if (n_words := first.count(False)) not in (1, 2):
        return rows, 0
    if n_words > 1 and (vocabulary.names_unit(keys[at - 1]) or any(map(vocabulary.meaning_of, keys[at : at + width]))):
        return rows, 0  # a cell above the rows, or a heading in the first
    for start in range(at, len(keys) - width + 1, width):
        row = keys[start : start + width]
        if _look_of_row(row) != first:
            break
        rows.append(row)
    words = {at: [row[at] for row in rows] for at, is_number in enumerate(first) if not is_number}
    named = [at for at, names in words.items() if len(words) == 1 or all(map(vocabulary.names_unit, names))]
    distinct = [at for at in named if len(set(words[at])) == len(rows) and all(map(HAN.search, words[at]))]
    return (rows, distinct[0]) if distinct and len(rows) >= FEWEST_ROWS else ([], 0)


def _look_of_row(row: Sequence[str]) -> list[bool]:
    return [POINTS.fullmatch(cell.removesuffix("%")) is not None or RANK.fullmatch(cell) is not None for cell in row]


def _name_fragments(
    fragments: list[str], rows: list[Sequence[str]], end: int, unit_at: int, vocabulary: Vocabulary
) -> Header | None:
    """Name the columns by what the fragments make; if they do not split into columns, only those that are sure."""
    width = len(rows[0])
    names = list(join_fragments(fragments, vocabulary))
    columns = list(zip(*rows, strict=True))
    meanings = [vocabulary.meaning_of(name) for name in names]
    is_valued = not {"score", "rank"}.isdisjoint(meanings)
    if len(names) == width:
        layout = make_layout(number_names(names), vocabulary, rows)
        layout = layout or (_tell_by_values(names, meanings, columns, unit_at, None, vocabulary) if is_valued else None)
        return Header(layout, end) if layout and layout.meanings[unit_at] == "unit" else None
    if len(names) < width or not is_valued:
        return None
    is_titled = meanings[-width:][unit_at] == "unit" and {"unit", "serial", "rank"}.isdisjoint(meanings[:-width])
    if is_titled and (layout := make_layout(number_names(names[-width:]), vocabulary, rows)):
        return Header(layout, end)
    numbered = [f"column {number}" for number in range(1, width + 1)]
    score_at = find_score_by_levels(names, columns, unit_at, vocabulary)
    layout = _tell_by_values(numbered, meanings, columns, unit_at, score_at, vocabulary)
    if layout is None:
        return None
    headings = {"unit": names[meanings.index("unit") if "unit" in meanings else unit_at]}
    if "rank" not in meanings and "serial" in meanings:
        roles = tuple("serial" if role == "rank" else role for role in layout.meanings)
        layout = replace(layout, meanings=roles)
        headings["serial"] = names[meanings.index("serial")]
    headings |= {m: name for m, name in zip(meanings, names, strict=True) if m in ("rank", "score")}
    if totals := [name for name in names if vocabulary.is_total(name)]:
        headings["score"] = totals[-1]
    known = tuple(headings.get(m, column) for m, column in zip(layout.meanings, layout.columns, strict=True))
    unclear = tuple(name for name in names if name not in known)
    return Header(Layout(known, layout.meanings, vocabulary), end, unclear=unclear)


def join_fragments(fragments: Sequence[str], vocabulary: Vocabulary) -> Iterator[str]:
    """Join what a line end has parted: a bracket with what it follows, two pieces that make a word we know."""
    name = fragments[0]
    for fragment in fragments[1:]:
        is_word = vocabulary.meaning_of(name + fragment) and not (
            vocabulary.meaning_of(name) or vocabulary.meaning_of(fragment)
        )
        if fragment.startswith("(") or name.count("(") > name.count(")") or is_word:
            name += fragment
        else:
            yield name
            name = fragment
    yield name


def _tell_by_values(
    names: Sequence[str],
    meanings: Sequence[str | None],
    columns: Sequence[Sequence[str]],
    unit_at: int,
    score_at: int | None,
    vocabulary: Vocabulary,
) -> Layout | None:
    """Distinguish rank and score by their values: a rank goes up from 1, its score comes down or sums up the others.

    Of several columns that come down, the one beside the rank is the score; beside the number of a row none is. None
    where nothing tells which column is the score; `score_at` is that column where its heading tells.
    """
    numbers = list_numbers(columns)
    rank_at = next((at for at in reversed(numbers) if is_ranking(numbers[at])), None)
    if score_at is None:
        scores = [] if rank_at is None else _list_scores(numbers, rank_at)
        if not scores or (len(scores) > 1 and "rank" not in meanings):
            return None
        score_at = min(scores, key=lambda at: abs(at - (rank_at or 0)))
    roles = {unit_at: "unit", rank_at: "rank", score_at: "score"}
    return Layout(tuple(names), tuple(roles.get(at, "extra") for at in range(len(columns))), vocabulary)


def _list_scores(numbers: Mapping[int, list[float]], rank_at: int) -> list[int]:
    """List the columns that may be the score: the sum of the others, else those whose values come down."""
    others = {at: values for at, values in numbers.items() if at != rank_at and len(set(values)) > 1}
    rows = list(zip(*others.values(), strict=True)) if len(others) > FEWEST_PARTS else []
    totals = [at for n, at in enumerate(others) if rows and all(isclose(2 * row[n], sum(row)) for row in rows)]
    falling = [at for at, values in others.items() if all(upper >= lower for upper, lower in pairwise(values))]
    return totals or falling


def is_ranking(values: Sequence[float]) -> bool:
    """Check whether numbers are ranks in order, by the competition rule (1, 2, 2, 4) or the dense one (1, 2, 2, 3).

    >>> is_ranking([1, 2, 2, 4]), is_ranking([1, 2, 2, 3]), is_ranking([1, 3, 4]), is_ranking([2, 3])
    (True, True, False, False)
    """
    steps = enumerate(pairwise(values), start=2)
    return values[0] == 1 and all(after in (before, before + 1, place) for place, (before, after) in steps)
