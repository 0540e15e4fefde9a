"""Report rows of a table that may be no units, that lack what the others have, or that name a unit again."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from audit_lib.documents.model import squeeze
from audit_lib.notices.grids.rows import NOTHING, Problem, ScoreRow, note_problem
from audit_lib.notices.score_column import is_graded, read_meaning
from audit_lib.notices.score_tables import ScoreTable
from audit_lib.notices.words.entries import may_part
from audit_lib.notices.words.names import MASK
from audit_lib.notices.words.vocabulary import Vocabulary

CHANGED = re.compile("[降升改]为|最[终后]|取消|更正")
FULL_POINTS, MOST_ABOVE = 100, 4  # a score so many times above the others and the full score is none
FEWEST_KNOWN = 3  # rows of known kinds, from which on another is in doubt


def doubt_rows(table: ScoreTable, vocabulary: Vocabulary) -> Iterator[Problem]:
    """Yield what is in doubt of the rows of a table, one kind of doubt after the other."""
    yield from find_repeated(table.rows)
    for row in table.rows:
        if MASK.search(row.unit):
            yield note_problem("not_read", "masked_name", row.place, "warning", found=row.unit)
    yield from _doubt_units(table, vocabulary)
    yield from _doubt_tiers(table, vocabulary)
    yield from _doubt_spaces(table)
    yield from _doubt_unlike(table.rows, vocabulary)
    yield from _find_valueless(table.rows)
    yield from _find_changed(table.rows)


def find_repeated(rows: Sequence[ScoreRow]) -> Iterator[Problem]:
    """Yield the units with several rows: scores of parts, or of several rounds."""
    counted = Counter(squeeze(row.unit) for row in rows if not MASK.search(row.unit))
    for unit, n in counted.items():
        if n > 1:
            place = next(row.place for row in rows if squeeze(row.unit) == unit)
            yield note_problem("not_read", "repeated", place, "warning", unit=unit, n=n)


def _doubt_units(table: ScoreTable, vocabulary: Vocabulary) -> Iterator[Problem]:
    """Yield what makes the names of a table doubtful: a heading known by its end alone, above no known name."""
    if not table.columns or any(vocabulary.kind_of(row.unit) != "other" for row in table.rows):
        return
    heading = table.unit_column or table.columns[0]
    if len(table.rows) == 1 or not vocabulary.is_plain(heading):
        facts = {"heading": heading, "found": table.rows[0].unit}
        yield note_problem("not_read", "doubtful_units", table.rows[0].place, "warning", **facts)


def _doubt_tiers(table: ScoreTable, vocabulary: Vocabulary) -> Iterator[Problem]:
    """Yield the tiers that neither their heading nor their words confirm."""
    tiers = dict.fromkeys(row.tier for row in table.rows if is_graded(row))
    is_headed = any(read_meaning(column, vocabulary) == "tier" for column in table.columns)
    if not is_headed and table.columns and tiers and not vocabulary.tier.keys() >= set(tiers):
        yield note_problem("not_read", "new_tiers", table.rows[0].place, "warning", tiers="、".join(map(str, tiers)))


def _doubt_spaces(table: ScoreTable) -> Iterator[Problem]:
    """Yield the units of a tier whose cell may hold two names with a space between."""
    for row in table.rows:
        named = dict(row.cells).get("unit") if row.tier and row.score is None else None
        if named and may_part(named.text) and named.key == squeeze(row.unit):
            yield note_problem("not_read", "unlike", row.place, "warning", found=row.unit)


def _doubt_unlike(rows: Sequence[ScoreRow], vocabulary: Vocabulary) -> Iterator[Problem]:
    """Yield the only row of no known kind that is the first or last, or has no rank: 标准分, 中位数, 去年同期."""
    unknown = [row for row in rows if not vocabulary.names_unit(row.unit)]
    known = [row for row in rows if row not in unknown]
    if len(known) < FEWEST_KNOWN or any(row.score is None and not row.tier for row in known):
        return
    has_orders = [all(getattr(row, order) is not None for row in known) for order in ("rank", "serial")]
    points = sorted(row.score for row in rows if row.score is not None)
    for row in rows if len(points) > FEWEST_KNOWN and max(points[:-1]) <= FULL_POINTS else ():
        if row.score is not None and row.score > MOST_ABOVE * max(points[-2], FULL_POINTS):  # 95 with a footnote
            yield note_problem("not_read", "unlike_row", row.place, "warning", found=f"{row.unit} {row.score:g}")
    for row in unknown:
        lacks = [has and getattr(row, order) is None for has, order in zip(has_orders, ("rank", "serial"), strict=True)]
        is_end = len(unknown) == 1 and row in (rows[0], rows[-1]) and not any(has_orders)
        if any(lacks) or is_end:
            yield note_problem("not_read", "unlike_row", row.place, "warning", found=row.unit)


def _find_valueless(rows: Sequence[ScoreRow]) -> Iterator[Problem]:
    """Yield the rows that print nothing for a score or a tier where most others do."""
    for kind in ("score", "rank", "tier"):
        printed = [any(meaning == kind for meaning, _ in row.cells) for row in rows]
        if 2 * sum(printed) > len(rows) and sum(printed) >= FEWEST_KNOWN - 1:
            for row, has in zip(rows, printed, strict=True):
                says_so = any(meaning == NOTHING for meaning, _ in row.cells)
                if not has and getattr(row, kind) is None and not says_so:
                    yield note_problem("not_read", "no_value", row.place, "warning", unit=row.unit)


def _find_changed(rows: Sequence[ScoreRow]) -> Iterator[Problem]:
    """Yield the cells that give a second score or rating: 优秀(降为良好), 94(最终89)."""
    for row in rows:
        beside = [cell for name, cell in row.extra.items() if name.endswith("()")]
        for cell in filter(None, (row.tier, *beside)):
            if CHANGED.search(cell):
                yield note_problem("not_read", "excepted", row.place, "warning", found=f"{row.unit} {cell}")
