"""Make tables of the scores and ranks that sentences and lists state, and mark lists of another matter than they."""

from collections.abc import Sequence
from dataclasses import replace

from audit_lib.documents.model import Document, Line, squeeze
from audit_lib.notices.grids.rows import Problem, ScoreRow, note_problem
from audit_lib.notices.lists.tier_lists import TierList
from audit_lib.notices.mentions import Heading, parse_heading
from audit_lib.notices.score_tables import ScoreTable
from audit_lib.notices.sentences.scored import find_stated_scores
from audit_lib.notices.words.vocabulary import Vocabulary


def add_stated_scores(
    tables: tuple[ScoreTable, ...], tiers: tuple[TierList, ...], prose: tuple[Line, ...], vocabulary: Vocabulary
) -> tuple[tuple[ScoreTable, ...], list[Problem]]:
    """Add a table for each run of scores in sentences or tier lists, but for those that only repeat a table."""
    printed = {squeeze(row.unit) for table in tables for row in table.rows}
    runs, problems = find_stated_scores(prose, vocabulary)
    runs += [tuple(row for tier in tiers for row in tier.rows)] if any(tier.scores for tier in tiers) else []
    runs += _join_ranks([tuple(tier.rows) for tier in tiers if tier.ranks and not tier.scores])
    repeated: set[str] = set()
    for rows in runs:
        if {squeeze(row.unit) for row in rows} <= printed:
            repeated |= {row.place for row in rows}
        else:
            if printed:
                facts = {"n": len(rows), "found": rows[0].unit}
                problems.append(note_problem("not_read", "text_scores", rows[0].place, "warning", **facts))
            tables += (ScoreTable(len(tables) + 1, None, (), (), rows),)
    return tables, [problem for problem in problems if problem.place not in repeated]


def _join_ranks(lists: Sequence[tuple[ScoreRow, ...]]) -> list[tuple[ScoreRow, ...]]:
    """Join lists whose ranks go on from the one before: 第一名:甲县 and 第二名:乙县."""
    runs: list[tuple[ScoreRow, ...]] = []
    for rows in lists:
        if runs and (rows[0].rank or 0) > (runs[-1][-1].rank or 0):
            runs[-1] += rows
        else:
            runs.append(rows)
    return runs


def part_matters(
    document: Document, tables: Sequence[ScoreTable], tiers: Sequence[TierList], vocabulary: Vocabulary
) -> tuple[tuple[TierList, ...], list[Problem]]:
    """Mark tier lists of another matter: their section is not that of the scores. 一、河长制 … 二、林长制 …."""
    section = None
    sections: dict[str, Heading | None] = {}
    for line in document.lines:
        heading = parse_heading(line)
        section = heading if heading and heading.level == "section" else section
        sections[line.place] = section
    scored = {sections.get(row.place) for table in tables for row in table.rows if row.score is not None}
    listed = {sections.get(tier.place) for tier in tiers if not tier.scores}
    units = {row.unit for table in tables for row in table.rows}
    is_one = None in scored | listed or not scored or not listed or bool(scored & listed)
    is_one = is_one or not all(heading and heading.text.endswith(vocabulary.matter) for heading in scored | listed)
    if is_one or units.isdisjoint(unit for tier in tiers for unit in tier.units):
        return tuple(tiers), []
    apart = [replace(tier, is_apart=not tier.scores) for tier in tiers]
    named = next(tier for tier in apart if tier.is_apart)
    heading = sections[named.place]
    label = heading.text if heading else ""
    return tuple(apart), [note_problem("not_read", "series", named.place, "warning", label=label)]
