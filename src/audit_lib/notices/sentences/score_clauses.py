"""Read the units that a clause names with their scores, ranks and other numbers: 甲镇97分,排名第一."""

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from audit_lib.notices.grids.columns import read_ordinal
from audit_lib.notices.sentences.clause_names import compile_verbs, count_shared, trim_lead, trim_tail
from audit_lib.notices.sentences.score_records import NAME_END, VERB, Chunk, may_name
from audit_lib.notices.words.dates import NUMERAL
from audit_lib.notices.words.entries import POINTS, split_outside
from audit_lib.notices.words.vocabulary import Vocabulary
from audit_lib.notices.words.word_lists import HAN, LONGEST_NAME

BREAKS = f"、,:{NAME_END}"  # between the parts of a clause
PREDICATE = re.compile("最(?!高人民)|较[好差]")  # of a clause about a unit: 甲校表现最好
LED_BY_MOST = re.compile(
    r".*最[高低好差优劣多少大小](?:的|者)[^\W\d]{0,4}?[是为](?P<unit>[^是为]{2,})"
)  # 得分最高的是甲镇
PLACED = rf"(?:并列)?(?<!倒数)第(?P<rank>{NUMERAL})[名位]?"
MARK = "[分%条篇件]"
SCORE = f"(?P<score>{POINTS})"
ORDINAL = re.compile(rf"(?P<text>.{{0,20}}?){PLACED}(?:的?[是为])?")
ITEM = re.compile(
    rf"(?:{PLACED.replace('rank', 'before')}(?:(?<=[名位])|(?=[是为:])))?[是为]?"  # not 第一网格95分
    r"(?P<unit>以|(?:\d{1,3}(?=[^\W\d]{3}))?[^\d()]{2,}?(?:\([^\d()]+\))?)(?:\([^()]*第[^()]*\))?"
    rf"(?:\((?P<of>[^\d()第]{{0,6}}?){SCORE}(?P<inside>{MARK})?\)"
    rf"|(?P<each>[各均都皆][为得是]?)?{SCORE.replace('score', 'points')}(?P<mark>{MARK}))"
    rf"(?:\((?P<aside>[^()]*)\))?(?:[^\d()第]{{0,8}}{PLACED.replace('rank', 'after')}|排名[^\d()第]{{1,3}})?"
)
LED_BY_BOUND = re.compile(r"^[^、,:()]{0,24}\d[^、,:()]{0,12}[是为](?=[^\W\d])")  # 平均分低于80分的单位是甲镇(78.96)
ALONE = re.compile(rf"(?P<each>[均各都皆])?(?:得分|得)?[为是]?({POINTS})分(?:\(([^()]*)\))?")
FROM_END = re.compile("倒数?$")
NAMED = re.compile(rf".{{0,20}}?{PLACED}(?:的?[是为]|(?<=[名位]))(?P<unit>[^\d()]+)")
PART = re.compile(rf"([^\d、,;:。]+){POINTS}分")  # 市容秩序91分
LED_PARTS = re.compile(  # 甲景区:票务服务91分,环境卫生95分,综合得分92分
    rf"(?<![^;。])(?P<name>[^\d,;。:、]{{2,20}}):(?P<parts>{PART.pattern}(?:[、,]{PART.pattern}){{2,30}})"
)
ANNOUNCES = re.compile("(?:结果|情况|成绩)(?:如下)?$")  # leads to units: 考评结果:甲区市容秩序91分
MOST_ALONE = 2  # numbers of a sentence that are not parts of one score
SHARED_END = 3  # characters with which names of one kind end
SHORTEST_PART = 2  # characters of what is scored, or of a name
SCORED = "分%"  # marks of scores; other marks count something
LINKS = re.compile("(?:累计|[以为是达到获共计]|(?<![应实])得)+$")
AMONG = "(?:[全本][省市县区州镇])?"
ORDINAL_LINKS = re.compile(
    f"{AMONG}(?:处于|[跃上下回退跌升降]{{1,2}}[居至到]|(?:蝉联|获得).*|排名|名次|位次|排在|排|位列|名列|位居|列|居|荣?获得?|夺得?|得|在)?{AMONG}(?:并列)?$"
)
THIS_PERIOD = re.compile("^[本当](?:月|季度|年度?)(?=..)")
YEARS = range(1900, 2100)


