"""Lengths and local scales in a tilted plane, and the photo drawn in it."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support_scene import Scene

from crackscope.errors import UsageError
from crackscope.measurement.lengths import across, along, length
from crackscope.measurement.lens import Lens
from crackscope.measurement.plane import plane_of
from crackscope.measurement.rectify import rectify
from crackscope.measurement.scale import Scale
from crackscope.measurement.scale.on_plane import scale_on
from crackscope.types import Photo

NOTHING = np.zeros((6, 6), bool)
CORNER_PX = 0.3
BESIDE = np.array([[100.0, 80.0], [420.0, 300.0], [520.0, 60.0]])


def tilted(degrees=40.0, **more):
    return Scene(NOTHING, tilt=math.radians(degrees), tilt_axis=0.7, turn=0.3, **more)


def square(scene):
    side = scene.side_mm
    return np.array([[0, 0], [side, 0], [side, side], [0, side]])


def scale_in(scene, seen=None, lens=None, relative=0.0):
    corners = scene.corners() if seen is None else seen
    moves = CORNER_PX * np.eye(8).reshape(8, 4, 2)
    plane = plane_of(corners, square(scene), moves, scene.size, lens, relative)
    return scale_on("marker", plane, corners)


def true_length(scene, line):
    return np.linalg.norm(np.diff(scene.to_mm(line), axis=0), axis=1).sum()


@given(st.floats(0, 55), st.floats(0, 6.3))
def test_a_line_has_its_length_whatever_the_tilt(degrees, turn):
    scene = Scene(NOTHING, tilt=math.radians(degrees), tilt_axis=turn)
    assert length(BESIDE, scale_in(scene)).mm == pytest.approx(true_length(scene, BESIDE), rel=1e-6)


def test_its_interval_covers_95_of_100_draws_of_the_corners_and_the_lens():
    """Corners with known errors, a lens and a print drawn as assumed: no photo is needed."""
    rng = np.random.default_rng(5)
    within = []
    for _ in range(400):
        scene = tilted(
            rng.uniform(0, 45),
            bulge=0.005 * rng.standard_normal(),
            print_scale=1 + 0.003 * rng.standard_normal(),
        )
        seen = scene.corners() + CORNER_PX * rng.standard_normal((4, 2))
        found = length(BESIDE, scale_in(scene, seen, relative=0.003))
        within.append(abs(found.mm - true_length(scene, BESIDE)) <= found.u95)
    assert 0.92 <= np.mean(within) <= 0.98


def test_far_from_the_marker_it_is_less_sure():
    scene = tilted(where=(0.3, 0.5))
    scale = scale_in(scene)
    near, far = ([[x, 200.0], [x + 50, 200.0]] for x in (170.0, 570.0))
    assert length(far, scale).u95 > 2 * length(near, scale).u95


def test_the_local_scale_is_that_of_a_short_step():
    scene, directions = tilted(), np.array([[1.0, 0], [0, 2.0], [-3, 1.0]])
    found = along(BESIDE, directions, scale_in(scene))
    units = directions / np.linalg.norm(directions, axis=1, keepdims=True)
    ends = np.linalg.norm(scene.to_mm(BESIDE + 0.05 * units) - scene.to_mm(BESIDE), axis=1) / 0.05
    assert found.mm_per_px == pytest.approx(ends, rel=1e-3)
    assert (found.u95 > 0).all()


@given(st.floats(0, 50), st.floats(0, 6.3), st.floats(0, 3.1))
def test_a_width_across_a_line_is_that_of_the_strip_on_the_wall(degrees, axis, angle):
    """A strip on the wall, 0.4 mm wide: its edges in the photo, the gap between them normal to the
    line, and back to mm."""
    scene = Scene(NOTHING, tilt=math.radians(degrees), tilt_axis=axis)
    way = np.array([math.cos(angle), math.sin(angle)])
    normal = np.array([-way[1], way[0]])
    middle = np.array([20.0, -15.0])
    places = [middle + 0.2 * side * normal + step * way for side in (-1, 1) for step in (-0.1, 0.1)]
    left, right = np.split(scene.to_px(np.array(places)), 2)
    tangent = (left[1] - left[0]) / np.linalg.norm(left[1] - left[0])
    gap = abs(np.cross([*tangent, 0], [*(right[0] - left[0]), 0])[2])
    found = across(scene.to_px(middle[None]), tangent[None], scale_in(scene))
    assert gap * found.mm_per_px[0] == pytest.approx(0.4, rel=2e-3)


def test_without_a_plane_all_pixels_measure_the_same():
    scale = Scale("mm-per-px", 0.2, 0.01)
    assert length([[0, 0], [30, 40], [30, 50]], scale).mm == pytest.approx(12.0)
    assert length([[0, 0], [30, 40], [30, 50]], scale).u95 == pytest.approx(0.6)
    local = across(BESIDE, np.ones((3, 2)), scale)
    assert local.mm_per_px.tolist() == [0.2] * 3
    assert local.u95.tolist() == [0.01] * 3


def test_a_known_lens_is_taken_out():
    """Distorted by 8 % at the corners, which without a calibration gives a wrong length."""
    scene = tilted(bulge=-0.08)
    radius = math.hypot(*scene.size) / 2
    lens = Lens((radius, radius), (320.0, 240.0), (-0.08, *[0.0] * 7), scene.size)
    true = true_length(scene, BESIDE)
    assert length(BESIDE, scale_in(scene, lens=lens)).mm == pytest.approx(true, rel=1e-4)
    assert abs(length(BESIDE, scale_in(scene)).mm / true - 1) > 0.01


def test_the_residual_is_said_in_px_and_mm():
    scene = Scene(NOTHING)
    moves = np.zeros((0, 4, 2))
    plane = plane_of(scene.corners(), square(scene), moves, scene.size, residual_px=0.2)
    assert plane.residual_mm == pytest.approx(0.2 * scene.side_mm / scene.side_px, rel=1e-3)


def test_a_point_beyond_the_horizon_is_refused():
    scale = scale_in(Scene(NOTHING, tilt=1.3, tilt_axis=0.0, side_px=60, focal=300))
    with pytest.raises(UsageError, match="near side of the plane's horizon"):
        length([[320, 0], [320, 480]], scale)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ([[1, 2]], "at least 2"),
        ([[1, 2], [3, math.nan]], "finite"),
        ([1, 2, 3], "coordinates"),
        ([["a", "b"], ["c", "d"]], "numbers"),
    ],
)
def test_what_is_no_line_is_refused(line, message):
    with pytest.raises(UsageError, match=message):
        length(line, Scale("mm-per-px", 0.1, 0.0))


def test_a_direction_of_nothing_is_refused():
    with pytest.raises(UsageError, match="direction that is not 0"):
        across([[1, 2]], [[0, 0]], Scale("mm-per-px", 0.1, 0.0))


def chequered(scene):
    """The wall with squares of 10 mm, as the camera sees it."""
    y, x = np.mgrid[0 : scene.size[1], 0 : scene.size[0]] + 0.5
    mm = scene.to_mm(np.stack([x.ravel(), y.ravel()], axis=1))
    dark = (np.floor(mm / 10).sum(axis=1) % 2).reshape(y.shape)
    return np.repeat((60 + 140 * dark).astype(np.uint8)[:, :, None], 3, axis=2)


@pytest.mark.parametrize("mm_per_px", [0.3, 1.0])
def test_a_rectified_photo_shows_the_wall_straight_on(mm_per_px):
    scene = tilted(35.0)
    plane = scale_in(scene).plane
    found = rectify(Photo("wall.jpg", chequered(scene)), plane, mm_per_px)
    height, width = found.photo.pixels.shape[:2]
    y, x = np.mgrid[0:height, 0:width] + 0.5
    mm = found.to_plane(np.stack([x.ravel(), y.ravel()], axis=1))
    expected = (np.floor((mm - scene.side_mm / 2) / 10).sum(axis=1) % 2).reshape(height, width)
    seen = found.photo.pixels[:, :, 0]
    shown = seen != 255
    assert shown.mean() > 0.4
    assert ((seen > 130) == (expected > 0))[shown].mean() > (0.95 if mm_per_px < 1 else 0.88)


def test_a_rectified_photo_is_the_right_way_up():
    """A marker that hangs upside down, and is read in a mirror, does not turn the photo."""
    scene = Scene(NOTHING, turn=math.pi)
    corners = scene.corners()[::-1]
    plane = plane_of(corners, square(scene), np.zeros((0, 4, 2)), scene.size)
    pixels = np.zeros((480, 640, 3), np.uint8)
    pixels[:240, :320] = 200
    found = rectify(Photo("wall.jpg", pixels), plane, 0.5).photo.pixels[:, :, 0]
    height, width = found.shape
    assert (width, height) == pytest.approx((320, 240), rel=0.02)
    assert found[height // 4, width // 4] == 200
    assert found[3 * height // 4, 3 * width // 4] == 0


def test_a_rectified_photo_that_would_be_too_large_is_refused():
    photo = Photo("wall.jpg", np.zeros((480, 640, 3), np.uint8))
    plane = scale_in(tilted()).plane
    with pytest.raises(UsageError, match=r"at most 100 megapixels.* Use 0\.0"):
        rectify(photo, plane, 0.001)
    for wrong in (0.0, -1.0, math.nan, math.inf):
        with pytest.raises(UsageError, match="mm per pixel must be above 0"):
            rectify(photo, plane, wrong)
