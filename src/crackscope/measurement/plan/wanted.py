"""Requirements of a plan, validated on creation."""

import math
from dataclasses import dataclass
from typing import Literal

from crackscope.options import Rule, below_one, check, one_of

Purpose = Literal["measure", "show"]
PX_ACROSS: dict[str, float] = {"measure": 2.0, "show": 1.0}
"""Pixels across the narrowest crack. Below 1 px, only an upper bound of the width can be given; at
2 px or more, the width may decide a class of a standard."""
OVERLAP = 0.3
"""Overlap of neighbouring photos: enough to recognise a crack in the next one."""
_ABOVE_0 = ("width_mm", "focal_length_mm", "distance_mm", "speed_m_s", "exposure_s", "f_number")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Cracks of `width_mm` or wider are to be measured or shown; unknown values are None.

    `focal_length_mm` overrides that of the camera. `area_m` is width and height of the area to
    cover, with the longer side of each photo along the width. `speed_m_s` is the speed of the
    camera along the surface during the exposure of `exposure_s`. Raises UsageError that lists all
    invalid values.
    """

    width_mm: float
    purpose: Purpose = "measure"
    distance_mm: float | None = None
    focal_length_mm: float | None = None
    area_m: tuple[float, float] | None = None
    overlap: float = OVERLAP
    speed_m_s: float | None = None
    exposure_s: float | None = None
    f_number: float | None = None

    def __post_init__(self) -> None:
        moving = self.speed_m_s is not None or self.exposure_s is None
        check(
            *(above_0(name, getattr(self, name)) for name in _ABOVE_0),
            *(above_0("a side of area_m", side) for side in self.area_m or ()),
            below_one("overlap", self.overlap),
            one_of("purpose", self.purpose, PX_ACROSS),
            (moving, "exposure_s needs speed_m_s: give both"),
        )

    @property
    def mm_per_px(self) -> float:
        """The largest ground sampling distance that serves the purpose."""
        return self.width_mm / PX_ACROSS[self.purpose]


def above_0(name: str, value: float | None) -> Rule:
    """The rule that a value is finite and above 0, or None (not set)."""
    holds = value is None or (math.isfinite(value) and value > 0)
    return holds, f"{name} must be above 0. Received: {value}"
