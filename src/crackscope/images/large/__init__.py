"""Photos too large to decode as a whole, read block by block: of which files these may be."""

import io
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

from PIL import Image

from crackscope.images.guard import our_limits
from crackscope.images.read import MAX_MEGAPIXELS, PIXELS_PER_BYTE
from crackscope.images.signature import READABLE, format_of

if TYPE_CHECKING:
    from crackscope.images.large.large_photo import LargePhoto

WHOLE_MEGAPIXELS = 50.0
"""Photos up to this size are decoded as a whole."""
_KINDS = ("TIFF", "PNG")


@contextmanager
def opened(
    path: Path,
    name: str | None = None,
    max_megapixels: float = MAX_MEGAPIXELS,
    timeout: float | None = None,
) -> Iterator["LargePhoto | None"]:
    """Open the photo at `path`, with `name` as its path; None if it must be decoded as a whole.

    Raises ImageError if it has more than `max_megapixels` and cannot be read block by block.
    Reading its pixels also raises ImageError, for example if a block takes more than `timeout`
    seconds.
    """
    least = min(WHOLE_MEGAPIXELS, max_megapixels)
    with ExitStack() as stack:
        file = _file(path, least)
        kind = "" if file is None else format_of(stack.enter_context(file).read(32))
        if file is None or kind not in _KINDS:
            yield None
            return
        from crackscope.images.large.large_photo import in_blocks  # few photos are of these formats

        limits = least, max_megapixels, timeout
        yield stack.enter_context(in_blocks(file, kind, name or str(path), *limits))


def megapixels(content: bytes) -> float:
    """Megapixels according to the header of a file; 0 if it is too short for a large photo."""
    if len(content) * PIXELS_PER_BYTE < WHOLE_MEGAPIXELS * 1e6:
        return 0.0
    try:
        with our_limits(), Image.open(io.BytesIO(content), formats=READABLE) as image:
            return image.width * image.height / 1e6
    except Exception:  # noqa: BLE001  (decoders raise anything on hostile bytes)
        return 0.0


def _file(path: Path, least: float) -> IO[bytes] | None:
    """The open file. None if it is too short for a photo of `least` megapixels, which avoids
    opening patches, or if it cannot be opened: decoding it as a whole reports the reason."""
    try:
        return path.open("rb") if path.stat().st_size * PIXELS_PER_BYTE > least * 1e6 else None
    except (OSError, ValueError):
        return None
