"""Lines that were drawn are found: where they run, their lengths and widths, what they join."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crackscope.lines.find import Traced, find_cracks
from crackscope.lines.settings import Tracing
from crackscope.scoring.scored import LineMap
from support_traced import (
    drawn,
    grey_of,
    length_of,
    logits_of,
    map_of,
    points_of,
    polyline_length,
)

TILES = (7, 32, 128, 500)


def _contract(cracks: tuple[Traced, ...], width: int, height: int) -> None:
    """What everything that comes later relies on."""
    for branch in (branch for crack in cracks for branch in crack.branches):
        x, y, w = branch.points.T
        assert len(branch.points) >= 2
        assert branch.logits.shape == (len(branch.points),)
        assert np.isfinite(branch.points).all()
        assert np.isfinite(branch.logits).all()
        assert w.min() >= 0.3
        assert x.min() >= 0
        assert x.max() <= width
        assert y.min() >= 0
        assert y.max() <= height
        assert np.hypot(np.diff(x), np.diff(y)).max() <= 8.001


def _off(points: np.ndarray, line: list[tuple[float, float]]) -> np.ndarray:
    """(N,) distance of each point from a polyline."""
    best = np.full(len(points), np.inf)
    for a, b in pairwise(np.array(line, float)):
        leg = b - a
        part = np.clip(((points[:, :2] - a) @ leg) / (leg @ leg), 0, 1)
        best = np.minimum(best, np.hypot(*(points[:, :2] - a - part[:, None] * leg).T))
    return best


@settings(max_examples=40)
@given(
    angle=st.floats(0, math.pi),
    width=st.sampled_from([2.0, 3.0, 5.0, 9.0, 14.0, 20.0]),
    dx=st.floats(-2, 2),
    dy=st.floats(-2, 2),
)
def test_a_straight_line_has_its_length_and_width_at_any_angle(
    angle: float, width: float, dx: float, dy: float
) -> None:
    way = np.array([math.cos(angle), math.sin(angle)])
    middle = np.array([180 + dx, 180 + dy])
    length = 260.0
    line = [tuple(middle - way * length / 2), tuple(middle + way * length / 2)]
    (crack,) = find_cracks(map_of([line], width, 360, 360))
    (branch,) = crack.branches
    # Round ends: the evidence goes on for up to half a width beyond the last point.
    assert length * 0.985 <= length_of([crack]) <= (length + width) * 1.015
    assert _off(branch.points, line)[2:-2].max() < 0.7
    assert np.median(branch.points[:, 2]) == pytest.approx(width, rel=0.15)
    _contract((crack,), 360, 360)


@settings(max_examples=25)
@given(seed=st.integers(0, 10_000), width=st.floats(2.0, 8.0))
def test_a_bent_line_has_its_length_and_width(seed: int, width: float) -> None:
    rng = np.random.default_rng(seed)
    x = np.linspace(30.0, 470.0, 9)
    line = list(zip(x.tolist(), (150 + rng.uniform(-35, 35, 9)).tolist(), strict=True))
    cracks = find_cracks(map_of([line], width, 300, 500, noise=0.5))
    assert len(cracks) == 1
    assert length_of(cracks) == pytest.approx(polyline_length(line) + width / 2, rel=0.03)
    assert np.median(points_of(cracks)[:, 2]) == pytest.approx(width, rel=0.15)
    assert np.quantile(_off(points_of(cracks), line), 0.9) < 0.8


def test_a_line_brighter_than_the_ground_has_a_width() -> None:
    cover = drawn([[(30.0, 40.0), (250.0, 80.0)]], 4, 120, 280)
    cracks = find_cracks(LineMap.of(logits_of(cover), grey_of(cover, 90, -100)))
    assert np.median(points_of(cracks)[:, 2]) == pytest.approx(4, rel=0.15)


def test_a_line_without_contrast_has_the_width_of_its_evidence() -> None:
    cover = drawn([[(30.0, 40.0), (250.0, 80.0)]], 8, 120, 280)
    cracks = find_cracks(LineMap.of(logits_of(cover), np.full(cover.shape, 120, np.uint8)))
    assert np.median(points_of(cracks)[:, 2]) == pytest.approx(8, rel=0.3)


def test_light_from_one_side_does_not_change_the_width() -> None:
    cover = drawn([[(30.0, 60.0), (250.0, 60.0)]], 5, 120, 280)
    slope = np.linspace(-60, 60, 120)[:, None]
    grey = np.rint(150 + slope - 80 * cover).astype(np.uint8)
    cracks = find_cracks(LineMap.of(logits_of(cover), grey))
    assert np.median(points_of(cracks)[:, 2]) == pytest.approx(5, rel=0.15)


@pytest.mark.parametrize("width", [2.0, 5.0, 12.0, 20.0])
@pytest.mark.parametrize("angle", [0.0, 0.4, -0.7, 1.3])
def test_a_line_that_leaves_the_photo_runs_to_its_border(width: float, angle: float) -> None:
    way = np.array([math.cos(angle), math.sin(angle)])
    line = [tuple(np.array([150, 110]) - 300 * way), tuple(np.array([150, 110]) + 300 * way)]
    (crack,) = find_cracks(map_of([line], width, 221, 301))
    (branch,) = crack.branches
    for x, y in branch.points[[0, -1], :2]:
        assert min(x, y, 301 - x, 221 - y) <= 2
        assert _off(np.array([[x, y]]), line)[0] < 1.5
    _contract((crack,), 301, 221)


@pytest.mark.parametrize("width", [2.0, 4.0, 8.0, 14.0])
@pytest.mark.parametrize("lean", [0.0, 0.3, 0.8])
@pytest.mark.parametrize("arms", [3, 4])
def test_branches_meet_in_one_point(width: float, lean: float, arms: int) -> None:
    turns = lean + np.array([0.0, math.pi, math.pi / 2, -math.pi / 2])[:arms]
    lines = [[(150.0, 150.0), (150 + 110 * math.cos(a), 150 + 110 * math.sin(a))] for a in turns]
    (crack,) = find_cracks(map_of(lines, width, 300, 300))
    assert len(crack.branches) == arms
    ends = np.array([branch.points[[0, -1], :2] for branch in crack.branches]).reshape(-1, 2)
    shared = ends[np.hypot(*(ends - 150).T) < 4]
    assert len(shared) == arms
    assert np.ptp(shared, axis=0).max() == 0
    assert length_of([crack]) == pytest.approx(110 * arms, rel=0.03, abs=arms * (width / 2 + 1))


def test_two_junctions_apart_stay_two() -> None:
    lines = [[(20.0, 100.0), (280.0, 100.0)], [(100.0, 100.0), (70.0, 20.0)]]
    lines.append([(180.0, 100.0), (220.0, 180.0)])
    (crack,) = find_cracks(map_of(lines, 4, 200, 300))
    assert len(crack.branches) == 5


@pytest.mark.parametrize("width", [2.0, 4.0, 9.0])
def test_a_loop_stays_closed(width: float) -> None:
    turns = np.linspace(0, 2 * np.pi, 120)
    ring = [(100 + 60 * math.cos(a), 100 + 60 * math.sin(a)) for a in turns]
    (crack,) = find_cracks(map_of([ring], width, 200, 200))
    (branch,) = crack.branches
    assert branch.points[0, :2].tolist() == branch.points[-1, :2].tolist()
    assert length_of([crack]) == pytest.approx(2 * math.pi * 60, rel=0.015)


def test_ragged_edges_grow_no_branches() -> None:
    for seed in range(8):
        rng = np.random.default_rng(seed)
        cover = drawn([[(-9.0, 60.0), (400.0, 140.0)]], 12, 200, 390)
        logits = logits_of(cover, noise=1.5, seed=seed)
        cracks = find_cracks(LineMap.of(logits, grey_of(cover * rng.uniform(0.9, 1))))
        assert [len(crack.branches) for crack in cracks] == [1]


def test_a_short_branch_that_is_no_spur_stays() -> None:
    lines = [[(20.0, 100.0), (280.0, 100.0)], [(150.0, 100.0), (150.0, 70.0)]]
    found = map_of(lines, 3, 160, 300)
    (crack,) = find_cracks(found)
    assert len(crack.branches) == 3
    (crack,) = find_cracks(found, Tracing(spur_px=50))
    assert len(crack.branches) == 1


def _dashes(gap: float, *, aside: float = 0.0, faint: float = -3.0) -> LineMap:
    """Two pieces of one line, `gap` px apart, the second one `aside`; faint evidence between."""
    pieces = [[(20.0, 60.0), (120.0, 60.0)], [(120 + gap, 60.0 + aside), (280.0, 60.0 + aside)]]
    cover = drawn(pieces, 3, 120, 300)
    logits = logits_of(cover)
    between = drawn([[(118.0, 60.0), (122.0 + gap, 60.0 + aside)]], 3, 120, 300)
    weak = logits_of(between) > 0
    logits = np.where(logits < -3.5, np.where(weak, faint, -9.0), logits).astype(np.float32)
    return LineMap.of(logits, grey_of(cover))


def test_a_gap_with_some_evidence_is_bridged() -> None:
    (crack,) = find_cracks(_dashes(18))
    (branch,) = crack.branches
    assert _off(branch.points, [(20.0, 60.0), (280.0, 60.0)]).max() < 1.6
    assert length_of([crack]) == pytest.approx(263, rel=0.02)


@pytest.mark.parametrize(
    ("gap", "aside", "faint"),
    [(18, 0.0, -9.0), (60, 0.0, -3.0), (18, 16.0, -3.0)],
    ids=["no evidence", "too long", "off the direction"],
)
def test_other_gaps_stay_open(gap: float, aside: float, faint: float) -> None:
    assert len(find_cracks(_dashes(gap, aside=aside, faint=faint))) == 2


def test_parallel_lines_are_not_joined() -> None:
    lines = [[(20.0, y), (280.0, y)] for y in (60.0, 72.0, 84.0)]
    cracks = find_cracks(map_of(lines, 3, 140, 300), Tracing(gap_logit=-50))
    assert [len(crack.branches) for crack in cracks] == [1, 1, 1]


def test_lines_of_unlike_width_are_not_joined() -> None:
    cover = drawn([[(20.0, 60.0), (130.0, 60.0)]], 2, 120, 300)
    cover = np.maximum(cover, drawn([[(155.0, 60.0), (280.0, 60.0)]], 16, 120, 300))
    found = LineMap.of(logits_of(cover), grey_of(cover))
    assert len(find_cracks(found, Tracing(gap_logit=-50))) == 2
    assert len(find_cracks(found, Tracing(gap_logit=-50, gap_ratio=20))) == 1


def test_short_and_weak_lines_are_dropped() -> None:
    assert find_cracks(map_of([[(20.0, 20.0), (45.0, 30.0)]], 3, 60, 60)) == ()
    weak = map_of([[(20.0, 20.0), (150.0, 30.0)]], 3, 60, 170)
    assert len(find_cracks(weak)) == 1
    assert find_cracks(weak, Tracing(high=9.0)) == ()


def _same(one: tuple[Traced, ...], other: tuple[Traced, ...]) -> bool:
    def listed(cracks: tuple[Traced, ...]) -> list[list[list[list[float]]]]:
        return [[branch.points.tolist() for branch in crack.branches] for crack in cracks]

    return listed(one) == listed(other)


@settings(max_examples=10)
@given(seed=st.integers(0, 1000))
def test_tiles_leave_no_seam(seed: int) -> None:
    rng = np.random.default_rng(seed)
    lines = [[tuple(rng.uniform(0, 300, 2)) for _ in range(3)] for _ in range(4)]
    cover = drawn(lines, 3, 301, 307)
    logits, grey = logits_of(cover, 1.0, seed), grey_of(cover)
    found = [find_cracks(LineMap.of(logits, grey, side=side)) for side in TILES]
    assert all(_same(found[0], other) for other in found[1:])


def test_tiles_that_nobody_asked_for_hold_no_crack() -> None:
    found = map_of([[(20.0, 60.0), (580.0, 60.0)]], 3, 120, 600)
    half = LineMap({(0, 0): found.tiles[0, 0]}, found.side, found.shape, 600, 120)
    (crack,) = find_cracks(half)
    assert points_of([crack])[:, 0].max() == pytest.approx(256, abs=4)
    _contract((crack,), 600, 120)


def test_a_photo_that_the_network_saw_resized() -> None:
    line = [(20.0, 60.0), (280.0, 130.0)]
    cover = drawn([line], 4, 200, 300)
    seen = LineMap.of(logits_of(cover), grey_of(cover), size=(309, 206))
    (crack,) = find_cracks(seen)
    assert _off(points_of([crack])[1:-1] / 1.03, line).max() < 1.5
    assert np.median(points_of([crack])[:, 2]) == pytest.approx(4 * 1.03, rel=0.15)


def test_an_empty_map_and_a_single_place() -> None:
    assert find_cracks(LineMap({}, 128, (50_000, 50_000), 100_000, 100_000)) == ()
    logits = np.full((20, 20), -9, np.float32)
    logits[7, 7] = 5
    grey = np.full((40, 40), 128, np.uint8)
    assert find_cracks(LineMap.of(logits, grey), Tracing(least_length_px=0)) == ()
    _contract(find_cracks(LineMap.of(logits[:1, :1], grey[:2, :2])), 2, 2)


def test_a_map_that_is_crack_all_over() -> None:
    grey = np.zeros((600, 900), np.uint8)
    cracks = find_cracks(LineMap.of(np.full((300, 450), 6, np.float32), grey))
    _contract(cracks, 900, 600)


@settings(max_examples=60)
@given(
    seed=st.integers(0, 100_000),
    rows=st.integers(1, 40),
    columns=st.integers(1, 40),
    spread=st.floats(0.1, 8),
    middle=st.floats(-4, 4),
    side=st.sampled_from(TILES),
)
def test_noise_keeps_the_contract(
    seed: int, rows: int, columns: int, spread: float, middle: float, side: int
) -> None:
    rng = np.random.default_rng(seed)
    logits = rng.normal(middle, spread, (rows, columns)).astype(np.float32)
    logits[rng.random((rows, columns)) < 0.01] = rng.choice([np.nan, np.inf, -np.inf])
    grey = rng.integers(0, 256, (2 * rows - seed % 2, 2 * columns - seed % 2), np.uint8)
    found = LineMap.of(logits, grey, side=side)
    _contract(find_cracks(found, Tracing(least_length_px=0)), found.width, found.height)
