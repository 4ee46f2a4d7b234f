"""Match the cracks found in a photo with its mask.

Only centre lines are compared, so that wide lines gain nothing. A pixel of a found line is correct
within 4 px of the mask. A pixel of the mask's centre line is found if a line is within 4 px plus
the mask's local half-width. A crack is false if less than half of its line is correct; on a sound
photo every crack is false.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from crackscope.evaluation.lines.raster import (
    Flat,
    Mask,
    centre_line,
    chain_lengths,
    distance,
    highest_near,
    nearest,
    raster,
)
from crackscope.types import Crack

TOLERANCE_PX = 4
_REACH = 18**0.5
"""Radius in pixels of a disc of 9 x 9 pixels, which implements the tolerance of 4 px."""
_NEAR = 31
"""Side of the square in which a mask's half-width is measured: annotators paint unevenly."""
_RIGHT = 0.5
NEVER = -np.inf


@dataclass(frozen=True, eq=False)
class Matched:
    """The match of one photo, for all thresholds at once.

    `group` names the source photo. For each crack: `scores` (K,), `false` (K,) bool. For each pixel
    of their lines: `lines` (P,) the highest score of a crack there, `right` (P,) bool, `lengths`
    (P,) the length in pixels that it represents. For each pixel of the mask's centre line: `centre`
    (C,) the highest score of a crack that finds it, or NEVER; `true_px` is its length.
    """

    group: str
    megapixels: float
    scores: NDArray[np.float64]
    false: NDArray[np.bool_]
    lines: NDArray[np.float64]
    right: NDArray[np.bool_]
    lengths: NDArray[np.float64]
    centre: NDArray[np.float64]
    true_px: float

    @property
    def cracked(self) -> bool:
        """Whether the mask shows a crack."""
        return len(self.centre) > 0

    def at(self, threshold: float) -> "Matched":
        """The match restricted to cracks whose scores reach a threshold."""
        kept, lines = self.scores >= threshold, self.lines >= threshold
        return replace(
            self,
            scores=self.scores[kept],
            false=self.false[kept],
            lines=self.lines[lines],
            right=self.right[lines],
            lengths=self.lengths[lines],
            centre=np.where(self.centre >= threshold, self.centre, NEVER),
        )


def match(cracks: Sequence[Crack], mask: Mask, group: str = "") -> Matched:
    """Match the cracks of a photo with its mask, (H, W) bool."""
    height, width = mask.shape
    cracks = sorted(cracks, key=lambda crack: -crack.score)
    scores = np.array([crack.score for crack in cracks], np.float64)
    pixels = [raster(crack.lines, height, width) for crack in cracks]
    near = distance(~mask) <= _REACH
    false = [float(near.flat[own].mean()) < _RIGHT if len(own) else True for own in pixels]
    there, first = np.unique(_joined(pixels), return_index=True)
    truth = centre_line(mask)
    return Matched(
        group=group,
        megapixels=mask.size / 1e6,
        scores=scores,
        false=np.array(false, bool),
        lines=np.repeat(scores, [len(own) for own in pixels])[first],
        right=near.flat[there],
        lengths=chain_lengths(there, height, width),
        centre=_found(truth, mask, pixels, scores),
        true_px=float(chain_lengths(truth, height, width).sum()),
    )


def _joined(pixels: Sequence[Flat]) -> Flat:
    return np.concatenate([*pixels, np.empty(0, np.intp)])


def _found(
    truth: Flat, mask: Mask, pixels: Sequence[Flat], scores: NDArray[np.float64]
) -> NDArray[np.float64]:
    """(C,) the highest score of a crack that finds each pixel; `scores` are sorted, falling."""
    found = np.full(len(truth), NEVER)
    if not len(truth) or not len(scores):
        return found
    tolerance = highest_near(distance(mask), _NEAR).flat[truth] + TOLERANCE_PX
    width = mask.shape[1]
    places = np.stack(np.divmod(truth, width), axis=1)
    for own, score in zip(pixels, scores, strict=True):
        open_ = np.flatnonzero(found == NEVER)
        if len(own) and len(open_):
            away, _ = nearest(np.stack(np.divmod(own, width), axis=1), places[open_])
            found[open_[away <= tolerance[open_]]] = score
    return found
