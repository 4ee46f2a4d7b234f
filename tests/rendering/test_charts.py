"""Each chart shows its values on labelled axes."""

import sys

import numpy as np
import pytest

from crackscope.rendering import charts
from crackscope.types.evaluation import Interval
from support_charts import axes_of, figure_of, lines_of, names_of, words_of

pytest.importorskip("matplotlib")

ROWS = [
    {
        "phase": phase,
        "epoch": epoch,
        "loss": 1 / number,
        "accuracy": 0.5 + number / 10,
        "val_loss": 2 / number,
        "val_accuracy": 0.4 + number / 10,
        "learning_rate": 10.0**-number,
    }
    for number, (phase, epoch) in enumerate((("head", 1), ("head", 2), ("fine-tuning", 1)), 1)
]
LINE = np.linspace(0, 1, 5)


def points(x, y):
    return np.stack([x, y], axis=1)


def shows(found, expected):
    np.testing.assert_allclose(found, np.asarray(expected, float))


def is_unit_square(axes):
    for low, high in (axes.get_xlim(), axes.get_ylim()):
        assert -0.05 < low <= 0
        assert 1 <= high < 1.05


def test_roc_is_recall_against_the_false_alarm_rate():
    axes = axes_of(lambda: charts.roc(LINE, LINE**0.5, 0.75))
    assert names_of(axes) == ("false-alarm rate", "recall")
    assert axes.get_title(loc="left") == "ROC, area 0.7500"
    lines = lines_of(axes)
    shows(lines["model"], points(LINE, LINE**0.5))
    shows(lines["chance"], [(0, 0), (1, 1)])
    shows(lines["5 % false alarms"][:, 0], [0.05, 0.05])
    assert sorted(words_of(axes.get_legend())) == sorted(lines)
    is_unit_square(axes)


def test_precision_is_plotted_against_recall():
    axes = axes_of(lambda: charts.precision_recall(LINE, 1 - LINE / 2, 0.3, 0.8))
    assert names_of(axes) == ("recall", "precision")
    assert "0.8000" in axes.get_title(loc="left")
    lines = lines_of(axes)
    shows(lines["model"], points(LINE, 1 - LINE / 2))
    shows(lines["chance"][:, 1], [0.3, 0.3])
    assert sorted(words_of(axes.get_legend())) == sorted(lines)
    is_unit_square(axes)


def test_reliability_is_the_fraction_of_cracks_against_the_mean_score():
    axes = axes_of(lambda: charts.reliability(LINE, LINE**2, [1, 2, 3, 4, 0], 0.125))
    assert names_of(axes) == ("mean score", "fraction cracked")
    assert "0.1250" in axes.get_title(loc="left")
    shows(lines_of(axes)["calibrated"], [(0, 0), (1, 1)])
    (dots,) = axes.collections
    shows(dots.get_offsets(), points(LINE, LINE**2))
    assert any(np.array_equal(one.get_xydata(), dots.get_offsets()) for one in axes.get_lines())
    assert np.argsort(dots.get_sizes()).tolist() == [4, 0, 1, 2, 3], "more pictures, a larger dot"
    assert words_of(axes.get_legend()) == ["calibrated", "model"]
    is_unit_square(axes)


@pytest.mark.parametrize("counts", [[0, 0, 0, 0, 0], [7, 7, 7, 7, 7]])
def test_bins_of_one_size_get_dots_of_one_size(counts):
    (dots,) = axes_of(lambda: charts.reliability(LINE, LINE, counts, 0.1)).collections
    assert len(set(dots.get_sizes())) == 1
    assert dots.get_sizes()[0] > 0


@pytest.mark.parametrize("band", [None, (0.4, 0.05)])
def test_error_is_plotted_against_falling_coverage(band):
    coverage = [1.0, 0.8, 0.5]
    error = [Interval(0.2, 0.1, 0.3), Interval(0.1, 0.05, 0.2), Interval(0.0, 0.0, 0.1)]
    axes = axes_of(lambda: charts.selective(coverage, error, band))
    assert names_of(axes) == ("coverage", "error rate")
    lines = lines_of(axes)
    shows(lines["most certain first"], points(coverage, [0.2, 0.1, 0.0]))
    shows(lines["full coverage"][:, 1], [0.2, 0.2])
    shows(lines["90 % coverage"][:, 0], [0.9, 0.9])
    (spread,) = axes.collections
    corners = set(map(tuple, spread.get_paths()[0].vertices.round(6).tolist()))
    assert {(1.0, 0.1), (1.0, 0.3), (0.5, 0.0), (0.5, 0.1)} <= corners
    assert spread.get_alpha() < 0.5, "the lines stay visible"
    assert axes.get_xlim() == (1.0, 0.5 if band is None else 0.4)
    assert axes.get_ylim()[0] == 0
    own = "without the model's unsure"
    assert (own in lines) == (band is not None)
    assert band is None or lines[own].tolist() == [list(band)]
    assert sorted(words_of(axes.get_legend())) == sorted(lines)


