"""Is it a concrete surface at all? A prototype: how strange a window is, from two sides.

What the network computes before its last layer tells a cat from concrete, but is blind to flat
colours and noise; colours, tones and gradients of the pixels know these, but take a painted floor
for a meadow. So a window is as strange as both say together. Each side is a normal distribution of
low rank (probabilistic PCA, Tipping and Bishop 1999) with Mahalanobis' distance (by which Lee et
al. 2018 find what a network was not trained on): numpy alone, one small matrix product a window.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from crackscope.types import Pixels

COMPONENTS = 64
GIVEN_UP = 0.01
"""Share of concrete windows beyond the limit of one side."""
_HELD_OUT = 0.4
_LEAST = 1e-9
_TONES = np.arange(256)

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Cloud:
    """What N vectors of concrete look like: mean (F,), axes (K, F), variances along these (K,).

    Each value is divided by its `scale` (F,) first. `rest` is the mean variance along the F - K
    other directions; a distance of `limit` is rare for concrete.
    """

    mean: Floats
    axes: Floats
    variances: Floats
    scale: Floats
    rest: float
    limit: float = 1.0

    def strangeness(self, values: ArrayLike) -> Floats:
        """(N, F) -> (N,): squared distance in units of the limit."""
        centred = np.asarray(values, np.float64) / self.scale - self.mean
        along = centred @ self.axes.T
        beside = np.maximum((centred**2).sum(axis=1) - (along**2).sum(axis=1), 0.0)
        distance = (along**2 / self.variances).sum(axis=1) + beside / self.rest
        return np.asarray(distance / self.limit, np.float64)

    def to_arrays(self, prefix: str) -> dict[str, NDArray[Any]]:
        """For a file; two bytes a number for the axes."""
        arrays = {name: np.asarray(value, np.float32) for name, value in vars(self).items()}
        arrays["axes"] = self.axes.astype(np.float16)
        return {f"{prefix}_{name}": value for name, value in arrays.items()}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]], prefix: str) -> "Cloud":
        """Back from `to_arrays`."""
        names = ("mean", "axes", "variances", "scale")
        mean, axes, variances, scale = (arrays[f"{prefix}_{n}"].astype(np.float64) for n in names)
        rest, limit = float(arrays[f"{prefix}_rest"]), float(arrays[f"{prefix}_limit"])
        return cls(mean, axes, variances, scale, rest, limit)


@dataclass(frozen=True)
class Concrete:
    """Both sides; a photo whose windows are stranger than 1, by their median, is flagged."""

    features: Cloud
    statistics: Cloud

    def strangeness(self, features: ArrayLike, statistics: ArrayLike) -> Floats:
        """(N, F) and (N, 19) -> (N,): the geometric mean of both sides; above 1 is no concrete."""
        sides = self.features.strangeness(features), self.statistics.strangeness(statistics)
        return np.asarray(np.sqrt(sides[0] * sides[1]), np.float64)

    def is_other(self, features: ArrayLike, statistics: ArrayLike) -> bool:
        """Whether most windows of a photo do not look like concrete."""
        return bool(np.median(self.strangeness(features, statistics)) > 1.0)


def fit(features: ArrayLike, statistics: ArrayLike, seed: int = 0) -> Concrete:
    """Describe concrete by N windows that show it, as varied as they can be had."""
    return Concrete(fit_cloud(features, seed), fit_cloud(statistics, seed, units_differ=True))


def fit_cloud(
    values: ArrayLike, seed: int = 0, components: int = COMPONENTS, units_differ: bool = False
) -> Cloud:
    """Fit on most rows of (N, F); the limit is that which 1 % of the other rows exceed.

    Distances of rows that were fitted on are too small. `units_differ` divides each value by its
    standard deviation first; features, of which most are nearly always 0, lose by that. Raises
    ValueError for fewer than 10 rows.
    """
    x = np.asarray(values, np.float64)
    if x.ndim != 2 or len(x) < 10:
        raise ValueError(f"values must be (N, F), N >= 10; received {x.shape}")
    order = np.random.default_rng(seed).permutation(len(x))
    held_out, fitted = np.split(x[order], [int(_HELD_OUT * len(x))])
    scale = np.ones(x.shape[1])
    if units_differ:
        scale = np.maximum(fitted.std(axis=0), _LEAST + 1e-6 * np.abs(fitted).max())
    scaled = fitted / scale
    mean = scaled.mean(axis=0)
    spread, axes = np.linalg.eigh(np.cov(scaled - mean, rowvar=False))
    spread, axes = np.maximum(spread[::-1], 0.0), axes[:, ::-1].T
    kept = min(components, len(fitted) - 1, x.shape[1] - 1)
    rest = max(float(spread[kept:].mean()), _LEAST)
    cloud = Cloud(mean, axes[:kept], np.maximum(spread[:kept], rest), scale, rest)
    limit = float(np.quantile(cloud.strangeness(held_out), 1 - GIVEN_UP))
    return replace(cloud, limit=max(limit, _LEAST))


def statistics(window: Pixels) -> Floats:
    """(H, W, 3) uint8 -> (19,): colours, gradients and tones of one window."""
    grey = window.mean(axis=2, dtype=np.float32)
    return np.array([*_colours(window[::2, ::2]), *_gradients(grey), *_tones(grey)], np.float64)


def _colours(pixels: Pixels) -> list[float]:
    """Saturation and the opponent axes red-green and yellow-blue: means and spreads."""
    red, green, blue = np.moveaxis(pixels.astype(np.float32), 2, 0)
    most, least = pixels.max(axis=2).astype(np.float32), pixels.min(axis=2)
    planes = ((most - least) / np.maximum(most, 1), red - green, (red + green) / 2 - blue)
    return [float(value) for plane in planes for value in (plane.mean(), plane.std())]


def _gradients(grey: NDArray[np.float32]) -> list[float]:
    """Logarithms: how steep at one pixel and at four, and how much more downwards than across."""
    rows, columns = (side // 4 * 4 for side in grey.shape)
    coarse = grey[:rows, :columns].reshape(rows // 4, 4, columns // 4, 4).mean(axis=(1, 3))
    steep = [
        [float(np.abs(np.diff(plane, axis=axis)).mean()) + 0.1 for axis in (0, 1)]
        for plane in (grey, coarse)
    ]
    fine, rough = steep
    return [*np.log([sum(fine), sum(rough), fine[0] / fine[1]])]


def _tones(grey: NDArray[np.float32]) -> list[float]:
    """Mean, spread, quantiles about the median, entropy, clipped shares and peaks of the grey."""
    share = np.bincount(grey.astype(np.uint8).ravel(), minlength=256) / grey.size
    low, lower, median, upper, high = np.searchsorted(share.cumsum(), (0.02, 0.25, 0.5, 0.75, 0.98))
    mean = float(share @ _TONES)
    spread = float(np.sqrt(share @ (_TONES - mean) ** 2))
    coarse = share.reshape(32, 8).sum(axis=1)
    entropy = -float(coarse @ np.log(np.maximum(coarse, _LEAST)))
    offsets = [float(tone - median) for tone in (low, lower, upper, high)]
    clipped = [float(share[251:].sum()), float(share[:5].sum())]
    return [mean, float(np.log1p(spread)), *offsets, entropy, *clipped, float((coarse > 0.2).sum())]
