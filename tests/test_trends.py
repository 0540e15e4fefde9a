"""Several periods: what joins, what may be compared, what changed. Real places first, then synthetic panels."""

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path

import pandas as pd
import pytest

from audit_lib.analysis.comparability import describe_gate
from audit_lib.analysis.lineage import (
    count_exact,
    list_events,
    list_movers,
    match_periods,
    suggest_pairs,
    tabulate_coverage,
)
from audit_lib.analysis.trends import (
    compare_last,
    compare_periods,
    cross_tiers,
    describe_return,
    describe_trends,
    list_tier_movers,
    measure_changes,
    tabulate_changes,
    tabulate_persistence,
    tabulate_return,
    tabulate_steps,
    tabulate_transitions,
)
from audit_lib.analysis.unit_paths import describe_breaks, tabulate_paths, trace_paths
from audit_lib.display.charts import Chart
from audit_lib.documents.read import read_document
from audit_lib.errors import AuditError
from audit_lib.figures.trends import plot_oldham, plot_paths, plot_slopes, plot_transitions
from audit_lib.notebook.report import Report, open_report
from audit_lib.notices.notice import parse_notice
from audit_lib.sources import find_sources
from audit_lib.tables.build import build_tables
from audit_lib.tables.history import History, load_lineage
from audit_lib.tables.schemas import SCHEMAS

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def ministries() -> Report:
    return open_report("ministries", "2022")


@pytest.fixture(scope="module")
def louxing() -> Report:
    return open_report("louxing", "2017-05")


@pytest.fixture(scope="module")
def baoshan() -> Report:
    return open_report("baoshan", "2021")


# Ministries 2014, 2016, 2022: a reform between the last two, and an index that changes with each edition.


def test_ministries_join_through_the_reform(ministries: Report) -> None:
    matching = match_periods(ministries.history, "2016", "2022")
    assert count_exact(ministries.history, "2016", "2022") == 10
    assert len(matching.joined) == 16
    assert (matching.count("exact"), matching.count("alias"), matching.count("merged")) == (10, 1, 5)
    joined = matching.joined.set_index("unit_before")["unit_after"]
    assert joined["住房城乡建设部"] == "住房和城乡建设部"
    assert joined["国土资源部"] == "自然资源部"
    assert list_movers(matching).to_dict("records") == [
        {"move": "left", "event": "unexplained", "n": 1, "units": ["人力资源社会保障部"]},
        {"move": "entered", "event": "merged", "n": 1, "units": ["应急管理部"]},
    ]


def test_ministries_points_are_not_compared(ministries: Report) -> None:
    change = compare_last(ministries.history)
    assert (change.gate.measure, change.gate.reason) == ("standings", "scheme_differs")
    assert ministries.words.word(describe_gate(change.gate)) == (
        "Raw points of 2016 and 2022 are not compared, because their marking schemes are not the same (2016: index of "
        "the 15th edition, constituent departments only; 2022: index of the 21st edition, constituent departments "
        "only). Compared are standings among the 16 units that join, and tiers where there are any."
    )
    assert measure_changes(change, 8)["typical_change"] is None
    assert ministries.words.word(describe_trends(change, ministries.history, 8)) == (
        "Points are not compared, for the marking scheme is not the same. Of 17 units of 2016 and 17 of 2022, 16 join: "
        "10 by the same name, 1 by alias, 5 through recorded events. Among the 11 that stayed the same units, the two "
        "orders agree with τ-b 0.60 (1 the same, 0 unrelated). Three periods are barely a trend."
    )


def test_ministries_new_units_have_no_change(ministries: Report) -> None:
    changes = tabulate_changes(compare_last(ministries.history)).set_index("unit_name")
    assert changes["change"].isna().sum() == 5
    assert changes.at["公安部", "change"] == -56.25  # (10.5 of 16) to (1.5 of 16), halves for the tie and itself
    assert changes.loc["国土资源部 → 自然资源部", ["score_before", "score_after"]].to_list() == [82.9, 72.2]


