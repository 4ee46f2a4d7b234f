"""Cracks of drawn photos, measured along their lines: right, with intervals, and left out with a
reason where they cannot be."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crackscope.measurement.local_scale import LocalScale
from crackscope.measurement.measure import measure
from crackscope.measurement.profiled import profiled
from crackscope.measurement.quality import Kind
from crackscope.measurement.summary import Figures
from crackscope.types import Below
from support_drawn import drawn, line


def figures(photo, lines, **options) -> Figures:
    found = measure(photo, [lines], **options).cracks[0].width_px
    assert isinstance(found, Figures)
    return found


@pytest.mark.parametrize("true", [2.0, 4.0, 7.0, 12.0, 25.0])
@pytest.mark.parametrize("tone", [1.0, 2.0])
def test_a_known_width_lies_within_its_interval(true: float, tone: float) -> None:
    photo = drawn(true, slant=0.2, tone=tone, noise=0.02)
    found = figures(photo, [line(slant=0.2, wide=1.3 * true, jitter=0.4)])
    assert abs(found.median - true) <= found.median_u95
    assert abs(found.max - true) <= found.max_u95
    assert found.median_u95 < 1.8


def test_a_crack_that_widens_has_a_median_a_p95_and_a_maximum_of_its_own() -> None:
    photo = drawn(lambda y: 2 + 4 * y / 160)
    found = figures(photo, [line()])
    assert found.median == pytest.approx(4.0, abs=0.35)
    assert found.p95 == pytest.approx(5.4, abs=0.5)
    assert found.median < found.p95 <= found.max


def test_millimetres_and_length_follow_the_scale() -> None:
    photo = drawn(4.0)
    found = measure(photo, [[line()]], LocalScale(0.1, relative_u95=0.02)).cracks[0]
    assert isinstance(found.width_mm, Figures)
    assert found.width_mm.median == pytest.approx(0.4, abs=0.05)
    assert found.length_mm == pytest.approx(16.0, rel=0.01)
    assert found.length_u95_mm is not None
    assert found.length_u95_mm >= 0.02 * 16.0
    assert set(found.to_dict()) == {"length_mm", "length_u95_mm", "width_mm", "measured"}


def test_without_a_scale_no_key_is_in_mm() -> None:
    found = measure(drawn(4.0), [[line()]]).cracks[0]
    assert list(found.to_dict()) == ["measured"]


def test_what_all_profiles_share_is_not_divided_by_their_number() -> None:
    """A crack ten times as long is no surer of its scale, and hardly of its width."""
    short, long = (
        measure(drawn(4.0, size=(height, 60), at=30.0), [[line(height=height, at=30.0)]],
                LocalScale(0.1, relative_u95=0.1)).cracks[0].width_mm
        for height in (60, 600)
    )  # fmt: skip
    assert isinstance(short, Figures)
    assert isinstance(long, Figures)
    for one in (short, long):
        assert one.median_u95 >= 0.1 * one.median
    assert long.median_u95 >= 0.6 * short.median_u95


def test_a_tilt_that_is_not_known_enters_the_interval() -> None:
    plain, tilted = (
        measure(drawn(4.0), [[line()]], LocalScale(0.1, 0.0, tilt)).cracks[0].width_mm
        for tilt in (0.0, 0.3)
    )
    assert isinstance(plain, Figures)
    assert isinstance(tilted, Figures)
    assert tilted.median == plain.median
    assert tilted.median_u95 == pytest.approx(
        np.hypot(plain.median_u95, 0.3 * plain.median), rel=1e-6
    )


def test_a_width_in_a_tilted_plane_is_taken_across_its_line_there() -> None:
    """x is foreshortened by two, and the line runs at 45 degrees in the photo: normal to it in the
    plane is not normal to it in the photo."""

    def local(at: np.ndarray, way: np.ndarray) -> np.ndarray:
        return np.hypot(2 * way[:, 0], way[:, 1])

    scale = LocalScale(local)
    at = np.zeros((1, 2))
    across = np.array([[1.0, -1.0]]) / np.sqrt(2)
    # The strip between y = x and y = x + sqrt(2), in the plane between y = x' / 2 and its parallel.
    assert scale.across(at, across)[0] == pytest.approx(np.sqrt(2) * 2 / np.sqrt(5))


@pytest.mark.parametrize("true", [0.3, 0.6, 0.8])
def test_below_a_pixel_there_is_no_number(true: float) -> None:
    found = measure(drawn(true, depth=0.12, noise=0.02), [[line(wide=2.0)]], LocalScale(0.2))
    width = found.cracks[0].width_mm
    assert width is None or isinstance(width, Below)
    if isinstance(width, Below):
        assert true * 0.2 <= width.below
        assert width.to_dict() == {"below": width.below}


def test_texture_is_no_crack() -> None:
    """A line over ground as uneven as a crack is dark gets no number."""
    rng = np.random.default_rng(3)
    photo = 120 + 30 * drawn(0.0, noise=1.0, ground=1.0, seed=2).clip(-2, 2)
    photo += 10 * rng.standard_normal(photo.shape)
    assert not isinstance(measure(photo, [[line()]]).cracks[0].width_px, Figures)


SMALL = {"size": (80, 130)}


@settings(max_examples=5, deadline=None)
@given(st.floats(0.3, 1.6), st.integers(0, 5))
def test_brighter_it_is_as_wide(gain: float, seed: int) -> None:
    photo, traced = drawn(3.0, at=65.0, seed=seed, **SMALL), line(at=65.0, height=80)
    first, second = (figures(one, [traced]) for one in (photo, gain * photo))
    assert second.median == pytest.approx(first.median, abs=1e-3)


def test_turned_by_90_degrees_it_is_as_wide() -> None:
    photo, traced = drawn(3.0, slant=0.15), line(slant=0.15, jitter=0.3)
    turned = traced[:, [1, 0, 2]]
    assert figures(photo.T.copy(), [turned]).median == pytest.approx(
        figures(photo, [traced]).median, abs=1e-3
    )


def test_a_wider_crack_is_found_wider() -> None:
    found = [figures(drawn(true), [line(wide=4.0)]).median for true in (2.0, 3.0, 5.0, 8.0)]
    assert np.all(np.diff(found) > 0.3)


def kinds(photo, lines) -> set[Kind]:
    return {Kind(int(one)) for one in profiled(photo, lines).kind}


def test_ends_are_left_out() -> None:
    found = profiled(drawn(3.0), [line(start=20.0)])
    assert np.all(found.kind[found.places.to_end < 3] == Kind.END)
    assert np.isnan(found.width_px[found.kind != Kind.MEASURED]).all()


def test_a_junction_is_told_from_an_end() -> None:
    branch = np.array([[100.3, 80.0, 3.0], [112, 90, 3], [124, 100, 3], [140, 114, 3]])
    found = profiled(drawn(3.0), [line(start=20.0, height=80), line(start=80.0), branch])
    near = np.hypot(*(found.places.at - [100.3, 80.0]).T) < 3
    assert np.all(found.kind[near] == Kind.JUNCTION)


def test_a_profile_that_runs_out_of_the_photo_is_left_out() -> None:
    found = profiled(drawn(3.0, at=10.0), [line(at=10.0)])
    inner = found.places.to_end > 8
    assert np.all(found.kind[inner] == Kind.BORDER)


def test_another_line_beside_is_said() -> None:
    photo = np.minimum(drawn(3.0), drawn(3.0, at=106.0))
    found = profiled(photo, [line(), line(at=106.0)])
    inner = found.places.to_end > 8
    assert np.mean(found.kind[inner] == Kind.BESIDE) > 0.9


def test_a_line_where_there_is_no_crack_is_not_measured() -> None:
    found = measure(drawn(0.0), [[line()]]).cracks[0]
    assert found.width_px is None
    assert found.measured == 0
    assert found.left_out["no_crack"] > 60


def test_a_spall_beside_the_crack_is_left_out_and_the_rest_measured() -> None:
    photo = drawn(3.0)
    photo[60:90, 102:125] *= 0.55
    found = profiled(photo, [line()])
    beside = (found.places.at[:, 1] > 63) & (found.places.at[:, 1] < 87)
    far = (found.places.at[:, 1] < 50) & (found.places.to_end > 8)
    assert np.mean(found.kind[beside] == Kind.BROKEN) > 0.9
    assert np.all(found.kind[far] == Kind.MEASURED)
    assert figures(photo, [line()]).median == pytest.approx(3.0, abs=0.3)


def test_a_shadow_in_a_wide_crack_is_left_out() -> None:
    photo = drawn(24.0, blur=0.6)
    photo[50:110, 101:112] += 90.0
    found = profiled(photo, [line(wide=24.0)])
    lit = (found.places.at[:, 1] > 55) & (found.places.at[:, 1] < 105)
    assert np.mean(found.kind[lit] == Kind.SHADOW) > 0.9


def test_the_smallest_width_grows_with_blur_and_noise() -> None:
    sharp, soft = (measure(drawn(4.0, blur=blur), [[line()]]) for blur in (0.6, 2.0))
    assert sharp.smallest_shown_px is not None
    assert soft.smallest_shown_px is not None
    assert sharp.smallest_shown_px < soft.smallest_shown_px
    assert sharp.smallest_measured_px is not None
    assert sharp.smallest_measured_px >= 1


def test_a_photo_without_cracks_measures_none() -> None:
    found = measure(drawn(0.0), [])
    assert (found.cracks, found.smallest_shown_px) == ((), None)


def test_colour_is_refused() -> None:
    with pytest.raises(ValueError, match="Convert a colour photo to grey"):
        measure(np.zeros((40, 40, 3)), [[line(height=40, at=20.0)]])


@pytest.mark.parametrize(
    ("given_", "rule"),
    [
        ((0.0,), "mm_per_px must be above 0"),
        ((float("nan"),), "mm_per_px must be above 0"),
        ((0.1, 1.5), "relative_u95 must be a fraction"),
        ((0.1, 0.0, -0.1), "tilt_u95 must be a fraction"),
    ],
)
def test_a_scale_that_cannot_be_is_refused(given_, rule) -> None:
    with pytest.raises(ValueError, match=rule):
        LocalScale(*given_)


@pytest.mark.parametrize("size", [(32, 32), (33, 200), (300, 40)])
def test_odd_lines_in_odd_photos_are_measured_or_left_out_without_a_warning(size) -> None:
    """Lines of no length, lines along the border, coils, black and white photos."""
    rng = np.random.default_rng(size[1])
    height, width = size
    still = np.array([[5.0, 5, 2], [5, 5, 2]])
    border = np.array([[0.0, 0, 1], [0, height, 1]])
    angle = np.linspace(0, 12, 40)
    coil = np.stack([15 + angle * np.cos(angle), 15 + angle * np.sin(angle), 0 * angle + 3], axis=1)
    wide = np.array([[0.0, height / 2, 500], [width, height / 2, 0.01]])
    for photo in (
        np.zeros(size, np.uint8),
        np.full(size, 255, np.uint8),
        rng.integers(0, 256, size).astype(np.uint8),
    ):
        found = measure(photo, [[still, border], [coil], [wide]], LocalScale(0.1))
        for crack in found.cracks:
            assert 0 <= crack.measured <= 1
            assert crack.length_mm is not None
            assert np.isfinite(crack.length_mm)
