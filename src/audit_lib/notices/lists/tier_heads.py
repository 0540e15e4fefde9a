"""Read what heads a list: a label with a known tier, or one that shows by its form that it labels a list."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import NamedTuple

from audit_lib.documents.model import Line, squeeze
from audit_lib.notices.grids.columns import read_ordinal
from audit_lib.notices.lists.printed_heads import COLON, LONGEST_HEAD, LONGEST_TIER, STATED, PrintedHead, read_print
from audit_lib.notices.words.dates import DATE, NUMERAL, is_date
from audit_lib.notices.words.entries import QUOTES, read_entries, split_outside, strip_number
from audit_lib.notices.words.vocabulary import Vocabulary
from audit_lib.notices.words.word_lists import SPACED

LONGEST_ROW = 60  # words of a line whose first may be a label
LONE = re.compile("[\u4e00-\u9fff]{1,4}")
SEMICOLONS = ";\uff1b"
WORD = re.compile(r"\w+(?:\(\w+\)\w+)*|[★☆]+")
AHEAD = re.compile(
    rf"((?:如下|通报|公布)[:\uff1a])(?=\s*[^:\uff1a,\uff0c。]{{2,{LONGEST_TIER}}}[:\uff1a])"
)  # 通报如下:一等奖:甲县
RANKING = re.compile(
    r"(?:排名|名次|(?:排名|得分|成绩|评分)[顺次]序)(?:情况|结果)?(?:依次)?(?:如下|为|是)?$"
    rf"|(?:(?i:top)|前)(?P<n>{NUMERAL})[名位强]?(?:\(依次\))?$"
)  # leads to ranks
PERSONS = "个人"  # 先进个人
YEAR = re.compile(r"^\d{4}年度?")
NEXT_LABEL = re.compile(
    r"(?<![、,\uff0c;\uff1b。:\uff1a\s])\s+(?P<label>[^\s、,\uff0c;\uff1b。:\uff1a]{2,12})(?=[:\uff1a])"
)
INSIDE = re.compile(rf"[^:\uff1a]{{1,{LONGEST_HEAD}}}[:\uff1a]")


DENIED = re.compile("(?:[未不非]|没有?)[被得能予以评获定列达到为入]{0,5}$")  # 二、未评为优秀


class Form(NamedTuple):
    """How a heading is printed: what headings of parallel lists share."""

    number: str  # 一、 or (1), whichever number it is
    is_counted: bool  # 优秀(8个)
    has_colon: bool
    noun: str  # 单位 of 优秀单位

    @property
    def shape(self) -> tuple[str, bool, bool]:
        """The form without its noun."""
        return self[:3]


@dataclass(frozen=True)
class Head:
    """A line that may head a list: (一)优秀单位(8个), 优秀乡镇, 差:档案局, 绿榜. `names` is its print after a colon."""

    tier: str
    is_known: bool
    form: Form
    stated: int | None
    label: str | None
    names: str
    is_like_unit: bool = False  # 达标街道: a tier only beside 优秀街道

    @property
    def is_sure(self) -> bool:
        """Check whether it names a known tier in more words than the tier itself."""
        return self.is_known and bool(any(self.form[1:]) or self.label)


def read_head(line: Line, vocabulary: Vocabulary, steps: Counter[str]) -> Head | None:
    """Read a line as the head of a list; None if it is not one.

    A known tier alone on its line is one only with a list below; an unknown word must show that it is a
    label: by its number, its count, its colon, its noun, or by others that end alike (绿榜, 黄榜).
    """
    printed = read_print(line, vocabulary)
    if printed is None:
        return None
    return _read_known(printed, vocabulary) or _read_label(printed, vocabulary, steps)


def _read_known(printed: PrintedHead, vocabulary: Vocabulary) -> Head | None:
    """Read the head of a list of a known tier: 考核优秀单位, 优秀乡镇, 综合评价为较好的党组织."""
    match = vocabulary.tier_heading.fullmatch(printed.core) if vocabulary.has_tier(printed.core) else None
    if match is None or DENIED.search(printed.core[: match.start("tier")]):
        return None
    of = match["label"].removeprefix("的")
    is_award = of.endswith(vocabulary.steps) and not vocabulary.is_label(of)  # 优秀组织奖
    is_counted = printed.is_counted and len(match["tier"]) > 1  # 优秀学校(3所)
    is_of = (
        of != match["label"]
        and (
            vocabulary.names_unit(of)  # 考核结果为优秀的县市政府办公室
            or vocabulary.meaning_of(of) == "unit"
            or of in vocabulary.suffix
            or ("为" in printed.core[: match.start("tier")] and of.isalpha())
        )
    )
    if is_award or not (not of or is_counted or is_of or vocabulary.is_label(of)):
        return None
    label = of or match["before_label"]
    form = Form(printed.style, printed.is_counted, printed.has_colon, match["noun"] or label or "")
    return Head(vocabulary.name_tier(match["tier"]), True, form, printed.stated, label or None, printed.names)


def _read_label(printed: PrintedHead, vocabulary: Vocabulary, steps: Counter[str]) -> Head | None:
    """Read the head of a list whose label we do not know, and which shows by its form that it is one."""
    core = YEAR.sub("", printed.core) or printed.core
    bare = vocabulary.last_nouns.sub("", core)
    bare = core if len(bare) == 1 and core.endswith(vocabulary.steps) else bare  # 红名单
    tier = vocabulary.tier_lead.sub("", bare)
    tier = core if read_ordinal(tier) is not None else tier.removesuffix("的")  # 第一档次
    step = _find_step(tier, vocabulary, is_counted=printed.is_counted)
    noun = tier[len(step) :] if step else printed.kind or core[len(bare) :]
    form = Form(printed.style, printed.is_counted, printed.has_colon, noun)
    tier = step or tier
    is_step = core.endswith(vocabulary.steps)
    is_long = printed.is_counted or (printed.style and (is_step or noun))
    if (
        not (any(form) or (is_step and steps[core[-1:]] > 1))
        or not 0 < len(tier) <= (LONGEST_HEAD if is_long else LONGEST_TIER)
        or not WORD.fullmatch(tier)
        or _is_other_word(core, tier, vocabulary)
    ):
        return None
    head = Head(tier, False, form, printed.stated, None, printed.names)
    return head if step or vocabulary.kind_of(core) == "other" else _read_like_unit(head, core, printed, vocabulary)


def _is_other_word(core: str, tier: str, vocabulary: Vocabulary) -> bool:
    """Check whether words head something else than a list of results: 乡镇, 附件, 排名情况, 先进个人, a date."""
    is_listed = vocabulary.is_label(core) or core in vocabulary.furniture or tier in vocabulary.tier_verb
    is_rank = read_ordinal(core) is not None or RANKING.search(core) is not None
    return is_listed or is_rank or core.endswith(PERSONS) or DATE.search(core) is not None


def _read_like_unit(head: Head, core: str, printed: PrintedHead, vocabulary: Vocabulary) -> Head | None:
    """Read a label that ends as names of units do: “十佳”乡镇, 达标街道:甲街道; 1.达标街道:甲某 is a unit."""
    ending = vocabulary.find_label(core)
    if not ending or ending == core:
        return None
    labelled = replace(head, tier=core.removesuffix(ending), form=head.form._replace(noun=ending), label=ending)
    if f"{labelled.tier}”{ending}" in printed.key:
        return labelled
    if not printed.has_colon:
        return None
    if printed.style:  # 一、督导评估先进学校: above a list
        return None if squeeze(printed.names) else replace(head, tier=core, names="")
    return replace(labelled, is_like_unit=True)


def _find_step(text: str, vocabulary: Vocabulary, *, is_counted: bool) -> str:
    """Return the step of a scale before a kind of units: 一等 of 一等的法院, 五星级 of 五星级小区(4个); else ""."""
    for at in range(2, len(text)) if not any(map(str.isdigit, text)) else ():
        kind = text[at:].removeprefix("的")
        is_kind = kind in vocabulary.suffix or vocabulary.is_bare(kind)
        if is_kind and text[:at].endswith(vocabulary.steps) and (is_counted or kind != text[at:]):
            return text[:at]
    return ""


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
    return Head(word, False, Form("", False, False, ""), None, None, "") if is_list and not is_named else None


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


def _part_label(found: re.Match[str], vocabulary: Vocabulary) -> str:
    """Put a sign before the label of a known tier that only a space parts from the list before it."""
    is_tier = vocabulary.tier_heading.fullmatch(STATED.sub("", squeeze(found["label"])))
    return f";{found['label']}" if is_tier else found[0]


def part_heads(line: Line, vocabulary: Vocabulary, steps: Counter[str]) -> list[Line]:
    """Split a line where several heads stand on it: 优秀:甲镇、乙局;良好:丙镇. The labels of one list stay together."""
    line = _mark_label(line, vocabulary)
    line = Line(line.place, AHEAD.sub(r"\1。", line.text)) if AHEAD.search(line.text) else line
    if len(COLON.findall(line.text)) > 1:  # 优秀(2个):甲镇、乙镇 良好:丙镇
        text = NEXT_LABEL.sub(partial(_part_label, vocabulary=vocabulary), line.text.strip())
        line = line if text == line.text.strip() else Line(line.place, text)
    if line.text.count(":") + line.text.count("\uff1a") < 2:
        return [line]
    pieces = [f"{piece}{sign}" for piece, sign in split_outside(line.text, f"。{SEMICOLONS}")]
    labels = [Line(line.place, piece) for piece in pieces if INSIDE.match(piece.strip())]
    if len(labels) < 2:
        return [line]
    ends = steps + count_steps([Line(line.place, COLON.split(label.key)[0]) for label in labels])
    heads = [head for label in labels if (head := read_head(label, vocabulary, ends))]
    is_alike = len({(head.form.number, head.form.has_colon) for head in heads}) == 1
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
