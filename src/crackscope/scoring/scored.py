"""The output of the network for a photo."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crackscope.scoring.linemap import LineMap
from crackscope.types import ScoreMap


@dataclass(frozen=True)
class Scored:
    """The scores of a photo's windows, and if the network has these outputs, the concrete logit of
    each window and the lines."""

    windows: ScoreMap
    concrete: NDArray[np.float32] | None = None
    lines: LineMap | None = None
