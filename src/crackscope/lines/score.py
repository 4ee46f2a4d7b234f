"""The score of a crack: the calibrated probability that a traced line is one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from crackscope import numerics

if TYPE_CHECKING:
    from crackscope.lines.find import Traced

Floats = NDArray[np.float64]
NAMES = (
    "log length",
    "mean logit",
    "low logit",
    "high logit",
    "log width",
    "unevenness",
    "bend",
    "tortuosity",
    "branching",
    "parallel",
    "crossing",
    "density",
)
"""Names of the features of a crack: the columns of `evidence.describe`."""
ALL = (*NAMES, "windows", "material")
"""Names of all features, with those from its windows."""
_FARTHEST = 3.5
"""Limit on standardised features, in standard deviations: a value outside the training range must
not decide alone."""


@dataclass(frozen=True)
class Scorer:
    """Logistic regression on the features of `evidence.describe` and on `context`, the logits of
    a crack and of concrete of the windows along the line.

    `mean`, `spread` and `weights` (F,) and `bias`, for standardised features.
    """

    mean: Floats
    spread: Floats
    weights: Floats
    bias: float

    def __call__(self, cracks: "Sequence[Traced]", context: Floats) -> Floats:
        """(N,) probabilities of N cracks of a photo; `context` (N, 2) logits of windows and of
        concrete along each."""
        if not cracks:
            return np.empty(0)
        from crackscope.lines.evidence import describe

        return self.probabilities(np.column_stack([describe(cracks), context]))

    def probabilities(self, features: Floats) -> Floats:
        """(N, F) -> (N,)."""
        logits = self.standardised(features) @ self.weights + self.bias
        return numerics.logistic(logits)

    def standardised(self, features: Floats) -> Floats:
        """(N, F) with mean 0 and standard deviation 1, clipped to the training range."""
        return np.clip((features - self.mean) / self.spread, -_FARTHEST, _FARTHEST)

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """The content of cracks.npz."""
        return {name: np.asarray(value) for name, value in vars(self).items()}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> "Scorer":
        """The inverse of `to_arrays`; raises KeyError or ValueError for invalid arrays."""
        mean, spread, weights = (arrays[name] for name in ("mean", "spread", "weights"))
        if mean.shape != (len(ALL),) or not mean.shape == spread.shape == weights.shape:
            raise ValueError(
                f"mean, spread and weights must have the shape ({len(ALL)},). "
                f"Received: {mean.shape}, {spread.shape} and {weights.shape}"
            )
        if not (spread > 0).all():
            raise ValueError(f"spread must be above 0. Received: {spread.min()}")
        return cls(mean, spread, weights, float(arrays["bias"]))
