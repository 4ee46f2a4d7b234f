"""Appearance of cracks: dark, filled, ravelled, white with lime, wet, rusty, painted over.

Each look takes the ground and the crack painted on it, and returns new pixels for the same mask.
"""

from collections.abc import Callable

import numpy as np

from crackscope.synthesis.cracks.crack import CrackedSurface
from crackscope.synthesis.surface import (
    Field,
    Surface,
    blend,
    blurred,
    grey,
    log_uniform,
    slope_along,
    smooth,
)

Look = Callable[[Surface, CrackedSurface, float, np.random.Generator], Surface]
"""Ground (H, W, 3), the crack on it, direction to the light in radians, rng -> pixels."""


def choose(rng: np.random.Generator, texture: float) -> Look:
    """A random look: dark for about three in four cracks. On coarse ground such as asphalt up to
    half are ravelled; `texture` is the ground's standard deviation in grey levels."""
    if rng.random() < _RAVELLED * np.clip((texture - _FINE) / _FINE, 0, 1):
        return ravelled
    return LOOKS[int(rng.choice(len(LOOKS), p=_FREQUENCY))]


def dark(
    ground: Surface, painted: CrackedSurface, light: float, rng: np.random.Generator
) -> Surface:
    """Dark, as painted."""
    del ground, light, rng
    return painted.pixels


def filled(
    ground: Surface, painted: CrackedSurface, light: float, rng: np.random.Generator
) -> Surface:
    """Filled with dirt, sand or needles: grainy, slightly darker than the ground, soft edges."""
    del light
    height, width = painted.mask.shape
    pigment = np.array([1.0, rng.uniform(0.88, 1.0), rng.uniform(0.7, 1.0)], np.float32)
    tone = np.float32(rng.uniform(0.3, 0.75)) * _mean(ground) * pigment
    grain = 1 + rng.uniform(0.1, 0.35) * smooth(height, width, log_uniform(rng, 1.3, 3.5), rng)
    debris = np.clip(tone * grain[..., None], 0, 255)
    opacity = blurred(painted.mask, rng.uniform(0.4, 1.6)) * np.float32(rng.uniform(0.6, 1.0))
    return _within(blend(ground, debris, opacity))


def ravelled(
    ground: Surface, painted: CrackedSurface, light: float, rng: np.random.Generator
) -> Surface:
    """Between the stones of the ground, filled with grit, soil and loose stones."""
    del light
    height, width = painted.mask.shape
    level = grey(ground)
    stones = level - 255 * blurred(level / np.float32(255), log_uniform(rng, 5, 14))
    stones = np.clip(stones / max(2 * float(stones.std()), 1.0), -1, 1)
    soft = blurred(painted.mask, log_uniform(rng, 0.5, 2.5))
    sharp, within = rng.uniform(2.0, 5.0), soft > 0.03
    opacity = np.clip(0.5 + sharp * (soft - rng.uniform(0.2, 0.45) * (1 + stones)), 0, 1) * within
    pigment = np.array([1.0, rng.uniform(0.9, 1.0), rng.uniform(0.75, 1.0)], np.float32)
    grain = 1 + rng.uniform(0.1, 0.4) * smooth(height, width, log_uniform(rng, 1.3, 4.0), rng)
    soil = np.clip(np.float32(rng.uniform(0.2, 0.6)) * _mean(ground) * pigment, 0, 255)
    depth = np.clip(rng.uniform(0.0, 1.0) + 0.5 * smooth(height, width, 25.0, rng), 0, 1)
    bottom = blend(soil * grain[..., None], painted.pixels, depth)
    return _within(blend(ground, bottom, opacity))


def limed(
    ground: Surface, painted: CrackedSurface, light: float, rng: np.random.Generator
) -> Surface:
    """White or pale from lime or filler, with patches of crust beside it."""
    del light
    height, width = painted.mask.shape
    patchy = np.clip(0.8 + 0.4 * smooth(height, width, 20.0, rng), 0.15, 1.0)
    crust = np.clip(smooth(height, width, 9.0, rng) - 0.4, 0, 1) * _spread(painted.mask, rng, 2, 9)
    pale = np.minimum(_mean(ground) * np.float32(log_uniform(rng, 1.2, 2.5)) + 30, 250.0)
    opacity = np.maximum(painted.mask * patchy * np.float32(rng.uniform(0.5, 1.0)), 0.6 * crust)
    return _within(blend(ground, pale * np.array([1.0, 0.99, 0.96], np.float32), opacity))


def wet(
    ground: Surface, painted: CrackedSurface, light: float, rng: np.random.Generator
) -> Surface:
    """Wet: a dark halo of uneven width."""
    del ground, light
    halo = _spread(painted.mask, rng, 3, 18)
    return _within(painted.pixels * (1 - np.float32(rng.uniform(0.12, 0.4)) * halo)[..., None])


def rusty(
    ground: Surface, painted: CrackedSurface, light: float, rng: np.random.Generator
) -> Surface:
    """Rust stains from the reinforcement on both sides."""
    del ground, light
    tint = np.array([0.88, 0.62, 0.38], np.float32)
    opacity = _spread(painted.mask, rng, 2, 14) * np.float32(rng.uniform(0.3, 0.9))
    return _within(blend(painted.pixels, painted.pixels * tint, opacity))


def painted_over(
    ground: Surface, painted: CrackedSurface, light: float, rng: np.random.Generator
) -> Surface:
    """Visible through a coat of paint by its relief: one flank lit, the other in shade."""
    soft = blurred(painted.mask, rng.uniform(0.7, 2.0))
    slope = slope_along(soft, light)
    peak = float(np.abs(slope).max()) or 1.0
    relief = np.float32(rng.uniform(0.15, 0.5) / peak) * slope
    shade = np.float32(rng.uniform(0.0, 0.25)) * soft
    return _within(ground * (1 - relief - shade)[..., None])


LOOKS: tuple[Look, ...] = (dark, filled, ravelled, limed, wet, rusty, painted_over)
_FREQUENCY = (0.72, 0.1, 0.02, 0.04, 0.04, 0.03, 0.05)
_RAVELLED, _FINE = 0.5, 10.0


def _mean(ground: Surface) -> np.float32:
    return np.float32(ground.mean())


def _spread(mask: Field, rng: np.random.Generator, low: float, high: float) -> Field:
    """A halo around the crack, 0 to 1, `low` to `high` px wide, uneven along it."""
    height, width = mask.shape
    uneven = np.clip(1 + 0.6 * smooth(height, width, 30.0, rng), 0.1, 1.8)
    near = blurred(np.minimum(1, 3 * mask), log_uniform(rng, low, high))
    return np.asarray(np.clip(near / max(float(near.max()), 1e-3) * uneven, 0, 1), np.float32)


def _within(values: np.ndarray) -> Surface:
    return np.asarray(np.clip(values, 0.0, 255.0), np.float32)
