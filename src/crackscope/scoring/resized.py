"""Resize a part of a photo to the network's scale, exactly as in the resized whole."""

from math import ceil

import numpy as np
from PIL import Image

from crackscope.grid import spans
from crackscope.types import Pixels

_STRIP = 256
"""Rows of pixels resized at a time."""


def resized(
    pixels: Pixels, box: tuple[float, float, float, float], size: tuple[int, int]
) -> Pixels:
    """The part `box` (x0, y0, x1, y1) of the photo, resized to `size` (width, height), bilinear,
    without seams between parts.

    Computed in strips that stay in the processor's cache.
    """
    height, width = pixels.shape[:2]
    tall, wide = (box[3] - box[1]) / size[1], (box[2] - box[0]) / size[0]
    x0, x1 = _looked_at(box[0], box[2], wide, width)
    y0, y1 = _looked_at(box[1], box[3], tall, height)
    part = pixels[y0:y1, x0:x1]
    found = np.empty((size[1], size[0], 3), np.uint8)
    for start, stop in spans(size[1], _STRIP):
        upper, lower = box[1] - y0 + start * tall, box[1] - y0 + stop * tall
        top, bottom = _looked_at(upper, lower, tall, len(part))
        strip = Image.fromarray(np.ascontiguousarray(part[top:bottom]))
        place = (box[0] - x0, upper - top, min(box[2], x1) - x0, min(lower, bottom) - top)
        small = strip.resize((size[0], stop - start), Image.Resampling.BILINEAR, place)
        found[start:stop] = np.asarray(small)
    return found


def _looked_at(start: float, stop: float, step: float, count: int) -> tuple[int, int]:
    """The range of pixels, of `count`, that a part resized by 1 / `step` depends on."""
    margin = 2 + ceil(step)
    return max(0, int(start) - margin), min(count, ceil(stop) + margin)
