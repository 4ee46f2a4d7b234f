import io

import numpy as np
import pytest
from PIL import Image

from crackscope.rendering import strengths
from crackscope.types import Interval

pytest.importorskip("matplotlib")

FALLING = [Interval(1 - n / 10, 0.4, 1.0) for n in range(6)]
TICKS = ["as it is", "σ 1 px", "σ 2 px", "40 %", "$x$", "−5 EV"]


def panels(count: int) -> list[strengths.Panel]:
    lines = {"accuracy": FALLING, "AUROC": FALLING, "calibration error": FALLING[::-1]}
    return [strengths.Panel(f"fault {number}", TICKS, lines) for number in range(count)]


CHARTS = {
    "one panel": lambda: strengths.against_strength(panels(1)),
    "two rows of panels": lambda: strengths.against_strength(panels(6)),
    "rates": lambda: strengths.rates(TICKS, {"drawn": FALLING, "metu": FALLING[::-1]}, "Rates"),
    "rates of nothing": lambda: strengths.rates(["none"], {"drawn": [Interval(0, 0, 0)]}, "Rates"),
}


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_is_a_png_with_something_on_it(name):
    with Image.open(io.BytesIO(CHARTS[name]())) as picture:
        grey = np.asarray(picture.convert("L"))
    assert min(grey.shape) > 100
    assert (grey < 160).sum() > 100
