"""Drawings as pictures: how wide their texts are, and a PNG of one with its title, legend and source."""

import io
import re
import warnings
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from matplotlib import font_manager, rc_context
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ft2font import FT2Font, LoadFlags
from matplotlib.lines import Line2D
from matplotlib.patches import Circle, Patch, Rectangle
from matplotlib.patheffects import AbstractPathEffect, Normal, Stroke
from matplotlib.text import Text
from matplotlib.transforms import Bbox, BboxTransformFrom

from audit_lib.display.charts import Key
from audit_lib.display.scene import COLOURS, RIMS, Dot, Label, Line, Mark, Rect, Ring, Scene
from audit_lib.errors import AuditError
from audit_lib.figures.packing import pack_image
from audit_lib.figures.style import use_font

SCALE = 2  # image pixels per CSS pixel
OTHER_FONT = "DejaVu Sans"  # has signs that the Chinese font lacks
POINTS = 0.72  # points of a CSS pixel, where 100 of those are an inch
BOLD = 1.06  # how much wider bold letters are
MARGIN = 20
AT_SPACES = re.compile(r"(?<=[ 、，；/])")
IN_CHINESE = re.compile(r"(?<=[ 、，；/])|(?<=[\u3400-\u9fff])(?=[\u3400-\u9fff])")


@cache
def _open_fonts() -> tuple[FT2Font, ...]:
    """Open the fonts of pictures for ourselves: those that matplotlib keeps change their size as it draws.

    They are read from memory: a forked process that reads from the same open file moves where the other reads.
    """
    families = (font_manager.FontProperties(family=family) for family in (use_font(), OTHER_FONT))
    fonts = tuple(FT2Font(io.BytesIO(Path(font_manager.findfont(family)).read_bytes())) for family in families)
    for font in fonts:
        font.set_size(100, 72)
    return fonts


@cache
def _measure_letter(letter: str) -> int:
    for font in _open_fonts():
        if font.get_char_index(ord(letter)):
            return font.load_char(ord(letter), flags=LoadFlags.NO_HINTING).linearHoriAdvance
    raise AuditError(f"a drawing: the font has no character {letter!r}")


@cache
def measure_width(text: str, size: float, *, is_bold: bool = False) -> float:
    """Measure a line of text in CSS pixels by the metrics of the fonts that pictures use.

    Raises AuditError naming the character if they lack one.
    """
    return sum(map(_measure_letter, text)) / 65536 / 100 * size * (BOLD if is_bold else 1)


def wrap_text(text: str, size: float, width: float, *, is_bold: bool = False) -> list[str]:
    """Break a text into lines of at most `width` pixels: at spaces and commas, else between Chinese characters.

    A word that is wider stays whole.
    """
    lines = [""]
    breaks = AT_SPACES if AT_SPACES.search(text.strip()) else IN_CHINESE
    for piece in filter(None, breaks.split(text)):
        if lines[-1] and measure_width((lines[-1] + piece).rstrip(), size, is_bold=is_bold) > width:
            lines.append(piece)
        else:
            lines[-1] += piece
    return [line.strip() for line in lines]


def frame_scene(scene: Scene, title: str, subtitle: str, legend: Sequence[Key], source: str) -> tuple[Scene, float]:
    """Set title, subtitle, legend and source around the place of a drawing, for where no page prints them beside it.

    Also returns the y at which the drawing begins.
    """
    marks: list[Mark] = []
    width, y = scene.width - MARGIN, 10.0
    for text, size, colour, is_bold in ((title, 20.0, "ink", True), (subtitle, 16.0, "grey", False)):
        for line in wrap_text(text, size, width, is_bold=is_bold) if text else []:
            y += size * 1.35
            marks.append(Label(MARGIN / 2, y, line, size, colour, is_bold))
    y += 8
    x = MARGIN / 2
    for at, key in enumerate(legend):
        needed = 20 + measure_width(key.text, 15)
        if at == 0 or x + needed > width:
            x, y = MARGIN / 2, y + 22
        marks += [_draw_key(key.colour, x, y)] + ([Ring(x + 7, y - 5, 7.5)] if key.is_outlined else [])
        marks.append(Label(x + 20, y, key.text, 15))
        x += needed + 16
    y += 12
    drawn_at = y
    y += scene.height
    for line in wrap_text(source, 13, width) if source else []:
        y += 18
        marks.append(Label(MARGIN / 2, y, line, 13, "grey"))
    return Scene(scene.width, y + 14, tuple(marks)), drawn_at


