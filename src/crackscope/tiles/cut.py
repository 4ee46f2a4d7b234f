"""Cut a window out of a photo."""

from crackscope.types import Pixels, Tile


def cut(pixels: Pixels, tile: Tile) -> Pixels:
    """One window (h, w, 3) uint8 as a view; nothing is copied or resized here."""
    box = tile.box
    return pixels[box.y0 : box.y1, box.x0 : box.x1]
