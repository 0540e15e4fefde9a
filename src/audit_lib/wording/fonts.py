"""The font that shows Chinese names everywhere: in charts, and inside pages on machines that have none."""

import io
import os
from base64 import b64encode
from functools import cache
from pathlib import Path

from fontTools.fontBuilder import FontBuilder
from fontTools.misc.psCharStrings import T2CharString
from fontTools.pens.t2CharStringPen import T2CharStringPen
from fontTools.ttLib import TTFont, sortedTagList
from fontTools.ttLib.sfnt import SFNTWriter
from pylopdf_fonts_zh_cn import sans_path

# Chinese letters and their punctuation; Latin text keeps the fonts of the page.
HAN_RANGES = ((0x2E80, 0x9FFF), (0xF900, 0xFAFF), (0xFF00, 0xFFEF), (0x20000, 0x323AF))
LINE = ("ascent", "descent", "lineGap")  # what a browser computes the height of a line from
LINE_OS2 = ("sTypoAscender", "sTypoDescender", "sTypoLineGap", "usWinAscent", "usWinDescent", "fsSelection")

Outlines = dict[tuple[str, str], bytes]  # by font file and glyph

outlines: Outlines = {}  # what is traced already, here or by the process that made other pages


@cache
def find_font() -> Path:
    """Find a font file with Chinese characters: AUDIT_FONT, else the packaged Noto Sans SC."""
    return Path(os.environ.get("AUDIT_FONT") or sans_path())


def embed_characters(html: str) -> str:
    """Return a style element with a font of just the Chinese characters that a page uses, some kilobytes of WOFF.

    Empty where the page has none. The page's style names the family `Page Han` first, for these ranges only.
    """
    letters = {letter for letter in set(html) if any(low <= ord(letter) <= high for low, high in HAN_RANGES)}
    if not letters:
        return ""
    font = b64encode(_subset(find_font(), "".join(sorted(letters)))).decode()
    ranges = ", ".join(f"U+{low:X}-{high:X}" for low, high in HAN_RANGES)
    source = f"src: url(data:font/woff;base64,{font}) format('woff')"
    return f"<style>@font-face {{ font-family: 'Page Han'; {source}; unicode-range: {ranges}; }}</style>"


@cache
def _open_font(file: Path) -> TTFont:
    """Open a font for good: its tables of 65,000 glyphs are read once, not for each page."""
    return TTFont(file, fontNumber=0, lazy=True)


def _trace(file: Path, glyph: str) -> T2CharString:
    """Return the outline of a glyph, without hints."""
    key = str(file), glyph
    if key not in outlines:
        glyphs = _open_font(file).getGlyphSet()
        pen = T2CharStringPen(glyphs[glyph].width, glyphs)
        glyphs[glyph].draw(pen)
        traced = pen.getCharString()
        traced.compile()
        outlines[key] = traced.bytecode
    return T2CharString(outlines[key])


def _subset(file: Path, letters: str) -> bytes:
    """Build a WOFF of these letters alone; what the font does not have is left out."""
    font = _open_font(file)
    known = font.getBestCmap()
    wanted = {ord(letter): known[ord(letter)] for letter in letters if ord(letter) in known}
    glyphs = [".notdef", *sorted(set(wanted.values()))]
    small = FontBuilder(font["head"].unitsPerEm, isTTF=False)
    small.setupGlyphOrder(glyphs)
    small.setupCharacterMap(wanted)
    box = {name: getattr(font["head"], name) for name in ("xMin", "yMin", "xMax", "yMax")}
    small.setupCFF("PageHan", {"FontBBox": list(box.values())}, {glyph: _trace(file, glyph) for glyph in glyphs}, {})
    small.setupHorizontalMetrics({glyph: font["hmtx"][glyph] for glyph in glyphs})
    small.setupHorizontalHeader(**{name: getattr(font["hhea"], name) for name in LINE})
    small.setupOS2(**{name: getattr(font["OS/2"], name) for name in LINE_OS2})
    small.setupNameTable({"familyName": "Page Han", "styleName": "Regular"}, mac=False)
    small.setupPost(keepGlyphNames=False)
    small.updateHead(created=0, modified=0, **box)  # the same page twice is the same bytes
    small.font.recalcBBoxes = False
    return _pack(small.font)


def _pack(font: TTFont) -> bytes:
    """Write a font as WOFF, its tables in their usual order: saving it would write, read and write it again."""
    tags = [tag for tag in font.keys() if tag not in ("GlyphOrder", "hmtx")]  # noqa: SIM118  # a font is not a mapping
    tables = {tag: font.getTableData(tag) for tag in ("hmtx", *tags)}  # hmtx counts what hhea states
    packed = io.BytesIO()
    writer = SFNTWriter(packed, len(tables), font.sfntVersion, "woff")
    for tag in sortedTagList(tables):
        writer[tag] = tables[tag]
    writer.close()
    return packed.getvalue()
