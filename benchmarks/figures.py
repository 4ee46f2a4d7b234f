"""From study.json and compare.json to what is published of them: a short summary and its page."""

from collections.abc import Mapping
from typing import Any

import measuring

PACKAGED_KIND = "mobilenetv2-grouped-tuned"
LABELS = {
    "mobilenetv2-grouped": "MobileNetV2, default: head alone",
    "mobilenetv2-grouped-tuned": "MobileNetV2, fine-tuned on drawn cracks too (`--epochs 2`)",
    "mobilenetv2-random": "MobileNetV2, random split (leaks)",
    "small-cnn-grouped": "small-cnn, from scratch (160 px)",
}
FIGURES = {
    "auroc": "AUROC",
    "recall_at_5pct_false_alarms": "recall at 5 % false alarms",
    "recall": "recall at the model's threshold",
    "false_alarm_rate": "false alarms at the model's threshold",
}
RATES = {
    "inspect": "as `inspect` scores them",
    "inspect_int8": "the same with `--precision int8`",
    "inspect_command": "the whole command, start and overlays included",
}
STARTS = {
    "help_seconds": "`crackscope --help`",
    "first_score_seconds": "a cold process to its first score",
}


def summarise(
    study: Mapping[str, Any], compare: Mapping[str, Any], identity: str
) -> dict[str, Any]:
    """What model.json says of the study and the comparison, which may be empty.

    `identity` is that of the training which becomes the package's model; raises SystemExit where
    the study does not hold it.
    """
    runs = study["models"][PACKAGED_KIND]["runs"]
    own = next((run for run in runs if run["model"] == identity), None)
    if own is None:
        raise SystemExit(f"{identity} is none of the study's {PACKAGED_KIND} trainings")
    kind_flags = study["models"][PACKAGED_KIND]["flags"]
    flags = " ".join(["--seed", str(own["seed"]), *kind_flags, *study["train_flags"]])
    return {
        "trained_as": identity,
        "command": f"crackscope train METU --weights {study['weights']['file']} {flags}",
        "data": study["data"],
        "weights": study["weights"],
        "machine": f"{study['machine']['processor']}, {study['cores']} cores",
        "own": {"test": own["test"], "surfaces": own["surfaces"]},
        "models": {name: _model(model) for name, model in study["models"].items()},
        "comparison": _comparison(compare) if compare else None,
    }


def _model(model: Mapping[str, Any]) -> dict[str, Any]:
    surfaces = {
        name: {figure: _ends(values[figure]) for figure in FIGURES if figure in values}
        for name, values in model["surfaces"].items()
    }
    return {
        "seeds": len(model["runs"]),
        "pooled": model["pooled"],
        "surfaces": {name: values for name, values in surfaces.items() if values},
        "megabytes": model["megabytes"],
        "patches_per_second": _ends(model["patches_per_second"]),
    }


def _comparison(compare: Mapping[str, Any]) -> dict[str, Any]:
    training, speed, start = compare["training"], compare["inspection"], compare["start"]
    sides = {
        side: {
            "seconds": measuring.spread([run["seconds"] for run in training[side]])["median"],
            "test_accuracy": min(run["test_accuracy"] for run in training[side]),
        }
        for side in ("crackscope", "yardstick")
    }
    return {
        "machine": f"{compare['machine']['processor']}, {compare['cores']} cores",
        "training": {**sides, "ratio": _ends(training["ratio"])},
        "patches_per_second": {name: _ends(v) for name, v in speed["patches_per_second"].items()},
        "ratio": {name: _ends(values) for name, values in speed["ratio"].items()},
        "help_seconds": _ends(start["help"]),
        "first_score_seconds": _ends(start["first_score"]),
    }


def _ends(spread: Mapping[str, Any]) -> dict[str, float]:
    return {name: spread[name] for name in ("median", "low", "high")}


def page(summary: Mapping[str, Any]) -> str:
    """Markdown: the table of the models, what its brackets mean, and the comparison."""
    parts = [_models(summary), _explanation(summary)]
    if summary["comparison"] is not None:
        parts.append(_compared(summary["comparison"]))
    return "\n".join(parts)


def _models(summary: Mapping[str, Any]) -> str:
    own, packaged = summary["own"], summary["models"][PACKAGED_KIND]
    models = {  # one training of the package's kind would be the first column again
        name: model
        for name, model in summary["models"].items()
        if model is not packaged or model["seeds"] > 1
    }
    pooled = [model["pooled"] for model in models.values()]
    tests = [own["test"], *pooled]
    rows: list[list[object]] = [
        ["METU, test accuracy", *(_interval(test["accuracy"]) for test in tests)],
        ["METU, errors", *(f"{test['errors']} of {test['patches']}" for test in tests)],
    ]
    for surface, figures in packaged["surfaces"].items():
        for figure in figures:
            seeds = [measuring.shown(m["surfaces"][surface][figure], 3) for m in models.values()]
            mine = _interval(own["surfaces"][surface][figure], 3)
            rows.append([f"{surface}, {FIGURES[figure]}", mine, *seeds])
    columns = [packaged, *models.values()]
    rows.append(["model.onnx, MB", *(f"{model['megabytes']:.1f}" for model in columns)])
    speeds = [f"{model['patches_per_second']['median']:.0f}" for model in columns]
    rows.append(["patches/s", *speeds])
    names = [f"{LABELS[name]}; seeds: {model['seeds']}" for name, model in models.items()]
    return measuring.table(["", "**the model in the package**", *names], rows)


def _explanation(summary: Mapping[str, Any]) -> str:
    return (
        "Brackets: 95 % intervals by bootstrap over source groups; for other surfaces over several "
        f"seeds the median, lowest and highest. Speed: {summary['machine']}. Trained on "
        f"{summary['data']['patches']} METU patches, and on what is drawn on them, by\n"
        f"`{summary['command']}`;\nwhat is drawn was chosen with pictures of rissbilder and walls "
        "in view; no label of theirs was used. Every figure is printed by `benchmarks/study.py`.\n"
    )


def _compared(comparison: Mapping[str, Any]) -> str:
    training, rates = comparison["training"], comparison["patches_per_second"]
    ours, theirs = training["crackscope"], training["yardstick"]
    rows = [
        [
            "seconds until the recipe's final test accuracy (lowest accuracy of the runs)",
            f"{ours['seconds']:.0f} ({ours['test_accuracy']:.4f})",
            f"{theirs['seconds']:.0f} ({theirs['test_accuracy']:.4f})",
            f"{measuring.shown(training['ratio'])} times sooner",
        ]
    ]
    for name, label in RATES.items():
        if name not in rates:  # of an int8 form that is no more
            continue
        factor = measuring.shown(comparison["ratio"][name])
        speeds = [f"{rates[side]['median']:.0f}" for side in (name, "keras")]
        rows.append([f"patches/s from JPEG file to score, {label}", *speeds, f"{factor} times"])
    for name, label in STARTS.items():
        rows.append([f"seconds of {label}", measuring.shown(comparison[name]), "", ""])
    head = (comparison["machine"], "crackscope", "usual Keras recipe", "ratio")
    return measuring.table(head, rows) + "\nMedians (lowest to highest): `benchmarks/compare.py`.\n"


def _interval(value: Mapping[str, float], digits: int = 4) -> str:
    shown = [f"{value[name]:.{digits}f}" for name in ("value", "low", "high")]
    return "{} ({} to {})".format(*shown)
