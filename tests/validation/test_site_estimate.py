"""Recall and false-alarm rate of a site: values, intervals that hold, and labels needed."""

import numpy as np
import pytest

from crackscope.types.evaluation import Interval
from crackscope.validation import estimate, judge, sampling
from crackscope.validation.estimate import Sample
from crackscope.validation.population import weights
from support_site import site


def sample(labels, scores, stand_for=None, photos=None):
    n = len(labels)
    return Sample(
        np.array(labels),
        np.array(scores, float),
        np.ones(n) if stand_for is None else np.array(stand_for, float),
        np.arange(n) if photos is None else np.array(photos),
    )


def rates(of, threshold=0.5, resamples=500):
    times = estimate.resample_photos(of.photos, resamples, 0)
    return (
        estimate.recall(of, threshold, times),
        estimate.false_alarm_rate(of, threshold, times),
    )


def test_rates_are_weighted():
    recall, alarms = rates(sample([1, 1, 0, 0], [0.9, 0.1, 0.8, 0.2], [1, 3, 2, 8]))
    assert recall.value == pytest.approx(0.25)
    assert alarms.value == pytest.approx(0.2)


def test_intervals_hold_the_truth_about_as_often_as_they_say():
    photo, labels, scores = site(5, photos=60)
    cracks = labels == 1
    truth = (scores[cracks] >= 0.5).mean(), (scores[~cracks] >= 0.5).mean()
    hits = np.zeros(2)
    for seed in range(150):
        inside = np.flatnonzero(np.isin(photo, sampling.photos(60, 25, seed)))
        strata = sampling.strata(scores[inside])
        rows = sampling.labelling_order(strata, photo[inside], seed)[:150]
        chosen = inside[rows]
        drawn = Sample(labels[chosen], scores[chosen], weights(strata, rows), photo[chosen])
        found = rates(drawn, resamples=300)
        hits += [f.low <= t <= f.high for f, t in zip(found, truth, strict=True)]
    assert (hits >= 0.87 * 150).all(), hits


def test_more_labels_narrow_the_interval_as_the_formula_says():
    photo, labels, scores = site(6, photos=200)
    strata = sampling.strata(scores)
    order = sampling.labelling_order(strata, photo, 0)

    def recall(count):
        rows = order[:count]
        return rates(Sample(labels[rows], scores[rows], weights(strata, rows), photo[rows]))[0]

    first = recall(300)
    more = estimate.labels_needed(300, first)
    assert 300 < more < 5000
    final = recall(300 + more)
    assert 0.03 < (final.high - final.low) / 2 < 0.075


def test_labels_needed():
    assert estimate.labels_needed(100, Interval(0.8, 0.7, 0.9)) == 300
    assert estimate.labels_needed(100, Interval(0.8, 0.75, 0.85)) == 0
    assert estimate.labels_needed(100, Interval(0.8, 0.6, 0.81)) == 1500
    assert estimate.labels_needed(100, Interval(1.0, 0.9, 1.0)) == 100  # the bound falls as 1 / n


def test_no_miss_among_the_labels_does_not_mean_that_none_is_there():
    found, _ = rates(sample([1] * 20 + [0] * 20, [0.9] * 20 + [0.1] * 20, [1] * 20 + [10] * 20))
    assert found.value == found.high == 1.0
    assert found.low == pytest.approx(20 / (20 + 10 * np.log(40)))
    _, none = rates(sample([0] * 30 + [1], [0.1] * 30 + [0.9]))
    assert none.value == none.low == 0.0
    assert 0.05 < none.high < 0.15


def test_one_photo_says_nothing_of_the_others():
    recall, alarms = rates(sample([1, 0, 0], [0.9, 0.1, 0.8], photos=[3, 3, 3]))
    assert (recall.low, recall.high, alarms.low, alarms.high) == (0, 1, 0, 1)


def test_a_class_without_a_window_has_no_rate():
    assert rates(sample([0, 0], [0.9, 0.1]))[0] is None
    assert rates(sample([1, 1], [0.9, 0.1]))[1] is None
    found = judge.judge(sample([0, 0], [0.9, 0.1]), 0.5, 0.95, 200, 0)
    assert found.target is None
    assert any("recall cannot be estimated" in note for note in judge.notes(found))
    assert found.to_dict()["recall"] is None


def test_the_threshold_reaches_the_wanted_recall_by_weight():
    of = sample([1] * 5 + [0], [0.9, 0.7, 0.5, 0.3, 0.1, 0.6], [1, 1, 1, 1, 4, 1])
    times = estimate.resample_photos(of.photos, 200, 0)
    assert estimate.for_recall(of, 0.5, times).threshold.value == 0.3
    assert estimate.for_recall(of, 0.51, times).threshold.value == 0.1
    target = estimate.for_recall(of, 0.25, times)
    assert target.threshold.value == 0.7
    assert target.false_alarm_rate.value == 0.0
    assert target.threshold.low <= 0.7 <= target.threshold.high


def test_the_words_name_the_figures():
    labels, scores = [1, 1, 1, 0, 0, 0] * 4, [0.9, 0.8, 0.2, 0.1, 0.1, 0.7] * 4
    found = judge.judge(sample(labels, scores), 0.5, 0.6, 300, 0)
    text = " ".join(judge.in_words(found))
    assert "24 windows from 24 photos are labelled, 12 of them cracked" in text
    assert "finds 66.7%" in text
    assert "false-alarm rate is 33.3%" in text
    assert "more labels for recall" in text
