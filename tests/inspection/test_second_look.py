"""The lines of a photo of one window count beside its score."""

import numpy as np
import pytest

from crackscope.inspection.second_look import SUREST, SecondLook, surest
from crackscope.lines.linemap import LineMap


def lines(logits):
    return LineMap.of(np.asarray(logits, np.float32), np.zeros((224, 224), np.uint8))


def test_the_surest_places_are_those_of_a_short_line():
    logits = np.full((112, 112), -9.0)
    logits[50, :SUREST] = 4.0
    assert surest(lines(logits)) == pytest.approx(4.0)
    logits[50, SUREST // 2 : SUREST] = -9.0
    assert surest(lines(logits)) == pytest.approx(-2.5)


def test_lines_lift_a_window_that_hardly_saw_the_crack_and_lower_one_that_saw_too_much():
    look = SecondLook(window=0.5, lines=0.5, bias=0.0)
    crack = np.full((112, 112), -9.0)
    crack[50] = 6.0
    assert look(0.3, lines(crack)) > 0.9
    assert look(0.7, lines(np.full((112, 112), -9.0))) < 0.05


def test_a_rule_of_the_window_alone_changes_nothing():
    look = SecondLook(window=1.0, lines=0.0, bias=0.0)
    assert look(0.37, lines(np.zeros((112, 112)))) == pytest.approx(0.37)
    assert 0.0 <= look(1.0, lines(np.zeros((112, 112)))) <= 1.0
