"""A chart from its drawings, with its title, subtitle and alt text, drawn once its words are known."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

import pandas as pd

from audit_lib.display.charts import Chart, Drawing, Key
from audit_lib.display.findings import Finding
from audit_lib.display.scene import Scene, fill_frame
from audit_lib.display.tables import plain_cells
from audit_lib.figures.picture import draw_png, frame_scene
from audit_lib.wording.words import Phrase, Words, say

P = ParamSpec("P")


def drawing(plot: Callable[Concatenate[Words, P], Chart | Finding | None]) -> Callable[P, Drawing]:
    """Make a chart function return a `Drawing`, which draws when its words are known."""

    @wraps(plot)
    def prepare(*args: P.args, **kwargs: P.kwargs) -> Drawing:
        return Drawing(lambda words: plot(words, *args, **kwargs))

    return prepare


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
    `data` holds what is drawn, a row per mark, in our own columns. `source` takes the place of the usual source line.
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
