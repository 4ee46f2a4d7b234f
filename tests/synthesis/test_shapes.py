"""Shapes of real cracks are painted at any width."""

import numpy as np
import pytest

from crackscope.synthesis.cracks import shapes

SLANTING: shapes.Shape = (np.array([(0.25, 0, 0.02), (0.58, 1, 0.02)], np.float32),)


@pytest.mark.parametrize("width_px", [0.6, 2.0, 7.0])
def test_the_painted_mask_is_as_wide_as_asked(width_px: float) -> None:
    ground = np.full((300, 300, 3), 170, np.float32)
    measured = []
    for seed in range(8):
        painted = shapes.draw(ground, np.random.default_rng(seed), SLANTING, width_px, contrast=0.9)
        (line,) = painted.centre_lines
        middle = (line.points[1:] + line.points[:-1]) / 2
        legs = np.hypot(*np.diff(line.points, axis=0).T)
        inside = legs[((middle > 0) & (middle < 300)).all(axis=1)].sum()
        measured.append(painted.mask.sum() / inside)
    assert np.mean(measured) == pytest.approx(width_px, rel=0.2)
