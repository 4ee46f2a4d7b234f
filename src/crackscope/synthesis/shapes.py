"""Cracks that ran through real concrete, painted on any surface.

From the mask of a real crack only its course and its relative widths are taken, so that they can
be painted at any scale and width without the steps of the mask's pixels.
"""

import math

import numpy as np
from numpy.typing import NDArray

from crackscope.synthesis import course, crack, skeleton
from crackscope.synthesis.crack import Drawn, Line
from crackscope.synthesis.surface import Field, Surface

Shape = tuple[NDArray[np.float32], ...]
"""The branches of a real crack, longest first, each (N, 3): x, y and width in fractions of the
side of its mask."""

_LEAST = 0.4
"""Length, as a fraction of the mask's side, that a crack needs to be worth painting."""
_SPUR = 0.04
_FINE = 65535


def from_mask(mask: NDArray[np.floating]) -> Shape | None:
    """The shape of a square mask (H, W), 0 to 1; None where it holds no crack of some length.

    A mask that was enlarged has blocks, and a crack of less than its pixel has gaps: it is blurred
    before it is thinned, and lines are smoothed.
    """
    side = float(max(mask.shape))
    block = _block(mask > 0.5)
    blurred = gaussian(mask.astype(np.float32), 0.5 + 0.6 * block)
    lines = skeleton.thin(blurred > 0.25)
    narrow = max(1.5 * block, _SPUR * side)
    runs = [run for run in skeleton.trace(lines) if len(run) >= narrow]
    widths = gaussian((mask > 0.5).astype(np.float32), 4.0) * math.sqrt(2 * math.pi) * 4.0
    branches = [_branch(run, widths, block, side) for run in runs]
    branches.sort(key=_length, reverse=True)
    return tuple(branches) if sum(map(_length, branches)) >= _LEAST else None


def to_bytes(shape: Shape) -> bytes:
    """A shape as bytes, 1/65535 of the side exact."""
    rows = [np.column_stack([np.full(len(one), place), one]) for place, one in enumerate(shape)]
    whole = np.concatenate(rows) * (1, _FINE, _FINE, _FINE)
    return np.asarray(np.clip(np.rint(whole), 0, _FINE), "<u2").tobytes()


def from_bytes(content: bytes) -> Shape:
    """Back from `to_bytes`."""
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
) -> Drawn:
    """Paint a real crack with a mean width of `width_px`.

    `background` (H, W, 3) float 0 to 255; `contrast` and `light` as for `crack.draw`. The shape is
    mirrored, turned and enlarged until it covers the picture, and more; some point of it lies near
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
    drawn = crack.draw_lines(background, lines, rng, contrast, light)
    return Drawn(drawn.pixels, drawn.mask, drawn.courses[::-1])


def gaussian(values: Field, sigma: float) -> Field:
    """(H, W) blurred with this standard deviation in pixels, borders repeated."""
    reach = math.ceil(3 * sigma)
    taps = np.exp(-np.square(np.arange(-reach, reach + 1) / sigma) / 2)
    taps = (taps / taps.sum()).astype(np.float32)
    padded = np.pad(values, reach, mode="edge")
    height, width = values.shape
    rows = np.zeros((height, padded.shape[1]), np.float32)
    blurred = np.zeros((height, width), np.float32)
    for place, tap in enumerate(taps):
        rows += tap * padded[place : place + height]
    for place, tap in enumerate(taps):
        blurred += tap * rows[:, place : place + width]
    return blurred


def _block(crack_pixels: NDArray[np.bool_]) -> float:
    """Side, in pixels, of the squares that the mask is made of: 1 if it was not enlarged."""
    sides = []
    for axis in (0, 1):
        spanned = int(np.count_nonzero(crack_pixels.any(axis=1 - axis)))
        changes = int(np.count_nonzero(np.diff(crack_pixels, axis=axis).any(axis=1 - axis)))
        sides.append(spanned / max(changes, 1))
    return float(np.clip(min(sides), 1.0, 10.0))


def _branch(run: NDArray[np.intp], widths: Field, block: float, side: float) -> NDArray[np.float32]:
    """A run of pixels as a smooth line of a point every few pixels."""
    track = np.column_stack([run[:, 1] + 0.5, run[:, 0] + 0.5, widths[run[:, 0], run[:, 1]]])
    reach = max(1, round(0.8 * block))
    for _ in range(2):  # two passes of a running mean; the ends stay where they are
        padded = np.pad(track, ((reach, reach), (0, 0)), mode="reflect", reflect_type="odd")
        total = np.cumsum(np.concatenate([np.zeros((1, 3)), padded]), axis=0)
        track = (total[2 * reach + 1 :] - total[: -2 * reach - 1]) / (2 * reach + 1)
    chosen = np.unique(np.append(np.arange(0, len(track), 2 * reach + 1), len(track) - 1))
    track[:, 2] = np.maximum(track[:, 2], 0.5)
    return np.asarray(track[chosen] / side, np.float32)


def _length(branch: NDArray[np.float32]) -> float:
    return float(course.arc_length(branch[:, :2].astype(np.float64))[-1])


def _turned(shape: Shape, rng: np.random.Generator) -> list[NDArray[np.float32]]:
    """Turned about the middle by quarters and a little, and mirrored."""
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


def _roughened(points: course.Points, rng: np.random.Generator) -> course.Points:
    """Points every few pixels: between those of the shape the course strays a little."""
    return course.fracture_through(points, rng, rng.uniform(0.04, 0.16))


def _ends(
    branch: NDArray[np.float32], branches: list[NDArray[np.float32]], mean: float
) -> tuple[bool, bool]:
    """Whether the line ends free, and so tapers, at its start and at its end.

    An end at the border of the mask was cut off, and one at another branch is a junction.
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
