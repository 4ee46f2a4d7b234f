import json
import math

import numpy as np
import pytest

from crackscope.evaluation.lines.synthetic import WIDTHS, Synthetic, follow, follow_all, pictures
from crackscope.evaluation.lines.widths import named, summarise
from crackscope.synthesis.cracks.crack import CentreLine
from crackscope.types import Crack
from support_found import crack

pytest.importorskip("scipy")

GROUNDS = {name: np.full((300, 400, 3), grey, np.uint8) for name, grey in (("a", 150), ("b", 170))}


def straight(width=4.0, side=400):
    """A crack from border to border in row 200."""
    points = np.array([(-4.0, 200.0), (side + 4.0, 200.0)])
    course = CentreLine(points, np.full(2, width))
    return Synthetic("ground", np.zeros((side, side, 3), np.uint8), course)


def test_every_class_is_painted_on_every_ground_and_can_be_seen():
    drawn = list(pictures(GROUNDS, each=2, seed=1))
    assert len(drawn) == 2 * 2 * len(WIDTHS)
    for (low, high), one in zip(
        np.repeat(WIDTHS, 2, axis=0), drawn[: len(drawn) // 2], strict=True
    ):
        assert one.pixels.shape == (300, 400, 3)
        assert one.pixels.min() < 140
        assert 0.7 * low <= one.width_px <= 1.3 * min(high, 40)
    again = list(pictures(GROUNDS, each=2, seed=1))
    assert all(np.array_equal(a.pixels, b.pixels) for a, b in zip(drawn, again, strict=True))


def test_large_grounds_are_cut():
    ground = {"large": np.full((300, 900, 3), 150, np.uint8)}
    assert next(pictures(ground, 1, side=256)).pixels.shape == (256, 256, 3)


def true_lines(one):
    """The painted course as a crack, within the picture."""
    height, width = one.pixels.shape[:2]
    line = np.c_[one.course.points, one.course.widths]
    inside = ((line[:, :2] > 0) & (line[:, :2] < (width, height))).all(axis=1)
    return [Crack.of(1, 0.9, [line[inside]], width, height)] if inside.sum() > 1 else []


def test_the_painted_course_itself_is_found_with_its_length():
    followed = [follow(one, true_lines(one)) for one in pictures(GROUNDS, each=3)]
    found = summarise(followed, 100)
    assert list(found.recall) == ["0.5-1", "1-2", "2-4", "4-8", "8-20", ">20"]
    assert all(value.value > 0.95 for value in found.recall.values())
    assert found.length[1] == pytest.approx(1.0, abs=0.03)
    assert found.wide == 3 * 2 * 4
    assert found.calibration_error == pytest.approx(0.1)
    json.dumps(found.to_dict(), allow_nan=False)


def test_what_is_missed_counts_as_nothing():
    found = summarise([follow(one, []) for one in pictures(GROUNDS, each=1)], 100)
    assert all(value.value == 0.0 for value in found.recall.values())
    assert found.length == (0.0, 0.0, 0.0)
    assert found.calibration_error is None


def test_recall_is_by_the_width_at_each_place():
    one = straight()
    course = CentreLine(one.course.points, np.array([1.0, 3.0]))
    tapering = Synthetic("ground", one.pixels, course)
    found = summarise([follow(tapering, [crack((0, 200), (200, 200))])], 100)
    assert found.recall["1-2"].value == pytest.approx(1.0, abs=0.03)
    assert found.recall["2-4"].value == pytest.approx(0.0, abs=0.03)


@pytest.mark.parametrize(("shift", "recall"), [(0, 1.0), (5, 1.0), (7, 0.0)])
def test_a_line_within_the_tolerance_and_half_the_width_is_right(shift, recall):
    one = straight(width=4.0)
    followed = follow(one, [crack((0, 200 + shift), (400, 200 + shift))])
    assert (followed.crack > 0).mean() == recall
    assert followed.found_px == pytest.approx(400 * recall)
    assert followed.right.tolist() == [bool(recall)]


def test_double_lines_are_too_long():
    both = [crack((0, 198), (400, 198)), crack((0, 202), (400, 202), number=2)]
    assert follow(straight(), both).found_px == pytest.approx(800)


def test_a_crack_that_breaks_at_a_border_is_counted():
    one = straight()
    whole = follow(one, [crack((0, 200), (400, 200))], block=128)
    assert (whole.crossings, whole.broken) == (2, 0)  # the third is too near the end
    gap = [crack((0, 200), (248, 200)), crack((266, 200), (400, 200), number=2)]
    assert (follow(one, gap, 128).crossings, follow(one, gap, 128).broken) == (2, 1)
    two_ids = [crack((0, 200), (256, 200)), crack((256, 200), (400, 200), number=2)]
    assert follow(one, two_ids, 128).broken == 1
    elsewhere = [crack((0, 200), (184, 200)), crack((202, 200), (400, 200), number=2)]
    assert follow(one, elsewhere, 128).broken == 0
    assert follow(one, [crack((0, 200), (130, 200))], 128).broken == 0  # it ends there
    assert follow(one, gap).crossings == 0


def test_the_model_is_given_the_pictures():
    seen = []

    def find(pixels):
        seen.append(pixels)
        return ()

    followed = follow_all(GROUNDS, find, each=1, seed=2)
    assert len(followed) == len(seen) == 2 * len(WIDTHS)
    assert {one.ground for one in followed} == {"a", "b"}


def test_nothing_to_measure_is_refused():
    with pytest.raises(ValueError, match="at least one synthetic crack"):
        summarise([])


def test_classes_are_named():
    assert (named(0.5, 1.0), named(20.0, math.inf)) == ("0.5-1", ">20")
