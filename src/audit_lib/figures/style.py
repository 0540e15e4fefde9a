"""How every chart looks: a Chinese font, colour for tier and shape for side together, title, source line, alt text.

Colour and shape always go together, so a chart survives grey print. Titles are findings, computed elsewhere.
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
from matplotlib.axes import Axes
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
ZONE = "#FBF3C4"  # the zone of scores where two tiers overlap

TIERS = {1: "#08519C", 2: "#9ECAE1", 3: "#D55E00", 4: "#2B1400"}  # fill, by tier_order; each its own grey in print
RIMS = {1: "#08306B", 2: "#2171B5", 3: "#8C3D00", 4: "#000000"}  # darker, so that pale marks stand out 3:1 on white
UNTIERED, UNTIERED_RIM = "#FFFFFF", "#000000"
SHAPES = {"town": "o", "bureau": "s", "other": "D"}
SIDES = {"town": "#1B6E4B", "bureau": "#BDBDBD", "other": "#F0E6C8"}

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


def mark_style(tier_order: Any, side: str) -> dict[str, Any]:
    """Give colour and shape of a unit's mark: colour for its tier, shape for its side."""
    if pd.isna(tier_order):
        colours = {"facecolor": UNTIERED, "edgecolor": UNTIERED_RIM, "linewidth": 1.4}
    else:
        order = min(int(tier_order), max(TIERS))
        colours = {"facecolor": TIERS[order], "edgecolor": RIMS[order], "linewidth": 0.8}
    return {**colours, "marker": SHAPES[side]}


def draw_marks(ax: Axes, units: pd.DataFrame, x: str, y: str, size: float) -> None:
    """Draw one mark per unit, coloured by tier and shaped by side."""
    for (order, side), same in units.groupby(["tier_order", "side"], dropna=False):
        ax.scatter(same[x].astype("float64"), same[y].astype("float64"), s=size, zorder=3, **mark_style(order, side))


def draw_key(ax: Axes, units: pd.DataFrame, words: Words, **options: Any) -> None:
    """Draw the key: one row per tier present (colour) and per side present (shape), each with its count.

    Where no tiers are published there is no row for them.
    """
    handles, labels = [], []
    in_tiers = units if units["tier"].notna().any() else units.iloc[:0]
    counts = in_tiers.groupby(["tier_order", "tier"], dropna=False).size()
    for (order, tier), n in counts.items():
        name = words.name("untiered") if pd.isna(tier) else tier
        handles.append(ax.scatter([], [], s=52, **mark_style(order, "bureau")))
        labels.append(words("labels.key", name=name, n=int(n)))
    for side in [side for side in SHAPES if side in set(units["side"])]:
        n = int((units["side"] == side).sum())
        handles.append(ax.scatter([], [], s=46, marker=SHAPES[side], facecolor="#8C8C8C", edgecolor=GREY))
        labels.append(words("labels.key", name=words.name(side), n=n))
    ax.legend(handles, labels, handletextpad=0.3, labelspacing=0.45, **options)


def tabulate_curve(points: pd.Series) -> pd.DataFrame:
    """Give the steps of a curve of shares: each score, the points at or below it, their share in percent."""
    steps = points.value_counts().sort_index()
    return pd.DataFrame(
        {"score": steps.index, "n_up_to": steps.cumsum().to_numpy(), "share_up_to": 100 * steps.cumsum() / len(points)}
    ).reset_index(drop=True)


def place_labels(ax: Axes, labels: list[tuple[float, str]], tops: Mapping[float, float], step: float) -> None:
    """Write labels above marks by rule, not by trial: each starts over the columns it spans and climbs until free.

    `labels` are (x, text); `tops` the height of each column of marks. A label far above its column gets a line to it,
    which passes behind the labels between.
    """
    left, right = ax.get_xlim()
    letter = (right - left) / 92  # width of a Latin letter at this size
    taken: list[tuple[float, float, float]] = []
    for x, text in sorted(labels):
        half = measure(text) * letter / 2
        centre = min(max(x, left + half), right - half)
        low, high = centre - half, centre + half
        height = max([top for at, top in tops.items() if low <= at <= high], default=0) + step
        while any(low < end and start < high and abs(height - at) < step for start, end, at in taken):
            height += step
        taken.append((low, high, height))
        if height - tops[x] > 1.6 * step:
            ax.plot([x, x], [tops[x] + 0.45 * step, height - 0.45 * step], color=GREY, linewidth=0.8, zorder=4)
        box = {"facecolor": "white", "edgecolor": "none", "alpha": 0.9, "pad": 1.0}
        ax.text(centre, height, text, ha="center", va="center", fontsize=9.5, color=INK, bbox=box, zorder=5)
