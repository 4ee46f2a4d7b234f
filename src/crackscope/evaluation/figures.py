"""Write the charts and the classification report of an evaluation."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from crackscope import extras, tables
from crackscope.evaluation import calibration, metrics
from crackscope.rendering import charts
from crackscope.run_dir import write_atomically

REPORT_COLUMNS = ("", "precision", "recall", "F1", "pictures")
_CLASSES = {1: "crack", 0: "no crack"}
_NOT_DEFINED = "–"


def classification_report(
    labels: ArrayLike, scores: ArrayLike, threshold: float, folder: Path
) -> str:
    """Write classification_report.txt, .csv and .png; returns the text."""
    rows = _report_rows(np.asarray(labels), np.asarray(scores, np.float64) >= threshold)
    table = [REPORT_COLUMNS, *rows]
    text = "".join("{:<14}{:>10}{:>10}{:>10}{:>10}".format(*row).rstrip() + "\n" for row in table)
    cells = ([cell.replace(_NOT_DEFINED, "") for cell in row] for row in rows)
    title = f"Classification report, threshold {threshold:.3g}"
    write_atomically(folder / "classification_report.txt", text)
    sheet = tables.write(REPORT_COLUMNS, cells)
    write_atomically(folder / "classification_report.csv", sheet)
    picture = charts.table(REPORT_COLUMNS, rows, title)
    write_atomically(folder / "classification_report.png", picture)
    return text


def draw(
    labels: NDArray[np.int64], scores: NDArray[np.float64], threshold: float, folder: Path
) -> list[str]:
    """Write the charts that the data allows; returns their file names.

    Curves that need both classes are skipped if one is missing, and older files are removed.
    """
    drawn = dict(_charts(labels, scores, threshold))
    for name in ("confusion.png", "roc.png", "pr.png", "reliability.png", "scores.png"):
        if name in drawn:
            write_atomically(folder / name, drawn[name])
        else:
            (folder / name).unlink(missing_ok=True)
    return list(drawn)


def _charts(
    labels: NDArray[np.int64], scores: NDArray[np.float64], threshold: float
) -> Iterator[tuple[str, bytes]]:
    values = metrics.compute(labels, scores, threshold)
    crack, predicted = labels == 1, scores >= threshold
    cells = (crack & predicted, ~crack & predicted, crack & ~predicted, ~crack & ~predicted)
    yield "confusion.png", charts.confusion(*(int(cell.sum()) for cell in cells))
    if "auroc" in values:
        yield from _curves(labels, scores, values)
    found = calibration.reliability(labels, scores)
    error = values["calibration_error"]
    yield (
        "reliability.png",
        charts.reliability(found.mean_score, found.crack_rate, found.count, error),
    )
    yield "scores.png", charts.histogram(labels, scores, threshold)


def _curves(
    labels: NDArray[np.int64], scores: NDArray[np.float64], values: Mapping[str, float]
) -> Iterator[tuple[str, bytes]]:
    sklearn = _sklearn()
    false_alarms, recall, _ = sklearn.roc_curve(labels, scores)
    yield "roc.png", charts.roc(false_alarms, recall, values["auroc"])
    precision, recall, _ = sklearn.precision_recall_curve(labels, scores)
    # From recall 0 up, so that each step has the precision of the threshold that reaches it.
    curve = (recall[::-1], precision[::-1])
    prevalence, area = float(labels.mean()), values["average_precision"]
    yield "pr.png", charts.precision_recall(*curve, prevalence, area)


def _report_rows(labels: NDArray[Any], predicted: NDArray[np.bool_]) -> list[tuple[str, ...]]:
    """A row for each class present, and averages if both are."""
    score = _sklearn().precision_recall_fscore_support
    classes = [label for label in (1, 0) if (labels == label).any()]
    options = {"labels": classes, "zero_division": np.nan}
    by_class = np.array(score(labels, predicted, **options)).T
    rows = [
        (_CLASSES[label], *map(_figure, row[:3]), str(int(row[3])))
        for label, row in zip(classes, by_class, strict=True)
    ]
    total = str(len(labels))
    rows.append(("accuracy", "", "", _figure(float((labels == predicted).mean())), total))
    for average in ("macro", "weighted") if len(classes) == 2 else ():
        figures = score(labels, predicted, average=average, **options)[:3]
        rows.append((f"{average} avg", *map(_figure, figures), total))
    return rows


def _figure(value: float) -> str:
    return _NOT_DEFINED if np.isnan(value) else f"{value:.4f}"


def _sklearn() -> Any:
    return extras.require("sklearn.metrics", "evaluate", "evaluate a model")
