"""Cut a grid of cells into blocks that are worked on one by one."""

from itertools import pairwise
from math import ceil


def spans(count: int, most: int) -> list[tuple[int, int]]:
    """(start, stop) of consecutive parts of `count` cells, about equal, none above `most`."""
    if min(count, most) < 1:
        raise ValueError(f"spans needs counts of at least 1; received {count, most}")
    parts = ceil(count / most)
    edges = [count * part // parts for part in range(parts + 1)]
    return list(pairwise(edges))


def with_halo(start: int, stop: int, halo: int | tuple[int, int], count: int) -> tuple[int, int]:
    """A part widened by `halo` cells to either side, or (before, behind), as far as they go."""
    before, behind = (halo, halo) if isinstance(halo, int) else halo
    return max(0, start - before), min(count, stop + behind)
