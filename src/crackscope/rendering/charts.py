"""Charts as PNG bytes, without global state.

scikit-learn's Displays import pyplot, which has global state. They also show neither the number of
patches in each bin of the reliability curve, nor counts and fractions in one confusion matrix.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from crackscope.rendering.drawing import CRACK, GREY, SOUND, THIRD, draw
from crackscope.types.evaluation import Interval

_SQUARE = (4.6, 4.4)
_SMALLEST_RATE = 0.01
"""False cracks per megapixel below which the axis is linear, so it includes 0."""


def roc(false_alarm_rate: ArrayLike, recall: ArrayLike, auroc: float) -> bytes:
    """Recall against false-alarm rate, each (N,) from 0 to 1, as PNG."""
    with draw(_SQUARE) as drawing:
        axes = drawing.axes(f"ROC, area {auroc:.4f}", "false-alarm rate", "recall")
        axes.plot([0, 1], [0, 1], color=GREY, linestyle="--", linewidth=1, label="chance")
        axes.plot(false_alarm_rate, recall, color=CRACK, linewidth=2, label="model")
        axes.axvline(0.05, color=SOUND, linestyle=":", label="5 % false alarms")
        _unit(axes)
        axes.legend(loc="lower right", frameon=False)
    return drawing.png


def precision_recall(
    recall: ArrayLike, precision: ArrayLike, prevalence: float, area: float
) -> bytes:
    """Precision against recall, each (N,) from 0 to 1, as PNG.

    `prevalence` is the fraction of cracked patches, `area` the average precision.
    """
    with draw(_SQUARE) as drawing:
        title = f"Precision and recall, average precision {area:.4f}"
        axes = drawing.axes(title, "recall", "precision")
        axes.axhline(prevalence, color=GREY, linestyle="--", linewidth=1, label="chance")
        axes.step(recall, precision, where="post", color=CRACK, linewidth=2, label="model")
        _unit(axes)
        axes.legend(loc="lower left", frameon=False)
    return drawing.png


def reliability(
    mean_score: ArrayLike, crack_fraction: ArrayLike, count: ArrayLike, error: float
) -> bytes:
    """Fraction of cracked patches against mean score per bin, (N,) each, as PNG.

    Larger dots are bins with more patches.
    """
    sizes = np.asarray(count, np.float64)
    with draw(_SQUARE) as drawing:
        title = f"Reliability, calibration error {error:.4f}"
        axes = drawing.axes(title, "mean score", "fraction cracked")
        axes.plot([0, 1], [0, 1], color=GREY, linestyle="--", linewidth=1, label="calibrated")
        axes.plot(mean_score, crack_fraction, color=CRACK, linewidth=1)
        area = 20 + 100 * sizes / max(sizes.max(initial=0.0), 1.0)
        axes.scatter(mean_score, crack_fraction, s=area, color=CRACK, label="model", clip_on=False)
        _unit(axes)
        axes.legend(loc="best", frameon=False)
    return drawing.png


def selective(
    coverage: Sequence[float], error: Sequence[Interval], band: tuple[float, float] | None
) -> bytes:
    """Error rate against coverage, the fraction of answered patches, as PNG.

    `coverage` falls from 1; `band`: coverage and error rate with the model's `unsure` left out, or
    None.
    """
    values = [one.value for one in error]
    with draw((6.4, 3.6)) as drawing:
        axes = drawing.axes("Error against coverage", "coverage", "error rate")
        low, high = [one.low for one in error], [one.high for one in error]
        axes.fill_between(coverage, low, high, color=CRACK, alpha=0.15, linewidth=0)
        axes.plot(coverage, values, color=CRACK, linewidth=2, label="most certain first")
        axes.axhline(values[0], color=GREY, linestyle="--", linewidth=1, label="full coverage")
        axes.axvline(0.9, color=SOUND, linestyle=":", label="90 % coverage")
        if band is not None:
            axes.plot(*band, "s", color=THIRD, label="without the model's unsure")
        axes.set_xlim(max(coverage), min(*coverage, *(band or coverage)[:1]))
        axes.set_ylim(0, None)
        axes.legend(loc="best", frameon=False)
    return drawing.png


def froc(
    false_rate: ArrayLike,
    recall: ArrayLike,
    rates: Sequence[float],
    at: Sequence[Interval],
    own: tuple[float, float] | None = None,
) -> bytes:
    """Line recall against false cracks per megapixel, (T,) each in order of falling threshold.

    `at`: recall with its interval at each of `rates`; `own`: false cracks per megapixel and recall
    at the model's threshold. Returns PNG bytes.
    """
    x, y = np.append(0.0, np.asarray(false_rate)), np.append(0.0, np.asarray(recall))
    with draw((6.4, 3.6)) as drawing:
        axes = drawing.axes("FROC", "false cracks per megapixel", "line recall")
        low, high = [one.low for one in at], [one.high for one in at]
        middle = [one.value for one in at]
        reach = np.abs(np.array([low, high]) - middle)
        reached = (np.append(x, max(x[-1], *rates)), np.append(y, y[-1]))
        axes.step(*reached, where="post", color=CRACK, linewidth=2, label="threshold sweep")
        axes.errorbar(rates, middle, reach, fmt="o", color=SOUND, capsize=3, label="95 % interval")
        axes.plot(x[-1], y[-1], "s", color=THIRD, label="all listed cracks")
        if own is not None:
            axes.plot(*own, "D", color="black", markersize=5, label="model threshold")
        axes.set_xscale("symlog", linthresh=_SMALLEST_RATE)
        axes.set_xlim(-_SMALLEST_RATE / 10, None)
        axes.set_ylim(-0.01, 1.01)
        axes.legend(loc="lower right", frameon=False)
    return drawing.png


def confusion(
    true_positives: int, false_positives: int, false_negatives: int, true_negatives: int
) -> bytes:
    """The confusion matrix as PNG: truth by row, with fractions of each row."""
    cells = np.array([[true_positives, false_negatives], [false_positives, true_negatives]])
    fractions = cells / np.maximum(cells.sum(axis=1, keepdims=True), 1)
    with draw(_SQUARE) as drawing:
        axes = drawing.axes("Confusion matrix", "prediction", "truth")
        axes.grid(visible=False)
        axes.imshow(fractions, cmap="Blues", vmin=0, vmax=1)
        axes.set_xticks([0, 1], ["crack", "no crack"])
        axes.set_yticks([0, 1], ["crack", "no crack"], rotation=90, va="center")
        for (row, column), number in np.ndenumerate(cells):
            text = f"{number:,}\n{fractions[row, column]:.2%}"
            ink = "white" if fractions[row, column] > 0.5 else "black"
            axes.text(column, row, text, ha="center", va="center", color=ink, fontsize=13)
    return drawing.png


def histogram(labels: ArrayLike, scores: ArrayLike, threshold: float) -> bytes:
    """Histogram of the scores (N,) of cracked (label 1) and sound (0) patches, as PNG."""
    y, values = np.asarray(labels), np.asarray(scores)
    with draw((6.4, 3.6)) as drawing:
        axes = drawing.axes("Scores", "score", "patches (log scale)")
        for label, colour, name, hatch in ((0, SOUND, "sound", ""), (1, CRACK, "crack", "//")):
            axes.hist(
                values[y == label],
                bins=np.linspace(0, 1, 41),
                histtype="stepfilled",
                facecolor=f"{colour}55",
                edgecolor=colour,
                hatch=hatch,
                label=name,
            )
        axes.axvline(threshold, color="black", linestyle="--", label=f"threshold {threshold:.3g}")
        axes.set_yscale("symlog", linthresh=1)
        axes.set_xlim(0, 1)
        axes.legend(loc="upper center", frameon=False)
    return drawing.png


def training_curves(rows: Sequence[Mapping[str, Any]]) -> bytes:
    """Loss, accuracy and learning rate by epoch over all phases, as PNG.

    Each row has phase, epoch, loss, accuracy, val_loss, val_accuracy and learning_rate.
    """
    with draw((10.5, 3.4)) as drawing:
        for place, name, title in (
            (131, "loss", "Loss"),
            (132, "accuracy", "Accuracy"),
            (133, "learning_rate", "Learning rate"),
        ):
            axes = drawing.axes(title, "epoch", "", place)
            axes.xaxis.get_major_locator().set_params(integer=True)
            _mark_phases(axes, rows)
            _plot_column(axes, rows, name, SOUND, "-", "training")
            if name == "learning_rate":
                axes.set_yscale("log")
                continue
            _plot_column(axes, rows, f"val_{name}", CRACK, "--", "validation")
            axes.legend(frameon=False)
    return drawing.png


def table(columns: Sequence[str], rows: Sequence[Sequence[str]], title: str) -> bytes:
    """A small table of text as PNG; the first column is left-aligned, the others right-aligned."""
    width, height = 1.0 + 1.15 * len(columns), 0.7 + 0.32 * (len(rows) + 1)
    with draw((width, height)) as drawing:
        axes = drawing.figure.add_subplot()
        axes.axis("off")
        axes.set_title(title, fontsize=11, loc="left")
        grid = axes.table(
            [list(row) for row in rows], colLabels=list(columns), loc="center", cellLoc="right"
        )
        grid.auto_set_font_size(False)
        grid.set_fontsize(10)
        grid.scale(1, 1.45)
        for (row, column), cell in grid.get_celld().items():
            cell.visible_edges = "B" if row == 0 else ""
            if column == 0:
                cell.get_text().set_horizontalalignment("left")
    return drawing.png


def _unit(axes: Any) -> None:
    axes.set_xlim(-0.01, 1.01)
    axes.set_ylim(-0.01, 1.01)
    axes.set_aspect("equal")


def _plot_column(
    axes: Any, rows: Sequence[Mapping[str, Any]], name: str, colour: str, style: str, label: str
) -> None:
    values = [float(row[name]) for row in rows]
    epochs = range(1, len(rows) + 1)
    axes.plot(epochs, values, style, color=colour, label=label, marker="o", markersize=3)


def _mark_phases(axes: Any, rows: Sequence[Mapping[str, Any]]) -> None:
    phases = [row["phase"] for row in rows]
    for index, phase in enumerate(phases):
        if index == 0 or phase != phases[index - 1]:
            axes.axvline(index + 0.5, color=GREY, linewidth=1, linestyle=":")
            top = axes.get_xaxis_transform()
            axes.text(index + 0.55, 0.98, phase, fontsize=8, color=GREY, transform=top, va="top")
