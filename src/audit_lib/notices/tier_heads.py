"""Read what heads a list: a label with a tier that we know, or one that shows by its form that it labels a list."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from audit_lib.documents.model import PADDING, Line, align, fold, squeeze
from audit_lib.notices.columns import read_ordinal
from audit_lib.notices.dates import DATE, NUMERAL, is_date, read_numeral
from audit_lib.notices.names import (
    ASIDE,
    ENUMERATOR,
    QUOTES,
    SPACED,
    read_entries,
    split_outside,
    strip_number,
)
from audit_lib.notices.vocabulary import ANY_PLACE, BRACKET, EITHER_PLACE, Vocabulary

LONGEST_HEAD = 30  # characters of a label with its number and count
LONGEST_ROW = 60  # words of a line whose first may be a label
LONGEST_TIER = 8  # characters of a tier that we do not know
LONE = re.compile("[\u4e00-\u9fff]{1,4}")
COLON = re.compile("[:\uff1a]")
SEMICOLONS = ";\uff1b"
OPENING = "“‘「『【《"
CLOSING = re.compile("[”’」』】》]")
STATED = re.compile(
    rf"(?:\((?=.*\))|(?<!\())共?计?(?P<n>{NUMERAL})(?:[个家名位项](?:单位)?|(?<=\d)(?![年月日分%])[^\W\d](?=\))"
    r"|(?:(?<=\(\d)|(?<=\(\d\d)|(?<=\(\d{3}))(?=\)$))\)?$"
)
WORD = re.compile(r"\w+(?:\(\w+\)\w+)*|[★☆]+")
LED = re.compile(rf"(?:.*,)?(?:以下|下列)(?P<n>{NUMERAL})[个家](?:单位)?[是为]?(?=.)")  # 以下8个合格
LINK = re.compile("(?:的?(?:分别)?(?:共?有|[是为])|如下|包括)$")  # 优秀单位有:, 好的有:
RANKED = re.compile(rf"[前后第末](?:{NUMERAL})(?:[名位强]|(?=的|$))")  # 前十位 and 第一名 are ranks
COUNTED_HEAD = re.compile(  # 优秀单位(共13个)甲局 乙局: the count ends the heading
    rf"(.{{1,{LONGEST_HEAD}}}?[(\uff08]共?计?(?:{NUMERAL})[个家名](?:单位)?[)\uff09])(?P<names>.+)"
)
ANNEX = re.compile(r"附[件表](?:\d{1,2}|[一二三四五六七八九十])?[:.、]?(?=.)")
POINTS = r"\d{2,3}分?(?:\(含\))?"
BAND = re.compile(rf"{POINTS}(?:[-—–~至到]{POINTS}|及?以[上下])的?")  # 80-90分, 90分(含)以上
AHEAD = re.compile(
    rf"((?:如下|通报|公布)[:\uff1a])(?=\s*[^:\uff1a,\uff0c。]{{2,{LONGEST_TIER}}}[:\uff1a])"
)  # 通报如下:一等奖:甲县
RANKING = re.compile(
    r"(?:排名|名次|(?:排名|得分|成绩|评分)[顺次]序)(?:情况|结果)?(?:依次)?(?:如下|为|是)?$"
    rf"|(?:(?i:top)|前)(?P<n>{NUMERAL})[名位强]?(?:\(依次\))?$"
)  # leads to ranks
QUOTED_TIER = re.compile(r"(?<=为)[“‘「『](\w{1,6})[”’」』](?=的)")
ALL = "各"
PERSONS = "个人"  # 先进个人
YEAR = re.compile(r"^\d{4}年度?")
INSIDE = re.compile(rf"[^:\uff1a]{{1,{LONGEST_HEAD}}}[:\uff1a]")


@dataclass(frozen=True)
class Head:
    """A line that may head a list: (一)优秀单位(8个), 优秀乡镇, 差:档案局, 绿榜. `names` is its print after a colon."""

    tier: str
    is_known: bool
    form: tuple[str, bool, bool, str]  # its numbering, whether a count and a colon follow, and its noun
    stated: int | None
    label: str | None
    names: str
    is_like_unit: bool = False  # 达标街道: a tier only beside 优秀街道

    @property
    def is_sure(self) -> bool:
        """Check whether it names a known tier in more words than the tier itself."""
        return self.is_known and bool(any(self.form[1:]) or self.label)


def read_head(line: Line, vocabulary: Vocabulary, steps: Counter[str]) -> Head | None:
    """Read a line as the head of a list; None where it is none.

    A known tier alone on its line is one only with a list below; a word that we do not know must show that it is a
    label: by its number, its count, its colon, its noun, or by others that end alike (绿榜, 黄榜).
    """
    annex = ANNEX.match(line.aligned)
    head, *names = COLON.split(line.printed[annex.end() :] if annex else line.text, maxsplit=1)
    if names and STATED.fullmatch(count := squeeze(names[0])):  # 优秀:(5个)
        head, names = head + count, []
    if not names and (beside := COUNTED_HEAD.fullmatch(head)):
        head, names = beside[1], [beside["names"]]
    head = ASIDE.sub("", head)
    if len(head.strip()) <= LONGEST_TIER and ENUMERATOR.match(line.aligned):
        head = head.rstrip("。 ")  # (一)一等奖。
    key = line.aligned if head == line.text else align(PADDING.sub("", fold(head)))
    if key.startswith(ALL) and not "".join(names).strip():
        return None  # 各县(市)公安局: to whom the notice goes
    if not 0 < len(key) <= LONGEST_HEAD or (key.isascii() and not key.isalpha()):
        return None
    if names and (DATE.match(squeeze(names[0])) or DATE.search(key)):
        return None  # 发布时间:2018年3月19日; 2023年5月6日11:55
    if SPACED.search(head) and any(map(vocabulary.names_unit, head.split())):
        return None  # 甲局 一等奖
    numbered = ENUMERATOR.match(key)
    if (numbered and numbered[0].endswith("是")) or RANKED.search(key) or vocabulary.band.fullmatch(line.key):
        return None
    core = key[numbered.end() :] if numbered else key
    stated = STATED.search(core)
    core = (core[: stated.start()] if stated else core).strip(QUOTES)
    core = core if any(sign in core for sign in OPENING) else CLOSING.sub("", core)  # “通达杯”金杯单位
    core = BAND.sub("", core, count=1).replace("()", "") if BAND.search(core) else core
    core = EITHER_PLACE.sub(r"\1", QUOTED_TIER.sub(r"\1", core))
    if anyone := ANY_PLACE.search(core):
        core = core[: anyone.start()]
    if _grades_unit(core, vocabulary):
        return None
    core = core[1:-1] if core[:1] == "(" and core[-1:] == ")" else BRACKET.sub("", core) or core
    if LINK.search(core) and core[:-1].endswith(vocabulary.scale_noun):
        return None  # 考评等次为: leads to clauses, each with its tier
    core = LINK.sub("", core) or core
    number = read_numeral(stated["n"]) if stated else None
    if led := LED.match(core):
        number, stated, core = read_numeral(led["n"]), led, core[led.end() :]
    style = re.sub("[一二三四五六七八九十]+", "一", re.sub(r"\d+", "1", numbered[0])) if numbered else ""
    match = vocabulary.tier_heading.fullmatch(core) if vocabulary.has_tier(core) else None
    label = (match["label"].removeprefix("的") or match["before_label"]) if match else None
    is_counted = match is not None and stated is not None and len(match["tier"]) > 1  # 优秀学校(3所)
    of = match["label"].removeprefix("的") if match else ""  # 考核结果为优秀的县市政府办公室
    if of.endswith(vocabulary.steps) and not vocabulary.is_label(of):
        match, of, is_counted = None, "", False  # 优秀组织奖 is an award
    is_of = (
        match is not None
        and of != match["label"]
        and (
            vocabulary.names_unit(of)
            or vocabulary.meaning_of(of) == "unit"
            or of in vocabulary.suffix
            or ("为" in core[: match.start("tier")] and of.isalpha())  # 综合评价为较好的党组织
        )
    )
    if match and (not of or is_counted or is_of or vocabulary.is_label(of)):
        form = (style, stated is not None, bool(names), match["noun"] or label or "")
        return Head(vocabulary.name_tier(match["tier"]), True, form, number, label or None, "".join(names))
    core = YEAR.sub("", core) or core
    bare = vocabulary.last_nouns.sub("", core)
    bare = core if len(bare) == 1 and core.endswith(vocabulary.steps) else bare  # 红名单
    tier = vocabulary.tier_lead.sub("", bare)
    tier = core if read_ordinal(tier) is not None else tier.removesuffix("的")  # 第一档次
    step = _find_step(tier, vocabulary, is_counted=stated is not None)
    noun = tier[len(step) :] if step else anyone[0] if anyone else core[len(bare) :]
    form = (style, stated is not None, bool(names), noun)
    tier = step or tier
    is_step = core.endswith(vocabulary.steps)
    is_label = any(form) or (is_step and steps[core[-1:]] > 1)
    longest = LONGEST_HEAD if stated or (numbered and (is_step or form[3])) else LONGEST_TIER
    if (
        read_ordinal(core) is not None
        or not is_label
        or not 0 < len(tier) <= longest
        or not WORD.fullmatch(tier)
        or tier in vocabulary.tier_verb
        or DATE.search(core)
    ):
        return None
    if vocabulary.is_label(core) or core in vocabulary.furniture or RANKING.search(core) or core.endswith(PERSONS):
        return None
    if step or vocabulary.kind_of(core) == "other":
        return Head(tier, False, form, number, None, "".join(names))
    ending = vocabulary.find_label(core)
    if not ending or ending == core:
        return None
    if f"{core.removesuffix(ending)}”{ending}" in key:  # “十佳”乡镇
        return Head(core.removesuffix(ending), False, (*form[:3], ending), number, ending, "".join(names))
    if not names:
        return None
    if numbered:  # 一、督导评估先进学校: above a list; beside names it is a unit, 1.达标街道:甲某
        return None if squeeze(names[0]) else Head(core, False, form, number, None, "")
    form = (*form[:3], ending)
    return Head(core.removesuffix(ending), False, form, number, ending, "".join(names), is_like_unit=True)


def _find_step(text: str, vocabulary: Vocabulary, *, is_counted: bool) -> str:
    """Return the step of a scale before a kind of units: 一等 of 一等的法院, 五星级 of 五星级小区(4个); else ""."""
    for at in range(2, len(text) - 1) if not any(map(str.isdigit, text)) else ():
        kind = text[at:].removeprefix("的")
        is_kind = kind in vocabulary.suffix or vocabulary.is_bare(kind)
        if is_kind and text[:at].endswith(vocabulary.steps) and (is_counted or kind != text[at:]):
            return text[:at]
    return ""


def _grades_unit(core: str, vocabulary: Vocabulary) -> bool:
    """Check whether a text is a unit with its tier in brackets: 县一中(优秀), but not A级(优秀)."""
    beside = BRACKET.search(core)
    if beside is None or beside.start() == 0:
        return False
    return beside[0][1:-1] in vocabulary.tier and not vocabulary.may_grade(core[: beside.start()])


def read_lone(lines: Sequence[Line], vocabulary: Vocabulary) -> Head | None:
    """Read a short word alone above a line of names as a head, which others like it must confirm: 较差 beside 一般."""
    word = lines[0].printed
    if (
        len(lines) < 2
        or not LONE.fullmatch(word)
        or any(is_date(line.key) for line in lines)
        or vocabulary.is_label(word)
        or word in vocabulary.furniture
    ):
        return None
    entries, rest = read_entries(lines[1].text, vocabulary)
    is_list = bool(entries) and not rest and all(vocabulary.names_unit(entry.unit) for entry in entries)
    is_named = vocabulary.kind_of(word) != "other" or vocabulary.meaning_of(word) is not None
    return Head(word, False, ("", False, False, ""), None, None, "") if is_list and not is_named else None


def count_steps(lines: Sequence[Line]) -> Counter[str]:
    """Count by what short lines end, and labels: those that differ in their first word end alike, 绿榜 and 黄榜."""
    ends = (squeeze(line.key.rstrip(":").strip(QUOTES))[-1:] for line in lines if 1 < len(line.key) <= LONGEST_TIER)
    labels = (COLON.split(strip_number(line.key))[0].strip(QUOTES) for line in lines if COLON.search(line.key))
    return Counter(ends) + Counter(label for label in labels if 1 < len(label) <= LONGEST_TIER)


def _mark_label(line: Line, vocabulary: Vocabulary) -> Line:
    """Put a colon behind a label that only a space parts from its names: 优秀 甲镇 乙镇; 甲级 丙镇."""
    if not SPACED.search(line.text) or COLON.search(line.text):
        return line
    label, *words = line.text.split()[:LONGEST_ROW]
    names = [name for word in words for name, _ in split_outside(word, "、")]
    is_label = vocabulary.tier_heading.fullmatch(label) or (len(label) > 1 and label.endswith(vocabulary.steps))
    if not is_label or not names or not all(map(vocabulary.names_unit, names)):
        return line
    return Line(line.place, f"{label}:{line.text.strip().removeprefix(label).strip()}")


def part_heads(line: Line, vocabulary: Vocabulary, steps: Counter[str]) -> list[Line]:
    """Split a line where several heads stand on it: 优秀:甲镇、乙局;良好:丙镇. The labels of one list stay together."""
    line = _mark_label(line, vocabulary)
    line = Line(line.place, AHEAD.sub(r"\1。", line.text)) if AHEAD.search(line.text) else line
    if line.text.count(":") + line.text.count("\uff1a") < 2:
        return [line]
    pieces = [f"{piece}{sign}" for piece, sign in split_outside(line.text, f"。{SEMICOLONS}")]
    labels = [Line(line.place, piece) for piece in pieces if INSIDE.match(piece.strip())]
    if len(labels) < 2:
        return [line]
    ends = steps + count_steps([Line(line.place, COLON.split(label.key)[0]) for label in labels])
    heads = [head for label in labels if (head := read_head(label, vocabulary, ends))]
    is_alike = len({(head.form[0], head.form[2]) for head in heads}) == 1
    is_alike = is_alike and len({head.tier for head in heads}) == len(heads)
    if len(heads) < 2 or not is_alike:
        return [line]
    parted: list[str] = []
    for piece in pieces:
        if parted and not (INSIDE.match(piece.strip()) and read_head(Line(line.place, piece), vocabulary, ends)):
            parted[-1] += piece
        else:
            parted.append(piece)
    return [Line(line.place, piece) for piece in parted if squeeze(piece)]
