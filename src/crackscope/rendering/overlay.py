"""A photo with its scores on it: heat map, outlined regions with their ids, a legend."""

from collections.abc import Sequence
from functools import cache

import numpy as np
import simplejpeg
from PIL import Image, ImageDraw, ImageFont

from crackscope.images import exif
from crackscope.rendering import colour
from crackscope.types import Box, Photo, PhotoResult, Pixels, Region, WindowScores

LONG_SIDE = 2048
_LEGEND_WIDTH = 240
_QUALITY = 85
_STRONGEST = 0.45
"""Opacity of the heat map where the score is 1: the crack has to stay visible below it."""
_INK, _PAPER = (255, 255, 255), (24, 24, 27)


def render(photo: Photo, windows: WindowScores, result: PhotoResult) -> bytes:
    """The overlay as JPEG with the photo's own EXIF, its long side at most 2048 px."""
    canvas = draw(photo, windows, result)
    jpeg = bytes(simplejpeg.encode_jpeg(canvas, quality=_QUALITY, colorsubsampling="420"))
    height, width = canvas.shape[:2]
    return exif.insert(jpeg, exif.for_copy(photo.exif, width, height))


def draw(photo: Photo, windows: WindowScores, result: PhotoResult) -> Pixels:
    """The overlay as (H, W, 3) uint8 RGB: the photo, scaled down to fit, above its legend."""
    font_size = _font_size(photo)
    strip = 2 * font_size
    ratio = min(1.0, LONG_SIDE / photo.width, (LONG_SIDE - strip) / photo.height)
    small = _scaled(photo.pixels, ratio)
    _heat(small, windows, ratio)
    height, width = small.shape[:2]
    picture = Image.new("RGB", (max(width, _LEGEND_WIDTH), height + strip), _PAPER)
    picture.paste(Image.fromarray(small), (0, 0))
    pen = ImageDraw.Draw(picture)
    _outline(pen, windows, result.threshold or 0.0, ratio, max(1, font_size // 8))
    _number(pen, windows, result.regions, ratio, font_size)
    _legend(pen, result, picture.size, font_size)
    return np.asarray(picture)


def _font_size(photo: Photo) -> int:
    return max(12, min(LONG_SIDE, max(photo.width, photo.height)) // 64)


def _scaled(pixels: Pixels, ratio: float) -> Pixels:
    """A copy to draw on."""
    if ratio == 1.0:
        return pixels.copy()
    height, width = pixels.shape[:2]
    size = (max(1, round(width * ratio)), max(1, round(height * ratio)))
    image = Image.fromarray(pixels).resize(size, Image.Resampling.BILINEAR, reducing_gap=1.5)
    return np.array(image)


def _heat(pixels: Pixels, windows: WindowScores, ratio: float) -> None:
    """Tint each window by its score, in place; where windows overlap, the higher score shows."""
    sharp = pixels.copy()
    for index in np.argsort(windows.scores):
        score = float(windows.scores[index])
        opacity = round(256 * _STRONGEST * score)
        if opacity == 0:
            continue
        box = windows.tiles[index].box
        x0, y0, x1, y1 = (round(value * ratio) for value in box.to_list())
        tint = np.array(colour.of_score(score), np.uint16) * opacity
        part = sharp[y0:y1, x0:x1].astype(np.uint16) * (256 - opacity)
        pixels[y0:y1, x0:x1] = (part + tint) >> 8


def _outline(
    pen: ImageDraw.ImageDraw, windows: WindowScores, threshold: float, ratio: float, line: int
) -> None:
    """Line round the windows of each region; white on black stands out from any concrete."""
    mask = np.pad(windows.grid() >= threshold, 1)
    edges = []
    for tile in windows.tiles:
        row, column = tile.row + 1, tile.column + 1
        if not mask[row, column]:
            continue
        x0, y0, x1, y1 = _fitted(tile.box, ratio)
        sides = {
            (x0, y0, x1, y0): mask[row - 1, column],
            (x0, y1, x1, y1): mask[row + 1, column],
            (x0, y0, x0, y1): mask[row, column - 1],
            (x1, y0, x1, y1): mask[row, column + 1],
        }
        edges += [side for side, goes_on in sides.items() if not goes_on]
    for fill, width in ((_PAPER, 3 * line), (_INK, line)):
        for edge in edges:
            pen.line(edge, fill=fill, width=width)


def _number(
    pen: ImageDraw.ImageDraw,
    windows: WindowScores,
    regions: Sequence[Region],
    ratio: float,
    font_size: int,
) -> None:
    """Each region's id, in the corner of its highest window."""
    font = _font(font_size)
    best = {
        region.id: next(
            tile.box
            for tile, score in zip(windows.tiles, windows.scores, strict=True)
            if score == region.score and tile.box.union(region.box) == region.box
        )
        for region in regions
    }
    for name, box in best.items():
        x0, y0, _, _ = _fitted(box, ratio)
        text = f" {name} "
        right, bottom = x0 + font.getlength(text) + 1, y0 + font_size * 1.3
        pen.rectangle((x0, y0, right, bottom), fill=_PAPER, outline=_INK)
        pen.text((x0 + 1, y0), text, fill=_INK, font=font)


def _fitted(box: Box, ratio: float) -> tuple[int, int, int, int]:
    """The corners on the scaled photo, the last pixel included."""
    x0, y0, x1, y1 = (round(value * ratio) for value in box.to_list())
    return x0, y0, x1 - 1, y1 - 1


def _legend(
    pen: ImageDraw.ImageDraw, result: PhotoResult, size: tuple[int, int], font_size: int
) -> None:
    """Verdict and score on the left; on the right the scale, with a mark at the threshold."""
    width, height = size
    top = height - 2 * font_size
    middle = top + font_size
    text = f"{result.verdict}  {result.score:.3f}"
    pen.text((font_size // 2, middle), text, fill=_INK, font=_font(font_size), anchor="lm")
    length = min(width // 3, 20 * font_size)
    left = width - length - 2 * font_size
    bar = (top + round(0.6 * font_size), top + round(1.4 * font_size))
    for step in range(length):
        shade = colour.of_score(step / (length - 1))
        pen.line((left + step, bar[0], left + step, bar[1]), fill=shade)
    mark = left + round((result.threshold or 0.0) * (length - 1))
    pen.line((mark, bar[0] - 3, mark, bar[1] + 3), fill=_INK, width=max(1, font_size // 8))
    pen.text((left - 3, middle), "0", fill=_INK, font=_font(font_size), anchor="rm")
    pen.text((left + length + 3, middle), "1", fill=_INK, font=_font(font_size), anchor="lm")


@cache
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)
