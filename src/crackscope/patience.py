"""Timeouts for reads that may never return: a hanging network drive, an unresponsive server."""

from collections.abc import Callable
from concurrent.futures import Future, wait
from threading import Thread
from typing import ParamSpec, TypeVar

from crackscope.errors import ImageError

P = ParamSpec("P")
R = TypeVar("R")


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
