"""Widths and lengths of the cracks of a photo: from its grey values along their lines."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crackscope.measurement import edges, quality
from crackscope.measurement.along import against_ground, fit
from crackscope.measurement.local_scale import LocalScale
from crackscope.measurement.optics import Optics
from crackscope.measurement.profiles import Places, places, sample
from crackscope.measurement.quality import Flags, Kind
from crackscope.measurement.seen import Floats, Singles
from crackscope.measurement.shared import Shared, shared
from crackscope.measurement.summary import (
    CORRELATED_PX,
    COVERAGE,
    OVER_MM,
    OVER_PX,
    Along,
    Below,
    Figures,
    figures,
)
from crackscope.measurement.uncertainty import (
    Belief,
    belief,
    smallest_measured_px,
    smallest_shown_px,
)
from crackscope.measurement.width import BLUR_PX, DEPTH

_REACH = 15
"""Pixels to either side of a line that a profile shows."""
_EVIDENCE, _SURE = 1.0, 2.0
"""By how much a crack has to explain a profile better than bare ground, as in `width`; and how many
times that of a profile that says what the photo shares."""
_ASIDE_PX, _ASIDE, _CHANCE = 22.0, 200, 0.9
"""How far beside a line its ground is looked at, at how many places, and the quantile of what
texture alone shows there that a crack has to exceed."""
_CLEAR, _FEW = 1.5, 10
"""Its misfit at most, against the median; and how few are all looked at, not only the wider half."""
_UNEVEN = 0.25
"""By how much the inside of a wide crack may be lit unevenly, as a fraction of the ground."""
_END_PX = 1.0
"""Standard uncertainty of where a line ends."""
_WINDING = 0.002
"""The same of a length by how its line trembles, as a fraction."""
_LEAST_PX = 1.0
"""Below it a width is no number."""
_LEAST_PROFILES = 3
_FAINT = 0.4
"""Fraction of a crack's profiles that show none, from which on the others may be texture, and its
width is no number."""


@dataclass(frozen=True, slots=True, eq=False)
class Profiled:
    """All profiles of a photo: where they are, how wide the crack is there, and of which kind.

    `width_px` (M,) is NaN where `kind` (M,) is not MEASURED; `shared` is what the photo's cracks
    share, `noise` the error of a grey value as a fraction of the ground's.
    """

    places: Places
    width_px: Floats
    kind: NDArray[np.int64]
    shared: Shared
    belief: Belief
    noise: float


@dataclass(frozen=True, slots=True)
class CrackMeasure:
    """What was measured of a crack: `width_px`, and with a scale millimetres; `measured` is the
    fraction of its length that could be measured, `left_out` counts other profiles by kind.

    Widths are None where no profile could be measured.
    """

    width_px: Figures | Below | None
    measured: float
    left_out: Mapping[str, int] = field(default_factory=dict)
    width_mm: Figures | Below | None = None
    length_mm: float | None = None
    length_u95_mm: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """The keys of results.jsonl; nothing in mm without a scale."""
        found: dict[str, Any] = {}
        if self.length_mm is not None:
            found |= {"length_mm": self.length_mm, "length_u95_mm": self.length_u95_mm}
            if self.width_mm is not None:
                found["width_mm"] = self.width_mm.to_dict()
        return {**found, "measured": self.measured}


@dataclass(frozen=True, slots=True)
class PhotoMeasure:
    """The cracks of a photo, in the order given, and the smallest widths that it can show and
    that it can measure, in pixels: what a photo without cracks says is None."""

    cracks: tuple[CrackMeasure, ...]
    smallest_shown_px: float | None
    smallest_measured_px: float | None


def measure(
    photo: NDArray[np.generic],
    cracks: Sequence[Sequence[Floats]],
    scale: LocalScale | None = None,
    *,
    psf_px: float | None = None,
    depth: float | None = None,
) -> PhotoMeasure:
    """Widths and lengths of `cracks`, each a sequence of lines (N, 3) of x, y and width in pixels.

    `photo` (H, W) are grey values as they are in the file; the centre of its first pixel is at
    (0.5, 0.5). `psf_px` and `depth` are what the photo shares where it is known, as for `width`.
    """
    lines = [np.asarray(line, np.float64) for crack in cracks for line in crack]
    found = profiled(photo, lines, psf_px=psf_px, depth=depth)
    owner = np.repeat(np.arange(len(cracks)), [len(crack) for crack in cracks])
    measured = tuple(
        _of_crack(found, owner[found.places.line] == number, len(crack), scale)
        for number, crack in enumerate(cracks)
    )
    if not len(found.places):
        return PhotoMeasure(measured, None, None)
    shown = smallest_shown_px(found.shared, found.noise)
    return PhotoMeasure(measured, shown, smallest_measured_px(found.belief))


def profiled(
    photo: NDArray[np.generic],
    lines: Sequence[Floats],
    *,
    psf_px: float | None = None,
    depth: float | None = None,
) -> Profiled:
    """The profiles of `lines` in a photo (H, W), measured; arguments as of `measure`."""
    if photo.ndim != 2 or not photo.size:
        raise ValueError(
            f"photo must be (H, W) grey values; received an array of shape {photo.shape}. "
            "Convert a colour photo to grey first"
        )
    at = places(lines)
    kinds = quality.by_place(at, lines, (photo.shape[0], photo.shape[1]))
    taken = _taken(photo, at)
    relative, noise = against_ground(_along_line(taken.values, at.line))
    least = _texture(photo, at)
    known = shared(*_clear(relative, noise, kinds, least), psf_px=psf_px, depth=depth)
    worth = belief(known)
    fits = fit(relative, noise, known.best)
    by_profile = quality.by_profile(relative, fits, least)
    by_profile = np.where(taken.kind == Kind.MEASURED, by_profile, taken.kind)
    kinds = np.where(kinds == Kind.MEASURED, by_profile, kinds)
    width = worth.corrected(fits.width_px) + taken.cut
    kinds = quality.by_neighbours(width, at, kinds)
    width = np.where(kinds == Kind.MEASURED, width, np.nan)
    return Profiled(at, width, kinds, known, worth, float(np.median(noise)) if len(at) else 0.0)


@dataclass(frozen=True, slots=True, eq=False)
class _Taken:
    """Grey values (M, N) across cracks, in the middle as they are seen; wide ones folded, by `cut`
    (M,) pixels; `kind` (M,) says where that is not possible."""

    values: Singles
    cut: Floats
    kind: NDArray[np.int64]


def _taken(photo: NDArray[np.generic], at: Places) -> _Taken:
    reach = np.arange(-_REACH, _REACH + 1, dtype=np.float64)
    values, _ = _filled(sample(photo, at.at, at.across, reach))
    first = fit(*against_ground(values), Optics(BLUR_PX, DEPTH))
    offsets = first.centre_px[:, None] + reach
    about = np.maximum(at.traced_px, np.where(first.evidence > 0, first.width_px, 0))
    cut, kind = np.zeros(len(at)), np.zeros(len(at), np.int64)
    wide = np.flatnonzero(about > edges.WIDE_PX)
    for chosen, size in edges.classes(about[wide]):
        where = wide[chosen]
        further = np.arange(-size, size + 1, dtype=np.float64)
        values, missing = _filled(sample(photo, at.at[where], at.across[where], further))
        found = edges.found(values, about[where])
        whole = found.seen & (found.cut > 0)
        offsets[where[whole]] = found.offsets(_REACH)[whole]
        cut[where[whole]] = found.cut[whole]
        kind[where] = np.select(
            [missing, ~found.seen & (at.traced_px[where] > edges.WIDE_PX), found.uneven > _UNEVEN],
            [Kind.BORDER, Kind.NO_CRACK, Kind.SHADOW],
            Kind.MEASURED,
        )
    values, missing = _filled(sample(photo, at.at, at.across, offsets))
    kind[missing] = Kind.BORDER
    return _Taken(values, cut, kind)


def _texture(photo: NDArray[np.generic], at: Places) -> float:
    """The evidence from which on a profile shows a crack: more than the ground beside the lines
    shows, searched in the same way."""
    few = slice(None, None, max(1, len(at) // _ASIDE))
    reach = np.arange(-_REACH, _REACH + 1, dtype=np.float64)
    shown = []
    for side in (-_ASIDE_PX, _ASIDE_PX):
        off = side + np.sign(side) * at.traced_px[few, None] / 2
        values, missing = _filled(sample(photo, at.at[few], at.across[few], off + reach))
        beside = fit(*against_ground(values[~missing]), Optics(BLUR_PX, DEPTH))
        shown.append(beside.evidence)
    found = np.concatenate(shown)
    return max(_EVIDENCE, float(np.quantile(found, _CHANCE))) if len(found) else _EVIDENCE


def _filled(values: Singles) -> tuple[Singles, Flags]:
    missing = np.isnan(values)
    return np.where(missing, np.float32(0), values), missing.any(axis=1)


def _along_line(values: Singles, line: NDArray[np.int64]) -> Singles:
    """Profiles averaged with their neighbours on the same line, 1 : 2 : 1."""
    if len(values) < 3:
        return values
    before, after = np.roll(values, 1, axis=0), np.roll(values, -1, axis=0)
    first, last = line != np.roll(line, 1), line != np.roll(line, -1)
    first[0] = last[-1] = True
    before[first], after[last] = values[first], values[last]
    return np.asarray((before + 2 * values + after) / 4)


def _clear(
    relative: Singles, noise: Singles, kinds: NDArray[np.int64], least: float
) -> tuple[Singles, Singles]:
    """The wider half of the profiles that show a crack and little else, against the others: blur
    and darkness are not known yet."""
    first = fit(relative, noise, Optics(BLUR_PX, DEPTH))
    good = np.flatnonzero((kinds == Kind.MEASURED) & (first.evidence >= _SURE * least))
    if not len(good):
        return relative[good], noise[good]
    members = good[first.misfit[good] <= _CLEAR * np.median(first.misfit[good]) + 0.1]
    if len(members) > 2 * _FEW:
        width = first.width_px[members]
        members = members[width >= np.median(width)]
    return relative[members], noise[members]


def _of_crack(
    found: Profiled, mine: Flags, lines: int, scale: LocalScale | None
) -> CrackMeasure:
    """What was measured of one crack of so many lines; `mine` (M,) are its profiles."""
    members = np.flatnonzero(mine)
    kinds = found.kind[members]
    kept = members[kinds == Kind.MEASURED]
    total = float(found.places.stands_for[members].sum())
    measured = float(found.places.stands_for[kept].sum()) / total if total else 0.0
    counts = Counter(Kind(int(kind)).name.lower() for kind in kinds if kind != Kind.MEASURED)
    faint = float(np.mean(kinds == Kind.NO_CRACK)) if len(kinds) else 0.0
    at = found.places
    ones = np.ones(len(kept))
    pixels = _widths(found, kept, ones, ones, measured, faint, None)
    result = CrackMeasure(pixels, measured, dict(counts))
    if scale is None:
        return result
    line = np.stack([at.across[:, 1], -at.across[:, 0]], axis=1)
    along = scale.along(at.at[members], line[members])
    length = float((at.stands_for[members] * along).sum())
    end = _END_PX * float(along.mean()) * math.sqrt(2 * lines) if len(along) else 0.0
    half = math.hypot(scale.u95 * length, COVERAGE * math.hypot(end, _WINDING * length))
    across = scale.across(at.at[kept], at.across[kept])
    kept_along = along[kinds == Kind.MEASURED]
    mm = _widths(found, kept, across, kept_along, measured, faint, scale)
    return replace(result, width_mm=mm, length_mm=length, length_u95_mm=half)


def _widths(
    found: Profiled,
    kept: NDArray[np.int64],
    across: Floats,
    along: Floats,
    measured: float,
    faint: float,
    scale: LocalScale | None,
) -> Figures | Below | None:
    """Figures in a unit of which a pixel has `across` (K,) over the line and `along` (K,) in it."""
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
    if result.median < least or faint > _FAINT:
        return Below(max(least, result.median + result.median_u95))
    return result
