"""Synthetic cracks and distractors on patches of real concrete.

A network trained on one set of photos learns those photos. Synthetic cracks vary in what varies
on site: width, path, depth, edges and surroundings.
"""

import numpy as np

from crackscope.synthesis import sample
from crackscope.types import Pixels

_CLOSE_UP = 227


def paste(background: Pixels, label: int, rng: np.random.Generator) -> Pixels:
    """Paint a crack (label 1), or at most distractors (label 0), on a sound patch.

    (H, W, 3) uint8 -> the same shape. The crack may lie anywhere, provided enough of it is in the
    patch. Scale grows with the patch, since the network sees all patches at one size.
    """
    zoom = min(background.shape[:2]) / _CLOSE_UP
    return sample.draw(background, bool(label), rng, zoom=zoom).pixels