def test_ministries_over_three_periods(ministries: Report) -> None:
    assert tabulate_coverage(ministries.history)[["n", "2014", "2016", "2022"]].to_numpy().tolist() == [
        [21, 21, 12, 13],
        [17, 12, 17, 16],
        [17, 13, 16, 17],
    ]
    steps = tabulate_steps(ministries.history, 8)
    assert steps[["n_exact", "n_joined", "n_same", "compared"]].to_numpy().tolist() == [
        [12, 12, 12, "standings"],
        [10, 16, 11, "standings"],
    ]
    paths = trace_paths(ministries.history)
    table = tabulate_paths(ministries.history, paths).set_index("unit_name")
    assert len(table) == 12
    assert table.loc["商务部"].to_list() == pytest.approx([95.8333] * 3, abs=1e-4)
    assert table.loc["自然资源部", ["2014", "2016"]].isna().all()  # a new unit has no past
    events = list_events(ministries.history)
    assert set(events["event"]) == {"merged"}
    assert events["is_decisive"].all()


# Louxing: two tables, three months, and a change of method.


def test_louxing_over_the_change_of_method(louxing: Report) -> None:
    paths = trace_paths(louxing.history)
    assert louxing.words.word(describe_breaks(paths, louxing.history)) == (
        "9 units can be followed through all 3 periods (5 subdistricts, 4 towns). Between 2016-09 and 2017-04 the "
        "marking scheme changed (announced visits (明查); then unannounced visits (暗访)), so no line crosses there."
    )
    chart = plot_paths(paths).draw(louxing.words)
    assert isinstance(chart, Chart)
    assert chart.title == "9 units followed through 3 periods; lines stop at 1 break"
    assert compare_periods(louxing.history, "2016-09", "2017-04").gate.reason == "scheme_differs"
    assert compare_periods(louxing.history, "2017-04", "2017-05").gate.measure == "points"


def test_louxing_points_within_one_method(louxing: Report) -> None:
    change = compare_last(louxing.history)
    measures = measure_changes(change, 8)
    assert measures[["risen", "fallen", "unchanged"]].to_list() == [2, 9, 0]
    assert measures["typical_change"] == pytest.approx(-0.475)
    assert tabulate_changes(change).iloc[-1]["unit_name"] == "花山"
    ends = tabulate_persistence(change).set_index("end")
    assert ends.loc["top", ["n", "n_stayed"]].to_list() == [2, 0]
    assert ends.at["bottom", "stayed"] == ["蛇形山"]
    back = tabulate_return(change, 8).set_index("end")
    assert back.loc["top"].to_list() == pytest.approx([2, -39.73, -46.67], abs=0.01)


def test_louxing_standings_are_within_a_table(louxing: Report) -> None:
    units = compare_last(louxing.history).units.set_index("unit_name")
    assert units.loc[["乐坪", "双江"], "standing_after"].to_list() == pytest.approx([90, 91.6667], abs=1e-4)


VILLAGE = re.compile(r"([^\d.]+)(\d+(?:\.+\d+)?)")


@pytest.mark.parametrize("period", ["2016-09", "2017-04", "2017-05"])
def test_louxing_towns_are_the_mean_of_their_villages(data: Path, period: str) -> None:
    rows = parse_notice(read_document(data / f"raw/louxing/{period}.txt")).tables[1].rows
    scores = open_report("louxing", period).scores.set_index("unit_name")["score"]
    for row in rows:
        villages = [float(points.replace("..", ".")) for _, points in VILLAGE.findall(row.extra["备注"])]
        if len(villages) == 9:  # the page of 2017-05 is cut inside its last row
            assert round(sum(villages) / 9 + 1e-9, 2) == scores[row.unit]


def test_louxing_corrections_are_applied_and_told(data: Path, louxing: Report) -> None:
    report = open_report("louxing", "2017-04")
    [row] = report.scores[report.scores["is_corrected"]].to_dict("records")
    assert (row["unit_name"], row["score"], row["rank"]) == ("蛇形山", 86.67, 6)
    [told] = report.problems.query("check == 'corrected'").to_dict("records")
    assert (told["severity"], told["found"], told["expected"]) == ("note", "蛇形山, 得分: 86..67", "86.67")
    [told] = louxing.problems.query("check == 'corrected'").to_dict("records")
    assert (told["unit_id"], told["found"]) == ("louxing-水洞底", "水洞底, 备注: 天堂86..2")
    [row] = [row for row in louxing.reading.notice.tables[1].rows if row.unit == "水洞底"]
    assert "天堂86.2" in row.extra["备注"]
    assert not louxing.scores["is_corrected"].any()  # the score of the town did not change
    printed = parse_notice(read_document(data / "raw/louxing/2017-04.txt"))
    assert [problem.check for problem in printed.problems] == ["score_unreadable"]


# Baoshan: tiers only.


