"""Charts: titles that state the finding, alt text with its numbers, Chinese names with glyphs, the same bytes twice."""

import itertools
import unicodedata

import matplotlib.pyplot as plt
import pytest
from fontTools.ttLib import TTFont
from pylopdf_fonts_zh_cn import sans_path

from audit_lib.analysis.groups import compare_groups
from audit_lib.display.charts import Chart
from audit_lib.display.findings import Finding
from audit_lib.display.scene import Dot
from audit_lib.figures.distribution import plot_scores
from audit_lib.figures.groups import plot_groups
from audit_lib.figures.style import TIERS, measure, wrap
from audit_lib.figures.tiers import plot_rule
from audit_lib.figures.year import plot_year

pytestmark = pytest.mark.filterwarnings("error")

PLOTS = {
    "scores": lambda scores, words: plot_scores(scores).draw(words),
    "year": lambda scores, words: plot_year(scores).draw(words),
    "rule": lambda scores, words: plot_rule(scores, 90, 80).draw(words),
    "groups": lambda scores, words: plot_groups(scores, "side", compare_groups(scores, "side", 8), 8).draw(words),
}
TITLES = {
    "scores": "33 of 56 units scored from 82 to 89",
    "year": "40 of 56 scored units were rated good",
    "rule": "At 90 and above, the same score earned different ratings",
    "groups": "Towns and bureaus reach over much of the same range",
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


@pytest.mark.parametrize("name", PLOTS)
def test_leizhou_chart(leizhou, name: str) -> None:
    chart = PLOTS[name](leizhou.scores, leizhou.words)
    assert chart.title == TITLES[name]
    assert len(chart.alt) > 80
    assert len(chart.data) == 56
    for scene in (chart.wide, chart.narrow):
        assert sum(isinstance(mark, Dot) for mark in scene.marks) == 56
    assert not plt.get_fignums()


def test_charts_are_the_same_twice(leizhou) -> None:
    assert PLOTS["year"](leizhou.scores, leizhou.words) == PLOTS["year"](leizhou.scores, leizhou.words)


@pytest.mark.parametrize("name", PLOTS)
@pytest.mark.parametrize("case", AWKWARD)
def test_awkward_notice_gives_a_chart_or_a_sentence(make_scores, leizhou, name: str, case: str) -> None:
    scores = make_scores(AWKWARD[case])
    shown = PLOTS[name](scores, leizhou.words)
    if isinstance(shown, Chart):
        dots = [mark for mark in shown.wide.marks if isinstance(mark, Dot)]  # type: ignore[union-attr]
        assert len(dots) == scores["score"].count()
    elif shown is None:
        assert (name, case) == ("year", "no scores")
    else:
        assert isinstance(shown, Finding)
        assert shown.role == "note"
        assert shown.text.endswith(".")


def test_every_character_of_the_data_has_a_glyph(project) -> None:
    glyphs = TTFont(sans_path()).getBestCmap()
    files = [path for folder in ("processed", "reference") for path in (project / "data" / folder).rglob("*.csv")]
    text = "".join(path.read_text(encoding="utf-8") for path in files)
    missing = {letter for letter in text if ord(letter) not in glyphs and unicodedata.category(letter)[0] not in "CZ"}
    assert missing == set()


@pytest.mark.parametrize(("text", "letters"), [("abc", 3), ("市民政局", 8), ("优秀 8", 6)])
def test_measure_counts_chinese_twice(text: str, letters: int) -> None:
    assert measure(text) == letters


def test_wrap_breaks_at_spaces_only() -> None:
    assert wrap("one two 三四五 six", 8) == ["one two", "三四五", "six"]
    assert wrap("", 8) == [""]


def test_tiers_differ_in_grey_print() -> None:
    greys = [int(0.2126 * red + 0.7152 * green + 0.0722 * blue) for red, green, blue in map(to_rgb_255, TIERS.values())]
    assert min(abs(one - other) for one, other in itertools.combinations(greys, 2)) > 40


def to_rgb_255(colour: str) -> tuple[int, ...]:
    return tuple(bytes.fromhex(colour[1:]))
