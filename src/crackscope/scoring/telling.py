"""Features of the most telling window of a photo: the one with the highest score."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from crackscope.scoring.photos import Looked, look_at
from crackscope.types import Photo, ScoreMap

Floats = NDArray[np.float32]
Network = Callable[[NDArray[np.uint8]], tuple[Floats, NDArray[np.float64]]]
"""Windows (N, H, W, 3) uint8 RGB -> features (N, F) and scores (N,)."""


def most_telling(
    network: Network, photos: Sequence[Photo], window: int
) -> list[tuple[Floats, ScoreMap]]:
    """For each photo, split into disjoint windows: the features (F,) of the highest-scoring one,
    and the scores of all."""
    found = look_at(lambda batch: zip(*network(batch), strict=True), photos, window)
    return [_of_photo(one) for one in found]


def _of_photo(found: Looked[tuple[Floats, float]]) -> tuple[Floats, ScoreMap]:
    features, scores = zip(*found.values, strict=True)
    of_windows = ScoreMap.of_tiles(found.tiles, np.array(scores, np.float64))
    return features[int(np.argmax(scores))], of_windows