@pytest.mark.parametrize("own", [None, (0.3, 0.8)])
def test_froc_is_line_recall_against_false_cracks(own):
    at = [Interval(0.5, 0.3, 0.6), Interval(0.9, 0.85, 1.0)]
    axes = axes_of(lambda: charts.froc([0.1, 2.0], [0.4, 0.9], [0.1, 10.0], at, own))
    assert names_of(axes) == ("false cracks per megapixel", "line recall")
    lines = lines_of(axes)
    shows(lines["threshold sweep"], [(0, 0), (0.1, 0.4), (2, 0.9), (10, 0.9)])
    shows(lines["all listed cracks"], [(2, 0.9)])
    assert ("model threshold" in lines) == (own is not None)
    assert own is None or lines["model threshold"].tolist() == [list(own)]
    (bars,) = axes.containers
    middle, _, (spread,) = bars.lines
    shows(middle.get_xydata(), [(0.1, 0.5), (10, 0.9)])
    shows([part[:, 1] for part in spread.get_segments()], [(0.3, 0.6), (0.85, 1.0)])
    assert sorted(words_of(axes.get_legend())) == sorted([*lines, "95 % interval"])
    assert axes.get_xscale() == "symlog"
    assert axes.get_xlim()[0] < 0 < 10 <= axes.get_xlim()[1], "0 and the last rate are to be seen"


@pytest.mark.parametrize(
    ("counts", "shares"),
    [
        ((10, 5, 30, 95), [[0.25, 0.75], [0.05, 0.95]]),
        ((0, 1, 0, 9), [[0, 0], [0.1, 0.9]]),  # nothing is cracked
    ],
)
def test_the_confusion_matrix_has_the_truth_by_row(counts, shares):
    axes = axes_of(lambda: charts.confusion(*counts))
    assert names_of(axes) == ("prediction", "truth")
    for ticks in (axes.get_xticklabels(), axes.get_yticklabels()):
        assert [tick.get_text() for tick in ticks] == ["crack", "no crack"]
    (image,) = axes.images
    shows(image.get_array(), shares)
    assert image.get_clim() == (0, 1)
    true_positives, false_positives, false_negatives, true_negatives = counts
    cells = [[true_positives, false_negatives], [false_positives, true_negatives]]
    texts = {text.get_position(): text for text in axes.texts}
    for row, column in np.ndindex(2, 2):
        text = texts[column, row]
        assert text.get_text() == f"{cells[row][column]:,}\n{shares[row][column]:.2%}"
        assert text.get_color() == ("white" if shares[row][column] > 0.5 else "black")


def test_the_histogram_tells_cracked_from_sound():
    labels, scores = [0, 0, 0, 1, 1], [0.01, 0.02, 0.51, 0.99, 1.0]
    axes = axes_of(lambda: charts.histogram(labels, scores, 0.7))
    assert names_of(axes)[0] == "score"
    assert "log scale" in names_of(axes)[1]
    assert axes.get_yscale() == "symlog"
    sound, crack = axes.patches
    for patch, name, bars in ((sound, "sound", {0.0: 2, 0.5: 1}), (crack, "crack", {0.975: 2})):
        assert patch.get_label() == name
        for start, count in bars.items():
            inside = np.isclose(patch.get_xy()[:, 0], start)
            assert patch.get_xy()[inside, 1].max() == count
        assert patch.get_xy()[:, 1].max() == max(bars.values())
    assert sound.get_hatch() != crack.get_hatch(), "told apart in a grey print"
    shows(lines_of(axes)["threshold 0.7"][:, 0], [0.7, 0.7])
    assert sorted(words_of(axes.get_legend())) == ["crack", "sound", "threshold 0.7"]


def test_training_curves_continue_over_the_phases():
    loss, accuracy, rate = figure_of(lambda: charts.training_curves(ROWS)).axes
    epochs = [1, 2, 3]
    for axes, name in ((loss, "loss"), (accuracy, "accuracy")):
        lines = lines_of(axes)
        shows(lines["training"], points(epochs, [row[name] for row in ROWS]))
        shows(lines["validation"], points(epochs, [row[f"val_{name}"] for row in ROWS]))
        assert words_of(axes.get_legend()) == ["training", "validation"]
    shows(lines_of(rate)["training"], points(epochs, [0.1, 0.01, 0.001]))
    assert rate.get_yscale() == "log"
    for axes, title in ((loss, "Loss"), (accuracy, "Accuracy"), (rate, "Learning rate")):
        assert (axes.get_title(loc="left"), axes.get_xlabel()) == (title, "epoch")
        assert [text.get_text() for text in axes.texts] == ["head", "fine-tuning"]
        starts = [line.get_xdata()[0] for line in axes.get_lines() if line.get_linestyle() == ":"]
        assert starts == [0.5, 2.5]


def test_there_are_curves_before_the_first_epoch():
    assert len(figure_of(lambda: charts.training_curves([])).axes) == 3


def test_a_table_holds_its_text():
    rows = [["crack $x$", "1"], ["sound", "22"]]
    axes = axes_of(lambda: charts.table(["", "n"], rows, "Report"))
    assert axes.get_title(loc="left") == "Report"
    (grid,) = axes.tables
    found = {place: cell.get_text().get_text() for place, cell in grid.get_celld().items()}
    texts = [["", "n"], *rows]
    assert found.keys() == set(np.ndindex(3, 2))
    for (row, column), text in found.items():
        assert text.replace("\\$", "$") == texts[row][column]


def test_a_chart_is_the_same_each_time():
    def chart():
        return charts.roc(LINE, LINE**0.5, 0.75)

    assert chart() == chart()


def test_pyplot_and_its_windows_are_not_touched():
    charts.confusion(10, 0, 3, 1_000_000)
    assert (
        "matplotlib.pyplot" not in sys.modules or not sys.modules["matplotlib.pyplot"].get_fignums()
    )
