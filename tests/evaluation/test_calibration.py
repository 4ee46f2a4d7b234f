import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crackscope.evaluation.calibration import (
    TEMPERATURES,
    calibration_error,
    equal_mass_bins,
    fit_temperature,
    reliability,
)

pytest.importorskip("scipy", reason="needs the extra [evaluate]")


def sigmoid(logits):
    return 1 / (1 + np.exp(-logits))


@pytest.mark.parametrize("temperature", [0.5, 1.0, 3.0])
def test_the_temperature_of_the_data_is_found(temperature):
    rng = np.random.default_rng(0)
    truth = rng.normal(0, 2, 20_000)
    labels = rng.random(20_000) < sigmoid(truth)
    assert fit_temperature(truth * temperature, labels) == pytest.approx(temperature, rel=0.06)


def test_separable_scores_stay_finite_and_modest():
    logits = np.r_[np.full(50, -4.0), np.full(50, 4.0)]
    temperature = fit_temperature(logits, logits > 0)
    assert TEMPERATURES[0] < temperature
    # Platt: 50 cracks without an error say 51/52, not 1.
    assert sigmoid(4.0 / temperature) == pytest.approx(51 / 52, abs=1e-3)


def test_useless_scores_reach_the_upper_bound():
    logits = np.tile([-3.0, 3.0], 50)
    labels = np.repeat([0, 1], 50)
    assert fit_temperature(logits, labels) == pytest.approx(TEMPERATURES[1], rel=1e-3)


@pytest.mark.parametrize("label", [0, 1])
def test_one_class_cannot_be_calibrated(label):
    with pytest.raises(ValueError, match="both classes"):
        fit_temperature([0.1, 0.2], [label, label])


@given(st.lists(st.floats(0, 1), min_size=1, max_size=200), st.integers(1, 20))
def test_equal_scores_share_a_bin_and_bins_follow_the_scores(scores, bins):
    index = equal_mass_bins(scores, bins)
    assert set(index) == set(range(index.max() + 1))
    assert index.max() < bins
    order = np.argsort(scores)
    assert (np.diff(index[order]) >= 0).all()
    for value in set(scores):
        assert len({index[i] for i, score in enumerate(scores) if score == value}) == 1


def test_bins_hold_equally_many():
    assert np.bincount(equal_mass_bins(np.linspace(0, 1, 150), 15)).tolist() == [10] * 15


def test_calibration_error_by_hand():
    scores = [0.1, 0.1, 0.1, 0.1, 0.8, 0.8]
    labels = [0, 0, 0, 1, 1, 0]
    found = reliability(labels, scores, bins=2)
    assert found.count.tolist() == [4, 2]
    assert found.crack_rate.tolist() == [0.25, 0.5]
    expected = (4 * abs(0.25 - 0.1) + 2 * abs(0.5 - 0.8)) / 6
    assert calibration_error(labels, scores, bins=2) == pytest.approx(expected)
