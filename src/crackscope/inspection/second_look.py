"""A second look at a photo of one window: its surest places count beside what the window says.

The head sees a window's features on average; a thin crack in one corner hardly moves them. The
decoder sees each place. Where lines were decoded anyway, the two are put together, which costs
nothing more.
"""

from dataclasses import dataclass

import numpy as np

from crackscope.lines.linemap import LineMap
from crackscope.models.bundle import Bundle

SUREST = 60
"""Places whose logits count, a short line."""
_SURE = 1e-7


@dataclass(frozen=True)
class SecondLook:
    """A logistic rule: `window` times the logit of the window, `lines` times the mean logit of its
    surest places, and `bias`."""

    window: float
    lines: float
    bias: float

    def __call__(self, score: float, found: LineMap) -> float:
        """The probability of a crack, of the window's own and of its lines."""
        sure = float(np.clip(score, _SURE, 1 - _SURE))
        logit = np.log(sure / (1 - sure))
        joint = self.window * logit + self.lines * surest(found) + self.bias
        return float(1.0 / (1.0 + np.exp(-joint)))


def surest(found: LineMap) -> float:
    """The mean logit of the surest places."""
    logits = np.concatenate([tile.logits.ravel() for tile in found.tiles.values()])
    return float(np.sort(logits)[-SUREST:].mean())


def load(bundle: Bundle) -> SecondLook | None:
    """How the bundle puts the two together; None where it does not."""
    values = bundle.info.get("second_look")
    if values is None:
        return None
    return SecondLook(*(float(values[name]) for name in ("window", "lines", "bias")))
