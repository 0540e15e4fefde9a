"""Report what a notice says against itself: a unit in two lists, scores that no row has, ratings taken away."""

import re
from collections.abc import Iterator, Mapping, Sequence

from audit_lib.documents.model import Line, squeeze
from audit_lib.notices.grids.columns import NUMBER
from audit_lib.notices.grids.rows import Problem, note_problem
from audit_lib.notices.lists.tier_lists import TierList
from audit_lib.notices.row_doubts import find_repeated
from audit_lib.notices.score_tables import ScoreTable
from audit_lib.notices.sentences.clause_names import trim_lead, trim_tail
from audit_lib.notices.words.entries import POINTS, split_outside, strip_number
from audit_lib.notices.words.vocabulary import Vocabulary
from audit_lib.notices.words.word_lists import either

# What a sentence says of a unit that has no result.
EXCEPTED = "否决|[未不免缺](?:予|再|被)?(?:参[加与]|纳入|列入|确定|评|考|检|定)|取消|撤销|处理$"
CHANGED = r"(?:[降升]为|调整为|改为|应[为是])"  # before a tier or a score
REVOKES = re.compile("^(?:[^:]{0,2}[注正明]:)?(?:取消|撤销)?")  # 注: 更正: 说明:
GOVERNS = re.compile("[将要可应须对由](?!为|是)|负责|组织|办公室印发")  # who decides, and is not decided on
SCORE = re.compile(  # but the full marks of 组织管理(20分)18.5分
    rf"(?P<before>[^\d、,;。:]{{0,10}})(?<![\d.-])(?P<n>{POINTS})分(?![以及制之钟别类为管局段档]|\)得?\d)"
)
NO_SCORE = re.compile(
    "满|平均|[均每差高低过达扣加减共]|不足|以内|提高|上升|下降|相[差比]|最|基准|标准|应得|自评|去年|上[年期月]"
)
LONGEST_CLAUSE = 60  # characters


def find_listed_twice(tiers: Sequence[TierList], vocabulary: Vocabulary) -> Iterator[Problem]:
    """Yield the units that several lists of one scale name, or one list twice."""
    graded = [tier for tier in tiers if tier.series is None and vocabulary.may_grade(tier.tier) and not tier.is_apart]
    listed: dict[str, list[TierList]] = {}
    for tier in graded:
        for unit in tier.units:
            listed.setdefault(squeeze(unit), []).append(tier)
    for unit, found in listed.items():
        if len(found) > 1:
            facts = {"unit": unit, "lists": "、".join(tier.tier for tier in found)}
            yield note_problem("not_read", "listed_twice", found[-1].place, "warning", **facts)


def find_stated_twice(tables: Sequence[ScoreTable]) -> Iterator[Problem]:
    """Yield the units that sentences give several scores or ranks in one run: this year's and last year's."""
    for table in tables:
        yield from find_repeated(table.rows) if not table.columns else ()


def find_stated_only(
    counts: Mapping[str, int], prose: Sequence[Line], tables: Sequence[ScoreTable], tiers: Sequence[TierList]
) -> Iterator[Problem]:
    """Yield the tiers of which a sentence states a number of units, and no list or table names any."""
    listed = {tier.tier for tier in tiers} | {row.tier for table in tables for row in table.rows if row.tier}
    for tier, n in counts.items() if listed else ():
        if tier not in listed and n:
            place = next((line.place for line in prose if tier in line.aligned and str(n) in line.aligned), "")
            yield from [note_problem("not_read", "stated_only", place, "warning", tier=tier, n=n)] if place else []


def find_unused_scores(prose: Sequence[Line], tables: Sequence[ScoreTable]) -> Iterator[Problem]:
    """Yield the scores of a sentence that no row has, where others of the sentence were read: 分别得95分、93分."""
    used: dict[str, set[float]] = {}
    for row in (row for table in tables if not table.columns for row in table.rows):
        numbers = {float(cell) for cell in row.extra.values() if NUMBER.fullmatch(cell)}
        used.setdefault(row.place, set()).update(numbers | ({row.score} if row.score is not None else set()))
    for line in prose:
        for found in SCORE.finditer(line.aligned if used.get(line.place) else ""):
            if float(found["n"]) not in used[line.place] and not NO_SCORE.search(found["before"]):
                yield note_problem("not_read", "beside", line.place, "warning", found=found[0].strip("()"))


def find_excepted(prose: Sequence[Line], tiers: Sequence[TierList], vocabulary: Vocabulary) -> Iterator[Problem]:
    """Yield the units of which a sentence says that they have no result, or another one than a list gives them."""
    excepted, graded = vocabulary.cached(_compile_excepted)
    listed = [unit for tier in tiers for unit in tier.units]
    is_rated = any(vocabulary.may_grade(tier.tier) for tier in tiers)
    for line in prose:
        text = line.aligned
        if not (excepted.search(text) or (is_rated and vocabulary.has_tier(text))):
            continue
        for clause, _ in split_outside(text, ";。"):
            is_excepted = excepted.search(clause) is not None
            if len(clause) > LONGEST_CLAUSE or not (is_excepted or (is_rated and graded.search(clause))):
                continue
            said = REVOKES.sub("", strip_number(clause))
            unit = trim_tail(trim_lead(split_outside(said, "、,:")[0][0], vocabulary), vocabulary)
            rest = said.partition(unit)[2] if vocabulary.names_unit(unit) else ""
            is_named = bool(rest) and not GOVERNS.match(rest)
            if is_named and (is_excepted or not any(unit in each or each in unit for each in listed)):
                yield note_problem("not_read", "excepted", line.place, "warning", found=clause)


def _compile_excepted(vocabulary: Vocabulary) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return the patterns of what takes a result away or changes it, and of a clause that ends with a tier."""
    tier = either(vocabulary.long_tiers)
    return re.compile(rf"{EXCEPTED}|{CHANGED}(?:\d|{tier})"), re.compile(f"(?:{tier})(?:等次)?$")
