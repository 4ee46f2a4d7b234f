"""Write the bundle of a trained classifier: calibrate, export, check parity, describe, seal."""

import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crackscope import numerics, run_dir
from crackscope.evaluation import calibration, thresholds
from crackscope.exporting import onnx, parity, verify
from crackscope.graphs import cells, decoder, head, partition
from crackscope.models import bundle as bundles
from crackscope.models import card, classifier
from crackscope.models.concrete import Concrete
from crackscope.models.weights import Start

PARITY_LIMIT = 1e-5
_OF_LINES = ("blend", "cracks", "concrete")
"""Sections of model.json that belong to the lines, not to the head."""


def calibrate(
    model: Any, scores: NDArray[np.float64], labels: NDArray[np.int64]
) -> tuple[float, bundles.Thresholds]:
    """Fit temperature and thresholds on validation scores (N,), and fold the temperature into
    `model`."""
    logits = classifier.logits(scores)
    temperature = calibration.fit_temperature(logits, labels)
    classifier.fold_temperature(model, temperature)
    calibrated = numerics.logistic(logits / temperature)
    lower, upper = thresholds.choose(labels, calibrated)
    return temperature, bundles.Thresholds(lower=lower, upper=upper)


def write(
    folder: Path,
    model: Any,
    graph: Path,
    info: Mapping[str, Any],
    trained_on: Mapping[str, NDArray[Any]],
    concrete: Concrete | None = None,
    material: NDArray[np.float32] | None = None,
) -> float:
    """Write all files of a bundle except the seal; returns the difference of Keras and ONNX.

    `graph` is the ONNX graph of the model's features; `concrete`, the model of concrete, and
    `material`, the unit that tells whether windows show it, are optional. Raises ParityError if
    Keras and ONNX differ in scores or lines.
    """
    folder.mkdir(parents=True, exist_ok=True)
    classifier.save(model, folder / bundles.KERAS)
    head.add(graph, folder / bundles.ONNX, *classifier.head_weights(model))
    pixels = verify.probes(info["input"]["window"])
    scores = np.asarray(model.predict_on_batch(pixels), np.float64).reshape(-1)
    received = onnx.score(folder / bundles.ONNX, pixels)
    difference = verify.gate(scores, received, PARITY_LIMIT)
    golden: dict[str, Any] = {"pixels": pixels, "scores": received}
    write_cells(folder, model, info["input"]["size"], pixels, material)
    if classifier.levels(model):
        decoder.write(model, folder / bundles.LINES)
        partition.write(folder)
        golden |= parity.of_lines(folder, model)
    else:
        partition.write(folder)
    np.savez_compressed(folder / bundles.GOLDEN, **golden)
    arrays: dict[str, Any] = dict(trained_on)
    np.savez_compressed(folder / bundles.TRAINED_ON, **arrays)
    if concrete is not None:
        known: dict[str, Any] = concrete.to_arrays()
        np.savez_compressed(folder / bundles.SURFACE, **known)
    return difference


def inherited(start: Start, info: dict[str, Any]) -> NDArray[np.float32] | None:
    """Copy the settings of a reused decoder into `info`; returns the unit that tells whether
    windows show concrete, or None."""
    bundle = start.bundle
    if bundle is None or bundle.lines is None or not classifier.levels(start.model):
        return None
    info["lines"] = dict(bundle.lines)
    info |= {name: bundle.info[name] for name in _OF_LINES if name in bundle.info}
    return bundle.arrays(bundles.CELLS).get("material")


def keep_scorer(folder: Path, start: Start) -> None:
    """Copy the scorer of cracks if the decoder is reused."""
    if start.bundle is None or not (folder / bundles.LINES).is_file():
        return
    if start.bundle.has(bundles.CRACKS):
        shutil.copy2(start.bundle.file(bundles.CRACKS), folder)


def write_cells(
    folder: Path,
    model: Any,
    size: int,
    pixels: NDArray[np.uint8],
    material: NDArray[np.float32] | None = None,
) -> None:
    """Write cells.npz if the network can run over a whole photo; `material` (F + 1,) is the unit
    that tells whether windows show concrete."""
    pooling = cells.pooling(folder / bundles.ONNX, pixels, *classifier.head_weights(model), size)
    (folder / bundles.CELLS).unlink(missing_ok=True)
    if pooling is not None:
        if material is not None:
            pooling = replace(pooling, material=material)
        arrays: dict[str, Any] = pooling.to_arrays()
        np.savez(folder / bundles.CELLS, **arrays)


def seal(folder: Path, info: Mapping[str, Any]) -> None:
    """Write model.json and the card from `info`, and the checksums of all files."""
    run_dir.write_json(folder / bundles.JSON, dict(info))
    run_dir.write_atomically(folder / bundles.CARD, card.render(info))
    bundles.seal(folder)
