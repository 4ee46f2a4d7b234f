"""The pixels of a large photo, read from top to bottom, sliced like an array."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from threading import Lock

import numpy as np
from PIL import Image

from crackscope.images.signature import truncated
from crackscope.types import Box, Pixels

_REDUCED_SIDE = 2048
"""Minimum long side of the reduced copy in pixels; it is less than twice as long."""


class RowReader:
    """(height, width, 3) uint8 from `strips` of full rows, each (h, width, 3).

    `rows[y0:y1, x0:x1]` returns a copy. Rows above the last y0 are discarded, so y0 must not
    decrease, except for boxes passed to `keep` before. `again` reads the strips once
    more. Thread-safe.
    """

    dtype = np.dtype(np.uint8)

    def __init__(
        self,
        width: int,
        height: int,
        strips: Iterator[Pixels],
        again: Callable[[], Iterator[Pixels]] | None = None,
    ) -> None:
        self.shape = (height, width, 3)
        self._strips = strips
        self._again = again
        self._held: deque[tuple[int, Pixels]] = deque()
        self._end = 0
        self._kept: dict[Box, Pixels] = {}
        self._reduced = _Reduced(width, height)
        self._lock = Lock()

    def keep(self, boxes: Sequence[Box]) -> None:
        """Keep the pixels of these boxes for later access."""
        self._kept = {box: np.zeros((box.height, box.width, 3), np.uint8) for box in boxes}

    def __getitem__(self, part: tuple[slice, slice]) -> Pixels:
        rows, columns = part
        box = Box(columns.start, rows.start, columns.stop, rows.stop)
        with self._lock:
            if box in self._kept and self._end >= box.y1:
                return self._kept[box]
            self._move_to(box)
            held = [strip[max(0, box.y0 - top) : max(0, box.y1 - top)] for top, strip in self._held]
        return np.concatenate([strip[:, box.x0 : box.x1] for strip in held])

    def again(self) -> Iterator[Pixels]:
        """Read the strips once more from the top, while the file is open."""
        if self._again is None:
            raise ValueError("rows can be read once more only if `again` says how")
        return self._again()

    def reduced(self) -> Pixels:
        """The whole photo, its long side 2048 to 4095 px; call after all rows have been read."""
        return self._reduced.pixels

    def _move_to(self, box: Box) -> None:
        """Discard the rows above the box, and read the rows down to its end."""
        while self._held and self._held[0][0] + len(self._held[0][1]) <= box.y0:
            self._held.popleft()
        while self._end < box.y1:
            self._read(box.y0)
        if self._held[0][0] > box.y0:
            raise ValueError(f"y0 must be at least {self._held[0][0]}. Received: {box.y0}")

    def _read(self, top: int) -> None:
        strip = next(self._strips, None)
        if strip is None:
            raise truncated()
        begin, self._end = self._end, self._end + len(strip)
        self._reduced.add(strip)
        for box, pixels in self._kept.items():
            y0, y1 = max(box.y0, begin), min(box.y1, self._end)
            if y0 < y1:
                part = strip[y0 - begin : y1 - begin, box.x0 : box.x1]
                pixels[y0 - box.y0 : y1 - box.y0] = part
        if self._end > top:
            self._held.append((begin, strip))


class _Reduced:
    """A copy in which each pixel is the mean of a square, computed while rows are read."""

    def __init__(self, width: int, height: int) -> None:
        self._side = max(1, max(width, height) // _REDUCED_SIDE)
        rows, columns = -(-height // self._side), -(-width // self._side)
        self.pixels = np.zeros((rows, columns, 3), np.uint8)
        self._rest = np.empty((0, width, 3), np.uint8)
        self._left, self._done = height, 0

    def add(self, rows: Pixels) -> None:
        while len(rows):
            taken = rows[: self._side - len(self._rest)]
            rows = rows[len(taken) :]
            self._left -= len(taken)
            self._rest = np.concatenate([self._rest, taken])
            if len(self._rest) == self._side or self._left == 0:
                self.pixels[self._done] = np.asarray(Image.fromarray(self._rest).reduce(self._side))
                self._done += 1
                self._rest = self._rest[:0]
