"""Scans and photographs: their pictures, the red seal taken out, and the words that a program reads in them.

The program is RapidOCR with the models inside its package (the extra `ocr`); nothing is fetched. All of this runs in a
worker of its own, a page at a time; a worker may take more memory here than for other files.
"""

import importlib.util
import io
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import PIL.Image
from numpy.typing import NDArray

from audit_lib.documents.model import UnreadableError
from audit_lib.documents.scan_lines import Box, Word

MOST_PAGES = 100
MOST_PIXELS = 60_000_000  # of a picture; A4 at 600 dpi has 35
LONGEST_SIDE = 3_600  # pixels: A4 at 300 dpi; more makes no print clearer
SHORTEST_SIDE = 736  # pixels, of a picture that RapidOCR does not enlarge (its Det.limit_side_len)
REDNESS = 40  # of 255, more red than green or blue: the ink of a seal
DARKEST = 110  # of 255 in red: black print below a seal stays
LEAST_SEAL = 0.005  # of the box of a word
MARGIN = 12  # pixels around a box that is looked at again
INSTALL = (
    "that program (.venv/bin/pip install -e '.[ocr]'), "
    "or the table typed as CSV with the columns unit, score, rank, tier"
)

Picture = NDArray[np.uint8]


def count_pages(content: bytes, kind: str) -> int:
    """Return the number of pictures of a PDF or picture file. Raises UnreadableError for too many."""
    import pypdfium2

    n_pages = len(pypdfium2.PdfDocument(content)) if kind == "pdf" else getattr(_open(content), "n_frames", 1)
    if n_pages > MOST_PAGES:
        raise UnreadableError(f"{n_pages:,} pages of pictures", f"at most {MOST_PAGES}")
    return n_pages


def open_picture(content: bytes, kind: str, page: int) -> Picture:
    """Return a page as pixels (height × width × red, green, blue), as large as it was scanned. Pages count from 1."""
    if kind == "pdf":
        return np.asarray(_render(content, page).convert("RGB"))
    image = _open(content)
    image.seek(page - 1)
    turned = PIL.Image.Image.convert(image, "RGB")
    turned.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    return np.asarray(turned)


def _open(content: bytes) -> PIL.Image.Image:
    try:
        image = PIL.Image.open(io.BytesIO(content))
    except PIL.Image.DecompressionBombError:
        found = "a picture of hundreds of millions of pixels"
        raise UnreadableError(found, f"at most {MOST_PIXELS // 1_000_000} million pixels") from None
    if image.width * image.height > MOST_PIXELS:
        found = f"a picture of {image.width:,} × {image.height:,} pixels"
        raise UnreadableError(found, f"at most {MOST_PIXELS // 1_000_000} million pixels")
    return image


def _render(content: bytes, number: int) -> Any:
    """Draw a page of a PDF in the size of the largest picture on it."""
    import pypdfium2

    page = pypdfium2.PdfDocument(content)[number - 1]
    pictures = page.get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_IMAGE])
    width = max((picture.get_px_size()[0] for picture in pictures), default=0) or page.get_width() / 72 * 200
    longest = LONGEST_SIDE / max(page.get_width(), page.get_height())
    return page.render(scale=min(width / page.get_width(), longest)).to_pil()


def find_seal(picture: Picture) -> NDArray[np.bool_]:
    """Return where a page is red but not dark: the ink of a seal, not the print below it."""
    red, others = picture[..., 0].astype(np.int16), picture[..., 1:].max(axis=2).astype(np.int16)
    seal: NDArray[np.bool_] = (red - others > REDNESS) & (red > DARKEST)
    return seal


def clear_seal(picture: Picture) -> Picture:
    """Return a page in grey with its seal made paper."""
    paper = np.percentile(picture[..., 0], 90)
    return np.where(find_seal(picture), np.maximum(picture[..., 0], paper), picture[..., 0]).astype(np.uint8)


def recognise(picture: Picture) -> list[Word]:
    """Return the words of a page as they were found, each with whether a seal lay on it.

    A seal that is painted over the print hides it: what is left of 84 below it reads as 4, and the reader is sure.
    Raises UnreadableError where the program is not installed.
    """
    grey, seal = clear_seal(picture), find_seal(picture)
    found = _load_reader()(np.repeat(grey[..., None], 3, axis=2), text_score=0.0)  # what it doubts is for a person
    if found.boxes is None:
        return []
    words = []
    for corners, text, score in zip(found.boxes, found.txts, found.scores, strict=True):
        word = Word(tuple((float(x), float(y)) for x, y in corners), text, float(score))
        left, top, right, bottom = (max(int(edge), 0) for edge in word.box)
        covered = seal[top : bottom + 1, left : right + 1].mean()
        words.append(replace(word, is_sealed=bool(covered > LEAST_SEAL)))
    return words


def crop(picture: Picture, box: Box) -> PIL.Image.Image:
    """Return what a box shows, with a margin."""
    left, top = max(box.left - MARGIN, 0), max(box.top - MARGIN, 0)
    return PIL.Image.fromarray(picture[top : box.bottom + MARGIN, left : box.right + MARGIN])


def lay_on_paper(picture: PIL.Image.Image) -> Picture:
    """Return a picture with paper to its right and below it, as large as the program takes it.

    The program enlarges what is smaller: that takes three times as long for a line of a page, and short lines are read
    wrong.
    """
    pixels = np.asarray(picture)
    right, below = (max(0, SHORTEST_SIDE - side) for side in picture.size)
    paper = int(np.percentile(pixels, 90))
    return np.pad(pixels, ((0, below), (0, right), (0, 0)), constant_values=paper)


@cache
def _load_reader() -> Any:
    if importlib.util.find_spec("rapidocr") is None:
        raise UnreadableError("a picture, and no program that reads it", INSTALL)
    import logging

    from rapidocr import RapidOCR

    logging.disable()
    return RapidOCR()
