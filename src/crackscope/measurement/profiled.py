"""The widths of all profiles of a photo, with the common optics of the photo."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from crackscope.measurement import quality
from crackscope.measurement.along import against_ground, fit
from crackscope.measurement.blocks import Grey
from crackscope.measurement.profiles import Places, places
from crackscope.measurement.quality import Kind
from crackscope.measurement.seen import Floats, Singles, Whole
from crackscope.measurement.shared import Shared, shared
from crackscope.measurement.taken import LIKELY, taken, texture
from crackscope.measurement.uncertainty import Belief, belief

_SURE = 2.0
"""Minimum evidence of profiles for estimating the optics, relative to that of texture."""
_CLEAR, _FEW = 1.5, 10
"""Their maximum misfit, relative to the median; of more than 2 `_FEW`, the wider half is used."""


@dataclass(frozen=True, slots=True, eq=False)
class Profiled:
    """All profiles of a photo: places, widths and kinds.

    `width_px` (M,) is NaN if `kind` (M,) is not MEASURED. `shared` are the common optics, `noise`
    is the error of a grey value as a fraction of the ground's.
    """

    places: Places
    width_px: Floats
    kind: Whole
    shared: Shared
    belief: Belief
    noise: float


def profiled(
    photo: Grey,
    lines: Sequence[Floats],
    *,
    psf_px: float | None = None,
    depth: float | None = None,
) -> Profiled:
    """Measure the profiles of `lines` in a photo (H, W); arguments as in `measure`."""
    if photo.ndim != 2 or not photo.size:
        raise ValueError(
            f"photo must be (H, W) grey values. Received: an array of shape {photo.shape}. "
            "Convert a colour photo to grey first"
        )
    at = places(lines)
    kinds = quality.by_place(at, lines, (photo.shape[0], photo.shape[1]))
    seen = taken(photo, at)
    relative, noise = against_ground(seen.values)
    least = texture(photo, at)
    known = shared(*_clear(relative, noise, kinds, least), psf_px=psf_px, depth=depth)
    worth = belief(known)
    fits = fit(relative, noise, known.best)
    by_profile = quality.by_profile(relative, fits, least)
    by_profile = np.where(seen.kind == Kind.MEASURED, by_profile, seen.kind)
    kinds = np.where(kinds == Kind.MEASURED, by_profile, kinds)
    width = worth.corrected(fits.width_px) + seen.cut
    kinds = quality.by_neighbours(width, at, kinds)
    width = np.where(kinds == Kind.MEASURED, width, np.nan)
    return Profiled(at, width, kinds, known, worth, float(np.median(noise)) if len(at) else 0.0)


def _clear(
    relative: Singles, noise: Singles, kinds: Whole, least: float
) -> tuple[Singles, Singles]:
    """Select the wider half of the clear profiles, as blur and darkness are not known yet."""
    first = fit(relative, noise, LIKELY)
    good = np.flatnonzero((kinds == Kind.MEASURED) & (first.evidence >= _SURE * least))
    if not len(good):
        return relative[good], noise[good]
    members = good[first.misfit[good] <= _CLEAR * np.median(first.misfit[good]) + 0.1]
    if len(members) > 2 * _FEW:
        width = first.width_px[members]
        members = members[width >= np.median(width)]
    return relative[members], noise[members]
