"""Widths of cracks whose width is known, drawn by other means than the estimator's own model."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crackscope.measurement import width

FINE = 40
"""Samples a pixel that a crack is drawn with."""


def seen(
    width_px: float,
    *,
    centre: float = 0.0,
    depth: float = 0.1,
    blur: float = 1.0,
    noise: float = 0.01,
    ground: float = 150.0,
    samples: int = 31,
    seed: int = 0,
) -> np.ndarray:
    """A profile across a crack: a box drawn 40 times as fine, blurred by three boxes one after the
    other (which is no Gaussian), summed over pixels, with noise."""
    place = (np.arange(samples * FINE) + 0.5) / FINE - samples / 2
    fine = np.where(np.abs(place - centre) < width_px / 2, depth, 1.0)
    taps = np.ones(max(1, round(2 * blur * FINE))) / max(1, round(2 * blur * FINE))
    for _ in range(3):
        fine = np.convolve(np.pad(fine, len(taps), mode="edge"), taps, "same")[
            len(taps) : -len(taps)
        ]
    values = fine.reshape(samples, FINE).mean(axis=1)
    rng = np.random.default_rng(seed)
    return np.asarray(ground * (values + noise * rng.standard_normal(samples)).clip(0))


@pytest.mark.parametrize("true", [1.0, 1.5, 2.0, 3.0, 4.5, 7.0, 10.0])
def test_a_known_width_is_found_within_its_interval(true: float) -> None:
    found = [
        width(seen(true, centre=centre, seed=seed), psf_px=1.0, depth=0.1)
        for seed, centre in enumerate((-2.3, -0.5, 0.0, 0.4, 1.7))
    ]
    errors = [abs(one.width_px - true) for one in found]
    assert np.median(errors) < 0.15
    assert all(error <= one.u95_px for error, one in zip(errors, found, strict=True))


def test_its_interval_covers_what_nobody_told_it() -> None:
    """Blur and darkness drawn as a photo may have them, and not given: 95 % of the widths lie
    within their intervals, and no fewer; nor are these much too wide."""
    rng = np.random.default_rng(1)
    within, spread = [], []
    for seed in range(60):
        true = rng.uniform(1.0, 8.0)
        profile = seen(
            true,
            centre=rng.uniform(-1.5, 1.5),
            depth=rng.uniform(0.02, 0.25),
            blur=rng.uniform(0.7, 1.4),
            noise=rng.uniform(0.01, 0.04),
            seed=seed,
        )
        found = width(profile)
        within.append(abs(found.width_px - true) <= found.u95_px)
        spread.append(found.u95_px)
    assert np.mean(within) >= 0.9
    assert np.median(spread) < 1.2


def test_what_the_photo_shares_makes_it_surer() -> None:
    profile = seen(1.5)
    assert width(profile, psf_px=1.0, depth=0.1).u95_px < 0.8 * width(profile).u95_px


def test_a_darker_inside_explains_the_same_profile_by_a_narrower_crack() -> None:
    profile = seen(1.2)
    assert (
        width(profile, psf_px=1.0, depth=0.0).width_px
        < width(profile, psf_px=1.0, depth=0.4).width_px - 0.2
    )


def test_millimetres_are_pixels_times_the_scale_and_come_with_a_scale_only() -> None:
    profile = seen(3.0)
    plain, scaled = width(profile), width(profile, mm_per_px=0.15)
    assert (plain.width_mm, plain.u95_mm) == (None, None)
    assert scaled.width_px == plain.width_px
    assert scaled.width_mm == pytest.approx(0.15 * plain.width_px)
    assert scaled.u95_mm == pytest.approx(0.15 * plain.u95_px)


@settings(max_examples=12)
@given(st.floats(0.2, 1.6), st.integers(0, 20))
def test_brighter_and_mirrored_it_is_as_wide(gain: float, seed: int) -> None:
    profile = seen(2.5, centre=0.3, seed=seed)
    found = width(profile)
    assert width(gain * profile).width_px == pytest.approx(found.width_px, abs=1e-6)
    assert width(profile[::-1]).width_px == pytest.approx(found.width_px, abs=0.12)


def test_dirt_beside_a_crack_widens_it_little() -> None:
    """A dark speck a few pixels off is a residual, and no edge."""
    profile = seen(3.0)
    profile[22] *= 0.5
    assert width(profile).width_px == pytest.approx(width(seen(3.0)).width_px, abs=0.3)


@pytest.mark.parametrize("noise", [0.0, 0.02, 0.05])
def test_ground_without_a_crack_is_refused(noise: float) -> None:
    for seed in range(20):
        with pytest.raises(ValueError, match="must run across a crack"):
            width(seen(0.0, noise=noise, seed=seed))


def test_a_light_line_is_no_crack() -> None:
    with pytest.raises(ValueError, match="darker than the ground"):
        width(300 - seen(3.0, ground=150))


@pytest.mark.parametrize(
    ("profile", "given_too", "rule"),
    [
        (np.full(14, 100.0), {}, "at least 15"),
        (np.full((31, 2), 100.0), {}, r"\(N,\) grey values"),
        (np.full(31, np.nan), {}, "finite"),
        (np.full(31, -1.0), {}, "finite grey values, 0 or above"),
        (np.zeros(31), {}, "not black"),
        (seen(3.0), {"mm_per_px": 0.0}, "mm_per_px must be above 0"),
        (seen(3.0), {"psf_px": -1.0}, "psf_px must be above 0"),
        (seen(3.0), {"psf_px": float("nan")}, "psf_px must be above 0"),
        (seen(3.0), {"depth": 1.5}, "depth must be 0 to 0.9"),
    ],
)
def test_what_cannot_be_measured_is_refused(profile, given_too, rule) -> None:
    with pytest.raises(ValueError, match=rule):
        width(profile, **given_too)
