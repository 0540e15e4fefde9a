"""The forms of our drawings, each in a wide and a narrow size: dot strip, counts, range against a limit, slopes.

A form knows nothing of notices: it gets marks with values, colours and worded labels. Nothing in a drawing is rotated,
cropped or smaller than its size's text, and no label lies on a dot.
"""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pandas as pd

from audit_lib.display.charts import Chart, Key
from audit_lib.display.scene import Dot, Label, Line, Mark, Rect, Ring, Scene, fill_frame, move
from audit_lib.display.tables import plain_cells
from audit_lib.figures.picture import draw_png, frame_scene, measure_width, wrap_text
from audit_lib.wording.words import Phrase, Tier, Unit, Words, say

STEPS = tuple(n * 10**power for power in range(-1, 9) for n in (1, 2, 5))  # between ticks: 0.1, 0.2, 0.5, 1 …
LEADING = 1.25  # height of a line of text, in its size
GAP = 5.0  # pixels between a leader and its text
LEAST_RADIUS = 3.5  # dots that steps of scores would make smaller move up beside others instead
MOST_TICKS = 7
FITTING = 0.45  # of the width of a drawing: a line of text that fits on one side of any leader
MOST_FLAGS = 8  # more than that are listed below a drawing, not named in it
SHADES = {  # colours of tiers, best first, by how many there are; "lowest" only for a tier that is a low one
    1: ("best",),
    2: ("best", "middle"),
    3: ("best", "middle", "lower"),
    4: ("best", "upper", "middle", "lower"),
}
LOW_TIER = 3  # from this tier_order on, the last of several tiers is a low one


@dataclass(frozen=True)
class Size:
    """A size of drawing in CSS pixels: width, text, margin, largest dot, greatest height of a column."""

    width: float
    text: float
    margin: float
    radius: float
    column: float
    is_narrow: bool = False

    @property
    def line(self) -> float:
        """The height of a line of text."""
        return self.text * LEADING


WIDE = Size(820, 15, 20, 6.5, 190)
NARROW = Size(350, 13.5, 10, 4.5, 150, is_narrow=True)
SIZES = (WIDE, NARROW)


@dataclass(frozen=True)
class Band:
    """A zone of scores from `low` up to `high`; NA ends reach the edge. `short` is its label where space is short."""

    low: float | None
    high: float | None
    colour: str
    label: str
    short: str = ""


@dataclass(frozen=True)
class Flag:
    """A label with a leader to the dots at `score` of a row: its first line is bold where it names an exception."""

    score: float
    lines: tuple[str, ...]
    short: tuple[str, ...] = ()
    row: str = ""
    is_bold: bool = False


@dataclass(frozen=True)
class Row:
    """A strip of its own: the units whose `row` is its key, a label, and the mean with its label, if there is one."""

    key: str = ""
    label: str = ""
    mean: float | None = None
    mean_label: str = ""


@dataclass(frozen=True)
class Axis:
    """A scale from `low` to `high` with its ticks, and where it is drawn."""

    low: float
    high: float
    ticks: tuple[float, ...]
    left: float = 0
    right: float = 1

    def place(self, value: float) -> float:
        """Return the x of a value."""
        return self.left + (value - self.low) / (self.high - self.low) * (self.right - self.left)


def choose_axis(values: Iterable[float]) -> Axis:
    """Choose the axis of a notice: from the tick at or below its lowest score to the one at or above its highest.

    Ticks are multiples of 5 wherever scores spread that far.

    >>> choose_axis([70, 97]).ticks
    (70, 75, 80, 85, 90, 95, 100)
    """
    known = list(values)
    low, high = min(known), max(known)
    for step in STEPS:
        first, last = math.floor(low / step) * step, math.ceil(high / step) * step
        if last == first:
            last = first + step
        count = round((last - first) / step) + 1
        if count <= MOST_TICKS:
            break
    return Axis(first, last, tuple(round(first + step * number, 6) for number in range(count)))


