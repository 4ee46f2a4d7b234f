"""Cracks, and what is mistaken for them, drawn on pictures of real concrete.

A network that has seen the cracks of one set of photos alone knows those photos. Drawn ones vary
without limit, in what the field varies in: width, course, depth, edges, what stands beside them.
"""

import math
from collections.abc import Callable
from itertools import count

import numpy as np
from PIL import Image

from crackscope.synthesis import camera, crack, distractors
from crackscope.synthesis.crack import Drawn
from crackscope.synthesis.distractors import DISTRACTORS
from crackscope.synthesis.scene import label_of
from crackscope.synthesis.surface import (
    Field,
    Surface,
    blend,
    log_uniform,
    shade,
    slope_along,
    smooth,
    step,
)
from crackscope.types import Pixels

_CLOSE_UP = 227
_WIDTHS = ((0.7, 5.0), (3.0, 20.0), (20.0, 90.0))
"""Of cracks in pixels of a patch of 227: seen from a few metres, close up, and gaping."""
_HOW_OFTEN = (0.72, 0.22, 0.06)
_VISIBLE = 55.0
"""Contrast of a crack, in units of the texture it stands in, below which nobody would see it."""
_ATTEMPTS = 6
"""How often a crack is made bolder: on black it cannot be seen whatever is tried."""
_COUNTS = {1: (0.5, 0.35, 0.15), 0: (0.1, 0.6, 0.3)}
"""How likely 0, 1 and 2 distractors are, beside a crack and without one."""
Ends = tuple[tuple[float, float] | None, tuple[float, float] | None]
"""Where a crack starts and ends, in pixels; None: somewhere beyond opposite borders."""
_ON_TOP = frozenset({"shadow", "streaks", "blot"})
"""What may also fall over a crack, and not only lie below it."""


def draw(background: Pixels, label: int, rng: np.random.Generator) -> Pixels:
    """A crack (label 1), or only what is mistaken for one (label 0), on a sound picture.

    (H, W, 3) uint8 -> the same shape. The crack may lie anywhere, as long as enough of it is in
    the picture (`label_of`).
    """
    zoom = min(background.shape[:2]) / _CLOSE_UP
    light, scale = rng.uniform(-np.pi, np.pi), zoom * log_uniform(rng, 0.3, 1.3)
    names = rng.choice(DISTRACTORS.names(), rng.choice(3, p=_COUNTS[label]), replace=False)
    above = [name for name in names if name in _ON_TOP and rng.random() < 0.5]
    below = [name for name in names if name not in above]
    surface = background.astype(np.float32)
    if rng.random() < 0.07:
        surface = _expose_aggregate(surface, rng)
    if rng.random() < 0.5:
        surface = _roughen(surface, rng, light)
    surface = distractors.add(surface, below, rng, light, scale)
    if label:
        surface = _crack(surface, rng, light, zoom)
    surface = distractors.add(surface, above, rng, light, scale)
    return camera.photograph(surface, rng, noise=log_uniform(rng, 0.3, 3.0))


def _expose_aggregate(surface: Surface, rng: np.random.Generator) -> Surface:
    """Stones of a few pixels, washed out of the mortar."""
    height, width = surface.shape[:2]
    cell = log_uniform(rng, 2.5, 8.0)
    stones, tone = (smooth(height, width, cell * size, rng) for size in (1.0, 1.3))
    pigment = rng.uniform(0.82, 1.0) ** np.arange(3)  # from grey to ochre
    colour = surface.mean() * rng.uniform(0.6, 1.1) * pigment * np.exp(0.2 * tone)[..., None]
    share = step(stones, rng.uniform(-0.2, 0.6), 0.4) * np.float32(rng.uniform(0.2, 0.7))
    return np.clip(blend(surface, colour, share), 0.0, 255.0)


