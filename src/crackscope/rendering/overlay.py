"""A photo with its scores on it: heat map, outlined regions with their ids, a legend."""

from functools import cache

import numpy as np
import simplejpeg
from PIL import Image, ImageDraw, ImageFont

from crackscope.rendering import colour
from crackscope.types import Photo, PhotoResult, Pixels, WindowScores

LONG_SIDE = 2048
_LEGEND_WIDTH = 240
_QUALITY = 85
_STRONGEST = 0.45
"""Opacity of the heat map where the score is 1: the crack has to stay visible below it."""
_INK, _PAPER = (255, 255, 255), (24, 24, 27)


def render(photo: Photo, windows: WindowScores, result: PhotoResult) -> bytes:
    """The overlay as JPEG, its long side at most 2048 px."""
    canvas = draw(photo, windows, result)
    return bytes(simplejpeg.encode_jpeg(canvas, quality=_QUALITY, colorsubsampling="420"))


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
    _outline(pen, result, ratio, font_size)
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


def _outline(pen: ImageDraw.ImageDraw, result: PhotoResult, ratio: float, font_size: int) -> None:
    """White on black lines, which stand out from any concrete."""
    line = max(1, font_size // 8)
    for region in reversed(result.regions):
        x0, y0, x1, y1 = (round(value * ratio) for value in region.box.to_list())
        pen.rectangle((x0, y0, x1 - 1, y1 - 1), outline=_PAPER, width=2 * line)
        inner = (x0 + line // 2, y0 + line // 2, x1 - 1 - line // 2, y1 - 1 - line // 2)
        pen.rectangle(inner, outline=_INK, width=line)
        text = f" {region.id} "
        label = (x0, y0, x0 + _font(font_size).getlength(text) + 1, y0 + font_size * 1.3)
        pen.rectangle(label, fill=_PAPER, outline=_INK)
        pen.text((x0 + 1, y0), text, fill=_INK, font=_font(font_size))


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
