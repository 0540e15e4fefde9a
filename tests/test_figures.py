"""Charts: titles that state the finding, alt text with its numbers, Chinese names with glyphs, the same bytes twice."""

import io
import itertools
import math
import re
import statistics
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from functools import cache, partial
from typing import Any

import numpy as np
import pandas as pd
import pytest
from fontTools.ttLib import TTFont
from PIL import Image
from pylopdf_fonts_zh_cn import sans_path

from audit_lib.analysis.groups import compare_groups
from audit_lib.analysis.overdue import order_overdue
from audit_lib.display.charts import Chart, Drawing
from audit_lib.display.findings import Finding
from audit_lib.display.scene import COLOURS, Dot, Label, Line, Rect, Ring, Scene
from audit_lib.errors import AuditError
from audit_lib.figures.axes import WIDE
from audit_lib.figures.distribution import plot_scores
from audit_lib.figures.groups import plot_groups
from audit_lib.figures.narrative import plot_named
from audit_lib.figures.picture import measure_width
from audit_lib.figures.tiers import plot_rule
from audit_lib.figures.update_rules import plot_overdue
from audit_lib.figures.year import plot_year
from audit_lib.notebook.report import open_report
from audit_lib.topics import trends
from audit_lib.topics.update_rules import inspect_named
from audit_lib.wording.number_format import format_number

pytestmark = pytest.mark.filterwarnings("error")


def draw_groups(column: str, scores: pd.DataFrame, mentions: pd.DataFrame) -> Drawing:
    return plot_groups(scores, column, compare_groups(scores, column, 8), 8)


PLOTS = {
    "scores": lambda scores, mentions: plot_scores(scores),
    "rule": lambda scores, mentions: plot_rule(scores, 90, 80),
    "groups": partial(draw_groups, "side"),
    "split": partial(draw_groups, "split"),
    "named": plot_named,
}
TITLES = {
    "scores": "33 of 56 units scored from 82 to 89",
    "rule": "At 90 and above, the same score earned different ratings",
    "groups": "Apart from six high scores, the two groups overlap",
    "split": "Scores of 3 groups",
    "named": "The eight named units score from 70 to 93",
}
BEST, UNRATED = ["Food and Drug 食药监局", "97", "excellent 优秀"], ["Supervision 监察局", "80", ""]
DATA = {  # of each chart: headings, the first and the last row
    "scores": (["Unit", "Score", "Rating"], BEST, UNRATED),
    "rule": (
        ["Unit", "Score", "Rating", "By the pass marks", "Outlined"],
        [*BEST, "excellent 优秀", "no"],
        [*UNRATED, "", "no"],
    ),
    "groups": (["Group", "Unit", "Score", "Rating"], ["bureaus", *BEST], ["bureaus", *UNRATED]),
    "split": (
        ["Group", "Unit", "Score", "Rating"],
        ["bureaus listed first", *BEST],
        ["bureaus listed first", *UNRATED],
    ),
    "named": (["Unit", "Score", "Rating", "Named"], [*BEST, "no"], [*UNRATED, "no"]),
}
AWKWARD = {
    "one unit": [("甲局", 88, "良好")],
    "three units, one side": [("甲局", 95, "优秀"), ("乙局", 85, "良好"), ("丙局", 75, "一般")],
    "all tied": [(f"{letter}{end}", 88, "良好") for end in "镇局" for letter in "甲乙丙丁戊己庚辛"],
    "no tiers": [("甲局", 95, None), ("乙镇", 85, None), ("丙镇", 85.5, None)],
    "no scores": [("甲局", None, "优秀"), ("乙镇", None, "良好")],
    "off the scale": [("甲局", 103, "优秀"), ("乙镇", -2, "一般")],
    "four tiers": [("甲局", 95, "优"), ("乙镇", 85, "良"), ("丙镇", 75, "及格"), ("丁局", 50, "不及格")],
    "a long name": [("湛江奋勇高新技术产业开发区管委会", 95, "优秀"), ("乙镇", 85, "良好"), ("丙镇", 85, "良好")],
    "names that GB2312 lacks": [("大塱镇", 95, "优秀"), ("滘口局", 95, "优秀"), ("埗头街道", 85, "良好")],
}


