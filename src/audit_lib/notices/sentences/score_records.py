"""Assemble what a sentence says of units into records: each unit with its score, its rank and other numbers."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from audit_lib.notices.sentences.clause_names import trim_lead
from audit_lib.notices.words.entries import split_and
from audit_lib.notices.words.names import MASK, names_none
from audit_lib.notices.words.vocabulary import Vocabulary
from audit_lib.notices.words.word_lists import LONGEST_NAME, NO_NAME

NAME_END = "\ue000"  # after a name that the parts of its score confirm, see `mark_names`; no page prints it
NOT_IN_NAMES = re.compile("[的了]|排名|超过|显示|表明|分别|[率分]$")  # of no name: 两者差距超过了, 扣信用分
OTHER_POINTS = re.compile("^(?:上[年期月次]|去年|同期|自评|初评|预评|应得)")  # beside the score, or of another time
VERB = re.compile("(?:[扣减加计占达差高低率升降于]|增长)$")  # what an amount follows; 办结率 is a quantity


@dataclass
class Record:
    """A unit with what a sentence gives it: points or a count of something else (`mark`), a rank, other numbers."""

    unit: str
    number: str | None
    mark: str
    rank: int | None
    group: str | None
    place: str
    is_alone: bool = False  # the only one of its sentence
    begins: bool = False  # the first of a sentence that says in which order its units stand
    extra: dict[str, str] = field(default_factory=dict)
    label: str = ""  # what was counted, where the sentence says


@dataclass
class Chunk:
    """The text between two separators: a name, a number with its label, a rank, or several of these."""

    text: str
    sign: str
    unit: str = ""
    label: str = ""
    number: str | None = None
    mark: str = "分"
    rank: int | None = None
    is_each: bool = False
    aside: str | None = None  # what brackets after the number say
    leads: bool = False  # its rank is that of the names after it too


class _Assembly:
    """The records of one sentence, as its chunks are added one by one."""

    def __init__(self, place: str, group: str | None, vocabulary: Vocabulary) -> None:
        self.place, self.group, self.vocabulary = place, group, vocabulary
        self.done: list[Record] = []
        self.made: list[Record] = []  # the units to which what follows belongs
        self.names: list[str] = []  # that have nothing yet
        self.rank: int | None = None  # of the next unit

    def finish(self) -> list[Record]:
        """Return all records."""
        return [*self.done, *self.made, *self._rank_names()]

    def add_words(self, chunk: Chunk, before: Chunk | None, *, is_part: bool) -> None:
        """Add a chunk without a number: a rank, a name, or other words, after which the names before are of nothing."""
        if chunk.rank is not None:
            self._add_rank(chunk)
        elif before and before.leads and chunk.unit and self.vocabulary.names_unit(chunk.unit):
            self.made.append(replace(self.made[-1], unit=chunk.unit))
            chunk.leads = chunk.sign == "、"
        elif chunk.sign == NAME_END or (
            chunk.unit and not (is_part and self.made) and may_name(chunk.unit, self.vocabulary)
        ):
            self.names.append(chunk.unit or chunk.text)
        else:
            self.names = []

    def _add_rank(self, chunk: Chunk) -> None:
        """Add a rank: of the units just scored, of the unit beside it, or of what follows."""
        if not chunk.unit and self.made and self.made[-1].rank is None:
            for record in self.made:
                record.rank = chunk.rank
        elif chunk.unit:
            units = [name for name in self.names if chunk.is_each and self.vocabulary.names_unit(name)]
            units += split_and(chunk.unit, self.vocabulary)
            self._begin([self._make(unit, rank=chunk.rank) for unit in units])
        else:
            self._begin(self._rank_names())
            self.rank = chunk.rank

    def add_number(self, chunk: Chunk, before: Chunk | None, *, is_part: bool, has_parts: bool) -> None:
        """Add a chunk with a number: of the unit beside it, of the names before it, or of the last unit again."""
        names_unit = self.vocabulary.names_unit
        is_named = bool(self.names) and (names_unit(self.names[-1]) or (before is not None and before.sign == NAME_END))
        if is_part and is_named and not self.made and chunk.unit != self.names[-1]:
            self._begin([self._make(self.names[-1], rank=self.rank)])
        if self.made and (is_part or not chunk.unit) and not self.names:
            for record in self.made if chunk.is_each else self.made[-1:]:
                _add_number(record, chunk, self.vocabulary)
            return
        if self.rank is not None and self.names and chunk.unit and not names_unit(chunk.unit):
            chunk.unit, chunk.label = "", chunk.unit + chunk.label  # 第一名:甲商场,诚信分90.5分
        if self.names and VERB.search(chunk.unit):
            return  # 甲项目:裸土未覆盖扣2分,得98分
        names, self.names = self.names, []
        units = [chunk.unit] if chunk.unit else names if chunk.is_each else names[-1:]
        units = [*names, *units] if chunk.is_each and chunk.unit else units
        units = [part for unit in units for part in split_and(trim_lead(unit, self.vocabulary), self.vocabulary)]
        is_mean = self.vocabulary.sums_up(chunk.label) and not all(map(names_unit, units))
        if not units or is_mean or not all(may_name(unit, self.vocabulary) for unit in units):
            return
        extra = {"()": chunk.aside} if chunk.aside else {}
        rank = chunk.rank or self.rank
        self._begin(
            [
                self._make(unit, chunk.number, chunk.mark, rank=rank, extra=dict(extra), label=chunk.label)
                for unit in units
            ]
        )
        is_other = OTHER_POINTS.search(chunk.label) is not None
        if (has_parts and chunk.label) or is_other:
            self.made[-1].number = None
            _add_number(self.made[-1], chunk, self.vocabulary)

    def _begin(self, records: list[Record]) -> None:
        self.done += self.made
        self.made, self.names, self.rank = records, [], None

    def _make(
        self,
        unit: str,
        number: str | None = None,
        mark: str = "分",
        *,
        rank: int | None,
        extra: dict[str, str] | None = None,
        label: str = "",
    ) -> Record:
        return Record(unit, number, mark, rank, self.group, self.place, extra=extra or {}, label=label)

    def _rank_names(self) -> list[Record]:
        """Return the units that a rank alone stands before: 第一名:甲镇."""
        if self.rank is None or not (len(self.names) == 1 or all(map(self.vocabulary.names_unit, self.names))):
            return []
        return [self._make(unit, rank=self.rank) for unit in self.names]


def read_records(chunks: Sequence[Chunk], place: str, group: str | None, vocabulary: Vocabulary) -> list[Record]:
    """Assemble the records of a sentence: a rank before its unit or after its score, numbers after their unit.

    Where one unit alone is named and other numbers follow, they are parts of its score.
    """
    known = [at for at, chunk in enumerate(chunks) if chunk.sign == NAME_END]
    known = known or [at for at, chunk in enumerate(chunks) if chunk.unit and vocabulary.names_unit(chunk.unit)]
    scored = [chunk for chunk in chunks if chunk.number is not None]
    has_parts = len(known) == 1 and len(scored) > 1 and not any(c.number for c in chunks[: known[0]])
    has_parts = has_parts and sum(chunk.rank is not None for chunk in scored) < 2  # each with a rank is a unit
    assembly = _Assembly(place, group, vocabulary)
    for at, chunk in enumerate(chunks):
        before = chunks[at - 1] if at else None
        is_part = has_parts and at > known[0]
        if chunk.number is None:
            assembly.add_words(chunk, before, is_part=is_part)
        else:
            assembly.add_number(chunk, before, is_part=is_part, has_parts=has_parts)
    return assembly.finish()


def _add_number(record: Record, chunk: Chunk, vocabulary: Vocabulary) -> None:
    """Add a further number to a record: the total or the score, else a part."""
    label = chunk.label or chunk.unit or chunk.mark
    is_score = vocabulary.is_score_word(label) and not OTHER_POINTS.search(label)
    if is_score and (record.number is None or vocabulary.is_total(label)):
        record.number, record.mark = chunk.number, chunk.mark
    else:
        record.extra[label] = chunk.number or ""
    record.rank = record.rank or chunk.rank


def may_name(name: str, vocabulary: Vocabulary) -> bool:
    """Check whether words beside a score may name a unit, of a known kind or not."""
    if (
        len(name) > LONGEST_NAME
        or VERB.search(name)
        or NO_NAME.match(name)
        or name in vocabulary.furniture
        or vocabulary.meaning_of(name) not in (None, "unit")
        or names_none(name, vocabulary)
    ):
        return False
    is_other = (name.endswith(vocabulary.matter) or NOT_IN_NAMES.search(name)) and vocabulary.kind_of(name) == "other"
    return not is_other and not any(word in name for word in vocabulary.no_unit) and not MASK.search(name)
