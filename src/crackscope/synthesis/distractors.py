"""What is mistaken for a crack. A new one is a function here, registered by name."""

from collections.abc import Iterable
from typing import Protocol

import numpy as np

from crackscope.registry import Registry
from crackscope.synthesis import (
    growth,
    hole,
    joint,
    joints,
    ledge,
    line,
    litter,
    marks,
    masonry,
    nets,
    shadow,
    spall,
    stain,
)
from crackscope.synthesis.surface import Surface


class Distractor(Protocol):
    """Draws on a copy of the surface: same shape, 0 to 255, the same picture for the same rng."""

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
DISTRACTORS.register("joint")(joint.draw)
DISTRACTORS.register("blocks")(joint.draw_blocks)
DISTRACTORS.register("joints")(joints.draw_pattern)
DISTRACTORS.register("shadow")(shadow.draw)
DISTRACTORS.register("blot")(stain.draw_blot)
DISTRACTORS.register("streaks")(stain.draw_streaks)
DISTRACTORS.register("rust_spot")(stain.draw_rust_spot)
DISTRACTORS.register("bugholes")(hole.draw_bugholes)
DISTRACTORS.register("tie_marks")(hole.draw_tie_marks)
DISTRACTORS.register("cable")(line.draw_cable)
DISTRACTORS.register("chalk")(line.draw_chalk)
DISTRACTORS.register("scratch")(line.draw_scratch)
DISTRACTORS.register("ledge")(ledge.draw_ledge)
DISTRACTORS.register("boards")(ledge.draw_boards)
DISTRACTORS.register("plant")(growth.draw_plant)
DISTRACTORS.register("root")(growth.draw_root)
DISTRACTORS.register("spall")(spall.draw)
DISTRACTORS.register("bricks")(masonry.draw_bricks)
DISTRACTORS.register("rubble")(masonry.draw_rubble)
DISTRACTORS.register("twigs")(litter.draw_twigs)
DISTRACTORS.register("straw")(litter.draw_straw)
DISTRACTORS.register("mesh")(nets.draw_mesh)
DISTRACTORS.register("web")(nets.draw_web)
DISTRACTORS.register("cast")(nets.draw_cast)
DISTRACTORS.register("tide")(nets.draw_tide)
DISTRACTORS.register("writing")(marks.draw_writing)
DISTRACTORS.register("ruler")(marks.draw_ruler)
DISTRACTORS.register("tyre")(marks.draw_tyre)
DISTRACTORS.register("pipe")(marks.draw_pipe)


def add(
    surface: Surface,
    names: Iterable[str],
    rng: np.random.Generator,
    light: float,
    scale: float,
) -> Surface:
    """Draw the distractors of these names, one over the other."""
    for name in names:
        surface = DISTRACTORS.get(name)(surface, rng, light=light, scale=scale)
    return surface