def test_baoshan_tier_transitions_by_name(baoshan: Report) -> None:
    change = compare_last(baoshan.history)
    assert (change.gate.measure, change.gate.reason) == ("tiers", "no_scores")
    transitions = tabulate_transitions(change).set_index(["tier_before", "tier_after"])
    assert transitions["n"].to_list() == [7, 2, 10, 5]
    assert transitions.at[("优秀", "良好"), "units"] == ["区教育局", "淞南镇"]
    assert transitions.at[("良好", "优秀"), "units"] == [
        *("区审计局", "区体育局", "区水务局", "区科委", "区规划土地局 → 区规划资源局", "区市场监管局"),
        *("吴淞街道", "庙行镇", "顾村镇", "杨行镇"),
    ]
    movers = list_tier_movers(change)
    assert movers[["move", "tier", "n"]].to_numpy().tolist() == [
        ["left", "优秀", 1],
        ["entered", "优秀", 16],
        ["entered", "良好", 10],
    ]
    assert movers.at[0, "units"] == ["区气象局"]
    assert cross_tiers(change).to_numpy().tolist() == [[7, 2, 1], [10, 5, 0], [16, 10, 0]]
    assert baoshan.words.word(describe_trends(change, baoshan.history, 8)) == (
        "Tiers alone can be compared, not points. Of 25 units of 2016 and 50 of 2021, 24 join: 21 by the same name, "
        "3 through recorded events. Of 24 units in a tier both times, 12 changed it: 10 up, 2 down. 优秀 was given to "
        "10 of 25 listed units in 2016 and to 33 of 50 in 2021. Two points are not a trend."
    )


@pytest.mark.parametrize(("column", "value"), [("source_url", None), ("scope", "expected"), ("scope", "elsewhere")])
def test_baoshan_bureaus_join_only_by_events_with_a_source(baoshan: Report, column: str, value: str | None) -> None:
    history = baoshan.history
    weaker = History(history.periods, history.scores, history.notices, history.lineage.assign(**{column: value}))
    matching = match_periods(weaker, "2016", "2021")
    assert matching.count("renamed") == 0
    assert len(matching.joined) == 21
    assert {"区环保局", "区卫生计生委", "区规划土地局"} < set(matching.left["unit_before"])
    assert list_events(weaker)["is_decisive"].to_list() == [False] * 3  # shown, and without effect
    # Why names that look alike are only suggested: the environment is taken for the medical insurance.
    assert dict(suggest_pairs(matching)[["unit_before", "unit_after"]].to_numpy()) == {
        "区环保局": "区医保局",
        "区卫生计生委": "区卫生健康委",
        "区规划土地局": "区规划资源局",
    }


# Leizhou: one year.


def test_leizhou_has_one_year_only(leizhou: Report) -> None:
    history, words = leizhou.history, leizhou.words
    change, paths = compare_last(history), trace_paths(history)
    assert words.word(describe_trends(change, history, 8)) == (
        "Looking back from 2017, only 2017 is available; no trend is computed."
    )
    assert words.word(describe_gate(change.gate)) == words.word(describe_breaks(paths, history)) == ""
    figures = [plot_slopes(change).draw(words), plot_oldham(change).draw(words), plot_transitions(change).draw(words)]
    assert [*figures, plot_paths(paths).draw(words)] == [None] * 4
    tables = [tabulate_coverage(history), list_events(history), list_movers(change.matching), tabulate_changes(change)]
    tables += [measure_changes(change, 8), tabulate_steps(history, 8), tabulate_transitions(change)]
    assert all(table.empty for table in tables)
    assert (history.lineage["scope"] == "expected").sum() == 25  # recorded, and without effect


# Synthetic panels. All names and scores below are made up.

Panel = Mapping[str, list[tuple[str, float | None, str | None]]]
LINEAGE = ["jurisdiction", "old_unit", "new_unit", "event", "date", "scope", "source_url"]


