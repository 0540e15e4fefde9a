"""Update rules and overdue columns: Leizhou 2017 in full, every precision of a date, and tables an office might bring."""

from datetime import date, timedelta

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit_lib.analysis.claims import mark_verbatim
from audit_lib.analysis.overdue import (
    describe_named,
    describe_rules,
    inspect_columns,
    inspect_named,
    load_columns,
    tabulate_overdue,
)
from audit_lib.analysis.update_rules import (
    count_days,
    describe_strictest,
    list_rules,
    match_rule,
    read_duration,
    tabulate_rules,
    word_duration,
)
from audit_lib.display.charts import Chart
from audit_lib.display.scene import Label, Line, Rect
from audit_lib.errors import AuditError
from audit_lib.figures.update_rules import plot_overdue
from audit_lib.notices.notice import Header
from audit_lib.tables.schemas import SCHEMAS
from audit_lib.tables.storage import load_table, validate_table
from audit_lib.wording.words import Text, is_finding


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


def test_our_summary_of_leizhou_is_not_called_its_words(leizhou) -> None:
    marked = mark_verbatim(leizhou.rules, leizhou.notice, leizhou.record)
    assert not marked["is_verbatim"].any()
    shown = worded(tabulate_rules(marked).set_index("rule"))
    assert list(shown) == ["limit", "meaning", "summary", "places"]
    assert shown.loc["动态要闻"].to_list() == [
        "every two weeks",
        ["news every two weeks", "news within two weeks"],
        ["工作动态类2周一次", "动态要闻类2周内"],
        ["line 43", "line 73"],
    ]
    assert shown.at["政策文件", "limit"] == "every six months"
    assert shown.at["办事指南", "limit"] == "no period stated"
    assert "meaning" not in tabulate_rules(marked.drop(columns="meaning_en"))
    assert list(tabulate_rules(marked.assign(is_verbatim=True))) == ["rule", "limit", "meaning", "quote", "places"]


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
    said = [
        describe_rules(leizhou.rules, named, leizhou.header),
        describe_named(named),
        describe_strictest(leizhou.rules),
    ]
    assert [leizhou.words.without_glosses().word(each) for each in said] == [
        "Baisha's news column should be updated every two weeks; at the inspection it was 111–149 days old",
        "Columns named for a unit: of five, two were past the limit, both of Baisha; three were blank.",
        "The rules: news every two weeks; policy documents every six months; four others every year; "
        "three more state no period.",
    ]


def test_leizhou_table(leizhou, named) -> None:
    shown = worded(tabulate_overdue(named))
    assert shown.iloc[0].to_list() == [
        *("白沙镇", "文件", "overdue", "every six months", "about 3 years before", "about 3 years")
    ]
    assert shown.iloc[1].to_list() == [
        *("白沙镇", "工作动态", "overdue", "every two weeks", "August 2017", "111–149 days")
    ]
    assert shown.iloc[-1].dropna().to_dict() == {"unit": "雷高镇", "column": "其他", "status": "blank"}
    assert len(shown) == 5, "remarks that name no unit are apart"


def test_leizhou_chart(leizhou, named) -> None:
    chart = plot_overdue(named, leizhou.header).draw(leizhou.words)
    assert isinstance(chart, Chart)
    assert chart.title == "Past the limit: 2 of the 5 columns named for a unit"
    assert chart.wide is not None
    bars = [mark for mark in chart.wide.marks if isinstance(mark, Rect)]
    assert [bar.colour for bar in bars] == ["lowest", "lowest"]
    limits = [mark.x1 for mark in chart.wide.marks if isinstance(mark, Line) and mark.colour == "ink"]
    texts = [mark.text for mark in chart.wide.marks if isinstance(mark, Label)]
    assert texts[0] == "Baisha 白沙镇, documents 文件: about 3 years; limit 6 months"
    ticks = {mark.text: mark.x for mark in chart.wide.marks if isinstance(mark, Label) and mark.anchor == "middle"}
    assert list(ticks) == ["2 weeks", "1 month", "3 months", "6 months", "1 year", "3 years"]
    assert limits[0] == pytest.approx(ticks["6 months"], abs=4)
    assert ticks["3 months"] < bars[1].x < bars[1].x + bars[1].width < ticks["6 months"]
    assert bars[0].x > ticks["1 year"]


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
@settings(max_examples=60)
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


def test_a_notice_without_rules_says_so_and_draws_nothing(leizhou) -> None:
    none, words, header = make_rules(), leizhou.words, leizhou.header
    nothing = inspect_named(leizhou.web_columns, none, header)
    said = describe_rules(none, nothing, header)
    assert (words.word(said), is_finding(said)) == ("No update rules are recorded for this notice.", False)
    assert (describe_strictest(none), describe_named(nothing)) == (None, None)
    assert tabulate_overdue(nothing).empty
    assert tabulate_rules(none.assign(is_verbatim=True)).empty
    assert plot_overdue(nothing, header).draw(words) is None


