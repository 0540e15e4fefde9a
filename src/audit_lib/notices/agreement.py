"""Choose the columns of a table by what the notice says of itself, and take out rows that are no unit's.

The rule, in this order: the column asked for; of the notice's own period; not cumulated; the one that the printed rank
follows; the total, by its heading or as the sum of others. What remains undecided is named.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import mean

from audit_lib.documents.model import Line, squeeze
from audit_lib.notices.columns import read_figure, read_ordinal
from audit_lib.notices.names import MASK, lists_none, may_part, read_entries, split_outside, strip_marks
from audit_lib.notices.printed_periods import find_period
from audit_lib.notices.rows import Problem, ScoreRow, note_problem
from audit_lib.notices.score_tables import ScoreTable
from audit_lib.notices.vocabulary import Vocabulary

OTHER_PERIOD = re.compile("问卷|上个?[月年季期次周]|去年|同[期比]|往年|前次|环比|变化|增减|升降|变幅|较")
CUMULATED = re.compile(r"累计|累計|本年|全年|(?<![\d月])[1一]月?[-—–~至]\d")
MONTH = re.compile(r"(?<!\d)(\d{1,2})月")
YEAR = re.compile(r"(\d{4})年?(?!\d)")
SPAN = re.compile("[月季旬周年次期]")  # in the heading of what may add up over time
DECIMALS = re.compile(r"\.(\d+)")
COUNTED = re.compile(r"[(\uff08](\d+(?:\.\d+)?)(分)?[)\uff09]$")
SIGNS = "、,\uff0c;\uff1b"
LISTING = f"{SIGNS}·• \t\n\u3000"  # what may part the names that a cell lists
SUMMED = re.compile("[计計均]")
FEWEST_ROWS = 3  # from which on values tell an order


@dataclass(frozen=True)
class Column:
    """A column of figures beside the units: its heading and a value for each row, None where there is none."""

    name: str
    values: tuple[float | None, ...]


def settle_table(
    table: ScoreTable, period: str | None, chosen: str | None, vocabulary: Vocabulary
) -> tuple[ScoreTable, list[Problem]]:
    """Return the table with its score and rank chosen, its lists in cells split and its sums left out, and problems."""
    rows, counts = _split_cells(table.rows, vocabulary)
    table = replace(table, rows=tuple(map(_strip_bracket, rows)))
    table, problems = _choose_score(table, period, chosen, vocabulary)
    rows, sums = _leave_out_sums(table.rows, vocabulary)
    problems += [note_problem("row_no_unit", "no_unit", row.place, "note", found=row.unit) for row in sums]
    table = replace(table, rows=tuple(rows), sums=(*table.sums, *sums))
    problems += counts
    problems += check_mean(table)
    problems += _find_repeated(table.rows)
    for row in table.rows:
        if MASK.search(row.unit):
            problems.append(note_problem("not_read", "masked_name", row.place, "warning", found=row.unit))
    problems += [*_doubt_units(table, vocabulary), *_doubt_tiers(table, vocabulary), *_doubt_spaces(table)]
    return table, problems


# Rows.


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
            cells=row.cells if entry is entries[0] else (),
        )
        for entry in entries
    ]


def _strip_bracket(row: ScoreRow) -> ScoreRow:
    """Remove a bracketed number from a name, 天门市(2); one with 分 is the score where there is no other."""
    row = replace(row, unit=strip_marks(row.unit))
    match = COUNTED.search(row.unit)
    if match is None or match.start() == 0:
        return row
    score = float(match[1]) if row.score is None and match[2] else row.score
    return replace(row, unit=row.unit[: match.start()], score=score, extra=row.extra | {"()": match[1]})


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
    scores = [each.score for each in others]
    if row.score is None or None in scores or vocabulary.names_unit(row.unit):
        return False
    values = [score for score in scores if score is not None]
    is_alone = (row.serial, row.rank) == (None, None) != (others[0].serial, others[0].rank)
    is_unlike = all(vocabulary.names_unit(each.unit) for each in others)
    is_finer = _count_decimals(row) > max(map(_count_decimals, others))
    if not (is_alone or is_unlike or is_finer):
        return False
    step = 10 ** -_count_decimals(row)
    return bool(abs(row.score - mean(values)) <= step) or abs(row.score - sum(values)) < step / 2


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


def _doubt_units(table: ScoreTable, vocabulary: Vocabulary) -> Iterator[Problem]:
    """Yield what makes the names of a table doubtful: a heading that we know by its end alone, above no known name."""
    if not table.columns or any(vocabulary.kind_of(row.unit) != "other" for row in table.rows):
        return
    heading = table.unit_column or table.columns[0]
    if len(table.rows) == 1 or not vocabulary.is_plain(heading):
        facts = {"heading": heading, "found": table.rows[0].unit}
        yield note_problem("not_read", "doubtful_units", table.rows[0].place, "warning", **facts)


def _find_repeated(rows: Sequence[ScoreRow]) -> Iterator[Problem]:
    """Yield the units with several rows: scores of parts, or of several rounds."""
    counted = Counter(
        (squeeze(row.unit), row.group) for row in rows if row.serial is None and not MASK.search(row.unit)
    )
    for (unit, _), n in counted.items():
        if n > 1:
            place = next(row.place for row in rows if squeeze(row.unit) == unit)
            yield note_problem("not_read", "repeated", place, "warning", unit=unit, n=n)


def _doubt_spaces(table: ScoreTable) -> Iterator[Problem]:
    """Yield the units of a tier whose cell may hold two names with a space between."""
    for row in table.rows:
        named = dict(row.cells).get("unit") if row.tier and row.score is None else None
        if named and may_part(named.text) and named.key == squeeze(row.unit):
            yield note_problem("not_read", "unlike", row.place, "warning", found=row.unit)


def _doubt_tiers(table: ScoreTable, vocabulary: Vocabulary) -> Iterator[Problem]:
    """Yield the tiers that neither their heading nor their words confirm."""
    tiers = dict.fromkeys(row.tier for row in table.rows if _is_graded(row))
    is_headed = any(_means(column, vocabulary) == "tier" for column in table.columns)
    if not is_headed and table.columns and tiers and not vocabulary.tier.keys() >= set(tiers):
        yield note_problem("not_read", "new_tiers", table.rows[0].place, "warning", tiers="、".join(map(str, tiers)))


def _is_graded(row: ScoreRow) -> bool:
    """Check whether a cell of the row names its tier, and not the title above the rows."""
    return row.tier is not None and any(meaning == "tier" for meaning, _ in row.cells)


# Columns.


def _choose_score(
    table: ScoreTable, period: str | None, chosen: str | None, vocabulary: Vocabulary
) -> tuple[ScoreTable, list[Problem]]:
    rows = table.rows
    if not table.columns or not rows:
        return table, []
    columns = _list_figures(table, vocabulary)
    scored = sorted(columns, key=lambda column: column.name != table.score_column)
    current = next((column.name for column in scored if _is_score(column, rows)), None)
    if chosen is not None:
        wanted = next((column for column in columns if squeeze(column.name) == squeeze(chosen)), None)
        if wanted is not None:
            return _use_score(table, current, wanted), []
    named = [c for c in columns if _means(c.name, vocabulary) == "score" or c.name == current]
    left, doubtful = _narrow(named, columns, table, period, vocabulary)
    problems: list[Problem] = []
    own = [c for c in columns if not _is_of_other(c.name, period) and not CUMULATED.search(c.name)]
    if not set(own).intersection(left) and not any(map(_is_graded, rows)):
        unnamed, problems = _choose_unnamed([c for c in own if c not in named], table, period, vocabulary)
        left, doubtful = (unnamed, []) if unnamed else (left, left if problems else doubtful)
    if not left:
        return _choose_rank(table, None, period, vocabulary), problems
    ranks = _list_ranks(table, vocabulary)
    others = [c for c in own if c not in left and _means(c.name, vocabulary) is None]
    if len(left) == 1 and len(rows) >= FEWEST_ROWS and not _agree(ranks, left) and _agree(ranks, others):
        left = doubtful = [*(c for c in others if _agree(ranks, [c])), *left]
    elif len(left) == 1 and period is None and others and MONTH.search(left[0].name):
        left = doubtful = [*others, *left]
    wanted = left[-1] if current not in {column.name for column in left} else _find(left, current)
    if doubtful:
        facts = {"columns": "、".join(column.name for column in doubtful), "read": wanted.name}
        problems.append(note_problem("not_read", "score_column", rows[0].place, "warning", **facts))
    table = _use_score(table, current, wanted)
    return _choose_rank(table, wanted, period, vocabulary), problems


def _agree(ranks: Sequence[Column], columns: Sequence[Column]) -> bool:
    """Check whether a rank follows one of the columns."""
    return any(_follows(rank, column) for rank in ranks for column in columns)


def _find(columns: Sequence[Column], name: str | None) -> Column:
    return next(column for column in columns if column.name == name)


def _narrow(
    named: Sequence[Column], columns: Sequence[Column], table: ScoreTable, period: str | None, vocabulary: Vocabulary
) -> tuple[list[Column], list[Column]]:
    """Narrow the columns that may be the score by the rule. Gives what is left, and what it leaves open."""
    if total := _find_total(named):
        return [total], []
    left = _prefer(named, lambda column: not _is_of_other(column.name, period))
    own = left
    is_year = period is not None and period.isdigit()
    left = left if is_year else _prefer(left, lambda column: not CUMULATED.search(column.name))
    is_cumulated = len(left) < len(own)  # 本月得分 beside 累计得分: which of them counts, the notice does not say
    if len(left) > 1:
        ranks = [each for each in _list_ranks(table, vocabulary) if not _is_of_other(each.name, period)]
        left = _prefer(left, lambda column: any(_follows(rank, column) for rank in ranks))
    if len(left) > 1:
        left = _prefer(left, lambda column: vocabulary.is_total(column.name.split(" ")[0]))
    if len(left) > 1:
        left = _prefer(left, lambda column: _is_sum(column, [each for each in columns if each.name != column.name]))
    return left, own if is_cumulated else left if len(left) > 1 else []


def _find_total(named: Sequence[Column]) -> Column | None:
    """Find the column that is the sum of the other scores in every row, whatever it is called; none of months."""
    for column in named if named and len(named[0].values) >= FEWEST_ROWS else ():
        parts = [each for each in named if each is not column]
        if not any(SPAN.search(each.name) for each in parts) and _is_sum(column, parts):
            return column
    return None


def _prefer(columns: Sequence[Column], is_better: Callable[[Column], bool]) -> list[Column]:
    return [column for column in columns if is_better(column)] or list(columns)


def _choose_unnamed(
    columns: Sequence[Column], table: ScoreTable, period: str | None, vocabulary: Vocabulary
) -> tuple[list[Column], list[Problem]]:
    """Choose a score among figures under headings that we do not know: what the rank follows, else the only one."""
    unknown = [column for column in columns if _means(column.name, vocabulary) is None]
    place, names = table.rows[0].place, "、".join(column.name for column in columns)
    ranks = _list_ranks(table, vocabulary)
    followed = [column for column in unknown if any(_follows(rank, column) for rank in ranks)]
    if len(followed) == 1 and len(table.rows) >= FEWEST_ROWS:
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
    scored = _name_score(table, held)
    for name in table.columns:
        if name == scored:
            columns.append(Column(name, tuple(row.score for row in table.rows)))
        elif name in held and _means(name, vocabulary) not in ("rank", "serial"):
            cells = [squeeze(row.extra[name]) if name in row.extra else None for row in table.rows]
            values = tuple(None if cell is None else read_figure(cell) for cell in cells)
            if all(value is not None or not cell for value, cell in zip(values, cells, strict=True)):
                columns.append(Column(name, values))
    return columns


def _name_score(table: ScoreTable, held: set[str]) -> str | None:
    """Name the column that was read as the score."""
    return table.score_column if table.score_column not in held else None


def _is_score(column: Column, rows: Sequence[ScoreRow]) -> bool:
    return column.values == tuple(row.score for row in rows) and any(value is not None for value in column.values)


def _means(name: str, vocabulary: Vocabulary) -> str | None:
    """Return what a heading means, by its last level where there are several."""
    plain = name.split(" ")[0]
    return vocabulary.meaning_of(plain) or vocabulary.meaning_of(plain.rpartition("/")[2])


def _list_ranks(table: ScoreTable, vocabulary: Vocabulary) -> list[Column]:
    ranks = []
    if any(row.rank is not None for row in table.rows):
        ranks.append(Column(table.rank_column or "", tuple(row.rank for row in table.rows)))
    for name in table.columns:
        if _means(name, vocabulary) == "rank" and all(name in row.extra for row in table.rows):
            values = [read_ordinal(squeeze(row.extra[name]).split("(")[0]) for row in table.rows]
            if None not in values:
                ranks.append(Column(name, tuple(values)))
    return ranks


def _follows(rank: Column, score: Column) -> bool:
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


def _is_of_other(name: str, period: str | None) -> bool:
    """Check whether a heading is of another period than the notice's, or a part of it: 上月得分, 5月 in June."""
    if OTHER_PERIOD.search(name):
        return True
    return period is not None and _find_named(name, period) not in (None, period[:4], period)


