"""The card's sections as Markdown, from the published evaluations.

A section without a result for this model says so.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import measuring
from crackscope.evaluation.lines.measures import F1, LENGTH, PRECISION, RECALL
from evaluations import CROSS, ROBUSTNESS, SURFACES
from figures import NOT_YET, TRAINED_ON, Results
from int8 import text as int8_text
from line_tables import text as lines_text
from measuring import NONE, interval
from photos import text as photos_text
from whole_photos import text as speed_text

METRICS = {
    "auroc": "AUROC",
    "recall_at_5pct_false_alarms": "recall at 5 % false alarms",
    "recall": "recall",
    "false_alarm_rate": "false-alarm rate",
    "f1": "F1",
    "accuracy": "accuracy",
    "calibration_error": "calibration error",
}
MATRIX = ("auroc", "f1", "recall_at_5pct_false_alarms")
AGAINST_STRENGTH = ("accuracy", "auroc", "calibration_error")
READINGS = {
    "left_out": "excluded",
    "taken_for_crack": "counted as `crack`",
    "taken_for_no_crack": "counted as `no crack`",
}
READ = ("error", "recall", "false_alarm_rate")
PERCENTS = (100, 95, 90, 80, 70, 60, 50)
UNCHANGED = "none (packaged model)"
PROGRAMS = ("lines", "photos", "int8", "whole_photos")
LINES = {PRECISION: "precision", RECALL: "recall", F1: "F1", LENGTH: "length found"}


def build(results: Results, info: Mapping[str, Any], knobs: str) -> list[dict[str, str]]:
    """Title and text of each.

    `results` by name, empty if not measured; `info`: model.json; `knobs`: how constants were
    chosen.
    """
    evaluations = results["evaluations"] or {SURFACES: {}, CROSS: {}, ROBUSTNESS: {}}
    surfaces, runs = evaluations[SURFACES], evaluations[ROBUSTNESS]
    matrix = next(iter(evaluations[CROSS].values()), None)
    texts = {
        "Lines and whole photos": _lines(results["lines"]),
        "Whole photos by size": _photos(results["photos"]),
        "Metrics by data set": _surfaces(surfaces, matrix) + _surface_lines(surfaces),
        "Error against coverage": _coverage(surfaces),
        "Cross-dataset generalisation": _matrix(matrix) if matrix else "",
        "Robustness": "\n".join(_robustness(name, run) for name, run in runs.items()),
        "False alarms by distractor": _false_alarms(runs),
        "int8": _int8(results["int8"]),
        "Speed on whole photos": _speed(results["whole_photos"]),
        "Where it fails": _failures(surfaces, runs),
        "Choices based on evaluation data": knobs,
        "Evaluation data": _data(evaluations, matrix, info),
        "Commands": _commands(evaluations, results),
    }
    return [{"title": t, "text": text.rstrip("\n") or NOT_YET} for t, text in texts.items()]


def _lines(lines: Mapping[str, Any]) -> str:
    if not lines:
        return ""
    return lines_text(lines) + (
        "\nEven, odd: halves by the number in the photo's file name; choices were made on the even "
        "half. Flagged: called `crack` or `unsure`. At the model's own thresholds. Source: "
        "`benchmarks/lines.py`. Definitions of the line metrics: docs/honest-evaluation.md."
    )


def _surface_lines(surfaces: Mapping[str, Any]) -> str:
    """Line figures of the data sets with masks."""
    found = {name: run["lines"]["metrics"] for name, run in surfaces.items() if "lines" in run}
    rows = [
        [name, *(interval(metrics.get(figure)) for figure in LINES)]
        for name, metrics in found.items()
        if RECALL in metrics
    ]
    return "\n\nLines:\n\n" + measuring.table(["data set", *LINES.values()], rows) if rows else ""


def _speed(whole_photos: Mapping[str, Any]) -> str:
    if not whole_photos:
        return ""
    machine, cores = whole_photos["machine"]["processor"], whole_photos["cores"]
    source = "Source: `benchmarks/whole_photos.py`."
    return f"{speed_text(whole_photos)}\n{machine}, {cores} cores. {source}"


def _surfaces(surfaces: Mapping[str, Any], matrix: Mapping[str, Any] | None) -> str:
    """Metrics of the unchanged model on each data set, and on combinations in the matrix."""
    rows = {name: (run["metrics"], run["counts"]) for name, run in surfaces.items()}
    for cell in matrix["matrix"] if matrix else ():
        if cell["train"] is None and cell["metrics"]:
            rows.setdefault(cell["test"], (cell["metrics"], cell["counts"]))
    if not rows:
        return ""
    head = ["data set", "patches: cracked, sound (photos)", *METRICS.values()]
    table = [
        [
            name,
            f"{counts['crack']}, {counts['sound']} ({counts['groups']})",
            *(interval(metrics.get(figure)) for figure in METRICS),
        ]
        for name, (metrics, counts) in rows.items()
    ]
    return measuring.table(head, table) + (
        "\nBrackets, here and below: 95 % intervals, bootstrap over source photos. Recall, "
        "false-alarm rate, F1 and accuracy are at the model's own threshold."
    )


def _photos(photos: Mapping[str, Any]) -> str:
    if not photos:
        return ""
    return photos_text(photos["rows"]) + (
        "\nBrackets: 95 % Wilson intervals, with one trial per group: a wall, a source photo or a "
        "mosaic. Mosaics of randomly joined photos share photos, so their intervals are too "
        "narrow. At the model's own thresholds. Source: `benchmarks/photos.py`."
    )


def _int8(document: Mapping[str, Any]) -> str:
    if not document:
        return ""
    differ = max(one["largest_difference_of_scores"] for one in document["sets"].values())
    return int8_text(document) + (
        f"\nThe graph used by `--precision int8`, at the model's own threshold. Individual scores "
        f"differ by up to {differ:.2f}. {document['made']['in_float']} convolutions remain in "
        f"float. Speed: windows in memory, ONNX Runtime, {document['machine']['processor']}, "
        f"{document['cores']} cores. Source: `benchmarks/int8.py`."
    )


def _coverage(surfaces: Mapping[str, Any]) -> str:
    if not surfaces:
        return ""
    curve = [[name, *_along(run["coverage"])] for name, run in surfaces.items()]
    band = [
        [f"{name}, {said}", *_unsure(run["coverage"]["unsure"], reading)]
        for name, run in surfaces.items()
        for reading, said in READINGS.items()
    ]
    head = ["unsure patches", "coverage", "error rate", "recall", "false-alarm rate", "ratio"]
    return (
        "Error rate on the most confident patches, by coverage. Ratio: error rate at 90 % coverage "
        "divided by that at 100 %.\n\n"
        + measuring.table(["data set", *(f"{n} %" for n in PERCENTS), "ratio"], curve)
        + "\nThe model's own `unsure`: scores from the lower up to the upper threshold. Ratio: "
        "error rate of the answered patches divided by that without `unsure`.\n\n"
        + measuring.table(head, band)
    )


def _along(coverage: Mapping[str, Any]) -> Iterator[str]:
    errors = {round(100 * point["coverage"]): point["error"] for point in coverage["curve"]}
    yield from (interval(errors[percent]) for percent in PERCENTS)
    yield interval(coverage["figures"].get("error_ratio"), 2)


def _unsure(unsure: Mapping[str, Any], reading: str) -> Iterator[str]:
    left_out = reading == "left_out"
    yield interval(unsure["coverage"]) if left_out else "all"
    yield from (interval(unsure["readings"][reading].get(name)) for name in READ)
    yield interval(unsure["error_ratio"], 2) if left_out else NONE


def _matrix(matrix: Mapping[str, Any]) -> str:
    cells = {(cell["train"], cell["test"]): cell for cell in matrix["matrix"]}
    trains, tests = (list(dict.fromkeys(side)) for side in zip(*cells, strict=True))
    parts = [
        f"{_capital(METRICS[figure])}, training data (rows) and test data (columns):\n\n"
        + measuring.table(
            ["", *tests],
            [
                [train or UNCHANGED, *(_cell(cells[train, test], figure) for test in tests)]
                for train in trains
            ],
        )
        for figure in MATRIX
    ]
    notes = "".join(f"- {note}\n" for note in matrix["notes"])
    return "\n".join(parts) + (
        "\nThe first row is the packaged model. In all others only the last layer is refitted, on "
        f"frozen features. †: cross-validated by photo, on labels of the same data set.\n\n{notes}"
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _cell(cell: Mapping[str, Any], figure: str) -> str:
    text = interval(cell["metrics"].get(figure))
    return f"{text} †" if cell["cross_validated"] and text != NONE else text


def _robustness(name: str, run: Mapping[str, Any]) -> str:
    strengths = range(len(run["degradations"][0]["points"]))
    parts = []
    for figure in AGAINST_STRENGTH:
        rows = [
            [
                curve["name"],
                *(interval(point.get(figure)) for point in curve["points"]),
                curve["points"][-1]["level"],
            ]
            for curve in run["degradations"]
        ]
        head = ["degradation, strength", *map(str, strengths), "highest strength"]
        if any(point.get(figure) for point in run["degradations"][0]["points"]):
            table = measuring.table(head, rows)
            parts.append(f"{_capital(METRICS[figure])} on {name}:\n\n{table}")
    notes = "".join(f"- {note}\n" for note in run["notes"])
    return "\n".join([*parts, notes])


def _false_alarms(runs: Mapping[str, Any]) -> str:
    """One column per background; synthetic concrete, part of every run, from the first run."""
    if not runs:
        return ""
    columns: dict[str, dict[str, Any]] = {}
    for run in runs.values():
        known = set(columns)
        for one in run["false_alarms"]:
            if one["background"] not in known:
                columns.setdefault(one["background"], {})[one["distractor"]] = one
    names = list(dict.fromkeys(name for column in columns.values() for name in column))
    head = [f"{name} (n = {column['none']['pictures']})" for name, column in columns.items()]
    rows = [
        [name, *(interval(column.get(name, {}).get("rate")) for column in columns.values())]
        for name in names
    ]
    return measuring.table(["distractor", *head], rows) + (
        "\nFalse-alarm rates by background, with 95 % Wilson intervals: one trial per source "
        "photo. `none`: no distractor added. The model was trained on synthetic distractors, so "
        "rates on real ones may be higher."
    )


def _failures(surfaces: Mapping[str, Any], runs: Mapping[str, Any]) -> str:
    if not surfaces and not runs:
        return ""
    lines = [(name, line) for name, run in surfaces.items() for line in run["in_words"]]
    lines += [(f"{name}, degraded", line) for name, run in runs.items() for line in run["in_words"]]
    return "".join(f"- {name}: {line}\n" for name, line in lines) + (
        "\nEach evaluation writes a sheet of its worst errors to its run folder "
        "(`worst_errors.png`). The photos belong to third parties and are not published here."
    )


def _data(
    evaluations: Mapping[str, Any], matrix: Mapping[str, Any] | None, info: Mapping[str, Any]
) -> str:
    found = [run["data"] for run in evaluations[SURFACES].values()]
    found += matrix["data"] if matrix else []
    others = {data["name"]: data for data in found if data["hash"] != info["data"]["hash"]}
    rows = [
        [
            name,
            _licence(data["licence"]),
            f"`{data['hash']}`",
            "training and evaluation" if name == TRAINED_ON else "evaluation only",
        ]
        for name, data in others.items()
    ]
    head = ["data set", "licence", "sha256 of the content", "use"]
    return measuring.table(head, rows) if rows else ""


def _licence(licence: str) -> str:
    return "not stated" if licence == "unknown" else licence


def _commands(evaluations: Mapping[str, Any], results: Results) -> str:
    runs: Sequence[Mapping[str, Any]] = [
        run for kind in (SURFACES, CROSS, ROBUSTNESS) for run in evaluations[kind].values()
    ]
    programs = [f"python benchmarks/{name}.py" for name in PROGRAMS if results[name]]
    lines = [*(run["command"] for run in runs), *programs]
    machines = "; ".join(sorted({run["machine"] for run in runs}))
    measured = f" Machine: {machines}." if machines else ""
    return "".join(f"    {line}\n" for line in lines) + (
        "\nNames of data sets stand for their folders, MODEL for the bundle before publication."
        f"{measured} Flags of the programs, and how figures are updated: benchmarks/README.md."
    )
