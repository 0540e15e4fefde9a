"""Compare the rows of a table with each other: split cells that list units, leave out sums, report what is in doubt."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from statistics import mean

from audit_lib.documents.model import squeeze
from audit_lib.notices.grids.columns import read_figure
from audit_lib.notices.grids.rows import Problem, ScoreRow, note_problem
from audit_lib.notices.rank_column import choose_rank, choose_tier
from audit_lib.notices.row_doubts import doubt_rows
from audit_lib.notices.score_column import choose_score
from audit_lib.notices.score_tables import ScoreTable
from audit_lib.notices.words.entries import lists_none, read_entries, split_outside, strip_marks
from audit_lib.notices.words.vocabulary import Vocabulary

DECIMALS = re.compile(r"\.(\d+)")
NUMBER_BEHIND = re.compile(r"[(\uff08](\d+(?:\.\d+)?)(分)?[)\uff09]$")
SIGNS = "、,\uff0c;\uff1b/"
LISTING = f"{SIGNS}·• \t\n\u3000"  # what may part the names that a cell lists
SUMMED = re.compile("[计均]")


def settle_table(
    table: ScoreTable, period: str | None, chosen: str | None, vocabulary: Vocabulary
) -> tuple[ScoreTable, list[Problem]]:
    """Return the table with its score and rank chosen, its lists in cells split and its sums left out, and problems."""
    rows, counts = _split_cells(table.rows, vocabulary)
    table = replace(table, rows=tuple(map(_strip_bracket, rows)))
    table, problems = choose_score(table, period, chosen, vocabulary)
    table = choose_rank(table, period, vocabulary)
    table, of_tiers = choose_tier(table, period, vocabulary)
    problems += [*of_tiers, *_doubt_column(table, vocabulary)]
    rows, sums = _leave_out_sums(table.rows, vocabulary)
    problems += [note_problem("row_no_unit", "no_unit", row.place, "note", found=row.unit) for row in sums]
    table = replace(table, rows=tuple(rows), sums=(*table.sums, *sums))
    problems += counts
    problems += [*check_mean(table), *_doubt_sums(table.rows, vocabulary)]
    return table, [*problems, *doubt_rows(table, vocabulary)]


def _doubt_column(table: ScoreTable, vocabulary: Vocabulary) -> Iterator[Problem]:
    """Yield the column of other units beside that of the units, each in one row: 检查单位 beside 被检查单位."""
    headed = [name for name in table.columns if vocabulary.meaning_of(name.split(" ")[0]) == "unit"]
    groups = [row.group for row in table.rows if row.group and dict(row.cells).get("group")]
    are_apart = len(groups) == len(table.rows) == len(set(groups)) > 1
    if len(headed) > 1 and are_apart and all(map(vocabulary.names_unit, groups)):
        facts = {"columns": "、".join(headed), "read": table.unit_column}
        yield note_problem("not_read", "other_units", table.rows[0].place, "warning", **facts)


def _split_cells(rows: Sequence[ScoreRow], vocabulary: Vocabulary) -> tuple[list[ScoreRow], list[Problem]]:
    """Return rows, one for each unit where a cell lists several, 优秀 beside 甲镇、乙局, and counts that differ."""
    split = [_split_cell(row, below, vocabulary) for row, below in zip(rows, [*rows[1:], None], strict=True)]
    counted = [
        (row, name, int(cell), len(made))
        for row, made in zip(rows, split, strict=True)
        for name, cell in row.extra.items()
        if made != [row] and cell.isdecimal()
    ]
    agreeing = {name for _, name, stated, n in counted if stated == n}
    problems = [
        note_problem("tier_count", "count", row.place, tier=row.tier or row.unit, stated=stated, n=n)
        for row, name, stated, n in counted
        if name in agreeing and stated != n
    ]
    problems += [
        note_problem("not_read", "joint", row.place, "warning", found=row.unit)
        for row, made in zip(rows, split, strict=True)
        if made == [row] and len(split_outside(row.unit, SIGNS)) > 1
    ]
    return [each for made in split for each in made], problems


def _split_cell(row: ScoreRow, below: ScoreRow | None, vocabulary: Vocabulary) -> list[ScoreRow]:
    """Split a row whose cell lists units at its signs, or at white space where each part is a name of its own.

    Names with one number for all are one unit, but where the rank of the next row shows a tie. 无 lists none.
    """
    if row.tier and lists_none(row.unit):
        return []
    cells = dict(row.cells)
    named, scored = cells.get("unit"), cells.get("score")
    text = named.text if named and named.key == squeeze(row.unit) else row.unit
    if not any(sign in text.strip() for sign in LISTING):
        return [row]
    entries, rest = read_entries(text, vocabulary)
    known = [vocabulary.names_unit(entry.unit) for entry in entries]
    if rest or len(entries) < 2 or not (row.tier or all(known)):
        return [row]
    numbers = [read_figure(squeeze(word)) for word in scored.text.split()] if scored else []
    if None not in numbers and len(numbers) == len(entries):
        return [replace(row, unit=e.unit, score=score) for e, score in zip(entries, numbers, strict=True)]
    is_tie = row.rank is not None and below is not None and below.rank == row.rank + len(entries)
    is_counted = any(read_figure(squeeze(cell)) is not None for cell in row.extra.values()) and not row.tier
    has_scores = any(entry.score is not None for entry in entries)
    if not has_scores and not is_tie and (row.score is not None or row.rank is not None or is_counted):
        return [row]
    return [
        replace(
            row,
            unit=entry.unit,
            score=row.score if entry.score is None else entry.score,
            serial=None,  # it numbers the row
            cells=row.cells if entry is entries[0] else (),
        )
        for entry in entries
    ]


def _strip_bracket(row: ScoreRow) -> ScoreRow:
    """Remove a bracketed number from a name, 天门市(2); one with 分 is the score where there is no other."""
    unit = strip_marks(row.unit)
    match = NUMBER_BEHIND.search(unit)
    if match is None or match.start() == 0:
        return row if unit == row.unit else replace(row, unit=unit)
    score = float(match[1]) if row.score is None and match[2] else row.score
    return replace(row, unit=unit[: match.start()], score=score, extra=row.extra | {"()": match[1]})


def _leave_out_sums(rows: Sequence[ScoreRow], vocabulary: Vocabulary) -> tuple[list[ScoreRow], list[ScoreRow]]:
    """Split off the last or first row where it is the mean or the sum of the others, whatever it is called."""
    kept = list(rows)
    sums: list[ScoreRow] = []
    for at in (-1, 0):
        others = kept[:-1] if at else kept[1:]
        if len(others) > 1 and _sums_up(kept[at], others, vocabulary):
            sums.append(kept[at])
            kept = others
    return kept, sums


def _sums_up(row: ScoreRow, others: Sequence[ScoreRow], vocabulary: Vocabulary) -> bool:
    """Check whether a row is the mean or sum of the others, and differs from them in form."""
    if vocabulary.names_unit(row.unit) or not _is_sum(row, others):
        return False
    is_alone = (row.serial, row.rank) == (None, None) != (others[0].serial, others[0].rank)
    is_finer = _count_decimals(row) > max(map(_count_decimals, others))
    return is_alone or is_finer


def _is_sum(row: ScoreRow, others: Sequence[ScoreRow]) -> bool:
    values = [each.score for each in others if each.score is not None]
    if row.score is None or len(values) < len(others):
        return False
    step = 10 ** -_count_decimals(row)
    return bool(abs(row.score - mean(values)) <= step) or abs(row.score - sum(values)) < step / 2


def _doubt_sums(rows: Sequence[ScoreRow], vocabulary: Vocabulary) -> Iterator[Problem]:
    """Yield the last or first row where it is the only one of no known kind, and the mean or the sum of the others."""
    unknown = [row for row in rows if not vocabulary.names_unit(row.unit)]
    if len(rows) > 2 and len(unknown) == 1 and unknown[0] in (rows[0], rows[-1]):
        others = [row for row in rows if row is not unknown[0]]
        if _is_sum(unknown[0], others):
            yield note_problem("not_read", "unlike", unknown[0].place, "warning", found=unknown[0].unit)


def _count_decimals(row: ScoreRow) -> int:
    """Return how many decimals of a score are printed: 86.10 has two."""
    cell = dict(row.cells).get("score")
    printed = DECIMALS.search(cell.key if cell else f"{row.score:g}")
    return len(printed[1]) if printed else 0


def check_mean(table: ScoreTable) -> Iterator[Problem]:
    """Yield printed means and totals that do not agree with the rows, within their rounding."""
    values = [row.score for row in table.rows if row.score is not None]
    if len(values) < 2 or len(values) < len(table.rows) or any(row.group for row in table.rows):
        return
    counted = Counter(squeeze(row.unit) for row in table.sums)  # a word that is printed twice sums up parts
    for row in table.sums:
        name = squeeze(row.unit)
        if row.score is None or not SUMMED.search(name) or counted[name] > 1:
            continue
        expected = mean(values) if "均" in name else sum(values)
        step = 10 ** -_count_decimals(row)
        if abs(row.score - expected) > step:
            facts = {"found": row.unit, "printed": f"{row.score:g}", "computed": f"{expected:.4g}"}
            yield note_problem("sum_differs", "sum_differs", row.place, "warning", **facts)
