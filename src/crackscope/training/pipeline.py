"""All of a training run, in the order of the data: look, train, calibrate, pack, test, draw."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crackscope import __version__
from crackscope.commands.train.settings import TrainConfig
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
from crackscope.training import architecture, fit, pack, quantise, report, sheets, surface
from crackscope.training.history import Ledger
from crackscope.types import SCHEMA_VERSION

_LICENCE = (
    "Apache-2.0 for code and weights. The data the model was trained on keeps its own licence: {}."
)


def train(
    config: TrainConfig,
    dataset: Dataset,
    split: SplitResult,
    start: Start,
    folder: Path,
    name: str,
) -> dict[str, Any]:
    """Fill the run folder; returns what goes into metrics.json.

    Steps that a killed process had finished are not done again: epochs are in the ledger, and
    the rest takes seconds.
    """
    clock = time.monotonic()
    _look(config, dataset, split, folder, _augmentation(config, start))
    ledger = Ledger(folder)
    earlier = sum(row.seconds for row in ledger.rows)
    classifier.round_weights(start.model)
    graph = _graph(start.model, ledger.state / "start.onnx")
    pictures = (folder / "samples.png", folder / "augmentation.png")
    log = fit.tensorboard(folder / "tensorboard", pictures) if config.log == "tensorboard" else ()
    val = fit.fit(config, dataset, split.distinct(), start, graph, ledger, log)
    classifier.round_weights(start.model)
    if fit.epochs_of(config, start):
        graph = _graph(start.model, ledger.state / "trained.onnx")
    fitted = time.monotonic()
    temperature, thresholds = pack.calibrate(start.model, val.scores, val.labels)
    info = _describe(config, dataset, split, start, name, temperature, thresholds)
    model = folder / "model"
    kept = [row for row, patch in enumerate(split.patches) if patch.split != "test"]
    trained_on = near_copies.compact(split.fingerprints.take(kept))
    concrete = surface.of_run(config, dataset, split.distinct(), start)
    inherited = pack.inherited(start, info)
    difference = pack.write(model, start.model, graph, info, trained_on, concrete, inherited)
    pack.keep_scorer(model, start)
    info["parity"] = {"keras_onnx": difference}
    pack.seal(model, info)
    tested = report.test(model, dataset, split, folder, config.seed, config.workers)
    figures_known = time.monotonic()
    info["metrics"] = {"test": tested["test"], "notes": tested["notes"]}
    info["int8"] = quantise.of_run(config, dataset, split.distinct(), start, model)
    pack.seal(model, info)
    report.curves(ledger, folder)
    architecture.draw(start.model, folder / "architecture.png")
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
    """The ONNX graph of the model's features, which takes seconds to trace, kept at `path`.

    Raises UsageError for a network that cannot be inspected with: better now than when trained.
    """
    if not path.exists():
        beside = path.with_suffix(".part")
        onnx.write_features(model, beside)
        beside.replace(path)
    return path


def _augmentation(config: TrainConfig, start: Start) -> Augmentation:
    """What the patches go through: the head alone is trained on them as they are."""
    return config.augment if fit.epochs_of(config, start) else "none"


def _look(
    config: TrainConfig,
    dataset: Dataset,
    split: SplitResult,
    folder: Path,
    augmentation: Augmentation,
) -> None:
    write_atomically(folder / "split.csv", manifest.to_csv(split.patches))
    write_json(folder / "split.json", split.to_dict())
    train_side = [patch for patch in split.patches if patch.split == "train"]
    sheets.samples(dataset, train_side, config.seed, folder / "samples.png")
    sheets.augmentation(dataset, train_side, augmentation, config.seed, folder / "augmentation.png")


def _describe(
    config: TrainConfig,
    dataset: Dataset,
    split: SplitResult,
    start: Start,
    name: str,
    temperature: float,
    thresholds: Thresholds,
) -> dict[str, Any]:
    drawn = config.drawn if fit.epochs_of(config, start) else 0.0
    trained: Mapping[str, Any] = {
        "head_epochs": config.head_epochs if start.pretrained else 0,
        "epochs": fit.epochs_of(config, start),
        "unfreeze": config.unfreeze if start.pretrained else 1.0,
        "augment": _augmentation(config, start),
        "drawn": drawn,
        "schedule": config.schedule,
        "seed": config.seed,
    }
    train_side = [patch for patch in split.patches if patch.split == "train"]
    return {
        "schema_version": SCHEMA_VERSION,
        "name": name,
        "version": __version__,
        "backbone": config.backbone,
        "classes": ["no crack", "crack"],
        "input": {
            "window": fit.window_of(dataset, train_side),
            "size": config.image_size,
            "layout": "uint8 (N, H, W, 3) RGB; resize (bilinear, half-pixel centres, no "
            "antialiasing) and normalisation are in the graph",
        },
        "thresholds": {"lower": thresholds.lower, "upper": thresholds.upper},
        "calibration": {
            "method": "temperature",
            "temperature": temperature,
            "fitted_on": "the validation side of the same data set"
            + (", drawn on and augmented as in fine-tuning" if drawn else ""),
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
