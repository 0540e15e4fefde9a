"""How every chart looks: a Chinese font, title, subtitle, source line, alt text.

Titles are findings, computed elsewhere.
"""

import math
import re
import unicodedata
import warnings
from collections.abc import Callable, Mapping
from functools import cache, wraps
from typing import Any, Concatenate, ParamSpec

import pandas as pd
from matplotlib import font_manager, rc_context
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

from audit_lib.display.charts import Chart, Drawing
from audit_lib.display.findings import Finding
from audit_lib.display.tables import plain_cells
from audit_lib.errors import AuditError
from audit_lib.figures.packing import pack_image
from audit_lib.wording.fonts import find_font
from audit_lib.wording.words import Words

WIDTH = 7.6  # inches; a page shows 100 CSS pixels an inch
SCALE = 2  # image pixels per CSS pixel, so that charts stay sharp when zoomed
INK, GREY = "#1A1A1A", "#595959"
SHAPES = {"town": "o", "bureau": "s", "other": "D"}

CLOSING = "，。、；：！？）』”’》％%…"  # no line begins with one; it may end with one, or with a Chinese character
BETWEEN = re.compile(rf"(?<=[\u4e00-\u9fff{CLOSING}])(?=[^{CLOSING}])")

FALLBACKS = ("Noto Sans CJK SC", "Noto Sans SC", "WenQuanYi Micro Hei")


@cache
def use_font() -> str:
    """Register a font with Chinese characters and give its family name.

    The file that `fonts.find_font` gives comes first, then what the system has. Raises AuditError where there is none:
    charts with empty boxes for names are worse than no charts.
    """
    if (file := find_font()) is not None and file.is_file():
        font_manager.fontManager.addfont(file)
        return font_manager.FontProperties(fname=file).get_name()
    installed = {font.name for font in font_manager.fontManager.ttflist}
    for family in FALLBACKS:
        if family in installed:
            return family
    raise AuditError("no font with Chinese characters: install what pyproject.toml names, or set AUDIT_FONT to a file")


def settings() -> Mapping[str, Any]:
    """Give the matplotlib settings of every chart."""
    return {
        "font.family": [use_font(), "DejaVu Sans"],
        "font.size": 10.5,
        "axes.unicode_minus": False,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.edgecolor": GREY,
        "axes.labelcolor": INK,
        "axes.titlesize": 10,
        "axes.titlecolor": GREY,
        "axes.titlelocation": "left",
        "axes.titlepad": 8,
        "axes.labelsize": 10.5,
        "figure.dpi": 100 * SCALE,
        "figure.constrained_layout.use": True,
        "figure.constrained_layout.h_pad": 0.08,
        "figure.constrained_layout.w_pad": 0.08,
        "legend.frameon": False,
        "legend.fontsize": 9.5,
        "svg.hashsalt": "audit-lib",
    }


P = ParamSpec("P")


def drawing(plot: Callable[Concatenate[Words, P], Chart | Finding | None]) -> Callable[P, Drawing]:
    """Make a chart function return a `Drawing`: drawn with our settings when its words are known."""

    @wraps(plot)
    def prepare(*args: P.args, **kwargs: P.kwargs) -> Drawing:
        def draw(words: Words) -> Chart | Finding | None:
            with rc_context(dict(settings())):
                return plot(words, *args, **kwargs)

        return Drawing(draw)

    return prepare


def open_figure(height: float, rows: int = 1, columns: int = 1, **options: Any) -> tuple[Figure, Any]:
    """Open a figure of the page's width and give it with its axes. pyplot, which keeps figures, knows nothing of it."""
    figure = Figure(figsize=(WIDTH, height))
    return figure, figure.subplots(rows, columns, **options)


def close_figure(
    figure: Figure, key: str, words: Words, facts: Mapping[str, Any], *, data: pd.DataFrame, score_axis: bool = True
) -> Chart:
    """Title, draw and close a figure. Its words are `figures.<key>.title`, `.subtitle` and `.alt`.

    `data` holds what is drawn, a row per mark, bar or step, in columns of ours. Charts with a score axis say that it
    does not start at zero. Raises AuditError naming the character if the font lacks one.
    """
    title = words(f"figures.{key}.title", **facts)
    subtitle = words(f"figures.{key}.subtitle", **facts)
    source = words("labels.source_axis" if score_axis else "labels.source")
    lines = [*wrap(title, 84), ""]
    figure.suptitle("\n".join(lines), x=0.012, ha="left", fontsize=12.5, color=INK, linespacing=1.25)
    # The subtitle takes the blank last line of the title, for which the layout has kept room.
    below = figure.axes[0].annotate(
        subtitle, (0.012, 1), (0, -22 * len(lines[:-1]) - 4), xycoords="figure fraction", textcoords="offset points",
        va="top", fontsize=9.5, color=GREY, annotation_clip=False, in_layout=False,
    )  # fmt: skip
    foot = figure.supxlabel(source, x=0.012, ha="left", fontsize=8, color=GREY)
    png, drawing = _draw(figure, key, below, foot)
    width = round(figure.get_figwidth() * 100)
    alt = words(f"figures.{key}.alt", title=title, **facts)
    return Chart(png, title, alt, width, subtitle, source, drawing, plain_cells(data, words))


def _draw(figure: Figure, key: str, above: Text, below: Text) -> tuple[bytes, tuple[int, int]]:
    """Draw once, and pack what was drawn.

    Gives also the pixel rows between two texts: what a page shows that prints them itself.
    """
    canvas = FigureCanvasAgg(figure)  # savefig would draw everything twice
    with warnings.catch_warnings():
        warnings.filterwarnings("error", message=r"Glyph .* missing from")
        try:
            canvas.draw()
        except UserWarning as warning:
            raise AuditError(f"chart {key}: {_name_glyph(str(warning))}") from None
    width, height = canvas.get_width_height(physical=True)
    first, last = above.get_window_extent().y0, below.get_window_extent().y1
    packed = pack_image(bytes(canvas.buffer_rgba()), (width, height))
    return packed, (height - int(first), height - math.ceil(last))


def _name_glyph(warning: str) -> str:
    code = re.search(r"Glyph (\d+)", warning)
    return f"the font has no character {chr(int(code[1]))!r}" if code else warning


def wrap(text: str, width: int) -> list[str]:
    """Break a line so that no part is wider than `width` Latin letters; a Chinese character counts two.

    Lines break at spaces; where a stretch without spaces is too wide itself, as Chinese is, between its characters, and
    never before a closing mark or after an opening one.

    >>> wrap("通报点名的7个栏目（含空白）中，逾期4个", 14)
    ['通报点名的7个', '栏目（含空白）', '中，逾期4个']
    """
    lines = [""]
    for word in text.split(" "):
        parts = BETWEEN.split(word) if measure(word) > width else [word]
        for at, part in enumerate(parts):
            longer = f"{lines[-1]}{'' if at else ' '}{part}".strip()
            if measure(longer) > width and lines[-1]:
                lines.append(part)
            else:
                lines[-1] = longer
    return lines


def shorten(text: str, width: int) -> str:
    """Cut text to `width` Latin letters; a Chinese character counts two, and so does the sign that something is cut.

    >>> shorten("大多数单位的更新", 10), shorten("甲镇", 10)
    ('大多数单…', '甲镇')
    """
    if measure(text) <= width:
        return text
    while measure(text) > width - 2:
        text = text[:-1]
    return f"{text}…"


def measure(text: str) -> int:
    """Measure text in Latin letters; a Chinese character counts two."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
