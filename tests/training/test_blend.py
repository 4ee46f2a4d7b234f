"""The blend of both scales: fitted to places whose truth is known."""

import numpy as np
import pytest

from crackscope.scoring.scored import LineMap, Scored
from crackscope.training.lines import scoring
from crackscope.training.lines.pool import Pictures
from crackscope.types import Photo, ScoreMap

pytest.importorskip("sklearn", reason="needs the extra [evaluate]")

SIDE = 64
"""Places along a photo of twice as many pixels."""


def test_the_weights_are_those_that_the_places_were_drawn_with() -> None:
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 3, (40_000, 2))
    chance = 1 / (1 + np.exp(-(0.6 * logits[:, 0] + 0.3 * logits[:, 1] - 0.5)))
    found = scoring.fit_blend(np.column_stack([logits, rng.random(len(logits)) < chance]))
    np.testing.assert_allclose([found.full, found.half, found.bias], [0.6, 0.3, -0.5], atol=0.05)


def scored(photo: Photo, left: float) -> Scored:
    """Logits of `left` in the left half, and of what no scale sees in the right one."""
    logits = np.full((SIDE, SIDE), -9.0, np.float32)
    logits[:, : SIDE // 2] = left
    lines = LineMap.of(logits, photo.pixels[..., 0], side=32)
    return Scored(ScoreMap.even(np.zeros((1, 1)), 1, photo.width, photo.height), None, lines)


def test_places_have_the_logits_of_both_scales_and_the_truth_of_the_mask() -> None:
    pixels = np.zeros((1, 2 * SIDE, 2 * SIDE, 3), np.uint8)
    mask = np.zeros((1, 2 * SIDE, 2 * SIDE), np.uint8)
    mask[0, :, 30:40] = 255
    lots = [Pictures(pixels, mask, np.ones(1, np.int8))]
    looks = [lambda photo: scored(photo, 2.0), lambda photo: scored(photo, 1.0)]
    found = scoring.places(looks, lots, seed=0)
    assert set(map(tuple, found[:, :2])) == {(2.0, 1.0)}, "places that no scale sees are left out"
    assert len(found) == 2 * 60
    true = 10 / (64 - 8)  # of the pixels on the left, without those beside the mask
    assert abs(found[:, 2].mean() - true) < 0.12
