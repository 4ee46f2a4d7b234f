"""Pillow without its warnings and its own size limit, and strict, for the time of one decoding."""

import ctypes
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from importlib.util import find_spec
from threading import Lock

from PIL import Image, ImageFile

_OURS = (
    (Image, "MAX_IMAGE_PIXELS", None),  # ours is checked first
    (ImageFile, "LOAD_TRUNCATED_IMAGES", False),  # else half a file passes for a whole one
)
_HANDLER = "TIFFSetErrorHandler"
"""Of libtiff, which else writes what it finds damaged to the user's terminal, past Python."""
_lock = Lock()
_inside = 0
_state = ExitStack()


@contextmanager
def our_limits() -> Iterator[None]:
    """Pillow's switches as we need them, whatever others have set, and its warnings kept quiet.

    They are global, in Pillow and in `warnings`, and several threads decode at once: each that
    comes sets them, the last to leave puts back what the first has found.
    """
    global _inside
    with _lock:
        _inside += 1
        if _inside == 1:
            _state.enter_context(warnings.catch_warnings())
            warnings.filterwarnings("ignore", module=r"PIL\b")
            for module, name, _ in _OURS:
                _state.callback(setattr, module, name, getattr(module, name))
            _state.enter_context(_libtiff_quiet())
        for module, name, value in _OURS:
            setattr(module, name, value)
    try:
        yield
    finally:
        with _lock:
            _inside -= 1
            if _inside == 0:
                _state.close()


@contextmanager
def _libtiff_quiet() -> Iterator[None]:
    set_handler = _set_handler()
    before = set_handler(None)
    try:
        yield
    finally:
        set_handler(before)


@cache
def _set_handler() -> Callable[[int | None], int | None]:
    """libtiff's switch, which gives the former handler; none where Pillow hides its libtiff."""
    decoders = getattr(find_spec("PIL._imaging"), "origin", None)
    try:
        switch = getattr(ctypes.CDLL(decoders), _HANDLER)
    except (OSError, AttributeError):
        return lambda handler: None
    switch.argtypes, switch.restype = [ctypes.c_void_p], ctypes.c_void_p
    return switch  # type: ignore[no-any-return]
