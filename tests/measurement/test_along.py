"""Many profiles at once: as wide as one by one, with no more work than their number asks for."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crackscope.measurement import along, seen, width
from crackscope.measurement.along import against_ground, fit
from crackscope.measurement.optics import Optics
from crackscope.measurement.profiled import profiled
from crackscope.measurement.profiles import places, sample
from crackscope.measurement.shared import TONES, shared
from crackscope.measurement.uncertainty import belief
from support_drawn import drawn, line


def profiles(true: float, **options) -> np.ndarray:
    """(M, 31) across a drawn crack."""
    photo = drawn(true, **options)
    at = places([line(start=10.0, height=150)])
    return sample(photo, at.at, at.across, np.arange(-15, 16.0))


@pytest.mark.parametrize("true", [1.0, 2.0, 3.5, 6.0, 9.0])
@pytest.mark.parametrize(("blur", "depth"), [(1.0, 0.1), (1.6, 0.25)])
def test_they_agree_with_the_exact_path(true: float, blur: float, depth: float) -> None:
    """The same minimum, but for the tenths of a pixel that the exact path tries."""
    values = profiles(true, blur=blur, depth=depth, noise=0.02, tone=1.0)[::6]
    fast = fit(*against_ground(values), Optics(blur, depth)).width_px
    exact = [width(one, psf_px=blur, depth=depth).width_px for one in values]
    assert np.abs(fast - exact).max() < 0.15
    assert np.median(np.abs(fast - exact)) < 0.05


def test_the_photo_says_its_blur_darkness_and_tone() -> None:
    expected = []
    for tone in (1.0, 1.9):
        values = profiles(9.0, blur=1.2, depth=0.25, tone=tone, noise=0.005)
        known = shared(*against_ground(values))
        assert known.best.blur_px == pytest.approx(1.25, rel=0.3)
        assert known.best.depth == pytest.approx(0.25, abs=0.08)
        odds = zip(known.odds, known.ideas, strict=True)
        expected.append(sum(odd * one.tone for odd, one in odds))
    assert expected[0] < expected[1] - 0.2


def test_without_profiles_it_is_what_is_likely_beforehand() -> None:
    known = shared(np.zeros((0, 31), np.float32), np.zeros(0, np.float32))
    assert known.profiles == 0
    assert known.best.blur_px == 1.0
    assert known.best.depth == 0.1
    assert {one.tone for one in known.ideas} == set(TONES)
    assert sum(known.odds) == pytest.approx(1)


def test_what_is_given_is_taken() -> None:
    known = shared(*against_ground(profiles(4.0)), psf_px=1.37, depth=0.21)
    assert {(one.blur_px, one.depth) for one in known.ideas} == {(1.37, 0.21)}


def test_ignorance_of_what_is_shared_makes_widths_less_sure() -> None:
    nothing = shared(np.zeros((0, 31), np.float32), np.zeros(0, np.float32))
    much = shared(*against_ground(profiles(6.0, noise=0.003)))
    at = np.array([3.0])
    assert belief(much).uncertainty(at)[0] < 0.7 * belief(nothing).uncertainty(at)[0]


def test_profiles_follow_a_bent_line_at_even_distances() -> None:
    bent = np.array([[10.0, 10, 2], [50, 10, 2], [50, 50, 4]])
    found = places([bent])
    assert np.abs(np.hypot(*np.diff(found.at, axis=0).T) - 2).max() < 0.5
    assert found.stands_for.sum() == pytest.approx(80, abs=3)
    assert np.abs((found.across**2).sum(axis=1) - 1).max() < 1e-9
    assert np.abs(found.across[5]) == pytest.approx([0, 1], abs=1e-6)


def test_samples_between_pixels_are_interpolated_and_outside_missing() -> None:
    photo = np.add.outer(10.0 * np.arange(20), np.arange(30.0))
    at, across = np.array([[8.25, 6.75]]), np.array([[1.0, 0.0]])
    found = sample(photo, at, across, np.array([-9.0, 0.0, 1.5, 30.0]))
    assert found[0, 1:3] == pytest.approx([62.5 + 7.75, 62.5 + 9.25])
    assert np.isnan(found[0, [0, 3]]).all()


@settings(max_examples=6, deadline=None)
@given(st.floats(0.0, 1.0), st.floats(-1.5, 1.5))
def test_shifted_by_less_than_a_pixel_it_is_as_wide(crack: float, traced: float) -> None:
    """Both the crack and the line that says where it runs."""
    photo = drawn(3.0, size=(60, 60), at=30 + crack, tone=1.0, noise=0.005)
    at = places([line(at=30 + crack + traced, height=60)])
    values = sample(photo, at.at, at.across, np.arange(-15, 16.0))
    found = fit(*against_ground(values), Optics(1.1, 0.1))
    assert np.median(found.width_px) == pytest.approx(3.0, abs=0.15)
    assert np.median(found.centre_px) == pytest.approx(traced, abs=0.1)


def test_work_grows_with_the_profiles_and_not_with_the_photo(monkeypatch) -> None:
    """Each profile is gone through a fixed number of times, in a few calls for 2048 of them, and
    what the photo shares is sought in a fixed number of profiles."""
    rows = []
    real = along._step

    def counted(relative, *rest):
        rows.append(len(relative))
        return real(relative, *rest)

    monkeypatch.setattr(along, "_step", counted)
    for across, height in ((200, 100), (500, 100), (130, 800)):
        rows.clear()
        photo = drawn(3.0, at=65.0, size=(height, across))
        found = profiled(photo, [line(at=65.0, height=height)])
        assert sum(rows) <= 9 * len(found.places) + 60_000
        assert len(rows) <= 36 + 1.5 * sum(rows) / along.TOGETHER


def test_profiles_are_fitted_in_parts_as_all_at_once(monkeypatch) -> None:
    relative, noise = against_ground(profiles(3.0, noise=0.02))
    whole = fit(relative, noise, Optics(1.0, 0.1))
    monkeypatch.setattr(along.parts, "__defaults__", (7,))
    parts = fit(relative, noise, Optics(1.0, 0.1))
    for name in along.Fits.__slots__:
        assert np.allclose(getattr(parts, name), getattr(whole, name), atol=1e-4)


@pytest.mark.parametrize("tone", [1.0, np.full((5, 1), 2.2, np.float32)])
def test_slopes_are_those_of_the_values(tone) -> None:
    covered = np.linspace(0, 1, 5 * 31, dtype=np.float32).reshape(5, 31)
    value, slope = seen.grey_and_slope(covered, 0.2, tone)
    assert np.allclose(value, seen.grey(covered, 0.2, tone), atol=1e-6)
    numeric = np.gradient(value.ravel().astype(float), covered.ravel().astype(float))
    found = np.broadcast_to(slope, value.shape).ravel()
    assert found[1:-1] == pytest.approx(numeric[1:-1], abs=0.06)


def test_sharpening_enhances_what_differs_from_its_surroundings() -> None:
    values = np.random.default_rng(0).uniform(0, 1, (3, 31)).astype(np.float32)
    wide = np.pad(values, ((0, 0), (2, 2)), mode="edge")
    around = [np.convolve(one, np.array([1, 4, 6, 4, 1]) / 16, "valid") for one in wide]
    expected = values + 0.7 * (values - np.array(around))
    assert np.allclose(seen.sharpened(values, 0.7), expected, atol=1e-5)
    assert seen.sharpened(values, 0.0) is values


@pytest.mark.parametrize("count", [0, 1, 400, 1000])
def test_a_product_in_one_thread_is_the_product(count: int) -> None:
    rng = np.random.default_rng(0)
    rows, matrix = (rng.standard_normal(s).astype(np.float32) for s in ((count, 31), (31, 338)))
    assert np.allclose(seen.times(rows, matrix), rows @ matrix, atol=1e-4)
