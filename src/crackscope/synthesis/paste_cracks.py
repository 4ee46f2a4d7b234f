"""Cracks, and what is mistaken for them, drawn on patches of real concrete.

A network that has seen the cracks of one set of photos alone knows those photos. Synthetic ones
vary without limit, in what the field varies in: width, course, depth, edges, what stands beside.
"""

import numpy as np

from crackscope.synthesis import sample
from crackscope.types import Pixels

_CLOSE_UP = 227


def paste(background: Pixels, label: int, rng: np.random.Generator) -> Pixels:
    """A crack (label 1), or only what is mistaken for one (label 0), on a sound patch.

    (H, W, 3) uint8 -> the same shape. The crack may lie anywhere, as long as enough of it is in
    the picture. A larger patch is taken to be seen at a larger scale: it is shown to the network
    at one size.
    """
    zoom = min(background.shape[:2]) / _CLOSE_UP
    return sample.draw(background, bool(label), rng, zoom=zoom).pixels
