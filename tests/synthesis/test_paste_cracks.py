"""Cracks pasted on real patches: labels, background, and repeatability."""

import numpy as np
import pytest

from crackscope.synthesis import camera, paste_cracks

SHAPES = [(227, 227), (96, 140), (48, 48), (300, 224)]


def background(height: int, width: int, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    grey = 150 + 20 * rng.standard_normal((height, width, 1))
    return np.clip(grey + np.array([4, 0, -4]), 0, 255).astype(np.uint8)


@pytest.mark.parametrize("label", [0, 1])
@pytest.mark.parametrize("shape", SHAPES)
def test_the_same_seed_gives_the_same_patch(shape, label):
    ground = background(*shape)
    kept = ground.copy()
    first, second = (paste_cracks.paste(ground, label, np.random.default_rng(7)) for _ in range(2))
    assert first.shape == ground.shape
    assert first.dtype == np.uint8
    assert np.array_equal(first, second)
    assert np.array_equal(ground, kept), "the background is not changed in place"


def test_a_sound_patch_may_stay_unchanged_apart_from_the_camera():
    ground = np.full((227, 227, 3), 160, np.uint8)
    spread = [
        paste_cracks.paste(ground, 0, np.random.default_rng(seed)).std() for seed in range(40)
    ]
    assert 1 <= sum(value < 3.5 for value in spread) <= 30


def test_saving_again_keeps_shape_and_light():
    ground = background(120, 80)
    for seed in range(30):
        saved = camera.resave(ground, np.random.default_rng(seed))
        assert saved.shape == ground.shape
        assert saved.dtype == np.uint8
        assert abs(float(saved.mean()) - float(ground.mean())) < 2.0


def test_painting_ends_on_black_where_no_crack_is_visible():
    ground = np.zeros((64, 64, 3), np.uint8)
    for seed in range(6):
        assert paste_cracks.paste(ground, 1, np.random.default_rng(seed)).shape == ground.shape
