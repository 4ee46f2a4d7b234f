"""Learn what concrete looks like to a model, so that photos of something else can be flagged."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from crackscope import extras
from crackscope.config import TrainConfig
from crackscope.data.manifest import Dataset
from crackscope.data.stream import Stream
from crackscope.exporting import onnx
from crackscope.inspection import surface
from crackscope.inspection.statistics import statistics
from crackscope.inspection.surface import Cloud, Concrete
from crackscope.models.weights import Start
from crackscope.training import fit
from crackscope.types import Patch

Seen = tuple[NDArray[np.float32], NDArray[np.float64]]
COMPONENTS = 64
GIVEN_UP = 0.01
"""Share of what was not fitted that is beyond the limit of one side."""
LEAST = 50
"""Fewer patches do not tell what concrete looks like."""
_MOST = 1000
_HELD_OUT = 0.4
_TINY = 1e-9
_AT_ONCE = 8


def of_run(
    config: TrainConfig, dataset: Dataset, patches: Sequence[Patch], start: Start, graph: Path
) -> Concrete | None:
    """What the model of a training knows of concrete; `graph` is the ONNX graph of its features.

    Where they were left as they are, that of the model they came from: a data set as it is, not
    drawn on and not augmented, is too narrow, and most other concrete would be flagged. None where
    that model has none, or where there are too few patches.
    """
    if not fit.epochs_of(config, start):
        origin = start.bundle
        if origin is None or origin.input.size != config.image_size:
            return None
        return surface.load(origin)
    known = [patch for patch in patches if patch.split != "test"]
    return learn(config, dataset, known, graph) if len(known) >= LEAST else None


def learn(config: TrainConfig, dataset: Dataset, patches: Sequence[Patch], graph: Path) -> Concrete:
    """What up to 1,000 of the patches show, as they are and as fine-tuning sees them."""
    rows = np.random.default_rng(config.seed).permutation(len(patches))[:_MOST]
    chosen = [patches[row] for row in rows]
    workers = config.workers or os.cpu_count() or 1
    stream = Stream(dataset, chosen, config.image_size, _AT_ONCE, workers, config.drawn)
    look = _looker(graph)
    plain = list(stream.map(look, _AT_ONCE))
    pictures, _ = stream.field(config.seed, config.augment)
    with ThreadPoolExecutor(workers) as pool:
        field = list(pool.map(look, (images.numpy() for images, _ in pictures)))
    features, found = zip(*plain, *field, strict=True)
    return describe(np.concatenate(features), np.concatenate(found), config.seed)


def _looker(graph: Path) -> Callable[[NDArray[np.uint8]], Seen]:
    features = onnx.runner(graph, threads=1)

    def look(images: NDArray[np.uint8]) -> Seen:
        return features(images), np.array([statistics(image) for image in images])

    return look


def describe(features: ArrayLike, statistics: ArrayLike, seed: int = 0) -> Concrete:
    """Describe concrete by N windows that show it: (N, F) and (N, 19)."""
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
        scale = np.maximum(fitted.std(axis=0), _TINY + 1e-6 * np.abs(fitted).max())
    scaled = fitted / scale
    mean = scaled.mean(axis=0)
    kept = min(components, len(fitted) - 1, x.shape[1] - 1)
    variances, axes, rest = _principal(scaled - mean, kept)
    cloud = Cloud(mean, axes, np.maximum(variances, rest), scale, rest)
    limit = float(np.quantile(cloud.strangeness(held_out), 1 - GIVEN_UP))
    return replace(cloud, limit=max(limit, _TINY))


def _principal(
    centred: NDArray[np.float64], kept: int
) -> tuple[NDArray[np.float64], NDArray[np.float64], float]:
    """Variances (kept,) and axes (kept, F) of (N, F), the largest first, and the mean of the rest.

    The largest alone are computed: all 1,280 of MobileNetV2 would take seconds.
    """
    linalg = extras.require("scipy.linalg", "train", "learn what concrete looks like")
    covariance = np.cov(centred, rowvar=False)
    width = len(covariance)
    spread, axes = linalg.eigh(covariance, subset_by_index=(width - kept, width - 1))
    spread = np.maximum(spread[::-1], 0.0)
    rest = (float(np.trace(covariance)) - float(spread.sum())) / (width - kept)
    return spread, axes[:, ::-1].T, max(rest, _TINY)
