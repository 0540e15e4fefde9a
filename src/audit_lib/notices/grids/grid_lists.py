"""Read grids that are no score tables as lists: a tier with its names in each row, or units alone."""

from collections.abc import Iterator, Sequence

from audit_lib.documents.model import Grid, Line
from audit_lib.notices.grids.columns import is_value
from audit_lib.notices.grids.grid_headers import distinct
from audit_lib.notices.grids.rows import Problem, note_problem
from audit_lib.notices.words.entries import read_entries
from audit_lib.notices.words.vocabulary import LONGEST_GRADE, Vocabulary

LONGEST_HEADINGS = 60  # characters of the headings that a problem shows


def list_tiers(rows: Sequence[Sequence[Line]], vocabulary: Vocabulary) -> list[Line]:
    """Return a line 优秀:甲镇、乙局 for each row of a tier with names beside it; none where a row is another."""
    lists: list[Line] = []
    is_headed = False  # by a heading of tiers, so that any short word is one
    for row in rows:
        filled = distinct(row) or [row[0]]
        meanings = {vocabulary.meaning_of(cell.key) for cell in filled}
        if not meanings.isdisjoint(("serial", "tier")):
            is_headed = "tier" in meanings
            continue
        head, *cells = [cell for cell in filled if not cell.key.isdecimal()] or filled
        names = "、".join(cell.text for cell in cells)
        numbers = {int(cell.key) for cell in filled if cell.key.isdecimal()}  # of the row, or of its names
        if not numbers <= {len(lists) + 1, len(read_entries(names, vocabulary)[0])}:
            return []
        is_tier = vocabulary.tier_heading.fullmatch(head.key) or vocabulary.may_grade(head.key)
        if not is_tier and not (is_headed and len(head.key) <= LONGEST_GRADE):
            return []
        if any(is_value(cell.key) or vocabulary.tier_heading.fullmatch(cell.key) for cell in cells):
            return []
        lists.append(Line(head.place, f"{head.text}:{names or '无'}"))
    return lists if len(lists) > 1 else []


def list_units(rows: Sequence[Sequence[Line]], vocabulary: Vocabulary) -> list[Line]:
    """Return the units of a table that holds nothing but them and their numbers, which may be a list of a tier."""
    meanings = [vocabulary.meaning_of(cell.key) for cell in rows[0]]
    if meanings.count("unit") != 1 or not {"unit", "serial"}.issuperset(meanings):
        return []
    return [row[meanings.index("unit")] for row in rows[1:] if row[meanings.index("unit")].key]


def find_unread(grid: Grid, vocabulary: Vocabulary) -> Iterator[Problem]:
    """Yield a grid of names and numbers that is read as no table."""
    keys = [[cell.key for cell in row] for row in grid.rows]
    units = [key for row in keys if any(map(is_value, row)) for key in row if vocabulary.names_unit(key)]
    if len(units) > 1:
        headings = " · ".join(dict.fromkeys(key for key in keys[0] if key))[:LONGEST_HEADINGS]
        facts = {"headings": headings, "units": units, "n": len(keys)}
        yield note_problem("not_read", "grid", grid.rows[0][0].place, "warning", **facts)
