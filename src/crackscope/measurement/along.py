"""Vectorised widths of many profiles, with known blur, darkness and tone.

Each profile is compared with a table of cracks of all widths and centres. From the best entry, a
few Gauss-Newton steps minimise a pseudo-Huber cost over width and centre, the same cost as in
`width`.
"""

from collections.abc import Iterator, Sequence
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
    grey_and_slope,
    sharpened,
    times,
)

LEAST_PX = 0.1
_CENTRES = np.arange(-3.0, 3.1, 0.5, dtype=np.float32)
_WIDTHS = np.concatenate(
    [np.arange(0.3, 2, 0.3), np.arange(2, 5, 0.5), np.arange(5, 8, 0.75), np.arange(8, 14, 1.0)]
).astype(np.float32)
_STEPS = 3
TOGETHER = 2048
"""Profiles fitted at a time, so that they stay in the cache of a processor."""
_FURTHEST = 1.0
"""Maximum pixels of one step."""
_GROUND = 0.65
_NOISE, _TEXTURE, _NOISE_LIMITS = 0.05, 0.5, (0.04, 0.2)
_CORRELATED = 1.5


@dataclass(frozen=True, slots=True, eq=False)
class Fits:
    """Fits of M profiles: (M,) each.

    `width_px`; `centre_px`, the offset of the crack from the middle; `evidence`, the log-likelihood
    ratio of a crack against bare ground; `misfit`, the cost per sample near the crack, about 0.4 if
    the residual is noise.
    """

    width_px: Floats
    centre_px: Floats
    evidence: Floats
    misfit: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """Optics of all profiles, or (M, 1) of each profile."""

    blur: Singles | float
    depth: Singles | float
    tone: Singles | float
    halo: Singles | float

    def drawn(self, x: Singles, width_px: Singles) -> tuple[Singles, Singles, Singles]:
        """Grey values at `x` (M, N) of cracks `width_px` (M, 1) wide.

        Returns the values and their derivatives by `x` and by width, per pixel.
        """
        covered, by_place, by_width = box_slopes(x, width_px, self.blur)
        value, slope = grey_and_slope(covered, self.depth, self.tone)
        shown = (value, slope * by_place, slope * by_width)
        first, second, third = (sharpened(one, self.halo) for one in shown)
        return first, second, third

    def value(self, x: Singles, width_px: Singles) -> Singles:
        """The grey values alone."""
        return sharpened(grey(box(x, width_px, self.blur), self.depth, self.tone), self.halo)

    @classmethod
    def of(cls, optics: Optics) -> "Seen":
        """The same optics for all profiles."""
        return cls(
            float(optics.blur_px), float(optics.depth), float(optics.tone), float(optics.halo)
        )

    @classmethod
    def each(cls, optics: Sequence[Optics], profiles: int) -> "Seen":
        """Optics for consecutive groups of `profiles` profiles each."""
        rows = np.array(
            [(one.blur_px, one.depth, one.tone, one.halo) for one in optics], np.float32
        )
        columns = np.repeat(rows, profiles, axis=0).T[:, :, None]
        return cls(*columns)


