"""Find the lists of names that a sentence gives in the order of their places: 前三名依次是甲镇、乙镇、丙镇."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from audit_lib.notices.sentences.clause_names import trim_lead
from audit_lib.notices.words.dates import NUMERAL, read_numeral
from audit_lib.notices.words.entries import split_outside
from audit_lib.notices.words.vocabulary import Vocabulary
from audit_lib.notices.words.word_lists import BRACKETED

FRONT = "前"
FRONTS = (FRONT, "好", "优")
N_PLACES = rf"(?P<end>前|(?<!最)后|倒数?|末)(?P<n>{NUMERAL})"
HOLDS = (
    "[是为]?(?:分别|(?<!得)分|依次)?(?:在[^、,:第]{1,10})?(?:排名|排在|排|位列|名列|位居|位于|列|居|获得?)"
    "(?:[^、,:第前后末\\d]{0,10}(?:排名|的))?"
    "(?:[全本][省市县区州镇]|[本当]月)?"
)
LEAD = "(?P<lead>(?:依次|分别)[是为:]*|[是为有:]|包括)"
BETWEEN = rf"(?:[到至—–~-]+|(?:[、和]第?(?:{NUMERAL})[名位]?)*[、和])"  # 第一至三名; 第一、二、三名
SPAN = rf"(?<![倒数\d])第?(?P<first>{NUMERAL})[名位]?{BETWEEN}第?(?P<last>{NUMERAL})[名位]"
SPANNED = re.compile(rf"(?P<what>.*?)\(?从?{SPAN}\)?[^、,:]{{0,8}}?{LEAD}")  # 从第一名到第三名依次为:甲县、乙县、丙县
PLACES_STATED = re.compile(rf"{N_PLACES}[名位]")
OF_CHANGE = re.compile("幅度?(?:[前后末从由]|$)")  # 降幅前三位; 改善幅度由大到小
TOP = re.compile(rf"(?P<what>.*?){N_PLACES}[名位强]?[^、,:]{{0,20}}?{LEAD}")
SORTED = re.compile(
    r"(?P<what>.*?)(?:[从由](?:[好高优大多快][到至向][差低底劣小少慢]|(?P<end>[差低底劣小少慢][到至向][好高优大多快]))|(?:排名|得分|成绩|评分)[顺次]序|(?:评价|考核|考评|测评|评估)结果(?=依次))"
    r"[^、,:]{0,8}?(?:(?:依次|分别|顺序|如下)*[是为:]+)"
)
BEST = re.compile(  # 浓度相对较好的10个镇依次是
    rf"(?P<what>.*?)[最较](?P<end>[好优高大差低后劣小])的(?:\([^()]{{0,20}}\))?(?P<n>{NUMERAL})[个家][^、,:]{{0,12}}?依次[是为:]+"
)
HELD = re.compile(  # 甲县、乙县位列前两名
    rf"(?P<listed>.+?)(?:等\w{{0,4}}?|(?:{NUMERAL})[个家]\w{{0,6}}?)?{HOLDS}{N_PLACES}[名位强]?"
)
RANGE = re.compile(  # 甲县、乙县、丙县分列第二至四位; 分别获得第一名、第二名和第三名
    rf"(?P<listed>.+?)(?:\((?![^()]*\d分?\))[^()]*\)|\((?:并列)?第[^()]*\))?(?:{HOLDS}(?:[^、,:第前后末]{{0,24}}?第)?|第)(?P<first>{NUMERAL})[名位]?"
    rf"{BETWEEN}第?(?P<last>{NUMERAL})[名位]?"
)
NEXT_PLACES = re.compile("(?:其后|随后|之后)(?:依次|分别)[是为:]+")  # 第4-10名分别为甲、乙,其后依次是丙、丁
FORMS = (SPANNED, TOP, BEST, SORTED)
EXTREME = re.compile(  # 滁州垫底; 最差的为临汾
    rf"(?:而|其中)?(?P<listed>[^最]{{2,}}?)(?:排名|排在|位列|位居|居|排)*(?:最后|末位|垫底|倒数第?(?:{NUMERAL})[名位]?)"
    r"|.{0,20}?最[差低后小大高好优](?:一名|一位)?的?\w{0,4}[是为:](?P<named>.+)"
)
HINT = re.compile(
    f"[前后第末最列]|倒|垫底|依次|[顺次]序|[从由].[到至]|[到至—–~-](?:{NUMERAL})[名位]"
)  # every form above holds one of them
NO_LIST = re.compile(r"[\d的]")  # of a sentence that goes on after a list


@dataclass(frozen=True)
class Order:
    """Names as a clause lists them, how many it states, from which rank on, and whether from the last place.

    `step` is -1 where ranks count down: 从第168名到第149名依次是.
    """

    listed: str
    n: int | None
    first: int
    is_from_end: bool
    text: str  # the clause up to the list, or the piece that holds it
    is_sorted: bool = False
    step: int = 1


def find_orders(clause: str, vocabulary: Vocabulary) -> Iterator[Order]:
    forms: tuple[re.Pattern[str], ...] = FORMS
    while found := [match for form in forms if (match := form.match(clause))]:
        forms = tuple(match.re for match in found)  # what the whole clause does not hold, the rest of it does not
        match = min(found, key=re.Match.end)
        first, n, step = _read_span(match)
        end = match.groupdict().get("end")
        if match.re is SORTED and (counted := PLACES_STATED.search(match[0])):  # 后3名,由好到差依次为
            n, end = read_numeral(counted["n"]), counted["end"]
        listed = _cut_list(clause[match.end() :].lstrip(":"), n, vocabulary)
        start = clause.index(listed, match.end())
        if OF_CHANGE.search(match[0]):
            clause = clause[start + len(listed) :].lstrip(",")
            continue
        is_from_end = (end or FRONT) not in FRONTS
        yield Order(listed, n, first, is_from_end, clause[:start], match.re is SORTED, step)
        clause = clause[start + len(listed) :].lstrip(",")
        if n and step > 0 and not is_from_end and (after := NEXT_PLACES.match(clause)):
            names = split_outside(clause[after.end() :], "、")
            yield Order(clause[after.end() :], len(names), first + n, False, clause[: after.end()])
            return
    for text, _ in split_outside(clause, ","):
        if placed := RANGE.fullmatch(text):
            first, n, step = _read_span(placed)
            yield Order(placed["listed"], n, first, False, text, step=step)
        elif held := HELD.fullmatch(text):
            yield Order(_trim_score(held["listed"], vocabulary), read_numeral(held["n"]), 1, held["end"] != FRONT, text)
        elif (extreme := EXTREME.fullmatch(text)) and (named := extreme["listed"] or extreme["named"]):
            yield Order(named, None, 1, True, text)


def _trim_score(listed: str, vocabulary: Vocabulary) -> str:
    """Remove what is scored after the last name: 甲区、乙区综合得分."""
    start = listed.rfind("、") + 1
    ends = (at for at in range(len(listed) - 1, start + 1, -1) if vocabulary.is_score_word(listed[at:]))
    return next((listed[:at] for at in ends if vocabulary.names_unit(listed[start:at])), listed)


def _read_span(match: re.Match[str]) -> tuple[int, int | None, int]:
    """Return the first rank that a clause gives, how many ranks, and 1 where they count up, -1 where down."""
    given = match.groupdict()
    if "last" in given:
        first, last = read_numeral(given["first"]) or 0, read_numeral(given["last"]) or 0
        return first, abs(last - first) + 1, 1 if last > first else -1
    return 1, read_numeral(given["n"]) if given.get("n") else None, 1


def _cut_list(listed: str, n: int | None, vocabulary: Vocabulary) -> str:
    """Return the part of a text that lists names: up to a comma before a figure or sentence, or after the nth name."""
    taken: list[str] = []
    for piece, _ in split_outside(listed, ","):
        names = [name for name, _ in split_outside(piece, "、")]
        all_known = bool(taken) and all(
            vocabulary.names_unit(BRACKETED.sub("", name)) for each in taken for name, _ in split_outside(each, "、")
        )
        is_whole = bool(n) and sum(each.count("、") + 1 for each in taken) >= (n or 0)
        if taken and (
            ":" in piece
            or NO_LIST.search(BRACKETED.sub("", piece))
            or (
                is_whole and (trim_lead(names[0], vocabulary) != names[0] or not all(map(vocabulary.names_unit, names)))
            )
            or (all_known and not any(map(vocabulary.names_unit, names)))
        ):
            break
        taken.append(piece)
    return ",".join(taken)
