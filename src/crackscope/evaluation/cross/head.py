"""Heads on frozen features, fitted such that no picture is judged by one that saw its photo."""

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
    """Logistic units, one a fold: kernels (F, K), biases (K,); `folds` (N,) is the part of each
    picture, -1 where its photo was not trained on at all."""

    kernels: Floats
    biases: Floats
    folds: NDArray[np.int64]

    def scores(self, features: NDArray[np.float32]) -> Floats:
        """(N,) probabilities: each picture by the unit that did not see its photo.

        A picture whose photo no unit saw gets the mean of their logits, which is again one unit.
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
    """Fit a head on all but one part of the set `rows`, for each of up to five parts.

    features (N, F), labels (N,) and groups (N,) are those of all pictures; a group (photos, copies)
    is never divided. Raises DatasetError where a class of the set has one group only.
    """
    parts = _parts(name, labels[rows], np.unique(groups[rows], return_inverse=True)[1], seed)
    units = []
    for part in range(int(parts.max()) + 1):
        kept = rows[parts != part]
        units.append(fit_unit(features[kept], labels[kept]))
    kernels, biases = zip(*units, strict=True)
    fold_of_group = np.full(int(groups.max()) + 1, -1)
    fold_of_group[groups[rows]] = parts
    return Heads(np.stack(kernels, axis=1), np.array(biases), fold_of_group[groups])


def _parts(
    name: str, labels: NDArray[np.int64], groups: NDArray[np.int64], seed: int
) -> NDArray[np.int64]:
    """(N,) part of each picture; every part leaves both classes to the others."""
    count = min(FOLDS, *(len(set(groups[labels == label].tolist())) for label in (0, 1)))
    if count >= 2:
        parts = split.apportion(labels, groups, [1 / count] * count, seed)
        used = np.unique(parts, return_inverse=True)[1].astype(np.int64)
        if all(len(set(labels[used != part].tolist())) == 2 for part in set(used.tolist())):
            return used
    raise DatasetError(
        f"the set {name} cannot be divided for training: each class needs pictures of at least two "
        "independent source photos. Add some, or join the set with another"
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
