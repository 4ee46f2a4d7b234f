"""Shapes of real cracks, painted on any surface.

A shape holds only centre lines and relative widths, so it can be painted at any scale and width
without the staircase of a mask's pixels.
"""

import math

import numpy as np
from numpy.typing import NDArray

from crackscope.synthesis import polyline
from crackscope.synthesis.cracks import crack
from crackscope.synthesis.cracks.crack import CrackedSurface, Line
from crackscope.synthesis.surface import Surface

Shape = tuple[NDArray[np.float32], ...]
"""The branches of a real crack, longest first, each (N, 3): x, y and width as fractions of the
mask's side."""

_FINE = 65535


def to_bytes(shape: Shape) -> bytes:
    """A shape as bytes, with a resolution of 1/65535 of the side."""
    rows = [np.column_stack([np.full(len(one), place), one]) for place, one in enumerate(shape)]
    whole = np.concatenate(rows) * (1, _FINE, _FINE, _FINE)
    return np.asarray(np.clip(np.rint(whole), 0, _FINE), "<u2").tobytes()


def from_bytes(content: bytes) -> Shape:
    """The inverse of `to_bytes`."""
    rows = np.frombuffer(content, "<u2").reshape(-1, 4)
    starts = np.flatnonzero(np.diff(rows[:, 0])) + 1
    points = rows[:, 1:].astype(np.float32) / np.float32(_FINE)
    return tuple(np.split(points, starts))


def draw(
    background: Surface,
    rng: np.random.Generator,
    shape: Shape,
    width_px: float,
    *,
    contrast: float,
    light: float = -2.0,
) -> CrackedSurface:
    """Paint a real crack with a mean width of `width_px`.

    `background` (H, W, 3) float 0 to 255; `contrast` and `light` as for `crack.draw`. The shape is
    mirrored, rotated and enlarged to at least the size of the image, with a random point of it near
    the middle.
    """
    height, width = background.shape[:2]
    factor = max(height, width) * math.exp(rng.uniform(0.0, math.log(2.2)))
    branches = _turned(shape, rng)
    anchor = branches[0][int(rng.integers(len(branches[0]))), :2]
    corner = _corner(anchor, np.array([width, height]) / factor, rng)
    mean = float(np.concatenate([branch[:, 2] for branch in branches]).mean())
    lines = []
    for branch in reversed(branches):
        points = (branch[:, :2].astype(np.float64) - corner) * factor
        relative = float(np.clip(branch[:, 2].mean() / mean, 0.3, 2.0)) ** 0.7
        lines.append(
            Line(_roughened(points, rng), width_px * relative, _ends(branch, branches, mean))
        )
    painted = crack.draw_lines(background, lines, rng, contrast, light)
    return CrackedSurface(painted.pixels, painted.mask, painted.centre_lines[::-1])


def _turned(shape: Shape, rng: np.random.Generator) -> list[NDArray[np.float32]]:
    """Rotated about the middle by quarter turns plus a small angle, and mirrored at random."""
    angle = float(rng.integers(4)) * math.pi / 2 + rng.normal(0, 0.12)
    cos, sin = math.cos(angle), math.sin(angle)
    matrix = np.array([[cos, -sin], [sin, cos]], np.float32)
    if rng.random() < 0.5:
        matrix[:, 0] *= -1
    return [
        np.column_stack([(branch[:, :2] - 0.5) @ matrix.T + 0.5, branch[:, 2]]) for branch in shape
    ]


def _corner(
    anchor: NDArray[np.float32], size: NDArray[np.float64], rng: np.random.Generator
) -> NDArray[np.float64]:
    """Left and top of the part to be shown, of this size, with the anchor well inside."""
    corner = anchor - size * rng.uniform(0.2, 0.8, 2)
    return np.asarray(np.clip(corner, 0.0, np.maximum(1.0 - size, 0.0)))


def _roughened(points: polyline.Points, rng: np.random.Generator) -> polyline.Points:
    """Points every few pixels, with small random deviations between the points of the shape."""
    return polyline.fracture_through(points, rng, rng.uniform(0.04, 0.16))


def _ends(
    branch: NDArray[np.float32], branches: list[NDArray[np.float32]], mean: float
) -> tuple[bool, bool]:
    """Whether the line has a free end, which tapers, at its start and at its end.

    An end at the border of the mask was cut off; an end at another branch is a junction.
    """
    others = np.concatenate(
        [other[[0, -1], :2] for other in branches if other is not branch]
        or [np.zeros((0, 2), np.float32)]
    )
    free = []
    for end in branch[[0, -1], :2]:
        inside = bool(np.all(np.abs(end - 0.5) < 0.47))
        joined = len(others) > 0 and float(np.hypot(*(others - end).T).min()) < 0.015 + mean
        free.append(inside and not joined)
    return free[0], free[1]
