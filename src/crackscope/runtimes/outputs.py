"""The outputs of a network, for all runtimes: the decoder's lines, and the validation of values.

Every value is validated, since a model may be untrusted.
"""

import errno
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from crackscope.errors import BundleError, UsageError
from crackscope.grid import with_halo
from crackscope.models.parts import (
    CELL,
    CELLS,
    CROP,
    FINE_HALO,
    HALO,
    LEVELS,
    NARROWED_STRIDE,
    PIXELS,
    PLACE,
    STRIDES,
    Maps,
    Span,
)

T = TypeVar("T")
Decoder = Callable[[Mapping[str, NDArray[Any]]], NDArray[np.float32]]
"""A function that runs the decoder's graph: from its inputs by name to `lines` (H / 2, W / 2)."""
_OUT_OF_MEMORY = ("memory", "alloc")
"""Words in the runtimes' out-of-memory errors, which have no class of their own."""


def scores(found: Any, count: int) -> NDArray[np.float64]:
    """Probabilities (count,) of `count` windows; raises BundleError for any other output.

    Values are clipped to 0 to 1, which rounding in single precision may exceed.
    """
    values = np.asarray(found)
    if values.shape not in ((count,), (count, 1)):
        raise BundleError(
            f"the network must return one score per window, ({count},) or ({count}, 1). "
            f"Received: {values.shape}. Use another model"
        )
    return np.clip(finite("scores", values).astype(np.float64).reshape(count), 0.0, 1.0)


def finite(what: str, values: NDArray[Any]) -> NDArray[Any]:
    """`values` unchanged; raises BundleError if one of them is NaN, infinite or not a number."""
    if values.dtype.kind not in "fiu" or not np.isfinite(values).all():
        raise BundleError(
            f"the network must return finite numbers. Received: {what} with NaN, infinity or "
            "other types. Use another model"
        )
    return values


@contextmanager
def fitting() -> Iterator[None]:
    """Turn errors from inconsistent shapes of a model's arrays into BundleError."""
    try:
        yield
    except (ValueError, IndexError, KeyError, TypeError) as error:
        raise BundleError(
            f"the parts of the network are inconsistent: {error}. Use another model"
        ) from error


def computed(compute: Callable[[], T]) -> T:
    """The result of `compute`; raises BundleError if the runtime cannot run the network, and
    MemoryError if memory runs out, which is no fault of the model."""
    try:
        return compute()
    except (BundleError, MemoryError):
        raise
    except Exception as error:  # runtimes have no common base for their errors
        if any(word in str(error).lower() for word in _OUT_OF_MEMORY):
            raise MemoryError(errno.ENOMEM, str(error)) from error
        raise BundleError(f"the network cannot be run: {error}. Use another model") from error


def no_decoder(_: Mapping[str, NDArray[Any]]) -> NDArray[np.float32]:
    """The decoder of a model without lines: raises UsageError."""
    raise UsageError("this model has no lines.onnx: it scores windows, but cannot trace lines")


def decode(
    run: Decoder, pixels: NDArray[np.uint8], maps: Maps, rows: Span, columns: Span
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
        (edge - CELL * span[0]) // NARROWED_STRIDE
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
        edges = fine if stride < NARROWED_STRIDE else coarse
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
