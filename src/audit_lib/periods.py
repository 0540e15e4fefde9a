"""Periods in the order of time: what an inspection covers, a year (2017), a quarter (2020Q3) or a month (2017-04)."""

import re
from datetime import date, timedelta

FORM = re.compile(r"(?P<year>\d{4})(?:-(?P<month>0[1-9]|1[0-2])|Q(?P<quarter>[1-4]))?")


def span_of(period: str) -> tuple[date, date]:
    """Return the first and the last day of a period. Raises ValueError for a text that is none.

    >>> [day.isoformat() for day in span_of("2020Q3")]
    ['2020-07-01', '2020-09-30']
    """
    match = FORM.fullmatch(period)
    if match is None:
        raise ValueError(f"{period!r} is no period")
    year = int(match["year"])
    first, months = 1, 12
    if match["month"]:
        first, months = int(match["month"]), 1
    elif match["quarter"]:
        first, months = 3 * int(match["quarter"]) - 2, 3
    end = first + months
    return date(year, first, 1), date(year + (end > 12), (end - 1) % 12 + 1, 1) - timedelta(days=1)


def order_of(period: str) -> tuple[date, int, str]:
    """Return the key that sorts periods: by first day, the longer first; texts that are no period come last.

    >>> sorted(["2017-04", "2016-09", "2020Q3", "2016", "2020-07"], key=order_of)
    ['2016', '2016-09', '2017-04', '2020Q3', '2020-07']
    """
    if FORM.fullmatch(period) is None:
        return date.max, 0, period
    first, last = span_of(period)
    return first, -(last - first).days, period
