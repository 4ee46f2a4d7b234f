import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crackscope.evaluation.lines import raster as rasters
from crackscope.evaluation.lines.match import NEVER, match
from crackscope.evaluation.lines.measures import F1, LENGTH, PRECISION, RECALL, measure
from crackscope.synthesis.cracks import crack as cracks
from crackscope.types import Crack
from support_found import crack, mask

pytest.importorskip("scipy")

BAR = mask(rows=slice(98, 103), columns=slice(20, 280))
"""A crack 5 px wide; its centre line is row 100."""


def across(y: float, x0: float = 20, x1: float = 280, **options) -> Crack:
    return crack((x0, y + 0.5), (x1, y + 0.5), **options)


def figures(found, truth=BAR):
    return {
        name: value.value for name, value in measure([match(found, truth)], 100).metrics.items()
    }


def test_a_line_is_as_many_pixels_as_its_longer_side():
    found = rasters.raster([np.array([(0.5, 0.5, 9), (4.5, 2.5, 9), (4.5, 4.5, 9)])], 10, 10)
    rows, columns = np.divmod(found, 10)
    assert list(zip(rows.tolist(), columns.tolist(), strict=True)) == [
        *((0, 0), (0, 1), (1, 2), (2, 3), (2, 4)),
        *((3, 4), (4, 4)),
    ]


def test_what_leaves_the_picture_is_left_out():
    found = rasters.raster([np.array([(-7.5, 2.5, 1), (30.5, 2.5, 1)])], 5, 8)
    assert found.tolist() == list(range(16, 24))


@pytest.mark.parametrize("angle", range(0, 180, 15))
def test_the_length_of_a_chain_is_right_to_a_few_percent(angle):
    turn = np.radians(angle)
    ends = np.array([(-1, -1, 1), (1, 1, 1)]) * [90 * np.cos(turn), 90 * np.sin(turn), 1] + [
        *(100, 100),
        0,
    ]
    pixels = rasters.raster([ends], 200, 200)
    assert rasters.chain_lengths(pixels, 200, 200).sum() == pytest.approx(180, rel=0.08)


def test_a_line_on_the_crack_is_right_and_finds_it():
    assert figures([across(100)]) == pytest.approx(
        {PRECISION: 1.0, RECALL: 1.0, F1: 1.0, LENGTH: 1.0, "false_cracks_per_megapixel": 0.0},
        abs=0.02,
    )


def test_half_of_it_is_half_the_recall():
    found = figures([across(100, 20, 150)])
    assert found[PRECISION] == 1.0
    assert found[RECALL] == pytest.approx(0.5, abs=0.04)
    assert found[LENGTH] == pytest.approx(0.5, abs=0.02)


def test_a_line_that_runs_on_is_half_right():
    found = figures([across(100, 20, 280), across(20, 20, 280, number=2, score=0.5)])
    assert found[PRECISION] == pytest.approx(0.5, abs=0.01)
    assert found[RECALL] == 1.0


@pytest.mark.parametrize(("shift", "right"), [(0, 1), (3, 1), (-3, 1), (4, 1), (6, 0), (-6, 0)])
def test_a_hairline_may_be_off_by_4_px(shift, right):
    hairline = mask(rows=slice(100, 101), columns=slice(20, 280))
    found = figures([across(100 + shift)], hairline)
    assert found[PRECISION] == pytest.approx(right, abs=0.01)
    assert found[RECALL] == pytest.approx(right, abs=0.02)


def test_a_wide_crack_is_found_from_within_its_edges():
    wide = mask(rows=slice(80, 121), columns=slice(20, 280))
    found = figures([across(117)], wide)
    assert found[PRECISION] == 1.0
    assert found[RECALL] == 1.0


def test_fat_lines_gain_nothing():
    thin, fat = across(100, width=0.5), across(100, width=60.0)
    assert figures([thin]) == figures([fat])
    hatching = [across(y, number=y, score=0.9) for y in range(60, 141, 2)]
    assert figures(hatching)[PRECISION] < 0.4


def test_a_crack_is_false_where_less_than_half_is_right():
    mostly, barely = across(100, 150, 299), across(100, 250, 299, number=2, score=0.8)
    away = crack((150, 100.5), (150, 10), number=3, score=0.7)
    found = match([mostly, away], BAR)
    assert found.false.tolist() == [False, True]
    assert match([barely], BAR).false.tolist() == [False]


def test_each_pixel_has_the_highest_score_that_finds_it():
    found = match([across(100, 20, 150, score=0.4), across(101, 100, 280, score=0.8)], BAR)
    assert found.scores.tolist() == [0.8, 0.4]
    assert set(np.unique(found.centre)) == {0.4, 0.8}
    assert (found.centre == 0.8).mean() > 0.68
    assert match([], BAR).centre.max() == NEVER


def test_nothing_found_and_nothing_there():
    found = match([], mask())
    assert not found.cracked
    assert (len(found.scores), len(found.lines), found.true_px) == (0, 0, 0.0)
    assert figures([]) == {RECALL: 0.0, F1: 0.0, LENGTH: 0.0, "false_cracks_per_megapixel": 0.0}


def test_a_mask_without_an_outside_is_right_everywhere():
    found = match([across(50)], ~mask())
    assert found.right.all()


_HEIGHT, _WIDTH = 80, 110


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000), width=st.floats(0.7, 12))
def test_agrees_with_skeletons_of_scikit_image(seed, width):
    morphology = pytest.importorskip("skimage.morphology")
    rng = np.random.default_rng(seed)
    ground = np.full((_HEIGHT, _WIDTH, 3), 170, np.float32)
    drawn = cracks.draw(ground, rng, width, branches=1)
    truth = drawn.mask > 0.4
    found = [
        Crack.of(
            n, 0.9, [np.c_[shaken(course.points, rng), np.full(len(course.points), 2.0)]], 200, 160
        )
        for n, course in enumerate(drawn.centre_lines)
    ]
    ours = match(found, truth)
    if not ours.cracked:
        return
    figures = measure([ours], 100).metrics
    assert figures[F1].value == pytest.approx(by_skeleton(ours, truth, found, morphology), abs=0.02)


def shaken(points, rng):
    return np.clip(points + rng.normal(0, 3, points.shape), 0, (_WIDTH, _HEIGHT))


def by_skeleton(ours, truth, found, morphology):
    """F1 with another skeleton, and distances to every pixel in turn."""
    centre = np.argwhere(morphology.skeletonize(truth))
    lines = rasters.raster([line for crack in found for line in crack.lines], *truth.shape)
    lines = np.stack(np.divmod(lines, truth.shape[1]), axis=1)
    inside, outside = np.argwhere(truth), np.argwhere(~truth)
    half = np.hypot(*(inside[:, None] - outside[None]).transpose(2, 0, 1)).min(axis=1)
    near = np.abs(centre[:, None] - inside[None]).max(axis=2) <= 15
    reach = 4 + np.where(near, half[None], 0).max(axis=1)
    away = np.hypot(*(centre[:, None] - lines[None]).transpose(2, 0, 1)).min(axis=1)
    off = np.hypot(*(lines[:, None] - inside[None]).transpose(2, 0, 1)).min(axis=1)
    exact, recall = (off <= 18**0.5).mean(), (away <= reach).mean()
    return 2 * exact * recall / max(exact + recall, 1e-12)
