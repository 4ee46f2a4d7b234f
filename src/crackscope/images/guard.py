"""Pillow without its warnings and its own size limit, for the time of one decoding."""

import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from threading import Lock

from PIL import Image

_lock = Lock()
_inside = 0
_state = ExitStack()


@contextmanager
def our_limits() -> Iterator[None]:
    """Lift Pillow's limit of pixels, since ours is checked first, and keep its warnings quiet.

    Both are global, in Pillow and in `warnings`, and several threads decode at once: the first to
    come changes them, the last to leave puts them back.
    """
    global _inside
    with _lock:
        _inside += 1
        if _inside == 1:
            _state.enter_context(warnings.catch_warnings())
            warnings.filterwarnings("ignore", module=r"PIL\b")
            _state.callback(setattr, Image, "MAX_IMAGE_PIXELS", Image.MAX_IMAGE_PIXELS)
            Image.MAX_IMAGE_PIXELS = None
    try:
        yield
    finally:
        with _lock:
            _inside -= 1
            if _inside == 0:
                _state.close()
