import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crackscope.evaluation.lines import measures, report
from crackscope.evaluation.lines.match import NEVER, Matched
from crackscope.evaluation.lines.measures import (
    F1,
    FALSE_CRACKS,
    PRECISION,
    RECALL,
    SOUND_WITH_CRACK,
    measure,
)
from crackscope.evaluation.statistics import zero_error_bound

pytest.importorskip("scipy")


def photo(group="", found=80, missed=20, scores=(0.9,), false=(False,), right=80, wrong=20):
    """A photo of 1 MP; all its lines and all that they find have the first score."""
    score = scores[0] if scores else NEVER
    return Matched(
        group=group,
        megapixels=1.0,
        scores=np.array(scores, float),
        false=np.array(false, bool),
        lines=np.full(right + wrong, score),
        right=np.arange(right + wrong) < right,
        centre=np.array([score] * found + [NEVER] * missed),
        lengths=np.ones(right + wrong),
        true_px=float(found + missed),
    )


def sound(group="", scores=()):
    return photo(group, 0, 0, scores, [True] * len(scores), 0, 10 * len(scores))


def test_sums_are_over_photos_so_that_long_cracks_count_more():
    found = measure(
        [photo("a"), photo("b", found=0, missed=300, scores=(), right=0, wrong=0, false=())]
    )
    assert found.metrics[PRECISION].value == 0.8
    assert found.metrics[RECALL].value == pytest.approx(80 / 400)
    assert found.metrics[F1].value == pytest.approx(2 * 0.8 * 0.2 / 1.0)


def test_sound_photos_count():
    found = measure([sound("a"), sound("b", (0.9, 0.4)), sound("c"), sound("d")])
    assert set(found.metrics) == {FALSE_CRACKS, SOUND_WITH_CRACK}
    assert found.metrics[FALSE_CRACKS].value == 0.5
    assert found.metrics[SOUND_WITH_CRACK].value == 0.25
    assert found.counts["sound_photos_with_a_crack"] == 1
    assert found.froc is None
    assert report.chart(found) is None
    assert any("1 of 4 sound photos" in words for words in report.in_words(found))


def test_no_false_crack_does_not_promise_that_there_is_none():
    found = measure([sound(str(n)) for n in range(20)])
    assert found.metrics[SOUND_WITH_CRACK].high == pytest.approx(zero_error_bound(20))
    assert found.metrics[FALSE_CRACKS].value == 0.0
    assert found.metrics[FALSE_CRACKS].high == pytest.approx(zero_error_bound(20))  # 20 MP
    json.dumps(found.to_dict(), allow_nan=False)


def test_the_bootstrap_is_over_source_photos():
    good, bad = {"found": 100, "missed": 0}, {"found": 20, "missed": 80}
    rows = [good if n % 2 else bad for n in range(20)]
    alone = measure([photo(str(n), **row) for n, row in enumerate(rows)])
    copied = measure([photo(str(n), **row) for n, row in enumerate(rows) for _ in range(9)])
    assert copied.metrics[RECALL] == alone.metrics[RECALL]
    unrelated = measure([photo("", **row) for row in rows for _ in range(9)])
    width = [m.metrics[RECALL].high - m.metrics[RECALL].low for m in (alone, unrelated)]
    assert width[1] < 0.5 * width[0]
    assert alone.metrics[RECALL].low < alone.metrics[RECALL].value < alone.metrics[RECALL].high


def test_the_same_seed_gives_the_same_intervals():
    photos = [photo(str(n), found=10 * n) for n in range(10)]
    assert measure(photos, seed=3).to_dict() == measure(photos, seed=3).to_dict()
    assert measure(photos, seed=3).to_dict() != measure(photos, seed=4).to_dict()