@pytest.fixture
def make_history(make_scores: Callable[..., pd.DataFrame]) -> Callable[..., History]:
    """Make a synthetic history from periods of (unit, score, tier), events (old, new, event, date), and rubric ids."""

    def make(panel: Panel, events: list[tuple[str | None, str | None, str, str]] = [], rubric: str = "same") -> History:  # noqa: B006
        tables = [make_scores(rows).assign(period=period) for period, rows in panel.items()]
        notices = pd.DataFrame({"period": list(panel), "rubric_id": rubric, "method_note": "synthetic"})
        rows = [("synthetic", *event, "place_confirmed", "https://example.org/") for event in events]
        lineage = pd.DataFrame(rows, columns=LINEAGE, dtype="object").reindex(columns=list(SCHEMAS["lineage"].columns))
        lineage = lineage.assign(
            unit_id_before="synthetic-" + lineage["old_unit"], unit_id_after="synthetic-" + lineage["new_unit"]
        )
        return History(tuple(panel), pd.concat(tables, ignore_index=True), notices, lineage)

    return make


def rows(text: str) -> list[tuple[str, float | None, str | None]]:
    """Read "甲局 90 乙局 80" as rows with scores and no tiers."""
    words = text.split()
    return [(unit, float(score), None) for unit, score in zip(words[::2], words[1::2], strict=True)]


def test_rename_merge_and_split_together(make_history: Callable[..., History]) -> None:
    history = make_history(
        {
            "2017": rows("甲局 90 乙局 85 丙局 80 丁局 75 戊镇 70"),
            "2019": rows("甲甲局 91 乙丙局 86 丁一局 81 丁二局 76 戊镇 71"),
        },
        [
            *[("甲局", "甲甲局", "renamed", "2018-05-01"), ("乙局", "乙丙局", "merged", "2018-05-01")],
            *[("丙局", "乙丙局", "merged", "2018-05-01"), ("丁局", "丁一局", "split", "2018-05-01")],
            ("丁局", "丁二局", "split", "2018-05-01"),
        ],
    )
    matching = match_periods(history, "2017", "2019")
    assert sorted(matching.units[["unit_before", "unit_after", "join"]].itertuples(index=False, name=None)) == [
        *[("丁局", "丁一局", "split"), ("丁局", "丁二局", "split"), ("丙局", "乙丙局", "merged")],
        *[("乙局", "乙丙局", "merged"), ("戊镇", "戊镇", "exact"), ("甲局", "甲甲局", "renamed")],
    ]
    units = compare_last(history).units.set_index(["unit_before", "unit_after"])
    assert units["change"].dropna().to_dict() == {("甲局", "甲甲局"): 1, ("戊镇", "戊镇"): 1}


@pytest.mark.parametrize(
    ("events", "joins"),
    [
        ([], {"甲局": None}),
        ([("甲局", "新局", "renamed", "2016-12-31")], {"甲局": None}),  # before the first period
        ([("甲局", "新局", "renamed", "2020-01-01")], {"甲局": None}),  # after the second
        ([("甲局", "中局", "renamed", "2017-06-01"), ("中局", "新局", "renamed", "2018-06-01")], {"甲局": "renamed"}),
        ([("甲局", "中局", "merged", "2017-06-01"), ("中局", "新局", "renamed", "2018-06-01")], {"甲局": "merged"}),
        ([("甲局", None, "abolished", "2018-06-01")], {"甲局": None}),
        ([("外局", "乙局", "merged", "2018-06-01")], {"乙局": "merged"}),  # same name, wider body: a new unit
        ([("乙局", "新局", "split", "2018-06-01")], {"乙局": "exact"}),  # what stayed under the old name goes on
    ],
)
def test_event_drives_a_join(make_history: Callable[..., History], events: list, joins: dict[str, str | None]) -> None:
    history = make_history({"2017": rows("甲局 90 乙局 85"), "2019": rows("新局 90 乙局 85")}, events)
    matching = match_periods(history, "2017", "2019")
    found = matching.units.drop_duplicates("unit_before").set_index("unit_before")["join"]
    assert {unit: None if pd.isna(found[unit]) else found[unit] for unit in joins} == joins


def test_an_abolished_unit_is_explained(make_history: Callable[..., History]) -> None:
    history = make_history(
        {"2017": rows("甲局 9 乙局 8"), "2019": rows("乙局 8")}, [("甲局", None, "abolished", "2018-01-01")]
    )
    assert list_movers(match_periods(history, "2017", "2019"))["event"].to_list() == ["abolished"]


