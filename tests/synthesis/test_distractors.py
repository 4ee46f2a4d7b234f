"""One contract for every distractor."""

import subprocess
import sys

import numpy as np
import pytest

from crackscope.synthesis import concrete
from crackscope.synthesis.distractors import DISTRACTORS

NAMES = [
    "joint", "blocks", "joints", "shadow", "blot", "streaks", "rust_spot", "bugholes",
    "tie_marks", "cable", "chalk", "scratch", "ledge", "boards", "plant", "root", "spall",
    "bricks", "rubble", "twigs", "straw", "mesh", "web", "cast", "tide", "writing", "ruler",
    "tyre", "pipe",
]  # fmt: skip
"""In the order of registration. New distractors come after these."""


@pytest.fixture(params=DISTRACTORS.names())
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def _draw(name: str, seed: int, height: int = 90, width: int = 130) -> tuple[np.ndarray, ...]:
    background = concrete.texture(height, width, np.random.default_rng(99), finish="trowelled")
    before = background.copy()
    painted = DISTRACTORS.get(name)(background, np.random.default_rng(seed), scale=0.6)
    return before, background, painted


def test_shape_type_and_range_stay(name: str) -> None:
    for seed in range(12):
        before, _, painted = _draw(name, seed)
        assert painted.shape == before.shape
        assert painted.dtype == np.float32
        assert np.isfinite(painted).all()
        assert painted.min() >= 0
        assert painted.max() <= 255


def test_the_background_is_left_alone(name: str) -> None:
    before, background, _ = _draw(name, 1)
    assert np.array_equal(before, background)


def test_the_surface_changes(name: str) -> None:
    changes = [
        np.abs(painted - before).max() for before, _, painted in (_draw(name, s) for s in range(8))
    ]
    assert np.median(changes) > 4


def test_the_same_seed_gives_the_same_result(name: str) -> None:
    assert np.array_equal(_draw(name, 4)[2], _draw(name, 4)[2])
    assert not np.array_equal(_draw(name, 4)[2], _draw(name, 5)[2])


def test_small_and_narrow_surfaces_work(name: str) -> None:
    for height, width in ((32, 32), (32, 150), (150, 32)):
        for seed in range(4):
            assert _draw(name, seed, height, width)[2].shape == (height, width, 3)


@pytest.mark.parametrize("first", ["marks", "spall"])
def test_the_order_does_not_depend_on_what_is_imported_first(first: str) -> None:
    """Distractors are sampled by number: another order would change every seeded image."""
    code = (
        f"import crackscope.synthesis.distractors.{first}\n"
        "from crackscope.synthesis.distractors import DISTRACTORS\n"
        "print(*DISTRACTORS.names())"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.split()[: len(NAMES)] == NAMES