def test_recall_is_read_off_at_rates_of_false_cracks():
    photos = [photo("a", scores=(0.9,)), sound("b", (0.5,)), photo("c", scores=(0.3,))]
    froc = measure(photos, 100).froc
    assert froc.thresholds.tolist() == [0.9, 0.5, 0.3]
    assert froc.false_rate == pytest.approx([0, 1 / 3, 1 / 3])
    assert froc.recall == pytest.approx([0.4, 0.4, 0.8])
    values = {rate: round(value.value, 6) for rate, value in froc.at.items()}
    assert values == {0.0: 0.4, 0.01: 0.4, 0.02: 0.4, 0.05: 0.4, 0.1: 0.4, 0.2: 0.4, 0.5: 0.8}
    assert froc.best == (0.3, pytest.approx(2 * 160 / 210 * 0.8 / (160 / 210 + 0.8)))


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 1000), count=st.integers(1, 12))
def test_froc_is_monotone_and_ends_where_all_cracks_are_listed(seed, count):
    rng = np.random.default_rng(seed)
    photos = [drawn(rng, str(n // 2)) for n in range(count)]
    found = measure(photos, 100)
    assert 0 <= found.metrics[FALSE_CRACKS].low <= found.metrics[FALSE_CRACKS].high
    if found.froc is None:
        return
    for values in (found.froc.false_rate, found.froc.recall):
        assert (np.diff(values) >= 0).all()
    assert (np.diff(found.froc.thresholds) < 0).all()
    at = [value.value for value in found.froc.at.values()]
    assert at == sorted(at)
    assert at[-1] == pytest.approx(found.metrics[RECALL].value)
    if len(found.froc.thresholds):
        assert found.froc.false_rate[-1] == pytest.approx(found.metrics[FALSE_CRACKS].value)
        assert found.froc.best[1] >= found.metrics[F1].value - 1e-9
    json.dumps(found.to_dict(), allow_nan=False)


def drawn(rng, group):
    """Cracks with scores of their own, found and false as it comes."""
    scores = np.sort(rng.choice(np.arange(1, 20) / 20, rng.integers(0, 6), replace=False))[::-1]
    if not len(scores):
        return photo(group, 0, 30 * rng.integers(2), (), (), 0, 0)
    count = rng.integers(0, 40) if rng.random() < 0.7 else 0
    lines = rng.choice(scores, 50)
    centre = np.where(rng.random(count) < 0.6, rng.choice(scores, count), NEVER)
    false = np.ones(len(scores), bool) if not count else rng.random(len(scores)) < 0.4
    right = (rng.random(50) < 0.7) & (count > 0)
    one = photo(group, scores=tuple(scores), false=tuple(false))
    return replace(
        one, lines=lines, right=right, lengths=np.ones(50), centre=centre, true_px=float(count)
    )


def test_many_cracks_are_swept_at_a_hundred_thresholds():
    rng = np.random.default_rng(0)
    photos = [photo(str(n), scores=(float(rng.random()),), found=50 + n % 50) for n in range(300)]
    froc = measure(photos, 100).froc
    assert len(froc.thresholds) == 100
    assert froc.thresholds[-1] == min(one.scores[0] for one in photos)


def test_what_reaches_the_threshold_is_measured_besides():
    photos = [photo("a", scores=(0.9,)), photo("b", scores=(0.4,)), sound("c", (0.5,)), sound("d")]
    found = measure(photos, 100, threshold=0.6)
    assert found.metrics[RECALL].value == 0.8
    assert found.sure.metrics[RECALL].value == 0.4
    assert found.sure.metrics[FALSE_CRACKS].value == 0.0
    assert (found.counts["cracks"], found.sure.counts["cracks"]) == (3, 1)
    assert found.to_dict()["at_threshold"]["threshold"] == 0.6
    assert found.to_dict()["at_threshold"]["metrics"][PRECISION]["value"] == 0.8
    assert measure(photos, 100, threshold=0.1).sure.metrics == found.metrics
    words = " ".join(report.in_words(found))
    assert "1 of 3 listed cracks in 4.0 megapixels are false, 0 of 1 with" in words
    assert report.tables(found)[0].columns == ("figure", "all listed cracks", "from 0.6")
    nothing = measure(photos, 100, threshold=0.95)
    assert nothing.sure.metrics[RECALL].value == 0.0
    assert PRECISION not in nothing.sure.metrics
    assert report.tables(nothing)[0].rows[0][2] == "–"
    assert report.chart(nothing).startswith(b"\x89PNG")


def test_nothing_to_measure_is_refused():
    with pytest.raises(ValueError, match="at least one photo"):
        measure([])


def test_the_report_says_what_was_measured():
    found = measure([photo("a"), photo("b"), sound("c", (0.8,))])
    words = " ".join(report.in_words(found))
    assert "80.0% of the length of the cracks in 2 photos" in words
    assert "1 of 3 listed cracks in 3.0 megapixels are false" in words
    captions = [table.caption for table in report.tables(found)]
    assert len(captions) == 3
    assert report.chart(found).startswith(b"\x89PNG")
    assert list(report.in_words(None)) == []
    assert {name.replace(" ", "_") for name, *_ in report.rows(found)} == set(measures.NAMES)
