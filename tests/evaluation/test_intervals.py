import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crackscope.evaluation.intervals import measure
from crackscope.evaluation.statistics import group_codes

ROWS = st.lists(
    st.tuples(
        st.booleans(), st.integers(0, 8).map(lambda n: n / 8), st.sampled_from(["", "a", "b", "c"])
    ),
    min_size=1,
    max_size=30,
)


def clustered(photos=40, each=25, seed=0):
    """Photos whose patches share how hard they are."""
    rng = np.random.default_rng(seed)
    labels = np.tile([0, 1], photos * each // 2)
    hardness = rng.normal(0, 1.5, photos).repeat(each)
    logits = 3 * (labels - 0.5) + hardness + rng.normal(0, 0.3, len(labels))
    return labels, 1 / (1 + np.exp(-logits)), [f"photo{i // each}" for i in range(len(labels))]


@given(ROWS, st.integers(0, 3))
@settings(max_examples=60)
def test_an_interval_holds_its_value_and_stays_possible(rows, seed):
    labels, scores, groups = zip(*rows, strict=True)
    result = measure(labels, scores, 0.5, groups, resamples=100, seed=seed)
    for name, interval in result.metrics.items():
        least = -1.0 if name == "mcc" else 0.0
        assert least <= interval.low <= interval.value <= interval.high <= 1.0, name
    json.dumps(result.to_dict(), allow_nan=False)


def test_groups_make_intervals_wider_than_patches_do():
    labels, scores, groups = clustered()
    by_group, by_patch = measure(labels, scores, 0.5, groups), measure(labels, scores, 0.5)
    for name in ("accuracy", "recall", "false_alarm_rate", "auroc", "brier"):
        wide, narrow = by_group.metrics[name], by_patch.metrics[name]
        assert wide.value == narrow.value
        assert wide.high - wide.low > 1.5 * (narrow.high - narrow.low), name
    assert any("unknown" in note for note in by_patch.notes)
    assert not by_group.notes


def test_the_interval_covers_the_truth_about_as_often_as_it_says():
    truth = measure(*clustered(photos=4000)[:2], 0.5, resamples=100).metrics["recall"].value
    hits = 0
    for seed in range(1, 101):
        labels, scores, groups = clustered(seed=seed)
        interval = measure(labels, scores, 0.5, groups, resamples=200).metrics["recall"]
        hits += interval.low <= truth <= interval.high
    assert hits >= 88


def test_the_seed_decides():
    data = clustered()
    first, same, other = (measure(data[0], data[1], 0.5, data[2], seed=seed) for seed in (1, 1, 2))
    assert first == same
    assert first != other
    assert first.metrics["auroc"].value == other.metrics["auroc"].value


def test_no_error_is_not_certainty():
    groups = [str(i // 5) for i in range(100)]
    labels = [0] * 50 + [1] * 50
    result = measure(labels, [0.1 + 0.8 * y for y in labels], 0.5, groups)
    # No error in 10 cracked photos: Clopper-Pearson leaves 1 - 0.025 ** (1 / 10).
    assert result.metrics["recall"].low == pytest.approx(0.025**0.1)
    assert result.metrics["false_alarm_rate"].high == pytest.approx(1 - 0.025**0.1)
    assert result.metrics["accuracy"].low == pytest.approx(0.025**0.05)
    assert result.metrics["auroc"].low < 0.9
    assert result.metrics["precision_at_prevalence"].low < 0.2
    assert any("Clopper-Pearson" in note for note in result.notes)


def test_one_photo_says_nothing_of_others():
    result = measure([0, 1, 1], [0.1, 0.9, 0.4], 0.5, ["a", "a", "a"])
    assert (result.metrics["accuracy"].low, result.metrics["accuracy"].high) == (0.0, 1.0)
    assert any("one source photo" in note for note in result.notes)


def test_a_class_in_a_single_photo_is_in_every_resample():
    groups = ["cracked"] * 3 + [f"wall{i}" for i in range(60)]
    labels = [1] * 3 + [0] * 60
    scores = np.linspace(1, 0, 63)
    result = measure(labels, scores, 0.5, groups)
    assert "auroc" in result.metrics
    assert any("only 1 source photos" in note for note in result.notes)


def test_unknown_groups_are_groups_of_their_own():
    assert len(set(group_codes(["", "a", "", "a", "b"]))) == 4
    assert group_codes(["", "a", "", "a", "b"])[1] == group_codes(["", "a", "", "a", "b"])[3]
