"""Limits of memory and of time: what exceeds them is reported as the failure of one photo.

Reads may never return, as from a hanging network drive or an unresponsive server.
"""

import errno
import re
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, wait
from contextlib import AbstractContextManager, contextmanager, nullcontext
from threading import Thread
from typing import Any, ParamSpec, TypeVar

from crackscope.errors import ImageError

P = ParamSpec("P")
R = TypeVar("R")
Item = TypeVar("Item")
Result = TypeVar("Result")
_WORDS = re.compile(
    r"bad.?alloc(ation)?\b|out of memory|insufficient memory|(failed|unable) to allocate"
    r"|cannot allocate memory|not enough memory|can't start new thread|encoder error -9\b",
    re.IGNORECASE,
)
"""Messages of C++ (ONNX Runtime, OpenVINO), Pillow, libjpeg, libtiff, CUDA, the OS, and threads."""


def ran_out(error: BaseException) -> bool:
    """Whether an error is, or was caused by, a failed allocation."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, MemoryError) or getattr(cause, "errno", None) == errno.ENOMEM:
            return True
        if isinstance(cause, Exception) and _WORDS.search(str(cause)):
            return True
        cause = cause.__cause__
    return False


@contextmanager
def memory(doing: str) -> Iterator[None]:
    """Raise ImageError `out_of_memory` if memory runs out; `doing` is the task, as "decode it"."""
    try:
        yield
    except ImageError:
        raise
    except Exception as error:
        if not ran_out(error):
            raise
        raise ImageError(
            "out_of_memory",
            f"not enough memory to {doing}. Reduce --workers, close other programs, or save the "
            "photo smaller, or as a TIFF in strips, which is read block by block",
        ) from error


def together(
    function: Callable[[Sequence[Item]], Sequence[Result]],
    photos: Sequence[Item],
    doing: str,
    one_by_one: AbstractContextManager[Any] | None = None,
) -> list[Result | ImageError]:
    """Apply `function` to several photos at once; returns one result or error each.

    If memory runs out, each photo is processed again on its own, in the context `one_by_one`; a
    photo that still fails gets its error.
    """
    if not photos:
        return []
    try:
        with memory(doing):
            return list(function(photos))
    except ImageError:
        pass
    with one_by_one or nullcontext():
        return [_alone(function, photo, doing) for photo in photos]


def _alone(
    function: Callable[[Sequence[Item]], Sequence[Result]], photo: Item, doing: str
) -> Result | ImageError:
    try:
        with memory(doing):
            return function([photo])[0]
    except ImageError as error:
        return error


def within(
    seconds: float | None, function: Callable[P, R], *arguments: P.args, **settings: P.kwargs
) -> R:
    """Call the function; raises ImageError `timeout` after `seconds` (None: no limit).

    A call that hangs is left in a daemon thread; a subprocess that it waits for is killed.
    """
    if seconds is None:
        return function(*arguments, **settings)
    found: Future[R] = Future()

    def work() -> None:
        try:
            found.set_result(function(*arguments, **settings))
        except BaseException as error:  # noqa: BLE001  (raised again in the waiting thread)
            found.set_exception(error)

    thread = Thread(target=work, name="within", daemon=True)
    thread.start()
    if not wait([found], seconds).done:
        from crackscope import programs

        programs.stop(thread)
        raise ImageError(
            "timeout",
            f"reading took more than {seconds:g} s. Check that the drive or server is reachable, "
            "or increase --timeout",
        )
    return found.result()
