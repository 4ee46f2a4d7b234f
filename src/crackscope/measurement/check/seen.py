"""The lines of the sheet in a photo, and the local scale in pixels per mm."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from crackscope.errors import UsageError
from crackscope.measurement.check.layout import Sheet, TestLine
from crackscope.measurement.homography import Floats, apply, check_quad, fit, jacobian

END_MM = 2.0
"""Length left out at each end of a line, which blur rounds."""
_STEP_MM = 1.0
_HALF_MM = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class SeenLine:
    """A line of the sheet in a photo.

    `points` (N, 2) are on its centre line, x and y in pixels of the upright photo; the centre of
    the first pixel is (0.5, 0.5). `px_per_mm` is the scale across the line at its middle.
    """

    line: TestLine
    points: Floats = field(repr=False)
    px_per_mm: float

    @property
    def true_px(self) -> float:
        """The true width in pixels."""
        return self.line.width_mm * self.px_per_mm


def seen_lines(sheet: Sheet, corners: ArrayLike, size: tuple[int, int]) -> tuple[SeenLine, ...]:
    """The lines that are completely inside a photo of `size` (width, height) pixels.

    `corners` (4, 2) are the marker's corners in pixels: top left, top right, bottom right, bottom
    left of the upright sheet. Raises UsageError if they define no plane.
    """
    matrix = _plane(sheet, corners)
    found = (_seen(line, matrix) for line in sheet.lines)
    return tuple(each for each in found if _inside(each.points, size))


def _plane(sheet: Sheet, corners: ArrayLike) -> Floats:
    """The homography from mm on the sheet to pixels of the photo."""
    seen = check_quad(corners, "the corners of the marker")
    matrix = fit(sheet.corners, seen)
    if np.linalg.det(jacobian(matrix, np.asarray(sheet.corners, np.float64))).min() <= 0:
        raise UsageError(
            "the corners of the marker must be in the order of the sheet's; the photo is mirrored. "
            f"Received: {seen.tolist()}"
        )
    return matrix


def _seen(line: TestLine, matrix: Floats) -> SeenLine:
    start, end = np.array([line.x0, line.y0]), np.array([line.x1, line.y1])
    length = float(np.linalg.norm(end - start))
    along = (end - start) / length
    steps = np.arange(END_MM, length - END_MM + 1e-9, _STEP_MM)
    points = apply(matrix, start + steps[:, None] * along)
    across = np.array([along[1], -along[0]]) * _HALF_MM
    middle = (start + end) / 2
    beside = apply(matrix, np.stack([middle - across, middle + across]))
    # Across the line in the photo: a shift along the line does not widen it.
    course = points[-1] - points[0]
    course /= np.linalg.norm(course)
    side = beside[1] - beside[0]
    return SeenLine(line, points, float(abs(side[0] * course[1] - side[1] * course[0])))


def _inside(points: Floats, size: tuple[int, int]) -> bool:
    """Whether all points are inside the photo; NaN is not."""
    return bool(((points >= 0) & (points <= np.array(size))).all())
