"""Real cracks: their course is taken from a mask, and painted at any width."""

import numpy as np
import pytest
from skimage.morphology import skeletonize

from crackscope.synthesis import shapes, skeleton


def mask_of_a_line(block: int = 1) -> np.ndarray:
    """A slanting line of 4 px, made of blocks."""
    small = 224 // block
    mask = np.zeros((small, small), np.float32)
    rows = np.arange(small)
    for thick in range(max(1, 4 // block)):
        mask[rows, small // 4 + rows // 3 + thick] = 1
    return np.kron(mask, np.ones((block, block), np.float32))


@pytest.mark.parametrize("block", [1, 4, 8])
def test_a_line_is_traced_without_steps(block: int) -> None:
    shape = shapes.from_mask(mask_of_a_line(block))
    assert shape is not None
    assert len(shape) == 1
    x, y = shape[0][:, 0], shape[0][:, 1]
    slope, start = np.polyfit(y, x, 1)
    assert slope == pytest.approx(1 / 3, abs=0.03)
    assert np.abs(slope * y + start - x).max() * 224 < 1.5 + 0.4 * block
    assert np.ptp(y) > 0.9


def test_a_mask_with_too_little_has_no_shape() -> None:
    mask = np.zeros((224, 224), np.float32)
    assert shapes.from_mask(mask) is None
    mask[100:110, 100:110] = 1
    assert shapes.from_mask(mask) is None


@pytest.mark.parametrize("width_px", [0.6, 2.0, 7.0])
def test_the_painted_mask_is_as_wide_as_asked(width_px: float) -> None:
    shape = shapes.from_mask(mask_of_a_line())
    assert shape is not None
    ground = np.full((300, 300, 3), 170, np.float32)
    measured = []
    for seed in range(8):
        drawn = shapes.draw(ground, np.random.default_rng(seed), shape, width_px, contrast=0.9)
        (line,) = drawn.courses
        middle = (line.points[1:] + line.points[:-1]) / 2
        legs = np.hypot(*np.diff(line.points, axis=0).T)
        inside = legs[((middle > 0) & (middle < 300)).all(axis=1)].sum()
        measured.append(drawn.mask.sum() / inside)
    assert np.mean(measured) == pytest.approx(width_px, rel=0.2)


def test_thinning_keeps_what_another_program_keeps() -> None:
    """Both leave lines one pixel wide, in the same pieces, nowhere farther than 2 px apart."""
    rng = np.random.default_rng(3)
    for _ in range(10):
        blurred = shapes.gaussian(rng.standard_normal((60, 60)).astype(np.float32), 3.0)
        mask = blurred > 0.05
        own, other = skeleton.thin(mask), skeletonize(mask)
        assert (own <= mask).all()
        for one, two in ((own, other), (other, own)):
            near = shapes.gaussian(two.astype(np.float32), 1.0) > 1e-6
            assert near[one].mean() > 0.95


def test_runs_meet_at_junctions() -> None:
    lines = np.zeros((40, 40), bool)
    lines[20, 5:35] = True
    lines[5:20, 20] = True
    runs = skeleton.trace(skeleton.thin(lines))
    assert len(runs) == 3
    ends = [tuple(int(v) for v in run[i]) for run in runs for i in (0, -1)]
    assert max(ends.count(end) for end in ends) == 3
