import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crackscope.evaluation.calibration import calibration_error
from crackscope.evaluation.metrics import NAMES, absences, compute, measure, rank
from crackscope.evaluation.thresholds import at_false_alarm_rate

ROWS = st.lists(
    st.tuples(st.booleans(), st.integers(0, 12).map(lambda n: n / 12)), min_size=2, max_size=80
)
BOTH = ROWS.filter(lambda rows: len({label for label, _ in rows}) == 2)


@given(BOTH)
@settings(max_examples=60)
def test_figures_are_those_of_scikit_learn(rows):
    reference = pytest.importorskip("sklearn.metrics")
    labels, scores = np.array(rows).T
    found, predicted = compute(labels, scores, 0.5), scores >= 0.5
    expected = {
        "accuracy": reference.accuracy_score(labels, predicted),
        "balanced_accuracy": reference.balanced_accuracy_score(labels, predicted),
        "recall": reference.recall_score(labels, predicted),
        "f1": reference.f1_score(labels, predicted),
        "mcc": reference.matthews_corrcoef(labels, predicted),
        "auroc": reference.roc_auc_score(labels, scores),
        "average_precision": reference.average_precision_score(labels, scores),
        "brier": reference.brier_score_loss(labels, scores),
    }
    if predicted.any():
        expected["precision"] = reference.precision_score(labels, predicted)
    for name, value in expected.items():
        assert found[name] == pytest.approx(value, abs=1e-9), name
    false_alarms, recalls, _ = reference.roc_curve(labels, scores, drop_intermediate=False)
    assert found["recall_at_5pct_false_alarms"] == recalls[false_alarms <= 0.05].max()
    assert found["calibration_error"] == pytest.approx(calibration_error(labels, scores))


@given(BOTH)
def test_recall_at_5_percent_is_that_of_the_threshold_rule(rows):
    labels, scores = np.array(rows).T
    threshold = at_false_alarm_rate(labels, scores, 0.05)
    recall = (scores[labels == 1] >= threshold).mean()
    assert compute(labels, scores, 0.5)["recall_at_5pct_false_alarms"] == pytest.approx(recall)


@given(BOTH)
def test_ranking_figures_do_not_change_under_a_rising_map(rows):
    labels, scores = np.array(rows).T
    before, after = compute(labels, scores, 0.5), compute(labels, scores**3 / 2, 0.5)
    for name in ("auroc", "average_precision", "recall_at_5pct_false_alarms"):
        assert after[name] == pytest.approx(before[name])


@given(BOTH, st.randoms(use_true_random=False))
def test_the_order_of_the_pictures_does_not_matter(rows, random):
    shuffled = random.sample(rows, len(rows))
    assert compute(*np.array(shuffled).T, 0.5) == pytest.approx(compute(*np.array(rows).T, 0.5))


@given(BOTH, st.data())
def test_a_weight_is_a_repetition(rows, data):
    labels, scores = np.array(rows).T
    weights = data.draw(
        st.lists(st.integers(0, 3), min_size=len(rows), max_size=len(rows)).map(np.array)
    )
    if len(set(labels[weights > 0])) < 2:
        return
    drawn = rank(labels, scores, 0.5)
    weighted = measure(drawn, weights[drawn.order][None].astype(float))
    repeated = compute(labels.repeat(weights), scores.repeat(weights), 0.5)
    repeated.pop("calibration_error")  # the bins are those of the whole sample
    for name, value in repeated.items():
        assert weighted[name][0] == pytest.approx(value), name


def test_figures_by_hand():
    labels = [1, 1, 1, 1, 0, 0, 0, 0, 0, 0]
    scores = [0.9, 0.8, 0.7, 0.2, 0.6, 0.1, 0.1, 0.1, 0.1, 0.1]
    found = compute(labels, scores, 0.5, prevalence=0.1)
    assert found["precision"] == pytest.approx(3 / 4)
    assert found["recall"] == pytest.approx(3 / 4)
    assert found["false_alarm_rate"] == pytest.approx(1 / 6)
    assert found["precision_at_prevalence"] == pytest.approx(0.075 / (0.075 + 0.9 / 6))
    assert found["recall_at_5pct_false_alarms"] == pytest.approx(3 / 4)
    assert found["auroc"] == pytest.approx(23 / 24)
    assert tuple(found) == NAMES


def test_a_score_on_the_threshold_is_a_crack():
    assert compute([1, 0], [0.5, 0.4], 0.5)["recall"] == 1.0


def test_all_sound_has_only_what_makes_sense():
    found = compute([0, 0, 0, 0], [0.1, 0.2, 0.3, 0.9], 0.5)
    assert set(found) == {"accuracy", "false_alarm_rate", "brier", "calibration_error"}
    assert found["false_alarm_rate"] == 0.25
    (note,) = absences(found, [0, 0, 0, 0])
    assert "all patches are sound" in note
    assert "auroc" in note


def test_all_cracked_has_only_what_makes_sense():
    found = compute([1, 1], [0.1, 0.9], 0.5)
    assert set(found) == {"accuracy", "recall", "brier", "calibration_error"}
    assert "all patches are cracked" in absences(found, [1, 1])[0]


def test_without_a_prediction_there_is_no_precision():
    found = compute([1, 0], [0.2, 0.1], 0.5)
    assert "precision" not in found
    assert found["mcc"] == 0.0
    assert "no patch reaches the threshold" in absences(found, [1, 0])[0]


@pytest.mark.parametrize(
    ("labels", "scores"),
    [([], []), ([1], [0.1, 0.2]), ([2], [0.1]), ([1], [1.5]), ([1], [float("nan")])],
)
def test_nonsense_is_refused(labels, scores):
    with pytest.raises(ValueError, match="labels"):
        compute(labels, scores, 0.5)
