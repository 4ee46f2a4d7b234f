"""Thinning keeps the topology, is one pixel thin, and stays in the middle."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from crackscope.lines.places import Places
from crackscope.lines.thinning import half_widths, thin
from support_traced import drawn

measure = pytest.importorskip("skimage.measure", reason="needs the extra [dev]")
morphology = pytest.importorskip("skimage.morphology", reason="needs the extra [dev]")

masks = arrays(bool, array_shapes(min_dims=2, max_dims=2, max_side=24))


def _smooth_mask(seed: int) -> np.ndarray:
    """Blobs with holes: noise, averaged over a few pixels, above its median or so."""
    rng = np.random.default_rng(seed)
    noise = rng.normal(size=rng.integers(6, 60, 2))
    for axis in (0, 1, 0, 1)[: 2 * int(rng.integers(1, 3))]:
        noise = (np.roll(noise, 1, axis) + noise + np.roll(noise, -1, axis)) / 3
    return noise > np.quantile(noise, rng.uniform(0.1, 0.9))


def _same_topology(mask: np.ndarray, line: np.ndarray) -> None:
    wide, thinned = np.pad(mask, 1), np.pad(line, 1)
    assert not (thinned & ~wide).any()
    assert measure.label(thinned, connectivity=2).max() == measure.label(wide, connectivity=2).max()
    assert measure.euler_number(thinned, 2) == measure.euler_number(wide, 2)


@settings(max_examples=200)
@given(masks)
def test_components_and_holes_of_noise_are_kept(mask: np.ndarray) -> None:
    _same_topology(mask, thin(mask))


@settings(max_examples=80)
@given(st.integers(0, 100_000))
def test_components_and_holes_of_blobs_are_kept(seed: int) -> None:
    mask = _smooth_mask(seed)
    _same_topology(mask, thin(mask))


@given(masks)
def test_nothing_is_left_to_thin(mask: np.ndarray) -> None:
    line = thin(mask)
    assert (thin(line) == line).all()


@given(masks)
def test_no_place_but_an_end_can_be_taken_away(mask: np.ndarray) -> None:
    line = np.pad(thin(mask), 1)
    topology = measure.label(line, connectivity=2).max(), measure.euler_number(line, 2)
    for row, column in np.argwhere(line)[:20]:
        if line[row - 1 : row + 2, column - 1 : column + 2].sum() > 2:
            less = line.copy()
            less[row, column] = False
            assert (
                measure.label(less, connectivity=2).max(),
                measure.euler_number(less, 2),
            ) != topology


def _distance(line: np.ndarray, other: np.ndarray) -> float:
    """The furthest (by rows and columns) that a pixel of one lies from all of the other."""
    a, b = np.argwhere(line), np.argwhere(other)
    return float(np.abs(a[:, None] - b[None]).max(axis=2).min(axis=1).max())


@settings(max_examples=40)
@given(
    width=st.floats(2, 9),
    angle=st.floats(0, 2 * np.pi),
    bend=st.floats(-0.6, 0.6),
)
def test_lines_lie_where_scikit_image_has_them(width: float, angle: float, bend: float) -> None:
    ways = np.array([[np.cos(a), np.sin(a)] for a in (angle, angle + np.pi + bend)])
    ends = 60 + 45 * ways
    mask = drawn([[tuple(ends[0]), (60, 60), tuple(ends[1])]], width, 120, 120) > 0.5
    ours, theirs = thin(mask), morphology.skeletonize(mask)
    inside = np.hypot(*(np.mgrid[0:120, 0:120] - 60)) < 45 - width  # ends of both are arbitrary
    assert _distance(ours & inside, theirs) <= 1
    assert _distance(theirs & inside, ours) <= 1


def test_half_widths_are_those_of_the_distance_transform() -> None:
    mask = drawn([[(20, 30), (130, 90)]], 14, 120, 150) > 0.5
    places = Places.of(*np.nonzero(mask), mask.shape)
    widest = half_widths(places, np.ones(len(places), bool)).max()
    assert widest == pytest.approx(7, abs=1)


def test_a_mask_needs_two_axes() -> None:
    with pytest.raises(ValueError, match=r"mask must have the shape"):
        thin(np.zeros((2, 2, 2), bool))


@pytest.mark.parametrize("shape", [(0, 0), (0, 5), (1, 1), (1, 7)])
def test_the_smallest_masks(shape: tuple[int, int]) -> None:
    assert thin(np.zeros(shape, bool)).shape == shape
    assert thin(np.ones(shape, bool)).sum() == (shape == (1, 1)) + 7 * (shape == (1, 7))
