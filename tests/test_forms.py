"""The forms of drawings: every mark and label read back from the scene, and compared with the data shown."""

import io
from xml.etree import ElementTree

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from audit_lib.display.scene import Dot, Label, Line, Rect, Ring, Scene, read_scene, write_scene
from audit_lib.errors import AuditError
from audit_lib.figures.axes import NARROW, SIZES, WIDE, Size, choose_axis
from audit_lib.figures.flags import Flag
from audit_lib.figures.picture import draw_png, measure_width, wrap_text
from audit_lib.figures.spans import Span, draw_spans
from audit_lib.figures.strip import Band, Row, draw_strip
from audit_lib.figures.units import colour_tiers

UNITS = pd.DataFrame(
    {
        "unit_id": ["a", "b", "c", "d", "e"],
        "label": ["A 97", "B 90", "C 90", "D 84.5", "E 71"],
        "score": [97.0, 90.0, 90.0, 84.5, 71.0],
        "colour": ["best", "best", "middle", "middle", "lowest"],
        "row": ["bureau", "town", "bureau", "town", "town"],
        "is_exception": [False, False, True, False, False],
    }
)


def read_scores(scene: Scene) -> dict[str, float]:
    """Read the score of each unit from where its dot is, by two labels of the axis."""
    ticks = [label for label in scene.of(Label) if label.anchor == "middle" and label.text.replace(".", "").isdigit()]
    first, last = ticks[1], ticks[-2]
    step = (float(last.text) - float(first.text)) / (last.x - first.x)
    return {dot.unit: float(first.text) + (dot.x - first.x) * step for dot in scene.of(Dot)}


def find_box(label: Label) -> tuple[float, float, float, float]:
    width = measure_width(label.text, label.size, is_bold=label.is_bold)
    left = label.x - {"start": 0, "middle": width / 2, "end": width}[label.anchor]
    return left, left + width, label.y - 0.8 * label.size, label.y


