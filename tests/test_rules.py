"""Update rules and overdue columns: Leizhou 2017 in full, every precision of a date, and tables an office might bring."""

from datetime import date, timedelta

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit_lib.analysis.overdue import (
    MADE_UP,
    count_overdue,
    describe_age,
    describe_inspected,
    describe_rules,
    inspect_columns,
    inspect_made_up,
    inspect_named,
    load_columns,
    tabulate_overdue,
)
from audit_lib.analysis.update_rules import (
    count_days,
    describe_unnumbered,
    list_rules,
    match_rule,
    read_duration,
    tabulate_rules,
    word_duration,
)
from audit_lib.display.charts import Chart
from audit_lib.display.findings import Finding
from audit_lib.errors import AuditError
from audit_lib.figures.update_rules import plot_made_up, plot_overdue
from audit_lib.notices.notice import Header
from audit_lib.tables.schemas import SCHEMAS
from audit_lib.tables.storage import load_table, validate_table
from audit_lib.wording.words import Text


def worded(table: pd.DataFrame) -> pd.DataFrame:
    return table.map(
        lambda cell: (
            [str(each) for each in cell] if isinstance(cell, list) else str(cell) if isinstance(cell, Text) else cell
        )
    )


NO_HEADER = Header(None, None, None, None, None, None, None, None)


def make_rules(*rules: tuple[str, str | None, str]) -> pd.DataFrame:
    """Make rules from (rule, period, columns it covers)."""
    rows = [
        {"notice_id": "synthetic-2017", "rule": rule, "quote": rule, "every": every, "covers": covers}
        for rule, every, covers in rules
    ]
    table = pd.DataFrame(rows, columns=list(SCHEMAS["update_rules"].columns))
    return validate_table(table.assign(place="line 1", evidence="made for this test"), "update_rules", "synthetic")


RULES = make_rules(
    ("动态", "P2W", "工作动态"),
    ("文件", "P6M", "文件、规范性文件"),
    ("预决算", "P1Y", "财政预决算"),
    ("指南", None, "办事指南"),
)


def inspect(
    column: str, last_updated: str | None, first: object, last: object | None = None, **known: object
) -> pd.Series:
    table = pd.DataFrame([{"unit": "甲镇", "column": column, "last_updated": last_updated, **known}])
    return inspect_columns(table, RULES, first, last).iloc[0]


@pytest.fixture
def named(leizhou) -> pd.DataFrame:
    return inspect_named(leizhou.web_columns, leizhou.rules, leizhou.reading.notice.header)


# Leizhou 2017


def test_leizhou_rules(leizhou) -> None:
    rules = list_rules(leizhou.rules)
    assert rules[["rule", "every"]].dropna().to_numpy().tolist() == [
        ["动态要闻", "P2W"],
        ["政策文件", "P6M"],
        ["规划计划", "P1Y"],
        ["财政预决算", "P1Y"],
        ["公开目录和公开指南", "P1Y"],
        ["年度工作报告", "P1Y"],
    ]
    assert rules.loc[rules["every"].isna(), "rule"].to_list() == ["五公开、重点领域", "职责、领导、机构", "办事指南"]
    shown = worded(tabulate_rules(leizhou.rules).set_index("rule"))
    assert shown.loc["动态要闻"].to_list() == [
        "2 weeks",
        "14",
        ["工作动态类2周一次", "动态要闻类2周内"],
        ["line 43", "line 73"],
    ]
    assert shown.loc["政策文件", ["limit", "days"]].to_list() == ["6 months", "181–184"]
    assert shown.at["办事指南", "limit"] == "no period stated"
    assert pd.isna(shown.at["办事指南", "days"])


