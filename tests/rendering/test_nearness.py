import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from crackscope.rendering.nearness import Discs, distance
from crackscope.types import Box

SIDE = 48
points = st.tuples(st.floats(0, SIDE), st.floats(0, SIDE), st.floats(0.2, 9))
lines = st.lists(st.lists(points, min_size=2, max_size=5).map(np.array), min_size=1, max_size=3)
WHOLE = Box(0, 0, SIDE, SIDE)


def true_distance(drawn: list[np.ndarray]) -> np.ndarray:
    """Distance of each pixel centre to the nearest edge, by 2,000 discs per segment."""
    centres = np.stack(np.meshgrid(np.arange(SIDE) + 0.5, np.arange(SIDE) + 0.5), axis=-1)
    found = np.full((SIDE, SIDE), np.inf)
    for line in drawn:
        for start, end in itertools.pairwise(line):
            for t in np.linspace(0, 1, 400):
                x, y, width = start + (end - start) * t
                np.minimum(found, np.hypot(*(centres - (x, y)).T).T - width / 2, out=found)
    return found


@settings(max_examples=25, deadline=None)
@given(lines, st.sampled_from([0.0, 3.0, 8.0]))
def test_distances_are_those_to_the_edges_of_thick_lines(drawn, reach):
    found = distance(Discs.of(drawn), WHOLE, reach)
    truth = true_distance(drawn)
    known = np.isfinite(found)
    assert not known[truth > reach + 0.35].any() or reach == 0.0
    assert known[truth < reach - 0.35].all()
    both = known & (truth > 0.8)  # nearer, thin lines fill the pixels that they run through
    assert np.abs(found[both] - truth[both]).max(initial=0) < 0.35


@settings(max_examples=25, deadline=None)
@given(lines, st.integers(1, SIDE - 1), st.integers(1, SIDE - 1))
def test_blocks_of_an_image_fit_together(drawn, x, y):
    discs = Discs.of(drawn)
    whole = distance(discs, WHOLE, 5)
    parts = [
        [distance(discs, Box(x0, y0, x1, y1), 5) for x0, x1 in ((0, x), (x, SIDE))]
        for y0, y1 in ((0, y), (y, SIDE))
    ]
    np.testing.assert_array_equal(np.block(parts), whole)


def test_a_hairline_is_not_broken():
    line = np.array([(1.2, 3.9, 0.05), (40.7, 29.1, 0.05)])
    drawn = distance(Discs.of([line]), WHOLE) <= 0
    assert drawn[:, 2:40].any(axis=0).all()
    assert drawn.sum() < 90


def test_without_lines_every_distance_is_infinite():
    assert np.isinf(distance(Discs.of([]), WHOLE, 9)).all()
