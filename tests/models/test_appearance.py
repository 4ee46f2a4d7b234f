"""The statistics of a window are what their docstrings say, counted pixel by pixel."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crackscope.models.appearance import COUNT, statistics

SIDES = st.sampled_from([9, 11, 13, 17, 19, 21])
"""No quantile asked for then falls between two pixels, where rounding would decide."""


def window(height, width, seed, contrast):
    rng = np.random.default_rng(seed)
    colours = rng.integers(60, 190, 3) + rng.normal(0, contrast, (height, width, 3))
    return np.clip(colours + np.linspace(0, contrast, width)[:, None], 0, 255).astype(np.uint8)


@given(
    height=SIDES,
    width=SIDES,
    seed=st.integers(0, 10**6),
    contrast=st.sampled_from([0, 1, 8, 60, 200]),
)
def test_each_is_what_its_words_say(height, width, seed, contrast):
    pixels = window(height, width, seed, contrast)
    expected = [*colours(pixels), *gradients(pixels), *tones(pixels)]
    assert len(expected) == COUNT
    found = statistics(np.stack([pixels[::-1], pixels]))[1]
    assert found == pytest.approx(expected, rel=1e-4, abs=1e-3)


def grey_of(pixels):
    """(H, W) whole numbers: the mean of the three channels."""
    return pixels.astype(int).sum(axis=2) // 3


def colours(pixels):
    """Saturation, red-green and yellow-blue of every third pixel: mean and spread of each."""
    seen = [tuple(map(float, one)) for one in pixels[::3, ::3].reshape(-1, 3)]
    yield from mean_and_spread([(max(one) - min(one)) / max(*one, 1) for one in seen])
    yield from mean_and_spread([red - green for red, green, _ in seen])
    yield from mean_and_spread([(red + green) / 2 - blue for red, green, blue in seen])


def mean_and_spread(values):
    mean = math.fsum(values) / len(values)
    return mean, math.sqrt(math.fsum((value - mean) ** 2 for value in values) / len(values))


def gradients(pixels):
    """Logarithms of the mean steps between neighbours and between squares of 4 px."""
    fine = grey_of(pixels)
    fine = fine[: len(fine) // 4 * 4, : fine.shape[1] // 4 * 4]
    coarse = fine.reshape(len(fine) // 4, 4, -1, 4).sum(axis=(1, 3)) / 16
    down, across = steps(fine)
    return math.log(down + across), math.log(sum(steps(coarse))), math.log(down / across)


def steps(plane):
    """From each other row to the next, and along each of them from pixel to pixel; 0.1 is added."""
    pairs = len(plane) // 2
    upper, lower = plane[: 2 * pairs : 2], plane[1 : 2 * pairs : 2]
    down, across = np.abs(upper - lower), np.abs(np.diff(upper, axis=1))
    return [float(step.mean()) + 0.1 if step.size else 0.1 for step in (down, across)]


def tones(pixels):
    """Mean, spread and quantiles of the grey, its entropy, what is clipped, and its peaks."""
    values = sorted(grey_of(pixels).ravel().tolist())
    count = len(values)
    mean, spread = mean_and_spread(values)
    low, lower, median, upper, high = (
        values[max(0, math.ceil(share * count - 1e-9) - 1)]
        for share in (0.02, 0.25, 0.5, 0.75, 0.98)
    )
    coarse = [sum(value // 8 == step for value in values) / count for step in range(32)]
    entropy = -sum(share * math.log(share) for share in coarse if share)
    bright = sum(value >= 251 for value in values) / count
    dark = sum(value < 5 for value in values) / count
    yield from (mean, math.log1p(spread))
    yield from (low - median, lower - median, upper - median, high - median)
    yield from (entropy, bright, dark, sum(share > 0.2 for share in coarse))
