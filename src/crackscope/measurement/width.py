"""The width of a crack from the grey values across it, with its uncertainty.

Seen across, a crack is a box, darker than its ground, that the camera blurs: its width, its
darkness and the blur are three numbers, of which a narrow crack shows only two. So what the photo
shares is given where it is known; else each blur and each darkness counts as far as it is likely
beforehand, and the width is no surer than that leaves it. What is likely was chosen by looking at
profiles of two structures whose widths were read on site with a gauge (Benz & Rodehorst, MVA 2021),
so figures on these are a little flattered. Grey values are taken as they are in the file: decoded
to linear light, the same profiles come out 0.7 px wider than the gauge says.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

LEAST_SAMPLES = 15
"""Samples of a profile: a narrow crack, its blur, and ground on both sides."""
BLUR_PX, _BLUR_SPREAD = 1.0, 0.3
"""What a photo is blurred by, where nobody says it: the median, and the spread of its logarithm."""
DEPTH, _DEPTH_SPREAD = 0.12, 0.08
"""Grey value inside a crack as a fraction of the ground's: mean and standard deviation."""
_GROUND = 0.65
"""The quantile of a profile that is the ground beside the crack."""
_NOISE, _TEXTURE, _NOISE_LIMITS = 0.05, 0.5, (0.04, 0.2)
"""Error of a grey value as a fraction of the ground's: of the model, and how much of the spread of
the ground counts."""
_CORRELATED = 1.5
"""How many neighbouring samples err together."""
_CENTRE, _STEP = 2.5, 0.5
"""How far from its darkest sample near the middle the centre of a crack may lie, in pixels."""
_NEAR = 7
"""Samples on either side of the middle in which a crack is looked for."""
_NARROWEST, _MARGIN = 0.1, 6
"""Pixels: the least width that is tried, and how much ground the largest leaves of a profile."""
_EVIDENCE = 1.0
"""By how much a crack has to explain the profile better than bare ground: natural logarithm."""
_INTERVAL = (0.025, 0.975)

_CUMULATIVE = np.array([0.5 * math.erfc(-x / math.sqrt(2)) for x in np.linspace(-6, 6, 1201)])


@dataclass(frozen=True, slots=True)
class Width:
    """A width with the half-width of its 95 % interval, in pixels; with a scale in mm too."""

    width_px: float
    u95_px: float
    width_mm: float | None = None
    u95_mm: float | None = None


def width(
    profile: ArrayLike,
    *,
    mm_per_px: float | None = None,
    psf_px: float | None = None,
    depth: float | None = None,
) -> Width:
    """The width of the crack that a profile runs across.

    `profile` (N,) grey values, one sample a pixel, N at least 15, the crack within a few samples of
    the middle. What the photo shares: `psf_px`, the standard deviation of its blur in pixels, and
    `depth`, the grey value inside a crack as a fraction of the ground's, 0 to 0.9; where None, what
    is likely beforehand. `mm_per_px` is taken as exact. Raises ValueError where an argument is out
    of range, and where there is no crack to measure.
    """
    values = _checked(profile, mm_per_px, psf_px, depth)
    ground = float(np.quantile(values, _GROUND))
    if ground <= 0:
        raise ValueError("profile must show a ground that is not black; most of it is 0")
    relative = values / ground
    blurs, depths = _blurs(psf_px), _depths(depth)
    widths = _widths(len(values))
    fit = _fit(relative, _noise(values), widths, blurs, depths)
    fit += _log_prior(np.log(blurs / BLUR_PX), _BLUR_SPREAD, psf_px)[:, None, None]
    fit += _log_prior(depths - DEPTH, _DEPTH_SPREAD, depth)[None, :, None]
    likely = fit.max(axis=(0, 1))
    if likely.max() < _EVIDENCE:
        raise ValueError(
            "profile must run across a crack, darker than the ground on both sides, near its "
            "middle; none stands out there. Take the profile where the crack is to be seen"
        )
    found, error = _peak(widths, likely), _half_interval(widths, fit)
    if mm_per_px is None:
        return Width(found, error)
    return Width(found, error, found * mm_per_px, error * mm_per_px)


