"""A chart as a notebook cell shows it: image, texts, and the values drawn."""

import csv
import io
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from audit_lib.display.findings import Finding
from audit_lib.display.scene import Scene, write_scene
from audit_lib.tables.storage import guard_cell
from audit_lib.wording.words import Words

SCENES = "application/vnd.audit-lib.scene.{name}"  # a drawing of a chart, beside its picture


@dataclass(frozen=True)
class Key:
    """A row of a legend: what a colour, or the outline, means."""

    colour: str
    text: str
    is_outlined: bool = False


@dataclass(frozen=True)
class Chart:
    """A drawn figure: its image, the finding it shows, and the text that stands for it where it cannot be seen.

    The image carries title, subtitle and source line, so that it keeps them wherever it is sent. `data` holds what is
    drawn, a row per mark, bar or step, as `plain_cells` gives it.

    A chart with scenes is drawn anew on a page, wide and narrow, from those. `frame` holds the words around the wide
    one, which is `drawn_at` this y in it, for a file that stands alone.
    """

    png: bytes
    title: str
    alt: str
    width: int
    subtitle: str = ""
    source: str = ""
    data: pd.DataFrame = field(default_factory=pd.DataFrame, compare=False)
    legend: tuple[Key, ...] = ()
    wide: Scene | None = None
    narrow: Scene | None = None
    frame: Scene | None = None
    drawn_at: float = 0

    def __repr__(self) -> str:
        return f"{self.title}\n{self.alt}"

    def to_csv(self) -> str:
        """Return the values drawn as CSV that runs no formula in a spreadsheet."""
        text = io.StringIO()
        rows = [list(self.data), *self.data.itertuples(index=False)]
        csv.writer(text, lineterminator="\n").writerows([guard_cell(str(cell)) for cell in row] for row in rows)
        return text.getvalue()

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, str], dict[str, Any]]:
        data = {"image/png": b64encode(self.png).decode(), "text/plain": repr(self)}
        if len(self.data):
            data["text/csv"] = self.to_csv()
        shown: dict[str, Any] = {"alt": self.alt, "width": self.width, "title": self.title}
        shown |= {"subtitle": self.subtitle, "source": self.source}
        for name, scene in (("wide", self.wide), ("narrow", self.narrow), ("frame", self.frame)):
            if scene:
                data[SCENES.format(name=name)] = write_scene(scene)
                shown["drawn_at"] = self.drawn_at
                shown["legend"] = [[key.colour, key.text, key.is_outlined] for key in self.legend]
        return data, {"image/png": shown}


@dataclass(frozen=True)
class Drawing:
    """A chart that is drawn once its language is known: by a report in the report's, alone in a cell in English.

    `draw` returns a note where there is nothing to draw, and None where not even that is of interest.
    """

    draw: Callable[[Words], Chart | Finding | None]

    def _repr_mimebundle_(self, **options: Any) -> tuple[dict[str, str], dict[str, Any]]:
        drawn = self.draw(Words())
        if isinstance(drawn, Chart):
            return drawn._repr_mimebundle_(**options)
        return ({"text/plain": repr(drawn), "text/html": drawn._repr_html_()} if drawn else {}), {}