@pytest.mark.parametrize(
    ("rules", "sentence"),
    [
        (RULES, "The notice sets four update rules for web sites, three of them with a period"),
        (RULES.iloc[:1], "The notice sets one update rule for web sites"),
        (RULES.iloc[3:], "The notice sets one update rule for web sites, none of them with a period"),
    ],
)
def test_without_an_overdue_column_the_rules_are_counted(leizhou, rules: pd.DataFrame, sentence: str) -> None:
    nothing = inspect_named(leizhou.web_columns.iloc[:0], rules, leizhou.header)
    assert leizhou.words.word(describe_rules(rules, nothing, leizhou.header)) == sentence


def test_without_days_of_inspection_the_day_of_signature_counts(leizhou) -> None:
    header = Header(**{**vars(NO_HEADER), "issued_on": date(2018, 1, 23)})
    found = inspect_named(leizhou.web_columns, leizhou.rules, header)
    assert leizhou.words.without_glosses().word(describe_rules(leizhou.rules, found, header)) == (
        "Baisha's news column should be updated every two weeks; when the notice was signed it was 145–175 days old"
    )
    assert inspect_named(leizhou.web_columns, leizhou.rules, NO_HEADER).empty


@pytest.mark.parametrize(
    ("columns", "sentence"),
    [
        ([("甲镇", "2018-05-30", None)], "of one, one was past the limit, of Jiazhen."),
        (
            [("甲镇", None, "P1Y"), ("乙镇", "2018-05-30", None)],
            "of two, two were past the limit, of Jiazhen and Yizhen.",
        ),
        ([("甲镇", "2018-06-28", None), ("乙镇", None, None)], "of two, one was in time; one has no limit or no date."),
        ([("甲镇", "2018-06", None)], "of one, one may have been past the limit."),
        ([(f"{letter}镇", "2018-01-01", None) for letter in "甲乙丙丁戊"], "of five, five were past the limit."),
    ],
)
def test_describe_named(leizhou, columns, sentence: str) -> None:
    rows = [
        {"unit": unit, "column": "工作动态", "last_updated": updated, "unchanged_for": unchanged}
        for unit, updated, unchanged in columns
    ]
    found = inspect_columns(pd.DataFrame(rows), RULES, "2018-06-29")
    said = leizhou.words.without_glosses().word(describe_named(found))
    assert said == f"Columns named for a unit: {sentence}"


def test_an_age_that_is_only_about_some_time_leads_in_its_words(leizhou) -> None:
    header = Header(**{**vars(NO_HEADER), "issued_on": date(2018, 6, 29)})
    row = {"unit": "甲镇", "column": "财政预决算", "last_updated": None, "unchanged_for": "P3Y"}
    found = inspect_named(pd.DataFrame([row]), RULES, header)
    assert leizhou.words.without_glosses().word(describe_rules(RULES, found, header)) == (
        "Jiazhen's budgets and accounts column should be updated every year; when the notice was signed it had not been "
        "updated for 3 years"
    )


# A table of an office's own


def test_a_table_of_an_office(tmp_path) -> None:
    path = tmp_path / "dates.csv"
    path.write_text(
        "unit,column,last_updated\n甲镇,工作动态,2018-06-25\n甲镇,文件,2017\n乙局,办事指南,2018-01\n乙局,信箱,blank\n",
        encoding="utf-8",
    )
    found = inspect_columns(load_columns(path), RULES, "2018-06-29")
    assert found["status"].to_list() == ["in_time", "perhaps", "no_period", "blank"]


def test_of_many_columns_the_latest_are_drawn(leizhou) -> None:
    rows = [{"unit": f"第{n}个镇", "column": "工作动态", "last_updated": f"2018-{1 + n % 6:02}-01"} for n in range(60)]
    header = Header(**{**vars(NO_HEADER), "issued_on": date(2018, 6, 29)})
    chart = plot_overdue(inspect_columns(pd.DataFrame(rows), RULES, "2018-06-29"), header).draw(leizhou.words)
    assert isinstance(chart, Chart)
    assert len(chart.data) == 20
    assert chart.title == "Past the limit: 60 of the 60 columns named for a unit"


def test_columns_in_time_are_drawn_as_such(leizhou) -> None:
    row = {"unit": "甲镇", "column": "工作动态", "last_updated": "2018-06-29"}
    chart = plot_overdue(inspect_columns(pd.DataFrame([row]), RULES, "2018-06-29"), NO_HEADER).draw(leizhou.words)
    assert isinstance(chart, Chart)
    assert chart.title == "No column named for a unit was surely past its limit"
    assert [key.text for key in chart.legend] == ["in time, 1"]


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
    path.write_text(
        f"{columns}\na-2017,动态,每2周,every 2 weeks,2 weeks,工作动态,二,四,line 1,seen\n", encoding="utf-8"
    )
    with pytest.raises(AuditError, match=r"line 2: found every '2 weeks'"):
        load_table(path, "update_rules")
