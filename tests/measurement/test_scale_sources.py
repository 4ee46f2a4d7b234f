"""Each source of scale on its own, and what all of them promise."""

import math

import numpy as np
import pytest
from PIL.TiffImagePlugin import IFDRational
from support_scene import Scene

from crackscope.errors import UsageError
from crackscope.measurement.lens import Lens
from crackscope.measurement.scale import SOURCES, Notice, Scale, choose, scale_of
from crackscope.measurement.scale.distance import Distance
from crackscope.measurement.scale.geotiff import GeoTiff
from crackscope.measurement.scale.given import MmPerPx
from crackscope.measurement.scale.rectangle import Rectangle
from crackscope.measurement.scale.scale import tilt_cost
from crackscope.measurement.scale.two_points import TwoPoints
from crackscope.types import Georeference, Metadata, Photo
from support_exif import exif

PIXELS = np.full((300, 400, 3), 128, np.uint8)
PLAIN = Photo("wall/a.jpg", PIXELS)
WAYS = {
    "distance": "1500",
    "geotiff": "",
    "marker": "50",
    "mm-per-px": "0.1",
    "rectangle": "10,10,310,20,300,220,20,200=297x210",
    "table": "scales.csv",
    "two-points": "10,20,310,20=150",
}
PLANES = {"geotiff", "marker", "rectangle"}


def taken(details=None, width=400, height=300, camera=None):
    """A photo of that size with these tags in its EXIF."""
    block = exif(details=details or {}).tobytes()
    metadata = Metadata(camera=camera)
    return Photo("wall/b.jpg", np.zeros((height, width, 3), np.uint8), metadata, block)


def on_map(transform, epsg=25832):
    return Photo("map.tif", PIXELS, Metadata(georeference=Georeference(epsg, transform)))


