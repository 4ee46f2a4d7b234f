"""The parity gate for lines: Keras, the parts and the decoder must agree on the logits."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crackscope.errors import ParityError
from crackscope.models import bundle as bundles
from crackscope.models.parts import CELL, PLACE
from crackscope.models.pooling import load
from crackscope.runtimes.onnx import OnnxRuntime

LIMIT = 1e-4
"""Largest difference of a logit; relative for logits above 1."""
_TALL, _WIDE = 11, 13
"""Cells of the test image: enough for a tile with neighbours on all sides."""
_INNER = ((3, 8), (4, 9))
"""Rows and columns of cells that are also decoded separately."""


def of_lines(folder: Path, model: Any) -> dict[str, NDArray[Any]]:
    """A synthetic image and the logits of its lines, for golden.npz.

    Raises ParityError if the graphs in `folder` differ from `model`, or the decoder gives other
    logits for a region than for the whole image.
    """
    picture = synthetic()
    expected = model.get_layer("backbone").predict_on_batch(picture[None].astype(np.float32))
    cells, lines = (np.asarray(part, np.float32) for part in expected)
    bundle = bundles.unsealed(folder)
    runtime, pooling = OnnxRuntime(bundle, "cpu"), load(bundle)
    if pooling is None:
        raise ParityError(
            "windows pooled from cells score differently from single windows. Nothing was saved"
        )
    maps = runtime.maps(picture)
    whole = runtime.lines(picture, maps, (0, _TALL), (0, _WIDE))
    (top, bottom), (left, right) = _INNER
    inner = runtime.lines(picture, maps, *_INNER)
    step = CELL // PLACE
    part = whole[top * step : bottom * step, left * step : right * step]
    _gate("logits of windows", pooling.logits(maps.cells), pooling.logits(cells[0]))
    _gate("logits of lines", whole, lines[0, ..., 0])
    _gate("logits of a tile", inner, part)
    return {"picture": picture, "lines": whole.astype(np.float16)}


def synthetic() -> NDArray[np.uint8]:
    """A generated test image, free of third-party data: coarse noise and dark lines."""
    rng = np.random.default_rng(0)
    coarse = rng.normal(150, 25, (_TALL, _WIDE, 3)).repeat(CELL, axis=0).repeat(CELL, axis=1)
    places = np.arange(_WIDE * CELL)
    for number in range(1, 4):
        rows = (number * _TALL * CELL / 4 + 40 * np.sin(places / (30.0 * number))).astype(int)
        for below in range(number):
            coarse[rows + below, places] -= 80
    return np.clip(coarse, 0, 255).astype(np.uint8)


def _gate(what: str, received: NDArray[np.float32], expected: NDArray[np.float32]) -> None:
    difference = np.abs(received - expected) / np.maximum(1.0, np.abs(expected))
    if not (largest := float(difference.max())) <= LIMIT:
        raise ParityError(
            f"the exported model differs from the original: {what} differ by up to {largest:.2e}, "
            f"above the limit of {LIMIT:.0e}. Nothing was saved"
        )
