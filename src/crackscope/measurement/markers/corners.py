"""The corners of a marker as intersections of its four sides, with uncertainty."""

from dataclasses import dataclass

import numpy as np

from crackscope.measurement.markers.grey import Light
from crackscope.measurement.markers.marker import Cells, Floats, Marker
from crackscope.measurement.markers.side import Side, follow

_ROUNDS = 4
_STILL_PX = 0.02
ROUGH_PX = 0.5
"""Standard uncertainty of a corner in x and y, if the sides could not be traced."""
FLOOR_PX = 0.02
"""Minimum error of a side: pixel grid, sharpening, printing."""
TONE = 0.1
"""Common shift of all sides, as a fraction of the blur: no camera's tone curve is exactly sRGB.
Without decoding at all, an edge would shift by 0.8."""


@dataclass(frozen=True, slots=True, eq=False)
class Edges:
    """Four traced sides, and their corners (4, 2)."""

    corners: Floats
    sides: list[Side]

    @property
    def blur_px(self) -> float:
        """Standard deviation of the blur, averaged over the sides."""
        return float(np.mean([side.blur_px for side in self.sides]))

    def marker(self, dictionary: str, number: int) -> Marker:
        """The marker with these sides."""
        pieces = np.concatenate([side.pieces for side in self.sides])
        spread = float(np.sqrt(np.square(pieces).sum() / (len(pieces) - 2 * len(self.sides))))
        moves = _moves(self.corners, self.sides, spread, self.blur_px)
        residual = float(np.sqrt(np.square(pieces).mean()))
        return Marker(dictionary, number, self.corners, moves, residual)


def settle(light: Light, corners: Floats, cells: Cells) -> Edges | None:
    """Trace the sides of a marker from its rough corners (4, 2), clockwise from its top left.

    None if the sides cannot be traced.
    """
    for _ in range(_ROUNDS):
        sides = [side for k in range(4) if (side := follow(light, corners, cells, k)) is not None]
        if len(sides) < 4:
            return None
        before, corners = corners, _meet(_lines(corners, sides))
        if not np.isfinite(corners).all():
            return None
        if np.abs(corners - before).max() < _STILL_PX:
            break
    return Edges(corners, sides)


def rough(corners: Floats, dictionary: str, number: int, step: float) -> Marker:
    """The marker with the detector's corners, in pixels of a photo reduced by `step`."""
    return Marker(dictionary, number, corners, step * ROUGH_PX * np.eye(8).reshape(8, 4, 2))


def _outward(corners: Floats) -> tuple[Floats, Floats]:
    """The ends of the sides (4, 2, 2), and their normals (4, 1, 2)."""
    ends = np.stack([corners, np.roll(corners, -1, axis=0)], axis=1)
    unit = ends[:, 1] - ends[:, 0]
    unit /= np.linalg.norm(unit, axis=1, keepdims=True)
    return ends, np.stack([unit[:, 1], -unit[:, 0]], axis=1)[:, None]


def _lines(corners: Floats, sides: list[Side]) -> Floats:
    """(4, 2, 2): two points of each traced side."""
    ends, normals = _outward(corners)
    shifts = np.array([[s.offset - s.slope / 2, s.offset + s.slope / 2] for s in sides])
    return np.asarray(ends + normals * shifts[:, :, None], np.float64)


def _meet(lines: Floats) -> Floats:
    """(4, 2) corners: the intersection of each line with the previous one."""
    lifted = np.concatenate([lines, np.ones((4, 2, 1))], axis=2)
    through = np.cross(lifted[:, 0], lifted[:, 1])
    meet = np.cross(np.roll(through, 1, axis=0), through)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(meet[:, :2] / meet[:, 2:], np.float64)


def _moves(corners: Floats, sides: list[Side], spread: float, blur_px: float) -> Floats:
    """(9, 4, 2) displacements of the corners by one standard uncertainty of each influence.

    The influences are shift and rotation of each side, and a common outward shift. If the pieces
    of a side scatter by `spread` around a line, least squares give spread / √pieces for the shift
    and spread / (√pieces · standard deviation of their places) for the slope.
    """
    ends, normals = _outward(corners)
    moved = []
    for which, side in enumerate(sides):
        error = float(np.hypot(spread / np.sqrt(len(side.pieces)), FLOOR_PX))
        turn = error / float(side.places.std())
        for shift in ((error, error), (-turn / 2, turn / 2)):
            lines = ends.copy()
            lines[which] += normals[which] * np.array(shift)[:, None]
            moved.append(_meet(lines))
    moved.append(_meet(ends + normals * TONE * blur_px))
    return np.asarray(moved, np.float64) - corners
