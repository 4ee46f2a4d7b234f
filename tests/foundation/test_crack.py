import copy
import json
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crackscope.types import Box, Crack, PhotoResult

W, H = 3000, 2000
LINE = [(10.0, 10.0, 2.0), (22.0, 15.0, 3.0)]
BOX = Box(0, 0, 100, 100)
finite = st.floats(-50, 5000, allow_nan=False)
points = st.tuples(finite, finite, st.floats(-1, 60))
lines = st.lists(st.lists(points, min_size=2, max_size=12), min_size=1, max_size=4)


@given(lines, st.floats(0, 1))
def test_a_crack_of_any_points_survives_its_line_of_json_and_keeps_the_rules(given_lines, score):
    crack = Crack.of(3, score, given_lines, W, H)
    text = json.dumps(crack.to_dict(), allow_nan=False)
    again = Crack.from_dict(json.loads(text))
    assert again == crack == copy.deepcopy(crack)
    assert hash(again) == hash(crack)
    assert json.dumps(again.to_dict()) == text
    x0, y0, x1, y1 = crack.box.to_list()
    assert 0 <= x0 < x1 <= W
    assert 0 <= y0 < y1 <= H
    for line in crack.lines:
        assert (np.hypot(*np.diff(line[:, :2], axis=0).T) <= 16).all()
        assert (line[:, 2] >= 0.01).all()
        assert (line == line.round(2)).all()
        assert (line[:, :2] >= (x0, y0)).all()
        assert (line[:, :2] <= (x1, y1)).all()
    widths = crack.width_px
    assert widths.median <= widths.p95 <= widths.max == max(x[:, 2].max() for x in crack.lines)


@given(st.lists(st.floats(0.5, 40), min_size=2, max_size=30))
def test_widths_are_those_of_a_line_with_a_point_at_each_pixel(values):
    ends = np.cumsum([0, *np.arange(len(values) - 1) % 7 + 1])
    line = np.stack([ends + 1.0, np.full(len(ends), 9.0), values], axis=1)
    crack = Crack.of(1, 0.5, [line], W, H)
    rounded = np.round(values, 2)
    # 1,000 samples a pixel, each with the width of the nearest point
    samples = np.arange(ends[-1] * 1000) / 1000 + 0.0005
    nearest = rounded[np.searchsorted((ends[1:] + ends[:-1]) / 2, samples)]
    assert crack.length_px == ends[-1]
    for name, share in (("median", 50), ("p95", 95)):
        low = np.percentile(nearest, share - 0.1, method="lower")
        high = np.percentile(nearest, share + 0.1, method="higher")
        assert low <= getattr(crack.width_px, name) <= high


def test_dense_points_count_no_more_than_sparse_ones():
    dense = [(x / 10, 5.0, 9.0) for x in range(100)]
    sparse = [(10.0 + 15 * i, 5.0, 2.0) for i in range(5)]
    crack = Crack.of(1, 0.9, [dense, sparse], W, H)
    assert (crack.width_px.median, crack.width_px.max) == (2.0, 9.0)
    assert crack.length_px == pytest.approx(69.9)


def test_the_box_holds_half_the_width_and_ends_with_the_photo():
    assert Crack.of(1, 0.5, [LINE], W, H).box == Box(9, 9, 24, 17)
    at_corner = Crack.of(1, 0.5, [[(2995, 1995, 20), (3001, 2001, 20)]], W, H)
    assert at_corner.box == Box(2985, 1985, W, H)
    assert at_corner.lines[0][-1].tolist() == [W, H, 20]


def test_long_steps_get_points_in_between_on_the_straight_line():
    crack = Crack.of(1, 0.5, [[(0, 0, 2), (300, 400, 4)]], W, H)
    (line,) = crack.lines
    assert len(line) >= 33
    assert line[:, 1] == pytest.approx(line[:, 0] * 4 / 3, abs=0.02)
    assert line[:, 2] == pytest.approx(2 + line[:, 0] / 150, abs=0.01)
    assert crack.length_px == pytest.approx(500, abs=0.05)


@pytest.mark.parametrize(
    ("given_lines", "score"),
    [
        ((), 0.5),
        ((LINE[:1],), 0.5),
        ((np.zeros((3, 2)),), 0.5),
        (([(0, 0, 1), (float("nan"), 1, 1)],), 0.5),
        (([(0, 0, 1), (1, float("inf"), 1)],), 0.5),
        ((LINE,), 1.1),
        ((LINE,), float("nan")),
    ],
)
def test_what_is_no_crack_cannot_be_made(given_lines, score):
    for make in (
        lambda: Crack(1, score, given_lines, BOX),
        lambda: Crack.of(1, score, given_lines, W, H),
    ):
        with pytest.raises(ValueError, match="Received"):
            make()


@pytest.mark.parametrize("line", [[(0, 0, 1), (17, 0, 1)], [(0, 0, 1), (1, 1, 0)]])
def test_results_of_others_are_checked(line):
    with pytest.raises(ValueError, match=r"at most 16 px apart|must be above 0"):
        Crack(1, 0.5, (line,), BOX)


def test_lines_cannot_be_changed():
    mine = np.array(LINE)
    crack = Crack(1, 0.5, (mine,), BOX)
    mine[0, 0] = 99
    assert crack.lines[0][0, 0] == 10
    with pytest.raises(ValueError, match="read-only"):
        crack.lines[0][0, 0] = 1


def test_a_photo_full_of_cracks_is_written_and_read_in_no_time():
    """50,000 points in 500 branches; generous, so that a busy machine does not fail it."""
    rng = np.random.default_rng(0)
    steps = rng.normal(0, 2, (500, 100, 2)).cumsum(axis=1) + rng.uniform(200, 1800, (500, 1, 2))
    widths = rng.uniform(1, 5, (500, 100, 1))
    traced = np.concatenate([steps, widths], axis=2)
    start = time.process_time()
    cracks = tuple(Crack.of(i, 1 - i / 200, traced[5 * i : 5 * i + 5], W, H) for i in range(100))
    result = PhotoResult("a.jpg", "m", 1.0, "crack", 0.9, 0.5, W, H, cracks=cracks)
    assert PhotoResult.from_dict(json.loads(json.dumps(result.to_dict()))) == result
    assert time.process_time() - start < 3
