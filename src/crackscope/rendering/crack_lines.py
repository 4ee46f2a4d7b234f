"""Cracks on a photo: a thin line along both of their edges, which leaves the crack itself bare."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from crackscope.rendering.nearness import Discs, distance
from crackscope.types import Box, Crack, Pixels

COLOUR = (176, 0, 116)
"""Magenta: no concrete, rust or moss has it. It is dark, and its casing white, so that the line is
seen on dark and on light ground, in a grey print, and by the colour-blind, who lose the hue."""
_CASING = (255, 255, 255)
_GAP, _LINE, _EDGE = 2.0, 2.5, 1.0
"""Pixels of the picture, whatever its scale: from the crack to the line, the line, and the casing
to both sides of it."""
REACH = _GAP + _LINE + _EDGE
_OPACITY = 0.9
_SIDE = 256
"""Pixels along a part of the picture that is drawn at once."""


def draw(pixels: Pixels, cracks: Iterable[Crack], ratio: float) -> None:
    """Draw on a photo that is shown `ratio` times its size, (H, W, 3) uint8, in place."""
    draw_part(pixels, Discs.of((line for crack in cracks for line in crack.lines), ratio), (0, 0))


def draw_part(pixels: Pixels, discs: Discs, corner: tuple[int, int]) -> None:
    """Draw on a part of a photo, in place; `corner` (x, y) is where it begins."""
    left, top = corner
    height, width = pixels.shape[:2]
    for y in range(0, height, _SIDE):
        for x in range(0, width, _SIDE):
            shown = pixels[y : y + _SIDE, x : x + _SIDE]
            high, wide = shown.shape[:2]
            part = Box(left + x, top + y, left + x + wide, top + y + high)
            near = discs.near(part, REACH + 0.5)
            if len(near.x):
                _blend(shown, distance(near, part, REACH + 0.5))


def _blend(pixels: Pixels, found: NDArray[np.float32]) -> None:
    """Casing, then line: each as opaque as it covers of a pixel."""
    at = np.nonzero(np.isfinite(found))
    mixed, far = pixels[at].astype(np.float32), found[at]
    for colour, start, end in (
        (_CASING, _GAP - _EDGE, REACH),
        (COLOUR, _GAP, _GAP + _LINE),
    ):
        cover = np.clip(np.minimum(far - start, end - far) + 0.5, 0, 1)[:, None] * _OPACITY
        mixed += (np.array(colour, np.float32) - mixed) * cover
    pixels[at] = np.rint(mixed).astype(np.uint8)
