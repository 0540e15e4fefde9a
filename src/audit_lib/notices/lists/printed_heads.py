"""Split a heading into number, label, kind of units, stated count and names."""

import re
from dataclasses import dataclass

from audit_lib.documents.model import PADDING, Line, align, fold, squeeze
from audit_lib.notices.words.dates import DATE, NUMERAL, read_numeral
from audit_lib.notices.words.entries import ASIDE, ENUMERATOR, QUOTES
from audit_lib.notices.words.vocabulary import Vocabulary
from audit_lib.notices.words.word_lists import ANY_PLACE, BRACKET, EITHER_PLACE, SPACED

LONGEST_HEAD = 30  # characters of a label with its number and count
LONGEST_TIER = 8  # characters of an unknown tier
COLON = re.compile("[:\uff1a]")
OPENING = "“‘「『【《"
CLOSING = re.compile("[”’」』】》]")
STATED = re.compile(
    rf"(?:\((?=.*\))|(?<!\())共?计?(?P<n>{NUMERAL})(?:[个家名位项](?:单位)?|(?<=\d)(?![年月日分%])[^\W\d](?=\))"
    r"|(?:(?<=\(\d)|(?<=\(\d\d)|(?<=\(\d{3}))(?=\)$))\)?$"
)
COUNT_AHEAD = re.compile(rf"(?:.*,)?(?:以下|下列)(?P<n>{NUMERAL})[个家](?:单位)?[是为]?(?=.)")  # 以下8个合格
LINK = re.compile("(?:的?(?:分别)?(?:共?有|[是为])|如下|包括)$")  # 优秀单位有:, 好的有:
RANKED = re.compile(rf"[前后第末](?:{NUMERAL})(?:[名位强]|(?=的|$))")  # 前十位 and 第一名 are ranks
COUNTED_BESIDE = re.compile(rf"\(?共?计?(?P<n>{NUMERAL})[个家名](?:[^、,;。()\d]{{0,4}}[^、,;。()\d省市县区州])?\)?")
COUNTED_HEAD = re.compile(  # 优秀单位(共13个)甲局 乙局: the count ends the heading
    rf"(.{{1,{LONGEST_HEAD}}}?[(\uff08]共?计?(?:{NUMERAL})[个家名](?:单位)?[)\uff09])(?P<names>.+)"
)
ANNEX = re.compile(r"附[件表](?:\d{1,2}|[一二三四五六七八九十])?[:.、]?(?=.)")
BAND_EDGE = r"\d{2,3}分?(?:\(含\))?"
BAND = re.compile(rf"{BAND_EDGE}(?:[-—–~至到]{BAND_EDGE}|及?以[上下])的?")  # 80-90分, 90分(含)以上
QUOTED_TIER = re.compile(r"(?<=[为入])[“‘「『](\w{1,6})[”’」』](?=的)")
ALL = "各"


@dataclass(frozen=True)
class PrintedHead:
    """The parts of a heading: 二、优秀县(市)(8个):甲县 has `style` 一、, `core` 优秀, `kind` 县(市), `stated` 8."""

    key: str  # the whole heading, before its colon
    core: str
    style: str  # its number, any like 一、 or (1)
    kind: str
    stated: int | None
    is_counted: bool
    has_colon: bool
    names: str  # after the colon or the count


def read_print(line: Line, vocabulary: Vocabulary) -> PrintedHead | None:
    """Read the parts of a line that may be a heading; None where it is a sentence, a date, a rank or a row."""
    head, names = _split_names(line)
    key = line.aligned if head == line.text else align(PADDING.sub("", fold(head)))
    if _is_no_head(line, head, key, names, vocabulary):
        return None
    numbered = ENUMERATOR.match(key)
    core = key[numbered.end() :] if numbered else key
    stated = STATED.search(core)
    core = _strip_signs(core[: stated.start()].rstrip(",") if stated else core)  # AAA级,共2家
    if anyone := ANY_PLACE.search(core):
        core = core[: anyone.start()]
    if _grades_unit(core, vocabulary):
        return None
    core = core[1:-1] if core[:1] == "(" and core[-1:] == ")" else BRACKET.sub("", core) or core
    if LINK.search(core) and core[:-1].endswith(vocabulary.scale_noun):
        return None  # 考评等次为: leads to clauses, each with its tier
    core = LINK.sub("", core) or core
    if led := COUNT_AHEAD.match(core):
        stated, core = led, core[led.end() :]
    style = re.sub("[一二三四五六七八九十]+", "一", re.sub(r"\d+", "1", numbered[0])) if numbered else ""
    number = read_numeral(stated["n"]) if stated else None
    kind = anyone[0] if anyone else ""
    return PrintedHead(key, core, style, kind, number, stated is not None, names is not None, names or "")


def _split_names(line: Line) -> tuple[str, str | None]:
    """Split a line into its heading and the names after its colon or count; None for names where there is neither."""
    annex = ANNEX.match(line.aligned)
    head, *rest = COLON.split(line.printed[annex.end() :] if annex else line.text, maxsplit=1)
    names = rest[0] if rest else None
    if names is not None and (counted := COUNTED_BESIDE.fullmatch(squeeze(names))):  # 优秀:(5个), 优秀:5个镇街
        head, names = f"{head}({counted['n']}个)", None
    if names is None and (beside := COUNTED_HEAD.fullmatch(head)):
        head, names = beside[1], beside["names"]
    head = ASIDE.sub("", head)
    if len(head.strip()) <= LONGEST_TIER and ENUMERATOR.match(line.aligned):
        head = head.rstrip("。 ")  # (一)一等奖。
    return head, names


def _is_no_head(line: Line, head: str, key: str, names: str | None, vocabulary: Vocabulary) -> bool:
    """Check whether a line can be no heading of a list, by its length, its signs, its dates or its ranks."""
    if not 0 < len(key) <= LONGEST_HEAD or (key.isascii() and not key.isalpha()):
        return True
    if key.startswith(ALL) and not (names or "").strip():
        return True  # 各县(市)公安局: to whom the notice goes
    if names is not None and (DATE.match(squeeze(names)) or DATE.search(key)):
        return True  # 发布时间:2018年3月19日; 2023年5月6日11:55
    if SPACED.search(head) and any(map(vocabulary.names_unit, head.split())):
        return True  # 甲局 一等奖
    numbered = ENUMERATOR.match(key)
    is_item = numbered is not None and numbered[0].endswith("是")
    return is_item or RANKED.search(key) is not None or vocabulary.band.fullmatch(line.key) is not None


def _strip_signs(core: str) -> str:
    """Remove quotation marks, bands of scores and brackets inside a word: 县(市)区, 90分以上的, “优秀”."""
    core = core.strip(QUOTES)
    core = core if any(sign in core for sign in OPENING) else CLOSING.sub("", core)  # “通达杯”金杯单位
    core = BAND.sub("", core, count=1).replace("()", "") if BAND.search(core) else core
    return EITHER_PLACE.sub(r"\1", QUOTED_TIER.sub(r"\1", core))


def _grades_unit(core: str, vocabulary: Vocabulary) -> bool:
    """Check whether a text is a unit with its tier in brackets: 县一中(优秀), but not A级(优秀)."""
    beside = BRACKET.search(core)
    if beside is None or beside.start() == 0:
        return False
    return beside[0][1:-1] in vocabulary.tier and not vocabulary.may_grade(core[: beside.start()])
