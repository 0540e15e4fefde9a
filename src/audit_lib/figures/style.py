"""Set the font with Chinese characters and the colours that all charts share."""

from functools import cache

from matplotlib import font_manager, rcParams
from matplotlib.rcsetup import cycler

from audit_lib.display.scene import COLOURS
from audit_lib.errors import AuditError
from audit_lib.wording.fonts import find_font

PALETTE = ("best", "lowest", "upper", "neutral", "middle", "ink")  # apart for the colour-blind, and in grey
FALLBACKS = ("Noto Sans CJK SC", "Noto Sans SC", "WenQuanYi Micro Hei")


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
