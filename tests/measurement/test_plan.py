"""Plans of photos: by hand-worked examples, by tracing rays, and by what contradicts itself."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crackscope.errors import UsageError
from crackscope.measurement.plan import Camera, Wanted, plan, summary

FULL_FRAME = Camera.of_sensor(6000, 4000, 36.0, 50.0)
ZOOM = Camera.of_sensor(6000, 4000, 36.0)


def test_a_plan_that_is_worked_out_by_hand() -> None:
    """0.2 mm on 2 px is 0.1 mm per px; pixels of 6 µm and 50 mm give 50 (1 + 0.1 / 0.006)."""
    found = plan(Wanted(0.2, area_m=(3.0, 2.0)), FULL_FRAME)
    assert found.mm_per_px == pytest.approx(0.1)
    assert found.distance_mm == pytest.approx(50 * (1 + 0.1 / 0.006))
    assert found.footprint_mm == pytest.approx((600, 400))
    assert found.photos == 7 * 7, "(3000 - 180) / 420 and (2000 - 120) / 280, rounded up"
    assert (found.smallest_mm, found.warnings) == (pytest.approx(0.2), ())


def test_to_show_a_crack_takes_half_the_pixels() -> None:
    measured, shown = plan(Wanted(0.2), FULL_FRAME), plan(Wanted(0.2, "show"), FULL_FRAME)
    assert shown.mm_per_px == pytest.approx(2 * measured.mm_per_px)
    assert shown.distance_mm > measured.distance_mm


@given(st.floats(0.05, 2), st.floats(4, 60), st.floats(3, 200), st.integers(500, 12000))
def test_a_ray_through_the_lens_lands_a_pixel_beside_its_neighbour(
    width, sensor, focal, pixels
) -> None:
    """The image of a point, by the lens equation, and not by the formula that the plan uses."""
    found = plan(Wanted(width), Camera.of_sensor(pixels, pixels, sensor, focal))
    image = 1 / (1 / focal - 1 / found.distance_mm)
    on_sensor = found.mm_per_px * image / found.distance_mm
    assert on_sensor == pytest.approx(sensor / pixels, rel=1e-6)


@given(st.floats(0.05, 2), st.floats(200, 20000))
def test_distance_and_focal_length_find_each_other(width: float, distance: float) -> None:
    lens = plan(Wanted(width, distance_mm=distance), ZOOM)
    assert lens.focal_length_mm < distance
    back = plan(Wanted(width, focal_length_mm=lens.focal_length_mm), ZOOM)
    assert back.distance_mm == pytest.approx(distance, rel=1e-6)


@given(st.floats(0.1, 50), st.floats(0.1, 50), st.floats(0, 0.9), st.floats(0.05, 2))
def test_the_photos_cover_the_area_and_one_fewer_a_row_does_not(
    width, height, overlap, crack
) -> None:
    found = plan(Wanted(crack, area_m=(width, height), overlap=overlap), FULL_FRAME)
    needed = []
    for length, side in zip((width, height), found.footprint_mm, strict=True):
        count, reached = 1, side
        while reached < 1000 * length - 1e-6:
            count, reached = count + 1, reached + side * (1 - overlap)
        needed.append(count)
    assert found.photos == math.prod(needed)


def test_where_both_are_given_it_says_what_they_reach() -> None:
    found = plan(Wanted(0.2, distance_mm=3000), FULL_FRAME)
    assert found.smallest_mm == pytest.approx(2 * 0.006 / 50 * 2950)
    assert "cracks of 0.71 mm or wider, not 0.2 mm. Move closer" in found.warnings[0]
    near = plan(Wanted(0.2, distance_mm=800), FULL_FRAME)
    assert near.smallest_mm < 0.2
    assert not near.warnings


def test_motion_blurs_and_the_remedy_removes_it() -> None:
    blurred = plan(Wanted(0.2, speed_m_s=1.0, exposure_s=0.001), FULL_FRAME)
    assert blurred.motion_px == pytest.approx(10)
    assert "motion blur is 10.0 px" in blurred.warnings[0]
    longest = blurred.longest_exposure_s
    still = plan(Wanted(0.2, speed_m_s=1.0, exposure_s=longest), FULL_FRAME)
    assert not still.warnings
    assert plan(Wanted(0.2, speed_m_s=1.0), FULL_FRAME).motion_px is None
    assert f"1/{math.ceil(1 / longest)} s" in " ".join(summary(blurred))


def test_what_is_sharp_blurs_less_than_a_pixel_at_its_ends() -> None:
    """The circle of a point by similar triangles behind the lens, and not by the hyperfocal
    distance."""
    found = plan(Wanted(0.3, f_number=4), FULL_FRAME)
    plane = 1 / (1 / 50 - 1 / found.distance_mm)
    for end in found.sharp_mm:
        image = 1 / (1 / 50 - 1 / end)
        circle = (50 / 4) * abs(image - plane) / image
        assert circle == pytest.approx(0.006, rel=0.02)
    assert found.sharp_mm[0] < found.distance_mm < found.sharp_mm[1]


def test_a_shallow_depth_and_diffraction_are_warned_of() -> None:
    open_wide = plan(Wanted(0.2, f_number=1.8), FULL_FRAME)
    assert "tilted by 20 degrees exceeds the depth of field" in open_wide.warnings[0]
    closed = plan(Wanted(0.2, f_number=22), FULL_FRAME)
    assert closed.diffraction_px == pytest.approx(0.42 * 0.55 * 22 * 1.06 / 6, rel=1e-3)
    assert "diffraction blur is 0.9 px. Open the aperture" in closed.warnings
    macro = plan(Wanted(0.02), FULL_FRAME)
    assert "Use a macro lens" in macro.warnings[0]


def test_far_away_all_is_sharp_to_infinity_and_json_holds_it() -> None:
    phone = Camera.of_sensor(4000, 3000, 5.6, 4.2)
    found = plan(Wanted(10.0, f_number=1.8, area_m=(1, 1)), phone)
    assert math.isinf(found.sharp_mm[1])
    assert json.loads(json.dumps(found.to_dict(), allow_nan=False))["sharp_mm"][1] is None
    assert any(
        line.startswith("Depth of field") and line.endswith("infinity") for line in summary(found)
    )


def test_a_ratio_alone_gives_all_but_what_needs_the_sensor() -> None:
    """As EXIF has it, where it names an equivalent focal length only."""
    ratio = Camera.of_ratio(6000, 4000, 0.006 / 50)
    found = plan(Wanted(0.2, f_number=8), ratio)
    assert found.distance_mm == pytest.approx(0.1 / (0.006 / 50))
    assert (found.sharp_mm, found.diffraction_px, found.focal_length_mm) == (None, None, None)
    whole = plan(Wanted(0.2, f_number=8), Camera.of_ratio(6000, 4000, 0.006 / 50, 50.0))
    assert whole == plan(Wanted(0.2, f_number=8), FULL_FRAME)
    with pytest.raises(UsageError, match="needs a camera whose sensor width is known"):
        plan(Wanted(0.2, focal_length_mm=35), ratio)


def test_a_photo_held_upright_covers_as_much() -> None:
    upright = Camera.of_sensor(4000, 6000, 36.0, 50.0)
    assert plan(Wanted(0.2), upright).footprint_mm == plan(Wanted(0.2), FULL_FRAME).footprint_mm


@pytest.mark.parametrize(
    ("settings", "rule"),
    [
        ({"width_mm": 0.0}, "width_mm must be above 0"),
        ({"width_mm": math.nan}, "width_mm must be above 0"),
        ({"distance_mm": -1.0}, "distance_mm must be above 0"),
        ({"focal_length_mm": 0.0}, "focal_length_mm must be above 0"),
        ({"area_m": (1.0, 0.0)}, "a side of area_m must be above 0"),
        ({"overlap": 1.0}, "overlap must be at least 0 and below 1"),
        ({"purpose": "find"}, "purpose must be one of: measure, show"),
        ({"exposure_s": 0.01}, "exposure_s needs speed_m_s"),
        ({"speed_m_s": 1.0, "exposure_s": 0.0}, "exposure_s must be above 0"),
        ({"f_number": math.inf}, "f_number must be above 0"),
    ],
)
def test_what_cannot_be_wanted_is_refused(settings, rule: str) -> None:
    with pytest.raises(UsageError, match=rule):
        Wanted(**{"width_mm": 0.2, **settings})


def test_all_that_is_wrong_is_told_at_once() -> None:
    with pytest.raises(UsageError, match=r"width_mm must.*overlap must"):
        Wanted(-1, overlap=2)
    with pytest.raises(UsageError, match=r"width of the photo.*sensor width.*focal length"):
        Camera.of_sensor(0, 3000, -5.6, 0.0)
    with pytest.raises(UsageError, match=r"height of the photo.*pixel by focal length"):
        Camera.of_ratio(4000, 0, math.nan)


def test_a_plan_without_distance_or_lens_says_what_to_give() -> None:
    with pytest.raises(UsageError, match="give distance_mm, or focal_length_mm"):
        plan(Wanted(0.2), ZOOM)
    with pytest.raises(UsageError, match="distance_mm must be above the focal length, 50 mm"):
        plan(Wanted(0.2, distance_mm=50), FULL_FRAME)