def pixels(chart: Chart) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(chart.png)).convert("RGB"))


def check_drawing(chart: Chart) -> None:
    """The picture is whole: nothing is cut off at its edges, and each drawing has the same units."""
    picture = pixels(chart)
    edges = (picture[0], picture[-1], picture[:, 0], picture[:, -1])
    assert all((edge == 255).all() for edge in edges)
    assert (picture < 250).any()
    assert chart.wide
    assert chart.narrow
    units = [sorted(dot.unit for dot in scene.of(Dot)) for scene in (chart.wide, chart.narrow)]
    assert units[0] == units[1]
    assert len(units[0]) == len(chart.data)


@pytest.mark.usefixtures("sharp_pictures")
@pytest.mark.parametrize("name", PLOTS)
def test_leizhou_chart(leizhou, name: str) -> None:
    chart = PLOTS[name](leizhou.scores, leizhou.mentions).draw(leizhou.words)
    assert chart.title == TITLES[name]
    assert chart.width == 820
    assert pixels(chart).shape[1] == 2 * chart.width
    assert len(chart.alt) > 80
    data = chart.data
    assert (len(data), (list(data), data.iloc[0].to_list(), data.iloc[-1].to_list())) == (56, DATA[name])
    check_drawing(chart)


def test_charts_are_the_same_twice(leizhou) -> None:
    one, other = (plot_rule(leizhou.scores, 90, 80).draw(leizhou.words) for _ in range(2))
    assert (one, one.to_csv()) == (other, other.to_csv())


@pytest.mark.usefixtures("sharp_pictures")
@pytest.mark.parametrize("name", PLOTS)
@pytest.mark.parametrize("case", AWKWARD)
def test_awkward_notice_gives_a_chart_or_a_sentence(make_scores, leizhou, name: str, case: str) -> None:
    scores = make_scores(AWKWARD[case])
    mentions = pd.DataFrame({"unit_id": scores["unit_id"].iloc[:1], "sentiment": "criticised"})
    shown = PLOTS[name](scores, mentions).draw(leizhou.words)
    if isinstance(shown, Chart):
        check_drawing(shown)
    else:
        assert isinstance(shown, Finding | None)
        assert shown is None or (shown.role, shown.text[-1]) == ("note", ".")


def test_a_missing_glyph_is_an_error_that_names_it(make_scores, leizhou) -> None:
    with pytest.raises(AuditError, match="the font has no character '𓀀'"):
        plot_scores(make_scores([("𓀀局", 90, None), ("乙镇", 80, None)])).draw(leizhou.words)


def test_every_character_of_the_data_has_a_glyph(project) -> None:
    glyphs = TTFont(sans_path()).getBestCmap()
    files = [path for folder in ("processed", "reference") for path in (project / "data" / folder).rglob("*.csv")]
    text = "".join(path.read_text(encoding="utf-8") for path in files)
    missing = {letter for letter in text if ord(letter) not in glyphs and unicodedata.category(letter)[0] not in "CZ"}
    assert missing == set()


@pytest.mark.usefixtures("sharp_pictures")
def test_one_mark_of_each_tier_colour_shows(leizhou) -> None:
    chart = plot_scores(leizhou.scores).draw(leizhou.words)
    drawn = pixels(chart).reshape(-1, 3).astype(int)
    for name in ("best", "middle", "lowest"):
        assert np.abs(drawn - to_rgb(COLOURS[name][0])).sum(axis=1).min() < 12


def test_tiers_differ_in_grey_print() -> None:
    names = ("best", "upper", "middle", "lower", "lowest", "unrated")
    greys = [float(to_rgb(COLOURS[name][0]) @ (0.2126, 0.7152, 0.0722)) for name in names]
    assert min(abs(one - other) for one, other in itertools.combinations(greys, 2)) > 20


