"""Measured widths of lines, from measurements at single points."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crackscope.measurement.check.seen import SeenLine
from crackscope.measurement.homography import Floats

Pixels = NDArray[np.uint8]
PointMeasure = Callable[[Pixels], Iterable[tuple[float, float, float, float]]]
"""Maps a photo (H, W, 3) to points: x and y in pixels, width and its u95 in mm."""
_NEAREST_MM = 3.0
"""Maximum distance of a point from a line: less than half the distance between lines."""
_LEAST_POINTS = 5
_LEAST_SPREAD = 0.5
"""Minimum fraction of a line that its points must span; less is a speck or a label."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A measured width with the half-width of its 95 % interval, in mm.

    If the line is too narrow to measure, `below_mm` is a bound and the others are None.
    """

    width_mm: float | None = None
    u95_mm: float | None = None
    below_mm: float | None = None

    def __post_init__(self) -> None:
        numbers = (self.width_mm, self.u95_mm, self.below_mm)
        known = tuple(each is not None for each in numbers)
        if known not in ((True, True, False), (False, False, True)):
            raise ValueError(
                f"a reading must be a width with its u95, or a bound. Received: {numbers}"
            )
        if not all(math.isfinite(each) and each >= 0 for each in numbers if each is not None):
            raise ValueError(f"a reading must be finite and not below 0 mm. Received: {numbers}")


LineMeasure = Callable[[Pixels, Sequence[SeenLine]], Sequence[Reading | None]]
"""Maps a photo and its lines to one reading per line; None if a line could not be measured."""


def from_points(measure: PointMeasure) -> LineMeasure:
    """A measure of lines from one that finds points in a photo.

    Each point belongs to the line it lies on; the reading of a line is the median of its points.
    The u95 is their median, too: errors that the points share do not average out.
    """

    def of_lines(pixels: Pixels, lines: Sequence[SeenLine]) -> list[Reading | None]:
        points = np.array([tuple(point) for point in measure(pixels)], np.float64).reshape(-1, 4)
        return [_reading(points[_on(line, points[:, :2])], line) for line in lines]

    return of_lines


def _on(line: SeenLine, places: Floats) -> NDArray[np.bool_]:
    """(N,) which places (N, 2) lie on a line, without its ends."""
    start, end = line.points[0], line.points[-1]
    along = (end - start) / np.linalg.norm(end - start)
    offset = places - start
    reached = offset @ along
    aside = np.abs(offset[:, 0] * along[1] - offset[:, 1] * along[0])
    within = (reached >= 0) & (reached <= np.linalg.norm(end - start))
    return np.asarray(within & (aside <= _NEAREST_MM * line.px_per_mm), np.bool_)


def _reading(points: Floats, line: SeenLine) -> Reading | None:
    """The reading of a line from its points; None if too few or too close together."""
    if len(points) < _LEAST_POINTS:
        return None
    spread = np.ptp(points[:, :2], axis=0).max()
    if spread < _LEAST_SPREAD * np.ptp(line.points, axis=0).max():
        return None
    width, u95 = np.median(points[:, 2:], axis=0)
    return Reading(float(width), float(u95))
