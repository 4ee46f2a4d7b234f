"""Fit the model of concrete that flags photos of other materials."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from crackscope import environment
from crackscope.datasets.manifest import Dataset
from crackscope.models import concrete
from crackscope.models.appearance import statistics
from crackscope.models.concrete import Concrete, Floats, Normal
from crackscope.models.weights import Start
from crackscope.training import fit
from crackscope.training.recipe import Recipe
from crackscope.training.stream import Stream
from crackscope.types.evaluation import Patch

GIVEN_UP = 0.01
"""Fraction of held-out windows beyond the limit."""
LEAST = 50
"""Smallest number of patches for a fit."""
_MOST = 1000
_HELD_OUT = 0.4
_TINY = 1e-9
_SHRINKAGE, _WIDER = 0.6, 1.2
"""Chosen by leaving surfaces and materials out (benchmarks/trials.md). Other materials vary more
than those of the training data."""
_FLAT = 1e-6
"""Smallest variance, for statistics that are constant."""


def of_run(
    recipe: Recipe, dataset: Dataset, patches: Sequence[Patch], start: Start
) -> Concrete | None:
    """The model of concrete of a training run.

    Fitted only to patches augmented as in fine-tuning: with the original patches of one data set,
    most concrete from other places would be flagged. Otherwise the one of the initial model; None
    if that has none.
    """
    known = [patch for patch in patches if patch.split != "test"]
    if fit.epochs_of(recipe, start) and recipe.augment == "field" and len(known) >= LEAST:
        return learn(recipe, dataset, known)
    return concrete.load(start.bundle) if start.bundle is not None else None


def learn(recipe: Recipe, dataset: Dataset, patches: Sequence[Patch]) -> Concrete:
    """Fit to up to 1,000 of the patches, prepared as in fine-tuning."""
    rows = np.random.default_rng(recipe.seed).permutation(len(patches))[:_MOST]
    chosen = [patches[row] for row in rows]
    workers = recipe.workers or environment.cores()
    stream = Stream(dataset, chosen, recipe.image_size, recipe.batch, workers, recipe.drawn)
    pictures, _ = stream.field(recipe.seed, recipe.augment)
    seen = [statistics(images.numpy()) for images, _ in pictures]
    return describe(np.concatenate(seen), recipe.seed)


def describe(values: ArrayLike, seed: int = 0) -> Concrete:
    """Fit to 60 % of the rows of (N, F); the limit is exceeded by 1 % of the others.

    Raises ValueError for fewer than 10 rows.
    """
    x = np.asarray(values, np.float64)
    if x.ndim != 2 or len(x) < 10:
        raise ValueError(f"values must have the shape (N, F), N >= 10. Received: {x.shape}")
    order = np.random.default_rng(seed).permutation(len(x))
    held_out, fitted = np.split(x[order], [int(_HELD_OUT * len(x))])
    mean = fitted.mean(axis=0)
    scale = np.maximum(fitted.std(axis=0), _TINY + 1e-6 * np.abs(fitted).max())
    known = normal(mean, np.cov((fitted - mean) / scale, rowvar=False), scale)
    limit = float(np.quantile(known.distances(held_out), 1 - GIVEN_UP))
    return Concrete(known, max(limit, _TINY))


def contrast(values: Floats, other: NDArray[np.bool_], kinds: NDArray[np.str_]) -> Concrete:
    """Fit to the `robust` statistics (N, F) of windows of concrete and of `other` (N,) materials;
    the limit is 1, to be replaced by one chosen on photos of concrete.

    `kinds` (N,) are the materials: common ones get less weight. This is quadratic discriminant
    analysis with covariances shrunk towards spheres (Friedman 1989, doi 10.2307/2289860).
    """
    mean, scale = values.mean(axis=0), np.maximum(values.std(axis=0), _TINY)
    _, of_kind, counts = np.unique(kinds, return_inverse=True, return_counts=True)
    weights = 1 / np.sqrt(counts[of_kind])
    concrete, others = (
        _shrunk((values[rows] - mean) / scale, weights[rows], wider)
        for rows, wider in ((~other, 1.0), (other, _WIDER))
    )
    return Concrete(
        normal(mean + scale * concrete[0], concrete[1], scale),
        other=normal(mean + scale * others[0], others[1], scale),
    )


def _shrunk(rows: Floats, weights: Floats, wider: float) -> tuple[Floats, Floats]:
    """Weighted mean (F,) and covariance (F, F) of rows (N, F), `wider` times and shrunk."""
    mean = np.average(rows, axis=0, weights=weights)
    covariance = wider * np.cov(rows, rowvar=False, aweights=weights, ddof=0)
    sphere = np.eye(len(mean)) * np.trace(covariance) / len(mean)
    return mean, (1 - _SHRINKAGE) * covariance + _SHRINKAGE * sphere


def normal(mean: Floats, covariance: Floats, scale: Floats) -> Normal:
    """The distribution with a mean (F,) and the covariance (F, F) of the values divided by their
    `scale` (F,)."""
    spread, axes = np.linalg.eigh(covariance)
    return Normal(mean, axes / np.sqrt(np.maximum(spread, _FLAT)) / scale[:, None])
