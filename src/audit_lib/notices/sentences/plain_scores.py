"""Word scores and ranks of a sentence in one form, before they are read: 以97分的成绩排在榜首 is 以97分排在第一."""

import re
from collections.abc import Sequence

from audit_lib.documents.model import Line
from audit_lib.notices.words.dates import NUMERAL, read_numeral
from audit_lib.notices.words.entries import POINTS
from audit_lib.notices.words.vocabulary import Vocabulary
from audit_lib.notices.words.word_lists import either

PLACE = re.compile(rf"第({NUMERAL})(?![次期批轮届个季年])")
FIRST_PLACE = re.compile("榜首|首[位名]|头名|(?<=[居列])首(?!位)")
SECOND_PLACE = re.compile("次席|次(?<=[居列]次)(?!席)")
FULL_MARKS = re.compile(r"\((?:满分)?\d{1,3}分\)(?=(?:实?得|为)?\d)")  # 组织管理(20分)得18.5分
LAST_PLACE = re.compile(rf"(?:最?末[位名]?|最后(?:一[名位])?|垫底)\((第(?:{NUMERAL})[名位]?)\)")  # 排在末位(第七位)
PLACE_WORD = re.compile(
    "(?:^|(?<=[\\s,\uff0c、;\uff1b得获夺是为]))([冠亚季])军(?=[:\uff1a为是的,\uff0c、。;\uff1b]|$)"
)  # 冠军:甲镇
PLACE_WORDS = dict(zip("冠亚季", "一二三", strict=True))
LOWER_IS_BETTER = re.compile("越[小低少][^。;\uff1b]{0,12}?越(?:好|优|高|靠前)")
BEST_FIRST = re.compile(  # 由小到大(水质由好到差)
    "[从由][小低少大高多][到至][大高多小低少][(\uff08][^()\uff08\uff09]*?([从由][好优差劣][到至][差劣好优])[^()\uff08\uff09]*[)\uff09]"
)
BETTER = re.compile(rf"[(\uff08][^()\uff08\uff09]*{LOWER_IS_BETTER.pattern}[^()\uff08\uff09]*[)\uff09]")
DEDUCED = re.compile("([扣减失]分(?:值|情况)?)[从由][少低小][到至][多高大]")
RISING, FALLING = re.compile("[从由][小低少][到至][大高多]"), re.compile("[从由][大高多][到至][小低少]")
AFTER_SCORE = re.compile(  # 甲区(96分)和乙区(95分); a sign that was lost, 甲区(96)乙区(95)
    r"(?<=\d分\))[和及与](?=[^\d()]+\([\d.]+分\))|(?<=\d\))(?=[^\d()、,和及与]{2,20}\([\d.]+分?\))"
)
HALF_BRACKET = re.compile(rf"((?:^|[、,;:。)])[^()、,;:。\d]{{2,20}})({POINTS}分)\)")  # 甲镇95分)
SCORED_NAME = r"[^\W\d]{2,12}\d{1,3}\.\d{1,2}"
SCORED_NAMES = re.compile(
    rf"(?:{SCORED_NAME}[、和]){{2,99}}{SCORED_NAME}(?=$|[。;,])"
)  # 南京87.34、宁波81.98和苏州81.02
AFTER_NUMBER = re.compile(r"(?<=\d)[、和]|$")
WITH_SCORE = re.compile(  # 甲区以97.27分的总分排在榜首; 甲区以总分97.27分排名第一
    rf"(?<=.)以(?:(?P<of>{POINTS})分?的(?!\w{{0,6}}率)\w{{0,6}}?(?:分|成绩)|[^\W\d]{{0,4}}分(?P<n>{POINTS})分?)"
)
BARE_SCORE = re.compile(r"(?<=[^\W\d]分)[为是]?(?P<n>\d{2,3}(?:\.\d{1,4})?)(?=[、,;。]|$)")  # 甲区得分81.77
UNMARKED = re.compile(  # 第一为甲区79.11,其次是乙区78.46
    r"(?<=[\u4e00-\u9fff])(?<![增减升降低高长差比超达约率分为是])(?P<n>\d{2,3}(?:\.\d{1,2})?)(?=[,;。]|$)"
)
BARE_PLACE = re.compile(r"(?<=[分,][列居排])(?=\d{1,3}[名位])")  # 得分78.69分,列38位
NAMED_SCORE = rf"(?P<name>[^、,;。:\d()]{{2,20}}),[^、,;。:\d()]{{0,4}}得分[为是]?(?P<score>{POINTS}分);?"
NAMED_SCORES = re.compile(
    rf"(?<=依次[是为])(:?)((?:{re.sub(r'[?]P<[a-z]+>', '?:', NAMED_SCORE)}){{2,99}})"
)  # 依次为:甲镇,得分95分;乙镇,得分93分
LED_PLACE = re.compile(rf"^[^、,:;()]*?(?=第(?:{NUMERAL})名?[是为])")  # 总分排序第一为甲区
PLACE_FIRST = re.compile(rf"(第(?:{NUMERAL})[名位]?)({POINTS}分)(?=,|$)")  # 丙区第三77.61分
RESPECTIVE = re.compile(  # 甲镇、乙镇分别以97分、96分位居第二、第三
    rf"(?<![^,;。])(?P<names>[^,;。]{{2,200}}?)分别以(?P<scores>{POINTS}分(?:[、和]{POINTS}分)+)[^,;。\d第]{{0,8}}"
    rf"(?P<ranks>第(?:{NUMERAL})[名位]?(?:[、和]第?(?:{NUMERAL})[名位]?)+)"
)
SHARED = re.compile(  # 甲局、乙局(100分); 第七名:丙镇、丁镇(均为92分)
    rf"(?:^|(?<=:))((?:[^、,;。:()\d]{{2,30}}、)+[^、,;。:()\d]{{2,30}})\((?:[均各都皆]为?)?({POINTS}分)\)(?=[;。]|$)"
)
LISTED = re.compile("[、和]")
NEXT_PLACE = re.compile("紧随其后|紧跟其后|次之|其次(?=[是为])")


