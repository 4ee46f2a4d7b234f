"""Does a photo show a concrete surface at all? How strange the statistics of its windows are.

The network does not tell: fine-tuned to find cracks, it has forgotten what a cat looks like
(docs/decisions/0009). The statistics of the pixels are taken for normally distributed over windows
of concrete, and strangeness is Mahalanobis' distance: a third of a millisecond a window.
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
"""A photo is flagged when the median of its windows is stranger than this."""
_ACROSS = 4
"""Windows looked at along each side of a photo: enough for a median, and little work."""
_TOGETHER = 8
"""Windows to a step: more would fall out of the processor's cache."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Concrete:
    """What windows of concrete look like: the distribution of their F statistics.

    (values - mean) @ whitening, (F,) and (F, F), has independent values of variance 1; a squared
    length of `limit` is rare for concrete.
    """

    mean: Floats
    whitening: Floats
    limit: float = 1.0

    def strangeness(self, values: ArrayLike) -> Floats:
        """(N, F) -> (N,): squared distance in units of the limit."""
        white = (np.asarray(values, np.float64) - self.mean) @ self.whitening
        return np.asarray((white**2).sum(axis=1) / self.limit, np.float64)

    def of_photos(self, photos: Sequence[Photo], found: Sequence[ScoreMap]) -> list[float]:
        """For each photo the median strangeness of the windows that are looked at."""
        windows = [
            [cut(photo.pixels, box) for box in looked_at(place)]
            for photo, place in zip(photos, found, strict=True)
        ]
        strange = iter(self.strangeness(of_windows([w for group in windows for w in group])))
        return [median(float(next(strange)) for _ in group) for group in windows]

    def judge(self, photos: Sequence[Photo], found: Sequence[ScoreMap]) -> list[Material]:
        """The flag of each photo."""
        values = self.of_photos(photos, found)
        return ["other" if value > LIMIT else "concrete" for value in values]

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """The content of surface.npz."""
        return {name: np.asarray(value) for name, value in vars(self).items()}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> "Concrete":
        """Back from `to_arrays`; raises KeyError or ValueError where that is not it."""
        mean, whitening = arrays["mean"], arrays["whitening"]
        if mean.shape != (COUNT,) or whitening.shape != (COUNT, COUNT):
            raise ValueError(f"{COUNT} statistics are described, not {mean.shape}")
        limit = float(arrays["limit"])
        if not limit > 0:
            raise ValueError(f"limit must be above 0, not {limit}")
        return cls(mean, whitening, limit)


def load(bundle: Bundle) -> Concrete | None:
    """What the bundle takes for concrete; None where it has no surface.npz."""
    return bundle.parsed(SURFACE, Concrete.from_arrays)


def of_windows(windows: Sequence[Pixels]) -> Floats:
    """The statistics of windows of any sizes, (N, COUNT); those of one size together."""
    values = np.empty((len(windows), COUNT))
    by_size: dict[tuple[int, ...], list[int]] = defaultdict(list)
    for place, window in enumerate(windows):
        by_size[window.shape].append(place)
    for places in by_size.values():
        for at in range(0, len(places), _TOGETHER):
            few = places[at : at + _TOGETHER]
            values[few] = statistics(np.stack([windows[place] for place in few]))
    return values


def looked_at(found: ScoreMap) -> list[Box]:
    """Up to 16 of the windows, evenly spread."""
    rows, columns = map(_spread, found.scores.shape)
    return [found.box(row, column) for row in rows for column in columns]


def _spread(count: int) -> list[int]:
    """Indices evenly over `count`."""
    kept = min(count, _ACROSS)
    return [(2 * step + 1) * count // (2 * kept) for step in range(kept)]
