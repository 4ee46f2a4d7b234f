"""Close-ups of cracks: the photo's own pixels with lines along both edges of the crack."""

from dataclasses import dataclass

import numpy as np
import simplejpeg

from crackscope.images import exif
from crackscope.rendering import crack_lines
from crackscope.rendering.nearness import Discs
from crackscope.types import Box, Crack, Photo, PhotoResult, Pixels
from crackscope.types.shown import CLOSE_UPS

WIDTH, HEIGHT = 320, 240
"""Largest size of a close-up in pixels of the photo."""
_MARGIN = 32
_QUALITY = 70


def of_cracks(photo: Photo, result: PhotoResult) -> dict[int, bytes]:
    """A JPEG for each of the first `CLOSE_UPS` cracks, by id.

    Shows the pixels of the photo, or of its reduced copy if that was all that could be read.
    """
    ratio = photo.width / (result.width or photo.width)
    cracks = result.cracks or ()
    discs = Discs.of((line for crack in cracks for line in crack.lines), ratio)
    boxes = {
        crack.id: place(crack, photo.width, photo.height, ratio) for crack in cracks[:CLOSE_UPS]
    }
    return {number: _jpeg(photo.pixels, box, discs) for number, box in boxes.items()}


def place(crack: Crack, width: int, height: int, ratio: float = 1.0) -> Box:
    """The box of a close-up in an image of `width` x `height` px.

    It holds the whole crack with a margin, or the widest place of a crack that is too large. The
    image shows the photo at `ratio` times its size.
    """
    box = crack.box
    columns = _Span(box.x0 * ratio, box.x1 * ratio, WIDTH, width)
    rows = _Span(box.y0 * ratio, box.y1 * ratio, HEIGHT, height)
    if columns.fits and rows.fits:
        x, y = columns.middle, rows.middle
    else:
        x, y = (np.array(_widest(crack)) * ratio).tolist()
    (x0, x1), (y0, y1) = columns.around(x), rows.around(y)
    return Box(x0, y0, x1, y1)


@dataclass(frozen=True)
class _Span:
    """Extent of a crack along one axis of an image with `side` pixels."""

    start: float
    end: float
    most: int
    side: int

    @property
    def fits(self) -> bool:
        return self.end - self.start + 2 * _MARGIN <= self.most

    @property
    def middle(self) -> float:
        return (self.start + self.end) / 2

    def around(self, middle: float) -> tuple[int, int]:
        """Start and end of the close-up, within the image."""
        shown = min(self.most, self.side)
        first = int(np.clip(round(middle - shown / 2), 0, self.side - shown))
        return first, first + shown


def _widest(crack: Crack) -> tuple[float, float]:
    """The place with the largest mean width over a few points: one wide point may be a stain."""
    best, place = -1.0, (0.0, 0.0)
    for line in crack.lines:
        length = min(len(line), 9)
        means = np.convolve(line[:, 2], np.full(length, 1 / length), mode="valid")
        at = int(means.argmax())
        if means[at] > best:
            x, y, _ = line[at + length // 2].tolist()
            best, place = float(means[at]), (x, y)
    return place


def _jpeg(pixels: Pixels, box: Box, discs: Discs) -> bytes:
    crop = np.array(pixels[box.y0 : box.y1, box.x0 : box.x1])
    crack_lines.draw_part(crop, discs, (box.x0, box.y0))
    jpeg = bytes(simplejpeg.encode_jpeg(crop, quality=_QUALITY, colorsubsampling="444"))
    return exif.insert(jpeg, exif.for_copy(b"", box.width, box.height))