def colour_tiers(units: pd.DataFrame) -> dict[str, str]:
    """Choose the colour of each printed tier: the best dark blue, then lighter, a low last one orange."""
    tiers = units.dropna(subset=["tier"]).drop_duplicates("tier").sort_values("tier_order")
    names = list(tiers["tier"])
    if len(names) > 1 and tiers["tier_order"].fillna(0).iloc[-1] >= LOW_TIER:  # 0: its order is not known
        return {**_shade(names[:-1]), names[-1]: "lowest"}
    return _shade(names)


def _shade(names: Sequence[str]) -> dict[str, str]:
    shades = SHADES[min(max(len(names), 1), max(SHADES))]
    return {name: shades[min(at, len(shades) - 1)] for at, name in enumerate(names)}


def key_tiers(
    units: pd.DataFrame, words: Words, outlined: str | None = None, exceptions: str = "is_exception"
) -> tuple[Key, ...]:
    """Make the legend of units by tier, each with its count; units without a tier last, and none where all lack one.

    `outlined` words the outline of the units whose column `exceptions` is true, in the place of their tier.
    """
    colours, keys = colour_tiers(units), []
    for tier, colour in colours.items():
        members = units[units["tier"] == tier]
        keys.append(Key(colour, words("labels.legend", name=words.both(Tier(tier)), n=len(members))))
        if outlined and members[exceptions].any():
            keys.append(Key(colour, outlined, is_outlined=True))
    if keys and (n := int(units["tier"].isna().sum())):
        keys.append(Key("unrated", words("labels.legend", name=words("labels.unrated"), n=n)))
    return tuple(keys)


def colour_units(units: pd.DataFrame) -> pd.Series:
    """Return the colour of each unit: its tier's, hollow without one, grey where no unit has a tier."""
    colours = colour_tiers(units)
    return units["tier"].map(colours).astype("object").fillna("unrated" if colours else "neutral").astype("str")


def label_units(units: pd.DataFrame, words: Words) -> list[str]:
    """Return the label of each unit's dot: name, score and, where any unit has one, rating."""
    is_rated = units["tier"].notna().any()
    return [_label_unit(unit, words, is_rated=is_rated) for unit in units.itertuples()]


def _label_unit(unit: Any, words: Words, *, is_rated: bool) -> str:
    name = words.both(Unit(unit.unit_name))
    if not is_rated:
        return words("labels.flag", unit=name, score=unit.score)
    rating = words("labels.unrated") if pd.isna(unit.tier) else words.short(Tier(unit.tier))
    return words("labels.dot", unit=name, score=unit.score, tier=rating)


def word_units(units: pd.DataFrame, words: Words) -> str:
    """Describe what units are: towns, bureaus, towns and bureaus, or, where neither fits, units."""
    sides = "_".join(sorted(set(units["side"]) & {"town", "bureau"}))
    return words(f"labels.units_{sides or 'other'}")


def draw_strip(
    units: pd.DataFrame,
    size: Size,
    axis_label: str,
    *,
    rows: Sequence[Row] = (Row(),),
    bands: Sequence[Band] = (),
    flags: Sequence[Flag] = (),
) -> Scene:
    """Draw one dot per unit at its exact score, stacked, in one or more rows above one axis.

    `units` has score, colour, label, unit_id, and, where there are such, row and is_exception. Columns of a score begin
    with the first unit of `units` at the bottom; exceptions come last, on top. Units without a score are left to the
    caller. Where dots would be smaller than 2 pixels in radius, columns become bars, and only exceptions stay dots.
    """
    scale = choose_axis(units["score"])
    inset = size.margin + size.radius + 2
    axis = Axis(scale.low, scale.high, scale.ticks, inset, size.width - inset)
    units = units.assign(**{name: units.get(name, default) for name, default in (("row", ""), ("is_exception", False))})
    units = units.sort_values("is_exception", kind="stable")
    radius = choose_radius(units, axis, size)
    top = size.line + 4 if bands else 4.0
    drawn: list[Mark] = []
    bottom = top
    for row in rows:
        members = units[units["row"] == row.key] if row.key else units
        strip, height = _draw_row(members, row, [each for each in flags if each.row == row.key], axis, size, radius)
        bottom += height
        grid = [] if bands else [Line(axis.place(tick), -height, axis.place(tick), 0, "line") for tick in axis.ticks]
        drawn += move([*_clip(grid, strip), *strip], 0, bottom)
        drawn.append(Line(size.margin, bottom, size.width - size.margin, bottom, "grey" if row is rows[-1] else "line"))
        bottom += 12 if row is not rows[-1] else 0
    ticks = [(axis.place(tick), f"{tick:g}") for tick in axis.ticks]
    marks = [
        *_draw_bands(bands, units["score"], axis, top, bottom, size),
        *drawn,
        *_draw_ticks(ticks, bottom, size, axis_label),
    ]
    return Scene(size.width, round(bottom + size.text * 2.9), tuple(marks))


