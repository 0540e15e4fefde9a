"""Find the tiers that a clause names, each with the names before or after it: 甲镇、乙局等2个单位为优秀等次."""

import re
from collections.abc import Iterator, Sequence
from functools import partial
from typing import NamedTuple

from audit_lib.notices.lists.printed_heads import BAND
from audit_lib.notices.lists.tier_heads import YEAR
from audit_lib.notices.sentences.clause_names import compile_verbs, count_shared
from audit_lib.notices.words.dates import NUMERAL, read_numeral
from audit_lib.notices.words.entries import ASIDE, CLAUSE_ENDS, QUOTES, split_outside, strip_number
from audit_lib.notices.words.vocabulary import Vocabulary
from audit_lib.notices.words.word_lists import either

AFTER_QUOTE = re.compile(f"(?<=[{QUOTES}])、(?=[^{QUOTES}]*[获评为列])")  # 甲厂获“十佳单位”、乙厂获“优秀单位”
QUOTED = re.compile(f"[{QUOTES}]")
# “十佳”街道为:甲街道、乙街道; “十差村”则是丙村
LABELLED = re.compile(
    f"[{QUOTES}](?P<label>[^{QUOTES}]{{2,6}})[{QUOTES}](?!的)(?:[^\\W\\d]{{0,4}}?[是为]?:|(?:分别|依次|则)+[是为](?=[^\\d,;。:]+、))"
)
GRANTING = re.compile("授予[^。]*")
COUNTED_GRANT = re.compile(
    rf"授予(?P<names>[^,;。:]{{1,300}}?等(?:{NUMERAL})[个家](?:(?!\d|全)\w){{0,8}}?(?:\([^()]*\))?)(?=\d{{4}}年|全)"
)
GRANTED = re.compile(  # 甲县“金鼎”; 甲县、乙县为“先进县”荣誉称号
    rf"(?P<names>[^{QUOTES},;。:]{{2,300}}?)(?:\d{{4}}年[^{QUOTES},;。:]{{0,30}})?为?"
    rf"[{QUOTES}](?P<label>[^{QUOTES}]{{2,20}})[{QUOTES}](?:荣誉)?(?:称号)?(?=[,;。]|$)"
)
RATED = re.compile(  # 甲村等3个村获评“最美村”; 甲局、乙局被挂“黑旗”
    rf"(?P<names>(?P<more>、)?(?P<last>[^{QUOTES}、,;。:]{{2,40}}?)(?P<n>(?:{NUMERAL})(?:[个家][^\W\d]{{0,6}}|单位))?)"
    rf"(?:被[^\W\d]{{1,3}}|获评为?|评为|评选为|列为|命名为|荣?获得?)[^{QUOTES},;。:]{{0,12}}"
    rf"[{QUOTES}](?P<label>[^{QUOTES}]{{2,20}})[{QUOTES}](?:荣誉)?(?:称号)?(?=[,;。]|$)"
)
# 甲镇未被评为优秀, 不予评为优秀的是乙镇, 取消丙镇优秀等次
DENIED = re.compile(
    "(?:[未不没非勿无自]|取消|撤销|暂缓|上年度?|去年)(?:[被得能予宜曾再以有]|一律){0,3}[评获定列认确]{0,4}$"
)
REVOKED = re.compile("(?:取消|撤销|免除|剥夺|不予)[^,]*$")
GIVING = ("给予", "予以", "授予")  # 对甲县、乙县给予一等奖奖励
TOWARDS = re.compile("^.*对(?![外口台])(?:[^、,]*[名位]的)?")  # 县政府决定对; 对排名前两名的
STATES = re.compile("[的是为:]|有(?!限)|获[评得]")  # what a clause does and a list of names does not
NEARBY = 3  # tiers before and after one that are stated in the same words
LONGEST_CLAUSE = 5000  # characters; a list of all counties of a province has 1,000
GROUP = re.compile(rf"(?P<names>.+?)等(?P<n>{NUMERAL})[个家][^,]*")  # 甲、乙等2个县
LED = ":"  # what leads from a word to the names below it, in place of the words that lead to a tier
REASON = re.compile(  # 甲厂等10家单位凭借规范的管理获评A级; 乙县因发生火灾,被评定为较差
    rf"(?P<names>(?P<more>、)?(?P<last>[^、,;。:]{{2,40}}?)(?P<n>(?:{NUMERAL})[个家][^\W\d]{{0,4}})?)"
    r"(?:凭借|由于|因)[^;。:]{1,80}?,?(?=[被获]?(?:评为|评定为|获评|列为))"
)
SUMMED = re.compile(
    rf"(?<![名位])[,、](?:上述|以上|这)(?P<n>(?:{NUMERAL})[个家])(?:[^\W\d]{{1,8}}?)(?=(?:均|都|被)*[评定列为])"
)  # ,上述5个所评定为
GOES_ON = re.compile("[。;](?=(?:依次|分别)[是为:])")  # 优秀单位3家。依次是:甲局


