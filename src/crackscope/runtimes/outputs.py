"""Validate the output of a network, for all runtimes, since a model may be untrusted."""

import errno
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from crackscope.errors import BundleError

T = TypeVar("T")
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