def against_ground(values: Singles) -> tuple[Singles, Singles]:
    """Profiles (M, N) as fractions of their ground, and the error (M,) of their samples.

    A black ground gives fractions of 0. See `width`.
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
    """Fit crack widths to profiles (M, N), N odd, with the crack within 3 px of the middle.

    `noise` (M,) is the error of their samples.
    """
    seen = Seen.of(optics)
    found = []
    for part in parts(len(relative)):
        values, error = relative[part], noise[part]
        width, centre = refined(values, error, *_nearest(values, optics), seen)
        found.append(judged(values, error, width, centre, seen))
    columns = (np.concatenate([getattr(one, name) for one in found]) for name in Fits.__slots__)
    return Fits(*columns)


def parts(count: int, together: int = TOGETHER) -> Iterator[slice]:
    """Slices of `count` items, `together` at a time; an empty one if there are none."""
    return (slice(first, first + together) for first in range(0, max(count, 1), together))


def refined(
    relative: Singles, noise: Singles, width: Singles, centre: Singles, seen: Seen
) -> tuple[Singles, Singles]:
    """Refine widths and centres (M,) by Gauss-Newton steps."""
    place = _places(relative)
    largest = np.float32(relative.shape[1] / 2 + 1)
    for _ in range(_STEPS):
        width, centre = _step(relative, noise, place, width, centre, seen, largest)
    return width, centre


def _places(relative: Singles) -> Singles:
    samples = relative.shape[1]
    return np.asarray(np.arange(samples) - samples // 2, np.float32)


def _nearest(relative: Singles, optics: Optics) -> tuple[Singles, Singles]:
    """(M,) width and centre of the table entry with the least squares."""
    twice, squares = _drawn(optics, relative.shape[1])
    cost = times(1 - relative, twice)
    cost += squares
    best = cost.argmin(axis=1)
    centre, width = np.divmod(best, len(_WIDTHS))
    return np.asarray(_WIDTHS[width]), np.asarray(_CENTRES[centre])


@lru_cache(maxsize=64)
def _drawn(optics: Optics, samples: int) -> tuple[Singles, Singles]:
    """Twice the profiles (N, T) of cracks of all centres and widths, minus the ground, and the sum
    of squares of each (T,)."""
    place = (np.arange(samples) - samples // 2).astype(np.float32)
    covered = box(place - _CENTRES[:, None, None], _WIDTHS[:, None], optics.blur_px)
    drawn = grey(covered, optics.depth, optics.tone).reshape(-1, samples) - 1
    shown = np.asarray(sharpened(drawn, optics.halo), np.float32)
    return np.ascontiguousarray(2 * shown.T), np.square(shown).sum(axis=1)


def _step(
    relative: Singles,
    noise: Singles,
    place: Singles,
    width: Singles,
    centre: Singles,
    seen: Seen,
    largest: np.float32,
) -> tuple[Singles, Singles]:
    """One damped Gauss-Newton step for width and centre."""
    value, by_place, first = seen.drawn(place - centre[:, None], width[:, None])
    residual, second = relative - value, -by_place
    weight = 1 / np.sqrt(1 + np.square(residual / noise[:, None]))
    heavy, other = weight * first, weight * second
    aa, ab, bb = _dot(heavy, first), _dot(heavy, second), _dot(other, second)
    ra, rb = _dot(heavy, residual), _dot(other, residual)
    aa, bb = 1.02 * aa + 1e-4, 1.02 * bb + 1e-4
    whole = aa * bb - ab * ab
    wider, moved = (bb * ra - ab * rb) / whole, (aa * rb - ab * ra) / whole
    width = np.clip(width + np.clip(wider, -_FURTHEST, _FURTHEST), LEAST_PX, largest)
    centre = np.clip(centre + np.clip(moved, -_FURTHEST, _FURTHEST), -4, 4)
    return width.astype(np.float32), centre.astype(np.float32)


def _dot(first: Singles, second: Singles) -> Singles:
    """(M,) sums of products along rows."""
    return np.asarray(np.einsum("mn,mn->m", first, second))


def judged(relative: Singles, noise: Singles, width: Singles, centre: Singles, seen: Seen) -> Fits:
    """Evaluate widths and centres (M,) that were fitted to profiles (M, N)."""
    x = _places(relative) - centre[:, None]
    off = relative - seen.value(x, width[:, None])
    cost = _cost(off / noise[:, None])
    bare = _cost((relative - 1) / noise[:, None]).sum(axis=1)
    near = _near(x, width, seen)
    misfit = (cost * near).sum(axis=1) / np.maximum(near.sum(axis=1), 1)
    evidence = (bare - cost.sum(axis=1)) / _CORRELATED
    found = (width, centre, evidence, misfit)
    return Fits(*(np.asarray(one, np.float64) for one in found))


def squares(relative: Singles, width: Singles, centre: Singles, seen: Seen) -> Floats:
    """(M,) mean squared residuals of the samples near a crack."""
    x = _places(relative) - centre[:, None]
    off = relative - seen.value(x, width[:, None])
    near = _near(x, width, seen)
    found = (np.square(off) * near).sum(axis=1) / np.maximum(near.sum(axis=1), 1)
    return np.asarray(found, np.float64)


def _near(x: Singles, width: Singles, seen: Seen) -> NDArray[np.bool_]:
    return np.asarray(np.abs(x) <= width[:, None] / 2 + 2.5 * seen.blur + 1)


def _cost(residual: Singles) -> Singles:
    return np.asarray(np.sqrt(1 + np.square(residual)) - 1)


def believed(optics: Optics, others: tuple[Optics, ...], widths: Floats) -> NDArray[np.float64]:
    """(K, W) widths fitted with each of `others` if `optics` is true and cracks are `widths` wide.

    Shows how widths depend on the optics of the photo.
    """
    place = (np.arange(31) - 15).astype(np.float32)
    relative = Seen.of(optics).value(place[None], widths.astype(np.float32)[:, None])
    noise = np.full(len(widths), _NOISE, np.float32)
    seen = Seen.each(others, len(widths))
    repeated = np.tile(relative, (len(others), 1)), np.tile(noise, len(others))
    start = np.tile(widths.astype(np.float32), len(others))
    found, _ = refined(*repeated, start, np.zeros_like(start), seen)
    return np.asarray(found.reshape(len(others), len(widths)), np.float64)
