"""Several periods: what joins, what may be compared, what changed. Real places first, then synthetic panels."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from audit_lib import trends
from audit_lib.analysis.comparability import find_distance, follows
from audit_lib.analysis.lineage import list_events, list_movers, match_periods, suggest_pairs
from audit_lib.analysis.paired import compare_pair, find_most
from audit_lib.analysis.trends import compare
from audit_lib.analysis.unit_paths import build_panel, place
from audit_lib.display.charts import Chart
from audit_lib.display.scene import Rect
from audit_lib.documents.read import read_document
from audit_lib.errors import AuditError
from audit_lib.notebook.report import Report, open_report
from audit_lib.notices.notice import parse_notice
from audit_lib.sources import find_sources
from audit_lib.tables.build import build_tables
from audit_lib.tables.history import History, load_lineage
from audit_lib.tables.schemas import SCHEMAS
from audit_lib.wording.words import Text, Words

ROOT = Path(__file__).parents[1]
PANELS = {"guangdong": "2022-09", "jiangxi": "2024-05", "xianning": "2023-06"}


@cache
def open_panel(name: str) -> Report:
    return open_report(name, PANELS[name])


@pytest.fixture(scope="module")
def ministries() -> Report:
    return open_report("ministries", "2022")


@pytest.fixture(scope="module")
def louxing() -> Report:
    return open_report("louxing", "2017-05")


@pytest.fixture(scope="module")
def baoshan() -> Report:
    return open_report("baoshan", "2021")


def words_of(report: Report, text: Text | None) -> str:
    return report.words.without_glosses().word(text)


# Guangdong, Jiangxi, Xianning. Their numbers are computed once more in test_oracle.py.


@pytest.mark.parametrize(("name", "unit"), [("guangdong", "广州"), ("jiangxi", "萍乡市"), ("xianning", "中心城区")])
def test_places_are_shaded_and_one_unit_is_followed(name: str, unit: str) -> None:
    places, shades = trends.tabulate_places(compare(open_panel(name).history, 8))
    assert (shades.steps.min(axis=None), shades.steps.max(axis=None)) == (0, 5)
    assert places["unit_name"][shades.chosen] == unit
    headings = [] if name == "jiangxi" else list(places.columns)[1:-3]  # places there are printed, without scores
    assert list(shades.scores) == headings


@pytest.mark.parametrize(
    ("name", "headline"),
    [
        (
            "guangdong",
            "All 21 cities had a lower share of clean-air days in September 2022 than in August 2017; "
            "Guangzhou was always in the lowest third",
        ),
        (
            "jiangxi",
            "From June 2022 to May 2024, 9 of 11 cities moved in the ranking; Pingxiang was always in the lowest third",
        ),
    ],
)
def test_headline(name: str, headline: str) -> None:
    report = open_panel(name)
    assert report.headline(trends.describe(compare(report.history, 8))).text == headline
    assert len(headline.split()) <= 25


def test_an_order_by_scores_is_not_compared_with_ranks_by_another_measure() -> None:
    report = open_report("guangdong", "2018-04")
    compared = compare(report.history, 8)
    assert report.headline(trends.describe(compared)).role == "headline silent"
    assert compared.main is None
    assert trends.describe_movers(compared) is None


def test_ranks_by_another_measure_are_not_called_a_move() -> None:
    history = open_report("jiangxi", "2021-10").history
    compared = compare(replace(history, notices=history.notices.assign(rubric_id=["a", "b"])), 8)
    assert str(trends.describe(compared)) == (
        "8 of 11 cities had another place in October 2021 than in February 2021, "
        "ranked by another or an unknown measure"
    )
    assert trends.describe_movers(compared) is None


@pytest.mark.parametrize(
    "path", sorted((ROOT / "reports").rglob("05_trends.ipynb")), ids=lambda path: "-".join(path.parts[-4:-1])
)
def test_headlines_are_short(path: Path) -> None:
    """The committed reports, which are all run again and compared by `make test`."""
    cells = nbformat.read(path, as_version=4).cells
    [text] = [cell.outputs[0].data["text/plain"] for cell in cells if "headline" in cell.metadata.get("tags", [])]
    dates = r"\d{4}年(?:\d+月)?|\d{4}(?:-\d\d)?"
    assert len(re.findall(r"\d+(?:\.\d+)?", re.sub(dates, "", text))) <= 3
    assert len(text.split()) <= 25
    assert path.parts[-4] != "zh" or len(text) <= 46


def test_guangdong_says_what_may_be_compared() -> None:
    report = open_panel("guangdong")
    compared = compare(report.history, 8)
    words = report.words.without_glosses()
    assert words.word(trends.describe_limits(compared)) == (
        "The periods fall in different parts of the year, so a change between two of them is not a trend. "
        "August 2017 is compared with September 2022 because its season is the nearest. For April 2018, only ranks "
        "are published, by another or an unknown measure."
    )
    assert words.word(trends.describe_level(compared)) == (
        "The middle city: 66.7% in September 2022, from 93.3% to 98.4% in 4 comparable earlier periods."
    )
    assert words.word(trends.describe_pair(compared)) == (
        "Most of these shares are of whole days; one day is about 3.3 points. "
        "6 units had the best possible score, 100, in August 2017 and could not do better."
    )
    assert words.word(trends.describe_stays(compared)) == ("Guangzhou: in the lowest third each time")
    assert trends.plot_level(compared).draw(words).title == (  # type: ignore[union-attr]
        "September 2022 was the lowest comparable period for 20 of 21 cities"
    )
    steps = trends.tabulate_steps(compared)
    assert steps["compared"].to_list() == ["nothing", "nothing", "points", "points", "points"]
    assert steps["risen"].isna().to_list() == [True, True, False, False, False]


# Ministries 2014, 2016, 2022: a reform between the last two, and an index that changes with each edition.


def test_ministries_join_through_the_reform(ministries: Report) -> None:
    matching = match_periods(ministries.history, "2016", "2022")
    assert len(matching.joined) == 16
    assert matching.units["join"].value_counts().to_dict() == {"exact": 10, "merged": 5, "alias": 1}
    movers = list_movers(ministries.history)
    assert movers[["move", "event", "n"]].to_numpy().tolist() == [
        ["left", "unexplained", 9],
        ["entered", "unexplained", 5],
        ["left", "unexplained", 1],
        ["entered", "merged", 1],
    ]


def test_ministries_are_compared_by_places(ministries: Report) -> None:
    compared = compare(ministries.history, 8)
    assert compared.main is not None
    assert (compared.main.gate.measure, compared.main.gate.reason) == ("places", "scheme_differs")
    assert len(compared.main.units) == 11  # 5 more became new units
    assert trends.plot_level(compared).draw(ministries.words) is None, "no scores side by side that are not compared"
    assert ministries.headline(trends.describe(compared)).text == (
        "Of the 11 ministries listed in 2016 and 2022, Public Security moved furthest, from joint 5th to joint 10th; "
        "Commerce was first each time"
    )
    assert words_of(ministries, trends.describe_stays(compared)) == (
        "Transport, Commerce and Industry and Information Technology: in the top third each time"
    )
    events = list_events(ministries.history)
    assert set(events["event"]) == {"merged"}
    assert events["is_decisive"].all()


def test_thirds_of_a_cut_list_are_those_of_the_whole(ministries: Report) -> None:
    panel = build_panel(ministries.history)
    found = {period: units.groupby("third")["unit_name"].agg(list) for period, units in panel.units_of.items()}
    assert (found["2014"]["lowest"], len(found["2014"]["top"])) == (["邮政局"], 10), "of 30, of which 21 were read"
    assert list(found["2016"].index) == ["top"], "how many were ranked is not known"
    assert len(found["2016"]["top"]) == 5
    assert len(found["2022"]["lowest"]) == 5
    assert words_of(ministries, trends.describe_limits(compare(ministries.history, 8))).startswith(
        "2014: the copy we read holds the first 21 of 30. 2016: lower ranks were not published."
    )


def test_a_list_that_may_be_the_end_of_a_longer_one_has_no_places(make_history: Callable[..., History]) -> None:
    panel = build_panel(make_history({"2017": year(90, 80, 70)}, n_ranked=30))
    assert panel.rows[["place", "third"]].isna().all(axis=None)
    whole = build_panel(make_history({"2017": year(90, 80, None)}, n_ranked=3))
    assert whole.rows["place"].to_list()[:2] == [1, 2], "a unit without a score is one of those that were ranked"


# Louxing: two tables, three months, and a change of method.


def test_louxing_tables_are_compared_each_with_its_own(louxing: Report) -> None:
    compared = compare(louxing.history, 8)
    assert compared.panel.lists == ["subdistrict", "town"]
    assert compared.main is not None
    assert (compared.main.gate.before, compared.main.gate.measure) == ("2017-04", "points")
    assert [compared.main.count(direction) for direction in (1, -1, 0)] == [2, 9, 0]
    assert find_most(compared.main, -1)["unit_name"].to_list() == ["花山"]
    assert compared.main.units.groupby("list")["place_after"].max().to_dict() == {"subdistrict": 5, "town": 6}
    assert trends.describe_gap(compared, "side") is None  # one side only, and two markings
    chart = trends.plot_level(compared).draw(louxing.words)
    assert isinstance(chart, Chart)
    assert chart.title == "The median of each list was lower in May 2017 than in April 2017"
    assert louxing.words.word(trends.describe_limits(compared)).endswith(
        "The marking scheme changed between September 2016 and April 2017; points are not compared there."
    )


VILLAGE = re.compile(r"([^\d.]+)(\d+(?:\.+\d+)?)")


@pytest.mark.parametrize("period", ["2016-09", "2017-04", "2017-05"])
def test_louxing_towns_are_the_mean_of_their_villages(data: Path, louxing: Report, period: str) -> None:
    rows = parse_notice(read_document(data / f"raw/louxing/{period}.txt")).tables[1].rows
    scores = louxing.history.scores.query("period == @period").set_index("unit_name")["score"]
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


def test_two_subjects_are_named_and_said_in_the_headline(louxing: Report) -> None:
    history = louxing.history
    is_last = history.notices["period"] == history.periods[-1]
    subjects = history.notices["subject"].mask(is_last, "street lighting inspection")
    compared = compare(replace(history, notices=history.notices.assign(subject=subjects)), 8)
    assert louxing.headline(trends.describe(compared)).text.endswith("; the two had different subjects")
    assert louxing.words.word(trends.describe_limits(compared)).startswith(
        "The periods fall in different parts of the year, so a change between two of them is not a trend. "
        "The subjects differ: environmental hygiene inspection September 2016, April 2017, "
        "street lighting inspection May 2017."
    )


# Baoshan: ratings alone, of two different assessments.


def test_baoshan_ratings_by_name(baoshan: Report) -> None:
    compared = compare(baoshan.history, 8)
    assert compared.main is not None
    assert (compared.main.gate.measure, compared.main.gate.reason) == ("ratings", "ratings_of_another")
    table = trends.tabulate_ratings(compared.main).set_index(["tier_before", "tier_after"])
    assert table["n"].to_list() == [10, 2, 7, 5]
    assert table.at[("优秀", "良好"), "units"] == ["区教育局", "淞南镇"]
    assert baoshan.headline(trends.describe(compared)).text == (
        "12 of 24 towns and bureaus were rated differently in the open-government assessment of 2021 than in the "
        "assessment of integrity and openness of 2016"
    )
    assert baoshan.words.without_glosses().word(trends.describe_gap(compared, "side")) == (
        "Rated excellent: 10 of the 25 units listed in 2016, 33 of 50 in 2021."
    )
    assert trends.tabulate_steps(compared)["risen"].isna().all()  # another assessment: neither up nor down


@pytest.mark.parametrize(("column", "value"), [("source_url", None), ("scope", "expected"), ("scope", "elsewhere")])
def test_baoshan_bureaus_join_only_by_events_with_a_source(baoshan: Report, column: str, value: str | None) -> None:
    history = baoshan.history
    weaker = History(history.periods, history.scores, history.notices, history.lineage.assign(**{column: value}))
    matching = match_periods(weaker, "2016", "2021")
    assert "renamed" not in set(matching.units["join"])
    assert len(matching.joined) == 21
    assert {"区环保局", "区卫生计生委", "区规划土地局"} < set(matching.left["unit_before"])
    assert list_events(weaker)["is_decisive"].to_list() == [False] * 3  # shown, and without effect
    # Why names that look alike are only suggested: the environment is taken for the medical insurance.
    assert dict(suggest_pairs(weaker)[["unit_before", "unit_after"]].to_numpy()) == {
        "区环保局": "区医保局",
        "区卫生计生委": "区卫生健康委",
        "区规划土地局": "区规划资源局",
    }


# Leizhou: one year.


def test_leizhou_has_one_year_only(leizhou: Report) -> None:
    history, compared = leizhou.history, compare(leizhou.history, 8)
    assert leizhou.words.word(trends.describe(compared)) == (
        "Only 2017 has been collected, so there is nothing to compare it with."
    )
    assert [plot(compared).draw(leizhou.words) for plot in (trends.plot_level, trends.plot_changes)] == [None, None]
    tables = [list_events(history), list_movers(history), trends.tabulate_changes(compared.main)]
    assert all(table.empty for table in [*tables, trends.tabulate_steps(compared), trends.tabulate_places(compared)[0]])
    assert (history.lineage["scope"] == "expected").sum() == 25  # recorded, and without effect


# Synthetic panels. All names and scores below are made up.

Panel = Mapping[str, list[tuple[str, float | None, str | None]]]
LINEAGE = ["jurisdiction", "old_unit", "new_unit", "event", "date", "scope", "source_url"]


@pytest.fixture
def make_history(make_scores: Callable[..., pd.DataFrame]) -> Callable[..., History]:
    """Make a synthetic history from periods of (unit, score, tier), events (old, new, event, date), and rubric ids."""

    def make(
        panel: Panel,
        events: list[tuple[str | None, str | None, str, str]] = [],  # noqa: B006
        rubric: Any = "same",
        **measure: Any,
    ) -> History:
        tables = [make_scores(rows).assign(period=period) for period, rows in panel.items()]
        notices = pd.DataFrame({"period": list(panel), "rubric_id": rubric, **measure})
        notices = notices.reindex(columns=list(SCHEMAS["notices"].columns))
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
    pair = compare(history, 2).main
    assert pair is not None
    assert pair.units.set_index("unit_name")["change"].to_dict() == {"甲甲局": 1, "戊镇": 1}


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
    assert list_movers(history)["event"].to_list() == ["abolished"]


NAMES = ["甲局", "乙局", "丙局", "丁镇", "戊镇", "己镇", "庚局", "辛局", "壬镇", "癸镇"]


def year(*scores: float | None) -> list[tuple[str, float | None, str | None]]:
    return [(name, score, None) for name, score in zip(NAMES, scores, strict=False)]


def with_ranks(history: History, period: str) -> History:
    """Return the history with printed ranks alone in a period."""
    scores = history.scores.copy()
    there = scores["period"] == period
    scores.loc[there, "rank_printed"] = scores.loc[there, "score"].rank(ascending=False, method="min").astype("int64")
    scores.loc[there, "score"] = np.nan
    return History(history.periods, scores, history.notices, history.lineage)


@pytest.mark.parametrize(
    ("measure", "verdict"),
    [
        ({}, ("points", "same_scheme")),
        ({"rubric": [None, None]}, ("places", "scheme_unknown")),
        ({"rubric": ["one", "two"]}, ("places", "scheme_differs")),
        ({"scale_max": [100.0, 120.0]}, ("places", "scale_differs")),
        ({"scale_max": [None, 100.0]}, ("points", "same_scheme")),  # no score is off the usual scale
        ({"scale_max": [None, 120.0]}, ("places", "scale_unknown")),
        ({"scale_max": [None, 85.0]}, ("places", "scale_unknown")),
        ({"better": [None, "higher"]}, ("points", "same_scheme")),
        ({"better": ["higher", "lower"]}, ("places", "direction_differs")),
        ({"score_name": ["share", "index"]}, ("places", "score_differs")),
    ],
)
def test_gate(make_history: Callable[..., History], measure: dict[str, Any], verdict: tuple[str, str]) -> None:
    panel = build_panel(make_history({"2017": year(90, 80), "2018": year(91, 79)}, **measure))
    gate = panel.gate("2017", "2018")
    assert (gate.measure, gate.reason) == verdict


def test_made_up_years_level_gap_and_movers(make_history: Callable[..., History], leizhou: Report) -> None:
    first, second = (90, 85, 80, 70, 71, 72, 88, 86, 73, 74), (92, 86, 80, 60, 71, 70, 93, 89, 75, 79)
    history = make_history({"2018": year(*first), "2019": year(*second)})
    compared = compare(history, 3)
    words = leizhou.words.without_glosses()
    table = trends.tabulate_level(compared)
    assert table["median"].to_list() == [np.median(first), np.median(second)]
    towns = [at for at, name in enumerate(NAMES) if name.endswith("镇")]
    gaps = [
        np.mean([scores[at] for at in towns]) - np.mean([s for at, s in enumerate(scores) if at not in towns])
        for scores in (first, second)
    ]
    assert trends.tabulate_gap(compared, "side")["mean_gap"].to_list() == pytest.approx(gaps)
    assert words.word(trends.describe_gap(compared, "side")) == (
        "Towns minus bureaus: on average −17.0 points in 2019, −13.8 in 2018."
    )
    assert compared.main is not None
    assert find_most(compared.main, -1)["unit_name"].to_list() == ["丁镇"]
    assert set(find_most(compared.main, 1)["unit_name"]) == {"庚局", "癸镇"}  # both by 5: all that tie are named
    assert compared.main.units.set_index("unit_name")["direction"].to_dict() == {
        "甲局": 1,
        "乙局": 0,
        "丙局": 0,
        "丁镇": -1,
        "戊镇": 0,
        "己镇": -1,  # by one point: the last digit printed
        "庚局": 1,
        "辛局": 1,
        "壬镇": 1,
        "癸镇": 1,
    }
    assert (
        words.word(trends.describe(compared))
        == "5 of 10 towns and bureaus scored higher in 2019 than in 2018 by more than rounding"
    )


def test_most_is_taken_from_all_units(make_history: Callable[..., History]) -> None:
    names = [f"{left}{right}局" for left in "甲乙丙丁戊己" for right in "子丑寅卯辰巳午未申酉"]
    before = [(name, 50.0 + at % 3, None) for at, name in enumerate(names)]
    after = [(name, score + (9 if name == "己酉局" else 2), None) for name, score, _ in before]
    pair = compare(make_history({"2017": before, "2018": after}), 8).main
    assert pair is not None
    assert find_most(pair, 1)["unit_name"].to_list() == ["己酉局"]


def test_ranks_alone_interrupt_only_their_steps(make_history: Callable[..., History]) -> None:
    panel = {"2017": year(90, 80, 70), "2018": year(3, 2, 1), "2019": year(80, 81, 60)}
    history = with_ranks(make_history(panel), "2018")
    compared = compare(history, 2)
    assert trends.tabulate_steps(compared)["compared"].to_list() == ["places", "places"]
    assert compared.main is not None
    assert (compared.main.gate.before, compared.main.gate.after, compared.main.gate.measure) == (
        "2017",
        "2019",
        "points",
    )


def test_an_odd_last_period_keeps_the_points_before_it(make_history: Callable[..., History]) -> None:
    panel = {"2017": year(90, 80, 70), "2018": year(85, 82, 60), "2019": year(108, 96, 84)}
    history = make_history(panel, scale_max=[100.0, 100.0, 120.0])
    compared = compare(history, 2)
    assert compared.main is not None
    assert compared.main.gate.after == "2018"


def test_ends_of_a_longer_list_are_not_compared(make_history: Callable[..., History], leizhou: Report) -> None:
    history = make_history({"2017": year(3, 2, 1), "2018": year(1, 2, 3)}, n_ranked=74)
    history = with_ranks(with_ranks(history, "2017"), "2018")
    assert build_panel(history).gate("2017", "2018").reason == "end_of_list"
    assert "Nothing can be compared" in leizhou.words.word(trends.describe(compare(history, 2)))


def test_upper_ends_of_lists_with_ranks_alone_are_not_compared(make_history: Callable[..., History]) -> None:
    history = make_history({"2017": year(3, 2, 1), "2018": year(1, 2, 3)}, extent="upper_published")
    history = with_ranks(with_ranks(history, "2017"), "2018")
    assert build_panel(history).gate("2017", "2018").reason == "end_of_list"


def test_lower_is_better(make_history: Callable[..., History], leizhou: Report) -> None:
    history = make_history({"2017": year(3.0, 2.5, 4.1), "2018": year(2.8, 3.9, 3.0)}, better="lower")
    compared = compare(history, 2)
    assert compared.main is not None
    units = compared.main.units.set_index("unit_name")
    assert units["place_before"].to_dict() == {"甲局": 2, "乙局": 1, "丙局": 3}
    assert units["place_after"].to_dict() == {"甲局": 1, "乙局": 3, "丙局": 2}
    assert leizhou.words.word(trends.describe(compared)).startswith(
        "2 of 3 bureaus had a lower, better score in 2018 than in 2017"
    )
    chart = trends.plot_changes(compared).draw(leizhou.words)
    assert isinstance(chart, Chart)
    assert "lower is better" in chart.subtitle


@pytest.mark.parametrize(
    ("panel", "measure", "said"),
    [
        pytest.param(
            {"2017": year(90, 80, 70, 60), "2018": year(91, 82, 70, 60)},
            {},
            {"describe": "1 of 4 towns and bureaus scored higher in 2018 than in 2017 by more than rounding; "
             "甲局 was first each time", "describe_pair":
             "Changes of at most 1, one step of rounding, are not counted: 1 unit.",
             "plot_changes": "From 2017 to 2018, 1 rose by more than rounding"},
            id="a change by the last digit is not counted in silence",
        ),
        pytest.param(
            {"2017": year(90, 80), "2018": year(90.4, 80.2)},
            {},
            {"describe": "None of the 2 bureaus moved by more than rounding from 2017 to 2018; "
             "甲局 was first each time", "plot_changes": "No score surely rose or fell from 2017 to 2018"},
            id="the coarser rounding counts",
        ),
        pytest.param(
            {"2017": year(90, 80), "2018": year(90, 80)},
            {},
            {"describe": "All 2 bureaus scored the same in 2017 and 2018; 甲局 was first each time", "plot_level": "Scores of 2 periods"},
            id="too few for a median, yet comparable",
        ),
        pytest.param(
            {"2017": year(90, 80, 70), "2018": year(85, 82, 60), "2019": year(108, 96, 84)},
            {"scale_max": [100.0, 100.0, 120.0]},
            {"describe_level": "The middle score: 82 in 2018, 80 in 2017.",
             "plot_level": "The median was 82 in 2018 and 80 in 2017"},
            id="an odd last period does not end the level of those before it",
        ),
        pytest.param(
            {"2018Q1": year(90, 80, 70), "2018": year(85, 82, 60)},
            {},
            {"describe": "Nothing can be compared over the 2 periods known: they share at most one unit, overlap, or "
             "publish nothing that can be compared.", "describe_level": None},
            id="a year holds its quarters",
        ),
        pytest.param(
            {"2017": year(90, 80, 80, 70), "2018": year(90, 80, 79, 70)},
            {"rubric": [None, None]},
            {"describe": "From 2017 to 2018, 丙局 moved furthest, from joint 2nd to 3rd; "
             "甲局 was first each time", "plot_changes": "From 2017 to 2018, 1 fell in the order"},
            id="joint second to second is no move",
        ),
        pytest.param(
            {"2017": year(90, 80, 70), "2018": year(95, 85, 75)},
            {"rubric": [None, None]},
            {"describe": "The order of the 3 bureaus is the same in 2017 and 2018; 甲局 was first each time",
             "plot_changes": "Nobody moved in the order from 2017 to 2018"},
            id="nobody moved",
        ),
    ],
)  # fmt: skip
def test_sentences_are_true(
    make_history: Callable[..., History], panel: Panel, measure: dict[str, Any], said: dict[str, str | None]
) -> None:
    words = Words(
        "en", {"place": "Jia", "subject": "inspection", "source": ""}, unit_names={name: name for name in NAMES}
    )
    compared = compare(make_history(panel, **measure), 3)
    for function, sentence in said.items():
        found = getattr(trends, function)(compared)
        if function.startswith("plot"):
            found = found.draw(words).title
        assert words.without_glosses().word(found) == (sentence or "")


def test_a_ceiling_is_in_no_third_and_told(make_history: Callable[..., History], leizhou: Report) -> None:
    history = make_history(
        {"2017": year(100, 100, 100, 100, 100, 90), "2018": year(100, 100, 99, 100, 95, 80)}, scale_max=100.0
    )
    compared = compare(history, 2)
    rows = compared.panel.units_of["2017"]
    assert rows["third"].isna().to_list() == [True, True, True, True, True, False]
    assert "5 units had the best possible score, 100, in 2017 and could not do better." in leizhou.words.word(
        trends.describe_pair(compared)
    )


@pytest.mark.parametrize(
    ("before", "is_said"),
    [("2017-09", True), ("2018Q1", False)],  # of 30 days and of 90: one day is 3.3 points in one month alone
)
def test_a_day_of_a_month_is_not_told_beside_a_quarter(
    make_history: Callable[..., History],
    leizhou: Report,
    before: str,
    *,
    is_said: bool,
) -> None:
    n_days = 30 if before == "2017-09" else 90
    shares = [[round(100 * day / of, 1) for day in range(of - 9, of + 1)] for of in (n_days, 30)]
    history = make_history(
        {before: year(*shares[0]), "2018-09": year(*shares[1])}, scale_max=100.0, score_name="share of good days, %"
    )
    said = leizhou.words.without_glosses().word(trends.describe_pair(compare(history, 2)))
    assert ("Most of these shares are of whole days; one day is about 3.3 points." in said) is is_said


def test_a_unit_that_is_away_for_a_year_is_the_same(make_history: Callable[..., History]) -> None:
    panel = {"2017": rows("甲局 90 乙局 80"), "2018": rows("乙局 81"), "2019": rows("甲局 70 乙局 82")}
    pair = compare_pair(build_panel(make_history(panel)), "2017", "2019")
    assert pair.units.set_index("unit_name")["change"].to_dict() == {"甲局": -20, "乙局": 2}


def test_many_periods_are_described_by_their_ceiling_and_thirds(
    make_history: Callable[..., History], leizhou: Report
) -> None:
    quarters = {f"{2010 + at // 4}Q{at % 4 + 1}": year(100, 100 if at == 5 else 90, 80, 70) for at in range(13)}
    compared = compare(make_history(quarters, scale_max=100.0), 2)
    words = leizhou.words.without_glosses()
    assert words.word(trends.describe_gap(compared, "side")) == (
        "A ceiling: in each of 13 periods, 1 to 2 of the units had the best possible score, 100, "
        "and could not do better."
    )
    assert words.word(trends.describe_movers(compared)) == (
        "Over all periods: Dingzhen: in the lowest third each time."
    )
    level = trends.plot_level(compared).draw(leizhou.words)
    assert isinstance(level, Chart)
    assert level.wide is not None
    bars = [mark.height for mark in level.wide.of(Rect) if mark.colour == "middle"]
    assert bars == [40.0 if at == 5 else 20.0 for at in range(13)]
    places, shades = trends.tabulate_places(compared)
    assert list(shades.short.values())[:6] == [("2010", "1"), ("", "2"), ("", "3"), ("", "4"), ("2011", "1"), ("", "2")]
    shown = leizhou.show(places, "places", None, shades)
    assert '<th class="text" scope="col" title="2011Q1"><span>2011</span> 1</th>' in shown._repr_html_()
    assert "=" not in "".join(places.iloc[:, 6]), "ties of many periods are not marked"


def test_printed_places_are_starred() -> None:
    report = open_panel("guangdong")
    places, shades = trends.tabulate_places(compare(report.history, 8))
    shown = report.show(places, "places", None, shades)
    assert list(shown.cells)[1:4] == ["Aug 2017", "Apr 2018*", "Dec 2018"]
    assert shown.legend.endswith(
        "* Places as printed, by another or an unknown measure; all others are ours, by score."
    )


def test_no_unit_in_common(make_history: Callable[..., History], leizhou: Report) -> None:
    compared = compare(make_history({"2017": rows("甲局 90 乙局 80"), "2018": rows("丙局 91 丁局 79")}), 2)
    assert compared.main is None
    assert leizhou.words.word(trends.describe(compared)).startswith("Nothing can be compared over the 2 periods known")
    assert trends.plot_changes(compared).draw(leizhou.words) is None


def test_a_unit_in_two_tables_counts_once(make_history: Callable[..., History]) -> None:
    history = make_history({"2017": rows("甲局 90 乙局 80"), "2018": rows("甲局 91 乙局 79")})
    twice = history.scores.query("period == '2018'").assign(table_no=2, score=50.0)
    doubled = History(history.periods, pd.concat([history.scores, twice]), history.notices, history.lineage)
    pair = compare(doubled, 2).main
    assert pair is not None
    assert pair.units.set_index("unit_name")["after"].to_dict() == {"甲局": 91, "乙局": 79}


def test_tables_of_one_kind_cannot_be_told_apart(make_history: Callable[..., History]) -> None:
    history = make_history({"2017": rows("甲局 90 乙局 80"), "2018": rows("甲局 91 乙局 79")})
    scores = history.scores.assign(table_no=[1, 2, 1, 2])
    panel = build_panel(History(history.periods, scores, history.notices, history.lineage))
    assert panel.rows["list"].isna().all()
    assert panel.rows["place"].isna().all()


@given(st.lists(st.integers(0, 20), min_size=1, max_size=30))
@settings(max_examples=60, deadline=None)
def test_places_and_thirds(scores: list[int]) -> None:
    values = pd.Series(scores, dtype="float64")
    table = place(values, pd.Series("all", index=values.index))
    assert table["place"].to_list() == stats.rankdata(-values, method="min").tolist()
    assert (table["third"] == "top").sum() <= len(scores) / 3
    assert (table["third"] == "lowest").sum() <= len(scores) - 2 * len(scores) / 3 + 1e-9
    assert len(set(zip(table["place"], table["third"].fillna(""), strict=True))) == table["place"].nunique()


@pytest.mark.parametrize(
    ("before", "after", "apart", "is_next"),
    [
        ("2017-08", "2022-09", 1, False),
        ("2017-04", "2017-05", 1, True),
        ("2017", "2018", 0, True),
        ("2019Q4", "2020Q1", 3, True),
        ("2018-12", "2019-06", 6, False),
    ],
)
def test_calendar(before: str, after: str, apart: int, *, is_next: bool) -> None:
    assert (find_distance(before, after), follows(before, after)) == (apart, is_next)


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
        "jia-2017,甲镇,评分,,8..5,85,typing,sum",
        "jia-2017,乙局,评分,,80,81,typing,sum",
        "jia-2017,丙局,评分,,70,71,t,e",
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
