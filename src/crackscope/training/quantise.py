"""Write the int8 graph of a trained network if it passes the accuracy check."""

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from crackscope import environment
from crackscope.datasets.manifest import Dataset
from crackscope.graphs import int8, partition
from crackscope.graphs.session import Batch
from crackscope.models import bundle as bundles
from crackscope.models.weights import Start
from crackscope.training import fit
from crackscope.training.recipe import Recipe
from crackscope.training.stream import Stream
from crackscope.types.evaluation import Patch

LIMIT = 0.03
"""Largest accepted root mean square difference of scores."""
IN_FLOAT = (6, 8, 12)
"""Numbers of leading convolutions left in float, tried in turn until the accuracy check passes."""
_LOG = logging.getLogger("crackscope")
_MOST = 256
_TRIED = 4
"""One of this many batches is held out from calibration for the accuracy check."""
_BATCH = 8


def of_run(
    recipe: Recipe, dataset: Dataset, patches: Sequence[Patch], start: Start, folder: Path
) -> dict[str, Any]:
    """Write the int8 graph into the bundle at `folder`; returns its entry in model.json.

    It is calibrated with patches of the train subset, prepared as in the last training phase.
    """
    train = [patch for patch in patches if patch.split == "train"]
    rows = np.random.default_rng(recipe.seed).permutation(len(train))[:_MOST]
    workers = recipe.workers or environment.cores()
    chosen = [train[row] for row in rows]
    stream = Stream(dataset, chosen, recipe.image_size, _BATCH, workers, recipe.drawn)
    tuned = fit.epochs_of(recipe, start)
    pictures = stream.field(recipe.seed, recipe.augment)[0] if tuned else stream.plain()
    return write(folder, [images.numpy() for images, _ in pictures])


def write(folder: Path, batches: Sequence[Batch]) -> dict[str, Any]:
    """Write the int8 graph and the parts of all graphs of the bundle at `folder`; see `_write`."""
    facts = _write(folder, batches)
    partition.write(folder)
    return facts


def _write(folder: Path, batches: Sequence[Batch]) -> dict[str, Any]:
    """Write the int8 graph of the bundle at `folder`, calibrated with batches of patches.

    Writes none if its scores differ by more than `LIMIT`, or ONNX Runtime fails.
    """
    graph, path = folder / bundles.ONNX, folder / bundles.INT8
    tried = list(batches[::_TRIED])
    others = [batch for place, batch in enumerate(batches) if place % _TRIED] or tried
    for in_float in IN_FLOAT:
        try:
            int8.write(graph, path, others, in_float)
            found = int8.difference(graph, path, tried)
        except Exception as error:  # noqa: BLE001  # ORT's errors have no common base
            path.unlink(missing_ok=True)  # an earlier try, which failed the accuracy check
            _LOG.warning("Skipping int8: quantisation failed: %s", str(error).splitlines()[0])
            return {"kept": False}
        if found <= LIMIT:
            return {"kept": True, "rms_difference": found, "in_float": in_float}
    path.unlink()
    _LOG.info("Skipping int8: it failed the accuracy check (RMS difference of scores %.3f)", found)
    return {"kept": False, "rms_difference": found}
