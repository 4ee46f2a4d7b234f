"""Run the decoder on some cells of a block, in the same way for every runtime."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crackscope.errors import BundleError, UsageError
from crackscope.graphs.maps import Maps, Span
from crackscope.graphs.names import CELL, CELLS, CROP, LEVELS, PIXELS, STRIDES
from crackscope.grid import with_halo
from crackscope.models.decoder import FINE_HALO, HALO, PLACE
from crackscope.models.decoder import NARROWED_STRIDE as _CROPPED
from crackscope.runtimes.outputs import finite

Run = Callable[[Mapping[str, NDArray[Any]]], NDArray[np.float32]]
"""A function that runs the decoder's graph: from its inputs by name to `lines` (H / 2, W / 2)."""


def no_decoder(_: Mapping[str, NDArray[Any]]) -> NDArray[np.float32]:
    """The decoder of a model without lines: raises UsageError."""
    raise UsageError("this model has no lines.onnx: it scores windows, but cannot trace lines")


def decode(
    run: Run, pixels: NDArray[np.uint8], maps: Maps, rows: Span, columns: Span
) -> NDArray[np.float32]:
    """Crack logits (16 * rows, 16 * columns) at the places of some cells of a block.

    `pixels` (h * 32, w * 32, 3) uint8 and `maps` are those of the block. Exact if the block has
    `HALO` cells around them, or ends with the photo.
    """
    whole = maps.cells.shape[:2]
    asked = (rows, columns)
    near = [with_halo(*span, HALO, count) for span, count in zip(asked, whole, strict=True)]
    fine = [
        with_halo(CELL * start, CELL * stop, FINE_HALO, CELL * count)
        for (start, stop), count in zip(asked, whole, strict=True)
    ]
    crop = [
        (edge - CELL * span[0]) // _CROPPED
        for span, ends in zip(near, fine, strict=True)
        for edge in ends
    ]
    coarse = [(CELL * start, CELL * stop) for start, stop in near]
    feeds: dict[str, NDArray[Any]] = {
        PIXELS: np.ascontiguousarray(pixels[None, slice(*fine[0]), slice(*fine[1])]),
        CELLS: np.ascontiguousarray(maps.cells[None, slice(*near[0]), slice(*near[1])]),
        CROP: np.array(crop, np.int64),
    }
    for name, stride in zip(LEVELS, STRIDES, strict=True):
        edges = fine if stride < _CROPPED else coarse
        feeds[name] = maps.levels[name].region(*(_places(span, stride) for span in edges))
    y, x = ((CELL * span[0] - ends[0]) // PLACE for span, ends in zip(asked, fine, strict=True))
    tall, wide = (CELL * (stop - start) // PLACE for start, stop in asked)
    lines = run(feeds)
    part = lines[y : y + tall, x : x + wide] if lines.ndim == len(whole) else lines
    if part.shape != (tall, wide):
        raise BundleError(
            f"the decoder must return one logit per {PLACE} pixels. Received: {lines.shape} for "
            f"{feeds[PIXELS].shape[1:3]} pixels. Use another model"
        )
    return finite("logits of lines", part)


def _places(span: Span, stride: int) -> Span:
    """A span of network pixels in places of a map."""
    return span[0] // stride, span[1] // stride
