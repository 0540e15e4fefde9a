"""Choose the columns of rank and rating where several are printed: of the notice's own period, of the score, of all."""

import re
from dataclasses import replace

from audit_lib.notices.grids.rows import Problem, note_problem
from audit_lib.notices.score_column import (
    CUMULATED,
    Column,
    follows,
    is_of_other,
    list_ranks,
    prefer,
    read_meaning,
    swap_cells,
    use_column,
)
from audit_lib.notices.score_tables import ScoreTable
from audit_lib.notices.words.vocabulary import Vocabulary
from audit_lib.notices.words.word_lists import BRACKETED

MOVES = re.compile("升降|上升|下降|进退|进位|变动|变化|增减|[增降涨跌]幅|较")  # of a rank, and no rank
WHOLE = re.compile("总|综合|最[终后]")  # of several ratings the one of all


def choose_rank(table: ScoreTable, period: str | None, vocabulary: Vocabulary) -> ScoreTable:
    """Return the table with the rank of its score where several are printed: under its heading, or in its order."""
    ranks, scores = list_ranks(table, vocabulary), tuple(row.score for row in table.rows)
    score = Column(table.score_column or "", scores) if any(value is not None for value in scores) else None
    plain = BRACKETED.sub("", ranks[0].name) if ranks else ""  # 名次[上季度]
    if len(ranks) == 1 and (MOVES.search(plain) or is_of_other(plain, period)):
        return _drop_rank(table, ranks[0].name)
    if len(ranks) < 2:
        return table
    series = score.name.rpartition("/")[0] if score else ""
    fitting = prefer(ranks, lambda rank: not is_of_other(rank.name, period) and not MOVES.search(rank.name))
    fitting = prefer(fitting, lambda rank: not CUMULATED.search(rank.name))
    fitting = prefer(fitting, lambda rank: max((value or 0) for value in rank.values) <= len(rank.values))  # of these
    if score:
        fitting = prefer(fitting, lambda rank: bool(series) and rank.name.rpartition("/")[0] == series)
        fitting = prefer(fitting, lambda rank: follows(rank, score))
    return table if ranks[0] in fitting else use_column(table, "rank", ranks[0].name, fitting[0])


def _drop_rank(table: ScoreTable, heading: str) -> ScoreTable:
    """Return the table with what its rank column prints kept beside it: last month's rank is none of this notice."""
    if table.rank_column != heading:
        return table
    rows = tuple(
        replace(row, rank=None, extra=row.extra | ({} if row.rank is None else {heading: str(row.rank)}))
        for row in table.rows
    )
    return replace(table, rows=rows, rank_column=None)


def choose_tier(table: ScoreTable, period: str | None, vocabulary: Vocabulary) -> tuple[ScoreTable, list[Problem]]:
    """Return the table with the rating of its own period and of the whole, and a problem where several may be it."""
    names = [name for name in table.columns if read_meaning(name, vocabulary) == "tier"]
    held = {name for row in table.rows for name in row.extra}
    current = next((name for name in names if name not in held), None)
    if len(names) < 2 or current is None:
        return table, []
    fitting = [name for name in names if not is_of_other(name, period)] or names
    fitting = [name for name in fitting if WHOLE.search(name)] or fitting
    wanted = current if current in fitting else fitting[0]
    problems = []
    if len(fitting) > 1:
        facts = {"columns": "、".join(fitting), "read": wanted}
        problems.append(note_problem("not_read", "other_tiers", table.rows[0].place, "warning", **facts))
    if wanted == current:
        return table, problems
    rows = []
    for row in table.rows:
        extra = {name: cell for name, cell in row.extra.items() if name != wanted}
        extra |= {current: row.tier} if row.tier else {}
        rows.append(replace(row, tier=row.extra.get(wanted), extra=extra, cells=swap_cells(row, "tier", wanted)))
    return replace(table, rows=tuple(rows)), problems
