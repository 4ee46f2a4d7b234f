"""Memory that runs out: every library says it in its own way, and it is the photo's failure."""

import errno
import re
from collections.abc import Iterator
from contextlib import contextmanager

from crackscope.errors import ImageError

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
