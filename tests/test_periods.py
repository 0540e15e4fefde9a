"""Periods: what a title names, how periods are ordered, which of them share days, and how they are worded."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit_lib.notices.words.printed_periods import find_header_period, find_period
from audit_lib.periods import is_period, list_overlaps, name_months, order_of, span_of
from audit_lib.wording.words import Words


@pytest.mark.parametrize(
    ("title", "period"),
    [
        ("某市2023年1-4月份办理情况", "2023-01..2023-04"),
        ("某市2023年1月至4月办理情况", "2023-01..2023-04"),
        ("某市2023年一到四月办理情况", "2023-01..2023-04"),
        ("某市2023年1——4月办理情况", "2023-01..2023-04"),
        ("2022年11月至2023年2月", "2022-11..2023-02"),
        ("2023年1-12月", "2023"),
        ("2023年前4个月", "2023-01..2023-04"),
        ("2023年4、5月", "2023-04..2023-05"),
        ("2023年4月、5月和6月", "2023Q2"),
        ("2021年上半年", "2021H1"),
        ("2021上半年", "2021H1"),
        ("2021年度下半年", "2021H2"),
        ("2021年1-6月", "2021H1"),
        ("2021年一、二季度", "2021H1"),
        ("2023年一至三季度", "2023-01..2023-09"),
        ("2023年前三季度", "2023-01..2023-09"),
        ("2023年全市第一季度", "2023Q1"),
        ("2023年Q2", "2023Q2"),
        ("2023年1-3月", "2023Q1"),
        ("2021年第12周", "2021W12"),
        ("2021年第十二周", "2021W12"),
        ("2021年第3至4周", "2021W03..2021W04"),
        ("2020年第3轮", "2020R3"),
        ("2020年第三次检查", "2020R3"),
        ("2021年全市第二轮巡查", "2021R2"),
        ("2019-2020年度", "2019..2020"),
        ("2019年至2021年", "2019..2021"),
        ("2017年12月20日至28日", "2017-12-20..2017-12-28"),
        ("2017年12月20日至2018年1月5日", "2017-12-20..2018-01-05"),
        ("2017年2月下旬", "2017-02-21..2017-02-28"),
        ("2017年政务公开第三方评估", "2017"),
        ("2020年全市第七次人口普查", "2020"),
        ("2017年4月5日", "2017"),
        ("关于印发2017年要点和2018年第一季度", "2017"),
        ("某市12345热线2023年4月份", "2023-04"),
        # No name is known for these: neither the year nor the month would be true.
        ("2023年3月第二周", None),
        ("2023年4月第2次检查", None),
        ("2023年3月、6月", None),
        ("2023年一、三季度", None),
        ("2023年13月", None),
        ("2023年6-4月", None),
        ("2021年第53周", None),
        ("2019年至2020年第一季度", None),
        ("检查情况的通报", None),
    ],
)
def test_what_a_title_names(title: str, period: str | None) -> None:
    assert find_period(title) == period


def test_a_line_below_is_read_only_where_the_title_names_no_year() -> None:
    assert find_header_period("检查的通报", ["1998年建成", "2017年度检查"]) == "2017"
    assert find_header_period("2023年3月第二周通报", ["2017年度检查"]) is None
    assert find_header_period(None, []) is None


NO_PERIODS = ("2017-13", "2017Q5", "2017H3", "2021W53", "2021W00", "2020R0", "2020R", "2017-4", "17", "")


@pytest.mark.parametrize("period", NO_PERIODS)
def test_what_is_no_period(period: str) -> None:
    assert not is_period(period)
    with pytest.raises(ValueError, match=r"."):
        span_of(period)
    assert sorted([period, "2020"], key=order_of) == ["2020", period]


@pytest.mark.parametrize("period", ["2023-04..2023-01", "2023-04..2023-04", "2023..2023-04", "2023-02-28..2023-02-30"])
def test_what_is_no_span(period: str) -> None:
    assert not is_period(period)


@pytest.mark.parametrize(
    ("period", "first", "last"),
    [
        ("2016", date(2016, 1, 1), date(2016, 12, 31)),
        ("2016-02", date(2016, 2, 1), date(2016, 2, 29)),
        ("2017-12", date(2017, 12, 1), date(2017, 12, 31)),
        ("2020Q4", date(2020, 10, 1), date(2020, 12, 31)),
        ("2021H1", date(2021, 1, 1), date(2021, 6, 30)),
        ("2021W12", date(2021, 3, 22), date(2021, 3, 28)),
        ("2020W53", date(2020, 12, 28), date(2021, 1, 3)),
        ("2020R3", date(2020, 1, 1), date(2020, 12, 31)),
        ("2023-01..2023-04", date(2023, 1, 1), date(2023, 4, 30)),
        ("2019..2020", date(2019, 1, 1), date(2020, 12, 31)),
    ],
)
def test_days(period: str, first: date, last: date) -> None:
    assert span_of(period) == (first, last)


@given(st.integers(2000, 2030), st.integers(1, 12), st.integers(0, 30))
def test_a_span_of_months_keeps_its_days_and_is_read_back(year: int, month: int, more: int) -> None:
    last_year, last = year + (month - 1 + more) // 12, (month - 1 + more) % 12 + 1
    name = name_months(year, month, last_year, last)
    assert span_of(name)[0] == date(year, month, 1)
    assert (span_of(name)[1].year, span_of(name)[1].month) == (last_year, last)
    assert find_period(f"关于{year}年{month}月至{last_year}年{last}月检查情况的通报") == name


def test_order_and_overlaps() -> None:
    ordered = ["2019..2020", "2020", "2020R2", "2020R10", "2020H1", "2020Q1", "2020-01", "2020W02", "2020-02", "x"]
    assert sorted(sorted(ordered), key=order_of) == ordered
    assert list_overlaps(["2017-04", "2017-05", "2016", "x"]) == []
    touching = ("2023-01-01..2023-01-15", "2023-01-15..2023-01-20")
    assert list_overlaps(touching) == [touching]
    assert list_overlaps(["2020", "2020R2", "2020R3", "2020Q1"]) == [
        *(("2020", "2020R2"), ("2020", "2020R3"), ("2020", "2020Q1")),
    ]


@pytest.mark.parametrize(
    ("period", "english", "chinese"),
    [
        ("2017", "2017", "2017年"),
        ("2021H1", "2021H1", "2021年上半年"),
        ("2021H2", "2021H2", "2021年下半年"),
        ("2020Q3", "2020Q3", "2020年第3季度"),
        ("2017-04", "April 2017", "2017年4月"),
        ("2021W12", "week 12 of 2021", "2021年第12周"),
        ("2020R3", "round 3 of 2020", "2020年第3轮"),
        ("2023-01..2023-04", "January 2023 – April 2023", "2023年1月～2023年4月"),
        ("2019..2020", "2019 – 2020", "2019年～2020年"),
        ("2017-12-20..2018-01-05", "20 December 2017 – 5 January 2018", "2017年12月20日～2018年1月5日"),
        ("2017-12-09", "9 December 2017", "2017年12月9日"),
        ("spring", "spring", "spring"),
        ("x..y", "x..y", "x..y"),
    ],
)
def test_wording(period: str, english: str, chinese: str) -> None:
    assert (Words("en").date(period), Words("zh").date(period)) == (english, chinese)
