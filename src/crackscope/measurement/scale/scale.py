"""The scale of a photo in mm per pixel, with source and uncertainty."""

import math
from dataclasses import dataclass, field
from typing import Any, Literal

from crackscope.errors import UsageError
from crackscope.measurement.plane import COVERAGE, LENS_FRACTION, Plane

ASSUMED_TILT_DEG = 20.0
"""Assumed maximum tilt of the surface, if the plane is unknown."""
MOST_TILT_DEG = 75.0
_LARGEST = 1e4
"""Maximum mm per pixel; beyond it, no crack is visible."""

NoticeKind = Literal[
    "unknown_size",
    "markers_disagree",
    "unknown_sensor",
    "no_focal_length",
    "cropped",
    "unknown_unit",
    "contradiction",
    "contradicts_distance",
    "refused",
    "no_marker",
    "not_looked_for",
    "no_row",
    "no_scale",
]


@dataclass(frozen=True, slots=True)
class Scale:
    """The size of a pixel on the surface, from one source.

    `mm_per_px` is valid at the place of the source (with a plane) or for the whole photo (without).
    `u95` is the half-width of its 95 % interval (k = 2), in mm per pixel. Without a plane, it
    includes the assumed tilt. Raises UsageError for invalid numbers.
    """

    source: str
    mm_per_px: float
    u95: float
    plane: Plane | None = field(default=None, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not (math.isfinite(self.mm_per_px) and 0 < self.mm_per_px < _LARGEST):
            raise UsageError(
                f"a scale must be above 0 and below 10000 mm per pixel. {self.source} gives: "
                f"{self.mm_per_px!r}"
            )
        if not (math.isfinite(self.u95) and self.u95 >= 0):
            raise UsageError(
                f"the u95 of a scale must be 0 or more mm per pixel. {self.source} gives: "
                f"{self.u95!r}"
            )

    @property
    def relative_u95(self) -> float:
        """`u95` as a fraction of the scale."""
        return self.u95 / self.mm_per_px

    def to_dict(self) -> dict[str, Any]:
        """As the photo's `scale` in results.jsonl."""
        return {"source": self.source, "mm_per_px": self.mm_per_px, "u95": self.u95}


@dataclass(frozen=True, slots=True)
class Notice:
    """A note to the user on the scale of a photo; `kind` is the machine-readable reason."""

    kind: NoticeKind
    text: str


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer of a source for a photo: a scale or None, and notices."""

    scale: Scale | None = None
    notices: tuple[Notice, ...] = ()


def tilt_cost(tilt_deg: float) -> float:
    """Relative shortening of lengths along the tilt: 1/cos - 1; 0.064 at 20°."""
    if not (math.isfinite(tilt_deg) and 0 <= tilt_deg <= MOST_TILT_DEG):
        raise UsageError(
            f"an assumed tilt must be 0 to {MOST_TILT_DEG:g} degrees. Received: {tilt_deg!r}"
        )
    return 1 / math.cos(math.radians(tilt_deg)) - 1


def without_plane(
    source: str, mm_per_px: float, relative: float, tilt_deg: float = ASSUMED_TILT_DEG
) -> Scale:
    """A scale for the whole photo, without a known plane.

    `relative` is the relative standard uncertainty of the source. The lens is added, and the tilt
    as a half-width of 95 %: it shortens lengths by 1/cos - 1.
    """
    own = COVERAGE * math.hypot(relative, LENS_FRACTION)
    return Scale(source, mm_per_px, mm_per_px * math.hypot(own, tilt_cost(tilt_deg)))
