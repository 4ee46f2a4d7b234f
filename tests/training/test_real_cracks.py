"""The course of a real crack is taken from its mask."""

import numpy as np
import pytest

from crackscope.inspection.centreline import thin
from crackscope.training.lines.real_cracks import shape_of, trace


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
    shape = shape_of(mask_of_a_line(block))
    assert shape is not None
    assert len(shape) == 1
    x, y = shape[0][:, 0], shape[0][:, 1]
    slope, start = np.polyfit(y, x, 1)
    assert slope == pytest.approx(1 / 3, abs=0.03)
    assert np.abs(slope * y + start - x).max() * 224 < 1.5 + 0.4 * block
    assert np.ptp(y) > 0.9


def test_a_mask_with_too_little_has_no_shape() -> None:
    mask = np.zeros((224, 224), np.float32)
    assert shape_of(mask) is None
    mask[100:110, 100:110] = 1
    assert shape_of(mask) is None


def test_runs_meet_at_junctions() -> None:
    lines = np.zeros((40, 40), bool)
    lines[20, 5:35] = True
    lines[5:20, 20] = True
    runs = trace(thin(lines))
    assert len(runs) == 3
    ends = [tuple(int(v) for v in run[i]) for run in runs for i in (0, -1)]
    assert max(ends.count(end) for end in ends) == 3