def _draw_key(colour: str, x: float, y: float) -> Mark:
    """Draw what a legend explains as the drawing has it: a band, the bar of a median, else a dot."""
    if colour.startswith("band-"):
        return Rect(x, y - 11, 16, 12, colour)
    return Rect(x, y - 6, 16, 2.2, colour) if colour == "ink" else Dot(x + 7, y - 5, 6.5, colour)


def draw_png(scene: Scene) -> bytes:
    """Draw a scene in its light colours as a PNG. Raises AuditError naming the character if the font lacks one."""
    with rc_context({"font.family": [use_font(), OTHER_FONT], "axes.unicode_minus": False}):
        figure = Figure(figsize=(scene.width / 100, scene.height / 100), dpi=100 * SCALE)
        figure.set_layout_engine("none")  # the scene has its own
        to_pixels = BboxTransformFrom(Bbox.from_extents(0, scene.height, scene.width, 0)) + figure.transSubfigure
        for order, mark in enumerate(scene.marks):
            artist = _draw_text(mark) if isinstance(mark, Label) else _draw_shape(mark)
            artist.set(transform=to_pixels, zorder=order)
            figure.add_artist(artist)
        canvas = FigureCanvasAgg(figure)
        with warnings.catch_warnings():
            warnings.filterwarnings("error", message=r"Glyph .* missing from")
            try:
                canvas.draw()
            except UserWarning as warning:
                code = re.search(r"Glyph (\d+)", str(warning))
                found = f"the font has no character {chr(int(code[1]))!r}" if code else str(warning)
                raise AuditError(f"a drawing: {found}") from None
        return pack_image(canvas.buffer_rgba(), canvas.get_width_height(physical=True))


def _embolden(label: Label) -> list[AbstractPathEffect]:
    """Make letters bold by an outline: the font has one weight."""
    if not label.is_bold:
        return []
    return [Stroke(linewidth=label.size / 24, foreground=COLOURS[label.colour][0]), Normal()]


def _draw_text(label: Label) -> Text:
    return Text(
        label.x, label.y, label.text, fontsize=label.size * POINTS, color=COLOURS[label.colour][0],
        path_effects=_embolden(label), va="baseline", parse_math=False,
        ha={"start": "left", "middle": "center", "end": "right"}[label.anchor],
    )  # fmt: skip


def _draw_shape(mark: Dot | Ring | Line | Rect) -> Patch | Line2D:
    if isinstance(mark, Line):
        ends = (mark.x1, mark.x2), (mark.y1, mark.y2)
        return Line2D(*ends, color=COLOURS[mark.colour][0], linewidth=mark.width * POINTS, solid_capstyle="butt")
    if isinstance(mark, Rect):
        return Rectangle((mark.x, mark.y), mark.width, mark.height, facecolor=COLOURS[mark.colour][0], edgecolor="none")
    if isinstance(mark, Ring):
        return Circle((mark.x, mark.y), mark.r, fill=False, edgecolor=COLOURS["ink"][0], linewidth=mark.width * POINTS)
    rim = RIMS.get(mark.colour, COLOURS[mark.colour])[0]
    return Circle((mark.x, mark.y), mark.r, facecolor=COLOURS[mark.colour][0], edgecolor=rim, linewidth=0.95)
