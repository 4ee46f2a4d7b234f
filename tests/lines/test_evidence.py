"""What speaks for a line, and the score that is made of it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crackscope.lines.evidence import NAMES, describe
from crackscope.lines.find import Branch, Traced
from crackscope.lines.score import ALL, Scorer


def line(start, end, logit=3.0, width=2.0, wobble=0.0, seed=0):
    """A crack of one branch from start to end, that strays by `wobble` px."""
    length = int(np.hypot(*np.subtract(end, start)) / 6) + 2
    points = np.linspace(start, end, length)
    points = points + np.random.default_rng(seed).normal(0, wobble, points.shape) * (wobble > 0)
    whole = np.column_stack([points, np.full(length, width)])
    return Traced((Branch(whole, np.full(length, logit, np.float32)),))


def numbers(cracks):
    return [dict(zip(NAMES, row, strict=True)) for row in describe(cracks)]


def test_the_numbers_of_a_straight_line():
    (found,) = numbers([line((100, 100), (400, 100), logit=2.5, width=4.0)])
    assert found["log length"] == pytest.approx(np.log(300))
    assert [found[f"{kind} logit"] for kind in ("mean", "low", "high")] == pytest.approx([2.5] * 3)
    assert found["log width"] == pytest.approx(np.log(4))
    assert found["unevenness"] == pytest.approx(0)
    assert found["tortuosity"] == pytest.approx(0, abs=1e-6)
    assert found["parallel"] == found["crossing"] == 0


def test_the_numbers_of_an_uneven_crack_of_two_branches():
    along = np.linspace(0, 1, 301)
    width = np.where(along < 0.5, 2.0, 8.0)
    legs = (((0, 0), (300, 0)), ((300, 0), (300, 400)))
    crack = Traced(
        tuple(
            Branch(np.column_stack([np.linspace(*leg, 301), width]), np.float32(10 * along))
            for leg in legs
        )
    )
    (found,) = numbers([crack])
    assert [found[f"{kind} logit"] for kind in ("mean", "low", "high")] == pytest.approx(
        [5, 1.5, 8.5], abs=0.1
    )
    assert found["log width"] == pytest.approx(np.log(4), abs=0.01)
    assert found["unevenness"] == pytest.approx(np.log(2), abs=0.01)
    assert found["tortuosity"] == pytest.approx(np.log(700 / 500))
    assert found["branching"] == pytest.approx(np.log(2))


def test_a_ruler_bends_less_than_a_crack():
    straight, bent = numbers([line((0, 0), (400, 0)), line((0, 900), (400, 900), wobble=3.0)])
    assert straight["bend"] < bent["bend"] - 1


def test_one_of_a_family_is_told_from_one_alone():
    alone = numbers([line((0, 100), (500, 100))])[0]
    joints = [line((0, y), (500, y)) for y in (100, 250, 400)]
    crossing = [line((x, 0), (x, 500)) for x in (100, 300)]
    family = numbers(joints)[0]
    grid = numbers(joints + crossing)[0]
    assert family["parallel"] > alone["parallel"] + 0.5
    assert grid["crossing"] > family["crossing"] + 0.5
    assert grid["density"] > family["density"] > alone["density"]
    assert family["parallel"] == pytest.approx(np.log1p(2 * 500 / 100))
    assert grid["crossing"] == pytest.approx(np.log1p(2 * 500 / 100))
    assert alone["density"] == pytest.approx(np.log1p(500 / (9 * 512)))


def test_a_bent_crack_is_none_of_a_family():
    joints = [line((0, y), (500, y)) for y in (100, 250, 400)]
    bent = line((0, 170), (500, 170), wobble=6.0)
    assert numbers([bent, *joints])[0]["parallel"] < 0.2 < 2 < numbers(joints)[0]["parallel"]


def test_a_hairpin_bends_no_more_than_half():
    there_and_back = np.array([(0, 0, 2), (20, 0, 2), (0, 0.5, 2)], float)
    (found,) = numbers([Traced((Branch(there_and_back, np.zeros(3, np.float32)),))])
    assert found["bend"] == pytest.approx(np.log(0.503))


def test_what_goes_on_is_not_beside_it():
    pieces = numbers([line((0, 100), (240, 100)), line((260, 100), (500, 100))])
    assert pieces[0]["parallel"] == pytest.approx(0, abs=1e-6)


@given(st.lists(st.tuples(*[st.floats(0, 3000)] * 4), min_size=1, max_size=8))
def test_numbers_are_finite_and_the_place_does_not_matter_to_a_crack_alone(ends):
    cracks = [line(e[:2], (e[2] + 1, e[3])) for e in ends]
    found = describe(cracks)
    assert found.shape == (len(cracks), len(NAMES))
    assert np.isfinite(found).all()
    own, far = NAMES.index("parallel"), np.array([640, 320, 0])
    moved = [
        Traced(tuple(Branch(b.points + far, b.logits) for b in crack.branches)) for crack in cracks
    ]
    assert describe(moved)[:, :own] == pytest.approx(found[:, :own], abs=1e-4)


def scorer(**weights):
    values = np.array([weights.get(name.replace(" ", "_"), 0.0) for name in ALL])
    return Scorer(np.zeros(len(ALL)), np.ones(len(ALL)), values, 0.0)


def test_a_score_is_a_probability_that_rises_with_its_evidence():
    cracks = [line((0, 0), (300, 0), logit=logit) for logit in (-2.0, 0.0, 2.0)]
    scores = scorer(mean_logit=1.0)(cracks, np.zeros((3, 2)))
    assert scores == pytest.approx([0.1192, 0.5, 0.8808], abs=1e-3)


def test_what_is_far_off_does_not_decide_alone():
    far = scorer(mean_logit=1.0)([line((0, 0), (300, 0), logit=1000.0)], np.zeros((1, 2)))
    assert far[0] == pytest.approx(1 / (1 + np.exp(-3.5)))


def test_the_material_and_the_windows_count():
    cracks = [line((0, 0), (300, 0))] * 2
    scores = scorer(material=1.0, windows=1.0)(cracks, np.array([[2.0, 1.0], [-2.0, -1.0]]))
    assert scores[0] > 0.9 > 0.1 > scores[1]


def test_a_scorer_comes_back_from_its_arrays():
    one = scorer(mean_logit=1.5)
    again = Scorer.from_arrays(one.to_arrays())
    cracks = [line((0, 0), (300, 40))]
    assert again(cracks, np.zeros((1, 2))) == one(cracks, np.zeros((1, 2)))
    with pytest.raises(ValueError, match="must have the shape"):
        Scorer.from_arrays({**one.to_arrays(), "mean": np.zeros(3)})


def test_no_crack_has_no_score():
    assert scorer()([], np.empty((0, 2))).shape == (0,)
    assert describe([]).shape == (0, len(NAMES))
