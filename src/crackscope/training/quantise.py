"""The int8 form of what was trained, kept where its scores hold."""

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
from crackscope.types import Patch

LIMIT = 0.03
"""Root mean square difference of scores, above which int8 is another model."""
IN_FLOAT = (6, 8, 12)
"""How many convolutions, from the first on, are left in float: more where fewer do not hold."""
_LOG = logging.getLogger("crackscope")
_MOST = 256
_TRIED = 4
"""Of so many batches one is kept from the quantisation, to try it on."""
_BATCH = 8


def of_run(
    recipe: Recipe, dataset: Dataset, patches: Sequence[Patch], start: Start, folder: Path
) -> dict[str, Any]:
    """Write the int8 form into the bundle at `folder`; returns what model.json says of it.

    It is made with pictures of the train side, as the network saw them last.
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
    """The int8 form of the bundle at `folder`, and the parts of what is there now; see `_write`."""
    facts = _write(folder, batches)
    partition.write(folder)
    return facts


def _write(folder: Path, batches: Sequence[Batch]) -> dict[str, Any]:
    """The int8 form of the bundle at `folder`, made with batches of pictures.

    Without one where its scores differ by more than `LIMIT`, or ONNX Runtime cannot make it.
    """
    graph, path = folder / bundles.ONNX, folder / bundles.INT8
    tried = list(batches[::_TRIED])
    others = [batch for place, batch in enumerate(batches) if place % _TRIED] or tried
    for in_float in IN_FLOAT:
        try:
            int8.write(graph, path, others, in_float)
            found = int8.difference(graph, path, tried)
        except Exception as error:  # noqa: BLE001  # ORT's errors have no common base
            path.unlink(missing_ok=True)  # one of fewer convolutions in float, which did not hold
            _LOG.warning("no int8 form of this network: %s", str(error).splitlines()[0])
            return {"kept": False}
        if found <= LIMIT:
            return {"kept": True, "rms_difference": found, "in_float": in_float}
    path.unlink()
    _LOG.info("no int8 form: its scores differ by %.3f (root mean square)", found)
    return {"kept": False, "rms_difference": found}
