"""Memory that runs out: every library says it in its own way, and it is the photo's failure."""

import errno
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any, TypeVar

from crackscope.errors import ImageError

Item = TypeVar("Item")
Result = TypeVar("Result")
_WORDS = re.compile(
    r"bad.?alloc(ation)?\b|out of memory|insufficient memory|(failed|unable) to allocate"
    r"|cannot allocate memory|not enough memory|can't start new thread|encoder error -9\b",
    re.IGNORECASE,
)
"""Of C++ (ONNX Runtime, OpenVINO), Pillow, libjpeg, libtiff, CUDA, the system, and threads."""


def ran_out(error: BaseException) -> bool:
    """Whether this is, or comes from, an allocation that failed."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, MemoryError) or getattr(cause, "errno", None) == errno.ENOMEM:
            return True
        if isinstance(cause, Exception) and _WORDS.search(str(cause)):
            return True
        cause = cause.__cause__
    return False


@contextmanager
def limits(doing: str) -> Iterator[None]:
    """Raise ImageError `out_of_memory` where memory runs out while `doing`, such as "decode it"."""
    try:
        yield
    except ImageError:
        raise
    except Exception as error:
        if not ran_out(error):
            raise
        raise ImageError(
            "out_of_memory",
            f"there is not enough memory to {doing}. Give fewer --workers, close other programs, "
            "or save it smaller, or as TIFF in strips, which is read in parts",
        ) from error


def together(
    function: Callable[[Sequence[Item]], Sequence[Result]],
    photos: Sequence[Item],
    doing: str,
    one_by_one: AbstractContextManager[Any] | None = None,
) -> list[Result | ImageError]:
    """What `function` makes of several photos, one result for each.

    Where memory does not suffice for all, once more one by one, in the context `one_by_one`; for a
    photo that fails alone too, its error.
    """
    if not photos:
        return []
    try:
        with limits(doing):
            return list(function(photos))
    except ImageError:
        pass
    with one_by_one or nullcontext():
        return [_alone(function, photo, doing) for photo in photos]


def _alone(
    function: Callable[[Sequence[Item]], Sequence[Result]], photo: Item, doing: str
) -> Result | ImageError:
    try:
        with limits(doing):
            return function([photo])[0]
    except ImageError as error:
        return error
