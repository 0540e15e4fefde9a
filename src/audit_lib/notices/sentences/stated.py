"""Read the tiers that sentences state: 甲镇、乙局等2个单位为优秀等次."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from audit_lib.documents.model import Line
from audit_lib.notices.grids.rows import Problem, note_problem
from audit_lib.notices.lists.tier_heads import YEAR
from audit_lib.notices.lists.tier_lists import TierList
from audit_lib.notices.sentences.clause_names import split_units
from audit_lib.notices.sentences.graded_names import Stated, find_pairs
from audit_lib.notices.sentences.tier_clauses import (
    GIVING,
    LED,
    TOWARDS,
    Hit,
    TierPattern,
    compile_verdict,
    drop_shared_ends,
    join_groups,
    split_clauses,
)
from audit_lib.notices.words.dates import read_numeral
from audit_lib.notices.words.entries import Entry, split_outside
from audit_lib.notices.words.vocabulary import Vocabulary
from audit_lib.notices.words.word_lists import LONGEST_NAME

GRANTED = "获〈"  # before a label that stands in quotation marks
RATING = re.compile("评为|获评")


@dataclass(frozen=True)
class StatedTiers:
    """What sentences say of tiers: lists of units, and numbers without any names."""

    lists: tuple[TierList, ...]
    counts: dict[str, int]
    problems: tuple[Problem, ...] = ()

    def complete(self, tiers: Iterable[TierList]) -> Iterator[TierList]:
        """Return printed lists the number that a sentence states where their heading states none."""
        for tier in tiers:
            yield replace(tier, stated=self.counts.get(tier.tier)) if tier.stated is None else tier

    def explains(self, problem: Problem) -> bool:
        """Check whether a heading without a list below it heads sentences that state one: 一、优秀等次."""
        heading = str(problem.phrase.facts.get("heading", "")) if problem.phrase.key == "problems.no_list" else ""
        return any(each.tier in heading for each in self.lists)

    def find_new(self, printed: Iterable[TierList], vocabulary: Vocabulary) -> Iterator[TierList]:
        """Yield the lists that do not only repeat names of printed lists of their tier, or praise rated units."""
        named = {(tier.tier, unit) for tier in printed for unit in tier.units}
        verdict = vocabulary.cached(compile_verdict)
        rated = {unit for _, unit in named}.union(
            *(each.units for each in self.lists if not verdict.fullmatch(each.tier))
        )
        for listed in self.lists:
            is_again = {(listed.tier, unit) for unit in listed.units} <= named
            if not is_again and not (verdict.fullmatch(listed.tier) and rated.issuperset(listed.units)):
                yield listed


_Found: TypeAlias = tuple[Stated, Collection[str | None]]


class _Survey:
    """The tiers of all clauses of a notice, by which each clause is judged.

    `found` are the clauses, each with the tiers that the lines around it state.
    """

    def __init__(self, found: Sequence[_Found], vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.listed = {each.tier for each, _ in found if _tier_of(each)}
        self.sure = {each.tier for each, _ in found if each.is_known or (each.stated is not None and self.names(each))}
        self.links = {
            each.link
            for each, tiers in found
            if len(each.link) > 1 and each.entries and (each.is_known or (len(tiers) > 1 and self.names(each)))
        }
        self.known_links = {each.link for each, _ in found if each.is_known and each.entries}
        self.series: dict[str, set[str]] = {}
        for each, _ in found:
            self.series.setdefault(each.tier, set()).add(each.series)

    def names(self, each: Stated) -> bool:
        """Check whether all before a tier are names of a known kind, or as many as are stated."""
        is_counted = each.stated == len(each.entries)
        return not each.rest and (is_counted or all(self.vocabulary.names_unit(e.unit) for e in each.entries))

    def is_step(self, tier: str) -> bool:
        """Check whether a tier is a step of a scale: others end alike, 绿榜 and 黄榜."""
        is_kind = tier.endswith(self.vocabulary.steps)
        return is_kind and any(other != tier and other[-1] == tier[-1] for other in self.listed)

    def is_sure(self, each: Stated) -> bool:
        """Check whether what stands before a tier are names for certain."""
        is_proven = each.link in self.links or each.tier in self.sure or self.is_step(each.tier)
        return self.names(each) or (is_proven and not each.rest)

    def is_about_tier(self, each: Stated, tiers: Collection[str | None]) -> bool:
        """Check whether a clause is about a tier at all, read or not."""
        if each.is_known or each.stated is not None or self.is_sure(each):
            return True
        is_like = bool(each.rest) and each.link not in GIVING and self.vocabulary.has_tier(each.tier)  # 基本合格
        is_beside = len(each.entries) > 1 and each.link in self.known_links and len(tiers) > 1
        return is_like or is_beside or each.link in self.links or self.is_step(each.tier)

    def is_tier(self, each: Stated, tiers: Collection[str | None]) -> bool:
        """Check whether a clause names the units of a tier."""
        if each.is_known:
            return True
        is_label = each.link == LED or each.tier.endswith(self.vocabulary.steps) or bool(RATING.search(each.link))
        is_counted = each.stated == len(each.entries) and is_label
        is_beside = each.tier in tiers and len(tiers) > 1
        return self.is_sure(each) and (is_counted or is_beside or self.is_step(each.tier))

    def is_alone(self, each: Stated, tiers: Iterable[str | None]) -> bool:
        """Check whether nothing but the labels beside an unknown tier says that it is one."""
        if each.link == LED:
            return True
        has_grade = any(tier is not None and self.vocabulary.may_grade(tier) for tier in tiers)
        return not (each.is_known or has_grade or self.is_step(each.tier))


def find_stated_tiers(lines: Iterable[Line], vocabulary: Vocabulary) -> StatedTiers:
    """Find the sentences that put units in a tier, which they name before or after them: 甲镇、乙局为优秀等次.

    An unknown word is a tier where all before it are names and another tier is stated the same way.
    """
    lines = list(lines)
    pairs, problems = find_pairs(lines, vocabulary)
    read = [pairs.get(at) or list(_read_line(line, vocabulary)) for at, line in enumerate(lines)]
    around = [
        {*map(_tier_of, (*before, *here, *after))}
        for before, here, after in zip([[], *read], read, [*read[1:], []], strict=False)
    ]
    found = [(each, tiers - {None}) for stated, tiers in zip(read, around, strict=True) for each in stated]
    survey = _Survey(found, vocabulary)
    lists: list[TierList] = []
    counts: dict[str, set[int]] = {}
    for each, tiers in found:
        if not survey.is_about_tier(each, tiers):
            continue
        if each.entries and survey.is_tier(each, tiers):
            if survey.is_alone(each, tiers) and each.tier not in {listed.tier for listed in lists}:
                problems.append(note_problem("not_read", "new_tier", each.place, "warning", tier=each.tier))
            for unit in (entry.unit for entry in each.entries if entry.is_doubtful):
                problems.append(note_problem("not_read", "unlike", each.place, "warning", found=unit))
            label = each.series if len(survey.series[each.tier]) > 1 else None
            units = tuple(entry.unit for entry in each.entries)
            lists.append(TierList(each.tier, each.stated, label or None, units, each.place, each.place))
        elif not each.is_known and each.entries and len(tiers) > 1:
            each.rest.extend(entry.unit for entry in each.entries)
        elif each.stated is not None and not each.rest:
            counts.setdefault(each.tier, set()).add(each.stated)
            continue
        for piece in each.rest if len(tiers) > 1 or each.entries or each.is_known else ():
            facts = {"found": piece, "tier": each.tier}
            problems.append(note_problem("list_unread", "in_list", each.place, "warning", **facts))
    lists = list(_mark_series(lists, problems))
    stated_once = {tier: numbers.pop() for tier, numbers in counts.items() if len(numbers) == 1}
    return StatedTiers(tuple(lists), stated_once, tuple(problems))


def _mark_series(lists: Sequence[TierList], problems: list[Problem]) -> Iterator[TierList]:
    """Yield lists with their assessment where several rate the same units, and report all but the first."""
    assessments: dict[str, set[str]] = {}
    for listed in lists:
        if listed.label:
            assessments.setdefault(listed.label, set()).update(listed.units)
    first, *others = assessments or [""]
    if not any(assessments[first] & assessments[label] for label in others):
        yield from lists
        return
    for label in others:
        place = next(listed.place for listed in lists if listed.label == label)
        problems.append(note_problem("not_read", "series", place, "warning", label=label))
    for listed in lists:
        yield replace(listed, series=listed.label)


def _tier_of(each: Stated) -> str | None:
    return each.tier if each.entries or each.rest else None


def _read_line(line: Line, vocabulary: Vocabulary) -> Iterator[Stated]:
    pattern = vocabulary.cached(TierPattern)
    if not pattern.hint.search(line.aligned):
        return
    hits = [hit for clause in split_clauses(line.aligned, vocabulary) for hit in pattern.find(clause)]
    read = [
        _read_hit(hit, names, line.place, vocabulary)
        for hit, names in zip(hits, drop_shared_ends(hits, vocabulary), strict=True)
    ]
    lengths = {len(entry.unit) for each in read if each.stated == len(each.entries) for entry in each.entries}
    links = {each.link for each in read if each.stated == len(each.entries)}
    for each in read:  # 青海、宁夏等2个地区为一级;海南为二级
        if not each.entries and len(each.rest) == 1 and each.link in links and len(each.rest[0]) in lengths:
            each.entries.append(Entry(each.rest.pop()))
        elif not each.entries and each.stated:
            each.rest.clear()  # 共有2个县为优秀
    yield from read


def _read_hit(hit: Hit, text: str, place: str, vocabulary: Vocabulary) -> Stated:
    """Read the names of a hit, whose number may stand after each group of them."""
    if hit.is_denied:
        return Stated(vocabulary.name_tier(hit.tier), hit.is_known, [], [text], None, place, hit.link)
    text = "" if text.endswith("对") else text  # 省政府对9个获得A等次的县给予表扬
    if hit.above.endswith("的") and not vocabulary.names_unit(split_outside(text, "、,")[-1][0]):
        text = ""  # 成效较好的为第二档 says what the tier is
    if hit.link == "给予" and not TOWARDS.match(text.rpartition(",")[2]):
        text = ""  # who gives: 对考核优胜的,县委给予通报表扬
    names, more, last = join_groups(TOWARDS.sub("", text) if hit.link in GIVING else text)
    if more and not hit.number and "、" not in last and not vocabulary.names_unit(last):
        names, last = names.removesuffix("、"), ""  # 甲、乙等2个县排名靠前,评为优秀
    number = read_numeral(hit.number) or 0 if hit.number else 0
    stated = number + more if hit.number or (more and not last) else None
    entries, rest = split_units(names + last, vocabulary, stated)
    if hit.link == GRANTED and not entries and not rest:
        rest = [text]  # what a quoted label is given to
    if hit.is_known and hit.link and not (entries or rest or number):
        rest = list(_find_unread(text, vocabulary))
    label = vocabulary.last_nouns.sub("", hit.tier) or hit.tier if hit.link == GRANTED else hit.tier
    tier = vocabulary.name_tier(YEAR.sub("", label))
    return Stated(tier, hit.is_known, entries, rest, stated, place, hit.link, hit.series)


def _find_unread(text: str, vocabulary: Vocabulary) -> Iterator[str]:
    """Yield what stands last before a tier and ends in a name that is not read: 检查的1所学校暨甲学校,被评为优秀."""
    last = re.split("[、,的]", text.rstrip(","))[-1]
    if len(last) > LONGEST_NAME and any(vocabulary.names_unit(last[at:]) for at in range(len(last) - 2)):
        yield last
