"""Report of error rate against coverage: chart, tables and text."""

from collections.abc import Iterator, Mapping

from crackscope.evaluation import coverage as measured
from crackscope.evaluation import unsure
from crackscope.evaluation.coverage import Coverage
from crackscope.rendering import charts
from crackscope.rendering.page import Table
from crackscope.types.evaluation import Interval

CHART = "coverage.png"
_READ = ("error", "recall", "false_alarm_rate")
_STEP = 10


def chart(found: Coverage) -> bytes:
    """The curve and the model's `unsure` band, as PNG."""
    error = found.band.readings[unsure.LEFT_OUT].get("error")
    band = None if error is None else (found.band.coverage.value, error.value)
    return charts.selective([n / 100 for n in found.curve], list(found.curve.values()), band)


def tables(found: Coverage) -> list[Table]:
    """The curve in steps of 10 %, its figures, and the three readings of the band."""
    curve = [(f"{n} %", *v.cells()) for n, v in found.curve.items() if n % _STEP == 0]
    ratio = found.figures.get(measured.RATIO)
    if ratio is not None:
        curve.append(("ratio of 90 % to 100 %", *ratio.cells()))
    band = found.band
    answered = [("coverage", *band.coverage.cells())]
    if band.error_ratio is not None:
        answered.append(("error ratio, unsure left out to all", *band.error_ratio.cells()))
    caption = f"Unsure band: scores from {band.lower:.4g} up to {band.upper:.4g}"
    return [
        Table(("coverage", "error rate", "95 % interval"), curve, "Most confident patches"),
        Table(("unsure", "value", "95 % interval"), answered, caption),
        Table(
            ("unsure patches", *(name.replace("_", " ") for name in _READ)),
            [[_spelt(name), *_row(values)] for name, values in band.readings.items()],
            "Metrics by treatment of the unsure patches",
        ),
    ]


def in_words(found: Coverage) -> Iterator[str]:
    """The curve and the band in words, one sentence each."""
    full, at_90 = found.figures[measured.AT_FULL], found.figures[measured.AT_90]
    if measured.RATIO in found.figures:
        yield (
            f"Without the least confident 10 %, the error rate is {at_90.value:.1%} instead of "
            f"{full.value:.1%} ({found.figures[measured.RATIO].value:.2f} times)."
        )
    band, error = found.band, found.band.readings[unsure.LEFT_OUT].get("error")
    count = band.crack + band.sound
    if count and error is not None:
        yield (
            f"{count:,} patches are unsure, {band.crack:,} of them cracked; the error rate on the "
            f"other {band.coverage.value:.1%} is {error.value:.1%}."
        )


def _row(values: Mapping[str, Interval]) -> list[str]:
    return [str(values[name]) if name in values else "–" for name in _READ]


def _spelt(name: str) -> str:
    return name.replace("_", " ")
