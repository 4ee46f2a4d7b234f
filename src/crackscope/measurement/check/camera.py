"""The shipped measurement on photos of the check sheet: its marker, and widths along its lines."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from crackscope.errors import UsageError
from crackscope.measurement.check import marker as printed
from crackscope.measurement.check.layout import MARKER_MM
from crackscope.measurement.check.reading import Pixels, Reading
from crackscope.measurement.check.seen import SeenLine
from crackscope.measurement.crack import CrackMeasure
from crackscope.measurement.lens import Lens
from crackscope.measurement.local_scale import LocalScale
from crackscope.measurement.markers import Marker, find_markers
from crackscope.measurement.measure import measure
from crackscope.measurement.scale.marker import MarkerSide
from crackscope.measurement.scale.on_plane import scale_on
from crackscope.measurement.scale_of_cracks import scale_along
from crackscope.measurement.seen import Floats
from crackscope.types import Below, Photo

_TRACED_PX = 3.0
"""The width that every line is said to have: the truth must not help the measurement."""


@dataclass(frozen=True)
class Shipped:
    """What measures as `crackscope inspect --marker-mm` does, where the sheet says that a line is;
    `lens` is the calibrated one."""

    lens: Lens | None = None

    def find_marker(self, pixels: Pixels) -> Floats | None:
        """Corners (4, 2) of the sheet's marker in pixels; None where it is not found."""
        found = _sheets_marker(pixels)
        return None if found is None else found.corners

    def __call__(self, pixels: Pixels, lines: Sequence[SeenLine]) -> list[Reading | None]:
        """One reading a line: the median width with its interval, or the bound of a narrow one."""
        found = _sheets_marker(pixels)
        if found is None:
            return [None] * len(lines)
        traced = [np.column_stack([one.points, np.full(len(one.points), _TRACED_PX)])
                  for one in lines]  # fmt: skip
        scales = self._scales(pixels, found, traced)
        grey = np.asarray(Image.fromarray(pixels).convert("L"))
        widths = measure(grey, [[one] for one in traced], scales)
        return [_reading(one) for one in widths.cracks]

    def _scales(
        self, pixels: Pixels, marker: Marker, lines: Sequence[Floats]
    ) -> list[LocalScale | None]:
        source = MarkerSide(MARKER_MM)
        plane = source.plane(Photo("", pixels), marker, MARKER_MM, self.lens)
        scale = scale_on("marker", plane, marker.corners)
        scales: list[LocalScale | None] = []
        for line in lines:
            try:
                scales.append(scale_along([line], scale))
            except UsageError:  # beyond the horizon of the plane
                scales.append(None)
        return scales


def _sheets_marker(pixels: Pixels) -> Marker | None:
    """Another marker may be in the photo; the sheet's is in a dictionary that begins alike."""
    kind = printed.DICTIONARY.rpartition("_")[0]
    for one in find_markers(pixels):
        if one.dictionary.startswith(kind) and one.number == printed.NUMBER:
            return one
    return None


def _reading(found: CrackMeasure) -> Reading | None:
    width = found.width_mm
    if width is None:
        return None
    if isinstance(width, Below):
        return Reading(below_mm=width.below)
    return Reading(width.median, width.median_u95)
