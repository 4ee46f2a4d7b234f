"""A network in parts, so that a block of a photo is not too large for the processor's cache.

The first layers of a network make maps of hundreds of megabytes of a block, and see only a few
pixels far: in small tiles with a thin halo they give the same, and stay in the cache. The next make
smaller maps and see farther: larger tiles of what the first gave. What comes last is small, and
sees too far for tiles; it takes the map of the whole block (docs/decisions/0013).
`graphs.partition` cuts them; their weights are those of the whole graph, in its file.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crackscope import strict_json
from crackscope.graphs.maps import Maps, Mosaic, Span
from crackscope.grid import spans, with_halo
from crackscope.models.bundle import PARTS, Bundle

Map = NDArray[Any]
Run = Callable[[Map], Sequence[Map]]
"""What computes the graph of a part: from what it takes to the map it gives, and its levels."""


@dataclass(frozen=True)
class Level:
    """A map that a part gives besides, for the decoder: `name` there, `value` in the graph.

    What the part takes has `stride` places along a place of it. For `scale` and `zero` see Mosaic.
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
    """A graph, the file `file`, that makes the map `gives`, (1, C, h, w), of `takes`.

    What it takes has h and w times `stride` places, along the axis `rows` and the next. Tiles of
    `tile` places of the map are exact with `halo` more before and behind them; None: it takes all.
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
        """What a `Run` of it gives, by the names in the graph."""
        return [self.gives, *(level.value for level in self.levels)]

    def __call__(self, taken: Map, run: Run, tiled: bool) -> tuple[Map, dict[str, Mosaic]]:
        """The map, and by name the levels, which stay in tiles: little of them is looked at."""
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
            raise ValueError(f"a tile of {self.stride} places is larger than {taken.shape}")
        return whole, levels

    def _of(self, taken: Map, rows: Span, columns: Span) -> Map:
        """What these places of the map are made of."""
        places = [slice(start * self.stride, stop * self.stride) for start, stop in (rows, columns)]
        return taken[(*(slice(None),) * self.rows, *places)]


def encode(
    parts: Sequence[Part], runs: Sequence[Run], pixels: NDArray[np.uint8], tiled: bool
) -> Maps:
    """All maps of a block (H, W, 3), part after part; without `tiled` each of the whole block."""
    made: Map = pixels[None]
    levels: dict[str, Mosaic] = {}
    for part, run in zip(parts, runs, strict=True):
        made, found = part(made, run, tiled)
        levels |= found
    return Maps(np.asarray(made[0], np.float32), levels)


def to_json(parts: Sequence[Part]) -> list[dict[str, Any]]:
    """As in parts.json."""
    return [asdict(part) for part in parts]


def of_bundle(bundle: Bundle, precision: str) -> tuple[Part, ...]:
    """The parts of the network for a precision; none where the bundle has none."""
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
    """Raise ValueError for what is no whole number from `least` to a million."""
    for name, value in values.items():
        if not (type(value) is int and least <= value <= 10**6):
            raise ValueError(f"{name} must be a whole number from {least}. Received: {value!r}")
