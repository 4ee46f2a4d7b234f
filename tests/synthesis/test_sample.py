"""Synthetic samples: the mask marks the crack and nothing else."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crackscope.synthesis import concrete, faults, sample
from crackscope.synthesis.cracks import add, crack, looks, shapes, visible
from crackscope.synthesis.cracks.kinds import Setting
from crackscope.training.lines.real_cracks import shape_of

SHAPES = [(224, 224), (448, 448), (96, 140), (32, 32)]


def ground(height: int = 224, width: int = 224, grey: float = 150, noise: float = 3) -> np.ndarray:
    rng = np.random.default_rng(5)
    value = grey + noise * rng.standard_normal((height, width, 1))
    return np.clip(value + np.array([4, 0, -4]), 0, 255).astype(np.uint8)


def real_shape() -> shapes.Shape:
    """A mask as of a real crack: slanting, with one branch."""
    mask = np.zeros((224, 224), np.float32)
    rows = np.arange(224)
    for thick in range(4):
        mask[rows, 60 + rows // 3 + thick] = 1
        mask[80 + rows[:90] // 2 + thick, 90 + rows[:90]] = 1
    shape = shape_of(mask)
    assert shape is not None
    return shape


@pytest.mark.parametrize("cracked", [False, True])
@pytest.mark.parametrize("size", SHAPES)
def test_the_same_seed_gives_the_same_sample(size: tuple[int, int], cracked: bool) -> None:
    image = ground(*size)
    kept = image.copy()
    known = [real_shape()]
    for seed in range(4 if size[0] < 400 else 1):
        first, second = (
            sample.draw(image, cracked, np.random.default_rng(seed), shapes=known) for _ in range(2)
        )
        assert first.pixels.shape == image.shape
        assert first.mask.shape == size
        assert first.pixels.dtype == first.mask.dtype == np.uint8
        assert np.array_equal(first.pixels, second.pixels)
        assert np.array_equal(first.mask, second.mask)
    assert np.array_equal(image, kept), "the ground is not changed in place"


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10**6), cracked=st.booleans(), noise=st.floats(0, 25))
def test_the_mask_is_empty_if_and_only_if_there_is_no_crack(
    seed: int, cracked: bool, noise: float
) -> None:
    painted = sample.draw(
        ground(140, 140, noise=noise), cracked, np.random.default_rng(seed), shapes=[real_shape()]
    )
    assert bool(painted.mask.any()) == cracked
    assert bool(painted.centre_lines) == cracked


def test_the_image_differs_from_the_ground_where_the_mask_is(monkeypatch) -> None:
    """Without distractors and camera, nothing but the crack differs from the ground."""
    monkeypatch.setattr(sample, "_BESIDE", (1.0, 0.0, 0.0))
    monkeypatch.setattr(sample, "_SPOILT", 0.0)
    monkeypatch.setattr(sample, "_JOINTED", 0.0)
    monkeypatch.setattr(looks, "_FREQUENCY", (1.0, *[0.0] * (len(looks.LOOKS) - 1)))
    image = ground(noise=0.5)
    inside, outside = [], []
    for seed in range(16):
        painted = sample.draw(image, True, np.random.default_rng(seed), shapes=[real_shape()])
        grey = painted.pixels.astype(float).mean(axis=2)
        change = np.abs(grey - np.median(grey))
        if (painted.mask == 0).mean() > 0.5:
            inside.append(np.median(change[painted.mask > 127]) if painted.mask.max() > 127 else 0)
            outside.append(np.median(change[painted.mask == 0]))
    assert np.median(inside) > 8 * np.median(outside)


def test_an_invisible_crack_is_painted_again_stronger() -> None:
    """Measured in the image: contrast in units of the noise, times the root of the area."""
    noise = 12.0
    surface = ground(noise=noise).astype(np.float32)
    shown = []
    for seed in range(24):
        painted = add.add_crack(surface, np.random.default_rng(seed), Setting(0.5))
        change = (painted.pixels - surface).mean(axis=2)
        contrast = abs((change * painted.mask).sum() / painted.mask.sum())
        area = painted.mask.sum() * 227 / add.length_of(painted)
        shown.append(contrast / noise * np.sqrt(area))
    assert (np.array(shown) > 52).mean() > 0.9


@pytest.mark.parametrize("fault", faults.FAULTS)
def test_faults_keep_the_shape_and_grow_with_their_strength(fault: faults.Fault) -> None:
    image = ground(90, 120, noise=10)
    change = []
    for strength in (0.1, 0.9):
        spoilt = [fault(image, strength, np.random.default_rng(seed)) for seed in range(5)]
        assert all(one.shape == image.shape and one.dtype == np.uint8 for one in spoilt)
        again = fault(image, strength, np.random.default_rng(0))
        assert np.array_equal(again, spoilt[0])
        change.append(np.mean([np.abs(one.astype(float) - image).mean() for one in spoilt]))
    assert change[1] > 1.05 * change[0] > 0


def test_an_enlarged_crop_has_an_enlarged_mask(monkeypatch) -> None:
    monkeypatch.setattr(sample, "_ENLARGED", 0.0)
    plain = [sample.draw(ground(), True, np.random.default_rng(seed)) for seed in range(6)]
    monkeypatch.setattr(sample, "_ENLARGED", 1.0)
    large = [sample.draw(ground(), True, np.random.default_rng(seed)) for seed in range(6)]
    assert all(one.mask.any() for one in large)
    widths = [
        two.centre_lines[0].widths.mean() / one.centre_lines[0].widths.mean()
        for one, two in zip(plain, large, strict=True)
    ]
    assert min(widths) > 1.3
    assert max(widths) < 4.1


def test_the_mask_is_empty_over_long_hidden_sections_only() -> None:
    surface = np.full((120, 400, 3), 150, np.float32)
    painted = crack.draw(
        surface,
        np.random.default_rng(1),
        4.0,
        start=(-4.0, 60.0),
        end=(404.0, 60.0),
        branches=0,
        roughness=0.03,
    )
    change = (painted.pixels - surface).mean(axis=2)
    change[:, 100:110] = 0
    change[:, 200:320] = 0
    kept = visible.keep(change, painted.mask, visible.texture_of(surface))
    assert kept[:, 100:110].sum() == pytest.approx(painted.mask[:, 100:110].sum())
    assert kept[:, 225:295].sum() == 0
    assert kept[:, :180].sum() == pytest.approx(painted.mask[:, :180].sum())


def test_painting_ends_on_black_where_no_crack_is_visible() -> None:
    black = np.zeros((64, 64, 3), np.uint8)
    for seed in range(8):
        assert sample.draw(black, True, np.random.default_rng(seed)).mask.any()


def test_generated_concrete_is_valid_ground() -> None:
    surface = concrete.texture(300, 260, np.random.default_rng(0)).astype(np.uint8)
    assert sample.draw(surface, True, np.random.default_rng(0)).mask.shape == (300, 260)
