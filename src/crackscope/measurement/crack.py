"""The measured widths and length of a crack, with uncertainty."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from crackscope.measurement.curve import Curve, Widths, curves
from crackscope.measurement.local_scale import LocalScale
from crackscope.measurement.profiled import Profiled
from crackscope.measurement.quality import Flags, Kind
from crackscope.measurement.seen import Floats, Whole
from crackscope.measurement.summary import (
    CORRELATED_PX,
    COVERAGE,
    OVER_MM,
    OVER_PX,
    Along,
    Figures,
    figures,
    noise_of,
)
from crackscope.types import Below

END_PX = 1.0
"""Standard uncertainty of where a line ends."""
WINDING = 0.002
"""The same of a length by how its line trembles, as a fraction."""
_LEAST_PX, _SURE = 1.0, 0.5
"""Minimum measurable width, and the fraction of its interval that must be above it."""
_LEAST_PROFILES = 3
_FAINT = 0.4
"""Fraction of profiles without a crack, above which the others may be texture: only a bound is
given then."""


@dataclass(frozen=True, slots=True)
class CrackMeasure:
    """The measurement of a crack: `width_px`, and millimetres if there is a scale.

    `measured` is the fraction of its length that could be measured, `left_out` counts the other
    profiles by kind. Widths are None if no profile could be measured. `profile_mm` are curves of
    the width along the crack, if it has a number.
    """

    width_px: Figures | Below | None
    measured: float
    left_out: Mapping[str, int] = field(default_factory=dict)
    width_mm: Figures | Below | None = None
    length_mm: float | None = None
    length_u95_mm: float | None = None
    profile_mm: tuple[Curve, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """As in results.jsonl; without a scale there are no values in mm."""
        found: dict[str, Any] = {}
        if self.length_mm is not None:
            found |= {"length_mm": self.length_mm, "length_u95_mm": self.length_u95_mm}
            if self.width_mm is not None:
                found["width_mm"] = self.width_mm.to_dict()
        return {**found, "measured": self.measured}


def of_crack(found: Profiled, mine: Flags, lines: int, scale: LocalScale | None) -> CrackMeasure:
    """The measurement of one crack with that number of lines; `mine` (M,) selects its profiles."""
    members = np.flatnonzero(mine)
    kinds = found.kind[members]
    kept = members[kinds == Kind.MEASURED]
    total = float(found.places.stands_for[members].sum())
    measured = float(found.places.stands_for[kept].sum()) / total if total else 0.0
    counts = np.bincount(kinds, minlength=len(Kind))
    left_out = {k.name.lower(): int(counts[k]) for k in Kind if k and counts[k]}
    faint = float(np.mean(kinds == Kind.NO_CRACK)) if len(kinds) else 0.0
    at = found.places
    ones = np.ones(len(kept))
    pixels = _widths(found, kept, ones, ones, measured, faint, None)
    result = CrackMeasure(pixels, measured, left_out)
    if scale is None:
        return result
    line = np.stack([at.across[:, 1], -at.across[:, 0]], axis=1)
    along = scale.along(at.at[members], line[members])
    length = float((at.stands_for[members] * along).sum())
    end = END_PX * float(along.mean()) * math.sqrt(2 * lines) if len(along) else 0.0
    half = math.hypot(scale.u95 * length, COVERAGE * math.hypot(end, WINDING * length))
    across = scale.across(at.at[kept], at.across[kept])
    kept_along = along[kinds == Kind.MEASURED]
    mm = _widths(found, kept, across, kept_along, measured, faint, scale)
    result = replace(result, width_mm=mm, length_mm=length, length_u95_mm=half)
    if not isinstance(mm, Figures):
        return result
    return replace(result, profile_mm=_profile(found, members, kept, along, across, scale.u95))


def _profile(
    found: Profiled, members: Whole, kept: Whole, along: Floats, across: Floats, u95: float
) -> tuple[Curve, ...]:
    """The curves of the widths of the profiles `members` (M,), of which `kept` are measured.

    `along` (M,) and `across` (K,) are mm per pixel, `u95` is the relative uncertainty of the scale.
    """
    at = found.places
    width, shared = np.full(len(members), np.nan), np.zeros(len(members))
    place = np.searchsorted(members, kept)
    width[place] = found.width_px[kept] * across
    shared[place] = found.belief.uncertainty(found.width_px[kept]) * across
    values = Along(width[place], at.along[kept], at.line[kept], at.stands_for[kept], shared[place])
    length = at.stands_for[members] * along
    correlated = CORRELATED_PX * float(np.median(along))
    noise = noise_of(values)
    return curves(
        Widths(at.line[members], length, width, shared, noise, correlated, u95 / COVERAGE)
    )


def _widths(
    found: Profiled,
    kept: Whole,
    across: Floats,
    along: Floats,
    measured: float,
    faint: float,
    scale: LocalScale | None,
) -> Figures | Below | None:
    """Widths in a unit with `across` (K,) per pixel across the line and `along` (K,) along it."""
    if len(kept) < _LEAST_PROFILES:
        return None
    at, width = found.places, found.width_px[kept]
    shared_u = found.belief.uncertainty(width) * across
    place = at.along[kept] * float(np.median(along))
    values = Along(width * across, place, at.line[kept], at.stands_for[kept] * along, shared_u)
    correlated = CORRELATED_PX * float(np.median(along))
    over, sure = (OVER_PX, 0.0) if scale is None else (OVER_MM, scale.u95 / COVERAGE)
    result = figures(values, over, correlated, sure, measured)
    least = _LEAST_PX * float(np.median(across))
    if result.median - _SURE * result.median_u95 < least or faint > _FAINT:
        return Below(float(max(least, result.median + result.median_u95)))
    return result
