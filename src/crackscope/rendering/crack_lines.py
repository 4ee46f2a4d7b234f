"""Cracks on a photo: a thin line along both edges leaves the crack itself visible."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from crackscope.rendering.nearness import Discs, distance
from crackscope.types import Box, Crack, Pixels

COLOUR = (176, 0, 116)
"""Magenta, which concrete, rust and moss never show. A dark line with a white casing is visible on
dark and light ground, in a grey print, and with colour blindness."""
_CASING = (255, 255, 255)
_GAP, _LINE, _EDGE = 2.0, 2.5, 1.0
"""Pixels of the image at any scale: gap between crack and line, width of the line, and width of
the casing on each side."""
REACH = _GAP + _LINE + _EDGE
_OPACITY = 0.9
_SIDE = 256
"""Side in pixels of the block that is drawn at once."""


def draw(pixels: Pixels, cracks: Iterable[Crack], ratio: float) -> None:
    """Draw on a photo shown at `ratio` times its size, (H, W, 3) uint8, in place."""
    draw_part(pixels, Discs.of((line for crack in cracks for line in crack.lines), ratio), (0, 0))


def draw_part(pixels: Pixels, discs: Discs, corner: tuple[int, int]) -> None:
    """Draw on a crop of a photo, in place; `corner` (x, y) is its top left pixel."""
    left, top = corner
    height, width = pixels.shape[:2]
    for y in range(0, height, _SIDE):
        for x in range(0, width, _SIDE):
            shown = pixels[y : y + _SIDE, x : x + _SIDE]
            high, wide = shown.shape[:2]
            block = Box(left + x, top + y, left + x + wide, top + y + high)
            near = discs.near(block, REACH + 0.5)
            if len(near.x):
                _blend(shown, distance(near, block, REACH + 0.5))


def _blend(pixels: Pixels, found: NDArray[np.float32]) -> None:
    """Blend the casing, then the line, antialiased."""
    at = np.nonzero(np.isfinite(found))
    mixed, far = pixels[at].astype(np.float32), found[at]
    for colour, start, end in (
        (_CASING, _GAP - _EDGE, REACH),
        (COLOUR, _GAP, _GAP + _LINE),
    ):
        cover = np.clip(np.minimum(far - start, end - far) + 0.5, 0, 1)[:, None] * _OPACITY
        mixed += (np.array(colour, np.float32) - mixed) * cover
    pixels[at] = np.rint(mixed).astype(np.uint8)
