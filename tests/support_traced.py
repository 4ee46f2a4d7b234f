"""Lines drawn for the tests of crackscope.lines, and the line maps of a good network."""

import math
from collections.abc import Iterable
from itertools import pairwise

import numpy as np

from crackscope.lines.find import Traced
from crackscope.scoring.scored import LineMap

Polyline = Iterable[tuple[float, float]]


def drawn(polylines: Iterable[Polyline], width_px: float, height: int, width: int) -> np.ndarray:
    """(height, width) how much of each pixel lies on a line; the ends are round."""
    y, x = np.mgrid[0:height, 0:width] + 0.5
    nearest = np.full((height, width), np.inf)
    for polyline in polylines:
        points = np.array(list(polyline), float)
        for start, end in pairwise(points):
            leg = end - start
            part = ((x - start[0]) * leg[0] + (y - start[1]) * leg[1]) / max(leg @ leg, 1e-9)
            part = np.clip(part, 0, 1)
            away = np.hypot(x - start[0] - part * leg[0], y - start[1] - part * leg[1])
            nearest = np.minimum(nearest, away)
    low, high = np.maximum(nearest - 0.5, -width_px / 2), np.minimum(nearest + 0.5, width_px / 2)
    return np.clip(high - low, 0, 1)


def logits_of(cover: np.ndarray, noise: float = 0.0, seed: int = 0) -> np.ndarray:
    """Logits at places of 2 x 2 pixels, from how much of them a crack covers."""
    rows, columns = (-(-size // 2) for size in cover.shape)
    missing = ((0, 2 * rows - cover.shape[0]), (0, 2 * columns - cover.shape[1]))
    share = np.pad(cover, missing, "edge").reshape(rows, 2, columns, 2).mean(axis=(1, 3))
    chance = np.clip(1.6 * share, 0.02, 0.98)
    logits = np.log(chance / (1 - chance))
    return (logits + np.random.default_rng(seed).normal(0, noise, logits.shape)).astype(np.float32)


def grey_of(cover: np.ndarray, ground: float = 170.0, depth: float = 110.0) -> np.ndarray:
    """(H, W) uint8, dark where a crack covers the ground."""
    return np.rint(ground - depth * cover).astype(np.uint8)


def map_of(
    polylines: Iterable[Polyline], width_px: float, height: int, width: int, *, noise: float = 0.0
) -> LineMap:
    """The line map of lines drawn on an even ground."""
    cover = drawn(polylines, width_px, height, width)
    return LineMap.of(logits_of(cover, noise), grey_of(cover))


def length_of(cracks: Iterable[Traced]) -> float:
    """Pixels along all branches."""
    return sum(
        float(np.hypot(*np.diff(branch.points[:, :2], axis=0).T).sum())
        for crack in cracks
        for branch in crack.branches
    )


def points_of(cracks: Iterable[Traced]) -> np.ndarray:
    """(N, 3) the points of all branches."""
    return np.concatenate([branch.points for crack in cracks for branch in crack.branches])


def polyline_length(points: Polyline) -> float:
    """Pixels along a polyline."""
    listed = list(points)
    return sum(math.dist(a, b) for a, b in pairwise(listed))
