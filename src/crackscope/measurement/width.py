"""The width of a crack from the grey values across it, with its uncertainty.

The profile of a crack is a box, darker than its ground, blurred by the camera. It has three
parameters, width, darkness and blur, of which a narrow crack determines only two. Known values can
be given; otherwise blur and darkness are marginalised over a prior, which widens the interval. The
prior was chosen from profiles of two structures with gauge readings (Benz & Rodehorst, MVA 2021),
so figures on these are slightly optimistic. Grey values are used as in the file: decoded to linear
light, the same profiles come out 0.7 px wider than the gauge readings.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

LEAST_SAMPLES = 15
"""Minimum samples of a profile: a narrow crack, its blur, and ground on both sides."""
BLUR_PX, _BLUR_SPREAD = 1.0, 0.3
"""Prior of the blur: the median, and the standard deviation of its logarithm."""
DEPTH, _DEPTH_SPREAD = 0.12, 0.08
"""Prior of the grey value inside a crack, relative to the ground: mean, standard deviation."""
_GROUND = 0.65
"""The quantile of a profile that estimates the ground."""
_NOISE, _TEXTURE, _NOISE_LIMITS = 0.05, 0.5, (0.04, 0.2)
"""Error of a grey value, relative to the ground: of the model, the weight of the spread of the
ground, and the limits."""
_CORRELATED = 1.5
"""Number of neighbouring samples with correlated errors."""
_CENTRE, _STEP = 2.5, 0.5
"""Maximum distance of the centre from the darkest sample near the middle, and step, in pixels."""
_NEAR = 7
"""Samples on either side of the middle that are searched for a crack."""
_NARROWEST, _MARGIN = 0.1, 6
"""Smallest width tried, and the ground left by the largest, in pixels."""
_EVIDENCE = 1.0
"""Minimum log-likelihood ratio of a crack against bare ground."""
_INTERVAL = (0.025, 0.975)

_CUMULATIVE = np.array([0.5 * math.erfc(-x / math.sqrt(2)) for x in np.linspace(-6, 6, 1201)])


@dataclass(frozen=True, slots=True)
class Width:
    """A width with the half-width of its 95 % interval, in pixels, and in mm with a scale."""

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
    """Measure the width of the crack in a profile.

    `profile` (N,) are grey values, one sample per pixel, N at least 15, with the crack within a few
    samples of the middle. `psf_px` is the standard deviation of the blur in pixels, `depth` the
    grey value inside a crack as a fraction of the ground's, 0 to 0.9; if None, the prior is used.
    `mm_per_px` is assumed exact. Raises ValueError if an argument is out of range, or if there is
    no crack to measure.
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
            "middle. Received: a profile without a clear crack. Choose a place where it is visible"
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
            f"profile must be (N,) grey values, N at least {LEAST_SAMPLES}. "
            f"Received: an array of shape {values.shape}"
        )
    if not np.isfinite(values).all() or (values < 0).any():
        raise ValueError("profile must contain finite grey values, 0 or above")
    for name, value in (("mm_per_px", mm_per_px), ("psf_px", psf_px)):
        if value is not None and not (math.isfinite(value) and value > 0):
            raise ValueError(f"{name} must be above 0. Received: {value!r}")
    if depth is not None and not 0 <= depth <= 0.9:
        raise ValueError(f"depth must be 0 to 0.9 of the ground's grey value. Received: {depth!r}")
    return values


def _blurs(known: float | None) -> Floats:
    return np.array([0.6, 0.8, 1.0, 1.3, 1.7]) if known is None else np.array([known])


def _depths(known: float | None) -> Floats:
    if known is not None:
        return np.array([known])
    return np.array([0.0, 0.03, 0.06, 0.1, 0.15, 0.2, 0.27, 0.36])


def _widths(samples: int) -> Floats:
    """Widths to try: every 0.1 px, wide ones every 0.25 px."""
    largest = max(5.0, min(samples - _MARGIN, samples / 2 + 1))
    return np.concatenate([np.arange(_NARROWEST, 4, 0.1), np.arange(4, largest, 0.25)])


def _noise(values: Floats) -> float:
    """The standard deviation of a sample, relative to the ground's grey value."""
    middle = float(np.median(values))
    spread = 1.48 * float(np.median(np.abs(values - middle))) / max(middle, 1e-9)
    return float(np.clip(_NOISE + _TEXTURE * spread, *_NOISE_LIMITS))


def _fit(relative: Floats, noise: float, widths: Floats, blurs: Floats, depths: Floats) -> Floats:
    """(B, D, W) log-likelihood ratio of each blur, darkness and width against bare ground.

    Each is at its best centre.
    """
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
    """Negative log-likelihood of residuals along the last axis (pseudo-Huber).

    It is normal except for large residuals, as caused by dirt and broken edges.
    """
    return np.asarray((np.sqrt(1 + np.square(residual / noise)) - 1).sum(axis=-1), np.float64)


def _log_prior(distance: Floats, spread: float, known: float | None) -> Floats:
    return np.zeros(1) if known is not None else -0.5 * np.square(distance / spread)


def _peak(widths: Floats, likely: Floats) -> float:
    """The most likely width, interpolated between those tried."""
    middle = int(np.clip(likely.argmax(), 1, len(widths) - 2))
    near = slice(middle - 1, middle + 2)
    square, linear, _ = np.polyfit(widths[near] - widths[middle], likely[near], 2)
    step = 0.0 if square >= 0 else -linear / (2 * square)
    low, high = widths[middle - 1], widths[middle + 1]
    return float(np.clip(widths[middle] + step, low, high))


def _half_interval(widths: Floats, fit: Floats) -> float:
    """The half-width of the 95 % interval of the width, over all blurs and darknesses."""
    odds = np.exp(fit - fit.max()).sum(axis=(0, 1)) * np.gradient(widths)
    below = np.cumsum(odds) / odds.sum()
    low, high = np.interp(_INTERVAL, below, widths)
    return float(high - low) / 2
