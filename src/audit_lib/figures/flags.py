"""Labels of scores with leaders to their dots, placed so that none lies on a dot or on another label."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from audit_lib.display.scene import Label, Line, Mark
from audit_lib.figures.axes import Axis, Size
from audit_lib.figures.picture import measure_width, wrap_text

GAP = 5.0  # pixels between a leader and its text
FITTING = 0.45  # of the width of a drawing: a line of text that fits on one side of any leader
Box = tuple[float, float, float, float]  # left, right, top, bottom; y grows downwards


@dataclass(frozen=True)
class Flag:
    """A label with a leader to the dots at `score`: its first line is bold where it names an exception."""

    score: float
    lines: tuple[str, ...]
    short: tuple[str, ...] = ()
    is_bold: bool = False


def place_flags(flags: Sequence[Flag], axis: Axis, size: Size, dots: Sequence[Box]) -> list[Mark]:
    """Place labels from right to left: right of their leader, left of it where that is not free, else a line higher.

    A label whose leader would pass through another is broken into narrower lines. `dots` are boxes of dots or bars.
    """
    marks: list[Mark] = []
    boxes: list[Box] = []
    leaders: list[Box] = []
    named = [axis.place(flag.score) for flag in flags]
    for flag in sorted(flags, key=lambda each: -each.score):
        x = axis.place(flag.score)
        own = min([top for left, right, top, _ in dots if left <= x <= right], default=0.0) - 2
        widths = [0.62 * size.width, 0.42 * size.width, size.width - x - 2 * GAP, 0.28 * size.width]
        broken = [_break_lines(flag, size, width) for width in widths]
        broken.append([(_cut_short(line, size, is_bold=bold), bold) for line, bold in broken[-1]])
        # What a label keeps clear of, less and less.
        passes: tuple[tuple[list[float], list[Box]], ...] = (named, leaders), ([], leaders), ([], [])
        tried = (
            (lines, _find_place(x, own, lines, size, [*dots, *boxes, *kept], [*boxes, *kept], near))
            for near, kept in passes
            for lines in broken
        )
        lines, box = next((found for found in tried if found[1]), ([], None))
        if box is None:  # a name too long for the drawing is in its data and in the title of its dot
            continue
        left, right, top, _ = box
        boxes.append(box)
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