def _roughen(surface: Surface, rng: np.random.Generator, light: float) -> Surface:
    """The relief of plaster or of boards, lit from `light` (radians): few walls are smooth."""
    height, width = surface.shape[:2]
    cell = log_uniform(rng, 1.2, 5.0)
    stretch = log_uniform(rng, 4.0, 40.0) if rng.random() < 0.35 else 1.0
    cells = (cell, cell * stretch) if rng.random() < 0.5 else (cell * stretch, cell)
    relief = smooth(height, width, cells, rng)
    if rng.random() < 0.3:
        relief += rng.uniform(0.5, 2.0) * _strokes(height, width, cell, rng)
    if rng.random() < 0.5:
        coarse = rng.uniform(0.5, 3.0)
        relief += coarse * smooth(height, width, 3.5 * cell, rng)
        relief /= np.float32(np.hypot(1.0, coarse / 3.5))
    slope = slope_along(relief, light)
    pits = np.clip(-relief - rng.uniform(0.8, 2.0), 0.0, 1.5)
    strength, depth = log_uniform(rng, 0.03, 0.25), rng.uniform(0.0, 0.3)
    return shade(surface, np.asarray(1 + strength * slope - depth * pits, np.float32))


def _strokes(height: int, width: int, cell: float, rng: np.random.Generator) -> Field:
    """Ridges that a float or a trowel left here and there in the render."""
    course, where = (smooth(height, width, cell * size, rng) for size in (3.0, 5.0))
    thin: Field = np.exp(-np.square(course / np.float32(0.15)))
    return thin * np.clip(where, 0.0, None)


def _crack(surface: Surface, rng: np.random.Generator, light: float, zoom: float) -> Surface:
    width = max(0.5, log_uniform(rng, *_WIDTHS[rng.choice(3, p=_HOW_OFTEN)]) * zoom)
    contrast = rng.uniform(0.25, 1.0)
    place = _PLACES[rng.choice(3, p=(0.4, 0.3, 0.3))]
    texture = _texture(surface)
    height_px, width_px = surface.shape[:2]
    for attempt in count():  # seldom a second: out of the picture, or not to be seen in texture
        start, end = place(height_px, width_px, rng)
        drawn = crack.draw(
            surface,
            rng,
            width,
            start=start,
            end=end,
            roughness=log_uniform(rng, 0.03, 0.18),
            contrast=contrast,
            light=light,
        )
        if label_of(drawn.mask) == 1:
            if _contrast(surface, drawn) >= _VISIBLE * texture or attempt >= _ATTEMPTS:
                break
            width, contrast = 1.2 * width, min(1.0, 1.2 * contrast)
    return drawn.pixels


def _contrast(surface: Surface, drawn: Drawn) -> float:
    """How far the crack stands off its ground, in grey levels, times the square root of its area:
    a longer or wider one shows at less."""
    change = np.abs(drawn.pixels.mean(axis=2) - surface.mean(axis=2))
    return float((change * drawn.mask).sum() / math.sqrt(drawn.mask.sum()))


def _texture(surface: Surface) -> float:
    """Standard deviation in grey levels of what is finer than a few pixels; at least 1.5."""
    grey = surface.mean(axis=2)
    height, width = grey.shape
    image = Image.fromarray(grey)
    coarse = image.resize((-(-width // 4), -(-height // 4)), Image.Resampling.BOX)
    fine = grey - np.asarray(coarse.resize((width, height), Image.Resampling.BICUBIC))
    return max(float(fine.std()), 1.5)


def _across(height: int, width: int, rng: np.random.Generator) -> Ends:
    """From border to opposite border."""
    return None, None


def _into(height: int, width: int, rng: np.random.Generator) -> Ends:
    """From a border into the picture, where it ends."""
    return None, (rng.uniform(0.3, 0.7) * width, rng.uniform(0.3, 0.7) * height)


def _anywhere(height: int, width: int, rng: np.random.Generator) -> Ends:
    """Through any point in any direction: often it only cuts off a corner."""
    x, y = rng.uniform(0.03, 0.97, 2) * (width, height)
    direction, reach = rng.uniform(0, 2 * math.pi), 0.75 * math.hypot(height, width)
    right, down = reach * math.cos(direction), reach * math.sin(direction)
    return (x - right, y - down), (x + right, y + down)


_PLACES: tuple[Callable[[int, int, np.random.Generator], Ends], ...] = (_across, _into, _anywhere)
