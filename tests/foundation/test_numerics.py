import numpy as np
import pytest

from crackscope import numerics
from crackscope.types.evaluation import Interval


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_the_logistic_function_neither_overflows_nor_changes_its_precision(kind):
    found = numerics.logistic(np.array([-1e4, -2.0, 0.0, 2.0, 1e4], kind))
    assert found.dtype == kind
    expected = np.array([0.0, 0.1192029220, 0.5, 0.8807970780, 1.0])
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-30)


def test_log_odds_undo_the_logistic_function_and_end_where_they_are_told():
    logits = np.linspace(-12, 12, 7)
    np.testing.assert_allclose(numerics.log_odds(numerics.logistic(logits), 1e-9), logits)
    low, high = numerics.log_odds(np.array([0.0, 1.0]), 1e-7)
    assert low == pytest.approx(-high) == pytest.approx(-16.118, abs=1e-3)


def test_only_spreads_below_a_third_of_the_usual_are_lifted():
    spread = np.array([1.0, 1.2, 1e-9, 0.0], np.float32)
    found = numerics.floored(spread)
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found[:2], spread[:2])
    np.testing.assert_allclose(found[2:], 0.3 * np.sqrt((spread**2).mean()) + 1e-6, rtol=1e-6)


def test_a_format_of_an_interval_goes_for_all_its_numbers():
    rate = Interval(0.25, 0.125, 0.5)
    assert str(rate) == f"{rate}" == "0.2500 (0.1250 to 0.5000)"
    assert f"{rate:.1%}" == "25.0% (12.5% to 50.0%)"
    assert f"{rate:+.2f}" == "+0.25 (+0.12 to +0.50)"
    assert rate.cells(".2f") == ("0.25", "0.12 to 0.50")
