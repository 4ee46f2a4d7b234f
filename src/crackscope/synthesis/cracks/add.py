"""Cracks on a surface, each bold enough to be seen in the texture around it."""

import numpy as np

from crackscope.synthesis import polyline
from crackscope.synthesis.cracks import kinds, looks, visible
from crackscope.synthesis.cracks.crack import CrackedSurface
from crackscope.synthesis.cracks.kinds import Setting
from crackscope.synthesis.distractors import spall
from crackscope.synthesis.surface import Surface, grey, log_uniform

WIDTHS = ((0.5, 5.0), (3.0, 20.0), (20.0, 90.0))
"""Of cracks in pixels: seen from a few metres, close up, and gaping."""
_HOW_OFTEN, _ON_COARSE = (0.75, 0.21, 0.04), (0.45, 0.45, 0.1)
_COARSE = 12.0
"""Standard deviation of a texture, in grey levels, that hides what is narrow: as of asphalt."""
_NUMBERS = (0.8, 0.15, 0.05)
"""How likely 1, 2 and 3 cracks are."""
_ATTEMPTS = 6
"""How often a crack is made bolder: on black it cannot be seen whatever is tried."""
_SPALLED = 0.06


def add_cracks(
    surface: Surface, rng: np.random.Generator, setting: Setting
) -> tuple[CrackedSurface, Surface]:
    """One to three cracks that can be seen, on (H, W, 3) float 0 to 255; and the ground without
    them, which at times has a spall where a crack runs."""
    seed = int(rng.integers(2**32))
    drawn = add_crack(surface, np.random.default_rng(seed), setting)
    if rng.random() < _SPALLED:
        surface = _spall(surface, drawn, rng, setting)
        drawn = add_crack(surface, np.random.default_rng(seed), setting)
    for _ in range(int(rng.choice(3, p=_NUMBERS))):
        new = add_crack(drawn.pixels, rng, setting)
        mask = np.maximum(drawn.mask, new.mask)
        drawn = CrackedSurface(new.pixels, mask, (*drawn.centre_lines, *new.centre_lines))
    return drawn, surface


def add_crack(surface: Surface, rng: np.random.Generator, setting: Setting) -> CrackedSurface:
    """One crack, drawn again and bolder until it lies in the picture and can be seen."""
    texture, least = visible.texture_of(surface), _least_length(surface)
    rough = float(texture.mean())
    often = _ON_COARSE if rough > _COARSE else _HOW_OFTEN
    width = log_uniform(rng, *WIDTHS[rng.choice(3, p=often)]) * setting.zoom
    width = max(0.4, width)
    contrast = rng.uniform(0.2 if width < 10 else 0.5, 1.0)
    paint, look = kinds.choose(rng, width, setting), looks.choose(rng, rough)
    attempt = 0
    while True:  # seldom a second time
        drawn = paint(surface, rng, width, contrast, setting)
        length = length_of(drawn)
        if length >= least:
            pixels = look(surface, drawn, setting.light, rng)
            seen = visible.strength(grey(pixels - surface), drawn.mask, texture, length)
            if seen >= 1.0 or attempt >= _ATTEMPTS:
                return CrackedSurface(pixels, drawn.mask, drawn.centre_lines)
            width, contrast = 1.2 * width, min(1.0, 1.2 * contrast)
        if attempt >= 2:
            paint, look = kinds.fractured if length < least else paint, looks.dark
        attempt += 1


def length_of(drawn: CrackedSurface) -> float:
    """Length of the courses within the picture, in pixels."""
    height, width = drawn.mask.shape
    total = 0.0
    for line in drawn.centre_lines:
        middle = (line.points[1:] + line.points[:-1]) / 2
        inside = polyline.inside(middle, height, width)
        total += float(np.diff(polyline.arc_length(line.points))[inside].sum())
    return total


def _spall(
    surface: Surface, drawn: CrackedSurface, rng: np.random.Generator, setting: Setting
) -> Surface:
    """Skin that came off beside the crack."""
    height, width = drawn.mask.shape
    points = drawn.centre_lines[0].points
    inside = points[polyline.inside(points, height, width)]
    if not len(inside):
        return surface
    point = inside[int(rng.integers(len(inside)))]
    scale = setting.zoom * log_uniform(rng, 0.3, 1.0)
    centre = (float(point[0]), float(point[1]))
    return spall.draw(surface, rng, light=setting.light, scale=scale, centre=centre)


def _least_length(surface: Surface) -> float:
    """A crack has to run through a third of a window of 224 px, or of a smaller picture."""
    return 0.3 * float(min(224, surface.shape[0], surface.shape[1]))
