"""The page of recipes on METU, docs/recipes.md, from study.json and compare.json."""

from collections.abc import Mapping
from typing import Any

import measuring

LABELS = {
    "mobilenetv2-grouped": "MobileNetV2, default: head alone",
    "mobilenetv2-grouped-tuned": "MobileNetV2, fine-tuned on synthetic cracks too (`--epochs 2`)",
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


def page(study: Mapping[str, Any], compare: Mapping[str, Any]) -> str:
    """Markdown: the table of the recipes, what its brackets mean, and the comparison."""
    parts = [_models(study), _explanation(study)]
    if compare:
        parts.append(_compared(_comparison(compare)))
    return "\n".join(parts)


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


def _models(study: Mapping[str, Any]) -> str:
    models = {name: _model(model) for name, model in study["models"].items()}
    pooled = [model["pooled"] for model in models.values()]
    rows: list[list[object]] = [
        ["METU, test accuracy", *(_interval(test["accuracy"]) for test in pooled)],
        ["METU, errors", *(f"{test['errors']} of {test['patches']}" for test in pooled)],
    ]
    for surface, figures in next(iter(models.values()))["surfaces"].items():
        for figure in figures:
            seeds = [measuring.shown(m["surfaces"][surface][figure], 3) for m in models.values()]
            rows.append([f"{surface}, {FIGURES[figure]}", *seeds])
    rows.append(["model.onnx, MB", *(f"{model['megabytes']:.1f}" for model in models.values())])
    speeds = [f"{model['patches_per_second']['median']:.0f}" for model in models.values()]
    rows.append(["patches/s", *speeds])
    names = [f"{LABELS[name]}; seeds: {model['seeds']}" for name, model in models.items()]
    return measuring.table(["", *names], rows)


def _explanation(study: Mapping[str, Any]) -> str:
    return (
        "Brackets: 95 % intervals by bootstrap over source groups; for other surfaces over several "
        "seeds the median, lowest and highest. Speed: "
        f"{study['machine']['processor']}, {study['cores']} cores. Trained on "
        f"{study['data']['patches']} METU patches from {study['weights']['file']}; what is painted "
        "on them was chosen with pictures of rissbilder and walls in view, no label of theirs was "
        "used. By `benchmarks/study.py`.\n"
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
