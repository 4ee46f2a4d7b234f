"""Reading that may never end: a share that hangs, a server that does not answer."""

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
    """What the function gives or raises; ImageError `timeout` once it has taken `seconds`.

    None: as long as it takes. What hangs is left behind in a thread that keeps no process alive; a
    program that it waits for is killed.
    """
    if seconds is None:
        return function(*arguments, **settings)
    found: Future[R] = Future()

    def work() -> None:
        try:
            found.set_result(function(*arguments, **settings))
        except BaseException as error:  # noqa: BLE001  (raised again by whoever waits)
            found.set_exception(error)

    thread = Thread(target=work, name="within", daemon=True)
    thread.start()
    if not wait([found], seconds).done:
        from crackscope import programs

        programs.stop(thread)
        raise ImageError(
            "timeout",
            f"reading it took more than {seconds:g} s. Is its drive or server in reach? Raise "
            "--timeout, or leave it out, to wait longer",
        )
    return found.result()
