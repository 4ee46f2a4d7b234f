"""From the mask of a real crack to the lines it runs along: thinned and traced.

Only what synthesis needs: courses to paint. What is found in photos is traced by
`crackscope.lines`.
"""

import numpy as np
from numpy.typing import NDArray

Grid = NDArray[np.bool_]
_NEIGHBOURS = ((-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1))
"""(row, column), clockwise from above."""


def thin(mask: Grid) -> Grid:
    """(H, W) bool -> lines one pixel wide (Zhang and Suen 1984)."""
    thinned = np.pad(mask, 1)
    while True:
        before = np.count_nonzero(thinned)
        for first in (True, False):
            thinned &= ~_removable(thinned, first)
        if np.count_nonzero(thinned) == before:
            return np.asarray(thinned[1:-1, 1:-1])


def _removable(padded: Grid, first: bool) -> Grid:
    around = [_shifted(padded, down, right) for down, right in _NEIGHBOURS]
    n, _, e, _, s, _, w, _ = around
    count = np.sum(around, axis=0, dtype=np.uint8)
    rises = sum(
        (~a & b).astype(np.uint8) for a, b in zip(around, around[1:] + around[:1], strict=True)
    )
    corner = ~(n & e & s) & ~(e & s & w) if first else ~(n & e & w) & ~(n & s & w)
    return np.asarray(padded & (count >= 2) & (count <= 6) & (rises == 1) & corner)


def _shifted(padded: Grid, down: int, right: int) -> Grid:
    return np.roll(padded, (-down, -right), (0, 1))


def trace(lines: Grid) -> list[NDArray[np.intp]]:
    """The unbranched runs of a thinned mask, each (N, 2) rows and columns, N >= 2.

    Runs go from end or junction to end or junction; closed rings without a junction are left out.
    """
    pixels = {(int(row), int(column)) for row, column in np.argwhere(lines)}
    nodes = {pixel for pixel in pixels if len(_beside(pixel, pixels)) != 2}
    runs: list[NDArray[np.intp]] = []
    walked: set[frozenset[tuple[int, int]]] = set()
    for node in sorted(nodes):
        for step in _beside(node, pixels):
            if frozenset((node, step)) in walked:
                continue
            run = [node, step]
            while run[-1] not in nodes:
                ahead = [place for place in _beside(run[-1], pixels) if place != run[-2]]
                run.append(ahead[0])
            walked |= {frozenset(run[:2]), frozenset(run[-2:])}
            runs.append(np.array(run))
    return runs


def _beside(pixel: tuple[int, int], pixels: set[tuple[int, int]]) -> list[tuple[int, int]]:
    """Neighbours in the set; a diagonal one not where it is reached over a straight one."""
    row, column = pixel
    straight = [
        (row + down, column + right)
        for down, right in _NEIGHBOURS
        if not (down and right) and (row + down, column + right) in pixels
    ]
    diagonal = [
        (row + down, column + right)
        for down, right in _NEIGHBOURS
        if down
        and right
        and (row + down, column + right) in pixels
        and (row + down, column) not in pixels
        and (row, column + right) not in pixels
    ]
    return straight + diagonal
