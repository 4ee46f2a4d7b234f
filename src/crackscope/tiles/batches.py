"""Put windows of several photos together in batches."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from crackscope.types import Tile

_MOST = 64
"""Windows of a batch, so that a large photo is not held twice."""


def of_one_size(grids: Sequence[Sequence[Tile]]) -> Iterator[list[tuple[int, int]]]:
    """Places (photo, window) in groups that can be stacked; `grids`: the windows of each photo."""
    by_size = defaultdict(list)
    for number, tiles in enumerate(grids):
        for index, tile in enumerate(tiles):
            by_size[tile.box.height, tile.box.width].append((number, index))
    for places in by_size.values():
        for begin in range(0, len(places), _MOST):
            yield places[begin : begin + _MOST]
