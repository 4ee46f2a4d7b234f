"""The score of a crack: the calibrated probability that a traced line is one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from crackscope import numerics
from crackscope.lines.names import NAMES

if TYPE_CHECKING:
    from crackscope.lines.find import Traced

Floats = NDArray[np.float64]
ALL = (*NAMES, "windows", "material")
"""What each number of a crack is."""
_FARTHEST = 3.5
"""Standard deviations beyond which a number counts as being that far: what was never seen while
fitting must not decide alone."""


@dataclass(frozen=True)
class Scorer:
    """A logistic rule on what `evidence.describe` says, and on `context`: how sure the windows
    along the line are, and whether they show concrete.

    `mean`, `spread` and `weights` (F,) and `bias`, of standardised numbers.
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

    def probabilities(self, numbers: Floats) -> Floats:
        """(N, F) -> (N,)."""
        logits = self.standardised(numbers) @ self.weights + self.bias
        return numerics.logistic(logits)

    def standardised(self, numbers: Floats) -> Floats:
        """(N, F) of mean 0 and spread 1, none farther off than what was seen."""
        return np.clip((numbers - self.mean) / self.spread, -_FARTHEST, _FARTHEST)

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """The content of cracks.npz."""
        return {name: np.asarray(value) for name, value in vars(self).items()}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> "Scorer":
        """Back from `to_arrays`; raises KeyError or ValueError where that is not it."""
        mean, spread, weights = (arrays[name] for name in ("mean", "spread", "weights"))
        if mean.shape != (len(ALL),) or not mean.shape == spread.shape == weights.shape:
            raise ValueError(f"{len(ALL)} numbers are weighed, not {mean.shape}")
        if not (spread > 0).all():
            raise ValueError("spread must be above 0")
        return cls(mean, spread, weights, float(arrays["bias"]))