def test_leizhou_columns(named) -> None:
    assert named["status"].to_list() == ["overdue"] * 4 + ["blank"] * 3
    first = named.iloc[0]
    assert first[["unit", "column", "rule", "limit"]].to_list() == ["白沙镇", "工作动态", "动态要闻", 14]
    assert first[["age_low", "age_high", "late_low", "late_high"]].to_list() == [111, 149, 97, 135]
    second = named.iloc[1]
    assert second[["unit", "column", "rule", "every"]].to_list() == ["白沙镇", "文件", "政策文件", "P6M"]
    assert second[["age_low", "late_low"]].to_list() == [1096, 914]
    assert second[["age_high", "late_high"]].isna().all()
    assert named["rule"].to_list()[4:6] == ["职责、领导、机构", "政策文件"]
    assert pd.isna(named["rule"].iloc[6])


def test_leizhou_sentences(leizhou, named) -> None:
    header, words = leizhou.reading.notice.header, leizhou.words
    assert words.word(describe_rules(leizhou.rules, named, header)) == (
        "The notice states 6 update rules with a period and 3 without; 白沙镇's 工作动态, last updated in 2017-08, was "
        "97–135 days past its limit of 2 weeks at the inspection."
    )
    assert words.word(describe_age(named, header)) == (
        "白沙镇's 工作动态 was 111–149 days old, 7.9–10.6 times its limit of 14 days: a range, for the update is dated "
        "2017-08 and the inspection 2017-12-20 to 2017-12-28."
    )
    assert words.word(describe_unnumbered(leizhou.rules)) == (
        "3 rules state no period, so nothing can be overdue under such a rule: “五公开”“重点领域”随产生随公开; "
        "职责、领导、机构信息准确; 办事指南八大要素齐全."
    )


def test_leizhou_table(leizhou, named) -> None:
    shown = worded(tabulate_overdue(named))
    assert shown.iloc[0].to_list() == [
        *("白沙镇", "文件", "6 months (政策文件)", "3 years before, or earlier"),
        *("1,096 or more", "914 or more", "overdue"),
    ]
    assert shown.iloc[1, 4:6].to_list() == ["111–149", "97–135"]
    assert shown.iloc[2, 0] == "units in general"
    assert shown.iloc[-1].dropna().to_dict() == {
        "unit": "雷高镇",
        "column": "其他",
        "last_updated": "blank",
        "status": "blank",
    }


def test_leizhou_chart(leizhou, named) -> None:
    chart = plot_overdue(named, leizhou.reading.notice.header).draw(leizhou.words)
    assert isinstance(chart, Chart)
    assert chart.title == "Past their limit: 4 of the 7 columns that the notice names; blank: 3"


# Periods and dates


@pytest.mark.parametrize(
    ("duration", "days"), [("P14D", (14, 14)), ("P2W", (14, 14)), ("P1M", (28, 31)), ("P1Y", (365, 366))]
)
def test_days_of_a_duration(duration: str, days: tuple[int, int]) -> None:
    assert count_days(duration) == days


@pytest.mark.parametrize("duration", ["", "2W", "P", "PT2H", "P1Y6M", "P-1D", "14"])
def test_a_duration_of_another_form_is_an_error(duration: str) -> None:
    with pytest.raises(AuditError, match="expected a number of days, weeks, months or years: P14D, P2W, P6M, P1Y"):
        read_duration(duration)


@pytest.mark.parametrize(("duration", "worded"), [("P1W", "1 week"), ("P6M", "6 months"), ("P30D", "30 days")])
def test_word_duration(leizhou, duration: str, worded: str) -> None:
    assert leizhou.words.word(word_duration(duration)) == worded


