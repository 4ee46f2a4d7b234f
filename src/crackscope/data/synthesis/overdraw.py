"""Cracks, and what is mistaken for them, drawn on pictures of real concrete.

A network that has seen the cracks of one set of photos alone knows those photos. Drawn ones vary
without limit, in what the field varies in: width, course, depth, edges, what stands beside them.
"""

import numpy as np

from crackscope.data.synthesis import camera, crack
from crackscope.data.synthesis.distractors import DISTRACTORS
from crackscope.data.synthesis.scene import label_of
from crackscope.data.synthesis.surface import Surface, log_uniform, shade, smooth
from crackscope.types import Pixels

_CLOSE_UP = 227
_RIM = 0.15
_FAR, _NEAR = (0.7, 5.0), (3.0, 20.0)
"""Widths of cracks in pixels of a patch of 227: seen from a few metres, and close up."""
_COUNTS = {1: (0.5, 0.35, 0.15), 0: (0.1, 0.6, 0.3)}
"""How likely 0, 1 and 2 distractors are, beside a crack and without one."""
_ON_TOP = frozenset({"shadow", "streaks", "blot"})
"""What may also fall over a crack, and not only lie below it."""


def draw(background: Pixels, label: int, rng: np.random.Generator) -> Pixels:
    """A crack (label 1), or only what is mistaken for one (label 0), on a sound picture.

    (H, W, 3) uint8 -> the same shape. The crack is there within the inner 70 % of either side too,
    so that turning and enlarging the picture a little does not lose it.
    """
    zoom = min(background.shape[:2]) / _CLOSE_UP
    light, scale = rng.uniform(-np.pi, np.pi), zoom * log_uniform(rng, 0.3, 1.3)
    names = rng.choice(DISTRACTORS.names(), rng.choice(3, p=_COUNTS[label]), replace=False)
    above = [name for name in names if name in _ON_TOP and rng.random() < 0.5]
    below = [name for name in names if name not in above]
    surface = background.astype(np.float32)
    if rng.random() < 0.4:
        surface = _roughen(surface, rng, light)
    surface = _distract(surface, below, rng, light, scale)
    if label:
        surface = _crack(surface, rng, light, zoom)
    surface = _distract(surface, above, rng, light, scale)
    return camera.photograph(surface, rng, noise=log_uniform(rng, 0.3, 3.0))


def _distract(
    surface: Surface, names: list[str], rng: np.random.Generator, light: float, scale: float
) -> Surface:
    for name in names:
        surface = DISTRACTORS.get(name)(surface, rng, light=light, scale=scale)
    return surface


def _roughen(surface: Surface, rng: np.random.Generator, light: float) -> Surface:
    """The relief of plaster or of boards, lit from `light` (radians): few walls are smooth."""
    height, width = surface.shape[:2]
    cell = log_uniform(rng, 1.2, 5.0)
    stretch = log_uniform(rng, 4.0, 40.0) if rng.random() < 0.35 else 1.0
    cells = (cell, cell * stretch) if rng.random() < 0.5 else (cell * stretch, cell)
    relief = smooth(height, width, cells, rng)
    down, right = np.gradient(relief)
    slope = np.cos(light) * right + np.sin(light) * down
    pits = np.clip(-relief - rng.uniform(0.8, 2.0), 0.0, 1.5)
    strength, depth = log_uniform(rng, 0.04, 0.35), rng.uniform(0.0, 0.35)
    return shade(surface, np.asarray(1 + strength * slope - depth * pits, np.float32))


def _crack(surface: Surface, rng: np.random.Generator, light: float, zoom: float) -> Surface:
    width = max(0.5, log_uniform(rng, *(_FAR if rng.random() < 0.75 else _NEAR)) * zoom)
    height_px, width_px = surface.shape[:2]
    top, left = round(_RIM * height_px), round(_RIM * width_px)
    inside = rng.random() < 0.35
    while True:  # rarely more than once: the course strayed to the rim
        end = (rng.uniform(0.3, 0.7) * width_px, rng.uniform(0.3, 0.7) * height_px)
        drawn = crack.draw(
            surface,
            rng,
            width,
            end=end if inside else None,
            contrast=rng.uniform(0.3, 1.0),
            light=light,
        )
        if label_of(drawn.mask[top:-top, left:-left]) == 1:
            return drawn.pixels
