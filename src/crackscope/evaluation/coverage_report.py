"""Error against coverage as a chart, as tables and in words."""

from collections.abc import Iterator, Mapping

from crackscope.evaluation import coverage as measured
from crackscope.evaluation import unsure
from crackscope.evaluation.coverage import Coverage
from crackscope.rendering import charts
from crackscope.rendering.page import Table
from crackscope.types import Interval

CHART = "coverage.png"
_READ = ("error", "recall", "false_alarm_rate")
_STEP = 10


def chart(found: Coverage) -> bytes:
    """The curve and the model's own band, as PNG."""
    error = found.band.readings[unsure.LEFT_OUT].get("error")
    band = None if error is None else (found.band.coverage.value, error.value)
    return charts.selective([n / 100 for n in found.curve], list(found.curve.values()), band)


def tables(found: Coverage) -> list[Table]:
    """The curve at every tenth percent, its figures, and the band's three readings."""
    curve = [(f"{n} %", *v.cells()) for n, v in found.curve.items() if n % _STEP == 0]
    ratio = found.figures.get(measured.RATIO)
    if ratio is not None:
        curve.append(("ratio, 90 % to 100 %", *ratio.cells()))
    band = found.band
    answered = [("share answered", *band.coverage.cells())]
    if band.error_ratio is not None:
        answered.append(("ratio of the errors, left out to answered", *band.error_ratio.cells()))
    caption = f"Unsure: from {band.lower:.4g} up to {band.upper:.4g}"
    return [
        Table(("share answered", "error rate", "95 % interval"), curve, "The surest answered"),
        Table(("unsure", "value", "95 % interval"), answered, caption),
        Table(
            ("unsure pictures are", *(name.replace("_", " ") for name in _READ)),
            [[_spelt(name), *_row(values)] for name, values in band.readings.items()],
            "What becomes of the unsure, and what the figures are then",
        ),
    ]


def in_words(found: Coverage) -> Iterator[str]:
    """What the curve and the band say, one sentence each."""
    full, at_90 = found.figures[measured.AT_FULL], found.figures[measured.AT_90]
    if measured.RATIO in found.figures:
        yield (
            f"Without the 10 % it is least sure of, {at_90.value:.1%} of its answers are wrong "
            f"instead of {full.value:.1%} ({found.figures[measured.RATIO].value:.2f} times)."
        )
    band, error = found.band, found.band.readings[unsure.LEFT_OUT].get("error")
    count = band.crack + band.sound
    if count and error is not None:
        yield (
            f"It calls {count:,} unsure, {band.crack:,} of them cracked; of the other "
            f"{band.coverage.value:.1%} it gets {error.value:.1%} wrong."
        )


def _row(values: Mapping[str, Interval]) -> list[str]:
    return [str(values[name]) if name in values else "–" for name in _READ]


def _spelt(name: str) -> str:
    return name.replace("_", " ")
