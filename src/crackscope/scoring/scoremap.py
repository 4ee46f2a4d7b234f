"""Score every window of a photo, and compute the lines of cracks, in one pass of the network.

The network is convolutional: it runs once over the photo, in blocks, and computes features for
cells of a few pixels (32 for MobileNetV2). A window is a square of cells; its features are their
mean, and the head turns them into its score. Overlapping windows with a stride of one cell thus
cost no more than disjoint ones. Near windows with a high score, the decoder computes crack logits
at each place from the same maps.

The surroundings of a window have a small effect, where a single patch is padded with zeros: a crack
that only touches a window is detected better here (docs/decisions/0013).
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from math import ceil

import numpy as np
from numpy.typing import NDArray

from crackscope.grid import spans, with_halo
from crackscope.models.parts import CELL, PLACE, Maps, Span
from crackscope.models.pooling import Floats, Pooling, probabilities
from crackscope.runtimes import BLOCK, Network
from crackscope.runtimes.outputs import finite, fitting
from crackscope.scoring import gate as gates
from crackscope.scoring.gate import TILE, Gate
from crackscope.scoring.half_scale import Blend, Decoded, blended, of_cells
from crackscope.scoring.resized import resized
from crackscope.scoring.scored import LineMap, Scored, Tile
from crackscope.types import Photo, Pixels, ScoreMap

Tiles = dict[tuple[int, int], Tile]

HALO = 4
"""Cells around the windows of a block that are computed and discarded: measured, see
docs/decisions/0013."""
_LARGE_PIXELS, _BLOCK_OF_LARGE = 50_000_000, 32
"""Larger photos get blocks of half the side, but at least this, to save memory."""
_PIXELS_AT_ONCE, _LEAST_ROWS = 2**27, 4
"""Bounds the memory for the pixels of a photo of any width: 400 MB."""
_PLACES = CELL // PLACE
"""Side of a cell in places."""
_LUMA = np.array([77, 150, 29], np.uint16)
"""Weights of red, green and blue in grey, in 1/256 (ITU-R BT.601)."""


@dataclass(frozen=True)
class _Block:
    """The output of a block: logits (R, C, H) of the windows whose middle cell lies in it, placed
    at `corner` in the map, and the decoded tiles."""

    corner: Span
    logits: Floats
    tiles: Tiles


@dataclass(frozen=True)
class ScoreMapper:
    """Scores the windows of a photo with a stride of one cell; they cover every pixel.

    The photo is resized to a whole number of cells: by `scale` times the network's own scale, with
    a correction of at most half a cell along each axis. `block` is the side of a block in cells, or
    a function that returns it; `halo` cells are added around the windows of a block; `threads`
    blocks are computed in parallel. The map depends on none of these. `gate` selects where lines
    are traced; None if the network has none. With `blend`, their logits are combined with those at
    half the scale, which depend a little on what else is seen of the block.
    """

    network: Network
    pooling: Pooling
    gate: Gate | None = None
    blend: Blend | None = None
    scale: float = 1.0
    block: int | Callable[[], int] = BLOCK
    halo: int = HALO
    threads: int = 1

    def takes(self, photo: Photo) -> bool:
        """Whether the photo is larger than one window; a single window is scored directly."""
        return self.scale != 1.0 or max(self._shape(photo)) > self.pooling.side

    def __call__(self, photo: Photo) -> Scored:
        """Score one photo."""
        return self._score(photo, self.gate)

    def all_lines(self, photo: Photo) -> Scored:
        """Score a photo, with lines decoded everywhere."""
        return self._score(photo, gates.ALWAYS)

    def _score(self, photo: Photo, gate: Gate | None) -> Scored:
        shape = rows, columns = self._shape(photo)
        side, tiles, logits = self.pooling.side, Tiles(), None
        with ThreadPoolExecutor(self.threads, thread_name_prefix="blocks") as pool:
            for band in self._spans(rows, self._rows_at_once(photo, shape)):
                compute = partial(self._compute, photo, gate, shape, band)
                for block in pool.map(compute, self._spans(columns, self._across(photo, columns))):
                    if logits is None:
                        size = (rows - side + 1, columns - side + 1, block.logits.shape[2])
                        logits = np.empty(size, np.float32)
                    (top, left), (tall, wide) = block.corner, block.logits.shape[:2]
                    logits[top : top + tall, left : left + wide] = block.logits
                    tiles |= block.tiles
        assert logits is not None, "a photo has blocks"
        scores = probabilities(logits[..., 0])
        return Scored(
            ScoreMap.even(scores, side, photo.width, photo.height),
            logits[..., 1] if logits.shape[2] > 1 else None,
            None if gate is None else self._map(photo, tiles),
        )

    def no_lines(self, photo: Photo) -> LineMap:
        """The empty line map of a photo without decoded tiles."""
        return self._map(photo, {})

    def _map(self, photo: Photo, tiles: Tiles) -> LineMap:
        rows, columns = self._shape(photo)
        size = (rows * _PLACES, columns * _PLACES)
        return LineMap(tiles, TILE * _PLACES, size, photo.width, photo.height)

    def frame(self, photo: Photo) -> ScoreMap:
        """The positions of a photo's windows, with scores of 0."""
        rows, columns = self._shape(photo)
        side = self.pooling.side
        scores = np.zeros((rows - side + 1, columns - side + 1))
        return ScoreMap.even(scores, side, photo.width, photo.height)

    def _shape(self, photo: Photo) -> tuple[int, int]:
        """The size of the photo in cells, (rows, columns)."""
        rows = self.pooling.cells(photo.height, self.scale)
        return rows, self.pooling.cells(photo.width, self.scale)

    def _spans(self, count: int, most: int) -> list[Span]:
        """Blocks along an axis; made of whole tiles if the network has lines."""
        step = 1 if self.gate is None else TILE
        parts = spans(ceil(count / step), max(1, most // step))
        return [(step * start, min(step * stop, count)) for start, stop in parts]

    def _side(self, photo: Photo) -> int:
        """The side of a block in cells."""
        block = self.block() if callable(self.block) else self.block
        large = photo.width * photo.height > _LARGE_PIXELS
        return min(block, max(_BLOCK_OF_LARGE, block // 2)) if large else block

    def _across(self, photo: Photo, columns: int) -> int:
        """The columns of cells in a block: enough blocks for two threads, without a third one just
        to align tiles."""
        half = TILE * ceil(columns / 2 / TILE)
        return min(self._side(photo), max(BLOCK, half))

    def _rows_at_once(self, photo: Photo, shape: tuple[int, int]) -> int:
        """The rows of cells in a band: a block, or fewer if the photo is wide."""
        fitting = (
            int(_PIXELS_AT_ONCE * shape[0] / (photo.width * photo.height))
            - 2 * self._around_block()
        )
        return min(self._side(photo), max(_LEAST_ROWS, fitting))

    def _around_block(self) -> int:
        """Margin of cells around a block: half a window plus the halo."""
        return self.pooling.side // 2 + max(1, self.halo)

    def _compute(
        self, photo: Photo, gate: Gate | None, shape: tuple[int, int], band: Span, part: Span
    ) -> _Block:
        """Compute one block of a photo with `shape` cells."""
        halo, inner = self._around_block(), (band, part)
        outer = [with_halo(*span, halo, count) for span, count in zip(inner, shape, strict=True)]
        pixels = self._pixels(photo, shape, *outer)
        maps, logits = self._maps(pixels, outer)
        owned = [self._owned(*pair) for pair in zip(inner, shape, strict=True)]
        local = tuple(
            slice(start - first, stop - first)
            for (start, stop), (first, _) in zip(owned, outer, strict=True)
        )
        tiles = Tiles()
        if gate is not None:
            asking = gate.asks(self._around(logits[..., 0], shape, outer))
            corner = (outer[0][0], outer[1][0])
            decoded = [
                tile
                for rows, columns in gates.runs(asking, corner, band, part)
                for tile in self._decoded(
                    pixels, maps, _less(rows, corner[0]), _less(columns, corner[1])
                )
            ]
            for tile in self._blended(pixels, decoded):
                at = (tile.rows[0] + corner[0]) // TILE, (tile.columns[0] + corner[1]) // TILE
                tiles[at] = Tile(tile.logits, grey(of_cells(pixels, tile.rows, tile.columns)))
        return _Block((owned[0][0], owned[1][0]), logits[local], tiles)

    def _maps(self, pixels: Pixels, outer: Sequence[Span]) -> tuple[Maps, Floats]:
        """The maps of a block of cells, and the logits of its windows."""
        expected = (*(stop - start for start, stop in outer), len(self.pooling.kernel))
        with fitting():
            maps = self.network.maps(pixels)
            if maps.cells.shape != expected:
                raise ValueError(
                    f"the cells of a block must be {expected}. Received: {maps.cells.shape}"
                )
            logits = self.pooling.logits(maps.cells)
        return maps, finite("logits of windows", logits)

    def _pixels(self, photo: Photo, shape: tuple[int, int], rows: Span, columns: Span) -> Pixels:
        """The network's input for these cells."""
        tall, wide = photo.height / shape[0], photo.width / shape[1]
        box = (columns[0] * wide, rows[0] * tall, columns[1] * wide, rows[1] * tall)
        stride = self.pooling.stride
        size = ((columns[1] - columns[0]) * stride, (rows[1] - rows[0]) * stride)
        return resized(photo.pixels, box, size)

    def _owned(self, span: Span, count: int) -> Span:
        """The windows along an axis whose middle cell lies in a block."""
        middle, most = self.pooling.side // 2, count - self.pooling.side + 1
        start, stop = (min(max(0, edge - middle), most) for edge in span)
        return start, most if span[1] == count else stop

    def _around(self, logits: Floats, shape: tuple[int, int], outer: list[Span]) -> Floats:
        """For each cell of a block, the logit of the window centred on it, or the nearest one."""
        places = []
        for (start, stop), count in zip(outer, shape, strict=True):
            windows = np.arange(start, stop) - self.pooling.side // 2
            known = count - self.pooling.side, stop - start - self.pooling.side
            inside = np.clip(windows, 0, known[0]) - start
            places.append(np.clip(inside, 0, known[1]))
        return np.asarray(logits[np.ix_(*places)])

    def _decoded(self, pixels: Pixels, maps: Maps, rows: Span, columns: Span) -> Iterator[Decoded]:
        """Decode some cells of a block, tile by tile."""
        with fitting():
            logits = self.network.lines(pixels, maps, rows, columns)
        for tile in gates.tiles(columns):
            start, stop = (_PLACES * (edge - columns[0]) for edge in tile)
            yield Decoded(rows, tile, np.ascontiguousarray(logits[:, start:stop]))

    def _blended(self, pixels: Pixels, decoded: Sequence[Decoded]) -> Iterable[Decoded]:
        """Combine the logits of a block with those at half the scale."""
        if self.blend is None:
            return decoded
        with fitting():
            return list(blended(self.network, self.blend, pixels, decoded))


def _less(span: Span, first: int) -> Span:
    """Cells of the photo as cells of a block that starts at `first`."""
    return span[0] - first, span[1] - first


def grey(pixels: Pixels) -> NDArray[np.uint8]:
    """(H, W, 3) RGB -> (H, W)."""
    red, green, blue = (
        pixels[..., channel] * weight for channel, weight in enumerate(_LUMA)
    )  # of 16 bits, which just hold the sum
    return np.asarray((red + green + blue) >> 8, np.uint8)
