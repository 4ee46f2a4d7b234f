"""The page of recipes on METU, docs/recipes.md, from study.json and compare.json."""

from collections.abc import Mapping, Sequence
from typing import Any

import measuring

LABELS = {
    "mobilenetv2-grouped": "MobileNetV2, default: head only",
    "mobilenetv2-grouped-tuned": "MobileNetV2, fine-tuned, with synthetic cracks (`--epochs 2`)",
    "mobilenetv2-random": "MobileNetV2, random split (leaks)",
    "small-cnn-grouped": "small-cnn, from scratch (160 px)",
}
FIGURES = {
    "auroc": "AUROC",
    "recall_at_5pct_false_alarms": "recall at 5 % false alarms",
    "recall": "recall at the model's threshold",
    "false_alarm_rate": "false-alarm rate at the model's threshold",
}
RATES = {
    "inspect": "scoring path of `inspect`",
    "inspect_int8": "scoring path with `--precision int8`",
    "inspect_command": "whole command, start-up and overlays included",
}
STARTS = {
    "help": "`crackscope --help`",
    "first_score": "cold start to the first score",
}


def page(study: Mapping[str, Any], compare: Mapping[str, Any]) -> str:
    """Markdown: the table of recipes, its legend, and the comparison."""
    parts = [_models(study["models"]), _explanation(study)]
    if compare:
        parts.append(_compared(compare))
    return "\n".join(parts)


def _models(models: Mapping[str, Mapping[str, Any]]) -> str:
    pooled = [model["pooled"] for model in models.values()]
    rows: list[list[object]] = [
        ["METU, test accuracy", *(measuring.interval(test["accuracy"], 4) for test in pooled)],
        ["METU, errors", *(f"{test['errors']} of {test['patches']}" for test in pooled)],
    ]
    for surface, found in next(iter(models.values()))["surfaces"].items():
        for figure, label in FIGURES.items():
            if figure in found:
                values = [model["surfaces"][surface][figure] for model in models.values()]
                shown = [measuring.shown(value, 3) for value in values]
                rows.append([f"{surface}, {label}", *shown])
    rows.append(["model.onnx, MB", *(f"{model['megabytes']:.1f}" for model in models.values())])
    speeds = [f"{model['patches_per_second']['median']:.0f}" for model in models.values()]
    rows.append(["patches/s", *speeds])
    names = [f"{LABELS[name]}; seeds: {len(model['runs'])}" for name, model in models.items()]
    return measuring.table(["", *names], rows)


def _explanation(study: Mapping[str, Any]) -> str:
    return (
        "Brackets: 95 % intervals, bootstrap over source groups; for the other data sets median, "
        "lowest and highest over the seeds. Speed: "
        f"{study['machine']['processor']}, {study['cores']} cores. Trained on "
        f"{study['data']['patches']} METU patches, initial weights {study['weights']['file']}. "
        "Synthetic cracks and distractors were designed with photos of rissbilder and walls at "
        "hand; none of their labels was used. Source: `benchmarks/study.py`.\n"
    )


def _compared(compare: Mapping[str, Any]) -> str:
    training, speed = compare["training"], compare["inspection"]
    rates, ratio = speed["patches_per_second"], speed["ratio"]
    rows = [
        [
            "seconds to the recipe's final test accuracy (lowest accuracy of the runs)",
            *(_trained(training[side]) for side in ("crackscope", "yardstick")),
            f"{measuring.shown(training['ratio'])} times as fast",
        ]
    ]
    for name, label in RATES.items():
        if name not in rates:  # of an int8 form that is no more
            continue
        speeds = [f"{rates[side]['median']:.0f}" for side in (name, "keras")]
        factor = f"{measuring.shown(ratio[name])} times"
        rows.append([f"patches/s from JPEG file to score, {label}", *speeds, factor])
    for name, label in STARTS.items():
        rows.append([f"{label}, seconds", measuring.shown(compare["start"][name]), "", ""])
    machine = f"{compare['machine']['processor']}, {compare['cores']} cores"
    head = (machine, "crackscope", "usual Keras recipe", "ratio")
    return (
        measuring.table(head, rows)
        + "\nMedians (lowest to highest). Source: `benchmarks/compare.py`.\n"
    )


def _trained(runs: Sequence[Mapping[str, float]]) -> str:
    seconds = measuring.spread([run["seconds"] for run in runs])["median"]
    return f"{seconds:.0f} ({min(run['test_accuracy'] for run in runs):.4f})"
