"""Read the tiers that sentences state: 甲镇、乙局等2个单位为优秀等次."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, takewhile
from typing import NamedTuple

from audit_lib.documents.model import Line, squeeze
from audit_lib.notices.dates import NUMERAL, read_numeral
from audit_lib.notices.names import (
    ASIDE,
    LONGEST_BARE,
    QUOTES,
    Entry,
    is_name,
    lists_none,
    look_like_units,
    read_entries,
    split_outside,
    strip_number,
)
from audit_lib.notices.rows import Problem, note_problem
from audit_lib.notices.tier_heads import BAND
from audit_lib.notices.tier_lists import TierList
from audit_lib.notices.vocabulary import Vocabulary, either

CLAUSE_ENDS = "。;!?"
AFTER_QUOTE = re.compile(f"(?<=[{QUOTES}])、(?=[^{QUOTES}]*[获评为列])")  # 甲厂获“十佳单位”、乙厂获“优秀单位”
QUOTED = re.compile(f"[{QUOTES}]")
# “十佳”街道为:甲街道、乙街道
LABELLED = re.compile(f"[{QUOTES}](?P<label>[^{QUOTES}]{{2,6}})[{QUOTES}](?!的)[^\\W\\d]{{0,4}}?[是为]?:")
GRANTING = re.compile("授予[^。]*")
COUNTED_GRANT = re.compile(
    rf"授予(?P<names>[^,;。:]+?等(?:{NUMERAL})[个家](?:(?!\d|全)\w){{0,8}}?(?:\([^()]*\))?)(?=\d{{4}}年|全)"
)
STATES = re.compile("[的是为]|有(?!限)")  # what a clause does and a list of names does not
OF_YEAR = re.compile(r"^\d{4}年度?")
GIVING = ("给予", "授予")  # 对甲县、乙县给予一等奖奖励
TOWARDS = re.compile("(?:(?<=[,:])|^)对")
GRANTED = re.compile(f"(?P<names>[^{QUOTES},;。:]{{2,}})[{QUOTES}](?P<label>[^{QUOTES}]{{2,20}})[{QUOTES}](?=[,;。]|$)")
OTHERS = re.compile("其[余他它]")  # units that the sentence does not name
MOST_LEADS, SHORTEST_LEAD = 3, 4  # as many short stretches before the names are names too
NEARBY = 3  # tiers before and after one that are stated in the same words
LONGEST_CLAUSE = 5000  # characters; a list of all counties of a province has 1,000
BARE = re.compile("(?:(?![在中的得分以被等共其经各为])[\u4e00-\u9fff]){2,6}")  # may be a name that only spaces part
GRADED = re.compile("(?P<unit>[^:]+):(?P<word>[\u4e00-\u9fff]{1,4})")
GROUP = re.compile(rf"(?P<names>.+?)等(?P<n>{NUMERAL})[个家][^,]*")  # 甲、乙等2个县
LED = ":"  # what leads from a word to the names below it, in place of the words that lead to a tier
GOES_ON = re.compile("[。;](?=(?:依次|分别)[是为:])")  # 优秀单位3家。依次是:甲局
YEAR = re.compile(r"[在于]?\d{4}年?度?$|[在于]?\d{4}年.*$")


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

    def find_new(self, printed: Iterable[TierList]) -> Iterator[TierList]:
        """Yield the lists that do not only repeat names of printed lists of their tier."""
        named = {(tier.tier, unit) for tier in printed for unit in tier.units}
        return (listed for listed in self.lists if not {(listed.tier, unit) for unit in listed.units} <= named)


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
        if not each.is_known and not is_sure and each.stated is None and each.link not in links and not is_step:
            continue
        is_counted = each.stated == len(each.entries) and (each.link == LED or each.tier.endswith(vocabulary.steps))
        is_new = is_sure and (is_counted or is_step or (each.tier in tiers and len(tiers) > 1))
        if each.entries and (each.is_known or is_new):
            is_alone = not (
                each.is_known or is_step or any(tier is not None and vocabulary.may_grade(tier) for tier in tiers)
            )
            if (each.link == LED or is_alone) and each.tier not in {units.tier for units in lists}:
                problems.append(note_problem("not_read", "new_tier", each.place, "warning", tier=each.tier))
            units = tuple(entry.unit for entry in each.entries)
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
    stated_once = {tier: numbers.pop() for tier, numbers in counts.items() if len(numbers) == 1}
    return StatedTiers(tuple(lists), stated_once, tuple(problems))


def _tier_of(each: _Stated) -> str | None:
    return each.tier if each.entries or each.rest else None


def _are_names(each: _Stated, vocabulary: Vocabulary) -> bool:
    """Check whether all before a tier are names of a kind that we know, or as many as are stated."""
    is_counted = each.stated == len(each.entries)
    return not each.rest and (is_counted or all(vocabulary.names_unit(e.unit) for e in each.entries))


def _read_line(line: Line, vocabulary: Vocabulary) -> Iterator[_Stated]:
    pattern = vocabulary.cached(_TierPattern)
    if not pattern.hint.search(line.aligned):
        return
    text = AFTER_QUOTE.sub(",", ASIDE.sub("", strip_number(line.aligned)))
    text = LABELLED.sub(r"获〈\g<label>〉的是:", GRANTING.sub(_word_grant, text))
    text = GOES_ON.sub(",", QUOTED.sub("", text))
    clauses = [clause for clause in _join_lists(text, vocabulary) if len(clause) <= LONGEST_CLAUSE]
    hits = [hit for clause in clauses for hit in pattern.find(strip_number(BAND.sub(",", clause)))]
    read = [
        _read_hit(hit, names, line.place, vocabulary)
        for hit, names in zip(hits, _drop_shared_ends(hits, vocabulary), strict=True)
    ]
    lengths = {len(entry.unit) for each in read if each.stated == len(each.entries) for entry in each.entries}
    links = {each.link for each in read if each.stated == len(each.entries)}
    for each in read:  # 青海、宁夏等2个地区为一级;海南为二级
        if not each.entries and len(each.rest) == 1 and each.link in links and len(each.rest[0]) in lengths:
            each.entries.append(Entry(each.rest.pop()))
        elif not each.entries and each.stated:
            each.rest.clear()  # 共有2个县为优秀
    yield from read


def _word_grant(sentence: re.Match[str]) -> str:
    """Word 授予甲县“金鼎”,乙县“银鼎” and 授予甲县等3个县(区)2005年度争先奖 as 甲县获〈金鼎〉."""
    return COUNTED_GRANT.sub(r"\g<names>获", GRANTED.sub(r"\g<names>获〈\g<label>〉", sentence[0]))


def _join_lists(text: str, vocabulary: Vocabulary) -> list[str]:
    """Split a text into clauses; one that only goes on with names is of the list before it: 一类:甲镇、乙镇;丙镇."""
    clauses: list[str] = []
    for clause, _ in split_outside(text, CLAUSE_ENDS):
        names = [name for name, _ in split_outside(clause, "、")]
        if clauses and not STATES.search(clause) and all(map(vocabulary.names_unit, names)):
            clauses[-1] += f"、{clause}"
        else:
            clauses.append(clause)
    return clauses


def _read_hit(hit: "_Hit", text: str, place: str, vocabulary: Vocabulary) -> _Stated:
    """Read the names of a hit, whose number may stand after each group of them."""
    names, more, last = _join_groups(TOWARDS.sub("", text) if hit.link in GIVING else text)
    if more and not hit.number and "、" not in last and not vocabulary.names_unit(last):
        names, last = names.removesuffix("、"), ""  # 甲、乙等2个县排名靠前,评为优秀
    number = read_numeral(hit.number) or 0 if hit.number else 0
    stated = number + more if hit.number or (more and not last) else None
    entries, rest = _split_units(names + last, vocabulary, stated)
    tier = vocabulary.name_tier(OF_YEAR.sub("", hit.tier))
    return _Stated(tier, hit.is_known, entries, rest, stated, place, hit.link, hit.series)


def _join_groups(text: str) -> tuple[str, int, str]:
    """Join groups of names that each give their number: 甲、乙等2个县,丙局. Return them, their number, the rest."""
    joined, more, n_joined = "", 0, 0
    *pieces, (last, _) = split_outside(text, ",")
    for piece, sign in pieces:
        group = GROUP.fullmatch(piece)
        n = (group and read_numeral(group["n"])) or 0
        n_here = len(split_outside(group["names"] if group else piece, "、"))
        n_joined += n_here
        is_whole = n in (n_here, n_joined)  # the last group may give the number of all
        joined += f"{group['names'].removeprefix('以及')}、" if group and is_whole else piece + sign
        more = n if n == n_joined else more + n * is_whole
    return joined, more, last


def _drop_shared_ends(hits: Sequence["_Hit"], vocabulary: Vocabulary) -> Iterator[str]:
    """Yield the names of each hit without what leads to several tiers: 甲县预警(等级为一级), 乙县预警(等级为二级).

    What stands after a count is of no name; else the rest must be one.
    """
    for at, hit in enumerate(hits):
        others = [*hits[max(0, at - NEARBY) : at], *hits[at + 1 : at + 1 + NEARBY]]
        last = split_outside(hit.names, "、,")[-1][0]
        shared = [(other, _count_shared(hit.above, other.above)) for other in others]
        is_name = vocabulary.names_unit(last)
        counted = [n for other, n in shared if other.number and not hit.number]
        ends = [max(counted, default=0), *range(max((n for _, n in shared), default=0), 1, -1)]
        end = next((n for n in ends if n > 1 and (n == ends[0] or vocabulary.names_unit(last[:-n]))), 0)
        yield hit.names[: len(hit.names) - (0 if is_name else end)]


def _count_shared(one: str, other: str) -> int:
    """Count the characters with which both texts end."""
    pairs = zip(reversed(one), reversed(other), strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


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
    pattern = vocabulary.cached(_TierPattern)
    if not pattern.graded.search(line.key):
        return []
    text = strip_number(QUOTED.sub("", ASIDE.sub("", unicodedata.normalize("NFKC", line.text.strip()))))
    for listed in (text, text.partition(":")[2]):
        pieces = [strip_number(piece.strip()) for piece, _ in split_outside(listed, f"、,{CLAUSE_ENDS}")]
        pairs = [pattern.pair.fullmatch(piece) for piece in pieces if piece]
        read = [(squeeze(pair["unit"]), pair["tier"], pair["sign"]) for pair in pairs if pair]
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
    match = GRADED.fullmatch(line.key)
    is_pair = match is not None and vocabulary.names_unit(match["unit"]) and not lists_none(match["word"])
    return [(match["unit"], match["word"])] if match and is_pair else []


class _Hit(NamedTuple):
    """A tier that a clause names, the names before or after it, how many it states, and what leads to the tier."""

    tier: str
    is_known: bool  # sure to be one
    names: str
    number: str | None
    link: str
    above: str = ""  # all that stands before what leads to the tier
    series: str = ""


class _TierPattern:
    """The patterns of a tier in a sentence, made once."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        tier, noun = vocabulary.tier_word, either((*vocabulary.tier_noun, *vocabulary.steps))
        scale = either(vocabulary.scale_noun)
        counter = rf"(?:{either(vocabulary.counter)})"
        kinds = (
            rf"\w{{0,8}}?(?<!中)(?:\([^()]{{1,8}}\)\w{{0,4}}?)?(?:[、和及与](?:{vocabulary.bare_kind.pattern})(?!\w))?"
        )
        counted = rf"{counter}{{1,4}}(?:\([^()]{{1,8}}\))?|[所户座条]\w{{0,4}}?"
        number = rf"\(?(?P<n>{NUMERAL})(?:[个家](?:{counter}|\([^()]{{1,8}}\)){{0,4}}|{counted})\)?"
        number_above = rf"\(?(?P<n>{NUMERAL})(?:[个家]{kinds}|{counted})\)?"
        verb = rf"(?:{either(vocabulary.tier_verb)})*+"  # possessive: 评定 is one word, whatever follows
        leads = either(vocabulary.leads)
        link = rf"{verb}为|荣?获(?:得|评为?|授)?|达到|属于|处于"
        graded = rf"(?P<tier>{tier})(?:{noun})?"
        self.names_unit = vocabulary.names_unit
        self.linked = re.compile(f"^(?:{link})")
        self.graded = re.compile(graded)
        self.verbs = re.compile(f"\\d{{4}}年|{either(vocabulary.tier_verb)}")
        # Every form below holds one of them. Words alone, no class: only so their first letters are looked for first.
        self.hint = re.compile(
            either([*"为获达属列登入挂", "处于", *GIVING, *vocabulary.tier, *vocabulary.scale_noun]) + "|是.*是"
        )
        self.pair = re.compile(rf"(?P<unit>[^():]+?)(?P<sign>(?:{link}|{verb})[(:—\s-]*|[(:—\s-]+)?{graded}\)?")
        self.tier = re.compile(
            rf"(?:获〈(?P<granted>[^〈〉]+)〉"
            rf"|(?:{link}|(?:^|[,、:有])(?:{leads})?(?:排名)?)(?P<tier>{tier})(?:的?(?:{noun})){{0,4}}"
            rf"|(?:{link})(?P<new>[^\W\d_]{{1,6}}?)(?:{scale})"
            rf"|(?:{link})[^,、:]{{2,40}}?(?P<of>{either(vocabulary.long_tiers)})的?(?:{noun}|地区)(?=$|,)"
            rf"|(?:^|[,:])(?:{leads})?(?P<first>[^\W\d_]{{1,6}}?)(?:{scale})(?:的(?:{noun})?(?=共?有|是|为)|(?:{noun})?(?=共?有|包括|:)))"
        )
        step = rf"(?:列入?|登上|进入|挂)(?P<step>[^\W\d_]{{1,3}}(?:{either(vocabulary.steps)}))"  # 登上绿榜
        nouns = f"(?:{either(vocabulary.tier_noun)})"
        stepped = rf"[^\W_个家]{{1,24}}(?:{either(vocabulary.steps)})"  # 市级一等奖
        ends = rf"(?=$|,|的(?:[共也]?有|[是为]|{NUMERAL}))"
        self.new = re.compile(
            rf"{step}(?:{nouns}?{ends}|(?=的))|(?:{either(GIVING)})(?P<given>{stepped}){nouns}?(?=$|,)"
            rf"|(?:{link})(?:(?P<new>[^\W\d_]{{1,4}}?|{stepped}|[^\W\d_]{{5,6}}(?={nouns}$|{nouns},)){nouns}?|[^,、:]{{5,40}}?(?P<of>[^\W\d_]{{2}}){nouns})(?:\([^()]{{1,8}}\))?{ends}"
        )
        word = "[^\\W\\d_第前后末最它他其别次]{1,4}?"  # 冠军是甲县,亚军是乙县; 尚可的区为丙区
        self.counted = re.compile(
            rf"(?:^|[,、])(?:{leads})?(?P<led>[^\W\d_]{{2,6}}?)(?:{either(vocabulary.tier_noun)}){number}:"
        )
        self.led = re.compile(rf"(?:^|[,:])(?P<led>{word})(?P<kind>的{counter}{{1,3}})?(?<!单位)[是为]")
        self.glued = re.compile(  # 甲镇获得优秀,乙镇合格
            rf"(?:^|,)(?P<unit>[^,、:为获]{{2,20}}?)(?P<tier>{either(vocabulary.long_tiers)})(?:等次)?(?=$|,)"
        )
        self.listed_below = re.compile(
            rf"的?(?:{vocabulary.bare_kind.pattern}){{0,4}}(?:[共也]?有|共|是|为|包括)?(?:{number}(?:\([^()]*\))?)?,?(?:[它他]们)?"
            "(?:[:]|(?:分别|依次)[是为有]|有|是|为)+"
        )
        self.counted_above = re.compile(rf"{number}(?:被|[均都])?$")  # 2家被挂红牌的企业是:
        self.counted_below = re.compile(rf"的?共?有?{number}$")
        self.listed_above = re.compile(rf"(?P<names>.*?)等?(?:{number_above}(?:[在于]?\d{{4}}年?度?)?)?的?")

    def find(self, clause: str) -> Iterator[_Hit]:
        """Yield each tier of a clause.

        A word that we do not know is sure before 等次; at the end of a clause it may be one.
        """
        hits = list(self.tier.finditer(clause))
        leads = [lead for hit in hits if (lead := self.listed_below.match(clause, hit.end()))]
        taken = {at for hit in (*hits, *leads) for at in range(*hit.span())}
        may_lead = hits or sum(map(clause.count, "是为")) > 1
        led = [hit for hit in self.led.finditer(clause if may_lead else "") if taken.isdisjoint(range(*hit.span()))]
        led = [hit for hit in led if hit["kind"] or not self.names_unit(hit["led"])]
        led = led if len(led) > 1 or (hits and led and led[0]["kind"]) else []
        led += [
            hit
            for hit in self.counted.finditer(clause if ":" in clause else "")
            if taken.isdisjoint(range(*hit.span()))
        ]
        taken |= {at for hit in led for at in range(*hit.span())}
        hits += led + [hit for hit in self.new.finditer(clause) if taken.isdisjoint(range(*hit.span()))]
        hits.sort(key=lambda hit: hit.start())
        ends = [0, *(hit.end() for hit in hits)]
        starts = [*(hit.start() for hit in hits), len(clause)]
        for hit, end_before, start_after in zip(hits, ends, starts[1:], strict=False):
            group, tier = next(
                (group, name) for group, name in hit.groupdict().items() if name and group not in ("kind", "n")
            )
            link = clause[hit.start() : hit.start(group)].strip(",、:")
            is_known = hit.re is self.tier
            above, below = clause[end_before : hit.start()], clause[hit.end() : start_after].rstrip(",、")
            if group == "led":
                yield _Hit(tier, is_known, below, hit.groupdict().get("n"), LED)
            elif lead := self.listed_below.match(below):
                counted_above = self.counted_above.search(above)
                n = lead["n"] or (counted_above and counted_above["n"])
                yield _Hit(tier, is_known, below[lead.end() :], n, link)
            elif counted := self.counted_below.match(below):
                yield _Hit(tier, is_known, "", counted["n"], link)
            elif (listed := self.listed_above.fullmatch(above)) and (link.strip("有") or not listed["n"]):
                series = OF_YEAR.sub("", self.linked.sub("", link)) if group == "of" else ""
                series = series if self.verbs.sub("", series) else ""
                yield _Hit(tier, is_known, listed["names"], listed["n"], link, above, series)
        for hit in self.glued.finditer(clause) if hits else ():
            if self.names_unit(hit["unit"]) and taken.isdisjoint(range(*hit.span("tier"))):
                yield _Hit(hit["tier"], True, hit["unit"], None, "")