def meet(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> bool:
    return one[0] < other[1] and other[0] < one[1] and one[2] < other[3] and other[2] < one[3]


@pytest.mark.parametrize("size", SIZES)
def test_each_dot_is_at_its_score_in_the_colour_and_name_of_its_unit(size: Size) -> None:
    scene = draw_strip(UNITS, size, "Score")
    assert read_scores(scene) == pytest.approx(dict(zip(UNITS["unit_id"], UNITS["score"], strict=True)))
    assert {(dot.unit, dot.colour, dot.label) for dot in scene.of(Dot)} == set(
        zip(UNITS["unit_id"], UNITS["colour"], UNITS["label"], strict=True)
    )


def test_only_exceptions_have_a_ring_and_lie_on_top_of_their_column() -> None:
    scene = draw_strip(UNITS, WIDE, "Score")
    dots = {dot.unit: dot for dot in scene.of(Dot)}
    assert [(ring.x, ring.y) for ring in scene.of(Ring)] == [(dots["c"].x, dots["c"].y)]
    assert dots["b"].x == dots["c"].x
    assert dots["c"].y < dots["b"].y


def test_rows_hold_their_own_units_below_their_labels_with_their_means() -> None:
    rows = [Row("town", "Towns, 3", 81.83, "mean 81.8"), Row("bureau", "Bureaus, 2", 93.5, "mean 93.5")]
    scene = draw_strip(UNITS, WIDE, "Score", rows=rows)
    dots = {dot.unit: dot for dot in scene.of(Dot)}
    tops = {label.text: label.y for label in scene.of(Label)}
    assert tops["Towns, 3"] < min(dots[unit].y for unit in "bde") < tops["Bureaus, 2"]
    assert max(dots[unit].y for unit in "bde") < tops["Bureaus, 2"] < min(dots[unit].y for unit in "ac")
    means = [line for line in scene.of(Line) if line.width == 2.4]
    per_point = (dots["a"].x - dots["e"].x) / 26
    assert [dots["e"].x + (mean - 71) * per_point for mean in (81.83, 93.5)] == pytest.approx([m.x1 for m in means])


def test_bands_meet_at_the_cut_below_the_first_score_that_reaches_it() -> None:
    bands = [Band(None, 90, "band-middle", "below 90"), Band(90, None, "band-best", "90 or more")]
    scene = draw_strip(UNITS, WIDE, "Score", bands=bands)
    low, high = scene.of(Rect)
    dots = {dot.unit: dot for dot in scene.of(Dot)}
    assert low.x + low.width == pytest.approx(high.x)
    assert dots["d"].x < high.x < dots["b"].x
    assert (low.colour, high.colour) == ("band-middle", "band-best")
    labels = {label.text: label.x for label in scene.of(Label)}
    assert low.x < labels["below 90"] < high.x < labels["90 or more"]


@pytest.mark.parametrize("size", SIZES)
def test_flags_lead_to_their_score_and_lie_on_no_dot(size: Size) -> None:
    flags = [Flag(90, ("90, not best:", "Unit C"), is_bold=True), Flag(97, ("Unit A 97",)), Flag(71, ("Unit E 71",))]
    scene = draw_strip(UNITS, size, "Score", flags=flags)
    dots = {dot.unit: dot for dot in scene.of(Dot)}
    leaders = sorted(line.x1 for line in scene.of(Line) if line.x1 == line.x2 and line.colour == "grey")
    assert leaders == sorted({dots["a"].x, dots["c"].x, dots["e"].x})
    bold = {label.text for label in scene.of(Label) if label.is_bold}
    assert bold == {"90, not best:"} or " ".join(sorted(bold)) == "90, best: not"


@st.composite
def strips(draw: st.DrawFn) -> tuple[pd.DataFrame, list[Flag], Size]:
    scores = draw(st.lists(st.integers(120, 200), min_size=1, max_size=80))
    units = pd.DataFrame({"score": [score / 2 for score in scores]})
    units["unit_id"] = [f"u{n}" for n in range(len(units))]
    units = units.assign(label="x", colour="middle", is_exception=False)
    flagged = draw(st.lists(st.sampled_from(sorted(set(units["score"]))), max_size=8, unique=True))
    names = st.sampled_from(["Water Affairs 水务局", "发改局、杨家镇、北和镇", "Supervision, not rated", "Baisha"])
    return units, [Flag(score, (draw(names),)) for score in flagged], draw(st.sampled_from(SIZES))


@settings(max_examples=60, deadline=None)
@given(strips())
def test_every_unit_has_a_dot_and_every_label_is_whole_readable_and_free(
    strip: tuple[pd.DataFrame, list[Flag], Size],
) -> None:
    units, flags, size = strip
    scene = draw_strip(units, size, "Score", flags=flags)
    assert sorted(dot.unit for dot in scene.of(Dot)) == sorted(units["unit_id"])
    boxes = [find_box(label) for label in scene.of(Label)]
    for at, box in enumerate(boxes):
        assert min(box[0], box[2]) >= 0
        assert box[1] <= scene.width + 0.1
        assert box[3] <= scene.height
        assert not any(meet(box, other) for other in boxes[at + 1 :])
        assert not any(meet(box, (d.x - d.r, d.x + d.r, d.y - d.r, d.y + d.r)) for d in scene.of(Dot))
    assert min(label.size for label in scene.of(Label)) >= 13
    dots = scene.of(Dot)
    for at, dot in enumerate(dots):
        assert min(dot.r - 2, dot.x - dot.r, scene.width - dot.x - dot.r) >= 0
        near = [each for each in dots[at + 1 :] if abs(each.x - dot.x) + abs(each.y - dot.y) < 1.4 * dot.r]
        assert not near, "dots lie on one another"


def test_columns_too_tall_for_dots_become_bars_of_counts() -> None:
    units = pd.DataFrame({"score": [80.0] * 300 + [81.0] * 150 + [90.0], "unit_id": [f"u{n}" for n in range(451)]})
    units = units.assign(label="x", colour="middle", is_exception=units["score"] == 90)
    scene = draw_strip(units, WIDE, "Score")
    heights = [rect.height for rect in scene.of(Rect)]
    assert heights == [pytest.approx(2 * heights[1]), heights[1]]
    assert [dot.unit for dot in scene.of(Dot)] == ["u450"]


def test_axis_runs_on_the_multiples_of_five_around_the_scores() -> None:
    assert choose_axis([70, 97]).ticks == (70, 75, 80, 85, 90, 95, 100)
    assert choose_axis([85, 85]).ticks == (85, 85.1)
    assert choose_axis([-7, 100_000]).ticks == (-20_000, 0, 20_000, 40_000, 60_000, 80_000, 100_000)
    assert choose_axis([88.12, 90.04]).ticks[0] <= 88.12


@pytest.mark.parametrize(
    ("tiers", "expected"),
    [
        ([("优秀", 1), ("良好", 2), ("一般", 3)], ["best", "middle", "lowest"]),
        ([("优秀", 1), ("良好", 2)], ["best", "middle"]),
        ([("合格", 3), ("不合格", 4)], ["best", "lowest"]),
        ([("优", 1), ("良", 2), ("及格", 3), ("不及格", 4)], ["best", "middle", "lower", "lowest"]),
        ([("优秀", 1)], ["best"]),
        ([], []),
    ],
)
def test_colour_is_the_tier_and_orange_only_a_low_one(tiers: list[tuple[str, int]], expected: list[str]) -> None:
    units = pd.DataFrame(tiers, columns=["tier", "tier_order"])
    assert list(colour_tiers(units).values()) == expected
    assert list(colour_tiers(units)) == [tier for tier, _ in tiers]


def test_spans_reach_from_low_to_high_beyond_their_limit() -> None:
    ticks = [(10.0, "10 days"), (100.0, "100 days"), (1000.0, "1,000 days")]
    scene = draw_spans([Span("Baisha", 100, 1000, 10, "lowest")], WIDE, ticks, "Age", "limit")
    (bar,) = scene.of(Rect)
    places = {label.text: label.x for label in scene.of(Label)}
    middle = places["100 days"]
    assert bar.x == pytest.approx(middle)
    (limit,) = [line for line in scene.of(Line) if line.width == 2.4]
    assert bar.x - limit.x1 == pytest.approx(bar.width)  # a decade before, a decade after
    assert bar.colour == "lowest"


def test_a_scene_read_back_is_the_same_drawing() -> None:
    scene = draw_strip(UNITS, NARROW, "得分", flags=[Flag(97, ("水务局",))])
    again = read_scene(write_scene(scene))
    assert write_scene(again) == write_scene(scene)
    assert again.to_svg("narrow", "x").count("<circle") == len(UNITS) + 2


@pytest.mark.parametrize(
    "text", ["", "[1]", '[9, 9]\n["dot", 1]', '[9, 9]\n["script", 1, 2, 3]', '[9,9]\n["dot",1,1,1,"red\\"","",""]']
)
def test_what_is_no_scene_is_refused(text: str) -> None:
    with pytest.raises(AuditError, match="a drawing"):
        read_scene(text)


def test_a_name_cannot_draw() -> None:
    name = "</title></svg><script>alert('\"&镇')</script>"
    svg = ElementTree.fromstring(
        Scene(9, 9, (Dot(1, 1, 1, "best", name, name), Label(1, 1, name, 1))).to_svg("x", name)
    )
    assert [svg.get("aria-label"), svg[0].get("data-unit"), *filter(str.strip, svg.itertext())] == [name] * 4


def test_text_breaks_at_spaces_and_chinese_between_characters() -> None:
    assert wrap_text("Water Affairs 水务局, Beihe", 15, 150) == ["Water Affairs 水务局,", "Beihe"]
    assert wrap_text("通报没有说明原因", 15, 61) == ["通报没有", "说明原因"]
    assert measure_width("水务局", 15) == pytest.approx(45)


@pytest.mark.usefixtures("sharp_pictures")
def test_a_picture_is_two_pixels_for_each_of_the_scene() -> None:
    png = draw_png(Scene(30, 20, (Rect(0, 0, 15, 20, "best"),)))
    image = Image.open(io.BytesIO(png)).convert("RGB")
    assert image.size == (60, 40)
    assert image.getpixel((5, 5)) == (0x0B, 0x4F, 0x8A)
    assert image.getpixel((50, 5)) == (255, 255, 255)
