"""Which windows are drawn: every beginning of the order is a sample with known chances."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crackscope.validation import sampling
from crackscope.validation.population import Population, weights
from support_site import site


@given(st.integers(1, 300), st.integers(0, 1000))
def test_the_spread_order_holds_every_place_once(count, shift):
    assert sorted(sampling.spread_order(count, shift)) == list(range(count))


@given(st.integers(16, 300), st.integers(0, 1000), st.integers(2, 16))
def test_every_beginning_is_spread_evenly(count, shift, wanted):
    places = np.sort(sampling.spread_order(count, shift)[:wanted])
    gaps = np.diff(np.r_[places, places[0] + count])
    assert gaps.max() <= 4 * count / wanted + 2


@given(st.lists(st.floats(0, 1), min_size=1, max_size=200), st.integers(1, 12))
def test_strata_follow_the_scores(scores, count):
    values = np.array(scores)
    found = sampling.strata(values, count)
    assert sorted(set(found)) == list(range(found.max() + 1))
    assert found.max() < count
    order = np.argsort(values, kind="stable")
    assert (np.diff(found[order]) >= 0).all()


def test_doubtful_scores_are_drawn_more_densely_but_none_is_forgotten():
    scores = np.r_[np.full(5000, 0.001), np.full(200, 0.5)]
    chosen = sampling.labelling_order(sampling.strata(scores), np.arange(5200) % 50, seed=0)[:200]
    sure, doubtful = (chosen < 5000).sum() / 5000, (chosen >= 5000).sum() / 200
    assert 5 < doubtful / sure < 12
    assert (chosen < 5000).any()


def test_a_larger_draw_begins_with_the_smaller_one_and_the_seed_decides():
    photo, _, scores = site(0)
    strata = sampling.strata(scores)
    first, again = (sampling.labelling_order(strata, photo, seed=3) for _ in range(2))
    assert np.array_equal(first, again)
    assert sorted(first) == list(range(len(photo)))
    assert not np.array_equal(first[:50], sampling.labelling_order(strata, photo, seed=4)[:50])


def test_the_windows_are_spread_over_the_photos():
    photo, _, scores = site(1)
    chosen = sampling.labelling_order(sampling.strata(scores), photo, seed=0)[:120]
    taken = np.bincount(photo[chosen], minlength=40)
    assert (taken > 0).sum() >= 33  # by chance alone 38 of 40; the cracked ones draw more
    assert taken.max() <= 15


@pytest.mark.parametrize("wanted", [7, 30, 100])
def test_photos_are_drawn_with_equal_chances(wanted):
    times = sum(
        np.bincount(sampling.photos(100, wanted, seed), minlength=100) for seed in range(2000)
    )
    spread = np.sqrt(2000 * wanted / 100 * (1 - wanted / 100))
    assert abs(times - 20 * wanted).max() <= 4.5 * spread
    assert len(sampling.photos(5, wanted, 0)) == min(5, wanted)


def test_every_window_of_a_stratum_has_the_same_chance():
    strata = np.repeat([0, 1, 2], [50, 30, 4])
    photo = np.arange(84) % 7
    times = np.zeros(84)
    for seed in range(3000):
        times[sampling.labelling_order(strata, photo, seed)[:18]] += 1
    for stratum, size in enumerate((50, 30, 4)):
        share = times[strata == stratum] / 3000
        mean = share.mean()
        assert abs(share - mean).max() < 5 * np.sqrt(mean * (1 - mean) / 3000) + 1e-9, (size, share)


def test_weighted_counts_are_unbiased_for_the_whole_site():
    """Means over many draws, of photos and of windows, against the truth."""
    photo, labels, scores = site(2)
    found, cracks, totals = [], [], []
    for seed in range(400):
        chosen = sampling.photos(40, 15, seed)
        inside = np.flatnonzero(np.isin(photo, chosen))
        strata = sampling.strata(scores[inside])
        rows = sampling.labelling_order(strata, photo[inside], seed)[:90]
        w = weights(strata, rows, 15 / 40)
        y, s = labels[inside][rows], scores[inside][rows]
        cracks.append(w @ y)
        found.append(w @ (y * (s >= 0.5)))
        totals.append(w.sum())
    assert np.allclose(totals, len(photo))
    for values, truth in ((cracks, labels.sum()), (found, (labels * (scores >= 0.5)).sum())):
        error = np.std(values) / np.sqrt(len(values))
        assert abs(np.mean(values) - truth) < 3.5 * error
        assert error < 0.04 * truth
    unweighted = labels[sampling.labelling_order(sampling.strata(scores), photo, 0)[:400]].mean()
    assert unweighted > 1.2 * labels.mean(), "without weights cracks would be counted too often"


def test_weights_count_only_what_is_labelled_and_cover_strata_without_labels():
    strata = np.array([0] * 10 + [1] * 6 + [2] * 4)
    assert weights(strata, [0, 1, 10, 16], 0.5).tolist() == [10, 10, 12, 8]
    assert weights(strata, [0, 17]).tolist() == [16, 4]  # the middle one joins the lower
    assert weights(strata, [3]).tolist() == [20]


def test_a_part_of_a_population_keeps_its_rows_together():
    everything = Population(
        ("a", "a", "b"), (None,) * 3, ("a", "a", "b"), np.array([0.1, 0.2, 0.3])
    )
    part = everything.of(np.array([2, 0]), 0.5)
    assert (part.paths, part.scores.tolist(), part.fraction) == (("b", "a"), [0.3, 0.1], 0.5)
    assert part.photo_codes.tolist() == [1, 0]