def _split_units(text: str, vocabulary: Vocabulary, stated: int | None) -> tuple[list[Entry], list[str]]:
    """Split 经考核,甲镇、乙局和丙局2021年度 into its names, from the last back to where a sentence leads to them.

    Return the names, and what is among them and no name; nothing where it is no list of names.
    """
    listed = text.strip(",、").rsplit(":", 1)[-1]
    pieces = split_outside(listed, ",")
    names: list[str] = []
    for at, (piece, _) in enumerate(reversed(pieces)):
        if at and not _is_list(piece, vocabulary):
            break
        names.insert(0, piece)
    left = [piece for piece, _ in pieces[: len(pieces) - len(names)]][-MOST_LEADS:]  # 近日,经研究, at most
    is_cut = len(left) == MOST_LEADS and all(len(piece) <= SHORTEST_LEAD for piece in left)
    inside = [piece for piece, _ in split_outside("、".join(names), "、")]
    last = inside[-1]
    inside[-1] = trim_tail(last, vocabulary)
    cut = vocabulary.cached(_TierPattern).verbs.sub("", last.removeprefix(inside[-1]))
    if len(inside) == 1 and len(cut) > LONGEST_BARE:
        return [], []  # 甲省领导小组要求 is no 甲省
    cut = cut if BARE.fullmatch(cut) and last.startswith(inside[-1] + cut) else ""
    inside[-1] += cut  # 州公安局交警支队 may be a name, and two that spaces part: kept whole, and reported
    inside[0] = trim_lead(inside[0], vocabulary)
    joined = "、".join(inside)
    entries, rest = read_entries(joined, vocabulary)
    if entries:
        lead = vocabulary.first_lead.match(entries[0].unit)
        rest_of = entries[0].unit[lead.end() :] if lead else ""
        entries[0] = replace(entries[0], unit=rest_of) if len(rest_of) > 1 else entries[0]
    unnamed = [entry.unit for entry in entries if OTHERS.search(entry.unit)]
    entries = [entry for entry in entries if entry.unit not in unnamed]
    if unnamed and not entries:
        return [], unnamed
    rest += unnamed
    known = [vocabulary.names_unit(entry.unit) for entry in entries]
    if len(entries) == 1 and not known[0] and (stated != 1 or len(entries[0].unit) > LONGEST_BARE):
        is_doubtful = stated != 1 and len(entries[0].unit) <= LONGEST_BARE and len(entries[0].unit) > 1
        return [], [entries[0].unit] if is_doubtful and entries[0].unit[0] != "其" else []
    rest += left if is_cut else []
    if rest and 2 * sum(known) <= len(known) + len(rest):
        return [], []
    return entries, [*rest, cut] if cut else rest


def _is_list(piece: str, vocabulary: Vocabulary) -> bool:
    """Check whether the stretch between two commas is of the list that goes on after it."""
    pieces = [trim_lead(each, vocabulary) for each, _ in split_outside(piece, "、")]
    return all(vocabulary.names_unit(each) for each in pieces) or (
        len(pieces) > 1 and all(is_name(each, vocabulary) for each in pieces) and vocabulary.names_unit(pieces[-1])
    )


def trim_lead(name: str, vocabulary: Vocabulary) -> str:
    """Remove what leads to the first name of a list: 确定甲镇 and 得分前两名的是甲镇 are 甲镇."""
    lead = vocabulary.lead.match(name)
    rest = name[lead.end() :] if lead else ""
    return rest if len(rest) > 1 and vocabulary.kind_of(rest) != "other" else name


def trim_tail(name: str, vocabulary: Vocabulary) -> str:
    """Remove what follows the last name of a list: 丙县2021年度考核结果 is 丙县."""
    if vocabulary.kind_of(name) != "other":
        return name
    name = YEAR.sub("", name) or name
    ends = range(len(name), 1, -1)
    return next((name[:end] for end in ends if vocabulary.names_unit(name[:end])), name)
