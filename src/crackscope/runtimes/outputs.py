"""What a network gives, checked: one place for all runtimes, since a model may be anybody's."""

import errno
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from crackscope.errors import BundleError

T = TypeVar("T")
_OUT_OF_MEMORY = ("memory", "alloc")
"""Words of the runtimes for it; they have no class of error of their own."""


def scores(found: Any, count: int) -> NDArray[np.float64]:
    """Probabilities (count,) of as many windows; raises BundleError for anything else.

    A hair beyond 0 and 1, as sums of single precision are, is put right.
    """
    values = np.asarray(found)
    if values.shape not in ((count,), (count, 1)):
        raise BundleError(
            f"the network must give one score a window, ({count},) or ({count}, 1). "
            f"Received: {values.shape}. Use another model"
        )
    return np.clip(finite("scores", values).astype(np.float64).reshape(count), 0.0, 1.0)


def finite(what: str, values: NDArray[Any]) -> NDArray[Any]:
    """The same numbers; raises BundleError where one of them is NaN or infinite."""
    if values.dtype.kind not in "fiu" or not np.isfinite(values).all():
        raise BundleError(
            f"the network must give finite numbers. Received: {what} that are NaN, infinite or "
            "no numbers. Use another model"
        )
    return values


@contextmanager
def fitting() -> Iterator[None]:
    """For arrays of a model's making: where their shapes do not fit together, a BundleError."""
    try:
        yield
    except (ValueError, IndexError, KeyError, TypeError) as error:
        raise BundleError(
            f"the parts of the network do not fit together: {error}. Use another model"
        ) from error


def computed(compute: Callable[[], T]) -> T:
    """What a runtime computes; where it cannot run the network, a BundleError says why.

    Where memory runs out it is a MemoryError, which says nothing against the model.
    """
    try:
        return compute()
    except (BundleError, MemoryError):
        raise
    except Exception as error:  # runtimes have no common base for their errors
        if any(word in str(error).lower() for word in _OUT_OF_MEMORY):
            raise MemoryError(errno.ENOMEM, str(error)) from error
        raise BundleError(f"the network cannot be run: {error}. Use another model") from error