def compile_verdict(vocabulary: Vocabulary) -> re.Pattern[str]:
    """Return the pattern of what a notice says of units: 对甲镇、乙局予以通报表扬."""
    return re.compile(f"(?:通报)?(?:{either(vocabulary.verdict)})")


class Hit(NamedTuple):
    """A tier that a clause names, the names before or after it, how many it states, and what leads to the tier."""

    tier: str
    is_known: bool  # sure to be one
    names: str
    number: str | None
    link: str
    above: str = ""  # all that stands before what leads to the tier
    series: str = ""
    is_denied: bool = False  # says that units are not in the tier


class TierPattern:
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
        link = rf"{verb}(?<!最)为|荣?获(?!悉)(?:得|评为?|授)?|达到|属于|处于"
        graded = rf"(?P<tier>{tier})(?:{noun})?"
        self.names_unit = vocabulary.names_unit
        self.linked = re.compile(f"^(?:{link})")
        self.graded = re.compile(graded)
        self.verbs = vocabulary.cached(compile_verbs)
        # Every form below holds one of them. Literal words, no character class: then re can search for a prefix.
        self.hint = re.compile(
            either([*"为获达属列登入挂", "处于", *GIVING, *vocabulary.tier, *vocabulary.scale_noun]) + "|是.*是"
        )
        self.pair = re.compile(rf"(?P<unit>[^():]+?)(?P<sign>(?:{link}|{verb})[(:—\s-]*|[(:—\s-]+)?{graded}\)?")
        after = rf"$|\W|\d|{noun}|[的有共为是等]"  # after a tier, but 较好完成
        self.tier = re.compile(
            rf"(?:获〈(?P<granted>[^〈〉]+)〉"
            rf"|(?:{link}|(?:^|[,:有])(?:{leads})?(?:排名)?(?=(?:{tier})(?:{after}|{counter}|{either(vocabulary.label)}))"
            rf"|、(?=(?:{tier})(?:{after})))(?P<tier>{tier})(?:的?(?:{noun})){{0,4}}"
            rf"|(?:^|,){verb}(?P<headed>{tier})(?:{noun})(?=:)"  # 经评议,考核优秀单位:甲局
            rf"|(?:{link})(?P<new>[^\W\d_]{{1,6}}?)(?:{scale})"
            rf"|(?:{link})[^,、:]{{2,40}}?(?P<of>{either(vocabulary.long_tiers)})的?(?:{noun}|地区)(?=$|,)"
            rf"|(?:^|[,:])(?:{leads})?(?P<first>[^\W\d_]{{1,6}}?)(?:{scale})(?:的(?:{noun})?(?=共?有|是|为)|(?:{noun})?(?=共?有|包括|:)))"
        )
        verdict = compile_verdict(vocabulary).pattern
        step = rf"(?:列入?|登上|进入|挂)(?P<step>[^\W\d_]{{1,3}}(?:{either(vocabulary.steps)}))"  # 登上绿榜
        nouns = f"(?:(?:{either(vocabulary.tier_noun)}){{1,2}})"
        stepped = rf"[^\W_个家]{{1,24}}(?:{either(vocabulary.steps)})"  # 市级一等奖
        ends = rf"(?=$|,|的(?:[共也]?有|(?:分别|依次)?[是为]|{NUMERAL}))"
        self.new = re.compile(
            rf"{step}(?:{nouns}?{ends}|(?=的))|(?:{either(GIVING)})(?P<given>{stepped}|{verdict}){nouns}?(?=$|,)"
            rf"|(?:{link})(?:(?P<new>[^\W\d_]{{1,4}}?|{stepped}|[^\W\d_]{{5,6}}(?={nouns}$|{nouns},)){nouns}?|[^,、:]{{5,40}}?(?P<of>[^\W\d_]{{2}}){nouns})(?:\([^()]{{1,8}}\))?{ends}"
            rf"|(?:评为|获评)(?P<full>[^\W_]{{2,24}}?){ends}"
        )
        word = "[^\\W\\d_第前后末最靠它他其别次被评我]{1,4}?"  # 冠军是甲县,亚军是乙县; 尚可的区为丙区
        self.counted = re.compile(
            rf"(?:^|[,、])(?:{leads})?(?P<led>[^\W\d_]{{2,6}}?)(?:{either(vocabulary.tier_noun)}){number}:"
        )
        self.led = re.compile(rf"(?:^|[,:])(?P<led>{word})(?P<kind>的{counter}{{1,3}})?(?<!单位)[是为]")
        self.glued = re.compile(  # 甲镇获得优秀,乙镇合格
            rf"(?:^|,)(?P<unit>[^,、:为获]{{2,20}}?)(?P<tier>{either(vocabulary.long_tiers)})(?:等次)?(?=$|,)"
        )
        self.listed_below = re.compile(
            rf"(?:,(?=共?有))?的?(?:{vocabulary.bare_kind.pattern}){{0,4}}(?:[共也]?有|共|是|为|包括)?(?:{number}(?:\([^()]*\))?(?:上榜|入围|入选)?)?,?(?:[它他]们)?"
            "(?:[:]|(?:分别|依次)[是为有]|有|是|为)+"
        )
        self.counted_above = re.compile(rf"{number}(?:被|[均都])?$")  # 2家被挂红牌的企业是:
        self.counted_below = re.compile(rf"的?共?有?{number}$")
        self.listed_above = re.compile(rf"(?P<names>.*?)[等共]?(?:{number_above}(?:[在于]?\d{{4}}年?度?)?)?的?")

    def find(self, clause: str) -> Iterator[Hit]:
        """Yield each tier of a clause.

        An unknown word is sure before 等次; at the end of a clause it may be one.
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
            if DENIED.search(clause[: hit.start()]) or REVOKED.search(clause[end_before : hit.start()]):
                yield Hit(tier, is_known, clause[end_before:start_after].strip(",、"), None, link, is_denied=True)
                continue
            above, below = clause[end_before : hit.start()], clause[hit.end() : start_after].rstrip(",、")
            if group == "led":
                yield Hit(tier, is_known, below, hit.groupdict().get("n"), LED)
            elif lead := self.listed_below.match(below):
                counted_above = self.counted_above.search(above)
                n = lead["n"] or (counted_above and counted_above["n"])
                yield Hit(tier, is_known, below[lead.end() :], n, link)
            elif counted := self.counted_below.match(below):
                yield Hit(tier, is_known, "", counted["n"], link)
            elif (listed := self.listed_above.fullmatch(above)) and (link.strip("有") or not listed["n"]):
                series = YEAR.sub("", self.linked.sub("", link)) if group == "of" else ""
                series = series if self.verbs.sub("", series) else ""
                yield Hit(tier, is_known, listed["names"], listed["n"], link, above, series)
        for hit in self.glued.finditer(clause) if hits else ():
            if self.names_unit(hit["unit"]) and taken.isdisjoint(range(*hit.span("tier"))):
                is_denied = REVOKED.search(hit["unit"]) is not None
                yield Hit(hit["tier"], True, hit["unit"], None, "", is_denied=is_denied)


def split_clauses(text: str, vocabulary: Vocabulary) -> list[str]:
    """Split a text into clauses, with what awards grant worded as what units get."""
    text = GRANTING.sub(_word_grant, AFTER_QUOTE.sub(",", ASIDE.sub("", strip_number(text))))
    rated = [each["n"] or (each["more"] and vocabulary.names_unit(each["last"])) for each in RATED.finditer(text)]
    if any(rated):  # one name alone may be of another time
        text = RATED.sub(r"\g<names>获〈\g<label>〉", text)
    text = LABELLED.sub(r"获〈\g<label>〉的是:", text)
    text = REASON.sub(partial(_drop_reason, vocabulary=vocabulary), QUOTED.sub("", text))
    text = SUMMED.sub(r"等\g<n>", text)
    text = GOES_ON.sub(",", text)
    clauses = [clause for clause in _join_lists(text, vocabulary) if len(clause) <= LONGEST_CLAUSE]
    return [strip_number(BAND.sub(",", clause)) for clause in clauses]


def _drop_reason(found: re.Match[str], vocabulary: Vocabulary) -> str:
    """Return the units of a clause without why they are rated so."""
    return found["names"] if found["n"] or vocabulary.names_unit(strip_number(found["last"])) else found[0]


def _word_grant(sentence: re.Match[str]) -> str:
    """Word 授予甲县“金鼎”,乙县“银鼎” and 授予甲县等3个县(区)2005年度争先奖 as 甲县获〈金鼎〉."""
    text, n = GRANTED.subn(r"\g<names>获〈\g<label>〉", sentence[0])
    return COUNTED_GRANT.sub(r"\g<names>获", text.replace("授予", "授予:") if n else text)


def _join_lists(text: str, vocabulary: Vocabulary) -> list[str]:
    """Split a text into clauses; one that only goes on with names is of the list before it: 一类:甲镇、乙镇;丙镇."""
    clauses: list[str] = []
    for clause, _ in split_outside(text, CLAUSE_ENDS):
        names = [name for name, _ in split_outside(clause, "、")]
        is_long = bool(clauses) and len(clauses[-1]) > LONGEST_CLAUSE
        if clauses and not is_long and not STATES.search(clause) and all(map(vocabulary.names_unit, names)):
            clauses[-1] += f"、{clause}"
        else:
            clauses.append(clause)
    return clauses


def join_groups(text: str) -> tuple[str, int, str]:
    """Join groups of names that each give their number: 甲、乙等2个县,丙局. Return them, their number, the rest."""
    joined, more, n_joined, n_open = "", 0, 0, 0
    *pieces, (last, _) = split_outside(text, ",")
    for piece, sign in pieces:
        group = GROUP.fullmatch(piece)
        n = (group and read_numeral(group["n"])) or 0
        n_here = len(split_outside(group["names"] if group else piece, "、"))
        n_joined, n_open = n_joined + n_here, n_open + n_here
        is_whole = n in (n_here, n_open, n_joined)  # commas may part a group, and the last give the number of all
        joined += (
            f"{group['names'].removeprefix('以及')}、" if group and is_whole else piece.removeprefix("以及") + sign
        )
        more = n if n == n_joined else more + n * is_whole
        n_open = 0 if is_whole else n_open
    return joined, more, last


def drop_shared_ends(hits: Sequence[Hit], vocabulary: Vocabulary) -> Iterator[str]:
    """Yield the names of each hit without what leads to several tiers: 甲县预警(等级为一级), 乙县预警(等级为二级).

    Text after a count is dropped. Any other shared ending is dropped only if a name remains.
    """
    for at, hit in enumerate(hits):
        others = [*hits[max(0, at - NEARBY) : at], *hits[at + 1 : at + 1 + NEARBY]]
        *listed, last = [name for name, _ in split_outside(hit.names, "、,")]
        shared = [(other, count_shared([hit.above, other.above])) for other in others]
        is_name = vocabulary.names_unit(last)
        counted = [n for other, n in shared if other.number and not hit.number]
        ends = [max(counted, default=0), *range(2, max((n for _, n in shared), default=0) + 1)]
        end = next((n for n in ends if n > 1 and (n == ends[0] or vocabulary.names_unit(last[:-n]))), 0)
        is_name |= bool(end) and any(name.endswith(last[-end:]) for name in listed)  # 甲镇工会、乙公司工会
        yield hit.names[: len(hit.names) - (0 if is_name else end)]
