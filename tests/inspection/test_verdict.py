import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from crackscope.inspection.regions import components, find_regions
from crackscope.inspection.verdict import decide
from crackscope.tiles.grid import grid
from crackscope.types import Box, ScoreMap

MASKS = arrays(np.bool_, st.tuples(st.integers(1, 9), st.integers(1, 9)))


def scores(*rows: list[float], apart: int = 1) -> ScoreMap:
    values = np.array(rows, float)
    tops, lefts = (100 * np.arange(count) for count in values.shape)
    return ScoreMap(values, tops, lefts, 100 * apart, 100 * apart, apart)


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        (scores([0.9]), "crack"),
        (scores([0.5]), "crack"),
        (scores([0.3]), "unsure"),
        (scores([0.1]), "no crack"),
        (scores([0.9, 0.0, 0.0]), "crack"),
        (scores([0.9, 0.0], [0.0, 0.0]), "unsure"),
        (scores([0.9, 0.0], [0.5, 0.0]), "crack"),
        (scores([0.9, 0.0], [0.0, 0.9]), "crack"),
        (scores([0.0, 0.9], [0.9, 0.0]), "crack"),
        (scores([0.9, 0.0, 0.9, 0.0]), "unsure"),
        (scores([0.2, 0.2], [0.2, 0.2]), "unsure"),
        (scores([0.19, 0.0], [0.0, 0.0]), "no crack"),
        (scores([0.9, 0.9, 0.0, 0.0], *[[0.0] * 4] * 3, apart=2), "unsure"),
        (scores([0.9, 0.0, 0.9, 0.0], *[[0.0] * 4] * 3, apart=2), "crack"),
        (scores([0.0, 0.9, 0.9, 0.0], *[[0.0] * 4] * 3, apart=4), "crack"),
    ],
)
def test_verdicts(found: ScoreMap, verdict: str) -> None:
    assert decide(found, lower=0.2, upper=0.5) == verdict


def test_a_threshold_below_the_lower_one_still_gives_a_verdict() -> None:
    assert decide(scores([0.15]), lower=0.2, upper=0.1) == "crack"
    assert decide(scores([0.15, 0, 0, 0]), lower=0.2, upper=0.1) == "unsure"


@given(mask=MASKS)
def test_components_part_the_mask(mask: np.ndarray) -> None:
    groups = components(mask)
    cells = [cell for group in groups for cell in group]
    assert sorted(cells) == [tuple(cell) for cell in np.argwhere(mask).tolist()]
    for index, group in enumerate(groups):
        for other in groups[:index]:
            assert not any(_touch(a, b) for a in group for b in other)
        assert len(_reached(group[0], set(group))) == len(group)


def _touch(a: tuple[int, int], b: tuple[int, int]) -> bool:
    return max(abs(a[0] - b[0]), abs(a[1] - b[1])) <= 1


def _reached(start: tuple[int, int], cells: set[tuple[int, int]]) -> set[tuple[int, int]]:
    reached = {start}
    while grown := {c for c in cells - reached if any(_touch(c, r) for r in reached)}:
        reached |= grown
    return reached


@given(mask=MASKS)
def test_a_crack_is_a_region_of_two_windows_or_a_small_photo(mask: np.ndarray) -> None:
    verdict = decide(scores(*mask), lower=0.2, upper=0.5)
    largest = max(map(len, components(mask)), default=0)
    assert (verdict == "crack") == (largest >= (1 if mask.size < 4 else 2))


def test_regions_are_numbered_by_importance_and_boxed_in_pixels() -> None:
    tiles = grid(400, 200, 100)
    values = np.array([0.6, 0.7, 0.0, 0.0, 0.0, 0.0, 0.0, 0.9])
    found = ScoreMap.of_tiles(tiles, values)
    first, second = find_regions(found, 0.5)
    assert (first.id, first.score, first.box) == (1, 0.7, Box(0, 0, 200, 100))
    assert (first.mean_score, first.area_px, first.length_px) == (pytest.approx(0.65), 20000, 200)
    assert first.outline == ((0, 0), (200, 0), (200, 100), (0, 100))
    assert (second.id, second.score, second.box) == (2, 0.9, Box(300, 100, 400, 200))
    assert find_regions(found, 0.95) == ()