def _find_named(name: str, period: str) -> str | None:
    """Find the period that a heading names, of the notice's year where it names none."""
    return find_period(name if YEAR.search(name) else f"{period[:4]}年{name}")


def _use_score(table: ScoreTable, current: str | None, wanted: Column) -> ScoreTable:
    """Return the table with another column as its score; what was it is kept beside it."""
    if current == wanted.name:
        return table
    rows = []
    for row, value in zip(table.rows, wanted.values, strict=True):
        extra = {name: cell for name, cell in row.extra.items() if name != wanted.name}
        if current is not None and row.score is not None:
            extra[current] = f"{row.score:g}"
        rows.append(replace(row, score=value, extra=extra, cells=_swap(row, "score", wanted.name)))
    return replace(table, rows=tuple(rows), score_column=wanted.name)


def _choose_rank(table: ScoreTable, score: Column | None, period: str | None, vocabulary: Vocabulary) -> ScoreTable:
    """Return the table with the rank of its score where several are printed: under its heading, or in its order."""
    ranks = _list_ranks(table, vocabulary)
    if len(ranks) < 2 or not ranks[0].values:
        return table
    current, series = ranks[0].name, (score.name.rpartition("/")[0] if score else "")
    fitting = _prefer(ranks, lambda rank: not _is_of_other(rank.name, period))
    fitting = _prefer(fitting, lambda rank: not CUMULATED.search(rank.name))
    if score:
        fitting = _prefer(fitting, lambda rank: bool(series) and rank.name.rpartition("/")[0] == series)
        fitting = _prefer(fitting, lambda rank: _follows(rank, score))
    wanted = fitting[0] if current not in {rank.name for rank in fitting} else ranks[0]
    if wanted is ranks[0]:
        return table
    rows = []
    for row, value in zip(table.rows, wanted.values, strict=True):
        extra = {name: cell for name, cell in row.extra.items() if name != wanted.name}
        extra |= {current: str(row.rank)} if current and row.rank is not None else {}
        rank = None if value is None else int(value)
        rows.append(replace(row, rank=rank, extra=extra, cells=_swap(row, "rank", wanted.name)))
    return replace(table, rows=tuple(rows), rank_column=wanted.name)


def _swap(row: ScoreRow, meaning: str, name: str) -> tuple[tuple[str, Line], ...]:
    """Return the cells of a row with the cell of the column `name` as its score or rank."""
    text = row.extra.get(name)
    swapped: list[tuple[str, Line]] = []
    is_found = False
    for kind, cell in row.cells:
        is_it = not is_found and kind == "extra" and text is not None and cell.key == squeeze(text)
        is_found = is_found or is_it
        swapped.append((meaning if is_it else "extra" if kind == meaning else kind, cell))
    return tuple(swapped)
