"""Dots counted: one for each unit, in lines below a label."""

import math
from collections.abc import Container, Sequence

import pandas as pd

from audit_lib.display.scene import Dot, Label, Mark, Scene
from audit_lib.figures.axes import Size


def draw_counts(rows: Sequence[tuple[str, pd.DataFrame]], size: Size, bold: Container[str] = ()) -> Scene:
    """Draw a dot for each unit of a row, in lines below the label of the row; labels in `bold` are bold.

    Units have label, colour and unit_id.
    """
    marks: list[Mark] = []
    step = 2 * size.radius + 3
    per_line = int((size.width - 2 * size.margin) // step)
    y = 0.0
    for text, units in rows:
        marks.append(Label(size.margin, y + size.text, text, size.text, is_bold=text in bold))
        for at, unit in enumerate(units.itertuples()):
            level, column = divmod(at, per_line)
            x = size.margin + step * (column + 0.5)
            marks.append(
                Dot(x, y + size.line + step * (level + 0.75), size.radius, unit.colour, unit.label, unit.unit_id)
            )
        y += size.line + step * (math.ceil(len(units) / per_line) + 1)
    return Scene(size.width, round(y), tuple(marks))