def to_rgb(colour: str) -> np.ndarray:
    return np.array(list(bytes.fromhex(colour[1:])))


@pytest.mark.parametrize(
    ("case", "how"),
    [("no tiers", "by score"), ("four tiers", "by score and rating"), ("one unit", "by score and rating")],
)
def test_the_subtitle_names_the_rating_only_where_one_is_published(make_scores, leizhou, case: str, how: str) -> None:
    chart = plot_scores(make_scores(AWKWARD[case])).draw(leizhou.words)
    assert chart.subtitle.endswith(f", open-government inspection 2017, {how}")


# What is drawn, read back from its marks and labels, is what the table of its data shows.


def plot_year_of(scores: pd.DataFrame, mentions: pd.DataFrame) -> Drawing:
    return plot_year(scores)


STRIPS = {**PLOTS, "year": plot_year_of}
TIERS = {"excellent 优秀": "best", "good 良好": "middle", "fair 一般": "lowest", "": "unrated"}


def read_ticks(labels: list[tuple[float, str]]) -> Callable[[float], float]:
    """Read the scale of an axis from labels between its ends, which alone stand exactly at their ticks."""
    ticks = sorted((at, float(text)) for at, text in labels if re.fullmatch(r"\d+(\.\d+)?", text))
    (first, low), (last, high) = ticks[1], ticks[-2]
    return lambda at: low + (at - first) * (high - low) / (last - first)


def read_x(scene: Scene) -> Callable[[float], float]:
    labels = [each for each in scene.of(Label) if each.anchor == "middle" and each.colour == "grey"]
    bottom = max(label.y for label in labels)
    return read_ticks([(label.x, label.text) for label in labels if label.y == bottom])


def find_row(dot: Dot, rows: list[dict[str, str]]) -> dict[str, str]:
    """Find the row of the data whose unit the label of a dot names."""
    [row] = [row for row in rows if dot.label.startswith(f"{row['Unit']} ") or dot.label.startswith(f"{row['Unit']}:")]
    return row


def read_rows(scene: Scene) -> list[tuple[str, list[Dot]]]:
    """Read the dots below each heading of a strip; without headings all are one row."""
    headings = sorted((each.y, each.text) for each in scene.of(Label) if each.is_bold and each.x in (10, 20))
    headings = headings or [(0.0, "")]
    ends = [y for y, _ in headings[1:]] + [scene.height]
    return [
        (text, [dot for dot in scene.of(Dot) if y - 20 < dot.y < end - 20])
        for (y, text), end in zip(headings, ends, strict=True)
    ]


@pytest.fixture(scope="session")
def draw_strip(opened_leizhou) -> Callable[..., Any]:
    """Draw a strip of Leizhou in a language, once."""

    @cache
    def draw(name: str, language: str = "en") -> Any:
        return STRIPS[name](opened_leizhou.scores, opened_leizhou.mentions).draw(
            replace(opened_leizhou.words, language=language, introduced=set())
        )

    return draw


@pytest.mark.parametrize("size", ["wide", "narrow"])
@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("name", STRIPS)
def test_no_label_of_a_strip_is_cut_off(draw_strip, name: str, language: str, size: str) -> None:
    scene = getattr(draw_strip(name, language), size)
    for label in scene.of(Label):
        width = measure_width(label.text, label.size, is_bold=label.is_bold)
        left = label.x - {"start": 0.0, "middle": width / 2, "end": width}[label.anchor]
        assert 0 <= left <= left + width <= scene.width + 0.1, label.text


