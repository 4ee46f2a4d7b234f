"""Overlays: a photo with its cracks or regions, their ids, a heat map and a legend."""

from collections.abc import Sequence
from functools import cache
from math import ceil

import numpy as np
import simplejpeg
from PIL import Image, ImageDraw, ImageFont

from crackscope.images import exif
from crackscope.types import Crack, Photo, PhotoResult, Pixels, Region, ScoreMap, shown

LONG_SIDE = shown.LONG_SIDE
LARGEST = 65_500
"""Largest side of a JPEG file in pixels."""
_FAR = 4 / 3
_LEGEND_WIDTH = 240
WIDEST_LEGEND = 360
"""Width of the legend with a colour scale in pixels. Overlays are at least as wide."""
_LETTERS = 28
"""Width of the complete legend, in multiples of its font size."""
_QUALITY = 85
_NAMED = 60
"""Number of cracks of a photo that get an id: more would be unreadable."""
_INK, _PAPER = (255, 255, 255), (24, 24, 27)


def render(
    photo: Photo,
    found: ScoreMap,
    result: PhotoResult,
    long_side: int = LONG_SIDE,
    heat_map: bool | None = None,
) -> bytes:
    """The overlay as JPEG with the photo's own EXIF, of at most `long_side` px."""
    canvas = draw(photo, found, result, long_side, heat_map)
    colours = "444" if result.cracks else "420"  # thin lines need theirs at full resolution
    jpeg = bytes(simplejpeg.encode_jpeg(canvas, quality=_QUALITY, colorsubsampling=colours))
    height, width = canvas.shape[:2]
    return exif.insert(jpeg, exif.for_copy(photo.exif, width, height))


def draw(
    photo: Photo,
    found: ScoreMap,
    result: PhotoResult,
    long_side: int = LONG_SIDE,
    heat_map: bool | None = None,
) -> Pixels:
    """The overlay as (H, W, 3) uint8 RGB: the photo, scaled down to fit, above its legend.

    `heat_map` tints the photo by the scores of its windows; None: only if the model has no lines.
    """
    tall, wide = (int(edges[-1]) for edges in found.borders())
    font_size = max(12, min(long_side, max(wide, tall)) // 64)
    strip = 2 * font_size
    there = photo.pixels.shape[1] / wide  # less than 1 where the photo is a reduced copy
    ratio = _ratio(min(there, long_side / wide, (long_side - strip) / tall))
    width, height = max(1, int(wide * ratio)), max(1, int(tall * ratio))
    small = _scaled(photo.pixels, width, height)
    heat_map = result.cracks is None if heat_map is None else heat_map
    _paint(small, found if heat_map else None, result.cracks or (), ratio)
    least = WIDEST_LEGEND if heat_map else _LEGEND_WIDTH
    canvas = Image.new("RGB", (max(width, least), height + strip), _PAPER)
    canvas.paste(Image.fromarray(small), (0, 0))
    pen = ImageDraw.Draw(canvas)
    _outline(pen, result.regions, ratio, max(1, font_size // 8))
    _number(pen, result.regions, ratio, font_size)
    if result.cracks:
        _label(pen, result.cracks, ratio, (width, height), font_size)
    _legend(canvas, result, font_size, heat_map)
    return np.asarray(canvas)


def _paint(pixels: Pixels, heat: ScoreMap | None, cracks: Sequence[Crack], ratio: float) -> None:
    """Tint the scaled photo by window scores, if given, and draw its cracks, in place."""
    if heat is not None:
        from crackscope.rendering import heat_map

        heat_map.tint(pixels, heat)
    if cracks:
        from crackscope.rendering import crack_lines

        crack_lines.draw(pixels, cracks, ratio)


def _ratio(most: float) -> float:
    """Scale of the photo: a half, a third and so on if that is close to `most`. The mean of whole
    pixels is sharper and faster than interpolation."""
    whole = ceil(1 / most)
    return 1 / whole if whole * most <= _FAR else most


def _scaled(pixels: Pixels, width: int, height: int) -> Pixels:
    """A copy to draw on."""
    if pixels.shape[:2] == (height, width):
        return pixels.copy()
    image = Image.fromarray(pixels)
    return np.array(image.resize((width, height), Image.Resampling.BILINEAR, reducing_gap=1.0))


def _outline(pen: ImageDraw.ImageDraw, regions: Sequence[Region], ratio: float, line: int) -> None:
    """Outline each region; white on black stands out from any concrete."""
    for fill, width in ((_PAPER, 3 * line), (_INK, line)):
        for region in regions:
            corners = [_fitted(corner, ratio) for corner in region.outline]
            pen.line([*corners, *corners[:2]], fill=fill, width=width)


def _number(
    pen: ImageDraw.ImageDraw, regions: Sequence[Region], ratio: float, font_size: int
) -> None:
    """Write each region's id at the first corner of its outline."""
    font = _font(font_size)
    for region in reversed(regions):  # the most important on top
        x0, y0 = _fitted(region.outline[0], ratio)
        text = f" {region.id} "
        right, bottom = x0 + font.getlength(text) + 1, y0 + font_size * 1.3
        pen.rectangle((x0, y0, right, bottom), fill=_PAPER, outline=_INK)
        pen.text((x0 + 1, y0), text, fill=_INK, font=font)


def _label(
    pen: ImageDraw.ImageDraw,
    cracks: Sequence[Crack],
    ratio: float,
    size: tuple[int, int],
    font_size: int,
) -> None:
    """Write ids beside the first cracks, each with a leader to its crack."""
    from crackscope.rendering import labels

    font, high = _font(font_size), round(font_size * 1.3)
    named = cracks[:_NAMED]
    text = [(int(font.getlength(f" {crack.id} ")) + 2, high) for crack in named]
    for label in labels.place(cracks, ratio, size, text):
        for fill, width in ((_PAPER, 5), (_INK, 2)):
            pen.line((label.start, label.end), fill=fill, width=width)
        pen.rectangle(label.box, fill=_PAPER, outline=_INK)
        pen.text((label.box[0] + 2, label.box[1]), f" {label.id} ", fill=_INK, font=font)


def _fitted(corner: tuple[int, int], ratio: float) -> tuple[int, int]:
    """A corner on the scaled photo, kept inside at the right and lower border."""
    x, y = (max(0, round(value * ratio) - 1) for value in corner)
    return x, y


def _legend(canvas: Image.Image, result: PhotoResult, font_size: int, heat_map: bool) -> None:
    """Verdict and score on the left; with a heat map also the threshold, and the colour scale with
    a mark at the threshold on the right."""
    pen, font = ImageDraw.Draw(canvas), _font(font_size)
    width, height = canvas.size
    top = height - 2 * font_size
    middle = top + font_size
    text = f"{result.verdict}  {result.score:.3f}"
    if heat_map:
        text += f"   | threshold {result.threshold:.3f}"
        font = _font(min(font_size, width // _LETTERS))
    pen.text((font_size // 2, middle), text, fill=_INK, font=font, anchor="lm")
    if not heat_map:
        return
    from crackscope.rendering import heat_map as heat_maps

    heat_maps.draw_scale(canvas, result.threshold or 0.0, font_size, font)


@cache
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)
