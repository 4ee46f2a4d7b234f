"""What the network sees in a photo."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crackscope.scoring.linemap import LineMap
from crackscope.types import ScoreMap


@dataclass(frozen=True)
class Scored:
    """The scores of a photo's windows; for each of these, where the network says it, the logit of
    concrete; and the lines, of a network that has them."""

    windows: ScoreMap
    concrete: NDArray[np.float32] | None = None
    lines: LineMap | None = None
