"""Widths of many profiles at once, where blur, darkness and tone are known.

Each profile is compared with a table of cracks of all widths and centres; from the best of these a
few steps of Gauss and Newton lead to the width and centre at which the model errs least, large
residuals counting less (pseudo-Huber). It minimises what `width` does.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from crackscope.measurement.optics import Optics
from crackscope.measurement.seen import (
    Floats,
    Singles,
    box,
    box_slopes,
    grey,
    grey_slope,
    sharpened,
)

LEAST_PX = 0.1
_CENTRES = np.arange(-3.0, 3.1, 0.5, dtype=np.float32)
_WIDTHS = np.concatenate(
    [np.arange(0.3, 2, 0.3), np.arange(2, 5, 0.5), np.arange(5, 8, 0.75), np.arange(8, 14, 1.0)]
).astype(np.float32)
_STEPS = 3
_FURTHEST = 1.0
"""Pixels that one step leads at most."""
_GROUND = 0.65
_NOISE, _TEXTURE, _NOISE_LIMITS = 0.05, 0.5, (0.04, 0.2)
_CORRELATED = 1.5


@dataclass(frozen=True, slots=True, eq=False)
class Fits:
    """What M profiles show: (M,) each.

    `width_px` and `centre_px`, the place of the crack from the middle; `evidence`, by how much a
    crack explains the profile better than bare ground, a natural logarithm; `misfit`, the cost of
    a sample near the crack, about 0.4 where only noise is left; `squares`, the mean square of what
    is left of one.
    """

    width_px: Floats
    centre_px: Floats
    evidence: Floats
    misfit: Floats
    squares: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """Optics for all profiles, or (M, 1) those of each."""

    blur: Singles | float
    depth: Singles | float
    tone: Singles | float
    halo: Singles | float

    def drawn(self, x: Singles, width_px: Singles) -> tuple[Singles, Singles, Singles]:
        """What is seen at `x` (M, N) of a crack `width_px` (M, 1) wide, and how that changes by a
        pixel of `x` and by a pixel of width."""
        covered, by_place, by_width = box_slopes(x, width_px, self.blur)
        value = grey(covered, self.depth, self.tone)
        slope = grey_slope(value, self.depth, self.tone)
        shown = (value, slope * by_place, slope * by_width)
        first, second, third = (sharpened(one, self.halo) for one in shown)
        return first, second, third

    @classmethod
    def of(cls, optics: Optics) -> "Seen":
        """The same for all."""
        return cls(
            float(optics.blur_px), float(optics.depth), float(optics.tone), float(optics.halo)
        )

    @classmethod
    def each(cls, optics: Sequence[Optics], profiles: int) -> "Seen":
        """For so many profiles with the first, as many with the second …"""
        rows = np.array(
            [(one.blur_px, one.depth, one.tone, one.halo) for one in optics], np.float32
        )
        columns = np.repeat(rows, profiles, axis=0).T[:, :, None]
        return cls(*columns)


def against_ground(values: Singles) -> tuple[Singles, Singles]:
    """Profiles (M, N) as fractions of their ground, and (M,) the error of a sample of each.

    A ground that is black gives fractions of 0; as in `width`.
    """
    ordered = np.sort(values, axis=1)
    middle = _quantile(ordered, 0.5)
    ground = _quantile(ordered, _GROUND)
    off = np.sort(np.abs(values - middle[:, None]), axis=1)
    spread = np.float32(1.48) * _quantile(off, 0.5) / np.maximum(middle, 1e-9)
    noise = np.clip(_NOISE + _TEXTURE * spread, *_NOISE_LIMITS)
    relative = np.where(ground[:, None] > 0, values / np.maximum(ground, 1e-9)[:, None], 0)
    return relative.astype(np.float32), noise.astype(np.float32)


def _quantile(ordered: Singles, level: float) -> Singles:
    place = level * (ordered.shape[1] - 1)
    low = int(place)
    high = min(low + 1, ordered.shape[1] - 1)
    part = np.float32(place - low)
    return np.asarray(ordered[:, low] * (1 - part) + ordered[:, high] * part)


def fit(relative: Singles, noise: Singles, optics: Optics) -> Fits:
    """The widths of the cracks that profiles (M, N) show, N odd, the crack within 3 px of the
    middle; `noise` (M,) is the error of their samples."""
    seen = Seen.of(optics)
    width, centre = refined(relative, noise, *_nearest(relative, optics), seen)
    return judged(relative, noise, width, centre, seen)


def refined(
    relative: Singles, noise: Singles, width: Singles, centre: Singles, seen: Seen
) -> tuple[Singles, Singles]:
    """Widths and centres (M,) from where the model errs little to where it errs least."""
    place = _places(relative)
    largest = np.float32(relative.shape[1] / 2 + 1)
    for _ in range(_STEPS):
        width, centre = _step(relative, noise, place, width, centre, seen, largest)
    return width, centre


def _places(relative: Singles) -> Singles:
    samples = relative.shape[1]
    return np.asarray(np.arange(samples) - samples // 2, np.float32)


def _nearest(relative: Singles, optics: Optics) -> tuple[Singles, Singles]:
    """(M,) width and centre of the entry of the table with the least squares."""
    drawn = _drawn(optics, relative.shape[1])
    cost = np.square(drawn).sum(axis=1) - 2 * ((relative - 1) @ drawn.T)
    best = cost.argmin(axis=1)
    centre, width = np.divmod(best, len(_WIDTHS))
    return np.asarray(_WIDTHS[width]), np.asarray(_CENTRES[centre])


@lru_cache(maxsize=64)
def _drawn(optics: Optics, samples: int) -> Singles:
    """(T, N) cracks of all centres and widths, less the ground."""
    place = (np.arange(samples) - samples // 2).astype(np.float32)
    covered = box(place - _CENTRES[:, None, None], _WIDTHS[:, None], optics.blur_px)
    drawn = grey(covered, optics.depth, optics.tone).reshape(-1, samples) - 1
    return np.ascontiguousarray(sharpened(drawn, optics.halo), np.float32)


def _step(
    relative: Singles,
    noise: Singles,
    place: Singles,
    width: Singles,
    centre: Singles,
    seen: Seen,
    largest: np.float32,
) -> tuple[Singles, Singles]:
    """One step of Gauss and Newton for width and centre, damped."""
    value, by_place, first = seen.drawn(place - centre[:, None], width[:, None])
    residual, second = relative - value, -by_place
    weight = 1 / np.sqrt(1 + np.square(residual / noise[:, None]))
    pulled = weight * residual
    aa, ab = (weight * first * first).sum(1), (weight * first * second).sum(1)
    bb = (weight * second * second).sum(1)
    ra, rb = (pulled * first).sum(1), (pulled * second).sum(1)
    aa, bb = 1.02 * aa + 1e-4, 1.02 * bb + 1e-4
    whole = aa * bb - ab * ab
    wider, moved = (bb * ra - ab * rb) / whole, (aa * rb - ab * ra) / whole
    width = np.clip(width + np.clip(wider, -_FURTHEST, _FURTHEST), LEAST_PX, largest)
    centre = np.clip(centre + np.clip(moved, -_FURTHEST, _FURTHEST), -4, 4)
    return width.astype(np.float32), centre.astype(np.float32)


def judged(relative: Singles, noise: Singles, width: Singles, centre: Singles, seen: Seen) -> Fits:
    """What is to be said of widths and centres (M,) that were fitted to profiles (M, N)."""
    x = _places(relative) - centre[:, None]
    value, _, _ = seen.drawn(x, width[:, None])
    off = relative - value
    cost = _cost(off / noise[:, None])
    bare = _cost((relative - 1) / noise[:, None]).sum(axis=1)
    near = np.abs(x) <= width[:, None] / 2 + 2.5 * seen.blur + 1
    samples = np.maximum(near.sum(axis=1), 1)
    misfit = (cost * near).sum(axis=1) / samples
    squares = (np.square(off) * near).sum(axis=1) / samples
    evidence = (bare - cost.sum(axis=1)) / _CORRELATED
    found = (width, centre, evidence, misfit, squares)
    return Fits(*(np.asarray(one, np.float64) for one in found))


def _cost(residual: Singles) -> Singles:
    return np.asarray(np.sqrt(1 + np.square(residual)) - 1)


def believed(optics: Optics, others: tuple[Optics, ...], widths: Floats) -> NDArray[np.float64]:
    """(K, W) the widths that each of `others` would give where `optics` is right and cracks are
    `widths` (W,) wide: how far a width depends on what the photo shares."""
    place = (np.arange(31) - 15).astype(np.float32)
    relative, _, _ = Seen.of(optics).drawn(place[None], widths.astype(np.float32)[:, None])
    noise = np.full(len(widths), _NOISE, np.float32)
    seen = Seen.each(others, len(widths))
    repeated = np.tile(relative, (len(others), 1)), np.tile(noise, len(others))
    start = np.tile(widths.astype(np.float32), len(others))
    found, _ = refined(*repeated, start, np.zeros_like(start), seen)
    return np.asarray(found.reshape(len(others), len(widths)), np.float64)
