"""Context for decoding with Pillow: strict, without warnings, and without Pillow's size limit."""

import ctypes
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from importlib.util import find_spec
from threading import Lock

from PIL import Image, ImageFile

_OURS = (
    (Image, "MAX_IMAGE_PIXELS", None),  # our own limit is checked first
    (ImageFile, "LOAD_TRUNCATED_IMAGES", False),  # else truncated files are accepted
)
_HANDLER = "TIFFSetErrorHandler"
"""Function of libtiff, which by default writes errors directly to the terminal."""
_lock = Lock()
_inside = 0
_state = ExitStack()


@contextmanager
def our_limits() -> Iterator[None]:
    """Set Pillow's global options for decoding, and silence its warnings.

    The options are global, and several threads may decode at once: each thread sets them, and the
    last one restores the values that the first one found.
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
    """libtiff's function to set the handler, which returns the former one; does nothing if Pillow
    does not expose its libtiff."""
    decoders = getattr(find_spec("PIL._imaging"), "origin", None)
    try:
        switch = getattr(ctypes.CDLL(decoders), _HANDLER)
    except (OSError, AttributeError):
        return lambda handler: None
    switch.argtypes, switch.restype = [ctypes.c_void_p], ctypes.c_void_p
    return switch  # type: ignore[no-any-return]
