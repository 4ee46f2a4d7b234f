"""Antialiased strokes, with an optional shadow."""

import math
from collections.abc import Iterable

import numpy as np
from PIL import Image, ImageDraw

from crackscope.synthesis.polyline import Points
from crackscope.synthesis.surface import Field, Surface, blend

_FINER = 2


def cover(height: int, width: int, lines: Iterable[tuple[Points, float]]) -> Field:
    """(H, W), 0 to 1: the fraction of each pixel under polylines (N, 2) of a width in pixels.

    Rendered at twice the size and reduced. Lines thinner than a pixel cover proportionally less.
    """
    image = Image.new("L", (_FINER * width, _FINER * height))
    draw = ImageDraw.Draw(image)
    for points, thick in lines:
        track = [(float(x), float(y)) for x, y in points * _FINER]
        value = round(255 * min(1.0, _FINER * thick))
        draw.line(track, fill=value, width=max(1, round(_FINER * thick)), joint="curve")
    small = image.resize((width, height), Image.Resampling.BOX)
    return np.asarray(small, np.float32) / np.float32(255)


def lay(
    background: Surface,
    cover: Field,
    colour: np.ndarray,
    *,
    light: float = 0.0,
    far: float = 0.0,
    depth: float = 0.0,
) -> Surface:
    """`colour` (3,) with opacity `cover`, and its shadow: `far` pixels away from the `light`
    (radians), darker by `depth`."""
    right, down = round(-far * math.cos(light)), round(-far * math.sin(light))
    shadow = np.roll(cover, (down, right), (0, 1))
    shaded = background * (1 - np.float32(depth) * shadow)[..., None]
    return np.asarray(np.clip(blend(shaded, colour, cover), 0, 255), np.float32)
