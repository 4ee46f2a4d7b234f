"""The model in the package tells plants and planks from concrete."""

import numpy as np
import pytest

from crackscope.inspection.inspector import Inspector, load
from crackscope.synthesis import materials
from crackscope.synthesis.surface import rounded
from crackscope.types import Photo


@pytest.fixture(scope="module")
def scope() -> Inspector:
    return load(threads=1)


@pytest.mark.parametrize("side", [227, 448])
@pytest.mark.parametrize(
    ("name", "material"),
    [
        ("grass", "other"),
        ("leaves", "other"),
        ("straw", "other"),
        ("wood", "other"),
        ("concrete", "concrete"),
        ("render", "concrete"),
        ("sanded", "concrete"),
    ],
)
def test_materials_are_told_in_photos_of_one_and_of_several_windows(
    scope: Inspector, name: str, material: str, side: int
) -> None:
    """Without the flag this fails, and in one window also without the statistics of pixels."""
    draw = materials.MATERIALS.get(name).draw
    for seed in range(3):
        pixels = rounded(draw(side, side, np.random.default_rng([seed, 3])))
        assert scope.inspect(Photo(name, pixels)).material == material
