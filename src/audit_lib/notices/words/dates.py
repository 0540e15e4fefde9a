"""Read the dates that notices print, in figures or in Chinese numerals."""

import re
from collections.abc import Iterator
from datetime import date

DIGITS = (
    {numeral: value for value, numeral in enumerate("零一二三四五六七八九")}
    | dict.fromkeys("〇○O", 0)
    | {"两": 2, "兩": 2}
)
FORMAL = str.maketrans("壹贰叁肆伍陆柒捌玖拾", "一二三四五六七八九十")
NUMERAL = r"\d{1,5}|[一二两兩三四五六七八九十百零壹贰叁肆伍陆柒捌玖拾]{1,7}"
YEAR = rf"\d{{4}}|[{''.join(DIGITS)}]{{4}}"
MONTH = r"\d{1,2}|[一二三四五六七八九十]{1,3}"
# With its white space: 2018-1-2 09:10 is not the 20th.
DATE = re.compile(rf"({YEAR})\s*[年./-]\s*({MONTH})\s*[月./-]\s*({MONTH})(?!\d)日?")


def read_numeral(text: str) -> int | None:
    """Read a whole number below a thousand in Chinese numerals, or any in figures; None for anything else.

    >>> read_numeral("3"), read_numeral("二十一"), read_numeral("一百零八"), read_numeral("二楼")
    (3, 21, 108, None)
    """
    if text.isdecimal():
        return int(text)
    hundreds, _, rest = text.translate(FORMAL).rpartition("百")
    tens, ten, ones = rest.rpartition("十")
    parts = (hundreds, tens.strip("零"), ones.strip("零"))
    if not text or any(len(part) > 1 or (part and part not in DIGITS) for part in parts):
        return None
    in_tens = DIGITS.get(parts[1], 1) if ten else 0
    return DIGITS.get(parts[0], 0) * 100 + in_tens * 10 + DIGITS.get(parts[2], 0)


def read_year(text: str) -> int:
    """Read the four digits of a year.

    >>> read_year("2017"), read_year("二〇一二")
    (2017, 2012)
    """
    return int("".join(str(DIGITS.get(digit, digit)) for digit in text))


def find_dates(text: str) -> Iterator[date]:
    """Yield the dates in a text. 2018-02-30 is no date, and we do not guess which digit is wrong.

    >>> [str(day) for day in find_dates("2018年1月23日至二〇一八年二月三日, 2018.3.9")]
    ['2018-01-23', '2018-02-03', '2018-03-09']
    """
    for match in DATE.finditer(text):
        year, month, day = read_year(match[1]), read_numeral(match[2]), read_numeral(match[3])
        try:
            yield date(year, month or 0, day or 0)
        except ValueError:
            continue


def is_date(text: str) -> bool:
    return DATE.fullmatch(text) is not None
