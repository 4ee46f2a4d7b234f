"""Robustness charts as PNG: metrics against strength, and false-alarm rates."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crackscope.rendering.drawing import CRACK, GREY, SOUND, THIRD, draw
from crackscope.types.evaluation import Interval

_COLUMNS = 4
_PANEL = (3.1, 2.5)
_STYLES = ((SOUND, "-", "o"), (CRACK, "--", "s"), (THIRD, ":", "^"))


@dataclass(frozen=True)
class Panel:
    """One small chart: up to three named lines, with one value per tick."""

    title: str
    ticks: Sequence[str]
    lines: Mapping[str, Sequence[Interval]]


def against_strength(panels: Sequence[Panel]) -> bytes:
    """One panel per degradation with the same metrics, 0 to 1, and their intervals."""
    columns = min(_COLUMNS, len(panels))
    rows = -(-len(panels) // columns)
    with draw((_PANEL[0] * columns, _PANEL[1] * rows + 0.4)) as drawing:
        places = drawing.figure.add_gridspec(rows, columns)
        for number, panel in enumerate(panels):
            axes = drawing.axes(panel.title, "", "", places[number // columns, number % columns])
            _plot(axes, panel)
        handles, names = axes.get_legend_handles_labels()
        drawing.figure.legend(
            handles, names, loc="outside lower center", ncols=len(names), frameon=False
        )
    return drawing.png


def rates(names: Sequence[str], series: Mapping[str, Sequence[Interval]], title: str) -> bytes:
    """One row per name, with a dot and its interval for each of up to three series, 0 to 1."""
    with draw((7.2, 1.1 + 0.36 * len(names))) as drawing:
        axes = drawing.axes(title, "false-alarm rate", "")
        for number, (label, values) in enumerate(series.items()):
            colour, _, marker = _STYLES[number]
            shift = 0.22 * (number - (len(series) - 1) / 2)
            rows = [row + shift for row in range(len(values))]
            low, high = [value.low for value in values], [value.high for value in values]
            axes.hlines(rows, low, high, color=colour, linewidth=1.5)
            middle = [value.value for value in values]
            axes.plot(middle, rows, marker, color=colour, markersize=5, label=label, clip_on=False)
        axes.set_yticks(range(len(names)), names)
        axes.invert_yaxis()
        axes.set_xlim(0, None)
        axes.axhline(0.5, color=GREY, linewidth=0.8)
        drawing.figure.legend(loc="outside lower center", ncols=len(series), frameon=False)
    return drawing.png


def _plot(axes: Any, panel: Panel) -> None:
    places = range(len(panel.ticks))
    for (name, values), (colour, dashes, marker) in zip(panel.lines.items(), _STYLES, strict=False):
        middle = [value.value for value in values]
        low, high = [value.low for value in values], [value.high for value in values]
        axes.fill_between(places, low, high, color=colour, alpha=0.15, linewidth=0)
        axes.plot(places, middle, dashes, color=colour, marker=marker, markersize=3.5, label=name)
    axes.set_ylim(-0.02, 1.02)
    axes.set_xticks(places, panel.ticks, fontsize=8, rotation=30, ha="right")
