import io
import sys

import numpy as np
import pytest
from PIL import Image

from crackscope.rendering import charts

pytest.importorskip("matplotlib")

ROWS = [
    {
        "phase": phase,
        "epoch": epoch,
        "loss": 1 / epoch,
        "accuracy": 0.5,
        "val_loss": 2 / epoch,
        "val_accuracy": 0.4,
        "learning_rate": 1e-3,
    }
    for phase, epoch in (("head", 1), ("head", 2), ("fine-tuning", 1))
]
LINE = np.linspace(0, 1, 5)
CHARTS = {
    "roc": lambda: charts.roc(LINE, LINE**0.5, 0.75),
    "precision_recall": lambda: charts.precision_recall(LINE, 1 - LINE / 2, 0.5, 0.8),
    "reliability": lambda: charts.reliability(LINE, LINE**2, [1, 2, 3, 4, 0], 0.1),
    "confusion": lambda: charts.confusion(10, 0, 3, 1_000_000),
    "confusion of one class": lambda: charts.confusion(0, 1, 0, 9),
    "histogram": lambda: charts.histogram([0, 1, 1], [0.0, 1.0, 0.5], 0.5),
    "histogram of one class": lambda: charts.histogram([0], [0.2], 0.5),
    "training_curves": lambda: charts.training_curves(ROWS),
    "training_curves before the first epoch": lambda: charts.training_curves([]),
    "table": lambda: charts.table(["", "n"], [["crack $x$", "1"]], "Report"),
}


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_is_a_png_with_something_on_it(name):
    with Image.open(io.BytesIO(CHARTS[name]())) as picture:
        picture.load()
        assert picture.format == "PNG"
        grey = np.asarray(picture.convert("L"))
    assert min(grey.shape) > 100
    assert (grey < 128).sum() > 100


def test_a_chart_is_the_same_each_time():
    assert CHARTS["roc"]() == CHARTS["roc"]()


def test_pyplot_and_its_windows_are_not_touched():
    CHARTS["confusion"]()
    assert (
        "matplotlib.pyplot" not in sys.modules or not sys.modules["matplotlib.pyplot"].get_fignums()
    )
