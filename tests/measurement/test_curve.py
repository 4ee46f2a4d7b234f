"""Curves of the measured width along a crack."""

import numpy as np
import pytest

from crackscope.measurement.curve import Widths, curves
from crackscope.measurement.local_scale import LocalScale
from crackscope.measurement.measure import measure
from support_drawn import drawn, line


def widths(line, width, length=0.5, noise=0.0, relative_u=0.0):
    line, width = np.array(line), np.array(width, float)
    ones = np.ones(len(line))
    return Widths(line, length * ones, width, 0.01 * ones, noise, 2.0, relative_u)


def test_branches_follow_one_another_the_longest_first():
    found = widths([0] * 20 + [1] * 60, [2.0] * 20 + [1.0] * 60)
    long, short = curves(found)
    assert {wide for _, wide, _ in long} == {1.0}
    assert {wide for _, wide, _ in short} == {2.0}
    assert 0 < long[0][0] < long[-1][0] < 30 < short[0][0] < short[-1][0] < 40


def test_a_curve_ends_where_nothing_could_be_measured():
    width = np.ones(100)
    width[40:60] = np.nan
    width[70] = np.nan  # a single profile is no gap
    first, second = curves(widths([0] * 100, width))
    assert first[-1][0] <= 20
    assert second[0][0] >= 30
    assert curves(widths([0] * 9, [np.nan] * 9)) == ()


def test_a_long_crack_has_few_points_which_are_means():
    width = 1 + 0.2 * np.random.default_rng(0).standard_normal(12_000)
    (curve,) = curves(widths([0] * 12_000, width))
    assert 100 <= len(curve) <= 125
    assert np.mean([wide for _, wide, _ in curve]) == pytest.approx(width.mean(), abs=1e-3)


def test_the_interval_holds_what_is_shared_noise_and_scale():
    sure = curves(widths([0] * 99, [1.0] * 99))[0][0][2]
    noisy = curves(widths([0] * 99, [1.0] * 99, noise=0.2))[0][0][2]
    scaled = curves(widths([0] * 99, [1.0] * 99, relative_u=0.05))[0][0][2]
    assert sure == pytest.approx(1.96 * 0.01, abs=1e-3)
    assert noisy == pytest.approx(1.96 * np.hypot(0.01, 0.2), abs=1e-3), "one step is short"
    assert scaled == pytest.approx(1.96 * np.hypot(0.01, 0.05), abs=1e-3)


def test_the_curve_of_a_photo_is_its_width():
    photo = drawn(5.0)
    found = measure(photo, [[line()]], LocalScale(0.2, 0.01)).cracks[0]
    (curve,) = found.profile_mm
    at, wide, half = np.array(curve).T
    assert (np.abs(wide - 1.0) <= half).mean() > 0.95
    assert 0 < at[0] < at[-1] < found.length_mm
    assert measure(photo, [[line()]]).cracks[0].profile_mm == (), "no mm without a scale"
    bound = measure(drawn(0.6), [[line()]], LocalScale(0.2)).cracks[0]
    assert bound.profile_mm == (), "under a pixel there are no numbers"
