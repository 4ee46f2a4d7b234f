"""Graphs of skeletons, and the work along their branches."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crackscope.lines.cleaning import without_spurs
from crackscope.lines.graph import Graph, along
from crackscope.lines.places import Places
from crackscope.lines.settings import Tracing
from crackscope.lines.strands import medians, resample, smooth
from crackscope.lines.thinning import thin
from crackscope.lines.trace import graph_of

pytest.importorskip("scipy", reason="needs the extra [dev]")  # skimage looks for it late
measure = pytest.importorskip("skimage.measure", reason="needs the extra [dev]")


def _graph(text: str) -> Graph:
    mask = np.array([[letter == "#" for letter in row] for row in text.split()])
    return _of(mask)


def _of(mask: np.ndarray) -> Graph:
    places = Places.of(*np.nonzero(mask), mask.shape)
    return graph_of(places, np.ones(len(places), np.float32), (1.0, 1.0))


@pytest.mark.parametrize(
    ("text", "branches", "degrees"),
    [
        ("#### .... ....", 1, [1, 1]),
        ("#... .#.. ..##", 1, [1, 1]),
        ("##### ..#.. ..#..", 3, [1, 1, 1, 3]),
        ("#...# .#.#. ..#.. .#.#. #...#", 4, [1, 1, 1, 1, 4]),
        (".##. #..# #..# .##.", 1, [2]),
        ("#", 0, []),
    ],
    ids=["straight", "stairs", "T", "X", "loop", "dot"],
)
def test_small_skeletons(text: str, branches: int, degrees: list[int]) -> None:
    graph = _graph(text)
    assert len(graph) == branches
    assert sorted(d for d in graph.degrees().tolist() if d) == degrees


@settings(max_examples=80)
@given(st.integers(0, 100_000))
def test_a_graph_has_the_topology_of_its_skeleton(seed: int) -> None:
    rng = np.random.default_rng(seed)
    mask = np.pad(thin(rng.random(rng.integers(2, 25, 2)) < rng.uniform(0.2, 0.8)), 1)
    graph = _of(mask)
    labels = measure.label(mask, connectivity=2)
    dots = sum((labels == number).sum() == 1 for number in range(1, labels.max() + 1))
    used = np.unique(graph.ends)
    components = len(np.unique(graph.components()[used]))
    assert components == labels.max() - dots
    assert (graph.points[graph.starts[:-1], :2] == graph.nodes[graph.ends[:, 0]]).all()
    assert (graph.points[graph.starts[1:] - 1, :2] == graph.nodes[graph.ends[:, 1]]).all()
    steps = np.hypot(*np.diff(graph.points[:, :2], axis=0).T)
    steps[graph.starts[1:-1] - 1] = 0
    assert steps.max(initial=0) < 25  # a junction of several places is one node


def test_branches_that_meet_where_nothing_else_does_become_one() -> None:
    graph = _graph("######### ....#.... ....#....")
    stem = int(np.argmin(graph.lengths() + 10 * (graph.points[graph.starts[1:] - 1, 1] < 1)))
    kept = np.ones(3, bool)
    kept[stem] = False
    (length,) = graph.joined(kept).lengths().tolist()
    assert length == pytest.approx(graph.lengths()[kept].sum())


def test_the_shortest_spur_goes_first_and_the_line_stays() -> None:
    graph = _graph("############ ..#......... ..#.........")
    (length,) = without_spurs(graph, 5, 0).lengths().tolist()
    assert length == pytest.approx(11, abs=0.5)


def test_a_star_of_short_branches_keeps_two() -> None:
    graph = _graph("#...# .#.#. ..#.. .#.#. #...#")
    assert len(without_spurs(graph, 50, 0)) == 1


def test_smoothing_keeps_ends_and_long_bends() -> None:
    turn = np.linspace(0, np.pi, 40)
    points = np.stack([20 * np.cos(turn), 20 * np.sin(turn), turn], axis=1)
    starts = np.array([0, 40])
    smoothed = smooth(points, starts, 5)
    assert along(smoothed, starts)[-1] == pytest.approx(20 * np.pi, rel=0.005)
    assert (smoothed[[0, -1]] == points[[0, -1]]).all()


def test_smoothing_undoes_stairs() -> None:
    x = np.arange(60.0)
    stairs = np.stack([x, np.rint(0.4 * x), x], axis=1)
    starts = np.array([0, 60])
    straight = np.hypot(59, stairs[-1, 1])
    assert along(stairs, starts)[-1] > 1.07 * straight
    assert along(smooth(stairs, starts, 4, shrink=True), starts)[-1] < 1.01 * straight


def test_lines_are_resampled_one_by_one() -> None:
    lines = [[[0, 0, 1], [10, 0, 3]], [[100, 0, 7], [100, 3, 7]], [[5, 5, 0], [5, 5, 0]]]
    points = np.array(lines, float).reshape(-1, 3)
    fresh, starts = resample(points, np.array([0, 2, 4, 6]), 4)
    assert starts.tolist() == [0, 4, 6, 8]
    assert fresh[:4, 0].tolist() == pytest.approx([0, 10 / 3, 20 / 3, 10])
    assert fresh[:4, 2].tolist() == pytest.approx([1, 5 / 3, 7 / 3, 3])
    assert fresh[4:6, :2].tolist() == [[100, 0], [100, 3]]


def test_medians_stay_on_their_line() -> None:
    values = np.array([1, 1, 9, 1, 1, 1, 5, 6, 7], float)
    assert medians(values, np.array([0, 6, 9]), 2).tolist() == [1, 1, 1, 1, 1, 1, 6, 6, 6]


def test_settings_are_checked_all_at_once() -> None:
    with pytest.raises(ValueError, match=r"low must be at most high.*spur_px must be at least 0"):
        Tracing(low=3, high=1, spur_px=-1)
