"""Synthetic cracks: the stated ground truth matches the image."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crackscope.synthesis import polyline
from crackscope.synthesis.cracks import crack, paint


def _flat(height: int = 160, width: int = 220, grey: float = 170.0) -> np.ndarray:
    return np.full((height, width, 3), grey, np.float32)


def _line(width_px: float, seed: int, angle: float = 0.0) -> crack.CrackedSurface:
    """A crack without branches across the middle, from border to border."""
    lean = math.tan(angle) * 110
    return crack.draw(
        _flat(),
        np.random.default_rng(seed),
        width_px,
        start=(-3.0, 80 - lean),
        end=(223.0, 80 + lean),
        branches=0,
        roughness=0.04,
    )


def _inside(points: np.ndarray, height: int, width: int) -> float:
    """Length of the centre line within the image, in pixels."""
    middle = (points[1:] + points[:-1]) / 2
    legs = np.hypot(*np.diff(points, axis=0).T)
    return float(legs[((middle > 0) & (middle < (width, height))).all(axis=1)].sum())


@settings(max_examples=25)
@given(
    width_px=st.floats(0.5, 14),
    seed=st.integers(0, 10_000),
    angle=st.floats(-0.5, 0.5),
)
def test_the_mask_is_as_wide_as_stated(width_px: float, seed: int, angle: float) -> None:
    painted = _line(width_px, seed, angle)
    (line,) = painted.centre_lines
    measured = painted.mask.sum() / _inside(line.points, *painted.mask.shape)
    assert measured == pytest.approx(line.widths.mean(), rel=0.15)
    assert line.widths.mean() == pytest.approx(width_px, rel=0.2)


def test_a_straight_hairline_of_half_a_pixel_covers_half() -> None:
    points = np.array([[-2.0, 20.5], [102.0, 20.5]])
    band = polyline.band(40, 100, points, reach=3)
    half = np.full(len(band.across), 0.25, np.float32)
    mask = np.zeros((40, 100))
    mask[band.rows, band.columns] = paint.coverage(band.across, half, half)
    assert mask[20] == pytest.approx(0.5)
    assert mask.sum() == pytest.approx(50)


@settings(max_examples=30)
@given(x0=st.floats(-20, 60), y0=st.floats(-20, 60), x1=st.floats(-20, 60), y1=st.floats(-20, 60))
def test_the_band_holds_exactly_the_pixels_within_reach(
    x0: float, y0: float, x1: float, y1: float
) -> None:
    points = np.array([[x0, y0], [x1, y1], [30.0, 10.0]])
    band = polyline.band(40, 50, points, reach=4.0)
    found = np.zeros((40, 50), bool)
    found[band.rows, band.columns] = True
    y, x = np.mgrid[:40, :50] + 0.5
    distance = np.min([_distance(x, y, *points[i], *points[i + 1]) for i in range(2)], axis=0)
    unclear = np.abs(distance - 4.0) < 1e-3
    assert np.array_equal(found[~unclear], distance[~unclear] < 4.0)
    assert np.abs(band.across) == pytest.approx(distance[band.rows, band.columns], abs=1e-3)


def _distance(
    x: np.ndarray, y: np.ndarray, ax: float, ay: float, bx: float, by: float
) -> np.ndarray:
    length = max((bx - ax) ** 2 + (by - ay) ** 2, 1e-12)
    share = np.clip(((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / length, 0, 1)
    return np.hypot(x - ax - share * (bx - ax), y - ay - share * (by - ay))


@pytest.mark.parametrize("width_px", [0.6, 1.5, 4.0, 12.0])
def test_the_crack_is_darker_than_its_surroundings(width_px: float) -> None:
    painted = _line(width_px, 3)
    grey = painted.pixels.mean(axis=2)
    crossed = grey[painted.mask > 0.8 * painted.mask.max()]
    assert crossed.mean() < 170 - 30 * painted.mask.max()
    assert grey[painted.mask == 0].mean() == pytest.approx(170, abs=8)


def test_far_from_the_crack_nothing_changes_and_the_background_is_left_alone() -> None:
    background = _flat()
    painted = crack.draw(
        background, np.random.default_rng(0), 5, start=(-3, 20), end=(223, 30), branches=0
    )
    assert np.array_equal(painted.pixels[120:], background[120:])
    assert (background == 170).all()


def test_an_end_inside_the_image_tapers() -> None:
    painted = crack.draw(
        _flat(), np.random.default_rng(5), 8, start=(-3, 80), end=(150, 80), branches=0
    )
    widths = painted.centre_lines[0].widths
    assert widths[-1] < 0.4 * widths[: len(widths) // 2].mean()
    assert painted.mask[:, 170:].sum() == 0


def test_branches_start_on_the_main_crack_and_are_narrower() -> None:
    painted = crack.draw(_flat(), np.random.default_rng(1), 8, branches=2)
    main, *branches = painted.centre_lines
    assert len(branches) == 2
    for branch in branches:
        gaps = np.hypot(*(main.points - branch.points[0]).T)
        assert gaps.min() == pytest.approx(0)
        assert branch.widths.mean() < main.widths.mean()


def test_a_polyline_is_jagged_not_smooth() -> None:
    points = polyline.fracture((0, 0), (300, 0), np.random.default_rng(2))
    turns = np.diff(np.unwrap(np.arctan2(*np.diff(points, axis=0).T[::-1])))
    assert np.abs(turns).max() > 0.6
    assert np.median(np.abs(turns)) < 0.5
    assert points[0].tolist() == [0, 0]
    assert points[-1].tolist() == [300, 0]


def test_too_narrow_a_crack_is_refused() -> None:
    with pytest.raises(ValueError, match=r"at least 0\.3\. Received: 0\.1"):
        crack.draw(_flat(), np.random.default_rng(0), 0.1)
