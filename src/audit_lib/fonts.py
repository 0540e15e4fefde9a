"""The font that shows Chinese names everywhere: in charts, and inside pages on machines that have none."""

import os
from base64 import b64encode
from collections.abc import Sequence
from functools import cache
from io import BytesIO
from pathlib import Path

from fontTools import subset

# Chinese letters and their punctuation; Latin text keeps the fonts of the page.
HAN_RANGES = ((0x2E80, 0x9FFF), (0xF900, 0xFAFF), (0xFF00, 0xFFEF), (0x20000, 0x323AF))

TOGETHER = 8  # pages that share a font


@cache
def find_font() -> Path | None:
    """Find a font file with Chinese characters: AUDIT_FONT, else the packaged Noto Sans SC; None without either."""
    if given := os.environ.get("AUDIT_FONT"):
        return Path(given)
    try:
        from pylopdf_fonts_zh_cn import sans_path
    except ImportError:
        return None
    return Path(sans_path())


def embed_characters(html: str) -> str:
    """Give a style element with a font of just the Chinese characters that a page uses, some kilobytes of WOFF.

    Empty where the page has none or no font file is there; the page then rests on the reader's own fonts. The page's
    style names the family `Page Han` first, for these ranges only.
    """
    return embed_in_each([html])[0]


def embed_in_each(pages: Sequence[str]) -> list[str]:
    """Give the style element of `embed_characters` for each of many pages; a few neighbours share one font.

    To cut a font takes longer than to write a page, and neighbours use much the same characters.
    """
    file = find_font()
    letters = [_list_letters(html) for html in pages]
    if file is None or not any(letters):
        return ["" for _ in pages]
    font = file.read_bytes()
    if len(pages) > TOGETHER:
        font = _subset(font, "".join(letters), None)
    groups = [letters[first : first + TOGETHER] for first in range(0, len(pages), TOGETHER)]
    styles = [_word_style(_subset(font, "".join(group), "woff")) if any(group) else "" for group in groups]
    return [style for style, group in zip(styles, groups, strict=True) for _ in group]


def _list_letters(html: str) -> str:
    return "".join(each for each in sorted(set(html)) if any(low <= ord(each) <= high for low, high in HAN_RANGES))


def _word_style(font: bytes) -> str:
    ranges = ", ".join(f"U+{low:X}-{high:X}" for low, high in HAN_RANGES)
    source = f"src: url(data:font/woff;base64,{b64encode(font).decode()}) format('woff')"
    return f"<style>@font-face {{ font-family: 'Page Han'; {source}; unicode-range: {ranges}; }}</style>"


def _subset(file: bytes, letters: str, flavor: str | None) -> bytes:
    options = subset.Options(layout_features=[], hinting=False, name_IDs=[], desubroutinize=True)
    options.drop_tables += ["BASE", "DSIG", "GPOS", "GSUB", "VORG", "vhea", "vmtx"]
    packed = BytesIO()
    with subset.load_font(BytesIO(file), options) as font:
        font.recalcTimestamp = False  # the same page twice is the same bytes
        subsetter = subset.Subsetter(options)
        subsetter.populate(text="".join(sorted(set(letters))))
        subsetter.subset(font)
        font.flavor = flavor
        font.save(packed)
    return packed.getvalue()