@pytest.mark.parametrize("size", ["wide", "narrow"])
@pytest.mark.parametrize("name", STRIPS)
def test_a_strip_shows_its_data(leizhou, draw_strip, name: str, size: str) -> None:
    chart = draw_strip(name)
    scene, rows = getattr(chart, size), chart.data.to_dict("records")
    read, dots = read_x(scene), scene.of(Dot)
    scores = dict(zip(leizhou.scores["unit_id"], leizhou.scores["score"], strict=True))
    assert sorted(find_row(dot, rows)["Unit"] for dot in dots) == sorted(row["Unit"] for row in rows)
    for dot in dots:
        row = find_row(dot, rows)
        assert read(dot.x) == pytest.approx(float(row["Score"]), abs=0.006)
        assert float(row["Score"]) == scores[dot.unit]
        assert f" {row['Score']}" in dot.label
        assert dot.colour == TIERS[row["Rating"]]
    outlined = {"rule": "Outlined", "named": "Named"}.get(name)
    rings = {(ring.x, ring.y) for ring in scene.of(Ring)}
    if outlined:
        assert rings == {(dot.x, dot.y) for dot in dots if find_row(dot, rows)[outlined] == "yes"}


@pytest.mark.parametrize("size", ["wide", "narrow"])
@pytest.mark.parametrize(
    ("name", "headings"),
    [
        ("groups", {"Towns, 21": "towns", "Bureaus, 35": "bureaus"}),
        (
            "split",
            {
                "Towns, 21": "towns",
                "Bureaus listed first, 27": "bureaus listed first",
                "Bureaus listed last, 8": "bureaus listed last",
            },
        ),
        ("year", {"Excellent 优秀, 8": "excellent 优秀", "Good 良好, 40": "good 良好", "Fair 一般, 7": "fair 一般"}),
    ],
)
def test_each_strip_holds_the_units_of_its_heading(draw_strip, name: str, headings: dict[str, str], size: str) -> None:
    chart = draw_strip(name)
    scene, rows = getattr(chart, size), chart.data.to_dict("records")
    read, column = read_x(scene), "Group" if name in ("groups", "split") else "Rating"
    found = dict(read_rows(scene))
    assert set(found) - {"Not rated, 1"} == set(headings)
    for heading, group in headings.items():
        of_group = [row for row in rows if row[column] == group]
        assert sorted(find_row(dot, rows)["Unit"] for dot in found[heading]) == sorted(row["Unit"] for row in of_group)
        if column == "Group":
            mean = sum(float(row["Score"]) for row in of_group) / len(of_group)
            top = min(dot.y for dot in found[heading])
            [line] = [
                each for each in scene.of(Line) if each.width == 2.4 and abs(each.y1 - found_floor(scene, top)) < 1
            ]
            assert read(line.x1) == pytest.approx(mean, abs=0.006)
            assert f"mean {format_number(mean, 1)}" in [label.text for label in scene.of(Label)]


def found_floor(scene: Scene, y: float) -> float:
    """Find the line that a row stands on: the first across the drawing that is lower than y."""
    return min(each.y1 for each in scene.of(Line) if each.y1 == each.y2 > y and each.x2 - each.x1 > scene.width / 2)


@pytest.mark.parametrize("size", ["wide", "narrow"])
@pytest.mark.parametrize(
    ("name", "reaches"),
    [
        ("scores", [(82, 89)]),
        ("rule", [(0, 79), (80, 89), (90, 100)]),
        ("groups", [(90.5, 100)]),
    ],
)
def test_a_band_holds_the_units_that_its_label_says(
    draw_strip, name: str, reaches: list[tuple[float, float]], size: str
) -> None:
    chart = draw_strip(name)
    scene, rows = getattr(chart, size), chart.data.to_dict("records")
    bands = sorted(scene.of(Rect), key=lambda band: band.x)
    assert len(bands) == len(reaches)
    for band, (low, high) in zip(bands, reaches, strict=True):
        for dot in scene.of(Dot):
            is_inside = band.x < dot.x < band.x + band.width
            assert is_inside == (low <= float(find_row(dot, rows)["Score"]) <= high)
    labels = [label.text for label in scene.of(Label) if label.y < min(band.y for band in bands)]
    wide = {
        "scores": ["82–89: 33 of 56 units"],
        "rule": ["below 80: fair", "80–89: good", "90 or more"],
        "groups": ["above 90: only bureaus"],
    }
    if size == "wide":
        assert sorted(labels) == sorted(wide[name])


