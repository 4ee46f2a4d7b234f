"""Synthetic cracks on synthetic concrete, from line map to polylines, against their truth."""

import time
from itertools import pairwise

import numpy as np
import pytest

from crackscope.lines.find import Traced, find_cracks
from crackscope.scoring.scored import LineMap
from crackscope.synthesis import concrete
from crackscope.synthesis.cracks import crack
from support_traced import length_of, logits_of, points_of

HEIGHT, WIDTH = 384, 512
RULER_PX = 8.0
"""A broken line is as long as the ruler is short: truth is measured with steps of 8 px."""


def _synthetic(
    width_px: float, seed: int, branches: int = 0
) -> tuple[crack.CrackedSurface, LineMap]:
    rng = np.random.default_rng(seed)
    ground = concrete.texture(HEIGHT, WIDTH, rng)
    drawn = crack.draw(ground, rng, width_px, branches=branches)
    grey = np.clip(drawn.pixels.mean(axis=2), 0, 255).astype(np.uint8)
    return drawn, LineMap.of(logits_of(drawn.mask, 0.7, seed), grey)


def _true_points(course: crack.CentreLine, step: float) -> np.ndarray:
    """(N, 2) points every `step` px along a course, inside the picture."""
    place = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(course.points, axis=0).T))])
    at = np.arange(0, place[-1], step)
    points = np.stack([np.interp(at, place, course.points[:, k]) for k in range(2)], axis=1)
    return points[((points > 0) & (points < (WIDTH, HEIGHT))).all(axis=1)]


def _true_length(course: crack.CentreLine) -> float:
    return float(np.hypot(*np.diff(_true_points(course, RULER_PX), axis=0).T).sum())


def _dense(cracks: tuple[Traced, ...]) -> np.ndarray:
    """(N, 2) points about every half pixel along all branches."""
    branches = [branch.points[:, :2] for crack in cracks for branch in crack.branches]
    legs = [leg for points in branches for leg in pairwise(points)]
    return np.concatenate([np.linspace(a, b, 17) for a, b in legs])


def _furthest(points: np.ndarray, others: np.ndarray, share: float) -> float:
    """The distance to the others within which a share of the points lie."""
    apart = np.hypot(*(points[:, None] - others[None]).transpose(2, 0, 1)).min(axis=1)
    return float(np.quantile(apart, share))


@pytest.mark.parametrize("width_px", [2.5, 4.0, 8.0, 14.0])
def test_length_width_and_course(width_px: float) -> None:
    lengths, widths, strays, misses = [], [], [], []
    for seed in range(10):
        drawn, found = _synthetic(width_px, seed)
        cracks = find_cracks(found)
        (course,) = drawn.centre_lines
        truth, traced = _true_points(course, 2.0), _dense(cracks)
        strays.append(_furthest(traced[::4], truth, 0.95))
        misses.append(_furthest(truth, traced, 0.95))
        lengths.append(length_of(cracks) / _true_length(course))
        widths.append(np.median(points_of(cracks)[:, 2]) / np.median(course.widths))
    # The edges have jags of their own, a fifth of the width.
    assert np.median(strays) < 0.8 + 0.15 * width_px
    assert np.median(misses) < 0.8 + 0.15 * width_px
    assert np.median(lengths) == pytest.approx(1, abs=0.03)
    # Dirt beside a crack and blur make narrow ones look wider.
    assert np.median(widths) == pytest.approx(1, abs=0.15 if width_px > 3 else 0.3)


def test_branches_are_connected() -> None:
    connected = 0
    for seed in range(10):
        drawn, found = _synthetic(5.0, seed, branches=2)
        cracks = find_cracks(found)
        connected += len(cracks) == 1 and len(cracks[0].branches) >= 4
        total = sum(_true_length(course) for course in drawn.centre_lines)
        assert 0.75 * total < length_of(cracks) < 1.1 * total
    assert connected >= 7


def _wall(rows: int, columns: int, times: int) -> LineMap:
    """A map of zigzag lines from left to right, `times` as many, each in a strip of its own."""
    logits = np.full((rows, columns), -6, np.float32)
    across = np.arange(columns)
    for line in range(times):
        down = 20 + 24 * line + np.abs(across % 16 - 8)
        for shift in range(3):
            logits[down + shift, across] = 3
    return LineMap.of(logits, np.full((2 * rows, 2 * columns), 128, np.uint8))


def _seconds(found: LineMap) -> float:
    best = np.inf
    for _ in range(3):
        began = time.process_time()
        find_cracks(found)
        best = min(best, time.process_time() - began)
    return best


def test_time_grows_with_the_cracks_and_not_with_the_photo() -> None:
    short, long = _wall(768, 768, 7), _wall(768, 768, 28)
    assert _seconds(long) < 8 * _seconds(short)
    far = LineMap(short.tiles, short.side, (38_400, 38_400), 76_800, 76_800)
    assert _seconds(far) < 2 * _seconds(short) + 0.05
