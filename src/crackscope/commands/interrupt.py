"""Ctrl-C as a request to stop: work in progress is finished first."""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType

_WORDS = b"\ncrackscope: Finishing work in progress. Press Ctrl-C again to stop at once.\n"


@contextmanager
def on_request() -> Iterator[threading.Event]:
    """An event that the first Ctrl-C sets; the second interrupts as usual.

    Where Python's default handler is not installed (another thread, a program with its own handler,
    a background job), Ctrl-C keeps its meaning.
    """
    asked = threading.Event()
    main = threading.current_thread() is threading.main_thread()
    if not main or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield asked
        return

    def ask(number: int, frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        asked.set()
        with suppress(OSError):  # the reader of stderr may be gone
            os.write(2, _WORDS)  # print may be in the middle of a line

    signal.signal(signal.SIGINT, ask)
    try:
        yield asked
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
