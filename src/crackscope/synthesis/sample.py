"""One picture to learn from: a crack, or only what is mistaken for one, and the crack's mask."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import count

import numpy as np
from numpy.typing import NDArray

from crackscope.synthesis import camera, crack, distractors, finish, visible
from crackscope.synthesis import course as courses
from crackscope.synthesis import shapes as real_shapes
from crackscope.synthesis.crack import Course, Drawn
from crackscope.synthesis.distractors import DISTRACTORS
from crackscope.synthesis.shapes import Shape
from crackscope.synthesis.surface import Surface, grey, log_uniform
from crackscope.types import Pixels

_WIDTHS = ((0.5, 5.0), (3.0, 20.0), (20.0, 90.0))
"""Of cracks in pixels: seen from a few metres, close up, and gaping."""
_HOW_OFTEN = (0.74, 0.21, 0.05)
_ATTEMPTS = 6
"""How often a crack is made bolder: on black it cannot be seen whatever is tried."""
_BESIDE, _ALONE = (0.4, 0.4, 0.2), (0.15, 0.5, 0.35)
"""How likely 0, 1 and 2 distractors are, beside a crack and without one."""
_CRACKS = (0.78, 0.16, 0.06)
"""How likely 1, 2 and 3 cracks are."""
_ON_TOP = frozenset({"shadow", "streaks", "blot", "cable", "chalk", "plant", "root", "rust_spot"})
"""What may also lie over a crack, and not only below it."""
Ends = tuple[tuple[float, float] | None, tuple[float, float] | None]
"""Where a crack starts and ends, in pixels; None: somewhere beyond opposite borders."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A synthetic picture and the truth about it.

    `pixels` (H, W, 3) uint8 RGB; `mask` (H, W) uint8, the fraction of each pixel that a crack
    covers, 255 is all; a hairline of half a pixel covers a half. A crack that something hides on
    a short stretch goes on in the mask, as an inspector would draw it; where nobody could see it
    along 30 px and more, it has none. `courses` are the centre lines and widths of all cracks.
    """

    pixels: Pixels
    mask: NDArray[np.uint8]
    courses: tuple[Course, ...]
    ground: str
    distractors: tuple[str, ...]


def draw(
    ground: Pixels,
    cracked: bool,
    rng: np.random.Generator,
    *,
    shapes: Sequence[Shape] = (),
    name: str = "",
    zoom: float = 1.0,
) -> Sample:
    """Draw cracks, or only what is mistaken for them, on a sound picture.

    `ground` (H, W, 3) uint8, any size from 32 px; `shapes` are those of real cracks, which a part
    of the cracks then follows; `name` is kept as the name of the ground; `zoom` is by how much
    everything drawn is larger than on a patch seen at native size. The mask is empty if and only
    if `cracked` is False. The same `rng` gives the same sample.
    """
    light, scale = rng.uniform(-np.pi, np.pi), zoom * log_uniform(rng, 0.3, 1.3)
    names = _names(cracked, rng)
    above = [name for name in names if name in _ON_TOP and rng.random() < 0.5] if cracked else []
    surface = ground.astype(np.float32)
    if rng.random() < 0.07:
        surface = finish.expose_aggregate(surface, rng)
    if rng.random() < 0.4:
        surface = finish.roughen(surface, rng, light)
    below = [name for name in names if name not in above]
    surface = distractors.add(surface, below, rng, light, scale)
    drawn = Drawn(surface, np.zeros(surface.shape[:2], np.float32), ())
    if cracked:
        drawn = _cover(
            _cracks(surface, rng, light, zoom, shapes), surface, above, rng, light, scale
        )
    pixels = camera.photograph(drawn.pixels, rng, noise=log_uniform(rng, 0.3, 3.0))
    mask = np.rint(drawn.mask * 255).astype(np.uint8)
    return Sample(camera.resave(pixels, rng), mask, drawn.courses, name, tuple(names))


def _names(cracked: bool, rng: np.random.Generator) -> list[str]:
    number = rng.choice(3, p=_BESIDE if cracked else _ALONE)
    return [str(name) for name in rng.choice(DISTRACTORS.names(), number, replace=False)]


def _cover(
    drawn: Drawn,
    before: Surface,
    names: Sequence[str],
    rng: np.random.Generator,
    light: float,
    scale: float,
) -> Drawn:
    """What lies over the cracks, and their mask as far as they are still to be followed.

    The same things are drawn with the cracks below them and without: the difference is what
    still shows of the cracks.
    """
    seed = int(rng.integers(2**32))
    with_cracks, without = (
        distractors.add(surface, names, np.random.default_rng(seed), light, scale)
        for surface in (drawn.pixels, before)
    )
    change = grey(with_cracks - without)
    kept = visible.keep(change, drawn.mask, visible.texture_of(without))
    mask = kept if kept.any() else drawn.mask
    return Drawn(with_cracks, mask, drawn.courses)


def _cracks(
    surface: Surface, rng: np.random.Generator, light: float, zoom: float, known: Sequence[Shape]
) -> Drawn:
    """One to three cracks that can be seen."""
    drawn = Drawn(surface, np.zeros(surface.shape[:2], np.float32), ())
    for _ in range(1 + int(rng.choice(3, p=_CRACKS))):
        new = _crack(drawn.pixels, rng, light, zoom, known)
        drawn = Drawn(new.pixels, np.maximum(drawn.mask, new.mask), (*drawn.courses, *new.courses))
    return drawn


def _crack(
    surface: Surface, rng: np.random.Generator, light: float, zoom: float, known: Sequence[Shape]
) -> Drawn:
    """One crack, made bolder until it can be seen."""
    width = max(0.4, log_uniform(rng, *_WIDTHS[rng.choice(3, p=_HOW_OFTEN)]) * zoom)
    contrast = rng.uniform(0.2, 1.0)
    real = bool(known) and width < 20 * zoom and rng.random() < 0.4
    texture, least = visible.texture_of(surface), _least_length(surface)
    for attempt in count():  # seldom a second: out of the picture, or not to be seen in texture
        if real:
            shape = known[int(rng.integers(len(known)))]
            drawn = real_shapes.draw(surface, rng, shape, width, contrast=contrast, light=light)
        else:
            drawn = _painted(surface, rng, width, contrast, light)
        length = _length(drawn, width)
        if length >= least:
            change = grey(drawn.pixels - surface)
            seen = visible.strength(change, drawn.mask, texture, length)
            if seen >= 1.0 or attempt >= _ATTEMPTS:
                return drawn
            width, contrast = 1.2 * width, min(1.0, 1.2 * contrast)
        elif attempt >= _ATTEMPTS:
            real = False
    raise AssertionError("unreachable")


def _painted(
    surface: Surface, rng: np.random.Generator, width: float, contrast: float, light: float
) -> Drawn:
    place = _PLACES[rng.choice(3, p=(0.4, 0.3, 0.3))]
    start, end = place(surface.shape[0], surface.shape[1], rng)
    roughness = log_uniform(rng, 0.03, 0.18)
    return crack.draw(
        surface,
        rng,
        width,
        start=start,
        end=end,
        roughness=roughness,
        contrast=contrast,
        light=light,
    )


def _least_length(surface: Surface) -> float:
    """A crack has to run through a third of a window of 224 px, or of a smaller picture."""
    return 0.3 * float(min(224, surface.shape[0], surface.shape[1]))


def _length(drawn: Drawn, width: float) -> float:
    """Length in the picture, in pixels, of a crack whose mean width is known."""
    inside = 0.0
    for line in drawn.courses:
        points = np.clip(line.points, 0, drawn.mask.shape[::-1])
        inside += float(courses.arc_length(points)[-1])
    area = float(drawn.mask.sum())
    return min(inside, 4 * area / width)


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
