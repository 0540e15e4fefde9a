"""Charts: titles that state the finding, alt text with its numbers, Chinese names with glyphs, the same bytes twice."""

import io
import itertools
import unicodedata

import matplotlib.pyplot as plt
import numpy as np
import pytest
from audit_lib.figures.source import plot_ledger
from fontTools.ttLib import TTFont
from PIL import Image
from pylopdf_fonts_zh_cn import sans_path

from audit_lib.analysis.distribution import count_digits, order_in_ties
from audit_lib.display.charts import Chart
from audit_lib.display.findings import Finding
from audit_lib.errors import AuditError
from audit_lib.figures.distribution import plot_digits, plot_ecdf, plot_league, plot_scores, plot_tie_order
from audit_lib.figures.style import TIERS, measure, wrap

pytestmark = pytest.mark.filterwarnings("error")

PLOTS = {
    "scores": lambda scores, words: plot_scores(scores, 90, 80).draw(words),
    "league": lambda scores, words: plot_league(scores).draw(words),
    "tie order": lambda scores, words: plot_tie_order(order_in_ties(scores)).draw(words),
    "ecdf": lambda scores, words: plot_ecdf(scores, 90, 80).draw(words),
    "digits": lambda scores, words: plot_digits(count_digits(scores)).draw(words),
    "ledger": lambda scores, words: plot_ledger(scores).draw(words),
}
TITLES = {
    "scores": "Two cuts on the score give 51 of 55 tiers; 4 units do not fit",
    "league": "56 units, but only 24 ranks: 44 share their score with another",
    "tie order": "In all 8 mixed ties bureaus come first in print: 1 in 1,701,000 by chance",
    "ecdf": "12.5% of the units score below 80, 21.4% reach 90",
    "digits": "The last digit 8 is the most common: 10 of 52 whole-number scores",
    "ledger": "56 rows and 56 entries name 57 units: 55 are in both",
}
DATA = {  # of each chart: rows, headings, the first and the last row
    "scores": (
        56,
        ["Unit", "Side", "Score", "Tier"],
        ["食药监局", "bureaus", "97", "优秀"],
        ["民政局", "bureaus", "70", "一般"],
    ),
    "league": (
        56,
        ["Places", "Unit", "Side", "Score"],
        ["1", "食药监局", "bureaus", "97"],
        ["56", "民政局", "bureaus", "70"],
    ),
    "tie order": (
        33,
        ["Score", "Place in print", "Unit", "Side"],
        ["90", "1", "财政局", "bureaus"],
        ["78", "3", "雷高镇", "towns"],
    ),
    "ecdf": (24, ["Score", "Units at or below", "Units at or below, %"], ["70", "1", "1.8"], ["97", "56", "100.0"]),
    "digits": (10, ["Last digit", "Units", "Expected"], ["0", "8", "5.20"], ["9", "3", "5.20"]),
    "ledger": (
        57,
        ["Unit", "In the table", "In a list", "Joined by"],
        ["市市场监管局", "市市场监管局", "市市场监管局", "same name"],
        ["市残联", "", "市残联", "in a list only"],
    ),
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
    """The rows of the drawing are whole: none of it is cut off, and nothing is left of the words around it."""
    first, last = chart.drawing
    inked = (pixels(chart) < 250).any(axis=(1, 2))
    assert [part.any() for part in (inked[:first], inked[first:last], inked[last:])] == [True, True, True]
    assert not inked[[first, last - 1]].any()


@pytest.mark.parametrize("name", PLOTS)
def test_leizhou_chart(leizhou, name: str) -> None:
    chart = PLOTS[name](leizhou.scores, leizhou.words)
    assert chart.title == TITLES[name]
    assert chart.width == 760
    assert pixels(chart).shape[1] == 2 * chart.width
    assert len(chart.alt) > 80
    assert not plt.get_fignums()
    data = chart.data
    assert (len(data), list(data), data.iloc[0].to_list(), data.iloc[-1].to_list()) == DATA[name]
    check_drawing(chart)


@pytest.mark.parametrize("name", ["scores", "ecdf"])
def test_charts_are_the_same_twice(leizhou, name: str) -> None:
    assert PLOTS[name](leizhou.scores, leizhou.words) == PLOTS[name](leizhou.scores, leizhou.words)


@pytest.mark.parametrize("name", PLOTS)
@pytest.mark.parametrize("case", AWKWARD)
def test_awkward_notice_gives_a_chart_or_a_sentence(make_scores, leizhou, name: str, case: str) -> None:
    shown = PLOTS[name](make_scores(AWKWARD[case]), leizhou.words)
    assert isinstance(shown, Chart | Finding)
    if isinstance(shown, Chart):
        check_drawing(shown)
    else:
        assert shown.role == "note"
        assert shown.text.endswith(".")


def test_cuts_are_drawn_and_named_only_where_they_are_held_against_tiers(make_scores, leizhou) -> None:
    scores = make_scores([("甲局", 95, None), ("乙镇", 85, None), ("丙镇", 75, None)])
    chart = plot_ecdf(scores, 90, 80).draw(leizhou.words)
    assert isinstance(chart, Chart)
    assert chart.title == "The median of 3 scores is 85, the quartiles are 80 and 90"
    assert pixels(chart).tolist() == pixels(plot_ecdf(scores, 93, 77).draw(leizhou.words)).tolist(), (
        "no cut is in the image"
    )
    assert "cut" not in chart.alt


def test_a_missing_glyph_is_an_error_that_names_it(make_scores, leizhou) -> None:
    with pytest.raises(AuditError, match="the font has no character"):
        plot_league(make_scores([("𓀀局", 90, None), ("乙镇", 80, None)])).draw(leizhou.words)


def test_every_character_of_the_data_has_a_glyph(project) -> None:
    glyphs = TTFont(sans_path()).getBestCmap()
    files = [path for folder in ("processed", "reference") for path in (project / "data" / folder).rglob("*.csv")]
    text = "".join(path.read_text(encoding="utf-8") for path in files)
    missing = {letter for letter in text if ord(letter) not in glyphs and unicodedata.category(letter)[0] not in "CZ"}
    assert missing == set()


def test_one_mark_of_each_tier_colour_shows(leizhou) -> None:
    drawn = np.unique(pixels(PLOTS["scores"](leizhou.scores, leizhou.words)).reshape(-1, 3).astype(int), axis=0)
    for colour in ([0x08, 0x51, 0x9C], [0x9E, 0xCA, 0xE1], [0xD5, 0x5E, 0x00]):
        assert np.abs(drawn - colour).sum(axis=1).min() < 12


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


@pytest.mark.parametrize(
    ("case", "told"), [("no tiers", "; tiers are not published"), ("four tiers", ", coloured by tier")]
)
def test_tiers_that_no_two_cuts_part_are_published_all_the_same(make_scores, leizhou, case: str, told: str) -> None:
    chart = PLOTS["scores"](make_scores(AWKWARD[case]), leizhou.words)
    assert chart.subtitle == f"Leizhou 2017: one mark per unit at its score, shaped by side{told}"
