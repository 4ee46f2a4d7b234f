"""Error against coverage: what abstaining may gain, and what it may not."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crackscope.evaluation import coverage, unsure
from crackscope.evaluation.coverage import AT_90, AT_FULL, PERCENTS, RATIO, selective_error
from crackscope.evaluation.intervals import measure

ROWS = st.lists(
    st.tuples(
        st.booleans(),
        st.integers(0, 16).map(lambda n: n / 16),
        st.sampled_from(["", "a", "b", "c"]),
    ),
    min_size=1,
    max_size=40,
)
BANDS = st.tuples(st.floats(0.01, 0.9), st.floats(0.01, 0.9))


def found(rows, lower=0.25, upper=0.5, **settings):
    labels, scores, groups = zip(*rows, strict=True)
    return coverage.measure(labels, scores, lower, upper, groups, resamples=100, **settings)


def every_interval(result):
    yield from result.curve.values()
    yield from (value for name, value in result.figures.items() if name != RATIO)
    yield result.band.coverage
    for reading in result.band.readings.values():
        yield from reading.values()


@given(ROWS, BANDS, st.integers(0, 3))
@settings(max_examples=25)
def test_an_interval_holds_its_value_and_stays_possible(rows, band, seed):
    result = found(rows, *band, seed=seed)
    for interval in every_interval(result):
        assert 0.0 <= interval.low <= interval.value <= interval.high <= 1.0
    json.dumps(result.to_dict(), allow_nan=False)


@given(ROWS, BANDS)
@settings(max_examples=25)
def test_where_all_is_answered_the_error_is_the_plain_one(rows, band):
    labels, scores, groups = zip(*rows, strict=True)
    plain = measure(labels, scores, band[1], groups, resamples=100).metrics
    result = found(rows, *band)
    full = result.figures[AT_FULL]
    assert full.value == pytest.approx(1 - plain["accuracy"].value)
    reading = result.band.readings[unsure.AS_SOUND]
    assert reading["error"].value == pytest.approx(full.value)
    for name in ("recall", "false_alarm_rate"):
        assert (name in reading) == (name in plain)
        if name in plain:
            assert reading[name].value == pytest.approx(plain[name].value)
            assert reading[name].low == pytest.approx(plain[name].low)
    assert (RATIO in result.figures) == (full.value > 0)


@given(st.lists(st.booleans(), min_size=2, max_size=60), st.sampled_from([0.0, 0.3, 0.7, 1.0]))
@settings(max_examples=25)
def test_a_constant_score_gains_nothing(labels, score):
    result = found([(label, score, str(at)) for at, label in enumerate(labels)])
    for error in result.curve.values():
        assert error.value == pytest.approx(result.figures[AT_FULL].value)
    if RATIO in result.figures:
        assert result.figures[RATIO].value == pytest.approx(1.0)


@given(st.lists(st.booleans(), min_size=1, max_size=60))
@settings(max_examples=25)
def test_errors_at_the_bottom_leave_none_above_them(wrong):
    wrong = np.array(sorted(wrong))
    sure = np.linspace(1.0, 0.5, len(wrong))
    (errors,) = selective_error(wrong, sure, np.ones((1, len(wrong))))
    share = wrong.mean()
    for percent, error in zip(PERCENTS, errors, strict=True):
        c = percent / 100
        assert error == pytest.approx(max(0.0, (share - (1 - c)) / c), abs=1e-9)


@given(ROWS)
@settings(max_examples=25)
def test_no_order_is_better_than_errors_at_the_bottom_or_worse_than_at_the_top(rows):
    result = found(rows)
    full = result.figures[AT_FULL].value
    for percent, error in result.curve.items():
        c = percent / 100
        assert (full - (1 - c)) / c - 1e-9 <= error.value <= min(1.0, full / c) + 1e-9


@given(ROWS, st.randoms(use_true_random=False))
@settings(max_examples=25)
def test_the_order_of_the_pictures_is_of_no_matter(rows, random):
    shuffled = random.sample(rows, len(rows))
    one, other = found(rows).curve, found(shuffled).curve
    for percent in PERCENTS:
        assert one[percent].value == pytest.approx(other[percent].value)


def test_a_weight_of_two_is_a_second_picture():
    rng = np.random.default_rng(0)
    wrong, sure, times = rng.random(50) < 0.3, rng.random(50).round(1), rng.integers(0, 3, 50)
    weighted = selective_error(wrong, sure, times[None].astype(float))
    written_out = selective_error(
        wrong.repeat(times), sure.repeat(times), np.ones((1, times.sum()))
    )
    np.testing.assert_allclose(weighted, written_out)


def test_ten_in_a_hundred_are_left_out():
    rows = [(True, 0.9, str(n)) for n in range(90)] + [(False, 0.6, f"x{n}") for n in range(10)]
    result = found(rows)
    assert result.figures[AT_FULL].value == pytest.approx(0.1)
    assert result.figures[AT_90].value == 0.0
    assert result.figures[AT_90].high >= 1 - 0.025 ** (1 / 90)
    assert result.figures[RATIO].value == 0.0
    assert result.figures[RATIO].high >= result.figures[AT_90].high / 0.1


def test_the_band_is_read_three_ways():
    scores = [0.9, 0.4, 0.4, 0.1, 0.7, 0.3, 0.1, 0.1, 0.1, 0.1]
    rows = [(at < 4, score, str(at)) for at, score in enumerate(scores)]
    band = found(rows, lower=0.3, upper=0.5).band
    assert (band.crack, band.sound) == (2, 1)
    assert band.coverage.value == pytest.approx(0.7)
    values = {
        reading: [value.value for value in figures.values()]
        for reading, figures in band.readings.items()
    }
    assert values[unsure.LEFT_OUT] == pytest.approx([2 / 7, 1 / 2, 1 / 5])
    assert values[unsure.AS_CRACK] == pytest.approx([3 / 10, 3 / 4, 2 / 6])
    assert values[unsure.AS_SOUND] == pytest.approx([4 / 10, 1 / 4, 1 / 6])
    assert band.error_ratio.value == pytest.approx((2 / 7) / (4 / 10))


def test_a_threshold_below_the_band_leaves_nothing_unsure():
    rows = [(True, 0.3, "a"), (False, 0.1, "b"), (False, 0.25, "c")]
    band = found(rows, lower=0.28, upper=0.2).band
    assert (band.lower, band.upper) == (0.2, 0.2)
    assert band.coverage.value == 1.0
    assert band.readings[unsure.LEFT_OUT] == band.readings[unsure.AS_CRACK]


def test_where_all_is_unsure_nothing_is_claimed_of_the_answered():
    band = found([(True, 0.3, "a"), (False, 0.4, "b")]).band
    assert band.coverage.value == 0.0
    assert band.readings[unsure.LEFT_OUT] == {}
    assert band.error_ratio is None
