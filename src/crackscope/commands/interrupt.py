"""Ctrl-C as a wish: what is begun is finished first."""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType

_WORDS = b"\ncrackscope: finishing what is begun; press Ctrl-C again to stop at once\n"


@contextmanager
def on_request() -> Iterator[threading.Event]:
    """An event that the first Ctrl-C sets; the second interrupts as usual.

    Where Ctrl-C is not Python's own (another thread, a program with a handler of its own, a job in
    the background), it stays what it is.
    """
    asked = threading.Event()
    main = threading.current_thread() is threading.main_thread()
    if not main or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield asked
        return

    def ask(number: int, frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        asked.set()
        with suppress(OSError):  # nobody may listen
            os.write(2, _WORDS)  # print may be busy with a line of its own

    signal.signal(signal.SIGINT, ask)
    try:
        yield asked
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
