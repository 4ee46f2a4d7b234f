"""Fit the model of concrete that flags photos of other materials."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from crackscope import environment
from crackscope.datasets.manifest import Dataset
from crackscope.models import concrete
from crackscope.models.appearance import statistics
from crackscope.models.concrete import Concrete
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
    spread, axes = np.linalg.eigh(np.cov((fitted - mean) / scale, rowvar=False))
    whitening = axes / np.sqrt(np.maximum(spread, 1e-6)) / scale[:, None]
    distances = Concrete(mean, whitening).mahalanobis(held_out)
    limit = float(np.quantile(distances, 1 - GIVEN_UP))
    return Concrete(mean, whitening, max(limit, _TINY))
