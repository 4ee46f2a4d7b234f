import numpy as np
import pytest

from crackscope.datasets.readers import open_dataset
from crackscope.evaluation import statistics
from crackscope.evaluation.robustness import false_alarms
from crackscope.inspection.inspector import load
from crackscope.synthesis.distractors import DISTRACTORS
from support_evaluation import write_labelled

NAMES = [false_alarms.NONE, *DISTRACTORS.names()]


def test_every_distractor_has_a_rate_beside_the_bare_surface(tiny_bundle):
    found = false_alarms.on_drawn(load(tiny_bundle, threads=1), 3, threshold=0.3, seed=2)
    assert [one.distractor for one in found] == NAMES
    assert {one.background for one in found} == {false_alarms.SYNTHETIC}
    for one in found:
        assert one.pictures == 3
        assert one.rate.value in (0, pytest.approx(1 / 3), pytest.approx(2 / 3), 1)
        assert 0 <= one.rate.low <= one.rate.value <= one.rate.high <= 1


def test_no_alarm_at_all_is_not_taken_for_certainty(tiny_bundle):
    found = false_alarms.on_drawn(load(tiny_bundle, threads=1), 4, threshold=0.999)
    assert {one.rate.value for one in found} == {0.0}
    assert [one.rate.high for one in found] == pytest.approx([0.4899] * len(found), abs=1e-3)


def test_on_patches_of_a_data_set_the_bare_surface_is_the_patch(tiny_bundle, tmp_path):
    dataset = open_dataset(write_labelled(tmp_path / "data", each=2))
    sound = [patch for patch in dataset.patches if patch.label == 0]
    inspector = load(tiny_bundle, threads=1)
    groups = [patch.path for patch in sound]
    found = false_alarms.on_patches(inspector, dataset, sound, groups, 0.6)
    assert [one.distractor for one in found] == NAMES
    assert found[0].background == dataset.name
    assert found[0].rate.value == pytest.approx(1 / 3)  # the dark one of three

    pixels = dataset.read_pixels(sound[0])
    bare, *drawn = false_alarms.pictures(false_alarms._photographed(pixels, 0, 0), 0, 0)
    assert np.array_equal(bare, pixels)
    assert len(drawn) == len(DISTRACTORS.names())
    assert all(one.shape == pixels.shape and one.dtype == np.uint8 for one in drawn)


def test_the_interval_of_a_share_is_that_of_wilson():
    one = statistics.wilson(1 / 10, 10)
    assert (one.low, one.high) == pytest.approx((0.0179, 0.4042), abs=1e-4)
    none, all_ = statistics.wilson(0.0, 150), statistics.wilson(1.0, 150)
    assert (none.low, all_.high) == (0.0, 1.0)
    assert none.high == pytest.approx(1 - all_.low) == pytest.approx(0.02497, abs=1e-4)
