"""Layouts of joints: grids, bonds, hexagons, slabs, crossings; and paths along them."""

import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crackscope.synthesis.polyline import Points
from crackscope.synthesis.surface import log_uniform

Pieces = NDArray[np.float64]
"""(N, 2, 2) straight segments: start and end, x and y in pixels."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """The joints of one surface: `pieces` are segments between nodes, `cell` the size of a stone
    or slab in pixels, `name` the kind."""

    pieces: Pieces
    cell: float
    name: str


def lay(height: int, width: int, rng: np.random.Generator, scale: float = 1.0) -> Pattern:
    """A random pattern over the whole image, mostly level or upright, in slight perspective;
    `scale` 1 for a close-up."""
    name = str(rng.choice(list(KINDS), p=_FREQUENCY))
    reach = 0.75 * math.hypot(height, width)
    cell = max(_SIZES[name][0] * scale, 0.06 * reach) * log_uniform(rng, 1.0, _SIZES[name][1])
    pieces = KINDS[name](reach, cell, rng)
    return Pattern(_seen(pieces, cell, height, width, rng), cell, name)


def way(pattern: Pattern, through: Points, rng: np.random.Generator) -> Points:
    """A path along the joints in a random direction, through the joint nearest to a point:
    (N, 2)."""
    starts = pattern.pieces[:, 0]
    first = starts[int(np.hypot(*(starts - through).T).argmin())]
    heading = rng.uniform(0, 2 * math.pi)
    ahead = np.array([math.cos(heading), math.sin(heading)])
    forth, back = (_walk(pattern.pieces, first, side * ahead, rng) for side in (1, -1))
    return np.array([*reversed(back), first, *forth])


def _walk(
    pieces: Pieces, place: Points, ahead: Points, rng: np.random.Generator, steps: int = 30
) -> list[Points]:
    """Nodes from `place` on; each step goes to a neighbour that lies roughly ahead."""
    points: list[Points] = []
    for _ in range(steps):
        forth = np.hypot(*(pieces[:, 0] - place).T) < 1.0
        back = np.hypot(*(pieces[:, 1] - place).T) < 1.0
        choices = np.concatenate([pieces[forth, 1], pieces[back, 0]])
        legs = choices - place
        gain = legs @ ahead / np.maximum(np.hypot(*legs.T), 1e-6)
        gain += rng.normal(0, 0.35, len(gain))
        if not len(gain) or gain.max() < -0.2:
            break
        place = choices[int(gain.argmax())]
        points.append(place)
    return points


def meshes(reach: float, cell: float, missing: float, rng: np.random.Generator) -> list[Points]:
    """Paths over the edges of an uneven mesh around (0, 0), up to the distance `reach`.

    A fraction of the edges is `missing`. Each edge lies on one path; single edges are left out.
    """
    pieces = _hexagons(reach, cell, rng)
    kept = np.hypot(*pieces.mean(axis=1).T) < reach * rng.uniform(0.6, 1.0, len(pieces))
    pieces = pieces[kept & (rng.random(len(pieces)) > missing)]
    moved: dict[tuple[int, int], Points] = {}
    ways: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for piece in pieces:
        one, two = (_node(point) for point in piece)
        for node, point in ((one, piece[0]), (two, piece[1])):
            if node not in moved:
                moved[node] = point + rng.normal(0, 0.16 * cell, 2)
        ways.setdefault(one, []).append(two)
        ways.setdefault(two, []).append(one)
    trails = [trail for trail in _trails(ways) if len(trail) > 2]
    return [np.array([moved[node] for node in trail]) for trail in trails]


def _node(point: Points) -> tuple[int, int]:
    return round(float(point[0])), round(float(point[1]))


def _trails(ways: dict[tuple[int, int], list[tuple[int, int]]]) -> list[list[tuple[int, int]]]:
    """Trails that use every edge once, each as long as possible."""
    trails = []
    for start in ways:
        while ways[start]:
            trail = [start]
            while ways[trail[-1]]:
                ahead = ways[trail[-1]].pop(0)
                ways[ahead].remove(trail[-1])
                trail.append(ahead)
            trails.append(trail)
    return trails


def _grid(reach: float, cell: float, rng: np.random.Generator) -> Pieces:
    """Slabs or tiles in a grid."""
    wide = cell * (1.0 if rng.random() < 0.4 else rng.uniform(0.5, 2.5))
    xs, ys = _places(reach, wide), _places(reach, cell)
    level = [[(a, y), (b, y)] for y in ys for a, b in itertools.pairwise(xs)]
    upright = [[(x, a), (x, b)] for x in xs for a, b in itertools.pairwise(ys)]
    return np.array(level + upright)


def _bond(reach: float, cell: float, rng: np.random.Generator) -> Pieces:
    """Courses of bricks or blocks, every second one shifted."""
    wide, moved = cell * rng.uniform(1.5, 4.0), rng.uniform(0.25, 0.5)
    pieces = []
    ys = _places(reach, cell)
    for row, y in enumerate(ys[:-1]):
        here = _places(reach, wide) + wide * moved * (row % 2)
        above = _places(reach, wide) + wide * moved * ((row + 1) % 2)
        nodes = np.sort(np.concatenate([here, above]))
        pieces += [[(a, y), (b, y)] for a, b in itertools.pairwise(nodes)]
        pieces += [[(x, y), (x, ys[row + 1])] for x in here]
    return np.array(pieces)


def _hexagons(reach: float, cell: float, rng: np.random.Generator) -> Pieces:
    """Hexagonal pavers."""
    del rng
    side = cell / math.sqrt(3)
    pieces = []
    for row, y in enumerate(np.arange(-reach, reach, 1.5 * side)):
        for x in np.arange(-reach, reach, cell) + (row % 2) * cell / 2:
            top = (x, y - side)
            left, right = (x - cell / 2, y - side / 2), (x + cell / 2, y - side / 2)
            pieces += [[left, top], [top, right], [right, (x + cell / 2, y + side / 2)]]
    return np.array(pieces)


def _slabs(reach: float, cell: float, rng: np.random.Generator) -> Pieces:
    """Courses of uneven height with stones of uneven length."""
    pieces, y = [], -reach
    while y < reach:
        tall = cell * rng.uniform(0.5, 1.5)
        xs = -reach + np.cumsum(cell * rng.uniform(0.6, 3.0, math.ceil(2.5 * reach / cell)))
        xs = xs[xs < reach]
        pieces.append([(-reach, y), (reach, y)])
        pieces += [[(x, y), (x, y + tall)] for x in xs]
        y += tall
    return np.array(pieces)


def _crossing(reach: float, cell: float, rng: np.random.Generator) -> Pieces:
    """One joint, or two that cross or meet at about a right angle."""
    del cell
    x, y = rng.uniform(-0.35, 0.35, 2) * reach
    lean = rng.normal(0, 0.04)
    lines = [[(-reach, y - lean * reach), (x, y)], [(x, y), (reach, y + lean * reach)]]
    kind = rng.random()
    if kind < 0.75:
        lines.append([(x, y), (x - lean * reach, reach)])
    if kind < 0.5:
        lines.append([(x + lean * reach, -reach), (x, y)])
    return np.array(lines)


def _parallel(reach: float, cell: float, rng: np.random.Generator) -> Pieces:
    """Parallel joints: boards, panels, grooves."""
    ys = _places(reach, cell) + rng.normal(0, 0.01 * cell)
    return np.array([[(-reach, y), (reach, y)] for y in ys])


KINDS: dict[str, Callable[[float, float, np.random.Generator], Pieces]] = {
    "grid": _grid,
    "bond": _bond,
    "hexagons": _hexagons,
    "slabs": _slabs,
    "crossing": _crossing,
    "parallel": _parallel,
}
_FREQUENCY = (0.25, 0.25, 0.08, 0.12, 0.2, 0.1)
_SIZES = {
    "grid": (60.0, 6.0),
    "bond": (28.0, 5.0),
    "hexagons": (60.0, 3.0),
    "slabs": (45.0, 4.0),
    "crossing": (100.0, 1.01),
    "parallel": (30.0, 8.0),
}
"""Smallest size of a cell in a close-up, in pixels, and how many times larger it may be."""


def _places(reach: float, step: float) -> NDArray[np.float64]:
    return np.asarray(np.arange(-reach - 0.5 * step, reach + 1.5 * step, step))


def _seen(pieces: Pieces, cell: float, height: int, width: int, rng: np.random.Generator) -> Pieces:
    """Laid slightly unevenly, then rotated, shifted, and put in perspective."""
    lean = rng.normal(0, 0.03) if rng.random() < 0.75 else rng.uniform(-math.pi, math.pi)
    angle = lean + float(rng.integers(2)) * math.pi / 2
    cos, sin = math.cos(angle), math.sin(angle)
    turned = pieces @ np.array([[cos, sin], [-sin, cos]])
    size = max(height, width)
    tilt = rng.normal(0, 0.12, 2) if rng.random() < 0.6 else np.zeros(2)
    nearness = 1 + (turned @ np.clip(tilt, -0.25, 0.25)) / size
    uneven = rng.uniform(0, 0.05) * cell if rng.random() < 0.4 else 0.0
    turned = turned + uneven * np.sin(turned[..., ::-1] * (2.7 / cell) + rng.uniform(0, 6, 2))
    shown = turned / np.maximum(nearness, 0.5)[..., None]
    return np.asarray(shown + rng.uniform(0.2, 0.8, 2) * (width, height))
