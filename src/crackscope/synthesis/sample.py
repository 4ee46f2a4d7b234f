"""One synthetic training sample: an image with a crack or only distractors, and its mask."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from crackscope.synthesis import camera, distractors, faults, finish, pattern
from crackscope.synthesis.cracks import add, crack, visible
from crackscope.synthesis.cracks.crack import CentreLine, CrackedSurface
from crackscope.synthesis.cracks.kinds import Setting
from crackscope.synthesis.cracks.shapes import Shape
from crackscope.synthesis.distractors import DISTRACTORS, joints
from crackscope.synthesis.surface import Field, Surface, grey, log_uniform
from crackscope.types import Pixels

_BESIDE, _ALONE = (0.4, 0.4, 0.2), (0.15, 0.5, 0.35)
"""Probabilities of 0, 1 and 2 distractors, beside a crack and without one."""
_ON_TOP = frozenset(
    {"shadow", "streaks", "blot", "cable", "chalk", "plant", "root", "rust_spot", "twigs"}
    | {"straw", "mesh", "web", "cast", "writing", "ruler", "tyre", "pipe", "tide"}
)
"""Distractors that may lie over a crack, not only below it."""
_JOINTED = 0.16
"""Fraction of surfaces with a pattern of joints. Cracks may follow the joints."""
_SPOILT, _ENLARGED = 0.33, 0.08
"""Fraction of photos with a camera fault, and fraction that are enlarged crops."""
_STILL_SEEN = 0.85
"""Lowest visibility of a crack in a photo with a fault, as a fraction of the required one."""


@dataclass(frozen=True, slots=True)
class SyntheticSample:
    """A synthetic image with its ground truth.

    `pixels` (H, W, 3) uint8 RGB; `mask` (H, W) uint8, the fraction of each pixel that a crack
    covers, 255 for all of it: a hairline of half a pixel covers half. Where a crack is hidden over
    a short distance, the mask continues, as an inspector would draw it; where it is invisible over
    30 px or more, the mask is empty. `centre_lines` holds those of all cracks.
    """

    pixels: Pixels
    mask: NDArray[np.uint8]
    centre_lines: tuple[CentreLine, ...]
    distractors: tuple[str, ...]


def draw(
    ground: Pixels,
    cracked: bool,
    rng: np.random.Generator,
    *,
    shapes: Sequence[Shape] = (),
    zoom: float = 1.0,
) -> SyntheticSample:
    """Paint cracks, or only distractors, on an image of sound ground.

    `ground` (H, W, 3) uint8, at least 32 px; `shapes` are shapes of real cracks, which some of the
    cracks follow; `zoom` scales everything that is painted, 1 for a patch at native size. The mask
    is empty if and only if `cracked` is False. The same `rng` gives the same sample.
    """
    light, scale = rng.uniform(-np.pi, np.pi), zoom * log_uniform(rng, 0.3, 1.3)
    names = _names(cracked, rng)
    above = [name for name in names if name in _ON_TOP and rng.random() < 0.5] if cracked else []
    surface = ground.astype(np.float32)
    if rng.random() < 0.07:
        surface = finish.expose_aggregate(surface, rng)
    if rng.random() < 0.3:
        surface = finish.roughen(surface, rng, light)
    laid = None
    if rng.random() < _JOINTED:
        laid = pattern.lay(surface.shape[0], surface.shape[1], rng, scale)
        surface = joints.draw(surface, laid, rng, light, scale)
    below = [name for name in names if name not in above]
    surface = distractors.paint(surface, below, rng, light, scale)
    painted = crack.sound(surface)
    if cracked:
        painted, surface = add.add_cracks(surface, rng, Setting(light, zoom, shapes, laid))
        painted, surface = _cover(painted, surface, above, rng, light, scale)
    pixels, mask = _photograph(painted, surface, rng)
    sample = SyntheticSample(pixels, mask, painted.centre_lines, tuple(names))
    return _enlarge(sample, rng) if rng.random() < _ENLARGED else sample


def _names(cracked: bool, rng: np.random.Generator) -> list[str]:
    number = rng.choice(3, p=_BESIDE if cracked else _ALONE)
    return [str(name) for name in rng.choice(DISTRACTORS.names(), number, replace=False)]


def _cover(
    painted: CrackedSurface,
    before: Surface,
    names: Sequence[str],
    rng: np.random.Generator,
    light: float,
    scale: float,
) -> tuple[CrackedSurface, Surface]:
    """Paint distractors over the cracks, and reduce the mask to what is still visible.

    The same distractors are painted with and without the cracks; the difference is what remains
    visible of the cracks. Returns both surfaces.
    """
    seed = int(rng.integers(2**32))
    with_cracks, without = (
        distractors.paint(surface, names, np.random.default_rng(seed), light, scale)
        for surface in (painted.pixels, before)
    )
    change = grey(with_cracks - without)
    mask = _seen(change, painted.mask, visible.texture_of(without))
    return CrackedSurface(with_cracks, mask, painted.centre_lines), without


def _seen(change: Field, mask: Field, texture: Field) -> Field:
    """The visible part of the mask, or all of it if no part is visible."""
    kept = visible.keep(change, mask, texture)
    return kept if kept.any() else mask


def _photograph(
    painted: CrackedSurface, sound: Surface, rng: np.random.Generator
) -> tuple[Pixels, NDArray[np.uint8]]:
    """The photo and its mask; a third of the photos get a fault that leaves the cracks visible."""
    noise, tone, shutter = log_uniform(rng, 0.3, 3.0), rng.random() < 0.6, int(rng.integers(2**32))
    strength = float(rng.beta(1.0, 1.3)) if rng.random() < _SPOILT else None
    cracked = bool(painted.mask.any())

    def take(surface: Surface, strength: float | None) -> Pixels:
        moment = np.random.default_rng(shutter)
        pixels = camera.photograph(surface, moment, noise=noise)
        if strength is not None:
            pixels = faults.spoil(pixels, strength, moment)
        return camera.develop(pixels, moment) if tone else pixels

    length = add.length_of(painted)
    while strength is not None and strength > 0.02:
        pixels = take(painted.pixels, strength)
        if not cracked:
            return pixels, np.zeros(painted.mask.shape, np.uint8)
        without = take(sound, strength).astype(np.float32)
        texture, change = visible.texture_of(without), grey(pixels - without)
        if visible.strength(change, painted.mask, texture, length) >= _STILL_SEEN:
            return pixels, _eight_bit(_seen(change, painted.mask, texture))
        strength *= 0.5
    return take(painted.pixels, None), _eight_bit(painted.mask)


def _eight_bit(mask: Field) -> NDArray[np.uint8]:
    return np.asarray(np.rint(mask * 255), np.uint8)


def _enlarge(sample: SyntheticSample, rng: np.random.Generator) -> SyntheticSample:
    pixels, mask, (left, top, factor) = camera.enlarge(sample.pixels, sample.mask, rng)
    if mask.any() != sample.mask.any():
        return sample
    centre_lines = tuple(
        CentreLine((line.points - (left, top)) * factor, line.widths * factor)
        for line in sample.centre_lines
    )
    return replace(sample, pixels=pixels, mask=mask, centre_lines=centre_lines)
