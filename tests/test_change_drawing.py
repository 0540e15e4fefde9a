"""The drawing of a change on the card of a place: each line read back, and compared with the published scores."""

from pathlib import Path

import pandas as pd
import pytest

from audit_lib.display.scene import Dot, Label, Line, Scene
from audit_lib.figures.change import LEFT, RIGHT, draw_change
from audit_lib.notebook.report import open_report
from audit_lib.topics.trends import compare
from audit_lib.wording.words import Words

ROOT = Path(__file__).parents[1]


def draw(place: str, period: str) -> Scene:
    trends = compare(open_report(place, period).history, 8)
    assert trends.main is not None
    return draw_change(trends.main, trends.panel.units_of[trends.main.gate.after], Words("en"))


def read_lines(scene: Scene) -> list[Line]:
    return [line for line in scene.of(Line) if (line.x1, line.x2) == (LEFT, RIGHT)]


def read_labels(scene: Scene) -> list[tuple[str, bool]]:
    return [(label.text, label.is_bold) for label in scene.of(Label)]


def test_louxing_has_a_line_for_each_unit_at_its_scores() -> None:
    scene = draw("louxing", "2017-05")
    ticks = {float(label.text): label.y for label in scene.of(Label) if label.anchor == "end"}
    (low, foot), (high, head) = min(ticks.items()), max(ticks.items())
    table = pd.read_csv(ROOT / "data/processed/louxing/scores.csv")
    scores = table.pivot_table(index="unit_name", columns="period", values="score")
    pairs = scores[["2017-04", "2017-05"]].dropna()
    tick_line = next(line.y1 for line in scene.of(Line) if line.x1 < LEFT)
    offset = ticks[low] - tick_line

    def read(y: float) -> float:
        return low + (y + offset - foot) / (head - foot) * (high - low)

    read_back = sorted((round(read(line.y1), 2), round(read(line.y2), 2)) for line in read_lines(scene))
    assert read_back == sorted(pairs.itertuples(index=False, name=None))
    rising = [line for line in read_lines(scene) if line.y2 < line.y1]
    assert [line.colour for line in rising] == ["ink", "ink"]
    assert read_labels(scene)[-4:-2] == [("2 rose", True), ("9 fell", False)]


@pytest.mark.parametrize(
    ("place", "period", "expected"),
    [
        ("guangdong", "2022-09", ["100", "60", "20", "21 fell", "August 2017", "September 2022"]),
        ("ministries", "2022", ["1", "11", "3 as before", "5 rose", "3 fell", "2016", "2022"]),
    ],
)
def test_the_two_dates_are_named_and_the_directions_counted(place: str, period: str, expected: list[str]) -> None:
    assert sorted(text for text, _ in read_labels(draw(place, period))) == sorted(expected)


def test_ratings_are_counted_in_dots_of_the_later_rating() -> None:
    scene = draw("baoshan", "2021")
    assert read_labels(scene) == [
        ("good → excellent, 10", True),
        ("excellent → good, 2", True),
        ("excellent → excellent, 7", False),
        ("good → good, 5", False),
    ]
    assert [dot.colour for dot in scene.of(Dot)] == ["best"] * 10 + ["middle"] * 2 + ["best"] * 7 + ["middle"] * 5
    assert len({dot.unit for dot in scene.of(Dot)}) == 24, "each can be found"
