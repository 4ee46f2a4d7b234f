"""Detect photos that do not show concrete, from the pixel statistics of their windows.

The network cannot tell: fine-tuned to find cracks, it no longer recognises a cat
(docs/decisions/0009). Pixel statistics of concrete windows are modelled as a normal distribution,
and a window is compared with it by its Mahalanobis distance: 0.3 ms per window.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from crackscope.grid import cut
from crackscope.models.appearance import COUNT, statistics
from crackscope.models.bundle import SURFACE, Bundle
from crackscope.types import Box, Material, Photo, Pixels, ScoreMap

LIMIT = 1.0
"""A photo is flagged if the median distance of its windows is above this."""
_ACROSS = 4
"""Windows sampled along each side of a photo: enough for a median at low cost."""
_BATCH = 8
"""Windows per batch: more would not fit in the processor's cache."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Concrete:
    """The distribution of the F pixel statistics over windows of concrete.

    (values - mean) @ whitening, (F,) and (F, F), has independent values of variance 1; a squared
    length of `limit` is rare for concrete.
    """

    mean: Floats
    whitening: Floats
    limit: float = 1.0

    def mahalanobis(self, values: ArrayLike) -> Floats:
        """(N, F) -> (N,): squared Mahalanobis distance divided by the limit."""
        white = (np.asarray(values, np.float64) - self.mean) @ self.whitening
        return np.asarray((white**2).sum(axis=1) / self.limit, np.float64)

    def of_photos(self, photos: Sequence[Photo], found: Sequence[ScoreMap]) -> list[float]:
        """For each photo the median distance of its sampled windows."""
        windows = [
            [cut(photo.pixels, box) for box in looked_at(place)]
            for photo, place in zip(photos, found, strict=True)
        ]
        distances = iter(self.mahalanobis(of_windows([w for group in windows for w in group])))
        return [median(float(next(distances)) for _ in group) for group in windows]

    def judge(self, photos: Sequence[Photo], found: Sequence[ScoreMap]) -> list[Material]:
        """The material of each photo."""
        values = self.of_photos(photos, found)
        return ["other" if value > LIMIT else "concrete" for value in values]

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """The content of surface.npz."""
        return {name: np.asarray(value) for name, value in vars(self).items()}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> "Concrete":
        """The inverse of `to_arrays`; raises KeyError or ValueError for invalid arrays."""
        mean, whitening = arrays["mean"], arrays["whitening"]
        if mean.shape != (COUNT,) or whitening.shape != (COUNT, COUNT):
            raise ValueError(
                f"mean must have the shape ({COUNT},) and whitening ({COUNT}, {COUNT}). "
                f"Received: {mean.shape} and {whitening.shape}"
            )
        limit = float(arrays["limit"])
        if not limit > 0:
            raise ValueError(f"limit must be above 0. Received: {limit}")
        return cls(mean, whitening, limit)


def load(bundle: Bundle) -> Concrete | None:
    """The bundle's model of concrete; None without surface.npz."""
    return bundle.parsed(SURFACE, Concrete.from_arrays)


def of_windows(windows: Sequence[Pixels]) -> Floats:
    """The statistics of windows of any sizes, (N, COUNT); windows of one size share batches."""
    values = np.empty((len(windows), COUNT))
    by_size: dict[tuple[int, ...], list[int]] = defaultdict(list)
    for place, window in enumerate(windows):
        by_size[window.shape].append(place)
    for places in by_size.values():
        for at in range(0, len(places), _BATCH):
            few = places[at : at + _BATCH]
            values[few] = statistics(np.stack([windows[place] for place in few]))
    return values


def looked_at(found: ScoreMap) -> list[Box]:
    """Up to 16 of the windows, evenly spread."""
    rows, columns = map(_spread, found.scores.shape)
    return [found.box(row, column) for row in rows for column in columns]


def _spread(count: int) -> list[int]:
    """Up to `_ACROSS` indices, evenly spread over `count`."""
    kept = min(count, _ACROSS)
    return [(2 * step + 1) * count // (2 * kept) for step in range(kept)]
