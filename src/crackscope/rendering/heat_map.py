"""Heat maps: photos tinted by the scores of their windows, and the scale of their colours."""

from functools import cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from crackscope.rendering import colour
from crackscope.types import Pixels, ScoreMap

_STRONGEST = 0.45
"""Opacity at score 1: the crack has to stay visible below it."""
_INK = (255, 255, 255)


def tint(pixels: Pixels, found: ScoreMap) -> None:
    """Tint the area of each window by its score, in place."""
    height, width = pixels.shape[:2]
    rows, columns = (
        np.searchsorted(edges[1:-1], (np.arange(side) + 0.5) * edges[-1] / side, side="right")
        for edges, side in zip(found.borders(), (height, width), strict=True)
    )
    opacity = np.rint(256 * _STRONGEST * found.scores).astype(np.uint16)[..., None].repeat(3, 2)
    tint = _tints()[np.rint(255 * found.scores).astype(np.intp)] * opacity
    for row in np.unique(rows):  # one row of windows at a time, to limit memory
        strip = slice(*np.searchsorted(rows, (row, row + 1)))
        mixed = pixels[strip] * (256 - opacity[row][columns]) + tint[row][columns]
        pixels[strip] = mixed >> 8


def draw_scale(
    canvas: Image.Image,
    threshold: float,
    font_size: int,
    font: ImageFont.FreeTypeFont | ImageFont.ImageFont,
) -> None:
    """Draw the scale of colours at the lower right of an overlay, with a mark at the threshold."""
    pen, (width, height) = ImageDraw.Draw(canvas), canvas.size
    top = height - 2 * font_size
    middle = top + font_size
    length = min(width // 3, 20 * font_size)
    left = width - length - 2 * font_size
    bar = (top + round(0.6 * font_size), top + round(1.4 * font_size))
    shades = colour.scale(length)[None].repeat(bar[1] + 1 - bar[0], axis=0)
    canvas.paste(Image.fromarray(shades), (left, bar[0]))
    mark = left + round(threshold * (length - 1))
    pen.line((mark, bar[0] - 3, mark, bar[1] + 3), fill=_INK, width=max(1, font_size // 8))
    pen.text((left - 3, middle), "0", fill=_INK, font=font, anchor="rm")
    pen.text((left + length + 3, middle), "1", fill=_INK, font=font, anchor="lm")


@cache
def _tints() -> NDArray[np.uint16]:
    return np.array([colour.of_score(step / 255) for step in range(256)], np.uint16)
