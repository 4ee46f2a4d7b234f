"""Median, 95th percentile and maximum along a crack: intervals of what only a part of it shows."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crackscope.measurement.summary import Along, figures, running

OVER, CORRELATED = 5.0, 1.0
STEP = 0.2


def crack(rng, length, swell=6.0, noise=0.02):
    """Widths along a crack of `length` mm that swells over some mm: true ones, and as measured."""
    count = round(length / STEP)
    taps = np.exp(-0.5 * (np.arange(-3 * swell, 3 * swell, STEP) / swell) ** 2)
    taps /= np.sqrt((taps**2).sum())
    true = 1 + 0.15 * np.convolve(rng.standard_normal(count + len(taps) - 1), taps, "valid")
    return true, true + noise * rng.standard_normal(count)


def covered(measured, length, trials=300):
    """How often the intervals of median and maximum cover, if a crack is measured in part."""
    held = np.zeros(2)
    for seed in range(trials):
        rng = np.random.default_rng(seed)
        true, seen = crack(rng, length)
        window = np.ones(round(OVER / STEP))
        mean = np.convolve(true, window / len(window), "valid")
        count = round(measured * len(true))
        start = int(rng.integers(len(true) - count + 1))
        part = slice(start, start + count)
        ones = np.ones(count)
        along = Along(
            seen[part], STEP * np.arange(count), np.zeros(count, int), STEP * ones, 0.01 * ones
        )
        found = figures(along, OVER, CORRELATED, 0.0, measured)
        held += [
            abs(found.median - np.median(true)) <= found.median_u95,
            abs(found.max - mean.max()) <= found.max_u95,
        ]
    return held / trials


@pytest.mark.parametrize(("measured", "length"), [(1.0, 25.0), (0.85, 25.0), (0.85, 100.0)])
def test_the_maximum_is_covered_where_part_of_the_crack_cannot_be_measured(measured, length):
    median, largest = covered(measured, length)
    assert median >= 0.9
    assert largest >= 0.9


def test_what_is_measured_as_a_whole_is_sure_and_what_is_missing_is_not():
    _, seen = crack(np.random.default_rng(1), 60.0)
    ones = np.ones(len(seen))
    at = STEP * np.arange(len(seen))
    along = Along(seen, at, np.zeros(len(seen), int), STEP * ones, 0.01 * ones)
    whole, part = (figures(along, OVER, CORRELATED, 0.0, measured) for measured in (1.0, 0.8))
    assert whole.max_u95 < 0.05 < part.max_u95
    assert part.median_u95 < part.max_u95, "the missing part moves the median less"


@given(start=st.floats(0.0, 1e4), over=st.floats(0.1, 100.0), gap=st.floats(1.01, 50.0))
def test_a_profile_counts_for_its_own_place_however_far_the_others_are(start, over, gap):
    along = np.array([start, start + gap * over, start + 2 * gap * over])
    ones = np.ones(3)
    widths = np.array([1.0, 2.0, 4.0])
    found = Along(widths, along, np.zeros(3, int), STEP * ones, 0.01 * ones)
    np.testing.assert_allclose(running(found, over), widths)
