"""Read the units that a clause names with their scores, ranks and other numbers: 甲镇97分,排名第一."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from audit_lib.notices.clause_names import compile_verbs, count_shared, trim_lead, trim_tail
from audit_lib.notices.columns import HAN, read_ordinal
from audit_lib.notices.dates import NUMERAL
from audit_lib.notices.names import MASK, names_none, split_and, split_outside
from audit_lib.notices.vocabulary import Vocabulary
from audit_lib.notices.vocabulary_words import LONGEST_NAME, NO_NAME

NAME_END = "\ue000"  # after a name that the parts of its score confirm, see `mark_names`; no page prints it
BREAKS = f"、,:{NAME_END}"  # between the parts of a clause
PREDICATE = re.compile("最(?!高人民)|较[好差]")  # of a clause about a unit: 甲校表现最好
PLACED = rf"(?:并列)?(?<!倒数)第(?P<rank>{NUMERAL})[名位]?"
MARK = "[分%条篇件]"
POINTS = r"(?P<score>\d{1,3}(?:\.\d+)?)"
ORDINAL = re.compile(rf"(?P<text>.{{0,20}}?){PLACED}(?:的?[是为])?")
ITEM = re.compile(
    rf"(?:{PLACED.replace('rank', 'before')})?[是为]?"
    r"(?P<unit>以|[^\d()]{2,}?(?:\([^\d()]+\))?)(?:\([^()]*第[^()]*\))?"
    rf"(?:\((?P<of>[^\d()第]{{0,6}}?){POINTS}(?P<inside>{MARK})?\)"
    rf"|(?P<each>[各均都皆][为得是]?)?{POINTS.replace('score', 'points')}(?P<mark>{MARK}))"
    rf"(?:\((?P<aside>[^()]*)\))?(?:[^\d()第]{{0,8}}{PLACED.replace('rank', 'after')}|排名[^\d()第]{{1,3}})?"
)
LED_BY_BOUND = re.compile(r"^[^、,:()]{0,24}\d[^、,:()]{0,12}[是为](?=[^\W\d])")  # 平均分低于80分的单位是甲镇(78.96)
ALONE = re.compile(r"(?P<each>[均各都皆])?(?:得分|得)?[为是]?(\d{1,3}(?:\.\d+)?)分(?:\(([^()]*)\))?")
FROM_END = re.compile("倒数?$")
NAMED = re.compile(rf".{{0,20}}?{PLACED}(?:的?[是为]|(?<=[名位]))(?P<unit>[^\d()]+)")
PART = re.compile(r"([^\d、,;:。]+)\d{1,3}(?:\.\d+)?分")  # 市容秩序91分
LED_PARTS = re.compile(  # 甲景区:票务服务91分,环境卫生95分,综合得分92分
    rf"(?<![^;。])(?P<name>[^\d,;。:、]{{2,20}}):(?P<parts>{PART.pattern}(?:[、,]{PART.pattern}){{2,30}})"
)
ANNOUNCES = re.compile("(?:结果|情况|成绩)(?:如下)?$")  # leads to units: 考评结果:甲区市容秩序91分
MOST_ALONE = 2  # numbers of a sentence that are not parts of one score
SHARED_END = 3  # characters with which names of one kind end
SHORTEST_PART = 2  # characters of what is scored, or of a name
SCORED = "分%"  # marks of scores; other marks count something
LINKS = re.compile("(?:累计|[以为是达到得获共计])+$")
AMONG = "(?:[全本][省市县区州镇])?"
ORDINAL_LINKS = re.compile(
    f"{AMONG}(?:(?:蝉联|获得).*|排名|名次|位次|排在|排|位列|名列|位居|列|居|荣?获得?|夺得?|得|在)?{AMONG}(?:并列)?$"
)
THIS_PERIOD = re.compile("^[本当](?:月|季度|年度?)(?=..)")
NOT_IN_NAMES = re.compile("[的了]|排名|超过|显示|表明|分别|[率分]$")  # of no name: 两者差距超过了, 扣信用分
VERB = re.compile("(?:[扣减加计占达差高低率升降]|增长)$")  # what an amount follows; 办结率 is a quantity
YEAR = range(1900, 2100)


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


def mark_names(text: str, vocabulary: Vocabulary) -> str:
    """Return sentences that give several units the same parts of a score with a sign after each name: 甲厂〉供热率99分.

    What the first parts end with alike is what is scored, but for what is of names.
    """
    text = LED_PARTS.sub(partial(_mark_led, vocabulary=vocabulary), text)
    clauses = [clause for clause, _ in split_outside(text, ";。")]
    parted = [parts for clause in clauses if len(parts := PART.findall(clause)) > MOST_ALONE]
    if len(parted) < 2 or len({tuple(parts[1 : MOST_ALONE + 1]) for parts in parted}) > 1:
        return text
    firsts = [parts[0] for parts in parted]
    shared = count_shared(firsts)
    n = next((n for n in range(1, shared) if all(_ends_name(first, -n, vocabulary) for first in firsts)), shared)
    if n < SHORTEST_PART or any(len(first) < n + SHORTEST_PART for first in firsts):
        return text
    for first in firsts:
        text = text.replace(first, f"{first[:-n]}{NAME_END}{first[-n:]}", 1)
    return text


def _mark_led(found: re.Match[str], vocabulary: Vocabulary) -> str:
    """Put the sign after a name before a colon, where what follows are parts of its score, the score itself last."""
    parts = PART.findall(found["parts"])
    is_led = vocabulary.is_score_word(parts[-1]) and not any(map(vocabulary.names_unit, parts))
    is_led = is_led and not ANNOUNCES.search(found["name"])
    return f"{found['name']}{NAME_END}{found['parts']}" if is_led else found[0]


def _ends_name(text: str, end: int, vocabulary: Vocabulary) -> bool:
    """Check whether a text up to a place is a name, and no other word is cut there or added: 甲街道市|容, 甲镇乡村."""
    name, rest = text[:end], text[end:]
    is_added = name[-2:] in vocabulary.compound and vocabulary.names_unit(name[:-2])
    return vocabulary.names_unit(name) and name[-1] + rest[:1] not in vocabulary.compound and not is_added


def read_chunks(clause: str, vocabulary: Vocabulary) -> list[Chunk]:
    pieces = split_outside(clause, BREAKS)
    chunks = [_read_chunk(text, sign, vocabulary, is_first=not at) for at, (text, sign) in enumerate(pieces)]
    # 甲区成绩:61.2分
    if len(chunks) == 2 and chunks[0].sign == ":" and chunks[0].unit and ALONE.fullmatch(chunks[1].text):
        first = chunks.pop(0)
        unit, label = split_unit(first.unit, vocabulary, is_first=True)
        chunks[0] = replace(chunks[0], unit=unit, label=label if vocabulary.names_unit(unit) else "得分")
    _name_alike(chunks, vocabulary)
    label = chunks[0].label
    for chunk in chunks[1:] if label else ():  # 甲镇满意率98%,乙镇满意率97%
        if chunk.unit.endswith(label) and vocabulary.names_unit(chunk.unit.removesuffix(label)):
            chunk.unit, chunk.label = chunk.unit.removesuffix(label), label
    return chunks


def _name_alike(chunks: Sequence[Chunk], vocabulary: Vocabulary) -> None:
    """Add the unit to ranks whose names are of no kind that we know, but end as those with scores: 派驻甲检察室."""
    ends = {chunk.unit[-SHARED_END:] for chunk in chunks if chunk.number and len(chunk.unit) > SHARED_END}
    for chunk in chunks:
        placed = ORDINAL.fullmatch(chunk.text) if chunk.rank is None and not chunk.unit else None
        name = ORDINAL_LINKS.sub("", placed["text"]) if placed and not FROM_END.search(placed["text"]) else ""
        if placed and name[-SHARED_END:] in ends and _names_unit(name, vocabulary):
            chunk.unit, chunk.rank = name, read_ordinal(f"第{placed['rank']}")


def _read_chunk(text: str, sign: str, vocabulary: Vocabulary, *, is_first: bool) -> Chunk:
    if alone := ALONE.fullmatch(text):
        return Chunk(text, sign, "", "得分", alone[2], is_each=alone["each"] is not None, aside=alone[3])
    match = ITEM.fullmatch(text) or (is_first and ITEM.fullmatch(LED_BY_BOUND.sub("", text)))
    if match:
        number, mark = match["score"] or match["points"], match["mark"] or match["inside"] or "分"
        if match["mark"] is match["inside"] is None and "." not in number and int(number) in YEAR:
            return Chunk(text, sign)
        if match["of"] and match["of"] != "得" and not vocabulary.is_score_word(match["of"]):
            return Chunk(text, sign)
        unit, label = split_unit(match["unit"], vocabulary, is_first=is_first)
        rank = read_ordinal(f"第{match['before'] or match['after']}") if match["before"] or match["after"] else None
        is_each = match["each"] is not None or "并列" in text
        return Chunk(text, sign, unit, label, number, mark, rank, is_each, match["aside"])
    placed = ORDINAL.fullmatch(text)
    if placed and not FROM_END.search(placed["text"]):
        unit = ORDINAL_LINKS.sub("", placed["text"])
        unit = unit if vocabulary.names_unit(trim_lead(unit, vocabulary)) else ""
        is_lead = sign == ":" or not ORDINAL_LINKS.sub("", placed["text"])  # of the names that follow
        rank = read_ordinal(f"第{placed['rank']}") if unit or is_lead else None
        return Chunk(text, sign, trim_lead(unit, vocabulary), rank=rank, is_each="并列" in text)
    if (first := NAMED.fullmatch(text)) and vocabulary.names_unit(first["unit"]):
        return Chunk(text, sign, first["unit"], rank=read_ordinal(f"第{first['rank']}"), leads=sign == "、")
    if said := PREDICATE.search(text):
        text = trim_tail(text[: said.start()], vocabulary)
    is_name = HAN.search(text) and len(text) <= LONGEST_NAME and not any(char.isdigit() for char in text)
    return Chunk(text, sign, text if is_name else "")


def split_unit(text: str, vocabulary: Vocabulary, *, is_first: bool) -> tuple[str, str]:
    """Split 甲区环境卫生 into the unit and what is scored: a name of a kind that we know, or the words before 得分.

    Inside a sentence 农贸市场 is one word; only its first can be a name and a word.
    """
    is_total = vocabulary.is_total(text) and vocabulary.is_score_word(text)
    if is_total and not any(vocabulary.names_unit(text[:end]) for end in range(2, len(text))):
        return "", text
    text = THIS_PERIOD.sub("", vocabulary.first_lead.sub("", text, count=1) if is_first else text) or text
    text = LINKS.sub("", trim_lead(text, vocabulary)) or text
    if vocabulary.names_unit(text):
        return text, ""
    for end in range(len(text) - 1, 1, -1):
        if (
            _ends_name(text, end, vocabulary)
            and not VERB.search(text)
            and (is_first or vocabulary.is_score_word(text[end:]))
        ):
            return text[:end], LINKS.sub("", text[end:])
    label = next((text[at:] for at in range(len(text)) if vocabulary.header.get(text[at:]) == "score"), "")
    if label and not vocabulary.cached(compile_verbs).sub("", text.removesuffix(label)):
        return "", text  # 考核得分
    if not label and vocabulary.meaning_of(text) not in (None, "unit"):
        label = text
    return LINKS.sub("", trim_lead(text[: len(text) - len(label)], vocabulary)), label


def read_records(chunks: Sequence[Chunk], place: str, group: str | None, vocabulary: Vocabulary) -> Iterator[Record]:
    """Assemble the records of a sentence: a rank before its unit or after its score, numbers after their unit.

    Where one unit alone is named and other numbers follow, they are parts of its score.
    """
    known = [at for at, chunk in enumerate(chunks) if chunk.sign == NAME_END]
    known = known or [at for at, chunk in enumerate(chunks) if chunk.unit and vocabulary.names_unit(chunk.unit)]
    scored = [chunk for chunk in chunks if chunk.number is not None]
    has_parts = len(known) == 1 and len(scored) > 1 and not any(c.number for c in chunks[: known[0]])
    has_parts = has_parts and sum(chunk.rank is not None for chunk in scored) < 2  # each with a rank is a unit
    names: list[str] = []
    rank: int | None = None
    made: list[Record] = []  # the units to which what follows belongs
    for at, chunk in enumerate(chunks):
        is_part = has_parts and at > known[0]
        if chunk.number is None:
            if chunk.rank is not None and not chunk.unit and made and made[-1].rank is None:
                for record in made:
                    record.rank = chunk.rank
            elif chunk.rank is not None and chunk.unit:
                yield from made
                units = [name for name in names if chunk.is_each and vocabulary.names_unit(name)]
                units += split_and(chunk.unit, vocabulary)
                made = [Record(unit, None, "分", chunk.rank, group, place) for unit in units]
                names = []
            elif at and chunks[at - 1].leads and chunk.unit and vocabulary.names_unit(chunk.unit):
                made.append(replace(made[-1], unit=chunk.unit))
                chunk.leads = chunk.sign == "、"
            elif chunk.rank is not None:
                yield from made
                made = _rank_alone(names, rank, group, place, vocabulary)
                rank, names = chunk.rank, []
            elif chunk.sign == NAME_END or (
                chunk.unit and not (is_part and made) and _names_unit(chunk.unit, vocabulary)
            ):
                names.append(chunk.unit or chunk.text)
            else:
                names = []
            continue
        is_named = bool(names) and (vocabulary.names_unit(names[-1]) or chunks[at - 1].sign == NAME_END)
        if is_part and is_named and not made and chunk.unit != names[-1]:
            made, names, rank = [Record(names[-1], None, "分", rank, group, place)], [], None
        if made and (is_part or not chunk.unit) and not names:
            for record in made if chunk.is_each else made[-1:]:
                _add_number(record, chunk, vocabulary)
            continue
        if rank is not None and names and chunk.unit and not vocabulary.names_unit(chunk.unit):
            chunk.unit, chunk.label = "", chunk.unit + chunk.label  # 第一名:甲商场,诚信分90.5分
        units = [chunk.unit] if chunk.unit else names if chunk.is_each else names[-1:]
        units = [*names, *units] if chunk.is_each and chunk.unit else units
        units = [trim_lead(unit, vocabulary) for unit in units]
        names = []
        is_mean = vocabulary.sums_up(chunk.label) and not all(map(vocabulary.names_unit, units))
        if not units or is_mean or not all(_names_unit(unit, vocabulary) for unit in units):
            continue
        yield from made
        extra = {"()": chunk.aside} if chunk.aside else {}
        made = [
            Record(
                unit, chunk.number, chunk.mark, chunk.rank or rank, group, place, extra=dict(extra), label=chunk.label
            )
            for unit in units
        ]
        rank = None
        if has_parts and chunk.label:
            made[-1].number = None
            _add_number(made[-1], chunk, vocabulary)
    yield from made
    yield from _rank_alone(names, rank, group, place, vocabulary)


def _rank_alone(
    names: Sequence[str], rank: int | None, group: str | None, place: str, vocabulary: Vocabulary
) -> list[Record]:
    """Return the units that a rank alone stands before: 第一名:甲镇."""
    if rank is None or not (len(names) == 1 or all(map(vocabulary.names_unit, names))):
        return []
    return [Record(unit, None, "分", rank, group, place) for unit in names]


def _add_number(record: Record, chunk: Chunk, vocabulary: Vocabulary) -> None:
    """Add a further number to a record: the total or the score, else a part."""
    label = chunk.label or chunk.unit or chunk.mark
    is_score = vocabulary.is_score_word(label)
    if is_score and (record.number is None or vocabulary.is_total(label)):
        record.number, record.mark = chunk.number, chunk.mark
    else:
        record.extra[label] = chunk.number or ""
    record.rank = record.rank or chunk.rank


def _names_unit(name: str, vocabulary: Vocabulary) -> bool:
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
