"""Charts: titles that state the finding, alt text with its numbers, Chinese names with glyphs, the same bytes twice."""

import io
import itertools
import unicodedata
from functools import partial

import numpy as np
import pandas as pd
import pytest
from fontTools.ttLib import TTFont
from PIL import Image
from pylopdf_fonts_zh_cn import sans_path

from audit_lib.analysis.groups import compare_groups
from audit_lib.display.charts import Chart, Drawing
from audit_lib.display.findings import Finding
from audit_lib.display.scene import COLOURS, Dot
from audit_lib.errors import AuditError
from audit_lib.figures.distribution import plot_scores
from audit_lib.figures.groups import plot_groups
from audit_lib.figures.narrative import plot_named
from audit_lib.figures.tiers import plot_rule

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


def test_one_mark_of_each_tier_colour_shows(leizhou) -> None:
    chart = plot_scores(leizhou.scores).draw(leizhou.words)
    drawn = np.unique(pixels(chart).reshape(-1, 3).astype(int), axis=0)
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
    assert chart.subtitle.endswith(f"of Leizhou, open-government inspection 2017, {how}")
