import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from crackscope.grid import grid
from crackscope.inspection import regions
from crackscope.inspection.regions import components, find_regions
from crackscope.inspection.verdict import decide, score, score_with_lines
from crackscope.types import Box, Crack, ScoreMap

MASKS = arrays(np.bool_, st.tuples(st.integers(1, 9), st.integers(1, 9)))


def scores(*rows: list[float], apart: int = 1) -> ScoreMap:
    values = np.array(rows, float)
    tops, lefts = (100 * np.arange(count) for count in values.shape)
    return ScoreMap(values, tops, lefts, 100 * apart, 100 * apart, apart)


def judged(found: ScoreMap, lower: float = 0.2, upper: float = 0.5) -> str:
    return decide(score(found), float(found.scores.max()), lower, upper)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (scores([0.9]), 0.9),
        (scores([0.5, 0.5]), 0.5),
        (scores([0.75, 0.0]), 0.6),  # odds of 3 and 0
        (scores([0.9, 0.0], [0.0, 0.0]), 9 / 13),
        (scores([0.8, 0.0, 0.0]), 2**0.5 / (1 + 2**0.5)),  # squares of odds 2 and 0
        (scores(*[[0.8] * 4] * 3, apart=2), 0.8),
        (scores([1.0, 1.0]), 1.0),
        (scores([0.0, 0.0], [0.0, 0.0]), 0.0),
    ],
)
def test_scores_of_photos(found: ScoreMap, expected: float) -> None:
    assert score(found) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        (scores([0.9]), "crack"),
        (scores([0.3]), "unsure"),
        (scores([0.1]), "no crack"),
        (scores([0.9, 0.0], [0.0, 0.0]), "crack"),
        (scores([0.3, 0.0], [0.0, 0.0]), "no crack"),
        (scores([0.55, *[0.0] * 9], *[[0.0] * 10] * 9), "unsure"),  # one window would be cracked
    ],
)
def test_verdicts(found: ScoreMap, verdict: str) -> None:
    assert judged(found) == verdict


def test_a_threshold_below_the_lower_one_still_gives_a_verdict() -> None:
    assert judged(scores([0.15]), upper=0.1) == "crack"
    assert judged(scores([0.15, 0.0], [0.0, 0.0]), upper=0.1) == "unsure"
    assert judged(scores([0.05]), upper=0.1) == "no crack"


PROBABILITIES = arrays(
    float, st.tuples(st.integers(1, 9), st.integers(1, 9)), elements=st.floats(0.0, 1.0)
)


@given(values=PROBABILITIES, apart=st.integers(1, 7))
def test_a_photo_scores_between_its_windows_and_a_crack_has_a_region(
    values: np.ndarray, apart: int
) -> None:
    found = scores(*values, apart=apart)
    assert values.min() - 1e-6 <= score(found) <= values.max()
    if judged(found) == "crack":
        assert find_regions(found, 0.5)


def test_more_of_the_same_wall_makes_no_crack_and_a_longer_crack_stays_one() -> None:
    rng = np.random.default_rng(0)
    for side in (2, 10, 40):
        sound = rng.uniform(0.0, 0.1, (side, side))
        assert judged(scores(*sound)) == "no crack"
        sound[side // 2] = 0.97  # from one end to the other
        assert judged(scores(*sound)) == "crack"


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
    values = np.array([0.9, 0.0, 0.0, 0.6, 0.0, 0.0, 0.0, 0.6])
    larger, surer = find_regions(ScoreMap.of_tiles(tiles, values), 0.5)
    assert (larger.id, larger.box) == (1, Box(300, 0, 400, 200)), "area counts, not the order"
    assert (surer.id, surer.box) == (2, Box(0, 0, 100, 100))


@given(values=PROBABILITIES, apart=st.integers(1, 7))
def test_a_region_of_one_window_is_what_it_is_by_the_rule_for_many(
    values: np.ndarray, apart: int
) -> None:
    found = scores(*values, apart=apart)
    for cell in np.ndindex(values.shape):
        given = (found, found.borders(), [cell], 1)
        assert regions._window(*given) == regions._region(*given)


def cracks(*probabilities: float) -> list[Crack]:
    line = np.array([[0.5, 0.5, 2.0], [9.5, 0.5, 2.0]])
    return [Crack.of(n, p, [line], 10_000, 10_000) for n, p in enumerate(probabilities, start=1)]


def photo(rows: int, columns: int, score: float = 0.01) -> ScoreMap:
    return scores(*[[score] * columns] * rows)


def test_a_photo_is_as_sure_as_its_surest_crack() -> None:
    assert score_with_lines(photo(2, 2), cracks(0.9, 0.6), 0.2) == pytest.approx(0.9)


def test_a_photo_of_one_window_keeps_the_score_of_the_window() -> None:
    assert score_with_lines(photo(1, 1, 0.3), cracks(0.9), 0.2) == pytest.approx(0.3)


def test_without_a_crack_nobody_has_to_look_whatever_the_windows_say() -> None:
    assert 0.0 < score_with_lines(photo(8, 8, 0.99), (), 0.2) < 0.2


@given(st.floats(0.01, 0.999), st.integers(1, 9))
def test_odds_fall_with_the_side_of_the_photo(probability: float, times: int) -> None:
    """The odds are divided by the square root of the number of two by two window squares."""
    small = score_with_lines(photo(2, 2), cracks(probability), 0.01)
    large = score_with_lines(photo(2 * times, 2 * times), cracks(probability), 0.01)
    assert large / (1 - large) == pytest.approx(small / (1 - small) / times, rel=1e-6)
