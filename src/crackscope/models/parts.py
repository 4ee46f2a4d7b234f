"""The maps of a block of a photo, computed by a network in parts that fit in the processor's cache.

The first layers of a network turn a block into maps of hundreds of megabytes, but have a small
receptive field: in small tiles with a thin halo they compute the same values and stay in the
cache. The next layers have smaller maps and a larger receptive field, and run in larger tiles. The
last layers are small, with a receptive field too large for tiles; they run on the map of the whole
block (docs/decisions/0013). `graphs.partition` makes the parts; their weights are stored in the
file of the whole graph.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crackscope import strict_json
from crackscope.grid import spans, with_halo
from crackscope.models.bundle import PARTS, Bundle

PIXELS, SIZE, CELLS, CROP, LINES = "pixels", "size", "cells", "crop", "lines"
"""Names in the graphs: the input image, the height and width that it is resized to, the features
of cells, the decoder's crop and its output."""
STRIDES = (4, 8, 16)
"""Strides of the maps that feed the decoder besides the cells, in network pixels."""
LEVELS = tuple(f"level_{stride}" for stride in STRIDES)
"""Names of these maps (N, C, H / stride, W / stride)."""
CELL = 32
"""Side of a cell in network pixels."""
PLACE = 2
"""Side of a place of the decoder's logits in network pixels."""
HALO = 2
"""Receptive field of the decoder around a tile, in cells."""
FINE_HALO = 16
"""Receptive field of its fine layers around a tile, in network pixels: for the pixels, the map at
stride 4, and the output of the coarse layers."""
NARROWED_STRIDE = 8
"""Stride of the only input of its fine layers from the coarse ones."""
Span = tuple[int, int]
Map = NDArray[Any]
Run = Callable[[Map], Sequence[Map]]
"""A function that runs the graph of a part: from its input to its map and its levels."""


@dataclass
class Mosaic:
    """A map (1, C, h, w), stored as the computed tiles with their halos.

    map = (stored - `zero`) * `scale`: some runtimes compute quantised integers.
    """

    scale: float = 1.0
    zero: int = 0
    _tiles: list[tuple[tuple[Span, Span], NDArray[Any], Span]] = field(
        default_factory=list, repr=False
    )

    def add(self, place: tuple[Span, Span], tile: NDArray[Any], corner: Span = (0, 0)) -> None:
        """Add a tile, starting at `corner`, as the source of these rows and columns."""
        self._tiles.append((place, tile, corner))

    @classmethod
    def whole(cls, map_: NDArray[Any], scale: float = 1.0, zero: int = 0) -> "Mosaic":
        """A mosaic of one tile."""
        made = cls(scale, zero)
        made.add(((0, map_.shape[2]), (0, map_.shape[3])), map_)
        return made

    def region(self, rows: Span, columns: Span) -> NDArray[np.float32]:
        """A copy (1, C, rows, columns) of a region inside the map."""
        found: NDArray[np.float32] | None = None
        for place, tile, corner in self._tiles:
            common = [
                (max(ours[0], theirs[0]), min(ours[1], theirs[1]))
                for ours, theirs in zip((rows, columns), place, strict=True)
            ]
            if any(start >= stop for start, stop in common):
                continue
            if found is None:
                size = (rows[1] - rows[0], columns[1] - columns[0])
                found = np.empty((*tile.shape[:2], *size), np.float32)
            here = _slices(common, (rows[0], columns[0]))
            found[:, :, *here] = tile[:, :, *_slices(common, corner)]
        if found is None:
            raise ValueError(f"rows {rows}, columns {columns} are outside the map")
        if (self.scale, self.zero) != (1.0, 0):
            found -= self.zero
            found *= np.float32(self.scale)
        return found


@dataclass(frozen=True)
class Maps:
    """The features of a block's cells (h, w, F) float32, and by name the finer maps for the
    decoder: empty if the network has no decoder."""

    cells: NDArray[np.float32]
    levels: Mapping[str, Mosaic] = field(default_factory=dict)


@dataclass(frozen=True)
class Level:
    """An extra output of a part, for the decoder: `name` there, `value` in the graph.

    `stride` is relative to the input of the part. For `scale` and `zero` see `Mosaic`.
    """

    name: str
    value: str
    stride: int
    scale: float = 1.0
    zero: int = 0

    def __post_init__(self) -> None:
        _require_whole(1, stride=self.stride)
        _require_whole(-255, zero=self.zero)
        if not isinstance(self.scale, int | float):
            raise ValueError(f"scale must be a number. Received: {self.scale!r}")