def compile_division(vocabulary: Vocabulary) -> re.Pattern[str]:
    """Return the pattern of a group before a name: 第二方阵甲市排名第一."""
    return re.compile(rf"(?<![^,;。])第(?:{NUMERAL})(?:{either(vocabulary.division)})(?=[^,;:。、是为的包])")


def word_orders(lines: Sequence[Line]) -> tuple[Line, ...]:
    """Return lines with 冠军 as 第一名, and orders by their end: where lower is better, 由低到高 is 由好到差."""
    whole = "\n".join(line.text for line in lines)
    is_lower = LOWER_IS_BETTER.search(whole) is not None
    if not (is_lower or PLACE_WORD.search(whole) or DEDUCED.search(whole) or BEST_FIRST.search(whole)):
        return tuple(lines)
    worded = []
    for line in lines:
        text = PLACE_WORD.sub(lambda found: f"第{PLACE_WORDS[found[1]]}名", DEDUCED.sub(r"\1由好到差", line.text))
        text = BEST_FIRST.sub(r"\1", text)
        if is_lower:
            text = FALLING.sub("由差到好", RISING.sub("由好到差", BETTER.sub("", text)))
        worded.append(line if text == line.text else Line(line.place, text))
    return tuple(worded)


def word_plainly(text: str) -> str:
    """Return a text with its scores and first places in one form, and the signs between them that were lost."""
    text = BARE_PLACE.sub("第", BARE_SCORE.sub(r"\g<n>分", text))
    text = NAMED_SCORES.sub(lambda found: found[1] + re.sub(NAMED_SCORE, r"\g<name>\g<score>、", found[2])[:-1], text)
    text = SHARED.sub(r"\1均\2", RESPECTIVE.sub(_pair_up, text))
    text = WITH_SCORE.sub(lambda found: f"以{found['of'] or found['n']}分", text)
    if "(" in text:
        text = LAST_PLACE.sub(r"\1", FULL_MARKS.sub("", text))
    text = SECOND_PLACE.sub("第二", text)
    text = FIRST_PLACE.sub("第一", HALF_BRACKET.sub(r"\1(\2)", text))
    text = SCORED_NAMES.sub(lambda found: AFTER_NUMBER.sub("分、", found[0])[:-1], text)
    return AFTER_SCORE.sub("、", text)


def _pair_up(found: re.Match[str]) -> str:
    """Word what is listed for several units one by one: 甲镇97分排名第二、乙镇96分排名第三."""
    names, scores, ranks = (LISTED.split(found[part]) for part in ("names", "scores", "ranks"))
    if not len(names) == len(scores) == len(ranks):
        return found[0]
    each = zip(names, scores, ranks, strict=True)
    return "、".join(f"{name}{score}排名第{rank.removeprefix('第')}" for name, score, rank in each)


def word_places(clause: str) -> str:
    """Word a place that only follows another as a rank, and the scores beside places as scores.

    甲区第一97.5,乙区紧随其后 is 甲区第一97.5分,乙区第2.
    """
    above, following, below = clause.partition(match[0]) if (match := NEXT_PLACE.search(clause)) else (clause, "", "")
    ranks = [read_numeral(found[1]) for found in PLACE.finditer(above)]
    is_one = bool(ranks) and "、" not in PLACE.split(above)[-1]
    clause = f"{above}第{(ranks[-1] or 0) + 1}{below}" if following and is_one else clause
    return PLACE_FIRST.sub(r"\2\1", LED_PLACE.sub("", UNMARKED.sub(r"\g<n>分", clause))) if ranks else clause
