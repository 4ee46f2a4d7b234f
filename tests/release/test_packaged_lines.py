"""The model in the package draws lines where cracks run, and on nothing else."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from crackscope.images.read import read
from crackscope.inspection.inspector import Inspector, load
from crackscope.lines.score import ALL, Scorer
from crackscope.synthesis import camera, concrete, pattern
from crackscope.synthesis.distractors import joints

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "samples"
TRUTH = json.loads((SAMPLES / "truth.json").read_text(encoding="utf-8"))
NEAR = 5.0
"""Pixels beside the true course within which a point of a line is right."""


@pytest.fixture(scope="module")
def scope() -> Inspector:
    return load(threads=1)


def distance(points: np.ndarray, others: np.ndarray) -> np.ndarray:
    return np.array([np.hypot(*(others - point).T).min() for point in points])


def dense(points: np.ndarray) -> np.ndarray:
    """Points a pixel apart along a polyline."""
    legs = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])
    at = np.arange(0.0, legs[-1], 1.0)
    return np.column_stack([np.interp(at, legs, points[:, axis]) for axis in (0, 1)])


@pytest.mark.parametrize("name", [name for name, facts in TRUTH.items() if facts["cracks"]])
def test_lines_run_along_the_cracks_of_the_samples(scope: Inspector, name: str) -> None:
    facts = TRUTH[name]
    result = scope.inspect(read(SAMPLES / name))
    assert result.verdict == "crack"
    assert result.cracks is not None
    true = np.concatenate([dense(np.array(crack["points"])) for crack in facts["cracks"]])
    inside = (true > 0).all(axis=1) & (true < (facts["width"], facts["height"])).all(axis=1)
    true = true[inside]
    found = np.concatenate([dense(line[:, :2]) for one in result.cracks for line in one.lines])
    assert (distance(found[::4], true) <= NEAR).mean() > 0.95
    assert (distance(true[::4], found) <= NEAR).mean() > 0.9


@pytest.mark.parametrize("name", [name for name, facts in TRUTH.items() if not facts["cracks"]])
def test_sound_samples_have_none(scope: Inspector, name: str) -> None:
    result = scope.inspect(read(SAMPLES / name))
    assert (result.verdict, result.cracks, result.material) == ("no crack", (), "concrete")


def jointed(seed: int) -> np.ndarray:
    """A wall of concrete blocks, 1.2 MP."""
    rng = np.random.default_rng(seed)
    wall = concrete.texture(960, 1280, rng)
    laid = pattern.lay(960, 1280, rng, 1.0)
    return camera.photograph(joints.draw(wall, laid, rng, -2.0, 1.0), rng)


def test_joints_are_lines_that_their_score_tells_from_cracks(scope: Inspector) -> None:
    """Without the score of cracks this fails: then each line is as good as another."""
    believing = Scorer(np.zeros(len(ALL)), np.ones(len(ALL)), np.zeros(len(ALL)), 9.0)
    walls = [jointed(seed) for seed in range(10)]
    listed = [scope.inspect(wall).cracks for wall in walls]
    believed = [replace(scope, scorer=believing).inspect(wall).cracks for wall in walls]
    assert sum(map(len, believed)) >= 4
    assert sum(map(len, listed)) == 0