@pytest.mark.parametrize(
    ("column", "last_updated", "first", "last", "status", "age", "late"),
    [
        ("工作动态", "2018-06-15", "2018-06-29", None, "in_time", (14, 14), (0, 0)),
        ("工作动态", "2018-06-14", "2018-06-29", None, "overdue", (15, 15), (1, 1)),
        ("工作动态", "2018-06-15", "2018-06-29", "2018-06-30", "perhaps", (14, 15), (0, 1)),
        ("工作动态", "2018-05", "2018-06-29", None, "overdue", (29, 59), (15, 45)),
        ("工作动态", "2018-06", "2018-06-29", None, "perhaps", (0, 28), (-14, 14)),
        ("工作动态", "2017", "2018-06-29", None, "overdue", (180, 544), (166, 530)),
        ("文件", "2017-08-31", "2018-02-28", None, "in_time", (181, 181), (0, 0)),
        ("文件", "2017-08-31", "2018-03-01", None, "overdue", (182, 182), (1, 1)),
        ("财政预决算", "2016-02-29", "2017-02-28", None, "in_time", (365, 365), (0, 0)),
        ("工作动态", "2018-07-01", "2018-06-29", None, "after", (-2, -2), None),
        ("办事指南", "2015-04-08", "2018-06-29", None, "no_period", (1178, 1178), None),
        ("领导信箱", "2018-06-01", "2018-06-29", None, "no_rule", (28, 28), None),
        ("工作动态", "blank", "2018-06-29", None, "blank", None, None),
        ("领导信箱", "blank", "2018-06-29", None, "blank", None, None),
        ("工作动态", None, "2018-06-29", None, "undated", None, None),
        ("领导信箱", None, "2018-06-29", None, "no_rule", None, None),
    ],
)
def test_inspect_a_column(column, last_updated, first, last, status, age, late) -> None:
    found = inspect(column, last_updated, first, last)
    assert found["status"] == status
    for expected, names in ((age, ["age_low", "age_high"]), (late, ["late_low", "late_high"])):
        values = [None if pd.isna(found[name]) else found[name] for name in names]
        assert values == list(expected or (None, None))


def test_unchanged_for_so_long_has_no_upper_end() -> None:
    found = inspect("文件", None, "2017-12-20", "2017-12-28", unchanged_for="P1Y")
    assert (found["status"], found["age_low"], found["late_low"]) == ("overdue", 365, 183)
    assert found[["age_high", "late_high"]].isna().all()
    assert inspect("文件", None, "2017-12-20", unchanged_for="P1M")["status"] == "perhaps"


@given(
    update=st.dates(date(2010, 1, 1), date(2017, 6, 1)),
    length=st.sampled_from([10, 7, 4]),
    looked=st.integers(0, 30),
    column=st.sampled_from(["工作动态", "文件", "财政预决算"]),
)
def test_the_true_age_lies_in_the_range(update: date, length: int, looked: int, column: str) -> None:
    first, last = date(2018, 1, 1), date(2018, 1, 31)
    day = first + timedelta(days=looked)
    exact = inspect(column, update.isoformat(), day)
    found = inspect(column, update.isoformat()[:length], first, last)
    assert found["age_low"] <= exact["age_low"] <= found["age_high"]
    assert found["late_low"] <= exact["late_low"] <= found["late_high"]
    if found["status"] != "perhaps":
        assert exact["status"] == found["status"]


@pytest.mark.parametrize(
    ("first", "last"), [("2017-13-01", None), ("soon", None), ("2017-12-28", "2017-12-20"), (None, None)]
)
def test_a_day_that_is_none_is_an_error(first: object, last: object) -> None:
    with pytest.raises(AuditError, match="day of inspection: found"):
        inspect("工作动态", "2017-08", first, last)


# Rules


@pytest.mark.parametrize(
    ("column", "rule"),
    [
        ("工作动态", "动态"),
        ("工作 动态栏目", "动态"),
        ("规范性文件", "文件"),
        ("其他", None),
        ("动态", None),
    ],
)
def test_match_rule(column: str, rule: str | None) -> None:
    found = match_rule(column, list_rules(RULES))
    assert (None if found is None else found["rule"]) == rule


def test_the_longest_covered_name_wins() -> None:
    rules = list_rules(make_rules(("文件", "P6M", "文件"), ("规范", "P1M", "规范性文件")))
    assert match_rule("规范性文件", rules)["rule"] == "规范"  # type: ignore[index]


