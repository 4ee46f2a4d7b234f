"""Detect photos that do not show concrete, from the pixel statistics of their windows.

The network alone cannot tell: fine-tuned to find cracks, it no longer recognises a cat
(docs/decisions/0009). Pixel statistics of windows of concrete, and if known those of other
materials, are modelled as normal distributions; a window is compared with them by its Mahalanobis
distances: 0.4 ms per window.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import inf
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from crackscope.grid import cut
from crackscope.models.appearance import COUNT, FEWER, robust, statistics
from crackscope.models.bundle import SURFACE, Bundle
from crackscope.types import Box, Material, Photo, Pixels, ScoreMap

_ACROSS = 3
"""Windows sampled along each side of a photo: enough for a median at low cost."""
_BATCH = 4
"""Windows per batch: more would not fit in the processor's cache."""
_OTHER = "other_"
"""Prefix of the arrays of other materials in surface.npz."""
_LARGEST = 1e50
"""Limit on the numbers in surface.npz, so that no distance overflows."""

Floats = NDArray[np.float64]
Describe = Callable[[Pixels], Floats]
"""Windows of one size (N, H, W, 3) uint8 -> statistics (N, F)."""


@dataclass(frozen=True)
class Normal:
    """A normal distribution of F statistics: (values - mean) @ whitening, (F,) and (F, F), has
    independent values of variance 1."""

    mean: Floats
    whitening: Floats

    def distances(self, values: ArrayLike) -> Floats:
        """(N, F) -> (N,): squared Mahalanobis distances."""
        white = (np.asarray(values, np.float64) - self.mean) @ self.whitening
        return np.asarray((white**2).sum(axis=1), np.float64)

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Its arrays by name."""
        return {name: np.asarray(value) for name, value in vars(self).items()}

    @classmethod
    def from_arrays(
        cls, arrays: Mapping[str, NDArray[Any]], count: int, prefix: str = ""
    ) -> "Normal":
        """The inverse of `to_arrays` for `count` statistics; raises KeyError or ValueError for
        invalid arrays."""
        mean, whitening = arrays[f"{prefix}mean"], arrays[f"{prefix}whitening"]
        if mean.shape != (count,) or whitening.shape != (count, count):
            raise ValueError(
                f"{prefix}mean must have the shape ({count},) and {prefix}whitening "
                f"({count}, {count}). Received: {mean.shape} and {whitening.shape}"
            )
        for name, values in (("mean", mean), ("whitening", whitening)):
            if np.abs(values.astype(np.float64)).max() > _LARGEST:
                raise ValueError(f"{prefix}{name} must be at most {_LARGEST:g} in size")
        return cls(mean, whitening)


@dataclass(frozen=True)
class Concrete:
    """What windows of concrete look like: the distribution of their `statistics`.

    With `other`, both are distributions of the `robust` statistics, of windows of concrete and of
    other materials. A photo is flagged if the median score of its windows is above `limit`, which
    is rare for concrete.
    """

    concrete: Normal
    limit: float = 1.0
    other: Normal | None = None

    def scores(self, values: ArrayLike) -> Floats:
        """(N, F) -> (N,): the squared distance from concrete, or half of what it exceeds that from
        other materials by, which is the log-odds up to a constant."""
        distances = self.concrete.distances(values)
        if self.other is None:
            return distances
        return np.asarray((distances - self.other.distances(values)) / 2, np.float64)

    def of_photos(self, photos: Sequence[Photo], found: Sequence[ScoreMap]) -> list[float]:
        """For each photo the median score of its sampled windows.

        With `other`, a window of one colour, such as of a covered lens or an overexposed wall,
        scores infinity: it shows no surface, and which distribution is nearer means nothing.
        """
        windows = [
            [cut(photo.pixels, box) for box in looked_at(place)]
            for photo, place in zip(photos, found, strict=True)
        ]
        describe = statistics if self.other is None else robust
        values = of_windows([window for group in windows for window in group], describe)
        scores = iter(self.scores(values))
        return [median(self._score(window, next(scores)) for window in group) for group in windows]

    def _score(self, window: Pixels, score: float) -> float:
        return inf if self.other is not None and _is_blank(window) else float(score)

    def judge(self, photos: Sequence[Photo], found: Sequence[ScoreMap]) -> list[Material]:
        """The material of each photo."""
        scores = self.of_photos(photos, found)
        return ["other" if score > self.limit else "concrete" for score in scores]

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """The content of surface.npz."""
        arrays = {**self.concrete.to_arrays(), "limit": np.asarray(self.limit)}
        if self.other is not None:
            arrays |= {_OTHER + name: value for name, value in self.other.to_arrays().items()}
        return arrays

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> "Concrete":
        """The inverse of `to_arrays`; raises KeyError or ValueError for invalid arrays."""
        both = any(name.startswith(_OTHER) for name in arrays)
        count = FEWER if both else COUNT
        concrete = Normal.from_arrays(arrays, count)
        other = Normal.from_arrays(arrays, count, _OTHER) if both else None
        limit = float(arrays["limit"])
        if not (np.isfinite(limit) and (both or limit > 0)):
            raise ValueError(
                f"limit must be a number{'' if both else ' above 0'}. Received: {limit}"
            )
        return cls(concrete, limit, other)


def load(bundle: Bundle) -> Concrete | None:
    """The bundle's model of concrete; None without surface.npz."""
    return bundle.parsed(SURFACE, Concrete.from_arrays)


def of_windows(windows: Sequence[Pixels], describe: Describe = statistics) -> Floats:
    """The statistics of windows of any sizes, (N, F); windows of one size share batches."""
    by_size: dict[tuple[int, ...], list[int]] = defaultdict(list)
    for place, window in enumerate(windows):
        by_size[window.shape].append(place)
    rows: dict[int, Floats] = {}
    for places in by_size.values():
        for at in range(0, len(places), _BATCH):
            few = places[at : at + _BATCH]
            rows |= zip(few, describe(np.stack([windows[place] for place in few])), strict=True)
    return np.stack([rows[place] for place in range(len(windows))])


def looked_at(found: ScoreMap) -> list[Box]:
    """Up to nine of the windows, evenly spread."""
    rows, columns = map(_spread, found.scores.shape)
    return [found.box(row, column) for row in rows for column in columns]


def _is_blank(window: Pixels) -> bool:
    """Whether all pixels have the same colour."""
    return bool((window == window[:1, :1]).all())


def _spread(count: int) -> list[int]:
    """Up to `_ACROSS` indices, evenly spread over `count`."""
    kept = min(count, _ACROSS)
    return [(2 * step + 1) * count // (2 * kept) for step in range(kept)]
