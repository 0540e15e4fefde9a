"""How numbers are printed: half up, with a true minus sign, scores as published; Chinese numerals in figures."""

import re

from audit_lib.numbers import round_half_up

MOST_DIGITS = 2  # decimals of a mean of scores on a half-point grid; more would be false precision
MOST_PUBLISHED = 4  # decimals of a score; a number that needs more was computed
DIGITS = "零一二三四五六七八九"
NUMERAL = re.compile(f"[{DIGITS[1:]}十]+")


def format_number(value: float, digits: int) -> str:
    """Print a number as a reader would round it: half up, with a minus sign that is one.

    >>> format_number(81.125, 2), format_number(-1.47619, 2)
    ('81.13', '−1.48')
    """
    return f"{round_half_up(value, digits):,f}".replace("-", "−")


def format_score(value: float) -> str:
    """Print a number with the decimals that the notice gives it, one that can only be computed with two.

    >>> [format_score(value) for value in (97.0, 88.5, 88.125, 85.589286)]
    ['97', '88.5', '88.125', '85.59']
    """
    return format_number(value, _count_decimals(value, MOST_PUBLISHED))


def format_rounded(value: float) -> str:
    """Print a computed number with as many decimals as it needs, two at most: 97, 88.5, 88.13."""
    return format_number(value, _count_decimals(value, MOST_DIGITS))


def _count_decimals(value: float, most: int) -> int:
    return next((digits for digits in range(most + 1) if abs(round(value, digits) - value) < 1e-9), MOST_DIGITS)


def write_arabic(numeral: str) -> str:
    """Write a Chinese numeral up to 99 in figures; anything else is returned as it is.

    >>> [write_arabic(numeral) for numeral in ("八", "十", "十二", "二十", "三十一", "附件")]
    ['8', '10', '12', '20', '31', '附件']
    """
    if (match := re.fullmatch(f"([{DIGITS[1:]}]?)(十?)([{DIGITS[1:]}]?)", numeral)) is None or not numeral:
        return numeral
    tens, ten, ones = match.groups()
    if not ten:
        return str(DIGITS.index(numeral)) if len(numeral) == 1 else numeral
    return str(10 * (DIGITS.index(tens) if tens else 1) + (DIGITS.index(ones) if ones else 0))
