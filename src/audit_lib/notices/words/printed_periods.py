"""Read the period that a title prints: 2023年1-4月, 上半年, 一至三季度, 第12周, 2020年第3轮.

A span is never taken for its year, and several months that do not follow each other for one of them.
"""

import re
from collections.abc import Iterable
from datetime import date, timedelta

from audit_lib.notices.words.dates import DIGITS, read_numeral, read_year
from audit_lib.periods import is_period, name_months

YEAR = rf"(?<!\d)(?:\d{{4}}|[{''.join(DIGITS)}]{{4}})"
NUMBER = r"(?:\d{1,2}|[一二三四五六七八九十]{1,3})"
TO = r"(?:[-–—―~～至到─]+)"
AND = r"[、和及与]"
UNIT = "(?:月份?|季度|周)"
NUMBERS = frozenset({"m1", "m2", "d1", "d2", "q1", "q2", "w1", "w2", "round"})
HALVES = {"上": 1, "下": 2}
TENS = {"上": (1, 10), "中": (11, 20), "下": (21, 31)}

BEGIN = re.compile(rf"(?P<year>{YEAR})(?:年度?|(?={TO}{YEAR}年|[上下]半年|第?{NUMBER}季度))")
# What may follow the year, in the order in which it is tried at each place: the longest first.
FORMS = tuple(
    re.compile(form)
    for form in (
        rf"(?P<m1>{NUMBER})月(?P<d1>{NUMBER})[日号]?{TO}(?:(?:(?P<y2>{YEAR})年)?(?P<m2>{NUMBER})月)?(?P<d2>{NUMBER})[日号]",
        rf"(?P<m1>{NUMBER})月?份?{TO}(?:(?P<y2>{YEAR})年)?(?P<m2>{NUMBER})月",
        rf"(?P<list>第?{NUMBER}{UNIT}?(?:{AND}第?{NUMBER}{UNIT}?)+)(?<=[月份度周])(?!{NUMBER}[日号])",
        rf"第?(?P<q1>{NUMBER})季?度?{TO}第?(?P<q2>{NUMBER})季度",
        rf"前(?P<q2>{NUMBER})个?季度",
        rf"前(?P<m2>{NUMBER})个?月",
        r"(?P<half>[上下])半年",
        rf"第?(?P<q1>{NUMBER})季度|[Qq](?P<quarter>[1-4])(?!\d)",
        rf"(?P<m1>{NUMBER})月份?(?P<ten>[上中下])旬",
        rf"(?P<part>{NUMBER}月份?第?{NUMBER}[周轮次])",  # a week of a month: no name is known for it
        rf"(?P<m1>{NUMBER})月(?!{NUMBER}[日号])",
        rf"第?(?P<w1>{NUMBER})周?{TO}第?(?P<w2>{NUMBER})周",
        rf"第(?P<w1>{NUMBER})周",
        rf"第(?P<round>{NUMBER})轮",
    )
)
NEXT_TO_YEAR = tuple(  # a bare 次 or 期 further on may count anything: 第七次人口普查
    re.compile(form)
    for form in (
        rf"{TO}(?P<last>{YEAR})年度?(?P<part>第?{NUMBER}[月季周轮]|[上下]半年)?",
        rf"第(?P<round>{NUMBER})[轮次批期回]",
        r"(?P<part>[春夏秋冬汛暑寒](?:[春夏秋冬季期节假]|学期)|第?[上下一二]?学期)",  # no name is known for these
    )
)
BARE_YEAR = re.compile("年度|月份|季度|半年")  # in a line below the title; a bare year there may be any


def names_period(title: str) -> bool:
    """Check whether a title names a period, whether or not we have a name for it."""
    return BEGIN.search(title) is not None


def find_header_period(title: str | None, lines: Iterable[str]) -> str | None:
    """Find the period in the title, else in the first line that names one; None where its name is not known."""
    if title and names_period(title):
        return find_period(title)
    return next((period for line in lines if BARE_YEAR.search(line) and (period := find_period(line))), None)