def _checked(
    profile: ArrayLike, mm_per_px: float | None, psf_px: float | None, depth: float | None
) -> Floats:
    values = np.asarray(profile, np.float64)
    if values.ndim != 1 or len(values) < LEAST_SAMPLES:
        raise ValueError(
            f"profile must be (N,) grey values, N at least {LEAST_SAMPLES}; "
            f"received an array of shape {values.shape}"
        )
    if not np.isfinite(values).all() or (values < 0).any():
        raise ValueError("profile must hold finite grey values of 0 and more")
    for name, value in (("mm_per_px", mm_per_px), ("psf_px", psf_px)):
        if value is not None and not (math.isfinite(value) and value > 0):
            raise ValueError(f"{name} must be above 0; received {value!r}")
    if depth is not None and not 0 <= depth <= 0.9:
        raise ValueError(f"depth must be 0 to 0.9 of the ground's grey value; received {depth!r}")
    return values


def _blurs(known: float | None) -> Floats:
    return np.array([0.6, 0.8, 1.0, 1.3, 1.7]) if known is None else np.array([known])


def _depths(known: float | None) -> Floats:
    if known is not None:
        return np.array([known])
    return np.array([0.0, 0.03, 0.06, 0.1, 0.15, 0.2, 0.27, 0.36])


def _widths(samples: int) -> Floats:
    """Widths that are tried: every tenth of a pixel, wide ones every quarter."""
    largest = max(5.0, min(samples - _MARGIN, samples / 2 + 1))
    return np.concatenate([np.arange(_NARROWEST, 4, 0.1), np.arange(4, largest, 0.25)])


def _noise(values: Floats) -> float:
    """The standard deviation of a sample as a fraction of the ground's grey value."""
    middle = float(np.median(values))
    spread = 1.48 * float(np.median(np.abs(values - middle))) / max(middle, 1e-9)
    return float(np.clip(_NOISE + _TEXTURE * spread, *_NOISE_LIMITS))


def _fit(relative: Floats, noise: float, widths: Floats, blurs: Floats, depths: Floats) -> Floats:
    """(B, D, W) by how much each blur, darkness and width explains the profile better than bare
    ground does, at its best centre: natural logarithm."""
    place = np.arange(len(relative)) - len(relative) // 2
    near = np.flatnonzero(np.abs(place) <= _NEAR)
    darkest = place[near[relative[near].argmin()]]
    centres = darkest + np.arange(-_CENTRE, _CENTRE + _STEP / 2, _STEP)
    bare = _cost(relative - 1, noise)
    found = np.empty((len(blurs), len(depths), len(widths)))
    for row, blur in enumerate(blurs):
        shape = _box(place - centres[:, None, None], widths[:, None], blur)
        for column, depth in enumerate(depths):
            cost = _cost(relative - 1 + (1 - depth) * shape, noise)
            found[row, column] = (bare - cost.min(axis=0)) / _CORRELATED
    return found


def _box(x: Floats, width_px: Floats, blur_px: float) -> Floats:
    """A box of height 1 around 0, blurred by a Gaussian."""
    return np.asarray(
        _normal((x + width_px / 2) / blur_px) - _normal((x - width_px / 2) / blur_px), np.float64
    )


def _normal(x: Floats) -> Floats:
    """The cumulative normal distribution."""
    return np.asarray(np.interp(x, np.linspace(-6, 6, len(_CUMULATIVE)), _CUMULATIVE), np.float64)


def _cost(residual: Floats, noise: float) -> Floats:
    """Minus the logarithm of the likelihood of residuals along the last axis: normal, but for large
    ones, which dirt and broken edges cause (pseudo-Huber)."""
    return np.asarray((np.sqrt(1 + np.square(residual / noise)) - 1).sum(axis=-1), np.float64)


def _log_prior(distance: Floats, spread: float, known: float | None) -> Floats:
    return np.zeros(1) if known is not None else -0.5 * np.square(distance / spread)


def _peak(widths: Floats, likely: Floats) -> float:
    """The likeliest width, between those that were tried."""
    middle = int(np.clip(likely.argmax(), 1, len(widths) - 2))
    near = slice(middle - 1, middle + 2)
    square, linear, _ = np.polyfit(widths[near] - widths[middle], likely[near], 2)
    step = 0.0 if square >= 0 else -linear / (2 * square)
    low, high = widths[middle - 1], widths[middle + 1]
    return float(np.clip(widths[middle] + step, low, high))


def _half_interval(widths: Floats, fit: Floats) -> float:
    """Half of the interval in which the width lies with 95 %, whatever the blur and darkness."""
    odds = np.exp(fit - fit.max()).sum(axis=(0, 1)) * np.gradient(widths)
    below = np.cumsum(odds) / odds.sum()
    low, high = np.interp(_INTERVAL, below, widths)
    return float(high - low) / 2
