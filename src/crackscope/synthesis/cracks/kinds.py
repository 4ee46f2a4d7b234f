"""Kinds of cracks by their path. Each kind paints one crack of a mean width on a surface."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from crackscope.synthesis import pattern, polyline
from crackscope.synthesis.cracks import crack, shapes
from crackscope.synthesis.cracks.crack import CrackedSurface, Line
from crackscope.synthesis.cracks.shapes import Shape
from crackscope.synthesis.pattern import Pattern
from crackscope.synthesis.polyline import Points
from crackscope.synthesis.surface import Surface, log_uniform

Ends = tuple[tuple[float, float] | None, tuple[float, float] | None]
"""Start and end of a crack in pixels; None: a random point outside opposite borders."""


@dataclass(frozen=True, slots=True)
class Setting:
    """The surroundings of a crack: `light` the direction to the light in radians, `zoom` the scale
    relative to native size; some cracks follow `shapes` of real cracks or the surface's `joints`.
    """

    light: float
    zoom: float = 1.0
    shapes: Sequence[Shape] = ()
    joints: Pattern | None = None


Paint = Callable[[Surface, np.random.Generator, float, float, Setting], CrackedSurface]
"""Surface, rng, mean width in pixels, contrast 0 to 1, setting -> the surface with a crack."""


def choose(rng: np.random.Generator, width: float, setting: Setting) -> Paint:
    """A random kind that suits the width and the setting."""
    narrow = width < 20 * setting.zoom
    if setting.joints is not None and rng.random() < 0.5:
        return along_joints if rng.random() < 0.6 else to_joint
    if setting.shapes and narrow and rng.random() < 0.42:
        return real
    if not narrow or rng.random() < 0.65:
        return fractured
    return (drifting, parallel, network)[int(rng.choice(3, p=(0.45, 0.25, 0.3)))]


def real(
    surface: Surface, rng: np.random.Generator, width: float, contrast: float, setting: Setting
) -> CrackedSurface:
    """The shape of a real crack."""
    shape = setting.shapes[int(rng.integers(len(setting.shapes)))]
    return shapes.draw(surface, rng, shape, width, contrast=contrast, light=setting.light)


def fractured(
    surface: Surface, rng: np.random.Generator, width: float, contrast: float, setting: Setting
) -> CrackedSurface:
    """Jagged, with branches, from border to border or ending within the image."""
    start, end = _ends(surface.shape[0], surface.shape[1], rng)
    return crack.draw(
        surface,
        rng,
        width,
        start=start,
        end=end,
        roughness=log_uniform(rng, 0.03, 0.18),
        contrast=contrast,
        light=setting.light,
    )


def drifting(
    surface: Surface, rng: np.random.Generator, width: float, contrast: float, setting: Setting
) -> CrackedSurface:
    """Smooth, as from shrinkage: the heading drifts, and the crack may fork."""
    height, wide = surface.shape[:2]
    reach = math.hypot(height, wide)
    start = rng.uniform(-0.05, 1.05, 2) * (wide, height)
    towards = np.array([wide, height]) * rng.uniform(0.3, 0.7, 2) - start
    heading = math.atan2(towards[1], towards[0])
    bend = rng.uniform(0.02, 0.12)
    main = _drift(start, heading, rng.uniform(0.4, 1.1) * reach, bend, rng)
    lines = [Line(main, width, (True, True))]
    if rng.random() < 0.4:
        knot = main[int(rng.integers(len(main) // 4, len(main)))]
        turn = heading + float(rng.choice([-1, 1])) * rng.uniform(0.4, 1.5)
        fork = _drift(knot, turn, rng.uniform(0.15, 0.5) * reach, bend, rng)
        lines.append(Line(fork, 0.7 * width, (False, True)))
    return crack.draw_lines(surface, lines, rng, contrast, setting.light)


def parallel(
    surface: Surface, rng: np.random.Generator, width: float, contrast: float, setting: Setting
) -> CrackedSurface:
    """Two to four side by side, of different lengths."""
    height, wide = surface.shape[:2]
    reach, angle = 0.75 * math.hypot(height, wide), rng.uniform(0, math.pi)
    ahead = np.array([math.cos(angle), math.sin(angle)])
    aside = np.array([-ahead[1], ahead[0]])
    middle = rng.uniform(0.25, 0.75, 2) * (wide, height)
    rough, gap = log_uniform(rng, 0.03, 0.14), rng.uniform(0.06, 0.25) * min(height, wide)
    lines = []
    for number in range(int(rng.integers(2, 5))):
        centre = middle + (number - 1 + rng.normal(0, 0.15)) * gap * aside
        first, last = (centre + side * reach * rng.uniform(0.4, 1) * ahead for side in (-1, 1))
        points = polyline.fracture(first, last, rng, rough)
        lines.append(Line(points, width * log_uniform(rng, 0.5, 1.4), (True, True)))
    return crack.draw_lines(surface, lines, rng, contrast, setting.light)


def network(
    surface: Surface, rng: np.random.Generator, width: float, contrast: float, setting: Setting
) -> CrackedSurface:
    """Map cracking: uneven meshes, some of them open, over a region of the image."""
    height, wide = surface.shape[:2]
    cell = max(14.0, 5 * width, 0.07 * min(height, wide)) * log_uniform(rng, 1.0, 3.5)
    reach = rng.uniform(0.25, 0.6) * max(height, wide)
    missing = rng.uniform(0.05, 0.35)
    centre = rng.uniform(0.2, 0.8, 2) * (wide, height)
    rough = rng.uniform(0.04, 0.15)
    lines = []
    for way in pattern.meshes(reach, cell, missing, rng):
        points = polyline.fracture_through(way, rng, rough) + centre
        lines.append(Line(points, max(0.35, 0.8 * width * log_uniform(rng, 0.5, 1.6))))
    return crack.draw_lines(surface, lines, rng, contrast, setting.light)


def along_joints(
    surface: Surface, rng: np.random.Generator, width: float, contrast: float, setting: Setting
) -> CrackedSurface:
    """In or beside the joints, from one to the next, sometimes through a stone."""
    joints = setting.joints
    if joints is None:
        return fractured(surface, rng, width, contrast, setting)
    middle = rng.uniform(0.2, 0.8, 2) * surface.shape[1::-1]
    nodes = pattern.way(joints, middle, rng)
    if len(nodes) < 2:
        return fractured(surface, rng, width, contrast, setting)
    if len(nodes) > 3:
        nodes = nodes[np.concatenate([[True], rng.random(len(nodes) - 2) > 0.2, [True]])]
    nodes = nodes + rng.normal(0, 1.0 + 0.02 * joints.cell, 2)
    points = polyline.fracture_through(nodes, rng, rng.uniform(0.02, 0.09))
    return crack.draw_lines(surface, [Line(points, width)], rng, contrast, setting.light)


def to_joint(
    surface: Surface, rng: np.random.Generator, width: float, contrast: float, setting: Setting
) -> CrackedSurface:
    """From a border or a joint to another joint, where it ends without tapering."""
    joints = setting.joints
    if joints is None:
        return fractured(surface, rng, width, contrast, setting)
    height, wide = surface.shape[:2]
    middle = joints.pieces.mean(axis=1)
    there = np.flatnonzero(polyline.inside(middle, height, wide))
    if len(there) < 2:
        return fractured(surface, rng, width, contrast, setting)
    one, two = rng.choice(there, 2, replace=False)
    ends = [_on(joints.pieces[number], rng) for number in (one, two)]
    if rng.random() < 0.5:
        ends[0] = ends[1] + 2 * (ends[0] - ends[1]) * max(height, wide) / max(
            1.0, math.dist(ends[0], ends[1])
        )
    points = polyline.fracture(ends[0], ends[1], rng, log_uniform(rng, 0.03, 0.15))
    return crack.draw_lines(surface, [Line(points, width)], rng, contrast, setting.light)


def _on(piece: Points, rng: np.random.Generator) -> Points:
    return np.asarray(piece[0] + rng.random() * (piece[1] - piece[0]))


def _drift(
    start: Points, heading: float, length: float, bend: float, rng: np.random.Generator
) -> Points:
    """A polyline with segments of 6 px whose heading changes slowly."""
    steps = max(8, int(length / 6))
    slow = np.cumsum(rng.normal(0, bend * 0.35, steps))
    turns = heading + slow + rng.normal(0, bend, steps)
    return polyline.walk(start, turns, 6.0)


def _ends(height: int, width: int, rng: np.random.Generator) -> Ends:
    """Across the image, from a border into it, or through any point in any direction, which often
    only cuts off a corner."""
    kind = int(rng.choice(3, p=(0.4, 0.3, 0.3)))
    if kind == 0:
        return None, None
    if kind == 1:
        return None, (rng.uniform(0.3, 0.7) * width, rng.uniform(0.3, 0.7) * height)
    x, y = rng.uniform(0.03, 0.97, 2) * (width, height)
    direction, reach = rng.uniform(0, 2 * math.pi), 0.75 * math.hypot(height, width)
    right, down = reach * math.cos(direction), reach * math.sin(direction)
    return (x - right, y - down), (x + right, y + down)
