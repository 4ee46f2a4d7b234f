"""Planes and lenses against geometry that is known: rotations of a camera, exact inverses."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support_scene import Scene

from crackscope.errors import UsageError
from crackscope.measurement import homography
from crackscope.measurement.lens import Lens, bulge

NOTHING = np.zeros((6, 6), bool)


@st.composite
def scenes(draw):
    """A camera before a wall, tilted by up to 60°."""
    return Scene(
        NOTHING,
        side_px=draw(st.floats(50, 400)),
        tilt=math.radians(draw(st.floats(0, 60))),
        tilt_axis=draw(st.floats(0, 6.3)),
        turn=draw(st.floats(0, 6.3)),
        focal=draw(st.floats(600, 2000)),
    )


def square(scene):
    half = scene.side_mm / 2
    return np.array([[-half, -half], [half, -half], [half, half], [-half, half]])


@given(scenes(), st.lists(st.tuples(st.floats(-150, 150), st.floats(-100, 100)), min_size=1))
def test_a_plane_seen_by_a_camera_is_mapped_back(scene, offsets):
    matrix = homography.fit(scene.corners(), square(scene))
    near = np.array(offsets) + np.array(scene.size) / 2
    found = homography.apply(matrix, near)
    assert found == pytest.approx(scene.to_mm(near), rel=1e-5, abs=1e-6)
    assert homography.apply(np.linalg.inv(matrix), found) == pytest.approx(near, abs=1e-5)


@given(scenes(), st.floats(-150, 150), st.floats(-100, 100))
def test_the_jacobian_is_the_difference_between_neighbours(scene, x, y):
    matrix = homography.fit(scene.corners(), square(scene))
    place = np.array([[x, y]]) + np.array(scene.size) / 2
    found = homography.jacobian(matrix, place)[0]
    for axis in np.eye(2):
        ends = scene.to_mm(np.concatenate([place - 0.01 * axis, place + 0.01 * axis]))
        assert found @ axis == pytest.approx((ends[1] - ends[0]) / 0.02, rel=1e-4, abs=1e-7)


def test_more_points_than_four_average_their_errors():
    rng = np.random.default_rng(0)
    scene = Scene(NOTHING, tilt=0.6, tilt_axis=1.0)
    many = rng.uniform((0, 0), scene.size, (60, 2))
    seen = many + rng.normal(0, 0.5, many.shape)
    matrix = homography.fit(seen, scene.to_mm(many))
    places = rng.uniform((100, 100), (500, 400), (20, 2))
    error_mm = homography.apply(matrix, places) - scene.to_mm(places)
    assert np.abs(error_mm).max() < 0.3 * scene.side_mm / scene.side_px


def test_what_lies_beyond_the_horizon_has_no_place():
    matrix = np.array([[1.0, 0, 0], [0, 1, 0], [0, -0.01, 1]])
    found = homography.apply(matrix, np.array([[5.0, 50.0], [5.0, 100.0], [5.0, 150.0]]))
    assert np.isnan(found).any(axis=1).tolist() == [False, True, True]


@pytest.mark.parametrize(
    ("corners", "message"),
    [
        ([(0, 0), (9, 0), (9, 9)], "at least 4"),
        ([(0, 0), (9, 0), (9, 9), (0, 9), (1, 1)], "four corners. Received: 5"),
        ([(0, 0), (9, 0), (9, 9), (math.nan, 9)], "finite"),
        ([(0, 0), (9, 0), (9, 9), (math.inf, 9)], "finite"),
        ([(0, 0), (9, 0), (9, 9), (1e300, 9)], "below 1e9"),
        ([(0, 0), (0, 0), (9, 9), (0, 9)], "four different points"),
        ([(0, 0), (5, 0), (9, 0), (0, 9)], "three on a line"),
        ([(0, 0), (9, 9), (9, 0), (0, 9)], "Sides cross"),
        ([(0, 0), (9, 0), (3, 3), (0, 9)], "Sides cross, or it is not convex"),
        ("corners", "numbers"),
    ],
)
def test_corners_that_are_no_quadrilateral_are_told_apart(corners, message):
    with pytest.raises(UsageError, match=message):
        homography.check_quad(corners, "corners")


def test_points_that_give_no_homography_are_refused():
    line = np.array([[0, 0], [1, 1], [2, 2], [3, 3.0]])
    unit = np.array([[0, 0], [1, 0], [1, 1], [0, 1.0]])
    with pytest.raises(UsageError, match="span a plane"):
        homography.fit(line, unit)
    with pytest.raises(UsageError, match="must be different"):
        homography.fit(np.ones((4, 2)), unit)
    with pytest.raises(UsageError, match="as many"):
        homography.fit(unit, np.ones((5, 2)))


@given(st.floats(-0.3, 0.3), st.floats(-0.1, 0.1), st.floats(-0.01, 0.01), st.floats(-0.01, 0.01))
def test_a_lens_is_undone(k1, k2, p1, p2):
    lens = Lens((800.0, 820.0), (330.0, 230.0), (k1, k2, p1, p2, 0, 0, 0, 0), (640, 480))
    places = np.array([[330.0, 230.0], [600, 50], [20, 460], [100.5, 333.3]])
    assert lens.undistort(lens.distort(places)) == pytest.approx(places, abs=1e-3)


def test_where_a_lens_has_no_inverse_there_is_no_place():
    lens = Lens((400.0, 400.0), (320.0, 240.0), (-0.9, 0, 0, 0, 0, 0, 0, 0), (640, 480))
    assert np.isnan(lens.undistort(np.array([[2000.0, 2000.0]]))).all()


def test_the_corners_of_a_photo_move_by_the_stated_fraction():
    moved = bulge(800, 600, 0.01).distort(np.array([[0.0, 0.0], [400.0, 300.0]]))
    assert moved == pytest.approx(np.array([[-4.0, -3.0], [400.0, 300.0]]))


def test_a_lens_is_carried_to_a_smaller_copy_of_the_photo():
    lens = Lens((800.0, 800.0), (300.0, 250.0), (0.1, 0, 0, 0, 0, 0, 0, 0), (640, 480))
    places = np.array([[600.0, 50.0], [20, 460]])
    half = lens.for_photo(320, 240)
    assert half.undistort(places / 2) == pytest.approx(lens.undistort(places) / 2, abs=1e-3)
    with pytest.raises(UsageError, match="480 x 640 px"):
        lens.for_photo(480, 640)