@pytest.fixture
def photos(tmp_path, monkeypatch):
    """For each source a photo that it gives a scale for; the table lies where it is looked for."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "scales.csv").write_text("path,mm_per_px\nwall,0.2\n")
    details = {0x920A: 5.0, 0xA405: 26}
    return {
        "distance": taken(details),
        "geotiff": on_map((0.001, 0.0, 5e5, 0.0, -0.001, 5e6)),
        **dict.fromkeys(("mm-per-px", "rectangle", "table", "two-points"), PLAIN),
    }


def test_every_source_is_registered():
    assert set(SOURCES.names()) == set(WAYS)


@pytest.mark.parametrize("name", [name for name in WAYS if name != "marker"])
def test_a_source_gives_a_scale_of_its_own_name(name, photos):
    answer = SOURCES.get(name).parse(WAYS[name]).measure(photos[name])
    assert answer.notices == ()
    assert answer.scale.source == name
    assert 0 < answer.scale.relative_u95 < 0.2
    assert (answer.scale.plane is not None) == (name in PLANES)
    assert set(answer.scale.to_dict()) == {"source", "mm_per_px", "u95"}
    if name not in PLANES:
        assert answer.scale.relative_u95 > tilt_cost(20.0)


@pytest.mark.parametrize("name", WAYS)
@pytest.mark.parametrize("text", ["x", "1,2", "1,2,3,4=", "=", "1e999", "nan", "-1", "0", "1;2=3"])
def test_settings_that_say_nothing_are_refused_in_words(name, text, photos):
    with pytest.raises(UsageError, match=r"Received|cannot be read"):
        SOURCES.get(name).parse(text)


def test_a_tilt_of_20_degrees_costs_6_percent():
    assert tilt_cost(20.0) == pytest.approx(0.064, abs=0.001)
    for wrong in (-1.0, 90.0, math.nan):
        with pytest.raises(UsageError, match="0 to 75 degrees"):
            tilt_cost(wrong)


def test_two_points_divide_mm_by_pixels():
    scale = TwoPoints((10, 20), (310, 420 - 400 + 20), 150.0, tilt_deg=0.0).measure(PLAIN).scale
    distance = math.dist((10, 20), (310, 40))
    assert scale.mm_per_px == pytest.approx(150 / distance)
    own = math.hypot(math.sqrt(2) / distance, 0.2 / 150, 0.005)
    assert scale.relative_u95 == pytest.approx(2 * own)


def test_the_uncertainty_of_clicks_covers_clicks():
    rng = np.random.default_rng(3)
    within = 0
    for _ in range(300):
        first, second = np.array([[50.0, 60.0], [250.0, 200.0]]) + rng.standard_normal((2, 2))
        found = TwoPoints(tuple(first), tuple(second), 100.0, 0.0, reading_mm=0.0).measure(PLAIN)
        true = 100 / math.dist((50, 60), (250, 200))
        within += abs(found.scale.mm_per_px - true) <= found.scale.u95
    assert within >= 0.95 * 300


@pytest.mark.parametrize(
    ("points", "message"),
    [
        (((10, 20), (401, 20)), "inside wall/a.jpg, 400 x 300 px.*401"),
        (((-1, 20), (300, 20)), "must be inside"),
        (((math.nan, 20), (300, 20)), "finite"),
        (((10, 20), (10, 20)), "must be apart"),
    ],
)
def test_points_that_cannot_be_true_are_told_apart(points, message):
    with pytest.raises(UsageError, match=message):
        TwoPoints(*points, 100.0).measure(PLAIN)


def test_a_rectangle_gives_the_plane():
    scene = Scene(np.zeros((6, 6), bool), tilt=0.6, tilt_axis=1.0)
    corners = tuple(map(tuple, scene.corners()))
    photo = Photo("a.jpg", np.zeros((480, 640, 3), np.uint8))
    scale = Rectangle(corners, 50.0, 50.0).measure(photo).scale
    places = np.array([[300.0, 200.0], [350.0, 260.0]])
    true = math.dist(*scene.to_mm(places))
    assert math.dist(*scale.plane.to_mm(places)) == pytest.approx(true, rel=1e-6)
    assert scale.plane.residual_px is None


@pytest.mark.parametrize(
    ("corners", "sides", "message"),
    [
        (((0, 0), (300, 200), (300, 0), (0, 200)), (9, 9), "Sides cross"),
        (((0, 0), (150, 0), (300, 0), (0, 200)), (9, 9), "three on a line"),
        (((0, 0), (300, 0), (300, 200), (0, 200)), (0, 9), "width of a rectangle in mm must be"),
        (((0, 0), (300, 0), (300, 200), (0, 200)), (9, -9), "height of a rectangle in mm must be"),
        (((0, 0), (300, 0), (300, 200), (0, math.nan)), (9, 9), "finite"),
        (((0, 0), (999, 0), (300, 200), (0, 200)), (9, 9), "must be inside"),
        (((0, 0), (3, 0), (3, 3), (0, 3)), (9, 9), "longer than the error of a click"),
    ],
)
def test_rectangles_that_cannot_be_true_are_told_apart(corners, sides, message):
    with pytest.raises(UsageError, match=message):
        Rectangle(corners, *sides).measure(PLAIN)


def test_distance_by_a_given_lens_and_sensor():
    photo = taken(width=300, height=400)  # held upright: the sensor's longer side is the height
    asked = Distance(1020.0, focal_length_mm=20.0, sensor_width_mm=36.0)
    assert asked.measure(photo).scale.mm_per_px == pytest.approx(36 / 400 * 1000 / 20)


FULL_FRAME = {0x920A: IFDRational(20, 1), 0xA002: 8000, 0xA003: 6000}


@pytest.mark.parametrize(
    ("details", "camera"),
    [
        ({**FULL_FRAME, 0xA20E: 8000 / 36 * 25.4, 0xA210: 2}, None),
        ({**FULL_FRAME, 0xA20E: 8000 / 36 * 25.4}, None),
        ({**FULL_FRAME, 0xA20E: 8000 / 36 * 10, 0xA210: 3}, "unheard of"),
        (FULL_FRAME, "Canon EOS 5D Mark III"),
        ({**FULL_FRAME, 0xA405: 19}, None),
        ({**FULL_FRAME, 0xA20E: 1e-9, 0xA405: 19}, None),
        ({**FULL_FRAME, 0xA20E: IFDRational(0, 0), 0xA405: 19}, None),
    ],
    ids=["inch", "no unit", "cm", "table", "35 mm film", "nonsense", "0/0"],
)
def test_distance_by_what_exif_says(details, camera):
    """A copy at a twentieth of the size: the sensor's width counts, not the camera's pixels."""
    scale = Distance(1020.0).measure(taken(details, camera=camera)).scale
    true = 36 / 400 * 1000 / 20
    assert scale.mm_per_px == pytest.approx(true, abs=scale.u95)
    assert scale.mm_per_px == pytest.approx(true, rel=0.04)


@pytest.mark.parametrize(
    ("photo", "kind"),
    [
        (PLAIN, "no_focal_length"),
        (taken({0x920A: 0.0}), "no_focal_length"),
        (taken({0x920A: 20.0}, camera="Nobody's camera"), "unknown_sensor"),
        (taken({**FULL_FRAME, 0xA405: 24}, width=400, height=200), "cropped"),
    ],
)
def test_where_exif_does_not_say_it_there_is_no_scale(photo, kind):
    answer = Distance(1000.0).measure(photo)
    assert answer.scale is None
    assert [notice.kind for notice in answer.notices] == [kind]
    assert photo.path in answer.notices[0].text


def test_a_calibration_knows_the_focal_length():
    lens = Lens((800.0, 800.0), (200.0, 150.0), (0.0,) * 8, (400, 300))
    assert Distance(1600.0).measure(PLAIN, lens).scale.mm_per_px == pytest.approx(2.0)


def test_a_distance_within_the_lens_is_refused():
    with pytest.raises(UsageError, match="over twice the focal length"):
        Distance(35.0, focal_length_mm=20.0, sensor_width_mm=36.0).measure(PLAIN)


def test_a_map_in_metres_has_a_scale_and_a_plane():
    turned = (0.0008, 0.0006, 5e5, 0.0006, -0.0008, 5e6)
    scale = GeoTiff().measure(on_map(turned)).scale
    assert scale.mm_per_px == pytest.approx(1.0)
    assert math.dist(*scale.plane.to_mm([[0, 0], [30, 40]])) == pytest.approx(50.0)


@pytest.mark.parametrize("epsg", [4326, 3857, 2263, 999999])
def test_a_map_not_in_metres_has_none(epsg):
    answer = GeoTiff().measure(on_map((1e-5, 0, 0, 0, -1e-5, 0), epsg))
    assert answer.scale is None
    assert answer.notices[0].kind == "unknown_unit"
    assert f"EPSG:{epsg}" in answer.notices[0].text
    assert GeoTiff().measure(PLAIN).notices == ()


def test_a_given_interval_is_taken_as_it_is():
    scale = MmPerPx(0.1, u95=0.001).measure(PLAIN).scale
    assert (scale.mm_per_px, scale.u95) == (0.1, 0.001)
    with pytest.raises(UsageError, match="u95"):
        MmPerPx(0.1, u95=-0.001)


@pytest.mark.parametrize("value", [0.0, -0.1, math.nan, math.inf, 1e9])
def test_a_scale_that_is_none_is_refused(value):
    with pytest.raises(UsageError, match="above 0"):
        MmPerPx(value)
    with pytest.raises(UsageError, match="above 0"):
        Scale("mm-per-px", value, 0.0)
    with pytest.raises(UsageError, match="u95"):
        Scale("mm-per-px", 0.1, math.nan)


def test_the_surest_source_counts_and_what_agrees_is_not_spoken_of():
    sources = [MmPerPx(0.5), TwoPoints((10, 20), (310, 20), 150.0), MmPerPx(0.501, u95=0.002)]
    answer = scale_of(PLAIN, sources)
    assert answer.scale.mm_per_px == 0.501
    assert answer.notices == ()


def test_a_contradiction_is_said_and_the_better_one_used():
    answer = scale_of(PLAIN, [MmPerPx(0.7), MmPerPx(0.5, u95=0.01)])
    assert answer.scale.mm_per_px == 0.5
    (notice,) = answer.notices
    assert notice.kind == "contradiction"
    assert "0.7 mm per pixel" in notice.text
    assert "40%" in notice.text


@pytest.mark.parametrize(("apart", "told"), [(1.15, False), (1.25, True), (0.8, True)])
def test_a_distance_may_be_off_by_20_percent(apart, told):
    answer = choose([Scale("marker", 0.5, 0.001), Scale("distance", 0.5 * apart, 0.01)])
    assert answer.scale.source == "marker"
    assert [notice.kind for notice in answer.notices] == ["contradicts_distance"] * told


def test_notices_of_sources_without_a_scale_are_kept():
    answer = scale_of(PLAIN, [Distance(1000.0), MmPerPx(0.5)])
    assert answer.scale.source == "mm-per-px"
    assert isinstance(answer.notices[0], Notice)
    assert choose([]).scale is None
