"""Look printed words up: headings of columns, names of units, labels of groups. `vocabulary` reads the file."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache, wraps
from typing import TypeVar

from audit_lib.documents.model import squeeze
from audit_lib.notices.words.simplified import SIMPLIFIED

T = TypeVar("T")

HAN = re.compile(r"[\u4e00-\u9fff]")
SPACED = re.compile(r"[\u4e00-\u9fff]\s+[\u4e00-\u9fff]")
SIGNS = re.compile("[、,;。:]")
BRACKETED = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
SEVERAL = re.compile("[及与和、,]")  # 村名及得分 is a heading of two things, and no score
NUMBERING = re.compile(  # of a title: 一、 (二) 3.
    r"^(?:[一二三四五六七八九十\d]{1,3}[、.\uff0e]|[(\uff08][一二三四五六七八九十\d]{1,3}[)\uff09])"
)
LONGEST_WORD = 12  # characters of a word in the vocabulary
LONGEST_KEPT, MOST_KEPT = 40, 20_000  # characters of a word and words whose meaning is kept once it is found
LONGEST_HEADING = 12  # characters of a column heading; a longer cell that ends like one is a sentence
BRACKET = re.compile(r"[(\uff08][^()\uff08\uff09]*[)\uff09]$")  # at the end of a name: 嘉定新城(马陆镇)
# Kinds of places: their endings follow a name. 区政府办公室 alone is no district but the government's own office.
PLACES = ("town", "subdistrict", "village", "county")
PLACE_KINDS = re.compile("各?[省市州县区乡镇街村]{2,}(?:人民)?政府(?:名称)?")  # 县区政府 heads a column
LONGEST_NAME = 20  # characters; a longer stretch between two separators is prose, not the name of a unit
# 各镇 are units, and the name of none; 全椒县 and 全州县 are names.
NO_NAME = re.compile(
    "[一二三四五六七八九十]类|[省市州县区乡镇村]+$|[各该]|其[余他它]|.*的|获[得评]|本次|[全本](?:[省市县区镇乡街村]|州(?!县))"
    "|去年|今年|上年|[上本]期|[上本]月|同期|剩[余下]|余下|倒数|.*第[一二三四五六七八九十\\d]{1,3}名"
    "|.*以上|..+(?:乡镇|县区)$|.*农村$"
)
EITHER_PLACE = re.compile(r"(?<=[省市县区乡镇])\(([市县区乡镇]+)\)(?=[市县区乡镇])")  # 县(市)区政府
ANY_PLACE = re.compile(r"[省市县区乡镇]\((?:[市县区乡镇]|街道|[、/])+\)$")  # 先进县(市、区)
COUNTED_UNITS = re.compile(
    r"\d[个家名]|[一二三四五六七八九十][个名]|[等共计有余他][一二三四五六七八九十]家"
)  # not 八家子林场
SHORTEST_INSTITUTION = 3  # characters: 人事科 is a section, 大科 a subdistrict (louxing)


def cache_short(find: Callable[["WordLists", str], T]) -> Callable[["WordLists", str], T]:
    """Keep what a method finds for a short text."""
    kept = lru_cache(MOST_KEPT)(find)

    @wraps(find)
    def look_up(lists: "WordLists", text: str) -> T:
        return kept(lists, text) if len(text) <= LONGEST_KEPT else find(lists, text)

    return look_up


@dataclass(frozen=True, eq=False)
class WordLists:
    """The words of notices, each with its meaning. Keys are squeezed words (see `documents.squeeze`)."""

    header: dict[str, str]  # 评分 → score; a heading may end with the word: 综合评分(100分)
    header_whole: dict[str, str]  # 乡镇 → unit; also the end of names, so a heading only as a whole
    totals: frozenset[str]  # headings of the score that sums up the others: 总分
    tier: dict[str, int]  # 优秀 → 1, the best; tiers of one order are the same step on different scales
    steps: tuple[str, ...]  # endings of tiers whose first word tells the step: 绿榜, 一等奖, 黄牌, 五星级
    scale_noun: tuple[str, ...]  # words that only a tier has before it: 等次
    leads: tuple[str, ...]  # words that lead to the first name of a list in a sentence: 确定
    furniture: frozenset[str]  # words before a colon that head no list of a result: 抄送
    tier_noun: tuple[str, ...]  # words that may follow a tier in a heading: 优秀单位
    tier_verb: tuple[str, ...]  # words before 为 and a tier in a sentence: 考核等次评定为优秀
    matter: tuple[str, ...]  # words with which the name of an inspection ends: 河长制工作
    verdict: tuple[str, ...]  # what a notice says of units: 予以通报表扬
    division: tuple[str, ...]  # what units are compared in: 第二方阵
    compound: frozenset[str]  # words that begin like the ending of a name: 甲街道市容
    level_prefix: tuple[str, ...]  # the level of government that some lists print before a name: 市公安局
    sentiment: dict[str, str]  # word in a heading → how units named below it are spoken of
    suffix: dict[str, str]  # name ending → kind of unit
    side: dict[str, str]  # kind → town, bureau or other
    no_unit: dict[str, str]  # beginning of a cell that names no unit → sum, road, or note (which is no row at all)
    label: dict[str, str]  # word in the label of a list or group → kind of the units below it
    counter: tuple[str, ...]  # words after a number of units in a sentence: 21个市

    @cache_short
    def meaning_of(self, heading: str) -> str | None:
        """Return what a column heading means, whatever it says in brackets; None for a word nobody has listed."""
        if len(heading) > LONGEST_KEPT and "(" not in heading:
            return None
        word = BRACKETED.sub("", squeeze(heading)).lower()
        if len(word) > LONGEST_HEADING:
            return None
        if whole := self._read_whole(word):
            return whole
        if PLACE_KINDS.fullmatch(word) or self._read_whole(word.removesuffix("名")) == "unit":  # 小区名
            return "unit"
        if SEVERAL.search(word):
            return None
        ending = next((ending for ending in _endings(word) if ending in self.header), None)
        if ending in self.totals:  # 扣分合计 sums up deductions
            summed = self.meaning_of(word.removesuffix(ending))
            return summed if summed in ("extra", "measure") else self.header[ending]
        return None if ending is None else self.header[ending]

    def may_head(self, text: str) -> bool:
        """Check whether a text may be a heading, one of several things too: 村名及得分."""
        return all(map(self.meaning_of, SEVERAL.split(text))) or self.meaning_of(text) is not None  # not 东和镇

    @cache_short
    def names_unit(self, printed: str) -> bool:
        """Check whether a text ends as names of units do, and is no heading, sum or number of units (各镇, 3个镇)."""
        text = squeeze(printed) if len(printed) <= LONGEST_KEPT else ""
        if not 1 < len(text) <= LONGEST_NAME or self.kind_of(text) == "other" or NO_NAME.match(text):
            return False
        if text.count("(") != text.count(")"):
            return False
        return self.meaning_of(text) is None and not self.sums_up(text) and not COUNTED_UNITS.search(text)

    def sums_up(self, text: str) -> bool:
        """Check whether a text names what sums up units: 合计, 全县平均, 平均分, 省道."""
        if text.startswith(self._sums):
            return True
        bare = BRACKETED.sub("", text) if "(" in text else text
        return len(bare) <= LONGEST_WORD and bare.removesuffix("分").removesuffix("得").endswith(self._sums)

    @cached_property
    def _sums(self) -> tuple[str, ...]:
        return tuple(word for word, means in self.no_unit.items() if means != "note")

    @cached_property
    def notes(self) -> tuple[str, ...]:
        """The beginnings of notes below tables."""
        return tuple(word for word, means in self.no_unit.items() if means == "note")

    def _read_whole(self, word: str) -> str | None:
        """Read a heading that is one of the whole words, or several for the same: 部委网站, 县、市、区."""
        if word in self.header_whole:
            return self.header_whole[word]
        if not self._wholes.fullmatch(word):
            return None
        meanings = {self.header_whole[part] for part in self._whole.findall(word)}
        return meanings.pop() if len(meanings) == 1 else None

    @cached_property
    def offices(self) -> frozenset[str]:
        """Return offices that are named after their place, and are no name without it: 政府 of 县政府."""
        places = [word[1:] for word, kind in self.suffix.items() if kind in PLACES and len(word) > 1]
        return frozenset(word for word in places if word.endswith("政府") and f"县{word}" in self.suffix)

    @cached_property
    def _whole(self) -> re.Pattern[str]:
        return re.compile(either(self.header_whole))

    @cached_property
    def _wholes(self) -> re.Pattern[str]:
        return re.compile(f"(?:(?:{either(self.header_whole)})、?)+")

    @cached_property
    def _label(self) -> re.Pattern[str]:
        return re.compile(either(self.label))

    @cached_property
    def _labels(self) -> re.Pattern[str]:
        word = f"(?:{either(self.label)})"
        return re.compile(rf"[各全]?(?:[省市县区州][级直]?)?{word}(?:[、和及与]?{word})*(?:类|组|单位|政府)?")

    def is_label(self, text: str) -> bool:
        """Check whether a text is the label of a group of units and nothing else: 一、乡镇(20个), 市直部门:."""
        plain = BRACKETED.sub("", NUMBERING.sub("", text)).rstrip(":")
        return len(plain) <= LONGEST_KEPT and self._labels.fullmatch(plain) is not None

    def find_label(self, text: str) -> str | None:
        """Return the label of a group with which a text ends: 街道 of 达标街道."""
        return next((ending for ending in _endings(text) if ending in self.label), None)

    def heads_column(self, cell: str) -> bool:
        """Check whether a cell is a heading, and no name or value: 综合指数排名."""
        return self.kind_of(cell) == "other" and self.meaning_of(cell) not in (None, "extra") and len(cell) > 1

    def is_plain(self, heading: str) -> bool:
        """Check whether a heading is a word of the vocabulary and nothing more: 单位, not 指标名称."""
        word = BRACKETED.sub("", heading.split(" ")[0]).lower()
        return word in self.header or self._read_whole(word) is not None

    def is_score_word(self, text: str) -> bool:
        """Check whether a text is a heading of scores and begins with no name: 得分, 综合得分."""
        return self.meaning_of(text) == "score"

    def is_total(self, heading: str) -> bool:
        return BRACKETED.sub("", heading).lower().endswith(tuple(self.totals))

    @cache_short
    def kind_of(self, name: str) -> str:
        """Classify a unit by the longest ending we know; `other` where we know none.

        A bracket at the end is not part of the ending: 区科创委(投促办) ends in 科创委.
        """
        name = squeeze(name).translate(SIMPLIFIED)
        first, _, office = name.rpartition("、")
        name = first if office in self.offices and first else name  # 高新区管委会、政府
        if "(" in name and ANY_PLACE.search(name):
            return "other"
        bare = BRACKET.sub("", name) or name
        endings = (ending for ending in _endings(bare) if ending in self.suffix and self._may_end(bare, ending))
        return next((self.suffix[ending] for ending in endings), "other")

    def _may_end(self, name: str, suffix: str) -> bool:
        """Check whether a name is long enough for its ending to be one."""
        kind = self.suffix[suffix]
        if kind in PLACES:
            return name != suffix
        return kind != "institution" or len(name) >= SHORTEST_INSTITUTION

    def kinds_of_label(self, label: str) -> tuple[str, ...]:
        """Return the kinds that the label of a list or group names, in its order; none where it says nothing of kinds.

        The longest word counts where one stands inside another: 县直部门 are departments, not counties.
        """
        return tuple(dict.fromkeys(self.label[word] for word in self._label.findall(label.translate(SIMPLIFIED))))

    def strip_level(self, name: str) -> str | None:
        """Remove one level prefix from a name; None if it has none.

        Exactly one: 市市场监管局 is the 市 of the city before the 市 of 市场.
        """
        return name[1:] if name.startswith(self.level_prefix) else None


def either(words: Iterable[str]) -> str:
    """Return a pattern that finds any of the words, the longest first."""
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))


def _endings(text: str) -> Iterator[str]:
    """Yield the endings of a text that may be words of the vocabulary, the longest first."""
    return (text[at:] for at in range(max(0, len(text) - LONGEST_WORD), len(text)))
