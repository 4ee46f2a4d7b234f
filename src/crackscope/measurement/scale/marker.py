"""Scale from a marker in the photo, ArUco or AprilTag, of known size."""

import math
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from crackscope.measurement.lens import Lens
from crackscope.measurement.markers import Marker, find_markers
from crackscope.measurement.plane import COVERAGE, Plane, plane_of
from crackscope.measurement.scale.numbers import check_0_or_more, check_above_0, numbers
from crackscope.measurement.scale.on_plane import scale_on
from crackscope.measurement.scale.scale import Answer, Notice
from crackscope.measurement.scale.source import SOURCES
from crackscope.types import Photo

PRINT_FRACTION = 0.003
"""Relative standard uncertainty of a marker's side: printed at 100 %, or measured with a ruler to
0.25 mm of 80 mm."""


@SOURCES.register("marker")
@dataclass(frozen=True)
class MarkerSide:
    """Markers whose black square has sides of `side_mm`; None if unknown.

    The uncertainty combines the sides in the photo (crackscope.measurement.markers.corners), the
    lens, and `print_fraction`. The marker must be flat on the surface.
    """

    usage: ClassVar[str] = "MM"
    side_mm: float | None = None
    print_fraction: float = PRINT_FRACTION

    def __post_init__(self) -> None:
        if self.side_mm is not None:
            check_above_0(self.side_mm, "the side of a marker in mm", 1e5)
        check_0_or_more(self.print_fraction, "print_fraction", 0.5)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Parse text such as `50`."""
        return cls(numbers(text, 1, f"the side of a marker, {cls.usage}")[0])

    def measure(self, photo: Photo, lens: Lens | None = None) -> Answer:
        """Plane and scale from the largest marker, compared with the other markers.

        No scale without a marker; a notice if its size is unknown.
        """
        found = find_markers(photo.pixels)
        if not found:
            return Answer()
        if self.side_mm is None:
            return Answer(notices=(_unknown(photo, found[0]),))
        plane = self.plane(photo, found[0], self.side_mm, lens)
        scale = scale_on("marker", plane, found[0].corners)
        limit = math.hypot(scale.relative_u95, COVERAGE * self.print_fraction)
        told = (_disagrees(plane, one, self.side_mm, limit) for one in found[1:])
        return Answer(scale, tuple(notice for notice in told if notice is not None))

    def plane(self, photo: Photo, marker: Marker, side_mm: float, lens: Lens | None) -> Plane:
        """The plane of a marker: origin at its top left corner, x right, y down."""
        square = side_mm * np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float64)
        return plane_of(
            marker.corners,
            square,
            marker.moves,
            (photo.width, photo.height),
            lens,
            self.print_fraction,
            marker.residual_px,
        )


def _unknown(photo: Photo, marker: Marker) -> Notice:
    text = (
        f"{photo.path} shows a marker of unknown size ({marker.dictionary}, {marker.number}). To "
        "measure in mm, give the side of its black square in mm"
    )
    return Notice("unknown_size", text)


def _disagrees(plane: Plane, marker: Marker, side_mm: float, limit: float) -> Notice | None:
    """A notice if another marker does not have the expected side in the plane."""
    places = plane.projection.to_mm(marker.corners)
    seen = float(np.mean([math.dist(places[k], places[k - 1]) for k in range(4)]))
    own = COVERAGE * math.sqrt(2) * 0.5 / marker.side_px
    if abs(seen / side_mm - 1) <= math.hypot(limit, own) + 0.01:
        return None
    text = (
        f"another marker ({marker.dictionary}, {marker.number}) measures {seen:.4g} mm in the "
        f"plane of the largest, not {side_mm:g} mm. It has another size, or is in another plane. "
        "The largest marker is used"
    )
    return Notice("markers_disagree", text)
