"""Generated materials: mineral ones, which crack, and others, whose lines are not cracks.

Add one in a file of this folder, as a function under `@material(name, cracks=…)`.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from crackscope.registry import Registry, import_plugins
from crackscope.synthesis.surface import Surface

Draw = Callable[[int, int, np.random.Generator], Surface]
"""Height, width, rng -> (height, width, 3) float32, 0 to 255."""


class Material(NamedTuple):
    """The painting function, and whether the material cracks as concrete does."""

    draw: Draw
    cracks: bool


MATERIALS: Registry[Material] = Registry("material")


def material(name: str, *, cracks: bool) -> Callable[[Draw], Draw]:
    """Register a material by name."""

    def add(draw: Draw) -> Draw:
        MATERIALS.register(name)(Material(draw, cracks))
        return draw

    return add


import_plugins(__name__, __path__)
CRACKING = tuple(name for name, kind in MATERIALS if kind.cracks)
OTHERS = tuple(name for name, kind in MATERIALS if not kind.cracks)