def draw_counts(rows: Sequence[tuple[Row, pd.DataFrame]], size: Size, bold: Sequence[Row] = ()) -> Scene:
    """Draw a dot for each unit of a row, in lines below its label. `units` have label, colour and unit_id."""
    marks: list[Mark] = []
    step = 2 * size.radius + 3
    per_line = int((size.width - 2 * size.margin) // step)
    y = 0.0
    for row, units in rows:
        marks.append(Label(size.margin, y + size.text, row.label, size.text, is_bold=row in bold))
        for at, unit in enumerate(units.itertuples()):
            level, column = divmod(at, per_line)
            x = size.margin + step * (column + 0.5)
            marks.append(
                Dot(x, y + size.line + step * (level + 0.75), size.radius, unit.colour, unit.label, unit.unit_id)
            )
        y += size.line + step * (math.ceil(len(units) / per_line) + 1)
    return Scene(size.width, round(y), tuple(marks))


def choose_radius(units: pd.DataFrame, axis: Axis, size: Size) -> float:
    """Choose the radius of dots: the size's, or what the smallest step of scores and the tallest column leave."""
    scores = sorted(set(units["score"]))
    steps = [axis.place(high) - axis.place(low) for low, high in pairwise(scores)]
    tallest = int(units.groupby(["row", "score"]).size().max())
    aside = max(min([size.radius * 2, *steps]) / 2, LEAST_RADIUS)
    return round(min(size.radius, aside, size.column / (2 * tallest)), 2)


def _draw_row(
    units: pd.DataFrame, row: Row, flags: Sequence[Flag], axis: Axis, size: Size, radius: float
) -> tuple[list[Mark], float]:
    """Draw a row above y = 0; also returns its height."""
    marks = _draw_bars(units, axis, size) if radius < 2 else _stack_dots(units, axis, radius)
    tops = _find_tops(marks)
    named = _place_flags(flags, axis, size, tops)
    height = max([2 * size.text, *(-top for _, _, top in tops), *(-_top_of(mark) for mark in named)]) + 8
    mean: list[Mark] = []
    if row.mean is not None:
        x = axis.place(row.mean)
        half = measure_width(row.mean_label, size.text) / 2
        centre = min(max(x, axis.left + half), axis.right - half)
        mean = [Line(x, 0, x, -height, "ink", 2.4)]
        mean.append(Label(centre, -height - 5, row.mean_label, size.text, anchor="middle"))
        height += size.line + 4
    if row.label:
        end = size.margin + measure_width(row.label, size.text, is_bold=True) + 12
        clash = row.mean is None or any(_find_box(mark)[0] < end for mark in mean if isinstance(mark, Label))
        height += size.line + 4 if clash else 0
        mean.append(Label(size.margin, -height + size.text, row.label, size.text, is_bold=True))
    lines = [mark for mark in (*mean, *named) if isinstance(mark, Line)]
    labels = [mark for mark in (*mean, *named) if isinstance(mark, Label)]
    return [*lines, *marks, *labels], height


def _clip(grid: Iterable[Line], strip: Iterable[Mark]) -> list[Mark]:
    """End lines of the grid below the lowest label that they would pass through."""
    clipped: list[Mark] = []
    labels = [_find_box(mark) for mark in strip if isinstance(mark, Label)]
    for line in grid:
        lowest = max([line.y1, *(bottom + 2 for left, right, _, bottom in labels if left - 2 < line.x1 < right + 2)])
        clipped.append(Line(line.x1, lowest, line.x2, line.y2, line.colour))
    return clipped


def _find_box(label: Label) -> tuple[float, float, float, float]:
    """Find left, right, top and bottom of a label."""
    width = measure_width(label.text, label.size, is_bold=label.is_bold)
    left = label.x - {"start": 0.0, "middle": width / 2, "end": width}[label.anchor]
    return left, left + width, label.y - label.size, label.y + 0.25 * label.size


def _stack_dots(units: pd.DataFrame, axis: Axis, radius: float) -> list[Mark]:
    """Stack dots above y = 0, each as low as the dots beside it leave room."""
    taken: list[tuple[float, int]] = []
    dots: list[Mark] = []
    rings: list[Mark] = []
    step = 2 * radius + (1.5 if radius > 4 else 0.5)
    for unit in units.itertuples():
        x = axis.place(unit.score)
        near = {level for at, level in taken if abs(at - x) < 1.5 * radius}
        same = [level for at, level in taken if at == x]
        level = next(n for n in range(max(same, default=-1) + 1, len(taken) + 2) if n not in near)
        taken.append((x, level))
        y = -(radius + 2 + level * step)
        dots.append(Dot(x, y, radius, unit.colour, unit.label, unit.unit_id))
        rings += [Ring(x, y, radius + 0.4, 2.6 if radius > 5 else 2.0)] if unit.is_exception else []
    return [*dots, *rings]


def _draw_bars(units: pd.DataFrame, axis: Axis, size: Size) -> list[Mark]:
    """Draw a column of counts for each score, split by colour; exceptions stand on it as dots."""
    scores = sorted(set(units["score"]))
    steps = [axis.place(high) - axis.place(low) for low, high in pairwise(scores)]
    width = max(min([8.0, *steps]) * 0.8, 1.0)
    unit_height = size.column / units.groupby("score").size().max()
    marks: list[Mark] = []
    tops: Counter[float] = Counter()
    plain = units[~units["is_exception"].astype("bool")]
    for (score, colour), n in plain.groupby(["score", "colour"], sort=False).size().items():
        height = n * unit_height
        marks.append(Rect(axis.place(score) - width / 2, -tops[score] - height, width, height, colour))
        tops[score] += height
    for unit in units[units["is_exception"].astype("bool")].itertuples():
        x, y = axis.place(unit.score), -tops[unit.score] - 4
        marks += [Dot(x, y, 3.5, unit.colour, unit.label, unit.unit_id), Ring(x, y, 3.9)]
        tops[unit.score] += 8
    return marks


def _find_tops(marks: Iterable[Mark]) -> list[tuple[float, float, float]]:
    """Find the left, right and top of each dot or bar."""
    found = []
    for mark in marks:
        if isinstance(mark, Dot):
            found.append((mark.x - mark.r, mark.x + mark.r, mark.y - mark.r))
        elif isinstance(mark, Rect):
            found.append((mark.x, mark.x + mark.width, mark.y))
    return found


Box = tuple[float, float, float, float]  # left, right, top, bottom; y grows downwards


def _place_flags(
    flags: Sequence[Flag], axis: Axis, size: Size, tops: Sequence[tuple[float, float, float]]
) -> list[Mark]:
    """Place labels from right to left: right of their leader, left of it where that is not free, else a line higher.

    A label whose leader would pass through another is broken into narrower lines.
    """
    marks: list[Mark] = []
    dots = [(left, right, top, 0.0) for left, right, top in tops]
    boxes: list[Box] = []
    leaders: list[Box] = []
    named = [axis.place(flag.score) for flag in flags]
    for flag in sorted(flags, key=lambda each: -each.score):
        x = axis.place(flag.score)
        own = min([top for left, right, top in tops if left <= x <= right], default=0.0) - 2
        widths = [0.62 * size.width, 0.42 * size.width, size.width - x - 2 * GAP, 0.28 * size.width]
        broken = [_break_lines(flag, size, width) for width in widths]
        broken.append([(_cut_short(line, size, is_bold=bold), bold) for line, bold in broken[-1]])
        passes: tuple[tuple[Sequence[float], Sequence[Box]], ...] = (
            (named, leaders),
            ([], leaders),
            ([], []),
        )  # what a label keeps clear of, less and less
        tried = (
            (lines, _find_place(x, own, lines, size, [*dots, *boxes, *kept], [*boxes, *kept], near))
            for near, kept in passes
            for lines in broken
        )
        lines, box = next((found for found in tried if found[1]), ([], None))
        if box is None:  # a name too long for the drawing is in its data and in the title of its dot
            continue
        left, right, top, bottom = box
        boxes.append((left, right, top, bottom))
        leaders.append((x - 1, x + 1, top, own))
        marks.append(Line(x, own, x, top + 4))
        at, anchor = (left, "start") if left > x else (right, "end")
        for number, (line, is_bold) in enumerate(lines):
            marks.append(Label(at, top + (number + 0.82) * size.line, line, size.text, "ink", is_bold, anchor))
    return marks


def _break_lines(flag: Flag, size: Size, width: float) -> list[tuple[str, bool]]:
    """Break the texts of a flag into lines, each with whether it is bold."""
    texts = (flag.short or flag.lines) if size.is_narrow else flag.lines
    kinds = [(text, flag.is_bold and at == 0) for at, text in enumerate(texts)]
    return [(line, bold) for text, bold in kinds for line in wrap_text(text, size.text, width, is_bold=bold)]


def _cut_short(line: str, size: Size, *, is_bold: bool) -> str:
    """Cut a line that no break makes narrow enough to fit left or right of any leader."""
    if measure_width(line, size.text, is_bold=is_bold) <= FITTING * size.width:
        return line
    while measure_width(f"{line}…", size.text, is_bold=is_bold) > FITTING * size.width:
        line = line[:-1]
    return f"{line}…"


def _find_place(
    x: float,
    own: float,
    lines: Sequence[tuple[str, bool]],
    size: Size,
    taken: Sequence[Box],
    crossed: Sequence[Box],
    named: Sequence[float],
) -> Box | None:
    """Find the lowest free place of a label beside its leader, which ends at `own` above a column of dots.

    The label keeps clear of `taken`, the leader of `crossed`, where that is possible within some lines. Left of the
    leader no other named dot, at the x in `named`, may lie below the label.
    """
    width = max(measure_width(line, size.text, is_bold=bold) for line, bold in lines)
    tall = len(lines) * size.line
    bottom = own - 6.0
    while bottom > own - 40 * size.line:
        if named and _meets((x, x, bottom - tall, own), crossed):
            return None
        for left in (x + GAP, x - GAP - width):
            box = (left, left + width, bottom - tall, bottom)
            if left < x and any(left - 3 < other < x for other in named):
                continue
            if left >= 2 and left + width <= size.width - 2 and not _meets(box, taken):
                return box
        bottom -= 4
    return None


def _meets(box: Box, others: Iterable[Box]) -> bool:
    left, right, top, bottom = box
    return any(
        left - 3 < other[1] and other[0] < right + 3 and top - 1 < other[3] and other[2] < bottom + 1
        for other in others
    )


def _top_of(mark: Mark) -> float:
    if isinstance(mark, Label):
        return mark.y - mark.size
    return min(mark.y1, mark.y2) if isinstance(mark, Line) else 0.0


def _draw_ticks(ticks: Iterable[tuple[float, str]], y: float, size: Size, label: str) -> list[Mark]:
    """Label an axis below y, from the left, without those labels that would run into one another."""
    marks: list[Mark] = [Label(size.margin, y + size.text * 2.6, label, size.text, "grey")]
    end = -math.inf
    for x, text in ticks:
        half = measure_width(text, size.text) / 2
        centre = min(max(x, 2 + half), size.width - 2 - half)
        if centre - half > end + 6:
            marks.append(Label(centre, y + size.text * 1.3, text, size.text, "grey", anchor="middle"))
            end = centre + half
    return marks


def _draw_bands(
    bands: Sequence[Band], scores: pd.Series, axis: Axis, top: float, bottom: float, size: Size
) -> list[Mark]:
    """Draw zones of scores with their labels above, each edge half-way from its cut to the next lower score."""
    marks: list[Mark] = []
    for band in bands:
        left = size.margin if band.low is None else _find_edge(band.low, scores, axis)
        right = size.width - size.margin if band.high is None else _find_edge(band.high, scores, axis)
        marks.append(Rect(left, top, right - left, bottom - top, band.colour))
        room = right - left - 8
        fitting = [text for text in (band.label, band.short) if text and measure_width(text, size.text) <= room]
        marks += [Label(left + 6, top - 6, text, size.text, "grey") for text in fitting[:1]]
    return marks


def _find_edge(cut: float, scores: pd.Series, axis: Axis) -> float:
    below = scores[scores < cut]
    return axis.place(cut - min((cut - below.max()) / 2, 0.5) if len(below) else cut)


@dataclass(frozen=True)
class Span:
    """A row of a range against a limit: a value known to lie from `low` to `high`, and the limit, all above 0."""

    label: str
    low: float
    high: float
    limit: float
    colour: str = "neutral"


def draw_spans(
    spans: Sequence[Span], size: Size, ticks: Sequence[tuple[float, str]], axis_label: str, limit_label: str
) -> Scene:
    """Draw ranges on a logarithmic axis, a row each under its label: the limit as a black line, the range as a bar.

    `ticks` are values with their labels. A line joins limit and range.
    """
    ends = [*(value for span in spans for value in (span.low, span.high, span.limit)), *(value for value, _ in ticks)]
    low, high = math.log(min(ends)), math.log(max(ends))
    axis = Axis(low, high, (), size.margin + 8, size.width - size.margin - 8)
    labels = [wrap_text(span.label, size.text, size.width - 2 * size.margin) for span in spans]
    tops = [size.line + 4]
    for lines in labels:
        tops.append(tops[-1] + len(lines) * size.line + 34)
    marks: list[Mark] = []
    for span, lines, top in zip(spans, labels, tops, strict=False):
        marks += [Label(size.margin, top + (n + 1) * size.line, line, size.text) for n, line in enumerate(lines)]
        y = top + len(lines) * size.line + 19
        first, last, limit = (axis.place(math.log(value)) for value in (span.low, span.high, span.limit))
        marks += [Line(limit, y, first, y, "neutral"), Rect(first, y - 5, max(last - first, 3.0), 10, span.colour)]
        marks.append(Line(limit, y - 11, limit, y + 11, "ink", 2.4))
    if spans:
        x = axis.place(math.log(spans[0].limit))
        fits = x + measure_width(limit_label, size.text) < size.width - size.margin
        marks.append(Label(x, size.text, limit_label, size.text, "grey", anchor="start" if fits else "end"))
    bottom = tops[-1]
    places = [(axis.place(math.log(value)), label) for value, label in ticks]
    rows = [top - 34 for top in tops[1:]]
    grid = [Line(x, top + 4, x, top + 34, "line") for x, _ in places for top in rows]
    marks = [*grid, *marks, Line(size.margin, bottom, size.width - size.margin, bottom)]
    return Scene(size.width, round(bottom + size.text * 2.9), (*marks, *_draw_ticks(places, bottom, size, axis_label)))


def close_chart(
    key: str,
    words: Words,
    facts: dict[str, object],
    scenes: tuple[Scene, Scene],
    data: pd.DataFrame,
    legend: tuple[Key, ...] = (),
    source: Phrase | None = None,
) -> Chart:
    """Make a chart of a wide and a narrow scene, in the words `figures.<key>.title`, `.subtitle` and `.alt`.

    What key level_lowest lacks of these, key level has.
    `data` holds what is drawn, a row per mark, in columns of ours. `source` takes the place of the usual source line.
    """
    wide, narrow = scenes
    title, subtitle = words(f"figures.{key}.title", **facts), words(f"figures.{key}.subtitle", **facts)
    credit = words.word(source or say("labels.source"))
    frame, drawn_at = frame_scene(wide, title, subtitle, legend, credit)
    framed = fill_frame(frame, wide, drawn_at)
    return Chart(
        png=draw_png(framed),
        title=title,
        alt=words(f"figures.{key}.alt", title=title, **facts),
        width=round(framed.width),
        subtitle=subtitle,
        source=credit,
        data=plain_cells(data, words),
        legend=legend,
        wide=wide,
        narrow=narrow,
        frame=frame,
        drawn_at=drawn_at,
    )