def test_one_rule_with_two_periods_is_an_error() -> None:
    with pytest.raises(AuditError, match=r"rule 动态: found P2W and P1M; expected one period for a rule"):
        list_rules(make_rules(("动态", "P2W", "工作动态"), ("动态", "P1M", "工作动态")))


def test_a_notice_without_rules_says_so_and_draws_nothing(leizhou, named) -> None:
    none, words = make_rules(), leizhou.words
    header = leizhou.reading.notice.header
    nothing = inspect_named(leizhou.web_columns, none, header)
    sentence = "No update rules are recorded for this notice, so no column can be held against a limit."
    assert words.word(describe_rules(none, nothing, header)) == sentence
    assert words.word(describe_unnumbered(none)) == sentence
    assert tabulate_overdue(nothing).empty
    assert tabulate_rules(none).empty
    undrawn = Finding("No column has both a date and a limit, so there is nothing to draw.", "note")
    assert plot_overdue(nothing, header).draw(words) == undrawn
    assert plot_made_up(inspect_made_up(none, "2018-06-29"), "2018-06-29").draw(words) == undrawn


@pytest.mark.parametrize(
    ("issued_on", "ending"),
    [
        (None, "; no column of a web site is recorded that could be held against them."),
        (
            date(2018, 1, 23),
            "; 白沙镇's 工作动态, last updated in 2017-08, was 131–161 days past its limit of 2 weeks when the notice was "
            "signed.",
        ),
    ],
)
def test_without_days_of_inspection_the_day_of_signature_counts(leizhou, issued_on, ending) -> None:
    header = Header(**{**vars(NO_HEADER), "issued_on": issued_on})
    found = inspect_named(leizhou.web_columns, leizhou.rules, header)
    sentence = leizhou.words.word(describe_rules(leizhou.rules, found, header))
    assert sentence == f"The notice states 6 update rules with a period and 3 without{ending}"


@pytest.mark.parametrize(
    ("last_updated", "unchanged_for", "sentence"),
    [
        ("2018-05-30", None, "甲镇's 工作动态 was 30 days old, 2.1 times its limit of 14 days, on 2018-06-29."),
        (
            None,
            "P1Y",
            "甲镇's 工作动态 was 365 or more days old, at least 26.1 times its limit of 14 days, on 2018-06-29.",
        ),
        (
            "2018-06-29",
            None,
            "No column of a unit is overdue on every reading of its date, so there is no age to give.",
        ),
    ],
)
def test_describe_age(leizhou, last_updated, unchanged_for, sentence) -> None:
    header = Header(**{**vars(NO_HEADER), "issued_on": date(2018, 6, 29)})
    row = {"unit": "甲镇", "column": "工作动态", "last_updated": last_updated, "unchanged_for": unchanged_for}
    assert leizhou.words.word(describe_age(inspect_named(pd.DataFrame([row]), RULES, header), header)) == sentence


# A table of an office's own


def test_the_made_up_sample(leizhou) -> None:
    assert "made_up" in MADE_UP.name
    words, found = leizhou.words, inspect_made_up(leizhou.rules, "2018-06-29")
    assert found["status"].value_counts().to_dict() == {
        "in_time": 8,
        "overdue": 4,
        "perhaps": 2,
        "blank": 1,
        "no_period": 1,
        "no_rule": 1,
        "undated": 1,
    }
    sides = count_overdue(found, "side").set_index("side")
    assert sides.loc["town"].to_list() == [9, 3, 2, 3, 1, 0]
    assert sides.loc["bureau"].to_list() == [9, 1, 0, 5, 0, 3]
    units = count_overdue(found, "unit")
    assert units.iloc[0].to_list() == ["乙镇", 3, 2, 1, 0, 0, 0]
    assert words.word(describe_inspected(found, "2018-06-29")) == (
        "Made up: on 2018-06-29, 4 of 18 columns are overdue on every reading of their dates and 2 on some; 1 is blank. "
        "Overdue are 3 of the 9 columns of towns, 1 of the 9 columns of bureaus."
    )
    chart = plot_made_up(found, "2018-06-29").draw(words)
    assert isinstance(chart, Chart)
    assert chart.title == "Made up: 4 of 18 columns are overdue, 2 perhaps"
    assert chart.alt.startswith("Made-up data.")
    assert not set(found["unit"]) & set(leizhou.scores["unit_name"])


