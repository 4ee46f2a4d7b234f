"""One contract for every generated material."""

import numpy as np
import pytest

from crackscope.synthesis.materials import CRACKING, MATERIALS, OTHERS


@pytest.fixture(params=MATERIALS.names())
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_shape_type_and_range(name: str) -> None:
    draw = MATERIALS.get(name).draw
    for height, width, seed in ((90, 130, 0), (32, 32, 1), (200, 64, 2), (96, 96, 3)):
        made = draw(height, width, np.random.default_rng(seed))
        assert made.shape == (height, width, 3)
        assert made.dtype == np.float32
        assert np.isfinite(made).all()
        assert 0 <= made.min() <= made.max() <= 255


def test_the_seed_determines_the_material(name: str) -> None:
    draw = MATERIALS.get(name).draw
    first, second, other = (draw(64, 80, np.random.default_rng(seed)) for seed in (4, 4, 5))
    assert np.array_equal(first, second)
    assert not np.array_equal(first, other)


def test_neither_black_nor_white_nor_flat(name: str) -> None:
    draw = MATERIALS.get(name).draw
    made = [draw(120, 120, np.random.default_rng(seed)) for seed in range(6)]
    assert 10 < np.median([one.mean() for one in made]) < 245
    assert min(one.std() for one in made) > 0.5


def test_a_material_cracks_or_does_not() -> None:
    assert set(CRACKING) | set(OTHERS) == set(MATERIALS.names())
    assert not set(CRACKING) & set(OTHERS)
