"""Cut a window out of a photo."""

from crackscope.types import Box, Pixels


def cut(pixels: Pixels, box: Box) -> Pixels:
    """One window (h, w, 3) uint8 as a view; nothing is copied or resized here."""
    return pixels[box.y0 : box.y1, box.x0 : box.x1]
