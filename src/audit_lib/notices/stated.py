"""Read the scores and tiers that sentences state: 甲镇97分、乙局96分; 甲镇、乙局等2个单位为优秀等次."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from audit_lib.documents.model import Line
from audit_lib.notices.columns import HAN, read_ordinal
from audit_lib.notices.dates import NUMERAL, read_numeral
from audit_lib.notices.rows import ScoreRow
from audit_lib.notices.tier_lists import LONGEST_NAME, SEPARATOR, TierList
from audit_lib.notices.vocabulary import Vocabulary, either

CLAUSE = re.compile("[。;!?\uff1b](?![^(]*\\))")
BREAK = re.compile("([、,;:。\uff0c\uff1b\uff1a])(?![^(]*\\))")
ASIDE = re.compile(r"\([^()]*(?:先后|排名|排序|为序)[^()]*\)")  # (排名不分先后)
VERB = re.compile("[扣减加计占达差高低得]$")
ORDINAL = rf"(?:并列)?第(?:{NUMERAL})名?"
POINTS = r"(?P<score>\d{1,3}(?:\.\d+)?)"
ITEM = re.compile(
    rf"(?P<rank>{ORDINAL})?[是为]?(?P<unit>[^\d()]*[^\d()各得](?:\([^\d()]+\))?)"
    rf"(?:\((?:得分|得)?{POINTS}分?\)|(?P<each>各)?(?:得分|得)?{POINTS.replace('score', 'points')}(?P<mark>[分条]))"
)
LEAD = re.compile(r".*(?:分别|依次|其中|前[一二三四五六七八九十\d]+名)?(?:是|[为為]|有)")
YEAR = range(1900, 2100)
FULL_SCORE = 100
LONGEST_CLAUSE = 5000  # characters; a list of all counties of a province has 1,000


@dataclass(frozen=True)
class _Item:
    """A unit with the number that a sentence gives it: points, or a count of something else (`mark`)."""

    unit: str
    number: str
    mark: str
    rank: int | None
    group: str | None
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
    group: str | None = None
    parts = BREAK.split(line.aligned)
    for chunk, sign in zip(parts[::2], [*parts[1::2], ""], strict=True):
        match = ITEM.fullmatch(chunk)
        if match is None:
            group = chunk if sign == ":" and vocabulary.is_label(chunk) else group
            alone = re.fullmatch(ORDINAL, chunk)
            rank = read_ordinal(chunk) if alone else None
            if alone or not HAN.search(chunk) or len(chunk) > LONGEST_NAME:
                names = []
            else:
                names.append(chunk)
            continue
        number, mark = match["score"] or match["points"], match["mark"] or "分"
        given = read_ordinal(match["rank"]) if match["rank"] else rank
        units = [*names, match["unit"]] if match["each"] else [match["unit"]]
        names, rank = [], None
        if match["mark"] is None and "." not in number and int(number) in YEAR:
            continue
        trimmed = [_trim_lead(unit, vocabulary) for unit in units]
        if all(_names_unit(unit, vocabulary) for unit in trimmed):
            yield from (_Item(unit, number, mark, given, group, line.place) for unit in trimmed)
        group = None if sign == "。" else group


def _trim_lead(name: str, vocabulary: Vocabulary) -> str:
    """Take off what leads to the first name of a list: 得分前两名的是甲镇 is 甲镇."""
    lead = LEAD.match(name)
    rest = name[lead.end() :] if lead else ""
    return rest if len(rest) > 1 and vocabulary.kind_of(rest) != "other" else name


def _is_run(items: list[_Item], vocabulary: Vocabulary) -> bool:
    """Tell whether numbers are the scores of units, and no parts of a full score, means or deductions.

    Names of no kind that we know pass where a label or their ranks vouch for them, or where they sum to over 100: the
    parts of a full score do not.
    """
    known = sum(vocabulary.kind_of(item.unit) != "other" for item in items)
    vouched = all(item.rank is not None or item.group is not None for item in items)
    scores = [float(item.number) for item in items if item.mark == "分"]
    exceeds = len(scores) > 1 and sum(scores) > FULL_SCORE and min(scores) > FULL_SCORE / 4
    return (len(items) > 1 or vouched) and (2 * known > len(items) or vouched or exceeds)


def _names_unit(name: str, vocabulary: Vocabulary) -> bool:
    if len(name) > LONGEST_NAME or VERB.search(name) or vocabulary.meaning_of(name) not in (None, "unit"):
        return False
    return not any(word in name for word in vocabulary.no_unit)


def _make_row(item: _Item) -> ScoreRow:
    is_score = item.mark == "分"
    score = float(item.number) if is_score else None
    extra = {} if is_score else {item.mark: item.number}
    return ScoreRow(item.unit, score, item.rank, None, None, item.group, item.place, extra)


@dataclass(frozen=True)
class StatedTiers:
    """What sentences say of tiers: lists of units, and numbers without any names."""

    lists: tuple[TierList, ...]
    counts: dict[str, int]

    def complete(self, tiers: Iterable[TierList]) -> Iterator[TierList]:
        """Give printed lists the number that a sentence states where their heading states none."""
        for tier in tiers:
            yield replace(tier, stated=self.counts.get(tier.tier)) if tier.stated is None else tier

    def find_new(self, printed: Iterable[TierList]) -> Iterator[TierList]:
        """Yield the lists that do not only repeat names of printed lists of their tier."""
        named = {(tier.tier, unit) for tier in printed for unit in tier.units}
        return (listed for listed in self.lists if not {(listed.tier, unit) for unit in listed.units} <= named)


def find_stated_tiers(lines: tuple[Line, ...], vocabulary: Vocabulary) -> StatedTiers:
    """Find the sentences that put units in a tier, which they name before or after them: 甲镇、乙局为优秀等次."""
    pattern = _TierPattern(vocabulary)
    lists: list[TierList] = []
    counts: dict[str, set[int]] = {}
    for line in lines:
        for clause in CLAUSE.split(ASIDE.sub("", line.aligned)):
            if len(clause) > LONGEST_CLAUSE:
                continue
            for tier, names, number in pattern.find(clause):
                units = _split_units(names, vocabulary)
                stated = read_numeral(number) if number else None
                if units:
                    lists.append(TierList(tier, stated, None, units, line.place))
                elif stated is not None:
                    counts.setdefault(tier, set()).add(stated)
    return StatedTiers(tuple(lists), {tier: numbers.pop() for tier, numbers in counts.items() if len(numbers) == 1})


class _TierPattern:
    """The patterns of a tier in a sentence, made once for a notice."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        tier, noun = either(vocabulary.tier), either((*vocabulary.tier_noun, "级", "类"))
        counter = rf"(?:{either(vocabulary.counter)})"
        number = rf"(?P<n>{NUMERAL})(?:[个個家]{counter}*|{counter}+)"
        verb = rf"(?:{either(vocabulary.tier_verb)})*+"  # possessive: 评定 is one word, whatever follows
        self.tier = re.compile(
            rf"(?:{verb}[为為]|[获獲]得?|[达達]到|[属屬][于於]|^|[,、:有])(?P<tier>{tier})(?:的?(?:{noun}))*"
        )
        self.listed_below = re.compile(
            rf"的?{counter}*(?:共?有|是|[为為]|包括)?(?:{number})?(?:[:]|分[别別][是为為]|有|是|[为為])+"
        )
        self.counted_below = re.compile(rf"的?共?有?{number}$")
        self.listed_above = re.compile(rf"(?P<names>.*?)等?(?:{number})?的?")

    def find(self, clause: str) -> Iterator[tuple[str, str, str | None]]:
        """Yield each tier of a clause with the stretch that may name its units, and the number stated for it."""
        hits = list(self.tier.finditer(clause))
        ends = [0, *(hit.end() for hit in hits)]
        starts = [*(hit.start() for hit in hits), len(clause)]
        for hit, end_before, start_after in zip(hits, ends, starts[1:], strict=False):
            above, below = clause[end_before : hit.start()], clause[hit.end() : start_after].rstrip(",、")
            if lead := self.listed_below.match(below):
                yield hit["tier"], below[lead.end() :], lead["n"]
            elif counted := self.counted_below.match(below):
                yield hit["tier"], "", counted["n"]
            elif listed := self.listed_above.fullmatch(above):
                yield hit["tier"], listed["names"], listed["n"]


def _split_units(text: str, vocabulary: Vocabulary) -> tuple[str, ...]:
    """Split 经考核,甲镇、乙局和丙局 into its names; nothing where it is no list of names."""
    listed = text.strip(",、").rsplit(",", 1)[-1].rsplit(":", 1)[-1]
    names = [name for name in SEPARATOR.split(listed) if name]
    if len(names) > 1 and (last := re.fullmatch(r"(.{2,}?)(?:和|以及|及)(.{2,})", names[-1])):
        both_known = all(vocabulary.kind_of(part) != "other" for part in last.groups())
        names[-1:] = last.groups() if both_known else names[-1:]
    is_list = len(names) > 1 or (names and vocabulary.kind_of(names[0]) != "other")
    named = all(HAN.search(name) and len(name) <= LONGEST_NAME and not re.search(r"\d", name) for name in names)
    return tuple(names) if is_list and named else ()
