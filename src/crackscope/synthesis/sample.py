"""One picture to learn from: a crack, or only what is mistaken for one, and the crack's mask."""

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
"""How likely 0, 1 and 2 distractors are, beside a crack and without one."""
_ON_TOP = frozenset(
    {"shadow", "streaks", "blot", "cable", "chalk", "plant", "root", "rust_spot", "twigs"}
    | {"straw", "mesh", "web", "cast", "writing", "ruler", "tyre", "pipe", "tide"}
)
"""What may also lie over a crack, and not only below it."""
_JOINTED = 0.16
"""Fraction of surfaces with a pattern of joints, which cracks may follow."""
_SPOILT, _ENLARGED = 0.33, 0.08
"""Fractions of photos with a fault, and of photos that are an enlarged part of one."""
_STILL_SEEN = 0.85
"""How much of what makes a crack visible has to be left in a spoilt photo."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A synthetic picture and the truth about it.

    `pixels` (H, W, 3) uint8 RGB; `mask` (H, W) uint8, the fraction of each pixel that a crack
    covers, 255 is all; a hairline of half a pixel covers a half. A crack that something hides on
    a short stretch goes on in the mask, as an inspector would draw it; where nobody could see it
    along 30 px and more, it has none. `centre_lines` are the centre lines and widths of all cracks.
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
) -> Sample:
    """Draw cracks, or only what is mistaken for them, on a sound picture.

    `ground` (H, W, 3) uint8, any size from 32 px; `shapes` are those of real cracks, which a part
    of the cracks then follows; `zoom` is by how much everything drawn is larger than on a patch
    seen at native size. The mask is empty if and only if `cracked` is False. The same `rng` gives
    the same sample.
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
    drawn = crack.uncracked(surface)
    if cracked:
        drawn, surface = add.add_cracks(surface, rng, Setting(light, zoom, shapes, laid))
        drawn, surface = _cover(drawn, surface, above, rng, light, scale)
    pixels, mask = _photograph(drawn, surface, rng)
    sample = Sample(pixels, mask, drawn.centre_lines, tuple(names))
    return _enlarge(sample, rng) if rng.random() < _ENLARGED else sample


def _names(cracked: bool, rng: np.random.Generator) -> list[str]:
    number = rng.choice(3, p=_BESIDE if cracked else _ALONE)
    return [str(name) for name in rng.choice(DISTRACTORS.names(), number, replace=False)]


def _cover(
    drawn: CrackedSurface,
    before: Surface,
    names: Sequence[str],
    rng: np.random.Generator,
    light: float,
    scale: float,
) -> tuple[CrackedSurface, Surface]:
    """What lies over the cracks, and their mask as far as they are still to be followed.

    The same things are drawn with the cracks below them and without: the difference is what
    still shows of the cracks. Returns both.
    """
    seed = int(rng.integers(2**32))
    with_cracks, without = (
        distractors.paint(surface, names, np.random.default_rng(seed), light, scale)
        for surface in (drawn.pixels, before)
    )
    change = grey(with_cracks - without)
    mask = _seen(change, drawn.mask, visible.texture_of(without))
    return CrackedSurface(with_cracks, mask, drawn.centre_lines), without


def _seen(change: Field, mask: Field, texture: Field) -> Field:
    """The mask where it is to be seen; all of it, if that were nothing."""
    kept = visible.keep(change, mask, texture)
    return kept if kept.any() else mask


def _photograph(
    drawn: CrackedSurface, sound: Surface, rng: np.random.Generator
) -> tuple[Pixels, NDArray[np.uint8]]:
    """The photo of what is drawn, a third of them spoilt as far as the cracks stay visible."""
    noise, tone, shutter = log_uniform(rng, 0.3, 3.0), rng.random() < 0.6, int(rng.integers(2**32))
    strength = float(rng.beta(1.0, 1.3)) if rng.random() < _SPOILT else None
    cracked = bool(drawn.mask.any())

    def take(surface: Surface, strength: float | None) -> Pixels:
        moment = np.random.default_rng(shutter)
        pixels = camera.photograph(surface, moment, noise=noise)
        if strength is not None:
            pixels = faults.spoil(pixels, strength, moment)
        return camera.develop(pixels, moment) if tone else pixels

    length = add.length_of(drawn)
    while strength is not None and strength > 0.02:
        pixels = take(drawn.pixels, strength)
        if not cracked:
            return pixels, np.zeros(drawn.mask.shape, np.uint8)
        without = take(sound, strength).astype(np.float32)
        texture, change = visible.texture_of(without), grey(pixels - without)
        if visible.strength(change, drawn.mask, texture, length) >= _STILL_SEEN:
            return pixels, _eight_bit(_seen(change, drawn.mask, texture))
        strength *= 0.5
    return take(drawn.pixels, None), _eight_bit(drawn.mask)


def _eight_bit(mask: Field) -> NDArray[np.uint8]:
    return np.asarray(np.rint(mask * 255), np.uint8)


def _enlarge(sample: Sample, rng: np.random.Generator) -> Sample:
    pixels, mask, (left, top, factor) = camera.enlarge(sample.pixels, sample.mask, rng)
    if mask.any() != sample.mask.any():
        return sample
    centre_lines = tuple(
        CentreLine((line.points - (left, top)) * factor, line.widths * factor)
        for line in sample.centre_lines
    )
    return replace(sample, pixels=pixels, mask=mask, centre_lines=centre_lines)
