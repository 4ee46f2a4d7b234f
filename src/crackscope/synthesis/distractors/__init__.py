"""Distractors: what is mistaken for a crack.

Add one in a new file of this folder, as a function under `@distractor("name")`.
"""

import importlib
from collections.abc import Callable, Iterable
from typing import Protocol, TypeVar

import numpy as np

from crackscope.registry import Registry, import_plugins
from crackscope.synthesis.surface import Surface


class Distractor(Protocol):
    """Paints on a copy of the surface: same shape, 0 to 255; the same result for the same rng."""

    def __call__(
        self,
        background: Surface,
        rng: np.random.Generator,
        *,
        light: float = -2.0,
        scale: float = 1.0,
    ) -> Surface:
        """`light` in radians, clockwise from the right; `scale` 1 for a close-up."""
        ...


DISTRACTORS: Registry[Distractor] = Registry("distractor")
D = TypeVar("D", bound=Distractor)
_ORDER = (
    "joint", "joints", "shadow", "stain", "holes", "cables", "ledge", "vegetation", "spall",
    "masonry", "litter", "nets", "marks",
)  # fmt: skip
"""Files in the order of registration, from which distractors are sampled by number: a fixed order
keeps seeded images the same. Files that are not listed follow, by name."""


def distractor(name: str) -> Callable[[D], D]:
    """Register a distractor by name."""

    def add(paint: D) -> D:
        DISTRACTORS.register(name)(paint)
        return paint

    return add


def paint(
    surface: Surface,
    names: Iterable[str],
    rng: np.random.Generator,
    light: float,
    scale: float,
) -> Surface:
    """Paint the distractors of these names, one over the other."""
    for name in names:
        surface = DISTRACTORS.get(name)(surface, rng, light=light, scale=scale)
    return surface


for _file in _ORDER:
    importlib.import_module(f"{__name__}.{_file}")
import_plugins(__name__, __path__)
