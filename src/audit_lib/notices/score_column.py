"""Choose the column of the score by what the notice says of itself.

The rule, in this order: the column asked for; of the notice's own period; not cumulated, unless only that is in the
order of the printed rank; the one that the rank follows; the total, by its heading or as the sum of others. What
remains undecided is named.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from audit_lib.documents.model import Line, squeeze
from audit_lib.notices.grids.columns import ASIDE, read_figure, read_ordinal
from audit_lib.notices.grids.rows import Problem, ScoreRow, note_problem
from audit_lib.notices.score_tables import ScoreTable
from audit_lib.notices.words.printed_periods import find_period
from audit_lib.notices.words.vocabulary import Vocabulary

OTHER_PERIOD = re.compile(
    "问卷|自[评查测]|初评|上个?[月年季期次周]|去年|同[期比]|往年|前次|环比|变化|增减|升降|变幅|较"
)
CUMULATED = re.compile(r"累计|本年|全年|(?<![\d月])[1一]月?[-—–~至]\d")
FINAL = re.compile("最[终后]|实得|折合|百分制")  # before a total, which may be of raw points
BONUS = ("加分", "奖励")
ADJUSTS = re.compile("加分|奖励|[扣减]分")
MONTH = re.compile(r"(?<!\d)(\d{1,2})月")
YEAR = re.compile(r"(\d{4})年?(?!\d)")
SPAN = re.compile("[月季旬周年次期]")  # in the heading of what may add up over time
OWN_SPAN = re.compile(r"第?[一二三四]季度|[上下]半年|全年|\d{1,2}月份?")  # headings of nothing but parts of a year
FEWEST_ROWS = 3  # from which on values tell an order


@dataclass(frozen=True)
class Column:
    """A column of figures beside the units: its heading and a value for each row, None where a row has no value."""

    name: str
    values: tuple[float | None, ...]


def choose_score(
    table: ScoreTable, period: str | None, chosen: str | None, vocabulary: Vocabulary
) -> tuple[ScoreTable, list[Problem]]:
    """Return the table with the score that the rule chooses, and problems where it leaves several.

    `period` is the notice's own; `chosen` the heading of the score as asked for, which then decides.
    """
    rows = table.rows
    if not table.columns or not rows:
        return table, []
    columns = _list_figures(table, vocabulary)
    scored = sorted(columns, key=lambda column: column.name != table.score_column)
    current = next((column.name for column in scored if _is_score(column, rows)), None)
    if asked := next((each for each in columns if chosen and squeeze(each.name) == squeeze(chosen)), None):
        return use_column(table, "score", current, asked), []
    ranks = list_ranks(table, vocabulary)
    named = [c for c in columns if read_meaning(c.name, vocabulary) == "score" or c.name == current]
    left, doubtful = _narrow(named, columns, ranks, period, vocabulary)
    problems: list[Problem] = []
    is_year = period is not None and period.isdigit()
    own = [c for c in columns if not is_of_other(c.name, period) and (is_year or not CUMULATED.search(c.name))]
    unnamed = [c for c in own if c not in named]
    if not set(own).intersection(left) and (_agree(ranks, unnamed) or not _agree(ranks, left)):
        if any(map(is_graded, rows)):  # beside tiers, counts are no scores
            unnamed = [c for c in unnamed if any(value is not None and value % 1 for value in c.values)]
        unnamed, problems = _choose_unnamed(unnamed, ranks, rows, period, vocabulary)
        left, doubtful = (unnamed, []) if unnamed else (left, left if problems else doubtful)
    if not left:
        if not problems and columns and all(OWN_SPAN.fullmatch(column.name) for column in columns):
            facts = {"columns": "、".join(column.name for column in columns)}
            problems = [note_problem("not_read", "no_score", rows[0].place, "warning", **facts)]
        return table, problems
    others = [c for c in own if c not in left and read_meaning(c.name, vocabulary) is None]
    if len(left) == 1 and len(rows) >= FEWEST_ROWS and not _agree(ranks, left) and _agree(ranks, others):
        left = doubtful = [*(c for c in others if _agree(ranks, [c])), *left]
    elif len(left) == 1 and period is None and others and MONTH.search(left[0].name):
        left = doubtful = [*others, *left]
    if not problems and all(is_of_other(column.name, period) for column in left):
        facts = {"heading": left[-1].name}
        problems = [note_problem("not_read", "unknown_score", rows[0].place, "warning", **facts)]
    wanted = next((column for column in left if column.name == current), left[-1])
    if doubtful:
        facts = {"columns": "、".join(column.name for column in doubtful), "read": wanted.name}
        problems.append(note_problem("not_read", "score_column", rows[0].place, "warning", **facts))
    return use_column(table, "score", current, wanted), problems


def _agree(ranks: Sequence[Column], columns: Sequence[Column]) -> bool:
    """Check whether a rank follows one of the columns."""
    return any(follows(rank, column) for rank in ranks for column in columns)


def _narrow(
    named: Sequence[Column],
    columns: Sequence[Column],
    ranks: Sequence[Column],
    period: str | None,
    vocabulary: Vocabulary,
) -> tuple[list[Column], list[Column]]:
    """Narrow the columns that may be the score by the rule. Return those left, and those it cannot choose between."""
    if total := _find_adjusted(named, columns) or _find_total(named):
        return [total], []
    named = prefer(named, lambda column: not _is_constant(column))
    left = prefer(named, lambda column: not is_of_other(column.name, period))
    own = left
    is_year = period is not None and period.isdigit()
    now = [column for column in left if not CUMULATED.search(column.name)]
    if not is_year and (_agree(ranks, now) or not _agree(ranks, left)):  # else the rank is that of the sum
        left = now or left
    is_cumulated = (
        any(CUMULATED.search(column.name) for column in own) and len(own) > 1 and not is_year
    )  # 本月得分 beside 累计得分: which of them counts, the notice does not say
    own_ranks = [each for each in ranks if not is_of_other(each.name, period)]
    left = prefer(left, lambda column: _agree(own_ranks, [column]))
    left = prefer(left, lambda column: FINAL.search(column.name) is not None)
    several = left
    left = prefer(left, lambda column: vocabulary.is_total(column.name.split(" ")[0]))
    is_sure = vocabulary.is_plain(left[-1].name) if left else True
    if len(left) == 1 < len(several) and not (is_sure or _agree(own_ranks, left) or _is_sum_of(left[0], columns)):
        return left, list(several)  # 问题合计 beside 得分
    left = prefer(left, lambda column: _is_sum_of(column, columns))
    return left, own if is_cumulated else left if len(left) > 1 else []


def _find_adjusted(named: Sequence[Column], columns: Sequence[Column]) -> Column | None:
    """Find the score that is another with its bonus and deductions: 合计 90, 加分 5, 扣分 0, 考核得分 95."""
    signs = [(column, found[0]) for column in columns if (found := ADJUSTS.search(column.name))]
    for base in named if signs else ():
        for column in named:
            rows = zip(base.values, column.values, *(each.values for each, _ in signs), strict=True)
            whole = [row for row in rows if None not in row[:2]]
            is_sum = all(_adjust(row[0], row[2:], [sign for _, sign in signs]) == round(row[1], 3) for row in whole)
            if column is not base and is_sum and len(whole) > 1:
                return column
    return None


def _adjust(score: float, values: Sequence[float | None], signs: Sequence[str]) -> float:
    changes = [
        abs(value or 0) if sign in BONUS else -abs(value or 0) for value, sign in zip(values, signs, strict=True)
    ]
    return round(score + sum(changes), 3)


def _is_constant(column: Column) -> bool:
    """Check whether a column gives all rows the same, as the full score does."""
    return len(column.values) >= FEWEST_ROWS and len(set(column.values)) == 1


def _find_total(named: Sequence[Column]) -> Column | None:
    """Find the column that is the sum of the other scores in every row, whatever it is called; none of months."""
    for column in named if named and len(named[0].values) >= FEWEST_ROWS else ():
        parts = [each for each in named if each is not column]
        if not any(SPAN.search(each.name) for each in parts) and _is_sum(column, parts):
            return column
    return None


def prefer(columns: Sequence[Column], is_better: Callable[[Column], bool]) -> list[Column]:
    return [column for column in columns if is_better(column)] or list(columns)


def _choose_unnamed(
    columns: Sequence[Column],
    ranks: Sequence[Column],
    rows: Sequence[ScoreRow],
    period: str | None,
    vocabulary: Vocabulary,
) -> tuple[list[Column], list[Problem]]:
    """Choose a score among figures under headings that we do not know: what the rank follows, else the only one."""
    unknown = [column for column in columns if read_meaning(column.name, vocabulary) is None]
    place, names = rows[0].place, "、".join(column.name for column in columns)
    followed = [column for column in unknown if _agree(ranks, [column])]
    if len(followed) > 1:  # the sum of the others, whatever its heading
        followed = prefer(followed, lambda column: _is_sum(column, [each for each in columns if each is not column]))
    if len(followed) == 1 and len(rows) >= FEWEST_ROWS:
        return followed, []
    if not columns or (ranks and not unknown):
        return [], []
    if len(columns) == 1 and period and not period.isdigit() and _find_named(columns[0].name, period) == period:
        return list(columns), []
    is_only = len(columns) == 1 and len(unknown) == 1
    if is_only and not OTHER_PERIOD.search(unknown[0].name):
        problem = note_problem("not_read", "unknown_score", place, "warning", heading=unknown[0].name)
        return unknown, [problem]
    return [], [note_problem("not_read", "no_score", place, "warning", columns=names)] if unknown else []


def _list_figures(table: ScoreTable, vocabulary: Vocabulary) -> list[Column]:
    """List the columns of a table that hold figures and nothing else, the score among them, as headed."""
    columns: list[Column] = []
    held = {name for row in table.rows for name in row.extra}
    scored = table.score_column if table.score_column not in held else None
    for name in table.columns:
        if name == scored:
            columns.append(Column(name, tuple(row.score for row in table.rows)))
        elif name in held and read_meaning(name, vocabulary) not in ("rank", "serial"):
            cells = [squeeze(row.extra[name]) if name in row.extra else None for row in table.rows]
            values = tuple(None if cell is None else read_figure(cell) for cell in cells)
            if all(value is not None or not cell for value, cell in zip(values, cells, strict=True)):
                columns.append(Column(name, values))
    return prefer(columns, lambda column: read_meaning(column.name, vocabulary) is not None or not _counts(column))


def _counts(column: Column) -> bool:
    """Check whether a column numbers the rows, or says the same of each, such as the year."""
    is_long = len(column.values) >= FEWEST_ROWS
    return is_long and (len(set(column.values)) == 1 or column.values == tuple(range(1, len(column.values) + 1)))


def _is_score(column: Column, rows: Sequence[ScoreRow]) -> bool:
    return column.values == tuple(row.score for row in rows) and any(value is not None for value in column.values)


def read_meaning(name: str, vocabulary: Vocabulary) -> str | None:
    """Return what a heading means, by its last level where there are several."""
    plain = name.split(" ")[0]
    return vocabulary.meaning_of(plain) or (vocabulary.meaning_of(plain.rpartition("/")[2]) if "/" in plain else None)


def list_ranks(table: ScoreTable, vocabulary: Vocabulary) -> list[Column]:
    ranks = []
    if any(row.rank is not None for row in table.rows):
        ranks.append(Column(table.rank_column or "", tuple(row.rank for row in table.rows)))
    for name in table.columns:
        if read_meaning(name, vocabulary) == "rank" and all(name in row.extra for row in table.rows):
            values = [read_ordinal(ASIDE.sub("", squeeze(row.extra[name]))) for row in table.rows]
            if None not in values:
                ranks.append(Column(name, tuple(values)))
    return ranks


def follows(rank: Column, score: Column) -> bool:
    """Check whether ranks follow scores in one direction, equal scores with equal or neighbouring ranks."""
    pairs = sorted((r, s) for r, s in zip(rank.values, score.values, strict=True) if r is not None and s is not None)
    values = [score for _, score in pairs]
    if len(pairs) < 2 or len(set(values)) < 2:
        return False
    return values in (sorted(values), sorted(values, reverse=True))


def _is_sum(column: Column, others: Sequence[Column]) -> bool:
    """Check whether a column is the sum of the others in every row."""
    if len(others) < 2:
        return False
    rows = zip(column.values, *(other.values for other in others), strict=True)
    return all(v is not None and None not in p and abs(v - sum(p)) < 0.011 for v, *p in rows)


def _is_sum_of(column: Column, columns: Sequence[Column]) -> bool:
    return _is_sum(column, [each for each in columns if each.name != column.name])


def is_of_other(name: str, period: str | None) -> bool:
    """Check whether a heading is of another period than the notice's, or a part of it: 上月得分, 5月 in June."""
    if OTHER_PERIOD.search(name):
        return True
    return period is not None and _find_named(name, period) not in (None, period[:4], period)