@dataclass(frozen=True)
class Part:
    """A graph in the file `file` that computes the map `gives`, (1, C, h, w), from `takes`.

    The input has h and w times `stride` places, along the axis `rows` and the next. Tiles of
    `tile` places of the map are exact with a `halo` before and after them; None: no tiles.
    """

    file: str
    takes: str
    gives: str
    rows: int = 2
    stride: int = 1
    tile: int | None = None
    halo: tuple[int, int] = (0, 0)
    levels: tuple[Level, ...] = ()

    def __post_init__(self) -> None:
        tile = 1 if self.tile is None else self.tile
        before, behind = self.halo
        _require_whole(1, rows=self.rows, stride=self.stride, tile=tile)
        _require_whole(0, halo=before)
        _require_whole(0, halo=behind)

    @property
    def outputs(self) -> list[str]:
        """The outputs of a `Run`, by their names in the graph."""
        return [self.gives, *(level.value for level in self.levels)]

    def __call__(self, taken: Map, run: Run, tiled: bool) -> tuple[Map, dict[str, Mosaic]]:
        """The map, and by name the levels, which stay in tiles, since little of them is read."""
        if self.tile is None or not tiled:
            made, *found = run(taken)
            pairs = zip(self.levels, found, strict=True)
            return made, {at.name: Mosaic.whole(tile, at.scale, at.zero) for at, tile in pairs}
        levels = {level.name: Mosaic(level.scale, level.zero) for level in self.levels}
        tall, wide = (count // self.stride for count in taken.shape[self.rows : self.rows + 2])
        whole = None
        for rows, columns in product(spans(tall, self.tile), spans(wide, self.tile)):
            y, x = with_halo(*rows, self.halo, tall), with_halo(*columns, self.halo, wide)
            tile, *found = run(self._of(taken, y, x))
            if whole is None:
                whole = np.empty((*tile.shape[:2], tall, wide), tile.dtype)
            inside = [
                slice(*np.subtract(span, near[0])) for span, near in ((rows, y), (columns, x))
            ]
            whole[:, :, slice(*rows), slice(*columns)] = tile[:, :, *inside]
            for level, finer in zip(self.levels, found, strict=True):
                step = self.stride // level.stride
                places = [(start * step, stop * step) for start, stop in (rows, columns)]
                levels[level.name].add((places[0], places[1]), finer, (y[0] * step, x[0] * step))
        if whole is None:
            raise ValueError(
                f"the input must have at least {self.stride} places per side. "
                f"Received: {taken.shape}"
            )
        return whole, levels

    def _of(self, taken: Map, rows: Span, columns: Span) -> Map:
        """The input of these places of the map."""
        places = [slice(start * self.stride, stop * self.stride) for start, stop in (rows, columns)]
        return taken[(*(slice(None),) * self.rows, *places)]


def encode(
    parts: Sequence[Part], runs: Sequence[Run], pixels: NDArray[np.uint8], tiled: bool
) -> Maps:
    """All maps of a block (H, W, 3), part by part; without `tiled` each on the whole block."""
    made: Map = pixels[None]
    levels: dict[str, Mosaic] = {}
    for part, run in zip(parts, runs, strict=True):
        made, found = part(made, run, tiled)
        levels |= found
    return Maps(np.asarray(made[0], np.float32), levels)


def to_json(parts: Sequence[Part]) -> list[dict[str, Any]]:
    """The content of parts.json."""
    return [asdict(part) for part in parts]


def of_bundle(bundle: Bundle, precision: str) -> tuple[Part, ...]:
    """The parts of the network for a precision; empty if the bundle has none."""
    if not bundle.has(PARTS):
        return ()
    path = bundle.file(PARTS)
    try:
        rows = strict_json.document(path.read_bytes()).get(precision, [])
        return tuple(map(_part, rows))
    except (ValueError, KeyError, TypeError) as error:
        raise bundle.damaged(PARTS, repr(error)) from error


def _part(row: Mapping[str, Any]) -> Part:
    levels = tuple(Level(**level) for level in row["levels"])
    before, behind = row["halo"]
    return Part(**{**row, "levels": levels, "halo": (before, behind)})


def _require_whole(least: int, **values: Any) -> None:
    """Raise ValueError unless each value is a whole number from `least` to a million."""
    for name, value in values.items():
        if not (type(value) is int and least <= value <= 10**6):
            raise ValueError(
                f"{name} must be a whole number from {least} to 1000000. Received: {value!r}"
            )


def _slices(spans: list[Span], corner: Span) -> tuple[slice, ...]:
    """Rows and columns as slices of an array that starts at `corner`."""
    return tuple(
        slice(start - first, stop - first)
        for (start, stop), first in zip(spans, corner, strict=True)
    )
