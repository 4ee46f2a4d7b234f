"""Evaluate lines on synthetic cracks of known width and centre line on held-out surfaces.

Each image has one crack, so that every found line can be assigned: recall by local width, length
found relative to length painted, and breaks of lines at block borders.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crackscope.evaluation.lines.match import TOLERANCE_PX
from crackscope.evaluation.lines.raster import nearest
from crackscope.evaluation.metrics import Floats
from crackscope.lines.graph import numbered
from crackscope.synthesis import polyline
from crackscope.synthesis.cracks import crack as cracks
from crackscope.synthesis.cracks.crack import CentreLine
from crackscope.synthesis.surface import log_uniform
from crackscope.types import Crack, Pixels

WIDTHS = ((0.5, 1.0), (1.0, 2.0), (2.0, 4.0), (4.0, 8.0), (8.0, 20.0), (20.0, math.inf))
"""Width classes in pixels: from, up to."""
_WIDEST = 40.0
_SIDE = 1024
_BEFORE, _AT = 24, 8
"""Pixels of a centre line that are checked on either side of a border, and that are part of it."""


@dataclass(frozen=True, eq=False)
class Synthetic:
    """An image of a sound surface with one synthetic crack; `ground` names the surface."""

    ground: str
    pixels: Pixels
    course: CentreLine

    @property
    def width_px(self) -> float:
        """Mean width of the crack."""
        return float(self.course.widths.mean())


@dataclass(frozen=True, eq=False)
class Followed:
    """How well lines follow one synthetic crack, for every pixel (S,) of its centre line.

    `widths` are the painted widths; `crack` is the id of the nearest found crack within the
    tolerance, or 0. `found_px` is the length of the lines found along it, `true_px` the true
    length, `width_px` the mean width. `crossings` and `broken` count crossings of block borders,
    and those at which the found line breaks. `scores` are those of all found cracks (K,); `right`
    (K,) marks those that follow the crack for at least half their length.
    """

    ground: str
    width_px: float
    widths: Floats
    crack: NDArray[np.int64]
    found_px: float
    true_px: float
    crossings: int
    broken: int
    scores: Floats
    right: NDArray[np.bool_]


def pictures(
    grounds: Mapping[str, Pixels], each: int = 2, seed: int = 0, side: int = _SIDE
) -> Iterator[Synthetic]:
    """`each` cracks of every width class on every ground, cropped to at most `side` px.

    `grounds` are sound surfaces (H, W, 3) uint8 RGB by name. The same seed gives the same images.
    """
    for row, (name, ground) in enumerate(grounds.items()):
        for index, (low, high) in enumerate(WIDTHS):
            for number in range(each):
                rng = np.random.default_rng([seed, row, index, number])
                part = _part(ground, side, rng)
                width = log_uniform(rng, low, min(high, _WIDEST))
                light = rng.uniform(-2.9, -0.2)
                drawn = cracks.draw(part.astype(np.float32), rng, width, branches=0, light=light)
                painted = np.clip(drawn.pixels + 0.5, 0, 255).astype(np.uint8)
                yield Synthetic(name, painted, drawn.centre_lines[0])


def follow(picture: Synthetic, found: Sequence[Crack], block: float = math.inf) -> Followed:
    """Match the cracks found in an image with its synthetic crack; blocks have a side of `block`
    px."""
    places, widths = _walk(picture)
    points, lengths, ids = _points(found)
    owner, along = np.zeros(len(places), np.int64), np.zeros(len(points), bool)
    if len(points) and len(places):
        away, row = nearest(points, places)
        within = away <= TOLERANCE_PX + widths / 2
        owner[within] = ids[row[within]]
        off, place = nearest(places, points)
        along = off <= TOLERANCE_PX + widths[place] / 2
    crossings = list(_crossings(places, block))
    return Followed(
        ground=picture.ground,
        width_px=picture.width_px,
        widths=widths,
        crack=owner,
        found_px=float(lengths[along].sum()),
        true_px=float(len(places)),
        crossings=sum(_solid(owner, at) for at in crossings),
        broken=sum(_solid(owner, at) and _breaks(owner, at) for at in crossings),
        scores=np.array([crack.score for crack in found], np.float64),
        right=np.array([along[ids == crack.id].mean() >= 0.5 for crack in found], bool),
    )


def follow_all(
    grounds: Mapping[str, Pixels],
    find: Callable[[Pixels], Sequence[Crack]],
    *,
    each: int = 2,
    seed: int = 0,
    block: float = math.inf,
) -> list[Followed]:
    """The matches of `find` for all synthetic cracks; see `pictures` and `follow`."""
    return [follow(one, find(one.pixels), block) for one in pictures(grounds, each, seed)]


def _part(ground: Pixels, side: int, rng: np.random.Generator) -> Pixels:
    """A random square of the ground, or all of it if it is smaller."""
    top, left = (int(rng.integers(0, max(0, n - side) + 1)) for n in ground.shape[:2])
    return ground[top : top + side, left : left + side]


def _walk(picture: Synthetic) -> tuple[Floats, Floats]:
    """The centre line inside the image, in steps of a pixel: (S, 2) x and y, and (S,) widths."""
    points, height, width = picture.course.points, *picture.pixels.shape[:2]
    place = polyline.arc_length(points)
    steps = np.arange(0.5, place[-1])
    walked = np.stack([np.interp(steps, place, column) for column in points.T], axis=1)
    widths = np.interp(steps, place, picture.course.widths)
    inside = ((walked >= 0) & (walked <= (width, height))).all(axis=1)
    return walked[inside], widths[inside]


def _points(found: Sequence[Crack]) -> tuple[Floats, Floats, NDArray[np.int64]]:
    """Lines as points at most one pixel apart: (P, 2), the length (P,) of each, and its crack."""
    parts = [(np.empty((0, 2)), np.empty(0), np.empty(0, np.int64))]
    for crack in found:
        for line in crack.lines:
            first, last = line[:-1, :2], line[1:, :2]
            length = np.hypot(*(last - first).T)
            count = np.maximum(np.ceil(length), 1).astype(np.int64)
            leg, step = numbered(count)
            fraction = ((step + 0.5) / count[leg])[:, None]
            points = first[leg] + fraction * (last - first)[leg]
            parts.append((points, (length / count)[leg], np.full(len(leg), crack.id)))
    points, lengths, ids = (np.concatenate(column) for column in zip(*parts, strict=True))
    return points, lengths, ids


def _crossings(places: Floats, block: float) -> Iterator[int]:
    """Rows of the walk after which another block begins, with enough length on either side."""
    if math.isinf(block):
        return
    cell = np.floor(places / block)
    moved = (np.diff(cell, axis=0) != 0).any(axis=1)
    left = np.hypot(*np.diff(places, axis=0).T) > 2  # leaves the image and returns
    for at in np.flatnonzero(moved).tolist():
        around = slice(max(0, at - _BEFORE), at + _BEFORE)
        if _BEFORE <= at < len(places) - _BEFORE and not left[around].any():
            yield at


def _solid(owner: NDArray[np.int64], at: int) -> bool:
    """Whether the crack is found on both sides of a border: only then can it break there."""
    before, after = owner[at - _BEFORE : at - _AT], owner[at + _AT : at + _BEFORE]
    return bool((before > 0).all() and (after > 0).all())


def _breaks(owner: NDArray[np.int64], at: int) -> bool:
    """Whether a gap, or another crack, begins at the border."""
    there = owner[at - _BEFORE : at + _BEFORE]
    return bool((there != there[0]).any())
