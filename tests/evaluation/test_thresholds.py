import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crackscope.evaluation.thresholds import at_false_alarm_rate, at_recall, choose

SCORES = st.lists(
    st.tuples(st.booleans(), st.integers(0, 20).map(lambda n: n / 20)), min_size=2, max_size=60
).filter(lambda rows: len({label for label, _ in rows}) == 2)


@given(SCORES, st.floats(0.01, 1.0))
def test_the_recall_threshold_is_the_largest_that_meets_the_target(rows, target):
    labels, scores = np.array(rows).T
    threshold = at_recall(labels, scores, target)
    cracks = scores[labels == 1]
    assert (cracks >= threshold).mean() >= target - 1e-9
    assert (cracks >= np.nextafter(threshold, 2)).mean() < target


@given(SCORES, st.floats(0.0, 1.0))
def test_the_false_alarm_threshold_is_the_smallest_that_keeps_the_rate(rows, rate):
    labels, scores = np.array(rows).T
    threshold = at_false_alarm_rate(labels, scores, rate)
    sound = scores[labels == 0]
    assert (sound >= threshold).mean() <= rate + 1e-9
    if threshold > 0:
        assert (sound >= np.nextafter(threshold, 0)).mean() > rate


@given(SCORES)
def test_chosen_thresholds_fit_a_bundle(rows):
    lower, upper = choose(*np.array(rows).T)
    assert 0.05 <= lower <= upper / 2
    assert upper == 0.5, "so few sound pictures cannot tell a rate of 1 %"


def test_upper_is_where_false_alarms_are_rare_enough():
    labels = np.r_[np.ones(10), np.zeros(1000)]
    scores = np.r_[np.full(10, 0.95), np.full(20, 0.93), np.full(30, 0.7), np.full(950, 0.1)]
    at = {rate: choose(labels, scores, false_alarm_target=rate)[1] for rate in (0.1, 0.02, 0.01)}
    assert at[0.1] == 0.5, "more likely cracked than not, however rare false alarms are"
    assert at[0.02] == pytest.approx(0.7)
    assert (scores[labels == 0] >= at[0.02]).mean() <= 0.02
    assert at[0.01] == 0.9, "a threshold that no crack reaches would help nobody"


@pytest.mark.parametrize(("alarms", "upper"), [(9, 0.5), (10, 0.5), (11, 0.8)])
def test_unless_told_otherwise_one_sound_picture_of_a_hundred_may_reach_upper(alarms, upper):
    labels = np.r_[np.ones(10), np.zeros(1000)]
    scores = np.r_[np.full(10, 0.95), np.full(alarms, 0.8), np.full(1000 - alarms, 0.1)]
    assert choose(labels, scores)[1] == pytest.approx(upper)


@pytest.mark.parametrize(("sound", "upper"), [(99, 0.5), (100, 0.8)])
def test_a_rate_of_one_in_a_hundred_asks_for_a_hundred_sound_pictures(sound, upper):
    labels = np.r_[np.ones(10), np.zeros(sound)]
    scores = np.r_[np.full(10, 0.95), np.full(2, 0.8), np.full(sound - 2, 0.1)]
    assert choose(labels, scores)[1] == pytest.approx(upper)


@pytest.mark.parametrize(("missed", "lower"), [(19, 0.2), (20, 0.2), (21, 0.1)])
def test_unless_told_otherwise_98_cracks_of_a_hundred_reach_lower(missed, lower):
    labels = np.r_[np.ones(1000), np.zeros(10)]
    scores = np.r_[np.full(missed, 0.1), np.full(1000 - missed, 0.2), np.zeros(10)]
    assert choose(labels, scores)[0] == lower


def test_lower_is_where_the_target_is_met():
    labels = np.r_[np.ones(1000), np.zeros(10)]
    scores = np.r_[[0.01, 0.06, 0.12], np.full(997, 0.9), np.zeros(10)]
    assert choose(labels, scores, recall_target=0.998) == (0.12, 0.5)
    assert choose(labels, scores, recall_target=0.999) == (0.06, 0.5)
    assert choose(labels, scores, recall_target=1.0) == (0.05, 0.5)
    assert choose(labels, scores, recall_target=0.9) == (0.25, 0.5)


def test_a_class_that_is_missing_is_said():
    with pytest.raises(ValueError, match="class 1"):
        choose([0, 0], [0.1, 0.2])
