import csv

import numpy as np
import pytest

from crackscope.evaluation import figures
from support_charts import saved_figures

reference = pytest.importorskip("sklearn.metrics")
LABELS = np.array([1, 1, 1, 0, 0, 0, 0])
SCORES = np.array([0.9, 0.7, 0.2, 0.6, 0.1, 0.2, 0.3])


def read(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return {row[0]: row[1:] for row in csv.reader(file)}


def test_the_classification_report_is_that_of_scikit_learn(tmp_path):
    text = figures.classification_report(LABELS, SCORES, 0.5, tmp_path)
    expected = reference.classification_report(
        LABELS, SCORES >= 0.5, output_dict=True, target_names=["no crack", "crack"]
    )
    rows = read(tmp_path / "classification_report.csv")
    for name in ("crack", "no crack", "macro avg", "weighted avg"):
        figures_of = [expected[name][key] for key in ("precision", "recall", "f1-score")]
        assert [float(cell) for cell in rows[name][:3]] == pytest.approx(figures_of, abs=5e-5)
        assert float(rows[name][3]) == expected[name]["support"]
    assert float(rows["accuracy"][2]) == pytest.approx(expected["accuracy"], abs=5e-5)
    assert (tmp_path / "classification_report.txt").read_text(encoding="utf-8") == text
    assert (tmp_path / "classification_report.png").stat().st_size > 1000


def test_a_class_that_is_not_there_has_no_row(tmp_path):
    figures.classification_report([0, 0, 0], [0.1, 0.2, 0.9], 0.5, tmp_path)
    assert set(read(tmp_path / "classification_report.csv")) == {"", "no crack", "accuracy"}


def test_what_is_not_defined_is_left_blank(tmp_path):
    text = figures.classification_report([0, 1], [0.1, 0.2], 0.5, tmp_path)
    assert "nan" not in text
    assert read(tmp_path / "classification_report.csv")["crack"][0] == ""


def test_the_charts_are_of_the_labels_and_scores(tmp_path):
    with saved_figures() as saved:
        figures.draw(LABELS, SCORES, 0.65, tmp_path)
    confusion, roc, pr, reliability, scores = (figure.axes[0] for figure in saved)
    np.testing.assert_allclose(confusion.images[0].get_array(), [[2 / 3, 1 / 3], [0, 1]])
    alarms, recall, _ = reference.roc_curve(LABELS, SCORES)
    assert model(roc) == pytest.approx(np.stack([alarms, recall], axis=1))
    precision, recall, _ = reference.precision_recall_curve(LABELS, SCORES)
    assert model(pr) == pytest.approx(np.stack([recall, precision], axis=1)[::-1])
    at = {line.get_label(): line.get_ydata()[0] for line in pr.get_lines()}
    assert at["chance"] == pytest.approx(3 / 7)
    dots = dict(reliability.collections[0].get_offsets().tolist())
    shares = {score: LABELS[np.isclose(SCORES, score)].mean() for score in SCORES}
    for mean_score, share in dots.items():
        assert share == pytest.approx(shares[min(shares, key=lambda one: abs(one - mean_score))])
    assert any(line.get_label() == "threshold 0.65" for line in scores.get_lines())


def model(axes):
    (line,) = (line for line in axes.get_lines() if line.get_label() == "model")
    return line.get_xydata()


def test_curves_need_both_classes_and_older_ones_are_removed(tmp_path):
    every = ["confusion.png", "roc.png", "pr.png", "reliability.png", "scores.png"]
    assert figures.draw(LABELS, SCORES, 0.5, tmp_path) == every
    sound = LABELS == 0
    left = figures.draw(LABELS[sound], SCORES[sound], 0.5, tmp_path)
    assert left == ["confusion.png", "reliability.png", "scores.png"]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(left)
