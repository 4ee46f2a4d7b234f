"""Add cracks to a surface, each strong enough to be visible in the texture around it."""

import numpy as np

from crackscope.synthesis import polyline
from crackscope.synthesis.cracks import kinds, looks, visible
from crackscope.synthesis.cracks.crack import CrackedSurface
from crackscope.synthesis.cracks.kinds import Setting
from crackscope.synthesis.distractors import spall
from crackscope.synthesis.surface import Surface, grey, log_uniform

WIDTHS = ((0.5, 5.0), (3.0, 20.0), (20.0, 90.0))
"""Ranges of crack width in pixels: from a few metres, close up, and gaping."""
_HOW_OFTEN, _ON_COARSE = (0.75, 0.21, 0.04), (0.45, 0.45, 0.1)
_COARSE = 12.0
"""Standard deviation of a texture, in grey levels, above which it hides narrow cracks: asphalt."""
_NUMBERS = (0.8, 0.15, 0.05)
"""Probabilities of 1, 2 and 3 cracks."""
_ATTEMPTS = 6
"""Attempts to make a crack visible. On black, none succeeds."""
_SPALLED = 0.06


def add_cracks(
    surface: Surface, rng: np.random.Generator, setting: Setting
) -> tuple[CrackedSurface, Surface]:
    """Add one to three visible cracks to a surface (H, W, 3), float 0 to 255.

    Returns them with the ground without cracks, to which a spall beside a crack may be added.
    """
    seed = int(rng.integers(2**32))
    painted = add_crack(surface, np.random.default_rng(seed), setting)
    if rng.random() < _SPALLED:
        surface = _spall(surface, painted, rng, setting)
        painted = add_crack(surface, np.random.default_rng(seed), setting)
    for _ in range(int(rng.choice(3, p=_NUMBERS))):
        new = add_crack(painted.pixels, rng, setting)
        mask = np.maximum(painted.mask, new.mask)
        painted = CrackedSurface(new.pixels, mask, (*painted.centre_lines, *new.centre_lines))
    return painted, surface


def add_crack(surface: Surface, rng: np.random.Generator, setting: Setting) -> CrackedSurface:
    """Add one crack; repeat it wider and darker until it is long enough and visible."""
    texture, least = visible.texture_of(surface), _least_length(surface)
    rough = float(texture.mean())
    often = _ON_COARSE if rough > _COARSE else _HOW_OFTEN
    width = log_uniform(rng, *WIDTHS[rng.choice(3, p=often)]) * setting.zoom
    width = max(0.4, width)
    contrast = rng.uniform(0.2 if width < 10 else 0.5, 1.0)
    paint, look = kinds.choose(rng, width, setting), looks.choose(rng, rough)
    attempt = 0
    while True:  # rarely a second time
        painted = paint(surface, rng, width, contrast, setting)
        length = length_of(painted)
        if length >= least:
            pixels = look(surface, painted, setting.light, rng)
            seen = visible.strength(grey(pixels - surface), painted.mask, texture, length)
            if seen >= 1.0 or attempt >= _ATTEMPTS:
                return CrackedSurface(pixels, painted.mask, painted.centre_lines)
            width, contrast = 1.2 * width, min(1.0, 1.2 * contrast)
        if attempt >= 2:
            paint, look = kinds.fractured if length < least else paint, looks.dark
        attempt += 1


def length_of(painted: CrackedSurface) -> float:
    """Length of all centre lines within the image, in pixels."""
    height, width = painted.mask.shape
    total = 0.0
    for line in painted.centre_lines:
        middle = (line.points[1:] + line.points[:-1]) / 2
        inside = polyline.inside(middle, height, width)
        total += float(np.diff(polyline.arc_length(line.points))[inside].sum())
    return total


def _spall(
    surface: Surface, painted: CrackedSurface, rng: np.random.Generator, setting: Setting
) -> Surface:
    """Add a spall at a random point of the crack."""
    height, width = painted.mask.shape
    points = painted.centre_lines[0].points
    inside = points[polyline.inside(points, height, width)]
    if not len(inside):
        return surface
    point = inside[int(rng.integers(len(inside)))]
    scale = setting.zoom * log_uniform(rng, 0.3, 1.0)
    centre = (float(point[0]), float(point[1]))
    return spall.draw(surface, rng, light=setting.light, scale=scale, centre=centre)


def _least_length(surface: Surface) -> float:
    """Minimum length: about a third of a window of 224 px, or of a smaller image."""
    return 0.3 * float(min(224, surface.shape[0], surface.shape[1]))
