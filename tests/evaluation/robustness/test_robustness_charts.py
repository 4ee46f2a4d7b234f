"""Charts of robustness show the figures that they were given, with their intervals."""

import numpy as np
import pytest

from crackscope.evaluation.robustness import charts
from crackscope.types.evaluation import Interval
from support_charts import figure_of, lines_of, words_of

pytest.importorskip("matplotlib")

FALLING = [Interval(1 - n / 10, 0.4 - n / 20, 1.0 - n / 20) for n in range(6)]
RISING = FALLING[::-1]
TICKS = ["as it is", "σ 1 px", "σ 2 px", "40 %", "$x$", "−5 EV"]
LINES = {"accuracy": FALLING, "AUROC": RISING, "calibration error": FALLING}


def middle(values):
    return [value.value for value in values]


@pytest.mark.parametrize("count", [1, 6])
def test_each_panel_shows_its_figures_against_strength(count):
    panels = [charts.Panel(f"fault {number}", TICKS, LINES) for number in range(count)]
    figure = figure_of(lambda: charts.against_strength(panels))
    assert [axes.get_title(loc="left") for axes in figure.axes] == [one.title for one in panels]
    for axes in figure.axes:
        lines = lines_of(axes)
        assert list(lines) == list(LINES)
        for (name, values), band in zip(LINES.items(), axes.collections, strict=True):
            assert lines[name].tolist() == list(map(list, enumerate(middle(values))))
            corners = set(map(tuple, band.get_paths()[0].vertices.round(6).tolist()))
            for place, value in enumerate(values):
                assert {(place, round(value.low, 6)), (place, round(value.high, 6))} <= corners
            assert band.get_alpha() < 0.5, "the lines stay visible"
        assert [tick.get_text() for tick in axes.get_xticklabels()] == TICKS
        assert axes.get_ylim()[0] < 0 < 1 < axes.get_ylim()[1]
    looks = {(line.get_linestyle(), line.get_marker()) for line in figure.axes[0].get_lines()}
    assert len(looks) == len(LINES), "told apart in a grey print"
    (legend,) = figure.legends
    assert words_of(legend) == list(LINES)


@pytest.mark.parametrize(
    ("names", "series"),
    [
        (TICKS, {"drawn": FALLING, "metu": RISING}),
        (TICKS, {"drawn": FALLING, "metu": RISING, "own": FALLING}),
        (["none"], {"drawn": [Interval(0, 0, 0)]}),
    ],
)
def test_rates_have_a_row_for_each_name(names, series):
    figure = figure_of(lambda: charts.rates(names, series, "Rates"))
    (axes,) = figure.axes
    assert (axes.get_title(loc="left"), axes.get_xlabel()) == ("Rates", "false-alarm rate")
    assert [tick.get_text() for tick in axes.get_yticklabels()] == list(names)
    assert axes.get_ylim()[0] > axes.get_ylim()[1], "the first name is on top"
    assert axes.get_xlim()[0] == 0
    rows = []
    for (name, values), bars in zip(series.items(), axes.collections, strict=True):
        dots = lines_of(axes)[name]
        np.testing.assert_allclose(dots[:, 0], middle(values))
        assert dots[:, 1].round().tolist() == list(range(len(names))), "beside its own name"
        rows += dots[:, 1].tolist()
        for value, (low, high), dot in zip(values, bars.get_segments(), dots, strict=True):
            assert (low[0], high[0]) == (value.low, value.high)
            assert low[1] == high[1] == dot[1]
    assert len(set(rows)) == len(rows), "series do not cover each other"
    assert words_of(figure.legends[0]) == list(series)
