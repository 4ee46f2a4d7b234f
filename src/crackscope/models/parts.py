"""Run a network in parts, so that a block of a photo fits in the processor's cache.

The first layers of a network turn a block into maps of hundreds of megabytes, but have a small
receptive field: in small tiles with a thin halo they compute the same values and stay in the
cache. The next layers have smaller maps and a larger receptive field, and run in larger tiles. The
last layers are small, with a receptive field too large for tiles; they run on the map of the whole
block (docs/decisions/0013). `graphs.partition` makes the parts; their weights are stored in the
file of the whole graph.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crackscope import strict_json
from crackscope.grid import spans, with_halo
from crackscope.models.bundle import PARTS, Bundle
from crackscope.models.maps import Maps, Mosaic, Span

Map = NDArray[Any]
Run = Callable[[Map], Sequence[Map]]
"""A function that runs the graph of a part: from its input to its map and its levels."""


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