@cache
def draw_trend(place: str, period: str, plot: Callable[..., Drawing]) -> Chart:
    report = open_report(place, period).over_periods()
    chart = report.chart(plot(trends.compare(report.history, 8)))
    assert isinstance(chart, Chart)
    return chart


CHANGES = {"louxing": ("2017-05", "April 2017", "May 2017"), "ministries": ("2022", "2016", "2022")}


@pytest.mark.parametrize("size", ["wide", "narrow"])
@pytest.mark.parametrize("place", CHANGES)
def test_changes_lead_from_the_first_period_to_the_second(place: str, size: str) -> None:
    period, before, after = CHANGES[place]
    chart = draw_trend(place, period, trends.plot_changes)
    assert [(key.colour, key.text) for key in chart.legend] == [("unrated", before), ("best", after)]
    columns = [shorten_month(before), shorten_month(after)]
    assert list(chart.data)[1:3] == columns
    scene = getattr(chart, size)
    top = min(label.y for label in scene.of(Label))
    ticks = [(label.x, label.text) for label in scene.of(Label) if label.y == top and label.anchor == "middle"]
    read = read_ticks(ticks)
    assert (read(scene.width) > read(0)) == (place == "louxing")  # more points, or a place nearer the first
    for row in chart.data.to_dict("records"):
        first, second = (dot for dot in scene.of(Dot) if dot.label.startswith(f"{row['Unit']} "))
        assert (first.colour, second.colour) == ("unrated", "best")
        values = [float(row[column]) for column in columns]
        assert [read(first.x), read(second.x)] == pytest.approx(values, abs=0.03)
        own = [label for label in scene.of(Label) if label.anchor == "start" and -18 < label.y - 5 - first.y < 10]
        lines = [label.text for label in sorted(own, key=lambda label: label.y)]
        assert lines
        assert f"{row['Unit']} ".startswith(f"{' '.join(lines)} "), "whole, in one line or two"
        beside = [label.text for label in scene.of(Label) if label.y == first.y + 5 and label.anchor == "end"]
        if place == "louxing":
            assert format_signed(values[1] - values[0]) in beside


def shorten_month(period: str) -> str:
    return re.sub(r"^([A-Z][a-z]{2})[a-z]+ ", r"\1 ", period)


def format_signed(change: float) -> str:
    return ("+" if change > 0 else "") + format_number(round(change, 6), 2)


@pytest.mark.parametrize(
    ("place", "period", "spaced"),
    [
        ("guangdong", "2022-09", "time to scale, close periods set apart"),
        ("louxing", "2017-05", "time to scale, close periods set apart"),
        ("xianning", "2022-12", "time to scale"),
    ],
)
def test_medians_of_few_periods_stand_in_one_row_on_a_phone(place: str, period: str, spaced: str) -> None:
    chart = draw_trend(place, period, trends.plot_level)
    assert chart.subtitle.rpartition("; ")[2] == spaced
    scene = chart.narrow
    rows = {label.y for label in scene.of(Label) if label.text == "Median"}
    assert rows
    for y in rows:
        medians = sorted(
            (label for label in scene.of(Label) if label.y == y and label.is_bold), key=lambda each: each.x
        )
        assert len(medians) == len({label.x for label in scene.of(Label) if re.fullmatch(r"\d{4}", label.text)})
        for one, other in itertools.pairwise(medians):
            apart = (
                measure_width(one.text, one.size, is_bold=True) + measure_width(other.text, other.size, is_bold=True)
            ) / 2
            assert other.x - one.x > apart
    assert len({(dot.x, dot.y) for dot in scene.of(Dot)}) == len(scene.of(Dot)), "no unit hides another"


