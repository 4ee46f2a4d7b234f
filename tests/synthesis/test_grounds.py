"""Crops of sound ground: any size, repeatable, without seams."""

import io
from typing import Any

import numpy as np
import pytest
from PIL import Image

from crackscope.synthesis.grounds import GroundImage, Grounds


def packed(pixels: np.ndarray, name: str, **more: Any) -> GroundImage:
    content = io.BytesIO()
    Image.fromarray(pixels).save(content, "PNG")
    return GroundImage(content.getvalue(), name, **more)


def noise(side: int, seed: int, grey: float = 150.0, spread: float = 12.0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    value = grey + spread * rng.standard_normal((side, side, 1)) + np.array([3, 0, -3])
    return np.clip(value, 0, 255).astype(np.uint8)


PATCHES = [packed(noise(227, i, 130 + 3 * i), f"p{i}", material="concrete") for i in range(14)]
SURFACE = packed(noise(300, 99), "scan", material="other", tiles=True)
PHOTO = packed(noise(300, 98), "photo", material="other")


@pytest.mark.parametrize("size", [64, 224, 448, 512])
def test_crops_have_the_size_asked_for_and_repeat(size: int) -> None:
    grounds = Grounds(PATCHES, [SURFACE, PHOTO])
    again = Grounds(PATCHES, [SURFACE, PHOTO])
    seen = set()
    for seed in range(12 if size < 300 else 5):
        one = grounds.take(np.random.default_rng(seed), size)
        two = again.take(np.random.default_rng(seed), size)
        assert one.pixels.shape == (size, size, 3)
        assert one.pixels.dtype == np.uint8
        assert np.array_equal(one.pixels, two.pixels)
        assert (one.material, one.name) == (two.material, two.name)
        if not one.name.startswith("generated"):
            assert one.material == ("other" if one.name in ("scan", "photo") else "concrete")
        seen.add(one.name)
    assert len(seen) > 2


def test_patches_side_by_side_leave_no_seam() -> None:
    """Rows and columns over a seam vary as much as others, and have the same mean."""
    grounds = Grounds(PATCHES, weights=(1.0, 0.0, 0.0))
    mosaic = grounds._mosaic(3, 560, np.random.default_rng(0)).astype(float).mean(axis=2)
    assert min(mosaic.shape) >= 560
    spread, mean = mosaic.std(axis=0), mosaic.mean(axis=0)
    assert spread.min() > 0.75 * np.median(spread)
    assert np.abs(np.diff(mean)).max() < 6 * np.median(np.abs(np.diff(mean)))


def test_without_images_materials_are_generated() -> None:
    seen = set()
    for seed in range(20):
        ground = Grounds().take(np.random.default_rng(seed), 64)
        assert ground.pixels.shape == (64, 64, 3)
        assert ground.name.startswith("generated ")
        seen.add(ground.material)
    assert seen == {"concrete", "other"}


def test_cracks_are_painted_only_on_materials_that_crack() -> None:
    wood = packed(noise(300, 97), "wood", material="other", cracks=False)
    grounds = Grounds(surfaces=[SURFACE, wood])
    taken = [grounds.take(np.random.default_rng(i), 64, cracked=True) for i in range(40)]
    assert "wood" not in {ground.name for ground in taken}
    assert all(ground.material == "concrete" for ground in taken if ground.name != "scan")
    assert "wood" in {grounds.take(np.random.default_rng(i), 64).name for i in range(40)}
