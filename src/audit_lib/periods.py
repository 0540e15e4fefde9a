"""Periods in the order of time: what an inspection covers, as its folder or file is named.

A year (2017), half-year (2021H1), quarter (2020Q3), month (2017-04), ISO week (2021W12), a round of a year whose days
are not known (2020R3), or a span of years, months, weeks or days (2023-01..2023-04).
"""

import re
from collections.abc import Iterable
from datetime import date, timedelta

YEAR = r"[0-9]{4}"
MONTH = rf"{YEAR}-(?:0[1-9]|1[0-2])"
DAY = rf"{MONTH}-(?:0[1-9]|[12][0-9]|3[01])"
WEEK = rf"{YEAR}W(?:0[1-9]|[1-4][0-9]|5[0-3])"
SPAN = "|".join(rf"{unit}\.\.{unit}" for unit in (DAY, MONTH, WEEK, YEAR))
ROUND = rf"{YEAR}R[1-9][0-9]?"
PATTERN = rf"(?:{SPAN}|{MONTH}|{WEEK}|{ROUND}|{YEAR}H[12]|{YEAR}Q[1-4]|{YEAR})"
EXPECTED = "2017, 2021H1, 2020Q3, 2017-04, 2021W12, 2020R3 or 2023-01..2023-04"
MONTHS_IN = {"H": 6, "Q": 3}  # of a half-year, a quarter


def span_of(period: str) -> tuple[date, date]:
    """Return the first and the last day of a period. ValueError for a text that is not a period.

    A round is somewhere in its year: its days are those of the year.

    >>> [day.isoformat() for day in span_of("2020Q3")]
    ['2020-07-01', '2020-09-30']
    >>> [day.isoformat() for day in span_of("2022-11..2023-02")]
    ['2022-11-01', '2023-02-28']
    """
    if re.fullmatch(PATTERN, period) is None:
        raise ValueError(f"{period!r} is no period")
    begin, _, end = period.partition("..")
    first, last = _span_of_unit(begin)[0], _span_of_unit(end or begin)[1]
    if end and _span_of_unit(end)[0] <= first:
        raise ValueError(f"{period!r} does not end after it begins")
    return first, last


def _span_of_unit(unit: str) -> tuple[date, date]:
    year, letter, number = int(unit[:4]), unit[4:5], unit[5:]
    if letter == "W":
        monday = date.fromisocalendar(year, int(number), 1)
        return monday, monday + timedelta(days=6)
    if letter in MONTHS_IN:
        months = MONTHS_IN[letter]
        return _span_of_months(year, months * (int(number) - 1) + 1, months)
    if letter == "-" and len(number) > 2:
        day = date.fromisoformat(unit)
        return day, day
    return _span_of_months(year, int(number), 1) if letter == "-" else _span_of_months(year, 1, 12)


def _span_of_months(year: int, first: int, n: int) -> tuple[date, date]:
    end = first + n
    return date(year, first, 1), date(year + (end > 12), (end - 1) % 12 + 1, 1) - timedelta(days=1)


def is_period(text: str) -> bool:
    """Check whether a text names a period. No year has a 54th week, and few a 53rd.

    >>> [is_period(text) for text in ("2017-04", "2020W53", "2021W53", "2023-04..2023-01", "2023-01..2023")]
    [True, True, False, False, False]
    """
    try:
        return bool(span_of(text))
    except ValueError:
        return False


def name_months(first_year: int, first: int, last_year: int, last: int) -> str:
    """Name a span of months by the shortest name: a year, half-year, quarter or month where it is one.

    >>> name_months(2023, 1, 2023, 4), name_months(2023, 1, 2023, 6), name_months(2023, 10, 2023, 12)
    ('2023-01..2023-04', '2023H1', '2023Q4')
    >>> name_months(2023, 1, 2023, 12), name_months(2022, 12, 2022, 12), name_months(2019, 1, 2020, 12)
    ('2023', '2022-12', '2019..2020')
    """
    begin, end = f"{first_year}-{first:02}", f"{last_year}-{last:02}"
    years = str(first_year) if first_year == last_year else f"{first_year}..{last_year}"
    names = [years, *(f"{first_year}{unit}{(first - 1) // n + 1}" for unit, n in MONTHS_IN.items()), begin]
    days = span_of(begin)[0], span_of(end)[1]
    return next((name for name in names if span_of(name) == days), f"{begin}..{end}")


def order_of(period: str) -> tuple[date, int, int, str]:
    """Return the key that sorts periods: by first day, the longer first. What is not a period comes last.

    >>> sorted(["2017-04", "2016-09", "2020Q3", "2016", "2020-07", "2020R10", "2020R9"], key=order_of)
    ['2016', '2016-09', '2017-04', '2020R9', '2020R10', '2020Q3', '2020-07']
    """
    if not is_period(period):
        return date.max, 0, 0, period
    first, last = span_of(period)
    return first, -(last - first).days, int(period[5:]) if period[4:5] == "R" else 0, period


def are_same(one: str, other: str) -> bool:
    """Check whether two periods are the same days: 2023H1 and 2023-01..2023-06. The days of a round are not known.

    >>> are_same("2023H1", "2023-01..2023-06"), are_same("2023", "2023-05"), are_same("2023R1", "2023R2")
    (True, False, False)
    """
    return one == other or ("R" not in one + other and span_of(one) == span_of(other))


def list_overlaps(periods: Iterable[str]) -> list[tuple[str, str]]:
    """List the pairs of periods that share days, in their order: a span and one of its months, a year and its quarters.

    Where a round lies in its year is not known: it overlaps only what holds the whole year.

    >>> list_overlaps(["2023-01..2023-04", "2023Q1", "2023Q2", "2024R1", "2024R2", "2024-05"])
    [('2023-01..2023-04', '2023Q1'), ('2023-01..2023-04', '2023Q2')]
    """
    overlaps: list[tuple[str, str]] = []
    open_periods: list[str] = []
    for period in sorted(filter(is_period, set(periods)), key=order_of):
        open_periods = [each for each in open_periods if span_of(each)[1] >= span_of(period)[0]]
        overlaps += [(each, period) for each in open_periods if _share_days(each, period)]
        open_periods.append(period)
    return overlaps


def _share_days(earlier: str, later: str) -> bool:
    """Check whether two periods that touch certainly share days; `earlier` comes first in their order."""
    if earlier[4:5] == "R":
        return False
    return later[4:5] != "R" or span_of(earlier)[1] >= span_of(later)[1]
