"""Fit heads on frozen features by cross-validation over source photos."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crackscope import extras, numerics
from crackscope.curation import split
from crackscope.errors import DatasetError

FOLDS = 5
_PENALTY = 0.005
"""Weight of the squared kernel in the mean loss, as in training."""
_STEPS = 2000

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Heads:
    """Logistic units, one per fold: kernels (F, K), biases (K,); `folds` (N,) is the fold of each
    patch, -1 if its photo is not in the training set."""

    kernels: Floats
    biases: Floats
    folds: NDArray[np.int64]

    def scores(self, features: NDArray[np.float32]) -> Floats:
        """(N,) probabilities: each patch is scored by the unit that was not trained on its photo.

        A patch whose photo is in no training fold gets the mean of all logits.
        """
        logits = features @ self.kernels + self.biases
        own = logits[np.arange(len(logits)), np.maximum(self.folds, 0)]
        chosen = np.where(self.folds < 0, logits.mean(axis=1), own)
        return numerics.logistic(chosen)


def fit(
    name: str,
    features: NDArray[np.float32],
    labels: NDArray[np.int64],
    groups: NDArray[np.int64],
    rows: NDArray[np.int64],
    seed: int,
) -> Heads:
    """Fit a head on all but one fold of the set `rows`, for each of up to five folds.

    features (N, F), labels (N,) and groups (N,) cover all patches; a group (photos, copies) is
    never split. Raises DatasetError if a class of the set has only one group.
    """
    folds = _folds(name, labels[rows], np.unique(groups[rows], return_inverse=True)[1], seed)
    units = []
    for fold in range(int(folds.max()) + 1):
        kept = rows[folds != fold]
        units.append(fit_unit(features[kept], labels[kept]))
    kernels, biases = zip(*units, strict=True)
    fold_of_group = np.full(int(groups.max()) + 1, -1)
    fold_of_group[groups[rows]] = folds
    return Heads(np.stack(kernels, axis=1), np.array(biases), fold_of_group[groups])


def _folds(
    name: str, labels: NDArray[np.int64], groups: NDArray[np.int64], seed: int
) -> NDArray[np.int64]:
    """(N,) fold of each patch; the other folds always contain both classes."""
    count = min(FOLDS, *(len(set(groups[labels == label].tolist())) for label in (0, 1)))
    if count >= 2:
        folds = split.apportion(labels, groups, [1 / count] * count, seed)
        used = np.unique(folds, return_inverse=True)[1].astype(np.int64)
        if all(len(set(labels[used != fold].tolist())) == 2 for fold in set(used.tolist())):
            return used
    raise DatasetError(
        f"cannot split the set {name} into folds: each class must have patches from at least two "
        "independent source photos. Add patches, or join the set with another"
    )


def fit_unit(features: NDArray[np.float32], labels: NDArray[np.int64]) -> tuple[Floats, float]:
    """Kernel (F,) and bias of logistic regression on standardised features (N, F)."""
    linear: Any = extras.require("sklearn.linear_model", "evaluate", "fit a head")
    mean = features.mean(axis=0, dtype=np.float64)
    spread = numerics.floored(features.std(axis=0, dtype=np.float64))
    model = linear.LogisticRegression(C=1 / (2 * _PENALTY * len(labels)), max_iter=_STEPS)
    model.fit((features - mean) / spread, labels)
    kernel = np.asarray(model.coef_[0], np.float64) / spread
    return kernel, float(model.intercept_[0] - kernel @ mean)