def find_period(text: str) -> str | None:
    """Find the first year in a text, with the part of it that the text names. None for a part that has no name.

    >>> [find_period(text) for text in ("2017年4月份检查", "2023年第一季度", "二〇一七年度", "2017年4月5日", "2017")]
    ['2017-04', '2023Q1', '2017', '2017', None]
    >>> [find_period(text) for text in ("2023年1-4月", "2023年全市一至三季度", "2022年11月至2023年2月")]
    ['2023-01..2023-04', '2023-01..2023-09', '2022-11..2023-02']
    >>> [find_period(text) for text in ("2023年3月第二周", "2023年春季学期", "2023年5、6月")]
    [None, None, '2023-05..2023-06']
    """
    begin = BEGIN.search(text)
    if begin is None:
        return None
    year, rest = read_year(begin["year"]), text[begin.end() :]
    for form in NEXT_TO_YEAR:
        if found := form.match(rest):
            return _name(year, found)
    following = BEGIN.search(rest)  # what comes after another year belongs to that: 2022年…及2023年4月
    found = _find_form(rest, following.start() if following else len(rest))
    return _name(year, found) if found else str(year)


def _find_form(text: str, end: int) -> re.Match[str] | None:
    """Find the first form that begins before `end`, the longest that begins there."""
    for at in re.finditer(r"[前上下第Qq\d一二三四五六七八九十]", text):
        if at.start() >= end:
            return None
        if at.start() and text[at.start() - 1] in "0123456789一二三四五六七八九十" and at[0] not in "前上下第Qq":
            continue
        for form in FORMS:
            if found := form.match(text, at.start()):
                return found
    return None


def _name(year: int, found: re.Match[str]) -> str | None:
    """Name what a form found; None where it names no period (month 13, a week of a month)."""
    facts = {name: text for name, text in found.groupdict().items() if text}
    try:
        name = _name_facts(year, facts)
    except (ValueError, TypeError):  # not a number, or no such day
        return None
    return name if name and is_period(name) else None


def _name_facts(year: int, facts: dict[str, str]) -> str | None:
    numbers = {name: read_numeral(text) or 0 for name, text in facts.items() if name in NUMBERS}
    if "part" in facts:
        return None
    if "last" in facts:
        return f"{year}..{read_year(facts['last'])}"
    if "half" in facts:
        return f"{year}H{HALVES[facts['half']]}"
    if "round" in facts:
        return f"{year}R{numbers['round']}"
    if "list" in facts:
        return _name_list(year, facts["list"])
    if "w1" in facts:
        return "..".join(f"{year}W{numbers[name]:02}" for name in ("w1", "w2") if name in facts)
    if "d1" in facts or "ten" in facts:
        return _name_days(year, facts, numbers)
    first, last = _find_months(facts, numbers)
    return name_months(year, first, read_year(facts["y2"]) if "y2" in facts else year, last)


def _name_list(year: int, text: str) -> str | None:
    """Name the span of 4、5月 or 一、二季度; None where one is left out."""
    numbers = [read_numeral(number) or 0 for number in re.findall(NUMBER, text)]
    if numbers != list(range(numbers[0], numbers[-1] + 1)):
        return None
    if text.endswith("周"):
        return f"{year}W{numbers[0]:02}..{year}W{numbers[-1]:02}"
    size = 3 if text.endswith("度") else 1
    return name_months(year, size * (numbers[0] - 1) + 1, year, size * numbers[-1])


def _find_months(facts: dict[str, str], numbers: dict[str, int]) -> tuple[int, int]:
    """Find the first and the last month of a form that speaks of months or quarters."""
    if "quarter" in facts:
        numbers = {"q1": int(facts["quarter"])}
    if "q1" in numbers or "q2" in numbers:
        first = numbers.get("q1", 1)
        return 3 * first - 2, 3 * numbers.get("q2", first)
    first = numbers.get("m1", 1)
    return first, numbers.get("m2", first)


def _name_days(year: int, facts: dict[str, str], numbers: dict[str, int]) -> str:
    month = numbers["m1"]
    if "ten" in facts:
        first, last = TENS[facts["ten"]]
        end = date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
        return f"{date(year, month, first)}..{min(date(year, month, min(last, end.day)), end)}"
    last_year = read_year(facts["y2"]) if "y2" in facts else year
    return f"{date(year, month, numbers['d1'])}..{date(last_year, numbers.get('m2', month), numbers['d2'])}"
