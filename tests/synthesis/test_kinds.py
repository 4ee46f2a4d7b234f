"""Every kind and look of crack, every pattern of joints: one contract each."""

import itertools

import numpy as np
import pytest

from crackscope.synthesis import pattern
from crackscope.synthesis.cracks import crack, kinds, looks
from crackscope.synthesis.cracks.kinds import Setting
from crackscope.synthesis.distractors import joints
from crackscope.synthesis.surface import blurred, smooth

KINDS = (
    kinds.fractured,
    kinds.drifting,
    kinds.parallel,
    kinds.network,
    kinds.along_joints,
    kinds.to_joint,
)


def flat() -> np.ndarray:
    return np.full((160, 200, 3), 150, np.float32)


@pytest.mark.parametrize("kind", KINDS)
def test_kinds_paint_what_their_mask_says(kind: kinds.Paint) -> None:
    covered = 0
    for seed in range(12):
        rng = np.random.default_rng(seed)
        setting = Setting(0.3, joints=pattern.lay(160, 200, rng))
        painted = kind(flat(), rng, 2.0, 0.9, setting)
        assert painted.pixels.shape == (160, 200, 3)
        assert 0 <= painted.mask.min() <= painted.mask.max() <= 1
        assert painted.centre_lines
        covered += bool(painted.mask.any())
        dark = painted.pixels.mean(axis=2) < 90
        assert dark.sum() < 20 or (painted.mask[dark] > 0).mean() > 0.9
    assert covered >= 9


@pytest.mark.parametrize("look", looks.LOOKS)
def test_looks_change_the_crack_and_little_else(look: looks.Look) -> None:
    ground = flat()
    painted = crack.draw(ground, np.random.default_rng(0), 4.0, contrast=0.9)
    pixels = look(ground, painted, 0.3, np.random.default_rng(1))
    assert pixels.shape == ground.shape
    assert pixels.dtype == np.float32
    assert pixels.min() >= 0
    assert pixels.max() <= 255
    change = np.abs(pixels - ground).mean(axis=2)
    assert change[painted.mask > 0.5].mean() > 8 * change[painted.mask == 0].mean()
    assert np.array_equal(pixels, look(ground, painted, 0.3, np.random.default_rng(1)))


def test_a_ravelled_crack_runs_between_the_stones() -> None:
    """Along its edges light stones of the ground stay, and dark gaps between them open."""
    rng = np.random.default_rng(3)
    ground = flat() + 40 * smooth(160, 200, 5.0, rng)[..., None].astype(np.float32)
    ground = np.clip(ground, 40, 255).astype(np.float32)
    stones = ground.mean(axis=2) > np.median(ground)
    light, dark = [], []
    for seed in range(8):
        painted = crack.draw(ground, np.random.default_rng(seed), 12.0, contrast=0.9)
        pixels = looks.ravelled(ground, painted, 0.3, np.random.default_rng(seed))
        edge = (blurred(painted.mask, 2.0) > 0.2) & (painted.mask < 0.5)
        darker = (ground - pixels).mean(axis=2) / ground.mean(axis=2)
        light.append(darker[edge & stones].mean())
        dark.append(darker[edge & ~stones].mean())
    assert np.mean(dark) > 1.5 * np.mean(light)


def test_up_to_half_of_the_cracks_of_coarse_ground_are_ravelled() -> None:
    fine, coarse = (
        [looks.choose(np.random.default_rng(seed), texture) for seed in range(300)]
        for texture in (4.0, 30.0)
    )
    assert fine.count(looks.ravelled) < 20
    assert 100 < coarse.count(looks.ravelled) < 200


@pytest.mark.parametrize("name", list(pattern.KINDS))
def test_patterns_cover_the_image_and_are_connected(name: str, monkeypatch) -> None:
    monkeypatch.setattr(pattern, "_FREQUENCY", [float(kind == name) for kind in pattern.KINDS])
    lengths, changed = [], 0
    for seed in range(8):
        laid = pattern.lay(160, 200, np.random.default_rng(seed))
        assert laid.name == name
        assert laid.pieces.shape[1:] == (2, 2)
        way = pattern.way(laid, np.array([90.0, 80.0]), np.random.default_rng(seed))
        legs = np.diff(way, axis=0)
        lengths.append(len(way))
        assert np.isfinite(legs).all()
        painted = joints.draw(flat(), laid, np.random.default_rng(seed), 0.2, 1.0)
        changed += bool((np.abs(painted - 150).max(axis=2) > 3).any())
    assert changed >= 6
    assert np.median(lengths) >= 2


def test_meshes_hold_every_edge_once() -> None:
    ways = pattern.meshes(100.0, 20.0, 0.2, np.random.default_rng(0))
    edges = [
        tuple(sorted((tuple(a.round(3)), tuple(b.round(3)))))
        for way in ways
        for a, b in itertools.pairwise(way)
    ]
    assert len(edges) > 50
    assert len(set(edges)) > 0.97 * len(edges)