@pytest.mark.parametrize("place", ["guangdong", "louxing"])
def test_each_period_has_its_own_scores_and_median(place: str) -> None:
    chart = draw_trend(place, {"guangdong": "2022-09", "louxing": "2017-05"}[place], trends.plot_level)
    scene, rows = chart.wide, chart.data.to_dict("records")
    assert scene is not None
    titles = sorted(label.y for label in scene.of(Label) if label.is_bold and label.x == WIDE.margin) or [0.0]
    drawn: list[tuple[str, str, float]] = []
    for top, end in zip(titles, [*titles[1:], scene.height], strict=True):
        labels = [label for label in scene.of(Label) if top <= label.y < end - 10]
        dots = [dot for dot in scene.of(Dot) if top <= dot.y < end]
        read = read_ticks([(label.y - 5, label.text) for label in labels if label.anchor == "end"])
        years = {label.x: label.text for label in labels if re.fullmatch(r"\d{4}", label.text)}
        months = [label for label in labels if re.fullmatch(r"[A-Z][a-z]{2}", label.text)]
        periods = [replace(label, text=f"{label.text} {years[label.x]}") for label in months]
        scores: dict[str, list[float]] = {period.text: [] for period in periods}
        for dot in dots:
            period = min(periods, key=lambda each: abs(each.x - dot.x)).text
            scores[period].append(read(dot.y))
            drawn.append((period, dot.label.rpartition(" ")[0], round(read(dot.y), 1)))
        bars = [line for line in scene.of(Line) if line.width == 2.2 and top <= line.y1 < end]
        for bar in bars:
            period = min(periods, key=lambda each: abs(each.x - (bar.x1 + bar.x2) / 2)).text
            assert read(bar.y1) == pytest.approx(statistics.median(scores[period]), abs=0.3)
        assert len(bars) == sum(len(own) >= 4 for own in scores.values())
    expected = [
        (shorten_month(period), row["Unit"], float(score))
        for row in rows
        for period, score in row.items()
        if period != "Unit" and score
    ]
    assert [each[:2] for each in sorted(drawn)] == [each[:2] for each in sorted(expected)]
    for found, wanted in zip(sorted(drawn), sorted(expected), strict=True):
        assert found[2] == pytest.approx(wanted[2], abs=0.3)


@pytest.mark.parametrize("size", ["wide", "narrow"])
def test_ages_and_limits_are_drawn_at_their_days(leizhou, size: str) -> None:
    named = inspect_named(leizhou.web_columns, leizhou.rules, leizhou.header)
    chart = plot_overdue(named, leizhou.header).draw(leizhou.words)
    assert isinstance(chart, Chart)
    scene = getattr(chart, size)
    limits = [line for line in scene.of(Line) if line.width == 2.4]
    rows = order_overdue(named.dropna(subset=["unit", "limit"])).to_dict("records")
    drawn = [
        (x, math.log(row[column]))
        for bar, limit, row in zip(scene.of(Rect), limits, rows, strict=True)
        for x, column in ((bar.x, "age_low"), (limit.x1, "limit"))
    ]
    (x_age, age), (x_limit, limit), *_ = drawn
    per_pixel = (age - limit) / (x_age - x_limit)
    assert [limit + (x - x_limit) * per_pixel for x, _ in drawn] == pytest.approx(
        [days for _, days in drawn], abs=0.001
    )
    at = {label.text: label.x for label in scene.of(Label) if label.anchor == "middle"}
    assert math.exp(limit + (at["3 months"] - x_limit) * per_pixel) == pytest.approx(92, abs=0.1)
    assert [bar.colour for bar in scene.of(Rect)] == ["lowest", "lowest"]
    assert chart.data[["Status", "Age"]].to_numpy().tolist() == [
        ["overdue", "about 3 years"],
        ["overdue", "111–149 days"],
    ]
    assert per_pixel > 0
