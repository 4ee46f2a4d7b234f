"""One contract for everything that goes wrong with a photo."""

import numpy as np
import pytest

from crackscope.evaluation.robustness.degrade import DEGRADATIONS, STRONGEST, Degradation

SEEDS = range(4)


@pytest.fixture(params=DEGRADATIONS.names())
def degradation(request: pytest.FixtureRequest) -> Degradation:
    return DEGRADATIONS.get(request.param)


def picture(height: int = 96, width: int = 128) -> np.ndarray:
    """Light from one corner, fine grain, a dark line: something for every fault to spoil."""
    y, x = np.mgrid[:height, :width]
    light = 70 + 110 * (x / width + y / height) / 2
    light = light + np.random.default_rng(7).normal(0, 6, (height, width))
    light[:, width // 3 : width // 3 + 3] *= 0.4
    return np.clip(light[..., None] * [1.0, 0.98, 0.94], 0, 255).astype(np.uint8)


def apply(degradation: Degradation, pixels: np.ndarray, strength: int, seed: int) -> np.ndarray:
    return degradation(pixels, strength, np.random.default_rng(seed))


def test_strength_0_is_the_picture_itself(degradation: Degradation) -> None:
    assert np.array_equal(apply(degradation, picture(), 0, 1), picture())
    assert degradation.level(0) == "original"


def test_each_strength_is_farther_from_the_original(degradation: Degradation) -> None:
    original = picture().astype(int)
    distances = [
        np.mean([np.abs(apply(degradation, picture(), n, s) - original).mean() for s in SEEDS])
        for n in range(STRONGEST + 1)
    ]
    assert (np.diff(distances) > 0).all(), distances


@pytest.mark.parametrize(("height", "width"), [(32, 32), (33, 200), (201, 34)])
def test_shape_and_type_stay_and_the_original_is_left_alone(
    degradation: Degradation, height: int, width: int
) -> None:
    pixels = picture(height, width)
    before = pixels.copy()
    pixels.setflags(write=False)
    for strength in range(STRONGEST + 1):
        degraded = apply(degradation, pixels, strength, 3)
        assert degraded.shape == pixels.shape
        assert degraded.dtype == np.uint8
    assert np.array_equal(pixels, before)


def test_the_same_seed_gives_the_same(degradation: Degradation) -> None:
    for strength in (1, STRONGEST):
        once, again = (apply(degradation, picture(), strength, 5) for _ in range(2))
        assert np.array_equal(once, again)


def test_levels_can_be_told_apart_in_words(degradation: Degradation) -> None:
    assert len({degradation.level(strength) for strength in range(STRONGEST + 1)}) == 6


@pytest.mark.parametrize("strength", [-1, STRONGEST + 1])
def test_other_strengths_are_refused(degradation: Degradation, strength: int) -> None:
    with pytest.raises(ValueError, match="0 to 5"):
        apply(degradation, picture(), strength, 0)


@pytest.mark.parametrize("name", ["noise", "motion", "glare", "fog", "rotation", "cast"])
def test_what_is_left_to_chance_differs_by_seed(name: str) -> None:
    results = [apply(DEGRADATIONS.get(name), picture(), 3, seed).tobytes() for seed in range(6)]
    assert len(set(results)) > 1


@pytest.mark.parametrize("corner", [(4, 4), (4, 110), (80, 4), (80, 110)])
def test_from_nearer_the_crack_stays_in_the_picture(corner: tuple[int, int]) -> None:
    pixels = np.full((96, 128, 3), 180, np.uint8)
    top, left = corner
    pixels[top : top + 12, left : left + 3] = 40
    for strength in range(1, STRONGEST + 1):
        assert apply(DEGRADATIONS.get("nearer"), pixels, strength, 0).min() < 60


def test_a_stop_halves_the_light_and_a_flat_picture_survives() -> None:
    flat = np.full((40, 40, 3), 200, np.uint8)
    darker = apply(DEGRADATIONS.get("darkness"), flat, 1, 0)
    assert (darker / 255.0).mean() ** 2.2 == pytest.approx((200 / 255) ** 2.2 / 2, rel=0.02)
    assert apply(DEGRADATIONS.get("nearer"), flat, 5, 0).min() == 200
