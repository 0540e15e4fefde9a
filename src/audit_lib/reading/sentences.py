"""Read the scores and tiers that sentences state: 甲镇97分、乙局96分; 甲镇、乙局等2个单位为优秀等次."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from audit_lib.reading.documents import Line
from audit_lib.reading.layouts import HAN, read_ordinal
from audit_lib.reading.rows import ScoreRow
from audit_lib.reading.tier_lists import LONGEST_NAME, SEPARATOR, TierList, either
from audit_lib.reading.vocabulary import Vocabulary

CLAUSE = re.compile("[。;!?\uff1b](?![^(]*\\))")
BREAK = re.compile("[、,;:。\uff0c\uff1b\uff1a](?![^(]*\\))")
ORDINAL = r"(?:并列)?第(?:\d{1,4}|[一二三四五六七八九十百零]{1,7})名?"
POINTS = r"(?P<score>\d{1,3}(?:\.\d+)?)"
ITEM = re.compile(
    rf"(?P<rank>{ORDINAL})?[是为]?(?P<unit>[^\d()]*[^\d()各得](?:\([^\d()]+\))?)"
    rf"(?:\((?:得分|得)?{POINTS}分?\)|(?P<each>各)?(?:得分|得)?{POINTS.replace('score', 'points')}(?P<mark>[分条]))"
)
LEAD = re.compile(r".*(?:分别|依次|其中|前[一二三四五六七八九十\d]+名)?(?:是|为|有)")
YEAR = range(1900, 2100)


@dataclass(frozen=True)
class _Item:
    """A unit with the number that a sentence gives it: points, or a count of something else (`mark`)."""

    unit: str
    number: str
    mark: str
    rank: int | None
    place: str


def find_stated_scores(lines: tuple[Line, ...], vocabulary: Vocabulary) -> list[tuple[ScoreRow, ...]]:
    """Find runs of units with their scores in sentences, a run per paragraph or per block of numbered lines.

    A run has at least two units, most of them of a kind that we know, or ranks: 主动公开40分 is no unit's score.
    """
    runs: list[list[_Item]] = []
    before = -2
    for at, line in enumerate(lines):
        items = list(_read_items(line, vocabulary))
        if not items:
            continue
        if runs and at == before + 1 and items[0].rank is not None and runs[-1][-1].rank is not None:
            runs[-1] += items
        else:
            runs.append(items)
        before = at
    return [tuple(map(_make_row, run)) for run in runs if _is_run(run, vocabulary)]


def _read_items(line: Line, vocabulary: Vocabulary) -> Iterator[_Item]:
    names: list[str] = []
    rank: int | None = None
    for chunk in BREAK.split(line.aligned):
        match = ITEM.fullmatch(chunk)
        if match is None:
            alone = re.fullmatch(ORDINAL, chunk)
            rank = read_ordinal(chunk) if alone else None
            names = [] if alone or not HAN.search(chunk) or len(chunk) > LONGEST_NAME else [*names, chunk]
            continue
        number, mark = match["score"] or match["points"], match["mark"] or "分"
        given = read_ordinal(match["rank"]) if match["rank"] else rank
        units = [*names, match["unit"]] if match["each"] else [match["unit"]]
        names, rank = [], None
        if match["mark"] is None and "." not in number and int(number) in YEAR:
            continue
        for unit in units:
            yield _Item(_trim_lead(unit, vocabulary), number, mark, given, line.place)


def _trim_lead(name: str, vocabulary: Vocabulary) -> str:
    """Take off what leads to the first name of a list: 得分前两名的是甲镇 is 甲镇."""
    lead = LEAD.match(name)
    rest = name[lead.end() :] if lead else ""
    return rest if len(rest) > 1 and vocabulary.kind_of(rest) != "other" else name


def _is_run(items: list[_Item], vocabulary: Vocabulary) -> bool:
    known = sum(vocabulary.kind_of(item.unit) != "other" for item in items)
    ranked = sum(item.rank is not None for item in items)
    short = all(len(item.unit) <= LONGEST_NAME for item in items)
    return short and (len(items) > 1 or ranked > 0) and (2 * known > len(items) or ranked == len(items))


def _make_row(item: _Item) -> ScoreRow:
    is_score = item.mark == "分"
    score = float(item.number) if is_score else None
    extra = {} if is_score else {item.mark: item.number}
    return ScoreRow(item.unit, score, item.rank, None, None, None, item.place, extra)


def find_stated_tiers(lines: tuple[Line, ...], vocabulary: Vocabulary) -> Iterator[tuple[Line, TierList]]:
    """Yield each line whose sentences put units in a tier, named before or after them, with the list it states."""
    tier, noun = either(vocabulary.tier), either((*vocabulary.tier_noun, "级", "类"))
    counted = rf"(?:(?P<n>\d{{1,4}}|[一二三四五六七八九十]{{1,3}})个?(?:{either(vocabulary.counter)})+)?"
    verb = (
        r"(?:年度)?(?:综合)?(?:考核|考评|评定|评估|检查|测评|评价)?"
        r"(?:等级|等次|结果|档次)?(?:均|都)?被?(?:评定|确定|评|定|列)?"
    )
    after = re.compile(rf"(?P<list>.+?)(?:等)?{counted}(?:的)?{verb}为(?P<tier>{tier})(?:的?(?:{noun}))*")
    counter = either(vocabulary.counter)
    before = re.compile(
        rf".*?(?:为|获得?|达到|属于|^)(?P<tier>{tier})(?:的?(?:{noun}))*的?(?:{counter})*(?:共?有|是|为|包括)?{counted}"
        r"(?:[:,]|分别是|分别为|有|是|为)+(?P<list>.+)"
    )
    for line in lines:
        for clause in CLAUSE.split(line.aligned):
            match = after.fullmatch(clause) or before.fullmatch(clause)
            units = match and _split_units(match["list"], vocabulary)
            if match and units:
                stated = read_ordinal(match["n"]) if match["n"] else None
                yield line, TierList(match["tier"], stated, None, units, line.place)


def _split_units(text: str, vocabulary: Vocabulary) -> tuple[str, ...]:
    """Split 经考核,甲镇、乙局和丙局 into its names; nothing where it is no list of names."""
    listed = text.rsplit(",", 1)[-1].rsplit(":", 1)[-1]
    names = [name for name in SEPARATOR.split(listed) if name]
    if len(names) > 1 and (last := re.fullmatch(r"(.{2,}?)(?:和|以及|及)(.{2,})", names[-1])):
        both_known = all(vocabulary.kind_of(part) != "other" for part in last.groups())
        names[-1:] = last.groups() if both_known else names[-1:]
    is_list = len(names) > 1 or (names and vocabulary.kind_of(names[0]) != "other")
    named = all(HAN.search(name) and len(name) <= LONGEST_NAME and not re.search(r"\d", name) for name in names)
    return tuple(names) if is_list and named else ()