@pytest.mark.parametrize(
    ("before", "after", "rubric", "verdict"),
    [
        ("甲局 90 乙局 80", "甲局 91 乙局 79", "same", ("points", "same_scheme")),
        ("甲局 90 乙局 80", "甲局 91 乙局 79", None, ("standings", "scheme_unknown")),
        ("甲局 90 乙局 80", "甲局 910 乙局 790", "same", ("standings", "off_scale")),
        ("甲局 90 乙局 80", "丙局 91 丁局 79", "same", ("nothing", "no_common_unit")),
    ],
)
def test_gate(
    make_history: Callable[..., History], before: str, after: str, rubric: str | None, verdict: tuple[str, str]
) -> None:
    history = make_history({"2017": rows(before), "2018": rows(after)}, rubric=rubric)
    change = compare_last(history)
    assert (change.gate.measure, change.gate.reason) == verdict


def test_all_tied(make_history: Callable[..., History], leizhou: Report) -> None:
    tied = " ".join(f"{unit}局 88" for unit in "甲乙丙丁戊己庚辛壬")
    history = make_history({"2017": rows(tied), "2018": rows(tied)})
    change = compare_last(history)
    assert measure_changes(change, 8)[["tau_b_same", "typical_change", "unchanged"]].to_list() == [None, 0, 9]
    assert tabulate_persistence(change).empty  # nobody stands in a fifth of a ranking of one rank
    assert tabulate_return(change, 8).empty
    assert leizhou.words.word(describe_return(tabulate_return(change, 8))) == ""
    assert leizhou.words.word(describe_trends(change, history, 8)).endswith(
        "All 9 units that stayed the same are tied in one of the periods, so their orders cannot be compared. "
        "Two points are not a trend."
    )
    assert isinstance(plot_slopes(change).draw(leizhou.words), Chart)
    assert isinstance(plot_oldham(change).draw(leizhou.words), Chart)


def test_no_unit_in_common(make_history: Callable[..., History], leizhou: Report) -> None:
    history = make_history({"2017": rows("甲局 90 乙局 80"), "2018": rows("丙局 91 丁局 79")})
    change = compare_last(history)
    assert leizhou.words.word(describe_trends(change, history, 8)) == (
        "2017 and 2018 have no unit in common. Of 2 units of 2017 and 2 of 2018, 0 join. Two points are not a trend."
    )
    assert plot_slopes(change).draw(leizhou.words).role == "note"  # type: ignore[union-attr]
    assert plot_transitions(change).draw(leizhou.words).role == "note"  # type: ignore[union-attr]


def test_a_unit_in_two_tables_counts_once(make_history: Callable[..., History]) -> None:
    history = make_history({"2017": rows("甲局 90 乙局 80"), "2018": rows("甲局 91 乙局 79")})
    twice = history.scores.query("period == '2018'").assign(table_no=2, score=50.0)
    doubled = History(history.periods, pd.concat([history.scores, twice]), history.notices, history.lineage)
    units = compare_last(doubled).units
    assert units[["unit_name", "score_before", "score_after"]].to_numpy().tolist() == [
        ["甲局", 90, 91],
        ["乙局", 80, 79],
    ]


def test_few_units_are_listed_and_not_measured(make_history: Callable[..., History], leizhou: Report) -> None:
    history = make_history({"2017": rows("甲局 90 乙局 80"), "2018": rows("甲局 91 乙局 79")})
    change = compare_last(history)
    assert measure_changes(change, 8)["tau_b_same"] is None
    assert "2 units stayed the same with a value in both, too few to measure" in leizhou.words.word(
        describe_trends(change, history, 8)
    )
    assert len(tabulate_changes(change)) == 2


def test_ten_periods_of_sixty_units(make_history: Callable[..., History], leizhou: Report) -> None:
    names = [f"{left}{right}局" for left in "甲乙丙丁戊己" for right in "子丑寅卯辰巳午未申酉"]
    panel = {
        f"{2010 + year}": [(name, 60 + (7 * at + 11 * year * (at % 5)) % 40, None) for at, name in enumerate(names)]
        for year in range(10)
    }
    history = make_history(panel)
    paths = trace_paths(history)
    assert tabulate_coverage(history).shape == (10, 14)
    assert tabulate_paths(history, paths).shape == (60, 11)
    assert len(tabulate_steps(history, 8)) == 9
    assert leizhou.words.word(describe_trends(compare_last(history), history, 8)).endswith("τ-b 0.17.")
    chart = plot_paths(paths).draw(leizhou.words)
    assert isinstance(chart, Chart)
    assert chart.alt.count(", ") <= 10  # eight names at most


