"""The words by which notices are read: table headers, tiers, headings, name endings. One row per word, in a file."""

import csv
import re
from collections.abc import Callable
from functools import cache, cached_property
from pathlib import Path
from typing import Any, TypeVar, cast

from audit_lib.notices.words.simplified import SIMPLIFIED
from audit_lib.notices.words.word_lists import PLACES, WordLists, either

T = TypeVar("T")

VOCABULARY = Path(__file__).with_name("vocabulary.csv")
LONGEST_GRADE = 6  # characters of a tier that is known by its end or its place alone


class Vocabulary(WordLists):
    """The words of notices with the patterns of tiers and of what leads to names, each made once."""

    @cached_property
    def any_tier(self) -> str:
        """A pattern for any tier."""
        return either(self.tier)

    @cached_property
    def long_tiers(self) -> list[str]:
        return [word for word in self.tier if len(word) > 1]

    @cached_property
    def tier_word(self) -> str:
        """A pattern for a tier in a sentence: a character alone is one only where a word ends, 优 but not 优胜."""
        nouns, labels = either(self.tier_noun), either((*self.label, *self.tier_noun))
        ends = rf"$|\W|\d|[的有共为是]|{nouns}|{either(self.counter)}"
        # 优秀地区 but not 优秀地完成; 优秀市直单位 but not 优秀达标单位, which is a label of its own.
        other = rf"地(?!区)|(?!{labels}|[的等为有是])[^\W\d_]{{1,3}}(?:{nouns})"
        letters = either(self.tier.keys() - set(self.long_tiers))
        return f"(?:{either(self.long_tiers)})(?!{other})|(?:{letters})(?={ends})"

    @cached_property
    def bare_kind(self) -> re.Pattern[str]:
        """A pattern for a kind of units that names none: 单位, 部门, 政府, 市人民政府."""
        places = [word for word, kind in self.suffix.items() if kind in PLACES and len(word) > 1]
        return re.compile(either({*self.counter, *self.tier_noun, *self.label, *self.offices, *places}))

    def is_bare(self, text: str) -> bool:
        """Check whether a text is a kind of units and no name; 开发区 may be one in its county."""
        return text not in self.suffix and self.bare_kind.fullmatch(text) is not None

    def has_tier(self, text: str) -> bool:
        """Check whether a known tier stands anywhere in a text."""
        return self._tier.search(text) is not None

    @cached_property
    def _tier(self) -> re.Pattern[str]:
        return re.compile(self.any_tier)

    def may_grade(self, text: str) -> bool:
        """Check whether a text may be a tier: a known one, or a word that ends as steps do, 三等奖."""
        return text in self.tier or (1 < len(text) <= LONGEST_GRADE and text.endswith(self.steps))

    def states_tier(self, text: str) -> bool:
        """Check whether a text puts something in a tier, and so is a part of a sentence: 白塔区为优秀等次."""
        return self._stated_tier.search(text) is not None

    @cached_property
    def _stated_tier(self) -> re.Pattern[str]:
        return re.compile(f"为(?:{self.any_tier})")

    def cached(self, make: Callable[["Vocabulary"], T]) -> T:
        """Return what is made from the vocabulary once: patterns of several modules."""
        if make not in self._made:
            self._made[make] = make(self)
        return cast("T", self._made[make])

    @cached_property
    def _made(self) -> dict[Any, Any]:
        return {}

    @cached_property
    def lead(self) -> re.Pattern[str]:
        """A pattern for the words of a sentence before its first name: 决定将甲镇; 前两名的是甲镇."""
        return re.compile(
            rf".*(?:(?:{either(self.leads)}|[现拟](?=将))[将对把]?|(?<=..)[是为]|的|我[省市州县区]|^[而仅则给]|(?<=[^国所公私])有(?!限))"
        )

    @cached_property
    def first_lead(self) -> re.Pattern[str]:
        """A pattern for the words that lead to a name, at its beginning: 确定双江."""
        return re.compile(f"(?:{either(self.leads)})+[将对把]?")

    @cached_property
    def tier_heading(self) -> re.Pattern[str]:
        """A pattern for a tier with what may stand around it in a heading: 考核优秀单位, 优秀乡镇, 乡镇优秀单位."""
        verb = either(self.tier_verb)
        before = rf"(?:(?:[^,。;:]*?(?:{verb}|[为是获到得的]|年度?))?|(?P<before_label>{self._labels.pattern})的?)"
        noun = rf"(?P<noun>(?:的?(?:{either(self.tier_noun)}|{either(self.steps)}))*)"  # 优秀单位, 优秀档
        return re.compile(rf"{before}(?P<tier>{self.any_tier}){noun}(?P<label>\w{{0,8}})")

    @cached_property
    def band(self) -> re.Pattern[str]:
        """A pattern for the number of units in a band of scores: 80-90分(良好) 7个."""
        scores = r"\d{2,3}分?(?:\([^()]*\))?(?:[-—–~至到]\d{2,3}分?|以上|以下)(?:\(含[^()]*\))?"
        end = rf"\(?(?P<tier>{self.any_tier})\)?(?:的|等次)?(?:共?有|为|:)?(?P<n>\d{{1,4}})[个家](?:单位)?[;。,]?"
        return re.compile(scores + end)

    @cached_property
    def tier_lead(self) -> re.Pattern[str]:
        """A pattern for the words that lead to a tier: 获得一等奖, 年度考核评定为."""
        return re.compile(
            rf"^(?:(?:{either((*self.leads, *self.tier_verb))})*(?:[获荣]+得?|达到|为|列入|登上|进入)"
            rf"|{either(self.leads)})(?=..)"
        )

    def name_tier(self, printed: str) -> str:
        """Return the form by which a printed tier is named: 優秀 is 优秀."""
        plain = printed.translate(SIMPLIFIED)
        return plain if plain in self.tier else printed

    @cached_property
    def last_nouns(self) -> re.Pattern[str]:
        """A pattern for the words after a tier with which a heading ends: 单位 of 优秀单位."""
        return re.compile(f"(?:的?(?:{either(self.tier_noun)}))*$")


@cache
def read_vocabulary(path: Path = VOCABULARY) -> Vocabulary:
    """Read the vocabulary file. Raises KeyError for a file without its columns."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    words: dict[str, dict[str, str]] = {}
    for row in rows:
        words.setdefault(row["list"], {})[row["word"]] = row["means"]
    return Vocabulary(
        header=words["header"],
        header_whole=words["header_whole"],
        totals=frozenset(row["word"] for row in rows if row["list"] == "header" and row["order"] == "1"),
        tier={row["word"]: int(row["order"]) for row in rows if row["list"] == "tier"},
        steps=tuple(words["tier_step"]),
        scale_noun=tuple(word for word, means in words["tier_noun"].items() if means == "scale"),
        leads=tuple(words["lead"]),
        furniture=frozenset(words["furniture"]),
        tier_noun=tuple(words["tier_noun"]),
        tier_verb=tuple(words["tier_verb"]),
        matter=(*words["matter"], *(word for word, means in words["tier_verb"].items() if means == "matter")),
        verdict=tuple(words["verdict"]),
        division=tuple(words["division"]),
        compound=frozenset(words["compound"]),
        level_prefix=tuple(words["level_prefix"]),
        sentiment=words["sentiment"],
        suffix=words["suffix"],
        side=words["side"],
        no_unit=words["no_unit"],
        counter=tuple(words["counter"]),
        label=words["label"],
    )