def test_a_table_that_no_rule_covers(leizhou) -> None:
    found = inspect_columns(load_columns(MADE_UP), make_rules(("信箱", "P1D", "信箱")), "2018-06-29")
    assert found["rule"].notna().sum() == 1
    uncovered = inspect_columns(load_columns(MADE_UP), make_rules(("互动", "P1D", "互动")), "2018-06-29")
    assert leizhou.words.word(describe_inspected(uncovered, "2018-06-29")) == (
        "No rule of this notice covers a column of the sample, so nothing is inspected."
    )


def test_of_many_columns_the_latest_are_drawn(leizhou) -> None:
    rows = [
        {
            "unit": f"第{n}个名称特别长的高新技术产业开发区管委会",
            "column": "工作动态",
            "last_updated": f"2018-{1 + n % 6:02}-01",
        }
        for n in range(60)
    ]
    chart = plot_made_up(inspect_columns(pd.DataFrame(rows), RULES, "2018-06-29"), "2018-06-29").draw(leizhou.words)
    assert isinstance(chart, Chart)
    assert len(chart.png) < 200_000
    assert chart.title == "Made up: 60 of 60 columns are overdue, 0 perhaps"


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("甲镇,工作动态,2018-02-30", "line 2: found last_updated '2018-02-30'; expected a day, a month or a year"),
        ("甲镇,工作动态,2018年", "line 2: found last_updated '2018年'; expected a day, a month or a year"),
        ("甲镇,工作动态,2018-6-1", "line 2: found last_updated '2018-6-1'; expected a day, a month or a year"),
        (",工作动态,2018", "line 2: found unit nothing; expected a value"),
        ("甲镇,工作动态,2018\n甲镇,工作动态,2017", "expected no second row with the same key"),
        ("甲镇,工作动态", "found no column last_updated"),
    ],
)
def test_a_table_that_cannot_be_read_says_where(tmp_path, rows: str, message: str) -> None:
    head = "unit,column" if rows.count(",") == 1 else "unit,column,last_updated"
    path = tmp_path / "dates.csv"
    path.write_text(f"{head}\n{rows}\n", encoding="utf-8")
    with pytest.raises(AuditError) as error:
        load_columns(path)
    assert str(path) in str(error.value)
    assert message in str(error.value)
    assert "\n" not in str(error.value)


def test_further_columns_of_a_table_are_left_out(tmp_path) -> None:
    path = tmp_path / "dates.csv"
    path.write_text("note,unit,column,last_updated\nseen twice,甲镇,工作动态,\n", encoding="utf-8")
    columns = load_columns(path)
    assert list(columns) == ["unit", "column", "last_updated"]
    assert columns.iloc[0].dropna().to_list() == ["甲镇", "工作动态"]


def test_a_period_of_another_form_is_an_error_of_its_line(tmp_path) -> None:
    path = tmp_path / "update_rules.csv"
    columns = ",".join(SCHEMAS["update_rules"].columns)
    path.write_text(f"{columns}\na-2017,动态,每2周,2 weeks,工作动态,二,四,line 1,seen\n", encoding="utf-8")
    with pytest.raises(AuditError, match=r"line 2: found every '2 weeks'"):
        load_table(path, "update_rules")


def test_findings_are_sentences(leizhou) -> None:
    shown = plot_overdue(inspect_made_up(make_rules(), "2018-06-29"), NO_HEADER).draw(leizhou.words)
    assert isinstance(shown, Finding)
