"""Read the tiers that sentences state: 甲镇、乙局等2个单位为优秀等次."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from audit_lib.documents.model import Line, squeeze
from audit_lib.notices.clause_names import split_units, trim_lead
from audit_lib.notices.dates import read_numeral
from audit_lib.notices.names import (
    ASIDE,
    CLAUSE_ENDS,
    Entry,
    is_name,
    lists_none,
    look_like_units,
    split_outside,
    strip_number,
)
from audit_lib.notices.rows import Problem, note_problem
from audit_lib.notices.tier_clauses import (
    GIVING,
    LED,
    QUOTED,
    TOWARDS,
    Hit,
    TierPattern,
    compile_verdict,
    drop_shared_ends,
    join_groups,
    split_clauses,
)
from audit_lib.notices.tier_heads import YEAR
from audit_lib.notices.tier_lists import TierList
from audit_lib.notices.vocabulary import Vocabulary
from audit_lib.notices.vocabulary_words import LONGEST_NAME

GRANTED = "获〈"  # before a label that stands in quotation marks
RATING = re.compile("评为|获评")
GRADED = re.compile("(?P<unit>[^:]+):(?P<word>[\u4e00-\u9fff]{1,4})")


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


@dataclass(frozen=True)
class _Stated:
    """What one clause says of one tier: its names, what stands among them, and how many it states."""

    tier: str
    is_known: bool
    entries: list[Entry]
    rest: list[str]
    stated: int | None
    place: str
    link: str = ""  # the words that lead to the tier: 被评为
    series: str = ""  # what was assessed, between them: 耕地保护考核


def find_stated_tiers(lines: Iterable[Line], vocabulary: Vocabulary) -> StatedTiers:
    """Find the sentences that put units in a tier, which they name before or after them: 甲镇、乙局为优秀等次.

    A word that we do not know is a tier where all before it are names and another tier is stated the same way.
    """
    lines = list(lines)
    pairs = _find_pairs(lines, vocabulary)
    read = [pairs.get(at) or list(_read_line(line, vocabulary)) for at, line in enumerate(lines)]
    around = [
        {*map(_tier_of, (*before, *here, *after))}
        for before, here, after in zip([[], *read], read, [*read[1:], []], strict=False)
    ]
    found = [(each, tiers - {None}) for stated, tiers in zip(read, around, strict=True) for each in stated]
    listed = {each.tier for each, _ in found if _tier_of(each)}
    series: dict[str, set[str]] = {}
    for each, _ in found:
        series.setdefault(each.tier, set()).add(each.series)
    lists: list[TierList] = []
    counts: dict[str, set[int]] = {}
    problems: list[Problem] = []
    sure = {
        each.tier for each, _ in found if each.is_known or (each.stated is not None and _are_names(each, vocabulary))
    }
    links = {
        each.link
        for each, tiers in found
        if len(each.link) > 1 and each.entries and (each.is_known or (len(tiers) > 1 and _are_names(each, vocabulary)))
    }
    for each, tiers in found:
        is_step = each.tier.endswith(vocabulary.steps) and any(
            tier != each.tier and tier[-1] == each.tier[-1] for tier in listed
        )
        is_sure = _are_names(each, vocabulary) or (
            (each.link in links or is_step or each.tier in sure) and not each.rest
        )
        is_like = (
            is_step
            or each.link in links
            or (
                each.rest and each.link not in GIVING and vocabulary.has_tier(each.tier)  # 基本合格
            )
        )
        if not (each.is_known or is_sure or is_like) and each.stated is None:
            continue
        is_label = each.link == LED or each.tier.endswith(vocabulary.steps) or RATING.search(each.link) is not None
        is_counted = each.stated == len(each.entries) and is_label
        is_new = is_sure and (is_counted or is_step or (each.tier in tiers and len(tiers) > 1))
        if each.entries and (each.is_known or is_new):
            is_alone = not (
                each.is_known or is_step or any(tier is not None and vocabulary.may_grade(tier) for tier in tiers)
            )
            if (each.link == LED or is_alone) and each.tier not in {units.tier for units in lists}:
                problems.append(note_problem("not_read", "new_tier", each.place, "warning", tier=each.tier))
            units = tuple(entry.unit for entry in each.entries)
            for unit in (entry.unit for entry in each.entries if entry.is_doubtful):
                problems.append(note_problem("not_read", "unlike", each.place, "warning", found=unit))
            label = each.series if len(series[each.tier]) > 1 else None
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


def _tier_of(each: _Stated) -> str | None:
    return each.tier if each.entries or each.rest else None


def _are_names(each: _Stated, vocabulary: Vocabulary) -> bool:
    """Check whether all before a tier are names of a kind that we know, or as many as are stated."""
    is_counted = each.stated == len(each.entries)
    return not each.rest and (is_counted or all(vocabulary.names_unit(e.unit) for e in each.entries))


def _read_line(line: Line, vocabulary: Vocabulary) -> Iterator[_Stated]:
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


def _read_hit(hit: Hit, text: str, place: str, vocabulary: Vocabulary) -> _Stated:
    """Read the names of a hit, whose number may stand after each group of them."""
    text = "" if text.endswith("对") else text  # 省政府对9个获得A等次的县给予表扬
    if hit.above.endswith("的") and not vocabulary.names_unit(split_outside(text, "、,")[-1][0]):
        text = ""  # 成效较好的为第二档 says what the tier is
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
    return _Stated(tier, hit.is_known, entries, rest, stated, place, hit.link, hit.series)


def _find_unread(text: str, vocabulary: Vocabulary) -> Iterator[str]:
    """Yield what stands last before a tier and ends in a name that is not read: 检查的1所学校暨甲学校,被评为优秀."""
    last = re.split("[、,的]", text.rstrip(","))[-1]
    if len(last) > LONGEST_NAME and any(vocabulary.names_unit(last[at:]) for at in range(len(last) - 2)):
        yield last


def _find_pairs(lines: Sequence[Line], vocabulary: Vocabulary) -> dict[int, list[_Stated]]:
    """Find runs of units each with its tier, in a line or one a line: 甲镇(优秀)、乙局(良好); 甲镇:优秀.

    Where two units have tiers that we know, or one and few words serve many units, a short word in the place of a tier
    is one too: 丙局:中.
    """
    found: dict[int, list[_Stated]] = {}
    read = [(at, _read_pairs(line, vocabulary)) for at, line in enumerate(lines)]
    sure = {unit for _, pairs in read for unit, _ in pairs}
    read = [(at, pairs or _read_word(lines[at], vocabulary)) for at, pairs in read]
    for is_paired, run in groupby(read, key=lambda each: bool(each[1])):
        paired = list(run) if is_paired else []
        units = [unit for _, pairs in paired for unit, _ in pairs]
        n_sure, words = len(sure.intersection(units)), {tier for _, pairs in paired for _, tier in pairs}
        is_scale = n_sure > 1 or (n_sure and 2 * len(words) <= len(units))  # few words for many units
        if len(set(units)) < 2 or not is_scale or not look_like_units(units, vocabulary):
            continue
        for at, pairs in paired:
            tiers = dict.fromkeys(tier for _, tier in pairs)
            listed = {tier: [Entry(unit) for unit, its in pairs if its == tier] for tier in tiers}
            found[at] = [_Stated(tier, True, entries, [], None, lines[at].place) for tier, entries in listed.items()]
    return found


def _read_pairs(line: Line, vocabulary: Vocabulary) -> list[tuple[str, str]]:
    """Read a line that is nothing but units with their tiers; nothing where it is another."""
    pattern = vocabulary.cached(TierPattern)
    if not pattern.graded.search(line.key):
        return []
    text = strip_number(QUOTED.sub("", ASIDE.sub("", unicodedata.normalize("NFKC", line.text.strip()))))
    for listed in (text, text.partition(":")[2]):
        pieces = [strip_number(piece.strip()) for piece, _ in split_outside(listed, f"、,{CLAUSE_ENDS}")]
        pairs = [pattern.pair.fullmatch(piece) for piece in pieces if piece]
        read = [(trim_lead(squeeze(pair["unit"]), vocabulary), pair["tier"], pair["sign"]) for pair in pairs if pair]
        # Without a sign between them 县一中基本合格 may be of another tier.
        if (
            pairs
            and len(read) == len(pairs)
            and all(vocabulary.names_unit(unit) or (sign and is_name(unit, vocabulary)) for unit, _, sign in read)
        ):
            return [(unit, vocabulary.name_tier(tier)) for unit, tier, _ in read]
    return []


def _read_word(line: Line, vocabulary: Vocabulary) -> list[tuple[str, str]]:
    """Read a line that is the name of a unit and a short word, which may be its tier."""
    match = GRADED.fullmatch(strip_number(line.key))
    is_pair = match is not None and vocabulary.names_unit(match["unit"]) and not lists_none(match["word"])
    return [(match["unit"], match["word"])] if match and is_pair else []
