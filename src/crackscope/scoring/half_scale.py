"""A second look at half the scale, which tells cracks from the lines of a pattern.

At half the scale the network sees four times the area. A crack is a line at both scales, a joint or
the edge of a board often at only one, and a gaping crack is found at half the scale where it is too
wide for the full one. The logits of both are combined by a `Blend` fitted to synthetic photos
(docs/decisions/0031).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from crackscope.models.parts import CELL, PLACE, Span
from crackscope.runtimes import Network
from crackscope.runtimes.outputs import finite
from crackscope.types import Pixels

Floats = NDArray[np.float32]
_AROUND = 6
"""Cells around the wanted ones that are also seen: three of half the scale."""
_PLACES = CELL // PLACE


@dataclass(frozen=True)
class Blend:
    """Combines the crack logits of a place: `full` times that at full scale plus `half` times that
    at half the scale plus `bias`, a logistic regression on both.

    A tile whose logits at full scale stay below `above` is not looked at again: they then count for
    both scales.
    """

    full: float
    half: float
    bias: float
    above: float = -np.inf

    def __call__(self, full: Floats, half: Floats) -> Floats:
        """Logits of both scales -> the combined ones, of the same shape; raises BundleError if they
        overflow."""
        with np.errstate(over="ignore", invalid="ignore"):
            both = np.asarray(self.full * full + self.half * half + self.bias, np.float32)
        return finite("combined logits of lines", both)


@dataclass(frozen=True, eq=False)
class Decoded:
    """A tile of a block: `logits` at the places of its cells, `rows` and `columns` of the block."""

    rows: Span
    columns: Span
    logits: Floats


@dataclass(frozen=True)
class HalfScale:
    """Logits at half the scale, interpolated to the places of the full one.

    `logits` (R, C) of a part of a block whose first cell is `corner`, (row, column) in the block.
    """

    logits: Floats
    corner: Span

    def at(self, rows: Span, columns: Span) -> Floats:
        """The logits at the places of some cells of the block."""
        (top, bottom), (left, right) = (
            ((start - first) * _PLACES, (stop - first) * _PLACES)
            for (start, stop), first in zip((rows, columns), self.corner, strict=True)
        )
        return self.logits[top:bottom, left:right]


def blended(
    network: Network, blend: Blend, pixels: Pixels, tiles: Sequence[Decoded]
) -> Iterator[Decoded]:
    """The tiles of a block, with the logits of both scales combined.

    `pixels` (h * 32, w * 32, 3) uint8 are those of the block.
    """
    again = [bool(tile.logits.max() >= blend.above) for tile in tiles]
    cells = [(tile.rows, tile.columns) for tile, wanted in zip(tiles, again, strict=True) if wanted]
    half = look(network, pixels, cells) if cells else None
    for tile, wanted in zip(tiles, again, strict=True):
        seen = half.at(tile.rows, tile.columns) if half and wanted else tile.logits
        yield replace(tile, logits=blend(tile.logits, seen))


def look(network: Network, pixels: Pixels, wanted: Sequence[tuple[Span, Span]]) -> HalfScale:
    """Look at the smallest part of a block that includes the wanted cells, rows and columns.

    `pixels` (h * 32, w * 32, 3) uint8 are those of the block.
    """
    inner = [_bounds([cells[axis] for cells in wanted]) for axis in (0, 1)]
    counts = [side // CELL for side in pixels.shape[:2]]
    outer = [_around(*span, count) for span, count in zip(inner, counts, strict=True)]
    seen = _halved(of_cells(pixels, outer[0], outer[1]))
    halves = [side // CELL for side in seen.shape[:2]]
    spans = [
        _halves(span[0] - ends[0], span[1] - ends[0], count)
        for span, ends, count in zip(inner, outer, halves, strict=True)
    ]
    logits = network.lines(seen, network.maps(seen), spans[0], spans[1])
    corner = [ends[0] + 2 * span[0] for span, ends in zip(spans, outer, strict=True)]
    return HalfScale(doubled(logits), (corner[0], corner[1]))


def of_cells(pixels: Pixels, rows: Span, columns: Span) -> Pixels:
    """The pixels of some cells of a block."""
    return pixels[CELL * rows[0] : CELL * rows[1], CELL * columns[0] : CELL * columns[1]]


def doubled(values: Floats) -> Floats:
    """(R, C) -> (2 R, 2 C): bilinear, with the border values continued."""
    return _doubled_rows(_doubled_rows(values).T).T


def _doubled_rows(rows: Floats) -> Floats:
    edged = np.concatenate([rows[:1], rows, rows[-1:]])
    near = np.float32(0.75) * rows
    found = np.empty((2 * len(rows), rows.shape[1]), np.float32)
    found[0::2] = near + np.float32(0.25) * edged[:-2]
    found[1::2] = near + np.float32(0.25) * edged[2:]
    return found


def _bounds(spans: Sequence[Span]) -> Span:
    return min(start for start, _ in spans), max(stop for _, stop in spans)


def _around(start: int, stop: int, count: int) -> Span:
    """The cells that are seen: an even number before the wanted ones, so that cells of half the
    scale lie on the same cells of the photo in every block."""
    return start - min(_AROUND, start // 2 * 2), min(count, stop + _AROUND)


def _halves(start: int, stop: int, count: int) -> Span:
    """Cells as cells of half the scale, with one more on both sides to interpolate from."""
    return max(0, start // 2 - 1), min(count, -(-stop // 2) + 1)


def _halved(pixels: Pixels) -> Pixels:
    """Half the scale: means of 2 x 2 pixels, with a last odd cell continued to a whole one."""
    odd = [side % (2 * CELL) for side in pixels.shape[:2]]
    if any(odd):
        pixels = np.pad(pixels, ((0, odd[0]), (0, odd[1]), (0, 0)), mode="edge")
    return np.asarray(Image.fromarray(np.ascontiguousarray(pixels)).reduce(2))
