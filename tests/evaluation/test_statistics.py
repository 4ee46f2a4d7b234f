import numpy as np
import pytest

from crackscope.evaluation import statistics
from crackscope.types.evaluation import Interval


def test_as_many_groups_are_drawn_as_there_are():
    drawn = statistics.pick(7, 500, np.random.default_rng(0))
    assert drawn.shape == (500, 7)
    assert (drawn.sum(axis=1) == 7).all()
    np.testing.assert_allclose(drawn.mean(axis=0), 1, atol=0.15)


def test_the_resamples_are_the_same_however_many_fit_into_the_cache(monkeypatch):
    labels, codes = np.arange(40) % 2, np.arange(40) // 4
    whole = np.concatenate(list(statistics.resample(labels, codes, 30, seed=5)))
    monkeypatch.setattr(statistics, "CELLS", 90)
    parts = list(statistics.resample(labels, codes, 30, seed=5))
    assert [len(part) for part in parts] == [2] * 15
    np.testing.assert_array_equal(np.concatenate(parts), whole)


def test_only_the_widened_interval_of_equal_resamples_is_no_certainty():
    same = np.zeros(100)
    assert statistics.between(0.0, same) == Interval(0.0, 0.0, 0.0)
    widened = statistics.interval(0.0, same, trials=20)
    assert (widened.low, widened.high) == (0.0, pytest.approx(1 - 0.025 ** (1 / 20)))


def test_resamples_without_the_figure_are_passed_over():
    found = statistics.between(0.5, np.array([np.nan, 0.4, 0.6, np.nan]))
    assert 0.4 <= found.low < 0.5 < found.high <= 0.6


def test_a_ratio_of_nothing_promises_no_more_than_its_part():
    none, half = Interval(0.0, 0.0, 0.1), Interval(0.5, 0.4, 0.6)
    zeros, halves = np.zeros(50), np.full(50, 0.5)
    assert statistics.ratio(none, half, zeros, halves).high == pytest.approx(0.2)
    found = statistics.ratio(Interval(0.25, 0.2, 0.3), half, halves / 2, halves)
    assert found == Interval(0.5, 0.5, 0.5)