def _find_named(name: str, period: str) -> str | None:
    """Find the period that a heading names, of the notice's year where it names none."""
    return find_period(name if YEAR.search(name) else f"{period[:4]}年{name}")


def use_column(table: ScoreTable, role: str, current: str | None, wanted: Column) -> ScoreTable:
    """Return the table with another column as its score or rank (`role`); what was it is kept beside it."""
    if current == wanted.name:
        return table
    rows = []
    for row, value in zip(table.rows, wanted.values, strict=True):
        extra = {name: cell for name, cell in row.extra.items() if name != wanted.name}
        if current and (before := getattr(row, role)) is not None:
            extra[current] = f"{before:g}"
        changed: dict[str, Any] = {role: value, "extra": extra, "cells": swap_cells(row, role, wanted.name)}
        rows.append(replace(row, **changed))
    heading: dict[str, Any] = {f"{role}_column": wanted.name}
    return replace(table, rows=tuple(rows), **heading)


def swap_cells(row: ScoreRow, meaning: str, name: str) -> tuple[tuple[str, Line], ...]:
    """Return the cells of a row with the cell of the column `name` as its score or rank."""
    text = row.extra.get(name)
    swapped: list[tuple[str, Line]] = []
    is_found = False
    for kind, cell in row.cells:
        is_it = not is_found and kind == "extra" and text is not None and cell.key == squeeze(text)
        is_found = is_found or is_it
        swapped.append((meaning if is_it else "extra" if kind == meaning else kind, cell))
    return tuple(swapped)


def is_graded(row: ScoreRow) -> bool:
    """Check whether a cell of the row names its tier, and not the title above the rows."""
    return row.tier is not None and any(meaning == "tier" for meaning, _ in row.cells)
