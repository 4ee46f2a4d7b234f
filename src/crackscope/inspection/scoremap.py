"""The score of every window of a photo in one pass.

The network is convolutional: it runs once over the photo, in blocks, and gives features for cells
of a few pixels (32 for MobileNetV2). A window is a square of cells; its features are their mean,
and the head makes its score of them. So windows a cell apart cost no more than disjoint ones.

What lies beyond a window counts a little, where a patch alone has a border of zeros: a crack that
only touches a window is seen better here (docs/decisions/0013).
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from math import ceil
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from crackscope.errors import BundleError
from crackscope.models.bundle import CELLS, Bundle
from crackscope.runtimes import BLOCK
from crackscope.tiles.blocks import spans, with_halo
from crackscope.types import Photo, Pixels, ScoreMap

Floats = NDArray[np.float32]
Network = Callable[[Pixels], Floats]
"""(h * stride, w * stride, 3) uint8 RGB -> features of its cells (h, w, F) float32."""

HALO = 4
"""Cells around a block that are computed and thrown away: measured, see docs/decisions/0013."""
_LARGE_PIXELS, _BLOCK_OF_LARGE = 50_000_000, 32
"""Photos above get blocks of half the side, though not below that, for the sake of memory."""
_STRETCH = 1.25
_STRIP = 256
"""Rows of pixels that are resized at a time."""
_CELLS_AT_ONCE, _PIXELS_AT_ONCE, _LEAST_ROWS = 2**16, 2**27, 4
"""What bounds the memory for a photo however wide: 340 MB of features, 400 MB of pixels."""


@dataclass(frozen=True)
class Pooling:
    """From cells to window scores: `side` × `side` cells of `stride` network pixels are a window of
    `window` photo pixels; `kernel` (F,) and `bias` are the logistic unit of the head."""

    kernel: Floats
    bias: float
    stride: int
    side: int
    window: int

    def cells(self, pixels: int, scale: float = 1.0) -> int:
        """How many cells lie along a side of the photo: at least those of one window."""
        count = round(pixels * scale * self.side / self.window)
        return self.side if count <= _STRETCH * self.side else count

    def scores(self, rows: Iterable[Floats]) -> NDArray[np.float64]:
        """Features (C, F) of each of R rows of cells -> (R - side + 1, C - side + 1) probabilities.

        No more than a window's rows are held, which stay in the processor's cache.
        """
        held: deque[Floats] = deque()
        logits = []
        below = np.zeros(1, np.float32)
        for row in rows:
            held.append(row)
            below = below + row
            if len(held) > self.side:
                below -= held.popleft()
            if len(held) == self.side:
                logits.append(self._logits(below))
        return np.asarray(1.0 / (1.0 + np.exp(-(np.array(logits, np.float64) + self.bias))))

    def _logits(self, below: Floats) -> Floats:
        """Of the windows of a row, from the sums (C, F) of the cells below one another."""
        windows = len(below) - self.side + 1
        pooled = below[:windows].copy()
        for offset in range(1, self.side):
            pooled += below[offset : windows + offset]
        pooled /= np.abs(pooled) + self.side**2  # the mean, then softsign as in the network
        return np.asarray(pooled @ self.kernel)

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """The content of cells.npz."""
        return {name: np.asarray(value) for name, value in vars(self).items()}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> "Pooling":
        """Back from `to_arrays`; raises KeyError or ValueError where that is not it."""
        stride, side, window = (int(arrays[name]) for name in ("stride", "side", "window"))
        return cls(arrays["kernel"].astype(np.float32), float(arrays["bias"]), stride, side, window)


def load(bundle: Bundle) -> Pooling | None:
    """How the bundle pools; None where its network can score single windows only."""
    if not (bundle.folder / CELLS).is_file():
        return None
    try:
        return Pooling.from_arrays(bundle.arrays(CELLS))
    except (ValueError, KeyError, TypeError) as error:
        raise BundleError(f"{bundle.folder / CELLS} cannot be read: {error!r}") from error


@dataclass(frozen=True)
class ScoreMapper:
    """Scores the windows of a photo, a cell apart; they cover every pixel.

    The photo is resized so that whole cells fill it: by `scale` times the network's own scale, and
    by at most half a cell more or less along each side. `block` is how many cells, or gives how
    many, are computed at once along a side, with `halo` more around them that are thrown away;
    `threads` blocks are computed at a time. The map depends on none of them.
    """

    network: Network
    pooling: Pooling
    scale: float = 1.0
    block: int | Callable[[], int] = BLOCK
    halo: int = HALO
    threads: int = 1

    def takes(self, photo: Photo) -> bool:
        """Whether the photo is more than one window, which is better scored as it is."""
        return self.scale != 1.0 or max(self._shape(photo)) > self.pooling.side

    def __call__(self, photo: Photo) -> ScoreMap:
        """The map of one photo."""
        with ThreadPoolExecutor(self.threads, thread_name_prefix="blocks") as pool:
            scores = self.pooling.scores(self._rows(photo, pool))
        return ScoreMap.even(scores, self.pooling.side, photo.width, photo.height)

    def _rows(self, photo: Photo, pool: Executor) -> Iterator[Floats]:
        """The features (C, F) of each row of cells, from top to bottom."""
        shape = rows, columns = self._shape(photo)
        block = min(self._block(photo), max(BLOCK, ceil(columns / 2)))  # for two threads
        parts = spans(columns, block)
        for band in spans(rows, self._rows_at_once(photo, shape)):
            blocks = list(pool.map(partial(self._cells, photo, shape, band), parts))
            yield from map(np.concatenate, zip(*blocks, strict=True))
            del blocks  # before the next band takes as much

    def frame(self, photo: Photo) -> ScoreMap:
        """Where the windows of a photo lie; their scores are 0."""
        rows, columns = self._shape(photo)
        side = self.pooling.side
        scores = np.zeros((rows - side + 1, columns - side + 1))
        return ScoreMap.even(scores, side, photo.width, photo.height)

    def _shape(self, photo: Photo) -> tuple[int, int]:
        """How many cells the photo has, (rows, columns)."""
        rows = self.pooling.cells(photo.height, self.scale)
        return rows, self.pooling.cells(photo.width, self.scale)

    def _block(self, photo: Photo) -> int:
        block = self.block() if callable(self.block) else self.block
        large = photo.width * photo.height > _LARGE_PIXELS
        return min(block, max(_BLOCK_OF_LARGE, block // 2)) if large else block

    def _rows_at_once(self, photo: Photo, shape: tuple[int, int]) -> int:
        """How many rows of cells make a band: a block, or fewer where the photo is wide."""
        rows, columns = shape
        fitting = int(_PIXELS_AT_ONCE * rows / (photo.width * photo.height)) - 2 * self.halo
        return min(self._block(photo), max(_LEAST_ROWS, min(fitting, _CELLS_AT_ONCE // columns)))

    def _cells(
        self, photo: Photo, shape: tuple[int, int], band: tuple[int, int], part: tuple[int, int]
    ) -> Floats:
        """Features of the cells of one block, of the photo's `shape` of cells."""
        (top, bottom), (left, right) = (
            with_halo(*span, self.halo, count)
            for span, count in zip((band, part), shape, strict=True)
        )
        tall, wide = photo.height / shape[0], photo.width / shape[1]
        box = (left * wide, top * tall, right * wide, bottom * tall)
        stride = self.pooling.stride
        size = ((right - left) * stride, (bottom - top) * stride)
        cells = self.network(_resized(photo.pixels, box, size))
        return cells[band[0] - top : band[1] - top, part[0] - left : part[1] - left]


def _resized(
    pixels: Pixels, box: tuple[float, float, float, float], size: tuple[int, int]
) -> Pixels:
    """A part of the photo, bilinear, as if the whole had been resized: blocks leave no seams.

    Strip by strip, which stays in the processor's cache.
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
    """The pixels of `count` along a side that count where a part is resized by 1 / `step`."""
    margin = 2 + ceil(step)
    return max(0, int(start) - margin), min(count, ceil(stop) + margin)
