"""What every chart shares: a font with Chinese characters, and being drawn once its words are known."""

from collections.abc import Callable
from functools import cache, wraps
from typing import Concatenate, ParamSpec

from matplotlib import font_manager, rcParams
from matplotlib.rcsetup import cycler

from audit_lib.display.charts import Chart, Drawing
from audit_lib.display.findings import Finding
from audit_lib.display.scene import COLOURS
from audit_lib.errors import AuditError
from audit_lib.wording.fonts import find_font
from audit_lib.wording.words import Words

PALETTE = ("best", "lowest", "upper", "neutral", "middle", "ink")  # apart for the colour-blind, and in grey
FALLBACKS = ("Noto Sans CJK SC", "Noto Sans SC", "WenQuanYi Micro Hei")

P = ParamSpec("P")


@cache
def use_font() -> str:
    """Register a font with Chinese characters and return its family name.

    The file that `fonts.find_font` returns comes first, then what the system has. Raises AuditError where there is
    none: charts with empty boxes for names are worse than no charts.
    """
    if (file := find_font()) is not None and file.is_file():
        font_manager.fontManager.addfont(file)
        return font_manager.FontProperties(fname=file).get_name()
    installed = {font.name for font in font_manager.fontManager.ttflist}
    for family in FALLBACKS:
        if family in installed:
            return family
    raise AuditError("no font with Chinese characters: install what pyproject.toml names, or set AUDIT_FONT to a file")


def use_style() -> None:
    """Set the reports' font, with Chinese characters, and colours for one's own matplotlib and seaborn charts.

    Sets matplotlib's defaults for this process; seaborn's `set_theme` replaces them, so call it before. Raises
    AuditError where there is no font with Chinese characters.
    """
    ink, grey, line = (COLOURS[name][0] for name in ("ink", "grey", "line"))
    rcParams.update(
        {
            "font.family": [use_font(), "DejaVu Sans"],  # signs that the first lacks come from the second
            "axes.prop_cycle": cycler(color=[COLOURS[name][0] for name in PALETTE]),
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.edgecolor": grey,
            "axes.titlelocation": "left",
            "axes.grid": True,
            "axes.axisbelow": True,
            "grid.color": line,
            "text.color": ink,
            "axes.labelcolor": ink,
            "legend.frameon": False,
        }
    )


def drawing(plot: Callable[Concatenate[Words, P], Chart | Finding | None]) -> Callable[P, Drawing]:
    """Make a chart function return a `Drawing`, which draws when its words are known."""

    @wraps(plot)
    def prepare(*args: P.args, **kwargs: P.kwargs) -> Drawing:
        return Drawing(lambda words: plot(words, *args, **kwargs))

    return prepare