def test_tiers_and_scores_together(make_history: Callable[..., History]) -> None:
    history = make_history(
        {
            "2017": [("甲局", 95, "优秀"), ("乙局", 85, "良好"), ("丙局", 70, "一般")],
            "2018": [("甲局", 85, "良好"), ("乙局", 86, "良好"), ("丙局", 90, "优秀")],
        }
    )
    change = compare_last(history)
    assert tabulate_transitions(change)[["tier_before", "tier_after", "n"]].to_numpy().tolist() == [
        ["优秀", "良好", 1],
        ["良好", "良好", 1],
        ["一般", "优秀", 1],
    ]


# The tables behind it.


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("demo,,乙局,renamed,2018-01-01,on,place_confirmed,high,https://a.cn/,", "renamed from nan to 乙局"),
        ("demo,甲局,乙局,created,2018-01-01,on,place_confirmed,high,https://a.cn/,", "created from 甲局 to 乙局"),
        ("demo,甲局,乙局,merged,2018-01-01,on,rumour,high,https://a.cn/,", "scope 'rumour'"),
        ("demo,甲局,乙局,married,2018-01-01,on,place_confirmed,high,https://a.cn/,", "event 'married'"),
    ],
)
def test_an_unusable_event_is_named(tmp_path: Path, line: str, error: str) -> None:
    (tmp_path / "reference").mkdir()
    header = ",".join(SCHEMAS["lineage"].columns)
    (tmp_path / "reference/lineage.csv").write_text(f"{header}\n{line}\n", encoding="utf-8")
    with pytest.raises(AuditError, match=f"lineage.csv line 2: found {error}"):
        load_lineage(tmp_path, "demo")


def test_the_lineage_says_where_it_was_read(data: Path) -> None:
    events = pd.concat([load_lineage(data, place) for place in ("ministries", "baoshan", "leizhou")])
    decisive = events[~events["scope"].isin(["expected", "elsewhere"])]
    assert decisive["source_url"].notna().all()
    assert not (events.query("jurisdiction == 'leizhou'")["scope"] == "national_rule").any()


def test_a_later_period_changes_no_earlier_history(make_data, notice_text, monkeypatch: pytest.MonkeyPatch) -> None:
    raw = {f"jia/{period}": notice_text([("甲镇", 90), ("乙局", 80)]) for period in ("2016", "2017-04", "2017", "2018")}
    data = make_data(raw)
    assert [error for _, error in build_tables(data, find_sources(data))] == [None] * 4
    monkeypatch.setenv("AUDIT_DATA", str(data))
    assert open_report("jia", "2017").history.periods == ("2016", "2017")
    assert open_report("jia", "2018").history.periods == ("2016", "2017", "2017-04", "2018")


def test_a_correction_that_finds_nothing_is_told(make_data, notice_text, monkeypatch: pytest.MonkeyPatch) -> None:
    header = ",".join(SCHEMAS["corrections"].columns)
    rows_of_csv = [
        "jia-2017,甲镇,评分,8..5,85,typing,sum",
        "jia-2017,乙局,评分,80,81,typing,sum",
        "jia-2017,丙局,评分,70,71,t,e",
    ]
    data = make_data(
        {"jia/2017": notice_text([("甲镇", "8..5"), ("乙局", 80), ("丙局", 75)])},
        {"corrections.csv": "\n".join([header, *rows_of_csv]) + "\n"},
    )
    assert [error for _, error in build_tables(data, find_sources(data))] == [None]
    monkeypatch.setenv("AUDIT_DATA", str(data))
    report = open_report("jia", "2017")
    assert report.scores.set_index("unit_name")["score"].to_dict() == {"甲镇": 85, "乙局": 81, "丙局": 75}
    assert report.scores.set_index("unit_name")["is_corrected"].to_list() == [True, True, False]
    told = report.problems[report.problems["check"].str.startswith("correct")]
    assert told[["check", "found"]].to_numpy().tolist() == [
        ["corrected", "甲镇, 评分: 8..5"],
        ["corrected", "乙局, 评分: 80"],
        ["correction_unused", "no 70"],
    ]


def test_reports_of_trends_are_committed_for_every_notice() -> None:
    for source in find_sources(ROOT / "data"):
        path = ROOT / "reports" / source.jurisdiction / source.period / "05_trends.ipynb"
        figures = re.findall(r'"image/png": "', path.read_text(encoding="utf-8"))
        is_first = source.notice_id in ("baoshan-2016", "leizhou-2017", "louxing-2016-09", "ministries-2014")
        assert bool(figures) != is_first, path
        assert json.loads(path.read_text(encoding="utf-8"))["cells"]
