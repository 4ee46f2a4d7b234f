"""Preparation of profiles for measurement: centred, with wide cracks folded."""

from dataclasses import dataclass

import numpy as np

from crackscope.measurement import edges
from crackscope.measurement.along import against_ground, fit
from crackscope.measurement.blocks import Grey
from crackscope.measurement.optics import Optics
from crackscope.measurement.profiles import Places, sample
from crackscope.measurement.quality import Flags, Kind
from crackscope.measurement.seen import Floats, Singles, Whole
from crackscope.measurement.width import BLUR_PX, DEPTH

LIKELY = Optics(BLUR_PX, DEPTH)
"""The optics assumed before they are estimated."""
EVIDENCE = 1.0
"""Minimum log-likelihood ratio of a crack against bare ground, as in `width`."""
_REACH = np.arange(-15, 16, dtype=np.float64)
"""Pixels across a line in a profile."""
_ASIDE_PX, _ASIDE, _CHANCE = 22.0, 200, 0.9
"""For the evidence of texture: distance from the line in pixels, number of places, and the quantile
that a crack must exceed."""
REACH_PX = _ASIDE_PX + float(_REACH[-1])
"""How far from the edge of a crack profiles read, and how far from the edges of a folded one."""
FOLDED_PX = float(_REACH[-1])
_UNEVEN = 0.25
"""Maximum unevenness of light inside a wide crack, as a fraction of the ground."""


@dataclass(frozen=True, slots=True, eq=False)
class Taken:
    """Centred grey values (M, N) across cracks; wide ones are folded by `cut` (M,) pixels.

    `kind` (M,) gives the reason where folding is not possible.
    """

    values: Singles
    cut: Floats
    kind: Whole


def taken(photo: Grey, at: Places) -> Taken:
    """Sample profiles of a photo (H, W), averaged with their neighbours on the line."""
    values, _ = _filled(sample(photo, at.at, at.across, _REACH))
    first = fit(*against_ground(values), LIKELY)
    offsets = first.centre_px[:, None] + _REACH
    cut, kind = np.zeros(len(at)), np.zeros(len(at), np.int64)
    about = np.maximum(at.traced_px, np.where(first.evidence > 0, first.width_px, 0))
    wide = np.flatnonzero(about > edges.WIDE_PX)
    for chosen, size in edges.classes(about[wide]):
        where = wide[chosen]
        further = np.arange(-size, size + 1, dtype=np.float64)
        values, missing = _filled(sample(photo, at.at[where], at.across[where], further))
        found = edges.found(values, about[where])
        whole = found.seen & (found.cut > 0)
        offsets[where[whole]] = found.offsets(len(_REACH) // 2)[whole]
        cut[where[whole]] = found.cut[whole]
        kind[where] = _kinds(found, missing, at.traced_px[where])
    values, missing = _filled(sample(photo, at.at, at.across, offsets))
    kind[missing] = Kind.BORDER
    return Taken(_along_line(values, at.line), cut, kind)


def _kinds(found: edges.Edges, missing: Flags, traced_px: Floats) -> Whole:
    """(M,) kinds of cracks traced as wide; those without edges may still be narrow ones."""
    no_crack = ~found.seen & (traced_px > edges.WIDE_PX)
    which = [missing, no_crack, found.seen & (found.uneven > _UNEVEN)]
    return np.select(which, [Kind.BORDER, Kind.NO_CRACK, Kind.SHADOW], Kind.MEASURED)


def texture(photo: Grey, at: Places) -> float:
    """The minimum evidence for a crack: more than that of the ground beside the lines.

    The ground is searched in the same way as the lines.
    """
    few = slice(None, None, max(1, len(at) // _ASIDE))
    shown = []
    for side in (-_ASIDE_PX, _ASIDE_PX):
        off = side + np.sign(side) * at.traced_px[few, None] / 2
        values, missing = _filled(sample(photo, at.at[few], at.across[few], off + _REACH))
        beside = fit(*against_ground(values[~missing]), LIKELY)
        shown.append(beside.evidence)
    found = np.concatenate(shown)
    return max(EVIDENCE, float(np.quantile(found, _CHANCE))) if len(found) else EVIDENCE


def _filled(values: Singles) -> tuple[Singles, Flags]:
    """Profiles with 0 outside the photo, and (M,) whether they extend beyond it."""
    missing = np.isnan(values)
    return np.where(missing, np.float32(0), values), np.asarray(missing.any(axis=1))


def _along_line(values: Singles, line: Whole) -> Singles:
    """Profiles averaged with their neighbours on the same line, 1 : 2 : 1."""
    if len(values) < 3:
        return values
    before, after = np.roll(values, 1, axis=0), np.roll(values, -1, axis=0)
    first, last = line != np.roll(line, 1), line != np.roll(line, -1)
    first[0] = last[-1] = True
    before[first], after[last] = values[first], values[last]
    return np.asarray((before + 2 * values + after) / 4)
