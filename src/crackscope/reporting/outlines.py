"""Cracks as polygons, one per branch, for tools without polylines."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from crackscope.types import Crack, Line, Region

Corners = list[tuple[float, float]]
_DECIMALS = 2


def polygons(found: Crack | Region, width: int, height: int) -> list[Corners]:
    """Polygons with corners (x, y) in a photo of `width` x `height` px.

    One polygon for each branch of a crack, one for a region.
    """
    if isinstance(found, Crack):
        return [outline(line, width, height) for line in found.lines]
    box = found.box
    corners = [(box.x0, box.y0), (box.x1, box.y0), (box.x1, box.y1), (box.x0, box.y1)]
    return [list(found.outline) if len(found.outline) >= 3 else [*corners]]


def outline(line: Line, width: int, height: int) -> Corners:
    """The outline of a branch: along one edge and back along the other, with a tip at both ends.

    Clipped to the photo; at least six corners, rounded to 0.01 px.
    """
    middle, half = line[:, :2], line[:, 2:] / 2
    ahead = _directions(middle)
    aside = ahead[:, ::-1] * (-1, 1) * half
    start, end = middle[:1] - ahead[:1] * half[:1], middle[-1:] + ahead[-1:] * half[-1:]
    around = np.concatenate([start, middle + aside, end, (middle - aside)[::-1]])
    kept = np.clip(around, 0, (width, height)).round(_DECIMALS)
    return [(x, y) for x, y in kept.tolist()]


def area(found: Crack | Region) -> float:
    """Area in square pixels: width integrated along a crack, or the area of a region.

    A region of unknown area has that of its polygon.
    """
    if isinstance(found, Crack):
        return max(sum(map(_area_of_line, found.lines)), 0.01)
    return found.area_px or shoelace(polygons(found, 0, 0)[0])


def shoelace(corners: Sequence[tuple[float, float]]) -> float:
    """Area of a polygon in square pixels, by the shoelace formula."""
    following = [*corners[1:], corners[0]]
    twice = sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in zip(corners, following, strict=True))
    return abs(twice) / 2


def _area_of_line(line: Line) -> float:
    steps = np.hypot(*np.diff(line[:, :2], axis=0).T)
    return float(steps @ (line[:-1, 2] + line[1:, 2])) / 2


def _directions(middle: NDArray[np.float64]) -> NDArray[np.float64]:
    """(N, 2) unit vectors along a line: at each point from the one before to the one after."""
    ahead = np.gradient(middle, axis=0)
    lengths = np.hypot(ahead[:, 0], ahead[:, 1])
    ahead[lengths == 0] = (1, 0)  # a point that the line returns to
    directions: NDArray[np.float64] = ahead / np.where(lengths == 0, 1, lengths)[:, None]
    return directions
