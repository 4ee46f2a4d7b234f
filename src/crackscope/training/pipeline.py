"""A complete training run, in order: contact sheets, training, calibration, bundle, test, plots."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crackscope import __version__
from crackscope.curation import near_copies
from crackscope.curation.split import SplitResult
from crackscope.datasets import manifest
from crackscope.datasets.manifest import Dataset
from crackscope.exporting import onnx
from crackscope.models import classifier
from crackscope.models.bundle import Thresholds
from crackscope.models.weights import Start
from crackscope.options import Augmentation
from crackscope.run_dir import write_atomically, write_json
from crackscope.training import fit, pack, quantise, report, sheets, surface
from crackscope.training.history import History
from crackscope.training.recipe import Recipe
from crackscope.types import SCHEMA_VERSION

_LICENCE = (
    "Apache-2.0 for code and weights. The data the model was trained on keeps its own licence: {}."
)


def train(
    recipe: Recipe,
    dataset: Dataset,
    split: SplitResult,
    start: Start,
    folder: Path,
    name: str,
) -> dict[str, Any]:
    """Fill the run folder; returns the content of metrics.json.

    An interrupted run resumes after its last finished epoch; the other steps take seconds.
    """
    clock = time.monotonic()
    _look(recipe, dataset, split, folder, _augmentation(recipe, start))
    history = History(folder)
    earlier = sum(row.seconds for row in history.rows)
    classifier.round_weights(start.model)
    graph = _graph(start.model, history.state / "start.onnx")
    pictures = (folder / "samples.png", folder / "augmentation.png")
    log = fit.tensorboard(folder / "tensorboard", pictures) if recipe.log == "tensorboard" else ()
    val = fit.fit(recipe, dataset, split.distinct(), start, graph, history, log)
    classifier.round_weights(start.model)
    if fit.epochs_of(recipe, start):
        graph = _graph(start.model, history.state / "trained.onnx")
    fitted = time.monotonic()
    temperature, thresholds = pack.calibrate(start.model, val.scores, val.labels)
    info = _describe(recipe, dataset, split, start, name, temperature, thresholds)
    model = folder / "model"
    kept = [row for row, patch in enumerate(split.patches) if patch.split != "test"]
    trained_on = near_copies.compact(split.fingerprints.take(kept))
    concrete = surface.of_run(recipe, dataset, split.distinct(), start)
    inherited = pack.inherited(start, info)
    difference = pack.write(model, start.model, graph, info, trained_on, concrete, inherited)
    pack.keep_scorer(model, start)
    info["parity"] = {"keras_onnx": difference}
    pack.seal(model, info)
    tested = report.test(model, dataset, split, folder, recipe.seed, recipe.workers)
    figures_known = time.monotonic()
    info["metrics"] = {"test": tested["test"], "notes": tested["notes"]}
    info["int8"] = quantise.of_run(recipe, dataset, split.distinct(), start, model)
    pack.seal(model, info)
    report.curves(history, folder)
    return {
        "schema_version": SCHEMA_VERSION,
        **tested,
        "split": {"name": split.name, "seed": split.seed, "leaks": split.leaks},
        "seconds": {
            "earlier": round(earlier, 1),
            "training": round(fitted - clock, 1),
            "testing": round(figures_known - fitted, 1),
            "describing": round(time.monotonic() - figures_known, 1),
        },
    }


def _graph(model: Any, path: Path) -> Path:
    """The ONNX graph of the model's features, cached at `path`, since tracing takes seconds.

    Raises UsageError early, before training, for a network that cannot be exported.
    """
    if not path.exists():
        beside = path.with_suffix(".part")
        onnx.write_features(model, beside)
        beside.replace(path)
    return path


def _augmentation(recipe: Recipe, start: Start) -> Augmentation:
    """The augmentation that is used: none if only the head is trained."""
    return recipe.augment if fit.epochs_of(recipe, start) else "none"


def _look(
    recipe: Recipe,
    dataset: Dataset,
    split: SplitResult,
    folder: Path,
    augmentation: Augmentation,
) -> None:
    write_atomically(folder / "split.csv", manifest.to_csv(split.patches))
    write_json(folder / "split.json", split.to_dict())
    subset = [patch for patch in split.patches if patch.split == "train"]
    sheets.samples(dataset, subset, recipe.seed, folder / "samples.png")
    sheets.augmentation(dataset, subset, augmentation, recipe.seed, folder / "augmentation.png")


def _describe(
    recipe: Recipe,
    dataset: Dataset,
    split: SplitResult,
    start: Start,
    name: str,
    temperature: float,
    thresholds: Thresholds,
) -> dict[str, Any]:
    drawn = recipe.drawn if fit.epochs_of(recipe, start) else 0.0
    trained: Mapping[str, Any] = {
        "head_epochs": recipe.head_epochs if start.pretrained else 0,
        "epochs": fit.epochs_of(recipe, start),
        "unfreeze": recipe.unfreeze if start.pretrained else 1.0,
        "augment": _augmentation(recipe, start),
        "drawn": drawn,
        "schedule": recipe.schedule,
        "seed": recipe.seed,
    }
    subset = [patch for patch in split.patches if patch.split == "train"]
    return {
        "schema_version": SCHEMA_VERSION,
        "name": name,
        "version": __version__,
        "backbone": recipe.backbone,
        "classes": ["no crack", "crack"],
        "input": {
            "window": fit.window_of(dataset, subset),
            "size": recipe.image_size,
            "layout": "uint8 (N, H, W, 3) RGB; resize (bilinear, half-pixel centres, no "
            "antialiasing) and normalisation are in the graph",
        },
        "thresholds": {"lower": thresholds.lower, "upper": thresholds.upper},
        "calibration": {
            "method": "temperature",
            "temperature": temperature,
            "fitted_on": "the validation subset of the same data set"
            + (", with synthetic samples and augmentation as in fine-tuning" if drawn else ""),
        },
        "data": {
            "name": dataset.name,
            "licence": dataset.licence,
            "hash": dataset.content_hash,
            "counts": split.counts(),
            "distinct_train": sum(patch.split == "train" for patch in split.distinct()),
        },
        "split": {
            "name": split.name,
            "seed": split.seed,
            "leaks": split.leaks,
            "notes": list(split.notes),
        },
        "started_from": start.origin,
        "training": dict(trained),
        "licence": _LICENCE.format(f"{dataset.name}, {dataset.licence}"),
        "metrics": {},
    }
