"""Does a photo show a concrete surface at all? How strange its windows are, from two sides.

What the network computes before its last layer tells a cat from concrete, but is blind to flat
colours and noise; the statistics of the pixels know these, but take a painted floor for a meadow.
So a window is as strange as both say together. Each side is a normal distribution of low rank
(probabilistic PCA, Tipping and Bishop 1999) with Mahalanobis' distance (by which Lee et al. 2018
find what a network was not trained on): numpy alone, one small matrix product a photo.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from crackscope.errors import BundleError
from crackscope.inspection.statistics import statistics as statistics_of
from crackscope.models.bundle import SURFACE, Bundle
from crackscope.tiles.cut import cut
from crackscope.types import Photo, Surface, WindowScores

LIMIT = 1.5
"""A photo is flagged when the median of its windows is stranger than this. At 1 each side alone
would flag 1 % of windows like those it was fitted on; other concrete is stranger than these."""
_ACROSS = 4
"""Windows looked at along each side of a photo: enough for a median, and little work."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Cloud:
    """What N vectors of concrete look like: mean (F,), axes (K, F), variances along these (K,).

    Each value is divided by its `scale` (F,) first. `rest` is the mean variance along the F - K
    other directions; a squared distance of `limit` is rare for concrete.
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
        """Back from `to_arrays`; raises KeyError where one is missing."""
        names = ("mean", "axes", "variances", "scale")
        mean, axes, variances, scale = (arrays[f"{prefix}_{n}"].astype(np.float64) for n in names)
        rest, limit = float(arrays[f"{prefix}_rest"]), float(arrays[f"{prefix}_limit"])
        return cls(mean, axes, variances, scale, rest, limit)


@dataclass(frozen=True)
class Concrete:
    """What windows of concrete look like to the network, and in the statistics of their pixels."""

    features: Cloud
    statistics: Cloud

    @property
    def width(self) -> int:
        """How many features a window has."""
        return len(self.features.mean)

    def strangeness(self, features: ArrayLike, statistics: ArrayLike) -> Floats:
        """(N, F) and (N, 19) -> (N,): the geometric mean of both sides."""
        sides = self.features.strangeness(features), self.statistics.strangeness(statistics)
        return np.asarray(np.sqrt(sides[0] * sides[1]), np.float64)

    def of_photo(self, photo: Photo, windows: WindowScores) -> float:
        """The median of up to 16 windows spread over the photo; `windows` carry features."""
        if windows.features is None:
            raise ValueError("windows without features cannot be told strange or not")
        places = _spread(*windows.grid().shape)
        pixels = [statistics_of(cut(photo.pixels, windows.tiles[place])) for place in places]
        return float(np.median(self.strangeness(windows.features[places], pixels)))

    def judge(self, photo: Photo, windows: WindowScores) -> Surface:
        """The flag of a photo."""
        return "other" if self.of_photo(photo, windows) > LIMIT else "concrete"

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """The content of surface.npz."""
        return self.features.to_arrays("features") | self.statistics.to_arrays("statistics")


def load(bundle: Bundle) -> Concrete | None:
    """What the bundle takes for concrete; None where it has no surface.npz."""
    if not (bundle.folder / SURFACE).is_file():
        return None
    try:
        arrays = bundle.arrays(SURFACE)
        clouds = (Cloud.from_arrays(arrays, side) for side in ("features", "statistics"))
        return Concrete(*clouds)
    except (ValueError, KeyError) as error:
        raise BundleError(f"{bundle.folder / SURFACE} cannot be read: {error!r}") from error


def _spread(rows: int, columns: int) -> list[int]:
    """Indices of windows, row by row, evenly over the grid."""

    def along(count: int) -> list[int]:
        kept = min(count, _ACROSS)
        return [(2 * step + 1) * count // (2 * kept) for step in range(kept)]

    return [row * columns + column for row in along(rows) for column in along(columns)]
