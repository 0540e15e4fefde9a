"""A packed chart shows what was drawn."""

import io

import numpy as np
import pytest
from PIL import Image

from audit_lib.figures.packing import pack_image


def pack(pixels: np.ndarray) -> tuple[np.ndarray, int]:
    """Give the RGB pixels of the packed image as read back, and how many colours its palette uses."""
    opaque = np.dstack([pixels, np.full(pixels.shape[:2], 255)]).astype("u1")
    image = Image.open(io.BytesIO(pack_image(opaque.tobytes(), (pixels.shape[1], pixels.shape[0]))))
    assert image.mode == "P"
    return np.asarray(image.convert("RGB")).astype(int), len(image.getcolors())


def test_fills_stay_exact_and_smoothed_edges_move_by_a_step() -> None:
    fills = [(255, 255, 255), (8, 81, 156), (158, 202, 225), (213, 94, 0), (26, 26, 26)]
    drawn = np.repeat(np.array(fills), 40, axis=0).reshape(5, 40, 3)
    drawn[1, 3] = (9, 82, 157)  # the edge of a fill
    shown, _ = pack(drawn)
    assert [tuple(row[10]) for row in shown] == fills
    assert tuple(shown[1, 3]) == (8, 81, 156)


@pytest.mark.parametrize(("n_values", "most_off"), [(6, 0), (32, 127)])
def test_any_number_of_colours_fits_the_palette(n_values: int, most_off: int) -> None:
    values = np.linspace(0, 255, n_values).astype(int)
    cube = np.stack(np.meshgrid(values, values, values), axis=-1).reshape(n_values, -1, 3)
    shown, n_colours = pack(cube)
    assert n_colours <= 256
    assert np.abs(shown - cube).max() <= most_off


def test_the_same_pixels_are_the_same_bytes() -> None:
    pixels = np.random.default_rng(1).integers(0, 256, (30, 40, 4), dtype="u1").tobytes()
    assert pack_image(pixels, (40, 30)) == pack_image(pixels, (40, 30))