def mark_names(text: str, vocabulary: Vocabulary) -> str:
    """Return sentences that give several units the same parts of a score with a sign after each name: 甲厂〉供热率99分.

    The longest common ending of the first parts is what was scored; characters of it that complete a name stay with the
    name.
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
    """Add the unit to ranks whose names are of no known kind, but end as those with scores: 派驻甲检察室."""
    ends = {chunk.unit[-SHARED_END:] for chunk in chunks if chunk.number and len(chunk.unit) > SHARED_END}
    for chunk in chunks:
        placed = ORDINAL.fullmatch(chunk.text) if chunk.rank is None and not chunk.unit else None
        name = ORDINAL_LINKS.sub("", placed["text"]) if placed and not FROM_END.search(placed["text"]) else ""
        if placed and name[-SHARED_END:] in ends and may_name(name, vocabulary):
            chunk.unit, chunk.rank = name, read_ordinal(f"第{placed['rank']}")


def _read_chunk(text: str, sign: str, vocabulary: Vocabulary, *, is_first: bool) -> Chunk:
    if alone := ALONE.fullmatch(text):
        return Chunk(text, sign, "", "得分", alone[2], is_each=alone["each"] is not None, aside=alone[3])
    match = ITEM.fullmatch(text) or (is_first and ITEM.fullmatch(LED_BY_BOUND.sub("", text)))
    if match:
        number, mark = match["score"] or match["points"], match["mark"] or match["inside"] or "分"
        if match["mark"] is match["inside"] is None and "." not in number and int(number) in YEARS:
            return Chunk(text, sign)
        if match["of"] and match["of"] != "得" and not vocabulary.is_score_word(match["of"]):
            return Chunk(text, sign)
        unit, label = split_unit(match["unit"], vocabulary, is_first=is_first)
        rank = read_ordinal(f"第{match['before'] or match['after']}") if match["before"] or match["after"] else None
        is_each = match["each"] is not None or "并列" in text
        aside = match["aside"]
        if aside and rank is None and (beside := re.fullmatch(PLACED, aside)):  # 甲镇95分(第1)
            rank, aside = read_ordinal(f"第{beside['rank']}"), None
        return Chunk(text, sign, unit, label, number, mark, rank, is_each, aside)
    placed = ORDINAL.fullmatch(text)
    if placed and not FROM_END.search(placed["text"]):
        unit = ORDINAL_LINKS.sub("", placed["text"])
        unit = unit if vocabulary.names_unit(trim_lead(unit, vocabulary)) else ""
        is_lead = sign == ":" or not ORDINAL_LINKS.sub("", placed["text"])  # of the names that follow
        rank = read_ordinal(f"第{placed['rank']}") if unit or is_lead else None
        return Chunk(text, sign, trim_lead(unit, vocabulary), rank=rank, is_each="并列" in text)
    if (first := NAMED.fullmatch(text)) and vocabulary.names_unit(first["unit"]):
        return Chunk(text, sign, first["unit"], rank=read_ordinal(f"第{first['rank']}"), leads=sign == "、")
    if (named := LED_BY_MOST.fullmatch(text)) and vocabulary.names_unit(named["unit"]):
        return Chunk(text, sign, named["unit"])
    if said := PREDICATE.search(text):
        text = trim_tail(text[: said.start()], vocabulary)
    is_name = HAN.search(text) and len(text) <= LONGEST_NAME and not any(char.isdigit() for char in text)
    return Chunk(text, sign, text if is_name else "")


def split_unit(text: str, vocabulary: Vocabulary, *, is_first: bool) -> tuple[str, str]:
    """Split 甲区环境卫生 into the unit and what is scored: a name of a known kind, or the words before 得分.

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
