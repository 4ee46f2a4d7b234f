import numpy as np
import pytest

from crackscope.datasets.readers import open_dataset
from crackscope.evaluation.robustness import table
from crackscope.evaluation.robustness.degrade import DEGRADATIONS
from crackscope.inspection.inspector import load
from support_evaluation import write_labelled

NAMES = DEGRADATIONS.names()


@pytest.fixture(scope="module")
def scored(tiny_bundle, tmp_path_factory):
    """A model for which dark means cracked, on dark cracked and bright sound pictures."""
    dataset = open_dataset(write_labelled(tmp_path_factory.mktemp("data"), each=3))
    inspector = load(tiny_bundle, threads=1)
    return inspector, dataset, table.score(inspector, dataset, dataset.patches, workers=2)


def test_scores_stand_by_picture_degradation_and_strength(scored):
    inspector, dataset, scores = scored
    assert scores.shape == (len(dataset), len(NAMES), 6)
    for patch, row in zip(dataset.patches, scores, strict=True):
        score = inspector.inspect(dataset.root / patch.path).score
        assert row[:, 0] == pytest.approx(score, abs=1e-6)
    darkness = scores[:, NAMES.index("darkness")]
    assert (np.diff(darkness, axis=1) > 0).all()


def test_the_same_seed_gives_the_same_scores_whatever_the_threads(scored):
    inspector, dataset, scores = scored
    again = table.score(inspector, dataset, dataset.patches, workers=1)
    assert np.array_equal(scores, again)


def test_darkness_costs_this_model_its_sound_pictures_and_blur_costs_nothing(scored):
    _, dataset, scores = scored
    curves = table.measure(dataset.labels, scores, 0.6, [""] * len(dataset), 100)
    assert [curve.degradation for curve in curves] == NAMES
    blur, darkness = (curves[NAMES.index(name)] for name in ("blur", "darkness"))
    assert blur.held is blur.points[5]
    assert len(set(blur.accuracies)) == 1
    assert darkness.held.strength < 5
    assert darkness.points[5].figures["false_alarm_rate"].value == 1.0
    assert darkness.points[5].figures["accuracy"].value == 0.5
    assert {"auroc", "calibration_error"} <= set(darkness.to_dict()["points"][3])


def test_pictures_of_one_class_have_no_auroc(scored):
    _, dataset, scores = scored
    sound = dataset.labels == 0
    curves = table.measure(dataset.labels[sound], scores[sound], 0.6, [""] * sound.sum(), 100)
    assert set(curves[0].points[2].figures) == {
        "accuracy",
        "calibration_error",
        "false_alarm_rate",
    }


@pytest.mark.parametrize(
    ("cracked", "sound", "limit", "expected"),
    [(50, 80, 20, (10, 10)), (3, 80, 20, (3, 17)), (80, 3, 20, (17, 3)), (4, 5, 300, (4, 5)),
     (0, 9, 4, (0, 4)), (9, 9, 5, (2, 3))],
)  # fmt: skip
def test_a_sample_takes_both_classes_alike_as_far_as_it_can(cracked, sound, limit, expected):
    labels = np.random.default_rng(1).permutation([1] * cracked + [0] * sound)
    rows = table.sample(labels, limit, seed=4)
    assert (int(labels[rows].sum()), int((labels[rows] == 0).sum())) == expected
    assert (np.diff(rows) > 0).all()
    assert np.array_equal(rows, table.sample(labels, limit, seed=4))
